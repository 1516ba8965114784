"""The cabinet itself: made, unlocked, read, written, rebuilt, closed."""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from baitao_desktop import seal
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import DeviceId, PersonId
from baitao_desktop.storage import backup, installation, side
from baitao_desktop.storage import place as places
from baitao_desktop.storage import slots as keys
from baitao_desktop.storage.intake import Progress
from baitao_desktop.storage.projection import Project, forget
from baitao_desktop.storage.reader import Reader
from baitao_desktop.storage.rows import no_garbage_hunt, one, pieces, rows
from baitao_desktop.storage.side import Side, wanted
from baitao_desktop.storage.slots import KeyRing, Slot
from baitao_desktop.storage.tables import (
    FORMAT,
    PAGE,
    SHAPE,
    make_indexes,
    make_kept,
    make_projection,
    open_engine,
)
from baitao_desktop.storage.troubles import damaged, told
from baitao_desktop.storage.writer import Writer

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

restore = backup.restore
_REBUILD = 2000


def slots(place: Path) -> list[Slot]:
    """Who may open the cabinet at `place`, without a key: the login list."""
    return keys.listed(place)


def create(
    place: Path,
    *,
    secret: seal.Secret,
    person: PersonId,
    label: str,
    project: Project,
    law: str,
    config: Path,
) -> tuple[Store, str]:
    """A new cabinet at `place` and its recovery code, which is shown once and kept nowhere.

    UserFacingError S04 read-only, S06 unfit folder, S08 there is one already, S03 being made by someone else.
    """
    places.refuse_unfit(place)
    try:
        places.make_private(place)
    except OSError as error:
        raise places.refused(place, error) from error
    lock = places.Lock(place)
    try:
        if (place / places.DESK).exists() or (place / places.SLOTS).exists():
            raise UserFacingError("S08", f"“{place}”里已经有一份资料。请直接打开它，或换一个空文件夹。")
        key, code = seal.new_key(), seal.new_recovery_code()
        slot = keys.make(key, secret, label=label, person=person)
        spare = keys.make(key, seal.recovery(code), label="恢复码", person=PersonId(""))
        device, session = DeviceId(os.urandom(16).hex()), installation.fresh_session()
        try:
            with told(place):
                _lay_out(place, key, device, law, session)
                side.lay_out(place, key)
                keys.save(place, [slot, spare])
            installation.write_mark(config, installation.here(place, device, 0, session))
        except BaseException as error:
            for name in (places.DESK, places.SIDE, places.SLOTS):
                for tail in ("", "-wal", "-shm"):
                    (place / (name + tail)).unlink(missing_ok=True)
            if isinstance(error, OSError):
                raise places.refused(place, error) from error
            raise
        return Store(place, key, lock, slot=slot, project=project, law=law, config=config), code
    except BaseException:
        lock.release()
        raise


def _lay_out(place: Path, key: bytes, device: DeviceId, law: str, session: str) -> None:
    places.private_file(place / places.DESK)
    engine = open_engine(place / places.DESK, key)
    try:
        with engine.connect() as db:
            db.exec_driver_sql("BEGIN IMMEDIATE")
            make_kept(db)
            make_projection(db)
            make_indexes(db)
            said = {
                "format": FORMAT,
                "device": device,
                "replaced": "[]",
                "lam": 0,
                "law": _shaped(law),
                "session": session,
            }
            for k, v in said.items():
                _set(db, k, str(v))
            db.exec_driver_sql("INSERT INTO device(id) VALUES (?)", (bytes.fromhex(device),))
            db.commit()
    finally:
        engine.dispose()


