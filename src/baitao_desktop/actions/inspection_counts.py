"""What was inspected, found, taught and visited, counted from the records here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from baitao_desktop.actions.desk import Desk
from baitao_desktop.actions.inspections import checklists, line_of
from baitao_desktop.domain import findings, inspections
from baitao_desktop.domain.campaign import Month
from baitao_desktop.domain.catalogue import SEVERITIES
from baitao_desktop.domain.figures import cutoff_of
from baitao_desktop.domain.inspection_figures import ALL, By, Checked, Found, InspectionFigures, inspection_figures
from baitao_desktop.domain.ops import Json, RecordId
from baitao_desktop.domain.query import Line, Query

if TYPE_CHECKING:
    from baitao_desktop.forms import Form
    from baitao_desktop.storage.reader import Reader

PUBLICITY, VISIT = "xuanchuan", "zoufang"
Figures = dict[str, InspectionFigures]


def month_inspections(desk: Desk, month: Month, *kinds: By | None) -> list[tuple[Figures, Figures]]:
    """For each kind of row the figures of the month and since the campaign began, as they stand here and now."""
    with desk.store.reading() as reader:
        checks, finds = counted_rows(desk, reader)
    since, until, cutoff = month.since.isoformat(), month.until.isoformat(), cutoff_of(month, desk.today)
    return [
        (
            inspection_figures(checks, finds, since=since, until=until, cutoff=cutoff, by=by),
            inspection_figures(checks, finds, since="", until=until, cutoff=cutoff, by=by),
        )
        for by in kinds
    ]


def counted_rows(desk: Desk, reader: Reader) -> tuple[list[Checked], list[Found]]:
    """Inspections that were made and findings that stand; void ones are left out, and what was begun but not looked at."""
    checks: list[Checked] = []
    units: dict[RecordId, tuple[list[str], str]] = {}
    for form in checklists(desk):
        for line in _standing(reader, form.id):
            units[line.id] = _units(line), line.head.unit
            row = _checked(form, line)
            if line.head.status == "closed" or any(row.looked.values()):
                checks.append(row)
    return checks, [_found(line, units) for line in _standing(reader, findings.FORM)]


def work_words(desk: Desk, month: Month) -> str:
    """One sentence or two for the briefing; empty while nothing was done."""
    monthly, total = (figures[ALL] for figures in month_inspections(desk, month, None)[0])
    said = []
    if total.inspections:
        said.append(
            f"开展检查{monthly.inspections}次（累计{total.inspections}次），查看场所{monthly.places}处（累计{total.places}处）"
        )
    if total.findings:
        kinds = [f"{word}{n}个" for word, n in zip(SEVERITIES.values(), monthly.found, strict=True) if n]
        which = f"，其中{'、'.join(kinds)}" if len(kinds) > 1 else ""
        late = f"、逾期未改{total.overdue}个" if total.overdue else ""
        said.append(f"发现问题{monthly.findings}个（累计{total.findings}个）{which}，累计销号{total.cleared}个{late}")
    counts = {form: _count(desk, month, form) for form in (PUBLICITY, VISIT) if form in desk.forms}
    words = {PUBLICITY: "开展宣传活动{}场（累计{}场）", VISIT: "走访{}次（累计{}次）"}
    work = "，".join(words[form].format(*both) for form, both in counts.items() if both[1])
    return "".join(f"{part}。" for part in ("；".join(said), work) if part)


def _count(desk: Desk, month: Month, form: str) -> tuple[int, int]:
    """How many of the month, and since the campaign began; counted as the month's report counts them."""
    with desk.store.reading() as reader:
        days = [line.head.received[:10] for line in _standing(reader, form)]
    total = [day for day in days if day <= month.until.isoformat()]
    return sum(1 for day in total if day >= month.since.isoformat()), len(total)


def _standing(reader: Reader, form: str) -> list[Line]:
    return [line for line in reader.lines(reader.ids(Query(form=form))) if line.head.status != "void"]


def _checked(form: Form, line: Line) -> Checked:
    said, units, lead = line.answers, _units(line), line.head.unit
    looked = dict.fromkeys(units, 0)
    for row in inspections.asked(inspections.rows_of(said)):
        if row.answer in ("yes", "no", "not_applicable"):
            looked[row.unit if row.unit in units else lead] += 1
    place = _text(said.get(inspections.VENUE)) or _text(said.get(inspections.VENUE_NAME))
    return Checked(line.head.received[:10], line_of(form), _text(said.get(inspections.VILLAGE)), place, looked)


def _found(line: Line, units: dict[RecordId, tuple[list[str], str]]) -> Found:
    """Who found it: whoever answered the item, as in the inspection; its lead where the item's unit took no part."""
    said, head = line.answers, line.head
    answered = _text(said.get("zeren_danwei"))
    taking_part, lead = units.get(RecordId(_text(said.get("jiancha"))), (line.scope.split("+"), ""))
    unit = answered if answered in taking_part else lead or taking_part[0]
    return Found(
        head.received[:10], _text(said.get("hangye")), _text(said.get(inspections.VILLAGE)), unit,
        _text(said.get(findings.SEVERITY)), head.status, head.due,
    )  # fmt: skip


def _units(line: Line) -> list[str]:
    """The units taking part, the lead among them."""
    said = line.head.state.get("units") if isinstance(line.head.state, dict) else None
    named = [unit for unit in said if isinstance(unit, str)] if isinstance(said, list) else []
    return named if line.head.unit in named else [*named, line.head.unit]


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""
