"""In what order the computed things of a form are worked out, and what each answer touches. Made once per form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .closures import Expression
from .nodes import Place


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """`task` is relevant, calculate or count, worked out for the nodes at `at` (of a count: where the rows go).

    `order` is its turn, `single`: there is one such node; `feeds_itself`: a count that looks at its own rows.
    """

    place: Place
    at: Place
    task: str
    expression: Expression
    order: int
    single: bool
    feeds_itself: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """`rules` in turn; `readers` and `views`: for the path of an element, who reads it, with the shared row."""

    rules: tuple[Rule, ...]
    readers: Mapping[str, tuple[tuple[Rule, Place | None], ...]]
    views: Mapping[str, tuple[tuple[Place, Place | None], ...]]
    own: Mapping[str, tuple[Rule, ...]]  # rules of each place
    cycles: tuple[tuple[str, ...], ...]  # paths of the questions that wait for one another


def make_plan(tasks: Sequence[tuple[Place, str, Expression]], views: Iterable[tuple[Place, Expression]]) -> Plan:
    """Order the tasks so that what is read comes first; those in a cycle are named and come last."""
    by_place: dict[str, list[int]] = {}
    for number, (place, _, _) in enumerate(tasks):
        by_place.setdefault(place.path, []).append(number)
    waits = [_waits_for(number, tasks, by_place) for number in range(len(tasks))]
    order, cycles = _sorted(waits)
    rules: list[Rule] = []
    rule_of: dict[int, Rule] = {}
    for turn, number in enumerate(order):
        place, task, expression = tasks[number]
        at = place.parent if task == "count" and place.parent is not None else place
        feeds = task == "count" and _feeds_itself(number, tasks, waits)
        rule_of[number] = Rule(place, at, task, expression, turn, at.repeat_above() is None, feeds)
        rules.append(rule_of[number])
    readers: dict[str, list[tuple[Rule, Place | None]]] = {}
    for rule in rules:
        for read in rule.expression.reads:
            if read.place is rule.place and rule.task == "calculate":
                continue  # `coalesce(., …)`, `once(…)`: its own old value never sets it off
            readers.setdefault(read.place.path, []).append((rule, read.anchor))
    seen: dict[str, dict[tuple[Place, Place | None], None]] = {}
    for place, expression in views:
        for read in expression.reads:
            seen.setdefault(read.place.path, {})[place, read.anchor] = None
    return Plan(
        tuple(rules),
        {path: tuple(found) for path, found in readers.items()},
        {path: tuple(found) for path, found in seen.items()},
        {path: tuple(rule_of[number] for number in numbers) for path, numbers in by_place.items()},
        tuple(tuple(dict.fromkeys(tasks[number][0].path for number in cycle)) for cycle in cycles),
    )


def _waits_for(
    number: int, tasks: Sequence[tuple[Place, str, Expression]], by_place: Mapping[str, list[int]]
) -> tuple[int, ...]:
    """A value waits for the values it reads and for whether those, and all around them, are shown."""
    place, task, expression = tasks[number]
    found: dict[int, None] = {}
    around: Place | None = place if task == "calculate" else None
    while around is not None:  # what is hidden is not worked out, so its visibility comes first
        found.update(dict.fromkeys(n for n in by_place.get(around.path, ()) if tasks[n][1] == "relevant"))
        around = around.parent
    for read in expression.reads:
        at: Place | None = read.place
        while at is not None:
            for other in by_place.get(at.path, ()):
                wanted = tasks[other][1]
                if wanted == "count" or (at is not read.place and wanted == "calculate"):
                    continue  # rows may come and go at any time; their coming tells those who look at them
                if other == number and task == "calculate":
                    continue
                found[other] = None
            at = at.parent
    return tuple(found)


def _feeds_itself(
    number: int,
    tasks: Sequence[tuple[Place, str, Expression]],
    waits: Sequence[tuple[int, ...]],
) -> bool:
    """Whether a count depends on the rows it makes ("one more until …"): such a repeat must not run away."""
    repeat = tasks[number][0]
    seen = {number}
    rest = [number]
    while rest:
        at = rest.pop()
        for read in tasks[at][2].reads:
            place: Place | None = read.place
            while place is not None:
                if place is repeat:
                    return True
                place = place.parent
        for other in waits[at]:
            if other not in seen:
                seen.add(other)
                rest.append(other)
    return False


def _sorted(waits: Sequence[tuple[int, ...]]) -> tuple[list[int], list[tuple[int, ...]]]:
    """Tarjan's components, which come out in the order wanted; a component of several is a cycle."""
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    on_stack: set[int] = set()
    stack: list[int] = []
    order: list[int] = []
    cycles: list[tuple[int, ...]] = []
    for first in range(len(waits)):
        if first in index:
            continue
        work = [(first, iter(waits[first]))]
        index[first] = low[first] = len(index)
        stack.append(first)
        on_stack.add(first)
        while work:
            at, rest = work[-1]
            following = next(rest, None)
            if following is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[at])
                if low[at] == index[at]:
                    component = _popped(stack, on_stack, at)
                    order.extend(component)
                    if len(component) > 1 or at in waits[at]:
                        cycles.append(tuple(sorted(component)))
            elif following not in index:
                index[following] = low[following] = len(index)
                stack.append(following)
                on_stack.add(following)
                work.append((following, iter(waits[following])))
            elif following in on_stack:
                low[at] = min(low[at], index[following])
    return order, cycles


def _popped(stack: list[int], on_stack: set[int], until: int) -> list[int]:
    component: list[int] = []
    while True:
        number = stack.pop()
        on_stack.discard(number)
        component.append(number)
        if number == until:
            return component
