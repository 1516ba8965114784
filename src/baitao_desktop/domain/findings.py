"""The law of a finding (问题): one failed item, from 发现 through 整改 and 复查 to 销号.

A finding's id is derived from its inspection and item code, so that whoever makes it – the unit that handed in, the lead
after a take-in – makes the same one (kernel §3).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from baitao_desktop.domain.catalogue import colour_of
from baitao_desktop.domain.errors import Refused, needed
from baitao_desktop.domain.inspections import DAY, VENUE, VENUE_CODE, VENUE_NAME, VILLAGE, Row, advice, linked
from baitao_desktop.domain.ops import Json, NewOp, OpKind, OpRef, RecordId, derived_id
from baitao_desktop.domain.records import Head, Law, Record, Step, answer_facets, sets_for, step_for
from baitao_desktop.domain.values import day_of

KIND = "finding"
FORM = "wenti"
SEVERITY, DUE, BEFORE, AFTER = "chengdu", "zhenggai_qixian", "zhaopian", "zhenggaihou"
STATUS = {
    "open": "待整改", "rectified": "已整改待复查", "passed": "复查合格待销号", "cleared": "已销号", "void": "已作废",
}  # fmt: skip
ACTS = {
    "register": "发现",
    "rectify": "整改",
    "recheck": "复查",
    "clear": "销号",
    "void": "作废",
    "reopen": "重新列出",
    "follow": "随检查记录更正",
    "set_due": "定整改期限",
}
LIVE = ("open", "rectified", "passed")
RESULTS = {"passed": "合格", "failed": "不合格，继续整改"}
_CLAUSE = "六（三）1"
ON_SPOT = "当场改正"
FOLLOWING = ("dangchang", BEFORE, VENUE, VENUE_CODE, VILLAGE, DUE)
"""Answers that a correction may also take away."""


@dataclass(frozen=True, slots=True)
class FindingState:
    """`due` is the newest date set; empty = none was set."""

    handling: str = "open"
    no: str = ""
    unit: str = ""
    person: str = ""
    at: str = ""
    due: str = ""
    done: str = ""
    done_at: str = ""
    rechecked_at: str = ""
    rechecked_by: str = ""
    cleared_at: str = ""
    approver: str = ""
    reason: str = ""
    rounds: int = 0
    row_due: str = ""
    """The date its row last said; one that a person set since stands in `due` alone."""


def fold(steps: Sequence[Step]) -> FindingState:
    """Total; an act that does not fit the state it meets changes nothing.

    Where one laptop passed or cleared what another, not knowing of it, found still wrong, the finding stays open:
    doubt never ends in 销号.
    """
    state = FindingState()
    seen: dict[OpRef, frozenset[OpRef]] = {}
    failed: list[OpRef] = []
    settled: OpRef | None = None
    prior = "open"
    for step in steps:
        seen[step.id] = before = frozenset(step.after).union(*(seen.get(ref, frozenset()) for ref in step.after))
        known = all(ref in before for ref in failed)
        said = {k: v for k, v in step.data.items() if isinstance(v, str)}
        match step.act:
            case "register" if not state.at:
                state = _found(state, said, on_spot=step.data.get("on_spot") is True)
            case "set_due":
                state = replace(state, due=said.get("due", state.due))
            case "follow":
                state = _followed(state, said, step.data.get("on_spot"))
            case "rectify" if state.handling in ("open", "rectified"):
                done, at = said.get("text", ""), said.get("at", "")
                state = replace(state, handling="rectified", done=done, done_at=at, rounds=state.rounds + 1)
            case "recheck" if said.get("result") != "passed":
                if state.handling in ("open", "rectified") or (state.handling != "void" and settled not in before):
                    failed.append(step.id)
                    state = replace(
                        _rechecked(state, said),
                        handling="open",
                        due=said.get("due", state.due),
                        cleared_at="",
                        approver="",
                    )
            case "recheck" if state.handling in ("open", "rectified") and known:
                settled, state = step.id, replace(_rechecked(state, said), handling="passed")
            case "clear" if state.handling in ("rectified", "passed") and known:
                settled = step.id
                state = replace(
                    state, handling="cleared", cleared_at=said.get("at", ""), approver=said.get("approver", "")
                )
            case "void":
                prior = prior if state.handling == "void" else state.handling
                state = replace(state, handling="void", reason=said.get("reason", ""))
            case "reopen" if state.handling == "void":
                # 检查记录改错又改回来：办过的还在
                state = replace(state, handling=prior, reason=said.get("reason", ""))
            case "reopen" if state.handling not in ("open", "rectified"):
                state = FindingState(
                    "open", state.no, state.unit, state.person, state.at, state.due, reason=said.get("reason", ""), rounds=state.rounds,
                    row_due=state.row_due,
                )  # fmt: skip
    return state


def _found(state: FindingState, said: Mapping[str, str], *, on_spot: bool) -> FindingState:
    due, at = said.get("due", ""), said.get("at", "")
    state = replace(
        state,
        no=said.get("no", ""),
        unit=said.get("unit", ""),
        person=said.get("person", ""),
        at=at,
        due=due,
        row_due=due,
    )
    return replace(state, handling="rectified", done=ON_SPOT, done_at=at) if on_spot else state


def _followed(state: FindingState, said: Mapping[str, str], on_spot: Json) -> FindingState:
    """What a correction of the inspection changed: its date for this item, or whether it was put right on the spot."""
    if "due" in said:
        state = replace(state, due=said["due"], row_due=said["due"])
    if on_spot is True and state.handling == "open" and not state.rounds:
        return replace(state, handling="rectified", done=ON_SPOT, done_at=said.get("at", ""))
    if on_spot is False and state.handling == "rectified" and state.done == ON_SPOT:
        return replace(state, handling="open", done="", done_at="")
    return state


def _rechecked(state: FindingState, said: Mapping[str, str]) -> FindingState:
    return replace(
        state, rechecked_at=said.get("rechecked_at", said.get("at", "")), rechecked_by=said.get("rechecked_by", "")
    )


def head(record: Record, state: FindingState) -> Head:
    answers = record.answers
    facets = answer_facets(answers)
    live = state.handling in LIVE and not record.deleted
    if live and (name := answers.get(VENUE_NAME)):
        severity = str(answers.get(SEVERITY, "general"))
        # 场所颜色按这两条数：底册里的场所按编号，不在底册里的按名称
        facets.append(("venue_open", f"{answers.get(VENUE) or name} {severity}"))
    return Head(
        no=state.no, status=state.handling, unit=str(answers.get("zeren_danwei") or state.unit), person=state.person,
        due=state.due if state.handling == "open" else "", received=state.at, closed=state.cleared_at,
        facets=tuple(facets), links=linked(answers, {"inspection": "jiancha", "venue": VENUE}), state={"done_at": state.done_at, "rounds": state.rounds},
    )  # fmt: skip


LAW: Law[FindingState] = Law(KIND, 1, fold, head, STATUS, ACTS)


def finding_id(inspection: RecordId, code: str) -> RecordId:
    return derived_id("finding", inspection, code)


def answers_for(inspection: Record, row: Row, *, no: str, line: str, unit: str, law: str) -> dict[str, Json]:
    """What a finding says, from the inspection and its failed row; empty ones left out. `law`: in words, as in force on the
    inspection's day."""
    said = inspection.answers
    photos: list[Json] = list(row.photos)
    found: dict[str, Json] = {
        "jiancha": inspection.id, "jiancha_bianhao": no, "faxian_riqi": said.get(DAY), "changsuo": said.get(VENUE),
        "changsuo_mingcheng": said.get(VENUE_NAME), "changsuo_daima": said.get(VENUE_CODE), "suozai_cunshe": said.get(VILLAGE),
        "hangye": line, "xiang": row.code, "neirong": row.text, "shishi": row.fact or row.text, "chengdu": row.severity,
        "yiju": law, "jianyi": advice(row.measure), "zeren_danwei": unit,
        "dangchang": "shi" if row.on_spot else None, "zhenggai_qixian": row.due, "zhaopian": photos or None,
    }  # fmt: skip
    return {k: v for k, v in found.items() if v not in (None, "")}


