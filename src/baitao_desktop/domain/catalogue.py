"""Checklists, their items, the law they rest on, the plan's tasks and the 30 lures: data, and the rules that read it.

Severity 一般 `general` · 较重 `serious` · 严重 `grave` · 重大风险 `major`; answers as on screen `yes` `no`
`not_applicable` `unchecked`; verification `read` (the article's own text was read) · `secondary` (read where others
quote it) · `memory` · `unverified`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase

from baitao_desktop.domain.campaign import Unit

SEVERITIES: Mapping[str, str] = {"general": "一般", "serious": "较重", "grave": "严重", "major": "重大风险"}
"""Code → word on screen, mildest first."""
COLOURS: Mapping[str, str] = {"green": "绿", "yellow": "黄", "orange": "橙", "red": "红"}
ANSWERS: Mapping[str, str] = {"yes": "是", "no": "否", "not_applicable": "不适用", "unchecked": "未检查"}
LEVELS = ("read", "secondary", "memory", "unverified")
PRINTABLE = ("read", "secondary")
UNVERIFIED = "条款待核"
HEADS = ("place", "account", "spot", "matter")
CADENCES = ("once", "monthly", "ongoing")
HAND = "hand"

_REF = re.compile(r"(?P<abbr>[^\d?\s]*)(?P<article>\d+)?(?P<more>之[一二三四五六七八九])?(?P<open>\?)?")
_PROOF = re.compile(r"(?P<forms>[a-z_|*]+)(?P<terms>(?:\[[^\[\]]+\])*)\s*>=\s*(?P<least>[1-9]\d*)")
_DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Checklist:
    """`lead` is a unit or group code; `head` says what the record is about: a place, an account, a spot, a matter."""

    code: str
    name: str
    line: str
    short: str
    lead: str
    head: str
    count: int
    clause: str
    quote: str


@dataclass(frozen=True, slots=True)
class Item:
    """One question. `ok_answer` is yes, no or `-` (branches only); `asked_if` is empty or `CODE=answer`.

    `own_duty`: failing it is the inspector's unfinished work, never a finding against who is inspected.
    """

    code: str
    checklist: str
    section: str
    text: str
    ok_answer: str
    evidence: str
    severity: str
    basis: tuple[str, ...]
    measure: str
    unit: str
    asked_if: str
    own_duty: bool
    note: str


@dataclass(frozen=True, slots=True)
class Basis:
    """One version of a law. Several rows may share `abbr`: each holds for its own days, both inclusive.

    `article` says what the number of a reference counts: `article` 条, `chapter` 章, or empty: cited whole.
    """

    abbr: str
    title: str
    doc_no: str
    article: str
    effective_from: date | None
    effective_to: date | None
    level: str
    note: str

    def in_force(self, day: date) -> bool:
        return (self.effective_from or date.min) <= day <= (self.effective_to or date.max)


@dataclass(frozen=True, slots=True)
class Task:
    """One sentence of the plan. `quote` is the plan's own words with its slips; `units` may hold `@units`, `@branches`.

    `due` is the day of a `once` task or of the first round of an `ongoing` one; a `monthly` one is due by the month
    window. Only a `due_basis` with a document number makes it a duty; every other date is advice.
    """

    id: str
    clause: str
    quote: str
    action: str
    groups: tuple[str, ...]
    units: tuple[str, ...]
    phases: tuple[str, ...]
    cadence: str
    due: date | None
    due_basis: str
    proof: str
    timing: str
    trace: str
    plain: str = ""
    """What it means to a village, in a person's words; empty where `action` says it."""

    @property
    def binding(self) -> bool:
        """Whether the plan or another paper sets the date: else it is grey advice, never red (不误标红)."""
        return bool(re.search(r"〔\d{4}〕\d+号", self.due_basis))


