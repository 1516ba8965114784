"""填写: the form page of any form, joined to drafts, photos and the act of handing it in."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from PySide6.QtWidgets import QWidget

from baitao_desktop.actions import drafts, form_shelf, inspections, own_forms, photos, records, tips
from baitao_desktop.actions.beginning import first_answers
from baitao_desktop.actions.desk import Desk, Done
from baitao_desktop.actions.drafts import Draft
from baitao_desktop.actions.fitting import form_of, open_answers
from baitao_desktop.actions.records import View
from baitao_desktop.actions.tips import Registered
from baitao_desktop.domain import findings, venues
from baitao_desktop.domain import inspections as checks
from baitao_desktop.domain import tips as law
from baitao_desktop.domain.catalogue import basis_of_row
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.inspections import Row
from baitao_desktop.domain.ops import Json, RecordId
from baitao_desktop.forms import Form
from baitao_desktop.ui.fields.files import FileDoor
from baitao_desktop.ui.formpage import FormPage
from baitao_desktop.ui.pages.blocks import HandUpBlock, ReasonBlock
from baitao_desktop.ui.pages.old_table import LeftBehind, OldTable
from baitao_desktop.ui.pages.pasting import PLACES, PasteBlock
from baitao_desktop.ui.pages.photo_doors import photo_door
from baitao_desktop.ui.pages.seat import Seat
from baitao_desktop.ui.reporterblock import ReporterBlock
from baitao_desktop.ui.window import MainWindow

VISIT, PUBLICITY = "zoufang", "xuanchuan"
CLOSED = "还没有和专项办交换单位卡，姓名和电话暂时不能密封。先登记线索；到“报送”页交换单位卡后，在这条线索上点“重新填写举报人信息”。"


def file_door(seat: Seat, window: MainWindow) -> FileDoor:
    """How pages keep any other file: sound, film, papers."""
    return FileDoor(
        keep=lambda source: photos.keep_file(seat.desk, source),
        pick=lambda parent, kinds: window.chooser.open_files(parent, "选文件", kinds),
    )


def open_form(
    seat: Seat, window: MainWindow, form_id: str = "", *, draft: str = "", known: Mapping[str, Json] | None = None
) -> None:
    """Go to the page of a new paper, or of a draft; what hinders it becomes a notice. `known`: answers it begins with."""
    try:
        window.open_page(make_form_page(seat, window, form_id, draft=draft, known=known or {}))
    except UserFacingError as error:
        window.trouble(error)


def law_on(desk: Desk) -> Callable[[Sequence[str], date], Sequence[str]]:
    """The law in force on a day for the references of a checklist's row, in words."""
    return lambda refs, day: basis_of_row(desk.catalogue.basis, refs, day)


def room_of(form_id: str) -> str:
    """The room a form's pages belong to."""
    rooms = {
        law.FORM: "tips",
        VISIT: "inspections",
        PUBLICITY: "publicity",
        venues.FORM: "venues",
        findings.FORM: "inspections",
    }
    return rooms.get(form_id, "inspections" if form_id.startswith("jiancha_") else "")


def tip_of_visit(visit: Mapping[str, Json]) -> dict[str, Json]:
    """What a tip takes over from the visit that raised it (登记为线索)."""
    taken: dict[str, Json] = {
        "qudao": "mopai", "laiyuan": "paicha", "suozai_cunshe": visit.get("suozai_cunshe"),
        "beifanying_duixiang": str(visit.get("changsuo_mingcheng") or "")[:60] or None, "zhaiyao": visit.get("qingkuang"),
    }  # fmt: skip
    return {k: v for k, v in taken.items() if v is not None}


@dataclass(frozen=True, slots=True)
class Begun:
    """A paper about to be drawn: new, or a draft gone on with on the version it was begun on."""

    form: Form
    force: Form
    draft: Draft | None
    draft_id: str
    answers: Mapping[str, Json]


