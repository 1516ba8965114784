"""What the form works out by itself, shown in its place."""

from __future__ import annotations

from baitao_desktop.domain.ops import Json
from baitao_desktop.forms import Question
from baitao_desktop.forms.display import shown_value
from baitao_desktop.ui.fields.base import Asks, Field, label_of


class ShownField(Field):
    """A calculation with a label: its outcome in words, to be read and not changed."""

    why_not = "由表自动算出"

    def __init__(self, asks: Asks, question: Question) -> None:
        super().__init__(asks)
        self._question = question
        self._value: Json = None
        self._text = label_of("")
        self._text.setAccessibleName(asks.label)
        self._body.addSpacing(6)
        self.add_editor(self._text)
        self.close_body()
        self.set_value(None)

    def value(self) -> Json:
        return self._value

    def set_value(self, value: Json) -> None:
        self._value = value
        words = shown_value(self._question, value, {})
        self._text.setText(words or "（还算不出）")
        self._text.setAccessibleDescription(f"{words}，{self.why_not}")
