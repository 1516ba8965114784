"""side.db: drafts, attachments, preferences. Its own lane, so a draft is saved while a bundle is taken in."""

from __future__ import annotations

import contextlib
import hashlib
import io
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import PersonId
from baitao_desktop.storage import place as places
from baitao_desktop.storage.rows import many, one, rows
from baitao_desktop.storage.tables import PAGE, SIDE, open_engine
from baitao_desktop.storage.troubles import told

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer
    from sqlalchemy import Connection, Engine

PIECE = 256 * 1024


def lay_out(place: Path, key: bytes) -> None:
    """An empty second file."""
    places.private_file(place / places.SIDE)
    engine = open_engine(place / places.SIDE, key)
    try:
        with engine.connect() as db:
            db.exec_driver_sql("BEGIN IMMEDIATE")
            for line in SIDE:
                db.exec_driver_sql(line)
            db.commit()
    finally:
        engine.dispose()


def mend(place: Path, key: bytes) -> tuple[str, ...]:
    """Sentences to show once when the second file was lost or broken and an empty one now stands in its place.

    Records live in the first file alone; for want of photos and drafts nobody is kept out. What was broken is kept.
    """
    path = place / places.SIDE
    if not path.exists():
        _moved_aside(path)
        said = f"“{place}”里的 {path.name} 不见了"
    elif _sound(path, key):
        return ()
    else:
        aside = _moved_aside(path)
        said = f"“{place}”里的 {path.name} 已损坏，原文件改名为 {aside.name} 留着"
    lay_out(place, key)
    return (f"{said}。记录都在；没填完的草稿和照片不在了，照片记为待补。请从最近的备份找回，或请对方再交一次。",)


def _sound(path: Path, key: bytes) -> bool:
    if path.stat().st_size < PAGE:
        return False
    engine = open_engine(path, key)
    try:
        with told(path.parent), engine.connect() as db:
            return one(db, "SELECT 1 FROM sqlite_master WHERE name = 'draft'") is not None
    except UserFacingError as error:
        if error.code != "S02":
            raise
        return False
    finally:
        engine.dispose()


def _moved_aside(path: Path) -> Path:
    n = 1
    while (aside := path.with_name(f"{path.name}.broken-{n}")).exists():
        n += 1
    for tail in ("", "-wal", "-shm"):
        # 留下的 -wal 会被当成新文件的，一起挪开
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + tail).rename(aside.with_name(aside.name + tail))
    return aside


class Draft(NamedTuple):
    """What someone is filling in. `raw` is the caller's text; an identity is never in it (kernel §5)."""

    id: str
    person: PersonId
    form: str
    version: str
    rec: str
    raw: str
    at_ms: int


