"""What the surroundings do to a cabinet: each trouble is a sentence, and nothing is lost or half done."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from baitao_desktop import seal
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import NewOp, OpKind, derived_id
from baitao_desktop.domain.query import Query
from baitao_desktop.storage import place as places
from baitao_desktop.storage import troubles
from baitao_desktop.storage.store import create, restore, slots, unlock
from storage_kit import (
    FORM,
    HERE,
    LAW,
    NOW,
    RECS,
    SECRET,
    WHO,
    cabinet,
    new_tip,
    picture,
    project,
    put,
    reopened,
    run_child,
)


def _unlock(place: Path, **other: object) -> object:
    return unlock(place, secret=SECRET, project=project, law=LAW, config=place / "config", **other)  # type: ignore[arg-type]


def _code(caught: pytest.ExceptionInfo[UserFacingError]) -> str:
    assert caught.value.text.endswith("。")
    return caught.value.code


def test_a_wrong_password_opens_nothing_and_locks_nothing(tmp_path: Path) -> None:
    cabinet(tmp_path / "1").close()
    for secret in (seal.password("bu-dui-2022"), seal.recovery(seal.new_recovery_code())):
        with pytest.raises(UserFacingError) as caught:
            unlock(tmp_path / "1", secret=secret, project=project, law=LAW, config=tmp_path / "1" / "config")
        assert _code(caught) == "S01"
        assert "ceshi" not in str(caught.value)
    reopened(tmp_path / "1").close()


def test_a_second_opener_is_told_who_has_it(tmp_path: Path) -> None:
    store = cabinet(tmp_path / "1")
    with pytest.raises(UserFacingError) as caught:
        _unlock(tmp_path / "1")
    assert _code(caught) == "S03"
    assert str(os.getpid()) in caught.value.text
    store.close()
    reopened(tmp_path / "1").close()


def test_no_cabinet_no_keys_no_desk(tmp_path: Path) -> None:
    with pytest.raises(UserFacingError) as caught:
        slots(tmp_path)
    assert _code(caught) == "S02"
    cabinet(tmp_path / "1").close()
    (tmp_path / "1" / "desk.db").unlink()
    with pytest.raises(UserFacingError) as caught:
        _unlock(tmp_path / "1")
    assert _code(caught) == "S02"
    assert not (tmp_path / "1" / "desk.db").exists()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"format":1}', '{"format":1,"slots":[1]}', '{"format":"x","slots":[]}']
)
def test_a_damaged_key_file_is_named(tmp_path: Path, text: str) -> None:
    cabinet(tmp_path / "1").close()
    (tmp_path / "1" / "keyslots.json").write_text(text)
    with pytest.raises(UserFacingError) as caught:
        _unlock(tmp_path / "1")
    assert _code(caught) == "S02"
    assert "keyslots.json" in caught.value.text


def test_a_newer_format_is_left_alone(tmp_path: Path) -> None:
    store = cabinet(tmp_path / "1")
    with store._transaction() as db:
        db.exec_driver_sql("UPDATE meta SET v = '99' WHERE k = 'format'")
    store.close()
    with pytest.raises(UserFacingError) as caught:
        _unlock(tmp_path / "1")
    assert _code(caught) == "S05"
    (tmp_path / "1" / "keyslots.json").write_text('{"format":2,"slots":[]}')
    with pytest.raises(UserFacingError) as caught:
        _unlock(tmp_path / "1")
    assert _code(caught) == "S05"


def _filled(place: Path) -> None:
    store = cabinet(place)
    put(store, *(new_tip(derived_id(str(n)), miaoshu="保健品讲座" * 60) for n in range(200)))
    store.close()


@pytest.mark.parametrize("keep", [0, 10, 4096, 20_000])
def test_a_truncated_cabinet_is_named(tmp_path: Path, keep: int) -> None:
    _filled(tmp_path / "1")
    desk = tmp_path / "1" / "desk.db"
    os.truncate(desk, keep)
    with pytest.raises(UserFacingError) as caught:
        store = reopened(tmp_path / "1")
        try:
            with store.reading() as r:
                list(r.records(Query()))
        finally:
            store.close()
    assert _code(caught) == "S02"
    assert desk.stat().st_size == keep


@pytest.mark.parametrize("at", [5, 30, 100, 5000])
def test_an_altered_cabinet_is_found(tmp_path: Path, at: int) -> None:
    _filled(tmp_path / "1")
    desk = tmp_path / "1" / "desk.db"
    data = bytearray(desk.read_bytes())
    data[at] ^= 1
    desk.write_bytes(data)
    with pytest.raises(UserFacingError) as caught:
        store = reopened(tmp_path / "1")
        try:
            store.verify(full=True)
        finally:
            store.close()
    assert _code(caught) == "S02"


def test_the_audit_names_an_altered_page_deep_inside(tmp_path: Path) -> None:
    _filled(tmp_path / "1")
    desk = tmp_path / "1" / "desk.db"
    data = bytearray(desk.read_bytes())
    data[len(data) - 5000] ^= 1
    desk.write_bytes(data)
    store = reopened(tmp_path / "1")
    try:
        findings = store.verify(full=False)
    except UserFacingError as error:
        findings = [error.text]
    store.close()
    assert findings
    assert all(f.endswith("。") for f in findings)


def test_the_audit_finds_what_a_keyholder_altered(tmp_path: Path) -> None:
    _filled(tmp_path / "1")
    store = reopened(tmp_path / "1")
    assert store.verify(full=True) == []
    with store._transaction() as db:
        db.exec_driver_sql("UPDATE op SET val = '{}' WHERE seq = 7")
    assert len(store.verify(full=False)) == 1
    assert len(store.verify(full=True)) == 2
    with store._transaction() as db:
        db.exec_driver_sql("DELETE FROM op WHERE seq > 100")
    assert len(store.verify(full=False)) == 2
    store.close()


def test_a_read_only_folder_is_named() -> None:
    """In a child that is nobody (root may write everywhere), in a folder that only its owner may write."""
    folder = Path(tempfile.mkdtemp(prefix="readonly_"))
    folder.chmod(0o755)
    try:
        cabinet(folder / "1").close()
        before = {p.name: p.read_bytes() for p in (folder / "1").iterdir() if p.is_file()}
        for path in (folder / "1").rglob("*"):
            path.chmod(0o555 if path.is_dir() else 0o444)
        (folder / "1").chmod(0o555)
        done = run_child(f"""
