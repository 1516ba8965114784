"""A checklist as it stands on the record page: how far, what failed with its facts, all items on asking."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from baitao_desktop.actions.desk import Desk
from baitao_desktop.actions.records import View
from baitao_desktop.domain.catalogue import ANSWERS, basis_of_row
from baitao_desktop.domain.inspections import (
    DAY,
    InspectionState,
    Row,
    advice,
    asked,
    duties,
    findings_in,
    level,
    over_line,
    progress,
    rows_of,
    severity_word,
)  # fmt: skip
from baitao_desktop.domain.values import day_of
from baitao_desktop.ui import look
from baitao_desktop.ui.fields.base import label_of
from baitao_desktop.ui.pages.parts import card, flow, link, selectable, sign

_SIGNS = {"general": look.WARNING, "serious": look.WARNING, "grave": look.ERROR, "major": look.ERROR}


def draw(desk: Desk, view: View) -> QFrame:
    """The frame over the record's head: a summary, the failed items, and behind a link every item."""
    frame, inside = card("检查结果")
    rows = rows_of(view.record.answers)
    wanted = asked(rows)
    done, of = progress(rows)
    found = findings_in(rows)
    gravest = level(view.record.answers, rows)
    said = f"要查{of}项，已查{done}项，查出问题{len(found)}个" + (
        f"，最重的是{severity_word(gravest)}" if gravest else ""
    )
    everything = _all(desk, view, wanted)
    everything.hide()
    inside.addWidget(label_of(said + "。", "strong"))
    inside.addWidget(
        flow(link(f"显示全部{len(wanted)}项", lambda: everything.setVisible(not everything.isVisible()), icon="down"))
    )
    if of > done:
        inside.addWidget(label_of(f"还有{of - done}项没有查，不算合格。", "warning"))
    if over_line(view.record.answers):
        inside.addWidget(label_of("人数或金额已到追诉线，按重大风险看待；这只是提醒，不是定性。", "problem"))
    _parts(desk, view.state, inside)
    for row in (*found, *duties(rows)):
        inside.addWidget(_failed(desk, view, row))
    inside.addWidget(everything)
    return frame


def _parts(desk: Desk, state: InspectionState, inside: QVBoxLayout) -> None:
    if not state.joint:
        handed = (state.handed_in or {}).get(state.unit)
        if handed is not None and handed.proxy:
            inside.addWidget(label_of(f"专项办{handed.by}代录", "hint"))
        return
    for unit in state.units:
        handed = (state.handed_in or {}).get(unit)
        lead = "（牵头）" if unit == state.unit else ""
        words = (
            f"{handed.by}{'代录' if handed.proxy else ''}，{handed.at[:10]}提交" if handed is not None else "还没有提交"
        )
        inside.addWidget(label_of(f"{desk.campaign.unit_name(unit)}{lead}：{words}", "hint"))


def _failed(desk: Desk, view: View, row: Row) -> QWidget:
    held = QWidget()
    grid = QGridLayout(held)
    grid.setContentsMargins(0, 4, 0, 4)
    grid.setHorizontalSpacing(8)
    grid.setVerticalSpacing(2)
    grid.setColumnStretch(1, 1)
    grid.addWidget(sign("error", _SIGNS.get(row.severity, look.ERROR), "有问题"), 0, 0, Qt.AlignmentFlag.AlignTop)
    title = f"{row.code}　{row.text}　{ANSWERS[row.answer]}"
    grid.addWidget(selectable(title, "strong"), 0, 1)
    said = [row.fact, "；".join(_more(desk, view, row))]
    for n, text in enumerate((t for t in said if t), 1):
        grid.addWidget(selectable(text, "" if n == 1 and row.fact else "hint"), n, 1)
    return held


def _more(desk: Desk, view: View, row: Row) -> list[str]:
    if row.own_duty:
        return ["这一项是检查方自己的事，不记被查场所"]
    day = day_of(str(view.record.answers.get(DAY) or ""))
    law = basis_of_row(desk.catalogue.basis, row.basis, day) if day is not None else ()
    when = f"整改期限{row.due}" if row.due else "当场已改正" if row.on_spot else ""
    said = [
        severity_word(row.severity),
        f"依据：{'、'.join(law)}" if law else "",
        f"建议：{advice(row.measure)}" if row.measure else "",
        when,
    ]
    return [t for t in said if t]


def _all(desk: Desk, view: View, rows: tuple[Row, ...]) -> QWidget:
    held = QWidget()
    grid = QGridLayout(held)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(4)
    grid.setColumnStretch(1, 1)
    state: InspectionState = view.state
    for n, row in enumerate(rows):
        who = f"　{desk.campaign.unit_name(row.unit)}" if state.joint else ""
        grid.addWidget(label_of(row.code, "hint", wrap=False), n, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(selectable(row.text + who), n, 1)
        words = ANSWERS.get(row.answer, "未检查")
        grid.addWidget(
            label_of(words, "problem" if row.failed else "hint", wrap=False), n, 2, Qt.AlignmentFlag.AlignTop
        )
    return held
