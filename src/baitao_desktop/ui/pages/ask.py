"""按查询码查: for whoever answers the telephone. Only what may be said aloud; the asking is logged, the code is not."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from baitao_desktop.actions import tips
from baitao_desktop.actions.desk import Done
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.values import half_width
from baitao_desktop.ui.fields.base import Asks, label_of
from baitao_desktop.ui.fields.text import TextField
from baitao_desktop.ui.pages.fieldset import Fieldset
from baitao_desktop.ui.pages.parts import act_button, card, copy, link, rows_of, selectable
from baitao_desktop.ui.pages.seat import DeskPage, Seat


class AskPage(DeskPage):
    help_topic = "ask"
    room = "tips"

    def __init__(self, seat: Seat) -> None:
        super().__init__(seat, "按查询码查")
        self.inside.addWidget(label_of("请对方只报查询码，不用说姓名。念给对方听的只有下面这几句，别的不说。"))
        self.code = TextField(Asks("查询码", "11位数字，印在受理回执上"))
        self.fields = Fieldset([self.code], self.ask)
        self.go = act_button("查", self.ask, primary=True, icon="search")
        frame, inside = card()
        inside.addWidget(self.fields)
        inside.addLayout(rows_of(self.go))
        self.inside.addWidget(frame)
        self.answer_card, answer = card("可以这样答复", role="told")
        self.answer = selectable("")
        answer.addWidget(self.answer)
        answer.addLayout(rows_of(link("复制", lambda: copy(self.answer.text()), icon="copy")))
        answer.addWidget(label_of("这次查询已记入日志（不记查询码）。", "hint"))
        self.answer_card.hide()
        self.inside.addWidget(self.answer_card)
        self.lost = label_of("查询码丢了：不要在电话里答复，按登记的号码回拨本人。", "hint")
        self.inside.addWidget(self.lost)
        self.inside.addStretch(1)

    def opened(self, **args: object) -> None:  # noqa: ARG002
        # 上一个来电的结果不留给下一个看
        self.code.set_value(None)
        self.code.set_problem("")
        self.answer_card.hide()

    def first_focus(self) -> QWidget | None:
        return self.code.line

    def ask(self) -> None:
        if self.fields.problems([self.code]):
            return
        code = "".join(c for c in half_width(str(self.code.value())) if c.isdigit())
        desk = self.desk
        self.answer_card.hide()
        self.act(lambda _tell: tips.ask_by_code(desk, code), done=self._show, failed=self._failed)

    def _show(self, done: Done[str]) -> None:
        self.code.set_problem("")
        self.answer.setText(done.value)
        self.answer_card.show()

    def _failed(self, error: UserFacingError) -> None:
        self.code.set_problem(error.text)
        self.code.line.selectAll()
        self.code.line.setFocus()
