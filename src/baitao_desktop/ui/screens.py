"""Where a window stands, without `widget.screen()`: in PySide 6.8 its result counts as a child of that widget, and when
the widget is collected as garbage the screen itself is deleted with it; the next use of a screen ends the process (seen
in gdb: gc → QScreen::~QScreen, then QWidget::screen crashes). The static functions have no such owner."""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget


def room_of(widget: QWidget) -> QRect:
    """The part of its screen a window may use, in logical pixels."""
    here = widget.window().frameGeometry().center()
    return (QGuiApplication.screenAt(here) or QGuiApplication.primaryScreen()).availableGeometry()


def fit(window: QWidget, width: int, height: int) -> None:
    """Give a window this size, or what the screen allows."""
    room = room_of(window)
    window.resize(min(width, room.width() - 16), min(height, room.height() - 48))
