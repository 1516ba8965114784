"""有关记录: what a record names and what names it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from baitao_desktop.domain.kinds import law_of, status_label
from baitao_desktop.domain.ops import RecordId
from baitao_desktop.domain.query import Query

if TYPE_CHECKING:
    from baitao_desktop.actions.desk import Desk

MOST = 100


@dataclass(frozen=True, slots=True)
class Related:
    """One record beside another: what it is, its number and day, how it stands."""

    id: RecordId
    form: str
    title: str
    status: str
    status_label: str


def related(desk: Desk, rec: RecordId) -> tuple[Related, ...]:
    """The records this one names, then those that name it, the newest first; what is not readable here is left out."""
    with desk.store.reading() as reader:
        if not reader.has(rec):
            return ()
        record = reader.get(rec)
        form = desk.forms.get(record.form)
        law = law_of(form.kind if form is not None else "plain")
        named = {other for _, other in law.head(record, law.fold(record.steps)).links}
        found = reader.lines([rid for other in named if (rid := reader.rid(other)) is not None])
        found += reader.lines(reader.ids(Query(linked_to=rec, limit=MOST)))
    out = []
    for line in found:
        kind = desk.forms.get(line.form)
        if kind is not None and not line.deleted:
            title = f"{kind.title}　{line.head.title or line.head.no}"
            out.append(Related(line.id, line.form, title, line.head.status, status_label(kind.kind, line.head.status)))
    return tuple(out)
