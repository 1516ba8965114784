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

    `data` holds desk.db, side.db, keyslots.json, originals/; `config` the second copy of the device id and machine
    settings; `cache` compiled forms and temporary copies (may be emptied at any time).
    """

    data: Path
    config: Path
    cache: Path


def places(at: Path | None = None) -> Places:
    """Places of the store at `at` (--at DIR), else of $BAITAO_DATA, else of the user's own data folder."""
    given = at or (Path(os.environ["BAITAO_DATA"]) if os.environ.get("BAITAO_DATA") else None)
    if given is not None:
        given = given.expanduser().absolute()
        return Places(given, given / "config", given / "cache")
    import platformdirs  # 34–61 ms（desktop.md §6），命令行给了 --at 就不必付

    return Places(
        Path(platformdirs.user_data_dir(APP, appauthor=False, roaming=False)),
        Path(platformdirs.user_config_dir(APP, appauthor=False)),
        Path(platformdirs.user_cache_dir(APP, appauthor=False)),
    )
