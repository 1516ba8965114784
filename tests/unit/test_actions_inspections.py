"""Checklists handed in, joint ones, the findings they make and what becomes of them."""

from __future__ import annotations

import pytest

from baitao_desktop.actions import bundles, findings, inspections, links, records, venues
from baitao_desktop.actions.desk import Desk
from baitao_desktop.domain import findings as finding_law
from baitao_desktop.domain import inspections as law
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import Json, RecordId
from baitao_desktop.domain.query import Line, Query
from conftest import MakeDesk, checklist_answers, joined

YL = "jiancha_yl"


def lines(desk: Desk, form: str) -> list[Line]:
    with desk.store.reading() as reader:
        return reader.lines(reader.ids(Query(form=form, sort="no", descending=False)))


def state(desk: Desk, rec: RecordId) -> law.InspectionState:
    with desk.store.reading() as reader:
        return law.fold(reader.get(rec).steps)


def test_a_checklist_handed_in_makes_its_findings_and_its_place(make_desk: MakeDesk) -> None:
    desk = make_desk("社事办")
    answers = checklist_answers(
        desk,
        YL,
        problems={"8": "预收三年床位费，每人3万元", "9": "卖会员卡"},
        **{"xm[YL-08]/zhenggai_qixian": "2022-06-01"},
    )
    rec = inspections.file(desk, YL, answers).value
    assert state(desk, rec).handling == "closed"
    first, second = lines(desk, finding_law.FORM)
    assert (first.answers["xiang"], first.answers["shishi"], first.head.due) == (
        "YL-08",
        "预收三年床位费，每人3万元",
        "2022-06-01",
    )
    assert first.answers["chengdu"] == "grave" and first.answers["neirong"].startswith("是否一次性预收大额费用")
    assert second.answers["xiang"] == "YL-09" and second.head.due == ""
    (place,) = lines(desk, "changsuo")
    assert place.answers["mingcheng"] == "夕阳康养会所" and place.scope == "SSB"
    assert venues.colours(desk) == {place.id: "orange"}
    again = inspections.file(desk, YL, checklist_answers(desk, YL)).value
    assert len(lines(desk, "changsuo")) == 1 and len(lines(desk, finding_law.FORM)) == 2
    assert {one.id for one in links.related(desk, place.id)} == {rec, again, first.id, second.id}


def test_one_inspector_is_sent_to_the_visit_form(make_desk: MakeDesk) -> None:
    desk = make_desk("社事办")
    with pytest.raises(UserFacingError, match="走访登记") as trouble:
        inspections.file(desk, YL, checklist_answers(desk, YL, people=1))
    assert trouble.value.code == "A72" and not lines(desk, YL)
    patrol = make_desk("宣传办")
    inspections.file(patrol, "jiancha_wx", checklist_answers(patrol, "jiancha_wx", people=1, pingtai="某短视频平台"))
    assert len(lines(patrol, "jiancha_wx")) == 1


def test_an_own_duty_is_no_finding(make_desk: MakeDesk) -> None:
    desk = make_desk("宣传办")
    inspections.file(
        desk, "jiancha_wx", checklist_answers(desk, "jiancha_wx", problems={"18": "还没有截图"}, pingtai="某平台")
    )
    assert not lines(desk, finding_law.FORM)
    assert ("own_duty", "WX-18") in lines(desk, "jiancha_wx")[0].head.facets


def test_reaching_the_line_turns_a_matter_red_without_any_finding(make_desk: MakeDesk) -> None:
    desk = make_desk("社事办")
    inspections.file(desk, "jiancha_fj", checklist_answers(desk, "jiancha_fj", renshu=150))
    assert ("level", "major") in lines(desk, "jiancha_fj")[0].head.facets
    inspections.file(desk, "jiancha_fj", checklist_answers(desk, "jiancha_fj", renshu=149, jine_fen=50_000_000))
    assert not [f for f in lines(desk, "jiancha_fj")[1].head.facets if f[0] == "level"]


