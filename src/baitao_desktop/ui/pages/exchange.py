"""报送与接收: cards swapped once, what goes onto the stick, what comes off it, and at the office who was heard."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFrame, QWidget

from baitao_desktop.actions import bundles, cards, home, reporting
from baitao_desktop.actions.bundles import HandedOver, Preview, TookIn
from baitao_desktop.actions.cards import CardSeen
from baitao_desktop.actions.desk import Done
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import RecordId
from baitao_desktop.ui import dialogs, look
from baitao_desktop.ui.fields.base import Asks, Choice, label_of
from baitao_desktop.ui.fields.choices import PickField
from baitao_desktop.ui.pages.parts import Made, act_button, card, chain, copy, empty, flow, link, rows_of, sign
from baitao_desktop.ui.pages.seat import DeskPage, Seat
from baitao_desktop.ui.pages.units import UnitTable
from baitao_desktop.ui.worker import Tell

BUNDLE, CARD = ".btx", ".btk"
KINDS = "数据包和单位卡 (*.btx *.btk);;所有文件 (*)"
CARD_KINDS = "单位卡 (*.btk);;所有文件 (*)"


class ExchangePage(DeskPage):
    """`take(paths)` looks into bundles or cards; `confirm()` takes in what was looked at."""

    room = "exchange"
    help_topic = "exchange"

    def __init__(self, seat: Seat) -> None:
        super().__init__(seat, "报送与接收" if seat.desk.is_office else "报送")
        self.waiting: list[Preview] = []
        self.seen: tuple[CardSeen, Path] | None = None
        self.setAcceptDrops(True)
        self.made = Made(seat.opener)
        self.trouble = label_of("", "problem")
        self.trouble.hide()
        first, second = (
            (self._in_card(), self._out_card()) if self.desk.is_office else (self._out_card(), self._in_card())
        )
        for part in (self.made, self.trouble, first, second):
            self.inside.addWidget(part)
        self.units: UnitTable | None = None
        if self.desk.is_office:
            self.inside.addWidget(self._units_card())
        self.inside.addWidget(self._own_card())
        self.inside.addStretch(1)

    def opened(self, **args: object) -> None:  # noqa: ARG002
        self.made.hide()
        self.trouble.hide()
        self.refresh()

    def refresh(self) -> None:
        self._show_cards()
        if not self.desk.is_office:
            self.read(lambda _tell: reporting.month_line(self.desk), self.month.setText)
        elif self.units is not None:
            self.units.refresh(self)

    def first_focus(self) -> QWidget | None:
        return self.choose_button if self.desk.is_office else self.out_button

    # —— 交出 ——

    def hand_over(self, *, full: bool = False, to: str = "") -> None:
        """Ask for the folder (the stick) and write the bundle."""
        desk = self.desk
        if desk.is_office and not to:
            to = str(self.to.value() or "")
            if not to:
                self.to.set_problem("请选择交给哪个单位")
                return
        folder = self.win.chooser.folder(self, "交到哪里（选U盘）")
        if folder is None:
            return
        self._quiet()

        def do(tell: Tell) -> Done[HandedOver]:
            return bundles.hand_over(desk, folder, to=to, full=full, progress=tell)

        self.act(do, done=self._handed, failed=self._say, title="正在写数据包")

    def _handed(self, done: Done[HandedOver]) -> None:
        self.made.show_file(done.value.path, done.value.sentence)
        self.scroller.verticalScrollBar().setValue(0)
        self.refresh()

    def _out_card(self) -> QFrame:
        office = self.desk.is_office
        frame, inside = card("交出" if office else "报送给街道专项办")
        self.month = label_of("", "strong")
        self.to = PickField(Asks("交给"), [])
        if office:
            inside.addWidget(self.to)
        else:
            inside.addWidget(self.month)
            inside.addWidget(label_of("插好U盘，点“报送”，选U盘。没有情况也报，这就是零报告。", "hint"))
        self.out_button = act_button("交出" if office else "报送", self.hand_over, primary=not office, icon="usb")
        self.full_button = link("完整交出", lambda: self.hand_over(full=True), name="完整交出：从头到尾再写一遍")
        self.full_button.setToolTip("对方说收不上、接不上时用：从头到尾全部再写一遍")
        self.why = label_of("", "warning")
        inside.addWidget(flow(self.out_button, self.full_button))
        inside.addWidget(self.why)
        return frame

    # —— 收入 ——

    def _in_card(self) -> QFrame:
        office = self.desk.is_office
        frame, inside = card("收入")
        inside.addWidget(label_of("选文件，或把数据包拖到这一页。先看里面有什么，再决定收不收。", "hint"))
        self.choose_button = act_button("选择数据包……", self._choose, primary=office, icon="import")
        inside.addLayout(rows_of(self.choose_button))
        self.preview_card, self.previews = card(role="warned")
        self.preview_card.hide()
        inside.addWidget(self.preview_card)
        return frame

    def _choose(self) -> None:
        paths = self.win.chooser.open_files(self, "选择数据包", KINDS)
        if paths:
            self.take(paths)

    def take(self, paths: Sequence[Path]) -> None:
        """Look into what was chosen or dropped: cards one by one, bundles together."""
        self._quiet()
        given_cards = [p for p in paths if p.suffix.lower() == CARD]
        if given_cards:
            self.look_at_card(given_cards[0])
            return
        desk = self.desk

        def do(tell: Tell) -> list[Preview | tuple[Path, UserFacingError]]:
            found: list[Preview | tuple[Path, UserFacingError]] = []
            for path in paths:
                try:
                    found.append(bundles.look_into(desk, path, progress=tell))
                except UserFacingError as error:
                    found.append((path, error))
            return found

        self.act(do, done=self._looked, failed=self._say, title="正在看数据包里有什么")

    def _looked(self, found: list[Preview | tuple[Path, UserFacingError]]) -> None:
        empty(self.previews)
        self.waiting = [p for p in found if isinstance(p, Preview) and not p.nothing_new]
        for one in found:
            if isinstance(one, Preview):
                icon, colour = ("info", look.ACCENT) if one.nothing_new else ("import", look.ACCENT)
                said = label_of(one.sentence)
                row = rows_of(sign(icon, colour, "数据包"), said, stretch=False)
            else:
                said = label_of(str(one[1]), "problem")
                row = rows_of(sign("error", look.ERROR, "不能收"), said, stretch=False)
            row.setStretchFactor(said, 1)
            self.previews.addLayout(row)
        buttons: list[QWidget] = []
        if self.waiting:
            self.confirm_button = act_button("收入", self.confirm, icon="ok")
            buttons.append(self.confirm_button)
        buttons.append(act_button("不收了" if self.waiting else "知道了", self._drop))
        self.previews.addWidget(flow(*buttons))
        self.preview_card.show()
        chain(self.choose_button, *buttons)
        buttons[0].setFocus()

    def confirm(self) -> None:
        """Take in all that was looked at, each whole or not at all."""
        desk, paths = self.desk, [p.path for p in self.waiting]
        many = sum(p.deleted for p in self.waiting if p.asks)
        sure = False
        if many:
            text = f"里面要删除{many}条记录，超过现有的五分之一。请先向对方核实。"
            sure = dialogs.ask(self, "要删除很多记录", text, "已核实，收入")
            if not sure:
                return

        def do(tell: Tell) -> Done[list[TookIn]]:
            took = [bundles.take_in(desk, path, progress=tell, sure=sure) for path in paths]
            return Done([t.value for t in took], frozenset[RecordId]().union(*(t.changed for t in took)))

        self.act(do, done=self._took, failed=self._say, title="正在收入")

    def _took(self, done: Done[list[TookIn]]) -> None:
        self._drop()
        if any(t.forms_came for t in done.value):
            self.seat.reload()
        said = "".join(t.sentence for t in done.value)
        numbered = sum(t.numbered for t in done.value)
        self.made.say(said + (f"已编总台账号{numbered}件。" if numbered else ""))
        self.scroller.verticalScrollBar().setValue(0)
        self.refresh()
        self.choose_button.setFocus()

    def _drop(self) -> None:
        self.waiting = []
        self.preview_card.hide()
        empty(self.previews)

    # —— 单位卡 ——

    def _own_card(self) -> QFrame:
        frame, inside = card("单位卡（只换一次）")
        self.card_state = label_of("")
        inside.addWidget(self.card_state)
        self.digits = label_of("", "title", wrap=False)
        self.digits.setAccessibleName("本机核对码")
        inside.addLayout(rows_of(label_of("本机核对码", wrap=False), self.digits))
        steps = (
            "收到村里的单位卡后：点“收卡”，打电话核对八位数字，程序会写出回卡，交还给对方。"
            if self.desk.is_office
            else "①点“写单位卡”，存到U盘交给专项办；②专项办交回“回卡”后，点“收卡”；③打电话核对八位数字。"
        )
        inside.addWidget(label_of(steps, "hint"))
        self.take_card_button = act_button("收卡……", self._choose_card, icon="import")
        inside.addWidget(flow(act_button("写单位卡", self.write_card, icon="save"), self.take_card_button))
        self.seen_card, self.seen_inside = card(role="warned")
        self.seen_card.hide()
        inside.addWidget(self.seen_card)
        return frame

    def write_card(self) -> None:
        folder = self.win.chooser.folder(self, "单位卡存到哪里（选U盘）")
        if folder is None:
            return
        self._quiet()
        desk = self.desk
        self.act(
            lambda _tell: cards.write_card(desk, folder),
            done=lambda done: self._card_made(done.value, f"单位卡已写好：“{done.value.name}”，请交给对方"),
            failed=self._say,
        )

    def _choose_card(self) -> None:
        path = self.win.chooser.open_file(self, "选择单位卡", CARD_KINDS)
        if path is not None:
            self.look_at_card(path)

    def look_at_card(self, path: Path) -> None:
        """Open a card and show the digits to compare; nothing is kept yet."""
        self._quiet()
        desk = self.desk
        self.act(
            lambda _tell: cards.look_at_card(desk, path),
            done=lambda seen: self._compare(seen, path),
            failed=self._say,
        )

    def _compare(self, seen: CardSeen, path: Path) -> None:
        self.seen = (seen, path)
        empty(self.seen_inside)
        self.seen_inside.addWidget(label_of(seen.sentence))
        digits = label_of(seen.digits, "title", wrap=False)
        digits.setAccessibleName("对方核对码")
        self.seen_inside.addLayout(rows_of(digits))
        if seen.warning:
            self.seen_inside.addWidget(label_of(seen.warning, "warning"))
        words = "数字一致，确认登记" if seen.warning else "数字一致，登记这张卡"
        same = act_button(words, self.register_card, icon="ok")
        other = act_button("不一致，不登记", self._forget_card)
        self.seen_inside.addWidget(flow(same, other))
        chain(self.take_card_button, same, other)
        self.seen_card.show()
        (other if seen.warning else same).setFocus()
        self.scroller.ensureWidgetVisible(self.seen_card)

    def register_card(self) -> None:
        """The digits were compared: keep the card; at the office the answer is written beside it."""
        if self.seen is None:
            return
        (seen, path), desk = self.seen, self.desk

        def done(came: Done[Path | None]) -> None:
            self._forget_card()
            self.seat.reload()
            self._card_made(came.value, f"已登记“{seen.unit}”的单位卡")

        self.act(lambda _tell: cards.register_card(desk, path, sure=True), done=done, failed=self._say)

    def _card_made(self, path: Path | None, said: str) -> None:
        if path is not None:
            self.made.show_file(path, said if "请交给" in said else f"{said}，回卡已写好：“{path.name}”，请交还给对方")
        else:
            self.made.say(f"{said}。现在可以密封举报人信息，也可以报送了")
        self.seat.reload()
        self.refresh()
        # 换好卡，下一步是报送；专项办接着收下一张
        able = not self.desk.is_office and self.out_button.isEnabled()
        (self.out_button if able else self.take_card_button).setFocus()
        self.scroller.verticalScrollBar().setValue(0)

    def _forget_card(self) -> None:
        self.seen = None
        self.seen_card.hide()
        empty(self.seen_inside)

    def _show_cards(self) -> None:
        desk = self.desk
        self.digits.setText(cards.own_digits(desk))
        possible = bundles.receivers(desk)
        if desk.is_office:
            self.to.set_choices([Choice(u, desk.campaign.unit_name(u)) for u in possible])
            said = f"已登记{len(possible)}个单位的单位卡。" if possible else "还没有登记任何单位的单位卡。"
            why = "" if possible else "还没有单位交来单位卡，现在没有可以交给的单位。"
        else:
            whole = bool(desk.card.office_signature) and desk.office_card is not None
            said = "已和专项办换过单位卡。" if whole else "还没有和专项办换好单位卡。"
            why = "" if possible else "还没有和专项办换单位卡，暂时不能报送。请先按下面三步换卡，只换一次。"
        self.card_state.setText(said)
        self.why.setText(why)
        self.why.setVisible(bool(why))
        for each in (self.out_button, self.full_button):
            each.setEnabled(bool(possible))

    # —— 各单位 ——

    def _units_card(self) -> QFrame:
        frame, inside = card("各单位报送情况")
        self.units = UnitTable(self.desk)
        inside.addWidget(flow(link("复制催报文字", self._copy_silent, icon="copy")))
        inside.addWidget(self.units)
        return frame

    def _copy_silent(self) -> None:
        self.read(lambda _tell: home.silent_text(self.desk), self._copied)

    def _copied(self, text: str) -> None:
        copy(text)
        self.win.tell("催报文字已复制，可以粘贴到工作群里")

    # —— 其他 ——

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.take(dropped(event.mimeData()))

    def _say(self, error: UserFacingError) -> None:
        self.trouble.setText(str(error))
        self.trouble.show()
        self.scroller.verticalScrollBar().setValue(0)

    def _quiet(self) -> None:
        self.trouble.hide()
        self.made.hide()
        self.to.set_problem("")


def dropped(data: QMimeData) -> list[Path]:
    """Bundles and cards among what is dragged; names with “(1)” are fine."""
    paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    return [p for p in paths if p.suffix.lower() in (BUNDLE, CARD)]
