"""Photos kept, their originals with them, known again, copied into a group."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageStat

from baitao_desktop.actions import backups, group_photos, originals, photos, records
from baitao_desktop.actions import desk as desks
from baitao_desktop.actions.desk import Desk
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import Json, RecordId
from conftest import MakeDesk
from photos_kit import HEIC, camera_jpeg, halves, near, stored


def keep(desk: Desk, source: Path | bytes, *, original: bool = False) -> dict[str, Any]:
    answer = photos.keep_photo(desk, source, original=original)
    assert isinstance(answer, dict)
    return answer


@pytest.fixture
def shot(tmp_path: Path) -> Path:
    path = tmp_path / "IMG_老王家.jpg"
    path.write_bytes(camera_jpeg(turn=6))
    return path


def publicity(desk: Desk, *shots: Json, day: str = "2022-05-17") -> RecordId:
    said: Mapping[str, Json] = {
        "huodong_riqi": day, "suozai_cunshe": "DZZ203", "didian": "二组院坝", "zaiti": ["guangbo"], "xingshi": "xianxia",
        "neirong": "讲了三个套路", "zhaopian": list(shots),
    }  # fmt: skip
    return records.submit(desk, "xuanchuan", said).value


def test_a_photo_is_turned_shrunk_and_named_without_its_name(make_desk: MakeDesk, shot: Path) -> None:
    desk = make_desk("麦子坪村")
    answer = keep(desk, shot)
    assert set(answer) == {"blob", "name", "taken"}
    assert answer["taken"] == "2022-05-17T08:30+08:00" and "老王" not in str(answer)
    with Image.open(io.BytesIO(stored(desk, answer["blob"]))) as kept:
        assert kept.size == (1200, 1600)
    assert photos.small_photo(desk, answer)
    assert keep(desk, shot) == answer


def test_the_untouched_file_of_an_inspection_photo_is_kept_and_found(
    make_desk: MakeDesk, shot: Path, tmp_path: Path
) -> None:
    desk = make_desk("市场监管所")
    answer = keep(desk, shot, original=True)
    data = shot.read_bytes()
    assert answer["original"] == hashlib.sha256(data).hexdigest() and stored(desk, answer["original"]) == data
    assert originals.original_at(desk, answer) == "原图在本机"
    made = originals.save_original(desk, answer, tmp_path).value
    assert made.read_bytes() == data and made.name == f"原图_202205170830_{answer['original'][:8]}.jpg"
    assert originals.save_original(desk, answer, tmp_path).value != made
    shot.write_bytes(HEIC.read_bytes())
    apple = keep(desk, shot, original=True)
    assert originals.save_original(desk, apple, tmp_path).value.read_bytes() == HEIC.read_bytes()
    # 粘贴来的没有原图；宣传照片不留
    assert "original" not in keep(desk, data, original=True) and "original" not in keep(desk, shot)
    for form in ("jiancha_yl", "wenti"):
        assert photos.keeps_originals(desk.forms[form])
    assert not photos.keeps_originals(desk.forms["xuanchuan"])


def test_an_original_that_is_elsewhere_is_told(make_desk: MakeDesk, tmp_path: Path) -> None:
    desk = make_desk("专项办")
    answer = {"blob": "ab" * 32, "name": "照片.jpg", "original": "cd" * 32}
    assert originals.original_at(desk, answer) == "原图在检查单位的电脑上"
    with pytest.raises(UserFacingError, match="原图在检查单位的电脑上") as trouble:
        originals.save_original(desk, answer, tmp_path)
    assert trouble.value.code == "A69"
    with pytest.raises(UserFacingError, match="没有留原图"):
        originals.save_original(desk, {"blob": "ab" * 32}, tmp_path)
    assert originals.original_at(desk, {"blob": "ab" * 32}) == originals.original_at(desk, None) == ""


def test_originals_are_in_the_backup_and_in_the_open_files(make_desk: MakeDesk, shot: Path, tmp_path: Path) -> None:
    desk = make_desk("市场监管所")
    answer = keep(desk, shot, original=True)
    publicity(desk, answer)
    out = backups.open_out(desk, tmp_path / "导出").value
    assert (out / "原图" / f"{answer['original']}.jpg").read_bytes() == shot.read_bytes()
    copy = backups.back_up(desk, tmp_path / "备份").value
    assert (copy / "side.db").stat().st_size > shot.stat().st_size


def test_what_no_paper_names_any_more_goes_at_the_next_login(make_desk: MakeDesk, shot: Path) -> None:
    desk = make_desk("市场监管所")
    named, dropped = keep(desk, shot, original=True), keep(desk, camera_jpeg((300, 200)))
    publicity(desk, named)
    assert desk.store.blob_has(dropped["blob"])
    known = desks.load_rules(desk.places.cache)
    desks.seat(desk.places, desk.store, known, clock=desk.now)
    assert not desk.store.blob_has(dropped["blob"])
    assert desk.store.blob_has(named["blob"]) and desk.store.blob_has(named["original"])


def test_a_photo_used_before_is_pointed_out(make_desk: MakeDesk, shot: Path) -> None:
    desk = make_desk("麦子坪村")
    answer = keep(desk, shot)
    assert originals.used_before(desk, answer) == ""
    first = publicity(desk, answer)
    no = records.look(desk, first).no
    assert originals.used_before(desk, answer) == f"5月18日已用过（编号{no}）"
    assert originals.used_before(desk, answer, but=first) == ""
    # 同一个原图，缩小后的不同（程序换了版本）
    checked = keep(desk, shot, original=True)
    other = {**checked, "blob": "ab" * 32}
    second = publicity(desk, checked)
    assert no in originals.used_before(desk, other) or records.look(desk, second).no in originals.used_before(
        desk, other
    )
    records.void(desk, first, reason="填错")
    records.void(desk, second, reason="填错")
    assert originals.used_before(desk, answer) == originals.used_before(desk, other) == ""
    assert originals.used_before(desk, None) == originals.used_before(desk, {"name": "x"}) == ""


def test_photos_for_the_group_carry_time_village_and_activity(make_desk: MakeDesk, shot: Path) -> None:
    desk = make_desk("麦子坪村")
    said, silent = keep(desk, shot), keep(desk, camera_jpeg((800, 600), taken=""))
    view = records.look(desk, publicity(desk, said, silent, {"blob": "ab" * 32, "name": "照片.jpg"}))
    assert group_photos.strip_text(desk, view, said) == "2022年5月17日 08:30 · 麦子坪村 · 宣传活动"
    assert group_photos.strip_text(desk, view, silent) == "2022年5月17日 · 麦子坪村 · 宣传活动"
    made = group_photos.group_photos(desk, view).value
    assert len(made) == 2
    with Image.open(made[1]) as copied:
        assert copied.width == 800 and 620 < copied.height < 700 and not copied.getexif()
        assert near(copied.getpixel((100, 590)), (200, 30, 30))
        strip = copied.crop((0, 600, 800, copied.height)).convert("L")
        assert strip.getextrema()[0] < 90  # type: ignore[operator]
    narrow = Image.open(io.BytesIO(group_photos.with_strip(stored(desk, said["blob"]), "很长的村名和活动 · " * 8)))
    assert narrow.width == 1200 and narrow.height > 1700
    fresh = group_photos.group_photos(desk, view).value
    assert sorted(fresh[0].parent.iterdir()) == sorted(fresh)


def test_a_covered_face_cannot_be_known_again(make_desk: MakeDesk) -> None:
    desk = make_desk("麦子坪村")
    grain = Image.effect_noise((400, 300), 90).convert("RGB")
    out = io.BytesIO()
    grain.save(out, "JPEG", quality=95)
    said = keep(desk, out.getvalue())
    view = records.look(desk, publicity(desk, said))
    kept = stored(desk, said["blob"])
    (made,) = group_photos.group_photos(desk, view, covered={said["blob"]: [(0.5, 0.5, 0.25, 0.25)]}).value
    with Image.open(made) as copied:
        inside, beside = copied.crop((104, 79, 196, 146)).convert("L"), copied.crop((220, 79, 312, 146)).convert("L")
        assert ImageStat.Stat(inside).stddev[0] < ImageStat.Stat(beside).stddev[0] / 3
    assert stored(desk, said["blob"]) == kept, "本机存的不变"
    group_photos.group_photos(desk, view, covered={said["blob"]: [(2.0, 2.0, 3.0, 3.0), (0.1, 0.1, 0.1, 0.1)]})


def test_nine_at_most_and_none_is_told(make_desk: MakeDesk) -> None:
    desk = make_desk("麦子坪村")
    many = [keep(desk, camera_jpeg((100 + n, 80))) for n in range(11)]
    view = records.look(desk, publicity(desk, *many, many[0]))
    assert len(group_photos.group_photos(desk, view).value) == 9
    empty = records.look(desk, publicity(desk, {"blob": "ab" * 32, "name": "照片.jpg"}))
    with pytest.raises(UserFacingError, match="还没有收到"):
        group_photos.group_photos(desk, empty)


def test_photos_of_a_record_stand_in_its_forms_order_without_signatures(make_desk: MakeDesk) -> None:
    form = make_desk("市场监管所").forms["jiancha_wx"]
    a, b, c = ({"blob": digit * 64, "name": "照片.jpg"} for digit in "abc")
    answers: dict[str, Json] = {
        "qianzi_zhaopian": [c], "xm[WX-02]/zhaopian": [b], "qianming_jiancha": a, "jietu": [a], "neirong": "照片",
    }  # fmt: skip
    assert [(path, shot["blob"][0]) for path, shot in photos.photos_in(form, answers)] == [  # type: ignore[index]
        ("jietu", "a"), ("xm[WX-02]/zhaopian", "b"), ("qianzi_zhaopian", "c"),
    ]  # fmt: skip


def test_what_is_no_photo_is_told(make_desk: MakeDesk, tmp_path: Path) -> None:
    desk = make_desk("麦子坪村")
    path = tmp_path / "表格.jpg"
    path.write_bytes(b"PK\x03\x04 not a photo")
    with pytest.raises(UserFacingError, match="不是照片"):
        photos.keep_photo(desk, path, original=True)
    assert not desk.store._held()
    with pytest.raises(UserFacingError, match="40MB"):
        photos.keep_photo(desk, bytes(photos.LARGEST + 1))
    for gone in (tmp_path / "没有.jpg", tmp_path):
        with pytest.raises(UserFacingError):
            photos.keep_photo(desk, gone)
    assert photos.small_photo(desk, {"blob": "0" * 64}) == photos.small_photo(desk, "乱写") == b""
    strange = desk.store.blob_put(io.BytesIO(b"no picture at all"), "application/octet-stream")
    assert photos.small_photo(desk, {"blob": strange}) == b""


def test_a_pasted_picture_is_kept(make_desk: MakeDesk) -> None:
    desk = make_desk("麦子坪村")
    out = io.BytesIO()
    halves().save(out, "PNG")
    answer = keep(desk, out.getvalue(), original=True)
    assert set(answer) == {"blob", "name"} and photos.small_photo(desk, answer)


def test_any_other_file_is_kept_without_its_name(make_desk: MakeDesk, tmp_path: Path) -> None:
    desk = make_desk("麦子坪村")
    path = tmp_path / "测甲某的录音.MP3"
    path.write_bytes(b"sound")
    answer = photos.keep_file(desk, path)
    assert isinstance(answer, dict)
    assert answer["name"] == "附件.mp3" and photos.whole_photo(desk, answer) == b"sound"
