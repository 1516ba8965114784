"""Acts on tips, through the cabinet: rules, powers, the sealed block, the query code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from baitao_desktop import seal
from baitao_desktop.actions import backups, bundles, identity, papers, records, setup, tips
from baitao_desktop.actions import desk as desks
from baitao_desktop.actions.fitting import Incomplete
from baitao_desktop.domain import tips as law
from baitao_desktop.domain.errors import Refused, UserFacingError
from baitao_desktop.domain.ops import RecordId
from baitao_desktop.domain.query import Query
from baitao_desktop.domain.reporters import block_of
from conftest import PASSPHRASE, MakeDesk, joined, tip_answers

REPORTER = {"xuanze": "甲", "xingming": "测甲某", "dianhua": "13800000001", "yuanyi_huifang": "是"}


def test_a_village_tip_is_handed_up_with_a_number_of_its_own(make_desk: MakeDesk) -> None:
    desk = make_desk("麦子坪村")
    done = tips.register(desk, tip_answers()).value
    view = records.look(desk, done.tip)
    assert done.no.startswith("BT-XS-DZZ203-") and done.no.endswith("-2022-0001")
    assert view.status == "handed_up" and view.state.unit == "ZXB" and view.state.first_unit == "DZZ203"
    assert tips.register(desk, tip_answers(zhaiyao="另一件")).value.no.endswith("-0002")


def test_missing_answers_are_named_and_nothing_is_filed(make_desk: MakeDesk) -> None:
    desk = make_desk("麦子坪村")
    answers = tip_answers()
    del answers["zhaiyao"]
    with pytest.raises(Incomplete) as trouble:
        tips.register(desk, answers)
    assert "反映了什么" in trouble.value.text and trouble.value.code == "A30"
    with desk.store.reading() as reader:
        assert reader.count(Query(form="xiansuo")) == 0


def test_every_sealed_block_has_one_size_and_no_name_opens_without_the_key(make_desk: MakeDesk, tmp_path: Path) -> None:
    village, office = make_desk("麦子坪村"), make_desk("专项办")
    unsealed = tips.seal_reporter(village, {"xuanze": "丙"})
    village, office = joined(village, office, tmp_path / "U盘")
    sealed = [
        tips.seal_reporter(village, b)
        for b in ({"xuanze": "丙"}, REPORTER, {**REPORTER, "xuanze": "乙", "zhuzhi": "某组" * 20})
    ]
    assert len({len(json.dumps(s["ct"])) for s in [unsealed, *sealed]}) == 1
    assert all(set(s) == set(unsealed) for s in sealed)
    assert all(seal.open_block(s, village.keys.age_identity) is None for s in sealed)
    private = identity.open_callback_key(office.places.data / identity.CALLBACK_FILE, seal.password(PASSPHRASE))
    assert private is not None
    assert seal.open_block(sealed[1], private) == REPORTER
    assert identity.open_callback_key(office.places.data / identity.CALLBACK_FILE, seal.password("不对的口令")) is None


def test_before_cards_were_swapped_the_block_is_closed_with_a_reason(make_desk: MakeDesk) -> None:
    desk = make_desk("麦子坪村")
    assert not tips.can_seal(desk)
    with pytest.raises(UserFacingError, match="单位卡"):
        tips.seal_reporter(desk, REPORTER)


def test_one_responsible_person_and_no_way_back_to_before(make_desk: MakeDesk) -> None:
    desk = make_desk("专项办")
    tip = tips.register(desk, tip_answers()).value.tip
    with pytest.raises(Refused, match="一个人"):
        tips.accept(desk, tip, person="王某某、李某某")
    with pytest.raises(Refused, match="早于"):
        tips.accept(desk, tip, person="王某某", due_verify="2022-06-02", due_close="2022-06-01")
    tips.accept(desk, tip, person="王某某", due_verify="2022-05-25", due_close="2022-06-10")
    with pytest.raises(Refused, match="已受理"):
        tips.accept(desk, tip, person="李某某")
    with pytest.raises(Refused, match="核实结果"):
        tips.verify(desk, tip, verified_at="2022-05-18", verified_by="王某某", seen="看了", result="maybe")


def test_closing_wants_two_texts_and_both_sums(make_desk: MakeDesk) -> None:
    desk = make_desk("专项办")
    tip = tips.register(desk, tip_answers(sunshi_fen=100)).value.tip
    tips.accept(desk, tip, person="王某某")
    with pytest.raises(Refused, match="金额"):
        tips.close(desk, tip, conclusion="结", reply="复", loss_fen=None, returned_fen=0)
    with pytest.raises(Refused, match="不能大于"):
        tips.close(desk, tip, conclusion="结", reply="复", loss_fen=1, returned_fen=2)
    with pytest.raises(Refused, match="回复"):
        tips.close(desk, tip, conclusion="结", reply=" ", loss_fen=2, returned_fen=1)
    tips.close(desk, tip, conclusion="结", reply="钱已退回", loss_fen=200, returned_fen=200)
    view = records.look(desk, tip)
    assert view.record.answers[law.LOSS] == 200 and view.record.answers[law.RETURNED] == 200
    assert view.acts == ("feedback",)
    tips.feedback(desk, tip, feedback_at="2022-05-19", how="电话")
    assert records.look(desk, tip).state.feedback == "done"


def test_correcting_keeps_the_old_value_in_the_history(make_desk: MakeDesk) -> None:
    desk = make_desk("麦子坪村")
    tip = tips.register(desk, tip_answers()).value.tip
    with pytest.raises(Refused, match="理由"):
        tips.correct(desk, tip, changes={"zhaiyao": "新的说法"}, reason="")
    with pytest.raises(Refused, match="重新密封"):
        tips.correct(desk, tip, changes={law.IDENTITY: {}}, reason="试一试")
    tips.correct(desk, tip, changes={"zhaiyao": "新的说法"}, reason="原来听错了")
    lines = [h for h in records.look(desk, tip).history if h.what.startswith("改了")]
    assert dict(lines[0].details) == {"原来": tip_answers()["zhaiyao"], "改为": "新的说法"}


def test_void_stays_in_the_ledger_and_its_number_is_not_used_again(make_desk: MakeDesk) -> None:
    desk = make_desk("麦子坪村")
    first = tips.register(desk, tip_answers(), hand_up=False).value
    tips.void(desk, first.tip, reason="同一件登了两遍")
    second = tips.register(desk, tip_answers()).value
    assert first.no != second.no
    with desk.store.reading() as reader:
        assert reader.count(Query(form="xiansuo")) == 2
    assert records.look(desk, first.tip).acts == ()


def test_a_last_act_can_be_taken_back_until_someone_acts_after_it(make_desk: MakeDesk) -> None:
    desk = make_desk("专项办")
    tip = tips.register(desk, tip_answers()).value.tip
    done = tips.accept(desk, tip, person="王某某")
    assert done.undo is not None
    done.undo()
    assert records.look(desk, tip).status == "registered"
    again = tips.accept(desk, tip, person="李某某")
    tips.verify(desk, tip, verified_at="2022-05-18", verified_by="李某某", seen="看了", result="true")
    assert again.undo is not None
    with pytest.raises(Refused, match="已经有人办理"):
        again.undo()


def test_a_village_may_not_handle_what_it_handed_up(make_desk: MakeDesk) -> None:
    desk = make_desk("麦子坪村")
    tip = tips.register(desk, tip_answers()).value.tip
    with pytest.raises(Refused) as trouble:
        tips.accept(desk, tip, person="王某某")
    assert "五（一）2" in str(trouble.value)
    kept = tips.register(desk, tip_answers(zhaiyao="本村就能办"), hand_up=False).value.tip
    tips.accept(desk, kept, person="王某某")


def test_roles_of_an_office_do_not_count_on_a_village_laptop(make_desk: MakeDesk) -> None:
    desk = make_desk("麦子坪村")
    setup.add_person(desk, name="测冒名", post="", roles=("general", "lead"), password=seal.password("另一个口令吧"))
    desks.leave(desk)
    other = desks.open_desk(desk.places, seal.password("另一个口令吧"))
    try:
        assert other.who.name == "测冒名"
        with pytest.raises(Refused, match="没有登记线索的权限"):
            tips.accept(other, tips.register(other, tip_answers()).value.tip, person="王某某")
    finally:
        desks.leave(other)


def test_a_query_code_tells_status_only(make_desk: MakeDesk) -> None:
    desk = make_desk("专项办")
    done = tips.register(desk, tip_answers()).value
    tips.accept(desk, done.tip, person="王某某", due_close="2022-06-10")
    said = tips.ask_by_code(desk, done.query_code).value
    assert "专项办承办" in said and "2022-06-10" in said and "023-72706001" in said
    assert "夕阳康养会所" not in said and "王某某" not in said
    with pytest.raises(UserFacingError, match="抄错"):
        tips.ask_by_code(desk, "12000000001")
    other = next(c for c in iter(seal.query_code, "") if c != done.query_code)
    with pytest.raises(UserFacingError, match="没有这个查询码"):
        tips.ask_by_code(desk, other)


def test_office_numbers_are_drawn_once_and_in_order(make_desk: MakeDesk, tmp_path: Path) -> None:
    village, office = joined(make_desk("麦子坪村"), make_desk("专项办"), tmp_path / "U盘")
    own = tips.register(office, tip_answers()).value.tip
    theirs = tips.register(village, tip_answers(zhaiyao="村里的一件")).value.tip
    bundles.take_in(office, bundles.hand_over(village, tmp_path / "U盘").value.path)
    assert [records.look(office, t).state.office_no for t in (own, theirs)] == ["2022-0001", "2022-0002"]
    assert tips.number_tips(office).value == 0


@pytest.mark.parametrize(
    "said",
    [
        {"xuanze": "丁"},
        {"xuanze": "甲", "姓名": "测甲某"},
        {"xuanze": "乙", "dianhua": 138},
        {"xingming": "测" * 21},
        "测甲某 138",
        ["测"],
    ],
)
def test_a_block_nobody_could_read_right_is_refused_without_its_words(
    make_desk: MakeDesk, tmp_path: Path, said: object
) -> None:
    village, _ = joined(make_desk("麦子坪村"), make_desk("专项办"), tmp_path / "U盘")
    with pytest.raises(Refused) as trouble:
        tips.seal_reporter(village, said)  # type: ignore[arg-type]
    assert "测" not in str(trouble.value) and "138" not in str(trouble.value)


def test_no_name_leaves_every_word_out_and_no_choice_means_the_office_alone() -> None:
    assert block_of({"xuanze": "丙", "xingming": "测甲某"}) == {"xuanze": "丙"}
    assert block_of({"xingming": "测甲某"}) == {"xuanze": "乙", "xingming": "测甲某"}
    assert block_of({}) == {"xuanze": "丙"}


def test_a_name_is_never_thrown_away_where_nothing_can_be_sealed(make_desk: MakeDesk) -> None:
    with pytest.raises(UserFacingError, match="单位卡"):
        tips.seal_reporter(make_desk("麦子坪村"), {"xingming": "测甲某"})


def test_answers_of_no_question_and_of_no_sense_are_refused(make_desk: MakeDesk) -> None:
    desk = make_desk("麦子坪村")
    with pytest.raises(UserFacingError, match="没有“jubaoren_xingming”这一项"):
        tips.register(desk, tip_answers(jubaoren_xingming="测甲某"))
    with pytest.raises(UserFacingError, match="反映了什么"):
        tips.register(desk, tip_answers(zhaiyao={"a": 1}))
    tip = tips.register(desk, tip_answers()).value.tip
    with pytest.raises(UserFacingError, match="没有“nosuchfield”这一项"):
        tips.correct(desk, tip, changes={"nosuchfield": "测甲某"}, reason="试")


def test_no_way_round_the_law_of_tips_and_persons(make_desk: MakeDesk) -> None:
    desk = make_desk("麦子坪村")
    tip = tips.register(desk, tip_answers()).value.tip
    for act in (
        lambda r: records.void(desk, r, reason="试"),
        lambda r: records.correct(desk, r, changes={"jubaoren": "x"}, reason="试"),
    ):
        with pytest.raises(UserFacingError):
            act(tip)
        with pytest.raises(UserFacingError):
            act(RecordId(desk.who.id))


def test_a_caller_back_has_no_ledger_and_no_sticks(make_desk: MakeDesk, tmp_path: Path) -> None:
    desk = make_desk("专项办")
    setup.add_person(desk, name="测回访", post="", roles=("callback",), password=seal.password("回访员的口令"))
    desks.leave(desk)
    other = desks.open_desk(desk.places, seal.password("回访员的口令"))
    try:
        for act in (
            lambda: bundles.hand_over(other, tmp_path, to="DZZ203"),
            lambda: papers.save_ledger(other, "xiansuo", Query(form="xiansuo"), tmp_path),
            lambda: backups.back_up(other, tmp_path),
            lambda: backups.open_out(other, tmp_path),
            lambda: setup.add_person(
                other, name="测某", post="", roles=("general",), password=seal.password("某某某某某某")
            ),
        ):
            with pytest.raises(Refused, match="没有"):
                act()
    finally:
        desks.leave(other)


def test_a_tip_is_accepted_for_a_unit_that_exists_on_a_day_that_exists(make_desk: MakeDesk) -> None:
    desk = make_desk("专项办")
    tip = tips.register(desk, tip_answers()).value.tip
    with pytest.raises(Refused, match="没有“NOPE”"):
        tips.accept(desk, tip, person="王某某", unit="NOPE")
    with pytest.raises(Refused, match="日期"):
        tips.accept(desk, tip, person="王某某", due_close="吃饭")
    with pytest.raises(Refused, match="一个人"):
        tips.accept(desk, tip, person="张某某和李某某")
    tips.accept(desk, tip, person="王某某", unit="麦子坪村")
    assert records.look(desk, tip).state.unit == "DZZ203"


def test_the_block_can_be_filled_in_later_and_nothing_tells_it(make_desk: MakeDesk, tmp_path: Path) -> None:
    village, office = make_desk("麦子坪村"), make_desk("专项办")
    tip = tips.register(village, tip_answers()).value.tip
    village, office = joined(village, office, tmp_path / "U盘")
    tips.reseal(village, tip, tips.seal_reporter(village, REPORTER))
    view = records.look(village, tip)
    private = identity.open_callback_key(office.places.data / identity.CALLBACK_FILE, seal.password(PASSPHRASE))
    assert private is not None
    assert seal.open_block(view.record.answers[law.IDENTITY], private) == REPORTER
    assert not any("举报" in h.what or "jubaoren" in str(h) for h in view.history)
    bundles.take_in(office, bundles.hand_over(village, tmp_path / "U盘").value.path)
    tips.accept(office, tip, person="王某某")
    tips.close(office, tip, conclusion="结", reply="复", loss_fen=0, returned_fen=0)
    with pytest.raises(Refused, match="不能重新填写"):
        tips.reseal(office, tip, tips.seal_reporter(office, {"xuanze": "丙"}))


def test_handing_up_can_be_taken_back_at_once(make_desk: MakeDesk) -> None:
    desk = make_desk("麦子坪村")
    done = tips.register(desk, tip_answers())
    assert done.undo is not None
    done.undo()
    assert records.look(desk, done.value.tip).status == "registered"
