"""The very PDF that is printed or saved, page by page on the screen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QImage, QPainter, QPixmap, QResizeEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from baitao_desktop.actions import previews
from baitao_desktop.actions.desk import note
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import RecordId
from baitao_desktop.ui import look
from baitao_desktop.ui.fields.base import label_of
from baitao_desktop.ui.pages.parts import Made, act_button, flow, link
from baitao_desktop.ui.pages.seat import DeskPage, Seat

PRINT_DPI = 200  # 300dpi 一页A4要26MB，200dpi 看不出差别（desktop.md §6）
ZOOMS = (50, 75, 100, 125, 150, 200)
KEPT = 6
MANY = 40


class PreviewPage(DeskPage):
    """`save(folder)` writes the file and gives its path; `about` is the record it shows, for the note that it was printed."""

    help_topic = "preview"

    def __init__(
        self, seat: Seat, name: str, pdf: bytes, save: Callable[[Path], Path], *, about: RecordId | str = ""
    ) -> None:
        super().__init__(seat, f"预览：{name}", wide=True)
        self.name, self.pdf, self._save_to, self._about = name, pdf, save, about
        self.zoom = 0  # 0＝适合宽度
        self.pages: list[QLabel] = []
        self._sizes = page_sizes(pdf)
        self._drawn: dict[int, int] = {}
        self.print_button = act_button("打印", self.print_, primary=True, icon="print")
        self.save_button = act_button("另存……", self.save, icon="save")
        self.smaller = act_button("缩小", lambda: self.set_zoom(-1))
        self.larger = act_button("放大", lambda: self.set_zoom(1))
        self.fit_width = link("适合宽度", lambda: self.set_zoom(0))
        self.said = label_of(f"共{len(self._sizes)}页", "hint", wrap=False)
        bar = QWidget()
        bar.setObjectName("foot")
        inside = QVBoxLayout(bar)
        inside.setContentsMargins(16, 6, 16, 6)
        inside.addWidget(
            flow(self.print_button, self.save_button, self.smaller, self.larger, self.fit_width, self.said)
        )
        self.made = Made(seat.opener)
        inside.addWidget(self.made)
        self.outer.addWidget(bar)
        for n in range(len(self._sizes)):
            sheet = QLabel()
            sheet.setAccessibleName(f"第{n + 1}页")
            sheet.setStyleSheet(f"background: {look.PAPER}; border: 1px solid {look.BORDER};")
            self.pages.append(sheet)
            self.inside.addWidget(sheet, 0, Qt.AlignmentFlag.AlignHCenter)
        self.inside.addStretch(1)
        self.scroller.verticalScrollBar().valueChanged.connect(lambda _at: self._draw())
        self.scroller.viewport().installEventFilter(self)
        self._lay_out()

    def first_focus(self) -> QWidget | None:
        return self.print_button

    def refresh(self) -> None:
        self._draw()

    def set_zoom(self, step: int) -> None:
        """One step larger or smaller; 0 fits the width."""
        if step:
            now = self.zoom or self._percent()
            at = min(range(len(ZOOMS)), key=lambda i: abs(ZOOMS[i] - now))
            self.zoom = ZOOMS[max(0, min(len(ZOOMS) - 1, at + step))]
        else:
            self.zoom = 0
        self._lay_out()

    def save(self) -> None:
        folder = self.win.chooser.folder(self, "存到哪个文件夹")
        if folder is not None:
            self.act(lambda _tell: self._save_to(folder), done=self.made.show_file, title=f"正在保存{self.name}")

    def print_(self) -> None:
        """Through the system's print dialog; where there is no printer, say what to do instead."""
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter, QPrinterInfo

        if not QPrinterInfo.availablePrinterNames():
            self.win.trouble(
                UserFacingError(
                    "U10", "这台电脑上没有找到打印机。请接好打印机再试，或先“另存”成PDF，拿到能打印的电脑上打印。"
                )
            )
            return
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setDocName(self.name)
        dialog = QPrintDialog(printer, self)
        if dialog.exec():
            paint(self.pdf, self._sizes, printer)
            desk, name, about = self.desk, self.name, self._about
            self.act(lambda _tell: note(desk, "printed", about, paper=name), said=f"已送去打印：{name}")

    # —— 画 ——

    def _percent(self) -> float:
        room = max(200, self.scroller.viewport().width() - 40)
        widest = max((w for w, _ in self._sizes), default=595) * 96 / 72
        return min(115.0, room / widest * 100)

    def _lay_out(self) -> None:
        percent = self.zoom or self._percent()
        for sheet, (width, height) in zip(self.pages, self._sizes, strict=True):
            scale = percent / 100 * 96 / 72
            sheet.setFixedSize(round(width * scale) + 2, round(height * scale) + 2)
        many = any(w * percent / 72 * 0.96 > self.scroller.viewport().width() for w, _ in self._sizes)
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if many else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.scroller.setHorizontalScrollBarPolicy(policy)
        self._forget()
        self.inner.layout().activate()  # type: ignore[union-attr]
        self._draw()

    def _forget(self) -> None:
        for n in list(self._drawn):
            self.pages[n].setPixmap(QPixmap())
        self._drawn = {}

    def _draw(self) -> None:
        """Draw the pages in view; forget those far away."""
        view = self.scroller.viewport()
        seen = QRect(QPoint(0, 0), view.size()).adjusted(0, -200, 0, 200)
        percent = self.zoom or self._percent()
        ratio = self.devicePixelRatioF()
        dpi = round(96 * percent / 100 * ratio)
        for n, sheet in enumerate(self.pages):
            place = QRect(sheet.mapTo(view, QPoint(0, 0)), sheet.size())
            if not seen.intersects(place) or self._drawn.get(n) == dpi:
                continue
            picture = QPixmap.fromImage(image_of(self.pdf, n, dpi))
            picture.setDevicePixelRatio(ratio)
            sheet.setPixmap(picture)
            self._drawn[n] = dpi
            while len(self._drawn) > KEPT:
                far = max(self._drawn, key=lambda m: abs(m - n))
                self.pages[far].setPixmap(QPixmap())
                del self._drawn[far]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and not self.zoom:
            self._lay_out()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._draw()


