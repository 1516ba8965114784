"""Photos: picked, dragged or pasted; a row of thumbnails. What is kept, and how, is the page's business."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QEvent, QIODevice, QMimeData, QObject, Qt
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QImageWriter,
    QKeyEvent,
    QKeySequence,
    QPixmap,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import Json
from baitao_desktop.ui import look
from baitao_desktop.ui.fields.base import Asks, Field, label_of, link_button
from baitao_desktop.ui.fields.walking import set_order, stops_in

KINDS = (".jpg", ".jpeg", ".png", ".heic", ".heif", ".webp", ".bmp")
THUMB = 96


@dataclass(frozen=True, slots=True)
class PhotoDoor:
    """How a page keeps photos. `keep` takes a file or the bytes of a pasted picture and gives the answer that names it
    ({"sha256": …, "name": …}); it may raise UserFacingError. `thumb` gives small JPEG or PNG bytes of such an answer,
    empty when it is not here (照片待补). `pick` asks the person for files. `full`, where given, gives the whole picture
    as it is kept: what is drawn upon and what a signature from before is shown by."""

    keep: Callable[[Path | bytes], Json]
    thumb: Callable[[Json], bytes]
    pick: Callable[[QWidget], Sequence[Path]]
    full: Callable[[Json], bytes] | None = None


class PhotoField(Field):
    """Up to `most` photos. Value: the one answer when most is 1, else a list."""

    def __init__(self, asks: Asks, door: PhotoDoor | None, *, most: int = 1) -> None:
        super().__init__(asks)
        self._door = door
        self._most = most
        self._photos: list[Json] = []
        self._row = QHBoxLayout()
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(8)
        self.button = QPushButton("添加照片")
        self.button.setIcon(look.icon("photo"))
        self.button.setAutoDefault(False)
        self.button.clicked.connect(self._ask)
        self.button.installEventFilter(self)
        self.editors = [self.button]
        way = label_of("可选文件、拖进来，或按 Ctrl+V 粘贴", "hint", wrap=False)
        self.add_editor(self.button, beside=[way], stretch=0)
        self._body.addLayout(self._row)
        self.close_body()
        self.setAcceptDrops(True)
        if door is None:
            self.button.setEnabled(False)
            way.hide()
            self.why_not = "本页不能添加照片，保存后在记录里添加"
            self.echo(self.why_not)

    def value(self) -> Json:
        if self._most == 1:
            return self._photos[0] if self._photos else None
        return list(self._photos) or None

    def set_value(self, value: Json) -> None:
        photos = list(value) if isinstance(value, list) else [value] if value else []
        if photos != self._photos:
            self._photos = photos
            self._draw()

    def set_read_only(self, *, read_only: bool) -> None:
        super().set_read_only(read_only=read_only)
        self.setAcceptDrops(not read_only)

    def take(self, sources: Sequence[Path | bytes]) -> None:
        """Keep these photos; what cannot be kept is said beside the field, the others stay."""
        if self._door is None:
            return
        said = ""
        for source in sources:
            if self._most > 1 and len(self._photos) >= self._most:
                said = f"最多{self._most}张，其余没有加入"
                break
            try:
                kept = self._door.keep(source)
            except UserFacingError as trouble:
                said = trouble.text
                continue
            if kept in self._photos:
                said = "这张照片已经加过"
            elif self._most == 1:
                self._photos = [kept]
            else:
                self._photos.append(kept)
        self._draw()
        self.echo(said, "warning")
        self.edited()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            watched is self.button
            and event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and event.matches(QKeySequence.StandardKey.Paste)
        ):
            self.take(photos_in(QGuiApplication.clipboard().mimeData()))
            return True
        return super().eventFilter(watched, event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _has_photos(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.take(photos_in(event.mimeData()))
        event.acceptProposedAction()

    def _ask(self) -> None:
        if self._door is not None:
            files = self._door.pick(self)
            if files:
                self.take(list(files))

    def _draw(self) -> None:
        for _ in range(self._row.count()):
            gone: QWidget | None = self._row.takeAt(0).widget()
            if gone is not None:
                gone.deleteLater()
        for i, photo in enumerate(self._photos):
            self._row.addWidget(self._card(i, photo))
        self._row.addStretch(1)
        set_order([self.button, *stops_in(self._row)])
        self.button.setText("换一张照片" if self._most == 1 and self._photos else "添加照片")
        self.button.setEnabled(self._most == 1 or len(self._photos) < self._most)

    def _card(self, at: int, photo: Json) -> QWidget:
        card = QFrame()
        card.setProperty("role", "card")
        box = QVBoxLayout(card)
        box.setContentsMargins(4, 4, 4, 4)
        box.setSpacing(2)
        shown = QLabel("照片待补")
        shown.setFixedSize(THUMB, THUMB)
        shown.setAlignment(Qt.AlignmentFlag.AlignCenter)
        shown.setAccessibleName(f"{self.asks.label} 第{at + 1}张")
        drawn = QPixmap()
        if self._door is not None and drawn.loadFromData(self._door.thumb(photo)):
            shown.setPixmap(
                drawn.scaled(
                    THUMB, THUMB, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
                )
            )
        remove = link_button("移除", "remove")
        remove.setAccessibleName(f"移除第{at + 1}张照片")
        remove.clicked.connect(lambda: self._remove(photo))
        box.addWidget(shown)
        box.addWidget(remove)
        return card

    def _remove(self, photo: Json) -> None:
        self._photos = [p for p in self._photos if p != photo]
        self._draw()
        self.echo("")
        self.edited()


def photos_in(data: QMimeData) -> list[Path | bytes]:
    """Files of pictures, else a picture itself (as PNG), that were dropped or pasted."""
    files: list[Path | bytes] = [
        Path(url.toLocalFile())
        for url in data.urls()
        if url.isLocalFile() and url.toLocalFile().lower().endswith(KINDS)
    ]
    if files or not data.hasImage():
        return files
    picture = data.imageData()
    if not isinstance(picture, QImage) or picture.isNull():
        return []
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"PNG")).write(picture)
    return [bytes(buffer.data().data())]


def _has_photos(data: QMimeData) -> bool:
    return data.hasImage() or any(u.toLocalFile().lower().endswith(KINDS) for u in data.urls())
