"""Records, and `replay`: the only merge law of the house (kernel §2)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Generic, NamedTuple, TypeVar

from baitao_desktop.domain.ops import DeviceId, Json, NewOp, Op, OpKind, OpRef, PersonId, RecordId, Scope, canonical

S = TypeVar("S")


class Step(NamedTuple):
    """One act that happened. `after` = the step heads its author had seen; `data` holds all the fold may need."""

    id: OpRef
    after: tuple[OpRef, ...]
    act: str
    actor: PersonId
    wall_ms: int
    data: Mapping[str, Json]


class Version(NamedTuple):
    """One of several live values of a field: who wrote it, and when (for people only; no rule reads the clock)."""

    op: OpRef
    value: Json
    actor: PersonId
    wall_ms: int


class Conflict(NamedTuple):
    """A field with at least two live heads of different values; a person settles it. Last version is the one shown."""

    fld: str
    versions: tuple[Version, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """What `replay` makes of a record's operations. `answers` maps field keys to shown values (None left out)."""

    id: RecordId
    form: str
    scope: Scope
    answers: Mapping[str, Json]
    steps: tuple[Step, ...]
    conflicts: tuple[Conflict, ...] = ()
    flags: tuple[tuple[OpRef, str], ...] = ()
    deleted: bool = False
    lam: int = 0
    heads: Mapping[str, OpRef] = field(default_factory=dict)
    """Shown head of each field: the `pred` of the next SET."""
    step_heads: tuple[OpRef, ...] = ()
    """Steps nobody has stepped after yet: `pred` (and `also`) of the next STEP."""
    twins: Mapping[str, tuple[OpRef, ...]] = field(default_factory=dict)
    """Further live heads whose value equals the shown one: the next SET retires them too, else they would stand as a
    conflict with a value everybody had seen."""


@dataclass(frozen=True, slots=True)
class Head:
    """The list row of a record: what a ledger sorts, filters, searches and shows without replaying."""

    no: str = ""
    title: str = ""
    status: str = ""
    tracks: tuple[str, str, str] = ("", "", "")
    unit: str = ""
    person: str = ""
    due: str = ""
    received: str = ""
    closed: str = ""
    facets: tuple[tuple[str, str], ...] = ()
    links: tuple[tuple[str, RecordId], ...] = ()
    text: str = ""
    state: Json = None
    flags: tuple[str, ...] = ()
    """ISO dates or empty strings in due, received, closed; `text` is what search finds and is kept nowhere else."""


@dataclass(frozen=True, slots=True)
class Law(Generic[S]):
    """The rules of a kind of record. `fold` is total: it never raises, whatever the steps; it reads steps only.

    `version` rises with every change of meaning, so that projections are rebuilt. `statuses` and `acts` are the words on
    screen of each status and act code.
    """

    kind: str
    version: int
    fold: Callable[[Sequence[Step]], S]
    head: Callable[[Record, S], Head]
    statuses: Mapping[str, str]
    acts: Mapping[str, str]


# 每次写 OpKind.X 要 59 ns，一次接收要比一百万次（字面整数 9 ns）
_CREATE, _SET, _RETIRE, _STEP, _NOTE, _ERASE, _DELETE = map(int, OpKind)
_DECODER = json.JSONDecoder(parse_constant=lambda _: None)


def load_json(text: str) -> Json:
    """Parsed value of an operation; None when a stranger's text is no JSON (a replay never raises).

    NaN and Infinity are None, half a surrogate pair is U+FFFD: what comes out can be written again anywhere.
    """
    try:
        value, end = _DECODER.raw_decode(text)
        if end != len(text):
            value = _DECODER.decode(text)
        return _DECODER.decode(canonical(value)) if "\\u" in text else value
    except (ValueError, RecursionError):
        return None


def replay(ops: Iterable[Op]) -> Record:
    """The record of a set of operations: any order, any grouping, any repetition gives the same.

    NOTEs are left out: they stand in other scopes and not on every machine. Operations of kinds not known here are kept
    by the store and passed over. ValueError on an empty set.
    """
    ordered = sorted({(op.lam, op.dev): op for op in ops if op.kind != _NOTE}.values(), key=itemgetter(3, 4))
    if not ordered:
        raise ValueError("no operations")
    gone, restated = _erasures(ordered)
    fields: dict[str, list[tuple[Op, Json]]] = {}
    steps: list[Step] = []
    open_steps: dict[OpRef, None] = {}
    flags: list[tuple[OpRef, str]] = []
    deleted = False
    first = ordered[0]
    for op in ordered:
        kind = op.kind
        if kind == _SET:
            _write(fields, op, None if (gone and op.ref in gone) or isinstance(op.val, bytes) else load_json(op.val))
        elif kind == _STEP:
            step = _step(op, empty=bool(gone) and op.ref in gone)
            for seen in step.after:
                open_steps.pop(seen, None)
            open_steps[step.id] = None
            steps.append(step)
        elif kind == _CREATE:
            values = (
                restated.get(op.ref, {})
                if (gone and op.ref in gone) or isinstance(op.val, bytes)
                else load_json(op.val)
            )
            for fld, value in values.items() if isinstance(values, dict) else ():
                fields.setdefault(fld, []).append((op, value))
        elif kind == _RETIRE:
            _take_off(fields.get(op.fld, []), op.pred)
        elif kind == _DELETE:
            deleted = isinstance(op.val, str) and load_json(op.val) is True
            continue
        if deleted and kind in (_SET, _STEP, _CREATE):
            # 删除之后又有人填写：记录回来，标出，不丢（storage §2.3）
            deleted = False
            flags.append((op.ref, "edited_after_delete"))
    answers, conflicts, heads, twins = _shown(fields)
    return Record(
        first.rec, first.form, first.scope, answers, tuple(steps), conflicts, tuple(flags), deleted,
        ordered[-1].lam, heads, tuple(open_steps), twins,
    )  # fmt: skip