def test_a_finding_goes_its_way_to_the_end(make_desk: MakeDesk) -> None:
    desk = make_desk("社事办")
    inspections.file(desk, YL, checklist_answers(desk, YL, problems={"7": "没有公示收费"}))
    rec = lines(desk, finding_law.FORM)[0].id
    with pytest.raises(UserFacingError, match="不能销号"):
        findings.clear(desk, rec, approver="李某某")
    findings.set_due(desk, rec, due="2022-05-25", reason="当场约定")
    findings.rectify(desk, rec, text="已在大厅公示")
    with pytest.raises(UserFacingError, match="还没有复查") as trouble:
        findings.clear(desk, rec, approver="李某某")
    assert trouble.value.code == "A76"
    findings.recheck(desk, rec, result="failed", rechecked_at="2022-05-18", rechecked_by="张某某", due="2022-06-02")
    assert lines(desk, finding_law.FORM)[0].head.due == "2022-06-02"
    findings.rectify(desk, rec, text="补上了退费标准")
    findings.recheck(desk, rec, result="passed", rechecked_at="2022-05-18", rechecked_by="张某某")
    assert venues.colours(desk)
    findings.clear(desk, rec, approver="李某某")
    assert lines(desk, finding_law.FORM)[0].head.status == "cleared" and not venues.colours(desk)
    said = [line.what for line in records.look(desk, rec).history]
    assert said == ["发现", "定整改期限", "改了“整改期限”", "整改", "复查", "整改", "复查", "销号"] or set(said) >= {
        "发现",
        "销号",
    }


def test_a_correction_takes_its_finding_along(make_desk: MakeDesk) -> None:
    desk = make_desk("社事办")
    rec = inspections.file(desk, YL, checklist_answers(desk, YL, problems={"8": "预收", "7": "未公示"})).value
    inspections.correct(
        desk,
        rec,
        changes={"xm[YL-08]/jieguo": "no", "xm[YL-08]/wenti": None, "xm[YL-07]/wenti": "只公示了一半"},
        reason="看错了",
    )
    seven, eight = lines(desk, finding_law.FORM)
    assert eight.head.status == "void" and seven.answers["shishi"] == "只公示了一半"
    inspections.correct(desk, rec, changes={"xm[YL-08]/jieguo": "yes", "xm[YL-08]/wenti": "确有预收"}, reason="又查实")
    assert lines(desk, finding_law.FORM)[1].head.status == "open"
    with pytest.raises(UserFacingError, match="不能改"):
        inspections.correct(desk, rec, changes={"xm[YL-08]/neirong": "别的话"}, reason="改字")
    inspections.void(desk, rec, reason="录重了")
    assert {line.head.status for line in lines(desk, finding_law.FORM)} == {"void"}


def both(make_desk: MakeDesk, tmp_path: object) -> tuple[Desk, Desk, Desk]:
    office, first, second = make_desk("专项办"), make_desk("市场监管所"), make_desk("社服中心")
    first, office = joined(first, office, tmp_path / "u1")  # type: ignore[operator]
    second, office = joined(second, office, tmp_path / "u2")  # type: ignore[operator]
    return office, first, second


def pass_on(sender: Desk, receiver: Desk, stick: object) -> None:
    stick.mkdir(exist_ok=True)  # type: ignore[attr-defined]
    to = "" if not sender.is_office else receiver.unit.code
    path = bundles.hand_over(sender, stick, to=to).value.path  # type: ignore[arg-type]
    bundles.take_in(receiver, path)


