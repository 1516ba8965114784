"""This laptop's keys and card, and the 回访 key of the office (first_course §3)."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from baitao_desktop import files
from baitao_desktop.domain.campaign import Campaign, Unit
from baitao_desktop.domain.cards import Card
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import DeviceId, Json, PersonId

if TYPE_CHECKING:
    from baitao_desktop.actions.desk import Clock, Desk
    from baitao_desktop.seal import DeviceKeys, Secret
    from baitao_desktop.storage.store import Store

CALLBACK_FILE = "callback.key"
"""Private half of the 回访 key, wrapped by the 回访员's own passphrase; beside the store, not under its key."""


def keys_and_card(store: Store, campaign: Campaign, unit: Unit, now: Clock) -> tuple[DeviceKeys, Card]:
    """Keys and card of this device; made anew when the store minted a new device id (copy or restore)."""
    from baitao_desktop import seal

    with store.reading() as reader:
        said = reader.meta("device_keys")
        card_said = reader.cards().get(store.device)
        old = reader.meta("own_card")
        mode = reader.meta("mode") or "formal"
    if said is not None and card_said is not None:
        return seal.DeviceKeys.from_json(json.loads(said)), Card.from_json(card_said)
    before = Card.from_json(json.loads(old)) if old else None
    keys = seal.new_device_keys()
    office = unit.kind == "office"
    card = Card(
        store.device, unit.code, unit.name, campaign.codes_of(unit.code), office, keys.age_recipient, keys.signing_public,
        mode=mode,
        callback_recipient=before.callback_recipient if before else "",
        callback_epoch=before.callback_epoch if before else 0,
        replaces=tuple(store.replaces),
    )  # fmt: skip
    save_card(store, keys, card, now)
    return keys, card


def save_card(store: Store, keys: DeviceKeys, card: Card, now: Clock) -> None:
    """Keep this device's own card and keys in the cabinet."""
    with store.writing(PersonId(""), now()) as writer:
        writer.set_meta("device_keys", json.dumps(keys.to_json()))
        writer.set_meta("own_card", json.dumps(card.to_json()))
        writer.put_card(card.device, card.to_json())


def office_card(desk: Desk) -> Card | None:
    """The office card this laptop trusts (its own, when it is the office's); None before cards were exchanged."""
    if desk.is_office:
        return desk.card
    with desk.store.reading() as reader:
        trusted = reader.meta("office_device")
        said = reader.cards().get(DeviceId(trusted)) if trusted else None
    return Card.from_json(said) if said is not None else None


def known_cards(desk: Desk) -> dict[DeviceId, Card]:
    """All cards held here, by device."""
    with desk.store.reading() as reader:
        return {device: Card.from_json(said) for device, said in reader.cards().items()}


def make_callback_key(desk: Desk, passphrase: Secret) -> Path:
    """Make the 回访 key on the office's first laptop: private half into its own file, public half onto the card."""
    from baitao_desktop import seal

    if not desk.is_office:
        raise UserFacingError("A22", "回访密钥只在专项办的电脑上生成。")
    path = desk.places.data / CALLBACK_FILE
    if path.exists():
        raise UserFacingError("A23", "回访密钥已经有了，不能再生成一把；旧密钥封住的内容会打不开。")
    private, public = seal.new_identity()
    files.write_whole(path, json.dumps(seal.wrap_identity(private, passphrase)).encode(), private=True)
    # 同一把密钥不会出现两次同一个期号：旧密钥丢了再生成，期号往上加
    epoch = desk.card.callback_epoch + 1
    card = replace(desk.card, callback_recipient=public, callback_epoch=epoch, numbers_office_tips=True)
    save_card(desk.store, desk.keys, card, desk.now)
    return path


def open_callback_key(path: Path, passphrase: Secret) -> str | None:
    """The private half, or None when the passphrase does not fit."""
    from baitao_desktop import seal

    slot: Json = json.loads(path.read_bytes())
    return seal.unwrap_identity(slot, passphrase)


def draws_numbers(desk: Desk) -> bool:
    """Whether some live office laptop, this one or another, draws 总台账号."""
    cards = known_cards(desk)
    gone = {old for card in cards.values() for old in card.replaces}
    return any(card.office and card.numbers_office_tips and card.device not in gone for card in cards.values())


def take_over_numbering(desk: Desk) -> int:
    """From now on this office laptop draws 总台账号 (after a restore, or when the one that did is gone). Returns the
    highest number found; the next is above it. Refused away from the office."""
    from baitao_desktop.domain import tips
    from baitao_desktop.domain.query import Query

    if not desk.is_office:
        raise UserFacingError("A22", "总台账号只在专项办的电脑上编。")
    year = f"{desk.today.year}-"
    with desk.store.writing(desk.who.id, desk.now()) as writer:
        lines = writer.lines(writer.ids(Query(form=tips.FORM)))
        given = [line.head.tracks[1].removeprefix(year) for line in lines if line.head.tracks[1].startswith(year)]
        highest = max((int(no) for no in given if no.isdigit()), default=0)
        while writer.next_number("office_no") < highest:
            pass
    save_card(desk.store, desk.keys, replace(desk.card, numbers_office_tips=True, office_signature=""), desk.now)
    return highest
