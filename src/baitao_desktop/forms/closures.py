"""Turn the tree of an expression into nested closures, and note which questions it reads.

A closure takes a `Ctx`. What a path reads is settled here, once, together with the innermost repeat row both
ends share (`Read.anchor`): that is what keeps recomputing inside one row (forms.md §2.4).
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any, NamedTuple, Protocol

from .nodes import Node, Place
from .values import Value, XPathError, differs, same, to_bool, to_number, to_text
from .xpath import Binary, Call, Literal, Negative, Path, Step, Tree, parse


class Env(Protocol):
    """What an expression may ask of the paper it stands in."""

    root: Node
    only: dict[str, Node]
    now: datetime
    zone: tzinfo

    def instance(self, name: str) -> Node: ...
    def choice_label(self, path: str, value: str, node: Node) -> str: ...
    def text_named(self, name: str) -> str: ...
    def shown(self, node: Node) -> str: ...


class Ctx:
    """Where an expression stands: `current` the question it belongs to, `node` the one looked at just now."""

    __slots__ = ("current", "env", "node", "pos", "size")

    def __init__(self, env: Env, node: Node, current: Node | None = None, pos: int = 1, size: int = 1) -> None:
        self.env = env
        self.node = node
        self.current = node if current is None else current
        self.pos = pos
        self.size = size


Run = Callable[[Ctx], Value]


class Code(NamedTuple):
    """A compiled expression: `run` gives its value, `kind` what that always is (`any` when only the run tells)."""

    run: Run
    kind: str  # nodes text number bool any
    first: Callable[[Ctx], str] | None = None  # of nodes: the text of the first, without building the list


class Read(NamedTuple):
    """`place` is read; `anchor` is the innermost repeat whose row reader and read share (None: none)."""

    place: Place
    anchor: Place | None


Builder = Callable[["Call", "Scope"], Code]


@dataclass
class Scope:
    """Where an expression stands in the definition, and what was found out while compiling it."""

    root: Place | None
    functions: Mapping[str, Builder]
    current: Place | None = None
    place: Place | None = None
    anchor: Place | None = None  # in a predicate: the row both the reader and the looked-at nodes share
    in_predicate: bool = False
    reads: set[Read] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)

    def inside(self, place: Place | None, anchor: Place | None) -> Scope:
        """The scope of a predicate: same findings, another place."""
        return Scope(self.root, self.functions, self.current, place, anchor, True, self.reads, self.unknown)


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """An expression of a form: its text as written, compiled, with what it reads."""

    source: str
    code: Code
    reads: frozenset[Read]
    unknown: frozenset[str]

    def value(self, env: Env, node: Node) -> Value:
        return self.code.run(Ctx(env, node))

    def text(self, env: Env, node: Node) -> str:
        return as_text(self.code)(Ctx(env, node))

    def truth(self, env: Env, node: Node) -> bool:
        return as_bool(self.code)(Ctx(env, node))


def expression(
    source: str, *, root: Place | None, current: Place | None, functions: Mapping[str, Builder], shown: bool = False
) -> Expression:
    """Compile one expression standing at `current`; raises XPathError.

    `shown`: an answer named alone or in concat() gives the words on screen instead of what is stored.
    """
    scope = Scope(root, functions, current, current)
    tree = parse(source)
    code = build(_shown(tree) if shown else tree, scope)
    return Expression(source, code, frozenset(scope.reads), frozenset(scope.unknown))


def _shown(tree: Tree) -> Tree:
    if isinstance(tree, Path):
        return Call("bt:shown", (tree,))
    if isinstance(tree, Call) and tree.name in ("concat", "join", "coalesce"):
        return Call(tree.name, tuple(map(_shown, tree.arguments)))
    return tree


def build(tree: Tree, scope: Scope) -> Code:
    if isinstance(tree, Path):
        return _path(tree, scope)
    if isinstance(tree, Call):
        builder = scope.functions.get(tree.name)
        if builder is None:
            raise XPathError(f"没有函数 {tree.name}()")
        return builder(tree, scope)
    if isinstance(tree, Binary):
        return _binary(tree, scope)
    if isinstance(tree, Negative):
        inner = as_number(build(tree.of, scope))
        return Code(lambda c: -inner(c), "number")
    constant = tree.value
    return Code(lambda _: constant, "text" if isinstance(tree, Literal) else "number", None)


def as_text(code: Code) -> Callable[[Ctx], str]:
    if code.first is not None:
        return code.first
    run: Any = code.run
    return run if code.kind == "text" else lambda c: to_text(run(c))


def as_number(code: Code) -> Callable[[Ctx], float]:
    run: Any = code.first or code.run
    return run if code.kind == "number" else lambda c: to_number(run(c), c.env.zone)


def as_bool(code: Code) -> Callable[[Ctx], bool]:
    run: Any = code.run
    return run if code.kind == "bool" else lambda c: to_bool(run(c))


def scalar(code: Code) -> Run:
    """The value with a node list that can hold one node only read as its text."""
    return code.first or code.run


_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _divide(left: float, right: float) -> float:
    if right:
        return left / right
    if left == 0 or math.isnan(left) or math.isnan(right):
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1.0, right)


def _modulo(left: float, right: float) -> float:
    return math.nan if right == 0 or not math.isfinite(left) or math.isnan(right) else math.fmod(left, right)


_ARITHMETIC: Mapping[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "div": _divide,
    "mod": _modulo,
}


def _binary(tree: Binary, scope: Scope) -> Code:
    left, right = build(tree.left, scope), build(tree.right, scope)
    sign = tree.operator
    if sign in ("and", "or"):
        left_true, right_true = as_bool(left), as_bool(right)
        if sign == "and":
            return Code(lambda c: left_true(c) and right_true(c), "bool")
        return Code(lambda c: left_true(c) or right_true(c), "bool")
    if sign in ("=", "!="):
        return _equal(left, right, negate=sign == "!=")
    left_number, right_number = as_number(left), as_number(right)
    if sign in _COMPARE:
        compare = _COMPARE[sign]
        return Code(lambda c: compare(left_number(c), right_number(c)), "bool")
    compute = _ARITHMETIC[sign]
    return Code(lambda c: compute(left_number(c), right_number(c)), "number")


def _equal(left: Code, right: Code, *, negate: bool) -> Code:
    textual = {"text", "first"}
    kinds = {"first" if left.first else left.kind, "first" if right.first else right.kind}
    if kinds <= textual:
        left_text, right_text = as_text(left), as_text(right)
        if negate:
            return Code(lambda c: left_text(c) != right_text(c), "bool")
        return Code(lambda c: left_text(c) == right_text(c), "bool")
    left_value, right_value = scalar(left), scalar(right)
    test = differs if negate else same
    return Code(lambda c: test(left_value(c), right_value(c), c.env.zone), "bool")


# --- paths ---------------------------------------------------------------------------------------------------------


def _path(path: Path, scope: Scope) -> Code:
    if isinstance(path.start, Call):
        if path.start.name == "current":
            return _walk(path.steps, scope, scope.current, lambda c: c.current, from_current=True)
        start: Any = build(path.start, scope).run
        return _steps_from_nodes(start, path.steps, scope)
    if path.start == "root":
        return _absolute(path.steps, scope)
    return _walk(path.steps, scope, scope.place, lambda c: c.node, from_current=not scope.in_predicate)


def _absolute(steps: tuple[Step, ...], scope: Scope) -> Code:
    """Start at the innermost element the path shares with the question, so that it means "this row"."""
    if scope.root is None or not steps:
        return Code(lambda _: [], "nodes", lambda _: "")
    if steps[0].name not in (scope.root.name, "*") or steps[0].axis != "child":
        scope.unknown.add("/" + "/".join(s.name for s in steps))
        return Code(lambda _: [], "nodes", lambda _: "")
    trail: list[Place] = []
    at: Place | None = scope.current
    while at is not None:
        trail.append(at)
        at = at.parent
    trail.reverse()
    shared = 0
    limit = min(len(trail), len(steps))
    while shared < limit and steps[shared] == Step("child", trail[shared].name, ()):
        shared += 1
    if shared == len(steps) and trail[shared - 1].is_repeat:
        shared -= 1  # a path that ends at the repeat means all its rows, not this one (forms.md §2.5, 5)
    if shared == 0:
        predicates = steps[0].predicates
        rest = (Step("self", "*", predicates), *steps[1:]) if predicates else steps[1:]
        return _walk(rest, scope, scope.root, lambda c: c.env.root, from_current=True)
    base = trail[shared - 1]
    climbs = len(trail) - shared
    if base.repeat_above() is None:
        return _walk(steps[shared:], scope, base, lambda c: c.env.only[base.path], from_current=True)
    return _walk(steps[shared:], scope, base, lambda c: _climb(c.current, climbs), from_current=True)


def _climb(node: Node, times: int) -> Node:
    for _ in range(times):
        if node.parent is not None:
            node = node.parent
    return node


def _walk(
    steps: tuple[Step, ...], scope: Scope, place: Place | None, start: Callable[[Ctx], Node], *, from_current: bool
) -> Code:
    """A path from one node. `place` is that node's place in the definition, None inside a list."""
    if place is None:
        quick = _simple(steps, start)
        return quick or _steps_from_nodes(lambda c: [start(c)], steps, scope)
    ends, anchor, many = _resolve(steps, scope, place, from_current=from_current)
    scope.reads.update(Read(one, anchor) for one in ends)
    end = ends[0] if len(ends) == 1 else None
    plain = not any(s.predicates for s in steps)
    if end is not None and plain and end.repeat_above() is None:
        known = end.path

        def only_text(c: Ctx) -> str:
            node = c.env.only[known]
            return node.text if node.live else ""

        def only_node(c: Ctx) -> list[Node]:
            node = c.env.only[known]
            return [node] if node.live else []

        return Code(only_node, "nodes", only_text)
    if plain and not many and (quick := _simple(steps, start)):
        return quick
    return _steps_from_nodes(lambda c: [start(c)], steps, scope, place, anchor)


