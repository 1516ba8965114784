"""What people do with a checklist: hand one in, begin a joint one, hand in one unit's rows, close; findings follow."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from baitao_desktop.actions.desk import Desk, Done, fresh_record_id, require
from baitao_desktop.actions.fitting import draw_number, form_of, require_fit
from baitao_desktop.actions.venues import enter_venue
from baitao_desktop.domain import findings, inspections
from baitao_desktop.domain.cards import scope_of
from baitao_desktop.domain.catalogue import basis_of_row
from baitao_desktop.domain.errors import Refused, UserFacingError
from baitao_desktop.domain.inspections import (
    DAY,
    INSPECTORS,
    ROWS,
    VENUE,
    VENUE_CODE,
    VENUE_NAME,
    VILLAGE,
    InspectionState,
    Row,
)  # fmt: skip
from baitao_desktop.domain.ops import Json, NewOp, OpKind, RecordId
from baitao_desktop.domain.query import Query
from baitao_desktop.domain.records import Record, answers_with, sets_for, step_for
from baitao_desktop.domain.values import day_of
from baitao_desktop.forms import Form

if TYPE_CHECKING:
    from baitao_desktop.storage.reader import Reader
    from baitao_desktop.storage.writer import Writer

_ALONE = ("account",)
"""Heads whose paper has no effect in law: one person may fill it in (USERS 11)."""


def checklists(desk: Desk) -> tuple[Form, ...]:
    """Every checklist in force here: the nine in the campaign's order, then the offices' own by title."""
    order = {f"jiancha_{code.lower()}": n for n, code in enumerate(desk.catalogue.checklists)}
    found = [form for form in desk.forms.values() if form.kind == inspections.KIND]
    return tuple(sorted(found, key=lambda form: (order.get(form.id, len(order)), form.title)))


def line_of(form: Form) -> str:
    """The business line a checklist belongs to; an office's own checklist is a line of its own."""
    return form.settings.get("line") or form.id


def line_name(desk: Desk, line: str) -> str:
    """A line in words."""
    known = desk.catalogue.checklists.get(line)
    form = desk.forms.get(line)
    return known.short if known is not None else form.title if form is not None else line


def least_inspectors(form: Form) -> int:
    """How many inspectors a paper of this form needs: two where it has effect in law."""
    return 1 if form.settings.get("head") in _ALONE else 2


def file(
    desk: Desk, form_id: str, answers: Mapping[str, Json], *, unit: str = "", draft: str = "", version: str = ""
) -> Done[RecordId]:
    """提交 a checklist filled in by one unit: the record, its one part handed in, its findings, and its place in the
    register, in one transaction. From the office for another `unit` it is marked 代录. Incomplete when an answer is
    missing or wrong; Refused A72 when there are too few inspectors."""
    require(desk, "record")
    form, whole = _fit(desk, form_id, answers, version)
    owner = _unit(desk, unit)
    rec = fresh_record_id(desk)
    with desk.store.writing(desk.who.id, desk.now()) as writer:
        _begin(desk, writer, rec, form, whole, lead=owner, units=())
        changed = _hand_in(desk, writer, rec, owner)
    if draft:
        desk.store.draft_drop(draft)
    return Done(rec, changed | {rec})


def start_joint(
    desk: Desk, form_id: str, answers: Mapping[str, Json], units: Iterable[str], *, lead: str = "", draft: str = "",
    version: str = "",
) -> Done[RecordId]:  # fmt: skip
    """发起联合检查: the units stand for ever (= the record's scope); each row goes to the unit the catalogue names where it
    takes part, else to the lead. What is filled in already stays."""
    require(desk, "record")
    form, whole = _fit(desk, form_id, answers, version)
    owner = _unit(desk, lead)
    taking_part = {owner, *(_unit_named(desk, code) for code in units)}
    if len(taking_part) < 2:
        raise Refused("A78", "联合检查至少要有两个单位。请再选一个参加单位，或直接提交。", "五（三）1")
    whole |= inspections.divided(inspections.rows_of(whole), sorted(taking_part), owner)
    rec = fresh_record_id(desk)
    with desk.store.writing(desk.who.id, desk.now()) as writer:
        changed = _begin(desk, writer, rec, form, whole, lead=owner, units=sorted(taking_part))
    if draft:
        desk.store.draft_drop(draft)
    return Done(rec, changed)


