"""Any record of any form: file it, look at it with its history, correct it, void it, settle what two laptops differ in."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from baitao_desktop.actions import inspections
from baitao_desktop.actions.desk import Desk, Done, fresh_record_id, note_in, require
from baitao_desktop.actions.fitting import HIDDEN, draw_number, form_of, open_answers, require_fit, scope_for
from baitao_desktop.actions.venues import open_findings
from baitao_desktop.domain import findings, people, plain, tasks, tips
from baitao_desktop.domain import inspections as checks
from baitao_desktop.domain.cards import Card
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.kinds import act_label, law_of, status_label
from baitao_desktop.domain.ops import DeviceId, Json, NewOp, Op, OpKind, OpRef, PersonId, RecordId
from baitao_desktop.domain.records import Conflict, Record, load_json
from baitao_desktop.domain.values import CST, minute_text
from baitao_desktop.forms import Form, title_of
from baitao_desktop.forms import label_of as words_of

if TYPE_CHECKING:
    from baitao_desktop.storage.reader import Reader

BY_PROGRAM = ("baosong", "renyuan", "biaoyang", findings.FORM, tasks.FORM)
"""Forms whose records come from acts of their own (报送, 添加经手人, a failed item, a tick), never from a form page."""


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One thing that happened, in words: when, who (the unit, where persons of another unit are not known), what, details."""

    at: str
    who: str
    what: str
    details: tuple[tuple[str, str], ...] = ()
    step: OpRef | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values two laptops gave: as stored, in words, who and when."""

    op: OpRef
    value: Json
    text: str
    who: str
    at: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A field two laptops filled in differently; a person settles it (两边填得不一样，请选一个)."""

    fld: str
    label: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class View:
    """Everything a record page shows. `acts` are the act names whose button stands, the next sensible one first."""

    record: Record
    form: Form
    no: str
    title: str
    status: str
    status_label: str
    state: Any
    history: tuple[HistoryLine, ...]
    differences: tuple[Difference, ...]
    acts: tuple[str, ...]


def submit(
    desk: Desk, form_id: str, answers: Mapping[str, Json], *, draft: str = "", version: str = ""
) -> Done[RecordId]:
    """登记 a record of any form but the tip's, on the version in force or the one named (a draft begun before the form
    changed). Incomplete when required answers are missing or wrong."""
    require(desk, "record")
    form = desk.versions.get((form_id, version)) or form_of(desk, form_id)
    if form.kind == tips.KIND:
        raise UserFacingError("A35", "线索请从“登记线索”登记。")
    if form.id in BY_PROGRAM:
        raise UserFacingError("A35", f"“{form.title}”由程序自己写，不用填。")
    if form.kind == checks.KIND:
        return inspections.file(desk, form_id, answers, draft=draft, version=version)
    require_fit(desk, form, answers)
    rec, scope = fresh_record_id(desk), scope_for(desk, form)
    with desk.store.writing(desk.who.id, desk.now()) as writer:
        no = draw_number(desk, writer, form_id)
        said = plain.register(no=no, unit=desk.unit.code, person=desk.who.name, at=desk.at(), version=form.version)
        kept = {k: v for k, v in answers.items() if v is not None}
        changed = writer.put(
            [
                NewOp(rec, form_id, scope, OpKind.CREATE, "", kept),
                NewOp(rec, form_id, scope, OpKind.STEP, "register", said),
            ]
        )
    if draft:
        desk.store.draft_drop(draft)
    return Done(rec, changed)


def correct(desk: Desk, rec: RecordId, *, changes: Mapping[str, Json], reason: str) -> Done[None]:
    """更正, with its reason; old values stay in the history."""
    if _kind(desk, rec) == checks.KIND:
        return inspections.correct(desk, rec, changes=changes, reason=reason)
    with desk.store.writing(desk.who.id, desk.now()) as writer:
        record = _own(desk, writer, rec)
        require_fit(desk, form_of(desk, record.form, record), {**open_answers(record), **changes})
        ops = plain.correct(record, changes=changes, reason=reason, by=desk.who.name, at=desk.at())
        return Done(None, writer.put(ops))


