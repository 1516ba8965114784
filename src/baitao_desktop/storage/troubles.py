"""What the database says, as a sentence a person can act on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.storage.place import read_only


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
    if "full" in low:
        return UserFacingError("S07", f"磁盘已满，没有存进“{place}”；以前存的都在。请腾出空间再试。")
    if any(word in low for word in ("not a database", "malformed", "encrypted", "unsupported file format", "corrupt")):
        return damaged(place)
    if any(word in low for word in ("readonly", "unable to open")):
        return read_only(place)
    if "locked" in low or "busy" in low:
        return UserFacingError("S09", "资料正忙（正在接收或备份），这一步没有存上。请稍等再试。")
    if "disk i/o" in low:
        return UserFacingError("S10", f"“{place}”所在的磁盘读写出错，这一步没有存上。请先备份，再请人检查磁盘。")
    return None


def damaged(place: Path) -> UserFacingError:
    return UserFacingError("S02", f"“{place}”里的资料文件已损坏，不能打开。原文件没有动；请用“恢复”从最近的备份恢复。")
