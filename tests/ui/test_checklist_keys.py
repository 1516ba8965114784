"""Keys of a checklist: answers by meaning whatever the polarity, walking, the input method, the wheel; and how many
presses a sheet of 25 items takes (USERS.md, Eight tasks)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from baitao_desktop.domain import inspections
from baitao_desktop.domain.ops import Json
from baitao_desktop.ui.dialogs import Sheet
from baitao_desktop.ui.fields.photos import PhotoField
from baitao_desktop.ui.fields.rows import Rows
from baitao_desktop.ui.formpage import FormPage
from baitao_desktop.ui.window import MainWindow

from . import checklist_kit as kit
from . import hands

KEYS = (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_4)


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("YL-01", ("yes", "no", "not_applicable", "unchecked")),
        ("YL-02", ("no", "yes", "not_applicable", "unchecked")),
    ],
)
def test_keys_go_by_meaning(code: str, wanted: tuple[str, ...], window: MainWindow) -> None:
    page = kit.opened(window, "yl", kit.HEAD)
    for key, value in zip(KEYS, wanted, strict=True):
        kit.go(page, code)
        hands.press(key)
        assert kit.answers(page)[code] == value
        assert kit.details(page, code) == (key == Qt.Key.Key_2)
    chosen = kit.row(page, code).accessibleName()
    assert chosen.endswith("：未查")


def test_a_click_gives_what_the_key_gives(window: MainWindow) -> None:
    page = kit.opened(window, "yl", kit.HEAD)
    kit.go(page, "YL-02")
    for key, value in enumerate(("no", "yes", "not_applicable", "unchecked"), 1):
        kit.click(kit.row(page, "YL-02"), key)
        assert kit.answers(page)["YL-02"] == value
    kit.click(kit.row(page, "YL-02"), 2)
    assert kit.where(page) == "xm[YL-02]/wenti"


def test_the_keypad_answers_too(window: MainWindow) -> None:
    page = kit.opened(window, "yl", kit.HEAD)
    kit.go(page, "YL-01")
    hands.press(Qt.Key.Key_1, Qt.KeyboardModifier.KeypadModifier)
    assert kit.answers(page)["YL-01"] == "yes"


def test_answers_go_on_and_a_problem_goes_to_its_fact(window: MainWindow) -> None:
    page = kit.opened(window, "yl", kit.HEAD)
    kit.go(page, "YL-01")
    for key, to in ((1, "YL-02"), (3, "YL-03"), (4, "YL-04")):
        hands.press(KEYS[key - 1])
        assert kit.where(page) == f"xm[{to}]/jieguo"
    hands.press(Qt.Key.Key_2)
    assert kit.where(page) == "xm[YL-04]/wenti"
    hands.enter(shift=True)
    assert kit.where(page) == "xm[YL-04]/jieguo"
    hands.press(Qt.Key.Key_1)
    assert kit.where(page) == "xm[YL-05]/jieguo"


def test_enter_walks_over_rows_and_details_and_back(window: MainWindow) -> None:
    page = kit.opened(window, "yl", kit.HEAD)
    kit.row(page, "YL-02").press(2)
    kit.go(page, "YL-01")
    wanted = [
        "YL-01]/jieguo",
        *(f"YL-02]/{n}" for n in ("jieguo", "wenti", "chengdu", "dangchang", "zhenggai_qixian", "zhaopian")),
        "YL-03]/jieguo",
    ]
    seen = [kit.where(page)]
    for _ in wanted[1:]:
        hands.enter()
        seen.append(kit.where(page))
    assert seen == [f"xm[{path}" for path in wanted]
    for path in reversed(wanted[:-1]):
        hands.enter(shift=True)
        assert kit.where(page) == f"xm[{path}"
    hands.enter(shift=True)
    assert kit.where(page) == "jieshu_shijian"


def test_enter_after_the_last_row_goes_on_behind_the_table(window: MainWindow) -> None:
    page = kit.opened(window, "yl", {**kit.HEAD})
    kit.go(page, "YL-25")
    hands.press(Qt.Key.Key_1)
    assert not kit.where(page).startswith("xm[")


def test_up_and_down_go_from_row_to_row(window: MainWindow) -> None:
    page = kit.opened(window, "yl", kit.HEAD)
    kit.row(page, "YL-02").press(2)
    kit.go(page, "YL-01")
    hands.press(Qt.Key.Key_Down)
    hands.press(Qt.Key.Key_Down)
    assert kit.where(page) == "xm[YL-03]/jieguo", "不绕进细目里"
    for _ in range(3):
        hands.press(Qt.Key.Key_Up)
    assert hands.focused() is kit.table(page).quick.line
    hands.press(Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    assert kit.where(page) == "xm[YL-01]/jieguo"
    page.go_to("xm[YL-02]/wenti")
    hands.press(Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    assert kit.where(page) == "xm[YL-03]/jieguo"
    page.go_to("xm[YL-02]/wenti")
    hands.press(Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    assert kit.where(page) == "xm[YL-02]/jieguo"


def test_delete_empties_and_right_opens(window: MainWindow) -> None:
    page = kit.opened(window, "yl", kit.HEAD)
    row = kit.row(page, "YL-01")
    row.press(1)
    kit.go(page, "YL-01")
    hands.press(Qt.Key.Key_Delete)
    assert kit.answers(page)["YL-01"] is None
    hands.press(Qt.Key.Key_Right)
    assert row.open
    hands.press(Qt.Key.Key_Left)
    assert not row.open
    hands.press(Qt.Key.Key_F1, Qt.KeyboardModifier.ShiftModifier)
    assert row.open


def test_a_digit_held_down_answers_once(window: MainWindow) -> None:
    page = kit.opened(window, "yl", kit.HEAD)
    kit.go(page, "YL-01")
    hands.press(Qt.Key.Key_1)
    for _ in range(5):
        again = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_1, Qt.KeyboardModifier.NoModifier, "1", True)
        QApplication.sendEvent(hands.focused(), again)
    assert [c for c, v in kit.answers(page).items() if v] == ["YL-01"]


def test_digits_in_a_box_are_text(window: MainWindow) -> None:
    page = kit.opened(window, "yl", kit.HEAD)
    kit.row(page, "YL-08").press(2)
    before = kit.answers(page)
    QTest.keyClicks(hands.focused(), "2021")
    assert page.fields["xm[YL-08]/wenti"].value() == "2021"
    kit.table(page).quick.line.setFocus()
    QTest.keyClicks(hands.focused(), "8 9")
    assert kit.table(page).quick.line.text() == "8 9"
    assert kit.answers(page) == before


def test_keys_belong_to_the_input_method_while_composing(window: MainWindow) -> None:
    page = kit.opened(window, "yl", kit.HEAD)
    kit.row(page, "YL-08").press(2)
    box, before = hands.focused(), kit.answers(page)
    hands.compose("yi'ci'xing")
    for key in (Qt.Key.Key_1, Qt.Key.Key_Return):
        hands.press(key)
    hands.press(Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    assert hands.focused() is box
    assert kit.answers(page) == before
    hands.write("一次性收了两年的费用")
    hands.enter()
    assert "一次性收了两年的费用" in str(page.answers()["xm[YL-08]/wenti"])
    line = kit.table(page).quick.line
    line.setFocus()
    hands.compose("8")
    hands.enter()
    assert hands.focused() is line
    assert kit.answers(page) == before


def test_the_wheel_changes_no_answer(window: MainWindow) -> None:
    page = kit.opened(window, "yl", kit.HEAD)
    row = kit.row(page, "YL-01")
    row.press(1)
    kit.go(page, "YL-01")
    before = page.answers()
    hands.turn_wheel(row)
    assert page.answers() == before


def test_zero_on_a_row_asks_for_the_rest(window: MainWindow) -> None:
    page = kit.opened(window, "yl", kit.HEAD)
    kit.go(page, "YL-01")
    hands.press(Qt.Key.Key_0)
    sheet = kit.table(page).sheet
    assert isinstance(sheet, Sheet)
    assert not any(kit.answers(page).values())
    sheet.reject()


class Counted:
    """Hands that count: key presses and clicks; what is told in own words is not counted (USERS.md)."""

    def __init__(self) -> None:
        self.presses = 0

    def key(self, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.presses += 1
        hands.press(key, held)

    def keys(self, text: str) -> None:
        self.presses += len(text)
        QTest.keyClicks(hands.focused(), text)

    def click(self, button: QWidget) -> None:
        self.presses += 1
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def photo(self, page: FormPage, code: str) -> None:
        """添加照片, then a file and 打开 in the system's dialog (which a test cannot show, but counts)."""
        field = page.fields[f"xm[{code}]/zhaopian"]
        assert isinstance(field, PhotoField)
        self.click(field.button)
        self.presses += 2

    def head(self, page: FormPage) -> None:
        """The place and its village; the other questions of the head may stay empty."""
        assert kit.where(page) == "changsuo_mingcheng"
        hands.write("夕阳红养老院")
        self.key(Qt.Key.Key_Return)
        self.keys("mzp")
        popup = page.fields["suozai_cunshe"].completer.popup()  # type: ignore[attr-defined]
        self.presses += 1
        QTest.keyClick(popup, Qt.Key.Key_Return)

    def inspectors(self, page: FormPage) -> None:
        group = page.groups["renyuan"]
        assert isinstance(group, Rows)
        while len(page.filling.rows("renyuan")) < 2:
            self.click(group.add_button)
        for key, name in zip(page.filling.rows("renyuan"), ("张某某", "王某某"), strict=False):
            if kit.where(page) != f"renyuan[{key}]/xingming":
                self.click(page.fields[f"renyuan[{key}]/xingming"].editors[0])
            hands.write(name)
            self.key(Qt.Key.Key_Return)
            hands.write("社会事务办")


