"""现场检查记录表 from an inspection, and every checklist blank: plain data for `reports`, gathered here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from baitao_desktop.actions.inspections import least_inspectors
from baitao_desktop.actions.photos import whole_photo
from baitao_desktop.actions.record_papers import UNPRINTED, boxes_of, groups_of, photos_of
from baitao_desktop.domain import inspections
from baitao_desktop.domain.catalogue import UNVERIFIED, basis_of_row
from baitao_desktop.domain.inspections import DAY, INSPECTORS, ROWS, VENUE_NAME, InspectionState, Row, advice
from baitao_desktop.domain.ops import Json
from baitao_desktop.domain.values import chinese_date, day_of
from baitao_desktop.forms import Describer, Form, Question, fill

if TYPE_CHECKING:
    from baitao_desktop.actions.desk import Desk
    from baitao_desktop.actions.records import View
    from baitao_desktop.reports.papers import Answer, CheckRow, Choice, Group, InspectionPaper, Signature, Table

BEGAN, ENDED = "kaishi_shijian", "jieshu_shijian"
SIGNING, WITNESS, PARTY = "qianzi_fangshi", "jianzheng_ren", "qianming_duifang"
NOTICE = ("已出示证件", "已告知检查事项", "已告知可以陈述、申辩")
_INSPECTOR = (("姓名", 40), ("单位", 70), ("执法证号", 60))
_ROOM = "　\n　"
_PROBLEM_ROWS = 4
_LONG = 60
_NO_ITEMS = 15
"""Rows of a checklist whose items are not known here."""


def inspection_pdf(desk: Desk, view: View) -> bytes:
    """The paper of an inspection as PDF bytes."""
    from baitao_desktop.reports.inspection_paper import inspection_pdf as paint

    return paint(inspection_paper(desk, view))


def blank_checklist_pdf(desk: Desk, form: Form) -> bytes:
    """A checklist to fill in by hand, as PDF bytes."""
    from baitao_desktop.reports.inspection_paper import inspection_pdf as paint

    return paint(blank_checklist(desk, form))


def inspection_paper(desk: Desk, view: View) -> InspectionPaper:
    """现场检查记录表 as plain data: what was answered and frozen then; the law as in force on that day."""
    from baitao_desktop.reports.papers import Group, InspectionPaper

    form, answers, state = view.form, view.record.answers, view.state
    rows = _in_print(desk, answers)
    sheet = _Sheet(desk, form, answers, blank=False)
    before, items_title, after = _parts(form)
    head = [*sheet.groups(before), sheet.inspectors(least_inspectors(form))]
    tail = [Group("检查结果", _outcome(answers, rows), _problems(rows)), *sheet.groups(after)]
    closing, signatures = _signatures(desk, form, answers)
    return InspectionPaper(
        title=paper_title(form), number=view.no, unit=_units(desk, state), head=_numbered(head),
        items_title=_number(len(head), items_title), items=[_item(desk, sheet, state, row, rows) for row in rows],
        tail=_numbered(tail, len(head) + 1), closing=closing, signatures=signatures, page_signing=_page_signing(form, answers),
        photos=tuple(photos_of(desk, form, answers)), form=form.id, version=form.version,
        watermark="已作废" if view.state.handling == "void" else desk.watermark,
    )  # fmt: skip


def blank_checklist(desk: Desk, form: Form) -> InspectionPaper:
    """The checklist as plain data, nothing filled in: what to look at and the law of today stand small under each item."""
    from baitao_desktop.reports.papers import CheckRow, Column, Group, InspectionPaper, Table

    filling = fill(form, {}, now=desk.now(), lists=desk.lists)
    filling.seed(ROWS)
    rows = _in_print(desk, filling.answers())
    sheet = _Sheet(desk, form, {}, blank=True)
    before, items_title, after = _parts(form)
    head = [*sheet.groups(before), sheet.inspectors(least_inspectors(form))]
    columns = (Column("检查项", 20), Column("看到什么、有什么为证", 92), Column("程度", 20), Column("整改期限", 30))
    problems = Table(columns, [(_ROOM, "", "", "") for _ in range(_PROBLEM_ROWS)])
    tail = [Group("发现的问题", table=problems), *sheet.groups(after)]
    items = [_blank_item(desk, sheet, row) for row in rows if row.text]
    items = items or [CheckRow("", _ROOM, sheet.boxes("")) for _ in range(_NO_ITEMS)]
    closing, signatures = _signatures(desk, form, {})
    return InspectionPaper(
        title=paper_title(form), number="", unit=f"{desk.unit.name}　{chinese_date(desk.today)}印", head=_numbered(head), items_title=_number(len(head), items_title),
        items=items, tail=_numbered(tail, len(head) + 1), closing=closing, signatures=signatures,
        page_signing=_page_signing(form, {}), form=form.id, version=form.version, watermark=desk.watermark,
    )  # fmt: skip


def finding_groups(desk: Desk, form: Form, answers: Mapping[str, Json]) -> list[Group]:
    """The parts of the paper of one finding: as any record's, with the law of its day, and advice for orders."""
    from baitao_desktop.reports.papers import Answer, Group

    said = {**answers, "jianyi": advice(str(answers.get("jianyi") or "")) or None}
    basis = finding_basis(desk, answers)
    return [*groups_of(desk, form, said), Group("依据", [Answer("依据", "；".join(basis), wide=True)])]


