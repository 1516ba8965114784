"""The faces of a paper by their Chinese names, each with a chain behind it, so that no character ever prints as .notdef.

ReportLab and every other writer print a missing glyph silently (documents §1.5), and our 仿宋 lacks 1 467 of the 8 105
standard characters, many of them common in names; so each character is looked up along its own chain.
"""

from __future__ import annotations

import functools
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from baitao_desktop import paths
from baitao_desktop.reports.truetype import TrueType

Style = Literal["fang", "song", "kai", "hei", "biaosong"]

FILES = {
    "fang": "FandolFang-Regular.ttf",
    "serif": "NotoSerifSC-Regular.ttf",
    "bold": "NotoSerifSC-Bold.ttf",
    "kai": "BaitaoKai-Regular.ttf",
    "sans": "NotoSansSC-Regular.ttf",
}
CHAINS: dict[Style, tuple[str, ...]] = {
    "fang": ("fang", "serif", "sans"),
    "song": ("serif", "sans"),
    "kai": ("kai", "serif", "sans"),
    "hei": ("sans", "serif"),
    "biaosong": ("bold", "serif", "sans"),
}
# 个别字不从本体取：仿宋里的西文数字偏黑，取宋体；楷体的引号、间隔号是西文宽度，宋体的破折号两个接不上，取仿宋（documents §1.1）
_LATIN = "".join(map(chr, range(0x21, 0x7F)))
BORROWED: dict[Style, tuple[str, str]] = {
    "fang": ("serif", _LATIN),
    "song": ("fang", "—·"),
    "kai": ("fang", "“”‘’—…·"),
    "hei": ("fang", "·"),
    "biaosong": ("bold", ""),
}
MISSING = 0x3013  # 〓，铅字时代缺字的记号：没有哪个字体有这个字时印它，抽取文字仍得原字


@dataclass(frozen=True, slots=True)
class Glyph:
    """Where one character of a style comes from: face key, glyph number there, advance in 1/1000 em.

    `face` is empty for a character that leaves no mark (control, zero width).
    """

    face: str
    number: int
    advance: int


class Glyphs(dict[str, Glyph]):
    """Character → Glyph of one style, looked up once per process."""

    def __init__(self, style: Style) -> None:
        super().__init__()
        self.style = style

    def __missing__(self, char: str) -> Glyph:
        found = self[char] = _look_up(self.style, char)
        return found


class Widths(dict[str, float]):
    """Character → advance in em of one style."""

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__()
        self._glyphs = glyphs

    def __missing__(self, char: str) -> float:
        width = self[char] = self._glyphs[char].advance / 1000
        return width


@dataclass(frozen=True, slots=True)
class Type:
    """A style ready to set: `glyphs` and `widths` per character."""

    style: Style
    glyphs: Glyphs
    widths: Widths = field(repr=False)

    def width(self, text: str, size: float) -> float:
        """Length of `text` in points at `size`, without any spacing."""
        return sum(map(self.widths.__getitem__, text)) * size


@functools.cache
def face(key: str) -> TrueType:
    """One of the five shipped faces, opened when first asked for and then kept."""
    return TrueType(folder() / FILES[key])


def folder() -> Path:
    """Where the faces lie."""
    return paths.resources() / "fonts"


@functools.cache
def load(style: Style) -> Type:
    """The style with its chain; opens no face before a character needs it."""
    glyphs = Glyphs(style)
    return Type(style, glyphs, Widths(glyphs))


def _look_up(style: Style, char: str) -> Glyph:
    if char in "\t\u00a0\u2002\u2003\u2009\u202f":
        char = " "
    elif unicodedata.category(char) in {"Cc", "Cf", "Zl", "Zp"} or _selects_variant(char):
        return Glyph("", 0, 0)
    code = ord(char)
    borrowed, which = BORROWED[style]
    chain = (borrowed, *CHAINS[style]) if char in which else CHAINS[style]
    for key in chain:
        if number := face(key).glyph(code):
            return Glyph(key, number, face(key).advance(number))
    number = face("sans").glyph(MISSING)
    return Glyph("sans", number, face("sans").advance(number))


def _selects_variant(char: str) -> bool:
    """Variation selectors and tags choose a shape and have none of their own."""
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0000" <= char <= "\U000e0fff"
