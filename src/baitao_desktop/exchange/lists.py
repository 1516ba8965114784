"""Lists that come from elsewhere: .csv and .xlsx as WPS, Excel or another system leave them, read as plain rows.

Which column means what is not decided here. Nothing is guessed away: a row that cannot be read as it was meant is left
out with its number and a reason.
"""

from __future__ import annotations

import csv
import io
import unicodedata
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from baitao_desktop import files
from baitao_desktop.domain.errors import UserFacingError

MAX_BYTES = 50 * 1024**2
MAX_UNPACKED = 400 * 1024**2
MAX_ROWS = 100_000
MAX_COLUMNS = 200
MAX_CELL = 32_767
_BLANK_TAIL = 1000
_DELIMITERS = (",", "\t", ";", "，", "|")
_TITLE_ROWS = 10
_LONG_HEADING = 40
_EXACT_DIGITS = 15
_RARE = 0.05
_OLD_OFFICE, _ZIP = b"\xd0\xcf\x11\xe0", b"PK\x03\x04"
_HALF = str.maketrans(
    {chr(c): chr(c - 0xFEE0) for c in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
    | {"．": ".", "－": "-", "＋": "+", "\u3000": " ", "\u00a0": " "}
)


class Row(NamedTuple):
    """A row as it stands in the file: `number` as WPS shows it (the first is 1), cells without blanks around them."""

    number: int
    cells: tuple[str, ...]


class LeftOut(NamedTuple):
    """A row that was not taken, or (in `doubts`) taken with a doubt, and why in Chinese."""

    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class Table:
    """A list: every row has exactly as many cells as `header`.

    `left_out`: rows that were not taken; `doubts`: rows that were, with something to look at. `encoding` is empty for
    .xlsx, `sheet` for .csv.
    """

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    left_out: tuple[LeftOut, ...]
    doubts: tuple[LeftOut, ...] = ()
    encoding: str = ""
    sheet: str = ""


def read(path: Path, *, sheet: str | None = None) -> Table:
    """The table in a .csv (UTF-8, GBK, GB18030, UTF-16; any usual delimiter) or .xlsx (values, first or named sheet).

    What a file is, its first bytes say, not its name. UserFacingError X20 wrong encoding or damaged, X21 empty, X22 no
    header, X23 too long or too large, X24 an old .xls or a protected file, X25 no such sheet; S9x of `files.explain`.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UserFacingError("X23", f"“{path.name}”超过50MB，太大了。请分成几个文件再收。")
        data = path.read_bytes()
    except OSError as error:
        raise files.explain(path, error) from error
    if data.startswith(_OLD_OFFICE):
        text = f"“{path.name}”是旧式 .xls 表格或设了打开密码。请用WPS打开，去掉密码，另存为 .xlsx 后再收。"
        raise UserFacingError("X24", text)
    if data.startswith(_ZIP):
        return _read_xlsx(data, path.name, sheet)
    text, encoding = _decoded(data, path.name)
    return _read_csv(text, encoding, path.name)


def sheets(path: Path) -> tuple[str, ...]:
    """Names of an .xlsx file's sheets; nothing for a .csv. Errors as `read`."""
    try:
        data = path.read_bytes() if path.stat().st_size <= MAX_BYTES else b""
    except OSError as error:
        raise files.explain(path, error) from error
    return tuple(_workbook(data, path.name).sheetnames) if data.startswith(_ZIP) else ()


def half_width(text: str) -> str:
    """Full-width digits, letters, blanks, points and signs as half-width ones; Chinese punctuation stays."""
    return text.translate(_HALF)


def _decoded(data: bytes, name: str) -> tuple[str, str]:
    """The text and the encoding it was in. UTF-8 proves itself; for GBK the words must look like words."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        tries = ["utf-16"]
    elif data.startswith(b"\xef\xbb\xbf"):
        tries = ["utf-8-sig"]
    else:
        tries = ["utf-8", "gbk", "gb18030"]
    for encoding in tries:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text and (encoding.startswith("utf") or _reads_like_chinese(text)):
            return text, encoding
    text = f"“{name}”的文字编码认不出来（会成乱码）或文件已损坏，没有收入。请用WPS打开，另存为 .xlsx 后再收。"
    raise UserFacingError("X20", text)


def _reads_like_chinese(text: str) -> bool:
    """Whether nearly all characters are everyday ones (GB 2312): Big5 or Japanese read as GBK are not."""
    foreign = [c for c in text if ord(c) > 0x7F]
    rare = sum(1 for c in foreign if not _everyday(c))
    return rare <= max(1, len(foreign) * _RARE)


def _everyday(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return character in "—·…“”‘’€"
    # 假名、俄文字母、制表符也在GB2312里，却不是中文表格里常见的字
    return not "\u0400" <= character <= "\u04ff" and not "\u2500" <= character <= "\u257f"


def _read_csv(text: str, encoding: str, name: str) -> Table:
    if not text.strip():
        raise _empty(name)
    delimiter = _delimiter(text)
    try:
        found = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        raw = list(islice(enumerate(found, 1), MAX_ROWS + _TITLE_ROWS + 1))
        _inspect_quotes(text, delimiter)
    except csv.Error as error:
        reason = f"“{name}”里有一格太长或引号不成对，读不下去，没有收入。请用WPS打开检查，另存为 .xlsx 后再收。"
        raise UserFacingError("X20", reason) from error
    return _table(((i, [_plain(c) for c in cells]) for i, cells in raw), name, encoding=encoding)


def _inspect_quotes(text: str, delimiter: str) -> None:
    """csv.Error when the last quotation mark never closes: then the tail of the file sits in one cell."""
    try:
        for _ in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            pass
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise


def _delimiter(text: str) -> str:
    """The one that cuts the first rows into most and equally many cells."""

    def score(delimiter: str) -> tuple[float, int]:
        try:
            rows = [
                r for r in islice(csv.reader(io.StringIO(text[:200_000], newline=""), delimiter=delimiter), 20) if r
            ]
        except csv.Error:
            return (0, 0)
        widths = [len(r) for r in rows]
        usual = max(set(widths), key=widths.count) if widths else 1
        if delimiter in "，|" and widths[:1] != [usual]:
            return (0, 0)  # 正文里的中文逗号不是分隔符，除非表头也这样分
        # 只有一列的切法排在后面；并列时逗号优先
        return (widths.count(usual) / len(widths) if usual > 1 else 0, -_DELIMITERS.index(delimiter))

    return max(_DELIMITERS, key=score)


def _read_xlsx(data: bytes, name: str, sheet: str | None) -> Table:
    book = _workbook(data, name)
    try:
        titles = book.sheetnames
        if sheet is not None and sheet not in titles:
            raise UserFacingError("X25", f"“{name}”里没有名为“{sheet}”的工作表。请重新选择工作表。")
        chosen = sheet if sheet is not None else titles[0]
        doubts: list[LeftOut] = []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl 对不认得的格式扩展出警告，与内容无关
            rows = list(islice(_xlsx_rows(book[chosen], doubts), MAX_ROWS + _TITLE_ROWS + 1))
    except UserFacingError:
        raise
    except Exception as error:  # openpyxl 对坏文件抛出各种异常，都是同一件事
        raise _broken(name) from error
    finally:
        book.close()
    return _table(rows, name, sheet=chosen, doubts=doubts, padded=True)


def _workbook(data: bytes, name: str):  # type: ignore[no-untyped-def]
    import zipfile

    import openpyxl

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as box:
            if sum(e.file_size for e in box.infolist()) > MAX_UNPACKED:
                raise UserFacingError("X23", f"“{name}”解开后大得不合理，没有打开。请用WPS另存一份再收。")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    except UserFacingError:
        raise
    except Exception as error:  # 同上
        raise _broken(name) from error


def _xlsx_rows(sheet, doubts: list[LeftOut]) -> Iterator[tuple[int, list[str]]]:  # type: ignore[no-untyped-def]
    """Rows up to the last one that holds something; a tail of empty formatted rows ends the reading."""
    sheet.reset_dimensions()
    blanks: list[tuple[int, list[str]]] = []
    for number, values in enumerate(sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS + 1), 1):
        cells = [_shown(v) for v in values]
        for i, value in enumerate(values):
            if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= 10**_EXACT_DIGITS:
                reason = f"第{i + 1}列的号码按数字存放，末几位可能已变成0，请对照原件"
                doubts.append(LeftOut(number, reason))
        if any(cells):
            yield from blanks
            blanks = []
            yield number, cells
        elif len(blanks) < _BLANK_TAIL:
            blanks.append((number, []))
        else:
            return


def _shown(value: object) -> str:
    """A cell as a person would copy it down; a moment without a time is a day."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e18:
        return str(int(value))
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d" if value.time() == time() else "%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, timedelta):
        return str(value)
    return _plain(str(value))


