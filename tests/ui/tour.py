"""The picture tour: a page is drawn, saved to build/tour/ and looked over for what a person would stumble on.

    tour.look_over(window, "tips-form-empty")     # saves the picture, gives the faults as sentences

Scaling is chosen before Qt starts, so a tour at 150 % runs in a process of its own with QT_SCALE_FACTOR=1.5.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QFont, QRawFont
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QApplication,
    QCheckBox,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QRadioButton,
    QScrollArea,
    QScrollBar,
    QToolButton,
    QWidget,
)

FOLDER = Path(__file__).resolve().parents[2] / "build" / "tour"
ALLOWED = {"PDF", "WPS", "Excel", "Word", "U", "Ctrl", "Alt", "Shift", "Enter", "Esc", "Tab", "Delete", "QQ"}
_WORD = re.compile(r"[A-Za-z]{2,}|(?<![A-Za-z0-9])[A-Z](?![A-Za-z0-9])")
# 编号、密级代码、文件名：BT-XS-DZZ203-ABC-2022-0001，DZZ203，S03，F1，.xlsx
_CODE = re.compile(
    r"(?:Ctrl|Alt|Shift)\+(?:Enter|F\d+|\S)|[A-Z]{2,}[-0-9][-A-Z0-9]*|[A-Z]\d{1,3}|[\w-]*\.(?:xlsx|csv|pdf|docx|btx|md|xml|txt|png|jpg|json)|\b[0-9a-f]{6,}\b"
)
_INVISIBLE = {"\u2060", "\n", "\t", "\u3000", " ", "\u200b"}


def look_over(window: QWidget, name: str, *, may_elide: Iterable[str] = ()) -> list[str]:
    """Save a picture of the window as NAME.png and give every fault found, one sentence each; empty = fine."""
    settle()
    FOLDER.mkdir(parents=True, exist_ok=True)
    window.grab().save(str(FOLDER / f"{name}.png"))
    faults: list[str] = []
    for widget in shown(window):
        faults += [f"{name}：{fault}" for fault in _faults(window, widget, set(may_elide))]
    return [*faults, *(f"{name}：{fault}" for fault in tab_faults(window))]


def settle() -> None:
    """Let layouts, queued results and repaints come to rest."""
    for _ in range(4):
        QApplication.processEvents()


def shown(window: QWidget) -> Iterator[QWidget]:
    """Every widget a person can see, scrolled out of view or not."""
    for widget in [window, *window.findChildren(QWidget)]:
        if widget.isVisible() and not isinstance(widget, QScrollBar) and widget.window() is window:
            yield widget


def words_of(widget: QWidget) -> list[str]:
    """All words a widget shows or says."""
    words = [widget.toolTip()]
    if isinstance(widget, QLabel):
        words.append(re.sub(r"<[^>]+>", "", widget.text()))
    elif isinstance(widget, QAbstractButton):
        words.append(widget.text())
    elif isinstance(widget, QLineEdit):
        words += [widget.text(), widget.placeholderText()]
    elif isinstance(widget, QPlainTextEdit):
        words += [widget.toPlainText(), widget.placeholderText()]
    elif isinstance(widget, QComboBox):
        words += [widget.itemText(i) for i in range(widget.count())]
    elif isinstance(widget, QAbstractItemView) and not isinstance(widget, QHeaderView):
        words += _cells(widget)
    return [w for w in words if w]


def _cells(view: QAbstractItemView) -> list[str]:
    model = view.model()
    if model is None:
        return []
    rows, columns = range(min(model.rowCount(), 80)), range(model.columnCount())
    found = [str(model.headerData(c, Qt.Orientation.Horizontal) or "") for c in columns]
    found += [str(model.index(r, c).data() or "") for r in rows for c in columns]
    return found


def _faults(window: QWidget, widget: QWidget, may_elide: set[str]) -> Iterator[str]:
    words = words_of(widget)
    who = f"{type(widget).__name__}“{(words[-1] if words else widget.objectName())[:20]}”"
    missing = missing_glyphs(widget.font(), "".join(words))
    if missing:
        yield f"{who}缺字：{missing}"
    for word in english("　".join(words)):
        yield f"{who}有英文：{word}"
    if outside(window, widget):
        yield f"{who}超出窗口"
    if not may_elide & set(words):
        cut = cut_off(widget)
        if cut:
            yield f"{who}{cut}"
    if nameless(widget):
        yield f"{who}没有名称（读屏软件读不出）"


def missing_glyphs(font: QFont, text: str) -> str:
    """Characters that the first face of the font cannot draw."""
    raw = QRawFont.fromFont(font)
    return "".join(c for c in dict.fromkeys(text) if c not in _INVISIBLE and 0 in raw.glyphIndexesForString(c))


def english(text: str) -> list[str]:
    """Latin words that are neither allowed nor a code."""
    return [w for w in _WORD.findall(_CODE.sub(" ", text)) if w not in ALLOWED]


def outside(window: QWidget, widget: QWidget) -> bool:
    """Whether part of a widget lies where nobody can scroll to."""
    if widget is window or isinstance(widget, QToolButton):
        return False
    around = widget.parentWidget()
    while around is not None:
        if isinstance(around, QAbstractScrollArea):
            return isinstance(around, QScrollArea) and _beside(around, widget)
        around = around.parentWidget()
    place = QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())
    return not window.rect().adjusted(-1, -1, 1, 1).contains(place)


def _beside(area: QScrollArea, widget: QWidget) -> bool:
    """In a page that scrolls up and down nothing may stand out at the sides."""
    inside = area.widget()
    if inside is None or inside is widget or not inside.isAncestorOf(widget):
        return False
    if area.horizontalScrollBarPolicy() != Qt.ScrollBarPolicy.ScrollBarAlwaysOff:
        return False
    left = widget.mapTo(inside, QPoint(0, 0)).x()
    return left < -1 or left + widget.width() > area.viewport().width() + 1


def cut_off(widget: QWidget) -> str:
    """How text is cut; empty when all of it is seen."""
    if isinstance(widget, QLabel) and widget.text() and widget.pixmap().isNull():
        if widget.wordWrap():
            needed = widget.heightForWidth(widget.width())
            return "" if needed <= widget.height() + 2 else f"高度不够（要{needed}，有{widget.height()}）"
        needed = widget.sizeHint().width()
        return "" if needed <= widget.width() + 1 else f"宽度不够（要{needed}，有{widget.width()}）"
    if isinstance(widget.parentWidget(), QLineEdit):
        return ""
    if isinstance(widget, QCheckBox | QRadioButton) or (isinstance(widget, QAbstractButton) and widget.text()):
        hint = widget.sizeHint()
        fits = hint.width() <= widget.width() + 1 and hint.height() <= widget.height() + 2
        return "" if fits else f"放不下（要{hint.width()}×{hint.height()}，有{widget.width()}×{widget.height()}）"
    if isinstance(widget, QLineEdit) and widget.placeholderText() and not widget.text():
        needed = widget.fontMetrics().horizontalAdvance(widget.placeholderText())
        return "" if needed <= widget.width() - 16 else "提示文字放不下"
    return ""


def nameless(widget: QWidget) -> bool:
    """A control that a screen reader cannot name."""
    if widget.objectName().startswith("qt_") or isinstance(widget, QHeaderView):
        return False
    if isinstance(widget, QLineEdit | QPlainTextEdit | QComboBox | QAbstractItemView):
        return not widget.accessibleName() and not isinstance(widget.parentWidget(), QComboBox)
    if isinstance(widget, QAbstractButton) and widget.focusPolicy() != Qt.FocusPolicy.NoFocus:
        return not (widget.accessibleName() or widget.text())
    return False


def tab_faults(window: QWidget) -> list[str]:
    """Places where Tab jumps back up within one scrolled part."""
    faults: list[str] = []
    first: QWidget = window
    at = first.nextInFocusChain()
    before: dict[QScrollArea, tuple[int, str]] = {}
    while at is not first:
        if at.isVisible() and at.focusPolicy() & Qt.FocusPolicy.TabFocus and at.focusProxy() is None:
            area = _area_of(at)
            inside = area.widget() if area is not None else None
            if area is not None and inside is not None and at is not inside:
                top = at.mapTo(inside, QPoint(0, 0)).y()
                name = at.accessibleName() or type(at).__name__
                if area in before and top < before[area][0] - 40:
                    faults.append(f"Tab从“{before[area][1]}”跳回上面的“{name}”")
                before[area] = (top, name)
        at = at.nextInFocusChain()
    return faults


def _area_of(widget: QWidget) -> QScrollArea | None:
    around = widget.parentWidget()
    while around is not None and not isinstance(around, QScrollArea):
        around = around.parentWidget()
    return around
