"""Photos on the page of a record: shown with caption and time, copied for a group, their untouched files saved out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QVBoxLayout, QWidget

from baitao_desktop.actions import group_photos, originals, photos
from baitao_desktop.actions.desk import Desk, Done
from baitao_desktop.actions.group_photos import Box
from baitao_desktop.actions.records import View
from baitao_desktop.domain.ops import Json
from baitao_desktop.ui import look
from baitao_desktop.ui.fields.base import link_button
from baitao_desktop.ui.fields.photo_card import CardStrip, narrow_label, pixmap_of, taken_words, thumbnail
from baitao_desktop.ui.window import MainWindow

WIDE = 13
"""Width of a picture in em."""
Save = Callable[[Json], None]


def draw_photo(desk: Desk, label: str, shot: Json, save: Save | None = None) -> QWidget:
    """One photo as it was kept, its caption, when it was taken, where its untouched file is. `save` is asked for that file."""
    card = QWidget()
    box = QVBoxLayout(card)
    box.setContentsMargins(0, 0, 0, 8)
    box.setSpacing(2)
    wide = look.unit() * WIDE
    box.addWidget(thumbnail(pixmap_of(photos.small_photo(desk, shot, longest=3 * wide)), wide, label))
    said = shot if isinstance(shot, dict) else {}
    if caption := str(said.get("caption") or ""):
        box.addWidget(narrow_label(caption, wide, ""))
    where = originals.original_at(desk, shot)
    for words in (taken_words(said), where):
        if words:
            box.addWidget(narrow_label(words, wide, "hint"))
    if save is not None and where and where != originals.ELSEWHERE:
        link = link_button("存出原图", "save")
        link.setAccessibleName(f"存出{label}的原图")
        link.clicked.connect(lambda: save(shot))
        box.addWidget(link, 0, Qt.AlignmentFlag.AlignLeft)
    box.addStretch(1)
    return card


def draw_photos(desk: Desk, shots: Sequence[tuple[str, Json]], save: Save | None = None) -> QWidget:
    """Labels and answers of photos, as cards in rows."""
    strip = CardStrip()
    strip.set_cards([draw_photo(desk, label, shot, save) for label, shot in shots])
    return strip


def save_original(window: MainWindow, desk: Desk, shot: Json) -> None:
    """Ask for a folder and put the untouched file there."""
    folder = window.chooser.folder(window, "原图存到哪个文件夹")
    if folder is None:
        return

    def done(came: Done[Path]) -> None:
        window.tell(f"原图已存为“{came.value.name}”")

    window.act(lambda _tell: originals.save_original(desk, shot, folder), done=done)


def copy_photos(window: MainWindow, desk: Desk, view: View, covered: Mapping[str, Sequence[Box]] | None = None) -> None:
    """复制照片: the files for a chat program, and the first as a picture for one that takes no files; `covered` as
    `group_photos` has it."""

    def done(came: Done[tuple[Path, ...]]) -> None:
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in came.value])
        data.setImageData(QImage(str(came.value[0])))
        QGuiApplication.clipboard().setMimeData(data)
        window.tell(f"{len(came.value)}张照片已复制，可以粘贴到工作群里")

    window.act(lambda _tell: group_photos.group_photos(desk, view, covered=covered), done=done, title="正在准备照片")
