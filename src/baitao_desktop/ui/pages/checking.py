"""检查: the form page of a checklist – its place chosen from the register, joint or for another unit – and of one unit's
part of a joint one."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from baitao_desktop.actions import drafts, form_shelf, inspections, records, venues
from baitao_desktop.actions.desk import Desk, Done
from baitao_desktop.actions.records import View
from baitao_desktop.domain import inspections as law
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.inspections import InspectionState
from baitao_desktop.domain.ops import Json, RecordId
from baitao_desktop.forms import Form
from baitao_desktop.ui.dialogs import Sheet
from baitao_desktop.ui.fields.base import Asks, Choice, check_box, label_of
from baitao_desktop.ui.fields.choices import PickField
from baitao_desktop.ui.fields.longlist import ManyListField
from baitao_desktop.ui.formpage import FormPage
from baitao_desktop.ui.pages.blocks import Block
from baitao_desktop.ui.pages.forming import Begun, draw_page, file_door, law_on
from baitao_desktop.ui.pages.parts import card
from baitao_desktop.ui.pages.photo_doors import photo_door
from baitao_desktop.ui.pages.seat import Seat
from baitao_desktop.ui.window import MainWindow

ROOM = "inspections"


def unit_choices(desk: Desk) -> list[Choice]:
    """Units that may take part in an inspection."""
    return [
        Choice(u.code, u.name)
        for u in desk.campaign.units.values()
        if u.kind in ("unit", "village", "community", "office")
    ]


class JointBlock(Block):
    """联合检查: which units take part; and at the office, for whom this paper is entered (代录)."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._changed: Callable[[], None] = lambda: None
        frame, inside = card()
        self.lead = PickField(
            Asks("替哪个单位录入", "本单位自己查的不用改；替别的单位录入会标明“代录”"), unit_choices(desk)
        )
        self.lead.set_value(desk.unit.code)
        self.lead.setVisible(desk.is_office)
        self.tick = check_box("联合检查（几个单位一起查，各填各的项目）")
        mine = [c for c in unit_choices(desk) if c.value != desk.unit.code]
        self.units = ManyListField(
            Asks("参加单位", "各项按责任单位分工，没有单位管的归牵头单位；发起后还可以调整"), mine
        )
        self.units.hide()
        self.tick.toggled.connect(self._turn)
        self.units.changed.connect(lambda _f: self._changed())
        self.lead.changed.connect(lambda _f: self._changed())
        self.editors = [*(self.lead.editors if desk.is_office else ()), self.tick, *self.units.editors]
        for widget in (self.lead, self.tick, self.units):
            inside.addWidget(widget)
        self.box.addWidget(frame)

    def on_turned(self, do: Callable[[], None]) -> None:
        """Told whenever the person changes anything here."""
        self._changed = do

    def state(self) -> dict[str, Json]:
        """What a draft must remember of it."""
        return {"lead": self.unit(), "joint": self.joint, "units": list(self.chosen())}

    def set_state(self, said: Mapping[str, Json]) -> None:
        if said.get("lead"):
            self.lead.set_value(said["lead"])
        self.units.set_value(said.get("units") or None)
        self.tick.setChecked(said.get("joint") is True)

    def _turn(self, on: bool) -> None:
        self.units.setVisible(on)
        self._changed()

    def set_narrow(self, *, narrow: bool) -> None:
        self.lead.set_narrow(narrow=narrow)
        self.units.set_narrow(narrow=narrow)

    def step(self, editor: QWidget, way: int) -> bool:
        """Inside the block Enter goes from one thing to the next that is in view."""
        there = [e for e in self.editors if e.isVisibleTo(self)]
        at = there.index(editor) + way if editor in there else -1
        if 0 <= at < len(there):
            there[at].setFocus()
            return True
        return False

    def finish(self) -> str:
        said = "请选参加单位，或去掉“联合检查”的勾" if self.joint and not self.chosen() else ""
        self.units.set_problem(said)
        return said

    @property
    def joint(self) -> bool:
        return self.tick.isChecked()

    def chosen(self) -> list[str]:
        value = self.units.value()
        return [str(v) for v in value] if isinstance(value, list) else []

    def unit(self) -> str:
        return str(self.lead.value() or "")


