"""What a bundle says about itself, signed by its sender; vectors and what they allow (storage_exchange §2.5–2.6)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Literal, NamedTuple, TypeAlias

from baitao_desktop.domain.cards import Card, may_write
from baitao_desktop.domain.ops import MAX_LAM, DeviceId, Json, Op, Scope, Vector

FORMAT = 1
NAMESPACE = "baitao-bundle"
MANIFEST, SIGNATURE, OPS, SLOT, BLOBS = "manifest.json", "manifest.json.sig", "ops.ndjson.zst", "sealed.slot", "blobs/"
SLOT_BYTES = 1024 * 1024
SUFFIX = ".btx"
_HEX32 = re.compile(r"[0-9a-f]{32}")
_HEX64 = re.compile(r"[0-9a-f]{64}")
_BEIJING = timezone(timedelta(hours=8))
_EPOCH = datetime(1970, 1, 1, tzinfo=_BEIJING) + timedelta(hours=8)
_FIRST_YEAR = datetime(2020, 1, 1, tzinfo=_BEIJING)
_DAY_MS = 24 * 60 * 60 * 1000


Heads: TypeAlias = Mapping[tuple[DeviceId, Scope], bytes]
"""Chain hash of the last operation of each stream."""


class Member(NamedTuple):
    """A file in the bundle: its SHA-256 (hex) and its size in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a bundle of format 1 says about itself.

    `base` is what the sender believes every receiver holds, `vector` what the sender holds, both only of the scopes the
    receivers may read: the operations inside are exactly those after `base` up to `vector`. `heads` = the chain hash of
    the last operation of each stream of `vector`. `members`, `counts` and `to` are filled by `write`. `want` = SHA-256
    of attachments the sender lacks. `replaces` = the sender's older ids. `made_at_ms` may lie before 1970.
    """

    bundle: str
    sender: DeviceId
    unit: str
    number: int
    vector: Vector
    base: Vector
    heads: Heads
    lam: int
    made_at_ms: int
    app: str
    cards: tuple[Card, ...]
    replaces: tuple[DeviceId, ...] = ()
    want: tuple[str, ...] = ()
    to: tuple[DeviceId, ...] = ()
    members: Mapping[str, Member] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    """operations, records, blobs, bytes (of ops.ndjson before compression)."""
    format: int = FORMAT

    def blobs(self) -> tuple[str, ...]:
        """SHA-256 of the attachments inside."""
        return tuple(name.removeprefix(BLOBS) for name in self.members if name.startswith(BLOBS))

    def name(self) -> str:
        """The file name: unit, day (Beijing time), export number; ASCII whatever the unit is called."""
        return f"{ascii_part(self.unit)}_{_moment(self.made_at_ms):%Y%m%d}_{self.number}{SUFFIX}"

    def clock_doubt(self, now_ms: int) -> str:
        """A sentence when the sender's clock cannot be right (a day ahead of ours, or before 2020); else empty."""
        made = _moment(self.made_at_ms)
        if self.made_at_ms <= now_ms + _DAY_MS and made >= _FIRST_YEAR:
            return ""
        day = f"{made.year}年{made.month}月{made.day}日"
        return f"对方电脑的日期是{day}，可能不对，这一包里记的时间也就靠不住。请对方把电脑日期调准。"

    def to_json(self) -> dict[str, Json]:
        return {
            "format": self.format,
            "app": self.app,
            "bundle": self.bundle,
            "sender": {"device": self.sender, "unit": self.unit},
            "to": list(self.to),
            "number": self.number,
            "vector": _rows(self.vector),
            "base": _rows(self.base),
            "heads": [[dev, scope, digest.hex()] for (dev, scope), digest in sorted(self.heads.items())],
            "replaces": list(self.replaces),
            "lam": self.lam,
            "made_at_ms": self.made_at_ms,
            "want": list(self.want),
            "members": {name: list(member) for name, member in self.members.items()},
            "counts": dict(self.counts),
            "cards": [card.to_json() for card in self.cards],
        }


