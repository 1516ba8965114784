"""A number within bounds: typed, or set with a slider that the wheel does not move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QLineEdit, QSlider, QVBoxLayout

from baitao_desktop.domain.ops import Json
from baitao_desktop.ui import look
from baitao_desktop.ui.fields import reading
from baitao_desktop.ui.fields.base import Asks, Choice, Field, label_of
from baitao_desktop.ui.fields.choices import PickField, RowField

MOST_STEPS = 100_000


@dataclass(frozen=True, slots=True)
class Scale:
    """The steps of a range from `start` to `end`, either of which may be the larger."""

    start: Decimal
    end: Decimal
    step: Decimal
    whole: bool

    @property
    def steps(self) -> int:
        return int(abs(self.end - self.start) / self.step)

    def at(self, index: int) -> int | float:
        """The number at one step, int when the form asks for whole numbers."""
        number = self.start + self.step * index * (1 if self.end >= self.start else -1)
        return int(number) if self.whole else float(number)

    def index(self, value: Json) -> int | None:
        """The step of a number; None when it is on none or out of bounds."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        distance = (Decimal(str(value)) - self.start) * (1 if self.end >= self.start else -1) / self.step
        return int(distance) if distance == distance.to_integral_value() and 0 <= distance <= self.steps else None

    def words(self, index: int) -> str:
        return number_words(self.at(index))


def scale_of(parameters: Mapping[str, str], *, whole: bool) -> Scale | None:
    """The scale a form asks for; None when its numbers make none (the question is then a plain number)."""
    try:
        start, end, step = (Decimal(parameters.get(key, "")) for key in ("start", "end", "step"))
    except InvalidOperation:
        return None
    step = abs(step)
    if not (start.is_finite() and end.is_finite() and step.is_finite()) or step == 0 or start == end:
        return None
    scale = Scale(start, end, step, whole)
    return scale if scale.steps <= MOST_STEPS else None


def number_words(number: float) -> str:
    return str(int(number)) if float(number).is_integer() else str(number)


class StillSlider(QSlider):
    """A slider that the wheel passes over; Delete is the field's business."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class RangeField(Field):
    """A number typed, or set with the slider: arrows go one step, Delete empties. Off the steps it says so, and
    never moves what was typed. Until something is set the slider's handle stands at the start and 未填 beside it."""

    def __init__(self, asks: Asks, scale: Scale, *, upright: bool = False, ticks: bool = True) -> None:
        super().__init__(asks)
        self.scale = scale
        self.line = QLineEdit()
        self.line.setMaximumWidth(look.unit() * 7)
        self.line.setInputMethodHints(Qt.InputMethodHint.ImhPreferNumbers)
        self.slider = _Slider(Qt.Orientation.Vertical if upright else Qt.Orientation.Horizontal)
        self.slider.setRange(0, scale.steps)
        self.slider.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.slider.field = self
        if ticks and scale.steps <= 40:
            self.slider.setTickPosition(QSlider.TickPosition.TicksBelow)
            self.slider.setTickInterval(1)
        self._said = label_of("未填", "hint", wrap=False)
        self.editors = [self.line, self.slider]
        ends = [label_of(scale.words(i), "hint", wrap=False) for i in (0, scale.steps)]
        if upright:
            self.slider.setMinimumHeight(look.unit() * 9)
            tall = QVBoxLayout()
            tall.setSpacing(2)
            for widget in (ends[1], self.slider, ends[0]):
                tall.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
            self.add_editor(self.line, beside=[self._said])
            self._body.addLayout(tall)
            self._body.setAlignment(tall, Qt.AlignmentFlag.AlignLeft)
        else:
            self.slider.setMinimumWidth(look.unit() * 16)
            self.add_editor(self.line, beside=[ends[0], self.slider, ends[1], self._said], stretch=1)
        self.close_body()
        self.line.textEdited.connect(self._typed)
        self.line.editingFinished.connect(self._settle)
        self.slider.valueChanged.connect(self._slid)
        self.slider.sliderReleased.connect(lambda: self._slid(self.slider.value()))

    def value(self) -> Json:
        if not self.line.text().strip():
            return None
        read = reading.read_integer if self.scale.whole else reading.read_decimal
        return read(self.line.text())

    def set_value(self, value: Json) -> None:
        if value != self.value() or (value is None and self.line.text()):
            number = isinstance(value, int | float) and not isinstance(value, bool)
            self.line.setText(number_words(value) if number else "" if value is None else str(value))
        self._show()

    def trouble(self) -> str:
        if self.line.text().strip() and self.scale.index(self.value()) is None:
            low, high = sorted((self.scale.at(0), self.scale.at(self.scale.steps)))
            every = (
                f"、每{number_words(float(self.scale.step))}一档"
                if self.scale.step != 1 or not self.scale.whole
                else ""
            )
            return f"请填{number_words(low)}到{number_words(high)}之间{every}的数"
        return ""

    def name_editors(self) -> None:
        super().name_editors()
        self.slider.setAccessibleName(f"{self.asks.label} 滑块")

    def set_read_only(self, *, read_only: bool) -> None:
        self.line.setReadOnly(read_only)
        self.slider.setEnabled(not read_only)

    def empty(self) -> None:
        """Take the number out again."""
        if self.line.text():
            self.line.clear()
            self._show()
            self.edited()

    def _typed(self) -> None:
        self._show()
        self.edited()

    def _settle(self) -> None:
        value = self.value()
        if isinstance(value, int | float) and self.line.text() != number_words(value):
            self.line.setText(number_words(value))

    def _slid(self, index: int) -> None:
        words = self.scale.words(index)
        if words != self.line.text():
            self.line.setText(words)
            self._show()
            self.edited()

    def _show(self) -> None:
        index = self.scale.index(self.value())
        blocked = self.slider.blockSignals(True)
        self.slider.setValue(index or 0)
        self.slider.blockSignals(blocked)
        self._said.setText("" if self.line.text().strip() else "未填")


class _Slider(StillSlider):
    """Delete takes the number out; a press on the handle where it stands counts as choosing it."""

    field: RangeField | None = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.field is not None:
            self.field.empty()
            return
        super().keyPressEvent(event)


class _Number:
    """The answer of a choice among numbers is a number, not its text."""

    @staticmethod
    def of(value: Json, scale: Scale) -> Json:
        return None if value is None else scale.at(int(str(value)))


class PickRangeField(PickField):
    """A range as a list of its steps (appearance `picker`)."""

    def __init__(self, asks: Asks, scale: Scale) -> None:
        self.scale = scale
        super().__init__(asks, steps_of(scale))
        self.line.setPlaceholderText("可直接输入数字")

    def value(self) -> Json:
        return _Number.of(super().value(), self.scale)

    def set_value(self, value: Json) -> None:
        index = self.scale.index(value)
        super().set_value(None if index is None else str(index))


class RatingField(RowField):
    """A range of a few marks side by side (appearance `rating`); digits choose."""

    def __init__(self, asks: Asks, scale: Scale) -> None:
        self.scale = scale
        super().__init__(asks, steps_of(scale, "分"))

    def value(self) -> Json:
        return _Number.of(super().value(), self.scale)

    def set_value(self, value: Json) -> None:
        index = self.scale.index(value)
        super().set_value(None if index is None else str(index))


def steps_of(scale: Scale, unit: str = "") -> list[Choice]:
    """The steps as choices; named by their place, since a number has more than one spelling."""
    return [Choice(str(i), scale.words(i) + unit) for i in range(scale.steps + 1)]
