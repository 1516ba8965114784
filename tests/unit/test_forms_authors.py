"""What an author reads: sheet, row as the spreadsheet program shows it, column, what is wrong, the way out."""

from __future__ import annotations

import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from baitao_desktop.forms import compile_form, load
from baitao_desktop.forms.authoring import AuthorProblem, author_errors, author_problems
from baitao_desktop.forms.telling import _CATALOGUE, told
from forms_kit import table

HEADS = "type | name | label | relevant | constraint | calculation | bind::bt:ledger | bind::bt:width\n"
LISTS = "list_name | name | label\nhy | yl | 养老\nhy | bj | 保健"


def problems(folder: Path, survey: str, choices: str = LISTS) -> tuple[AuthorProblem, ...]:
    return author_problems(table(folder / "biao.md", survey, choices))


@pytest.mark.parametrize(
    ("rows", "row", "column", "text"),
    [
        ("text | a | 甲 | false() | | | |", 2, "relevant", "条件永远不成立"),
        ("text | a | 甲 | 1 = 2 or '' | | | |", 2, "relevant", "条件永远不成立"),
        ("select_one hy | h | 业 | | | | |\ntext | a | 甲 | ${h} = 'yl' and ${h} = 'bj' | | | |", 3, "relevant",
         "条件永远不成立"),
        ("text | a | 甲 | ${a} = '1' | | | |", 2, "relevant", "要等自己的结果"),
        ("begin_group | g | 组 | ${a} = '1' | | | |\ntext | a | 甲 | | | | |\nend_group | | | | | | |", 2, "relevant",
         "要等自己的结果"),
        ("select_one hy | h | 业 | | | | |\ntext | a | 甲 | ${h} = 'ylao' | | | |", 3, "relevant",
         "“业”的选项里没有“ylao”（有的是：bj、yl）"),
        ("select_multiple hy | h | 业 | | | | |\ncalculate | a | | | | if(selected(${h}, 'zz'), 1, 2) | |", 3,
         "calculation", "的选项里没有“zz”"),
        ("begin_group | g | 组 | | | | |\ntext | a | 甲 | foo() | | | |\nend_group | | | | | | |\n"
         "text | b | 甲 | | | | |\nbegin_group | k | 组 | | | | |\ntext | a | 甲 | bar() | | | |\nend_group | | | | | | |",
         7, "relevant", "没有函数 bar()"),
        ("\n".join(f"text | a{i} | 甲 | | | | {i} | 40" for i in range(1, 7)), 6, "bind::bt:width",
         "台账各列到这里合计宽200字"),
        ("text | a b | 甲 | | | | |", 2, "name", "题名“a b”不能用"),
        ("begin_group | g | 组 | | | | |\nend_repeat | | | | | | |", 3, "", "多了一个 end_repeat"),
        ("text | a | #REF! | | | | |", 2, "label", "算错的公式（#REF!）"),
        ("include | b | 乙 | | | | |", 2, "type", "include"),
    ],
)  # fmt: skip
def test_row_and_column_are_named(tmp_path: Path, rows: str, row: int, column: str, text: str) -> None:
    found = problems(tmp_path, HEADS + rows)
    hits = [one for one in found if text in one.text]
    assert hits, found
    assert (hits[0].sheet, hits[0].row, hits[0].column) == ("survey", row, column)
    assert hits[0].remedy
    assert hits[0].line.startswith(f"survey 第{row}行")


def test_what_is_sound_is_not_doubted(tmp_path: Path) -> None:
    rows = """select_one hy | h | 业 | | | | |
    select_multiple hy or_other | m | 业 | | | | |
    text | a | 甲 | ${h} = 'yl' or ${h} = 'bj' | | | |
    text | b | 乙 | selected(${m}, 'other') and ${h} != '' | | | |
    text | c | 丙 | true() | | | |
    text | d | 丁 | today() > '2000-01-01' | | | |
    | | | | | | |"""
    assert [one for one in problems(tmp_path, HEADS + rows) if one.row < 9] == []


def test_duplicate_choices_where_the_settings_allow_them(tmp_path: Path) -> None:
    source = table(tmp_path / "b.md", "type | name | label\nselect_one hy | h | 业", LISTS + "\nhy | yl | 又一个",
                   "form_id | allow_choice_duplicates\nf | yes")  # fmt: skip
    assert author_problems(source) == ()


# --- pyxform's own words --------------------------------------------------------------------------------------------


def test_the_whole_catalogue_of_pyxform_is_translated() -> None:
    from pyxform.errors import ErrorCode, PyXFormError

    assert {one.name for one in ErrorCode} == set(_CATALOGUE)
    words = {"row": 7, "other_row": 3, "sheet": "survey", "column": "relevant", "value": "jia", "q": "yi", "name": "step",
             "type": "group", "saveto": "s", "dataset": "qd", "scope": "/data", "other_scope": "/data/g",
             "question": "wen", "sheet_name": "survey", "header": "label", "other": "caption", "missing": "'name'",
             "columns": "'x'", "candidates": "'surve'", "accepted": "rows", "rejected": "row", "path": "/data",
             "tick_labelset": "l"}  # fmt: skip
    for code in ErrorCode:
        for trouble in (PyXFormError(code=code, context=words), PyXFormError(code.value.format(**words))):
            (problem,) = told(trouble)
            assert problem.text, code.name
            assert "{" not in problem.text.replace("${", "")
            assert problem.text.partition("“")[0].partition("，")[0] in _CATALOGUE[code.name][0] or "yi" in problem.text \
                or any(str(word).strip("'") in problem.text for word in words.values())  # fmt: skip
            if "[row : {row}]" in code.value.msg:
                assert problem.row == 7, code.name
    (problem,) = told(PyXFormError(code=ErrorCode.PYREF_003, context={**words, "sheet": "choices", "column": "label"}))
    assert problem == AuthorProblem("choices", 7, "label", "引用了没有的题 ${yi}", "请核对题名，或先添加这道题")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("[row : 5] Missing calculation.", "survey 第5行 calculation 列：计算题没有填 calculation；请填写公式"),
        ("[row : 9] List name not in choices sheet: qudao", "survey 第9行：选项表 qudao 不在 choices 里"),
        ("The xls file provided has an invalid date on the survey sheet, under the default column on row number 3",
         "survey 第5行 default 列：这一格的日期读不出来"),
        ("Parameter rows must have an integer value.", "parameters 列：parameters 的 rows 要填整数"),
        ("something nobody foresaw", "有一处不合做表的规矩（something nobody foresaw）；请对照模板检查"),
    ],
)  # fmt: skip
def test_what_pyxform_says_without_a_code(said: str, expected: str) -> None:
    (problem,) = told(Exception(said))
    assert problem.line.startswith(expected)


