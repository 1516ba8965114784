"""Tables of strips down A4 upright, page after page: what the paper of a record and that of an inspection are laid from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from baitao_desktop.reports.breaking import SQUEEZE, Breaker, balanced
from baitao_desktop.reports.canvas import A4, MM, Canvas
from baitao_desktop.reports.fonts import Style, load
from baitao_desktop.reports.papers import Choice, Column

SIZE, SMALL, TITLE = 12.0, 9.0, 20.0  # 正文小四：看表的人眼睛不一定好
LEADING = 17.5
PAD_X, PAD_Y = 4.0, 3.6
TIGHT_Y = 1.8  # 行的上下留白收到这里能少一页时，就收：末页不只剩一两行
LEFT, WIDTH = 24 * MM, 162 * MM
TOP, FLOOR = 22 * MM, A4[1] - 22 * MM
HEAD_MOST = 8  # 表头至多几行；再长的题目是填错了，不能占满一页
BOX = 1.15  # 方框连同其后的空，占字号
_EPS = 0.001


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing on a line: text at x, or a check box (`ticked` not None)."""

    x: float
    text: str
    ticked: bool | None = None
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Line:
    """Marks on one baseline, in one style and size."""

    marks: Sequence[Mark]
    style: Style = "fang"
    size: float = SIZE

    @property
    def height(self) -> float:
        return self.size * LEADING / SIZE


@dataclass(frozen=True, slots=True)
class Block:
    """A cell's content broken into lines."""

    lines: Sequence[Line]
    centred: bool = False

    @property
    def height(self) -> float:
        return sum(line.height for line in self.lines)

    def fitting(self, room: float) -> int:
        """How many of its lines stand in `room` points."""
        used = 0.0
        for at, line in enumerate(self.lines):
            used += line.height
            if used > room + _EPS:
                return at
        return len(self.lines)


@dataclass(frozen=True, slots=True)
class Strip:
    """One row of a table: cells with their widths (points); `head` rows are shaded and repeat on every page they run over.

    `least` points are its height without the room over and under the text, however little is said in it. One that is
    `kept` never ends a page: what follows belongs to it.
    """

    cells: Sequence[Block]
    widths: Sequence[float]
    head: bool = False
    least: float = LEADING
    kept: bool = False

    @property
    def height(self) -> float:
        """Points of the tallest cell."""
        return max(self.least, *(cell.height for cell in self.cells))


class Pages:
    """Pages being filled from above. `foot` draws what stands under page n; `pad` points are left free over and under the
    text of every row; `floor` is where the text must end."""

    def __init__(
        self, canvas: Canvas, foot: Callable[[Canvas, int], None], *, pad: float = PAD_Y, floor: float = FLOOR
    ) -> None:
        self.canvas, self.pad, self.floor = canvas, pad, floor
        self._foot = foot
        self.page = 1
        self.y = TOP
        foot(canvas, 1)

    def turn(self) -> None:
        """Begin the next page."""
        self.canvas.next_page()
        self.page += 1
        self.y = TOP
        self._foot(self.canvas, self.page)

    def title(self, text: str) -> None:
        """What the paper is called, 小标宋 in the middle."""
        for line in balanced(text, "biaosong", TITLE, WIDTH)[:HEAD_MOST]:
            self.canvas.text_centred(LEFT + WIDTH / 2, self.y + TITLE * 0.86, line, "biaosong", TITLE)
            self.y += TITLE * 1.45
        self.y += 2

    def number(self, number: str, unit: str) -> None:
        """The line under the title."""
        self.canvas.text(LEFT, self.y + SIZE, f"编号：{number}", "song", 10.5)
        if unit:
            self.canvas.text_right(LEFT + WIDTH, self.y + SIZE, unit, "song", 10.5)
        self.y += SIZE + 6

    def heading(self, title: str, follows: int) -> None:
        """A group's heading, never the last thing on a page: at least `follows` lines of its table come with it."""
        lines = Breaker("hei", 12, WIDTH).lines(title)[:HEAD_MOST]
        if self.y + 8 + 18 * len(lines) + follows * LEADING + 2 * self.pad > self.floor:
            self.turn()
        self.y += 8
        for line in lines:
            self.canvas.text(LEFT, self.y + 12, line, "hei", 12)
            self.y += 18

    def run(self, strips: Sequence[Strip], *, behind: float = 0.0) -> None:
        """Strips one under the other; one that does not fit goes over whole, or in parts when it is taller than half a page.

        The last strip goes over with `behind` points of what follows it: nobody signs an empty page.
        """
        head = strips[0] if strips and strips[0].head else None
        for at, strip in enumerate(strips):
            todo: Strip | None = strip
            fresh = False
            while todo:
                after = behind if at == len(strips) - 1 else 0.0
                space = self.floor - self.y - 2 * self.pad
                room = int(space / LEADING + _EPS) * LEADING
                tall = todo.height
                if (strip.head or strip.kept) and at + 1 < len(strips):
                    # 各条另有自己的上下留白
                    tall += _least(strips[at + 1]) + (2 * self.pad if strip.kept else 0)
                if tall + after <= space + _EPS or (fresh and todo.height <= room + _EPS):
                    self._draw(todo)
                    break
                if fresh or (todo.height > (self.floor - TOP) / 2 and room >= 3 * LEADING):
                    top, todo = _cut(todo, room)
                    self._draw(top)
                self.turn()
                fresh = True
                if head and strip is not head:
                    self._draw(head)

    def _draw(self, strip: Strip) -> None:
        height = strip.height + 2 * self.pad
        x = LEFT
        edges = [x]
        if strip.head:
            self.canvas.fill(LEFT, self.y, sum(strip.widths), height)
        for block, width in zip(strip.cells, strip.widths, strict=True):
            # 标签和短答案居中，长文从上起
            top = self.y + self.pad + (strip.height - block.height) / 2
            for line in block.lines:
                baseline = top + (line.height - line.size) / 2 + line.size * 0.87
                for mark in line.marks:
                    self._mark(x + PAD_X, baseline, line, mark, x + width / 2 if block.centred else 0.0)
                top += line.height
            x += width
            edges.append(x)
        bottom = self.y + height
        segments = [(LEFT, self.y, x, self.y), (LEFT, bottom, x, bottom)]
        self.canvas.rules(segments + [(edge, self.y, edge, bottom) for edge in edges], 0.5)
        self.y = bottom

    def _mark(self, x: float, baseline: float, line: Line, mark: Mark, middle: float) -> None:
        if mark.ticked is not None:
            self.canvas.tick_box(x + mark.x, baseline, line.size, mark.ticked)
        elif middle and mark.scale == 1:
            self.canvas.text_centred(middle, baseline, mark.text, line.style, line.size)
        else:
            self.canvas.text(x + mark.x, baseline, mark.text, line.style, line.size, scale=mark.scale)


