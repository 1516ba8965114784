"""A simulated subdistrict: an office, three units, one of them with two laptops, and sticks that get lost.

The doors of the exchange (plans, bases, scopes) are the real ones; what a laptop keeps is a plain in-memory store here
or the real cabinet, behind the same few methods.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from hypothesis import strategies as st

from baitao_desktop import seal
from baitao_desktop.domain.cards import Card, may_read, may_write
from baitao_desktop.domain.ops import (
    FIRST,
    DeviceId,
    Json,
    NewOp,
    Op,
    OpKind,
    OpRef,
    PersonId,
    RecordId,
    Scope,
    canonical,
    chain,
    derived_id,
)
from baitao_desktop.domain.records import Record, replay
from baitao_desktop.exchange import cards as trust
from baitao_desktop.exchange.manifest import Manifest, base_for, check_scopes, check_streams, forked, plan

Stream = tuple[DeviceId, Scope]
NAMES = ("O1", "A1", "A2", "B1", "G1")
UNITS = {"O1": "ZXB", "A1": "A", "A2": "A", "B1": "B", "G1": "G"}
SCOPES = tuple(map(Scope, ("A", "B", "G", "A+B", "B+G", "*", "ZXB")))
WHATS = (
    "create", "create", "set", "set", "set", "step", "delete", "settle", "send", "send", "send", "deliver", "deliver",
    "deliver", "deliver", "backup", "restore", "rogue",
)  # fmt: skip
CLOCKS = (0, 1_650_000_000_000, 4_070_908_800_000)
Turn = tuple[str, int, int, int]

TURNS = st.lists(
    st.tuples(st.sampled_from(WHATS), st.integers(0, 97), st.integers(0, 97), st.integers(0, 97)), max_size=70
)


def turns_of(seed: int, length: int = 120) -> list[Turn]:
    """A long history; the office (laptop 0) is busier than the others, as offices are."""
    chance = random.Random(seed)
    laptops = (0, 0, 0, *range(len(NAMES)))
    return [
        (chance.choice(WHATS), chance.choice(laptops), chance.randrange(98), chance.randrange(98))
        for _ in range(length)
    ]


class Refused(Exception):
    """What a store says to operations that do not fit it."""


class Shelf(Protocol):
    """What a laptop keeps."""

    device: DeviceId
    replaces: tuple[DeviceId, ...]

    def vector(self) -> dict[Stream, int]: ...
    def since(self, base: Mapping[Stream, int], readable: Callable[[Scope], bool]) -> list[Op]: ...
    def put(self, ops: Sequence[NewOp], wall_ms: int) -> None: ...
    def take_in(self, ops: Iterable[Op]) -> None: ...
    def acks(self) -> dict[DeviceId, dict[Stream, int]]: ...
    def hear(self, peer: DeviceId, number: int, vector: Mapping[Stream, int]) -> None: ...
    def backup(self) -> Any: ...
    def restore(self, backup: Any, *, fresh_id: bool) -> Shelf: ...


class Memory:
    """The plain in-memory store."""

    def __init__(self, device: DeviceId) -> None:
        self.device = device
        self.replaces: tuple[DeviceId, ...] = ()
        self.streams: dict[Stream, dict[int, Op]] = {}
        self._acks: dict[DeviceId, tuple[int, dict[Stream, int]]] = {}
        self.lam = 0

    def vector(self) -> dict[Stream, int]:
        return {stream: max(ops) for stream, ops in self.streams.items()}

    def since(self, base: Mapping[Stream, int], readable: Callable[[Scope], bool]) -> list[Op]:
        return [
            op
            for stream, ops in sorted(self.streams.items())
            if readable(stream[1])
            for seq, op in sorted(ops.items())
            if seq > base.get(stream, 0)
        ]

    def put(self, ops: Sequence[NewOp], wall_ms: int) -> None:
        for new in ops:
            held = [op for kept in self.streams.values() for op in kept.values() if op.rec == new.rec]
            record = replay(held) if held else None
            val, pred = worded(new, record)
            stream = self.streams.setdefault((self.device, new.scope), {})
            seq = max(stream, default=0) + 1
            self.lam += 1
            op = Op(
                new.rec, new.form, new.scope, self.lam, self.device, seq, wall_ms, PersonId(""), int(new.kind),
                new.fld, canonical(val), pred, b"salt", b"",
            )  # fmt: skip
            previous = stream[seq - 1].hash if seq > 1 else FIRST
            stream[seq] = op._replace(hash=chain(previous, op))

    def take_in(self, ops: Iterable[Op]) -> None:
        streams = {stream: dict(kept) for stream, kept in self.streams.items()}
        lam = self.lam
        for op in ops:
            stream = streams.setdefault((op.dev, op.scope), {})
            held = stream.get(op.seq)
            if held is not None and held.hash != op.hash:
                raise Refused("fork")
            before = stream.get(op.seq - 1)
            if op.seq > 1 and before is None:
                raise Refused("gap")
            if chain(before.hash if before else FIRST, op) != op.hash:
                raise Refused("hash")
            stream[op.seq] = op
            lam = max(lam, op.lam)
        self.streams, self.lam = streams, lam

    def acks(self) -> dict[DeviceId, dict[Stream, int]]:
        return {peer: vector for peer, (_, vector) in self._acks.items()}

    def hear(self, peer: DeviceId, number: int, vector: Mapping[Stream, int]) -> None:
        if number >= self._acks.get(peer, (0, {}))[0]:
            self._acks[peer] = (number, dict(vector))

    def backup(self) -> Memory:
        return copy.deepcopy(self)

    def restore(self, backup: Memory, *, fresh_id: bool) -> Memory:
        again = copy.deepcopy(backup)
        if fresh_id:
            again.replaces = (*again.replaces, again.device)
            again.device = DeviceId(derived_id(self.device, "restored", str(len(self.streams)), str(self.lam)))
        return again


def worded(new: NewOp, record: Record | None) -> tuple[Json, OpRef | None]:
    if record is None or new.kind in (OpKind.CREATE, OpKind.DELETE):
        return new.val, None
    if new.kind == OpKind.SET:
        return new.val, record.heads.get(new.fld)
    if new.kind == OpKind.RETIRE:
        return None, OpRef(DeviceId(new.val[0]), new.val[1])
    heads = record.step_heads
    return {"d": new.val, "also": [list(ref) for ref in heads[1:]]}, heads[0] if heads else None


def assert_closed(laptop: Laptop) -> None:
    """Nothing is held before what its author had seen of the record: a record has a beginning, and no link dangles."""
    for rec, ops in laptop.records().items():
        held = {op.ref for op in ops}
        assert any(op.kind == OpKind.CREATE for op in ops), f"{laptop.name} holds edits of {rec} but not its beginning"
        assert all(op.pred is None or op.pred in held for op in ops), f"{laptop.name}: a link of {rec} dangles"


@dataclass
class Laptop:
    name: str
    shelf: Shelf
    cards: dict[DeviceId, Card]
    keys: seal.DeviceKeys
    number: int = 0
    saved: tuple[Any, dict[DeviceId, Card], int] | None = None

    @property
    def unit(self) -> str:
        return UNITS[self.name]

    @property
    def card(self) -> Card:
        return self.cards[self.shelf.device]

    def records(self) -> dict[RecordId, list[Op]]:
        found: dict[RecordId, list[Op]] = {}
        for op in self.shelf.since({}, lambda _: True):
            found.setdefault(op.rec, []).append(op)
        return found


@dataclass
class Envelope:
    """A stick on its way: read any number of times, by anyone, or never."""

    manifest: Manifest
    what: Any
    rogue: bool = False


@dataclass
class Network:
    """The subdistrict. The three switches are the mutations that must make the laws fail."""

    make: Callable[[str], Shelf]
    base_check: bool = True
    fresh_id: bool = True
    heads_check: bool = True
    laptops: dict[str, Laptop] = field(default_factory=dict)
    mail: list[Envelope] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    seen_by_office: set[bytes] = field(default_factory=set)
    restored: set[str] = field(default_factory=set)
    made: int = 0

    def __post_init__(self) -> None:
        for name in NAMES:
            self.laptops[name] = Laptop(name, self.make(name), {}, seal.new_device_keys())
        self.office = self.laptops["O1"]
        first = {laptop.shelf.device: self.new_card(laptop) for laptop in self.laptops.values()}
        for laptop in self.laptops.values():
            laptop.cards.update(first)

    def new_card(self, laptop: Laptop) -> Card:
        unit, office = laptop.unit, laptop.unit == "ZXB"
        return Card(
            laptop.shelf.device, unit, laptop.name, (unit,), office, laptop.keys.age_recipient,
            laptop.keys.signing_public, replaces=laptop.shelf.replaces,
        )  # fmt: skip

    # ---- turns -------------------------------------------------------------------------------------------------

    def play(self, turns: Iterable[Turn]) -> None:
        for what, a, b, c in turns:
            laptop = self.laptops[NAMES[a % len(NAMES)]]
            getattr(self, what)(laptop, b, c)

    def _mine(self, laptop: Laptop, b: int) -> tuple[RecordId, Scope, Record] | None:
        found = [(rec, ops) for rec, ops in sorted(laptop.records().items()) if may_write(laptop.card, ops[0].scope)]
        if not found:
            return None
        rec, ops = found[b % len(found)]
        return rec, ops[0].scope, replay(ops)

    def create(self, laptop: Laptop, b: int, c: int) -> None:
        scopes = [s for s in SCOPES if may_write(laptop.card, s)]
        self.made += 1
        # 派生的编号：两台电脑各自新建同一条记录是允许的（kernel §2.2）
        rec = derived_id("network", str(b % 7)) if b % 5 == 0 else derived_id("network", laptop.name, str(self.made))
        scope = Scope("A+B") if b % 5 == 0 else scopes[c % len(scopes)]
        if may_write(laptop.card, scope):
            self._put(laptop, NewOp(rec, "xiansuo", scope, OpKind.CREATE, "", {"x": b % 3, "y": 0}), c=c)

    def set(self, laptop: Laptop, b: int, c: int) -> None:
        if mine := self._mine(laptop, b):
            self._put(laptop, NewOp(mine[0], "xiansuo", mine[1], OpKind.SET, "xy"[c % 2], c % 5), c=c)

    def step(self, laptop: Laptop, b: int, c: int) -> None:
        if mine := self._mine(laptop, b):
            self._put(laptop, NewOp(mine[0], "xiansuo", mine[1], OpKind.STEP, "verify", {"n": c}), c=c)

    def delete(self, laptop: Laptop, b: int, c: int) -> None:
        if mine := self._mine(laptop, b):
            self._put(laptop, NewOp(mine[0], "xiansuo", mine[1], OpKind.DELETE, "", c % 2 == 0), c=c)

    def settle(self, laptop: Laptop, b: int, c: int) -> None:
        if (mine := self._mine(laptop, b)) and mine[2].conflicts:
            rec, scope, record = mine
            fld, versions = record.conflicts[0]
            further = [NewOp(rec, "xiansuo", scope, OpKind.RETIRE, fld, list(v.op)) for v in versions[:-1]]
            self._put(laptop, *further, NewOp(rec, "xiansuo", scope, OpKind.SET, fld, c), c=c)

    def _put(self, laptop: Laptop, *ops: NewOp, c: int) -> None:
        laptop.shelf.put(ops, CLOCKS[c % len(CLOCKS)])

    def send(self, laptop: Laptop, b: int, c: int) -> None:
        """Mostly star-wise; now and then a unit gives a stick to another unit, which passes it on."""
        if laptop is self.office or b % 4 == 0:
            self.hand_over(laptop, ("A", "B", "G", "ZXB")[c % 4])
        else:
            self.hand_over(laptop, "ZXB")

    def deliver(self, laptop: Laptop, b: int, _c: int) -> None:
        """A stick of any age reaches a laptop, in any order, any number of times; now and then a stranger's stick."""
        me = {laptop.shelf.device, *laptop.shelf.replaces}
        mail = self.mail if b % 9 == 0 else [e for e in self.mail if me & set(e.manifest.to)]
        if mail:
            envelope = mail[-1 - b % min(len(mail), 8)]
            if self.receive(laptop, envelope) == "taken":
                before = laptop.shelf.vector()
                again = self.receive(laptop, envelope)
                assert again == "nothing new" or not self.base_check
                assert laptop.shelf.vector() == before

    def backup(self, laptop: Laptop, _b: int, c: int) -> None:
        # 多半留着旧的：越旧的备份，恢复后缺得越多
        if laptop.saved is None or c % 5 == 0:
            laptop.saved = (laptop.shelf.backup(), dict(laptop.cards), laptop.number)

    def restore(self, laptop: Laptop, b: int, c: int) -> None:
        """A restored laptop; half of the time the sticks that lay in the drawer are taken in next, then it writes home."""
        if laptop.saved is None:
            return
        self._restore(laptop)
        if c % 2:
            me = {laptop.shelf.device, *laptop.shelf.replaces}
            for envelope in [e for e in self.mail if me & set(e.manifest.to)][-1 - b % 3 :]:
                self.receive(laptop, envelope)
            self.hand_over(laptop, "ZXB")

    def _restore(self, laptop: Laptop) -> None:
        assert laptop.saved is not None
        shelf, cards, number = laptop.saved
        laptop.shelf = laptop.shelf.restore(shelf, fresh_id=self.fresh_id)
        laptop.cards, laptop.number = dict(cards), number
        self.restored.add(laptop.name)
        if self.fresh_id:
            laptop.keys = seal.new_device_keys()
            laptop.cards[laptop.shelf.device] = self.new_card(laptop)
            if laptop is self.office:
                return
            # 新编号由专项办副署：换机后先和专项办换一次卡（first_course §3）
            self.office.cards[laptop.shelf.device] = laptop.card

    def rogue(self, laptop: Laptop, b: int, c: int) -> None:
        """A stick with one operation in a scope its writer has no business in."""
        foreign = [s for s in SCOPES if not may_write(laptop.card, s)]
        receivers = self._receivers(laptop, "ZXB")
        if not foreign or not receivers:
            return
        bad = Memory(laptop.shelf.device)
        rec = derived_id("rogue", laptop.name, str(b))
        bad.put([NewOp(rec, "xiansuo", foreign[c % len(foreign)], OpKind.CREATE, "", {"x": 1})], 0)
        ops = bad.since({}, lambda _: True)
        manifest = self._manifest(laptop, receivers, {}, ops, ops)
        self.mail.append(Envelope(manifest, self.sealed(laptop, manifest, ops, receivers), rogue=True))

    # ---- sticks ------------------------------------------------------------------------------------------------

    def _receivers(self, laptop: Laptop, unit: str) -> list[Card]:
        gone = {old for card in laptop.cards.values() for old in card.replaces}
        me = laptop.shelf.device
        return [c for c in laptop.cards.values() if c.unit == unit and c.device not in gone and c.device != me]

    def hand_over(self, laptop: Laptop, unit: str, *, full: bool = False) -> Envelope | None:
        receivers = self._receivers(laptop, unit)
        if not receivers:
            return None

        def readable(scope: Scope) -> bool:
            return all(may_read(card, scope) for card in receivers)

        vector = {stream: n for stream, n in laptop.shelf.vector().items() if readable(stream[1])}
        low = {} if full else base_for(laptop.shelf.acks(), [card.device for card in receivers])
        base = {stream: min(n, vector[stream]) for stream, n in low.items() if stream in vector}
        ops = laptop.shelf.since(base, readable)
        manifest = self._manifest(laptop, receivers, base, ops, laptop.shelf.since({}, readable))
        envelope = Envelope(manifest, self.sealed(laptop, manifest, ops, receivers))
        self.mail.append(envelope)
        return envelope

    def _manifest(
        self, laptop: Laptop, to: Sequence[Card], base: Mapping[Stream, int], ops: Sequence[Op], held: Sequence[Op]
    ) -> Manifest:
        laptop.number += 1
        last = {(op.dev, op.scope): op for op in held}
        writers = {op.dev for op in ops} | {laptop.shelf.device}
        carried = laptop.cards.values() if laptop is self.office else [laptop.cards[d] for d in sorted(writers)]
        return Manifest(
            bundle=derived_id(laptop.shelf.device, str(laptop.number), str(len(self.mail))), sender=laptop.shelf.device,
            unit=laptop.unit, number=laptop.number, vector={k: op.seq for k, op in last.items()}, base=base, lam=0,
            made_at_ms=0, app="test", cards=tuple(carried), replaces=laptop.shelf.replaces,
            to=tuple(card.device for card in to), heads={k: op.hash for k, op in last.items()},
        )  # fmt: skip

    def sealed(self, laptop: Laptop, manifest: Manifest, ops: list[Op], to: Sequence[Card]) -> Any:
        return list(ops)

    def opened(self, laptop: Laptop, envelope: Envelope) -> tuple[Manifest, list[Op], dict[DeviceId, Card]] | None:
        manifest = envelope.manifest
        # 恢复后的电脑仍打得开写给它旧编号的U盘：比实际更宽，规律更严
        if not {laptop.shelf.device, *laptop.shelf.replaces} & set(manifest.to):
            return None
        said = {card.device: card for card in manifest.cards}
        return manifest, envelope.what, trust.joined(laptop.cards, said)

    def receive(self, laptop: Laptop, envelope: Envelope) -> str:
        found = self.opened(laptop, envelope)
        if found is None:
            return "not mine"
        manifest, ops, cards = found
        mine = {(op.dev, op.scope, op.seq): op.hash for op in laptop.shelf.since({}, lambda _: True)}
        if self.heads_check and forked(manifest, lambda *at: mine.get(at)) is not None:
            assert not self.fresh_id or envelope.rogue, "an honest bundle was called a fork"
            self.refused += [] if envelope.rogue else ["fork"]
            return "quarantine"
        verdict = plan(laptop.shelf.vector(), manifest)
        if verdict == "gap" and self.base_check:
            return "gap"
        wrong = check_scopes(ops, cards)
        assert (wrong is None) == (check_streams(manifest, cards) is None)
        if wrong is not None:
            assert envelope.rogue, "an honest bundle was put into quarantine"
            return "quarantine"
        try:
            laptop.shelf.take_in(ops)
        except Refused as refused:
            self.refused.append(str(refused))
            return str(refused)
        laptop.shelf.hear(manifest.sender, manifest.number, manifest.vector)
        laptop.cards = cards
        assert_closed(laptop)
        if laptop is self.office:
            self.seen_by_office |= {op.hash for op in ops}
        return "nothing new" if verdict == "nothing new" else "taken"

    # ---- the end -----------------------------------------------------------------------------------------------

    def everyone_meets(self) -> None:
        """Everybody hands over to the office and gets the office's bundle, as the sentence for a gap tells them to."""
        others = [laptop for laptop in self.laptops.values() if laptop is not self.office]
        for laptop in self.laptops.values():
            laptop.cards.update({other.shelf.device: other.card for other in self.laptops.values()})
        for _ in range(3):
            for laptop in others:
                self._surely(laptop, "ZXB", [self.office])
            for unit in ("A", "B", "G"):
                self._surely(self.office, unit, [laptop for laptop in others if laptop.unit == unit])

    def _surely(self, giver: Laptop, unit: str, takers: list[Laptop]) -> None:
        envelope = self.hand_over(giver, unit)
        assert envelope is not None
        for taker in takers:
            if self.receive(taker, envelope) == "gap":
                whole = self.hand_over(giver, unit, full=True)
                assert whole is not None
                assert self.receive(taker, whole) != "gap"

    def assert_converged(self) -> None:
        """The same operations, records and conflicts wherever two may read the same scope; nothing lost, nothing foreign."""
        office = self.office.records()
        for laptop in self.laptops.values():
            held = laptop.records()
            expected = {rec: ops for rec, ops in office.items() if may_read(laptop.card, ops[0].scope)}
            assert held.keys() == expected.keys(), f"{laptop.name} and the office hold different records"
            for rec, ops in held.items():
                assert {op.hash for op in ops} == {op.hash for op in expected[rec]}
                assert replay(ops) == replay(expected[rec])
                for op in ops:
                    assert may_write(self.office.cards[op.dev], op.scope)
            for stream, last in laptop.shelf.vector().items():
                seqs = sorted(op.seq for op in laptop.shelf.since({}, lambda _: True) if (op.dev, op.scope) == stream)
                assert seqs == list(range(1, last + 1)), "a hole in a stream"
        assert self.refused == [], self.refused
        if "O1" not in self.restored:
            assert self.seen_by_office <= {op.hash for ops in office.values() for op in ops}
