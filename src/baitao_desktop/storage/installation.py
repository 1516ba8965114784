"""Which installation a cabinet is: the second place of the device id, outside the cabinet's own folder."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import sys
from dataclasses import dataclass
from pathlib import Path

from baitao_desktop.domain.ops import DeviceId
from baitao_desktop.files import write_whole
from baitao_desktop.storage.place import MARK


@dataclass(frozen=True, slots=True)
class Mark:
    """Which installation this is, how far its cabinet had come, and which opening of it was the last.

    Two `sessions` stand here while an opening passes from the one to the other (it may be cut off in between).
    """

    device: DeviceId
    machine: str
    place: str
    lam: int
    sessions: tuple[str, ...]


def fresh_session() -> str:
    """A number for one opening, kept in the cabinet and in the mark: a put back file bears an older one, even when the
    opening in between never came to an end (killed, power cut)."""
    return os.urandom(16).hex()


def here(place: Path, device: DeviceId, lam: int, *sessions: str) -> Mark:
    return Mark(device, machine(), hashlib.sha256(os.path.realpath(place).encode()).hexdigest(), lam, sessions)


def read_mark(config: Path) -> Mark | None:
    """The mark in the config folder; None when there is none or it says nothing."""
    try:
        said = json.loads((config / MARK).read_bytes())
        sessions = tuple(str(one) for one in said["sessions"])
        return Mark(DeviceId(said["device"]), said["machine"], said["place"], int(said["lam"]), sessions)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_mark(config: Path, mark: Mark) -> None:
    said = {
        "device": mark.device,
        "machine": mark.machine,
        "place": mark.place,
        "lam": mark.lam,
        "sessions": list(mark.sessions),
    }
    write_whole(config / MARK, json.dumps(said).encode(), private=True)


def same_installation(mark: Mark | None, now: Mark) -> bool:
    """Whether the cabinet is where it was and has not gone back in time.

    A lower lam than at the last closing, or another session than that of the last opening, means that an older file was
    put back: it would give out numbers twice.
    """
    return (
        mark is not None
        and (mark.device, mark.machine, mark.place) == (now.device, now.machine, now.place)
        and mark.lam <= now.lam
        and set(now.sessions) <= set(mark.sessions)
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
