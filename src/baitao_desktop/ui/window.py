"""The window: rooms on the left, one page at a time, notices above it, what was saved and 撤销 at the foot."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import shiboken6
from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLineEdit,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.ui import look, rooms, screens
from baitao_desktop.ui.fields.base import link_button
from baitao_desktop.ui.foots import WindowFoot
from baitao_desktop.ui.notices import Notices
from baitao_desktop.ui.page import Page
from baitao_desktop.ui.worker import Job, Tell, Worker

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent, QResizeEvent

    from baitao_desktop.ui.dialogs import Chooser, Progress

T = TypeVar("T")
NAME = "白涛养老反诈工作台"
NARROW = 1000  # 逻辑像素；更窄时左栏收成两个字


@dataclass(slots=True)
class _Place:
    """A page on the way here, and what it was opened with."""

    name: str
    args: dict[str, object]
    page: Page


def _cancel_all(jobs: list[Job]) -> None:
    for job in jobs:
        job.cancel()


class MainWindow(QMainWindow):
    """The one window. Pages ask it for everything: `show_page`, `open_page`, `back`, `act`, `read`, `tell`, `trouble`.

    `add_page(name, make)` names a page; it is made when first shown. `add_room(key, name)` puts a room on the strip.
    `seat(title, office=…)` shows the strip and the title after unlocking, `clear()` empties all when locked.
    """

    resized_type = Signal(int)
    """The person chose another type size (percent); whoever keeps settings saves it."""

    def __init__(self, worker: Worker | None = None, *, chooser: Chooser | None = None) -> None:
        super().__init__()
        self.worker = worker or Worker(self)
        self._chooser = chooser
        self._makers: dict[str, Callable[[], Page]] = {}
        self._kept: dict[str, Page] = {}
        self._fresh: set[str] = set()
        self._rooms: dict[str, str] = {}
        self._known: tuple[rooms.Room, ...] = ()
        self._way: list[_Place] = []
        self._stale: set[Page] = set()
        self._narrow_by_hand: bool | None = None
        self._build()
        self._shortcuts()
        self.worker.changed.connect(self._changed)
        self.worker.acted.connect(self._acted)
        self.setWindowTitle(NAME)
        self.setMinimumSize(560, 360)
        screens.fit(self, 1280, 800)

    @property
    def chooser(self) -> Chooser:
        """Asks for files and folders; its dialogs are loaded when first asked for, after the first paint."""
        if self._chooser is None:
            from baitao_desktop.ui.dialogs import Chooser

            self._chooser = Chooser()
        return self._chooser

    # —— 给程序的门 ——

    def seat(self, title: str, *, office: bool) -> None:
        """Someone sits down: title bar 单位·人·练习/正式·date, rooms of an office or a village."""
        self.setWindowTitle(f"{title} — {NAME}")
        self._known = rooms.OFFICE if office else rooms.VILLAGE
        self._draw_rooms()

    def add_page(self, name: str, make: Callable[[], Page], *, keep: bool = True) -> None:
        """A page that show_page(name) makes when wanted; `keep=False` makes a fresh one each time (forms, records)."""
        self._makers[name] = make
        self._kept.pop(name, None)
        (self._fresh.discard if keep else self._fresh.add)(name)

    def add_room(self, key: str, page: str) -> None:
        """Show the room `key` (rooms.OFFICE, rooms.VILLAGE) on the strip; it opens the page `page`."""
        self._rooms[key] = page
        self._draw_rooms()

    def clear(self) -> None:
        """Lock: no rooms, no pages, nothing to undo."""
        self._leave()
        self._way = []
        for page in list(self._pages()):
            self.stack.removeWidget(page)
            page.deleteLater()
        self._kept, self._makers, self._rooms, self._known = {}, {}, {}, ()
        self.foot.tell("")
        self.notices.clear()
        self._draw_rooms()
        self.setWindowTitle(NAME)

    # —— 给页面的门 ——

    def show_page(self, name: str, **args: object) -> Page:
        """Go to a page, remembering the way back. KeyError for an unknown name."""
        page = self._kept.get(name)
        if page is None:
            page = self._makers[name]()
            if name not in self._fresh:
                self._kept[name] = page
        self._enter(_Place(name, args, page))
        return page

    def open_page(self, page: Page) -> Page:
        """Go to a page made by the caller; it is thrown away when left by back() or for another room."""
        self._enter(_Place("", {}, page))
        return page

    def replace_page(self, name: str, **args: object) -> Page:
        """Like show_page, but the page now shown is not returned to: after a form was handed in."""
        gone = self._way.pop() if self._way else None
        page = self.show_page(name, **args)
        if gone is not None:
            self._drop(gone)
        return page

    def back(self) -> None:
        """Esc: the page before; at the first one nothing happens."""
        if len(self._way) < 2:
            return
        self._leave()
        gone = self._way.pop()
        place = self._way[-1]
        self._show(place, again=True)
        self._drop(gone)

    def page(self) -> Page | None:
        """The page shown now."""
        return self._way[-1].page if self._way else None

    def tell(self, text: str) -> None:
        """Say at the foot that something is done; it stays until the next thing is said."""
        self.foot.tell(text)

    def warn(self, text: str) -> None:
        """A notice above the page that asks for attention."""
        self.notices.tell(text, "warned")

    def trouble(self, error: UserFacingError) -> None:
        """An error above the page; the input stays where it is."""
        self.notices.trouble(error)

    def act(
        self,
        do: Callable[[Tell], T],
        *,
        said: str = "",
        done: Callable[[T], None] | None = None,
        failed: Callable[[UserFacingError], None] | None = None,
        title: str = "",
        reading: bool = False,
    ) -> None:
        """Run an act away from the window. With `title` a progress dialog with 取消 comes after 400 ms.

        Success: `done(result)`, then `said` at the foot, with 撤销 for 30 s when the result's `undo` is not None; what
        the foot said of something else goes.
        Failure: `failed(error)`, else a notice. When the page shown now is gone by then, `done` and `failed` are not
        called (their page is no more); what was said and 撤销 still appear.
        """
        progress: Progress | None = None
        asked_by = self.page()

        def there() -> bool:
            return asked_by is None or shiboken6.isValid(asked_by)

        def over() -> None:
            if progress is not None:
                progress.finish()

        def came(result: T) -> None:
            over()
            self.notices.clear("trouble")
            if getattr(result, "changed", None):
                self.tell("")
            if done is not None and there():
                done(result)
            if said:
                # 在 done 之后：它翻到别的页时，页脚先清空
                self.tell(said)

        def went_wrong(error: UserFacingError) -> None:
            over()
            (failed if failed is not None and there() else self.trouble)(error)

        def stopped() -> None:
            over()
            self.tell("已取消，什么都没有改动")

        jobs: list[Job] = []
        if title:
            from baitao_desktop.ui import dialogs

            progress = dialogs.Progress(self, title, lambda: _cancel_all(jobs))
        job = self.worker.start(
            do,
            done=came,
            failed=went_wrong,
            stopped=stopped,
            progress=progress.tell if progress is not None else None,
            reading=reading,
        )
        jobs.append(job)

    def read(self, do: Callable[[Tell], T], done: Callable[[T], None]) -> None:
        """Fetch something in the reading lane; errors become notices."""
        self.act(do, done=done, reading=True)

    # —— 内部 ——

    def _build(self) -> None:
        self.strip = rooms.Strip(self.go_room)
        self.strip.hide()
        self.menu = link_button("收起")
        self.menu.setStyleSheet("text-align: left; padding-left: 16px; min-height: 28px;")
        self.menu.setAccessibleName("收起或展开左栏")
        self.menu.clicked.connect(self._turn_strip)
        self.menu.hide()
        self.notices = Notices()
        self.stack = QStackedWidget()
        self.foot = WindowFoot(lambda undo: self.act(lambda _tell: undo(), said="已撤销"))
        left = QVBoxLayout()
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(0)
        left.addWidget(self.menu)
        left.addWidget(self.strip, 1)
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        right.addWidget(self.notices)
        right.addWidget(self.stack, 1)
        right.addWidget(self.foot)
        middle = QWidget()
        whole = QHBoxLayout(middle)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(left)
        whole.addLayout(right, 1)
        self.setCentralWidget(middle)

    def _shortcuts(self) -> None:
        for i in range(10):
            self._key(f"Ctrl+{(i + 1) % 10}", partial(self._nth_room, i))
        self._key("Ctrl+F", self._search)
        self._key("F1", self._help)
        self._key("F5", self._refresh)
        self._key("Esc", self.back)
        for keys in ("Ctrl+=", "Ctrl++"):
            self._key(keys, lambda: self._resize_type(1))
        self._key("Ctrl+-", lambda: self._resize_type(-1))

    def _key(self, keys: str, do: Callable[[], object]) -> None:
        shortcut = QShortcut(QKeySequence(keys), self)
        shortcut.activated.connect(do)

    def go_room(self, key: str) -> None:
        """Open a room: its page, with no way back behind it."""
        name = self._rooms[key]
        self._leave()
        old, self._way = self._way, []
        self.show_page(name)
        for place in old:
            self._drop(place)

    def _nth_room(self, at: int) -> None:
        shown = self.strip.rooms()
        if at < len(shown):
            self.go_room(shown[at].key)

    def _draw_rooms(self) -> None:
        shown = [r for r in self._known if r.key in self._rooms]
        self.strip.set_rooms(shown)
        self.strip.setVisible(bool(shown))
        if shown and self.menu.icon().isNull():
            self.menu.setIcon(look.icon("menu", look.ACCENT))
        self.menu.setVisible(bool(shown))

    def _enter(self, place: _Place) -> None:
        self._leave()
        self._way.append(place)
        self._show(place)

    def _show(self, place: _Place, *, again: bool = False) -> None:
        page = place.page
        page.window_ = self
        self.foot.turned()
        if self.stack.indexOf(page) < 0:
            self.stack.addWidget(page)
        self._stale.discard(page)
        if again and not place.name:
            page.refresh()
        else:
            page.opened(**place.args)
        page.set_way_back(there=len(self._way) > 1)
        self.stack.setCurrentWidget(page)
        self.strip.light(page.room or self._room_of(place.name))
        focus = page.first_focus()
        if focus is not None:
            focus.setFocus()

    def _room_of(self, name: str) -> str:
        return next((key for key, page in self._rooms.items() if page == name), "")

    def _leave(self) -> None:
        page = self.page()
        if page is not None:
            page.leaving()

    def _drop(self, place: _Place) -> None:
        """Throw a page away that is neither kept nor still on the way."""
        if place.page in self._kept.values() or any(p.page is place.page for p in self._way):
            return
        self.stack.removeWidget(place.page)
        place.page.deleteLater()

    def _pages(self) -> list[Page]:
        return [w for i in range(self.stack.count()) if isinstance(w := self.stack.widget(i), Page)]

    def _changed(self, records: Collection[str]) -> None:
        shown = self.page()
        self._stale |= {p for p in self._pages() if p is not shown}
        if shown is not None:
            shown.on_changed(records)

    def _acted(self, result: Any) -> None:
        self.foot.offer(result.undo)

    def _search(self) -> None:
        page = self.page()
        box = page.search_box() if page is not None else None
        if box is not None:
            box.setFocus()
            if isinstance(box, QLineEdit):
                box.selectAll()

    def _refresh(self) -> None:
        page = self.page()
        if page is not None:
            page.refresh()

    def _help(self) -> None:
        from baitao_desktop.ui import dialogs

        page = self.page()
        dialog = dialogs.help_dialog(self, page.help_topic if page is not None else "")
        if dialog is not None:
            dialog.open()
        else:
            self.tell("这一页没有单独的帮助，请看“设置”里的使用手册")

    def _resize_type(self, step: int) -> None:
        app = QApplication.instance()
        if not isinstance(app, QApplication):
            return
        percent = look.next_size(look.percent_of(app), step)
        if percent != look.percent_of(app):
            self.set_type_size(percent)
            self.resized_type.emit(percent)

    def set_type_size(self, percent: int) -> None:
        """Dress the whole program in another type size."""
        app = QApplication.instance()
        if isinstance(app, QApplication):
            look.dress(app, percent)
            self.strip.restyled()
            for page in self._pages():
                page.restyled()
            self.tell(f"字号 {percent}%")

    def _turn_strip(self) -> None:
        self._narrow_by_hand = not self.strip.narrow()
        self._set_narrow()

    def _set_narrow(self) -> None:
        by_hand = self._narrow_by_hand
        narrow = self.width() < NARROW if by_hand is None else by_hand
        self.strip.set_narrow(narrow=narrow)
        self.menu.setText("展开" if narrow else "收起")
        self.menu.setFixedWidth(self.strip.width())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if (event.oldSize().width() < NARROW) != (event.size().width() < NARROW):
            self._narrow_by_hand = None
        self._set_narrow()

    def closeEvent(self, event: QCloseEvent) -> None:
        for place in self._way:
            place.page.leaving()
        self.worker.close()
        super().closeEvent(event)
