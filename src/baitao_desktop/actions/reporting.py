"""报送: handing over is the month's report, and the zero report when nothing happened (USERS 15, first_course §6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from baitao_desktop.actions.desk import Desk
from baitao_desktop.actions.fitting import device_mark
from baitao_desktop.domain import findings, inspections, plain, tasks, tips, venues
from baitao_desktop.domain.campaign import Month
from baitao_desktop.domain.cards import Card
from baitao_desktop.domain.ops import DeviceId, Json, NewOp, OpKind, RecordId, derived_id
from baitao_desktop.domain.query import Line, Query
from baitao_desktop.domain.records import sets_for

if TYPE_CHECKING:
    from baitao_desktop.storage.reader import Reader

FORM = "baosong"
_COUNTED = {tips.FORM: "xiansuo_shu", "xuanchuan": "xuanchuan_shu", "zoufang": "zoufang_shu"}
_CHECKS, _OTHERS = "jiancha_shu", "qita_shu"
_NOT_COUNTED = (FORM, "renyuan", "biaoyang", findings.FORM, tasks.FORM, venues.FORM)
"""What the program writes by itself, and ticks: they stand for other records, which are counted."""


def month_due(desk: Desk) -> Month:
    """The month the next hand-over reports on: the one just ended while it is still owed, else the one that runs."""
    month = desk.campaign.reporting_month(desk.today)
    if month == desk.month:
        return month
    with desk.store.reading() as reader:
        return desk.month if handed_over(reader, desk, month) else month


def handed_over(reader: Reader, desk: Desk, month: Month) -> bool:
    """Whether this laptop's report of the month stands and a bundle was written since (a full stick reports nothing)."""
    rec = report_id(desk, month)
    if not reader.has(rec):
        return False
    said = reader.get(rec).answers.get(f"ji[{desk.store.device}]/baosong_shijian")
    sent = [b.at_ms for b in reader.bundles() if b.way == "out"]
    return isinstance(said, str) and any(ms >= _ms(said) for ms in sent)


def month_line(desk: Desk, month: Month | None = None) -> str:
    """What the hand-over page says: “本月线索0、宣传3、走访12，按零报告报送”. Counts leave out other laptops of the unit."""
    month = month or month_due(desk)
    with desk.store.reading() as reader:
        counts = _counts(desk, reader, month)
    said = f"本月线索{counts['xiansuo_shu']}、宣传{counts['xuanchuan_shu']}、走访{counts['zoufang_shu']}"
    said += f"、检查{counts[_CHECKS]}" if counts[_CHECKS] else ""
    said += f"、其他记录{counts['qita_shu']}" if counts["qita_shu"] else ""
    said += "，按零报告报送" if not any(counts.values()) else ""
    return said if month == desk.month else said.replace("本月", f"{month.title}（补报）", 1)


def report_month(desk: Desk, month: Month) -> str:
    """Write (or bring up to date) this unit's report of the month; its id is derived, so two laptops of one unit mean
    the same report, and each writes its own row of it: they never differ. Returns the line of the month."""
    rec, row = report_id(desk, month), f"ji[{desk.store.device}]"
    with desk.store.writing(desk.who.id, desk.now()) as writer:
        counts = _counts(desk, writer, month)
        mine: dict[str, Json] = {f"{row}/{k}": v for k, v in counts.items()}
        mine[f"{row}/baosong_shijian"] = desk.at()
        if not writer.has(rec):
            head: dict[str, Json] = {
                "yuefen": month.name, "danwei": desk.unit.code, "qi": month.since.isoformat(),
                "zhi": month.until.isoformat(), row: True,
            }  # fmt: skip
            no = f"{desk.unit.code}-{month.name}"
            said = plain.register(no=no, unit=desk.unit.code, person=desk.who.name, at=desk.at())
            writer.put(
                [
                    NewOp(rec, FORM, desk.scope, OpKind.CREATE, "", {**head, **mine}),
                    NewOp(rec, FORM, desk.scope, OpKind.STEP, "register", said),
                ]
            )
        else:
            old = writer.get(rec)
            # 本机接替的旧电脑那一行不再算，免得一件数两次
            stale = {f"ji[{d}]": None for d in desk.store.replaces if f"ji[{d}]" in old.answers}
            writer.put(sets_for(old, {**stale, row: True, **mine}))
    return month_line(desk, month)


def report_id(desk: Desk, month: Month) -> RecordId:
    return derived_id("baosong", desk.campaign.code, desk.unit.code, month.name)


def _counts(desk: Desk, reader: Reader, month: Month) -> dict[str, int]:
    """Records of this unit in the month: tips, publicity, visits, all others that people fill in – but for those noted
    on another live laptop of the unit, which reports its own (the device's mark stands in every number)."""
    since, until = month.since.isoformat(), month.until.isoformat()
    theirs = [f"-{device_mark(device)}-" for device in _others(desk, reader)]
    out = dict.fromkeys((*_COUNTED.values(), _CHECKS, _OTHERS), 0)
    for form in desk.forms:
        if form in _NOT_COUNTED:
            continue
        lines = reader.lines(reader.ids(Query(form=form, since=since, until=until)))
        live = [line for line in lines if _done_by(desk, line)]
        n = sum(1 for line in live if not any(mark in line.head.no for mark in theirs))
        out[_COUNTED.get(form, _CHECKS if desk.forms[form].kind == inspections.KIND else _OTHERS)] += n
    return out


def _done_by(desk: Desk, line: Line) -> bool:
    """Whether a record is this unit's and stands; of an inspection only what it has handed in itself."""
    if desk.unit.code not in line.scope.split("+") or line.head.status == "void":
        return False
    state = line.head.state if desk.forms[line.form].kind == inspections.KIND else None
    handed = state.get("handed_in") if isinstance(state, dict) else None
    return not isinstance(handed, list) or desk.unit.code in handed


def _others(desk: Desk, reader: Reader) -> list[DeviceId]:
    """Other live laptops of this unit, by the cards here."""
    mine = {desk.store.device, *desk.store.replaces}
    cards = [Card.from_json(said) for said in reader.cards().values()]
    gone = {old for card in cards if card.unit == desk.unit.code for old in card.replaces}
    return [c.device for c in cards if c.unit == desk.unit.code and c.device not in mine | gone]


def _ms(iso: str) -> int:
    from datetime import datetime

    return int(datetime.fromisoformat(iso).timestamp() * 1000)
