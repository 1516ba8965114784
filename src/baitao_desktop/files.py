"""A file appears whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from baitao_desktop.domain.errors import UserFacingError


def explain(path: Path, error: OSError) -> UserFacingError:
    """The sentence for a file that cannot be read or written. The system's own words are English and never shown."""
    name = path.name or str(path)
    # Windows 把“被别的程序占用”也报成没有权限
    if getattr(error, "winerror", None) in (32, 33):
        return UserFacingError("S93", f"“{name}”正被别的程序打开。请先关掉那个程序（如WPS）再试。")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return UserFacingError("S90", f"没有权限读写“{name}”，或者它所在的盘是只读的。请换一个文件夹再试。")
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return UserFacingError("S91", f"磁盘已满，“{name}”没有写成，原来的内容没有动。请腾出空间后再试。")
    if error.errno == errno.ENOENT:
        return UserFacingError("S92", f"找不到“{name}”。请检查U盘是否插好、文件是否还在。")
    what, remedy = _troubles().get(error.errno or 0, ("系统没有说明原因", "请换一个位置再试。"))
    return UserFacingError("S93", f"“{name}”读写失败：{what}。{remedy}")


def _troubles() -> dict[int, tuple[str, str]]:
    """errno → what is wrong, what to do."""
    unplugged = ("U盘或磁盘没有回应，可能被拔出或坏了", "请重新插好再试，还不行就换一个U盘。")
    away = ("网络盘没有回应", "请先拷到本机或U盘再试。")
    said = {
        "EISDIR": ("这是文件夹，不是文件", "请写出里面那个文件的名字。"),
        "ENOTDIR": ("路径中间有一段是文件，不是文件夹", "请核对路径。"),
        "EEXIST": ("这个位置已经有同名的文件", "请换一个名字或位置。"),
        "ENAMETOOLONG": ("名字太长", "请换一个短些的名字或位置。"),
        "EINVAL": ("名字里有这个盘不能用的字符", "请换一个名字或位置。"),
        "EILSEQ": ("名字里有这个盘不能用的字符", "请换一个名字或位置。"),
        "ENOTEMPTY": ("文件夹里还有东西", "请换一个空文件夹。"),
        "EBUSY": ("正被别的程序使用", "请先关掉那个程序再试。"),
        "ETXTBSY": ("正被别的程序使用", "请先关掉那个程序再试。"),
        "EFBIG": ("文件超过这个盘能放的大小", "请换一个U盘（格式化为exFAT或NTFS）再试。"),
        "EMFILE": ("打开的文件太多", "请关掉一些程序再试。"),
        "ENFILE": ("打开的文件太多", "请关掉一些程序再试。"),
        "ENOMEM": ("内存不够", "请关掉一些程序再试。"),
        "ELOOP": ("快捷方式绕成了圈", "请直接写文件所在的位置。"),
        "EXDEV": ("不能跨磁盘移动", "请换一个位置再试。"),
        "EPIPE": ("接收的一方已经关闭", "请重新来一次。"),
        **dict.fromkeys(("EIO", "ENODEV", "ENXIO", "ENOMEDIUM"), unplugged),
        **dict.fromkeys(("ETIMEDOUT", "EHOSTDOWN", "EHOSTUNREACH", "ESTALE", "ENETDOWN", "ENETUNREACH"), away),
    }
    # 有些名字只有 Linux 才有
    return {getattr(errno, name): words for name, words in said.items() if hasattr(errno, name)}


@contextlib.contextmanager
def writing_whole(path: Path, *, private: bool = False) -> Iterator[BinaryIO]:
    """Yield a file that replaces `path` only after it was written, flushed and synced; on any error nothing changes.

    `private` restricts the file to its owner before the first byte is in it.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise explain(path.parent, error) from error
    try:
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
    import hashlib

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
