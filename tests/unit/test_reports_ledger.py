"""The ledger on paper."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime

import pdfplumber
import pikepdf
import pytest

from baitao_desktop.reports.ledger import ledger_pdf
from baitao_desktop.reports.papers import Column, LedgerPaper
from reports_kit import NOT_FIRST, NOT_LAST, RARE, SENTENCE, assert_fonts_whole, cell_lines, characters, seams, texts

# first_course §5，267 mm
COLUMNS = tuple(
    Column(title, width)
    for title, width in (
        ("序号", 8),
        ("线索编号", 38),
        ("接收时间", 20),
        ("来源/渠道", 18),
        ("线索摘要", 64),
        ("名义", 22),
        ("被反映对象", 28),
        ("责任单位/责任人", 24),
        ("办理状态", 15),
        ("办结", 15),
        ("回复", 15),
    )
)
FOOT = "举报人信息依方案五（一）1另行密封保管，不列入本台账。"


def row(number: int, story: str = SENTENCE) -> list[str]:
    start = number * 7 % 60
    return [
        str(number),
        f"BT-XS-DZZ203-A7K-2022-{number:04d}",
        "2022-05-03 14:05",
        "自收/举报电话",
        story[start:],
        "销售“养老产品”",
        f"夕阳{RARE}康养会所",
        "市场监管所/张某某",
        "已核实待办结",
        "2022-05-19",
        "已回复",
    ]


def ledger(rows: list[list[str]], watermark: str = "") -> LedgerPaper:
    return LedgerPaper("线索管理台账", "白涛街道专项办", "统计截止：2022年5月20日24时", COLUMNS, rows, FOOT, watermark)


@pytest.fixture(scope="module")
def forty() -> bytes:
    return ledger_pdf(ledger([row(number) for number in range(1, 41)]))


def test_no_forbidden_mark_at_a_seam_and_nothing_over_a_rule(forty: bytes) -> None:
    found = list(seams(cell_lines(forty)))
    assert len(found) > 100
    for first, second in found:
        assert second[0] not in NOT_FIRST, (first, second)
        assert first[-1] not in NOT_LAST, (first, second)


def test_codes_and_dates_stay_whole(forty: bytes) -> None:
    lines = {line.text for line in cell_lines(forty)}
    assert "BT-XS-DZZ203-A7K-2022-0007" in lines
    assert "2022-05-19" in lines


def test_faces_are_embedded_and_no_glyph_is_missing(forty: bytes) -> None:
    assert_fonts_whole(forty)


def test_every_page_has_header_unit_cutoff_foot_and_number(forty: bytes) -> None:
    pages = texts(forty)
    assert len(pages) > 2
    for number, text in enumerate(pages, 1):
        assert "序号" in text
        assert "单位：白涛街道专项办" in text
        assert "统计截止：2022年5月20日24时" in text
        assert FOOT in text
        assert f"第{number}页 共{len(pages)}页" in text
    assert [("线索管理台账" in text) for text in pages] == [True] + [False] * (len(pages) - 1)


def test_text_comes_out_row_by_row(forty: bytes) -> None:
    drawn = "".join(str(char["text"]) for _, char in characters(forty))
    places = [drawn.index(f"BT-XS-DZZ203-A7K-2022-{number:04d}") for number in range(1, 41)]
    assert places == sorted(places)
    assert drawn.count(f"夕阳{RARE}康养会所") + drawn.count(RARE[:3]) >= 40


def test_the_same_paper_gives_the_same_bytes_and_names_nobody(forty: bytes) -> None:
    assert ledger_pdf(ledger([row(number) for number in range(1, 41)])) == forty
    with pikepdf.open(io.BytesIO(forty)) as opened:
        assert dict(opened.docinfo.items()) == {
            "/Title": pikepdf.String("线索管理台账"),
            "/Producer": pikepdf.String("baitao-desktop"),
        }


def test_a_row_taller_than_a_page_is_split_and_complete() -> None:
    story = "".join(f"第{number}次反映：{SENTENCE}" for number in range(60))
    pdf = ledger_pdf(ledger([row(1), [*row(2)[:4], story, *row(2)[5:]], row(3)]))
    lines = cell_lines(pdf)
    assert len({line.page for line in lines}) >= 3
    drawn = "".join(line.text for line in lines if line.column == 4 and line.text != "线索摘要")
    assert story.replace(" ", "") in drawn.replace(" ", "")


def test_an_empty_ledger_says_so() -> None:
    pages = texts(ledger_pdf(ledger([])))
    assert len(pages) == 1
    assert "（无记录）" in pages[0]
    assert "第1页 共1页" in pages[0]


def test_practice_is_stamped_on_every_page() -> None:
    pdf = ledger_pdf(ledger([row(number) for number in range(1, 25)], "练习"))
    stamped = {page for page, char in characters(pdf) if char["text"] == "练" and float(str(char["size"])) > 40}
    assert stamped == set(range(len(texts(pdf))))


def test_dates_and_numbers_are_printed_plainly() -> None:
    columns = (Column("日期", 30), Column("时间", 40), Column("件数", 20, "right"), Column("备注", 20))
    rows = [[date(2022, 5, 3), datetime(2022, 5, 3, 14, 5, tzinfo=UTC), 12, None]]
    text = texts(ledger_pdf(LedgerPaper("表", "某村", "", columns, rows)))[0]
    assert "2022-05-03 2022-05-03 14:05" in text
    assert "12" in text
    assert "None" not in text


def test_one_narrow_column_and_one_long_word() -> None:
    rows = [["甲" * 400, "https://" + "abcdefgh/" * 60]]
    pdf = ledger_pdf(LedgerPaper("表", "某村", "", (Column("甲", 1), Column("网址", 30)), rows))
    assert cell_lines(pdf, tolerance=1.0)


def test_the_foot_follows_the_table_and_the_number_stays_below() -> None:
    for rows in ([], [row(1)], [row(number) for number in range(1, 20)]):
        with pdfplumber.open(io.BytesIO(ledger_pdf(ledger(rows)))) as opened:
            last = opened.pages[-1]
            end = max(line["bottom"] for line in last.lines)
            foot = last.search(FOOT)[0]
            number = last.search("第[0-9]+页 共[0-9]+页")[0]
        assert 0 < foot["top"] - end < 12
        assert last.height - number["bottom"] < 30
