"""The shipped faces and the chain behind each style."""

from __future__ import annotations

import hashlib
import re

import pytest

from baitao_desktop.reports.fonts import CHAINS, FILES, Style, face, folder, load
from baitao_desktop.reports.truetype import TrueType
from reports_kit import RARE


def test_faces_are_the_ones_the_readme_names() -> None:
    listed = dict(
        reversed(line.split("  "))
        for line in (folder() / "README.md").read_text("utf-8").splitlines()
        if re.match("[0-9a-f]{64}  ", line)
    )
    assert set(listed) == set(FILES.values())
    for name, digest in listed.items():
        assert hashlib.sha256((folder() / name).read_bytes()).hexdigest() == digest


def test_every_face_has_its_licence() -> None:
    for name in ("LICENSE-Noto-OFL.txt", "LICENSE-BaitaoKai-OFL.txt"):
        assert "SIL OPEN FONT LICENSE" in (folder() / name).read_text("utf-8").upper()
    assert "GNU GENERAL PUBLIC LICENSE" in (folder() / "LICENSE-Fandol-GPL3.txt").read_text("utf-8")
    assert "GPL font exception" in (folder() / "README-Fandol.txt").read_text("utf-8")


@pytest.mark.parametrize("style", CHAINS)
def test_all_of_gb2312_and_rare_names_are_found(style: Style) -> None:
    """documents §1.3: GB 2312 in every style; names beyond it by the chain."""
    glyphs = load(style).glyphs
    hanzi = [bytes((a, b)).decode("gb2312", "ignore") for a in range(0xB0, 0xF8) for b in range(0xA1, 0xFF)]
    for char in [*filter(None, hanzi), *RARE, *"0123456789ABCxyz，。、；：？！“”‘’（）《》〔〕…—·○●□√×①℃％"]:
        glyph = glyphs[char]
        assert glyph.number, char
        assert face(glyph.face).glyph(ord(char)) == glyph.number


def test_home_face_of_each_style_draws_common_characters() -> None:
    assert [load(style).glyphs["街"].face for style in ("fang", "song", "kai", "hei", "biaosong")] == [
        "fang",
        "serif",
        "kai",
        "sans",
        "bold",
    ]
    assert load("fang").glyphs["喆"].face == "serif"
    assert load("fang").glyphs["㕔"].face in {"serif", "sans"}


def test_what_no_face_has_becomes_a_mark_and_not_notdef() -> None:
    glyph = load("song").glyphs["😀"]
    assert glyph.number == face("sans").glyph(0x3013) != 0


def test_marks_without_shape_take_no_room() -> None:
    assert load("song").width("\u200b\ufe0f\u2060", 10) == 0


def test_quotes_of_kai_are_full_width() -> None:
    """LXGW WenKai draws them 350 wide, as in Latin (documents §1.1)."""
    assert load("kai").width("“”‘’…—·", 1) == pytest.approx(7)


def test_a_subset_keeps_outlines_and_widths() -> None:
    source: TrueType = face("fang")
    glyphs = [0, *(source.glyph(ord(char)) for char in "街道办事处")]
    small = source.subset(glyphs)
    assert small[:4] == b"\0\1\0\0"
    assert len(small) < 10_000
    assert small == source.subset(glyphs)
    for number in glyphs[1:]:
        assert source._outline(number) in small
