"""Tables and forms made to hurt: a sentence each, in bounded work, and nothing of them is executed."""

from __future__ import annotations

import io
import itertools
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.forms import compile_form, fill, load
from baitao_desktop.forms.authoring import author_problems
from baitao_desktop.forms.working import MOST_ROWS_IN_ALL
from forms_kit import HEAD, NOW, by_hand, paper, table


def sentence(work: Callable[[], object]) -> UserFacingError:
    with pytest.raises(UserFacingError) as told:
        work()
    assert "Error" not in told.value.text
    assert told.value.text.endswith("。") or "；" in told.value.text
    return told.value


# --- size and depth -------------------------------------------------------------------------------------------------


def test_a_form_of_ten_thousand_rows_opens_and_answers(tmp_path: Path) -> None:
    rows = ["type | name | label | relevant", "text | q0 | 题0 |"]
    rows += [f"text | q{i} | 题{i} | ${{q{i - 1}}} = 1" for i in range(1, 10_000)]
    form = load(compile_form(table(tmp_path / "b.md", "\n".join(rows))))
    assert len(form.by_path) == 10_000
    page = paper(form)
    assert page.answer("q0", "1") == ("q0", "q1")


def test_what_has_too_many_rows_or_cells_is_refused(tmp_path: Path) -> None:
    source = table(tmp_path / "b.md", "type | name | label\n" + "text | a | 甲\n" * 20_001)
    assert sentence(lambda: compile_form(source)).code == "F11"
    source.write_text("|\n" * 3_000_000, encoding="utf-8")
    assert sentence(lambda: compile_form(source)).code in ("F11", "F12")


@pytest.mark.parametrize("depth", [60, 1_000, 4_000])
def test_groups_within_groups(tmp_path: Path, depth: int) -> None:
    rows = ["type | name | label", *[f"begin_group | g{i} | 组" for i in range(depth)], "text | a | 甲",
            *["end_group | |"] * depth]  # fmt: skip
    source = table(tmp_path / "b.md", "\n".join(rows))
    if depth < 100:
        assert paper(load(compile_form(source))).answer("a", "1") == ("a",)
        return
    assert "套得太深" in sentence(lambda: load(compile_form(source))).text
    assert any("套得太深" in problem.text for problem in author_problems(source))


def test_a_list_of_eighteen_thousand(tmp_path: Path) -> None:
    source = table(tmp_path / "b.md", "type | name | label | choice_filter\nselect_one l | a | 甲 | name != ${b}\ntext | b | 乙 |",
                   "list_name | name | label\n" + "\n".join(f"l | n{i} | 选项{i}" for i in range(18_000)))  # fmt: skip
    page = paper(load(compile_form(source)))
    page.answer("b", "n7")
    assert len(page.choices("a")) == 17_999


def test_a_cell_without_a_heading_is_told(tmp_path: Path) -> None:
    source = tmp_path / "b.md"
    source.write_text("| survey |\n| | type | name | label |  |\n| | text | a | 甲 | 多的 |\n", encoding="utf-8")
    (problem,) = author_problems(source)
    assert problem.line == "survey 第2行：有一格上面没有表头；请在第1行补上表头，或删去这一格"


# --- formulas that do not end -----------------------------------------------------------------------------------------


def test_rows_within_rows_within_rows_stop() -> None:
    form = by_hand(
        "<n>1000</n><a jr:template=''><b jr:template=''><c jr:template=''><d/></c></b></a>",
        "",
        "<repeat nodeset='/data/a' jr:count='/data/n'><repeat nodeset='/data/a/b' jr:count='/data/n'>"
        "<repeat nodeset='/data/a/b/c' jr:count='/data/n'><input ref='/data/a/b/c/d'/></repeat></repeat></repeat>",
    )
    page = paper(form)
    assert sum(path.endswith("]") for path in page.paths()) <= MOST_ROWS_IN_ALL
    many = {f"a[{i}]/b[{j}]": True for i in range(200) for j in range(200)}
    kept = fill(form, many, now=NOW, lists={}, new=False)
    assert set(many) <= set(kept.answers())  # what found no room is kept all the same


def test_a_list_looked_through_for_each_of_its_own_lines_stops() -> None:
    form = by_hand(
        "<a/><b/><c/>",
        "<bind nodeset='/data/b' calculate=\"count(instance('x')/root/item[count(instance('x')/root/item[n != current()/../a]) > 1])\"/>"
        "<bind nodeset='/data/c' calculate='concat(/data/a, 1)'/>",
        "<input ref='/data/a'/>",
    )
    page = paper(form, lists={"x": [{"n": str(i)} for i in range(20_000)]})
    page.answer("a", "3")
    assert (page.value("b"), page.value("c")) == (None, "31")
    assert not page.exhausted


