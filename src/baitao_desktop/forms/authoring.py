"""What the author of a table has to put right, in words that name sheet, row and remedy."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from baitao_desktop.domain.errors import UserFacingError

from .compiling import KINDS, MAX_BYTES, compile_form, sheets_of
from .definition import Question
from .drafting import Trouble
from .loading import read_form

_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
# question types without words of their own
_MUTE = frozenset(
    {"calculate", "hidden", "start", "end", "today", "deviceid", "username", "phonenumber", "email", "audit",
     "begin_group", "begin_repeat", "end_group", "end_repeat", "begin_loop", "end_loop", "csv-external",
     "xml-external", "start-geopoint", "background-audio", "background-geopoint", "entity"}
)  # fmt: skip
_COLUMNS = {
    "显示条件": ("relevant", "bind::relevant"),
    "限制条件": ("constraint", "bind::constraint"),
    "计算公式": ("calculation", "bind::calculate"),
    "必填条件": ("required",),
    "只读条件": ("readonly", "read_only"),
    "选项": ("choice_filter",),
    "重复次数": ("repeat_count",),
    "默认值": ("default",),
    "文字": ("label", "hint"),
}
_PAGE = 174  # mm between the margins of an A4 sheet
_SPOT = re.compile(r"(survey|choices|settings)? ?第(\d+)行")


def check_form(source: Path) -> str:
    """What `baitao-desktop check-form FILE` prints: one good line, or how many things to put right and which."""
    errors = author_errors(source)
    if not errors:
        return f"“{source.name}”没有发现问题，可以使用。"
    return "\n".join((f"“{source.name}”有{len(errors)}处要改：", *errors))


def author_errors(source: Path) -> tuple[str, ...]:
    """Everything to put right in a table, in the order of its rows; empty when the form is sound. Never raises."""
    odd = _no_table(source)
    if odd:
        return (odd,)
    try:
        table = sheets_of(source)
    except UserFacingError as trouble:
        # pyxform says so in English of a file without a survey sheet that can be read
        return (_no_survey(source.name) if "Argument 'definition'" in trouble.text else trouble.text,)
    survey: Sequence[Mapping[str, Any]] = table.survey
    choices: Sequence[Mapping[str, Any]] = table.choices or ()
    found = [*_of_rows(survey), *_of_names(survey), *_of_lists(survey, choices), *_of_choices(choices)]
    found.extend(_of_page(survey))
    try:
        form, troubles = read_form(compile_form(source))
    except UserFacingError as trouble:
        told = trouble.text.partition("做不成表单：")[2] or trouble.text
        if not any(_spot(told) == _spot(line) and _same_matter(told, line) for line in found):
            found.append(told)
    else:
        found.extend(_of_formulas(survey, troubles, form.walk()))
    return tuple(sorted(dict.fromkeys(found), key=_order))


def _no_table(source: Path) -> str:
    """What is told of a file that is no table at all; empty when it may be one. pyxform answers these in English."""
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
    if (suffix == ".xlsx" and _is_workbook(data)) or (suffix == ".xls" and data[:4] == b"\xd0\xcf\x11\xe0"):
        return ""
    return f"“{name}”不是 {suffix} 表格，可能没有拷完整，或是别的文件改了名字；请用WPS打开后另存为 .xlsx 再试。"


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
    import io
    import zipfile

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            return "xl/workbook.xml" in packed.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return False


def _spot(line: str) -> tuple[str, int]:
    spot = _SPOT.search(line)
    return (spot[1] or "survey", int(spot[2])) if spot else ("", 0)


def _same_matter(one: str, other: str) -> bool:
    """Whether two lines about one row mean the same, so that nobody is told twice."""
    return any(word in one and word in other for word in ("重复", "选项表", "没有填 type", "改名", "label"))


def _order(line: str) -> tuple[int, int]:
    sheet, row = _spot(line)
    return {"survey": 1, "choices": 2, "settings": 3}.get(sheet, 4), row


def _line(sheet: str, row: int, what: str, remedy: str) -> str:
    return f"{sheet} 第{row}行：{what}；{remedy}"


def _kind(row: Mapping[str, Any]) -> str:
    """`begin group` → `begin_group`, `select_one qudao` → `select_one`."""
    words = str(row.get("type") or "").strip().lower().split()
    if len(words) > 1 and words[0] in ("begin", "end"):
        return "_".join(words[:2])
    return words[0] if words else ""


def _name(row: Mapping[str, Any]) -> str:
    return str(row.get("name") or "").strip()


def _cell(row: Mapping[str, Any], *columns: str) -> str:
    """The first filled cell among these columns or their translations (`label::中文(zh)`)."""
    for key, value in row.items():
        if key.partition(":")[0].strip().lower() in columns and value not in (None, ""):
            return str(value)
    return ""


def _of_rows(survey: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for number, row in enumerate(survey, 2):
        kind, name = _kind(row), _name(row)
        if not kind:
            if any(row.values()):
                yield _line("survey", number, "没有填 type", "请填写题型")
            continue
        if name and not _NAME.match(name):
            yield _line("survey", number, f"题名“{name}”不能用", "请改用小写字母开头的拼音、数字和下划线")
        if kind not in _MUTE and not _cell(row, "label", "caption", "hint", "media"):
            yield _line("survey", number, f"“{name}”没有题目文字", "请填写 label 列")
        if _cell(row, "constraint") and not _cell(row, "constraint_message"):
            yield _line("survey", number, f"“{name}”有限制条件却没有说明", "请在 constraint_message 列写明怎样填才对")
        width = str(row.get("bind::bt:width") or "").strip()
        if width and not width.isdecimal():
            yield _line("survey", number, f"“{name}”的 bt:width“{width}”不是整数", "请填写字数")


def _of_names(survey: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Names must differ within one group; the row that repeats a name is told."""
    levels: list[dict[str, int]] = [{}]
    for number, row in enumerate(survey, 2):
        kind, name = _kind(row), _name(row)
        if kind in ("end_group", "end_repeat"):
            if len(levels) > 1:
                levels.pop()
            continue
        if name:
            first = levels[-1].setdefault(name, number)
            if first != number:
                yield _line("survey", number, f"题名“{name}”与第{first}行重复", "请改成不同的名字")
        if kind in ("begin_group", "begin_repeat"):
            levels.append({})


