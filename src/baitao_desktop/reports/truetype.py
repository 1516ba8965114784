"""One TrueType file: which characters it has, how wide they are, and a small copy with only the glyphs of one paper."""

from __future__ import annotations

import mmap
import struct
from array import array
from collections.abc import Sequence
from pathlib import Path

_WORDS, _WIDE, _MORE, _SCALE, _XY_SCALE, _TWO_BY_TWO = 0x0001, 0x0001, 0x0020, 0x0008, 0x0040, 0x0080


class TrueType:
    """A face opened read-only; the outlines stay on the disk until a paper asks for them (RSS, documents §2.2).

    `units` per em; `ascent`, `descent`, `box` in 1/1000 em; `name` is the PostScript name.
    """

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        count = struct.unpack_from(">H", self._data, 4)[0]
        self._tables: dict[str, tuple[int, int]] = {}
        for at in range(12, 12 + 16 * count, 16):
            tag, _, start, length = struct.unpack_from(">4sLLL", self._data, at)
            self._tables[tag.decode("latin-1")] = (start, length)
        head, hhea = self._tables["head"][0], self._tables["hhea"][0]
        self.units: int = struct.unpack_from(">H", self._data, head + 18)[0]
        self._long = bool(struct.unpack_from(">h", self._data, head + 50)[0])
        box = struct.unpack_from(">4h", self._data, head + 36)
        self.box = tuple(round(side * 1000 / self.units) for side in box)
        self.ascent, self.descent = (
            round(v * 1000 / self.units) for v in struct.unpack_from(">2h", self._data, hhea + 4)
        )
        self._metrics: int = struct.unpack_from(">H", self._data, hhea + 34)[0]
        self.glyphs: int = struct.unpack_from(">H", self._data, self._tables["maxp"][0] + 4)[0]
        self.name = self._postscript_name()
        self._map = self._read_map()

    def __contains__(self, code: int) -> bool:
        return code in self._map

    def glyph(self, code: int) -> int:
        """Glyph number of a code point; 0 when the face has none."""
        return self._map.get(code, 0)

    def advance(self, glyph: int) -> int:
        """Advance width of a glyph in 1/1000 em."""
        at = self._tables["hmtx"][0] + 4 * min(glyph, self._metrics - 1)
        wide: int = struct.unpack_from(">H", self._data, at)[0]
        return wide if self.units == 1000 else round(wide * 1000 / self.units)

    def subset(self, glyphs: Sequence[int]) -> bytes:
        """A face whose glyph n is our glyph `glyphs[n]` (glyphs[0] should be 0), with what composites need behind.

        Holds the tables a PDF reader asks of an embedded CIDFontType2 and no more (no cmap, no names).
        """
        order = list(glyphs)
        place: dict[int, int] = {}
        parts: list[bytes] = []
        at = 0
        while at < len(order):
            outline = self._outline(order[at])
            if len(outline) > 10 and outline[0] & 0x80:
                outline = self._renumber(outline, order, place)
            parts.append(outline + b"\0" * (-len(outline) % 4))
            at += 1
        offsets = array("I", [0])
        for part in parts:
            offsets.append(offsets[-1] + len(part))
        return self._assemble(order, b"".join(parts), _big(offsets))

    def _assemble(self, order: list[int], outlines: bytes, offsets: bytes) -> bytes:
        metrics = b"".join(self._metric(glyph) for glyph in order)
        head = bytearray(self._table("head"))
        struct.pack_into(">L", head, 8, 0)
        struct.pack_into(">h", head, 50, 1)
        hhea = bytearray(self._table("hhea"))
        struct.pack_into(">H", hhea, 34, len(order))
        maxp = bytearray(self._table("maxp"))
        struct.pack_into(">H", maxp, 4, len(order))
        return _sfnt(
            {
                "glyf": outlines,
                "head": bytes(head),
                "hhea": bytes(hhea),
                "hmtx": metrics,
                "loca": offsets,
                "maxp": bytes(maxp),
            }
        )

    def _table(self, tag: str) -> bytes:
        start, length = self._tables[tag]
        return self._data[start : start + length]

    def _metric(self, glyph: int) -> bytes:
        start = self._tables["hmtx"][0]
        if glyph < self._metrics:
            return self._data[start + 4 * glyph : start + 4 * glyph + 4]
        wide = self._data[start + 4 * self._metrics - 4 : start + 4 * self._metrics - 2]
        at = start + 4 * self._metrics + 2 * (glyph - self._metrics)
        return wide + self._data[at : at + 2]

    def _outline(self, glyph: int) -> bytes:
        loca, glyf = self._tables["loca"][0], self._tables["glyf"][0]
        if self._long:
            begin, end = struct.unpack_from(">2L", self._data, loca + 4 * glyph)
        else:
            begin, end = (2 * half for half in struct.unpack_from(">2H", self._data, loca + 2 * glyph))
        return self._data[glyf + begin : glyf + end]

    @staticmethod
    def _renumber(outline: bytes, order: list[int], place: dict[int, int]) -> bytes:
        """A composite glyph with its parts' numbers in the new order; parts not there yet are put behind."""
        new = bytearray(outline)
        at, more = 10, True
        while more:
            flags, part = struct.unpack_from(">2H", new, at)
            if part not in place:
                place[part] = len(order)
                order.append(part)
            struct.pack_into(">H", new, at + 2, place[part])
            at += 8 if flags & _WORDS else 6
            at += 2 if flags & _SCALE else 4 if flags & _XY_SCALE else 8 if flags & _TWO_BY_TWO else 0
            more = bool(flags & _MORE)
        return bytes(new)

    def _postscript_name(self) -> str:
        start = self._tables["name"][0]
        count, texts = struct.unpack_from(">2H", self._data, start + 2)
        for at in range(start + 6, start + 6 + 12 * count, 12):
            platform, _, _, kind, length, offset = struct.unpack_from(">6H", self._data, at)
            if platform == 3 and kind == 6:
                return self._data[start + texts + offset : start + texts + offset + length].decode("utf-16-be")
        return "Face"

    def _read_map(self) -> dict[int, int]:
        start = self._tables["cmap"][0]
        count = struct.unpack_from(">H", self._data, start + 2)[0]
        found: dict[int, int] = {}
        for at in range(start + 4, start + 4 + 8 * count, 8):
            offset = start + struct.unpack_from(">L", self._data, at + 4)[0]
            found[struct.unpack_from(">H", self._data, offset)[0]] = offset
        if 12 in found:
            return self._read_map_12(found[12])
        return self._read_map_4(found[4])

    def _read_map_12(self, at: int) -> dict[int, int]:
        groups = struct.unpack_from(">L", self._data, at + 12)[0]
        table: dict[int, int] = {}
        numbers = struct.unpack_from(f">{3 * groups}L", self._data, at + 16)
        for first, last, glyph in zip(numbers[::3], numbers[1::3], numbers[2::3], strict=True):
            for step in range(last - first + 1):
                table[first + step] = glyph + step
        return table

    def _read_map_4(self, at: int) -> dict[int, int]:
        twice = struct.unpack_from(">H", self._data, at + 6)[0]
        n = twice // 2
        lasts = struct.unpack_from(f">{n}H", self._data, at + 14)
        firsts = struct.unpack_from(f">{n}H", self._data, at + 16 + twice)
        deltas = struct.unpack_from(f">{n}H", self._data, at + 16 + 2 * twice)
        ranges_at = at + 16 + 3 * twice
        ranges = struct.unpack_from(f">{n}H", self._data, ranges_at)
        table: dict[int, int] = {}
        for i in range(n):
            for code in range(firsts[i], min(lasts[i], 0xFFFE) + 1):
                glyph = code
                if ranges[i]:
                    where = ranges_at + 2 * i + ranges[i] + 2 * (code - firsts[i])
                    glyph = struct.unpack_from(">H", self._data, where)[0]
                    if not glyph:
                        continue
                if number := (glyph + deltas[i]) & 0xFFFF:
                    table[code] = number
        return table


def _big(numbers: array[int]) -> bytes:
    import sys

    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers.tobytes()


def _checksum(data: bytes) -> int:
    padded = data + b"\0" * (-len(data) % 4)
    words: tuple[int, ...] = struct.unpack(f">{len(padded) // 4}L", padded)
    return sum(words) & 0xFFFFFFFF


def _sfnt(tables: dict[str, bytes]) -> bytes:
    """The tables as one TrueType file, checksums included (some printers look at them)."""
    count = len(tables)
    power = 1 << (count.bit_length() - 1)
    parts = [struct.pack(">L4H", 0x00010000, count, 16 * power, power.bit_length() - 1, 16 * (count - power))]
    at = 12 + 16 * count
    bodies = []
    head_at = 0
    for tag, data in sorted(tables.items()):
        if tag == "head":
            head_at = at
        parts.append(struct.pack(">4sLLL", tag.encode(), _checksum(data), at, len(data)))
        bodies.append(data + b"\0" * (-len(data) % 4))
        at += len(bodies[-1])
    font = bytearray(b"".join(parts + bodies))
    struct.pack_into(">L", font, head_at + 8, (0xB1B0AFBA - _checksum(bytes(font))) & 0xFFFFFFFF)
    return bytes(font)
