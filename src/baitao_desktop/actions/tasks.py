"""Tasks (任务) of the plan: how each stands for a unit or group, what is to be done this month, and the ticks by hand.

A tick is never stored: two scans of the list index (`task:`, `hand:`) say everything that is known here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from baitao_desktop.actions.desk import Desk, Done, require
from baitao_desktop.domain import tasks
from baitao_desktop.domain.campaign import Month
from baitao_desktop.domain.cards import OFFICE
from baitao_desktop.domain.catalogue import Proof, Task, proof_of, units_of
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import Json, RecordId
from baitao_desktop.domain.people import is_allowed
from baitao_desktop.domain.query import Line, Query
from baitao_desktop.domain.tasks import WHOLE, Instance, Ticks

if TYPE_CHECKING:
    from baitao_desktop.storage.reader import Reader

MOST = 7
"""Lines of 本月要做的事 (USERS 14)."""
SHOWN = 12
"""Records told of one task; further ones only as a number."""
_TIPS, _REPORT = "xiansuo", "baosong"
_VERBS = {"xuanchuan": "登记宣传", "zoufang": "走访登记", _TIPS: "登记线索", _REPORT: "去报送"}


@dataclass(frozen=True, slots=True)
class Means:
    """What does a task: `opens` is `form` (target: its id, begun with `known`), `page` (target: its name) or `tick`."""

    verb: str
    opens: str
    target: str = ""
    known: Mapping[str, Json] | None = None


@dataclass(frozen=True, slots=True)
class Todo:
    """One line of 本月要做的事."""

    instance: Instance
    text: str
    means: Means


@dataclass(frozen=True, slots=True)
class ThisMonth:
    """本月要做的事: at most seven lines, and how many tasks of the whole list are not done."""

    month: Month
    lines: tuple[Todo, ...]
    left: int


@dataclass(frozen=True, slots=True)
class Hand:
    """A tick by hand: what proves it, who said so, and whether the office did it for the unit (代录)."""

    record: RecordId
    evidence: str
    photos: tuple[Json, ...]
    by: str
    at: str
    proxy: bool
    undone: str = ""
    """Why it was taken back; then it no longer counts."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """By what a task is done: records (newest first, at most SHOWN of `count`), the tick by hand, and how many records
    once counted but were voided or deleted."""

    records: tuple[Line, ...]
    count: int
    hand: Hand | None
    gone: int


@dataclass(frozen=True, slots=True)
class Wall:
    """Units × tasks. `cells` has only those who do the task; `by_unit`, `by_task`: (done, of how many)."""

    month: Month
    units: tuple[str, ...]
    tasks: tuple[Task, ...]
    cells: Mapping[tuple[str, str], Instance]
    by_unit: Mapping[str, tuple[int, int]]
    by_task: Mapping[str, tuple[int, int]]


# ---- who has what to do


def doers(desk: Desk) -> tuple[str, ...]:
    """Everybody who has a task: units, villages and groups, in the campaign's order, the groups after the office."""
    found = {code for task in desk.catalogue.tasks.values() for code in units_of(task, desk.campaign.units.values())}
    order = [OFFICE, *desk.campaign.groups, *desk.campaign.units]
    return tuple(dict.fromkeys(code for code in order if code in found))


def own_lists(desk: Desk) -> tuple[str, ...]:
    """Whose lists may be opened here: everybody's at the office, else the unit's and its groups'."""
    return doers(desk) if desk.is_office else tuple(c for c in desk.card.codes if c in doers(desk)) or (desk.unit.code,)


def months_so_far(desk: Desk) -> tuple[Month, ...]:
    """The reporting months of the campaign up to today, newest first; before it begins its first, afterwards all."""
    campaign = desk.campaign
    found = [campaign.month_of(min(max(desk.today, campaign.since), campaign.until))]
    while found[-1].since > campaign.since:
        found.append(campaign.month_before(found[-1]))
    return tuple(found)


def read_ticks(reader: Reader) -> Ticks:
    """All that is known of ticks here, from two scans of the index."""
    return tasks.ticks_of(reader.facet_totals(tasks.BY_RECORD), reader.facet_totals(tasks.BY_HAND))


