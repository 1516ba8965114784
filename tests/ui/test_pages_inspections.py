"""The room of inspections in the real window: begin, fill in, hand in, what stands on the record, findings, venues."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from baitao_desktop.actions import bundles, drafts, inspections, photos, records
from baitao_desktop.actions.desk import Desk
from baitao_desktop.domain import findings as finding_law
from baitao_desktop.domain import inspections as law
from baitao_desktop.domain.ops import RecordId
from baitao_desktop.domain.query import Line, Query
from baitao_desktop.ui.app import Program
from baitao_desktop.ui.fields.text import TextField
from baitao_desktop.ui.formpage import FormPage
from baitao_desktop.ui.pages.blocks import ReasonBlock
from baitao_desktop.ui.pages.checking import JointBlock, VenueBlock, make_part_page
from baitao_desktop.ui.pages.face_cover import CoverDialog
from baitao_desktop.ui.pages.home import HomePage
from baitao_desktop.ui.pages.inspections import InspectionsPage
from baitao_desktop.ui.pages.ledger import LedgerPage
from baitao_desktop.ui.pages.record import RecordPage
from conftest import checklist_answers, joined
from photos_kit import camera_jpeg
from ui.pages_kit import click, found, said, seated, sheet

YL, SB = "jiancha_yl", "jiancha_sb"


@pytest.fixture
def desk(tmp_path: Path, form_cache: Path) -> Desk:
    return found(tmp_path / "ssb", form_cache, "SSB")


@pytest.fixture
def program(qapp: QApplication, desk: Desk) -> Iterator[Program]:
    with seated(desk) as there:
        yield there


def lines(desk: Desk, form: str) -> list[Line]:
    with desk.store.reading() as reader:
        return reader.lines(reader.ids(Query(form=form, sort="no", descending=False)))


def form_page(program: Program) -> FormPage:
    page = program.window.page()
    assert isinstance(page, FormPage)
    return page


def begin(program: Program, form_id: str) -> FormPage:
    program.window.go_room("inspections")
    page = program.window.page()
    assert isinstance(page, InspectionsPage)
    page.begin(form_id)
    return form_page(program)


def test_from_the_home_page_to_a_finished_checklist(program: Program, desk: Desk) -> None:
    click(program.window, "开始检查")
    assert isinstance(program.window.page(), InspectionsPage)
    assert "还没有查出问题" in said(program.window)
    page = begin(program, YL)
    assert "张某某" in page.answers().values()
    page.put({"changsuo_mingcheng": "夕阳康养会所", "suozai_cunshe": "DZZ203"})
    rows = law.rows_of(page.answers())
    page.put({f"xm[{r.code}]/jieguo": r.ok_answer for r in rows if r.code != "YL-08"})
    page.put({"xm[YL-08]/jieguo": "yes"})
    page.submit()
    assert "问题事实" in page.status.text()
    page.put({"xm[YL-08]/wenti": "预收三年床位费"})
    page.submit()
    assert "2名以上检查人员" in page.status.text()
    assert not lines(desk, YL)
    (second,) = [p for p in page.filling.paths() if p.endswith("/xingming") and page.filling.value(p) is None]
    page.put({second: "王某某"})
    page.submit()
    record = program.window.page()
    assert isinstance(record, RecordPage)
    text = said(record)
    assert "要查25项，已查25项，查出问题1个，最重的是严重。" in text
    assert "预收三年床位费" in text and "《消费者权益保护法》第五十三条" in text
    assert len(lines(desk, finding_law.FORM)) == 1
    assert not drafts.drafts(desk)


def test_a_finding_is_followed_to_its_end_in_the_window(program: Program, desk: Desk) -> None:
    inspections.file(desk, YL, checklist_answers(desk, YL, problems={"8": "预收三年床位费"}))
    program.window.go_room("inspections")
    assert "场所：橙色1个，请先看。" in said(program.window)
    click(program.window, "问题台账")
    ledger = program.window.page()
    assert isinstance(ledger, LedgerPage)
    ledger.open_record(0)
    page = program.window.page()
    assert isinstance(page, RecordPage)
    assert page.view is not None
    assert page.view.acts == ("rectify", "recheck", "set_due")
    page.press("set_due")
    form = sheet(program)
    form.fields[0].set_value("2022-05-25")
    form.act()
    assert form.isVisible(), "没有写理由，不能定"
    form.fields[1].set_value("和负责人约定")
    form.act()
    page.press("rectify")
    form = sheet(program)
    form.fields[0].set_value("已退回预收款")
    form.act()
    page.press("recheck")
    form = sheet(program)
    form.fields[2].set_value("passed")
    form.act()
    assert page.view.acts == ("clear", "reopen")
    page.press("clear")
    form = sheet(program)
    form.fields[0].set_value("李某某")
    form.act()
    assert page.view.status == "cleared"
    assert "批准人：李某某" in said(page)
    program.window.go_room("inspections")
    assert "没有销号的0个；已销号1个。" in said(program.window)


def test_a_place_from_the_register_fills_the_head(program: Program, desk: Desk) -> None:
    inspections.file(desk, YL, checklist_answers(desk, YL, changsuo_daima="91500102MA5U5N7Q4X", dizhi="正街1号"))
    (venue,) = lines(desk, "changsuo")
    page = begin(program, "jiancha_fj")
    (pick,) = page.findChildren(VenueBlock)
    pick.field.set_value(venue.id)
    pick.field.changed.emit(pick.field)
    assert page.answers()["changsuo"] == venue.id
    assert (page.answers()["changsuo_mingcheng"], page.answers()["dizhi"]) == ("夕阳康养会所", "正街1号")
    program.window.show_page("record", rec=venue.id)
    text = said(program.window)
    assert "绿色" in text and "养老服务检查表" in text


def test_two_entries_of_one_place_are_pointed_out(program: Program, desk: Desk) -> None:
    for _ in range(2):
        records.submit(desk, "changsuo", {"mingcheng": "夕阳 康养会所", "leixing": "lx01", "suozai_cunshe": "DZZ203"})
    first, second = lines(desk, "changsuo")
    program.window.show_page("record", rec=first.id)
    assert "疑似同一场所：夕阳 康养会所（名称相同，社事办登记）" in said(program.window)
    click(program.window, "看看那一条")
    page = program.window.page()
    assert isinstance(page, RecordPage)
    assert page.rec == second.id


def test_a_joint_inspection_is_begun_and_each_fills_its_part(
    qapp: QApplication, tmp_path: Path, form_cache: Path
) -> None:
    office = found(tmp_path / "o", form_cache, "ZXB")
    market, office = joined(found(tmp_path / "m", form_cache, "SCJG"), office, tmp_path / "u1")
    health, office = joined(found(tmp_path / "h", form_cache, "SFZX"), office, tmp_path / "u2")
    with seated(market) as program:
        page = begin(program, SB)
        page.put({"changsuo_mingcheng": "某某保健品店", "suozai_cunshe": "DZZ203"})
        (block,) = page.findChildren(JointBlock)
        block.tick.setChecked(True)
        assert page.submit_button.text() == "发起联合检查"
        page.submit()
        assert "参加单位" in page.status.text()
        block.units.set_value(["SFZX"])
        page.submit()
        record = program.window.page()
        assert isinstance(record, RecordPage)
        assert record.view is not None
        assert record.view.acts == ("fill", "divide", "close", "correct", "void")
        rec = record.rec
        record.press("divide")
        form = sheet(program)
        form.fields[0].set_value("SFZX")
        form.fields[1].set_value("21、22")
        form.act()
        assert "社服中心：还没有提交" in said(record)
        for sender, receiver in ((market, office), (office, health)):
            stick = tmp_path / f"{sender.unit.code}"
            stick.mkdir()
            path = bundles.hand_over(sender, stick, to="SFZX" if sender.is_office else "").value.path
            bundles.take_in(receiver, path)
    part(health, rec)


def part(health: Desk, rec: RecordId) -> None:
    with seated(health) as program:
        home = program.window.page()
        assert isinstance(home, HomePage)
        assert any("等本单位填写" in todo.text for todo, _ in home.lines)
        program.window.show_page("record", rec=rec)
        record = program.window.page()
        assert isinstance(record, RecordPage)
        record.press("fill")
        page = form_page(program)
        assert "社服中心" in page.title
        assert page.filling.value("changsuo_mingcheng") == "某某保健品店"
        name = page.fields["changsuo_mingcheng"]
        assert isinstance(name, TextField)
        assert name.line.isReadOnly(), "表头由牵头单位填"
        page.put({"xm[SB-21]/jieguo": "no", "xm[SB-21]/wenti": "床垫没有注册证", "xm[SB-22]/jieguo": "not_applicable"})
        page.save_now()
        (draft,) = drafts.drafts(health)
        assert draft.record == rec
        program.window.back()
        record.press("fill")
        page = form_page(program)
        assert page.filling.value("xm[SB-21]/wenti") == "床垫没有注册证"
        lead, *own = [p for p in page.filling.paths() if p.endswith("/xingming")]
        assert page.filling.readonly(lead) or page._needs.closed(lead), "牵头单位的检查人员不能改"
        page.put({own[-1]: "赵某某"})
        page.submit()
        assert isinstance(program.window.page(), RecordPage)
        assert not drafts.drafts(health)
        assert "社服中心：张某某" in said(program.window)
        assert [line.answers["xiang"] for line in lines(health, finding_law.FORM)] == ["SB-21"]


def test_the_office_enters_a_paper_for_a_unit(qapp: QApplication, tmp_path: Path, form_cache: Path) -> None:
    office = found(tmp_path / "o", form_cache, "ZXB")
    with seated(office) as program:
        page = begin(program, YL)
        answers = checklist_answers(office, YL)
        page.put({k: v for k, v in answers.items() if not k.startswith("renyuan")})
        names = [p for p in page.filling.paths() if p.endswith("/xingming")]
        page.put(dict(zip(names, ("张某某", "王某某"), strict=True)))
        (block,) = page.findChildren(JointBlock)
        block.lead.set_value("SSB")
        page.submit()
        assert "专项办张某某代录" in said(program.window)
        (line,) = lines(office, YL)
        assert (line.scope, line.head.unit) == ("SSB", "SSB")


def test_faces_are_covered_in_the_copy_only(program: Program, desk: Desk) -> None:
    shot = photos.keep_photo(desk, camera_jpeg((800, 600)))
    rec = records.submit(
        desk, "xuanchuan",
        {
            "huodong_riqi": "2022-05-10", "suozai_cunshe": "DZZ203", "didian": "二组院坝", "zaiti": ["weixin"],
            "xingshi": "xianxia", "neirong": "讲套路", "zhaopian": [shot],
        },
    ).value  # fmt: skip
    program.window.show_page("record", rec=rec)
    click(program.window, "遮住人脸再复制")
    (dialog,) = program.window.findChildren(CoverDialog)
    QApplication.processEvents()
    at = dialog.pad.spot()
    QTest.mousePress(dialog.pad, Qt.MouseButton.LeftButton, pos=at.topLeft())
    QTest.mouseMove(dialog.pad, at.center())
    QTest.mouseRelease(dialog.pad, Qt.MouseButton.LeftButton, pos=at.center())
    (box,) = next(iter(dialog.covered.values()))
    assert box == pytest.approx((0, 0, 0.5, 0.5), abs=0.02)
    dialog.go.click()
    assert "1张照片已复制" in said(program.window)
    assert QApplication.clipboard().mimeData().urls()


def test_a_draft_remembers_who_takes_part(program: Program, desk: Desk) -> None:
    page = begin(program, SB)
    page.put({"changsuo_mingcheng": "某某保健品店"})
    (block,) = page.findChildren(JointBlock)
    block.tick.setChecked(True)
    block.units.set_value(["SFZX"])
    block.units.edited()
    program.window.go_room("home")
    home = program.window.page()
    assert isinstance(home, HomePage)
    click(home, "接着填")
    (block,) = form_page(program).findChildren(JointBlock)
    assert (block.joint, block.chosen()) == (True, ["SFZX"])
    assert form_page(program).submit_button.text() == "发起联合检查"


def test_a_draft_can_be_thrown_away_and_taken_back(program: Program, desk: Desk) -> None:
    page = begin(program, YL)
    page.put({"changsuo_mingcheng": "夕阳康养会所"})
    page.findChildren(JointBlock)[0].tick.setChecked(True)
    program.window.go_room("home")
    (kept,) = drafts.drafts(desk)
    page_draft, before = kept.id, drafts.beside(desk, kept.id)
    assert before["joint"] is True
    click(program.window, "不要了")
    assert not drafts.drafts(desk)
    assert not drafts.beside(desk, page_draft), "没有留下什么"
    click(program.window, "撤销")
    (draft,) = drafts.drafts(desk)
    assert drafts.beside(desk, draft.id) == before
    assert draft.answers["changsuo_mingcheng"] == "夕阳康养会所"


def test_an_entered_part_stays_with_its_unit(qapp: QApplication, tmp_path: Path, form_cache: Path) -> None:
    office = found(tmp_path / "o", form_cache, "ZXB")
    answers = checklist_answers(office, SB, rest=False)
    rec = inspections.start_joint(office, SB, answers, ["SFZX", "SSB"], lead="SCJG").value
    inspections.divide(office, rec, unit="SFZX", numbers=["21"])
    with seated(office) as program:
        program.window.open_page(make_part_page(program.seat, program.window, rec, unit="SFZX"))  # type: ignore[arg-type]
        form_page(program).put({"xm[SB-21]/jieguo": "no", "xm[SB-21]/wenti": "床垫没有注册证"})
        program.window.go_room("home")
        click(program.window, "接着填")
        page = form_page(program)
        assert "社服中心的部分" in page.title
        assert page.filling.value("xm[SB-21]/wenti") == "床垫没有注册证"
        program.window.open_page(make_part_page(program.seat, program.window, rec, unit="SSB"))  # type: ignore[arg-type]
        form_page(program).save_now()
        assert len(drafts.drafts(office)) == 2, "两个单位各是各的"


def test_text_for_the_group_names_no_person(program: Program, desk: Desk) -> None:
    more = {"xianchang_renyuan": "店长赵某某", "lianxi_dianhua": "13800000001", "chenshu": "打13800000002找老板"}
    rec = inspections.file(desk, YL, checklist_answers(desk, YL, problems={"8": "预收"}, **more)).value
    program.window.show_page("record", rec=rec)
    click(program.window, "复制文字")
    text = QApplication.clipboard().text()
    assert "要查25项，查了25项，发现问题1个" in text
    assert not any(word in text for word in ("赵某某", "张某某", "王某某", "13800000001", "13800000002"))


def test_a_correction_begun_is_kept(program: Program, desk: Desk) -> None:
    rec = inspections.file(desk, YL, checklist_answers(desk, YL, problems={"8": "预收"})).value
    program.window.show_page("record", rec=rec)
    record = program.window.page()
    assert isinstance(record, RecordPage)
    record.press("correct")
    form_page(program).put({"xm[YL-08]/wenti": "预收三年床位费，每人3万元"})
    program.window.go_room("home")
    inspections.correct(desk, rec, changes={"dizhi": "正街1号"}, reason="补地址")
    click(program.window, "接着填")
    page = form_page(program)
    assert page.title.startswith("更正")
    assert page.filling.value("xm[YL-08]/wenti") == "预收三年床位费，每人3万元"
    assert page.filling.value("dizhi") == "正街1号", "别处后来改的不会被盖回去"
    (block,) = page.findChildren(ReasonBlock)
    block.field.set_value("写清楚")
    page.submit()
    assert not drafts.drafts(desk)
    assert lines(desk, finding_law.FORM)[0].answers["shishi"] == "预收三年床位费，每人3万元"
