"""A ledger as a spreadsheet."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

from openpyxl import load_workbook

from baitao_desktop.reports.papers import Column, LedgerPaper
from baitao_desktop.reports.sheets import ledger_xlsx

COLUMNS = (
    Column("线索编号", 38),
    Column("接收时间", 20),
    Column("损失（元）", 20, "right"),
    Column("件数", 8),
    Column("摘要", 64),
)
ROWS = (
    ("BT-XS-1", datetime(2022, 5, 3, 14, 5, tzinfo=UTC), Decimal("3980.50"), 2, "一位老人付了3980元。"),
    ("BT-XS-2", date(2022, 5, 4), None, 1, '=HYPERLINK("x")'),
    ("007", "", 1.5, -3, "+8613800000001"),
    ("@甲", None, None, None, "-1\x07\ufffe"),
)
PAPER = LedgerPaper(
    "线索管理台账", "白涛街道专项办", "统计截止：2022年5月20日24时", COLUMNS, ROWS, "举报人信息另行密封保管。"
)


def test_values_keep_their_kind_and_formulas_stay_text() -> None:
    sheet = load_workbook(io.BytesIO(ledger_xlsx(PAPER))).active
    assert sheet is not None
    assert [cell.value for cell in sheet[3]] == [column.title for column in COLUMNS]
    assert sheet["B4"].value == datetime(2022, 5, 3, 14, 5)
    assert sheet["B5"].is_date
    assert sheet["C4"].value == 3980.5
    assert sheet["D4"].value == 2
    assert sheet["D6"].value == -3
    assert sheet["A6"].value == "007"
    for name, value in (("E5", '=HYPERLINK("x")'), ("E6", "+8613800000001"), ("A7", "@甲"), ("E7", "-1")):
        assert sheet[name].data_type == "s"
        assert sheet[name].value == value
        assert sheet[name].quotePrefix
    assert sheet["A8"].value == "举报人信息另行密封保管。"


def test_no_formula_is_in_the_file() -> None:
    with zipfile.ZipFile(io.BytesIO(ledger_xlsx(PAPER))) as box:
        assert b"<f>" not in box.read("xl/worksheets/sheet1.xml")


def test_printing_is_set_up_and_nothing_is_hidden() -> None:
    book = load_workbook(io.BytesIO(ledger_xlsx(PAPER)))
    assert [sheet.sheet_state for sheet in book.worksheets] == ["visible"]
    sheet = book.worksheets[0]
    assert not any(dimension.hidden for dimension in sheet.column_dimensions.values())
    assert sheet.freeze_panes == "A4"
    assert sheet.print_title_rows == "$1:$3"
    assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", 9)
    assert sheet.page_setup.fitToHeight == 0
    assert sheet["A3"].font.b
    assert sheet.column_dimensions["E"].width > sheet.column_dimensions["A"].width


def test_the_same_sheet_gives_the_same_bytes_and_names_nobody() -> None:
    data = ledger_xlsx(PAPER)
    assert ledger_xlsx(PAPER) == data
    with zipfile.ZipFile(io.BytesIO(data)) as box:
        core = box.read("docProps/core.xml").decode()
    assert "openpyxl" not in core
    assert "2000-01-01" in core
