"""Dates and moments: typed as one likes, or picked; may be empty. And the tick that stores its moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from PySide6.QtCore import QDate, QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QTextCharFormat
from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout, QWidget

from baitao_desktop.domain.ops import Json
from baitao_desktop.domain.values import CST, day_of, minute_text
from baitao_desktop.ui import look, screens
from baitao_desktop.ui.fields import reading
from baitao_desktop.ui.fields.base import Asks, Field, check_box, label_of, link_button
from baitao_desktop.ui.keys import StillCalendar

Clock = Callable[[], datetime]


class Calendar(QFrame):
    """A calendar under a box; a click, or Enter on a day, picks it and closes; Esc closes. Kept by its field: one that
    deletes itself on closing aborted the process (pure virtual call, PySide6 6.8.3)."""

    picked = Signal(object)

    def __init__(self, beside: QWidget) -> None:
        super().__init__(beside, Qt.WindowType.Popup)
        self._beside = beside
        self.setAccessibleName("日历")
        self.calendar = StillCalendar()
        self.calendar.setAccessibleName("日历")
        self.calendar.setVerticalHeaderFormat(StillCalendar.VerticalHeaderFormat.NoVerticalHeader)
        plain = QTextCharFormat()
        for day in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):
            # 红色在本程序里只表示出错
            self.calendar.setWeekdayTextFormat(day, plain)
        self.calendar.clicked.connect(self._chosen)
        self.calendar.activated.connect(self._chosen)
        box = QVBoxLayout(self)
        box.setContentsMargins(4, 4, 4, 4)
        box.addWidget(self.calendar)

    def open_at(self, day: date) -> None:
        """Show this day, below the box or above it where the screen ends."""
        self.calendar.setSelectedDate(QDate(day.year, day.month, day.day))
        self.calendar.setMinimumSize(look.unit() * 24, look.unit() * 19)
        self.adjustSize()
        at = self._beside.mapToGlobal(QPoint(0, self._beside.height()))
        screen = screens.room_of(self._beside)
        at.setX(max(screen.left(), min(at.x(), screen.right() - self.width())))
        if at.y() + self.height() > screen.bottom():
            at.setY(max(screen.top(), self._beside.mapToGlobal(QPoint(0, 0)).y() - self.height()))
        self.move(at)
        self.show()
        self.calendar.setFocus()

    def _chosen(self, day: QDate) -> None:
        self.hide()
        self.picked.emit(date(day.year(), day.month(), day.day()))


class DayField(Field):
    """A day: 20220412, 4.12, 今天, or the calendar. Stored as an ISO text, shown again with its week day."""

    placeholder = "如 20220412、4.12、今天"
    complaint = "看不懂这个日期，可写 20220412、4.12 或 今天"

    def __init__(self, asks: Asks, clock: Clock, *, calendar: bool = True) -> None:
        super().__init__(asks)
        self._clock = clock
        self._given: tuple[str, str] | None = None
        self.calendar: Calendar | None = None
        self.line = QLineEdit()
        self.line.setPlaceholderText(self.placeholder)
        self.line.setMaximumWidth(look.unit() * 16)
        self.line.setInputMethodHints(Qt.InputMethodHint.ImhPreferNumbers)
        self.button = link_button("日历", "calendar")
        self.button.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.button.clicked.connect(self.open_calendar)
        self._with_calendar = calendar
        if not calendar:
            self.button.hide()
        self.editors = [self.line]
        self._said = label_of("", "hint", wrap=False)
        self.add_editor(self.line, beside=[self.button, *self.extra(), self._said])
        self.close_body()
        self.button.setAccessibleName(f"{asks.label} 日历")
        self.line.textEdited.connect(self._typed)
        self.line.editingFinished.connect(self._settle)
        self.line.installEventFilter(self)

    def extra(self) -> list[QWidget]:
        return []

    def value(self) -> Json:
        day = self._day()
        return day.isoformat() if day else None

    def set_value(self, value: Json) -> None:
        if value != self.value() or (value is None and self.line.text()):
            self.line.setText(self.written(value) if isinstance(value, str) else "")
        self._tell()

    def trouble(self) -> str:
        return self.complaint if self.line.text().strip() and self.value() is None else ""

    def written(self, value: str) -> str:
        return value[:10]

    def set_read_only(self, *, read_only: bool) -> None:
        self.line.setReadOnly(read_only)
        self.button.setVisible(not read_only and self._with_calendar)

    def open_calendar(self) -> None:
        if self.calendar is None:
            self.calendar = Calendar(self.line)
            self.calendar.picked.connect(self.picked)
        self.calendar.open_at(self._day() or self._clock().astimezone(CST).date())

    def picked(self, day: date) -> None:
        self.set_value(day.isoformat())
        self.line.setFocus()
        self.edited()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            watched is self.line
            and event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Down
            and event.modifiers() & Qt.KeyboardModifier.AltModifier
            and self._with_calendar
        ):
            self.open_calendar()
            return True
        return super().eventFilter(watched, event)

    def _day(self) -> date | None:
        return reading.read_day(self.line.text(), self._clock().astimezone(CST).date())

    def _tell(self) -> None:
        day = self._day()
        self._said.setText(reading.day_echo(day) if day else "")

    def _typed(self) -> None:
        self._tell()
        self.edited()

    def _settle(self) -> None:
        value = self.value()
        if isinstance(value, str) and self.line.text() != self.written(value):
            self.line.setText(self.written(value))


class MomentField(DayField):
    """A day and a time of day: 4.12 9:30, 9:30 (today), 现在. Stored to the minute with +08:00."""

    placeholder = "如 4.12 9:30、9:30、现在"
    complaint = "看不懂这个时间，可写 4.12 9:30、9:30 或 现在"

    def extra(self) -> list[QWidget]:
        self.now_button = link_button("现在", "clock")
        self.now_button.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.now_button.setAccessibleName(f"{self.asks.label} 现在")
        self.now_button.clicked.connect(self._now)
        return [self.now_button]

    def value(self) -> Json:
        if self._given is not None and self.line.text() == self._given[0]:
            # 没有动过的时间原样交回：别处来的可以带秒
            return self._given[1]
        moment = self._moment()
        return reading.moment_value(moment) if moment else None

    def set_value(self, value: Json) -> None:
        moment = reading.moment_of(value) if isinstance(value, str) else None
        if value is not None and moment is None:
            self.line.setText(str(value))
            return
        super().set_value(reading.moment_value(moment) if moment else None)
        self._given = (self.line.text(), value) if isinstance(value, str) else None

    def written(self, value: str) -> str:
        return minute_text(value)

    def set_read_only(self, *, read_only: bool) -> None:
        super().set_read_only(read_only=read_only)
        self.now_button.setVisible(not read_only)

    def picked(self, day: date) -> None:
        moment = (self._moment() or self._clock()).astimezone(CST)
        super().set_value(reading.moment_value(datetime.combine(day, moment.timetz())))
        self.line.setFocus()
        self.edited()

    def _day(self) -> date | None:
        moment = self._moment()
        return moment.date() if moment else None

    def _moment(self) -> datetime | None:
        return reading.read_moment(self.line.text(), self._clock())

    def _tell(self) -> None:
        moment = self._moment()
        self._said.setText(reading.day_echo(moment.date()) if moment else "")

    def _now(self) -> None:
        self.set_value(reading.moment_value(self._clock()))
        self.line.setFocus()
        self.edited()


class TickField(Field):
    """A tick that stores the moment it was made; unticking forgets it."""

    def __init__(self, asks: Asks, clock: Clock) -> None:
        super().__init__(asks)
        self._clock = clock
        self._moment: str | None = None
        self._head.hide()
        self.box = check_box(asks.label)
        self.editors = [self.box]
        self._said = label_of("", "ok", wrap=False)
        self.add_editor(self.box, beside=[self._said], stretch=0)
        self.close_body()
        self.box.toggled.connect(self._toggled)

    def value(self) -> Json:
        return self._moment

    def set_value(self, value: Json) -> None:
        self._moment = value if isinstance(value, str) and day_of(value) else None
        blocked = self.box.blockSignals(True)
        self.box.setChecked(self._moment is not None)
        self.box.blockSignals(blocked)
        self._tell()

    def set_narrow(self, *, narrow: bool) -> None:
        """The words stand beside the tick, so a tick is as wide as the page."""

    def name_editors(self) -> None:
        for editor in self.editors:
            editor.setAccessibleName(self.asks.label)
            editor.setAccessibleDescription(self.asks.hint)

    def _toggled(self, on: bool) -> None:
        self._moment = reading.moment_value(self._clock()) if on else None
        self._tell()
        self.edited()

    def _tell(self) -> None:
        self._said.setText(f"已记下 {minute_text(self._moment)}" if self._moment else "")