def divide(desk: Desk, rec: RecordId, *, unit: str, numbers: Iterable[str]) -> Done[None]:
    """分工: give these items of a joint inspection to one of its units; the lead's act, before that part is handed in."""

    def rule(record: Record, state: InspectionState) -> list[NewOp]:
        wanted = _unit_named(desk, unit)
        if state.unit not in desk.card.codes and not desk.is_office:
            raise Refused("A73", "分工由牵头单位定。请和牵头单位商量。", "五（三）1")
        if wanted not in state.waiting:
            raise Refused(
                "A79", f"{desk.campaign.unit_name(wanted)}没有参加，或已经提交，不能再分给它。请改选别的单位。"
            )
        named = inspections.rows_named(inspections.rows_of(record.answers), numbers)
        sets = sets_for(record, {f"{ROWS}[{row.code}]/zeren_danwei": wanted for row in named})
        if not sets:
            raise Refused("A08", "没有改动任何内容。请写上要分给它的项目编号。")
        said: dict[str, Json] = {"unit": wanted, "items": len(sets), "by": desk.who.name, "at": desk.at()}
        return [*sets, step_for(record, "divide", said)]

    return _act(desk, rec, rule)


def submit_rows(
    desk: Desk, rec: RecordId, answers: Mapping[str, Json], *, unit: str = "", draft: str = ""
) -> Done[RecordId]:
    """提交 one unit's part of a joint inspection: its own rows and inspectors (the lead's head, too); what another unit
    answers is left as it stands. The office filling in for a unit is marked 代录."""
    require(desk, "record")
    owner = _unit(desk, unit)
    with desk.store.writing(desk.who.id, desk.now()) as writer:
        record = _readable(desk, writer, rec)
        state = inspections.fold(record.steps)
        form = form_of(desk, record.form, record)
        mine = own_changes(desk, record, state, owner, answers)
        require_fit(desk, form, {**record.answers, **{k: v for k, v in mine.items() if v is not None}})
        if sets := sets_for(record, mine):
            writer.put(sets)
        changed = _hand_in(desk, writer, rec, owner)
    if draft:
        desk.store.draft_drop(draft)
    return Done(rec, changed | {rec})


def writable(desk: Desk, record: Record, state: InspectionState, unit: str) -> Callable[[str], bool]:
    """Whether this unit may write a field of an inspection: its rows, its own inspectors, and for the lead the rest."""
    rows = {r.code: inspections.may_answer(state, r, unit) for r in inspections.rows_of(record.answers)}
    name = desk.campaign.unit_name(unit)
    standing = {k[: k.find("]") + 1] for k in record.answers if k.startswith(f"{INSPECTORS}[") and "/" in k}

    def may(fld: str) -> bool:
        row = fld[: fld.find("]") + 1]
        if fld.startswith(f"{ROWS}["):
            return fld.rpartition("/")[2] not in inspections.FROZEN and rows.get(row[len(ROWS) + 1 : -1], True)
        if fld.startswith(f"{INSPECTORS}[") and unit != state.unit:
            return row not in standing or record.answers.get(f"{row}/danwei") == name
        return unit == state.unit

    return may


def own_changes(
    desk: Desk, record: Record, state: InspectionState, unit: str, answers: Mapping[str, Json]
) -> dict[str, Json]:
    """Of these answers those this unit may write; what it emptied is written down as empty."""
    fields = {*answers, *(k for k in record.answers if k.startswith(f"{ROWS}["))}
    may = writable(desk, record, state, unit)
    return {fld: answers.get(fld) for fld in sorted(fields) if may(fld)}


def close(desk: Desk, rec: RecordId, *, reason: str = "") -> Done[None]:
    """办结 of a joint inspection by its lead."""

    def rule(record: Record, state: InspectionState) -> list[NewOp]:
        unit = state.unit if state.unit in desk.card.codes or desk.is_office else desk.unit.code
        return inspections.close(record, state, unit=unit, by=desk.who.name, at=desk.at(), reason=reason)

    return _act(desk, rec, rule)


