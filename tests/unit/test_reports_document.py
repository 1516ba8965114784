"""Official documents on the grid of GB/T 9704, and the one-page briefing."""

from __future__ import annotations

import io

import pdfplumber
import pytest

from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.reports.briefing import briefing_pdf
from baitao_desktop.reports.grid import document_pdf
from baitao_desktop.reports.papers import Briefing, OfficialDocument, Paragraph
from reports_kit import NOT_FIRST, NOT_LAST, RARE, SENTENCE, assert_fonts_whole, texts

MM = 72 / 25.4
PLAIN = "打击整治养老诈骗专项行动线索受理和办结情况由街道专项办按月汇总" * 6


def document(paragraphs: tuple[Paragraph, ...], **more: object) -> OfficialDocument:
    return OfficialDocument(
        "关于打击整治养老诈骗专项行动情况的报告",
        paragraphs,
        recipient="街道党工委、办事处：",
        signatures=("街道打击整治养老诈骗专项行动办公室",),
        date="2022年5月23日",
        **more,  # type: ignore[arg-type]
    )


def lines_of(pdf: bytes, size: float = 16.0) -> list[list[tuple[float, float, list[dict[str, float]]]]]:
    """Per page: (baseline from the top, left edge, characters) of the lines in `size`."""
    pages = []
    with pdfplumber.open(io.BytesIO(pdf)) as opened:
        for page in opened.pages:
            lines: dict[float, list[dict[str, float]]] = {}
            for char in page.chars:
                if abs(char["size"] - size) < 0.1:
                    lines.setdefault(round(page.height - char["matrix"][5], 1), []).append(char)
            pages.append([(y, min(c["x0"] for c in chars), chars) for y, chars in sorted(lines.items())])
    return pages


def test_twenty_two_lines_of_twenty_eight_characters() -> None:
    pages = lines_of(document_pdf(document((Paragraph(PLAIN * 10),))))
    body = pages[1][:22]
    assert len(body) == 22
    for number, (y, _, chars) in enumerate(body):
        assert abs(y - body[0][0] - number * 225 * MM / 22) <= 0.5
        assert len(chars) == 28
        for cell, char in enumerate(chars):
            assert abs(char["x0"] - (28 + cell * 156 / 28) * MM) <= 0.5


def test_rare_names_print_in_a_fangsong_line() -> None:
    pdf = document_pdf(document((Paragraph(f"经核实，{RARE}同志反映的情况属实。"),)))
    assert_fonts_whole(pdf)
    assert RARE in texts(pdf)[0]
    line = next(chars for _, _, chars in lines_of(pdf)[0] if any(c["text"] == "喆" for c in chars))
    faces = {str(c["text"]): str(c["fontname"]) for c in line}
    assert "FandolFang" in faces["经"]
    assert "FandolFang" not in faces["喆"]


def test_marks_numbers_and_margins() -> None:
    pdf = document_pdf(document(tuple(Paragraph(SENTENCE[start:] + SENTENCE) for start in range(0, 60, 3))))
    for page in lines_of(pdf):
        for number, (_, _, chars) in enumerate(page):
            chars = sorted(chars, key=lambda c: c["x0"])
            assert chars[0]["x0"] >= 28 * MM - 0.5
            assert chars[-1]["x1"] <= 184 * MM + 0.5
            if number and page[number][1] < 28 * MM + 20:
                assert str(chars[0]["text"]) not in NOT_FIRST
            assert str(chars[-1]["text"]) not in NOT_LAST
    joined = "".join(texts(pdf)).replace("\n", "")
    assert "www.example.com/a-b?c=1" in joined


def test_page_numbers_stand_outside_odd_right_even_left() -> None:
    pdf = document_pdf(document((Paragraph(PLAIN * 10),)))
    with pdfplumber.open(io.BytesIO(pdf)) as opened:
        assert len(opened.pages) >= 3
        for number, page in enumerate(opened.pages, 1):
            small = [char for char in page.chars if abs(char["size"] - 14) < 0.1]
            assert "".join(c["text"] for c in small) == f"— {number} —"
            if number % 2:
                assert abs(small[-1]["x1"] - (184 * MM - 14)) < 0.5
            else:
                assert abs(small[0]["x0"] - (28 * MM + 14)) < 0.5
            dash = page.height - small[0]["matrix"][5] - 14 * 0.38
            assert abs(dash - 269 * MM) < 1


