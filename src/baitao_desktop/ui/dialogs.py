"""The few dialogs there are: a question before what cannot be undone, a small form of an act, files, progress, help."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtGui import QCloseEvent, QGuiApplication, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QProgressBar,
    QScrollArea,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from baitao_desktop import paths
from baitao_desktop.ui import look, screens
from baitao_desktop.ui.buttons import button
from baitao_desktop.ui.fields.base import Field, label_of
from baitao_desktop.ui.keys import Keys
from baitao_desktop.ui.screens import fit


class Chooser:
    """Asks for files and folders. Tests hand the window another one with the same four methods."""

    def open_files(self, parent: QWidget, title: str, kinds: str) -> list[Path]:
        """`kinds` as Qt wants them: “照片 (*.jpg *.png)”. Empty when the person gives up; so in all four."""
        names, _ = QFileDialog.getOpenFileNames(parent, title, "", kinds, options=_options())
        return [Path(n) for n in names]

    def open_file(self, parent: QWidget, title: str, kinds: str) -> Path | None:
        name, _ = QFileDialog.getOpenFileName(parent, title, "", kinds, options=_options())
        return Path(name) if name else None

    def save_file(self, parent: QWidget, title: str, name: str, kinds: str) -> Path | None:
        chosen, _ = QFileDialog.getSaveFileName(parent, title, name, kinds, options=_options())
        return Path(chosen) if chosen else None

    def folder(self, parent: QWidget, title: str) -> Path | None:
        name = QFileDialog.getExistingDirectory(parent, title, "", options=_options())
        return Path(name) if name else None


def _options() -> QFileDialog.Option:
    # 系统自带的对话框用户认得；无屏幕时没有，只能用Qt的
    if QGuiApplication.platformName() == "offscreen":
        return QFileDialog.Option.DontUseNativeDialog
    return QFileDialog.Option(0)


class Sheet(QDialog):
    """A small form of an act: title, what it means, fields, one primary button named by the verb, 取消.

    Enter goes from field to field and at the last to the button; Ctrl+Enter does it; Esc gives up. `do(values)` gets
    the values in the order of the fields and says with an empty text that all is well, else what is wrong. As high as
    its fields where the screen allows; else it scrolls to the field that has the focus. `point_at(field)` goes to a
    faulty field and brings what is said beside it into view.
    """

    ems = 44
    """Width."""

    def __init__(
        self,
        parent: QWidget,
        title: str,
        verb: str,
        fields: Sequence[Field],
        do: Callable[[Sequence[object]], str],
        *,
        text: str = "",
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.fields = list(fields)
        self._do = do
        self._keys = Keys(self, step=self._step, left=self._left)
        inside = QWidget()
        inside.setObjectName("scrolled")
        box = QVBoxLayout(inside)
        box.setContentsMargins(16, 16, 16, 8)
        box.setSpacing(12)
        box.addWidget(label_of(title, "title"))
        if text:
            box.addWidget(label_of(text))
        for field in self.fields:
            box.addWidget(field)
            for editor in field.editors:
                self._keys.watch(editor)
        box.addStretch(1)
        self._inside = inside
        self.scroller = QScrollArea()
        self.scroller.setWidgetResizable(True)
        self.scroller.setWidget(inside)
        self.scroller.setAccessibleName(title)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 8)
        outer.addWidget(self.scroller, 1)
        # 不随内容滚走：说了哪里不对，人总要看得见
        self.status = label_of("", "problem")
        self.status.setContentsMargins(16, 0, 16, 0)
        self.status.hide()
        outer.addWidget(self.status)
        self.verb = button(verb, primary=True)
        self.verb.setShortcut("Ctrl+Return")
        self.verb.clicked.connect(self.act)
        self._keys.watch(self.verb)
        cancel = button("取消")
        cancel.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.setContentsMargins(16, 0, 16, 0)
        row.addWidget(self.verb)
        row.addWidget(cancel)
        row.addStretch(1)
        outer.addLayout(row)
        self._buttons = row
        fit(self, look.unit() * self.ems, inside.sizeHint().height() + look.unit() * 6)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._focus_moved)

    def act(self) -> None:
        troubles = [(f, f.trouble()) for f in self.fields if f.trouble()]
        for field in self.fields:
            field.set_problem(field.trouble())
        said = troubles[0][1] if troubles else self._do([f.value() for f in self.fields])
        self.say(said)
        if not said:
            self.accept()
        elif troubles:
            self.point_at(troubles[0][0])

    def say(self, text: str) -> None:
        """Over the buttons, what is wrong; empty = nothing."""
        self.status.setText(text)
        self.status.setVisible(bool(text))

    def point_at(self, field: Field) -> None:
        editor = field.first_editor()
        if editor is not None:
            editor.setFocus()
        self._fit()
        # 刚写上的错误要等布局排过才有位置
        QTimer.singleShot(0, self, lambda: self._reveal(field))

    def showEvent(self, event: QShowEvent) -> None:
        self._fit()
        super().showEvent(event)
        if not self.fields:
            # 没有要填的，回车就办
            self.verb.setFocus()

    def _fit(self) -> None:
        """As high as what stands in it, never lower than it is."""
        layout = self._inside.layout()
        width = min(look.unit() * self.ems, screens.room_of(self).width() - 16)
        # 折行的字有多高，要看有多宽；sizeHint 按一行算
        inner = layout.totalHeightForWidth(width - look.unit()) if layout is not None else 0
        status = self.status.heightForWidth(width) if not self.status.isHidden() else 0
        wanted = inner + status + self._buttons.sizeHint().height() + 2 * look.unit()
        fit(self, width, max(wanted, self.height() if self.isVisible() else 0))
        if self.isVisible():
            frame, room = self.frameGeometry(), screens.room_of(self)
            below = frame.bottom() - room.bottom()
            if below > 0:
                self.move(frame.x(), max(room.top(), frame.y() - below))

    def _focus_moved(self, _old: QWidget | None, new: QWidget | None) -> None:
        field = next((f for f in self.fields if new is not None and f.isAncestorOf(new)), None)
        if field is not None and new is not None:
            self._reveal(field)
            self.scroller.ensureWidgetVisible(new, 0, 12)

    def _reveal(self, field: Field) -> None:
        layout = self._inside.layout()
        if layout is not None:
            layout.activate()
        self.scroller.ensureWidgetVisible(field, 0, 12)

    def _step(self, editor: QWidget, way: int) -> None:
        if editor is self.verb and way > 0:
            self.act()
            return
        stops: list[QWidget] = [
            e for f in self.fields if f.isVisibleTo(self) and (e := f.first_editor()) is not None
        ] + [self.verb]
        at = next((i for i, f in enumerate(self.fields) if editor in f.editors), len(stops) - 1)
        stops[max(0, min(len(stops) - 1, at + way))].setFocus()

    def _left(self, editor: QWidget) -> None:
        for field in self.fields:
            if editor in field.editors:
                field.set_problem(field.trouble())


class Progress(QDialog):
    """What long work is doing and how far it is; 取消 stops it with nothing half done. Shown after 400 ms."""

    def __init__(self, parent: QWidget, title: str, cancel: Callable[[], None]) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setModal(True)
        self._cancel = cancel
        self._what = label_of("正在准备……")
        self._bar = QProgressBar()
        self._bar.setRange(0, 0)
        self._bar.setAccessibleName(title)
        self._button = button("取消")
        self._button.clicked.connect(self._stop)
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 16, 16, 16)
        box.setSpacing(12)
        box.addWidget(label_of(title, "section"))
        box.addWidget(self._what)
        box.addWidget(self._bar)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self._button)
        box.addLayout(row)
        fit(self, look.unit() * 28, look.unit() * 11)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.show)
        self._timer.start(400)
        self._over = False

    def tell(self, what: str, at: int, total: int) -> None:
        """Say what is being done; total 0 = no end known."""
        if self._button.isEnabled():
            self._what.setText(f"{what}（{at}／{total}）" if total else what)
        self._bar.setRange(0, total)
        self._bar.setValue(at)

    def finish(self) -> None:
        self._over = True
        self._timer.stop()
        self.close()
        self.deleteLater()

    def reject(self) -> None:
        self._stop()

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._over:
            self._stop()
            event.ignore()

    def _stop(self) -> None:
        self._button.setEnabled(False)
        self._what.setText("正在停下来，不会留下做了一半的东西……")
        self._cancel()


class Asked(QDialog):
    """A question before something that cannot be taken back. exec() is 1 for yes."""

    def __init__(self, parent: QWidget, title: str, text: str, yes: str, no: str = "取消") -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 16, 16, 16)
        box.setSpacing(12)
        box.addWidget(label_of(title, "section"))
        box.addWidget(label_of(text))
        row = QHBoxLayout()
        self.yes, self.no = button(yes, primary=True), button(no)
        self.yes.clicked.connect(self.accept)
        self.no.clicked.connect(self.reject)
        row.addStretch(1)
        row.addWidget(self.yes)
        row.addWidget(self.no)
        box.addLayout(row)
        self.resize(min(look.unit() * 30, screens.room_of(self).width() - 16), self.sizeHint().height())
        self.no.setFocus()


def ask(parent: QWidget, title: str, text: str, yes: str) -> bool:
    """True when the person said yes. Only before what cannot be taken back."""
    return bool(Asked(parent, title, text, yes).exec())


def help_dialog(parent: QWidget, topic: str) -> QDialog | None:
    """The manual's page `topic` (resources/manual/TOPIC.md) in a window of its own; None when there is none."""
    file = paths.resources() / "manual" / f"{topic}.md"
    if not topic or not file.is_file():
        return None
    dialog = QDialog(parent)
    dialog.setWindowTitle("帮助")
    dialog.setAccessibleName("帮助")
    browser = QTextBrowser()
    browser.setAccessibleName("帮助内容")
    browser.setMarkdown(file.read_text(encoding="utf-8"))
    close = button("关闭")
    close.clicked.connect(dialog.accept)
    box = QVBoxLayout(dialog)
    box.addWidget(browser)
    box.addWidget(close)
    fit(dialog, look.unit() * 50, look.unit() * 40)
    return dialog