def sets_for(record: Record, changes: Mapping[str, Json]) -> list[NewOp]:
    """The operations that write `changes`; an answer that stands so already is not written again."""
    return [
        NewOp(record.id, record.form, record.scope, OpKind.SET, fld, value)
        for fld, value in changes.items()
        if record.answers.get(fld) != value
    ]


def answer_facets(answers: Mapping[str, Json]) -> list[tuple[str, str]]:
    """The short answers of the paper itself, rows left out: what chips filter and count by."""
    return [
        (fld, v)
        for fld, value in answers.items()
        if "[" not in fld
        for v in (value if isinstance(value, list) else [value])
        if isinstance(v, str) and 0 < len(v) <= 24
    ]


def step_for(record: Record, act: str, data: Mapping[str, Json]) -> NewOp:
    """The operation of one act on a record."""
    return NewOp(record.id, record.form, record.scope, OpKind.STEP, act, data)


def answers_with(answers: Mapping[str, Json], changes: Mapping[str, Json]) -> dict[str, Json]:
    """Answers as they will stand after these changes; None takes one away."""
    return {k: v for k, v in {**answers, **changes}.items() if v is not None}


def _erasures(ordered: Sequence[Op]) -> tuple[frozenset[OpRef], dict[OpRef, dict[str, Json]]]:
    """Operations named by ERASE, and what the erase restates of them; the same before and after the values are emptied."""
    gone: set[OpRef] = set()
    restated: dict[OpRef, dict[str, Json]] = {}
    for op in ordered:
        if op.kind != _ERASE or isinstance(op.val, bytes):
            continue
        said = load_json(op.val)
        for item in said.get("ops", ()) if isinstance(said, dict) else ():
            if isinstance(item, list) and len(item) == 3 and isinstance(item[2], dict):
                for dev, seq in _refs([item[:2]]):
                    ref = OpRef(DeviceId(dev), seq)
                    gone.add(ref)
                    restated[ref] = item[2]
    return frozenset(gone), restated


def _write(fields: dict[str, list[tuple[Op, Json]]], op: Op, value: Json) -> None:
    live = fields.setdefault(op.fld, [])
    _take_off(live, op.pred)
    live.append((op, value))


def _take_off(live: list[tuple[Op, Json]], pred: OpRef | None) -> None:
    if pred is not None:
        for i, (op, _) in enumerate(live):
            if op.seq == pred.seq and op.dev == pred.dev:
                del live[i]
                return


def _step(op: Op, *, empty: bool) -> Step:
    said = None if empty or isinstance(op.val, bytes) else load_json(op.val)
    data, also = (said.get("d"), said.get("also")) if isinstance(said, dict) else (None, None)
    after = [op.pred] if op.pred else []
    after += [OpRef(DeviceId(dev), seq) for dev, seq in _refs(also)]
    return Step(op.ref, tuple(after), op.fld, op.actor, op.wall_ms, data if isinstance(data, dict) else {})


def _refs(said: Json) -> list[tuple[str, int]]:
    """The [device, number] pairs of a stranger's list; anything else in it is passed over."""
    pairs = said if isinstance(said, list) else []
    return [
        (p[0], p[1])
        for p in pairs
        if isinstance(p, list) and len(p) == 2 and isinstance(p[0], str) and type(p[1]) is int
    ]


def _shown(
    fields: Mapping[str, list[tuple[Op, Json]]],
) -> tuple[dict[str, Json], tuple[Conflict, ...], dict[str, OpRef], dict[str, tuple[OpRef, ...]]]:
    answers: dict[str, Json] = {}
    twins: dict[str, tuple[OpRef, ...]] = {}
    conflicts: list[Conflict] = []
    heads: dict[str, OpRef] = {}
    dropped_rows: dict[str, tuple[int, str]] = {}
    last: tuple[Op | None, OpRef | None] = (None, None)
    for fld, live in fields.items():
        if not live:
            continue
        shown, value = live[-1]
        # 一条 CREATE 写二十几个字段：它的名字只做一次
        last = last if last[0] is shown else (shown, shown.ref)
        heads[fld] = last[1] or shown.ref
        if value is not None:
            answers[fld] = value
        elif fld.endswith("]"):
            dropped_rows[fld] = (shown.lam, shown.dev)
        if len(live) > 1:
            texts = [canonical(v) for _, v in live]
            same = tuple(op.ref for (op, _), text in zip(live[:-1], texts, strict=False) if text == texts[-1])
            if same:
                twins[fld] = same
            if len(same) < len(live) - 1:
                versions = tuple(Version(op.ref, v, op.actor, op.wall_ms) for op, v in live)
                conflicts.append(Conflict(fld, versions))
    for row, when in dropped_rows.items():
        # 删了的行：晚于删除的填写让它回来，否则整行不显示（值仍在日志里）
        inner = [f for f in answers if f.startswith(row + "/")]
        if not any((fields[f][-1][0].lam, fields[f][-1][0].dev) > when for f in inner):
            for f in inner:
                del answers[f]
    return answers, tuple(sorted(conflicts)), heads, twins
