"""A record as it stands on the left of its page: groups of labels and values, photos; and as a paragraph for a group chat."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from baitao_desktop.actions import records
from baitao_desktop.actions.desk import Desk
from baitao_desktop.actions.fitting import HIDDEN
from baitao_desktop.actions.records import View
from baitao_desktop.domain import inspections, tips
from baitao_desktop.domain.ops import Json
from baitao_desktop.domain.values import chinese_date, day_of
from baitao_desktop.forms import Question, label_of
from baitao_desktop.ui import look
from baitao_desktop.ui.fields.base import label_of as words
from baitao_desktop.ui.pages import record_photos
from baitao_desktop.ui.pages.parts import card, selectable

SILENT = ("calculate", "hidden", "note", "image", "audio", "video", "file")


@dataclass(frozen=True, slots=True)
class Part:
    """A group of a paper: its heading and what was answered in it."""

    heading: str
    said: tuple[tuple[str, str], ...]


def parts_of(desk: Desk, view: View) -> list[Part]:
    """What was answered, in the form's order, in words. Sealed fields and photos never stand here."""
    found: list[Part] = []
    loose = [(q.label, t) for q in view.form.questions if (t := _text(desk, view, q))]
    if loose:
        found.append(Part("", tuple(loose)))
    for question in view.form.questions:
        if question.type in ("group", "repeat") and not question.looks("bt-checklist"):
            said = tuple(_inside(desk, view, question))
            if said:
                found.append(Part(question.label, said))
    return found


def _inside(desk: Desk, view: View, group: Question) -> Iterator[tuple[str, str]]:
    for question in group.walk():
        if question.type == "repeat" and not question.looks("bt-checklist"):
            yield from _repeat(desk, view, question)
        elif question.type != "group":
            text = _text(desk, view, question)
            if text:
                yield question.label, text


def _repeat(desk: Desk, view: View, repeat: Question) -> Iterator[tuple[str, str]]:
    for path, value in view.record.answers.items():
        if path.startswith(f"{repeat.path}[") and "/" in path:
            text = label_of(view.form, path, value, desk.lists)
            if text:
                yield records.label_of(view.form, path), text


def _text(desk: Desk, view: View, question: Question) -> str:
    sealed = question.path in HIDDEN or question.bt.get("seal")
    if question.type in (*SILENT, "group", "repeat") or sealed:
        return ""
    text = label_of(view.form, question.path, view.record.answers.get(question.path), desk.lists)
    return f"{text}元" if text and question.looks("bt-money") else text


def photo_answers(view: View) -> list[tuple[str, Json]]:
    """Label and answer of every photo of the record, in order."""
    found: list[tuple[str, Json]] = []
    for fld, value in view.record.answers.items():
        label = records.label_of(view.form, fld)
        shots = value if isinstance(value, list) else [value]
        found += [(label, shot) for shot in shots if isinstance(shot, dict) and shot.get("blob")]
    return found


def draw(desk: Desk, view: View, save: record_photos.Save | None = None) -> QWidget:
    """The paper of a record. `save` is asked for the untouched file of a photo that is here."""
    frame, inside = card()
    frame.setAccessibleName(view.form.title)
    for part in parts_of(desk, view):
        if part.heading:
            inside.addWidget(words(part.heading, "section"))
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 8)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for row, (label, text) in enumerate(part.said):
            name = words(label, "hint")
            name.setFixedWidth(look.unit() * 8)
            grid.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(selectable(text), row, 1, Qt.AlignmentFlag.AlignTop)
        inside.addLayout(grid)
    if view.form.kind == tips.KIND:
        # 每一条线索都写同一句话：从页面上看不出有没有留姓名（USERS 23）
        inside.addWidget(words("举报人信息已密封，不在这里显示。", "hint"))
    shots = photo_answers(view)
    if shots:
        inside.addWidget(words("照片", "section"))
        inside.addWidget(record_photos.draw_photos(desk, shots, save))
    return frame


_MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
PERSONAL = ("xianchang_renyuan", "renyuan", "jianzheng_ren", "qianzi_fangshi")
"""Questions that name persons or how they signed: nothing for a work group."""


def group_text(desk: Desk, view: View) -> str:
    """复制文字: one paragraph in the style of a work group (USERS 9): 【村名】day, form, what was answered. Persons and
    telephone numbers are left out; of a checklist it says how many items and problems."""
    unit = "、".join(desk.campaign.unit_name(code) for code in view.record.scope.split("+"))
    hidden = {q.label for q in view.form.walk() if q.looks("bt-phone") or q.path.split("/")[0] in PERSONAL}
    said = [(label, text) for part in parts_of(desk, view) for label, text in part.said if label not in hidden]
    if view.form.kind == inspections.KIND:
        rows = inspections.rows_of(view.record.answers)
        done, of = inspections.progress(rows)
        n = len(inspections.findings_in(rows))
        said.append(
            (
                "检查结果",
                f"要查{of}项，查了{done}项，" + (f"发现问题{n}个" if n else "没有发现问题") if done else "还没有查",
            )
        )
    day = next((d for _, v in view.record.answers.items() if isinstance(v, str) and (d := day_of(v))), None)
    when = f"{chinese_date(day)}，" if day else ""
    dates = {chinese_date(day), day.isoformat()} if day else set()
    body = "；".join(f"{label}：{' '.join(text.split())}" for label, text in said if text not in dates)
    body = _MOBILE.sub("（电话略）", body)
    return f"【{unit}】{when}{view.form.title}。{body}。".replace("。。", "。")
