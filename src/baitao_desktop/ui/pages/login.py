"""Unlocking: pick your name, type the password; or the recovery code, and a new password with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from baitao_desktop.actions.login import login_names
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.ui.fields.base import Asks, Choice, label_of
from baitao_desktop.ui.fields.choices import RowField
from baitao_desktop.ui.fields.text import TextField
from baitao_desktop.ui.page import Page
from baitao_desktop.ui.pages.fieldset import Fieldset, PasswordField
from baitao_desktop.ui.pages.parts import act_button, card, link, rows_of, selectable

if TYPE_CHECKING:
    from baitao_desktop.actions.desk import Clock, Desk
    from baitao_desktop.paths import Places
    from baitao_desktop.ui.worker import Tell


class LoginPage(Page):
    """`opened_desk(desk)` gets the desk; `recovered(desk)` one opened by the recovery code, who must set a password."""

    help_topic = "login"

    def __init__(
        self,
        places: Places,
        *,
        clock: Clock,
        opened_desk: Callable[[Desk], None],
        recovered: Callable[[Desk], None],
    ) -> None:
        super().__init__("登录")
        self._places, self._clock = places, clock
        self._opened_desk, self._recovered = opened_desk, recovered
        self.by_code = False
        names = login_names(places)
        self.name = RowField(Asks("经手人"), [Choice(n.slot, n.label or "（未署名）") for n in names])
        if names:
            self.name.set_value(names[0].slot)
        self.password = PasswordField(Asks("口令"))
        self.code = TextField(Asks("恢复码", "28个字母和数字，大小写、空格、横线都可以"))
        self.code.hide()
        self.fields = Fieldset([self.name, self.password, self.code], self.submit)
        self.go = act_button("登录", self.submit, primary=True)
        self.other = link("忘记口令，用恢复码打开", self._turn)
        self.status = label_of("", "problem")
        frame, inside = card()
        inside.addWidget(self.fields)
        inside.addLayout(rows_of(self.go, self.other))
        inside.addWidget(self.status)
        self.inside.addWidget(frame)
        self.inside.addStretch(1)

    def first_focus(self) -> QWidget | None:
        return self.code.line if self.by_code else self.password.line

    def submit(self) -> None:
        if not self.go.isEnabled() or self.fields.problems([self.code if self.by_code else self.password]):
            return
        window = self.window_
        if window is None:
            return
        from baitao_desktop import seal

        try:
            secret = (
                seal.recovery(str(self.code.value())) if self.by_code else seal.password(str(self.password.value()))
            )
        except UserFacingError as error:
            self.code.set_problem(error.text)
            return
        self.go.setEnabled(False)
        self.status.setText("")

        def do(tell: Tell) -> Desk:
            from baitao_desktop.actions import desk as desks

            return desks.open_desk(self._places, secret, clock=self._clock, progress=tell)

        window.act(do, done=self._came, failed=self._failed, title="正在打开资料")

    def _came(self, desk: Desk) -> None:
        self.password.set_value(None)
        self.go.setEnabled(True)
        (self._recovered if self.by_code else self._opened_desk)(desk)

    def _failed(self, error: UserFacingError) -> None:
        self.go.setEnabled(True)
        field = self.code if self.by_code else self.password
        if error.code == "S01":
            field.set_problem(error.text)
            field.line.selectAll()
            field.line.setFocus()
        else:
            self.status.setText(str(error))

    def _turn(self) -> None:
        self.by_code = not self.by_code
        self.password.setVisible(not self.by_code)
        self.name.setVisible(not self.by_code)
        self.code.setVisible(self.by_code)
        self.other.setText("用口令登录" if self.by_code else "忘记口令，用恢复码打开")
        self.other.setAccessibleName(self.other.text())
        focus = self.first_focus()
        if focus is not None:
            focus.setFocus()


class BrokenPage(Page):
    """The store cannot even be asked who may log in: why, and where it lies."""

    def __init__(self, error: UserFacingError, places: Places, show: Callable[[Path], None]) -> None:
        super().__init__("资料打不开")
        frame, inside = card(role="trouble")
        inside.addWidget(selectable(str(error)))
        inside.addWidget(label_of("这里没有改动任何文件。把资料文件夹整个拷一份留底，再按上面说的办。"))
        self.folder = act_button("打开资料文件夹", lambda: show(places.data), icon="open")
        inside.addLayout(rows_of(self.folder))
        self.inside.addWidget(frame)
        self.inside.addStretch(1)

    def first_focus(self) -> QWidget | None:
        return self.folder


class NewPasswordPage(Page):
    """After the recovery code: whose password, and the new one twice. `done()` when it is set."""

    def __init__(self, desk: Desk, done: Callable[[], None]) -> None:
        super().__init__("请重新设一个口令")
        self._desk, self._done = desk, done
        from baitao_desktop.actions.records import people_names
        from baitao_desktop.actions.setup import MIN_PASSWORD

        with desk.store.reading() as reader:
            self._people = dict(people_names(reader))
        self.name = RowField(Asks("经手人"), [Choice(i, n) for i, n in self._people.items()])
        if self._people:
            self.name.set_value(next(iter(self._people)))
        self.password = PasswordField(Asks("新口令", f"至少{MIN_PASSWORD}位"))
        self.again = PasswordField(Asks("再填一次"))
        self.fields = Fieldset([self.name, self.password, self.again], self.submit)
        frame, inside = card()
        inside.addWidget(
            label_of("资料已用恢复码打开。设好新口令后，用新口令登录。恢复码仍然有效，可在“设置”里换一个。")
        )
        inside.addWidget(self.fields)
        self.go = act_button("设好口令，去登录", self.submit, primary=True)
        inside.addLayout(rows_of(self.go))
        self.inside.addWidget(frame)
        self.inside.addStretch(1)

    def first_focus(self) -> QWidget | None:
        return self.password.line

    def submit(self) -> None:
        if self.fields.problems([self.name, self.password, self.again]):
            return
        if self.password.value() != self.again.value():
            self.again.set_problem("两次填写的不一样，请再填一次")
            return
        from baitao_desktop import seal
        from baitao_desktop.actions import setup

        person = next(p for p in self._people if p == self.name.value())
        secret = seal.password(str(self.password.value()))
        window = self.window_
        if window is None:
            return

        def do(_tell: Tell) -> None:
            setup.set_new_password(self._desk, person, self._people[person], secret)

        window.act(do, done=lambda _n: self._done(), failed=lambda e: self.password.set_problem(e.text))
