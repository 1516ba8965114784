"""What a form page draws: a field for each question, groups and rows around them, drawn anew as answers come."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from PySide6.QtCore import QEvent
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QLayout, QWidget

from baitao_desktop.domain.ops import Json
from baitao_desktop.forms import Filling, Form, Question
from baitao_desktop.forms.definition import CHOOSING, CONTAINERS
from baitao_desktop.ui import look
from baitao_desktop.ui.extra import Extra
from baitao_desktop.ui.fields import make
from baitao_desktop.ui.fields.base import Field
from baitao_desktop.ui.fields.checklist import Checklist
from baitao_desktop.ui.fields.checklist_details import is_checklist
from baitao_desktop.ui.fields.choices import PickField
from baitao_desktop.ui.fields.groups import Fold, Group
from baitao_desktop.ui.fields.rows import Rows
from baitao_desktop.ui.fields.walking import set_order, stops_in
from baitao_desktop.ui.keys import Keys, focus
from baitao_desktop.ui.page import Page

NARROW = 42  # em；更窄时标签放到输入框上面


class DrawnPage(Page):
    """Draws the questions of `form` as `filling` has them; `fields` and `groups` by key. What is done with an answer
    (taken, checked, saved) is FormPage's, by the methods named first."""

    def __init__(self, title: str, form: Form, filling: Filling, needs: make.Needs, extra: Sequence[QWidget]) -> None:
        super().__init__(title)
        self.form = form
        self.filling = filling
        self.fields: dict[str, Field] = {}
        self.groups: dict[str, Group] = {}
        self._order: list[Field] = []
        self._locked: set[str] = set()
        self._needs = needs
        self._keys = Keys(self, step=self._step, left=self._left)
        self._paths = dict.fromkeys(filling.paths())
        self._extras: list[tuple[Extra, QWidget]] = [(block, block) for block in extra]  # type: ignore[misc]

    # —— 由填写的一页来做 ——

    def put(self, answers: Mapping[str, Json]) -> None:
        """Fill in from outside."""
        raise NotImplementedError

    def touched(self, paths: Sequence[str]) -> None:
        """A row came or went."""
        raise NotImplementedError

    def _changed(self, path: str, field: Field) -> None:
        raise NotImplementedError

    def _step(self, editor: QWidget, way: int) -> None:
        raise NotImplementedError

    def _left(self, editor: QWidget) -> None:
        raise NotImplementedError

    def _go_on(self, field: Field) -> None:
        """A choice was made that goes on by itself."""
        raise NotImplementedError

    def _tail(self) -> list[QWidget]:
        """What Tab comes to after the last field."""
        raise NotImplementedError

    # —— 画 ——

    def go_to(self, path: str) -> None:
        """Bring a field into view and give it the focus."""
        field = self.fields[path]
        around = field.parentWidget()
        while around is not None:
            if isinstance(around, Group):
                around.unfold()
            around = around.parentWidget()
        self.inner.layout().activate()  # type: ignore[union-attr]
        editor = field.first_editor()
        if editor is not None:
            focus(editor)
        self.scroller.ensureWidgetVisible(field, 0, 40)

    def go_into(self, row_path: str) -> None:
        """Bring a row of a repeat into view, its first question ready to be answered."""
        first = next((p for p, f in self.fields.items() if p.startswith(f"{row_path}/") and f in self._shown()), None)
        if first is not None:
            self.go_to(first)

    def go_past(self, path: str, way: int) -> None:
        """Go on from a field, or back (−1), as Enter does."""
        editor = self.fields[path].first_editor()
        if editor is not None:
            self._step(editor, way)

    def build_row(self, question: Question, row_path: str, into: object, leave_out: Collection[str] = ()) -> None:
        """Draw the questions of one row of a repeat."""
        self._paths = dict.fromkeys(self.filling.paths())
        for inner in question.questions:
            if inner.name not in leave_out:
                self._build(inner, f"{row_path}/", into, top=False)

    def spare_fields(
        self, question: Question, row_path: str, into: object, leave_out: Collection[str]
    ) -> dict[str, Field]:
        """Fields for some row yet to come, made beforehand on the model of the row at `row_path`, which has none yet;
        by their names in the row."""
        before = set(self.fields)
        self.build_row(question, row_path, into, leave_out)
        made = [path for path in self.fields if path not in before]
        return {path.removeprefix(f"{row_path}/"): self.fields.pop(path) for path in made}

    def place_fields(self, row_path: str, fields: Mapping[str, Field]) -> None:
        """Let spare fields ask the questions of this row."""
        for short, field in fields.items():
            self.fields[f"{row_path}/{short}"] = field
            field.set_narrow(narrow=self._narrow())
            self._refresh(f"{row_path}/{short}")
        self._order = [self.fields[p] for p in self._paths if p in self.fields]

    def lay_out(self, within: QWidget) -> None:
        """Bring the heights from this widget up to the page up to date now, so that what has just come can be scrolled
        to."""
        at: QWidget | None = within
        while at is not None and at is not self.scroller:
            layout: QLayout | None = at.layout()
            if layout is not None:
                layout.activate()
            at = at.parentWidget()
        # 滚动区要等布局请求才知道页面长高了
        QApplication.sendEvent(self.scroller, QEvent(QEvent.Type.LayoutRequest))

    def rebuild_rows(self) -> None:
        """After rows came or went: forget the fields that are gone, put all into order."""
        self._paths = dict.fromkeys(self.filling.paths())
        known = self._paths
        for path in [p for p in self.fields if p not in known]:
            del self.fields[path]
        for path in [p for p in self.groups if "[" in p and p.rpartition("]")[0] + "]" not in known]:
            del self.groups[path]
        self._tab_order()
        self._set_narrow()

    def _build(self, question: Question, level: str, into: object, *, top: bool) -> None:
        path = level + question.short if level else question.path
        if not make.drawn(question):
            return
        if question.type == "repeat" and is_checklist(question):
            table = Checklist(question, path, self, self._needs.checks, self._needs.now().date())
            self.groups[path] = table
            self._paths = dict.fromkeys(self.filling.paths())
            into.addWidget(table)  # type: ignore[attr-defined]
            # 进度总要看得见，所以不随页面滚
            self.outer.addWidget(table.strip)
            table.answered(path)
        elif question.type == "repeat":
            rows = Rows(question, path, self)
            self.groups[path] = rows
            into.addWidget(rows)  # type: ignore[attr-defined]
            rows.setVisible(self.filling.relevant(path))
        elif question.type in CONTAINERS:
            real = bool(question.node)  # 只用来排版的组没有自己的显示条件，总在那里
            label, hint = (
                (self.filling.label(path), self.filling.hint(path)) if real else (question.label, question.hint)
            )
            group = make.make_group(question, label, hint, top=top)
            self.groups[path] = group
            into.addWidget(group)  # type: ignore[attr-defined]
            for inner in question.questions:
                self._build(inner, level, group.inside, top=False)
            group.setVisible(not real or self.filling.relevant(path))
            if isinstance(group, Fold) and any(
                f.value() is not None and f.value() != q.default for q, f in self._inside(question, level)
            ):
                group.unfold()
        else:
            self._add_field(question, path, into)

    def _add_field(self, question: Question, path: str, into: object) -> None:
        self.join_field(path, make.make_field(self.filling, path, question, self._needs), into)

    def join_field(self, path: str, field: Field, into: object) -> None:
        """Let a field stand on the page for the question at `path`."""
        self.fields[path] = field
        field.set_value(self.filling.value(path))
        field.set_required(required=self.filling.required(path))
        self._lock(path, field)
        field.changed.connect(self._field_changed)
        field.stepped.connect(self._go_on)
        for editor in field.editors:
            self._keys.watch(editor)
        into.addWidget(field)  # type: ignore[attr-defined]
        field.setVisible(self.filling.relevant(path))

    def _field_changed(self, field: Field) -> None:
        path = next((p for p, f in self.fields.items() if f is field), "")
        if path:
            self._changed(path, field)

    def _lock(self, path: str, field: Field) -> None:
        """A question the form fills in itself, or closes for now, can be read and not changed."""
        locked = field.answers and (self.filling.readonly(path) or self._needs.closed(path))
        if locked or path in self._locked:
            field.set_read_only(read_only=locked)
        if locked:
            self._locked.add(path)
        else:
            self._locked.discard(path)

    def _inside(self, question: Question, level: str) -> list[tuple[Question, Field]]:
        found = []
        for inner in question.walk():
            path = level + inner.short if level else inner.path
            if path in self.fields:
                found.append((inner, self.fields[path]))
        return found

    def _refresh(self, path: str) -> None:
        """Draw one question anew: shown or not, its words, its choices, its star, a computed value."""
        filling = self.filling
        group = self.groups.get(path)
        if group is not None:
            if self.form.question(path).node:
                group.setVisible(filling.relevant(path))
                group.set_label(filling.label(path))
            return
        field = self.fields.get(path)
        if field is None or path not in self._paths:
            return
        question = self.form.question(path)
        field.setVisible(filling.relevant(path))
        field.set_label(make.label_of(filling, path, question))
        field.set_hint(make.hint_of(filling, path, question))
        if question.type in CHOOSING:
            field.set_choices(make.choices_of(filling, path))
        if not field.answers:
            return
        field.set_required(required=filling.required(path))
        self._lock(path, field)
        if not field.trouble() and field.value() != filling.value(path):
            field.set_value(filling.value(path))
        if field.problem() or filling.value(path) is not None:
            self._judge(path)

    def _judge(self, path: str, *, typing: bool = False) -> None:
        """Say beside the field what is wrong. While one types a problem is only taken away or changed, not raised."""
        field = self.fields.get(path)
        if field is None or not field.answers or path not in self._paths:
            return
        said = field.trouble() or self.filling.problem(path) or ""
        if not typing or field.problem() or not said or isinstance(field, PickField):
            field.set_problem(said)

    def _rows(self) -> list[Rows]:
        return [group for group in self.groups.values() if isinstance(group, Rows)]

    def _checklists(self) -> list[Checklist]:
        return [group for group in self.groups.values() if isinstance(group, Checklist)]

    def _of(self, editor: QWidget) -> tuple[str, Field | None]:
        for path, field in self.fields.items():
            if editor in field.editors:
                return path, field
        return "", None

    def _shown(self) -> list[Field]:
        """The fields in order that are in view now, folded parts left out."""
        return [f for f in self._order if f.answers and f.isVisibleTo(self) and f.first_editor() is not None]

    def _tab_order(self) -> None:
        self._order = [self.fields[p] for p in self._paths if p in self.fields]
        chain = list(stops_in(self.inside, [widget for _, widget in self._extras]))
        for block, _ in self._extras:
            chain += block.watched()
        for table in self._checklists():
            chain += table.strip.stops()
        set_order([*chain, *self._tail()])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._set_narrow()

    def restyled(self) -> None:
        super().restyled()
        self._set_narrow()

    def _narrow(self) -> bool:
        return self.width() < NARROW * look.unit()

    def _set_narrow(self) -> None:
        narrow = self._narrow()
        for field in self.fields.values():
            field.set_narrow(narrow=narrow)
        for block, _ in self._extras:
            block.set_narrow(narrow=narrow)
