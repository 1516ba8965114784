"""表样: an office's own form taken in, filled in and changed; drafts on older versions; papers from a telephone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook
from PySide6.QtWidgets import QApplication

from baitao_desktop.actions import drafts, own_forms, records
from baitao_desktop.domain.query import Query
from baitao_desktop.ui.app import Program
from baitao_desktop.ui.dialogs import Sheet
from baitao_desktop.ui.formpage import FormPage
from baitao_desktop.ui.pages.forming import open_form
from baitao_desktop.ui.pages.ledger import LedgerPage
from baitao_desktop.ui.pages.lists import ListsPage
from baitao_desktop.ui.pages.preview import PreviewPage
from baitao_desktop.ui.pages.record import RecordPage
from baitao_desktop.ui.pages.reports import ReportsPage
from baitao_desktop.ui.pages.seat import Seat
from baitao_desktop.ui.pages.table_forms import HEADS, TableFormsPage
from conftest import MakeDesk

from .pages_kit import Answers, click, said, seated

ROWS = (["text", "mingcheng", "服务点名称", "yes"], ["integer", "renshu", "服务老人数", ""])
VISIT = """<?xml version='1.0' encoding='UTF-8'?>
<zoufang id="zoufang" version="2022041501" xmlns:orx="http://openrosa.org/xforms">
  <jiben><zoufang_riqi>2022-05-17</zoufang_riqi><suozai_cunshe>DZZ203</suozai_cunshe>
    <changsuo_mingcheng>某组农户</changsuo_mingcheng><jianwen>tuixiao</jianwen></jiben>
  <zhaopian>1652770000000.jpg</zhaopian>
  <orx:meta><orx:instanceID>uuid:6a1f9d7e-0000-4000-8000-000000000002</orx:instanceID></orx:meta>
