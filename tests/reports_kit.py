"""Reading a finished paper back by positions, with tools that are not ours (pdfplumber, pikepdf)."""

from __future__ import annotations

import io
import itertools
import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

import pdfplumber
import pikepdf
from hypothesis import strategies as st

# 独立写一遍，不从程序里取：避头、避尾（documents §2.3）
NOT_FIRST = set("，。、；：？！”’）》〉】〕」』…—·～％℃,.;:?!)]}%")
NOT_LAST = set("“‘（《〈【〔「『［｛([{￥")
RARE = "喆堃䶮𬭚镕犇㛃"
SENTENCE = (
    "院坝里来了一辆面包车，免费送鸡蛋、量血压，说“航天蛋白粉”能治糖尿病，一位老人付了3980元。“夕阳康养会所”让老人预存2万元成为贵宾会员"
    "（每月返600元）；自称“社保中心”的人打电话：养老保险断缴，要老人报身份证号和验证码！见www.example.com/a-b?c=1，年息12%。"
)


def chinese(most: int = 120) -> st.SearchStrategy[str]:
    """Chinese as people type it: mostly 汉字, with marks, figures, Latin, rare names, spaces, and what the phone adds."""
    one = st.one_of(
        st.sampled_from("涪陵区白涛街道打击整治养老诈骗专项行动线索台账老人反映情况"),
        st.sampled_from("，。、；：？！“”‘’（）《》【】〔〕…—·％"),
        st.sampled_from(
            ["2022", "3980", "12.5%", "BT-XS-DZZ203-A7K-2022-0001", "138 0000 0001", "abc", "——", "……", " ", "A"]
        ),
        st.sampled_from(RARE + "㕔〇\u200b\ufe0f😀①℃"),
        st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5),
    )
    short, long = st.lists(one, max_size=8), st.lists(one, min_size=most // 4, max_size=most // 2)
    return st.one_of(long, short).map(lambda parts: "".join(parts)[:most])


@dataclass(frozen=True)
class CellLine:
    """One printed line of one cell."""

    page: int
    column: int
    row: int
    text: str


def texts(pdf: bytes) -> list[str]:
    """Text of every page."""
    with pdfplumber.open(io.BytesIO(pdf)) as opened:
        return [page.extract_text() or "" for page in opened.pages]


def characters(pdf: bytes) -> Iterator[tuple[int, dict[str, object]]]:
    """(page, character) of the whole file, in the order they are drawn."""
    with pdfplumber.open(io.BytesIO(pdf)) as opened:
        for number, page in enumerate(opened.pages):
            for char in page.chars:
                yield number, char


def cell_lines(pdf: bytes, *, tolerance: float = 0.3) -> list[CellLine]:
    """Lines of the cells of a ruled table, after checking that every character stays inside its cell."""
    found: list[CellLine] = []
    with pdfplumber.open(io.BytesIO(pdf)) as opened:
        for number, page in enumerate(opened.pages):
            upright = [line for line in page.lines if abs(line["x1"] - line["x0"]) < 0.1]
            ys = sorted({round(line["top"], 1) for line in page.lines if abs(line["bottom"] - line["top"]) < 0.1})
            lines: dict[tuple[int, int, float], list[dict[str, float]]] = {}
            for char in page.chars:
                middle = (char["top"] + char["bottom"]) / 2
                xs = sorted({round(line["x0"], 1) for line in upright if line["top"] < middle < line["bottom"]})
                if char["size"] > 40 or not xs:
                    continue
                column, row = bisect_right(xs, char["x0"] + tolerance) - 1, bisect_right(ys, middle) - 1
                assert xs[column] <= char["x0"] + tolerance, char
                assert char["x1"] <= xs[column + 1] + tolerance, char
                assert char["top"] > ys[row] - 1, char
                assert char["bottom"] < ys[row + 1] + 1, char
                lines.setdefault((column, row, round(page.height - char["matrix"][5], 1)), []).append(char)
            for (column, row, _), chars in sorted(lines.items()):
                found.append(CellLine(number, column, row, "".join(str(c["text"]) for c in chars)))
    return found


def seams(lines: list[CellLine]) -> Iterator[tuple[str, str]]:
    """Neighbouring lines of one cell."""
    for first, second in itertools.pairwise(lines):
        if (first.page, first.column, first.row) == (second.page, second.column, second.row):
            yield first.text, second.text


def assert_fonts_whole(pdf: bytes) -> None:
    """Every face embedded as a subset, every code drawn by a glyph of its own, none of them .notdef."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert opened.pages
        fonts = opened.pages[0].Resources.Font
        assert len(fonts) > 0
        for font in fonts.values():
            inner = font.DescendantFonts[0]
            data = bytes(inner.FontDescriptor.FontFile2.read_bytes())
            tables = {
                data[at : at + 4]: struct.unpack_from(">LL", data, at + 8)
                for at in range(12, 12 + 16 * struct.unpack_from(">H", data, 4)[0], 16)
            }
            count = struct.unpack_from(">H", data, tables[b"maxp"][0] + 4)[0]
            places = struct.unpack_from(f">{count + 1}L", data, tables[b"loca"][0])
            glyf = tables[b"glyf"][0]
            outlines = [data[glyf + a : glyf + b] for a, b in itertools.pairwise(places)]
            assert str(font.BaseFont)[7] == "+"
            assert len(inner.W[1]) <= count
            chars = _unicode(bytes(font.ToUnicode.read_bytes()).decode())
            for code, char in chars.items():
                assert code != 0
                assert char.isspace() or outlines[code], f"{char!r} 没有字形"
                assert outlines[code] != outlines[0], f"{char!r} 印成了 .notdef"


def _unicode(table: str) -> dict[int, str]:
    chars = {}
    for line in table.splitlines():
        if line.startswith("<") and line.count("<") == 2 and not line.startswith("<0000> <ffff>"):
            code, text = line.replace(">", "").replace("<", "").split()
            chars[int(code, 16)] = bytes.fromhex(text).decode("utf-16-be", "replace")
    return chars
