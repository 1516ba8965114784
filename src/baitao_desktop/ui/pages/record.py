"""The record page of any form: the paper on the left; state, acts and history on the right."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from baitao_desktop.actions import papers, records
from baitao_desktop.actions.records import Choice, Difference, HistoryLine, View
from baitao_desktop.domain import inspections, tips
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import Json, RecordId
from baitao_desktop.ui import look
from baitao_desktop.ui.fields.base import label_of
from baitao_desktop.ui.pages import acts, beside_record, check_acts, checked, face_cover, paper, record_photos
from baitao_desktop.ui.pages.forming import make_correct_page, room_of
from baitao_desktop.ui.pages.ledger_model import STATUS_SIGNS
from baitao_desktop.ui.pages.parts import act_button, card, chain, copy, empty, flow, link, rows_of, selectable, sign
from baitao_desktop.ui.pages.photo_doors import photo_door
from baitao_desktop.ui.pages.preview import PreviewPage
from baitao_desktop.ui.pages.seat import DeskPage, Seat

NARROW = 42  # em；更窄时右栏到下面去
SIDE = 19  # em
AFTER = ("correct", "void", "reopen")
"""Acts nobody should come to as the next one: a record that is done has no primary button."""


class RecordPage(DeskPage):
    """`opened(rec=…)` shows a record; `press(act)` does what the button of an act does."""

    help_topic = "record"

    def __init__(self, seat: Seat) -> None:
        super().__init__(seat, "记录", wide=True)
        self.rec = RecordId("")
        self.view: View | None = None
        self.buttons: dict[str, QWidget] = {}
        self.picks: list[QWidget] = []
        self.links: list[QWidget] = []
        self.halves = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self.halves.setSpacing(12)
        self.left, self.right = QWidget(), QWidget()
        self.paper, self.side = QVBoxLayout(self.left), QVBoxLayout(self.right)
        for box in (self.paper, self.side):
            box.setContentsMargins(0, 0, 0, 0)
            box.setSpacing(12)
        self.halves.addWidget(self.left, 1)
        self.halves.addWidget(self.right)
        # 两边不一样的先摆在最上面：窄屏上也一眼看到
        self.top = QVBoxLayout()
        self.inside.addLayout(self.top)
        self.inside.addLayout(self.halves)
        self.inside.addStretch(1)

    def opened(self, **args: object) -> None:
        self.rec = RecordId(str(args["rec"]))
        self._read(logged=self.view is None)

    def refresh(self) -> None:
        self._read(logged=False)

    def on_changed(self, records_: Collection[str]) -> None:
        if self.rec in records_:
            self.refresh()

    def first_focus(self) -> QWidget | None:
        return self.buttons.get(self.view.acts[0]) if self.view is not None and self.view.acts else None

    def press(self, act: str) -> None:
        """Open the small form of an act, or do it at once where it needs none."""
        if self.view is None:
            return
        if act == "correct":
            try:
                self.win.open_page(make_correct_page(self.seat, self.win, self.rec))
            except UserFacingError as error:
                self.win.trouble(error)
            return
        if act == "fill":
            self._fill()
        elif act == "rectify":
            check_acts.open_rectify(
                self.win, self.desk, self.view, photo_door(self.seat, self.win, self.view.form, rec=self.rec)
            )
        else:
            acts.open_act(self.win, self.desk, self.view, act)

    def _fill(self) -> None:
        """This unit's part of a joint inspection; the office chooses for which unit (代录)."""
        from baitao_desktop.ui.pages.checking import open_part

        if self.view is not None:
            open_part(self.seat, self.win, self.view)

    def _read(self, *, logged: bool) -> None:
        desk, rec = self.desk, self.rec
        self.act(lambda _tell: records.look(desk, rec, logged=logged), done=self._show, failed=self._gone)

    def _gone(self, error: UserFacingError) -> None:
        empty(self.top)
        empty(self.paper)
        empty(self.side)
        self.set_title("找不到这条记录")
        self.paper.addWidget(label_of(str(error)))

    def _show(self, view: View) -> None:
        self.view = view
        self.room = room_of(view.form.id)
        self.win.strip.light(self.room)
        self.set_title(view.title or view.form.title)
        empty(self.paper)
        empty(self.side)
        self.picks = []
        empty(self.top)
        for difference in view.differences:
            self.top.addWidget(self._difference(difference))
        if view.form.kind == inspections.KIND:
            self.paper.addWidget(checked.draw(self.desk, view))
        self.paper.addWidget(paper.draw(self.desk, view, self._save_original))
        self.paper.addStretch(1)
        self.side.addWidget(self._state(view))
        beside = beside_record.draw(self.desk, view, lambda rec: self.win.show_page("record", rec=rec))
        if beside is not None:
            self.side.addWidget(beside)
        self.side.addWidget(self._history(view))
        self.side.addStretch(1)
        self._set_narrow()
        focus = self.first_focus()
        if focus is not None:
            focus.setFocus()

    def _state(self, view: View) -> QFrame:
        frame, inside = card()
        icon, colour = STATUS_SIGNS.get(view.status, ("info", look.MUTED))
        inside.addLayout(rows_of(sign(icon, colour, "办理状态"), label_of(view.status_label, "strong", wrap=False)))
        inside.addWidget(selectable(view.no, "hint"))
        state = view.state
        due = getattr(state, "due", "")
        if due:
            late = due < self.desk.today.isoformat()
            inside.addWidget(label_of(f"{due} 到期" + ("，已逾期" if late else ""), "problem" if late else "hint"))
        owner = "　".join(t for t in (self.desk.campaign.unit_name(state.unit), state.person) if t)
        if owner:
            inside.addWidget(label_of(owner, "hint"))
        self.buttons = {}
        for n, act in enumerate(view.acts):
            made = act_button(acts.WORDS[act], partial(self.press, act), primary=n == 0 and act not in AFTER)
            self.buttons[act] = made
            inside.addWidget(made)
        if not view.acts:
            inside.addWidget(label_of(self._why_none(view), "hint"))
        self.links = self._others(view)
        inside.addWidget(flow(*self.links))
        return frame

    def _others(self, view: View) -> list[QWidget]:
        others: list[QWidget] = [link("打印预览", self._preview, icon="print")]
        if view.form.kind == tips.KIND and "correct" in view.acts:
            others.append(link("重新填写举报人信息", self._reseal, icon="lock"))
        if view.form.kind != tips.KIND:
            others.append(link("复制文字", self._copy_text, icon="copy"))
            if paper.photo_answers(view):
                others.append(link("复制照片", self._copy_photos, icon="photo"))
                others.append(link("遮住人脸再复制", self._cover_faces, icon="photo"))
        return others

    def _reseal(self) -> None:
        from baitao_desktop.ui.pages.reseal import ResealPage

        if self.view is not None:
            self.win.open_page(ResealPage(self.seat, self.rec, self.view.no))

    def _why_none(self, view: View) -> str:
        if view.status == "void":
            return "已作废，不再办理。"
        if view.form.kind == tips.KIND:
            return "这条线索不在本单位手上，在这里只能查看。" if view.status != "closed" else "已办结并回复。"
        return "这条记录由程序生成，不能在这里改。"

    def _history(self, view: View) -> QFrame:
        frame, inside = card("办理经过")
        for line in reversed(view.history):
            inside.addWidget(_step(line))
        return frame

    def _difference(self, difference: Difference) -> QFrame:
        frame, inside = card(role="panel")
        inside.addWidget(label_of(f"“{difference.label}”两边填得不一样，请选一个", "warning"))
        for choice in difference.choices:
            pick = act_button("选这个", partial(self._settle, difference.fld, choice))
            pick.setAccessibleName(f"选“{choice.text or '（空）'}”")
            self.picks.append(pick)
            said = QVBoxLayout()
            said.setSpacing(2)
            said.addWidget(selectable(choice.text or "（空）", "strong"))
            said.addWidget(label_of(f"{choice.who}　{choice.at}", "hint"))
            row = QHBoxLayout()
            row.setSpacing(12)
            row.addWidget(pick, 0, Qt.AlignmentFlag.AlignTop)
            row.addLayout(said, 1)
            inside.addLayout(row)
        return frame

    def _settle(self, fld: str, choice: Choice) -> None:
        desk, rec = self.desk, self.rec
        self.act(lambda _tell: records.settle(desk, rec, fld, choice.value), said="已选定，另一个留在办理经过里")

    def _preview(self) -> None:
        desk, rec = self.desk, self.rec
        self.act(lambda _tell: papers.record_pdf(desk, rec), done=self._show_pdf, title="正在排版")

    def _show_pdf(self, pdf: bytes) -> None:
        desk, rec = self.desk, self.rec

        def save(folder: Path) -> Path:
            return papers.save_record(desk, rec, folder).value

        name = self.view.form.title if self.view is not None else "记录"
        self.win.open_page(PreviewPage(self.seat, name, pdf, save, about=rec))

    def _copy_text(self) -> None:
        if self.view is not None:
            copy(paper.group_text(self.desk, self.view))
            self.win.tell("文字已复制，可以粘贴到工作群里")

    def _copy_photos(self) -> None:
        if self.view is not None:
            record_photos.copy_photos(self.win, self.desk, self.view)

    def _cover_faces(self) -> None:
        if self.view is not None:
            face_cover.open_cover(self.win, self.desk, self.view)

    def _save_original(self, shot: Json) -> None:
        record_photos.save_original(self.win, self.desk, shot)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._set_narrow()

    def restyled(self) -> None:
        super().restyled()
        self._set_narrow()

    def _set_narrow(self) -> None:
        narrow = self.width() < NARROW * look.unit()
        down = QBoxLayout.Direction.BottomToTop
        self.halves.setDirection(down if narrow else QBoxLayout.Direction.LeftToRight)
        self.right.setMaximumWidth(16_777_215 if narrow else look.unit() * SIDE)
        self.right.setMinimumWidth(0 if narrow else look.unit() * SIDE)
        chain(*self.picks, *self.buttons.values(), *self.links)
        self.halves.setAlignment(self.right, Qt.AlignmentFlag.AlignTop if not narrow else Qt.AlignmentFlag(0))


def _step(line: HistoryLine) -> QWidget:
    one = QWidget()
    box = QVBoxLayout(one)
    box.setContentsMargins(0, 0, 0, 4)
    box.setSpacing(2)
    box.addWidget(label_of(f"{line.what}　{line.who}", "strong"))
    box.addWidget(label_of(line.at, "hint"))
    for label, text in line.details:
        box.addWidget(selectable(f"{label}：{text}"))
    return one
