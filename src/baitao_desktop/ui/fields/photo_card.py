"""One photo of a field: its thumbnail, its caption, whether it was used before; moved and taken away."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QPixmap, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from baitao_desktop.domain.ops import Json
from baitao_desktop.domain.values import day_of
from baitao_desktop.ui import look
from baitao_desktop.ui.fields.base import label_of, link_button
from baitao_desktop.ui.flow import Flow

WIDE = 10
"""Width of a thumbnail in em; it is three quarters as high."""
CAPTION = 40
LATE = "照片待补"
WHY_LATE = "这张照片还没有交到这台电脑上。对方下一次的数据包里会补来。"


class PhotoCard(QFrame):
    """`moved(−1 | 1)`, `removed()`, `said(text)` when the caption changes, `pasted()` when pictures were pasted into it.

    The caption is its one Tab stop, and stands at the same height in all cards of a row: Alt+← and Alt+→ in it move the
    photo, Alt+Delete takes it away.
    """

    def __init__(
        self, photo: Json, at: int, *, picture: QPixmap, used: str, label: str, moved: Callable[[int], None],
        removed: Callable[[], None], said: Callable[[str], None], pasted: Callable[[], bool],
    ) -> None:  # fmt: skip
        super().__init__()
        self._moved, self._removed, self._pasted = moved, removed, pasted
        answer = photo if isinstance(photo, dict) else {}
        self.setProperty("role", "card")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        wide = look.unit() * WIDE
        name = f"第{at + 1}张照片"
        box = QVBoxLayout(self)
        box.setContentsMargins(6, 6, 6, 4)
        box.setSpacing(4)
        box.addWidget(thumbnail(picture, wide, f"{label} 第{at + 1}张"))
        self.caption = QLineEdit(str(answer.get("caption") or ""))
        self.caption.setFixedWidth(wide)
        self.caption.setMaxLength(CAPTION)
        self.caption.setPlaceholderText("写一句说明")
        self.caption.setAccessibleName(f"{name}的说明")
        self.caption.textEdited.connect(lambda text: said(text.strip()))
        self.caption.installEventFilter(self)
        box.addWidget(self.caption)
        self.remove = link_button("移除", "remove")
        self.remove.setAccessibleName(f"移除{name}")
        self.remove.setToolTip(f"移除{name}（或在说明里按住 Alt 再按 Delete）")
        self.remove.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.remove.clicked.connect(removed)
        self.arrows = [_arrow("left", f"{name}往前移", "Alt+←"), _arrow("right", f"{name}往后移", "Alt+→")]
        for arrow, way in zip(self.arrows, (-1, 1), strict=True):
            arrow.clicked.connect(lambda _checked=False, way=way: moved(way))
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for arrow in self.arrows:
            row.addWidget(arrow)
        row.addStretch(1)
        row.addWidget(self.remove)
        box.addLayout(row)
        if when := taken_words(answer):
            box.addWidget(narrow_label(when, wide, "hint"))
        if used:
            box.addWidget(narrow_label(used, wide, "warning"))

    def set_ends(self, *, first: bool, last: bool) -> None:
        """No arrow where there is nowhere to go."""
        for arrow, end in zip(self.arrows, (first, last), strict=True):
            arrow.setVisible(not (first and last))
            arrow.setEnabled(not end)

    def set_read_only(self, *, read_only: bool) -> None:
        self.caption.setReadOnly(read_only)
        self.caption.setHidden(read_only and not self.caption.text())
        self.remove.setHidden(read_only)
        for arrow in self.arrows:
            arrow.setHidden(read_only)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.caption and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.modifiers() & Qt.KeyboardModifier.AltModifier and event.key() in (*_WAYS, Qt.Key.Key_Delete):
                way = _WAYS.get(event.key())
                self._removed() if way is None else self._moved(way)
                return True
            if event.matches(QKeySequence.StandardKey.Paste) and not QGuiApplication.clipboard().text():
                return self._pasted()
        return super().eventFilter(watched, event)


class CardStrip(QWidget):
    """Cards in rows that break where the field or page ends, as high as the rows are at its width: a layout that trades height
    for width would let the page keep room for the narrowest."""

    def __init__(self) -> None:
        super().__init__()
        self._rows = _Rows()
        self.setLayout(self._rows)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def set_cards(self, cards: Sequence[QWidget]) -> None:
        """These and no others."""
        while (item := self._rows.takeAt(0)) is not None:
            gone: QWidget | None = item.widget()
            if gone is not None:
                gone.hide()
                gone.deleteLater()
        for card in cards:
            self._rows.addWidget(card)
            card.show()
        if not cards:
            self.hide()
        elif self.parentWidget() is not None:
            # 还没有父窗口时显示，会闪出一个空窗口
            self.show()
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        high = max(1, self._rows.heightForWidth(self.width()))
        if self.minimumHeight() != high:
            self.setFixedHeight(high)
        self._rows.invalidate()


class _Rows(Flow):
    def hasHeightForWidth(self) -> bool:
        return False


_WAYS: dict[int, int] = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


def thumbnail(picture: QPixmap, wide: int, name: str) -> QLabel:
    """A picture, three quarters as high as wide, sharp at any scale; 照片待补 for a null one."""
    tall = wide * 3 // 4
    shown = QLabel(LATE if picture.isNull() else "")
    shown.setFixedSize(wide, tall)
    shown.setAlignment(Qt.AlignmentFlag.AlignCenter)
    shown.setAccessibleName(name)
    if picture.isNull():
        shown.setToolTip(WHY_LATE)
        shown.setStyleSheet(f"background: {look.WINDOW}; color: {look.WARNING};")
        return shown
    ratio = shown.devicePixelRatioF()
    sharp = picture.scaled(
        round(wide * ratio), round(tall * ratio), Qt.AspectRatioMode.KeepAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )  # fmt: skip
    sharp.setDevicePixelRatio(ratio)
    shown.setPixmap(sharp)
    return shown


def narrow_label(text: str, wide: int, role: str) -> QLabel:
    """Words as wide as the thumbnail, as high as they need; a long number may break before its digits, too."""
    label = label_of(re.sub(r"-(?=\d)", "-\u200b", text), role)
    label.setFixedWidth(wide)
    label.setAccessibleName(text)
    label.setMinimumHeight(label.heightForWidth(wide))
    return label


def pixmap_of(data: bytes) -> QPixmap:
    """A picture to show; a null one for no data or none that can be read."""
    drawn = QPixmap()
    drawn.loadFromData(data)
    return drawn


def taken_words(answer: Mapping[str, Json]) -> str:
    """「5月17日 08:30 拍」, nothing where the camera said no time."""
    moment = str(answer.get("taken") or "")
    day = day_of(moment)
    return "" if day is None else f"{day.month}月{day.day}日 {moment[11:16]} 拍".replace("  ", " ")


def _arrow(icon: str, name: str, keys: str) -> QToolButton:
    arrow = QToolButton()
    arrow.setIcon(look.icon(icon, look.ACCENT))
    arrow.setAccessibleName(name)
    arrow.setToolTip(f"{name}（在说明里按 {keys}）")
    arrow.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return arrow
