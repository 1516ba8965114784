"""Papers of records and ledgers: plain data for `reports`, gathered here; bytes or files out, every print noted."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from baitao_desktop import files
from baitao_desktop.actions import records
from baitao_desktop.actions.desk import Desk, Done, note, require
from baitao_desktop.actions.fitting import form_of
from baitao_desktop.actions.inspection_ledgers import INSPECTIONS, finding_rows, inspection_rows
from baitao_desktop.actions.inspection_papers import blank_checklist_pdf, finding_groups, inspection_pdf
from baitao_desktop.actions.inspections import checklists
from baitao_desktop.actions.ledgers import ScreenColumn, cells_in, columns_of
from baitao_desktop.actions.record_papers import groups_of, photos_of
from baitao_desktop.domain import findings, inspections, tips
from baitao_desktop.domain.kinds import status_label
from baitao_desktop.domain.ops import Json, RecordId
from baitao_desktop.domain.query import Line, Query
from baitao_desktop.domain.tips import TipState
from baitao_desktop.domain.values import chinese_date, day_of, minute_text
from baitao_desktop.forms import Describer, Form

if TYPE_CHECKING:
    from baitao_desktop.reports.papers import Cell, Column, LedgerPaper

_PAPER = (
    ("序号", 8), ("线索编号", 38), ("接收时间", 20), ("来源/渠道", 18), ("线索摘要", 64), ("名义", 22), ("被反映对象", 28),
    ("责任单位/责任人", 24), ("办理状态", 15), ("办结", 15), ("回复", 15),
)  # fmt: skip
"""线索管理台账 on paper, first_course §5 (mm)."""
_SHEET = (
    ("序号", 6), ("线索编号", 24), ("总台账号", 11), ("接收时间", 16), ("来源/渠道", 16), ("首接单位", 12), ("首接人", 9), ("线索摘要", 48),
    ("名义类型", 20), ("被反映对象", 20), ("管辖情况", 9), ("责任单位", 12), ("责任人", 9), ("跟进组", 8), ("核实结果", 10), ("处置方式", 10),
    ("办理状态", 12), ("到期日/逾期", 12), ("办结时间", 16), ("反馈情况", 12), ("满意度", 8), ("督办", 6), ("备注", 16),
)  # fmt: skip
"""The 23 columns of tips §2.10: none tells named from anonymous."""
_CENTRED = ("序号", "办理状态", "状态", "程度", "最重程度", "问题", "已查/应查", "检查项", "类别")


def ledger_paper(desk: Desk, form_id: str, query: Query, *, sheet: bool = False) -> LedgerPaper:
    """The ledger of a form (of all inspections: INSPECTIONS) as plain data for paper (or for .xlsx with `sheet`)."""
    from baitao_desktop.reports.papers import LedgerPaper

    title, columns, rows, foot = _ledger(desk, form_id, query, sheet=sheet)
    cutoff = f"统计截止：{chinese_date(desk.today)} {desk.now():%H:%M}"
    return LedgerPaper(title, desk.unit.name, cutoff, columns, rows, foot, desk.watermark)


def _ledger(
    desk: Desk, form_id: str, query: Query, *, sheet: bool
) -> tuple[str, Sequence[Column], Sequence[Sequence[Cell]], str]:
    """Title, columns, rows and foot."""
    form = desk.forms.get(form_id)
    if form_id == INSPECTIONS or (form is not None and form.kind == inspections.KIND):
        title, spec, rows = inspection_rows(desk, checklists(desk) if form is None else [form], query)
        return title, _columns(spec), rows, ""
    form = desk.forms[form_id]
    if form.kind == findings.KIND:
        title, spec, rows = finding_rows(desk, form, query)
        return title, _columns(spec), rows, ""
    with desk.store.reading() as reader:
        lines = reader.lines(reader.ids(query))
    if form.kind == tips.KIND:
        row = _sheet_row if sheet else _paper_row
        words = Describer(form, desk.lists)
        body = [row(desk, words, n, line) for n, line in enumerate(lines, 1)]
        return "线索管理台账", _columns(_SHEET if sheet else _PAPER), body, desk.campaign.papers["ledger_foot"]
    screen = columns_of(form)
    # 纸上每列至少放得下三个字，标题短的放得下标题
    wide = [("序号", 7.0), *((c.title, max(float(c.chars), 9.0, min(16.0, 2.4 * len(c.title)))) for c in screen)]
    cells = cells_in(desk, form, screen)
    body = [(n, *_typed(form, screen, line, cells(line))) for n, line in enumerate(lines, 1)]
    return f"{form.title}台账", _columns(wide, right=[c.title for c in screen if c.right]), body, ""


def _columns(spec: Sequence[tuple[str, float]], right: Collection[str] = ()) -> list[Column]:
    from baitao_desktop.reports.papers import Column

    return [Column(t, w, "right" if t in right else "center" if t in _CENTRED else "left") for t, w in spec]


def ledger_pdf(desk: Desk, form_id: str, query: Query) -> bytes:
    """The ledger as PDF bytes, for preview."""
    from baitao_desktop.reports.ledger import ledger_pdf as paint

    return paint(ledger_paper(desk, form_id, query))


def save_ledger(desk: Desk, form_id: str, query: Query, folder: Path, *, xlsx: bool = False) -> Done[Path]:
    """The ledger as .pdf or .xlsx in `folder`, under kind + date; noted as a print or an export."""
    from baitao_desktop.reports.ledger import ledger_pdf as paint
    from baitao_desktop.reports.sheets import ledger_xlsx

    require(desk, "work")
    paper = ledger_paper(desk, form_id, query, sheet=xlsx)
    data = ledger_xlsx(paper) if xlsx else paint(paper)
    path = keep(folder, f"{paper.title}_{desk.unit.name}_{desk.today:%Y%m%d}", ".xlsx" if xlsx else ".pdf", data)
    note(desk, "exported" if xlsx else "printed", "", paper=paper.title, rows=len(paper.rows))
    return Done(path, files=(path,))


def record_pdf(desk: Desk, rec: RecordId) -> bytes:
    """One record as PDF bytes: its paper, its history, its photos. Never a sealed field."""
    from baitao_desktop.reports.papers import RecordPaper
    from baitao_desktop.reports.record_paper import record_pdf as paint

    view = records.look(desk, rec)
    form = view.form
    if form.kind == inspections.KIND:
        return inspection_pdf(desk, view)
    history = tuple((h.at, h.who, "　".join([h.what, *(f"{k}：{v}" for k, v in h.details)])) for h in view.history)
    answers, found = view.record.answers, form.kind == findings.KIND
    paper = RecordPaper(
        "问题整改表" if found else _titled(form), view.no,
        finding_groups(desk, form, answers) if found else groups_of(desk, form, answers),
        unit="、".join(desk.campaign.unit_name(u) for u in view.record.scope.split("+")), history=history, signatures=("经手人", "负责人"),
        photos=tuple(photos_of(desk, form, answers)), form=form.id, version=form.version, watermark=desk.watermark,
    )  # fmt: skip
    return paint(paper)


def _titled(form: Form) -> str:
    return form.title if form.title.endswith("表") else f"{form.title}表"


def blank_pdf(desk: Desk, form_id: str) -> bytes:
    """The empty paper of a form, to fill in by hand: everything that is asked, with boxes to tick and room to write."""
    from baitao_desktop.reports.papers import RecordPaper
    from baitao_desktop.reports.record_paper import record_pdf as paint

    form = form_of(desk, form_id)
    if form.kind == inspections.KIND:
        return blank_checklist_pdf(desk, form)
    return paint(
        RecordPaper(
            _titled(form), "", groups_of(desk, form, {}, blank=True),
            unit=desk.unit.name, signatures=("填表人", "负责人"), form=form.id, version=form.version, watermark=desk.watermark,
        )
    )  # fmt: skip


def save_blank(desk: Desk, form_id: str, folder: Path) -> Done[Path]:
    """The empty paper as .pdf in `folder`."""
    path = keep(folder, f"空白_{form_of(desk, form_id).title}", ".pdf", blank_pdf(desk, form_id))
    note(desk, "printed", "", paper=f"空白{form_id}")
    return Done(path, files=(path,))


def save_record(desk: Desk, rec: RecordId, folder: Path) -> Done[Path]:
    """The record's paper as .pdf in `folder`, named by kind and number, never by a person or a place."""
    view = records.look(desk, rec, logged=False)
    path = keep(folder, f"{view.form.title}_{view.no or desk.today.strftime('%Y%m%d')}", ".pdf", record_pdf(desk, rec))
    note(desk, "printed", rec, paper=view.form.title)
    return Done(path, files=(path,))


