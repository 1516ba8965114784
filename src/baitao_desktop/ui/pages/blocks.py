"""Blocks that stand under or over a form and are no answers of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from baitao_desktop.ui.fields.base import Asks, check_box, label_of
from baitao_desktop.ui.fields.text import TextField
from baitao_desktop.ui.pages.parts import card


class Block(QWidget):
    """Something under a form that is no answer of it; `editors` are its widgets in order."""

    def __init__(self) -> None:
        super().__init__()
        self.editors: list[QWidget] = []
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(0, 0, 0, 0)

    def first_editor(self) -> QWidget | None:
        return next((e for e in self.editors if e.isVisibleTo(self)), None)

    def watched(self) -> Sequence[QWidget]:
        return self.editors

    def on_editors(self, watch: Callable[[QWidget], None]) -> None:
        for editor in self.editors:
            watch(editor)

    def set_narrow(self, *, narrow: bool) -> None:
        """Most blocks are as wide as the page anyway."""

    def step(self, editor: QWidget, way: int) -> bool:  # noqa: ARG002
        return False

    def finish(self) -> str:
        return ""


class HandUpBlock(Block):
    """上报街道, ticked for a village: the tip goes up with the next hand-over."""

    def __init__(self) -> None:
        super().__init__()
        self.tick = check_box("提交后上报街道（在村里就能办结的，去掉这个勾）")
        self.tick.setChecked(True)
        self.editors = [self.tick]
        self.box.addWidget(self.tick)


class ReasonBlock(Block):
    """Why something is corrected; asked for under the form."""

    def __init__(self) -> None:
        super().__init__()
        self.field = TextField(Asks("更正理由"))
        self.field.set_required(required=True)
        self.editors = [self.field.line]
        frame, inside = card()
        inside.addWidget(label_of("改动会记入办理经过，原来的内容也会保留。", "hint"))
        inside.addWidget(self.field)
        self.box.addWidget(frame)

    def set_narrow(self, *, narrow: bool) -> None:
        self.field.set_narrow(narrow=narrow)

    def finish(self) -> str:
        said = "" if self.field.value() else "请填写更正理由"
        self.field.set_problem(said)
        if said:
            self.field.line.setFocus()
        return said

    def reason(self) -> str:
        return str(self.field.value() or "")
