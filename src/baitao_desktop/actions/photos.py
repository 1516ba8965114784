"""Photos: turned upright, at most 1600 px, capture time into the answer, all other metadata gone (USERS 20)."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from baitao_desktop import files
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import Json
from baitao_desktop.domain.values import CST, iso_minute

if TYPE_CHECKING:
    from PIL import Image

    from baitao_desktop.actions.desk import Desk

LARGEST = 40 * 2**20
"""Bytes of a photo file; larger is no photo of a telephone."""
LONGEST = 1600
_PIXELS = 120_000_000
_TAKEN = (36867, 306)


def keep_photo(desk: Desk, source: Path | bytes) -> Json:
    """Keep a photo beside the cabinet and give the answer that names it: {"blob", "name", "taken"?}.

    UserFacingError A60 too large, A61 no photo. What is stored holds no place, camera or owner.
    """
    name, data = _read(source)
    picture, taken = _opened(data, name)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=85, optimize=True)
    sha = desk.store.blob_put(io.BytesIO(out.getvalue()), "image/jpeg")
    return {"blob": sha, "name": "照片.jpg", **({"taken": taken} if taken else {})}


def small_photo(desk: Desk, answer: Json, *, longest: int = 192) -> bytes:
    """JPEG bytes of a thumbnail; empty when the photo is not here yet (照片待补)."""
    from PIL import Image

    sha = answer.get("blob") if isinstance(answer, dict) else None
    if not isinstance(sha, str) or not desk.store.blob_has(sha):
        return b""
    with desk.store.blob_open(sha) as source, Image.open(source) as picture:
        picture.thumbnail((longest, longest))
        out = io.BytesIO()
        picture.convert("RGB").save(out, "JPEG", quality=80)
    return out.getvalue()


def _read(source: Path | bytes) -> tuple[str, bytes]:
    if isinstance(source, bytes):
        name, data = "粘贴的照片", source[: LARGEST + 1]
    else:
        name = source.name
        try:
            with source.open("rb") as file:
                data = file.read(LARGEST + 1)
        except OSError as error:
            raise files.explain(source, error) from error
    if len(data) > LARGEST:
        raise UserFacingError("A60", f"“{name}”超过40MB，没有加入。请用手机里原来的照片，不要用扫描大图。")
    return name, data


def _opened(data: bytes, name: str) -> tuple[Image.Image, str]:
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data)) as raw:
            if raw.width * raw.height > _PIXELS:
                raise UserFacingError("A60", f"“{name}”的尺寸太大，没有加入。请换一张。")
            taken = _taken(raw)
            upright = ImageOps.exif_transpose(raw).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise UserFacingError("A61", f"“{name}”不是照片，或者已损坏，没有加入。请换一张。") from error
    upright.thumbnail((LONGEST, LONGEST))
    clean = Image.new("RGB", upright.size)
    clean.paste(upright)
    return clean, taken


def _taken(picture: Image.Image) -> str:
    """Capture time as ISO text, from the tags a camera writes; empty when there is none."""
    exif = picture.getexif()
    for said in (exif.get_ifd(0x8769).get(_TAKEN[0]), exif.get(_TAKEN[1])):
        try:
            return iso_minute(datetime.strptime(str(said).strip("\0 "), "%Y:%m:%d %H:%M:%S").replace(tzinfo=CST))
        except ValueError:
            continue
    return ""


def whole_photo(desk: Desk, answer: Json) -> bytes:
    """The stored picture itself, to draw upon; empty when it is not here yet."""
    sha = answer.get("blob") if isinstance(answer, dict) else None
    if not isinstance(sha, str) or not desk.store.blob_has(sha):
        return b""
    with desk.store.blob_open(sha) as source:
        return source.read()


def keep_file(desk: Desk, source: Path) -> Json:
    """Keep any file as it is (sound, film, paper) and give the answer that names it. A60 larger than 40 MB."""
    _, data = _read(source)
    # 原来的文件名常带人名，只留种类
    name = f"附件{source.suffix.lower()[:8]}"
    return {"blob": desk.store.blob_put(io.BytesIO(data), "application/octet-stream"), "name": name}
