"""What a checklist reads of its rows, asks of its page, and shows under a failed item."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from baitao_desktop.domain.inspections import ASKED, FROZEN, ROWS, Row, rows_of
from baitao_desktop.domain.ops import Json
from baitao_desktop.forms import Filling, Question
from baitao_desktop.ui import look
from baitao_desktop.ui.fields.base import Field
from baitao_desktop.ui.fields.checklist_row import BAR, PAD

OWN = ("neirong", "jieguo")
"""The questions of a row that the row itself shows."""
MUTE = frozenset({"calculate", "hidden", "note", "group", "repeat"})
NEEDED = frozenset({"neirong", "hegedaan", "jieguo"})


def is_checklist(question: Question) -> bool:
    """Whether a repeat can be drawn as a checklist: it asks to be, and has what the law of inspections reads."""
    return question.looks("bt-checklist") and {inner.name for inner in question.questions} >= NEEDED


class ChecklistPage(Protocol):
    """What a checklist asks of the page it stands on."""

    filling: Filling

    def join_field(self, path: str, field: Field, into: object) -> None: ...
    def spare_fields(
        self, question: Question, row_path: str, into: object, leave_out: Collection[str]
    ) -> dict[str, Field]: ...
    def place_fields(self, row_path: str, fields: Mapping[str, Field]) -> None: ...
    def rebuild_rows(self) -> None: ...
    def lay_out(self, within: QWidget) -> None: ...
    def put(self, answers: Mapping[str, Json]) -> None: ...
    def go_to(self, path: str) -> None: ...
    def go_past(self, path: str, way: int) -> None: ...


class Details(QWidget):
    """The questions under a failed item, beside a red bar."""

    code = ""

    def __init__(self, indent: int) -> None:
        super().__init__()
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(indent, 8, PAD, 12)
        self.box.setSpacing(8)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(0, 0, BAR, self.height(), QColor(look.ERROR))
        painter.fillRect(0, self.height() - 1, self.width(), 1, QColor(look.LINE))


def read_row(filling: Filling, question: Question, path: str, code: str) -> Row:
    """A row as the paper holds it now."""
    at = f"{path}[{code}]/"
    held = {
        f"{ROWS}[{code}]/{inner.name}": filling.value(at + inner.short)
        for inner in question.questions
        if inner.name in FROZEN or inner.name in ASKED
    }
    return rows_of(held)[0]


def holds_more(filling: Filling, question: Question, at: str) -> bool:
    """Whether a row that did not fail asks or holds something all the same (an office's own questions)."""
    return any(
        filling.relevant(at + inner.short)
        and (filling.value(at + inner.short) is not None or filling.required(at + inner.short))
        for inner in question.questions
        if inner.name not in FROZEN and inner.name not in OWN and inner.type not in MUTE
    )
