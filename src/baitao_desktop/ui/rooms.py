"""The rooms on the left, and the strip that shows them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QScrollArea, QVBoxLayout, QWidget

from baitao_desktop.ui import look
from baitao_desktop.ui.buttons import PushButton


@dataclass(frozen=True, slots=True)
class Room:
    """`words` on the wide strip, `short` (two characters) on the narrow one."""

    key: str
    words: str
    short: str
    icon: str


OFFICE = (
    Room("home", "首页", "首页", "home"),
    Room("tips", "线索", "线索", "tip"),
    Room("inspections", "检查", "检查", "inspect"),
    Room("venues", "场所", "场所", "venue"),
    Room("publicity", "宣传", "宣传", "publicity"),
    Room("cases", "案件", "案件", "case"),
    Room("aid", "退赔帮扶", "帮扶", "refund"),
    Room("tasks", "任务", "任务", "task"),
    Room("supervision", "督办考评", "督办", "supervise"),
    Room("reports", "报表文书", "文书", "report"),
    Room("exchange", "报送与接收", "报送", "exchange"),
    Room("settings", "设置", "设置", "settings"),
)
VILLAGE = (
    Room("home", "首页", "首页", "home"),
    Room("tips", "线索", "线索", "tip"),
    Room("inspections", "走访检查", "走访", "visit"),
    Room("publicity", "宣传", "宣传", "publicity"),
    Room("exchange", "报送", "报送", "exchange"),
    Room("settings", "设置", "设置", "settings"),
)
FOOT = "settings"


class Strip(QScrollArea):
    """The rooms, one button each; narrow = two characters without icons. Only rooms with a page stand here."""

    def __init__(self, go: Callable[[str], None]) -> None:
        super().__init__()
        self._go = go
        self._rooms: list[Room] = []
        self._buttons: dict[str, QPushButton] = {}
        self._narrow = False
        self._lit = ""
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("功能")
        self._draw()

    def set_rooms(self, rooms: list[Room]) -> None:
        if rooms != self._rooms:
            self._rooms = rooms
            self._draw()

    def rooms(self) -> list[Room]:
        return list(self._rooms)

    def set_narrow(self, *, narrow: bool) -> None:
        if narrow != self._narrow:
            self._narrow = narrow
            self._draw()

    def narrow(self) -> bool:
        return self._narrow

    def light(self, key: str) -> None:
        """Mark the room one is in."""
        self._lit = key
        for room, button in self._buttons.items():
            button.setChecked(room == key)

    def restyled(self) -> None:
        self._draw()

    def _draw(self) -> None:
        inside = QWidget()
        inside.setObjectName("nav")
        inside.setProperty("narrow", self._narrow)
        inside.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        box = QVBoxLayout(inside)
        box.setContentsMargins(0, 4, 0, 4)
        box.setSpacing(0)
        self._buttons = {}
        for i, room in enumerate(self._rooms):
            if room.key == FOOT:
                box.addStretch(1)
            button = PushButton(room.short if self._narrow else room.words)
            if not self._narrow:
                button.setIcon(look.icon(room.icon))
            button.setCheckable(True)
            key = f"Ctrl+{(i + 1) % 10}" if i < 10 else ""
            button.setToolTip(f"{room.words}　{key}".strip())
            button.setAccessibleName(room.words)
            button.clicked.connect(lambda _on, k=room.key: self._pressed(k))
            box.addWidget(button)
            self._buttons[room.key] = button
        if FOOT not in self._buttons:
            box.addStretch(1)
        self.setWidget(inside)
        self.setFixedWidth(look.unit() * (5 if self._narrow else 10))
        self.light(self._lit)

    def _pressed(self, key: str) -> None:
        self.light(self._lit)
        self._go(key)
