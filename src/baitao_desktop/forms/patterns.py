"""Regular expressions of forms, matched whole, in counted steps: none can hold the window.

What Python's own matcher certainly ends quickly goes to it. The rest (a repetition within a repetition, many open
repetitions in a row) is walked here with all possibilities at once, so that work grows with the text and not with the
ways of reading it. Look-ahead and back references cannot be walked so; they pass only where the first rule holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from .values import XPathError

_LONGEST_PATTERN = 1_000
_MOST_STATES = 3_000
_MOST_STEPS = 400_000
_MOST_WAYS = 26  # of reading, in bits: Python's matcher tries some 2^27 in a second
_MAX_DEPTH = 40
_SHORT = 256  # a pattern that only Python's matcher knows must be safe for at least so long a text
# patterns are written for Java: `\p{L}` and the like have other names in Python; (in a class, outside one)
_JAVA = {
    "L": r"[^\W\d_]", "IsAlphabetic": r"[^\W\d_]", "Lu": "[A-Z]", "Upper": "[A-Z]", "Ll": "[a-z]", "Lower": "[a-z]",
    "N": r"\d", "Nd": r"\d", "Digit": "[0-9]", "Alpha": "[A-Za-z]", "Alnum": "[A-Za-z0-9]",
    "Punct": r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~]""", "P": r"""[^\w\s]""",
    "IsHan": "[\u3400-\u9fff]", "script=Han": "[\u3400-\u9fff]", "InCJKUnifiedIdeographs": "[\u4e00-\u9fff]",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _One:
    """One character: what it must look like, in Python's words."""

    source: str


@dataclass(frozen=True, slots=True)
class _Spot:
    """`^` and `$`: the start or the end of the text; `\\b`: between word and no word."""

    sign: str


@dataclass(frozen=True, slots=True)
class _Row:
    parts: tuple[_Piece, ...]


@dataclass(frozen=True, slots=True)
class _Either:
    options: tuple[_Piece, ...]


@dataclass(frozen=True, slots=True)
class _Times:
    what: _Piece
    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class _Beyond:
    """What only Python's matcher knows (look-ahead, a back reference); `inside` is what it looks for."""

    inside: _Piece


_Piece = _One | _Spot | _Row | _Either | _Times | _Beyond


def matcher(source: str) -> Callable[[str], bool]:
    """Whether a whole text has this form; raises XPathError when the pattern is wrong or cannot be bounded."""
    if len(source) > _LONGEST_PATTERN:
        raise XPathError("regex() 的式样太长")
    reader = _Reader(source)
    try:
        piece = reader.whole()
        plain = re.compile(reader.python())
    except (re.error, OverflowError, RecursionError) as trouble:
        raise XPathError(f"regex() 的式样写错了：{source}") from trouble
    quick = max((bits for bits in range(1, 21) if _ways(piece, bits) <= _MOST_WAYS), default=0)
    longest = 1 << quick
    if reader.beyond:
        if longest < _SHORT:
            raise XPathError(f"regex() 的式样 {source} 可能永远算不完，请去掉套在一起的 + 或 *")
        return lambda text: len(text) < longest and plain.fullmatch(text) is not None
    if quick == 20:
        return lambda text: plain.fullmatch(text) is not None
    walk = _Walk(piece, reader.flags)
    return lambda text: plain.fullmatch(text) is not None if len(text) < longest else walk.matches(text)


def _ways(piece: _Piece, bits: int) -> int:
    """How many ways of reading Python's matcher may have to try on a text of so many bits of length; in bits."""
    match piece:
        case _Either(options):
            return sum(_ways(one, bits) for one in options) + len(options).bit_length()
        case _Row(parts):
            total = most = 0
            for part in parts:  # a look-ahead is tried from where it stands and then left for good
                ways = _ways(part, bits)
                most = max(most, total + ways)
                total += 0 if isinstance(part, _Beyond) else ways
            return max(total, most)
        case _Times(what, least, most_times):
            inner = _ways(what, bits)
            if most_times == least:
                return inner * least
            if inner or isinstance(what, _Row | _Either | _Beyond):
                return inner + 1 if most_times == 1 else _MOST_WAYS + 1
            return bits if most_times is None else min(bits, (most_times - least).bit_length())
        case _Beyond(inside):
            return _ways(inside, bits)
    return 0


