"""The folder a cabinet lies in: is it fit, is it ours alone, is it still the installation it was."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import sys
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import DeviceId
from baitao_desktop.files import write_whole

DESK, SIDE, SLOTS, LOCK, MARK = "desk.db", "side.db", "keyslots.json", "lock", "device.json"
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
            raise read_only(place) from error
        try:
            _system_lock(self._handle)
        except OSError as error:
            said = self._holder()
            os.close(self._handle)
            pid, host = said.get("pid", "?"), said.get("host", "?")
            raise UserFacingError(
                "S03", f"资料已在另一个窗口打开（电脑 {host}，进程 {pid}）。请用那个窗口，或先把它关掉再打开。"
            ) from error
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


def read_only(place: Path) -> UserFacingError:
    return UserFacingError(
        "S04", f"“{place}”不能写入（只读或没有权限）。请换一个能写的文件夹，或请管理电脑的人放开权限。"
    )


@dataclass(frozen=True, slots=True)
class Mark:
    """The second place of the device id: which installation this is, and how far its cabinet had come."""

    device: DeviceId
    machine: str
    place: str
    lam: int


def here(place: Path, device: DeviceId, lam: int) -> Mark:
    return Mark(device, machine(), hashlib.sha256(os.path.realpath(place).encode()).hexdigest(), lam)


def read_mark(config: Path) -> Mark | None:
    """The mark in the config folder; None when there is none or it says nothing."""
    try:
        said = json.loads((config / MARK).read_bytes())
        return Mark(DeviceId(said["device"]), said["machine"], said["place"], int(said["lam"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_mark(config: Path, mark: Mark) -> None:
    said = {"device": mark.device, "machine": mark.machine, "place": mark.place, "lam": mark.lam}
    write_whole(config / MARK, json.dumps(said).encode(), private=True)


def same_installation(mark: Mark | None, now: Mark) -> bool:
    """Whether the cabinet is where it was and has not gone back in time.

    A lower lam than at the last closing means an older file was put back by hand: it would give out numbers twice.
    """
    return (
        mark is not None
        and (mark.device, mark.machine, mark.place) == (now.device, now.machine, now.place)
        and (mark.lam <= now.lam)
    )


def machine() -> str:
    """Something that is another on another computer, hashed."""
    said = ""
    if sys.platform == "win32":
        import winreg

        with (
            contextlib.suppress(OSError),
            winreg.OpenKey(
                winreg.HKEY_LOCAL_MACHINE,
                r"SOFTWARE\Microsoft\Cryptography",
                0,
                winreg.KEY_READ | winreg.KEY_WOW64_64KEY,
            ) as key,
        ):
            said = str(winreg.QueryValueEx(key, "MachineGuid")[0])
    else:
        for name in ("/etc/machine-id", "/var/lib/dbus/machine-id"):
            with contextlib.suppress(OSError):
                said = said or Path(name).read_text("ascii", errors="replace").strip()
    return hashlib.sha256(f"baitao/{said or platform.node()}".encode()).hexdigest()
