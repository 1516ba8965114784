"""Notices at the head of a page: what happened, what to do. The same one is never stacked."""

from __future__ import annotations

import logging

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.ui import look
from baitao_desktop.ui.fields.base import label_of, link_button

log = logging.getLogger(__name__)
MOST = 3
_KINDS = {
    "trouble": ("error", look.ERROR),
    "warned": ("warning", look.WARNING),
    "told": ("ok", look.OK),
}


class Notice(QFrame):
    """One sentence with its icon; 知道了 takes it away."""

    def __init__(self, text: str, kind: str) -> None:
        super().__init__()
        self.text, self.kind, self.times = text, kind, 1
        self.setProperty("role", kind)
        icon, colour = _KINDS[kind]
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.setSpacing(8)
        sign = QLabel()
        sign.setPixmap(look.picture(icon, colour))
        sign.setAccessibleName({"trouble": "出错", "warned": "提醒", "told": "完成"}[kind])
        row.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        self._words = label_of(text)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row.addWidget(self._words, 1)
        if kind == "trouble":
            copy = link_button("复制", "copy")
            copy.setAccessibleName("复制这条提示")
            copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text))
            row.addWidget(copy, 0, Qt.AlignmentFlag.AlignTop)
        self.gone = link_button("知道了")
        row.addWidget(self.gone, 0, Qt.AlignmentFlag.AlignTop)

    def again(self) -> None:
        self.times += 1
        self._words.setText(f"{self.text}（第{self.times}次）")


class Notices(QWidget):
    """The strip above the page. At most three, newest first."""

    def __init__(self) -> None:
        super().__init__()
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(16, 8, 16, 0)
        self._box.setSpacing(6)
        self._shown: list[Notice] = []
        self.hide()

    def tell(self, text: str, kind: str = "told") -> None:
        """Show a notice: kind told, warned or trouble. One already there is counted, not repeated."""
        for notice in self._shown:
            if notice.text == text:
                notice.again()
                log.info("notice repeated %d times", notice.times)
                return
        notice = Notice(text, kind)
        notice.gone.clicked.connect(lambda: self._drop(notice))
        self._shown.insert(0, notice)
        self._box.insertWidget(0, notice)
        while len(self._shown) > MOST:
            self._drop(self._shown[-1])
        self.show()

    def trouble(self, error: UserFacingError) -> None:
        """Show an error: its sentence and its code."""
        self.tell(str(error), "trouble")

    def texts(self) -> tuple[str, ...]:
        return tuple(n.text for n in self._shown)

    def clear(self, kind: str = "") -> None:
        for notice in list(self._shown):
            if not kind or notice.kind == kind:
                self._drop(notice)

    def _drop(self, notice: Notice) -> None:
        if notice in self._shown:
            self._shown.remove(notice)
            notice.hide()
            notice.deleteLater()
        self.setVisible(bool(self._shown))
