"""Tasks (任务) of the plan: what ticks one, and the law of the record with which a person ticks one by hand.

A tick is never stored. Each record's list row carries, as facets, which tasks it proves for which unit in which month
(`prover`, part of the projection, so it follows every correction and deletion); a page counts them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from baitao_desktop.domain.campaign import Campaign, Month
from baitao_desktop.domain.catalogue import Proof, Task, proof_of
from baitao_desktop.domain.errors import Refused, needed
from baitao_desktop.domain.ops import Json, NewOp, OpKind, RecordId, Scope, derived_id
from baitao_desktop.domain.records import Head, Law, Record, Step, sets_for
from baitao_desktop.domain.tips import revoked
from baitao_desktop.domain.values import day_of

KIND = "task"
FORM = "renwu"
BY_RECORD, BY_HAND = "task:", "hand:"
"""Facet keys are these and the task's id; the value is `UNIT MONTH` (`UNIT 全程` for a tick that is not of one month)."""
WHOLE = "全程"
"""The period of a task that is not of one month, in the word that stands on the tick's own page and ledger."""
STATUS = {"ticked": "已完成", "open": "已撤回"}
STATES = {
    "record": "已完成（记录）", "hand": "已完成（手工）", "open": "待办", "due": "建议日已过", "overdue": "已逾期",
}  # fmt: skip
"""How an instance stands, as on screen and paper."""
ACTS = {"tick": "记为完成", "untick": "撤回", "correct": "更正"}
_TASK, _UNIT, _PERIOD, EVIDENCE, PHOTOS = "renwu_bianhao", "danwei", "zhouqi", "liuhen", "zhaopian"
LONGEST = 300
"""Characters of what proves a tick, as its form has it."""
_CLAUSE, _WORDS = "tiaokuan", "renwu"
_REPORTED_MONTH = "yuefen"
"""The month a 报送 is about; it is often handed over when the next one has begun."""
_MOMENTS = ("at", "registered_at", "accepted_at", "feedback_at", "closed_at")
_VOID = ("void",)


@dataclass(frozen=True, slots=True)
class TaskState:
    """Of the record that ticks by hand. `proxy`: the office did it for the unit (代录); `reason`: why it was taken back."""

    handling: str = "open"
    unit: str = ""
    person: str = ""
    at: str = ""
    no: str = ""
    proxy: bool = False
    reason: str = ""


def fold(steps: Sequence[Step]) -> TaskState:
    state = TaskState()
    for step in steps:
        said = {k: v for k, v in step.data.items() if isinstance(v, str)}
        if step.act == "tick":
            state = TaskState(
                "ticked", said.get("unit", ""), said.get("by", ""), said.get("at", ""), said.get("task", ""),
                step.data.get("proxy") is True,
            )  # fmt: skip
        elif step.act == "untick":
            state = replace(state, handling="open", reason=said.get("reason", ""))
    return state


def head(record: Record, state: TaskState) -> Head:
    task, unit, period = (record.answers.get(k) for k in (_TASK, _UNIT, _PERIOD))
    facets = [(k, v) for k, v in ((_TASK, task), (_UNIT, unit), (_PERIOD, period)) if isinstance(v, str)]
    if state.handling == "ticked" and not record.deleted:
        facets.append((f"{BY_HAND}{task}", f"{unit} {period}"))
    return Head(
        no=str(record.answers.get(_CLAUSE) or ""), status=state.handling, unit=str(unit or ""), person=f"{state.person}（代录）" if state.proxy else state.person, received=state.at,
        facets=tuple(facets),
    )  # fmt: skip


LAW: Law[TaskState] = Law(KIND, 1, fold, head, STATUS, ACTS)


def tick_id(campaign: str, task: str, unit: str, period: str) -> RecordId:
    """Two laptops of a unit mean the same tick."""
    return derived_id("task", campaign, task, unit, period)


