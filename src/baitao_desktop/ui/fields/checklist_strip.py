"""What goes with a checklist: the line for the numbers from a filled paper, and the progress that stays in sight."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from baitao_desktop.ui import look
from baitao_desktop.ui.buttons import button
from baitao_desktop.ui.fields.base import Asks, label_of, link_button
from baitao_desktop.ui.fields.text import TextField
from baitao_desktop.ui.keys import Keys


class NumbersField(TextField):
    """照着纸填: numbers of the items that are problems; `take(text)` gives a sentence when one is not on the sheet.

    Enter takes them; what was typed stays until it was taken whole.
    """

    def __init__(self, take: Callable[[str], str], back: Callable[[], None]) -> None:
        super().__init__(
            Asks("照着纸填：有问题的项", "填编号，空格隔开，如 8 9 17，按回车。其余的用下面的“其余已查”一次记好。")
        )
        self._take, self._back = take, back
        self.line.setMaximumWidth(look.unit() * 20)
        self._keys = Keys(self, step=self._step, left=lambda _: None)
        self._keys.watch(self.line)

    def beside(self) -> list[QWidget]:
        self.button = button("记为有问题")
        self.button.clicked.connect(self.enter)
        return [self.button]

    def set_example(self, numbers: str) -> None:
        """Say how numbers are written, with some of this sheet."""
        self.set_hint(f"填编号，空格隔开，如 {numbers}，按回车。其余的用下面的“其余已查”一次记好。")

    def enter(self) -> None:
        said = self._take(self.line.text())
        self.set_problem(said)
        if not said:
            self.line.clear()

    def _step(self, _editor: QWidget, way: int) -> None:
        if way > 0:
            self.enter()
        else:
            self._back()


class ProgressStrip(QWidget):
    """已查 18/25，问题 3, what was done to many rows at once with 撤销, and 「其余N项已查，未发现问题」."""

    def __init__(self, rest: Callable[[], None], undo: Callable[[], None]) -> None:
        super().__init__()
        self.setObjectName("foot")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 4, 16, 4)
        row.setSpacing(8)
        self.progress = label_of("", "strong", wrap=False)
        self.said = label_of("", "ok")
        self.undo_button = link_button("撤销", "undo")
        self.undo_button.setAccessibleName("撤销刚才一次记下的结果")
        self.undo_button.clicked.connect(undo)
        self.rest_button = button("")
        self.rest_button.setToolTip("在检查项目上按 0 也可以")
        self.rest_button.clicked.connect(rest)
        row.addWidget(self.progress)
        row.addWidget(self.said, 1)
        row.addWidget(self.undo_button)
        row.addWidget(self.rest_button)
        self.undo_button.hide()

    def stops(self) -> Sequence[QWidget]:
        """What Tab comes to, in order."""
        return (self.undo_button, self.rest_button)

    def show_progress(self, told: str, rest: int) -> None:
        self.progress.setText(told)
        words = f"其余{rest}项已查，未发现问题"
        if self.rest_button.text() != words:
            self.rest_button.setText(words)
            self.rest_button.setAccessibleName(words)
        self.rest_button.setVisible(rest > 0)

    def say(self, text: str, *, undo: bool) -> None:
        self.said.setText(text)
        self.undo_button.setVisible(undo)