def checklist(desk: Desk, unit: str, month: Month | None = None) -> tuple[Instance, ...]:
    """Every task of this unit or group as it stands, in the plan's order."""
    return tuple(wall(desk, month, units=(unit,)).cells.values())


def wall(desk: Desk, month: Month | None = None, *, units: Sequence[str] = ()) -> Wall:
    """Units × tasks (of all who have tasks, or only these), monthly ones in this month."""
    with desk.store.reading() as reader:
        ticks = read_ticks(reader)
    return _wall(desk, month or desk.month, units or doers(desk), ticks)


def _wall(desk: Desk, month: Month, units: Sequence[str], ticks: Ticks) -> Wall:
    campaign, today = desk.campaign, desk.today
    named = tuple(desk.catalogue.tasks.values())
    proofs = tasks.provable(named, desk.forms)
    cells: dict[tuple[str, str], Instance] = {}
    for task in named:
        doing = set(units_of(task, campaign.units.values()))
        period, proof = tasks.period_of(task, month), proofs.get(task.id)
        days = {group: tasks.due_days(task, campaign, month, group=group) for group in (False, True)}
        for unit in units:
            if unit in doing:
                due, late = days[unit in campaign.groups]
                cells[unit, task.id] = tasks.instance(
                    task, proof, unit, period, ticks=ticks, due=due, late=late, today=today
                )
    shown = tuple(t for t in named if any((u, t.id) in cells for u in units))
    return Wall(month, tuple(units), shown, cells, _totals(cells, 0), _totals(cells, 1))


def _totals(cells: Mapping[tuple[str, str], Instance], by: int) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for key, cell in cells.items():
        done, whole = found.get(key[by], (0, 0))
        found[key[by]] = (done + cell.done, whole + 1)
    return found


def led(desk: Desk, group: str, whole: Wall) -> tuple[tuple[Task, int, int], ...]:
    """The tasks a group leads (责任工作组) that others do: task, how many of them have done it, of how many."""
    found = [t for t in desk.catalogue.tasks.values() if group in t.groups and group not in t.units and t.units]
    return tuple((task, *whole.by_task.get(task.id, (0, 0))) for task in found)


# ---- this month


def month_todo(desk: Desk) -> ThisMonth:
    """本月要做的事 of this unit: its monthly tasks, then what is due this month; what is done stays, ticked, at the end."""
    month, unit = desk.month, desk.unit.code
    whole = checklist(desk, unit, month)
    monthly = [i for i in whole if i.month != WHOLE and i.due is not None]
    once = [
        i
        for i in whole
        if i.month == WHOLE and not i.done and i.due is not None and month.since <= i.due <= month.until
    ]
    wanted = sorted((*monthly, *once)[:MOST], key=lambda i: i.done)
    lines = tuple(Todo(i, words_of(desk, i), means(desk, i)) for i in wanted)
    return ThisMonth(month, lines, sum(not i.done for i in whole))


def words_of(desk: Desk, instance: Instance) -> str:
    """What is to be done: for a village in its own words."""
    known = desk.campaign.units.get(instance.unit)
    return (known is not None and known.is_village and instance.task.plain) or instance.task.action


def means(desk: Desk, instance: Instance) -> Means:
    """What a person opens to do it: the form or page that its proof names, else the tick by hand. For another unit the
    office can only tick: what it files itself counts for itself."""
    proof = proof_of(instance.task)
    form = next((f for p in proof.forms for f in desk.forms if Proof((p,), (), (), 1).names(f)), "") if proof else ""
    if proof is None or not form or instance.unit not in desk.card.codes:
        return Means("记为完成", "tick")
    if form == _REPORT:
        return Means(_VERBS[form], "page", "exchange")
    if form == _TIPS and proof.steps != ("register",):
        return Means("看线索", "page", "tips")
    known: dict[str, Json] = {k: v[0] for k, v in proof.facets if len(v) == 1 and v[0] != "*"}
    asked = {q.path for q in desk.forms[form].walk() if q.type == "select_one"}
    return Means(_VERBS.get(form, "开始检查"), "form", form, {k: v for k, v in known.items() if k in asked})


# ---- by what it is done


