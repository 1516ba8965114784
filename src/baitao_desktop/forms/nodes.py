"""The light tree an expression walks: one `Place` per element of the definition, one `Node` per element filled in.

Own nodes with a name index are what makes the evaluator quick; the same closures over an lxml tree were
8 times slower (forms.md §2.3).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence


class Place:
    """One element of the primary instance as defined; `path` is absolute, without rows."""

    __slots__ = ("attributes", "children", "default", "depth", "first_rows", "is_repeat", "level", "name", "parent",
                 "path", "short")  # fmt: skip

    def __init__(self, name: str, parent: Place | None) -> None:
        self.name = name
        self.parent = parent
        self.path: str = f"{parent.path}/{name}" if parent else f"/{name}"
        self.depth: int = parent.depth + 1 if parent else 0
        self.children: dict[str, Place] = {}
        self.attributes: dict[str, str] = {}
        self.is_repeat = False
        self.first_rows: list[dict[str, str]] = []  # what the rows it starts with hold, by place
        self.default = ""
        self.level: Place | None = None  # the innermost repeat around it, itself not counted
        self.short = name

    def walk(self) -> Iterator[Place]:
        yield self
        for child in self.children.values():
            yield from child.walk()

    def repeat_above(self) -> Place | None:
        """The innermost repeat at or above this place."""
        return self if self.is_repeat else self.level


class Node:
    """One element filled in, or one element of a secondary list.

    `own` = its own condition, `cut` = a row beyond what its repeat counts now, `live` = it and all around it count.
    """

    __slots__ = ("attributes", "cut", "index", "key", "kids", "live", "name", "own", "parent", "place", "row", "text")

    def __init__(self, name: str, parent: Node | None, text: str = "", place: Place | None = None) -> None:
        self.name = name
        self.parent = parent
        self.text = text
        self.place = place
        self.kids: dict[str, list[Node]] = {}
        self.attributes: Mapping[str, str] = {}
        self.own = True
        self.cut = False
        self.live = True
        self.key = ""
        self.row = ""
        self.index: dict[tuple[str, str], dict[str, list[Node]]] | None = None

    def add(self, name: str, text: str = "", place: Place | None = None) -> Node:
        child = Node(name, self, text, place)
        self.kids.setdefault(name, []).append(child)
        return child

    def walk(self) -> Iterator[Node]:
        yield self
        for same_name in self.kids.values():
            for child in same_name:
                yield from child.walk()

    def keyed(self, step: str, key: str) -> dict[str, list[Node]]:
        """The children called `step`, by the text of their child `key` (built once; for lists that never change)."""
        if self.index is None:
            self.index = {}
        table = self.index.get((step, key))
        if table is None:
            table = {}
            for child in self.kids.get(step, ()):
                for text in {n.text for n in child.kids.get(key, ())} or {""}:
                    table.setdefault(text, []).append(child)
            self.index[step, key] = table
        return table


def list_node(rows: Sequence[Mapping[str, str]]) -> Node:
    """A list handed in, as the wrapper that `instance('…')` gives: its paths are `root/item/<column>`."""
    wrapper = Node("", None)
    root = wrapper.add("root")
    for row in rows:
        item = root.add("item")
        for column, text in row.items():
            item.add(column, text)
    return wrapper


def under(node: Node, place: Place) -> list[Node]:
    """All nodes at `place` that lie at or under `node` (whose own place is at or above it)."""
    start = node.place.depth if node.place else 0
    names: list[str] = []
    at: Place | None = place
    while at is not None and at.depth > start:
        names.append(at.name)
        at = at.parent
    found = [node]
    for name in reversed(names):
        found = [child for one in found for child in one.kids.get(name, ())]
    return found


def above(node: Node, depth: int) -> Node | None:
    """The node at or above `node` that stands at `depth`; None when `node` itself is higher."""
    at: Node | None = node
    while at is not None and at.place is not None and at.place.depth > depth:
        at = at.parent
    return at if at is not None and at.place is not None and at.place.depth == depth else None


def holds(node: Node, place: Place) -> bool:
    """Whether `place` lies at or under the place of `node`."""
    at: Place | None = place
    while at is not None and node.place is not None and at.depth > node.place.depth:
        at = at.parent
    return at is node.place
