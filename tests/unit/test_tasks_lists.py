"""Ticks by hand, the wall and what is to be done this month."""

from __future__ import annotations

from pathlib import Path

import pytest

from baitao_desktop.actions import bundles, photos, records
from baitao_desktop.actions import tasks as acts
from baitao_desktop.domain import tasks as law
from baitao_desktop.domain.campaign import Month
from baitao_desktop.domain.catalogue import HAND, proof_of
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import RecordId
from baitao_desktop.domain.query import Query
from baitao_desktop.domain.tasks import Instance
from conftest import MakeDesk, fixed_clock, joined
from tasks_kit import VILLAGE, VISIT, same_when_rebuilt, stands

# ---- 由人记


def test_every_other_task_is_ticked_by_hand(make_desk: MakeDesk) -> None:
    office = make_desk("专项办")
    whole = acts.wall(office)
    by_hand = [i for i in whole.cells.values() if proof_of(i.task) is None]
    assert {i.task.id for i in by_hand} == {t.id for t in office.catalogue.tasks.values() if t.proof == HAND}
    one_each = list({i.task.id: i for i in by_hand}.values())
    for one in one_each:
        acts.tick(office, one, evidence="会议纪要第3号")
    after = acts.wall(office)
    assert {i.task.id for i in after.cells.values() if i.state == "hand"} == {i.task.id for i in one_each}
    assert sum(i.state == "hand" for i in after.cells.values()) == len(one_each)
    same_when_rebuilt(office)
    for one in one_each:
        hand = acts.evidence(office, one).hand
        assert hand is not None
        assert hand.evidence == "会议纪要第3号"
        assert hand.proxy is (one.unit != "ZXB")
        acts.untick(office, hand.record, reason="记错了单位")
    assert not [i for i in acts.wall(office).cells.values() if i.done]


def test_a_tick_travels_and_says_who_made_it(make_desk: MakeDesk, tmp_path: Path) -> None:
    village, office = joined(make_desk("麦子坪村"), make_desk("专项办"), tmp_path / "u")
    mailbox = stands(village, "5.1.1-1")
    assert mailbox.state == "open"
    done = acts.tick(village, mailbox, evidence="村委会门口信箱，5月6日开箱，没有信")
    bundles.take_in(office, bundles.hand_over(village, tmp_path / "u").value.path)
    seen = stands(office, "5.1.1-1", VILLAGE)
    assert seen.state == "hand"
    assert stands(office, "5.1.1-1", VILLAGE, "2022-04").state != "hand"
    hand = acts.evidence(office, seen).hand
    assert hand is not None and (hand.proxy, hand.by) == (False, "测某某")
    meeting = stands(office, "6.1-1", VILLAGE)
    acts.tick(office, meeting, evidence="电话核实，村里4月20日开了会")
    bundles.take_in(village, bundles.hand_over(office, tmp_path / "u", to=VILLAGE).value.path)
    hand = acts.evidence(village, stands(village, "6.1-1")).hand
    assert hand is not None and hand.proxy
    assert done.undo is not None
    done.undo()
    hand = acts.evidence(village, stands(village, "5.1.1-1")).hand
    assert hand is not None and hand.undone == "记错了，当场撤回"
    acts.tick(village, stands(village, "5.1.1-1"), evidence="5月7日开箱")
    hand = acts.evidence(village, stands(village, "5.1.1-1")).hand
    assert hand is not None and (hand.evidence, hand.undone) == ("5月7日开箱", "")


def test_a_picture_is_evidence_enough(make_desk: MakeDesk) -> None:
    from io import BytesIO

    from PIL import Image

    desk = make_desk("麦子坪村")
    out = BytesIO()
    Image.new("RGB", (40, 30), "grey").save(out, "JPEG")
    with pytest.raises(UserFacingError) as trouble:
        acts.tick(desk, stands(desk, "4-1"), evidence=" ")
    assert trouble.value.code == "A77"
    with pytest.raises(UserFacingError) as trouble:
        acts.tick(desk, stands(desk, "4-1"), evidence="会" * 301)
    assert trouble.value.code == "A89"
    acts.tick(desk, stands(desk, "4-1"), evidence="", photos=[photos.keep_photo(desk, out.getvalue())])
    hand = acts.evidence(desk, stands(desk, "4-1")).hand
    assert hand is not None and len(hand.photos) == 1


def test_only_ones_own_tasks_are_ticked(make_desk: MakeDesk) -> None:
    village, office = make_desk("麦子坪村"), make_desk("专项办")
    with pytest.raises(UserFacingError) as trouble:
        acts.tick(village, stands(office, "6.1-1", "SCJG"), evidence="会议纪要")
    assert trouble.value.code == "A85"
    stranger = stands(office, "5.3.1-9", "SCJG")
    with pytest.raises(UserFacingError) as trouble:
        acts.tick(office, Instance(stranger.task, "WXB", stranger.month, "open", 0, None), evidence="会议纪要")
    assert trouble.value.code == "A86"
    with pytest.raises(UserFacingError) as trouble:
        acts.untick(village, RecordId("0" * 32), reason="没有")
    assert trouble.value.code == "A34"
    assert not acts.may_tick(village, "SCJG")


