"""Single values: numbers, money, dates, initials."""

from __future__ import annotations

from datetime import date

import pytest

from baitao_desktop.domain import values
from baitao_desktop.domain.pinyin import initials, matches


@pytest.mark.parametrize(
    "good",
    [
        "13800000001",
        "138 0000 0001",
        "+8613800000001",
        "023-72706001",
        "72706001",
        "96110",
        "12345",
        "4008001234",
        "95588",
        "",
    ],
)
def test_good_telephones_raise_no_doubt(good: str) -> None:
    assert values.phone_warning(good) == ""


def test_a_short_mobile_is_explained() -> None:
    assert "11位" in values.phone_warning("1380000000")
    assert values.phone_warning("请找我")


def test_a_bare_local_number_gets_its_area_code() -> None:
    assert values.phone_of("７２７０６００１") == "023-72706001"


@pytest.mark.parametrize("good", ["91110000600037341L", "N2500102MF1234567U", ""])
def test_credit_codes_of_every_kind_pass(good: str) -> None:
    assert values.uscc_warning(good) == ""


@pytest.mark.parametrize("bad", ["91110000600037341M", "9111000060003734", "91110000600037341I"])
def test_wrong_credit_codes_are_explained(bad: str) -> None:
    assert "请核对" in values.uscc_warning(bad)


@pytest.mark.parametrize("good", ["11010519491231002X", "500102195003071234", "512301195003071232", "500102500307123"])
def test_elders_identity_numbers_are_not_refused(good: str) -> None:
    assert values.identity_number_warning(good, date(2022, 5, 18)) == ""


@pytest.mark.parametrize(
    "bad", ["110105194912310021", "110105194902300021", "110105188012310021", "11010520991231002X"]
)
def test_wrong_identity_numbers_are_explained(bad: str) -> None:
    assert values.identity_number_warning(bad, date(2022, 5, 18))


def test_our_checks_agree_with_a_second_opinion_where_it_is_right() -> None:
    """The check character, for numbers made by rule."""
    for n in range(200):
        body = f"9150010{n % 9}MA5{n:06d}"
        wrong = [c for c in values._USCC if not values.uscc_warning(body[:17] + c)]
        assert len(wrong) == 1


def test_money_is_read_and_rounded_as_paper_wants_it() -> None:
    assert values.yuan(398000) == "3,980.00"
    assert values.yuan(-5) == "-0.05"
    assert values.wan_yuan(86_400_000) == "86.4"
    assert values.wan_yuan(49_999) == "0.0"
    assert values.wan_yuan(50_000) == "0.1"


def test_initials_find_places_and_surnames() -> None:
    assert initials("白涛街道") == "btjd"
    assert initials("涪陵重庆") == "flcq"
    assert matches("麦子坪村", "mzp")
    assert matches("曾某某", "zmm")
    assert not matches("麦子坪村", "xtx")