def register(
    rec: RecordId, inspection: Record, answers: Mapping[str, Json], *, unit: str, person: str, at: str, version: str
) -> list[NewOp]:
    """The finding of a failed row (`answers_for`), in the inspection's own scope."""
    due = answers.get(DUE)
    said: dict[str, Json] = {
        "no": f"{answers['jiancha_bianhao']}-{answers['xiang']}", "unit": unit, "person": person, "at": at, "version": version,
        **({"due": due} if due else {}), **({"on_spot": True} if answers.get("dangchang") == "shi" else {}),
    }  # fmt: skip
    scope, held = inspection.scope, dict(answers)
    return [NewOp(rec, FORM, scope, OpKind.CREATE, "", held), NewOp(rec, FORM, scope, OpKind.STEP, "register", said)]


def follow(finding: Record, state: FindingState, wanted: Mapping[str, Json] | None, *, by: str, at: str) -> list[NewOp]:
    """Bring a finding in line after its inspection was corrected: `wanted` is what it should say, None when the item is
    a problem no more. What has been done about it stays, and so does a date a person set since."""
    if wanted is None:
        said: dict[str, Json] = {"reason": "检查记录更正，这一项不再是问题", "at": at, "by": by}
        return [] if state.handling == "void" else [step_for(finding, "void", said)]
    due, on_spot = str(wanted.get(DUE) or ""), wanted.get("dangchang") == "shi"
    moved: dict[str, Json] = {"due": due} if due != state.row_due else {}
    if on_spot != (finding.answers.get("dangchang") == "shi"):
        moved["on_spot"] = on_spot
    keys = {k for k in (*wanted, *FOLLOWING) if k != DUE or "due" in moved}
    ops = sets_for(finding, {k: wanted.get(k) for k in sorted(keys) if wanted.get(k) != finding.answers.get(k)})
    if moved:
        ops.append(step_for(finding, "follow", {**moved, "at": at, "by": by}))
    if state.handling == "void":
        ops.append(step_for(finding, "reopen", {"reason": "检查记录更正，这一项又成了问题", "at": at, "by": by}))
    return ops


