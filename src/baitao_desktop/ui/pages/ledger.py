"""The ledger page of any form: search, filters, sorting, chosen columns, copy, export, print, open."""

from __future__ import annotations

import json
from array import array
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QItemSelectionModel, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QLineEdit,
    QMenu,
    QPushButton,
    QTableView,
    QWidget,
)

from baitao_desktop.actions import ledgers, papers, records
from baitao_desktop.actions.ledgers import Ledger, ScreenColumn
from baitao_desktop.domain import tips
from baitao_desktop.domain.kinds import law_of
from baitao_desktop.domain.ops import Json
from baitao_desktop.domain.query import Query
from baitao_desktop.forms import Form, label_of
from baitao_desktop.ui import look
from baitao_desktop.ui.buttons import button
from baitao_desktop.ui.fields.base import label_of as words
from baitao_desktop.ui.pages import ledger_parts as parts
from baitao_desktop.ui.pages.forming import open_form
from baitao_desktop.ui.pages.ledger_model import LedgerModel
from baitao_desktop.ui.pages.parts import Made, act_button, card, chips, copy, flow, rows_of
from baitao_desktop.ui.pages.preview import PreviewPage
from baitao_desktop.ui.pages.seat import DeskPage, Seat

LOW = 24  # em；更矮时先让表格露出来
SEARCH_AFTER = 300  # 毫秒；停手才查，拼音没上屏不查


