"""From a table written by people (.md, .xlsx) to XForm XML. The only place that knows pyxform."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from baitao_desktop.domain.errors import UserFacingError

from .telling import AuthorProblem, UnfitTable, told

FORMAT = 2  # raise it when the same table must give other XML
PYXFORM = "4.5.0"  # part of a shipped form's name; known here so that finding it need not import pyxform
MAX_BYTES = 20 * 1024 * 1024
MAX_UNPACKED = 200 * 1024 * 1024
MAX_ROWS = 20_000
MAX_LINES = 200_000
MAX_CELLS = 1_000_000
KINDS = (".md", ".xlsx", ".xls", ".csv")
# pyxform makes straight quotes of “”‘’ in every cell (forms.md §2.6), so they travel in disguise
_DISGUISE = {ord(sign): chr(0xE001 + i) for i, sign in enumerate("“”‘’")}
_REVEAL = {ord(disguised): chr(sign) for sign, disguised in _DISGUISE.items()}
_LITERAL = re.compile(r"'[^']*'|\"[^\"]*\"")
_FORMULAS = frozenset(
    {"relevant", "relevance", "constraint", "calculation", "calculate", "required", "readonly", "read_only",
     "choice_filter", "repeat_count", "default", "trigger", "instance_name", "parameters", "namespaces", "bind::relevant",
     "bind::constraint", "bind::calculate", "bind::required", "bind::readonly", "bind::bt:rows", "type", "name",
     "list_name", "list name"}
)  # fmt: skip
_NAMESPACE = 'bt="urn:baitao:forms"'


def compile_form(source: Path) -> bytes:
    """The XForm XML of a table in Markdown or .xlsx; the same table gives the same bytes.

    Chinese quotation marks survive; the label of a calculation and the hint of a group, which XForms have no place
    for, ride along as `bt:label` and `bt:hint`. Raises UserFacingError F10–F13 naming sheet and row.
    """
    return xform_of(sheets_of(source), source.name)


def xform_of(table: Any, name: str) -> bytes:
    """`compile_form` of sheets that are read already."""
    from pyxform.xls2xform import convert

    try:
        xform: str = convert(_prepared(table), warnings=[]).xform
    except UserFacingError:
        raise
    except Exception as trouble:  # pyxform lets any type through on a malformed table (forms.md §2.1)
        raise UnfitTable("F13", name, told(trouble)) from trouble
    return xform.translate(_REVEAL).encode()


def compiled(source: Path, _cache: Path | None = None) -> bytes:
    """`compile_form`, unless the result was shipped in `compiled/` beside the table; once a process for each content.

    No cache is read or written: a form from a folder that anybody may write without a password could have lost
    its `required`, and all the forms of a checkout are compiled in 0.44 s, of which importing pyxform is 0.35 s.
    """
    try:
        found = (source.parent / "compiled" / shipped_name(source)).read_bytes()
    except OSError:
        found = b""
    return found if found.rstrip().endswith(b"</h:html>") else _once(source, cache_key(source))


@lru_cache(maxsize=32)
def _once(source: Path, _content: str) -> bytes:
    return compile_form(source)


def shipped_name(source: Path) -> str:
    """The file name of a compiled form: it changes with the table, the version of pyxform and this module."""
    return f"{source.stem}.{cache_key(source)}.xml"


def cache_key(source: Path) -> str:
    """Digest of the table's content, of pyxform's version and of this module's."""
    digest = hashlib.sha256(f"{FORMAT}/{PYXFORM}/{source.suffix.lower()}/".encode())
    digest.update(_read(source))
    return digest.hexdigest()[:16]


def _read(source: Path) -> bytes:
    try:
        data = source.read_bytes()
    except OSError as trouble:
        raise UserFacingError("F10", f"读不到表“{source.name}”；请检查文件还在不在、有没有被WPS占用。") from trouble
    if len(data) > MAX_BYTES:
        raise UserFacingError("F10", f"表“{source.name}”超过20MB，没有打开；请核对是不是拿错了文件。")
    return data


def sheets_of(source: Path) -> Any:
    """The sheets of a table as pyxform reads them (`.survey`, `.choices`, `.settings`: rows as dicts)."""
    data = _read(source)
    suffix = source.suffix.lower()
    if suffix not in KINDS:
        raise UserFacingError("F11", f"“{source.name}”不是做表用的文件；请用 .xlsx 或 .md。")
    _bounded(source, data)
    try:
        given: Any = data.decode("utf-8-sig") if suffix == ".md" else data
        table = _readers().get_xlsform(given, file_type=suffix)
    except Exception as trouble:  # openpyxl, xlrd and zipfile raise what they like on half a file
        if type(trouble).__name__ == "PyXFormError":
            raise UnfitTable("F12", source.name, told(trouble)) from trouble
        raise UserFacingError(
            "F11", f"“{source.name}”打不开：不是完整的表格，或不是按模板做的表。请用WPS另存为 .xlsx 再试。"
        ) from trouble
    for name in ("survey", "choices", "settings", "external_choices"):
        for number, row in enumerate(getattr(table, name, None) or (), 2):
            if None in row:  # pyxform trips over it; in .xlsx such a column is passed over
                problem = AuthorProblem(name, number, "", "有一格上面没有表头", "请在第1行补上表头，或删去这一格")
                raise UnfitTable("F12", source.name, (problem,))
    if not table.survey:
        raise UserFacingError("F11", f"“{source.name}”里没有题目；请检查有没有名为 survey 的工作表。")
    if sum(len(sheet) for sheet in (table.survey, table.choices or (), table.settings or ())) > MAX_ROWS:
        raise UserFacingError("F11", f"“{source.name}”超过{MAX_ROWS}行，没有打开；请拆成几张表。")
    return table


