"""表样: every form a person fills in here, and taking in one that was written in WPS."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from baitao_desktop.actions import form_shelf, own_forms, papers
from baitao_desktop.actions.desk import Done
from baitao_desktop.actions.form_shelf import Shelved
from baitao_desktop.actions.own_forms import FormPreview
from baitao_desktop.actions.records import BY_PROGRAM
from baitao_desktop.domain import inspections, tips
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import RecordId
from baitao_desktop.forms import Form
from baitao_desktop.ui.fields.base import label_of
from baitao_desktop.ui.pages.forming import VISIT, open_form
from baitao_desktop.ui.pages.ledger import LedgerPage
from baitao_desktop.ui.pages.parts import act_button, card, chain, copy, empty, flow, link, selectable
from baitao_desktop.ui.pages.preview import PreviewPage
from baitao_desktop.ui.pages.seat import DeskPage, Seat
from baitao_desktop.ui.pages.tables import WrittenTable
from baitao_desktop.ui.window import MainWindow
from baitao_desktop.ui.worker import Tell

KINDS = "编好的表 (*.xlsx *.md);;所有文件 (*)"
HEADS = ("工作表", "行", "列", "哪里不对", "怎么改")
SHOWN = 40  # 题；再多就不像一张单子了
WORDS = {
    "text": "文字", "integer": "整数", "decimal": "小数", "date": "日期", "time": "时间", "dateTime": "日期和时间",
    "select_one": "选一项", "select_multiple": "可选几项", "rank": "排顺序", "range": "刻度", "image": "照片", "audio": "录音",
    "video": "录像", "file": "文件", "barcode": "条码", "geopoint": "位置", "geotrace": "路线", "geoshape": "范围",
    "acknowledge": "确认", "repeat": "可填多行",
}  # fmt: skip


def open_ledger(seat: Seat, window: MainWindow, form: Form, *, room: str = "") -> None:
    """The ledger of any form: a tip's and a visit's own page, else one made here."""
    if form.id == tips.FORM:
        window.show_page("tips")
        return
    if form.id == VISIT:
        window.show_page("visits")
        return
    new = "" if form.id in BY_PROGRAM else "填一张" if form.kind == inspections.KIND else f"登记{form.title}"
    nothing = f"这里是{form.title}，现在还没有记录。"
    window.open_page(
        LedgerPage(
            seat,
            form.id,
            room=room,
            title=form.title if form.title.endswith(("表", "台账")) else f"{form.title}台账",
            new=new,
            nothing=nothing,
        )
    )


class TableFormsPage(DeskPage):
    """`look(path)` checks a table and shows what it would be; `take()` takes it in."""

    help_topic = "forms"

    def __init__(self, seat: Seat) -> None:
        super().__init__(seat, "表样")
        self.room = "reports" if seat.desk.is_office else ""
        self.inner.setMinimumHeight(1)  # 折行的字各按最窄时的高度算最小值，页尾会空出大半屏；实际高度由布局按宽度算
        self.preview: FormPreview | None = None
        self.path: Path | None = None
        self.all_questions = False
        self.choose_button = act_button("收一张自己编的表……", self._choose, primary=True, icon="import")
        self.inside.addWidget(
            label_of(
                "表在 WPS 表格里编好，存成 .xlsx，收进来就能填、能打印、有台账。改过的表换一个版本号再收，旧记录仍按旧表看。"
            )
        )
        self.inside.addWidget(flow(self.choose_button))
        self.trouble = label_of("", "problem")
        self.trouble.hide()
        self.inside.addWidget(self.trouble)
        self.inside.addWidget(self._problems_card())
        self.inside.addWidget(self._preview_card())
        self.frame, self.list = card("现在填的表")
        self.inside.addWidget(self.frame)
        self.inside.addStretch(1)

    def opened(self, **args: object) -> None:  # noqa: ARG002
        self.refresh()

    def refresh(self) -> None:
        desk = self.desk
        self.read(lambda _tell: form_shelf.shelf(desk), self._list)

    def first_focus(self) -> QWidget | None:
        return self.choose_button

    # —— 现在填的表 ——

    def _list(self, shelf: Sequence[Shelved]) -> None:
        empty(self.list)
        self.list.addWidget(label_of("现在填的表", "section"))
        links: list[QWidget] = []
        for one in shelf:
            form = one.form
            self.list.addWidget(label_of(form.title, "strong"))
            about = f"表号 {form.id}　版本 {form.version}　{one.source}　{one.records}条记录"
            self.list.addWidget(label_of(about, "hint"))
            acts = (
                link("填写", partial(self.fill, form), icon="pen", name=f"填写{form.title}"),
                link("打印空白表", partial(self.blank, form), icon="print", name=f"打印空白{form.title}"),
                link("台账", partial(self.ledger, form), icon="report", name=f"{form.title}台账"),
            )
            self.list.addWidget(flow(*acts))
            links += acts
        chain(*self._shown_buttons(), *links)

    def fill(self, form: Form) -> None:
        open_form(self.seat, self.win, form.id)

    def blank(self, form: Form) -> None:
        desk = self.desk

        def save(folder: Path) -> Path:
            return papers.save_blank(desk, form.id, folder).value

        def show(pdf: bytes) -> None:
            self.win.open_page(PreviewPage(self.seat, f"空白{form.title}", pdf, save))

        self.act(lambda _tell: papers.blank_pdf(desk, form.id), done=show, title="正在排版空白表")

    def ledger(self, form: Form) -> None:
        open_ledger(self.seat, self.win, form, room=self.room)

    # —— 收一张表 ——

    def look(self, path: Path) -> None:
        """Check a table as its author wants to be told; nothing is kept."""
        self._quiet()
        self.path, desk = path, self.desk
        self.act(
            lambda _tell: own_forms.look_at_form(desk, path), done=self._show, failed=self._say, title="正在看这张表"
        )

    def look_again(self) -> None:
        """Read the same file again after its author mended it."""
        if self.path is not None:
            self.look(self.path)

    def take(self) -> None:
        if self.preview is None or self.preview.form is None:
            return
        self.trouble.hide()
        desk, path = self.desk, self.preview.path

        def do(_tell: Tell) -> Done[RecordId]:
            taken = own_forms.take_in_form(desk, path)
            # 旧记录要按新表重新编目，记录多时要几秒，不能在窗口上做
            self.seat.reload()
            return taken

        self.act(do, done=self._taken, failed=self._say, title="正在收这张表")

    def _choose(self) -> None:
        path = self.win.chooser.open_file(self, "选择编好的表", KINDS)
        if path is not None:
            self.look(path)

    def _problems_card(self) -> QFrame:
        self.problems_card, inside = card()
        self.problems_said = label_of("", "strong")
        self.problems = WrittenTable("这张表要改的地方", HEADS, (6, 4, 9, 0, 0))
        self.again_button = act_button("改好再看", self.look_again, icon="search")
        self.wps_link = link("用WPS打开这张表", self._open_outside, icon="open")
        self.copy_link = link("复制", self._copy, icon="copy", name="复制要改的地方")
        self.leave_link = link("不收了", self._drop)
        acts = flow(self.again_button, self.wps_link, self.copy_link, self.leave_link)
        for part in (self.problems_said, acts, self.problems):
            inside.addWidget(part)
        self.problems_card.hide()
        return self.problems_card

    def _preview_card(self) -> QFrame:
        self.preview_card, inside = card()
        self.about = label_of("", "strong")
        self.changes = selectable("")
        self.questions = selectable("")
        for label in (self.changes, self.questions):
            label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.more = link("显示其余各题", self._show_all, icon="down")
        self.take_button = act_button("收下", self.take, icon="ok")
        self.drop_link = link("不收了", self._drop)
        for part in (self.about, flow(self.take_button, self.drop_link), self.changes, self.questions, flow(self.more)):
            inside.addWidget(part)
        self.preview_card.hide()
        return self.preview_card

    def _show(self, preview: FormPreview) -> None:
        self.preview = preview
        form = preview.form
        if form is None:
            self.problems_said.setText(preview.sentence)
            self.problems_card.show()
            self.problems.show_rows(
                [(p.sheet, str(p.row) if p.row else "", p.column, p.text, p.remedy) for p in preview.problems]
            )
            self.again_button.setFocus()
        else:
            before = self.desk.forms.get(form.id)
            self.about.setText(preview.sentence)
            self.changes.setText(_changes(preview.changes, before, form))
            self.all_questions = False
            self._show_questions(form)
            self.preview_card.show()
            self.take_button.setFocus()

    def _show_questions(self, form: Form) -> None:
        asked = [q for q in form.walk() if q.type in WORDS and (q.label or q.type != "repeat")]
        shown = asked if self.all_questions else asked[:SHOWN]
        lines = [f"{n}. {q.label or q.name}（{WORDS[q.type]}）" for n, q in enumerate(shown, 1)]
        self.questions.setText("\n".join(["这张表问：", *lines]))
        self.more.setText(f"显示其余{len(asked) - len(shown)}题")
        self.more.setVisible(len(shown) < len(asked))

    def _show_all(self) -> None:
        if self.preview is not None and self.preview.form is not None:
            self.all_questions = True
            self._show_questions(self.preview.form)

    def _taken(self, done: Done[RecordId]) -> None:  # noqa: ARG002
        form = self.preview.form if self.preview is not None else None
        self._drop()
        self.refresh()
        if form is not None:
            self.win.tell(f"已收下《{form.title}》版本{form.version}，现在就能填")

    def _drop(self) -> None:
        self.preview = None
        self._quiet()
        self.choose_button.setFocus()

    def _quiet(self) -> None:
        for part in (self.trouble, self.problems_card, self.preview_card):
            part.hide()

    def _open_outside(self) -> None:
        if self.path is not None:
            self.seat.opener(self.path)

    def _copy(self) -> None:
        copy(self.problems.text())
        self.win.tell(f"已复制{self.problems.rowCount()}处，可以粘贴到 WPS 里对着改")

    def _say(self, error: UserFacingError) -> None:
        self.trouble.setText(str(error))
        self.trouble.show()
        self.scroller.verticalScrollBar().setValue(0)

    def _shown_buttons(self) -> list[QWidget]:
        mend = (self.again_button, self.wps_link, self.copy_link, self.leave_link, self.problems)
        return [self.choose_button, *mend, self.take_button, self.drop_link, self.more]


def _changes(changes: Sequence[str], before: Form | None, form: Form) -> str:
    if before is None:
        return "这张表以前没有收过。"
    if before.version == form.version:
        return f"现在用的就是版本{form.version}。内容改过的，要先在表里换一个版本号。"
    said = changes or ("题目没有增减，只改了选项或填写的规矩",)
    return "\n".join([f"收下以后代替现在的版本{before.version}，改动是：", *(f"· {change}" for change in said)])
