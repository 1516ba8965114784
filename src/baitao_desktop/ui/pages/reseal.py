"""重新填写举报人信息: the sealed block once more, for a tip noted before cards were swapped or told anew."""

from __future__ import annotations

from typing import cast

from PySide6.QtWidgets import QWidget

from baitao_desktop.actions import tips
from baitao_desktop.domain.ops import Json, RecordId
from baitao_desktop.ui.fields.base import label_of
from baitao_desktop.ui.pages.parts import act_button, flow
from baitao_desktop.ui.pages.seat import DeskPage, Seat
from baitao_desktop.ui.reporterblock import ReporterBlock

NOT_YET = "还没有和专项办交换单位卡，姓名和电话暂时不能密封。请先到“报送”页交换单位卡，再回来填写。"


class ResealPage(DeskPage):
    """Whatever stood in the block before cannot be seen and is replaced; every tip's page looks the same."""

    room = "tips"
    help_topic = "tips"

    def __init__(self, seat: Seat, rec: RecordId, no: str) -> None:
        super().__init__(seat, f"重新填写举报人信息　{no}")
        self.rec = rec
        closed = "" if tips.can_seal(self.desk) else NOT_YET
        self.block = ReporterBlock(lambda said: tips.seal_reporter(self.desk, said), closed=closed)
        self.inside.addWidget(label_of("原来填的看不到，也不会留下；填好离开即密封，点“保存”换上新的。", "hint"))
        self.inside.addWidget(self.block)
        self.save_button = act_button("保存", self.save, primary=True, icon="submit")
        if not closed:
            self.inside.addWidget(flow(self.save_button))
        self.inside.addStretch(1)

    def first_focus(self) -> QWidget | None:
        return self.block.first_editor()

    def save(self) -> None:
        """Seal what was said and put it in place of the old block."""
        if self.block.finish() or self.block.sealed is None:
            return
        desk, rec, sealed = self.desk, self.rec, cast("Json", self.block.sealed)
        self.act(lambda _tell: tips.reseal(desk, rec, sealed), said="已密封保存", done=lambda _d: self.win.back())
