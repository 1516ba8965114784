"""Words typed for what a telephone would measure or hide: places, codes, web addresses, secret words."""

from __future__ import annotations

import re

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from baitao_desktop.domain.ops import Json
from baitao_desktop.domain.values import half_width
from baitao_desktop.ui.fields.base import Asks, label_of, link_button
from baitao_desktop.ui.fields.text import CheckedField, TextField, too_long

NO_DEVICE = "本机无此设备，可照着填写"
_NUMBER = re.compile(r"-?\d{1,3}(\.\d+)?")
_HEIGHT = re.compile(r"-?\d{1,6}(\.\d+)?")
_POINT = "纬度在前、经度在后，中间空一格，例如 29.5312 107.4125"


def numbers_field(asks: Asks, *, thousands: bool = False) -> CheckedField:
    """Figures that are no number to count with (a card, a plot). Warned about, never refused."""

    def warning(text: str) -> str:
        plain = _figures(text)
        if plain and not re.fullmatch(r"[-+.\d()]+", plain):
            return "这里一般只填数字"
        return f"{int(plain):,}" if thousands and plain.isdecimal() and len(plain) > 3 else ""

    field = CheckedField(asks, tidy=_figures, warning=warning)
    field.line.setInputMethodHints(Qt.InputMethodHint.ImhPreferNumbers)
    return field


def _figures(text: str) -> str:
    return re.sub(r"[,\s]", "", half_width(text))


def url_field(asks: Asks) -> CheckedField:
    """A web address: written down, never opened (the program touches no network)."""

    def warning(text: str) -> str:
        plain = half_width(text).strip()
        if plain and not re.fullmatch(r"(\w+://)?[^\s/]+\.[^\s]+", plain):
            return "不像网址，请核对；网址一般像 www.abc.cn"
        return ""

    return CheckedField(asks, tidy=lambda text: half_width(text).strip(), warning=warning)


class MaskedField(TextField):
    """Words that do not show while they are typed; 显示 shows them as long as it is pressed in."""

    def __init__(self, asks: Asks) -> None:
        self.button = link_button("显示")
        self.button.setCheckable(True)
        self.button.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        super().__init__(asks)
        self._mask(shown=False)
        self.button.toggled.connect(lambda on: self._mask(shown=on))

    def beside(self) -> list[QWidget]:
        # 一行里只有按钮时，输入框会矮三像素（PySide6 6.8.3）
        return [self.button, label_of("", wrap=False)]

    def name_editors(self) -> None:
        super().name_editors()
        self.button.setAccessibleName(f"{self.asks.label} {self.button.text()}")

    def _mask(self, *, shown: bool) -> None:
        self.line.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)
        self.button.setText("隐藏" if shown else "显示")
        self.name_editors()


class GeoField(TextField):
    """A place (`points` 1), a way (from 2) or an area (from 3 different ones) in figures, points parted by ；.

    Stored as ODK does: `纬度 经度 [高程 精度]`, points with `; ` between; an area is closed by its first point.
    """

    def __init__(self, asks: Asks, *, kind: str) -> None:
        self._kind = kind
        super().__init__(asks)
        self.line.setInputMethodHints(Qt.InputMethodHint.ImhPreferNumbers)
        few = "29.5312 107.4125"
        self.line.setPlaceholderText(f"如 {few}" if kind == "geopoint" else f"如 {few}；29.5320 107.4130；…")

    def value(self) -> Json:
        points, said = self._points()
        if said or not points:
            return None
        if self._kind == "geoshape" and points[0] != points[-1]:
            points = [*points, points[0]]
        return "; ".join(points)

    def set_value(self, value: Json) -> None:
        if value != self.value() or (value is None and self.line.text()):
            self.line.setText("" if value is None else str(value))
            self.line.setCursorPosition(0)

    def trouble(self) -> str:
        return self._points()[1] or too_long(self.line.text(), self.asks.limit)

    def _typed(self) -> None:
        self.edited()

    def _points(self) -> tuple[list[str], str]:
        """The points as they are stored, and what is wrong with the first bad one."""
        text = half_width(self.line.text()).replace("；", ";")
        parts = [part for part in (p.strip() for p in text.split(";")) if part]
        if not parts:
            return [], ""
        points = []
        for i, part in enumerate(parts):
            point, said = read_point(part)
            if said:
                return [], said if len(parts) == 1 else f"第{i + 1}个点：{said}"
            points.append(point)
        wanted = {"geopoint": 1, "geotrace": 2, "geoshape": 3}[self._kind]
        if self._kind == "geopoint" and len(points) > 1:
            return [], "这里只填一个点"
        if len(dict.fromkeys(points)) < wanted:
            what = "一条线至少要两个点" if wanted == 2 else "一块地至少要三个不同的点"
            return [], f"{what}，点与点之间用分号隔开"
        return points, ""


def read_point(text: str) -> tuple[str, str]:
    """One point as it is stored, and what is wrong with it: `29,53 N` is asked again, `107 29` is told the order."""
    parts = re.split(r"[,\s、]+", re.sub(r"[°NnEe北纬东经]", " ", half_width(text)).strip())
    if len(parts) < 2 or not all(_NUMBER.fullmatch(p) for p in parts[:2]):
        return "", f"看不懂这个位置：{_POINT}"
    if len(parts) > 4 or not all(_HEIGHT.fullmatch(p) for p in parts[2:]):
        return "", "经纬度后面只能再写高程和精度两个数（米）"
    north, east = float(parts[0]), float(parts[1])
    if abs(north) > 90 >= abs(east):
        return "", f"好像把经度写在前面了：{_POINT}"
    if abs(north) > 90 or abs(east) > 180:
        return "", "纬度在-90到90之间，经度在-180到180之间，请核对"
    return " ".join(parts), ""
