"""Who sits at the window, and what every page of an open desk has in common."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from shiboken6 import isValid

from baitao_desktop.ui.page import Page

if TYPE_CHECKING:
    from baitao_desktop.actions.desk import Desk
    from baitao_desktop.domain.errors import UserFacingError
    from baitao_desktop.ui.window import MainWindow
    from baitao_desktop.ui.worker import Tell

T = TypeVar("T")
Opener = Callable[[Path], None]


def open_outside(path: Path) -> None:
    """Open a file or folder with whatever the system uses for it (WPS, a PDF reader, the file manager)."""
    from PySide6.QtCore import QUrl
    from PySide6.QtGui import QDesktopServices

    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


class Seat:
    """The desk of the person now logged in. Pages read `desk` anew each time: cards replace it.

    `lock()` gives the seat up; `emptied()` is told when the store is gone (清空练习); `opener` shows a made file
    outside the program.
    """

    def __init__(
        self, desk: Desk, *, lock: Callable[[], None], emptied: Callable[[], None], opener: Opener = open_outside
    ) -> None:
        self.desk = desk
        self.lock = lock
        self.emptied = emptied
        self.opener = opener

    def reload(self) -> Desk:
        """The desk with the cards as they are now."""
        from baitao_desktop.actions import desk as desks

        self.desk = desks.reload(self.desk)
        return self.desk

    def pref(self, key: str) -> str:
        """Something this person chose on a page; empty when never chosen."""
        return self.desk.store.pref_get(self.desk.who.id, key) or ""

    def set_pref(self, key: str, value: str) -> None:
        self.desk.store.pref_put(self.desk.who.id, key, value)


class DeskPage(Page):
    """A page of an open desk. `act` and `read` are the window's, but nothing comes back to a page that is gone."""

    def __init__(self, seat: Seat, title: str, *, wide: bool = False, scrolls: bool = True) -> None:
        super().__init__(title, wide=wide, scrolls=scrolls)
        self.seat = seat

    @property
    def desk(self) -> Desk:
        return self.seat.desk

    @property
    def win(self) -> MainWindow:
        if self.window_ is None:
            raise RuntimeError("the page stands in no window yet")
        return self.window_

    def read(self, do: Callable[[Tell], T], done: Callable[[T], None]) -> None:
        """Fetch something away from the window and show it, unless the page is gone by then."""
        self.win.read(do, self._if_here(done))

    def act(
        self,
        do: Callable[[Tell], T],
        *,
        said: str = "",
        done: Callable[[T], None] | None = None,
        failed: Callable[[UserFacingError], None] | None = None,
        title: str = "",
    ) -> None:
        """Run an act; see MainWindow.act."""
        self.win.act(
            do,
            said=said,
            done=self._if_here(done) if done is not None else None,
            failed=self._if_here(failed) if failed is not None else None,
            title=title,
        )

    def _if_here(self, then: Callable[[Any], None]) -> Callable[[Any], None]:
        return lambda came: then(came) if isValid(self) else None
