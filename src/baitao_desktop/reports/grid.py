"""The 28×22 grid of GB/T 9704-2012: official documents, and the paragraphs of a briefing.

Full lines end flush with the 版心; a mark that may not begin a line is pulled in by squeezing the marks before it (推入), or the
character before it goes along to the next line (推出).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from baitao_desktop.reports.breaking import NO_END, NO_START, Breaker, balanced, cut, visible
from baitao_desktop.reports.canvas import BLACK, MM, RED, Canvas
from baitao_desktop.reports.fonts import Style, load
from baitao_desktop.reports.papers import OfficialDocument, Paragraph

LEFT, TOP = 28 * MM, 37 * MM  # 订口、天头
WIDTH, HEIGHT = 156 * MM, 225 * MM  # 版心
COLUMNS, ROWS = 28, 22
SIZE = 16.0  # 3号
PITCH = WIDTH / COLUMNS  # 15.79
LEADING = HEIGHT / ROWS  # 28.99
TITLE = 22.0  # 2号
SMALL = 14.0  # 4号：版记、页码
IMPRINT_STEP = 24.0
HEADING: dict[int, Style] = {0: "fang", 1: "hei", 2: "kai", 3: "fang", 4: "fang"}
# 右半格是空的标点，推入时可以挤掉
HOLLOW = frozenset("，。、；：）》〉】〕」』”’")
_MOST_STRETCH = 6.0  # 点；字间再拉开就难看了，宁可不撑满
_EPS = 0.01


@dataclass(frozen=True, slots=True)
class Span:
    """Characters of one style at one spacing, beginning `x` points from the left of the 版心."""

    x: float
    text: str
    style: Style
    spacing: float


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the grid; `keep` ties it to the next row, so that both stand on one page."""

    spans: Sequence[Span] = ()
    size: float = SIZE
    keep: bool = False


@dataclass(slots=True)
class Setter:
    """Sets paragraphs of mixed styles into lines of the grid.

    `width` and `pitch` in points; every character of the grid advances by `pitch`, Latin by its own width.
    """

    width: float = WIDTH
    size: float = SIZE
    pitch: float = PITCH
    natural: float = field(init=False)

    def __post_init__(self) -> None:
        self.natural = (self.width - round(self.width / self.pitch) * self.size) / (round(self.width / self.pitch) - 1)

    def paragraph(self, paragraph: Paragraph, *, indent: int = 2) -> list[Row]:
        """Rows of the paragraph, first line indented by `indent` characters."""
        lead, body = visible(paragraph.lead), visible(paragraph.text.replace("\n", ""))
        styles: list[Style] = [HEADING[paragraph.level]] * len(lead) + ["fang"] * len(body)
        text = lead + body
        alone = bool(lead) and not body
        # 除标题外不管孤行：每面排满二十二行
        return [Row(spans, self.size, keep=alone) for spans in self.lines(text, styles, indent)]

    def lines(self, text: str, styles: Sequence[Style], indent: int, hang: int = 0) -> list[list[Span]]:
        """The text (only visible characters) as lines of spans; further lines are indented by `hang` characters."""
        widths = [load(style).widths[char] * self.size + self.natural for char, style in zip(text, styles, strict=True)]
        ends = list(accumulate(widths))
        lines: list[list[Span]] = []
        start = 0
        while start < len(text):
            left = (hang if lines else indent) * (self.size + self.natural)
            used = ends[start - 1] if start else 0.0
            room = self.width - left + self.natural + _EPS
            fit = max(bisect_right(ends, used + room, lo=start), start + 1)
            end = self._pull_in(text, start, fit, ends, used + room) or cut(text, start, fit)
            stop = end
            while stop > start + 1 and text[stop - 1] == " ":
                stop -= 1
            lines.append(self._spread(text[start:stop], styles[start:stop], left, last=end >= len(text)))
            start = end
        return lines or [[]]

    def _pull_in(self, text: str, start: int, fit: int, ends: list[float], limit: float) -> int:
        """End of the line with the marks after `fit` pulled in, 0 where that is not possible (推入)."""
        end = fit
        while end < len(text) and text[end] in NO_START and end - fit < 2:
            end += 1
        if end == fit or (end < len(text) and (text[end] in NO_START or text[end - 1] in NO_END)):
            return 0
        if any("!" <= char <= "~" for char in text[fit:end]):
            return 0
        hollow = sum(char in HOLLOW for char in text[start : end - 1])
        over = ends[end - 1] - limit
        # 每个标点至多挤掉三分之一格（挤满半格就贴上了），全行至多一格半
        return end if over <= min(hollow * self.size / 3, self.size * 1.5) else 0

    def _spread(self, text: str, styles: Sequence[Style], left: float, *, last: bool) -> list[Span]:
        """The line's characters in place: flush to the right unless it is the last, squeezed where marks were pulled in."""
        widths = [load(style).widths[char] * self.size for char, style in zip(text, styles, strict=True)]
        gaps = [self._gap(text, at) for at in range(len(text))]
        count = sum(gaps[:-1])
        natural = sum(widths) + self.natural * (len(text) - 1)
        slack = self.width - left - natural
        squeeze = 0.0
        extra = 0.0
        hollow = [at for at in range(len(text) - 1) if text[at] in HOLLOW]
        if slack < -_EPS and hollow:
            squeeze = slack / len(hollow)
        elif not last and count and slack / count <= _MOST_STRETCH:
            extra = slack / count
        places, x = [], left
        for at, width in enumerate(widths):
            places.append(x)
            x += width + self.natural + (extra if gaps[at] else 0.0) + (squeeze if text[at] in HOLLOW else 0.0)
        return list(self._spans(text, styles, widths, places))

    @staticmethod
    def _gap(text: str, at: int) -> bool:
        """May the gap after character `at` be stretched? Not inside a number or a Latin word."""
        if at + 1 >= len(text):
            return False
        return not ("!" <= text[at] <= "~" and "!" <= text[at + 1] <= "~")

    @staticmethod
    def _spans(text: str, styles: Sequence[Style], widths: Sequence[float], places: Sequence[float]) -> Iterator[Span]:
        """Neighbours of one style and one spacing together."""
        start = 0
        for at in range(1, len(text) + 1):
            if at < len(text) and styles[at] == styles[start]:
                step = places[at] - places[at - 1] - widths[at - 1]
                first = places[start + 1] - places[start] - widths[start]
                if abs(step - first) < 0.002:
                    continue
            spacing = places[start + 1] - places[start] - widths[start] if at - start > 1 else 0.0
            yield Span(places[start], text[start:at], styles[start], spacing)
            start = at