def void(desk: Desk, rec: RecordId, *, reason: str) -> Done[None]:
    """作废: it stays in its ledger."""
    if _kind(desk, rec) == checks.KIND:
        return inspections.void(desk, rec, reason=reason)
    if n := open_findings(desk, rec):
        raise UserFacingError("A87", f"这个场所还有{n}个问题没有销号，不能作废。请先销号，或更正检查记录。")
    with desk.store.writing(desk.who.id, desk.now()) as writer:
        record = _own(desk, writer, rec)
        return Done(None, writer.put(plain.void(record, reason=reason, by=desk.who.name, at=desk.at())))


def _kind(desk: Desk, rec: RecordId) -> str:
    with desk.store.reading() as reader:
        return form_of(desk, reader.get(rec).form).kind if reader.has(rec) else ""


def settle(desk: Desk, rec: RecordId, fld: str, value: Json) -> Done[None]:
    """Choose (or write) the value two laptops differ in: one SET over the shown head, one RETIRE for each further.

    A value of one's own must fit the form; of a hidden field only one of the values there are can be chosen.
    """
    require(desk, "record")
    with desk.store.writing(desk.who.id, desk.now()) as writer:
        record = _readable(desk, writer, rec)
        conflict = next((c for c in record.conflicts if c.fld == fld), None)
        if conflict is None:
            raise UserFacingError("A36", "这一项已经没有不一致了，不用再选。")
        if value not in [version.value for version in conflict.versions]:
            require_fit(desk, form_of(desk, record.form, record), {**open_answers(record), fld: value})
        changed = writer.put(_settling(record, conflict, value))
        if form_of(desk, record.form).kind == checks.KIND:
            changed |= inspections.follow(desk, writer, writer.get(rec))
        return Done(None, changed)


def _settling(record: Record, conflict: Conflict, value: Json) -> list[NewOp]:
    ops = [NewOp(record.id, record.form, record.scope, OpKind.SET, conflict.fld, value)]
    for version in conflict.versions[:-1]:
        ref = [version.op.dev, version.op.seq]
        ops.append(NewOp(record.id, record.form, record.scope, OpKind.RETIRE, conflict.fld, ref))
    return ops


def look(desk: Desk, rec: RecordId, *, logged: bool = True) -> View:
    """A record with its history and what may be done; reading another unit's record is noted."""
    if logged:
        with desk.store.writing(desk.who.id, desk.now()) as writer:
            if writer.has(rec) and writer.get(rec).scope != desk.scope:
                note_in(desk, writer, "read", rec)
    with desk.store.reading() as reader:
        if not reader.has(rec):
            raise UserFacingError("A34", "找不到这条记录，可能已在别处删除。请刷新后再看。")
        record = reader.get(rec)
        names = people_names(reader)
        units = {device: desk.campaign.unit_name(Card.from_json(said).unit) for device, said in reader.cards().items()}
        ops = reader.ops(rec)
    form = form_of(desk, record.form, record)
    law = law_of(form.kind)
    state = law.fold(record.steps)
    head = law.head(record, state)
    return View(
        record, form, head.no, head.title or title_of(form, record.answers, desk.lists), head.status,
        status_label(form.kind, head.status), state, _history(desk, form, ops, lambda op, said: names.get(op.actor) or said or units.get(op.dev, "—")),
        tuple(_difference(desk, form, c, names, units) for c in record.conflicts if c.fld not in HIDDEN),
        acts_for(desk, form, state),
    )  # fmt: skip