def begin(desk: Desk, form_id: str, *, draft: str = "", known: Mapping[str, Json] | None = None) -> Begun:
    """UserFacingError when the form or draft is not here."""
    found = drafts.draft(desk, draft) if draft else None
    if draft and found is None:
        raise UserFacingError("U11", "这份没有填完的内容已经提交或删除了。请从首页重新打开。")
    force = form_of(desk, found.form if found else form_id)
    form = desk.versions.get((found.form, found.version), force) if found else force
    answers: Mapping[str, Json] = found.answers if found else first_answers(desk, form, known)
    return Begun(form, force, found, draft or secrets.token_hex(8), answers)


def make_form_page(
    seat: Seat, window: MainWindow, form_id: str, *, draft: str = "", known: Mapping[str, Json] | None = None
) -> FormPage:
    """The page to fill in a new paper on the version in force, or to go on with a draft on the version it was begun on.
    UserFacingError when the form or draft is not here."""
    found = drafts.draft(seat.desk, draft) if draft else None
    if found is not None and found.record:
        from baitao_desktop.ui.pages.checking import make_part_page

        if drafts.beside(seat.desk, found.id).get("correct"):
            return make_correct_page(seat, window, RecordId(found.record))
        unit = str(drafts.beside(seat.desk, found.id).get("unit") or "")
        return make_part_page(seat, window, RecordId(found.record), unit=unit)
    begun = begin(seat.desk, form_id, draft=draft, known=known)
    if begun.form.kind == law.KIND:
        return _tip_page(seat, window, begun)
    if begun.form.kind == checks.KIND:
        from baitao_desktop.ui.pages.checking import checklist_page

        return checklist_page(seat, window, begun)
    return _plain_page(seat, window, begun)


def draw_page(
    seat: Seat, window: MainWindow, begun: Begun, *, submit: Callable[[Mapping[str, Json]], None],
    extra: Sequence[QWidget] = (), above: Sequence[QWidget] = (), title: str = "",
) -> FormPage:  # fmt: skip
    """The form page of a paper: drafts, photos and files, what its draft's older version has to say. What is left over from
    an older table has no place on this one and is not handed in."""
    desk, form, found = seat.desk, begun.form, begun.draft

    def keep() -> None:
        page.leaving()

    def moved() -> None:
        page.submitted()
        window.back()
        open_form(seat, window, draft=begun.draft_id)

    older = _above(seat, window, found, form, begun.force, keep=keep, moved=moved) if found else []
    page = FormPage(
        form,
        desk.lists,
        begun.answers,
        now=desk.now,
        submit=lambda whole: submit(form_shelf.known(form, whole)),
        save_draft=lambda so_far: drafts.save_draft(seat.desk, begun.draft_id, form.id, so_far, version=form.version),
        above=[*older, *above],
        extra=extra,
        photos=photo_door(seat, window, form),
        files=file_door(seat, window),
        form_in=lambda language: own_forms.in_language(seat.desk, form, language),
        law=law_on(desk),
        new=False,
        title=title or form.title,
        room=room_of(form.id),
    )
    return page


def _tip_page(seat: Seat, window: MainWindow, begun: Begun) -> FormPage:
    closed = "" if tips.can_seal(seat.desk) else CLOSED
    reporter = ReporterBlock(lambda block: tips.seal_reporter(seat.desk, block), closed=closed)
    hand_up = None if seat.desk.is_office else HandUpBlock()

    def submit(whole: Mapping[str, Json]) -> None:
        sealed = cast("Json", reporter.sealed)
        up = hand_up is not None and hand_up.tick.isChecked()
        window.act(
            lambda _tell: tips.register(seat.desk, whole, sealed=sealed, hand_up=up, draft=begun.draft_id),
            done=registered,
            failed=page.refused,
        )

    def registered(done: Done[Registered]) -> None:
        page.submitted()
        came = done.value
        window.replace_page("registered", tip=came.tip, no=came.no, code=came.query_code)
        if done.undo is not None:
            # 撤销只收回上报，登记和编号都留着
            window.tell("已登记，并上报街道；撤销只收回上报")

    extra: list[QWidget] = [reporter, *([hand_up] if hand_up is not None else [])]
    page = draw_page(seat, window, begun, submit=submit, extra=extra, title="登记线索")
    return page


