"""检查这台电脑能不能用: versions, folders, fonts, the libraries a window needs. Never opens a store, never imports Qt."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import sys
from pathlib import Path

from baitao_desktop import paths
from baitao_desktop.paths import Places

_PACKAGES = (
    "PySide6-Essentials",
    "SQLAlchemy",
    "sqlcipher3",
    "reportlab",
    "cryptography",
    "pyrage",
    "openpyxl",
    "pypdfium2",
    "Pillow",
    "pi-heif",
)
_SHARED = ("libGL.so.1", "libEGL.so.1", "libglib-2.0.so.0", "libfontconfig.so.1", "libdbus-1.so.3", "libxkbcommon.so.0")
_ON_SCREEN = ("libxcb-cursor.so.0", "libxcb-icccm.so.4", "libxcb-keysyms.so.1", "libxcb-image.so.0")
_ENOUGH_MB = 500


def examine(places: Places) -> list[tuple[bool, str]]:
    """(good, sentence) for each thing looked at."""
    out = [(sys.version_info >= (3, 11), f"Python {sys.version.split()[0]}")]
    for name in _PACKAGES:
        try:
            out.append((True, f"{name} {importlib.metadata.version(name)}"))
        except importlib.metadata.PackageNotFoundError:
            out.append((False, f"缺少 {name}。请重新运行 packaging/dev.py run。"))
    fonts = sorted((paths.resources() / "fonts").glob("*.ttf"))
    out.append((len(fonts) >= 5, f"字体{len(fonts)}个" + ("" if len(fonts) >= 5 else "，不全。请重新取一份程序。")))
    if sys.platform.startswith("linux"):
        out += _libraries()
    out += _folder(places.data)
    return out


def _libraries() -> list[tuple[bool, str]]:
    import ctypes

    screen = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    missing = []
    for name in (*_SHARED, *(_ON_SCREEN if screen else ())):
        try:
            ctypes.CDLL(name)
        except OSError:
            missing.append(name)
    said = [
        (
            not missing,
            "系统图形库齐全" if not missing else f"缺少系统图形库：{'、'.join(missing)}。请运行 packaging/dev.py run。",
        )
    ]
    return [*said, (True, "有显示屏" if screen else "没有显示屏：只能用命令，窗口打不开")]


def _folder(data: Path) -> list[tuple[bool, str]]:
    there = data if data.exists() else next(p for p in data.parents if p.exists())
    free = shutil.disk_usage(there).free // 2**20
    out = [(free >= _ENOUGH_MB, f"资料文件夹“{data}”所在磁盘还有{free}MB")]
    if not os.access(there, os.W_OK):
        out.append((False, f"“{there}”不能写入。请换一个文件夹或改权限。"))
    out.append((True, "已有一份资料" if (data / "desk.db").exists() else "还没有资料"))
    return out
