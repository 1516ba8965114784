"""Keys of a form: Enter goes on, Shift+Enter back, and nothing is taken while a Chinese input method is composing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QCalendarWidget, QComboBox, QLineEdit, QWidget

if TYPE_CHECKING:
    from PySide6.QtGui import QWheelEvent


class Keys(QObject):
    """Watches the editors of one page.

    `step(editor, 1)` is asked for on Enter, `step(editor, -1)` on Shift+Enter; `left(editor)` when focus leaves.
    While a word is being composed no key is taken and no shortcut fires.
    """

    def __init__(
        self, parent: QWidget, *, step: Callable[[QWidget, int], None], left: Callable[[QWidget], None]
    ) -> None:
        super().__init__(parent)
        self._step = step
        self._left = left
        self._composing: QObject | None = None

    def watch(self, editor: QWidget) -> None:
        editor.installEventFilter(self)

    def composing(self) -> bool:
        return self._composing is not None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.InputMethod and isinstance(event, QInputMethodEvent):
            self._composing = watched if event.preeditString() else None
        elif kind == QEvent.Type.ShortcutOverride and self._composing is watched:
            # 正在拼音：Esc、Ctrl+S等留给输入法，不当作快捷键
            event.accept()
            return True
        elif kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and isinstance(watched, QWidget):
            return self._pressed(watched, event)
        elif kind == QEvent.Type.FocusOut and isinstance(watched, QWidget):
            if self._composing is watched:
                self._composing = None
            self._left(watched)
        return False

    def _pressed(self, editor: QWidget, event: QKeyEvent) -> bool:
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter) or self._composing is editor:
            return False
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if held == Qt.KeyboardModifier.NoModifier:
            self._step(editor, 1)
        elif held == Qt.KeyboardModifier.ShiftModifier:
            self._step(editor, -1)
        else:
            return False
        return True


def focus(editor: QWidget) -> None:
    """Go to an editor, writing on behind what stands there: selecting all would let the next key wipe it out."""
    editor.setFocus()
    if isinstance(editor, QLineEdit):
        editor.end(False)


class StillCombo(QComboBox):
    """A drop-down list that the wheel passes over."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class StillCalendar(QCalendarWidget):
    """A calendar that the wheel does not turn."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()
