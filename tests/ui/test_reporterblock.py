from __future__ import annotations

import gc
from collections.abc import Mapping

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPlainTextEdit

from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import Json
from baitao_desktop.forms import Form
from baitao_desktop.ui.formpage import FormPage
from baitao_desktop.ui.reporterblock import ReporterBlock
from baitao_desktop.ui.window import MainWindow

from . import hands
from .conftest import NOW, UNITS
from .test_formpage import FULL

NAME, PHONE = "测甲某", "13800000001"


class Sealer:
    def __init__(self) -> None:
        self.blocks: list[dict[str, Json]] = []
        self.trouble: UserFacingError | None = None

    def __call__(self, block: Mapping[str, Json]) -> object:
        if self.trouble is not None:
            raise self.trouble
        self.blocks.append(dict(block))
        return f"sealed-{len(self.blocks)}"


@pytest.fixture
def sealer() -> Sealer:
    return Sealer()


@pytest.fixture
def drafts() -> list[Mapping[str, Json]]:
    return []


@pytest.fixture
def submitted() -> list[Mapping[str, Json]]:
    return []


@pytest.fixture
def block(
    window: MainWindow,
    tip_form: Form,
    sealer: Sealer,
    drafts: list[Mapping[str, Json]],
    submitted: list[Mapping[str, Json]],
) -> ReporterBlock:
    made = ReporterBlock(sealer)
    page = FormPage(
        tip_form,
        UNITS,
        FULL,
        now=lambda: NOW,
        submit=submitted.append,
        save_draft=drafts.append,
        extra=[made],
        new=False,
    )
    window.activateWindow()
    window.open_page(page)
    QApplication.processEvents()
    return made


def form_of(block: ReporterBlock) -> FormPage:
    page = block.window().page()  # type: ignore[attr-defined]
    assert isinstance(page, FormPage)
    return page


def fill_in(block: ReporterBlock) -> None:
    block.first_editor().setFocus()  # type: ignore[union-attr]
    hands.press(Qt.Key.Key_1)
    hands.enter()
    hands.write(NAME)
    hands.enter()
    QTest.keyClicks(hands.focused(), PHONE)


def all_words(window: MainWindow) -> str:
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    words = [w.text() for w in window.findChildren(QLineEdit)] + [w.text() for w in window.findChildren(QLabel)]
    return " ".join(words + [w.toPlainText() for w in window.findChildren(QPlainTextEdit)])


def test_it_is_sealed_when_left_and_its_words_are_gone(
    block: ReporterBlock, sealer: Sealer, drafts: list[Mapping[str, Json]], window: MainWindow
) -> None:
    fill_in(block)
    assert sealer.blocks == []
    form_of(block).go_to("zhaiyao")
    assert sealer.blocks == [{"xuanze": "甲", "xingming": NAME, "dianhua": PHONE}]
    assert block.sealed == "sealed-1"
    hands.write("续")
    form_of(block).save_now()
    for kept in (all_words(window), str(drafts), str(form_of(block).answers())):
        assert NAME not in kept
        assert PHONE not in kept
    assert "已密封" in all_words(window)


def test_filling_in_again_seals_anew(block: ReporterBlock, sealer: Sealer) -> None:
    fill_in(block)
    form_of(block).go_to("zhaiyao")
    block._again()
    assert block.sealed == "sealed-1"
    assert NAME not in all_words(form_of(block).window())  # type: ignore[arg-type]
    assert block._choice() == "乙"
    fill_in(block)
    form_of(block).go_to("zhaiyao")
    assert block.sealed == "sealed-2"


def test_submitting_from_inside_seals_first(
    block: ReporterBlock, sealer: Sealer, submitted: list[Mapping[str, Json]]
) -> None:
    fill_in(block)
    hands.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert block.sealed == "sealed-1"
    assert len(submitted) == 1
    assert NAME not in str(submitted)


def test_an_empty_block_is_asked_for_and_one_key_answers(
    block: ReporterBlock, sealer: Sealer, submitted: list[Mapping[str, Json]]
) -> None:
    page = form_of(block)
    page.submit()
    assert submitted == []
    assert "请选丙" in page.status.text()
    hands.press(Qt.Key.Key_3)
    hands.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert sealer.blocks == [{"xuanze": "丙"}]
    assert len(submitted) == 1


