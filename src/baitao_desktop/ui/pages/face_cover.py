"""遮住人脸再复制: drag over a face and it becomes squares in the copy; the photo kept is not touched (USERS 9)."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from baitao_desktop.actions import group_photos
from baitao_desktop.actions.desk import Desk
from baitao_desktop.actions.group_photos import Box
from baitao_desktop.actions.records import View
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.ui import look
from baitao_desktop.ui.fields.base import label_of
from baitao_desktop.ui.pages import record_photos
from baitao_desktop.ui.pages.parts import act_button, flow
from baitao_desktop.ui.window import MainWindow

LEAST = 8
"""Pixels of a drag that is meant."""


class Pad(QWidget):
    """One photo; `boxes` are what was dragged over, as parts of its width and height."""

    def __init__(self) -> None:
        super().__init__()
        self._picture = QPixmap()
        self.boxes: list[Box] = []
        self._from: QPoint | None = None
        self._to = QPoint()
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName("照片：按住鼠标拖过人脸，就遮住")
        self.setMinimumSize(look.unit() * 30, look.unit() * 18)

    def show_photo(self, data: bytes, boxes: list[Box]) -> None:
        self._picture.loadFromData(data)
        self.boxes = boxes
        self.update()

    def spot(self) -> QRect:
        """Where the picture stands, whole and centred."""
        size = self._picture.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        return QRect(
            (self.width() - size.width()) // 2, (self.height() - size.height()) // 2, size.width(), size.height()
        )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._from = self._to = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._to = event.position().toPoint()
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        begun, self._from = self._from, None
        if begun is None:
            return
        drawn = QRect(begun, event.position().toPoint()).normalized().intersected(self.spot())
        if drawn.width() >= LEAST and drawn.height() >= LEAST:
            at = self.spot()
            self.boxes.append(
                (
                    (drawn.left() - at.left()) / at.width(), (drawn.top() - at.top()) / at.height(),
                    (drawn.right() + 1 - at.left()) / at.width(), (drawn.bottom() + 1 - at.top()) / at.height(),
                )
            )  # fmt: skip
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        at = self.spot()
        painter.drawPixmap(at, self._picture)
        cover = QColor(look.NAV_TEXT)
        for left, top, right, bottom in self.boxes:
            painter.fillRect(
                QRect(
                    QPoint(at.left() + round(left * at.width()), at.top() + round(top * at.height())),
                    QPoint(at.left() + round(right * at.width()) - 1, at.top() + round(bottom * at.height()) - 1),
                ),
                cover,
            )
        if self._from is not None:
            painter.setPen(QColor(look.ERROR))
            painter.drawRect(QRect(self._from, self._to).normalized())
        painter.end()


class CoverDialog(QDialog):
    """The photos one after the other; `copy()` puts them on the clipboard, covered."""

    def __init__(self, window: MainWindow, desk: Desk, view: View) -> None:
        super().__init__(window)
        self._window, self._desk, self._view = window, desk, view
        self._photos = group_photos.photos_here(desk, view)
        self.covered: dict[str, list[Box]] = {str(shot["blob"]): [] for shot, _ in self._photos}
        self._at = 0
        self.setWindowTitle("遮住人脸再复制")
        self.setAccessibleName("遮住人脸再复制")
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 12, 16, 12)
        box.setSpacing(8)
        self.said = label_of("", "hint")
        self.pad = Pad()
        self.before = act_button("上一张", lambda: self.turn(-1))
        self.after = act_button("下一张", lambda: self.turn(1))
        self.clear = act_button("去掉这张的遮挡", self.uncover)
        self.go = act_button(f"复制{len(self._photos)}张", self.copy, primary=True, icon="copy")
        box.addWidget(label_of("按住鼠标拖过人脸，复制出去的照片上就遮住了；本机存的照片不变。"))
        box.addWidget(self.pad, 1)
        box.addWidget(self.said)
        box.addWidget(flow(self.go, self.before, self.after, self.clear))
        self.resize(min(window.width() - 40, look.unit() * 56), min(window.height() - 40, look.unit() * 40))
        self._show()

    def turn(self, way: int) -> None:
        self._at = max(0, min(len(self._photos) - 1, self._at + way))
        self._show()

    def uncover(self) -> None:
        self.pad.boxes.clear()
        self.pad.update()

    def copy(self) -> None:
        record_photos.copy_photos(self._window, self._desk, self._view, self.covered)
        self.accept()

    def _show(self) -> None:
        shot, data = self._photos[self._at]
        self.pad.show_photo(data, self.covered[str(shot["blob"])])
        self.said.setText(f"第{self._at + 1}张，共{len(self._photos)}张")
        self.before.setEnabled(self._at > 0)
        self.after.setEnabled(self._at + 1 < len(self._photos))


def open_cover(window: MainWindow, desk: Desk, view: View) -> CoverDialog | None:
    """Open the dialog; None, and a notice, when no photo of the record is here."""
    try:
        dialog = CoverDialog(window, desk, view)
    except UserFacingError as error:
        window.trouble(error)
        return None
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
    return dialog
