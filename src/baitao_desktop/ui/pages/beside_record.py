"""Beside a record: the colour of a place, what may be the same place, and the records that belong together."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from baitao_desktop.actions import links, venues
from baitao_desktop.actions.desk import Desk
from baitao_desktop.actions.links import Related
from baitao_desktop.actions.records import View
from baitao_desktop.domain.catalogue import COLOURS
from baitao_desktop.domain.ops import RecordId
from baitao_desktop.domain.venues import FORM as VENUE_FORM
from baitao_desktop.domain.venues import NAME
from baitao_desktop.ui import look
from baitao_desktop.ui.fields.base import label_of
from baitao_desktop.ui.pages.parts import card, flow, link, rows_of, sign

Open = Callable[[RecordId], object]
COLOUR_SIGNS = {
    "green": ("ok", look.OK),
    "yellow": ("warning", look.WARNING),
    "orange": ("warning", look.ORANGE),
    "red": ("error", look.ERROR),
}
FIRST = 12


def draw(desk: Desk, view: View, open_: Open) -> QFrame | None:
    """None where nothing stands beside the record."""
    frame, inside = card("有关记录")
    some = False
    if view.form.id == VENUE_FORM:
        _colour(desk, view, inside)
        for venue, why in venues.alike(desk, view.record.answers, but=view.record.id):
            inside.addWidget(
                label_of(f"疑似同一场所：{venue.name}（{why}，{desk.campaign.unit_name(venue.scope)}登记）", "warning")
            )
            inside.addWidget(flow(link("看看那一条", partial(open_, venue.id), name=f"看看疑似同一场所{venue.no}")))
        some = True
    found = links.related(desk, view.record.id)
    for one in found[:FIRST]:
        inside.addWidget(_one(one, open_))
    if len(found) > FIRST:
        inside.addWidget(label_of(f"还有{len(found) - FIRST}条，请到台账里查。", "hint"))
    if not found and some:
        inside.addWidget(label_of("还没有检查和问题。", "hint"))
    if some or found:
        return frame
    frame.deleteLater()
    return None


def _one(one: Related, open_: Open) -> QWidget:
    """What it is and how it stands, wrapped; the way there beside it."""
    held = QWidget()
    said = label_of(f"{one.title}　{one.status_label}")
    go = link("打开", partial(open_, one.id), name=f"打开{one.title}")
    row = rows_of(said, go, stretch=False)
    row.setStretchFactor(said, 1)
    held.setLayout(row)
    return held


def _colour(desk: Desk, view: View, inside: QVBoxLayout) -> None:
    shades = venues.colours(desk)
    colour = shades.get(view.record.id) or shades.get(str(view.record.answers.get(NAME))) or "green"
    icon, ink = COLOUR_SIGNS[colour]
    words = {"green": "没有未销号的问题"}.get(colour, "按没有销号的问题算")
    inside.addLayout(
        rows_of(sign(icon, ink, "风险颜色"), label_of(f"{COLOURS[colour]}色　{words}", "strong"), stretch=False)
    )