class VenueBlock(QWidget):
    """从场所底册选: fills the head of the paper; the person sees it and may change it."""

    def __init__(self, seat: Seat, put: Callable[[Mapping[str, Json]], None]) -> None:
        super().__init__()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        known = venues.known_venues(seat.desk)
        self.field = PickField(
            Asks("从场所底册选", "选了会带入名称、代码和地址；底册里没有的，直接在下面填"),
            [Choice(v.id, "　".join(t for t in (v.name, seat.desk.campaign.unit_name(v.village)) if t)) for v in known],
        )
        self.field.changed.connect(lambda _f: self._taken(seat.desk, put))
        box.addWidget(self.field)
        self.setVisible(bool(known))

    def _taken(self, desk: Desk, put: Callable[[Mapping[str, Json]], None]) -> None:
        value = self.field.value()
        if value:
            put(venues.head_of(desk, RecordId(str(value))))


def checklist_page(seat: Seat, window: MainWindow, begun: Begun) -> FormPage:
    """开始检查: a checklist, handed in by one unit or begun as a joint one. Which units take part stays with its draft."""
    form, draft = begun.form, begun.draft_id

    def turned() -> None:
        page.submit_button.setText("发起联合检查" if block.joint else "提交")
        drafts.keep_beside(seat.desk, draft, block.state())
        if block.unit() != seat.desk.unit.code:
            page.put(_without_own_name(seat.desk, page.answers()))
        page.save_now()

    def hand_in(whole: Mapping[str, Json]) -> Done[RecordId]:
        desk, unit = seat.desk, block.unit()
        if block.joint:
            joint = block.chosen()
            return inspections.start_joint(desk, form.id, whole, joint, lead=unit, draft=draft, version=form.version)
        return inspections.file(desk, form.id, whole, unit=unit, draft=draft, version=form.version)

    def submit(whole: Mapping[str, Json]) -> None:
        said = "已发起联合检查" if block.joint else "已提交"
        window.act(lambda _tell: hand_in(whole), done=filed, failed=page.refused, said=f"{said}：{form.title}")

    def filed(done: Done[RecordId]) -> None:
        page.submitted()
        window.replace_page("record", rec=done.value)

    def chosen(head: Mapping[str, Json]) -> None:
        page.put(head)

    block = JointBlock(seat.desk)
    block.set_state(drafts.beside(seat.desk, draft) if begun.draft is not None else {})
    page = draw_page(seat, window, begun, submit=submit, extra=[block], above=[VenueBlock(seat, chosen)])
    page.submit_button.setText("发起联合检查" if block.joint else "提交")
    block.on_turned(turned)
    return page


def _without_own_name(desk: Desk, answers: Mapping[str, Json]) -> dict[str, Json]:
    """替别的单位录入: whoever enters the paper did not inspect, so the prefilled name goes."""
    own = [
        k
        for k, v in answers.items()
        if k.startswith(f"{law.INSPECTORS}[") and k.endswith("/xingming") and v == desk.who.name
    ]
    return {path: None for k in own for path in (k, k.replace("/xingming", "/danwei"))}


def open_part(seat: Seat, window: MainWindow, view: View) -> None:
    """Go to this unit's part; at the office ask first for which unit it is entered (代录), when several are waiting."""
    desk, rec = seat.desk, view.record.id
    mine = [u for u in view.state.waiting if u in desk.card.codes]
    if mine or not desk.is_office or len(view.state.waiting) == 1:
        window.open_page(make_part_page(seat, window, rec, unit="" if mine else "".join(view.state.waiting[:1])))
        return
    unit = PickField(Asks("替哪个单位录入"), [Choice(u, desk.campaign.unit_name(u)) for u in view.state.waiting])

    def go(values: Sequence[object]) -> str:
        if not values[0]:
            return "请选一个单位"
        window.open_page(make_part_page(seat, window, rec, unit=str(values[0])))
        return ""

    Sheet(window, "代录", "去填", [unit], go, text="替单位录入会标明“代录”。").open()


