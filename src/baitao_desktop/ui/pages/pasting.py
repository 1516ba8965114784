"""粘贴群里的话: a message from the work group proposes day, village, place and numbers of a small form (USERS 9)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtWidgets import QVBoxLayout, QWidget

from baitao_desktop.actions.desk import Desk
from baitao_desktop.domain.chat import Proposal, read_chat
from baitao_desktop.domain.ops import Json
from baitao_desktop.forms import Form
from baitao_desktop.ui.fields.base import Asks, label_of
from baitao_desktop.ui.fields.text import LongTextField
from baitao_desktop.ui.pages.parts import act_button, card, flow, link

PLACES: Mapping[str, Mapping[str, str]] = {
    "xuanchuan": {
        "day": "huodong_riqi", "village": "suozai_cunshe", "place": "didian", "households": "hushu", "copies": "fenshu",
        "people": "renshu", "text": "neirong",
    },
    "zoufang": {"day": "zoufang_riqi", "village": "suozai_cunshe", "place": "changsuo_mingcheng", "text": "qingkuang"},
}  # fmt: skip
"""Form → what was understood → the question it belongs to."""
WORDS = {
    "day": "日期", "village": "村（社区）", "place": "地点", "households": "户数", "copies": "份数", "people": "人数", "text": "内容",
}  # fmt: skip


class PasteBlock(QWidget):
    """A line that opens a box for the message; what was understood goes into empty questions only and is named."""

    def __init__(
        self,
        desk: Desk,
        form: Form,
        first: Mapping[str, Json],
        page: Callable[[], tuple[Mapping[str, Json], Callable[[Mapping[str, Json]], None]]],
    ) -> None:
        super().__init__()
        self._desk, self._places, self._first, self._page = desk, PLACES[form.id], first, page
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        self.open_button = link("粘贴群里的话，自动认出日期、地点和数字", self.unfold, icon="copy")
        self.frame, inside = card()
        self.field = LongTextField(Asks("群里的话", "认出来的填进空着的格子，填完请核对"))
        self.field.set_narrow(narrow=True)
        self.said = label_of("", "ok")
        inside.addWidget(self.field)
        inside.addWidget(flow(act_button("认出来填进去", self.take, icon="submit")))
        inside.addWidget(self.said)
        self.frame.hide()
        self.said.hide()
        box.addWidget(flow(self.open_button))
        box.addWidget(self.frame)

    def unfold(self) -> None:
        self.frame.setVisible(not self.frame.isVisibleTo(self))
        editor = self.field.first_editor()
        if self.frame.isVisibleTo(self) and editor is not None:
            editor.setFocus()

    def take(self) -> None:
        """Read the message and fill in; nothing answered by hand is changed, only what stood there when the paper was
        opened."""
        villages = {u.name: u.code for u in self._desk.campaign.villages()}
        found = read_chat(str(self.field.value() or ""), today=self._desk.today, villages=villages)
        answered, put = self._page()
        given = {k: v for k, v in _values(found).items() if k in self._places}
        free = {
            k: v for k, v in given.items() if answered.get(self._places[k]) in (None, self._first.get(self._places[k]))
        }
        put({self._places[k]: v for k, v in free.items()})
        words = "、".join(self._told(k, v) for k, v in free.items() if k != "text")
        self.said.setText(f"认出来的：{words}。请核对。" if words else "没有认出日期、地点或数字，请照着填。")
        self.said.show()

    def _told(self, key: str, value: Json) -> str:
        shown = self._desk.campaign.unit_name(str(value)) if key == "village" else str(value)
        return f"{WORDS[key]}{shown}"


def _values(found: Proposal) -> dict[str, Json]:
    said: dict[str, Json] = {
        "day": found.day.isoformat() if found.day else None, "village": found.village or None, "place": found.place or None,
        "households": found.households, "copies": found.copies, "people": found.people, "text": found.text or None,
    }  # fmt: skip
    return {k: v for k, v in said.items() if v is not None}
