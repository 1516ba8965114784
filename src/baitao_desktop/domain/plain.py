"""The law of a record without a law of its own: 登记, 更正, 作废 — so that an office's own form works without code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from baitao_desktop.domain.errors import Refused, needed
from baitao_desktop.domain.ops import Json, NewOp
from baitao_desktop.domain.records import Head, Law, Record, Step, answer_facets, sets_for, step_for

KIND = "plain"
STATUS = {"saved": "已登记", "void": "已作废"}
ACTS = {"register": "登记", "correct": "更正", "void": "作废"}


@dataclass(frozen=True, slots=True)
class PlainState:
    handling: str = "saved"
    no: str = ""
    unit: str = ""
    person: str = ""
    at: str = ""
    reason: str = ""


def fold(steps: Sequence[Step]) -> PlainState:
    """Total; unknown acts pass."""
    state = PlainState()
    for step in steps:
        text = {k: v for k, v in step.data.items() if isinstance(v, str)}
        if step.act == "register" and not state.at:
            state = replace(
                state,
                no=text.get("no", ""),
                unit=text.get("unit", ""),
                person=text.get("person", ""),
                at=text.get("at", ""),
            )
        elif step.act == "void":
            state = replace(state, handling="void", reason=text.get("reason", ""))
    return state


def head(record: Record, state: PlainState) -> Head:
    return Head(
        no=state.no,
        status=state.handling,
        unit=state.unit,
        person=state.person,
        received=state.at,
        facets=tuple(answer_facets(record.answers)),
        state={"no": state.no, "unit": state.unit, "person": state.person, "at": state.at, "reason": state.reason},
    )


LAW: Law[PlainState] = Law(KIND, 2, fold, head, STATUS, ACTS)


def register(*, no: str, unit: str, person: str, at: str, version: str = "") -> Mapping[str, Json]:
    """Data of the first step; `version` is the form's, by which the record is shown for ever."""
    return {"no": no, "unit": unit, "person": person, "at": at, **({"version": version} if version else {})}


def correct(record: Record, *, changes: Mapping[str, Json], reason: str, by: str, at: str) -> list[NewOp]:
    """Changed answers plus a step with the reason; Refused when nothing changed, or no reason, or void."""
    if fold(record.steps).handling == "void":
        raise Refused("A14", "这条记录已作废，不能更正。", "")
    why = needed(reason, "更正理由")
    sets = sets_for(record, changes)
    if not sets:
        raise Refused("A08", "没有改动任何内容，不用更正。", "")
    data = {"reason": why, "fields": sorted(op.fld for op in sets), "at": at, "by": by}
    return [*sets, step_for(record, "correct", data)]


def void(record: Record, *, reason: str, by: str, at: str) -> list[NewOp]:
    why = needed(reason, "作废理由")
    return [step_for(record, "void", {"reason": why, "at": at, "by": by})]
