"""Photos when the disk fills up: told plainly, nothing half, what was there stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_bundle_faults import files_no_larger_than

from baitao_desktop.actions import photos
from baitao_desktop.domain.errors import UserFacingError
from conftest import MakeDesk
from photos_kit import as_file, camera_jpeg, halves, stored


@pytest.mark.parametrize("room", [0, 100_000, 900_000])
def test_a_full_disk_keeps_no_half_photo(make_desk: MakeDesk, tmp_path: Path, room: int) -> None:
    desk = make_desk("市场监管所")
    first = photos.keep_photo(desk, camera_jpeg())
    assert isinstance(first, dict)
    held = desk.store._held()
    shot = tmp_path / "大.bmp"
    shot.write_bytes(as_file(halves((1500, 1200)), "BMP"))
    size = max(path.stat().st_size for path in desk.places.data.iterdir())
    with files_no_larger_than(size + room), pytest.raises(UserFacingError) as told:
        photos.keep_photo(desk, shot, original=True)
    assert told.value.code in ("S07", "S10", "S91", "S93") and told.value.text.endswith("。")
    assert desk.store._held() == held and stored(desk, first["blob"])
    # 腾出地方后再加一次，就好了
    again = photos.keep_photo(desk, shot, original=True)
    assert isinstance(again, dict)
    assert stored(desk, again["original"]) == shot.read_bytes() and not desk.store.verify(full=True)
