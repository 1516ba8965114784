"""The ledger page: search, filters, sorting, columns, copying, exporting, opening."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QStyleOptionViewItem

from baitao_desktop.actions import papers, previews
from baitao_desktop.domain.query import Query
from baitao_desktop.ui import look
from baitao_desktop.ui.app import Program
from baitao_desktop.ui.formpage import FormPage
from baitao_desktop.ui.pages.ledger import LedgerPage
from baitao_desktop.ui.pages.preview import PreviewPage, paint
from baitao_desktop.ui.pages.record import RecordPage
from conftest import MakeDesk

from .pages_kit import Answers, click, said, seated, tip

ROWS = (
    ("laifang", "夕阳康养会所", "2022-05-03T09:00+08:00", True),
    ("dianhua", "某某保健品店", "2022-05-09T09:00+08:00", False),
    ("mopai", "流动推销车", "2022-05-01T09:00+08:00", True),
)


@pytest.fixture
def empty(make_desk: MakeDesk) -> Iterator[Program]:
    with seated(make_desk("麦子坪村", mode="practice")) as made:
        yield made


@pytest.fixture
def program(empty: Program) -> Program:
    assert empty.seat is not None
    for channel, who, when, up in ROWS:
        tip(empty.seat.desk, hand_up=up, qudao=channel, beifanying_duixiang=who, jieshou_shijian=when)
    return empty


def ledger(program: Program, **args: object) -> LedgerPage:
    page = program.window.show_page("tips", **args)
    assert isinstance(page, LedgerPage)
    QApplication.processEvents()
    return page


def column(page: LedgerPage, title: str) -> list[str]:
    at = [c.title for c in page.model.columns()].index(title)
    return [page.model.texts(row)[at] for row in range(page.model.rowCount())]


def test_an_empty_ledger_offers_the_first_act(empty: Program) -> None:
    page = ledger(empty)
    assert "还没有线索" in said(page)
    assert not page.table.isVisible()
    page.first_button.click()
    assert isinstance(empty.window.page(), FormPage)


def test_newest_first_then_as_the_head_is_clicked(program: Program) -> None:
    page = ledger(program)
    assert column(page, "被反映对象") == ["某某保健品店", "夕阳康养会所", "流动推销车"]
    at = [c.title for c in page.model.columns()].index("接收时间")
    page.table.horizontalHeader().sectionClicked.emit(at)
    assert column(page, "被反映对象") == ["流动推销车", "夕阳康养会所", "某某保健品店"]
    page.table.horizontalHeader().sectionClicked.emit([c.title for c in page.model.columns()].index("摘要"))
    assert column(page, "被反映对象")[0] == "流动推销车"


def test_search_and_filters(program: Program) -> None:
    page = ledger(program)
    page.search.setText("保健")
    QTest.keyClick(page.search, Qt.Key.Key_Return)
    assert column(page, "被反映对象") == ["某某保健品店"]
    assert "符合条件的有1条" in said(page)
    page.search.setText("没有这样的词")
    page._search()
    assert "没有符合条件的记录" in said(page)
    page.clear_button.click()
    assert page.model.rowCount() == 3
    page.status_chips["handed_up"].click()
    assert column(page, "被反映对象") == ["夕阳康养会所", "流动推销车"]
    page.set_facet("qudao", ["mopai"])
    assert column(page, "被反映对象") == ["流动推销车"]
    assert "摸排走访发现" in page._facets["qudao"].text()
    menu = page._facets["qudao"].menu()
    menu.aboutToShow.emit()
    assert [a.text() for a in menu.actions()] == ["全部", "来访（1）", "摸排走访发现（1）"] or len(menu.actions()) == 3
    page.clear_filters()
    assert page.model.rowCount() == 3


def test_home_opens_a_filtered_ledger(program: Program) -> None:
    page = ledger(program, status="registered")
    assert column(page, "被反映对象") == ["某某保健品店"]
    assert page.status_chips["registered"].isChecked()


def test_chosen_columns_are_remembered(program: Program) -> None:
    page = ledger(program)
    page.choose_columns([".no", "beifanying_duixiang"])
    assert [c.title for c in page.model.columns()] == ["编号", "被反映对象"]
    assert program.seat is not None
    again = LedgerPage(program.seat, "xiansuo", room="tips", title="线索", new="登记线索", nothing="空")
    assert [c.title for c in again.columns] == ["编号", "被反映对象"]


def test_selected_rows_are_copied_as_a_table(program: Program) -> None:
    page = ledger(program)
    page.copy_rows()
    page.table.selectAll()
    QTest.keyClick(page.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QApplication.clipboard().text().split("\n")
    assert len(lines) == 4
    assert lines[0].split("\t")[:2] == ["编号", "办理状态"]
    assert "夕阳康养会所" in lines[2]


def test_enter_opens_the_record_and_back_keeps_the_row(program: Program) -> None:
    page = ledger(program)
    page.table.setCurrentIndex(page.model.index(1, 0))
    page.table.setFocus()
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    shown = program.window.page()
    assert isinstance(shown, RecordPage)
    assert "夕阳康养会所" in said(shown)
    program.window.back()
    QApplication.processEvents()
    assert page.table.currentIndex().row() == 1


def test_export_and_preview(program: Program, tmp_path: Path) -> None:
    page = ledger(program)
    chooser = program.window.chooser
    assert isinstance(chooser, Answers)
    page.export_button.click()
    assert not page.made.isVisible()
    chooser.where = tmp_path / "out"
    page.export_button.click()
    assert page.made.path is not None
    assert page.made.path.suffix == ".xlsx"
    assert page.made.path.name in said(page)
    click(page, "打印预览")
    shown = program.window.page()
    assert isinstance(shown, PreviewPage)
    shown.set_zoom(1)
    shown.set_zoom(-1)
    shown.set_zoom(0)
    shown.save()
    assert list((tmp_path / "out").glob("*.pdf"))
    shown.print_()
    assert any("没有找到打印机" in text for text in program.window.notices.texts())


def test_pages_are_painted_onto_a_printer(program: Program, tmp_path: Path) -> None:
    from PySide6.QtPrintSupport import QPrinter

    assert program.seat is not None
    pdf = papers.ledger_pdf(program.seat.desk, "xiansuo", Query(form="xiansuo"))
    printer = QPrinter(QPrinter.PrinterMode.ScreenResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "打印.pdf"))
    sizes = [previews.page_size(pdf, n) for n in range(previews.page_count(pdf))]
    paint(pdf, sizes, printer)
    printed = (tmp_path / "打印.pdf").read_bytes()
    assert previews.page_count(printed) == len(sizes)
    width, height = previews.page_size(printed, 0)
    assert width > height


def test_the_summary_has_room_on_a_small_laptop(program: Program) -> None:
    page = ledger(program)
    at = [c.key for c in page.model.columns()].index("zhaiyao")
    assert page.model.columns()[at - 1].key == "beifanying_duixiang"
    assert page.table.columnWidth(at) >= 14 * page.table.fontMetrics().horizontalAdvance("摘")
    wide = page.table.horizontalHeader().length()
    assert wide <= page.table.viewport().width()
    before = page.table.columnWidth(at)
    program.window.resize(program.window.width() + 200, program.window.height())
    QApplication.processEvents()
    QApplication.processEvents()
    assert page.table.columnWidth(at) > before


def test_the_row_under_the_mouse_is_lit_whole(program: Program) -> None:
    page = ledger(program)
    cells = page.table.itemDelegate()
    page.table.entered.emit(page.model.index(1, 2))
    for column_ in (0, 5):
        option = QStyleOptionViewItem()
        cells.initStyleOption(option, page.model.index(1, column_))  # type: ignore[attr-defined]
        assert option.backgroundBrush.color().name() == look.NAV  # type: ignore[attr-defined]
