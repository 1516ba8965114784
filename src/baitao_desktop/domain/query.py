"""What a ledger page asks of the cabinet, and the row it gets back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from baitao_desktop.domain.ops import Json, RecordId, Scope
from baitao_desktop.domain.records import Head


@dataclass(frozen=True, slots=True)
class Query:
    """A filter and an order. Empty parts do not filter. Dates compare as ISO text, `until` inclusive of its day.

    `sort` is one of received, due, closed, no, title, status, unit, person, arrival; ties by order of arrival.
    `facets` are (key, value) pairs that must all stand on the record; values of one key given twice are alternatives.
    `text`: every blank-separated word must occur (Chinese by characters).
    """

    form: str = ""
    status: tuple[str, ...] = ()
    unit: str = ""
    person: str = ""
    facets: tuple[tuple[str, str], ...] = ()
    text: str = ""
    since: str = ""
    until: str = ""
    due_until: str = ""
    linked_to: RecordId | None = None
    flagged: bool = False
    conflicted: bool = False
    deleted: bool = False
    sort: str = "received"
    descending: bool = True
    limit: int = 0


class Line(NamedTuple):
    """One row of a ledger: the record's head with its shown answers (no replay was needed)."""

    rid: int
    id: RecordId
    form: str
    scope: Scope
    head: Head
    answers: Mapping[str, Json]
    conflicts: int
    deleted: bool
    lam: int
