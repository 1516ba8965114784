"""What the program does when it breaks: the place in the code goes into a log file, never what was being worked on."""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.paths import Places
from baitao_desktop.ui.worker import as_shown

log = logging.getLogger(__name__)
LOG_FILE, CRASH_FILE = "baitao.log", "crash.txt"
BYTES, FILES = 1_000_000, 5


class Bare(logging.Formatter):
    """Time, level, words of the program, and for an exception its kind and places in the code. Messages of exceptions
    are left out: a database error quotes the values it was handed, and those are people's."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatException(
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        _, error, _ = ei
        lines: list[str] = []
        while error is not None:
            code = f" {error.code}" if isinstance(error, UserFacingError) else ""
            lines.append(f"{type(error).__name__}{code}")
            lines += [f"  {f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)]
            error = error.__cause__ or error.__context__
        return "\n".join(lines)


class Rolling(logging.FileHandler):
    """A log that begins anew at `most` bytes and keeps FILES older ones beside it, “.1” the youngest. The standard
    library's own loads sockets and pickles (6 ms) before the first paint."""

    def __init__(self, path: Path, most: int = BYTES) -> None:
        super().__init__(path, encoding="utf-8", delay=True)
        self._path, self._most = path, most

    def emit(self, record: logging.LogRecord) -> None:
        # 挪不动（被别的程序打开）就接着写
        with contextlib.suppress(OSError):
            if self._path.is_file() and self._path.stat().st_size >= self._most:
                self._begin_anew()
        super().emit(record)

    def _begin_anew(self) -> None:
        if self.stream:
            self.stream.close()
            self.stream = None
        for older in range(FILES, 0, -1):
            younger = self._numbered(older - 1)
            if younger.exists():
                younger.replace(self._numbered(older))

    def _numbered(self, age: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{age}") if age else self._path


def handler(places: Places) -> logging.Handler | None:
    """The log file in the cache; None where it cannot be written."""
    folder = places.cache / "log"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / LOG_FILE).open("a", encoding="utf-8").close()
        made = Rolling(folder / LOG_FILE)
    except OSError:
        return None
    made.setFormatter(Bare())
    return made


def watch(places: Places, tell: Callable[[UserFacingError], None]) -> None:
    """Log what nobody caught, and tell the person that the input is still there. Call once, after the window is made."""
    made = handler(places)
    if made is not None:
        root = logging.getLogger()
        root.addHandler(made)
        root.setLevel(logging.INFO)
        # 解释器崩溃时只有文件还写得进；pythonw 没有 stderr（desktop.md §6）
        with contextlib.suppress(OSError):
            faulthandler.enable(file=(places.cache / "log" / CRASH_FILE).open("a", encoding="utf-8"))

    def caught(kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, _trace)
        elif isinstance(error, Exception):
            tell(as_shown(error))

    def in_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            log.error("in a thread", exc_info=args.exc_value)

    sys.excepthook = caught
    threading.excepthook = in_thread
