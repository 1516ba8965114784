"""Read the text of an expression into a small tree (the XPath 1.0 subset ODK forms use)."""

from __future__ import annotations

import re
from typing import NamedTuple

from .values import XPathError

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<number>\d+(?:\.\d*)?|\.\d+)
  | (?P<string>"[^"]*"|'[^']*')
  | (?P<mark>//|\.\.|::|!=|<=|>=|[/|.@()\[\],+\-=<>*$])
  | (?P<name>[^\W\d][\w.\-]*(?::(?!:)(?:[^\W\d][\w.\-]*|\*))?)
    )""",
    re.VERBOSE,
)
_AXES = frozenset({"child", "parent", "self", "attribute", "descendant-or-self"})
# how tightly an operator binds
_LEVELS = {
    "or": 0,
    "and": 1,
    "=": 2,
    "!=": 2,
    "<": 3,
    "<=": 3,
    ">": 3,
    ">=": 3,
    "+": 4,
    "-": 4,
    "*": 5,
    "div": 5,
    "mod": 5,
}
_WORDS = frozenset({"or", "and", "div", "mod"})
_MAX_DEPTH = 50  # some nine calls each: Python stops at a thousand
_MAX_LENGTH = 40_000


class Number(NamedTuple):
    value: float


class Literal(NamedTuple):
    value: str


class Call(NamedTuple):
    name: str
    arguments: tuple[Tree, ...]


class Binary(NamedTuple):
    operator: str
    left: Tree
    right: Tree


class Negative(NamedTuple):
    of: Tree


class Step(NamedTuple):
    axis: str  # child, parent, self, attribute, descendant-or-self
    name: str  # "*" = any
    predicates: tuple[Tree, ...]


class Path(NamedTuple):
    start: Tree | str  # "root", "here", or the call that gives the nodes to start from
    steps: tuple[Step, ...]


Tree = Number | Literal | Call | Binary | Negative | Path


def parse(source: str) -> Tree:
    """The tree of an expression; raises XPathError naming the spot that cannot be read."""
    if len(source) > _MAX_LENGTH:
        raise XPathError("公式太长")
    return _Parser(source).whole()


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.tokens: list[tuple[str, str, int]] = []
        position = 0
        end = len(source.rstrip())
        while position < end:
            found = _TOKEN.match(source, position)
            if not found or not found.lastgroup:
                raise XPathError(f"公式第{position + 1}个字符起读不懂：{source[position : position + 20]}")
            kind, text = found.lastgroup, found[found.lastgroup]
            if self._wants_operator() and (text == "*" or (kind == "name" and text in _WORDS)):
                kind = "operator"
            self.tokens.append((kind, text, found.start(found.lastgroup)))
            position = found.end()
        self.tokens.append(("end", "", len(source)))
        self.at = 0
        self.depth = 0

    def _wants_operator(self) -> bool:
        """After a complete operand, `*`, `and`, `or`, `div`, `mod` are operators; anywhere else they are names."""
        if not self.tokens:
            return False
        kind, text, _ = self.tokens[-1]
        return kind in ("number", "string", "name") or text in (")", "]", ".", "..") or (kind == "mark" and text == "*")

    def peek(self, *texts: str) -> bool:
        kind, text, _ = self.tokens[self.at]
        return kind in ("mark", "operator") and text in texts

    def take(self, *texts: str) -> bool:
        if self.peek(*texts):
            self.at += 1
            return True
        return False

    def expect(self, text: str) -> None:
        if not self.take(text):
            raise self.trouble(f"此处应为 {text}")

    def trouble(self, what: str) -> XPathError:
        _, text, position = self.tokens[self.at]
        where = f"第{position + 1}个字符“{text}”处" if text else "末尾"
        return XPathError(f"公式{where}有误，{what}")

    def whole(self) -> Tree:
        tree = self.binary(0)
        if self.tokens[self.at][0] != "end":
            raise self.trouble("后面多出了内容")
        return tree

    def binary(self, level: int) -> Tree:
        """What binds at least so tightly; of the same level from left to right."""
        if level == 0:
            self.depth += 1
            if self.depth > _MAX_DEPTH:
                raise XPathError("公式的括号套得太深")
        left = self.unary()
        while True:
            kind, operator, _ = self.tokens[self.at]
            binds = _LEVELS.get(operator, -1) if kind in ("mark", "operator") else -1
            if binds < level:
                break
            self.at += 1
            left = Binary(operator, left, self.binary(binds + 1))
        if level == 0:
            self.depth -= 1
        return left

    def unary(self) -> Tree:
        minus = 0
        while self.take("-"):
            minus += 1
        tree = self.path()
        if self.peek("|"):
            raise self.trouble("不支持用 | 合并")
        for _ in range(minus % 2 if minus else 0):
            tree = Negative(tree)
        return Negative(Negative(tree)) if minus and minus % 2 == 0 else tree

    def path(self) -> Tree:
        kind, text, _ = self.tokens[self.at]
        if kind == "number":
            self.at += 1
            return Number(float(text))
        if kind == "string":
            self.at += 1
            return Literal(text[1:-1])
        if self.take("("):
            inner = self.binary(0)
            self.expect(")")
            if self.peek("[", "/", "//"):
                raise self.trouble("括号后面不支持再取下级")
            return inner
        if self.take("$"):
            raise XPathError("公式里不支持变量；引用题目请写 ${题名}")
        if kind == "name" and self.tokens[self.at + 1][1] == "(" and text not in ("node", "text"):
            call = self.call()
            if self.take("/"):
                return Path(call, self.steps())
            if self.peek("[", "//"):
                raise self.trouble("函数后面不支持这样取下级")
            return call
        if self.take("/"):
            name_follows = self.tokens[self.at][0] == "name" or self.peek(".", "..", "@", "*")
            return Path("root", self.steps() if name_follows else ())
        return Path("here", self.steps())

    def call(self) -> Call:
        name = self.tokens[self.at][1]
        self.at += 2
        arguments: list[Tree] = []
        if not self.take(")"):
            arguments.append(self.binary(0))
            while self.take(","):
                arguments.append(self.binary(0))
            self.expect(")")
        return Call(name, tuple(arguments))

    def steps(self) -> tuple[Step, ...]:
        steps = [self.step()]
        while True:
            if self.peek("//"):
                raise self.trouble("不支持用 // 越级查找")
            if not self.take("/"):
                return tuple(steps)
            steps.append(self.step())

    def step(self) -> Step:
        axis, name = "child", ""
        if self.take(".."):
            return Step("parent", "*", self.predicates())
        if self.take("."):
            return Step("self", "*", self.predicates())
        if self.take("@"):
            axis = "attribute"
        kind, text, _ = self.tokens[self.at]
        if kind == "name" and self.tokens[self.at + 1][1] == "::":
            if text not in _AXES or text == "descendant-or-self":
                raise self.trouble(f"不支持 {text}::")
            axis = text
            self.at += 2
            kind, text, _ = self.tokens[self.at]
        if self.take("*"):
            name = "*"
        elif kind == "name":
            self.at += 1
            if self.peek("("):
                if text != "node":
                    raise self.trouble(f"不支持 {text}()")
                self.at += 1
                self.expect(")")
                text = "*"
            elif text.endswith(":*"):
                raise XPathError(f"不支持 {text}")
            name = text
        else:
            raise self.trouble("此处应为题名或数值")
        return Step(axis, name, self.predicates())

    def predicates(self) -> tuple[Tree, ...]:
        found: list[Tree] = []
        while self.take("["):
            found.append(self.binary(0))
            self.expect("]")
        return tuple(found)