def handed(window: MainWindow) -> tuple[FormPage, list[Mapping[str, Json]]]:
    out: list[Mapping[str, Json]] = []
    page = kit.opened(window, "yl", {"jiancha_riqi": "2022-04-26"}, submit=out.append)
    page.go_to("changsuo_mingcheng")
    return page, out


PROBLEMS = ("YL-08", "YL-09", "YL-17")


def whole(answers: Mapping[str, Json]) -> None:
    """Nothing was left out on the way to the fewest presses."""
    assert all(answers[f"xm[YL-{n:02}]/jieguo"] for n in range(1, 26))
    assert [c for c in PROBLEMS if not (answers[f"xm[{c}]/wenti"] and answers[f"xm[{c}]/zhaopian"])] == []
    assert sorted(str(v) for k, v in answers.items() if k.endswith("/xingming")) == ["张某某", "王某某"]


def test_a_sheet_on_site_takes_at_most_60_presses(window: MainWindow) -> None:
    page, out = handed(window)
    counted = Counted()
    counted.head(page)
    kit.go(page, "YL-01")
    counted.presses += 1  # 点第一项
    for n in range(1, 26):
        code = f"YL-{n:02}"
        assert kit.where(page) == f"xm[{code}]/jieguo"
        if code in PROBLEMS:
            counted.key(Qt.Key.Key_2)
            hands.write("一次收了两年的费用，收据已拍")
            counted.photo(page, code)
            counted.key(Qt.Key.Key_Return)
        else:
            counted.key(Qt.Key.Key_1)
    counted.inspectors(page)
    counted.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    whole(out[0])
    assert counted.presses <= 60, counted.presses


