"""Small tables to be read: what a file holds, what is wrong in it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from baitao_desktop.ui import look


def reading_table(name: str) -> QTableWidget:
    """A table nobody types into; `name` is what a screen reader says."""
    table = QTableWidget()
    _dress(table, name)
    return table


def fit_height(table: QTableWidget) -> None:
    """As tall as its rows, at most twelve."""
    rows = min(table.rowCount(), 12)
    height = table.verticalHeader().defaultSectionSize() * rows + table.horizontalHeader().sizeHint().height()
    table.setFixedHeight(height + look.unit() + 6)


class WrittenTable(QTableWidget):
    """Rows of sentences, each shown whole: rows grow with their words, the page does the scrolling.

    `heads` are the columns; `widths` their widths in em, 0 for a share of what is left.
    """

    def __init__(self, name: str, heads: Sequence[str], widths: Sequence[int]) -> None:
        super().__init__(0, len(heads))
        _dress(self, name)
        self.setHorizontalHeaderLabels(list(heads))
        self.setWordWrap(True)
        self.setShowGrid(True)
        self.setStyleSheet(f"QTableWidget {{ gridline-color: {look.LINE}; }}")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideNone)
        for column, width in enumerate(widths):
            mode = QHeaderView.ResizeMode.Fixed if width else QHeaderView.ResizeMode.Stretch
            self.horizontalHeader().setSectionResizeMode(column, mode)
            if width:
                self.setColumnWidth(column, look.unit() * width)

    def show_rows(self, rows: Sequence[Sequence[str]]) -> None:
        self.setRowCount(len(rows))
        for r, row in enumerate(rows):
            for c, text in enumerate(row):
                item = QTableWidgetItem(text)
                self.setItem(r, c, item)
        self._fit()

    def text(self) -> str:
        """All of it as a table that WPS pastes into cells, heads first."""
        heads = [self._words(self.horizontalHeaderItem(c)) for c in range(self.columnCount())]
        rows = [[self._words(self.item(r, c)) for c in range(self.columnCount())] for r in range(self.rowCount())]
        return "\n".join("\t".join(row) for row in [heads, *rows])

    @staticmethod
    def _words(item: QTableWidgetItem | None) -> str:
        return " ".join(item.text().split()) if item is not None else ""

    def _fit(self) -> None:
        self.resizeRowsToContents()
        for row in range(self.rowCount()):
            # 折了行的句子挨得太紧，分不清哪两行是一处
            self.setRowHeight(row, self.rowHeight(row) + 8)
        self.setFixedHeight(self.verticalHeader().length() + self.horizontalHeader().sizeHint().height() + 4)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._fit()


def _dress(table: QTableWidget, name: str) -> None:
    table.setAccessibleName(name)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setTabKeyNavigation(False)
    table.setWordWrap(False)
    table.setShowGrid(False)
    table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    table.verticalHeader().hide()
    table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    table.verticalHeader().setDefaultSectionSize(round(look.unit() * 2.4))
