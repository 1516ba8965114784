"""The path that acts and take-ins share: operations into the log, records into the lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING

from baitao_desktop.domain.ops import DeviceId, Json, NewOp, Op, PersonId, RecordId, Scope
from baitao_desktop.storage import intake
from baitao_desktop.storage.intake import Broken, Place, Progress, Stream
from baitao_desktop.storage.projection import Filed, Project, file_records
from baitao_desktop.storage.reader import Reader
from baitao_desktop.storage.rows import NOTE, Row, group_ops, many, marks, one, pieces, rows

if TYPE_CHECKING:
    from sqlalchemy import Connection

Given = Callable[[Sequence[int]], Iterable[tuple[int, list[Op]]]]
_TELL = 2000


class Filer(Reader):
    """One writing transaction, seen from inside."""

    def __init__(
        self,
        db: Connection,
        *,
        device: DeviceId,
        who: PersonId,
        now_ms: int,
        project: Project,
        have: Callable[[str], bool],
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
        self._waiting: list[tuple[RecordId, Place]] = []
        self._lam = -1
        self._own_cards: dict[DeviceId, Json] | None = None

    def refile(self, rids: Sequence[int]) -> None:
        """File records anew whose list rows were thrown away (Store.rebuild)."""
        self._file(rids, lambda _: True)

    def _row(self, op: Op, place: Place, stream: Stream) -> Row:
        """The operation as a table row, checked to be of its record's form and scope. Raises Broken.

        A NOTE stands in its reader's scope and may come before its record: it carries its own form.
        """
        if op.kind == NOTE:
            own_form = op.form
        else:
            own_form = None
            if place.s is None:
                place.form, place.s = op.form, stream.s
                self._db.exec_driver_sql("UPDATE rec SET form = ?, s = ? WHERE rid = ?", (op.form, stream.s, place.rid))
            if place.s != stream.s:
                raise Broken("scope", (op.dev, op.scope), op.seq)
            if place.form != op.form:
                raise Broken("form", (op.dev, op.scope), op.seq)
        names, pred = self.names, op.pred
        return (
            place.rid, op.lam, stream.d, stream.s, op.seq, op.wall_ms, names.a(op.actor), int(op.kind), op.fld, op.val,
            names.d(pred[0]) if pred else None, pred[1] if pred else None, op.salt, op.hash, own_form,
        )  # fmt: skip

    def _insert(self, waiting: list[Row]) -> None:
        """Write operations in the table's own order, so that each page is touched once."""
        from sqlalchemy.exc import IntegrityError

        found = [(p.rid, bytes.fromhex(rec), p.form, p.s) for rec, p in self._waiting]
        many(self._db, "INSERT INTO rec VALUES (?,?,?,?)", found)
        self._waiting = []
        waiting.sort(key=itemgetter(0, 1, 2))
        try:
            many(self._db, "INSERT INTO op VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", waiting)
        except IntegrityError as error:
            names, row = self.names, waiting[0]
            raise Broken("clash", (names.devices[row[2]], names.scopes[row[3]]), row[4]) from error
        moved = [(t.d, t.s, t.seq, t.lam, t.hash) for t in self._streams.values() if t.moved]
        many(self._db, "INSERT OR REPLACE INTO vec VALUES (?,?,?,?,?)", moved)

    def _file(
        self,
        rids: Sequence[int],
        fresh: Callable[[int], bool],
        progress: Progress | None = None,
        given: Given | None = None,
    ) -> Filed:
        cards = self._cards()

        def may_erase(dev: DeviceId) -> bool:
            return dev == self.device or intake.is_office(cards, dev)

        total = Filed()
        for n, some in enumerate(pieces(sorted(rids), _TELL)):
            filed = file_records(self._db, self.names, some, self._project, may_erase, fresh=fresh, given=given)
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

    def _new_place(self, op: Op | NewOp, s: int) -> Place:
        place = Place(self._first_free_rid(), op.form, None if op.kind == NOTE else s)
        self._next_rid += 1
        self._places[op.rec] = place
        self._waiting.append((op.rec, place))
        return place

    def _ops_of(self, rid: int) -> list[Op]:
        for _, ops in group_ops(self._db, self.names, (rid,)):
            return ops
        return []
