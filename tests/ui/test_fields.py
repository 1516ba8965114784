from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QWidget
from pytestqt.qtbot import QtBot

from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import Json
from baitao_desktop.ui.fields import text
from baitao_desktop.ui.fields.base import Asks, Choice, Field
from baitao_desktop.ui.fields.choices import ManyField, PickField, RowField
from baitao_desktop.ui.fields.days import DayField, MomentField, TickField
from baitao_desktop.ui.fields.photos import PhotoDoor, PhotoField, photos_in
from baitao_desktop.ui.keys import StillCombo

from . import hands
from .conftest import NOW

THREE = [Choice("shi", "是"), Choice("fou", "否"), Choice("bu", "不清楚")]
VILLAGES = [Choice("DZZ203", "麦子坪村"), Choice("DZZ002", "小田溪社区"), Choice("BTJD", "白涛街道")]


def show(qtbot: QtBot, field: Field) -> list[Json]:
    """The field in view with the focus; the values it has told of."""
    told: list[Json] = []
    qtbot.addWidget(field)
    field.changed.connect(lambda f: told.append(f.value()))
    field.resize(700, 200)
    field.show()
    qtbot.waitExposed(field)
    editor = field.first_editor()
    assert editor is not None
    field.activateWindow()
    editor.setFocus()
    qtbot.waitUntil(editor.hasFocus)
    return told


def all_fields() -> list[Field]:
    asks = Asks("测试题", "提示")
    return [
        text.TextField(asks), text.LongTextField(asks), text.phone_field(asks), text.uscc_field(asks),
        text.integer_field(asks), text.decimal_field(asks), text.MoneyField(asks), DayField(asks, lambda: NOW),
        MomentField(asks, lambda: NOW), TickField(asks, lambda: NOW), RowField(asks, THREE), PickField(asks, VILLAGES),
        ManyField(asks, THREE, 2), PhotoField(asks, None),
    ]  # fmt: skip


def test_every_editor_has_a_name_and_a_description(qtbot: QtBot) -> None:
    for field in all_fields():
        qtbot.addWidget(field)
        assert field.editors
        for editor in field.editors:
            assert editor.accessibleName().startswith("测试题"), type(field)
            assert editor.accessibleDescription() == "提示"
        field.set_problem("请填写")
        assert field.editors[0].accessibleDescription() == "请填写"
        field.set_problem("")


def test_values_set_from_outside_are_silent(qtbot: QtBot) -> None:
    values: list[Json] = [
        "一", "二\n三", "13800000001", "91500102MA5U000000", 3, 2.5, 398000, "2022-04-12", "2022-04-12T09:30+08:00",
        "2022-04-12T09:30+08:00", "fou", "DZZ203", ["shi", "bu"], {"sha256": "0" * 64, "name": "a.jpg"},
    ]  # fmt: skip
    for field, value in zip(all_fields(), values, strict=True):
        qtbot.addWidget(field)
        told: list[object] = []
        field.changed.connect(told.append)
        field.set_value(value)
        assert field.value() == value, type(field)
        assert field.trouble() == ""
        field.set_value(None)
        assert field.value() is None, type(field)
        assert told == [], type(field)


def test_words_through_an_input_method(qtbot: QtBot) -> None:
    field = text.TextField(Asks("对象", limit=5))
    told = show(qtbot, field)
    hands.compose("bao'jian'pin")
    assert told == []
    hands.write("保健品")
    hands.write("公司𠮷")
    assert told == ["保健品", "保健品公司𠮷"]
    assert "超出1字" in field.trouble()
    field.line.undo()
    assert field.value() != "保健品公司𠮷"


def test_long_words_are_told_not_cut(qtbot: QtBot) -> None:
    field = text.LongTextField(Asks("摘要", limit=10))
    told = show(qtbot, field)
    hands.compose("ni hao")
    assert told == []
    hands.write("一二三四五六七八九十十一")
    assert told == ["一二三四五六七八九十十一"]
    assert "超出2字" in field.trouble()
    QTest.keyClick(field.box, Qt.Key.Key_Return, Qt.KeyboardModifier.AltModifier)
    hands.write("新行")
    assert field.value() == "一二三四五六七八九十十一\n新行"


def test_the_wheel_changes_nothing(qtbot: QtBot) -> None:
    combo = StillCombo()
    qtbot.addWidget(combo)
    combo.addItems(["一", "二", "三"])
    combo.setFocus()
    hands.turn_wheel(combo)
    assert combo.currentIndex() == 0
    plain = QComboBox()
    qtbot.addWidget(plain)
    for field, value in ((RowField(Asks("甲"), THREE), "shi"), (PickField(Asks("乙"), VILLAGES), "DZZ203"),
                         (DayField(Asks("丙"), lambda: NOW), "2022-04-12")):  # fmt: skip
        show(qtbot, field)
        field.set_value(value)
        for widget in field.findChildren(QWidget):
            hands.turn_wheel(widget)
        assert field.value() == value


def test_a_list_answers_to_initials(qtbot: QtBot) -> None:
    field = PickField(Asks("村"), VILLAGES)
    told = show(qtbot, field)
    stepped: list[object] = []
    field.stepped.connect(stepped.append)
    QTest.keyClicks(field.line, "bt")
    popup = field.completer.popup()
    assert popup.isVisible()
    assert popup.currentIndex().data() == "白涛街道"
    QTest.keyClick(popup, Qt.Key.Key_Return)
    assert field.value() == "BTJD"
    assert field.line.text() == "白涛街道"
    assert stepped == [field]
    assert told == ["BTJD"]


