"""Make the five faces of `resources/fonts/` from registry packages (documents.md §1.3).

    python packaging/build_fonts.py [--work DIR] [--out DIR]

Needs fontTools and uharfbuzz (`packaging/requirements/build.txt`), and `npm`, `apt-get`, `dpkg-deb` on the path. Every
package is fetched by its ordinary client, pinned by version and checked by SHA-256 before it is opened. The finished
files are committed, so this runs only when a face changes; the same packages give the same bytes.
"""

from __future__ import annotations

import argparse
import bz2
import gzip
import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SERIF = "expo-google-fonts-noto-serif-sc-0.4.3.tgz"
SANS = "expo-google-fonts-noto-sans-sc-0.4.3.tgz"
WENKAI = "fonts-lxgw-wenkai_1.250+repack-1_all.deb"
TEXLIVE = "texlive-lang-chinese_2022.20230122-1_all.deb"
UNICODE = "unicode-data_15.0.0-1_all.deb"

# file name → (how its own client names it, SHA-256)
PACKAGES = {
    SERIF: (
        "npm:@expo-google-fonts/noto-serif-sc@0.4.3",
        "ff6bcf5ba68d92dfecc05544bb150f9e724741a932354a0dd97e7289c40a3f5e",
    ),
    SANS: (
        "npm:@expo-google-fonts/noto-sans-sc@0.4.3",
        "0d69d0f4971d2ff574e3d93cbc218dc950bf3f3f8f8e2c008d97687ed53aee59",
    ),
    WENKAI: (
        "apt:fonts-lxgw-wenkai=1.250+repack-1",
        "6d1e4c4aac78ad32062aefa2c836ee4d6e58f9dcf8b3f4407c9eefe304615318",
    ),
    TEXLIVE: (
        "apt:texlive-lang-chinese=2022.20230122-1",
        "9cfa07bd44e7b9098e26f0ecac1b5ad210d2249d474c8074d53de92d650b0ec0",
    ),
    UNICODE: (
        "apt:unicode-data=15.0.0-1",
        "5efef23bbb1c6a133ecbdd63a2cfa07159ccacf5466a49e2426101c5ecd691fc",
    ),
}

FANDOL = "usr/share/texlive/texmf-dist/fonts/opentype/public/fandol/FandolFang-Regular.otf"
KAI = "usr/share/fonts/truetype/lxgw-wenkai/LXGWWenKai-Regular.ttf"
OTHER_MAPPINGS = "usr/share/unicode/Unihan_OtherMappings.txt.bz2"

# 目标、取自哪个包的哪个文件、取多少字、改成什么名字。霞鹜文楷按 OFL 保留“霞鹜”“LXGW”二名，改过的要换名。
FACES = (
    ("FandolFang-Regular.ttf", TEXLIVE, FANDOL, "standard", ""),
    ("NotoSerifSC-Bold.ttf", SERIF, "package/700Bold/NotoSerifSC_700Bold.ttf", "standard", ""),
    ("NotoSerifSC-Regular.ttf", SERIF, "package/400Regular/NotoSerifSC_400Regular.ttf", "standard", ""),
    ("BaitaoKai-Regular.ttf", WENKAI, KAI, "standard", "Baitao Kai"),
    ("NotoSansSC-Regular.ttf", SANS, "package/400Regular/NotoSansSC_400Regular.ttf", "full", ""),
)
LICENCES = (
    ("LICENSE-Noto-OFL.txt", SERIF, "package/LICENSE_FONT"),
    ("LICENSE-BaitaoKai-OFL.txt", WENKAI, "usr/share/doc/fonts-lxgw-wenkai/copyright"),
    ("LICENSE-Fandol-GPL3.txt", TEXLIVE, "usr/share/doc/texlive-doc/fonts/fandol/COPYING.gz"),
    ("README-Fandol.txt", TEXLIVE, "usr/share/doc/texlive-doc/fonts/fandol/README"),
)
# 版面不用合字、字偶距和竖排，HarfBuzz 画界面时也不需要：每个字一格
LAYOUT_TABLES = ("GSUB", "GPOS", "GDEF", "BASE", "vhea", "vmtx", "VORG", "DSIG", "STAT", "kern", "meta")


@dataclass(frozen=True, slots=True)
class Package:
    """One fetched package, opened in a folder."""

    root: Path

    def read(self, name: str) -> bytes:
        """Bytes of one member; gzip and bzip2 members come out plain."""
        data = (self.root / name).read_bytes()
        if name.endswith(".gz"):
            return gzip.decompress(data)
        return bz2.decompress(data) if name.endswith(".bz2") else data


def fetch(file: str, work: Path) -> Package:
    """Fetch `file` with its own client unless it lies in `work`, check it, open it. Raises SystemExit when it differs."""
    spec, digest = PACKAGES[file]
    archive = work / file
    if not archive.exists():
        client, name = spec.split(":", 1)
        subprocess.run(
            ["npm", "pack", name] if client == "npm" else ["apt-get", "download", name], cwd=work, check=True
        )
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    if found != digest:
        raise SystemExit(f"{file}: SHA-256 {found}, pinned {digest}")
    root = work / f"{file}.d"
    if not root.exists():
        if file.endswith(".deb"):
            subprocess.run(["dpkg-deb", "-x", str(archive), str(root)], check=True)
        else:
            with tarfile.open(archive) as tar:
                tar.extractall(root, filter="data")
    return Package(root)


