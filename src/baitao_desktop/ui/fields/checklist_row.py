"""One item of a checklist: a light field that draws itself, code, wording and four answers, and takes one key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPixmap, QStaticText, QTextOption
from PySide6.QtWidgets import QSizePolicy, QWidget

from baitao_desktop.domain.inspections import Row
from baitao_desktop.ui import look
from baitao_desktop.ui.fields.base import Asks, Field
from baitao_desktop.ui.fields.checklist_words import (
    KEYS,
    NOT_ASKED,
    Segment,
    particulars,
    remarks,
    segments,
    state_words,
)
from baitao_desktop.ui.fields.choices import name_of

if TYPE_CHECKING:
    from PySide6.QtGui import QEnterEvent, QFocusEvent, QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent

    from baitao_desktop.domain.ops import Json

PAD = 8
BAR = 4
LEAST_TEXT = 16  # em；题干再窄就不好读，答案改放到题干下面
HELP = "按 1 正常，2 有问题，3 不适用，4 未查；上下键换行，右键头看依据"
INK = {"ok": look.OK, "problem": look.ERROR, "none": look.NAV_TEXT, "unchecked": look.WARNING}
GROUND = {"ok": look.OK_SOFT, "problem": look.ERROR_SOFT, "none": look.NAV, "unchecked": look.WARNING_SOFT}
ROLES = {"hint": look.MUTED, "problem": look.ERROR, "warning": look.WARNING}


class ItemRow(Field):
    """Field of an item's answer. Keys 1 to 4 answer by meaning, Delete empties, ↑ ↓ go from row to row (`moved`), → and
    ← open and close 看证据和依据, 0 asks for the rest (`rest`). A digit held down answers once.

    One widget for the whole row: sixty rows of eight widgets each take a second to open. So it builds none of the
    labels of a Field and draws what they say.
    """

    moved = Signal(object, int)
    rest = Signal()
    unfolded = Signal(object)
    _required = False

    def __init__(self, row: Row, art: Callable[[str, str], QPixmap], law: Callable[[Row], Sequence[str]]) -> None:
        QWidget.__init__(self)
        self.asks = Asks(row.text)
        self.editors = [self]
        self.row = row
        self.asked, self.surplus, self.answered_by = True, False, ""
        self.open = self._closed = False
        self._art, self._law = art, law
        self._said = ""
        self._pressed = -1
        self._wording = QStaticText()
        self._lines: list[tuple[QStaticText, str, int]] = []
        self._spots: list[QRect] = []
        self._link = QRect()
        self._text_at = QPoint()
        self._top = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.name_editors()

    # —— 题目的门 ——

    def value(self) -> Json:
        return self.row.answer or None

    def set_value(self, value: Json) -> None:
        self.show_row(replace(self.row, answer=name_of(value) or ""))

    def show_row(self, row: Row) -> None:
        """Show how the item stands now."""
        if row != self.row:
            self.row = row
            self.redraw()

    def set_standing(self, *, asked: bool, surplus: bool, answered_by: str) -> None:
        """Whether the branch asks it, the catalogue still has it, another unit answers it (its name)."""
        if (asked, surplus, answered_by) != (self.asked, self.surplus, self.answered_by):
            self.asked, self.surplus, self.answered_by = asked, surplus, answered_by
            self._lock()
            self.redraw()

    def set_problem(self, text: str) -> None:
        if text != self._said:
            self._said = text
            self.redraw()

    def problem(self) -> str:
        return self._said

    def set_required(self, *, required: bool) -> None:
        """An item may always be left 未查."""

    def set_label(self, text: str) -> None:
        """The wording is the row's own, frozen when the paper was begun."""

    def set_hint(self, text: str) -> None:
        """No room for one."""

    def set_narrow(self, *, narrow: bool) -> None:
        """A row sees for itself how wide it is."""

    def set_read_only(self, *, read_only: bool) -> None:
        self._closed = read_only
        self._lock()

    def show_basis(self) -> None:
        self.unfold(open_=not self.open)

    def name_editors(self) -> None:
        self.setAccessibleName(f"{self.row.code} {self.row.text}：{state_words(self.row, asked=self.asked)}")
        self.setAccessibleDescription("；".join([*(w for w, _ in self._words()), HELP]))

    # —— 按键和点击 ——

    def press(self, key: int) -> None:
        """Answer as key 1 to 4 does, and go on."""
        self._take(segments(self.row)[key - 1].value)
        self.stepped.emit(self)

    def unfold(self, *, open_: bool) -> None:
        """Show or hide what to look at, the law and the measure."""
        if open_ != self.open:
            self.open = open_
            self.redraw()
            self.unfolded.emit(self)

    def spot(self, key: int) -> QRect:
        """Where the answer of key 1 to 4 stands."""
        return self._spots[key - 1] if self._spots else QRect()

    def link(self) -> QRect:
        """Where 依据 stands."""
        return self._link

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier != Qt.KeyboardModifier.NoModifier:
            super().keyPressEvent(event)
        elif Qt.Key.Key_0 <= key <= Qt.Key.Key_4:
            # 按住不放时键会连发，焦点又在往下走，一松手半张表都成了“正常”
            if not event.isAutoRepeat():
                self._digit(int(key) - int(Qt.Key.Key_0))
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._take("")
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.moved.emit(self, -1 if key == Qt.Key.Key_Up else 1)
        elif key in (Qt.Key.Key_Right, Qt.Key.Key_Left):
            self.unfold(open_=key == Qt.Key.Key_Right)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = self._at(event.position().toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        at = self._at(event.position().toPoint())
        if at == self._pressed and event.button() == Qt.MouseButton.LeftButton:
            if at == 0:
                self.show_basis()
            elif at > 0:
                self._take(segments(self.row)[at - 1].value)
                if at == 2:
                    # 点了“有问题”要写事实；点别的，页面不该在鼠标底下自己滚走
                    self.stepped.emit(self)
        self._pressed = -1

    @property
    def locked(self) -> bool:
        """Whether no answer can be given here; 依据 opens by a click all the same."""
        return self._closed or not self.asked or bool(self.answered_by)

    def _lock(self) -> None:
        self.editors = [] if self.locked else [self]
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus if self.locked else Qt.FocusPolicy.StrongFocus)
        self.update()

    def _digit(self, key: int) -> None:
        if key:
            self.press(key)
        else:
            self.rest.emit()

    def _take(self, value: str) -> None:
        if value != self.row.answer:
            self.row = replace(self.row, answer=value)
            self.redraw()
            self.edited()

    def _at(self, point: QPoint) -> int:
        """1 to 4 for an answer, 0 for 依据, −1 elsewhere."""
        if self._link.contains(point):
            return 0
        return next((key for key in KEYS if not self.locked and self.spot(key).contains(point)), -1)

    # —— 画 ——

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._measure()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and self._spots:
            self._measure()

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def redraw(self) -> None:
        """Say and draw anew what the row and its page hold now."""
        self.name_editors()
        if self._spots:
            self._measure()
        self.update()

    def _words(self) -> list[tuple[str, str]]:
        """The lines under the wording."""
        lines = [*remarks(self.row, asked=self.asked, surplus=self.surplus, answered_by=self.answered_by)]
        if self._said:
            lines.append((self._said, "problem"))
        return [*lines, *(particulars(self.row, self._law(self.row)) if self.open else ())]

    def _measure(self) -> None:
        """Lay out for the width there is; the height follows."""
        em, metrics = look.unit(), self.fontMetrics()
        line = metrics.lineSpacing()
        high = round(em * 2)
        code = BAR + PAD + max(round(em * 4.2), metrics.horizontalAdvance(self.row.code) + PAD)
        widths = [
            round(em * 1.3) + metrics.horizontalAdvance(words) + 2 * PAD
            for words in ("否·正常", "否·有问题", "不适用", "未查")
        ]
        choices = sum(widths) + 4 * len(widths)
        beside = self.width() - code - choices - 2 * PAD
        stacked = beside < LEAST_TEXT * em
        wide = max(self.width() - code - PAD, em * 4) if stacked else beside
        self._wording = self._set(self.row.text, wide)
        self._top = PAD + (high - line) // 2
        y = self._top + round(self._wording.size().height()) + 2
        left = code if stacked else self.width() - choices - PAD
        top = y + 4 if stacked else PAD
        self._spots = []
        for width in widths:
            self._spots.append(QRect(left, top, width, high))
            left += width + 4
        if stacked:
            y = top + high + 4
        self._text_at = QPoint(code, self._top)
        self._lines = []
        for words, role in self._words():
            set_ = self._set(words, wide)
            self._lines.append((set_, ROLES[role], y))
            y += round(set_.size().height()) + 2
        link = metrics.horizontalAdvance("依据") + round(em * 1.1)
        self._link = QRect(BAR + PAD, self._top + line, link, line + 4)
        height = max(y, self._link.bottom() + 1, 0 if stacked else PAD + high) + PAD - 2
        if self.minimumHeight() != height or self.maximumHeight() != height:
            self.setFixedHeight(height)

    def _set(self, words: str, width: int) -> QStaticText:
        text = QStaticText(words)
        text.setTextFormat(Qt.TextFormat.PlainText)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        text.setTextOption(option)
        text.setTextWidth(width)
        text.prepare(font=self.font())
        return text

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        focused = self.hasFocus()
        ground = look.ACCENT_SOFT if focused else look.WINDOW if self.underMouse() or not self.asked else look.PAPER
        painter.fillRect(self.rect(), QColor(ground))
        chosen = next((s for s in segments(self.row) if s.value == self.row.answer), None)
        if chosen is not None and self.asked:
            painter.fillRect(0, 0, BAR, self.height(), QColor(INK[chosen.tone]))
        painter.fillRect(0, self.height() - 1, self.width(), 1, QColor(look.LINE))
        if focused:
            painter.setPen(QColor(look.ACCENT))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
            painter.drawRect(self.rect().adjusted(1, 1, -2, -2))
        painter.setPen(QColor(look.TEXT if self.asked else look.MUTED))
        painter.drawStaticText(self._text_at, self._wording)
        line = self.fontMetrics().lineSpacing()
        painter.drawText(
            QRect(BAR + PAD, self._top, self._text_at.x(), line), Qt.AlignmentFlag.AlignVCenter, self.row.code
        )
        self._paint_link(painter)
        for text, colour, top in self._lines:
            painter.setPen(QColor(colour))
            painter.drawStaticText(QPoint(self._text_at.x(), top), text)
        if not self.asked:
            painter.setPen(QColor(look.MUTED))
            painter.drawText(self.spot(1).united(self.spot(4)), Qt.AlignmentFlag.AlignCenter, NOT_ASKED)
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for key, segment in zip(KEYS, segments(self.row), strict=True):
            # 别的单位的行只画选中的那个答案：画出来的按不动，会让人以为坏了
            if segment == chosen or not self.locked:
                self._paint_segment(painter, key, segment, on=segment == chosen)

    def _paint_link(self, painter: QPainter) -> None:
        sign = self._art("down" if self.open else "right", look.ACCENT)
        painter.drawPixmap(self._link.left(), self._link.top() + (self._link.height() - _side(sign)) // 2, sign)
        painter.setPen(QColor(look.ACCENT_DARK if self.hasFocus() else look.ACCENT))
        inside = self._link.adjusted(round(look.unit() * 1.1), 0, 0, 0)
        painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter, "依据")

    def _paint_segment(self, painter: QPainter, key: int, segment: Segment, *, on: bool) -> None:
        spot = self.spot(key)
        ink = INK[segment.tone] if on else look.NAV_TEXT
        painter.setPen(QColor(ink if on else look.BORDER))
        painter.setBrush(QColor(GROUND[segment.tone] if on else look.PAPER))
        painter.drawRoundedRect(spot.adjusted(0, 0, -1, -1), 4, 4)
        if on:
            painter.drawRoundedRect(spot.adjusted(1, 1, -2, -2), 3, 3)
        slot = QRect(spot.left() + PAD - 2, spot.top(), round(look.unit() * 1.2), spot.height())
        painter.setPen(QColor(ink))
        if on:
            sign = self._art(segment.icon, ink)
            painter.drawPixmap(slot.left(), slot.top() + (slot.height() - _side(sign)) // 2, sign)
        else:
            painter.setPen(QColor(look.MUTED))
            painter.drawText(slot, Qt.AlignmentFlag.AlignCenter, str(key))
            painter.setPen(QColor(ink))
        painter.drawText(
            spot.adjusted(round(look.unit() * 1.3) + PAD - 2, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, segment.words
        )


def _side(sign: QPixmap) -> int:
    return round(sign.height() / sign.devicePixelRatio())
