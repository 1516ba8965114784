"""场所底册: entries of the register, which may be the same place, and the colour of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from baitao_desktop.actions.desk import Desk, fresh_record_id
from baitao_desktop.actions.fitting import draw_number, scope_for
from baitao_desktop.domain import findings, plain, venues
from baitao_desktop.domain.inspections import VENUE, VENUE_CODE, VENUE_NAME, linked
from baitao_desktop.domain.ops import Json, NewOp, OpKind, RecordId, Scope
from baitao_desktop.domain.query import Query
from baitao_desktop.domain.venues import Venue

if TYPE_CHECKING:
    from baitao_desktop.storage.reader import Reader
    from baitao_desktop.storage.writer import Writer

_TAKEN = {VENUE_NAME: venues.NAME, VENUE_CODE: venues.CODE, "suozai_cunshe": venues.VILLAGE, "dizhi": "dizhi",
          "dengji_zhuangtai": "dengji_zhuangtai", "lianxi_dianhua": "lianxi_dianhua"}  # fmt: skip
"""Question of a checklist → question of the register."""


def register(reader: Reader) -> tuple[Venue, ...]:
    """Every entry readable here that is not void."""
    lines = reader.lines(reader.ids(Query(form=venues.FORM, sort="arrival", descending=False)))
    return tuple(venues.venue_of(x.id, x.head.no, x.scope, x.answers) for x in lines if x.head.status != "void")


def known_venues(desk: Desk) -> tuple[Venue, ...]:
    """The register, for choosing from."""
    with desk.store.reading() as reader:
        return register(reader)


def head_of(desk: Desk, venue: RecordId) -> dict[str, Json]:
    """What a checklist takes over from an entry of the register."""
    with desk.store.reading() as reader:
        answers = reader.get(venue).answers if reader.has(venue) else {}
    taken = {here: answers.get(there) for here, there in _TAKEN.items()}
    return {VENUE: venue, **{k: v for k, v in taken.items() if v}} if answers else {}


def enter_venue(
    desk: Desk, writer: Writer, answers: Mapping[str, Json], line: str, *, unit: str
) -> tuple[RecordId | None, list[NewOp]]:
    """The register's entry of the place an inspection is about: the one it names, else the one of equal code or name,
    else a new one where this unit's are kept (public at the office; of a unit it fills in for, that unit's). None for a
    paper without a name."""
    for _, chosen in linked(answers, {"venue": VENUE}):
        if writer.has(chosen):
            return chosen, []
    name, code = (str(answers.get(fld) or "") for fld in (VENUE_NAME, VENUE_CODE))
    village = str(answers.get("suozai_cunshe") or "")
    for venue, why in venues.same_place(register(writer), name=name, code=code):
        # 只是同名、村又不同的，是两处：各记一条，页面上指出“疑似同一场所”由人看
        if why == venues.BY_CODE or not village or venue.village in ("", village):
            return venue.id, []
    if not name:
        return None, []
    rec = fresh_record_id(desk)
    said = {there: answers.get(here) for here, there in _TAKEN.items()}
    said[venues.KIND] = venues.KIND_OF_LINE.get(line, venues.OTHER_KIND)
    no = draw_number(desk, writer, venues.FORM)
    scope = scope_for(desk, desk.forms[venues.FORM]) if unit in desk.card.codes else Scope(unit)
    version = desk.forms[venues.FORM].version
    first = plain.register(no=no, unit=desk.unit.code, person=desk.who.name, at=desk.at(), version=version)
    return rec, [
        NewOp(rec, venues.FORM, scope, OpKind.CREATE, "", {k: v for k, v in said.items() if v}),
        NewOp(rec, venues.FORM, scope, OpKind.STEP, "register", first),
    ]


def alike(desk: Desk, answers: Mapping[str, Json], *, but: str = "") -> tuple[tuple[Venue, str], ...]:
    """疑似同一场所: entries of equal code or name, with the reason."""
    name, code = (str(answers.get(fld) or "") for fld in (venues.NAME, venues.CODE))
    return venues.same_place(known_venues(desk), name=name, code=code, but=but)


def open_findings(desk: Desk, venue: RecordId) -> int:
    """How many findings of a place are not cleared yet."""
    with desk.store.reading() as reader:
        return sum(n for _, value, n in reader.facet_totals("venue_open") if value.startswith(f"{venue} "))


def colours(desk: Desk) -> dict[str, str]:
    """Venue (record id, or name where it is in no register) → colour by the findings readable here. What is not in it
    is green."""
    with desk.store.reading() as reader:
        held = reader.facet_totals("venue_open")
    return findings.colours(Counter({value: n for _, value, n in held}).elements())
