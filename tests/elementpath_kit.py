"""A second opinion on the expressions of a paper: the same question put to elementpath in plain XPath 1.0.

ODK means other things than XPath in known places (forms.md §2.5): those are said in XPath's own words here
(`string()` around a single answer, the own row instead of an absolute path), a lazy function is decided first, and
what XPath 1.0 has no words for – dates as numbers, random, lists that differ from machine to machine – is passed over.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from elementpath import XPath1Parser, XPathContext, get_node_tree

from baitao_desktop.forms import Filling
from baitao_desktop.forms.closures import Expression
from baitao_desktop.forms.nodes import Node, Place
from baitao_desktop.forms.values import number_text
from baitao_desktop.forms.xpath import Binary, Call, Literal, Negative, Number, Path, Step, Tree, parse

_DATE = re.compile(r"\d{4}-\d\d?-\d\d?|\d\d?:\d\d")
_NAME = re.compile(r"[A-Za-z_][\w.\-]*\Z")
_MOST_ITEMS = 400
_TEXT = {"contains": 2, "starts-with": 2, "translate": 3, "normalize-space": 1}


class CannotSay(Exception):
    """elementpath has no opinion here."""


class SecondOpinion:
    """A paper as it is now, as elementpath sees it: what is hidden is not there."""

    def __init__(self, page: Filling) -> None:
        self.page = page
        self.elements: dict[int, ElementTree.Element] = {}
        self.whole = ElementTree.Element("all")
        self.whole.append(self._element(page.root))
        self.lists: dict[str, str] = {}
        for number, (name, wrapper) in enumerate(page.form.instances.items()):
            self.lists[name] = f"list{number}"
            element = ElementTree.SubElement(self.whole, f"list{number}")
            self._copy(page.instance(name) if name in page.form.external else wrapper, element)
        self.tree = get_node_tree(self.whole)
        self.parser = XPath1Parser()

    def _element(self, node: Node) -> ElementTree.Element:
        element = ElementTree.Element(node.name if _NAME.match(node.name) else "odd")
        element.text = node.text
        self.elements[id(node)] = element
        for same_name in node.kids.values():
            for child in same_name:
                if child.live:
                    element.append(self._element(child))
        return element

    def _copy(self, node: Node, into: ElementTree.Element) -> None:
        for same_name in node.kids.values():
            for child in same_name[:_MOST_ITEMS]:
                element = ElementTree.SubElement(into, child.name if _NAME.match(child.name) else "odd")
                element.text = child.text
                self._copy(child, element)

    # --- the three questions ---------------------------------------------------------------------------------------

    def text(self, expression: Expression, node: Node) -> str:
        return str(self._asked(expression, node, "t"))

    def truth(self, expression: Expression, node: Node) -> bool:
        return bool(self._asked(expression, node, "b"))

    def names(self, expression: Expression, node: Node, column: str) -> list[str]:
        """Of a list of choices: the texts of one column."""
        said = _Said(self, node)
        source, kind = said.tree(parse(expression.source))
        if kind != "s":
            raise CannotSay("no nodes")
        return [element.findtext(column) or "" for element in self.run(source, node)]

    def _asked(self, expression: Expression, node: Node, kind: str) -> Any:
        if id(node) not in self.elements or any(_DATE.search(t) for t in self._texts(expression)):
            raise CannotSay("a date")
        said = _Said(self, node)
        source = said.as_kind(parse(expression.source), kind)
        return self.run(source, node)

    def _texts(self, expression: Expression) -> list[str]:
        found = [expression.source]
        for read in expression.reads:
            found.extend(node.text for node in self.page.root.walk() if node.place is read.place)
        return found

    def run(self, source: str, node: Node) -> Any:
        try:
            found = self.parser.parse(source).get_results(XPathContext(self.tree, item=self.elements[id(node)]))
        except CannotSay:
            raise
        except Exception as trouble:  # it raises many kinds on what XPath 1.0 does not know
            raise CannotSay(str(trouble)) from trouble
        plain = isinstance(found, list) and len(found) == 1 and not isinstance(found[0], ElementTree.Element)
        return found[0] if plain else found  # what stands in brackets comes as a list


class _Said:
    """One expression in XPath's own words, standing at `node`."""

    def __init__(self, opinion: SecondOpinion, node: Node) -> None:
        self.opinion = opinion
        self.node = node
        self.inside = 0  # how many predicates around

    def as_kind(self, tree: Tree, kind: str) -> str:
        source, found = self.tree(tree)
        if kind in (found, "s"):
            return source
        if kind == "t":
            return self._number(source) if found == "n" else f"string({source})"
        if kind == "n":
            return f"number(string({source}))" if found == "s" else f"number({source})"
        return f"(string({source}) != '')" if found == "s" else f"boolean({source})"

    def _number(self, source: str) -> str:
        """A number as a text: ODK and elementpath write large ones differently, so ours is written."""
        if self.inside:
            raise CannotSay("a number as text in a predicate")
        return _quoted(number_text(float(self.opinion.run(f"number({source})", self.node))))

    def now(self, tree: Tree, kind: str) -> Any:
        """The value of a part, worked out before the rest."""
        if self.inside:
            raise CannotSay("differs from item to item")
        return self.opinion.run(self.as_kind(tree, kind), self.node)

    def tree(self, tree: Tree) -> tuple[str, str]:
        match tree:
            case Number():
                return format(tree.value, "f"), "n"
            case Literal():
                return _quoted(tree.value), "t"
            case Negative():
                return f"(-{self.as_kind(tree.of, 'n')})", "n"
            case Binary():
                return self._binary(tree)
            case Call():
                return self._call(tree)
        return self._path(tree)

    def _binary(self, tree: Binary) -> tuple[str, str]:
        sign = tree.operator
        if sign in ("and", "or"):
            return f"({self.as_kind(tree.left, 'b')} {sign} {self.as_kind(tree.right, 'b')})", "b"
        if sign in ("=", "!="):
            kinds = {self.tree(tree.left)[1], self.tree(tree.right)[1]}
            kind = "b" if "b" in kinds else "n" if "n" in kinds else "t"
            self._single(tree.left, tree.right)
            return f"({self.as_kind(tree.left, kind)} {sign} {self.as_kind(tree.right, kind)})", "b"
        if sign == "mod":
            raise CannotSay("of negative numbers elementpath gives Python's")
        kind = "b" if sign in ("<", "<=", ">", ">=") else "n"
        self._single(tree.left, tree.right)
        return f"({self.as_kind(tree.left, 'n')} {sign} {self.as_kind(tree.right, 'n')})", kind

    def _single(self, *trees: Tree) -> None:
        """A comparison with several answers asks whether any fits: that is left to XPath's own tests."""
        for tree in trees:
            if isinstance(tree, Path) and not self.inside:
                source, _ = self._path(tree)
                if len(self.opinion.run(source, self.node)) > 1:
                    raise CannotSay("several answers")

    def _call(self, tree: Call) -> tuple[str, str]:
        name, arguments = tree.name, tree.arguments
        if name in ("true", "false"):
            return f"{name}()", "b"
        if name in ("position", "last") and not arguments:
            return f"{name}()", "n"
        if name == "position":
            (rows,) = self.now(arguments[0], "s")
            here = next(n for n in self.opinion.page.root.walk() if self.opinion.elements.get(id(n)) is rows)
            kept = list(here.parent.kids[here.name]) if here.parent else [here]
            return str(kept.index(here) + 1), "n"
        if name == "not":
            return f"not({self.as_kind(arguments[0], 'b')})", "b"
        if name in ("number", "string", "boolean"):
            kind = name[0].replace("s", "t")
            return self.as_kind(arguments[0], kind), kind
        if name in ("floor", "ceiling") or (name == "round" and len(arguments) == 1):
            return f"{name}({self.as_kind(arguments[0], 'n')})", "n"
        if name == "count":
            return f"count({self._nodes(arguments[0])})", "n"
        if name == "sum":
            return f"sum({self._nodes(arguments[0])}[string(.) != ''])", "n"
        if name in _TEXT and len(arguments) == _TEXT[name]:
            said = ", ".join(self.as_kind(one, "t") for one in arguments)
            return f"{name}({said})", "t" if name in ("translate", "normalize-space") else "b"
        if name == "string-length" and arguments:
            return f"string-length({self.as_kind(arguments[0], 't')})", "n"
        if name == "concat" and len(arguments) > 1:
            self._single(*arguments)
            return f"concat({', '.join(self.as_kind(one, 't') for one in arguments)})", "t"
        if name == "selected":
            whole, one = (self.as_kind(part, "t") for part in arguments)
            return (
                f"contains(concat(' ', normalize-space({whole}), ' '), concat(' ', normalize-space({one}), ' '))",
                "b",
            )
        return self._decided(name, arguments)

    def _decided(self, name: str, arguments: tuple[Tree, ...]) -> tuple[str, str]:
        """Functions XPath 1.0 has no word for: worked out first, put in as they came out."""
        if name == "if":
            return self.tree(arguments[1] if self.now(arguments[0], "b") else arguments[2])
        if name == "coalesce":
            return _quoted(next((text for one in arguments if (text := self.now(one, "t"))), "")), "t"
        if name == "once":
            return _quoted(self.node.text or self.now(arguments[0], "t")), "t"
        if name == "count-selected":
            return str(len(self.now(arguments[0], "t").split())), "n"
        if name == "selected-at":
            chosen, at = self.now(arguments[0], "t").split(), self.now(arguments[1], "n")
            return _quoted(chosen[int(at)] if 0 <= at < len(chosen) else ""), "t"
        if name == "int":
            value = self.now(arguments[0], "n")
            return (format(math.trunc(value), "d") if math.isfinite(value) else "number('x')"), "n"
        if name == "regex":
            fits = re.fullmatch(self.now(arguments[1], "t"), self.now(arguments[0], "t"))
            return ("true()" if fits else "false()"), "b"
        raise CannotSay(name)

    def _nodes(self, tree: Tree) -> str:
        source, kind = self.tree(tree)
        if kind != "s":
            raise CannotSay("no nodes")
        return source

    # --- paths -----------------------------------------------------------------------------------------------------

    def _path(self, path: Path) -> tuple[str, str]:
        if isinstance(path.start, Call) and path.start.name == "instance":
            (name,) = path.start.arguments
            if not isinstance(name, Literal) or name.value not in self.opinion.lists:
                raise CannotSay("a list from elsewhere")
            return "/all/" + "/".join([self.opinion.lists[name.value], *self._steps(path.steps)]), "s"
        if self.inside and (path.start == "root" or isinstance(path.start, Call)):
            outer, self.inside = self.inside, 0  # the same for every item: its text
            source, _ = self._path(path)
            self.inside = outer
            found = self.opinion.run(source, self.node)
            if len(found) > 1:
                raise CannotSay("several answers")
            return _quoted("".join(found[0].itertext()) if found else ""), "t"
        if path.start == "root":
            return self._absolute(path.steps), "s"
        if path.start == "here" or (isinstance(path.start, Call) and path.start.name == "current"):
            return "/".join(self._steps(path.steps)) or ".", "s"
        raise CannotSay("a path from a function")

    def _absolute(self, steps: tuple[Step, ...]) -> str:
        """This row where the path goes through the own one (forms.md §2.5, 5)."""
        trail: list[Place] = []
        at = self.node.place
        while at is not None:
            trail.insert(0, at)
            at = at.parent
        shared = 0
        while shared < min(len(trail), len(steps)) and steps[shared] == Step("child", trail[shared].name, ()):
            shared += 1
        if shared and shared == len(steps) and trail[shared - 1].is_repeat:
            shared -= 1
        if shared == 0:
            return "/all/" + "/".join(self._steps(steps))
        up = [".."] * (len(trail) - shared)
        return "/".join([".", *up, *self._steps(steps[shared:])])

    def _steps(self, steps: tuple[Step, ...]) -> list[str]:
        found = []
        for step in steps:
            if step.axis not in ("child", "parent", "self") or (step.axis == "self" and step.name != "*"):
                raise CannotSay(step.axis)
            name = {"parent": "..", "self": "."}.get(step.axis, step.name)
            if step.axis == "child" and step.name != "*" and not _NAME.match(name):
                raise CannotSay(name)
            if step.predicates and step.axis != "child":
                raise CannotSay("a condition on a step up")
            found.append(name + "".join(f"[{self._predicate(one)}]" for one in step.predicates))
        return found

    def _predicate(self, tree: Tree) -> str:
        self.inside += 1
        source, kind = self.tree(tree)
        said = source if kind == "n" else self.as_kind(tree, "b")
        self.inside -= 1
        return said


