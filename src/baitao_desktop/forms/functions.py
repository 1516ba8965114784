"""The functions an expression may call, as ODK XForms defines them."""

from __future__ import annotations

import base64
import binascii
import hashlib
import math
import random
import re
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from . import moments, places
from .closures import Builder, Code, Ctx, Read, Scope, as_bool, as_number, as_text, build
from .nodes import Node, under
from .values import XPathError, numbers, rounded, to_bool, to_text, words
from .xpath import Call, Literal, Path, Tree, parse

_MAX_TEXT = 1_000_000


def _counted(call: Call, least: int, most: int) -> None:
    if not least <= len(call.arguments) <= most:
        wanted = f"{least}" if least == most else f"{least}至{most}" if most < 99 else f"至少{least}"
        raise XPathError(f"{call.name}() 应有{wanted}个参数，现有{len(call.arguments)}个")


def _plain(kinds: str, result: str, body: Callable[..., Any], least: int | None = None) -> Builder:
    """A function of the values of its arguments: one letter each, t text, n number, b truth, v as it is.

    A last letter `*` repeats the one before it.
    """
    repeated = kinds.endswith("*")
    letters = kinds.rstrip("*")
    most = 99 if repeated else len(letters)

    def builder(call: Call, scope: Scope) -> Code:
        _counted(call, len(letters) if least is None else least, most)
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


def _of_context(kind: str, body: Callable[[str], Any]) -> Builder:
    """A function of one text, or of the question itself where no argument is written."""

    def builder(call: Call, scope: Scope) -> Code:
        _counted(call, 0, 1)
        if call.arguments:
            argument = as_text(build(call.arguments[0], scope))
            return Code(lambda c: body(argument(c)), kind)
        if scope.root is None:
            raise XPathError(f"{call.name}() 在这里要写参数")
        return Code(lambda c: body(c.node.text), kind)

    return builder


def _if(call: Call, scope: Scope) -> Code:
    _counted(call, 3, 3)
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
    _counted(call, 1, 99)
    options = [as_text(build(argument, scope)) for argument in call.arguments]
    return Code(lambda c: next((text for option in options if (text := option(c))), ""), "text")


def _once(call: Call, scope: Scope) -> Code:
    """The value the question has already, else the argument."""
    _counted(call, 1, 1)
    inner = as_text(build(call.arguments[0], scope))
    return Code(lambda c: c.current.text or inner(c), "text")


def _texts(value: Any) -> Iterable[str]:
    return [node.text for node in value] if isinstance(value, list) else [to_text(value)]


def _concat(*values: Any) -> str:
    joined = "".join(text for value in values for text in _texts(value))
    if len(joined) > _MAX_TEXT:
        raise XPathError("拼接的文字太长")
    return joined


def _join(glue: str, *values: Any) -> str:
    return glue.join(text for value in values for text in _texts(value))


def _substr(text: str, start: float, end: float = math.inf) -> str:
    return text[_index(start) : None if end == math.inf else _index(end)]


def _index(value: float) -> int:
    return int(value) if math.isfinite(value) else 0


def _substring(text: str, start: float, length: float = math.inf) -> str:
    """XPath 1.0: positions from 1, both ends rounded."""
    first, last = rounded(start, 0), rounded(start, 0) + (length if length == math.inf else rounded(length, 0))
    return "".join(sign for i, sign in enumerate(text, 1) if first <= i < last)


def _translate(text: str, old: str, new: str) -> str:
    table: dict[int, str | None] = {}
    for i, sign in enumerate(old):
        table.setdefault(ord(sign), new[i] if i < len(new) else None)
    return text.translate(table)


def _before(text: str, mark: str) -> str:
    return text.partition(mark)[0] if mark and mark in text else ""


def _after(text: str, mark: str) -> str:
    return text.partition(mark)[2] if mark else text


# A pattern that backtracks without end would hold the window; the doubling quantifiers that do so are refused
# when a form is checked (authoring), and texts are cut here.
_LONGEST_MATCHED = 4_000


def _regex(call: Call, scope: Scope) -> Code:
    _counted(call, 2, 2)
    text = as_text(build(call.arguments[0], scope))
    second = call.arguments[1]
    if isinstance(second, Literal):
        pattern = _pattern(second.value)
        return Code(lambda c: pattern.fullmatch(text(c)[:_LONGEST_MATCHED]) is not None, "bool")
    source = as_text(build(second, scope))
    return Code(lambda c: _pattern(source(c)).fullmatch(text(c)[:_LONGEST_MATCHED]) is not None, "bool")