def settled(composed: Callable[[int, float], Pages]) -> tuple[int, float]:
    """How many pages a paper takes, and the room over and under its rows: the tight one where that saves a page.

    `composed(count, pad)` draws it; nobody knows `count` yet, so it is 0.
    """
    count = composed(0, PAD_Y).page
    if count > 1 and (fewer := composed(0, TIGHT_Y).page) < count:
        return fewer, TIGHT_Y
    return count, PAD_Y


def record_foot(canvas: Canvas, page: int, count: int, *, form: str, version: str, number: str) -> None:
    """表号, 版本, 第n页 共m页 and the number, under every page."""
    y = A4[1] - 13 * MM
    said = (f"表号：{form}" if form else "") + (f"　版本：{version}" if version else "")
    canvas.text(LEFT, y, said, "song", SMALL)
    canvas.text_centred(LEFT + WIDTH / 2, y, f"第{page}页 共{count}页", "song", SMALL)
    canvas.text_right(LEFT + WIDTH, y, number, "song", SMALL)


def text_block(text: str, width: float, style: Style = "fang", *, centred: bool = False, size: float = SIZE) -> Block:
    """Text in a cell of this width."""
    if style == "hei":
        return Block(
            [Line([Mark(0.0, x)], style, size) for x in balanced(text, style, size, width - 2 * PAD_X)], centred
        )
    breaker = Breaker(style, size, width - 2 * PAD_X, squeeze=SQUEEZE)
    lines = breaker.lines(text)
    return Block([Line([Mark(0.0, x, scale=breaker.tight.get(x, 1.0))], style, size) for x in lines], centred)


def choice_block(choices: Sequence[Choice], width: float, *, size: float = SIZE) -> Block:
    """Boxes and labels running on; a label breaks only when it is wider than the cell."""
    room = width - 2 * PAD_X
    kind = load("fang")
    lines: list[list[Mark]] = [[]]
    x = 0.0
    for choice in choices:
        parts = Breaker("fang", size, room - BOX * size).lines(choice.label)
        if x and x + BOX * size + kind.width(parts[0], size) > room:
            lines.append([])
            x = 0.0
        lines[-1].append(Mark(x, "", choice.ticked))
        for at, part in enumerate(parts):
            if at:
                lines.append([])
                x = 0.0
            lines[-1].append(Mark(x + BOX * size, part))
        x += BOX * size + kind.width(parts[-1], size) + size
    return Block([Line(marks, "fang", size) for marks in lines])


def table_strips(columns: Sequence[Column], rows: Sequence[Sequence[str | Sequence[Choice]]]) -> list[Strip]:
    """A table over the whole width: its head, then its rows."""
    scale = WIDTH / sum(column.width_mm for column in columns)
    widths = [column.width_mm * scale for column in columns]
    heads = [text_block(c.title, w, "hei", centred=True) for c, w in zip(columns, widths, strict=True)]
    strips = [Strip([Block(block.lines[:HEAD_MOST], block.centred) for block in heads], widths, head=True)]
    for row in rows:
        cells = [
            text_block(cell, w, centred=c.align == "center") if isinstance(cell, str) else choice_block(cell, w)
            for cell, c, w in zip(row, columns, widths, strict=True)
        ]
        strips.append(Strip(cells, widths))
    return strips


def _cut(strip: Strip, room: float) -> tuple[Strip, Strip]:
    """What of a strip stands in `room` points, at least a line of it, and the rest, at least a line of it."""
    most = max(len(cell.lines) for cell in strip.cells)
    counts = [max(1, min(cell.fitting(room), most - 1)) for cell in strip.cells]
    top = [Block(c.lines[:n], c.centred) for c, n in zip(strip.cells, counts, strict=True)]
    rest = [Block(c.lines[n:], c.centred) for c, n in zip(strip.cells, counts, strict=True)]
    return replace(strip, cells=top, least=LEADING), replace(strip, cells=rest, least=LEADING)


def _least(strip: Strip) -> float:
    """What of a strip must stand under a table's head: all of it, or three lines where it will be split."""
    return strip.height if strip.height <= 12 * LEADING + _EPS else 3 * LEADING
