"""The same pages with the real worker: acts in their lane, results on the main thread."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from baitao_desktop.actions import bundles
from baitao_desktop.actions.desk import Desk, Progress
from baitao_desktop.domain.query import Query
from baitao_desktop.ui import dialogs
from baitao_desktop.ui.app import Program
from baitao_desktop.ui.formpage import FormPage
from baitao_desktop.ui.pages.exchange import ExchangePage
from baitao_desktop.ui.pages.first_run import FirstRunPage, RecoveryPage
from baitao_desktop.ui.pages.forming import open_form
from baitao_desktop.ui.pages.home import HomePage
from baitao_desktop.ui.pages.ledger import LedgerPage
from baitao_desktop.ui.pages.login import LoginPage
from baitao_desktop.ui.pages.record import RecordPage
from baitao_desktop.ui.pages.registered import RegisteredPage
from conftest import MakeDesk, joined, tip_answers

from .pages_kit import PASSWORD, Answers, clock, places_at, said, tip


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


def test_a_cancelled_take_in_leaves_nothing_half_done(
    qtbot: QtBot, tmp_path: Path, make_desk: MakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    stick = tmp_path / "u"
    village, office = joined(make_desk("麦子坪村"), make_desk("专项办"), stick)
    for _ in range(3):
        tip(village)
    path = bundles.hand_over(village, stick).value.path
    program = Program(office.places, clock=clock, chooser=Answers())
    program.window.show()
    program.sit(office)
    window = program.window
    started, go = threading.Event(), threading.Event()
    real = bundles.take_in

    def held(desk: Desk, at: Path, *, progress: Progress, sure: bool) -> object:
        def gated(what: str, n: int, total: int) -> None:
            started.set()
            go.wait(20)
            progress(what, n, total)

        return real(desk, at, progress=gated, sure=sure)

    try:
        window.go_room("exchange")
        page = window.page()
        assert isinstance(page, ExchangePage)
        page.take([path])
        qtbot.waitUntil(lambda: bool(page.waiting), timeout=20_000)
        monkeypatch.setattr(bundles, "take_in", held)
        page.confirm()
        qtbot.waitUntil(started.is_set, timeout=20_000)
        program.lock()
        assert "还有事情没有做完" in said(window)
        box = next(d for d in window.findChildren(dialogs.Progress) if not d._over)
        box._stop()
        go.set()
        qtbot.waitUntil(lambda: not window.worker.busy(), timeout=20_000)
        assert "已取消" in said(window)
        with office.store.reading() as reader:
            assert reader.count(Query(form="xiansuo")) == 0
        monkeypatch.setattr(bundles, "take_in", real)
        page.confirm()
        qtbot.waitUntil(lambda: not window.worker.busy() and page.made.isVisible(), timeout=20_000)
        with office.store.reading() as reader:
            assert reader.count(Query(form="xiansuo")) == 3
    finally:
        go.set()
        program.end()
        window.deleteLater()
        QApplication.processEvents()
