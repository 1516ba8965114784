"""The table of units at the office: who has a card, when its last bundle came, whether it reported this month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from baitao_desktop.actions import briefings, bundles
from baitao_desktop.actions.desk import Desk
from baitao_desktop.domain.values import CST
from baitao_desktop.ui import look
from baitao_desktop.ui.pages.seat import DeskPage

HEADS = ("单位", "单位卡", "上次收到", "本月报送")


@dataclass(frozen=True, slots=True)
class Heard:
    """What is known of the units: when last heard (ms), who has a card, which names reported this month."""

    last: Mapping[str, int]
    carded: frozenset[str]
    reported: frozenset[str]
    silent: frozenset[str]


def hear(desk: Desk) -> Heard:
    heard, silent = briefings.reported_villages(desk, desk.campaign.reporting_month(desk.today))
    return Heard(bundles.heard_from(desk), frozenset(bundles.receivers(desk)), frozenset(heard), frozenset(silent))


class UnitTable(QTableWidget):
    def __init__(self, desk: Desk) -> None:
        super().__init__(0, len(HEADS))
        self._desk = desk
        self.setHorizontalHeaderLabels(list(HEADS))
        self.setAccessibleName("各单位报送情况")
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(round(look.unit() * 2.2))
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)

    def refresh(self, page: DeskPage) -> None:
        desk = page.desk
        page.read(lambda _tell: hear(desk), self._show)

    def _show(self, heard: Heard) -> None:
        units = sorted(self._desk.campaign.reporting_units(), key=lambda u: not u.is_village)
        self.setRowCount(len(units))
        for row, unit in enumerate(units):
            ms = heard.last.get(unit.code, 0)
            month, icon, colour = "—", "", look.MUTED
            if unit.name in heard.reported:
                month, icon, colour = "已报送", "ok", look.OK
            elif unit.name in heard.silent:
                month, icon, colour = "未报送", "clock", look.WARNING
            last = datetime.fromtimestamp(ms / 1000, CST).strftime("%m月%d日 %H:%M") if ms else "没有收到过"
            texts = (unit.name, "已登记" if unit.code in heard.carded else "没有", last, month)
            for column, text in enumerate(texts):
                cell = QTableWidgetItem(text)
                if column == 3 and icon:
                    cell.setIcon(look.icon(icon, colour))
                self.setItem(row, column, cell)
        height = self.verticalHeader().defaultSectionSize() * len(units) + self.horizontalHeader().sizeHint().height()
        self.setFixedHeight(height + 4)
