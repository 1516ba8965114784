"""Photos: upright, small, without anything that tells where or by whom."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from baitao_desktop.actions import photos
from baitao_desktop.domain.errors import UserFacingError
from conftest import MakeDesk


def shot(size: tuple[int, int] = (3200, 2400)) -> bytes:
    picture = Image.new("RGB", size, (200, 30, 30))
    exif = picture.getexif()
    exif[274], exif[271], exif[306] = 6, "某牌手机", "2022:05:17 08:30:00"
    exif.get_ifd(0x8825)[2] = (29.0, 30.0, 0.0)
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif)
    return out.getvalue()


def test_a_photo_is_turned_shrunk_and_cleaned(make_desk: MakeDesk, tmp_path: Path) -> None:
    desk = make_desk("麦子坪村")
    path = tmp_path / "IMG_老王家.jpg"
    path.write_bytes(shot())
    answer = photos.keep_photo(desk, path)
    assert answer["taken"] == "2022-05-17T08:30+08:00" and "老王" not in str(answer)
    data = desk.store.blob_open(answer["blob"]).read()
    with Image.open(io.BytesIO(data)) as kept:
        assert kept.size == (1200, 1600) and not kept.getexif()
    assert "某牌".encode() not in data and photos.small_photo(desk, answer)
    assert photos.keep_photo(desk, path)["blob"] == answer["blob"]


def test_what_is_no_photo_is_told(make_desk: MakeDesk, tmp_path: Path) -> None:
    desk = make_desk("麦子坪村")
    path = tmp_path / "表格.jpg"
    path.write_bytes(b"PK\x03\x04 not a photo")
    with pytest.raises(UserFacingError, match="不是照片"):
        photos.keep_photo(desk, path)
    with pytest.raises(UserFacingError, match="40MB"):
        photos.keep_photo(desk, bytes(photos.LARGEST + 1))
    with pytest.raises(UserFacingError, match="找不到"):
        photos.keep_photo(desk, tmp_path / "没有.jpg")
    assert photos.small_photo(desk, {"blob": "0" * 64}) == b""


def test_any_other_file_is_kept_without_its_name(make_desk: MakeDesk, tmp_path: Path) -> None:
    desk = make_desk("麦子坪村")
    path = tmp_path / "测甲某的录音.MP3"
    path.write_bytes(b"sound")
    answer = photos.keep_file(desk, path)
    assert answer["name"] == "附件.mp3" and photos.whole_photo(desk, answer) == b"sound"
