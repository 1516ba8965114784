"""Writing the cabinet: acts put operations, bundles are taken in; both file their records by the same path."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeAlias

from baitao_desktop.domain.ops import (
    MAX_LAM,
    DeviceId,
    Json,
    NewOp,
    Op,
    OpKind,
    OpRef,
    PersonId,
    RecordId,
    Scope,
    Vector,
    canonical,
    chain,
)
from baitao_desktop.domain.records import replay
from baitao_desktop.storage import intake
from baitao_desktop.storage.intake import Broken, Place, Progress, Stream, TakenIn, Tally
from baitao_desktop.storage.projection import Filed, Project, file_records
from baitao_desktop.storage.reader import FOREIGN_KEYS, Reader
from baitao_desktop.storage.rows import Row, group_ops, many, marks, no_garbage_hunt, one, pieces, rows

if TYPE_CHECKING:
    from sqlalchemy import Connection

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


class Writer(Reader):
    """One transaction. Made by Store.writing; what an exception leaves is as if it had never begun."""

    def __init__(
        self, db: Connection, *, device: DeviceId, who: PersonId, now_ms: int, project: Project, have: Any
    ) -> None:
        super().__init__(db)
        self.device = device
        self.who = who
        self.now_ms = now_ms
        self.erased = 0
        self.kept = False
        self._project = project
        self._have = have
        self._forget()

    def _forget(self) -> None:
        """Drop what is remembered of the transaction (at its start, and after a savepoint was rolled back)."""
        self._names = None
        self._streams: dict[tuple[DeviceId, Scope], Stream] = {}
        self._places: dict[RecordId, Place] = {}
        self._next_rid = 0
        self._waiting_places: list[Row] = []
        self._lam = -1
        self._own_cards: dict[DeviceId, Json] | None = None

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
        fresh: set[RecordId] = set()
        made: list[Op] = []
        for new in asked:
            if new.rec not in places:
                self._new_place(new.rec, new.form, new.kind, new.scope)
                fresh.add(new.rec)
            if new.rec not in opened and new.kind != OpKind.NOTE:
                opened[new.rec] = _Open(() if new.rec in fresh else self._ops_of(places[new.rec].rid))
            live = opened.get(new.rec)
            made.extend(self._make(new, wording, live) for wording in _worded(new, live))
        try:
            self._insert([self._row(op) for op in made])
        except Broken as trouble:
            raise ValueError(f"{trouble.reason}: {trouble}") from trouble
        changed = frozenset(op.rec for op in made if op.kind != OpKind.NOTE)
        fresh_rids = {places[rec].rid for rec in fresh}
        self._file([places[rec].rid for rec in changed], fresh_rids.__contains__)
        self._close()
        return changed

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

    def take_in(self, ops: Iterable[Op], *, keep: bool = True, progress: Progress | None = None) -> TakenIn:
        """Union a bundle's operations with ours and file the records they touch.

        Each stream must come in ascending numbers and join ours without a gap; what we hold already is passed over
        once the last of it proves to be the same. `keep=False` counts what would happen and undoes it. Raises Broken
        (nothing entered) or whatever `progress` raises.
        """
        with no_garbage_hunt():
            self._db.exec_driver_sql("SAVEPOINT intake")
            try:
                taken = self._take_in(ops, progress or (lambda _what, _done, _of: None))
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

    def _take_in(self, ops: Iterable[Op], progress: Progress) -> TakenIn:
        cards = self._cards()
        self._load_lam()
        tally = Tally()
        for known in self._streams.values():
            known.moved = False
        overlap: dict[tuple[DeviceId, Scope], tuple[int, bytes]] = {}
        first_rid = self._first_free_rid()
        touched: dict[int, None] = {}
        waiting: list[Row] = []
        # 索引合并推到空闲时（2.66 → 2.1–2.6，kernel §1）
        self._db.exec_driver_sql("INSERT INTO fts(fts, rank) VALUES ('automerge', 0)")
        for batch in intake.batches(ops, _TELL):
            self._find([op.rec for op in batch])
            for op in batch:
                key = (op.dev, op.scope)
                stream = self._streams.get(key) or self._stream(*key)
                tally.seen.add(op.rec)
                if op.seq <= stream.seq and not stream.moved:
                    if key not in overlap or overlap[key][0] < op.seq:
                        overlap[key] = (op.seq, op.hash)
                    continue
                intake.check(op, stream, cards)
                waiting.append(self._incoming(op, tally))
                touched[waiting[-1][0]] = None
                self._lam = max(self._lam, op.lam)
            if len(waiting) >= CHUNK:
                self._insert(waiting)
                waiting = []
            progress("正在核对", tally.ops, 0)
        for (dev, scope), (seq, digest) in overlap.items():
            if self.hash_at(dev, scope, seq) != digest:
                raise Broken("fork", (dev, scope), seq)
        self._insert(waiting)
        noted = {p.rid for p in self._places.values() if p.s is None}
        filed = self._file([rid for rid in touched if rid not in noted], lambda rid: rid >= first_rid, progress)
        self._db.exec_driver_sql("INSERT INTO fts(fts, rank) VALUES ('automerge', 4)")
        changed = tally.touched - tally.new
        return TakenIn(
            tally.ops, len(tally.new), len(changed), len(tally.seen - tally.touched), tally.steps, filed.conflicts,
            filed.deleted, filed.erased, sum(not self._have(sha) for sha in filed.blobs),
            frozenset(tally.touched), frozenset(tally.forms),
        )  # fmt: skip

    def _incoming(self, op: Op, tally: Tally) -> Row:
        tally.ops += 1
        place = self._places.get(op.rec)
        if place is None:
            place = self._new_place(op.rec, op.form, op.kind, op.scope)
            if op.kind != OpKind.NOTE:
                tally.new.add(op.rec)
        elif place.s is None and op.kind != OpKind.NOTE:
            tally.new.add(op.rec)
        if op.kind != OpKind.NOTE:
            tally.touched.add(op.rec)
            tally.forms.add(op.form)
            tally.steps += op.kind == OpKind.STEP
        return self._row(op)

    # ---- the common path -----------------------------------------------------------------------------------------

    def _row(self, op: Op) -> Row:
        """The operation as a table row, its record's form and scope checked. Raises Broken."""
        place = self._places[op.rec]
        names = self.names
        s = names.s(op.scope)
        own_form = None if place.form == op.form else op.form
        if op.kind != OpKind.NOTE:
            if place.s is None:
                self._db.exec_driver_sql("UPDATE rec SET form = ?, s = ? WHERE rid = ?", (op.form, s, place.rid))
                # 先到的 NOTE 用的是当时的表单名：把它记在那几条操作上，链才对得上
                self._db.exec_driver_sql(
                    "UPDATE op SET form = ? WHERE rid = ? AND form IS NULL AND ? <> ?",
                    (place.form, place.rid, place.form, op.form),
                )
                place.form, place.s, own_form = op.form, s, None
            if place.s != s:
                raise Broken("scope", (op.dev, op.scope), op.seq)
            if own_form is not None:
                raise Broken("form", (op.dev, op.scope), op.seq)
        pred = op.pred
        return (
            place.rid, op.lam, names.d(op.dev), s, op.seq, op.wall_ms, names.a(op.actor), int(op.kind), op.fld, op.val,
            names.d(pred[0]) if pred else None, pred[1] if pred else None, op.salt, op.hash, own_form,
        )  # fmt: skip

    def _insert(self, waiting: list[Row]) -> None:
        """Write operations in the table's own order, so that each page is touched once."""
        from sqlalchemy.exc import IntegrityError

        self._add_places()
        waiting.sort(key=itemgetter(0, 1, 2))
        try:
            many(self._db, "INSERT INTO op VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", waiting)
        except IntegrityError as error:
            names, row = self.names, waiting[0]
            raise Broken("clash", (names.devices[row[2]], names.scopes[row[3]]), row[4]) from error
        moved = [(t.d, t.s, t.seq, t.lam, t.hash) for t in self._streams.values() if t.moved]
        many(self._db, "INSERT OR REPLACE INTO vec VALUES (?,?,?,?,?)", moved)

    def refile(self, rids: Sequence[int]) -> None:
        """File records anew whose list rows were thrown away (Store.rebuild)."""
        self._file(rids, lambda _: True)

    def _file(self, rids: Sequence[int], fresh: Any, progress: Progress | None = None) -> Filed:
        cards = self._cards()

        def may_erase(dev: DeviceId) -> bool:
            return dev == self.device or intake.is_office(cards, dev)

        total = Filed()
        for n, some in enumerate(pieces(sorted(rids), _TELL)):
            filed = file_records(self._db, self.names, some, self._project, may_erase, fresh=fresh)
            total.conflicts += filed.conflicts
            total.deleted += filed.deleted
            total.erased += filed.erased
            total.blobs |= filed.blobs
            if progress:
                progress("正在归档", n * _TELL + len(some), len(rids))
        self.erased += total.erased
        return total

    def _close(self) -> None:
        self.kept = True
        self._db.exec_driver_sql("INSERT OR REPLACE INTO meta VALUES ('lam', ?)", (str(self._lam),))

    def _load_lam(self) -> None:
        if self._lam < 0:
            found = one(self._db, "SELECT v FROM meta WHERE k = 'lam'")
            self._lam = int(found[0]) if found else 0

    def _cards(self) -> dict[DeviceId, Json]:
        if self._own_cards is None:
            self._own_cards = self.cards()
        return self._own_cards

    def _stream(self, dev: DeviceId, scope: Scope) -> Stream:
        stream = self._streams.get((dev, scope))
        if stream is None:
            d, s = self.names.d(dev), self.names.s(scope)
            found = one(self._db, "SELECT seq, lam, hash FROM vec WHERE d = ? AND s = ?", (d, s))
            stream = Stream(d, s, *found) if found else intake.start(d, s)
            self._streams[dev, scope] = stream
        return stream

    def _find(self, recs: Iterable[RecordId]) -> dict[RecordId, Place]:
        """Places of the records that are known, remembered for the transaction."""
        unknown = [bytes.fromhex(rec) for rec in dict.fromkeys(recs) if rec not in self._places]
        for some in pieces(unknown):
            sql = f"SELECT id, rid, form, s FROM rec WHERE id IN ({marks(len(some))})"
            for rec, rid, form, s in rows(self._db, sql, (*some,)):
                self._places[RecordId(rec.hex())] = Place(rid, form, s)
        return self._places

    def _first_free_rid(self) -> int:
        if not self._next_rid:
            found = one(self._db, "SELECT coalesce(max(rid), 0) + 1 FROM rec")
            self._next_rid = int(found[0]) if found else 1
        return self._next_rid

    def _new_place(self, rec: RecordId, form: str, kind: int, scope: Scope) -> Place:
        rid = self._first_free_rid()
        self._next_rid += 1
        place = Place(rid, form, None if kind == OpKind.NOTE else self.names.s(scope))
        self._places[rec] = place
        self._waiting_places.append((rid, bytes.fromhex(rec), form, place.s))
        return place

    def _add_places(self) -> None:
        many(self._db, "INSERT INTO rec VALUES (?,?,?,?)", self._waiting_places)
        self._waiting_places = []

    def _ops_of(self, rid: int) -> list[Op]:
        for _, ops in group_ops(self._db, self.names, (rid,)):
            return ops
        return []

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