@pytest.mark.parametrize("lines", range(12, 26))
def test_a_heading_is_never_left_alone_at_the_foot(lines: int) -> None:
    filler = tuple(Paragraph("短句。") for _ in range(lines))
    pages = texts(document_pdf(document((*filler, Paragraph("", 1, "一、办理情况"), Paragraph(PLAIN)))))
    for page in pages:
        rows = [line for line in page.splitlines() if not line.startswith("—")]
        assert rows[-1] != "一、办理情况"


@pytest.mark.parametrize("lines", range(10, 26))
def test_signature_and_date_do_not_stand_alone(lines: int) -> None:
    pages = texts(document_pdf(document(tuple(Paragraph(f"第{at}句。") for at in range(lines)))))
    last = pages[-1].splitlines()
    assert "2022年5月23日" in last
    assert sum(line.startswith("第") for line in last) >= 2


def test_headings_take_their_faces() -> None:
    pdf = document_pdf(
        document(
            (
                Paragraph("略。", 1, "一、总体情况。"),
                Paragraph("略。", 2, "（一）线索受理。"),
                Paragraph("略。", 3, "1.渠道。"),
            )
        )
    )
    faces = {str(c["text"]): str(c["fontname"]) for _, _, chars in lines_of(pdf)[0] for c in chars}
    assert "NotoSans" in faces["总"]
    assert "BaitaoKai" in faces["索"]
    assert "FandolFang" in faces["渠"]


def test_red_head_note_attachments_and_imprint() -> None:
    pdf = document_pdf(
        document(
            (Paragraph(PLAIN * 2),),
            masthead="白涛街道工作委员会文件",
            number="涪区白街委发〔2022〕36号",
            attachments=("线索管理台账", "重点问题清单"),
            note="此件公开发布",
            copies="各村（社区）",
            issuer="白涛街道党政办公室",
            issued="2022年4月8日",
        )
    )
    pages = texts(pdf)
    assert "涪区白街委发〔2022〕36号" in pages[0]
    for words in (
        "附件：1. 线索管理台账",
        "2. 重点问题清单",
        "（此件公开发布）",
        "抄送：各村（社区）",
        "2022年4月8日印发",
    ):
        assert words in pages[-1]
    assert document_pdf(document((Paragraph("甲。"),))) == document_pdf(document((Paragraph("甲。"),)))


@pytest.mark.parametrize("lines", range(8, 30))
def test_the_imprint_never_lies_over_the_text(lines: int) -> None:
    pdf = document_pdf(
        document(
            tuple(Paragraph(f"第{at}句。") for at in range(lines)),
            copies="各村（社区）、各成员单位，" * 8,
            issuer="白涛街道党政办公室",
            issued="2022年4月8日",
        )
    )
    with pdfplumber.open(io.BytesIO(pdf)) as opened:
        last = opened.pages[-1]
        rules = [line["top"] for line in last.lines]
        text = [char for char in last.chars if abs(char["size"] - 16) < 0.1]
        small = [char for char in last.chars if abs(char["size"] - 14) < 0.1]
        assert max(rules) == pytest.approx(262 * MM, abs=0.5)
        assert all(char["bottom"] < min(rules) for char in text)
        assert max(char["x1"] for char in small) <= 184 * MM + 0.5


def briefing(text: str) -> Briefing:
    return Briefing(
        "第2期",
        "街道打击整治养老诈骗专项行动办公室",
        "2022年5月23日",
        "5月线索受理和办结情况",
        (Paragraph(text), Paragraph("已核实18件。", 1, "一、办理情况。")),
        "街道党工委、办事处。",
        "各成员单位，各党组织。",
        "20",
    )


def test_briefing_is_one_page_with_its_head_and_foot() -> None:
    for times in (1, 4, 5):
        pdf = briefing_pdf(briefing(SENTENCE * times))
        assert_fonts_whole(pdf)
        pages = texts(pdf)
        assert len(pages) == 1
        for words in ("工 作 简 报", "第2期", "报：街道党工委、办事处。", "（共印20份）", "一、办理情况。"):
            assert words in pages[0]


def test_a_briefing_too_long_says_what_to_do() -> None:
    with pytest.raises(UserFacingError, match="请删减"):
        briefing_pdf(briefing(SENTENCE * 40))
