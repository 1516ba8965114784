"""What every page of the window is."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from baitao_desktop.ui import look
from baitao_desktop.ui.fields.base import label_of, link_button

if TYPE_CHECKING:
    from PySide6.QtGui import QAction

    from baitao_desktop.ui.window import MainWindow

UNBOUNDED = 16_777_215
WIDEST = 64  # em；再宽一行字就难读，多余的留白


class Page(QWidget):
    """One page. Write a subclass, put widgets into `self.inside` (it scrolls) or `self.foot_row` (it stays in view).

    The window calls `opened(**args)` each time the page is shown, `on_changed(records)` when an act changed records
    (of any page) while it is shown, `refresh()` on F5, and `leaving()` before another page comes or the window closes.
    `window_` is the window it stands in, set before `opened`.
    """

    room = ""
    """Name of the room this page belongs to (window.ROOMS), so that its button is lit."""
    help_topic = ""
    """File stem in resources/manual/ that F1 opens."""

    def __init__(self, title: str, *, wide: bool = False, scrolls: bool = True) -> None:
        super().__init__()
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.title = title
        self.window_: MainWindow | None = None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self.inner = QWidget()
        self.inner.setObjectName("scrolled")
        if not wide:
            self.inner.setMaximumWidth(look.unit() * WIDEST)
        self.inside = QVBoxLayout(self.inner)
        self.inside.setContentsMargins(16, 12, 16, 12)
        self.inside.setSpacing(12)
        self.heading = label_of(title, "title")
        self.back_button = link_button("返回")
        self.back_button.setToolTip("Esc")
        self.back_button.setAccessibleName("返回上一页")
        self.back_button.hide()
        self.back_button.clicked.connect(self._back)
        self.heading_row = QHBoxLayout()
        self.heading_row.addWidget(self.back_button)
        self.heading_row.addWidget(self.heading, 1)
        self.inside.addLayout(self.heading_row)
        self.scroller = QScrollArea()
        self.scroller.setWidgetResizable(True)
        self.scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.scroller.setAccessibleName(title)
        if scrolls:
            self.scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            self.scroller.setWidget(self.inner)
            outer.addWidget(self.scroller, 1)
        else:
            # 台账自带滚动：两层滚动条会让滚轮来回争
            outer.addWidget(self.inner, 1)
        self.outer = outer

    def opened(self, **args: object) -> None:
        """The page is about to be shown with the arguments of show_page()."""

    def refresh(self) -> None:
        """Read again what the page shows."""

    def on_changed(self, records: Collection[str]) -> None:  # noqa: ARG002
        """Records changed; the default reads all again."""
        self.refresh()

    def leaving(self) -> None:
        """Last chance to save what was typed; must not ask anything."""

    def search_box(self) -> QWidget | None:
        """What Ctrl+F goes to."""
        return None

    def first_focus(self) -> QWidget | None:
        """Where focus goes when the page is shown."""
        return None

    def restyled(self) -> None:
        """The type size has changed; fixed measures are set anew."""
        if self.inner.maximumWidth() < UNBOUNDED:
            self.inner.setMaximumWidth(look.unit() * WIDEST)

    def set_way_back(self, *, there: bool) -> None:
        """Show 返回 beside the title when there is a page to go back to; the window calls it."""
        if there and self.back_button.icon().isNull():
            # 第一页没有“返回”，它的图标到用时才画
            self.back_button.setIcon(look.icon("back", look.ACCENT))
        self.back_button.setVisible(there)

    def _back(self) -> None:
        if self.window_ is not None:
            self.window_.back()

    def set_title(self, title: str) -> None:
        self.title = title
        self.heading.setText(title)

    def add_action(self, words: str, keys: str, do: QAction | None = None) -> QAction:
        """An action of this page with its own key, working while focus is anywhere in the page."""
        from PySide6.QtGui import QAction

        action = do or QAction(words, self)
        action.setShortcut(keys)
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.addAction(action)
        return action
