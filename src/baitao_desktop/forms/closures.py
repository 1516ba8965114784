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
from typing import Any, NamedTuple, Protocol, TypeVar

from .nodes import Node, Place
from .values import Value, XPathError, differs, same, to_bool, to_number, to_text
from .xpath import Binary, Call, Literal, Negative, Path, Tree, parse

_T = TypeVar("_T")
MOST_STEPS = 1_000_000  # some 0.3 s


class Env(Protocol):
    """What an expression may ask of the paper it stands in."""

    root: Node
    only: dict[str, Node]
    now: datetime
    zone: tzinfo
    shuffle: int
    spent: int  # nodes looked at by the expression at work

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

    def spend(self, nodes: int) -> None:
        """Count the nodes looked at; raises XPathError when one expression looks at more than any honest one does."""
        self.env.spent += nodes
        if self.env.spent > MOST_STEPS:
            raise XPathError("公式太费时，没有算完")


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
        """Raises XPathError, and nothing else, whatever people typed."""
        return _worked(self.code.run, Ctx(env, node))

    def text(self, env: Env, node: Node) -> str:
        return _worked(as_text(self.code), Ctx(env, node))

    def truth(self, env: Env, node: Node) -> bool:
        return _worked(as_bool(self.code), Ctx(env, node))


def _worked(run: Callable[[Ctx], _T], c: Ctx) -> _T:
    c.env.spent = 0
    try:
        return run(c)
    except (ArithmeticError, ValueError, RecursionError) as trouble:
        raise XPathError("算不出来") from trouble


def expression(
    source: str, *, root: Place | None, current: Place | None, functions: Mapping[str, Builder], shown: bool = False
) -> Expression:
    """Compile one expression standing at `current`; raises XPathError.

    `shown`: an answer named alone or in concat() gives the words on screen instead of what is stored.
    """
    scope = Scope(root, functions, current, current)
    try:
        tree = parse(source)
        code = build(_shown(tree) if shown else tree, scope)
    except RecursionError as trouble:
        raise XPathError("公式套得太深") from trouble
    return Expression(source, code, frozenset(scope.reads), frozenset(scope.unknown))


def _shown(tree: Tree) -> Tree:
    if isinstance(tree, Path):
        return Call("bt:shown", (tree,))
    if isinstance(tree, Call) and tree.name in ("concat", "join", "coalesce"):
        return Call(tree.name, tuple(map(_shown, tree.arguments)))
    return tree


def build(tree: Tree, scope: Scope) -> Code:
    if isinstance(tree, Path):
        from .paths import path_code  # paths hold predicates, predicates hold expressions: neither can come first

        return path_code(tree, scope)
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


_LEVELS = (frozenset({"and"}), frozenset({"or"}), frozenset({"+", "-"}), frozenset({"*", "div", "mod"}))


def _binary(tree: Binary, scope: Scope) -> Code:
    sign = tree.operator
    level = next((level for level in _LEVELS if sign in level), None)
    if level is not None:
        return _chain(tree, level, scope)
    left, right = build(tree.left, scope), build(tree.right, scope)
    if sign in ("=", "!="):
        return _equal(left, right, negate=sign == "!=")
    left_number, right_number = as_number(left), as_number(right)
    compare = _COMPARE[sign]
    return Code(lambda c: compare(left_number(c), right_number(c)), "bool")


def _chain(tree: Tree, level: frozenset[str], scope: Scope) -> Code:
    """`a + b - c …` in one loop: a total over hundreds of questions must not nest hundreds deep."""
    parts: list[tuple[str, Tree]] = []
    while isinstance(tree, Binary) and tree.operator in level:
        parts.append((tree.operator, tree.right))
        tree = tree.left
    parts.reverse()
    codes = [build(tree, scope), *(build(part, scope) for _, part in parts)]
    if "and" in level or "or" in level:
        truths = tuple(map(as_bool, codes))
        if "and" in level:
            return Code(lambda c: _all(truths, c), "bool")
        return Code(lambda c: _any(truths, c), "bool")
    first = as_number(codes[0])
    if len(parts) == 1:
        compute, second = _ARITHMETIC[parts[0][0]], as_number(codes[1])
        return Code(lambda c: compute(first(c), second(c)), "number")
    rest = tuple((_ARITHMETIC[sign], as_number(code)) for (sign, _), code in zip(parts, codes[1:], strict=True))

    def run(c: Ctx) -> float:
        total = first(c)
        for compute, number in rest:
            total = compute(total, number(c))
        return total

    return Code(run, "number")


def _all(truths: tuple[Callable[[Ctx], bool], ...], c: Ctx) -> bool:
    for truth in truths:  # noqa: SIM110 - a generator costs twice as much here, and this runs at every answer
        if not truth(c):
            return False
    return True


def _any(truths: tuple[Callable[[Ctx], bool], ...], c: Ctx) -> bool:
    for truth in truths:  # noqa: SIM110
        if truth(c):
            return True
    return False


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