def _pattern(source: str) -> re.Pattern[str]:
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


def _selected(text: str, name: str) -> bool:
    return name.strip() in text.split()


def _selected_at(text: str, place: float) -> str:
    chosen = text.split()
    return chosen[int(place)] if math.isfinite(place) and 0 <= place < len(chosen) else ""


def _count(value: Any) -> float:
    return float(len(_nodes(value)))


def _count_non_empty(value: Any) -> float:
    return float(sum(1 for node in _nodes(value) if node.text or node.kids))


def _nodes(value: Any) -> list[Node]:
    if not isinstance(value, list):
        raise XPathError("这个函数要引用题目，不能用数或文字")
    return value


def _gathering(choose: Callable[[list[float]], float], *, empty: float) -> Builder:
    """`sum`, `max`, `min` over all filled nodes of all arguments; dates count as day numbers."""

    def builder(call: Call, scope: Scope) -> Code:
        _counted(call, 1, 99)
        runs = [build(argument, scope).run for argument in call.arguments]

        def run(c: Ctx) -> float:
            found = [number for one in runs for number in numbers(one(c), c.env.zone)]
            return choose(found) if found else empty

        return Code(run, "number")

    return builder


def _nan_through(choose: Callable[[list[float]], float]) -> Callable[[list[float]], float]:
    return lambda found: math.nan if any(math.isnan(n) for n in found) else choose(found)


def _round(call: Call, scope: Scope) -> Code:
    _counted(call, 1, 2)
    code = build(call.arguments[0], scope)
    places_of = as_number(build(call.arguments[1], scope)) if len(call.arguments) == 2 else None

    def run(c: Ctx) -> float:
        value = code.run(c)
        if isinstance(value, list):
            value = to_text(value)
        wanted = 0.0 if places_of is None else places_of(c)
        return rounded(value if isinstance(value, str) else float(value), _index(wanted))

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
    _counted(call, 2, 99)
    runs: list[Callable[[Ctx], Any]] = [as_number(build(argument, scope)) for argument in call.arguments[:2]]
    for i, argument in enumerate(call.arguments[2:]):
        code = build(argument, scope)
        runs.append(as_number(code) if i % 2 else code.run)
    return Code(lambda c: _weighted(*[run(c) for run in runs]), "bool")


def _digest(text: str, algorithm: str, encoding: str = "base64") -> str:
    name = algorithm.strip().upper().replace("-", "")
    if name not in ("MD5", "SHA1", "SHA256", "SHA384", "SHA512"):
        raise XPathError(f"digest() 没有算法 {algorithm}")
    raw = hashlib.new(name.lower(), text.encode(), usedforsecurity=False).digest()
    return raw.hex() if encoding.strip().lower() == "hex" else base64.b64encode(raw).decode("ascii")


def _decoded(text: str) -> str:
    """Garbage decodes to nothing: what a person types must never stop a form."""
    try:
        return base64.b64decode(text.strip() + "=" * (-len(text.strip()) % 4)).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""


def _instance(call: Call, scope: Scope) -> Code:
    _counted(call, 1, 1)
    name = as_text(build(call.arguments[0], scope))
    return Code(lambda c: [c.env.instance(name(c))], "nodes")


def _current(call: Call, _scope: Scope) -> Code:
    _counted(call, 0, 0)
    return Code(lambda c: [c.current], "nodes", lambda c: c.current.text)


def _position(call: Call, scope: Scope) -> Code:
    """Without argument: the place among the candidates of a predicate; `position(..)`: the row's place."""
    _counted(call, 0, 1)
    if not call.arguments:
        return Code(lambda c: float(c.pos), "number")
    before = set(scope.reads)
    nodes = build(call.arguments[0], scope).run
    for read in scope.reads - before:
        if read.place.is_repeat:  # rows coming and going move it
            scope.reads.add(Read(read.place, read.place.level))

    def run(c: Ctx) -> float:
        found = _nodes(nodes(c))
        if not found:
            return math.nan
        node = found[0]
        return float(node.parent.kids[node.name].index(node) + 1) if node.parent else 1.0

    return Code(run, "number")