def test_no_name_means_nothing_written_before_is_sealed(block: ReporterBlock, sealer: Sealer) -> None:
    fill_in(block)
    block._fields["xuanze"].first_editor().setFocus()  # type: ignore[union-attr]
    hands.press(Qt.Key.Key_3)
    assert not block._fields["xingming"].isVisibleTo(block)
    form_of(block).go_to("zhaiyao")
    assert sealer.blocks == [{"xuanze": "丙"}]


def test_nothing_can_be_copied_out(block: ReporterBlock) -> None:
    clipboard = QGuiApplication.clipboard()
    clipboard.setText("原来的")
    fill_in(block)
    for key in (Qt.Key.Key_A, Qt.Key.Key_C, Qt.Key.Key_X):
        hands.press(key, Qt.KeyboardModifier.ControlModifier)
    assert clipboard.text() == "原来的"
    assert block._fields["dianhua"].value() == PHONE
    box = hands.focused()
    assert box.inputMethodHints() & Qt.InputMethodHint.ImhSensitiveData
    assert box.contextMenuPolicy() == Qt.ContextMenuPolicy.NoContextMenu
    assert box.completer() is None  # type: ignore[attr-defined]


def test_left_empty_the_second_time_the_first_stays_sealed(block: ReporterBlock, sealer: Sealer) -> None:
    fill_in(block)
    form_of(block).go_to("zhaiyao")
    block._again()
    hands.enter()
    form_of(block).go_to("zhaiyao")
    assert block.sealed == "sealed-1"
    assert len(sealer.blocks) == 1
    assert "已密封" in all_words(form_of(block).window())  # type: ignore[arg-type]
    block._again()
    assert block.finish() == ""
    assert block.sealed == "sealed-1"


def test_nothing_can_be_selected_for_a_middle_click(block: ReporterBlock) -> None:
    fill_in(block)
    box = hands.focused()
    assert isinstance(box, QLineEdit)
    shift, ctrl = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
    for key, held in (
        (Qt.Key.Key_A, ctrl), (Qt.Key.Key_Left, shift), (Qt.Key.Key_Left, shift | ctrl), (Qt.Key.Key_Home, shift),
        (Qt.Key.Key_K, ctrl), (Qt.Key.Key_U, ctrl),
    ):  # fmt: skip
        hands.press(key, held)
        assert box.selectedText() == ""
    QTest.mouseDClick(box, Qt.MouseButton.LeftButton)
    assert box.selectedText() == ""
    hands.press(Qt.Key.Key_Backtab, shift)
    hands.press(Qt.Key.Key_Tab)
    assert hands.focused() is box
    assert box.selectedText() == ""
    assert box.text() == PHONE


def test_a_name_pasted_in_leaves_the_clipboard_when_it_is_sealed(block: ReporterBlock, sealer: Sealer) -> None:
    clipboard = QGuiApplication.clipboard()
    clipboard.setText(f"{NAME} {PHONE}")
    fill_in(block)
    form_of(block).go_to("zhaiyao")
    assert sealer.blocks
    assert clipboard.text() == ""
    clipboard.setText("别的话")
    block._again()
    fill_in(block)
    form_of(block).go_to("zhaiyao")
    assert clipboard.text() == "别的话"


def test_what_cannot_be_sealed_stays_and_says_why(block: ReporterBlock, sealer: Sealer) -> None:
    sealer.trouble = UserFacingError("A31", "还没有收到专项办的单位卡。")
    fill_in(block)
    form_of(block).submit()
    assert block.sealed is None
    assert "还没有收到专项办的单位卡" in block._fields["xuanze"].problem()
    assert block._fields["xingming"].value() == NAME


def test_enter_walks_through_the_block_to_the_button(block: ReporterBlock) -> None:
    page = form_of(block)
    page.go_to("zhaiyao")
    hands.enter()
    assert block.isAncestorOf(hands.focused())
    for _ in range(7):
        hands.enter()
    assert hands.focused() is page.submit_button
    hands.enter(shift=True)
    assert block.isAncestorOf(hands.focused())


def test_a_closed_block_says_why_and_asks_nothing(
    window: MainWindow, tip_form: Form, sealer: Sealer, submitted: list[Mapping[str, Json]]
) -> None:
    why = "还没有收到专项办的单位卡，举报人信息暂时不能密封。请先到“报送”页收卡。"
    made = ReporterBlock(sealer, closed=why)
    page = FormPage(tip_form, UNITS, FULL, now=lambda: NOW, submit=submitted.append, extra=[made], new=False)
    window.open_page(page)
    assert why in all_words(window)
    assert list(made.watched()) == []
    page.submit()
    assert len(submitted) == 1
    assert made.sealed is None
    assert sealer.blocks == []
