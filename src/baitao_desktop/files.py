"""A file appears whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from baitao_desktop.domain.errors import UserFacingError


def explain(path: Path, error: OSError) -> UserFacingError:
    """The sentence for a file that cannot be read or written."""
    import errno

    name = path.name or str(path)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return UserFacingError("S90", f"“{name}”所在的文件夹不能写入（只读或没有权限）。请换一个文件夹再试。")
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return UserFacingError("S91", f"磁盘已满，“{name}”没有写成，原来的内容没有动。请腾出空间后再试。")
    if error.errno == errno.ENOENT:
        return UserFacingError("S92", f"找不到“{name}”。请检查U盘是否插好、文件是否还在。")
    return UserFacingError("S93", f"“{name}”读写失败：{error.strerror or error}。请换一个位置再试。")


@contextlib.contextmanager
def writing_whole(path: Path, *, private: bool = False) -> Iterator[BinaryIO]:
    """Yield a file that replaces `path` only after it was written, flushed and synced; on any error nothing changes.

    `private` restricts the file to its owner before the first byte is in it.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=".part", dir=path.parent)
    except OSError as error:
        raise explain(path, error) from error
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            if not private:
                part.chmod(0o644)
            yield out
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise explain(path, error) from error
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def write_whole(path: Path, data: bytes, *, private: bool = False) -> Path:
    """Write `data` so that `path` is either the old file or the whole new one; return `path`."""
    with writing_whole(path, private=private) as out:
        out.write(data)
    return path


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` durable where the system can (not on Windows, nor on some sticks)."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def sha256_of(path: Path) -> str:
    """Hex SHA-256 of a file, read in pieces."""
    try:
        with path.open("rb") as source:
            return hashlib.file_digest(source, "sha256").hexdigest()
    except OSError as error:
        raise explain(path, error) from error


def free_name(path: Path) -> Path:
    """`path`, or the first of “name(2)”, “name(3)” … that does not exist: nothing is ever overwritten."""
    candidate, n = path, 1
    while candidate.exists():
        n += 1
        candidate = path.with_name(f"{path.stem}({n}){path.suffix}")
    return candidate