def _indexed_repeat(call: Call, scope: Scope) -> Code:
    """`indexed-repeat(question, repeat, n [, repeat, n …])`."""
    _counted(call, 3, 7)
    target = _place_of(call.arguments[0], scope)
    pairs = [
        (_place_of(call.arguments[i], scope), as_number(build(call.arguments[i + 1], scope)))
        for i in range(1, len(call.arguments) - 1, 2)
    ]
    scope.reads.add(Read(target, None))

    def run(c: Ctx) -> list[Node]:
        node = c.env.root
        for repeat, index in pairs:
            rows = under(node, repeat)
            wanted = index(c)
            if not (math.isfinite(wanted) and 1 <= wanted <= len(rows)):
                return []
            node = rows[int(wanted) - 1]
        return [found for found in under(node, target) if found.live]

    return Code(run, "nodes")


def _place_of(tree: Tree, scope: Scope) -> Any:
    place = scope.current
    steps = tree.steps if isinstance(tree, Path) else ()
    if isinstance(tree, Path) and tree.start == "root" and scope.root is not None and steps:
        place = scope.root if steps[0].name == scope.root.name else None
        steps = steps[1:]
    elif not isinstance(tree, Path) or tree.start not in ("here",):
        place = None
    for step in steps:
        if place is not None:
            place = (
                place.parent
                if step.axis == "parent"
                else place
                if step.axis == "self"
                else place.children.get(step.name)
            )
    if place is None:
        raise XPathError("indexed-repeat() 的题目和重复组要直接写 ${题名}")
    return place


def _choice_name(call: Call, scope: Scope) -> Code:
    """`jr:choice-name(value, '${question}')`: the words a choice shows."""
    _counted(call, 2, 2)
    value = as_text(build(call.arguments[0], scope))
    second = call.arguments[1]
    if not isinstance(second, Literal):
        raise XPathError("jr:choice-name() 的第二个参数要写成 '${题名}'")
    place = _place_of(parse(second.value.strip()), scope)
    path = place.path
    return Code(lambda c: " ".join(c.env.choice_label(path, one, c.current) for one in words(value(c))), "text")


def _itext(call: Call, scope: Scope) -> Code:
    _counted(call, 1, 1)
    name = as_text(build(call.arguments[0], scope))
    return Code(lambda c: c.env.text_named(name(c)), "text")


def _shown(call: Call, scope: Scope) -> Code:
    nodes = build(call.arguments[0], scope).run
    return Code(lambda c: c.env.shown(found[0]) if (found := _nodes(nodes(c))) else "", "text")


def _pulldata(call: Call, scope: Scope) -> Code:
    """`pulldata(list, column, key column, key)`: one cell of a list handed in; empty where there is none."""
    _counted(call, 4, 4)
    name, column, key, wanted = (as_text(build(argument, scope)) for argument in call.arguments)

    def run(c: Ctx) -> str:
        roots = c.env.instance(name(c)).kids.get("root", ())
        rows = [row for root in roots for row in root.keyed("item", key(c)).get(wanted(c), ())]
        cells = rows[0].kids.get(column(c), ()) if rows else ()
        return cells[0].text if cells else ""

    return Code(run, "text")


def _randomize(call: Call, scope: Scope) -> Code:
    """The nodes in an order that is the same for the same seed; without a seed, of the paper's own."""
    _counted(call, 1, 2)
    nodes = build(call.arguments[0], scope).run
    seed = as_number(build(call.arguments[1], scope)) if len(call.arguments) == 2 else None

    def run(c: Ctx) -> list[Node]:
        found = list(_nodes(nodes(c)))
        number = seed(c) if seed else float("nan")
        places.park_miller_shuffle(found, int(number) if math.isfinite(number) else id(c.env) >> 4)
        return found

    return Code(run, "nodes")


def _uuid(call: Call, scope: Scope) -> Code:
    _counted(call, 0, 1)
    if call.arguments:
        length = as_number(build(call.arguments[0], scope))
        return Code(lambda c: uuid.uuid4().hex[: _index(length(c))], "text")
    return Code(lambda _: str(uuid.uuid4()), "text")


def _constant(value: Any, kind: str) -> Builder:
    def builder(call: Call, _scope: Scope) -> Code:
        _counted(call, 0, 0)
        return Code(lambda _: value, kind)

    return builder


def _call(kind: str, body: Callable[[Ctx], Any]) -> Builder:
    def builder(call: Call, _scope: Scope) -> Code:
        _counted(call, 0, 0)
        return Code(body, kind)

    return builder


def _name(call: Call, scope: Scope) -> Code:
    _counted(call, 0, 1)
    nodes = build(call.arguments[0], scope).run if call.arguments else lambda c: [c.node]
    return Code(lambda c: found[0].name if (found := _nodes(nodes(c))) else "", "text")


