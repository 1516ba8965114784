"""Half a cabinet, half a backup, a crowded disk: what is whole stays in use, what is not is named, nothing is lost."""

from __future__ import annotations

import io
import os
import shutil
import stat
from collections import namedtuple
from pathlib import Path

import pytest

from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import NewOp, OpKind, derived_id
from baitao_desktop.domain.query import Query
from baitao_desktop.storage import place as places
from baitao_desktop.storage import troubles
from baitao_desktop.storage.store import Store, create, restore, unlock
from storage_kit import FORM, HERE, LAW, RECS, SECRET, WHO, cabinet, new_tip, picture, project, put, reopened, run_child


def _with_photo(place: Path) -> str:
    """A cabinet with one tip, its photo and a draft; the photo's digest."""
    store = cabinet(place)
    sha = store.blob_put(io.BytesIO(os.urandom(300_000)), "image/jpeg")
    put(store, new_tip(RECS[0], biaoti="甲", zhaopian={"blob": sha}))
    store.draft_save("d1", WHO, FORM, "1", "", "{}", 5)
    assert store.verify(full=True) == []
    store.close()
    return sha


@pytest.mark.parametrize("how", ["gone", "empty", "short", "cut", "random", "altered", "another's"])
def test_a_lost_second_file_keeps_nobody_from_the_records(tmp_path: Path, how: str) -> None:
    sha = _with_photo(tmp_path / "1")
    path = tmp_path / "1" / "side.db"
    whole = path.read_bytes()
    damage = {
        "gone": None,
        "empty": b"",
        "short": whole[:100],
        "cut": whole[: len(whole) // 8192 * 4096],
        "random": os.urandom(len(whole)),
        "altered": whole[:100] + bytes([whole[100] ^ 1]) + whole[101:],
    }
    if how == "another's":
        from baitao_desktop.storage import side

        path.unlink()
        side.lay_out(tmp_path / "1", bytes(32))
        damage[how] = path.read_bytes()
    broken = damage[how]
    path.unlink() if broken is None else path.write_bytes(broken)
    store = reopened(tmp_path / "1")
    with store.reading() as r:
        assert r.get(RECS[0]).answers["biaoti"] == "甲"
    assert len(store.warnings) == 1
    assert "记录都在" in store.warnings[0]
    assert store.warnings[0].endswith("。")
    assert not store.blob_has(sha)
    assert store.wanted() == {sha}
    assert store.drafts(WHO) == []
    (finding,) = store.verify(full=True)
    assert "1 张照片" in finding
    kept = [p for p in (tmp_path / "1").iterdir() if p.name.startswith("side.db.broken-1")]
    assert [p.read_bytes() for p in kept if p.name == "side.db.broken-1"] == ([] if broken is None else [broken])
    store.close()
    again = reopened(tmp_path / "1")
    assert again.warnings == ()
    again.close()


def test_a_left_behind_wal_does_not_enter_a_new_second_file(tmp_path: Path) -> None:
    _with_photo(tmp_path / "1")
    store = reopened(tmp_path / "1")
    store.draft_save("d2", WHO, FORM, "1", "", "{}", 6)
    shutil.copyfile(tmp_path / "1" / "side.db-wal", tmp_path / "wal")
    store.close()
    (tmp_path / "1" / "side.db").unlink()
    shutil.copyfile(tmp_path / "wal", tmp_path / "1" / "side.db-wal")
    store = reopened(tmp_path / "1")
    assert store.drafts(WHO) == []
    assert store.verify(full=True) != []
    store.close()
    assert (tmp_path / "1" / "side.db.broken-1-wal").read_bytes() == (tmp_path / "wal").read_bytes()


def _raw_copy(store: Store, to: Path) -> None:
    """What a crash leaves: the newest operations stand only in the -wal."""
    to.mkdir()
    for path in store.place.iterdir():
        if path.is_file() and not path.name.endswith("-shm"):
            shutil.copyfile(path, to / path.name)


def test_a_raw_copy_after_a_crash_is_restored_to_its_newest_record(tmp_path: Path) -> None:
    store = cabinet(tmp_path / "1")
    put(store, new_tip(RECS[0], biaoti="甲"))
    store.close()
    store = reopened(tmp_path / "1")
    device = store.device
    put(store, new_tip(RECS[1], biaoti="最新"))
    store.draft_save("d1", WHO, FORM, "1", "", "{}", 5)
    _raw_copy(store, tmp_path / "raw")
    seen = picture(store)
    store.close()
    assert (tmp_path / "raw" / "desk.db-wal").stat().st_size > 0
    aside = restore(tmp_path / "raw", tmp_path / "1")
    assert aside is not None
    back = reopened(tmp_path / "1")
    assert picture(back) == seen
    assert [d.id for d in back.drafts(WHO)] == ["d1"]
    assert back.verify(full=True) == []
    assert back.device != device
    back.close()
    again = reopened(tmp_path / "1")
    assert again.device == back.device
    again.close()


@pytest.mark.parametrize("name", ["desk.db", "side.db", "keyslots.json", "backup.json"])
@pytest.mark.parametrize("how", ["cut", "altered", "gone"])
def test_a_backup_that_is_not_whole_is_refused_and_nothing_moves(tmp_path: Path, name: str, how: str) -> None:
    store = cabinet(tmp_path / "1")
    put(store, *(new_tip(derived_id(str(n)), miaoshu="保健品讲座" * 60) for n in range(50)))
    kept = store.backup(tmp_path / "b")
    put(store, new_tip(RECS[1], biaoti="备份之后"))
    store.close()
    data = bytearray((kept / name).read_bytes())
    if how == "gone":
        (kept / name).unlink()
        if name == "backup.json":
            pytest.skip("a folder without it is taken for a copy made by hand")
    elif how == "cut":
        (kept / name).write_bytes(data[: len(data) // 8192 * 4096 or len(data) // 2])
    else:
        data[len(data) // 2] ^= 0x80
        (kept / name).write_bytes(data)
    before = {p.name: p.read_bytes() for p in (tmp_path / "1").iterdir() if p.is_file()}
    with pytest.raises(UserFacingError) as caught:
        restore(kept, tmp_path / "1")
    assert caught.value.code in ("S02", "S13")
    assert {p.name: p.read_bytes() for p in (tmp_path / "1").iterdir() if p.is_file()} == before
    assert not (tmp_path / "1" / "恢复前").exists()
    reopened(tmp_path / "1").close()


@pytest.mark.parametrize("size", [0, 1000, 4096 + 17])
def test_a_hand_made_copy_cut_inside_a_page_is_refused(tmp_path: Path, size: int) -> None:
    _with_photo(tmp_path / "1")
    shutil.copytree(tmp_path / "1", tmp_path / "raw")
    os.truncate(tmp_path / "raw" / "desk.db", size)
    with pytest.raises(UserFacingError) as caught:
        restore(tmp_path / "raw", tmp_path / "2")
    assert caught.value.code == "S13"
    assert not (tmp_path / "2" / "desk.db").exists()


def test_where_restored_files_turn_out_damaged_the_sentence_names_the_former_ones(tmp_path: Path) -> None:
    _with_photo(tmp_path / "1")
    shutil.copytree(tmp_path / "1", tmp_path / "raw")
    data = bytearray((tmp_path / "raw" / "desk.db").read_bytes())
    data[100] ^= 1
    (tmp_path / "raw" / "desk.db").write_bytes(data)
    aside = restore(tmp_path / "raw", tmp_path / "1")
    assert aside is not None
    with pytest.raises(UserFacingError) as caught:
        reopened(tmp_path / "1")
    assert caught.value.code == "S02"
    assert aside.name in caught.value.text
    for path in aside.iterdir():
        path.replace(tmp_path / "1" / path.name)
    store = reopened(tmp_path / "1")
    assert store.verify(full=True) == []
    store.close()


def test_a_backup_opened_where_it_lies_can_still_be_restored(tmp_path: Path) -> None:
    store = cabinet(tmp_path / "1")
    kept = store.backup(tmp_path / "b")
    store.close()
    opened = reopened(kept)
    put(opened, new_tip(RECS[0], biaoti="甲"))
    opened.close()
    restore(kept, tmp_path / "2")
    back = reopened(tmp_path / "2")
    with back.reading() as r:
        assert r.has(RECS[0])
    back.close()


# ---- a full disk -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("room", [0, 10, 5000])
def test_making_a_cabinet_on_a_full_disk_leaves_nothing(tmp_path: Path, room: int) -> None:
    done = run_child(f"""
import resource, signal
from pathlib import Path
from storage_kit import *
from baitao_desktop.domain.errors import UserFacingError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, ({room}, resource.RLIM_INFINITY))
place = Path({str(tmp_path / "1")!r})
try:
    create(place, secret=SECRET, person=WHO, label="", project=project, law=LAW, config=place / "config")
except UserFacingError as error:
    print(error.code)
""")
    assert done.stdout.strip() in ("S07", "S10", "S91", "S93"), done.stderr
    assert {p.name for p in (tmp_path / "1").iterdir()} <= {"lock", "config"}


def test_no_room_for_the_name_of_the_holder_is_no_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cabinet(tmp_path / "1").close()

    def no_room(_handle: int, _data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", no_room)
    lock = places.Lock(tmp_path / "1")
    with pytest.raises(UserFacingError, match="S03"):
        places.Lock(tmp_path / "1")
    lock.release()
    assert places.refused(tmp_path, OSError(28, "")).code == "S07"
    assert places.refused(tmp_path, OSError(13, "")).code == "S04"


def test_a_disk_full_to_the_last_byte_is_called_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    for free, code in ((0, "S07"), (2**30, "S10")):
        monkeypatch.setattr(shutil, "disk_usage", lambda _place, free=free: usage(2**30, 0, free))
        sentence = troubles.explain(tmp_path, "disk I/O error")
        assert sentence is not None
        assert sentence.code == code


# ---- who may look ------------------------------------------------------------------------------------------------


def _rights(folder: Path) -> set[str]:
    """Names of all things in it that anybody but the owner may touch."""
    things = [folder, *folder.rglob("*")]
    return {str(p.relative_to(folder)) for p in things if p.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)}


@pytest.mark.skipif(os.name != "posix", reason="POSIX rights")
def test_only_the_owner_may_look_in(tmp_path: Path) -> None:
    place, before = tmp_path / "1", os.umask(0)
    try:
        ways = {"secret": SECRET, "project": project, "law": LAW, "config": tmp_path / "config"}
        store, _ = create(place, person=WHO, label="", **ways)  # type: ignore[arg-type]
        put(store, new_tip(RECS[0], biaoti="甲"))
        store.draft_save("d1", WHO, FORM, "1", "", "{}", 5)
        assert (place / "desk.db-wal").exists()
        assert _rights(place) == set()
        kept = store.backup(tmp_path / "b")
        assert _rights(kept) == set()
        store.close()
        restore(kept, tmp_path / "2")
        restore(kept, tmp_path / "1")
        assert _rights(tmp_path / "2") == set()
        assert _rights(tmp_path / "1") == set()
        for path in (place, *place.glob("*.db"), place / "keyslots.json"):
            path.chmod(0o755)
        store = unlock(place, **ways)  # type: ignore[arg-type]
        put(store, NewOp(RECS[0], FORM, HERE, OpKind.SET, "biaoti", "乙"))
        assert _rights(place) == set()
        with store.reading() as r:
            assert r.count(Query()) == 1
        store.close()
    finally:
        os.umask(before)