def _quoted(text: str) -> str:
    if "'" in text and '"' in text:
        raise CannotSay("both quotes")
    return f'"{text}"' if "'" in text else f"'{text}'"


def agreement(page: Filling, count: dict[str, int]) -> list[str]:
    """Every expression of a paper as it stands: how many agree, of how many nothing can be said, which differ."""
    opinion = SecondOpinion(page)
    nodes: dict[str, list[Node]] = {}
    for node in page.root.walk():
        if node.place is not None and node.live:
            nodes.setdefault(node.place.path, []).append(node)
    different: list[str] = []
    for question in page.form.walk():
        rules: Mapping[str, Expression | None] = {
            "relevant": question.relevant, "constraint": question.constraint, "required": question.required,
            "readonly": question.readonly, "calculate": question.calculate,
        }  # fmt: skip
        for node in nodes.get(question.node, ())[:3]:
            for what, rule in rules.items():
                if rule is not None:
                    _compared(opinion, what, rule, node, count, different=different)
            for part in (*question.label_text.parts, *question.constraint_message.parts):
                if isinstance(part, Expression):
                    _compared(opinion, "calculate", part, node, count, different=different)
            if question.itemset is not None:
                _compared(
                    opinion,
                    question.itemset.value,
                    question.itemset.nodes,
                    node,
                    count,
                    different=different,
                    items=True,
                )
    return different


def _compared(
    opinion: SecondOpinion, what: str, rule: Expression, node: Node, count: dict[str, int], *,
    different: list[str], items: bool = False,
) -> None:  # fmt: skip
    try:
        theirs: Any
        ours: Any
        if items:
            theirs, found = opinion.names(rule, node, what), rule.value(opinion.page, node)
            assert isinstance(found, list)
            if any(len(kids) > _MOST_ITEMS for n in found[:1] if n.parent for kids in n.parent.kids.values()):
                raise CannotSay("a long list")
            ours = [n.kids[what][0].text if n.kids.get(what) else "" for n in found]
        elif what == "calculate":
            theirs, ours = opinion.text(rule, node), rule.text(opinion.page, node)
        else:
            theirs, ours = opinion.truth(rule, node), rule.truth(opinion.page, node)
    except CannotSay:
        count["silent"] = count.get("silent", 0) + 1
        return
    if theirs == ours:
        count["agree"] = count.get("agree", 0) + 1
    else:
        different.append(f"{node.key}: {rule.source}: {ours!r}, elementpath {theirs!r}")