def correct(desk: Desk, rec: RecordId, *, changes: Mapping[str, Json], reason: str) -> Done[None]:
    """更正; findings follow: a new problem makes one, a problem that is none any more voids its finding."""

    def rule(record: Record, state: InspectionState) -> list[NewOp]:
        form = form_of(desk, record.form, record)
        least, by = least_inspectors(form), desk.who.name
        ops = inspections.correct(record, state, changes=changes, reason=reason, least=least, by=by, at=desk.at())
        _may_correct(desk, record, state, changes)
        require_fit(desk, form, answers_with(record.answers, changes))
        return ops

    return _act(desk, rec, rule, moved=not {VENUE_NAME, VENUE_CODE, VILLAGE}.isdisjoint(changes))


def void(desk: Desk, rec: RecordId, *, reason: str) -> Done[None]:
    """作废: stays in its ledger; its findings become void with it."""

    def rule(record: Record, state: InspectionState) -> list[NewOp]:
        if state.unit not in desk.card.codes and not desk.is_office:
            raise Refused("A73", "作废由发起单位办。请联系发起单位。", "五（三）1")
        return inspections.void(record, state, reason=reason, by=desk.who.name, at=desk.at())

    return _act(desk, rec, rule)


def file_findings(desk: Desk, forms: Collection[str], among: Collection[RecordId]) -> Done[int]:
    """Make or bring in line the findings of these inspections where this unit leads (at the office: of all): whoever
    handed in a part could not see the others. Harmless when repeated; run after every take-in."""
    made: set[RecordId] = set()
    wanted = [form.id for form in checklists(desk) if form.id in forms]
    if not wanted:
        return Done(0)
    with desk.store.writing(desk.who.id, desk.now()) as writer:
        for form in wanted:
            for line in writer.lines(writer.ids(Query(form=form))):
                if line.id in among and (desk.is_office or line.head.unit in desk.card.codes):
                    made |= follow(desk, writer, writer.get(line.id))
    return Done(len(made), frozenset(made))


# ---- inside


def _fit(desk: Desk, form_id: str, answers: Mapping[str, Json], version: str) -> tuple[Form, dict[str, Json]]:
    form = desk.versions.get((form_id, version)) or form_of(desk, form_id)
    if form.kind != inspections.KIND:
        raise UserFacingError("A35", f"“{form.title}”不是检查表。请从它自己的台账登记。")
    whole = {k: v for k, v in answers.items() if v is not None}
    require_fit(desk, form, whole)
    if not inspections.rows_of(whole):
        raise UserFacingError("A80", f"“{form.title}”里没有检查项，没有提交。请重新打开这张表再填。")
    return form, whole


def _begin(
    desk: Desk, writer: Writer, rec: RecordId, form: Form, whole: dict[str, Json], *, lead: str, units: list[str] | tuple[str, ...]
) -> frozenset[RecordId]:  # fmt: skip
    venue, ops = enter_venue(desk, writer, whole, line_of(form), unit=lead)
    if venue is not None:
        whole[VENUE] = venue
    scope = scope_of(tuple(units) or (lead,))
    no = draw_number(desk, writer, form.id, lead)
    said = inspections.start(
        no=f"{line_of(form)}-{no}", unit=lead, person=desk.who.name, at=desk.at(), version=form.version, units=units
    )
    return writer.put(
        [
            *ops,
            NewOp(rec, form.id, scope, OpKind.CREATE, "", whole),
            NewOp(rec, form.id, scope, OpKind.STEP, "start", said),
        ]
    )


def _hand_in(desk: Desk, writer: Writer, rec: RecordId, unit: str) -> frozenset[RecordId]:
    record = writer.get(rec)
    state = inspections.fold(record.steps)
    least = least_inspectors(form_of(desk, record.form, record))
    proxy = unit not in desk.card.codes
    writer.put(inspections.submit(record, state, unit=unit, by=desk.who.name, at=desk.at(), least=least, proxy=proxy))
    return follow(desk, writer, writer.get(rec))


def follow(desk: Desk, writer: Writer, record: Record) -> frozenset[RecordId]:
    """Findings of the parts handed in: made where missing, brought in line where they stand. One whose answer two units
    gave differently stays as it is until a person has chosen."""
    state = inspections.fold(record.steps)
    done = set(state.handed_in or ())
    rows = inspections.rows_of(record.answers)
    failed = {r.code for r in inspections.findings_in(rows)} if state.handling != "void" else set()
    differing = {conflict.fld for conflict in record.conflicts}
    ops: list[NewOp] = []
    for row in rows:
        settled = state.handling == "void" or f"{ROWS}[{row.code}]/jieguo" not in differing
        if (
            not state.joint or inspections.answering(state, row) in done or state.handling in ("void", "closed")
        ) and settled:
            ops += _finding_ops(desk, writer, record, state, row, wrong=row.code in failed)
    return writer.put(ops) if ops else frozenset()


