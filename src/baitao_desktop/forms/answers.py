"""Between the answers of a record (JSON values) and the text an expression reads."""

from __future__ import annotations

import re
from collections.abc import Mapping

from .definition import FILES, MANY, Json, Question
from .values import CHINA, number_text, parse_date, parse_moment, parse_time

_INTEGER = re.compile(r"-?\d{1,15}\Z")
_DECIMAL = re.compile(r"-?(\d{1,15}(\.\d{0,10})?|\.\d{1,10})\Z")
_SHA = re.compile(r"[0-9a-f]{64}\Z")


def to_node_text(value: Json) -> str:
    """What an expression sees of an answer; anything unexpected as its plain text, never an error."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number_text(float(value)) if isinstance(value, float) else str(value)
    if isinstance(value, list):
        return " ".join(map(to_node_text, value))
    if isinstance(value, dict):
        return str(value.get("name") or value.get("blob") or "")
    return value


def from_node_text(question: Question, text: str) -> Json:
    """The answer an expression's result stands for; the text itself where it does not fit the type."""
    if text == "":
        return None
    if question.type in MANY:
        return list[Json](text.split())
    kind = question.type if question.type in ("integer", "decimal") else question.data
    if kind in ("int", "integer") and _INTEGER.match(text):
        return int(text)
    if kind == "decimal" and _DECIMAL.match(text):
        number = float(text)
        return int(number) if number.is_integer() and "." not in text else number
    return text


def wrong_type(question: Question, value: Json) -> str | None:
    """What is wrong with the kind of an answer, as a person would be told; None when it fits or is empty."""
    if value is None or value in ("", []) or ("seal" in question.bt and isinstance(value, dict)):
        return None  # what is sealed cannot be looked at
    kind = question.type
    if kind == "range":
        kind = "decimal" if question.data == "decimal" else "integer"
    if kind == "integer":
        fits = isinstance(value, int) and not isinstance(value, bool)
        what = "金额" if question.looks("bt-money") else "整数"
        return None if fits else f"请填写{what}"
    if kind == "decimal":
        return None if isinstance(value, int | float) and not isinstance(value, bool) else "请填写数字"
    if kind in MANY:
        fits = isinstance(value, list) and all(isinstance(one, str) for one in value)
        return None if fits else "请从选项中选择"
    if kind in FILES:
        return None if _is_file(value) else "附件没有存好，请重新添加"
    if not isinstance(value, str):
        return "请填写文字"
    return _wrong_time(kind, value)


def _wrong_time(kind: str, value: str) -> str | None:
    if kind == "date":
        day = parse_date(value)
        return None if day is not None and day.isoformat() == value else "请填写存在的日期，如2022-04-08"
    if kind == "dateTime":
        fits = len(value) > 10 and parse_moment(value, CHINA) is not None
        return None if fits else "请填写存在的时间，如2022-04-08 09:30"
    if kind == "time":
        return None if parse_time(value, CHINA) is not None else "请填写存在的时间，如09:30"
    return None


def _is_file(value: Json) -> bool:
    if isinstance(value, list):
        return bool(value) and all(_is_file(one) for one in value)
    sha = value.get("blob") if isinstance(value, Mapping) else value
    return isinstance(sha, str) and _SHA.match(sha) is not None
