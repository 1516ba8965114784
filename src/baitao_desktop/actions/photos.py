"""Photos: upright, at most 1600 px, capture time into the answer, all other metadata gone (USERS 20); kept, shown, whole."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from baitao_desktop import files
from baitao_desktop.actions.pictures import LONGEST, clean_picture
from baitao_desktop.domain import findings, inspections
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import Json

if TYPE_CHECKING:
    from baitao_desktop.actions.desk import Desk
    from baitao_desktop.forms import Form

LARGEST = 40 * 2**20
"""Bytes of a photo file; larger is no photo of a telephone."""
DRAWN = ("signature", "draw", "annotate")
"""Appearances of pictures that are drawn here: no photos of a place."""


def keep_photo(desk: Desk, source: Path | bytes, *, original: bool = False) -> Json:
    """Keep a photo beside the cabinet and give the answer that names it: {"blob", "name", "taken"?, "original"?}.

    What is shown, printed and handed over holds no place, camera or owner. `original`: keep the untouched file, too,
    under the key of this cabinet, and name it by its SHA-256; it never leaves this machine but in a backup. A pasted
    picture has none. UserFacingError A60 too large, A61 no photo, A67 HEIC cannot be read here, A68 several pages.
    """
    name, data = _read(source)
    clean = clean_picture(data, name)
    answer: dict[str, Json] = {"blob": "", "name": "照片.jpg"}
    if clean.taken:
        answer["taken"] = clean.taken
    if original and isinstance(source, Path):
        # 原图先落盘，再有提到它的答案（kernel §5）；同一张再加一次不占地方
        answer["original"] = hashlib.sha256(data).hexdigest()
        if not desk.store.blob_has(str(answer["original"])):
            desk.store.blob_put(io.BytesIO(data), f"image/{clean.ending[1:]}")
    answer["blob"] = desk.store.blob_put(io.BytesIO(clean.jpeg), "image/jpeg")
    return answer


def keeps_originals(form: Form) -> bool:
    """Whether photos of this form are evidence of an inspection, whose untouched files are kept (USERS 20)."""
    return form.kind in (inspections.KIND, findings.KIND)


def small_photo(desk: Desk, answer: Json, *, longest: int = 192) -> bytes:
    """JPEG bytes of a thumbnail; empty when the photo is not here yet (照片待补)."""
    from PIL import Image

    data = whole_photo(desk, answer)
    if not data:
        return b""
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as picture:
            picture.thumbnail((longest, longest))
            out = io.BytesIO()
            picture.convert("RGB").save(out, "JPEG", quality=80)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        # 别的电脑交来的不一定是图
        return b""
    return out.getvalue()


def whole_photo(desk: Desk, answer: Json) -> bytes:
    """The stored picture itself, to draw upon; empty when it is not here yet."""
    sha = blob_of(answer)
    if not sha or not desk.store.blob_has(sha):
        return b""
    with desk.store.blob_open(sha) as source:
        return source.read()


def blob_of(answer: Json, part: str = "blob") -> str:
    """The digest an answer names as its picture, or as its `original`; empty when it names none."""
    sha = answer.get(part) if isinstance(answer, Mapping) else None
    return sha if isinstance(sha, str) and len(sha) == 64 else ""


def photos_in(form: Form, answers: Mapping[str, Json]) -> Iterator[tuple[str, Mapping[str, Json]]]:
    """Path and answer of every photo of a record, in the form's order; nothing that was drawn."""
    asked = [q.path for q in form.walk() if q.type == "image" and not any(q.looks(kind) for kind in DRAWN)]
    order = {path: n for n, path in enumerate(asked)}
    held = [(order[plain], path) for path in answers if (plain := _without_rows(path)) in order]
    for _, path in sorted(held, key=lambda one: one[0]):
        value = answers[path]
        for shot in value if isinstance(value, list) else [value]:
            if isinstance(shot, Mapping) and blob_of(shot):
                yield path, shot


def keep_file(desk: Desk, source: Path) -> Json:
    """Keep any file as it is (sound, film, paper) and give the answer that names it. A60 larger than 40 MB."""
    _, data = _read(source)
    # 原来的文件名常带人名，只留种类
    name = f"附件{source.suffix.lower()[:8]}"
    return {"blob": desk.store.blob_put(io.BytesIO(data), "application/octet-stream"), "name": name}


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


def _without_rows(path: str) -> str:
    from baitao_desktop.forms.definition import without_rows

    return without_rows(path)


__all__ = [
    "LARGEST", "LONGEST", "blob_of", "keep_file", "keep_photo", "keeps_originals", "photos_in", "small_photo", "whole_photo",
]  # fmt: skip
