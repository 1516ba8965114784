"""表样 as a person sees them: which forms are filled in here and whence they came; a draft moved to a newer version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from baitao_desktop.actions import own_forms
from baitao_desktop.actions.desk import Desk
from baitao_desktop.actions.records import BY_PROGRAM
from baitao_desktop.domain.cards import PUBLIC
from baitao_desktop.domain.ops import Json, Scope
from baitao_desktop.domain.query import Query
from baitao_desktop.forms import Describer, Form

LEFT = "@"
"""Between the key and the version of an answer that has no place on the newer form; no key of a form holds it."""


@dataclass(frozen=True, slots=True)
class Shelved:
    """One form in force: who made it, in words, and how many records of it are in the cabinet."""

    form: Form
    source: str
    records: int


def shelf(desk: Desk) -> tuple[Shelved, ...]:
    """Every form a person fills in here: the program's own first, then an office's and a unit's, by title."""
    with desk.store.reading() as reader:
        lines = reader.lines(reader.ids(Query(form=own_forms.FORM)))
        made = {(str(x.answers.get("biaohao", "")), str(x.answers.get("banben", ""))): x.scope for x in lines}
        counts = {form: reader.count(Query(form=form)) for form in desk.forms if form not in BY_PROGRAM}
    found = [Shelved(desk.forms[i], _source(desk, made.get((i, desk.forms[i].version))), n) for i, n in counts.items()]
    return tuple(sorted(found, key=lambda one: (one.source != "程序自带", one.form.title)))


def _source(desk: Desk, scope: Scope | None) -> str:
    if scope is None:
        return "程序自带"
    if scope == PUBLIC:
        return "专项办"
    return "本单位" if scope == desk.scope else desk.campaign.unit_name(scope)


def known(form: Form, answers: Mapping[str, Json]) -> dict[str, Json]:
    """The answers that have a place on this form; only these can be handed in."""
    return {path: value for path, value in answers.items() if _has(form, path)}


def carry_over(old: Form, new: Form, answers: Mapping[str, Json]) -> dict[str, Json]:
    """A draft's answers for a newer version: same-named ones of the same kind as they are; what has no place there is
    kept under a name of its own, told by `left_behind`, until the paper is handed in."""
    moved: dict[str, Json] = {}
    for path, value in answers.items():
        same = _has(old, path) and _has(new, path) and old.question(path).type == new.question(path).type
        lost = _has(old, path) and not same and value not in (None, "", [])
        moved[f"{path}{LEFT}{old.version}" if lost else path] = value
    return moved


def left_behind(desk: Desk, form: Form, answers: Mapping[str, Json]) -> tuple[tuple[str, str], ...]:
    """What a draft holds that has no place on `form`, in words: question and answer. Rows and what the form worked out
    by itself are nobody's words and are passed over."""
    found: list[tuple[str, str]] = []
    for path, value in answers.items():
        if _has(form, path) or value in (None, "", []):
            continue
        name, _, version = path.partition(LEFT)
        old = desk.versions.get((form.id, version))
        if old is None or not _has(old, name):
            if not name.endswith("]"):
                found.append((name, str(value)))
        elif old.question(name).type not in ("group", "repeat", "calculate", "hidden", "note"):
            found.append((old.question(name).label or name, Describer(old, desk.lists).label(name, value)))
    return tuple(found)


def _has(form: Form, path: str) -> bool:
    try:
        form.question(path)
    except KeyError:
        return False
    return True
