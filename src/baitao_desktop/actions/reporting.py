"""报送: handing over is the month's report, and the zero report when nothing happened (USERS 15, first_course §6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from baitao_desktop.actions.desk import Desk
from baitao_desktop.domain import plain, tips
from baitao_desktop.domain.ops import Json, NewOp, OpKind, RecordId, derived_id
from baitao_desktop.domain.query import Query

if TYPE_CHECKING:
    from baitao_desktop.storage.reader import Reader

FORM = "baosong"


def month_line(desk: Desk) -> str:
    """What the hand-over page says: “本月线索0、走访12，按零报告报送”."""
    with desk.store.reading() as reader:
        counts = _counts(desk, reader)
    said = f"本月线索{counts['xiansuo_shu']}、走访{counts['zoufang_shu']}"
    said += f"、其他记录{counts['qita_shu']}" if counts["qita_shu"] else ""
    return said + ("，按零报告报送" if not any(counts.values()) else "")


def report_month(desk: Desk) -> str:
    """Write (or bring up to date) this unit's report record of the month; its id is derived, so two laptops of one
    unit mean the same report. Returns the line of the month."""
    month = desk.month
    rec = report_id(desk)
    with desk.store.writing(desk.who.id, desk.now()) as writer:
        counts = _counts(desk, writer)
        answers: dict[str, Json] = {
            "yuefen": month.name, "danwei": desk.unit.code, "qi": month.since.isoformat(), "zhi": month.until.isoformat(),
            **counts, "ling_baogao": "fou" if any(counts.values()) else "shi", "baosong_shijian": desk.at(),
        }  # fmt: skip
        if not writer.has(rec):
            said = plain.register(
                no=f"{desk.unit.code}-{month.name}", unit=desk.unit.code, person=desk.who.name, at=desk.at()
            )
            writer.put(
                [
                    NewOp(rec, FORM, desk.scope, OpKind.CREATE, "", answers),
                    NewOp(rec, FORM, desk.scope, OpKind.STEP, "register", said),
                ]
            )
        else:
            writer.put(_updates(writer.get(rec).answers, answers, rec, desk))
    return month_line(desk)


def report_id(desk: Desk) -> RecordId:
    return derived_id("baosong", desk.campaign.code, desk.unit.code, desk.month.name)


def _updates(old: Mapping[str, Json], new: Mapping[str, Json], rec: RecordId, desk: Desk) -> list[NewOp]:
    changed = {k: v for k, v in new.items() if old.get(k) != v}
    if set(changed) <= {"baosong_shijian"}:
        return []
    return [NewOp(rec, FORM, desk.scope, OpKind.SET, k, v) for k, v in changed.items()]


def _counts(desk: Desk, reader: Reader) -> dict[str, int]:
    """Records of this unit in the month: tips, visits, all others that people fill in."""
    month = desk.month
    since, until = month.since.isoformat(), month.until.isoformat()
    out = {"xiansuo_shu": 0, "zoufang_shu": 0, "qita_shu": 0}
    for form in desk.forms:
        if form in (FORM, "renyuan"):
            continue
        lines = reader.lines(reader.ids(Query(form=form, since=since, until=until)))
        n = sum(1 for line in lines if line.scope == desk.scope and line.head.status != "void")
        key = "xiansuo_shu" if form == tips.FORM else "zoufang_shu" if form == "zoufang" else "qita_shu"
        out[key] += n
    return out