def receipt_pdf(desk: Desk, tip: RecordId, query_code: str) -> bytes:
    """受理回执: two slips on an A4, with the query code that is kept nowhere else; no name, no subject."""
    from baitao_desktop.reports.papers import Receipt
    from baitao_desktop.reports.receipt import receipt_pdf as paint

    with desk.store.reading() as reader:
        record = reader.get(tip)
    state = tips.fold(record.steps)
    spaced = f"{query_code[:3]} {query_code[3:7]} {query_code[7:]}"
    due = day_of(state.due_close)
    return paint(
        Receipt(
            state.no, spaced, desk.campaign.unit_name(state.first_unit), minute_text(str(record.answers.get("jieshou_shijian") or state.registered_at)),
            desk.campaign.report_telephones, chinese_date(due) if due else "", desk.watermark,
        )
    )  # fmt: skip


def save_receipt(desk: Desk, tip: RecordId, query_code: str, folder: Path) -> Done[Path]:
    """The slip as .pdf in `folder`."""
    data = receipt_pdf(desk, tip, query_code)
    with desk.store.reading() as reader:
        no = tips.fold(reader.get(tip).steps).no
    path = keep(folder, f"受理回执_{no}", ".pdf", data)
    note(desk, "printed", tip, paper="受理回执")
    return Done(path, files=(path,))


