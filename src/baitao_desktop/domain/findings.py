"""The law of a finding (问题): one failed item, from 发现 through 整改 and 复查 to 销号.

A finding's id is derived from its inspection and item code, so that whoever makes it – the unit that handed in, the lead
after a take-in – makes the same one (kernel §3).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from baitao_desktop.domain.catalogue import colour_of
from baitao_desktop.domain.errors import Refused
from baitao_desktop.domain.inspections import DAY, VENUE, VENUE_CODE, VENUE_NAME, VILLAGE, Row, advice, linked
from baitao_desktop.domain.ops import Json, NewOp, OpKind, RecordId, derived_id
from baitao_desktop.domain.records import Head, Law, Record, Step, sets_for
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
    "set_due": "定整改期限",
}
LIVE = ("open", "rectified", "passed")
RESULTS = {"passed": "合格", "failed": "不合格，继续整改"}
_CLAUSE = "六（三）1"


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


def fold(steps: Sequence[Step]) -> FindingState:
    """Total; an act that does not fit the state it meets changes nothing."""
    state = FindingState()
    for step in steps:
        said = {k: v for k, v in step.data.items() if isinstance(v, str)}
        at = said.get("at", "")
        match step.act:
            case "register" if not state.at:
                state = replace(
                    state, no=said.get("no", ""), unit=said.get("unit", ""), person=said.get("person", ""), at=at,
                    due=said.get("due", ""), handling="rectified" if step.data.get("on_spot") is True else "open",
                    done="当场改正" if step.data.get("on_spot") is True else "", done_at=at if step.data.get("on_spot") is True else "",
                )  # fmt: skip
            case "set_due":
                state = replace(state, due=said.get("due", state.due))
            case "rectify" if state.handling in ("open", "rectified"):
                state = replace(
                    state, handling="rectified", done=said.get("text", ""), done_at=at, rounds=state.rounds + 1
                )
            case "recheck" if state.handling in ("open", "rectified"):
                passed = said.get("result") == "passed"
                state = replace(
                    state, handling="passed" if passed else "open", rechecked_at=said.get("rechecked_at", at),
                    rechecked_by=said.get("rechecked_by", ""), due=state.due if passed else said.get("due", state.due),
                )  # fmt: skip
            case "clear" if state.handling in ("rectified", "passed"):
                state = replace(state, handling="cleared", cleared_at=at, approver=said.get("approver", ""))
            case "void":
                state = replace(state, handling="void", reason=said.get("reason", ""))
            case "reopen":
                state = replace(state, handling="open", reason=said.get("reason", ""))
    return state


def head(record: Record, state: FindingState) -> Head:
    answers = record.answers
    facets = [(fld, v) for fld, v in answers.items() if "[" not in fld and isinstance(v, str) and 0 < len(v) <= 24]
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
    a problem no more. What has been done about it stays."""
    if wanted is None:
        return (
            []
            if state.handling == "void"
            else [_step(finding, "void", {"reason": "检查记录更正，这一项不再是问题", "at": at, "by": by})]
        )
    ops = sets_for(
        finding,
        {k: wanted.get(k) for k in ("shishi", "chengdu", BEFORE, DUE) if wanted.get(k) != finding.answers.get(k)},
    )
    due = wanted.get(DUE)
    if isinstance(due, str) and due and due != state.due:
        ops.append(_step(finding, "set_due", {"due": due, "at": at, "by": by}))
    if state.handling == "void":
        ops.append(_step(finding, "reopen", {"reason": "检查记录更正，这一项又成了问题", "at": at, "by": by}))
    return ops


def rectify(
    finding: Record, state: FindingState, *, text: str, photos: Sequence[Json] = (), by: str, at: str
) -> list[NewOp]:
    """整改: what was done, with a picture of afterwards where there is one."""
    _from(state, "rectify", ("open", "rectified"))
    said = _needs(text, "整改情况")
    kept: Json = list(photos)
    sets = sets_for(finding, {AFTER: kept}) if photos else []
    return [*sets, _step(finding, "rectify", {"text": said, "at": at, "by": by})]


def recheck(
    finding: Record, state: FindingState, *, result: str, rechecked_at: str, rechecked_by: str, text: str = "", due: str = "",
    by: str, at: str,
) -> list[NewOp]:  # fmt: skip
    """复查: passed, or not and a new date."""
    _from(state, "recheck", ("open", "rectified"))
    if result not in RESULTS:
        raise Refused("A04", "还没有选择复查结果。请选合格或不合格。", _CLAUSE)
    if due and day_of(due) is None:
        raise Refused("A15", "新的整改期限要写成日期，如 2022-05-25。请改正。", "")
    said: dict[str, Json] = {
        "result": result, "rechecked_at": _needs(rechecked_at, "复查时间"), "rechecked_by": _needs(rechecked_by, "复查人"),
        "text": text.strip(), "due": due, "at": at, "by": by,
    }  # fmt: skip
    return [_step(finding, "recheck", {k: v for k, v in said.items() if v != ""})]


def clear(finding: Record, state: FindingState, *, approver: str, by: str, at: str) -> list[NewOp]:
    """销号: only after a recheck that passed; who approved it stands in the step."""
    if state.handling == "rectified":
        raise Refused("A76", f"问题{state.no}还没有复查，不能销号。请先复查。", _CLAUSE)
    _from(state, "clear", ("passed",))
    return [_step(finding, "clear", {"approver": _needs(approver, "批准人"), "at": at, "by": by})]


def set_due(finding: Record, state: FindingState, *, due: str, reason: str, by: str, at: str) -> list[NewOp]:
    """定整改期限, or another one, with its reason."""
    _from(state, "set_due", ("open", "rectified"))
    if day_of(due) is None:
        raise Refused("A15", "整改期限要写成日期，如 2022-05-25。请改正。", "")
    return [
        *sets_for(finding, {DUE: due}),
        _step(finding, "set_due", {"due": due, "reason": _needs(reason, "理由"), "at": at, "by": by}),
    ]


def colours(open_: Iterable[str]) -> dict[str, str]:
    """Colour of each venue from the `venue_open` facets of its open findings (domain §1.0); a place without any is green
    and does not stand here."""
    held: dict[str, list[str]] = {}
    for said in open_:
        venue, _, severity = said.rpartition(" ")
        held.setdefault(venue, []).append(severity)
    return {venue: colour_of(severities) for venue, severities in held.items()}


def _from(state: FindingState, act: str, handled: Sequence[str]) -> None:
    if state.handling not in handled:
        raise Refused(
            "A03", f"问题{state.no}现在是“{STATUS[state.handling]}”，不能{ACTS[act]}。请先看右边的办理经过。", _CLAUSE
        )


def _needs(text: str, what: str) -> str:
    if not text.strip():
        raise Refused("A04", f"还没有填写{what}。请填写后再办。", _CLAUSE)
    return text.strip()


def _step(record: Record, act: str, data: Mapping[str, Json]) -> NewOp:
    return NewOp(record.id, record.form, record.scope, OpKind.STEP, act, data)
