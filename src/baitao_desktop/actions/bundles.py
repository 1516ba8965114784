"""交出 and 收入: what goes on the stick, what comes off it, and what the person is told."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeVar, cast

from baitao_desktop import __version__, files
from baitao_desktop.actions import identity, reporting
from baitao_desktop.actions.desk import Desk, Done, Progress, note_in, require
from baitao_desktop.actions.inspections import file_findings
from baitao_desktop.actions.tips import number_tips
from baitao_desktop.domain.cards import Card, may_read
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import DeviceId, Op, RecordId, Scope, Vector
from baitao_desktop.domain.query import Query

if TYPE_CHECKING:
    from baitao_desktop.exchange.incoming import Incoming
    from baitao_desktop.storage.intake import TakenIn
    from baitao_desktop.storage.reader import Reader
    from baitao_desktop.storage.writer import Writer

T = TypeVar("T")
OWN_FORMS = "biaoyang"
_BLOB = re.compile(r'"blob"\s*:\s*"([0-9a-f]{64})"')


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What was written: the file, for whom, and how much of what, in human numbers."""

    path: Path
    to: str
    operations: int
    records: int
    photos: int
    missing_photos: int
    report: str
    """The unit's month in one line (本月线索…), empty at the office."""

    @property
    def sentence(self) -> str:
        late = f"，另有{self.missing_photos}张照片待补" if self.missing_photos else ""
        return f"已写好，可以拔U盘了。交给{self.to}：{self.records}条记录、{self.photos}张照片{late}。"


@dataclass(frozen=True, slots=True)
class Preview:
    """What a bundle would do, found by a dry run that left the store untouched."""

    path: Path
    sender: str
    number: int
    made_at_ms: int
    nothing_new: bool
    operations: int
    new: int
    changed: int
    conflicts: int
    deleted: int
    missing_photos: int
    asks: bool
    """Whether more than a fifth of the records would go: then a person must say yes once more."""
    doubt: str = ""
    """A sentence when the sender's clock cannot be right; empty else."""
    photos: int = 0
    """Attachments it brings that are not here yet."""

    @property
    def sentence(self) -> str:
        if self.nothing_new:
            return f"{self.sender}的这包内容以前都收过了，不用再收。"
        if not self.operations:
            return f"{self.sender}第{self.number}包：记录以前都收过了，补来照片{self.photos}张。{self.doubt}"
        parts = [f"新增{self.new}条", f"更新{self.changed}条"]
        parts += [f"照片{self.photos}张"] if self.photos else []
        parts += [f"两边填得不一样{self.conflicts}处"] if self.conflicts else []
        parts += [f"删除{self.deleted}条"] if self.deleted else []
        parts += [f"照片待补{self.missing_photos}张"] if self.missing_photos else []
        return f"{self.sender}第{self.number}包：" + "、".join(parts) + "。" + self.doubt


@dataclass(frozen=True, slots=True)
class TookIn:
    """What came in, and how many tips got their 总台账号 afterwards."""

    preview: Preview
    numbered: int
    records: frozenset[RecordId]
    forms_came: bool = False
    """Own forms were among it: the desk must be reloaded."""

    @property
    def sentence(self) -> str:
        said = self.preview.sentence
        return said if self.preview.nothing_new else f"{said}已收入。"


def receivers(desk: Desk) -> dict[str, tuple[Card, ...]]:
    """Unit code → live devices a bundle can be made for: the office for a unit, every unit for the office."""
    from baitao_desktop.exchange.cards import verified

    known = identity.known_cards(desk)
    with desk.store.reading() as reader:
        gone = {p.device for p in reader.peers() if p.retired}
    gone |= {old for card in known.values() for old in card.replaces if old in known and known[old].unit == card.unit}
    if desk.is_office:
        cards = [card for card in known.values() if card.device != desk.card.device]
    else:
        # 只认登记过的专项办，和它签过的别的专项办电脑
        trusted = desk.office_card
        vouched = verified(known.values(), trusted) if trusted is not None else {}
        cards = [card for card in known.values() if card.office and (card == trusted or card.device in vouched)]
    out: dict[str, tuple[Card, ...]] = {}
    for card in cards:
        if card.device not in gone:
            out[card.unit] = (*out.get(card.unit, ()), card)
    return out


