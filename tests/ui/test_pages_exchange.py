"""Cards, handing over, taking in, and a difference settled — between windows, through files."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication

from baitao_desktop.actions import bundles, records, tips
from baitao_desktop.actions.desk import Desk
from baitao_desktop.ui.app import Program
from baitao_desktop.ui.pages.exchange import ExchangePage
from baitao_desktop.ui.pages.home import HomePage
from baitao_desktop.ui.pages.record import RecordPage
from conftest import MakeDesk, joined

from .pages_kit import Answers, click, said, seated, tip


def exchange(program: Program, stick: Path) -> ExchangePage:
    chooser = program.window.chooser
    assert isinstance(chooser, Answers)
    stick.mkdir(exist_ok=True)
    chooser.where = stick
    program.window.go_room("exchange")
    page = program.window.page()
    assert isinstance(page, ExchangePage)
    QApplication.processEvents()
    return page


def test_cards_are_swapped_then_the_month_goes_over(make_desk: MakeDesk, tmp_path: Path) -> None:
    village, office, stick = make_desk("麦子坪村"), make_desk("专项办"), tmp_path / "u"
    tip(village)
    with seated(village) as a, seated(office) as b:
        there, here = exchange(a, stick), exchange(b, stick)
        assert not there.out_button.isEnabled()
        assert "还没有和专项办换单位卡" in said(there)
        there.write_card()
        assert "请交给对方" in said(there)
        (card,) = stick.glob("*.btk")
        here.take([card])
        assert "核对八位数字" in said(here)
        assert there.digits.text() in said(here)
        click(here, "数字一致，登记这张卡")
        assert "回卡已写好" in said(here)
        assert here.focusWidget() is here.take_card_button
        (answer,) = set(stick.glob("*.btk")) - {card}
        there.take([answer])
        click(there, "数字一致，登记这张卡")
        assert there.out_button.isEnabled()
        assert there.focusWidget() is there.out_button
        assert "已和专项办换过单位卡" in said(there)
        there.refresh()
        assert there.month.text() == "本月线索1、宣传0、走访0"
        there.out_button.click()
        assert "已写好，可以拔U盘了" in said(there)
        (bundle,) = stick.glob("*.btx")
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(bundle))])
        none = Qt.MouseButton.NoButton
        here.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, none, Qt.KeyboardModifier.NoModifier))
        assert "麦子坪村第1包" in said(here)
        assert b.seat is not None
        assert bundles.heard_from(b.seat.desk) == {}
        here.confirm()
        assert "已收入" in said(here)
        assert "已编总台账号1件" in said(here)
        assert here.focusWidget() is here.choose_button
        assert here.units is not None
        row = next(r for r in range(here.units.rowCount()) if here.units.item(r, 0).text() == "麦子坪村")
        assert here.units.item(row, 3).text() == "已报送"
        here.take([bundle])
        assert "以前都收过了" in said(here)


def test_a_damaged_bundle_is_said_and_changes_nothing(make_desk: MakeDesk, tmp_path: Path) -> None:
    village, office = joined(make_desk("麦子坪村"), make_desk("专项办"), tmp_path / "u")
    tip(village)
    path = bundles.hand_over(village, tmp_path / "u").value.path
    path.write_bytes(path.read_bytes()[:2000])
    with seated(office) as program:
        page = exchange(program, tmp_path / "u")
        page.take([path])
        assert not page.waiting
        assert path.name in said(page)
        click(page, "知道了")
        assert not page.preview_card.isVisible()


def test_the_office_hands_over_to_a_chosen_unit(make_desk: MakeDesk, tmp_path: Path) -> None:
    _, office = joined(make_desk("麦子坪村"), make_desk("专项办"), tmp_path / "u")
    with seated(office) as program:
        page = exchange(program, tmp_path / "u")
        page.hand_over()
        assert page.to.problem() == "请选择交给哪个单位"
        page.to.set_value("DZZ203")
        page.hand_over()
        assert "交给麦子坪村" in said(page)
        click(page, "复制催报文字")
        assert "还没有报送的有" in QApplication.clipboard().text()
        program.window.go_room("home")
        home = program.window.page()
        assert isinstance(home, HomePage)
        assert any(t.kind == "silent" for t, _ in home.lines)
        click(home, "复制催报文字")
        assert "催报文字已复制" in said(home)


def corrected(desk: Desk, rec: str, who: str) -> None:
    tips.correct(desk, rec, changes={"beifanying_duixiang": who}, reason="核对后改正")  # type: ignore[arg-type]


def test_two_laptops_differ_and_a_person_settles_it(make_desk: MakeDesk, tmp_path: Path) -> None:
    stick = tmp_path / "u"
    village, office = joined(make_desk("麦子坪村"), make_desk("专项办"), stick)
    made = tip(village, hand_up=False)
    bundles.take_in(office, bundles.hand_over(village, stick).value.path)
    corrected(village, made.tip, "夕阳红会所")
    corrected(office, made.tip, "夕阳康养中心")
    bundles.take_in(office, bundles.hand_over(village, stick).value.path)
    with seated(office) as program:
        home = program.window.page()
        assert isinstance(home, HomePage)
        _, go = next((t, b) for t, b in home.lines if t.kind == "conflict")
        go.click()
        page = program.window.page()
        assert isinstance(page, RecordPage)
        QApplication.processEvents()
        words = said(page)
        assert "两边填得不一样，请选一个" in words
        assert "夕阳红会所" in words
        assert "夕阳康养中心" in words
        assert page.view is not None
        difference = page.view.differences[0]
        chosen = next(c for c in difference.choices if c.text == "夕阳红会所")
        page._settle(difference.fld, chosen)
        assert "两边填得不一样" not in said(page)
        assert records.look(office, made.tip).record.answers["beifanying_duixiang"] == "夕阳红会所"
