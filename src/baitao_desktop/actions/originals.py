"""The untouched file of an inspection photo: saved out where it was kept, and by its digest known again (USERS 20)."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from baitao_desktop import files
from baitao_desktop.actions.desk import Desk, Done, note, require
from baitao_desktop.actions.group_photos import forget_copied
from baitao_desktop.actions.photos import blob_of
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import Json, RecordId
from baitao_desktop.domain.values import day_of

if TYPE_CHECKING:
    from baitao_desktop.domain.query import Line

INSPECTION = "jiancha"
"""Where a finding names its inspection."""
ELSEWHERE = "原图在检查单位的电脑上"


def original_at(desk: Desk, answer: Json) -> str:
    """Where the untouched file of a photo is, in words; empty for a photo that never had one kept."""
    sha = blob_of(answer, "original")
    if not sha:
        return ""
    return "原图在本机" if desk.store.blob_has(sha) else ELSEWHERE


def save_original(desk: Desk, answer: Json, folder: Path) -> Done[Path]:
    """The untouched file, byte for byte as it was picked, into `folder`; who took it out is logged. UserFacingError A69
    when it was kept on another machine, or never."""
    require(desk, "work")
    sha = blob_of(answer, "original")
    if not sha:
        raise UserFacingError("A69", "这张照片没有留原图：只有从文件加入的检查照片才留。请用列出的照片。")
    if not desk.store.blob_has(sha):
        raise UserFacingError("A69", f"{ELSEWHERE}，本机没有。请联系拍照的单位，请他们在自己的电脑上存出来。")
    with desk.store.blob_open(sha) as source:
        data = source.read()
    taken = str(answer.get("taken") or "") if isinstance(answer, dict) else ""
    moment = "".join(c for c in taken[:16] if c.isdigit())
    ending = desk.store.blob_mime(sha).partition("/")[2]
    # 名字里只有时间和校验值的头八位，不写人名、地名
    name = "_".join(part for part in ("原图", moment, sha[:8]) if part)
    path = files.write_whole(files.free_name(folder / f"{name}.{ending}"), data)
    note(desk, "saved_original", "", sha256=sha)
    return Done(path, files=(path,))


def clear_leftovers(desk: Desk) -> None:
    """Pictures that were added and taken out again, and copies made for a group. At login only: then no page is open
    whose pictures nothing names yet. That a disk is full keeps nobody out."""
    with contextlib.suppress(UserFacingError):
        desk.store.sweep_blobs()
    forget_copied(desk)


def used_before(desk: Desk, answer: Json, *, but: RecordId | str = "") -> str:
    """「6月3日已用过（编号…）」 when another record shows the same photo, known by its untouched file or by the picture that
    was kept of it; empty when none does. `but` is the record being corrected: it and what belongs to it do not count."""
    shas = sorted({sha for sha in (blob_of(answer), blob_of(answer, "original")) if sha})
    if not shas:
        return ""
    with desk.store.reading() as reader:
        lines = reader.lines(reader.naming(shas))
        own = reader.get(RecordId(but)) if but and reader.has(RecordId(but)) else None
    # 一次检查和由它立的问题本来就用同一张照片
    kin = {str(but), str(own.answers.get(INSPECTION) or "")} - {""} if own is not None else set()
    for line in lines:
        akin = {line.id, *(other for rel, other in line.head.links if rel == "inspection")}
        if not line.deleted and line.head.status != "void" and not akin & kin:
            return _said(desk, line)
    return ""


def _said(desk: Desk, line: Line) -> str:
    day = day_of(line.head.received)
    when = "" if day is None else f"{day.month}月{day.day}日"
    if day is not None and day.year != desk.today.year:
        when = f"{day.year}年{when}"
    form = desk.forms.get(line.form)
    what = f"编号{line.head.no}" if line.head.no else form.title if form is not None else "另一条记录"
    return f"{when}已用过（{what}）"
