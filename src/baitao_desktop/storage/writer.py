"""Writing the cabinet: acts put operations, bundles are taken in; both file their records by the same path."""

from __future__ import annotations

import os
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import TypeAlias

from baitao_desktop.domain.ops import (
    MAX_LAM,
    DeviceId,
    Json,
    NewOp,
    Op,
    OpKind,
    OpRef,
    RecordId,
    Vector,
    canonical,
    chain,
)
from baitao_desktop.domain.records import replay
from baitao_desktop.storage import intake
from baitao_desktop.storage.filer import Filer, Given
from baitao_desktop.storage.intake import Broken, Place, Progress, Stream, TakenIn, Tally
from baitao_desktop.storage.reader import FOREIGN_KEYS
from baitao_desktop.storage.rows import NOTE, Row, group_ops, many, no_garbage_hunt, one

CHUNK = 100_000
"""Operations kept in memory at a time while taking in; their records are filed after the last."""
_TELL = 2000
_Wording: TypeAlias = tuple[int, str, str, OpRef | None]


class _Open:
    """Live heads of a record while operations are added to it."""

    def __init__(self, ops: Sequence[Op]) -> None:
        self.heads: dict[str, OpRef] = {}
        self.twins: dict[str, tuple[OpRef, ...]] = {}
        self.steps: tuple[OpRef, ...] = ()
        if ops:
            record = replay(ops)
            self.heads = dict(record.heads)
            self.twins = dict(record.twins)
            self.steps = record.step_heads


