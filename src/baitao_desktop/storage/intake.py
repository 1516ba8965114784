"""What a take-in says: how it went, or where the bundle is broken."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from baitao_desktop.domain.cards import Card
from baitao_desktop.domain.ops import FIRST, DeviceId, Json, Op, OpKind, RecordId, Scope, chain

_STEP, _ERASE = int(OpKind.STEP), int(OpKind.ERASE)
Reason: TypeAlias = Literal["gap", "fork", "hash", "lam", "scope", "form", "clash", "erase"]
Progress: TypeAlias = Callable[[str, int, int], None]
"""Called now and then with (what is being done in Chinese, how many done, of how many; 0 = not known). May raise
Cancelled, which undoes the work."""


class Broken(Exception):
    """A bundle's operations do not fit: none of them entered; put the bundle in quarantine.

    `reason`: gap (a number is missing before it), fork (another operation stands under this number here: a copied
    cabinet), hash (altered), lam (not rising), scope or form (another than the record's), clash (two operations at one
    place), erase (by a device that is not the office's).
    """

    def __init__(self, reason: Reason, stream: tuple[DeviceId, Scope], seq: int) -> None:
        super().__init__(f"{reason} at {stream[0]} {stream[1]} {seq}")
        self.reason = reason
        self.stream = stream
        self.seq = seq


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What entered (or, in a dry run, would enter).

    `new`, `changed`, `unchanged`: records; `steps`: acts; `conflicts`: fields that now have several live values and
    had not; `deleted`: records now deleted; `erased`: values emptied; `missing`: attachments named and not here.
    """

    ops: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    steps: int = 0
    conflicts: int = 0
    deleted: int = 0
    erased: int = 0
    missing: int = 0
    touched: frozenset[RecordId] = frozenset()
    forms: frozenset[str] = frozenset()


@dataclass(slots=True)
class Stream:
    """Where a stream stands in this transaction."""

    d: int
    s: int
    seq: int
    lam: int
    hash: bytes
    moved: bool = False


@dataclass(slots=True)
class Place:
    """A record's row number, form and scope number (None: known from NOTEs only)."""

    rid: int
    form: str
    s: int | None


@dataclass
class Tally:
    """Counting as operations pass. `news`: the new operations of each touched record, by row number."""

    seen: set[RecordId] = field(default_factory=set)
    touched: set[RecordId] = field(default_factory=set)
    new: set[RecordId] = field(default_factory=set)
    news: dict[int, list[Op]] = field(default_factory=dict)
    overlap: dict[tuple[DeviceId, Scope], tuple[int, bytes]] = field(default_factory=dict)
    ops: int = 0
    steps: int = 0

    def passed_over(self, op: Op) -> None:
        """Held already; the last such of each stream will be compared (the chain vouches for those before it)."""
        self.seen.add(op.rec)
        key = (op.dev, op.scope)
        if key not in self.overlap or self.overlap[key][0] < op.seq:
            self.overlap[key] = (op.seq, op.hash)

    def count(self, op: Op, place: Place, first_rid: int) -> None:
        news = self.news.get(place.rid)
        if news is None:
            self.news[place.rid] = [op]
            self.touched.add(op.rec)
            if place.rid >= first_rid or place.s is None:
                self.new.add(op.rec)
        else:
            news.append(op)
        if op.kind == _STEP:
            self.steps += 1


def check(op: Op, at: Stream, cards: dict[DeviceId, Json]) -> None:
    """That `op` is the next of its stream, as its author wrote it. Raises Broken."""
    key = (op.dev, op.scope)
    if op.seq != at.seq + 1:
        raise Broken("gap", key, op.seq)
    if op.lam <= at.lam:
        raise Broken("lam", key, op.seq)
    if chain(at.hash, op) != op.hash:
        raise Broken("hash", key, op.seq)
    if op.kind == _ERASE and op.dev in cards and not is_office(cards, op.dev):
        raise Broken("erase", key, op.seq)
    at.seq, at.lam, at.hash, at.moved = op.seq, op.lam, op.hash, True


def is_office(cards: dict[DeviceId, Json], dev: DeviceId) -> bool:
    try:
        return dev in cards and Card.from_json(cards[dev]).office
    except ValueError:
        return False


def start(d: int, s: int) -> Stream:
    return Stream(d, s, 0, 0, FIRST)


def batches(ops: Iterable[Op], size: int) -> Iterable[list[Op]]:
    batch: list[Op] = []
    for op in ops:
        batch.append(op)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
