"""Small parts that several pages are put together from."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from baitao_desktop.ui import look
from baitao_desktop.ui.buttons import button
from baitao_desktop.ui.fields.base import label_of, link_button
from baitao_desktop.ui.flow import GAP, Flow


def flow(*widgets: QWidget) -> QWidget:
    """A strip of widgets that breaks into rows."""
    strip = QWidget()
    strip.setLayout(Flow(widgets))
    policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    policy.setHeightForWidth(True)
    strip.setSizePolicy(policy)
    return strip


def card(title: str = "", *, role: str = "card") -> tuple[QFrame, QVBoxLayout]:
    """A framed part of a page and the layout inside it."""
    frame = QFrame()
    frame.setProperty("role", role)
    inside = QVBoxLayout(frame)
    inside.setContentsMargins(16, 12, 16, 12)
    inside.setSpacing(GAP)
    if title:
        inside.addWidget(label_of(title, "section"))
    return frame, inside


def sign(icon: str, colour: str, meaning: str) -> QLabel:
    """An icon beside a word; `meaning` is what a screen reader says."""
    label = QLabel()
    label.setPixmap(look.picture(icon, colour))
    label.setAccessibleName(meaning)
    label.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    return label


def act_button(text: str, do: Callable[[], object], *, primary: bool = False, icon: str = "") -> QPushButton:
    """A button that does something."""
    made = button(text, primary=primary, icon=icon)
    made.clicked.connect(lambda _checked=False: do())
    return made


def link(text: str, do: Callable[[], object], *, icon: str = "", name: str = "") -> QPushButton:
    """A button that looks like a word."""
    made = link_button(text, icon)
    made.setAccessibleName(name or text)
    made.clicked.connect(lambda _checked=False: do())
    return made


def selectable(text: str, role: str = "") -> QLabel:
    """A label whose words can be marked and copied."""
    label = label_of(text, role)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def empty(layout: QLayout) -> None:
    """Take everything out of a layout."""
    while layout.count():
        item = layout.takeAt(0)
        inner, widget = item.layout(), item.widget()
        if inner is not None:
            empty(inner)
            inner.deleteLater()
        if widget is not None:
            widget.hide()
            widget.deleteLater()


def copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text)


class Made(QFrame):
    """What stands after an act that made a file: its name, 打开, 打开所在文件夹. Hidden until `show_file`."""

    def __init__(self, opener: Callable[[Path], None]) -> None:
        super().__init__()
        self._opener = opener
        self.path: Path | None = None
        self.setProperty("role", "told")
        self.said = selectable("")
        self.open = link("打开", self._open, icon="open")
        self.folder = link("打开所在文件夹", self._open_folder)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.setSpacing(GAP)
        row.addWidget(sign("ok", look.OK, "完成"))
        row.addWidget(self.said, 1)
        row.addWidget(self.open)
        row.addWidget(self.folder)
        self.hide()

    def show_file(self, path: Path, said: str = "") -> None:
        """Say which file was made; a folder is opened itself."""
        self.path = path
        self.said.setText(said or f"已生成“{path.name}”")
        self.open.setVisible(path.is_file())
        # 表格用WPS打开就能改
        words = {".xlsx": "用WPS打开", ".pdf": "打开"}.get(path.suffix, "打开")
        self.open.setText(words)
        self.open.setAccessibleName(words)
        self.show()

    def say(self, text: str) -> None:
        """A sentence without a file."""
        self.path = None
        self.said.setText(text)
        self.open.hide()
        self.folder.hide()
        self.show()

    def _open(self) -> None:
        if self.path is not None:
            self._opener(self.path)

    def _open_folder(self) -> None:
        if self.path is not None:
            self._opener(self.path if self.path.is_dir() else self.path.parent)


def rows_of(*widgets: QWidget | None, stretch: bool = True) -> QHBoxLayout:
    """Widgets beside each other; None is a gap that grows."""
    row = QHBoxLayout()
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(GAP)
    for widget in widgets:
        if widget is None:
            row.addStretch(1)
        else:
            row.addWidget(widget)
    if stretch:
        row.addStretch(1)
    return row


def chips(*widgets: QWidget) -> QWidget:
    """A strip of buttons of which the chosen ones are seen by weight and ground, not by colour alone."""
    strip = flow(*widgets)
    strip.setStyleSheet(
        f"QPushButton[chip='true'] {{ padding: 0 10px; border-color: {look.LINE}; }}"
        f"QPushButton[chip='true']:checked {{ background: {look.ACCENT_SOFT}; border: 2px solid {look.ACCENT};"
        f" color: {look.NAV_TEXT}; font-weight: bold; }}"
        f"QPushButton[kind='big']:checked {{ background: {look.ACCENT_SOFT}; border: 3px solid {look.NAV_TEXT}; }}"
    )
    return strip


def chain(*widgets: QWidget) -> None:
    """Tab goes through these in this order; for what was put into a page later."""
    for before, after in pairwise(widgets):
        QWidget.setTabOrder(before, after)