def _resolve(
    steps: tuple[Step, ...], scope: Scope, place: Place, *, from_current: bool
) -> tuple[list[Place], Place | None, bool]:
    """The places a path ends at, the row it shares with its reader, and whether it may give several nodes."""
    top: Place = place
    many = False
    places = [place]
    for step in steps:
        following: list[Place] = []
        for at in places:
            if step.axis == "parent":
                if at.parent is not None:
                    following.append(at.parent)
            elif step.axis in ("self", "attribute"):
                following.append(at)
            elif step.name == "*":
                following.extend(at.children.values())
            elif child := _child(at, step.name):
                following.append(child)
        many = many or len(following) > 1 or any(p.is_repeat for p in following if step.axis == "child")
        if not following:
            scope.unknown.add("/".join(s.name for s in steps))
            return [], None, True
        places = list(dict.fromkeys(following))
        top = min([top, *places], key=lambda p: p.depth)
    anchor = top.repeat_above()
    if not from_current and (anchor is None or scope.anchor is None or anchor.depth > scope.anchor.depth):
        anchor = scope.anchor
    return places, anchor, many


def _child(place: Place, name: str) -> Place | None:
    return place.children.get(name) or place.children.get(name.rpartition(":")[2])


def _simple(steps: tuple[Step, ...], start: Callable[[Ctx], Node]) -> Code | None:
    """`../../a/b` without predicates where each step meets one node: no lists on the way."""
    climbs = 0
    names: list[str] = []
    for step in steps:
        if step.predicates or step.axis == "attribute":
            return None
        if step.axis == "parent" and not names:
            climbs += 1
        elif step.axis == "child" and step.name != "*":
            names.append(step.name)
        elif step.axis != "self":
            return None

    def nodes(c: Ctx) -> list[Node]:
        found = [_climb(start(c), climbs)]
        for name in names:
            found = [child for node in found for child in node.kids.get(name, ())]
        return [node for node in found if node.live]

    def first(c: Ctx) -> str:
        node = start(c)
        for _ in range(climbs):
            if node.parent is not None:
                node = node.parent
        for name in names:
            kids = node.kids.get(name)
            if kids is None:
                return ""
            node = kids[0]
        return node.text if node.live else ""

    return Code(nodes, "nodes", first)


