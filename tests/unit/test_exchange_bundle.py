"""A bundle goes out whole, comes in whole, and opens with standard tools."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baitao_desktop import seal
from baitao_desktop.domain.errors import Cancelled, UserFacingError
from baitao_desktop.domain.ops import DeviceId, Op, OpKind, OpRef, PersonId, RecordId, Scope, to_line
from baitao_desktop.exchange import bundle, incoming, manifest
from baitao_desktop.exchange.scratch import scratch
from exchange_kit import WHEN, Unit, draft, handed, stream, unit, unpacked, vector_of


@pytest.fixture(scope="module")
def office() -> Unit:
    return unit(9, "ZXB", is_office=True)


@pytest.fixture(scope="module")
def village(office: Unit) -> Unit:
    return unit(1, "DZZ203", office=office)


def test_what_was_handed_over_is_taken_in(tmp_path: Path, village: Unit, office: Unit) -> None:
    ops = stream(village.device, "DZZ203", ["院坝里卖蛋白粉"] * 2500)
    photo = b"\xff\xd8photo" * 50_000
    path = handed(tmp_path, village, [office], ops, [photo])
    assert path.name == "DZZ203_20220415_1.btx"
    with incoming.read(path, keys=office.keys, cards={}, me=office.device, office=office.card) as arrived:
        assert list(arrived.ops()) == ops
        assert list(arrived.ops()) == ops
        assert arrived.sender == village.card
        assert arrived.cards == {village.device: village.card}
        assert arrived.manifest.counts["operations"] == 2500
        assert arrived.manifest.blobs() == (hashlib.sha256(photo).hexdigest(),)
        assert arrived.blob(arrived.manifest.blobs()[0]).read() == photo
        assert arrived.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        assert manifest.check_scopes(arrived.ops(), arrived.trusted) is None
        with pytest.raises(KeyError):
            arrived.blob("0" * 64)


def test_several_receivers_and_a_known_sender(tmp_path: Path, village: Unit, office: Unit) -> None:
    two = unit(2, "DZZ203", office=office)
    path = handed(tmp_path, office, [village, two], stream(office.device, "*", ["通知"]))
    for me in (village, two):
        known = {office.device: office.card}
        with incoming.read(path, keys=me.keys, cards=known, me=me.device, office=office.card) as arrived:
            assert len(list(arrived.ops())) == 1
            assert arrived.cards == {}


def test_nothing_is_overwritten_and_no_part_stays(tmp_path: Path, village: Unit, office: Unit) -> None:
    names = [handed(tmp_path, village, [office], []).name for _ in range(3)]
    assert names == ["DZZ203_20220415_1.btx", "DZZ203_20220415_1(2).btx", "DZZ203_20220415_1(3).btx"]
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(names)


def test_bundles_of_equal_operations_differ_in_every_byte_that_could_tell(
    tmp_path: Path, village: Unit, office: Unit
) -> None:
    first, second = (unpacked(handed(tmp_path, village, [office], []), office.keys) for _ in range(2))
    assert len(first["sealed.slot"]) == 1024 * 1024
    assert first["sealed.slot"] != second["sealed.slot"]


def test_a_cancelled_or_failed_writing_leaves_nothing(tmp_path: Path, village: Unit, office: Unit) -> None:
    ops = stream(village.device, "DZZ203", ["a"])
    for stage in ("整理记录", "装入照片和附件", "核对"):

        def stop(word: str, done: int, total: int, stage: str = stage) -> None:
            if word == stage:
                raise Cancelled

        with pytest.raises(Cancelled):
            handed(tmp_path, village, [office], ops, [b"photo"], progress=stop)
        assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_handed_over_says_why(
    tmp_path: Path, village: Unit, office: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def code(folder: Path, to: list[Unit], blobs: list[tuple[str, io.BytesIO]]) -> str:
        with pytest.raises(UserFacingError) as refused:
            bundle.write(folder, draft(village, []), [], blobs, keys=village.keys, to=[u.card for u in to])
        return refused.value.code

    assert code(tmp_path, [], []) == "X10"
    assert code(tmp_path / "没有这个U盘", [office], []) == "S92"
    assert code(tmp_path, [office], [("0" * 64, io.BytesIO(b"photo"))]) == "X12"
    monkeypatch.setattr(bundle, "MAX_BYTES", 1_000_000)
    assert code(tmp_path, [office], []) == "X11"
    assert list(tmp_path.iterdir()) == []


def test_a_stick_that_lies_is_found(
    tmp_path: Path, village: Unit, office: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = bundle.os.fsync

    def fsync(handle: int) -> None:
        honest(handle)
        bundle.os.pwrite(handle, b"?", 700_000)

    monkeypatch.setattr(bundle.os, "fsync", fsync)
    with pytest.raises(UserFacingError) as refused:
        handed(tmp_path, village, [office], [])
    assert refused.value.code == "X13"
    assert list(tmp_path.iterdir()) == []


def test_operations_that_do_not_fit_the_vectors_are_a_bug(tmp_path: Path, village: Unit, office: Unit) -> None:
    ops = stream(village.device, "DZZ203", ["a", "b", "c"])
    for given_ops in (ops[:2], ops[1:]):
        with pytest.raises(ValueError, match="between base and vector"):
            bundle.write(tmp_path, draft(village, ops), given_ops, [], keys=village.keys, to=[office.card])
    with pytest.raises(ValueError, match="between base and vector"):
        handed(tmp_path, village, [office], ops, base={(village.device, Scope("DZZ203")): 2})
    assert list(tmp_path.iterdir()) == []


def test_nothing_of_a_bundle_lies_in_the_clear_on_the_disk(
    tmp_path: Path, village: Unit, office: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tempfile

    kept: list[bytes] = []
    real = tempfile.TemporaryFile

    def named(**kwargs: object) -> object:
        path = tmp_path / "temp" / str(len(list((tmp_path / "temp").iterdir())))
        return path.open("w+b", buffering=kwargs.get("buffering", -1))  # type: ignore[call-overload]

    (tmp_path / "temp").mkdir()
    monkeypatch.setattr(tempfile, "TemporaryFile", named)
    ops = stream(village.device, "DZZ203", ["蛋白粉三千九百八十元"])
    path = handed(tmp_path, village, [office], ops, [b"JPEG of a photo" * 1000])
    with incoming.read(path, keys=office.keys, cards={}, me=office.device, office=office.card) as arrived:
        assert list(arrived.ops()) == ops
    monkeypatch.setattr(tempfile, "TemporaryFile", real)
    kept = [p.read_bytes() for p in (tmp_path / "temp").iterdir()]
    assert len(kept) == 2
    assert all(len(data) > 1024 * 1024 for data in kept)
    for data in kept:
        assert b"JPEG of a photo" not in data
        assert b"manifest.json" not in data
        assert b"\x28\xb5\x2f\xfd" not in data


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 3000), st.binary(max_size=900)), max_size=8), st.integers(0, 4000))
def test_a_scratch_file_is_a_file(writes: list[tuple[int, bytes]], at: int) -> None:
    plain = io.BytesIO()
    with scratch() as masked:
        for place, data in writes:
            start = min(place, len(plain.getvalue()))
            for file in (plain, masked):
                file.seek(start)
                file.write(data)
        for file in (plain, masked):
            file.seek(at)
        assert masked.read(100) == plain.read(100)
        masked.seek(0)
        assert masked.read() == plain.getvalue()


def test_the_plan_compares_every_stream_of_the_base() -> None:
    a, b = (DeviceId("a" * 32), Scope("A")), (DeviceId("b" * 32), Scope("A"))
    sender = unit(1, "A")

    def bundle_of(base: dict[tuple[DeviceId, Scope], int], vector: dict[tuple[DeviceId, Scope], int]) -> object:
        import dataclasses

        return dataclasses.replace(draft(sender, []), base=base, vector=vector)

    assert manifest.plan({a: 3}, bundle_of({a: 3}, {a: 5})) == "take"  # type: ignore[arg-type]
    assert manifest.plan({a: 5}, bundle_of({a: 3}, {a: 5})) == "nothing new"  # type: ignore[arg-type]
    assert manifest.plan({a: 2}, bundle_of({a: 3}, {a: 5})) == "gap"  # type: ignore[arg-type]
    # 包里根本没有 b 的记录，对方却以为本机已有：也是缺口
    assert manifest.plan({a: 3}, bundle_of({a: 3, b: 1}, {a: 5, b: 1})) == "gap"  # type: ignore[arg-type]
    assert manifest.plan({}, bundle_of({}, {})) == "nothing new"  # type: ignore[arg-type]


def test_the_base_is_what_all_devices_have_acknowledged() -> None:
    a, b = (DeviceId("a" * 32), Scope("A")), (DeviceId("b" * 32), Scope("A"))
    one, two, three = DeviceId("1" * 32), DeviceId("2" * 32), DeviceId("3" * 32)
    acks = {one: {a: 5, b: 2}, two: {a: 3}}
    assert manifest.base_for(acks, [one]) == {a: 5, b: 2}
    assert manifest.base_for(acks, [one, two]) == {a: 3}
    assert manifest.base_for(acks, [one, three]) == {}
    assert manifest.base_for(acks, []) == {}


def test_the_first_operation_out_of_bounds_is_named(village: Unit, office: Unit) -> None:
    good = stream(village.device, "DZZ203", ["a", "b"])
    for scope in ("DZZ204", "*", "ZXB"):
        bad = stream(village.device, scope, ["c"])
        known = {village.device: village.card}
        assert manifest.check_scopes(good + bad, known) == bad[0]
        said = draft(village, good + bad)
        assert manifest.check_streams(said, known) == (village.device, scope, 1)
    assert manifest.check_scopes(good, {}) == good[0]
    assert manifest.check_scopes(good, {village.device: village.card}) is None
    assert manifest.check_streams(draft(village, good), {village.device: village.card}) is None
    assert manifest.check_scopes(stream(office.device, "*", ["通知"]), {office.device: office.card}) is None


def test_a_manifest_goes_through_json(village: Unit) -> None:
    import dataclasses

    from baitao_desktop.domain.ops import canonical

    ops = stream(village.device, "DZZ203", ["a"])
    said = dataclasses.replace(draft(village, ops), want=("ab" * 32,), replaces=(DeviceId("7" * 32),))
    assert manifest.from_json(canonical(said.to_json()).encode()) == said
    assert vector_of(ops) == said.vector


def test_a_put_back_cabinet_is_a_fork_though_its_numbers_are_old(village: Unit, office: Unit, tmp_path: Path) -> None:
    """The number was given out twice: by its numbers alone the second bundle looks like one taken in long ago."""
    sent = stream(village.device, "DZZ203", ["a", "b"])
    again = stream(village.device, "DZZ203", ["c"], after=sent[:1])
    held = {(op.dev, op.scope, op.seq): op.hash for op in sent}
    path = handed(tmp_path, village, [office], sent[:1] + again)
    with incoming.read(path, keys=office.keys, cards={}, me=office.device, office=office.card) as come:
        assert manifest.plan(vector_of(sent), come.manifest) == "nothing new"
        assert manifest.forked(come.manifest, lambda *at: held.get(at)) == (village.device, "DZZ203", 2)
        assert manifest.forked(come.manifest, lambda *_: None) is None
    assert manifest.forked(draft(village, sent), lambda *at: held.get(at)) is None
    assert manifest.forked(draft(village, sent[:1]), lambda *at: held.get(at)) is None


def test_heads_cover_the_vector_and_are_those_of_the_operations(village: Unit, office: Unit, tmp_path: Path) -> None:
    import dataclasses

    ops = stream(village.device, "DZZ203", ["a", "b"])
    said = draft(village, ops)
    other = (DeviceId("c" * 32), Scope("DZZ203"))
    for heads in ({}, {other: bytes(32)}, {**said.heads, other: bytes(32)}, dict.fromkeys(said.heads, bytes(32))):
        wrong = dataclasses.replace(said, heads=heads)
        with pytest.raises(ValueError, match="head"):
            bundle.write(tmp_path, wrong, ops, [], keys=village.keys, to=[office.card])
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("made", "doubt"),
    [
        (WHEN, ""),
        (WHEN + 24 * 3_600_000, ""),
        (WHEN + 25 * 3_600_000, "2022年4月16日"),
        (-1, "1970年1月1日"),
        (-(2**53), "1年1月1日"),
        (1_577_808_000_000 - 1, "2019年12月31日"),
        (4_070_908_800_000, "2099年1月1日"),
        (2**53, "9999年12月31日"),
    ],
)
def test_a_clock_that_cannot_be_right_is_told_and_taken(
    village: Unit, office: Unit, tmp_path: Path, made: int, doubt: str
) -> None:
    import dataclasses

    ops = [op._replace(wall_ms=min(made, 2**53)) for op in stream(village.device, "DZZ203", ["a"])]
    said = dataclasses.replace(draft(village, ops), made_at_ms=made)
    path = bundle.write(tmp_path, said, ops, [], keys=village.keys, to=[office.card])
    with incoming.read(path, keys=office.keys, cards={}, me=office.device, office=office.card) as come:
        assert list(come.ops()) == ops
        assert come.manifest.made_at_ms == made
        told = come.manifest.clock_doubt(WHEN)
    assert (f"日期是{doubt}，" in told) if doubt else told == ""


def test_file_names_are_plain_ascii() -> None:
    assert manifest.ascii_part("白涛街道 专项办") == "danwei"
    assert manifest.ascii_part("SCJG+SFZX/..") == "SCJG-SFZX"
    assert str(WHEN) not in manifest.ascii_part("DZZ203")


@pytest.mark.skipif(not (shutil.which("unzip") and shutil.which("zstd")), reason="没有 unzip 或 zstd")
def test_standard_tools_open_a_bundle(tmp_path: Path, village: Unit, office: Unit) -> None:
    photo = b"photo" * 999
    path = handed(tmp_path, village, [office], stream(village.device, "DZZ203", ["麦子坪"]), [photo])
    inside = tmp_path / "inside.zip"
    if shutil.which("age"):
        (tmp_path / "key.txt").write_text(office.keys.age_identity + "\n")
        subprocess.run(["age", "-d", "-i", "key.txt", "-o", inside, path], cwd=tmp_path, check=True)
    else:
        with path.open("rb") as source, inside.open("wb") as out:
            seal.decrypt_file(source, out, office.keys.age_identity)
    subprocess.run(["unzip", "-q", inside, "-d", "out"], cwd=tmp_path, check=True)
    out = tmp_path / "out"
    lines = subprocess.run(["zstd", "-dc", out / "ops.ndjson.zst"], capture_output=True, check=True).stdout.decode()
    assert "麦子坪" in lines
    assert lines.count("\n") == 1
    assert (out / "blobs" / hashlib.sha256(photo).hexdigest()).read_bytes() == photo
    if shutil.which("ssh-keygen"):
        (out / "allowed").write_text(f"danwei {seal.ssh_public_line(village.keys.signing_public)}\n")
        command = [
            "ssh-keygen",
            "-Y",
            "verify",
            "-f",
            "allowed",
            "-I",
            "danwei",
            "-n",
            "baitao-bundle",
            "-s",
            "manifest.json.sig",
        ]
        message = (out / "manifest.json").read_bytes()
        subprocess.run(command, cwd=out, input=message, check=True, capture_output=True)


@settings(max_examples=80)
@given(
    texts=st.lists(st.text(), min_size=4, max_size=4),
    val=st.one_of(st.text(), st.binary(min_size=32, max_size=32)),
    numbers=st.lists(st.integers(-(2**53), 2**53), min_size=4, max_size=4),
    pred=st.booleans(),
)
def test_a_line_is_what_json_would_write(texts: list[str], val: str | bytes, numbers: list[int], pred: bool) -> None:
    rec, form, fld, actor = texts
    op = Op(
        RecordId(rec), form, Scope(form), numbers[0], DeviceId(rec), numbers[1], numbers[2], PersonId(actor), OpKind.SET,
        fld, val, OpRef(DeviceId(fld), numbers[3]) if pred else None, b"salt", bytes(32),
    )  # fmt: skip
    said = val if isinstance(val, str) else {"gone": val.hex()}
    columns = [*op[:8], int(op.kind), fld, said, [fld, numbers[3]] if pred else None, op.salt.hex(), op.hash.hex()]
    assert to_line(op) == json.dumps(columns, ensure_ascii=False, separators=(",", ":"))
