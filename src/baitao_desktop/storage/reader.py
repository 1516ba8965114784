"""Reading the cabinet: records, ledger rows, vectors, and what is known of the others."""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from baitao_desktop.domain.ops import DeviceId, Json, Op, OpRef, RecordId, Scope, Vector
from baitao_desktop.domain.query import Line, Query
from baitao_desktop.domain.records import Head, Record, replay
from baitao_desktop.storage import asking
from baitao_desktop.storage.rows import OP_COLUMNS, Names, Row, group_ops, marks, one, pieces, rows, stream

if TYPE_CHECKING:
    from sqlalchemy import Connection

FOREIGN_KEYS = "u."
"""What others keep in `meta` stands behind this prefix, so that no caller can overwrite the cabinet's own."""


class Peer(NamedTuple):
    """A device heard of: the unit it spoke for, the number of its newest bundle, and when we took that in."""

    device: DeviceId
    unit: str
    number: int
    heard_ms: int
    retired: bool


class Bundle(NamedTuple):
    """One bundle written or taken in. `way` is "out" or "in"; `report` is what the caller logged."""

    id: str
    sha256: str
    way: str
    peer: str
    number: int
    at_ms: int
    report: Json


class Quarantined(NamedTuple):
    """A bundle that was refused whole, why, and at which operation of which stream."""

    bundle: str
    reason: str
    dev: str
    scope: str
    seq: int
    file: str
    at_ms: int


