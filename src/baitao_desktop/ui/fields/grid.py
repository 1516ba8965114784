"""Buttons in rows that break where the page ends, or in even columns; and the heads of a table of questions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from baitao_desktop.ui import look
from baitao_desktop.ui.fields.base import Asks, Choice, Field, label_of, plain_button_text

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

FULL = 99
"""As many even columns as fit."""


def folded(text: str, width: int, measure: QWidget) -> str:
    """Text broken into lines of at most `width` pixels, as boxes and buttons do not wrap by themselves."""
    metrics, lines, line = measure.fontMetrics(), [], ""
    for character in text:
        if line and metrics.horizontalAdvance(line + character) > width:
            lines.append(line)
            line = ""
        line += character
    return "\n".join([*lines, line])


def even_cell(texts: Sequence[str], width: int, measure: QWidget) -> int:
    """Width of one of so many even columns when all texts fit beside one another, else 0."""
    widest = max((measure.fontMetrics().horizontalAdvance(text) for text in texts), default=0)
    cell = width // max(1, len(texts))
    return cell if texts and widest + look.unit() <= cell else 0


class Grid(QWidget):
    """Buttons in rows that break where the page ends; with `columns` in even columns as far as they fit.

    `bare`: one row of a table whose head (TableHead) carries the words; where they do not fit side by side the head
    hides itself and each button shows its own words.
    """

    def __init__(self, columns: int = 0, *, bare: bool = False) -> None:
        super().__init__()
        self._columns = columns
        self._bare = bare
        self._buttons: list[tuple[QAbstractButton, str]] = []
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_buttons(self, buttons: Sequence[tuple[QAbstractButton, str]]) -> None:
        for old, _ in self._buttons:
            old.setParent(None)
            old.deleteLater()
        self._buttons = list(buttons)
        for button, _ in self._buttons:
            button.setParent(self)
            button.show()
        self._place()

    def buttons(self) -> list[QAbstractButton]:
        return [button for button, _ in self._buttons]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and self._buttons:
            self._place()

    def _place(self) -> None:
        width = max(self.width(), 120)
        texts = [text for _, text in self._buttons]
        even = even_cell(texts, width, self) if self._bare else 0
        frame = look.unit() * 2 + 16
        widest = max((self.fontMetrics().horizontalAdvance(text) for text in texts), default=0) + frame
        columns = max(1, min(self._columns, width // max(1, widest), len(texts) or 1)) if self._columns else 0
        cell = even or (width // columns if columns else 0)
        x = y = tall = 0
        for i, (button, text) in enumerate(self._buttons):
            button.setText("" if even else plain_button_text(folded(text, (cell or width) - frame, self)))
            size = button.sizeHint()
            wide = cell or min(width, size.width())
            if x and ((columns and not even and i % columns == 0) or x + wide > width):
                x, y, tall = 0, y + tall, 0
            button.setGeometry(x, y, wide, size.height())
            x, tall = x + wide + (0 if cell else 8), max(tall, size.height())
        if self.minimumHeight() != y + tall:
            self.setFixedHeight(max(y + tall, 1))


class _Heads(QWidget):
    """The words over the columns of a table; nothing where they do not fit side by side."""

    def __init__(self) -> None:
        super().__init__()
        self._labels: list[tuple[QWidget, str]] = []
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_texts(self, texts: Sequence[str]) -> None:
        for old, _ in self._labels:
            old.setParent(None)
            old.deleteLater()
        self._labels = []
        for text in texts:
            label = label_of(text, "strong", wrap=False)
            label.setParent(self)
            self._labels.append((label, text))
        self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and self._labels:
            self._place()

    def _place(self) -> None:
        cell = even_cell([text for _, text in self._labels], max(self.width(), 120), self)
        high = self.fontMetrics().lineSpacing() + 8
        for i, (label, _) in enumerate(self._labels):
            label.setGeometry(i * cell, 0, cell, high)
            label.setVisible(bool(cell))
        wanted = high if cell else 1
        if self.minimumHeight() != wanted:
            self.setFixedHeight(wanted)


class TableHead(Field):
    """The first line of a table of questions: the words of the choices, once for all rows. Takes no answer."""

    answers = False
    why_not = "表头，不作答"

    def __init__(self, asks: Asks, choices: Sequence[Choice]) -> None:
        super().__init__(asks)
        self._heads = _Heads()
        self.add_editor(self._heads)
        self.close_body()
        self.set_choices(choices)

    def set_narrow(self, *, narrow: bool) -> None:
        """Above the rows there is nothing to leave room for."""
        super().set_narrow(narrow=narrow)
        self._head.setHidden(narrow and not self.asks.label)

    def set_choices(self, choices: Sequence[Choice]) -> None:
        self._heads.set_texts([choice.label for choice in choices])
