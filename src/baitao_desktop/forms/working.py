"""The tree of a paper being filled in, and how one change works its way through what depends on it."""

from __future__ import annotations

import math
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from heapq import heappop, heappush

from .answers import from_node_text, to_node_text
from .closures import Expression
from .definition import CHOOSING, SILENT, Action, Form, Json, Question, Text, label_in, without_rows
from .display import shown_value
from .lists import Lists, list_called
from .nodes import Node, Place, above, holds, under
from .planning import Rule
from .values import CHINA, XPathError, to_number

MOST_ROWS = 1000  # of one repeat
MOST_ROWS_IN_ALL = 20_000
MOST_WORK = 3_000_000  # nodes looked at for one answer: a few seconds


class Working:
    """Nodes by key, rows of repeats, and the rules still to be worked off. What pages see of it is `Filling`.

    `exhausted`: an answer set off more work than is bearable, so not all that depends on it was worked out.
    """

    def __init__(
        self,
        form: Form,
        answers: Mapping[str, Json],
        *,
        now: datetime,
        lists: Lists,
        new: bool,
        shuffle: int | None = None,
    ) -> None:
        self.form = form
        self.now = now if now.tzinfo is not None else now.replace(tzinfo=CHINA)
        self.zone = self.now.tzinfo or CHINA
        # the order of what is shuffled stays, for as long as the paper is open
        self.shuffle = uuid.uuid4().int >> 80 if shuffle is None else shuffle
        self.only: dict[str, Node] = {}
        self._lists = lists
        self._instances: dict[str, Node] = {}
        self._nodes: dict[str, Node] = {}
        self._json: dict[str, Json] = {}
        self._series: dict[str, tuple[Node, Place]] = {}
        self._by_node_path = {q.node: q for q in form.by_path.values() if q.node}
        self._strange: dict[str, Json] = {}
        self._count = 0
        self._row_count = 0
        self.spent = 0
        self.exhausted = False
        self._touched: dict[str, None] = {}
        self._pending: list[int] = []
        self._targets: dict[int, dict[int, Node]] = {}
        self.root = self._grown(form.root, None, new)
        self._take(answers)
        if new:
            self._first_rows(self.root)
        self._work_out_all(new)

    # --- what an expression asks (closures.Env) --------------------------------------------------------------------

    def instance(self, name: str) -> Node:
        if name not in self._instances:
            self._instances[name] = list_called(name, self.form, self._lists)
        return self._instances[name]

    def choice_label(self, path: str, value: str, node: Node) -> str:
        question = self._by_node_path.get(path)
        place = self.form.root
        for name in path.split("/")[2:]:
            place = place.children[name]
        nearest: Node | None = node
        while nearest is not None and not (found := under(nearest, place) if holds(nearest, place) else []):
            nearest = nearest.parent
        if question is None or nearest is None:
            return value
        return dict(self._choices(question, found[0])).get(value, value)

    def text_named(self, name: str) -> str:
        text = self.form.texts.get(name)
        return "" if text is None else self._words(text, self.root)

    def shown(self, node: Node) -> str:
        question = self._by_node_path.get(node.place.path) if node.place is not None else None
        if question is None or not node.text:
            return node.text
        choices = dict(self._choices(question, node)) if question.type in CHOOSING else {}
        return shown_value(question, self._value(question, node), choices)

    # --- the tree --------------------------------------------------------------------------------------------------

    def _question(self, node: Node) -> Question:
        return self._by_node_path[node.place.path] if node.place is not None else self.form.by_path[node.key]

    def _value(self, question: Question, node: Node) -> Json:
        if node.key in self._json:
            return self._json[node.key]
        return from_node_text(question, node.text)

    def _grown(self, place: Place, parent: Node | None, new: bool, row: str = "") -> Node:
        """The node of a place with all it holds; rows of repeats come later."""
        node = Node(place.name, parent, place.default if new else "", place)
        node.attributes = place.attributes
        if parent is not None:
            parent.kids.setdefault(place.name, []).append(node)
            node.live = parent.live
            node.key = key_under(node, place)
        if row:
            self._row_count += 1
            node.row = row
            node.key = f"{node.key}[{row}]"
        if place.repeat_above() is None:
            self.only[place.path] = node
        if row or place.path in self._by_node_path:
            self._nodes[node.key] = node
        for child in place.children.values():
            if child.is_repeat:
                node.kids.setdefault(child.name, [])
                self._series[key_under(node, child)] = (node, child)
            else:
                self._grown(child, node, new)
        return node

    def _take(self, answers: Mapping[str, Json]) -> None:
        """Put in the answers of a record; a row exists unless its own key says None."""
        gone = tuple(path for path, value in answers.items() if value is None and path.endswith("]"))
        for path, value in answers.items():
            if gone and path.startswith(gone):
                self._strange[path] = value
                continue
            node = self._nodes.get(path) or self._row_for(path)
            question = self.form.by_path.get(without_rows(path))
            if node is not None and node.row:
                continue  # its being there is all that the row's own key says
            if node is None or question is None or question.type in SILENT:
                self._strange[path] = value
            else:
                node.text = self._set(node, path, value)

    def _row_for(self, path: str) -> Node | None:
        """Make the rows a key speaks of, from the outside in."""
        end = -1
        while (end := path.find("]", end + 1)) >= 0:
            row = path[: end + 1]
            series, _, key = row[:-1].rpartition("[")
            if row not in self._nodes:
                if series not in self._series or not key or any(sign in "[]/" for sign in key):
                    return None
                parent, place = self._series[series]
                if len(parent.kids[place.name]) >= MOST_ROWS or self._full():
                    return None
                self._grown(place, parent, False, key)
        return self._nodes.get(path)

    def _first_rows(self, node: Node) -> None:
        """The rows a new paper starts with, as the form has them; counted and seeded repeats make their own."""
        for place in node.place.children.values() if node.place is not None else ():
            if not place.is_repeat:
                for child in node.kids.get(place.name, ()):
                    self._first_rows(child)
                continue
            question = self._by_node_path.get(place.path)
            made = question is None or question.count is not None or question.seeds is not None
            if question is None or made or "bt-" in question.appearance:
                continue  # these make their own
            for held in place.first_rows[:MOST_ROWS] if not self._full() else ():
                row = self._grown(place, node, True, self._new_key())
                for inner in row.walk():
                    inner.text = held.get(inner.place.path, inner.text) if inner.place is not None else inner.text
                self._first_rows(row)

    def _full(self) -> bool:
        """Whether rows within rows have become more than any paper has."""
        return self._row_count >= MOST_ROWS_IN_ALL

    def _new_key(self) -> str:
        """A UUIDv7 of `now`, rising within one paper, so that rows sorted by key stay in the order they were made."""
        self._count += 1
        number = (int(self.now.timestamp() * 1000) << 80) | (7 << 76) | ((self._count & 0xFFF) << 64)
        return str(uuid.UUID(int=number | (2 << 62) | (uuid.uuid4().int >> 66)))

    def _set(self, node: Node, path: str, value: Json) -> str:
        """Keep a value as it was given where its text does not say it all (files, wrong kinds)."""
        question = self._question(node)
        value = None if value in ("", []) else value
        text = to_node_text(value)
        if value is not None and from_node_text(question, text) != value:
            self._json[path] = value
        else:
            self._json.pop(path, None)
        return text

    # --- expressions, never raising --------------------------------------------------------------------------------

    def _true(self, condition: Expression | None, node: Node) -> bool:
        if condition is None:
            return False
        try:
            return condition.truth(self, node)
        except XPathError:
            return False

    def _words(self, text: Text, node: Node) -> str:
        return "".join(part if isinstance(part, str) else self._text(part, node) for part in text.parts).strip()

    def _text(self, worked_out: Expression, node: Node) -> str:
        try:
            return worked_out.text(self, node)
        except XPathError:
            return ""

    def _choices(self, question: Question, node: Node) -> tuple[tuple[str, str], ...]:
        itemset = question.itemset
        if itemset is None:
            return tuple((choice.name, choice.label) for choice in question.choices)
        try:
            items = itemset.nodes.value(self, node)
        except XPathError:
            return ()
        found = []
        for item in items if isinstance(items, list) else ():
            columns = {name: kids[0].text for name, kids in item.kids.items()}
            found.append((columns.get(itemset.value, ""), label_in(self.form.texts, itemset, columns)))
        return tuple(found)

    # --- working out -----------------------------------------------------------------------------------------------

    def _work_out_all(self, new: bool) -> None:
        for rule in self.form.plan.rules:
            for node in [self.only[rule.at.path]] if rule.single else under(self.root, rule.at):
                self._wanted(rule, node)
        self._work_off()
        if new:
            for action in self.form.actions:
                if "instance-first-load" in action.events:
                    for node in under(self.root, action.target):
                        self._act(action, node)
            self._work_off()
        self._touched = {}

    def _act(self, action: Action, node: Node) -> None:
        value = action.value if isinstance(action.value, str) else self._text(action.value, node)
        if value != node.text:
            node.text = value
            self._json.pop(node.key, None)
            self._touched[node.key] = None
            self._changed(node)

    def _settled(self, row: Node) -> None:
        """A new row works out its own insides and tells those who look at its repeat."""
        for node in row.walk():
            for rule in self.form.plan.own.get(node.place.path, ()) if node.place is not None else ():
                if rule.task == "count":
                    continue
                self._wanted(rule, node)
            for child in node.place.children.values() if node.place is not None else ():
                for rule in self.form.plan.own.get(child.path, ()) if child.is_repeat else ():
                    if rule.task == "count":
                        self._wanted(rule, node)
            self._changed(node, row.parent if node is row else None)
        for action in self.form.actions:
            if "new-repeat" in action.events and holds(row, action.target):
                for node in under(row, action.target):
                    self._act(action, node)

    def _changed(self, node: Node, at: Node | None = None) -> None:
        """Tell the readers of a node. `at`: stands for it when the node itself has just come or gone."""
        place = node.place
        if place is None:
            return
        plan = self.form.plan
        for rule, anchor in plan.readers.get(place.path, ()):
            for target in self._sharing(rule.at, anchor, node, at):
                self._wanted(rule, target)
        for shown, anchor in plan.views.get(place.path, ()):
            if shown.is_repeat and shown.parent is not None:  # its rows may be none: the repeat itself is drawn anew
                for parent in self._sharing(shown.parent, anchor, node, at):
                    self._touched[key_under(parent, shown)] = None
            for target in self._sharing(shown, anchor, node, at):
                self._touched[target.key] = None

    def _sharing(self, place: Place, anchor: Place | None, node: Node, at: Node | None) -> Iterable[Node]:
        if anchor is None or place.depth < anchor.depth:
            single = self.only.get(place.path)
            return (single,) if single is not None else under(self.root, place)
        row = above(at or node, anchor.depth)
        return under(row, place) if row is not None and holds(row, place) else ()

    def _wanted(self, rule: Rule, node: Node) -> None:
        targets = self._targets.get(rule.order)
        if targets is None:
            targets = self._targets[rule.order] = {}
            heappush(self._pending, rule.order)
        targets[id(node)] = node

    def _work_off(self) -> None:
        """Rules in their turn, so that each node is worked out once; only rows that come call some again."""
        rules = self.form.plan.rules
        grown: set[int] = set()
        work = 0
        while self._pending:
            order = heappop(self._pending)
            rule = rules[order]
            for node in self._targets.pop(order).values():
                if work > MOST_WORK:
                    self.exhausted = True  # what is left keeps the value it had
                    self._pending.clear()
                    self._targets.clear()
                    return
                self.spent = 0
                if rule.task == "relevant":
                    self._work_relevant(rule, node)
                elif rule.task == "calculate":
                    self._work_value(rule, node)
                elif id(node) not in grown or not rule.feeds_itself:
                    grown.add(id(node))
                    self._work_count(rule, node)
                work += self.spent

    def _work_relevant(self, rule: Rule, node: Node) -> None:
        own = self._true(rule.expression, node)
        if own != node.own:
            node.own = own
            self._relive(node)

    def _relive(self, node: Node) -> None:
        live = node.own and not node.cut and (node.parent is None or node.parent.live)
        if live == node.live:
            return
        node.live = live
        self._touched[node.key] = None
        self._changed(node)
        if live and node.place is not None:
            for rule in self.form.plan.own.get(node.place.path, ()):
                if rule.task == "calculate":
                    self._wanted(rule, node)
        for same_name in node.kids.values():
            for child in same_name:
                self._relive(child)

    def _work_value(self, rule: Rule, node: Node) -> None:
        if not node.live:
            return
        text = self._text(rule.expression, node)
        if text == "NaN" and rule.expression.code.kind == "number":
            text = ""  # a sum of nothing is nothing to a person; read as a number again it is the same
        if text != node.text:
            node.text = text
            self._json.pop(node.key, None)
            self._touched[node.key] = None
            self._changed(node)

    def _work_count(self, rule: Rule, parent: Node) -> None:
        """As many rows as the count says: missing ones are made, surplus ones hidden with what they hold."""
        ghost = Node(rule.place.name, parent, place=rule.place)
        try:
            number = to_number(rule.expression.value(self, ghost), self.zone)
        except XPathError:
            number = 0.0
        wanted = min(int(number), MOST_ROWS) if math.isfinite(number) and number > 0 else 0
        rows = parent.kids.setdefault(rule.place.name, [])
        if rule.feeds_itself:
            wanted = min(wanted, len(rows) + 1 if not rows or any(n.text for n in rows[-1].walk()) else len(rows))
        for place, row in enumerate(list(rows)):
            if row.cut != (place >= wanted):
                row.cut = place >= wanted
                self._relive(row)
        series = key_under(parent, rule.place)
        while len(rows) < wanted and not self._full():
            self._make_row(series, self._new_key())
        self._touched[series] = None

    def _make_row(self, series: str, key: str, item: Mapping[str, str] | None = None) -> None:
        """A new row at the end; `item`: what the catalogue says of it, for the questions with `bt:item`."""
        parent, place = self._series[series]
        self._strange.pop(f"{series}[{key}]", None)
        row = self._grown(place, parent, True, key)
        for node in row.walk() if item else ():
            question = self._by_node_path.get(node.place.path) if node.place is not None else None
            if question is not None and "item" in question.bt:
                node.text = (item or {}).get(question.bt["item"], "")
        self._first_rows(row)
        self._settled(row)


def key_under(node: Node, place: Place) -> str:
    """The key of `place` within the row that `node` stands in (or is)."""
    level = above(node, place.level.depth) if place.level is not None else None
    return f"{level.key}/{place.short}" if level is not None else place.short
