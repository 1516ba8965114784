from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import Json
from baitao_desktop.forms import Form, Problem, compile_form, load
from baitao_desktop.ui.fields.choices import PickField, RowField
from baitao_desktop.ui.fields.groups import Fold
from baitao_desktop.ui.fields.rows import Rows
from baitao_desktop.ui.fields.typed import GeoField
from baitao_desktop.ui.formpage import FormPage
from baitao_desktop.ui.window import MainWindow

from . import hands
from .conftest import NOW, UNITS

Answers = Mapping[str, Json]
FULL: dict[str, Json] = {
    "zhengzai_zhuanqian": "fou",
    "jieshou_shijian": "2022-04-26T09:00+08:00",
    "qudao": "laifang",
    "suozai_cunshe": "DZZ203",
    "beifanying_duixiang": "夕阳康养会所",
    "zhaiyao": "让老人预存2万元成为会员，说每月返600元",
}


class Kept:
    """Where a page's drafts and submissions go."""

    def __init__(self) -> None:
        self.drafts: list[Answers] = []
        self.submitted: list[Answers] = []
        self.trouble: UserFacingError | None = None

    def save(self, answers: Answers) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.drafts.append(dict(answers))


@pytest.fixture
def kept() -> Kept:
    return Kept()


Opener = Callable[..., FormPage]


@pytest.fixture
def open_form(window: MainWindow, kept: Kept, qtbot: QtBot) -> Opener:
    def opened(form: Form, answers: Answers | None = None, **more: object) -> FormPage:
        page = FormPage(
            form, UNITS, answers or {}, now=lambda: NOW, submit=kept.submitted.append, save_draft=kept.save, **more  # type: ignore[arg-type]
        )  # fmt: skip
        window.activateWindow()
        window.open_page(page)
        qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
        return page

    return opened


def compiled(tmp_path: Path, *lines: str) -> Form:
    file = tmp_path / "biao.md"
    file.write_text("\n".join(lines), encoding="utf-8")
    return load(compile_form(file))


def test_enter_walks_the_form_and_shift_enter_goes_back(open_form: Opener, tip_form: Form, kept: Kept) -> None:
    page = open_form(tip_form)
    assert page._of(hands.focused())[0] == "zhengzai_zhuanqian"
    hands.press(Qt.Key.Key_2)
    hands.enter()
    assert page._of(hands.focused())[0] == "jieshou_shijian"
    QTest.keyClicks(hands.focused(), "9:00")
    hands.enter()
    assert page._of(hands.focused())[0] == "qudao"
    hands.write("来访")
    QTest.keyClick(page.fields["qudao"].completer.popup(), Qt.Key.Key_Return)  # type: ignore[attr-defined]
    assert page._of(hands.focused())[0] == "suozai_cunshe"
    hands.enter(shift=True)
    assert page._of(hands.focused())[0] == "qudao"
    hands.enter()
    QTest.keyClicks(hands.focused(), "mzp")
    QTest.keyClick(page.fields["suozai_cunshe"].completer.popup(), Qt.Key.Key_Return)  # type: ignore[attr-defined]
    hands.write("夕阳康养会所")
    hands.enter()
    hands.write("让老人预存2万元")
    hands.enter()
    assert hands.focused() is page.submit_button
    hands.enter()
    assert kept.submitted == [
        {
            **FULL,
            "zhaiyao": "让老人预存2万元",
            "laiyuan": "zishou",
            "jinji": "yiban",
        }
    ]


