"""The program with its window: first run or login, then the desk with its pages; what went wrong goes into a log file."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from baitao_desktop.actions.login import has_store
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.ui import look
from baitao_desktop.ui.pages.seat import Opener, Seat, open_outside
from baitao_desktop.ui.window import MainWindow

if TYPE_CHECKING:
    from datetime import datetime

    from baitao_desktop.actions.desk import Clock, Desk
    from baitao_desktop.actions.setup import Founded
    from baitao_desktop.paths import Places
    from baitao_desktop.ui.dialogs import Chooser
    from baitao_desktop.ui.page import Page
    from baitao_desktop.ui.worker import Worker

WINDOW_FILE = "window.json"
FIRST_PAINT = 300  # 毫秒；第一页画完之后


def real_clock() -> datetime:
    """The machine's clock. The desk that tells it is loaded after the first paint."""
    from baitao_desktop.actions import desk as desks

    return desks.real_clock()


class Program:
    """The window and who sits at it. `begin()` shows the first page; `sit(desk)` puts a desk under it; `lock()` takes it
    away; `end()` closes everything."""

    def __init__(
        self,
        places: Places,
        *,
        clock: Clock = real_clock,
        worker: Worker | None = None,
        chooser: Chooser | None = None,
        opener: Opener = open_outside,
    ) -> None:
        self.places, self.clock, self.opener = places, clock, opener
        self.window = MainWindow(worker, chooser=chooser)
        self.window.resized_type.connect(self._keep_type)
        self.seat: Seat | None = None
        self._demo: Path | None = None

    def begin(self) -> None:
        """Login where there is a store, the first-run page where there is none."""
        self.window.clear()
        if has_store(self.places):
            from baitao_desktop.ui.pages.login import BrokenPage, LoginPage

            try:
                page: Page = LoginPage(self.places, clock=self.clock, opened_desk=self.sit, recovered=self._recovered)
            except UserFacingError as error:
                page = BrokenPage(error, self.places, self.opener)
            self.window.open_page(page)
        else:
            from baitao_desktop.ui.pages.first_run import FirstRunPage

            self.window.open_page(
                FirstRunPage(
                    self.places, clock=self.clock, founded=self._founded, demo=self._show_demo, restore=self._restore
                )
            )

    def sit(self, desk: Desk) -> None:
        """The desk is open: rooms, pages, home."""
        from baitao_desktop.ui.pages.rooms import furnish

        self.window.clear()
        self.seat = Seat(desk, lock=self.lock, emptied=self._emptied, opener=self.opener)
        self.window.seat(desk.title, office=desk.is_office)
        furnish(self.window, self.seat)
        self.window.go_room("home")
        for sentence in desk.store.warnings:
            self.window.warn(sentence)

    def lock(self) -> None:
        """Leave the desk; whoever comes next must log in. Not while something is being written."""
        if self.window.worker.busy():
            self.window.tell("还有事情没有做完，做完再锁定")
            return
        self._leave()
        self.begin()

    def _emptied(self) -> None:
        # 库已关闭并删除；再关一次会把空文件建回来
        self.seat = None
        self.begin()

    def end(self) -> None:
        self._leave()
        self.window.close()
        if self._demo is not None:
            import shutil

            shutil.rmtree(self._demo, ignore_errors=True)
            self._demo = None

    def _leave(self) -> None:
        seat, self.seat = self.seat, None
        self.window.clear()
        if seat is not None:
            from baitao_desktop.actions import desk as desks

            desks.leave(seat.desk)

    def _founded(self, founded: Founded) -> None:
        from baitao_desktop.ui.pages.first_run import RecoveryPage

        self.window.clear()
        self.window.open_page(
            RecoveryPage(founded.recovery_code, lambda: self.sit(founded.desk), unit=founded.desk.unit.name)
        )

    def _recovered(self, desk: Desk) -> None:
        from baitao_desktop.actions import desk as desks
        from baitao_desktop.ui.pages.login import NewPasswordPage

        def done() -> None:
            desks.leave(desk)
            self.begin()
            self.window.tell("口令已设好，请登录")

        self.window.clear()
        self.window.open_page(NewPasswordPage(desk, done))

    def _show_demo(self) -> None:
        import tempfile

        from baitao_desktop.ui.pages.demo import make_demo

        folder = Path(tempfile.mkdtemp(prefix="baitao_demo_"))
        self._demo = folder
        self.window.act(lambda tell: make_demo(folder, tell), done=self.sit, title="正在准备演示资料")

    def _restore(self, backup: Path) -> None:
        from baitao_desktop.actions import backups

        def came(_done: object) -> None:
            self.begin()
            self.window.tell("已恢复。请用原来的口令登录；单位卡要和专项办重新交换一次")

        self.window.act(lambda _tell: backups.restore(backup, self.places), done=came, title="正在恢复备份")

    def warm(self) -> None:
        """Load what login needs while the person types; it takes no part in what is shown, and trouble with it shows
        itself at login."""
        from baitao_desktop.actions import login

        def nothing(_result: object) -> None:
            return

        self.window.worker.start(login.warm, done=nothing, failed=nothing, reading=True)

    def _keep_type(self, percent: int) -> None:
        keep_type_size(self.places, percent)


