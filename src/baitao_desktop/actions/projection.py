"""Joining laws and forms into the one function the cabinet is handed: record → list row."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from baitao_desktop.domain.kinds import LAWS, law_of
from baitao_desktop.domain.records import Head, Record
from baitao_desktop.domain.tasks import Prover
from baitao_desktop.forms import Describer, Form

Lists = Mapping[str, Sequence[Mapping[str, str]]]


def _nothing(_record: Record, _head: Head) -> tuple[tuple[str, str], ...]:
    return ()


def projector(forms: Mapping[str, Form], lists: Lists, proven: Prover = _nothing) -> Callable[[Record], Head]:
    """`project(record) -> Head`. Total: a record of an unknown form gets the plain law's row and no search text.

    `proven` adds which tasks of the plan the record ticks."""

    words = {form.id: Describer(form, lists) for form in forms.values()}

    def project(record: Record) -> Head:
        form = forms.get(record.form)
        law = law_of(form.kind if form else "plain")
        head = law.head(record, law.fold(record.steps))
        if form is None:
            return head
        ticks = proven(record, head)
        if ticks:
            head = replace(head, facets=(*head.facets, *ticks))
        title = head.title or words[form.id].title(record.answers)
        return replace(head, title=title, text=f"{head.no}\n{title}\n{words[form.id].text(record.answers)}".strip())

    return project


def law_version(forms: Mapping[str, Form], tasks: str = "") -> str:
    """Changes whenever a law, a form or the mark of the `tasks` changes, and with it the projection must be rebuilt
    (kernel §8)."""
    parts = ["1", tasks, *(f"{law.kind}={law.version}" for law in LAWS)]
    parts += sorted(f"{form.id}={form.version}={form.kind}" for form in forms.values())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
