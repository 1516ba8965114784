"""设置: password, recovery code, persons; backup, check, everything out; type size; 关于."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication, QFrame, QWidget

from baitao_desktop import __version__, seal
from baitao_desktop.actions import backups, identity, setup
from baitao_desktop.actions.desk import MODES, Done
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.people import ROLES
from baitao_desktop.domain.values import minute_text
from baitao_desktop.ui import dialogs, look
from baitao_desktop.ui.fields.base import Asks, Choice, Field, label_of
from baitao_desktop.ui.fields.choices import ManyField, RowField
from baitao_desktop.ui.fields.text import TextField
from baitao_desktop.ui.pages.act_sheet import ActSheet, Values
from baitao_desktop.ui.pages.fieldset import PasswordField
from baitao_desktop.ui.pages.first_run import RecoveryPage
from baitao_desktop.ui.pages.licences import LicencePage
from baitao_desktop.ui.pages.parts import Made, act_button, card, flow, link, selectable
from baitao_desktop.ui.pages.seat import DeskPage, Seat
from baitao_desktop.ui.worker import Tell


class SettingsPage(DeskPage):
    room = "settings"
    help_topic = "settings"

    def __init__(self, seat: Seat) -> None:
        super().__init__(seat, "设置")
        self.made = Made(seat.opener)
        self.trouble = label_of("", "problem")
        self.trouble.hide()
        for part in (self.made, self.trouble, self._safe(), self._people(), self._look(), self._about()):
            self.inside.addWidget(part)
        self.inside.addStretch(1)

    def opened(self, **args: object) -> None:  # noqa: ARG002
        self.made.hide()
        self.trouble.hide()
        self.refresh()

    def refresh(self) -> None:
        last = backups.last_backup(self.desk)
        self.backup_said.setText(f"上次备份：{minute_text(last)}" if last else "还没有备份过。请插上U盘备份一次。")

    def first_focus(self) -> QWidget | None:
        return self.backup_button

    # —— 资料安全 ——

    def _safe(self) -> QFrame:
        frame, inside = card("资料安全")
        self.backup_said = label_of("")
        inside.addWidget(self.backup_said)
        self.backup_button = act_button("备份到……", self.back_up, primary=True, icon="usb")
        self.verify_button = act_button("检查资料是否完好", self.verify, icon="ok")
        self.out_button = act_button("导出全部资料……", self.open_out, icon="export")
        inside.addWidget(flow(self.backup_button, self.verify_button, self.out_button))
        inside.addWidget(
            label_of(
                "备份是加密的，用原来的口令打开。导出全部资料是不加密的表格和照片（举报人信息仍然密封），请妥善保管。",
                "hint",
            )
        )
        return frame

    def back_up(self) -> None:
        folder = self.win.chooser.folder(self, "备份到哪里（选U盘）")
        if folder is not None:
            desk = self.desk
            self._work(
                lambda _tell: backups.back_up(desk, folder),
                "正在备份",
                lambda path: f"已备份好：“{path.name}”，可以拔U盘了",
            )

    def open_out(self) -> None:
        folder = self.win.chooser.folder(self, "导出到哪个文件夹")
        if folder is not None:
            desk = self.desk
            self._work(
                lambda tell: backups.open_out(desk, folder, progress=tell),
                "正在导出全部资料",
                lambda path: f"已导出到“{path.name}”",
            )

    def verify(self) -> None:
        desk = self.desk
        self.trouble.hide()
        self.act(lambda _tell: backups.verify(desk), done=self._verified, failed=self._say, title="正在检查资料")

    def _verified(self, wrong: Any) -> None:
        if wrong:
            self.trouble.setText("检查发现：" + "；".join(wrong) + "。请先备份，再联系专项办。")
            self.trouble.show()
            self.made.hide()
        else:
            self.made.say("检查完毕，资料完好。")

    def _work(self, do: Any, title: str, said: Any) -> None:
        def done(came: Done[Path]) -> None:
            self.made.show_file(came.value, said(came.value))
            self.scroller.verticalScrollBar().setValue(0)
            self.refresh()

        def run(tell: Tell) -> Done[Path]:
            result: Done[Path] = do(tell)
            return result

        self.trouble.hide()
        self.act(run, done=done, failed=self._say, title=title)

    # —— 人和口令 ——

    def _people(self) -> QFrame:
        frame, inside = card("人和口令")
        names = "、".join(n.label for n in setup.login_names(self.desk.places))
        self.names = label_of(f"现在登录的是{self.desk.who.name}。可以登录的有：{names}。")
        inside.addWidget(self.names)
        inside.addWidget(
            flow(
                act_button("改口令", self.change_password),
                act_button("换恢复码", self.new_code),
                act_button("添加经手人", self.add_person, icon="person"),
                act_button("锁定", self.seat.lock, icon="lock"),
                *([act_button("由本机编总台账号", self.take_over_numbering)] if self._numberless() else []),
            )
        )
        return frame

    def change_password(self) -> ActSheet:
        old, new, again = (
            PasswordField(Asks("现在的口令")),
            _new_password("新口令"),
            PasswordField(Asks("再填一次新口令")),
        )

        def run(values: Values) -> Any:
            _alike(values[1], values[2])
            return setup.change_password(self.desk, seal.password(str(values[0])), seal.password(str(values[1])))

        return self._sheet("改口令", "改口令", [old, new, again], run, said="口令已改好，下次用新口令登录")

    def new_code(self) -> None:
        text = "换了以后，原来抄下的恢复码就打不开资料了。新的恢复码只显示一次，请准备好纸笔。"
        if dialogs.ask(self, "换恢复码", text, "换恢复码"):
            desk = self.desk
            self.act(lambda _tell: setup.new_recovery_code(desk), done=self._show_code)

    def _numberless(self) -> bool:
        return self.desk.is_office and not identity.draws_numbers(self.desk)

    def take_over_numbering(self) -> None:
        """From now on this laptop draws 总台账号 (after a restore)."""
        desk = self.desk

        def done(_highest: int) -> None:
            self.seat.reload()
            self.win.tell("以后由本机编总台账号；单位卡有变，请重新交给各单位")

        self.act(lambda _tell: identity.take_over_numbering(desk), done=done)

    def _show_code(self, done: Done[str]) -> None:
        self.win.open_page(RecoveryPage(done.value, self.win.back, unit=self.desk.unit.name))

    def add_person(self) -> ActSheet:
        name, post = TextField(Asks("姓名")), TextField(Asks("职务", "可以不填"))
        kind = "village" if self.desk.unit.is_village else self.desk.unit.kind
        possible = {k: v for k, v in ROLES.items() if (k in ("general", "lead", "callback")) == self.desk.is_office}
        roles: Field
        if self.desk.is_office:
            roles = ManyField(Asks("做什么"), [Choice(k, v) for k, v in possible.items()])
        else:
            roles = RowField(Asks("做什么"), [Choice(kind, ROLES.get(kind, kind))])
            roles.set_value(kind)
        password, again = _new_password("登录口令"), PasswordField(Asks("再填一次口令"))

        def run(values: Values) -> Any:
            _alike(values[3], values[4])
            chosen = tuple(values[2]) if isinstance(values[2], list) else (str(values[2]),)
            return setup.add_person(
                self.desk, name=str(values[0]), post=str(values[1] or ""), roles=chosen,
                password=seal.password(str(values[3])),
            )  # fmt: skip

        fields: list[Field] = [name, post, roles, password, again]
        needed: list[Field] = [name, roles, password, again]
        return self._sheet("添加经手人", "添加", fields, run, said="已添加，可以用新口令登录", needed=needed)

    def _sheet(
        self, title: str, verb: str, fields: list[Field], run: Any, *, said: str, needed: list[Field] | None = None
    ) -> ActSheet:
        sheet = ActSheet(self.win, title, verb, fields, run, said=said, needed=needed or fields)
        sheet.accepted.connect(self._names_again)
        sheet.open()
        first = fields[0].first_editor()
        if first is not None:
            first.setFocus()
        return sheet

    def _names_again(self) -> None:
        names = "、".join(n.label for n in setup.login_names(self.desk.places))
        self.names.setText(f"现在登录的是{self.desk.who.name}。可以登录的有：{names}。")

    # —— 样子和关于 ——

    def _look(self) -> QFrame:
        frame, inside = card("字号")
        self.type_size = RowField(
            Asks("字的大小", "也可以按 Ctrl+= 放大，Ctrl+- 缩小"), [Choice(str(s), f"{s}%") for s in look.SIZES]
        )
        app = QApplication.instance()
        self.type_size.set_value(str(look.percent_of(app)) if isinstance(app, QApplication) else "100")
        self.type_size.changed.connect(self._sized)
        inside.addWidget(self.type_size)
        return frame

    def restyled(self) -> None:
        super().restyled()
        app = QApplication.instance()
        if isinstance(app, QApplication):
            self.type_size.set_value(str(look.percent_of(app)))

    def _sized(self, field: RowField) -> None:
        percent = int(str(field.value()))
        self.win.set_type_size(percent)
        self.win.resized_type.emit(percent)

    def _about(self) -> QFrame:
        desk = self.desk
        frame, inside = card("关于")
        inside.addWidget(label_of(f"白涛养老反诈工作台　版本 {__version__}　（{MODES[desk.mode]}）", "strong"))
        inside.addWidget(label_of(f"{desk.campaign.title}　{desk.campaign.document}"))
        inside.addWidget(selectable(f"资料存在：{desk.places.data}", "hint"))
        inside.addWidget(label_of("本程序不联网。", "hint"))
        buttons: list[QWidget] = [
            link("打开资料文件夹", lambda: self.seat.opener(desk.places.data), icon="open"),
            link("许可", self._licences, icon="info"),
        ]
        if desk.mode != "formal":
            buttons.append(link("清空练习", self.empty_practice, icon="remove"))
        inside.addWidget(flow(*buttons))
        return frame

    def empty_practice(self) -> None:
        """The practice store is deleted; the first page comes again."""
        text = "练习里登记的内容会全部删除，找不回来。正式资料不受影响。"
        if dialogs.ask(self, "清空练习", text, "全部清空"):
            desk, emptied = self.desk, self.seat.emptied
            self.act(lambda _tell: setup.empty_practice(desk), done=lambda _d: emptied())

    def _licences(self) -> None:
        self.win.open_page(LicencePage())

    def _say(self, error: UserFacingError) -> None:
        self.made.hide()
        self.trouble.setText(str(error))
        self.trouble.show()
        self.scroller.verticalScrollBar().setValue(0)


def _new_password(label: str) -> PasswordField:
    return PasswordField(Asks(label, f"至少{setup.MIN_PASSWORD}位"))


def _alike(first: object, second: object) -> None:
    if first != second:
        raise UserFacingError("U21", "两次填写的口令不一样，没有改动。请再填一次。")
