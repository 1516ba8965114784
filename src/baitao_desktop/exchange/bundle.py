"""Writing a bundle: streamed to the stick, proven there, then named (container format 1, storage_exchange §2.5, §6)."""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import hashlib
import os
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, BinaryIO, TypeAlias, cast

from baitao_desktop import files, seal
from baitao_desktop.domain.cards import Card
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import Op, canonical, to_line
from baitao_desktop.exchange import manifest as says
from baitao_desktop.exchange.cards import SigningKey
from baitao_desktop.exchange.manifest import Manifest, Member

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with a word for the stage, bytes done and bytes in all (0 = not known); may raise Cancelled."""

MAX_BYTES = 2 * 1024**3
"""Largest bundle file: FAT32 and old 32-bit tools stop at 2 to 4 GiB."""
BLOCK = 1024 * 1024
_AT_ONCE = 1000


def write(
    folder: Path,
    draft: Manifest,
    ops: Iterable[Op],
    blobs: Iterable[tuple[str, BinaryIO]],
    *,
    keys: Keys | seal.DeviceKeys,
    to: Sequence[Card],
    progress: Progress | None = None,
) -> Path:
    """Write one bundle for the devices `to` into `folder` and return its file, named as the manifest says.

    `ops` must be exactly those after `draft.base` up to `draft.vector`, and `draft.heads` the hashes of the last of each
    stream (ValueError if not: the receiver could not take it in); `draft.members`, `counts`, `to` are filled here. The file appears under its name only after it was written,
    synced, read back and found equal; nothing is overwritten, on any error no trace stays. What it holds never lies in
    the clear on a disk. UserFacingError X10 nobody to give it to, X11 larger than 2 GiB, X12 a damaged attachment,
    X13 the stick does not give back what was written; S9x of `files.explain`.
    """
    if not to:
        raise UserFacingError("X10", "没有选择交给谁。请先在“交换”页登记对方的单位卡，再交出。")
    if not says.covers(draft):
        raise ValueError("the heads do not cover the vector")
    tell = progress or _silent
    flow = _Flow(_packed(draft, ops, blobs, keys=keys, to=to, tell=tell))
    path = folder / draft.name()
    part = files.free_name(path.with_name(path.name + ".part"))
    try:
        with _no_garbage_hunt(), part.open("xb") as out:
            counted = _Counted(out)
            seal.encrypt_file(flow, counted, [card.age_recipient for card in to])
            _within_limit(counted.size)
            out.flush()
            os.fsync(out.fileno())
        _read_back(part, counted, tell)
        final = files.free_name(path)
        part.rename(final)
    except BaseException as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise files.explain(folder, error) from error
        raise
    files.sync_folder(folder)
    return final


def _packed(
    draft: Manifest,
    ops: Iterable[Op],
    blobs: Iterable[tuple[str, BinaryIO]],
    *,
    keys: SigningKey,
    to: Sequence[Card],
    tell: Progress,
) -> Iterator[bytes]:
    """The bytes of the zip, made while they are asked for, so that nothing lies about in the clear and nothing is
    written twice. The manifest, which names all else, and its signature come last."""
    drain = _Drain()
    with zipfile.ZipFile(cast("IO[bytes]", drain), "w", zipfile.ZIP_STORED, allowZip64=False) as box:
        members: dict[str, Member] = {}
        with _adding(box, says.OPS, members) as out:
            counts: dict[str, int] = {}
            for _ in _write_ops(out, draft, ops, counts, tell):
                yield from drain.take()
        with _adding(box, says.SLOT, members) as out:
            out.write(seal.filler(says.SLOT_BYTES))
        packed = 0
        for sha, source in blobs:
            name = says.BLOBS + sha
            if name in members:
                continue
            with _adding(box, name, members) as out:
                while block := source.read(BLOCK):
                    packed += out.write(block)
                    _within_limit(packed)
                    tell("装入照片和附件", packed, 0)
                    yield from drain.take()
            if members[name].sha256 != sha:
                raise UserFacingError("X12", "有一张照片（附件）在本机已损坏，没有装入。请先在“设置”里检查本机资料。")
        counts["blobs"] = len(members) - 2
        recipients = tuple(card.device for card in to)
        whole = dataclasses.replace(draft, to=recipients, members=members, counts=counts, format=says.FORMAT)
        data = canonical(whole.to_json()).encode()
        box.writestr(_entry(says.MANIFEST), data)
        box.writestr(_entry(says.SIGNATURE), seal.sign(keys.signing_private, says.NAMESPACE, data))
    yield from drain.take()


def _write_ops(
    out: _Hashed, draft: Manifest, ops: Iterable[Op], counts: dict[str, int], tell: Progress
) -> Iterator[None]:
    """Fills `counts`; stops now and then so that what is ready can flow on."""
    import zstandard

    records: set[str] = set()
    count = plain = 0
    waiting = iter(ops)
    with zstandard.ZstdCompressor(level=3).stream_writer(cast("IO[bytes]", out), closefd=False) as narrow:
        while some := list(islice(waiting, _AT_ONCE)):
            for op in some:
                stream = (op.dev, op.scope)
                if not draft.base.get(stream, 0) < op.seq <= draft.vector.get(stream, 0):
                    raise ValueError(f"operation {op.dev[:6]}/{op.scope}/{op.seq} is not between base and vector")
                if op.seq == draft.vector[stream] and draft.heads[stream] != op.hash:
                    raise ValueError(f"operation {op.dev[:6]}/{op.scope}/{op.seq} is not the head of its stream")
                records.add(op.rec)
            count += len(some)
            data = "".join([to_line(op) + "\n" for op in some]).encode()
            plain += len(data)
            narrow.write(data)
            tell("整理记录", plain, 0)
            yield
    if count != due(draft):
        raise ValueError(f"{count} operations, but {due(draft)} lie between base and vector")
    counts.update(operations=count, records=len(records), bytes=plain)


def due(manifest: Manifest) -> int:
    """How many operations lie after `base` up to `vector`."""
    return sum(max(0, last - manifest.base.get(stream, 0)) for stream, last in manifest.vector.items())


@contextlib.contextmanager
def _adding(box: zipfile.ZipFile, name: str, members: dict[str, Member]) -> Iterator[_Hashed]:
    with box.open(_entry(name), "w") as raw:
        out = _Hashed(raw)
        yield out
    members[name] = Member(out.digest.hexdigest(), out.size)


def _entry(name: str) -> zipfile.ZipInfo:
    """No time stamps: the manifest says when, and the clock of a laptop is nobody's business."""
    return zipfile.ZipInfo(name)


