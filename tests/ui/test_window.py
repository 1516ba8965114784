from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QInputMethodEvent, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.ui import dialogs, look
from baitao_desktop.ui.buttons import button
from baitao_desktop.ui.fields.base import Asks, link_button
from baitao_desktop.ui.fields.text import TextField
from baitao_desktop.ui.page import Page
from baitao_desktop.ui.window import MainWindow
from baitao_desktop.ui.worker import Job, Tell, Worker

from . import hands


@dataclass(frozen=True)
class Brought:
    value: str = ""
    changed: frozenset[str] = frozenset()
    undo: Callable[[], object] | None = None


class Blank(Page):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.log: list[object] = []
        self.box = QLineEdit()
        self.box.setAccessibleName("搜索")
        self.inside.addWidget(self.box)

    def opened(self, **args: object) -> None:
        self.log.append(("opened", args))

    def refresh(self) -> None:
        self.log.append("refresh")

    def on_changed(self, records: Collection[str]) -> None:
        self.log.append(set(records))

    def leaving(self) -> None:
        self.log.append("leaving")

    def search_box(self) -> QWidget:
        return self.box


@pytest.fixture
def furnished(window: MainWindow) -> MainWindow:
    for key in ("home", "tips", "settings"):
        window.add_page(key, lambda k=key: Blank(k))
        window.add_room(key, key)
    window.add_page("tip", lambda: Blank("tip"), keep=False)
    window.show_page("home")
    window.activateWindow()
    QApplication.processEvents()
    return window


def shown(window: MainWindow) -> Blank:
    page = window.page()
    assert isinstance(page, Blank)
    return page


def strike(window: MainWindow, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.ControlModifier) -> None:
    QTest.keyClick(QApplication.focusWidget() or window, key, held)


def test_a_room_appears_when_it_has_a_page(window: MainWindow) -> None:
    assert window.strip.rooms() == []
    window.add_page("tips", lambda: Blank("线索"))
    window.add_room("tips", "tips")
    assert [r.words for r in window.strip.rooms()] == ["线索"]
    window.seat("街道专项办 · 张某某 · 正式", office=True)
    assert "街道专项办 · 张某某 · 正式" in window.windowTitle()


def test_rooms_by_key(furnished: MainWindow) -> None:
    strike(furnished, Qt.Key.Key_2)
    assert shown(furnished).title == "tips"
    strike(furnished, Qt.Key.Key_3)
    assert shown(furnished).title == "settings"
    strike(furnished, Qt.Key.Key_9)
    assert shown(furnished).title == "settings"


def test_the_way_back(furnished: MainWindow, qtbot: QtBot) -> None:
    home = shown(furnished)
    furnished.show_page("tip", record="r1")
    tip = shown(furnished)
    assert tip.log == [("opened", {"record": "r1"})]
    assert home.log[-1] == "leaving"
    strike(furnished, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier)
    assert shown(furnished) is home
    assert home.log[-1] == ("opened", {})
    with qtbot.waitSignal(tip.destroyed):
        pass
    strike(furnished, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier)
    assert shown(furnished) is home


def test_after_handing_in_the_form_is_not_returned_to(furnished: MainWindow) -> None:
    furnished.open_page(Blank("form"))
    furnished.replace_page("tip", record="r2")
    furnished.back()
    assert shown(furnished).title == "home"


def test_search_refresh_and_composing(furnished: MainWindow) -> None:
    page = shown(furnished)
    strike(furnished, Qt.Key.Key_F)
    assert hands.focused() is page.box
    strike(furnished, Qt.Key.Key_F5, Qt.KeyboardModifier.NoModifier)
    assert page.log[-1] == "refresh"


