"""How pages keep and show photos: away from the window, the untouched file too where it is evidence."""

from __future__ import annotations

from collections.abc import Callable

from baitao_desktop.actions import originals, photos
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import RecordId
from baitao_desktop.forms import Form
from baitao_desktop.ui.fields.photos import KINDS, Kept, PhotoDoor
from baitao_desktop.ui.pages.seat import Seat
from baitao_desktop.ui.window import MainWindow

PHOTO_KINDS = f"照片 ({' '.join(f'*{ending} *{ending.upper()}' for ending in KINDS)})"


def photo_door(seat: Seat, window: MainWindow, form: Form | None = None, *, rec: RecordId | str = "") -> PhotoDoor:
    """The door of a page that fills in `form`; `rec` is the record whose photos are looked at again (更正, 整改)."""
    original = form is not None and photos.keeps_originals(form)

    def run(work: Callable[[], Kept], done: Callable[[Kept], None], failed: Callable[[UserFacingError], None]) -> None:
        # 读的那条道：写的那条可能正在收一大包
        window.worker.start(lambda _tell: work(), done=done, failed=failed, reading=True)

    return PhotoDoor(
        keep=lambda source: photos.keep_photo(seat.desk, source, original=original),
        thumb=lambda answer: photos.small_photo(seat.desk, answer, longest=480),
        pick=lambda parent: window.chooser.open_files(parent, "选照片", PHOTO_KINDS),
        full=lambda answer: photos.whole_photo(seat.desk, answer),
        used=lambda answer: originals.used_before(seat.desk, answer, but=rec),
        run=run,
    )