Move = Callable[[Ctx, list[Node]], list[Node]]


def _steps_from_nodes(
    start: Callable[[Ctx], Any],
    steps: tuple[Step, ...],
    scope: Scope,
    place: Place | None = None,
    anchor: Place | None = None,
) -> Code:
    moves: list[Move] = []
    for step in steps:
        if place is not None:
            place = (
                place.parent if step.axis == "parent" else _child(place, step.name) if step.axis == "child" else place
            )
        moves.append(_move(step, scope.inside(place, anchor)))

    def nodes(c: Ctx) -> list[Node]:
        found = start(c)
        if not isinstance(found, list):
            raise XPathError("只有题目和列表才有下级")
        for move in moves:
            found = move(c, found)
        return [node for node in found if node.live]

    return Code(nodes, "nodes")


def _move(step: Step, scope: Scope) -> Move:
    axis = _axis(step)
    filters = [_filter(predicate, scope) for predicate in step.predicates]
    key = _key_test(step, scope)

    def move(c: Ctx, nodes: list[Node]) -> list[Node]:
        found: list[Node] = []
        for node in nodes:
            rest = filters
            candidates = None
            if key is not None and node.place is None:
                candidates = key(c, node)
                rest = filters[1:]
            if candidates is None:
                candidates = axis(node)
                rest = filters
            for keep in rest:
                candidates = keep(c, candidates)
            found.extend(candidates)
        return found if len(nodes) < 2 or step.axis != "parent" else list(dict.fromkeys(found))

    return move


