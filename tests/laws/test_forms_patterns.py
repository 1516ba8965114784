"""Patterns: walked or matched by Python, the answer is the same; and none of them runs away."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baitao_desktop.forms.patterns import _Reader, _Walk, matcher
from baitao_desktop.forms.values import XPathError

ATOMS = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", r"\d", r"\w", "c", r"\.", "[a-c1]", "^", "$", r"\b", "甲"])
COUNTS = st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "{0,}", "*?"])
PATTERNS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda two: f"({two[0]}|{two[1]})"),
        st.tuples(inner, COUNTS).map(lambda two: f"(?:{two[0]}){two[1]}"),
    ),
    max_leaves=8,
)


@given(PATTERNS, st.text("abc1.甲 ", max_size=9))
def test_both_ways_of_matching_agree_with_python(pattern: str, text: str) -> None:
    expected = re.fullmatch(pattern, text) is not None
    assert matcher(pattern)(text) == expected
    assert _Walk(_Reader(pattern).whole(), 0).matches(text) == expected


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("(a+)+", "a" * 4000 + "b"),
        (r"(\w+\s?)*", "ab " * 1300 + "!"),
        ("(a|a)*", "a" * 4000 + "b"),
        ("(a|ab)*c", "ab" * 2000),
        ("a*a*a*a*a*b", "a" * 4000),
        ("((a*)*)*b", "a" * 4000),
        ("(((a+)+)+)+b", "a" * 4000),
        ("(x+x+)+y", "x" * 4000),
        ("^(([0-9]{1})*[- .(]*([0-9]{3})[- .)]*[0-9]{3}[- .]*[0-9]{4})+$", "5" * 4001 + "x"),
        ("a*a*b", "a" * 100_000),
    ],
)
def test_what_would_never_end_is_walked_in_counted_steps(pattern: str, text: str) -> None:
    try:
        assert matcher(pattern)(text) is False
    except XPathError as told:
        assert "太费时" in str(told)


@pytest.mark.parametrize(
    "pattern", [r"(?=(a+)+b)c", r"((a+)+)\1", "(a++)+b", "(.{0,100}){0,30}x", "a{1,99999}", "(" * 300 + ")" * 300,
                "a" * 2000, r"[\p{L}&&[^a]]", r"\p{Foo}", "[", "(", "a)", "*a", r"\Qx\E", "(?>a)", "a{3,1}"]
)  # fmt: skip
def test_what_cannot_be_bounded_or_read_is_refused(pattern: str) -> None:
    with pytest.raises(XPathError, match=r"regex\(\)"):
        matcher(pattern)


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        (r"\p{L}+", "汉字abc", True),
        (r"[\p{L} ]+", "汉字 abc", True),
        (r"\p{IsHan}{2,4}", "张某某", True),
        (r"\P{L}+", "123", True),
        (r"^1\d{10}$", "13800000001", True),
        (r"^(?=.*\d)(?=.*[a-z]).{6,}$", "abc123", True),
        (r"^(?=.*\d)(?=.*[a-z]).{6,}$", "abcdef", False),
        (r"(?i)abc", "ABC", True),
        (r"(?<nian>\d{4})-\d\d", "2022-04", True),
        (r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,4}", "a.b@c.cn", True),
        (r".+[、，,].+", "张某某、测甲某", True),
        ("", "", True),
        (r"a\z", "a", True),
    ],
)
def test_patterns_as_people_write_them(pattern: str, text: str, fits: bool) -> None:
    assert matcher(pattern)(text) is fits
