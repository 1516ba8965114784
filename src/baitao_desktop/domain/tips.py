"""The law of a tip (线索), first course: states folded from steps, and the rule of each act.

A rule takes the record's present state and gives the operations of the act, or raises Refused; it never touches a store.
There is no way to refuse a tip (方案五（一）2 “不得拒绝了事”): no act and no state says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from baitao_desktop.domain.cards import Card
from baitao_desktop.domain.errors import Refused, needed
from baitao_desktop.domain.ops import Json, NewOp, OpKind, OpRef, canonical
from baitao_desktop.domain.people import Person, require
from baitao_desktop.domain.records import Head, Law, Record, Step, sets_for
from baitao_desktop.domain.values import day_of

KIND = "tip"
FORM = "xiansuo"
IDENTITY = "jubaoren"
"""Field of the Sealed reporter block: always there, always of one size."""
QUERY_HASH = "chaxunma"
"""Field of the query code's hash."""
LOSS, RETURNED = "sunshi_fen", "yituihui_fen"
_CLAUSE = "五（一）2"

STATUS = {
    "registered": "已登记",
    "handed_up": "已上报待受理",
    "accepted": "已受理",
    "handling": "查办中",
    "closed": "已办结",
    "void": "已作废",
}
FEEDBACK = {"pending": "待回复", "done": "已回复", "declined": "举报人要求不回复", "unreachable": "未回访"}
RESULTS = {"true": "属实", "partly": "部分属实", "untrue": "不属实", "unclear": "无法核实"}
ACTS = {
    "register": "登记", "hand_up": "上报街道", "accept": "受理", "verify": "核实", "correct": "更正", "close": "办结",
    "void": "作废", "feedback": "回复举报人", "revoke": "撤销", "office_no": "编总台账号",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TipState:
    """Everything a tip's list row, papers and next act need, from its steps alone."""

    handling: str = "draft"
    feedback: str = "none"
    no: str = ""
    office_no: str = ""
    first_unit: str = ""
    first_person: str = ""
    registered_at: str = ""
    unit: str = ""
    person: str = ""
    person_id: str = ""
    accepted_at: str = ""
    due_verify: str = ""
    due_close: str = ""
    verified_at: str = ""
    verified_by: str = ""
    seen: str = ""
    result: str = ""
    closed_at: str = ""
    conclusion: str = ""
    reply: str = ""
    feedback_at: str = ""
    feedback_how: str = ""
    reaction: str = ""
    reason: str = ""
    flags: tuple[tuple[OpRef, str], ...] = ()

    @property
    def is_open(self) -> bool:
        return self.handling not in ("closed", "void")

    @property
    def due(self) -> str:
        """The date the next duty falls due, empty when none was typed or nothing is owed."""
        if not self.is_open:
            return ""
        return self.due_close if self.handling == "handling" else (self.due_verify or self.due_close)


# 从哪些状态可以做哪个动作；更正、总台账号、撤销不改变办理状态
_FROM = {
    "register": ("draft",),
    "hand_up": ("registered",),
    "accept": ("registered", "handed_up"),
    "verify": ("accepted", "handling"),
    "close": ("accepted", "handling"),
    "void": ("registered", "handed_up", "accepted", "handling"),
    "feedback": ("closed",),
    "correct": ("registered", "handed_up", "accepted", "handling"),
}
_TO = {
    "register": "registered",
    "hand_up": "handed_up",
    "accept": "accepted",
    "verify": "handling",
    "close": "closed",
    "void": "void",
}
_TAKES: dict[str, tuple[str, ...]] = {
    "register": ("no", "first_unit", "first_person", "registered_at"),
    "hand_up": (),
    "accept": ("unit", "person", "person_id", "accepted_at", "due_verify", "due_close"),
    "verify": ("verified_at", "verified_by", "seen", "result"),
    "close": ("closed_at", "conclusion", "reply"),
    "void": ("reason",),
    "feedback": ("feedback_at", "feedback_how", "reaction"),
}


def fold(steps: Sequence[Step]) -> TipState:
    """The state of a tip. Total: an act that does not fit, or is not known, is kept in the log and flagged here."""
    gone = revoked(steps)
    state = TipState()
    flags: list[tuple[OpRef, str]] = []
    mirrored: set[str] = set()
    for step in steps:
        if step.id in gone or step.act == "revoke":
            continue
        act, data = step.act, step.data
        if act == "mirrored":
            source = canonical(data.get("from"))
            inner = data.get("data")
            if source in mirrored:
                continue
            mirrored.add(source)
            act, data = str(data.get("act")), inner if isinstance(inner, Mapping) else {}
        if act == "office_no":
            state = replace(state, office_no=state.office_no or _text(data, "office_no"))
        elif act == "correct" or act in _TO or act == "feedback":
            if state.handling not in _FROM[act]:
                flags.append((step.id, f"out_of_order:{act}"))
                continue
            state = _apply(state, act, data)
        else:
            flags.append((step.id, f"unknown:{act}"))
    return replace(state, flags=tuple(flags))


def revoked(steps: Sequence[Step]) -> frozenset[OpRef]:
    """Steps taken back. The registration itself is never revoked (作废 is for that): the number must stay in the ledger."""
    known = {step.id: step for step in steps}
    out: set[OpRef] = set()
    for step in steps:
        of = step.data.get("of") if step.act == "revoke" else None
        if isinstance(of, list) and len(of) == 2 and isinstance(of[0], str) and type(of[1]) is int:
            target = known.get(OpRef(of[0], of[1]))  # type: ignore[arg-type]
            if target is not None and target.act not in ("register", "revoke", "office_no"):
                out.add(target.id)
    return frozenset(out)


def _apply(state: TipState, act: str, data: Mapping[str, Json]) -> TipState:
    changes: dict[str, Any] = {name: _text(data, name) for name in _TAKES.get(act, ())}
    if act in _TO:
        changes["handling"] = _TO[act]
    if act == "register":
        changes["unit"] = changes["first_unit"]
    elif act == "hand_up":
        changes["unit"] = _text(data, "to")
    elif act == "close":
        changes["feedback"] = "pending"
    elif act == "feedback":
        outcome = _text(data, "outcome")
        changes["feedback"] = outcome if outcome in FEEDBACK else "done"
    return replace(state, **changes)


def _text(data: Mapping[str, Json], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""


def head(record: Record, state: TipState) -> Head:
    """The list row of a tip; title and search text are added from the form by the projection."""
    answers = record.answers
    facets = [
        (key, str(answers[key]))
        for key in ("qudao", "suozai_cunshe", "shouduan", "jinji", "laiyuan")
        if answers.get(key)
    ]
    pretexts = answers.get("mingyi")
    facets += [("mingyi", str(value)) for value in (pretexts if isinstance(pretexts, list) else ())]
    facets += [("result", state.result)] if state.result else []
    facets += [("query", str(answers[QUERY_HASH]))] if answers.get(QUERY_HASH) else []
    facets.append(("first_unit", state.first_unit))
    return Head(
        no=state.no,
        status=state.handling,
        tracks=(state.feedback, state.office_no, ""),
        unit=state.unit,
        person=state.person,
        due=state.due,
        received=_text(answers, "jieshou_shijian") or state.registered_at,
        closed=state.closed_at,
        facets=tuple(facets),
        state={k: v for k, v in asdict(state).items() if k != "flags" and v},
        flags=tuple(code for _, code in state.flags),
    )


def state_of(line_state: Json) -> TipState:
    """The state kept in a list row's `head.state` (flags excepted)."""
    known = line_state if isinstance(line_state, dict) else {}
    texts: dict[str, Any] = {
        k: v for k, v in known.items() if k in TipState.__dataclass_fields__ and isinstance(v, str)
    }
    return TipState(**texts)


LAW: Law[TipState] = Law(KIND, 1, fold, head, STATUS, ACTS)


# —— 动作的规则 ——


def may(act: str, state: TipState, who: Person, card: Card) -> bool:
    """Whether the button for this act stands on this tip's page for this person."""
    if act in _FROM and state.handling not in _FROM[act]:
        return False
    try:
        _require(act, state, who, card)
    except Refused:
        return False
    return True


def _require(act: str, state: TipState, who: Person, card: Card) -> None:
    first = state.first_unit in card.codes
    # 首接单位始终可以更正自己登错的、把结果告诉老人（USERS 8），其余随承办单位
    own = (state.unit or state.first_unit) in card.codes or (first and act in ("correct", "feedback"))
    require(act, who, card, own=own, first=first)


def _check(act: str, state: TipState, who: Person, card: Card) -> None:
    if state.handling not in _FROM[act]:
        now = STATUS.get(state.handling, "未登记")
        raise Refused("A03", f"线索{state.no}现在是“{now}”，不能{ACTS[act]}。请先看右边的办理经过。", _CLAUSE)
    _require(act, state, who, card)


def _step(record: Record, act: str, data: Mapping[str, Json]) -> NewOp:
    return NewOp(
        record.id, record.form, record.scope, OpKind.STEP, act, {k: v for k, v in data.items() if v not in ("", None)}
    )


def _is_day(text: str, what: str) -> None:
    if text and day_of(text) is None:
        raise Refused("A15", f"{what}要写成日期，如 2022-05-25。请改正。", "")


def register(*, no: str, who: Person, unit: str, at: str, version: str = "") -> Mapping[str, Json]:
    """Data of the first step: first unit and first person stand here for ever (首接责任制)."""
    return {
        "no": no,
        "first_unit": unit,
        "first_person": who.name,
        "first_person_id": who.id,
        "registered_at": at,
        "version": version,
    }


def hand_up(record: Record, state: TipState, who: Person, card: Card, *, to: str, at: str) -> list[NewOp]:
    _check("hand_up", state, who, card)
    return [_step(record, "hand_up", {"to": to, "at": at, "by": who.name})]


def accept(
    record: Record, state: TipState, who: Person, card: Card, *, unit: str, person: str, person_id: str = "",
    due_verify: str = "", due_close: str = "", at: str,
) -> list[NewOp]:  # fmt: skip
    """受理: exactly one responsible person from here on (方案五（一）2 “明确专人负责”)."""
    _check("accept", state, who, card)
    name = needed(person, "责任人", _CLAUSE)
    if any(sign in name for sign in "、，,;；/ 　") or re.search(r".{2,}[和与及].{2,}", name):
        raise Refused("A05", "责任人只能写一个人。请只留一名责任人，协助的人写在核实情况里。", _CLAUSE)
    _is_day(due_verify, "核实期限")
    _is_day(due_close, "办结期限")
    if due_verify and due_close and due_close < due_verify:
        raise Refused("A06", "办结期限早于核实期限。请改正日期。", _CLAUSE)
    data = {
        "unit": unit, "person": name, "person_id": person_id, "due_verify": due_verify, "due_close": due_close,
        "accepted_at": at, "by": who.name,
    }  # fmt: skip
    return [_step(record, "accept", data)]


def verify(
    record: Record, state: TipState, who: Person, card: Card, *, verified_at: str, verified_by: str, seen: str,
    result: str, at: str,
) -> list[NewOp]:  # fmt: skip
    """核实: who went, when, what was seen, and what it came to."""
    _check("verify", state, who, card)
    if result not in RESULTS:
        raise Refused("A04", "还没有选择核实结果。请选属实、部分属实、不属实或无法核实。", _CLAUSE)
    _is_day(verified_at, "核实时间")
    data = {
        "verified_at": needed(verified_at, "核实时间", _CLAUSE), "verified_by": needed(verified_by, "核实人", _CLAUSE),
        "seen": needed(seen, "核实情况", _CLAUSE), "result": result, "at": at, "by": who.name,
    }  # fmt: skip
    return [_step(record, "verify", data)]


def correct(
    record: Record, state: TipState, who: Person, card: Card, *, changes: Mapping[str, Json], reason: str, at: str
) -> list[NewOp]:
    """更正: answers change, the old values stay in the history, the reason stands in the step."""
    _check("correct", state, who, card)
    why = needed(reason, "更正理由", _CLAUSE)
    wrong = {IDENTITY, QUERY_HASH} & set(changes)
    if wrong:
        raise Refused("A07", "举报人信息不能更正，只能重新密封。请用“重新填写”。", "五（一）1")
    sets = sets_for(record, changes)
    if not sets:
        raise Refused("A08", "没有改动任何内容，不用更正。", "")
    fields = sorted(op.fld for op in sets)
    return [*sets, _step(record, "correct", {"reason": why, "fields": fields, "at": at, "by": who.name})]


def close(
    record: Record, state: TipState, who: Person, card: Card, *, conclusion: str, reply: str, loss_fen: int | None,
    returned_fen: int | None, at: str,
) -> list[NewOp]:  # fmt: skip
    """办结: two texts, and the sums 损失 / 已退回 written as answers in the same transaction (figures read answers only)."""
    _check("close", state, who, card)
    if loss_fen is None or returned_fen is None:
        raise Refused("A09", "办结前要填写损失和已退回的金额，没有就填0。", _CLAUSE)
    if not 0 <= returned_fen <= loss_fen:
        raise Refused("A10", "已退回的金额不能大于损失，也不能小于0。请核对。", _CLAUSE)
    data = {
        "conclusion": needed(conclusion, "内部结论", _CLAUSE), "reply": needed(reply, "给举报人的回复", _CLAUSE), "closed_at": at, "by": who.name,
    }  # fmt: skip
    return [*sets_for(record, {LOSS: loss_fen, RETURNED: returned_fen}), _step(record, "close", data)]


def void(record: Record, state: TipState, who: Person, card: Card, *, reason: str, at: str) -> list[NewOp]:
    """作废: the row stays in the ledger, its number is not used again."""
    _check("void", state, who, card)
    return [_step(record, "void", {"reason": needed(reason, "作废理由", _CLAUSE), "at": at, "by": who.name})]


def feedback(
    record: Record, state: TipState, who: Person, card: Card, *, feedback_at: str, how: str, text: str, reaction: str,
    outcome: str = "done", at: str,
) -> list[NewOp]:  # fmt: skip
    """回复举报人: when, how, which text, how it was taken; 要求不回复 and 未回访 are outcomes too."""
    _check("feedback", state, who, card)
    if outcome not in FEEDBACK or outcome == "pending":
        raise Refused("A04", "还没有选择回复结果。请选一个。", _CLAUSE)
    _is_day(feedback_at, "回复时间")
    data = {
        "feedback_at": needed(feedback_at, "回复时间", _CLAUSE), "feedback_how": needed(how, "回复方式", _CLAUSE), "text": text.strip(),
        "reaction": reaction.strip(), "outcome": outcome, "at": at, "by": who.name,
    }  # fmt: skip
    return [_step(record, "feedback", data)]


def revoke(record: Record, state: TipState, who: Person, card: Card, *, of: OpRef, at: str) -> list[NewOp]:
    """撤销 of one's own last act, as long as nobody has acted after it."""
    if state.handling == "void":
        raise Refused("A03", "这条线索已作废，不能撤销。请重新登记。", _CLAUSE)
    step = next((s for s in record.steps if s.id == of), None)
    if step is None or step.act in ("register", "revoke", "office_no"):
        raise Refused("A11", "登记不能撤销；登错了请用“作废”，编号和记录都会保留。", _CLAUSE)
    if step.actor != who.id:
        raise Refused("A12", "只能撤销自己刚才办的这一步。", "")
    if of not in record.step_heads:
        raise Refused("A13", "这一步之后已经有人办理，不能再撤销。请用“更正”。", "")
    require("revoke", who, card, own=True, first=True)
    return [_step(record, "revoke", {"of": [of.dev, of.seq], "at": at, "by": who.name})]


def number_by_office(record: Record, state: TipState, *, office_no: str, at: str) -> list[NewOp]:
    """总台账号, once; drawn only on the office device its card names."""
    if state.office_no or not state.no:
        return []
    return [_step(record, "office_no", {"office_no": office_no, "at": at})]


def status_text(state: TipState, *, unit_name: str, telephones: Sequence[str], expected: str) -> str:
    """What the daughter who phones may hear: handling unit, telephone, expected date, reply. Never a name or a place."""
    said = {
        "registered": f"您反映的情况已由{unit_name}登记",
        "handed_up": "您反映的情况已登记并上报街道，等待受理",
        "accepted": f"您反映的情况已受理，由{unit_name}承办",
        "handling": f"您反映的情况已核实，由{unit_name}继续查办",
        "closed": f"您反映的情况已办结。{state.reply}",
        "void": "这条登记已作废，请向专项办了解",
    }.get(state.handling, "还没有登记")
    when = f"，预计{expected}前答复" if expected and state.is_open else ""
    return f"{said.rstrip('。')}{when}。查询电话：{'、'.join(telephones)}。"
