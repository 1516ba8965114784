"""What a message from the work group is understood as."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baitao_desktop.domain.chat import number_of, read_chat

TODAY = date(2022, 5, 18)
VILLAGES = {"麦子坪村": "DZZ203", "小田溪社区": "DZZ003", "麦子": "X"}


@pytest.mark.parametrize(
    ("said", "day", "village", "place", "counts"),
    [
        ("【麦子坪村】5月12日，在二组院坝开展反诈宣传，发放传单200份，入户35户，参加120余人。", date(2022, 5, 12), "DZZ203", "二组院坝", (35, 200, 120)),
        ("今天小田溪社区网格员到农贸市场发放宣传单三百张，老人八十五人次", TODAY, "DZZ003", "农贸市场", (None, 300, 85)),
        ("2022年4月30日在麦子坪村村委会召开院坝会", date(2022, 4, 30), "DZZ203", "村委会", (None, None, None)),
        ("12月30日走访12户", None, "", "", (12, None, None)),
        ("网格员共6人，在村口进行宣传，受教育群众80余人", None, "", "村口", (None, None, 80)),
        ("5.9 张贴标语十张", date(2022, 5, 9), "", "", (None, 10, None)),
        ("13月40日，没有什么", None, "", "", (None, None, None)),
        ("和张某某说了两句", None, "", "", (None, None, None)),
    ],
)  # fmt: skip
def test_a_message_is_read(
    said: str, day: date | None, village: str, place: str, counts: tuple[int | None, ...]
) -> None:
    found = read_chat(said, today=TODAY, villages=VILLAGES)
    assert (found.day, found.village, found.place) == (day, village, place)
    assert (found.households, found.copies, found.people) == counts


@pytest.mark.parametrize(("words", "number"), [("十", 10), ("二十", 20), ("一百零五", 105), ("两百", 200), ("三千二百一十", 3210), ("120", 120), ("12345678", None)])  # fmt: skip
def test_numbers_in_words(words: str, number: int | None) -> None:
    assert number_of(words) == number


@given(st.text(max_size=200))
def test_nothing_a_person_pastes_raises(said: str) -> None:
    found = read_chat(said, today=TODAY, villages=VILLAGES)
    assert len(found.text) <= 300
    assert found.day is None or found.day <= TODAY
