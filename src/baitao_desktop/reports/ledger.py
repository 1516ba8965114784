"""The ledger painter: any list of columns, any number of rows, 第x页 共y页 known before the first page is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from baitao_desktop.reports.breaking import SQUEEZE, Breaker, balanced
from baitao_desktop.reports.canvas import A4_LANDSCAPE, MM, Canvas, Pen
from baitao_desktop.reports.fonts import load
from baitao_desktop.reports.papers import Cell, LedgerPaper

SIZE, HEAD_SIZE, NOTE_SIZE, TITLE_SIZE = 8.0, 8.0, 9.0, 18.0
LEADING = 10.4
PAD_X, PAD_Y = 2.2, 2.6
TOP, BOTTOM = 15 * MM, 15 * MM  # 天头、地脚；页码和脚注在地脚之内
HEAD_MOST = 8  # 表头至多几行，页上总得留地方给记录
RISE = 0.85  # 基线离行顶，占字号


@dataclass(frozen=True, slots=True)
class Piece:
    """A row, or the part of a row that fits on a page: lines per cell, and how many lines tall it is."""

    cells: Sequence[Sequence[str]]
    tall: int

    @property
    def height(self) -> float:
        """Height in points."""
        return self.tall * LEADING + 2 * PAD_Y


def ledger_pdf(paper: LedgerPaper) -> bytes:
    """The ledger as PDF, A4 landscape; columns are scaled to the page's width if they do not fill it exactly.

    Every page has unit, cutoff and the header row; no line begins or ends with a forbidden mark, none crosses a rule.
    """
    return Painter(paper).paint()


def cell_text(value: Cell) -> str:
    """A cell as it is printed: dates as 2022-05-03, times to the minute, nothing for None."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)


