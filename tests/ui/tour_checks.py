"""The pages of inspections on the tour: sixty findings, every checklist, a joint one, a red place, long names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from baitao_desktop.actions import findings, inspections, records
from baitao_desktop.actions.desk import Desk
from baitao_desktop.domain import findings as finding_law
from baitao_desktop.domain.query import Query
from baitao_desktop.ui.pages.forming import open_form
from baitao_desktop.ui.pages.inspections import InspectionsPage
from baitao_desktop.ui.pages.record import RecordPage
from conftest import checklist_answers
from ui import tour

if TYPE_CHECKING:
    from ui.tour_pages import Walk

LONG = "很长的名称和说明，" * 30
NAME = "某某某某养老服务有限责任公司涪陵区白涛街道第三分公司康养体验中心（临时）"


def fill_checks(desk: Desk) -> None:
    """Three homes checked, twenty findings each, a joint inspection under way, a place entered twice."""
    for n in range(3):
        problems = {str(item): f"第{n}家：{LONG[:60]}" for item in range(1, 21)}
        due = {f"xm[YL-{item:02d}]/zhenggai_qixian": "2022-05-25" for item in range(1, 21, 3)}
        name = NAME if n == 0 else f"夕阳康养会所{n}"
        inspections.file(
            desk, "jiancha_yl", checklist_answers(desk, "jiancha_yl", problems=problems, changsuo_mingcheng=name, **due)
        )
    inspections.start_joint(
        desk,
        "jiancha_sb",
        checklist_answers(desk, "jiancha_sb", rest=False, changsuo_mingcheng=NAME),
        ["市场监管所", "社服中心"],
    )
    records.submit(desk, "changsuo", {"mingcheng": NAME, "leixing": "lx01", "suozai_cunshe": "DZZ203"})
    with desk.store.reading() as reader:
        lines = reader.lines(reader.ids(Query(form=finding_law.FORM, sort="no", descending=False)))
    for line in lines[:2]:
        findings.rectify(desk, line.id, text=LONG[:200])
    findings.recheck(desk, lines[0].id, result="passed", rechecked_at="2022-05-18", rechecked_by="张某某")


def check_pages(walk: Walk, desk: Desk) -> None:
    window, seat = walk.window, walk.program.seat
    assert seat is not None
    window.go_room("inspections")
    page = window.page()
    assert isinstance(page, InspectionsPage)
    walk.snap("checks-room", end=True)
    # 每一种表头走一张；九张表的画法由 test_checklist 逐张看
    for form_id in ("jiancha_yl", "jiancha_wx", "jiancha_gg", "jiancha_fj"):
        open_form(seat, window, form_id)
        walk.snap(f"checks-form-{form_id}", end=True)
        window.back()
    for form_id in (finding_law.FORM, "jiancha_yl"):
        page.open_ledger(form_id)
        walk.snap(f"checks-ledger-{form_id}")
        window.go_room("inspections")
    window.show_page("venues")
    walk.snap("checks-venues")
    with desk.store.reading() as reader:
        wanted = {
            "sheet": reader.lines(reader.ids(Query(form="jiancha_yl")))[-1].id,
            "joint": reader.lines(reader.ids(Query(form="jiancha_sb")))[0].id,
            "finding": reader.lines(reader.ids(Query(form=finding_law.FORM, status=("open",))))[0].id,
            "venue": reader.lines(reader.ids(Query(form="changsuo")))[-1].id,
        }
    for name, rec in wanted.items():
        record = window.show_page("record", rec=rec)
        assert isinstance(record, RecordPage)
        walk.snap(f"checks-record-{name}", end=True)
        assert record.view is not None
        for act in record.view.acts:
            if act in ("recheck", "set_due", "clear", "divide", "close"):
                record.press(act)
                walk.dialog(f"checks-act-{name}-{act}")
        if "rectify" in record.view.acts:
            record.press("rectify")
            walk.dialog("checks-act-rectify")
    window.show_page("record", rec=wanted["joint"])
    window.page().press("fill")  # type: ignore[union-attr]
    tour.settle()
    walk.snap("checks-part", end=True)
    window.back()
