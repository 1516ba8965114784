from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baitao_desktop.domain.values import CST
from baitao_desktop.ui.fields import reading

TODAY = date(2022, 4, 26)
NOW = datetime(2022, 4, 26, 9, 32, 41, tzinfo=CST)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("20220412", date(2022, 4, 12)), ("2022-4-12", date(2022, 4, 12)), ("2022年4月12日", date(2022, 4, 12)),
        ("4.12", date(2022, 4, 12)), ("4/12", date(2022, 4, 12)), ("４．１２", date(2022, 4, 12)),
        ("4月12日", date(2022, 4, 12)), ("12日", date(2022, 4, 12)), ("今天", TODAY), ("昨天", date(2022, 4, 25)),
        ("明天", date(2022, 4, 27)), ("2.30", None), ("20221301", None), ("", None), ("保健品", None), ("412", None),
    ],
)  # fmt: skip
def test_days_as_people_type_them(typed: str, meant: date | None) -> None:
    assert reading.read_day(typed, TODAY) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("现在", (4, 26, 9, 32)), ("9:30", (4, 26, 9, 30)), ("4.12 9:30", (4, 12, 9, 30)), ("昨天 15:05", (4, 25, 15, 5)),
        ("昨天下午3点", (4, 25, 15, 0)), ("今天 上午9点半", (4, 26, 9, 30)), ("20220412 0930", (4, 12, 9, 30)),
        ("2022-04-12 09:30", (4, 12, 9, 30)), ("4月12日9时5分", (4, 12, 9, 5)), ("晚上8:15", (4, 26, 20, 15)),
    ],
)  # fmt: skip
def test_moments_as_people_type_them(typed: str, meant: tuple[int, int, int, int]) -> None:
    assert reading.read_moment(typed, NOW) == datetime(2022, *meant, tzinfo=CST)


@pytest.mark.parametrize("typed", ["25:00", "4.12", "4.12 9:75", "刚", ""])
def test_no_moment(typed: str) -> None:
    assert reading.read_moment(typed, NOW) is None


@pytest.mark.parametrize(
    ("typed", "fen"),
    [("3980", 398000), ("39,800.50", 3980050), ("3.98万", 3980000), ("３９８０元", 398000), ("￥12.3", 1230),
     ("0.001", None), ("三千", None), ("", None), ("8万元", 8000000)],
)  # fmt: skip
def test_sums(typed: str, fen: int | None) -> None:
    assert reading.read_fen(typed) == fen


@given(st.integers(0, 10**13))
def test_a_sum_written_is_read_again(fen: int) -> None:
    assert reading.read_fen(reading.fen_text(fen)) == fen


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)), st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_a_day_written_is_read_again(day: date, today: date) -> None:
    assert reading.read_day(day.isoformat(), today) == day
    assert reading.read_day(reading.day_echo(day).split(" ")[0], today) == day


@given(st.datetimes(datetime(1900, 1, 1), datetime(2199, 12, 31)))
def test_a_moment_stored_is_read_again(moment: datetime) -> None:
    kept = reading.moment_value(moment.replace(second=0, microsecond=0, tzinfo=CST))
    back = reading.moment_of(kept)
    assert back is not None
    assert reading.moment_value(back) == kept
    assert reading.read_moment(kept[:16].replace("T", " "), NOW) == back


@given(st.text(max_size=30))
def test_nothing_typed_is_an_error(text: str) -> None:
    reading.read_day(text, TODAY)
    reading.read_moment(text, NOW)
    reading.read_fen(text)
    reading.read_integer(text)
    reading.read_decimal(text)


def test_echo_of_sums() -> None:
    assert reading.fen_echo(3_980_000) == "合 3.98 万元"
    assert reading.fen_echo(98_000) == "980.00 元"
    assert reading.fen_echo(1_234_567_89) == "约 123.5 万元"