def hand_over(
    desk: Desk, folder: Path, *, to: str = "", full: bool = False, progress: Progress | None = None
) -> Done[HandedOver]:
    """交出 (村里叫报送): one bundle for the devices of `to` (default: the office). Every operation since what they
    acknowledged, so that a lost stick heals itself; `full` starts from nothing. A unit's hand-over is its report for the
    month, and its zero report when nothing happened (USERS 15)."""
    require(desk, "work")
    possible = receivers(desk)
    unit = to or ("" if desk.is_office else next(iter(possible), ""))
    if unit not in possible:
        who = desk.campaign.unit_name(unit) if unit else "对方"
        raise UserFacingError("A43", f"还没有{who}的单位卡，不知道交给谁。请先在“报送与接收”页交换单位卡。")
    if not desk.is_office and not desk.card.office_signature:
        raise UserFacingError("A43", "本机的单位卡还没有和专项办换过，专项办会不认这包。请先写单位卡、收回卡，再报送。")
    said = "" if desk.is_office else reporting.report_month(desk, reporting.month_due(desk))
    from baitao_desktop.exchange import bundle as box
    from baitao_desktop.exchange.manifest import Manifest, base_for

    cards = possible[unit]
    with ExitStack() as stack:
        reader = stack.enter_context(desk.store.reading())

        def readable(scope: Scope) -> bool:
            return all(may_read(card, scope) for card in cards)

        heads = _within(reader.heads(), readable)
        vector = _within(reader.vector(), readable)
        base = {} if full else _capped(base_for(reader.acks(), [c.device for c in cards]), vector, readable)
        number = _next_bundle(desk)
        shas, ops = _named(reader.since(base, readable))
        draft = Manifest(
            bundle=secrets.token_hex(16), sender=desk.store.device, unit=desk.unit.code, number=number, vector=vector,
            heads=heads,
            base=base, lam=max((op.lam for op in ops), default=0), made_at_ms=int(desk.now().timestamp() * 1000), app=__version__,
            cards=_cards_for(desk, reader, vector), replaces=tuple(desk.store.replaces), want=tuple(desk.store.wanted()),
        )  # fmt: skip
        held = [sha for sha in shas if desk.store.blob_has(sha)]
        wanted = [
            sha for sha in _asked_for(reader, [c.device for c in cards]) if desk.store.blob_has(sha) and sha not in shas
        ]
        sources = _open_all(desk, stack, [*held, *wanted])
        path = box.write(folder, draft, ops, sources, keys=desk.keys, to=cards, progress=progress)
    name = desk.campaign.unit_name(unit)
    done = HandedOver(
        path, name, len(ops), len({op.rec for op in ops}), len(held) + len(wanted), len(shas) - len(held), said
    )
    with desk.store.writing(desk.who.id, desk.now()) as writer:
        writer.log_bundle(
            draft.bundle, sha256=files.sha256_of(path), way="out", peer=unit, number=number, at_ms=draft.made_at_ms,
            report={"operations": done.operations, "records": done.records, "photos": done.photos},
        )  # fmt: skip
        note_in(desk, writer, "handed_over", "", to=unit, number=number, records=done.records)
    return Done(done, files=(path,))


def look_into(desk: Desk, path: Path, *, progress: Progress | None = None) -> Preview:
    """Dry run: prove the bundle, count what it would do, leave the store as it is. UserFacingError for each reason
    it cannot be taken; a bundle that writes where it may not goes to quarantine whole."""
    with _open(desk, path, progress) as incoming:
        return _look(desk, path, incoming, progress)


def take_in(desk: Desk, path: Path, *, progress: Progress | None = None, sure: bool = False) -> Done[TookIn]:
    """收入 in one transaction: all of it or nothing. The same bundle again is a quiet no-op. `sure` answers the
    question `Preview.asks`; without it such a bundle is refused with A44."""
    require(desk, "work")
    with _open(desk, path, progress) as incoming:
        preview = _look(desk, path, incoming, progress)
        if preview.asks and not sure:
            raise UserFacingError(
                "A44", f"这一包会删除{preview.deleted}条记录，超过现有的五分之一，没有收入。请向对方核实后再收。"
            )
        shown = _keep_photos(desk, incoming)
        taken = _enter(desk, incoming, preview, progress)
        touched = taken.touched if taken else frozenset[RecordId]()
    desk.store.tidy()
    numbered = number_tips(desk)
    followed = file_findings(desk, taken.forms if taken else (), touched)
    came = taken is not None and OWN_FORMS in taken.forms
    return Done(TookIn(preview, numbered.value, touched, came), touched | shown | numbered.changed | followed.changed)


