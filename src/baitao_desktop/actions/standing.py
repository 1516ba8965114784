"""检查、问题、场所: how things stand, for the page of inspections and the home page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from baitao_desktop.actions.inspections import checklists
from baitao_desktop.actions.venues import colours
from baitao_desktop.domain import findings, inspections
from baitao_desktop.domain.ops import RecordId
from baitao_desktop.domain.query import Line, Query

if TYPE_CHECKING:
    from baitao_desktop.actions.desk import Desk

SOON = 7
"""Days ahead that the home page looks."""


@dataclass(frozen=True, slots=True)
class Standing:
    """`counts`: papers of each checklist; `live` findings are those not cleared; `late` those past their date."""

    counts: Mapping[str, int]
    live: int
    late: int
    cleared: int
    red: int
    orange: int


def standing(desk: Desk) -> Standing:
    """As readable here and now; void ones are left out."""
    yesterday = (desk.today - timedelta(days=1)).isoformat()
    shades = Counter(colours(desk).values())
    with desk.store.reading() as reader:
        live_papers = tuple(s for s in inspections.STATUS if s != "void")
        counts = {f.id: reader.count(Query(form=f.id, status=live_papers)) for f in checklists(desk)}
        return Standing(
            counts,
            reader.count(Query(form=findings.FORM, status=findings.LIVE)),
            reader.count(Query(form=findings.FORM, status=("open",), due_until=yesterday)),
            reader.count(Query(form=findings.FORM, status=("cleared",))),
            shades["red"],
            shades["orange"],
        )


def findings_due(desk: Desk) -> list[Line]:
    """Findings past their date or due within a week, the earliest first."""
    soon = (desk.today + timedelta(days=SOON)).isoformat()
    query = Query(form=findings.FORM, status=("open",), due_until=soon, sort="due", descending=False, limit=50)
    with desk.store.reading() as reader:
        return reader.lines(reader.ids(query))


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something an inspection still asks of this unit."""

    rec: RecordId
    title: str
    what: str


def inspections_waiting(desk: Desk) -> tuple[Waiting, ...]:
    """Joint inspections whose part of this unit is not handed in, those it must close, and its own unfinished duties."""
    out: list[Waiting] = []
    mine = set(desk.card.codes)
    with desk.store.reading() as reader:
        for form in checklists(desk):
            for line in reader.lines(reader.ids(Query(form=form.id, status=("open", "part", "submitted")))):
                state = line.head.state if isinstance(line.head.state, dict) else {}
                units, done = (
                    set(map(str, v)) if isinstance(v := state.get(k), list) else set() for k in ("units", "handed_in")
                )
                if mine & (units - done):
                    who = desk.campaign.unit_name(line.head.unit)
                    out.append(Waiting(line.id, line.head.title, f"{who}发起的联合检查，等本单位填写"))
                elif line.head.status == "submitted" and line.head.unit in mine:
                    out.append(Waiting(line.id, line.head.title, "各单位都已提交，等本单位办结"))
        # 只有很少几张表有“自己还没办”的：按索引找，不把办完的都读一遍
        codes = tuple((key, code) for key, code, _ in reader.facet_totals("own_duty"))
        found = reader.lines(reader.ids(Query(status=("closed",), facets=codes))) if codes else []
    out += _duties(desk, found, mine)
    return tuple(out)


def _duties(desk: Desk, lines: list[Line], mine: set[str]) -> list[Waiting]:
    out = []
    for line in lines:
        codes = [v for k, v in line.head.facets if k == "own_duty"]
        if codes and (line.head.unit in mine):
            items = [desk.catalogue.items[c].text.rstrip("？") for c in codes if c in desk.catalogue.items]
            out.append(Waiting(line.id, line.head.title, f"检查方自己还没办：{'；'.join(items) or '、'.join(codes)}"))
    return out
