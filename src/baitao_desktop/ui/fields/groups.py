"""Groups of questions: a plain section, a coloured panel shown at once, a part folded at first."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from baitao_desktop.ui import look
from baitao_desktop.ui.buttons import PushButton
from baitao_desktop.ui.fields.base import label_of, plain_button_text


class Group(QWidget):
    """A titled part of a page; `inside` is the layout for its fields. `unfold()` makes what is inside visible."""

    def __init__(self, title: str, hint: str = "") -> None:
        super().__init__()
        self.outer = QVBoxLayout(self)
        self.outer.setContentsMargins(0, 0, 0, 0)
        self.outer.setSpacing(8)
        self._title = label_of(title, "section")
        if not title:
            self._title.hide()
        self.outer.addWidget(self._title)
        if hint:
            self.outer.addWidget(label_of(hint, "hint"))
        self.inside = QVBoxLayout()
        self.inside.setSpacing(8)
        self.outer.addLayout(self.inside)

    def set_label(self, text: str) -> None:
        self._title.setText(text)
        self._title.setVisible(bool(text))

    def unfold(self) -> None:
        """Nothing to open in a plain part."""


class Card(Group):
    """A part on white."""

    def __init__(self, title: str, hint: str = "") -> None:
        super().__init__(title, hint)
        frame = QFrame()
        frame.setProperty("role", "card")
        _into(self, frame)


class Panel(Group):
    """bt-panel: coloured, with its instruction in plain sight: what is to be done before anything is written."""

    def __init__(self, title: str, hint: str = "") -> None:
        super().__init__("")
        self.setAccessibleName(title)
        frame = QFrame()
        frame.setProperty("role", "panel")
        _into(self, frame)
        self._heading = label_of(title, "warning")
        self._heading.setStyleSheet("font-weight: bold;")
        self.inside.addWidget(self._heading)
        if hint:
            self.inside.addWidget(label_of(hint.replace(" ", "\n")))

    def set_label(self, text: str) -> None:
        self._heading.setText(text)


class Fold(Group):
    """bt-fold: folded until wanted, and unfolded by itself when something inside is filled in or missing."""

    def __init__(self, title: str, hint: str = "") -> None:
        super().__init__("")
        self.button = PushButton(plain_button_text(title))
        self.button.setProperty("kind", "fold")
        self.button.setCheckable(True)
        self.button.toggled.connect(self._turn)
        self.outer.insertWidget(0, self.button)
        self._frame = QFrame()
        self._frame.setProperty("role", "card")
        _into(self, self._frame)
        if hint:
            self.inside.addWidget(label_of(hint, "hint"))
        self._frame.hide()
        self._turn(False)

    def set_label(self, text: str) -> None:
        self.button.setText(plain_button_text(text))

    def unfold(self) -> None:
        self.button.setChecked(True)

    def folded(self) -> bool:
        return not self.button.isChecked()

    def _turn(self, open_: bool) -> None:
        self._frame.setVisible(open_)
        self.button.setIcon(look.icon("down" if open_ else "right"))
        self.button.setAccessibleDescription("已展开" if open_ else "已折叠，按空格展开")


def _into(group: Group, frame: QFrame) -> None:
    """Let the group's fields stand inside the frame."""
    group.outer.removeItem(group.inside)
    group.inside.setParent(None)
    group.inside = QVBoxLayout(frame)
    group.inside.setContentsMargins(16, 8, 16, 8)
    group.inside.setSpacing(8)
    group.outer.addWidget(frame)
    frame.setSizePolicy(frame.sizePolicy().horizontalPolicy(), frame.sizePolicy().verticalPolicy())
    group.outer.setAlignment(Qt.AlignmentFlag.AlignTop)
