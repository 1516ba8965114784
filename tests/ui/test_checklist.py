"""A checklist on a page: what is drawn, what an answer brings, the rest in order, entry from a paper, branch, draft."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from baitao_desktop.domain.inspections import Row
from baitao_desktop.domain.ops import Json
from baitao_desktop.forms import compile_form, load
from baitao_desktop.ui import look
from baitao_desktop.ui.dialogs import Sheet
from baitao_desktop.ui.fields.checklist_row import GROUND, INK, ROLES
from baitao_desktop.ui.fields.checklist_words import numbers_in
from baitao_desktop.ui.fields.rows import Rows
from baitao_desktop.ui.window import MainWindow

from . import checklist_kit as kit
from . import hands, tour

Json_ = Mapping[str, Json]


def accept(sheet: object) -> None:
    assert isinstance(sheet, Sheet)
    sheet.act()


@pytest.mark.parametrize("name", kit.NINE)
def test_each_of_the_nine_is_one_table_with_all_its_rows(name: str, window: MainWindow) -> None:
    page = kit.opened(window, name)
    rows = kit.table(page).rows
    assert len(rows) == kit.COUNTS[name]
    assert not [w for w in page.findChildren(Rows) if w._path == "xm"]
    for code, row in rows.items():
        assert row.accessibleName().startswith(f"{code} {row.row.text}：")
        assert row.row.text in {item["label"] for item in kit.lists()["items"]}
        assert row.spot(4).right() < row.width()
        assert row._wording.size().height() + row._top <= row.height()
    assert "xm[" not in "".join(p for p in page.fields if not p.endswith("/jieguo"))
    assert page.first_focus() is not None


@pytest.mark.parametrize("width", [1366, 900, 600])
def test_nothing_stands_out_or_is_cut_and_tab_goes_down(width: int, window: MainWindow) -> None:
    window.resize(width, 600)
    page = kit.opened(window, "yl", kit.HEAD)
    for code, key in (("YL-02", 2), ("YL-04", 4), ("YL-05", 2)):
        kit.row(page, code).press(key)
    kit.row(page, "YL-06").unfold(open_=True)
    kit.table(page).prepare()
    tour.settle()
    faults = [fault for widget in tour.shown(window) for fault in tour._faults(window, widget, set())]
    assert [*faults, *tour.tab_faults(window)] == []
    tops = [row.y() for row in kit.table(page).rows.values()]
    assert tops == sorted(tops)
    for before, after in pairwise(kit.table(page).rows.values()):
        assert before.geometry().bottom() < after.geometry().top()


def test_text_on_rows_can_be_read() -> None:
    pairs = [(INK[tone], GROUND[tone]) for tone in INK] + [(look.MUTED, look.PAPER), (look.MUTED, look.WINDOW)]
    pairs += [(ink, ground) for ink in ROLES.values() for ground in (look.PAPER, look.WINDOW, look.ACCENT_SOFT)]
    assert [(ink, ground) for ink, ground in pairs if look.contrast(ink, ground) < 4.5] == []


def test_sections_stand_over_their_rows(window: MainWindow) -> None:
    page = kit.opened(window, "wl")
    frame = kit.row(page, "WL-T01").parentWidget()
    assert isinstance(frame, QWidget)
    from PySide6.QtWidgets import QLabel

    heads = {
        label.text(): label.y() for label in frame.findChildren(QLabel) if label.text() in ("老年旅游", "艺术品经营")
    }
    assert heads["老年旅游"] < kit.row(page, "WL-T01").y()
    assert kit.row(page, "WL-T13").y() < heads["艺术品经营"] < kit.row(page, "WL-A01").y()


def test_details_come_under_a_failed_item_and_go_again(window: MainWindow) -> None:
    page = kit.opened(window, "yl", kit.HEAD)
    before = len(page.findChildren(QWidget))
    kit.row(page, "YL-01").press(1)
    assert len(page.findChildren(QWidget)) == before
    assert not kit.details(page, "YL-01")
    kit.row(page, "YL-01").press(2)
    assert kit.details(page, "YL-01")
    assert kit.where(page) == "xm[YL-01]/wenti"
    assert not page.fields["xm[YL-01]/jiangji_liyou"].isVisibleTo(page)
    page.put({"xm[YL-01]/chengdu": "general"})
    assert page.fields["xm[YL-01]/jiangji_liyou"].isVisibleTo(page), "证照是严重，降低要理由"
    hands.write("营业执照过期")
    kit.row(page, "YL-01").press(1)
    assert not kit.details(page, "YL-01")
    kit.row(page, "YL-01").press(2)
    assert page.fields["xm[YL-01]/wenti"].value() == "营业执照过期", "写过的还在"
    assert page.fields["xm[YL-01]/wenti"].accessibleName() or page.fields["xm[YL-01]/wenti"].editors[0].accessibleName()


def test_details_made_beforehand_ask_for_their_row(window: MainWindow) -> None:
    page = kit.opened(window, "yl", kit.HEAD)
    for code in ("YL-03", "YL-08", "YL-17"):
        kit.table(page).prepare()
        kit.row(page, code).press(2)
        assert kit.where(page) == f"xm[{code}]/wenti"
        hands.write(f"{code}的事实")
    said = page.answers()
    assert [said[f"xm[{c}]/wenti"] for c in ("YL-03", "YL-08", "YL-17")] == [
        "YL-03的事实",
        "YL-08的事实",
        "YL-17的事实",
    ]
    assert page.fields["xm[YL-08]/wenti"]._required


def test_the_question_of_a_problem_low_on_the_page_is_scrolled_to(window: MainWindow) -> None:
    page = kit.opened(window, "yl", kit.HEAD)
    for code in ("YL-09", "YL-25"):
        kit.go(page, code)
        hands.press(Qt.Key.Key_2)
        box = hands.focused()
        top = box.mapTo(page.scroller.viewport(), QPoint(0, 0)).y()
        assert top >= 0 and top + box.height() <= page.scroller.viewport().height(), code


def test_evidence_and_law_of_the_day_are_one_click_away(window: MainWindow) -> None:
    page = kit.opened(window, "sb", {**kit.HEAD, "jiancha_riqi": "2022-04-26"})
    row = kit.row(page, "SB-15")
    closed = row.height()
    assert not [w for w, _ in row._words()]
    kit.click_at(row, row.link().center())
    said = [w for w, _ in row._words()]
    assert any(w.startswith("看什么证据：") for w in said)
    assert "依据：条款待核" in said, "明码标价规定2022年7月1日才施行"
    assert row.height() > closed
    page.put({"jiancha_riqi": "2022-07-01"})
    assert not [w for w, _ in row._words() if "待核" in w], "到施行那天就有依据"
    kit.click_at(row, row.link().center())
    page.put({"jiancha_riqi": "2022-04-20"})
    kit.go(page, "SB-01")
    page._show_basis()
    assert any("依据：《" in w for w, _ in kit.row(page, "SB-01")._words())


def test_without_a_law_door_no_law_is_said(window: MainWindow) -> None:
    page = kit.opened(window, "yl", law=None)
    row = kit.row(page, "YL-01")
    row.unfold(open_=True)
    assert not any(w.startswith("依据") for w, _ in row._words())


def test_progress_stays_in_sight(window: MainWindow) -> None:
    page = kit.opened(window, "yl", kit.HEAD)
    strip = kit.table(page).strip
    assert strip.progress.text() == "已查 0/25，问题 0"
    for code, key in (("YL-01", 1), ("YL-02", 2), ("YL-03", 3), ("YL-04", 4)):
        kit.row(page, code).press(key)
    assert strip.progress.text() == "已查 3/25，问题 1"
    page.scroller.verticalScrollBar().setValue(page.scroller.verticalScrollBar().maximum())
    assert strip.isVisible()
    assert not page.inner.isAncestorOf(strip)


def test_own_duties_are_no_findings(window: MainWindow) -> None:
    page = kit.opened(window, "wx", kit.HEAD)
    kit.row(page, "WX-18").press(2)
    assert kit.table(page).strip.progress.text() == "已查 1/18，问题 0"
    assert any("不算被检查方的问题" in w for w, _ in kit.row(page, "WX-18")._words())


def test_the_rest_is_asked_once_put_in_and_taken_back(window: MainWindow) -> None:
    page = kit.opened(window, "yl", kit.HEAD)
    for code, key in (("YL-08", 2), ("YL-09", 4), ("YL-10", 1)):
        kit.row(page, code).press(key)
    checklist = kit.table(page)
    before = page.answers()
    assert checklist.strip.rest_button.text() == "其余22项已查，未发现问题"
    checklist.strip.rest_button.click()
    sheet = checklist.sheet
    assert isinstance(sheet, Sheet)
    assert page.answers() == before, "问过才填"
    sheet.reject()
    assert page.answers() == before
    checklist.strip.rest_button.click()
    accept(checklist.sheet)
    said = kit.answers(page)
    assert said["YL-08"] == "yes" and said["YL-09"] == "unchecked"
    assert said["YL-01"] == "yes" and said["YL-02"] == "no", "各按各的合规答案"
    assert all(said.values())
    assert checklist.strip.progress.text() == "已查 24/25，问题 1"
    assert kit.where(page) == "xm[YL-08]/wenti", "接着写缺的事实"
    assert not checklist.strip.rest_button.isVisibleTo(page)
    kit.row(page, "YL-12").press(3)
    checklist.strip.undo_button.click()
    said = kit.answers(page)
    assert said["YL-12"] == "not_applicable", "后来改过的不动"
    assert [c for c, v in said.items() if v] == ["YL-08", "YL-09", "YL-10", "YL-12"]
    assert not checklist.strip.undo_button.isVisibleTo(page)


def test_problem_numbers_from_a_paper(window: MainWindow) -> None:
    page = kit.opened(window, "yl", kit.HEAD)
    checklist = kit.table(page)
    checklist.quick.line.setFocus()
    hands.write("8、９，17")
    hands.enter()
    assert [c for c, v in kit.answers(page).items() if v] == ["YL-08", "YL-09", "YL-17"]
    assert checklist.strip.progress.text() == "已查 3/25，问题 3"
    assert checklist.strip.said.text() == "已把YL-08、YL-09、YL-17记为有问题"
    assert checklist.quick.line.text() == ""
    assert hands.focused() is checklist.strip.rest_button
    hands.enter()
    sheet = checklist.sheet
    assert isinstance(sheet, Sheet)
    QTest.keyClick(sheet.verb, Qt.Key.Key_Return)
    assert checklist.strip.progress.text() == "已查 25/25，问题 3"
    assert kit.where(page) == "xm[YL-08]/wenti"
    assert all(kit.details(page, code) for code in ("YL-08", "YL-09", "YL-17"))


def test_an_unknown_number_is_said_and_nothing_is_lost(window: MainWindow) -> None:
    page = kit.opened(window, "yl", kit.HEAD)
    quick = kit.table(page).quick
    quick.line.setText("8 99")
    quick.button.click()
    assert "没有第“99”项" in quick.problem()
    assert quick.line.text() == "8 99"
    assert not any(kit.answers(page).values())
    quick.line.setText("8")
    quick.button.click()
    assert quick.problem() == ""


def test_numbers_are_written_in_any_way() -> None:
    assert numbers_in("8 9 17") == numbers_in("８，9、17") == numbers_in(" 8.9；17/") == ["8", "9", "17"]
    assert numbers_in("a1 B3") == ["a1", "B3"]


def test_letters_of_a_code_are_numbers_too(window: MainWindow) -> None:
    page = kit.opened(window, "fj", kit.HEAD)
    assert "如 B2 B3 D1" in kit.table(page).quick.asks.hint
    assert kit.table(page).enter_numbers("a1 FJ-B6 E5") == ""
    assert [c for c, v in kit.answers(page).items() if v] == ["FJ-A1", "FJ-B6", "FJ-E5"]


def test_the_branch_folds_what_need_not_be_asked(window: MainWindow) -> None:
    page = kit.opened(window, "yj", kit.HEAD)
    checklist, of = kit.table(page), kit.table(page).strip.progress
    assert of.text() == "已查 0/18，问题 0"
    kit.row(page, "YJ-02").press(2)
    hands.write("没有执业许可证")
    kit.go(page, "YJ-01")
    hands.press(Qt.Key.Key_2)
    assert kit.answers(page)["YJ-01"] == "no"
    hidden = [code for code, row in checklist.rows.items() if not row.asked]
    assert "YJ-02" in hidden and "YJ-18" not in hidden
    assert not kit.details(page, "YJ-02")
    assert of.text() == f"已查 1/{18 - len(hidden)}，问题 0"
    assert "分流后不用答" in kit.row(page, "YJ-02").accessibleName()
    assert kit.row(page, "YJ-02").focusPolicy() == Qt.FocusPolicy.NoFocus
    assert kit.where(page) == "xm[YJ-09]/jieguo", "跳过不用答的"
    kit.click(kit.row(page, "YJ-03"), 1)
    assert kit.answers(page)["YJ-03"] is None
    checklist.ask_rest()
    accept(checklist.sheet)
    assert [code for code in hidden if kit.answers(page)[code]] == []
    assert "只用来分流" in checklist.enter_numbers("1")
    assert "分流后不用答" in checklist.enter_numbers("2")
    assert not [p for p in page._all_problems() if "YJ-02" in p.path], "不用答的不拦提交"
    kit.row(page, "YJ-01").press(1)
    assert kit.answers(page)["YJ-02"] == "no", "分流改回来，答过的也回来"
    assert page.fields["xm[YJ-02]/wenti"].value() == "没有执业许可证"


def test_a_missing_fact_is_gone_to_when_handing_in(window: MainWindow) -> None:
    handed: list[Json_] = []
    page = kit.opened(window, "yl", kit.HEAD, submit=handed.append)
    kit.row(page, "YL-20").press(2)
    kit.row(page, "YL-02").press(2)
    page.first_focus().setFocus()  # type: ignore[union-attr]
    page.submit()
    assert handed == []
    assert kit.where(page) == "xm[YL-02]/wenti"
    assert page.fields["xm[YL-20]/wenti"].problem() == "这一项有问题，请写明事实"
    page.put({"xm[YL-02]/wenti": "招牌写养老院", "xm[YL-20]/wenti": "通道堆物"})
    page.submit()
    assert handed[0]["xm[YL-20]/wenti"] == "通道堆物"
    assert handed[0]["xm[YL-25]/neirong"], "没答的项也在记录里，写明未答"


def test_a_draft_opened_again_shows_the_same(window: MainWindow) -> None:
    kept: list[Json_] = []
    page = kit.opened(window, "yl", kit.HEAD, save_draft=lambda so_far: kept.append(dict(so_far)))
    for code, key in (("YL-01", 1), ("YL-02", 2), ("YL-04", 4)):
        kit.row(page, code).press(key)
    page.put({"xm[YL-02]/wenti": "招牌写养老院", "xm[YL-02]/zhaopian": [{"blob": "ab" * 32}]})
    page.leaving()
    again = kit.opened(window, "yl", kept[-1], new=False)
    assert kit.answers(again) == kit.answers(page)
    assert again.answers() == page.answers()
    assert kit.details(again, "YL-02")
    assert again.fields["xm[YL-02]/wenti"].value() == "招牌写养老院"
    assert again.fields["xm[YL-02]/zhaopian"].value() == [{"blob": "ab" * 32}]
    assert kit.table(again).strip.progress.text() == "已查 2/25，问题 1"


def test_a_draft_keeps_its_rows_and_their_wording(window: MainWindow) -> None:
    page = kit.opened(window, "yl", kit.HEAD)
    kit.row(page, "YL-03").press(2)
    held = page.answers()
    items = [{**item, "label": "改过的"} for item in kit.lists()["items"] if item["name"] != "YL-03"]
    again = kit.opened(window, "yl", held, new=False, lists={**kit.lists(), "items.csv": items, "items": items})
    assert list(kit.table(again).rows) == list(kit.table(page).rows)
    assert kit.row(again, "YL-03").row.text == kit.row(page, "YL-03").row.text
    said = [w for w, _ in kit.row(again, "YL-03")._words()]
    assert any("现行目录里已经没有" in w for w in said)
    assert not any("现行目录" in w for w, _ in kit.row(again, "YL-04")._words())
    assert kit.details(again, "YL-03"), "目录里没有了，也还能接着填"
    again_held = again.answers()
    assert {k: v for k, v in again_held.items() if k != "xm_count"} == {
        k: v for k, v in held.items() if k != "xm_count"
    }


def test_rows_of_another_unit_are_read_and_not_answered(window: MainWindow) -> None:
    def mine(row: Row) -> bool:
        return row.unit != "SSB"

    page = kit.opened(window, "yl", kit.HEAD)
    kit.row(page, "YL-01").press(2)
    page.put({"xm[YL-01]/wenti": "执照过期", "xm[YL-05]/zeren_danwei": "SCJG", "xm[YL-06]/zeren_danwei": "SCJG"})
    held = {**page.answers(), "xm[YL-05]/zeren_danwei": "SCJG", "xm[YL-06]/zeren_danwei": "SCJG"}
    part = kit.opened(window, "yl", held, new=False, may_answer=mine)
    checklist, other = kit.table(part), kit.row(part, "YL-01")
    assert not kit.details(part, "YL-01")
    said = [w for w, _ in other._words()]
    name = next(unit["label"] for unit in kit.lists()["units.csv"] if unit["name"] == "SSB")
    assert f"由{name}填写" in said
    assert f"由{name}填写，还没有填" in [w for w, _ in kit.row(part, "YL-02")._words()]
    assert "问题事实：执照过期" in said
    kit.click(other, 1)
    assert kit.answers(part)["YL-01"] == "no"
    assert checklist.strip.progress.text() == "本单位已查 0/2，问题 0"
    assert checklist.strip.rest_button.text() == "其余2项已查，未发现问题"
    assert "填写，不能在这里记" in checklist.enter_numbers("1")
    checklist.ask_rest()
    accept(checklist.sheet)
    assert [c for c, v in kit.answers(part).items() if v] == ["YL-01", "YL-05", "YL-06"]
    part.put({"xm[YL-01]/wenti": None})
    part.submit()
    assert not [p for p in part._all_problems() if "YL-01" in p.path], "别的单位的缺项不拦本单位提交"


def test_an_offices_own_checklist_needs_no_code(window: MainWindow, tmp_path: Path) -> None:
    lines = [
        "| survey | | | | | | | | |",
        "| | type | name | label | relevant | calculation | appearance | bind::bt:rows | bind::bt:item |",
        "| | begin_repeat | xm | 检查项目 | | | bt-checklist | instance('jcx')/root/item | |",
        "| | text | neirong | 检查内容 | | | | | label |",
        "| | hidden | hegedaan | | | | | | dui |",
        "| | select_one jieguo | jieguo | 结果 | | | | | |",
        "| | calculate | buhege | | | if(${jieguo} != '' and ${jieguo} != ${hegedaan}, '1', '') | | | |",
        "| | text | wenti | 问题事实 | ${buhege} = '1' | | | | |",
        "| | text | beizhu | 备注 | | | | | |",
        "| | end_repeat | | | | | | | |",
        "| choices | | | | |",
        "| | list_name | name | label | dui |",
        "| | jieguo | yes | 是 | |",
        "| | jieguo | no | 否 | |",
        "| | jcx | 1 | 门口是否公示 | yes |",
        "| | jcx | 2 | 是否收押金 | no |",
        "| settings | | | | |",
        "| | form_id | form_title | version | namespaces |",
        '| | ziji | 自己的检查表 | 1 | bt="urn:baitao:forms" |',
    ]
    file = tmp_path / "ziji.md"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    page = kit.opened(window, load(compile_form(file)), lists={"units.csv": []})
    assert [row.text for row in kit.table(page).standing()] == ["门口是否公示", "是否收押金"]
    assert "xm[1]/beizhu" not in page.fields
    page.put({"xm[2]/beizhu": "见附页"})
    assert page.answers()["xm[2]/beizhu"] == "见附页"
    kit.row(page, "2").press(2)
    assert page.fields["xm[2]/beizhu"].value() == "见附页"
    assert kit.answers(page) == {"1": None, "2": "yes"}


CALLED = """
| survey | | | | | | | |
| | type | name | label | calculation | appearance | bind::bt:rows | bind::bt:item |
| | select_one danwei | dw | 检查单位 | | | | |
| | begin_repeat | xm | 检查项目 | | bt-checklist | instance('jcx')/root/item[zrdw = ${dw} or zrdw = 'dou'] | |
| | hidden | neirong | | | | | label |
| | hidden | hegedaan | | | | | dui |
| | select_one jieguo | jieguo | 结果 | | | | |
| | end_repeat | | | | | | |
| | select_one jcx | zhu | 主要检查 | | minimal | | |
| choices | | | | | |
| | list_name | name | label | dui | zrdw |
| | jieguo | yes | 是 | | |
| | jieguo | no | 否 | | |
| | danwei | jia | 甲 | | |
| | danwei | yi | 乙 | | |
| | jcx | 1 | 甲看的 | yes | jia |
| | jcx | 2 | 都看的 | yes | dou |
| | jcx | 3 | 乙看的 | no | yi |
| settings | | | | |
| | form_id | form_title | version | namespaces |
| | jiao | 按单位的检查表 | 1 | bt="urn:baitao:forms" |
"""


def test_another_answer_calls_for_other_items_and_none_goes(window: MainWindow, tmp_path: Path) -> None:
    file = tmp_path / "jiao.md"
    file.write_text(CALLED.lstrip(), encoding="utf-8")
    page = kit.opened(window, load(compile_form(file)), lists={"units.csv": []})
    assert list(kit.answers(page)) == ["2"]
    page.put({"dw": "yi"})
    assert list(kit.answers(page)) == ["2", "3"]
    kit.row(page, "3").press(2)
    page.put({"dw": "jia"})
    tour.settle()
    assert kit.answers(page) == {"1": None, "2": None, "3": "yes"}
    assert kit.row(page, "1").y() < kit.row(page, "2").y() < kit.row(page, "3").y()
    assert any("现行目录" in w for w, _ in kit.row(page, "3")._words())
    assert kit.table(page).strip.progress.text() == "已查 1/3，问题 1"
    kit.go(page, "1")
    for code in ("2", "3"):
        hands.enter()
        assert kit.where(page) == f"xm[{code}]/jieguo"
    assert tour.tab_faults(window) == []


def test_a_larger_type_is_measured_anew(window: MainWindow, qapp: QApplication) -> None:
    page = kit.opened(window, "yl", kit.HEAD)
    row = kit.row(page, "YL-01")
    before = row.height()
    look.dress(qapp, 150)
    try:
        tour.settle()
        assert row.height() > before
        assert row.spot(4).right() < row.width()
    finally:
        look.dress(qapp, 100)
