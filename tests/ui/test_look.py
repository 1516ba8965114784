from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest
from PySide6.QtGui import QFont, QRawFont
from PySide6.QtWidgets import QApplication, QCalendarWidget, QDialogButtonBox

from baitao_desktop.ui import look

HEAVY = {"sqlalchemy", "sqlcipher3", "reportlab", "openpyxl", "pyxform", "cryptography", "pyrage", "pypdfium2", "PIL",
         "zstandard", "PySide6.QtPrintSupport", "PySide6.QtNetwork", "PySide6.QtSvg"}  # fmt: skip


@pytest.mark.parametrize(("text", "ground"), look.TEXT_ON)
def test_text_can_be_read(text: str, ground: str) -> None:
    assert look.contrast(text, ground) >= 4.5


def test_contrast_is_the_known_measure() -> None:
    assert look.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert look.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("percent", look.SIZES)
def test_every_colour_of_the_sheet_is_a_named_one(percent: int) -> None:
    named = {v for k, v in vars(look).items() if k.isupper() and isinstance(v, str) and v.startswith("#")}
    assert set(re.findall(r"#[0-9a-f]{6}", look.sheet(percent))) <= named


def test_at_most_two_type_sizes() -> None:
    assert len(set(re.findall(r"font-size: (\d+)px", look.sheet(100)))) <= 2


def test_type_sizes_stop_at_their_ends() -> None:
    assert [look.next_size(p, 1) for p in (90, 100, 150)] == [100, 115, 150]
    assert [look.next_size(p, -1) for p in (90, 100, 150)] == [90, 90, 130]


def test_every_icon_draws(qapp: QApplication) -> None:
    names = look.shipped_icons()
    assert {"home", "tip", "exchange", "settings", "save", "undo"} <= set(names)
    for name in names:
        drawn = look.picture(name).toImage()
        assert any(drawn.pixelColor(x, y).alpha() for x in range(drawn.width()) for y in range(drawn.height())), name


def test_the_bundled_face_has_rare_names(qapp: QApplication) -> None:
    raw = QRawFont.fromFont(QFont(qapp.font()))
    # supportsCharacter 对两个码元的字答错，所以问字形编号；𠮷 不在这套字里
    assert [c for c in "涛㐂龘喆燚䶮，。“”①②③（）" if 0 in raw.glyphIndexesForString(c)] == []


def test_qt_speaks_chinese(qapp: QApplication) -> None:
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    assert "取消" in box.button(QDialogButtonBox.StandardButton.Cancel).text()
    assert QCalendarWidget().locale().name() == "zh_CN"


def test_nothing_heavy_comes_with_the_window() -> None:
    code = (
        "import sys, json, baitao_desktop.ui.window, baitao_desktop.ui.formpage, baitao_desktop.ui.reporterblock;"
        "print(json.dumps(sorted(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not HEAVY & set(json.loads(run.stdout))
