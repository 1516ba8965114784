"""Functions that reach for other questions, rows and lists."""

from __future__ import annotations

import hashlib
import math
from typing import Any

from . import places
from .calling import counted
from .closures import Code, Ctx, Read, Scope, as_number, as_text, build
from .nodes import Node, under
from .values import XPathError, words
from .xpath import Call, Literal, Path, Tree, parse


def count(value: Any) -> float:
    return float(len(nodes_of(value)))


def count_non_empty(value: Any) -> float:
    return float(sum(1 for node in nodes_of(value) if node.text or node.kids))


def nodes_of(value: Any) -> list[Node]:
    if not isinstance(value, list):
        raise XPathError("这个函数要引用题目，不能用数或文字")
    return value


def instance(call: Call, scope: Scope) -> Code:
    counted(call, 1, 1)
    name = as_text(build(call.arguments[0], scope))
    return Code(lambda c: [c.env.instance(name(c))], "nodes")


def current(call: Call, _scope: Scope) -> Code:
    counted(call, 0, 0)
    return Code(lambda c: [c.current], "nodes", lambda c: c.current.text)


def position(call: Call, scope: Scope) -> Code:
    """Without argument: the place among the candidates of a predicate; `position(..)`: the row's place."""
    counted(call, 0, 1)
    if not call.arguments:
        return Code(lambda c: float(c.pos), "number")
    before = set(scope.reads)
    nodes = build(call.arguments[0], scope).run
    for read in scope.reads - before:
        if read.place.is_repeat:  # rows coming and going move it
            scope.reads.add(Read(read.place, read.place.level))

    def run(c: Ctx) -> float:
        found = nodes_of(nodes(c))
        if not found:
            return math.nan
        node = found[0]
        return float(node.parent.kids[node.name].index(node) + 1) if node.parent else 1.0

    return Code(run, "number")


def indexed_repeat(call: Call, scope: Scope) -> Code:
    """`indexed-repeat(question, repeat, n [, repeat, n …])`."""
    counted(call, 3, 7)
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


def choice_name(call: Call, scope: Scope) -> Code:
    """`jr:choice-name(value, '${question}')`: the words a choice shows."""
    counted(call, 2, 2)
    value = as_text(build(call.arguments[0], scope))
    second = call.arguments[1]
    if not isinstance(second, Literal):
        raise XPathError("jr:choice-name() 的第二个参数要写成 '${题名}'")
    place = _place_of(parse(second.value.strip()), scope)
    path = place.path
    return Code(lambda c: " ".join(c.env.choice_label(path, one, c.current) for one in words(value(c))), "text")


def itext(call: Call, scope: Scope) -> Code:
    counted(call, 1, 1)
    name = as_text(build(call.arguments[0], scope))
    return Code(lambda c: c.env.text_named(name(c)), "text")


def shown(call: Call, scope: Scope) -> Code:
    nodes = build(call.arguments[0], scope).run
    return Code(lambda c: c.env.shown(found[0]) if (found := nodes_of(nodes(c))) else "", "text")


def pulldata(call: Call, scope: Scope) -> Code:
    """`pulldata(list, column, key column, key)`: one cell of a list handed in; empty where there is none."""
    counted(call, 4, 4)
    name, column, key, wanted = (as_text(build(argument, scope)) for argument in call.arguments)

    def run(c: Ctx) -> str:
        roots = c.env.instance(name(c)).kids.get("root", ())
        rows = [row for root in roots for row in root.keyed("item", key(c)).get(wanted(c), ())]
        cells = rows[0].kids.get(column(c), ()) if rows else ()
        return cells[0].text if cells else ""

    return Code(run, "text")


def randomize(call: Call, scope: Scope) -> Code:
    """The nodes in an order that is the same for the same seed; without a seed, of the paper's own."""
    counted(call, 1, 2)
    nodes = build(call.arguments[0], scope).run
    seed = as_text(build(call.arguments[1], scope)) if len(call.arguments) == 2 else None

    def run(c: Ctx) -> list[Node]:
        found = list(nodes_of(nodes(c)))
        places.park_miller_shuffle(found, _seed(seed(c)) if seed else c.env.shuffle)
        return found

    return Code(run, "nodes")


def _seed(text: str) -> int:
    """A number as it is, any other text by its digest, as ODK does."""
    try:
        number = float(text)
        return int(number) if math.isfinite(number) else 0
    except ValueError:
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big", signed=True)


def search(call: Call, scope: Scope) -> Code:
    """`search(list[, how, columns, text[, column, value]])`: the items one may choose from."""
    counted(call, 1, 6)
    if len(call.arguments) not in (1, 4, 6):
        raise XPathError("search() 应有1、4或6个参数")
    name, *rest = (as_text(build(argument, scope)) for argument in call.arguments)

    def run(c: Ctx) -> list[Node]:
        items = [item for root in c.env.instance(name(c)).kids.get("root", ()) for item in root.kids.get("item", ())]
        if len(rest) >= 3:
            fits, columns, wanted = _FITS.get(rest[0](c), str.__eq__), rest[1](c).split(","), rest[2](c).lower()
            items = [item for item in items if any(fits(_cell(item, column).lower(), wanted) for column in columns)]
        if len(rest) == 5:
            items = [item for item in items if _cell(item, rest[3](c)) == rest[4](c)]
        return items

    return Code(run, "nodes")


_FITS = {"contains": str.__contains__, "startswith": str.startswith, "endswith": str.endswith}


def _cell(item: Node, column: str) -> str:
    cells = item.kids.get(column.strip(), ())
    return cells[0].text if cells else ""


def name(call: Call, scope: Scope) -> Code:
    counted(call, 0, 1)
    nodes = build(call.arguments[0], scope).run if call.arguments else lambda c: [c.node]
    return Code(lambda c: found[0].name if (found := nodes_of(nodes(c))) else "", "text")