import os
from pathlib import Path
from storage_kit import *
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.storage.store import create, unlock
place = Path({str(folder)!r})
cabinet(Path({str(folder)!r}) / "other").close()
if os.geteuid() == 0:
    os.setuid(65534)
ways = dict(secret=SECRET, project=project, law=LAW)
for act in (
    lambda: unlock(place / "1", config=place / "1" / "config", **ways),
    lambda: create(place / "1" / "new", person=WHO, label="", config=place, **ways),
):
    try:
        act()
    except UserFacingError as error:
        print(error.code)
""")
        assert done.stdout.split() == ["S04", "S04"], done.stderr
        assert {p.name: p.read_bytes() for p in (folder / "1").iterdir() if p.is_file()} == before
    finally:
        (folder / "1").chmod(0o755)
        shutil.rmtree(folder)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UserFacingError) as caught:
        create(
            tmp_path / "file" / "1", secret=SECRET, person=WHO, label="张某某", project=project, law=LAW,
            config=tmp_path,
        )  # fmt: skip
    assert _code(caught) == "S04"


def test_there_is_one_already(tmp_path: Path) -> None:
    cabinet(tmp_path / "1").close()
    before = (tmp_path / "1" / "keyslots.json").read_bytes()
    with pytest.raises(UserFacingError) as caught:
        create(tmp_path / "1", secret=SECRET, person=WHO, label="", project=project, law=LAW, config=tmp_path)
    assert _code(caught) == "S08"
    assert (tmp_path / "1" / "keyslots.json").read_bytes() == before


@pytest.mark.parametrize("name", ["OneDrive", "我的坚果云", "Dropbox", "WPS云盘"])
def test_synced_folders_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserFacingError) as caught:
        create(tmp_path / name / "1", secret=SECRET, person=WHO, label="", project=project, law=LAW, config=tmp_path)
    assert _code(caught) == "S06"
    assert not (tmp_path / name).exists()


def test_mounts_are_judged() -> None:
    table = "\n".join(
        [
            "/dev/sda1 / ext4 rw 0 0",
            "/dev/sdb1 /media/u/U\\040PAN vfat rw 0 0",
            "//srv/share /mnt/gx cifs rw 0 0",
            "tmpfs /mnt/gx/in tmpfs rw 0 0",
            "坏行",
        ]
    )
    assert "U盘" in places.judge_mount("/media/u/U PAN/资料", table)
    assert "网络" in places.judge_mount("/mnt/gx/a", table)
    assert not places.judge_mount("/mnt/gx/in/a", table)
    assert not places.judge_mount("/mnt/gxx", table)
    assert not places.judge_mount("/home/u", "")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("database or disk is full", "S07"),
        ("file is not a database", "S02"),
        ("database disk image is malformed", "S02"),
        ("attempt to write a readonly database", "S04"),
        ("unable to open database file", "S04"),
        ("database is locked", "S09"),
        ("disk I/O error", "S10"),
    ],
)
def test_what_the_database_says_becomes_a_sentence(said: str, code: str) -> None:
    sentence = troubles.explain(Path("资料"), said)
    assert sentence is not None
    assert sentence.code == code
    assert troubles.explain(Path("x"), "no such column: y") is None


def test_a_full_disk_undoes_the_act_and_keeps_the_rest(tmp_path: Path) -> None:
    """RLIMIT_FSIZE in a child stands for the full disk: writes beyond the limit fail."""
    _filled(tmp_path / "1")
    seen = _seen(tmp_path / "1")
    size = (tmp_path / "1" / "desk.db").stat().st_size
    script = f"""
