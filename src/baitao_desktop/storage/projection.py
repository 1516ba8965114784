"""From operations to list rows: the one path that saving, taking in and rebuilding all go."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from baitao_desktop.domain.ops import DeviceId, Op, OpKind, OpRef
from baitao_desktop.domain.records import Head, Record, load_json, replay
from baitao_desktop.storage import search
from baitao_desktop.storage.rows import BATCH, Names, Row, group_ops, many, marks, pieces, rows

if TYPE_CHECKING:
    from sqlalchemy import Connection

Project = Callable[[Record], Head]
_NAMED = re.compile(r'"(blob|original)"\s*:\s*"([0-9a-f]{64})"')
_ERASE = int(OpKind.ERASE)
_dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
_PLAIN_EXTRA = "[[],[],[]]"
_TABLES_OF_RID = ("head", "body", "facet", "link", "conflict", "flag", "blobref", "originalref", "words", "fts")


@dataclass
class Filed:
    """What filing changed in the list rows."""

    conflicts: int = 0
    deleted: int = 0
    erased: int = 0
    blobs: set[str] = field(default_factory=set)


@dataclass
class _Before:
    text_hash: int
    conflicts: int
    deleted: int
    flags: int
    extra: str


class _Batch:
    """Rows waiting to be written for a few hundred records."""

    def __init__(self) -> None:
        self.head: list[Row] = []
        self.body: list[Row] = []
        self.words: list[Row] = []
        self.fts: list[Row] = []
        self.unfts: list[Row] = []
        self.facets: list[Row] = []
        self.links: list[Row] = []
        self.drop_facets: list[Row] = []
        self.drop_links: list[Row] = []
        self.conflicts: list[Row] = []
        self.flags: list[Row] = []
        self.blobs: list[Row] = []
        self.originals: list[Row] = []
        self.drop_lists: list[Row] = []

    def write(self, db: Connection) -> None:
        many(db, "DELETE FROM facet WHERE key = ? AND val = ? AND rid = ?", self.drop_facets)
        many(db, "DELETE FROM link WHERE other = ? AND rel = ? AND rid = ?", self.drop_links)
        many(db, "DELETE FROM conflict WHERE rid = ?", self.drop_lists)
        many(db, "DELETE FROM flag WHERE rid = ?", self.drop_lists)
        many(db, "INSERT OR REPLACE INTO head VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", self.head)
        many(db, "INSERT OR REPLACE INTO body VALUES (?,?,?,?)", self.body)
        many(db, "INSERT OR REPLACE INTO words VALUES (?,?)", self.words)
        many(db, "DELETE FROM fts WHERE rowid = ?", self.unfts)
        many(db, "INSERT INTO fts(rowid, t) VALUES (?,?)", self.fts)
        many(db, "INSERT OR IGNORE INTO facet VALUES (?,?,?)", self.facets)
        many(db, "INSERT OR IGNORE INTO link VALUES (?,?,?)", self.links)
        many(db, "INSERT INTO conflict VALUES (?,?,?)", self.conflicts)
        many(db, "INSERT OR IGNORE INTO flag VALUES (?,?,?,?)", self.flags)
        many(db, "INSERT OR IGNORE INTO blobref VALUES (?,?)", self.blobs)
        many(db, "INSERT OR IGNORE INTO originalref VALUES (?,?)", self.originals)


def file_records(
    db: Connection,
    names: Names,
    rids: Sequence[int],
    project: Project,
    may_erase: Callable[[DeviceId], bool],
    *,
    fresh: Callable[[int], bool] = lambda _: False,
    given: Callable[[Sequence[int]], Iterable[tuple[int, list[Op]]]] | None = None,
) -> Filed:
    """Make the list rows of these records anew from their operations, and carry out erasures found among them.

    `fresh(rid)`: nothing is filed of it yet (saves looking); `given`: operations already in memory, else they are
    read. Only rows whose search text changed are indexed again.
    """
    filed = Filed()
    read = given or (lambda some: group_ops(db, names, some))
    for some in pieces(sorted(rids)):
        before = _before(db, [rid for rid in some if not fresh(rid)])
        batch = _Batch()
        for rid, ops in read(some):
            if any(op.kind == _ERASE for op in ops):
                filed.erased += _execute(db, names, rid, ops, may_erase)
            _lay(batch, filed, names, rid, ops=ops, before=before.get(rid), project=project)
        batch.write(db)
    return filed


def _before(db: Connection, rids: Sequence[int]) -> dict[int, _Before]:
    if not rids:
        return {}
    sql = (
        "SELECT h.rid, h.text_hash, h.conflicts, h.deleted, h.flags, b.extra FROM head h JOIN body b ON b.rid = h.rid"
        f" WHERE h.rid IN ({marks(len(rids))})"
    )
    return {row[0]: _Before(*row[1:]) for row in rows(db, sql, (*rids,))}


def _lay(
    batch: _Batch, filed: Filed, names: Names, rid: int, *, ops: Sequence[Op], before: _Before | None, project: Project
) -> None:
    record = replay(ops)
    head = project(record)
    text = search.normal(head.text)
    digest = search.text_hash(text)
    plain = not (head.facets or head.links or head.flags)
    facets = sorted({(str(k), str(v)) for k, v in head.facets})
    links = sorted({(rel, other) for rel, other in head.links})
    extra = _PLAIN_EXTRA if plain else _dump([facets, links, sorted(set(head.flags))])
    flags = len(record.flags) + len(head.flags)
    row = (
        rid, record.form, int(record.deleted), head.received, head.status, head.unit, head.due, head.person, head.no,
        head.title, head.closed, *head.tracks, flags, len(record.conflicts), record.lam, digest,
    )  # fmt: skip
    batch.head.append(row)
    batch.body.append((rid, _dump(record.answers), _dump(head.state), extra))
    if before is not None:
        if before.extra != extra:
            _unlist(batch, rid, before.extra)
        if before.conflicts or before.flags:
            batch.drop_lists.append((rid,))
    if before is None or before.extra != extra:
        batch.facets.extend((k, v, rid) for k, v in facets)
        batch.links.extend((bytes.fromhex(other), rel, rid) for rel, other in links)
    if before is None or before.text_hash != digest:
        batch.words.append((rid, text))
        if before is not None:
            batch.unfts.append((rid,))
        batch.fts.append((rid, search.tokens(text)))
    batch.conflicts.extend((rid, c.fld, len(c.versions)) for c in record.conflicts)
    batch.flags.extend((rid, names.d(ref.dev), ref.seq, code) for ref, code in record.flags)
    for op in ops:
        if isinstance(op.val, str) and '"blob"' in op.val:
            for what, sha in _NAMED.findall(op.val):
                if what == "blob":
                    filed.blobs.add(sha)
                    batch.blobs.append((rid, bytes.fromhex(sha)))
                else:
                    batch.originals.append((rid, bytes.fromhex(sha)))
    filed.conflicts += max(0, len(record.conflicts) - (before.conflicts if before else 0))
    filed.deleted += int(record.deleted and not (before and before.deleted))


def _unlist(batch: _Batch, rid: int, extra: str) -> None:
    facets, links, _ = json.loads(extra)
    batch.drop_facets.extend((k, v, rid) for k, v in facets)
    batch.drop_links.extend((bytes.fromhex(other), rel, rid) for rel, other in links)


def _execute(db: Connection, names: Names, rid: int, ops: list[Op], may_erase: Callable[[DeviceId], bool]) -> int:
    """Empty the values that an office device's ERASE names (kernel §2.7); their digests keep the chain whole.

    DELETE and ERASE are never emptied: nothing personal stands in them and replay would change.
    """
    wanted: set[OpRef] = set()
    for op in ops:
        if op.kind == OpKind.ERASE and isinstance(op.val, str) and may_erase(op.dev):
            said = load_json(op.val)
            for item in said.get("ops", ()) if isinstance(said, dict) else ():
                if isinstance(item, list) and len(item) == 3 and type(item[0]) is str and type(item[1]) is int:
                    wanted.add(OpRef(DeviceId(item[0]), item[1]))
    done = 0
    found = rows(db, "SELECT lam, d, seq, val, salt, kind FROM op WHERE rid = ?", (rid,)) if wanted else []
    for lam, d, seq, val, salt, kind in found:
        ref = OpRef(names.devices[d], seq)
        if ref not in wanted or not isinstance(val, str) or kind in (OpKind.ERASE, OpKind.DELETE):
            continue
        digest = hashlib.sha256(salt + val.encode()).digest()
        db.exec_driver_sql(
            "UPDATE op SET val = ?, salt = x'' WHERE rid = ? AND lam = ? AND d = ?", (digest, rid, lam, d)
        )
        done += 1
        for i, op in enumerate(ops):
            if op.ref == ref:
                ops[i] = op._replace(val=digest)
    if done:
        # 抹去的附件不再有人提到，侧库清扫时才会真的删掉
        for table in ("blobref", "originalref"):
            db.exec_driver_sql(f"DELETE FROM {table} WHERE rid = ?", (rid,))
    return done


def differing(db: Connection, names: Names, rids: Sequence[int], project: Project) -> list[int]:
    """Records whose list rows are not what their operations make."""
    wrong: list[int] = []
    for some in pieces(rids):
        stand = _standing(db, some)
        for rid, ops in group_ops(db, names, some):
            batch = _Batch()
            _lay(batch, Filed(), names, rid, ops=ops, before=None, project=project)
            made = {
                "head": batch.head, "body": batch.body, "words": batch.words, "facet": batch.facets,
                "link": batch.links, "conflict": batch.conflicts, "flag": batch.flags, "blobref": batch.blobs,
                "originalref": batch.originals,
            }  # fmt: skip
            if any(set(stand[table].get(rid, ())) != set(lines) for table, lines in made.items()):
                wrong.append(rid)
    return wrong


def _standing(db: Connection, rids: Sequence[int]) -> dict[str, dict[int, list[Row]]]:
    found: dict[str, dict[int, list[Row]]] = {}
    for table in _TABLES_OF_RID:
        if table != "fts":
            by_rid: dict[int, list[Row]] = {}
            for row in rows(db, f"SELECT rid, * FROM {table} WHERE rid IN ({marks(len(rids))})", (*rids,)):
                by_rid.setdefault(row[0], []).append(row[1:])
            found[table] = by_rid
    return found


def forget(db: Connection, rids: Sequence[int]) -> None:
    """Take records out of every list table (before they are filed anew)."""
    for some in pieces(rids):
        old = rows(db, f"SELECT rid, extra FROM body WHERE rid IN ({marks(len(some))})", (*some,))
        batch = _Batch()
        for rid, extra in old:
            _unlist(batch, rid, extra)
        batch.write(db)
        for table in _TABLES_OF_RID:
            if table not in ("facet", "link"):
                column = "rowid" if table == "fts" else "rid"
                many(db, f"DELETE FROM {table} WHERE {column} = ?", [(rid,) for rid in some])


__all__ = ["BATCH", "Filed", "Project", "file_records", "forget"]
