"""A page to draw on: text by baseline, rules, boxes, ticks, pictures. Points; y counts DOWN from the upper edge."""

from __future__ import annotations

import math

from baitao_desktop.reports.fonts import Style, Type, load
from baitao_desktop.reports.pdf import PdfFile

MM = 72 / 25.4
A4 = (210 * MM, 297 * MM)
A4_LANDSCAPE = (297 * MM, 210 * MM)
# 公文红：Y80% M80%（GB/T 9704，domain.md §4.1）
RED = "0 .8 .8 0 k 0 .8 .8 0 K"
BLACK = "0 g 0 G"
GREY = ".93 g"


class Pen(dict[str, str]):
    """Character → its place inside a PDF string of one style and size.

    A character from another face of the chain carries the change of font there and back, so that a line is one join.
    """

    def __init__(self, file: PdfFile, kind: Type, size: float) -> None:
        super().__init__()
        self._file = file
        self._kind = kind
        self._size = size
        self._home = file.face(kind.glyphs["一"].face)
        self.font = f"/{self._home.name} {size:g} Tf"

    def __missing__(self, char: str) -> str:
        glyph = self._kind.glyphs[char]
        if not glyph.face:
            code = ""
        elif glyph.face == self._home.key:
            code = self._home.code(char, glyph)
        else:
            other = self._file.face(glyph.face)
            code = f")Tj/{other.name} {self._size:g} Tf({other.code(char, glyph)})Tj{self.font}("
        self[char] = code
        return code


class Canvas:
    """Draws pages of one size into a PdfFile. Everything drawn belongs to the open page until `next_page`."""

    def __init__(self, title: str, size: tuple[float, float] = A4, watermark: str = "") -> None:
        self.width, self.height = size
        self._file = PdfFile(title, size)
        self._pens: dict[tuple[Style, float], Pen] = {}
        self._watermark = watermark
        self._begin()

    def pen(self, style: Style, size: float) -> Pen:
        """The style at `size` points, ready to code characters."""
        pen = self._pens.get((style, size))
        if pen is None:
            pen = self._pens[style, size] = Pen(self._file, load(style), size)
        return pen

    def text(
        self, x: float, y: float, text: str, style: Style, size: float, *, spacing: float = 0.0, scale: float = 1.0
    ) -> None:
        """One line with its baseline at `y`, beginning at `x`.

        `spacing` points are added after every character; `scale` narrows the characters (1 leaves them).
        """
        pen = self.pen(style, size)
        body = "".join(map(pen.__getitem__, text))
        before = (f" {spacing:.4f} Tc" if spacing else "") + (f" {100 * scale:.2f} Tz" if scale != 1 else "")
        after = (" 0 Tc" if spacing else "") + (" 100 Tz" if scale != 1 else "")
        self._file.draw(f"BT {pen.font}{before} {x:.3f} {self.height - y:.3f} Td({body})Tj{after} ET")

    def text_right(self, x: float, y: float, text: str, style: Style, size: float) -> None:
        """One line that ends at `x`."""
        self.text(x - load(style).width(text, size), y, text, style, size)

    def text_centred(self, x: float, y: float, text: str, style: Style, size: float) -> None:
        """One line centred on `x`."""
        self.text(x - load(style).width(text, size) / 2, y, text, style, size)

    def line(self, x0: float, y0: float, x1: float, y1: float, *, width: float = 0.5, dash: str = "[]0") -> None:
        """A straight rule."""
        self._file.draw(f"{width:g} w {dash} d {x0:.3f} {self.height - y0:.3f} m {x1:.3f} {self.height - y1:.3f} l S")

    def rules(self, segments: list[tuple[float, float, float, float]], width: float = 0.5) -> None:
        """Many rules as one path (x0, y0, x1, y1 each)."""
        path = " ".join(f"{a:.2f} {self.height - b:.2f} m {c:.2f} {self.height - d:.2f} l" for a, b, c, d in segments)
        self._file.draw(f"{width:g} w {path} S")

    def fill(self, x: float, y: float, width: float, height: float, grey: float = 0.93) -> None:
        """A filled rectangle whose upper left corner is (x, y)."""
        self._file.draw(f"q {grey:g} g {x:.3f} {self.height - y - height:.3f} {width:.3f} {height:.3f} re f Q")

    def tick_box(self, x: float, y: float, size: float, ticked: bool) -> None:
        """A check box standing on the baseline `y`: □ and ☑ are in no face we ship (documents §1.1)."""
        low = self.height - y - size * 0.06
        side = size * 0.82
        path = f"{x + size * 0.09:.3f} {low:.3f} {side:.3f} {side:.3f} re S"
        if ticked:
            left = x + size * 0.09
            path += (
                f" {size * 0.11:.3f} w {left + side * 0.16:.3f} {low + side * 0.52:.3f} m"
                f" {left + side * 0.42:.3f} {low + side * 0.2:.3f} l {left + side * 0.88:.3f} {low + side * 0.86:.3f} l S"
            )
        self._file.draw(f"q {size * 0.055:.3f} w {path} Q")

    def ink(self, colour: str) -> None:
        """Colour of what follows: RED or BLACK."""
        self._file.draw(colour)

    def literal(self, operators: str) -> None:
        """Ready-made drawing operators (ASCII, y upwards); for the ledger painter's inner loop."""
        self._file.draw(operators)

    def picture(
        self, jpeg: bytes, pixels: tuple[int, int], channels: int, box: tuple[float, float, float, float]
    ) -> None:
        """A JPEG of `pixels` (width, height), `channels` 1 or 3, filling `box` (x, y, width, height)."""
        x, y, width, height = box
        self._file.picture(jpeg, pixels, channels, (x, self.height - y - height, width, height))

    def next_page(self) -> None:
        """Close the page and open another of the same size."""
        self._file.end_page()
        self._begin()

    def data(self) -> bytes:
        """Close the last page and give the file."""
        self._file.end_page()
        return self._file.data()

    def _begin(self) -> None:
        if self._watermark:
            self._stamp(self._watermark)

    def _stamp(self, word: str) -> None:
        """Large pale words across the page, under everything: nobody files a practice paper by mistake."""
        pen = self.pen("hei", 90)
        body = "".join(map(pen.__getitem__, word))
        half = load("hei").width(word, 90) / 2
        turn = math.radians(35)
        cos, sin = math.cos(turn), math.sin(turn)
        for part in (0.3, 0.75) if self.height > self.width else (0.5,):
            x = self.width / 2 - half * cos + 32 * sin
            y = self.height * (1 - part) - half * sin - 32 * cos
            matrix = f"{cos:.5f} {sin:.5f} {-sin:.5f} {cos:.5f} {x:.2f} {y:.2f} Tm"
            self._file.draw(f"/Artifact BMC q .92 g BT {pen.font} {matrix}({body})Tj ET Q EMC")