def _keep_photos(desk: Desk, incoming: Incoming) -> frozenset[RecordId]:
    """Put by the attachments that are not here yet; the records held already that waited for them."""
    fresh = _fresh_photos(desk, incoming)
    for sha in fresh:
        with incoming.blob(sha) as source:
            desk.store.blob_put(cast("BinaryIO", source), "application/octet-stream")
    with desk.store.reading() as reader:
        return frozenset(line.id for line in reader.lines(reader.naming(fresh)))


def _fresh_photos(desk: Desk, incoming: Incoming) -> list[str]:
    return [sha for sha in incoming.manifest.blobs() if not desk.store.blob_has(sha)]


def _enter(desk: Desk, incoming: Incoming, preview: Preview, progress: Progress | None) -> TakenIn | None:
    manifest = incoming.manifest
    at_ms = int(desk.now().timestamp() * 1000)
    with desk.store.writing(desk.who.id, desk.now()) as writer:
        newest = manifest.number >= _last_number(writer, manifest.sender)
        if newest:
            # 旧包里的卡可能已经换过，只认最新一包带来的
            _keep_cards(writer, incoming)
        taken: TakenIn | None = None
        if preview.operations:
            taken = writer.take_in(incoming.ops(), progress=progress)
        if newest:
            writer.set_ack(manifest.sender, manifest.vector)
            writer.set_meta(f"want.{manifest.sender}", " ".join(manifest.want))
            writer.heard(manifest.sender, manifest.unit, manifest.number, at_ms)
        writer.log_bundle(
            manifest.bundle, sha256=incoming.sha256, way="in", peer=manifest.sender, number=manifest.number, at_ms=at_ms,
            report={"new": preview.new, "changed": preview.changed, "conflicts": preview.conflicts},
        )  # fmt: skip
        note_in(desk, writer, "took_in", "", sender=manifest.unit, number=manifest.number, new=preview.new)
    return taken


def _keep_cards(writer: Writer, incoming: Incoming) -> None:
    for device, card in incoming.cards.items():
        writer.put_card(device, card.to_json())
        for old in card.replaces:
            writer.retire(old)


def _open(desk: Desk, path: Path, progress: Progress | None) -> AbstractContextManager[Incoming]:
    from baitao_desktop.exchange import incoming as mail

    return mail.read(
        path, keys=desk.keys, cards=identity.known_cards(desk), me=desk.store.device, office=desk.office_card,
        progress=progress,
    )  # fmt: skip


