"""What a person is told when the program itself is at fault: one sentence; the place in the code goes into a log."""

from __future__ import annotations

import errno
import traceback
from pathlib import Path

from baitao_desktop import files
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.paths import Places

LOG_FILE = "baitao.log"
_MOST = 1_000_000


def as_told(error: Exception, places: Places) -> UserFacingError:
    """The sentence for any error. A bug is written down as its kind and the places in the code, never its message:
    that may quote what was filled in."""
    if isinstance(error, UserFacingError):
        return error
    if isinstance(error, OSError) and isinstance(error.filename, str | bytes):
        return files.explain(Path(str(error.filename)), error)
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return UserFacingError("S91", "磁盘已满，这一步没有做完。请腾出空间后再试。")
    path = _written(error, places)
    where = f"请把日志“{path}”交给维护的人（里面没有填写的内容）。" if path else "请告诉维护的人刚才用的是哪条命令。"
    return UserFacingError("U00", f"程序自己出了问题，这一步没有做完。{where}")


def _written(error: Exception, places: Places) -> Path | None:
    path = places.cache / "log" / LOG_FILE
    lines: list[str] = []
    seen: BaseException | None = error
    while seen is not None:
        code = f" {seen.code}" if isinstance(seen, UserFacingError) else ""
        lines.append(f"{type(seen).__name__}{code}")
        lines += [f"  {f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(seen.__traceback__)]
        seen = seen.__cause__ or seen.__context__
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        mode = "w" if path.exists() and path.stat().st_size > _MOST else "a"
        with path.open(mode, encoding="utf-8") as log:
            log.write("command line\n" + "\n".join(lines) + "\n")
    except OSError:
        return None
    return path
