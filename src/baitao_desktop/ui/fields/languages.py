"""The menu over a form that is written in more than one language."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QHBoxLayout, QWidget

from baitao_desktop.ui.fields.base import label_of
from baitao_desktop.ui.keys import StillCombo


class LanguageMenu(QWidget):
    """One line over the form; `chosen(name)` is called when the person takes another language."""

    def __init__(self, names: Sequence[str], now: str, chosen: Callable[[str], None]) -> None:
        super().__init__()
        self.combo = StillCombo()
        for name in names:
            self.combo.addItem("默认语言" if name == "default" else name, name)
        self.combo.setCurrentIndex(max(0, self.combo.findData(now)))
        self.combo.setAccessibleName("表单语言")
        self.combo.activated.connect(lambda at: chosen(str(self.combo.itemData(at))))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(label_of("表单语言", "hint", wrap=False))
        row.addWidget(self.combo)
        row.addStretch(1)
