"""What people type for dates, moments, numbers and money, and how it is written back. No Qt."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation

from baitao_desktop.domain.values import CST, half_width, iso_minute, wan_yuan, yuan

_WEEK = "一二三四五六日"
_WORDS = {"今天": 0, "今日": 0, "昨天": -1, "昨日": -1, "前天": -2, "明天": 1, "后天": 2}
_DAY = re.compile(
    r"(?:(?P<y>\d{4})\s*[-./年]\s*)?(?P<m>\d{1,2})\s*[-./月]\s*(?P<d>\d{1,2})\s*[日号]?"
    r"|(?P<y2>\d{4})(?P<m2>\d{2})(?P<d2>\d{2})|(?P<d3>\d{1,2})[日号]"
)
_CLOCK = re.compile(
    r"(?P<part>上午|早上|中午|下午|晚上)?\s*(?P<h>\d{1,2})\s*[:时点]\s*(?P<n>\d{1,2})?\s*(?P<half>半)?分?|(?P<hn>\d{4})"
)

_MONTH = re.compile(r"(?P<y>\d{4})\s*[-./年]\s*(?P<m>\d{1,2})\s*月?|(?P<y2>\d{4})(?P<m2>\d{2})|(?P<m3>\d{1,2})\s*月")


def read_day(text: str, today: date) -> date | None:
    """The day meant by 20220412, 2022-4-12, 4.12, 4月12日, 12日, 今天; None when it is none. A missing year or month
    is today's: whoever types sees the whole date written back."""
    text = half_width(text).strip()
    if text in _WORDS:
        return today + timedelta(days=_WORDS[text])
    found = _DAY.fullmatch(text)
    return _day_of(found, today) if found else None


def _day_of(found: re.Match[str], today: date) -> date | None:
    year = found["y"] or found["y2"] or today.year
    month = found["m"] or found["m2"] or today.month
    try:
        return date(int(year), int(month), int(found["d"] or found["d2"] or found["d3"]))
    except ValueError:
        return None


def read_moment(text: str, now: datetime) -> datetime | None:
    """The moment meant by 现在, 4.12 9:30, 今天 下午3点, 20220412 0930, or a time alone (today); None when it is none."""
    now = now.astimezone(CST)
    text = half_width(text).strip().replace("T", " ")
    if text in ("现在", "此刻", "刚才"):
        return now.replace(second=0, microsecond=0)
    day, rest = _split_day(text, now.date())
    if day is None:
        return None
    clock = _read_clock(rest) if rest else None
    return None if clock is None else datetime.combine(day, clock, tzinfo=CST)


def _split_day(text: str, today: date) -> tuple[date | None, str]:
    for word, shift in _WORDS.items():
        if text.startswith(word):
            return today + timedelta(days=shift), text[len(word) :].strip()
    head, _, tail = text.partition(" ")
    day = read_day(head, today)
    if day is not None:
        return day, tail.strip()
    found = _DAY.match(text)
    if found and not _CLOCK.fullmatch(text):
        return _day_of(found, today), text[found.end() :].strip()
    return today, text


def _read_clock(text: str) -> time | None:
    found = _CLOCK.fullmatch(text.strip())
    if not found:
        return None
    if found["hn"]:
        hour, minute = int(found["hn"][:2]), int(found["hn"][2:])
    else:
        hour, minute = int(found["h"]), 30 if found["half"] else int(found["n"] or 0)
        if found["part"] in ("下午", "晚上") and hour < 12:
            hour += 12
    return time(hour, minute) if hour < 24 and minute < 60 else None


def read_clock(text: str, now: datetime) -> time | None:
    """The time of day meant by 9:30, 0930, 下午3点半, 现在; None when it is none."""
    text = half_width(text).strip()
    if text in ("现在", "此刻", "刚才"):
        return now.astimezone(CST).time().replace(second=0, microsecond=0)
    return _read_clock(text)


def read_month(text: str, today: date) -> date | None:
    """The first day of the month meant by 202204, 2022.4, 2022年4月, 4月, 本月, 上月; None when it is none."""
    text = half_width(text).strip()
    if text in ("本月", "这个月"):
        return today.replace(day=1)
    if text in ("上月", "上个月"):
        return (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    found = _MONTH.fullmatch(text)
    if not found:
        return None
    year, month = int(found["y"] or found["y2"] or today.year), int(found["m"] or found["m2"] or found["m3"])
    return date(year, month, 1) if 1 <= month <= 12 and year else None


def read_year(text: str, today: date) -> date | None:
    """The first day of the year meant by 2022, 2022年, 今年, 去年; None when it is none."""
    text = half_width(text).strip()
    if text in ("今年", "去年", "前年"):
        return date(today.year - ("今年", "去年", "前年").index(text), 1, 1)
    found = re.fullmatch(r"([12]\d{3})年?", text)
    return date(int(found[1]), 1, 1) if found else None


def day_echo(day: date) -> str:
    """2022年4月12日 星期二"""
    return f"{day.year}年{day.month}月{day.day}日 星期{_WEEK[day.weekday()]}"


def moment_value(moment: datetime) -> str:
    """How an answer holds a moment."""
    return iso_minute(moment)


def moment_of(value: str) -> datetime | None:
    """The moment of an answer; a day alone is its midnight."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment.astimezone(CST) if moment.tzinfo else moment.replace(tzinfo=CST)


def read_integer(text: str) -> int | None:
    """A whole number, with full-width digits or thousands signs; None when it is none."""
    plain = re.sub(r"[,，\s]", "", half_width(text))
    return int(plain) if re.fullmatch(r"-?\d{1,15}", plain) else None


def read_decimal(text: str) -> float | None:
    """A number with decimals; None when it is none."""
    plain = re.sub(r"[,，\s]", "", half_width(text))
    return float(plain) if re.fullmatch(r"-?\d{1,15}(\.\d{1,9})?", plain) else None


def read_fen(text: str) -> int | None:
    """分 meant by 39800, 39,800.50, 3.98万, 3980元; None when it is no sum of money (or finer than a 分)."""
    plain = re.sub(r"[,，\s¥￥]", "", half_width(text))
    found = re.fullmatch(r"(-?\d{1,13}(?:\.\d{1,6})?)(万)?(?:元|块)?", plain)
    if not found:
        return None
    try:
        fen = Decimal(found[1]) * (1_000_000 if found[2] else 100)
    except InvalidOperation:
        return None
    return int(fen) if fen == fen.to_integral_value() else None


def fen_text(fen: int) -> str:
    """How a sum stands in its box: without thousands signs, without .00."""
    text = yuan(fen).replace(",", "")
    return text.removesuffix(".00")


def fen_echo(fen: int) -> str:
    """What is said beside the box: 合 3.98 万元 from one 万 on, else the sum in 元."""
    if abs(fen) < 1_000_000:
        return f"{yuan(fen)} 元"
    exact = Decimal(fen) / 1_000_000
    shown = f"{exact:.4f}".rstrip("0").rstrip(".")
    return f"合 {shown} 万元" if exact == Decimal(shown) else f"约 {wan_yuan(fen)} 万元"


def one_line(text: str) -> str:
    """Pasted lines as one line, blanks at the ends gone."""
    return " ".join(text.split("\n")).replace("\r", "").replace("\t", " ").strip()
