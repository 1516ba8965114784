"""Parts of the pages of tasks: one task with what folds under it, the small forms of ticking, this month's card."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFrame, QLabel, QMenu, QPushButton, QVBoxLayout, QWidget

from baitao_desktop.actions import photos, task_papers, tasks
from baitao_desktop.actions.desk import Desk
from baitao_desktop.actions.tasks import Evidence, Hand, Means, ThisMonth
from baitao_desktop.domain.campaign import Month
from baitao_desktop.domain.catalogue import Task
from baitao_desktop.domain.tasks import LONGEST, STATES, Instance
from baitao_desktop.domain.values import minute_text
from baitao_desktop.ui import look
from baitao_desktop.ui.buttons import button
from baitao_desktop.ui.fields.base import Asks, Field, label_of
from baitao_desktop.ui.fields.photos import PhotoField
from baitao_desktop.ui.fields.text import LongTextField
from baitao_desktop.ui.pages.act_sheet import ActSheet
from baitao_desktop.ui.pages.forming import open_form
from baitao_desktop.ui.pages.ledger_parts import MenuChip, add_tick
from baitao_desktop.ui.pages.parts import card, chain, empty, flow, link, rows_of, selectable, sign
from baitao_desktop.ui.pages.photo_doors import photo_door
from baitao_desktop.ui.pages.seat import DeskPage

SIGNS = {
    "record": ("ok", look.OK, "ok"), "hand": ("pen", look.OK, "ok"), "open": ("task", look.ACCENT, ""),
    "due": ("clock", look.MUTED, "hint"), "overdue": ("error", look.ERROR, "problem"),
}  # fmt: skip
"""Icon, colour and role of the word of each state."""
STATE_WIDE = 8  # em；最长的“已完成（记录）”
MOST_PHOTOS = 9
THUMB = 120


def state_word(instance: Instance) -> QLabel:
    """The state in a word, as wide for every task."""
    word = label_of(STATES[instance.state], SIGNS[instance.state][2], wrap=False)
    word.setFixedWidth(look.unit() * STATE_WIDE)
    return word


def begin(page: DeskPage, instance: Instance, means: Means) -> None:
    """Open what does a task: a form page, a page, or the small form of the tick."""
    if means.opens == "form":
        open_form(page.seat, page.win, means.target, known=means.known)
    elif means.opens == "page":
        page.win.show_page(means.target)
    else:
        tick_sheet(page, instance).open()


def tick_sheet(page: DeskPage, instance: Instance) -> ActSheet:
    """记为完成: what proves it, in words or pictures."""
    words = LongTextField(Asks("留痕", f"写明凭什么算做完，如：{instance.task.trace}", limit=LONGEST))
    shots = PhotoField(Asks("照片或扫描件"), photo_door(page.seat, page.win), most=MOST_PHOTOS)
    desk = page.desk

    def run(values: Sequence[Any]) -> Any:
        said, pictures = values
        return tasks.tick(desk, instance, evidence=str(said or ""), photos=pictures or ())

    fields: list[Field] = [words, shots]
    text = f"{desk.campaign.unit_name(instance.unit)}：{instance.task.action}"
    return ActSheet(page.win, "记为完成", "记为完成", fields, run, said="已记为完成", text=text)


def untick_sheet(page: DeskPage, hand: Hand) -> ActSheet:
    """撤回 of a tick by hand; what was written stays in the history."""
    reason, desk = LongTextField(Asks("撤回理由")), page.desk
    return ActSheet(
        page.win, "撤回“已完成”", "撤回", [reason],
        lambda values: tasks.untick(desk, hand.record, reason=str(values[0])),
        said="已撤回，写过的留痕还在", needed=[reason],
    )  # fmt: skip


class TaskRow(QFrame):
    """One task: its state, what is to be done, by when, what opens it; 方案原文 and by what it is done fold out under it."""

    def __init__(self, page: DeskPage, instance: Instance) -> None:
        super().__init__()
        self._page, self.instance = page, instance
        self.setProperty("role", "card")
        inside = QVBoxLayout(self)
        inside.setContentsMargins(12, 4, 8, 6)
        inside.setSpacing(2)
        means = tasks.means(page.desk, instance)
        icon, colour, _ = SIGNS[instance.state]
        name = self.words = tasks.words_of(page.desk, instance)
        buttons: list[QPushButton] = []
        if not instance.done and (means.opens != "tick" or tasks.may_tick(page.desk, instance.unit)):
            buttons.append(
                link(means.verb, lambda: begin(page, instance, means), icon="right", name=f"{means.verb}：{name}")
            )
        self.more = link("展开", self.turn, icon="menu", name=f"展开：{name}")
        words = label_of(name)
        row = rows_of(
            sign(icon, colour, STATES[instance.state]), state_word(instance), words, *buttons, self.more, stretch=False
        )
        row.setStretchFactor(words, 1)
        inside.addLayout(row)
        inside.addWidget(label_of(self._hint(), "hint"))
        self.fold = QWidget()
        self.folded = QVBoxLayout(self.fold)
        self.folded.setContentsMargins(0, 4, 0, 4)
        self.folded.setSpacing(6)
        self.fold.hide()
        inside.addWidget(self.fold)
        self.links: list[QWidget] = [*buttons, self.more]

    def _hint(self) -> str:
        task, names = self.instance.task, self._page.desk.campaign.unit_name
        limit = task_papers.limit_text(self.instance)
        many = f"{self.instance.count}条记录" if self.instance.count else ""
        said = (task.clause, limit, f"责任组：{'、'.join(map(names, task.groups))}", many)
        return "　".join(part for part in said if part)

    @property
    def is_open(self) -> bool:
        return not self.fold.isHidden()

    def turn(self) -> None:
        """Fold out or in; what stands there is read when it is asked for."""
        if self.is_open:
            self.fold.hide()
        else:
            desk, instance = self._page.desk, self.instance
            self._page.read(lambda _tell: tasks.evidence(desk, instance), self._show)
        self._name(out=self.is_open)

    def _name(self, *, out: bool) -> None:
        words = "收起" if out else "展开"
        self.more.setText(words)
        self.more.setAccessibleName(f"{words}：{self.words}")

    def _show(self, found: Evidence) -> None:
        empty(self.folded)
        task, page = self.instance.task, self._page
        self.folded.addWidget(label_of("方案原文", "section"))
        self.folded.addWidget(selectable(task.quote))
        self.folded.addWidget(label_of(f"留痕：{task.trace}", "hint"))
        if task.due_basis:
            self.folded.addWidget(label_of(f"时限依据：{task.due_basis}", "hint"))
        links = self._records(found)
        if found.hand is not None:
            links += self._hand(found.hand)
        may = tasks.may_tick(page.desk, self.instance.unit)
        if may and not self.instance.done and tasks.means(page.desk, self.instance).opens != "tick":
            links.append(
                link("没有记录，也已做完：记为完成", lambda: tick_sheet(page, self.instance).open(), icon="pen")
            )
            self.folded.addWidget(flow(links[-1]))
        self.fold.show()
        self._name(out=True)
        chain(*self.links, *links)

    def _records(self, found: Evidence) -> list[QWidget]:
        links: list[QWidget] = []
        if found.records:
            self.folded.addWidget(label_of(f"由这些记录完成（{found.count}条）", "section"))
        for line in found.records:
            form = self._page.desk.forms.get(line.form)
            said = f"{form.title if form is not None else '记录'}　{line.head.title or line.head.no}"
            links.append(link(said, partial(self._page.win.show_page, "record", rec=line.id), icon="open"))
            self.folded.addWidget(flow(links[-1]))
        if found.count > len(found.records):
            self.folded.addWidget(label_of(f"还有{found.count - len(found.records)}条较早的，请到台账里看。", "hint"))
        if found.gone:
            said = f"有{found.gone}条记录已作废或删除，不再算数；内容还在台账里。"
            self.folded.addLayout(rows_of(sign("warning", look.WARNING, "提醒"), label_of(said)))
        return links

    def _hand(self, hand: Hand) -> list[QWidget]:
        page, proxy = self._page, "（专项办代录）" if hand.proxy else ""
        title = f"撤回过（{hand.undone}）" if hand.undone else f"手工记为完成{proxy}"
        self.folded.addWidget(label_of(title, "section"))
        self.folded.addWidget(selectable(hand.evidence or "（只有照片）"))
        self.folded.addWidget(label_of(f"{hand.by}　{minute_text(hand.at)}", "hint"))
        small = [d for shot in hand.photos if (d := photos.small_photo(page.desk, shot, longest=THUMB))]
        if hand.photos:
            self.folded.addWidget(flow(*map(_picture, small)) if small else label_of("照片待补", "hint"))
        if hand.undone or not tasks.may_tick(page.desk, self.instance.unit):
            return []
        undo = link("撤回", lambda: untick_sheet(page, hand).open(), icon="undo", name=f"撤回：{self.words}")
        self.folded.addWidget(flow(undo))
        return [undo]


class MonthChip(MenuChip):
    """Which month the monthly tasks are looked at in; the newest at first. `do` is called when another was chosen."""

    def __init__(self, desk: Desk, do: Callable[[], object]) -> None:
        super().__init__("月份", "calendar", self._fill)
        self._desk, self._do = desk, do
        self._months = tasks.months_so_far(desk)
        self.month = self._months[0]
        self.choose(self.month.name)

    def choose(self, name: str) -> None:
        """Show this month, where it is one of the campaign's so far."""
        self.month = next((m for m in self._months if m.name == name), self.month)
        words = _month_words(self.month)
        self.say(words, f"按月的任务看哪个月，现在是{words}")

    def _fill(self, menu: QMenu) -> None:
        menu.clear()
        # 电脑开着过夜，二十一日起就有新的一个月
        self._months = tasks.months_so_far(self._desk)
        for month in self._months:
            add_tick(menu, _month_words(month), partial(self._chosen, month.name), on=month == self.month)

    def _chosen(self, name: str, _on: bool) -> None:
        self.choose(name)
        self._do()


