"""Cards: two small files swapped once, eight digits compared, the office countersigns (first_course §3)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from baitao_desktop.actions import identity
from baitao_desktop.actions.desk import MODES, Desk, Done, note_in, reload, require
from baitao_desktop.domain.cards import Card
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import DeviceId

if TYPE_CHECKING:
    from baitao_desktop.storage.writer import Writer


@dataclass(frozen=True, slots=True)
class CardSeen:
    """A card file that was opened: whose it is and the eight digits to compare by telephone."""

    card: Card
    unit: str
    digits: str
    known: bool
    countersigned: bool
    warning: str = ""
    """What registering it would change besides; empty when nothing. It must be shown, and `sure` said."""

    @property
    def sentence(self) -> str:
        who = f"这是“{self.unit}”的单位卡" + ("（专项办）" if self.card.office else "")
        return f"{who}。请打电话核对八位数字：{self.digits}。"


def own_digits(desk: Desk) -> str:
    """The eight digits of this laptop's own card."""
    from baitao_desktop.exchange import cards

    return cards.check_digits(desk.card)


def write_card(desk: Desk, folder: Path) -> Done[Path]:
    """Write this laptop's card into `folder` (a stick). An office card is countersigned by itself first."""
    from baitao_desktop.exchange import cards

    card = desk.card
    if desk.is_office and not card.office_signature:
        card = _sign_own(desk)
    path = cards.write_card(folder, card, desk.keys)
    return Done(path, files=(path,))


def look_at_card(desk: Desk, path: Path) -> CardSeen:
    """Open a card file without keeping anything; of an answer the office's card. UserFacingError X30… when it is none."""
    from baitao_desktop.exchange import cards
    from baitao_desktop.exchange.answers import read_answer

    answer = read_answer(path)
    card = answer.office if answer else cards.read_card(path)
    known = identity.known_cards(desk).get(card.device)
    name = card.name or desk.campaign.unit_name(card.unit)
    warning = _warning(desk, card)
    return CardSeen(card, name, cards.check_digits(card), known is not None, bool(card.office_signature), warning)


def _warning(desk: Desk, card: Card) -> str:
    """The sentence for a card that would replace a trusted office, add an office laptop, or retire a laptop."""
    if card.office and not desk.is_office and desk.office_card is not None and desk.office_card.device != card.device:
        return "本机已经登记过专项办，这是另一台电脑的卡。收下以后，举报人信息会封给这台新电脑。只有专项办确实换了电脑才可以收。"
    if card.office and desk.is_office and card.device != desk.card.device:
        return "这张卡要求成为另一台专项办电脑，登记后它看得到全部资料。只有本办自己的电脑才可以登记。"
    known = identity.known_cards(desk)
    if desk.is_office and any(d in known and known[d].unit == card.unit for d in card.replaces):
        return "这台电脑是恢复或复制来的。登记后，这个单位原来的那台电脑停用，不再给它数据包。"
    return ""


def register_card(desk: Desk, path: Path, *, reply_to: Path | None = None, sure: bool = False) -> Done[Path | None]:
    """收卡, after the digits were compared.

    At the office: the unit's card gets its codes from the campaign and the office's countersignature; the answer – the
    countersigned card beside the office's own – is written to `reply_to` (default: beside the file). At a unit: the
    answer makes the office trusted and this laptop's card whole; the office's card alone makes it trusted. A card with a
    `CardSeen.warning` is refused with A47 unless `sure`; 练习, 演示 and 正式 never mix (A49).
    """
    from baitao_desktop.exchange import cards
    from baitao_desktop.exchange.answers import read_answer

    require(desk, "work")
    answer = read_answer(path)
    card = answer.office if answer is not None else cards.read_card(path)
    if card.mode != desk.mode:
        raise UserFacingError(
            "A49",
            f"这是{MODES.get(card.mode, '别的')}用的卡，本机是{MODES[desk.mode]}，不能混在一起。请用同一种资料的卡。",
        )
    warning = _warning(desk, card)
    if warning and not sure:
        raise UserFacingError("A47", f"{warning}没有登记；确认无误再登记一次，并选“确认”。")
    if answer is not None:
        return _take_answer(desk, answer.card, answer.office)
    if desk.is_office:
        return _countersign(desk, card, reply_to or path.parent)
    if card.office:
        _trust_office(desk, card)
        return Done(None)
    raise UserFacingError("A40", "这是别的村或单位的卡，本机用不着。请选专项办交回的卡。")


def _sign_own(desk: Desk) -> Card:
    from baitao_desktop.exchange import cards

    card = cards.countersign(replace(desk.card, signed_by=desk.card.device), desk.keys, desk.card)
    identity.save_card(desk.store, desk.keys, card, desk.now)
    return card


def _countersign(desk: Desk, card: Card, folder: Path) -> Done[Path | None]:
    from baitao_desktop.exchange import cards
    from baitao_desktop.exchange.answers import write_answer

    unit = desk.campaign.units.get(card.unit)
    if unit is None or unit.kind not in ("office", "unit", "village", "community"):
        raise UserFacingError(
            "A41", f"单位卡上的“{card.name or card.unit}”不在本次专项行动的单位名单里，没有登记。请核对。"
        )
    own = desk.card if desk.card.office_signature else _sign_own(desk)
    office = unit.kind == "office"
    known = identity.known_cards(desk)
    # 权限由专项办按名单给，不信对方自己写的；总台账号只由第一台专项办电脑编
    granted = replace(
        card, name=unit.name, codes=desk.campaign.codes_of(unit.code), office=office, numbers_office_tips=False,
        callback_recipient=own.callback_recipient if office else "", callback_epoch=own.callback_epoch if office else 0,
        replaces=tuple(d for d in card.replaces if d in known and known[d].unit == unit.code),
    )  # fmt: skip
    signed = cards.countersign(granted, desk.keys, own)
    with desk.store.writing(desk.who.id, desk.now()) as writer:
        writer.put_card(signed.device, signed.to_json())
        _retire_replaced(writer, signed)
        note_in(desk, writer, "card_registered", "", unit=unit.code, device=signed.device[:6])
    path = write_answer(folder, signed, own, desk.keys)
    return Done(path, files=(path,))


def _take_answer(desk: Desk, card: Card, office: Card) -> Done[Path | None]:
    if card.device != desk.card.device:
        raise UserFacingError(
            "A40", f"这是交给“{card.name or card.unit}”另一台电脑的回卡，本机用不着。请选交给本机的那一份。"
        )
    _trust_office(desk, office)
    identity.save_card(desk.store, desk.keys, card, desk.now)
    return Done(None)


def _trust_office(desk: Desk, card: Card) -> None:
    with desk.store.writing(desk.who.id, desk.now()) as writer:
        writer.put_card(card.device, card.to_json())
        if not desk.is_office:
            before = writer.meta("office_device")
            if before and before != card.device:
                writer.retire(DeviceId(before))
            writer.set_meta("office_device", card.device)
            writer.retire(card.device, gone=False)
        note_in(desk, writer, "office_card_taken", "", device=card.device[:6])


def _retire_replaced(writer: Writer, card: Card) -> None:
    for old in card.replaces:
        writer.retire(old)


def refreshed(desk: Desk) -> Desk:
    """The desk with the cards as they are now; call after `register_card`."""
    return reload(desk)