def evidence(desk: Desk, instance: Instance) -> Evidence:
    """The records that prove a task, and its tick by hand."""
    task, unit, month = instance.task, instance.unit, instance.month
    proof = proof_of(task)
    with desk.store.reading() as reader:
        proving = Query(facets=((f"{tasks.BY_RECORD}{task.id}", f"{unit} {month}"),), limit=SHOWN)
        lines = tuple(reader.lines(reader.ids(proving))) if instance.count else ()
        hand = _hand(reader, tasks.tick_id(desk.campaign.code, task.id, unit, month))
        gone = _gone(desk, reader, instance, proof) if proof is not None and not instance.count else 0
    return Evidence(lines, instance.count, hand, gone)


def _hand(reader: Reader, rec: RecordId) -> Hand | None:
    if not reader.has(rec):
        return None
    record = reader.get(rec)
    state, said = tasks.fold(record.steps), record.answers
    photos = said.get(tasks.PHOTOS)
    undone = "" if state.handling == "ticked" and not record.deleted else state.reason or "已删除"
    return Hand(
        rec, str(said.get(tasks.EVIDENCE) or ""), tuple(photos) if isinstance(photos, list) else (), state.person,
        state.at, state.proxy, undone,
    )  # fmt: skip


def _gone(desk: Desk, reader: Reader, instance: Instance, proof: Proof) -> int:
    """Records of the proof's forms by this unit that were voided or deleted: why a task that was done no longer is."""
    month = desk.campaign.month_named(instance.month)
    since, until = (month.since.isoformat(), month.until.isoformat()) if month is not None else ("", "")
    found = 0
    for form in desk.forms:
        if proof.names(form):
            asked = Query(form=form, unit=instance.unit, since=since, until=until)
            found += reader.count(replace(asked, status=("void",))) + reader.count(replace(asked, deleted=True))
    return found


# ---- ticks by hand


def may_tick(desk: Desk, unit: str) -> bool:
    """Whether this person may tick for this unit here: its own, or the office for everybody (代录)."""
    ours = desk.is_office or unit in desk.card.codes
    return ours and is_allowed("record", desk.who, desk.card, own=True, first=True)


def tick(desk: Desk, instance: Instance, *, evidence: str, photos: Sequence[Json] = ()) -> Done[RecordId]:
    """记为完成 with what proves it; from the office for another unit it is marked 代录."""
    task, unit, period = instance.task, instance.unit, instance.month
    require(desk, "record")
    if not may_tick(desk, unit):
        raise UserFacingError("A85", "这一项不归本单位，不能在这里记。请由原单位或专项办记。")
    if unit not in units_of(task, desk.campaign.units.values()):
        raise UserFacingError("A86", f"{desk.campaign.unit_name(unit)}没有“{task.action}”这一项任务。请核对单位。")
    rec = tasks.tick_id(desk.campaign.code, task.id, unit, period)
    with desk.store.writing(desk.who.id, desk.now()) as writer:
        old = writer.get(rec) if writer.has(rec) else None
        ops = tasks.tick(
            rec, old, old.scope if old is not None else _scope(desk, unit), task=task, unit=unit, period=period,
            evidence=evidence, photos=photos, by=desk.who.name, at=desk.at(), version=desk.forms[tasks.FORM].version,
            proxy=unit not in desk.card.codes,
        )  # fmt: skip
        changed = writer.put(ops)
    return Done(rec, changed, undo=lambda: untick(desk, rec, reason="记错了，当场撤回"))


def untick(desk: Desk, rec: RecordId, *, reason: str) -> Done[None]:
    """撤回 with its reason; what was written stays in the record."""
    require(desk, "record")
    with desk.store.writing(desk.who.id, desk.now()) as writer:
        if not writer.has(rec):
            raise UserFacingError("A34", "找不到这条记录，可能已在别处删除。请刷新后再看。")
        record = writer.get(rec)
        state = tasks.fold(record.steps)
        if not may_tick(desk, state.unit):
            raise UserFacingError("A85", "这一项不归本单位，不能在这里撤回。请由原单位或专项办撤回。")
        return Done(None, writer.put(tasks.untick(record, state, reason=reason, by=desk.who.name, at=desk.at())))


def _scope(desk: Desk, unit: str) -> str:
    """Where a tick lives: with who does the task; of those who have no laptop (党工委、办事处) with the office."""
    known = desk.campaign.units.get(unit)
    return OFFICE if known is not None and known.kind == "leader" else unit