def tick(
    rec: RecordId, old: Record | None, scope: str, *, task: Task, unit: str, period: str, evidence: str,
    photos: Sequence[Json] = (), by: str, at: str, version: str, proxy: bool = False,
) -> list[NewOp]:  # fmt: skip
    """记为完成 with what proves it; the same instance again brings its words up to date."""
    if not evidence.strip() and not photos:
        raise Refused("A77", "还没有写明留痕。请写上凭什么算做完（文件、会议、照片），再记为完成。", "六（二）")
    if len(evidence.strip()) > LONGEST:
        raise Refused("A89", f"留痕写了{len(evidence.strip())}字，请控制在{LONGEST}字以内，长的材料拍成照片附上。", "")
    held: list[Json] = list(photos)
    answers: dict[str, Json] = {
        _TASK: task.id,
        _CLAUSE: task.clause,
        _WORDS: task.action,
        _UNIT: unit,
        _PERIOD: period,
        EVIDENCE: evidence.strip(),
        PHOTOS: held or None,
    }
    given = {k: v for k, v in answers.items() if v}
    said: dict[str, Json] = {
        "task": task.id,
        "unit": unit,
        "by": by,
        "at": at,
        "version": version,
        "evidence": evidence.strip(),
        **({"proxy": True} if proxy else {}),
    }
    place = Scope(scope)
    written = sets_for(old, answers) if old is not None else [NewOp(rec, FORM, place, OpKind.CREATE, "", given)]
    return [*written, NewOp(rec, FORM, place, OpKind.STEP, "tick", said)]


def untick(record: Record, state: TaskState, *, reason: str, by: str, at: str) -> list[NewOp]:
    if state.handling != "ticked":
        raise Refused("A03", "这一项没有记为完成，不用撤回。", "")
    why = needed(reason, "撤回理由")
    said: dict[str, Json] = {"reason": why, "by": by, "at": at}
    return [NewOp(record.id, record.form, record.scope, OpKind.STEP, "untick", said)]


# ---- proofs


Prover = Callable[[Record, Head], tuple[tuple[str, str], ...]]


def provable(tasks: Iterable[Task], forms: Collection[str]) -> dict[str, Proof]:
    """The tasks ticked by records, by id. A proof naming only forms that are not here counts as by hand."""
    found = {task.id: proof_of(task) for task in tasks}
    return {t: p for t, p in found.items() if p is not None and any(p.names(form) for form in forms)}


def prover(tasks: Iterable[Task], campaign: Campaign, forms: Collection[str]) -> Prover:
    """Which tasks a record proves, for which unit, in which month: facets of its list row. A void or deleted record
    proves nothing, a revoked step neither."""
    wanted_of = provable(tasks := tuple(tasks), forms)
    monthly = {task.id for task in tasks if task.cadence == "monthly"}
    by_form = {form: [(t, p) for t, p in wanted_of.items() if p.names(form)] for form in forms}
    months: dict[str, str] = {}

    def month(day: str) -> str:
        # 一次接收几万条，月份只算一次
        if (known := months.get(day)) is None:
            when = day_of(day)
            known = months[day] = campaign.month_of(when).name if when is not None else ""
        return known

    def proven(record: Record, row: Head) -> tuple[tuple[str, str], ...]:
        wanted = by_form.get(record.form)
        if not wanted or record.deleted or row.status in _VOID or _empty(row):
            return ()
        gone = revoked(record.steps)
        steps = [step for step in record.steps if step.id not in gone]
        acts = [step.act for step in steps]
        said = record.answers.get(_REPORTED_MONTH)
        out: dict[tuple[str, str], None] = {}
        for task, proof in wanted:
            if not proof.admits(record.form, row.facets, acts):
                continue
            for unit, day in _who_when(row, steps, proof.steps):
                # 不按月的任务一条记录只算一次，哪个月办的不要紧
                when = WHOLE if task not in monthly else said if isinstance(said, str) else month(day[:10])
                if unit and when:
                    out[f"{BY_RECORD}{task}", f"{unit} {when}"] = None
        return tuple(out)

    return proven


def _empty(row: Head) -> bool:
    """Whether this is a checklist on which nothing was looked at."""
    return isinstance(row.state, dict) and row.state.get("looked") == 0


