"""The reporter's own choice and words: sealed when the block is left, never in a draft, gone from the page afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QClipboard, QFocusEvent, QGuiApplication, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import Json
from baitao_desktop.domain.values import phone_of, phone_warning
from baitao_desktop.ui import look
from baitao_desktop.ui.buttons import PushButton
from baitao_desktop.ui.fields import reading
from baitao_desktop.ui.fields.base import Asks, Choice, Field, label_of
from baitao_desktop.ui.fields.choices import RowField
from baitao_desktop.ui.fields.text import too_long

ASKED = "您愿意让谁知道您的姓名和电话？由您决定，随时可以改。"
TOLD = "记下您的情况，只为帮您追钱、退钱和答复；您可以不留姓名，也可以随时问记了什么、要求改正。受骗不丢人。"
NOT_KEPT = "举报人信息不进草稿：离开这一页之前请提交，否则要重新填写。"
LEVELS = (
    Choice("甲", "甲　可以给承办单位，方便退钱、调解、给我回话"),
    Choice("乙", "乙　只让街道专项办知道，由专项办回访我"),
    Choice("丙", "丙　不留姓名，凭查询码问结果"),
)
NO_NAME = "丙"
_WORDS = ("xingming", "dianhua", "zhuzhi", "beizhu")
_TIMES = tuple(Choice(t, t) for t in ("上午", "下午", "晚上", "不限"))
_YES_NO = (Choice("是", "是"), Choice("否", "否"))


_Key = QKeySequence.StandardKey
# 复制、剪切，以及一切会选中的键：在X11上选中就进了“中键粘贴”的剪贴板；
# Ctrl+K、Ctrl+U 删到行尾、删整行，Qt 会先把删掉的字放进剪贴板
_KEYS_OUT = (
    _Key.Copy, _Key.Cut, _Key.DeleteEndOfLine, _Key.DeleteCompleteLine, _Key.SelectAll, _Key.SelectNextChar,
    _Key.SelectPreviousChar, _Key.SelectNextWord, _Key.SelectPreviousWord, _Key.SelectNextLine,
    _Key.SelectPreviousLine, _Key.SelectStartOfLine, _Key.SelectEndOfLine, _Key.SelectStartOfBlock,
    _Key.SelectEndOfBlock, _Key.SelectStartOfDocument, _Key.SelectEndOfDocument,
)  # fmt: skip


class _Secret(QLineEdit):
    """A box out of which nothing can be copied, and of whose words no input method makes a habit.

    Nothing in it can be selected, so that no clipboard, selection or drag of the desktop ever gets its words.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setDragEnabled(False)
        self.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText)
        self.selectionChanged.connect(self._drop_selection)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if any(event.matches(key) for key in _KEYS_OUT):
            event.accept()
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        # 用 Tab 走进来时 Qt 会全选
        self._drop_selection()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        # 松开鼠标时 Qt 把选中的字交给“中键粘贴”；中键按下松开仍可往里粘贴
        if event.button() == Qt.MouseButton.MiddleButton:
            super().mouseReleaseEvent(event)
            return
        event.accept()

    def _drop_selection(self) -> None:
        if self.hasSelectedText():
            self.deselect()


def _forget_copies(words: Sequence[str]) -> None:
    """Take these words out of every clipboard of the desktop; what else was copied stays there."""
    board = QGuiApplication.clipboard()
    modes = [QClipboard.Mode.Clipboard]
    modes += [QClipboard.Mode.Selection] if board.supportsSelection() else []
    modes += [QClipboard.Mode.FindBuffer] if board.supportsFindBuffer() else []
    for mode in modes:
        kept = board.text(mode)
        if any(word in kept for word in words):
            board.clear(mode)


