"""Words, telephone numbers, codes, numbers and money: everything typed into a box."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPlainTextEdit, QWidget

from baitao_desktop.ui import look
from baitao_desktop.ui.fields.base import Asks, Field, label_of

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from baitao_desktop.domain.ops import Json


def too_long(text: str, limit: int) -> str:
    return f"已写{len(text)}字，超出{len(text) - limit}字，请删减" if limit and len(text) > limit else ""


def _one_line(text: str) -> str:
    # 读数字、日期的一套（decimal、datetime、正则）第一页画出来以前用不着，6毫秒
    from baitao_desktop.ui.fields.reading import one_line

    return one_line(text)


class TextField(Field):
    """One line of words. The length is told, never cut (setMaxLength cuts a committed Chinese phrase silently)."""

    def __init__(self, asks: Asks) -> None:
        super().__init__(asks)
        self.line = QLineEdit()
        self.editors = [self.line]
        self.add_editor(self.line, beside=self.beside())
        self.close_body()
        # textEdited：候选词未上屏时不发（desktop.md §5，实测）
        self.line.textEdited.connect(self._typed)

    def beside(self) -> list[QWidget]:
        """What stands to the right of the line."""
        return []

    def value(self) -> Json:
        return _one_line(self.line.text()) or None

    def set_value(self, value: Json) -> None:
        text = "" if value is None else str(value)
        if text != _one_line(self.line.text()):
            self.line.setText(text)
            self.line.setCursorPosition(0)

    def trouble(self) -> str:
        return too_long(_one_line(self.line.text()), self.asks.limit)

    def set_read_only(self, *, read_only: bool) -> None:
        self.line.setReadOnly(read_only)

    def _typed(self) -> None:
        length, limit = len(self.line.text()), self.asks.limit
        self.echo(f"已写 {length} 字，最多 {limit} 字" if limit and length > limit * 0.8 else "")
        self.edited()


class CheckedField(TextField):
    """A line that is written in one way and warned about, never refused: telephone, credit code."""

    def __init__(self, asks: Asks, *, tidy: Callable[[str], str], warning: Callable[[str], str]) -> None:
        self._tidy = tidy
        self._warning = warning
        super().__init__(asks)
        self.line.editingFinished.connect(self._settle)

    def value(self) -> Json:
        return self._tidy(self.line.text()) or None

    def set_value(self, value: Json) -> None:
        super().set_value(value)
        self._warn()

    def _typed(self) -> None:
        # 边输边报错会打断人：已有提醒时随打随改，否则离开时再说
        if self._echo.isVisibleTo(self):
            self._warn()
        self.edited()

    def _settle(self) -> None:
        tidied = self._tidy(self.line.text())
        if tidied != self.line.text():
            self.line.setText(tidied)
        self._warn()

    def _warn(self) -> None:
        self.echo(self._warning(self.line.text()), "warning")


def phone_field(asks: Asks) -> CheckedField:
    from baitao_desktop.domain.values import phone_of, phone_warning

    field = CheckedField(asks, tidy=phone_of, warning=phone_warning)
    field.line.setInputMethodHints(Qt.InputMethodHint.ImhPreferNumbers)
    return field


def uscc_field(asks: Asks) -> CheckedField:
    from baitao_desktop.domain.values import half_width, uscc_warning

    return CheckedField(asks, tidy=lambda text: "".join(half_width(text).upper().split()), warning=uscc_warning)


class _Lines(QPlainTextEdit):
    """Alt+Enter starts a new line, as in a spreadsheet; Enter belongs to the page."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.textCursor().insertBlock()
            self.ensureCursorVisible()
            return
        super().keyPressEvent(event)


