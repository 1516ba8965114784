"""七十三项任务：each proof by the very record that makes it, and the quick count against a slow recount."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from baitao_desktop.actions import bundles, inspections, records, reporting, tips
from baitao_desktop.actions import tasks as acts
from baitao_desktop.actions.desk import Desk
from baitao_desktop.domain import tasks as law
from baitao_desktop.domain.catalogue import HAND, proof_of, units_of
from baitao_desktop.domain.ops import NewOp, OpKind, RecordId
from baitao_desktop.domain.query import Query
from conftest import MakeDesk, checklist_answers, fixed_clock, joined, tip_answers
from tasks_kit import PUBLICITY, VILLAGE, VISIT, same_when_rebuilt, stands

CHECKS = {
    "5.3.1-2": ("社事办", "SSB", "jiancha_yl"), "5.3.1-3": ("宣传办", "XCB", "jiancha_wx"),
    "5.3.1-4": ("规资所", "GZS", "jiancha_yd"), "5.3.1-5": ("村建中心", "CJZX", "jiancha_fw"),
    "5.3.1-6": ("社事中心", "SSZX", "jiancha_gg"), "5.3.1-7": ("文服中心", "WFZX", "jiancha_wl"),
    "5.3.1-8": ("社服中心", "SFZX", "jiancha_yj"), "5.3.1-9": ("市场监管所", "SCJG", "jiancha_sb"),
}  # fmt: skip
HEADS: dict[str, dict[str, str]] = {"jiancha_gg": {"guanggao_neirong": "包治百病"}, "jiancha_wx": {"pingtai": "微信"}}


def ticked(desk: Desk, unit: str = "") -> set[str]:
    """Ids of the tasks that records tick for this unit now."""
    return {i.task.id for i in acts.checklist(desk, unit or desk.unit.code) if i.state == "record"}


def delete(desk: Desk, rec: RecordId) -> None:
    with desk.store.writing(desk.who.id, desk.now()) as writer:
        record = writer.get(rec)
        writer.put([NewOp(rec, record.form, record.scope, OpKind.DELETE, "", True)])


# ---- 由记录完成


@pytest.mark.parametrize(
    ("task", "changes"),
    [
        ("5.1.3-1", {}), ("5.1.3-2", {}), ("5.1.3-3", {}), ("5.1.3-3", {"xingshi": "xianshang"}), ("5.1.3-4", {}),
        ("5.1.3-5", {"xingshi": "diandui"}),
    ],
)  # fmt: skip
def test_publicity_ticks(make_desk: MakeDesk, task: str, changes: dict[str, Any]) -> None:
    desk = make_desk("麦子坪村")
    assert not ticked(desk)
    rec = records.submit(desk, "xuanchuan", {**PUBLICITY, **changes}).value
    assert task in ticked(desk)
    assert "5.1.3-5" not in ticked(desk) or changes == {"xingshi": "diandui"}
    assert [line.id for line in acts.evidence(desk, stands(desk, task)).records] == [rec]
    same_when_rebuilt(desk)
    records.void(desk, rec, reason="登记重复")
    assert not ticked(desk)
    told = acts.evidence(desk, stands(desk, task))
    assert (told.records, told.count, told.gone) == ((), 0, 1)


def test_publicity_without_forces_ticks_no_forces(make_desk: MakeDesk) -> None:
    desk = make_desk("麦子坪村")
    rec = records.submit(
        desk, "xuanchuan", {k: v for k, v in PUBLICITY.items() if k not in ("liliang", "liujin")}
    ).value
    assert ticked(desk) == {"5.1.3-1", "5.1.3-3"}
    records.correct(desk, rec, changes={"liliang": ["falv"]}, reason="漏填了")
    assert ticked(desk) == {"5.1.3-1", "5.1.3-2", "5.1.3-3"}


def test_a_visit_ticks_until_it_is_deleted(make_desk: MakeDesk) -> None:
    desk = make_desk("麦子坪村")
    rec = records.submit(desk, "zoufang", VISIT).value
    assert ticked(desk) == {"5.3.1-0"}
    assert stands(desk, "5.3.1-0", month="2022-04").state == "open"
    same_when_rebuilt(desk)
    delete(desk, rec)
    assert not ticked(desk)
    assert acts.evidence(desk, stands(desk, "5.3.1-0")).gone == 1


@pytest.mark.parametrize("task", CHECKS)
def test_the_eight_lines_tick_for_their_units(make_desk: MakeDesk, task: str) -> None:
    name, unit, form = CHECKS[task]
    desk = make_desk(name)
    assert desk.unit.code == unit
    rec = inspections.file(desk, form, checklist_answers(desk, form, **HEADS.get(form, {}))).value
    expected = (
        {task, "5.3.1-0"} if unit in units_of(desk.catalogue.tasks["5.3.1-0"], desk.campaign.units.values()) else {task}
    )
    assert ticked(desk) == expected
    same_when_rebuilt(desk)
    inspections.void(desk, rec, reason="登记重复")
    assert not ticked(desk)


def test_the_pretexts_tick_by_what_was_looked_at(make_desk: MakeDesk) -> None:
    desk = make_desk("麦子坪村")
    form = "jiancha_fj"
    answers = checklist_answers(desk, form, people=2)
    some = {
        k: ("unchecked" if k.endswith("/jieguo") and not k.startswith(("xm[FJ-A", "xm[FJ-C")) else v)
        for k, v in answers.items()
    }
    rec = inspections.file(desk, form, some).value
    assert ticked(desk) == {"5.3.1-0", "5.3.2-0", "5.3.2-A", "5.3.2-C"}
    inspections.file(desk, form, answers)
    assert ticked(desk) == {"5.3.1-0", "5.3.2-0", *(f"5.3.2-{x}" for x in "ABCD")}
    same_when_rebuilt(desk)
    inspections.void(desk, rec, reason="登记重复")
    assert "5.3.2-B" in ticked(desk)
    assert stands(desk, "5.3.2-A").count == 1


def test_a_joint_check_ticks_for_who_handed_in(make_desk: MakeDesk) -> None:
    office = make_desk("专项办")
    answers = checklist_answers(office, "jiancha_sb")
    rec = inspections.start_joint(office, "jiancha_sb", answers, ["SSB"], lead="SCJG").value
    assert not ticked(office, "SCJG")  # 发起还不算查过
    inspections.submit_rows(office, rec, answers, unit="SCJG")
    assert ticked(office, "SCJG") == {"5.3.1-0", "5.3.1-9"}
    assert not ticked(office, "SSB")


def test_tips_tick_step_by_step(make_desk: MakeDesk) -> None:
    desk = make_desk("麦子坪村")
    tip = tips.register(desk, tip_answers(), hand_up=False).value.tip  # type: ignore[arg-type]
    assert ticked(desk) == {"5.1.2-2"}
    accepted = tips.accept(desk, tip, person="张某某")
    assert ticked(desk) == {"5.1.2-1", "5.1.2-2"}
    assert accepted.undo is not None
    accepted.undo()
    assert ticked(desk) == {"5.1.2-2"}
    tips.accept(desk, tip, person="张某某")
    tips.close(desk, tip, conclusion="已劝退", reply="钱已退回", loss_fen=0, returned_fen=0)
    assert "5.1.1-2" not in ticked(desk)
    answered = tips.feedback(desk, tip, feedback_at="2022-05-18T09:00", how="当面")
    assert ticked(desk) == {"5.1.1-2", "5.1.2-1", "5.1.2-2"}
    same_when_rebuilt(desk)
    assert answered.undo is not None
    answered.undo()
    assert ticked(desk) == {"5.1.2-1", "5.1.2-2"}
    other = tips.register(desk, tip_answers(), hand_up=False).value.tip  # type: ignore[arg-type]
    assert stands(desk, "5.1.2-2").count == 2
    tips.void(desk, other, reason="登记重复")
    assert stands(desk, "5.1.2-2").count == 1


def test_what_the_office_does_with_a_village_tip_ticks_for_the_village(make_desk: MakeDesk, tmp_path: Path) -> None:
    village, office = joined(make_desk("麦子坪村"), make_desk("专项办"), tmp_path / "u")
    tip = tips.register(village, tip_answers()).value.tip  # type: ignore[arg-type]
    bundles.take_in(office, bundles.hand_over(village, tmp_path / "u").value.path)
    tips.number_tips(office)
    assert {"5.1.2-2", "5.1.2-6", "5.1.2-8"} <= ticked(office, VILLAGE)
    tips.accept(office, tip, person="王某某", unit="市场监管所")
    assert "5.1.2-1" in ticked(office, "SCJG")
    assert "5.1.2-1" not in ticked(office, VILLAGE)
    tips.close(office, tip, conclusion="已劝退", reply="钱已退回", loss_fen=0, returned_fen=0)
    tips.feedback(office, tip, feedback_at="2022-05-18T09:00", how="电话")
    assert "5.1.1-2" in ticked(office, VILLAGE) & ticked(office, "SCJG")
    bundles.take_in(village, bundles.hand_over(office, tmp_path / "u", to=VILLAGE).value.path)
    assert {"5.1.1-2", "5.1.2-6"} <= ticked(village)


def test_a_report_ticks_its_month(make_desk: MakeDesk) -> None:
    desk = make_desk("麦子坪村", clock=fixed_clock("2022-05-22T09:00"))
    may = desk.campaign.month_named("2022-05")
    assert may is not None
    assert stands(desk, "5.1.2-8", month="2022-05").state == "due"
    reporting.report_month(desk, may)
    assert stands(desk, "5.1.2-8", month="2022-05").state == "record"
    assert stands(desk, "5.1.2-8", month="2022-06").state == "open"
    same_when_rebuilt(desk)
    delete(desk, reporting.report_id(desk, may))
    assert stands(desk, "5.1.2-8", month="2022-05").state == "due"


@pytest.mark.parametrize(("at", "month"), [("2022-05-20T23:50", "2022-05"), ("2022-05-21T00:10", "2022-06")])
def test_the_own_period_turns_on_the_twenty_first(make_desk: MakeDesk, at: str, month: str) -> None:
    desk = make_desk("麦子坪村", clock=fixed_clock(at))
    records.submit(desk, "zoufang", VISIT)
    assert desk.month.name == month
    for name in ("2022-05", "2022-06"):
        assert stands(desk, "5.3.1-0", month=name).done is (name == month)


def test_every_proof_was_shown_above(make_desk: MakeDesk) -> None:
    desk = make_desk("麦子坪村")
    proved = {t.id for t in desk.catalogue.tasks.values() if t.proof != HAND}
    shown = {*CHECKS, *(f"5.1.3-{n}" for n in range(1, 6)), *(f"5.3.2-{x}" for x in "0ABCD")}
    shown |= {"5.1.1-2", "5.1.2-1", "5.1.2-2", "5.1.2-6", "5.1.2-8", "5.3.1-0"}
    assert proved == shown
    assert set(law.provable(desk.catalogue.tasks.values(), desk.forms)) == proved


# ---- 快的和慢的一样


def recounted(desk: Desk) -> law.Ticks:
    """Every record replayed and asked by every proof, one by one."""
    counts: dict[tuple[str, str, str], int] = {}
    hand: set[tuple[str, str, str]] = set()
    project = desk.rules.projector(desk.forms)
    with desk.store.reading() as reader:
        everything = [r for deleted in (False, True) for r in reader.records(Query(deleted=deleted))]
    for record in everything:
        row = project(record)
        if record.deleted or row.status == "void":
            continue
        if record.form == law.FORM and row.status == "ticked":
            said = record.answers
            hand.add((str(said["renwu_bianhao"]), str(said["danwei"]), str(said["zhouqi"])))
        gone = {s.data["of"][1] for s in record.steps if s.act == "revoke"}  # type: ignore[index,call-overload]
        steps = [s for s in record.steps if s.id.seq not in gone]
        for task in desk.catalogue.tasks.values():
            proof = proof_of(task)
            if proof is None or not proof.admits(record.form, row.facets, [s.act for s in steps]):
                continue
            who = {str(s.data.get("unit") or s.data.get("first_unit") or "") for s in steps if s.act in proof.steps}
            if not proof.steps or "" in who:
                firsts = [str(s.data["first_unit"]) for s in steps if "first_unit" in s.data]
                who |= {row.unit, *(firsts if proof.steps else ())}
            month = str(record.answers.get("yuefen") or desk.month.name) if task.cadence == "monthly" else law.WHOLE
            for unit in who - {""}:
                counts[task.id, unit, month] = counts.get((task.id, unit, month), 0) + 1
    return law.Ticks(counts, frozenset(hand))


@pytest.mark.parametrize("seed", range(3))
def test_two_scans_say_what_a_recount_of_every_record_says(make_desk: MakeDesk, seed: int) -> None:
    chance = random.Random(seed)
    desk = make_desk("市场监管所")
    made: list[RecordId] = []
    noted: list[RecordId] = []
    hands = [stands(desk, t) for t in ("6.1-1", "4-1", "5.1.1-1")]

    def submit() -> None:
        changes = {"xingshi": chance.choice(("xianxia", "xianshang", "diandui"))}
        kept = {k: v for k, v in PUBLICITY.items() if k not in ("liliang", "liujin") or chance.random() < 0.5}
        form, answers = chance.choice((("xuanchuan", {**kept, **changes}), ("zoufang", VISIT)))
        made.append(records.submit(desk, form, answers).value)

    def note() -> None:
        noted.append(tips.register(desk, tip_answers(), hand_up=False).value.tip)  # type: ignore[arg-type]

    def work() -> None:
        done = tips.accept(desk, noted.pop(), person="张某某")
        if chance.random() < 0.5 and done.undo is not None:
            done.undo()

    def void() -> None:
        rec = made.pop(chance.randrange(len(made)))
        delete(desk, rec) if chance.random() < 0.5 else records.void(desk, rec, reason="登记重复")

    def tick() -> None:
        one = chance.choice(hands)
        rec = acts.tick(desk, one, evidence="会议纪要").value
        if chance.random() < 0.5:
            acts.untick(desk, rec, reason="记错了")

    for _ in range(25):
        may = [submit, note, tick, *([work] if noted else []), *([void] if made else [])]
        chance.choice(may)()
    reporting.report_month(desk, desk.month)
    sheet = checklist_answers(desk, "jiancha_sb")
    inspections.file(desk, "jiancha_sb", sheet)
    with desk.store.reading() as reader:
        ticks = acts.read_ticks(reader)
    slow = recounted(desk)
    assert dict(ticks.counts) == dict(slow.counts)
    assert set(ticks.hand) == set(slow.hand)
    assert ticks.counts and ticks.counts["5.3.1-9", "SCJG", law.WHOLE] == 1
