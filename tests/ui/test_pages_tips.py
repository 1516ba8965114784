"""The way of a tip through the window: registered, drafted, accepted, verified, closed, answered, corrected, voided."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget

from baitao_desktop.actions import drafts, records
from baitao_desktop.domain.ops import RecordId
from baitao_desktop.ui.app import Program
from baitao_desktop.ui.fields.photos import PhotoField
from baitao_desktop.ui.formpage import FormPage
from baitao_desktop.ui.pages.act_sheet import ActSheet
from baitao_desktop.ui.pages.ask import AskPage
from baitao_desktop.ui.pages.blocks import HandUpBlock, ReasonBlock
from baitao_desktop.ui.pages.forming import CLOSED, open_form
from baitao_desktop.ui.pages.home import HomePage
from baitao_desktop.ui.pages.ledger import LedgerPage
from baitao_desktop.ui.pages.pasting import PasteBlock
from baitao_desktop.ui.pages.preview import PreviewPage
from baitao_desktop.ui.pages.record import RecordPage
from baitao_desktop.ui.pages.registered import RegisteredPage
from baitao_desktop.ui.reporterblock import ReporterBlock
from conftest import MakeDesk, joined, tip_answers

from .pages_kit import click, said, seated, sheet, tip


@pytest.fixture
def program(make_desk: MakeDesk) -> Iterator[Program]:
    with seated(make_desk("麦子坪村", mode="practice")) as made:
        yield made


def record_page(program: Program, rec: RecordId) -> RecordPage:
    shown = program.window.show_page("record", rec=rec)
    assert isinstance(shown, RecordPage)
    QApplication.processEvents()
    return shown


def form_page(program: Program) -> FormPage:
    shown = program.window.page()
    assert isinstance(shown, FormPage)
    return shown


def desk_of(program: Program):  # type: ignore[no-untyped-def]
    assert program.seat is not None
    return program.seat.desk


def test_home_registers_and_the_slip_is_previewed(program: Program) -> None:
    home = program.window.page()
    assert isinstance(home, HomePage)
    click(home, "登记线索")
    form = form_page(program)
    assert CLOSED in said(form)
    form.put({k: v for k, v in tip_answers().items() if k != "jieshou_shijian"})  # type: ignore[misc]
    form.submit()
    done = program.window.page()
    assert isinstance(done, RegisteredPage)
    assert done.no in said(done)
    assert f"{done.code[:3]} {done.code[3:7]} {done.code[7:]}" in said(done)
    assert records.look(desk_of(program), done.tip).status == "handed_up"
    assert "交到街道专项办" in done.state.text()
    assert program.window.foot.undo_button.isVisible()
    assert "撤销只收回上报" in program.window.foot.said.text()
    click(done, "打印回执")
    slip = program.window.page()
    assert isinstance(slip, PreviewPage)
    assert slip._drawn
    program.window.back()
    click(done, "看这条线索")
    assert isinstance(program.window.page(), RecordPage)
    assert not drafts.drafts(desk_of(program))
    program.window.foot.undo_button.click()
    assert records.look(desk_of(program), done.tip).status == "registered"  # the report is taken back, the tip stays


def test_missing_answers_keep_the_input_and_are_told(program: Program) -> None:
    open_form(program.seat, program.window, "xiansuo")  # type: ignore[arg-type]
    form = form_page(program)
    form.put({"zhaiyao": "让老人预存2万元"})
    form.submit()
    assert form.fields["qudao"].problem() == "请选择渠道"
    assert form.fields["zhaiyao"].value() == "让老人预存2万元"


def test_a_draft_goes_on_where_it_was_left(program: Program) -> None:
    open_form(program.seat, program.window, "xiansuo")  # type: ignore[arg-type]
    form = form_page(program)
    form.put({"zhaiyao": "让老人预存2万元"})
    program.window.go_room("home")
    home = program.window.page()
    assert isinstance(home, HomePage)
    todo, go = next((t, b) for t, b in home.lines if t.kind == "draft")
    assert "“让老人预存2万元……”5月18日09:30存" in said(home)
    go.click()
    assert form_page(program).fields["zhaiyao"].value() == "让老人预存2万元"
    form_page(program).put({k: v for k, v in tip_answers().items() if k != "jieshou_shijian"})  # type: ignore[misc]
    form_page(program).submit()
    assert isinstance(program.window.page(), RegisteredPage)
    assert drafts.draft(desk_of(program), todo.target) is None


def test_a_tip_kept_in_the_village_is_not_handed_up(program: Program) -> None:
    open_form(program.seat, program.window, "xiansuo")  # type: ignore[arg-type]
    form = form_page(program)
    block = next(w for b, w in form._extras if isinstance(b, HandUpBlock))
    assert isinstance(block, HandUpBlock)
    block.tick.setChecked(False)
    form.put({k: v for k, v in tip_answers().items() if k != "jieshou_shijian"})  # type: ignore[misc]
    form.submit()
    done = program.window.page()
    assert isinstance(done, RegisteredPage)
    assert records.look(desk_of(program), done.tip).status == "registered"


def test_from_acceptance_to_the_answer(program: Program) -> None:
    made = tip(desk_of(program), hand_up=False)
    page = record_page(program, made.tip)
    assert page.view is not None
    assert list(page.buttons)[:2] == ["hand_up", "accept"]
    page.press("accept")
    form = sheet(program)
    assert form.fields[0].value() == "测某某"
    form.fields[2].set_value("2022-05-30")
    form.act()
    assert page.view.status == "accepted"
    assert "2022-05-30 到期" in said(page)
    page.press("verify")
    form = sheet(program)
    form.act()
    assert form.isVisible()
    assert form.fields[2].problem() == "请填写核实情况"
    form.fields[2].set_value("到店里看了，情况属实")
    form.fields[3].set_value("true")
    form.act()
    assert page.view.status == "handling"
    page.press("close")
    form = sheet(program)
    for field, value in zip(form.fields, ("已劝退", "钱已退回", 2000000, 3000000), strict=True):
        field.set_value(value)
    form.act()
    assert "不能大于损失" in form.status.text()
    form.fields[3].set_value(2000000)
    form.act()
    assert page.view.status == "closed"
    page.press("feedback")
    form = sheet(program)
    assert form.fields[3].value() == "钱已退回"
    form.act()
    words = said(page)
    for word in ("办结", "核实", "受理", "登记", "给举报人的回复：钱已退回", "回复举报人"):
        assert word in words


def test_an_act_is_taken_back_for_thirty_seconds(program: Program) -> None:
    made = tip(desk_of(program), hand_up=False)
    page = record_page(program, made.tip)
    page.press("hand_up")
    assert page.view is not None
    assert page.view.status == "handed_up"
    click(program.window, "撤销")
    assert page.view.status == "registered"


def test_correcting_wants_a_reason_and_keeps_the_old_value(program: Program) -> None:
    made = tip(desk_of(program))
    page = record_page(program, made.tip)
    page.press("correct")
    form = form_page(program)
    form.put({"beifanying_duixiang": "夕阳红会所"})
    form.submit()
    reason = next(w for b, w in form._extras if isinstance(b, ReasonBlock))
    assert isinstance(reason, ReasonBlock)
    assert reason.field.problem() == "请填写更正理由"
    reason.field.set_value("店名写错了")
    form.submit()
    assert program.window.page() is page
    words = said(page)
    assert "原来：夕阳康养会所" in words
    assert "改为：夕阳红会所" in words


def test_a_void_tip_says_so_and_offers_nothing(program: Program) -> None:
    made = tip(desk_of(program), hand_up=False)
    page = record_page(program, made.tip)
    page.press("void")
    form = sheet(program)
    form.fields[0].set_value("登记重复")
    form.act()
    assert page.view is not None
    assert page.view.status == "void"
    assert not page.buttons
    assert "已作废，不再办理" in said(page)


def test_every_tip_says_sealed_alike(make_desk: MakeDesk, tmp_path) -> None:  # type: ignore[no-untyped-def]
    village, office = joined(make_desk("麦子坪村"), make_desk("专项办"), tmp_path / "u")
    with seated(village) as program:
        open_form(program.seat, program.window, "xiansuo")  # type: ignore[arg-type]
        form = form_page(program)
        block = next(w for b, w in form._extras if isinstance(b, ReporterBlock))
        assert isinstance(block, ReporterBlock)
        assert CLOSED not in said(form)
        block._fields["xingming"].line.setText("测甲某")  # type: ignore[attr-defined]
        block._fields["dianhua"].line.setText("138 0000 0001")  # type: ignore[attr-defined]
        form.put({k: v for k, v in tip_answers().items() if k != "jieshou_shijian"})  # type: ignore[misc]
        form.submit()
        done = program.window.page()
        assert isinstance(done, RegisteredPage)
        nameless = tip(village)
        for rec in (done.tip, nameless.tip):
            words = said(record_page(program, rec))
            assert "举报人信息已密封" in words
            assert "测甲某" not in words
            assert "138" not in words
    del office


def test_asking_by_code_says_only_the_status(program: Program) -> None:
    made = tip(desk_of(program))
    page = program.window.show_page("ask")
    assert isinstance(page, AskPage)
    page.code.line.setText("12345678901")
    page.ask()
    assert "查询码不对" in page.code.problem()
    page.code.line.setText(f"{made.query_code[:3]} {made.query_code[3:7]} {made.query_code[7:]}")
    page.ask()
    assert page.answer_card.isVisible()
    assert "等待受理" in page.answer.text()
    assert "夕阳" not in page.answer.text()
    program.window.back()
    program.window.show_page("ask")
    assert not page.answer_card.isVisible()


def test_a_visit_is_filed_listed_copied_and_corrected(program: Program) -> None:
    home = program.window.page()
    assert isinstance(home, HomePage)
    click(home, "走访登记")
    form = form_page(program)
    form.put({"changsuo_mingcheng": "村口小超市", "jianwen": ["wu"]})
    form.submit()
    page = program.window.page()
    assert isinstance(page, RecordPage)
    click(page, "复制文字")
    text = QApplication.clipboard().text()
    assert text.startswith("【麦子坪村】2022年5月18日，走访登记。")
    assert "走访的场所或人家：村口小超市" in text
    page.press("void")
    form_ = sheet(program)
    form_.fields[0].set_value("填错了")
    form_.act()
    assert page.view is not None
    assert page.view.status == "void"
    program.window.go_room("inspections")
    click(program.window, "走访台账")
    ledger = program.window.page()
    assert isinstance(ledger, LedgerPage)
    assert ledger.model.rowCount() == 1


def test_photos_of_a_visit_are_kept_shown_and_copied(program: Program, tmp_path: Path) -> None:
    good, bad = tmp_path / "现场.jpg", tmp_path / "不是照片.jpg"
    picture = QImage(640, 480, QImage.Format.Format_RGB888)
    picture.fill(0x7F9F7F)
    picture.save(str(good), "JPG")
    bad.write_bytes(b"not a picture")
    open_form(program.seat, program.window, "zoufang")  # type: ignore[arg-type]
    form = form_page(program)
    field = form.fields["zhaopian"]
    assert isinstance(field, PhotoField)
    field.take([bad])
    assert "不是照片" in said(field)
    field.take([good])
    form.put({"changsuo_mingcheng": "村口小超市", "jianwen": ["wu"]})
    form.submit()
    page = program.window.page()
    assert isinstance(page, RecordPage)
    assert page.view is not None
    assert page.view.record.answers["zhaopian"]
    click(page, "复制照片")
    copied = QApplication.clipboard().mimeData()
    assert copied.hasImage()
    assert len(copied.urls()) == 1
    click(page, "打印预览")
    assert isinstance(program.window.page(), PreviewPage)


def test_a_visit_raises_a_tip_with_what_was_written(program: Program) -> None:
    open_form(program.seat, program.window, "zoufang")  # type: ignore[arg-type]
    form = form_page(program)
    form.put(
        {
            "changsuo_mingcheng": "村口小超市",
            "jianwen": ["tuixiao"],
            "qingkuang": "门口推销神药",
            "zhuan_xiansuo": "shi",
        }
    )
    form.submit()
    raised = form_page(program)
    assert raised is not form
    assert raised.fields["beifanying_duixiang"].value() == "村口小超市"
    assert raised.fields["zhaiyao"].value() == "门口推销神药"
    assert raised.fields["qudao"].value() == "mopai"
    program.window.back()
    assert isinstance(program.window.page(), RecordPage)


def test_a_record_that_is_gone_is_said(program: Program) -> None:
    page = record_page(program, RecordId("00" * 16))
    assert "找不到这条记录" in said(page)


def in_view(form: ActSheet, part: QWidget) -> bool:
    QApplication.processEvents()
    at = part.mapTo(form.scroller.viewport(), QPoint(0, 0)).y()
    return at >= 0 and at + part.height() <= form.scroller.viewport().height()


def test_an_act_sheet_shows_every_field_or_scrolls_to_it(program: Program) -> None:
    page = record_page(program, tip(desk_of(program), hand_up=False).tip)
    page.press("accept")
    form = sheet(program)
    assert all(in_view(form, f) for f in form.fields)
    form.resize(form.width(), 240)
    QApplication.processEvents()
    last = form.fields[-1]
    assert not in_view(form, last)
    last.first_editor().setFocus()  # type: ignore[union-attr]
    assert in_view(form, last)
    form.fields[0].set_value("")
    form.act()
    QApplication.processEvents()
    assert form.fields[0].isAncestorOf(QApplication.focusWidget())  # type: ignore[arg-type]
    assert in_view(form, form.fields[0]._problem)
    assert "请填写责任人" in said(form.fields[0])
    form.reject()


def test_a_message_from_the_group_fills_the_publicity_form(program: Program) -> None:
    program.window.go_room("publicity")
    click(program.window, "登记宣传活动")
    page = form_page(program)
    page.put({"renshu": 7})
    block = page.findChild(PasteBlock)
    assert block is not None
    block.unfold()
    block.field.set_value("【麦子坪村】5月12日在二组院坝开展反诈宣传，发放传单200份，入户35户，参加120人")
    block.take()
    answers = page.answers()
    assert (answers["huodong_riqi"], answers["suozai_cunshe"], answers["didian"]) == (
        "2022-05-12",
        "DZZ203",
        "二组院坝",
    )
    assert (answers["hushu"], answers["fenshu"], answers["renshu"]) == (35, 200, 7), "自己填过的不改"
    assert "日期2022-05-12" in said(page)
    block.field.set_value("没有数字")
    block.take()
    assert page.answers()["fenshu"] == 200