def test_two_units_check_one_shop_each_its_rows(make_desk: MakeDesk, tmp_path: object) -> None:
    office, market, health = both(make_desk, tmp_path)
    answers: dict[str, Json] = checklist_answers(market, "jiancha_sb", rest=False)
    rec = inspections.start_joint(market, "jiancha_sb", answers, ["社服中心"]).value
    inspections.divide(market, rec, unit="SFZX", numbers=["21", "22"])
    assert state(market, rec).units == ("SCJG", "SFZX")
    with pytest.raises(UserFacingError, match="牵头单位自己的部分还没有提交") as trouble:
        inspections.close(market, rec, reason="等不来")
    assert trouble.value.code == "A84"
    pass_on(market, office, tmp_path / "a")  # type: ignore[operator]
    pass_on(office, health, tmp_path / "b")  # type: ignore[operator]
    with health.store.reading() as reader:
        there = dict(reader.get(rec).answers)
    theirs = {**there, "xm[SB-21]/jieguo": "no", "xm[SB-21]/wenti": "床垫没有注册证", "xm[SB-22]/jieguo": there["xm[SB-22]/hegedaan"],
              "xm[SB-01]/jieguo": "no", "changsuo_mingcheng": "改不动"}  # fmt: skip
    inspections.submit_rows(health, rec, theirs)
    with health.store.reading() as reader:
        now = reader.get(rec).answers
    assert now.get("xm[SB-01]/jieguo") is None and now["changsuo_mingcheng"] == "夕阳康养会所"
    assert state(health, rec).handling == "part"
    pass_on(health, office, tmp_path / "c")  # type: ignore[operator]
    pass_on(office, market, tmp_path / "d")  # type: ignore[operator]
    mine = {**there, **law.rest_in_order(law.rows_of(there))}
    inspections.submit_rows(market, rec, mine)
    assert state(market, rec).handling == "submitted"
    inspections.close(market, rec)
    assert state(market, rec).handling == "closed"
    assert [x.answers["xiang"] for x in lines(market, finding_law.FORM)] == [
        x.answers["xiang"] for x in lines(health, finding_law.FORM)
    ]
    before = lines(market, finding_law.FORM)
    inspections.file_findings(market, ["jiancha_sb"], [rec])
    assert lines(market, finding_law.FORM) == before
    assert not records.look(market, rec).differences


def test_the_office_fills_in_for_a_unit_and_it_is_marked(make_desk: MakeDesk) -> None:
    office = make_desk("专项办")
    rec = inspections.file(office, YL, checklist_answers(office, YL), unit="社事办").value
    handed = state(office, rec).handed_in
    assert handed is not None and handed["SSB"].proxy
    with office.store.reading() as reader:
        assert reader.get(rec).scope == "SSB"
    village = make_desk("麦子坪村")
    with pytest.raises(UserFacingError, match="只能替本单位"):
        inspections.file(village, YL, checklist_answers(village, YL), unit="社事办")


def test_numbers_are_read_as_people_write_them(make_desk: MakeDesk) -> None:
    desk = make_desk("文服中心")
    rows = law.rows_of(checklist_answers(desk, "jiancha_wl", rest=False))
    assert [r.code for r in rows] == [i.code for i in desk.catalogue.items_of("WL")], "和印出来的次序一样"
    for said in ("T8", "t08", "WL-T08", "8"):
        assert list(law.problem_answers(rows, [said])) == ["xm[WL-T08]/jieguo"]
    assert len(law.problem_answers(rows, ["2-5", "7至8"])) == 6
    with pytest.raises(UserFacingError, match="没有第“99”项") as trouble:
        law.problem_answers(rows, ["1", "99"])
    assert trouble.value.code == "A80"


def own(desk: Desk, rec: RecordId, **said: Json) -> None:
    """This unit hands in its part: these answers, the rest of its rows in order."""
    with desk.store.reading() as reader:
        record = reader.get(rec)
    answers = {**record.answers, **said}
    mine = [r for r in law.rows_of(answers) if law.may_answer(law.fold(record.steps), r, desk.unit.code)]
    inspections.submit_rows(desk, rec, {**answers, **law.rest_in_order(mine)})


def joint(make_desk: MakeDesk, tmp_path: object) -> tuple[Desk, Desk, Desk, RecordId]:
    """A joint inspection that all three have: the market leads, 社服中心 answers item 21."""
    office, market, health = both(make_desk, tmp_path)
    answers = checklist_answers(market, "jiancha_sb", rest=False)
    rec = inspections.start_joint(market, "jiancha_sb", answers, ["社服中心"]).value
    inspections.divide(market, rec, unit="SFZX", numbers=["21"])
    pass_on(market, office, tmp_path / "j1")  # type: ignore[operator]
    pass_on(office, health, tmp_path / "j2")  # type: ignore[operator]
    return office, market, health, rec


