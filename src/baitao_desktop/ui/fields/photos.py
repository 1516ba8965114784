"""Photos: picked, dragged or pasted; cards in rows. What is kept, and how, is the page's business."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData
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
from PySide6.QtWidgets import QPushButton, QWidget
from shiboken6 import isValid

from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import Json
from baitao_desktop.ui import look
from baitao_desktop.ui.fields.base import Asks, Field, label_of, link_button
from baitao_desktop.ui.fields.photo_card import CardStrip, PhotoCard, pixmap_of
from baitao_desktop.ui.fields.walking import set_order
from baitao_desktop.ui.keys import Keys, focus

KINDS = (
    ".jpg", ".jpeg", ".jfif", ".png", ".heic", ".heif", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".avif",
)  # fmt: skip
BUSY = "照片还在加入，请稍等几秒再提交"
NOTHING_COPIED = "没有复制过照片。请先在微信里对着照片点右键，选“复制”，再回来粘贴。"
_MOST_SAID = 3


@dataclass(frozen=True, slots=True)
class Kept:
    """A photo that was kept: the answer that names it, its thumbnail, and 「6月3日已用过（…）」 or nothing."""

    answer: Json
    thumb: bytes
    used: str


Run = Callable[[Callable[[], Kept], Callable[[Kept], None], Callable[[UserFacingError], None]], None]


@dataclass(frozen=True, slots=True)
class PhotoDoor:
    """How a page keeps photos. `keep` takes a file or the bytes of a pasted picture and gives the answer that names it
    ({"blob": …, "name": …}); it may raise UserFacingError. `thumb` gives small JPEG or PNG bytes of such an answer,
    empty when it is not here (照片待补). `pick` asks the person for files. `full`, where given, gives the whole picture
    as it is kept: what is drawn upon and what a signature from before is shown by. `used` says where a photo was used
    before. `run(work, done, failed)` does the keeping away from the window and brings what came of it back to it; without
    it the window waits: a telephone's photo takes half a second, an HEIC two."""

    keep: Callable[[Path | bytes], Json]
    thumb: Callable[[Json], bytes]
    pick: Callable[[QWidget], Sequence[Path]]
    full: Callable[[Json], bytes] | None = None
    used: Callable[[Json], str] | None = None
    run: Run | None = None


