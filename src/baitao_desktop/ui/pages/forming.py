"""填写: the form page of any form, joined to drafts, photos and the act of handing it in."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import cast

from PySide6.QtWidgets import QVBoxLayout, QWidget

from baitao_desktop.actions import drafts, form_shelf, own_forms, photos, records, tips
from baitao_desktop.actions.desk import Desk, Done
from baitao_desktop.actions.drafts import Draft
from baitao_desktop.actions.fitting import form_of, open_answers
from baitao_desktop.actions.tips import Registered
from baitao_desktop.domain import tips as law
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import Json, RecordId
from baitao_desktop.domain.values import iso_minute
from baitao_desktop.forms import Form
from baitao_desktop.ui.fields.base import Asks, check_box, label_of
from baitao_desktop.ui.fields.files import FileDoor
from baitao_desktop.ui.fields.photos import PhotoDoor
from baitao_desktop.ui.fields.text import TextField
from baitao_desktop.ui.formpage import FormPage
from baitao_desktop.ui.pages.old_table import LeftBehind, OldTable
from baitao_desktop.ui.pages.parts import card
from baitao_desktop.ui.pages.seat import Seat
from baitao_desktop.ui.reporterblock import ReporterBlock
from baitao_desktop.ui.window import MainWindow

PHOTO_KINDS = "照片 (*.jpg *.jpeg *.png *.webp *.bmp *.heic *.heif)"
VISIT = "zoufang"
CLOSED = "还没有和专项办交换单位卡，姓名和电话暂时不能密封。先登记线索；到“报送”页交换单位卡后，在这条线索上点“重新填写举报人信息”。"


class _Block(QWidget):
    """Something under a form that is no answer of it; `editors` are its widgets in order."""

    def __init__(self) -> None:
        super().__init__()
        self.editors: list[QWidget] = []
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(0, 0, 0, 0)

    def first_editor(self) -> QWidget | None:
        return next(iter(self.editors), None)

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


class HandUpBlock(_Block):
    """上报街道, ticked for a village: the tip goes up with the next hand-over."""

    def __init__(self) -> None:
        super().__init__()
        self.tick = check_box("提交后上报街道（在村里就能办结的，去掉这个勾）")
        self.tick.setChecked(True)
        self.editors = [self.tick]
        self.box.addWidget(self.tick)


class ReasonBlock(_Block):
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


def photo_door(seat: Seat, window: MainWindow) -> PhotoDoor:
    """How pages keep and show photos."""
    return PhotoDoor(
        keep=lambda source: photos.keep_photo(seat.desk, source),
        thumb=lambda answer: photos.small_photo(seat.desk, answer),
        pick=lambda parent: window.chooser.open_files(parent, "选照片", PHOTO_KINDS),
        full=lambda answer: photos.whole_photo(seat.desk, answer),
    )


def file_door(seat: Seat, window: MainWindow) -> FileDoor:
    """How pages keep any other file: sound, film, papers."""
    return FileDoor(
        keep=lambda source: photos.keep_file(seat.desk, source),
        pick=lambda parent, kinds: window.chooser.open_files(parent, "选文件", kinds),
    )


def first_answers(desk: Desk, form: Form) -> dict[str, Json]:
    """What a new paper already knows: today or now in its first required date, the village of this unit."""
    said: dict[str, Json] = {}
    for question in form.walk():
        if question.type in ("date", "dateTime") and question.required is not None and not said:
            said[question.path] = desk.today.isoformat() if question.type == "date" else iso_minute(desk.now())
        if question.path == "suozai_cunshe" and desk.unit.is_village:
            said[question.path] = desk.unit.code
    return said


def open_form(
    seat: Seat, window: MainWindow, form_id: str = "", *, draft: str = "", known: Mapping[str, Json] | None = None
) -> None:
    """Go to the page of a new paper, or of a draft; what hinders it becomes a notice. `known`: answers it begins with."""
    try:
        window.open_page(make_form_page(seat, window, form_id, draft=draft, known=known or {}))
    except UserFacingError as error:
        window.trouble(error)


def room_of(form_id: str) -> str:
    """The room a form's pages belong to."""
    return {law.FORM: "tips", VISIT: "inspections"}.get(form_id, "")


def tip_of_visit(visit: Mapping[str, Json]) -> dict[str, Json]:
    """What a tip takes over from the visit that raised it (登记为线索)."""
    taken: dict[str, Json] = {
        "qudao": "mopai", "laiyuan": "paicha", "suozai_cunshe": visit.get("suozai_cunshe"),
        "beifanying_duixiang": str(visit.get("changsuo_mingcheng") or "")[:60] or None, "zhaiyao": visit.get("qingkuang"),
    }  # fmt: skip
    return {k: v for k, v in taken.items() if v is not None}


