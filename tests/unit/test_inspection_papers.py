"""现场检查记录表 and the blank checklists, read back by position."""

from __future__ import annotations

import io
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pdfplumber
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from PIL import Image

from baitao_desktop.actions import inspections, papers, photos, records
from baitao_desktop.actions.desk import Desk
from baitao_desktop.actions.inspection_papers import blank_checklist, inspection_paper, paper_title
from baitao_desktop.domain.inspections import advice, rows_of
from baitao_desktop.domain.ops import Json, RecordId
from baitao_desktop.domain.query import Query
from baitao_desktop.reports.breaking import visible
from baitao_desktop.reports.inspection_paper import inspection_pdf
from baitao_desktop.reports.papers import CheckRow, InspectionPaper, Signature
from conftest import MakeDesk, checklist_answers, fixed_clock
from forms_kit import form_of as table_form
from reports_kit import NOT_FIRST, NOT_LAST, RARE, SENTENCE, assert_fonts_whole, cell_lines, chinese, seams, texts

NINE = {
    "yl": ("养老服务现场检查记录表", 25), "wx": ("网上巡查记录表", 18), "yd": ("养老用地现场检查记录表", 13),
    "fw": ("商品房销售现场检查记录表", 15), "gg": ("街面广告现场检查记录表", 14), "wl": ("老年旅游、艺术品现场检查记录表", 23),
    "yj": ("内设医疗现场检查记录表", 18), "sb": ("食品保健品现场检查记录表", 24), "fj": ("非法集资排查记录表", 25),
}  # fmt: skip
MORE = {"wx": {"pingtai": "某短视频平台"}, "gg": {"guanggao_neirong": "“包治百病”的神药"}}


def photo(desk: Desk, taken: bool = True) -> Json:
    out = io.BytesIO()
    exif = Image.Exif()
    if taken:
        exif[306] = "2022:05:18 09:12:33"
    Image.new("RGB", (64, 48), "navy").save(out, "JPEG", exif=exif)
    return photos.keep_photo(desk, out.getvalue())


def filed(desk: Desk, code: str = "yl", **said: Any) -> RecordId:
    answers = checklist_answers(desk, f"jiancha_{code}", **{**MORE.get(code, {}), **said})
    return inspections.file(desk, f"jiancha_{code}", answers).value


def all_failed(desk: Desk, code: str) -> RecordId:
    """Every item a problem, each with a sentence of its own."""
    form = f"jiancha_{code}"
    numbers = {
        row.code: SENTENCE[:60] for row in rows_of(checklist_answers(desk, form, rest=False, **MORE.get(code, {})))
    }
    answers = checklist_answers(desk, form, problems=numbers, **MORE.get(code, {}))
    for row in rows_of(answers):
        if row.failed:
            answers[f"xm[{row.code}]/wenti"] = SENTENCE[: 10 + 7 * len(row.text)]
    return inspections.file(desk, form, answers).value


def words(pdf: bytes) -> str:
    """All text without blanks and without what stands at the foot of each page."""
    return re.sub(r"\s", "", "".join(texts(pdf)))


def keeps_inside(pdf: bytes) -> None:
    assert_fonts_whole(pdf)
    for first, second in seams(cell_lines(pdf)):
        assert second[0] not in NOT_FIRST, (first, second)
        assert first[-1] not in NOT_LAST, (first, second)


def boxes(pdf: bytes) -> tuple[int, int]:
    """(boxes, ticks) of the whole file."""
    with pdfplumber.open(io.BytesIO(pdf)) as opened:
        rects = [r for page in opened.pages for r in page.rects if r["stroke"] and not r["fill"]]
        ticks = [c for page in opened.pages for c in page.curves if c["stroke"]]
    return len(rects), len(ticks)


