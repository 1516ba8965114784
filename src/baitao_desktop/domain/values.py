"""Checks and forms of single values (domain §6): each explains, none is a wall."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone

CST = timezone(timedelta(hours=8))
"""China's one time zone; zoneinfo has no data on Windows (setup §5.12)."""

_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_PROVINCES = {
    *range(11, 16),
    *range(21, 24),
    *range(31, 38),
    *range(41, 47),
    *range(50, 55),
    *range(61, 66),
    71,
    81,
    82,
    83,
}
_SERVICE = re.compile(r"1(?:10|19|20|2337|2345|2315)|96110|95\d{3,4}|(?:400|800)\d{7}")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"(?:0\d{2,3}-?)?[2-9]\d{6,7}(?:-\d{1,6})?")
_FULL_WIDTH = {0xFF01 + i: 0x21 + i for i in range(94)} | {0x3000: 0x20}


def half_width(text: str) -> str:
    """Full-width digits, letters and blanks as half-width; Chinese punctuation outside that block stays."""
    return text.translate(_FULL_WIDTH)


def phone_of(text: str) -> str:
    """The number as it is stored: no blanks, no +86; a bare 8-digit number gets the area code 023."""
    number = re.sub(r"[\s　]", "", half_width(text))
    number = re.sub(r"^(?:\+|00)86-?", "", number)
    if re.fullmatch(r"1[3-9](?:\d|-){9,}", number):
        number = number.replace("-", "")
    return f"023-{number}" if re.fullmatch(r"[2-9]\d{7}", number) else number


def phone_warning(text: str) -> str:
    """What looks wrong with a telephone number; empty when nothing does (or nothing was typed)."""
    number = phone_of(text)
    if not number or _SERVICE.fullmatch(number) or _MOBILE.fullmatch(number) or _LANDLINE.fullmatch(number):
        return ""
    if number.isdigit() and number.startswith("1"):
        return f"手机号应为11位，现在是{len(number)}位，请核对"
    return "不像电话号码，请核对（座机可写成 023-72706001）"


def uscc_warning(text: str) -> str:
    """What looks wrong with a 统一社会信用代码 (GB 32100, incl. N… and Y…); empty when nothing does."""
    code = re.sub(r"[\s　]", "", half_width(text)).upper()
    if not code:
        return ""
    if len(code) != 18:
        return f"统一社会信用代码应为18位，现在是{len(code)}位，请核对"
    if any(c not in _USCC for c in code) or not code[2:8].isdigit():
        return "统一社会信用代码里有不会出现的字符（没有 I、O、S、V、Z），请核对"
    total = sum(_USCC.index(c) * w for c, w in zip(code, _USCC_WEIGHTS, strict=False))
    return "" if _USCC[(31 - total % 31) % 31] == code[17] else "最后一位校验不符，可能有一位抄错，请核对"


def identity_number_warning(text: str, today: date) -> str:
    """What looks wrong with a 身份证 number (18 or old 15 digits). Area codes are not tied to the year of birth:
    elders carry codes of the year they were first numbered (domain §0.5)."""
    number = re.sub(r"[\s　]", "", half_width(text)).upper()
    if not number:
        return ""
    old = bool(re.fullmatch(r"\d{15}", number))
    if not old and not re.fullmatch(r"\d{17}[\dX]", number):
        return "身份证号应为18位（旧证15位），请核对"
    birth = "19" + number[6:12] if old else number[6:14]
    try:
        born = datetime.strptime(birth, "%Y%m%d").replace(tzinfo=CST).date()
    except ValueError:
        return "身份证号里的出生日期不存在，请核对"
    if not date(1900, 1, 1) <= born <= today:
        return "身份证号里的出生日期不对，请核对"
    if not old and "10X98765432"[sum(int(c) * w for c, w in zip(number, _ID_WEIGHTS, strict=False)) % 11] != number[17]:
        return "最后一位校验不符，可能有一位抄错，请核对"
    return "" if int(number[:2]) in _PROVINCES else "身份证号前两位不是省份代码，请核对"


def yuan(fen: int) -> str:
    """Money on screen and paper: 分 as 元 with thousands and two decimals."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def wan_yuan(fen: int) -> str:
    """Money in a briefing: 万元 with one decimal, rounded half up (“86.4”)."""
    tenth = (abs(fen) + 50_000) // 100_000
    return ("-" if fen < 0 else "") + f"{tenth // 10}.{tenth % 10}"


def chinese_date(day: date) -> str:
    """2022年5月23日, month and day without zeros (GB/T 9704)."""
    return f"{day.year}年{day.month}月{day.day}日"


def day_of(iso: str) -> date | None:
    """The day of an ISO date or date-time; None when it is neither."""
    try:
        return date.fromisoformat(iso[:10])
    except (ValueError, TypeError):
        return None


def iso_minute(moment: datetime) -> str:
    """Local ISO text to the minute, as answers and steps hold moments: 2022-05-18T09:30+08:00."""
    return moment.astimezone(CST).isoformat(timespec="minutes")


def minute_text(iso: str) -> str:
    """A moment for people: “2022-05-18 09:30”; the text itself when it is no moment."""
    return iso[:16].replace("T", " ") if day_of(iso) else iso
