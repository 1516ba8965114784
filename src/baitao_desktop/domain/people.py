"""Persons (经手人), their roles, and who may do what (first_course §4)."""

from __future__ import annotations

from dataclasses import dataclass

from baitao_desktop.domain.cards import Card
from baitao_desktop.domain.errors import Refused
from baitao_desktop.domain.ops import PersonId

ROLES = {
    "village": "村（社区）经办人",
    "unit": "单位经办人",
    "general": "综合组",
    "lead": "专项办负责人",
    "callback": "回访员",
}
_OFFICE_ROLES = frozenset({"general", "lead", "callback"})

# 首课谁能做什么：动作 → 可以做的角色（own 表示只限自己承办或首接的线索）
_MAY: dict[str, dict[str, str]] = {
    "register": dict.fromkeys(ROLES, "all"),
    "hand_up": {"village": "own", "unit": "own"},
    "accept": {"village": "own", "unit": "own", "general": "all"},
    "verify": {"village": "own", "unit": "own", "general": "all"},
    "correct": {"village": "own", "unit": "own", "general": "all"},
    "close": {"village": "own", "unit": "own", "general": "all"},
    "void": {"village": "own", "unit": "own", "general": "all"},
    "feedback": {"village": "own", "unit": "own", "general": "all", "callback": "all"},
    "revoke": {"village": "own", "unit": "own", "general": "all", "callback": "own"},
    "record": {"village": "all", "unit": "all", "general": "all"},
    "person": {"village": "all", "unit": "all", "general": "all"},
    "work": {"village": "all", "unit": "all", "general": "all", "lead": "all"},
    "query": {"village": "first", "unit": "first", "general": "all", "lead": "all", "callback": "all"},
}
_VERBS = {
    "register": "登记线索", "hand_up": "上报街道", "accept": "受理", "verify": "填写核实情况", "correct": "更正",
    "close": "办结", "void": "作废", "feedback": "回复举报人", "revoke": "撤销", "query": "按查询码查", "record": "填写和更正记录",
    "person": "添加和更改经手人", "work": "出台账简报、收发数据包和备份",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """Who sits at the desk. Roles never exceed the card: office roles count only on an office device."""

    id: PersonId
    name: str
    unit: str
    post: str = ""
    roles: tuple[str, ...] = ()


def roles_on(person: Person, card: Card) -> frozenset[str]:
    """The roles that count on this laptop."""
    return frozenset(r for r in person.roles if card.office or r not in _OFFICE_ROLES)


def require(act: str, person: Person, card: Card, *, own: bool, first: bool) -> None:
    """Refused unless this person may do this act here. `own`: the tip is in this unit's hands; `first`: received here."""
    rights = [_MAY[act][r] for r in roles_on(person, card) if r in _MAY[act]]
    if "all" in rights or ("own" in rights and own) or ("first" in rights and first):
        return
    if rights:
        raise Refused(
            "A02", f"这条线索不在本单位手上，不能在这里{_VERBS[act]}。请由承办单位或专项办办理。", "五（一）2"
        )
    raise Refused("A01", f"“{person.name}”没有{_VERBS[act]}的权限。请换有权限的人登录，或请综合组办理。", "五（一）2")


def is_allowed(act: str, person: Person, card: Card, *, own: bool, first: bool) -> bool:
    """Whether `require` would pass."""
    try:
        require(act, person, card, own=own, first=first)
    except Refused:
        return False
    return True
