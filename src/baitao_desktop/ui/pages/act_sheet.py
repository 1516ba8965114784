"""The small form of an act: only what the act needs, defaults filled in; a trouble is said in the form, which stays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from shiboken6 import isValid

from baitao_desktop.actions.desk import Desk
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.values import iso_minute
from baitao_desktop.ui import dialogs, look
from baitao_desktop.ui.fields.base import Asks, Field
from baitao_desktop.ui.fields.choices import PickField
from baitao_desktop.ui.fields.days import DayField, MomentField
from baitao_desktop.ui.fields.text import TextField
from baitao_desktop.ui.window import MainWindow

Values = Sequence[Any]


class ActSheet(dialogs.Sheet):
    """A Sheet whose act runs away from the window: it closes when the act is done, stays when it is refused."""

    ems = 40

    def __init__(
        self,
        window: MainWindow,
        title: str,
        verb: str,
        fields: Sequence[Field],
        run: Callable[[Values], Any],
        *,
        said: str = "",
        text: str = "",
        needed: Sequence[Field] = (),
    ) -> None:
        super().__init__(window, title, verb, fields, lambda _values: "", text=text)
        self._window, self._run, self._said, self._needed = window, run, said, list(needed)
        for field in self._needed:
            field.set_required(required=True)
        for field in self.fields:
            if isinstance(field, PickField):
                field.stepped.connect(lambda f: self._step(f.line, 1))
        self.finished.connect(self.deleteLater)
        for field in self.fields:
            field.set_narrow(narrow=True)

    def act(self) -> None:
        if not self.verb.isEnabled():
            return
        first: Field | None = None
        for field in self.fields:
            missing = field in self._needed and field.value() is None
            said = field.trouble() or (f"请填写{field.asks.label}" if missing else "")
            field.set_problem(said)
            first = first or (field if said else None)
        if first is not None:
            self.say("")
            self.point_at(first)
            return
        values = [f.value() for f in self.fields]
        self.verb.setEnabled(False)
        self._window.act(
            lambda _tell: self._run(values), done=lambda _done: self.accept(), failed=self._refused, said=self._said
        )

    def _refused(self, error: UserFacingError) -> None:
        if isValid(self):
            self.verb.setEnabled(True)
            self.say(str(error))
            self._fit()


def text_field(label: str, value: str, hint: str = "") -> TextField:
    field = TextField(Asks(label, hint))
    field.set_value(value)
    return field


def day_field(label: str, hint: str, desk: Desk) -> DayField:
    field = DayField(Asks(label, hint), desk.now)
    field.line.setMinimumWidth(look.unit() * 15)
    return field


def moment_field(label: str, desk: Desk) -> MomentField:
    field = MomentField(Asks(label), desk.now)
    field.line.setMinimumWidth(look.unit() * 10)
    field.set_value(iso_minute(desk.now()))
    return field
