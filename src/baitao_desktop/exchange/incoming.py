"""Reading a bundle: everything about it is proven before one operation is handed on (storage_exchange §2.5)."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, BinaryIO

from baitao_desktop import files, seal
from baitao_desktop.domain.cards import Card
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import DeviceId, Op, from_columns
from baitao_desktop.exchange import manifest as says
from baitao_desktop.exchange.bundle import BLOCK, MAX_BYTES, Keys, Progress, due
from baitao_desktop.exchange.cards import joined, verified
from baitao_desktop.exchange.manifest import Manifest, Member
from baitao_desktop.exchange.scratch import scratch

MAX_MEMBERS = 20_000
MAX_MANIFEST = 32 * 1024**2
MAX_OPS = 4 * 1024**3
MAX_LINE = 8 * 1024**2
_WINDOW = 128 * 1024**2
_AT_ONCE = 1000
_CHUNK, _TAG = 64 * 1024, 16
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)?")


@contextlib.contextmanager
def read(
    path: Path,
    *,
    keys: Keys | seal.DeviceKeys,
    cards: Mapping[DeviceId, Card],
    me: DeviceId,
    office: Card | None,
    progress: Progress | None = None,
) -> Iterator[Incoming]:
    """Open a bundle that was made for `me` by a device whose card is known or vouched for by `office`.

    The file is first copied beside the system's temporary files, so that a stick may be pulled. Checked in this order,
    each a UserFacingError: X07 too large, X01 no bundle or not copied to its end, X02 for another unit, X03 damaged,
    X07 not the contents of a bundle (names, packing, sizes), X05 a newer container, X04 sender unknown or signature
    wrong, X02 made for others and passed on, X06 a part missing, foreign or altered. `Incoming.ops` may still raise X07
    and X09 while it is read: take in inside one transaction. Whether it fits what is held here: `manifest.plan`.
    """
    tell = progress or (lambda _word, _done, _total: None)
    name = path.name
    with contextlib.ExitStack() as stack:
        try:
            local = stack.enter_context(tempfile.TemporaryFile(prefix="baitao-"))
            sha256, size = _fetch(path, local, tell)
            inside = stack.enter_context(scratch())
            _decrypt(local, inside, keys, name, size)
            box = stack.enter_context(_open_box(inside, name))
        except OSError as error:
            raise files.explain(path, error) from error
        manifest, trusted = _trust(box, name, cards, me, office)
        _check_members(box, manifest, name, tell)
        fresh = {d: card for d, card in trusted.items() if cards.get(d) != card}
        yield Incoming(manifest, sha256, size, trusted[manifest.sender], fresh, trusted, name, box)


def _fetch(path: Path, local: BinaryIO, tell: Progress) -> tuple[str, int]:
    if path.suffix == ".part":
        raise UserFacingError("X01", f"“{path.name}”是没有写完的数据包。请对方重新交出，等提示“可以拔出”后再取U盘。")
    total = path.stat().st_size
    if total > MAX_BYTES:
        raise UserFacingError("X07", f"“{path.name}”超过2GB，不是本程序的数据包，没有打开。")
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as source:
        while block := source.read(BLOCK):
            size += len(block)
            if size > MAX_BYTES:
                raise UserFacingError("X07", f"“{path.name}”超过2GB，不是本程序的数据包，没有打开。")
            digest.update(block)
            local.write(block)
            tell("拷到本机", size, total)
    local.seek(0)
    return digest.hexdigest(), size


def _decrypt(local: BinaryIO, inside: BinaryIO, keys: Keys | seal.DeviceKeys, name: str, size: int) -> None:
    try:
        seal.decrypt_file(local, inside, keys.age_identity)
    except seal.OpenFailed as failed:
        if failed.reason == "not sealed":
            text = f"“{name}”不是数据包，或者没有拷完整。请选择对方交出的、以 .btx 结尾的文件，重新拷一次。"
            raise UserFacingError("X01", text) from failed
        if failed.reason == "not for us":
            text = f"“{name}”是交给别的单位（或别的电脑）的，本机打不开。请核对文件，或让对方选本单位重新交出。"
            raise UserFacingError("X02", text) from failed
        if _at_the_end(local, inside, size):
            text = f"“{name}”没有拷完整，尾部缺失。请从对方U盘重新拷一次；还不行请对方重新交出。"
            raise UserFacingError("X01", text) from failed
        raise UserFacingError("X03", f"“{name}”已损坏，内容和交出时不一样。请让对方重新交出一次。") from failed
    inside.flush()


def _at_the_end(local: BinaryIO, inside: BinaryIO, size: int) -> bool:
    """Whether decryption failed in the last chunk of what is there: the mark of a copy that was cut off."""
    local.seek(0)
    start = local.read(_CHUNK)
    foot = start.find(b"\n--- ")
    line_end = start.find(b"\n", foot + 1) if foot >= 0 else -1
    if line_end < 0:
        return size < _CHUNK
    payload = size - line_end - 1 - 16
    chunks = -(-payload // (_CHUNK + _TAG))
    return inside.tell() // _CHUNK >= chunks - 1


def _open_box(inside: BinaryIO, name: str) -> zipfile.ZipFile:
    """The zip, if a person could unpack it without harm: stored, few, plainly named, no larger than itself."""
    size = inside.seek(0, 2)
    inside.seek(max(0, size - 42))
    before, tail = inside.read(20), inside.read(22)
    odd = UserFacingError(
        "X07", f"“{name}”里的内容不合数据包的规矩（文件名、压缩或大小不对），没有打开。请联系交出的人。"
    )
    if tail[:4] != b"PK\x05\x06":
        raise UserFacingError("X01", f"“{name}”里面不是数据包的内容。请选择对方交出的、以 .btx 结尾的文件。")
    # 64位的目录（PK67）可以谎报大小；两GB以内用不着
    if (
        before[:4] == b"PK\x06\x07"
        or int.from_bytes(tail[10:12], "little") > MAX_MEMBERS
        or int.from_bytes(tail[12:16], "little") > 16 * 1024**2
    ):
        raise odd
    inside.seek(0)
    try:
        box = zipfile.ZipFile(inside)
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise odd from error
    entries = box.infolist()
    names = {e.filename for e in entries}
    stored = all(e.compress_type == zipfile.ZIP_STORED and e.compress_size == e.file_size for e in entries)
    plain = all(_PLAIN_NAME.fullmatch(e.filename) and e.orig_filename == e.filename for e in entries)
    shut = any(e.flag_bits & 0x1 for e in entries)
    if len(names) != len(entries) or len(entries) > MAX_MEMBERS or not stored or not plain or shut:
        raise odd
    if sum(e.file_size for e in entries) > size:
        raise odd
    return box


def _trust(
    box: zipfile.ZipFile, name: str, cards: Mapping[DeviceId, Card], me: DeviceId, office: Card | None
) -> tuple[Manifest, dict[DeviceId, Card]]:
    """The manifest, when a known device signed it for me; and the cards it may be judged by."""
    missing = UserFacingError("X06", f"“{name}”缺少清单或签名，不能收入。请让对方重新交出一次。")
    data, signature = (_small(box, member, missing, name) for member in (says.MANIFEST, says.SIGNATURE))
    number = says.format_of(data)
    if number is not None and number > says.FORMAT:
        text = f"“{name}”是较新版本的程序交出的（格式{number}），本机读不了。请先升级本机程序，数据包留着，升级后再收。"
        raise UserFacingError("X05", text)
    try:
        manifest = says.from_json(data)
    except ValueError as error:
        raise UserFacingError("X06", f"“{name}”的清单读不懂，不能收入。请让对方重新交出一次。") from error
    trusted = joined(cards, verified(manifest.cards, office, cards.values()))
    sender = trusted.get(manifest.sender)
    if sender is None:
        text = f"“{name}”是一台没有登记过的电脑交出的，没有收入。请先和对方交换单位卡，核对八位数字，再收。"
        raise UserFacingError("X04", text)
    if not seal.verify(sender.signing_key, says.NAMESPACE, data, signature):
        text = f"“{name}”的签名不对，不是{sender.name or sender.unit}亲手交出的，没有收入。请打电话向对方核实。"
        raise UserFacingError("X04", text)
    if me not in manifest.to:
        text = f"“{name}”是{sender.name or sender.unit}交给别的单位、又被转过来的，没有收入。请让对方选本单位重新交出。"
        raise UserFacingError("X02", text)
    return manifest, trusted


def _small(box: zipfile.ZipFile, member: str, missing: UserFacingError, name: str) -> bytes:
    try:
        info = box.getinfo(member)
    except KeyError as error:
        raise missing from error
    if info.file_size > MAX_MANIFEST:
        raise UserFacingError("X07", f"“{name}”的清单大得不合理，没有打开。请联系交出的人。")
    try:
        return box.read(info)
    except zipfile.BadZipFile as error:
        raise missing from error


def _check_members(box: zipfile.ZipFile, manifest: Manifest, name: str, tell: Progress) -> None:
    """Everything the manifest names is there as it was, and nothing else."""
    present = {e.filename: e for e in box.infolist() if e.filename not in (says.MANIFEST, says.SIGNATURE)}
    fixed = {says.OPS, says.SLOT}
    foreign = UserFacingError("X06", f"“{name}”里缺少内容或混进了别的内容，不能收入。请让对方重新交出一次。")
    if set(present) != set(manifest.members) or not fixed <= set(present):
        raise foreign
    if present[says.SLOT].file_size != says.SLOT_BYTES:
        raise foreign
    total, done = sum(e.file_size for e in present.values()), 0
    for member, said in manifest.members.items():
        if member not in fixed and member != says.BLOBS + said.sha256:
            raise foreign
        digest, size = hashlib.sha256(), 0
        try:
            with box.open(present[member]) as source:
                while block := source.read(BLOCK):
                    digest.update(block)
                    size += len(block)
                    tell("核对内容", done + size, total)
        except (zipfile.BadZipFile, EOFError) as error:
            raise foreign from error
        done += size
        if Member(digest.hexdigest(), size) != said:
            text = f"“{name}”里的内容和清单对不上，可能被改动过，没有收入。请让对方重新交出一次。"
            raise UserFacingError("X06", text)


@dataclass(frozen=True, slots=True)
class Incoming:
    """A bundle that was proven, open for reading until its `with` ends.

    `sha256`, `size` of the file; `sender` its card; `cards` those verified cards that are new here or say something new;
    `trusted` all cards known now, to judge scopes by.
    """

    manifest: Manifest
    sha256: str
    size: int
    sender: Card
    cards: Mapping[DeviceId, Card]
    trusted: Mapping[DeviceId, Card]
    name: str
    _box: zipfile.ZipFile = field(repr=False)

    def blob(self, sha256: str) -> IO[bytes]:
        """An attachment's bytes (their digest was checked); KeyError when it is not in this bundle."""
        return self._box.open(says.BLOBS + sha256)

    def ops(self) -> Iterator[Op]:
        """All operations, parsed a thousand lines at a time; may be asked for again.

        Every one lies between the manifest's base and vector, all that do are there, and the last of each stream is its
        head: else UserFacingError X09, as for a line that is no operation. X07 when it unpacks to more than it says.
        """
        base, vector, heads = self.manifest.base, self.manifest.vector, self.manifest.heads
        count = 0
        for columns in self._lines():
            try:
                op = from_columns(columns)
            except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
                raise self._unreadable() from error
            stream = (op.dev, op.scope)
            if not base.get(stream, 0) < op.seq <= vector.get(stream, 0):
                raise self._unreadable()
            if op.seq == vector[stream] and heads[stream] != op.hash:
                raise self._unreadable()
            count += 1
            yield op
        if count != due(self.manifest):
            raise self._unreadable()

    def _lines(self) -> Iterator[list[object]]:
        import zstandard

        limit, plain, rest = min(MAX_OPS, self.manifest.counts.get("bytes", 0)), 0, b""
        try:
            with (
                self._box.open(says.OPS) as member,
                zstandard.ZstdDecompressor(max_window_size=_WINDOW).stream_reader(member) as wide,
            ):
                while block := wide.read(BLOCK):
                    plain += len(block)
                    if plain > limit or len(rest) > MAX_LINE:
                        raise UserFacingError("X07", f"“{self.name}”解开后大得不合理，没有收入。请联系交出的人。")
                    lines = (rest + block).split(b"\n")
                    rest = lines.pop()
                    for i in range(0, len(lines), _AT_ONCE):
                        yield from self._parsed(lines[i : i + _AT_ONCE])
        except zstandard.ZstdError as error:
            raise self._unreadable() from error
        if rest:
            raise self._unreadable()

    def _parsed(self, lines: list[bytes]) -> list[list[object]]:
        try:
            parsed: list[list[object]] = json.loads(b"[" + b",".join(lines) + b"]")
        except (ValueError, RecursionError) as error:
            raise self._unreadable() from error
        if len(parsed) != len(lines):
            raise self._unreadable()
        return parsed

    def _unreadable(self) -> UserFacingError:
        return UserFacingError(
            "X09", f"“{self.name}”里有读不懂的记录，整包没有收入，本机资料没有变。请让对方重新交出。"
        )