def test_a_group_has_its_own_list_on_the_laptop_where_it_sits(make_desk: MakeDesk) -> None:
    desk = make_desk("平安办")
    assert acts.own_lists(desk) == ("PAB", "ZHZ")
    plan = stands(desk, "6.2-1", "ZHZ")
    acts.tick(desk, plan, evidence="工作计划")
    assert stands(desk, "6.2-1", "ZHZ").state == "hand"
    hand = acts.evidence(desk, plan).hand
    assert hand is not None and not hand.proxy
    with desk.store.reading() as reader:
        assert {line.scope for line in reader.lines(reader.ids(Query(form=law.FORM)))} == {"ZHZ"}


# ---- 一览


def test_the_wall_has_everybody_and_adds_up(make_desk: MakeDesk) -> None:
    office = make_desk("专项办")
    whole = acts.wall(office)
    assert len(whole.tasks) == 73
    assert len(whole.units) == 37 and {"ZXB", "ZHZ", "DGW", "SCJG", VILLAGE} <= set(whole.units)
    assert (
        sum(of for _, of in whole.by_unit.values()) == len(whole.cells) == sum(of for _, of in whole.by_task.values())
    )
    assert not [i for i in whole.cells.values() if i.state == "overdue"]
    acts.tick(office, whole.cells[VILLAGE, "6.1-1"], evidence="会议记录")
    assert acts.wall(office).by_task["6.1-1"][0] == 1
    lead = {t.id: (done, of) for t, done, of in acts.led(office, "ZHZ", acts.wall(office))}
    assert lead["5.1.2-8"] == (0, whole.by_task["5.1.2-8"][1])
    assert "6.2-1" not in lead


def test_no_false_red_on_the_last_day(make_desk: MakeDesk) -> None:
    office = make_desk("专项办", clock=fixed_clock("2022-10-31T18:00"))
    months = acts.months_so_far(office)
    assert [m.name for m in months] == ["2022-11", *(f"2022-{n:02d}" for n in range(10, 3, -1))]
    red = {(m.name, i.task.id) for m in months for i in acts.wall(office, m).cells.values() if i.state == "overdue"}
    assert red == {(f"2022-{n:02d}", "5.1.2-8") for n in range(4, 11)}  # 4—10月共7次


def test_this_month_is_short_and_opens_what_does_it(make_desk: MakeDesk) -> None:
    desk = make_desk("麦子坪村")
    todo = acts.month_todo(desk)
    assert 0 < len(todo.lines) <= acts.MOST
    opens = {line.instance.task.id: (line.means.opens, line.means.target) for line in todo.lines}
    assert opens == {
        "5.1.1-1": ("tick", ""), "5.1.3-1": ("form", "xuanchuan"), "5.1.3-3": ("form", "xuanchuan"),
        "5.1.3-5": ("form", "xuanchuan"), "5.3.1-0": ("form", "zoufang"), "5.1.2-8": ("page", "exchange"),
        "4-1": ("tick", ""),
    }  # fmt: skip
    diandui = next(line for line in todo.lines if line.instance.task.id == "5.1.3-5")
    assert diandui.means.known == {"xingshi": "diandui"}
    before = todo.left
    records.submit(desk, "zoufang", VISIT)
    todo = acts.month_todo(desk)
    assert todo.left == before - 1
    assert todo.lines[-1].instance.task.id == "5.3.1-0"  # 做完的排到最后
    acts.tick(desk, stands(desk, "4-1"), evidence="4月底前摸排完")
    assert "5.1.1-4" in {line.instance.task.id for line in acts.month_todo(desk).lines}  # 下一件补上来


def test_every_task_opens_something(make_desk: MakeDesk) -> None:
    for name in ("麦子坪村", "市场监管所"):
        desk = make_desk(name)
        opened = [acts.means(desk, i) for i in acts.checklist(desk, desk.unit.code)]
        assert {means.opens for means in opened} == {"form", "page", "tick"}
        assert all(means.target in desk.forms for means in opened if means.opens == "form")


def test_for_another_unit_the_office_can_only_tick(make_desk: MakeDesk) -> None:
    office = make_desk("专项办")
    assert {acts.means(office, i).opens for i in acts.wall(office).cells.values()} == {"tick"}


def test_before_and_after_the_campaign_there_is_a_month(make_desk: MakeDesk) -> None:
    early = make_desk("麦子坪村", clock=fixed_clock("2022-03-01T09:00"))
    assert [m.name for m in acts.months_so_far(early)] == ["2022-04"]
    late = make_desk("高峰寺村", clock=fixed_clock("2024-03-01T09:00"))
    months: tuple[Month, ...] = acts.months_so_far(late)
    assert (months[0].name, len(months)) == ("2022-11", 8)
