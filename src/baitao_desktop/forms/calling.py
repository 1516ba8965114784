"""How a function of expressions is made from a Python one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .closures import Builder, Code, Ctx, Scope, as_bool, as_number, as_text, build
from .values import XPathError
from .xpath import Call

MANY = 10_000


def counted(call: Call, least: int, most: int) -> None:
    if not least <= len(call.arguments) <= most:
        wanted = f"{least}" if least == most else f"{least}至{most}" if most < MANY else f"至少{least}"
        raise XPathError(f"{call.name}() 应有{wanted}个参数，现有{len(call.arguments)}个")


def plain(kinds: str, result: str, body: Callable[..., Any], least: int | None = None) -> Builder:
    """A function of the values of its arguments: one letter each, t text, n number, b truth, v as it is.

    A last letter `*` repeats the one before it.
    """
    repeated = kinds.endswith("*")
    letters = kinds.rstrip("*")
    most = MANY if repeated else len(letters)

    def builder(call: Call, scope: Scope) -> Code:
        counted(call, len(letters) if least is None else least, most)
        reading: Mapping[str, Callable[[Code], Callable[[Ctx], Any]]] = {
            "t": as_text,
            "n": as_number,
            "b": as_bool,
            "v": lambda code: code.run,
        }
        arguments = []
        for i, argument in enumerate(call.arguments):
            letter = letters[min(i, len(letters) - 1)]
            arguments.append(reading[letter](build(argument, scope)))
        if len(arguments) == 1:
            (one,) = arguments
            return Code(lambda c: body(one(c)), result)
        if len(arguments) == 2:
            one, two = arguments
            return Code(lambda c: body(one(c), two(c)), result)
        return Code(lambda c: body(*[argument(c) for argument in arguments]), result)

    return builder


def of_context(kind: str, body: Callable[[str], Any]) -> Builder:
    """A function of one text, or of the question itself where no argument is written."""

    def builder(call: Call, scope: Scope) -> Code:
        counted(call, 0, 1)
        if call.arguments:
            argument = as_text(build(call.arguments[0], scope))
            return Code(lambda c: body(argument(c)), kind)
        if scope.root is None:
            raise XPathError(f"{call.name}() 在这里要写参数")
        return Code(lambda c: body(c.node.text), kind)

    return builder


def constant(value: Any, kind: str) -> Builder:
    def builder(call: Call, _scope: Scope) -> Code:
        counted(call, 0, 0)
        return Code(lambda _: value, kind)

    return builder


def without(kind: str, body: Callable[[Ctx], Any]) -> Builder:
    def builder(call: Call, _scope: Scope) -> Code:
        counted(call, 0, 0)
        return Code(body, kind)

    return builder
