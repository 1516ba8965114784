"""从手机收填报: one paper filled in with ODK on a telephone becomes a record here."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFrame, QVBoxLayout

from baitao_desktop.actions import submissions
from baitao_desktop.actions.desk import Done
from baitao_desktop.actions.submissions import SubmissionTaken
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import RecordId
from baitao_desktop.ui.fields.base import label_of
from baitao_desktop.ui.pages.parts import act_button, copy, flow, link
from baitao_desktop.ui.pages.seat import DeskPage
from baitao_desktop.ui.pages.tables import WrittenTable

KINDS = "手机上的填报 (*.xml);;所有文件 (*)"
HEADS = ("哪一项", "要核对什么")


class SubmissionCard(QFrame):
    """A card of `page`. `take(path)` takes in an .xml, or the folder it lies in with its photos."""

    def __init__(self, page: DeskPage) -> None:
        super().__init__()
        self._page = page
        self.record: RecordId | None = None
        self.setProperty("role", "card")
        inside = QVBoxLayout(self)
        inside.setContentsMargins(16, 12, 16, 12)
        inside.setSpacing(8)
        inside.addWidget(label_of("手机上填好的表", "section"))
        inside.addWidget(
            label_of(
                "手机里一份填报是一个文件夹，里面有一个 .xml 和照片。一次收一份；收过的再收，不会多出一条。", "hint"
            )
        )
        self.file_button = act_button("从手机收填报……", self._choose_file, icon="phone")
        self.folder_button = link("选填报的文件夹……", self._choose_folder, icon="open")
        inside.addWidget(flow(self.file_button, self.folder_button))
        self.trouble = label_of("", "problem")
        self.said = label_of("", "strong")
        self.told = WrittenTable("要核对的地方", HEADS, (14, 0))
        self.open_button = act_button("打开这条记录", self._open, icon="right")
        self.copy_link = link("复制这张单子", self._copy, icon="copy")
        self.after = flow(self.open_button, self.copy_link)
        for part in (self.trouble, self.said, self.told, self.after):
            inside.addWidget(part)
            part.hide()

    def take(self, path: Path) -> None:
        for part in (self.trouble, self.said, self.told, self.after):
            part.hide()
        desk = self._page.desk
        self._page.act(
            lambda _tell: submissions.take_in_submission(desk, path),
            done=self._taken,
            failed=self._say,
            title="正在收手机上的填报",
        )

    def _choose_file(self) -> None:
        path = self._page.win.chooser.open_file(self, "选择手机上的填报", KINDS)
        if path is not None:
            self.take(path)

    def _choose_folder(self) -> None:
        path = self._page.win.chooser.folder(self, "选择一份填报的文件夹")
        if path is not None:
            self.take(path)

    def _taken(self, done: Done[SubmissionTaken]) -> None:
        taken = done.value
        self.record = taken.record
        rows = [
            *((problem.label, problem.text) for problem in taken.problems),
            *((name, "附件不在旁边，待补") for name in taken.missing),
        ]
        if not rows and not taken.known:
            self._page.win.tell(taken.sentence)
            self._open()
            return
        self.said.setText(taken.sentence)
        self.said.show()
        self.told.setVisible(bool(rows))
        self.told.show_rows(rows)
        self.copy_link.setVisible(bool(rows))
        self.after.show()
        self.open_button.setFocus()

    def _open(self) -> None:
        if self.record is not None:
            self._page.win.show_page("record", rec=self.record)

    def _copy(self) -> None:
        copy(self.told.text())
        self._page.win.tell(f"已复制{self.told.rowCount()}行")

    def _say(self, error: UserFacingError) -> None:
        self.trouble.setText(str(error))
        self.trouble.show()
