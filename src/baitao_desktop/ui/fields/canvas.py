"""Paper to draw on with a mouse, a pen or a finger."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import QBuffer, QByteArray, QEvent, QIODevice, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QImageWriter,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QTabletEvent,
    QTouchEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from baitao_desktop.ui import look

LONGEST = 1600
"""Longest side of a drawn-over picture in pixels (UI.md “Photos”)."""


@dataclass(slots=True)
class Stroke:
    """One line drawn without lifting: points in pixels of the picture, and how hard each was pressed (0 to 1)."""

    points: list[QPointF] = field(default_factory=list)
    presses: list[float] = field(default_factory=list)


class Canvas(QWidget):
    """A picture of fixed `size` in pixels, scaled to the width there is. `drawn` tells that a stroke has ended.

    Strokes are kept in pixels of the picture, so that a window made larger loses nothing. Without `background` the
    paper is white. `kept` is a picture from before, shown instead; it cannot be drawn on. Delete wipes the paper,
    Backspace takes the last stroke back (both told by `wiped` and `taken_back`, the field does it).
    """

    drawn = Signal()
    wiped = Signal()
    taken_back = Signal()

    def __init__(self, size: QSize, *, words: str, pen: str = look.TEXT, width: float = 4.0) -> None:
        super().__init__()
        self.picture_size = size
        self.words = words
        self.strokes: list[Stroke] = []
        self.background: QImage | None = None
        self.kept: QImage | None = None
        self._pen, self._width = QColor(pen), width
        self._drawing: Stroke | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._limit()

    def set_background(self, picture: QImage | None) -> None:
        """Draw over this picture from now on; older strokes go with the paper they stood on."""
        self.strokes.clear()
        self.kept = None
        if picture is not None and max(picture.width(), picture.height()) > LONGEST:
            side = QSize(LONGEST, LONGEST)
            picture = picture.scaled(
                side, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
        self.background = picture
        if picture is not None:
            self.picture_size = picture.size()
            self._width = max(4.0, max(picture.width(), picture.height()) / 250)
        self._limit()
        self.update()

    def image(self) -> QImage:
        """The picture as it is now, in its own pixels."""
        drawn = QImage(self.picture_size, QImage.Format.Format_RGB32)
        drawn.fill(Qt.GlobalColor.white)
        painter = QPainter(drawn)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.background is not None:
            painter.drawImage(QRectF(drawn.rect()), self.background)
        self._paint_strokes(painter)
        painter.end()
        return drawn

    def wipe(self) -> None:
        self.strokes.clear()
        self.kept = None
        self.update()

    # —— 手、笔、手指 ——

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._begin(event.position(), 0.5)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._go_on(event.position(), 0.5)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._end()

    def tabletEvent(self, event: QTabletEvent) -> None:
        # 接下来的同一动作就不再当作鼠标送来
        event.accept()
        if event.type() == QEvent.Type.TabletPress:
            self._begin(event.position(), event.pressure())
        elif event.type() == QEvent.Type.TabletMove:
            self._go_on(event.position(), event.pressure())
        elif event.type() == QEvent.Type.TabletRelease:
            self._end()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QTouchEvent) and event.points():
            at = event.points()[0].position()
            if event.type() == QEvent.Type.TouchBegin:
                self.setFocus()
                self._begin(at, 0.5)
            elif event.type() == QEvent.Type.TouchUpdate:
                self._go_on(at, 0.5)
            else:
                self._end()
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete:
            self.wiped.emit()
        elif event.key() == Qt.Key.Key_Backspace:
            self.taken_back.emit()
        else:
            super().keyPressEvent(event)

    def _begin(self, at: QPointF, pressed: float) -> None:
        if self.isEnabled() and self.kept is None:
            self._drawing = Stroke()
            self.strokes.append(self._drawing)
            self._go_on(at, pressed)

    def _go_on(self, at: QPointF, pressed: float) -> None:
        if self._drawing is None:
            return
        scale = self._scale()
        point = QPointF(at.x() / scale, at.y() / scale)
        paper = QRectF(0, 0, self.picture_size.width(), self.picture_size.height())
        point.setX(min(max(point.x(), 0.0), paper.right()))
        point.setY(min(max(point.y(), 0.0), paper.bottom()))
        self._drawing.points.append(point)
        self._drawing.presses.append(pressed)
        self.update()

    def _end(self) -> None:
        if self._drawing is not None:
            self._drawing = None
            self.drawn.emit()

    # —— 样子 ——

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return round(min(width, self.maximumWidth()) * self.picture_size.height() / self.picture_size.width())

    def sizeHint(self) -> QSize:
        width = self.maximumWidth()
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(look.unit() * 12, self.heightForWidth(look.unit() * 12))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        scale = self._scale()
        paper = QRectF(0, 0, self.picture_size.width() * scale, self.picture_size.height() * scale)
        painter.fillRect(paper, QColor(look.PAPER if self.isEnabled() else look.WINDOW))
        if self.kept is not None:
            _fit(painter, paper, self.kept)
        else:
            painter.save()
            painter.scale(scale, scale)
            if self.background is not None:
                painter.drawImage(QRectF(0, 0, self.picture_size.width(), self.picture_size.height()), self.background)
            self._paint_strokes(painter)
            painter.restore()
        if not self.strokes and self.background is None and self.kept is None:
            painter.setPen(QColor(look.MUTED))
            painter.drawText(paper, Qt.AlignmentFlag.AlignCenter, self.words)
        focused = self.hasFocus()
        painter.setPen(QPen(QColor(look.ACCENT if focused else look.BORDER), 2 if focused else 1))
        painter.drawRoundedRect(paper.adjusted(1, 1, -1, -1), 4, 4)

    def _paint_strokes(self, painter: QPainter) -> None:
        for stroke in self.strokes:
            pen = QPen(
                self._pen, self._width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
            )
            if len(stroke.points) == 1:
                painter.setPen(pen)
                painter.drawPoint(stroke.points[0])
            for i in range(1, len(stroke.points)):
                pen.setWidthF(self._width * (0.5 + stroke.presses[i]))
                painter.setPen(pen)
                painter.drawLine(stroke.points[i - 1], stroke.points[i])

    def _scale(self) -> float:
        return max(0.01, self.width() / self.picture_size.width())

    def _limit(self) -> None:
        """Never wider than shows well: a tall picture would fill the page."""
        highest = look.unit() * 24
        shape = self.picture_size.width() / max(1, self.picture_size.height())
        self.setMaximumWidth(max(look.unit() * 12, round(min(look.unit() * 36, highest * shape))))
        self.updateGeometry()


def _fit(painter: QPainter, paper: QRectF, picture: QImage) -> None:
    """A picture in the middle of the paper, as large as fits."""
    scale = min(paper.width() / max(1, picture.width()), paper.height() / max(1, picture.height()))
    size = QRectF(0, 0, picture.width() * scale, picture.height() * scale)
    size.moveCenter(paper.center())
    painter.drawImage(size, picture)


def picture_bytes(picture: QImage, kind: bytes) -> bytes:
    """A picture as PNG or JPG bytes."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QImageWriter(buffer, QByteArray(kind))
    writer.setQuality(90 if kind == b"JPG" else 20)
    writer.write(picture)
    return bytes(buffer.data().data())
