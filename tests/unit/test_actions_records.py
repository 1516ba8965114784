"""Any record: a visit with its photo through a bundle, differences settled, lists taken in, backup and open files."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from baitao_desktop import paths, seal
from baitao_desktop.actions import backups, briefings, bundles, drafts, home, lists, papers, records, setup, tips
from baitao_desktop.actions import desk as desks
from baitao_desktop.actions.desk import Desk
from baitao_desktop.domain import figures
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import NewOp, OpKind
from baitao_desktop.domain.query import Query
from conftest import PASSWORD, MakeDesk, fixed_clock, joined, tip_answers

VISIT = {
    "zoufang_riqi": "2022-05-17", "suozai_cunshe": "DZZ203", "changsuo_mingcheng": "某组农户", "jianwen": ["lipin"],
    "qingkuang": "有人上门免费送鸡蛋、量血压。",
}  # fmt: skip


def picture() -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (60, 40), (90, 140, 60)).save(out, "JPEG")
    return out.getvalue()


def test_a_visit_travels_with_its_photo_and_needs_no_code_of_its_own(make_desk: MakeDesk, tmp_path: Path) -> None:
    village, office = joined(make_desk("麦子坪村"), make_desk("专项办"), tmp_path / "U盘")
    sha = village.store.blob_put(io.BytesIO(picture()), "image/jpeg")
    answers = {**VISIT, "zhaopian": {"blob": sha, "name": "现场.jpg"}}
    rec = records.submit(village, "zoufang", answers).value
    done = bundles.hand_over(village, tmp_path / "U盘").value
    assert done.photos == 1
    bundles.take_in(office, done.path)
    view = records.look(office, rec)
    assert view.title == "2022年5月17日 某组农户" or "某组农户" in view.title
    assert office.store.blob_open(sha).read() == picture()
    assert papers.record_pdf(office, rec).startswith(b"%PDF")
    assert papers.ledger_pdf(office, "zoufang", Query(form="zoufang")).startswith(b"%PDF")


def test_two_laptops_of_one_village_differ_and_a_person_settles_it(make_desk: MakeDesk, tmp_path: Path) -> None:
    stick = tmp_path / "U盘"
    first, office = joined(make_desk("麦子坪村", name="村一"), make_desk("专项办"), stick)
    second, office = joined(make_desk("麦子坪村", name="村二"), office, stick)
    rec = records.submit(first, "zoufang", VISIT).value
    bundles.take_in(office, bundles.hand_over(first, stick).value.path)
    bundles.take_in(second, bundles.hand_over(office, stick, to="DZZ203").value.path)
    records.correct(first, rec, changes={"changsuo_mingcheng": "二组农户"}, reason="写清楚")
    records.correct(second, rec, changes={"changsuo_mingcheng": "三组农户"}, reason="写清楚")
    for laptop in (first, second):
        bundles.take_in(office, bundles.hand_over(laptop, stick).value.path)
    (difference,) = records.look(office, rec).differences
    assert {c.text for c in difference.choices} == {"二组农户", "三组农户"}
    assert any(t.kind == "conflict" for t in home.todos(office))
    records.settle(office, rec, difference.fld, "二组农户")
    for laptop in (first, second):
        bundles.take_in(laptop, bundles.hand_over(office, stick, to="DZZ203").value.path)
    views = [records.look(d, rec) for d in (first, second, office)]
    assert all(v.record.answers["changsuo_mingcheng"] == "二组农户" and not v.differences for v in views)


def test_operations_of_a_newer_program_are_kept_and_passed_on(make_desk: MakeDesk, tmp_path: Path) -> None:
    stick = tmp_path / "U盘"
    village, office = joined(make_desk("麦子坪村"), make_desk("专项办"), stick)
    tip = tips.register(village, tip_answers()).value.tip
    with village.store.writing(village.who.id, village.now()) as writer:
        writer.put([NewOp(tip, "xiansuo", village.scope, OpKind.STEP, "signed_for", {"x": 1})])
    bundles.take_in(office, bundles.hand_over(village, stick).value.path)
    view = records.look(office, tip)
    assert any(h.what == "signed_for" for h in view.history)
    assert view.status == "handed_up" and view.state.flags


def test_handing_over_is_the_report_and_the_zero_report(make_desk: MakeDesk, tmp_path: Path) -> None:
    village, office = joined(make_desk("麦子坪村"), make_desk("专项办"), tmp_path / "U盘")
    done = bundles.hand_over(village, tmp_path / "U盘").value
    assert "按零报告报送" in done.report
    bundles.take_in(office, done.path)
    heard, silent = briefings.reported_villages(office, office.month)
    assert heard == ("麦子坪村",) and len(silent) == 16
    tips.register(village, tip_answers())
    bundles.take_in(office, bundles.hand_over(village, tmp_path / "U盘").value.path)
    with office.store.reading() as reader:
        (line,) = reader.lines(reader.ids(Query(form="baosong")))
    (count,) = [v for k, v in line.answers.items() if k.endswith("/xiansuo_shu")]
    assert count == 1


def test_a_lost_stick_heals_itself(make_desk: MakeDesk, tmp_path: Path) -> None:
    stick = tmp_path / "U盘"
    village, office = joined(make_desk("麦子坪村"), make_desk("专项办"), stick)
    lost = tips.register(village, tip_answers()).value.tip
    bundles.hand_over(village, stick).value.path.unlink()
    tips.register(village, tip_answers(zhaiyao="第二件"))
    bundles.take_in(office, bundles.hand_over(village, stick).value.path)
    assert records.look(office, lost).status == "handed_up"


def test_figures_equal_a_slow_recount(make_desk: MakeDesk) -> None:
    desk = make_desk("专项办")
    made = []
    for n in range(6):
        more = {
            "zhaiyao": f"第{n}件",
            "mingyi": ["chanpin"] if n % 2 else ["fuwu", "chanpin"],
            "sunshi_fen": 1000 * n,
            "shehan_renshu": n,
        }
        made.append(tips.register(desk, tip_answers(**more)).value.tip)
    for tip in made[:4]:
        tips.accept(desk, tip, person="王某某", due_close="2022-05-19")
    tips.verify(desk, made[0], verified_at="2022-05-18", verified_by="王某某", seen="看", result="partly")
    tips.close(desk, made[0], conclusion="结", reply="复", loss_fen=500, returned_fen=400)
    tips.void(desk, made[5], reason="登错")
    monthly, total = briefings.month_figures(desk, desk.month)
    assert monthly == total
    rest = [records.look(desk, t) for t in made[:5]]
    assert monthly.received == len(rest) and monthly.void == 1
    assert monthly.loss_fen == sum(v.record.answers.get("sunshi_fen", 0) for v in rest)
    assert monthly.closed == 1 and monthly.found_true == 1 and monthly.closed_rate == 200
    assert dict(monthly.by_pretext)["chanpin"] == 5
    assert figures.percent(monthly.closed_rate) == "20.0%"


def test_months_run_from_the_21st_to_the_20th(make_desk: MakeDesk) -> None:
    campaign = make_desk("麦子坪村").campaign
    from datetime import date

    month = campaign.month_of(date(2022, 4, 21))
    assert (month.since, month.until, month.name) == (date(2022, 4, 21), date(2022, 5, 20), "2022-05")
    assert campaign.month_of(date(2022, 5, 20)) == month
    assert campaign.month_of(date(2022, 1, 3)).since == date(2021, 12, 21)
    assert campaign.due_in(month) == date(2022, 5, 20) and campaign.due_in(month, group=True) == date(2022, 5, 23)
    assert len(campaign.villages()) == 17 and campaign.find_unit("自然资源所") is campaign.units["GZS"]


@pytest.mark.parametrize("name", ["label01-last.csv", "label04-last.csv"])
def test_real_lists_are_taken_in_whole(make_desk: MakeDesk, shared_data: Path, name: str) -> None:
    desk = make_desk("专项办")
    path = shared_data / "telecom_fraud" / name
    preview = lists.look_at_list(desk, path)
    assert preview.mapping == {0: "zhaiyao", 1: "xiangxi"}
    assert preview.encoding == ("UTF-8" if "01" in name else "GBK")
    taken = lists.take_in_list(desk, path, preview.mapping).value
    assert taken.taken + len(taken.left_out) == preview.rows + len(preview.left_out) == 1000
    assert all("重复" in why for _, why in taken.left_out)
    with pytest.raises(UserFacingError, match="没有一行可以收"):
        lists.take_in_list(desk, path, preview.mapping)


def test_a_list_with_shifted_columns_says_which_rows(make_desk: MakeDesk, tmp_path: Path) -> None:
    desk = make_desk("麦子坪村")
    path = tmp_path / "名单.csv"
    path.write_text("内容,金额\n卖神药收了钱,３００\n多出一列,1,2,3\n,5\n卖神药收了钱,300\n", encoding="gbk")
    preview = lists.look_at_list(desk, path)
    taken = lists.take_in_list(desk, path, preview.mapping).value
    assert taken.taken == 1 and len(taken.left_out) == 3
    with desk.store.reading() as reader:
        (line,) = reader.lines(reader.ids(Query(form="xiansuo")))
    assert line.answers["sunshi_fen"] == 30000


def test_nothing_of_a_list_is_taken_when_it_is_stopped(make_desk: MakeDesk, tmp_path: Path) -> None:
    from baitao_desktop.domain.errors import Cancelled

    desk = make_desk("麦子坪村")
    path = tmp_path / "名单.csv"
    path.write_text("内容\n" + "\n".join(f"第{n}件事情" for n in range(120)), encoding="utf-8")

    def stop(_what: str, done: int, _of: int) -> None:
        if done >= 100:
            raise Cancelled

    with pytest.raises(Cancelled):
        lists.take_in_list(desk, path, {0: "zhaiyao"}, progress=stop)
    with desk.store.reading() as reader:
        assert reader.count(Query(form="xiansuo")) == 0
    assert tips.register(desk, tip_answers()).value.no.endswith("-0001")


def test_a_restored_laptop_is_a_new_device_and_draws_no_number_twice(
    make_desk: MakeDesk, tmp_path: Path, form_cache: Path
) -> None:
    desk = make_desk("麦子坪村")
    before = tips.register(desk, tip_answers()).value
    folder = backups.back_up(desk, tmp_path / "备份").value
    after = tips.register(desk, tip_answers(zhaiyao="备份之后的一件")).value
    places = paths.Places(tmp_path / "新电脑", tmp_path / "新电脑" / "config", form_cache)
    backups.restore(folder, places)
    again = desks.open_desk(places, seal.password(PASSWORD), clock=fixed_clock("2022-05-19T10:00"))
    try:
        assert again.store.device != desk.store.device and desk.store.device in again.card.replaces
        assert not again.card.office_signature
        assert records.look(again, before.tip).no == before.no
        assert tips.register(again, tip_answers(zhaiyao="新电脑的一件")).value.no not in (before.no, after.no)
        assert not backups.verify(again)
    finally:
        desks.leave(again)


def test_everything_comes_out_in_open_files_but_no_identity(make_desk: MakeDesk, tmp_path: Path) -> None:
    village, _ = joined(make_desk("麦子坪村"), make_desk("专项办"), tmp_path / "U盘")
    block = {"xuanze": "甲", "xingming": "测甲某", "dianhua": "13800000001"}
    done = tips.register(village, tip_answers(), sealed=tips.seal_reporter(village, block)).value
    sha = village.store.blob_put(io.BytesIO(picture()), "image/jpeg")
    records.submit(village, "zoufang", {**VISIT, "zhaopian": {"blob": sha}})
    folder = backups.open_out(village, tmp_path).value
    dump = json.loads((folder / "线索登记.json").read_text(encoding="utf-8"))
    assert dump[0]["编号"] == done.no and dump[0]["经过"]
    assert (folder / "附件" / f"{sha}.jpg").read_bytes() == picture()
    for path in folder.rglob("*"):
        if path.is_file():
            assert "测甲某".encode() not in path.read_bytes() and b"13800000001" not in path.read_bytes()


def test_drafts_never_hold_an_identity(make_desk: MakeDesk) -> None:
    desk = make_desk("麦子坪村")
    drafts.save_draft(desk, "d1", "xiansuo", {"zhaiyao": "写到一半", "jubaoren": {"ct": "x"}})
    (draft,) = drafts.drafts(desk)
    assert draft.answers == {"zhaiyao": "写到一半"}
    tips.register(desk, tip_answers(), draft="d1")
    assert not drafts.drafts(desk)


def test_practice_runs_on_the_campaigns_set_date(make_desk: MakeDesk) -> None:
    desk = make_desk("麦子坪村", mode="practice", clock=fixed_clock("2026-11-22T15:00"))
    assert desk.today.isoformat() == "2022-05-18" and "练习" in desk.title and desk.watermark == "练习"
    assert make_desk("油坊社区").watermark == ""


def test_bad_set_up_is_told_and_nothing_is_made(tmp_path: Path, form_cache: Path, make_desk: MakeDesk) -> None:
    places = paths.Places(tmp_path / "x", tmp_path / "x" / "config", form_cache)
    good = {"unit": "麦子坪村", "person": "测某", "password": seal.password(PASSWORD)}
    for wrong, words in (
        ({"unit": "某某村"}, "没有“某某村”"),
        ({"person": " "}, "姓名"),
        ({"password": seal.password("123")}, "太短"),
    ):
        with pytest.raises(UserFacingError, match=words):
            setup.found(places, **{**good, **wrong})
    assert not setup.has_store(places)
    desk: Desk = make_desk("麦子坪村")
    with pytest.raises(UserFacingError, match="已经有一份数据"):
        setup.found(desk.places, unit="油坊社区", person="测某", password=seal.password(PASSWORD))


def test_a_practice_store_is_emptied_at_will_and_a_formal_one_never(make_desk: MakeDesk) -> None:
    practice, formal = make_desk("麦子坪村", mode="practice"), make_desk("油坊社区")
    setup.empty_practice(practice)
    assert not setup.has_store(practice.places)
    with pytest.raises(UserFacingError, match="不能清空"):
        setup.empty_practice(formal)
    assert setup.has_store(formal.places)


def test_a_formal_store_outside_the_campaign_says_so(make_desk: MakeDesk) -> None:
    late = make_desk("麦子坪村", clock=fixed_clock("2026-11-22T15:00"))
    assert any("不在专项行动期间" in t.text for t in home.todos(late))
    assert not any(t.kind == "campaign" for t in home.todos(make_desk("油坊社区")))