def test_each_of_the_nine_is_printed_blank(make_desk: MakeDesk) -> None:
    desk = make_desk("社事办")
    for code, (title, count) in NINE.items():
        paper = blank_checklist(desk, desk.forms[f"jiancha_{code}"])
        items = desk.catalogue.items_of(code.upper())
        assert [row.code for row in paper.items] == [item.code for item in items] and len(items) == count
        assert [row.text for row in paper.items] == [item.text for item in items]
        assert {c.label for row in paper.items for c in row.answers} <= {
            "是",
            "否",
            "是·有问题",
            "否·有问题",
            "不适用",
            "未检查",
        }
        pdf = papers.blank_pdf(desk, f"jiancha_{code}")
        assert pdf == inspection_pdf(paper)
        keeps_inside(pdf)
        said = words(pdf)
        assert said.startswith(title) and all(item.code in said for item in items)
        head = sum(len(a.choices) for group in paper.head for a in group.answers)
        assert boxes(pdf) == (4 * count + head, 0)
        assert "依据：" in said and "看：" in said and "责令" not in said


def test_each_of_the_nine_is_printed_with_every_item_failed(make_desk: MakeDesk) -> None:
    desk = make_desk("社事办")
    for code, (_, count) in NINE.items():
        rec = all_failed(desk, code)
        pdf = papers.record_pdf(desk, rec)
        keeps_inside(pdf)
        said, view = words(pdf), records.look(desk, rec)
        failed = [row for row in rows_of(view.record.answers) if row.failed]
        assert len(failed) >= count - 1
        assert said.count("处置建议：") == sum(1 for r in failed if r.measure and not r.own_duty)
        assert "责令" not in said
        pages = texts(pdf)
        for number, text in enumerate(pages, 1):
            assert f"第{number}页 共{len(pages)}页" in text and f"表号：jiancha_{code}" in text and view.no in text


def test_what_was_found_stands_under_its_item(make_desk: MakeDesk) -> None:
    desk = make_desk("社事办")
    rec = filed(
        desk, problems={"8": "预收三年床位费，每人3万元", "13": "门厅有人卖蛋白粉"},
        **{
            "xm[YL-08]/zhenggai_qixian": "2022-06-01", "xm[YL-13]/dangchang": "shi", "xm[YL-13]/chengdu": "serious",
            "xm[YL-13]/jiangji_liyou": "只有一人，已劝离", "kaishi_shijian": "09:30:00.000+08:00", "jieshu_shijian": "10:20:00.000+08:00",
            "chenshu": "愿意退费。", "xm[YL-05]/jieguo": "not_applicable", "xm[YL-06]/jieguo": "unchecked",
        },
    )  # fmt: skip
    view = records.look(desk, rec)
    paper = inspection_paper(desk, view)
    rows = {row.code: row for row in paper.items}
    assert rows["YL-08"].details == (
        "事实：预收三年床位费，每人3万元",
        "程度：严重　整改期限：2022年6月1日",
        "依据：《消费者权益保护法》第五十三条；《侵害消费者权益行为处罚办法》第十条",
        "处置建议：约谈；核查资金去向；报处非工作力量研判",
    )
    assert rows["YL-13"].details[1] == "程度：较重　降低程度的理由：只有一人，已劝离　当场已改正"
    assert not rows["YL-05"].details and not rows["YL-06"].details
    ticked = {code: [c.label for c in row.answers if c.ticked] for code, row in rows.items()}
    assert ticked["YL-05"] == ["不适用"] and ticked["YL-06"] == ["未检查"] and ticked["YL-08"] == ["是"]
    said = words(inspection_pdf(paper))
    assert "2022年5月18日09:30至10:20" in said
    figures = [a.value for group in paper.tail for a in group.answers if a.label == "检查情况"]
    assert figures == ["应查25项，已查24项，未检查1项；发现问题2项，最重的程度：严重。"]
    assert "愿意退费。" in said and f"编号：{view.no}" in said
    assert boxes(inspection_pdf(paper))[0] == 25 * 4 + 3 + 3 + 3


