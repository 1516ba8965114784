"""What can be known of the formulas of a form without an answer: what is never shown, what can never be chosen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from .definition import CHOOSING, Form, Question
from .filling import fill
from .nodes import Place
from .values import XPathError
from .xpath import Binary, Call, Literal, Negative, Number, Path, Tree, parse

_NO_TIME = datetime(2022, 4, 1, tzinfo=UTC)
# functions that are the same for the same arguments: a condition of these alone is fixed once and for all
_FIXED = frozenset(
    {"true", "false", "not", "boolean", "number", "string", "int", "round", "if", "concat", "coalesce", "abs", "floor",
     "ceiling", "string-length", "contains", "starts-with", "ends-with", "selected", "count-selected", "date", "substr"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Doubt:
    """A formula that is right in itself and yet cannot be meant: of which question, in which respect."""

    question: Question
    part: str
    text: str
    remedy: str


def doubts(form: Form) -> Iterator[Doubt]:
    """Unknown questions, conditions that never hold, choices that do not exist."""
    by_node = {question.node: question for question in form.walk() if question.node}
    empty = fill(form, {}, now=_NO_TIME, lists={}, new=False)
    places = {place.path: place for place in form.root.walk()}
    for question in form.walk():
        parts = (("显示条件", question.relevant), ("限制条件", question.constraint), ("计算公式", question.calculate),
                 ("必填条件", question.required))  # fmt: skip
        for part, expression in parts:
            if expression is None:
                continue
            for name in sorted(expression.unknown):
                yield Doubt(question, part, f"公式引用了没有的题 {name}", "请核对题名")
            tree = parse(expression.source)
            place = places.get(question.node, form.root)
            for text in _no_choices(tree, place, form, by_node):
                yield Doubt(question, part, text, "请核对选项的 name")
            if part == "显示条件":
                try:
                    never = _is_fixed(tree) and not expression.truth(empty, empty.root)
                except XPathError:
                    never = False
                if never or _contradicts(tree):
                    yield Doubt(question, part, "条件永远不成立，这道题不会显示", "请改正条件，或删去这道题")


def _is_fixed(tree: Tree) -> bool:
    match tree:
        case Number() | Literal():
            return True
        case Call():
            return tree.name in _FIXED and all(map(_is_fixed, tree.arguments))
        case Binary():
            return _is_fixed(tree.left) and _is_fixed(tree.right)
        case Negative():
            return _is_fixed(tree.of)
    return False


def _contradicts(tree: Tree) -> bool:
    """`${a} = 'x' and ${a} = 'y'`: one answer cannot be two."""
    wanted: dict[Path, str] = {}
    for part in _conjuncts(tree):
        if isinstance(part, Binary) and part.operator == "=":
            path, text = (part.left, part.right) if isinstance(part.left, Path) else (part.right, part.left)
            if (
                isinstance(path, Path)
                and isinstance(text, Literal)
                and wanted.setdefault(path, text.value) != text.value
            ):
                return True
    return False


def _conjuncts(tree: Tree) -> Iterator[Tree]:
    while isinstance(tree, Binary) and tree.operator == "and":
        yield tree.right
        tree = tree.left
    yield tree


def _no_choices(tree: Tree, place: Place, form: Form, by_node: Mapping[str, Question]) -> Iterator[str]:
    """Comparisons of an answer with a name that its list of choices does not have."""
    for one, text in _compared(tree):
        at = _meant(one, place, form)
        question = by_node.get(at.path) if at is not None else None
        if question is None or question.type not in CHOOSING or not question.choices:
            continue
        names = {choice.name for choice in question.choices}
        if text and text not in names:
            near = "、".join(sorted(names)[:8])
            yield f"“{question.label or question.name}”的选项里没有“{text}”（有的是：{near}{'等' if len(names) > 8 else ''}）"


def _compared(tree: Tree) -> Iterator[tuple[Path, str]]:
    """Every `path = 'text'`, `path != 'text'` and `selected(path, 'text')` of a formula."""
    rest = [tree]
    while rest:
        at = rest.pop()
        if isinstance(at, Binary):
            rest.extend((at.left, at.right))
            sides = (at.left, at.right) if isinstance(at.left, Path) else (at.right, at.left)
            if at.operator in ("=", "!=") and isinstance(sides[0], Path) and isinstance(sides[1], Literal):
                yield sides[0], sides[1].value
        elif isinstance(at, Call):
            rest.extend(at.arguments)
            if at.name in ("selected", "is-selected") and len(at.arguments) == 2:
                path, text = at.arguments
                if isinstance(path, Path) and isinstance(text, Literal):
                    yield path, text.value.strip()
        elif isinstance(at, Negative):
            rest.append(at.of)


def _meant(path: Path, place: Place, form: Form) -> Place | None:
    """The question a path without conditions names."""
    steps = path.steps
    at: Place | None = place
    if path.start == "root":
        at = form.root if steps and steps[0].name == form.root.name else None
        steps = steps[1:]
    elif path.start != "here" and not (isinstance(path.start, Call) and path.start.name == "current"):
        return None
    for step in steps:
        if at is None or step.predicates:
            return None
        at = at.parent if step.axis == "parent" else at if step.axis == "self" else at.children.get(step.name)
    return at
