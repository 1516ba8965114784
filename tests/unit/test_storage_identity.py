"""Who opens a cabinet, and which installation it is."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import pytest

from baitao_desktop import seal
from baitao_desktop.domain.errors import Cancelled, UserFacingError
from baitao_desktop.domain.ops import NewOp, OpKind, PersonId, derived_id
from baitao_desktop.domain.query import Query
from baitao_desktop.storage import installation
from baitao_desktop.storage import place as places
from baitao_desktop.storage.store import Store, create, restore, slots, unlock
from storage_kit import FORM, HERE, LAW, RECS, WHO, cabinet, hand, new_tip, picture, project, put, reopened

PERSON = PersonId(derived_id("person", "zhang"))


def test_a_new_cabinet_opens_with_password_and_recovery_code(tmp_path: Path) -> None:
    place, config = tmp_path / "1", tmp_path / "config"
    first = seal.password("diyige-kouling")
    store, code = create(
        place, secret=first, person=PERSON, label="张某某", project=project, law=LAW, config=config
    )  # fmt: skip
    put(store, new_tip(RECS[0], biaoti="甲"))
    device = store.device
    store.close()
    assert [(s.kind, s.label, s.person) for s in slots(place)] == [
        ("password", "张某某", PERSON),
        ("recovery", "恢复码", ""),
    ]
    store = unlock(place, secret=first, project=project, law=LAW, config=config, slot=slots(place)[0].id)
    assert (store.person, store.label, store.recovered) == (PERSON, "张某某", False)
    assert (store.device, store.replaces) == (device, ())
    store.add_password(PersonId(""), "李某某", seal.password("dierge-kouling"))
    store.change_password(first, seal.password("xin-kouling"))
    with pytest.raises(UserFacingError, match="S01"):
        store.change_password(first, seal.password("x"))
    renewed = store.new_recovery_code()
    store.close()
    for secret, opens in (
        (first, False), (seal.password("xin-kouling"), True), (seal.password("dierge-kouling"), True),
        (seal.recovery(code), False), (seal.recovery(renewed), True),
    ):  # fmt: skip
        if opens:
            store = unlock(place, secret=secret, project=project, law=LAW, config=config)
            assert store.recovered == (secret.kind == "recovery")
            with store.reading() as r:
                assert r.get(RECS[0]).answers == {"biaoti": "甲"}
            store.close()
        else:
            with pytest.raises(UserFacingError, match="S01"):
                unlock(place, secret=secret, project=project, law=LAW, config=config)
    text = (place / "keyslots.json").read_text("utf-8")
    assert renewed not in text
    assert "kouling" not in text


def test_the_last_password_stays(tmp_path: Path) -> None:
    store = cabinet(tmp_path / "1")
    (only,) = [s for s in slots(store.place) if s.kind == "password"]
    with pytest.raises(UserFacingError, match="S11"):
        store.drop_slot(only.id)
    store.add_password(PERSON, "李某某", seal.password("dierge-kouling"))
    store.drop_slot(only.id)
    assert [s.label for s in slots(store.place)] == ["恢复码", "李某某"]
    store.close()


def test_nothing_stands_in_clear(tmp_path: Path) -> None:
    store = cabinet(tmp_path / "1")
    put(store, new_tip(RECS[0], biaoti="KANARI-PLAINTEXT-7"))
    store.draft_save("d1", WHO, FORM, "1", "", "KANARI-PLAINTEXT-7", 1)
    store.backup(tmp_path / "b")
    for path in [*tmp_path.rglob("*.db*")]:
        assert b"KANARI" not in path.read_bytes(), path
    store.close()


def _again(place: Path) -> Store:
    return reopened(place)


def test_reopening_in_place_keeps_the_device(tmp_path: Path) -> None:
    store = cabinet(tmp_path / "1")
    device, replaces = store.device, store.replaces
    for n in range(3):
        put(store, new_tip(derived_id(str(n)), biaoti="甲"))
        store.close()
        store = _again(tmp_path / "1")
        assert (store.device, store.replaces) == (device, replaces)
    store.close()


def test_a_copy_is_another_device(tmp_path: Path) -> None:
    store = cabinet(tmp_path / "1")
    put(store, new_tip(RECS[0], biaoti="甲"))
    store.close()
    shutil.copytree(tmp_path / "1", tmp_path / "2")
    copy, original = _again(tmp_path / "2"), _again(tmp_path / "1")
    assert original.device == store.device
    assert copy.device != store.device
    assert copy.replaces == (*store.replaces, store.device)
    put(copy, NewOp(RECS[0], FORM, HERE, OpKind.SET, "biaoti", "乙"))
    put(original, NewOp(RECS[0], FORM, HERE, OpKind.SET, "biaoti", "丙"))
    hand(copy, original)
    hand(original, copy)
    assert picture(copy) == picture(original)
    with copy.reading() as r:
        assert [c.fld for c in r.get(RECS[0]).conflicts] == ["biaoti"]
    copy.close()
    original.close()


@pytest.mark.parametrize("change", ["machine", "none", "rubbish"])
def test_another_machine_or_no_mark_is_another_device(tmp_path: Path, change: str) -> None:
    store = cabinet(tmp_path / "1")
    store.close()
    mark = tmp_path / "1" / "config" / places.MARK
    if change == "machine":
        mark.write_text(json.dumps({**json.loads(mark.read_text()), "machine": "x"}))
    elif change == "none":
        mark.unlink()
    else:
        mark.write_text("[]")
    other = _again(tmp_path / "1")
    assert other.device != store.device
    assert other.replaces[-1] == store.device
    other.close()


def test_an_older_file_put_back_by_hand_is_another_device(tmp_path: Path) -> None:
    """It would give the numbers out again that others have already seen."""
    store = cabinet(tmp_path / "1")
    put(store, new_tip(RECS[0], biaoti="甲"))
    store.close()
    old = (tmp_path / "1" / "desk.db").read_bytes()
    store = _again(tmp_path / "1")
    put(store, NewOp(RECS[0], FORM, HERE, OpKind.SET, "biaoti", "乙"))
    store.close()
    (tmp_path / "1" / "desk.db").write_bytes(old)
    other = _again(tmp_path / "1")
    assert other.device != store.device
    other.close()


def _killed(store: Store, *ops: NewOp) -> None:
    """Write, and be cut off: nothing is tidied up."""
    put(store, *ops)
    store._engine.dispose()
    store._side.dispose()
    store._lock.release()


def test_a_folder_put_back_after_a_power_cut_is_another_device(tmp_path: Path) -> None:
    """The mark learns how far the cabinet had come when it is closed, which a killed one never is."""
    place, config = tmp_path / "1", tmp_path / "config"
    cabinet(place).close()
    store = reopened(place, config=config)
    device = store.device
    store.close()
    shutil.copytree(place, tmp_path / "saved")
    _killed(reopened(place, config=config), new_tip(RECS[0], biaoti="甲"))
    shutil.rmtree(place)
    shutil.copytree(tmp_path / "saved", place)
    back = reopened(place, config=config)
    assert back.device != device
    assert back.replaces[-1] == device
    back.close()
    again = reopened(place, config=config)
    assert again.device == back.device
    again.close()


@pytest.mark.parametrize("cut", ["before", "between", "after"])
def test_an_opening_that_was_cut_off_anywhere_keeps_the_device(
    tmp_path: Path, cut: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = cabinet(tmp_path / "1")
    store.close()
    written: list[int] = []
    write_mark = installation.write_mark

    def failing(config: Path, mark: installation.Mark) -> None:
        written.append(len(mark.sessions))
        if (cut, len(mark.sessions)) == ("before", 2):
            raise KeyboardInterrupt
        if (cut, len(mark.sessions)) == ("after", 1):
            raise KeyboardInterrupt
        write_mark(config, mark)
        if (cut, len(mark.sessions)) == ("between", 2):
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(installation, "write_mark", failing)
        opened = Store(
            tmp_path / "1", store._key, places.Lock(tmp_path / "1"), slot={}, project=project, law=LAW,
            config=tmp_path / "1" / "config",
        )  # fmt: skip
        with pytest.raises(KeyboardInterrupt):
            opened.catch_up()
    opened.close()
    assert written == ([2, 1] if cut == "after" else [2])
    again = _again(tmp_path / "1")
    assert (again.device, again.warnings) == (store.device, ())
    again.close()


def test_a_mark_that_cannot_be_written_is_told_and_the_cabinet_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = cabinet(tmp_path / "1")
    store.close()

    def full(_config: Path, _mark: installation.Mark) -> None:
        raise UserFacingError("S91", "磁盘已满。")

    with monkeypatch.context() as patch:
        patch.setattr(installation, "write_mark", full)
        opened = _again(tmp_path / "1")
    assert (opened.device, opened.warnings) == (store.device, ("磁盘已满。",))
    opened.close()
    again = _again(tmp_path / "1")
    assert (again.device, again.warnings) == (store.device, ())
    again.close()


def test_a_backup_carries_the_callback_key(tmp_path: Path) -> None:
    store = cabinet(tmp_path / "1")
    (tmp_path / "1" / "callback.key").write_text("{}")
    kept = store.backup(tmp_path / "b")
    store.close()
    assert (kept / "callback.key").read_text() == "{}"
    assert restore(kept, tmp_path / "2") is None
    assert (tmp_path / "2" / "callback.key").read_text() == "{}"
    # 原来的钥匙与备份里的不同：挪开留着；备份里没有：原来的不动
    (tmp_path / "1" / "callback.key").write_text("[]")
    aside = restore(kept, tmp_path / "1")
    assert aside is not None
    assert (aside / "callback.key").read_text() == "[]"
    assert (tmp_path / "1" / "callback.key").read_text() == "{}"
    (kept / "callback.key").unlink()
    with pytest.raises(UserFacingError, match="S13"):
        restore(kept, tmp_path / "1")
    (kept / places.SUMS).unlink()
    restore(kept, tmp_path / "1")
    assert (tmp_path / "1" / "callback.key").read_text() == "{}"


def test_backup_and_restore(tmp_path: Path) -> None:
    store = cabinet(tmp_path / "1")
    put(store, new_tip(RECS[0], biaoti="甲", lure="A"))
    sha = store.blob_put(io.BytesIO(b"photo"), "image/jpeg")
    store.draft_save("d1", WHO, FORM, "1", "", "{}", 5)
    told: list[str] = []
    kept = store.backup(tmp_path / "备份" / "2022-06-01", progress=lambda what, _done, _of: told.append(what))
    assert kept == tmp_path / "备份" / "2022-06-01"
    assert sorted(p.name for p in kept.iterdir()) == ["backup.json", "desk.db", "keyslots.json", "side.db"]
    assert "正在备份" in told
    assert store.backup(kept).name == "2022-06-01(2)"
    seen, device = picture(store), store.device
    put(store, new_tip(RECS[1], biaoti="备份之后"))
    later = picture(store)
    hand(store, office := cabinet(tmp_path / "office"))
    store.close()

    aside = restore(kept, tmp_path / "1")
    assert aside is not None
    assert (aside / "desk.db").exists()
    back = _again(tmp_path / "1")
    assert back.device != device
    assert back.replaces[-1] == device
    assert picture(back) == seen
    assert back.blob_has(sha)
    assert [d.id for d in back.drafts(WHO)] == ["d1"]
    put(back, NewOp(RECS[0], FORM, HERE, OpKind.SET, "lure", "B"))
    hand(office, back)
    hand(back, office)
    assert picture(back) == picture(office)
    assert set(picture(back)["rows"]) == set(later["rows"])
    back.close()
    office.close()
    again = _again(tmp_path / "1")
    assert again.device == back.device
    again.close()
    assert restore(kept, tmp_path / "elsewhere") is None


def test_a_backup_restored_the_same_minute_is_another_device(tmp_path: Path) -> None:
    """Nothing was written since, so no number tells it apart: the mark in the backup does."""
    store = cabinet(tmp_path / "1")
    kept = store.backup(tmp_path / "b")
    store.close()
    restore(kept, tmp_path / "1")
    back = _again(tmp_path / "1")
    assert back.device != store.device
    back.close()
    again = _again(tmp_path / "1")
    assert again.device == back.device
    again.close()


def test_the_settings_that_durability_rests_on(tmp_path: Path) -> None:
    """WAL + FULL lost nothing in 320 power cuts, NORMAL lost 107 acknowledged commits (storage §6)."""
    store = cabinet(tmp_path / "1")
    wanted = {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "foreign_keys": 1, "mmap_size": 0,
              "trusted_schema": 0, "cell_size_check": 1, "temp_store": 2}  # fmt: skip
    for engine in (store._engine, store._side):
        with engine.connect() as db:
            said = {name: db.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}
        assert said == wanted
    store.close()


def test_another_law_rebuilds_with_progress_or_not_at_all(tmp_path: Path) -> None:
    store = cabinet(tmp_path / "1")
    put(store, new_tip(RECS[0], biaoti="甲"), new_tip(RECS[1], biaoti="乙"))
    seen = picture(store)
    with store._transaction() as db:
        db.exec_driver_sql("UPDATE head SET title = '旧'")
        db.exec_driver_sql("DELETE FROM facet")
    store.close()
    same = _again(tmp_path / "1")
    assert picture(same) != seen
    same.close()

    def stop(_what: str, _done: int, _of: int) -> None:
        raise Cancelled

    store = Store(
        tmp_path / "1", same._key, places.Lock(tmp_path / "1"), slot={}, project=project, law="test/2",
        config=tmp_path / "1" / "config",
    )  # fmt: skip
    with pytest.raises(Cancelled):
        store.catch_up(stop)
    assert picture(store) != seen
    told: list[tuple[str, int, int]] = []
    store.catch_up(lambda *said: told.append(said))
    assert told[-1] == ("正在重建列表", 2, 2)
    assert picture(store) == seen
    store.relearn(project, "test/3")
    store.rebuild(FORM)
    assert picture(store) == seen
    with store.reading() as r:
        assert r.count(Query(text="乙")) == 1
    store.close()
    told.clear()
    store = reopened(tmp_path / "1", law="test/3")
    assert picture(store) == seen
    store.close()
