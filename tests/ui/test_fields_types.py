"""Each kind of field the general forms need: what is typed, what is kept, what the keys do."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QInputDevice, QPointingDevice, QTabletEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import Json
from baitao_desktop.forms import compile_form, fill, load
from baitao_desktop.ui.fields import make
from baitao_desktop.ui.fields.base import Asks, Choice, Field
from baitao_desktop.ui.fields.canvas import LONGEST
from baitao_desktop.ui.fields.choices import AckField, PickField, RowField
from baitao_desktop.ui.fields.clocks import MonthField, TimeField, YearField
from baitao_desktop.ui.fields.days import MomentField
from baitao_desktop.ui.fields.drawing import DrawField
from baitao_desktop.ui.fields.files import FileDoor, FileField
from baitao_desktop.ui.fields.longlist import ManyListField, RankField
from baitao_desktop.ui.fields.photos import PhotoDoor
from baitao_desktop.ui.fields.ranges import PickRangeField, RangeField, RatingField, Scale, scale_of
from baitao_desktop.ui.fields.typed import GeoField, MaskedField, numbers_field, url_field

from . import hands
from .conftest import NOW
from .test_fields import THREE, show

LONG = [Choice(f"x{i}", f"{('麦子坪', '小田溪', '石院墙')[i % 3]}{i}组") for i in range(1000)]
HALVES = {"start": "-2", "end": "2", "step": "0.5"}


def whole(start: str, end: str, step: str = "1") -> Scale:
    scale = scale_of({"start": start, "end": end, "step": step}, whole=True)
    assert scale is not None
    return scale


@pytest.mark.parametrize(
    ("size", "scale", "percent"), [("1366x728", "1", "100"), ("911x472", "1.5", "100"), ("911x472", "1.5", "150")]
)
def test_a_page_of_every_type_in_pictures(size: str, scale: str, percent: str, tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("tour_types.py")), size, scale, percent],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": scale, "XDG_RUNTIME_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    assert sorted(set(run.stdout.split("\n"))) == [""], run.stdout


# —— 时间 ——


@pytest.mark.parametrize(
    ("make", "typed", "kept", "shown"),
    [
        (TimeField, "下午3点半", "15:30:00.000+08:00", "15:30"),
        (TimeField, "0930", "09:30:00.000+08:00", "09:30"),
        (TimeField, "25:00", None, "25:00"),
        (MonthField, "202204", "2022-04-01", "2022-04"),
        (MonthField, "4月", "2022-04-01", "2022-04"),
        (MonthField, "上月", "2022-03-01", "2022-03"),
        (MonthField, "2022.13", None, "2022.13"),
        (YearField, "2021", "2021-01-01", "2021"),
        (YearField, "去年", "2021-01-01", "2021"),
        (YearField, "21", None, "21"),
    ],
)
def test_parts_of_a_moment(qtbot: QtBot, make: Callable[..., TimeField], typed: str, kept: Json, shown: str) -> None:
    field = make(Asks("时间"), lambda: NOW)
    told = show(qtbot, field)
    hands.write(typed, field.line)
    field.line.editingFinished.emit()
    assert told[-1] == kept
    assert field.line.text() == shown
    assert bool(field.trouble()) == (kept is None)


@pytest.mark.parametrize(
    ("make", "value", "shown"),
    [
        (TimeField, "09:30:15.000Z", "09:30"),
        (TimeField, "23:59:59.999-05:00", "23:59"),
        (MomentField, "2022-04-12T09:30:15.250+08:00", "2022-04-12 09:30"),
        (MonthField, "2022-04-15", "2022-04"),
        (YearField, "2022-06-30", "2022"),
    ],
)
def test_a_moment_that_was_not_touched_stays_as_it_came(
    qtbot: QtBot, make: Callable[..., TimeField], value: str, shown: str
) -> None:
    field = make(Asks("时间"), lambda: NOW)
    qtbot.addWidget(field)
    field.set_value(value)
    field.line.editingFinished.emit()
    assert (field.line.text(), field.value(), field.trouble()) == (shown, value, "")
    field.line.setText("")
    assert field.value() is None


# —— 数的范围 ——


def test_a_range_is_typed_or_slid_and_the_wheel_passes(qtbot: QtBot) -> None:
    field = RangeField(Asks("程度"), whole("0", "10"))
    told = show(qtbot, field)
    QTest.keyClicks(field.line, "7")
    assert (told[-1], field.slider.value()) == (7, 7)
    hands.turn_wheel(field.slider)
    assert field.value() == 7
    field.slider.setFocus()
    QTest.keyClick(field.slider, Qt.Key.Key_Right)
    assert (told[-1], field.line.text()) == (8, "8")
    QTest.keyClick(field.slider, Qt.Key.Key_Delete)
    assert (told[-1], field.line.text()) == (None, "")
    QTest.keyClicks(field.line, "11")
    assert "0到10之间" in field.trouble()
    assert field.line.text() == "11"


def test_an_empty_range_takes_its_first_step_by_a_click(qtbot: QtBot) -> None:
    field = RangeField(Asks("程度"), whole("0", "10"))
    told = show(qtbot, field)
    field.slider.sliderReleased.emit()
    assert told == [0]


def test_a_range_may_run_down_and_in_halves(qtbot: QtBot) -> None:
    scale = scale_of({"start": "2", "end": "-2", "step": "0.5"}, whole=False)
    assert scale is not None
    assert [scale.at(i) for i in (0, 1, scale.steps)] == [2.0, 1.5, -2.0]
    assert scale.index(0.3) is None
    field = RangeField(Asks("刻度"), scale, upright=True)
    told = show(qtbot, field)
    QTest.keyClicks(field.line, "0.5")
    assert told[-1] == 0.5
    QTest.keyClicks(field.line, "1")
    assert "每0.5一档" in field.trouble()


@pytest.mark.parametrize("bad", [{}, {**HALVES, "step": "0"}, {**HALVES, "start": "-2.0.1"}, {**HALVES, "end": "-2"},
                                 {**HALVES, "end": "1e30"}, {**HALVES, "end": "NaN"}])  # fmt: skip
def test_a_range_that_makes_no_scale_is_a_plain_number(bad: dict[str, str]) -> None:
    assert scale_of(bad, whole=False) is None


def test_a_picked_and_a_rated_range_give_numbers(qtbot: QtBot) -> None:
    for field in (PickRangeField(Asks("甲"), whole("1", "10")), RatingField(Asks("乙"), whole("1", "5"))):
        qtbot.addWidget(field)
        field.set_value(3)
        assert field.value() == 3
        field.set_value(99)
        assert field.value() is None
    rated = RatingField(Asks("乙"), whole("1", "5"))
    told = show(qtbot, rated)
    hands.press(Qt.Key.Key_4)
    assert told == [4]


# —— 清单、排序、表格 ——


def test_a_thousand_choices_are_found_by_initials_and_ticked(qtbot: QtBot) -> None:
    field = ManyListField(Asks("组"), LONG)
    told = show(qtbot, field)
    QTest.keyClicks(field.line, "xtx1z")
    assert [c.label for c in field.model.shown] == ["小田溪1组"]
    QTest.keyClick(field.line, Qt.Key.Key_Down)
    assert hands.focused() is field.view
    QTest.keyClick(field.view, Qt.Key.Key_Space)
    assert told == [["x1"]]
    field.line.clear()
    assert len(field.model.shown) == 1000
    field.set_value(["x900", "x3"])
    assert field.value() == ["x900", "x3"]
    assert "麦子坪3组" in field._echo.text()
    line = field.view.visualRect(field.model.index(0)).center()
    QTest.mouseClick(field.view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, line)
    assert told[-1] == ["x0", "x3", "x900"]


def test_a_thousand_choices_open_whole(qtbot: QtBot) -> None:
    field = PickField(Asks("组"), LONG)
    show(qtbot, field)
    field.open_all()
    assert field.completer.completionCount() == 1000


def test_ranking_is_empty_until_something_is_moved(qtbot: QtBot) -> None:
    field = RankField(Asks("先后"), THREE)
    told = show(qtbot, field)
    assert field.value() is None
    field.view.setCurrentIndex(field.model.index(2))
    QTest.keyClick(field.view, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert told == [["shi", "bu", "fou"]]
    assert field.view.currentIndex().row() == 1
    field.down.click()
    assert told[-1] == ["shi", "fou", "bu"]
    field.set_choices(THREE[:2])
    assert field.value() == ["shi", "fou", "bu"]
    assert "选项变了" in field._echo.text()
    field.take.click()
    assert told[-1] == ["shi", "fou"]
    field.clear.click()
    assert told[-1] is None
    field.set_problem("请选择")
    assert field.view.accessibleDescription() == "请选择"


def test_a_quick_choice_goes_on_at_once(qtbot: QtBot) -> None:
    field = RowField(Asks("是否"), THREE, quick=True)
    show(qtbot, field)
    stepped: list[object] = []
    field.stepped.connect(stepped.append)
    hands.press(Qt.Key.Key_2)
    assert (field.value(), stepped) == ("fou", [field])


def test_a_table_row_says_its_words_where_they_fit_nowhere_else(qtbot: QtBot) -> None:
    field = RowField(Asks("是否"), THREE, bare=True)
    show(qtbot, field)
    assert [e.text() for e in field.editors] == ["", "", ""]  # type: ignore[attr-defined]
    assert field.editors[2].accessibleName() == "是否 不清楚"
    field.setFixedWidth(330)
    QApplication.processEvents()
    assert [e.text() for e in field.editors] == ["是", "否", "不清楚"]  # type: ignore[attr-defined]


def test_read_and_understood(qtbot: QtBot) -> None:
    field = AckField(Asks("告知"))
    told = show(qtbot, field)
    hands.press(Qt.Key.Key_Space)
    hands.press(Qt.Key.Key_Space)
    assert told == ["OK", None]


# —— 照着填写 ——


@pytest.mark.parametrize(
    ("kind", "typed", "kept", "says"),
    [
        ("geopoint", "29.5312，107.4125", "29.5312 107.4125", ""),
        ("geopoint", "北纬29.5312 东经107.4125 210 5", "29.5312 107.4125 210 5", ""),
        ("geopoint", "107.4125 29.5312", None, "经度写在前面"),
        ("geopoint", "29.5312", None, "看不懂这个位置"),
        ("geopoint", "29 200", None, "-180到180"),
        ("geotrace", "29 107；29.1 107.1", "29 107; 29.1 107.1", ""),
        ("geotrace", "29 107", None, "至少要两个点"),
        ("geotrace", "29 107；门口", None, "第2个点"),
        ("geoshape", "29 107;29 108;30 108", "29 107; 29 108; 30 108; 29 107", ""),
        ("geoshape", "29 107;29 108;29 107", None, "至少要三个"),
    ],
)
def test_places_are_typed_in_figures(qtbot: QtBot, kind: str, typed: str, kept: Json, says: str) -> None:
    field = GeoField(Asks("位置"), kind=kind)
    told = show(qtbot, field)
    hands.write(typed)
    assert told[-1] == kept
    assert says in field.trouble()
    assert bool(says) == bool(field.trouble())


def test_words_that_are_hidden_figures_and_addresses(qtbot: QtBot) -> None:
    masked = MaskedField(Asks("暗号"))
    told = show(qtbot, masked)
    hands.write("开门")
    assert told == ["开门"]
    assert masked.line.displayText() != "开门"
    masked.button.click()
    assert masked.line.displayText() == "开门"
    for field, typed, kept, warns in (
        (numbers_field(Asks("号"), thousands=True), "１２ 345", "12345", "12,345"),
        (numbers_field(Asks("号")), "A12", "A12", "只填数字"),
        (url_field(Asks("网址")), "夕阳红", "夕阳红", "不像网址"),
    ):
        show(qtbot, field)
        hands.write(typed, field.line)
        field.line.editingFinished.emit()
        assert field.value() == kept
        assert warns in field._echo.text()


# —— 附件、手写 ——


class Keeper:
    """Where pictures go."""

    def __init__(self) -> None:
        self.kept: list[bytes | Path] = []
        self.full = False

    def keep(self, source: Path | bytes) -> Json:
        if self.full:
            raise UserFacingError("S11", "磁盘满了，请腾出空间。")
        self.kept.append(source)
        return {"blob": f"{len(self.kept):064d}", "name": "图.png"}

    def thumb(self, _answer: Json) -> bytes:
        last = self.kept[-1]
        return last if isinstance(last, bytes) else last.read_bytes()


@pytest.fixture
def keeper() -> Keeper:
    return Keeper()


def door(keeper: Keeper, *files: Path) -> PhotoDoor:
    return PhotoDoor(keeper.keep, keeper.thumb, lambda _: list(files))


def stroke(canvas: QWidget) -> None:
    places = [QPoint(20, 20), QPoint(60, 50), QPoint(120, 30)]
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, places[0])
    for place in places[1:]:
        QTest.mouseMove(canvas, place)
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, places[-1])


def test_a_signature_becomes_a_picture_once_it_rests(qtbot: QtBot, keeper: Keeper) -> None:
    field = DrawField(Asks("签名"), door(keeper), kind="signature")
    told = show(qtbot, field)
    stroke(field.canvas)
    stroke(field.canvas)
    assert keeper.kept == []
    field._timer.timeout.emit()
    field._timer.stop()
    assert len(keeper.kept) == 1
    picture = QImage.fromData(keeper.thumb(None))
    assert picture.size() == field.canvas.picture_size
    assert any(picture.pixelColor(x, y) != QColor("white") for x in range(0, 300, 2) for y in range(0, 100, 2))
    assert told == [field.value()]
    field.take_back()
    assert field.value() != told[0]
    field.start_again()
    assert (told[-1], field.canvas.strokes) == (None, [])


def test_a_signature_asked_for_at_once_is_kept_at_once(qtbot: QtBot, keeper: Keeper) -> None:
    field = DrawField(Asks("签名"), door(keeper), kind="signature")
    show(qtbot, field)
    stroke(field.canvas)
    assert field.value() is not None
    keeper.full = True
    stroke(field.canvas)
    field.value()
    assert "磁盘满了" in field.trouble()
    assert len(field.canvas.strokes) == 2
    keeper.full = False
    stroke(field.canvas)
    field.value()
    assert field.trouble() == ""


def test_a_signature_may_be_left_for_the_paper_unless_it_must_be_there(qtbot: QtBot, keeper: Keeper) -> None:
    field = DrawField(Asks("签名"), door(keeper), kind="signature")
    show(qtbot, field)
    stepped: list[object] = []
    field.stepped.connect(stepped.append)
    stroke(field.canvas)
    field.paper.click()
    assert (field.value(), stepped) == (None, [field])
    assert "在纸上签" in field._echo.text()
    field.set_required(required=True)
    assert not field.paper.isVisibleTo(field)


def test_a_pen_and_the_keys_draw_too(qtbot: QtBot, keeper: Keeper) -> None:
    field = DrawField(Asks("草图"), door(keeper), kind="draw")
    show(qtbot, field)
    device = QPointingDevice.primaryPointingDevice()
    for kind, at in ((QEvent.Type.TabletPress, 10), (QEvent.Type.TabletMove, 80), (QEvent.Type.TabletRelease, 80)):
        QApplication.sendEvent(
            field.canvas,
            QTabletEvent(
                kind, device, QPointF(at, at), QPointF(at, at), 0.8, 0.0, 0.0, 0.0, 0.0, 0.0,
                Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton, Qt.MouseButton.LeftButton,
            ),
        )  # fmt: skip
    assert [len(s.points) for s in field.canvas.strokes] == [2]
    assert QInputDevice.DeviceType.Mouse == device.type()
    hands.turn_wheel(field.canvas)
    QTest.keyClick(field.canvas, Qt.Key.Key_Backspace)
    assert field.canvas.strokes == []
    stroke(field.canvas)
    QTest.keyClick(field.canvas, Qt.Key.Key_Delete)
    assert field.value() is None
    assert keeper.kept == []


def test_drawing_over_a_picture(qtbot: QtBot, keeper: Keeper, tmp_path: Path) -> None:
    large = QImage(3200, 1600, QImage.Format.Format_RGB32)
    large.fill(QColor("#1b6e3c"))
    file = tmp_path / "门头.png"
    large.save(str(file))
    broken = tmp_path / "坏.png"
    broken.write_bytes(b"x")
    field = DrawField(Asks("标注"), door(keeper, file), kind="annotate")
    show(qtbot, field)
    assert field.first_editor() is field.pick
    field.take([broken])
    assert "打不开" in field._echo.text()
    field.pick.click()
    assert field.first_editor() is field.canvas
    stroke(field.canvas)
    kept = field.value()
    assert kept is not None
    picture = QImage.fromData(keeper.thumb(None))
    assert (picture.width(), picture.height()) == (LONGEST, LONGEST // 2)
    assert isinstance(keeper.kept[-1], bytes)
    assert keeper.kept[-1].startswith(b"\xff\xd8")
    again = DrawField(Asks("标注"), door(keeper), kind="annotate")
    qtbot.addWidget(again)
    again.set_value(kept)
    stroke(again.canvas)
    assert (again.value(), again.canvas.strokes) == (kept, [])


def test_a_file_is_picked_shown_by_name_and_removed(qtbot: QtBot, tmp_path: Path) -> None:
    opened: list[Json] = []
    asked: list[str] = []
    full = [False]

    def keep(path: Path) -> Json:
        if full[0]:
            raise UserFacingError("A61", "“谈话.mp3”太大，请另选。")
        return {"blob": "ab" * 32, "name": path.name}

    def pick(_parent: QWidget, kinds: str) -> list[Path]:
        asked.append(kinds)
        return [tmp_path / "谈话.mp3"]

    field = FileField(Asks("录音"), FileDoor(keep, pick, opened.append), kind="audio")
    told = show(qtbot, field)
    field.button.click()
    kept: Json = {"blob": "ab" * 32, "name": "谈话.mp3"}
    assert told == [kept]
    assert "*.mp3" in asked[0]
    assert field._name.text() == "谈话.mp3"
    field.open.click()
    assert opened == [kept]
    full[0] = True
    field.button.click()
    assert "太大" in field._echo.text()
    assert field.value() == kept
    field.remove.click()
    assert told[-1] is None
    narrow = FileField(Asks("材料"), None, accept=".pdf, .docx")
    qtbot.addWidget(narrow)
    assert narrow._kinds == "文件 (*.pdf *.docx)"
    assert narrow.why_not


def test_the_wheel_changes_no_field(qtbot: QtBot, keeper: Keeper) -> None:
    fields: list[tuple[Field, Json]] = [
        (RangeField(Asks("甲"), whole("0", "10")), 3), (PickRangeField(Asks("乙"), whole("0", "10")), 3),
        (RankField(Asks("丙"), THREE), ["bu", "shi", "fou"]), (ManyListField(Asks("丁"), LONG), ["x3"]),
        (TimeField(Asks("戊"), lambda: NOW), "09:30:00.000+08:00"), (MonthField(Asks("己"), lambda: NOW), "2022-04-01"),
    ]  # fmt: skip
    for field, value in fields:
        show(qtbot, field)
        field.set_value(value)
        for widget in field.findChildren(QWidget):
            hands.turn_wheel(widget)
        assert field.value() == value, type(field)


def test_every_editor_is_called_by_its_question(qtbot: QtBot, keeper: Keeper) -> None:
    asks = Asks("测试题", "提示")
    fields: list[Field] = [
        RangeField(asks, whole("0", "10")), RankField(asks, THREE), ManyListField(asks, LONG), AckField(asks),
        TimeField(asks, lambda: NOW), GeoField(asks, kind="geoshape"), MaskedField(asks), FileField(asks, None),
        DrawField(asks, door(keeper), kind="signature"), RatingField(asks, whole("1", "5")),
    ]  # fmt: skip
    for field in fields:
        qtbot.addWidget(field)
        for editor in field.editors:
            assert editor.accessibleName().startswith("测试题"), type(field)
            assert editor.accessibleDescription() == "提示", type(field)
        field.set_hint("新提示")
        assert field.editors[0].accessibleDescription() == "新提示", type(field)


def test_what_a_telephone_would_do_is_said(qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "biao.md"
    file.write_text(
        "| survey | | | | |\n| | type | name | label | appearance |\n| | barcode | ma | 条码 | |\n"
        "| | image | zhao | 照片 | new-front |\n| | text | shu | 读数 | ex:org.thirdparty.app |\n"
        "| | date | ri | 日期 | persian |\n| settings | | | |\n| | form_id | form_title | version |\n| | biao | 表 | 1 |\n",
        encoding="utf-8",
    )
    form = load(compile_form(file))
    filling = fill(form, {}, now=NOW, lists={})
    said = {path: make.hint_of(filling, path, form.question(path)) for path in ("ma", "zhao", "shu", "ri")}
    assert "本机无此设备，可照着填写" in said["ma"]
    assert "请选已有的照片" in said["zhao"]
    assert "直接填写" in said["shu"]
    assert "按公历" in said["ri"]
    loud = replace(form.question("ri"), media={"audio": "jr://audio/ri.mp3"})
    assert "本表带的图片或声音，本程序不显示" in make.hint_of(filling, "ri", loud)
