"""The laws this program knows: a constant tuple, no registry."""

from __future__ import annotations

from typing import Any

from baitao_desktop.domain import findings, inspections, plain, tasks, tips
from baitao_desktop.domain.records import Law

LAWS: tuple[Law[Any], ...] = (tips.LAW, inspections.LAW, findings.LAW, tasks.LAW, plain.LAW)


def law_of(kind: str) -> Law[Any]:
    """The law of a form's kind; the plain law for every kind not known here."""
    return next((law for law in LAWS if law.kind == kind), plain.LAW)


def status_label(kind: str, status: str) -> str:
    """The word on screen for a status code; the code itself when a newer program made it."""
    return law_of(kind).statuses.get(status, status)


def act_label(kind: str, act: str) -> str:
    """The word on screen for an act; the code itself when a newer program made it."""
    return law_of(kind).acts.get(act) or plain.ACTS.get(act) or act