def test_the_law_is_that_of_the_day_of_the_inspection(make_desk: MakeDesk) -> None:
    """README §3: FW-10 has no basis before 2022-07-01, FW-11 has none that is verified; never a substitute."""
    desk = make_desk("社事办", clock=fixed_clock("2022-07-20T09:30"))
    answers = {"10": "没有公示", "11": "没有写明"}

    def basis(rec: RecordId) -> dict[str, str]:
        paper = inspection_paper(desk, records.look(desk, rec))
        return {row.code: row.details[2] for row in paper.items if row.details}

    early = basis(filed(desk, "fw", problems=answers, jiancha_riqi="2022-06-30"))
    late = basis(filed(desk, "fw", problems=answers, jiancha_riqi="2022-07-01"))
    assert early == {"FW-10": "依据：条款待核", "FW-11": "依据：条款待核"}
    assert late["FW-10"].startswith("依据：《") and late["FW-11"] == "依据：条款待核"


def test_a_joint_inspection_says_who_answered(make_desk: MakeDesk) -> None:
    desk = make_desk("专项办")
    answers = checklist_answers(desk, "jiancha_yl", problems={"21": "没有许可证"})
    answers["xm[YL-21]/zeren_danwei"] = "SCJG"
    rec = inspections.start_joint(desk, "jiancha_yl", answers, ["SCJG", "SSB"], lead="SSB").value
    view = records.look(desk, rec)
    units = {row.code: row.unit for row in inspection_paper(desk, view).items}
    assert set(units.values()) <= {"社事办", "市场监管所"}
    pdf = papers.record_pdf(desk, rec)
    keeps_inside(pdf)
    assert "社事办牵头，市场监管所参加" in words(pdf)
    assert "检查单位" in words(pdf)


SIGNED = {
    "daiqian": ("以上记录已由双方核对，记录属实。", 2, 0, ""),
    "yiqian": ("以上记录已由双方核对，记录属实。", 0, 0, "已在纸上签名，照片见附页"),
    "juqian": ("以上记录由检查人员核对，与看到的一致。", 2, 0, "拒绝签名"),
    "wuren": ("以上记录由检查人员核对，与看到的一致。", 1, 0, "检查时现场无人"),
    "dangchang": ("以上记录已由双方核对，记录属实。", 2, 2, ""),
}


@pytest.mark.parametrize("way", SIGNED)
def test_signatures_are_drawn_refused_or_left_to_the_pen(make_desk: MakeDesk, way: str) -> None:
    desk = make_desk("社事办")
    more: dict[str, Any] = {"qianzi_fangshi": way}
    if way == "dangchang":
        more |= {"qianming_jiancha": photo(desk), "qianming_duifang": photo(desk)}
    if way == "juqian":
        more |= {"jianzheng_ren": "李某某"}
    if way == "yiqian":
        more |= {"qianzi_zhaopian": [photo(desk)]}
    rec = filed(desk, **more)
    paper = inspection_paper(desk, records.look(desk, rec))
    closing, lines, drawn, word = SIGNED[way]
    assert paper.closing == closing
    assert sum(1 for s in paper.signatures if not s.words) == lines
    assert sum(1 for s in paper.signatures if s.picture) == drawn
    assert word in "".join(s.words for s in paper.signatures)
    assert len(paper.photos) == (way == "yiqian")
    pdf = inspection_pdf(paper)
    with pdfplumber.open(io.BytesIO(pdf)) as opened:
        assert sum(len(page.images) for page in opened.pages) == drawn + len(paper.photos)
    said = words(pdf)
    assert closing in said and word in said
    assert ("见证人李某某" in said and "见证人：" in said) == (way == "juqian")


def test_every_page_is_signed_once(make_desk: MakeDesk) -> None:
    desk = make_desk("社事办")
    rec = filed(desk, problems={"8": "预收三年床位费"}, **{"xm[YL-08]/zhaopian": [photo(desk)] * 7})
    pages = texts(papers.record_pdf(desk, rec))
    assert [page.count("被检查方：") for page in pages] == [1] * len(pages)
    assert sum("以上记录已由双方核对" in page for page in pages) == 1
    assert "附页：照片" in pages[-1] and "附页：照片" in pages[-2]