import resource, signal, sys
from pathlib import Path
from storage_kit import *
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = reopened(Path({str(tmp_path / "1")!r}), key=bytes.fromhex({_key(tmp_path / "1").hex()!r}))
resource.setrlimit(resource.RLIMIT_FSIZE, ({size} // 2, resource.RLIM_INFINITY))
from baitao_desktop.domain.errors import UserFacingError
try:
    put(store, *(new_tip(derived_id('more', str(n)), miaoshu='理财' * 500) for n in range(400)))
except UserFacingError as error:
    print(error.code)
"""
    done = run_child(script)
    assert done.stdout.strip() in ("S07", "S10"), done.stderr
    assert _seen(tmp_path / "1") == seen


def test_a_full_disk_leaves_no_half_backup(tmp_path: Path) -> None:
    _filled(tmp_path / "1")
    size = (tmp_path / "1" / "desk.db").stat().st_size
    done = run_child(f"""
import resource, signal
from pathlib import Path
from storage_kit import *
from baitao_desktop.domain.errors import UserFacingError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = reopened(Path({str(tmp_path / "1")!r}), key=bytes.fromhex({_key(tmp_path / "1").hex()!r}))
resource.setrlimit(resource.RLIMIT_FSIZE, ({size} // 2, resource.RLIM_INFINITY))
try:
    store.backup(Path({str(tmp_path / "b")!r}))
except UserFacingError as error:
    print(error.code)
""")
    assert done.stdout.strip() in ("S07", "S10", "S91"), done.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["1"]


def _key(place: Path) -> bytes:
    store = reopened(place)
    store.close()
    return store._key


def _seen(place: Path) -> object:
    store = reopened(place)
    try:
        assert not store.verify(full=True)
        return picture(store)
    finally:
        store.close()


def test_kill_minus_nine_loses_nothing_promised(tmp_path: Path) -> None:
    """A child puts tips and says so after each; it is killed at different moments, and all it said must be there."""
    place = tmp_path / "1"
    cabinet(place).close()
    key = _key(place).hex()
    promised: set[str] = set()
    tests = Path(__file__).resolve().parents[1]
    for turn in range(4):
        script = f"""
import os
from pathlib import Path
from storage_kit import *
store = reopened(Path({str(place)!r}), key=bytes.fromhex({key!r}))
for n in range(10000):
    recs = [derived_id('{turn}', str(n), str(i)) for i in range(5)]
    put(store, *(new_tip(rec, biaoti='讲座') for rec in recs), NewOp(recs[0], FORM, HERE, OpKind.STEP, 'accept', {{}}))
    os.write(1, (','.join(recs) + '\\n').encode())
"""
        with subprocess.Popen(
            [sys.executable, "-c", script], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(tests)}
        ) as child:
            assert child.stdout is not None
            for _ in range(3 + turn * 4):
                promised |= set(child.stdout.readline().decode().strip().split(","))
            child.send_signal(signal.SIGKILL)
            # 杀掉之前已写进管道的，也是答应过的
            rest = child.stdout.read().decode().split("\n")[:-1]
            promised |= {rec for line in rest for rec in line.split(",")}
        store = reopened(place)
        with store.reading() as r:
            held = {str(record.id) for record in r.records(Query(sort="arrival"))}
            assert len(held) % 5 == 0
        assert promised - {""} <= held
        assert not store.verify(full=True)
        store.close()


def test_a_backup_onto_nothing_leaves_nothing(tmp_path: Path) -> None:
    store = cabinet(tmp_path / "1")
    (tmp_path / "file").write_text("x")
    with pytest.raises(UserFacingError):
        store.backup(tmp_path / "file" / "b")
    store.close()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["1", "file"]


def test_restore_refuses_what_is_no_backup_and_an_open_cabinet(tmp_path: Path) -> None:
    store = cabinet(tmp_path / "1")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserFacingError) as caught:
        restore(tmp_path / "empty", tmp_path / "2")
    assert _code(caught) == "S02"
    assert not (tmp_path / "2").exists()
    kept = store.backup(tmp_path / "b")
    with pytest.raises(UserFacingError) as caught:
        restore(kept, tmp_path / "1")
    assert _code(caught) == "S03"
    store.close()


def test_an_altered_backup_is_found_when_it_is_opened(tmp_path: Path) -> None:
    _filled(tmp_path / "1")
    store = reopened(tmp_path / "1")
    kept = store.backup(tmp_path / "b")
    store.close()
    data = bytearray((kept / "desk.db").read_bytes())
    data[100] ^= 1
    (kept / "desk.db").write_bytes(data)
    # 只有拷贝而没有备份时记下的摘要：没有钥匙看不出来
    (kept / places.SUMS).unlink()
    shutil.rmtree(tmp_path / "1")
    restore(kept, tmp_path / "1")
    with pytest.raises(UserFacingError) as caught:
        reopened(tmp_path / "1")
    assert _code(caught) == "S02"


def test_an_act_in_a_closed_moment_is_undone_by_any_error(tmp_path: Path) -> None:
    store = cabinet(tmp_path / "1")
    with pytest.raises(KeyboardInterrupt), store.writing(WHO, NOW) as w:
        w.put([new_tip(RECS[0], biaoti="甲"), NewOp(RECS[0], FORM, HERE, OpKind.STEP, "accept", {})])
        raise KeyboardInterrupt
    with store.reading() as r:
        assert not r.has(RECS[0])
    store.close()
