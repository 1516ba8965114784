"""Values of an expression: text, number, truth, or a list of nodes; and how one is read as another.

A date is its ISO text; only where a number is wanted does it become days since 1970-01-01 (forms.md §2.5, 1).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import ROUND_FLOOR, Decimal

from .nodes import Node

Value = str | float | bool | list[Node]

CHINA = timezone(timedelta(hours=8))
_NUMBER = re.compile(r"\s*-?(\d+\.?\d*|\.\d+)\s*\Z")
_DATE = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)(?:[T ](.+))?\Z")
_TIME = re.compile(r"(\d\d?):(\d\d)(?::(\d\d)(?:\.(\d+))?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?\Z")
_EPOCH = date(1970, 1, 1).toordinal()
_DAY = 86400


class XPathError(Exception):
    """An expression that cannot be read or has no meaning; the text is Chinese and names what is wrong."""


def number_text(value: float) -> str:
    """A number as ODK writes it: no exponent, no trailing zeros, `NaN`, `Infinity`."""
    if value == (whole := math.trunc(value) if math.isfinite(value) else None):
        return str(whole)
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    shortest = repr(value)
    return format(Decimal(shortest), "f") if "e" in shortest else shortest


def to_text(value: Value) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return value[0].text if value else ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return number_text(value)


def to_number(value: Value, zone: tzinfo) -> float:
    if isinstance(value, list):
        value = value[0].text if value else ""
    if isinstance(value, str):
        if value.isdecimal() or _NUMBER.match(value):
            return float(value)
        days = day_number(value, zone)
        return math.nan if days is None else days
    return float(value)


def to_bool(value: Value) -> bool:
    if isinstance(value, list):
        # missing and empty are the same thing in ODK (forms.md §2.5, 3)
        return bool(value) and (bool(value[0].text) or bool(value[0].kids))
    if isinstance(value, float):
        return value != 0 and not math.isnan(value)
    return bool(value)


def same(left: Value, right: Value, zone: tzinfo) -> bool:
    """`=` of XPath 1.0, with an empty node list read as one empty text."""
    if isinstance(left, list):
        return any(same(text, right, zone) for text in [n.text for n in left] or [""])
    if isinstance(right, list):
        return any(same(left, text, zone) for text in [n.text for n in right] or [""])
    if isinstance(left, bool) or isinstance(right, bool):
        return to_bool(left) == to_bool(right)
    if isinstance(left, float) or isinstance(right, float):
        return to_number(left, zone) == to_number(right, zone)
    return left == right


def differs(left: Value, right: Value, zone: tzinfo) -> bool:
    """`!=`: of node lists, some pair differs."""
    if isinstance(left, list):
        return any(differs(text, right, zone) for text in [n.text for n in left] or [""])
    if isinstance(right, list):
        return any(differs(left, text, zone) for text in [n.text for n in right] or [""])
    return not same(left, right, zone)


def numbers(value: Value, zone: tzinfo) -> list[float]:
    """Every number of a value: all filled nodes of a list, else the value itself."""
    if isinstance(value, list):
        return [to_number(n.text, zone) for n in value if n.text]
    return [] if value == "" else [to_number(value, zone)]


def parse_date(text: str) -> date | None:
    """The day of an ISO date or date-time; None when the text is none or the day does not exist."""
    found = _DATE.match(text)
    if not found:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def parse_time(text: str, zone: tzinfo) -> time | None:
    """A time of day; its offset, where written, is kept, else it is taken as local."""
    found = _TIME.match(text.strip())
    if not found:
        return None
    offset: tzinfo = zone
    if found[5] == "Z":
        offset = UTC
    elif found[5]:
        digits = found[5][1:].replace(":", "").ljust(4, "0")
        minutes = int(digits[:2]) * 60 + int(digits[2:])
        offset = timezone(timedelta(minutes=-minutes if found[5][0] == "-" else minutes))
    try:
        micro = int((found[4] or "0")[:6].ljust(6, "0"))
        return time(int(found[1]), int(found[2]), int(found[3] or 0), micro, tzinfo=offset)
    except ValueError:
        return None


def parse_moment(text: str, zone: tzinfo) -> datetime | None:
    """An ISO date or date-time as a moment in `zone`; a date alone is its midnight."""
    day = parse_date(text)
    if day is None:
        return None
    found = _DATE.match(text)
    if not found or not found[4]:
        return datetime.combine(day, time(), tzinfo=zone)
    clock = parse_time(found[4], zone)
    if clock is None:
        return None
    try:
        return datetime.combine(day, clock).astimezone(zone)
    except OverflowError:
        return None


def day_number(text: str, zone: tzinfo) -> float | None:
    """Days since 1970-01-01 of an ISO date (whole) or date-time (with its part of the local day)."""
    if len(text) < 8 or not text[:4].isdecimal():
        return None
    if len(text) <= 10:
        day = parse_date(text)
        return None if day is None else float(day.toordinal() - _EPOCH)
    moment = parse_moment(text, zone)
    if moment is None:
        return None
    return moment.toordinal() - _EPOCH + day_part(moment.time())


def day_part(clock: time) -> float:
    return (clock.hour * 3600 + clock.minute * 60 + clock.second + clock.microsecond / 1e6) / _DAY


def from_days(days: float) -> str:
    """The ISO date of a day number; raises XPathError outside the years 1 to 9999."""
    try:
        return date.fromordinal(math.floor(days) + _EPOCH).isoformat()
    except (ValueError, OverflowError) as trouble:
        raise XPathError("天数换不成日期") from trouble


def moment_from_days(days: float, zone: tzinfo) -> datetime:
    """The local moment of a day number with its fraction; raises XPathError out of range."""
    try:
        midnight = datetime.combine(date.fromordinal(math.floor(days) + _EPOCH), time(), tzinfo=zone)
    except (ValueError, OverflowError) as trouble:
        raise XPathError("天数换不成时间") from trouble
    return midnight + timedelta(milliseconds=round((days - math.floor(days)) * _DAY * 1000))


def moment_text(moment: datetime) -> str:
    """A moment as it stands in an answer: `2022-04-08T09:30:00.000+08:00`."""
    return moment.isoformat(timespec="milliseconds")


def rounded(value: float | str, places: int) -> float:
    """Half goes up, as ODK rounds: `2.5` → `3`, `-0.5` → `-0`. Text may use a decimal comma."""
    text = value.strip().replace(",", ".") if isinstance(value, str) else repr(value)
    try:
        exact = Decimal(text)
    except ArithmeticError:
        return math.nan
    if not exact.is_finite():
        return float(exact)
    if abs(places) > 300:
        return float(exact) if places > 0 else 0.0
    scaled = exact.scaleb(places)
    whole = (scaled + Decimal("0.5")).to_integral_value(ROUND_FLOOR)
    result = float(whole.scaleb(-places))
    return math.copysign(result, -1.0) if result == 0 and exact.is_signed() else result


def words(value: Value) -> Sequence[str]:
    """The chosen names of a select-multiple answer."""
    return to_text(value).split()