def acts_for(desk: Desk, form: Form, state: Any) -> tuple[str, ...]:
    """Acts whose button stands on this record's page for this person, the next sensible one first."""
    if form.kind == tips.KIND:
        order: tuple[str, ...] = ("accept", "verify", "close", "feedback", "hand_up", "correct", "void")
        if state.handling == "handling":
            order = ("close", "verify", "feedback", "correct", "void")
        if not desk.is_office and state.handling == "registered":
            order = ("hand_up", "accept", "correct", "void")
        return tuple(act for act in order if tips.may(act, state, desk.who, desk.card))
    if not people.is_allowed("record", desk.who, desk.card, own=True, first=True):
        return ()
    if form.kind == checks.KIND:
        return _acts_of_inspection(desk, state)
    if form.kind == findings.KIND:
        return _ACTS_OF_FINDING.get(state.handling, ())
    return ("correct", "void") if form.id not in BY_PROGRAM and state.handling != "void" else ()


_ACTS_OF_FINDING = {
    "open": ("rectify", "recheck", "set_due"), "rectified": ("recheck", "rectify", "set_due"), "passed": ("clear", "reopen"), "cleared": ("reopen",),
}  # fmt: skip


def _acts_of_inspection(desk: Desk, state: checks.InspectionState) -> tuple[str, ...]:
    if state.handling == "void" or (not desk.is_office and set(desk.card.codes).isdisjoint(state.units)):
        return ()
    leads = desk.is_office or state.unit in desk.card.codes
    going_on = state.joint and state.handling != "closed"
    fills = (
        state.joint and (desk.is_office or not set(desk.card.codes).isdisjoint(state.waiting)) and bool(state.waiting)
    )
    first = (*(("close",) if going_on and leads and not state.waiting else ()), *(("fill",) if fills else ()))
    more = ("divide", "close") if going_on and leads and state.waiting else ()
    return (*first, *more, "correct", *(("void",) if leads else ()))


def people_names(reader: Reader) -> dict[PersonId, str]:
    """Person id → name of everyone whose record is here."""
    from baitao_desktop.domain.query import Query

    lines = reader.lines(reader.ids(Query(form="renyuan")))
    return {PersonId(line.id): str(line.answers.get("xingming", "")) for line in lines}


def answer_text(desk: Desk, form: Form, fld: str, value: Json) -> str:
    """A value in words, as on screen and paper; a field this form does not know is shown as it is."""
    return words_of(form, fld, value, desk.lists)


def label_of(form: Form, fld: str) -> str:
    """The words of a question; in a checklist with the item's code before them (“YL-08 结果”)."""
    try:
        question = form.question(fld)
    except KeyError:
        return fld
    item = _ITEM.match(fld)
    return f"{item[1]} {question.label}" if item and question.label else question.label or fld


_ITEM = re.compile(rf"{checks.ROWS}\[([^\]]+)\]/")


def _told(form: Form, fld: str) -> bool:
    """Whether the history tells a change of it: not what is computed, nor what no page shows."""
    try:
        return form.question(fld).type not in ("calculate", "hidden")
    except KeyError:
        return True


def _readable(desk: Desk, reader: Reader, rec: RecordId) -> Record:
    if not reader.has(rec):
        raise UserFacingError("A34", "找不到这条记录，可能已在别处删除。请刷新后再看。")
    record = reader.get(rec)
    if not desk.is_office and not set(desk.card.codes) & set(record.scope.split("+")):
        raise UserFacingError("A38", "这条记录是别的单位的，不能在这里改。请由原单位更正。")
    return record


def _own(desk: Desk, reader: Reader, rec: RecordId) -> Record:
    """A record that a person may correct or void by hand: no tip, nothing the program writes itself."""
    require(desk, "record")
    record = _readable(desk, reader, rec)
    if form_of(desk, record.form).kind == tips.KIND:
        raise UserFacingError("A35", "线索请从线索自己的“更正”“作废”办理。")
    if record.form in BY_PROGRAM:
        raise UserFacingError("A35", "这是程序自己写的记录，不能用手改。")
    return record