def test_photos_have_their_item_and_time_and_missing_ones_a_frame(make_desk: MakeDesk) -> None:
    desk = make_desk("社事办")
    here, late = photo(desk), {"blob": "ab" * 32, "name": "照片.jpg", "taken": "2022-05-18T09:40+08:00"}
    shots: Json = [here, here, here, here, late]
    rec = filed(
        desk, problems={"8": "预收三年床位费", "13": "卖蛋白粉"},
        **{"xm[YL-13]/zhaopian": shots, "xm[YL-08]/zhaopian": [photo(desk, taken=False)] * 4},
    )  # fmt: skip
    paper = inspection_paper(desk, records.look(desk, rec))
    assert [p.caption for p in paper.photos][:5] == [
        "YL-08　问题照片1", "YL-08　问题照片2", "YL-08　问题照片3", "YL-08　问题照片4", "YL-13　问题照片1　2022-05-18 09:12",
    ]  # fmt: skip
    pdf = inspection_pdf(paper)
    keeps_inside(pdf)
    pages = texts(pdf)
    assert pages[-1].count("照片待补") == 1 and "2022-05-18 09:40" in pages[-1]
    with pdfplumber.open(io.BytesIO(pdf)) as opened:
        assert [len(page.images) for page in opened.pages][-2:] == [6, 2]


def test_a_line_stays_empty_for_the_second_inspector(make_desk: MakeDesk) -> None:
    desk = make_desk("社事办")
    answers = checklist_answers(desk, "jiancha_yl", people=1)
    # 联合检查刚发起，还没有人提交：此时不问够不够两人
    rec = inspections.start_joint(desk, "jiancha_yl", answers, ["SCJG"]).value
    paper = inspection_paper(desk, records.look(desk, rec))
    (group,) = [g for g in paper.head if g.table is not None]
    assert group.table is not None
    assert [row[0] for row in group.table.rows] == ["张某某", ""]
    patrol = blank_checklist(desk, desk.forms["jiancha_wx"])
    (group,) = [g for g in patrol.head if g.table is not None]
    assert group.table is not None and len(group.table.rows) == 1 and not group.answers
    assert [s.label for s in patrol.signatures] == ["检查人员"] and patrol.page_signing == ("检查人员",)


def test_what_is_the_inspectors_own_duty_is_no_problem_of_the_place(make_desk: MakeDesk) -> None:
    desk = make_desk("宣传办")
    rec = filed(desk, "wx", problems={"18": "还没有截图"})
    paper = inspection_paper(desk, records.look(desk, rec))
    (row,) = [row for row in paper.items if row.details]
    assert (row.code, row.mark) == ("WX-18", "待办")
    assert "不记为被检查方的问题" in row.details[-1]
    assert "；未发现问题。" in words(inspection_pdf(paper))


def test_items_behind_a_branch_say_so(make_desk: MakeDesk) -> None:
    desk = make_desk("社服中心")
    answers = checklist_answers(desk, "jiancha_yj", **{"xm[YJ-01]/jieguo": "no"})
    paper = inspection_paper(desk, records.look(desk, inspections.file(desk, "jiancha_yj", answers).value))
    said = [row.said for row in paper.items if row.said]
    assert said and set(said) == {"按YJ-01不用查"}
    blank = blank_checklist(desk, desk.forms["jiancha_yj"])
    assert any("YJ-01答“" in hint for row in blank.items for hint in row.hints)


def test_an_offices_own_checklist_costs_no_code(make_desk: MakeDesk, tmp_path: Path) -> None:
    desk = make_desk("社事办")
    own = table_form(
        tmp_path,
        """type | name | label | required | bind::bt:print
        date | jiancha_riqi | 检查日期 | yes | head
        text | changsuo_mingcheng | 场所 | yes | head
        begin_repeat | xm | 看什么 | | table
        text | neirong | 内容 | |
        text | hegedaan | 合格答案 | | no
        text | yanzhong | 严重 | | no
        select_one jieguo | jieguo | 结果 | |
        text | wenti | 问题 | |
        end_repeat | | | |
        text | beizhu | 备注 | | row""",
        """list_name | name | label
        jieguo | yes | 有
        jieguo | no | 没有""",
        """form_id | form_title | version | attribute::bt:kind | namespaces
        jiancha_zj | 自建检查表 | 1 | inspection | bt="urn:baitao:forms\"""",
    )
    desk = replace(desk, forms={**desk.forms, own.id: own})
    paper = blank_checklist(desk, own)
    assert paper.title == "自建现场检查记录表"
    assert paper.head[-1].title.endswith("检查人员")
    assert len(paper.items) > 10 and [c.label for c in paper.items[0].answers] == ["有", "没有"]
    pdf = papers.blank_pdf(desk, own.id)
    keeps_inside(pdf)
    assert "备注" in words(pdf)


