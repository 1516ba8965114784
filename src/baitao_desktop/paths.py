"""Where things are. The one module that knows."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

APP = "baitao-desktop"


def _shipped(name: str) -> Path:
    """A folder shipped with the program: inside the wheel as `_data/NAME`, else the checkout's."""
    inside = Path(__file__).parent / "_data" / name
    return inside if inside.is_dir() else Path(__file__).parents[2] / name


def forms() -> Path:
    """Folder of the form sources (Markdown; in a wheel the compiled XForms lie beside them)."""
    return _shipped("forms")


def resources() -> Path:
    """Folder with campaigns/, fonts/, icons/, manual/, calendar/."""
    return _shipped("resources")


@dataclass(frozen=True, slots=True)
class Places:
    """Where one store and what belongs to it lie.

    `data` holds desk.db, side.db, keyslots.json; `config` the second copy of the device id and machine
    settings; `cache` logs and temporary copies (may be emptied at any time).
    """

    data: Path
    config: Path
    cache: Path


def places(at: Path | None = None) -> Places:
    """Places of the store at `at` (--at DIR), else of $BAITAO_DATA, else of the user's own data folder."""
    given = at or (Path(os.environ["BAITAO_DATA"]) if os.environ.get("BAITAO_DATA") else None)
    import platformdirs

    if given is not None:
        import hashlib

        given = given.expanduser().absolute()
        # 第二处电脑编号不能跟着资料一起被拷走或放回去（storage §2.1）
        home = Path(os.environ.get("BAITAO_CONFIG") or platformdirs.user_config_dir(APP, appauthor=False))
        mark = hashlib.sha256(os.fsencode(given)).hexdigest()[:16]
        return Places(given, home / "stores" / mark, given / "cache")
    return Places(
        Path(platformdirs.user_data_dir(APP, appauthor=False, roaming=False)),
        Path(platformdirs.user_config_dir(APP, appauthor=False)),
        Path(platformdirs.user_cache_dir(APP, appauthor=False)),
    )
