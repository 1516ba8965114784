"""What a checklist says: its four answers by meaning, the words of a row's state, and what it asks of its page."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from baitao_desktop.domain.catalogue import ANSWERS
from baitao_desktop.domain.inspections import Row, by_meaning, severity_word
from baitao_desktop.domain.values import half_width

KEYS = (1, 2, 3, 4)
"""In order, problem, 不适用, 未查: the keys, and the places of the four answers from left to right (USERS 10)."""
NOT_ASKED = "分流后不用答"
GONE = "现行目录里已经没有这一项；当时的内容照旧保留，可以接着填。"
OWN_DUTY = "这一项是检查人员自己要办的事，不算被检查方的问题。"


@dataclass(frozen=True, slots=True)
class CheckDoor:
    """What a checklist asks of its page: `law(refs, day)` names the law in force on the day for a row's references (none
    = 依据 is not shown), `may_answer(row)` whether it is answered here, `unit_name(code)` the name of who else does."""

    law: Callable[[Sequence[str], date], Sequence[str]] = lambda _refs, _day: ()
    may_answer: Callable[[Row], bool] = lambda _row: True
    unit_name: Callable[[str], str] = lambda code: code


def check_door(
    lists: Mapping[str, Sequence[Mapping[str, str]]],
    may_answer: Callable[[Row], bool] | None,
    law: Callable[[Sequence[str], date], Sequence[str]] | None,
) -> CheckDoor:
    """The door of a page that has these two, or not; units are called as the list of units calls them."""
    units = {unit["name"]: unit.get("label", "") for unit in lists.get("units.csv", ()) if unit.get("name")}
    said = CheckDoor()
    return CheckDoor(law or said.law, may_answer or said.may_answer, lambda code: units.get(code) or code)


@dataclass(frozen=True, slots=True)
class Segment:
    """One of the four answers on a row: what it stores, its words, its sign and its colours."""

    value: str
    words: str
    icon: str
    tone: str


def segments(row: Row) -> tuple[Segment, ...]:
    """The answers in the order of their keys. 是 and 否 change places with the polarity of the item, the meaning never."""
    found = []
    for key, meaning, icon, tone in ((1, "正常", "ok", "ok"), (2, "有问题", "error", "problem")):
        value = by_meaning(row, key)
        if row.ok_answer in ("yes", "no"):
            found.append(Segment(value, f"{ANSWERS[value]}·{meaning}", icon, tone))
        else:
            found.append(Segment(value, ANSWERS[value], "ok", "none"))
    found.append(Segment(by_meaning(row, 3), "不适用", "info", "none"))
    found.append(Segment(by_meaning(row, 4), "未查", "clock", "unchecked"))
    return tuple(found)


def state_words(row: Row, *, asked: bool) -> str:
    """How a row stands, for the screen reader."""
    if not asked:
        return NOT_ASKED
    chosen = next((s.words for s in segments(row) if s.value == row.answer), "")
    return chosen or (ANSWERS.get(row.answer, row.answer) if row.answer else "未答")


def remarks(row: Row, *, asked: bool, surplus: bool, answered_by: str) -> tuple[tuple[str, str], ...]:
    """(words, role) of the lines that stand under a row's wording without being asked for."""
    lines = []
    if surplus:
        lines.append((GONE, "warning"))
    if answered_by:
        lines.append((f"由{answered_by}填写" + ("" if row.answer or not asked else "，还没有填"), "hint"))
        if row.failed and row.fact:
            lines.append((f"问题事实：{row.fact}", "problem"))
    if asked and row.failed:
        lines.append((OWN_DUTY, "hint") if row.own_duty else (f"程度：{severity_word(row.severity)}", "problem"))
    return tuple(lines)


def particulars(row: Row, law: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """(words, role) of what one key or click shows of a row: what to look at, the law, what is done about it."""
    said = (("看什么证据", row.evidence), ("依据", "；".join(law)), ("有问题怎么办", row.measure))
    found = tuple((f"{what}：{words}", "hint") for what, words in said if words)
    return found or (("目录里没有写证据和依据。", "hint"),)


def numbers_in(text: str) -> list[str]:
    """The numbers a person typed from a paper, whatever stands between them: `8 9，17` or `A1、B3`."""
    return [one for one in re.split(r"[\s,，.。、;；/]+", half_width(text)) if one]


def numbers_like(codes: Sequence[str]) -> str:
    """Three numbers of this sheet as one may type them: `8 9 17`, or `B2 B3 D1` where codes end in letters."""
    tails = [code.rpartition("-")[2].lstrip("0") or code for code in codes]
    return " ".join(tails[at] for at in (7, 8, 16) if at < len(tails)) or " ".join(tails[:3])


def section_words(section: str) -> str:
    """A section's name without the letter before it (A 提供“养老服务”): the codes under it carry the letter."""
    return re.sub(r"^[A-Z] ", "", section)


def named(codes: Sequence[str]) -> str:
    """Items by their codes, that a person may check what was understood; many are counted."""
    return "、".join(codes) if len(codes) <= 5 else f"{'、'.join(codes[:4])}等{len(codes)}项"


def told(looked_at: int, of: int, found: int, *, shared: bool) -> str:
    """The progress that is always in sight; of a sheet shared with other units only this unit's part."""
    return f"{'本单位' if shared else ''}已查 {looked_at}/{of}，问题 {found}"
