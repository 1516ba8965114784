"""检查情况汇总: the pure figures against a slow recount from the raw records; its papers, its sheet, the briefing."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from baitao_desktop import cli
from baitao_desktop.actions import briefings, findings, inspection_summary, inspections, papers, records
from baitao_desktop.actions.desk import Desk
from baitao_desktop.actions.inspection_counts import counted_rows, month_inspections, work_words
from baitao_desktop.actions.inspection_ledgers import INSPECTIONS
from baitao_desktop.domain import findings as finding_law
from baitao_desktop.domain.inspection_figures import ALL, By, Checked, Found, InspectionFigures, inspection_figures
from baitao_desktop.domain.ops import Json, RecordId
from baitao_desktop.domain.query import Query
from baitao_desktop.domain.records import Record
from baitao_desktop.reports.sheets import ledger_xlsx
from baitao_desktop.reports.summary_table import summary_pdf, summary_sheet
from conftest import PASSWORD, MakeDesk, checklist_answers, fixed_clock
from reports_kit import NOT_FIRST, NOT_LAST, assert_fonts_whole, cell_lines, seams, texts

SEVERITIES = ("general", "serious", "grave", "major")
KINDS: tuple[By | None, ...] = (None, "line", "unit", "village")
DAYS = st.sampled_from(["2022-04-20", "2022-04-21", "2022-05-20", "2022-05-21"])
UNITS = st.sampled_from(["SSB", "SCJG", "DZZ203"])
VILLAGES = st.sampled_from(["", "DZZ203", "DZZ001"])
CHECKS = st.lists(
    st.builds(
        Checked, day=DAYS, line=st.sampled_from(["YL", "SB"]), village=VILLAGES, place=st.sampled_from(["", "甲", "乙"]),
        looked=st.dictionaries(UNITS, st.integers(0, 25), min_size=1, max_size=3),
    ),
    max_size=12,
)  # fmt: skip
FINDS = st.lists(
    st.builds(
        Found, day=DAYS, line=st.sampled_from(["YL", "SB"]), village=VILLAGES, unit=UNITS,
        severity=st.sampled_from([*SEVERITIES, "", "hard"]), handling=st.sampled_from(["open", "rectified", "cleared"]),
        due=st.sampled_from(["", "2022-05-17", "2022-05-18", "2022-06-01"]),
    ),
    max_size=12,
)  # fmt: skip


@given(CHECKS, FINDS, st.sampled_from(KINDS))
def test_the_figures_are_those_of_a_recount(checks: list[Checked], finds: list[Found], by: By | None) -> None:
    figures = inspection_figures(checks, finds, since="2022-04-21", until="2022-05-20", cutoff="2022-05-18", by=by)
    checks = [c for c in checks if c.day in ("2022-04-21", "2022-05-20")]
    finds = [f for f in finds if f.day in ("2022-04-21", "2022-05-20")]
    whole = figures[ALL]
    assert whole.inspections == len(checks) and whole.findings == len(finds)
    assert whole.items == sum(n for c in checks for n in c.looked.values())
    assert whole.places == len({c.place for c in checks} - {""})
    assert whole.cleared == sum(f.handling == "cleared" for f in finds)
    assert whole.overdue == sum((f.handling, f.due) == ("open", "2022-05-17") for f in finds)
    parts = [row for key, row in figures.items() if key != ALL]
    if by:
        assert sum(row.items for row in parts) == whole.items
        assert tuple(map(sum, zip(*(row.found for row in parts), strict=True))) == (whole.found if parts else ())
        assert sum(row.inspections for row in parts) >= whole.inspections
    if by in ("line", "village"):
        assert sum(row.inspections for row in parts) == whole.inspections
    if by == "unit":
        assert sum(row.inspections for row in parts) == sum(len(c.looked) for c in checks)


@pytest.fixture
def office(make_desk: MakeDesk) -> Desk:
    """Three inspections by units of their own, a joint one, one void, one begun and not looked at; two findings done."""
    desk = make_desk("专项办")
    file(desk, "SSB", "甲养老院", {"8": "预收三年床位费", "13": "卖蛋白粉"}, "2022-05-16")
    file(desk, "SSB", "甲养老院", {"8": "还没有退"}, "")
    file(desk, "DZZ203", "乙养老院", {}, "")
    inspections.void(desk, file(desk, "SSB", "丙养老院", {"8": "录错"}, ""), reason="录错了")
    joint = checklist_answers(desk, "jiancha_sb", problems={"3": "没有批准文号"}, changsuo_mingcheng="甲养老院")
    rec = inspections.start_joint(desk, "jiancha_sb", joint, ["SSB", "SCJG"], lead="SCJG").value
    inspections.submit_rows(desk, rec, joint, unit="SCJG")
    inspections.start_joint(desk, "jiancha_sb", checklist_answers(desk, "jiancha_sb", rest=False), ["SSB"], lead="SCJG")
    with desk.store.reading() as reader:
        lines = reader.lines(reader.ids(Query(form=finding_law.FORM, sort="no", descending=False)))
    done = next(line.id for line in lines if line.answers["xiang"] == "YL-13" and line.head.status != "void")
    findings.rectify(desk, done, text="已撤柜")
    findings.recheck(desk, done, result="passed", rechecked_at="2022-05-18", rechecked_by="张某某")
    findings.clear(desk, done, approver="李某某")
    return desk


def file(desk: Desk, unit: str, place: str, problems: dict[str, str], due: str) -> RecordId:
    more: dict[str, Json] = {f"xm[YL-{int(n):02d}]/zhenggai_qixian": due for n in problems if due}
    more |= {"jiancha_riqi": "2022-05-15"}
    answers = checklist_answers(desk, "jiancha_yl", problems=problems, changsuo_mingcheng=place, **more)
    return inspections.file(desk, "jiancha_yl", answers, unit=unit).value


def recount(desk: Desk) -> InspectionFigures:
    """Everything once more, slowly, from the replayed records."""

    def raw(forms: Iterable[str]) -> list[Record]:
        with desk.store.reading() as reader:
            return [record for form in forms for record in reader.records(Query(form=form))]

    made = [r for r in raw(f for f in desk.forms if f.startswith("jiancha_")) if r.steps[-1].act != "void"]
    answered = {
        r.id: [a for f, a in r.answers.items() if f.endswith("/jieguo") and a in ("yes", "no", "not_applicable")]
        for r in made
    }
    made = [r for r in made if answered[r.id]]
    found = [(r, finding_law.fold(r.steps)) for r in raw([finding_law.FORM])]
    found = [(r, s) for r, s in found if s.handling != "void"]
    return InspectionFigures(
        len(made), len({r.answers.get("changsuo") or r.answers.get("changsuo_mingcheng") for r in made}),
        sum(len(answered[r.id]) for r in made),
        tuple(sum(r.answers["chengdu"] == code for r, _ in found) for code in SEVERITIES),
        sum(s.handling == "cleared" for _, s in found), sum(s.handling == "open" and "" < s.due < "2022-05-18" for _, s in found),
    )  # fmt: skip


def test_counted_from_the_cabinet_as_from_the_raw_records(office: Desk) -> None:
    ((monthly, total),) = month_inspections(office, office.month, None)
    assert monthly[ALL] == total[ALL] == recount(office)
    assert (total[ALL].inspections, total[ALL].places, total[ALL].findings) == (4, 2, 4)
    assert (total[ALL].cleared, total[ALL].overdue) == (1, 1)
    ((by_unit, _), (by_line, _)) = month_inspections(office, office.month, "unit", "line")
    assert {code: row.inspections for code, row in by_unit.items()} == {ALL: 4, "SSB": 3, "SCJG": 1, "DZZ203": 1}
    assert {code: row.inspections for code, row in by_line.items()} == {ALL: 4, "YL": 3, "SB": 1}
    assert by_unit["SSB"].findings == 3 and by_unit["SCJG"].findings == 1


def test_a_month_before_holds_nothing(office: Desk) -> None:
    ((monthly, total),) = month_inspections(office, office.campaign.month_before(office.month), None)
    assert monthly[ALL] == total[ALL] == InspectionFigures()
    assert work_words(office, office.campaign.month_before(office.month)) == ""


def test_the_summary_names_all_lines_and_villages_for_the_office(office: Desk, tmp_path: Path) -> None:
    paper = inspection_summary.summary_paper(office)
    lines, units, villages = paper.blocks
    assert [name for name, _ in lines.rows][:2] == ["养老服务", "网上巡查"] and len(lines.rows) == 10
    assert len(villages.rows) == len(office.campaign.villages()) + 1
    assert {"社事办", "市场监管所", "麦子坪村", "合计"} <= {name for name, _ in units.rows}
    assert [block.rows[-1][1] for block in paper.blocks] == [lines.rows[-1][1]] * 3
    assert lines.rows[-1][1][0][:4] == (4, 2, 25 * 3 + 24, 4)
    pdf = summary_pdf(paper)
    assert_fonts_whole(pdf)
    for first, second in seams(cell_lines(pdf)):
        assert second[0] not in NOT_FIRST and first[-1] not in NOT_LAST
    pages = texts(pdf)
    assert all(f"第{n}页 共{len(pages)}页" in text for n, text in enumerate(pages, 1))
    said = "".join(pages)
    assert "17个村（社区）已报送0个，未报送：" in said and "数字统计到2022年5月18日09:30" in said
    done = inspection_summary.save_summary(office, tmp_path)
    sheet = inspection_summary.save_summary(office, tmp_path, xlsx=True)
    assert [path.suffix for path in (done.value, sheet.value)] == [".pdf", ".xlsx"]
    assert done.value.name == "检查情况汇总表_专项办_20220518.pdf"


def test_the_summary_as_a_sheet_holds_numbers(office: Desk) -> None:
    paper = inspection_summary.summary_paper(office)
    book = openpyxl.load_workbook(io.BytesIO(ledger_xlsx(summary_sheet(paper))))
    rows = list(book.worksheets[0].iter_rows(min_row=3, values_only=True))
    assert rows[0][:4] == ("分类", "名称", "5月 检查次数", "5月 场所数")
    assert rows[1][:6] == ("行业线", "养老服务", 3, 2, 75, 3)
    assert sum(row[1] == "合计" for row in rows) == 3


def test_a_village_sees_its_own(make_desk: MakeDesk) -> None:
    desk = make_desk("麦子坪村")
    inspections.file(desk, "jiancha_yl", checklist_answers(desk, "jiancha_yl"))
    paper = inspection_summary.summary_paper(desk)
    assert [[name for name, _ in block.rows] for block in paper.blocks] == [
        ["养老服务", "合计"], ["麦子坪村", "合计"], ["麦子坪村", "合计"],
    ]  # fmt: skip
    assert not any("已报送" in note for note in paper.notes)


def test_the_ledger_of_findings_says_it_in_words(office: Desk) -> None:
    paper = papers.ledger_paper(office, finding_law.FORM, Query(form=finding_law.FORM, sort="no", descending=False))
    assert [c.title for c in paper.columns] == [
        "序号", "编号", "发现日期", "场所", "村（社区）", "行业线", "检查项", "问题事实", "程度", "依据", "处置建议", "责任单位",
        "整改期限/逾期", "状态", "销号日期",
    ]  # fmt: skip
    assert paper.title == "问题台账" and len(paper.rows) == 5
    late = next(row for row in paper.rows if row[7] == "预收三年床位费")
    assert late[5:7] == ("养老服务", "YL-08") and late[8] == "严重" and str(late[9]).startswith("《消费者权益保护法》")
    assert late[12:] == ("2022-05-16 逾期", "待整改", "")
    cleared = next(row for row in paper.rows if row[6] == "YL-13")
    assert cleared[13] == "已销号" and str(cleared[14]) == "2022-05-18"
    assert_fonts_whole(papers.ledger_pdf(office, finding_law.FORM, Query(form=finding_law.FORM)))
    assert "责令" not in str(paper.rows)


def test_one_ledger_of_all_inspections(office: Desk, tmp_path: Path) -> None:
    paper = papers.ledger_paper(office, INSPECTIONS, Query(descending=False))
    assert paper.title == "检查台账" and len(paper.rows) == 6
    assert {row[3] for row in paper.rows} == {"养老服务", "食品保健品"}
    joint = next(row for row in paper.rows if row[3] == "食品保健品" and row[9] == "24/24")
    assert set(str(joint[7]).split("、")) == {"市场监管所", "社事办"} and joint[10:] == (1, "严重", "部分单位已提交")
    one = papers.ledger_paper(office, "jiancha_yl", Query(form="jiancha_yl"))
    assert one.title == "养老服务检查台账" and len(one.rows) == 4
    assert (
        papers.save_ledger(office, INSPECTIONS, Query(), tmp_path, xlsx=True).value.name
        == "检查台账_专项办_20220518.xlsx"
    )


def test_dates_of_plain_ledgers_stay_whole(make_desk: MakeDesk) -> None:
    desk = make_desk("麦子坪村")
    records.submit(desk, "xuanchuan", PUBLICITY)
    pages = texts(papers.ledger_pdf(desk, "xuanchuan", Query(form="xuanchuan")))
    assert "2022-05-17" in pages[0]
    columns = papers.ledger_paper(desk, "xuanchuan", Query(form="xuanchuan")).columns
    assert {c.title for c in columns if c.align == "right"} == {"户数", "发放份数", "人数"}


PUBLICITY: dict[str, Json] = {
    "huodong_riqi": "2022-05-17", "suozai_cunshe": "DZZ203", "didian": "三组院坝", "zaiti": ["guangbo"], "xingshi": "xianxia",
    "hushu": 35, "fenshu": 120, "renshu": 60, "neirong": "讲保健品会销套路。",
}  # fmt: skip


def test_the_briefing_says_so_only_when_there_is_something(make_desk: MakeDesk, office: Desk) -> None:
    quiet = make_desk("麦子坪村", clock=fixed_clock())
    leads = [lead for lead, _ in briefings.draft_briefing(quiet).paragraphs]
    assert leads == ["", "一、办理情况。", "二、挽损情况。", "三、下月要做的事。"], "别的村报没报，村里看不到"
    records.submit(office, "xuanchuan", PUBLICITY)
    draft = briefings.draft_briefing(office)
    said = dict(draft.paragraphs)
    assert said["三、检查整改和宣传走访情况。"] == (
        "开展检查4次（累计4次），查看场所2处（累计2处）；发现问题4个（累计4个），累计销号1个、逾期未改1个。开展宣传活动1场（累计1场）。"
    )
    assert list(said)[-2:] == ["四、各村（社区）情况。", "五、下月要做的事。"]
    assert len(texts(briefings.briefing_pdf(office, draft))) == 1


def test_a_joint_inspection_counts_for_each_unit_what_it_looked_at(office: Desk) -> None:
    with office.store.reading() as reader:
        checks, finds = counted_rows(office, reader)
    (joint,) = [c.looked for c in checks if len(c.looked) > 1]
    assert joint == {"SCJG": 24, "SSB": 0}
    assert {f.unit for f in finds} == {"SSB", "SCJG"}


def test_summary_and_ledger_from_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BAITAO_CONFIG", str(tmp_path / "settings"))
    password = tmp_path / "口令.txt"
    password.write_text(PASSWORD, encoding="utf-8")
    common = ["--at", str(tmp_path / "村"), "--password-file", str(password)]
    assert cli.run(["new", *common, "--unit", "麦子坪村", "--person", "测经办", "--practice"]) == 0
    assert cli.run(["inspections", *common, "--month", "2022-05", "--to", str(tmp_path / "出")]) == 0
    assert cli.run(["ledger", *common, "--form", "检查台账", "--to", str(tmp_path / "出")]) == 0
    assert "检查情况汇总表" in capsys.readouterr().out
    assert sorted(path.name for path in (tmp_path / "出").iterdir()) == [
        f"{kind}_麦子坪村_20220518.{ending}" for kind in ("检查台账", "检查情况汇总表") for ending in ("pdf", "xlsx")
    ]
