"""A paper being filled in: answers in, what changed out; and what a page shows of each question."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from heapq import heappop, heappush

from .answers import from_node_text, to_node_text, wrong_type
from .closures import Expression
from .definition import CHOOSING, SILENT, Form, Json, Question, Text, label_in, without_rows
from .display import shown_value
from .nodes import Node, Place, above, list_node, under
from .planning import Rule
from .values import CHINA, XPathError

Lists = Mapping[str, Sequence[Mapping[str, str]]]
_MOST_ROWS = 1000


def fill(form: Form, answers: Mapping[str, Json], *, now: datetime, lists: Lists, new: bool | None = None) -> Filling:
    """A paper of this form holding these answers.

    `lists`: the lists from outside by file name (`units.csv`) or instance name; a missing one reads as empty.
    `now` is the moment `today()` and `now()` speak of and gives the local offset (+08:00 when it has none).
    `new`: put in the defaults; by default only when there are no answers yet. Answers of questions the form
    does not have are kept and come out of `answers()` again (they belong to another version).
    """
    return Filling(form, answers, now=now, lists=lists, new=not answers if new is None else new)


class Filling:
    """Made by `fill`. Paths are keys: `zhaiyao`, `xm[YL-01]/jg`; a group's or repeat's key is its name likewise."""

    def __init__(self, form: Form, answers: Mapping[str, Json], *, now: datetime, lists: Lists, new: bool) -> None:
        self.form = form
        self.now = now if now.tzinfo is not None else now.replace(tzinfo=CHINA)
        self.zone = self.now.tzinfo or CHINA
        self.only: dict[str, Node] = {}
        self._lists = lists
        self._instances: dict[str, Node] = {}
        self._nodes: dict[str, Node] = {}
        self._json: dict[str, Json] = {}
        self._series: dict[str, tuple[Node, Place]] = {}
        self._by_node_path = {q.node: q for q in form.by_path.values() if q.node}
        self._strange: dict[str, Json] = {}
        self._count = 0
        self._touched: dict[str, None] = {}
        self._pending: list[tuple[int, int]] = []
        self._targets: dict[int, dict[int, Node]] = {}
        self.root = self._grown(form.root, None, new)
        self._take(answers)
        if new:
            self._first_rows(self.root)
        self._work_out_all()

    # --- what a page asks ------------------------------------------------------------------------------------------

    def value(self, path: str) -> Json:
        """The answer as stored, None when empty; of a hidden question the one it would have again."""
        node = self._node(path)
        if path in self._json:
            return self._json[path]
        return from_node_text(self._question(node), node.text)

    def paths(self) -> tuple[str, ...]:
        """The keys of all questions, groups and rows there are now, in order."""
        found: list[str] = []
        for question in self.form.questions:
            self._list_paths(question, "", found)
        return tuple(found)

    def relevant(self, path: str) -> bool:
        """Whether the question is shown: its own condition and those of all groups around it."""
        return self._node(path).live

    def required(self, path: str) -> bool:
        """Whether it must be answered before the paper can be handed in (never before saving a draft)."""
        node = self._node(path)
        return node.live and self._true(self._question(node).required, node)

    def readonly(self, path: str) -> bool:
        node = self._node(path)
        question = self._question(node)
        return question.type in ("calculate", "note") or self._true(question.readonly, node)

    def problem(self, path: str) -> str | None:
        """What is wrong with the answer given, as a sentence; None when it is fine, empty or hidden."""
        node = self._node(path)
        question = self._question(node)
        if not node.live or node.text == "" or question.type in SILENT:
            return None
        trouble = wrong_type(question, self.value(path)) or self._not_a_choice(question, node, path)
        if trouble is not None:
            return trouble
        if question.constraint is None or self._true(question.constraint, node):
            return None
        return self._words(question.constraint_message, node) or "填写的内容不符合要求"

    def label(self, path: str) -> str:
        """The words of the question with what depends on answers worked out."""
        node = self._node(path)
        return self._words(self._question(node).label_text, node)

    def hint(self, path: str) -> str:
        node = self._node(path)
        return self._words(self._question(node).hint_text, node)

    def choices(self, path: str) -> tuple[tuple[str, str], ...]:
        """The (name, words) one may choose from now, filtered by what is answered."""
        node = self._node(path)
        question = self._question(node)
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

    def answers(self, *, final: bool = False) -> dict[str, Json]:
        """All answers by key, empty ones left out; `final` leaves out what is hidden, too.

        A row stands as its own key with True before its answers, so that an empty row is kept, and as None
        when it was taken away.
        """
        found: dict[str, Json] = {}
        self._collect(self.root, found, final)
        found.update({path: value for path, value in self._strange.items() if path not in found})
        return found

    # --- what a person does ----------------------------------------------------------------------------------------

    def answer(self, path: str, value: Json) -> tuple[str, ...]:
        """Put in one answer (None or empty takes it out). Gives the keys of all that a page must draw anew."""
        node = self._node(path)
        self._touched = {path: None}
        text = self._set(node, path, value)
        if text != node.text:
            node.text = text
            self._changed(node)
            self._work_off()
        return tuple(self._touched)

    def rows(self, path: str) -> tuple[str, ...]:
        """The keys of the rows of a repeat, in order: a row's path is `path[key]`."""
        parent, place = self._series[path]
        return tuple(node.row for node in parent.kids.get(place.name, ()))

    def add_row(self, path: str, key: str | None = None) -> str:
        """Add a row at the end and give its key: the item code handed in, else a new UUID.

        Raises KeyError for a path that is no repeat, ValueError for a key in use or with signs a key cannot have.
        """
        parent, place = self._series[path]
        key = self._new_key() if key is None else key
        if f"{path}[{key}]" in self._nodes or not key or any(sign in "[]/" for sign in key):
            raise ValueError(key)
        self._touched = {path: None}
        self._strange.pop(f"{path}[{key}]", None)
        row = self._grown(place, parent, True, key)
        self._first_rows(row)
        self._settled(row)
        self._work_off()
        return key

    def remove_row(self, path: str, key: str) -> tuple[str, ...]:
        """Take a row away. Gives the keys of all that a page must draw anew."""
        parent, place = self._series[path]
        row = self._nodes[f"{path}[{key}]"]
        self._touched = {path: None}
        parent.kids[place.name].remove(row)
        for node in row.walk():
            node.live = False
            self._nodes.pop(node.key, None)
            self._json.pop(node.key, None)
            self._changed(node, parent)
        for series in [name for name in self._series if name.startswith(f"{row.key}/")]:
            del self._series[series]
        self._strange[row.key] = None
        self._work_off()
        return tuple(self._touched)

    # --- what an expression asks (closures.Env) --------------------------------------------------------------------

    def instance(self, name: str) -> Node:
        if name not in self._instances:
            rows = self._lists.get(self.form.external.get(name, ""))
            rows = self._lists.get(name) if rows is None else rows
            known = self.form.instances.get(name)
            self._instances[name] = known if rows is None and known is not None else list_node(rows or ())
        return self._instances[name]

    def choice_label(self, path: str, value: str, node: Node) -> str:
        question = self._by_node_path.get(path)
        place = self.form.root
        for name in path.split("/")[2:]:
            place = place.children[name]
        nearest: Node | None = node
        while nearest is not None and not (found := under(nearest, place) if _holds(nearest, place) else []):
            nearest = nearest.parent
        if question is None or nearest is None:
            return value
        return dict(self.choices(found[0].key)).get(value, value)

    def text_named(self, name: str) -> str:
        text = self.form.texts.get(name)
        return "" if text is None else self._words(text, self.root)

    def shown(self, node: Node) -> str:
        question = self._by_node_path.get(node.place.path) if node.place is not None else None
        if question is None or not node.text:
            return node.text
        choices = dict(self.choices(node.key)) if question.type in CHOOSING else {}
        return shown_value(question, self.value(node.key), choices)

    # --- the tree --------------------------------------------------------------------------------------------------

    def _node(self, path: str) -> Node:
        return self._nodes[path]

    def _question(self, node: Node) -> Question:
        return self._by_node_path[node.place.path] if node.place is not None else self.form.by_path[node.key]

    def _grown(self, place: Place, parent: Node | None, new: bool, row: str = "") -> Node:
        """The node of a place with all it holds; rows of repeats come later."""
        node = Node(place.name, parent, place.default if new else "", place)
        node.attributes = place.attributes
        if parent is not None:
            parent.kids.setdefault(place.name, []).append(node)
            node.live = parent.live
            level = above(node, place.level.depth) if place.level is not None else None
            node.key = f"{level.key}/{place.short}" if level is not None else place.short
        if row:
            node.row = row
            node.key = f"{node.key}[{row}]"
        if place.repeat_above() is None:
            self.only[place.path] = node
        if place.path in self._by_node_path or row:
            self._nodes[node.key] = node
        for child in place.children.values():
            if child.is_repeat:
                node.kids.setdefault(child.name, [])
                self._series[_series_key(node, child)] = (node, child)
            else:
                self._grown(child, node, new)
        return node

    def _take(self, answers: Mapping[str, Json]) -> None:
        """Put in the answers of a record; a row exists unless its own key says None."""
        gone = tuple(f"{path}" for path, value in answers.items() if value is None and path.endswith("]"))
        for path, value in answers.items():
            if any(path.startswith(row) for row in gone):
                self._strange[path] = None if path in gone else value
                continue
            node = self._nodes.get(path) or self._row_for(path)
            question = self.form.by_path.get(without_rows(path))
            if node is None or question is None:
                self._strange[path] = value
            elif question.type not in SILENT and not path.endswith("]"):
                node.text = self._set(node, path, value)

    def _row_for(self, path: str) -> Node | None:
        """Make the rows a key speaks of, from the outside in."""
        end = -1
        while (end := path.find("]", end + 1)) >= 0:
            row = path[: end + 1]
            series, _, key = row[:-1].rpartition("[")
            if row not in self._nodes:
                if series not in self._series or not key:
                    return None
                parent, place = self._series[series]
                if len(parent.kids[place.name]) >= _MOST_ROWS:
                    return None
                self._grown(place, parent, False, key)
        return self._nodes.get(path)

    def _first_rows(self, node: Node) -> None:
        """The rows a hand-written form starts with; pyxform's first row is not wanted before a person adds one."""

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

    def _collect(self, node: Node, found: dict[str, Json], final: bool) -> None:
        for same_name in node.kids.values():
            for child in same_name:
                if final and not child.live:
                    continue
                if child.row:
                    found[child.key] = True
                question = self._by_node_path.get(child.place.path) if child.place is not None else None
                if question is not None and question.type not in SILENT and child.text:
                    found[child.key] = self.value(child.key)
                self._collect(child, found, final)

    def _list_paths(self, question: Question, level: str, found: list[str]) -> None:
        path = level + question.path.rpartition("/")[2] if level else question.path
        if question.type == "repeat":
            for key in self.rows(path) if path in self._series else ():
                found.append(f"{path}[{key}]")
                for inner in question.questions:
                    self._list_paths(inner, f"{path}[{key}]/", found)
            return
        if path in self._nodes:
            found.append(path)
        for inner in question.questions:
            self._list_paths(inner, level, found)

    # --- working out -----------------------------------------------------------------------------------------------

    def _true(self, condition: Expression | None, node: Node) -> bool:
        if condition is None:
            return False
        try:
            return condition.truth(self, node)
        except XPathError:
            return False

    def _words(self, text: Text, node: Node) -> str:
        return "".join(part if isinstance(part, str) else self._worked_text(part, node) for part in text.parts).strip()

    def _worked_text(self, worked_out: Expression, node: Node) -> str:
        try:
            return worked_out.text(self, node)
        except XPathError:
            return ""

    def _not_a_choice(self, question: Question, node: Node, path: str) -> str | None:
        if question.type not in CHOOSING:
            return None
        names = {name for name, _ in self.choices(path)}
        if not names or all(
            one in names for one in ([node.text] if question.type == "select_one" else node.text.split())
        ):
            return None
        return "所选内容不在现在的选项里，请重新选择"

    def _work_out_all(self) -> None:
        for rule in self.form.plan.rules:
            for node in [self.only[rule.place.path]] if rule.single else under(self.root, rule.place):
                self._wanted(rule, node)
            if rule.task == "count":
                self._wanted(rule, self.root)
        self._work_off()
        self._touched = {}

    def _settled(self, row: Node) -> None:
        """A new row works out its own insides and tells those who look at its repeat."""
        for node in row.walk():
            for rule in self.form.plan.own.get(node.place.path, ()) if node.place is not None else ():
                self._wanted(rule, node)
            self._changed(node, row.parent if node is row else None)

    def _changed(self, node: Node, at: Node | None = None) -> None:
        """Tell the readers of a node. `at`: stands for it when the node itself has just come or gone."""
        place = node.place
        if place is None:
            return
        plan = self.form.plan
        for rule, anchor in plan.readers.get(place.path, ()):
            for target in self._sharing(rule.place, anchor, node, at):
                self._wanted(rule, target)
        for shown, anchor in plan.views.get(place.path, ()):
            for target in self._sharing(shown, anchor, node, at):
                self._touched[target.key] = None

    def _sharing(self, place: Place, anchor: Place | None, node: Node, at: Node | None) -> Iterable[Node]:
        if anchor is None:
            single = self.only.get(place.path)
            return (single,) if single is not None else under(self.root, place)
        row = above(at or node, anchor.depth)
        return under(row, place) if row is not None and _holds(row, place) else ()

    def _wanted(self, rule: Rule, node: Node) -> None:
        targets = self._targets.get(rule.order)
        if targets is None:
            targets = self._targets[rule.order] = {}
            heappush(self._pending, (rule.order, rule.order))
        targets[id(node)] = node

    def _work_off(self) -> None:
        """Rules in their turn; each at most once per answer, except where a row's making calls it again."""
        rules = self.form.plan.rules
        while self._pending:
            order, _ = heappop(self._pending)
            rule = rules[order]
            for node in self._targets.pop(order).values():
                if rule.task == "relevant":
                    self._work_relevant(rule, node)
                elif rule.task == "calculate":
                    self._work_value(rule, node)

    def _work_relevant(self, rule: Rule, node: Node) -> None:
        try:
            own = rule.expression.truth(self, node)
        except XPathError:
            own = False
        if own == node.own:
            return
        node.own = own
        self._relive(node)

    def _relive(self, node: Node) -> None:
        live = node.own and (node.parent is None or node.parent.live)
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
        text = self._worked_text(rule.expression, node)
        if text == "NaN" and self._question(node).data != "string":
            text = ""
        if text != node.text:
            node.text = text
            self._json.pop(node.key, None)
            self._touched[node.key] = None
            self._changed(node)


def _series_key(node: Node, place: Place) -> str:
    level = above(node, place.level.depth) if place.level is not None else None
    return f"{level.key}/{place.short}" if level is not None else place.short


def _holds(node: Node, place: Place) -> bool:
    """Whether `place` lies at or under the place of `node`."""
    at: Place | None = place
    while at is not None and node.place is not None and at.depth > node.place.depth:
        at = at.parent
    return at is node.place
