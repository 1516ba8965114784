"""Pinyin initials without a dictionary: the first level of GB 2312 is sorted by sound."""

from __future__ import annotations

from bisect import bisect_right

# GB 2312 一级字按拼音排列：每个声母首字的内码（啊芭擦搭蛾发噶哈击喀垃妈拿哦啪期然撒塌挖昔压匝）
_STARTS = (
    0xB0A1, 0xB0C5, 0xB2C1, 0xB4EE, 0xB6EA, 0xB7A2, 0xB8C1, 0xB9FE, 0xBBF7, 0xBFA6, 0xC0AC, 0xC2E8,
    0xC4C3, 0xC5B6, 0xC5BE, 0xC6DA, 0xC8BB, 0xC8F6, 0xCBFA, 0xCDDA, 0xCEF4, 0xD1B9, 0xD4D1,
)  # fmt: skip
_LETTERS = "abcdefghjklmnopqrstwxyz"
_LAST = 0xD7F9
# 二级字和常用的多音地名、姓氏读音
_SPECIAL = {
    "涪": "f", "冼": "x", "晏": "y", "闫": "y", "佘": "s", "邹": "z", "邱": "q", "蔺": "l", "谌": "c", "阚": "k",
    "鑫": "x", "淼": "m", "昕": "x", "焱": "y", "翀": "c", "喆": "z", "垚": "y", "璐": "l", "妍": "y", "婷": "t",
}  # fmt: skip
_SURNAMES = {
    "曾": "z",
    "单": "s",
    "解": "x",
    "仇": "q",
    "朴": "p",
    "查": "z",
    "盖": "g",
    "区": "o",
    "尉": "y",
    "翟": "z",
    "覃": "q",
}
_PLACES = {"重庆": "cq", "社区": "sq"}


def initials(text: str) -> str:
    """Lower-case initials of each character: “白涛街道” → “btjd”. Letters and digits stay, unknown signs are skipped."""
    out: list[str] = []
    i = 0
    while i < len(text):
        pair = _PLACES.get(text[i : i + 2])
        if pair:
            out.append(pair)
            i += 2
            continue
        out.append(_initial(text[i]))
        i += 1
    return "".join(out)


def matches(text: str, typed: str) -> bool:
    """Whether a pick list entry answers to what was typed: by characters anywhere, or by initials, also of a surname."""
    typed = typed.strip().lower()
    if not typed or typed in text.lower():
        return True
    plain = initials(text)
    as_name = _SURNAMES.get(text[:1], plain[:1]) + plain[1:]
    return typed in plain or as_name.startswith(typed)


def _initial(character: str) -> str:
    if character.isascii():
        return character.lower() if character.isalnum() else ""
    if character in _SPECIAL:
        return _SPECIAL[character]
    try:
        code = int.from_bytes(character.encode("gb2312"), "big")
    except (UnicodeEncodeError, ValueError):
        return ""
    return _LETTERS[bisect_right(_STARTS, code) - 1] if _STARTS[0] <= code <= _LAST else ""
