"""The push button of pages and dialogs; apart from the dialogs, which the first page does without."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton

from baitao_desktop.ui import look


def button(text: str, *, primary: bool = False, icon: str = "") -> QPushButton:
    """A push button with its accessible name; `primary` for the one next sensible act of a page or dialog."""
    made = QPushButton(text)
    made.setAutoDefault(False)
    made.setAccessibleName(text)
    if primary:
        made.setProperty("kind", "primary")
    if icon:
        made.setIcon(look.icon(icon, look.PAPER if primary else look.NAV_TEXT))
    return made
