"""Small tools over a connection: raw tuples out, lists of tuples in, and the short numbers of long names."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from baitao_desktop.domain.ops import DeviceId, Op, OpKind, OpRef, PersonId, RecordId, Scope

if TYPE_CHECKING:
    from sqlalchemy import Connection

Row = tuple[Any, ...]
BATCH = 500
NOTE = int(OpKind.NOTE)

OP_COLUMNS = "o.rid, o.lam, o.d, o.s, o.seq, o.wall_ms, o.a, o.kind, o.fld, o.val, o.pd, o.pseq"


def rows(db: Connection, sql: str, params: Row = ()) -> list[Row]:
    """All rows as plain tuples (SQLAlchemy's Row objects cost more than the query where there are 100 000)."""
    result = db.exec_driver_sql(sql, params or None)
    cursor = result.cursor
    found: list[Row] = list(cursor.fetchall()) if cursor is not None else []
    result.close()
    return found


def stream(db: Connection, sql: str, params: Row = ()) -> Iterator[Row]:
    """Rows one after the other, a few in memory at a time."""
    result = db.exec_driver_sql(sql, params or None)
    cursor = result.cursor
    try:
        while cursor is not None and (some := cursor.fetchmany(BATCH)):
            yield from some
    finally:
        result.close()


def one(db: Connection, sql: str, params: Row = ()) -> Row | None:
    found = rows(db, sql, params)
    return found[0] if found else None


def many(db: Connection, sql: str, params: Sequence[Row]) -> None:
    """Run once per tuple; nothing for none (an empty list would run the statement once without parameters)."""
    if params:
        db.exec_driver_sql(sql, params if isinstance(params, list) else list(params))


def marks(n: int) -> str:
    return ",".join("?" * n)


def pieces(things: Sequence[Any], size: int = BATCH) -> Iterator[Sequence[Any]]:
    for start in range(0, len(things), size):
        yield things[start : start + size]


@contextmanager
def no_garbage_hunt() -> Iterator[None]:
    """Without the cyclic collector: a take-in makes 100 000 tuples that stay (−7 % CPU, kernel §1)."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class Names:
    """Devices, scopes and actors by their small numbers, as this transaction sees them."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self.devices: dict[int, DeviceId] = {d: DeviceId(i.hex()) for d, i in rows(db, "SELECT d, id FROM device")}
        self.scopes: dict[int, Scope] = {s: Scope(c) for s, c in rows(db, "SELECT s, code FROM scope")}
        self.actors: dict[int, PersonId] = {a: PersonId(i) for a, i in rows(db, "SELECT a, id FROM actor")}
        self._d = {v: k for k, v in self.devices.items()}
        self._s = {v: k for k, v in self.scopes.items()}
        self._a = {v: k for k, v in self.actors.items()}

    def known_d(self, dev: str) -> int | None:
        return self._d.get(DeviceId(dev))

    def known_s(self, scope: str) -> int | None:
        return self._s.get(Scope(scope))

    def d(self, dev: DeviceId) -> int:
        """Number of a device, made if it is new (writers only)."""
        number = self._d.get(dev)
        if number is None:
            number = self._add("device", "id", bytes.fromhex(dev))
            self._d[dev], self.devices[number] = number, dev
        return number

    def s(self, scope: Scope) -> int:
        number = self._s.get(scope)
        if number is None:
            number = self._add("scope", "code", scope)
            self._s[scope], self.scopes[number] = number, scope
        return number

    def a(self, actor: PersonId) -> int:
        number = self._a.get(actor)
        if number is None:
            number = self._add("actor", "id", actor)
            self._a[actor], self.actors[number] = number, actor
        return number

    def _add(self, table: str, column: str, value: str | bytes) -> int:
        made = one(self._db, f"INSERT INTO {table}({column}) VALUES (?) RETURNING rowid", (value,))
        assert made is not None
        return int(made[0])


def group_ops(db: Connection, names: Names, rids: Sequence[int]) -> Iterator[tuple[int, list[Op]]]:
    """Of each record its operations but the NOTEs, in replay order, without salt and hash: what `replay` needs.

    A NOTE stands in another scope and not on every machine: were it replayed, two machines would differ.
    """
    devices, scopes, actors = names.devices, names.scopes, names.actors
    for some in pieces(rids):
        heads = {
            rid: (RecordId(rec.hex()), form)
            for rid, rec, form in rows(db, f"SELECT rid, id, form FROM rec WHERE rid IN ({marks(len(some))})", (*some,))
        }
        found = rows(
            db,
            f"SELECT {OP_COLUMNS} FROM op o WHERE o.rid IN ({marks(len(some))}) ORDER BY o.rid, o.lam, o.d",
            (*some,),
        )
        now = -1
        ops: list[Op] = []
        rec, form = RecordId(""), ""
        for rid, lam, d, s, seq, wall_ms, a, kind, fld, val, pd, pseq in found:
            if kind == NOTE:
                continue
            if rid != now:
                if ops:
                    yield now, ops
                now, ops = rid, []
                rec, form = heads[rid]
            pred = None if pd is None else OpRef(devices[pd], pseq)
            op = Op(rec, form, scopes[s], lam, devices[d], seq, wall_ms, actors[a], kind, fld, val, pred, b"", b"")
            ops.append(op)
        if ops:
            yield now, ops
