"""任务: the list of one unit or group, each task with its state, what opens it, and what folds out under it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from baitao_desktop.actions import task_papers, tasks
from baitao_desktop.domain.catalogue import Task
from baitao_desktop.domain.tasks import Instance
from baitao_desktop.ui import look
from baitao_desktop.ui.fields.base import Asks, Choice, label_of
from baitao_desktop.ui.fields.choices import PickField
from baitao_desktop.ui.pages.fieldset import Fieldset
from baitao_desktop.ui.pages.parts import act_button, card, chain, chips, empty, rows_of, sign
from baitao_desktop.ui.pages.preview import PreviewPage
from baitao_desktop.ui.pages.seat import DeskPage, Seat
from baitao_desktop.ui.pages.tasks_parts import STATE_WIDE, MonthChip, PhaseChips, TaskRow, chip

SHOW = {"left": "没做完", "done": "已做完", "": "全部"}
PARTS = (("monthly", "每月要做"), ("once", "做一次"), ("ongoing", "一直要做"))
Led = tuple[tuple[Task, int, int], ...]


class TasksPage(DeskPage):
    """`opened(unit=…, task=…, month=…)` shows a unit's list, that task folded out."""

    help_topic = "tasks"

    def __init__(self, seat: Seat) -> None:
        desk = seat.desk
        super().__init__(seat, "任务" if desk.is_office else "本月工作")
        self.room = "tasks" if desk.is_office else "home"
        self.inner.setMinimumHeight(1)  # 折行的字各按最窄时的高度算最小值，页尾会空出大半屏；实际高度由布局按宽度算
        self.state = "left"
        self.rows: dict[str, TaskRow] = {}
        self._open: set[str] = set()
        self._wanted = ""
        lists = tasks.own_lists(desk)
        self.unit = PickField(Asks("单位或工作组"), [Choice(c, desk.campaign.unit_name(c)) for c in lists])
        self.unit.set_value(desk.unit.code if desk.unit.code in lists else lists[0])
        self.unit.changed.connect(lambda _f: self.refresh())
        if len(lists) > 1:
            self.inside.addWidget(Fieldset([self.unit], lambda: None))
        self.month = MonthChip(desk, self.refresh)
        self.state_chips = {key: chip(words, partial(self.choose_state, key)) for key, words in SHOW.items()}
        self.phases = PhaseChips(desk, self.refresh)
        self.inside.addWidget(chips(*self.state_chips.values(), *self.phases.chips.values(), self.month))
        self.said = label_of("", "hint")
        self.print_button = act_button("打印任务清单", self.preview, icon="print")
        row = rows_of(self.said, self.print_button, stretch=False)
        row.setStretchFactor(self.said, 1)
        self.inside.addLayout(row)
        self.list = QVBoxLayout()
        self.list.setSpacing(8)
        self.inside.addLayout(self.list)
        self.inside.addStretch(1)

    def opened(self, **args: object) -> None:
        if args.get("unit"):
            self.unit.set_value(str(args["unit"]))
            self.state = ""
        if args.get("month"):
            self.month.choose(str(args["month"]))
        self._wanted = str(args.get("task") or "")
        self._open |= {self._wanted} - {""}
        self.refresh()

    def refresh(self) -> None:
        desk, unit, month = self.desk, self.unit_code, self.month.month
        led = desk.is_office and unit in desk.campaign.groups

        def read(_tell: object) -> tuple[tuple[Instance, ...], Led]:
            whole = tasks.wall(desk, month)
            own = tuple(i for (u, _), i in whole.cells.items() if u == unit)
            return own, tasks.led(desk, unit, whole) if led else ()

        self.read(read, lambda came: self._show(*came))

    def first_focus(self) -> QWidget | None:
        row = self.rows.get(self._wanted) or self.first_row()
        return row.more if row is not None else self.print_button

    @property
    def unit_code(self) -> str:
        return str(self.unit.value() or self.desk.unit.code)

    def choose_state(self, state: str) -> None:
        """Show the tasks that are left, those done, or all."""
        self.state = state
        self.refresh()

    def preview(self) -> None:
        desk, unit, month = self.desk, self.unit_code, self.month.month

        def save(folder: Path) -> Path:
            return task_papers.save_list(desk, unit, folder, month).value

        self.act(
            lambda _tell: task_papers.list_pdf(desk, unit, month),
            done=lambda pdf: self._preview(pdf, save),
            title="正在排版任务清单",
        )

    def _preview(self, pdf: bytes, save: Callable[[Path], Path]) -> None:
        self.win.open_page(PreviewPage(self.seat, "任务清单", pdf, save))

    # —— 画 ——

    def _show(self, whole: tuple[Instance, ...], led: Led) -> None:
        at = self.scroller.verticalScrollBar().value()
        focus = self.win.focusWidget()
        held = next((t for t, row in self.rows.items() if focus is not None and row.isAncestorOf(focus)), "")
        self._open = {task for task, row in self.rows.items() if row.is_open} | self._open
        mine = [i for i in whole if self.phases.takes(i.task)]
        done = sum(i.done for i in mine)
        counts = {"left": len(mine) - done, "done": done, "": len(mine)}
        for key, one in self.state_chips.items():
            one.setText(f"{SHOW[key]} {counts[key]}")
            one.setChecked(key == self.state)
        late = sum(i.state == "overdue" for i in mine)
        self.said.setText(f"共{len(mine)}项，已做完{done}项" + (f"，已逾期{late}项" if late else "") + "。")
        empty(self.list)
        self.rows = {}
        shown = [i for i in mine if not self.state or i.done is (self.state == "done")]
        for cadence, title in PARTS:
            some = [i for i in shown if i.task.cadence == cadence]
            if some:
                self.list.addWidget(label_of(f"{title}（{len(some)}项）", "section"))
            for instance in some:
                self.rows[instance.task.id] = row = TaskRow(self, instance)
                self.list.addWidget(row)
        if not shown:
            words = (
                "都做完了。"
                if self.state == "left"
                else "还没有做完的。"
                if self.state == "done"
                else "这一类没有任务。"
            )
            self.list.addWidget(label_of(words))
        self._show_led(led)
        chain(self.print_button, *(w for row in self.rows.values() for w in row.links))
        for task in self._open & set(self.rows):
            self.rows[task].turn()
        self._open = set()
        QTimer.singleShot(0, self, lambda: self._settle(at, held))

    def _show_led(self, led: Led) -> None:
        """What a group leads and others do: how many of them have done it."""
        if not led:
            return
        frame, inside = card(f"本组牵头、由各单位做的（{len(led)}项）")
        for task, done, of in led:
            icon, colour = ("ok", look.OK) if done == of else ("task", look.ACCENT)
            figure = label_of(f"{done}/{of}个单位", wrap=False)
            figure.setFixedWidth(look.unit() * STATE_WIDE)
            words = label_of(f"{task.action}　{task.clause}")
            row = rows_of(sign(icon, colour, "完成"), figure, words, stretch=False)
            row.setStretchFactor(words, 1)
            inside.addLayout(row)
        self.list.addWidget(frame)

    def _settle(self, at: int, held: str) -> None:
        """Back to where the person was, or to the task that was asked for."""
        wanted = self.rows.get(self._wanted)
        if wanted is None:
            self.scroller.verticalScrollBar().setValue(at)
            # 焦点原在哪一项就还给哪一项；那一项做完收走了，就给第一项，不让它跳到左栏去
            row = self.rows.get(held) or (self.first_row() if held else None)
        else:
            self.scroller.ensureWidgetVisible(wanted, 0, 12)
            row = wanted
        if row is not None:
            row.more.setFocus()
        self._wanted = ""

    def first_row(self) -> TaskRow | None:
        return next(iter(self.rows.values()), None)
