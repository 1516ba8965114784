"""The wall and a unit's list on paper."""

from __future__ import annotations

import io

import pdfplumber
import pytest

from baitao_desktop.actions import task_papers, tasks
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.reports.wall import LEGEND, Section, WallPaper, WallRow, wall_pdf
from conftest import MakeDesk
from reports_kit import assert_fonts_whole

MARKS = ("record", "hand", "open", "due", "overdue", "")


def paper(units: int = 50, count: int = 73, *, small: bool = False) -> WallPaper:
    rows = [
        WallRow(f"很长名字的第{n}村（社区）", [MARKS[(n + t) % 6] for t in range(count)], n, count)
        for n in range(units)
    ]
    heads = [
        ("五（三）2", f"第{n}项任务，把要做的事写得很长很长，长到一行放不下，还要再长一点才行" * 2)
        for n in range(count)
    ]
    sections = [Section("宣传发动", 1), Section("打击整治", count - 1)]
    totals = [(n % units, units) for n in range(count)]
    return WallPaper("一览", "专项办", "统计截止：2022年5月18日", heads, sections, rows, totals, small, "练习")


@pytest.mark.parametrize("small", [False, True])
@pytest.mark.parametrize("units", [1, 37, 50])
def test_one_page_and_everything_within_it(units: int, small: bool) -> None:
    data = wall_pdf(paper(units, small=small))
    assert_fonts_whole(data)
    with pdfplumber.open(io.BytesIO(data)) as opened:
        (page,) = opened.pages
        assert (round(page.width), round(page.height)) == ((842, 595) if small else (1191, 842))
        chars = [c for c in page.chars if c["text"] not in "练习" or c["size"] < 50]
        assert min(c["x0"] for c in chars) >= 20 and max(c["x1"] for c in chars) <= page.width - 20
        assert min(c["top"] for c in chars) >= 15 and max(c["bottom"] for c in chars) <= page.height - 15
        text = page.extract_text()
    for word in ("一览", "填表单位：专项办", "承担单位数", *(words for _, words in LEGEND)):
        assert word in text
    assert "练" in text  # 练习的水印没有被底色盖住


def test_the_words_of_a_head_stay_in_their_column() -> None:
    with pdfplumber.open(io.BytesIO(wall_pdf(paper(37)))) as opened:
        page = opened.pages[0]
        upright = [c for c in page.chars if not c["upright"] and c["size"] < 20]
        cell = (page.width - 2 * 28.35 - 40 * 72 / 25.4) / 73
        columns = {int((c["x0"] + c["x1"]) / 2 // cell) for c in upright}
        assert len(columns) >= 73
        # 两行字也不压到邻列
        assert max(c["x1"] - c["x0"] for c in upright) < cell / 2 + 1.5


def test_the_wall_of_the_campaign(make_desk: MakeDesk) -> None:
    office = make_desk("专项办")
    made = task_papers.wall_paper(office)
    assert [s.title for s in made.sections] == ["宣传发动", "打击整治", "总结提升", "贯穿全程"]
    assert sum(s.tasks for s in made.sections) == len(made.tasks) == len(made.totals) == 73
    assert all(len(row.marks) == 73 for row in made.rows)
    assert made.watermark == ""
    with pytest.raises(UserFacingError) as trouble:
        task_papers.wall_pdf(make_desk("麦子坪村"))
    assert trouble.value.code == "A87"


def test_a_list_says_what_the_plan_says_and_how_it_stands(make_desk: MakeDesk) -> None:
    desk = make_desk("麦子坪村", mode="practice")
    one = next(i for i in tasks.checklist(desk, "DZZ203") if i.task.id == "6.1-1")
    tasks.tick(desk, one, evidence="会议记录")
    made = task_papers.list_paper(desk, "DZZ203")
    assert made.title == "麦子坪村任务清单" and made.watermark == "练习"
    row = next(r for r in made.rows if r[2] == one.task.action)
    assert row[1] == "六（一）" and row[3] == one.task.quote
    assert (row[5], row[7]) == ("建议2022年4月30日前", "已完成（手工）")
    assert made.foot.startswith(f"共{len(made.rows)}项，已完成1项")
    assert task_papers.list_pdf(desk, "DZZ203").startswith(b"%PDF")