def _month_words(month: Month) -> str:
    since, until = month.since, month.until
    return f"{month.title}（{since.month}月{since.day}日至{until.month}月{until.day}日）"


def chip(text: str, do: Callable[[], object]) -> QPushButton:
    """A tag that filters; the chosen one is seen by weight and ground."""
    made = button(text)
    made.setProperty("chip", True)
    made.setCheckable(True)
    made.setAccessibleName(f"筛选：{text}")
    made.clicked.connect(lambda _on: do())
    return made


class PhaseChips:
    """The campaign's phases as tags; tasks of several phases stand under each. `do` is called when one was chosen."""

    def __init__(self, desk: Desk, do: Callable[[], object]) -> None:
        self.phase = ""
        self._do = do
        names = {"": "各环节", **{row["code"]: row["name"] for row in desk.campaign.phases}}
        self.chips = {code: chip(name, partial(self.choose, code)) for code, name in names.items()}
        self._mark()

    def choose(self, phase: str) -> None:
        self.phase = phase
        self._mark()
        self._do()

    def takes(self, task: Task) -> bool:
        """Whether the task stands under the chosen tag."""
        return not self.phase or self.phase in task.phases

    def _mark(self) -> None:
        for code, one in self.chips.items():
            one.setChecked(code == self.phase)


