"""What is put off until after the first paint comes when it is wanted: pages, log, what login needs."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from baitao_desktop.actions import login
from baitao_desktop.domain.errors import Cancelled
from baitao_desktop.ui import crashes
from baitao_desktop.ui.app import Program
from baitao_desktop.ui.dialogs import Chooser
from baitao_desktop.ui.pages.first_run import FirstRunPage
from baitao_desktop.ui.worker import Worker

from .pages_kit import places_at


def heard(log: logging.Handler, text: str) -> None:
    log.emit(logging.LogRecord("x", logging.INFO, "", 0, text, None, None))


def test_a_full_log_begins_anew_and_keeps_five(tmp_path: Path) -> None:
    file = tmp_path / "baitao.log"
    log = crashes.Rolling(file, most=3)
    for n in range(8):
        heard(log, f"row{n}")
    log.close()
    kept = [file, *(tmp_path / f"baitao.log.{i}" for i in range(1, 6))]
    assert [k.read_text(encoding="utf-8").strip() for k in kept] == ["row7", "row6", "row5", "row4", "row3", "row2"]
    assert sorted(tmp_path.iterdir()) == sorted(kept)


def test_a_log_goes_on_where_it_stopped(tmp_path: Path) -> None:
    for n in range(2):
        log = crashes.Rolling(tmp_path / "baitao.log")
        heard(log, f"row{n}")
        log.close()
    assert (tmp_path / "baitao.log").read_text(encoding="utf-8").split() == ["row0", "row1"]


def test_loading_ahead_stops_when_the_window_closes() -> None:
    asked: list[int] = []

    def tell(_what: str, _at: int, _total: int) -> None:
        asked.append(1)
        if len(asked) == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        login.warm(tell)
    assert len(asked) == 2
    login.warm(lambda *_: None)
    assert set(login.UNLOCKING) <= sys.modules.keys()


def test_a_closed_window_takes_no_more_work() -> None:
    worker = Worker()
    worker.close()
    with pytest.raises(RuntimeError):
        worker.start(lambda _tell: 1, done=lambda _n: None, failed=lambda _e: None)


def test_tab_goes_through_the_form_before_the_backup(qtbot: QtBot, tmp_path: Path) -> None:
    program = Program(places_at(tmp_path / "data", tmp_path / "cache"))
    try:
        program.begin()
        program.window.show()
        page = program.window.page()
        assert isinstance(page, FirstRunPage)
        page.choose("unit")
        QApplication.processEvents()
        page.choose("office")
        way: list[QWidget] = [page.demo_button]
        while way[-1] is not page.from_backup and len(way) < 200:
            way.append(way[-1].nextInFocusChain())
        assert {page.name.line, page.again.line, page.go, page.from_backup} <= set(way)
        assert type(program.window.chooser) is Chooser
    finally:
        program.end()
