"""A message from the work group, read for what a paper asks: day, village, place, numbers (USERS 9). Only proposals: the
person sees each in its place and may change it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from baitao_desktop.domain.values import half_width

_FULL = re.compile(r"(20\d\d)\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})")
_SHORT = re.compile(r"(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]|(?<![\d.])(\d{1,2})\.(\d{1,2})(?![\d.])")
_WORDS = {"今天": 0, "今日": 0, "昨天": 1, "昨日": 1, "前天": 2}
_NUMBER = r"([0-9]+|[零〇一二两三四五六七八九十百千]+)"
_COUNTS = {
    "households": re.compile(_NUMBER + r"\s*(?:余|多)?\s*户"),
    "copies": re.compile(_NUMBER + r"\s*(?:余|多)?\s*(?:份|张(?![某贴家罗]))"),
    "people": re.compile(_NUMBER + r"\s*(?:余|多)?\s*(?:人次|人|名|位)"),
}
_HEARD = re.compile(
    r"(?:群众|老人|老年人|居民|村民|受教育|参会|参加)[^，。,；;\d]{0,6}?"
    + _NUMBER
    + r"\s*(?:余|多)?\s*(?:人次|人|名|位)"
)
"""Who listened, before those who came to speak."""
_PLACE = re.compile(
    r"(?:在|到|走进|来到|进入|深入)([^，。,；;：:\s]{2,20}?)(?:开展|举行|举办|组织|进行|召开|发放|张贴|悬挂|宣传|走访|入户|播放)"
)
_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}


@dataclass(frozen=True, slots=True)
class Proposal:
    """What was understood; empty or None where nothing was said. Counts are the first of each kind."""

    day: date | None = None
    village: str = ""
    place: str = ""
    households: int | None = None
    copies: int | None = None
    people: int | None = None
    text: str = ""


def read_chat(said: str, *, today: date, villages: Mapping[str, str]) -> Proposal:
    """`villages`: name → code. A day in the future, or one there never was, is not proposed."""
    text = half_width(said).strip()
    named = [name for name in sorted(villages, key=len, reverse=True) if name and name in text]
    counts = {key: _count(pattern, text) for key, pattern in _COUNTS.items()}
    if found := _HEARD.search(text):
        counts["people"] = number_of(found[1])
    place = _place(text, named)
    return Proposal(_day(text, today), villages[named[0]] if named else "", place, **counts, text=_body(said))


def _day(text: str, today: date) -> date | None:
    for word, back in _WORDS.items():
        if word in text:
            return today - timedelta(days=back)
    if found := _FULL.search(text):
        return _real(int(found[1]), int(found[2]), int(found[3]), today)
    if found := _SHORT.search(text):
        month, day = int(found[1] or found[3]), int(found[2] or found[4])
        # 去年的日子只在年初才可能：再早就是写错了，不替他猜
        return _real(today.year, month, day, today) or (
            _real(today.year - 1, month, day, today) if today.month <= 2 else None
        )
    return None


def _real(year: int, month: int, day: int, today: date) -> date | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found if found <= today else None


def _count(pattern: re.Pattern[str], text: str) -> int | None:
    found = pattern.search(text)
    return number_of(found[1]) if found else None


def number_of(words: str) -> int | None:
    """120, 一百二十, 两百, 三十五 → the number; None for words that are none."""
    if words.isdecimal():
        return int(words) if len(words) <= 7 else None
    total, last = 0, 0
    for sign in words:
        if sign in _DIGITS:
            last = _DIGITS[sign]
        elif sign in _UNITS:
            total += (last or (1 if sign == "十" else 0)) * _UNITS[sign]
            last = 0
        else:
            return None
    return total + last


def _place(text: str, villages: Iterable[str]) -> str:
    found = _PLACE.search(text)
    place = found[1] if found else ""
    for name in villages:
        if place != name:
            place = place.removeprefix(name)
    return place[:40]


def _body(said: str) -> str:
    """The message without its head 【村名】 and the line ends, as long as a paper takes it."""
    return re.sub(r"\s+", " ", re.sub(r"^\s*[【\[][^】\]]{1,20}[】\]]", "", said.strip())).strip()[:300]
