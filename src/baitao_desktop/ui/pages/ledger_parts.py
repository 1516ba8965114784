"""What a ledger page is made of: which columns, which filters, the table itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol, cast

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QAction, QBrush, QColor, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QMenu,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolButton,
)

from baitao_desktop.actions import ledgers
from baitao_desktop.actions.ledgers import ScreenColumn
from baitao_desktop.domain import findings, inspections, tips, venues
from baitao_desktop.domain.query import Query
from baitao_desktop.forms import Form
from baitao_desktop.ui import look
from baitao_desktop.ui.pages.ledger_model import LedgerModel

TIP_FACETS = (("qudao", "渠道"), ("mingyi", "名义"), ("suozai_cunshe", "村（社区）"))
MOST_FACETS = 3
TIP_HEADS = {
    "qudao": "渠道", "suozai_cunshe": "村（社区）", "beifanying_duixiang": "被反映对象", "zhaiyao": "摘要", "mingyi": "名义",
    "shehan_renshu": "老年人数",
}  # fmt: skip
"""The form asks in whole sentences; a column head must be short."""
TIP_ORDER = (
    ".no", ".status", "jieshou_shijian", "suozai_cunshe", "beifanying_duixiang", "zhaiyao", "qudao", ".person", ".due",
)  # fmt: skip
"""What is shown at first, in this order: a laptop shows about nine columns."""
WIDEST = 22
SUMMARY_LEAST = 14  # 字；更窄就看不出是哪一件，宁可横向滚动
TIP_WIDTHS = {
    ".no": 8, ".status": 6, "jieshou_shijian": 5.8, "suozai_cunshe": 5, "beifanying_duixiang": 7.4, "qudao": 4,
    ".person": 4, ".due": 5.6,
}  # fmt: skip
"""In characters: what a tip's columns may take of a 1366 pixel screen so that the summary keeps its own."""
FINDING_ORDER = (
    "changsuo_mingcheng", "suozai_cunshe", "xiang", "shishi", "chengdu", "zeren_danwei", "zhenggai_qixian", ".status",
)  # fmt: skip
FINDING_WIDTHS = {
    "changsuo_mingcheng": 9, "suozai_cunshe": 5, "xiang": 4, "chengdu": 4.5, "zeren_danwei": 6, "zhenggai_qixian": 7, ".status": 7,
}  # fmt: skip
VENUE_ORDER = (".colour", "mingcheng", "suozai_cunshe", "leixing", "dengji_zhuangtai", "daima", "bieming")
CHECK_ORDER = ("jiancha_riqi", "changsuo_mingcheng", "suozai_cunshe", "wenti_shu", ".unit", ".person", ".status")
ORDERS = {
    tips.FORM: TIP_ORDER, findings.FORM: FINDING_ORDER, venues.FORM: VENUE_ORDER, inspections.KIND: CHECK_ORDER,
}  # fmt: skip
"""Forms, and kinds of forms, whose ledger shows some columns first and the rest on asking."""
WIDTHS = {"zhaiyao": TIP_WIDTHS, "shishi": FINDING_WIDTHS}
"""Summary column, which takes what is left → what the others of its ledger may take."""


def shown_columns(form: Form) -> tuple[ScreenColumn, ...]:
    """The form's columns; of a tip and a finding in the order people look for them, of a tip with short heads."""
    columns = ledgers.columns_of(form)
    order = ORDERS.get(form.id) or ORDERS.get(form.kind)
    if order is None:
        return columns
    short = [replace(c, title=TIP_HEADS.get(c.key, c.title)) if form.kind == tips.KIND else c for c in columns]
    return tuple(sorted(short, key=lambda c: order.index(c.key) if c.key in order else len(order)))


def first_columns(form: Form, columns: Sequence[ScreenColumn]) -> tuple[ScreenColumn, ...]:
    """What a person sees who never chose."""
    order = ORDERS.get(form.id) or ORDERS.get(form.kind)
    return tuple(columns) if order is None else tuple(c for c in columns if c.key in order)


def facet_keys(form: Form, columns: Sequence[ScreenColumn]) -> list[tuple[str, str]]:
    """Key and label of each filter: a tip's three, else the first choices among the ledger's columns."""
    if form.kind == tips.KIND:
        return list(TIP_FACETS)
    asked = [c for c in columns if not c.key.startswith(".")]
    chosen = [c for c in asked if form.question(c.key).type == "select_one"]
    return [(c.key, c.title) for c in chosen[:MOST_FACETS]]


