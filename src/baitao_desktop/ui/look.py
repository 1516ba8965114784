"""How the window looks: colours, the one type size, the face, the icons. Everything visual is generated from here."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLibraryInfo, QLocale, Qt, QTranslator
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from baitao_desktop import paths

if TYPE_CHECKING:
    from PySide6.QtGui import QIcon, QPixmap

# UI.md“Look”；文字与底色的对比度由测试算，不得低于4.5:1
WINDOW = "#f4f6f9"
PAPER = "#ffffff"
TEXT = "#1c2530"
MUTED = "#4c5967"
FAINT = "#68747f"
NAV = "#e8eef6"
NAV_TEXT = "#1f3a5f"
ACCENT = "#1f5fae"
ACCENT_DARK = "#174a88"
ACCENT_SOFT = "#dce8f7"
ERROR = "#b3261e"
ERROR_SOFT = "#fdecea"
WARNING = "#8a5a00"
ORANGE = "#a64b00"
WARNING_SOFT = "#fff4dc"
OK = "#1b6e3c"
OK_SOFT = "#e6f4ea"
BORDER = "#8a97a8"
LINE = "#d5dce5"

TEXT_ON = (
    (TEXT, WINDOW), (TEXT, PAPER), (MUTED, WINDOW), (MUTED, PAPER), (NAV_TEXT, NAV), (NAV_TEXT, ACCENT_SOFT),
    (ACCENT, PAPER), (ACCENT, WINDOW), (PAPER, ACCENT), (PAPER, ACCENT_DARK), (ERROR, PAPER), (ERROR, WINDOW),
    (ERROR, ERROR_SOFT), (WARNING, PAPER), (WARNING, WINDOW), (WARNING, WARNING_SOFT), (OK, PAPER), (OK, WINDOW),
    (OK, OK_SOFT), (TEXT, ACCENT_SOFT), (TEXT, ERROR_SOFT), (TEXT, WARNING_SOFT), (TEXT, OK_SOFT), (PAPER, NAV_TEXT), (ACCENT_DARK, ACCENT_SOFT), (FAINT, PAPER),
)  # fmt: skip
"""Every pair of text and ground that the sheet or a page uses."""

SIZES = (90, 100, 115, 130, 150)
"""The type sizes in percent that Ctrl+= and Ctrl+− walk through."""


STYLED = "baitao_styled"
"""Property of a program that was started with STYLE: choosing the style by call loads all of QStyle's 560 names (6 ms)."""
STYLE = ("-style", "Fusion")


