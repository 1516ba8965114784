"""The office's answer to a unit's card: that card countersigned, beside the office's own, in one small file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from baitao_desktop import files, seal
from baitao_desktop.domain.cards import Card
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import canonical
from baitao_desktop.exchange.cards import SUFFIX, SigningKey, verify_card
from baitao_desktop.exchange.manifest import ascii_part

_KIND, _SPACE = "card-answer/1", "baitao-card-answer"
_MAX_BYTES = 64 * 1024


class Answer(NamedTuple):
    """`card` is the unit's, countersigned by `office`."""

    card: Card
    office: Card


def write_answer(folder: Path, card: Card, office: Card, keys: SigningKey) -> Path:
    """Write the answer to `card` into `folder`, signed by the office's key; nothing is overwritten."""
    said = {"card": card.to_json(), "office": office.to_json()}
    signature = seal.sign(keys.signing_private, _SPACE, canonical(said).encode()).decode()
    whole = {"baitao": _KIND, **said, "signature": signature}
    path = files.free_name(folder / f"{ascii_part(office.unit)}_to_{ascii_part(card.unit)}_{card.device[:6]}{SUFFIX}")
    return files.write_whole(path, (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode())


def read_answer(path: Path) -> Answer | None:
    """The answer in a file; None when the file is something else (perhaps a plain card).

    That the office is the office is what the eight digits are for. UserFacingError X31 when it was altered.
    """
    try:
        with path.open("rb") as source:
            data = source.read(_MAX_BYTES + 1)
    except OSError as error:
        raise files.explain(path, error) from error
    try:
        said = json.loads(data) if len(data) <= _MAX_BYTES else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict) or said.get("baitao") != _KIND:
        return None
    try:
        answer = Answer(Card.from_json(said["card"]), Card.from_json(said["office"]))
        body = canonical({"card": said["card"], "office": said["office"]}).encode()
        good = seal.verify(answer.office.signing_key, _SPACE, body, str(said["signature"]).encode())
    except (KeyError, TypeError, ValueError):
        good = False
    if not good or not answer.office.office or not verify_card(answer.card, answer.office):
        raise UserFacingError("X31", f"“{path.name}”被改动过或没有拷完整，不能用。请专项办重新交回单位卡。")
    return answer