class MenuChip(QToolButton):
    """A word that opens a menu, filled anew each time by `fill(menu)`."""

    def __init__(self, text: str, icon: str, fill: Callable[[QMenu], None]) -> None:
        super().__init__()
        self.setIcon(look.icon(icon, look.ACCENT))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumHeight(round(look.unit() * 2.2))
        down = look.icon_file("down")
        self.setStyleSheet(
            f"QToolButton {{ padding-right: {round(look.unit() * 1.2)}px; }}"
            f'QToolButton::menu-indicator {{ image: url("{down}"); subcontrol-origin: padding;'
            f" subcontrol-position: center right; width: {round(look.unit() * 0.8)}px; }}"
        )
        self.say(text, text)
        menu = QMenu(self)
        menu.setAccessibleName(text)
        menu.aboutToShow.connect(lambda: fill(menu))
        self.setMenu(menu)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.showMenu()
        else:
            super().keyPressEvent(event)

    def say(self, text: str, name: str) -> None:
        self.setText(text)
        self.setAccessibleName(name)


def add_tick(menu: QMenu, text: str, do: Callable[[bool], None], *, on: bool) -> None:
    """A line of a menu that is ticked or not."""
    action = QAction(text, menu)
    action.setCheckable(True)
    action.setChecked(on)
    action.triggered.connect(do)
    menu.addAction(action)


class _Option(Protocol):
    """What PySide's stubs leave out of QStyleOptionViewItem."""

    text: str
    textElideMode: Qt.TextElideMode
    backgroundBrush: QBrush


class _Cells(QStyledItemDelegate):
    """The row under the mouse is lit whole; of a long number the middle goes, its ends tell it apart; of the moment a
    tip came the day is shown. The whole stands in the tooltip."""

    def __init__(self, table: QTableView, model: LedgerModel) -> None:
        super().__init__(table)
        self._table, self._model, self._row = table, model, -1
        table.setMouseTracking(True)
        table.entered.connect(lambda index: self._light(index.row()))
        table.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._light(-1)
        return super().eventFilter(watched, event)

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        cell = cast("_Option", option)
        if index.row() == self._row:
            # 不借用 ::item:hover：样式表给它另加边距，字会跳一下
            cell.backgroundBrush = QBrush(QColor(look.NAV))
        column = self._model.columns()[index.column()]
        if column.key == ".no":
            cell.textElideMode = Qt.TextElideMode.ElideMiddle
        elif column.sort == "received":
            cell.text = cell.text[:10]

    def _light(self, row: int) -> None:
        if row != self._row:
            self._row = row
            self._table.viewport().update()


def make_table(model: LedgerModel, name: str) -> QTableView:
    """A table of whole rows, every row of one height."""
    table = QTableView()
    table.setModel(model)
    table.setAccessibleName(name)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setWordWrap(False)
    table.setShowGrid(False)
    table.setTabKeyNavigation(False)
    table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.verticalHeader().hide()
    # 定高：十万行时逐行问高度要几秒
    table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    table.verticalHeader().setDefaultSectionSize(round(look.unit() * 2.2))
    header = table.horizontalHeader()
    header.setHighlightSections(False)
    header.setSectionsClickable(True)
    table.setItemDelegate(_Cells(table, model))
    return table


def fit_columns(table: QTableView, model: LedgerModel, query: Query) -> None:
    """Widths from the form, and the mark of what it is sorted by."""
    header, e = table.horizontalHeader(), look.unit()
    columns = model.columns()
    summary = summary_of(model)
    header.setStretchLastSection(not summary)
    sorted_by = -1
    for i, column in enumerate(columns):
        icon = 28 if column.key in (".status", ".no") else 0
        wide: float = max(min(column.chars, WIDEST), len(column.title) + bool(column.sort))
        # 编号和时刻是半角字，一个字只占半格
        wide = 14 if column.key == ".no" else 9 if column.sort == "received" else 6 if column.sort == "due" else wide
        if summary:
            wide = WIDTHS[summary].get(column.key, wide)
        header.resizeSection(i, round(wide * e * 0.95) + 20 + icon)
        if column.sort == query.sort:
            sorted_by = i
    stretch_summary(table, model)
    header.setSortIndicatorShown(sorted_by >= 0)
    if sorted_by >= 0:
        down = Qt.SortOrder.DescendingOrder if query.descending else Qt.SortOrder.AscendingOrder
        header.setSortIndicator(sorted_by, down)


def summary_of(model: LedgerModel) -> str:
    """Key of the column that takes what the others leave; empty where none is shown."""
    return next((c.key for c in model.columns() if c.key in WIDTHS), "")


def stretch_summary(table: QTableView, model: LedgerModel) -> None:
    """The summary takes what the other columns leave, never less than one can tell a case by."""
    summary = summary_of(model)
    if not summary:
        return
    at = next(i for i, c in enumerate(model.columns()) if c.key == summary)
    header = table.horizontalHeader()
    others = sum(header.sectionSize(i) for i in range(header.count()) if i != at)
    header.resizeSection(at, max(SUMMARY_LEAST * look.unit() + 20, table.viewport().width() - others))
