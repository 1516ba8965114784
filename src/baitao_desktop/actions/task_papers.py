"""Papers of the tasks: the wall of all units on one page, and the 任务清单 of one unit or group."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from baitao_desktop.actions import tasks
from baitao_desktop.actions.desk import Desk, Done, note, require
from baitao_desktop.actions.papers import keep
from baitao_desktop.domain.campaign import Month
from baitao_desktop.domain.catalogue import Task
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.tasks import STATES, WHOLE, Instance
from baitao_desktop.domain.values import chinese_date

if TYPE_CHECKING:
    from baitao_desktop.reports.papers import LedgerPaper
    from baitao_desktop.reports.wall import WallPaper

_COLUMNS = (
    ("序号", 8), ("条款", 17), ("任务", 50), ("方案原文", 92), ("责任工作组", 19), ("时限", 24), ("留痕", 30), ("完成情况", 27),
)  # fmt: skip


def wall_paper(desk: Desk, month: Month | None = None, *, small: bool = False) -> WallPaper:
    """The wall as plain data for paper; `small`: on A4. UserFacingError A87 where the others' records are not."""
    from baitao_desktop.reports.wall import Section, WallPaper, WallRow

    if not desk.is_office:
        raise UserFacingError("A87", "一览要看各单位的记录，这台电脑上没有。请在专项办出，或出本单位的任务清单。")
    whole = tasks.wall(desk, month or tasks.months_so_far(desk)[0])
    rows = []
    for unit in whole.units:
        cells = [whole.cells.get((unit, task.id)) for task in whole.tasks]
        done, of = whole.by_unit.get(unit, (0, 0))
        rows.append(WallRow(desk.campaign.unit_name(unit), [c.state if c else "" for c in cells], done, of))
    named = [_part(desk, task) for task in whole.tasks]
    return WallPaper(
        f"{desk.campaign.title}任务完成情况一览", desk.unit.name, _stand(desk, whole.month),
        [(t.clause, t.action) for t in whole.tasks], [Section(title, len(list(some))) for title, some in groupby(named)],
        rows, [whole.by_task[t.id] for t in whole.tasks], small, desk.watermark,
    )  # fmt: skip


def wall_pdf(desk: Desk, month: Month | None = None, *, small: bool = False) -> bytes:
    """The wall as PDF bytes, one page."""
    from baitao_desktop.reports.wall import wall_pdf as paint

    return paint(wall_paper(desk, month, small=small))


def save_wall(desk: Desk, folder: Path, month: Month | None = None, *, small: bool = False) -> Done[Path]:
    """The wall as .pdf in `folder`, under kind and date; noted as a print."""
    require(desk, "work")
    return _kept(desk, folder, "任务完成情况一览", wall_pdf(desk, month, small=small))


def list_paper(desk: Desk, unit: str, month: Month | None = None) -> LedgerPaper:
    """任务清单 of a unit or group as plain data for paper."""
    from baitao_desktop.reports.papers import Column, LedgerPaper

    shown = month or tasks.months_so_far(desk)[0]
    whole = tasks.checklist(desk, unit, shown)
    body = [
        (n, i.task.clause, i.task.action, i.task.quote, "、".join(map(desk.campaign.unit_name, i.task.groups)),
         limit_text(i), i.task.trace, state_text(i))
        for n, i in enumerate(whole, 1)
    ]  # fmt: skip
    columns = [Column(title, width, "center" if title == "序号" else "left") for title, width in _COLUMNS]
    done = sum(i.done for i in whole)
    foot = f"共{len(whole)}项，已完成{done}项。写明“建议”的日期只作提醒，过了不算逾期。"
    name = desk.campaign.unit_name(unit)
    return LedgerPaper(f"{name}任务清单", name, _stand(desk, shown), columns, body, foot, desk.watermark)


def list_pdf(desk: Desk, unit: str, month: Month | None = None) -> bytes:
    """任务清单 as PDF bytes, for preview."""
    from baitao_desktop.reports.ledger import ledger_pdf as paint

    return paint(list_paper(desk, unit, month))


def save_list(desk: Desk, unit: str, folder: Path, month: Month | None = None) -> Done[Path]:
    """任务清单 as .pdf in `folder`, under kind, unit and date; noted as a print."""
    require(desk, "work")
    return _kept(desk, folder, f"任务清单_{desk.campaign.unit_name(unit)}", list_pdf(desk, unit, month))


def limit_text(instance: Instance) -> str:
    """By when, in words: 每月 or the day, and whether a document sets it or it is advice."""
    task = instance.task
    if instance.month != WHOLE:
        day = f"（{instance.due.month}月{instance.due.day}日前）" if instance.due else ""
        return f"每月{day}" if task.binding else f"建议每月{day}"
    if instance.due is None:
        return "持续" if task.cadence == "ongoing" else ""
    first = "首轮" if task.cadence == "ongoing" else ""
    return f"{'' if task.binding else '建议'}{first}{chinese_date(instance.due)}前"


def state_text(instance: Instance) -> str:
    """How it stands, with how many records prove it."""
    return STATES[instance.state] + (f"{instance.count}条" if instance.state == "record" else "")


def _part(desk: Desk, task: Task) -> str:
    """Heading over a task on the wall: its phase, or 贯穿全程 for those of all phases."""
    names = {row["code"]: row["name"] for row in desk.campaign.phases}
    return names.get(task.phases[0], task.phases[0]) if len(task.phases) == 1 else "贯穿全程"


def _stand(desk: Desk, month: Month) -> str:
    since, until = month.since, month.until
    days = f"{since.month}月{since.day}日至{until.month}月{until.day}日"
    return f"按月的任务看{month.title}（{days}）　统计截止：{chinese_date(desk.today)} {desk.now():%H:%M}"


def _kept(desk: Desk, folder: Path, name: str, data: bytes) -> Done[Path]:
    path = keep(folder, f"{name}_{desk.today:%Y%m%d}", ".pdf", data)
    note(desk, "printed", "", paper=name)
    return Done(path, files=(path,))