def make_form_page(
    seat: Seat, window: MainWindow, form_id: str, *, draft: str = "", known: Mapping[str, Json] | None = None
) -> FormPage:
    """The page to fill in a new paper on the version in force, or to go on with a draft on the version it was begun on.
    UserFacingError when the form or draft is not here."""
    desk = seat.desk
    found = drafts.draft(desk, draft) if draft else None
    if draft and found is None:
        raise UserFacingError("U11", "这份没有填完的内容已经提交或删除了。请从首页重新打开。")
    force = form_of(desk, found.form if found else form_id)
    form = desk.versions.get((found.form, found.version), force) if found else force
    answers: Mapping[str, Json] = found.answers if found else {**first_answers(desk, form), **(known or {})}
    draft_id = draft or secrets.token_hex(8)
    is_tip = form.kind == law.KIND
    reporter = hand_up = None
    extra: list[QWidget] = []
    if is_tip:
        closed = "" if tips.can_seal(desk) else CLOSED
        reporter = ReporterBlock(lambda block: tips.seal_reporter(seat.desk, block), closed=closed)
        extra.append(reporter)
        if not desk.is_office:
            hand_up = HandUpBlock()
            extra.append(hand_up)

    def submit(whole: Mapping[str, Json]) -> None:
        # 旧表留下的内容在新表里没有地方，提交时不带
        whole = form_shelf.known(form, whole)
        if reporter is not None:
            sealed = cast("Json", reporter.sealed)
            up = hand_up is not None and hand_up.tick.isChecked()
            window.act(
                lambda _tell: tips.register(seat.desk, whole, sealed=sealed, hand_up=up, draft=draft_id),
                done=registered,
                failed=page.refused,
            )
        else:
            window.act(
                lambda _tell: records.submit(seat.desk, form.id, whole, draft=draft_id, version=form.version),
                done=lambda done: filed(done, whole),
                failed=page.refused,
                said=f"已登记：{form.title}",
            )

    def registered(done: Done[Registered]) -> None:
        page.submitted()
        came = done.value
        window.replace_page("registered", tip=came.tip, no=came.no, code=came.query_code)
        if done.undo is not None:
            # 撤销只收回上报，登记和编号都留着
            window.tell("已登记，并上报街道；撤销只收回上报")

    def filed(done: Done[RecordId], whole: Mapping[str, Json]) -> None:
        page.submitted()
        window.replace_page("record", rec=done.value)
        if form.id == VISIT and whole.get("zhuan_xiansuo") == "shi" and records.may_register(seat.desk):
            open_form(seat, window, law.FORM, known=tip_of_visit(whole))

    def keep() -> None:
        page.leaving()

    def moved() -> None:
        page.submitted()
        window.back()
        open_form(seat, window, draft=draft_id)

    page = FormPage(
        form,
        desk.lists,
        answers,
        now=desk.now,
        submit=submit,
        save_draft=lambda so_far: drafts.save_draft(seat.desk, draft_id, form.id, so_far, version=form.version),
        above=_above(seat, window, found, form, force, keep=keep, moved=moved) if found else (),
        extra=extra,
        photos=photo_door(seat, window),
        files=file_door(seat, window),
        form_in=lambda language: own_forms.in_language(seat.desk, form, language),
        new=None if found is None else False,
        title="登记线索" if is_tip else form.title,
        room=room_of(form.id),
    )
    return page


def _above(
    seat: Seat,
    window: MainWindow,
    found: Draft,
    form: Form,
    force: Form,
    *,
    keep: Callable[[], None],
    moved: Callable[[], None],
) -> list[QWidget]:
    """What a draft from another version of its form has to say over the page; nothing where the versions agree."""
    above: list[QWidget] = []
    if form is not force:
        above.append(OldTable(seat, window, found.id, form, force, save=keep, moved=moved))
    left = form_shelf.left_behind(seat.desk, form, found.answers)
    if left or found.version != form.version:
        above.append(LeftBehind(found.version, form, left))
    return above


def make_correct_page(seat: Seat, window: MainWindow, rec: RecordId) -> FormPage:
    """更正: the paper as it stands, to be changed, with the reason. Photos and sealed fields stay as they are."""
    desk = seat.desk
    view = records.look(desk, rec, logged=False)
    before = open_answers(view.record)
    reason = ReasonBlock()

    def submit(whole: Mapping[str, Json]) -> None:
        keys = {*before, *whole}
        changes = {k: whole.get(k) for k in sorted(keys) if whole.get(k) != before.get(k)}
        act = tips.correct if view.form.kind == law.KIND else records.correct
        window.act(
            lambda _tell: act(seat.desk, rec, changes=changes, reason=reason.reason()),
            done=corrected,
            failed=page.refused,
            said="已更正",
        )

    def corrected(_done: object) -> None:
        page.submitted()
        window.back()

    page = FormPage(
        view.form,
        desk.lists,
        before,
        now=desk.now,
        submit=submit,
        extra=[reason],
        photos=photo_door(seat, window),
        files=file_door(seat, window),
        new=False,
        title=f"更正　{view.no or view.title}",
        submit_text="保存更正",
        room=room_of(view.form.id),
    )
    return page