def test_many_rows_that_each_look_at_all_lines_stop() -> None:
    form = by_hand(
        "<a/><n>1000</n><r jr:template=''><b/></r>",
        "<bind nodeset='/data/r/b' calculate=\"count(instance('x')/root/item[n != /data/a and n != '1'])\"/>",
        "<input ref='/data/a'/><repeat nodeset='/data/r' jr:count='/data/n'><input ref='/data/r/b'/></repeat>",
    )
    page = paper(form, lists={"x": [{"n": str(i)} for i in range(20_000)]})
    assert page.exhausted
    page.answer("a", "7")
    assert page.value("a") == "7"


def test_texts_that_double_stop() -> None:
    names = [f"t{i}" for i in range(60)]
    binds = "".join(
        f"<bind nodeset='/data/{b}' calculate='concat(/data/{a}, /data/{a}, /data/{a})'/>"
        f"<bind nodeset='/data/j{b}' calculate=\"join('x', /data/{b}, /data/{b})\"/>"
        for a, b in itertools.pairwise(names)
    )
    form = by_hand("".join(f"<{n}/><j{n}/>" for n in names), binds, "<input ref='/data/t0'/>")
    page = paper(form)
    page.answer("t0", "甲" * 1000)
    assert max(len(str(page.value(name))) for name in form.by_path) <= 1_000_001


@pytest.mark.parametrize(
    "pattern", ["(a+)+b", "(a|a)*b", "((a*)*)*b", "(.*)*x", "(.*a){25}", "^(([a-z])+.)+[A-Z]([a-z])+$", "(a?){60}a{60}"]
)  # fmt: skip
def test_patterns_that_would_hold_the_window(pattern: str) -> None:
    form = by_hand("<a/>", f"<bind nodeset='/data/a' constraint=\"regex(., '{pattern}')\"/>", "<input ref='/data/a'/>")
    page = paper(form)
    page.answer("a", "a" * 3000 + "!")
    assert page.problem("a") is not None
    page.answer("a", "a" * 40)
    page.problem("a")


# --- hostile XML ------------------------------------------------------------------------------------------------------

BOMB = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10 if i else "ha"}">' for i in range(12))


@pytest.mark.parametrize(
    "source",
    [
        f"<!DOCTYPE h [{BOMB}]><h>&e11;</h>",
        '<!DOCTYPE h [<!ENTITY x SYSTEM "file:///etc/passwd">]><h>&x;</h>',
        '<!DOCTYPE h PUBLIC "x" "http://example.invalid/x.dtd"><h/>',
        '<!DOCTYPE h [<!ENTITY % p SYSTEM "http://example.invalid/p">%p;]><h/>',
        "<?xml version='1.0' encoding='utf-7'?><h/>",
        f"{HEAD}<instance>" + "<a>" * 500,
        f"{HEAD}<instance><data id='t'><a " + "x" * 100 + "='1' " + "/></data></instance>",
        "\x00" * 100,
    ],
)
def test_hostile_xml_is_refused_unread(source: str) -> None:
    assert sentence(lambda: load(source.encode())).code in ("F01", "F02")


def test_a_form_cannot_reach_outside() -> None:
    """References to files and addresses are names of lists; none is opened, an absent one is empty."""
    form = by_hand(
        "<a/><b/>",
        "<bind nodeset='/data/b' calculate=\"count(instance('x')/root/item)\"/>",
        "<select1 ref='/data/a'><itemset nodeset=\"instance('x')/root/item\"><value ref='name'/><label ref='label'/></itemset></select1>",
        "<instance id='x' src='file:///etc/passwd'/><instance id='y' src='http://example.invalid/z.xml'/>"
        "<submission action='http://example.invalid/' method='post'/>",
    )
    page = paper(form, lists={})
    assert (page.choices("a"), page.value("b")) == ((), "0")


# --- spreadsheets -----------------------------------------------------------------------------------------------------


def workbook(sheet: str, *, extra: str = "") -> bytes:
    """The least .xlsx there is."""
    made = io.BytesIO()
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{package}/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
            '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
        )
        packed.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        packed.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        )
        packed.writestr(
            "xl/workbook.xml",
            f'{extra}<workbook xmlns="{main}" xmlns:r="{relations}"><sheets><sheet name="survey" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        packed.writestr(
            "xl/worksheets/sheet1.xml", f'{extra}<worksheet xmlns="{main}"><sheetData>{sheet}</sheetData></worksheet>'
        )
    return made.getvalue()  # fmt: skip


