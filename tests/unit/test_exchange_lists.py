"""Lists from elsewhere: what they say is read, what they cannot mean is left out and named."""

from __future__ import annotations

import io
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.exchange import lists

DATA = Path(__file__).resolve().parents[2] / "../shared/data/telecom_fraud"
TEXT = "日期,反映内容,金额\n2022-04-26,院坝里卖“蛋白粉”，付了钱,3980\n2022-04-27,办会员卡,20000\n"


def saved(folder: Path, data: bytes, name: str = "名单.csv") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def sheet_of(folder: Path, rows: list[list[object]], name: str = "名单.xlsx") -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "线索"
    for row in rows:
        sheet.append(row)
    book.create_sheet("说明").append(["填表说明"])
    book.save(folder / name)
    return folder / name


def code(path: Path, **more: str) -> str:
    with pytest.raises(UserFacingError) as refused:
        lists.read(path, **more)
    assert path.name in refused.value.text
    return refused.value.code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_usual_way_of_saving_reads_the_same(tmp_path: Path, encoding: str, delimiter: str, newline: str) -> None:
    text = TEXT.replace(",", delimiter).replace("\n", newline)
    table = lists.read(saved(tmp_path, text.encode(encoding)))
    assert table.header == ("日期", "反映内容", "金额")
    assert table.rows[0] == (2, ("2022-04-26", "院坝里卖“蛋白粉”，付了钱", "3980"))
    assert len(table.rows) == 2
    assert table.left_out == ()
    assert table.encoding == ("gbk" if encoding == "gb18030" else encoding)


def test_quoted_commas_quotes_and_line_breaks(tmp_path: Path) -> None:
    text = '内容,类别\n"免费,送""鸡蛋""\r\n量血压",保健品\n"第二条",会员\n'
    table = lists.read(saved(tmp_path, text.encode()))
    assert table.rows == ((2, ('免费,送"鸡蛋"\n量血压', "保健品")), (3, ("第二条", "会员")))


def test_shifted_and_empty_rows_are_left_out_with_their_numbers(tmp_path: Path) -> None:
    text = "内容,类别\n甲,a\n乙,b,多\n丙\n,\n\n丁,d,\n"
    table = lists.read(saved(tmp_path, text.encode()))
    assert [row.number for row in table.rows] == [2, 7]
    assert [(number, reason[:5]) for number, reason in table.left_out] == [
        (3, "比表头多1"),
        (4, "比表头少1"),
        (5, "空行"),
        (6, "空行"),
    ]


def test_a_title_above_the_header_is_passed_over(tmp_path: Path) -> None:
    table = lists.read(saved(tmp_path, "线索登记表,,\n内容,类别,\n甲,a,\n".encode()))
    assert table.header == ("内容", "类别")
    assert table.rows == ((3, ("甲", "a")),)


def test_one_column_with_chinese_commas_is_one_column(tmp_path: Path) -> None:
    table = lists.read(saved(tmp_path, "内容\n您好，这里是公安局\n请问，是您吗，对不对\n".encode()))
    assert table.header == ("内容",)
    assert len(table.rows) == 2


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (TEXT.replace("“", "").replace("”", "").translate(str.maketrans("日内钱办员额", "號們體國學會")).encode("big5", "ignore") * 9, "X20"),
        ("内容,类别\n".encode() + "防范养老诈骗".encode()[:-1] + b",a\n", "X20"),
        (bytes(range(256)) * 20, "X20"),
        (b"a,b\n1,\x00\n", "X20"),
        ("内容,类别\n\"没有收尾,a\n".encode(), "X20"),
        (b"PK\x03\x04not really a zip", "X20"),
        (b"", "X21"),
        (b"\xef\xbb\xbf \r\n\r\n", "X21"),
        (b",,,\n,,,\n", "X21"),
        ("内容,类别\n".encode(), "X21"),
        ("3980,院坝里卖蛋白粉\n20000,会员卡\n".encode(), "X22"),
        (("院坝里来了一辆面包车" * 5 + ",保健品\n甲,乙\n").encode(), "X22"),
        ("内容,内容\n甲,乙\n".encode(), "X22"),
        ("内容,,类别\n甲,乙,丙\n".encode(), "X22"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old", "X24"),
        (("甲,乙\n" + "x" * 200_000 + ",1\n").encode(), "X20"),
        (",".join(f"列{i}" for i in map(chr, range(0x4E00, 0x4E00 + 201))).encode() + b"\n1\n", "X23"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_why(tmp_path: Path, data: bytes, expected: str) -> None:
    assert code(saved(tmp_path, data)) == expected


def test_a_missing_and_a_huge_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserFacingError, match="找不到"):
        lists.read(tmp_path / "无.csv")
    monkeypatch.setattr(lists, "MAX_BYTES", 10)
    assert code(saved(tmp_path, TEXT.encode())) == "X23"


def test_too_many_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "MAX_ROWS", 50)
    assert len(lists.read(saved(tmp_path, ("内容,类\n" + "甲,a\n" * 50).encode())).rows) == 50
    assert code(saved(tmp_path, ("内容,类\n" + "甲,a\n" * 51).encode())) == "X23"
    assert code(sheet_of(tmp_path, [["内容", "类"], *([["甲", "a"]] * 51)])) == "X23"


