"""Invented units, operations and bundles for the tests of the exchange."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from baitao_desktop import seal
from baitao_desktop.domain.cards import Card
from baitao_desktop.domain.ops import FIRST, DeviceId, Op, OpKind, PersonId, RecordId, Scope, canonical, chain
from baitao_desktop.exchange import bundle, cards, manifest

WHEN = 1_650_000_000_000


@dataclass(frozen=True)
class Unit:
    """A laptop with its keys and its card, countersigned when an office was there."""

    keys: seal.DeviceKeys
    card: Card

    @property
    def device(self) -> DeviceId:
        return self.card.device


def unit(number: int, code: str, *, office: Unit | None = None, is_office: bool = False) -> Unit:
    keys = seal.new_device_keys()
    card = Card(
        DeviceId(f"{number:032x}"), code, f"测试{code}", (code,), is_office, keys.age_recipient, keys.signing_public
    )
    if is_office and office is None:
        card = cards.countersign(card, keys, card)
    elif office is not None:
        card = cards.countersign(card, office.keys, office.card)
    return Unit(keys, card)


def stream(dev: DeviceId, scope: str, texts: Sequence[str], *, after: Sequence[Op] = ()) -> list[Op]:
    """Creates of one-field records: a chained stream of one device in one scope."""
    previous, made = (after[-1].hash if after else FIRST), []
    for i, text in enumerate(texts, len(after) + 1):
        rec = RecordId(hashlib.md5(f"{dev}{scope}{i}".encode(), usedforsecurity=False).hexdigest())
        op = Op(
            rec, "xiansuo", Scope(scope), i, dev, i, WHEN + i, PersonId(""), int(OpKind.CREATE), "",
            canonical({"zhaiyao": text}), None, b"salt", b"",
        )  # fmt: skip
        previous = chain(previous, op)
        made.append(op._replace(hash=previous))
    return made


def vector_of(ops: Iterable[Op]) -> dict[tuple[DeviceId, Scope], int]:
    last: dict[tuple[DeviceId, Scope], int] = {}
    for op in ops:
        last[op.dev, op.scope] = max(op.seq, last.get((op.dev, op.scope), 0))
    return last


def heads_of(
    ops: Iterable[Op], base: Mapping[tuple[DeviceId, Scope], int] | None = None
) -> dict[tuple[DeviceId, Scope], bytes]:
    """Heads of the streams; something invented where only `base` knows a stream."""
    last = {(op.dev, op.scope): op.hash for op in sorted(ops, key=lambda op: op.seq)}
    return {**dict.fromkeys(base or {}, bytes(32)), **last}


def draft(
    sender: Unit,
    ops: Iterable[Op],
    *,
    base: Mapping[tuple[DeviceId, Scope], int] | None = None,
    carried: Sequence[Card] = (),
    number: int = 1,
) -> manifest.Manifest:
    base, ops = base or {}, list(ops)
    return manifest.Manifest(
        bundle=f"{number:032x}",
        sender=sender.device,
        unit=sender.card.unit,
        number=number,
        vector={**base, **vector_of(ops)},
        heads=heads_of(ops, base),
        base=base,
        lam=9,
        made_at_ms=WHEN,
        app="0.1.0",
        cards=(sender.card, *carried),
    )


def handed(
    folder: Path,
    sender: Unit,
    to: Sequence[Unit],
    ops: Sequence[Op],
    blobs: Iterable[bytes] = (),
    *,
    progress: bundle.Progress | None = None,
    **more: object,
) -> Path:
    """A bundle of these operations and attachments."""
    named: list[tuple[str, BinaryIO]] = [(hashlib.sha256(b).hexdigest(), io.BytesIO(b)) for b in blobs]
    return bundle.write(
        folder,
        draft(sender, ops, **more),  # type: ignore[arg-type]
        ops,
        named,
        keys=sender.keys,
        to=[u.card for u in to],
        progress=progress,
    )


def unpacked(path: Path, keys: seal.DeviceKeys) -> dict[str, bytes]:
    """The members of a bundle, with nothing checked."""
    inside = io.BytesIO()
    with path.open("rb") as source:
        seal.decrypt_file(source, inside, keys.age_identity)
    with zipfile.ZipFile(inside) as box:
        return {name: box.read(name) for name in box.namelist()}


def packed(
    path: Path, members: Iterable[tuple[str, bytes]], to: Sequence[Unit], *, how: int = zipfile.ZIP_STORED
) -> Path:
    """An age-sealed zip of these members: what a hostile hand can make that has no signing key."""
    import warnings

    inside = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(inside, "w", how) as box:
        warnings.simplefilter("ignore")  # 重名成员正是要试的
        for name, data in members:
            box.writestr(zipfile.ZipInfo(name), data, compress_type=how)
    return sealed(path, inside.getvalue(), to)


def sealed(path: Path, data: bytes, to: Sequence[Unit]) -> Path:
    with path.open("wb") as out:
        seal.encrypt_file(io.BytesIO(data), out, [u.card.age_recipient for u in to])
    return path
