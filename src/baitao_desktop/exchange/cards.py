"""Unit cards as small files, countersigned by the office, compared by eight digits on the telephone."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

from baitao_desktop import files, seal
from baitao_desktop.domain.cards import Card
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import DeviceId, Json, canonical
from baitao_desktop.exchange.manifest import ascii_part

SUFFIX = ".btk"
_SELF, _OFFICE = "baitao-card-self", "baitao-card-office"
_MAX_BYTES = 64 * 1024
_HEX32 = re.compile(r"[0-9a-f]{32}")
_HEX64 = re.compile(r"[0-9a-f]{64}")


class SigningKey(Protocol):
    """Whatever holds a signing key: `Keys`, `seal.DeviceKeys`."""

    @property
    def signing_private(self) -> str: ...


def write_card(folder: Path, card: Card, keys: SigningKey) -> Path:
    """Write the device's own card, signed by itself, into `folder`; nothing is overwritten. Returns the file."""
    said = {
        "baitao": "card/1",
        "card": card.to_json(),
        "self_signature": seal.sign(keys.signing_private, _SELF, _body(card)).decode(),
    }
    path = files.free_name(folder / f"{ascii_part(card.unit)}_{card.device[:6]}{SUFFIX}")
    return files.write_whole(path, (json.dumps(said, ensure_ascii=False, indent=1) + "\n").encode())


def read_card(path: Path) -> Card:
    """The card in a file, which the holder of its keys has signed.

    That it is really the unit's is what the eight digits are for. UserFacingError X30 no card, X31 altered, X32 newer.
    """
    try:
        with path.open("rb") as source:
            data = source.read(_MAX_BYTES + 1)
    except OSError as error:
        raise files.explain(path, error) from error
    said = _parsed(data, path.name)
    if str(said["baitao"]) != "card/1":
        raise UserFacingError("X32", f"“{path.name}”是较新版本程序做的单位卡，本机读不了。请先升级程序。")
    try:
        card = Card.from_json(said["card"])
        signature = str(said["self_signature"]).encode()
    except (ValueError, KeyError, TypeError) as error:
        raise _no_card(path.name) from error
    if not _well_formed(card) or not seal.verify(card.signing_key, _SELF, _body(card), signature):
        raise UserFacingError("X31", f"“{path.name}”被改动过或没有拷完整，不能用。请对方重新导出单位卡。")
    return card


def countersign(card: Card, office_keys: SigningKey, office_card: Card) -> Card:
    """The card with the office's countersignature; an office's first laptop countersigns its own."""
    if not office_card.office:
        raise UserFacingError("X33", "只有街道专项办的电脑可以登记单位卡。请把单位卡交给专项办。")
    signature = seal.sign(office_keys.signing_private, _OFFICE, _body(card))
    return dataclasses.replace(card, office_signature=signature.hex(), signed_by=office_card.device)


def verify_card(card: Card, office_card: Card) -> bool:
    """Whether this office device countersigned exactly this card."""
    if not (office_card.office and card.signed_by == office_card.device and _well_formed(card)):
        return False
    try:
        signature = bytes.fromhex(card.office_signature)
    except ValueError:
        return False
    return seal.verify(office_card.signing_key, _OFFICE, _body(card), signature)


def verified(cards: Iterable[Card], office: Card | None, known: Iterable[Card] = ()) -> dict[DeviceId, Card]:
    """Those of `cards` that the office vouches for: `office`, an office laptop among `known`, or one they vouch for."""
    offices = [*([office] if office else []), *(card for card in known if card.office)]
    trusted = {card.device for card in offices}
    good, waiting = {}, list(cards)
    for signer in offices:
        for card in [c for c in waiting if c.signed_by == signer.device and verify_card(c, signer)]:
            waiting.remove(card)
            good[card.device] = card
            if card.office and card.device not in trusted:
                trusted.add(card.device)
                offices.append(card)
    return good


def joined(known: Mapping[DeviceId, Card], new: Mapping[DeviceId, Card]) -> dict[DeviceId, Card]:
    """Known cards with the new ones; a device's keys never change (a new key is a new device), so a card with other
    keys than the known one is left out."""
    fresh = {d: c for d, c in new.items() if d not in known or _keys(known[d]) == _keys(c)}
    return {**known, **fresh}


def check_digits(card: Card) -> str:
    """Eight digits, “1234 5678”, to compare by telephone: the same on both sides, before and after countersigning."""
    digits = seal.fingerprint(
        card.device, card.unit, "office" if card.office else "", *_keys(card), card.callback_recipient
    )
    return f"{digits[:4]} {digits[4:]}"


def _parsed(data: bytes, name: str) -> dict[str, Json]:
    try:
        said = json.loads(data) if len(data) <= _MAX_BYTES else None
    except (ValueError, RecursionError) as error:
        raise _no_card(name) from error
    if not isinstance(said, dict) or not str(said.get("baitao", "")).startswith("card/"):
        raise _no_card(name)
    return said


def _no_card(name: str) -> UserFacingError:
    return UserFacingError("X30", f"“{name}”不是单位卡。请选择对方从“交换”页导出的、以 .btk 结尾的文件。")


def _well_formed(card: Card) -> bool:
    recipients = [card.age_recipient, *([card.callback_recipient] if card.callback_recipient else [])]
    return (
        bool(_HEX32.fullmatch(card.device) and _HEX64.fullmatch(card.signing_key))
        and all(_HEX32.fullmatch(d) for d in card.replaces)
        and all(r.isascii() and seal.good_recipient(r) for r in recipients)
    )


def _keys(card: Card) -> tuple[str, str]:
    return card.age_recipient, card.signing_key


def _body(card: Card) -> bytes:
    return canonical(card.body()).encode()
