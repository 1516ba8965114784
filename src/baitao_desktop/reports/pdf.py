"""The PDF file itself: pages, embedded faces, pictures; written by ReportLab, all of it that concerns us in this one file.

Only the text is ours: it goes out as Identity-H with one font object per face (ReportLab hops between 256-glyph subsets and has no
fallback per glyph, documents §1.5, §4). The same calls give the same bytes: no clock, no random identifier, no name of a person or
machine in the properties.

What is not ReportLab's public interface, read in 5.1.0, the version pyproject.toml pins: `Canvas._make_preamble`, `._preamble`, `._doc`;
`pdfbase.pdfdoc` and in it `PDFDocument.Reference`, `.addForm`, `.updateSignature`, `.idToObject`, `.info`, `.defaultStreamFilters`.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from typing import Any

from reportlab.pdfbase import pdfdoc
from reportlab.pdfgen.canvas import Canvas as ReportLabCanvas

from baitao_desktop.reports.fonts import Glyph, face

_ESCAPED = {0x28: "\\(", 0x29: "\\)", 0x5C: "\\\\", 0x0D: "\\r", 0x0A: "\\n"}


def _literal(code: int) -> str:
    """A two-byte character code inside a PDF string; ASCII only, as ReportLab encodes what it is given in UTF-8."""
    return "".join(_ESCAPED.get(byte) or (chr(byte) if byte < 0x80 else f"\\{byte:o}") for byte in divmod(code, 256))


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

    def __init__(self, title: str, size: tuple[float, float]) -> None:
        self._out = io.BytesIO()
        self._canvas = _Pages(self._out, pagesize=size, pageCompression=0, invariant=1, pdfVersion=(1, 6), lang="zh-CN")
        self._document = self._canvas.document
        # pageCompression=1 would write ASCII85 around it (rl_config.useA85, for the whole process): a quarter more bytes
        self._document.defaultStreamFilters = [pdfdoc.PDFZCompress]
        self._document.info = _Properties()
        self._canvas.setTitle(title.encode("utf-8", "replace").decode())
        self._canvas.setProducer("baitao-desktop")
        # 打印时不缩放：公文的版心以毫米计（domain.md §4.1）
        self._canvas.setViewerPreference("PrintScaling", "None")
        self._canvas.setViewerPreference("DisplayDocTitle", "true")
        self._faces: dict[str, EmbeddedFace] = {}

    def face(self, key: str) -> EmbeddedFace:
        """The face in this file; whatever it is asked to code will be embedded."""
        if key not in self._faces:
            self._faces[key] = EmbeddedFace(key, f"F{len(self._faces) + 1}")
        return self._faces[key]

    def draw(self, operators: str) -> None:
        """Drawing operators (ASCII) on the open page."""
        self._canvas.addLiteral(operators)
        self._document.updateSignature(operators)

    def picture(
        self, jpeg: bytes, pixels: tuple[int, int], channels: int, box: tuple[float, float, float, float]
    ) -> None:
        """Show a JPEG, embedded as it is (once, however often it is shown), in `box` (x, y of the lower left corner, width, height).

        Not `Canvas.drawImage`: that decodes every photo to name it and writes ASCII85, a quarter more bytes (0.56 → 0.70 MB).
        """
        name = hashlib.sha256(jpeg).hexdigest()[:32]
        if not self._canvas.hasForm(name):
            entries = {
                "Type": pdfdoc.PDFName("XObject"),
                "Subtype": pdfdoc.PDFName("Image"),
                "Width": pixels[0],
                "Height": pixels[1],
                "ColorSpace": pdfdoc.PDFName({1: "DeviceGray", 3: "DeviceRGB"}[channels]),
                "BitsPerComponent": 8,
                "Filter": pdfdoc.PDFName("DCTDecode"),
            }
            self._document.addForm(name, pdfdoc.PDFStream(pdfdoc.PDFDictionary(entries), jpeg))
        x, y, width, height = box
        self.draw(f"q {width:.3f} 0 0 {height:.3f} {x:.3f} {y:.3f} cm")
        self._canvas.doForm(name)
        self._document.updateSignature(name)
        self.draw("Q")

    def end_page(self) -> None:
        """Close the page; what is drawn next belongs to another."""
        self._canvas.showPage()

    def data(self) -> bytes:
        """The whole file, of the pages that were closed."""
        fonts = self._document.idToObject[pdfdoc.BasicFonts]
        for used in self._faces.values():
            fonts[used.name] = self._document.Reference(self._font(used))
            # 字的编号按先后排，同样的编号可以是别的字：文件的标识须由字本身算
            self._document.updateSignature("".join(used.chars).encode("utf-8", "replace"))
        self._canvas.save()
        return self._out.getvalue()

    def _font(self, used: EmbeddedFace) -> pdfdoc.PDFDictionary:
        """Type0 font over CIDFontType2: code = glyph number in the embedded copy."""
        source = face(used.key)
        data = source.subset([glyph.number for glyph in used.glyphs])
        # 子集标签须为六个大写字母，由所含字决定，两份文件合并时不会相撞
        digest = hashlib.sha256("".join(used.chars).encode("utf-8", "replace")).digest()
        name = pdfdoc.PDFName("".join(chr(65 + byte % 26) for byte in digest[:6]) + "+" + source.name)
        descriptor = {
            "Type": pdfdoc.PDFName("FontDescriptor"),
            "FontName": name,
            "Flags": 4,
            "FontBBox": pdfdoc.PDFArrayCompact(source.box),
            "ItalicAngle": 0,
            "Ascent": source.ascent,
            "Descent": source.descent,
            "CapHeight": 730,
            "StemV": 80,
            "FontFile2": pdfdoc.PDFStream(pdfdoc.PDFDictionary({"Length1": len(data)}), data),
        }
        system = {"Registry": pdfdoc.PDFString("Adobe"), "Ordering": pdfdoc.PDFString("Identity"), "Supplement": 0}
        widths = pdfdoc.PDFArrayCompact([glyph.advance for glyph in used.glyphs])
        descendant = {
            "Type": pdfdoc.PDFName("Font"),
            "Subtype": pdfdoc.PDFName("CIDFontType2"),
            "BaseFont": name,
            "CIDSystemInfo": pdfdoc.PDFDictionary(system),
            "CIDToGIDMap": pdfdoc.PDFName("Identity"),
            "DW": 1000,
            "W": pdfdoc.PDFArrayCompact([0, widths]),
            "FontDescriptor": self._document.Reference(pdfdoc.PDFDictionary(descriptor)),
        }
        font = {
            "Type": pdfdoc.PDFName("Font"),
            "Subtype": pdfdoc.PDFName("Type0"),
            "BaseFont": name,
            "Encoding": pdfdoc.PDFName("Identity-H"),
            "DescendantFonts": pdfdoc.PDFArrayCompact([self._document.Reference(pdfdoc.PDFDictionary(descendant))]),
            "ToUnicode": pdfdoc.PDFStream(content=_to_unicode(used.chars)),
        }
        return pdfdoc.PDFDictionary(font)


class _Pages(ReportLabCanvas):
    """ReportLab's canvas without the words it begins every page with: they name Helvetica, which no file of ours embeds."""

    _doc: pdfdoc.PDFDocument

    @property
    def document(self) -> Any:
        """The objects of the file, a PDFDocument (most of it untyped)."""
        return self._doc

    def _make_preamble(self) -> None:
        self._preamble = ""


class _Properties(pdfdoc.PDFInfo):
    """Title and producer only: ReportLab adds "anonymous", "unspecified" and, for repeatable bytes, a date that is not true."""

    def format(self, document: pdfdoc.PDFDocument) -> bytes:
        shown = {"Title": pdfdoc.PDFString(self.title), "Producer": pdfdoc.PDFString(self.producer)}
        return pdfdoc.PDFDictionary(shown).format(document)


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
