"""现场检查记录表 and the blank checklist: head, items with boxes, what was found under the failed ones, signatures, photos."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from baitao_desktop.reports.breaking import Breaker
from baitao_desktop.reports.canvas import A4, MM, Canvas
from baitao_desktop.reports.fonts import load
from baitao_desktop.reports.papers import CheckRow, InspectionPaper, Signature
from baitao_desktop.reports.photo_pages import paint_photos, pictures_of, sheets_of
from baitao_desktop.reports.photos import as_jpeg
from baitao_desktop.reports.record_paper import paint_group
from baitao_desktop.reports.strips import (
    FLOOR,
    LEADING,
    LEFT,
    SIZE,
    SMALL,
    WIDTH,
    Block,
    Pages,
    Strip,
    choice_block,
    record_foot,
    settled,
    text_block,
)

CODE, UNIT = 17 * MM, 23 * MM
RESULT, RESULT_BLANK = 43 * MM, 39.5 * MM  # 空白的字小一点，多留地方给题目和依据
ITEM = 11.0
FOOT_SIZE, FOOT_ROOM = 10.5, 10.0  # 每页页脚上的签名线
SIGN_ROW, SIGN_LABEL, SIGN_DATE = 36.0, 40 * MM, 40 * MM


def inspection_pdf(paper: InspectionPaper) -> bytes:
    """The inspection as PDF, A4 upright. Every page is signed: the last one of text under `closing`, all others at the foot.

    An item and what was found under it stay on one page where that is possible; the table's head is repeated.
    """
    pictures = pictures_of(paper.photos)
    last, pad = settled(partial(_composed, paper, 0))
    pages = _composed(paper, last, last + sheets_of(paper.photos), pad)
    paint_photos(pages, paper.photos, pictures)
    return pages.canvas.data()


def _composed(paper: InspectionPaper, last: int, count: int, pad: float) -> Pages:
    """All but the photos; `last` is the page that carries the signatures."""

    def foot(canvas: Canvas, page: int) -> None:
        record_foot(canvas, page, count, form=paper.form, version=paper.version, number=paper.number)
        if page != last:
            _sign_foot(canvas, paper.page_signing)

    floor = FLOOR - FOOT_ROOM if paper.page_signing else FLOOR
    pages = Pages(Canvas(paper.title, A4, paper.watermark), foot, pad=pad, floor=floor)
    pages.title(paper.title)
    pages.number(paper.number, paper.unit)
    closing = Breaker("fang", SIZE, WIDTH).lines(paper.closing) if paper.closing else []
    behind = _signing_height(paper.signatures, closing)
    for group in paper.head:
        paint_group(pages, group)
    pages.heading(paper.items_title, 3)
    pages.run(_item_strips(paper.items), behind=0.0 if paper.tail else behind)
    for group in paper.tail:
        paint_group(pages, group, behind=behind if group is paper.tail[-1] else 0.0)
    _sign(pages, paper.signatures, closing)
    return pages


def _item_strips(items: Sequence[CheckRow]) -> list[Strip]:
    """The table of items: a head, a line where a section begins, each item, what was found under it."""
    joint, blank = any(item.unit for item in items), any(item.hints for item in items)
    result, size = (RESULT_BLANK, ITEM) if blank else (RESULT, SIZE)
    text = WIDTH - CODE - result - (UNIT if joint else 0.0)
    widths = [CODE, text, *([UNIT] if joint else []), result]
    titles = ["编号", "检查内容", *(["检查单位"] if joint else []), "结果"]
    strips = [
        Strip([text_block(t, w, "hei", centred=True) for t, w in zip(titles, widths, strict=True)], widths, head=True)
    ]
    section = ""
    for item in items:
        if item.section and item.section != section:
            strips.append(Strip([text_block(item.section, WIDTH, "hei")], [WIDTH], kept=True))
        section = item.section
        cells = [text_block(item.code, CODE, centred=True, size=ITEM), _asked(item, text, size)]
        cells += [text_block(item.unit, UNIT, centred=True, size=ITEM)] if joint else []
        boxes = (
            choice_block(item.answers, result, size=size) if item.answers else text_block(item.said, result, size=SMALL)
        )
        cells.append(boxes)
        strips.append(Strip(cells, widths, kept=bool(item.details)))
        if item.details:
            found = Block([line for said in item.details for line in text_block(said, WIDTH - CODE, size=ITEM).lines])
            strips.append(
                Strip([text_block(item.mark, CODE, "hei", centred=True, size=ITEM), found], [CODE, WIDTH - CODE])
            )
    return strips


def _asked(item: CheckRow, width: float, size: float) -> Block:
    hints = [line for hint in item.hints for line in text_block(hint, width, size=SMALL).lines]
    return Block([*text_block(item.text, width, size=size).lines, *hints])


def _signing_height(signatures: Sequence[Signature], closing: Sequence[str]) -> float:
    return 10.0 + LEADING * len(closing) + SIGN_ROW * len(signatures) if signatures else 0.0


def _sign(pages: Pages, signatures: Sequence[Signature], closing: Sequence[str]) -> None:
    """The sentence the signatures stand under, then a row for each: label, signature, date."""
    if not signatures:
        return
    if pages.y + _signing_height(signatures, closing) > pages.floor:
        pages.turn()
    canvas = pages.canvas
    pages.y += 10
    for line in closing:
        canvas.text(LEFT, pages.y + SIZE, line, "fang", SIZE)
        pages.y += LEADING
    for signature in signatures:
        y = pages.y + SIGN_ROW - 8
        canvas.text(LEFT, y, f"{signature.label}：", "fang", SIZE)
        start = LEFT + max(SIGN_LABEL, load("fang").width(f"{signature.label}：", SIZE) + 4)
        end = LEFT + WIDTH - SIGN_DATE
        if signature.picture:
            _place(canvas, signature.picture, start, y, end - start)
        elif signature.words:
            canvas.text(start, y, signature.words, "fang", SIZE)
        if not signature.words:
            canvas.line(start, y + 3, end, y + 3, width=0.5)
            canvas.text_right(LEFT + WIDTH, y, "年　　月　　日", "fang", SIZE)
        pages.y += SIGN_ROW


def _place(canvas: Canvas, data: bytes, x: float, baseline: float, width: float) -> None:
    """A drawn signature standing on its line, no larger than a hand writes."""
    picture = as_jpeg(data)
    scale = min((SIGN_ROW - 6) / picture.height, min(width, 140.0) / picture.width)
    w, h = picture.width * scale, picture.height * scale
    canvas.picture(picture.data, (picture.width, picture.height), picture.channels, (x + 4, baseline + 2 - h, w, h))


def _sign_foot(canvas: Canvas, labels: Sequence[str]) -> None:
    """Whoever signs the paper signs each page of it."""
    if not labels:
        return
    y = FLOOR + 7
    step = (WIDTH - SIGN_DATE) / len(labels)
    for at, label in enumerate(labels):
        x = LEFT + at * step
        canvas.text(x, y, f"{label}：", "fang", FOOT_SIZE)
        canvas.line(x + load("fang").width(f"{label}：", FOOT_SIZE), y + 3, x + step - 8, y + 3, width=0.5)
    canvas.text_right(LEFT + WIDTH, y, "年　　月　　日", "fang", FOOT_SIZE)
