"""Laws of the form engine, with elementpath as a second opinion where plain XPath 1.0 and ODK agree."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import Any
from xml.etree import ElementTree

from elementpath import XPath1Parser, XPathContext
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from baitao_desktop.forms import Describer, Filling, Form, check, fill
from baitao_desktop.forms.closures import expression
from baitao_desktop.forms.definition import without_rows
from baitao_desktop.forms.display import fen_of, money
from baitao_desktop.forms.functions import functions
from baitao_desktop.forms.values import CHINA, day_number, from_days, number_text, rounded
from forms_kit import NOW, by_hand

# --- plain XPath ----------------------------------------------------------------------------------------------------

TEXTS = {"a": "3", "b": "-2.5", "c": "甲乙", "d": "yes no", "e": "0"}
FORM = by_hand(
    "".join(f"<{name}/>" for name in TEXTS) + "<x/>", "", "".join(f"<input ref='/data/{n}'/>" for n in TEXTS)
)
PAGE = fill(FORM, dict(TEXTS), now=NOW, lists={})
TREE = ElementTree.fromstring("<data>" + "".join(f"<{n}>{t}</{n}>" for n, t in TEXTS.items()) + "<x/></data>")
PARSER = XPath1Parser()

paths = st.sampled_from([f"/data/{name}" for name in TEXTS])
numbers = st.one_of(
    st.sampled_from(["0", "1", "2.5", "10", ".5", "/data/a", "/data/b", "/data/e", "count(/data/a)", "sum(/data/b)"]),
    st.integers(0, 999).map(str),
)
texts = st.one_of(st.sampled_from(["''", "'甲'", "'yes'", '"no"', "' a  b '", "'3'"]), paths)


def deeper(inner: st.SearchStrategy[tuple[str, str]]) -> st.SearchStrategy[tuple[str, str]]:
    """Expressions with their kind: n number, t text, b truth."""

    def of(*kinds: str) -> st.SearchStrategy[list[str]]:
        return st.tuples(*[inner.filter(lambda e, k=kind: e[1] == k).map(lambda e: e[0]) for kind in kinds]).map(list)

    return st.one_of(
        st.tuples(of("n", "n"), st.sampled_from(["+", "-", "*", "div"])).map(
            lambda x: (f"({x[0][0]} {x[1]} {x[0][1]})", "n")
        ),
        st.tuples(of("n", "n"), st.sampled_from(["<", "<=", ">", ">=", "=", "!="])).map(
            # as numbers: elementpath finds 3 = /data/a false, which XPath 1.0 finds true
            lambda x: (f"(number({x[0][0]}) {x[1]} number({x[0][1]}))", "b")
        ),
        st.tuples(of("t", "t"), st.sampled_from(["=", "!="])).map(lambda x: (f"({x[0][0]} {x[1]} {x[0][1]})", "b")),
        st.tuples(of("b", "b"), st.sampled_from(["and", "or", "="])).map(
            lambda x: (f"({x[0][0]} {x[1]} {x[0][1]})", "b")
        ),
        # without mod: of negative numbers elementpath 5.1.4 gives Python's (-1 mod 2.5 = 1.5; XPath 1.0: -1)
        of("n").map(lambda x: (f"-{x[0]}", "n")),
        st.tuples(of("n"), st.sampled_from(["floor", "ceiling", "round", "number"])).map(
            lambda x: (f"{x[1]}({x[0][0]})", "n")
        ),
        st.tuples(of("t"), st.sampled_from(["string-length", "number"])).map(lambda x: (f"{x[1]}({x[0][0]})", "n")),
        of("t").map(lambda x: (f"normalize-space({x[0]})", "t")),
        of("t", "t").map(lambda x: (f"concat({x[0]}, {x[1]})", "t")),
        st.tuples(of("t", "t"), st.sampled_from(["contains", "starts-with"])).map(
            lambda x: (f"{x[1]}({x[0][0]}, {x[0][1]})", "b")
        ),
        of("t").map(lambda x: (f"translate({x[0]}, 'ae3', 'xy')", "t")),
        of("t").map(lambda x: (f"substring({x[0]}, 2, 3)", "t")),
        of("b").map(lambda x: (f"not({x[0]})", "b")),
    )


EXPRESSIONS = st.recursive(
    st.one_of(numbers.map(lambda e: (e, "n")), texts.map(lambda e: (e, "t"))), deeper, max_leaves=8
)


@settings(max_examples=200)
@given(EXPRESSIONS)
def test_plain_xpath_means_what_elementpath_says(drawn: tuple[str, str]) -> None:
    source, kind = drawn
    wrapped = {"n": f"number({source})", "t": f"string({source})", "b": f"boolean({source})"}[kind]
    theirs: Any = PARSER.parse(wrapped).evaluate(XPathContext(TREE))
    place = FORM.root.children["x"]
    ours: Any = expression(wrapped, root=FORM.root, current=place, functions=functions()).value(
        PAGE, PAGE.only[place.path]
    )
    if isinstance(theirs, bool) or kind != "n":
        assert ours == theirs, wrapped
    elif math.isnan(theirs) or math.isnan(ours):
        assert math.isnan(theirs) == math.isnan(ours), wrapped
    elif math.isinf(theirs) and math.isinf(ours):
        pass  # 负零作除数时 elementpath 不看零的符号（XPath 1.0：1 div -0 = -Infinity）
    else:
        assert math.isclose(ours, theirs, rel_tol=1e-12), wrapped


# --- values ---------------------------------------------------------------------------------------------------------


@given(st.dates(date(1, 1, 1), date(9999, 12, 31)))
def test_days_and_dates_are_one(day: date) -> None:
    days = day_number(day.isoformat(), CHINA)
    assert days == (day - date(1970, 1, 1)).days
    assert from_days(days) == day.isoformat()


@given(st.datetimes(min_value=NOW.replace(year=1900, tzinfo=None), max_value=NOW.replace(year=2100, tzinfo=None)))
def test_a_moment_lies_within_its_day(moment: Any) -> None:
    days = day_number(moment.isoformat(), CHINA)
    assert days is not None
    assert from_days(days) == moment.date().isoformat()
    later = day_number((moment + timedelta(seconds=1)).isoformat(), CHINA)
    assert later is not None
    assert later > days


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_written_and_read_is_the_same(number: float) -> None:
    text = number_text(number)
    assert "e" not in text
    assert float(text) == number


@given(st.floats(-1e9, 1e9), st.integers(-3, 6))
def test_rounding_moves_at_most_half_a_unit(number: float, places: int) -> None:
    assert abs(rounded(number, places) - number) <= 0.5 * 10.0**-places * (1 + 1e-9) + 1e-6


@given(st.integers(0, 10**13))
def test_money_written_is_money_read(fen: int) -> None:
    assert fen_of(money(fen)) == fen


@given(st.text(max_size=30))
def test_any_text_of_money_is_read_or_refused(text: str) -> None:
    fen = fen_of(text)
    assert fen is None or fen >= 0


# --- filling in -----------------------------------------------------------------------------------------------------

ROWS: Form = by_hand(
    "<a/><g><b/></g><xm jr:template=''><jg/><je/><wt/><k/><di/><zp jr:template=''><f/><m/></zp></xm><n/><s/><alles/><t/>",
    "<bind nodeset='/data/g' relevant=\"/data/a = '1'\"/>"
    "<bind nodeset='/data/xm' relevant=\"/data/a != '3'\"/>"
    "<bind nodeset='/data/xm/je' type='int' relevant=\"../jg = 'n'\" constraint='. &lt;= /data/n * 10'/>"
    "<bind nodeset='/data/xm/wt' relevant=\"/data/xm/jg = 'n' and /data/s > 3\" required='../je > 5'/>"
    "<bind nodeset='/data/xm/k' calculate=\"concat(../jg, '-', /data/g/b, '-', count(../zp))\"/>"
    "<bind nodeset='/data/xm/di' calculate='position(..)'/>"
    "<bind nodeset='/data/xm/zp/m' calculate=\"concat(../../jg, position(..), ../f)\"/>"
    "<bind nodeset='/data/n' calculate=\"count(/data/xm[jg = 'n'])\"/>"
    "<bind nodeset='/data/s' calculate='sum(/data/xm/je)'/>"
    "<bind nodeset='/data/alles' calculate=\"join('|', /data/xm/k)\"/>"
    "<bind nodeset='/data/t' calculate=\"indexed-repeat(/data/xm/k, /data/xm, 2)\"/>",
    "<input ref='/data/a'/><group ref='/data/g'><input ref='/data/g/b'/></group>"
    "<repeat nodeset='/data/xm'><input ref='/data/xm/jg'/><input ref='/data/xm/je'/>"
    "<input ref='/data/xm/wt'><label><output value='/data/xm/k'/></label></input>"
    "<repeat nodeset='/data/xm/zp'><input ref='/data/xm/zp/f'/></repeat></repeat>",
)


def picture(page: Filling) -> dict[str, Any]:
    return {
        path: (page.relevant(path), page.value(path), page.required(path), page.problem(path), page.label(path))
        if page.relevant(path)
        else False
        for path in page.paths()
    }


PIECES = st.sampled_from(
    ["xm", "[", "]", "/", "R1", "R2", "jg", "je", "zp", "f", "a", "b", "g", "n", "k", "", "[R1]", "xm[R1]/"]
)
KEYS = st.lists(PIECES, max_size=7).map("".join)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=2)),
    max_leaves=4,
)


@settings(max_examples=100)
@given(st.dictionaries(KEYS, JSON, max_size=8))
def test_no_answers_stop_a_paper_or_are_lost(answers: dict[str, Any]) -> None:
    """Whatever another machine or a later version wrote: it opens, is checked, described, and comes out again."""
    page = fill(ROWS, answers, now=NOW, lists={}, new=False)
    picture(page)
    check(ROWS, answers, whole=True, now=NOW, lists={})
    describer = Describer(ROWS, {})
    assert describer.title(answers)
    describer.text(answers)
    calculated = {question.path for question in ROWS.walk() if question.calculate is not None}
    kept = page.answers()
    for path, value in answers.items():
        empty = value is None or value in ("", [])
        if empty or path.endswith("]") or without_rows(path) in calculated:
            continue
        assert kept.get(path) == value


class FillingIn(RuleBasedStateMachine):
    """Bit by bit gives what all at once gives, and every difference on the page is told."""

    def __init__(self) -> None:
        super().__init__()
        self.page = fill(ROWS, {}, now=NOW, lists={})
        self.number = 0

    def told(self, before: dict[str, Any], changed: tuple[str, ...]) -> None:
        after = picture(self.page)
        assert {path for path in after if path in before and before[path] != after[path]} <= set(changed)

    @rule(path=st.sampled_from(["a", "b"]), text=st.sampled_from(["", "1", "2", "3"]))
    def answer_outside(self, path: str, text: str) -> None:
        before = picture(self.page)
        self.told(before, self.page.answer(path, text))

    @rule(data=st.data(), name=st.sampled_from(["jg", "je"]), value=st.sampled_from(["n", "y", 3, 40, None]))
    def answer_in_a_row(self, data: st.DataObject, name: str, value: Any) -> None:
        if keys := self.page.rows("xm"):
            before = picture(self.page)
            self.told(before, self.page.answer(f"xm[{data.draw(st.sampled_from(keys))}]/{name}", value))

    @rule(inner=st.booleans(), data=st.data())
    def add(self, inner: bool, data: st.DataObject) -> None:
        keys = self.page.rows("xm")
        self.number += 1
        if inner and keys:
            row = data.draw(st.sampled_from(keys))
            self.page.add_row(f"xm[{row}]/zp", f"P{self.number}")
        elif len(keys) < 4:
            self.page.add_row("xm", f"R{self.number}")

    @rule(data=st.data())
    def take_away(self, data: st.DataObject) -> None:
        if keys := self.page.rows("xm"):
            before = picture(self.page)
            self.told(before, self.page.remove_row("xm", data.draw(st.sampled_from(keys))))

    @invariant()
    def same_as_at_once(self) -> None:
        again = fill(ROWS, self.page.answers(), now=NOW, lists={}, new=False)
        assert again.answers() == self.page.answers()
        assert picture(again) == picture(self.page)
        assert set(self.page.answers(final=True)) <= set(self.page.answers())


TestFillingIn = FillingIn.TestCase