def _plain(text: str) -> str:
    """Without blanks around it, control characters and half pairs; line breaks inside stay."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip(" \t\n\u3000\u00a0\ufeff")
    return "".join(c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs"))


def _table(
    raw: Iterable[tuple[int, Sequence[str]]],
    name: str,
    *,
    encoding: str = "",
    sheet: str = "",
    doubts: Sequence[LeftOut] = (),
    padded: bool = False,
) -> Table:
    """`padded`: short rows are as they should be (a sheet stores no empty cells at the end); in a .csv they are not."""
    waiting = [(number, list(cells)) for number, cells in raw]
    if not any(any(cells) for _, cells in waiting):
        raise _empty(name)
    at = _header_at([cells for _, cells in waiting[: _TITLE_ROWS + 1]])
    header = _trimmed(waiting[at][1])
    _inspect_header(header, name)
    rest = waiting[at + 1 :]
    if len(rest) > MAX_ROWS:
        raise UserFacingError("X23", f"“{name}”超过{MAX_ROWS}行，太长了。请分成几个文件再收。")
    rows, left_out = [], []
    for number, cells in rest:
        reason = _why_left_out(cells, len(header), padded=padded)
        if reason:
            left_out.append(LeftOut(number, reason))
        else:
            kept = [*cells[: len(header)], *[""] * (len(header) - len(cells))]
            rows.append(Row(number, tuple(kept)))
    taken = {row.number for row in rows}
    if not rows and not left_out:
        raise UserFacingError("X21", f"“{name}”只有表头，没有内容。请核对文件。")
    return Table(
        tuple(header), tuple(rows), tuple(left_out), tuple(d for d in doubts if d.number in taken), encoding, sheet
    )


def _why_left_out(cells: Sequence[str], width: int, *, padded: bool) -> str:
    if not any(cells):
        return "空行"
    if len(cells) > width and any(cells[width:]):
        return f"比表头多{len(_trimmed(cells)) - width}格，内容可能错了位"
    if len(cells) < width and not padded:
        return f"比表头少{width - len(cells)}格，内容可能错了位"
    if any(len(c) > MAX_CELL for c in cells):
        return "有一格超过32767字"
    return ""


def _header_at(first: Sequence[Sequence[str]]) -> int:
    """Where the header stands: above it may be titles, rows with one filled cell while a later row has more."""
    filled = [sum(1 for c in cells if c) for cells in first]
    most = max(filled)
    return next(i for i, n in enumerate(filled) if n > 1 or (n == 1 and most == 1))


def _inspect_header(header: Sequence[str], name: str) -> None:
    """A header names columns; a first row of data does not (figures, long texts, gaps, the same thing twice)."""
    if len(header) > MAX_COLUMNS:
        raise UserFacingError("X23", f"“{name}”超过{MAX_COLUMNS}列，太宽了。请删去不用的列再收。")
    named = [h for h in header if h]
    figures = any(half_width(h).replace("-", "").replace("/", "").replace(".", "").isdigit() for h in named)
    if figures or len(named) != len(set(named)) or any(len(h) > _LONG_HEADING for h in named) or "" in header:
        text = f"“{name}”的第一行不像表头（应是每列的名称，不空、不重、不是内容）。请在最上面加一行列名，再收。"
        raise UserFacingError("X22", text)


def _trimmed(cells: Sequence[str]) -> list[str]:
    kept = list(cells)
    while kept and not kept[-1]:
        kept.pop()
    return kept


def _empty(name: str) -> UserFacingError:
    return UserFacingError("X21", f"“{name}”是空的，没有内容可收。请核对文件。")


def _broken(name: str) -> UserFacingError:
    return UserFacingError("X20", f"“{name}”打不开，可能已损坏或不是表格。请用WPS打开，另存为 .xlsx 后再收。")