def test_enter_belongs_to_the_input_method_while_composing(open_form: Opener, tip_form: Form) -> None:
    page = open_form(tip_form, FULL, new=False)
    page.go_to("beifanying_duixiang")
    box = hands.focused()
    hands.compose("xi'yang'hong")
    hands.enter()
    assert hands.focused() is box
    hands.press(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert page.status.text() == ""
    hands.write("夕阳红")
    hands.enter()
    assert page._of(hands.focused())[0] == "zhaiyao"


def test_a_panel_comes_at_once_and_goes_again(open_form: Opener, tip_form: Form) -> None:
    page = open_form(tip_form)
    panel = page.groups["zhisun"]
    others = dict(page.fields)
    assert not panel.isVisibleTo(page)
    hands.press(Qt.Key.Key_1)
    assert panel.isVisibleTo(page)
    hands.enter()
    assert page._of(hands.focused())[0] == "zhisun_baojing"
    hands.press(Qt.Key.Key_Space)
    assert page.answers()["zhisun_baojing"] == "2022-04-26T09:32+08:00"
    hands.enter(shift=True)
    hands.press(Qt.Key.Key_2)
    assert not panel.isVisibleTo(page)
    assert page.fields == others, "没有重做任何输入框"


def test_submit_says_what_is_missing_beside_the_first_field(open_form: Opener, tip_form: Form, kept: Kept) -> None:
    page = open_form(tip_form, {"zhengzai_zhuanqian": "fou"}, new=False)
    page.submit()
    assert kept.submitted == []
    assert page._of(hands.focused())[0] == "jieshou_shijian"
    assert page.fields["jieshou_shijian"].problem() == "请填写接收时间"
    assert page.fields["zhaiyao"].problem() == "请写明反映的情况"
    assert "还有5处" in page.status.text()
    QTest.keyClicks(hands.focused(), "9:00")
    assert page.fields["jieshou_shijian"].problem() == ""


def test_a_problem_in_a_folded_part_opens_it(open_form: Opener, tip_form: Form) -> None:
    page = open_form(tip_form, FULL, new=False)
    fold = page.groups["xiangqing"]
    assert isinstance(fold, Fold)
    assert fold.folded()
    page.put({"sunshi_fen": 100, "yituihui_fen": 200})
    page.submit()
    assert not fold.folded()
    assert page._of(hands.focused())[0] == "yituihui_fen"
    assert page.fields["yituihui_fen"].problem() == "退回金额不能大于损失"
    page.put({"sunshi_fen": 300})
    assert page.fields["yituihui_fen"].problem() == ""


def test_a_fold_with_answers_stands_open(open_form: Opener, tip_form: Form) -> None:
    fold = open_form(tip_form, {**FULL, "xiangxi": "老人说"}, new=False).groups["xiangqing"]
    assert isinstance(fold, Fold)
    assert not fold.folded()


def test_what_cannot_be_read_is_not_lost_and_not_submitted(open_form: Opener, tip_form: Form, kept: Kept) -> None:
    page = open_form(tip_form, FULL, new=False)
    page.go_to("jieshou_shijian")
    box = hands.focused()
    QTest.keyClick(box, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    hands.write("前几天吧")
    hands.enter()
    assert "看不懂这个时间" in page.fields["jieshou_shijian"].problem()
    page.submit()
    assert kept.submitted == []
    assert page.fields["jieshou_shijian"].line.text() == "前几天吧"  # type: ignore[attr-defined]


def test_the_draft_is_saved_within_two_seconds(open_form: Opener, tip_form: Form, kept: Kept, qtbot: QtBot) -> None:
    page = open_form(tip_form, FULL, new=False)
    page.go_to("zhaiyao")
    assert page._timer.interval() <= 2000
    page._timer.setInterval(1)
    hands.write("。又来电")
    qtbot.waitUntil(lambda: bool(kept.drafts))
    assert "又来电" in str(kept.drafts[-1]["zhaiyao"])
    assert page.status.text() == "已暂存 09:32"


def test_typing_on_does_not_put_the_saving_off(open_form: Opener, tip_form: Form, kept: Kept, qtbot: QtBot) -> None:
    page = open_form(tip_form, FULL, new=False)
    page.go_to("zhaiyao")
    hands.write("一")
    first = page._timer.remainingTime()
    qtbot.waitUntil(lambda: page._timer.remainingTime() < first)
    hands.write("二")
    assert page._timer.remainingTime() < first


def test_the_draft_is_saved_when_focus_leaves_and_when_the_page_is_left(
    open_form: Opener, tip_form: Form, kept: Kept, window: MainWindow
) -> None:
    page = open_form(tip_form, FULL, new=False)
    page.go_to("beifanying_duixiang")
    hands.write("甲")
    hands.enter()
    assert len(kept.drafts) == 1
    hands.write("乙")
    window.open_page(FormPage(tip_form, UNITS, {}, now=lambda: NOW, submit=kept.submitted.append))
    assert len(kept.drafts) == 2
    assert str(kept.drafts[-1]["zhaiyao"]).endswith("乙")


def test_a_draft_that_cannot_be_saved_is_said_and_kept(open_form: Opener, tip_form: Form, kept: Kept) -> None:
    page = open_form(tip_form, FULL, new=False)
    kept.trouble = UserFacingError("S11", "磁盘满了，请腾出空间。")
    page.go_to("zhaiyao")
    hands.write("丙")
    hands.press(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert "磁盘满了" in page.status.text()
    kept.trouble = None
    page.save()
    assert str(kept.drafts[-1]["zhaiyao"]).endswith("丙")


def test_nothing_is_saved_after_it_was_handed_in(open_form: Opener, tip_form: Form, kept: Kept) -> None:
    page = open_form(tip_form, FULL, new=False)
    hands.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert len(kept.submitted) == 1
    assert not page.submit_button.isEnabled()
    page.submitted()
    page.leaving()
    assert kept.drafts == []


def test_typing_while_it_is_handed_in_leaves_no_stale_draft(open_form: Opener, tip_form: Form, kept: Kept) -> None:
    page = open_form(tip_form, FULL, new=False)
    page.submit()
    page.go_to("zhaiyao")
    hands.write("又")
    page.leaving()
    assert kept.drafts == []
    page.refused(UserFacingError("S11", "磁盘满了。"))
    page.leaving()
    assert len(kept.drafts) == 1


def test_a_refusal_stands_beside_its_field_and_keeps_the_input(open_form: Opener, tip_form: Form) -> None:
    page = open_form(tip_form, FULL, new=False)
    page.submit()
    trouble = UserFacingError("A30", "还有必填的内容没有填写。")
    trouble.problems = (Problem("qudao", "怎么得知的", "请选择渠道"),)  # type: ignore[attr-defined]
    page.refused(trouble)
    assert page.submit_button.isEnabled()
    assert page.fields["qudao"].problem() == "请选择渠道"
    assert page._of(hands.focused())[0] == "qudao"
    assert page.answers() == FULL


def test_hidden_answers_stay_in_the_draft_and_out_of_the_submission(
    open_form: Opener, tip_form: Form, kept: Kept
) -> None:
    page = open_form(
        tip_form, {**FULL, "zhengzai_zhuanqian": "shi", "zhisun_zhifu": "2022-04-26T09:10+08:00"}, new=False
    )
    page.put({"zhengzai_zhuanqian": "fou"})
    page.save_now()
    assert "zhisun_zhifu" in kept.drafts[-1]
    page.submit()
    assert "zhisun_zhifu" not in kept.submitted[-1]


def test_tab_goes_down_the_page(open_form: Opener, tip_form: Form, qtbot: QtBot) -> None:
    page = open_form(tip_form, {**FULL, "zhengzai_zhuanqian": "shi", "xiangxi": "有"}, new=False)
    seen: list[QWidget] = []
    page.fields["zhengzai_zhuanqian"].first_editor().setFocus()  # type: ignore[union-attr]
    while hands.focused() is not page.submit_button and len(seen) < 80:
        seen.append(hands.focused())
        QTest.keyClick(hands.focused(), Qt.Key.Key_Tab)
    tops = [w.mapTo(page.inner, w.rect().topLeft()).y() for w in seen if page.inner.isAncestorOf(w)]
    assert tops == sorted(tops)
    assert len(seen) > 20


def test_the_second_form_needs_no_code(open_form: Opener, visit_form: Form, kept: Kept) -> None:
    page = open_form(visit_form)
    page.put(
        {"zoufang_riqi": "2022-04-26", "suozai_cunshe": "DZZ203", "changsuo_mingcheng": "小卖部", "jianwen": ["wu"]}
    )
    assert not page.groups["chuli"].isVisibleTo(page)
    assert not page.fields["qingkuang"]._required
    page.submit()
    assert kept.submitted == [
        {"zoufang_riqi": "2022-04-26", "suozai_cunshe": "DZZ203", "changsuo_mingcheng": "小卖部", "jianwen": ["wu"]}
    ]


def test_any_form_is_drawn(open_form: Opener, tmp_path: Path, kept: Kept) -> None:
    form = compiled(
        tmp_path,
        "| survey | | | | | | |",
        "| | type | name | label | appearance | calculation | relevant |",
        "| | note | shuo | 请逐条登记 | | | |",
        "| | select_one few | xuan | 从几个里选 | | | |",
        "| | decimal | mianji | 面积 | | | |",
        "| | geopoint | weizhi | 位置 | | | |",
        "| | begin_repeat | ren | 人员 | | | |",
        "| | text | xingming | 称呼 | | | |",
        "| | integer | sui | 年龄 | | | |",
        "| | text | beizhu | 备注 | | | ${sui} > 60 |",
        "| | end_repeat | | | | | |",
        "| | calculate | gong | | | count(${ren}) | |",
        "| | note | heji | 共${gong}人 | | | |",
        "| choices | | | |",
        "| | list_name | name | label |",
        "| | few | a | 甲 |",
        "| | few | b | 乙 |",
        "| settings | | | |",
        "| | form_id | form_title | version |",
        "| | biao | 登记表 | 1 |",
    )
    page = open_form(form)
    assert isinstance(page.fields["xuan"], RowField)
    assert isinstance(page.fields["weizhi"], GeoField)
    assert "gong" not in page.fields
    rows = page.groups["ren"]
    assert isinstance(rows, Rows)
    while len(page.filling.rows("ren")) < 2:
        rows.add_button.click()
    first, second = page.filling.rows("ren")
    page.put({f"ren[{first}]/xingming": "测甲某", f"ren[{second}]/sui": 70})
    assert page.fields[f"ren[{second}]/beizhu"].isVisibleTo(page)
    assert not page.fields[f"ren[{first}]/beizhu"].isVisibleTo(page)
    assert page.fields["heji"]._text.text() == "共2人"  # type: ignore[attr-defined]
    rows._remove(first)
    assert f"ren[{first}]/xingming" not in page.fields
    assert page.fields["heji"]._text.text() == "共1人"  # type: ignore[attr-defined]
    page.submit()
    assert kept.submitted[0][f"ren[{second}]/sui"] == 70


def test_labels_move_above_where_the_page_is_narrow(open_form: Opener, tip_form: Form, window: MainWindow) -> None:
    page = open_form(tip_form)
    field = page.fields["beifanying_duixiang"]
    wide = field.line.mapTo(field, field.line.rect().topLeft())  # type: ignore[attr-defined]
    assert wide.x() > 100
    window.resize(600, 480)
    QApplication.processEvents()
    narrow = field.line.mapTo(field, field.line.rect().topLeft())  # type: ignore[attr-defined]
    assert narrow.x() < 20
    assert narrow.y() > 10


def test_a_long_list_is_a_pick_field(open_form: Opener, tip_form: Form) -> None:
    page = open_form(tip_form)
    assert isinstance(page.fields["qudao"], PickField)
    assert isinstance(page.fields["zhengzai_zhuanqian"], RowField)
