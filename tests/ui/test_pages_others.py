"""Reports, lists, settings, the log of crashes, and starting without a display."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from baitao_desktop.actions.setup import has_store
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.ui import crashes, dialogs, look
from baitao_desktop.ui.app import Program, keep_type_size, type_size
from baitao_desktop.ui.pages.first_run import FirstRunPage, RecoveryPage
from baitao_desktop.ui.pages.ledger import LedgerPage
from baitao_desktop.ui.pages.lists import ListsPage
from baitao_desktop.ui.pages.login import LoginPage
from baitao_desktop.ui.pages.preview import PreviewPage
from baitao_desktop.ui.pages.record import RecordPage
from baitao_desktop.ui.pages.reports import ReportsPage
from baitao_desktop.ui.pages.settings import SettingsPage
from conftest import PASSWORD, MakeDesk

from .pages_kit import Answers, click, said, seated, sheet, tip


@pytest.fixture
def program(make_desk: MakeDesk) -> Iterator[Program]:
    with seated(make_desk("专项办", mode="practice")) as made:
        assert made.seat is not None
        tip(made.seat.desk)
        yield made


def answers(program: Program) -> Answers:
    assert isinstance(program.window.chooser, Answers)
    return program.window.chooser


def test_the_briefing_is_drafted_changed_and_saved(program: Program, tmp_path: Path) -> None:
    program.window.go_room("reports")
    page = program.window.page()
    assert isinstance(page, ReportsPage)
    page.issue.set_value("")
    page.start_briefing()
    assert "期号" in page.issue.problem()
    page.issue.set_value("第2期")
    page.start_briefing()
    assert "受理养老诈骗线索1件" in str(page.texts[0].value())
    page.texts[-1].set_value("逐户走访独居老人。")
    click(page, "预览简报")
    shown = program.window.page()
    assert isinstance(shown, PreviewPage)
    answers(program).where = tmp_path
    shown.save()
    assert list(tmp_path.glob("工作简报_第2期_*.pdf"))


def test_changed_sentences_of_a_briefing_are_not_lost(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    say: list[bool] = [False]

    def ask(_parent: QWidget, _title: str, text: str, _yes: str) -> bool:
        asked.append(text)
        return say[0]

    monkeypatch.setattr(dialogs, "ask", ask)

    def reports() -> ReportsPage:
        program.window.go_room("reports")
        page = program.window.page()
        assert isinstance(page, ReportsPage)
        return page

    page = reports()
    assert not page.resume_button.isVisible()
    page.start_briefing()
    page.start_briefing()
    assert asked == []
    page.texts[-1].set_value("逐户走访独居老人。")
    page.start_briefing()
    assert asked == ["重新起草会放弃改过的句子。"]
    assert page.texts[-1].value() == "逐户走访独居老人。"
    page.texts[-1].set_value("再改一句。")
    page.month.set_value("2022-04" if "2022-04" in page.months else list(page.months)[-1])
    page._other_month()
    assert page.draft is None
    page.month.set_value(program.seat.desk.campaign.reporting_month(program.seat.desk.today).name)  # type: ignore[union-attr]
    page._other_month()
    desk = program.seat.desk  # type: ignore[union-attr]
    program.window.go_room("home")
    program.window.clear()
    program.sit(desk)
    page = reports()
    assert page.draft is None
    page.resume_button.click()
    assert page.texts[-1].value() == "再改一句。"
    page.preview_briefing()
    shown = program.window.page()
    assert isinstance(shown, PreviewPage)
    answers(program).where = tmp_path
    shown.save()
    program.window.back()
    say[0] = True
    page.start_briefing()
    assert page.texts[-1].value() != "再改一句。"
    page.draft = None
    page._offer()
    assert page.issue.value() == "2"
    assert not page.resume_button.isVisible()


def test_ledgers_of_a_month(program: Program, tmp_path: Path) -> None:
    program.window.go_room("reports")
    page = program.window.page()
    assert isinstance(page, ReportsPage)
    page.preview("xiansuo", "线索管理台账")
    assert isinstance(program.window.page(), PreviewPage)
    program.window.back()
    answers(program).where = tmp_path
    page.save("xiansuo", xlsx=True)
    page.save("xiansuo")
    assert {p.suffix for p in tmp_path.iterdir() if p.is_file()} >= {".xlsx", ".pdf"}
    assert page.query("xiansuo").since == "2022-04-21"
    page.month.set_value("all")
    assert page.query("xiansuo").since == ""


def test_other_forms_have_their_ledger_too(program: Program) -> None:
    program.window.go_room("reports")
    page = program.window.page()
    assert isinstance(page, ReportsPage)
    click(page, "经手人")
    ledger = program.window.page()
    assert isinstance(ledger, LedgerPage)
    assert ledger.model.rowCount() == 1
    assert not ledger.new_button.isVisible()
    ledger.open_record(0)
    record = program.window.page()
    assert isinstance(record, RecordPage)
    assert "由程序生成" in said(record)


def test_a_list_is_looked_at_then_taken(program: Program, tmp_path: Path) -> None:
    table = tmp_path / "线索.csv"
    table.write_text("内容,对象\n院坝里卖神药,流动推销车\n,没有内容\n院坝里卖神药,流动推销车\n", encoding="gbk")
    page = program.window.show_page("lists")
    assert isinstance(page, ListsPage)
    answers(program).files = [table]
    click(page, "选择表格……")
    assert "GB" in said(page)
    assert page.mapping() == {0: "zhaiyao", 1: "beifanying_duixiang"}
    assert page.take_button.property("kind") == "primary"
    assert page.choose_button.property("kind") != "primary"
    page.kinds[1].setCurrentIndex(page.kinds[1].findData("zhaiyao"))
    page.take()
    assert "每一项只能选一列" in page.trouble.text()
    page.kinds[1].setCurrentIndex(page.kinds[1].findData("beifanying_duixiang"))
    page.take()
    assert "收入线索1件" in said(page)
    assert page.left.rowCount() >= 1
    assert page.focusWidget() is page.choose_button
    click(page, "复制这张清单")
    assert "行号\t原因" in QApplication.clipboard().text()
    click(page, "看线索台账")
    ledger = program.window.page()
    assert isinstance(ledger, LedgerPage)
    assert ledger.model.rowCount() == 2


def test_a_file_that_is_no_list_is_said(program: Program, tmp_path: Path) -> None:
    wrong = tmp_path / "照片.csv"
    wrong.write_bytes(bytes(range(256)) * 20)
    page = program.window.show_page("lists")
    assert isinstance(page, ListsPage)
    page.look(wrong)
    assert page.trouble.isVisible()
    assert not page.columns_card.isVisible()


def settings(program: Program) -> SettingsPage:
    program.window.go_room("settings")
    page = program.window.page()
    assert isinstance(page, SettingsPage)
    QApplication.processEvents()
    return page


def test_password_person_and_recovery_code(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    page = settings(program)
    page.change_password()
    form = sheet(program)
    for field, text in zip(form.fields, ("buduide", "xinkouling", "xinkouling"), strict=True):
        field.set_value(text)
    form.act()
    assert "S01" in form.status.text()
    assert form.isVisible()
    form.fields[0].set_value(PASSWORD)
    form.fields[2].set_value("bieyige")
    form.act()
    assert "U21" in form.status.text()
    form.fields[2].set_value("xinkouling")
    form.act()
    page.add_person()
    form = sheet(program)
    for field, value in zip(form.fields, ("李某某", None, ["general"], "654321", "654321"), strict=True):
        field.set_value(value)
    form.act()
    assert "李某某" in page.names.text()
    monkeypatch.setattr(dialogs, "ask", lambda *_: True)
    click(page, "换恢复码")
    code = program.window.page()
    assert isinstance(code, RecoveryPage)
    code.tick.setChecked(True)
    code.go.click()
    assert program.window.page() is page


def test_backup_check_and_everything_out(program: Program, tmp_path: Path) -> None:
    page = settings(program)
    answers(program).where = tmp_path
    page.backup_button.click()
    assert "已备份好" in said(page)
    assert "上次备份：2022-05-18" in said(page)
    page.verify_button.click()
    assert "资料完好" in said(page)
    page.out_button.click()
    assert "已导出到" in said(page)
    assert list(tmp_path.glob("全部资料_*"))


def test_a_folder_that_cannot_be_written_is_said(program: Program, tmp_path: Path) -> None:
    file = tmp_path / "文件"
    file.write_text("不是文件夹")
    page = settings(program)
    answers(program).where = file
    page.backup_button.click()
    assert page.trouble.isVisible()
    assert not page.made.isVisible()


def test_type_size_is_kept_and_the_practice_emptied(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    page = settings(program)
    page.type_size.set_value("115")
    page.type_size.changed.emit(page.type_size)
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    try:
        assert look.percent_of(app) == 115
        assert type_size(program.places) == 115
    finally:
        look.dress(app, 100)
    keep_type_size(program.places, 100)
    click(page, "许可")
    assert "MulanPSL" in said(program.window)
    program.window.back()
    monkeypatch.setattr(dialogs, "ask", lambda *_: True)
    click(page, "清空练习")
    assert not has_store(program.places)
    assert isinstance(program.window.page(), FirstRunPage)


def test_locking_asks_for_the_password_again(program: Program) -> None:
    click(settings(program), "锁定")
    assert isinstance(program.window.page(), LoginPage)
    assert not program.window.strip.rooms()


def test_the_log_holds_no_word_of_what_was_worked_on(tmp_path: Path) -> None:
    formatter = crashes.Bare()
    try:
        raise KeyError("测甲某 13800000001")
    except KeyError as error:
        record = logging.LogRecord(
            "x", logging.ERROR, __file__, 1, "bug %s", ("a1",), (KeyError, error, error.__traceback__)
        )
    text = formatter.format(record)
    assert "KeyError" in text
    assert "test_pages_others.py" in text
    assert "测甲某" not in text


def test_no_display_is_a_sentence_not_an_abort(tmp_path: Path) -> None:
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    run = subprocess.run(
        [sys.executable, "-m", "baitao_desktop", "--at", str(tmp_path)],
        env={k: v for k, v in os.environ.items() if k not in hidden},
        capture_output=True,
        text=True,
        check=False,
    )
    if sys.platform.startswith("linux"):
        assert run.returncode == 2
        assert "U01" in run.stderr


def test_trouble_codes_are_whole_sentences(program: Program) -> None:
    program.window.trouble(UserFacingError("U10", "这台电脑上没有找到打印机。请接好打印机再试。"))
    assert "U10" in program.window.notices.texts()[0]