@contextlib.contextmanager
def _no_garbage_hunt() -> Iterator[None]:
    """No cyclic garbage collection meanwhile: operations are tuples without cycles (−7 % of the time, kernel §1)."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _read_back(part: Path, written: _Counted, tell: Progress) -> None:
    """Whether the stick gives back what was written. A checksum against faults is enough: age keeps off enemies."""
    done = check = 0
    with part.open("rb", buffering=0) as back:
        if hasattr(os, "posix_fadvise"):
            # 让系统真的从U盘读，而不是从内存里的副本读
            os.posix_fadvise(back.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        while block := back.read(BLOCK):
            check = zlib.crc32(block, check)
            done += len(block)
            tell("核对", done, written.size)
    if (done, check) != (written.size, written.check):
        raise UserFacingError("X13", "写进U盘的内容读回来不一致，这个U盘可能坏了，文件没有留下。请换一个U盘再交出。")


def _within_limit(size: int) -> None:
    if size > MAX_BYTES:
        raise UserFacingError("X11", "这一包超过了2GB，U盘可能装不下。请先交出一部分照片，其余下次再交。")


def _silent(word: str, done: int, total: int) -> None:
    pass


@dataclasses.dataclass(frozen=True, slots=True)
class Keys:
    """What a device opens bundles with and signs them with; shown nowhere. `seal.DeviceKeys` does as well."""

    age_identity: str = dataclasses.field(repr=False)
    signing_private: str = dataclasses.field(repr=False)


class _Hashed:
    """A writer that knows the digest and size of what went through it."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self.digest = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        self.size += len(data)
        self._out.write(data)
        return len(data)

    def flush(self) -> None:
        pass


class _Drain:
    """What zipfile has written and nobody has fetched yet. It cannot seek, so zipfile puts sizes behind each member."""

    def __init__(self) -> None:
        self._ready: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._ready.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        pass

    def take(self) -> list[bytes]:
        ready, self._ready = self._ready, []
        return ready


class _Flow:
    """A reader over pieces that are made as they are asked for."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._piece, self._at = b"", 0

    def read(self, size: int) -> bytes:
        while self._at >= len(self._piece):
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._piece, self._at = piece, 0
        data = self._piece[self._at : self._at + size]
        self._at += len(data)
        return data


class _Counted:
    """A writer that knows the size and checksum of what went to the stick."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self.size = self.check = 0

    def write(self, data: bytes) -> int:
        self.size += len(data)
        self.check = zlib.crc32(data, self.check)
        return self._out.write(data)

    def flush(self) -> None:
        self._out.flush()
