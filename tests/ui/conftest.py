"""Pages are tested in a real window without a screen."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

# 必须先于第一次导入Qt；XDG_RUNTIME_DIR 没有设定时Qt会告警（setup.md §6）
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from baitao_desktop import paths
from baitao_desktop.domain.values import CST
from baitao_desktop.forms import Form, compile_form, load
from baitao_desktop.ui import look
from baitao_desktop.ui.window import MainWindow
from baitao_desktop.ui.worker import InlineWorker

NOW = datetime(2022, 4, 26, 9, 32, tzinfo=CST)
UNITS = {
    "units.csv": [
        {"name": "DZZ203", "label": "麦子坪村"},
        {"name": "DZZ002", "label": "小田溪社区"},
        {"name": "BTJD", "label": "白涛街道"},
        {"name": "BX", "label": "不详"},
    ]
}


@pytest.fixture(scope="session")
def tip_form() -> Form:
    return load(compile_form(paths.forms() / "xiansuo.md"))


@pytest.fixture(scope="session")
def visit_form() -> Form:
    return load(compile_form(paths.forms() / "zoufang.md"))


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> None:
    if look.percent_of(qapp) != 100 or not qapp.property("baitao_dressed"):
        look.dress(qapp, 100)


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    """A village's window with the foreground worker, 1366×728."""
    made = MainWindow(InlineWorker())
    qtbot.addWidget(made)
    made.seat("麦子坪村 · 张某某 · 练习（日期设为2022-04-26）", office=False)
    made.resize(1366, 728)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.worker.close()


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path
