"""Whatever a telephone, WeChat or a scanner makes becomes one clean JPEG, or is told in plain words."""

from __future__ import annotations

import io
import random
import shutil
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from PIL import Image

from baitao_desktop.actions.pictures import clean_picture
from baitao_desktop.domain.errors import UserFacingError
from photos_kit import GREEN, HEIC, RED, as_file, camera_jpeg, halves, near, noted_png, segments, turned_heic


def shown(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(clean_picture(data, "现场").jpeg))


def refused(data: bytes) -> UserFacingError:
    with pytest.raises(UserFacingError) as trouble:
        clean_picture(data, "现场")
    assert "现场" in trouble.value.text and trouble.value.text.endswith("。")
    return trouble.value


@pytest.mark.parametrize("make", [camera_jpeg, noted_png, HEIC.read_bytes])
def test_nothing_but_the_picture_is_kept(make: object) -> None:
    data = make()  # type: ignore[operator]
    jpeg = clean_picture(data, "现场").jpeg
    # JFIF、量化表、帧、哈夫曼表；没有 E1（EXIF、XMP）、E2（色彩文件）、ED（IPTC）、FE（说明）
    assert set(segments(jpeg)) <= {"E0", "DB", "C0", "C4"}
    for word in (b"OWNER", b"MAKER", b"Exif", b"http", b"ICC", b"8BIM", "合成样机".encode()):
        assert word not in jpeg
    with Image.open(io.BytesIO(jpeg)) as kept:
        assert not kept.getexif() and set(kept.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize(
    ("turn", "first", "last"),
    [(1, RED, GREEN), (3, GREEN, RED), (6, RED, GREEN), (8, GREEN, RED), (2, GREEN, RED), (5, RED, GREEN)],
)
def test_a_photo_stands_upright(turn: int, first: tuple[int, int, int], last: tuple[int, int, int]) -> None:
    picture = shown(camera_jpeg(turn=turn))
    upright = turn in (5, 6, 8)
    assert picture.size == ((1200, 1600) if upright else (1600, 1200))
    assert near(picture.getpixel((100, 100)), first)
    assert near(picture.getpixel((picture.width - 100, picture.height - 100)), last)


@pytest.mark.parametrize(
    ("said", "kept"),
    [("2022:05:17 08:30:59", "2022-05-17T08:30+08:00"), ("", ""), ("0000:00:00 00:00:00", ""), ("昨天", "")],
)
def test_only_the_camera_says_when(said: str, kept: str) -> None:
    assert clean_picture(camera_jpeg((200, 150), taken=said), "现场").taken == kept


def test_another_zone_is_told_in_ours_and_older_tags_count() -> None:
    picture = halves((200, 150))
    exif = picture.getexif()
    exif.get_ifd(0x8769)[36867], exif.get_ifd(0x8769)[36881] = "2022:05:17 00:30:00", "+00:00"
    assert clean_picture(as_file(picture, "JPEG", exif=exif), "现场").taken == "2022-05-17T08:30+08:00"
    exif.get_ifd(0x8769)[36881] = "Z??"
    assert clean_picture(as_file(picture, "JPEG", exif=exif), "现场").taken == "2022-05-17T00:30+08:00"
    old = halves((200, 150))
    exif = old.getexif()
    exif[306] = "2022:05:17 08:30:00\0"
    for kind in ("JPEG", "PNG", "WEBP", "TIFF"):
        assert clean_picture(as_file(old, kind, exif=exif), "现场").taken == "2022-05-17T08:30+08:00", kind


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF", "AVIF"])
@pytest.mark.parametrize("mode", ["RGB", "L", "P", "1", "CMYK", "RGBA", "LA"])
def test_every_kind_and_mode_keeps_its_colours(kind: str, mode: str) -> None:
    source = halves(mode=mode)
    try:
        data = as_file(source, kind)
    except (OSError, ValueError):
        pytest.skip(f"{kind} 里没有 {mode}")
    picture = shown(data)
    assert (picture.mode, picture.size) == ("RGB", (800, 600))
    if mode not in ("L", "1", "LA"):
        assert near(picture.getpixel((50, 50)), RED) and near(picture.getpixel((750, 550)), GREEN)


def test_what_lets_through_lies_on_white() -> None:
    glass = Image.new("RGBA", (40, 30), (*RED, 0))
    palette = Image.new("P", (40, 30), 1)
    palette.putpalette([0, 0, 0, *RED])
    for data in (
        as_file(glass, "PNG"), as_file(glass, "WEBP", lossless=True), as_file(palette, "PNG", transparency=1),
        as_file(palette, "GIF", transparency=1), as_file(Image.new("RGB", (40, 30), RED), "PNG", transparency=RED),
    ):  # fmt: skip
        assert near(shown(data).getpixel((20, 15)), (255, 255, 255))


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bits_of_grey_are_not_cut_off(kind: str) -> None:
    deep = Image.new("I;16", (40, 30), 0)
    for x in range(40):
        for y in range(30):
            deep.putpixel((x, y), x * 65535 // 39)
    picture = shown(as_file(deep, kind))
    assert [picture.getpixel((x, 15))[0] // 20 for x in (0, 20, 39)] == [0, 6, 12]  # type: ignore[index]


def test_of_moving_pictures_the_first_and_of_papers_one_by_one() -> None:
    red, green = (Image.new("RGB", (40, 30), colour) for colour in (RED, GREEN))
    for kind in ("GIF", "WEBP", "PNG"):
        moving = as_file(red, kind, save_all=True, append_images=[green], duration=100)
        assert near(shown(moving).getpixel((20, 15)), RED)
    trouble = refused(as_file(red, "TIFF", save_all=True, append_images=[green, red]))
    assert trouble.code == "A68" and "3页" in trouble.text


def _png_of(width: int, height: int) -> bytes:
    """A PNG that says it is so large; its data are nothing."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


def test_bad_files_are_told_and_nothing_is_decoded_that_would_fill_the_memory() -> None:
    whole = camera_jpeg()
    assert "空的" in refused(b"").text
    for data in (
        b"PK\x03\x04 no photo",
        whole[: len(whole) // 2],
        whole[len(whole) // 2 :],
        whole[:20],
        b"%!PS-Adobe-3.0",
    ):
        assert refused(data).code == "A61"
    for width, height in ((11_000, 11_000), (60_000, 60_000), (2**31 - 1, 2**31 - 1)):
        assert refused(_png_of(width, height)).code == "A60"


def test_whatever_is_in_a_file_it_is_a_picture_or_a_sentence() -> None:
    dice = random.Random(4)
    for whole in (camera_jpeg((400, 300)), noted_png(), HEIC.read_bytes(), as_file(halves((80, 60), "P"), "GIF")):
        for _ in range(60):
            data = bytearray(whole)
            for _ in range(dice.randrange(1, 6)):
                data[dice.randrange(len(data))] = dice.randrange(256)
            try:
                assert segments(clean_picture(bytes(data), "现场").jpeg)
            except UserFacingError as trouble:
                assert trouble.code in ("A60", "A61", "A68")


def test_a_telephone_of_the_other_kind_is_read_too(monkeypatch: pytest.MonkeyPatch) -> None:
    clean = clean_picture(HEIC.read_bytes(), "现场")
    assert (clean.taken, clean.ending) == ("2022-05-17T08:30+08:00", ".heic")
    picture = Image.open(io.BytesIO(clean.jpeg))
    assert picture.size == (640, 480) and near(picture.getpixel((100, 100)), RED)
    with Image.open(io.BytesIO(clean_picture(turned_heic(), "现场").jpeg)) as upright:
        # 左转一次：红的一角到左下，绿的一角到右上；不会转两次
        assert upright.size == (480, 640)
        assert near(upright.getpixel((100, 600)), RED) and near(upright.getpixel((400, 100)), GREEN)
    # 没有 pi-heif 的电脑：只有这一种读不了
    monkeypatch.setitem(sys.modules, "pi_heif", None)
    trouble = refused(HEIC.read_bytes())
    assert trouble.code == "A67" and "HEIC" in trouble.text
    assert clean_picture(camera_jpeg((200, 150)), "现场").taken


@pytest.mark.long
@pytest.mark.parametrize("quality", [30, 90])
def test_what_heif_enc_writes_is_read(tmp_path: Path, quality: int) -> None:
    tool = shutil.which("heif-enc")
    if tool is None:
        pytest.skip("没有装 heif-enc（libheif-examples）")
    (tmp_path / "1.jpg").write_bytes(camera_jpeg((4000, 3000)))
    made = tmp_path / "1.heic"
    subprocess.run(
        [tool, "-q", str(quality), str(tmp_path / "1.jpg"), "-o", str(made)], check=True, capture_output=True
    )
    clean = clean_picture(made.read_bytes(), "现场")
    assert (clean.taken, clean.ending) == ("2022-05-17T08:30+08:00", ".heic")
    with Image.open(io.BytesIO(clean.jpeg)) as kept:
        assert kept.size == (1600, 1200) and near(kept.getpixel((100, 100)), RED)