def _picture(jpeg: bytes) -> QLabel:
    shown, drawn = QLabel(), QPixmap()
    drawn.loadFromData(jpeg)
    shown.setPixmap(drawn)
    shown.setAccessibleName("照片")
    return shown


class MonthCard(QFrame):
    """本月要做的事 on a village's home page: at most seven lines, each opens what does it; 全部任务 below."""

    def __init__(self, page: DeskPage) -> None:
        super().__init__()
        self._page = page
        frame, self.inside = card()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(frame)
        self.links: list[QWidget] = []

    def show_month(self, month: ThisMonth) -> None:
        """Lay out these lines."""
        empty(self.inside)
        self.links = []
        since, until = month.month.since, month.month.until
        days = f"本月要做的事（{since.month}月{since.day}日至{until.month}月{until.day}日）"
        self.inside.addWidget(label_of(days, "section"))
        for line in month.lines:
            icon, colour, _ = SIGNS[line.instance.state]
            words = label_of(line.text)
            row: list[QWidget | None] = [
                sign(icon, colour, STATES[line.instance.state]), state_word(line.instance), words,
            ]  # fmt: skip
            if not line.instance.done:
                go = link(
                    line.means.verb, partial(begin, self._page, line.instance, line.means), icon="right",
                    name=f"{line.means.verb}：{line.text}",
                )  # fmt: skip
                self.links.append(go)
                row.append(go)
            laid = rows_of(*row, stretch=False)
            laid.setStretchFactor(words, 1)
            self.inside.addLayout(laid)
        if not month.lines:
            self.inside.addWidget(label_of("本月没有要按月做的事。", "hint"))
        left = f"全部任务（还有{month.left}项没有做完）" if month.left else "全部任务（都已做完）"
        self.links.append(link(left, lambda: self._page.win.show_page("tasks"), icon="task"))
        self.inside.addWidget(flow(self.links[-1]))
