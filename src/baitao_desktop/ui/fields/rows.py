"""Rows of a repeat: one card each, with its own questions; added at the end, moved, taken away and put back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from baitao_desktop.domain.ops import Json
from baitao_desktop.forms import Filling, Question
from baitao_desktop.ui import look
from baitao_desktop.ui.buttons import PushButton
from baitao_desktop.ui.fields.base import label_of, link_button, plain_button_text
from baitao_desktop.ui.fields.groups import Group

MOST_SAID = 12
"""Characters of a repeat's label on its button: a button does not wrap."""


class RowsPage(Protocol):
    """What rows ask of the page they stand on."""

    filling: Filling

    def build_row(self, question: Question, row_path: str, into: object) -> None: ...
    def rebuild_rows(self) -> None: ...
    def touched(self, paths: Sequence[str]) -> None: ...
    def put(self, answers: Mapping[str, Json]) -> None: ...
    def go_into(self, row_path: str) -> None: ...


@dataclass(slots=True)
class _Card:
    """One row on the page."""

    frame: QFrame
    title: QLabel
    up: QPushButton
    down: QPushButton
    remove: QPushButton


class Rows(Group):
    """A repeat. A form that counts or fixes its rows itself gets no buttons.

    A row that holds answers is taken away at once, too, and can be put back until the next row comes or goes (UI.md:
    nothing asks that can be taken back). 上移 and 下移 exchange what two neighbours hold: a row's place is its key,
    which never changes, so only repeats whose keys mean nothing, without repeats inside, can be moved.
    """

    def __init__(self, question: Question, path: str, page: RowsPage) -> None:
        super().__init__(question.label or question.name, question.hint)
        self._question, self._path, self._page = question, path, page
        self._fixed = page.filling.fixed_rows(path)
        deep = any(inner.type == "repeat" for inner in question.walk() if inner is not question)
        self._movable = not self._fixed and not deep and "bt-" not in question.appearance
        self._cards: dict[str, _Card] = {}
        self._gone: tuple[str, dict[str, Json]] | None = None
        self.add_button = PushButton()
        self.add_button.setIcon(look.icon("add"))
        self.add_button.clicked.connect(self._add)
        self._said = label_of("", "hint", wrap=False)
        self.undo_button = link_button("撤销", "undo")
        self.undo_button.clicked.connect(self.put_back)
        line = QHBoxLayout()
        for widget in (self.add_button, self._said, self.undo_button):
            line.addWidget(widget)
        line.addStretch(1)
        self.outer.addLayout(line)
        self._name_buttons()
        self._forget()
        if self._fixed:
            self.add_button.hide()
        for key in page.filling.rows(path):
            self._draw(key)
        self._number()

    def set_question(self, question: Question) -> None:
        """The same repeat in another language."""
        self._question = question
        self.set_label(question.label or question.name)
        self._name_buttons()

    def sync(self) -> bool:
        """Draw the rows the form has counted for itself; True when any came or went."""
        keys = self._page.filling.rows(self._path)
        gone = [key for key in self._cards if key not in keys]
        for key in gone:
            self._take_off(key)
        come = [key for key in keys if key not in self._cards]
        for key in come:
            self._draw(key)
        if gone or come:
            self._number()
        return bool(gone or come)

    def put_back(self) -> None:
        """Put the row taken away last back, at the end, with all it held."""
        if self._gone is None:
            return
        key, held = self._gone
        filling = self._page.filling
        filling.add_row(self._path, key)
        for path, value in held.items():
            series, bracket, inner = path[:-1].rpartition("[")
            if value is True and bracket and path.endswith("]") and inner not in filling.rows(series):
                filling.add_row(series, inner)
        self._draw(key)
        self._number()
        self._page.rebuild_rows()
        self._page.put({path: value for path, value in held.items() if not path.endswith("]")})
        self._page.touched(filling.paths())
        self._forget()
        self._page.go_into(self._row(key))

    def move_row(self, key: str, way: int) -> None:
        """Exchange what a row holds with the row before (−1) or behind it (1)."""
        keys = list(self._cards)
        to = keys.index(key) + way
        if not 0 <= to < len(keys):
            return
        filling, here, there = self._page.filling, f"{self._row(key)}/", f"{self._row(keys[to])}/"
        swapped: dict[str, Json] = {}
        for path in filling.paths():
            question = filling.form.question(path)
            if path.startswith(here) and question.calculate is None and question.type not in ("note", "group"):
                other = there + path.removeprefix(here)
                swapped[path], swapped[other] = filling.value(other), filling.value(path)
        self._page.put(swapped)
        self._forget()
        self._page.go_into(there.removesuffix("/"))

    def _row(self, key: str) -> str:
        return f"{self._path}[{key}]"

    def _add(self) -> None:
        key = self._page.filling.add_row(self._path)
        self._draw(key)
        self._number()
        self._forget()
        self._page.rebuild_rows()
        self._page.touched(self._page.filling.paths())
        self._page.go_into(self._row(key))

    def _draw(self, key: str) -> None:
        frame = QFrame()
        frame.setProperty("role", "card")
        box = QVBoxLayout(frame)
        box.setContentsMargins(16, 8, 16, 8)
        box.setSpacing(8)
        card = _Card(
            frame,
            label_of("", "section", wrap=False),
            link_button("上移", "up"),
            link_button("下移", "lower"),
            link_button("移除这一条", "remove"),
        )
        card.up.clicked.connect(lambda: self.move_row(key, -1))
        card.down.clicked.connect(lambda: self.move_row(key, 1))
        card.remove.clicked.connect(lambda: self._remove(key))
        head = QHBoxLayout()
        head.addWidget(card.title)
        head.addStretch(1)
        for button in (card.up, card.down, card.remove):
            head.addWidget(button)
        box.addLayout(head)
        self._cards[key] = card
        self.inside.addWidget(frame)
        frame.show()
        self._page.build_row(self._question, self._row(key), box)

    def _number(self) -> None:
        """Each card says which it is, and offers what can be done with it."""
        last = len(self._cards) - 1
        for at, card in enumerate(self._cards.values()):
            card.title.setText(f"第{at + 1}条")
            card.up.setVisible(self._movable and at > 0)
            card.down.setVisible(self._movable and at < last)
            card.remove.setVisible(not self._fixed)
            for button, word in ((card.up, "上移"), (card.down, "下移"), (card.remove, "移除")):
                button.setAccessibleName(f"{word}第{at + 1}条")

    def _remove(self, key: str) -> None:
        row = self._row(key)
        self.add_button.setFocus()  # 先让正在填的那一题记下所填，再移走
        held = {p: v for p, v in self._page.filling.answers().items() if p.startswith(f"{row}/")}
        number = list(self._cards).index(key) + 1
        touched = self._page.filling.remove_row(self._path, key)
        self._take_off(key)
        self._number()
        self._page.rebuild_rows()
        self._page.touched([p for p in touched if not p.startswith(row)])
        self._forget()
        if any(value is not True for value in held.values()):
            self._gone = (key, held)
            self._said.setText(f"已移除第{number}条")
            self._said.show()
            self.undo_button.show()
            self.undo_button.setFocus()

    def _take_off(self, key: str) -> None:
        frame: QWidget = self._cards.pop(key).frame
        frame.setParent(None)
        frame.deleteLater()

    def _forget(self) -> None:
        self._gone = None
        self._said.hide()
        self.undo_button.hide()

    def _name_buttons(self) -> None:
        label = self._question.label
        short = label if len(label) <= MOST_SAID else label[:MOST_SAID] + "…"
        self.add_button.setText(plain_button_text(f"添加一条{short}"))
        self.add_button.setAccessibleName(f"添加一条{label}")
        self.undo_button.setAccessibleName(f"撤销移除{label}")
