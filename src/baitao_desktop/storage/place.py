"""The folder a cabinet lies in: is it fit, is it ours alone, is it still the installation it was."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import sys
from pathlib import Path, PurePath
from typing import Any

from baitao_desktop.domain.errors import UserFacingError

DESK, SIDE, SLOTS, LOCK, MARK = "desk.db", "side.db", "keyslots.json", "lock", "device.json"
CALLBACK = "callback.key"
"""The office's wrapped 回访 key, where there is one; others write it, a backup carries it."""
RESTORED, SUMS = "restored", "backup.json"
"""A cabinet put here from a backup and not opened since; what the files of a backup were when it was written."""
# 同步盘会把正在写的库拆开上传、换成旧版（storage §1 Syncthing #3876）
_SYNCED = (
    "onedrive", "坚果云", "nutstore", "dropbox", "icloud", "google drive", "googledrive", "百度网盘", "baidunetdisk",
    "baidusyncdisk", "微云", "weiyun", "wps云盘", "wpsdrive", "阿里云盘", "天翼云盘", "wechat files", "wxwork",
)  # fmt: skip
_NETWORK = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p", "davfs", "fuse.gvfsd-fuse")
_STICK = ("vfat", "exfat", "msdos")
_LOCK_AT = 1 << 30


def refuse_unfit(place: Path) -> None:
    """UserFacingError S06 where a cabinet would not be safe: synced, network or removable folders."""
    reason = _synced(place) or _mounted(place)
    if reason:
        raise UserFacingError(
            "S06",
            f"“{place}”{reason}，资料放在这里会损坏或外泄。请换到本机硬盘上的文件夹；给别人请用数据包，备份请用“备份”。",
        )


def _synced(place: PurePath) -> str:
    for part in place.parts:
        low = part.casefold()
        if any(name in low for name in _SYNCED):
            return f"在同步盘（{part}）里"
    return "在网络共享里" if str(place).startswith("\\\\") else ""


def _mounted(place: Path) -> str:
    if sys.platform == "win32":
        import ctypes

        kind = ctypes.windll.kernel32.GetDriveTypeW(place.absolute().anchor)
        return {2: "在可移动的盘上", 4: "在网络盘上"}.get(kind, "")
    try:
        mounts = Path("/proc/self/mounts").read_text("utf-8", errors="replace")
    except OSError:
        return ""
    return judge_mount(os.path.realpath(place), mounts)


def judge_mount(place: str, mounts: str) -> str:
    """Why the file system under `place` is unfit, by the table in the form of /proc/mounts; empty when it is fit."""
    best, kind = "", ""
    for line in mounts.splitlines():
        words = line.split(" ")
        if len(words) > 2:
            at = words[1].replace("\\040", " ")
            inside = place == at or place.startswith(at.rstrip("/") + "/")
            if inside and len(at) >= len(best):
                best, kind = at, words[2]
    if kind in _NETWORK:
        return "在网络共享里"
    return "在U盘或存储卡上" if kind in _STICK else ""


class Lock:
    """Held while a cabinet is open. The system frees it when the process ends, however it ends."""

    def __init__(self, place: Path) -> None:
        self._path = place / LOCK
        try:
            self._handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise refused(place, error) from error
        try:
            _system_lock(self._handle)
        except OSError as error:
            said = self._holder()
            os.close(self._handle)
            pid, host = said.get("pid", "?"), said.get("host", "?")
            raise UserFacingError(
                "S03", f"资料已在另一个窗口打开（电脑 {host}，进程 {pid}）。请用那个窗口，或先把它关掉再打开。"
            ) from error
        import platform

        # 写不下（磁盘已满）也照样锁住了；这几个字只是告诉后来的人
        with contextlib.suppress(OSError):
            os.ftruncate(self._handle, 0)
            os.write(self._handle, json.dumps({"pid": os.getpid(), "host": platform.node()}).encode())

    def _holder(self) -> dict[str, Any]:
        try:
            said = json.loads(self._path.read_bytes())
        except (OSError, ValueError):
            return {}
        return said if isinstance(said, dict) else {}

    def release(self) -> None:
        if self._handle >= 0:
            # 文件留着：先删再放会让第三者锁住一个已不在的文件
            os.close(self._handle)
            self._handle = -1


def _system_lock(handle: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        os.lseek(handle, _LOCK_AT, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        os.lseek(handle, 0, os.SEEK_SET)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def make_private(folder: Path) -> None:
    """The folder, made if need be, and only its owner may look in (whatever the umask says)."""
    folder.mkdir(parents=True, exist_ok=True)
    _owner_only(folder, 0o700)


def private_file(path: Path) -> None:
    """An empty file if there is none; only its owner may read it. SQLite gives -wal and -shm the same rights."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    _owner_only(path, 0o600)


def close_off(place: Path) -> None:
    """Take from others what an older version or a copy left them of a cabinet's folder and files."""
    _owner_only(place, 0o700)
    for name in (DESK, SIDE, SLOTS, CALLBACK):
        for tail in ("", "-wal", "-shm"):
            _owner_only(place / (name + tail), 0o600)


def _owner_only(path: Path, mode: int) -> None:
    if os.name == "posix":
        # 不归自己的文件、U盘上的文件改不了
        with contextlib.suppress(OSError):
            path.chmod(mode)


def refused(place: Path, error: OSError) -> UserFacingError:
    """The sentence for a folder that the system would not let us write into."""
    return full(place) if error.errno in (errno.ENOSPC, errno.EDQUOT) else read_only(place)


def full(place: Path) -> UserFacingError:
    return UserFacingError("S07", f"磁盘已满，没有存进“{place}”；以前存的都在。请腾出空间再试。")


def read_only(place: Path) -> UserFacingError:
    return UserFacingError(
        "S04", f"“{place}”不能写入（只读或没有权限）。请换一个能写的文件夹，或请管理电脑的人放开权限。"
    )