</zoufang>
"""


def table(path: Path, version: str = "1", rows: Sequence[Sequence[str]] = ROWS) -> Path:
    """A form as an office would write it in WPS."""
    book = Workbook()
    survey = book.active
    survey.title = "survey"
    survey.append(["type", "name", "label", "required"])
    for row in rows:
        survey.append(list(row))
    settings = book.create_sheet("settings")
    settings.append(["form_id", "form_title", "version"])
    settings.append(["fuwudian", "便民服务点登记", version])
    book.save(path)
    return path


@pytest.fixture
def program(make_desk: MakeDesk) -> Iterator[Program]:
    with seated(make_desk("专项办", mode="practice")) as made:
        yield made


def seat_of(program: Program) -> Seat:
    assert program.seat is not None
    return program.seat


def answers(program: Program) -> Answers:
    assert isinstance(program.window.chooser, Answers)
    return program.window.chooser


def forms_page(program: Program) -> TableFormsPage:
    page = program.window.show_page("forms")
    assert isinstance(page, TableFormsPage)
    return page


def filling(program: Program) -> FormPage:
    QApplication.processEvents()
    page = program.window.page()
    assert isinstance(page, FormPage)
    return page


def take(program: Program, path: Path) -> None:
    own_forms.take_in_form(seat_of(program).desk, path)
    seat_of(program).reload()


def test_an_own_table_is_looked_at_taken_in_and_filled_in(program: Program, tmp_path: Path) -> None:
    program.window.go_room("reports")
    reports = program.window.page()
    assert isinstance(reports, ReportsPage)
    click(reports, "表样：自己编的表")
    page = program.window.page()
    assert isinstance(page, TableFormsPage)
    assert "程序自带" in said(page) and "表样登记" not in said(page)
    answers(program).files = [table(tmp_path / "服务点.xlsx")]
    click(page, "收一张自己编的表……")
    for words in ("版本1，2题，可以收", "这张表以前没有收过", "1. 服务点名称（文字）", "2. 服务老人数（整数）"):
        assert words in said(page)
    click(page, "收下")
    assert "表号 fuwudian　版本 1　专项办　0条记录" in said(page)
    assert "已收下《便民服务点登记》版本1" in said(program.window)
    assert not page.preview_card.isVisible()
    form = seat_of(program).desk.forms["fuwudian"]
    page.fill(form)
    paper = filling(program)
    paper.put({"mingcheng": "村口服务点", "renshu": 3})
    paper.submit()
    assert isinstance(program.window.page(), RecordPage)
    program.window.back()
    assert "1条记录" in said(page)
    page.ledger(form)
    ledger = program.window.page()
    assert isinstance(ledger, LedgerPage) and ledger.model.rowCount() == 1
    program.window.back()
    program.window.back()
    assert program.window.page() is reports
    click(reports, "便民服务点登记")
    assert isinstance(program.window.page(), LedgerPage)


def test_a_blank_paper_of_each_form(program: Program, tmp_path: Path) -> None:
    page = forms_page(program)
    asked = [one for one in seat_of(program).desk.forms.values() if one.id not in records.BY_PROGRAM]
    for form in asked:
        page.blank(form)
        shown = program.window.page()
        assert isinstance(shown, PreviewPage)
        answers(program).where = tmp_path
        shown.save()
        program.window.back()
    assert len(list(tmp_path.glob("空白_*.pdf"))) == len(asked)
    for form_id in ("xiansuo", "zoufang"):
        page.ledger(seat_of(program).desk.forms[form_id])
        assert isinstance(program.window.page(), LedgerPage)
        program.window.back()


def test_what_is_wrong_is_told_until_it_is_mended(program: Program, tmp_path: Path) -> None:
    page = forms_page(program)
    path = table(tmp_path / "错.xlsx", rows=[*ROWS, ["select_one meiyou", "x", "选一个", ""], ["text", "y", "", ""]])
    page.look(path)
    assert "还有" in said(page) and not page.preview_card.isVisible()
    assert page.problems.rowCount() >= 2
    row = [page.problems.item(0, c).text() for c in range(len(HEADS))]  # type: ignore[union-attr]
    assert row[0] == "survey" and row[1] == "4" and row[3] and row[4]
    click(page, "复制")
    copied = QApplication.clipboard().text().splitlines()
    assert copied[0] == "工作表\t行\t列\t哪里不对\t怎么改" and len(copied) == page.problems.rowCount() + 1
    click(page, "用WPS打开这张表")
    table(path)
    click(page, "改好再看")
    assert page.preview_card.isVisible() and not page.problems_card.isVisible()
    click(page, "不收了")
    assert not page.preview_card.isVisible()
    path.unlink()
    page.look_again()
    assert page.problems_card.isVisible() or page.trouble.isVisible()


def test_the_same_version_and_our_own_ids_are_refused(program: Program, tmp_path: Path) -> None:
    path = table(tmp_path / "一.xlsx")
    take(program, path)
    page = forms_page(program)
    page.look(path)
    assert "换一个版本号" in page.changes.text()
    click(page, "收下")
    assert "已经有了" in page.trouble.text() and page.preview_card.isVisible()


def test_a_changed_table_says_what_it_changes(program: Program, tmp_path: Path) -> None:
    take(program, table(tmp_path / "一.xlsx"))
    page = forms_page(program)
    page.look(table(tmp_path / "二.xlsx", "2", [ROWS[0], ["text", "fuzeren", "负责单位", ""]]))
    assert "代替现在的版本1" in page.changes.text()
    assert "去掉了“服务老人数”" in page.changes.text() and "增加了“负责单位”" in page.changes.text()
    click(page, "收下")
    assert "版本 2" in said(page)


def draft_on_an_old_table(program: Program, tmp_path: Path) -> FormPage:
    """A draft on version 1 with version 2 in force: a number became words, one question went, one came."""
    take(program, table(tmp_path / "一.xlsx", rows=[*ROWS, ["text", "beizhu", "备注", ""]]))
    desk = seat_of(program).desk
    drafts.save_draft(desk, "d1", "fuwudian", {"mingcheng": "乙点", "renshu": 7, "beizhu": "靠河边"})
    new = [ROWS[0], ["text", "renshu", "服务老人数（写明男女）", ""], ["text", "fuzeren", "负责单位", "yes"]]
    take(program, table(tmp_path / "二.xlsx", "2", new))
    open_form(seat_of(program), program.window, draft="d1")
    return filling(program)


def test_a_draft_goes_on_with_its_own_version(program: Program, tmp_path: Path) -> None:
    page = draft_on_an_old_table(program, tmp_path)
    assert "按旧表（版本1）填的" in said(page) and page.form.version == "1"
    click(page, "接着填旧表")
    assert "按旧表" not in said(page)
    page.put({"renshu": 9})
    assert page.save()
    (draft,) = drafts.drafts(seat_of(program).desk)
    assert draft.version == "1" and draft.answers["renshu"] == 9
    page.submit()
    shown = program.window.page()
    assert isinstance(shown, RecordPage) and shown.view is not None
    assert shown.view.form.version == "1" and shown.view.record.answers["beizhu"] == "靠河边"
    assert not drafts.drafts(seat_of(program).desk)
    open_form(seat_of(program), program.window, "fuwudian")
    assert filling(program).form.version == "2"


def test_a_draft_moves_over_by_an_act_that_says_what_changed(program: Program, tmp_path: Path) -> None:
    page = draft_on_an_old_table(program, tmp_path)
    page.put({"mingcheng": "乙点新址"})
    click(page, "换到新表……")
    sheet = next(s for s in program.window.findChildren(Sheet) if s.isVisible())
    words = said(sheet)
    for part in ("增加了“负责单位”", "去掉了“备注”", "备注：靠河边", "服务老人数：7"):
        assert part in words
    sheet.reject()
    assert filling(program) is page
    click(page, "换到新表……")
    next(s for s in program.window.findChildren(Sheet) if s.isVisible()).act()
    moved = filling(program)
    assert moved.form.version == "2" and moved.answers()["mingcheng"] == "乙点新址"
    assert "备注：靠河边" in said(moved) and "服务老人数：7" in said(moved)
    moved.put({"fuzeren": "某某村"})
    moved.leaving()
    (draft,) = drafts.drafts(seat_of(program).desk)
    assert draft.version == "2" and "靠河边" in draft.answers.values()
    program.window.back()
    open_form(seat_of(program), program.window, draft="d1")
    again = filling(program)
    assert "备注：靠河边" in said(again)
    again.submit()
    shown = program.window.page()
    assert isinstance(shown, RecordPage) and shown.view is not None
    assert shown.view.record.answers == {"mingcheng": "乙点新址", "fuzeren": "某某村"}
    assert not drafts.drafts(seat_of(program).desk)


def test_a_draft_of_a_table_that_is_not_here_opens_on_the_one_in_force(program: Program, tmp_path: Path) -> None:
    take(program, table(tmp_path / "一.xlsx"))
    desk = seat_of(program).desk
    drafts.save_draft(desk, "d2", "fuwudian", {"mingcheng": "丙点", "meile": "旧话"}, version="0")
    open_form(seat_of(program), program.window, draft="d2")
    page = filling(program)
    assert "这台电脑上没有那张旧表" in said(page) and "meile：旧话" in said(page)
    page.submit()
    assert isinstance(program.window.page(), RecordPage)


def test_a_paper_from_a_telephone(program: Program, tmp_path: Path) -> None:
    folder = tmp_path / "填报"
    folder.mkdir()
    (folder / "填报.xml").write_text(VISIT, encoding="utf-8")
    page = program.window.show_page("lists")
    assert isinstance(page, ListsPage)
    answers(program).files = [folder / "填报.xml"]
    click(page, "从手机收填报……")
    assert "1个附件待补" in said(page) and page.phone.told.rowCount() == 1
    click(page, "复制这张单子")
    assert "1652770000000.jpg\t附件不在旁边，待补" in QApplication.clipboard().text()
    click(page, "打开这条记录")
    assert isinstance(program.window.page(), RecordPage)
    program.window.back()
    answers(program).where = folder
    click(page, "选填报的文件夹……")
    assert "以前收过了" in said(page)
    whole = tmp_path / "二.xml"
    text = VISIT.replace("<zhaopian>1652770000000.jpg</zhaopian>", "").replace("000000000002", "000000000003")
    whole.write_text(text, encoding="utf-8")
    page.phone.take(whole)
    shown = program.window.page()
    assert isinstance(shown, RecordPage), said(page)
    with seat_of(program).desk.store.reading() as reader:
        assert reader.count(Query(form="zoufang")) == 2
    whole.write_text("不是填报", encoding="utf-8")
    page = program.window.show_page("lists")
    assert isinstance(page, ListsPage)
    page.phone.take(whole)
    assert page.phone.trouble.isVisible()


def test_rows_move_over_with_their_table(program: Program, tmp_path: Path) -> None:
    def rows(kind: str) -> list[list[str]]:
        head = [ROWS[0], ["begin_repeat", "ren", "人员", ""], ["text", "cheng", "称呼", ""], [kind, "sui", "年纪", ""]]
        return [*head, ["end_repeat", "", "", ""]]

    take(program, table(tmp_path / "一.xlsx", rows=rows("integer")))
    desk = seat_of(program).desk
    kept = {"mingcheng": "丁点", "ren[a]": True, "ren[a]/cheng": "张某某", "ren[a]/sui": 71}
    drafts.save_draft(desk, "d3", "fuwudian", kept)
    take(program, table(tmp_path / "二.xlsx", "2", rows=rows("text")))
    open_form(seat_of(program), program.window, draft="d3")
    click(filling(program), "换到新表……")
    next(s for s in program.window.findChildren(Sheet) if s.isVisible()).act()
    page = filling(program)
    assert page.answers()["ren[a]/cheng"] == "张某某" and "年纪：71" in said(page)
    page.submit()
    shown = program.window.page()
    assert isinstance(shown, RecordPage) and shown.view is not None
    assert set(shown.view.record.answers) == {"mingcheng", "ren[a]", "ren[a]/cheng"}
