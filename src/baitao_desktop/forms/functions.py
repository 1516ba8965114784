"""The functions an expression may call, as ODK XForms defines them."""

from __future__ import annotations

import base64
import math
import random
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from . import moments, places, reaching, wording
from .calling import MANY, constant, counted, of_context, plain, without
from .closures import Builder, Code, Ctx, Scope, as_bool, as_number, as_text, build
from .values import numbers, rounded, to_bool, to_text
from .xpath import Call


def _if(call: Call, scope: Scope) -> Code:
    counted(call, 3, 3)
    test = as_bool(build(call.arguments[0], scope))
    yes, no = build(call.arguments[1], scope), build(call.arguments[2], scope)
    yes_run, no_run = yes.run, no.run
    kind = yes.kind if yes.kind == no.kind else "any"
    first = None
    if kind == "nodes":
        yes_text, no_text = as_text(yes), as_text(no)
        first = lambda c: yes_text(c) if test(c) else no_text(c)  # noqa: E731
    return Code(lambda c: yes_run(c) if test(c) else no_run(c), kind, first)


def _coalesce(call: Call, scope: Scope) -> Code:
    counted(call, 1, MANY)
    options = [as_text(build(argument, scope)) for argument in call.arguments]
    return Code(lambda c: next((text for option in options if (text := option(c))), ""), "text")


def _once(call: Call, scope: Scope) -> Code:
    """The value the question has already, else the argument."""
    counted(call, 1, 1)
    inner = as_text(build(call.arguments[0], scope))
    return Code(lambda c: c.current.text or inner(c), "text")


def _gathering(choose: Callable[[list[float]], float], *, empty: float) -> Builder:
    """`sum`, `max`, `min` over all filled nodes of all arguments; dates count as day numbers."""

    def builder(call: Call, scope: Scope) -> Code:
        counted(call, 1, MANY)
        runs = [build(argument, scope).run for argument in call.arguments]

        def run(c: Ctx) -> float:
            found = [number for one in runs for number in numbers(one(c), c.env.zone)]
            return choose(found) if found else empty

        return Code(run, "number")

    return builder


def _nan_through(choose: Callable[[list[float]], float]) -> Callable[[list[float]], float]:
    return lambda found: math.nan if any(math.isnan(n) for n in found) else choose(found)


def _round(call: Call, scope: Scope) -> Code:
    counted(call, 1, 2)
    code = build(call.arguments[0], scope)
    places_of = as_number(build(call.arguments[1], scope)) if len(call.arguments) == 2 else None

    def run(c: Ctx) -> float:
        value = code.run(c)
        if isinstance(value, list):
            value = to_text(value)
        wanted = 0.0 if places_of is None else places_of(c)
        return rounded(value if isinstance(value, str) else float(value), wording.index(wanted))

    return Code(run, "number")


def _int(value: float) -> float:
    return float(math.trunc(value)) if math.isfinite(value) else value


def _guarded(body: Callable[..., float]) -> Callable[..., float]:
    def safe(*values: float) -> float:
        try:
            return body(*values)
        except (ValueError, ZeroDivisionError):
            return math.nan
        except OverflowError:
            return math.inf

    return safe


def _pow(base: float, power: float) -> float:
    return math.pow(base, power)


def _from_text(value: Any) -> bool:
    """`boolean-from-string`: only `true` and 1 are true."""
    text = to_text(value).strip()
    return text.lower() == "true" or (text != "" and text.replace(".", "", 1).isdecimal() and float(text) == 1)


def _checklist(least: float, most: float, *answers: Any) -> bool:
    count = sum(1 for answer in answers if to_bool(answer))
    return (least < 0 or count >= least) and (most < 0 or count <= most)


def _weighted(least: float, most: float, *pairs: Any) -> bool:
    total = sum(weight for answer, weight in zip(pairs[::2], pairs[1::2], strict=False) if to_bool(answer))
    return (least < 0 or total >= least) and (most < 0 or total <= most)


def _weighted_checklist(call: Call, scope: Scope) -> Code:
    counted(call, 2, MANY)
    runs: list[Callable[[Ctx], Any]] = [as_number(build(argument, scope)) for argument in call.arguments[:2]]
    for i, argument in enumerate(call.arguments[2:]):
        code = build(argument, scope)
        runs.append(as_number(code) if i % 2 else code.run)
    return Code(lambda c: _weighted(*[run(c) for run in runs]), "bool")


def _uuid(call: Call, scope: Scope) -> Code:
    counted(call, 0, 1)
    if call.arguments:
        length = as_number(build(call.arguments[0], scope))
        return Code(lambda c: uuid.uuid4().hex[: wording.index(length(c))], "text")
    return Code(lambda _: str(uuid.uuid4()), "text")


def functions() -> Mapping[str, Builder]:
    """All functions by the name they are called with."""
    return {**_logic(), **_words(), **_figures(), **_reach(), **moments.functions()}


