"""Paths of expressions as closures: from where one starts, over which steps, to which nodes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .closures import Code, Ctx, Read, Run, Scope, build, scalar
from .nodes import Node, Place
from .values import XPathError, to_bool
from .xpath import Binary, Call, Negative, Path, Step, Tree


def path_code(path: Path, scope: Scope) -> Code:
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
        c.spend(len(found))
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
        c.spend(len(nodes))
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
    while isinstance(tree, Binary):
        if _looks_at_item(tree.right):
            return True
        tree = tree.left
    if isinstance(tree, Path):
        return tree.start == "here" or (not isinstance(tree.start, str) and _looks_at_item(tree.start))
    if isinstance(tree, Call):
        return tree.name in ("position", "last", "random", "uuid", "once") or any(map(_looks_at_item, tree.arguments))
    return isinstance(tree, Negative) and _looks_at_item(tree.of)