def type_size(places: Places) -> int:
    """The type size kept on this machine, in percent."""
    try:
        kept = (places.config / WINDOW_FILE).read_text(encoding="utf-8")
        import json

        said = json.loads(kept).get("type_size")
    except (OSError, ValueError, AttributeError):
        said = None
    return said if said in look.SIZES else 100


def keep_type_size(places: Places, percent: int) -> None:
    import json

    from baitao_desktop import files

    try:
        files.write_whole(places.config / WINDOW_FILE, json.dumps({"type_size": percent}).encode())
    except UserFacingError:
        return  # 字号记不住不值得打断人


def no_display() -> UserFacingError | None:
    """Why no window can be shown here, found before Qt aborts the process without a word (desktop.md §1.2)."""
    if not sys.platform.startswith("linux"):
        return None
    platform = os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0]
    if platform in ("offscreen", "minimal", "vnc", "linuxfb"):
        return None
    if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        return UserFacingError(
            "U01", "这台电脑现在没有图形界面，打不开窗口。请在桌面上启动，或用 baitao-desktop --help 看不用窗口的办法。"
        )
    gone = UserFacingError(
        "U01",
        "图形界面连不上（可能已注销，或远程连接断了），打不开窗口。请回到桌面上再启动，或用 baitao-desktop --help 看不用窗口的办法。",
    )
    if os.environ.get("DISPLAY") and platform in ("", "xcb"):
        import ctypes

        try:
            ctypes.CDLL("libxcb-cursor.so.0")
        except OSError:
            return UserFacingError(
                "U02", "缺少系统库 libxcb-cursor0，打不开窗口。请管理员执行：apt-get install libxcb-cursor0"
            )
        if not _answers(ctypes.CDLL("libxcb.so.1")):
            return gone
    elif platform in ("", "wayland") and os.environ.get("WAYLAND_DISPLAY"):
        socket = Path(os.environ.get("XDG_RUNTIME_DIR", "")) / os.environ["WAYLAND_DISPLAY"]
        return None if socket.exists() else gone
    return None


def _answers(xcb: Any) -> bool:
    """Whether the X server of $DISPLAY answers; Qt would abort the process without a word."""
    import ctypes

    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    broken = bool(xcb.xcb_connection_has_error(connection))
    xcb.xcb_disconnect(connection)
    return not broken


def run(places: Places, *, clock: Clock = real_clock, ready: Callable[[Program], None] | None = None) -> int:
    """Show the window until it is closed. 0 when all went well, 2 when there is no display (said on stderr).

    `ready` is called once with the program when its first page stands.
    """
    trouble = no_display()
    if trouble is not None:
        sys.stderr.write(f"{trouble}\n")
        return 2
    from baitao_desktop.ui import crashes

    made = QApplication.instance()
    app = made or QApplication([*sys.argv[:1], *look.STYLE])
    if not isinstance(app, QApplication):
        return 2
    if made is None:
        app.setProperty(look.STYLED, True)
    app.setApplicationName("baitao-desktop")
    app.setApplicationDisplayName("")
    look.dress(app, type_size(places))
    program = Program(places, clock=clock)
    crashes.watch(places, program.window.trouble)
    program.begin()
    program.window.show()
    QTimer.singleShot(FIRST_PAINT, program.window, program.warm)
    if ready is not None:
        ready(program)
    try:
        return app.exec()
    finally:
        program.end()
