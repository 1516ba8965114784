"""Checklists for tests: the nine forms with the campaign's catalogue, opened in a real window."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from baitao_desktop import paths
from baitao_desktop.actions.campaigns import lists_for, load_campaign
from baitao_desktop.actions.catalogue import load_catalogue
from baitao_desktop.domain.catalogue import basis_on
from baitao_desktop.domain.ops import Json
from baitao_desktop.forms import Form, compiled, load
from baitao_desktop.ui.fields.checklist import Checklist
from baitao_desktop.ui.fields.checklist_row import ItemRow
from baitao_desktop.ui.fields.photos import PhotoDoor
from baitao_desktop.ui.formpage import FormPage
from baitao_desktop.ui.window import MainWindow

from .conftest import NOW

NINE = ("yl", "wx", "yd", "fw", "gg", "wl", "yj", "sb", "fj")
COUNTS = {"yl": 25, "wx": 18, "yd": 13, "fw": 15, "gg": 14, "wl": 23, "yj": 18, "sb": 24, "fj": 25}
COMPILED = Path(__file__).resolve().parents[2] / "build" / "compiled"
HEAD: Mapping[str, Json] = {
    "jiancha_riqi": "2022-04-26",
    "changsuo_mingcheng": "夕阳红养老院",
    "suozai_cunshe": "DZZ203",
}


@cache
def lists() -> Mapping[str, list[dict[str, str]]]:
    found = lists_for(load_campaign(), load_catalogue())
    return {name: [dict(row) for row in rows] for name, rows in found.items()}


@cache
def form(name: str) -> Form:
    return load(compiled(paths.forms() / f"jiancha_{name}.md", COMPILED))


def law(refs: object, day: date) -> tuple[str, ...]:
    return basis_on(load_catalogue().basis, refs, day)  # type: ignore[arg-type]


def photo_door() -> PhotoDoor:
    return PhotoDoor(lambda source: {"blob": f"{len(str(source)):064x}"}, lambda _: b"", lambda _: [Path("现场.jpg")])


def opened(
    window: MainWindow, which: str | Form = "yl", answers: Mapping[str, Json] | None = None, **more: object
) -> FormPage:
    known: dict[str, object] = {
        "now": lambda: NOW,
        "submit": lambda _: None,
        "law": law,
        "photos": photo_door(),
        **more,
    }
    listed = known.pop("lists", None) or lists()
    page = FormPage(form(which) if isinstance(which, str) else which, listed, answers or {}, **known)  # type: ignore[arg-type]
    window.activateWindow()
    window.open_page(page)
    QApplication.processEvents()
    return page


def table(page: FormPage) -> Checklist:
    (found,) = page._checklists()
    return found


def row(page: FormPage, code: str) -> ItemRow:
    return table(page).rows[code]


def answers(page: FormPage) -> dict[str, Json]:
    """Code → answer of all rows."""
    return {code: page.filling.value(f"xm[{code}]/jieguo") for code in table(page).rows}


def go(page: FormPage, code: str) -> None:
    page.go_to(f"xm[{code}]/jieguo")


def where(page: FormPage) -> str:
    """The path of the field that has the focus."""
    focused = QApplication.focusWidget()
    return page._of(focused)[0] if focused is not None else ""


def click(item: ItemRow, key: int) -> None:
    QTest.mouseClick(item, Qt.MouseButton.LeftButton, pos=item.spot(key).center())


def click_at(item: ItemRow, point: QPoint) -> None:
    QTest.mouseClick(item, Qt.MouseButton.LeftButton, pos=point)


def details(page: FormPage, code: str) -> bool:
    """Whether the questions under an item are in view."""
    field = page.fields.get(f"xm[{code}]/wenti")
    return field is not None and field.isVisibleTo(page)
