"""The figures a briefing or ledger states: one pure function each, over plain rows, so that a recount can check them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from baitao_desktop.domain.campaign import Month
from baitao_desktop.domain.ops import Json
from baitao_desktop.domain.tips import LOSS, RETURNED, TipState

TipRow = tuple[Mapping[str, Json], TipState]
"""Shown answers and folded state of one tip."""


@dataclass(frozen=True, slots=True)
class TipFigures:
    """Counts over the tips received in one month (void ones left out), and the same `total` since the campaign began.

    Money in 分. `closed_rate` in tenths of a percent, None when there is nothing to divide by.
    """

    received: int = 0
    by_channel: tuple[tuple[str, int], ...] = ()
    by_pretext: tuple[tuple[str, int], ...] = ()
    verified: int = 0
    found_true: int = 0
    closed: int = 0
    answered: int = 0
    overdue: int = 0
    elders: int = 0
    loss_fen: int = 0
    returned_fen: int = 0
    void: int = 0

    @property
    def closed_rate(self) -> int | None:
        return None if not self.received else (self.closed * 2000 + self.received) // (2 * self.received)


def tip_figures(rows: Iterable[TipRow], *, since: str, until: str, cutoff: str) -> TipFigures:
    """Figures of the tips received from `since` to `until` (ISO days, inclusive), as they stood on `cutoff`."""
    picked = [(a, s) for a, s in rows if since <= received_on(a, s) <= until]
    live = [(a, s) for a, s in picked if s.handling != "void"]
    channels = Counter(str(a.get("qudao", "")) for a, _ in live)
    pretexts = Counter(str(p) for a, _ in live for p in _list(a.get("mingyi")))
    return TipFigures(
        received=len(live),
        by_channel=_ranked(channels),
        by_pretext=_ranked(pretexts),
        verified=sum(1 for _, s in live if s.result),
        found_true=sum(1 for _, s in live if s.result in ("true", "partly")),
        closed=sum(1 for _, s in live if s.handling == "closed"),
        answered=sum(1 for _, s in live if s.handling == "closed" and s.feedback not in ("none", "pending")),
        overdue=sum(1 for _, s in live if s.due and s.due < cutoff),
        elders=sum(_int(a.get("shehan_renshu")) for a, _ in live),
        loss_fen=sum(_int(a.get(LOSS)) for a, _ in live),
        returned_fen=sum(_int(a.get(RETURNED)) for a, _ in live),
        void=len(picked) - len(live),
    )


def received_on(answers: Mapping[str, Json], state: TipState) -> str:
    """The ISO day a tip counts for: 接收时间, else the day it was registered."""
    moment = answers.get("jieshou_shijian")
    return (moment if isinstance(moment, str) and moment else state.registered_at)[:10]


def reported(
    units: Sequence[str], reports: Iterable[Mapping[str, Json]], month: Month
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Of these unit codes, which have a 报送 record for the month and which have not (in the order given)."""
    heard = {str(r.get("danwei")) for r in reports if r.get("yuefen") == month.name}
    return tuple(u for u in units if u in heard), tuple(u for u in units if u not in heard)


def cutoff_of(month: Month, today: date) -> str:
    """The day the figures of a month stand on: its last, or today while it runs."""
    return (min(today, month.until) if today >= month.since else month.until).isoformat()


def percent(tenths: int | None) -> str:
    """609 → “60.9%”; “—” when there was nothing to divide by."""
    return "—" if tenths is None else f"{tenths // 10}.{tenths % 10}%"


def small_number(count: int) -> str:
    """Counts of 1 and 2 on published papers (USERS 16): a village with one tip is a name."""
    return "≤2" if 0 < count <= 2 else str(count)


def _ranked(counts: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _int(value: Json) -> int:
    return value if type(value) is int else 0
