"""Rows of a repeat: one card each, with its own questions; added at the end, taken away one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from baitao_desktop.forms import Filling, Question
from baitao_desktop.ui import look
from baitao_desktop.ui.fields.base import label_of, link_button, plain_button_text
from baitao_desktop.ui.fields.groups import Group


class RowsPage(Protocol):
    """What rows ask of the page they stand on."""

    filling: Filling

    def build_row(self, question: Question, row_path: str, into: object) -> None: ...
    def rebuild_rows(self) -> None: ...
    def touched(self, paths: Sequence[str]) -> None: ...


class Rows(Group):
    """A repeat. A form that counts its rows itself gets no buttons."""

    def __init__(self, question: Question, path: str, page: RowsPage) -> None:
        super().__init__(question.label or question.name, question.hint)
        self._question, self._path, self._page = question, path, page
        self._cards: dict[str, QFrame] = {}
        self.add_button = QPushButton(plain_button_text(f"添加一条{question.label}"))
        self.add_button.setIcon(look.icon("add"))
        self.add_button.setAutoDefault(False)
        self.add_button.setAccessibleName(self.add_button.text())
        self.add_button.clicked.connect(self._add)
        if question.count is not None:
            self.add_button.hide()
        line = QHBoxLayout()
        line.addWidget(self.add_button)
        line.addStretch(1)
        self.outer.addLayout(line)
        for key in page.filling.rows(path):
            self._draw(key)

    def sync(self) -> bool:
        """Draw the rows the form has counted for itself; True when any came or went."""
        keys = self._page.filling.rows(self._path)
        gone = [key for key in self._cards if key not in keys]
        for key in gone:
            self._take_off(key)
        come = [key for key in keys if key not in self._cards]
        for key in come:
            self._draw(key)
        return bool(gone or come)

    def _add(self) -> None:
        key = self._page.filling.add_row(self._path)
        self._draw(key)
        self._page.rebuild_rows()
        self._page.touched(self._page.filling.paths())

    def _draw(self, key: str) -> None:
        card = QFrame()
        card.setProperty("role", "card")
        box = QVBoxLayout(card)
        box.setContentsMargins(16, 8, 16, 8)
        box.setSpacing(8)
        head = QHBoxLayout()
        head.addWidget(label_of(f"第{len(self._cards) + 1}条", "section", wrap=False))
        head.addStretch(1)
        remove = link_button("移除这一条", "remove")
        remove.setAccessibleName(f"移除第{len(self._cards) + 1}条")
        remove.clicked.connect(lambda: self._remove(key))
        if self._question.count is not None:
            remove.hide()
        head.addWidget(remove)
        box.addLayout(head)
        self._cards[key] = card
        self.inside.addWidget(card)
        card.show()
        self._page.build_row(self._question, f"{self._path}[{key}]", box)

    def _remove(self, key: str) -> None:
        touched = self._page.filling.remove_row(self._path, key)
        self._take_off(key)
        self._page.rebuild_rows()
        self._page.touched([p for p in touched if not p.startswith(f"{self._path}[{key}]")])

    def _take_off(self, key: str) -> None:
        card: QWidget = self._cards.pop(key)
        card.setParent(None)
        card.deleteLater()