def test_a_sheet_from_paper_takes_at_most_40_presses(window: MainWindow) -> None:
    page, out = handed(window)
    checklist, counted = kit.table(page), Counted()
    counted.head(page)
    counted.click(checklist.quick.line)
    counted.keys("8 9 17")
    counted.key(Qt.Key.Key_Return)
    counted.key(Qt.Key.Key_Return)
    sheet = checklist.sheet
    assert isinstance(sheet, Sheet)
    counted.presses += 1
    QTest.keyClick(sheet.verb, Qt.Key.Key_Return)
    for code in PROBLEMS:
        if kit.where(page) != f"xm[{code}]/wenti":
            counted.click(page.fields[f"xm[{code}]/wenti"].editors[0])
        hands.write("一次收了两年的费用，收据已拍")
        counted.photo(page, code)
    counted.inspectors(page)
    counted.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    whole(out[0])
    assert counted.presses <= 40, counted.presses


def test_cancelling_the_sheet_by_escape_changes_nothing(window: MainWindow, tmp_path: Path) -> None:
    page = kit.opened(window, "yl", kit.HEAD)
    kit.table(page).ask_rest()
    sheet = kit.table(page).sheet
    assert isinstance(sheet, Sheet)
    QTest.keyClick(sheet, Qt.Key.Key_Escape)
    assert not any(kit.answers(page).values())


PRESSES = st.lists(st.tuples(st.integers(1, 18), st.integers(0, 4)), min_size=1, max_size=25)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(presses=PRESSES)
def test_table_engine_and_law_never_disagree(window: MainWindow, presses: list[tuple[int, int]]) -> None:
    page = kit.opened(window, "yj", kit.HEAD)
    checklist = kit.table(page)
    for number, key in presses:
        row = kit.row(page, f"YJ-{number:02}")
        if row.locked:
            continue
        kit.go(page, row.row.code)
        hands.press(KEYS[key - 1] if key else Qt.Key.Key_Delete)
    rows = inspections.rows_of(page.answers())
    asked = {row.code for row in inspections.asked(rows)}
    for row in rows:
        drawn = kit.row(page, row.code)
        assert drawn.row == row
        assert drawn.asked == (row.code in asked)
        assert kit.details(page, row.code) == (row.failed and row.code in asked)
        assert not (row.failed and row.code not in asked), "不用答的项不能还记着问题"
    done, of = inspections.progress(rows)
    found = len(inspections.findings_in(rows))
    assert checklist.strip.progress.text() == f"已查 {done}/{of}，问题 {found}"
    again = kit.opened(window, "yj", page.answers(), new=False)
    assert kit.table(again).standing() == checklist.standing()