def page_sizes(pdf: bytes) -> list[tuple[float, float]]:
    """Width and height of each page in points. A long ledger is all of one size: asking each of its pages would take
    a second per thousand."""
    count = previews.page_count(pdf)
    if count > MANY:
        return [previews.page_size(pdf, 0)] * count
    return [previews.page_size(pdf, n) for n in range(count)]


def image_of(pdf: bytes, page: int, dpi: int) -> QImage:
    """A page as a picture."""
    drawn = previews.render_page(pdf, page, dpi=dpi)
    picture = QImage(drawn.rgb, drawn.width, drawn.height, drawn.width * 3, QImage.Format.Format_RGB888)
    return picture.copy()  # 字节归 Python 所有，不复制会悬空


def paint(pdf: bytes, sizes: list[tuple[float, float]], printer: object) -> None:
    """All pages onto a QPrinter, one after the other, each turned as its page is."""
    from PySide6.QtGui import QPageLayout
    from PySide6.QtPrintSupport import QPrinter

    if not isinstance(printer, QPrinter):
        return
    first = sizes[0]
    across = first[0] > first[1]
    printer.setPageOrientation(QPageLayout.Orientation.Landscape if across else QPageLayout.Orientation.Portrait)
    printer.setFullPage(True)
    painter = QPainter(printer)
    for n in range(len(sizes)):
        if n:
            printer.newPage()
        sheet = painter.viewport()
        picture = image_of(pdf, n, PRINT_DPI)
        size = picture.size().scaled(sheet.size(), Qt.AspectRatioMode.KeepAspectRatio)
        painter.drawImage(QRect(QPoint(0, 0), size), picture)
    painter.end()
