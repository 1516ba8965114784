"""A paper being filled in: answers in, what changed out; and what a page shows of each question."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from .answers import wrong_type
from .definition import CHOOSING, MANY, SILENT, Form, Json, Question
from .lists import Lists
from .nodes import Node
from .seeding import Seeding
from .values import CHINA


def fill(form: Form, answers: Mapping[str, Json], *, now: datetime, lists: Lists, new: bool | None = None) -> Filling:
    """A paper of this form holding these answers.

    `lists`: the lists from outside by file name (`units.csv`) or instance name; a missing one reads as empty.
    `now` is the moment `today()` and `now()` speak of and gives the local offset (+08:00 when it has none).
    `new`: put in the defaults; by default only when there are no answers yet. Answers of questions the form
    does not have are kept and come out of `answers()` again (they belong to another version).
    """
    return Filling(form, answers, now=now, lists=lists, new=not answers if new is None else new)


class Filling(Seeding):
    """Made by `fill`. Paths are keys: `zhaiyao`, `xm[YL-01]/jg`; a group's or repeat's key is its name likewise.

    A path this paper does not have raises KeyError; nothing a person types raises.
    """

    # --- what a page asks ------------------------------------------------------------------------------------------

    def value(self, path: str) -> Json:
        """The answer as stored, None when empty; of a hidden question the one it would have again."""
        node = self._nodes[path]
        return self._value(self._question(node), node)

    def paths(self) -> tuple[str, ...]:
        """The keys of all questions, groups and rows there are now, in order."""
        found: list[str] = []
        for question in self.form.questions:
            self._list_paths(question, "", found)
        return tuple(found)

    def relevant(self, path: str) -> bool:
        """Whether the question is shown: its own condition and those of all groups around it."""
        if path in self._series and path not in self._nodes:
            return self._repeat_live(path)
        return self._nodes[path].live if path in self._nodes else self._without_element(path)

    def required(self, path: str) -> bool:
        """Whether it must be answered before the paper can be handed in (never before saving a draft)."""
        node = self._nodes[path]
        return node.live and self._true(self._question(node).required, node)

    def readonly(self, path: str) -> bool:
        """Whether a person may not change it here; what is calculated would be lost at the next calculation."""
        node = self._nodes[path]
        question = self._question(node)
        if question.type in ("calculate", "note", "hidden") or question.calculate is not None:
            return True
        return self._true(question.readonly, node)

    def problem(self, path: str) -> str | None:
        """What is wrong with the answer given, as a sentence; None when it is fine, empty or hidden."""
        node = self._nodes[path]
        question = self._question(node)
        if not node.live or node.text == "" or question.type in SILENT:
            return None
        trouble = wrong_type(question, self.value(path)) or self._not_a_choice(question, node)
        if trouble is not None:
            return trouble
        if question.constraint is None or self._true(question.constraint, node):
            return None
        return self._words(question.constraint_message, node) or "填写的内容不符合要求，请核对"

    def label(self, path: str) -> str:
        """The words of the question with what depends on answers worked out."""
        node = self._nodes.get(path)
        if node is None:
            return self.form.question(path).label
        return self._words(self._question(node).label_text, node)

    def hint(self, path: str) -> str:
        node = self._nodes.get(path)
        if node is None:
            return self.form.question(path).hint
        return self._words(self._question(node).hint_text, node)

    def choices(self, path: str) -> tuple[tuple[str, str], ...]:
        """The (name, words) one may choose from now, filtered by what is answered."""
        node = self._nodes[path]
        return self._choices(self._question(node), node)

    def answers(self, *, final: bool = False) -> dict[str, Json]:
        """All answers by key, empty ones left out; `final` leaves out what is hidden, too.

        A row stands as its own key with True before its answers, so that an empty row is kept, and as None
        when it was taken away.
        """
        found: dict[str, Json] = {}
        self._collect(self.root, found, final)
        found.update({path: value for path, value in self._strange.items() if path not in found})
        return found

    def rows(self, path: str) -> tuple[str, ...]:
        """The keys of the rows of a repeat, in order: a row's path is `path[key]`."""
        parent, place = self._series[path]
        return tuple(node.row for node in parent.kids.get(place.name, ()) if not node.cut)

    def fixed_rows(self, path: str) -> bool:
        """Whether the form itself says how many rows there are, so that none can be added or taken away."""
        question = self.form.question(path)
        by_rule = question.count is not None or question.seeds is not None
        return by_rule or question.parameters.get("fixed", "") == "true()"

    def in_language(self, form: Form) -> Filling:
        """The same paper in another translation: `form` is this form, loaded with another `language`. All answers,
        rows and the order of what was shuffled stay; what was drawn must be drawn anew."""
        return Filling(form, self.answers(), now=self.now, lists=self._lists, new=False, shuffle=self.shuffle)

    def set_now(self, now: datetime) -> None:
        """Move the clock on, before asking for problems: a paper lies open for an hour, and what happened in that
        hour is not in the future. What is calculated already stays."""
        self.now = now if now.tzinfo is not None else now.replace(tzinfo=CHINA)

    # --- what a person does ----------------------------------------------------------------------------------------

    def answer(self, path: str, value: Json) -> tuple[str, ...]:
        """Put in one answer (None or empty takes it out). Gives the keys of all that a page must draw anew.

        The names of a select_multiple are put in the order of its choices. Text of the wrong kind is kept as it is
        and `problem` tells; nothing typed is lost.
        """
        node = self._nodes[path]
        self._touched = {path: None}
        question = self._question(node)
        if question.type == "select_multiple" and isinstance(value, list) and len(value) > 1:
            order = {name: i for i, (name, _) in enumerate(self._choices(question, node))}
            value = sorted(value, key=lambda name: order.get(str(name), len(order)))
        text = self._set(node, path, value)
        if text != node.text:
            node.text = text
            self._changed(node)
            for action in self.form.actions:
                if "value-changed" in action.events and action.source is node.place:
                    for target in self._sharing(action.target, action.target.level, node, None):
                        self._act(action, target)
            self._work_off()
        return tuple(self._touched)

    def add_row(self, path: str, key: str | None = None) -> str:
        """Add a row at the end and give its key: the item code handed in, else a new UUID.

        Raises KeyError for a path that is no repeat, ValueError for a key in use or with signs a key cannot have.
        """
        key = self._new_key() if key is None else key
        if path not in self._series:
            raise KeyError(path)
        if f"{path}[{key}]" in self._nodes or not key or any(sign in "[]/" for sign in key):
            raise ValueError(key)
        self._touched = {path: None}
        self._make_row(path, key)
        self._work_off()
        return key

    def remove_row(self, path: str, key: str) -> tuple[str, ...]:
        """Take a row away. Gives the keys of all that a page must draw anew."""
        parent, place = self._series[path]
        row = self._nodes[f"{path}[{key}]"]
        parent.kids[place.name].remove(row)
        gone = list(row.walk())
        for node in gone:
            node.live = False
            self._nodes.pop(node.key, None)
            self._json.pop(node.key, None)
        self._touched = {path: None}
        for node in gone:
            self._changed(node, parent)
        for series in [name for name in self._series if name.startswith(f"{row.key}/")]:
            del self._series[series]
        self._strange[row.key] = None
        self._work_off()
        return tuple(name for name in self._touched if not name.startswith(row.key))

    # --- ----------------------------------------------------------------------------------------------------------

    def _repeat_live(self, path: str) -> bool:
        """Whether a repeat is shown, rows or none."""
        parent, place = self._series[path]
        question = self._by_node_path.get(place.path)
        if not parent.live or question is None or question.relevant is None:
            return parent.live
        return self._true(question.relevant, Node(place.name, parent, place=place))

    def _without_element(self, path: str) -> bool:
        """A group that only arranges the page is shown when anything in it is."""
        return any(self.relevant(inner.path) for inner in self.form.question(path).questions)

    def _not_a_choice(self, question: Question, node: Node) -> str | None:
        if question.type not in CHOOSING:
            return None
        names = {name for name, _ in self._choices(question, node)}
        chosen = node.text.split() if question.type in MANY else [node.text]
        if not names or all(one in names for one in chosen):
            return None
        return "所选内容不在现在的选项里，请重新选择"

    def _collect(self, node: Node, found: dict[str, Json], final: bool) -> None:
        for same_name in node.kids.values():
            for child in same_name:
                if final and not child.live:
                    continue
                if child.row:
                    found[child.key] = True
                question = self._by_node_path.get(child.place.path) if child.place is not None else None
                if question is not None and question.type not in SILENT and (child.text or child.key in self._json):
                    found[child.key] = self._value(question, child)
                self._collect(child, found, final)

    def _list_paths(self, question: Question, level: str, found: list[str]) -> None:
        path = level + question.short
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
