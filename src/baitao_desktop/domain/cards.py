"""Unit cards: which device speaks for which unit, and what it may read and write (kernel §3)."""

from __future__ import annotations

from dataclasses import dataclass

from baitao_desktop.domain.ops import DeviceId, Json, Scope

OFFICE = "ZXB"
PUBLIC = Scope("*")


@dataclass(frozen=True, slots=True)
class Card:
    """One device's card. `codes` = unit and group codes it stands for; `office` is true for 专项办 devices.

    `age_recipient` opens bundles addressed to it, `signing_key` (raw Ed25519 public key, hex) verifies its own;
    `office_signature` (hex) is the office's countersignature over `body()`, empty until the office gave it.
    `mode` keeps 练习 and 演示 apart from 正式. An office card additionally carries the 回访 key's public half in `callback_recipient`, its epoch, and in
    `numbers_office_tips` whether this device draws 总台账号.
    """

    device: DeviceId
    unit: str
    name: str
    codes: tuple[str, ...]
    office: bool
    age_recipient: str
    signing_key: str
    callback_recipient: str = ""
    callback_epoch: int = 0
    numbers_office_tips: bool = False
    replaces: tuple[DeviceId, ...] = ()
    mode: str = "formal"
    office_signature: str = ""
    signed_by: str = ""

    def body(self) -> Json:
        """What the office countersigns: everything but the countersignature itself, in a fixed order."""
        return [
            "baitao-card/1", self.device, self.unit, self.name, list(self.codes), self.office, self.age_recipient,
            self.signing_key, self.callback_recipient, self.callback_epoch, self.numbers_office_tips, list(self.replaces), self.mode,
        ]  # fmt: skip

    def to_json(self) -> Json:
        return {"body": self.body(), "office_signature": self.office_signature, "signed_by": self.signed_by}

    @staticmethod
    def from_json(said: Json) -> Card:
        """The card of `to_json`; ValueError when it is not one."""
        try:
            tag, device, unit, name, codes, office, age, signing, callback, epoch, numbers, replaces, mode = said[
                "body"
            ]
            if tag != "baitao-card/1" or not all(
                isinstance(t, str) for t in (device, unit, name, age, signing, callback, mode)
            ):
                raise ValueError("card")
            return Card(
                DeviceId(device), unit, name, tuple(str(c) for c in codes), bool(office), age, signing, callback,
                int(epoch), bool(numbers), tuple(DeviceId(str(d)) for d in replaces), mode,
                str(said["office_signature"]), str(said["signed_by"]),
            )  # fmt: skip
        except (KeyError, TypeError, OverflowError) as error:
            raise ValueError("card") from error


def scope_of(codes: tuple[str, ...]) -> Scope:
    """The scope of a set of codes: sorted, joined by “+”."""
    return Scope("+".join(sorted(set(codes))))


def may_read(card: Card, scope: Scope) -> bool:
    """The office reads all; every device reads what is public and what shares a code with its card."""
    return card.office or scope == PUBLIC or not set(card.codes).isdisjoint(scope.split("+"))


def may_write(card: Card, scope: Scope) -> bool:
    """The office writes everywhere; `*` and `ZXB` are the office's alone; others write where their card may."""
    if card.office:
        return True
    return scope not in (PUBLIC, OFFICE) and not set(card.codes).isdisjoint(scope.split("+"))
