"""The first page ever seen: who are you, which unit, practice or real; then the recovery code, once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QPushButton, QWidget

from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.ui import look
from baitao_desktop.ui.fields.base import Asks, Choice, Field, check_box, label_of
from baitao_desktop.ui.page import Page
from baitao_desktop.ui.pages.parts import act_button, card, chain, chips, copy, flow, link, rows_of, selectable

if TYPE_CHECKING:
    from PySide6.QtWidgets import QFrame

    from baitao_desktop.actions.desk import Clock
    from baitao_desktop.actions.setup import Founded
    from baitao_desktop.paths import Places

UNIT, OFFICE = "unit", "office"
KIND_OF_TEXT = "文字文件 (*.txt)"


class FirstRunPage(Page):
    """`founded(result)` gets the new desk with its recovery code; `demo()` is asked for by 先看演示; `restore(folder)`
    by 从备份恢复."""

    help_topic = "first_run"

    def __init__(
        self,
        places: Places,
        *,
        clock: Clock,
        founded: Callable[[Founded], None],
        demo: Callable[[], None],
        restore: Callable[[Path], None],
    ) -> None:
        super().__init__("欢迎使用白涛养老反诈工作台")
        self._places, self._clock = places, clock
        self._founded, self._demo, self._restore = founded, demo, restore
        self.role = UNIT
        self.inside.addWidget(label_of("这台电脑上还没有资料。本程序不联网，资料只存在这台电脑上，并用您的口令加密。"))
        self.unit_button = self._big("我是村（社区）或单位", lambda: self.choose(UNIT))
        self.office_button = self._big("我是街道专项办", lambda: self.choose(OFFICE))
        self.demo_button = self._big("先看演示", self._demo)
        self.inside.addWidget(chips(self.unit_button, self.office_button, self.demo_button))
        self.form: QFrame | None = None
        self._form_at = self.inside.count()
        self.from_backup = link("从备份恢复……", self._ask_backup, icon="import")
        self.inside.addLayout(rows_of(self.from_backup))
        self.inside.addStretch(1)

    def first_focus(self) -> QWidget | None:
        return self.unit_button

    def choose(self, role: str) -> None:
        """Show what a unit, or the office, has to fill in."""
        self.role = role
        if self.form is None:
            # 选了身份才需要单位名单和各栏，第一页先画出来
            self.form = self._form()
            self.inside.insertWidget(self._form_at, self.form)
            chain(self.go, self.from_backup)
        self.form.show()
        self.unit_button.setChecked(role == UNIT)
        self.office_button.setChecked(role == OFFICE)
        self.unit.setVisible(role == UNIT)
        for field in (self.phrase, self.phrase_again):
            field.setVisible(role == OFFICE)
        self.about.setText(
            "单位：街道专项办。回访口令由回访员另设：举报人的姓名电话只有用它才能打开，请与登录口令分开记。"
            if role == OFFICE
            else "选好单位，写上您的姓名，设一个口令就可以用了。"
        )
        editor = self.unit.first_editor() if role == UNIT else self.name.first_editor()
        if editor is not None:
            editor.setFocus()

    def submit(self) -> None:
        """Found the store; troubles stand beside their fields."""
        office = self.role == OFFICE
        needed = [self.name, self.password, self.again, *([self.phrase, self.phrase_again] if office else [self.unit])]
        if self.fields.problems(needed) or not self._alike():
            return
        from baitao_desktop import seal
        from baitao_desktop.actions import setup

        unit = "ZXB" if office else str(self.unit.value())
        secret = seal.password(str(self.password.value()))
        phrase = seal.password(str(self.phrase.value())) if office else None
        window = self.window_
        if window is None:
            return
        self.go.setEnabled(False)
        self.status.setText("正在建立加密资料库……")
        window.act(
            lambda _tell: setup.found(
                self._places, unit=unit, person=str(self.name.value()), post=str(self.post.value() or ""),
                password=secret, mode=str(self.mode.value() or "practice"), callback_passphrase=phrase,
                clock=self._clock,
            ),
            done=self._founded,
            failed=self._failed,
        )  # fmt: skip

    def _failed(self, error: UserFacingError) -> None:
        self.go.setEnabled(True)
        self.status.setText("")
        beside = {"A24": self.unit, "A25": self.name, "A27": self.password}.get(error.code)
        if beside is not None:
            beside.set_problem(error.text)
        else:
            self.status.setText(str(error))

    def _alike(self) -> bool:
        for first, second in ((self.password, self.again), (self.phrase, self.phrase_again)):
            if first.value() != second.value() and second.isVisibleTo(self):
                second.set_problem("两次填写的不一样，请再填一次")
                second.line.setFocus()
                return False
        return True

    def _form(self) -> QFrame:
        from baitao_desktop.actions.campaigns import load_campaign
        from baitao_desktop.actions.setup import MIN_PASSWORD
        from baitao_desktop.ui.fields.choices import PickField, RowField
        from baitao_desktop.ui.fields.text import TextField
        from baitao_desktop.ui.pages.fieldset import Fieldset, PasswordField

        campaign = load_campaign()
        units = [Choice(u.code, u.name) for u in campaign.reporting_units()]
        units.sort(key=lambda c: not campaign.units[c.value].is_village)
        self.about = label_of("")
        self.mode = RowField(
            Asks("先练习还是正式用"), [Choice("practice", "练习（可随时清空）"), Choice("formal", "正式")]
        )
        self.mode.set_value("practice")
        self.unit = PickField(Asks("单位"), units)
        self.name = TextField(Asks("您的姓名"))
        self.post = TextField(Asks("职务", "如党组织书记、网格员，可以不填"))
        self.password = PasswordField(Asks("登录口令", f"至少{MIN_PASSWORD}位"))
        self.again = PasswordField(Asks("再填一次口令"))
        self.phrase = PasswordField(Asks("回访口令", "由回访员本人设，至少6位"))
        self.phrase_again = PasswordField(Asks("再填一次回访口令"))
        fields: list[Field] = [
            self.unit, self.name, self.post, self.mode, self.password, self.again, self.phrase, self.phrase_again,
        ]  # fmt: skip
        for field in (self.unit, self.name, self.password, self.again, self.phrase, self.phrase_again):
            field.set_required(required=True)
        self.fields = Fieldset(fields, self.submit)
        self.go = act_button("开始使用", self.submit, primary=True)
        self.status = label_of("", "hint")
        form, inside = card()
        inside.addWidget(self.about)
        inside.addWidget(self.fields)
        inside.addLayout(rows_of(self.go, self.status))
        return form

    def _big(self, text: str, do: Callable[[], object]) -> QPushButton:
        made = act_button(text, do)
        made.setProperty("kind", "big")
        made.setMinimumWidth(look.unit() * 15)
        made.setCheckable(do != self._demo)
        return made

    def _ask_backup(self) -> None:
        window = self.window_
        folder = window.chooser.folder(self, "选择备份所在的文件夹") if window is not None else None
        if folder is not None:
            self._restore(folder)


class RecoveryPage(Page):
    """The recovery code, shown once: 复制, 另存, and going on only after 「我已抄好」."""

    def __init__(self, code: str, go_on: Callable[[], None], *, unit: str) -> None:
        super().__init__("请把恢复码抄下来")
        self.code, self._unit = code, unit
        frame, inside = card()
        inside.addWidget(
            label_of(
                "忘记口令时，只有这个恢复码能打开资料，没有别的办法。它只显示这一次：请抄在纸上（或另存到U盘），和电脑分开放好。"
            )
        )
        self.shown = selectable(code, "title")
        self.shown.setAccessibleName("恢复码")
        inside.addWidget(self.shown)
        self.said = label_of("", "ok")
        inside.addWidget(
            flow(act_button("复制", self._copy, icon="copy"), act_button("另存……", self._save, icon="save"))
        )
        inside.addWidget(self.said)
        self.tick = check_box("我已抄好")
        self.tick.toggled.connect(self._ticked)
        inside.addWidget(self.tick)
        self.go = act_button("进入工作台", go_on, primary=True)
        self.go.setEnabled(False)
        self.why = label_of("勾选“我已抄好”后继续", "hint")
        inside.addLayout(rows_of(self.go, self.why))
        self.inside.addWidget(frame)
        self.inside.addStretch(1)

    def first_focus(self) -> QWidget | None:
        return self.tick

    def _ticked(self, on: bool) -> None:
        self.go.setEnabled(on)
        self.why.setVisible(not on)

    def _copy(self) -> None:
        copy(self.code)
        self.said.setText("已复制。粘贴保存后请清空剪贴板。")

    def _save(self) -> None:
        window = self.window_
        path = window.chooser.save_file(self, "恢复码存到哪里", "恢复码.txt", KIND_OF_TEXT) if window else None
        if path is None:
            return
        text = (
            f"白涛养老反诈工作台　恢复码\n单位：{self._unit}\n\n{self.code}\n\n请打印后妥善保管，不要和电脑放在一起。\n"
        )
        from baitao_desktop import files

        try:
            files.write_whole(path.with_suffix(".txt"), text.encode("utf-8-sig"), private=True)
        except UserFacingError as error:
            look.mark(self.said, role="problem")
            self.said.setText(str(error))
            return
        look.mark(self.said, role="ok")
        self.said.setText(f"已存到“{path.with_suffix('.txt').name}”")
