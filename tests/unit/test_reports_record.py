"""A record of any form, the receipt, pictures of pages, photos."""

from __future__ import annotations

import io
import re

import pdfplumber
import pytest
from PIL import Image

from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.reports.papers import Answer, Choice, Column, Group, Photo, Receipt, RecordPaper, Table
from baitao_desktop.reports.photos import as_jpeg
from baitao_desktop.reports.pictures import page_count, page_size, render_page
from baitao_desktop.reports.receipt import receipt_pdf
from baitao_desktop.reports.record_paper import record_pdf
from reports_kit import NOT_FIRST, NOT_LAST, RARE, SENTENCE, assert_fonts_whole, cell_lines, seams, texts


def photo(width: int, height: int, mode: str = "RGB", kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new(mode, (width, height)).save(out, kind)
    return out.getvalue()


def choices(chosen: int) -> tuple[Choice, ...]:
    return tuple(Choice(word, at == chosen) for at, word in enumerate(("是", "否", "不适用", "未检查")))


def record(items: int = 14, photos: int = 3, story: str = SENTENCE) -> RecordPaper:
    groups = (
        Group(
            "一、基本情况",
            (
                Answer("场所名称", f"夕阳{RARE}康养会所"),
                Answer("检查日期", "2022年5月3日"),
                Answer("统一社会信用代码", "91500102MA5U0000XX"),
                Answer("联系电话", "138 0000 0001"),
                Answer("场所类型", choices=(Choice("养老服务机构", True), Choice("会销点（固定、流动）", False))),
                Answer("情况说明", story, wide=True),
            ),
        ),
        Group(
            "二、检查项目",
            table=Table(
                (Column("编码", 16, "center"), Column("检查项目", 78), Column("结果", 34), Column("说明", 34)),
                tuple((f"YL-{at:02d}", SENTENCE[at : at + 45], choices(at % 4), "收据3张") for at in range(items)),
            ),
        ),
    )
    return RecordPaper(
        "养老服务机构现场检查记录表",
        "BT-JC-SSB-A7K-2022-0003",
        groups,
        "白涛街道社事办",
        (("2022-05-03 14:05", "张某某", "登记"),),
        ("被检查单位负责人", "检查人", "记录人"),
        tuple(Photo(photo(80 + at, 60), f"照片说明{at}") for at in range(photos)),
        "jiancha_yl",
        "2022041501",
    )


def test_a_record_keeps_inside_its_cells() -> None:
    pdf = record_pdf(record(30))
    assert_fonts_whole(pdf)
    for first, second in seams(cell_lines(pdf)):
        assert second[0] not in NOT_FIRST, (first, second)
        assert first[-1] not in NOT_LAST, (first, second)


def test_every_page_has_form_version_and_number() -> None:
    pages = texts(record_pdf(record(30)))
    for number, text in enumerate(pages, 1):
        assert f"第{number}页 共{len(pages)}页" in text
        assert "表号：jiancha_yl" in text
        assert "版本：2022041501" in text


def test_boxes_are_vectors_and_every_tick_is_drawn() -> None:
    pdf = record_pdf(record(4, photos=0))
    with pdfplumber.open(io.BytesIO(pdf)) as opened:
        page = opened.pages[0]
        boxes = [rect for rect in page.rects if rect["stroke"] and abs(rect["width"] - 12 * 0.82) < 0.1]
        ticks = [curve for curve in page.curves if curve["stroke"]]
    assert len(boxes) == 2 + 4 * 4
    assert len(ticks) == 1 + 4
    assert not set("☐☑□√") & set(texts(pdf)[0])


@pytest.mark.parametrize("items", range(10, 22))
def test_nobody_signs_an_empty_page(items: int) -> None:
    pages = texts(record_pdf(record(items, photos=0)))
    last = pages[-1]
    assert "记录人：" in last
    assert "登记" in last


@pytest.mark.parametrize("questions", range(20, 50, 2))
def test_rows_are_set_tighter_where_that_saves_a_page(questions: int) -> None:
    """No page with one row of the history on it, unless tighter rows would not help either."""
    history = tuple((f"2022-05-{day:02d} 09:00", "张某某", f"办理{day}") for day in range(1, 7))
    paper = RecordPaper(
        "线索登记表",
        "BT-XS-1",
        (Group("", tuple(Answer(f"问题{at}", "答案") for at in range(questions))),),
        history=history,
        photos=tuple(Photo(photo(8, 6), "") for _ in range(7)),
    )
    pages = texts(record_pdf(paper))
    for number, text in enumerate(pages, 1):
        assert f"第{number}页 共{len(pages)}页" in text
    rows = [text.count("答案") for text in pages[:-2]]
    steps = [len(re.findall("办理[0-9]", text)) for text in pages[:-2]]
    assert sum(steps) == 6
    assert len(pages) == 3 or rows[-1] or steps[-1] > 2


def test_a_very_long_answer_runs_over_pages_whole() -> None:
    story = "".join(f"第{at}点{SENTENCE}" for at in range(60))
    pdf = record_pdf(record(2, photos=0, story=story))
    drawn = "".join(line.text for line in cell_lines(pdf) if line.column == 1).replace(" ", "")
    assert story.replace(" ", "") in drawn


def test_photos_two_a_row_at_the_end() -> None:
    with pdfplumber.open(io.BytesIO(record_pdf(record(2, photos=7)))) as opened:
        counts = [len(page.images) for page in opened.pages]
        first = opened.pages[-2].images
        assert "附页：照片" in opened.pages[-2].extract_text()
    assert counts[-2:] == [6, 1]
    assert {round(image["bottom"]) for image in first[:2]} == {round(first[0]["bottom"])}


def test_a_record_with_nothing_in_it_prints() -> None:
    assert "编号：甲" in texts(record_pdf(RecordPaper("空表", "甲", ())))[0]
    assert record_pdf(record()) == record_pdf(record())


def test_receipt_shows_the_code_once_and_no_name() -> None:
    receipt = Receipt(
        "BT-XS-DZZ203-A7K-2022-0001",
        "120 3456 7890",
        "白涛街道麦子坪村党支部",
        "2022年5月3日14时05分",
        ("023-72706001", "023-72707990"),
        "2022年6月2日",
    )
    pdf = receipt_pdf(receipt)
    assert_fonts_whole(pdf)
    pages = texts(pdf)
    assert len(pages) == 1
    assert pages[0].count("120 3456 7890") == 1
    assert pages[0].count("BT-XS-DZZ203-A7K-2022-0001") == 2
    assert pages[0].count("经手人签名：") == 2
    assert "预计2022年6月2日前答复。" in pages[0]
    with pdfplumber.open(io.BytesIO(pdf)) as opened:
        cut = [line for line in opened.pages[0].lines if abs(line["top"] - opened.pages[0].height / 2) < 1]
        assert cut


def test_pages_as_pictures() -> None:
    pdf = record_pdf(record(30, photos=0))
    assert page_count(pdf) == len(texts(pdf))
    assert page_size(pdf, 0) == pytest.approx((595.28, 841.89), abs=0.01)
    page = render_page(pdf, 0, dpi=72)
    assert (page.width, page.height) in {(595, 842), (596, 842)}
    assert len(page.rgb) == page.width * page.height * 3
    assert page.rgb[:3] == b"\xff\xff\xff"
    assert min(page.rgb) < 60


def test_pictures_of_what_is_no_pdf_or_no_page() -> None:
    with pytest.raises(UserFacingError, match="P01"):
        page_count(b"not a file")
    with pytest.raises(UserFacingError, match="P02"):
        render_page(record_pdf(record(2, photos=0)), 99, dpi=72)


def test_photos_lose_their_metadata_and_their_size() -> None:
    out = io.BytesIO()
    picture = Image.new("RGB", (2400, 1200), "red")
    exif = Image.Exif()
    exif[0x010E] = "canary"
    exif[0x0112] = 6
    picture.save(out, "JPEG", exif=exif)
    small = as_jpeg(out.getvalue())
    assert (small.width, small.height) == (800, 1600)
    assert b"canary" not in small.data
    assert as_jpeg(photo(10, 10, "L")).channels == 1
    assert as_jpeg(photo(10, 10, "RGBA")).channels == 3
    with pytest.raises(UserFacingError, match="P20"):
        as_jpeg(b"\xff\xd8\xff")
