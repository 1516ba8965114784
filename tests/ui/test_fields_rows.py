"""Rows of a repeat on a page: added, moved, taken away and put back; and a paper in another language."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from baitao_desktop.forms import Form, compile_form, load
from baitao_desktop.ui.fields.files import FileDoor
from baitao_desktop.ui.fields.languages import LanguageMenu
from baitao_desktop.ui.fields.photos import PhotoDoor
from baitao_desktop.ui.fields.rows import Rows
from baitao_desktop.ui.fields.shown import ShownField
from baitao_desktop.ui.formpage import FormPage
from baitao_desktop.ui.window import MainWindow

from . import hands
from .conftest import NOW

PEOPLE = """
| survey | | | | | | | |
| | type | name | label | calculation | relevant | read_only | bind::bt:label |
| | select_one yn | you | 有没有人员 | | | | |
| | begin_repeat | ren | 人员 | | ${you} != 'fou' | | |
| | begin_group | ji | 基本情况 | | | | |
| | text | cheng | 称呼 | | | | |
| | integer | sui | 年龄 | | | | |
| | end_group | | | | | | |
| | begin_group | jia | 家属 | | | | |
| | text | cheng | 家属称呼 | | ${sui} > 60 | | |
| | end_group | | | | | | |
| | text | zhu | 备注 | | | ${you} = 'shi' | |
| | end_repeat | | | | | | |
| | calculate | gong | | count(${ren}) | | | 共几人 |
| choices | | | |
| | list_name | name | label |
| | yn | shi | 有 |
| | yn | fou | 没有 |
| settings | | | | |
| | form_id | form_title | version | namespaces |
| | ren | 人员登记 | 1 | bt="urn:baitao:forms" |
"""
NESTED = """
| survey | | | |
| | type | name | label |
| | begin_repeat | hu | 户 |
| | text | men | 门牌 |
| | begin_repeat | ren | 人 |
| | text | cheng | 称呼 |
| | end_repeat | | |
| | end_repeat | | |
| settings | | | |
| | form_id | form_title | version |
| | hu | 户 | 1 |
"""
SPOKEN = """
| survey | | | | | |
| | type | name | label::中文 | label::Tujia | hint::中文 |
| | text | cheng | 称呼 | 二号称呼 | 按平时叫法 |
| | select_one yn | you | 有没有 | 二号有没有 | |
| | begin_repeat | ren | 人员 | 二号人员 | |
| | text | zhu | 备注 | 二号备注 | |
| | end_repeat | | | | |
| choices | | | | |
| | list_name | name | label::中文 | label::Tujia |
| | yn | shi | 有 | 二号有 |
| settings | | | | |
| | form_id | form_title | version | default_language |
| | yu | 两种话 | 1 | 中文 |
"""


def compiled(tmp_path: Path, text: str) -> bytes:
    file = tmp_path / "biao.md"
    file.write_text(text.strip() + "\n", encoding="utf-8")
    return compile_form(file)


@pytest.fixture
def page(tmp_path: Path, window: MainWindow) -> FormPage:
    made = opened(load(compiled(tmp_path, PEOPLE)), window)
    rows = made.groups["ren"]
    assert isinstance(rows, Rows)
    while len(made.filling.rows("ren")) < 3:
        rows.add_button.click()
    for key, name, age in zip(made.filling.rows("ren"), ("测甲某", "测乙某", "测丙某"), (70, 50, 40), strict=True):
        made.put({f"ren[{key}]/ji/cheng": name, f"ren[{key}]/sui": age})
    return made


def opened(form: Form, window: MainWindow, **more: object) -> FormPage:
    made = FormPage(form, {}, {}, now=lambda: NOW, submit=lambda _: None, **more)  # type: ignore[arg-type]
    window.activateWindow()
    window.open_page(made)
    return made


def names(page: FormPage) -> list[object]:
    return [page.filling.value(f"ren[{key}]/ji/cheng") for key in page.filling.rows("ren")]


def rows_of(page: FormPage) -> Rows:
    rows = page.groups["ren"]
    assert isinstance(rows, Rows)
    return rows


def test_a_new_row_is_gone_to(page: FormPage) -> None:
    rows_of(page).add_button.click()
    key = page.filling.rows("ren")[-1]
    assert page._of(hands.focused())[0] == f"ren[{key}]/ji/cheng"
    assert [c.title.text() for c in rows_of(page)._cards.values()] == ["第1条", "第2条", "第3条", "第4条"]


def test_names_that_occur_twice_in_a_row_are_two_questions(page: FormPage) -> None:
    first, second, _ = page.filling.rows("ren")
    assert page.fields[f"ren[{first}]/jia/cheng"].isVisibleTo(page)
    assert not page.fields[f"ren[{second}]/jia/cheng"].isVisibleTo(page)


def test_rows_change_places_by_what_they_hold(page: FormPage) -> None:
    first, second, third = page.filling.rows("ren")
    page.put({f"ren[{first}]/jia/cheng": "测丁某"})
    cards = rows_of(page)._cards
    assert not cards[first].up.isVisibleTo(page)
    assert not cards[third].down.isVisibleTo(page)
    cards[first].down.click()
    assert names(page) == ["测乙某", "测甲某", "测丙某"]
    assert page.filling.rows("ren") == (first, second, third)
    assert page.filling.value(f"ren[{second}]/jia/cheng") == "测丁某"
    assert page.fields[f"ren[{second}]/jia/cheng"].isVisibleTo(page)
    assert page._of(hands.focused())[0] == f"ren[{second}]/ji/cheng"


def test_a_row_is_taken_away_without_asking_and_put_back(page: FormPage) -> None:
    rows = rows_of(page)
    first, second, third = page.filling.rows("ren")
    shown = page.fields["gong"]
    assert isinstance(shown, ShownField)
    assert shown._text.text() == "3"
    rows._cards[second].remove.click()
    assert names(page) == ["测甲某", "测丙某"]
    assert [c.title.text() for c in rows._cards.values()] == ["第1条", "第2条"]
    assert shown._text.text() == "2"
    assert hands.focused() is rows.undo_button
    assert "第2条" in rows._said.text()
    rows.undo_button.click()
    assert names(page) == ["测甲某", "测丙某", "测乙某"]
    assert page.filling.rows("ren") == (first, third, second)
    assert page.filling.value(f"ren[{second}]/sui") == 50
    assert not rows.undo_button.isVisibleTo(page)


def test_an_empty_row_goes_without_a_word(page: FormPage) -> None:
    rows = rows_of(page)
    rows.add_button.click()
    rows._cards[page.filling.rows("ren")[-1]].remove.click()
    assert not rows.undo_button.isVisibleTo(page)
    assert len(names(page)) == 3


def test_a_repeat_comes_and_goes_rows_or_none(page: FormPage) -> None:
    rows = rows_of(page)
    page.put({"you": "fou"})
    assert not rows.isVisibleTo(page)
    page.put({"you": None})
    assert rows.isVisibleTo(page)
    for card in list(rows._cards.values()):
        card.remove.click()
    page.put({"you": "fou"})
    assert not rows.isVisibleTo(page)
    page.put({"you": "shi"})
    assert rows.isVisibleTo(page)


def test_a_question_is_closed_and_opened_by_another(page: FormPage) -> None:
    path = f"ren[{page.filling.rows('ren')[0]}]/zhu"
    line = page.fields[path].editors[0]
    assert isinstance(line, QLineEdit)
    page.put({"you": "shi"})
    assert line.isReadOnly()
    page.put({"you": None})
    assert not line.isReadOnly()


def test_tab_goes_down_through_the_rows(page: FormPage) -> None:
    page.fields["you"].first_editor().setFocus()  # type: ignore[union-attr]
    seen = []
    while hands.focused() is not page.submit_button and len(seen) < 60:
        seen.append(hands.focused())
        QTest.keyClick(hands.focused(), Qt.Key.Key_Tab)
    tops = [w.mapTo(page.inner, w.rect().topLeft()).y() for w in seen]
    assert [b for a, b in pairwise(tops) if b < a - 8] == []
    assert len(seen) > 12


def test_rows_within_rows_come_back_whole(tmp_path: Path, window: MainWindow) -> None:
    page = opened(load(compiled(tmp_path, NESTED)), window)
    outer = page.groups["hu"]
    assert isinstance(outer, Rows)
    while len(page.filling.rows("hu")) < 2:
        outer.add_button.click()
    house = page.filling.rows("hu")[0]
    inner = page.groups[f"hu[{house}]/ren"]
    assert isinstance(inner, Rows)
    inner.add_button.click()
    person = page.filling.rows(f"hu[{house}]/ren")[-1]
    page.put({f"hu[{house}]/ren[{person}]/cheng": "测甲某"})
    assert not outer._cards[house].down.isVisibleTo(page)
    outer._cards[house].remove.click()
    assert f"hu[{house}]/ren" not in page.groups
    outer.undo_button.click()
    assert page.filling.value(f"hu[{house}]/ren[{person}]/cheng") == "测甲某"
    assert page.fields[f"hu[{house}]/ren[{person}]/cheng"].value() == "测甲某"
    QApplication.processEvents()


def test_a_paper_changes_its_language_and_keeps_its_answers(tmp_path: Path, window: MainWindow, qtbot: QtBot) -> None:
    xform = compiled(tmp_path, SPOKEN)
    page = opened(load(xform), window, form_in=lambda name: load(xform, language=name))
    menu = page.findChild(LanguageMenu)
    assert menu is not None
    rows = page.groups["ren"]
    assert isinstance(rows, Rows)
    while not page.filling.rows("ren"):
        rows.add_button.click()
    key = page.filling.rows("ren")[0]
    page.put({"cheng": "测甲某", "you": "shi", f"ren[{key}]/zhu": "有"})
    before = page.answers()
    hands.turn_wheel(menu.combo)
    assert menu.combo.currentIndex() == 0
    menu.combo.setCurrentIndex(1)
    menu.combo.activated.emit(1)
    assert page.answers() == before
    assert page.fields["cheng"].asks.label == "二号称呼"
    assert page.fields["you"].editors[0].accessibleName() == "二号有没有 二号有"
    assert page.fields[f"ren[{key}]/zhu"].asks.label == "二号备注"
    rows.add_button.click()
    last = page.filling.rows("ren")[-1]
    assert page.fields[f"ren[{last}]/zhu"].asks.label == "二号备注"
    assert page.fields["cheng"].value() == "测甲某"


@pytest.mark.parametrize("name", ["fujian", "shijian", "wenzi", "xuanze"])
def test_enter_walks_through_every_type_and_shift_enter_back(name: str, window: MainWindow, tmp_path: Path) -> None:
    photos = PhotoDoor(lambda _: {"blob": "ab" * 32}, lambda _: b"", lambda _: [])
    files = FileDoor(lambda _: {"blob": "ab" * 32}, lambda _parent, _kinds: [])
    form = load(compile_form(Path(__file__).with_name("types") / f"{name}.md"))
    page = opened(form, window, photos=photos, files=files)
    wanted = [f for f in page._order if f.answers and f.isVisibleTo(page) and f.first_editor() is not None]
    wanted[0].first_editor().setFocus()  # type: ignore[union-attr]
    seen = [page._of(hands.focused())[1]]
    while hands.focused() is not page.submit_button and len(seen) <= len(wanted):
        hands.enter()
        seen.append(page._of(hands.focused())[1])
    assert seen[:-1] == wanted
    back = []
    for _ in wanted:
        hands.enter(shift=True)
        back.append(page._of(hands.focused())[1])
    assert back == wanted[::-1]
