"""The page that draws any form: filled in, saved as typed, handed in whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from PySide6.QtCore import QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.inspections import Row
from baitao_desktop.domain.ops import Json
from baitao_desktop.forms import Form, Problem, fill
from baitao_desktop.forms.checking import problems
from baitao_desktop.ui.fields import make
from baitao_desktop.ui.fields.base import Field
from baitao_desktop.ui.fields.checklist_words import check_door
from baitao_desktop.ui.fields.days import Clock
from baitao_desktop.ui.fields.drawn import DrawnPage
from baitao_desktop.ui.fields.files import FileDoor
from baitao_desktop.ui.fields.languages import LanguageMenu
from baitao_desktop.ui.fields.photos import PhotoDoor
from baitao_desktop.ui.fields.rows import Rows
from baitao_desktop.ui.foots import FormFoot
from baitao_desktop.ui.keys import focus

Lists = Mapping[str, Sequence[Mapping[str, str]]]
SAVE_WITHIN = 1500  # 毫秒；UI.md 要求两秒内落盘
NARROW = 42  # em；更窄时标签放到输入框上面


class FormPage(DrawnPage):
    """Draws `form` with `answers` and keeps them in `filling`.

    `save_draft(answers)` is called on the main thread within 2 s of a change, when focus leaves a field and when the
    page is left; a UserFacingError of it is said in the foot and the input stays. `submit(answers)` is called with the
    whole, checked answers (hidden ones left out); whoever handles it calls `submitted()` or `refused(error)`
    afterwards. `above` stands over the form (a switch, a notice), `extra` blocks under it. Without `save_draft` nothing
    is kept before submitting. `photos` and `files` keep what is added (without them such questions say why they cannot
    be answered). `form_in(language)` gives the same form in another of its `languages`; with it a form that has more
    than one gets a menu. On a checklist `may_answer(row)` says which rows are answered here (without it all), and
    `law(refs, day)` names the law in force on the day of the inspection (without it 依据 is left out).
    `closed(path)` says which questions can only be read here.
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
        form_in: Callable[[str], Form] | None = None,
        basis: Callable[[str], str] = make.clause_words,
        may_answer: Callable[[Row], bool] | None = None,
        law: Callable[[Sequence[str], date], Sequence[str]] | None = None,
        closed: Callable[[str], bool] | None = None,
        new: bool | None = None,
        title: str = "",
        submit_text: str = "提交",
        room: str = "",
    ) -> None:
        filling = fill(form, answers, now=now(), lists=lists, new=new)
        needs = make.Needs(now, photos, basis, files, check_door(lists, may_answer, law))
        if closed is not None:
            needs = replace(needs, closed=closed)
        super().__init__(title or form.title, form, filling, needs, extra)
        self.room = room
        self._now = now
        self._submit = submit
        self._save_draft = save_draft
        self._lists = lists
        self._dirty = self._submitting = False
        for widget in above:
            self.inside.addWidget(widget)
        self._form_in = form_in
        if form_in is not None and len(form.languages) > 1:
            self.inside.addWidget(LanguageMenu(form.languages, form.language, self.speak))
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
            if path in self._paths:
                self._answer(path, value)

    def speak(self, language: str) -> None:
        """Show the same paper in another of the form's languages; the answers stay."""
        if self._form_in is None:
            return
        self.form = self._form_in(language)
        self.filling = fill(self.form, self.filling.answers(), now=self._now(), lists=self._lists, new=False)
        self._paths = dict.fromkeys(self.filling.paths())
        for path, group in self.groups.items():
            if isinstance(group, Rows):
                group.set_question(self.form.question(path))
        for path in self._paths:
            self._refresh(path)

    # —— 画 ——

    def _tail(self) -> list[QWidget]:
        return [self.submit_button, self.foot.save_button]

    def _go_on(self, field: Field) -> None:
        editor = field.first_editor()
        if editor is not None:
            self._step(editor, 1)

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
        try:
            for touched in self.filling.answer(path, value):
                if touched != path:
                    self._refresh(touched)
        finally:
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
        for table in self._checklists():
            table.answered(path)
        self._mark_dirty()

    def _mark_dirty(self) -> None:
        self._dirty = True
        if self._save_draft is not None and not self._timer.isActive():
            self._timer.start()

    def _left(self, editor: QWidget) -> None:
        path, field = self._of(editor)
        if field is not None and field.answers and path not in self._locked:
            if field.value() != self.filling.value(path):
                self._answer(path, field.value())
            self._judge(path)
        self.save()

    def _take_all(self) -> None:
        """Words still in a box (a page closed while typing) belong to the answers, too."""
        for path, field in self.fields.items():
            open_ = field.answers and path in self._paths and path not in self._locked
            if open_ and field.value() != self.filling.value(path):
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

    # —— 样子 ——

    def closeEvent(self, event: QCloseEvent) -> None:
        self.leaving()
        super().closeEvent(event)
