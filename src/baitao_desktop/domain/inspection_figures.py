"""检查情况汇总: what inspections and findings add up to, by line, by unit, by village; one pure function over plain rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from baitao_desktop.domain.catalogue import SEVERITIES

By = Literal["line", "unit", "village"]
ALL = "*"
"""The key of the row that holds everything; the empty one is what names no line, unit or village."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One inspection as it is counted. `day` it was filed; `place` is the venue's id, else its name; `looked` says how many
    items each unit taking part has looked at (0 stands there, too)."""

    day: str
    line: str
    village: str
    place: str
    looked: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Found:
    """One finding as it is counted; `unit` is the one that found it."""

    day: str
    line: str
    village: str
    unit: str
    severity: str
    handling: str
    due: str


@dataclass(frozen=True, slots=True)
class InspectionFigures:
    """`places` are different ones; `found` counts findings by severity, mildest first."""

    inspections: int = 0
    places: int = 0
    items: int = 0
    found: tuple[int, ...] = (0,) * len(SEVERITIES)
    cleared: int = 0
    overdue: int = 0

    @property
    def findings(self) -> int:
        return sum(self.found)


def inspection_figures(
    checks: Iterable[Checked], finds: Iterable[Found], *, since: str, until: str, cutoff: str, by: By | None = None
) -> dict[str, InspectionFigures]:
    """Figures of what was filed from `since` to `until` (ISO days, inclusive), as it stands; overdue is what is still to be
    put right and was due before `cutoff`. With `by` a row for each line, unit or village besides the one of ALL.

    A joint inspection counts for every unit taking part and once in all, so units do not add up to all; nor do places, which
    several lines may have looked at. What is void is not handed in here.
    """
    checked = [c for c in checks if since <= c.day <= until]
    found = [f for f in finds if since <= f.day <= until]
    keys = {ALL}
    if by:
        keys |= {key for c in checked for key in _keys(c, by)} | {key for f in found for key in _keys(f, by)}
    out: dict[str, InspectionFigures] = {}
    for key in sorted(keys):
        mine = [c for c in checked if key == ALL or key in _keys(c, by)]
        theirs = [f for f in found if key == ALL or key in _keys(f, by)]
        out[key] = InspectionFigures(
            inspections=len(mine),
            places=len({c.place for c in mine if c.place}),
            items=sum(c.looked.get(key, 0) if by == "unit" and key != ALL else sum(c.looked.values()) for c in mine),
            found=tuple(sum(1 for f in theirs if _severity(f) == code) for code in SEVERITIES),
            cleared=sum(1 for f in theirs if f.handling == "cleared"),
            overdue=sum(1 for f in theirs if f.handling == "open" and f.due and f.due < cutoff),
        )
    return out


def _keys(row: Checked | Found, by: By | None) -> tuple[str, ...]:
    if by == "unit":
        return tuple(row.looked) if isinstance(row, Checked) else (row.unit,)
    return (row.line if by == "line" else row.village,)


def _severity(found: Found) -> str:
    # 没写程度的、别处新增的程度，都按最轻的计，不漏计
    return found.severity if found.severity in SEVERITIES else next(iter(SEVERITIES))
