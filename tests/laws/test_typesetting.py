"""What holds for any text: nothing lost, nothing over the edge, no forbidden mark at a line's end or beginning."""

from __future__ import annotations

import itertools

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from baitao_desktop.reports.breaking import SQUEEZE, Breaker, balanced, visible
from baitao_desktop.reports.fonts import Style, load
from baitao_desktop.reports.grid import PITCH, SIZE, WIDTH, Setter, paginate
from baitao_desktop.reports.ledger import ledger_pdf
from baitao_desktop.reports.papers import Answer, Choice, Column, Group, LedgerPaper, Paragraph, RecordPaper, Table
from baitao_desktop.reports.record_paper import record_pdf
from reports_kit import NOT_FIRST, NOT_LAST, SENTENCE, assert_fonts_whole, cell_lines, chinese, seams

STYLES: tuple[Style, ...] = ("fang", "song", "kai", "hei", "biaosong")


def latin(char: str) -> bool:
    return "!" <= char <= "~"


def allowed(before: str, after: str) -> bool:
    return after not in NOT_FIRST and before not in NOT_LAST and not (latin(before) and latin(after))


def bad(first: str, second: str) -> bool:
    return second[0] in NOT_FIRST or first[-1] in NOT_LAST


def avoidable(first: str) -> bool:
    """Had the line a place where it might have ended?"""
    return any(allowed(a, b) for a, b in itertools.pairwise(first.replace(" ", "")))


@settings(max_examples=200, deadline=None)
@given(chinese(), st.floats(20, 300), st.sampled_from(STYLES), st.sampled_from((1.0, SQUEEZE)))
def test_broken_lines_hold_all_and_fit(text: str, width: float, style: Style, squeeze: float) -> None:
    breaker = Breaker(style, 8.0, width, squeeze=squeeze)
    lines = breaker.lines(text)
    assert "".join(lines).replace(" ", "") == visible(text).replace(" ", "")
    for line in lines:
        scale = breaker.tight.get(line, 1.0)
        assert 1 / squeeze - 0.01 < scale <= 1.0
        assert load(style).width(line, 8.0) * scale <= width + 0.02 or len(line) == 1
    for first, second in itertools.pairwise(lines):
        if first and second and bad(first, second):
            assert not avoidable(first), (first, second)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**12), st.floats(80, 300))
def test_a_number_is_never_parted(number: int, width: float) -> None:
    lines = Breaker("song", 8.0, width).lines(f"共计损失人民币{number}元，已退回{number}.50元")
    assert any(str(number) in line for line in lines)
    assert sum(f"{number}.50" in line for line in lines) == 1


@settings(max_examples=100, deadline=None)
@given(chinese(160), st.integers(0, 2))
def test_grid_lines_are_flush_and_lose_nothing(text: str, indent: int) -> None:
    setter = Setter()
    text = visible(text)
    lines = setter.lines(text, ["fang"] * len(text), indent)
    assert "".join(span.text for line in lines for span in line).replace(" ", "") == text.replace(" ", "")
    widths = load("fang").widths
    for line in lines:
        for span in line:
            end = span.x + sum(widths[c] * SIZE for c in span.text) + span.spacing * max(0, len(span.text) - 1)
            assert span.x >= -0.01
            assert end <= WIDTH + 0.5 or len(span.text) == 1
    strings = ["".join(span.text for span in line).strip(" ") for line in lines]
    for first, second in itertools.pairwise(strings):
        if first and second and bad(first, second):
            assert not avoidable(first), (first, second)


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=120))
def test_plain_characters_stand_on_the_grid(text: str) -> None:
    """Half a point at most from the 28 cells of the line (documents §3, suggested goals)."""
    for number, line in enumerate(Setter().lines(text, ["fang"] * len(text), 2)):
        cell = 0 if number else 2
        for span in line:
            for at, char in enumerate(span.text):
                x = span.x + at * (SIZE + span.spacing)
                assert abs(x - cell * PITCH) <= 0.5, (char, x, cell)
                cell += 1


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.booleans(), chinese(80)), min_size=1, max_size=40))
def test_a_heading_never_ends_a_page(parts: list[tuple[bool, str]]) -> None:
    setter = Setter()
    rows = []
    for heading, text in parts:
        rows += setter.paragraph(Paragraph("", 1, "一、办理情况") if heading else Paragraph(text or "无。"))
    pages = paginate(rows)
    assert [row for page in pages for row in page] == rows
    for page in pages[:-1]:
        assert len(page) <= 22
        # 连着二十二个标题没有办法，其余都不许
        assert not page[-1].keep or all(row.keep for row in page)


# 缩小反例要几百次打开PDF，得不偿失
@settings(max_examples=12, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(st.lists(st.lists(chinese(90), min_size=4, max_size=4), max_size=6))
def test_ledger_pages_keep_inside_their_cells(rows: list[list[str]]) -> None:
    columns = (Column("序号", 8), Column("线索编号", 38), Column("线索摘要", 64), Column("办理状态", 15, "center"))
    pdf = ledger_pdf(
        LedgerPaper(
            "线索管理台账",
            "白涛街道",
            "统计截止：2022年5月20日24时",
            columns,
            [*rows, ["1", SENTENCE, SENTENCE, "已核实"]],
        )
    )
    for first, second in seams(cell_lines(pdf)):
        if bad(first, second):
            assert not avoidable(first), (first, second)
    assert_fonts_whole(pdf)


@settings(max_examples=60, deadline=None)
@given(chinese(60), st.floats(30, 200))
def test_balanced_lines_hold_all_in_as_few_lines(text: str, width: float) -> None:
    lines = balanced(text, "hei", 8.0, width)
    assert "".join(lines).replace(" ", "") == visible(text).replace(" ", "")
    assert len(lines) == len(Breaker("hei", 8.0, width).lines(text))


ANSWERS = st.builds(Answer, chinese(30), chinese(300), wide=st.booleans())
TICKS = st.lists(st.builds(Choice, chinese(40), st.booleans()), max_size=4).map(tuple)
ROWS = st.lists(st.tuples(chinese(20), chinese(120), TICKS), max_size=5).map(tuple)
CHECKLIST = (Column("编码", 16), Column("检查项目", 80), Column("结果", 34))


@settings(max_examples=8, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(st.lists(ANSWERS, max_size=6).map(tuple), ROWS, st.lists(chinese(12), max_size=30).map(tuple))
def test_any_record_prints_inside_its_cells(
    answers: tuple[Answer, ...], rows: tuple[tuple[str, str, tuple[Choice, ...]], ...], signatures: tuple[str, ...]
) -> None:
    groups = (Group("一、基本情况", answers), Group("二、检查项目", table=Table(CHECKLIST, rows)))
    pdf = record_pdf(RecordPaper("检查记录表", "BT-JC-1", groups, signatures=signatures))
    cell_lines(pdf, tolerance=0.5)
    assert_fonts_whole(pdf)
