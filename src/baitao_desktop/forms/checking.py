"""Is a paper fit to be saved, or to be handed in?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from .definition import CONTAINERS, SILENT, Form, Json
from .filling import Filling, fill
from .lists import Lists


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to put right: the key of the question, its words, and the sentence to show beside it."""

    path: str
    label: str
    text: str


def check(form: Form, answers: Mapping[str, Json], *, whole: bool, now: datetime, lists: Lists) -> tuple[Problem, ...]:
    """What is wrong with these answers, in the order of the form.

    Answers given are always checked (kind, choice, constraint); with `whole` everything required must be there.
    A draft is saved without asking; only handing in asks with `whole`.
    """
    return problems(fill(form, answers, now=now, lists=lists, new=False), whole=whole)


def problems(filling: Filling, *, whole: bool) -> tuple[Problem, ...]:
    """`check` of a paper that is being filled in."""
    found = []
    for path in filling.paths():
        question = filling.form.question(path)
        if question.type in SILENT or question.type in CONTAINERS or not filling.relevant(path):
            continue
        text = filling.problem(path)
        if text is None and whole and filling.value(path) is None and filling.required(path):
            text = question.required_message or f"请填写“{filling.label(path) or question.name}”"
        if text is not None:
            found.append(Problem(path, filling.label(path) or question.name, text))
    return tuple(found)
