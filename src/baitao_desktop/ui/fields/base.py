"""What every field has in common: label, required mark, 依据, hint, echo, problem, and the doors a page uses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractButton,
    QBoxLayout,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from baitao_desktop.ui import look
from baitao_desktop.ui.buttons import PushButton

if TYPE_CHECKING:
    from baitao_desktop.domain.ops import Json

GAP = 8
JOIN = "\u2060"  # 不许在此折行


@dataclass(frozen=True, slots=True)
class Asks:
    """What a field shows of its question. `basis` is the clause in words, empty when there is none."""

    label: str
    hint: str = ""
    basis: str = ""
    limit: int = 0
    """Longest text in characters that the form allows, told as one types, never cut; 0 = not limited."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a pick list."""

    value: str
    label: str


def label_of(text: str = "", role: str = "", *, wrap: bool = True) -> QLabel:
    """A plain-text label with a role of the sheet (title, section, hint, problem, warning, ok, strong)."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(wrap)
    if role:
        label.setProperty("role", role)
    return label


def link_button(text: str, icon: str = "") -> QPushButton:
    """A button that looks like a word, with an icon before it."""
    button = PushButton(text)
    button.setProperty("kind", "link")
    if icon:
        button.setIcon(look.icon(icon, look.ACCENT))
    return button


class Field(QWidget):
    """One question on a page.

    `changed(self)` is emitted on every change made by the person, never by set_value(). value() is None when nothing
    (or nothing that can be read) is filled in; trouble() then says what cannot be read. A page calls set_problem(),
    set_required(), set_narrow(), first_editor(); it watches the widgets of `editors`. `stepped(self)`: the person has
    chosen and wants to go on. `why_not` says why no answer can be given here, in the words shown; empty when one can.
    """

    changed = Signal(object)
    stepped = Signal(object)
    answers = True
    why_not = ""

    def __init__(self, asks: Asks) -> None:
        super().__init__()
        self.asks = asks
        self.editors: list[QWidget] = []
        self._required = False
        self._label = QLabel()
        self._label.setTextFormat(Qt.TextFormat.RichText)
        self._label.setWordWrap(True)
        self._hint = label_of(asks.hint, "hint")
        if not asks.hint:
            # 还没有父窗口时 setVisible(True) 会闪出一个空窗口，所以只在需要时隐藏
            self._hint.hide()
        self._echo = label_of("", "hint")
        self._echo.hide()
        self._problem = label_of("", "problem")
        self._problem.hide()
        self._head = self._make_head()
        self._body = QVBoxLayout()
        self._body.setContentsMargins(0, 0, 0, 0)
        self._body.setSpacing(2)
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(GAP)
        self._box.addWidget(self._head, 0, Qt.AlignmentFlag.AlignTop)
        self._box.addLayout(self._body, 1)
        self.set_narrow(narrow=False)
        self._write_label()

    # —— 页面用的门 ——

    def value(self) -> Json:
        return None

    def set_value(self, value: Json) -> None:
        """Show an answer; emits nothing."""

    def trouble(self) -> str:
        """What stands in the box but cannot be read; empty when all is well."""
        return ""

    def set_problem(self, text: str) -> None:
        """Say beside the field what is wrong; empty = nothing."""
        if text == self._problem.text():
            return
        self._problem.setText(text)
        self._problem.setVisible(bool(text))
        for editor in self.editors:
            if isinstance(editor, QLineEdit | QPlainTextEdit | QComboBox):
                look.mark(editor, invalid=bool(text))
            editor.setAccessibleDescription(text or self.asks.hint)
        if text:
            _announce(self._problem)

    def problem(self) -> str:
        return self._problem.text()

    def set_required(self, *, required: bool) -> None:
        if required != self._required:
            self._required = required
            self._write_label()

    def set_label(self, text: str) -> None:
        if text != self.asks.label:
            self.asks = replace(self.asks, label=text)
            self._write_label()
            self.name_editors()

    def set_hint(self, text: str) -> None:
        if text != self.asks.hint:
            self.asks = replace(self.asks, hint=text)
            self._hint.setText(text)
            self._hint.setVisible(bool(text))
            self.name_editors()

    def set_choices(self, choices: Sequence[Choice]) -> None:
        """New entries of a pick list; only fields with choices care."""

    def set_narrow(self, *, narrow: bool) -> None:
        """Label above the editor where the page is narrow, beside it elsewhere."""
        down = QBoxLayout.Direction.TopToBottom
        self._box.setDirection(down if narrow else QBoxLayout.Direction.LeftToRight)
        self._box.setSpacing(2 if narrow else GAP)
        if narrow:
            self._head.setMinimumWidth(0)
            self._head.setMaximumWidth(16_777_215)
        else:
            self._head.setFixedWidth(look.unit() * 12)
        self._box.setAlignment(self._head, Qt.AlignmentFlag.AlignTop if not narrow else Qt.AlignmentFlag(0))

    def first_editor(self) -> QWidget | None:
        """Where focus goes when the page comes to this field."""
        return next((e for e in self.editors if e.isEnabled()), None)

    def show_basis(self) -> None:
        """Shift+F1: say the clause this question comes from."""
        if self.asks.basis:
            show_words(self._head, self.asks.basis)

    def set_read_only(self, *, read_only: bool) -> None:
        for editor in self.editors:
            editor.setEnabled(not read_only)

    # —— 各题型用 ——

    def add_editor(self, editor: QWidget, *, beside: Sequence[QWidget] = (), stretch: int = 3) -> None:
        """Put the editor into the body, with what stands to its right; stretch 0 = as wide as its words."""
        if not beside and editor.maximumWidth() >= 16_777_215:
            self._body.addWidget(editor)
            return
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        row.addWidget(editor, stretch)
        for other in beside:
            row.addWidget(other)
        row.addStretch(1)
        self._body.addLayout(row)

    def close_body(self) -> None:
        """Add the lines under the editor. Every field calls it once, last."""
        for line in (self._echo, self._hint, self._problem):
            self._body.addWidget(line)
        self._body.addStretch(1)
        self.name_editors()

    def name_editors(self) -> None:
        """Accessible names are always set by hand: a rich-text label gives none (desktop.md §5, measured)."""
        for editor in self.editors:
            if isinstance(editor, QAbstractButton) and editor.text():
                editor.setAccessibleName(f"{self.asks.label} {editor.text()}".replace("&&", "&").replace("\n", ""))
            else:
                editor.setAccessibleName(self.asks.label)
            editor.setAccessibleDescription(self._problem.text() or self.asks.hint)

    def echo(self, text: str, role: str = "hint") -> None:
        """Say under the editor how it was understood, or a warning that explains."""
        if self._echo.property("role") != role:
            look.mark(self._echo, role=role)
        self._echo.setText(text)
        self._echo.setVisible(bool(text))

    def edited(self) -> None:
        self.changed.emit(self)

    # —— 内部 ——

    def _write_label(self) -> None:
        star = f' <span style="color:{look.ERROR}">*{JOIN}必{JOIN}填</span>' if self._required else ""
        self._label.setText(_escaped(self.asks.label) + star)
        self._label.setAccessibleName(self.asks.label)

    def _make_head(self) -> QWidget:
        head = QWidget()
        row = QHBoxLayout(head)
        # 标签与单行输入框里的字对齐
        row.setContentsMargins(0, round(look.unit() * 0.4), 0, 0)
        row.setSpacing(4)
        row.addWidget(self._label, 1)
        if self.asks.basis:
            row.addWidget(basis_button(self.asks.label, self.asks.basis), 0, Qt.AlignmentFlag.AlignTop)
        head.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        return head


def _announce(problem: QLabel) -> None:
    # 这两个类带着近两百个名字，第一页画出来以前用不着
    from PySide6.QtGui import QAccessible, QAccessibleEvent

    if QAccessible.isActive():
        QAccessible.updateAccessibility(QAccessibleEvent(problem, QAccessible.Event.Alert))


def _escaped(text: str) -> str:
    # html.escape 要先读进全部实体名，2毫秒
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def basis_button(label: str, basis: str) -> QToolButton:
    """The small 依据 beside a question: shows the clause. Not a tab stop, so that Tab goes from answer to answer."""
    button = QToolButton()
    button.setText("依据")
    button.setToolTip(basis)
    button.setAccessibleName(f"{label} 的依据")
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    button.clicked.connect(lambda: show_words(button, basis))
    return button


def show_words(under: QWidget, words: str) -> None:
    """A few words under a widget until the person goes on."""
    QToolTip.showText(under.mapToGlobal(QPoint(0, under.height())), words, under, under.rect(), 60_000)


def plain_button_text(text: str) -> str:
    """Text of a button or box in which & is a character and no mnemonic."""
    return text.replace("&", "&&")


class Note(Field):
    """A sentence that asks nothing."""

    answers = False

    def __init__(self, asks: Asks) -> None:
        super().__init__(Asks(""))
        self._head.hide()
        self._text = label_of(asks.label)
        if asks.hint:
            self._hint.setText(asks.hint)
            self._hint.setHidden(False)
        self.add_editor(self._text)
        self.close_body()

    def set_label(self, text: str) -> None:
        self._text.setText(text)

    def set_hint(self, text: str) -> None:
        self._hint.setText(text)
        self._hint.setVisible(bool(text))

    def set_narrow(self, *, narrow: bool) -> None:
        """A note always spans the page."""


class Unknown(Note):
    """A question this version cannot ask on a laptop; its answer is kept as it came."""

    def __init__(self, asks: Asks) -> None:
        self.why_not = f"{asks.label}：这一题请用手机或纸质表填写。"
        super().__init__(Asks(self.why_not, asks.hint))

    def set_label(self, text: str) -> None:
        """The sentence stands as it was made."""


def check_box(text: str) -> QCheckBox:
    box = QCheckBox(plain_button_text(text))
    box.setAccessibleName(text)
    return box
