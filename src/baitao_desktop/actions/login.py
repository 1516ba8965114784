"""Who may log in here. Asked before anything is unlocked and painted first, so this module loads next to nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from baitao_desktop.paths import Places

UNLOCKING = (
    "baitao_desktop.actions.desk",
    "baitao_desktop.storage.tables",
    "baitao_desktop.storage.store",
    "baitao_desktop.actions.identity",
    "baitao_desktop.actions.projection",
    "baitao_desktop.actions.campaigns",
)
"""What desk.open_desk will want; half of its time at the first login is loading these (0.37 of 0.75 s)."""


class LoginName(NamedTuple):
    """One line of the login list, readable without any key."""

    slot: str
    label: str


def login_names(places: Places) -> tuple[LoginName, ...]:
    """Who can log in here; empty when there is no store yet."""
    from baitao_desktop.storage import slots

    if not has_store(places):
        return ()
    return tuple(LoginName(s.id, s.label) for s in slots.listed(places.data) if s.kind == "password")


def has_store(places: Places) -> bool:
    return (places.data / "desk.db").exists() or (places.data / "keyslots.json").exists()


def warm(progress: Callable[[str, int, int], None]) -> None:
    """Load what unlocking needs, piece by piece, while the password is typed; call it away from the window. `progress`
    may raise Cancelled between the pieces."""
    import importlib

    for module in UNLOCKING:
        progress("", 0, 0)
        importlib.import_module(module)
