"""Photos of records: upright, at most 1600 px, without metadata; what the camera wrote as its time is kept first."""

from __future__ import annotations

import io
import re
from pathlib import Path

from baitao_desktop import files
from baitao_desktop.actions.desk import Desk
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import Json

_EXIF_IFD, _TAKEN, _CHANGED = 0x8769, 0x9003, 0x0132
_MOMENT = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d)")


def keep_photo(desk: Desk, source: Path | bytes) -> Json:
    """Keep a photo beside the store; the answer that names it: `blob` and `sha256` (the same), `name`, and `taken`
    (the camera's time, local) where there was one. UserFacingError P20 when it is no picture."""
    from baitao_desktop.reports.photos import as_jpeg

    if isinstance(source, Path):
        try:
            data, name = source.read_bytes(), source.name
        except OSError as error:
            raise files.explain(source, error) from error
    else:
        data, name = source, "粘贴的照片.jpg"
    try:
        jpeg = as_jpeg(data)
    except UserFacingError as error:
        raise UserFacingError(
            "P20", f"“{name}”打不开，可能没有拷贝完整，或不是照片。请换一张（JPG、PNG）再试。"
        ) from error
    sha = desk.store.blob_put(io.BytesIO(jpeg.data), "image/jpeg")
    kept: dict[str, Json] = {"blob": sha, "sha256": sha, "name": name}
    taken = taken_at(data)
    return {**kept, "taken": taken} if taken else kept


def photo(desk: Desk, answer: Json) -> bytes:
    """The JPEG an answer names; empty when it has not come yet (照片待补)."""
    sha = sha_of(answer)
    if not sha or not desk.store.blob_has(sha):
        return b""
    with desk.store.blob_open(sha) as stream:
        return stream.read()


def sha_of(answer: Json) -> str:
    """The digest in a photo's answer; empty when the answer names no photo."""
    said = answer.get("blob") or answer.get("sha256") if isinstance(answer, dict) else None
    return said if isinstance(said, str) else ""


def taken_at(data: bytes) -> str:
    """When the camera says it was taken, as ISO text to the minute; empty when it does not say."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data)) as opened:
            exif = opened.getexif()
            said = exif.get_ifd(_EXIF_IFD).get(_TAKEN) or exif.get(_CHANGED)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return ""
    found = _MOMENT.match(str(said or ""))
    return f"{found[1]}-{found[2]}-{found[3]}T{found[4]}:{found[5]}" if found else ""
