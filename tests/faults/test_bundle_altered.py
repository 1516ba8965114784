"""Every kind of altered bundle is refused by name, and nothing of it gets through."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from baitao_desktop import seal
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import DeviceId, Json, Op, Scope, canonical, to_line
from baitao_desktop.exchange import incoming, manifest
from exchange_kit import Unit, handed, packed, sealed, stream, unit, unpacked

PHOTO = b"\xff\xd8photo" * 3000


@dataclasses.dataclass(frozen=True)
class Scene:
    """An office, two villages, and one honest bundle of the first for the office."""

    office: Unit
    village: Unit
    other: Unit
    path: Path
    ops: list[Op]
    members: dict[str, bytes]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    office = unit(9, "ZXB", is_office=True)
    village, other = unit(1, "DZZ203", office=office), unit(2, "DZZ204", office=office)
    ops = stream(village.device, "DZZ203", ["院坝里卖蛋白粉", "预存两万成贵宾"])
    path = handed(tmp_path_factory.mktemp("honest"), village, [office], ops, [PHOTO])
    return Scene(office, village, other, path, ops, unpacked(path, office.keys))


def outcome(path: Path, scene: Scene, *, me: Unit | None = None, office: bool = True) -> str:
    """The code of the refusal, or “taken” when every operation came through."""
    me = me or scene.office
    card = scene.office.card if office else None
    try:
        with incoming.read(path, keys=me.keys, cards={}, me=me.device, office=card) as arrived:
            assert list(arrived.ops()) == scene.ops
            return "taken"
    except UserFacingError as refused:
        assert path.name in refused.text
        assert refused.text.endswith("。")
        return refused.code


def resigned(scene: Scene, members: dict[str, bytes], change: Callable[[dict[str, Json]], object]) -> dict[str, bytes]:
    """Members whose manifest a dishonest holder of the village's own key has changed and signed again."""
    said = json.loads(members["manifest.json"])
    for name in said["members"]:
        if name in members:
            said["members"][name] = [hashlib.sha256(members[name]).hexdigest(), len(members[name])]
    change(said)
    data = canonical(said).encode()
    signature = seal.sign(scene.village.keys.signing_private, "baitao-bundle", data)
    return {**members, "manifest.json": data, "manifest.json.sig": signature}


def lines(ops: list[Op], extra: bytes = b"") -> bytes:
    import zstandard

    return zstandard.compress("".join(to_line(op) + "\n" for op in ops).encode() + extra)


def test_the_honest_bundle_is_taken(scene: Scene, tmp_path: Path) -> None:
    assert outcome(scene.path, scene) == "taken"
    assert outcome(packed(tmp_path / "a.btx", scene.members.items(), [scene.office]), scene) == "taken"
    assert outcome(packed(tmp_path / "b.btx", reversed(scene.members.items()), [scene.office]), scene) == "taken"


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_flipped_bit_is_refused(scene: Scene, tmp_path: Path, data: st.DataObject) -> None:
    whole = bytearray(scene.path.read_bytes())
    # 头部短而要紧，一半的例子落在那里
    at = data.draw(st.one_of(st.integers(0, 700), st.integers(0, len(whole) - 1)))
    whole[at] ^= 1 << data.draw(st.integers(0, 7))
    path = tmp_path / "a.btx"
    path.write_bytes(whole)
    assert outcome(path, scene) in {"X01", "X02", "X03"}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_copy_cut_short_says_so(scene: Scene, tmp_path: Path, data: st.DataObject) -> None:
    whole = scene.path.read_bytes()
    keep = data.draw(st.one_of(st.integers(0, 700), st.integers(0, len(whole) - 1)))
    path = tmp_path / "a.btx"
    path.write_bytes(whole[:keep])
    assert outcome(path, scene) == "X01"


