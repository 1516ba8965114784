"""What the database says, as a sentence a person can act on."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.storage.place import full, read_only

ASIDE = "恢复前"
"""Where `restore` puts what stood in a cabinet's folder."""
_LEAST = 256 * 1024


@contextmanager
def told(place: Path) -> Iterator[None]:
    """Turn what the surroundings did to the database (full, read-only, damaged) into a UserFacingError."""
    import sqlcipher3
    from sqlalchemy.exc import DBAPIError

    try:
        yield
    except (DBAPIError, sqlcipher3.dbapi2.Error) as error:
        sentence = explain(place, str(getattr(error, "orig", error)))
        if sentence is None:
            raise
        raise sentence from error


def explain(place: Path, said: str) -> UserFacingError | None:
    """The sentence for a message of the database; None when it is none of the surroundings' (a bug of ours)."""
    low = said.lower()
    if "full" in low or ("disk i/o" in low and _brimful(place)):
        return full(place)
    if any(word in low for word in ("not a database", "malformed", "encrypted", "unsupported file format", "corrupt")):
        return damaged(place)
    if any(word in low for word in ("readonly", "unable to open")):
        return read_only(place)
    if "locked" in low or "busy" in low:
        return UserFacingError("S09", "资料正忙（正在接收或备份），这一步没有存上。请稍等再试。")
    if "disk i/o" in low:
        return UserFacingError("S10", f"“{place}”所在的磁盘读写出错，这一步没有存上。请先备份，再请人检查磁盘。")
    return None


def _brimful(place: Path) -> bool:
    """A disk full to the last byte: SQLite cannot even make its -shm file and calls that an I/O error."""
    try:
        return shutil.disk_usage(place).free < _LEAST
    except OSError:
        return False


def damaged(place: Path) -> UserFacingError:
    aside = f"恢复以前的资料还在其中的“{ASIDE}”文件夹里。" if (place / ASIDE).is_dir() else ""
    return UserFacingError(
        "S02", f"“{place}”里的资料文件已损坏，不能打开。原文件没有动；请用“恢复”从最近的备份恢复。{aside}"
    )