def test_several_complaints_at_once() -> None:
    from pyxform.errors import ErrorCode

    said = "\n".join(ErrorCode.NAMES_007.value.format(row=row) for row in (4, 6))
    assert [(one.sheet, one.row, one.column) for one in told(Exception(said))] == [
        ("choices", 4, "name"), ("choices", 6, "name"),
    ]  # fmt: skip


# --- spreadsheets ---------------------------------------------------------------------------------------------------


def book(path: Path, rows: list[list[Any]], merge: str = "") -> Path:
    from openpyxl import Workbook

    made = Workbook()
    survey = made.active
    assert survey is not None
    survey.title = "survey"
    for row in rows:
        survey.append(row)
    if merge:
        survey.merge_cells(merge)
    made.save(path)
    return path


def test_rows_are_numbered_as_the_spreadsheet_shows_them(tmp_path: Path) -> None:
    source = book(tmp_path / "b.xlsx", [["type", "name", "label", "relevant"], ["text", "a", "甲"], [], [],
                                        ["text", "b", "乙", "foo()"], [], ["text", "c", None]])  # fmt: skip
    assert [(one.row, one.column) for one in author_problems(source)] == [(5, "relevant"), (7, "label")]


def test_merged_cells_are_told(tmp_path: Path) -> None:
    source = book(tmp_path / "b.xlsx", [["type", "name", "label"], ["text", "a", "甲"], [None, "b", "乙"]], "A2:A3")
    lines = author_errors(source)
    assert "survey 第2行 A 列：从这里到第3行的格子合并了，只有左上角一格有内容；请取消合并，每一格都填上" in lines
    assert any(line.startswith("survey 第3行 type 列：没有填 type") for line in lines)


def test_a_formula_without_its_result_is_told(tmp_path: Path) -> None:
    source = book(tmp_path / "b.xlsx", [["type", "name", "label"], ["text", "a", '="甲"&"乙"']])
    lines = author_errors(source)
    assert lines[0].startswith("survey 第2行 C 列：这一格是公式，文件里没有算好的结果；请在WPS里打开存一次") or \
        lines[1].startswith("survey 第2行 C 列：这一格是公式")  # fmt: skip


def biff(rows: list[list[str]], formulas: dict[tuple[int, int], str | int]) -> bytes:
    """An .xls of the oldest kind: one sheet of texts; a formula carries its result as text or as an error code."""

    def record(kind: int, data: bytes) -> bytes:
        return struct.pack("<HH", kind, len(data)) + data

    out = record(0x0009, struct.pack("<HH", 2, 0x10))
    for y, row in enumerate(rows):
        for x, text in enumerate(row):
            at = struct.pack("<HH", y, x) + b"\0\0\0"
            if (y, x) in formulas:
                result = formulas[y, x]
                error = result if isinstance(result, int) else 0
                kind = 2 if isinstance(result, int) else 0
                out += record(0x0006, at + bytes([kind, 0, error, 0, 0, 0, 0xFF, 0xFF]) + b"\0\x03\x1e\x01\0")
                if isinstance(result, str):
                    out += record(0x0007, bytes([len(result)]) + result.encode("ascii"))
            elif text:
                out += record(0x0004, at + bytes([len(text)]) + text.encode("ascii"))
    return out + record(0x000A, b"")


def test_an_xls_is_read_even_when_the_readers_stdout_is_gone(tmp_path: Path) -> None:
    # xlrd keeps the stdout of its import; in a window, or after a borrowed one, there is none
    source = tmp_path / "b.xls"
    source.write_bytes(biff([["type", "name", "label"], ["text", "a", "x"]], {}))
    script = (
        "import contextlib, io, sys\nfrom pathlib import Path\n"
        "with contextlib.redirect_stdout(io.StringIO()) as gone:\n    import pyxform.xls2json_backends\n"
        "gone.close()\nfrom baitao_desktop.forms.compiling import compile_form\ncompile_form(Path(sys.argv[1]))\n"
    )
    subprocess.run([sys.executable, "-c", script, str(source)], check=True, timeout=120)


def test_an_xls_with_formulas_gives_their_results_and_runs_nothing(tmp_path: Path) -> None:
    source = tmp_path / "b.xls"
    source.write_bytes(biff([["type", "name", "label"], ["text", "a", "x"]], {(1, 2): "made by a formula"}))
    assert load(compile_form(source)).question("a").label == "made by a formula"
    source.write_bytes(biff([["type", "name", "label"], ["text", "a", "x"]], {(1, 2): 0x17}))
    assert any(line.startswith("Sheet 1 第2行 C 列：这一格是算错的公式（#REF!）") for line in author_errors(source))