class Writer(Filer):
    """One transaction. Made by Store.writing; what an exception leaves is as if it had never begun."""

    # ---- acts ----------------------------------------------------------------------------------------------------

    def put(self, ops: Iterable[NewOp]) -> frozenset[RecordId]:
        """Write operations of this device and file their records; the records that changed (NOTEs change none).

        A SET overwrites the shown value (and live values equal to it); a STEP follows all steps seen here; RETIRE
        takes off the live value named in `val` as [device, number]. ValueError for another form or scope than the
        record's, and for a value JSON cannot say.
        """
        asked = list(ops)
        if not asked:
            return frozenset()
        places = self._find([op.rec for op in asked])
        self._load_lam()
        opened: dict[RecordId, _Open] = {}
        fresh: set[int] = set()
        made: list[Op] = []
        lines: list[Row] = []
        for new in asked:
            stream = self._stream(self.device, new.scope)
            place = places.get(new.rec)
            if place is None:
                place = self._new_place(new, stream.s)
                fresh.add(place.rid)
            if new.rec not in opened and new.kind != OpKind.NOTE:
                opened[new.rec] = _Open(() if place.rid in fresh else self._ops_of(place.rid))
            live = opened.get(new.rec)
            for wording in _worded(new, live):
                made.append(self._make(new, wording, live))
                lines.append(self._worded_row(made[-1], place, stream))
        self._insert(lines)
        changed = frozenset(op.rec for op in made if op.kind != OpKind.NOTE)
        self._file([places[rec].rid for rec in changed], fresh.__contains__)
        self._close()
        return changed

    def _worded_row(self, op: Op, place: Place, stream: Stream) -> Row:
        try:
            return self._row(op, place, stream)
        except Broken as trouble:
            raise ValueError(f"{op.rec}: {trouble}") from trouble

    def _make(self, new: NewOp, wording: _Wording, live: _Open | None) -> Op:
        kind, fld, val, pred = wording
        stream = self._stream(self.device, new.scope)
        self._lam += 1
        if self._lam > MAX_LAM:
            raise ValueError("lam")
        op = Op(
            new.rec, new.form, new.scope, self._lam, self.device, stream.seq + 1, self.now_ms, self.who, int(kind),
            fld, val, pred, os.urandom(16), b"",
        )  # fmt: skip
        op = op._replace(hash=chain(stream.hash, op))
        stream.seq, stream.lam, stream.hash, stream.moved = op.seq, op.lam, op.hash, True
        if live is not None:
            if kind == OpKind.STEP:
                live.steps = (op.ref,)
            elif kind == OpKind.SET:
                live.heads[fld] = op.ref
            elif kind == OpKind.CREATE:
                live.heads.update(dict.fromkeys(new.val, op.ref))
        return op

    # ---- taking in -----------------------------------------------------------------------------------------------

    def take_in(
        self, ops: Iterable[Op], *, keep: bool = True, progress: Progress | None = None, coming: Container[str] = ()
    ) -> TakenIn:
        """Union a bundle's operations with ours and file the records they touch.

        Each stream must come in ascending numbers and join ours without a gap; what we hold already is passed over
        once the last of it proves to be the same. `keep=False` counts what would happen and undoes it; attachments in `coming` are
        not missing then. Raises Broken (nothing entered) or whatever `progress` raises.
        """
        with no_garbage_hunt():
            self._db.exec_driver_sql("SAVEPOINT intake")
            try:
                taken = self._take_in(ops, progress or (lambda _what, _done, _of: None), coming)
            except BaseException:
                self._undo()
                raise
            if keep:
                self._db.exec_driver_sql("RELEASE intake")
                self._close()
            else:
                self._undo()
        return taken

    def _undo(self) -> None:
        self._db.exec_driver_sql("ROLLBACK TO intake")
        self._db.exec_driver_sql("RELEASE intake")
        self._forget()

    def _take_in(self, ops: Iterable[Op], progress: Progress, coming: Container[str]) -> TakenIn:
        self._load_lam()
        for known in self._streams.values():
            known.moved = False
        first_rid = self._first_free_rid()
        # 索引合并推到空闲时（2.66 → 2.1–2.6，kernel §1）
        self._db.exec_driver_sql("INSERT INTO fts(fts, rank) VALUES ('automerge', 0)")
        tally, given = self._enter(ops, first_rid, progress)
        for (dev, scope), (seq, digest) in tally.overlap.items():
            if self.hash_at(dev, scope, seq) != digest:
                raise Broken("fork", (dev, scope), seq)
        filed = self._file(list(tally.news), lambda rid: rid >= first_rid, progress, given)
        self._db.exec_driver_sql("INSERT INTO fts(fts, rank) VALUES ('automerge', 4)")
        touched = frozenset(tally.touched)
        missing = sum(sha not in coming and not self._have(sha) for sha in filed.blobs)
        return TakenIn(
            tally.ops, len(tally.new), len(touched) - len(tally.new), len(tally.seen - touched), tally.steps,
            filed.conflicts, filed.deleted, filed.erased, missing, touched,
            frozenset(self._places[rec].form for rec in touched),
        )  # fmt: skip

    def _enter(self, ops: Iterable[Op], first_rid: int, progress: Progress) -> tuple[Tally, Given | None]:
        """Check and insert; what was counted, and the operations of the touched records while they fit in memory
        (reading 125 000 of them back cost a tenth of the act)."""
        cards, places, streams, tally = self._cards(), self._places, self._streams, Tally()
        waiting: list[Row] = []
        spilled = False
        for batch in intake.batches(ops, _TELL):
            self._find([op.rec for op in batch])
            before = len(waiting)
            for op in batch:
                key = (op.dev, op.scope)
                stream = streams.get(key) or self._stream(*key)
                if op.seq <= stream.seq and not stream.moved:
                    tally.passed_over(op)
                    continue
                intake.check(op, stream, cards)
                place = places.get(op.rec) or self._new_place(op, stream.s)
                if op.kind != NOTE:
                    tally.count(op, place, first_rid)
                waiting.append(self._row(op, place, stream))
            tally.ops += len(waiting) - before
            progress("正在核对", tally.ops, 0)
            if len(waiting) >= CHUNK:
                spilled = True
                self._insert(waiting)
                waiting, tally.news = [], {rid: [] for rid in tally.news}
        self._lam = max(self._lam, max((t.lam for t in streams.values() if t.moved), default=0))
        olds: dict[int, list[Op]] = {}
        if not spilled:
            old = sorted(rid for rid in tally.news if rid < first_rid)
            olds = dict(group_ops(self._db, self.names, old))
        self._insert(waiting)
        if spilled:
            return tally, None
        news = tally.news
        return tally, lambda rids: ((rid, olds.get(rid, []) + news[rid]) for rid in rids)

    # ---- what is kept besides ------------------------------------------------------------------------------------

    def next_number(self, series: str) -> int:
        """1, 2, 3 … of a series, never the same twice on this cabinet (put the device into the series' name)."""
        self.kept = True
        sql = "INSERT INTO counter VALUES (?, 1) ON CONFLICT(series) DO UPDATE SET n = n + 1 RETURNING n"
        found = one(self._db, sql, (series,))
        assert found is not None
        return int(found[0])

    def set_meta(self, key: str, value: str) -> None:
        self._keep("INSERT OR REPLACE INTO meta VALUES (?,?)", (FOREIGN_KEYS + key, value))

    def put_card(self, device: DeviceId, card: Json) -> None:
        """Keep the newest card of a device."""
        d = self.names.d(device)
        self._own_cards = None
        self._keep("UPDATE device SET card = ? WHERE d = ?", (canonical(card), d))

    def set_ack(self, peer: DeviceId, vector: Vector) -> None:
        """What `peer` says it holds, in place of what it said before."""
        self._keep("DELETE FROM ack WHERE peer = ?", (bytes.fromhex(peer),))
        held = [(bytes.fromhex(peer), self.names.d(d), self.names.s(s), n) for (d, s), n in vector.items()]
        many(self._db, "INSERT INTO ack VALUES (?,?,?,?)", held)

    def heard(self, peer: DeviceId, unit: str, number: int, at_ms: int) -> None:
        """A bundle of `peer` came: the number it bore, and when."""
        self._keep(
            "INSERT INTO peer VALUES (?,?,?,?,0) ON CONFLICT(peer) DO UPDATE SET unit = excluded.unit,"
            " number = excluded.number, heard_ms = excluded.heard_ms",
            (bytes.fromhex(peer), unit, number, at_ms),
        )

    def retire(self, peer: DeviceId, *, gone: bool = True) -> None:
        """The device is no longer used (replaced, lost): nothing waits for its acknowledgement."""
        self._keep("UPDATE peer SET retired = ? WHERE peer = ?", (int(gone), bytes.fromhex(peer)))

    def log_bundle(
        self, bundle: str, *, sha256: str, way: str, peer: str, number: int, at_ms: int, report: Json = None
    ) -> None:
        """Remember one bundle written ("out") or taken in ("in"); the same id again replaces it."""
        row = (bundle, sha256, way, peer, number, at_ms, canonical(report))
        self._keep("INSERT OR REPLACE INTO bundle VALUES (?,?,?,?,?,?,?)", row)

    def put_quarantine(
        self, bundle: str, *, reason: str, stream: tuple[str, str] | None, seq: int, file: str, at_ms: int
    ) -> None:
        """Remember a bundle that was refused whole; `file` names where it lies."""
        dev, scope = stream or ("", "")
        row = (bundle, reason, dev, scope, seq, file, at_ms)
        self._keep("INSERT OR REPLACE INTO quarantine VALUES (?,?,?,?,?,?,?)", row)

    def drop_quarantine(self, bundle: str) -> None:
        self._keep("DELETE FROM quarantine WHERE bundle = ?", (bundle,))

    def _keep(self, sql: str, params: Row) -> None:
        self.kept = True
        self._db.exec_driver_sql(sql, params)


def _worded(new: NewOp, live: _Open | None) -> list[_Wording]:
    """Kind, field, value text and pred of the operations that carry out one NewOp."""
    if new.kind == OpKind.STEP and live is not None:
        said = {"d": new.val, **({"also": [list(ref) for ref in live.steps[1:]]} if live.steps[1:] else {})}
        return [(new.kind, new.fld, canonical(said), live.steps[0] if live.steps else None)]
    if new.kind == OpKind.SET and live is not None:
        # 两台电脑填了同一个值不算不一致；改它时把那几个一起带走，否则旧值会被当成分歧
        twins = live.twins.pop(new.fld, ())
        retire = [(int(OpKind.RETIRE), new.fld, "null", ref) for ref in twins]
        return [*retire, (new.kind, new.fld, canonical(new.val), live.heads.get(new.fld))]
    if new.kind == OpKind.RETIRE:
        dev, seq = new.val
        return [(new.kind, new.fld, "null", OpRef(DeviceId(dev), int(seq)))]
    if new.kind == OpKind.CREATE and not isinstance(new.val, Mapping):
        raise ValueError("CREATE wants all first answers")
    return [(new.kind, new.fld, canonical(new.val), None)]
