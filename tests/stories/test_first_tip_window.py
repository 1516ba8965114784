"""The same story through the real window, off-screen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QLineEdit, QRadioButton
from pytest_bdd import given, parsers, scenarios, then, when

from baitao_desktop.ui.app import Program
from baitao_desktop.ui.formpage import FormPage
from baitao_desktop.ui.pages.exchange import ExchangePage
from baitao_desktop.ui.pages.forming import make_form_page
from baitao_desktop.ui.pages.preview import PreviewPage
from baitao_desktop.ui.pages.record import RecordPage
from baitao_desktop.ui.pages.registered import RegisteredPage
from baitao_desktop.ui.pages.reports import ReportsPage
from baitao_desktop.ui.reporterblock import ReporterBlock
from canary_kit import readings, text_of
from conftest import MakeDesk, joined, tip_answers
from ui.hands import write
from ui.pages_kit import Answers, click, said, seated, sheet

scenarios("一条线索_窗口.feature")


@dataclass
class Two:
    """Two windows and a stick."""

    village: Program
    office: Program
    stick: Path
    made: RegisteredPage | None = None


@pytest.fixture
def rooms(qapp: object, make_desk: MakeDesk, tmp_path: Path) -> Iterator[Two]:
    village, office = joined(make_desk("麦子坪村"), make_desk("专项办"), tmp_path / "U盘")
    with ExitStack() as stack:
        two = Two(stack.enter_context(seated(village)), stack.enter_context(seated(office)), tmp_path / "U盘")
        for program in (two.village, two.office):
            chooser = program.window.chooser
            assert isinstance(chooser, Answers)
            chooser.where = two.stick
        yield two


def exchange(program: Program) -> ExchangePage:
    program.window.go_room("exchange")
    page = program.window.page()
    assert isinstance(page, ExchangePage)
    return page


@given('"麦子坪村"和"专项办"各开着窗口，单位卡已经换过')
def windows(rooms: Two) -> None:
    assert "麦子坪村" in rooms.village.window.windowTitle() and "专项办" in rooms.office.window.windowTitle()


@when(parsers.parse('村里在“登记线索”页填好六项，举报人选甲，写上"{name}"和"{phone}"，提交'))
def note_a_tip(rooms: Two, name: str, phone: str) -> None:
    seat, window = rooms.village.seat, rooms.village.window
    assert seat is not None
    page = make_form_page(seat, window, "xiansuo")
    window.open_page(page)
    assert isinstance(page, FormPage)
    page.put(tip_answers())  # type: ignore[arg-type]
    block: ReporterBlock | None = page.findChild(ReporterBlock)
    assert block is not None
    for editor in block.watched():
        if isinstance(editor, QRadioButton) and editor.text().startswith("甲"):
            editor.click()
    for editor in block.watched():
        if isinstance(editor, QLineEdit):
            label = editor.accessibleName()
            text = name if "姓名" in label else phone if "电话" in label else ""
            if text:
                write(text, editor)
    page.submit()


@then("页面上有登记编号和11位查询码")
def shown_code(rooms: Two) -> None:
    page = rooms.village.window.page()
    assert isinstance(page, RegisteredPage)
    assert len(page.code) == 11 and page.code.startswith("12") and page.no in said(page)
    rooms.made = page


@when("村里在“报送”页把数据包写到U盘")
def hand_over(rooms: Two) -> None:
    page = exchange(rooms.village)
    page.out_button.click()
    assert "已写好，可以拔U盘了" in said(page)


@when("专项办把数据包拖进窗口，看过再收")
def take_in(rooms: Two) -> None:
    page = exchange(rooms.office)
    (bundle,) = rooms.stick.glob("*.btx")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(bundle))])
    none = Qt.MouseButton.NoButton
    page.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, none, Qt.KeyboardModifier.NoModifier))
    assert "麦子坪村第1包" in said(page)
    page.confirm()
    assert "已收入" in said(page)


@then("专项办首页说有1件线索等待受理")
def home_says(rooms: Two) -> None:
    rooms.office.window.go_room("home")
    page = rooms.office.window.page()
    assert page is not None and "1件线索已上报，等待受理" in said(page)


@when(parsers.parse('专项办受理这件线索，责任人"{person}"'))
def accept(rooms: Two, person: str) -> None:
    assert rooms.made is not None
    page = rooms.office.window.show_page("record", rec=rooms.made.tip)
    assert isinstance(page, RecordPage)
    page.press("accept")
    form = sheet(rooms.office)
    form.fields[1].set_value(person)
    form.act()
    assert page.view is not None and page.view.status == "accepted"


@when("专项办在“报表文书”页存下台账和简报")
def papers(rooms: Two) -> None:
    rooms.office.window.go_room("reports")
    page = rooms.office.window.page()
    assert isinstance(page, ReportsPage)
    page.save("xiansuo")
    page.save("xiansuo", xlsx=True)
    page.start_briefing()
    click(page, "预览简报")
    shown = rooms.office.window.page()
    assert isinstance(shown, PreviewPage)
    shown.save()


@then(parsers.parse('台账和简报里有"{subject}"，哪个文件里都没有"{name}"和"{phone}"'))
def papers_are_right(rooms: Two, subject: str, name: str, phone: str) -> None:
    made = [p for p in rooms.stick.rglob("*") if p.is_file()]
    assert {p.suffix for p in made} >= {".pdf", ".xlsx", ".btx"}
    assert any(subject in text_of(p) for p in made if p.suffix == ".pdf")
    assert any("受理养老诈骗线索1件" in text_of(p).replace("\n", "") for p in made if p.name.startswith("工作简报"))
    everything = [p for p in rooms.stick.parent.rglob("*") if p.is_file()]
    for path in everything:
        assert not any(name in text or phone in text for text in readings(path)), path.name
