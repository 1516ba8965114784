"""任务完成情况一览: units × tasks on one page, A3 across; every mark also tells in black and white, by its shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from baitao_desktop.reports.breaking import Breaker
from baitao_desktop.reports.canvas import BLACK, MM, Canvas
from baitao_desktop.reports.fonts import Style, load

A3_ACROSS = (420 * MM, 297 * MM)
A4_ACROSS = (297 * MM, 210 * MM)
LEGEND = (
    ("record", "已完成（有记录）"), ("hand", "已完成（手工记）"), ("open", "待办"), ("due", "建议日已过（提醒，不算逾期）"),
    ("overdue", "已逾期"), ("", "空白：不承担此项"),
)  # fmt: skip
TOTALS = ("已完成单位数", "承担单位数")
FIVE = 5  # 每五行一条粗一点的线，眼睛好跟行
_OK, _GREY, _RED = ".106 .431 .235 rg .106 .431 .235 RG", ".45 g .45 G", ".702 .149 .118 rg .702 .149 .118 RG"


@dataclass(frozen=True, slots=True)
class Section:
    """A heading over so many tasks that stand together."""

    title: str
    tasks: int


@dataclass(frozen=True, slots=True)
class WallRow:
    """One unit: its name, its marks in the tasks' order (a state of LEGEND, empty: not its task), done and of how many."""

    name: str
    marks: Sequence[str]
    done: int
    of: int


@dataclass(frozen=True, slots=True)
class WallPaper:
    """`tasks` are (clause, what is done), `totals` (done, of how many) in the same order; `stand` is the whole phrase on
    period and hour. A small sheet is the same drawing, smaller."""

    title: str
    unit: str
    stand: str
    tasks: Sequence[tuple[str, str]]
    sections: Sequence[Section]
    rows: Sequence[WallRow]
    totals: Sequence[tuple[int, int]]
    small: bool = False
    watermark: str = ""


def wall_pdf(paper: WallPaper) -> bytes:
    """The wall as a PDF of one page."""
    return Painter(paper).paint()