def cells(*rows: tuple[str, ...]) -> str:
    return "".join(
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in row) + "</row>" for row in rows
    )


def test_a_formula_is_never_worked_out(tmp_path: Path) -> None:
    """`HYPERLINK`, `WEBSERVICE`, DDE: what the file says they gave is a text like any other."""
    source = tmp_path / "b.xlsx"
    harm = '<row><c t="inlineStr"><is><t>text</t></is></c><c t="inlineStr"><is><t>a</t></is></c>' \
           '<c t="str"><f>WEBSERVICE("http://example.invalid/")</f><v>就这几个字</v></c></row>'  # fmt: skip
    source.write_bytes(workbook(cells(("type", "name", "label")) + harm))
    assert load(compile_form(source)).question("a").label == "就这几个字"
    assert author_problems(source) == ()


def test_entities_in_a_spreadsheet_are_refused(tmp_path: Path) -> None:
    source = tmp_path / "b.xlsx"
    source.write_bytes(workbook(cells(("type", "name", "label"), ("text", "a", "&x;")),
                                extra='<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>'))  # fmt: skip
    try:
        assert "root:" not in compile_form(source).decode()
    except UserFacingError as told:
        assert told.code in ("F11", "F12", "F13")
    for problem in author_problems(source):
        assert "root:" not in problem.line


@pytest.mark.parametrize("part", [0.2, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("suffix", [".xlsx", ".xls", ".md", ".csv"])
def test_half_a_file(tmp_path: Path, part: float, suffix: str) -> None:
    whole = workbook(cells(("type", "name", "label"), ("text", "a", "甲")))
    if suffix == ".xls":
        whole = struct.pack("<HHHH", 9, 4, 2, 0x10) + b"\x04\x00\x10\x00" * 40
    if suffix in (".md", ".csv"):
        whole = "| survey |\n| | type | name | label |\n| | select_one hy | a | 行业 |\n".encode()
    source = tmp_path / f"b{suffix}"
    source.write_bytes(whole[: int(len(whole) * part)])
    told = sentence(lambda: compile_form(source))
    assert source.name in told.text
    problems = author_problems(source)
    assert problems
    assert all(problem.text and problem.remedy for problem in problems)


def test_a_sheet_of_a_million_cells_is_refused_before_it_is_read(tmp_path: Path) -> None:
    source = tmp_path / "b.xlsx"
    source.write_bytes(
        workbook("<row>" + '<c t="n"><v>1</v></c>' * 200 + "</row>" + "<row><c><v>1</v></c></row>" * 1_100_000)
    )
    assert "太大" in sentence(lambda: compile_form(source)).text


# --- anything at all --------------------------------------------------------------------------------------------------

WHOLE = workbook(cells(("type", "name", "label", "relevant"), ("text", "a", "甲", ""), ("text", "b", "乙", "${a} = 1")))
TABLE = """| survey |
| | type | name | label | relevant | bind::bt:print |
| | begin_repeat | r | 组 | | |
| | select_one hy | a | “甲” | ${b} != '' | col:20 |
| | end_repeat | | | | |
| | text | b | 乙 | | |
| choices |
| | list_name | name | label |
| | hy | yl | 养老 |
""".encode()
WORDS = [b"begin_group", b"end_repeat", b"${a}", b"${", b"|", b"\n", b"rank", b"or_other", b'"', b"'", b"//", b"9" * 30]


@settings(max_examples=60)
@given(st.sampled_from([(".md", TABLE), (".csv", TABLE), (".xlsx", WHOLE)]),
       st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), st.sampled_from(WORDS) | st.binary(max_size=4)), min_size=1,
                max_size=6))  # fmt: skip
def test_no_table_however_damaged_brings_the_checker_down(
    tmp_path_factory: pytest.TempPathFactory, given_file: tuple[str, bytes], cuts: list[tuple[float, int, bytes]]
) -> None:
    suffix, data = given_file
    for at, gone, put in cuts:
        place = int(at * len(data))
        data = data[:place] + put + data[place + gone :]
    source = tmp_path_factory.mktemp("z") / f"b{suffix}"
    source.write_bytes(data)
    problems = author_problems(source)
    try:
        load(compile_form(source))
    except UserFacingError:
        assert problems
    assert all(problem.text and problem.remedy for problem in problems)
