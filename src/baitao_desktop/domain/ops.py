"""Operations: the append-only truth. What one is, how it is named, hashed and written on a line.

The column order, the chain and the line form are format 1 and frozen: a bundle of any release must read for ever.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Mapping
from enum import IntEnum
from typing import Any, NamedTuple, NewType, TypeAlias

RecordId = NewType("RecordId", str)
"""32 lower-case hex digits of a UUID (v7 made once, or v5 derived)."""
DeviceId = NewType("DeviceId", str)
"""32 lower-case hex digits, random, one per installation; minted anew after a copy or a restore."""
PersonId = NewType("PersonId", str)
"""RecordId of a person (经手人); empty for the program itself."""
Scope = NewType("Scope", str)
"""Sorted unit or group codes joined by “+”; “*” public, “ZXB” the office alone."""

Json: TypeAlias = Any
"""What JSON can say: None, bool, int, float, str, list, dict."""


class OpKind(IntEnum):
    """Frozen. CREATE writes all first answers; RETIRE takes away a further head; NOTE is chained, never replayed."""

    CREATE = 0
    SET = 1
    RETIRE = 2
    STEP = 3
    NOTE = 4
    ERASE = 5
    DELETE = 6


class OpRef(NamedTuple):
    """Names one operation of a record (a record lives in one scope, so device and number are enough)."""

    dev: DeviceId
    seq: int


class NewOp(NamedTuple):
    """What an act wants; storage adds lam, seq, pred, salt, hash. `fld` is a field key, an act, or empty."""

    rec: RecordId
    form: str
    scope: Scope
    kind: OpKind
    fld: str
    val: Json


class Op(NamedTuple):
    """One operation, in column order. `val` is canonical JSON text; bytes = SHA-256(salt ‖ val) of an erased value."""

    rec: RecordId
    form: str
    scope: Scope
    lam: int
    dev: DeviceId
    seq: int
    wall_ms: int
    actor: PersonId
    kind: int
    fld: str
    val: str | bytes
    pred: OpRef | None
    salt: bytes
    hash: bytes

    @property
    def ref(self) -> OpRef:
        return OpRef(self.dev, self.seq)


Vector: TypeAlias = Mapping[tuple[DeviceId, Scope], int]
"""Last sequence number held of each stream (device, scope)."""

FIRST = bytes(32)
"""What stands before the first operation of a stream in the chain."""
MAX_LAM = 2**53
_SPACE = uuid.UUID("6f0b6f6e-2d0a-5c1b-9a53-626169746130")
_quoted = json.encoder.encode_basestring
_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
_HEX32 = re.compile(r"[0-9a-f]{32}")
_UNFIT = re.compile("[\x00-\x1f\ud800-\udfff]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def canonical(value: Json) -> str:
    """JSON text that is the same on every machine: sorted keys, no blanks, Chinese as it is.

    Half a surrogate pair (a broken paste) becomes U+FFFD; NaN is refused with ValueError.
    """
    text = _CANONICAL.encode(value)
    return _SURROGATE.sub("\ufffd", text)


def derived_id(*parts: str) -> RecordId:
    """UUIDv5 of the parts: two machines that derive the same thing mean the same record."""
    return RecordId(uuid.uuid5(_SPACE, "\x1f".join(parts)).hex)


def fresh_id(wall_ms: int, noise: bytes) -> RecordId:
    """UUIDv7 from milliseconds and ten random bytes (the caller has clock and chance)."""
    head = (wall_ms & (2**48 - 1)).to_bytes(6, "big")
    tail = bytearray(noise[:10].ljust(10, b"\0"))
    tail[0] = 0x70 | (tail[0] & 0x0F)
    tail[2] = 0x80 | (tail[2] & 0x3F)
    return RecordId((head + bytes(tail)).hex())


def value_digest(op: Op) -> bytes:
    """SHA-256(salt ‖ val): what enters the chain in place of the value, so that erasing keeps it whole."""
    return op.val if isinstance(op.val, bytes) else hashlib.sha256(op.salt + op.val.encode()).digest()


def chain(previous: bytes, op: Op) -> bytes:
    """The hash `op` must carry after an operation whose hash is `previous` (FIRST for a stream's first)."""
    rec, form, scope, lam, dev, seq, wall_ms, actor, kind, fld, _, pred, _, _ = op
    after = f"{pred[0]}\x1f{pred[1]}" if pred else "\x1f"
    meta = f"{rec}\x1f{form}\x1f{scope}\x1f{lam}\x1f{dev}\x1f{seq}\x1f{wall_ms}\x1f{actor}\x1f{int(kind)}\x1f{fld}\x1f{after}"
    return hashlib.sha256(previous + meta.encode() + value_digest(op)).digest()


def to_line(op: Op) -> str:
    """One NDJSON line (without the newline) of a bundle's ops.ndjson."""
    # 逐列写比整行交给编码器快一倍（3 500 条 13 → 6 ms）；测试对照两种写法相同
    rec, form, scope, lam, dev, seq, wall_ms, actor, kind, fld, val, pred, salt, digest = op
    said = _quoted(val) if isinstance(val, str) else f'{{"gone":"{val.hex()}"}}'
    after = f"[{_quoted(pred[0])},{pred[1]}]" if pred else "null"
    return (
        f"[{_quoted(rec)},{_quoted(form)},{_quoted(scope)},{lam},{_quoted(dev)},{seq},{wall_ms},{_quoted(actor)},"
        f'{int(kind)},{_quoted(fld)},{said},{after},"{salt.hex()}","{digest.hex()}"]'
    )


def from_columns(columns: list[Json]) -> Op:
    """The operation of one parsed line. ValueError when a column is not what format 1 says; unknown kinds pass."""
    rec, form, scope, lam, dev, seq, wall_ms, actor, kind, fld, val, pred, salt, digest = columns
    if isinstance(val, dict):
        val = bytes.fromhex(val["gone"])
        if len(val) != 32:
            raise ValueError("digest of an erased value")
    elif type(val) is not str:
        raise ValueError("value is not text")
    if pred is not None:
        pred = OpRef(DeviceId(pred[0]), pred[1])
        if not (type(pred.seq) is int and pred.seq > 0 and _HEX32.fullmatch(pred.dev)):
            raise ValueError("pred")
    op = Op(
        rec,
        form,
        scope,
        lam,
        dev,
        seq,
        wall_ms,
        actor,
        kind,
        fld,
        val,
        pred,
        bytes.fromhex(salt),
        bytes.fromhex(digest),
    )
    _inspect(op)
    return op


def _inspect(op: Op) -> None:
    """Refuse with ValueError what could break the chain's one-to-one reading or a store's limits."""
    rec, form, scope, lam, dev, seq, wall_ms, actor, kind, fld, _, _, salt, digest = op
    if {type(rec), type(form), type(scope), type(dev), type(actor), type(fld)} != {str}:
        raise ValueError("text column")
    if _UNFIT.search(f"{form}{scope}{actor}{fld}") or len(fld) > 400 or len(form) > 80 or len(scope) > 400:
        raise ValueError("text column")
    if not (_HEX32.fullmatch(rec) and _HEX32.fullmatch(dev) and scope):
        raise ValueError("id column")
    if not (type(lam) is type(seq) is type(wall_ms) is type(kind) is int):
        raise ValueError("number column")
    if not (0 < lam <= MAX_LAM and 0 < seq <= MAX_LAM and -MAX_LAM <= wall_ms <= MAX_LAM and 0 <= kind < 256):
        raise ValueError("number out of range")
    if len(digest) != 32 or len(salt) > 64:
        raise ValueError("hash column")
