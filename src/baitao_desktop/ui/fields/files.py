"""A file that goes with the answer: a recording, a film, a paper."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QPushButton, QWidget

from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import Json
from baitao_desktop.ui import look
from baitao_desktop.ui.fields.base import Asks, Field, label_of, link_button

KINDS = {
    "audio": ("录音", "录音 (*.mp3 *.m4a *.wav *.amr *.aac *.ogg *.wma *.flac)"),
    "video": ("录像", "录像 (*.mp4 *.mov *.3gp *.avi *.mkv *.wmv *.webm)"),
    "file": ("文件", "所有文件 (*)"),
}


MOST_SAID = 36


@dataclass(frozen=True, slots=True)
class FileDoor:
    """How a page keeps files. `keep` takes a file and gives the answer that names it ({"blob": …, "name": …}); it may
    raise UserFacingError (too large, cannot be read). `pick(parent, kinds)` asks the person for files, `kinds` as a
    file dialog wants them; empty when the person gives up. `open` shows such an answer in the program that belongs to
    it; None = not offered."""

    keep: Callable[[Path], Json]
    pick: Callable[[QWidget, str], Sequence[Path]]
    open: Callable[[Json], None] | None = None


class FileField(Field):
    """One file, picked or dragged. `kind`: audio, video, file; `accept` endings a form asks for (“.pdf,.docx”)."""

    def __init__(self, asks: Asks, door: FileDoor | None, *, kind: str = "file", accept: str = "") -> None:
        super().__init__(asks)
        self._door = door
        self._what, kinds = KINDS[kind]
        endings = [part.strip() for part in accept.split(",") if part.strip().startswith(".")]
        self._kinds = f"{self._what} ({' '.join(f'*{end}' for end in endings)})" if endings else kinds
        self._value: Json = None
        self.button = QPushButton(f"添加{self._what}")
        self.button.setIcon(look.icon("attach"))
        self.button.setAutoDefault(False)
        self.button.clicked.connect(self._ask)
        self.open = link_button("打开", "open")
        self.remove = link_button("移除", "remove")
        self.open.clicked.connect(self._open)
        self.remove.clicked.connect(self._remove)
        self._name = label_of("")
        self.editors = [self.button, self.open, self.remove]
        self._body.addWidget(self._name)
        way = label_of("可选文件，或拖进来", "hint", wrap=False)
        self.add_editor(self.button, beside=[self.open, self.remove, way], stretch=0)
        self.close_body()
        self.setAcceptDrops(True)
        if door is None:
            way.hide()
            self.button.setEnabled(False)
            self.why_not = f"本页不能添加{self._what}，保存后在记录里添加"
            self.echo(self.why_not)
        self._show()

    def value(self) -> Json:
        return self._value

    def set_value(self, value: Json) -> None:
        self._value = value or None
        self._show()

    def set_read_only(self, *, read_only: bool) -> None:
        super().set_read_only(read_only=read_only)
        self.open.setEnabled(True)
        self.setAcceptDrops(not read_only)

    def take(self, files: Sequence[Path]) -> None:
        """Keep the first of these files; what cannot be kept is said beside the field, the one there was stays."""
        if self._door is None or not files:
            return
        try:
            self._value = self._door.keep(files[0])
        except UserFacingError as trouble:
            self.echo(trouble.text, "warning")
            return
        self.echo("这里只放一个文件，其余没有加入" if len(files) > 1 else "", "warning")
        self._show()
        self.edited()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.take([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])
        event.acceptProposedAction()

    def _ask(self) -> None:
        if self._door is not None:
            self.take(list(self._door.pick(self, self._kinds)))

    def _open(self) -> None:
        if self._door is not None and self._door.open is not None and self._value is not None:
            try:
                self._door.open(self._value)
            except UserFacingError as trouble:
                self.echo(trouble.text, "warning")

    def _remove(self) -> None:
        self._value = None
        self._show()
        self.button.setFocus()
        self.edited()

    def _show(self) -> None:
        there = self._value is not None
        name = self._value.get("name") if isinstance(self._value, Mapping) else None
        said = str(name or "附件") if there else ""
        # 没有空格的长文件名不会折行
        self._name.setText(said if len(said) <= MOST_SAID else f"{said[:20]}…{said[-12:]}")
        self._name.setToolTip(said)
        self._name.setVisible(there)
        self.button.setText(f"换一个{self._what}" if there else f"添加{self._what}")
        self.remove.setVisible(there)
        self.open.setVisible(there and self._door is not None and self._door.open is not None)
        self.name_editors()
