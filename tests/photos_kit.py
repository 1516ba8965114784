"""Pictures for the photo tests, made on the spot: plainly synthetic, with everything in them that must not stay."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image, ImageCms, PngImagePlugin

from baitao_desktop.actions.desk import Desk

HEIC = Path(__file__).parent / "photos" / "synthetic.heic"
"""640×480 colour blocks and the words 合成样张, encoded by Debian's heif-enc from a drawn picture; 2022-05-17 08:30."""
RED, GREEN = (200, 30, 30), (30, 120, 60)
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description dc:creator="OWNER-IN-XMP"/></x:xmpmeta>'


def halves(size: tuple[int, int] = (800, 600), mode: str = "RGB") -> Image.Image:
    """Red on the left, green on the right."""
    picture = Image.new("RGB", size, RED)
    picture.paste(GREEN, (size[0] // 2, 0, *size))
    return picture.quantize(4) if mode == "P" else picture.convert(mode)


def camera_jpeg(size: tuple[int, int] = (3200, 2400), *, taken: str = "2022:05:17 08:30:00", turn: int = 1) -> bytes:
    """A JPEG as a telephone writes it: EXIF with place and owner, XMP, a comment, a colour profile."""
    picture = halves(size)
    exif = picture.getexif()
    exif[274], exif[271], exif[315] = turn, "MAKER-IN-EXIF", "OWNER-IN-EXIF"
    if taken:
        exif.get_ifd(0x8769)[36867] = taken
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (29.0, 30.0, 12.5), "E", (107.0, 30.0, 1.0)
    out = io.BytesIO()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture.save(out, "JPEG", quality=90, exif=exif, icc_profile=profile, comment=b"OWNER-IN-COMMENT", xmp=XMP)
    return out.getvalue()


def as_file(picture: Image.Image, kind: str, **how: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **how)  # type: ignore[arg-type]
    return out.getvalue()


def noted_png() -> bytes:
    """A PNG with words in its chunks."""
    notes = PngImagePlugin.PngInfo()
    notes.add_itxt("XML:com.adobe.xmp", XMP.decode())
    notes.add_text("Author", "OWNER-IN-TEXT")
    return as_file(halves(), "PNG", pnginfo=notes)


def segments(jpeg: bytes) -> list[str]:
    """Names of the marker segments before the picture data."""
    assert jpeg[:2] == b"\xff\xd8"
    at, found = 2, []
    while jpeg[at + 1] != 0xDA:
        found.append(f"{jpeg[at + 1]:02X}")
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
    return found


def stored(desk: Desk, sha: str) -> bytes:
    with desk.store.blob_open(sha) as source:
        return source.read()


def near(said: object, meant: tuple[int, int, int]) -> bool:
    """Whether a pixel has this colour, as far as JPEG keeps it."""
    assert isinstance(said, tuple)
    return all(abs(a - b) <= 12 for a, b in zip(said, meant, strict=True))


def turned_heic() -> bytes:
    """The sample with the note that it lies on its side, as a telephone held upright writes it (`irot`, 90° to the left);
    heif-enc cannot."""
    data = bytearray(HEIC.read_bytes())
    box, grown = b"\x00\x00\x00\x09irot\x01", 10
    rights = data.index(b"ipma") - 4
    # 图像 1 的属性从三个变四个，第四个是新加的
    count = rights + 18
    assert data[count : count + 4] == b"\x03\x81\x02\x83"
    data[count : count + 4] = b"\x04\x81\x02\x83\x84"
    data[rights:rights] = box
    for name, more in (("meta", grown), ("iprp", grown), ("ipco", len(box)), ("ipma", 1)):
        at = data.index(name.encode()) - 4
        data[at : at + 4] = (int.from_bytes(data[at : at + 4], "big") + more).to_bytes(4, "big")
    for item in (16, 34):
        at = data.index(b"iloc") + item
        data[at : at + 4] = (int.from_bytes(data[at : at + 4], "big") + grown).to_bytes(4, "big")
    return bytes(data)