def test_a_list_opens_whole_and_keeps_what_it_cannot_read(qtbot: QtBot) -> None:
    field = PickField(Asks("村"), VILLAGES)
    show(qtbot, field)
    QTest.keyClick(field.line, Qt.Key.Key_Down)
    assert field.completer.completionCount() == 3
    QTest.keyClick(field.completer.popup(), Qt.Key.Key_Tab)
    assert field.value() is None
    hands.write("没有的村", field.line)
    assert field.value() is None
    assert field.line.text() == "没有的村"
    assert "请从列表中选一个" in field.trouble()


def test_a_row_is_chosen_by_digits_and_emptied(qtbot: QtBot) -> None:
    field = RowField(Asks("是否"), THREE)
    told = show(qtbot, field)
    hands.press(Qt.Key.Key_2)
    assert field.value() == "fou"
    hands.press(Qt.Key.Key_9)
    assert field.value() == "fou"
    hands.press(Qt.Key.Key_Delete)
    assert field.value() is None
    assert told == ["fou", None]


def test_arrows_choose_in_a_row(qtbot: QtBot) -> None:
    field = RowField(Asks("是否"), THREE)
    show(qtbot, field)
    hands.press(Qt.Key.Key_1)
    hands.press(Qt.Key.Key_Right)
    assert field.value() == "fou"
    stops = [e for e in field.editors if e.focusPolicy() == Qt.FocusPolicy.StrongFocus]
    assert [e.accessibleName() for e in stops] == ["是否 否"]


def test_many_keep_the_order_of_the_form(qtbot: QtBot) -> None:
    field = ManyField(Asks("情况"), THREE, 2)
    told = show(qtbot, field)
    QTest.keyClick(field.editors[2], Qt.Key.Key_Space)
    QTest.keyClick(field.editors[0], Qt.Key.Key_Space)
    assert told == [["bu"], ["shi", "bu"]]


def test_money_is_echoed_in_wan(qtbot: QtBot) -> None:
    field = text.MoneyField(Asks("损失"))
    told = show(qtbot, field)
    QTest.keyClicks(field.line, "39800")
    assert told[-1] == 3_980_000
    assert "3.98 万元" in field._wan.text()
    QTest.keyClicks(field.line, "x")
    assert field.value() is None
    assert "请填金额" in field.trouble()


def test_a_day_is_written_back(qtbot: QtBot) -> None:
    field = DayField(Asks("日期"), lambda: NOW)
    show(qtbot, field)
    QTest.keyClicks(field.line, "4.12")
    assert field.value() == "2022-04-12"
    assert "星期二" in field._said.text()
    field.line.editingFinished.emit()
    assert field.line.text() == "2022-04-12"
    field.line.clear()
    assert field.value() is None
    assert field.trouble() == ""


def test_a_calendar_is_not_needed_but_there(qtbot: QtBot) -> None:
    field = DayField(Asks("日期"), lambda: NOW)
    told = show(qtbot, field)
    field.open_calendar()
    assert field.calendar is not None
    assert QApplication.activePopupWidget() is field.calendar
    assert field.calendar.accessibleName() == "日历"
    hands.press(Qt.Key.Key_Left)
    hands.press(Qt.Key.Key_Return)
    assert not field.calendar.isVisible()
    assert told == ["2022-04-25"]


def test_a_tick_stores_its_moment(qtbot: QtBot) -> None:
    field = TickField(Asks("已拨打110"), lambda: NOW)
    told = show(qtbot, field)
    QTest.keyClick(field.box, Qt.Key.Key_Space)
    assert told == ["2022-04-26T09:32+08:00"]
    assert "2022-04-26 09:32" in field._said.text()
    QTest.keyClick(field.box, Qt.Key.Key_Space)
    assert field.value() is None


@pytest.mark.parametrize(
    ("typed", "kept", "says"),
    [("138 0000 0001", "13800000001", ""), ("1380000", "1380000", "11位"), ("72706001", "023-72706001", "")],
)
def test_a_telephone_is_warned_about_never_refused(qtbot: QtBot, typed: str, kept: str, says: str) -> None:
    field = text.phone_field(Asks("电话"))
    show(qtbot, field)
    QTest.keyClicks(field.line, typed)
    field.line.editingFinished.emit()
    assert field.value() == kept
    assert says in field._echo.text()
    assert field.trouble() == ""


def test_photos_are_kept_by_the_page(qtbot: QtBot, tmp_path: Path) -> None:
    picture = QImage(40, 30, QImage.Format.Format_RGB32)
    picture.fill(QColor("#1b6e3c"))
    file = tmp_path / "现场.png"
    picture.save(str(file))
    kept: list[Path | bytes] = []

    def keep(source: Path | bytes) -> Json:
        if len(kept) == 3:
            raise UserFacingError("A60", "“现场.png”不是照片，请另选。")
        kept.append(source)
        return {"sha256": f"{len(kept):064d}", "name": "现场.png"}

    door = PhotoDoor(keep, lambda _: file.read_bytes(), lambda _: [file])
    field = PhotoField(Asks("照片"), door, most=9)
    told = show(qtbot, field)
    field.button.click()
    dragged = QMimeData()
    dragged.setUrls([QUrl.fromLocalFile(str(file)), QUrl.fromLocalFile(str(tmp_path / "说明.txt"))])
    field.take(photos_in(dragged))
    pasted = QMimeData()
    pasted.setImageData(picture)
    field.take(photos_in(pasted))
    assert kept[:2] == [file, file]
    assert isinstance(kept[2], bytes)
    assert kept[2].startswith(b"\x89PNG")
    field.take([file])
    assert "不是照片" in field._echo.text()
    assert told[-1] == field.value()
    assert isinstance(told[-1], list)
    assert len(told[-1]) == 3
