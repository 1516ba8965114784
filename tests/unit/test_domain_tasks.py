"""本月、期限、留痕条件：the rules of tasks, and the quick count against a slow recount."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baitao_desktop.actions.campaigns import load_campaign
from baitao_desktop.actions.catalogue import load_catalogue
from baitao_desktop.domain import tasks
from baitao_desktop.domain.campaign import Campaign
from baitao_desktop.domain.catalogue import Catalogue, proof_of, units_of
from baitao_desktop.domain.errors import Refused
from baitao_desktop.domain.ops import DeviceId, OpRef, PersonId, RecordId, Scope
from baitao_desktop.domain.records import Head, Record, Step, replay
from baitao_desktop.domain.tasks import WHOLE, Ticks

FORMS = ("xiansuo", "xuanchuan", "zoufang", "baosong", "jiancha_yl", "jiancha_fj", "jiancha_wx")
CAMPAIGN = load_campaign()
TASKS = load_catalogue().tasks


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    return CAMPAIGN


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


def record(form: str, steps: list[tuple[str, dict[str, Any]]], **answers: Any) -> Record:
    made = tuple(
        Step(OpRef(DeviceId("d"), n), (), act, PersonId(""), 0, said) for n, (act, said) in enumerate(steps, 1)
    )
    return Record(RecordId("0" * 32), form, Scope("DZZ203"), answers, made)


def proven(made: Record, row: Head) -> set[tuple[str, str]]:
    return set(tasks.prover(TASKS.values(), CAMPAIGN, FORMS)(made, row))


def test_a_month_begins_on_the_twenty_first() -> None:
    row = Head(unit="DZZ203", facets=(("zaiti", "guangbo"),))
    for day, month in (("2022-05-20T23:59", "2022-05"), ("2022-05-21T00:00", "2022-06"), ("2022-04-21", "2022-05")):
        made = record("xuanchuan", [("register", {"unit": "DZZ203", "at": day})])
        assert ("task:5.1.3-1", f"DZZ203 {month}") in proven(made, row)


def test_a_report_counts_for_the_month_it_is_about() -> None:
    row = Head(unit="DZZ203", received="2022-05-22T09:00")
    made = record("baosong", [("register", {"unit": "DZZ203", "at": "2022-05-22T09:00"})], yuefen="2022-05")
    assert proven(made, row) == {("task:5.1.2-8", "DZZ203 2022-05")}


def test_void_deleted_and_revoked_prove_nothing() -> None:
    steps: list[tuple[str, dict[str, Any]]] = [
        ("register", {"first_unit": "DZZ203", "registered_at": "2022-05-03"}),
        ("accept", {"unit": "SCJG", "accepted_at": "2022-05-04"}),
    ]
    row = Head(unit="SCJG", received="2022-05-03", status="accepted")
    made = record("xiansuo", steps)
    assert proven(made, row) == {("task:5.1.2-1", "SCJG 全程"), ("task:5.1.2-2", "DZZ203 全程")}
    assert proven(made, replace(row, status="void")) == set()
    assert proven(replace(made, deleted=True), row) == set()
    taken_back = record("xiansuo", [*steps, ("revoke", {"of": ["d", 2]})])
    assert proven(taken_back, row) == {("task:5.1.2-2", "DZZ203 全程")}
    never = record("xiansuo", [*steps, ("revoke", {"of": ["d", 1]})])
    assert ("task:5.1.2-2", "DZZ203 全程") in proven(never, row)  # 登记不能撤销，只能作废


def test_an_answer_counts_for_who_handles_and_who_received_first() -> None:
    steps: list[tuple[str, dict[str, Any]]] = [
        ("register", {"first_unit": "DZZ203", "registered_at": "2022-05-03"}),
        ("office_no", {"office_no": "2022-0001", "at": "2022-05-04"}),
        ("feedback", {"feedback_at": "2022-05-05"}),
    ]
    found = proven(record("xiansuo", steps), Head(unit="SCJG", received="2022-05-03", status="closed"))
    for task in ("5.1.1-2", "5.1.2-6"):
        assert {value for key, value in found if key == f"task:{task}"} == {"SCJG 全程", "DZZ203 全程"}


def test_a_record_counts_once_where_the_month_does_not_matter() -> None:
    steps: list[tuple[str, dict[str, Any]]] = [
        ("register", {"first_unit": "DZZ203", "registered_at": "2022-05-03"}),
        ("accept", {"unit": "DZZ203", "accepted_at": "2022-05-04"}),
        ("accept", {"unit": "DZZ203", "accepted_at": "2022-07-04"}),
    ]
    made = record("xiansuo", steps)
    rows = list(tasks.prover(TASKS.values(), CAMPAIGN, FORMS)(made, Head(unit="DZZ203", status="accepted")))
    assert rows.count(("task:5.1.2-1", "DZZ203 全程")) == 1


def test_only_a_document_makes_red_and_only_after_its_day(campaign: Campaign, catalogue: Catalogue) -> None:
    report, publicity = catalogue.tasks["5.1.2-8"], catalogue.tasks["5.1.3-1"]
    may = campaign.month_named("2022-05")
    assert may is not None
    none = Ticks({}, frozenset())

    def state(task: Any, day: str, *, group: bool = False) -> str:
        due, late = tasks.due_days(task, campaign, may, group=group)
        today = date.fromisoformat(day)
        return tasks.instance(
            task, proof_of(task), "DZZ203", may.name, ticks=none, due=due, late=late, today=today
        ).state

    # 20日是街道定的，过了只提醒；23日24时才是方案定的
    assert [state(report, f"2022-05-{d}") for d in (20, 21, 23, 24)] == ["open", "due", "due", "overdue"]
    assert [state(report, f"2022-05-{d}", group=True) for d in (23, 24)] == ["open", "overdue"]
    assert state(publicity, "2022-09-01") == "due"
    red = {t.id for t in catalogue.tasks.values() if state(t, "2023-01-01") == "overdue"}
    assert red == {"5.1.2-8"}


def test_no_day_before_the_phase_and_none_after_the_campaign(campaign: Campaign, catalogue: Catalogue) -> None:
    def days(task: str, month: str) -> tuple[date | None, date | None]:
        named = campaign.month_named(month)
        assert named is not None
        return tasks.due_days(catalogue.tasks[task], campaign, named)

    assert days("5.3.1-0", "2022-04") == (None, None)  # 打击整治从五月开始
    assert days("5.3.1-0", "2022-05") == (date(2022, 5, 20), date(2022, 5, 23))
    assert days("5.1.2-8", "2022-11") == (None, None)  # 行动到十月底为止
    assert days("4-3", "2022-05")[0] == date(2022, 10, 31)


def test_a_tick_by_hand_and_its_undoing() -> None:
    rec = tasks.tick_id("baitao_2022", "4-1", "DZZ203", WHOLE)
    said: dict[str, Any] = {
        "task": TASKS["4-1"],
        "unit": "DZZ203",
        "period": WHOLE,
        "by": "张某某",
        "at": "2022-05-18T09:30",
        "version": "1",
    }
    with pytest.raises(Refused) as refused:
        tasks.tick(rec, None, "DZZ203", evidence="  ", **said)
    assert refused.value.code == "A77"
    ops = tasks.tick(rec, None, "DZZ203", evidence="会议纪要", proxy=True, **said)
    made = replay_new(ops)
    state = tasks.fold(made.steps)
    assert (state.handling, state.proxy, state.person) == ("ticked", True, "张某某")
    row = tasks.head(made, state)
    assert ("hand:4-1", "DZZ203 全程") in row.facets
    assert (row.no, row.person) == ("四（一）", "张某某（代录）")
    with pytest.raises(Refused) as refused:
        tasks.untick(made, state, reason="", by="张某某", at="")
    assert refused.value.code == "A04"
    undone = replay_new([*ops, *tasks.untick(made, state, reason="记错了", by="张某某", at="")])
    state = tasks.fold(undone.steps)
    assert (state.handling, state.reason) == ("open", "记错了")
    assert not [k for k, _ in tasks.head(undone, state).facets if k.startswith("hand:")]
    with pytest.raises(Refused):
        tasks.untick(undone, state, reason="再来", by="", at="")


def replay_new(ops: list[Any]) -> Record:
    from baitao_desktop.domain.ops import Op, OpKind, canonical

    made = [
        Op(n.rec, n.form, n.scope, i, DeviceId("d"), i, 0, PersonId(""), n.kind, n.fld,
           canonical({"d": n.val} if n.kind == OpKind.STEP else n.val), None, b"", b"")
        for i, n in enumerate(ops, 1)
    ]  # fmt: skip
    return replay(made)


# ---- 快的和慢的一样


UNITS = ("DZZ203", "DZZ003", "SCJG", "ZXB")
DAYS = ("2022-04-20", "2022-04-21", "2022-05-20", "2022-05-21", "2022-06-01", "")
ACTS = ("register", "submit", "accept", "feedback", "office_no", "close")
FACETS = (("zaiti", "guangbo"), ("liliang", "wanggeyuan"), ("xingshi", "diandui"), ("xingshi", "xianxia"),
          ("liujin", "jiating"), ("section", "A"), ("section", "D"), ("dangchang", "shi"))  # fmt: skip


@st.composite
def filed(draw: st.DrawFn) -> tuple[Record, Head]:
    steps: list[tuple[str, dict[str, Any]]] = []
    for _ in range(draw(st.integers(0, 4))):
        said: dict[str, Any] = {"at": draw(st.sampled_from(DAYS))}
        if draw(st.booleans()):
            said["unit"] = draw(st.sampled_from(UNITS))
        steps.append((draw(st.sampled_from(ACTS)), said))
    if steps and draw(st.booleans()):
        steps.append(("revoke", {"of": ["d", draw(st.integers(1, len(steps)))]}))
    answers = {"yuefen": "2022-05"} if draw(st.booleans()) else {}
    made = record(draw(st.sampled_from((*FORMS, "wufa"))), steps, **answers)
    row = Head(
        unit=draw(st.sampled_from(UNITS)), received=draw(st.sampled_from(DAYS)), status=draw(st.sampled_from(("saved", "void"))),
        facets=tuple(draw(st.lists(st.sampled_from(FACETS), max_size=4))),
    )  # fmt: skip
    return replace(made, deleted=draw(st.booleans()) and draw(st.booleans())), row


def recount(records: list[tuple[Record, Head]]) -> Counter[tuple[str, str, str]]:
    """The slow way, task by task over all records, written out from the rules."""
    found: Counter[tuple[str, str, str]] = Counter()
    for task in TASKS.values():
        proof = proof_of(task)
        if proof is None:
            continue
        for made, row in records:
            live = {n for s in made.steps if s.act == "revoke" for n in [s.data["of"][1]]}  # type: ignore[index,call-overload]
            steps = [s for s in made.steps if s.id.seq not in live or s.act in ("register", "revoke", "office_no")]
            gone = made.deleted or row.status == "void"
            if gone or not proof.admits(made.form, row.facets, [s.act for s in steps]):
                continue
            counted = set()
            first = next((s.data["first_unit"] for s in steps if "first_unit" in s.data), "")
            for step in [s for s in steps if s.act in proof.steps] if proof.steps else [None]:
                own = step.data.get("unit") if step else None
                for unit in [own] if own else [row.unit, first] if step else [row.unit]:
                    day = (step.data.get("at") if step else "") or row.received
                    when: Any = WHOLE
                    if task.cadence == "monthly":
                        when = made.answers.get("yuefen") or (
                            CAMPAIGN.month_of(date.fromisoformat(str(day))).name if day else ""
                        )
                    if unit and when:
                        counted.add((task.id, str(unit), str(when)))
            found.update(counted)
    return found


@given(st.lists(filed(), max_size=12))
def test_the_index_says_what_a_recount_of_all_records_says(records: list[tuple[Record, Head]]) -> None:
    prove = tasks.prover(TASKS.values(), CAMPAIGN, FORMS)
    totals = Counter(pair for made, row in records for pair in prove(made, row))
    ticks = tasks.ticks_of([(k, v, n) for (k, v), n in totals.items()], [])
    assert dict(ticks.counts) == dict(recount(records))


def test_every_task_has_somebody_and_a_period(campaign: Campaign, catalogue: Catalogue) -> None:
    month = campaign.month_of(date(2022, 5, 18))
    for task in catalogue.tasks.values():
        assert units_of(task, campaign.units.values())
        assert tasks.period_of(task, month) == (month.name if task.cadence == "monthly" else WHOLE)
        assert task.cadence != "monthly" or task.plain  # 村里每月看到的，要有一句大白话