class Side:
    """The second file of a cabinet, which must be there (`mend`). Methods may be called from any thread."""

    def __init__(self, place: Path, key: bytes) -> None:
        self._at = place
        self._side: Engine = open_engine(place / places.SIDE, key)
        self._side_lane = threading.Lock()

    @contextmanager
    def _beside(self, *, write: bool = False) -> Iterator[Connection]:
        with told(self._at), self._side.connect() as db:
            if not write:
                yield db
                return
            with self._side_lane:
                db.exec_driver_sql("BEGIN IMMEDIATE")
                yield db
                db.commit()

    # ---- drafts --------------------------------------------------------------------------------------------------

    def draft_save(  # noqa: PLR0917
        self,
        id: str,
        person: PersonId,
        form: str,
        version: str,
        rec: str,
        raw: str,
        at_ms: int,
    ) -> None:
        """Keep a draft, in place of the one with the same id. On disk when this returns."""
        with self._beside(write=True) as db:
            many(
                db,
                "INSERT OR REPLACE INTO draft VALUES (?,?,?,?,?,?,?)",
                [(id, person, form, version, rec, raw, at_ms)],
            )

    def draft_get(self, id: str) -> Draft | None:
        with self._beside() as db:
            found = one(db, "SELECT id, person, form, version, rec, raw, at_ms FROM draft WHERE id = ?", (id,))
        return None if found is None else Draft(*found)

    def drafts(self, person: PersonId) -> list[Draft]:
        """A person's drafts, newest first."""
        sql = "SELECT id, person, form, version, rec, raw, at_ms FROM draft WHERE person = ? ORDER BY at_ms DESC, id"
        with self._beside() as db:
            return [Draft(*row) for row in rows(db, sql, (person,))]

    def draft_drop(self, id: str) -> None:
        """Forget a draft and the preference `draft.<id>` that a page kept beside it."""
        with self._beside(write=True) as db:
            many(db, "DELETE FROM draft WHERE id = ?", [(id,)])
            many(db, "DELETE FROM pref WHERE key = ?", [(f"draft.{id}",)])

    # ---- attachments ---------------------------------------------------------------------------------------------

    def blob_put(self, stream: BinaryIO, mime: str) -> str:
        """Keep an attachment and return its hex SHA-256; the same bytes again cost nothing. Write it before the
        operation that names it."""
        digest, size = hashlib.sha256(), 0
        with self._beside(write=True) as db:
            made = one(db, "INSERT INTO blob(sha, size, mime) VALUES (NULL, 0, ?) RETURNING b", (mime,))
            assert made is not None
            n = 0
            while data := stream.read(PIECE):
                many(db, "INSERT INTO piece VALUES (?,?,?)", [(made[0], n, data)])
                digest.update(data)
                size, n = size + len(data), n + 1
            if one(db, "SELECT 1 FROM blob WHERE sha = ?", (digest.digest(),)):
                many(db, "DELETE FROM piece WHERE b = ?", [made])
                many(db, "DELETE FROM blob WHERE b = ?", [made])
            else:
                many(db, "UPDATE blob SET sha = ?, size = ? WHERE b = ?", [(digest.digest(), size, made[0])])
        return digest.hexdigest()

    def blob_has(self, sha: str) -> bool:
        with self._beside() as db:
            return one(db, "SELECT 1 FROM blob WHERE sha = ?", (bytes.fromhex(sha),)) is not None

    def blob_mime(self, sha: str) -> str:
        """The kind of file as it was put; KeyError when it is not here."""
        return str(self._blob(sha)[2])

    def blob_size(self, sha: str) -> int:
        """Bytes; KeyError when it is not here."""
        return int(self._blob(sha)[1])

    def blob_open(self, sha: str) -> BinaryIO:
        """The attachment's bytes as a seekable stream; KeyError when it is not here. Close it."""
        number, size, _ = self._blob(sha)
        return io.BufferedReader(_Pieces(self, number, size), PIECE)

    def _blob(self, sha: str) -> tuple[int, int, str]:
        with self._beside() as db:
            found = one(db, "SELECT b, size, mime FROM blob WHERE sha = ?", (bytes.fromhex(sha),))
        if found is None:
            raise KeyError(sha)
        return found[0], found[1], found[2]

    def _piece(self, number: int, n: int) -> bytes:
        with self._beside() as db:
            found = one(db, "SELECT data FROM piece WHERE b = ? AND n = ?", (number, n))
        return b"" if found is None else bytes(found[0])

    def _held(self) -> set[str]:
        with self._beside() as db:
            return {sha.hex() for (sha,) in rows(db, "SELECT sha FROM blob")}

    def _sweep(self, named: set[str]) -> int:
        """Delete attachments that neither `named` nor a draft names."""
        with self._beside(write=True) as db:
            texts = [raw for (raw,) in rows(db, "SELECT raw FROM draft")]
            idle = [
                (b,)
                for b, sha in rows(db, "SELECT b, sha FROM blob")
                if sha.hex() not in named and not any(sha.hex() in text for text in texts)
            ]
            many(db, "DELETE FROM piece WHERE b = ?", idle)
            many(db, "DELETE FROM blob WHERE b = ?", idle)
        return len(idle)

    # ---- preferences ---------------------------------------------------------------------------------------------

    def pref_get(self, person: PersonId, key: str) -> str | None:
        with self._beside() as db:
            found = one(db, "SELECT val FROM pref WHERE person = ? AND key = ?", (person, key))
        return None if found is None else str(found[0])

    def pref_put(self, person: PersonId, key: str, value: str) -> None:
        with self._beside(write=True) as db:
            many(db, "INSERT OR REPLACE INTO pref VALUES (?,?,?)", [(person, key, value)])


class _Pieces(io.RawIOBase):
    """An attachment read piece by piece; nothing of it is ever written in clear beside the cabinet."""

    def __init__(self, side: Side, number: int, size: int) -> None:
        self._side, self._number, self._size, self._at = side, number, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = max(0, offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence])
        return self._at

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        n, skip = divmod(self._at, PIECE)
        data = self._side._piece(self._number, n)[skip : skip + len(view)]  # noqa: SLF001  同一文件里的一对
        view[: len(data)] = data
        self._at += len(data)
        return len(data)


def wanted(named: Iterable[str], held: set[str]) -> frozenset[str]:
    return frozenset(named) - held