def rectify(
    finding: Record, state: FindingState, *, text: str, photos: Sequence[Json] = (), by: str, at: str
) -> list[NewOp]:
    """整改: what was done, with a picture of afterwards where there is one."""
    _from(state, "rectify", ("open", "rectified"))
    said = needed(text, "整改情况", _CLAUSE)
    before = finding.answers.get(AFTER)
    kept: Json = [*(before if isinstance(before, list) else []), *photos]
    sets = sets_for(finding, {AFTER: kept}) if photos else []
    return [*sets, step_for(finding, "rectify", {"text": said, "at": at, "by": by})]


def recheck(
    finding: Record, state: FindingState, *, result: str, rechecked_at: str, rechecked_by: str, text: str = "", due: str = "",
    by: str, at: str,
) -> list[NewOp]:  # fmt: skip
    """复查: passed, or not and a new date."""
    _from(state, "recheck", ("open", "rectified"))
    if result not in RESULTS:
        raise Refused("A04", "还没有选择复查结果。请选合格或不合格。", _CLAUSE)
    _is_due(finding, due)
    when = day_of(needed(rechecked_at, "复查时间", _CLAUSE))
    if when is None or not _found_on(finding) <= when.isoformat() <= at[:10]:
        raise Refused("A83", "复查时间要在发现之后、今天以前。请改正日期。", _CLAUSE)
    said: dict[str, Json] = {
        "result": result, "rechecked_at": needed(rechecked_at, "复查时间", _CLAUSE), "rechecked_by": needed(rechecked_by, "复查人", _CLAUSE),
        "text": text.strip(), "due": due, "at": at, "by": by,
    }  # fmt: skip
    sets = sets_for(finding, {DUE: due}) if due and result == "failed" else []
    return [*sets, step_for(finding, "recheck", {k: v for k, v in said.items() if v != ""})]


def clear(finding: Record, state: FindingState, *, approver: str, by: str, at: str) -> list[NewOp]:
    """销号: only after a recheck that passed; who approved it stands in the step."""
    if state.handling == "rectified":
        raise Refused("A76", f"问题{state.no}还没有复查，不能销号。请先复查。", _CLAUSE)
    _from(state, "clear", ("passed",))
    return [step_for(finding, "clear", {"approver": needed(approver, "批准人", _CLAUSE), "at": at, "by": by})]


def set_due(finding: Record, state: FindingState, *, due: str, reason: str, by: str, at: str) -> list[NewOp]:
    """定整改期限, or another one, with its reason."""
    _from(state, "set_due", ("open", "rectified"))
    _is_due(finding, needed(due, "整改期限", _CLAUSE))
    return [
        *sets_for(finding, {DUE: due}),
        step_for(finding, "set_due", {"due": due, "reason": needed(reason, "理由", _CLAUSE), "at": at, "by": by}),
    ]


def reopen(finding: Record, state: FindingState, *, reason: str, by: str, at: str) -> list[NewOp]:
    """重新列出: taken back is a 复查合格 or 销号 that was a mistake; with its reason."""
    _from(state, "reopen", ("passed", "cleared"))
    return [step_for(finding, "reopen", {"reason": needed(reason, "重新列出的理由", _CLAUSE), "at": at, "by": by})]


def colours(open_: Iterable[str]) -> dict[str, str]:
    """Colour of each venue from the `venue_open` facets of its open findings (domain §1.0); a place without any is green
    and does not stand here."""
    held: dict[str, list[str]] = {}
    for said in open_:
        venue, _, severity = said.rpartition(" ")
        held.setdefault(venue, []).append(severity)
    return {venue: colour_of(severities) for venue, severities in held.items()}


def _found_on(finding: Record) -> str:
    return str(finding.answers.get("faxian_riqi") or "")[:10]


def _is_due(finding: Record, due: str) -> None:
    when = day_of(due) if due else None
    if due and (when is None or when.isoformat() < _found_on(finding)):
        raise Refused("A15", "整改期限要写成日期，如 2022-05-25，而且不能早于发现那天。请改正。", "")


def _from(state: FindingState, act: str, handled: Sequence[str]) -> None:
    if state.handling not in handled:
        raise Refused(
            "A03", f"问题{state.no}现在是“{STATUS[state.handling]}”，不能{ACTS[act]}。请先看右边的办理经过。", _CLAUSE
        )
