"""检查 (村里叫走访检查): begin a checklist or a visit, and the ledgers of what was checked and found."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QPushButton, QWidget

from baitao_desktop.actions import inspections, standing
from baitao_desktop.actions.standing import Standing
from baitao_desktop.domain import findings
from baitao_desktop.ui import look
from baitao_desktop.ui.fields.base import label_of
from baitao_desktop.ui.pages.forming import VISIT, open_form
from baitao_desktop.ui.pages.parts import act_button, card, empty, flow, link, rows_of, sign
from baitao_desktop.ui.pages.seat import DeskPage, Seat
from baitao_desktop.ui.pages.table_forms import open_ledger

ROOM = "inspections"
FOR_VILLAGES = "FJ"
"""方案五（三）2 asks every village for this one; the other lines are the units'."""


class InspectionsPage(DeskPage):
    """`begin(form_id)` opens a new checklist; `open_ledger(form_id)` the ledger of a form."""

    room = ROOM
    help_topic = "inspections"

    def __init__(self, seat: Seat) -> None:
        village = seat.desk.unit.is_village
        super().__init__(seat, "走访检查" if village else "检查")
        self.visit_button = act_button(
            "走访登记", lambda: open_form(self.seat, self.win, VISIT), icon="visit", primary=True
        )
        self.buttons: dict[str, QPushButton] = {}
        hint = "一个人去看看，登记走访；两个人以上带着表去，开始检查。"
        self.inside.addWidget(flow(self.visit_button))
        self.inside.addWidget(label_of(hint, "hint"))
        self.found_frame, self.found = card("查出的问题")
        self.inside.addWidget(self.found_frame)
        self.lists_frame, self.lists = card("开始检查")
        self.inside.addWidget(self.lists_frame)
        self.inside.addStretch(1)

    def opened(self, **args: object) -> None:  # noqa: ARG002
        self.refresh()

    def refresh(self) -> None:
        desk = self.desk
        self.read(lambda _tell: standing.standing(desk), self._show)

    def first_focus(self) -> QWidget | None:
        return self.visit_button

    def begin(self, form_id: str) -> None:
        open_form(self.seat, self.win, form_id)

    def open_ledger(self, form_id: str) -> None:
        open_ledger(self.seat, self.win, self.desk.forms[form_id], room=ROOM)

    def _show(self, came: Standing) -> None:
        self._show_found(came)
        empty(self.lists)
        self.buttons = {}
        self.lists.addWidget(label_of("开始检查", "section"))
        forms = inspections.checklists(self.desk)
        mine = self._mine()
        first = [f for f in forms if inspections.line_of(f) in mine] or list(forms)
        for form in [*first, *(f for f in forms if f not in first)]:
            self.lists.addWidget(self._line(form.id, came.counts.get(form.id, 0), first=form in first))

    def _mine(self) -> set[str]:
        """The lines this unit leads come first; a village's is 非集排查."""
        desk = self.desk
        if desk.unit.is_village:
            return {FOR_VILLAGES}
        return {c.line for c in desk.catalogue.checklists.values() if c.lead in desk.card.codes}

    def _line(self, form_id: str, n: int, *, first: bool) -> QWidget:
        form = self.desk.forms[form_id]
        line = QWidget()
        words = label_of(form.title, "strong" if first else "", wrap=False)
        count = label_of(f"已有{n}份" if n else "还没有", "hint", wrap=False)
        begin = act_button("填一张", partial(self.begin, form_id), icon="add")
        begin.setAccessibleName(f"填一张{form.title}")
        self.buttons[form_id] = begin
        ledger = link("台账", partial(self.open_ledger, form_id), name=f"{form.title}台账")
        row = rows_of(words, count, None, ledger, begin, stretch=False)
        line.setLayout(row)
        words.setMinimumWidth(look.unit() * 12)
        return line

    def _show_found(self, came: Standing) -> None:
        empty(self.found)
        self.found.addWidget(label_of("查出的问题", "section"))
        late = f"，已过整改期限{came.late}个" if came.late else ""
        said = (
            f"没有销号的{came.live}个{late}；已销号{came.cleared}个。"
            if came.live or came.cleared
            else "还没有查出问题。"
        )
        mark = ("clock", look.WARNING, "待整改") if came.live else ("ok", look.OK, "都已销号")
        mark = ("error", look.ERROR, "已逾期") if came.late else mark
        words = label_of(said)
        row = rows_of(sign(*mark), words, stretch=False)
        row.setStretchFactor(words, 1)
        holder = QWidget()
        holder.setLayout(row)
        self.found.addWidget(holder)
        links = [
            link("问题台账", partial(self.open_ledger, findings.FORM), icon="right"),
            link("走访台账", partial(self.win.show_page, "visits"), icon="right"),
            link("场所底册", partial(self.win.show_page, "venues"), icon="right"),
        ]
        shades = [f"{word}{n}个" for word, n in (("红色", came.red), ("橙色", came.orange)) if n]
        if shades:
            self.found.addWidget(label_of(f"场所：{'、'.join(shades)}，请先看。", "warning"))
        self.found.addWidget(flow(*links))
