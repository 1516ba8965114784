"""A few fields on a page that are not a form: Enter goes on, the last one does the act."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from baitao_desktop.ui import look
from baitao_desktop.ui.fields.base import Asks, Field
from baitao_desktop.ui.fields.choices import PickField
from baitao_desktop.ui.keys import Keys

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from baitao_desktop.domain.ops import Json

NARROW = 38  # em


class PasswordField(Field):
    """A password: never shown, never copied out."""

    def __init__(self, asks: Asks) -> None:
        super().__init__(asks)
        self.line = QLineEdit()
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        self.line.setMaximumWidth(look.unit() * 20)
        self.editors = [self.line]
        self.add_editor(self.line)
        self.close_body()
        self.line.textEdited.connect(self.edited)

    def value(self) -> Json:
        return self.line.text() or None

    def set_value(self, value: Json) -> None:
        self.line.setText(str(value or ""))


class Fieldset(QWidget):
    """Fields under each other. `values()` in their order; Enter in the last calls `last()`."""

    def __init__(self, fields: Sequence[Field], last: Callable[[], object]) -> None:
        super().__init__()
        self.fields = list(fields)
        self._last = last
        self._keys = Keys(self, step=self._step, left=self._left)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        for field in self.fields:
            box.addWidget(field)
            for editor in field.editors:
                self._keys.watch(editor)
            if isinstance(field, PickField):
                field.stepped.connect(lambda f: self._step(f.line, 1))

    def values(self) -> list[Json]:
        return [f.value() for f in self.fields]

    def problems(self, needed: Sequence[Field]) -> bool:
        """Say beside each field what is missing or cannot be read; True when something is, with focus on the first."""
        first: Field | None = None
        for field in self.fields:
            said = field.trouble()
            if not said and field in needed and field.isVisibleTo(self) and field.value() is None:
                said = f"请填写{field.asks.label}"
            field.set_problem(said)
            first = first or (field if said else None)
        if first is not None and (editor := first.first_editor()) is not None:
            editor.setFocus()
        return first is not None

    def watch(self, field: Field) -> None:
        """Editors of a field that were made anew."""
        for editor in field.editors:
            self._keys.watch(editor)

    def _step(self, editor: QWidget, way: int) -> None:
        shown = [f for f in self.fields if f.isVisibleTo(self) and f.first_editor() is not None]
        at = next((i for i, f in enumerate(shown) if editor in f.editors), None)
        if at is None:
            return
        if at + way >= len(shown):
            self._last()
            return
        target = shown[max(0, at + way)].first_editor()
        if target is not None:
            target.setFocus()

    def _left(self, editor: QWidget) -> None:
        for field in self.fields:
            if editor in field.editors and (field.problem() or field.trouble()):
                field.set_problem(field.trouble())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < NARROW * look.unit()
        for field in self.fields:
            field.set_narrow(narrow=narrow)