def test_sixty_failed_items_and_long_names_keep_inside() -> None:
    items = [
        CheckRow(
            f"ZJ-{n:02d}", SENTENCE[n : n + 40], said="是", section=f"第{n // 20}节", unit=f"某某{RARE}中心",
            mark="问题", details=(f"事实：{SENTENCE * 2}", "依据：条款待核"),
        )
        for n in range(60)
    ]  # fmt: skip
    pdf = inspection_pdf(
        InspectionPaper(
            "某" * 40,
            "BT-JC-SSB-A7K-2022-0003",
            "单位" * 20,
            (),
            "一、检查项目",
            items,
            (),
            "以上属实。",
            (),
            ("检查人员",),
        )
    )
    keeps_inside(pdf)
    said = words(pdf)
    assert all(f"ZJ-{n:02d}" in said for n in range(60))


ROWS = st.lists(
    st.builds(
        CheckRow, code=chinese(12), text=chinese(90), said=chinese(20), section=chinese(12), unit=chinese(16),
        hints=st.lists(chinese(60), max_size=2), mark=st.just("问题"), details=st.lists(chinese(200), max_size=4),
    ),
    max_size=6,
)  # fmt: skip


@settings(max_examples=8, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(ROWS, chinese(60))
def test_any_words_keep_inside_and_none_is_lost(items: list[CheckRow], closing: str) -> None:
    signatures = (Signature("检查人员"), Signature("被检查方", words="拒绝签名"))
    pdf = inspection_pdf(
        InspectionPaper("检查记录表", "1", "单位", (), "检查项目", items, (), closing, signatures, ("检查人员",))
    )
    assert_fonts_whole(pdf)
    drawn = Counter("".join(line.text for line in cell_lines(pdf, tolerance=0.5)))
    said = Counter("".join(visible(t) for i in items for t in (i.code, i.text, i.said, i.unit, *i.hints, *i.details)))
    assert Counter({char: n for char, n in said.items() if not char.isspace()}) <= drawn


def test_the_paper_of_a_finding_says_the_law_and_advises(make_desk: MakeDesk) -> None:
    desk = make_desk("社事办")
    filed(desk, problems={"1": "证照过期"})
    with desk.store.reading() as reader:
        (line,) = reader.lines(reader.ids(Query(form="wenti")))
    said = words(papers.record_pdf(desk, line.id))
    assert said.startswith("问题整改表") and "《老年人权益保障法》第四十三条" in said
    assert "未登记的建议停止并移送民政或市监" in said and "责令" not in said


def test_sums_and_the_line_of_reporting_stand_plainly(make_desk: MakeDesk) -> None:
    desk = make_desk("社事办")
    paper = inspection_paper(desk, records.look(desk, filed(desk, "fj", jine_fen=120_000_000, renshu=3)))
    answers = {a.label: a.value for group in (*paper.head, *paper.tail) for a in group.answers}
    assert answers["吸收金额（元）"] == "1200000.00" and answers["直接损失（元）"] == ""
    assert answers["检查情况"].endswith("；未发现问题，最重的程度：重大风险。涉及人数或金额达到报告标准，另行报告。")


def test_words_of_power_become_advice() -> None:
    assert advice("责令停止；移送住建、处非") == "建议停止；移送住建、处非"


def test_titles(make_desk: MakeDesk) -> None:
    desk = make_desk("社事办")
    assert {code: paper_title(desk.forms[f"jiancha_{code}"]) for code in NINE} == {c: t for c, (t, _) in NINE.items()}
