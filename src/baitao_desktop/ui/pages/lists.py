"""从表格收线索: a file, its columns and what they are taken as, then all good rows at once; the rest with the reason.
Under it what was filled in on a telephone."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFrame, QTableWidget, QTableWidgetItem, QWidget

from baitao_desktop.actions import lists
from baitao_desktop.actions.desk import Done
from baitao_desktop.actions.lists import FIELDS, ListPreview, ListTaken
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.ui import look
from baitao_desktop.ui.fields.base import label_of
from baitao_desktop.ui.keys import StillCombo
from baitao_desktop.ui.pages.parts import act_button, card, chain, copy, flow, link
from baitao_desktop.ui.pages.seat import DeskPage, Seat
from baitao_desktop.ui.pages.submission import SubmissionCard
from baitao_desktop.ui.pages.tables import fit_height, reading_table
from baitao_desktop.ui.worker import Tell

KINDS = "表格 (*.xlsx *.csv);;所有文件 (*)"
NOT_TAKEN = "不收这一列"
SHOWN = 8


class ListsPage(DeskPage):
    """`look(path)` shows a file, `take()` takes it in."""

    room = "tips"
    help_topic = "lists"

    def __init__(self, seat: Seat) -> None:
        super().__init__(seat, "从表格收线索", wide=True)
        self.inner.setMinimumHeight(1)  # 折行的字各按最窄时的高度算最小值，页尾会空出大半屏；实际高度由布局按宽度算
        self.preview: ListPreview | None = None
        self.kinds: list[StillCombo] = []
        self.inside.addWidget(
            label_of(
                "别处交来的 .xlsx 或 .csv 表格，一行一条线索。先看每一列是什么，再一次收入；收不进的行会列出原因。"
            )
        )
        self.choose_button = act_button("选择表格……", self._choose, primary=True, icon="open")
        self.inside.addWidget(flow(self.choose_button))
        self.trouble = label_of("", "problem")
        self.trouble.hide()
        self.inside.addWidget(self.trouble)
        self.columns_card = self._columns_card()
        self.result_card = self._result_card()
        self.inside.addWidget(self.columns_card)
        self.inside.addWidget(self.result_card)
        self.phone = SubmissionCard(self)
        self.inside.addWidget(self.phone)
        self.inside.addStretch(1)

    def opened(self, **args: object) -> None:
        if args.get("path"):
            self.look(Path(str(args["path"])))

    def first_focus(self) -> QWidget | None:
        return self.choose_button

    def look(self, path: Path) -> None:
        """Open a file and show its columns; nothing is kept."""
        self.trouble.hide()
        self.result_card.hide()
        desk = self.desk
        self.act(lambda _tell: lists.look_at_list(desk, path), done=self._show, failed=self._say, title="正在打开表格")

    def mapping(self) -> dict[int, str]:
        """Column number → field as chosen."""
        return {n: str(k.currentData()) for n, k in enumerate(self.kinds) if k.currentData()}

    def take(self) -> None:
        if self.preview is None:
            return
        chosen = list(self.mapping().values())
        twice = next((FIELDS[f] for f in chosen if chosen.count(f) > 1), "")
        if twice:
            self._say(UserFacingError("U20", f"有两列都选了“{twice}”。每一项只能选一列，请改一列。"))
            return
        self.trouble.hide()
        desk, path, mapping = self.desk, self.preview.path, self.mapping()

        def do(tell: Tell) -> Done[ListTaken]:
            return lists.take_in_list(desk, path, mapping, progress=tell)

        self.act(do, done=self._taken, failed=self._say, title="正在收入表格")

    def _choose(self) -> None:
        path = self.win.chooser.open_file(self, "选择表格", KINDS)
        if path is not None:
            self.look(path)

    def _columns_card(self) -> QFrame:
        frame, inside = card()
        self.about = label_of("", "strong")
        self.table = reading_table("表格的前几行")
        self.take_button = act_button("收入这些线索", self.take, primary=True, icon="import")
        for part in (self.about, self.table, flow(self.take_button)):
            inside.addWidget(part)
        frame.hide()
        return frame

    def _show(self, preview: ListPreview) -> None:
        self.preview = preview
        skipped = f"，另有{len(preview.left_out)}行是空的或不完整" if preview.left_out else ""
        self.about.setText(
            f"“{preview.path.name}”共{preview.rows}行{skipped}，编码{preview.encoding}。请核对每一列收作什么：{preview.warning}"
        )
        rows = preview.sample[:SHOWN]
        self.table.setColumnCount(len(preview.columns))
        self.table.setRowCount(len(rows) + 1)
        self.table.setHorizontalHeaderLabels([c or f"第{n}列" for n, c in enumerate(preview.columns, 1)])
        self.kinds = []
        for n, title in enumerate(preview.columns):
            kind = StillCombo()
            kind.setAccessibleName(f"“{title or n + 1}”这一列收作什么")
            kind.addItem(NOT_TAKEN, "")
            for field, words in FIELDS.items():
                kind.addItem(words, field)
            kind.setCurrentIndex(max(0, kind.findData(preview.mapping.get(n, ""))))
            self.table.setCellWidget(0, n, kind)
            self.kinds.append(kind)
            self.table.setColumnWidth(n, look.unit() * (22 if preview.mapping.get(n) == "zhaiyao" else 14))
        for r, cells in enumerate(rows, 1):
            for n in range(len(preview.columns)):
                text = cells[n] if n < len(cells) else ""
                item = QTableWidgetItem(text[:200])
                item.setToolTip(text[:500])
                self.table.setItem(r, n, item)
        fit_height(self.table)
        self.columns_card.show()
        look.mark(self.choose_button, kind="")
        self.choose_button.setIcon(look.icon("open"))
        chain(self.choose_button, self.table, *self.kinds, self.take_button)
        self.take_button.setFocus()

    def _result_card(self) -> QFrame:
        frame, inside = card("收入结果")
        self.said = label_of("", "strong")
        self.left = reading_table("没有收的行")
        self.left.setColumnCount(2)
        self.left.setHorizontalHeaderLabels(["行号", "原因"])
        self.left.horizontalHeader().setStretchLastSection(True)
        self.copy_link = link("复制这张清单", self._copy_left, icon="copy")
        see = act_button("看线索台账", lambda: self.win.go_room("tips"), icon="tip")
        for part in (self.said, self.left, flow(see, self.copy_link)):
            inside.addWidget(part)
        frame.hide()
        return frame

    def _taken(self, done: Done[ListTaken]) -> None:
        taken = done.value
        self.said.setText(taken.sentence)
        told = [*taken.left_out, *((n, f"收了，请核对：{why}") for n, why in taken.doubts)]
        self.left.setRowCount(len(told))
        for r, (number, reason) in enumerate(told):
            self.left.setItem(r, 0, QTableWidgetItem(str(number)))
            self.left.setItem(r, 1, QTableWidgetItem(reason))
        fit_height(self.left)
        self.left.setVisible(bool(told))
        self.copy_link.setVisible(bool(told))
        self.columns_card.hide()
        self.result_card.show()
        look.mark(self.choose_button, kind="primary")
        self.choose_button.setIcon(look.icon("open", look.PAPER))
        self.choose_button.setFocus()

    def _copy_left(self) -> None:
        rows = [[_cell(self.left, r, c) for c in range(2)] for r in range(self.left.rowCount())]
        copy("\n".join(["行号\t原因", *("\t".join(row) for row in rows)]))
        self.win.tell(f"已复制{len(rows)}行")

    def _say(self, error: UserFacingError) -> None:
        self.trouble.setText(str(error))
        self.trouble.show()
        self.scroller.verticalScrollBar().setValue(0)


def _cell(table: QTableWidget, row: int, column: int) -> str:
    item = table.item(row, column)
    return item.text() if item is not None else ""
