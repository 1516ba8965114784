"""What a spreadsheet program can do to a table that its rows no longer show: merged cells, formulas, error cells."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from itertools import islice
from typing import Any
from xml.parsers import expat

from .telling import AuthorProblem

_SHEETS = frozenset({"survey", "choices", "settings", "external_choices"})
_MOST = 20  # of one kind: who merged a hundred cells need not read a hundred lines
_CELL = re.compile(r"([A-Z]+)(\d+)")
_MAX_PART = 64 * 1024 * 1024


def oddities(data: bytes, suffix: str) -> tuple[AuthorProblem, ...]:
    """Of an .xlsx or .xls; nothing for other tables and for what cannot be read (that is told elsewhere)."""
    try:
        if suffix == ".xlsx":
            return tuple(_limited(_of_xlsx(data)))
        if suffix == ".xls":
            return tuple(_limited(_of_xls(data)))
    except Exception:  # half a file: whoever reads it next says so
        return ()
    return ()


def _limited(found: Iterator[AuthorProblem]) -> Iterator[AuthorProblem]:
    counts: dict[str, int] = {}
    for problem in islice(found, 10_000):
        counts[problem.remedy] = counts.get(problem.remedy, 0) + 1
        if counts[problem.remedy] <= _MOST:
            yield problem


def _merged(sheet: str, row: int, last: int, column: str) -> AuthorProblem:
    text = f"从这里到第{last}行的格子合并了，只有左上角一格有内容" if last > row else "这一行有合并的格子"
    return AuthorProblem(sheet, row, column, text, "请取消合并，每一格都填上")


def _of_xlsx(data: bytes) -> Iterator[AuthorProblem]:
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        for sheet, part in _parts(packed):
            if packed.getinfo(part).file_size <= _MAX_PART:
                yield from _of_part(sheet, packed.read(part))


def _parts(packed: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """The sheets of a form and where in the file they lie."""
    targets: dict[str, str] = {}
    names: list[tuple[str, str]] = []

    def relation(tag: str, given: dict[str, str]) -> None:
        if tag.endswith("Relationship"):
            targets[given.get("Id", "")] = given.get("Target", "")

    def sheet(tag: str, given: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "sheet":
            key = next((value for name, value in given.items() if name.endswith(":id")), "")
            names.append((given.get("name", ""), key))

    _parsed(packed.read("xl/_rels/workbook.xml.rels"), relation)
    _parsed(packed.read("xl/workbook.xml"), sheet)
    for name, key in names:
        if name.lower() in _SHEETS or len(names) == 1:
            target = targets.get(key, "")
            yield name, target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _parsed(data: bytes, start: Any, text: Any = None, end: Any = None) -> None:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.CharacterDataHandler = text
    parser.EndElementHandler = end

    def refuse(*_: object) -> None:
        raise ValueError("DTD")

    parser.StartDoctypeDeclHandler = refuse
    parser.Parse(data, True)


def _of_part(sheet: str, data: bytes) -> Iterator[AuthorProblem]:
    found: list[AuthorProblem] = []
    at: dict[str, Any] = {"cell": "", "formula": False, "value": False, "within": ""}

    def start(tag: str, given: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        at["within"] = tag
        if tag == "c":
            at.update(cell=given.get("r", ""), formula=False, value=False)
        elif tag == "f":
            at["formula"] = True
        elif tag == "mergeCell":
            corners = _CELL.findall(given.get("ref", ""))
            if corners:
                found.append(_merged(sheet, int(corners[0][1]), int(corners[-1][1]), corners[0][0]))

    def text(words: str) -> None:
        if at["within"] == "v" and words.strip():
            at["value"] = True

    def end(tag: str) -> None:
        place = _CELL.match(at["cell"])
        if tag.rpartition(":")[2] == "c" and at["formula"] and not at["value"] and place:
            remedy = "请在WPS里打开存一次，或改成写好的文字"
            found.append(AuthorProblem(sheet, int(place[2]), place[1], "这一格是公式，文件里没有算好的结果", remedy))
        at["within"] = ""

    _parsed(data, start, text, end)
    yield from found


def _of_xls(data: bytes) -> Iterator[AuthorProblem]:
    import xlrd  # type: ignore[import-untyped]

    with io.StringIO() as silent:
        book = xlrd.open_workbook(file_contents=data, formatting_info=True, logfile=silent)
    for sheet in book.sheets():
        if sheet.name.lower() not in _SHEETS and book.nsheets > 1:
            continue
        for first, beyond, left, _ in sheet.merged_cells:
            yield _merged(sheet.name, first + 1, beyond, _letters(left))
        for row in range(sheet.nrows):
            for column, kind in enumerate(sheet.row_types(row)):
                if kind == xlrd.XL_CELL_ERROR:
                    mark = xlrd.error_text_from_code.get(sheet.cell_value(row, column), "#")
                    text = f"这一格是算错的公式（{mark}）"
                    yield AuthorProblem(sheet.name, row + 1, _letters(column), text, "请改成写好的文字")


def _letters(column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
