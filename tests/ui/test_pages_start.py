"""First run, login, recovery code: from an empty laptop to the home page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from baitao_desktop.actions.setup import has_store
from baitao_desktop.ui.app import Program
from baitao_desktop.ui.formpage import FormPage
from baitao_desktop.ui.pages.first_run import FirstRunPage, RecoveryPage
from baitao_desktop.ui.pages.home import HomePage
from baitao_desktop.ui.pages.login import BrokenPage, LoginPage, NewPasswordPage
from baitao_desktop.ui.pages.registered import RegisteredPage
from baitao_desktop.ui.pages.seat import DeskPage
from baitao_desktop.ui.worker import InlineWorker

from .hands import enter, focused, press, write
from .pages_kit import PASSWORD, Answers, button, clock, found, places_at, said


@pytest.fixture
def program(tmp_path: Path, form_cache: Path) -> Iterator[Program]:
    made = Program(places_at(tmp_path / "data", form_cache), clock=clock, worker=InlineWorker(), chooser=Answers())
    made.window.resize(1366, 728)
    made.window.show()
    QTest.qWaitForWindowExposed(made.window)
    made.begin()
    yield made
    made.end()
    made.window.deleteLater()


def page(program: Program, kind: type) -> object:
    shown = program.window.page()
    assert isinstance(shown, kind), f"现在是{type(shown).__name__}"
    return shown


class Counting:
    """Key presses; committed narrative counts as none (USERS)."""

    def __init__(self) -> None:
        self.presses = 0

    def key(self, key: Qt.Key) -> None:
        self.presses += 1
        press(key)

    def enter(self) -> None:
        self.presses += 1
        popup = QApplication.activePopupWidget()
        if popup is not None:
            # 真的键盘由弹出的列表接管
            QTest.keyClick(popup, Qt.Key.Key_Return)
        else:
            enter()

    def type_(self, text: str) -> None:
        self.presses += len(text)
        QTest.keyClicks(focused(), text)


def test_first_tip_within_sixty_presses_of_first_start(program: Program) -> None:
    hands = Counting()
    first = page(program, FirstRunPage)
    hands.key(Qt.Key.Key_Space)
    assert first.form.isVisible()  # type: ignore[attr-defined]
    hands.type_("mzp")
    hands.enter()
    write("张某某")
    hands.enter()
    hands.enter()
    hands.enter()
    hands.type_("123456")
    hands.enter()
    hands.type_("123456")
    hands.enter()
    page(program, RecoveryPage)
    hands.key(Qt.Key.Key_Space)
    hands.key(Qt.Key.Key_Tab)
    hands.key(Qt.Key.Key_Space)
    page(program, HomePage)
    assert program.seat is not None
    assert program.seat.desk.unit.name == "麦子坪村"
    assert "练习" in program.window.windowTitle()
    hands.key(Qt.Key.Key_Space)
    form = page(program, FormPage)
    hands.type_("2")
    hands.enter()
    hands.enter()
    hands.type_("lf")
    hands.enter()
    hands.enter()
    write("夕阳康养会所")
    hands.enter()
    write("让老人预存2万元成为贵宾会员")
    QTest.keyClick(focused(), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    hands.presses += 1
    if isinstance(program.window.page(), FormPage):
        pytest.fail(form.status.text())  # type: ignore[attr-defined]
    done = page(program, RegisteredPage)
    assert isinstance(done, RegisteredPage)
    assert done.no.startswith("BT-XS-DZZ203-")
    assert len(done.code) == 11
    assert hands.presses <= 60, f"用了{hands.presses}次按键"


def test_what_is_missing_stands_beside_its_field(program: Program) -> None:
    first = page(program, FirstRunPage)
    assert isinstance(first, FirstRunPage)
    first.choose("unit")
    first.submit()
    assert first.unit.problem() == "请填写单位"
    first.unit.set_value("DZZ203")
    first.name.set_value("张某某")
    first.password.set_value("12345")
    first.again.set_value("12346")
    first.submit()
    assert "不一样" in first.again.problem()
    first.again.set_value("12345")
    first.submit()
    assert "口令太短" in first.password.problem()
    assert not has_store(program.places)
    assert first.name.value() == "张某某"


def test_the_office_sets_the_callback_passphrase(program: Program) -> None:
    first = page(program, FirstRunPage)
    assert isinstance(first, FirstRunPage)
    first.choose("office")
    assert not first.unit.isVisible()
    first.name.set_value("王某某")
    for field in (first.password, first.again):
        field.set_value(PASSWORD)
    first.submit()
    assert first.phrase.problem()
    for field in (first.phrase, first.phrase_again):
        field.set_value("huifang-2022")
    first.submit()
    recovery = page(program, RecoveryPage)
    assert isinstance(recovery, RecoveryPage)
    assert not recovery.go.isEnabled()
    assert "勾选" in said(recovery)
    recovery.tick.setChecked(True)
    recovery.go.click()
    page(program, HomePage)
    assert program.seat is not None
    assert program.seat.desk.card.callback_recipient
    assert [r.key for r in program.window.strip.rooms()] == [
        "home", "tips", "inspections", "venues", "publicity", "tasks", "reports", "exchange", "settings",
    ]  # fmt: skip


def test_the_recovery_code_is_saved_and_copied(program: Program, tmp_path: Path) -> None:
    shown = RecoveryPage("ABCD-EFGH", lambda: None, unit="麦子坪村")
    program.window.open_page(shown)
    chooser = program.window.chooser
    assert isinstance(chooser, Answers)
    chooser.where = tmp_path
    button(shown, "另存……").click()
    assert "ABCD-EFGH" in (tmp_path / "恢复码.txt").read_text(encoding="utf-8-sig")
    button(shown, "复制").click()
    assert QApplication.clipboard().text() == "ABCD-EFGH"


@pytest.fixture
def founded(program: Program) -> Program:
    desk = found(program.places.data, program.places.cache)
    desk.store.close()
    program.begin()
    return program


def test_wrong_password_is_said_beside_the_field(founded: Program) -> None:
    login = page(founded, LoginPage)
    assert isinstance(login, LoginPage)
    assert login.name.value()
    login.password.line.setText("buduide")
    login.submit()
    assert "口令" in login.password.problem()
    assert login.password.line.text() == "buduide"
    assert login.go.isEnabled()
    login.password.line.setText(PASSWORD)
    login.submit()
    home = page(founded, HomePage)
    assert isinstance(home, DeskPage)


def test_a_store_open_elsewhere_is_said(founded: Program) -> None:
    login = page(founded, LoginPage)
    assert isinstance(login, LoginPage)
    login.password.line.setText(PASSWORD)
    login.submit()
    other = Program(founded.places, clock=clock, worker=InlineWorker(), chooser=Answers())
    other.begin()
    second = page(other, LoginPage)
    assert isinstance(second, LoginPage)
    second.password.line.setText(PASSWORD)
    second.submit()
    assert "S03" in second.status.text()
    other.end()


def test_a_store_without_its_keys_is_said_and_left_alone(founded: Program) -> None:
    keys = founded.places.data / "keyslots.json"
    keys.rename(keys.with_suffix(".bak"))
    founded.begin()
    broken = page(founded, BrokenPage)
    assert isinstance(broken, BrokenPage)
    assert "S02" in said(broken)
    assert (founded.places.data / "desk.db").is_file()


def test_an_altered_store_is_said_on_the_login_page(founded: Program) -> None:
    desk = founded.places.data / "desk.db"
    whole = desk.read_bytes()
    desk.write_bytes(whole[:1024] + bytes(4096) + whole[5120:])
    login = page(founded, LoginPage)
    assert isinstance(login, LoginPage)
    login.password.line.setText(PASSWORD)
    login.submit()
    assert "S02" in login.status.text()
    assert isinstance(founded.window.page(), LoginPage)


def test_lock_and_recovery_code(program: Program) -> None:
    first = page(program, FirstRunPage)
    assert isinstance(first, FirstRunPage)
    first.choose("unit")
    first.unit.set_value("DZZ203")
    first.name.set_value("张某某")
    for field in (first.password, first.again):
        field.set_value(PASSWORD)
    first.submit()
    recovery = page(program, RecoveryPage)
    assert isinstance(recovery, RecoveryPage)
    code = recovery.code
    recovery.tick.setChecked(True)
    recovery.go.click()
    program.lock()
    login = page(program, LoginPage)
    assert isinstance(login, LoginPage)
    login.other.click()
    login.code.line.setText(code[:-1] + ("A" if code[-1] != "A" else "B"))
    login.submit()
    assert "恢复码" in login.code.problem()
    login.code.line.setText(code.lower())
    login.submit()
    fresh = page(program, NewPasswordPage)
    assert isinstance(fresh, NewPasswordPage)
    for one in (fresh.password, fresh.again):
        one.line.setText("xinkouling")
    fresh.submit()
    again = page(program, LoginPage)
    assert isinstance(again, LoginPage)
    again.password.line.setText("xinkouling")
    again.submit()
    page(program, HomePage)


def test_the_demonstration_opens_with_tips(program: Program) -> None:
    first = page(program, FirstRunPage)
    assert isinstance(first, FirstRunPage)
    first.demo_button.click()
    home = page(program, HomePage)
    assert isinstance(home, HomePage)
    assert home.lines
    assert "演示" in program.window.windowTitle()
    folder = program._demo
    assert folder is not None
    program.end()
    assert not folder.exists()
