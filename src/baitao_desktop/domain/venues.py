"""Venues (场所): when two entries mean the same place. Colours are of places, never of persons (domain §1.0)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from baitao_desktop.domain.ops import Json, RecordId
from baitao_desktop.domain.values import half_width

FORM = "changsuo"
NAME, ALIASES, CODE, VILLAGE, KIND = "mingcheng", "bieming", "daima", "suozai_cunshe", "leixing"
KIND_OF_LINE: Mapping[str, str] = {
    "YL": "lx01", "WX": "lx03", "YD": "lx07", "FW": "lx08", "GG": "lx09", "WL": "lx10", "YJ": "lx13", "SB": "lx15",
}  # fmt: skip
"""What a place first met in an inspection of a line is entered as; anything else 其他, to be put right by hand."""
OTHER_KIND = "lx24"
BY_CODE = "统一社会信用代码相同"
_SIGNS = re.compile(r"[\s　（）()“”\"'·.．,，、\-—]")


@dataclass(frozen=True, slots=True)
class Venue:
    """One entry of the register."""

    id: RecordId
    no: str
    name: str
    aliases: tuple[str, ...]
    code: str
    village: str
    kind: str
    scope: str

    @property
    def names(self) -> frozenset[str]:
        return frozenset(filter(None, map(plain_name, (self.name, *self.aliases))))


def plain_name(name: str) -> str:
    """A name without blanks, brackets and dots, half-width: what two people write alike."""
    return _SIGNS.sub("", half_width(name)).upper()


def plain_code(code: str) -> str:
    return _SIGNS.sub("", half_width(code)).upper()


def venue_of(rec: RecordId, no: str, scope: str, answers: Mapping[str, Json]) -> Venue:
    """The entry as its record says."""

    def text(fld: str) -> str:
        value = answers.get(fld)
        return value if isinstance(value, str) else ""

    aliases = tuple(a for a in re.split(r"[、，,;；/\s]+", text(ALIASES)) if a)
    return Venue(rec, no, text(NAME), aliases, plain_code(text(CODE)), text(VILLAGE), text(KIND), scope)


def same_place(venues: Iterable[Venue], *, name: str, code: str, but: str = "") -> tuple[tuple[Venue, str], ...]:
    """Entries that may be this place, with the reason in words, the surest first. Two different checked codes are two
    places, whatever the names (a chain has shops of one name)."""
    wanted, number = plain_name(name), plain_code(code)
    found: list[tuple[int, Venue, str]] = []
    for venue in venues:
        if venue.id == but:
            continue
        if number and venue.code == number:
            found.append((0, venue, BY_CODE))
        elif wanted and wanted in venue.names and not (number and venue.code):
            found.append((1, venue, "名称相同"))
    return tuple((venue, why) for _, venue, why in sorted(found, key=lambda f: (f[0], f[1].no)))
