"""The file that ReportLab writes around our pages, read back with tools that are not ours."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from baitao_desktop.reports.canvas import A4, Canvas
from baitao_desktop.reports.photos import Jpeg, as_jpeg
from reports_kit import RARE, assert_fonts_whole, texts

# 编号过了 256、又有要转义的字节：每一种字节都作过高位或低位
MANY = "".join(chr(0x4E00 + at) for at in range(700))


def jpeg(mode: str = "RGB") -> Jpeg:
    out = io.BytesIO()
    Image.effect_noise((120, 80), 40).convert(mode).save(out, "PNG")
    return as_jpeg(out.getvalue())


def sheet(lines: list[str]) -> Canvas:
    canvas = Canvas("试印", A4)
    for at, line in enumerate(lines):
        canvas.text(60, 60 + 14 * at, line, "song", 10)
    return canvas


def many() -> bytes:
    return sheet([MANY[at : at + 35] for at in range(0, len(MANY), 35)]).data()


def test_every_code_of_a_face_comes_back_as_its_character() -> None:
    pdf = many()
    assert_fonts_whole(pdf)
    assert "".join(texts(pdf)).replace("\n", "") == MANY
    assert many() == pdf


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="这台机器没有 pdftotext")
def test_another_reader_finds_the_same_text(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(sheet([f"白涛街道{RARE}", "线索编号 BT-XS-1（第2件）"]).data())
    done = subprocess.run(["pdftotext", "-layout", tmp_path / "a.pdf", "-"], capture_output=True, text=True, check=True)
    assert [line.strip() for line in done.stdout.splitlines() if line.strip()] == [
        f"白涛街道{RARE}",
        "线索编号 BT-XS-1（第2件）",
    ]


def test_nothing_but_embedded_faces_and_two_properties() -> None:
    pdf = many()
    assert b"Helvetica" not in pdf
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert opened.check_pdf_syntax() == []
        assert set(opened.docinfo) == {"/Title", "/Producer"}
        assert str(opened.Root.Lang) == "zh-CN"
        assert str(opened.Root.ViewerPreferences.PrintScaling) == "/None"
        streams = [item for item in opened.objects if isinstance(item, pikepdf.Stream)]
        assert {str(name) for item in streams for name in item.Filter.as_list()} == {"/FlateDecode"}
        fonts = opened.pages[0].Resources.Font
        assert all("/FontFile2" in font.DescendantFonts[0].FontDescriptor for font in fonts.values())


def test_a_photo_lies_in_the_file_once_and_as_it_was() -> None:
    colour, grey = jpeg(), jpeg("L")
    canvas = Canvas("试印", A4)
    for photo in (colour, grey, colour):
        canvas.picture(photo.data, (photo.width, photo.height), photo.channels, (60, 60, 120, 80))
    canvas.next_page()
    canvas.picture(colour.data, (colour.width, colour.height), colour.channels, (60, 60, 120, 80))
    with pikepdf.open(io.BytesIO(canvas.data())) as opened:
        images = [item for item in opened.objects if isinstance(item, pikepdf.Stream) and item.get("/Width")]
        assert [image.read_raw_bytes() for image in images] == [colour.data, grey.data]
        assert [str(image.ColorSpace) for image in images] == ["/DeviceRGB", "/DeviceGray"]
        assert [len(page.Resources.XObject) for page in opened.pages] == [2, 1]


def test_files_of_different_content_have_different_marks() -> None:
    marks = set()
    for line in ("甲", "乙"):
        with pikepdf.open(io.BytesIO(sheet([line]).data())) as opened:
            marks.add(bytes(opened.trailer.ID[0]))
    # 编号相同（都是第一个字），字不同，也要分得开
    assert len(marks) == 2
