"""What a person's hands do: Chinese words through an input method, keys, the wheel."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QInputMethodEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None, "没有焦点"
    return widget


def compose(text: str, widget: QWidget | None = None) -> None:
    """Pinyin stands in the box, not yet committed."""
    QApplication.sendEvent(widget or focused(), QInputMethodEvent(text, []))


def write(text: str, widget: QWidget | None = None) -> None:
    """Commit a phrase, as input methods do. keyClicks with Chinese would abort the interpreter (setup.md §6)."""
    event = QInputMethodEvent()
    event.setCommitString(text)
    QApplication.sendEvent(widget or focused(), event)


def press(key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(focused(), key, held)


def enter(*, shift: bool = False) -> None:
    press(Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier)


def turn_wheel(widget: QWidget) -> None:
    event = QWheelEvent(
        QPointF(5, 5), QPointF(widget.mapToGlobal(QPoint(5, 5))), QPoint(), QPoint(0, -120),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)