class Painter:
    """Lays out and draws one ledger."""

    def __init__(self, paper: LedgerPaper) -> None:
        self.paper = paper
        self.canvas = Canvas(paper.title, A4_LANDSCAPE, paper.watermark)
        self.left = 15 * MM
        self.width = A4_LANDSCAPE[0] - 2 * self.left
        scale = self.width / (sum(column.width_mm for column in paper.columns) * MM)
        self.edges = [self.left]
        for column in paper.columns:
            self.edges.append(self.edges[-1] + column.width_mm * MM * scale)
        widths = [b - a - 2 * PAD_X for a, b in zip(self.edges, self.edges[1:], strict=False)]
        self.breakers = [Breaker("song", SIZE, width, squeeze=SQUEEZE) for width in widths]
        heads = [
            balanced(column.title, "hei", HEAD_SIZE, width)[:HEAD_MOST]
            for column, width in zip(paper.columns, widths, strict=True)
        ]
        self.head = Piece(heads, max(map(len, heads)))
        self.title_lines = balanced(paper.title, "biaosong", TITLE_SIZE, self.width)[:3]
        self.foot_lines = Breaker("song", NOTE_SIZE, self.width).lines(paper.foot)[:4] if paper.foot else []
        self.floor = self.canvas.height - BOTTOM - len(self.foot_lines) * 12

    def paint(self) -> bytes:
        """Draw every page."""
        pages = self._pages()
        for number, pieces in enumerate(pages, 1):
            self._page(pieces, number, len(pages))
            if number < len(pages):
                self.canvas.next_page()
        return self.canvas.data()

    def _start(self, first: bool) -> float:
        """Upper edge of the header row."""
        return TOP + (len(self.title_lines) * TITLE_SIZE * 1.4 if first else 0) + NOTE_SIZE * 1.7

    def _pages(self) -> list[list[Piece]]:
        pages: list[list[Piece]] = [[]]
        y = self._start(True) + self.head.height
        whole = self.floor - self._start(False) - self.head.height
        for row in self.paper.rows:
            piece = self._piece(
                [breaker.lines(cell_text(cell)) for breaker, cell in zip(self.breakers, row, strict=True)]
            )
            while y + piece.height > self.floor:
                room = int((self.floor - y - 2 * PAD_Y) / LEADING)
                # 高过四成版面的行就地拆开，余下的移到下页；别的行整行移
                if pages[-1] and (piece.height < 0.4 * whole or room < 3):
                    room = 0
                if room > 0:
                    pages[-1].append(Piece([cell[:room] for cell in piece.cells], room))
                    piece = self._piece([cell[room:] for cell in piece.cells])
                pages.append([])
                y = self._start(False) + self.head.height
            pages[-1].append(piece)
            y += piece.height
        return pages

    @staticmethod
    def _piece(cells: Sequence[Sequence[str]]) -> Piece:
        return Piece(cells, max(1, *map(len, cells)))

    def _page(self, pieces: list[Piece], number: int, count: int) -> None:
        canvas, paper = self.canvas, self.paper
        middle = canvas.width / 2
        if number == 1:
            for at, line in enumerate(self.title_lines):
                canvas.text_centred(middle, TOP + TITLE_SIZE * (RISE + 1.4 * at), line, "biaosong", TITLE_SIZE)
        top = self._start(number == 1)
        canvas.text(self.left, top - 5, f"单位：{paper.unit}", "song", NOTE_SIZE)
        canvas.text_right(self.left + self.width, top - 5, paper.cutoff, "song", NOTE_SIZE)
        canvas.fill(self.left, top, self.width, self.head.height)
        ys = [top, top + self.head.height]
        self._lines([(top, self.head)], self.canvas.pen("hei", HEAD_SIZE), header=True)
        placed = []
        for piece in pieces:
            placed.append((ys[-1], piece))
            ys.append(ys[-1] + piece.height)
        self._lines(placed, self.canvas.pen("song", SIZE), header=False)
        if not pieces:
            canvas.text_centred(middle, ys[-1] + PAD_Y + SIZE, "（无记录）", "song", SIZE)
            ys.append(ys[-1] + LEADING + 2 * PAD_Y)
        self._rules(ys, bool(pieces))
        # 末页的脚注紧跟表尾，不落到离表很远的页底
        below = ys[-1] if number == count else self.floor
        for at, line in enumerate(self.foot_lines):
            canvas.text(self.left, below + 12 * (at + 1), line, "song", NOTE_SIZE)
        canvas.text_centred(middle, canvas.height - 9 * MM, f"第{number}页 共{count}页", "song", NOTE_SIZE)

    def _rules(self, ys: list[float], rows: bool) -> None:
        """One path: horizontals, and each vertical once from top to bottom."""
        left, right = self.left, self.left + self.width
        segments = [(left, y, right, y) for y in ys]
        bottom = ys[-1] if rows else ys[1]
        segments += [(x, ys[0], x, bottom) for x in self.edges[1:-1]]
        segments += [(x, ys[0], x, ys[-1]) for x in (left, right)]
        self.canvas.rules(segments, 0.4)

    def _lines(self, placed: list[tuple[float, Piece]], pen: Pen, *, header: bool) -> None:
        """Text of many rows as one text object; the loop that decides how long a ledger takes."""
        kind, size = load("hei" if header else "song"), SIZE
        code = pen.__getitem__
        out = [f"BT {pen.font}"]
        height = self.canvas.height
        tight = [{} if header else breaker.tight for breaker in self.breakers]
        for top, piece in placed:
            for column, cell in enumerate(piece.cells):
                align = "center" if header else self.paper.columns[column].align
                spare = (piece.tall - len(cell)) * LEADING / 2
                y = height - top - PAD_Y - spare - RISE * size - (LEADING - size) / 2
                left, right = self.edges[column] + PAD_X, self.edges[column + 1] - PAD_X
                for line in cell:
                    x = left
                    if line in tight[column]:
                        body = f"{100 * tight[column][line]:.2f} Tz({''.join(map(code, line))})Tj 100 Tz"
                        out.append(f"1 0 0 1 {x:.2f} {y:.2f} Tm {body}")
                        y -= LEADING
                        continue
                    if align != "left":
                        slack = right - left - kind.width(line, size)
                        x += slack if align == "right" else slack / 2
                    out.append(f"1 0 0 1 {x:.2f} {y:.2f} Tm({''.join(map(code, line))})Tj")
                    y -= LEADING
        out.append("ET")
        self.canvas.literal("\n".join(out))