def test_an_act_says_what_changed_and_can_be_undone(furnished: MainWindow) -> None:
    page = shown(furnished)
    undone: list[bool] = []

    def undo() -> Brought:
        undone.append(True)
        return Brought(changed=frozenset({"r1"}))

    furnished.act(lambda _t: Brought("x", frozenset({"r1"}), undo), said="已受理")
    assert page.log[-1] == {"r1"}
    assert furnished.foot.said.text() == "已受理"
    assert furnished.foot.undo_button.isVisible()
    assert furnished.foot.timer.interval() == 30_000
    furnished.foot.undo_button.click()
    assert undone == [True]
    assert furnished.foot.said.text() == "已撤销"
    assert not furnished.foot.undo_button.isVisible()


def test_the_foot_forgets_what_was_said_of_another_page_or_act(furnished: MainWindow) -> None:
    foot = furnished.foot
    furnished.tell("已取消，什么都没有改动")
    furnished.act(lambda _t: Brought(changed=frozenset({"r1"})))
    assert foot.said.text() == ""
    furnished.tell("文字已复制")
    furnished.show_page("tip")
    assert foot.said.text() == ""
    furnished.act(lambda _t: Brought(), said="已登记", done=lambda _d: furnished.show_page("tips"))
    assert foot.said.text() == "已登记"
    furnished.act(lambda _t: Brought(undo=lambda: None), said="已上报街道")
    furnished.show_page("home")
    assert foot.said.text() == "已上报街道"
    assert foot.undo_button.isVisible()


def test_enter_presses_the_button_that_has_the_focus(furnished: MainWindow) -> None:
    pressed: list[str] = []
    page = shown(furnished)
    for made in (button("受理", primary=True), link_button("打印预览")):
        made.clicked.connect(lambda _on=False, m=made: pressed.append(m.text()))
        page.inside.addWidget(made)
        made.show()
        made.setFocus()
        hands.enter()
        hands.press(Qt.Key.Key_Enter, Qt.KeyboardModifier.KeypadModifier)
    assert pressed == ["受理", "受理", "打印预览", "打印预览"]
    page.box.setFocus()
    hands.enter()
    assert len(pressed) == 4


def test_the_next_act_ends_the_undo(furnished: MainWindow) -> None:
    furnished.act(lambda _t: Brought(undo=lambda: None), said="已受理")
    furnished.act(lambda _t: Brought(), said="已核实")
    assert not furnished.foot.undo_button.isVisible()


def test_the_same_trouble_is_not_stacked(furnished: MainWindow) -> None:
    def refused(_tell: Tell) -> None:
        raise UserFacingError("S03", "数据正在另一个窗口里打开，请先关掉那个窗口。")

    for _ in range(3):
        furnished.act(refused)
    assert furnished.notices.texts() == ("数据正在另一个窗口里打开，请先关掉那个窗口。（S03）",)
    furnished.act(lambda _t: Brought(), said="好了")
    assert furnished.notices.texts() == ()


def test_at_most_three_notices(furnished: MainWindow) -> None:
    for i in range(5):
        furnished.warn(f"提醒{i}")
    assert furnished.notices.texts() == ("提醒4", "提醒3", "提醒2")


def test_a_bug_keeps_the_page_and_says_a_number(furnished: MainWindow) -> None:
    page = shown(furnished)
    furnished.act(lambda _t: 1 / 0)
    assert shown(furnished) is page
    assert "错误编号" in furnished.notices.texts()[0]


def test_type_size_by_keys(furnished: MainWindow, qapp: QApplication) -> None:
    sizes: list[int] = []
    furnished.resized_type.connect(sizes.append)
    strike(furnished, Qt.Key.Key_Equal)
    strike(furnished, Qt.Key.Key_Minus)
    strike(furnished, Qt.Key.Key_Minus)
    assert sizes == [115, 100, 90]
    assert qapp.font().pixelSize() == look.em(90)
    look.dress(qapp, 100)


def test_the_strip_is_narrow_on_a_small_screen(furnished: MainWindow) -> None:
    furnished.resize(911, 480)
    QApplication.processEvents()
    assert furnished.strip.narrow()
    assert furnished.width() == 911
    furnished.menu.click()
    assert not furnished.strip.narrow()
    furnished.resize(1366, 728)
    QApplication.processEvents()
    assert not furnished.strip.narrow()


