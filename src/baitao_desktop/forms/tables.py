"""What can be told of a table before it is compiled: row by row, sheet by sheet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .telling import AuthorProblem

Rows = Sequence[Mapping[str, Any]]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]*\Z")
# question types without words of their own
_MUTE = frozenset(
    {"calculate", "hidden", "start", "end", "today", "deviceid", "username", "phonenumber", "email", "audit",
     "begin_group", "begin_repeat", "end_group", "end_repeat", "begin_loop", "end_loop", "csv-external",
     "xml-external", "start-geopoint", "background-audio", "background-geopoint", "entity", "subscriberid", "simserial"}
)  # fmt: skip
_WORDS = ("label", "caption", "hint", "guidance_hint", "media", "image", "audio", "video", "big-image")
_ENDS = ("end_group", "end_repeat", "end_loop")
_BEGINS = ("begin_group", "begin_repeat", "begin_loop")
_PAGE = 174  # mm between the margins of an A4 sheet
_LEDGER = 190  # characters of 8 points, half width, between the margins of A4 lying down
_ERRORS = frozenset({"#REF!", "#N/A", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!"})


def problems_of_rows(survey: Rows, choices: Rows, settings: Rows) -> Iterator[AuthorProblem]:
    """All that the rows themselves tell, sheet by sheet."""
    twice = any(str(_value(row, "allow_choice_duplicates") or "").strip().lower() == "yes" for row in settings)
    yield from _of_cells("survey", survey)
    yield from _of_cells("choices", choices)
    yield from _of_rows(survey)
    yield from _of_names(survey)
    yield from _of_lists(survey, choices)
    yield from _of_choices(choices, twice=twice)
    yield from _of_page(survey)
    yield from _of_ledger(survey)


def kind_of(row: Mapping[str, Any]) -> str:
    """`begin group` → `begin_group`, `select_one qudao` → `select_one`."""
    words = str(_value(row, "type") or "").strip().lower().split()
    if len(words) > 1 and words[0] in ("begin", "end"):
        return "_".join(words[:2])
    return words[0] if words else ""


def name_of(row: Mapping[str, Any]) -> str:
    return str(_value(row, "name") or "").strip()


def heading(row: Mapping[str, Any], columns: Sequence[str]) -> str:
    """The heading, as written, of the first filled cell among these columns or their translations."""
    for key, value in row.items():
        plain = key.strip().lower()
        if value not in (None, "") and (plain in columns or plain.partition(":")[0].strip() in columns):
            return key
    return columns[0] if columns else ""


def lacks_words(row: Mapping[str, Any]) -> bool:
    """Whether a question of this row would stand on the page without a word."""
    kind = kind_of(row)
    return bool(kind) and kind not in _MUTE and not _cell(row, *_WORDS) and not _calculates(row)


def paths_of(survey: Rows, root: str) -> dict[str, int]:
    """Element → row: `/data/zu/ti` as the compiled form calls it."""
    found: dict[str, int] = {}
    for number, name, group, _ in _named(survey):
        found.setdefault(f"/{root}{group}/{name}", number)
    return found


def _named(survey: Rows) -> Iterator[tuple[int, str, str, int]]:
    """Each row with a name: its number, the name, the path of its group ("" at the top) and the row that began it."""
    groups = [("", 1)]
    for number, row in enumerate(survey, 2):
        kind, name = kind_of(row), name_of(row)
        if kind in _ENDS:
            if len(groups) > 1:
                groups.pop()
            continue
        path, began = groups[-1]
        if name:
            yield number, name, path, began
        if kind in _BEGINS:
            groups.append((f"{path}/{name}" if name else path, number))


def _value(row: Mapping[str, Any], column: str) -> Any:
    if column in row:
        return row[column]
    return next((value for key, value in row.items() if key.strip().lower() == column), None)


def _cell(row: Mapping[str, Any], *columns: str) -> str:
    """The first filled cell among these columns or their translations (`label::中文(zh)`)."""
    for key, value in row.items():
        if key.partition(":")[0].strip().lower() in columns and value not in (None, ""):
            return str(value)
    return ""


def _of_cells(sheet: str, rows: Rows) -> Iterator[AuthorProblem]:
    """Cells in which a spreadsheet program left the mark of a failed formula."""
    for number, row in enumerate(rows, 2):
        for key, value in row.items():
            if isinstance(value, str) and value.strip().upper() in _ERRORS:
                yield AuthorProblem(sheet, number, key, f"这一格是算错的公式（{value.strip()}）", "请改成写好的文字")


def _of_rows(survey: Rows) -> Iterator[AuthorProblem]:
    for number, row in enumerate(survey, 2):
        kind, name = kind_of(row), name_of(row)
        if not kind:
            if name or _cell(row, *_WORDS):  # a row without both is the author's own note
                yield AuthorProblem("survey", number, "type", "没有填 type", "请填写题型")
            continue
        if name and not _NAME.match(name):
            remedy = "请改用小写字母开头的拼音、数字和下划线"
            yield AuthorProblem("survey", number, "name", f"题名“{name}”不能用", remedy)
        if lacks_words(row):
            yield AuthorProblem("survey", number, "label", f"“{name}”没有题目文字", "请填写 label 列")
        if _cell(row, "constraint") and not _cell(row, "constraint_message", "constraint message"):
            yield AuthorProblem(
                "survey", number, "constraint", f"“{name}”有限制条件却没有说明",
                "请在 constraint_message 列写明怎样填才对",
            )  # fmt: skip
        width = str(row.get("bind::bt:width") or "").strip()
        if width and not width.isdecimal():
            yield AuthorProblem(
                "survey", number, "bind::bt:width", f"“{name}”的 bt:width“{width}”不是整数", "请填写字数"
            )


def _calculates(row: Mapping[str, Any]) -> bool:
    """A question without words that only calculates, as old tables write it (`text` with a calculation)."""
    return bool(_cell(row, "calculation", "calculate")) and kind_of(row) in ("text", "integer", "decimal", "date")


def _of_names(survey: Rows) -> Iterator[AuthorProblem]:
    """Names must differ within one group; the row that repeats a name is told."""
    seen: dict[tuple[int, str], int] = {}
    for number, name, _, began in _named(survey):
        first = seen.setdefault((began, name), number)
        if first != number:
            yield AuthorProblem("survey", number, "name", f"题名“{name}”与第{first}行重复", "请改成不同的名字")


def _of_lists(survey: Rows, choices: Rows) -> Iterator[AuthorProblem]:
    known = {_list(row) for row in choices}
    for number, row in enumerate(survey, 2):
        words = str(_value(row, "type") or "").split()
        if len(words) < 2 or words[0] not in ("select_one", "select_multiple", "rank") or "${" in words[1]:
            continue
        if words[1] not in known and not words[1].endswith((".csv", ".xml", ".geojson")):
            text = f"“{name_of(row)}”要的选项表 {words[1]} 不在 choices 里"
            yield AuthorProblem("survey", number, "type", text, "请核对名字或补上选项")


def _list(row: Mapping[str, Any]) -> str:
    return str(_value(row, "list_name") or _value(row, "list name") or "").strip()


def _of_choices(choices: Rows, *, twice: bool) -> Iterator[AuthorProblem]:
    seen: dict[tuple[str, str], int] = {}
    for number, row in enumerate(choices, 2):
        name, listed = name_of(row) or str(_value(row, "value") or "").strip(), _list(row)
        if not listed:
            if name:
                yield AuthorProblem("choices", number, "list_name", f"选项“{name}”没有写属于哪个选项表", "请补上")
            continue
        if not name:
            yield AuthorProblem("choices", number, "name", f"选项表 {listed} 有一项没有 name", "请补上")
            continue
        if not _cell(row, *_WORDS):
            yield AuthorProblem("choices", number, "label", f"选项“{name}”没有显示的文字", "请填写 label 列")
        if " " in name:
            yield AuthorProblem("choices", number, "name", f"选项名“{name}”里有空格", "请改用下划线")
        first = seen.setdefault((listed, name), number)
        if first != number and not twice:
            yield AuthorProblem("choices", number, "name", f"选项“{name}”与第{first}行重复", "请改成不同的 name")


def _of_page(survey: Rows) -> Iterator[AuthorProblem]:
    """The columns of one printed table must fit between the margins."""
    total, start = 0, 0
    for number, row in enumerate(survey, 2):
        kind = kind_of(row)
        if kind == "begin_repeat":
            total, start = 0, number
        printed = str(row.get("bind::bt:print") or "")
        if printed.startswith("col:") and printed[4:].isdecimal():
            total += int(printed[4:])
        if kind == "end_repeat":
            if total > _PAGE:
                yield AuthorProblem(
                    "survey", start, "bind::bt:print", f"打印列宽合计{total}毫米，超过A4纸的{_PAGE}毫米",
                    "请减小 bt:print 的 col",
                )  # fmt: skip
            total = 0


def _of_ledger(survey: Rows) -> Iterator[AuthorProblem]:
    """The columns of a ledger must be readable on one sheet; told at the first that goes over the edge."""
    totals = [0]
    for number, row in enumerate(survey, 2):
        kind = kind_of(row)
        if kind == "begin_repeat":
            totals.append(0)
        elif kind == "end_repeat" and len(totals) > 1:
            totals.pop()
        width = str(row.get("bind::bt:width") or "12").strip()
        if row.get("bind::bt:ledger") in (None, "") or not width.isdecimal():
            continue
        before = totals[-1]
        totals[-1] += max(4, min(40, int(width)))
        if before <= _LEDGER < totals[-1]:
            text = f"台账各列到这里合计宽{totals[-1]}字，横放的A4纸只放得下{_LEDGER}字"
            yield AuthorProblem("survey", number, "bind::bt:width", text, "请减小 bt:width 或少列几项")
