"""Who may log in here. Asked before anything is unlocked and painted first, so this module loads next to nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from baitao_desktop.paths import Places


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