def test_a_workbook_is_read_as_a_person_sees_it(tmp_path: Path) -> None:
    path = sheet_of(
        tmp_path,
        [
            ["四月线索"],
            ["内容", "日期", "时刻", "金额", "已核实", "几点"],
            ["甲", date(2022, 4, 26), datetime(2022, 4, 26, 9, 30), 3980, True, time(9, 5)],
            [],
            ["乙", None, None, 0.5, False],
            ["丙", None, None, 1.0, None, None, "多"],
        ],
    )
    table = lists.read(path)
    assert table.header == ("内容", "日期", "时刻", "金额", "已核实", "几点")
    assert table.rows[0] == (3, ("甲", "2022-04-26", "2022-04-26 09:30", "3980", "是", "09:05"))
    assert table.rows[1] == (5, ("乙", "", "", "0.5", "否", ""))
    assert table.left_out == ((4, "空行"), (6, "比表头多1格，内容可能错了位"))
    assert (table.sheet, table.encoding) == ("线索", "")
    assert lists.sheets(path) == ("线索", "说明")
    assert lists.sheets(saved(tmp_path, TEXT.encode())) == ()


def test_another_sheet_and_one_that_is_not_there(tmp_path: Path) -> None:
    path = sheet_of(tmp_path, [["内容"], ["甲"]])
    assert code(path, sheet="没有") == "X25"
    assert code(path, sheet="说明") == "X21"


def test_a_formula_is_never_computed_and_a_long_number_is_doubted(tmp_path: Path) -> None:
    path = sheet_of(tmp_path, [["内容", "号码"], ["=1+1", 510230199001010000], ["=CMD()", "510230199001010011"]])
    table = lists.read(path)
    assert [row.cells[0] for row in table.rows] == ["", ""]
    assert [number for number, _ in table.doubts] == [2]
    assert table.rows[1].cells[1] == "510230199001010011"


def test_a_tail_of_empty_rows_ends_the_reading(tmp_path: Path) -> None:
    rows: list[list[object]] = [["内容"], ["甲"], *([[""]] * 1500), ["太远"]]
    table = lists.read(sheet_of(tmp_path, rows))
    assert len(table.rows) == 1
    assert table.left_out == ()


def test_a_broken_workbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = sheet_of(tmp_path, [["内容"], ["甲"]]).read_bytes()
    assert code(saved(tmp_path, whole[: len(whole) // 2], "a.xlsx")) == "X20"
    monkeypatch.setattr(lists, "MAX_UNPACKED", 100)
    assert code(saved(tmp_path, whole, "a.xlsx")) == "X23"


def test_what_a_file_is_its_bytes_say(tmp_path: Path) -> None:
    whole = sheet_of(tmp_path, [["内容"], ["甲"]]).read_bytes()
    assert lists.read(saved(tmp_path, whole, "a.csv")).header == ("内容",)
    assert lists.read(saved(tmp_path, TEXT.encode("gbk"), "a.xlsx")).encoding == "gbk"


def test_full_width_digits() -> None:
    assert lists.half_width("０２３－７２７０６００１　Ａｂ．") == "023-72706001 Ab."
    assert lists.half_width("麦子坪村，“甲”") == "麦子坪村，“甲”"


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.one_of(st.binary(max_size=300), st.text(max_size=200).map(lambda t: t.encode("utf-8", "replace"))))
def test_no_bytes_make_it_fall_over(tmp_path: Path, data: bytes) -> None:
    try:
        table = lists.read(saved(tmp_path, data))
    except UserFacingError as refused:
        assert refused.code.startswith("X2")
    else:
        assert all(len(row.cells) == len(table.header) for row in table.rows)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(*[st.text("甲乙丙, \"\n；'ab1", min_size=1, max_size=8)] * 2), min_size=1, max_size=8))
def test_what_was_written_as_csv_comes_back(tmp_path: Path, rows: list[tuple[str, str]]) -> None:
    import csv

    out = io.StringIO(newline="")
    csv.writer(out).writerows([("内容", "类别"), *rows])
    table = lists.read(saved(tmp_path, out.getvalue().encode()))
    kept = [tuple(c.strip() for c in row) for row in rows]
    assert [row.cells for row in table.rows] == [row for row in kept if any(row)]


@pytest.mark.skipif(not DATA.exists(), reason="检出旁没有 shared/data")
@pytest.mark.parametrize(("name", "encoding"), [("label01-last.csv", "utf-8"), ("label04-last.csv", "gbk")])
def test_the_real_lists(name: str, encoding: str) -> None:
    table = lists.read(DATA / name)
    assert table.header == ("content", "label")
    assert table.encoding == encoding
    assert len(table.rows) + len(table.left_out) == 1000
    assert len(table.rows) > 990