def standard_characters(unihan: bytes) -> set[int]:
    """通用规范汉字表 (8105, Unihan kTGH) with all of GB 2312, Latin and the marks a paper uses."""
    table = {int(line.split("\t")[0][2:], 16) for line in unihan.decode().splitlines() if "\tkTGH\t" in line}
    if len(table) != 8105:
        raise SystemExit(f"通用规范汉字表应有 8105 字，得到 {len(table)}")
    marks = "—―‘’“”…‰′″※℃№℡→←↑↓■□▲△◆◇○◎●★☆√×÷±≤≥≠≈∞∑·•￥¥€〇〓㎡㎏²³¹½¼¾①②③④⑤⑥⑦⑧⑨⑩"
    for high in range(0xA1, 0xF8):
        for low in range(0xA1, 0xFF):
            table.update(map(ord, bytes((high, low)).decode("gb2312", "ignore")))
    table.update(map(ord, marks))
    table.update((*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x2460, 0x2474), *range(0x3000, 0x3020)))
    table.update((*range(0xFF01, 0xFF5F), *range(0xFFE0, 0xFFE6)))
    return table


def subset(data: bytes, characters: set[int] | None) -> bytes:
    """The face with only `characters` (all when None), no hints, no layout tables; .notdef keeps its outline."""
    import uharfbuzz as hb

    wish: Any = hb.SubsetInput()
    if characters is None:
        wish.keep_everything()
    else:
        wish.sets(hb.SubsetInputSets.UNICODE).set(characters)
    wish.sets(hb.SubsetInputSets.DROP_TABLE_TAG).update({hb_tag(tag) for tag in LAYOUT_TABLES})
    wish.flags = hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.NOTDEF_OUTLINE
    result = hb.subset(hb.Face(data), wish)
    if result is None:
        raise SystemExit("hb.subset 失败")
    return bytes(result.blob.data)


def hb_tag(tag: str) -> int:
    """A table's name as HarfBuzz counts it."""
    return int.from_bytes(tag.encode(), "big")


def finish(source: Path, out: Path, family: str, note: str) -> None:
    """Give the face quadratic outlines if it has cubic ones, its name if it must change, and a note of the change."""
    from fontTools.ttLib import TTFont

    font = TTFont(source, recalcTimestamp=False)
    if "CFF " in font:
        quadratic(font)
    names = font["name"]
    names.names = [record for record in names.names if record.platformID == 3]
    for record in names.names:
        if family and record.nameID in {1, 3, 4, 16}:
            record.string = family
        elif family and record.nameID == 6:
            record.string = family.replace(" ", "") + "-Regular"
        elif record.nameID == 5:
            record.string = f"{record.toUnicode()}; {note}"
    font.save(out, reorderTables=True)


def quadratic(font: Any) -> None:
    """Replace CFF by glyf in place (ReportLab and most printers read TrueType only); error ≤ 1/1000 em (documents §1.2)."""
    from fontTools.pens.cu2quPen import Cu2QuPen
    from fontTools.pens.ttGlyphPen import TTGlyphPen
    from fontTools.ttLib import newTable

    outlines = font.getGlyphSet()
    order = font.getGlyphOrder()
    glyf = newTable("glyf")
    glyf.glyphs, glyf.glyphOrder = {}, order
    for name in order:
        pen = TTGlyphPen(outlines)
        outlines[name].draw(Cu2QuPen(pen, 1.0, reverse_direction=True))
        glyf.glyphs[name] = pen.glyph()
    font["loca"], font["glyf"] = newTable("loca"), glyf
    widest = font["maxp"]
    widest.tableVersion = 0x00010000
    for field, value in (("maxZones", 1), ("maxTwilightPoints", 0), ("maxStorage", 0), ("maxFunctionDefs", 0)):
        setattr(widest, field, value)
    for field in ("maxInstructionDefs", "maxStackElements", "maxSizeOfInstructions", "maxComponentElements"):
        setattr(widest, field, 0)
    del font["CFF "]
    font["post"].formatType = 3.0
    font["head"].glyphDataFormat = 0
    font.sfntVersion = "\x00\x01\x00\x00"
    for name in order:  # the left bearing of a glyf face is where its outline starts
        glyf[name].recalcBounds(glyf)
        font["hmtx"][name] = (font["hmtx"][name][0], getattr(glyf[name], "xMin", 0))


def build(work: Path, out: Path) -> None:
    """Fetch, check, subset, convert and write every face and licence into `out`; print name, size and SHA-256."""
    work.mkdir(parents=True, exist_ok=True)
    out.mkdir(parents=True, exist_ok=True)
    packages = {file: fetch(file, work) for file in PACKAGES}
    standard = standard_characters(packages[UNICODE].read(OTHER_MAPPINGS))
    for name, package, member, level, family in FACES:
        part = work / f"{name}.part"
        part.write_bytes(subset(packages[package].read(member), standard if level == "standard" else None))
        what = (
            "TrueType outlines, subset" if member.endswith(".otf") else "subset" if level == "standard" else "reduced"
        )
        finish(part, out / name, family, f"{what} for baitao-desktop")
    for name, package, member in LICENCES:
        (out / name).write_bytes(packages[package].read(member))
    for path in sorted(out.iterdir()):
        print(path.name, path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest())


def main() -> None:
    """Command line."""
    here = Path(__file__).resolve().parents[1]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=None, help="folder of the fetched packages (kept)")
    parser.add_argument("--out", type=Path, default=here / "resources" / "fonts")
    args = parser.parse_args()
    if args.work:
        build(args.work.absolute(), args.out)
        return
    work = Path(tempfile.mkdtemp(prefix="fonts-"))
    try:
        build(work, args.out)
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
