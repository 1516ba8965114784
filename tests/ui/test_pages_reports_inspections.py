"""报表文书: the papers of inspections are previewed and saved from one page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton

from baitao_desktop.actions import inspections
from baitao_desktop.ui.app import Program
from baitao_desktop.ui.pages.preview import PreviewPage
from baitao_desktop.ui.pages.record import RecordPage
from baitao_desktop.ui.pages.reports import SUMMARY, ReportsPage
from conftest import MakeDesk, checklist_answers

from .pages_kit import Answers, click, said, seated

SAVED = {
    "线索管理台账": "线索管理台账", "检查情况汇总表": "检查情况汇总表", "检查台账": "检查台账", "问题台账": "问题台账",
    "宣传活动台账": "宣传活动台账", "走访登记台账": "走访登记台账",
}  # fmt: skip


@pytest.fixture
def program(make_desk: MakeDesk) -> Iterator[Program]:
    desk = make_desk("专项办", mode="practice")
    inspections.file(
        desk, "jiancha_yl", checklist_answers(desk, "jiancha_yl", problems={"8": "预收三年床位费"}), unit="SSB"
    )
    with seated(desk) as made:
        yield made


def reports(program: Program) -> ReportsPage:
    program.window.go_room("reports")
    page = program.window.page()
    assert isinstance(page, ReportsPage)
    return page


def pressed(page: ReportsPage, name: str) -> None:
    """The button with this accessible name, as a screen reader would find it."""
    (found,) = [b for b in page.findChildren(QPushButton) if b.accessibleName() == name]
    found.click()


@pytest.mark.parametrize("title", SAVED)
def test_every_paper_is_previewed_and_saved(program: Program, tmp_path: Path, title: str) -> None:
    page = reports(program)
    pressed(page, f"{title} 预览")
    shown = program.window.page()
    assert isinstance(shown, PreviewPage) and title in said(shown)
    chooser = program.window.chooser
    assert isinstance(chooser, Answers)
    chooser.where = tmp_path
    shown.save()
    program.window.back()
    for way in ("存为PDF", "存为表格"):
        pressed(page, f"{title} {way}")
    names = sorted(path.name for path in tmp_path.iterdir() if path.is_file())
    assert len(names) == 3 and all(name.startswith(SAVED[title]) for name in names)
    assert [name.rpartition(".")[2] for name in names].count("xlsx") == 1


def test_the_summary_follows_the_month_chosen(program: Program) -> None:
    page = reports(program)
    page.month.set_value("2022-04")
    page.preview(SUMMARY, "检查情况汇总表")
    assert isinstance(program.window.page(), PreviewPage)
    program.window.back()
    page.month.set_value("all")
    page.preview(SUMMARY, "检查情况汇总表")
    assert isinstance(program.window.page(), PreviewPage)


def test_blank_checklists_stand_on_the_page(program: Program) -> None:
    page = reports(program)
    blank = [b for b in page.findChildren(QPushButton) if b.accessibleName().startswith("空白") and b.isVisible()]
    assert len(blank) == 9
    click(page, "食品保健品检查表")
    shown = program.window.page()
    assert isinstance(shown, PreviewPage) and "空白食品保健品检查表" in said(shown)


def test_ledgers_named_above_are_not_named_again(program: Program) -> None:
    page = reports(program)
    others = {b.text() for b in page.others_frame.findChildren(QPushButton) if b.isVisible()}
    assert "经手人" in others and not others & {"问题", "宣传活动", "走访登记", "养老服务检查表"}


def test_the_record_page_prints_the_inspection(program: Program) -> None:
    assert program.seat is not None
    desk = program.seat.desk
    rec = inspections.file(desk, "jiancha_sb", checklist_answers(desk, "jiancha_sb")).value
    page = program.window.show_page("record", rec=rec)
    assert isinstance(page, RecordPage)
    page._preview()
    shown = program.window.page()
    assert isinstance(shown, PreviewPage)
