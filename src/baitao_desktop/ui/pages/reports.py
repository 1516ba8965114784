"""报表文书: ledgers and the summary of inspections, the briefing of a month, blank checklists."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QWidget

from baitao_desktop.actions import briefings, inspection_summary, papers
from baitao_desktop.actions.briefings import BriefingDraft
from baitao_desktop.actions.inspection_counts import PUBLICITY, VISIT
from baitao_desktop.actions.inspection_ledgers import INSPECTIONS, TITLES
from baitao_desktop.actions.inspections import checklists
from baitao_desktop.domain import inspections, tips
from baitao_desktop.domain.campaign import Month
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.query import Query
from baitao_desktop.forms import Form
from baitao_desktop.ui import dialogs
from baitao_desktop.ui.fields.base import Asks, Choice, label_of
from baitao_desktop.ui.fields.choices import PickField
from baitao_desktop.ui.fields.text import LongTextField, TextField
from baitao_desktop.ui.pages.fieldset import Fieldset
from baitao_desktop.ui.pages.parts import Made, act_button, card, chain, empty, flow, link
from baitao_desktop.ui.pages.preview import PreviewPage
from baitao_desktop.ui.pages.seat import DeskPage, Seat
from baitao_desktop.ui.pages.table_forms import open_ledger

SUMMARY = "jiancha_huizong"
"""Asked for instead of a form: 检查情况汇总表."""
ALL = "all"
LAST_ISSUE = "briefing.issue"


class ReportsPage(DeskPage):
    """A briefing with changed sentences is kept with the person, month by month, and offered again."""

    help_topic = "reports"

    def __init__(self, seat: Seat) -> None:
        super().__init__(seat, "报表文书")
        self.room = "reports" if seat.desk.is_office else ""
        self.inner.setMinimumHeight(1)  # 折行的字各按最窄时的高度算最小值，页尾会空出大半屏；实际高度由布局按宽度算
        self.months = {m.name: m for m in months(seat)}
        self.draft: BriefingDraft | None = None
        self.drafted: BriefingDraft | None = None
        self._month_shown = ""
        self.texts: list[LongTextField] = []
        self.month = PickField(
            Asks("月份", "每月从上月21日算到本月20日"),
            [Choice(ALL, "行动以来全部"), *(Choice(n, _named(m)) for n, m in self.months.items())],
        )
        self.month.set_value(self.desk.campaign.reporting_month(self.desk.today).name)
        self.month.changed.connect(lambda _f: self._other_month())
        self.made = Made(seat.opener)
        self.inside.addWidget(Fieldset([self.month], lambda: None))
        self.inside.addWidget(self.made)
        self.inside.addWidget(self._papers_card())
        self.inside.addWidget(self._briefing_card())
        self.blanks_frame, self.blanks = card()
        self.inside.addWidget(self.blanks_frame)
        self.others_frame, self.others = card()
        self.inside.addWidget(self.others_frame)
        self.forms_link = link("表样：自己编的表", lambda: self.win.show_page("forms"), icon="menu")
        self.inside.addWidget(flow(self.forms_link))
        self.inside.addStretch(1)

    def opened(self, **args: object) -> None:  # noqa: ARG002
        self.made.hide()
        self._show_others()
        self._offer()

    def leaving(self) -> None:
        self._keep()

    def first_focus(self) -> QWidget | None:
        return self.month.line

    def query(self, form_id: str) -> Query:
        """What a ledger on paper holds: the month chosen, oldest first."""
        month = self.months.get(str(self.month.value()))
        since, until = (month.since.isoformat(), month.until.isoformat()) if month else ("", "")
        return Query(form=form_id, since=since, until=until, descending=False)

    # —— 台账和汇总 ——

    def _papers_card(self) -> QFrame:
        """A line for each paper: its name, and what can be done with it."""
        frame, inside = card("台账和汇总")
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for row, (form_id, title) in enumerate(self._papers()):
            grid.addWidget(label_of(title), row, 0, Qt.AlignmentFlag.AlignVCenter)
            acts = (
                act_button("预览", partial(self.preview, form_id, title), icon="print"),
                act_button("存为PDF", partial(self.save, form_id), icon="save"),
                act_button("存为表格", partial(self.save, form_id, xlsx=True), icon="export"),
            )
            for made in acts:
                made.setAccessibleName(f"{title} {made.text()}")
            grid.addWidget(flow(*acts), row, 1)
        inside.addLayout(grid)
        return frame

    def _papers(self) -> list[tuple[str, str]]:
        known = [
            (tips.FORM, "线索管理台账"), (SUMMARY, inspection_summary.TITLE), *TITLES.items(),
            (PUBLICITY, "宣传活动台账"), (VISIT, "走访登记台账"),
        ]  # fmt: skip
        return [(form, title) for form, title in known if form in self.desk.forms or form in (SUMMARY, INSPECTIONS)]

    def preview(self, form_id: str, title: str) -> None:
        desk, query, month = self.desk, self.query(form_id), self._month()
        if form_id == SUMMARY:
            self._preview(
                title, lambda: inspection_summary.summary_pdf(desk, month),
                lambda folder: inspection_summary.save_summary(desk, folder, month).value,
            )  # fmt: skip
            return
        self._preview(
            title, lambda: papers.ledger_pdf(desk, form_id, query),
            lambda folder: papers.save_ledger(desk, form_id, query, folder).value,
        )  # fmt: skip

    def _preview(self, title: str, paint: Callable[[], bytes], save: Callable[[Path], Path]) -> None:
        self.act(lambda _tell: paint(), done=lambda pdf: self._open(title, pdf, save), title="正在排版")

    def _open(self, name: str, pdf: bytes, save: Callable[[Path], Path]) -> None:
        self.win.open_page(PreviewPage(self.seat, name, pdf, save))

    def save(self, form_id: str, *, xlsx: bool = False) -> None:
        folder = self.win.chooser.folder(self, "存到哪个文件夹")
        if folder is None:
            return
        desk, query, month = self.desk, self.query(form_id), self._month()

        def made() -> Path:
            if form_id == SUMMARY:
                return inspection_summary.save_summary(desk, folder, month, xlsx=xlsx).value
            return papers.save_ledger(desk, form_id, query, folder, xlsx=xlsx).value

        self.act(lambda _tell: made(), done=self._saved, title="正在生成")

    # —— 空白检查表 ——

    def _show_blanks(self) -> list[QWidget]:
        empty(self.blanks)
        self.blanks.addWidget(label_of("空白检查表", "section"))
        self.blanks.addWidget(label_of("打印出来带到现场用笔填；看什么、依据哪一条，都印在每一项下面。", "hint"))
        links: list[QWidget] = [
            link(form.title, partial(self.preview_blank, form), icon="print", name=f"空白{form.title}")
            for form in checklists(self.desk)
        ]
        self.blanks.addWidget(flow(*links))
        return links

    def preview_blank(self, form: Form) -> None:
        desk = self.desk
        self._preview(
            f"空白{form.title}", lambda: papers.blank_pdf(desk, form.id),
            lambda folder: papers.save_blank(desk, form.id, folder).value,
        )  # fmt: skip

    def _saved(self, path: Path) -> None:
        self.made.show_file(path)
        self.scroller.verticalScrollBar().setValue(0)

    def _show_others(self) -> None:
        """Every other form has its ledger, too: those the program fills in, and an office's own, which come and go.
        Checklists have theirs in the room of inspections."""
        empty(self.others)
        self.others.addWidget(label_of("其他台账", "section"))
        above = {form for form, _ in self._papers()}
        others = [f for f in self.desk.forms.values() if f.id not in above and f.kind != inspections.KIND]
        links = [link(f.title, partial(self.open_ledger, f), icon="report") for f in others]
        self.others.addWidget(flow(*links))
        chain(*self._show_blanks(), *links, self.forms_link)

    def open_ledger(self, form: Form) -> None:
        open_ledger(self.seat, self.win, form, room=self.room)

    # —— 简报 ——

    def _briefing_card(self) -> QFrame:
        frame, inside = card("工作简报")
        inside.addWidget(label_of("数字从记录里来，句子可以改。选好月份，先起草，再预览、打印。", "hint"))
        self.issue = TextField(Asks("第几期"))
        inside.addWidget(Fieldset([self.issue], self.start_briefing))
        self.start_button = act_button("起草简报", self.start_briefing, primary=True, icon="report")
        self.resume_button = act_button("接着改上次的简报", self.resume, icon="open")
        inside.addWidget(flow(self.start_button, self.resume_button))
        self.edit_frame, self.edit_inside = card()
        self.edit_frame.hide()
        inside.addWidget(self.edit_frame)
        return frame

    def start_briefing(self) -> None:
        """Figures and sentences of the month, each in a box to be changed."""
        digits = "".join(c for c in str(self.issue.value() or "") if c.isdigit())
        if not digits:
            self.issue.set_problem("请填写期号，例如 2")
            return
        self.issue.set_problem("")
        self._keep()
        if self.seat.pref(self._place()):
            text = "重新起草会放弃改过的句子。"
            if not dialogs.ask(self, "重新起草", text, "重新起草"):
                return
        desk, month = self.desk, self._month()
        self.read(lambda _tell: briefings.draft_briefing(desk, month, issue=int(digits)), self._begin)

    def resume(self) -> None:
        """Go on with the sentences that were changed for this month."""
        kept = _read_kept(self.seat.pref(self._place()))
        if kept is not None:
            self.issue.set_value(kept[1].issue)
            self._edit(*kept)

    def _begin(self, draft: BriefingDraft) -> None:
        self.seat.set_pref(self._place(), "")
        self._edit(draft, draft)

    def _month(self) -> Month:
        return self.months.get(str(self.month.value()), self.desk.campaign.reporting_month(self.desk.today))

    def _place(self) -> str:
        return f"briefing.{self._month_shown or self._month().name}"

    def _keep(self) -> None:
        """Changed sentences outlive the page, a lock and the program."""
        if self.draft is None or self.drafted is None:
            return
        now = self.edited()
        if now == self.drafted:
            return
        try:
            self.seat.set_pref(self._place(), json.dumps([asdict(self.drafted), asdict(now)], ensure_ascii=False))
        except UserFacingError as error:
            self.win.trouble(error)

    def _offer(self) -> None:
        self._month_shown = self._month().name
        self.resume_button.setVisible(self.draft is None and bool(self.seat.pref(self._place())))
        if self.draft is None:
            last = self.seat.pref(LAST_ISSUE)
            self.issue.set_value(str(int(last) + 1) if last.isdigit() else "1")

    def _edit(self, drafted: BriefingDraft, draft: BriefingDraft) -> None:
        self.drafted, self.draft = drafted, draft
        self.resume_button.hide()
        empty(self.edit_inside)
        self.title_field = TextField(Asks("标题"))
        self.title_field.set_value(draft.title)
        self.date_field = TextField(Asks("日期"))
        self.date_field.set_value(draft.date)
        self.texts = []
        for n, (lead, text) in enumerate(draft.paragraphs, 1):
            field = LongTextField(Asks(lead.rstrip("。") or "开头", ""))
            field.set_value(text)
            field.setAccessibleName(lead or f"第{n}段")
            self.texts.append(field)
        self.edit_inside.addWidget(Fieldset([self.title_field, self.date_field, *self.texts], self.preview_briefing))
        self.edit_inside.addWidget(label_of(draft.stand, "hint"))
        self.preview_button = act_button("预览简报", self.preview_briefing, icon="print")
        self.edit_inside.addWidget(flow(self.preview_button))
        self.edit_frame.show()
        boxes = [field.box for field in self.texts]
        chain(self.start_button, self.title_field.line, self.date_field.line, *boxes, self.preview_button)
        self.texts[0].box.setFocus()

    def edited(self) -> BriefingDraft:
        """The draft with what stands in the boxes."""
        if self.draft is None:
            raise RuntimeError("no briefing was begun")
        leads = [lead for lead, _ in self.draft.paragraphs]
        texts = [str(f.value() or "") for f in self.texts]
        return replace(
            self.draft,
            title=str(self.title_field.value() or self.draft.title),
            date=str(self.date_field.value() or self.draft.date),
            paragraphs=tuple(zip(leads, texts, strict=True)),
        )

    def preview_briefing(self) -> None:
        desk, draft = self.desk, self.edited()

        def save(folder: Path) -> Path:
            path = briefings.save_briefing(desk, draft, folder).value
            self.seat.set_pref(LAST_ISSUE, draft.issue)
            return path

        self.act(
            lambda _tell: briefings.briefing_pdf(desk, draft),
            done=lambda pdf: self._open(f"工作简报第{draft.issue}期", pdf, save),
        )

    def _other_month(self) -> None:
        self._keep()
        self.draft = None
        self.edit_frame.hide()
        self._offer()


def _read_kept(kept: str) -> tuple[BriefingDraft, BriefingDraft] | None:
    """As it was drafted and as it was changed; None for what an older program wrote otherwise."""
    try:
        pair = [
            BriefingDraft(**(said | {"paragraphs": tuple((lead, text) for lead, text in said["paragraphs"])}))
            for said in json.loads(kept)
        ]
        drafted, changed = pair
    except (ValueError, TypeError, KeyError):
        return None
    return drafted, changed


def months(seat: Seat) -> list[Month]:
    """The reporting months of the campaign up to today, newest first; at least this one."""
    campaign, today = seat.desk.campaign, seat.desk.today
    found: dict[str, Month] = {}
    day: date = max(campaign.since, today - timedelta(days=400)) if today >= campaign.since else today
    while day <= today:
        month = campaign.month_of(day)
        found[month.name] = month
        day = month.until + timedelta(days=1)
    return list(reversed(found.values())) or [seat.desk.month]


def _named(month: Month) -> str:
    since, until = month.since, month.until
    return f"{until.year}年{month.title}（{since.month}月{since.day}日至{until.month}月{until.day}日）"
