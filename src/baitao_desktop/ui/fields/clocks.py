"""Parts of a moment: a time of day, a month, a year."""

from __future__ import annotations

import re
from datetime import date, time

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from baitao_desktop.domain.ops import Json
from baitao_desktop.domain.values import CST
from baitao_desktop.ui import look
from baitao_desktop.ui.fields import reading
from baitao_desktop.ui.fields.base import Asks, Field, label_of, link_button
from baitao_desktop.ui.fields.days import Clock, DayField


class TimeField(Field):
    """A time of day: 9:30, 0930, 下午3点, 现在. Stored as `09:30:00.000+08:00`; one that was not changed stays as it
    came, with its seconds."""

    complaint = "看不懂这个时间，可写 9:30、下午3点 或 现在"

    def __init__(self, asks: Asks, clock: Clock) -> None:
        super().__init__(asks)
        self._clock = clock
        self._given: tuple[str, str] | None = None
        self.line = QLineEdit()
        self.line.setPlaceholderText("如 9:30、下午3点")
        self.line.setMaximumWidth(look.unit() * 16)
        self.line.setInputMethodHints(Qt.InputMethodHint.ImhPreferNumbers)
        self.button = link_button("现在", "clock")
        self.button.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.button.clicked.connect(self._now)
        self.editors = [self.line]
        self._said = label_of("", "hint", wrap=False)
        self.add_editor(self.line, beside=[self.button, self._said])
        self.close_body()
        self.button.setAccessibleName(f"{asks.label} 现在")
        self.line.textEdited.connect(self.edited)
        self.line.textChanged.connect(self._tell)
        self.line.editingFinished.connect(self._settle)

    def value(self) -> Json:
        if self._given is not None and self.line.text() == self._given[0]:
            return self._given[1]
        clock = reading.read_clock(self.line.text(), self._clock())
        return _stored(clock) if clock is not None else None

    def set_value(self, value: Json) -> None:
        if value == self.value() and (value is not None or not self.line.text()):
            return
        clock = _read_stored(value) if isinstance(value, str) else None
        self.line.setText("" if value is None else f"{clock:%H:%M}" if clock is not None else str(value))
        self._given = (self.line.text(), value) if isinstance(value, str) and clock is not None else None

    def trouble(self) -> str:
        return self.complaint if self.line.text().strip() and self.value() is None else ""

    def set_read_only(self, *, read_only: bool) -> None:
        self.line.setReadOnly(read_only)
        self.button.setVisible(not read_only)

    def _now(self) -> None:
        self.set_value(_stored(self._clock().astimezone(CST).time()))
        self.line.setFocus()
        self.edited()

    def _tell(self) -> None:
        clock = reading.read_clock(self.line.text(), self._clock())
        self._said.setText(clock_words(clock) if clock is not None else "")

    def _settle(self) -> None:
        clock = reading.read_clock(self.line.text(), self._clock())
        if clock is not None and self.line.text() != f"{clock:%H:%M}":
            self.line.setText(f"{clock:%H:%M}")


def clock_words(clock: time) -> str:
    """下午3点05分, so that 3:05 typed for the afternoon is seen."""
    part = ("凌晨", "上午", "下午", "晚上")[clock.hour // 6]
    hour = clock.hour if clock.hour <= 12 else clock.hour - 12
    return f"{part}{hour}点{clock.minute:02d}分" if clock.minute else f"{part}{hour}点"


def _stored(clock: time) -> str:
    return f"{clock:%H:%M}:00.000+08:00"


def _read_stored(value: str) -> time | None:
    """A time of an answer, as its own clock had it; its seconds and its offset are not shown."""
    found = re.match(r"(\d\d?):(\d\d)(?=[:Z+.-]|$)", value)
    return time(int(found[1]), int(found[2])) if found and int(found[1]) < 24 and int(found[2]) < 60 else None


class MonthField(DayField):
    """A month: 202204, 2022.4, 4月, 本月. Stored as its first day."""

    placeholder = "如 2022.4、4月、本月"
    complaint = "看不懂这个月份，可写 2022.4、4月 或 本月"

    def __init__(self, asks: Asks, clock: Clock) -> None:
        super().__init__(asks, clock, calendar=False)

    def written(self, value: str) -> str:
        return value[:7]

    def _day(self) -> date | None:
        return reading.read_month(self.line.text(), self._clock().astimezone(CST).date())

    def value(self) -> Json:
        return self._given[1] if self._given and self._given[0] == self.line.text() else super().value()

    def set_value(self, value: Json) -> None:
        super().set_value(value)
        # 表里可以给出月中的某一天：没有改动就原样留着
        self._given = (self.line.text(), value) if isinstance(value, str) and self.line.text() else None

    def _tell(self) -> None:
        day = self._day()
        self._said.setText(f"{day.year}年{day.month}月" if day else "")


class YearField(MonthField):
    """A year: 2022, 今年. Stored as its first day."""

    placeholder = "如 2022、今年"
    complaint = "看不懂这个年份，可写 2022 或 今年"

    def written(self, value: str) -> str:
        return value[:4]

    def _day(self) -> date | None:
        return reading.read_year(self.line.text(), self._clock().astimezone(CST).date())

    def _tell(self) -> None:
        day = self._day()
        self._said.setText(f"{day.year}年" if day else "")
