from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from . import tour

SIZES = [("1366x728", "1", 100), ("911x472", "1.5", 100), ("911x472", "1.5", 150), ("1920x1040", "1", 100)]


@pytest.mark.parametrize(("size", "scale", "percent"), SIZES)
def test_forms_in_all_states(size: str, scale: str, percent: int, tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("tour_forms.py")), size, scale, str(percent)],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": scale, "XDG_RUNTIME_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    assert sorted(set(run.stdout.split("\n"))) == [""], run.stdout


def test_the_tour_sees_faults(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    box = QVBoxLayout(window)
    cut = QLabel("放不下的一长串文字")
    cut.setFixedWidth(20)
    for widget in (cut, QLineEdit(), QLabel("Submit 报送 .xlsx BT-XS-DZZ203-ABC-2022-0001 PDF"), QLabel("\U0001f600")):
        box.addWidget(widget)
    far = QLabel("远", window)
    far.move(5000, 0)
    window.resize(300, 200)
    window.show()
    found = "\n".join(tour.look_over(window, "self-test"))
    for fault in ("宽度不够", "没有名称", "有英文：Submit", "缺字", "超出窗口"):
        assert fault in found
    assert "有英文：BT" not in found
    assert "有英文：PDF" not in found