@dataclass(frozen=True, slots=True)
class Lure:
    """One of the 30 ways 五（三）2 names: a pretext, an inducement, a form of paying. `items` are of checklist FJ.

    `rule` is `both` where every one of `forms` must stand (以房养老: pledge and wealth product).
    """

    id: str
    pretext_code: str
    pretext: str
    inducement: str
    inducement_name: str
    inducement_label: str
    forms: tuple[str, ...]
    form_names: tuple[str, ...]
    form_labels: str
    attributes: tuple[str, ...]
    items: tuple[str, ...]
    rule: str
    note: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    checklists: Mapping[str, Checklist]
    items: Mapping[str, Item]
    basis: Sequence[Basis]
    tasks: Mapping[str, Task]
    lures: Mapping[str, Lure]

    def items_of(self, checklist: str) -> tuple[Item, ...]:
        """The items of a checklist in their printed order."""
        return tuple(item for item in self.items.values() if item.checklist == checklist)


@dataclass(frozen=True, slots=True)
class Proof:
    """What ticks a task: so many records, per unit and period, of one of `forms` (a final `*` is a wildcard).

    Each of `facets` must stand with one of its values (`*`: any), and one of `steps` must have been taken.
    """

    forms: tuple[str, ...]
    facets: tuple[tuple[str, tuple[str, ...]], ...]
    steps: tuple[str, ...]
    least: int

    def names(self, form: str) -> bool:
        return any(fnmatchcase(form, pattern) for pattern in self.forms)

    def admits(self, form: str, facets: Iterable[tuple[str, str]], steps: Iterable[str]) -> bool:
        """Whether a record counts. A facet of several values comes as several pairs of one key."""
        if not self.names(form) or (self.steps and not set(self.steps) & set(steps)):
            return False
        if not self.facets:
            return True
        stands: dict[str, set[str]] = {}
        for key, value in facets:
            if value:
                stands.setdefault(key, set()).add(value)
        return all(key in stands and ("*" in wanted or stands[key] & set(wanted)) for key, wanted in self.facets)


def fails(item: Item, answer: str) -> bool:
    """Whether this answer is a problem. 不适用、未检查 and nothing are none; an item that only branches never fails."""
    return answer in ("yes", "no") and item.ok_answer in ("yes", "no") and answer != item.ok_answer


def makes_finding(item: Item, answer: str) -> bool:
    """Whether this answer is a finding against who is inspected; an own duty gives the inspector a to-do instead."""
    return fails(item, answer) and not item.own_duty


def is_asked(item: Item, answers: Mapping[str, str]) -> bool:
    """Whether the item is to be answered, by the branching answer given so far; while none is given, all are asked."""
    if not item.asked_if:
        return True
    code, _, wanted = item.asked_if.partition("=")
    return answers.get(code) not in ("yes", "no") or answers[code] == wanted


def worst(severities: Iterable[str]) -> str:
    """The gravest of these; empty when there are none. An unknown code counts as the mildest."""
    order = list(SEVERITIES)
    return max(severities, key=lambda s: order.index(s) if s in order else -1, default="")


def colour_of(severities: Iterable[str]) -> str:
    """Colour of a place by its open findings: 较重 is yellow, from three on orange (domain §1.0)."""
    found = list(severities)
    gravest = worst(found)
    if gravest == "major":
        return "red"
    if gravest == "grave" or found.count("serious") >= 3:
        return "orange"
    return "yellow" if found else "green"