def document_pdf(document: OfficialDocument) -> bytes:
    """The document as PDF, A4; every page but an empty one is numbered — n —, odd right, even left.

    A heading never ends a page; signature and date never stand on a page without two lines of text before them.
    """
    canvas = Canvas("公文", watermark=document.watermark)
    reserve = _imprint_rows(document)
    pages = paginate(list(_rows(document)), reserve)
    if reserve and len(pages[-1]) + reserve > ROWS:
        pages.append([])  # 版记独占一面，这一面不编页码
    for number, rows in enumerate(pages, 1):
        if number == 1 and document.masthead:
            _masthead(canvas, document)
        for at, row in enumerate(rows):
            draw(canvas, row, LEFT, TOP + at * LEADING, LEADING)
        if number == len(pages):
            _imprint(canvas, document)
        if rows:
            _page_number(canvas, number)
        if number < len(pages):
            canvas.next_page()
    return canvas.data()


def draw(canvas: Canvas, row: Row, left: float, top: float, leading: float) -> None:
    """Draw a row whose grid line begins at `top`: the characters stand in the middle of it."""
    baseline = top + (leading - row.size) / 2 + row.size * 0.86
    for span in row.spans:
        canvas.text(left + span.x, baseline, span.text, span.style, row.size, spacing=span.spacing)


def paginate(rows: list[Row], reserve: float = 0.0) -> list[list[Row]]:
    """Rows by page, never parting a kept row from the next; `reserve` rows are kept free at the end of the last page."""
    pages: list[list[Row]] = []
    rest = rows
    while len(rest) > ROWS or (len(rest) + reserve > ROWS and len(rest) > 1):
        end = min(ROWS, len(rest) - 1) if len(rest) <= ROWS else ROWS
        while end > 1 and rest[end - 1].keep:
            end -= 1
        if end <= 1:
            end = min(ROWS, len(rest))
        pages.append(rest[:end])
        rest = rest[end:]
        while rest and not rest[0].spans and len(rest) > 1 and not rest[0].keep:
            rest = rest[1:]
    return [*pages, rest] if rest else pages


def _rows(document: OfficialDocument) -> Iterator[Row]:
    setter = Setter()
    if document.masthead:
        yield from [Row(keep=True)] * 10  # 标志、文号、红线占去八格，由 _masthead 画；红线下空二行
    yield from _title(document.title)
    yield Row(keep=True)
    if document.recipient:
        recipient = visible(document.recipient)
        for spans in setter.lines(recipient, ["fang"] * len(recipient), 0):
            yield Row(spans)
    body = [row for paragraph in document.paragraphs for row in setter.paragraph(paragraph)]
    closing = [*_attachments(setter, document.attachments), *_closing(setter, document)]
    if closing:
        # 署名、日期不另面：前面至少带两行正文
        body = [*body[:-2], *(Row(row.spans, row.size, keep=True) for row in body[-2:])]
    yield from body
    yield from closing


def _title(title: str) -> Iterator[Row]:
    """The title centred, lines of about one length when it has to break (GB/T 9704: 梯形或菱形)."""
    kind = load("biaosong")
    for part in title.splitlines():
        for line in balanced(visible(part), "biaosong", TITLE, WIDTH):
            x = (WIDTH - kind.width(line, TITLE)) / 2
            yield Row([Span(x, line, "biaosong", 0.0)], TITLE, keep=True)


