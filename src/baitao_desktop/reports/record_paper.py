"""A filled record of any form on plain A4: the same few blocks whatever the form asks, so a new form needs no code."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from baitao_desktop.reports.breaking import Breaker
from baitao_desktop.reports.canvas import A4, MM, Canvas
from baitao_desktop.reports.fonts import load
from baitao_desktop.reports.papers import Answer, Column, Group, RecordPaper
from baitao_desktop.reports.photo_pages import paint_photos, pictures_of, sheets_of
from baitao_desktop.reports.strips import (
    LEFT,
    PAD_X,
    SIZE,
    WIDTH,
    Block,
    Pages,
    Strip,
    choice_block,
    record_foot,
    settled,
    table_strips,
    text_block,
)

LABEL = 37 * MM
HISTORY = (Column("时间", 38), Column("经手人", 32), Column("办理情况", 92))


def record_pdf(paper: RecordPaper) -> bytes:
    """The record as PDF, A4 upright: head, groups, history, signatures, then the photos two per row as 附页.

    The foot of every page carries 表号, 版本 and 第n页 共m页.
    """
    pictures = pictures_of(paper.photos)
    count, pad = settled(partial(_composed, paper))
    pages = _composed(paper, count + sheets_of(paper.photos), pad)
    paint_photos(pages, paper.photos, pictures)
    return pages.canvas.data()


def _composed(paper: RecordPaper, count: int, pad: float) -> Pages:
    """All but the photos, drawn; run twice or thrice, the last time knowing how many pages there are."""

    def foot(canvas: Canvas, page: int) -> None:
        record_foot(canvas, page, count, form=paper.form, version=paper.version, number=paper.number)

    pages = Pages(Canvas(paper.title, A4, paper.watermark), foot, pad=pad)
    pages.title(paper.title)
    pages.number(paper.number, paper.unit)
    behind = signing_height(paper.signatures)
    for group in paper.groups:
        paint_group(pages, group, behind=behind if not paper.history and group is paper.groups[-1] else 0.0)
    if paper.history:
        pages.heading("办理过程", 3)
        pages.run(table_strips(HISTORY, paper.history), behind=behind)
    _sign(pages, paper.signatures)
    return pages


def paint_group(pages: Pages, group: Group, *, behind: float = 0.0) -> None:
    """Its heading, its answers two to a row where they are short, its table. `behind` points stay with its last row."""
    if group.title:
        pages.heading(group.title, 2)
    strips: list[Strip] = []
    waiting: list[Answer] = []
    for answer in group.answers:
        if answer.wide or answer.choices:
            strips += _pairs(waiting)
            waiting = []
            strips.append(_strip([answer], WIDTH - LABEL))
        else:
            waiting.append(answer)
    strips += _pairs(waiting)
    pages.run(strips, behind=behind if not group.table else 0.0)
    if group.table:
        pages.run(table_strips(group.table.columns, group.table.rows), behind=behind)


def _pairs(answers: Sequence[Answer]) -> list[Strip]:
    """Two answers to a row; one that needs more than two lines in half a row takes a whole one."""
    half = WIDTH / 2 - LABEL
    breaker = Breaker("fang", SIZE, half - 2 * PAD_X)
    strips: list[Strip] = []
    held: Answer | None = None
    for answer in answers:
        if len(breaker.lines(answer.value)) > 2:
            if held:
                strips.append(_strip([held], WIDTH - LABEL))
                held = None
            strips.append(_strip([answer], WIDTH - LABEL))
        elif held:
            strips.append(_strip([held, answer], half))
            held = None
        else:
            held = answer
    if held:
        strips.append(_strip([held], WIDTH - LABEL))
    return strips


def _strip(answers: Sequence[Answer], width: float) -> Strip:
    cells: list[Block] = []
    widths: list[float] = []
    for answer in answers:
        cells.append(text_block(answer.label, LABEL, "hei", centred=True))
        cells.append(choice_block(answer.choices, width) if answer.choices else text_block(answer.value, width))
        widths += [LABEL, width]
    return Strip(cells, widths)


def signing_height(labels: Sequence[str]) -> float:
    """Height of the signature lines."""
    return 14.0 + 30 * ((len(labels) + 1) // 2) if labels else 0.0


def _sign(pages: Pages, labels: Sequence[str]) -> None:
    if not labels:
        return
    if pages.y + signing_height(labels) > pages.floor:
        pages.turn()
    for at, label in enumerate(labels):
        x = LEFT + (at % 2) * WIDTH / 2
        y = pages.y + 28 + 30 * (at // 2)
        pages.canvas.text(x, y, f"{label}：", "fang", SIZE)
        start = x + load("fang").width(f"{label}：", SIZE)
        pages.canvas.line(start, y + 2, x + WIDTH / 2 - 10, y + 2, width=0.5)
    pages.y += signing_height(labels)