class Painter:
    """Lays out and draws one wall; all measures hang on the sheet's width."""

    def __init__(self, paper: WallPaper) -> None:
        self.paper = paper
        size = A4_ACROSS if paper.small else A3_ACROSS
        self.canvas = Canvas(paper.title, size, paper.watermark)
        self.k = size[0] / A3_ACROSS[0]
        self.margin = 10 * MM
        self.names, self.sums = 27 * MM * self.k, 13 * MM * self.k
        self.left = self.margin + self.names
        self.cell = (size[0] - 2 * self.margin - self.names - self.sums) / max(1, len(paper.tasks))
        self.right = self.left + self.cell * len(paper.tasks)
        self.title_size, self.text, self.note = 20 * self.k, 8.4 * self.k, 9 * self.k
        self.top = self.margin + 17 * MM * self.k
        self.section, self.head = 5.6 * MM * self.k, 47 * MM * self.k
        self.first = self.top + self.section + self.head
        below = self.margin + 7 * MM * self.k
        rows = len(paper.rows) + len(TOTALS)
        # 单位少时格子也不拉得太高，多了就压扁，总在一页之内
        self.row = min(7.5 * MM * self.k, (size[1] - below - self.first) / rows)
        self.bottom = self.first + self.row * rows

    def paint(self) -> bytes:
        self._title()
        self._ground()
        self._heads()
        for n, row in enumerate(self.paper.rows):
            self._row(self.first + n * self.row, row)
        self._totals()
        self._rules()
        self._legend()
        return self.canvas.data()

    def _title(self) -> None:
        canvas, paper = self.canvas, self.paper
        y = self.margin + self.title_size
        canvas.text_centred(canvas.width / 2, y, paper.title, "biaosong", self.title_size)
        line = self.top - 2 * MM * self.k
        canvas.text(self.margin, line, f"填表单位：{paper.unit}", "song", self.note)
        canvas.text_right(canvas.width - self.margin, line, paper.stand, "song", self.note)

    def _ground(self) -> None:
        """Head and totals on pale grey; the rows stay clear, so that the practice mark under them is seen."""
        canvas, whole = self.canvas, self.right + self.sums - self.margin
        canvas.fill(self.margin, self.top, whole, self.section + self.head, 0.95)
        canvas.fill(self.margin, self.bottom - 2 * self.row, whole, 2 * self.row, 0.95)

    def _heads(self) -> None:
        canvas, paper = self.canvas, self.paper
        x = self.left
        for section in paper.sections:
            wide = self.cell * section.tasks
            size = _fitting(section.title, "hei", self.text, wide - 2)
            canvas.text_centred(x + wide / 2, self.top + self.section * 0.72, section.title, "hei", size)
            x += wide
        # 小纸上两行字就小得看不清了，宁可少几个字
        most = 1 if paper.small else 2
        size = min(self.text, self.cell * (0.62 if paper.small else 0.45))
        room = self.head - 2.4 * MM * self.k
        breaker = Breaker("song", size, room)
        for n, (clause, words) in enumerate(paper.tasks):
            lines = breaker.lines(f"{clause}　{words}")
            if len(lines) > most:
                lines = [*lines[: most - 1], _cut("".join(lines[most - 1 :]), size, room)]
            middle = self.left + (n + 0.5) * self.cell
            for at, line in enumerate(lines):
                x = middle + size * (0.36 + 1.08 * (at - (len(lines) - 1) / 2))
                self._upward(x, self.first - 1.2 * MM * self.k, line, size)
        middle = (self.top + self.first) / 2 + self.text * 0.35
        canvas.text_centred(self.margin + self.names / 2, middle, "单位（组）", "hei", self.text)
        canvas.text_centred(self.right + self.sums / 2, middle, "完成", "hei", self.text)

    def _upward(self, x: float, y: float, text: str, size: float) -> None:
        """A line written from below upwards, its foot at `y`."""
        pen = self.canvas.pen("song", size)
        body = "".join(map(pen.__getitem__, text))
        self.canvas.literal(f"BT {pen.font} 0 1 -1 0 {x:.2f} {self.canvas.height - y:.2f} Tm({body})Tj ET")

    def _row(self, top: float, row: WallRow) -> None:
        canvas = self.canvas
        size = min(self.text, self.row * 0.72)
        base = top + self.row / 2 + size * 0.36
        name = _fitting(row.name, "song", size, self.names - 3)
        canvas.text(self.margin + 1.6, base, row.name, "song", name)
        canvas.text_centred(self.right + self.sums / 2, base, f"{row.done}/{row.of}", "song", size)
        for n, mark in enumerate(row.marks):
            self._mark(self.left + (n + 0.5) * self.cell, top + self.row / 2, mark)

    def _totals(self) -> None:
        canvas = self.canvas
        size = min(self.text, self.row * 0.72)
        for which, title in enumerate(TOTALS):
            base = self.bottom - (1.5 - which) * self.row + size * 0.36
            canvas.text(self.margin + 1.6, base, title, "hei", _fitting(title, "hei", size, self.names - 3))
            figures = [total[which] for total in self.paper.totals]
            for n, figure in enumerate(figures):
                canvas.text_centred(self.left + (n + 0.5) * self.cell, base, str(figure), "song", size)
            canvas.text_centred(self.right + self.sums / 2, base, str(sum(figures)), "hei", size)

    def _mark(self, x: float, y: float, mark: str) -> None:
        """A mark centred on (x, y): disc, tick, ring, dashed ring with a bar, triangle with a bang, nothing."""
        r = min(self.cell, self.row) * 0.3
        h = self.canvas.height - y
        draw = self.canvas.literal
        if mark == "record":
            draw(f"q {_OK} {_circle(x, h, r)} f Q")
        elif mark == "hand":
            path = f"{x - r:.2f} {h:.2f} m {x - r * 0.25:.2f} {h - r * 0.8:.2f} l {x + r:.2f} {h + r * 0.85:.2f} l S"
            draw(f"q {_OK} {r * 0.42:.2f} w {path} Q")
        elif mark == "open":
            draw(f"q {_GREY} .5 w {_circle(x, h, r * 0.75)} S Q")
        elif mark == "due":
            bar = f"{x - r * 0.75:.2f} {h:.2f} m {x + r * 0.75:.2f} {h:.2f} l S"
            draw(f"q {_GREY} .6 w {_circle(x, h, r * 0.75)} S {r * 0.4:.2f} w {bar} Q")
        elif mark == "overdue":
            draw(
                f"q {_RED} {x:.2f} {h + r * 1.15:.2f} m {x + r * 1.2:.2f} {h - r * 0.9:.2f} l"
                f" {x - r * 1.2:.2f} {h - r * 0.9:.2f} l h f Q"
            )

    def _rules(self) -> None:
        """Thin lines everywhere; thicker round the whole, between the sections and under the head."""
        edges = [self.left + n * self.cell for n in range(len(self.paper.tasks) + 1)]
        right = self.right + self.sums
        ys = [self.first + n * self.row for n in range(len(self.paper.rows) + len(TOTALS) + 1)]
        thin = [(x, self.top + self.section, x, self.bottom) for x in edges]
        thin += [(self.margin, y, right, y) for y in ys[1:-1]]
        self.canvas.literal(".6 G")
        self.canvas.rules(thin, 0.3)
        self.canvas.literal(BLACK)
        self.canvas.rules([(self.margin, y, right, y) for y in ys[FIVE : -len(TOTALS) - 1 : FIVE]], 0.5)
        thick = [(x, self.top, x, self.bottom) for x in (self.margin, self.left, self.right, right)]
        thick += [(self.margin, y, right, y) for y in (self.top, ys[0], ys[-1 - len(TOTALS)], ys[-1])]
        thick.append((self.left, self.top + self.section, self.right, self.top + self.section))
        at = self.left
        for section in self.paper.sections[:-1]:
            at += self.cell * section.tasks
            thick.append((at, self.top, at, self.bottom))
        self.canvas.rules(thick, 0.7)

    def _legend(self) -> None:
        y = self.bottom + 5 * MM * self.k
        x = self.margin + 2
        size = self.note
        for mark, words in LEGEND:
            before = 11 * self.k if mark else 0
            self._mark(x + 4 * self.k, y - size * 0.32, mark)
            self.canvas.text(x + before, y, words, "song", size)
            x += before + load("song").width(words, size) + 14 * self.k


def _circle(x: float, y: float, r: float) -> str:
    """A closed circle as four curves."""
    c = r * 0.5523
    return (
        f"{x + r:.2f} {y:.2f} m {x + r:.2f} {y + c:.2f} {x + c:.2f} {y + r:.2f} {x:.2f} {y + r:.2f} c"
        f" {x - c:.2f} {y + r:.2f} {x - r:.2f} {y + c:.2f} {x - r:.2f} {y:.2f} c"
        f" {x - r:.2f} {y - c:.2f} {x - c:.2f} {y - r:.2f} {x:.2f} {y - r:.2f} c"
        f" {x + c:.2f} {y - r:.2f} {x + r:.2f} {y - c:.2f} {x + r:.2f} {y:.2f} c h"
    )


def _fitting(text: str, style: Style, size: float, width: float) -> float:
    """The size at which the text is no wider than this."""
    wide = load(style).width(text, size)
    return size if wide <= width else size * width / wide


def _cut(text: str, size: float, width: float) -> str:
    """As much of the text as fits, with the mark that something was left out."""
    kind = load("song")
    while text and kind.width(f"{text}…", size) > width:
        text = text[:-1]
    return f"{text.rstrip('，、；（ ')}…"
