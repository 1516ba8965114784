"""Pages of a PDF as pictures: the preview shows the very file that is printed or saved (desktop.md §5)."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from baitao_desktop.domain.errors import UserFacingError


@dataclass(frozen=True, slots=True)
class RenderedPage:
    """One page as pixels: `rgb` has height × width × 3 bytes, rows from the top, no padding."""

    width: int
    height: int
    rgb: bytes


def page_count(pdf: bytes) -> int:
    """How many pages the file has. Raises UserFacingError P01 for a file that is no PDF."""
    with _opened(pdf) as document:
        return len(document)


def page_size(pdf: bytes, page: int) -> tuple[float, float]:
    """Width and height of a page (counted from 0) in points."""
    with _opened(pdf) as document:
        width, height = document[_within(document, page)].get_size()
        return float(width), float(height)


def render_page(pdf: bytes, page: int, *, dpi: int) -> RenderedPage:
    """The page (counted from 0) at `dpi`; 96 for the screen, 300 for the printer. Raises UserFacingError P01 and P02."""
    with _opened(pdf) as document:
        sheet = document[_within(document, page)]
        bitmap = sheet.render(scale=dpi / 72, rev_byteorder=True, prefer_bgrx=False)
        try:
            width, height, stride, channels = bitmap.width, bitmap.height, bitmap.stride, bitmap.n_channels
            raw = bytes(bitmap.buffer)
        finally:
            bitmap.close()
            sheet.close()
    rows = [raw[at : at + width * channels] for at in range(0, stride * height, stride)]
    rgb = b"".join(rows)
    if channels == 1:
        rgb = b"".join(bytes((grey,)) * 3 for grey in rgb)
    elif channels == 4:
        colours = bytearray(width * height * 3)
        for channel in range(3):
            colours[channel::3] = rgb[channel::4]
        rgb = bytes(colours)
    return RenderedPage(width, height, rgb)


@contextlib.contextmanager
def _opened(pdf: bytes) -> Iterator[Any]:
    """A PDF open for as long as the block lasts."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(pdf)
    except pypdfium2.PdfiumError as error:
        raise UserFacingError("P01", "这个文件不是完整的PDF，不能预览。请重新生成后再试。") from error
    try:
        yield document
    finally:
        document.close()


def _within(document: Any, page: int) -> int:
    if not 0 <= page < len(document):
        raise UserFacingError("P02", f"这份文件只有{len(document)}页，没有第{page + 1}页。请重新打开预览。")
    return page
