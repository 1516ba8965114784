"""A checklist (`bt-checklist`): one table instead of a card for each row; details only under a failed item."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction, QPixmap, QResizeEvent
from PySide6.QtWidgets import QApplication, QDialog, QFrame, QVBoxLayout, QWidget

from baitao_desktop.domain import inspections
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.inspections import DAY, ROWS, Row
from baitao_desktop.domain.ops import Json
from baitao_desktop.forms import Question
from baitao_desktop.ui import look
from baitao_desktop.ui.fields import checklist_words as words
from baitao_desktop.ui.fields.base import Field, label_of
from baitao_desktop.ui.fields.checklist_details import OWN, ChecklistPage, Details, holds_more, read_row
from baitao_desktop.ui.fields.checklist_row import BAR, PAD, ItemRow
from baitao_desktop.ui.fields.checklist_strip import NumbersField, ProgressStrip
from baitao_desktop.ui.fields.checklist_words import CheckDoor
from baitao_desktop.ui.fields.groups import Group
from baitao_desktop.ui.fields.walking import set_order, stops_in

NARROW = 42  # em
IDLE = 200  # 毫秒；这一下按键的结果先画出来
WAYS = "按键：1 正常　2 有问题　3 不适用　4 未查　0 其余已查　↑↓ 换行　→ 看证据和依据"


class Checklist(Group):
    """The table of a checklist, its quick entry and its progress strip (`strip`, which the page keeps in sight).

    A paper without rows gets them from the catalogue; rows that are there are kept as they are. All answers go through
    the page, so that they are worked out, judged and saved as everywhere.
    """

    def __init__(self, question: Question, path: str, page: ChecklistPage, door: CheckDoor, today: date) -> None:
        super().__init__(question.label or question.name, question.hint)
        self._question, self._path, self._page, self._door, self._today = question, path, page, door, today
        self._art: dict[tuple[str, str, int], QPixmap] = {}
        self._details: dict[str, Details] = {}
        self._spare: tuple[Details, dict[str, Field]] | None = None
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(IDLE)
        self._later.timeout.connect(self.prepare)
        self.rows: dict[str, ItemRow] = {}
        self._called: tuple[str, ...] = ()
        self._surplus: set[str] = set()
        self._headings: list[QWidget] = []
        self._withheld: dict[str, Json] = {}
        self._undo: tuple[dict[str, Json], dict[str, Json]] | None = None
        self.quick = NumbersField(self.enter_numbers, lambda: self._leave_quick(-1))
        self.strip = ProgressStrip(self.ask_rest, self.take_back)
        self.inside.addWidget(self.quick)
        self.inside.addWidget(label_of(WAYS, "hint"))
        self._frame = QFrame()
        self._frame.setProperty("role", "card")
        self._list = QVBoxLayout(self._frame)
        self._list.setContentsMargins(1, 1, 1, 1)
        self._list.setSpacing(0)
        self.inside.addWidget(self._frame)
        if not page.filling.rows(path):
            page.filling.seed(path)
        self._draw_rows()
        for words_, keys, way in (("下一项", "Ctrl+Down", 1), ("上一项", "Ctrl+Up", -1)):
            self._add_key(words_, keys, way)
        self.sheet: QDialog | None = None
        self._later.start()
        self._tell()

    # —— 门 ——

    def answered(self, path: str) -> None:
        """The page took an answer: show what follows from it on the rows."""
        filling = self._page.filling
        self.setVisible(filling.relevant(self._path))
        self.strip.setVisible(not self.isHidden())
        if not path.startswith(f"{self._path}["):
            self._call_anew()
            for row in self.rows.values():
                if row.open and path == DAY:
                    row.redraw()
            return
        code, _, name = path.removeprefix(f"{self._path}[").partition("]/")
        if code not in self.rows:
            return
        row = self.rows[code]
        before = row.row
        row.show_row(self._read(code))
        if name == "jieguo" and any(r.row.branch.startswith(f"{code}=") for r in self.rows.values()):
            self._branch()
        if row.row.failed or before.failed or code in self._details or name != "jieguo":
            self._show_details(code)
        self._tell()

    def standing(self) -> tuple[Row, ...]:
        """All rows as they stand now, in the order of the page."""
        return tuple(row.row for row in self.rows.values())

    def mine(self) -> tuple[Row, ...]:
        """The rows that are answered here and that the branch asks."""
        return tuple(r for r in inspections.asked(self.standing()) if self._door.may_answer(r))

    def ask_rest(self) -> None:
        """「其余已查，未发现问题」: asks once."""
        from baitao_desktop.ui.dialogs import Sheet

        answers = self._rest()
        if not answers:
            self.strip.say("没有可以一次记下的项了", undo=self._undo is not None)
            return
        text = (
            f"还没有答的{len(answers)}项，都记为“已查，未发现问题”。已经答了的和记为未查的不变。"
            "请只在确实都看过以后这样记；记错了可以撤销。"
        )
        verb = "都已查，未发现问题"
        sheet = Sheet(self.window(), f"其余{len(answers)}项", verb, [], lambda _: self._put_rest(answers), text=text)
        sheet.accepted.connect(self._go_to_missing)
        self.sheet = sheet
        sheet.open()

    def take_back(self) -> None:
        """撤销 of what was done to many rows at once; rows changed since stay as they are now."""
        if self._undo is None:
            return
        before, put = self._undo
        self._undo = None
        filling = self._page.filling
        changed = {p: before[p] for p, value in put.items() if filling.value(p) == value}
        self._page.put(changed)
        self.strip.say(f"已撤销，{len(changed)}项恢复原样", undo=False)
        if changed:
            self._page.go_to(next(iter(changed)))

    def enter_numbers(self, text: str) -> str:
        """The items with these numbers are problems; a sentence when one cannot be, and then none is."""
        numbers = words.numbers_in(text)
        if not numbers:
            return "请填有问题的项的编号"
        standing = self.standing()
        answers: dict[str, Json] = {}
        for number in numbers:
            try:
                found = inspections.problem_answers(standing, [number])
            except UserFacingError as refusal:
                return refusal.text
            if not found:
                return f"“{number}”只用来分流，没有对错，请在表里回答。"
            path = self._here(next(iter(found)))
            row = self._row_at(path)
            if row.locked:
                why = f"由{row.answered_by}填写" if row.answered_by else words.NOT_ASKED
                return f"“{number}”{why}，不能在这里记。"
            answers[path] = next(iter(found.values()))
        self._put(answers, f"已把{words.named([self._row_at(p).row.code for p in answers])}记为有问题")
        if self.strip.rest_button.isVisibleTo(self.strip):
            self.strip.rest_button.setFocus()
        else:
            self._go_to_missing()
        return ""

    # —— 行 ——

    def _draw_rows(self) -> None:
        """Draw the rows that are not drawn yet, and bring all into the order of the paper."""
        filling, path = self._page.filling, self._path
        self._called = filling.called_for(path)
        for code in filling.rows(path):
            if code not in self.rows:
                row = self.rows[code] = ItemRow(self._read(code), self._picture, self._law)
                self._page.join_field(f"{path}[{code}]/jieguo", row, self._list)
                row.moved.connect(self._move)
                row.rest.connect(self.ask_rest)
                row.unfolded.connect(self._reveal)
        self.rows = {code: self.rows[code] for code in filling.rows(path)}
        # 目录整个不在手边时，不能说哪一项没有了
        self._surplus = set(filling.surplus_rows(path)) if self._called else set()
        self.quick.set_example(words.numbers_like(tuple(self.rows)))
        self._arrange()
        self._set_standing()
        for code in self.rows:
            self._show_details(code, first=True)

    def _arrange(self) -> None:
        """Sections, rows and what stands under them, from top to bottom."""
        while self._list.count():
            self._list.takeAt(0)
        for heading in self._headings:
            heading.deleteLater()
        self._headings, section = [], ""
        for code, row in self.rows.items():
            if row.row.section != section:
                section = row.row.section
                self._headings.append(self._heading(section))
                self._list.addWidget(self._headings[-1])
            self._list.addWidget(row)
            if code in self._details:
                self._list.addWidget(self._details[code])

    def _heading(self, section: str) -> QWidget:
        heading = label_of(words.section_words(section), "section")
        heading.setContentsMargins(BAR + PAD, PAD, PAD, PAD)
        heading.setStyleSheet(f"background: {look.NAV};")
        return heading

    def _call_anew(self) -> None:
        """Another answer may call for other items of the catalogue: those that are new come, none goes."""
        if self._page.filling.called_for(self._path) != self._called:
            self._page.filling.seed(self._path)
            self._draw_rows()
            self._page.rebuild_rows()
            self._tell()

    def _read(self, code: str) -> Row:
        return read_row(self._page.filling, self._question, self._path, code)

    def _set_standing(self) -> None:
        asked = {row.code for row in inspections.asked(self.standing())}
        for code, row in self.rows.items():
            other = "" if self._door.may_answer(row.row) else self._door.unit_name(row.row.unit) or "其他单位"
            row.set_standing(asked=code in asked, surplus=code in self._surplus, answered_by=other)

    def _branch(self) -> None:
        """The branching answer changed: other rows are asked. A problem on a row no longer asked is put aside and
        comes back with the branch; else the paper would ask for facts nobody can write."""
        self._set_standing()
        changes: dict[str, Json] = {}
        for code, row in self.rows.items():
            path = f"{self._path}[{code}]/jieguo"
            if not row.asked and row.row.failed:
                self._withheld[path] = changes[path] = row.row.answer
                changes[path] = None
            elif row.asked and path in self._withheld:
                changes[path] = self._withheld.pop(path)
        if changes:
            self._page.put(changes)
        for code in list(self._details):
            self._show_details(code)

    def prepare(self) -> None:
        """Make the next details before they are wanted: seven fields take longer than a whole repaint, and after “2” a
        person writes on at once. Not for an office's row that holds groups."""
        model = next((code for code in self.rows if code not in self._details), "")
        if self._spare is not None or not model or any(q.questions for q in self._question.questions):
            return
        details = self._new_details()
        fields = self._page.spare_fields(self._question, f"{self._path}[{model}]", details.box, OWN)
        inner: QWidget
        for inner in details.findChildren(QWidget):
            inner.ensurePolished()
        self._spare = details, fields

    def _new_details(self) -> Details:
        details = Details(round(look.unit() * 4.2) + BAR + PAD)
        details.setParent(self._frame)
        details.hide()
        return details

    def _show_details(self, code: str, *, first: bool = False) -> None:
        """The questions under an item, while it failed or holds something that would else be out of reach."""
        row, details = self.rows[code], self._details.get(code)
        wanted = not row.locked and (
            row.row.failed or holds_more(self._page.filling, self._question, f"{self._path}[{code}]/")
        )
        if details is None and wanted:
            # 先藏着做好再一次显示：显示着的每添一题，整页就重排一遍
            details = self._details[code] = self._make_details(code)
            self._list.insertWidget(self._list.indexOf(row) + 1, details)
            set_order([row, *stops_in(details.box)])
            self._later.start()
        if details is not None and details.isHidden() == wanted:
            self._list.setEnabled(False)
            details.setVisible(wanted)
            self._list.setEnabled(True)
            if not first:
                self._page.lay_out(details)

    def _make_details(self, code: str) -> Details:
        row_path = f"{self._path}[{code}]"
        if self._spare is None:
            details = self._new_details()
            fields = self._page.spare_fields(self._question, row_path, details.box, OWN)
        else:
            details, fields = self._spare
            self._spare = None
        details.code = code
        details.setAccessibleName(f"{code} 的问题")
        self._page.place_fields(row_path, fields)
        return details

    def _law(self, row: Row) -> tuple[str, ...]:
        filling, day = self._page.filling, self._today
        said = filling.value(DAY) if DAY in filling.form.by_path else None
        with suppress(ValueError):
            day = date.fromisoformat(said) if isinstance(said, str) else day
        return tuple(self._door.law(row.basis, day))

    def _picture(self, name: str, colour: str) -> QPixmap:
        side = look.unit()
        if (name, colour, side) not in self._art:
            self._art[name, colour, side] = look.picture(name, colour, side)
        return self._art[name, colour, side]

    # —— 一次记多项 ——

    def _rest(self) -> dict[str, Json]:
        found = {self._here(path): value for path, value in inspections.rest_in_order(self.standing()).items()}
        return {path: value for path, value in found.items() if not self._row_at(path).locked}

    def _put_rest(self, answers: Mapping[str, Json]) -> str:
        self._put(answers, f"已把{len(answers)}项记为已查，未发现问题")
        return ""

    def _put(self, answers: Mapping[str, Json], said: str) -> None:
        self._undo = ({path: self._page.filling.value(path) for path in answers}, dict(answers))
        self._page.put(answers)
        self.strip.say(said, undo=True)

    def _here(self, path: str) -> str:
        return self._path + path.removeprefix(ROWS)

    def _row_at(self, path: str) -> ItemRow:
        return self.rows[path[len(self._path) + 1 :].partition("]")[0]]

    def _tell(self) -> None:
        mine = self.mine()
        shared = any(row.answered_by for row in self.rows.values())
        told = words.told(*inspections.progress(mine), len(inspections.findings_in(mine)), shared=shared)
        self.strip.show_progress(told, len(self._rest()))

    # —— 走 ——

    def _add_key(self, said: str, keys: str, way: int) -> None:
        action = QAction(said, self)
        action.setShortcut(keys)
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.triggered.connect(lambda: self._move_from_focus(way))
        self.addAction(action)

    def _move_from_focus(self, way: int) -> None:
        at = QApplication.focusWidget()
        while at is not None and not isinstance(at, ItemRow | Details):
            at = at.parentWidget()
        if isinstance(at, ItemRow):
            self._move(at, way)
        elif isinstance(at, Details):
            row = self.rows[at.code]
            self._move(row, way) if way > 0 else self._go(row)
        elif way > 0:
            self._leave_quick(1)

    def _move(self, row: ItemRow, way: int) -> None:
        """To the next row that can be answered; above the first stands the line for numbers."""
        stops = [r for r in self.rows.values() if not r.locked or r is row]
        to = stops.index(row) + way
        if to < 0:
            self.quick.line.setFocus()
        elif to < len(stops):
            self._go(stops[to])
        else:
            self._page.go_past(self._path_of(row), 1)

    def _leave_quick(self, way: int) -> None:
        first = next((row for row in self.rows.values() if not row.locked), None)
        if first is not None and way > 0:
            self._go(first)
        elif first is not None:
            self._page.go_past(self._path_of(first), -1)

    def _go_to_missing(self) -> None:
        """To the first problem without its facts, else on behind the table."""
        lacking = next((r for r in self.mine() if r.failed and not r.fact), None)
        last = next((row for row in reversed(self.rows.values()) if not row.locked), None)
        if lacking is not None:
            self._page.go_past(self._path_of(self.rows[lacking.code]), 1)
        elif last is not None:
            self._page.go_past(self._path_of(last), 1)

    def _reveal(self, row: ItemRow) -> None:
        """What was opened is brought into view."""
        self._page.lay_out(self._frame)
        if row.open:
            self._go(row)

    def _go(self, row: ItemRow) -> None:
        self._page.go_to(self._path_of(row))

    def _path_of(self, row: ItemRow) -> str:
        return f"{self._path}[{row.row.code}]/jieguo"

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.quick.set_narrow(narrow=self.width() < NARROW * look.unit())
