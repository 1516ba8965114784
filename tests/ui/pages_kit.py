"""A desk, a window on it and hands for page tests: practice stores in a temporary folder at a fixed hour."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from baitao_desktop import seal
from baitao_desktop.actions import setup, tips
from baitao_desktop.actions.desk import Desk
from baitao_desktop.actions.tips import Registered
from baitao_desktop.domain.values import CST
from baitao_desktop.paths import Places
from baitao_desktop.ui.app import Program
from baitao_desktop.ui.dialogs import Chooser
from baitao_desktop.ui.pages.act_sheet import ActSheet
from baitao_desktop.ui.worker import InlineWorker
from conftest import tip_answers

NOON = datetime(2022, 5, 18, 12, 0, tzinfo=CST)
PASSWORD = "ceshi-2022"


def clock() -> datetime:
    return NOON


class Answers(Chooser):
    """Answers the file dialogs: what the next question gets; None = the person gave up."""

    def __init__(self) -> None:
        self.where: Path | None = None
        self.files: list[Path] = []

    def folder(self, parent: QWidget, title: str) -> Path | None:
        return self.where

    def open_file(self, parent: QWidget, title: str, kinds: str) -> Path | None:
        return self.files[0] if self.files else None

    def open_files(self, parent: QWidget, title: str, kinds: str) -> list[Path]:
        return list(self.files)

    def save_file(self, parent: QWidget, title: str, name: str, kinds: str) -> Path | None:
        return self.where / name if self.where else None


def places_at(folder: Path, cache: Path) -> Places:
    return Places(folder, folder / "config", cache)


def found(folder: Path, cache: Path, unit: str = "DZZ203", person: str = "张某某") -> Desk:
    phrase = seal.password("huifang-2022") if unit == "ZXB" else None
    return setup.found(
        places_at(folder, cache), unit=unit, person=person, password=seal.password(PASSWORD), mode="practice",
        callback_passphrase=phrase, clock=clock,
    ).desk  # fmt: skip


@contextmanager
def seated(desk: Desk, size: tuple[int, int] = (1366, 728)) -> Iterator[Program]:
    """The real window with the foreground worker, somebody sitting at `desk`; closes the desk at the end."""
    opened: list[Path] = []
    program = Program(desk.places, clock=clock, worker=InlineWorker(), chooser=Answers(), opener=opened.append)
    program.window.resize(*size)
    program.window.show()
    QTest.qWaitForWindowExposed(program.window)
    program.sit(desk)
    QApplication.processEvents()
    try:
        yield program
    finally:
        program.end()
        program.window.deleteLater()
        QApplication.processEvents()


def tip(desk: Desk, *, hand_up: bool | None = None, **more: object) -> Registered:
    return tips.register(desk, tip_answers(**more), hand_up=hand_up).value  # type: ignore[arg-type]


def button(widget: QWidget, text: str) -> QPushButton:
    """The visible button with this text."""
    QApplication.processEvents()
    found = [b for b in widget.findChildren(QPushButton) if b.text() == text and b.isVisible()]
    assert found, f"没有“{text}”：{[b.text() for b in widget.findChildren(QPushButton) if b.isVisible()]}"
    return found[0]


def click(widget: QWidget, text: str) -> None:
    QTest.mouseClick(button(widget, text), Qt.MouseButton.LeftButton)
    QApplication.processEvents()


def said(widget: QWidget) -> str:
    """All words of labels in view."""
    QApplication.processEvents()
    return "\n".join(x.text() for x in widget.findChildren(QLabel) if x.isVisible())


def sheet(program: Program) -> ActSheet:
    """The small form of an act now open."""
    QApplication.processEvents()
    open_ = [s for s in program.window.findChildren(ActSheet) if s.isVisible()]
    assert open_, "没有打开的小表"
    return open_[-1]