class Reader:
    """One view of the cabinet, unchanged while it is open. For one thread."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self._names: Names | None = None

    @property
    def names(self) -> Names:
        if self._names is None:
            self._names = Names(self._db)
        return self._names

    # ---- records -------------------------------------------------------------------------------------------------

    def has(self, rec: RecordId) -> bool:
        """Whether the record itself is here (a NOTE about it alone does not count)."""
        return self.rid(rec) is not None

    def rid(self, rec: RecordId) -> int | None:
        """The record's place in ledger rows of this cabinet; never leaves this machine."""
        found = one(self._db, "SELECT rid FROM rec WHERE id = ? AND s IS NOT NULL", (bytes.fromhex(rec),))
        return None if found is None else int(found[0])

    def get(self, rec: RecordId) -> Record:
        """The record as its operations make it. KeyError when it is not here."""
        rid = self.rid(rec)
        for _, ops in group_ops(self._db, self.names, () if rid is None else (rid,)):
            return replay(ops)
        raise KeyError(rec)

    def ops(self, rec: RecordId) -> list[Op]:
        """The record's whole history in replay order, NOTEs among it; empty when nothing is known of it."""
        sql = f"SELECT {OP_COLUMNS}, o.salt, o.hash, o.form, r.id, r.form FROM rec r JOIN op o ON o.rid = r.rid"
        return self._whole(sql + " WHERE r.id = ? ORDER BY o.lam, o.d", (bytes.fromhex(rec),))

    def notes(self, since_ms: int = -(2**53), until_ms: int = 2**53, limit: int = 1000) -> list[Op]:
        """Reads, prints, exports and logins on this cabinet, newest first by their own clocks."""
        sql = (
            f"SELECT {OP_COLUMNS}, o.salt, o.hash, o.form, r.id, r.form FROM op o JOIN rec r ON r.rid = o.rid"
            " WHERE o.kind = 4 AND o.wall_ms BETWEEN ? AND ? ORDER BY o.wall_ms DESC, o.lam DESC LIMIT ?"
        )
        return self._whole(sql, (since_ms, until_ms, limit))

    def _whole(self, sql: str, params: Row) -> list[Op]:
        return [self._op(row) for row in rows(self._db, sql, params)]

    def _op(self, row: Row) -> Op:
        _, lam, d, s, seq, wall_ms, a, kind, fld, val, pd, pseq, salt, digest, own_form, rec, form = row
        names = self.names
        pred = None if pd is None else OpRef(names.devices[pd], pseq)
        return Op(
            RecordId(rec.hex()), own_form or form, names.scopes[s], lam, names.devices[d], seq, wall_ms,
            names.actors[a], kind, fld, val, pred, salt, digest,
        )  # fmt: skip

    # ---- ledgers -------------------------------------------------------------------------------------------------

    def ids(self, query: Query) -> array[int]:
        """The rids of a ledger page, in its order."""
        sql, params = asking.ids(query)
        return array("q", [rid for (rid,) in rows(self._db, sql, params)])

    def count(self, query: Query) -> int:
        found = one(self._db, *asking.count(query))
        assert found is not None
        return int(found[0])

    def facet_counts(self, key: str, query: Query) -> dict[str, int]:
        """How many records of the query carry each value of a facet."""
        return dict(rows(self._db, *asking.facet_counts(key, query)))

    def facet_totals(self, prefix: str) -> list[tuple[str, str, int]]:
        """Every facet whose key begins so, with its value and how many records carry it: one scan of the index."""
        sql = "SELECT key, val, count(*) FROM facet WHERE key >= ? AND key < ? GROUP BY key, val"
        return [(k, v, n) for k, v, n in rows(self._db, sql, (prefix, f"{prefix}\U0010ffff"))]

    def lines(self, rids: Sequence[int]) -> list[Line]:
        """Ledger rows in the given order; a rid that is gone is left out. `head.text` is empty in a row."""
        found: dict[int, Line] = {}
        for some in pieces(rids):
            sql = (
                "SELECT h.rid, r.id, h.form, r.s, h.no, h.title, h.status, h.t2, h.t3, h.t4, h.unit, h.person, h.due,"
                " h.received, h.closed, b.state, b.extra, b.answers, h.conflicts, h.deleted, h.lam"
                " FROM head h JOIN rec r ON r.rid = h.rid JOIN body b ON b.rid = h.rid"
                f" WHERE h.rid IN ({marks(len(some))})"
            )
            for row in rows(self._db, sql, (*some,)):
                found[row[0]] = self._line(row)
        return [found[rid] for rid in rids if rid in found]

    def _line(self, row: Row) -> Line:
        rid, rec, form, s, no, title, status, t2, t3, t4, unit, person, due, received, closed = row[:15]
        state, extra, answers, conflicts, deleted, lam = row[15:]
        facets, links, flags = json.loads(extra)
        head = Head(
            no, title, status, (t2, t3, t4), unit, person, due, received, closed,
            tuple((k, v) for k, v in facets), tuple((rel, RecordId(other)) for rel, other in links),
            "", json.loads(state), tuple(flags),
        )  # fmt: skip
        return Line(
            rid,
            RecordId(rec.hex()),
            form,
            self.names.scopes[s],
            head,
            json.loads(answers),
            conflicts,
            bool(deleted),
            lam,
        )

    def records(self, query: Query) -> Iterator[Record]:
        """The records of a query, replayed one after the other, in its order."""
        for some in pieces(self.ids(query)):
            found = {rid: replay(ops) for rid, ops in group_ops(self._db, self.names, some)}
            yield from (found[rid] for rid in some)

    def conflicts(self, form: str = "") -> list[tuple[RecordId, str, int]]:
        """Fields with several live values: record, field, how many; oldest arrival first."""
        sql = (
            "SELECT r.id, c.fld, c.n FROM conflict c JOIN rec r ON r.rid = c.rid WHERE ? IN ('', r.form)"
            " ORDER BY c.rid, c.fld"
        )
        return [(RecordId(i.hex()), fld, n) for i, fld, n in rows(self._db, sql, (form,))]

    def flags(self, form: str = "") -> list[tuple[RecordId, OpRef, str]]:
        """Operations that replay kept but marked, with the mark's code."""
        sql = (
            "SELECT r.id, f.d, f.seq, f.code FROM flag f JOIN rec r ON r.rid = f.rid WHERE ? IN ('', r.form)"
            " ORDER BY f.rid, f.d, f.seq"
        )
        devices = self.names.devices
        return [(RecordId(i.hex()), OpRef(devices[d], seq), code) for i, d, seq, code in rows(self._db, sql, (form,))]

    # ---- streams -------------------------------------------------------------------------------------------------

    def vector(self) -> dict[tuple[DeviceId, Scope], int]:
        """The last number held of each stream."""
        names = self.names
        return {(names.devices[d], names.scopes[s]): n for d, s, n in rows(self._db, "SELECT d, s, seq FROM vec")}

    def heads(self) -> dict[tuple[DeviceId, Scope], bytes]:
        """Chain hash of the last operation held of each stream; the same streams as `vector`."""
        names = self.names
        found = rows(self._db, "SELECT d, s, hash FROM vec")
        return {(names.devices[d], names.scopes[s]): bytes(digest) for d, s, digest in found}

    def hash_at(self, dev: DeviceId, scope: Scope, seq: int) -> bytes | None:
        """Chain hash of one operation; None when it is not here."""
        d, s = self.names.known_d(dev), self.names.known_s(scope)
        found = one(self._db, "SELECT hash FROM op WHERE d = ? AND s = ? AND seq = ?", (d, s, seq))
        return None if found is None else bytes(found[0])

    def since(self, base: Vector, readable: Callable[[Scope], bool]) -> Iterator[Op]:
        """What lies above `base` in the streams of readable scopes: stream by stream, numbers ascending, no gap.

        Every operation follows those of its own stream; between streams no order is promised and none is needed.
        """
        names = self.names
        sql = (
            f"SELECT {OP_COLUMNS}, o.salt, o.hash, o.form, r.id, r.form FROM op o INDEXED BY op_stream"
            " CROSS JOIN rec r ON r.rid = o.rid WHERE o.d = ? AND o.s = ? AND o.seq > ? ORDER BY o.seq"
        )
        for d, s, last in rows(self._db, "SELECT d, s, seq FROM vec ORDER BY s, d"):
            held = base.get((names.devices[d], names.scopes[s]), 0)
            if held < last and readable(names.scopes[s]):
                for row in stream(self._db, sql, (d, s, held)):
                    yield self._op(row)

    # ---- what is known of the others -----------------------------------------------------------------------------

    def meta(self, key: str) -> str | None:
        """What `set_meta` kept under this key."""
        found = one(self._db, "SELECT v FROM meta WHERE k = ?", (FOREIGN_KEYS + key,))
        return None if found is None else str(found[0])

    def cards(self) -> dict[DeviceId, Json]:
        """The newest card of each device, as it was put."""
        found = rows(self._db, "SELECT id, card FROM device WHERE card IS NOT NULL")
        return {DeviceId(i.hex()): json.loads(card) for i, card in found}

    def acks(self) -> dict[DeviceId, dict[tuple[DeviceId, Scope], int]]:
        """What each device has said it holds."""
        names = self.names
        said: dict[DeviceId, dict[tuple[DeviceId, Scope], int]] = {}
        for (peer,) in rows(self._db, "SELECT peer FROM peer"):
            said[DeviceId(peer.hex())] = {}
        for peer, d, s, seq in rows(self._db, "SELECT peer, d, s, seq FROM ack"):
            said.setdefault(DeviceId(peer.hex()), {})[names.devices[d], names.scopes[s]] = seq
        return said

    def peers(self) -> list[Peer]:
        found = rows(self._db, "SELECT peer, unit, number, heard_ms, retired FROM peer ORDER BY unit, peer")
        return [Peer(DeviceId(p.hex()), unit, number, ms, bool(gone)) for p, unit, number, ms, gone in found]

    def bundles(self) -> list[Bundle]:
        """Bundles written and taken in, newest first."""
        sql = "SELECT id, sha256, way, peer, number, at_ms, report FROM bundle ORDER BY at_ms DESC, id"
        return [Bundle._make((*row[:6], json.loads(row[6]))) for row in rows(self._db, sql)]

    def quarantine(self) -> list[Quarantined]:
        sql = "SELECT bundle, reason, dev, scope, seq, file, at_ms FROM quarantine ORDER BY at_ms DESC, bundle"
        return [Quarantined(*row) for row in rows(self._db, sql)]

    def blobs(self, rec: RecordId) -> list[str]:
        """SHA-256 of every attachment the record's operations name, earlier values included."""
        sql = "SELECT b.sha FROM blobref b JOIN rec r ON r.rid = b.rid WHERE r.id = ? ORDER BY b.sha"
        return [sha.hex() for (sha,) in rows(self._db, sql, (bytes.fromhex(rec),))]

    def named_blobs(self) -> set[str]:
        """Every attachment any record names."""
        return {sha.hex() for (sha,) in stream(self._db, "SELECT DISTINCT sha FROM blobref")}

    def originals(self) -> set[str]:
        """Every original of a photo any record names. They never leave the machine they were kept on."""
        return {sha.hex() for (sha,) in stream(self._db, "SELECT DISTINCT sha FROM originalref")}

    def naming(self, shas: Sequence[str]) -> list[int]:
        """Rids of the records that name one of these as an attachment or as an original, in order of arrival."""
        found: set[int] = set()
        for some in pieces([bytes.fromhex(sha) for sha in shas]):
            for table in ("blobref", "originalref"):
                sql = f"SELECT rid FROM {table} WHERE sha IN ({marks(len(some))})"
                found.update(rid for (rid,) in rows(self._db, sql, (*some,)))
        return sorted(found)
