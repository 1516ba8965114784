"""The law of an inspection (检查): one record in the scope of all units taking part, rows by item code.

Each unit hands in its own rows (a step); the lead closes. All that the rules read of a row was frozen into the record
when it was begun, so a later catalogue changes nothing: `xm[CODE]/hegedaan` 合规答案, `yanzhong` severity, `yiju` law,
`zeren_danwei` unit, `zishen` own duty, `tiaojian` branch; the person's part is `jieguo`, `wenti`, `chengdu` and so on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from baitao_desktop.domain.catalogue import SEVERITIES, worst
from baitao_desktop.domain.errors import Refused, needed
from baitao_desktop.domain.ops import Json, NewOp, RecordId
from baitao_desktop.domain.records import Head, Law, Record, Step, answer_facets, answers_with, sets_for, step_for

KIND = "inspection"
ROWS = "xm"
INSPECTORS = "renyuan"
VENUE, VENUE_NAME, VENUE_CODE, VILLAGE, DAY = (
    "changsuo",
    "changsuo_mingcheng",
    "changsuo_daima",
    "suozai_cunshe",
    "jiancha_riqi",
)
ASKED = ("jieguo", "wenti", "chengdu", "jiangji_liyou", "dangchang", "zhenggai_qixian", "zhaopian")
"""What a person fills in of a row."""
FROZEN = (
    "neirong",
    "xuhao",
    "fenjie",
    "zhengju",
    "hegedaan",
    "yanzhong",
    "yiju",
    "jianyi",
    "zeren_danwei",
    "zishen",
    "tiaojian",
)
"""What was taken from the catalogue when the record was begun."""
NEEDED = (DAY, VENUE_NAME, ROWS, *(f"{ROWS}/{name}" for name in ("neirong", "hegedaan", "yanzhong", "jieguo", "wenti")))
"""Questions without which a form cannot be of this kind (an office's own checklist is told)."""
STATUS = {
    "open": "检查中",
    "part": "部分单位已提交",
    "submitted": "待牵头单位办结",
    "closed": "已完成",
    "void": "已作废",
}
ACTS = {
    "register": "登记", "start": "发起检查", "divide": "分工", "submit": "提交检查结果", "close": "办结检查", "correct": "更正", "void": "作废",
}  # fmt: skip
_CLAUSE = "五（三）1"
_ID = re.compile(r"[0-9a-f]{32}")
_ROW = re.compile(rf"{ROWS}\[([^\]]+)\]")
_LINES = ((100_000_000, 50_000_000), (50_000_000, 25_000_000))
"""分 (taken, lost): 100 万元、损失 50 万元；有恶劣影响等情节时减半 (集资解释第三条, domain §1.0)."""
_PEOPLE = 150


@dataclass(frozen=True, slots=True)
class Row:
    """One item as it stands in a record. `answer` is yes, no, not_applicable, unchecked or empty (not asked yet);
    `severity` is the one that counts: the person's, else the catalogue's."""

    code: str
    text: str
    section: str
    evidence: str
    ok_answer: str
    severity: str
    basis: tuple[str, ...]
    measure: str
    unit: str
    own_duty: bool
    branch: str
    answer: str
    fact: str
    on_spot: bool
    due: str
    photos: tuple[Json, ...]

    @property
    def failed(self) -> bool:
        """Whether the answer is the wrong one. 不适用、未检查 are neither right nor wrong; `-` only branches."""
        return self.answer in ("yes", "no") and self.ok_answer in ("yes", "no") and self.answer != self.ok_answer

    @property
    def in_order(self) -> bool:
        return self.answer in ("yes", "no") and not self.failed


@dataclass(frozen=True, slots=True)
class HandedIn:
    """One unit's part: who handed it in, when, and whether the office filled it in for the unit (代录)."""

    by: str
    at: str
    proxy: bool = False


@dataclass(frozen=True, slots=True)
class InspectionState:
    """`unit` is the lead; `units` all that take part, the lead among them."""

    handling: str = "open"
    no: str = ""
    unit: str = ""
    person: str = ""
    at: str = ""
    units: tuple[str, ...] = ()
    handed_in: Mapping[str, HandedIn] | None = None
    closed_at: str = ""
    closed_by: str = ""
    reason: str = ""

    @property
    def joint(self) -> bool:
        return len(self.units) > 1

    @property
    def waiting(self) -> tuple[str, ...]:
        """Units that have not handed in yet."""
        return tuple(u for u in self.units if u not in (self.handed_in or {}))


def fold(steps: Sequence[Step]) -> InspectionState:
    """Total; unknown acts pass."""
    state = InspectionState()
    done: dict[str, HandedIn] = {}
    closed = void = False
    for step in steps:
        said = {k: v for k, v in step.data.items() if isinstance(v, str)}
        if step.act in ("start", "register") and not state.at:
            units = step.data.get("units")
            named = tuple(u for u in units if isinstance(u, str)) if isinstance(units, list) else ()
            lead = said.get("unit", "")
            state = replace(
                state, no=said.get("no", ""), unit=lead, person=said.get("person", ""), at=said.get("at", ""),
                units=named or ((lead,) if lead else ()),
            )  # fmt: skip
        elif step.act == "submit" and said.get("unit"):
            done[said["unit"]] = HandedIn(said.get("by", ""), said.get("at", ""), step.data.get("proxy") is True)
        elif step.act == "close":
            closed = True
            state = replace(state, closed_at=said.get("at", ""), closed_by=said.get("by", ""))
        elif step.act == "void":
            void = True
            state = replace(state, reason=said.get("reason", ""))
    state = replace(state, handed_in=done)
    return replace(state, handling=_handling(state, closed=closed, void=void))


def _handling(state: InspectionState, *, closed: bool, void: bool) -> str:
    if void:
        return "void"
    if closed or (not state.joint and state.units and not state.waiting):
        return "closed"
    if not state.waiting and state.units:
        return "submitted"
    return "part" if state.handed_in else "open"


def head(record: Record, state: InspectionState) -> Head:
    rows = rows_of(record.answers)
    facets = answer_facets(record.answers)
    facets += [("unit", u) for u in state.units]
    facets += [
        ("section", s)
        for s in sorted({r.section.split(" ")[0] for r in rows if r.section and r.answer in ("yes", "no")})
    ]
    facets += [("own_duty", r.code) for r in duties(rows) if state.handed_in]
    if colour := level(record.answers, rows):
        facets.append(("level", colour))
    if over_line(record.answers) and state.handed_in and state.handling != "void" and not record.deleted:
        # 触线自动升红（FJ-E5）：检查方自身事项不成问题，颜色照样要变
        facets.append(("venue_open", f"{record.answers.get(VENUE) or record.answers.get(VENUE_NAME)} major"))
    return Head(
        no=state.no, status=state.handling, unit=state.unit, person=state.person, received=state.at, closed=state.closed_at,
        facets=tuple(facets), links=linked(record.answers, {"venue": VENUE}),
        state={"handed_in": sorted(state.handed_in or ()), "units": list(state.units), "found": sum(r.failed and not r.own_duty for r in rows), "looked": progress(rows)[0]},
    )  # fmt: skip


LAW: Law[InspectionState] = Law(KIND, 1, fold, head, STATUS, ACTS)


# ---- rows


def rows_of(answers: Mapping[str, Json]) -> tuple[Row, ...]:
    """The rows of a record or a paper being filled in, in the catalogue's order (`xuhao`), else by code (2 before 10)."""
    held: dict[str, dict[str, Json]] = {}
    for fld, value in answers.items():
        if fld.startswith("xm[") and (found := _ROW.match(fld)):
            held.setdefault(found[1], {})[fld[found.end() + 1 :]] = value
    return tuple(_row(code, held[code]) for code in sorted(held, key=lambda code: (_place(held[code]), natural(code))))


def _place(said: Mapping[str, Json]) -> int:
    number = said.get("xuhao")
    return int(number) if isinstance(number, str) and number.isdecimal() and len(number) < 6 else 0


def _row(code: str, said: Mapping[str, Json]) -> Row:
    def text(name: str) -> str:
        value = said.get(name)
        return value if isinstance(value, str) else ""

    shots = said.get("zhaopian")
    return Row(
        code, text("neirong"), text("fenjie"), text("zhengju"), text("hegedaan"), text("chengdu") or text("yanzhong") or "general",
        tuple(text("yiju").split()), text("jianyi"), text("zeren_danwei"), text("zishen") == "yes", text("tiaojian"),
        text("jieguo"), text("wenti"), text("dangchang") == "shi", text("zhenggai_qixian"),
        tuple(shots) if isinstance(shots, list) else (shots,) if isinstance(shots, dict) else (),
    )  # fmt: skip


def natural(code: str) -> tuple[tuple[str, int], ...]:
    """Sort key of a code: its letters, then its numbers as numbers."""
    return tuple(
        (letters, int(digits or 0)) for letters, digits in re.findall(r"(\D*)(\d{0,9})", code) if letters or digits
    )


def asked(rows: Sequence[Row]) -> tuple[Row, ...]:
    """The rows to be answered: one that hangs on a branch (`YJ-01=yes`) only while the branch says so or says nothing."""
    answers = {r.code: r.answer for r in rows}
    kept = []
    for row in rows:
        code, _, wanted = row.branch.partition("=")
        given = answers.get(code, "")
        if not row.branch or given not in ("yes", "no") or given == wanted:
            kept.append(row)
    return tuple(kept)


def findings_in(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Failed rows that are a finding against who is inspected."""
    return tuple(r for r in asked(rows) if r.failed and not r.own_duty)


def duties(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Failed rows that are the inspector's own unfinished work (WX-18, GG-13, FJ-E5)."""
    return tuple(r for r in asked(rows) if r.failed and r.own_duty)


def progress(rows: Sequence[Row]) -> tuple[int, int]:
    """(looked at, of how many asked): 未检查 is not looked at."""
    wanted = asked(rows)
    return sum(1 for r in wanted if r.answer in ("yes", "no", "not_applicable")), len(wanted)


def rest_in_order(rows: Sequence[Row]) -> dict[str, Json]:
    """「其余已查，未发现问题」: the answers for every row asked that has none yet. A row that only branches stays open."""
    return {
        f"{ROWS}[{r.code}]/jieguo": r.ok_answer
        for r in asked(rows)
        if not r.answer and not r.fact and r.ok_answer in ("yes", "no")
    }


def rows_named(rows: Sequence[Row], numbers: Iterable[str]) -> list[Row]:
    """The rows that numbers on a filled paper mean. A number is the place on the paper (8), the code (YL-08), its end (08)
    or a range (8-12). Refused A80 for one that no row has."""
    by_name: dict[str, Row] = {}
    for n, row in enumerate(rows, 1):
        tail = row.code.rpartition("-")[2].upper()
        for name in (row.code.upper(), tail, str(n) if not tail.isdigit() else ""):
            by_name.setdefault(_short(name), row)
    out: list[Row] = []
    for said in (one for some in numbers for one in _spread(some.strip())):
        named = by_name.get(_short(said.upper()))
        if named is None:
            raise Refused("A80", f"这张表里没有第“{said[:12]}”项。请核对纸上的编号。", "")
        out.append(named)
    return out


def problem_answers(rows: Sequence[Row], numbers: Iterable[str]) -> dict[str, Json]:
    """Quick entry from a filled paper: the answers that make these items (`rows_named`) problems."""
    named = rows_named(rows, numbers)
    return {f"{ROWS}[{r.code}]/jieguo": by_meaning(r, 2) for r in named if r.ok_answer in ("yes", "no")}


def _spread(said: str) -> list[str]:
    """8-12, 8至12 → 8, 9, 10, 11, 12."""
    found = re.fullmatch(r"(\d{1,3})\s*(?:[-－~～—]|至|到)\s*(\d{1,3})", said)
    if found is None or not 0 < int(found[2]) - int(found[1]) < 100:
        return [said]
    return [str(n) for n in range(int(found[1]), int(found[2]) + 1)]


def _short(name: str) -> str:
    """T08 → T8, 08 → 8: how people write it."""
    return re.sub(r"(?<!\d)0+(?=\d)", "", name)


def by_meaning(row: Row, key: int) -> str:
    """The answer a key gives, whatever the polarity: 1 in order, 2 problem, 3 不适用, 4 未查 (USERS 10)."""
    if key in (3, 4):
        return "not_applicable" if key == 3 else "unchecked"
    ok = row.ok_answer if row.ok_answer in ("yes", "no") else "yes"
    return ok if key == 1 else "no" if ok == "yes" else "yes"


def over_line(answers: Mapping[str, Json]) -> bool:
    """Whether people, sum or loss reach the line of prosecution (a warning, never a judgement): the matter turns red."""

    def number(name: str) -> int:
        value = answers.get(name)
        return value if type(value) is int else 0

    taken, lost = _LINES[1 if answers.get("elie_qingjie") == "shi" else 0]
    return number("renshu") >= _PEOPLE or number("jine_fen") >= taken or number("sunshi_fen") >= lost


def level(answers: Mapping[str, Json], rows: Sequence[Row]) -> str:
    """The sheet's gravest severity; 重大风险 as soon as the line is reached; empty when all is in order."""
    return "major" if over_line(answers) else worst(r.severity for r in findings_in(rows))


def inspectors(answers: Mapping[str, Json]) -> tuple[str, ...]:
    """Names of the inspectors, each once."""
    named = (v for k, v in answers.items() if k.startswith(f"{INSPECTORS}[") and k.endswith("/xingming"))
    return tuple(dict.fromkeys(v.strip() for v in named if isinstance(v, str) and v.strip()))


def linked(answers: Mapping[str, Json], fields: Mapping[str, str]) -> tuple[tuple[str, RecordId], ...]:
    """Links of a list row: relation → the record named in that field, where one is."""
    found = ((rel, answers.get(fld)) for rel, fld in fields.items())
    return tuple((rel, RecordId(v)) for rel, v in found if isinstance(v, str) and _ID.fullmatch(v))


# ---- acts


def start(*, no: str, unit: str, person: str, at: str, version: str, units: Sequence[str] = ()) -> Mapping[str, Json]:
    """Data of the first step: the units taking part stand here for ever (they are the record's scope)."""
    return {"no": no, "unit": unit, "person": person, "at": at, "version": version, "units": sorted(units) or [unit]}


def submit(
    record: Record, state: InspectionState, *, unit: str, by: str, at: str, least: int, proxy: bool = False
) -> list[NewOp]:
    """提交: this unit's rows are whole; a unit that comes late may still hand in after the lead has closed. Refused: void, a
    unit not taking part, fewer than `least` inspectors, nothing looked at."""
    if state.handling == "void" or (state.handling == "closed" and unit not in state.waiting):
        _live(state)
    if unit not in state.units:
        raise Refused("A71", "本单位没有参加这次检查，不能在这里提交。请由发起单位重新发起联合检查。", _CLAUSE)
    names = inspectors(record.answers)
    if len(names) < least:
        raise Refused(
            "A72", f"检查要有{least}名以上检查人员，现在写了{len(names)}名。一个人去的，请用“走访登记”。", "五（三）1"
        )
    mine = [r for r in asked(rows_of(record.answers)) if may_answer(state, r, unit)]
    if mine and not any(r.answer in ("yes", "no", "not_applicable") for r in mine):
        raise Refused("A81", "这张表一项也没有查，不能提交。请先逐项填写，没查的可以留着。", _CLAUSE)
    said: dict[str, Json] = {"unit": unit, "by": by, "at": at, **({"proxy": True} if proxy else {})}
    return [step_for(record, "submit", said)]


def close(record: Record, state: InspectionState, *, unit: str, by: str, at: str, reason: str = "") -> list[NewOp]:
    """办结 of a joint inspection by its lead; while a unit has not handed in, only with a reason."""
    _live(state)
    if unit != state.unit:
        raise Refused("A73", "这次检查由牵头单位办结。请把本单位的部分提交后交给牵头单位。", _CLAUSE)
    if unit in state.waiting:
        raise Refused("A84", "牵头单位自己的部分还没有提交，不能办结。请先填写本单位的部分并提交。", _CLAUSE)
    if state.waiting and not reason.strip():
        raise Refused("A74", "还有单位没有提交。请等它们交来，或写明不再等的理由。", _CLAUSE)
    said: dict[str, Json] = {"by": by, "at": at, **({"reason": reason.strip()} if reason.strip() else {})}
    return [step_for(record, "close", said)]


def correct(
    record: Record, state: InspectionState, *, changes: Mapping[str, Json], reason: str, least: int, by: str, at: str
) -> list[NewOp]:
    """更正 with its reason: what was taken from the catalogue cannot be changed, nor inspectors taken away below `least`."""
    if state.handling == "void":
        raise Refused("A14", "这条记录已作废，不能更正。", "")
    why = needed(reason, "更正理由")
    frozen = [f for f in changes if f.startswith(f"{ROWS}[") and (f.endswith("]") or f.rpartition("/")[2] in FROZEN)]
    if frozen:
        raise Refused("A75", "检查项的原文和依据是检查时定下的，不能改。请只改结果和说明。", _CLAUSE)
    sets = sets_for(record, changes)
    if not sets:
        raise Refused("A08", "没有改动任何内容，不用更正。", "")
    if state.handed_in and len(inspectors(answers_with(record.answers, changes))) < least:
        raise Refused("A72", f"检查要有{least}名以上检查人员。请把检查人员写全再更正。", "五（三）1")
    return [
        *sets,
        step_for(record, "correct", {"reason": why, "fields": sorted(op.fld for op in sets), "at": at, "by": by}),
    ]


def void(record: Record, state: InspectionState, *, reason: str, by: str, at: str) -> list[NewOp]:
    if state.handling == "void":
        raise Refused("A14", "这条记录已经作废了，不用再办。", "")
    why = needed(reason, "作废理由")
    return [step_for(record, "void", {"reason": why, "at": at, "by": by})]


def divided(rows: Sequence[Row], units: Sequence[str], lead: str) -> dict[str, Json]:
    """Who answers which row of a joint inspection: the catalogue's unit where it takes part, else the lead."""
    return {f"{ROWS}[{r.code}]/zeren_danwei": r.unit if r.unit in units else lead for r in rows}


def answering(state: InspectionState, row: Row) -> str:
    """The unit that answers this row: its own, or the lead for one that takes no part."""
    return row.unit if row.unit in state.units else state.unit


def may_answer(state: InspectionState, row: Row, unit: str) -> bool:
    """Whether this unit, which takes part, answers this row; alone it answers all."""
    return not state.joint or answering(state, row) == unit


def advice(measure: str) -> str:
    """A catalogue's measure as a unit without enforcement power may say it: it advises, it orders nothing (domain §0.3)."""
    return measure.replace("责令", "建议")


def severity_word(code: str) -> str:
    return SEVERITIES.get(code, code)


def _live(state: InspectionState) -> None:
    if state.handling in ("closed", "void"):
        raise Refused("A03", f"这次检查{STATUS[state.handling]}，不能再提交或办结。要改，请用“更正”。", _CLAUSE)
