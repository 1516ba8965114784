"""The same pages with the real worker: acts in their lane, results on the main thread."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from baitao_desktop.ui.app import Program
from baitao_desktop.ui.formpage import FormPage
from baitao_desktop.ui.pages.first_run import FirstRunPage, RecoveryPage
from baitao_desktop.ui.pages.forming import open_form
from baitao_desktop.ui.pages.home import HomePage
from baitao_desktop.ui.pages.ledger import LedgerPage
from baitao_desktop.ui.pages.login import LoginPage
from baitao_desktop.ui.pages.record import RecordPage
from baitao_desktop.ui.pages.registered import RegisteredPage
from conftest import tip_answers

from .pages_kit import PASSWORD, Answers, clock, places_at


def test_from_the_first_page_to_an_accepted_tip(qtbot: QtBot, tmp_path: Path, form_cache: Path) -> None:
    program = Program(places_at(tmp_path / "data", form_cache), clock=clock, chooser=Answers())
    window = program.window
    window.resize(1366, 728)
    window.show()

    def arrive(kind: type) -> object:
        qtbot.waitUntil(lambda: isinstance(window.page(), kind) and not window.worker.busy(), timeout=20_000)
        QApplication.processEvents()
        return window.page()

    try:
        program.begin()
        first = arrive(FirstRunPage)
        assert isinstance(first, FirstRunPage)
        first.choose("unit")
        first.unit.set_value("DZZ203")
        first.name.set_value("张某某")
        for field in (first.password, first.again):
            field.set_value(PASSWORD)
        first.submit()
        recovery = arrive(RecoveryPage)
        assert isinstance(recovery, RecoveryPage)
        recovery.tick.setChecked(True)
        recovery.go.click()
        arrive(HomePage)
        program.lock()
        login = arrive(LoginPage)
        assert isinstance(login, LoginPage)
        login.password.line.setText("buduide")
        login.submit()
        qtbot.waitUntil(lambda: bool(login.password.problem()), timeout=20_000)
        login.password.line.setText(PASSWORD)
        login.submit()
        arrive(HomePage)
        assert program.seat is not None
        open_form(program.seat, window, "xiansuo")
        form = arrive(FormPage)
        assert isinstance(form, FormPage)
        form.put({k: v for k, v in tip_answers().items() if k != "jieshou_shijian"})  # type: ignore[misc]
        form.submit()
        done = arrive(RegisteredPage)
        assert isinstance(done, RegisteredPage)
        window.go_room("tips")
        ledger = arrive(LedgerPage)
        assert isinstance(ledger, LedgerPage)
        assert ledger.model.rowCount() == 1
        ledger.open_record(0)
        record = arrive(RecordPage)
        assert isinstance(record, RecordPage)
        qtbot.waitUntil(lambda: record.view is not None, timeout=20_000)
        record.press("correct")
        arrive(FormPage)
        window.back()
        record.press("correct")
        window.go_room("home")
        home = arrive(HomePage)
        assert isinstance(home, HomePage)
    finally:
        program.end()
        window.deleteLater()
        QApplication.processEvents()