class _Reader:
    """From the text of a pattern to its pieces."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.depth = 0
        self.flags = 0
        self.beyond = False
        self.changed: list[str] = []  # the pattern in Python's words

    def python(self) -> str:
        return "".join(self.changed)

    def whole(self) -> _Piece:
        if found := re.match(r"\(\?([imsux]+)\)", self.source):
            self.flags = re.IGNORECASE if "i" in found[1] else 0
            self.flags |= re.DOTALL if "s" in found[1] else 0
            self.take(found.end())
        piece = self.either()
        if self.at < len(self.source):
            raise re.error("unbalanced parenthesis")
        return piece

    def take(self, count: int, instead: str | None = None) -> str:
        text = self.source[self.at : self.at + count]
        self.at += count
        self.changed.append(text if instead is None else instead)
        return text

    def next(self, *signs: str) -> bool:
        return self.source.startswith(signs, self.at)

    def either(self) -> _Piece:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise XPathError("regex() 的式样套得太深")
        options = [self.row()]
        while self.next("|"):
            self.take(1)
            options.append(self.row())
        self.depth -= 1
        return options[0] if len(options) == 1 else _Either(tuple(options))

    def row(self) -> _Piece:
        parts: list[_Piece] = []
        while self.at < len(self.source) and not self.next("|", ")"):
            parts.append(self.times(self.piece()))
        return parts[0] if len(parts) == 1 else _Row(tuple(parts))

    def times(self, what: _Piece) -> _Piece:
        while True:
            found = re.compile(r"[?*+]|\{(\d+)(,?)(\d*)\}").match(self.source, self.at)
            if found is None:
                return what
            sign = self.take(found.end() - self.at)
            if self.next("?", "+") and sign != "":
                # lazy or possessive: for a match of the whole text only the possessive one differs
                self.beyond = self.beyond or self.next("+")
                self.take(1)
            if sign in ("?", "*", "+"):
                least, most = (0, 1) if sign == "?" else (0, None) if sign == "*" else (1, None)
            else:
                least = int(found[1])
                most = least if not found[2] else int(found[3]) if found[3] else None
            if max(least, most or 0) > _MOST_STATES:
                raise XPathError("regex() 的式样里次数太多")
            what = _Times(what, least, most)

    def piece(self) -> _Piece:
        if self.next("("):
            return self.group()
        if self.next("["):
            return _One(self.take_class())
        if self.next("^", "$"):
            return _Spot(self.take(1))
        if self.next("?", "*", "+"):
            raise re.error("nothing to repeat")
        if self.next("\\"):
            return self.escape()
        if self.next("."):
            return _One(self.take(1))
        return _One(re.escape(self.take(1)))

    def group(self) -> _Piece:
        found = re.compile(r"\((\?:|\?<[A-Za-z]\w*>|\?P<\w+>|\?[=!]|\?<[=!]|\?)?").match(self.source, self.at)
        kind = (found[1] or "") if found else ""
        named = kind.startswith("?<") and kind[2] not in "=!"
        if kind == "?":
            raise XPathError(f"regex() 不支持 (?{self.source[self.at + 2 : self.at + 4]}")
        self.take(1 + len(kind), "(?P" + kind[1:] if named else None)
        inside = self.either()
        if not self.next(")"):
            raise re.error("missing )")
        self.take(1)
        if kind in ("?=", "?!", "?<=", "?<!"):
            self.beyond = True
            return _Beyond(inside)
        return inside if isinstance(inside, _Either | _Row) else _Row((inside,))

    def escape(self) -> _Piece:
        two = self.source[self.at + 1 : self.at + 2]
        if two in ("b", "B", "A", "Z", "z"):
            self.take(2, r"\Z" if two in "Zz" else None)
            return _Spot({"A": "^", "Z": "$", "z": "$"}.get(two, two))
        if two.isdigit() and two != "0":
            self.beyond = True
            self.take(2)
            return _Beyond(_Row(()))
        if two in ("p", "P"):
            return _One(self.property())
        if two in ("Q", "E", "G", "R", "X", "k", ""):
            raise XPathError(f"regex() 不支持 \\{two}")
        found = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", re.DOTALL).match(self.source, self.at)
        return _One(self.take(found.end() - self.at if found else 2))

    def property(self) -> str:
        found = re.compile(r"\\([pP])(?:\{(\^?[\w=]+)\}|(\w))").match(self.source, self.at)
        known = _JAVA.get((found[2] or found[3]).replace("Is", "", 1)) if found else None
        known = _JAVA.get(found[2] or found[3], known) if found else None
        if found is None or known is None:
            raise XPathError(f"regex() 不支持 {self.source[self.at : self.at + 8]}")
        text = known if found[1] == "p" else f"(?!{known})(?s:.)"
        self.take(found.end() - self.at, text)
        return text

    def take_class(self) -> str:
        """A class `[…]`; Java's `\\p{…}` inside one is put in Python's words."""
        start = len(self.changed)
        self.take(1)
        if self.next("^"):
            self.take(1)
        if self.next("]"):
            self.take(1, r"\]")
        while self.at < len(self.source) and not self.next("]"):
            if self.next("&&"):
                raise XPathError("regex() 不支持 [ ] 里的 &&")
            if self.next(r"\p", r"\P"):
                mark = len(self.changed)
                inner = self.property()
                if inner.startswith(("[^", "(")):
                    if inner != r"[^\W\d_]":
                        raise XPathError("regex() 不支持 [ ] 里的 \\P")
                    inner = "[A-Za-z\u00c0-\u024f\u0370-\u1fff\u3040-\u9fff\uac00-\ud7a3]"
                self.changed[mark:] = [inner.removeprefix("[").removesuffix("]") if inner[0] == "[" else inner]
            elif self.next("["):
                self.take(1, r"\[")
            else:
                self.take(2 if self.next("\\") else 1)
        if not self.next("]"):
            raise re.error("unterminated character set")
        self.take(1)
        return "".join(self.changed[start:])


class _Walk:
    """All ways of reading at once: a set of states moves through the text."""

    def __init__(self, piece: _Piece, flags: int) -> None:
        self._flags = flags
        # a state tests one character and goes on, or is a spot, or a fork; `None` is the end
        self._tests: list[Callable[[str], bool] | None] = []
        self._spots: list[str] = []
        self._next: list[tuple[int, ...]] = []
        self._known: dict[str, Callable[[str], bool]] = {}
        self._end = self._state(())
        self._start = self._built(piece, self._end)

    def matches(self, text: str) -> bool:
        """Raises XPathError when it takes too many steps."""
        steps = 0
        here = self._spread((self._start,), text, 0)
        for at, sign in enumerate(text):
            steps += len(here) + 1
            if steps > _MOST_STEPS:
                raise XPathError("regex() 的式样太费时，没有算完")
            moved: dict[int, None] = {}
            for state in here:
                test = self._tests[state]
                if test is not None and test(sign):
                    moved.update(dict.fromkeys(self._next[state]))
            if not moved:
                return False
            here = self._spread(tuple(moved), text, at + 1)
        return self._end in here

    def _spread(self, states: tuple[int, ...], text: str, at: int) -> dict[int, None]:
        """All states reached without a character."""
        found: dict[int, None] = {}
        rest = list(states)
        while rest:
            state = rest.pop()
            if state in found:
                continue
            found[state] = None
            spot = self._spots[state]
            if self._tests[state] is None and (not spot or _fits(spot, text, at)):
                rest.extend(self._next[state])
        return found

    def _state(self, following: tuple[int, ...], test: Callable[[str], bool] | None = None, spot: str = "") -> int:
        if len(self._next) >= _MOST_STATES:
            raise XPathError("regex() 的式样太大")
        self._next.append(following)
        self._tests.append(test)
        self._spots.append(spot)
        return len(self._next) - 1

    def _built(self, piece: _Piece, after: int) -> int:
        """The state to start at for this piece, when what follows starts at `after`."""
        match piece:
            case _One(source):
                return self._state((after,), self._test(source))
            case _Spot(sign):
                return self._state((after,), spot=sign)
            case _Row(parts):
                for part in reversed(parts):
                    after = self._built(part, after)
                return after
            case _Either(options):
                return self._state(tuple(self._built(option, after) for option in options))
            case _Times(what, least, most):
                return self._repeated(what, least, most, after)
        return after

    def _repeated(self, what: _Piece, least: int, most: int | None, after: int) -> int:
        if most is None:
            fork = self._state(())
            self._next[fork] = (self._built(what, fork), after)
            after = fork
        else:
            end = after
            for _ in range(most - least):
                after = self._state((self._built(what, after), end))
        for _ in range(least):
            after = self._built(what, after)
        return after

    def _test(self, source: str) -> Callable[[str], bool]:
        if source not in self._known:
            fits = re.compile(source, self._flags).fullmatch
            self._known[source] = lambda sign: fits(sign) is not None
        return self._known[source]


def _fits(spot: str, text: str, at: int) -> bool:
    if spot == "^":
        return at == 0
    if spot == "$":
        return at == len(text)
    before, after = at > 0 and _is_word(text[at - 1]), at < len(text) and _is_word(text[at])
    return (before != after) == (spot == "b")


def _is_word(sign: str) -> bool:
    return sign.isalnum() or sign == "_"
