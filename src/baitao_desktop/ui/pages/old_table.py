"""Over a draft whose table has changed since it was begun: go on with the old one, or move over by an act of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from baitao_desktop.actions import drafts, form_shelf, own_forms
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.forms import Form
from baitao_desktop.ui import look
from baitao_desktop.ui.dialogs import Sheet
from baitao_desktop.ui.fields.base import label_of
from baitao_desktop.ui.pages.parts import act_button, flow, rows_of, selectable, sign
from baitao_desktop.ui.pages.seat import Seat
from baitao_desktop.ui.window import MainWindow


class _Notice(QFrame):
    """A framed line with a sign before it; more can be put under it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.setProperty("role", "warned")
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(16, 8, 16, 8)
        self.box.setSpacing(8)
        self.said = label_of(text)
        row = rows_of(sign("warning", look.WARNING, "请注意"), self.said, stretch=False)
        row.setStretchFactor(self.said, 1)
        self.box.addLayout(row)


class OldTable(_Notice):
    """`save` keeps what is typed just now; `moved` is called when the draft stands on the version in force."""

    def __init__(
        self,
        seat: Seat,
        window: MainWindow,
        draft: str,
        old: Form,
        new: Form,
        *,
        save: Callable[[], None],
        moved: Callable[[], None],
    ) -> None:
        super().__init__(
            f"这份草稿是按旧表（版本{old.version}）填的，现在用的是版本{new.version}。可以接着填旧表，提交后按旧表存。"
        )
        self._seat, self._window, self._draft = seat, window, draft
        self._old, self._new, self._save, self._moved = old, new, save, moved
        self.stay = act_button("接着填旧表", self._stay)
        self.change = act_button("换到新表……", self.ask)
        self.box.addWidget(flow(self.stay, self.change))

    def ask(self) -> Sheet:
        """Say what the new version changes and what would find no place; only the button moves the draft."""
        self._save()
        sheet = Sheet(self._window, "换到新表", "换到新表", [], lambda _: self._move(), text=self._words())
        sheet.accepted.connect(self._moved)
        sheet.open()
        return sheet

    def _words(self) -> str:
        changes = own_forms.differences(self._old, self._new) or ("题目没有增减，只改了选项或填写的规矩",)
        found = drafts.draft(self._seat.desk, self._draft)
        said = [f"版本{self._new.version}和版本{self._old.version}相比：", *(f"· {change}" for change in changes)]
        said += ["", "同名的题，填好的内容照旧带过去。"]
        if found is not None:
            moved = form_shelf.carry_over(self._old, self._new, found.answers)
            left = form_shelf.left_behind(self._seat.desk, self._new, moved)
            if left:
                said += ["下面这些在新表里没有地方，先留在草稿里，提交后不再保留：", *_lines(left)]
        return "\n".join(said)

    def _move(self) -> str:
        desk = self._seat.desk
        found = drafts.draft(desk, self._draft)
        if found is None:
            return "这份没有填完的内容已经提交或删除了。请从首页重新打开。"
        moved = form_shelf.carry_over(self._old, self._new, found.answers)
        try:
            drafts.save_draft(desk, self._draft, self._new.id, moved, record=found.record, version=self._new.version)
        except UserFacingError as trouble:
            return trouble.text
        return ""

    def _stay(self) -> None:
        self.hide()
        page = self._window.page()
        focus: QWidget | None = page.first_focus() if page is not None else None
        if focus is not None:
            focus.setFocus()


class LeftBehind(_Notice):
    """What a draft brought along from another version and has no place on this form."""

    def __init__(self, version: str, form: Form, left: Sequence[tuple[str, str]]) -> None:
        text = ""
        if version != form.version:
            text = f"这份草稿是按旧表（版本{version}）填的，这台电脑上没有那张旧表，已照现在的表（版本{form.version}）打开。"
        if left:
            text += "下面这些在这张表里没有地方，先留在草稿里，提交后不再保留；需要的请抄到别的题里："
        super().__init__(text)
        self.left = selectable("\n".join(_lines(left)))
        self.left.setVisible(bool(left))
        self.box.addWidget(self.left)


def _lines(left: Sequence[tuple[str, str]]) -> list[str]:
    return [f"· {label}：{text}" for label, text in left]