def _logic() -> Mapping[str, Builder]:
    """Truth and choices."""
    text, number, truth = "text", "number", "bool"
    return {
        "true": constant(True, truth),
        "false": constant(False, truth),
        "not": plain("b", truth, lambda b: not b),
        "boolean": plain("b", truth, lambda b: b),
        "boolean-from-string": plain("v", truth, _from_text),
        "if": _if,
        "coalesce": _coalesce,
        "once": _once,
        "selected": plain("tt", truth, wording.selected),
        "is-selected": plain("tt", truth, wording.selected),
        "selected-at": plain("tn", text, wording.selected_at),
        "count-selected": plain("t", number, lambda t: float(len(t.split()))),
        "checklist": plain("nnv*", truth, _checklist, 2),
        "weighted-checklist": _weighted_checklist,
    }


def _words() -> Mapping[str, Builder]:
    """Texts."""
    text, number, truth = "text", "number", "bool"
    return {
        "string": plain("t", text, lambda t: t),
        "concat": plain("v*", text, wording.concat, 0),
        "join": plain("tv*", text, wording.join, 1),
        "string-length": of_context(number, lambda t: float(len(t))),
        "normalize-space": of_context(text, lambda t: " ".join(t.split())),
        "substr": plain("tnn", text, wording.substr, 2),
        "substring": plain("tnn", text, wording.substring, 2),
        "substring-before": plain("tt", text, wording.before),
        "substring-after": plain("tt", text, wording.after),
        "contains": plain("tt", truth, lambda t, part: part in t),
        "starts-with": plain("tt", truth, lambda t, part: t.startswith(part)),
        "ends-with": plain("tt", truth, lambda t, part: t.endswith(part)),
        "translate": plain("ttt", text, wording.translate),
        "upper-case": plain("t", text, str.upper),
        "lower-case": plain("t", text, str.lower),
        "regex": wording.regex,
        "uuid": _uuid,
        "digest": plain("ttt", text, wording.digest, 2),
        "base64-decode": plain("t", text, wording.decoded),
        "base64-encode": plain("t", text, lambda t: base64.b64encode(t.encode()).decode("ascii")),
    }


def _figures() -> Mapping[str, Builder]:
    """Numbers and places."""
    number, truth = "number", "bool"
    return {
        "number": plain("n", number, lambda n: n),
        "int": plain("n", number, _int),
        "sum": _gathering(_nan_through(math.fsum), empty=0.0),
        "max": _gathering(_nan_through(max), empty=math.nan),
        "min": _gathering(_nan_through(min), empty=math.nan),
        "round": _round,
        "abs": plain("n", number, abs),
        "floor": plain("n", number, lambda n: float(math.floor(n)) if math.isfinite(n) else n),
        "ceiling": plain("n", number, lambda n: float(math.ceil(n)) if math.isfinite(n) else n),
        "pow": plain("nn", number, _guarded(_pow)),
        "exp": plain("n", number, _guarded(math.exp)),
        "exp10": plain("n", number, _guarded(lambda n: math.pow(10.0, n))),
        "log": plain("n", number, _guarded(math.log)),
        "log10": plain("n", number, _guarded(math.log10)),
        "sqrt": plain("n", number, _guarded(math.sqrt)),
        "pi": constant(math.pi, number),
        "sin": plain("n", number, _guarded(math.sin)),
        "cos": plain("n", number, _guarded(math.cos)),
        "tan": plain("n", number, _guarded(math.tan)),
        "asin": plain("n", number, _guarded(math.asin)),
        "acos": plain("n", number, _guarded(math.acos)),
        "atan": plain("n", number, _guarded(math.atan)),
        "atan2": plain("nn", number, _guarded(math.atan2)),
        "random": without(number, lambda _: random.random()),
        "area": plain("v", number, places.area),
        "distance": plain("v*", number, places.distance, 1),
        "enclosed-area": plain("v", number, places.area),
        "intersects": plain("v", truth, places.intersects),
        "geofence": plain("tt", truth, places.geofence),
    }


def _reach() -> Mapping[str, Builder]:
    """Other questions, rows and lists."""
    text, number = "text", "number"
    return {
        "count": plain("v", number, reaching.count),
        "count-non-empty": plain("v", number, reaching.count_non_empty),
        "randomize": reaching.randomize,
        "position": reaching.position,
        "last": without(number, lambda c: float(c.size)),
        "name": reaching.name,
        "local-name": reaching.name,
        "instance": reaching.instance,
        "current": reaching.current,
        "indexed-repeat": reaching.indexed_repeat,
        "jr:choice-name": reaching.choice_name,
        "jr:itext": reaching.itext,
        "itext": reaching.itext,
        "bt:shown": reaching.shown,
        "pulldata": reaching.pulldata,
        "search": reaching.search,
        "property": plain("t", text, lambda _: ""),  # of the phone; there is none here
    }
