"""Functions of texts."""

from __future__ import annotations

import base64
import binascii
import hashlib
import math
from collections.abc import Iterable
from typing import Any

from .calling import counted
from .closures import Code, Scope, as_text, build
from .patterns import matcher
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
    joined = glue.join(text for value in values for text in _texts(value))
    if len(joined) > _MAX_TEXT:
        raise XPathError("拼接的文字太长")
    return joined


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


def regex(call: Call, scope: Scope) -> Code:
    """Whether the whole text has the form of a pattern; see `patterns` for how it is kept from running away."""
    counted(call, 2, 2)
    text = as_text(build(call.arguments[0], scope))
    second = call.arguments[1]
    if isinstance(second, Literal):
        fits = matcher(second.value)
        return Code(lambda c: fits(text(c)), "bool")
    source = as_text(build(second, scope))
    return Code(lambda c: matcher(source(c))(text(c)), "bool")


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
