"""What fresh eyes broke once: put-back stores, false offices, greedy cards, practice among the formal, half a month."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from baitao_desktop import paths, seal
from baitao_desktop.actions import (
    backups,
    briefings,
    bundles,
    cards,
    home,
    identity,
    lists,
    records,
    reporting,
    setup,
    tips,
)
from baitao_desktop.actions import desk as desks
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.query import Query
from conftest import PASSWORD, MakeDesk, fixed_clock, joined, tip_answers


def test_a_folder_put_back_never_loses_a_tip_in_silence(
    make_desk: MakeDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BAITAO_CONFIG", str(tmp_path / "本机设置"))
    stick = tmp_path / "U盘"
    office = make_desk("专项办")
    where = paths.places(tmp_path / "村里")
    village = setup.found(
        where, unit="麦子坪村", person="测某", password=seal.password(PASSWORD), clock=fixed_clock()
    ).desk
    village, office = joined(village, office, stick)
    desks.leave(village)
    shutil.copytree(where.data, tmp_path / "拷走的")
    village = desks.open_desk(where, seal.password(PASSWORD), clock=fixed_clock())
    first = tips.register(village, tip_answers()).value
    bundles.take_in(office, bundles.hand_over(village, stick).value.path)
    desks.leave(village)
    shutil.rmtree(where.data)
    shutil.copytree(tmp_path / "拷走的", where.data)
    village = desks.open_desk(where, seal.password(PASSWORD), clock=fixed_clock())
    try:
        second = tips.register(village, tip_answers(zhaiyao="放回以后登记的另一件")).value
        assert second.no != first.no
        assert not village.card.office_signature
        village, office = joined_again(village, office, stick)
        bundles.take_in(office, bundles.hand_over(village, stick).value.path)
        assert records.look(office, second.tip).no == second.no
    finally:
        desks.leave(village)


def joined_again(village: desks.Desk, office: desks.Desk, stick: Path) -> tuple[desks.Desk, desks.Desk]:
    path = cards.write_card(village, stick).value
    assert "停用" in cards.look_at_card(office, path).warning
    with pytest.raises(UserFacingError, match="停用"):
        cards.register_card(office, path)
    answer = cards.register_card(office, path, sure=True).value
    assert answer is not None
    cards.register_card(village, answer)
    return desks.reload(village), desks.reload(office)


def test_a_second_office_is_told_and_wants_a_yes(make_desk: MakeDesk, tmp_path: Path) -> None:
    stick = tmp_path / "U盘"
    village, office = joined(make_desk("麦子坪村"), make_desk("专项办", name="真"), stick)
    rogue = make_desk("专项办", name="假")
    path = cards.write_card(rogue, stick).value
    for desk in (village, office):
        assert cards.look_at_card(desk, path).warning
        with pytest.raises(UserFacingError):
            cards.register_card(desk, path)
    village = desks.reload(village)
    assert village.office_card == office.card
    made = bundles.hand_over(village, stick).value.path
    with pytest.raises(UserFacingError, match="别的"):
        bundles.look_into(rogue, made)
    cards.register_card(village, path, sure=True)
    village = desks.reload(village)
    assert {c.device for group in bundles.receivers(village).values() for c in group} == {rogue.store.device}


def test_a_card_retires_only_laptops_of_its_own_unit(make_desk: MakeDesk, tmp_path: Path) -> None:
    stick = tmp_path / "U盘"
    other, office = joined(make_desk("小田溪社区"), make_desk("专项办"), stick)
    village = make_desk("麦子坪村")
    greedy = replace(village.card, replaces=(other.store.device, office.store.device))
    identity.save_card(village.store, village.keys, greedy, village.now)
    village, office = joined(desks.reload(village), office, stick)
    assert set(bundles.receivers(office)) == {"DZZ203", "DZZ003"}
    assert set(bundles.receivers(village)) == {"ZXB"}


def test_practice_and_formal_never_mix(make_desk: MakeDesk, tmp_path: Path) -> None:
    practice, office = make_desk("麦子坪村", mode="practice"), make_desk("专项办")
    with pytest.raises(UserFacingError, match="练习"):
        cards.register_card(office, cards.write_card(practice, tmp_path).value)


def test_a_restored_office_keeps_the_callback_key_and_may_number_again(
    make_desk: MakeDesk, tmp_path: Path, form_cache: Path
) -> None:
    office = make_desk("专项办")
    first = tips.register(office, tip_answers()).value.tip
    folder = backups.back_up(office, tmp_path / "备份").value
    places = paths.Places(tmp_path / "新", tmp_path / "新设置", form_cache)
    backups.restore(folder, places)
    again = desks.open_desk(places, seal.password(PASSWORD), clock=fixed_clock())
    try:
        assert (places.data / identity.CALLBACK_FILE).is_file()
        assert any("总台账号" in t.text for t in home.todos(again))
        identity.take_over_numbering(again)
        again = desks.reload(again)
        second = tips.register(again, tip_answers(zhaiyao="恢复以后的一件")).value.tip
        numbers = [records.look(again, t).state.office_no for t in (first, second)]
        assert numbers[0] == "2022-0001" and numbers[1] > numbers[0]
    finally:
        desks.leave(again)


@pytest.mark.parametrize(
    ("day", "name"), [("20", "2022-05"), ("21", "2022-05"), ("23", "2022-05"), ("30", "2022-05"), ("31", "2022-06")]
)
def test_the_briefing_of_the_22nd_is_of_the_month_just_ended(make_desk: MakeDesk, day: str, name: str) -> None:
    desk = make_desk("专项办", clock=fixed_clock(f"2022-05-{day}T09:00"))
    assert desk.campaign.reporting_month(desk.today).name == name
    assert briefings.draft_briefing(desk).title.startswith(f"{int(name[-2:])}月")


def test_two_laptops_of_a_village_report_one_month_together(make_desk: MakeDesk, tmp_path: Path) -> None:
    stick = tmp_path / "U盘"
    first, office = joined(make_desk("麦子坪村", name="一"), make_desk("专项办"), stick)
    second, office = joined(make_desk("麦子坪村", name="二"), office, stick)
    for n, desk in enumerate((first, second, second)):
        tips.register(desk, tip_answers(zhaiyao=f"第{n}件"))
    for desk in (first, second, first):
        bundles.take_in(office, bundles.hand_over(desk, stick).value.path)
    with office.store.reading() as reader:
        (line,) = reader.lines(reader.ids(Query(form="baosong")))
    assert not line.conflicts
    assert sum(v for k, v in line.answers.items() if k.endswith("/xiansuo_shu")) == 3


def test_a_stick_that_took_nothing_is_no_report(make_desk: MakeDesk, tmp_path: Path) -> None:
    village, _ = joined(make_desk("麦子坪村"), make_desk("专项办"), tmp_path / "U盘")
    with pytest.raises(UserFacingError):
        bundles.hand_over(village, tmp_path / "没有这个U盘" / "x")
    with village.store.reading() as reader:
        assert not reporting.handed_over(reader, village, reporting.month_due(village))
    assert any(t.kind == "countdown" for t in home.todos(village))
    bundles.hand_over(village, tmp_path / "U盘")
    assert not any(t.kind == "countdown" for t in home.todos(village))


def test_columns_about_the_reporter_are_never_taken(make_desk: MakeDesk, tmp_path: Path) -> None:
    desk = make_desk("麦子坪村")
    path = tmp_path / "名单.csv"
    path.write_text(
        "序号,举报人姓名,举报人电话,反映情况,金额\n1,测甲某,13800000001,卖神药收了钱,300\n", encoding="utf-8"
    )
    preview = lists.look_at_list(desk, path)
    assert set(preview.mapping.values()) == {"zhaiyao", "sunshi_fen"}
    assert "举报人电话" in preview.warning
    with pytest.raises(UserFacingError, match="不能收"):
        lists.take_in_list(desk, path, {**preview.mapping, 2: "duixiang_dianhua"})
    lists.take_in_list(desk, path, preview.mapping)
    with desk.store.reading() as reader:
        assert reader.count(Query(form="xiansuo", text="13800000001")) == 0


def test_a_cell_nobody_can_be_sure_of_leaves_its_row_out(make_desk: MakeDesk, tmp_path: Path) -> None:
    desk = make_desk("麦子坪村")
    path = tmp_path / "名单.csv"
    rows = [
        "甲事,2022/5/2 8:30,三千,麦子坪村民委员会", "乙事,昨天,300,麦子坪", "丙事,20220503,13800000001,麦子坪村",
        "丁事,44684,300,火星村", "戊事,2022年5月4日,3980元,小田溪",
    ]  # fmt: skip
    path.write_text("内容,接收时间,金额,村\n" + "\n".join(rows), encoding="utf-8")
    taken = lists.take_in_list(desk, path, lists.look_at_list(desk, path).mapping).value
    assert [n for n, _ in taken.left_out] == [2, 3, 4] and [n for n, _ in taken.doubts] == [5]
    with desk.store.reading() as reader:
        lines = {str(x.answers["zhaiyao"]): x.answers for x in reader.lines(reader.ids(Query(form="xiansuo")))}
    assert lines["丁事"]["jieshou_shijian"].startswith("2022-05-03") and "火星村" in lines["丁事"]["xiangxi"]
    assert lines["戊事"]["sunshi_fen"] == 398000 and lines["戊事"]["suozai_cunshe"] == "DZZ003"


def test_a_restored_village_reports_what_stands_in_its_ledger(
    make_desk: MakeDesk, tmp_path: Path, form_cache: Path
) -> None:
    stick = tmp_path / "U盘"
    village, office = joined(make_desk("麦子坪村"), make_desk("专项办"), stick)
    for n in range(3):
        tips.register(village, tip_answers(zhaiyao=f"第{n}件"))
    bundles.take_in(office, bundles.hand_over(village, stick).value.path)
    places = paths.Places(tmp_path / "新", tmp_path / "新设置", form_cache)
    backups.restore(backups.back_up(village, tmp_path / "备份").value, places)
    again = desks.open_desk(places, seal.password(PASSWORD), clock=fixed_clock("2022-05-19T10:00"))
    try:
        assert "线索3" in reporting.month_line(again)
        with pytest.raises(UserFacingError, match="还没有和专项办换过"):
            bundles.hand_over(again, stick)
        again, office = joined_again(again, office, stick)
        bundles.take_in(office, bundles.hand_over(again, stick).value.path)
        with office.store.reading() as reader:
            (line,) = reader.lines(reader.ids(Query(form="baosong")))
        assert sum(v for k, v in line.answers.items() if k.endswith("/xiansuo_shu")) == 3
    finally:
        desks.leave(again)