def finding_basis(desk: Desk, answers: Mapping[str, Json]) -> tuple[str, ...]:
    """What a finding rests on, as in force on the day it was found."""
    day = day_of(str(answers.get("faxian_riqi") or ""))
    refs = str(answers.get("yiju") or "").split()
    return basis_of_row(desk.catalogue.basis, refs, day) if day else (UNVERIFIED,)


def paper_title(form: Form) -> str:
    """What the paper of a form is called: 养老服务检查表 gives 养老服务现场检查记录表."""
    return re.sub("检查表$", "现场检查记录表", re.sub("排查表$", "排查记录表", form.title))


class _Sheet:
    """One paper being gathered."""

    def __init__(self, desk: Desk, form: Form, answers: Mapping[str, Json], *, blank: bool) -> None:
        self.words = Describer(form, desk.lists)
        self._desk, self.form, self.answers, self._blank = desk, form, answers, blank

    def groups(self, questions: Iterable[Question]) -> list[Group]:
        """Groups as they are asked; a question without an answer keeps its place, to be written by hand."""
        from baitao_desktop.reports.papers import Group

        found: list[Group] = []
        for question in questions:
            if question.path == INSPECTORS:
                continue
            if question.type == "repeat":
                found += groups_of(self._desk, self.form, self.answers, blank=self._blank, questions=[question])
                continue
            asked = question.questions if question.type == "group" else (question,)
            said = [a for q in asked if (a := self._answer(q)) is not None]
            found += [Group(_bare(question.label) if question.type == "group" else "", said)] if said else []
            found += self.groups(q for q in asked if q.type in ("group", "repeat"))
        return found

    def boxes(self, answer: str, wrong: str = "") -> tuple[Choice, ...]:
        """The four answers of an item; the one that is a problem says so where `wrong` names it."""
        from baitao_desktop.reports.papers import Choice

        known = self.words.words(self.form.by_path[f"{ROWS}/jieguo"])
        return tuple(
            Choice(f"{label}·有问题" if name == wrong else label, name == answer) for name, label in known.items()
        )

    def inspectors(self, least: int) -> Group:
        """告知, to be ticked by hand, and who inspected; lines stay empty for those who sign in by hand."""
        from baitao_desktop.reports.papers import Answer, Choice, Column, Group, Table

        repeat = self.form.by_path.get(INSPECTORS)
        asked = [q for q in repeat.questions if q.label and q.type not in UNPRINTED] if repeat is not None else []
        spec = [(q.label, float(q.bt.get("print", "").removeprefix("col:") or 40)) for q in asked] or list(_INSPECTOR)
        keys = [k[: k.index("]") + 1] for k in self.answers if k.startswith(f"{INSPECTORS}[") and k.endswith("]")]
        rows = [tuple(self.words.label(q.path, self.answers.get(f"{k}/{q.name}")) for q in asked) for k in keys]
        rows = [row for row in rows if any(row)]
        rows += [("",) * len(spec)] * (least - len(rows))
        notice = Answer("告知", choices=[Choice(word, False) for word in NOTICE], wide=True)
        on_site = self.form.settings.get("head") in ("place", "matter", None)
        return Group("检查人员", [notice] if on_site else [], Table([Column(t, w) for t, w in spec], rows))

    def _answer(self, q: Question) -> Answer | None:
        from baitao_desktop.reports.papers import Answer

        silent = q.type in UNPRINTED or q.type in ("group", "repeat") or not q.label or q.bt.get("print") == "no"
        if silent or q.path in (SIGNING, BEGAN, ENDED) or (q.path == WITNESS and not self.answers.get(WITNESS)):
            return None
        if q.path == DAY:
            return Answer(q.label.replace("日期", "时间"), self._when(), wide=True)
        value = self.answers.get(q.path)
        boxes = boxes_of(self.words, q, value)
        text = self.words.label(q.path, value)
        if q.looks("bt-money") and "元" not in q.label and (text or self._blank):
            text += "元"
        if q.looks("multiline") and not text:
            text = _ROOM if self._blank or self.answers.get(SIGNING, "daiqian") == "daiqian" else "（未填写）"
        named = self._blank and q.path == VENUE_NAME
        return Answer(q.label, text, boxes, wide=named or q.looks("multiline") or len(text) > 20)

    def _when(self) -> str:
        """From when to when; what is not known stays open, to be written by hand."""
        said = day_of(str(self.answers.get(DAY, "")))
        began, ended = (str(self.answers.get(name) or "　时　分")[:5] for name in (BEGAN, ENDED))
        return f"{chinese_date(said) if said else '　　　年　　月　　日'}　{began} 至 {ended}"


