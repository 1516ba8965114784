"""Many of a long list, and putting things in order: lists that stay quick with a thousand lines."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QListView, QWidget

from baitao_desktop.domain.ops import Json
from baitao_desktop.domain.pinyin import matches
from baitao_desktop.ui import look
from baitao_desktop.ui.fields.base import Asks, Choice, Field, link_button
from baitao_desktop.ui.fields.choices import names_of

_Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
MOST_NAMED = 6
"""So many chosen ones are named under the list, the rest counted."""


class _OneColumn(QAbstractListModel):
    """Qt hides columnCount of a list model from Python; whoever reads any model as a table needs it."""

    def columnCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else 1


class _Ticks(_OneColumn):
    """Lines with a tick; a thousand boxes as widgets would take seconds, a model takes nothing.

    The tick is a picture of the program's own: Qt's check mark of a list line lies on the words as soon as the sheet
    makes it larger (PySide6 6.8.3).
    """

    ticked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[Choice] = []
        self.chosen: set[str] = set()
        side = round(look.unit() * 1.2)
        self._off, self._on = (look.picture(name, size=side) for name in ("check", "check_on"))

    def show_these(self, choices: Sequence[Choice]) -> None:
        self.beginResetModel()
        self.shown = list(choices)
        self.endResetModel()

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.shown)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        choice = self.shown[index.row()]
        on = choice.value in self.chosen
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return choice.label
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{choice.label} {'已选' if on else '未选'}"
        if role == Qt.ItemDataRole.DecorationRole:
            return self._on if on else self._off
        return None

    def turn(self, index: QModelIndex) -> None:
        """Tick a line, or take its tick away."""
        if index.isValid():
            self.chosen ^= {self.shown[index.row()].value}
            self.dataChanged.emit(index, index)
            self.ticked.emit()


class StillList(QListView):
    """A list inside a page: the wheel turns the page as long as the list has not been gone to. `turned(index)`: Space
    or a click on a line."""

    turned = Signal(QModelIndex)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("choices")
        self.setUniformItemSizes(True)
        self.setMaximumWidth(look.unit() * 28)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setStyleSheet(
            f"QListView#choices:!focus {{ selection-background-color: {look.ACCENT_SOFT}; selection-color: {look.TEXT}; }}"
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self.turned.emit(self.currentIndex())
            return
        super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self.turned.emit(self.indexAt(event.position().toPoint()))

    def be_tall(self, rows: int) -> None:
        """As tall as so many rows."""
        self.ensurePolished()
        self.setFixedHeight(max(1, rows) * max(self.sizeHintForRow(0), round(look.unit() * 2.2)) + 4)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class _Find(QLineEdit):
    """↓ goes to the list."""

    down = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.down.emit()
            return
        super().keyPressEvent(event)


class ManyListField(Field):
    """Any number of many: a list with ticks and a box above it that finds by characters or pinyin initials.

    In the box ↓ goes to the list and Enter to the next question; in the list Space ticks. What is chosen is named
    under the list, so that it is seen whatever is being looked for.
    """

    def __init__(self, asks: Asks, choices: Sequence[Choice]) -> None:
        super().__init__(asks)
        self._chosen: list[str] = []
        self._choices: list[Choice] = []
        self.line = _Find()
        self.line.down.connect(self._into)
        self.line.setPlaceholderText("可输入汉字或拼音首字母")
        self.line.setMaximumWidth(look.unit() * 28)
        self.model = _Ticks()
        self.view = StillList()
        self.view.setModel(self.model)
        self.view.turned.connect(self.model.turn)
        self.editors = [self.line, self.view]
        self.add_editor(self.line)
        self.add_editor(self.view)
        self.close_body()
        self.line.textChanged.connect(self._find)
        self.model.ticked.connect(self._ticked)
        self.set_choices(choices)

    def set_choices(self, choices: Sequence[Choice]) -> None:
        if list(choices) != self._choices:
            self._choices = list(choices)
            self._find()
            self._tell()

    def value(self) -> Json:
        return list(self._chosen) or None

    def set_value(self, value: Json) -> None:
        self._chosen = names_of(value)
        self.model.chosen = set(self._chosen)
        self.view.viewport().update()
        self._tell()

    def name_editors(self) -> None:
        super().name_editors()
        self.line.setAccessibleName(f"{self.asks.label} 查找")

    def _into(self) -> None:
        if self.model.shown:
            self.view.setFocus()
            self.view.setCurrentIndex(self.model.index(max(0, self.view.currentIndex().row())))

    def _find(self) -> None:
        typed = self.line.text().strip()
        self.model.show_these([c for c in self._choices if matches(c.label, typed)] if typed else self._choices)
        self.view.be_tall(min(8, len(self.model.shown)))

    def _ticked(self) -> None:
        known = [c.value for c in self._choices]
        strange = [name for name in self._chosen if name not in set(known)]
        self._chosen = [name for name in known if name in self.model.chosen] + strange
        self._tell()
        self.edited()

    def _tell(self) -> None:
        named = [c.label for c in self._choices if c.value in self.model.chosen]
        more = f" 等{len(named)}项" if len(named) > MOST_NAMED else ""
        self.echo("已选：" + "、".join(named[:MOST_NAMED]) + more if named else "")


class _Order(StillList):
    """Alt+↑ and Alt+↓ move the line one stands on."""

    moved = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ways = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if event.modifiers() & Qt.KeyboardModifier.AltModifier and event.key() in ways:
            self.moved.emit(ways[Qt.Key(event.key())])
            return
        super().keyPressEvent(event)


class _Lines(_OneColumn):
    """Numbered lines once there is an order, plain ones before."""

    def __init__(self) -> None:
        super().__init__()
        self.choices: list[Choice] = []
        self.numbered = False

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.choices)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        label = self.choices[index.row()].label
        return f"{index.row() + 1}. {label}" if self.numbered else f"—  {label}"


class RankField(Field):
    """Put in order with 上移, 下移 or Alt+↑, Alt+↓. Empty until the person has moved something or taken the order as
    it stands; the value names all choices, the first first."""

    def __init__(self, asks: Asks, choices: Sequence[Choice]) -> None:
        super().__init__(asks)
        self._all = list(choices)
        self._names: list[str] = []
        self.model = _Lines()
        self.view = _Order()
        self.view.setModel(self.model)
        self.view.moved.connect(self.move_by)
        self.up, self.down = link_button("上移", "up"), link_button("下移", "lower")
        self.take, self.clear = link_button("就按这个顺序", "ok"), link_button("清除排序", "undo")
        self.up.clicked.connect(lambda: self.move_by(-1))
        self.down.clicked.connect(lambda: self.move_by(1))
        self.take.clicked.connect(lambda: self._take(ordered=True))
        self.clear.clicked.connect(lambda: self._take(ordered=False))
        self.editors = [self.view, self.up, self.down, self.take, self.clear]
        self.add_editor(self.view)
        self.add_editor(self.up, beside=[self.down, self.take, self.clear], stretch=0)
        self.close_body()
        self._show(self._arranged())

    def first_editor(self) -> QWidget | None:
        return self.view if self.view.isEnabled() else None

    def set_choices(self, choices: Sequence[Choice]) -> None:
        """New entries; the order of those that stay is kept, and what was answered until the person says otherwise."""
        if {c.value: c for c in self.model.choices} != {c.value: c for c in choices}:
            self._all = list(choices)
            self._show(self._arranged())

    def value(self) -> Json:
        return list(self._names) or None

    def set_value(self, value: Json) -> None:
        self._names = names_of(value)
        self._show(self._arranged())

    def move_by(self, way: int) -> None:
        """Move the line one stands on up (−1) or down (1)."""
        at, choices = self.view.currentIndex().row(), list(self.model.choices)
        to = at + way
        if 0 <= at < len(choices) and 0 <= to < len(choices):
            choices[at], choices[to] = choices[to], choices[at]
            self._names = [c.value for c in choices]
            self._show(choices)
            self.view.setCurrentIndex(self.model.index(to))
            self.edited()

    def _take(self, *, ordered: bool) -> None:
        names = [c.value for c in self.model.choices] if ordered else []
        if names != self._names:
            self._names = names
            self._show(self.model.choices)
            self.edited()

    def _arranged(self) -> list[Choice]:
        """The choices there are, those ranked first in their order."""
        known = {c.value: c for c in self._all}
        first = [known.pop(name) for name in self._names if name in known]
        return [*first, *known.values()]

    def _show(self, choices: Sequence[Choice]) -> None:
        at = max(0, self.view.currentIndex().row())
        self.model.beginResetModel()
        self.model.choices = list(choices)
        self.model.numbered = bool(self._names) and self._names == [c.value for c in choices]
        self.model.endResetModel()
        self.view.setCurrentIndex(self.model.index(min(at, len(choices) - 1)) if choices else QModelIndex())
        self.view.be_tall(min(12, len(choices)))
        self._tell()

    def _tell(self) -> None:
        self.take.setVisible(not self.model.numbered and bool(self.model.choices))
        self.clear.setVisible(bool(self._names))
        how = "选中一行后上移、下移（Alt+↑、Alt+↓），或按“就按这个顺序”"
        state = "选项变了，请重新排：" if self._names else "还没有排序："
        self.echo("" if self.model.numbered else state + how)
