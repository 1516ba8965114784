"""The PDF file itself: pages, embedded faces, pictures; nothing else of the format.

Written here instead of through ReportLab's canvas: text goes out as Identity-H with one font object per face (no hopping
between 256-glyph subsets), and start-up pays no import (0.08 s CPU and 12 MB of a ledger's 0.5 s).
The same calls give the same bytes: no clock, no random identifier, no name of a person or machine in the properties.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence

from baitao_desktop.reports.fonts import Glyph, face

_ESCAPED = {0x28: "\\(", 0x29: "\\)", 0x5C: "\\\\", 0x0D: "\\r", 0x0A: "\\n"}


def _literal(code: int) -> str:
    """A two-byte character code inside a PDF string, as Latin-1 text."""
    return "".join(_ESCAPED.get(byte, chr(byte)) for byte in divmod(code, 256))


class EmbeddedFace:
    """One face inside one file: characters are numbered in the order of their first use."""

    def __init__(self, key: str, name: str) -> None:
        self.key = key
        self.name = name  # resource name, "F1"
        self.chars: list[str] = [""]
        self.glyphs: list[Glyph] = [Glyph(key, 0, 1000)]
        self._codes: dict[str, str] = {}

    def code(self, char: str, glyph: Glyph) -> str:
        """The character's code, escaped for a PDF string."""
        known = self._codes.get(char)
        if known is None:
            known = self._codes[char] = _literal(len(self.glyphs))
            self.chars.append(char)
            self.glyphs.append(glyph)
        return known


class PdfFile:
    """Collects pages and gives the file. `title` is the kind of paper, never a person, place or subject."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._objects: list[bytes] = [b"", b"", b"", b""]  # 1 catalogue, 2 page tree, 3 resources, 4 properties
        self._pages: list[int] = []
        self._faces: dict[str, EmbeddedFace] = {}
        self._pictures: dict[str, tuple[str, int]] = {}

    def face(self, key: str) -> EmbeddedFace:
        """The face in this file; whatever it is asked to code will be embedded."""
        if key not in self._faces:
            self._faces[key] = EmbeddedFace(key, f"F{len(self._faces) + 1}")
        return self._faces[key]

    def add_page(self, width: float, height: float, content: bytes) -> None:
        """A page of `width` × `height` points with its drawing operators."""
        drawing = self._stream(content)
        self._pages.append(
            self._add(
                b"<</Type/Page/Parent 2 0 R/Resources 3 0 R/MediaBox[0 0 %s %s]/Contents %d 0 R>>"
                % (_number(width), _number(height), drawing)
            )
        )

    def picture(self, jpeg: bytes, width: int, height: int, channels: int) -> str:
        """Embed a JPEG as it is (once, however often it is shown); return its resource name."""
        digest = hashlib.sha256(jpeg).hexdigest()
        if digest not in self._pictures:
            space = {1: b"/DeviceGray", 3: b"/DeviceRGB"}[channels]
            number = self._add(
                b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace%s/BitsPerComponent 8/Filter/DCTDecode"
                b"/Length %d>>stream\n%s\nendstream" % (width, height, space, len(jpeg), jpeg)
            )
            self._pictures[digest] = (f"P{len(self._pictures) + 1}", number)
        return self._pictures[digest][0]

    def data(self) -> bytes:
        """The whole file."""
        fonts = b"".join(b"/%s %d 0 R" % (f.name.encode(), self._embed(f)) for f in self._faces.values())
        pictures = b"".join(b"/%s %d 0 R" % (name.encode(), number) for name, number in self._pictures.values())
        # 打印时不缩放：公文的版心以毫米计（domain.md §4.1）
        self._objects[0] = (
            b"<</Type/Catalog/Pages 2 0 R/Lang(zh-CN)/ViewerPreferences<</PrintScaling/None/DisplayDocTitle true>>>>"
        )
        kids = b" ".join(b"%d 0 R" % page for page in self._pages)
        self._objects[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(self._pages), kids)
        self._objects[2] = b"<</Font<<%s>>/XObject<<%s>>>>" % (fonts, pictures)
        self._objects[3] = b"<</Title%s/Producer(baitao-desktop)>>" % _text(self._title)
        return self._write()

    def _write(self) -> bytes:
        parts = [b"%PDF-1.6\n%\xe5\xe4\xbd\xa0\n"]
        at = len(parts[0])
        offsets = []
        for number, body in enumerate(self._objects, 1):
            offsets.append(at)
            parts.append(b"%d 0 obj\n%s\nendobj\n" % (number, body))
            at += len(parts[-1])
        digest = hashlib.sha256()
        for part in parts:
            digest.update(part)
        mark = digest.hexdigest()[:32].encode()
        parts.append(b"xref\n0 %d\n0000000000 65535 f \n" % (len(offsets) + 1))
        parts.extend(b"%010d 00000 n \n" % offset for offset in offsets)
        parts.append(
            b"trailer\n<</Size %d/Root 1 0 R/Info 4 0 R/ID[<%s><%s>]>>\nstartxref\n%d\n%%%%EOF\n"
            % (len(offsets) + 1, mark, mark, at)
        )
        return b"".join(parts)

    def _add(self, body: bytes) -> int:
        self._objects.append(body)
        return len(self._objects)

    def _stream(self, data: bytes, entries: bytes = b"") -> int:
        packed = zlib.compress(data, 6)
        return self._add(b"<<%s/Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (entries, len(packed), packed))

    def _embed(self, used: EmbeddedFace) -> int:
        """Type0 font over CIDFontType2: code = glyph number in the embedded copy."""
        source = face(used.key)
        data = source.subset([glyph.number for glyph in used.glyphs])
        # 子集标签须为六个大写字母，由所含字决定，两份文件合并时不会相撞
        digest = hashlib.sha256("".join(used.chars).encode("utf-8", "replace")).digest()
        name = ("".join(chr(65 + byte % 26) for byte in digest[:6]) + "+" + source.name).encode()
        file = self._stream(data, b"/Length1 %d" % len(data))
        box = b" ".join(b"%d" % side for side in source.box)
        descriptor = self._add(
            b"<</Type/FontDescriptor/FontName/%s/Flags 4/FontBBox[%s]/ItalicAngle 0/Ascent %d/Descent %d/CapHeight 730"
            b"/StemV 80/FontFile2 %d 0 R>>" % (name, box, source.ascent, source.descent, file)
        )
        widths = b" ".join(b"%d" % glyph.advance for glyph in used.glyphs)
        descendant = self._add(
            b"<</Type/Font/Subtype/CIDFontType2/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
            b"/CIDToGIDMap/Identity/DW 1000/W[0[%s]]/FontDescriptor %d 0 R>>" % (name, widths, descriptor)
        )
        unicode = self._stream(_to_unicode(used.chars))
        return self._add(
            b"<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>"
            % (name, descendant, unicode)
        )


def _number(value: float) -> bytes:
    return f"{value:.3f}".rstrip("0").rstrip(".").encode()


def _text(text: str) -> bytes:
    return b"<%s>" % ("\ufeff" + text).encode("utf-16-be", "replace").hex().encode()


def _to_unicode(chars: Sequence[str]) -> bytes:
    """The table that lets a reader copy and search the text."""
    parts = [
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n"
    ]
    for first in range(1, len(chars), 100):
        block = chars[first : first + 100]
        parts.append(f"{len(block)} beginbfchar\n")
        for number, char in enumerate(block, first):
            parts.append(f"<{number:04x}> <{char.encode('utf-16-be', 'replace').hex()}>\n")
        parts.append("endbfchar\n")
    parts.append("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n")
    return "".join(parts).encode()
