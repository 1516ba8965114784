"""检查情况汇总 by line, by unit, by village: of a month and since the campaign began, as PDF or .xlsx."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from baitao_desktop.actions.briefings import reported_words, stand_of
from baitao_desktop.actions.desk import Desk, Done, note, require
from baitao_desktop.actions.inspection_counts import Figures, month_inspections
from baitao_desktop.actions.inspections import checklists, line_name, line_of
from baitao_desktop.actions.papers import keep
from baitao_desktop.domain.campaign import Month
from baitao_desktop.domain.catalogue import SEVERITIES
from baitao_desktop.domain.inspection_figures import ALL, By, InspectionFigures
from baitao_desktop.domain.values import chinese_date

if TYPE_CHECKING:
    from baitao_desktop.reports.papers import SummaryBlock, SummaryPaper

TITLE = "检查情况汇总表"
COLUMNS = ("检查次数", "场所数", "查看项数", "问题数", *SEVERITIES.values(), "已销号", "逾期")
NOTE = "联合检查在每个参加单位各记一次，合计只记一次；同一场所查几次，场所数只算一处。按登记日期统计，作废的不计。"


def summary_paper(desk: Desk, month: Month | None = None) -> SummaryPaper:
    """The summary as plain data. The office's names all lines, the units that lead them, and villages, silent ones too."""
    from baitao_desktop.reports.papers import SummaryPaper

    month = month or desk.campaign.reporting_month(desk.today)
    begin, end = (f"{d.month}月{d.day}日" for d in (month.since, month.until))
    lines = [line_of(form) for form in checklists(desk)]
    leads = [c.lead for c in desk.catalogue.checklists.values() if c.lead in desk.campaign.units]
    villages = [unit.code for unit in desk.campaign.villages()] if desk.is_office else []
    kinds: tuple[tuple[str, By, Sequence[str], Callable[[str], str]], ...] = (
        ("行业线", "line", lines if desk.is_office else (), lambda code: line_name(desk, code)),
        ("检查单位", "unit", list(dict.fromkeys(leads)) if desk.is_office else (), desk.campaign.unit_name),
        ("村（社区）", "village", villages, desk.campaign.unit_name),
    )
    counted = month_inspections(desk, month, *(by for _, by, _, _ in kinds))
    blocks = [
        _block(heading, names, name, *both) for (heading, _, names, name), both in zip(kinds, counted, strict=True)
    ]
    return SummaryPaper(
        TITLE, desk.unit.name, f"统计截止：{chinese_date(desk.today)} {desk.now():%H:%M}",
        (f"{month.title}（{begin}至{end}）", "行动以来累计"), COLUMNS, blocks,
        (stand_of(desk), *([reported_words(desk, month)] if desk.is_office else []), NOTE), desk.watermark,
    )  # fmt: skip


def summary_pdf(desk: Desk, month: Month | None = None) -> bytes:
    """The summary as PDF bytes, for preview."""
    from baitao_desktop.reports.summary_table import summary_pdf as paint

    return paint(summary_paper(desk, month))


def save_summary(desk: Desk, folder: Path, month: Month | None = None, *, xlsx: bool = False) -> Done[Path]:
    """The summary as .pdf or .xlsx in `folder`, named by kind, unit and day; noted as a print or an export."""
    from baitao_desktop.reports.sheets import ledger_xlsx
    from baitao_desktop.reports.summary_table import summary_pdf as paint
    from baitao_desktop.reports.summary_table import summary_sheet

    require(desk, "work")
    paper = summary_paper(desk, month)
    data = ledger_xlsx(summary_sheet(paper)) if xlsx else paint(paper)
    path = keep(folder, f"{TITLE}_{desk.unit.name}_{desk.today:%Y%m%d}", ".xlsx" if xlsx else ".pdf", data)
    note(desk, "exported" if xlsx else "printed", "", paper=TITLE)
    return Done(path, files=(path,))


def _block(
    heading: str, names: Sequence[str], name: Callable[[str], str], monthly: Figures, total: Figures
) -> SummaryBlock:
    """The names asked for in their order, then others that something was counted for, then the sum."""
    from baitao_desktop.reports.papers import SummaryBlock

    others = [code for code in total if code not in names and code != ALL]
    rows = [(name(code) if code else "未写明", _spans(code, monthly, total)) for code in (*names, *others)]
    return SummaryBlock(heading, [*rows, ("合计", _spans(ALL, monthly, total))])


def _spans(code: str, *figures: Mapping[str, InspectionFigures]) -> list[tuple[int, ...]]:
    return [_counts(some.get(code, InspectionFigures())) for some in figures]


def _counts(figures: InspectionFigures) -> tuple[int, ...]:
    return (
        figures.inspections, figures.places, figures.items, figures.findings, *figures.found, figures.cleared, figures.overdue,
    )  # fmt: skip
