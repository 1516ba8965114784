"""Lists that lie beside a form as files: CSV, XML and GeoJSON, each as rows of texts. What is read is only read."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from baitao_desktop.domain.errors import UserFacingError

from .definition import Form
from .markup import local, read_markup

Rows = tuple[Mapping[str, str], ...]

MAX_BYTES = 32 * 1024 * 1024
MAX_ROWS = 200_000
MAX_COLUMNS = 300
MAX_POINTS = 10_000


def read_lists(form: Form, folder: Path) -> dict[str, Rows]:
    """The lists this form names that lie in `folder`, by file name, as `fill(lists=…)` wants them.

    One that is absent is left out: it reads as an empty list. Raises UserFacingError F14 for one that is damaged.
    """
    names = {Path(name).name for name in form.external.values()}
    names |= {question.itemset.file for question in form.walk() if question.itemset is not None}
    found = ((name, folder / name) for name in sorted(names - {""}))
    return {name: read_list(path) for name, path in found if path.is_file()}


def read_list(path: Path) -> Rows:
    """The rows of a list: column → text, by the kind of file its name says.

    CSV: first line the columns; comma, semicolon or tab; UTF-8 or GB18030. XML: the children of the root are the
    rows, their children the columns. GeoJSON: one row per feature with its properties, `id` and `geometry` as ODK
    writes places (`lat lon 0 0; …`). Raises UserFacingError F14 naming file and line.
    """
    try:
        data = path.read_bytes()
    except OSError as trouble:
        raise UserFacingError("F14", f"读不到清单“{path.name}”；请检查文件还在不在。") from trouble
    if len(data) > MAX_BYTES:
        raise UserFacingError("F14", f"清单“{path.name}”超过32MB，没有打开；请核对是不是拿错了文件。")
    kind = path.suffix.lower()
    if kind == ".xml":
        return _bounded(path.name, _xml_rows(data, path.name))
    if kind in (".geojson", ".json"):
        return _bounded(path.name, _features(data, path.name))
    return _bounded(path.name, _csv_rows(data, path.name))


def _bounded(name: str, rows: Iterator[Mapping[str, str]]) -> Rows:
    found: list[Mapping[str, str]] = []
    for row in rows:
        if len(found) == MAX_ROWS or len(row) > MAX_COLUMNS:
            raise UserFacingError(
                "F14", f"清单“{name}”超过{MAX_ROWS}行或{MAX_COLUMNS}列，没有打开；请只留用得着的内容。"
            )
        found.append(row)
    return tuple(found)


def _csv_rows(data: bytes, name: str) -> Iterator[Mapping[str, str]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030", "replace")  # what WPS writes by default
    if "\0" in text:
        raise UserFacingError("F14", f"清单“{name}”不是文本；请在WPS里另存为 CSV 再试。")
    first = text.partition("\n")[0]
    mark = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    try:
        columns = [column.strip() for column in next(reader, [])]
        for cells in reader:
            if any(cells):
                padded: Sequence[str] = cells + [""] * (len(columns) - len(cells))
                yield {column: cell.strip() for column, cell in zip(columns, padded, strict=False) if column}
    except csv.Error as trouble:
        raise UserFacingError(
            "F14", f"清单“{name}”第{reader.line_num}行有引号没有配对，或内容不完整；请在WPS里打开核对后另存。"
        ) from trouble


def _xml_rows(data: bytes, name: str) -> Iterator[Mapping[str, str]]:
    for item in read_markup(data, f"清单“{name}”"):
        yield {local(cell): "".join(cell.itertext()).strip() for cell in item}


def _features(data: bytes, name: str) -> Iterator[Mapping[str, str]]:
    wrong = UserFacingError("F14", f"清单“{name}”不是完整的地图清单（GeoJSON）；请重新取一份再试。")
    try:
        whole = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as trouble:
        raise wrong from trouble
    features = whole.get("features") if isinstance(whole, dict) else None
    if not isinstance(features, list):
        raise wrong
    for feature in features:
        if not isinstance(feature, dict):
            raise wrong
        row = {"geometry": _place_text(feature.get("geometry"))}
        if feature.get("id") is not None:
            row["id"] = _cell(feature["id"])
        properties = feature.get("properties")
        if isinstance(properties, dict):
            row.update({str(key): _cell(value) for key, value in properties.items()})
        yield row


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None or isinstance(value, dict | list):
        return ""
    return str(value)


def _place_text(geometry: Any) -> str:
    """A geometry as ODK writes it; the outer ring of a polygon; nothing for what is none of the three."""
    if not isinstance(geometry, dict):
        return ""
    points = geometry.get("coordinates")
    if geometry.get("type") == "Polygon":
        points = points[0] if isinstance(points, list) and points else None
    elif geometry.get("type") == "Point":
        points = [points]
    elif geometry.get("type") != "LineString":
        return ""
    found = []
    for point in points[:MAX_POINTS] if isinstance(points, list) else ():
        good = isinstance(point, list) and len(point) >= 2 and all(isinstance(n, int | float) for n in point[:2])
        if not good:
            return ""
        found.append(f"{point[1]} {point[0]} 0 0")
    return "; ".join(found)