def _in_print(desk: Desk, answers: Mapping[str, Json]) -> list[Row]:
    """The rows in the catalogue's order (WL begins with T, not with A); those it does not know by their codes."""
    order = {code: n for n, code in enumerate(desk.catalogue.items)}
    return sorted(inspections.rows_of(answers), key=lambda row: order.get(row.code, len(order)))


def _parts(form: Form) -> tuple[list[Question], str, list[Question]]:
    """What stands before the items, their title, and what stands after them; the inspectors have a place of their own."""
    at = next((n for n, q in enumerate(form.questions) if q.path == ROWS), len(form.questions))
    title = form.questions[at].label if at < len(form.questions) else ""
    return list(form.questions[:at]), title or "检查项目", list(form.questions[at + 1 :])


def _numbered(groups: Sequence[Group], since: int = 0) -> list[Group]:
    from dataclasses import replace

    return [replace(group, title=_number(n, group.title)) for n, group in enumerate(groups, since)]


def _number(n: int, title: str) -> str:
    numerals = "一二三四五六七八九十"
    return f"{numerals[n]}、{_bare(title)}" if title and n < len(numerals) else _bare(title)


def _bare(title: str) -> str:
    return re.sub("^[一二三四五六七八九十]+、", "", title)


def _units(desk: Desk, state: InspectionState) -> str:
    """Who inspected: alone, or the lead and those who took part."""
    name = desk.campaign.unit_name
    others = "、".join(name(unit) for unit in state.units if unit != state.unit)
    return f"{name(state.unit)}牵头，{others}参加" if others else name(state.unit)


def _item(desk: Desk, sheet: _Sheet, state: InspectionState, row: Row, rows: Sequence[Row]) -> CheckRow:
    """A row as it was answered, and under a failed one what was found."""
    from baitao_desktop.reports.papers import CheckRow

    name = desk.campaign.unit_name
    unit = name(row.unit if row.unit in state.units else state.unit) if state.joint else ""
    if row not in inspections.asked(rows):
        return CheckRow(
            row.code,
            row.text,
            said=f"按{row.branch.partition('=')[0]}不用查",
            section=row.section,
            unit=unit,
        )
    details: tuple[str, ...] = ()
    if row.failed:
        details = _own_duty(row) if row.own_duty else _found(desk, sheet, row)
    mark = "待办" if row.own_duty else "问题"
    return CheckRow(row.code, row.text, sheet.boxes(row.answer), "", row.section, unit, mark=mark, details=details)


def _found(desk: Desk, sheet: _Sheet, row: Row) -> tuple[str, ...]:
    lowered = sheet.answers.get(f"{ROWS}[{row.code}]/jiangji_liyou")
    first = [f"程度：{inspections.severity_word(row.severity)}", *([f"降低程度的理由：{lowered}"] if lowered else [])]
    basis = _basis(desk, row, day_of(str(sheet.answers.get(DAY, ""))))
    return (
        f"事实：{row.fact}", "　".join([*first, _due(row)]), f"依据：{'；'.join(basis)}",
        *([f"处置建议：{advice(row.measure)}"] if row.measure else []),
    )  # fmt: skip


def _basis(desk: Desk, row: Row, day: date | None) -> tuple[str, ...]:
    return (UNVERIFIED,) if day is None else basis_of_row(desk.catalogue.basis, row.basis, day)


def _own_duty(row: Row) -> tuple[str, ...]:
    said = [f"情况：{row.fact}"] if row.fact else []
    return (*said, "这是检查单位自己要补做的事，不记为被检查方的问题。")


