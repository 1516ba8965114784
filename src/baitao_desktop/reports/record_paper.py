"""A filled record of any form on plain A4: the same few blocks whatever the form asks, so a new form needs no code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from baitao_desktop.reports.breaking import SQUEEZE, Breaker, balanced
from baitao_desktop.reports.canvas import A4, MM, Canvas
from baitao_desktop.reports.fonts import Style, load
from baitao_desktop.reports.papers import Answer, Choice, Column, Group, RecordPaper
from baitao_desktop.reports.photos import Jpeg, as_jpeg

SIZE, SMALL, TITLE = 12.0, 9.0, 20.0  # 正文小四：看表的人眼睛不一定好
LEADING = 17.5
PAD_X, PAD_Y = 4.0, 3.6
TIGHT_Y = 1.8  # 行的上下留白收到这里能少一页时，就收：末页不只剩一两行
LEFT, WIDTH = 24 * MM, 162 * MM
TOP, FLOOR = 22 * MM, A4[1] - 22 * MM
LABEL = 37 * MM
PHOTOS = 6  # 附页每页几张照片，两张一行
HEAD_MOST = 8  # 表头至多几行；再长的题目是填错了，不能占满一页
BOX = 1.15  # 方框连同其后的空，占字号


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing on a line: text at x, or a check box (`ticked` not None)."""

    x: float
    text: str
    ticked: bool | None = None
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Block:
    """A cell's content broken into lines."""

    lines: Sequence[Sequence[Mark]]
    style: Style = "fang"
    centred: bool = False


@dataclass(frozen=True, slots=True)
class Strip:
    """One row of a table: cells with their widths (points); `head` rows are shaded and repeat on every page they run over."""

    cells: Sequence[Block]
    widths: Sequence[float]
    head: bool = False

    @property
    def tall(self) -> int:
        """Lines of the tallest cell."""
        return max(1, *(len(cell.lines) for cell in self.cells))


