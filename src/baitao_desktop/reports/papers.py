"""What is handed to a paper: plain frozen data, already in the words that are to be printed. Nothing here is heavy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

Cell = str | int | float | Decimal | date | datetime | None
Align = Literal["left", "center", "right"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a ledger; `width_mm` on paper (in .xlsx the same proportion)."""

    title: str
    width_mm: float
    align: Align = "left"


@dataclass(frozen=True, slots=True)
class LedgerPaper:
    """A list on A4 landscape, or a sheet of .xlsx. `cutoff` is the whole phrase, e.g. "统计截止：2022年5月20日24时"."""

    title: str
    unit: str
    cutoff: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    foot: str = ""
    watermark: str = ""


@dataclass(frozen=True, slots=True)
class SummaryBlock:
    """A part of a summary: a heading over the names, and per name the counts of each span; the last row is the sum."""

    heading: str
    rows: Sequence[tuple[str, Sequence[Sequence[int]]]]


@dataclass(frozen=True, slots=True)
class SummaryPaper:
    """Counts under a head of two storeys: each of `spans` (this month, since the beginning) over all of `columns`.

    `notes` say what the figures rest on.
    """

    title: str
    unit: str
    cutoff: str
    spans: Sequence[str]
    columns: Sequence[str]
    blocks: Sequence[SummaryBlock]
    notes: Sequence[str] = ()
    watermark: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of an official document.

    `lead` is the heading that opens it, printed by `level` (1 黑体 "一、…", 2 楷体 "（一）…", 3 and 4 仿宋); with an empty
    `text` it stands alone on its line and is kept with what follows. `level` 0 is plain body.
    """

    text: str
    level: int = 0
    lead: str = ""


@dataclass(frozen=True, slots=True)
class OfficialDocument:
    """A document on the 28×22 grid (GB/T 9704-2012). A newline in `title` breaks it there.

    `masthead` is the red 发文机关标志 (empty: none), `number` its 发文字号 "涪区白街委发〔2022〕36号"; `date` "2022年4月8日".
    `copies` is 抄送; `issuer` and `issued` make the 版记 with it (all empty: none).
    """

    title: str
    paragraphs: Sequence[Paragraph]
    recipient: str = ""
    signatures: Sequence[str] = ()
    date: str = ""
    attachments: Sequence[str] = ()
    note: str = ""
    masthead: str = ""
    number: str = ""
    copies: str = ""
    issuer: str = ""
    issued: str = ""
    watermark: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice and whether it is ticked."""

    label: str
    ticked: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """One question on a printed record: text, or the choices with their ticks.

    `wide` takes the whole line; others stand two on a line in the head table.
    """

    label: str
    value: str = ""
    choices: Sequence[Choice] = ()
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of a checklist or a repeat; a cell is text or choices with ticks."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str | Sequence[Choice]]]


@dataclass(frozen=True, slots=True)
class Group:
    """A part of a record under its own heading (empty: none)."""

    title: str
    answers: Sequence[Answer] = ()
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture for the 附页 (JPEG or whatever Pillow reads) and the line under it; without data it is 照片待补."""

    data: bytes
    caption: str


@dataclass(frozen=True, slots=True)
class RecordPaper:
    """A filled record of any form. `history` rows are (时间, 经手人, 办理情况); `signatures` are labels to sign behind.

    `form` and `version` stand in the foot (表号、版本).
    """

    title: str
    number: str
    groups: Sequence[Group]
    unit: str = ""
    history: Sequence[tuple[str, str, str]] = ()
    signatures: Sequence[str] = ()
    photos: Sequence[Photo] = ()
    form: str = ""
    version: str = ""
    watermark: str = ""


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One item on the paper of an inspection.

    `answers` are the boxes, or `said` stands in their place. `hints` are printed small under the text: what to look at,
    the law. `details` are the lines under a failed item, named by `mark`. `unit` answered it, in a joint inspection.
    """

    code: str
    text: str
    answers: Sequence[Choice] = ()
    said: str = ""
    section: str = ""
    unit: str = ""
    hints: Sequence[str] = ()
    mark: str = ""
    details: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signs: behind the label stands the drawn signature, or these words, or a line to sign on."""

    label: str
    picture: bytes = b""
    words: str = ""


@dataclass(frozen=True, slots=True)
class InspectionPaper:
    """现场检查记录表 or a blank checklist: `head`, the items, `tail`, then the signatures under the sentence `closing`.

    `page_signing` are the labels of the line at the foot of every other page.
    """

    title: str
    number: str
    unit: str
    head: Sequence[Group]
    items_title: str
    items: Sequence[CheckRow]
    tail: Sequence[Group]
    closing: str
    signatures: Sequence[Signature]
    page_signing: Sequence[str] = ()
    photos: Sequence[Photo] = ()
    form: str = ""
    version: str = ""
    watermark: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """受理回执 (first_course §7): no name, no subject. `code` as it is to be read, e.g. "120 3456 7890".

    `answer_by` is a date in words ("" leaves it to be filled in by hand). The filed slip does not show the code.
    """

    number: str
    code: str
    unit: str
    received: str
    phones: Sequence[str]
    answer_by: str = ""
    watermark: str = ""


@dataclass(frozen=True, slots=True)
class Briefing:
    """工作简报, one page (first_course §6). `paragraphs` are printed as they are, "一、…。" leads in 黑体 by Paragraph.lead."""

    issue: str
    issuer: str
    date: str
    title: str
    paragraphs: Sequence[Paragraph]
    report_to: str = ""
    send_to: str = ""
    copies: str = ""
    campaign: str = "打击整治养老诈骗专项行动"
    name: str = "工作简报"
    watermark: str = ""
