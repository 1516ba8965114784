"""Cards: files that were not altered, an office that vouches, digits for the telephone."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.exchange import cards
from exchange_kit import unit


def test_a_card_file_comes_back_and_overwrites_nothing(tmp_path: Path) -> None:
    village = unit(1, "DZZ203")
    first = cards.write_card(tmp_path, village.card, village.keys)
    second = cards.write_card(tmp_path, village.card, village.keys)
    assert first.name == "DZZ203_000000.btk"
    assert second != first
    assert cards.read_card(first) == village.card
    assert village.keys.signing_private not in first.read_text()


def test_an_altered_card_is_refused(tmp_path: Path) -> None:
    village = unit(1, "DZZ203")
    path = cards.write_card(tmp_path, village.card, village.keys)
    said = json.loads(path.read_text())
    said["card"]["body"][2] = "DZZ204"
    path.write_text(json.dumps(said))
    with pytest.raises(UserFacingError) as refused:
        cards.read_card(path)
    assert refused.value.code == "X31"


def test_a_key_that_no_text_can_hold_is_refused(tmp_path: Path) -> None:
    village = unit(1, "DZZ203")
    path = cards.write_card(tmp_path, village.card, village.keys)
    said = json.loads(path.read_text())
    said["card"]["body"][6] = "\ud800"
    path.write_text(json.dumps(said))
    with pytest.raises(UserFacingError, match="X31"):
        cards.read_card(path)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "X30"),
        (b"\xff\xfe\x00", "X30"),
        (b"[]", "X30"),
        (b"[" * 5000, "X30"),
        (b'{"baitao":"card/1"}', "X30"),
        (b'{"baitao":"card/1","card":{"body":[]},"self_signature":""}', "X30"),
        (b'{"baitao":"card/2"}', "X32"),
        (b'"' + b"x" * 70_000 + b'"', "X30"),
    ],
)
def test_what_is_no_card_says_so(tmp_path: Path, data: bytes, code: str) -> None:
    path = tmp_path / "a.btk"
    path.write_bytes(data)
    with pytest.raises(UserFacingError) as refused:
        cards.read_card(path)
    assert refused.value.code == code


def test_a_missing_card_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserFacingError, match="找不到"):
        cards.read_card(tmp_path / "a.btk")


def test_the_office_vouches_for_exactly_what_it_signed() -> None:
    office = unit(9, "ZXB", is_office=True)
    village = unit(1, "DZZ203", office=office)
    assert cards.verify_card(village.card, office.card)
    assert cards.verify_card(office.card, office.card)
    raised = dataclasses.replace(village.card, codes=("DZZ203", "SCJG"))
    assert not cards.verify_card(raised, office.card)
    assert not cards.verify_card(unit(1, "DZZ203").card, office.card)
    assert not cards.verify_card(village.card, village.card)
    assert not cards.verify_card(village.card, unit(8, "ZXB", is_office=True).card)
    assert not cards.verify_card(dataclasses.replace(village.card, office_signature="zz"), office.card)


def test_a_village_cannot_countersign() -> None:
    village = unit(1, "DZZ203")
    with pytest.raises(UserFacingError) as refused:
        cards.countersign(village.card, village.keys, village.card)
    assert refused.value.code == "X33"


def test_a_self_signature_is_no_countersignature(tmp_path: Path) -> None:
    office = unit(9, "ZXB", is_office=True)
    path = cards.write_card(tmp_path, office.card, office.keys)
    signature = json.loads(path.read_text())["self_signature"].encode().hex()
    forged = dataclasses.replace(office.card, office_signature=signature, signed_by=office.device)
    assert not cards.verify_card(forged, office.card)


def test_a_second_office_laptop_vouches_through_the_first() -> None:
    first = unit(9, "ZXB", is_office=True)
    second = unit(8, "ZXB", is_office=True, office=first)
    village = unit(1, "DZZ203", office=second)
    stranger = unit(2, "DZZ204", office=unit(7, "ZXB", is_office=True))
    heard = [village.card, second.card, stranger.card]
    assert set(cards.verified(heard, first.card)) == {village.device, second.device}
    assert cards.verified(heard, None) == {}
    assert set(cards.verified([village.card], first.card)) == set()
    assert set(cards.verified([village.card], first.card, [second.card])) == {village.device}
    assert set(cards.verified([village.card], None, [second.card])) == {village.device}
    assert cards.verified([village.card], first.card, [village.card]) == {}


def test_a_known_device_never_gets_other_keys() -> None:
    office = unit(9, "ZXB", is_office=True)
    known, other = unit(1, "DZZ203", office=office), unit(1, "DZZ203", office=office)
    moved = dataclasses.replace(known.card, name="改了名")
    assert cards.joined({known.device: known.card}, {other.device: other.card})[known.device] == known.card
    assert cards.joined({known.device: known.card}, {known.device: moved})[known.device] == moved


def test_check_digits_stay_the_same_when_the_office_has_signed() -> None:
    office = unit(9, "ZXB", is_office=True)
    village = unit(1, "DZZ203")
    signed = cards.countersign(dataclasses.replace(village.card, codes=("DZZ203", "X")), office.keys, office.card)
    digits = cards.check_digits(village.card)
    assert digits == cards.check_digits(signed)
    assert len(digits) == 9
    assert digits != cards.check_digits(office.card)