def test_a_unit_corrects_only_what_is_its_own(make_desk: MakeDesk, tmp_path: object) -> None:
    _, market, health, rec = joint(make_desk, tmp_path)
    own(market, rec, **{"xm[SB-01]/jieguo": "no", "xm[SB-01]/wenti": "执照过期"})
    for changes in ({"xm[SB-01]/jieguo": "yes", "xm[SB-01]/wenti": None}, {"changsuo_mingcheng": "别家店"}):
        with pytest.raises(UserFacingError, match="别的参加单位填的") as trouble:
            inspections.correct(health, rec, changes=changes, reason="老板打招呼")
        assert trouble.value.code == "A82"
    with market.store.reading() as reader:
        people = [k for k in reader.get(rec).answers if k.endswith("/xingming")]
    inspections.submit_rows(
        health, rec, {"xm[SB-21]/jieguo": "no", "xm[SB-21]/wenti": "没有注册证", people[0]: "改了人家的人"}
    )
    with health.store.reading() as reader:
        assert reader.get(rec).answers[people[0]] == "张某某"


def test_a_part_that_comes_after_the_close_still_makes_its_findings(make_desk: MakeDesk, tmp_path: object) -> None:
    office, market, health, rec = joint(make_desk, tmp_path)
    own(market, rec, **{"xm[SB-01]/jieguo": "no", "xm[SB-01]/wenti": "执照过期"})
    with pytest.raises(UserFacingError, match="还有单位没有提交") as trouble:
        inspections.close(market, rec)
    assert trouble.value.code == "A74"
    inspections.close(market, rec, reason="对方有事不来")
    assert [x.answers["xiang"] for x in lines(market, finding_law.FORM)] == ["SB-01"]
    pass_on(market, office, tmp_path / "k1")  # type: ignore[operator]
    pass_on(office, health, tmp_path / "k2")  # type: ignore[operator]
    own(health, rec, **{"xm[SB-21]/jieguo": "no", "xm[SB-21]/wenti": "没有注册证"})
    assert {x.answers["xiang"] for x in lines(health, finding_law.FORM)} == {"SB-01", "SB-21"}
    assert state(health, rec).handling == "closed"


def test_a_void_inspection_leaves_no_finding_even_where_two_differ(make_desk: MakeDesk, tmp_path: object) -> None:
    office, _, health, rec = joint(make_desk, tmp_path)
    own(health, rec, **{"xm[SB-21]/jieguo": "no", "xm[SB-21]/wenti": "没有注册证"})
    inspections.submit_rows(office, rec, {"xm[SB-21]/jieguo": "yes"}, unit="社服中心")
    pass_on(health, office, tmp_path / "v1")  # type: ignore[operator]
    assert records.look(office, rec).differences
    assert [x.head.status for x in lines(office, finding_law.FORM)] == ["open"]
    inspections.void(office, rec, reason="重复")
    assert [x.head.status for x in lines(office, finding_law.FORM)] == ["void"]
    with pytest.raises(UserFacingError, match="已经作废"):
        inspections.void(office, rec, reason="再来一次")


