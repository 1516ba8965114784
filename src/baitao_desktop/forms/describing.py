"""What lists, search, dispatch and papers want to know of a filled paper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from .answers import to_node_text
from .closures import Expression
from .definition import CHOOSING, CONTAINERS, SILENT, Form, Json, Question, label_in, without_rows
from .display import shown_value
from .filling import fill
from .lists import Lists, list_called
from .nodes import Node
from .values import CHINA, XPathError

_TITLE_LENGTH = 80
# a title and the words of an answer depend on no clock: records are described the same on every machine and day
_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the ledger of a form: key, heading, width in characters."""

    path: str
    heading: str
    width: int
    question: Question


def title_of(form: Form, answers: Mapping[str, Json], lists: Lists) -> str:
    """What a record is called in lists: the settings column instance_name with choices in words, else its first
    answers in the ledger, else the form's title. One line, at most 80 characters; never raises."""
    return Describer(form, lists).title(answers)


def text_of(form: Form, answers: Mapping[str, Json], lists: Lists) -> str:
    """What search looks through: every answer whose question has `bt:search`, choices by their words, one a line.

    Sealed questions (`bt:seal`) and those with `bt:pii` never enter it.
    """
    return Describer(form, lists).text(answers)


def label_of(form: Form, path: str, value: Json, lists: Lists) -> str:
    """One answer in words, as on screen and paper: choice labels, dates, money in 元. Empty for an empty answer;
    a choice the form no longer has shows its name."""
    return Describer(form, lists).label(path, value)


def _one_line(text: str) -> str:
    return " ".join(text.split())[:_TITLE_LENGTH]


def copy_for(form: Form, answers: Mapping[str, Json]) -> dict[str, Json]:
    """The answers a dispatch carries: those whose question has `bt:copy`, and the rows they stand in."""
    wanted = {path: value for path, value in answers.items() if _is_copied(form, path)}
    for path in list(wanted):
        end = -1
        while (end := path.find("]", end + 1)) >= 0:
            row = path[: end + 1]
            if row in answers:
                wanted[row] = answers[row]
    return {path: wanted[path] for path in answers if path in wanted}


def _is_copied(form: Form, path: str) -> bool:
    question = form.by_path.get(without_rows(path))
    return question is not None and question.type not in CONTAINERS and is_on(question, "copy")


def seals(form: Form) -> dict[str, str]:
    """The keys of sealed questions and what their seal protects: identity, victim or gang."""
    return {question.path: question.bt["seal"] for question in form.walk() if question.bt.get("seal")}


def ledger_columns(form: Form) -> tuple[Column, ...]:
    """The questions with a `bt:ledger` number, in that order; those inside a repeat belong to its own sheet."""
    found: list[tuple[float, Column]] = []
    for question in _outside_repeats(form.questions):
        number = question.bt.get("ledger", "")
        if number.replace(".", "", 1).isdecimal() and question.type not in SILENT:
            width = question.bt.get("width", "")
            heading = question.bt.get("heading") or question.label or question.name
            column = Column(question.path, heading, int(width) if width.isdecimal() else 12, question)
            found.append((float(number), column))
    return tuple(column for _, column in sorted(found, key=lambda pair: pair[0]))


def _outside_repeats(questions: tuple[Question, ...]) -> Iterator[Question]:
    for question in questions:
        if question.type != "repeat":
            yield question
            yield from _outside_repeats(question.questions)


def choice_words(form: Form, question: Question, lists: Lists) -> dict[str, str]:
    """Name → words of all choices of a question, not filtered by any answer."""
    itemset = question.itemset
    if itemset is None or not itemset.file:
        return {choice.name: choice.label for choice in question.choices}
    rows = [
        item
        for root in list_called(itemset.list_name, form, lists).kids.get("root", ())
        for item in root.kids.get("item", ())
    ]
    columns = [{name: cells[0].text for name, cells in row.kids.items()} for row in rows]
    return {row.get(itemset.value, ""): label_in(form.texts, itemset, row) for row in columns}


def is_on(question: Question, column: str) -> bool:
    """Whether a yes/no column of the table is set: `1`, `yes`, `是`; empty, `0` and `no` are not."""
    return question.bt.get(column, "").strip().lower() not in ("", "0", "no", "false", "否")


class Describer:
    """`title_of`, `text_of` and `label_of` for many records of one form: what does not change is looked up once."""

    now = _NO_TIME
    shuffle = 0
    spent = 0
    zone: tzinfo = CHINA

    def __init__(self, form: Form, lists: Lists) -> None:
        self.form = form
        self.root = Node(form.root.name, None, place=form.root)
        self.only: dict[str, Node] = {}
        self._lists = lists
        self._words: dict[str, Mapping[str, str]] = {}
        self._answers: Mapping[str, Json] = {}
        self._columns = ledger_columns(form)
        self._by_node = {question.node: question for question in form.by_path.values() if question.node}
        self._searched = {
            question.path
            for question in form.by_path.values()
            if is_on(question, "search") and "seal" not in question.bt and not is_on(question, "pii")
        }
        rule = form.title_expression
        places = [read.place for read in rule.reads] if rule is not None else []
        # a title made of plain answers, as nearly all are, needs no whole paper: 100 000 of them make a list
        self._plain_title = all(p.repeat_above() is None and not p.children for p in places)
        self.only.update({place.path: Node(place.name, None, place=place) for place in places})

    def title(self, answers: Mapping[str, Json]) -> str:
        """`title_of`."""
        rule = self.form.title_expression
        self._answers = answers
        if rule is not None and (title := _one_line(self._by_rule(rule, answers))):
            return title
        words = (self.label(column.path, answers.get(column.path)) for column in self._columns)
        return _one_line(" ".join([word for word in words if word][:3])) or self.form.title

    def _by_rule(self, rule: Expression, answers: Mapping[str, Json]) -> str:
        try:
            if not self._plain_title:
                page = fill(self.form, answers, now=self.now, lists=self._lists, new=False)
                return rule.text(page, page.root)
            for path, node in self.only.items():
                question = self._by_node.get(path)
                node.text = to_node_text(answers.get(question.path)) if question is not None else ""
            return rule.text(self, self.root)
        except XPathError:
            return ""

    def text(self, answers: Mapping[str, Json]) -> str:
        """`text_of`."""
        found = [self.label(path, value) for path, value in answers.items() if without_rows(path) in self._searched]
        return "\n".join(words for words in found if words)

    def label(self, path: str, value: Json) -> str:
        """`label_of`."""
        question = self.form.by_path.get(without_rows(path))
        if question is None:
            return "" if value is None else str(value)
        return shown_value(question, value, self.words(question) if question.type in CHOOSING else {})

    def words(self, question: Question) -> Mapping[str, str]:
        """Name → words of all choices of a question."""
        if question.path not in self._words:
            self._words[question.path] = choice_words(self.form, question, self._lists)
        return self._words[question.path]

    # --- what an expression asks (closures.Env) ---------------------------------------------------------------------

    def instance(self, name: str) -> Node:
        return list_called(name, self.form, self._lists)

    def choice_label(self, path: str, value: str, _node: Node) -> str:
        question = self._by_node.get(path)
        return value if question is None else self.words(question).get(value, value)

    def text_named(self, name: str) -> str:
        text = self.form.texts.get(name)
        return "" if text is None else text.plain

    def shown(self, node: Node) -> str:
        question = self._by_node.get(node.place.path) if node.place is not None else None
        return node.text if question is None else self.label(question.path, self._answers.get(question.path))