def test_what_comes_back_for_a_page_that_is_gone_is_still_said(furnished: MainWindow, qtbot: QtBot) -> None:
    page = Blank("form")
    furnished.open_page(page)
    came: list[object] = []
    held: list[Callable[[], None]] = []

    def start(do: object, *, done: Callable[[object], None], **_more: object) -> Job:
        held.append(lambda: done(Brought()))
        return Job()

    furnished.worker.start = start  # type: ignore[method-assign,assignment]
    furnished.act(lambda _t: Brought(), said="已登记", done=came.append)
    with qtbot.waitSignal(page.destroyed):
        furnished.back()
    held[0]()
    assert came == []
    assert furnished.foot.said.text() == "已登记"


def test_the_way_back_is_also_a_button(furnished: MainWindow) -> None:
    assert not shown(furnished).back_button.isVisible()
    furnished.show_page("tip")
    shown(furnished).back_button.click()
    assert shown(furnished).title == "home"


def test_locking_leaves_nothing(furnished: MainWindow) -> None:
    page = shown(furnished)
    furnished.warn("提醒")
    furnished.clear()
    assert page.log[-1] == "leaving"
    assert furnished.page() is None
    assert furnished.strip.rooms() == []
    assert furnished.notices.texts() == ()
    assert "张某某" not in furnished.windowTitle()


def test_closing_lets_every_page_save(furnished: MainWindow) -> None:
    page = shown(furnished)
    furnished.close()
    assert page.log[-1] == "leaving"


def test_the_window_fits_the_screen(window: MainWindow) -> None:
    fresh = MainWindow(Worker())
    room = fresh.screen().availableGeometry()
    assert fresh.width() <= room.width()
    assert fresh.height() <= room.height()
    fresh.close()


def test_long_work_can_be_cancelled(qtbot: QtBot) -> None:
    import threading

    window = MainWindow(Worker())
    qtbot.addWidget(window)
    began = threading.Event()

    def long(tell: Tell) -> None:
        while True:
            tell("收入记录", 3, 10)
            began.set()

    window.act(long, title="收入数据包")
    qtbot.waitUntil(began.is_set)
    progress = window.findChildren(dialogs.Progress)[0]
    qtbot.waitUntil(lambda: "收入记录（3／10）" in progress._what.text())
    progress._button.click()
    qtbot.waitUntil(lambda: "已取消" in window.foot.said.text())
    window.close()


def test_a_small_form_of_an_act(window: MainWindow, qtbot: QtBot) -> None:
    fields = [TextField(Asks("理由")), TextField(Asks("备注"))]
    got: list[object] = []

    def do(values: object) -> str:
        got.append(values)
        return "" if len(got) > 1 else "请填写理由"

    sheet = dialogs.Sheet(window, "退回", "退回", fields, do)
    sheet.show()
    sheet.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is sheet)
    fields[0].line.setFocus()
    hands.write("不属本单位")
    hands.enter()
    assert hands.focused() is fields[1].line
    hands.enter()
    assert hands.focused() is sheet.verb
    hands.enter()
    assert sheet.status.text() == "请填写理由"
    assert sheet.isVisible()
    hands.enter()
    assert not sheet.isVisible()
    assert got == [["不属本单位", None]] * 2


def test_esc_goes_to_the_input_method_first(furnished: MainWindow) -> None:
    """Composing in a form field: Esc takes the candidate away, not the page (keys.Keys)."""
    from baitao_desktop.ui.keys import Keys

    page = Blank("form")
    keys = Keys(page, step=lambda *_: None, left=lambda *_: None)
    keys.watch(page.box)
    furnished.open_page(page)
    page.box.setFocus()
    QApplication.sendEvent(page.box, QInputMethodEvent("ni", []))
    override = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(page.box, override)
    assert override.isAccepted()
    strike(furnished, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier)
    assert shown(furnished) is page
