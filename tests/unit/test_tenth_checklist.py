"""The tenth checklist: an office writes it in WPS; no code is touched. What it costs is counted and printed."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from baitao_desktop.actions import bundles, drafts, findings, inspections, own_forms, papers, records, tasks
from baitao_desktop.actions import desk as desks
from baitao_desktop.actions.fitting import form_of
from baitao_desktop.domain import findings as finding_law
from baitao_desktop.domain import inspections as law
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.query import Query
from conftest import MakeDesk, checklist_answers, joined

SURVEY = (
    ("type", "name", "label", "required", "relevant", "appearance", "repeat_count", "bind::bt:rows", "bind::bt:item", "bind::bt:ledger"),
    ("date", "jiancha_riqi", "检查日期", "yes", "", "", "", "", "", "1"),
    ("text", "changsuo_mingcheng", "被检查单位", "yes", "", "", "", "", "", "2"),
    ("select_one_from_file units.csv", "suozai_cunshe", "村（社区）", "", "", "minimal autocomplete", "", "", "", "3"),
    ("begin_repeat", "xm", "检查项目", "", "", "bt-checklist", "count(instance('jcx')/root/item)", "instance('jcx')/root/item", "", ""),
    ("hidden", "neirong", "", "", "", "", "", "", "label", ""),
    ("hidden", "hegedaan", "", "", "", "", "", "", "ok", ""),
    ("hidden", "yanzhong", "", "", "", "", "", "", "chengdu", ""),
    ("hidden", "yiju", "", "", "", "", "", "", "yiju", ""),
    ("select_one jieguo", "jieguo", "结果", "", "", "", "", "", "", ""),
    ("text", "wenti", "问题事实", "", "${jieguo} != '' and ${jieguo} != ${hegedaan}", "", "", "", "", ""),
    ("image", "zhaopian", "照片", "", "${jieguo} != '' and ${jieguo} != ${hegedaan}", "bt-photos", "", "", "", ""),
    ("end_repeat", "", "", "", "", "", "", "", "", ""),
    ("begin_repeat", "renyuan", "检查人员", "", "", "", "", "", "", ""),
    ("text", "xingming", "姓名", "", "", "", "", "", "", ""),
    ("end_repeat", "", "", "", "", "", "", "", "", ""),
)  # fmt: skip
ITEMS = (
    ("ZC-1", "助餐点是否公示收费？", "yes", "general", "《白涛街道助餐点管理约定》第二条"),
    ("ZC-2", "是否向老人预收整年餐费？", "no", "grave", "消53"),
    ("ZC-10", "是否有人在助餐点推销保健品？", "no", "serious", ""),
)


def checklist(path: Path, version: str = "1", *, items: tuple[tuple[str, ...], ...] = ITEMS, without: str = "") -> Path:
    """The table as an office would write it: three sheets, one row a question, one row an item."""
    book = Workbook()
    survey = book.active
    survey.title = "survey"
    for row in SURVEY:
        if row[1] != without or not without:
            survey.append(list(row))
    choices = book.create_sheet("choices")
    choices.append(["list_name", "name", "label", "ok", "chengdu", "yiju"])
    for name, words in (("yes", "是"), ("no", "否"), ("not_applicable", "不适用"), ("unchecked", "未检查")):
        choices.append(["jieguo", name, words])
    for item in items:
        choices.append(["jcx", *item])
    settings = book.create_sheet("settings")
    settings.append(["form_id", "form_title", "version", "namespaces", "attribute::bt:kind"])
    settings.append(["zhucan_jiancha", "助餐点检查表", version, 'bt="urn:baitao:forms"', "inspection"])
    book.save(path)
    return path


def test_the_tenth_checklist_costs_one_file_and_no_code(make_desk: MakeDesk, tmp_path: Path) -> None:
    unit, office = joined(make_desk("社事办"), make_desk("专项办"), tmp_path / "U盘")
    own_forms.take_in_form(office, checklist(tmp_path / "助餐点.xlsx"))
    office = desks.reload(office)
    bundles.take_in(unit, bundles.hand_over(office, tmp_path / "U盘", to="SSB").value.path)
    unit = desks.reload(unit)
    assert [f.title for f in inspections.checklists(unit)][-1] == "助餐点检查表"
    answers = checklist_answers(unit, "zhucan_jiancha", problems={"2": "收了全年3600元", "10": "有人摆摊卖药酒"})
    rec = records.submit(unit, "zhucan_jiancha", answers).value
    rows = law.rows_of(records.look(unit, rec).record.answers)
    assert [r.code for r in rows] == ["ZC-1", "ZC-2", "ZC-10"]
    bundles.take_in(office, bundles.hand_over(unit, tmp_path / "U盘").value.path)
    with office.store.reading() as reader:
        two, ten = reader.lines(reader.ids(Query(form=finding_law.FORM, sort="arrival", descending=False)))
    assert (two.answers["shishi"], two.answers["chengdu"]) == ("收了全年3600元", "grave")
    assert two.answers["yiju"] == "《消费者权益保护法》第五十三条"
    assert ten.answers["chengdu"] == "serious"
    findings.rectify(office, two.id, text="已退")
    for pdf in (papers.record_pdf(office, rec), papers.blank_pdf(office, "zhucan_jiancha")):
        assert pdf.startswith(b"%PDF")
    assert papers.save_ledger(
        office, "zhucan_jiancha", Query(form="zhucan_jiancha"), tmp_path, xlsx=True
    ).value.exists()
    # 5.3.1-0 只认自带的九张表和走访；别的表不会误打勾
    assert tasks.checklist(unit, "SSB")
    print(f"\n第十张检查表：1个文件，{len(SURVEY) - 1}行题目，{len(ITEMS)}行检查项，0行程序")


def test_a_law_in_the_offices_own_words_stands_as_written(make_desk: MakeDesk, tmp_path: Path) -> None:
    desk = make_desk("专项办")
    own_forms.take_in_form(desk, checklist(tmp_path / "助餐点.xlsx"))
    desk = desks.reload(desk)
    records.submit(desk, "zhucan_jiancha", checklist_answers(desk, "zhucan_jiancha", problems={"1": "没贴"}))
    with desk.store.reading() as reader:
        (one,) = reader.lines(reader.ids(Query(form=finding_law.FORM)))
    assert one.answers["yiju"] == "《白涛街道助餐点管理约定》第二条"


@pytest.mark.parametrize("gone", ["jieguo", "neirong", "changsuo_mingcheng"])
def test_a_checklist_without_what_findings_need_is_told_so(make_desk: MakeDesk, tmp_path: Path, gone: str) -> None:
    desk = make_desk("专项办")
    path = checklist(tmp_path / "缺.xlsx", without=gone)
    preview = own_forms.look_at_form(desk, path)
    assert preview.form is None
    assert any(gone in problem.line for problem in preview.problems)
    with pytest.raises(UserFacingError) as trouble:
        own_forms.take_in_form(desk, path)
    assert trouble.value.code == "A64"


def test_a_newer_version_leaves_records_and_drafts_alone(make_desk: MakeDesk, tmp_path: Path) -> None:
    desk = make_desk("专项办")
    own_forms.take_in_form(desk, checklist(tmp_path / "一.xlsx"))
    desk = desks.reload(desk)
    old = records.submit(
        desk, "zhucan_jiancha", checklist_answers(desk, "zhucan_jiancha", problems={"10": "有推销"})
    ).value
    begun = checklist_answers(desk, "zhucan_jiancha", rest=False)
    drafts.save_draft(desk, "d1", "zhucan_jiancha", begun, version="1")
    newer = (("ZC-1", "收费牌是否挂在门口？", "yes", "serious", ""), ("ZC-2", *ITEMS[1][1:]))
    own_forms.take_in_form(desk, checklist(tmp_path / "二.xlsx", "2", items=newer))
    desk = desks.reload(desk)
    rows = {r.code: r for r in law.rows_of(records.look(desk, old).record.answers)}
    assert (rows["ZC-1"].text, rows["ZC-10"].fact) == (ITEMS[0][1], "有推销")
    kept = drafts.draft(desk, "d1")
    assert kept is not None
    assert kept.version == "1"
    whole = {**kept.answers, **law.rest_in_order(law.rows_of(kept.answers))}
    rec = records.submit(desk, "zhucan_jiancha", whole, draft="d1", version="1").value
    view = records.look(desk, rec)
    assert view.form.version == "1"
    assert [r.code for r in law.rows_of(view.record.answers)] == ["ZC-1", "ZC-2", "ZC-10"]
    with desk.store.reading() as reader:
        assert form_of(desk, "zhucan_jiancha", reader.get(old)).version == "1"


def test_an_item_that_vanished_is_kept_and_marked(make_desk: MakeDesk, tmp_path: Path) -> None:
    from baitao_desktop.forms import fill

    desk = make_desk("专项办")
    own_forms.take_in_form(desk, checklist(tmp_path / "一.xlsx"))
    desk = desks.reload(desk)
    begun = checklist_answers(desk, "zhucan_jiancha", rest=False, problems={"10": "有推销"})
    own_forms.take_in_form(desk, checklist(tmp_path / "二.xlsx", "2", items=ITEMS[:2]))
    desk = desks.reload(desk)
    page = fill(desk.forms["zhucan_jiancha"], begun, now=desk.now(), lists=desk.lists, new=False)
    assert page.surplus_rows("xm") == ("ZC-10",)
    answers = page.answers()
    answers |= law.rest_in_order(law.rows_of(answers))
    rec = records.submit(desk, "zhucan_jiancha", {k: v for k, v in answers.items() if v is not None}).value
    found = law.findings_in(law.rows_of(records.look(desk, rec).record.answers))
    assert [(r.code, r.fact) for r in found] == [("ZC-10", "有推销")]
