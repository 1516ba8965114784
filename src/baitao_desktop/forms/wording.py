"""Functions of texts."""

from __future__ import annotations

import base64
import binascii
import hashlib
import math
import re
from collections.abc import Iterable
from typing import Any

from .calling import counted
from .closures import Code, Scope, as_text, build
from .values import XPathError, rounded, to_text
from .xpath import Call, Literal

_MAX_TEXT = 1_000_000


def selected(text: str, name: str) -> bool:
    return name.strip() in text.split()


def selected_at(text: str, place: float) -> str:
    chosen = text.split()
    return chosen[int(place)] if math.isfinite(place) and 0 <= place < len(chosen) else ""


def _texts(value: Any) -> Iterable[str]:
    return [node.text for node in value] if isinstance(value, list) else [to_text(value)]


def concat(*values: Any) -> str:
    joined = "".join(text for value in values for text in _texts(value))
    if len(joined) > _MAX_TEXT:
        raise XPathError("拼接的文字太长")
    return joined


def join(glue: str, *values: Any) -> str:
    return glue.join(text for value in values for text in _texts(value))


def substr(text: str, start: float, end: float = math.inf) -> str:
    return text[index(start) : None if end == math.inf else index(end)]


def index(value: float) -> int:
    return int(value) if math.isfinite(value) else 0


def substring(text: str, start: float, length: float = math.inf) -> str:
    """XPath 1.0: positions from 1, both ends rounded."""
    first, last = rounded(start, 0), rounded(start, 0) + (length if length == math.inf else rounded(length, 0))
    return "".join(sign for i, sign in enumerate(text, 1) if first <= i < last)


def translate(text: str, old: str, new: str) -> str:
    table: dict[int, str | None] = {}
    for i, sign in enumerate(old):
        table.setdefault(ord(sign), new[i] if i < len(new) else None)
    return text.translate(table)


def before(text: str, mark: str) -> str:
    return text.partition(mark)[0] if mark and mark in text else ""


def after(text: str, mark: str) -> str:
    return text.partition(mark)[2] if mark else text


# `(a+)+`, `(\\w+\\s?)*` and the like backtrack without end and would hold the window: refused when a form is opened
_ATOM = r"(?:\\.|\[(?:[^\]\\]|\\.)*\]|[^()\[\]\\+*?{}|])"
_ENDLESS = re.compile(rf"\((?:\?:)?(?:{_ATOM}[?*])*{_ATOM}[+*](?:{_ATOM}[?*])*\)(?:[+*]|\{{\d*,)")
_LONGEST_MATCHED = 4_000
_LONGEST_PATTERN = 1_000


def regex(call: Call, scope: Scope) -> Code:
    counted(call, 2, 2)
    text = as_text(build(call.arguments[0], scope))
    second = call.arguments[1]
    if isinstance(second, Literal):
        pattern = _pattern(second.value)
        return Code(lambda c: pattern.fullmatch(text(c)[:_LONGEST_MATCHED]) is not None, "bool")
    source = as_text(build(second, scope))
    return Code(lambda c: _pattern(source(c)).fullmatch(text(c)[:_LONGEST_MATCHED]) is not None, "bool")


def _pattern(source: str) -> re.Pattern[str]:
    if len(source) > _LONGEST_PATTERN:
        raise XPathError("regex() 的式样太长")
    if _ENDLESS.search(source):
        raise XPathError(f"regex() 的式样 {source} 可能永远算不完，请去掉套在一起的 + 或 *")
    try:
        return re.compile(_java_class(source))
    except (re.error, OverflowError, RecursionError) as trouble:
        raise XPathError(f"regex() 的式样写错了：{source}") from trouble


def _java_class(source: str) -> str:
    """Patterns are written for Java: `\\p{L}` and the like have other names in Python."""
    for java, python in ((r"\p{L}", r"[^\W\d_]"), (r"\p{Lu}", "[A-Z]"), (r"\p{Ll}", "[a-z]"), (r"\p{N}", r"\d"),
                         (r"\p{Nd}", r"\d"), (r"\p{Alpha}", "[A-Za-z]"), (r"\p{Digit}", r"\d")):  # fmt: skip
        source = source.replace(java, python)
    return source


def digest(text: str, algorithm: str, encoding: str = "base64") -> str:
    name = algorithm.strip().upper().replace("-", "")
    if name not in ("MD5", "SHA1", "SHA256", "SHA384", "SHA512"):
        raise XPathError(f"digest() 没有算法 {algorithm}")
    raw = hashlib.new(name.lower(), text.encode(), usedforsecurity=False).digest()
    return raw.hex() if encoding.strip().lower() == "hex" else base64.b64encode(raw).decode("ascii")


def decoded(text: str) -> str:
    """Garbage decodes to nothing: what a person types must never stop a form."""
    try:
        return base64.b64decode(text.strip() + "=" * (-len(text.strip()) % 4)).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""