def _of_lists(survey: Sequence[Mapping[str, Any]], choices: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    known = {_list(row) for row in choices}
    for number, row in enumerate(survey, 2):
        words = str(row.get("type") or "").split()
        if len(words) < 2 or words[0] not in ("select_one", "select_multiple", "rank") or "${" in words[1]:
            continue
        if words[1] not in known:
            yield _line(
                "survey", number, f"“{_name(row)}”要的选项表 {words[1]} 不在 choices 里", "请核对名字或补上选项"
            )


def _list(row: Mapping[str, Any]) -> str:
    return str(row.get("list_name") or row.get("list name") or "").strip()


def _of_choices(choices: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    seen: dict[tuple[str, str], int] = {}
    for number, row in enumerate(choices, 2):
        name, listed = _name(row), _list(row)
        if not listed:
            continue
        if not name:
            yield _line("choices", number, f"选项表 {listed} 有一项没有 name", "请补上")
            continue
        if not _cell(row, "label"):
            yield _line("choices", number, f"选项“{name}”没有显示的文字", "请填写 label 列")
        if " " in name:
            yield _line("choices", number, f"选项名“{name}”里有空格", "请改用下划线")
        first = seen.setdefault((listed, name), number)
        if first != number:
            yield _line("choices", number, f"选项“{name}”与第{first}行重复", "请改成不同的 name")


def _of_page(survey: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The columns of one printed table must fit between the margins."""
    total, start = 0, 0
    for number, row in enumerate(survey, 2):
        kind = _kind(row)
        if kind == "begin_repeat":
            total, start = 0, number
        printed = str(row.get("bind::bt:print") or "")
        if printed.startswith("col:") and printed[4:].isdecimal():
            total += int(printed[4:])
        if kind == "end_repeat":
            if total > _PAGE:
                yield _line(
                    "survey", start, f"打印列宽合计{total}毫米，超过A4纸的{_PAGE}毫米", "请减小 bt:print 的 col"
                )
            total = 0


def _of_formulas(
    survey: Sequence[Mapping[str, Any]], troubles: Sequence[Trouble], questions: Iterator[Question]
) -> Iterator[str]:
    rows = {_name(row): number for number, row in reversed(list(enumerate(survey, 2)))}
    often = Counter(_name(row) for row in survey)
    for trouble in troubles:
        columns = _COLUMNS.get(trouble.part, ())
        part = f"{trouble.part}（{columns[0]}）" if columns else trouble.part
        where = f"survey 第{rows[trouble.name]}行" if often[trouble.name] else "settings 第2行"
        yield f"{where}：“{trouble.name or trouble.part}”的{part}：{trouble.text}；请改正公式"
    for question in questions:
        for expression in (question.relevant, question.constraint, question.calculate, question.required):
            for name in sorted(expression.unknown) if expression is not None else ():
                if question.name in rows:
                    yield _line(
                        "survey", rows[question.name], f"“{question.name}”的公式引用了没有的题 {name}", "请核对题名"
                    )