def from_json(data: bytes) -> Manifest:
    """The manifest of `to_json`; ValueError when it is none. Reads format 1; look at `format_of` first."""
    try:
        said = json.loads(data)
        manifest = Manifest(
            bundle=_hex32(said["bundle"]),
            sender=DeviceId(_hex32(said["sender"]["device"])),
            unit=_text(said["sender"]["unit"]),
            number=_number(said["number"]),
            vector=_vector(said["vector"]),
            base=_vector(said["base"]),
            heads=_heads(said["heads"]),
            lam=_number(said["lam"]),
            made_at_ms=_number(said["made_at_ms"], -MAX_LAM),
            app=_text(said["app"]),
            cards=tuple(Card.from_json(card) for card in _list(said["cards"])),
            replaces=tuple(DeviceId(_hex32(d)) for d in _list(said["replaces"])),
            want=tuple(_hex64(sha) for sha in _list(said["want"])),
            to=tuple(DeviceId(_hex32(d)) for d in _list(said["to"])),
            members={_text(n): Member(_hex64(m[0]), _number(m[1])) for n, m in said["members"].items()},
            counts={_text(k): _number(n) for k, n in said["counts"].items()},
            format=_number(said["format"]),
        )
    except (KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise ValueError("manifest") from error
    if manifest.format != FORMAT:
        raise ValueError("format")
    if not covers(manifest):
        raise ValueError("heads")
    if len({card.device for card in manifest.cards}) != len(manifest.cards):
        raise ValueError("two cards of one device")
    return manifest


def format_of(data: bytes) -> int | None:
    """The container number a manifest claims; None when it claims none."""
    try:
        number = json.loads(data)["format"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return number if type(number) is int and number > 0 else None


def covers(manifest: Manifest) -> bool:
    """Whether `heads` names the last operation of every stream of `vector`, and of no other."""
    return manifest.heads.keys() == manifest.vector.keys()


def forked(
    manifest: Manifest, hash_at: Callable[[DeviceId, Scope, int], bytes | None]
) -> tuple[DeviceId, Scope, int] | None:
    """The first stream, with its last number, where the sender's last operation is another than ours of that number.

    `hash_at`: our chain hash, None where we hold less. One device then wrote one number twice (a copied or put back
    cabinet). Ask before `plan`: by its numbers alone such a bundle looks like one taken in long ago.
    """
    for (dev, scope), digest in sorted(manifest.heads.items()):
        seq = manifest.vector[dev, scope]
        if hash_at(dev, scope, seq) not in (None, digest):
            return dev, scope, seq
    return None


def plan(mine: Vector, manifest: Manifest) -> Literal["take", "nothing new", "gap"]:
    """What to do with a bundle, given what I hold.

    "gap": the sender believes I hold something I do not – taking it would tear a hole (storage_exchange §2.6; every
    stream of `base` is compared, not only those that occur). "nothing new" speaks of operations; attachments may be new.
    """
    if any(seq > mine.get(stream, 0) for stream, seq in manifest.base.items()):
        return "gap"
    if all(seq <= mine.get(stream, 0) for stream, seq in manifest.vector.items()):
        return "nothing new"
    return "take"


def base_for(acks: Mapping[DeviceId, Vector], devices: Iterable[DeviceId]) -> dict[tuple[DeviceId, Scope], int]:
    """What all of `devices` have acknowledged: the entrywise minimum; a device never heard of makes it empty."""
    known = [acks.get(device, {}) for device in devices]
    if not known:
        return {}
    streams = set(known[0]).intersection(*known[1:])
    lows = {stream: min(vector[stream] for vector in known) for stream in streams}
    return {stream: seq for stream, seq in lows.items() if seq > 0}


def check_scopes(ops: Iterable[Op], cards: Mapping[DeviceId, Card]) -> Op | None:
    """The first operation whose writer may not write there, or whose writer has no card; None when all may."""
    allowed: set[tuple[DeviceId, Scope]] = set()
    for op in ops:
        stream = (op.dev, op.scope)
        if stream not in allowed:
            card = cards.get(op.dev)
            if card is None or not may_write(card, op.scope):
                return op
            allowed.add(stream)
    return None


def check_streams(manifest: Manifest, cards: Mapping[DeviceId, Card]) -> tuple[DeviceId, Scope, int] | None:
    """As `check_scopes` without reading the operations (`Incoming.ops` holds them to the manifest's streams).

    The first stream, and the number of its first operation in the bundle, whose writer may not write there.
    """
    for (dev, scope), last in sorted(manifest.vector.items()):
        first = manifest.base.get((dev, scope), 0) + 1
        card = cards.get(dev)
        if last >= first and (card is None or not may_write(card, scope)):
            return dev, scope, first
    return None


def ascii_part(text: str) -> str:
    """`text` for a file name that every stick can hold: ASCII letters, digits and dashes, at most 40, never empty."""
    kept = re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")[:40]
    return kept or "danwei"


def _moment(ms: int) -> datetime:
    """Beijing time; what no calendar holds becomes its first or last day. Windows reads no time before 1970 itself."""
    try:
        return _EPOCH + timedelta(milliseconds=ms)
    except OverflowError:
        return datetime(9999, 12, 31, tzinfo=_BEIJING) if ms > 0 else datetime(1, 1, 1, tzinfo=_BEIJING)


def _rows(vector: Vector) -> list[list[Json]]:
    return [[dev, scope, seq] for (dev, scope), seq in sorted(vector.items())]


def _vector(said: Json) -> dict[tuple[DeviceId, Scope], int]:
    vector = {(DeviceId(_hex32(dev)), Scope(_text(scope))): _number(seq) for dev, scope, seq in _list(said)}
    if len(vector) != len(said):
        raise ValueError("a stream stands twice in a vector")
    return vector


def _heads(said: Json) -> dict[tuple[DeviceId, Scope], bytes]:
    heads = {(DeviceId(_hex32(d)), Scope(_text(s))): bytes.fromhex(_hex64(digest)) for d, s, digest in _list(said)}
    if len(heads) != len(said):
        raise ValueError("a stream stands twice among the heads")
    return heads


def _list(said: Json) -> list[Json]:
    if not isinstance(said, list):
        raise ValueError("list")
    return said


def _hex32(said: Json) -> str:
    if not (isinstance(said, str) and _HEX32.fullmatch(said)):
        raise ValueError("id")
    return said


def _hex64(said: Json) -> str:
    if not (isinstance(said, str) and _HEX64.fullmatch(said)):
        raise ValueError("digest")
    return said


def _text(said: Json) -> str:
    if not isinstance(said, str) or len(said) > 400:
        raise ValueError("text")
    return said


def _number(said: Json, least: int = 0) -> int:
    if type(said) is not int or not least <= said <= MAX_LAM:
        raise ValueError("number")
    return said
