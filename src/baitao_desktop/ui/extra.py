"""What a block under a form must offer to the page it stands on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from PySide6.QtWidgets import QWidget


class Extra(Protocol):
    """A block under the form that is no part of its answers (the reporter's)."""

    def first_editor(self) -> QWidget | None: ...
    def watched(self) -> Sequence[QWidget]: ...
    def on_editors(self, watch: Callable[[QWidget], None]) -> None: ...
    def set_narrow(self, *, narrow: bool) -> None: ...
    def step(self, editor: QWidget, way: int) -> bool:
        """Go on inside the block; False when there is nothing further that way."""

    def finish(self) -> str:
        """Settle the block before the form is handed in; a sentence when that cannot be done."""