def test_a_date_a_person_set_outlives_corrections(make_desk: MakeDesk) -> None:
    desk = make_desk("社事办")
    due = {"xm[YL-08]/zhenggai_qixian": "2022-05-25", "xm[YL-09]/zhenggai_qixian": "2022-05-25"}
    rec = inspections.file(desk, YL, checklist_answers(desk, YL, problems={"8": "预收", "9": "办卡"}, **due)).value
    eight, nine = (line.id for line in lines(desk, finding_law.FORM))
    findings.set_due(desk, eight, due="2022-06-30", reason="退款要两个月")
    findings.recheck(desk, nine, result="failed", rechecked_at="2022-05-18", rechecked_by="张某某", due="2022-07-10")
    inspections.correct(desk, rec, changes={"xm[YL-09]/wenti": "办“贵宾卡”"}, reason="写清楚")
    inspections.file_findings(desk, [YL], [rec])
    assert [(x.head.due, x.answers["zhenggai_qixian"]) for x in lines(desk, finding_law.FORM)] == [
        ("2022-06-30", "2022-06-30"), ("2022-07-10", "2022-07-10"),
    ]  # fmt: skip
    inspections.correct(desk, rec, changes={"xm[YL-08]/zhenggai_qixian": "2022-06-15"}, reason="改期限")
    assert lines(desk, finding_law.FORM)[0].head.due == "2022-06-15"
    for wrong in ("2021-01-01", "2022-05-17"):
        with pytest.raises(UserFacingError, match="不能早于发现那天"):
            findings.set_due(desk, eight, due=wrong, reason="x")
    with pytest.raises(UserFacingError, match="今天以前") as trouble:
        findings.recheck(desk, eight, result="passed", rechecked_at="2030-01-01", rechecked_by="张某某")
    assert trouble.value.code == "A83"


def test_a_corrected_head_reaches_findings_and_place(make_desk: MakeDesk) -> None:
    desk = make_desk("社事办")
    rec = inspections.file(desk, YL, checklist_answers(desk, YL, problems={"8": "预收"})).value
    (wrong,) = lines(desk, "changsuo")
    changes = {"changsuo_mingcheng": "另一家养老院", "suozai_cunshe": "DZZ205", "jiancha_riqi": "2022-05-16"}
    inspections.correct(desk, rec, changes=changes, reason="名字写错")
    (finding,) = lines(desk, finding_law.FORM)
    assert (finding.answers["changsuo_mingcheng"], finding.answers["suozai_cunshe"]) == ("另一家养老院", "DZZ205")
    assert finding.answers["faxian_riqi"] == "2022-05-16"
    right = next(line for line in lines(desk, "changsuo") if line.id != wrong.id)
    assert venues.colours(desk) == {right.id: "orange"}


def test_put_right_on_the_spot_can_be_taken_back(make_desk: MakeDesk) -> None:
    desk = make_desk("社事办")
    spot = {"xm[YL-08]/dangchang": "shi"}
    rec = inspections.file(desk, YL, checklist_answers(desk, YL, problems={"8": "预收"}, **spot)).value
    assert lines(desk, finding_law.FORM)[0].head.status == "rectified"
    changes = {"xm[YL-08]/dangchang": "fou", "xm[YL-08]/zhenggai_qixian": "2022-05-20"}
    inspections.correct(desk, rec, changes=changes, reason="并没有改")
    (finding,) = lines(desk, finding_law.FORM)
    assert (finding.head.status, finding.head.due, finding.answers.get("dangchang")) == ("open", "2022-05-20", None)


def test_a_clearance_by_mistake_is_taken_back(make_desk: MakeDesk) -> None:
    desk = make_desk("社事办")
    rec = inspections.file(desk, YL, checklist_answers(desk, YL, problems={"8": "预收"})).value
    finding = lines(desk, finding_law.FORM)[0].id
    findings.recheck(desk, finding, result="passed", rechecked_at="2022-05-18", rechecked_by="张某某")
    findings.clear(desk, finding, approver="李某某")
    inspections.correct(desk, rec, changes={"xm[YL-08]/jieguo": "no", "xm[YL-08]/wenti": None}, reason="改错了")
    inspections.correct(desk, rec, changes={"xm[YL-08]/jieguo": "yes", "xm[YL-08]/wenti": "预收"}, reason="改回来")
    assert lines(desk, finding_law.FORM)[0].head.status == "cleared", "办过的还在"
    findings.reopen(desk, finding, reason="复查的不是这一处")
    (line,) = lines(desk, finding_law.FORM)
    assert (line.head.status, line.head.closed) == ("open", "")
    with pytest.raises(UserFacingError, match="待整改"):
        findings.reopen(desk, finding, reason="再来")


