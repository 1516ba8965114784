"""A ledger as .xlsx: the columns that were asked for and nothing besides; no hidden column, no hidden sheet."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, cast

from baitao_desktop.reports.papers import Cell, LedgerPaper

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell as SheetCell
    from openpyxl.worksheet.worksheet import Worksheet

# 打头是它们的字，WPS 和 Excel 会当公式算：别人填的话不能在开表的人机器上执行
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
LONGEST = 32_767  # 一格最多的字数（xlsx 的限制）
_STAMP = datetime(2000, 1, 1, tzinfo=UTC)
_CHARS_PER_MM = 0.55


def ledger_xlsx(paper: LedgerPaper) -> bytes:
    """The ledger as .xlsx bytes, the same for the same paper.

    Title, unit and cutoff above; bold frozen header; dates and numbers as dates and numbers, everything else as text, a
    leading = + - @ defused; set up for A4 landscape, one page wide, header on every page, 第x页 共y页 below.
    """
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = _sheet_name(paper.title)
    _fill(sheet, paper)
    _set_up(sheet, paper)
    book.properties.creator = ""
    book.properties.title = paper.title
    book.properties.created = _STAMP.replace(tzinfo=None)
    out = io.BytesIO()
    book.save(out)
    return _repeatable(out.getvalue())


def safe_text(text: str) -> str:
    """Text as a cell can hold it: no control characters, not longer than a cell takes."""
    text = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]", "", text)
    return text[:LONGEST]


def _fill(sheet: Worksheet, paper: LedgerPaper) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    last = len(paper.columns)
    thin = Side(style="thin", color="FF808080")
    frame = Border(left=thin, right=thin, top=thin, bottom=thin)
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=last)
    title = sheet.cell(1, 1, safe_text(paper.title))
    title.font, title.alignment = Font(name="宋体", size=16, bold=True), Alignment(horizontal="center")
    sheet.cell(2, 1, safe_text(f"单位：{paper.unit}　　{paper.cutoff}")).font = Font(name="宋体", size=10)
    for at, column in enumerate(paper.columns, 1):
        head = sheet.cell(3, at, safe_text(column.title))
        head.font, head.border = Font(name="宋体", size=10, bold=True), frame
        head.fill = PatternFill("solid", fgColor="FFEDEDED")
        head.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    plain = Font(name="宋体", size=10)
    styles = [Alignment(horizontal=c.align, vertical="center", wrap_text=True) for c in paper.columns]
    for number, row in enumerate(paper.rows, 4):
        for at, (value, style) in enumerate(zip(row, styles, strict=True), 1):
            cell = cast("SheetCell", sheet.cell(number, at))
            _put(cell, value)
            cell.font, cell.border, cell.alignment = plain, frame, style
    if paper.foot:
        foot = sheet.cell(4 + len(paper.rows), 1, safe_text(paper.foot))
        foot.font = plain


def _put(cell: SheetCell, value: Cell) -> None:
    if isinstance(value, str):
        cell.value = safe_text(value)
        cell.data_type = "s"
        cell.number_format = "@"
        if value.startswith(FORMULA_SIGNS):
            # 表格软件自己的“前置撇号”：字不变，再编辑也还是文字
            cell.quotePrefix = True
    elif isinstance(value, datetime):
        cell.value = value.replace(tzinfo=None)
        cell.number_format = "yyyy-mm-dd hh:mm"
    elif isinstance(value, date):
        cell.value = value
        cell.number_format = "yyyy-mm-dd"
    elif value is not None:
        cell.value = value
        cell.number_format = "0" if isinstance(value, int) else "#,##0.00"


def _set_up(sheet: Worksheet, paper: LedgerPaper) -> None:
    from openpyxl.utils import get_column_letter

    for at, column in enumerate(paper.columns, 1):
        sheet.column_dimensions[get_column_letter(at)].width = max(6.0, column.width_mm * _CHARS_PER_MM)
    sheet.freeze_panes = "A4"
    sheet.print_title_rows = "1:3"
    page: Any = sheet  # 类型存根把这些写成可能为 None
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_options.horizontalCentered = True
    for side in ("left", "right", "top", "bottom"):
        setattr(sheet.page_margins, side, 0.5)
    page.oddFooter.center.text = "第&P页 共&N页"
    if paper.watermark:
        page.oddHeader.center.text = paper.watermark


def _sheet_name(title: str) -> str:
    return re.sub(r"[\[\]:*?/\\']", "", title)[:31] or "台账"


def _repeatable(data: bytes) -> bytes:
    """The same workbook without the moment it was written (openpyxl stamps the properties and every member)."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            body = old.read(member)
            if member.filename == "docProps/core.xml":
                body = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2000-01-01T00:00:00Z", body)
            new.writestr(zipfile.ZipInfo(member.filename, (2000, 1, 1, 0, 0, 0)), body, zipfile.ZIP_DEFLATED)
    return out.getvalue()