class LedgerPage(DeskPage):
    """`opened(status=…)` sets a filter; `open_record(row)` opens what stands in a row. `new` are the words of the button
    that begins a new paper, empty where the program itself makes the records."""

    help_topic = "ledger"

    def __init__(self, seat: Seat, form_id: str, *, room: str, title: str, new: str, nothing: str) -> None:
        super().__init__(seat, title, wide=True, scrolls=False)
        self.form_id, self.room, self.new = form_id, room, new
        self.form: Form = self.desk.forms[form_id]
        self.query = Query(form=form_id)
        self.all_columns = parts.shown_columns(self.form)
        self.columns = self._chosen_columns()
        self._keys = parts.facet_keys(self.form, self.all_columns)
        self._open = ExitStack()
        self.ledger: Ledger | None = None
        self.model = LedgerModel()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SEARCH_AFTER)
        self._timer.timeout.connect(self._search)
        self._facets: dict[str, parts.MenuChip] = {}
        self._given: dict[str, object] = {}
        self._was = 0
        self._build(nothing)

    # —— 门 ——

    def opened(self, **args: object) -> None:
        if args and args != self._given:
            self.query = Query(form=self.form_id, status=(str(args["status"]),) if args.get("status") else ())
            self.search.clear()
        self._given = dict(args)
        self.refresh()

    def refresh(self) -> None:
        """Read again from the cabinet, keeping the place: same filter, same row."""
        rid = self._current() or self._was
        force = self.desk.forms.get(self.form_id, self.form)
        if force is not self.form:
            # 收了新版的表，列也跟着变
            self.form = force
            self.all_columns = parts.shown_columns(self.form)
            self.columns = self._chosen_columns()
        self._open.close()
        self._open = ExitStack()
        opened = self._open.enter_context(ledgers.open_ledger(self.desk, self.form_id))
        cells = ledgers.cells_in(self.desk, self.form, self.all_columns)
        self.ledger = replace(opened, columns=self.all_columns, cells=cells)
        ids: array[int] = self.ledger.ids(self.query)
        self.model.show(self.ledger, ids, self.columns)
        parts.fit_columns(self.table, self.model, self.query)
        self._tell()
        at = self.model.row_of(rid) if rid else -1
        if at >= 0:
            index = self.model.index(at, 0)
            select = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.table.selectionModel().setCurrentIndex(index, select)
            self.table.scrollTo(index)

    def leaving(self) -> None:
        # 读事务开着会让日志文件越来越大；页面不在眼前就放掉，回来时停在原来那一行
        self._was = self._current() or self._was
        self._open.close()
        self.ledger = None
        self.model.show(None, array("q"), self.columns)

    def _current(self) -> int:
        row = self.table.currentIndex().row()
        return self.model.rid(row) if 0 <= row < self.model.rowCount() else 0

    def search_box(self) -> QWidget | None:
        return self.search

    def first_focus(self) -> QWidget | None:
        return self.table if self.model.rowCount() else self.first_button

    def set_query(self, query: Query) -> None:
        """Show what this asks for."""
        self.query = query
        self.refresh()

    def open_record(self, row: int) -> None:
        rec = self.model.record(row)
        if rec is not None:
            self.win.show_page("record", rec=rec)

    def copy_rows(self) -> None:
        """Selected rows as a table that WPS pastes into cells, headings first."""
        rows = sorted({i.row() for i in self.table.selectionModel().selectedRows()})
        if not rows:
            self.win.tell("先选中几行再复制：点一行，按住 Shift 再点另一行")
            return
        heads = [c.title for c in self.model.columns()]
        lines = [heads, *(self.model.texts(row) for row in rows)]
        copy("\n".join("\t".join(" ".join(t.split()) for t in line) for line in lines))
        self.win.tell(f"已复制{len(rows)}行，可以粘贴到表格里")

    def choose_columns(self, keys: Sequence[str]) -> None:
        """Show these columns, in the form's order; remembered for this person."""
        self.columns = tuple(c for c in self.all_columns if c.key in keys) or self.all_columns[:1]
        self.seat.set_pref(f"columns.{self.form_id}", json.dumps([c.key for c in self.columns]))
        self.refresh()

    # —— 画 ——

    def _build(self, nothing: str) -> None:
        self.new_button = act_button(self.new, self._new, primary=True, icon="add")
        self.may_add = bool(self.new) and (self.form_id != tips.FORM or records.may_register(self.desk))
        if self.may_add:
            self.heading_row.addWidget(self.new_button)
        self.inside.setSpacing(8)
        self.search = QLineEdit()
        self.search.setPlaceholderText("搜索，几个词用空格隔开")
        self.search.setAccessibleName("搜索")
        self.search.setClearButtonEnabled(True)
        self.search.setFixedWidth(look.unit() * 17)
        self.search.textChanged.connect(lambda _text: self._timer.start())
        self.search.installEventFilter(self)
        self.fold = act_button("筛选", self._fit_height, icon="filter")
        self.fold.setCheckable(True)
        self.filters = flow(self.search, self.fold, *self._facet_buttons())
        self.inside.addWidget(self.filters)
        self.status_chips = self._status_chips()
        column_chip = parts.MenuChip("选择列", "menu", self._fill_columns)
        self.chips = chips(*self.status_chips.values(), column_chip)
        self.inside.addWidget(self.chips)
        self.table = self._make_table()
        self.inside.addWidget(self.table, 1)
        self.empty_card, inside = card()
        self.empty_words = words(nothing)
        self._nothing = nothing
        self.first_button = act_button(self.new, self._new, icon="add")
        self.clear_button = act_button("清除搜索和筛选", self.clear_filters)
        inside.addWidget(self.empty_words)
        inside.addWidget(flow(self.first_button, self.clear_button))
        self.inside.addWidget(self.empty_card)
        self.filler = QWidget()
        self.inside.addWidget(self.filler, 1)
        self.count = words("", "hint", wrap=False)
        self.export_button = act_button("导出表格", self._export, icon="export")
        self.print_button = act_button("打印预览", self._preview, icon="print")
        self.copy_button = act_button("复制选中的行", self.copy_rows, icon="copy")
        self.made = Made(self.seat.opener)
        self.inside.addWidget(self.made)
        self.inside.addLayout(
            rows_of(self.count, None, self.copy_button, self.export_button, self.print_button, stretch=False)
        )

    def _make_table(self) -> QTableView:
        table = parts.make_table(self.model, self.title)
        table.horizontalHeader().sectionClicked.connect(self._sort)
        table.doubleClicked.connect(lambda index: self.open_record(index.row()))
        table.installEventFilter(self)
        return table

    def _status_chips(self) -> dict[str, QPushButton]:
        known = law_of(self.form.kind).statuses
        made = {"": self._chip("全部", "")}
        return made | {code: self._chip(label, code) for code, label in known.items()}

    def _chip(self, text: str, code: str) -> QPushButton:
        chip = button(text)
        chip.setProperty("chip", True)
        chip.setCheckable(True)
        chip.setAccessibleName(f"筛选：{text}")
        chip.clicked.connect(lambda: self.set_query(replace(self.query, status=(code,) if code else ())))
        return chip

    def _facet_buttons(self) -> list[QWidget]:
        for key, label in self._keys:
            self._facets[key] = parts.MenuChip(label, "filter", partial(self._fill_facet, key))
            self._name_facet(key, label)
        return list(self._facets.values())

    def _name_facet(self, key: str, label: str) -> None:
        on = [v for k, v in self.query.facets if k == key]
        said = "、".join(self._value_label(key, v) for v in on[:2]) + ("等" if len(on) > 2 else "") if on else "全部"
        self._facets[key].say(f"{label}：{said}", f"按{label}筛选，现在是{said}")

    def _value_label(self, key: str, value: str) -> str:
        one: Json = [value] if key == "mingyi" else value
        return label_of(self.form, key, one, self.desk.lists) or value

    def _fill_facet(self, key: str, menu: QMenu) -> None:
        menu.clear()
        everything = menu.addAction("全部")
        everything.triggered.connect(lambda: self.set_facet(key, ()))
        if self.ledger is None:
            return
        rest = replace(self.query, facets=tuple(f for f in self.query.facets if f[0] != key))
        counts = self.ledger.facets(key, rest)
        on = {v for k, v in self.query.facets if k == key}
        for value, n in sorted(counts.items(), key=lambda item: -item[1]):
            parts.add_tick(
                menu, f"{self._value_label(key, value)}（{n}）", partial(self._turn_facet, key, value), on=value in on
            )

    def _turn_facet(self, key: str, value: str, on: bool) -> None:
        chosen = {v for k, v in self.query.facets if k == key}
        self.set_facet(key, sorted(chosen | {value} if on else chosen - {value}))

    def set_facet(self, key: str, values: Sequence[str]) -> None:
        """Show only rows with one of these values; empty shows all."""
        rest = tuple(f for f in self.query.facets if f[0] != key)
        self.set_query(replace(self.query, facets=(*rest, *((key, v) for v in values))))

    def clear_filters(self) -> None:
        self.search.clear()
        self._timer.stop()
        self.set_query(Query(form=self.form_id, sort=self.query.sort, descending=self.query.descending))

    def _fill_columns(self, menu: QMenu) -> None:
        menu.clear()
        shown = {c.key for c in self.columns}
        for column in self.all_columns:
            parts.add_tick(menu, column.title, partial(self._turn_column, column.key), on=column.key in shown)

    def _turn_column(self, key: str, on: bool) -> None:
        shown = {c.key for c in self.columns}
        self.choose_columns(sorted(shown | {key} if on else shown - {key}))

    def _chosen_columns(self) -> tuple[ScreenColumn, ...]:
        said = self.seat.pref(f"columns.{self.form_id}")
        try:
            keys = json.loads(said) if said else None
        except ValueError:
            keys = None
        if isinstance(keys, list):
            return tuple(c for c in self.all_columns if c.key in keys) or self.all_columns
        return parts.first_columns(self.form, self.all_columns)

    def _fit_height(self) -> None:
        """Empty ledgers have nothing to filter; on a low screen the filters fold away behind 筛选."""
        filtered = bool(self.query.status or self.query.facets or self.query.text)
        some = bool(self.model.rowCount()) or filtered
        low = self.height() < LOW * look.unit()
        self.filters.setVisible(some)
        self.fold.setVisible(low)
        for chip in (*self._facets.values(), self.chips):
            chip.setVisible(some and (not low or self.fold.isChecked()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_height()

    def restyled(self) -> None:
        super().restyled()
        self.table.verticalHeader().setDefaultSectionSize(round(look.unit() * 2.2))
        self.search.setFixedWidth(look.unit() * 17)
        parts.fit_columns(self.table, self.model, self.query)

    # —— 做 ——

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and isinstance(watched, QTableView):
            # 这时表格里面还没有排好
            QTimer.singleShot(0, self, lambda: parts.stretch_summary(self.table, self.model))
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            if watched is self.table and enter and not event.modifiers():
                self.open_record(self.table.currentIndex().row())
                return True
            if watched is self.table and event.matches(QKeySequence.StandardKey.Copy):
                self.copy_rows()
                return True
            if watched is self.search and (enter or event.key() == Qt.Key.Key_Down):
                self._search()
                if self.model.rowCount():
                    self.table.setFocus()
                    self.table.setCurrentIndex(self.model.index(0, 0))
                return True
        return super().eventFilter(watched, event)

    def _search(self) -> None:
        self._timer.stop()
        if self.ledger is not None and self.search.text().strip() != self.query.text:
            self.set_query(replace(self.query, text=self.search.text().strip()))

    def _sort(self, section: int) -> None:
        column = self.model.columns()[section]
        if not column.sort:
            self.win.tell(f"“{column.title}”不能排序，可以按编号、时间、状态、单位排")
            parts.fit_columns(self.table, self.model, self.query)
            return
        down = not self.query.descending if column.sort == self.query.sort else column.sort in ("received", "no")
        self.set_query(replace(self.query, sort=column.sort, descending=down))

    def _tell(self) -> None:
        n = self.model.rowCount()
        filtered = bool(self.query.status or self.query.facets or self.query.text)
        self.table.setVisible(bool(n))
        self.empty_card.setVisible(not n)
        self.filler.setVisible(not n)
        self._fit_height()
        self.count.setVisible(bool(n))
        self.empty_words.setText("没有符合条件的记录。" if filtered else self._nothing)
        self.first_button.setVisible(not filtered and self.may_add)
        self.clear_button.setVisible(filtered)
        self.count.setText(f"共{n}条" if not filtered else f"符合条件的有{n}条")
        for each in (self.copy_button, self.export_button, self.print_button):
            each.setVisible(bool(n))
        for code, chip in self.status_chips.items():
            chip.setChecked(code == (self.query.status[0] if self.query.status else ""))
        for key, label in self._keys:
            self._name_facet(key, label)

    def _new(self) -> None:
        open_form(self.seat, self.win, self.form_id)

    def _export(self) -> None:
        folder = self.win.chooser.folder(self, "导出到哪个文件夹")
        if folder is None:
            return
        query, desk = self.query, self.desk
        self.act(
            lambda _tell: papers.save_ledger(desk, self.form_id, query, folder, xlsx=True),
            done=lambda done: self.made.show_file(done.value),
            title="正在导出表格",
        )

    def _preview(self) -> None:
        query, desk = self.query, self.desk
        self.act(lambda _tell: papers.ledger_pdf(desk, self.form_id, query), done=self._show_pdf, title="正在排版台账")

    def _show_pdf(self, pdf: bytes) -> None:
        query, desk = self.query, self.desk

        def save(folder: Path) -> Path:
            return papers.save_ledger(desk, self.form_id, query, folder).value

        name = "线索管理台账" if self.form_id == tips.FORM else f"{self.form.title}台账"
        self.win.open_page(PreviewPage(self.seat, name, pdf, save))