def _due(row: Row) -> str:
    due = day_of(row.due)
    return "当场已改正" if row.on_spot else f"整改期限：{chinese_date(due) if due else '未定'}"


def _outcome(answers: Mapping[str, Json], rows: Sequence[Row]) -> list[Answer]:
    """One line of figures: looked at, of how many, problems, the gravest."""
    from baitao_desktop.reports.papers import Answer

    looked, wanted = inspections.progress(rows)
    found = inspections.findings_in(rows)
    said = f"应查{wanted}项，已查{looked}项" + (f"，未检查{wanted - looked}项" if looked < wanted else "")
    level = inspections.severity_word(inspections.level(answers, rows))
    if looked:
        said += f"；发现问题{len(found)}项" if found else "；未发现问题"
    said += f"，最重的程度：{level}。" if level else "。"
    if inspections.over_line(answers):
        said += "涉及人数或金额达到报告标准，另行报告。"
    return [Answer("检查情况", said, wide=True)]


def _problems(rows: Sequence[Row]) -> Table | None:
    from baitao_desktop.reports.papers import Column, Table

    found = inspections.findings_in(rows)
    columns = (
        Column("序号", 12, "center"),
        Column("检查项", 20, "center"),
        Column("问题事实", 80),
        Column("程度", 20, "center"),
        Column("整改", 30),
    )
    said = [
        (str(n), row.code, _short(row), inspections.severity_word(row.severity), _due(row).removeprefix("整改期限："))
        for n, row in enumerate(found, 1)
    ]
    return Table(columns, said) if said else None


def _short(row: Row) -> str:
    """A fact in the list of problems: a long one stands whole under its item, on the same paper."""
    return row.fact if len(row.fact) <= _LONG else f"{row.fact[:_LONG]}……（全文见上面{row.code}）"


def _blank_item(desk: Desk, sheet: _Sheet, row: Row) -> CheckRow:
    """An item with empty boxes; which answer is the problem stands there, for the questions ask now one way, now the other."""
    from baitao_desktop.reports.papers import CheckRow

    wrong = {"yes": "no", "no": "yes"}.get(row.ok_answer, "")
    code, _, wanted = row.branch.partition("=")
    only = f"{code}答“{'是' if wanted == 'yes' else '否'}”才查。" if row.branch else ""
    law = f"依据：{'；'.join(_basis(desk, row, desk.today))}" if row.basis else ""
    look = f"看：{row.evidence}" if row.evidence else ""
    hints = [t for t in (f"{only}{look}", law) if t]
    return CheckRow(row.code, row.text, sheet.boxes("", wrong), section=row.section, hints=hints)


def _signatures(desk: Desk, form: Form, answers: Mapping[str, Json]) -> tuple[str, list[Signature]]:
    """The sentence above the signatures, and who signs how: drawn, still to be signed, refused, nobody there."""
    from baitao_desktop.reports.papers import Signature

    way, alone = str(answers.get(SIGNING) or "daiqian"), _alone(form, answers)
    signers = [(q.path, q.label.removesuffix("签名")) for q in form.walk() if q.bt.get("print") == "sign"]
    found: list[Signature] = []
    for path, label in signers or [("", "检查人员"), (PARTY, "被检查方")]:
        if path == PARTY and alone:
            continue
        words = {"juqian": "拒绝签名", "wuren": "检查时现场无人"}.get(way, "") if path == PARTY else ""
        words = "已在纸上签名，照片见附页" if way == "yiqian" else words
        shot = answers.get(path)
        picture = whole_photo(desk, shot[0] if isinstance(shot, list) and shot else shot) if way == "dangchang" else b""
        found.append(Signature(label, picture, words))
    if way == "juqian":
        found.append(Signature("见证人"))
    both = way not in ("juqian", "wuren") and not alone
    return "以上记录已由双方核对，记录属实。" if both else "以上记录由检查人员核对，与看到的一致。", found


def _alone(form: Form, answers: Mapping[str, Json]) -> bool:
    """Whether there is nobody to sign for the other side: an account is looked at from the desk."""
    return form.settings.get("head") == "account" and answers.get(SIGNING, "daiqian") == "daiqian"


def _page_signing(form: Form, answers: Mapping[str, Json]) -> tuple[str, ...]:
    """Who signs at the foot of each page."""
    way = answers.get(SIGNING)
    if way == "wuren" or _alone(form, answers):
        return ("检查人员",)
    return ("检查人员", "见证人") if way == "juqian" else ("检查人员", "被检查方")