def _who_when(row: Head, steps: Sequence[Step], acts: Sequence[str]) -> Iterable[tuple[str, str]]:
    """Each unit that took one of these steps, and the day; the record's own unit and day where none is asked for.

    A step that names no unit (回复举报人、总台账号) counts for the unit that has the record in hand and for the one that
    received it first: the office answers and numbers what a village handed up.
    """
    if not acts:
        yield row.unit, row.received
        return
    first = next((u for step in steps if isinstance(u := step.data.get("first_unit"), str)), "")
    for step in steps:
        if step.act in acts:
            said = step.data.get("unit") or step.data.get("first_unit")
            day = next((d for k in _MOMENTS if isinstance(d := step.data.get(k), str) and d), row.received)
            for unit in (said,) if isinstance(said, str) else dict.fromkeys((row.unit, first)):
                yield unit, day


def mark_of(tasks: Iterable[Task], campaign: Campaign) -> str:
    """Changes when what proves a task changes; part of the projection's version (kernel §8)."""
    said = [f"{t.id} {t.cadence} {t.proof}" for t in tasks] + [str(campaign.month_first_day), WHOLE]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:12]


# ---- what a unit has to do


@dataclass(frozen=True, slots=True)
class Instance:
    """One task of one unit in one period: `month` is the month's name or WHOLE. `state` is `record` (ticked by a record),
    `hand`, `open`, `due` (its advised day has passed: grey, USERS 13) or `overdue` (a binding day has passed: red)."""

    task: Task
    unit: str
    month: str
    state: str
    count: int
    due: date | None

    @property
    def done(self) -> bool:
        return self.state in ("record", "hand")


def instance(
    task: Task, proof: Proof | None, unit: str, month: str, *, ticks: Ticks, due: date | None, late: date | None, today: date
) -> Instance:  # fmt: skip
    """How one task stands; `due` and `late` as `due_days` has them."""
    key = (task.id, unit, month)
    count = ticks.counts.get(key, 0)
    if proof is not None and count >= proof.least:
        state = "record"
    elif key in ticks.hand:
        state = "hand"
    elif task.binding and late is not None and today > late:
        state = "overdue"
    else:
        state = "due" if due is not None and today > due else "open"
    return Instance(task, unit, month, state, count, due)


@dataclass(frozen=True, slots=True)
class Ticks:
    """Records that prove, and ticks by hand, by (task, unit, month or WHOLE)."""

    counts: Mapping[tuple[str, str, str], int]
    hand: Collection[tuple[str, str, str]]


def ticks_of(proven: Iterable[tuple[str, str, int]], by_hand: Iterable[tuple[str, str, int]]) -> Ticks:
    """From the totals of the facets `task:` and `hand:` (key, value, how many records)."""
    counts = dict(_by_instance(proven, BY_RECORD))
    return Ticks(counts, frozenset(key for key, _ in _by_instance(by_hand, BY_HAND)))


def _by_instance(totals: Iterable[tuple[str, str, int]], prefix: str) -> Iterable[tuple[tuple[str, str, str], int]]:
    for key, value, n in totals:
        unit, _, month = value.partition(" ")
        yield (key[len(prefix) :], unit, month), n


def period_of(task: Task, month: Month) -> str:
    """The period of a task while this month is looked at."""
    return month.name if task.cadence == "monthly" else WHOLE


def due_days(task: Task, campaign: Campaign, month: Month, *, group: bool = False) -> tuple[date | None, date | None]:
    """The day by which it is asked for, and the last day the paper itself grants. Of a monthly task the unit's own
    reporting day is advice and only the day the groups report by decides (23日24时); none in a month before its phase
    has begun, none after the campaign."""
    if task.cadence != "monthly":
        return task.due, task.due
    starts = [row["since"] for row in campaign.phases if row["code"] in task.phases]
    last = campaign.due_in(month, group=True)
    if not campaign.covers(last) or (starts and month.until.isoformat() < min(starts)):
        return None, None
    return campaign.due_in(month, group=group), last
