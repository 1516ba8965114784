"""What a new paper already knows before anything is typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from baitao_desktop.domain.inspections import INSPECTORS, KIND, VILLAGE
from baitao_desktop.domain.ops import Json
from baitao_desktop.domain.values import iso_minute
from baitao_desktop.forms import Filling, Form, fill

if TYPE_CHECKING:
    from baitao_desktop.actions.desk import Desk


def first_answers(desk: Desk, form: Form, known: Mapping[str, Json] | None = None) -> dict[str, Json]:
    """Answers of a new paper: the form's own defaults, today or now in its first required date, the village of this unit,
    of a checklist the person at the desk as first inspector and room for the second; `known` over all of them."""
    page = fill(form, {}, now=desk.now(), lists=desk.lists, new=True)
    given: dict[str, Json] = {}
    for question in form.walk():
        if question.type in ("date", "dateTime") and question.required is not None and not given:
            given[question.path] = desk.today.isoformat() if question.type == "date" else iso_minute(desk.now())
        if question.path == VILLAGE and desk.unit.is_village:
            given[question.path] = desk.unit.code
    here = set(page.paths())
    for path, value in {**given, **(known or {})}.items():
        if path in here:
            page.answer(path, value)
    if form.kind == KIND and {INSPECTORS, f"{INSPECTORS}/xingming"} <= set(form.by_path):
        _name_inspectors(desk, page)
    return page.answers()


def _name_inspectors(desk: Desk, page: Filling) -> None:
    first = next(iter(page.rows(INSPECTORS)), None) or page.add_row(INSPECTORS)
    page.answer(f"{INSPECTORS}[{first}]/xingming", desk.who.name)
    if f"{INSPECTORS}/danwei" in page.form.by_path:
        page.answer(f"{INSPECTORS}[{first}]/danwei", desk.unit.name)
    if len(page.rows(INSPECTORS)) < 2:
        page.add_row(INSPECTORS)
