"""Drafts: saved as typed, in their own lane beside the cabinet; an identity is never in one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from baitao_desktop.actions.desk import Done
from baitao_desktop.domain import tips
from baitao_desktop.domain.ops import Json, RecordId

if TYPE_CHECKING:
    from baitao_desktop.actions.desk import Desk


@dataclass(frozen=True, slots=True)
class Draft:
    """What was typed so far. `record` is empty for something new; `version` is the form's when it was begun."""

    id: str
    form: str
    version: str
    record: str
    answers: Mapping[str, Json]
    at_ms: int


def save_draft(
    desk: Desk,
    draft_id: str,
    form_id: str,
    answers: Mapping[str, Json],
    *,
    record: RecordId | str = "",
    version: str = "",
) -> None:
    """Keep what was typed, as of the form's version in force or the one named. Sealed and identity fields are left out,
    whoever asks."""
    kept = {k: v for k, v in answers.items() if k not in (tips.IDENTITY, tips.QUERY_HASH)}
    desk.store.draft_save(
        draft_id,
        desk.who.id,
        form_id,
        version or desk.forms[form_id].version,
        record,
        json.dumps(kept, ensure_ascii=False),
        int(desk.now().timestamp() * 1000),
    )


def drafts(desk: Desk) -> tuple[Draft, ...]:
    """This person's drafts, newest first."""
    rows = desk.store.drafts(desk.who.id)
    return tuple(Draft(r.id, r.form, r.version, r.rec, json.loads(r.raw), r.at_ms) for r in rows)


def draft(desk: Desk, draft_id: str) -> Draft | None:
    r = desk.store.draft_get(draft_id)
    return Draft(r.id, r.form, r.version, r.rec, json.loads(r.raw), r.at_ms) if r is not None else None


def drop_draft(desk: Desk, draft_id: str) -> Done[None]:
    """不要了: throw a draft away; it can be put back as it was."""
    row, said = desk.store.draft_get(draft_id), beside(desk, draft_id)
    desk.store.draft_drop(draft_id)
    if row is None:
        return Done(None)

    def back() -> Done[None]:
        desk.store.draft_save(row.id, desk.who.id, row.form, row.version, row.rec, row.raw, row.at_ms)
        if said:
            keep_beside(desk, draft_id, said)
        return Done(None)

    return Done(None, undo=back)


def beside(desk: Desk, draft_id: str) -> dict[str, Json]:
    """What a page keeps with a draft that is no answer of its form (which units take part); empty when nothing."""
    try:
        said = json.loads(desk.store.pref_get(desk.who.id, f"draft.{draft_id}") or "{}")
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def keep_beside(desk: Desk, draft_id: str, said: Mapping[str, Json]) -> None:
    desk.store.pref_put(desk.who.id, f"draft.{draft_id}", json.dumps(said, ensure_ascii=False))
