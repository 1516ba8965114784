"""A way round a fault of PySide 6.8: the result of `widget.screen()` counts as a child of that widget, and when the
widget is collected as garbage the screen itself is deleted with it. The next use of a screen ends the process
(seen in gdb: gc → QScreen::~QScreen, then QWidget::screen crashes). The static functions have no such owner."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QWidget


def screen_of(widget: QWidget) -> QScreen:
    """The screen a window stands on, else the first one."""
    return QGuiApplication.screenAt(widget.window().frameGeometry().center()) or QGuiApplication.primaryScreen()


def mend() -> None:
    """Let every `widget.screen()` in the program go the safe way. May be called again."""
    QWidget.screen = screen_of  # type: ignore[method-assign]
