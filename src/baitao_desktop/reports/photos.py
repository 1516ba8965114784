"""A photo as the JPEG a paper can carry."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from baitao_desktop.domain.errors import UserFacingError

if TYPE_CHECKING:
    from PIL import Image

LONGEST_SIDE = 1600


@dataclass(frozen=True, slots=True)
class Jpeg:
    """Baseline or progressive JPEG, grey (1 channel) or RGB (3), without metadata of its own."""

    data: bytes
    width: int
    height: int
    channels: int


def as_jpeg(data: bytes) -> Jpeg:
    """The picture upright, at most 1600 px on its longer side, metadata stripped (a paper must not carry a place or a telephone's name).

    Raises UserFacingError P20 when it is no picture.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data)) as opened:
            picture = ImageOps.exif_transpose(opened)
            picture.load()
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise UserFacingError("P20", "有一张照片打不开，可能没有拷贝完整。请换一张后再打印。") from error
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    if picture.mode not in {"L", "RGB"}:
        picture = on_white(picture)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=85)
    return Jpeg(out.getvalue(), picture.width, picture.height, 1 if picture.mode == "L" else 3)


def on_white(picture: Image.Image) -> Image.Image:
    """The picture as RGB, on white paper where it lets through."""
    from PIL import Image

    plain = Image.new("RGB", picture.size, "white")
    rgba = picture.convert("RGBA")
    plain.paste(rgba, mask=rgba.getchannel("A"))
    return plain