def basis_on(basis: Sequence[Basis], refs: Sequence[str], day: date) -> tuple[str, ...]:
    """The law to print for these references, as in force on `day`: one text a law, its articles joined.

    What was not in force, or whose article nobody has read, is left out; when nothing is left the answer is
    (条款待核,). Never a substitute, never an article from memory.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for ref in refs:
        abbr, article, known = split_ref(ref)
        row = next((b for b in basis if b.abbr == abbr and b.in_force(day)), None)
        if row is None or not known or row.level not in PRINTABLE:
            continue
        said = found.setdefault((row.title, row.doc_no), [])
        counted = _counted(row, article)
        if counted and counted not in said:
            said.append(counted)
    return tuple(_cited(title, doc_no, articles) for (title, doc_no), articles in found.items()) or (UNVERIFIED,)


def basis_of_row(basis: Sequence[Basis], refs: Sequence[str], day: date) -> tuple[str, ...]:
    """`basis_on` for a row of a record: an office's own checklist may cite in words of its own, which stand as written."""
    try:
        ours = bool(refs) and not unresolved(basis, refs)
    except ValueError:
        ours = False
    return basis_on(basis, refs, day) if ours or not refs else (" ".join(refs),)


def split_ref(ref: str) -> tuple[str, str, bool]:
    """A reference as (abbreviation, number such as `224之一` or empty, whether its article is known).

    A final `?` says that the article is not known; `?` alone that not even the law is. ValueError for anything else.
    """
    found = _REF.fullmatch(ref)
    if not ref or found is None or not (found["abbr"] or found["open"]):
        raise ValueError(f"看不懂的依据“{ref}”")
    return found["abbr"], (found["article"] or "") + (found["more"] or ""), not found["open"]


def unresolved(basis: Sequence[Basis], refs: Iterable[str]) -> tuple[str, ...]:
    """The references that no row explains, or that number a law cited whole; empty when all is well."""
    rows: dict[str, list[Basis]] = {}
    for row in basis:
        rows.setdefault(row.abbr, []).append(row)
    wrong = []
    for ref in refs:
        abbr, article, known = split_ref(ref)
        named = rows.get(abbr, [])
        if abbr and (not named or (known and bool(article) != bool(named[0].article))):
            wrong.append(ref)
    return tuple(wrong)


def units_of(task: Task, units: Iterable[Unit]) -> tuple[str, ...]:
    """Codes of those who do the task, in the campaign's order. The groups themselves where the plan names no unit."""
    if not task.units:
        return task.groups
    everyone = tuple(units)
    known = {unit.code for unit in everyone}
    named = tuple(
        unit.code
        for unit in everyone
        if unit.code in task.units
        or ("@units" in task.units and unit.kind == "unit")
        or ("@branches" in task.units and unit.is_village)
    )
    return named + tuple(code for code in task.units if code not in known and not code.startswith("@"))


def proof_of(task: Task) -> Proof | None:
    """The records that tick the task; None where a person ticks it. ValueError when the proof is not written rightly."""
    if task.proof == HAND:
        return None
    found = _PROOF.fullmatch(task.proof)
    if found is None:
        raise ValueError(f"任务{task.id}的留痕条件写得不对：{task.proof}")
    facets: list[tuple[str, tuple[str, ...]]] = []
    steps: tuple[str, ...] = ()
    for term in re.findall(r"\[([^\[\]]+)\]", found["terms"]):
        key, equals, values = term.partition("=")
        if equals:
            facets.append((key, tuple(values.split("|"))))
        else:
            steps = (*steps, *key.split("|"))
    return Proof(tuple(found["forms"].split("|")), tuple(facets), steps, int(found["least"]))


def _counted(row: Basis, article: str) -> str:
    if not article or not row.article:
        return ""
    if row.article == "chapter":
        return f"第{article}章"
    number, more, which = article.partition("之")
    return f"第{_numeral(int(number))}条{more}{which}"


def _cited(title: str, doc_no: str, articles: Sequence[str]) -> str:
    # 有条号的不带文号；整件引用的带文号，才查得到
    if articles:
        return title + "、".join(articles)
    return f"{title}（{doc_no}）" if doc_no else title


def _numeral(number: int) -> str:
    """1 to 999 as laws write it: 十一, 二十, 一百零五, 二百二十四."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    text = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        text += ("" if tens == 1 and not hundreds else _DIGITS[tens]) + "十"
    elif hundreds and ones:
        text += "零"
    return text + (_DIGITS[ones] if ones else "")
