"""Which field draws which question."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from baitao_desktop.forms import Filling, Question
from baitao_desktop.ui.fields import text
from baitao_desktop.ui.fields.base import Asks, Choice, Field, Note, Unknown
from baitao_desktop.ui.fields.choices import ManyField, PickField, RowField
from baitao_desktop.ui.fields.days import Clock, DayField, MomentField, TickField
from baitao_desktop.ui.fields.groups import Card, Fold, Group, Panel
from baitao_desktop.ui.fields.photos import PhotoDoor, PhotoField

_LIMIT = re.compile(r"string-length\(\s*\.\s*\)\s*(<=?)\s*(\d+)")
_COLUMNS = re.compile(r"columns-(\d)")
FEW = 5
"""A choice without an appearance shows all its entries up to this many, a list beyond."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What fields ask of their page: the time, how photos are kept, a clause in words."""

    now: Clock
    photos: PhotoDoor | None
    basis: Callable[[str], str]


def clause_words(clause: str) -> str:
    """A clause id as people write it: 5.1.2-1 → 依据：方案五（一）2; anything else as it stands."""
    figures = "〇一二三四五六七八九十"
    found = re.fullmatch(r"(\d+)\.(\d+)(?:\.(\d+))?(?:-.+)?", clause)
    if not found or int(found[1]) > 10 or int(found[2]) > 10:
        return f"依据：{clause}" if clause else ""
    return f"依据：方案{figures[int(found[1])]}（{figures[int(found[2])]}）{found[3] or ''}"


def choices_of(filling: Filling, path: str) -> list[Choice]:
    return [Choice(name, label) for name, label in filling.choices(path)]


def asks_of(filling: Filling, path: str, question: Question, needs: Needs) -> Asks:
    limit = 0
    if question.constraint is not None and (found := _LIMIT.search(question.constraint.source)):
        limit = int(found[2]) - (found[1] == "<")
    basis = needs.basis(question.bt["basis"]) if question.bt.get("basis") else ""
    return Asks(filling.label(path) or question.name, filling.hint(path), basis, limit)


def drawn(question: Question) -> bool:
    """Whether a page shows the question at all: computed and sealed ones it does not."""
    return question.type not in ("calculate", "hidden") and not question.bt.get("seal")


def make_group(question: Question, label: str, hint: str, *, top: bool) -> Group:
    if question.looks("bt-panel"):
        return Panel(label, hint)
    if question.looks("bt-fold"):
        return Fold(label, hint)
    return Card(label, hint) if top else Group(label, hint)


def make_field(filling: Filling, path: str, question: Question, needs: Needs) -> Field:
    """The widget for a question that asks something (no group, no repeat)."""
    asks = asks_of(filling, path, question, needs)
    kind = question.type
    if kind == "note":
        return Note(asks)
    if kind in ("select_one", "select_multiple"):
        return _choosing(filling, path, question, asks)
    if kind in ("date", "dateTime"):
        return _timed(question, asks, needs)
    if kind == "acknowledge":
        return RowField(asks, [Choice("OK", "已知晓")])
    if kind == "image":
        return PhotoField(asks, needs.photos, most=9 if question.looks("bt-photos") else 1)
    if kind in ("integer", "range", "decimal"):
        whole = kind == "integer" or (kind == "range" and question.data != "decimal")
        if question.looks("bt-money"):
            return text.MoneyField(asks)
        return text.integer_field(asks) if whole else text.decimal_field(asks)
    if kind in ("text", "barcode"):
        return _worded(question, asks)
    return Unknown(asks)


def _worded(question: Question, asks: Asks) -> Field:
    if question.looks("multiline"):
        return text.LongTextField(asks)
    if question.looks("bt-phone"):
        return text.phone_field(asks)
    if question.looks("bt-uscc"):
        return text.uscc_field(asks)
    return text.TextField(asks)


def _timed(question: Question, asks: Asks, needs: Needs) -> Field:
    if question.looks("bt-tick"):
        return TickField(asks, needs.now)
    return DayField(asks, needs.now) if question.type == "date" else MomentField(asks, needs.now)


def _choosing(filling: Filling, path: str, question: Question, asks: Asks) -> Field:
    choices: Sequence[Choice] = choices_of(filling, path)
    if question.type == "select_multiple":
        found = _COLUMNS.search(question.appearance)
        return ManyField(asks, choices, int(found[1]) if found else 2)
    listed = question.looks("minimal") or question.looks("autocomplete") or question.looks("search")
    if (
        listed
        or (question.itemset is not None and question.itemset.file)
        or (len(choices) > FEW and "horizontal" not in question.appearance)
    ):
        return PickField(asks, choices)
    return RowField(asks, choices)
