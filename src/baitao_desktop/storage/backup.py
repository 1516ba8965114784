"""Backup, restore, and the audit of a cabinet."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import FIRST, chain
from baitao_desktop.files import explain, free_name, sha256_of, sync_folder, write_whole
from baitao_desktop.storage import place as places
from baitao_desktop.storage import slots as keys
from baitao_desktop.storage.intake import Progress
from baitao_desktop.storage.projection import Project, differing
from baitao_desktop.storage.reader import Reader
from baitao_desktop.storage.rows import BATCH, one, pieces, rows
from baitao_desktop.storage.tables import PAGE, connector, open_engine
from baitao_desktop.storage.troubles import ASIDE

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

FILES = (places.DESK, places.SIDE, places.SLOTS)
_BESIDE = (places.CALLBACK,)
_WAL = "-wal"
_BLOCK = 1024 * 1024
_AS_IT_IS = ("PRAGMA synchronous=FULL", "PRAGMA temp_store=MEMORY", "PRAGMA trusted_schema=OFF")


def copy_out(place: Path, engines: tuple[Engine, Engine], key: bytes, to: Path, progress: Progress | None) -> Path:
    """Write the cabinet into the new folder `to` (or “to(2)” …), verify the copy, and return its folder.

    Nothing called `to` stands there before all of it was written and verified.
    """
    to = free_name(to)
    part = to.with_name(to.name + ".part")
    tell = progress or (lambda _what, _done, _of: None)
    try:
        shutil.rmtree(part, ignore_errors=True)
        places.make_private(part)
        for n, (name, engine) in enumerate(zip(FILES[:2], engines, strict=True)):
            tell("正在备份", n, 2)
            places.private_file(part / name)
            raw = engine.raw_connection()
            try:
                # VACUUM INTO 不能在事务里（setup §8）
                raw.driver_connection.execute("VACUUM INTO ?", (str(part / name),))  # type: ignore[union-attr]
            finally:
                raw.close()
        beside = [name for name in _BESIDE if (place / name).is_file()]
        for name in (places.SLOTS, *beside):
            _copy(place / name, part / name)
        _stamp(part, key)
        findings = _verify_copy(part, key, tell)
        if findings:
            raise UserFacingError(
                "S12", f"备份写好后核对不上：{findings[0]}这份备份没有留下。请换一个U盘或文件夹再备份。"
            )
        for name in (*FILES, *beside):
            _sync(part / name)
        _write_sums(part, (*FILES, *beside))
        part.rename(to)
        sync_folder(to.parent)
    except OSError as error:
        shutil.rmtree(part, ignore_errors=True)
        raise explain(to, error) from error
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return to


def _copy(source: Path, to: Path) -> str:
    """Copy into a file that only its owner may read; the hex SHA-256 of what was copied."""
    places.private_file(to)
    digest = hashlib.sha256()
    with source.open("rb") as given, to.open("wb") as out:
        while block := given.read(_BLOCK):
            digest.update(block)
            out.write(block)
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest()


def _write_sums(part: Path, names: tuple[str, ...]) -> None:
    """What the files were: without a key, restoring could not tell a cut short copy from a whole one."""
    said = {"format": 1, "files": {name: sha256_of(part / name) for name in names}}
    write_whole(part / places.SUMS, json.dumps(said).encode(), private=True)


def _sums(backup: Path) -> dict[str, str]:
    """What `_write_sums` wrote; empty for a folder copied by hand, or one that was opened where it lay."""
    try:
        found = json.loads((backup / places.SUMS).read_bytes())["files"]
        return {str(name): str(digest) for name, digest in found.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _incomplete(backup, places.SUMS) from error


def _incomplete(backup: Path, name: str) -> UserFacingError:
    return UserFacingError(
        "S13", f"“{backup}”里的 {name} 没有拷完整或已损坏，没有恢复；原来的资料没有动。请换另一份备份。"
    )


def _stamp(part: Path, key: bytes) -> None:
    """Mark the copy as a copy: whoever opens it, restored or lying where it is, gets a new device id."""
    raw = connector(part / places.DESK, key, _AS_IT_IS)()
    try:
        raw.execute("INSERT OR REPLACE INTO meta VALUES ('backup', '1')")
    finally:
        raw.close()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _verify_copy(part: Path, key: bytes, tell: Progress) -> list[str]:
    findings: list[str] = []
    for name in FILES[:2]:
        engine = open_engine(part / name, key, _AS_IT_IS)
        try:
            with engine.connect() as db:
                findings += file_findings(db, name, full=False)
                if name == places.DESK:
                    findings += chain_findings(db, lambda done, of: tell("正在核对备份", done, of))
        finally:
            engine.dispose()
    return findings


def restore(backup: Path, place: Path) -> Path | None:
    """Put a backup in place; what stood there is moved into a folder beside, which is returned (None: nothing did).

    No key is needed. The next unlock mints a new device id. A folder copied by hand, even of a cabinet that was cut
    off, does as well. UserFacingError S02 when `backup` is none, S13 when a file of it is not whole (nothing has
    changed then), S03 when the cabinet at `place` is open, S04 read-only, S06 unfit folder, S07, S9x.
    """
    places.refuse_unfit(place)
    for name in FILES:
        if not (backup / name).is_file():
            raise UserFacingError("S02", f"“{backup}”不是一份备份：缺少 {name}。请选备份时写成的那个文件夹。")
    keys.load(backup)
    sums = _sums(backup)
    for name in sums:
        if not (backup / name).is_file():
            raise _incomplete(backup, name)
    try:
        places.make_private(place)
    except OSError as error:
        raise places.refused(place, error) from error
    lock = places.Lock(place)
    # 崩溃后直接拷出来的文件夹，最后几次存的还在 -wal 里
    names = [n for n in (*FILES, *_BESIDE, *(f + _WAL for f in FILES[:2])) if (backup / n).is_file()]
    try:
        for name in names:
            digest = _copy(backup / name, place / (name + ".part"))
            size = (backup / name).stat().st_size
            torn = name in FILES[:2] and (size < PAGE or size % PAGE > 0)
            if torn or sums.get(name, digest) != digest:
                raise _incomplete(backup, name)
        return _swap(place, names)
    except OSError as error:
        raise explain(place, error) from error
    finally:
        for name in names:
            (place / (name + ".part")).unlink(missing_ok=True)
        lock.release()


def _swap(place: Path, names: list[str]) -> Path | None:
    """Give the files that lie ready as .part their names; what bore them is moved aside, or back on an error."""
    there = [place / (n + tail) for n in FILES for tail in ("", _WAL, "-shm")] + [
        place / n for n in _BESIDE if n in names
    ]
    standing = [path for path in there if path.exists()]
    aside: Path | None = None
    try:
        places.private_file(place / places.RESTORED)
        if standing:
            aside = free_name(place / ASIDE)
            places.make_private(aside)
            for path in standing:
                path.rename(aside / path.name)
        for name in names:
            (place / (name + ".part")).rename(place / name)
        sync_folder(place)
    except OSError:
        (place / places.RESTORED).unlink(missing_ok=True)
        if aside is not None:
            for path in aside.iterdir():
                with contextlib.suppress(OSError):
                    path.replace(place / path.name)
        raise
    return aside


def file_findings(db: Connection, name: str, *, full: bool) -> list[str]:
    """What SQLite and SQLCipher themselves find wrong with a file."""
    found = [f"{name} 的加密页校验不符：{row[0]}。" for row in rows(db, "PRAGMA cipher_integrity_check")]
    check = "integrity_check" if full else "quick_check"
    found += [f"{name} 的结构有误：{row[0]}。" for row in rows(db, f"PRAGMA {check}(10)") if row[0] != "ok"]
    return found


def chain_findings(db: Connection, tell: Callable[[int, int], None] = lambda _done, _of: None) -> list[str]:
    """Streams whose numbers or hashes do not hold, one finding each."""
    findings: list[str] = []
    reader = Reader(db)
    names, vector = reader.names, reader.vector()
    total, done = sum(vector.values()), 0
    counted = one(db, "SELECT count(*) FROM op")
    if counted and counted[0] != total:
        findings.append(f"操作记录应有 {total} 条，实有 {counted[0]} 条。")
    for d, s, last, digest in rows(db, "SELECT d, s, seq, hash FROM vec ORDER BY d, s"):
        key = (names.devices[d], names.scopes[s])
        seq, before, good = 0, FIRST, True
        for op in reader.since({k: n for k, n in vector.items() if k != key}, lambda _: True):
            seq, done = seq + 1, done + 1
            good = op.seq == seq and chain(before, op) == op.hash
            if not good:
                break
            before = op.hash
            if done % 5000 == 0:
                tell(done, total)
        if not good:
            findings.append(f"设备 {key[0][:8]}、范围 {key[1]} 的第 {seq} 条操作与校验链不符。")
        elif (seq, before) != (last, bytes(digest)):
            findings.append(f"设备 {key[0][:8]}、范围 {key[1]} 应到第 {last} 条，只有 {seq} 条对得上。")
    return findings


def list_findings(db: Connection, project: Project, tell: Callable[[int, int], None]) -> list[str]:
    """Records whose list rows are not what their operations make."""
    findings: list[str] = []
    names = Reader(db).names
    rids = [rid for (rid,) in rows(db, "SELECT rid FROM rec WHERE s IS NOT NULL ORDER BY rid")]
    filed = one(db, "SELECT count(*) FROM head")
    if filed and filed[0] != len(rids):
        findings.append(f"列表应有 {len(rids)} 行，实有 {filed[0]} 行。请重建列表。")
    wrong = 0
    for n, some in enumerate(pieces(rids)):
        wrong += len(differing(db, names, some, project))
        tell(n * BATCH + len(some), len(rids))
    if wrong:
        findings.append(f"有 {wrong} 条记录的列表行与操作记录不符。请重建列表。")
    return findings


__all__ = ["copy_out", "restore"]
