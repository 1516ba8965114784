"""Ledgers: what stands in which column on screen, and the rows; drawn from any form and its law."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from baitao_desktop.actions.venues import colours
from baitao_desktop.domain import findings, tips
from baitao_desktop.domain.catalogue import COLOURS
from baitao_desktop.domain.kinds import status_label
from baitao_desktop.domain.query import Line, Query
from baitao_desktop.domain.values import minute_text
from baitao_desktop.domain.venues import FORM as VENUES
from baitao_desktop.forms import Describer, Form, ledger_columns

if TYPE_CHECKING:
    from baitao_desktop.actions.desk import Desk


@dataclass(frozen=True, slots=True)
class ScreenColumn:
    """A column of a ledger page. `sort` is a Query.sort name or empty; `chars` a width in Chinese characters."""

    key: str
    title: str
    chars: int
    sort: str = ""
    right: bool = False


@dataclass(frozen=True, slots=True)
class Ledger:
    """An open ledger page over one read connection (it lives on while a bundle is taken in)."""

    form: Form
    columns: tuple[ScreenColumn, ...]
    ids: Callable[[Query], array[int]]
    lines: Callable[[Sequence[int]], list[Line]]
    cells: Callable[[Line], tuple[str, ...]]
    facets: Callable[[str, Query], dict[str, int]]


@contextmanager
def open_ledger(desk: Desk, form_id: str) -> Iterator[Ledger]:
    """The ledger of a form; close it with the page."""
    form = desk.forms[form_id]
    columns = columns_of(form)
    with desk.store.reading() as reader:
        yield Ledger(
            form,
            columns,
            reader.ids,
            reader.lines,
            cells_in(desk, form, columns),
            reader.facet_counts,
        )


def columns_of(form: Form) -> tuple[ScreenColumn, ...]:
    """Number and state from the law, the rest from the form's bt:ledger order."""
    asked = tuple(
        ScreenColumn(
            c.path, c.heading, max(4, min(40, c.width)), "received" if c.path == "jieshou_shijian" else "",
            c.question.type in ("integer", "decimal"),
        )
        for c in ledger_columns(form)
    )  # fmt: skip
    first = ScreenColumn(".no", "编号", 16, "no")
    if form.kind == tips.KIND:
        law = (
            ScreenColumn(".status", "办理状态", 7, "status"), ScreenColumn(".unit", "承办单位", 8, "unit"),
            ScreenColumn(".person", "责任人", 5, "person"), ScreenColumn(".due", "到期日", 7, "due"),
            ScreenColumn(".feedback", "回复", 5),
        )  # fmt: skip
        return (first, *asked, *law)
    if form.id == VENUES:
        asked = (*asked, ScreenColumn(".colour", "风险", 4))
    if form.kind == findings.KIND:
        return (
            first,
            *asked,
            ScreenColumn(".status", "状态", 8, "status"),
            ScreenColumn(".closed", "销号日期", 7, "closed"),
        )
    return (
        first,
        *asked,
        ScreenColumn(".unit", "单位", 8, "unit"),
        ScreenColumn(".person", "经手人", 5, "person"),
        ScreenColumn(".status", "状态", 5, "status"),
    )


def cells_in(desk: Desk, form: Form, columns: Sequence[ScreenColumn]) -> Callable[[Line], tuple[str, ...]]:
    """The texts of a row, for many rows of one form. For one thread."""
    words = Describer(form, desk.lists)
    if any(column.key == ".colour" for column in columns):
        shades = colours(desk)
        return lambda line: tuple(
            COLOURS[shades.get(line.id, "green")] if c.key == ".colour" else _cell(desk, words, c.key, line)
            for c in columns
        )
    return lambda line: tuple(_cell(desk, words, column.key, line) for column in columns)


def _cell(desk: Desk, words: Describer, key: str, line: Line) -> str:
    head = line.head
    if key == ".no":
        return head.no
    if key == ".status":
        return status_label(words.form.kind, head.status)
    if key == ".unit":
        return desk.campaign.unit_name(head.unit)
    if key == ".person":
        return head.person
    if key == ".due":
        return head.due
    if key == ".closed":
        return head.closed[:10]
    if key == ".feedback":
        return tips.FEEDBACK.get(head.tracks[0], "")
    value = line.answers.get(key)
    if key.endswith("_shijian") and isinstance(value, str):
        return minute_text(value)
    return words.label(key, value)
