"""Choosing: a row of buttons, a list found by pinyin initials, a grid of ticks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, Signal
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QCheckBox, QLineEdit, QRadioButton, QWidget

from baitao_desktop.domain.pinyin import matches
from baitao_desktop.ui import look
from baitao_desktop.ui.fields.base import Asks, Choice, Field, check_box, plain_button_text
from baitao_desktop.ui.fields.grid import Grid

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QMouseEvent

    from baitao_desktop.domain.ops import Json

MOST_SHOWN = 2000


def name_of(value: Json) -> str | None:
    """The chosen name of an answer; a form may say that its names are numbers."""
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return str(value) or None
    return None


def names_of(value: Json) -> list[str]:
    """The chosen names of an answer, in their order."""
    if isinstance(value, list):
        return [str(one) for one in value]
    return str(value).split() if isinstance(value, str | int | float) else []


def name_by_choices(field: Field, choices: Sequence[Choice]) -> None:
    """Each button is called by its question and its own words, folded or not shown as they may be."""
    for choice, editor in zip(choices, field.editors, strict=False):
        editor.setAccessibleName(f"{field.asks.label} {choice.label}")
        editor.setAccessibleDescription(field.problem() or field.asks.hint)


class _Radio(QRadioButton):
    """One of a row: digits choose by place, Delete empties, arrows move."""

    digit = Signal(int)
    emptied = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier == Qt.KeyboardModifier.NoModifier:
            if Qt.Key.Key_1 <= event.key() <= Qt.Key.Key_9:
                self.digit.emit(int(event.key()) - int(Qt.Key.Key_1))
                return
            if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
                self.emptied.emit()
                return
        super().keyPressEvent(event)


class RowField(Field):
    """One of few, all in view, in a row (or `columns`). Keys 1 to 9 choose by place, arrows move, Delete empties.

    `bare`: a row of a table (see Grid). `quick`: a click or a digit goes on to the next question at once.
    """

    def __init__(
        self, asks: Asks, choices: Sequence[Choice], columns: int = 0, *, bare: bool = False, quick: bool = False
    ) -> None:
        super().__init__(asks)
        self._value: str | None = None
        self._choices: list[Choice] = []
        self._quick = quick
        self._group = QButtonGroup(self)
        self._grid = Grid(columns, bare=bare)
        self.add_editor(self._grid)
        self.close_body()
        self.set_choices(choices)

    def set_choices(self, choices: Sequence[Choice]) -> None:
        if list(choices) == self._choices:
            return
        self._choices = list(choices)
        self._group = QButtonGroup(self)
        buttons: list[tuple[QAbstractButton, str]] = []
        for i, choice in enumerate(choices):
            radio = _Radio(plain_button_text(choice.label))
            self._group.addButton(radio, i)
            radio.digit.connect(self._pressed)
            radio.emptied.connect(lambda: self._choose(-1))
            buttons.append((radio, choice.label))
        self._group.idClicked.connect(self._pressed)
        # 方向键移动时只有 toggled，没有 clicked
        self._group.idToggled.connect(lambda at, on: self._choose(at) if on else None)
        self._grid.set_buttons(buttons)
        self.editors = [button for button, _ in buttons]
        self.name_editors()
        self._show()

    def value(self) -> Json:
        return self._value

    def set_value(self, value: Json) -> None:
        self._value = name_of(value)
        self._show()

    def first_editor(self) -> QWidget | None:
        return self._group.checkedButton() or super().first_editor()

    def name_editors(self) -> None:
        name_by_choices(self, self._choices)

    def _pressed(self, at: int) -> None:
        self._choose(at)
        if self._quick and at < len(self._choices):
            self.stepped.emit(self)

    def _choose(self, at: int) -> None:
        if at >= len(self._choices):
            return
        chosen = self._choices[at].value if at >= 0 else None
        if chosen != self._value:
            self._value = chosen
            self._show()
            self.edited()

    def _show(self) -> None:
        self._group.blockSignals(True)
        self._group.setExclusive(False)
        on: QAbstractButton | None = None
        for i, choice in enumerate(self._choices):
            button = self._group.button(i)
            button.setChecked(choice.value == self._value)
            on = button if choice.value == self._value else on
        self._group.setExclusive(True)
        self._group.blockSignals(False)
        # 一行只停一次Tab：选中的，没选时第一个
        stop = on or next(iter(self.editors), None)
        for editor in self.editors:
            editor.setFocusPolicy(Qt.FocusPolicy.StrongFocus if editor is stop else Qt.FocusPolicy.ClickFocus)


class _Pick(QLineEdit):
    """The box of a list: a click, Down or Alt+Down opens it."""

    opened = Signal()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_F4):
            self.opened.emit()
            return
        super().keyPressEvent(event)


class PickField(Field):
    """One of a list: type characters or pinyin initials (bt → 白涛), Enter takes the first; click or ↓ shows all.

    `stepped` tells that a choice was taken by Enter or Tab.
    """

    def __init__(self, asks: Asks, choices: Sequence[Choice]) -> None:
        from PySide6.QtCore import QStringListModel
        from PySide6.QtGui import QAction
        from PySide6.QtWidgets import QCompleter, QListView, QStyledItemDelegate

        super().__init__(asks)
        self._value: str | None = None
        self._choices: list[Choice] = []
        self._found: list[Choice] = []
        self.line = _Pick()
        self.line.setPlaceholderText("可输入汉字或拼音首字母")
        self.line.setMaximumWidth(look.unit() * 28)
        arrow = QAction(look.icon("down"), "展开", self.line)
        arrow.triggered.connect(self.open_all)
        self.line.addAction(arrow, QLineEdit.ActionPosition.TrailingPosition)
        self.editors = [self.line]
        self.add_editor(self.line)
        self.close_body()
        self._rows = QStringListModel(self)
        self.completer = QCompleter(self._rows, self)
        self.completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self.completer.setMaxVisibleItems(8)
        view = QListView()
        view.setObjectName("choices")
        # 一千行逐行量高要半秒，行高其实都一样
        view.setUniformItemSizes(True)
        view.setAccessibleName(asks.label)
        self.completer.setPopup(view)
        # QCompleter 自带的代表不理会样式表里的行高和边距
        view.setItemDelegate(QStyledItemDelegate(view))
        self.completer.setWidget(self.line)
        view.installEventFilter(self)
        self.completer.activated[QModelIndex].connect(self._taken)  # type: ignore[index]
        self.line.opened.connect(self.open_all)
        self.line.textEdited.connect(self._typed)
        self.line.installEventFilter(self)
        self.set_choices(choices)

    def set_choices(self, choices: Sequence[Choice]) -> None:
        if list(choices) != self._choices:
            self._choices = list(choices)
            self._show()

    def value(self) -> Json:
        return self._value

    def set_value(self, value: Json) -> None:
        self._value = name_of(value)
        self._show()

    def trouble(self) -> str:
        text = self.line.text().strip()
        return "请从列表中选一个，或清空" if text and text != self._label_now() else ""

    def set_read_only(self, *, read_only: bool) -> None:
        self.line.setEnabled(not read_only)

    def open_all(self) -> None:
        """Show the whole list, the chosen one marked."""
        if self.line.isEnabled():
            self._offer(self._choices, take_first=False)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.line and event.type() == QEvent.Type.FocusOut and not self.completer.popup().isVisible():
            self._settle()
        return super().eventFilter(watched, event)

    def _typed(self, text: str) -> None:
        typed = text.strip()
        if not typed:
            self._set(None)
            self.completer.popup().hide()
            return
        exact = next((c for c in self._choices if c.label == typed), None)
        self._set(exact.value if exact else None)
        found = [c for c in self._choices if matches(c.label, typed)]
        # 以所输开头的排前面
        found.sort(key=lambda c: not c.label.startswith(typed))
        if found:
            self._offer(found)
        else:
            self.completer.popup().hide()
        self.echo("" if found else "列表里没有，换个字试试", "warning")

    def _offer(self, choices: Sequence[Choice], *, take_first: bool = True) -> None:
        self._found = list(choices[:MOST_SHOWN])
        self._rows.setStringList([c.label for c in self._found])
        self.completer.complete()
        # 只是打开来看时不预选第一项：此时按Tab离开，不该替人选上
        none = 0 if take_first else -1
        at = next((i for i, c in enumerate(self._found) if c.value == self._value), none)
        self.completer.popup().setCurrentIndex(self.completer.completionModel().index(at, 0))

    def _taken(self, index: QModelIndex) -> None:
        at = index.row()
        if 0 <= at < len(self._found):
            self._set(self._found[at].value)
            self._show()
            self.stepped.emit(self)

    def _settle(self) -> None:
        """Leaving with words typed: one match is taken, else the words stay and trouble() says so."""
        typed = self.line.text().strip()
        if self._value is None and typed:
            found = [c for c in self._choices if matches(c.label, typed)]
            if len(found) == 1:
                self._set(found[0].value)
                self._show()

    def _set(self, value: str | None) -> None:
        if value != self._value:
            self._value = value
            self.edited()

    def _label_now(self) -> str:
        return next((c.label for c in self._choices if c.value == self._value), self._value or "")

    def _show(self) -> None:
        if self.line.text() != self._label_now():
            self.line.setText(self._label_now())
            self.line.setCursorPosition(0)
        self.echo("")


class ManyField(Field):
    """Any number of a few, in `columns` (0 = one after another); Space ticks, Enter goes on. `bare`: see Grid."""

    def __init__(self, asks: Asks, choices: Sequence[Choice], columns: int = 1, *, bare: bool = False) -> None:
        super().__init__(asks)
        self._chosen: list[str] = []
        self._choices: list[Choice] = []
        self._grid = Grid(columns, bare=bare)
        self.add_editor(self._grid)
        self.close_body()
        self.set_choices(choices)

    def set_choices(self, choices: Sequence[Choice]) -> None:
        if list(choices) == self._choices:
            return
        self._choices = list(choices)
        buttons: list[tuple[QAbstractButton, str]] = []
        for choice in choices:
            box = QCheckBox(plain_button_text(choice.label))
            box.setChecked(choice.value in self._chosen)
            box.toggled.connect(self._toggled)
            buttons.append((box, choice.label))
        self._grid.set_buttons(buttons)
        self.editors = [button for button, _ in buttons]
        self.name_editors()

    def name_editors(self) -> None:
        name_by_choices(self, self._choices)

    def value(self) -> Json:
        return list(self._chosen) or None

    def set_value(self, value: Json) -> None:
        self._chosen = names_of(value)
        for choice, box in zip(self._choices, self.editors, strict=True):
            if isinstance(box, QCheckBox):
                blocked = box.blockSignals(True)
                box.setChecked(choice.value in self._chosen)
                box.blockSignals(blocked)

    def _toggled(self) -> None:
        on = {
            c.value
            for c, box in zip(self._choices, self.editors, strict=True)
            if isinstance(box, QCheckBox) and box.isChecked()
        }
        self._chosen = [c.value for c in self._choices if c.value in on]
        self.edited()


class AckField(Field):
    """Read and understood: one tick. Stored as OK, as ODK does."""

    def __init__(self, asks: Asks) -> None:
        super().__init__(asks)
        self.box = check_box("已知晓")
        self.editors = [self.box]
        self.add_editor(self.box, stretch=0)
        self.close_body()
        self.box.toggled.connect(self.edited)

    def value(self) -> Json:
        return "OK" if self.box.isChecked() else None

    def set_value(self, value: Json) -> None:
        blocked = self.box.blockSignals(True)
        self.box.setChecked(bool(value))
        self.box.blockSignals(blocked)
