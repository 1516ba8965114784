"""The page that draws any form: filled in, saved as typed, handed in whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QTimer
from PySide6.QtGui import QCloseEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import Json
from baitao_desktop.forms import Form, Problem, Question, fill
from baitao_desktop.forms.checking import problems
from baitao_desktop.forms.definition import CHOOSING, CONTAINERS
from baitao_desktop.ui import look
from baitao_desktop.ui.extra import Extra
from baitao_desktop.ui.fields import make
from baitao_desktop.ui.fields.base import Field
from baitao_desktop.ui.fields.choices import PickField
from baitao_desktop.ui.fields.days import Clock
from baitao_desktop.ui.fields.files import FileDoor
from baitao_desktop.ui.fields.groups import Fold, Group
from baitao_desktop.ui.fields.languages import LanguageMenu, Languages
from baitao_desktop.ui.fields.photos import PhotoDoor
from baitao_desktop.ui.fields.rows import Rows
from baitao_desktop.ui.fields.walking import set_order, stops_in
from baitao_desktop.ui.foots import FormFoot
from baitao_desktop.ui.keys import Keys, focus
from baitao_desktop.ui.page import Page

Lists = Mapping[str, Sequence[Mapping[str, str]]]
SAVE_WITHIN = 1500  # 毫秒；UI.md 要求两秒内落盘
NARROW = 42  # em；更窄时标签放到输入框上面


class FormPage(Page):
    """Draws `form` with `answers` and keeps them in `filling`.

    `save_draft(answers)` is called on the main thread within 2 s of a change, when focus leaves a field and when the
    page is left; a UserFacingError of it is said in the foot and the input stays. `submit(answers)` is called with the
    whole, checked answers (hidden ones left out); whoever handles it calls `submitted()` or `refused(error)`
    afterwards. `above` stands over the form (a switch, a notice), `extra` blocks under it. Without `save_draft` nothing
    is kept before submitting. `photos` and `files` keep what is added (without them such questions say why they cannot
    be answered); `languages` puts a menu over a form that has more than one.
    """

    def __init__(
        self,
        form: Form,
        lists: Lists,
        answers: Mapping[str, Json],
        *,
        now: Clock,
        submit: Callable[[Mapping[str, Json]], None],
        save_draft: Callable[[Mapping[str, Json]], None] | None = None,
        above: Sequence[QWidget] = (),
        extra: Sequence[QWidget] = (),
        photos: PhotoDoor | None = None,
        files: FileDoor | None = None,
        languages: Languages | None = None,
        basis: Callable[[str], str] = make.clause_words,
        new: bool | None = None,
        title: str = "",
        submit_text: str = "提交",
        room: str = "",
    ) -> None:
        super().__init__(title or form.title)
        self.room = room
        self.form = form
        self.filling = fill(form, answers, now=now(), lists=lists, new=new)
        self.fields: dict[str, Field] = {}
        self.groups: dict[str, Group] = {}
        self._order: list[Field] = []
        self._now = now
        self._submit = submit
        self._save_draft = save_draft
        self._lists = lists
        self._locked: set[str] = set()
        self._needs = make.Needs(now, photos, basis, files)
        self._keys = Keys(self, step=self._step, left=self._left)
        self._dirty = self._submitting = False
        self._paths = dict.fromkeys(self.filling.paths())
        self._extras: list[tuple[Extra, QWidget]] = [(block, block) for block in extra]  # type: ignore[misc]
        for widget in above:
            self.inside.addWidget(widget)
        if languages is not None and len(languages.names) > 1:
            self._form_in = languages.form_in
            self.inside.addWidget(LanguageMenu(languages, self.speak))
        for question in form.questions:
            self._build(question, "", self.inside, top=True)
        for block in extra:
            self.inside.addWidget(block)
        for known, _ in self._extras:
            known.on_editors(self._keys.watch)
        self.inside.addStretch(1)
        self.foot = FormFoot(submit_text, submit=self.submit, save=self.save_now if save_draft is not None else None)
        self.submit_button, self.status = self.foot.submit_button, self.foot.status
        self._keys.watch(self.submit_button)
        self.outer.addWidget(self.foot)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SAVE_WITHIN)
        self._timer.timeout.connect(self.save)
        self.add_action("暂存", "Ctrl+S").triggered.connect(self.save_now)
        self.add_action("提交", "Ctrl+Return").triggered.connect(self.submit)
        self.add_action("提交", "Ctrl+Enter").triggered.connect(self.submit)
        self.add_action("依据", "Shift+F1").triggered.connect(self._show_basis)
        self._tab_order()

    # —— 门 ——

    def answers(self) -> dict[str, Json]:
        """All answers so far, hidden ones included: what a draft holds."""
        return self.filling.answers()

    def first_focus(self) -> QWidget | None:
        empty = next((f for f in self._shown() if f.answers and f.value() is None), None)
        field = empty or next(iter(self._shown()), None)
        return field.first_editor() if field else None

    def save(self) -> bool:
        """Save the draft if anything was typed since the last time."""
        if not self._dirty or self._save_draft is None or self._submitting:
            # 正在提交时不再存草稿：提交会删掉草稿，后存的就成了一份多余的
            return True
        self._timer.stop()
        try:
            self._save_draft(self.answers())
        except UserFacingError as trouble:
            self.foot.say(f"暂存没有成功：{trouble.text}", "problem")
            return False
        self._dirty = False
        self.foot.say(f"已暂存 {self._now().strftime('%H:%M')}", "ok")
        return True

    def save_now(self) -> None:
        """Ctrl+S: save, also when nothing was typed since."""
        self._dirty = True
        self.save()

    def leaving(self) -> None:
        self._take_all()
        self.save()

    def submit(self) -> None:
        """Check the whole paper; hand it in, or go to the first missing field and say beside it what is missing."""
        if not self.submit_button.isEnabled():
            return
        self._take_all()
        self.filling.set_now(self._now())
        found = self._all_problems()
        for path, field in self.fields.items():
            field.set_problem(next((p.text for p in found if p.path == path), ""))
        if found:
            self.save()
            self.foot.say(f"还有{len(found)}处要填写或改正：" + "、".join(p.label for p in found[:4]), "problem")
            self.go_to(found[0].path)
            return
        for block, widget in self._extras:
            said = block.finish()
            if said:
                self.foot.say(said, "problem")
                self.scroller.ensureWidgetVisible(widget, 0, 40)
                return
        self.save()
        self.submit_button.setEnabled(False)
        self._submitting = True
        self.foot.say("正在提交……", "hint")
        self._submit(self.filling.answers(final=True))

    def submitted(self) -> None:
        """It is done: nothing is saved as a draft any more."""
        self._timer.stop()
        self._dirty = False
        self._save_draft = None
        self.foot.say("已提交", "ok")

    def refused(self, trouble: UserFacingError) -> None:
        """It could not be done: say so, beside the fields where the error names them; the input stays."""
        self.submit_button.setEnabled(True)
        self._submitting = False
        named = [p for p in getattr(trouble, "problems", ()) if isinstance(p, Problem) and p.path in self.fields]
        for problem in named:
            self.fields[problem.path].set_problem(problem.text)
        self.foot.say(trouble.text, "problem")
        if named:
            self.go_to(named[0].path)

    def put(self, answers: Mapping[str, Json]) -> None:
        """Fill in from outside (pasted text, another record); the person sees it and may change it."""
        for path, value in answers.items():
            if path in self.fields:
                self.fields[path].set_value(value)
                self._answer(path, value)

    def speak(self, language: str) -> None:
        """Show the same paper in another of the form's languages; the answers stay."""
        self.form = self._form_in(language)
        self.filling = fill(self.form, self.filling.answers(), now=self._now(), lists=self._lists, new=False)
        self._paths = dict.fromkeys(self.filling.paths())
        for path, group in self.groups.items():
            if isinstance(group, Rows):
                group.set_question(self.form.question(path))
        for path in self._paths:
            self._refresh(path)

    def go_into(self, row_path: str) -> None:
        """Bring a row of a repeat into view, its first question ready to be answered."""
        first = next((p for p, f in self.fields.items() if p.startswith(f"{row_path}/") and f in self._shown()), None)
        if first is not None:
            self.go_to(first)

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

    # —— 画 ——

    def _build(self, question: Question, level: str, into: object, *, top: bool) -> None:
        path = level + question.short if level else question.path
        if not make.drawn(question):
            return
        if question.type == "repeat":
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
        field = make.make_field(self.filling, path, question, self._needs)
        self.fields[path] = field
        field.set_value(self.filling.value(path))
        field.set_required(required=self.filling.required(path))
        self._lock(path, field)
        field.changed.connect(lambda f: self._changed(path, f))
        field.stepped.connect(self._go_on)
        for editor in field.editors:
            self._keys.watch(editor)
        into.addWidget(field)  # type: ignore[attr-defined]
        field.setVisible(self.filling.relevant(path))

    def _go_on(self, field: Field) -> None:
        editor = field.first_editor()
        if editor is not None:
            self._step(editor, 1)

    def _lock(self, path: str, field: Field) -> None:
        """A question the form fills in itself, or closes for now, can be read and not changed."""
        locked = field.answers and self.filling.readonly(path)
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

    def build_row(self, question: Question, row_path: str, into: object) -> None:
        """Draw the questions of one row of a repeat."""
        self._paths = dict.fromkeys(self.filling.paths())
        for inner in question.questions:
            self._build(inner, f"{row_path}/", into, top=False)

    def touched(self, paths: Sequence[str]) -> None:
        """A row came or went: draw anew what depends on it, and save."""
        for path in paths:
            self._refresh(path)
        self._mark_dirty()

    # —— 填 ——

    def _changed(self, path: str, field: Field) -> None:
        self._answer(path, field.value())
        if field.problem() or not field.trouble():
            self._judge(path, typing=True)

    def _answer(self, path: str, value: Json) -> None:
        self.filling.set_now(self._now())
        layout = self.inner.layout()
        if layout is not None:
            # 一次回答会让好几题显隐；每显示一题，布局都要把全页重排一遍（四百题时各 2 毫秒），所以最后一次排
            layout.setEnabled(False)
        for touched in self.filling.answer(path, value):
            if touched != path:
                self._refresh(touched)
        if layout is not None:
            layout.setEnabled(True)
        moved = [rows.sync() for rows in self._rows()]
        for series, group in self.groups.items():
            if isinstance(group, Rows):
                # 一行也没有的重复组，引擎说不出它变了没有
                group.setVisible(self.filling.relevant(series))
        if any(moved):
            self.rebuild_rows()
            for known in self._paths:
                self._refresh(known)
        self._mark_dirty()

    def _rows(self) -> list[Rows]:
        return [group for group in self.groups.values() if isinstance(group, Rows)]

    def _mark_dirty(self) -> None:
        self._dirty = True
        if self._save_draft is not None and not self._timer.isActive():
            self._timer.start()

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

    def _left(self, editor: QWidget) -> None:
        path, field = self._of(editor)
        if field is not None:
            if field.value() != self.filling.value(path):
                self._answer(path, field.value())
            self._judge(path)
        self.save()

    def _take_all(self) -> None:
        """Words still in a box (a page closed while typing) belong to the answers, too."""
        for path, field in self.fields.items():
            if field.answers and path in self._paths and field.value() != self.filling.value(path):
                self._answer(path, field.value())

    def _all_problems(self) -> list[Problem]:
        found = {p.path: p for p in problems(self.filling, whole=True)}
        for path, field in self.fields.items():
            if field.answers and field.trouble() and self.filling.relevant(path):
                found[path] = Problem(path, field.asks.label, field.trouble())
        return [found[path] for path in self._paths if path in found and path in self.fields]

    def _show_basis(self) -> None:
        editor = QApplication.focusWidget()
        _, field = self._of(editor) if editor is not None else ("", None)
        if field is not None:
            field.show_basis()

    # —— 走 ——

    def _of(self, editor: QWidget) -> tuple[str, Field | None]:
        for path, field in self.fields.items():
            if editor in field.editors:
                return path, field
        return "", None

    def _shown(self) -> list[Field]:
        """The fields in order that are in view now, folded parts left out."""
        return [f for f in self._order if f.answers and f.isVisibleTo(self) and f.first_editor() is not None]

    def _step(self, editor: QWidget, way: int) -> None:
        if editor is self.submit_button and way > 0:
            self.submit()
            return
        for block, _ in self._extras:
            if editor in block.watched() and block.step(editor, way):
                return
        stops: list[object] = [*self._shown(), *(b for b, w in self._extras if w.isVisibleTo(self)), self.submit_button]
        at = next((i for i, s in enumerate(stops) if self._holds(s, editor)), None)
        if at is None:
            return
        for stop in stops[at + way :] if way > 0 else stops[at - 1 :: -1] if at else []:
            target = stop if isinstance(stop, QPushButton) else stop.first_editor()  # type: ignore[attr-defined]
            if target is not None:
                focus(target)
                if target is not self.submit_button:
                    self.scroller.ensureWidgetVisible(stop if isinstance(stop, QWidget) else target, 0, 40)
                return

    def _holds(self, stop: object, editor: QWidget) -> bool:
        if isinstance(stop, Field):
            return editor in stop.editors
        return stop is editor or (not isinstance(stop, QPushButton) and editor in stop.watched())  # type: ignore[attr-defined]

    def _tab_order(self) -> None:
        self._order = [self.fields[p] for p in self._paths if p in self.fields]
        chain = list(stops_in(self.inside, [widget for _, widget in self._extras]))
        for block, _ in self._extras:
            chain += block.watched()
        set_order([*chain, self.submit_button, self.foot.save_button])

    # —— 样子 ——

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._set_narrow()

    def restyled(self) -> None:
        super().restyled()
        self._set_narrow()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.leaving()
        super().closeEvent(event)

    def _set_narrow(self) -> None:
        narrow = self.width() < NARROW * look.unit()
        for field in self.fields.values():
            field.set_narrow(narrow=narrow)
        for block, _ in self._extras:
            block.set_narrow(narrow=narrow)