def contrast(text: str, ground: str) -> float:
    """WCAG contrast ratio of two #rrggbb colours, 1 to 21."""

    def light(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        r, g, b = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    high, low = sorted((light(text), light(ground)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def em(percent: int) -> int:
    """Height of the type in logical pixels: 12 pt at 100 %."""
    return round(16 * percent / 100)


def dress(app: QApplication, percent: int = 100) -> None:
    """Give the program its style, language, face and type size. Call once before the first window, again to resize."""
    if not app.property("baitao_dressed"):
        app.setProperty("baitao_dressed", True)
        if not app.property(STYLED):
            app.setStyle("Fusion")
        app.setPalette(_palette())
        _speak_chinese(app)
    app.setProperty("baitao_percent", percent)
    font = QFont()
    font.setFamilies([*_bundled_face(), "Microsoft YaHei UI", "Noto Sans CJK SC", "WenQuanYi Micro Hei"])
    font.setPixelSize(em(percent))
    app.setFont(font)
    app.setStyleSheet(sheet(percent))


def percent_of(app: QApplication) -> int:
    """The type size now in force, in percent."""
    said = app.property("baitao_percent")
    return said if isinstance(said, int) else 100


def unit() -> int:
    """One em of the type size now in force, in logical pixels; what pages measure their widths in."""
    app = QApplication.instance()
    return em(percent_of(app)) if isinstance(app, QApplication) else em(100)


def next_size(percent: int, step: int) -> int:
    """The next larger (step 1) or smaller (step −1) type size; the same at the ends."""
    at = min(range(len(SIZES)), key=lambda i: abs(SIZES[i] - percent))
    return SIZES[max(0, min(len(SIZES) - 1, at + step))]


@cache
def _bundled_face() -> tuple[str, ...]:
    # 族名不稳定，同一文件在两版Qt里叫法不同（desktop.md §1.4），所以问Qt它叫什么
    file = paths.resources() / "fonts" / "NotoSansSC-Regular.ttf"
    number = QFontDatabase.addApplicationFont(str(file)) if file.is_file() else -1
    return tuple(QFontDatabase.applicationFontFamilies(number)[:1]) if number >= 0 else ()


def _speak_chinese(app: QApplication) -> None:
    QLocale.setDefault(QLocale("zh_CN"))
    translator = QTranslator(app)
    if translator.load("qtbase_zh_CN", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        app.installTranslator(translator)


def _palette() -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for of, colour in (
        (role.Window, WINDOW), (role.WindowText, TEXT), (role.Base, PAPER), (role.AlternateBase, WINDOW),
        (role.Text, TEXT), (role.Button, PAPER), (role.ButtonText, TEXT), (role.Highlight, ACCENT),
        (role.HighlightedText, PAPER), (role.PlaceholderText, MUTED), (role.ToolTipBase, PAPER),
        (role.ToolTipText, TEXT), (role.Link, ACCENT), (role.Mid, BORDER),
    ):  # fmt: skip
        palette.setColor(of, QColor(colour))
    for of in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, of, QColor(MUTED))
    return palette


@cache
def _svg(name: str) -> str:
    file = paths.resources() / "icons" / f"{name}.svg"
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def picture(name: str, colour: str = NAV_TEXT, size: int = 0) -> QPixmap:
    """The icon `name` of resources/icons in one colour, `size` logical pixels (else 20 at 100 % type size); an empty
    picture when there is none."""
    from PySide6.QtGui import QPixmap

    size = size or round(unit() * 1.25)
    ratio = _ratio()
    drawn = QPixmap(round(size * ratio), round(size * ratio))
    drawn.fill(Qt.GlobalColor.transparent)
    svg = _svg(name)
    if svg:
        side = round(size * ratio)
        svg = svg.replace('width="20" height="20"', f'width="{side}" height="{side}"').replace("currentColor", colour)
        drawn.loadFromData(svg.encode())
    drawn.setDevicePixelRatio(ratio)
    return drawn


def icon(name: str, colour: str = NAV_TEXT) -> QIcon:
    """The icon `name`, to stand beside a word, never alone."""
    from PySide6.QtGui import QIcon

    return QIcon(picture(name, colour))


def icon_file(name: str) -> str:
    """Path of an icon for the sheet (`url(...)`), with forward slashes."""
    return (paths.resources() / "icons" / f"{name}.svg").as_posix()


def _ratio() -> float:
    app = QGuiApplication.instance()
    return app.devicePixelRatio() if isinstance(app, QGuiApplication) else 1.0


def mark(widget: QWidget, **marks: object) -> None:
    """Set properties that the sheet selects by (invalid=True, kind="primary") and redraw the widget by them."""
    for name, value in marks.items():
        widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


def sheet(percent: int) -> str:
    """The style sheet for one type size; row heights and gaps follow from it."""
    e = em(percent)
    row, gap = round(e * 2.2), 8
    pad = max(3, (row - round(e * 1.5)) // 2)
    arrow = icon_file("down")
    return f"""
QWidget {{ font-size: {e}px; color: {TEXT}; }}
QMainWindow, QDialog, QScrollArea, QWidget#page, QWidget#scrolled {{ background: {WINDOW}; }}
QScrollArea {{ border: none; }}
QLabel {{ background: transparent; }}
QLabel[role="title"] {{ font-size: {round(e * 1.25)}px; font-weight: bold; color: {NAV_TEXT}; }}
QLabel[role="section"] {{ font-weight: bold; color: {NAV_TEXT}; }}
QLabel[role="hint"] {{ color: {MUTED}; }}
QLabel[role="problem"] {{ color: {ERROR}; }}
QLabel[role="warning"] {{ color: {WARNING}; }}
QLabel[role="ok"] {{ color: {OK}; }}
QLabel[role="strong"] {{ font-weight: bold; }}
QLineEdit, QPlainTextEdit, QTextEdit, QComboBox, QSpinBox {{
  background: {PAPER}; border: 1px solid {BORDER}; border-radius: 4px; padding: {pad}px {gap}px;
  selection-background-color: {ACCENT}; selection-color: {PAPER}; }}
QLineEdit, QComboBox, QSpinBox {{ min-height: {row - 2 * pad - 2}px; }}
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QComboBox:focus {{ border: 2px solid {ACCENT}; padding: {pad - 1}px {gap - 1}px; }}
QLineEdit:read-only {{ background: {WINDOW}; }}
QLineEdit[invalid="true"], QPlainTextEdit[invalid="true"], QComboBox[invalid="true"] {{ border: 2px solid {ERROR}; padding: {pad - 1}px {gap - 1}px; }}
QComboBox::drop-down {{ border: none; width: {row}px; subcontrol-origin: padding; subcontrol-position: center right; }}
QComboBox::down-arrow {{ image: url("{arrow}"); width: {round(e * 0.9)}px; height: {round(e * 0.9)}px; }}
QComboBox QAbstractItemView, QListView#choices {{ background: {PAPER}; border: 1px solid {BORDER};
  selection-background-color: {ACCENT}; selection-color: {PAPER}; outline: none; }}
QComboBox QAbstractItemView::item, QListView#choices::item {{ min-height: {row}px; padding: 0 {gap}px; }}
QRadioButton, QCheckBox {{ min-height: {row}px; spacing: {gap}px; padding-right: {gap}px; background: transparent; }}
QRadioButton:focus, QCheckBox:focus {{ color: {ACCENT_DARK}; background: {ACCENT_SOFT}; border-radius: 4px; }}
QRadioButton::indicator, QCheckBox::indicator {{ width: {round(e * 1.2)}px; height: {round(e * 1.2)}px; }}
QRadioButton::indicator {{ image: url("{icon_file("radio")}"); }}
QRadioButton::indicator:checked {{ image: url("{icon_file("radio_on")}"); }}
QCheckBox::indicator {{ image: url("{icon_file("check")}"); }}
QCheckBox::indicator:checked {{ image: url("{icon_file("check_on")}"); }}
QPushButton {{ background: {PAPER}; border: 1px solid {BORDER}; border-radius: 4px; padding: 0 {2 * gap}px;
  min-height: {row - 2}px; }}
QPushButton, QToolButton {{ icon-size: {round(e * 1.25)}px; }}
QPushButton:hover {{ background: {ACCENT_SOFT}; }}
QPushButton:focus {{ border: 2px solid {ACCENT}; background: {ACCENT_SOFT}; padding: 0 {2 * gap - 1}px; min-height: {row - 4}px; }}
QPushButton:disabled {{ color: {MUTED}; background: {WINDOW}; border-color: {LINE}; }}
QPushButton[kind="primary"] {{ background: {ACCENT}; color: {PAPER}; border-color: {ACCENT}; }}
QPushButton[kind="primary"]:hover, QPushButton[kind="primary"]:focus {{ background: {ACCENT_DARK}; }}
QPushButton[kind="primary"]:focus {{ border: 3px double {PAPER}; padding: 0 {2 * gap - 2}px; min-height: {row - 6}px; }}
QPushButton[kind="primary"]:disabled {{ background: {LINE}; color: {MUTED}; border-color: {LINE}; }}
QPushButton[kind="big"] {{ min-height: {round(e * 3.4)}px; font-weight: bold; color: {NAV_TEXT}; border: 2px solid {ACCENT}; }}
QPushButton[kind="link"], QToolButton {{ background: transparent; border: none; color: {ACCENT}; padding: 0 {gap // 2}px; }}
QPushButton[kind="big"]:focus {{ border: 3px solid {ACCENT_DARK}; background: {ACCENT_SOFT}; padding: 0 {2 * gap - 1}px; min-height: {round(e * 3.4) - 2}px; }}
QPushButton[kind="link"]:hover, QToolButton:hover {{ text-decoration: underline; background: {ACCENT_SOFT}; }}
QPushButton[kind="link"]:focus, QToolButton:focus {{ border: 2px solid {ACCENT}; border-radius: 4px; padding: 0 {gap // 2 - 2}px; }}
QPushButton[kind="fold"] {{ background: transparent; border: none; text-align: left; padding: 0; font-weight: bold; color: {NAV_TEXT}; }}
QPushButton[kind="fold"]:focus {{ border: 2px solid {ACCENT}; }}
QFrame[role="card"] {{ background: {PAPER}; border: 1px solid {LINE}; border-radius: 6px; }}
QFrame[role="panel"] {{ background: {WARNING_SOFT}; border: 2px solid {WARNING}; border-radius: 6px; }}
QFrame[role="sealed"] {{ background: {OK_SOFT}; border: 1px solid {OK}; border-radius: 6px; }}
QFrame[role="trouble"] {{ background: {ERROR_SOFT}; border: 1px solid {ERROR}; border-radius: 6px; }}
QFrame[role="told"] {{ background: {OK_SOFT}; border: 1px solid {OK}; border-radius: 6px; }}
QFrame[role="warned"] {{ background: {WARNING_SOFT}; border: 1px solid {WARNING}; border-radius: 6px; }}
QWidget#nav {{ background: {NAV}; border-right: 1px solid {LINE}; }}
QWidget#nav QPushButton {{ background: transparent; border: none; border-radius: 0; color: {NAV_TEXT}; text-align: left;
  padding: 0 {2 * gap}px; min-height: {round(e * 2.4)}px; }}
QWidget#nav[narrow="true"] QPushButton {{ min-height: {round(e * 2.1)}px; padding: 0 {gap}px; text-align: center; }}
QWidget#nav QPushButton:hover {{ background: {ACCENT_SOFT}; }}
QWidget#nav QPushButton:focus {{ border: 2px solid {ACCENT}; background: {ACCENT_SOFT}; padding: 0 {2 * gap - 1}px; min-height: {row - 4}px; }}
QWidget#nav QPushButton:checked {{ background: {PAPER}; font-weight: bold; border-left: 4px solid {ACCENT}; padding-left: {2 * gap - 4}px; }}
QWidget#nav[narrow="true"] QPushButton:checked {{ padding-left: {gap - 4}px; }}
QWidget#foot {{ background: {PAPER}; border-top: 1px solid {LINE}; }}
QTableView {{ background: {PAPER}; border: 1px solid {LINE}; gridline-color: {LINE}; selection-background-color: {ACCENT_SOFT};
  selection-color: {TEXT}; outline: none; }}
QTableView::item {{ padding: 0 {gap}px; }}
QHeaderView::section {{ background: {NAV}; color: {NAV_TEXT}; border: none; border-right: 1px solid {LINE};
  border-bottom: 1px solid {LINE}; padding: 0 {gap}px; min-height: {row}px; font-weight: bold; }}
QListWidget {{ background: {PAPER}; border: 1px solid {LINE}; }}
QCalendarWidget QWidget#qt_calendar_navigationbar {{ background: {NAV}; min-height: {row}px; }}
QCalendarWidget QToolButton {{ color: {NAV_TEXT}; min-width: {row}px; min-height: {row - 6}px; }}
QCalendarWidget QToolButton#qt_calendar_prevmonth {{ qproperty-icon: url("{icon_file("left")}"); }}
QCalendarWidget QToolButton#qt_calendar_nextmonth {{ qproperty-icon: url("{icon_file("right")}"); }}
QCalendarWidget QToolButton::menu-indicator {{ image: none; }}
QCalendarWidget QAbstractItemView {{ background: {PAPER}; selection-background-color: {ACCENT}; selection-color: {PAPER}; outline: none; }}
QCalendarWidget QAbstractItemView:disabled {{ color: {FAINT}; }}
QListView#choices {{ padding: 0 6px; }}
QProgressBar {{ border: 1px solid {BORDER}; border-radius: 4px; background: {PAPER}; text-align: center; min-height: {round(e * 1.3)}px; }}
QProgressBar::chunk {{ background: {ACCENT_SOFT}; }}
QToolTip {{ background: {PAPER}; color: {TEXT}; border: 1px solid {BORDER}; padding: 4px; }}
QScrollBar:vertical {{ width: {round(e * 0.9)}px; background: {WINDOW}; border: none; margin: 0; }}
QScrollBar:horizontal {{ height: {round(e * 0.9)}px; background: {WINDOW}; border: none; margin: 0; }}
QScrollBar::handle {{ background: {BORDER}; border-radius: 4px; min-height: 32px; min-width: 32px; margin: 2px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
"""


def shipped_icons() -> list[str]:
    """Names of all icons in the set."""
    return sorted(Path(p).stem for p in (paths.resources() / "icons").glob("*.svg"))