class LongTextField(Field):
    """Several lines. Enter goes on as everywhere, Alt+Enter starts a line; grows from three lines to eight."""

    def __init__(self, asks: Asks) -> None:
        super().__init__(asks)
        self.box = _Lines()
        self.box.setTabChangesFocus(True)
        self.box.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.editors = [self.box]
        self.add_editor(self.box)
        self.close_body()
        self._silent = False
        self._last = ""
        self.box.textChanged.connect(self._typed)
        self.box.installEventFilter(self)
        self._fit()

    def value(self) -> Json:
        return self.box.toPlainText().strip() or None

    def set_value(self, value: Json) -> None:
        text = "" if value is None else str(value)
        if text != self.box.toPlainText().strip():
            self._silent = True
            self.box.setPlainText(text)
            from PySide6.QtGui import QTextCursor

            self.box.moveCursor(QTextCursor.MoveOperation.End)
            self._silent = False
            self._last = text
        self._fit()
        self._count()

    def trouble(self) -> str:
        return too_long(self.box.toPlainText().strip(), self.asks.limit)

    def set_read_only(self, *, read_only: bool) -> None:
        self.box.setReadOnly(read_only)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut, QEvent.Type.Resize):
            self._count(focused=event.type() == QEvent.Type.FocusIn or self.box.hasFocus())
            self._fit()
        return super().eventFilter(watched, event)

    def _typed(self) -> None:
        text = self.box.toPlainText()
        if self._silent or text == self._last:
            return
        self._last = text
        self._fit()
        self._count(focused=True)
        self.edited()

    def _count(self, *, focused: bool = False) -> None:
        length, limit = len(self.box.toPlainText().strip()), self.asks.limit
        told = f"已写 {length} 字，最多 {limit} 字" if limit else ""
        if focused:
            told += "　换行按 Alt+Enter" if told else "换行按 Alt+Enter"
        elif length <= limit * 0.8:
            told = ""
        self.echo(told)

    def _fit(self) -> None:
        lines = max(3, min(8, round(self.box.document().size().height())))
        height = lines * self.box.fontMetrics().lineSpacing() + look.unit() * 2
        if self.box.height() != height or self.box.minimumHeight() != height:
            self.box.setFixedHeight(height)


class NumberField(Field):
    """A number; `read` understands what was typed, None = not a number."""

    complaint = "请填数字，例如 12"

    def __init__(
        self, asks: Asks, *, read: Callable[[str], int | float | None], unit: str = "", thousands: bool = False
    ) -> None:
        super().__init__(asks)
        self._read = read
        self._thousands = thousands
        self.line = QLineEdit()
        self.line.setMaximumWidth(look.unit() * 16)
        self.line.setInputMethodHints(Qt.InputMethodHint.ImhPreferNumbers)
        self.editors = [self.line]
        self._unit = label_of(unit, wrap=False)
        self.add_editor(self.line, beside=[self._unit, *self.extra()])
        self.close_body()
        self.line.textEdited.connect(self._typed)
        self.line.editingFinished.connect(self._settle)

    def extra(self) -> list[QLabel]:
        return []

    def value(self) -> Json:
        return self._read(self.line.text()) if self.line.text().strip() else None

    def set_value(self, value: Json) -> None:
        if value != self.value() or (value is None and self.line.text()):
            self.line.setText(self.written(value))
        self.told()

    def trouble(self) -> str:
        return self.complaint if self.line.text().strip() and self.value() is None else ""

    def set_read_only(self, *, read_only: bool) -> None:
        self.line.setReadOnly(read_only)

    def written(self, value: Json) -> str:
        if isinstance(value, float) and value.is_integer():
            return str(int(value))
        return "" if value is None else str(value)

    def told(self) -> None:
        """What is said beside the box."""
        if self._thousands:
            value = self.value()
            self._unit.setText(f"{value:,}" if isinstance(value, int | float) and abs(value) >= 1000 else "")

    def _typed(self) -> None:
        self.told()
        self.edited()

    def _settle(self) -> None:
        value = self.value()
        if value is not None and self.line.text() != self.written(value):
            self.line.setText(self.written(value))


class MoneyField(NumberField):
    """A sum: typed in 元 (or 3.98万), stored in 分, said again in 万元."""

    complaint = "请填金额，例如 3980 或 3.98万（单位：元，最多到分）"

    def __init__(self, asks: Asks) -> None:
        from baitao_desktop.ui.fields import reading

        super().__init__(asks, read=reading.read_fen, unit="元")

    def extra(self) -> list[QLabel]:
        self._wan = label_of("", "hint", wrap=False)
        return [self._wan]

    def set_value(self, value: Json) -> None:
        super().set_value(int(value) if isinstance(value, str) and value.lstrip("-").isdigit() else value)

    def written(self, value: Json) -> str:
        from baitao_desktop.ui.fields import reading

        return reading.fen_text(value) if isinstance(value, int) else ""

    def told(self) -> None:
        from baitao_desktop.ui.fields import reading

        value = self.value()
        self._wan.setText(reading.fen_echo(value) if isinstance(value, int) and abs(value) >= 1_000_000 else "")


def integer_field(asks: Asks, *, thousands: bool = False) -> NumberField:
    from baitao_desktop.ui.fields.reading import read_integer

    return NumberField(asks, read=read_integer, thousands=thousands)


def decimal_field(asks: Asks, *, thousands: bool = False) -> NumberField:
    from baitao_desktop.ui.fields.reading import read_decimal

    return NumberField(asks, read=read_decimal, thousands=thousands)
