"""Tables of the cabinet, and how its two files are opened (kernel §5, storage §6).

KEPT tables are truth: later releases may only add to them. PROJECTION tables are made from them and may change at
will: raise SHAPE and every cabinet rebuilds at its next opening.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlcipher3
from sqlalchemy import create_engine
from sqlalchemy.pool import QueuePool

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

FORMAT = 1
SHAPE = 2
PAGE = 4096

KEPT = (
    "CREATE TABLE meta(k TEXT PRIMARY KEY, v TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE device(d INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, card TEXT)",
    "CREATE TABLE scope(s INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE)",
    "CREATE TABLE actor(a INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE)",
    "CREATE TABLE counter(series TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID",
    # s 空着 = 只有 NOTE 提到过它：记录本身还没到（NOTE 走经手单位自己的流，kernel §2）
    "CREATE TABLE rec(rid INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, form TEXT NOT NULL, s INTEGER)",
    # form 只在 NOTE 与记录的表单不同时才填
    "CREATE TABLE op(rid INTEGER NOT NULL, lam INTEGER NOT NULL, d INTEGER NOT NULL, s INTEGER NOT NULL,"
    " seq INTEGER NOT NULL, wall_ms INTEGER NOT NULL, a INTEGER NOT NULL, kind INTEGER NOT NULL, fld TEXT NOT NULL,"
    " val NOT NULL, pd INTEGER, pseq INTEGER, salt BLOB NOT NULL, hash BLOB NOT NULL, form TEXT,"
    " PRIMARY KEY(rid, lam, d)) WITHOUT ROWID",
    "CREATE UNIQUE INDEX op_stream ON op(d, s, seq)",
    "CREATE INDEX op_note ON op(wall_ms) WHERE kind = 4",
    "CREATE TABLE vec(d INTEGER NOT NULL, s INTEGER NOT NULL, seq INTEGER NOT NULL, lam INTEGER NOT NULL,"
    " hash BLOB NOT NULL, PRIMARY KEY(d, s)) WITHOUT ROWID",
    "CREATE TABLE ack(peer BLOB NOT NULL, d INTEGER NOT NULL, s INTEGER NOT NULL, seq INTEGER NOT NULL,"
    " PRIMARY KEY(peer, d, s)) WITHOUT ROWID",
    "CREATE TABLE peer(peer BLOB PRIMARY KEY, unit TEXT NOT NULL, number INTEGER NOT NULL, heard_ms INTEGER NOT NULL,"
    " retired INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID",
    "CREATE TABLE bundle(id TEXT PRIMARY KEY, sha256 TEXT NOT NULL, way TEXT NOT NULL, peer TEXT NOT NULL,"
    " number INTEGER NOT NULL, at_ms INTEGER NOT NULL, report TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE quarantine(bundle TEXT PRIMARY KEY, reason TEXT NOT NULL, dev TEXT NOT NULL, scope TEXT NOT NULL,"
    " seq INTEGER NOT NULL, file TEXT NOT NULL, at_ms INTEGER NOT NULL) WITHOUT ROWID",
)

PROJECTION = {
    # 列表、筛选、排序只读这张窄表；大的答案另放 body，十万行扫一遍也不碰它
    "head": "CREATE TABLE head(rid INTEGER PRIMARY KEY, form TEXT, deleted INTEGER, received TEXT, status TEXT,"
    " unit TEXT, due TEXT, person TEXT, no TEXT, title TEXT, closed TEXT, t2 TEXT, t3 TEXT, t4 TEXT, flags INTEGER,"
    " conflicts INTEGER, lam INTEGER, text_hash INTEGER)",
    "body": "CREATE TABLE body(rid INTEGER PRIMARY KEY, answers TEXT, state TEXT, extra TEXT)",
    "facet": "CREATE TABLE facet(key TEXT, val TEXT, rid INTEGER, PRIMARY KEY(key, val, rid)) WITHOUT ROWID",
    "link": "CREATE TABLE link(other BLOB, rel TEXT, rid INTEGER, PRIMARY KEY(other, rel, rid)) WITHOUT ROWID",
    "conflict": "CREATE TABLE conflict(rid INTEGER, fld TEXT, n INTEGER, PRIMARY KEY(rid, fld)) WITHOUT ROWID",
    "flag": "CREATE TABLE flag(rid INTEGER, d INTEGER, seq INTEGER, code TEXT, PRIMARY KEY(rid, d, seq, code))"
    " WITHOUT ROWID",
    "blobref": "CREATE TABLE blobref(rid INTEGER, sha BLOB, PRIMARY KEY(rid, sha)) WITHOUT ROWID",
    # 原图只在拍的那台电脑上，不算待补，也不随数据包走，所以和附件分开记
    "originalref": "CREATE TABLE originalref(rid INTEGER, sha BLOB, PRIMARY KEY(rid, sha)) WITHOUT ROWID",
    "words": "CREATE TABLE words(rid INTEGER PRIMARY KEY, t TEXT)",
    # ascii 分词器：非 ASCII 一律当字，姓名里的生僻字（扩展 E 以后）不会被 unicode61 的旧字表当成标点丢掉
    "fts": "CREATE VIRTUAL TABLE fts USING fts5(t, content='', contentless_delete=1, detail=none, tokenize='ascii')",
}
INDEXES = (
    "CREATE INDEX head_received ON head(form, deleted, received)",
    "CREATE INDEX head_status ON head(form, deleted, status, due)",
    "CREATE INDEX head_unit ON head(form, deleted, unit, received)",
    "CREATE INDEX head_conflicts ON head(conflicts) WHERE conflicts > 0",
    "CREATE INDEX head_flags ON head(flags) WHERE flags > 0",
    "CREATE INDEX blobref_sha ON blobref(sha)",
    "CREATE INDEX originalref_sha ON originalref(sha)",
)

SIDE = (
    "CREATE TABLE draft(id TEXT PRIMARY KEY, person TEXT NOT NULL, form TEXT NOT NULL, version TEXT NOT NULL,"
    " rec TEXT NOT NULL, raw TEXT NOT NULL, at_ms INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE blob(b INTEGER PRIMARY KEY, sha BLOB UNIQUE, size INTEGER NOT NULL, mime TEXT NOT NULL)",
    "CREATE TABLE piece(b INTEGER NOT NULL, n INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY(b, n))",
    "CREATE TABLE pref(person TEXT NOT NULL, key TEXT NOT NULL, val TEXT NOT NULL, PRIMARY KEY(person, key))"
    " WITHOUT ROWID",
)

# FULL：NORMAL 在 320 次断电里丢了 107 次已答应的提交（storage §6）；64 MB 缓存里的页是解了密的（§3）
_SETTINGS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA cache_size=-65536",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA mmap_size=0",
    "PRAGMA secure_delete=ON",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA cell_size_check=ON",
    "PRAGMA busy_timeout=10000",
)


def connector(path: Path, key: bytes, settings: tuple[str, ...] = _SETTINGS) -> Callable[[], Any]:
    """A function that opens one raw connection with the raw 32-byte key; the key never stands in a URL or a log."""

    def connect() -> Any:
        raw = sqlcipher3.connect(str(path), isolation_level=None, check_same_thread=False)
        try:
            # 错钥匙会在 stderr 打三行 ERROR CORE（setup §8）
            raw.execute("PRAGMA cipher_log_level=NONE")
            raw.execute(f"PRAGMA key=\"x'{key.hex()}'\"")
            raw.execute("SELECT count(*) FROM sqlite_master").fetchone()
            for line in settings:
                raw.execute(line)
        except BaseException:
            raw.close()
            raise
        return raw

    return connect


def open_engine(path: Path, key: bytes, settings: tuple[str, ...] = _SETTINGS) -> Engine:
    """An engine over one file: a few pooled connections, every transaction begun by hand."""
    return create_engine(
        "sqlite://",
        creator=connector(path, key, settings),
        module=sqlcipher3,
        poolclass=QueuePool,
        pool_size=3,
        max_overflow=5,
        # 出错时别把线索的内容写进日志
        hide_parameters=True,
    )


def make_kept(db: Connection) -> None:
    for line in KEPT:
        db.exec_driver_sql(line)


def make_projection(db: Connection) -> None:
    """Throw the projection away and lay it out empty, without its indexes (filled first, indexed after)."""
    for name, line in PROJECTION.items():
        db.exec_driver_sql(f"DROP TABLE IF EXISTS {name}")
        db.exec_driver_sql(line)


def make_indexes(db: Connection) -> None:
    for line in INDEXES:
        db.exec_driver_sql(line)