def keep(folder: Path, name: str, suffix: str, data: bytes) -> Path:
    """Write a made file whole under a free name: nothing is overwritten."""
    safe = "".join("－" if c in '\\/:*?"<>|' else c for c in name)
    return files.write_whole(files.free_name(folder / f"{safe}{suffix}"), data)


def _paper_row(desk: Desk, words: Describer, n: int, line: Line) -> tuple[Cell, ...]:
    state, text = tips.state_of(line.head.state), _Words(words, line.answers)
    return (
        n, state.no, minute_text(str(line.answers.get("jieshou_shijian", ""))), text("qudao"), text("zhaiyao"), text("mingyi"),
        text("beifanying_duixiang"), "/".join(t for t in (desk.campaign.unit_name(state.unit), state.person) if t),
        status_label(tips.KIND, state.handling), state.closed_at[:10], _feedback(state),
    )  # fmt: skip


def _sheet_row(desk: Desk, words: Describer, n: int, line: Line) -> tuple[Cell, ...]:
    state, text = tips.state_of(line.head.state), _Words(words, line.answers)
    due = state.due
    late = f"{due} 逾期" if due and due < desk.today.isoformat() else due
    source = "/".join(t for t in (text("laiyuan"), text("qudao")) if t)
    first_person = state.first_person
    return (
        n, state.no, state.office_no, _moment(line.answers.get("jieshou_shijian")), source, desk.campaign.unit_name(state.first_unit),
        first_person, text("zhaiyao"), text("mingyi"), text("beifanying_duixiang"), "", desk.campaign.unit_name(state.unit),
        state.person, "", tips.RESULTS.get(state.result, ""), "", status_label(tips.KIND, state.handling), late,
        _moment(state.closed_at), _feedback(state, "未回访"), "", "", state.reason if state.handling == "void" else "",
    )  # fmt: skip


def _feedback(state: TipState, unreachable: str = "—") -> str:
    """Every kind of unreachable prints alike, so that no row tells named from anonymous (USERS 23; .xlsx first_course §5)."""
    said = {"done": "已回复", "pending": "待回复", "declined": unreachable, "unreachable": unreachable}
    return said.get(state.feedback, "")


def _typed(form: Form, columns: Sequence[ScreenColumn], line: Line, words: Sequence[str]) -> list[Cell]:
    """The cells of a row: numbers, sums in 元 and dates as such (a date in words would break on paper), all else in words."""
    out: list[Cell] = []
    for column, word in zip(columns, words, strict=True):
        value = line.answers.get(column.key)
        question = form.by_path.get(column.key)
        if question is None:
            out.append(word)
        elif type(value) is int and question.looks("bt-money"):
            out.append(Decimal(value) / 100)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            out.append(value)
        elif question.type == "date" and isinstance(value, str):
            out.append(day_of(value) or word)
        else:
            out.append(_moment(value) if question.type == "dateTime" else word)
    return out


class _Words:
    """Answers of one record, in words."""

    def __init__(self, words: Describer, answers: Mapping[str, Json]) -> None:
        self._words, self._answers = words, answers

    def __call__(self, fld: str) -> str:
        return self._words.label(fld, self._answers.get(fld))


def _moment(value: Json) -> Cell:
    if not isinstance(value, str) or not value:
        return ""
    try:
        return datetime.fromisoformat(value).replace(tzinfo=None)
    except ValueError:
        return value
