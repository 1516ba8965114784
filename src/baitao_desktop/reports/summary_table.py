"""A summary on A4 landscape: names down the left, counts under a head of two storeys, block after block."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from baitao_desktop.reports.breaking import Breaker, balanced
from baitao_desktop.reports.canvas import A4_LANDSCAPE, MM, Canvas
from baitao_desktop.reports.fonts import Style
from baitao_desktop.reports.papers import Cell, Column, LedgerPaper, SummaryPaper

SIZE, NOTE_SIZE, TITLE_SIZE = 9.5, 9.0, 18.0
LEADING, PAD = 12.0, 3.0
LEFT, NAME = 15 * MM, 45 * MM
WIDTH = A4_LANDSCAPE[0] - 2 * LEFT
TOP, FLOOR = 15 * MM, A4_LANDSCAPE[1] - 14 * MM
GAP = 10.0


def summary_pdf(paper: SummaryPaper) -> bytes:
    """The summary as PDF. A block goes over to the next page whole where it fits on one; its head is repeated."""
    count = _painted(paper, 0)[1]
    return _painted(paper, count)[0].data()


def summary_sheet(paper: SummaryPaper) -> LedgerPaper:
    """The same as one flat table for .xlsx: what kind of row, its name, the counts."""
    columns = [Column("分类", 16), Column("名称", 30)]
    spans = [span.partition("（")[0] for span in paper.spans]
    columns += [Column(f"{span} {column}", 16, "right") for span in spans for column in paper.columns]
    rows: list[tuple[Cell, ...]] = [
        (block.heading, name, *(count for span in counts for count in span))
        for block in paper.blocks
        for name, counts in block.rows
    ]
    return LedgerPaper(paper.title, paper.unit, paper.cutoff, columns, rows, "　".join(paper.notes), paper.watermark)


def _painted(paper: SummaryPaper, count: int) -> tuple[Canvas, int]:
    canvas = Canvas(paper.title, A4_LANDSCAPE, paper.watermark)
    middle, page = A4_LANDSCAPE[0] / 2, 1
    foot = partial(_foot, canvas, count=count)
    canvas.text_centred(middle, TOP + TITLE_SIZE * 0.85, paper.title, "biaosong", TITLE_SIZE)
    y = TOP + TITLE_SIZE * 1.4
    canvas.text(LEFT, y + NOTE_SIZE, f"单位：{paper.unit}", "song", NOTE_SIZE)
    canvas.text_right(LEFT + WIDTH, y + NOTE_SIZE, paper.cutoff, "song", NOTE_SIZE)
    y += NOTE_SIZE * 1.7
    foot(page)
    for block in paper.blocks:
        names = [balanced(name, "song", SIZE, NAME - 2 * PAD) for name, _ in block.rows]
        whole = _head_height(paper) + sum(map(_row_height, names))
        if y > TOP + 60 and y + min(whole, FLOOR - TOP) > FLOOR:
            canvas.next_page()
            page, y = page + 1, TOP
            foot(page)
        y = _head(canvas, paper, block.heading, y)
        for at, (lines, (_, spans)) in enumerate(zip(names, block.rows, strict=True)):
            if y + _row_height(lines) > FLOOR:
                canvas.next_page()
                page += 1
                foot(page)
                y = _head(canvas, paper, block.heading, TOP)
            y = _row(canvas, lines, [n for span in spans for n in span], y, last=at == len(block.rows) - 1)
        y += GAP
    notes = [line for note in paper.notes for line in Breaker("song", NOTE_SIZE, WIDTH).lines(note)]
    if y + 13 * len(notes) > FLOOR:
        canvas.next_page()
        page, y = page + 1, TOP
        foot(page)
    for at, line in enumerate(notes, 1):
        canvas.text(LEFT, y + 13 * at - 4, line, "song", NOTE_SIZE)
    return canvas, page


def _edges(columns: int) -> list[float]:
    step = (WIDTH - NAME) / columns
    return [LEFT, *(LEFT + NAME + step * n for n in range(columns + 1))]


def _row_height(lines: Sequence[str]) -> float:
    return LEADING * len(lines) + 2 * PAD


def _titles(paper: SummaryPaper) -> list[list[str]]:
    width = (WIDTH - NAME) / (len(paper.spans) * len(paper.columns)) - 4
    return [balanced(column, "hei", SIZE, width) for column in paper.columns]


def _head_height(paper: SummaryPaper) -> float:
    return LEADING + 2 * PAD + _row_height(max(_titles(paper), key=len))


def _head(canvas: Canvas, paper: SummaryPaper, heading: str, y: float) -> float:
    """Both storeys of the head; where the rows begin."""
    edges, n = _edges(len(paper.spans) * len(paper.columns)), len(paper.columns)
    upper, bottom = y + LEADING + 2 * PAD, y + _head_height(paper)
    canvas.fill(LEFT, y, WIDTH, bottom - y)
    _centred(canvas, [heading], (edges[0], edges[1]), (y, bottom), "hei")
    titles = _titles(paper)
    for at, span in enumerate(paper.spans):
        first = 1 + at * n
        _centred(canvas, [span], (edges[first], edges[first + n]), (y, upper), "hei")
        for k, lines in enumerate(titles):
            _centred(canvas, lines, (edges[first + k], edges[first + k + 1]), (upper, bottom), "hei")
    outer = [edges[0], edges[1], *(edges[1 + (at + 1) * n] for at in range(len(paper.spans)))]
    segments = [
        (LEFT, y, LEFT + WIDTH, y),
        (edges[1], upper, LEFT + WIDTH, upper),
        (LEFT, bottom, LEFT + WIDTH, bottom),
    ]
    segments += [(x, y, x, bottom) for x in outer]
    segments += [(x, upper, x, bottom) for x in edges if x not in outer]
    canvas.rules(segments, 0.4)
    return bottom


def _row(canvas: Canvas, lines: Sequence[str], counts: Sequence[int], y: float, *, last: bool) -> float:
    edges, bottom = _edges(len(counts)), y + _row_height(lines)
    style: Style = "hei" if last else "song"
    for at, line in enumerate(lines):
        canvas.text(LEFT + PAD + 2, y + PAD + LEADING * at + SIZE, line, style, SIZE)
    for at, count in enumerate(counts, 1):
        _centred(canvas, [str(count)], (edges[at], edges[at + 1]), (y, bottom), style)
    canvas.rules([(LEFT, bottom, LEFT + WIDTH, bottom), *((x, y, x, bottom) for x in edges)], 0.4)
    return bottom


def _centred(
    canvas: Canvas, lines: Sequence[str], across: tuple[float, float], down: tuple[float, float], style: Style
) -> None:
    """Lines in the middle of a cell, given by where it begins and ends each way."""
    y = (sum(down) - LEADING * len(lines)) / 2 + SIZE
    for at, line in enumerate(lines):
        canvas.text_centred(sum(across) / 2, y + LEADING * at, line, style, SIZE)


def _foot(canvas: Canvas, page: int, *, count: int) -> None:
    y = A4_LANDSCAPE[1] - 9 * MM
    canvas.text_centred(A4_LANDSCAPE[0] / 2, y, f"第{page}页 共{count}页", "song", NOTE_SIZE)