def test_a_flip_in_the_middle_is_damage_not_a_short_copy(scene: Scene, tmp_path: Path) -> None:
    whole = bytearray(scene.path.read_bytes())
    whole[len(whole) // 2] ^= 1
    path = tmp_path / "a.btx"
    path.write_bytes(whole)
    assert outcome(path, scene) == "X03"


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=3000))
def test_rubbish_is_no_bundle(scene: Scene, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.btx"
    path.write_bytes(data)
    assert outcome(path, scene) == "X01"
    path.write_bytes(b"age-encryption.org/v1\n" + data)
    assert outcome(path, scene) in {"X01", "X02", "X03"}
    assert outcome(sealed(path, data, [scene.office]), scene) in {"X01", "X07"}


def test_a_bundle_for_another_unit(scene: Scene, tmp_path: Path) -> None:
    assert outcome(scene.path, scene, me=scene.other) == "X02"
    passed_on = packed(tmp_path / "a.btx", scene.members.items(), [scene.other])
    assert outcome(passed_on, scene, me=scene.other) == "X02"


def test_a_file_still_being_written(scene: Scene, tmp_path: Path) -> None:
    path = tmp_path / "a.btx.part"
    path.write_bytes(scene.path.read_bytes())
    assert outcome(path, scene) == "X01"


def test_a_sender_nobody_vouches_for(scene: Scene, tmp_path: Path) -> None:
    stranger = unit(5, "DZZ205")
    path = handed(tmp_path, stranger, [scene.office], [])
    assert outcome(path, scene) == "X04"
    assert outcome(scene.path, scene, office=False) == "X04"
    impostor_office = unit(7, "ZXB", is_office=True)
    false_card = unit(1, "DZZ203", office=impostor_office)
    path = handed(tmp_path, false_card, [scene.office], [], carried=[impostor_office.card])
    assert outcome(path, scene) == "X04"


def test_a_changed_manifest_no_longer_fits_its_signature(scene: Scene, tmp_path: Path) -> None:
    for old, new in ((b'"number":1', b'"number":2'), (b"DZZ203", b"DZZ204"), (b'"lam":9', b'"lam":8')):
        changed = scene.members["manifest.json"].replace(old, new)
        assert changed != scene.members["manifest.json"]
        members = {**scene.members, "manifest.json": changed}
        assert outcome(packed(tmp_path / "a.btx", members.items(), [scene.office]), scene) == "X04"


def test_signed_by_the_wrong_hand(scene: Scene, tmp_path: Path) -> None:
    data = scene.members["manifest.json"]
    for signature in (
        seal.sign(scene.other.keys.signing_private, "baitao-bundle", data),
        seal.sign(scene.village.keys.signing_private, "baitao-card-self", data),
        b"",
        b"\xff" * 300,
    ):
        members = {**scene.members, "manifest.json.sig": signature}
        assert outcome(packed(tmp_path / "a.btx", members.items(), [scene.office]), scene) == "X04"


def test_a_newer_container_is_named_even_if_all_else_is_strange(scene: Scene, tmp_path: Path) -> None:
    newer = resigned(scene, scene.members, lambda said: said.update(format=2, shape="new"))
    assert outcome(packed(tmp_path / "a.btx", newer.items(), [scene.office]), scene) == "X05"
    strange = {"manifest.json": b'{"format": 3}', "manifest.json.sig": b"sm2", "ops.parquet": b"x"}
    assert outcome(packed(tmp_path / "a.btx", strange.items(), [scene.office]), scene) == "X05"


def test_members_swapped_missing_added_or_old(scene: Scene, tmp_path: Path) -> None:
    blob = next(name for name in scene.members if name.startswith("blobs/"))
    without = {name: {k: v for k, v in scene.members.items() if k != name} for name in scene.members}
    cases: list[dict[str, bytes]] = [
        *without.values(),
        {**scene.members, "ops.ndjson.zst": lines(scene.ops[:1])},
        {**scene.members, blob: PHOTO[:-1] + b"?"},
        {**scene.members, blob: PHOTO + b"?"},
        {**scene.members, "sealed.slot": bytes(1024 * 1024)},
        {**scene.members, "blobs/" + hashlib.sha256(b"more").hexdigest(): b"more"},
        {**scene.members, "setup.exe": b"MZ"},
        {**scene.members, "manifest.json": b"{"},
        {**scene.members, "manifest.json": b'{"format": 1}'},
        {**scene.members, "manifest.json": b"[" * 100_000},
    ]
    for members in cases:
        assert outcome(packed(tmp_path / "a.btx", members.items(), [scene.office]), scene) == "X06"


def test_an_old_manifest_with_new_operations(scene: Scene, tmp_path: Path) -> None:
    more = stream(scene.village.device, "DZZ203", ["三", "四"], after=scene.ops)
    newer = unpacked(handed(tmp_path, scene.village, [scene.office], scene.ops + more, number=2), scene.office.keys)
    members = {**scene.members, "ops.ndjson.zst": newer["ops.ndjson.zst"]}
    assert outcome(packed(tmp_path / "a.btx", members.items(), [scene.office]), scene) == "X06"


@pytest.mark.parametrize(
    "name",
    ["../evil", "/etc/evil", "a/../../evil", "C:evil", "blobs\\evil", "blobs/", "a/b/c", "坏", "-rf", "con\x01", ""],
)
def test_names_that_would_write_elsewhere(scene: Scene, tmp_path: Path, name: str) -> None:
    members = [*scene.members.items(), (name, b"x")]
    assert outcome(packed(tmp_path / "a.btx", members, [scene.office]), scene) == "X07"


def test_zip_bombs_and_other_tricks(scene: Scene, tmp_path: Path) -> None:
    path = tmp_path / "a.btx"
    deflated = packed(path, scene.members.items(), [scene.office], how=zipfile.ZIP_DEFLATED)
    assert outcome(deflated, scene) == "X07"
    twice = [*scene.members.items(), ("sealed.slot", bytes(1024 * 1024))]
    assert outcome(packed(path, twice, [scene.office]), scene) == "X07"
    many = [*scene.members.items(), *((f"n{i}", b"") for i in range(incoming.MAX_MEMBERS))]
    assert outcome(packed(path, many, [scene.office]), scene) == "X07"
    inside = io.BytesIO()
    with zipfile.ZipFile(inside, "w") as box:
        box.writestr("manifest.json", b"x" * 100)
    whole = bytearray(inside.getvalue())
    # 目录里谎报大小：一个成员压得再小也解成 4 GB
    entry = whole.index(b"PK\x01\x02")
    whole[entry + 20 : entry + 28] = b"\xff\xff\xff\x7f" * 2
    assert outcome(sealed(path, bytes(whole), [scene.office]), scene) == "X07"
    end = whole.index(b"PK\x05\x06")
    whole[end + 12 : end + 16] = b"\xff\xff\xff\x7f"
    assert outcome(sealed(path, bytes(whole), [scene.office]), scene) == "X07"
    locator = b"PK\x06\x07" + bytes(16)
    assert outcome(sealed(path, bytes(whole[:end]) + locator + bytes(whole[end:]), [scene.office]), scene) == "X07"


def test_operations_that_unpack_to_far_more_than_they_say(scene: Scene, tmp_path: Path) -> None:
    import zstandard

    for bomb in (zstandard.compress(b"\n" * 50_000_000), zstandard.compress(b"1" * 50_000_000)):
        members = resigned(scene, {**scene.members, "ops.ndjson.zst": bomb}, dict)
        assert outcome(packed(tmp_path / "a.btx", members.items(), [scene.office]), scene) == "X07"
    long_line = {**scene.members, "ops.ndjson.zst": zstandard.compress(b"1" * 50_000_000)}
    members = resigned(scene, long_line, lambda said: said["counts"].update(bytes=2**40))
    assert outcome(packed(tmp_path / "a.btx", members.items(), [scene.office]), scene) == "X07"


def _bad_columns(ops: list[Op]) -> list[bytes]:
    columns = json.loads(to_line(ops[0]))
    changed = [(0, "x"), (3, 2**60), (3, True), (5, 0), (8, "a"), (9, "\u0001"), (10, 5), (10, {"gone": 1}), (12, 7)]
    bad = [[*columns[:i], value, *columns[i + 1 :]] for i, value in changed]
    return [json.dumps(c).encode() + b"\n" for c in [*bad, columns[:-1], {}, 5, "x", None, [[]] * 14]]


def test_lines_that_are_no_operations(scene: Scene, tmp_path: Path) -> None:
    foreign = stream(scene.other.device, "DZZ204", ["x"])
    beyond = stream(scene.village.device, "DZZ203", ["x"], after=scene.ops)
    bodies = [
        lines(scene.ops[:1]),
        lines(scene.ops, to_line(foreign[0]).encode() + b"\n"),
        lines([*scene.ops, *beyond]),
        lines(scene.ops, b"half a line"),
        lines(scene.ops, b"{\n"),
        lines(scene.ops, b"1],[2\n"),
        lines(scene.ops, b"1,2\n"),
        lines(scene.ops, b"\xff\xfe\n"),
        lines(scene.ops, b"[" * 200_000 + b"\n"),
        b"not zstd",
        lines(scene.ops)[:-5],
        *(lines(scene.ops[1:], bad) for bad in _bad_columns(scene.ops)),
    ]
    for body in bodies:
        members = resigned(
            scene, {**scene.members, "ops.ndjson.zst": body}, lambda said: said["counts"].update(bytes=10**9)
        )
        assert outcome(packed(tmp_path / "a.btx", members.items(), [scene.office]), scene) == "X09"


def test_an_operation_of_a_kind_not_known_yet_is_kept(scene: Scene, tmp_path: Path) -> None:
    ops = [scene.ops[0], scene.ops[1]._replace(kind=77)]
    path = handed(tmp_path, scene.village, [scene.office], ops)
    with incoming.read(
        path, keys=scene.office.keys, cards={}, me=scene.office.device, office=scene.office.card
    ) as come:
        assert list(come.ops()) == ops


def test_wrong_types_in_a_signed_manifest(scene: Scene, tmp_path: Path) -> None:
    stranger: Json = json.loads(scene.members["manifest.json"])["cards"][0]
    changes: list[dict[str, Json]] = [
        {"vector": 5},
        {"vector": [["x", "y", 1]]},
        {"vector": [[scene.village.device, "DZZ203", -1]]},
        {"vector": [[scene.village.device, "DZZ203", 2], [scene.village.device, "DZZ203", 2]]},
        {"vector": [[scene.village.device, "DZZ203", 10**30]]},
        {"base": {}},
        {"heads": {}},
        {"heads": []},
        {"heads": [[scene.village.device, "DZZ203", "ab"]]},
        {"heads": [[scene.village.device, "DZZ299", "ab" * 32]]},
        {"heads": [[scene.village.device, "DZZ203", "ab" * 32]] * 2},
        {"made_at_ms": -(2**53) - 1},
        {"sender": []},
        {"to": "x"},
        {"members": []},
        {"members": {"ops.ndjson.zst": ["x", 1]}},
        {"cards": [stranger, stranger]},
        {"cards": [{"body": 1}]},
        {"number": 1.5},
        {"format": "1"},
        {"format": 0},
    ]
    for change in changes:
        members = resigned(scene, scene.members, lambda said, change=change: said.update(change))  # type: ignore[misc]
        code = outcome(packed(tmp_path / "a.btx", members.items(), [scene.office]), scene)
        assert code == "X06", change


def test_a_head_that_is_not_the_last_operation(scene: Scene, tmp_path: Path) -> None:
    members = resigned(
        scene, scene.members, lambda said: said.update(heads=[[*row[:2], "ab" * 32] for row in said["heads"]])
    )
    assert outcome(packed(tmp_path / "a.btx", members.items(), [scene.office]), scene) == "X09"


def test_a_writer_out_of_bounds_comes_in_but_is_found(scene: Scene, tmp_path: Path) -> None:
    """The bundle is sound; that it must be put into quarantine is `check_scopes`' word."""
    ops = scene.ops + stream(scene.village.device, "DZZ204", ["在别村名下写"])
    path = handed(tmp_path, scene.village, [scene.office], ops)
    with incoming.read(
        path, keys=scene.office.keys, cards={}, me=scene.office.device, office=scene.office.card
    ) as come:
        assert manifest.check_scopes(come.ops(), come.trusted) == ops[-1]
        expected = (DeviceId(scene.village.device), Scope("DZZ204"), 1)
        assert manifest.check_streams(come.manifest, come.trusted) == expected


def test_too_large_a_file_is_not_even_copied(scene: Scene, tmp_path: Path) -> None:
    path = tmp_path / "a.btx"
    with path.open("wb") as sparse:
        sparse.truncate(incoming.MAX_BYTES + 1)
    assert outcome(path, scene) == "X07"


def test_a_pulled_stick_is_told(scene: Scene, tmp_path: Path) -> None:
    assert outcome(tmp_path / "gone.btx", scene) == "S92"
