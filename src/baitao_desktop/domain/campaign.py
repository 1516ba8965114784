"""A campaign as data: units, groups, phases, month window. Nothing of the plan stands in code."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

Row = Mapping[str, str]
GRACE_DAYS = 10
"""For so many days after a month ended, reports and briefings still mean that month."""


@dataclass(frozen=True, slots=True)
class Unit:
    """`kind` is office, unit, village, community, leader, elsewhere or unknown."""

    code: str
    name: str
    full_name: str
    kind: str
    aliases: tuple[str, ...] = ()
    duty: str = ""
    enforcement: bool = False

    @property
    def is_village(self) -> bool:
        return self.kind in ("village", "community")


@dataclass(frozen=True, slots=True)
class Month:
    """One reporting month: both days inclusive, named after the month it ends in."""

    since: date
    until: date

    @property
    def name(self) -> str:
        return f"{self.until.year}-{self.until.month:02d}"

    @property
    def title(self) -> str:
        return f"{self.until.month}月"

    def holds(self, iso: str) -> bool:
        return self.since.isoformat() <= iso[:10] <= self.until.isoformat()


@dataclass(frozen=True, slots=True)
class Campaign:
    code: str
    title: str
    subdistrict: str
    document: str
    since: date
    until: date
    practice_date: date
    query_salt: str
    number_prefix: str
    month_first_day: int
    report_by: int
    groups_report_by: int
    report_telephones: tuple[str, ...]
    papers: Mapping[str, str]
    units: Mapping[str, Unit]
    seats: Mapping[str, tuple[str, ...]]
    """unit code → codes of the groups seated there (the laptop stands for both)."""
    groups: Mapping[str, str] = field(default_factory=dict)
    """group code → its name."""
    phases: Sequence[Row] = ()
    channels: Sequence[Row] = ()
    posts: Sequence[Row] = ()
    codes: Sequence[Row] = ()

    def unit_name(self, code: str) -> str:
        """Name of a unit or group, by code; the code itself when it is none of this campaign's."""
        unit = self.units.get(code)
        return unit.name if unit else self.groups.get(code, code)

    def villages(self) -> tuple[Unit, ...]:
        return tuple(u for u in self.units.values() if u.is_village)

    def reporting_units(self) -> tuple[Unit, ...]:
        """Villages, communities and units that report each month."""
        return tuple(u for u in self.units.values() if u.is_village or u.kind == "unit")

    def codes_of(self, unit: str) -> tuple[str, ...]:
        """What a laptop of this unit stands for on its card."""
        return (unit, *self.seats.get(unit, ()))

    def find_unit(self, name: str) -> Unit | None:
        """The unit a person means by a code, name, full name or alias."""
        name = name.strip()
        short = re.sub(r"(村民委员会|居民委员会|村委会|居委会|党支部|党总支|党委)$", "", name)
        wanted = {name, short, f"{short}村", f"{short}社区"} - {"", "村", "社区"}
        for unit in self.units.values():
            if not wanted.isdisjoint((unit.code, unit.name, unit.full_name, *unit.aliases)):
                return unit
        return None

    def month_of(self, day: date) -> Month:
        """The reporting month a day lies in (21st of last month to the 20th; the day is a setting)."""
        first = self.month_first_day
        if day.day >= first:
            start = day.replace(day=first)
        else:
            start = (day.replace(day=1) - timedelta(days=1)).replace(day=first)
        next_start = (start.replace(day=1) + timedelta(days=32)).replace(day=first)
        return Month(start, next_start - timedelta(days=1))

    def month_before(self, month: Month) -> Month:
        return self.month_of(month.since - timedelta(days=1))

    def reporting_month(self, day: date) -> Month:
        """The month people are reporting on: the one just ended for its first ten days after (综合组23日收齐), else the
        one that runs. The month ends on the 20th, groups file by the 23rd, late ones follow."""
        month = self.month_of(day)
        return self.month_before(month) if (day - month.since).days < GRACE_DAYS else month

    def month_named(self, name: str) -> Month | None:
        """“2022-05” → the month that ends in May; None when it is no month."""
        try:
            year, _, number = name.partition("-")
            return self.month_of(date(int(year), int(number), 1))
        except ValueError:
            return None

    def due_in(self, month: Month, *, group: bool = False) -> date:
        """The day a unit (or a group) must have reported for this month."""
        return month.until.replace(day=self.groups_report_by if group else self.report_by)

    def covers(self, day: date) -> bool:
        return self.since <= day <= self.until
