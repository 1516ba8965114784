"""附页: photos two a row, whole, in their own shape, each with its caption."""

from __future__ import annotations

from collections.abc import Sequence

from baitao_desktop.reports.breaking import Breaker
from baitao_desktop.reports.canvas import MM
from baitao_desktop.reports.papers import Photo
from baitao_desktop.reports.photos import Jpeg, as_jpeg
from baitao_desktop.reports.strips import LEFT, SIZE, SMALL, WIDTH, Pages

PHOTOS = 6  # 附页每页几张照片，两张一行
BOX = ((WIDTH - 10) / 2, 68 * MM)


def pictures_of(photos: Sequence[Photo]) -> list[Jpeg | None]:
    """The photos as a paper carries them; None for one that is not here yet (照片待补)."""
    return [as_jpeg(photo.data) if photo.data else None for photo in photos]


def sheets_of(photos: Sequence[Photo]) -> int:
    """How many pages they take."""
    return -(-len(photos) // PHOTOS)


def paint_photos(pages: Pages, photos: Sequence[Photo], pictures: Sequence[Jpeg | None]) -> None:
    """Draw them on pages of their own."""
    canvas = pages.canvas
    width, height = BOX
    for at, (photo, picture) in enumerate(zip(photos, pictures, strict=True)):
        if at % PHOTOS == 0:
            pages.turn()
            canvas.text_centred(LEFT + WIDTH / 2, pages.y + 12, "附页：照片", "hei", 12)
            pages.y += 22
        elif at % 2 == 0:
            pages.y += height + 20
        x = LEFT + (at % 2) * (width + 10)
        if picture is None:
            _missing(pages, x)
        else:
            scale = min(width / picture.width, height / picture.height)
            w, h = picture.width * scale, picture.height * scale
            box = (x + (width - w) / 2, pages.y + height - h, w, h)
            canvas.picture(picture.data, (picture.width, picture.height), picture.channels, box)
        said = Breaker("song", SMALL, width).lines(f"{at + 1}. {photo.caption}" if photo.caption else f"{at + 1}.")
        text = said[0] if len(said) == 1 else said[0][:-1] + "…"
        canvas.text_centred(x + width / 2, pages.y + height + 12, text, "song", SMALL)


def _missing(pages: Pages, x: float) -> None:
    """An empty frame: the photo comes with a later bundle, or is stuck on by hand."""
    width, height = BOX
    left, top, right, bottom = x, pages.y, x + width, pages.y + height
    edges = [
        (left, top, right, top),
        (left, bottom, right, bottom),
        (left, top, left, bottom),
        (right, top, right, bottom),
    ]
    pages.canvas.rules(edges, 0.5)
    pages.canvas.text_centred(x + width / 2, pages.y + height / 2, "照片待补", "fang", SIZE)