def unlock(
    place: Path,
    *,
    secret: seal.Secret,
    project: Project,
    law: str,
    config: Path,
    progress: Progress | None = None,
    slot: str = "",
) -> Store:
    """Open the cabinet at `place` (`slot`: the one of the login list to try, else all of the secret's kind).

    A new device id is minted when the cabinet is not where it was (a copy, a restored backup, an older file put
    back); list rows are rebuilt when `law` is not the one they were made by.
    UserFacingError S01 wrong secret, S02 not a cabinet or damaged, S03 already open, S04 read-only, S05 newer, S06
    unfit folder.
    """
    found = keys.load(place)
    places.refuse_unfit(place)
    if not (place / places.DESK).is_file():
        raise UserFacingError("S02", f"“{place}”里没有资料文件 {places.DESK}。请检查文件夹，或从备份恢复。")
    if not os.access(place, os.W_OK) or not os.access(place / places.DESK, os.W_OK):
        raise places.read_only(place)
    lock = places.Lock(place)
    try:
        fit = keys.fitting(found, secret, slot)
        if fit is None:
            raise keys.wrong(secret)
        store = Store(place, fit[1], lock, slot=found[fit[0]], project=project, law=law, config=config)
    except BaseException:
        lock.release()
        raise
    try:
        store.catch_up(progress)
    except BaseException:
        store.close()
        raise
    return store


def _set(db: Connection, key: str, value: str) -> None:
    db.exec_driver_sql("INSERT OR REPLACE INTO meta VALUES (?,?)", (key, value))


def _shaped(law: str) -> str:
    return f"{SHAPE}:{law}"


