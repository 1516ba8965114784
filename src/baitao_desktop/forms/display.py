"""Answers as words: the same on the screen, on paper and in a spreadsheet."""

from __future__ import annotations

from collections.abc import Mapping

from .definition import FILES, Json, Question
from .values import CHINA, number_text, parse_date, parse_moment


def shown_value(question: Question, value: Json, choices: Mapping[str, str]) -> str:
    """One answer in words; `choices` = name → words for questions that choose. Empty answer: empty text."""
    if value is None or value in ("", []):
        return ""
    if question.type in FILES:
        return _files(question, value if isinstance(value, list) else [value])
    if isinstance(value, list):
        return "、".join(choices.get(str(one), str(one)) for one in value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        if question.looks("bt-money") and isinstance(value, int):
            return money(value)
        return number_text(float(value)) if isinstance(value, float) else str(value)
    text = str(value)
    if question.type == "select_one":
        return choices.get(text, text)
    if question.type == "dateTime" or question.data == "dateTime":
        return moment(text)
    if question.type == "date" or question.data == "date":
        return day(text)
    return "是" if question.type == "acknowledge" else text


def _files(question: Question, files: list[Json]) -> str:
    """Photos are counted, other files named."""
    if question.type == "image":
        return f"照片{len(files)}张"
    return "、".join(str(one.get("name") or "附件") if isinstance(one, dict) else "附件" for one in files)


def money(fen: int) -> str:
    """分 as 元 with two decimals: 398000 → `3980.00`."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def fen_of(text: str) -> int | None:
    """元 as a person types them (`3,980`, `3980.5`, `３９８０元`, `2万`) in 分; None for anything else."""
    plain = "".join(_NARROW.get(sign, sign) for sign in text).replace(",", "").replace(" ", "")
    plain = plain.removeprefix("¥").removesuffix("元")
    times = 10_000 if plain.endswith("万") else 1
    plain = plain.removesuffix("万")
    whole, dot, part = plain.partition(".")
    if not whole.isdecimal() or (dot and not part.isdecimal()) or len(whole) > 12:
        return None
    amount = int(whole) * 100 * times
    scaled = int(part or "0") * 100 * times
    if scaled % 10 ** len(part):
        return None
    return amount + int(scaled // 10 ** len(part))


_NARROW = {chr(0xFF10 + i): str(i) for i in range(10)} | {"，": ",", "．": ".", "。": ".", "￥": "¥", "　": " "}


def day(text: str) -> str:
    """`2022-04-08` → `2022年4月8日`."""
    found = parse_date(text)
    return text if found is None else f"{found.year}年{found.month}月{found.day}日"


def moment(text: str) -> str:
    """`2022-04-08T09:30:00.000+08:00` → `2022年4月8日 09:30`, always in China time."""
    found = parse_moment(text, CHINA)
    return text if found is None else f"{found.year}年{found.month}月{found.day}日 {found:%H:%M}"
