"""The functions of dates and times. All of them take "now" and the local offset from the paper, never from the clock."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from typing import Any

from .closures import Builder, Code, Ctx, Scope, as_text, build
from .values import (
    XPathError,
    day_number,
    day_part,
    from_days,
    moment_from_days,
    moment_text,
    parse_moment,
    parse_time,
    to_text,
)
from .xpath import Call

_FORMAT = re.compile(r"%(.)")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def functions() -> Mapping[str, Builder]:
    return {
        "today": _now(lambda now: now.date().isoformat()),
        "now": _now(moment_text),
        "date": _one("text", _date),
        "date-time": _one("text", _date_time),
        "format-date": _formatted,
        "format-date-time": _formatted,
        "decimal-date-time": _one("number", _decimal_date_time),
        "decimal-time": _one("number", _decimal_time),
    }


def _now(body: Callable[[datetime], str]) -> Builder:
    def builder(call: Call, _scope: Scope) -> Code:
        if call.arguments:
            raise XPathError(f"{call.name}() 不要参数")
        return Code(lambda c: body(c.env.now), "text")

    return builder


def _one(kind: str, body: Callable[[Any, tzinfo], Any]) -> Builder:
    def builder(call: Call, scope: Scope) -> Code:
        if len(call.arguments) != 1:
            raise XPathError(f"{call.name}() 应有1个参数，现有{len(call.arguments)}个")
        run = build(call.arguments[0], scope).run

        def value(c: Ctx) -> Any:
            given = run(c)
            return body(to_text(given) if isinstance(given, list) else given, c.env.zone)

        return Code(value, kind)

    return builder


def _days(value: Any, zone: tzinfo, what: str) -> float | None:
    """The day number of a number or of an ISO text; None for nothing, XPathError for what is no date."""
    if isinstance(value, bool):
        raise XPathError(f"{what}不能由真假值换成")
    if isinstance(value, float):
        return None if math.isnan(value) else value
    text = value.strip()
    if not text:
        return None
    days = day_number(text, zone)
    if days is not None:
        return days
    try:
        if text.startswith("-"):
            raise ValueError
        return float(text)
    except ValueError as trouble:
        raise XPathError(f"“{text[:20]}”不是{what}") from trouble


def _date(value: Any, zone: tzinfo) -> str:
    days = _days(value, zone, "日期")
    return "" if days is None else from_days(days)


def _date_time(value: Any, zone: tzinfo) -> str:
    if isinstance(value, str) and (moment := parse_moment(value.strip(), zone)):
        return moment_text(moment)
    days = _days(value, zone, "时间")
    return "" if days is None else moment_text(moment_from_days(days, zone))


def _decimal_date_time(value: Any, zone: tzinfo) -> float:
    days = _days(value, zone, "时间")
    return math.nan if days is None else days


def _decimal_time(value: Any, zone: tzinfo) -> float:
    """The part of the local day that has passed; takes a time or a date-time."""
    text = to_text(value).strip()
    if not text:
        return math.nan
    clock = parse_time(text, zone)
    if clock is not None:
        return day_part(clock)
    moment = parse_moment(text, zone)
    if moment is None:
        raise XPathError(f"“{text[:20]}”不是时间")
    return day_part(moment.time())


def _formatted(call: Call, scope: Scope) -> Code:
    if len(call.arguments) != 2:
        raise XPathError(f"{call.name}() 应有2个参数，现有{len(call.arguments)}个")
    run = build(call.arguments[0], scope).run
    pattern = as_text(build(call.arguments[1], scope))

    def value(c: Ctx) -> str:
        given = run(c)
        if isinstance(given, float):
            moment = None if math.isnan(given) else moment_from_days(given, c.env.zone)
        else:
            text = to_text(given).strip()
            moment = parse_moment(text, c.env.zone)
            if moment is None and (clock := parse_time(text, c.env.zone)):
                moment = datetime.combine(datetime(1970, 1, 1, tzinfo=c.env.zone), clock)
        return "" if moment is None else format_moment(moment, pattern(c))

    return Code(value, "text")


def format_moment(moment: datetime, pattern: str) -> str:
    """`%Y-%m-%d %H:%M` and the other letters of ODK; an unknown letter raises XPathError."""

    def put(found: re.Match[str]) -> str:
        match found[1]:
            case "Y":
                return f"{moment.year:04d}"
            case "y":
                return f"{moment.year % 100:02d}"
            case "m":
                return f"{moment.month:02d}"
            case "n":
                return str(moment.month)
            case "b":
                return _MONTHS[moment.month - 1]
            case "d":
                return f"{moment.day:02d}"
            case "e":
                return str(moment.day)
            case "H":
                return f"{moment.hour:02d}"
            case "h":
                return str(moment.hour)
            case "M":
                return f"{moment.minute:02d}"
            case "S":
                return f"{moment.second:02d}"
            case "3":
                return f"{moment.microsecond // 1000:03d}"
            case "a":
                return _DAYS[moment.weekday()]
            case "W":
                return f"{moment.isocalendar().week:02d}"
            case "%":
                return "%"
        raise XPathError(f"日期式样里没有 %{found[1]}")

    return _FORMAT.sub(put, pattern)