def _axis(step: Step) -> Callable[[Node], list[Node]]:
    name = step.name
    local = name.rpartition(":")[2]
    if step.axis == "parent":
        return lambda node: [node.parent] if node.parent is not None else []
    if step.axis == "self":
        return lambda node: [node] if name in ("*", node.name) else []
    if step.axis == "attribute":
        return lambda node: [Node(name, node, node.attributes[local])] if local in node.attributes else []
    if name == "*":
        return lambda node: [child for same_name in node.kids.values() for child in same_name]
    return lambda node: node.kids.get(name) or node.kids.get(local) or []


def _filter(predicate: Tree, scope: Scope) -> Move:
    code = build(predicate, scope)
    run: Any = code.run
    by_position = code.kind == "number"
    always_truth = code.kind in ("bool", "text", "nodes")

    def keep(c: Ctx, nodes: list[Node]) -> list[Node]:
        inner = Ctx(c.env, c.node, c.current, 0, len(nodes))
        found = []
        for place, node in enumerate(nodes, 1):
            inner.node = node
            inner.pos = place
            value = run(inner)
            if by_position or (not always_truth and type(value) is float):
                if value == place:
                    found.append(node)
            elif to_bool(value):
                found.append(node)
        return found

    return keep


def _key_test(step: Step, scope: Scope) -> Callable[[Ctx, Node], list[Node] | None] | None:
    """`item[name = V]` with V the same for all items: answered from an index instead of a walk."""
    if not step.predicates or step.axis != "child" or step.name == "*" or scope.place is not None:
        return None
    first = step.predicates[0]
    if not isinstance(first, Binary) or first.operator != "=":
        return None
    for column, other in ((first.left, first.right), (first.right, first.left)):
        if not (isinstance(column, Path) and column.start == "here" and len(column.steps) == 1):
            continue
        (key,) = column.steps
        if key.axis != "child" or key.predicates or key.name == "*" or _looks_at_item(other):
            continue
        wanted = scalar(build(other, scope))

        def look_up(c: Ctx, node: Node, name: str = key.name, wanted: Run = wanted) -> list[Node] | None:
            value = wanted(c)
            if isinstance(value, str):
                return node.keyed(step.name, name).get(value, [])
            if isinstance(value, list) and len(value) <= 1:
                return node.keyed(step.name, name).get(value[0].text if value else "", [])
            return None

        return look_up
    return None


def _looks_at_item(tree: Tree) -> bool:
    """Whether a value inside a predicate differs from item to item."""
    if isinstance(tree, Path):
        return tree.start == "here" or (not isinstance(tree.start, str) and _looks_at_item(tree.start))
    if isinstance(tree, Call):
        return tree.name in ("position", "last", "random", "uuid", "once") or any(map(_looks_at_item, tree.arguments))
    if isinstance(tree, Binary):
        return _looks_at_item(tree.left) or _looks_at_item(tree.right)
    return isinstance(tree, Negative) and _looks_at_item(tree.of)