def _readers() -> Any:
    """pyxform's readers of tables. xlrd keeps, for its remarks, the stdout of the moment of its import: in a window
    there is none, and one that was borrowed then may be closed by now; so it is given a place of its own."""
    from pyxform import xls2json_backends as readers

    readers.xlrd_open = _open_xls
    return readers


def _open_xls(*given: Any, **named: Any) -> Any:
    import xlrd  # type: ignore[import-untyped]

    with io.StringIO() as silent:
        return xlrd.open_workbook(*given, logfile=silent, **named)


def _bounded(source: Path, data: bytes) -> None:
    """What it would become is asked before it is read: an .xlsx is a zip, and a short file may hold very many cells."""
    import zipfile

    suffix = source.suffix.lower()
    too_big = UserFacingError("F10", f"表“{source.name}”解开后太大，没有打开；请核对是不是拿错了文件。")
    if suffix in (".md", ".csv") and data.count(b"\n") > MAX_LINES:
        raise UserFacingError("F11", f"“{source.name}”超过{MAX_LINES}行，没有打开；请拆成几张表。")
    if suffix != ".xlsx" or not zipfile.is_zipfile(io.BytesIO(data)):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(member.file_size for member in packed.infolist()) > MAX_UNPACKED:
                raise too_big
            if sum(_cells(packed, name) for name in packed.namelist() if name.startswith("xl/worksheets/")) > MAX_CELLS:
                raise too_big
    except UserFacingError:
        raise
    except Exception:  # zipfile lets many kinds through on a damaged file; whoever reads it next says so
        return


def _cells(packed: Any, name: str) -> int:
    """How many filled cells a sheet has, counted on the way past."""
    count = 0
    with packed.open(name) as sheet:
        while piece := sheet.read(1 << 20):
            count += piece.count(b"</v>") + piece.count(b"</is>")
            if count > MAX_CELLS:
                break
    return count


def _prepared(table: Any) -> dict[str, Any]:
    """The sheets as pyxform wants them, quotation marks disguised and what it would lose put by."""
    sheets = {one.name: getattr(table, one.name) for one in dataclasses.fields(table)}
    for name in ("survey", "choices", "settings"):
        sheets[name] = [_disguised(row) for row in sheets[name] or ()] or sheets[name]
    _with_external_choices(sheets)
    extra: dict[str, None] = {}
    for row in sheets["survey"]:
        kind = str(row.get("type") or "").strip().lower().replace(" ", "_")
        if kind == "calculate":
            _keep(row, "label", extra)
        elif kind in ("begin_group", "begin_repeat"):
            _keep(row, "hint", extra)
    header = sheets.get("survey_header")
    if header:
        sheets["survey_header"] = [{**header[0], **extra}]
    _with_namespace(sheets)
    return sheets


def _with_external_choices(sheets: dict[str, Any]) -> None:
    """`select_one_external` and its sheet become an ordinary filtered list: then the form needs no file beside it."""
    rows = sheets.get("external_choices")
    if not rows:
        return
    sheets["choices"] = [*(sheets["choices"] or ()), *(_disguised(row) for row in rows)]
    headers = [sheets.get("choices_header") or [{}], sheets.get("external_choices_header") or [{}]]
    sheets["choices_header"] = [{**headers[0][0], **headers[1][0]}]
    sheets["external_choices"] = sheets["external_choices_header"] = None
    settings = sheets["settings"] or [{}]
    settings[0]["allow_choice_duplicates"] = "yes"  # one name under several parents is usual in these lists
    sheets["settings"] = settings
    sheets["settings_header"] = [{**(sheets.get("settings_header") or [{}])[0], "allow_choice_duplicates": None}]
    for row in sheets["survey"]:
        for column in [key for key in row if key.strip().lower() == "type"]:
            row[column] = str(row[column]).replace("select_one_external", "select_one")


def _keep(row: dict[str, Any], word: str, extra: dict[str, None]) -> None:
    text = next((value for key, value in row.items() if key.partition("::")[0].strip() == word and value), None)
    if text and "${" not in str(text):
        row[f"bind::bt:{word}"] = text
        extra[f"bind::bt:{word}"] = None


def _with_namespace(sheets: dict[str, Any]) -> None:
    """An office's table need not know that `bt:` wants a namespace."""
    settings = sheets.get("settings") or [{}]
    known = str(settings[0].get("namespaces") or "")
    if "bt=" not in known:
        settings[0]["namespaces"] = f"{known} {_NAMESPACE}".strip()
        header = sheets.get("settings_header") or [{}]
        sheets["settings_header"] = [{**header[0], "namespaces": None}]
    sheets["settings"] = settings


def _disguised(row: dict[str, Any]) -> dict[str, Any]:
    return {key: _disguised_cell(key, value) if isinstance(value, str) else value for key, value in row.items()}


def _disguised_cell(column: str, text: str) -> str:
    """In a formula only the texts within straight quotes keep theirs: WPS curls the quotes people type around them."""
    if column.strip().lower() in _FORMULAS:
        hide: Callable[[re.Match[str]], str] = lambda found: found[0].translate(_DISGUISE)  # noqa: E731
        return _LITERAL.sub(hide, text)
    return text.translate(_DISGUISE)