def test_doubt_never_ends_in_a_clearance(make_desk: MakeDesk, tmp_path: object) -> None:
    for first in (0, 1):
        office, market = _pair(make_desk, tmp_path, first)
        inspections.file(market, "jiancha_sb", checklist_answers(market, "jiancha_sb", problems={"1": "执照过期"}))
        pass_on(market, office, tmp_path / f"p{first}")  # type: ignore[operator]
        (finding,) = (line.id for line in lines(market, finding_law.FORM))
        good, bad = (market, office) if first else (office, market)
        findings.recheck(good, finding, result="passed", rechecked_at="2022-05-18", rechecked_by="张某某")
        findings.clear(good, finding, approver="李某某")
        findings.recheck(
            bad, finding, result="failed", rechecked_at="2022-05-18", rechecked_by="王某某", due="2022-06-10"
        )
        pass_on(market, office, tmp_path / f"q{first}")  # type: ignore[operator]
        pass_on(office, market, tmp_path / f"r{first}")  # type: ignore[operator]
        for desk in (office, market):
            (line,) = lines(desk, finding_law.FORM)
            assert (line.head.status, line.head.due) == ("open", "2022-06-10")


def _pair(make_desk: MakeDesk, tmp_path: object, n: int) -> tuple[Desk, Desk]:
    office, market = make_desk("专项办", name=f"o{n}"), make_desk("市场监管所", name=f"m{n}")
    market, office = joined(market, office, tmp_path / f"c{n}")  # type: ignore[operator]
    return office, market


def test_places_of_one_name_in_two_villages_are_two(make_desk: MakeDesk) -> None:
    desk = make_desk("市场监管所")
    for village in ("DZZ203", "DZZ205", "DZZ203"):
        answers = checklist_answers(desk, "jiancha_sb", changsuo_mingcheng="惠民超市", suozai_cunshe=village)
        inspections.file(desk, "jiancha_sb", answers)
    first, second = lines(desk, "changsuo")
    assert {first.answers["suozai_cunshe"], second.answers["suozai_cunshe"]} == {"DZZ203", "DZZ205"}
    assert [v.id for v, _ in venues.alike(desk, first.answers, but=first.id)] == [second.id]


def test_an_entered_place_stands_where_its_unit_sees_it(make_desk: MakeDesk) -> None:
    office = make_desk("专项办")
    inspections.file(office, YL, checklist_answers(office, YL))
    inspections.file(office, YL, checklist_answers(office, YL, changsuo_mingcheng="某某驿站"), unit="社事办")
    assert {line.scope for line in lines(office, "changsuo")} == {"*", "SSB"}


def test_a_matter_over_the_line_is_red_on_the_register(make_desk: MakeDesk) -> None:
    desk = make_desk("社事办")
    rec = inspections.file(desk, "jiancha_fj", checklist_answers(desk, "jiancha_fj", renshu=200)).value
    (place,) = lines(desk, "changsuo")
    assert venues.colours(desk) == {place.id: "red"}
    with pytest.raises(UserFacingError, match="没有销号") as trouble:
        records.void(desk, place.id, reason="登记重了")
    assert trouble.value.code == "A87"
    inspections.void(desk, rec, reason="登记错了")
    assert not venues.colours(desk)
    records.void(desk, place.id, reason="登记重了")


def test_nothing_looked_at_is_no_inspection(make_desk: MakeDesk) -> None:
    desk = make_desk("社事办")
    with pytest.raises(UserFacingError, match="一项也没有查") as trouble:
        inspections.file(desk, YL, checklist_answers(desk, YL, rest=False))
    assert trouble.value.code == "A81" and not lines(desk, YL)


def test_a_correction_cannot_take_the_inspectors_away(make_desk: MakeDesk) -> None:
    desk = make_desk("社事办")
    rec = inspections.file(desk, YL, checklist_answers(desk, YL)).value
    with desk.store.reading() as reader:
        people = {k: None for k in reader.get(rec).answers if k.endswith("/xingming")}
    with pytest.raises(UserFacingError, match="检查人员") as trouble:
        inspections.correct(desk, rec, changes=people, reason="清空")
    assert trouble.value.code == "A72"
    with pytest.raises(UserFacingError, match="不能改"):
        inspections.correct(desk, rec, changes={"xm[YL-03]": None}, reason="删一项")