def functions() -> Mapping[str, Builder]:
    """All functions by the name they are called with."""
    text, number, truth = "text", "number", "bool"
    return {
        "true": _constant(True, truth),
        "false": _constant(False, truth),
        "not": _plain("b", truth, lambda b: not b),
        "boolean": _plain("b", truth, lambda b: b),
        "boolean-from-string": _plain("v", truth, _from_text),
        "number": _plain("n", number, lambda n: n),
        "int": _plain("n", number, _int),
        "string": _plain("t", text, lambda t: t),
        "if": _if,
        "coalesce": _coalesce,
        "once": _once,
        "concat": _plain("v*", text, _concat, 0),
        "join": _plain("tv*", text, _join, 1),
        "string-length": _of_context(number, lambda t: float(len(t))),
        "normalize-space": _of_context(text, lambda t: " ".join(t.split())),
        "substr": _plain("tnn", text, _substr, 2),
        "substring": _plain("tnn", text, _substring, 2),
        "substring-before": _plain("tt", text, _before),
        "substring-after": _plain("tt", text, _after),
        "contains": _plain("tt", truth, lambda t, part: part in t),
        "starts-with": _plain("tt", truth, lambda t, part: t.startswith(part)),
        "ends-with": _plain("tt", truth, lambda t, part: t.endswith(part)),
        "translate": _plain("ttt", text, _translate),
        "upper-case": _plain("t", text, str.upper),
        "lower-case": _plain("t", text, str.lower),
        "regex": _regex,
        "selected": _plain("tt", truth, _selected),
        "is-selected": _plain("tt", truth, _selected),
        "selected-at": _plain("tn", text, _selected_at),
        "count-selected": _plain("t", number, lambda t: float(len(t.split()))),
        "checklist": _plain("nnv*", truth, _checklist, 2),
        "weighted-checklist": _weighted_checklist,
        "count": _plain("v", number, _count),
        "count-non-empty": _plain("v", number, _count_non_empty),
        "sum": _gathering(_nan_through(math.fsum), empty=0.0),
        "max": _gathering(_nan_through(max), empty=math.nan),
        "min": _gathering(_nan_through(min), empty=math.nan),
        "round": _round,
        "abs": _plain("n", number, abs),
        "floor": _plain("n", number, lambda n: float(math.floor(n)) if math.isfinite(n) else n),
        "ceiling": _plain("n", number, lambda n: float(math.ceil(n)) if math.isfinite(n) else n),
        "pow": _plain("nn", number, _guarded(_pow)),
        "exp": _plain("n", number, _guarded(math.exp)),
        "exp10": _plain("n", number, _guarded(lambda n: math.pow(10.0, n))),
        "log": _plain("n", number, _guarded(math.log)),
        "log10": _plain("n", number, _guarded(math.log10)),
        "sqrt": _plain("n", number, _guarded(math.sqrt)),
        "pi": _constant(math.pi, number),
        "sin": _plain("n", number, _guarded(math.sin)),
        "cos": _plain("n", number, _guarded(math.cos)),
        "tan": _plain("n", number, _guarded(math.tan)),
        "asin": _plain("n", number, _guarded(math.asin)),
        "acos": _plain("n", number, _guarded(math.acos)),
        "atan": _plain("n", number, _guarded(math.atan)),
        "atan2": _plain("nn", number, _guarded(math.atan2)),
        "random": _call(number, lambda _: random.random()),
        "randomize": _randomize,
        "uuid": _uuid,
        "position": _position,
        "last": _call(number, lambda c: float(c.size)),
        "name": _name,
        "local-name": _name,
        "instance": _instance,
        "current": _current,
        "indexed-repeat": _indexed_repeat,
        "jr:choice-name": _choice_name,
        "jr:itext": _itext,
        "itext": _itext,
        "bt:shown": _shown,
        "pulldata": _pulldata,
        "property": _plain("t", text, lambda _: ""),  # of the phone; there is none here
        "digest": _plain("ttt", text, _digest, 2),
        "base64-decode": _plain("t", text, _decoded),
        "base64-encode": _plain("t", text, lambda t: base64.b64encode(t.encode()).decode("ascii")),
        "area": _plain("v", number, places.area),
        "distance": _plain("v*", number, places.distance, 1),
        "geofence": _plain("tt", truth, places.geofence),
        **moments.functions(),
    }
