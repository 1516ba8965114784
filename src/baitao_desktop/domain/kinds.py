"""The laws this program knows: a constant tuple, no registry."""

from __future__ import annotations

from typing import Any

from baitao_desktop.domain import plain, tips
from baitao_desktop.domain.records import Law

LAWS: tuple[Law[Any], ...] = (tips.LAW, plain.LAW)


def law_of(kind: str) -> Law[Any]:
    """The law of a form's kind; the plain law for every kind not known here."""
    return next((law for law in LAWS if law.kind == kind), plain.LAW)


def status_label(kind: str, status: str) -> str:
    """The word on screen for a status code; the code itself when a newer program made it."""
    labels = tips.STATUS if kind == tips.KIND else plain.STATUS
    return labels.get(status, status)


def act_label(act: str) -> str:
    return tips.ACTS.get(act) or plain.ACTS.get(act) or act
