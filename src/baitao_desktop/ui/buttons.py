"""The push button of pages and dialogs; apart from the dialogs, which the first page does without."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QPushButton

from baitao_desktop.ui import look

_KEYPAD = Qt.KeyboardModifier.KeypadModifier


def enter_presses(pressed: QAbstractButton, event: QKeyEvent) -> bool:
    """Press the button on Enter; whether it was that key. The desktops people know do it, Qt only in dialogs and only
    for buttons that any Enter of the dialog presses, too."""
    if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter) or event.modifiers() & ~_KEYPAD:
        return False
    event.accept()
    if not event.isAutoRepeat():
        pressed.click()
    return True


class PushButton(QPushButton):
    """A button that Enter presses when it has the focus, and only then."""

    def __init__(self, text: str = "") -> None:
        super().__init__(text)
        self.setAutoDefault(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not enter_presses(self, event):
            super().keyPressEvent(event)


def button(text: str, *, primary: bool = False, icon: str = "") -> QPushButton:
    """A push button with its accessible name; `primary` for the one next sensible act of a page or dialog."""
    made = PushButton(text)
    made.setAccessibleName(text)
    if primary:
        made.setProperty("kind", "primary")
    if icon:
        made.setIcon(look.icon(icon, look.PAPER if primary else look.NAV_TEXT))
    return made
