"""A file handed to check-form that is no table at all: told before pyxform answers it in English."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from baitao_desktop.forms.compiling import KINDS, MAX_BYTES

_OLD_EXCEL = b"\xd0\xcf\x11\xe0"


def no_table(source: Path) -> str:
    """What is told of a file that is no table; empty when it may be one."""
    name, suffix = source.name, source.suffix.lower()
    try:
        if source.is_dir():
            return f"“{name}”是文件夹，不是表；请写出里面那个表文件的名字。"
        if suffix not in KINDS or not source.is_file() or source.stat().st_size > MAX_BYTES:
            return ""
        data = source.read_bytes()
    except OSError:
        return ""
    if not data.strip():
        return f"“{name}”是空文件，里面什么也没有；请检查是不是没有存好，重新拷一份。"
    if suffix in (".md", ".csv"):
        return _no_text_table(name, suffix, data)
    if (suffix == ".xlsx" and _is_workbook(data)) or (suffix == ".xls" and data[:4] == _OLD_EXCEL):
        return ""
    return f"“{name}”不是 {suffix} 表格，可能没有拷完整，或是别的文件改了名字；请用WPS打开后另存为 .xlsx 再试。"


def plainly(name: str, line: str) -> str:
    """A line of the author's errors; pyxform's words for a file without a survey sheet in Chinese."""
    return _no_survey(name) if "Argument 'definition'" in line else line


def _no_text_table(name: str, suffix: str, data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return f"“{name}”不是UTF-8编码的文字文件；请用WPS打开后另存为 .xlsx 再试。"
    if suffix == ".md" and not any(line.lstrip().startswith("|") for line in text.splitlines()):
        return f"“{name}”里没有表格（每行应以 | 开头）；请对照 forms 文件夹里的样子写，或改用 .xlsx。"
    return "" if "survey" in text.lower() else _no_survey(name)


def _no_survey(name: str) -> str:
    return f"“{name}”里没有名为 survey 的部分，或其中没有题目；请对照模板检查。"


def _is_workbook(data: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            return "xl/workbook.xml" in packed.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return False
