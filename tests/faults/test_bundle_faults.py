"""A signed manifest full of nonsense, a full disk, a stick that cannot be written: a sentence, and nothing half done."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from baitao_desktop import seal
from baitao_desktop.domain.cards import Card
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import Json
from baitao_desktop.exchange import bundle, cards, incoming
from exchange_kit import Unit, handed, packed, stream, unit, unpacked

resource = pytest.importorskip("resource", reason="这个系统不能限制文件大小")

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.sampled_from(
        [float("inf"), float("nan"), 1.5, "", "\ud800", "0" * 32, "f" * 64, "x" * 500, [], {}, [[]], [1, 2]]
    ),
)


@pytest.fixture(scope="module")
def office() -> Unit:
    return unit(9, "ZXB", is_office=True)


@pytest.fixture(scope="module")
def village(office: Unit) -> Unit:
    return unit(1, "DZZ203", office=office)


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory, office: Unit, village: Unit) -> dict[str, bytes]:
    ops = stream(village.device, "DZZ203", ["a", "b"])
    return unpacked(handed(tmp_path_factory.mktemp("m"), village, [office], ops, [b"photo"]), office.keys)


def places(said: Json, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place in a JSON value where something else could stand."""
    inside = said.items() if isinstance(said, dict) else enumerate(said) if isinstance(said, list) else ()
    for key, value in inside:
        yield (*path, key)
        yield from places(value, (*path, key))


def put(said: Json, path: tuple[str | int, ...], value: Json) -> None:
    for key in path[:-1]:
        said = said[key]
    said[path[-1]] = value


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_signed_manifest_with_anything_anywhere(
    members: dict[str, bytes], office: Unit, village: Unit, tmp_path: Path, data: st.DataObject
) -> None:
    said = json.loads(members["manifest.json"])
    for _ in range(data.draw(st.integers(1, 2))):
        put(said, data.draw(st.sampled_from(list(places(said)))), data.draw(ODD))
    altered = json.dumps(said).encode()
    signature = seal.sign(village.keys.signing_private, "baitao-bundle", altered)
    whole = {**members, "manifest.json": altered, "manifest.json.sig": signature}
    path = packed(tmp_path / "a.btx", whole.items(), [office])
    try:
        with incoming.read(path, keys=office.keys, cards={}, me=office.device, office=office.card) as arrived:
            list(arrived.ops())
    except UserFacingError as refused:
        assert refused.code in {"X02", "X04", "X05", "X06", "X07", "X09"}


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_card_file_with_anything_anywhere(village: Unit, tmp_path: Path, data: st.DataObject) -> None:
    said = json.loads(cards.write_card(tmp_path, village.card, village.keys).read_text())
    put(said, data.draw(st.sampled_from(list(places(said)))), data.draw(ODD))
    path = tmp_path / "b.btk"
    path.write_text(json.dumps(said))
    try:
        assert isinstance(cards.read_card(path), Card)
    except UserFacingError as refused:
        assert refused.code in {"X30", "X31", "X32"}


def test_numbers_that_are_none(village: Unit, tmp_path: Path) -> None:
    said = json.loads(cards.write_card(tmp_path, village.card, village.keys).read_text())
    said["card"]["body"][9] = float("inf")
    path = tmp_path / "b.btk"
    path.write_text(json.dumps(said))
    with pytest.raises(UserFacingError, match="X30"):
        cards.read_card(path)


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """The system refuses every write beyond `size`, as a full disk does (EFBIG instead of ENOSPC)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("size", [0, 100, 65_000, 700_000, 1_100_000])
def test_a_stick_that_fills_up_keeps_nothing(tmp_path: Path, village: Unit, office: Unit, size: int) -> None:
    with files_no_larger_than(size), pytest.raises(UserFacingError) as refused:
        handed(tmp_path, village, [office], stream(village.device, "DZZ203", ["a"]), [os.urandom(200_000)])
    assert refused.value.code == "S93"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("size", [0, 100_000, 1_000_000])
def test_a_full_disk_while_reading_is_told(tmp_path: Path, village: Unit, office: Unit, size: int) -> None:
    path = handed(tmp_path, village, [office], stream(village.device, "DZZ203", ["a"]))
    with (
        files_no_larger_than(size),
        pytest.raises(UserFacingError) as refused,
        incoming.read(path, keys=office.keys, cards={}, me=office.device, office=office.card),
    ):
        pass
    assert refused.value.code == "S93"


@pytest.mark.parametrize("trouble", [(errno.ENOSPC, "S91"), (errno.EROFS, "S90"), (errno.EIO, "S93")])
def test_a_failing_sync_leaves_nothing(
    tmp_path: Path, village: Unit, office: Unit, monkeypatch: pytest.MonkeyPatch, trouble: tuple[int, str]
) -> None:
    def fsync(_handle: int) -> None:
        raise OSError(trouble[0], os.strerror(trouble[0]))

    monkeypatch.setattr(bundle.os, "fsync", fsync)
    with pytest.raises(UserFacingError) as refused:
        handed(tmp_path, village, [office], [])
    assert refused.value.code == trouble[1]
    assert list(tmp_path.iterdir()) == []


def test_a_write_protected_stick(tmp_path: Path, village: Unit, office: Unit) -> None:
    if os.geteuid() == 0:
        pytest.skip("管理员身份不受只读权限限制")
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(UserFacingError) as refused:
            handed(tmp_path, village, [office], [])
    finally:
        tmp_path.chmod(0o700)
    assert refused.value.code == "S90"


def test_an_attachment_that_cannot_be_read_leaves_nothing(tmp_path: Path, village: Unit, office: Unit) -> None:
    class Gone:
        def read(self, _size: int) -> bytes:
            raise OSError(errno.EIO, "I/O error")

    from exchange_kit import draft

    with pytest.raises(UserFacingError) as refused:
        bundle.write(
            tmp_path, draft(village, []), [], [("0" * 64, Gone())], keys=village.keys, to=[office.card]  # type: ignore[list-item]
        )  # fmt: skip
    assert refused.value.code == "S93"
    assert list(tmp_path.iterdir()) == []


def test_a_bug_in_the_caller_stays_a_bug(tmp_path: Path, village: Unit, office: Unit) -> None:
    def ops() -> Iterator[object]:
        yield stream(village.device, "DZZ203", ["a"])[0]
        raise ZeroDivisionError

    from exchange_kit import draft

    two = draft(village, stream(village.device, "DZZ203", ["a", "b"]))
    with pytest.raises(ZeroDivisionError):
        bundle.write(tmp_path, two, ops(), [], keys=village.keys, to=[office.card])  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []
