"""首页: what waits for this person, each line with what it opens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from baitao_desktop.actions import backups, bundles, reporting, standing
from baitao_desktop.actions.briefings import reported_villages
from baitao_desktop.actions.desk import Desk
from baitao_desktop.actions.drafts import drafts
from baitao_desktop.domain import tips
from baitao_desktop.domain.query import Query
from baitao_desktop.domain.values import chinese_date, day_of


@dataclass(frozen=True, slots=True)
class Todo:
    """One line of the home page. `kind` is campaign, overdue, due, countdown, draft, waiting, check, silent, card, backup or conflict;
    `page` and `target` say what it opens (a record id, a draft id, or a filter)."""

    kind: str
    text: str
    page: str
    target: str = ""


def todos(desk: Desk) -> tuple[Todo, ...]:
    """Everything that waits, the most pressing first."""
    return (
        *_dates(desk),
        *_cards(desk),
        *_tips(desk),
        *_findings(desk),
        *_inspections(desk),
        *_conflicts(desk),
        *_countdown(desk),
        *_drafts(desk),
        *_silent(desk),
        *_backup(desk),
    )


def _dates(desk: Desk) -> list[Todo]:
    campaign = desk.campaign
    if desk.mode != "formal" or campaign.covers(desk.today):
        return []
    since, until = chinese_date(campaign.since), chinese_date(campaign.until)
    said = f"今天不在专项行动期间（{since}至{until}）。记录照常保存；如有新一轮行动，请向专项办要新的行动数据。"
    return [Todo("campaign", said, "settings")]


def _cards(desk: Desk) -> list[Todo]:
    if desk.is_office:
        from baitao_desktop.actions.identity import draws_numbers

        said = "没有电脑在编总台账号（本机是恢复来的）。请到“设置”点“由本机编总台账号”。"
        return [] if draws_numbers(desk) else [Todo("card", said, "settings")]
    if desk.office_card is None:
        return [Todo("card", "还没有和专项办交换单位卡：举报人信息暂时不能密封，也不能报送。", "exchange")]
    if not desk.card.office_signature:
        return [
            Todo(
                "card", "本机的单位卡还没有和专项办换过（新电脑或刚恢复）。请先到“报送”页写单位卡、收回卡。", "exchange"
            )
        ]
    return []


def _tips(desk: Desk) -> list[Todo]:
    soon = (desk.today + timedelta(days=7)).isoformat()
    out: list[Todo] = []
    with desk.store.reading() as reader:
        due = reader.lines(reader.ids(Query(form=tips.FORM, due_until=soon, sort="due", descending=False, limit=50)))
        waiting = reader.count(Query(form=tips.FORM, status=("handed_up",))) if desk.is_office else 0
        fresh = reader.count(Query(form=tips.FORM, status=("registered",)))
        unanswered = sum(
            1
            for line in reader.lines(reader.ids(Query(form=tips.FORM, status=("closed",))))
            if line.head.tracks[0] == "pending"
        )
    for line in due:
        day = day_of(line.head.due)
        if day is None:
            continue
        kind, when = _when(desk, day)
        out.append(Todo(kind, f"{line.head.title}：{when}（{chinese_date(day)}）", "record", line.id))
    if waiting:
        out.append(Todo("waiting", f"{waiting}件线索已上报，等待受理。", "tips", "handed_up"))
    if fresh:
        out.append(
            Todo(
                "waiting",
                f"{fresh}件线索已登记，还没有{'受理' if desk.is_office else '上报或受理'}。",
                "tips",
                "registered",
            )
        )
    if unanswered:
        out.append(Todo("waiting", f"{unanswered}件线索已办结，还没有回复举报人。", "tips", "closed"))
    return out


def _findings(desk: Desk) -> list[Todo]:
    out = []
    for line in standing.findings_due(desk):
        day = day_of(line.head.due)
        if day is not None:
            kind, when = _when(desk, day)
            out.append(Todo(kind, f"{line.head.title}：整改{when}（{chinese_date(day)}）", "record", line.id))
    return out


def _inspections(desk: Desk) -> list[Todo]:
    return [
        Todo("check", f"{one.title}：{one.what}。", "record", one.rec) for one in standing.inspections_waiting(desk)
    ]


def _when(desk: Desk, day: date) -> tuple[str, str]:
    """Kind and words of a day that is over or near."""
    late = (desk.today - day).days
    when = f"已过期{late}天" if late > 0 else "今天到期" if late == 0 else f"还有{-late}天到期"
    return "overdue" if late > 0 else "due", when


def _conflicts(desk: Desk) -> list[Todo]:
    with desk.store.reading() as reader:
        lines = reader.lines(reader.ids(Query(conflicted=True, limit=50)))
    return [
        Todo("conflict", f"{line.head.title or line.head.no}：两边填得不一样，请选一个。", "record", line.id)
        for line in lines
    ]


def _countdown(desk: Desk) -> list[Todo]:
    month = reporting.month_due(desk)
    day = desk.campaign.due_in(month)
    left = (day - desk.today).days
    if desk.is_office or left > 7:
        return []
    with desk.store.reading() as reader:
        if reporting.handed_over(reader, desk, month):
            return []
    when = f"还有{left}天" if left > 0 else "就是今天" if left == 0 else f"已过{-left}天"
    return [
        Todo(
            "countdown",
            f"{month.title}的报送截止{chinese_date(day)}，{when}。{reporting.month_line(desk, month)}。",
            "exchange",
        )
    ]


def _drafts(desk: Desk) -> list[Todo]:
    return [
        Todo("draft", f"没有填完的{desk.forms[d.form].title}，点这里接着填。", "draft", d.id)
        for d in drafts(desk)
        if d.form in desk.forms
    ]


def _silent(desk: Desk) -> list[Todo]:
    if not desk.is_office:
        return []
    _, silent = reported_villages(desk, desk.campaign.reporting_month(desk.today))
    if not silent:
        return []
    names = "、".join(silent[:6]) + ("等" if len(silent) > 6 else "")
    return [
        Todo(
            "silent",
            f"{desk.campaign.reporting_month(desk.today).title}有{len(silent)}个村（社区）还没有报送：{names}。",
            "exchange",
        )
    ]


def _backup(desk: Desk) -> list[Todo]:
    last = day_of(backups.last_backup(desk))
    if desk.mode != "formal" or (last is not None and (desk.today - last).days < 7):
        return []
    said = f"上次备份是{chinese_date(last)}" if last else "还没有备份过"
    return [Todo("backup", f"{said}，请插上U盘备份一次。", "settings")]


def silent_text(desk: Desk) -> str:
    """复制催报文字: who is missing, to paste into the group."""
    month = desk.campaign.reporting_month(desk.today)
    _, silent = reported_villages(desk, month)
    if not silent:
        return f"{month.title}各村（社区）都已报送，谢谢大家。"
    day = desk.campaign.due_in(month)
    return f"【{desk.campaign.title}】{month.title}报送截止{chinese_date(day)}，还没有报送的有：{'、'.join(silent)}。没有情况也请做零报告。"


def receivers_known(desk: Desk) -> bool:
    """Whether there is anybody to hand over to."""
    return bool(bundles.receivers(desk))
