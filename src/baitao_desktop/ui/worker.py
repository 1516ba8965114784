"""Work away from the window: one writing lane, one reading lane, one door back to the main thread."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from baitao_desktop.domain.errors import Cancelled, UserFacingError

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

T = TypeVar("T")
Tell = Callable[[str, int, int], None]
"""tell(what, done, total): what is being done now and how far; total 0 = not known. Raises Cancelled after cancel()."""
Failed = Callable[[UserFacingError], None]

log = logging.getLogger(__name__)
BUG = "U00"
OFTEN_ENOUGH = 0.05  # 秒；进度一秒报二十次足够，多了只会堵住窗口


def as_shown(trouble: Exception) -> UserFacingError:
    """What the person is told: the error itself, or for a bug a sentence with the number under which it is logged."""
    if isinstance(trouble, UserFacingError):
        return trouble
    import secrets

    number = secrets.token_hex(3)
    log.error("bug %s", number, exc_info=trouble)
    return UserFacingError(BUG, f"程序出了问题，填写的内容还在。请把错误编号 {number} 告诉专项办。")


class Job:
    """One piece of work under way. `cancel()` may be called at any time; the work stops at its next tell()."""

    def __init__(self) -> None:
        self.cancelled = False
        self.over = False

    def cancel(self) -> None:
        self.cancelled = True


class Worker(QObject):
    """Runs acts for one window and lives as long as it.

    `start(do, …)`: `do(tell)` runs in a lane and must not touch a widget; then exactly one of `done(result)`,
    `failed(error)`, `stopped()` is called on the main thread. A result with a non-empty `changed` set is broadcast
    by the signal `changed`, one with an `undo` by `acted` (the whole result), both after `done`.
    """

    changed = Signal(object)
    acted = Signal(object)
    # 结果由这个长命的对象带回；短命的信号对象会让结果无声丢失（style.md 习惯9，实测）
    _came_back = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lanes: dict[bool, ThreadPoolExecutor] = {}
        self._jobs: set[Job] = set()
        self._open = True
        # 排队而不直接调用：活儿若已先做完，直接调用会让 done 抢在 start() 返回和进度之前
        self._came_back.connect(self._finish, Qt.ConnectionType.QueuedConnection)

    def start(
        self,
        do: Callable[[Tell], T],
        *,
        done: Callable[[T], None],
        failed: Failed,
        progress: Tell | None = None,
        stopped: Callable[[], None] | None = None,
        reading: bool = False,
    ) -> Job:
        """Run `do` in the writing lane (`reading`: in the reading lane). `progress` is called on the main thread."""
        job = Job()
        self._jobs.add(job)

        def settle(future: Future[T]) -> None:
            job.over = True
            self._jobs.discard(job)
            trouble = future.exception()
            if trouble is None:
                self._deliver(future.result(), done)
            elif isinstance(trouble, Cancelled):
                if stopped is not None:
                    stopped()
            elif isinstance(trouble, Exception):
                failed(as_shown(trouble))

        tell = self._teller(job, progress)
        future = self._lane(reading=reading).submit(lambda: do(tell))
        future.add_done_callback(lambda f: self._came_back.emit(lambda: settle(f)))
        return job

    def busy(self) -> bool:
        """Whether any work is under way."""
        return bool(self._jobs)

    def close(self) -> None:
        """Cancel what can be cancelled, wait for the rest. Call when the window closes; results no longer arrive."""
        for job in self._jobs:
            job.cancel()
        self._open = False
        for lane in self._lanes.values():
            lane.shutdown(wait=True, cancel_futures=True)

    def _lane(self, *, reading: bool) -> ThreadPoolExecutor:
        if not self._open:
            raise RuntimeError("the window is closed")
        # 第一页画出来以前没有活要干，线程池到用时才装
        if reading not in self._lanes:
            from concurrent.futures import ThreadPoolExecutor

            name = "reading" if reading else "writing"
            self._lanes[reading] = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        return self._lanes[reading]

    def _deliver(self, result: T, done: Callable[[T], None]) -> None:
        done(result)
        changed = getattr(result, "changed", None)
        if changed:
            self.changed.emit(changed)
        if getattr(result, "undo", None) is not None:
            self.acted.emit(result)

    def _teller(self, job: Job, progress: Tell | None) -> Tell:
        last = [0.0]

        def tell(what: str, at: int, total: int) -> None:
            if job.cancelled:
                raise Cancelled
            moment = time.monotonic()
            if progress is not None and (moment - last[0] >= OFTEN_ENOUGH or at == total):
                last[0] = moment
                self._came_back.emit(lambda: None if job.over else progress(what, at, total))

        return tell

    def _finish(self, settle: Callable[[], None]) -> None:
        if self._open:
            settle()


class InlineWorker(Worker):
    """The same doors, in the foreground: when start() returns, done, failed or stopped has been called. For tests."""

    def start(
        self,
        do: Callable[[Tell], T],
        *,
        done: Callable[[T], None],
        failed: Failed,
        progress: Tell | None = None,
        stopped: Callable[[], None] | None = None,
        reading: bool = False,  # noqa: ARG002
    ) -> Job:
        job = Job()

        def tell(what: str, at: int, total: int) -> None:
            if progress is not None:
                progress(what, at, total)
            if job.cancelled:
                raise Cancelled

        try:
            result = do(tell)
        except Cancelled:
            if stopped is not None:
                stopped()
        except Exception as trouble:
            failed(as_shown(trouble))
        else:
            self._deliver(result, done)
        job.over = True
        return job
