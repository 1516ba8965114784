"""检查台账 over all checklists or one, and 问题台账: plain data for the ledger painter and for .xlsx."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from baitao_desktop.actions.inspection_papers import finding_basis
from baitao_desktop.actions.inspections import line_name, line_of
from baitao_desktop.domain import findings, inspections
from baitao_desktop.domain.inspections import advice, severity_word
from baitao_desktop.domain.kinds import status_label
from baitao_desktop.domain.ops import Json
from baitao_desktop.domain.query import Line, Query
from baitao_desktop.domain.values import day_of
from baitao_desktop.forms import Describer, Form

if TYPE_CHECKING:
    from baitao_desktop.actions.desk import Desk
    from baitao_desktop.reports.papers import Cell

INSPECTIONS = "jiancha"
"""Asked for instead of a form: the ledger of all checklists."""
TITLES = {INSPECTIONS: "检查台账", findings.FORM: "问题台账"}
_CHECKED = (
    ("序号", 8.0), ("编号", 30.0), ("检查日期", 18.0), ("行业线", 20.0), ("检查对象", 42.0), ("村（社区）", 18.0), ("类别", 16.0),
    ("检查单位", 26.0), ("检查人员", 24.0), ("已查/应查", 14.0), ("问题", 10.0), ("最重程度", 15.0), ("状态", 20.0),
)  # fmt: skip
_FOUND = (
    ("序号", 9.0), ("编号", 27.0), ("发现日期", 18.0), ("场所", 27.0), ("村（社区）", 16.0), ("行业线", 15.0), ("检查项", 14.0),
    ("问题事实", 44.0), ("程度", 15.0), ("依据", 32.0), ("处置建议", 25.0), ("责任单位", 15.0), ("整改期限/逾期", 18.0), ("状态", 15.0),
    ("销号日期", 18.0),
)  # fmt: skip
Rows = tuple[str, Sequence[tuple[str, float]], list[tuple["Cell", ...]]]


def inspection_rows(desk: Desk, forms: Sequence[Form], query: Query) -> Rows:
    """Title, columns and rows of the inspections of these checklists, in the query's order."""
    found: list[tuple[Form, Line]] = []
    with desk.store.reading() as reader:
        for form in forms:
            found += [(form, line) for line in reader.lines(reader.ids(replace(query, form=form.id)))]
    if len(forms) > 1:
        found.sort(key=lambda pair: (pair[1].head.received, pair[1].head.no), reverse=query.descending)
    words = {form.id: Describer(form, desk.lists) for form in forms}
    rows = [(n, *_checked(desk, words[form.id], form, line)) for n, (form, line) in enumerate(found, 1)]
    title = TITLES[INSPECTIONS] if len(forms) > 1 else forms[0].title.removesuffix("表") + "台账"
    return title, _CHECKED, rows


def finding_rows(desk: Desk, form: Form, query: Query) -> Rows:
    """问题台账: what was found, what it rests on, what became of it."""
    with desk.store.reading() as reader:
        lines = reader.lines(reader.ids(query))
    words = Describer(form, desk.lists)
    return TITLES[findings.FORM], _FOUND, [(n, *_found(desk, words, line)) for n, line in enumerate(lines, 1)]


def _checked(desk: Desk, words: Describer, form: Form, line: Line) -> tuple[Cell, ...]:
    said = line.answers
    rows = inspections.rows_of(said)
    looked, wanted = inspections.progress(rows)
    state = line.head.state if isinstance(line.head.state, dict) else {}
    units = state.get("units")
    names = [desk.campaign.unit_name(str(u)) for u in units] if isinstance(units, list) else []
    return (
        line.head.no, _day(said.get(inspections.DAY)), line_name(desk, line_of(form)), _text(said.get(inspections.VENUE_NAME)),
        words.label(inspections.VILLAGE, said.get(inspections.VILLAGE)), words.label("jiancha_leibie", said.get("jiancha_leibie")),
        "、".join(names) or desk.campaign.unit_name(line.head.unit), "、".join(inspections.inspectors(said)), f"{looked}/{wanted}",
        len(inspections.findings_in(rows)), severity_word(inspections.level(said, rows)), status_label(inspections.KIND, line.head.status),
    )  # fmt: skip


def _found(desk: Desk, words: Describer, line: Line) -> tuple[Cell, ...]:
    said, head = line.answers, line.head
    day = day_of(_text(said.get("faxian_riqi")))
    basis = finding_basis(desk, said)
    return (
        head.no, day or "", _text(said.get("changsuo_mingcheng")), words.label("suozai_cunshe", said.get("suozai_cunshe")),
        line_name(desk, _text(said.get("hangye"))), _text(said.get("xiang")), _text(said.get("shishi")),
        severity_word(_text(said.get(findings.SEVERITY))), "；".join(basis), advice(_text(said.get("jianyi"))),
        desk.campaign.unit_name(_text(said.get("zeren_danwei")) or head.unit), _due(desk, line),
        status_label(findings.KIND, head.status), _day(head.closed),
    )  # fmt: skip


def _due(desk: Desk, line: Line) -> Cell:
    due = day_of(line.head.due or _text(line.answers.get(findings.DUE)))
    if due is None:
        return "当场改正" if line.answers.get("dangchang") == "shi" else ""
    return f"{due.isoformat()} 逾期" if line.head.status == "open" and due < desk.today else due


def _day(value: Json) -> Cell:
    text = _text(value)
    return day_of(text) or text


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""
