"""The strips at the foot: of a form (submit, save, what was saved) and of the window (what was done, 撤销)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QWidget

from baitao_desktop.ui import look
from baitao_desktop.ui.buttons import PushButton
from baitao_desktop.ui.fields.base import label_of, link_button

UNDO_SECONDS = 30


class FormFoot(QWidget):
    """The one primary button of a form, 暂存, and a line that says what was saved or what is missing."""

    def __init__(self, submit_text: str, *, submit: Callable[[], None], save: Callable[[], None] | None) -> None:
        super().__init__()
        self.setObjectName("foot")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 16, 6)
        row.setSpacing(8)
        self.submit_button = PushButton(submit_text)
        self.submit_button.setIcon(look.icon("submit", look.PAPER))
        self.submit_button.setProperty("kind", "primary")
        self.submit_button.setToolTip("Ctrl+Enter")
        self.submit_button.clicked.connect(submit)
        self.save_button = PushButton("暂存")
        self.save_button.setIcon(look.icon("save"))
        self.save_button.setToolTip("Ctrl+S")
        for button in (self.submit_button, self.save_button):
            button.setAccessibleName(button.text())
        if save is None:
            self.save_button.hide()
        else:
            self.save_button.clicked.connect(save)
        self.status = label_of("", "hint")
        row.addWidget(self.submit_button)
        row.addWidget(self.save_button)
        row.addWidget(self.status, 1)

    def say(self, text: str, role: str) -> None:
        look.mark(self.status, role=role)
        self.status.setText(text)


class WindowFoot(QWidget):
    """What was done last, with 撤销 while it can be taken back: 30 seconds or until the next thing is said."""

    def __init__(self, undo: Callable[[Callable[[], Any]], None]) -> None:
        super().__init__()
        self.setObjectName("foot")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._way_back: Callable[[], Any] | None = None
        self._undo = undo
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 4, 16, 4)
        self.said = label_of("", "ok")
        self.undo_button = link_button("撤销")
        self.undo_button.setToolTip(f"{UNDO_SECONDS}秒内可以撤销")
        self.undo_button.setAccessibleName("撤销")
        self.undo_button.clicked.connect(self.undo)
        self.undo_button.hide()
        row.addWidget(self.said, 1)
        row.addWidget(self.undo_button)
        self.timer = QTimer(self)
        self.timer.setSingleShot(True)
        self.timer.setInterval(UNDO_SECONDS * 1000)
        self.timer.timeout.connect(self.forget)
        self.hide()

    def tell(self, text: str) -> None:
        self.forget()
        self.said.setText(text)
        self.setVisible(bool(text))

    def turned(self) -> None:
        """Another page: what was said of the one before goes, unless it can still be taken back."""
        if self._way_back is None:
            self.tell("")

    def offer(self, way_back: Callable[[], Any]) -> None:
        """Show 撤销 for what was just told."""
        self._way_back = way_back
        if self.undo_button.icon().isNull():
            self.undo_button.setIcon(look.icon("undo", look.ACCENT))
        self.undo_button.show()
        self.show()
        self.timer.start()

    def undo(self) -> None:
        way_back = self._way_back
        if way_back is not None:
            self.forget()
            self._undo(way_back)

    def forget(self) -> None:
        """What was done can no longer be taken back."""
        self._way_back = None
        self.timer.stop()
        self.undo_button.hide()
