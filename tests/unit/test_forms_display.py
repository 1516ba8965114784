"""Answers as words."""

from __future__ import annotations

import pytest

from baitao_desktop.forms.display import day, fen_of, moment, money


@pytest.mark.parametrize(
    ("fen", "text"), [(0, "0.00"), (5, "0.05"), (398000, "3980.00"), (-150, "-1.50"), (8640000000, "86400000.00")]
)
def test_money_is_written_in_yuan(fen: int, text: str) -> None:
    assert money(fen) == text
    if fen >= 0:
        assert fen_of(text) == fen


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("3980", 398000),
        ("3,980.5", 398050),
        ("３９８０元", 398000),
        ("￥20，000", 2000000),
        ("2万", 2000000),
        ("1.25万元", 1250000),
        ("0", 0),
        ("1.234", None),
        ("一千", None),
        ("", None),
        ("-5", None),
        ("1.2.3", None),
        ("9" * 13, None),
    ],
)
def test_money_is_read_as_people_type_it(typed: str, fen: int | None) -> None:
    assert fen_of(typed) == fen


def test_days_and_moments() -> None:
    assert day("2022-04-08") == "2022年4月8日"
    assert day("2022-13-08") == "2022-13-08"
    assert moment("2022-04-08T01:30:00Z") == "2022年4月8日 09:30"
    assert moment("哪天") == "哪天"
