"""After a tip was registered: its number and the reporter's query code, big, and the slip."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from PySide6.QtWidgets import QWidget

from baitao_desktop.actions import papers, records
from baitao_desktop.domain import tips
from baitao_desktop.domain.ops import RecordId
from baitao_desktop.ui import look
from baitao_desktop.ui.fields.base import label_of
from baitao_desktop.ui.pages.forming import open_form
from baitao_desktop.ui.pages.parts import act_button, card, flow, rows_of, selectable, sign
from baitao_desktop.ui.pages.preview import PreviewPage
from baitao_desktop.ui.pages.seat import DeskPage, Seat


class RegisteredPage(DeskPage):
    """The code stands here only; leaving the page forgets it."""

    room = "tips"
    help_topic = "tips"

    def __init__(self, seat: Seat) -> None:
        super().__init__(seat, "线索已登记")
        self.tip, self.no, self.code = RecordId(""), "", ""
        frame, inside = card()
        self.number, self.code_label = selectable("", "title"), selectable("", "title")
        for big in (self.number, self.code_label):
            big.setWordWrap(False)
        self.code_label.setAccessibleName("查询码")
        inside.addLayout(rows_of(sign("ok", look.OK, "完成"), label_of("登记编号", wrap=False), self.number))
        inside.addLayout(rows_of(label_of("查询码", wrap=False), self.code_label))
        inside.addWidget(
            label_of(
                "请把查询码告诉举报人，或打印回执交给他：以后只报查询码就能问结果。查询码只在这一页显示，别处查不到。"
            )
        )
        self.state = label_of("", "hint")
        inside.addWidget(self.state)
        self.slip = act_button("打印回执", self._slip, primary=True, icon="print")
        self.again = act_button("再登记一件", self._again, icon="add")
        self.look = act_button("看这条线索", lambda: self.win.replace_page("record", rec=self.tip), icon="open")
        self.home = act_button("回首页", lambda: self.win.go_room("home"), icon="home")
        inside.addWidget(flow(self.slip, self.again, self.look, self.home))
        self.inside.addWidget(frame)
        self.inside.addStretch(1)

    def opened(self, **args: object) -> None:
        self.tip, self.no, self.code = RecordId(str(args["tip"])), str(args["no"]), str(args["code"])
        self.number.setText(self.no)
        self.code_label.setText(f"{self.code[:3]} {self.code[3:7]} {self.code[7:]}")
        self._read()

    def on_changed(self, records_: Collection[str]) -> None:
        # 上报可以在页脚撤销
        if self.tip in records_:
            self._read()

    def _read(self) -> None:
        desk, tip = self.desk, self.tip
        self.read(lambda _tell: records.look(desk, tip, logged=False).status, self._tell)

    def _tell(self, status: str) -> None:
        up, office = status == "handed_up", self.desk.is_office
        self.state.setText(
            "线索随下一次“报送”交到街道专项办。" if up else "" if office else "没有上报街道，由本村办理。"
        )

    def first_focus(self) -> QWidget | None:
        return self.slip

    def _again(self) -> None:
        self.win.go_room("tips")
        open_form(self.seat, self.win, tips.FORM)

    def _slip(self) -> None:
        desk, tip, code = self.desk, self.tip, self.code
        self.act(lambda _tell: papers.receipt_pdf(desk, tip, code), done=self._show)

    def _show(self, pdf: bytes) -> None:
        def save(folder: Path) -> Path:
            return papers.save_receipt(self.desk, self.tip, self.code, folder).value

        self.win.open_page(PreviewPage(self.seat, "受理回执", pdf, save, about=self.tip))