class PhotoField(Field):
    """Up to `most` photos. Value: the one answer when most is 1, else a list, in the order they stand."""

    def __init__(self, asks: Asks, door: PhotoDoor | None, *, most: int = 1) -> None:
        super().__init__(asks)
        self._door = door
        self._most = most
        self._photos: list[Json] = []
        self._pictures: dict[str, QPixmap] = {}
        self._used: dict[str, str] = {}
        self._waiting = 0
        self._said: list[str] = []
        self._read_only = False
        self._keys = Keys(self, step=self._step, left=lambda _: None)
        self.cards: list[PhotoCard] = []
        self.button = QPushButton("添加照片")
        self.button.setIcon(look.icon("photo"))
        self.button.setAutoDefault(False)
        self.button.clicked.connect(self._ask)
        self.paste = link_button("粘贴", "copy")
        self.paste.clicked.connect(self._paste)
        self.editors = [self.button, self.paste]
        self._way = label_of("也可以把照片拖进来", "hint", wrap=False)
        self.add_editor(self.button, beside=[self.paste, self._way], stretch=0)
        self._strip = CardStrip()
        self._strip.hide()
        self._body.addWidget(self._strip)
        self.close_body()
        self.setAcceptDrops(door is not None)
        if door is None:
            self.button.setEnabled(False)
            self.paste.hide()
            self._way.hide()
            self.why_not = "本页不能添加照片，保存后在记录里添加"
            self.echo(self.why_not)

    # —— 页面用的门 ——

    def value(self) -> Json:
        if self._most == 1:
            return self._photos[0] if self._photos else None
        return list(self._photos) or None

    def set_value(self, value: Json) -> None:
        photos = list(value) if isinstance(value, list) else [value] if value else []
        if photos != self._photos:
            self._photos = photos
            self._draw()

    def trouble(self) -> str:
        return BUSY if self._waiting else ""

    def set_read_only(self, *, read_only: bool) -> None:
        super().set_read_only(read_only=read_only)
        self._read_only = read_only
        self.setAcceptDrops(not read_only and self._door is not None)
        for part in (self.paste, self._way):
            part.setHidden(read_only or self._door is None)
        self._draw()

    def take(self, sources: Sequence[Path | bytes]) -> None:
        """Keep these photos one after the other; what cannot be kept is said beside the field, the others stay."""
        door = self._door
        if door is None or not sources:
            return
        if not self._waiting:
            self._said = []
        room = 1 if self._most == 1 else self._most - len(self._photos) - self._waiting
        if len(sources) > room:
            self._said.append(f"最多{self._most}张，其余没有加入")
        wanted = list(sources)[: max(0, room)]
        self._waiting += len(wanted)
        self._tell()
        for source in wanted:
            self._keep(door, source)
        if not wanted:
            self._tell()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # 按钮不要的键会传到这里来
        if event.matches(QKeySequence.StandardKey.Paste) and self._may_take():
            self._paste()
            return
        super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        data = event.mimeData()
        if data.hasImage() or any(url.isLocalFile() for url in data.urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.take(photos_in(event.mimeData(), strict=False))
        event.acceptProposedAction()

    # —— 加 ——

    def _may_take(self) -> bool:
        return self._door is not None and not self._read_only

    def _ask(self) -> None:
        if self._door is not None:
            self.take(list(self._door.pick(self)))

    def _paste(self) -> None:
        found = photos_in(QGuiApplication.clipboard().mimeData())
        if found:
            self.take(found)
        else:
            self.echo(NOTHING_COPIED, "warning")

    def _pasted_into_caption(self) -> bool:
        found = photos_in(QGuiApplication.clipboard().mimeData())
        if found and self._may_take():
            self.take(found)
        return bool(found)

    def _keep(self, door: PhotoDoor, source: Path | bytes) -> None:
        def work() -> Kept:
            answer = door.keep(source)
            return Kept(answer, door.thumb(answer), door.used(answer) if door.used is not None else "")

        if door.run is not None:
            door.run(work, self._came, self._failed)
            return
        try:
            kept = work()
        except UserFacingError as trouble:
            self._failed(trouble)
        else:
            self._came(kept)

    def _came(self, kept: Kept) -> None:
        if not isValid(self):
            # 页面已经关了：照片没有进草稿，下次登录时清掉
            return
        key = _key(kept.answer)
        self._pictures[key], self._used[key] = pixmap_of(kept.thumb), kept.used
        if any(_key(photo) == key for photo in self._photos):
            self._said.append("这张照片已经加过")
        elif self._most == 1:
            self._photos = [kept.answer]
        else:
            self._photos.append(kept.answer)
        self._draw()
        self._over()

    def _failed(self, trouble: UserFacingError) -> None:
        if isValid(self):
            self._said.append(trouble.text)
            self._over()

    def _over(self) -> None:
        self._waiting -= 1
        self._tell()
        self.edited()

    def _tell(self) -> None:
        if self._waiting:
            self.echo(f"正在加入照片，还有{self._waiting}张")
            return
        more = len(self._said) - _MOST_SAID
        said = [*self._said[:_MOST_SAID], *([f"另有{more}张也没有加入"] if more > 0 else [])]
        self.echo("\n".join(said), "warning")

    # —— 改 ——

    def _move(self, at: int, way: int) -> None:
        to = at + way
        if self._read_only or not 0 <= to < len(self._photos):
            return
        self._photos[at], self._photos[to] = self._photos[to], self._photos[at]
        self._draw()
        focus(self.cards[to].caption)
        self.edited()

    def _remove(self, at: int) -> None:
        del self._photos[at]
        self._draw()
        self.echo("")
        self.button.setFocus()
        self.edited()

    def _caption(self, at: int, text: str) -> None:
        photo = self._photos[at]
        if isinstance(photo, dict):
            bare = {k: v for k, v in photo.items() if k != "caption"}
            self._photos[at] = {**bare, "caption": text} if text else bare
            self.edited()

    def _step(self, editor: QWidget, way: int) -> None:
        """Enter goes from caption to caption, then on; Shift+Enter back, then to the button."""
        at = next((i for i, card in enumerate(self.cards) if card.caption is editor), 0) + way
        if 0 <= at < len(self.cards):
            focus(self.cards[at].caption)
        elif at < 0:
            self.button.setFocus()
        else:
            self.stepped.emit(self)

    # —— 画 ——

    def _draw(self) -> None:
        self.cards = [self._card(at, photo) for at, photo in enumerate(self._photos)]
        for card in self.cards:
            card.set_ends(first=card is self.cards[0], last=card is self.cards[-1])
            self._keys.watch(card.caption)
            if self._read_only:
                card.set_read_only(read_only=True)
        self._strip.set_cards(self.cards)
        set_order([self.button, self.paste, *(card.caption for card in self.cards)])
        self.button.setText("换一张照片" if self._most == 1 and self._photos else "添加照片")
        full = self._most > 1 and len(self._photos) >= self._most
        self.button.setEnabled(self._may_take() and not full)
        self.paste.setEnabled(self._may_take() and not full)
        self.name_editors()

    def _card(self, at: int, photo: Json) -> PhotoCard:
        key = _key(photo)
        if key not in self._pictures and self._door is not None:
            # 草稿和记录里带来的，第一次画时才取
            self._pictures[key] = pixmap_of(self._door.thumb(photo))
            self._used[key] = self._door.used(photo) if self._door.used is not None else ""
        return PhotoCard(
            photo, at, picture=self._pictures.get(key, QPixmap()), used=self._used.get(key, ""), label=self.asks.label,
            moved=lambda way: self._move(at, way), removed=lambda: self._remove(at),
            said=lambda text: self._caption(at, text), pasted=self._pasted_into_caption,
        )  # fmt: skip


def _key(photo: Json) -> str:
    """What makes two answers the same photo, whatever their captions."""
    found = photo.get("blob") or photo.get("sha256") if isinstance(photo, dict) else photo
    return str(found)


def photos_in(data: QMimeData, *, strict: bool = True) -> list[Path | bytes]:
    """Files of pictures, else a picture itself (as PNG), that were dropped or pasted. Not `strict`: any file; what is no
    photo is then told by its name."""
    files: list[Path | bytes] = [
        Path(url.toLocalFile())
        for url in data.urls()
        if url.isLocalFile() and (not strict or url.toLocalFile().lower().endswith(KINDS))
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
