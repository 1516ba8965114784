"""复制照片: what goes into the work group, each with the strip 时间·村·活动 burnt in under it (USERS 9)."""

from __future__ import annotations

import contextlib
import io
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from baitao_desktop import files, paths
from baitao_desktop.actions.desk import Desk, Done, note
from baitao_desktop.actions.photos import LONGEST, photos_in, whole_photo
from baitao_desktop.domain import tips
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import Json
from baitao_desktop.domain.values import chinese_date, day_of

if TYPE_CHECKING:
    from PIL import Image
    from PIL.ImageFont import FreeTypeFont

    from baitao_desktop.actions.records import View

MOST = 9
_SQUARES = 4
"""Squares across a covered spot: a face of four by four cannot be known again."""
_INK, _PAPER = (28, 37, 48), (244, 246, 249)
_FACE = "NotoSansSC-Regular.ttf"


Box = tuple[float, float, float, float]
"""Left, top, right, bottom of what is covered, as parts of the picture's width and height."""


def group_photos(
    desk: Desk, view: View, *, covered: Mapping[str, Sequence[Box]] | None = None
) -> Done[tuple[Path, ...]]:
    """At most nine JPEG files for the clipboard, in the form's order; `covered`: by a photo's digest, what is made unknowable
    in the copy (faces; the photo kept stays as it is). They lie open beside the cabinet until the next
    copying or `forget_copied`. UserFacingError A69 when none of the record's photos is here, or for a tip."""
    if view.form.kind == tips.KIND:
        raise UserFacingError("A69", "线索的照片不能复制到群里。")
    hidden = covered or {}
    shown = {
        str(shot["blob"]): with_strip(data, strip_text(desk, view, shot), hidden.get(str(shot["blob"]), ()))
        for shot, data in photos_here(desk, view)
    }
    folder = forget_copied(desk)
    made = tuple(files.write_whole(folder / f"{n}.jpg", data) for n, data in enumerate(shown.values(), 1))
    note(desk, "copied_photos", view.record.id, photos=len(made))
    return Done(made, files=made)


def photos_here(desk: Desk, view: View) -> list[tuple[Mapping[str, Json], bytes]]:
    """The first nine different photos of a record that are here: answer and JPEG bytes. A69 when there is none."""
    found: dict[str, tuple[Mapping[str, Json], bytes]] = {}
    for _, shot in photos_in(view.form, view.record.answers):
        if len(found) < MOST and str(shot["blob"]) not in found and (data := whole_photo(desk, dict(shot))):
            found[str(shot["blob"])] = (shot, data)
    if not found:
        raise UserFacingError("A69", "照片还没有收到，现在没有可以复制的。收到以后再复制。")
    return list(found.values())


def forget_copied(desk: Desk) -> Path:
    """Take away what was copied before; where the next copies go."""
    folder = desk.places.cache / "copied"
    with contextlib.suppress(OSError):
        # 聊天程序可能还开着上一张：留下的下次再清
        shutil.rmtree(folder)
    return folder


def strip_text(desk: Desk, view: View, shot: Mapping[str, Json]) -> str:
    """时间 · 村 · 活动. The time is the camera's; where it said none, the day of the record, without an hour."""
    answers = view.record.answers
    taken = str(shot.get("taken") or "")
    day = day_of(taken) or next((d for v in answers.values() if isinstance(v, str) and (d := day_of(v))), None)
    when = "" if day is None else f"{chinese_date(day)} {taken[11:16]}".strip()
    place = str(answers.get("suozai_cunshe") or "") or view.record.scope.split("+")[0]
    return " · ".join(part for part in (when, desk.campaign.unit_name(place), view.form.title) if part)


def with_strip(data: bytes, text: str, covered: Sequence[Box] = ()) -> bytes:
    """The picture with a strip of words added below it: nothing of it is covered but what `covered` names."""
    from PIL import Image, ImageDraw

    with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as opened:
        picture = opened.convert("RGB")
    picture.thumbnail((LONGEST, LONGEST))
    for box in covered:
        _cover(picture, box)
    size = max(16, round(max(picture.size) * 0.026))
    lines, font = _lines(text, size, picture.width - size)
    tall = round(size * (1.4 * len(lines) + 0.5))
    sheet = Image.new("RGB", (picture.width, picture.height + tall), _PAPER)
    sheet.paste(picture)
    pen = ImageDraw.Draw(sheet)
    for n, line in enumerate(lines):
        pen.text((size / 2, picture.height + size * (0.35 + 1.4 * n)), line, fill=_INK, font=font)
    return _jpeg(sheet)


def _cover(picture: Image.Image, box: Box) -> None:
    """A few even squares instead of what was there: not a blur, which can be undone."""
    from PIL import Image

    left, right = sorted((round(box[0] * picture.width), round(box[2] * picture.width)))
    top, bottom = sorted((round(box[1] * picture.height), round(box[3] * picture.height)))
    spot = (max(0, left), max(0, top), min(picture.width, right), min(picture.height, bottom))
    wide, tall = spot[2] - spot[0], spot[3] - spot[1]
    if wide > 0 and tall > 0:
        coarse = picture.crop(spot).resize((min(_SQUARES, wide), min(_SQUARES, tall)), Image.Resampling.BOX)
        picture.paste(coarse.resize((wide, tall), Image.Resampling.NEAREST), spot[:2])


def _lines(text: str, size: int, room: int) -> tuple[list[str], FreeTypeFont]:
    """The words broken where the picture ends: a narrow upright one takes two lines or three."""
    from PIL import ImageFont

    font = ImageFont.truetype(str(paths.resources() / "fonts" / _FACE), size, layout_engine=ImageFont.Layout.BASIC)
    lines, line = [], ""
    for character in text:
        if line and font.getlength(line + character) > room:
            lines.append(line)
            line = "" if character == " " else character
        else:
            line += character
    return [*lines, line], font


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=88)
    return out.getvalue()