class Store(Side, KeyRing):
    """An open cabinet. One writer at a time; readers run beside it. `person` and `label` are those of the slot.

    `warnings`: sentences about what the opening found and mended, to be shown once.
    """

    def __init__(
        self,
        place: Path,
        key: bytes,
        lock: places.Lock,
        *,
        slot: dict[str, object],
        project: Project,
        law: str,
        config: Path,
    ) -> None:
        self.place = place
        self.person = PersonId(str(slot.get("person", "")))
        self.label = str(slot.get("label", ""))
        self.warnings: tuple[str, ...] = ()
        self.recovered = slot.get("kind") == "recovery"
        self._key, self._lock, self._config = key, lock, config
        self._project, self._law = project, law
        self._lane = threading.RLock()
        if (place / places.DESK).stat().st_size < PAGE:
            # SQLite 会把空文件当成新库，往里写第一页
            raise damaged(place)
        places.close_off(place)
        (place / places.SUMS).unlink(missing_ok=True)
        self._engine: Engine = open_engine(place / places.DESK, key)
        try:
            with told(place):
                self._read_meta()
                self.warnings += side.mend(place, key)
                super().__init__(place, key)
        except BaseException:
            self._engine.dispose()
            raise

    def _read_meta(self) -> None:
        with self._engine.connect() as db:
            if one(db, "SELECT 1 FROM sqlite_master WHERE name = 'meta'") is None:
                raise damaged(self.place)
            said: dict[str, str] = dict(rows(db, "SELECT k, v FROM meta WHERE k NOT LIKE 'u.%'"))
        if int(said.get("format", FORMAT)) > FORMAT:
            raise UserFacingError("S05", "这份资料来自更新的版本。请先升级本程序再打开。")
        try:
            self.device = DeviceId(said["device"])
            self.replaces: tuple[DeviceId, ...] = tuple(DeviceId(d) for d in json.loads(said["replaced"]))
            self._filed_by, self._from_backup = said["law"], "backup" in said
            self._lam, self._session = int(said["lam"]), said.get("session", "")
        except (KeyError, ValueError) as error:
            raise damaged(self.place) from error

    def catch_up(self, progress: Progress | None = None) -> None:
        """What an opening may owe: a new device id after a copy, list rows after a change of law."""
        mark = installation.read_mark(self._config)
        brought = self._from_backup or (self.place / places.RESTORED).exists()
        if brought or not installation.same_installation(mark, self._here(self._session)):
            self._mint()
        else:
            self._renew()
        if self._filed_by != _shaped(self._law):
            self.rebuild(progress=progress)

    def _here(self, *sessions: str) -> installation.Mark:
        return installation.here(self.place, self.device, self._lam, *sessions)

    def _mint(self) -> None:
        """A new device id: two cabinets must never number one stream (Syncthing #3876, storage §1)."""
        fresh, session = DeviceId(os.urandom(16).hex()), installation.fresh_session()
        old = (*self.replaces, self.device)
        with self._transaction() as db:
            _set(db, "device", fresh)
            _set(db, "replaced", json.dumps(list(old)))
            _set(db, "session", session)
            db.exec_driver_sql("DELETE FROM meta WHERE k = 'backup'")
            db.exec_driver_sql("INSERT INTO device(id) VALUES (?)", (bytes.fromhex(fresh),))
        self.device, self.replaces, self._from_backup, self._session = fresh, old, False, session
        installation.write_mark(self._config, self._here(session))
        (self.place / places.RESTORED).unlink(missing_ok=True)

    def _renew(self) -> None:
        """A new session, in the mark before it is in the cabinet: whenever this is cut off, the two still fit.

        A full disk must not keep anybody from reading; then the session stays and the person is told.
        """
        fresh = installation.fresh_session()
        try:
            installation.write_mark(self._config, self._here(self._session, fresh))
            with self._transaction() as db:
                _set(db, "session", fresh)
            self._session = fresh
            installation.write_mark(self._config, self._here(fresh))
        except UserFacingError as error:
            self.warnings += (error.text,)

    # ---- reading and writing -------------------------------------------------------------------------------------

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """A view of the cabinet on a connection of its own; it lives on unchanged while something is written."""
        with told(self.place), self._engine.connect() as db:
            # 台账常开着一条读连接：16 MB 够翻页和查找，64 MB 时内存超过 +40 MB 的限度（DESIGN §7）
            db.exec_driver_sql("PRAGMA cache_size=-16384")
            db.exec_driver_sql("BEGIN")
            try:
                yield Reader(db)
            finally:
                with contextlib.suppress(Exception):
                    db.rollback()

    @contextmanager
    def writing(self, who: PersonId, now: datetime) -> Iterator[Writer]:
        """One transaction in the name of `who` at `now`; kept when the block ends, undone by any exception."""
        with told(self.place), self._lane, self._engine.connect() as db:
            db.exec_driver_sql("PRAGMA cache_size=-65536")
            db.exec_driver_sql("BEGIN IMMEDIATE")
            writer = Writer(
                db, device=self.device, who=who, now_ms=round(now.timestamp() * 1000), project=self._project,
                have=self.blob_has,
            )  # fmt: skip
            try:
                yield writer
            except BaseException:
                # 磁盘满时 SQLite 已自己退回，再退会报错（storage §6）
                with contextlib.suppress(Exception):
                    db.rollback()
                raise
            if not writer.kept:
                # 试读过的页若提交，会以新的随机数重写：退回，文件一个字节也不变
                db.rollback()
                return
            if writer.erased:
                db.exec_driver_sql("INSERT INTO fts(fts) VALUES ('optimize')")
            db.commit()
            if writer.erased:
                db.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with told(self.place), self._lane, self._engine.connect() as db:
            db.exec_driver_sql("PRAGMA cache_size=-65536")
            db.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                with contextlib.suppress(Exception):
                    db.rollback()
                raise
            db.commit()

    # ---- list rows -----------------------------------------------------------------------------------------------

    def relearn(self, project: Project, law: str) -> None:
        """Use another projection from now on (forms or campaign data arrived); call rebuild for what is filed."""
        self._project, self._law = project, law

    def rebuild(self, form: str | None = None, progress: Progress | None = None) -> None:
        """File every record (of one form) anew from its operations. All or nothing; readers see the old rows till
        the end. Marks the rows as made by the present law."""
        with no_garbage_hunt(), self._transaction() as db:
            where = "s IS NOT NULL" + (" AND form = ?" if form else "")
            found = rows(db, f"SELECT rid FROM rec WHERE {where} ORDER BY rid", (form,) if form else ())
            rids = [rid for (rid,) in found]
            if form:
                forget(db, rids)
            else:
                make_projection(db)
            db.exec_driver_sql("INSERT INTO fts(fts, rank) VALUES ('automerge', 0)")
            writer = Writer(
                db, device=self.device, who=PersonId(""), now_ms=0, project=self._project, have=lambda _: True
            )
            for n, some in enumerate(pieces(rids, _REBUILD)):
                writer.refile(some)
                if progress:
                    progress("正在重建列表", n * _REBUILD + len(some), len(rids))
            db.exec_driver_sql("INSERT INTO fts(fts, rank) VALUES ('automerge', 4)")
            if not form:
                make_indexes(db)
            _set(db, "law", _shaped(self._law))
        self._filed_by = _shaped(self._law)

    def tidy(self) -> None:
        """Idle work: merge the search index a little. Cheap when there is nothing to do."""
        with self._transaction() as db:
            db.exec_driver_sql("INSERT INTO fts(fts, rank) VALUES ('merge', 500)")

    # ---- attachments ---------------------------------------------------------------------------------------------

    def wanted(self) -> frozenset[str]:
        """Attachments that operations name and that are not here (待补附件)."""
        with self.reading() as r:
            named = r.named_blobs()
        return wanted(named, self._held())

    def sweep_blobs(self) -> int:
        """Delete attachments that no operation and no draft names, as an attachment or as an original; how many went.

        What stands on an open page and in no draft yet is named by nobody: sweep where no page is open.
        """
        with self._lane, self.reading() as r:
            return self._sweep(r.named_blobs() | r.originals())

    # ---- backup and audit ----------------------------------------------------------------------------------------

    def backup(self, to: Path, progress: Progress | None = None) -> Path:
        """Write cabinet, attachments and keys into the new folder `to`, verify the copy, return where it lies.

        “to(2)” is taken where `to` stands already. UserFacingError S04, S07, S90–S93 when it cannot be written, S12
        when the copy does not verify; then nothing is left.
        """
        with told(to), self._lane, self._side_lane:
            return backup.copy_out(self.place, (self._engine, self._side), self._key, to, progress)

    def verify(self, full: bool, progress: Progress | None = None) -> list[str]:
        """What is wrong with the cabinet, in Chinese; empty when nothing is.

        Always pages, structure and hash chains; `full` also compares every list row with its operations.
        """
        tell = progress or (lambda _what, _done, _of: None)
        findings: list[str] = []
        with told(self.place), self._side.connect() as db:
            findings += backup.file_findings(db, places.SIDE, full=full)
        if lost := len(self.wanted()):
            findings.append(
                f"有 {lost} 张照片（附件）不在本机。对方有的，再收一次对方的数据包会补上；本机拍的，请从最近的备份找回。"
            )
        with told(self.place), self._engine.connect() as db:
            db.exec_driver_sql("BEGIN")
            findings += backup.file_findings(db, places.DESK, full=full)
            findings += backup.chain_findings(db, lambda done, of: tell("正在核对校验链", done, of))
            if full:
                findings += backup.list_findings(db, self._project, lambda done, of: tell("正在核对列表", done, of))
        return findings

    # ---- closing -------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Close both files and let the next one in. Harmless when repeated."""
        with contextlib.suppress(Exception), self._engine.connect() as db:
            found = one(db, "SELECT v FROM meta WHERE k = 'lam'")
            mark = installation.read_mark(self._config)
            if found and mark and mark.device == self.device and mark.lam < int(found[0]):
                self._lam = int(found[0])
                installation.write_mark(self._config, self._here(self._session))
        self._engine.dispose()
        self._side.dispose()
        self._lock.release()


__all__ = ["Project", "Reader", "Store", "Writer", "create", "restore", "slots", "unlock"]
