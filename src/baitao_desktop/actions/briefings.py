"""工作简报: figures from the records, sentences that may be changed before printing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from baitao_desktop.actions.desk import Desk, Done, note, require
from baitao_desktop.actions.inspection_counts import work_words
from baitao_desktop.actions.papers import keep
from baitao_desktop.domain import figures, tips
from baitao_desktop.domain.campaign import Month
from baitao_desktop.domain.figures import TipFigures, TipRow
from baitao_desktop.domain.query import Query
from baitao_desktop.domain.values import chinese_date, wan_yuan
from baitao_desktop.forms import label_of


@dataclass(frozen=True, slots=True)
class BriefingDraft:
    """What stands on the page; every text may be changed before printing. `stand` says what the figures rest on."""

    issue: str
    date: str
    title: str
    paragraphs: tuple[tuple[str, str], ...]
    """(lead, text) pairs; the lead is set in 黑体."""
    stand: str


def month_figures(desk: Desk, month: Month) -> tuple[TipFigures, TipFigures]:
    """Figures of the month and since the campaign began, as they stand here and now."""
    rows = tip_rows(desk)
    cutoff = figures.cutoff_of(month, desk.today)
    monthly = figures.tip_figures(rows, since=month.since.isoformat(), until=month.until.isoformat(), cutoff=cutoff)
    total = figures.tip_figures(rows, since="", until=month.until.isoformat(), cutoff=cutoff)
    return monthly, total


def tip_rows(desk: Desk) -> list[TipRow]:
    """Answers and state of every tip here."""
    with desk.store.reading() as reader:
        lines = reader.lines(reader.ids(Query(form=tips.FORM)))
    return [(line.answers, tips.state_of(line.head.state)) for line in lines]


def reported_villages(desk: Desk, month: Month) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of the villages that reported for the month, and of those that did not."""
    with desk.store.reading() as reader:
        lines = reader.lines(reader.ids(Query(form="baosong")))
    codes = [u.code for u in desk.campaign.villages()]
    heard, silent = figures.reported(codes, (line.answers for line in lines), month)
    name = desk.campaign.unit_name
    return tuple(name(c) for c in heard), tuple(name(c) for c in silent)


def draft_briefing(desk: Desk, month: Month | None = None, *, issue: int = 1) -> BriefingDraft:
    """The briefing of a month as first_course §6 has it, ready to be changed by hand."""
    month = month or desk.campaign.reporting_month(desk.today)
    monthly, total = month_figures(desk, month)
    name = f"{month.until.month}月"
    parts = (
        ("", _received(desk, month, monthly, total)),
        ("办理情况", _handling(monthly, total)),
        (
            "挽损情况",
            f"涉及老年人{monthly.elders}人，损失{wan_yuan(monthly.loss_fen)}万元，已退回{wan_yuan(monthly.returned_fen)}万元。",
        ),
        ("检查整改和宣传走访情况", work_words(desk, month)),
        ("各村（社区）情况", reported_words(desk, month) if desk.is_office else ""),
        (
            "下月要做的事",
            "继续摸排走访，督促各承办单位按期核实、办结并回复举报人；对未报送的村（社区）逐个提醒。"
            if desk.is_office
            else "继续摸排走访，对手上的线索和问题按期核实、整改、办结并回复。",
        ),
    )
    said = [(lead, text) for lead, text in parts if text]
    leads = ["", *(f"{numeral}、{lead}。" for numeral, (lead, _) in zip("一二三四五六", said[1:], strict=False))]
    paragraphs = tuple((lead, text) for lead, (_, text) in zip(leads, said, strict=True))
    return BriefingDraft(str(issue), chinese_date(desk.today), f"{name}线索受理和办结情况", paragraphs, stand_of(desk))


def stand_of(desk: Desk) -> str:
    """What the figures rest on."""
    return f"数字统计到{chinese_date(desk.today)}{desk.now():%H:%M}，依据本机现有的记录和已收入的数据包。"


def briefing_pdf(desk: Desk, draft: BriefingDraft) -> bytes:
    """The briefing as PDF bytes, for preview."""
    from baitao_desktop.reports.briefing import briefing_pdf as paint
    from baitao_desktop.reports.papers import Briefing, Paragraph

    said = desk.campaign.papers
    to, _, send = said["briefing_to"].partition("　")
    return paint(
        Briefing(
            f"第{draft.issue}期", said["office"], draft.date, draft.title,
            tuple(Paragraph(text, level=1 if lead else 0, lead=lead) for lead, text in draft.paragraphs),
            report_to=to.removeprefix("报："), send_to=send.removeprefix("送："), copies=said["briefing_copies"], campaign=desk.campaign.title,
            name=said["briefing_title"], watermark=desk.watermark,
        )
    )  # fmt: skip


def save_briefing(desk: Desk, draft: BriefingDraft, folder: Path) -> Done[Path]:
    """The briefing as .pdf in `folder`, named by issue and date."""
    path = keep(folder, f"工作简报_第{draft.issue}期_{desk.today:%Y%m%d}", ".pdf", briefing_pdf(desk, draft))
    require(desk, "work")
    note(desk, "printed", "", paper="工作简报", issue=draft.issue)
    return Done(path, files=(path,))


def _received(desk: Desk, month: Month, monthly: TipFigures, total: TipFigures) -> str:
    where = "全街道" if desk.is_office else desk.unit.name
    begin, end = (f"{d.month}月{d.day}日" for d in (month.since, month.until))
    said = f"{begin}至{end}，{where}受理养老诈骗线索{monthly.received}件，累计{total.received}件。"
    if not monthly.received:
        return said
    form = desk.forms[tips.FORM]
    short = {"dianhua": "举报电话", "xinxiang": "信箱", "mopai": "摸排走访"}
    shown = [(short[code], n) for code, n in monthly.by_channel if code in short]
    rest = monthly.received - sum(n for _, n in shown)
    parts = [f"{label}{n}件" for label, n in shown] + ([f"其他{rest}件"] if rest else [])
    said += f"其中{'、'.join(parts)}"
    top = [
        f"{label_of(form, 'mingyi', [code], desk.lists)}（{n}件）"
        for code, n in [p for p in monthly.by_pretext if p[0] != "qita"][:2]
        if code != "qita"
    ]
    return said + (f"；反映最多的名义是{'和'.join(top)}。" if top else "。")


def _handling(monthly: TipFigures, total: TipFigures) -> str:
    return (
        f"已核实{monthly.verified}件，属实和部分属实{monthly.found_true}件；办结{monthly.closed}件，"
        f"办结率{figures.percent(monthly.closed_rate)}，累计办结率{figures.percent(total.closed_rate)}；逾期{monthly.overdue}件。"
    )


def reported_words(desk: Desk, month: Month) -> str:
    """Which villages the figures of the month hold."""
    heard, silent = reported_villages(desk, month)
    total = len(heard) + len(silent)
    if not silent:
        return f"{total}个村（社区）全部报送。"
    return f"{total}个村（社区）已报送{len(heard)}个，未报送：{'、'.join(silent)}。"