def _plain_page(seat: Seat, window: MainWindow, begun: Begun) -> FormPage:
    form = begun.form

    def submit(whole: Mapping[str, Json]) -> None:
        window.act(
            lambda _tell: records.submit(seat.desk, form.id, whole, draft=begun.draft_id, version=form.version),
            done=lambda done: filed(done, whole),
            failed=page.refused,
            said=f"已登记：{form.title}",
        )

    def filed(done: Done[RecordId], whole: Mapping[str, Json]) -> None:
        page.submitted()
        window.replace_page("record", rec=done.value)
        if form.id == VISIT and whole.get("zhuan_xiansuo") == "shi" and records.may_register(seat.desk):
            open_form(seat, window, law.FORM, known=tip_of_visit(whole))

    above = (
        [PasteBlock(seat.desk, form, begun.answers, lambda: (page.answers(), page.put))] if form.id in PLACES else []
    )
    page = draw_page(seat, window, begun, submit=submit, above=above)
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
    """更正: the paper as it stands, to be changed, with the reason; what was changed so far is kept as a draft. Sealed
    fields stay as they are."""
    desk = seat.desk
    view = records.look(desk, rec, logged=False)
    before = open_answers(view.record)
    reason = ReasonBlock()
    kept = next((d for d in drafts.drafts(desk) if d.record == rec and drafts.beside(desk, d.id).get("correct")), None)
    draft_id = kept.id if kept is not None else secrets.token_hex(8)
    begun = {k: v for k, v in {**before, **(kept.answers if kept is not None else {})}.items() if v is not None}

    def changed(so_far: Mapping[str, Json]) -> dict[str, Json]:
        return {k: so_far.get(k) for k in sorted({*before, *so_far}) if so_far.get(k) != before.get(k)}

    def keep(so_far: Mapping[str, Json]) -> None:
        # 只存改动：这段时间别人更正过的，不会被旧草稿盖回去
        if said := changed(so_far):
            drafts.keep_beside(seat.desk, draft_id, {"correct": True})
            version = view.form.version
            drafts.save_draft(seat.desk, draft_id, view.form.id, said, record=rec, version=version)

    def submit(whole: Mapping[str, Json]) -> None:
        changes = changed(whole)
        act = tips.correct if view.form.kind == law.KIND else records.correct
        window.act(
            lambda _tell: act(seat.desk, rec, changes=changes, reason=reason.reason()),
            done=corrected,
            failed=page.refused,
            said="已更正",
        )

    def corrected(_done: object) -> None:
        page.submitted()
        drafts.drop_draft(seat.desk, draft_id)
        window.back()

    page = FormPage(
        view.form,
        desk.lists,
        begun,
        now=desk.now,
        submit=submit,
        save_draft=keep,
        extra=[reason],
        photos=photo_door(seat, window, view.form, rec=rec),
        files=file_door(seat, window),
        law=law_on(desk),
        closed=_closed(desk, view) if view.form.kind == checks.KIND else None,
        may_answer=_mine(desk, view) if view.form.kind == checks.KIND else None,
        new=False,
        title=f"更正　{view.no or view.title}",
        submit_text="保存更正",
        room=room_of(view.form.id),
    )
    return page


def _closed(desk: Desk, view: View) -> Callable[[str], bool]:
    """What this unit may only read while it corrects a joint inspection."""
    mine = [inspections.writable(desk, view.record, view.state, u) for u in view.state.units if u in desk.card.codes]
    return lambda path: not desk.is_office and not any(may(path) for may in mine)


def _mine(desk: Desk, view: View) -> Callable[[Row], bool]:
    mine = [u for u in view.state.units if u in desk.card.codes]
    return lambda row: desk.is_office or any(checks.may_answer(view.state, row, u) for u in mine)