def make_part_page(seat: Seat, window: MainWindow, rec: RecordId, *, unit: str = "") -> FormPage:
    """填写本单位的部分: the record as it stands, this unit's rows open. A draft of this part goes on where it was left."""
    desk = seat.desk
    view = records.look(desk, rec, logged=False)
    state: InspectionState = view.state
    owner = unit or next((u for u in state.waiting if u in desk.card.codes), desk.unit.code)
    if state.handling == "void" or owner not in state.waiting:
        raise UserFacingError(
            "U12", "这一部分已经提交，或者这次检查已作废，不用再填。首页上没有填完的那一行可以点“不要了”。"
        )
    kept = next((d for d in drafts.drafts(desk) if d.record == rec and _unit_of(desk, d.id) == owner), None)
    draft_id = kept.id if kept is not None else secrets.token_hex(8)
    may = inspections.writable(desk, view.record, state, owner)
    mine = inspections.own_changes(desk, view.record, state, owner, kept.answers) if kept else {}
    answers = {k: v for k, v in {**view.record.answers, **mine}.items() if v is not None}
    lost = _moved_away(desk, view, state, owner, kept.answers) if kept else ""
    answers = _with_own_inspectors(desk, view.form, answers, owner, lead=owner == state.unit)

    def keep(so_far: Mapping[str, Json]) -> None:
        drafts.keep_beside(seat.desk, draft_id, {"unit": owner})
        drafts.save_draft(seat.desk, draft_id, view.form.id, so_far, record=rec, version=view.form.version)

    def submit(whole: Mapping[str, Json]) -> None:
        known = form_shelf.known(view.form, whole)
        window.act(
            lambda _tell: inspections.submit_rows(seat.desk, rec, known, unit=owner, draft=draft_id),
            done=handed_in, failed=page.refused, said="本单位的部分已提交",
        )  # fmt: skip

    def handed_in(_done: Done[RecordId]) -> None:
        page.submitted()
        window.back()

    who = desk.campaign.unit_name(owner)
    page = FormPage(
        view.form, desk.lists, answers, now=desk.now, submit=submit,
        save_draft=keep,
        above=[*([label_of(lost, "warning")] if lost else []), label_of(f"只填{who}的项目和检查人员；别的单位的项目{'' if owner == state.unit else '和表头'}在这里改不动。", "hint")],
        photos=photo_door(seat, window, view.form, rec=rec), files=file_door(seat, window), new=False, title=f"{view.form.title}　{who}的部分",
        submit_text="提交本单位的部分", room=ROOM, law=law_on(desk),
        may_answer=lambda row: law.may_answer(state, row, owner),
        closed=lambda path: not may(path),
    )  # fmt: skip
    return page


def _unit_of(desk: Desk, draft_id: str) -> str:
    """The unit a draft of a part belongs to."""
    return str(drafts.beside(desk, draft_id).get("unit") or "")


def _moved_away(desk: Desk, view: View, state: InspectionState, unit: str, typed: Mapping[str, Json]) -> str:
    """What was typed for items that another unit answers now: said, so that nothing goes without a word."""
    out = []
    for row in law.rows_of(view.record.answers):
        path = f"{law.ROWS}[{row.code}]/"
        words = [str(typed[path + name]) for name in ("wenti", "jieguo") if typed.get(path + name)]
        if words and not law.may_answer(state, row, unit) and typed.get(path + "jieguo") != row.answer:
            out.append(f"{row.code}已改由{desk.campaign.unit_name(row.unit)}填，您写过：{words[0]}")
    return "；".join(out)


def _with_own_inspectors(desk: Desk, form: Form, answers: dict[str, Json], unit: str, *, lead: bool) -> dict[str, Json]:
    """Two rows of this unit's own for its inspectors, unless it is the lead, whose rows stand already."""
    name = desk.campaign.unit_name(unit)
    has = {f"{law.INSPECTORS}/danwei", f"{law.INSPECTORS}/xingming"} <= set(form.by_path)
    if (
        lead
        or not has
        or name in (v for k, v in answers.items() if k.startswith(f"{law.INSPECTORS}[") and k.endswith("/danwei"))
    ):
        return answers
    for n in (1, 2):
        row = f"{law.INSPECTORS}[{secrets.token_hex(8)}]"
        answers |= {row: True, f"{row}/danwei": name}
        if n == 1 and unit in desk.card.codes:
            answers[f"{row}/xingming"] = desk.who.name
    return answers
