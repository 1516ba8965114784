"""任务一览 at the office: units × tasks on screen, each mark told in its tooltip, a click opens that unit's task."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from baitao_desktop.actions import task_papers, tasks
from baitao_desktop.actions.desk import Desk
from baitao_desktop.actions.tasks import Wall
from baitao_desktop.domain.catalogue import Task
from baitao_desktop.domain.tasks import STATES, Instance
from baitao_desktop.ui import look
from baitao_desktop.ui.fields.base import label_of
from baitao_desktop.ui.pages.parts import act_button, chips, rows_of, sign
from baitao_desktop.ui.pages.preview import PreviewPage
from baitao_desktop.ui.pages.seat import DeskPage, Seat
from baitao_desktop.ui.pages.tasks_parts import SIGNS, MonthChip, PhaseChips

Index = QModelIndex | QPersistentModelIndex
CELL = 2.2  # em
GROUNDS = {"record": look.OK_SOFT, "hand": look.OK_SOFT, "overdue": look.ERROR_SOFT}
_NOTHING = QModelIndex()


class WallModel(QAbstractTableModel):
    """One row per unit, one column per task, under them how many have done it. `instance(index)` says what stands in a
    cell, None where the unit does not do the task."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.wall: Wall | None = None
        self.tasks: tuple[Task, ...] = ()

    def show(self, wall: Wall, chosen: tuple[Task, ...]) -> None:
        self.beginResetModel()
        self.wall, self.tasks = wall, chosen
        self.endResetModel()

    def rowCount(self, parent: Index = _NOTHING) -> int:
        return 0 if parent.isValid() or self.wall is None else len(self.wall.units) + 1

    def columnCount(self, parent: Index = _NOTHING) -> int:
        return 0 if parent.isValid() else len(self.tasks)

    def unit(self, row: int) -> str:
        """The unit of a row; empty for the row of totals."""
        return self.wall.units[row] if self.wall is not None and row < len(self.wall.units) else ""

    def instance(self, index: Index) -> Instance | None:
        if self.wall is None:
            return None
        return self.wall.cells.get((self.unit(index.row()), self.tasks[index.column()].id))

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        found = self.instance(index)
        if found is not None and role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.told(found)
        if self.wall is not None and not self.unit(index.row()):
            done, of = self.wall.by_task[self.tasks[index.column()].id]
            if role == Qt.ItemDataRole.DisplayRole:
                return str(done)
            if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
                return f"{self.tasks[index.column()].action}：{of}个单位承担，{done}个已做完"
        return None

    def told(self, found: Instance) -> str:
        """A cell in words: unit, clause, task, state, numbers, time limit."""
        limit = task_papers.limit_text(found)
        state = STATES[found.state] + (f"，{found.count}条记录" if found.count else "")
        lines = [f"{self._desk.campaign.unit_name(found.unit)}：{state}", f"{found.task.clause}　{found.task.action}"]
        return "\n".join([*lines, limit] if limit else lines)

    def headerData(self, section: int, way: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if self.wall is None:
            return None
        if way == Qt.Orientation.Horizontal:
            task = self.tasks[section]
            if role == Qt.ItemDataRole.DisplayRole:
                return task.clause
            return f"{task.clause}　{task.action}" if role == Qt.ItemDataRole.ToolTipRole else None
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        unit = self.unit(section)
        if not unit:
            return "已做完的单位数"
        done, of = self.wall.by_unit.get(unit, (0, 0))
        return f"{self._desk.campaign.unit_name(unit)}　{done}/{of}"


@cache
def _mark(icon: str, colour: str, size: int, ratio: float) -> QPixmap:  # noqa: ARG001
    """The picture of a state, drawn once a size and screen."""
    return look.picture(icon, colour, size)


class _Marks(QStyledItemDelegate):
    """Draws a mark in the middle of its cell; a cell that is nobody's task stays grey."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        if not isinstance(model, WallModel) or not model.unit(index.row()):
            super().paint(painter, option, index)
            return
        room: QRect = option.rect  # type: ignore[attr-defined]
        found = model.instance(index)
        painter.fillRect(room, QColor(GROUNDS.get(found.state, look.PAPER) if found else look.WINDOW))
        if found is None:
            return
        icon, colour, _ = SIGNS[found.state]
        size = round(look.unit() * 1.1)
        drawn = _mark(icon, colour, size, painter.device().devicePixelRatio())
        painter.drawPixmap(room.center().x() - size // 2, room.center().y() - size // 2, drawn)
        table = self.parent()
        if isinstance(table, QTableView) and table.hasFocus() and table.currentIndex() == index:
            painter.setPen(QColor(look.ACCENT))
            painter.drawRect(room.adjusted(1, 1, -2, -2))


class _Clauses(QHeaderView):
    """Clauses written upwards, so that thirty of them stand side by side."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setSectionsClickable(False)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), round(look.unit() * 5))

    def paintSection(self, painter: QPainter, room: QRect, section: int) -> None:
        model = self.model()
        painter.save()
        painter.fillRect(room, QColor(look.NAV))
        painter.setPen(QColor(look.LINE))
        painter.drawLine(room.topRight(), room.bottomRight())
        painter.setPen(QColor(look.NAV_TEXT))
        painter.translate(room.left(), room.bottom())
        painter.rotate(-90)
        text = str(model.headerData(section, Qt.Orientation.Horizontal))
        painter.drawText(QRect(6, 0, room.height() - 8, room.width()), Qt.AlignmentFlag.AlignVCenter, text)
        painter.restore()


class WallPage(DeskPage):
    """`open_cell(index)` opens what stands in a cell."""

    room = "tasks"
    help_topic = "tasks"

    def __init__(self, seat: Seat) -> None:
        super().__init__(seat, "任务", wide=True, scrolls=False)
        self.inside.setSpacing(8)
        self.month = MonthChip(self.desk, self.refresh)
        self.phases = PhaseChips(self.desk, self._choose)
        self.inside.addWidget(chips(*self.phases.chips.values(), self.month, *_legend()))
        self.model = WallModel(self.desk)
        self.table = self._make_table()
        self.inside.addWidget(self.table, 1)
        self.said = label_of("", "hint")
        self.a3 = act_button("预览（A3）", self.preview, icon="print")
        self.a4 = act_button("预览（A4）", lambda: self.preview(small=True), icon="print")
        row = rows_of(self.said, self.a3, self.a4, stretch=False)
        row.setStretchFactor(self.said, 1)
        self.inside.addLayout(row)

    def opened(self, **args: object) -> None:  # noqa: ARG002
        self.refresh()

    def refresh(self) -> None:
        desk, month = self.desk, self.month.month
        self.read(lambda _tell: tasks.wall(desk, month), self._show)

    def first_focus(self) -> QWidget | None:
        return self.table

    def open_cell(self, index: Index) -> None:
        """The unit's list with this task folded out."""
        unit = self.model.unit(index.row())
        if unit:
            task = self.model.tasks[index.column()].id if self.model.instance(index) is not None else ""
            self.win.show_page("unit_tasks", unit=unit, task=task, month=self.month.month.name)

    def open_unit(self, row: int) -> None:
        """The unit's whole list."""
        if unit := self.model.unit(row):
            self.win.show_page("unit_tasks", unit=unit, month=self.month.month.name)

    def preview(self, *, small: bool = False) -> None:
        desk, month = self.desk, self.month.month

        def save(folder: Path) -> Path:
            return task_papers.save_wall(desk, folder, month, small=small).value

        self.act(
            lambda _tell: task_papers.wall_pdf(desk, month, small=small),
            done=lambda pdf: self._preview(pdf, save),
            title="正在排版任务一览",
        )

    def _preview(self, pdf: bytes, save: Callable[[Path], Path]) -> None:
        self.win.open_page(PreviewPage(self.seat, "任务完成情况一览", pdf, save))

    def restyled(self) -> None:
        super().restyled()
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            entered = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers()
            if entered and self.table.currentIndex().isValid():
                self.open_cell(self.table.currentIndex())
                return True
        return super().eventFilter(watched, event)

    def _make_table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.model)
        table.setItemDelegate(_Marks(table))
        table.setHorizontalHeader(_Clauses())
        table.setAccessibleName("任务一览：每行一个单位，每列一项任务")
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setTabKeyNavigation(False)
        table.setStyleSheet(f"QTableCornerButton::section {{ background: {look.NAV}; border: none; }}")
        table.setShowGrid(True)
        table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        for header in (table.horizontalHeader(), table.verticalHeader()):
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            header.setHighlightSections(False)
        table.verticalHeader().setSectionsClickable(True)
        table.verticalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        table.verticalHeader().sectionClicked.connect(self.open_unit)
        table.clicked.connect(self.open_cell)
        table.installEventFilter(self)
        return table

    def _fit(self) -> None:
        side = round(look.unit() * CELL)
        self.table.verticalHeader().setDefaultSectionSize(side)
        self.table.horizontalHeader().setMinimumSectionSize(side)
        self.table.horizontalHeader().setDefaultSectionSize(side)

    def _choose(self) -> None:
        if self.model.wall is not None:
            self._show(self.model.wall)

    def _show(self, wall: Wall) -> None:
        chosen = tuple(task for task in wall.tasks if self.phases.takes(task))
        self.model.show(wall, chosen)
        self._fit()
        cells = [i for (_, task), i in wall.cells.items() if task in {t.id for t in chosen}]
        late = sum(i.state == "overdue" for i in cells)
        said = f"已做完{sum(i.done for i in cells)}，共{len(cells)}"
        self.said.setText(said + (f"，已逾期{late}" if late else "") + "。点一格或单位名看详细。")


def _legend() -> list[QWidget]:
    """Each mark with its word."""
    made = []
    for state, words in STATES.items():
        holder = QWidget()
        row = rows_of(sign(SIGNS[state][0], SIGNS[state][1], words), label_of(words, wrap=False), stretch=False)
        row.setSpacing(4)
        holder.setLayout(row)
        holder.setMinimumHeight(round(look.unit() * 2.2))
        made.append(holder)
    return made
