"""Which way Tab goes through a page: down it, as it is drawn."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLayout, QWidget

from baitao_desktop.ui.fields.grid import Grid


def stops_in(layout: QLayout, leave_out: Collection[QWidget] = ()) -> Iterator[QWidget]:
    """Every widget in a layout that can have the focus, in the order it is drawn, also what is hidden now."""
    for i in range(layout.count()):
        item = layout.itemAt(i)
        inner: QLayout | None = item.layout() if item is not None else None
        widget: QWidget | None = item.widget() if item is not None else None
        if inner is not None:
            yield from stops_in(inner, leave_out)
        elif widget is not None and widget not in leave_out:
            yield from _stops_of(widget, leave_out)


def _stops_of(widget: QWidget, leave_out: Collection[QWidget]) -> Iterator[QWidget]:
    if widget.focusPolicy() != Qt.FocusPolicy.NoFocus:
        yield widget
    inner: QLayout | None = widget.layout()
    if inner is not None:
        yield from stops_in(inner, leave_out)
    elif isinstance(widget, Grid):
        yield from widget.buttons()


def set_order(chain: list[QWidget]) -> None:
    """Let Tab go from each to the next."""
    for before, after in pairwise(chain):
        QWidget.setTabOrder(before, after)