def _look(desk: Desk, path: Path, incoming: Incoming, progress: Progress | None) -> Preview:
    from baitao_desktop.exchange.manifest import check_streams, forked, plan

    manifest = incoming.manifest
    with desk.store.reading() as reader:
        verdict = plan(reader.vector(), manifest)
        fork = forked(manifest, reader.hash_at)
        total = reader.count(Query())
    if fork is not None:
        # 同号不同文：对方的资料被放回或复制过，光看编号会当成“收过了”而丢掉新的
        raise _quarantined(desk, path, incoming, reason="fork", stream=fork[:2], seq=fork[2])
    if verdict == "gap":
        raise UserFacingError(
            "A45",
            f"“{path.name}”接不上：{incoming.sender.name}以为本机已收到更多内容。请先把本机的数据包交给对方再请对方重新交出，或请对方点“完整交出”。",
        )
    taken: TakenIn | None = None
    if verdict == "take":
        wrong = check_streams(manifest, incoming.trusted)
        if wrong is not None:
            raise _quarantined(desk, path, incoming, reason="scope", stream=wrong[:2], seq=wrong[2])
        taken = _dry_run(desk, path, incoming, progress)
    photos = len(_fresh_photos(desk, incoming))
    return Preview(
        path, incoming.sender.name or desk.campaign.unit_name(manifest.unit), manifest.number, manifest.made_at_ms,
        taken is None and not photos, taken.ops if taken else 0, taken.new if taken else 0, taken.changed if taken else 0,
        taken.conflicts if taken else 0, taken.deleted if taken else 0,
        taken.missing if taken else 0, bool(taken and taken.deleted > max(20, total // 5)),
        manifest.clock_doubt(int(desk.now().timestamp() * 1000)) if desk.mode == "formal" else "",
        photos,
    )  # fmt: skip


def _dry_run(desk: Desk, path: Path, incoming: Incoming, progress: Progress | None) -> TakenIn:
    from baitao_desktop.storage.intake import Broken

    try:
        with desk.store.writing(desk.who.id, desk.now()) as writer:
            coming = frozenset(incoming.manifest.blobs())
            return writer.take_in(incoming.ops(), keep=False, progress=progress, coming=coming)
    except Broken as broken:
        raise _quarantined(desk, path, incoming, reason=broken.reason, stream=broken.stream, seq=broken.seq) from broken


def _quarantined(
    desk: Desk, path: Path, incoming: Incoming, *, reason: str, stream: tuple[str, str] | None, seq: int
) -> UserFacingError:
    """Keep the file whole beside the store, write down stream and number; none of its operations enter."""
    kept = files.free_name(desk.places.data / "quarantine" / path.name)
    files.write_whole(kept, path.read_bytes(), private=True)
    manifest = incoming.manifest
    with desk.store.writing(desk.who.id, desk.now()) as writer:
        writer.put_quarantine(
            manifest.bundle,
            reason=reason,
            stream=stream,
            seq=seq,
            file=kept.name,
            at_ms=int(desk.now().timestamp() * 1000),
        )
        note_in(desk, writer, "quarantined", "", sender=manifest.unit, reason=reason)
    words = {
        "scope": "里面有不归对方填写的内容",
        "fork": "同一个编号出现了两种内容，对方的资料可能被复制到另一台电脑上用过",
        "hash": "记录的链条对不上，可能被人改动过",
        "gap": "中间缺了一段",
    }.get(reason, "内容前后对不上")
    where = f"（{desk.campaign.unit_name(stream[1])}第{seq}条）" if stream else ""
    return UserFacingError(
        "A46",
        f"“{path.name}”没有收入：{words}{where}。整包已隔离保管，本机资料没有变。请联系{incoming.sender.name or '对方'}核实。",
    )


def _last_number(reader: Reader, device: DeviceId) -> int:
    return max((p.number for p in reader.peers() if p.device == device), default=0)


def _next_bundle(desk: Desk) -> int:
    with desk.store.writing(desk.who.id, desk.now()) as writer:
        return writer.next_number(f"bundle-{desk.store.device}")


def _within(
    of: Mapping[tuple[DeviceId, Scope], T], readable: Callable[[Scope], bool]
) -> dict[tuple[DeviceId, Scope], T]:
    return {(dev, scope): value for (dev, scope), value in of.items() if readable(scope)}


def _capped(base: Vector, vector: Vector, readable: Callable[[Scope], bool]) -> dict[tuple[DeviceId, Scope], int]:
    """What they acknowledged, but never more than we hold ourselves (a restored store may hold less)."""
    return {k: min(seq, vector[k]) for k, seq in _within(base, readable).items() if k in vector}


def _cards_for(desk: Desk, reader: Reader, vector: Vector) -> tuple[Card, ...]:
    """Countersigned cards of all devices whose operations go along, this one's first."""
    writers = {dev for dev, _ in vector}
    known = {device: Card.from_json(said) for device, said in reader.cards().items()}
    rest = [card for device, card in known.items() if device != desk.card.device and (device in writers or card.office)]
    return (desk.card, *rest)


def _named(ops: Iterator[Op]) -> tuple[list[str], list[Op]]:
    """The operations, and the attachments their values name in order of appearance."""
    kept = list(ops)
    shas: dict[str, None] = {}
    for op in kept:
        if isinstance(op.val, str) and '"blob"' in op.val:
            shas.update(dict.fromkeys(_BLOB.findall(op.val)))
    return list(shas), kept


def _asked_for(reader: Reader, devices: list[DeviceId]) -> list[str]:
    """Attachments these devices said they lack. An original is no attachment: it never goes along, whoever asks."""
    said = dict.fromkeys(sha for device in devices for sha in (reader.meta(f"want.{device}") or "").split())
    named = reader.named_blobs() if said else set()
    return [sha for sha in said if sha in named]


def _open_all(desk: Desk, stack: ExitStack, shas: list[str]) -> Iterator[tuple[str, BinaryIO]]:
    for sha in shas:
        with desk.store.blob_open(sha) as source:
            yield sha, source
    del stack


def heard_from(desk: Desk) -> Mapping[str, int]:
    """Unit code → when its newest bundle was taken in (ms), for the page of who has what."""
    with desk.store.reading() as reader:
        out: dict[str, int] = {}
        for peer in reader.peers():
            out[peer.unit] = max(out.get(peer.unit, 0), peer.heard_ms)
    return out