class _SecretField(Field):
    """One line of the block."""

    def __init__(self, asks: Asks, *, phone: bool = False) -> None:
        super().__init__(asks)
        self._phone = phone
        self.line = _Secret()
        self.editors = [self.line]
        self.add_editor(self.line)
        self.close_body()
        self.line.textEdited.connect(self.edited)
        self.line.editingFinished.connect(self._warn)

    def value(self) -> Json:
        text = reading.one_line(self.line.text())
        return (phone_of(text) if self._phone else text) or None

    def trouble(self) -> str:
        return too_long(reading.one_line(self.line.text()), self.asks.limit)

    def _warn(self) -> None:
        if self._phone:
            self.echo(phone_warning(self.line.text()), "warning")


class ReporterBlock(QFrame):
    """Stands under the tip form as an `extra`. `seal(block)` is called when the block is left with something in it;
    what it gives is `sealed`, and the words are dropped: the boxes themselves are destroyed, so no undo, no selection,
    no text of a label keeps them. A UserFacingError of `seal` is said in the block and the words stay. 重新填写 keeps
    what was sealed until something new is sealed: left empty, the old one stands again.

    `closed`: the reason why nothing can be sealed here yet; then the block shows it and asks nothing.
    """

    changed = Signal()

    def __init__(self, seal: Callable[[Mapping[str, Json]], object], *, closed: str = "") -> None:
        super().__init__()
        self.sealed: object | None = None
        self._seal = seal
        self._closed = closed
        self._fields: dict[str, Field] = {}
        self._inner: QWidget | None = None
        self._watch: Callable[[QWidget], None] | None = None
        self._touched = False
        self._open = False
        self.setProperty("role", "card")
        self.setAccessibleName("举报人信息（密封）")
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(16, 8, 16, 8)
        self._box.setSpacing(8)
        if closed:
            self._show_closed()
        else:
            self._show_open()
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._focus_moved)

    # —— Extra ——

    def first_editor(self) -> QWidget | None:
        field = self._fields.get("xuanze")
        return field.first_editor() if field is not None else None

    def watched(self) -> Sequence[QWidget]:
        return [e for f in self._fields.values() for e in f.editors]

    def step(self, editor: QWidget, way: int) -> bool:
        shown = [f for f in self._fields.values() if f.isVisibleTo(self)]
        at = next((i for i, f in enumerate(shown) if editor in f.editors), None)
        if at is None or not 0 <= at + way < len(shown):
            return False
        target = shown[at + way].first_editor()
        if target is not None:
            target.setFocus()
        return target is not None

    def finish(self) -> str:
        if self._closed or not self._open:
            return ""
        if self.sealed is not None and not self._something():
            self._show_sealed()
            return ""
        if self._choice() != NO_NAME and not self._fields_value("xingming") and not self._fields_value("dianhua"):
            field = self._fields["xuanze"]
            said = "没有填举报人的姓名和电话：要留就填上，不留请选丙（按3）"
            field.set_problem(said)
            editor = field.first_editor()
            if editor is not None:
                editor.setFocus()
            return said
        return self._shut()

    def on_editors(self, watch: Callable[[QWidget], None]) -> None:
        """The page hands in how to watch editors; called again for those made anew by 重新填写."""
        self._watch = watch
        for editor in self.watched():
            watch(editor)

    def set_narrow(self, *, narrow: bool) -> None:
        for field in self._fields.values():
            field.set_narrow(narrow=narrow)

    # —— 内部 ——

    def _choice(self) -> Json:
        return self._fields_value("xuanze")

    def _fields_value(self, name: str) -> Json:
        return self._fields[name].value() if name in self._fields else None

    def _something(self) -> bool:
        """Whether leaving the block must seal: a name-less choice was made, or a word was written."""
        words = any(self._fields_value(n) for n in _WORDS)
        return words or (self._touched and self._choice() == NO_NAME)

    def _focus_moved(self, old: QWidget | None, new: QWidget | None) -> None:
        # 切到别的程序时 new 为空：人还会回来接着填
        if self._inner is None or old is None or new is None or not self._open:
            return
        if not self._inner.isAncestorOf(old) or self._inner.isAncestorOf(new):
            return
        if self._something():
            self._shut()
        elif self.sealed is not None:
            self._show_sealed()

    def _shut(self) -> str:
        for field in self._fields.values():
            if field.isVisibleTo(self):
                field.set_problem(field.trouble())
                if field.trouble():
                    return field.trouble()
        choice = self._choice() or "乙"
        block: dict[str, Json] = {"xuanze": choice}
        if choice != NO_NAME:
            block |= {n: f.value() for n, f in self._fields.items() if n != "xuanze" and f.value() is not None}
        try:
            self.sealed = self._seal(block)
        except UserFacingError as trouble:
            self._fields["xuanze"].set_problem(trouble.text)
            return trouble.text
        else:
            _forget_copies([str(block[n]) for n in _WORDS if len(str(block.get(n, ""))) > 1])
        finally:
            block.clear()
        self._show_sealed()
        self.changed.emit()
        return ""

    def _clear(self) -> QVBoxLayout:
        self._fields = {}
        if self._inner is not None:
            self._inner.hide()
            self._box.removeWidget(self._inner)
            # 删掉输入框本身：清空文字仍留着撤销记录
            self._inner.deleteLater()
        self._inner = QWidget()
        inside = QVBoxLayout(self._inner)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(8)
        return inside

    def _put_in_view(self) -> None:
        """Added last, when it is full: what is added to a part already in view stays hidden until the next event."""
        if self._inner is not None:
            self._box.addWidget(self._inner)
            self._inner.show()

    def _show_open(self) -> None:
        look.mark(self, role="card")
        inside = self._clear()
        inside.addWidget(label_of("举报人（单独密封，只有专项办能打开）", "section"))
        inside.addWidget(label_of(ASKED, "strong"))
        self._fields = {
            "xuanze": RowField(Asks("由本人选"), LEVELS, columns=1),
            "xingming": _SecretField(Asks("姓名", limit=20)),
            "dianhua": _SecretField(Asks("电话", limit=30), phone=True),
            "zhuzhi": _SecretField(Asks("住址", limit=60)),
            "fangbian_shijian": RowField(Asks("方便接电话的时间"), _TIMES),
            "yuanyi_huifang": RowField(Asks("愿意接受回访"), _YES_NO),
            "beizhu": _SecretField(Asks("备注", limit=100)),
        }
        self._fields["xuanze"].set_value("乙")
        inside.addWidget(self._fields["xuanze"])
        inside.addWidget(label_of(TOLD))
        for name, field in self._fields.items():
            if name != "xuanze":
                inside.addWidget(field)
            field.changed.connect(self._changed)
        inside.addWidget(label_of(NOT_KEPT, "hint"))
        self._put_in_view()
        self._touched, self._open = False, True
        if self._watch is not None:
            self.on_editors(self._watch)

    def _show_sealed(self) -> None:
        self._open = False
        look.mark(self, role="sealed")
        inside = self._clear()
        again = PushButton("重新填写")
        again.setAccessibleName("重新填写举报人信息")
        again.clicked.connect(self._again)
        inside.addLayout(_line("lock", look.OK, "已密封", "ok", again))
        self._put_in_view()

    def _show_closed(self) -> None:
        inside = self._clear()
        inside.addWidget(label_of("举报人（单独密封，只有专项办能打开）", "section"))
        inside.addLayout(_line("lock", look.WARNING, self._closed, "warning", None))
        self._put_in_view()

    def _again(self) -> None:
        self._show_open()
        editor = self.first_editor()
        if editor is not None:
            editor.setFocus()

    def _changed(self) -> None:
        self._touched = True
        nameless = self._choice() == NO_NAME
        for name, field in self._fields.items():
            if name != "xuanze":
                field.setVisible(not nameless)
        self._fields["xuanze"].set_problem("")


def _line(icon: str, colour: str, text: str, role: str, button: QPushButton | None) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(8)
    sign = QLabel()
    sign.setPixmap(look.picture(icon, colour))
    row.addWidget(sign)
    words = label_of(text, role)
    row.addWidget(words, 1)
    if button is not None:
        row.addWidget(button)
    return row