def _attachments(setter: Setter, names: Sequence[str]) -> Iterator[Row]:
    if not names:
        return
    yield Row(keep=True)
    for at, name in enumerate(names):
        lead = "附件：" if at == 0 else "　　　"
        text = visible(lead + (f"{at + 1}. {name}" if len(names) > 1 else name))
        for spans in setter.lines(text, ["fang"] * len(text), 2, hang=5 if len(names) == 1 else 6):
            yield Row(spans, keep=True)


def _closing(setter: Setter, document: OfficialDocument) -> list[Row]:
    """Signature centred over the date, the date four characters from the right; the note below (GB/T 9704 7.3.5)."""
    if not (document.signatures or document.date or document.note):
        return []
    step = setter.size + setter.natural
    widths = {text: _natural_width(setter, text) for text in (*document.signatures, document.date)}
    longest = max(widths.values())
    # 署名以日期为准居中；署名太长时连日期一起左移，右边至少空二字
    middle = min(WIDTH - 4 * step - widths[document.date] / 2, WIDTH - 2 * step - longest / 2)
    rows = [Row(keep=True), Row(keep=True)]
    for text in (*document.signatures, *((document.date,) if document.date else ())):
        x = max(0.0, middle - widths[text] / 2)
        rows.append(Row([Span(x, text, "fang", setter.natural)], keep=True))
    rows[-1] = Row(rows[-1].spans, keep=bool(document.note))
    if document.note:
        note = visible(f"（{document.note.strip('（）')}）")
        rows += [Row(spans) for spans in setter.lines(note, ["fang"] * len(note), 2)]
    return rows


def _natural_width(setter: Setter, text: str) -> float:
    return load("fang").width(text, SIZE) + setter.natural * max(0, len(text) - 1)


def _masthead(canvas: Canvas, document: OfficialDocument) -> None:
    """发文机关标志 35 mm below the 版心's edge, 文号 two rows under it, the red rule 4 mm under that."""
    size = 48.0
    while load("biaosong").width(document.masthead, size) > WIDTH:
        size -= 2
    canvas.ink(RED)
    canvas.text_centred(LEFT + WIDTH / 2, 72 * MM + size * 0.86, document.masthead, "biaosong", size)
    rule = TOP + 8 * LEADING - 2
    canvas.line(LEFT, rule, LEFT + WIDTH, rule, width=1.2)
    canvas.ink(BLACK)
    canvas.text_centred(LEFT + WIDTH / 2, rule - 4 * MM - 2, document.number, "fang", SIZE)


def _imprint_lines(document: OfficialDocument) -> list[tuple[str, str, bool]]:
    """Lines of the 版记: left text, right text, is there a rule above?"""
    lines: list[tuple[str, str, bool]] = []
    if document.copies:
        head = "抄送："
        indent = load("fang").width(head, SMALL)
        parts = Breaker("fang", SMALL, WIDTH - 2 * SMALL - indent).lines(document.copies)
        lines += [
            (head + part if at == 0 else "\u3000" * len(head) + part, "", at == 0) for at, part in enumerate(parts)
        ]
    if document.issuer or document.issued:
        lines.append((document.issuer, f"{document.issued}印发" if document.issued else "", True))
    return lines


def _imprint_rows(document: OfficialDocument) -> float:
    """Rows of the grid the 版记 takes, one free above it."""
    lines = _imprint_lines(document)
    return len(lines) * IMPRINT_STEP / LEADING + 1 if lines else 0.0


def _imprint(canvas: Canvas, document: OfficialDocument) -> None:
    """版记 at the foot of the 版心: 抄送, 印发机关 and date in 4号, thick rules outside, a thin one between."""
    lines = _imprint_lines(document)
    if not lines:
        return
    bottom = TOP + HEIGHT
    top = bottom - IMPRINT_STEP * len(lines)
    for at, (left, right, ruled) in enumerate(lines):
        y = top + IMPRINT_STEP * at
        if ruled:
            canvas.line(LEFT, y, LEFT + WIDTH, y, width=0.71 if at else 0.99)
        canvas.text(LEFT + SMALL, y + IMPRINT_STEP - 7, left, "fang", SMALL)
        canvas.text_right(LEFT + WIDTH - SMALL, y + IMPRINT_STEP - 7, right, "fang", SMALL)
    canvas.line(LEFT, bottom, LEFT + WIDTH, bottom, width=0.99)


def _page_number(canvas: Canvas, number: int) -> None:
    """4号半角宋体 between dashes, the dash 7 mm under the 版心; odd pages right, even left, one character in."""
    text = f"— {number} —"
    y = TOP + HEIGHT + 7 * MM + SMALL * 0.38
    if number % 2:
        canvas.text_right(LEFT + WIDTH - SMALL, y, text, "song", SMALL)
    else:
        canvas.text(LEFT + SMALL, y, text, "song", SMALL)
