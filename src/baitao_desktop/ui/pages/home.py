"""首页: what waits, each line with the button that opens it, and the two big acts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from PySide6.QtWidgets import QFrame, QPushButton, QWidget

from baitao_desktop.actions import drafts, home, records, tasks
from baitao_desktop.actions.desk import Desk
from baitao_desktop.actions.home import Todo
from baitao_desktop.actions.tasks import ThisMonth
from baitao_desktop.domain import tips
from baitao_desktop.domain.values import CST
from baitao_desktop.ui import look
from baitao_desktop.ui.fields.base import label_of
from baitao_desktop.ui.pages.forming import open_form
from baitao_desktop.ui.pages.parts import act_button, card, chain, copy, empty, flow, link, rows_of, sign
from baitao_desktop.ui.pages.seat import DeskPage, Seat
from baitao_desktop.ui.pages.tasks_parts import MonthCard

_SIGNS = {
    "overdue": ("error", look.ERROR, "已逾期"),
    "due": ("warning", look.WARNING, "快到期"),
    "countdown": ("clock", look.WARNING, "报送截止"),
    "conflict": ("warning", look.WARNING, "两边不一样"),
    "card": ("lock", look.WARNING, "单位卡"),
    "draft": ("save", look.ACCENT, "没有填完"),
    "waiting": ("tip", look.ACCENT, "等待办理"),
    "check": ("inspect", look.ACCENT, "检查"),
    "silent": ("usb", look.WARNING, "没有报送"),
    "campaign": ("info", look.WARNING, "日期"),
    "backup": ("save", look.ACCENT, "备份"),
}
_VERBS = {"draft": "接着填", "exchange": "去报送", "settings": "去备份", "record": "打开", "tips": "看一看"}
VISIT = "zoufang"
FIRST_WORDS = 12
MOST = 12  # 行；再多就不像一张单子了


class HomePage(DeskPage):
    room = "home"
    help_topic = "home"

    def __init__(self, seat: Seat) -> None:
        super().__init__(seat, "首页")
        self.inner.setMinimumHeight(1)  # 折行的字各按最窄时的高度算最小值，页尾会空出一截；实际高度由布局按宽度算
        self.register_button = self._big("登记线索", "tip", lambda: open_form(self.seat, self.win, tips.FORM))
        self.visit_button = self._big("走访登记", "visit", lambda: open_form(self.seat, self.win, VISIT))
        self.check_button = self._big("开始检查", "inspect", lambda: self.win.go_room("inspections"))
        big: list[QWidget] = []
        if records.may_register(self.desk):
            big.append(self.register_button)
        if not self.desk.is_office and VISIT in self.desk.forms:
            big.append(self.visit_button)
        if not self.desk.unit.is_village:
            big.append(self.check_button)
        self.inside.addWidget(flow(*big))
        more = [link("按查询码查", lambda: self.win.show_page("ask"), icon="phone")]
        if not self.desk.is_office:
            more.append(link("报表文书", lambda: self.win.show_page("reports"), icon="report"))
        more.append(link("从表格收线索", lambda: self.win.show_page("lists"), icon="import"))
        self.inside.addWidget(flow(*more))
        self.frame, self.list = card("待办")
        self.inside.addWidget(self.frame)
        self.month = MonthCard(self)
        self.month.hide()
        self.inside.addWidget(self.month)
        self.copied = label_of("", "ok")
        self.copied.hide()
        self.inside.addWidget(self.copied)
        self.inside.addStretch(1)
        self.lines: list[tuple[Todo, QPushButton]] = []
        self.rest: list[QPushButton] = []
        self.all_shown = False
        self._told: Mapping[str, str] = {}

    def opened(self, **args: object) -> None:  # noqa: ARG002
        self.copied.hide()
        self.all_shown = False
        self.refresh()

    def refresh(self) -> None:
        desk = self.desk
        self.read(lambda _tell: (home.todos(desk), drafts_told(desk)), lambda came: self._show(*came))
        if not desk.is_office:
            self.read(lambda _tell: tasks.month_todo(desk), self._show_month)

    def first_focus(self) -> QWidget | None:
        return self.register_button if self.register_button.isVisibleTo(self) else None

    def _show(self, todos: tuple[Todo, ...], told: Mapping[str, str]) -> None:
        self._told = told
        empty(self.list)
        self.lines, self.rest = [], []
        self.list.addWidget(label_of("待办" if todos else "没有要办的事", "section"))
        if not todos:
            self.list.addWidget(label_of("有人来反映情况时，点“登记线索”。", "hint"))
        shown = todos if self.all_shown else todos[:MOST]
        for todo in shown:
            self.list.addWidget(self._line(todo))
        if len(shown) < len(todos):
            self.rest = [link(f"显示其余{len(todos) - len(shown)}项", self._show_all, icon="down")]
            self.list.addWidget(flow(*self.rest))

    def _show_month(self, month: ThisMonth) -> None:
        self.month.show_month(month)
        self.month.show()
        chain(*(go for _, go in self.lines), *self.rest, *self.month.links)

    def _show_all(self) -> None:
        self.all_shown = True
        self.refresh()

    def _line(self, todo: Todo) -> QWidget:
        line = QFrame()
        icon, colour, meaning = _SIGNS.get(todo.kind, ("info", look.ACCENT, "提醒"))
        begun = self._told.get(todo.target, "") if todo.kind == "draft" else ""
        words = label_of(f"{todo.text}{begun}")
        verb = "看设置" if todo.kind == "campaign" else _VERBS.get(todo.page, "打开")
        go = link(verb, lambda: self._open(todo), icon="right", name=f"{verb}：{words.text()}")
        buttons: list[QWidget | None] = [sign(icon, colour, meaning), words]
        if todo.kind == "silent":
            buttons.append(link("复制催报文字", self._copy_silent, icon="copy"))
        else:
            buttons.append(go)
        if todo.kind == "draft":
            buttons.append(link("不要了", lambda: self._drop(todo), name=f"不要了：{words.text()}"))
        row = rows_of(*buttons, stretch=False)
        row.setStretchFactor(words, 1)
        line.setLayout(row)
        self.lines.append((todo, go))
        return line

    def _open(self, todo: Todo) -> None:
        if todo.page == "record":
            self.win.show_page("record", rec=todo.target)
        elif todo.page == "draft":
            open_form(self.seat, self.win, draft=todo.target)
        elif todo.page == "tips":
            self.win.show_page("tips", status=todo.target)
        else:
            self.win.show_page(todo.page)

    def _drop(self, todo: Todo) -> None:
        desk = self.desk
        self.act(
            lambda _tell: drafts.drop_draft(desk, todo.target),
            done=lambda _done: self.refresh(),
            said="没有填完的这份不要了",
        )

    def _copy_silent(self) -> None:
        self.read(lambda _tell: home.silent_text(self.desk), self._copied)

    def _copied(self, text: str) -> None:
        copy(text)
        self.copied.setText("催报文字已复制，可以粘贴到工作群里。")
        self.copied.show()

    def _big(self, text: str, icon: str, do: Callable[[], object]) -> QPushButton:
        made = act_button(text, do, icon=icon)
        made.setProperty("kind", "big")
        made.setMinimumWidth(look.unit() * 13)
        return made


def drafts_told(desk: Desk) -> dict[str, str]:
    """Of each draft its first words and when it was left, so that two of one form can be told apart."""
    told = {}
    for draft in drafts.drafts(desk):
        form = desk.versions.get((draft.form, draft.version), desk.forms.get(draft.form))
        written = {q.path for q in form.walk() if q.type == "text"} if form is not None else set()
        words = [str(v).split() for k, v in draft.answers.items() if k in written and v]
        first = "".join(words[0])[:FIRST_WORDS] if words and words[0] else ""
        left = datetime.fromtimestamp(draft.at_ms / 1000, CST)
        told[draft.id] = (f"“{first}……”" if first else "") + f"{left.month}月{left.day}日{left:%H:%M}存"
    return told
