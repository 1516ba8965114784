"""Signatures, drawings, and drawing over a picture: what is drawn is kept as a photo is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, QTimer
from PySide6.QtGui import QImage, QImageReader
from PySide6.QtWidgets import QWidget

from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import Json
from baitao_desktop.ui import look
from baitao_desktop.ui.buttons import PushButton
from baitao_desktop.ui.fields.base import Asks, Field, label_of, link_button
from baitao_desktop.ui.fields.canvas import Canvas, picture_bytes
from baitao_desktop.ui.fields.photos import PhotoDoor

KEEP_AFTER = 400
"""Milliseconds without a new stroke before a drawing is kept: not one picture for each stroke, and with the page's
own 1.5 s still within the two seconds of UI.md."""
PAPERS = {"signature": QSize(960, 300), "draw": QSize(960, 600), "annotate": QSize(960, 600)}
WORDS = {"signature": "在此处手写签名", "draw": "在此处画", "annotate": ""}
AGAIN = {"signature": "清除重签", "draw": "清除重画", "annotate": "清除所画"}


class DrawField(Field):
    """What is drawn becomes a picture 0.4 s after the last stroke, or at once when the answer is asked for.

    `kind`: signature and draw start on white paper (kept as PNG); annotate on a picture that is picked first (kept as
    JPEG, at most 1600 px). A picture from before is shown as it is and replaced by starting anew. A signature that is
    not required may be left for the paper: the answer stays empty.
    """

    def __init__(self, asks: Asks, door: PhotoDoor | None, *, kind: str) -> None:
        super().__init__(asks)
        self._door = door
        self._kind = kind
        self._value: Json = None
        self._failed = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(KEEP_AFTER)
        self._timer.timeout.connect(self._keep_and_tell)
        self.canvas = Canvas(PAPERS[kind], words=WORDS[kind], pen=look.ERROR if kind == "annotate" else look.TEXT)
        self.canvas.drawn.connect(self._drawn)
        self.canvas.wiped.connect(self.start_again)
        self.canvas.taken_back.connect(self.take_back)
        self.pick = PushButton("选照片")
        self.pick.setIcon(look.icon("photo"))
        self.pick.clicked.connect(self._ask)
        self.again = link_button(AGAIN[kind], "undo")
        self.back = link_button("退一笔", "back")
        self.paper = link_button("留着在纸上签", "pen")
        self.again.clicked.connect(self.start_again)
        self.back.clicked.connect(self.take_back)
        self.paper.clicked.connect(self._leave_for_paper)
        self._way = label_of("先选一张照片，再在上面画", "hint", wrap=False)
        self.editors = [self.canvas, self.pick, self.again, self.back, self.paper]
        self._body.addWidget(self.canvas)
        self.add_editor(self.pick, beside=[self.again, self.back, self.paper, self._way], stretch=0)
        self.close_body()
        if door is None:
            self.why_not = "本页不能存图，请打印后在纸上签画"
            self.echo(self.why_not)
            self.canvas.setEnabled(False)
        self._show_buttons()

    def value(self) -> Json:
        if self._timer.isActive():
            self._keep()
        return self._value

    def set_value(self, value: Json) -> None:
        if value == self._value:
            return
        self._value = value
        self._timer.stop()
        self.canvas.set_background(None)
        if value is not None and self._door is not None:
            self.canvas.kept = QImage.fromData((self._door.full or self._door.thumb)(value))
            if self.canvas.kept.isNull():
                self.echo("图片待补")
        self._show_buttons()

    def trouble(self) -> str:
        return self._failed

    def set_required(self, *, required: bool) -> None:
        super().set_required(required=required)
        self._show_buttons()

    def set_read_only(self, *, read_only: bool) -> None:
        super().set_read_only(read_only=read_only)
        if self._door is None:
            self.canvas.setEnabled(False)
        self._show_buttons()

    def first_editor(self) -> QWidget | None:
        if not self.canvas.isEnabled():
            return None
        return self.pick if self.canvas.isHidden() else self.canvas

    def name_editors(self) -> None:
        super().name_editors()
        self.canvas.setAccessibleName(f"{self.asks.label} 手写区")

    def take(self, files: Sequence[Path]) -> None:
        """Draw over the first of these pictures; what cannot be read is said."""
        if not files or self._door is None:
            return
        reader = QImageReader(str(files[0]))
        reader.setAutoTransform(True)
        picture = reader.read()
        if picture.isNull():
            picture = self._through_the_door(files[0])
        if picture.isNull():
            self.echo(f"“{files[0].name}”打不开，请另选一张照片", "warning")
            return
        self.canvas.set_background(picture)
        self.echo("可以在照片上画了")
        self._drawn()

    def start_again(self) -> None:
        """Wipe the paper; over a picture only what was drawn on it."""
        background = self.canvas.background
        self.canvas.wipe()
        self._timer.stop()
        self.echo("")
        if background is not None:
            self._drawn()
            return
        self._failed = ""
        if self._value is not None:
            self._value = None
            self.edited()
        self._show_buttons()

    def take_back(self) -> None:
        """Take the last stroke back."""
        if self.canvas.strokes:
            self.canvas.strokes.pop()
            self.canvas.update()
            if self.canvas.strokes or self.canvas.background is not None:
                self._drawn()
            else:
                self.start_again()

    # —— 内部 ——

    def _through_the_door(self, file: Path) -> QImage:
        """A kind of picture Qt does not read (HEIC) as the door gives it back."""
        if self._door is None:
            return QImage()
        try:
            return QImage.fromData((self._door.full or self._door.thumb)(self._door.keep(file)))
        except UserFacingError:
            return QImage()

    def _ask(self) -> None:
        if self._door is not None:
            self.take(list(self._door.pick(self)))

    def _drawn(self) -> None:
        self._timer.start()
        self._show_buttons()

    def _keep(self) -> None:
        self._timer.stop()
        if self._door is None:
            return
        kind = b"JPG" if self._kind == "annotate" else b"PNG"
        try:
            self._value = self._door.keep(picture_bytes(self.canvas.image(), kind))
        except UserFacingError as trouble:
            self._failed = trouble.text
            self.echo(trouble.text, "warning")
        else:
            self._failed = ""
            self.echo("已记下", "ok")

    def _keep_and_tell(self) -> None:
        self._keep()
        self.edited()

    def _leave_for_paper(self) -> None:
        self.start_again()
        self.echo("这里留空，打印后在纸上签")
        self.stepped.emit(self)

    def _show_buttons(self) -> None:
        free = self.canvas.isEnabled() and self._door is not None
        anything = bool(self.canvas.strokes) or self.canvas.kept is not None
        bare = self._kind == "annotate" and self.canvas.background is None and self.canvas.kept is None
        self.canvas.setVisible(not bare)
        self._way.setVisible(bare and free)
        self.pick.setVisible(free and self._kind == "annotate")
        self.pick.setText("换一张照片" if self.canvas.background is not None else "选照片")
        self.again.setVisible(free and anything)
        self.back.setVisible(free and bool(self.canvas.strokes))
        self.paper.setVisible(free and self._kind == "signature" and not self._required)
