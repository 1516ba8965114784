"""Any picture file a telephone, WeChat or a scanner makes, as one clean JPEG: upright, at most 1600 px, sRGB, no metadata."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.values import CST, iso_minute

if TYPE_CHECKING:
    from PIL import Image

LONGEST = 1600
_MOST_PIXELS = 120_000_000
"""A telephone takes 108 million at most in its finest mode that still fits 40 MB; decoded that is 0.4 GB."""
_FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "DIB", "GIF", "TIFF", "AVIF")
"""What is tried: pictures only, none of the programs (PostScript, WMF) that Pillow would start."""
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1")
_EXIF = 0x8769
_TAKEN = ((36867, 36881), (36868, 36882))
"""Tags of the moment a picture was taken, then of when it was made digital; each with that of its time zone."""
_WRITTEN = (306, 36880)


@dataclass(frozen=True, slots=True)
class Clean:
    """A picture as it is kept, and what its camera said of it: when it was taken (ISO, empty = it did not say) and the
    ending a file of its kind has."""

    jpeg: bytes
    taken: str
    ending: str


def clean_picture(data: bytes, name: str) -> Clean:
    """UserFacingError: A60 too many pixels, A61 no picture or broken, A67 HEIC that this machine cannot read, A68 several
    pages. `name` is what the person calls it."""
    if not data:
        raise UserFacingError("A61", f"“{name}”是空的，可能没有拷贝完整，没有加入。请从手机里再传一次。")
    try:
        with warnings.catch_warnings():
            # 像素由下面自己数；Pillow 的提醒线（八千九百万）比手机的一亿零八百万低
            warnings.simplefilter("ignore")
            raw = _opened(data, name)
            with raw:
                return _cleaned(raw, name)
    except UserFacingError:
        raise
    except Exception as error:
        # 坏文件能让解码器抛出任何错误；对人都是同一句话
        raise UserFacingError("A61", f"“{name}”不是照片，或者已损坏，没有加入。请换一张。") from error


def _opened(data: bytes, name: str) -> Image.Image:
    from PIL import Image

    if is_heic(data):
        return _heic(data, name)
    try:
        picture = Image.open(io.BytesIO(data), formats=_FORMATS)
    except Image.DecompressionBombError as error:
        raise UserFacingError("A60", f"“{name}”的尺寸太大，没有加入。请在手机里用普通大小重拍或另存。") from error
    _refuse_huge(picture.size, name)
    return picture


def is_heic(data: bytes) -> bool:
    """Whether these bytes begin as an HEIC file does (AVIF, which begins alike, is Pillow's)."""
    length = int.from_bytes(data[:4], "big")
    return data[4:8] == b"ftyp" and data[8:12] in _HEIC and b"avif" not in data[8 : min(length, 256)]


def _heic(data: bytes, name: str) -> Image.Image:
    try:
        import pi_heif
    except ImportError as error:
        raise UserFacingError(
            "A67",
            f"这台电脑读不了苹果手机的HEIC照片，“{name}”没有加入。请在手机上发送原图前选“兼容性最佳”（JPG），或截一张图再加。",
        ) from error
    found = pi_heif.open_heif(io.BytesIO(data))
    _refuse_huge(found.size, name)
    picture: Image.Image = found.to_pillow()
    return picture


def _refuse_huge(size: tuple[int, int], name: str) -> None:
    if size[0] * size[1] > _MOST_PIXELS:
        raise UserFacingError(
            "A60", f"“{name}”有{size[0]}×{size[1]}点，尺寸太大，没有加入。请在手机里用普通大小重拍或另存。"
        )


def _cleaned(raw: Image.Image, name: str) -> Clean:
    from PIL import Image

    kind = raw.format or "HEIF"
    if kind == "TIFF" and (pages := getattr(raw, "n_frames", 1)) > 1:
        raise UserFacingError("A68", f"“{name}”里有{pages}页，照片一次只能加一页，没有加入。请一页一页另存后再加。")
    exif = _exif_of(raw)
    taken = _taken(exif)
    if raw.mode in ("RGB", "RGBA", "L", "LA", "CMYK"):
        # 先缩再转：JPEG 解码时就只取一半，转动和换色也只动两百万点
        raw.thumbnail((LONGEST, LONGEST))
    raw.load()
    shown = _plain(_upright(raw))
    shown.thumbnail((LONGEST, LONGEST))
    bare = Image.new("RGB", shown.size)
    # 贴到一张新的上面：旧的带着的说明、地点、色彩文件一样也不跟来
    bare.paste(shown)
    out = io.BytesIO()
    bare.save(out, "JPEG", quality=85, optimize=True)
    return Clean(out.getvalue(), taken, {"JPEG": ".jpg", "MPO": ".jpg", "HEIF": ".heic"}.get(kind, f".{kind.lower()}"))


def _upright(picture: Image.Image) -> Image.Image:
    from PIL import ImageOps

    try:
        return ImageOps.exif_transpose(picture)
    except Exception:
        # 说明坏了不等于照片坏了：照原样留
        return picture


def _plain(picture: Image.Image) -> Image.Image:
    """RGB in sRGB, on white where it lets through."""
    from baitao_desktop.reports.photos import on_white

    if picture.mode.startswith(("I", "F")):
        picture = _eight_bits(picture)
    elif picture.mode in ("P", "PA", "La", "RGBa") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
    profile = picture.info.get("icc_profile")
    if picture.mode in ("RGBA", "LA"):
        picture = on_white(picture)
    return _in_srgb(picture, profile) if profile else picture.convert("RGB")


def _eight_bits(picture: Image.Image) -> Image.Image:
    """16 bits and more of grey as 8: `convert` alone would cut off all that is brighter than 255."""
    if picture.mode.startswith("I;16"):
        return picture.convert("I").point(lambda v: v * (1 / 257)).convert("L")
    low, high = picture.getextrema()
    assert isinstance(low, int | float) and isinstance(high, int | float)
    scale = 255 / (high - low) if high > 255 and high > low else 1.0
    offset = -low * scale if high > 255 else 0.0
    return picture.point(lambda v: v * scale + offset).convert("L")


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """The colours a profile means (a telephone's wide ones, a printer's four), as every screen shows them."""
    from PIL import ImageCms

    try:
        meant = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        turned = ImageCms.profileToProfile(picture, meant, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture.convert("RGB")
    return turned if turned is not None else picture.convert("RGB")


def _exif_of(picture: Image.Image) -> Image.Exif | None:
    try:
        return picture.getexif()
    except Exception:
        return None


def _taken(exif: Image.Exif | None) -> str:
    """When the camera says it took the picture; nothing is made up from the time of a file."""
    if not exif:
        return ""
    try:
        inner = exif.get_ifd(_EXIF)
    except Exception:
        inner = {}
    for tags, (said, zone) in ((inner, _TAKEN[0]), (inner, _TAKEN[1]), (exif, _WRITTEN)):
        text = str(tags.get(said) or "").strip("\0 ")
        try:
            moment = datetime.strptime(text, "%Y:%m:%d %H:%M:%S").replace(tzinfo=CST)
        except ValueError:
            continue
        return iso_minute(_in_zone(moment, str(inner.get(zone) or "").strip("\0 ")))
    return ""


def _in_zone(moment: datetime, zone: str) -> datetime:
    try:
        return datetime.strptime(f"{moment:%Y%m%d%H%M%S}{zone}", "%Y%m%d%H%M%S%z").astimezone(CST)
    except ValueError:
        return moment