_STEP_WORDS = {
    "person": "责任人", "due_verify": "核实期限", "due_close": "办结期限", "verified_at": "核实时间", "verified_by": "核实人",
    "seen": "核实情况", "result": "核实结果", "conclusion": "内部结论", "reply": "给举报人的回复", "reason": "理由",
    "feedback_at": "回复时间", "feedback_how": "回复方式", "text": "回复内容", "reaction": "反应", "office_no": "总台账号",
    "outcome": "回复结果", "unit": "单位", "due": "整改期限", "rechecked_at": "复查时间", "rechecked_by": "复查人",
    "approver": "批准人", "evidence": "留痕",
}  # fmt: skip


def _history(desk: Desk, form: Form, ops: list[Op], name: Callable[[Op, str], str]) -> tuple[HistoryLine, ...]:
    lines: list[HistoryLine] = []
    before: dict[str, Json] = {}
    for op in sorted(ops, key=lambda o: (o.lam, o.dev)):
        at = _wall(op.wall_ms)
        value = load_json(op.val) if isinstance(op.val, str) else None
        who = name(op, "")
        if op.kind == OpKind.CREATE and isinstance(value, dict):
            before.update(value)
        elif op.kind == OpKind.SET:
            if op.fld not in HIDDEN and _told(form, op.fld):
                old, new = answer_text(desk, form, op.fld, before.get(op.fld)), answer_text(desk, form, op.fld, value)
                lines.append(
                    HistoryLine(
                        at,
                        who,
                        f"改了“{label_of(form, op.fld)}”",
                        (("原来", old or "（空）"), ("改为", new or "（空）")),
                    )
                )
            before[op.fld] = value
        elif op.kind == OpKind.STEP:
            data = value.get("d", {}) if isinstance(value, dict) else {}
            who = name(op, str(data.get("by") or ""))
            lines.append(
                HistoryLine(_said_at(data, at), who, act_label(form.kind, op.fld), _details(desk, op.fld, data), op.ref)
            )
        elif op.kind == OpKind.DELETE:
            lines.append(HistoryLine(at, who, "删除" if value is True else "恢复"))
    return tuple(lines)


_WORDS_OF = {("rectify", "text"): "整改情况", ("recheck", "text"): "复查情况", ("recheck", "result"): "复查结果"}


def _details(desk: Desk, act: str, data: Mapping[str, Json]) -> tuple[tuple[str, str], ...]:
    out: list[tuple[str, str]] = []
    for key, word in _STEP_WORDS.items():
        value = data.get(key)
        if not isinstance(value, str) or not value or (act in ("register", "start") and key in ("person", "unit")):
            continue
        text = {"result": {**tips.RESULTS, **findings.RESULTS}, "outcome": tips.FEEDBACK}.get(key, {}).get(value, value)
        word = _WORDS_OF.get((act, key), word)
        text = desk.campaign.unit_name(text) if key == "unit" else minute_text(text)
        out.append((word, text))
    return tuple(out)


def _said_at(data: Mapping[str, Json], otherwise: str) -> str:
    said = data.get("at") or data.get("registered_at") or data.get("accepted_at") or data.get("closed_at")
    return minute_text(said) if isinstance(said, str) and said else otherwise


def _wall(ms: int) -> str:
    from datetime import datetime

    return datetime.fromtimestamp(ms / 1000, CST).isoformat(sep=" ", timespec="minutes")[:16]


def _difference(
    desk: Desk, form: Form, conflict: Conflict, names: Mapping[PersonId, str], units: Mapping[DeviceId, str]
) -> Difference:
    choices = tuple(
        Choice(
            v.op,
            v.value,
            answer_text(desk, form, conflict.fld, v.value),
            names.get(v.actor) or units.get(v.op.dev, "—"),
            _wall(v.wall_ms),
        )
        for v in conflict.versions
    )
    return Difference(conflict.fld, label_of(form, conflict.fld), choices)


def may_register(desk: Desk) -> bool:
    """Whether this person may note a tip here."""
    return people.is_allowed("register", desk.who, desk.card, own=True, first=True)