def record_pdf(paper: RecordPaper) -> bytes:
    """The record as PDF, A4 upright: head, groups, history, signatures, then the photos two per row as 附页.

    The foot of every page carries 表号, 版本 and 第n页 共m页.
    """
    pictures = [as_jpeg(photo.data) for photo in paper.photos]
    count, pad = _pages(paper, PAD_Y), PAD_Y
    if count > 1 and (fewer := _pages(paper, TIGHT_Y)) < count:
        count, pad = fewer, TIGHT_Y
    sheets = -(-len(pictures) // PHOTOS)
    return _Press(paper, pictures, count + sheets, pad).paint()


def _pages(paper: RecordPaper, pad: float) -> int:
    """How many pages the record takes without its photos."""
    press = _Press(paper, (), 0, pad)
    press.compose()
    return press.page


class _Press:
    """Draws one record; run twice or thrice, the last time knowing how many pages there are.

    `pad` points are left free over and under the text of every row.
    """

    def __init__(self, paper: RecordPaper, pictures: Sequence[Jpeg], count: int, pad: float) -> None:
        self.paper = paper
        self.pad = pad
        self.pictures = pictures
        self.count = count
        self.page = 1
        self.canvas = Canvas(paper.title, A4, paper.watermark)
        self.y = TOP
        self._foot()

    def paint(self) -> bytes:
        """Draw everything; the file."""
        self.compose()
        self._photos()
        return self.canvas.data()

    def compose(self) -> None:
        """Draw all but the photos."""
        self._head()
        groups = self.paper.groups
        for group in groups:
            self._group(group, last=not self.paper.history and group is groups[-1])
        if self.paper.history:
            self._title("办理过程", 3)
            columns = (Column("时间", 38), Column("经手人", 32), Column("办理情况", 92))
            self._table(columns, self.paper.history, last=True)
        self._signatures()

    def _head(self) -> None:
        paper = self.paper
        middle = LEFT + WIDTH / 2
        for line in balanced(paper.title, "biaosong", TITLE, WIDTH)[:HEAD_MOST]:
            self.canvas.text_centred(middle, self.y + TITLE * 0.86, line, "biaosong", TITLE)
            self.y += TITLE * 1.45
        self.y += 2
        self.canvas.text(LEFT, self.y + SIZE, f"编号：{paper.number}", "song", 10.5)
        if paper.unit:
            self.canvas.text_right(LEFT + WIDTH, self.y + SIZE, paper.unit, "song", 10.5)
        self.y += SIZE + 6

    def _group(self, group: Group, *, last: bool) -> None:
        if group.title:
            self._title(group.title, 2)
        strips: list[Strip] = []
        waiting: list[Answer] = []
        for answer in group.answers:
            if answer.wide or answer.choices:
                strips += self._pairs(waiting)
                waiting = []
                strips.append(self._strip([answer], WIDTH - LABEL))
            else:
                waiting.append(answer)
        strips += self._pairs(waiting)
        self._run(strips, last=last and not group.table)
        if group.table:
            self._table(group.table.columns, group.table.rows, last=last)

    def _pairs(self, answers: Sequence[Answer]) -> list[Strip]:
        """Two answers to a row; one that needs more than two lines in half a row takes a whole one."""
        half = WIDTH / 2 - LABEL
        breaker = Breaker("fang", SIZE, half - 2 * PAD_X)
        strips: list[Strip] = []
        held: Answer | None = None
        for answer in answers:
            if len(breaker.lines(answer.value)) > 2:
                if held:
                    strips.append(self._strip([held], WIDTH - LABEL))
                    held = None
                strips.append(self._strip([answer], WIDTH - LABEL))
            elif held:
                strips.append(self._strip([held, answer], half))
                held = None
            else:
                held = answer
        if held:
            strips.append(self._strip([held], WIDTH - LABEL))
        return strips

    @staticmethod
    def _strip(answers: Sequence[Answer], width: float) -> Strip:
        cells: list[Block] = []
        widths: list[float] = []
        for answer in answers:
            cells.append(_text_block(answer.label, LABEL, "hei", centred=True))
            cells.append(_choice_block(answer.choices, width) if answer.choices else _text_block(answer.value, width))
            widths += [LABEL, width]
        return Strip(cells, widths)

    def _table(
        self, columns: Sequence[Column], rows: Sequence[Sequence[str | Sequence[Choice]]], *, last: bool
    ) -> None:
        scale = WIDTH / sum(column.width_mm for column in columns)
        widths = [column.width_mm * scale for column in columns]
        heads = [_text_block(c.title, w, "hei", centred=True) for c, w in zip(columns, widths, strict=True)]
        strips = [_part(Strip(heads, widths, head=True), 0, HEAD_MOST)]
        for row in rows:
            cells = [
                _text_block(cell, w, centred=c.align == "center") if isinstance(cell, str) else _choice_block(cell, w)
                for cell, c, w in zip(row, columns, widths, strict=True)
            ]
            strips.append(Strip(cells, widths))
        self._run(strips, last=last)

    def _title(self, title: str, follows: int) -> None:
        """A group's heading, never the last thing on a page: at least `follows` lines of its table come with it."""
        lines = Breaker("hei", 12, WIDTH).lines(title)[:HEAD_MOST]
        if self.y + 8 + 18 * len(lines) + follows * LEADING + 2 * self.pad > FLOOR:
            self._turn()
        self.y += 8
        for line in lines:
            self.canvas.text(LEFT, self.y + 12, line, "hei", 12)
            self.y += 18

    def _run(self, strips: Sequence[Strip], *, last: bool) -> None:
        """Strips one under the other; one that does not fit goes over whole, or in parts when it is taller than half a page.

        The last strip of the last table goes over with the signatures: nobody signs an empty page.
        """
        head = strips[0] if strips and strips[0].head else None
        for at, strip in enumerate(strips):
            todo: Strip | None = strip
            fresh = False
            while todo:
                behind = self._signing if last and at == len(strips) - 1 else 0.0
                room = int((FLOOR - self.y - 2 * self.pad) / LEADING)
                tall = todo.tall * LEADING + (_least(strips[at + 1]) if strip.head and at + 1 < len(strips) else 0)
                if self.y + tall + 2 * self.pad + behind <= FLOOR or (fresh and todo.tall <= room):
                    self._draw(todo)
                    break
                if fresh or (todo.tall * LEADING > (FLOOR - TOP) / 2 and room >= 3):
                    cut = max(1, min(room, todo.tall - 1))
                    self._draw(_part(todo, 0, cut))
                    todo = _part(todo, cut, todo.tall)
                self._turn()
                fresh = True
                if head and strip is not head:
                    self._draw(head)

    @property
    def _signing(self) -> float:
        """Height of the signature lines."""
        count = len(self.paper.signatures)
        return 14.0 + 30 * ((count + 1) // 2) if count else 0.0

    def _draw(self, strip: Strip) -> None:
        height = strip.tall * LEADING + 2 * self.pad
        x = LEFT
        edges = [x]
        if strip.head:
            self.canvas.fill(LEFT, self.y, sum(strip.widths), height)
        for block, width in zip(strip.cells, strip.widths, strict=True):
            # 标签和短答案居中，长文从上起
            spare = (strip.tall - len(block.lines)) * LEADING / 2
            baseline = self.y + self.pad + spare + (LEADING - SIZE) / 2 + SIZE * 0.87
            for line in block.lines:
                for mark in line:
                    self._mark(x + PAD_X, baseline, width, block, mark)
                baseline += LEADING
            x += width
            edges.append(x)
        bottom = self.y + height
        segments = [(LEFT, self.y, x, self.y), (LEFT, bottom, x, bottom)]
        self.canvas.rules(segments + [(edge, self.y, edge, bottom) for edge in edges], 0.5)
        self.y = bottom

    def _mark(self, x: float, baseline: float, width: float, block: Block, mark: Mark) -> None:
        if mark.ticked is not None:
            self.canvas.tick_box(x + mark.x, baseline, SIZE, mark.ticked)
        elif block.centred and mark.scale == 1:
            self.canvas.text_centred(x + (width - 2 * PAD_X) / 2, baseline, mark.text, block.style, SIZE)
        else:
            self.canvas.text(x + mark.x, baseline, mark.text, block.style, SIZE, scale=mark.scale)

    def _signatures(self) -> None:
        if not self.paper.signatures:
            return
        if self.y + self._signing > FLOOR:
            self._turn()
        self.y += 14
        for at, label in enumerate(self.paper.signatures):
            x = LEFT + (at % 2) * WIDTH / 2
            y = self.y + 14 + 30 * (at // 2)
            self.canvas.text(x, y, f"{label}：", "fang", SIZE)
            start = x + load("fang").width(f"{label}：", SIZE)
            self.canvas.line(start, y + 2, x + WIDTH / 2 - 10, y + 2, width=0.5)
        self.y += self._signing - 14

    def _photos(self) -> None:
        """附页: two photos a row, whole, in their own shape, each with its caption."""
        width, height = (WIDTH - 10) / 2, 68 * MM
        for at, (photo, picture) in enumerate(zip(self.paper.photos, self.pictures, strict=True)):
            if at % PHOTOS == 0:
                self._turn()
                self.canvas.text_centred(LEFT + WIDTH / 2, self.y + 12, "附页：照片", "hei", 12)
                self.y += 22
            elif at % 2 == 0:
                self.y += height + 20
            x = LEFT + (at % 2) * (width + 10)
            scale = min(width / picture.width, height / picture.height)
            w, h = picture.width * scale, picture.height * scale
            box = (x + (width - w) / 2, self.y + height - h, w, h)
            self.canvas.picture(picture.data, (picture.width, picture.height), picture.channels, box)
            caption = Breaker("song", SMALL, width).lines(
                f"{at + 1}. {photo.caption}" if photo.caption else f"{at + 1}."
            )
            more = "…" if len(caption) > 1 else ""
            text = caption[0] if not more else caption[0][:-1] + more
            self.canvas.text_centred(x + width / 2, self.y + height + 12, text, "song", SMALL)

    def _turn(self) -> None:
        self.canvas.next_page()
        self.page += 1
        self.y = TOP
        self._foot()

    def _foot(self) -> None:
        y = A4[1] - 13 * MM
        form = f"表号：{self.paper.form}" if self.paper.form else ""
        form += f"　版本：{self.paper.version}" if self.paper.version else ""
        self.canvas.text(LEFT, y, form, "song", SMALL)
        self.canvas.text_centred(LEFT + WIDTH / 2, y, f"第{self.page}页 共{self.count}页", "song", SMALL)
        self.canvas.text_right(LEFT + WIDTH, y, self.paper.number, "song", SMALL)


def _text_block(text: str, width: float, style: Style = "fang", *, centred: bool = False) -> Block:
    if style == "hei":
        return Block([[Mark(0.0, line)] for line in balanced(text, style, SIZE, width - 2 * PAD_X)], style, centred)
    breaker = Breaker(style, SIZE, width - 2 * PAD_X, squeeze=SQUEEZE)
    return Block(
        [[Mark(0.0, line, scale=breaker.tight.get(line, 1.0))] for line in breaker.lines(text)], style, centred
    )


def _choice_block(choices: Sequence[Choice], width: float) -> Block:
    """Boxes and labels running on; a label breaks only when it is wider than the cell."""
    room = width - 2 * PAD_X
    kind = load("fang")
    lines: list[list[Mark]] = [[]]
    x = 0.0
    for choice in choices:
        parts = Breaker("fang", SIZE, room - BOX * SIZE).lines(choice.label)
        if x and x + BOX * SIZE + kind.width(parts[0], SIZE) > room:
            lines.append([])
            x = 0.0
        lines[-1].append(Mark(x, "", choice.ticked))
        for at, part in enumerate(parts):
            if at:
                lines.append([])
                x = 0.0
            lines[-1].append(Mark(x + BOX * SIZE, part))
        x += BOX * SIZE + kind.width(parts[-1], SIZE) + SIZE
    return Block(lines)


def _part(strip: Strip, start: int, end: int) -> Strip:
    """Lines `start` to `end` of every cell."""
    cells = [Block(block.lines[start:end], block.style, block.centred) for block in strip.cells]
    return Strip(cells, strip.widths, strip.head)


def _least(strip: Strip) -> float:
    """What of a strip must stand under a table's head: all of it, or three lines where it will be split."""
    return (strip.tall if strip.tall <= 12 else 3) * LEADING