def _finding_ops(
    desk: Desk, writer: Writer, record: Record, state: InspectionState, row: Row, *, wrong: bool
) -> list[NewOp]:
    rec = findings.finding_id(record.id, row.code)
    there = writer.has(rec)
    if not there and not wrong:
        return []
    unit = inspections.answering(state, row)
    day = day_of(str(record.answers.get(DAY) or "")) or desk.today
    law = "、".join(basis_of_row(desk.catalogue.basis, row.basis, day))
    line = line_of(form_of(desk, record.form, record))
    # 目录写的责任单位可以是工作组（整治组），它没有自己的电脑：由查出问题的单位跟
    responsible = row.unit if row.unit in desk.campaign.units else unit
    wanted = findings.answers_for(record, row, no=state.no, line=line, unit=responsible, law=law)
    if there:
        finding = writer.get(rec)
        now = findings.fold(finding.steps)
        return findings.follow(finding, now, wanted if wrong else None, by=desk.who.name, at=desk.at())
    version = desk.forms[findings.FORM].version
    return findings.register(rec, record, wanted, unit=unit, person=desk.who.name, at=desk.at(), version=version)


def _act(
    desk: Desk, rec: RecordId, rule: Callable[[Record, InspectionState], list[NewOp]], *, moved: bool = False
) -> Done[None]:
    """`moved`: what the inspection says of its place changed, so it may be another one of the register."""
    require(desk, "record")
    with desk.store.writing(desk.who.id, desk.now()) as writer:
        record = _readable(desk, writer, rec)
        changed = writer.put(rule(record, inspections.fold(record.steps)))
        if moved:
            changed |= _enter_anew(desk, writer, writer.get(rec))
        changed |= follow(desk, writer, writer.get(rec))
    return Done(None, changed)


def _may_correct(desk: Desk, record: Record, state: InspectionState, changes: Mapping[str, Json]) -> None:
    _take_part(desk, state)
    mine = [writable(desk, record, state, u) for u in state.units if u in desk.card.codes]
    if not desk.is_office and not all(any(may(fld) for may in mine) for fld in changes):
        raise Refused("A82", "这一处是别的参加单位填的，不能在这里更正。请由它更正，或请专项办办理。", "五（三）1")


def _enter_anew(desk: Desk, writer: Writer, record: Record) -> frozenset[RecordId]:
    answers = {k: v for k, v in record.answers.items() if k != VENUE}
    form = form_of(desk, record.form, record)
    venue, ops = enter_venue(desk, writer, answers, line_of(form), unit=inspections.fold(record.steps).unit)
    ops += sets_for(record, {VENUE: venue}) if venue is not None else []
    return writer.put(ops) if ops else frozenset()


def _readable(desk: Desk, reader: Reader, rec: RecordId) -> Record:
    if not reader.has(rec):
        raise UserFacingError("A34", "找不到这条记录，可能已在别处删除。请刷新后再看。")
    record = reader.get(rec)
    _take_part(desk, inspections.fold(record.steps))
    return record


def _take_part(desk: Desk, state: InspectionState) -> None:
    if not desk.is_office and set(desk.card.codes).isdisjoint(state.units):
        raise UserFacingError("A38", "这次检查是别的单位的，不能在这里改。请由原单位更正。")


def _unit(desk: Desk, code: str) -> str:
    """This unit, or the one the office fills in for."""
    if not code or code in desk.card.codes:
        return code or desk.unit.code
    if not desk.is_office:
        raise UserFacingError("A38", "只能替本单位填写。要替别的单位录入，请交给专项办。")
    return _unit_named(desk, code)


def _unit_named(desk: Desk, said: str) -> str:
    found = desk.campaign.find_unit(said)
    if found is None or found.kind not in ("office", "unit", "village", "community"):
        raise UserFacingError("A24", f"没有“{said}”这个单位。请从名单里选。")
    return found.code
