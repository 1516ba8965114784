"""Tables and files that are wrong: a Chinese sentence naming sheet, row and remedy; nothing executed, nothing lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.forms import compile_form, compiled, compiling, fill, load
from baitao_desktop.forms.authoring import author_errors, check_form
from baitao_desktop.forms.compiling import shipped_name
from forms_kit import HEAD, NOW, ROOT, table

CHOICES = "list_name | name | label\nhy | yl | 养老"


def errors(tmp_path: Path, survey: str, choices: str = CHOICES) -> tuple[str, ...]:
    return author_errors(table(tmp_path / "biao.md", survey, choices))


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("text | a | 甲 | foo(1) | | |", "survey 第2行 relevant 列：“a”的显示条件：没有函数 foo()；请改正公式"),
        ("text | a | 甲 | 1 + | | |", "survey 第2行 relevant 列：“a”的显示条件：公式末尾有误，此处应为题名或数值"),
        ("text | a | 甲 | if(1, 2) | | |", "if() 应有3个参数，现有2个"),
        ("text | a | 甲 | | . != '' | |", "survey 第2行 constraint 列：“a”有限制条件却没有说明"),
        ("text | a | | | | |", "survey 第2行 label 列：“a”没有题目文字；请填写 label 列"),
        ("text | 甲 | 甲 | | | |", "survey 第2行 name 列：题名“甲”不能用；请改用小写字母开头的拼音"),
        ("text | a | 甲 | | | |\ntext | a | 乙 | | | |", "survey 第3行 name 列：题名“a”与第2行重复"),
        ("select_one mei | a | 甲 | | | |", "survey 第2行 type 列：“a”要的选项表 mei 不在 choices 里"),
        ("text | a | 甲 | ${zz} = 1 | | |", "survey 第2行 relevant 列：引用了没有的题 ${zz}"),
        ("shenme | a | 甲 | | | |", "survey 第2行 type 列：没有“shenme”这种题型"),
        ("text | | 甲 | | | |", "survey 第2行 name 列：没有填 name"),
        ("calculate | a | | | | |\ntext | b | 乙 | | | |", "survey 第2行 calculation 列：计算题没有填 calculation"),
        ("calculate | a | | | | | ${b}\ncalculate | b | | | | | ${a}\ntext | c | 丙 | | | |", "互相等待，算不出先后"),
        ("begin_group | g | 组 | | | |\ntext | a | 甲 | | | |", "没有对应的 end"),
        ("text | b | 乙 | | | |\ntext | a | 甲 | regex(${b}, '(?=(a+)+b)') | | |", "可能永远算不完"),
        ("text | a | 甲 | $x = 1 | | |", "不支持变量"),
    ],
)
def test_the_author_is_told_row_and_remedy(tmp_path: Path, rows: str, told: str) -> None:
    heading = "type | name | label | relevant | constraint | constraint_message | calculation\n"
    found = errors(tmp_path, heading + rows)
    assert any(told in line for line in found), found
    for line in found:
        assert "Error" not in line
        assert "Traceback" not in line


@pytest.mark.parametrize(
    ("choices", "told"),
    [
        ("list_name | name | label\nhy | yl |", "choices 第2行 label 列：选项“yl”没有显示的文字"),
        ("list_name | name | label\nhy | | 养老", "choices 第2行 name 列：选项表 hy 有一项没有 name"),
        ("list_name | name | label\nhy | yl | 甲\nhy | yl | 乙", "choices 第3行 name 列：选项“yl”与第2行重复"),
    ],
)
def test_the_author_is_told_of_choices(tmp_path: Path, choices: str, told: str) -> None:
    assert any(told in line for line in errors(tmp_path, "type | name | label\nselect_one hy | a | 甲", choices))


def test_all_errors_come_in_the_order_of_the_rows(tmp_path: Path) -> None:
    found = errors(tmp_path, "type | name | label | relevant\ntext | b | | \ntext | a | 甲 | foo()\ntext | B | 乙 |")
    assert [line.partition("：")[0] for line in found] == sorted(line.partition("：")[0] for line in found)
    assert "有" in check_form(tmp_path / "biao.md")
    assert check_form(ROOT / "forms" / "xiansuo.md") == "“xiansuo.md”没有发现问题，可以使用。"


def test_a_table_too_wide_for_the_paper(tmp_path: Path) -> None:
    found = errors(
        tmp_path,
        "type | name | label | bind::bt:print\nbegin_repeat | xm | 项 |\ntext | a | 甲 | col:100\n"
        "text | b | 乙 | col:90\nend_repeat | | |",
    )
    assert found == ("survey 第2行 bind::bt:print 列：打印列宽合计190毫米，超过A4纸的174毫米；请减小 bt:print 的 col",)


@pytest.mark.parametrize("name", ["biao.xlsx", "biao.xls", "biao.md", "biao.docx", "biao.csv"])
def test_a_file_that_is_no_table(tmp_path: Path, name: str) -> None:
    source = tmp_path / name
    source.write_bytes(b"PK\x03\x04 half a file")
    with pytest.raises(UserFacingError) as told:
        compile_form(source)
    assert told.value.code in ("F11", "F12", "F13")
    assert name in told.value.text
    assert author_errors(source)


def test_a_table_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UserFacingError) as told:
        compile_form(tmp_path / "mei.md")
    assert told.value.code == "F10"


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (b"", "F01"),
        (b"\x00\x01", "F01"),
        (b"<a>", "F01"),
        (b"<a/>", "F02"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "F01"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "F01"),
        (b"<a>" * 300 + b"</a>" * 300, "F01"),
        ("<?xml version='1.0' encoding='utf-16'?><!DOCTYPE a><a/>".encode("utf-16"), "F01"),
        (f"{HEAD}</model></h:head></h:html>".encode(), "F02"),
    ],
)
def test_hostile_or_broken_xml_is_refused(source: bytes, code: str) -> None:
    with pytest.raises(UserFacingError) as told:
        load(source)
    assert told.value.code == code


def test_an_expression_nested_too_deep_is_refused() -> None:
    deep = "(" * 5000 + "1" + ")" * 5000
    form = f"{HEAD}<instance><data id='t'><a/></data></instance><bind nodeset='/data/a' relevant='{deep}'/>"
    with pytest.raises(UserFacingError, match="套得太深"):
        load(f"{form}</model></h:head><h:body><input ref='/data/a'/></h:body></h:html>".encode())


def with_rule(rule: str) -> bytes:
    return (
        f"{HEAD}<instance><data id='t'><a/><b/></data></instance><bind nodeset='/data/b' calculate=\"{rule}\"/>"
        "</model></h:head><h:body><input ref='/data/a'/></h:body></h:html>"
    ).encode()


def test_long_expressions_work_and_endless_ones_are_refused() -> None:
    long = fill(load(with_rule(" + ".join(["number(/data/a)"] * 1500))), {"a": "2"}, now=NOW, lists={})
    assert long.value("b") == "3000"
    many = fill(load(with_rule(f"concat({', '.join(['/data/a'] * 500)})")), {"a": "甲"}, now=NOW, lists={})
    assert many.value("b") == "甲" * 500
    either = fill(load(with_rule(" or ".join(["/data/a = 'x'"] * 1500))), {"a": "x"}, now=NOW, lists={})
    assert either.value("b") == "true"
    for rule in ("=".join(["1"] * 5000), "1 + " * 20000 + "1", "-" * 30000 + "1", "regex(/data/a, '[')"):
        try:
            load(with_rule(rule))
        except UserFacingError as told:
            assert told.code == "F03"


def test_an_xlsx_that_swells_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    import zipfile

    with zipfile.ZipFile(tmp_path / "biao.xlsx", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * (201 * 1024 * 1024))
    with pytest.raises(UserFacingError, match="解开后太大"):
        compile_form(tmp_path / "biao.xlsx")


def test_chinese_quotation_marks_survive(tmp_path: Path) -> None:
    source = table(
        tmp_path / "yinhao.md",
        "type | name | label | hint | relevant | constraint | constraint_message | calculation\n"
        "text | a | 打着“养老”的‘幌子’ | 如“夕阳” | | . != “坏” | 不写“坏” |\n"
        "calculate | b | | | | | | concat('“', ${a}, '”')\n"
        "select_one hy | c | 丙 | | ${a} = ‘x’ | | |",
        "list_name | name | label\nhy | yl | “养老”",
    )
    form = load(compile_form(source))
    question = form.question("a")
    assert (question.label, question.hint) == ("打着“养老”的‘幌子’", "如“夕阳”")
    assert question.constraint_message.plain == "不写“坏”"
    assert question.constraint is not None
    assert question.constraint.source == '. != "坏"'  # WPS curls the quotes of formulas; those are meant straight
    assert form.question("c").choices[0].label == "“养老”"
    calculate = form.question("b").calculate
    assert calculate is not None
    assert "“" in calculate.source


def test_an_xlsx_gives_the_same_form(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    survey = book.active
    assert survey is not None
    survey.title = "survey"
    for row in [
        ("type", "name", "label", "bind::bt:ledger"),
        ("text", "a", "打着“养老”", "1"),
        ("integer", "b", "乙", None),
    ]:
        survey.append(row)
    book.create_sheet("settings").append(("form_id", "form_title", "version"))
    book["settings"].append(("shiyong", "试用“表”", "1"))
    book.save(tmp_path / "biao.xlsx")
    form = load(compile_form(tmp_path / "biao.xlsx"))
    assert (form.id, form.title, form.version) == ("shiyong", "试用“表”", "1")
    assert form.question("a").label == "打着“养老”"
    assert form.question("a").bt == {"ledger": "1"}  # the namespace is added where an office left it out
    assert form.question("b").type == "integer"


def test_compiled_forms_are_remembered_by_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = table(tmp_path / "biao.md", "type | name | label\ntext | a | 甲")
    first = compiled(source)
    with monkeypatch.context() as patch:
        patch.setattr(compiling, "sheets_of", None)  # 不再编第二遍
        assert compiled(source) == first
    shipped = tmp_path / "compiled" / shipped_name(source)
    shipped.parent.mkdir()
    shipped.write_bytes(first.replace("甲".encode(), "已编好".encode()))
    assert "已编好".encode() in compiled(source)
    shipped.write_bytes(first[: len(first) // 2])
    assert compiled(source) == first  # a half written one is made again
    table(source, "type | name | label\ntext | a | 乙")
    assert "乙".encode() in compiled(source)


def test_a_folder_that_anybody_may_write_is_not_believed(tmp_path: Path) -> None:
    """There a hand without a password could take `required` out of a form."""
    source, cache = table(tmp_path / "biao.md", "type | name | label | required\ntext | a | 甲 | yes"), tmp_path / "c"
    cache.mkdir()
    planted = compile_form(source).replace(b' required="true()"', b"")
    assert planted != compile_form(source)
    (cache / shipped_name(source)).write_bytes(planted)
    assert compiled(source, cache) == compile_form(source)


def test_the_version_in_the_cache_key_is_the_one_installed() -> None:
    from importlib.metadata import version

    from baitao_desktop.forms.compiling import PYXFORM

    assert version("pyxform") == PYXFORM
