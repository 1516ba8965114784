"""Photos between two real desks: with their record, later than it, and what never goes along."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from baitao_desktop import paths, seal
from baitao_desktop.actions import bundles, originals, papers, photos, records, setup
from baitao_desktop.actions import desk as desks
from baitao_desktop.actions.desk import Desk
from baitao_desktop.domain.ops import RecordId
from conftest import PASSWORD, MakeDesk, fixed_clock, joined
from photos_kit import camera_jpeg, near


@pytest.fixture
def shot(tmp_path: Path) -> Path:
    path = tmp_path / "IMG_1.jpg"
    path.write_bytes(camera_jpeg())
    return path


def visit(desk: Desk, shot: Path) -> tuple[RecordId, dict[str, Any]]:
    answer = photos.keep_photo(desk, shot, original=True)
    assert isinstance(answer, dict)
    said = {
        "zoufang_riqi": "2022-05-17",
        "suozai_cunshe": "DZZ203",
        "changsuo_mingcheng": "村口小超市",
        "jianwen": ["wu"],
    }
    return records.submit(desk, "zoufang", {**said, "zhaopian": answer}).value, answer


def sent(desk: Desk, stick: Path, to: str = "") -> bundles.HandedOver:
    return bundles.hand_over(desk, stick, to=to).value


def members(desk: Desk, path: Path) -> list[str]:
    """What lies in a bundle, as its receiver opens it."""
    opened = io.BytesIO()
    with path.open("rb") as source:
        seal.decrypt_file(source, opened, desk.keys.age_identity)
    with zipfile.ZipFile(opened) as box:
        return [name for name in box.namelist() if name.startswith("blobs/")]


def test_a_photo_travels_and_its_original_stays(make_desk: MakeDesk, tmp_path: Path, shot: Path) -> None:
    village, office = joined(make_desk("麦子坪村"), make_desk("专项办"), tmp_path / "U盘")
    rec, answer = visit(village, shot)
    done = sent(village, tmp_path / "U盘")
    assert done.photos == 1 and members(office, done.path) == [f"blobs/{answer['blob']}"]
    preview = bundles.look_into(office, done.path)
    assert (preview.photos, preview.missing_photos) == (1, 0) and "照片1张" in preview.sentence
    bundles.take_in(office, done.path)
    assert records.look(office, rec).record.answers["zhaopian"] == answer
    with Image.open(io.BytesIO(photos.whole_photo(office, answer))) as came:
        assert near(came.getpixel((50, 50)), (200, 30, 30)) and not came.getexif()
    assert not office.store.blob_has(answer["original"]) and office.store.wanted() == frozenset()
    assert originals.original_at(office, answer) == originals.ELSEWHERE
    assert not office.store.verify(full=True)
    assert originals.used_before(office, answer) and originals.used_before(office, answer, but=rec) == ""
    # 就算对方点名要原图，也不给
    with village.store.writing(village.who.id, village.now()) as writer:
        writer.set_meta(f"want.{office.card.device}", answer["original"])
    again = sent(village, tmp_path / "U盘")
    assert members(office, again.path) == [f"blobs/{answer['blob']}"]
    bundles.take_in(office, again.path)
    assert not office.store.blob_has(answer["original"])


def test_a_photo_that_is_lost_on_the_way_comes_later(make_desk: MakeDesk, tmp_path: Path, shot: Path) -> None:
    stick = tmp_path / "U盘"
    where = paths.places(tmp_path / "专项办的资料")
    first = setup.found(
        where, unit="专项办", person="测某某", password=seal.password(PASSWORD), clock=fixed_clock(),
        callback_passphrase=seal.password("huifang456"),
    ).desk  # fmt: skip
    village, office = joined(make_desk("麦子坪村"), first, stick)
    rec, answer = visit(village, shot)
    bundles.take_in(office, sent(village, stick).path)
    desks.leave(office)
    # 专项办的附件库坏了：记录都在，照片都待补
    (where.data / "side.db").unlink()
    office = desks.open_desk(where, seal.password(PASSWORD), clock=fixed_clock())
    try:
        assert office.store.wanted() == {answer["blob"]} and photos.small_photo(office, answer) == b""
        without = papers.record_pdf(office, rec)
        bundles.take_in(village, sent(office, stick, "DZZ203").path)
        late = sent(village, stick)
        assert late.photos == 1
        preview = bundles.look_into(office, late.path)
        assert not preview.nothing_new and preview.photos == 1 and "照片1张" in preview.sentence
        done = bundles.take_in(office, late.path)
        assert rec in done.changed
        assert photos.small_photo(office, answer) and office.store.wanted() == frozenset()
        assert len(papers.record_pdf(office, rec)) > len(without) + 1000
        assert bundles.look_into(office, late.path).nothing_new
    finally:
        desks.leave(office)


def test_a_bundle_without_its_photo_says_so_and_only_late_ones_are_taken(
    make_desk: MakeDesk, tmp_path: Path, shot: Path
) -> None:
    stick = tmp_path / "U盘"
    village, office = joined(make_desk("麦子坪村"), make_desk("专项办"), stick)
    rec, answer = visit(village, shot)
    data = photos.whole_photo(village, answer)
    with village.store._beside(write=True) as db:
        db.exec_driver_sql("DELETE FROM piece")
        db.exec_driver_sql("DELETE FROM blob")
    done = sent(village, stick)
    assert done.missing_photos == 1 and "另有1张照片待补" in done.sentence
    preview = bundles.look_into(office, done.path)
    assert (preview.photos, preview.missing_photos) == (0, 1) and "照片待补1张" in preview.sentence
    bundles.take_in(office, done.path)
    assert photos.small_photo(office, answer) == b"" and office.store.wanted() == {answer["blob"]}
    # 村里从备份找回了照片
    village.store.blob_put(io.BytesIO(data), "image/jpeg")
    bundles.take_in(village, sent(office, stick, "DZZ203").path)
    late = sent(village, stick)
    assert bundles.look_into(office, late.path).missing_photos == 0
    assert rec in bundles.take_in(office, late.path).changed
    assert photos.whole_photo(office, answer) == data
