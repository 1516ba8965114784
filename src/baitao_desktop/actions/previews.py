"""Pages of a PDF as pictures: the very file that is printed or saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from baitao_desktop.reports.pictures import RenderedPage


def page_count(pdf: bytes) -> int:
    from baitao_desktop.reports import pictures

    return pictures.page_count(pdf)


def render_page(pdf: bytes, page: int, *, dpi: int) -> RenderedPage:
    """Width, height and RGB bytes of a page (counted from 0)."""
    from baitao_desktop.reports import pictures

    return pictures.render_page(pdf, page, dpi=dpi)


def page_size(pdf: bytes, page: int) -> tuple[float, float]:
    """Width and height of a page in points."""
    from baitao_desktop.reports import pictures

    return pictures.page_size(pdf, page)
