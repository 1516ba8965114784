"""What a form is: its questions as a tree, and what is asked of each. Made by `loading.load`, never changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .closures import Expression
    from .nodes import Node, Place
    from .planning import Plan

# One answer: text str; integer and money (分) int; decimal float; select_one str; select_multiple and rank list of
# names; date "2022-04-08"; dateTime with "+08:00"; a file {"blob": hex SHA-256, "name": str, …} or a list of such;
# None = empty.
Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]

FILES = frozenset({"image", "audio", "video", "file"})
CONTAINERS = frozenset({"group", "repeat"})
MANY = frozenset({"select_multiple", "rank"})
CHOOSING = frozenset({"select_one", "select_multiple", "rank"})
SILENT = frozenset({"note", "group", "repeat"})  # hold no answer of their own


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """Words of a form; an Expression among the parts is worked out while the paper is filled in."""

    parts: tuple[str | Expression, ...] = ()

    @property
    def plain(self) -> str:
        """The words with a blank line where something is worked out."""
        return "".join(part if isinstance(part, str) else "____" for part in self.parts).strip()


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a choice list: its name (what is stored), its words, its further columns."""

    name: str
    label: str
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Itemset:
    """Choices taken from a list, perhaps filtered: where from, which child is the name, which the words.

    `file`: "units.csv" when the list is handed in from outside.
    """

    nodes: Expression
    value: str
    label: str
    list_name: str
    file: str


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """One question, group or repeat.

    `path` is its key without rows: `zhaiyao`, in a repeat `xm/jg`; a filled row's key is `xm[YL-01]/jg`. Groups do
    not stand in a path unless a name occurs twice in one level, then the full path below that level does.
    `type` is one of: text integer decimal date time dateTime select_one select_multiple rank range note image audio
    video file barcode geopoint geotrace geoshape acknowledge calculate hidden group repeat.
    `bt` holds the columns `bind::bt:…` of the table (ledger, width, print, copy, search, basis, pii, seal; of a
    checklist rows, key, item: see `seeding`) by their short name. `label` and `hint` are the words as written; `Filling.label` works out what depends on answers.
    """

    path: str
    name: str
    type: str
    data: str
    node: str
    short: str = ""  # the part of the path below the row it stands in
    label: str = ""
    hint: str = ""
    label_text: Text = field(default_factory=Text)
    hint_text: Text = field(default_factory=Text)
    required: Expression | None = None
    required_message: str = ""
    relevant: Expression | None = None
    constraint: Expression | None = None
    constraint_message: Text = field(default_factory=Text)
    readonly: Expression | None = None
    calculate: Expression | None = None
    count: Expression | None = None
    appearance: str = ""
    default: str = ""
    choices: tuple[Choice, ...] = ()
    itemset: Itemset | None = None
    seeds: Itemset | None = None  # of a repeat: the catalogue whose items are its rows (`bt:rows`)
    parameters: Mapping[str, str] = field(default_factory=dict)
    bt: Mapping[str, str] = field(default_factory=dict)
    media: Mapping[str, str] = field(default_factory=dict)
    questions: tuple[Question, ...] = ()

    def walk(self) -> Iterator[Question]:
        """This question and all below it, in order."""
        yield self
        for question in self.questions:
            yield from question.walk()

    def looks(self, appearance: str) -> bool:
        """Whether the appearance names this word: `question.looks("bt-money")`."""
        return appearance in self.appearance.split()


@dataclass(frozen=True, slots=True, eq=False)
class Action:
    """`setvalue`: at one of `events` (instance-first-load, new-repeat, value-changed) `target` takes `value`.

    `source` is the question whose change sets it off; a fixed value is a text.
    """

    events: frozenset[str]
    target: Place
    value: Expression | str
    source: Place | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """A form ready to be filled in. `kind` names its law in `domain` (`plain` when the settings name none).

    `languages`: the translations it carries, `language` the one its words are in (both empty when it has none).
    """

    id: str
    version: str
    title: str
    kind: str
    questions: tuple[Question, ...]
    by_path: Mapping[str, Question]
    settings: Mapping[str, str]
    root: Place
    instances: Mapping[str, Node]
    external: Mapping[str, str]  # instance name → file name of the list handed in
    texts: Mapping[str, Text]
    plan: Plan
    actions: tuple[Action, ...]
    title_expression: Expression | None = None
    ignored: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    language: str = ""

    def walk(self) -> Iterator[Question]:
        """All questions, groups and repeats in order."""
        for question in self.questions:
            yield from question.walk()

    def question(self, path: str) -> Question:
        """The question of a key, rows or not; raises KeyError for a key this form does not have."""
        return self.by_path[without_rows(path)]


def without_rows(path: str) -> str:
    """`xm[YL-01]/zp[9f]/zpwj` → `xm/zp/zpwj`."""
    if "[" not in path:
        return path
    kept: list[str] = []
    inside = False
    for sign in path:
        if sign == "[":
            inside = True
        elif sign == "]":
            inside = False
        elif not inside:
            kept.append(sign)
    return "".join(kept)


def label_in(texts: Mapping[str, Text], itemset: Itemset, columns: Mapping[str, str]) -> str:
    """The words of one line of a list: a column, or a translation named by a column."""
    wanted = itemset.label.strip()
    if wanted.startswith(("jr:itext(", "itext(")):
        column = wanted[wanted.index("(") + 1 : -1].strip()
        return texts.get(columns.get(column, ""), Text()).plain or columns.get(itemset.value, "")
    if "," in wanted:  # search() may show several columns
        return "，".join(filter(None, (columns.get(one.strip(), "") for one in wanted.split(","))))
    if wanted == "label" and wanted not in columns:  # external_choices with translations only
        wanted = next((column for column in columns if column.startswith("label:")), wanted)
    return columns.get(wanted, "") or columns.get(itemset.value, "")
