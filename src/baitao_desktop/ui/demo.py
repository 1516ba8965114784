"""The demonstration with the window, off-screen: the first tip is typed into the real form, every page is pictured."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from baitao_desktop.actions import demo
from baitao_desktop.actions.desk import Desk
from baitao_desktop.domain.errors import UserFacingError

SIZE = (1366, 768)


def run(out: Path) -> int:
    """Two villages and the office fill in, seal, hand over, merge and print; files and pictures are left in `out` and
    listed. 0 when all went well and no reporter's name or number is in any of them."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from baitao_desktop.ui import look

    app = QApplication.instance() or QApplication(sys.argv[:1])
    if not isinstance(app, QApplication):
        raise UserFacingError("U03", "窗口没有准备好，演示没有开始。请关掉其他窗口后再试。")
    look.dress(app, 100)
    out = out.absolute()
    out.mkdir(parents=True, exist_ok=True)
    for old in (*out.glob("*.png"), *out.glob("*.pdf"), *out.glob("*.xlsx"), *out.glob("*.btx")):
        old.unlink()
    with tempfile.TemporaryDirectory(prefix="baitao_demo_") as folder:
        street = demo.open_street(Path(folder))
        try:
            _play(street, out)
        finally:
            demo.close_street(street)
    _list(out)
    return 0


def _play(street: demo.Street, out: Path) -> None:
    unit = demo.VILLAGES[0]
    village = _Stage(street.villages[unit], out, "村")
    village.show("01首页", "home")
    village.register_first(street)
    demo.register_tips(street, leave_out=1)
    demo.register_visits(street)
    demo.file_checks(street)
    village.show("04线索台账", "tips")
    village.show("05走访台账", "visits")
    village.show("06报送", "exchange")
    village.show("08走访检查", "inspections")
    demo.send_to_office(street, out)
    demo.work_off(street)
    demo.print_papers(street, out)
    demo.send_back(street, out)
    village.show("07结果回来了", "record", rec=street.tips[0][0])
    village.close()
    office = _Stage(street.office, out, "办")
    office.show("11首页", "home")
    office.show("12线索台账", "tips")
    office.show("13一条线索", "record", rec=street.tips[1][0])
    office.show("14报表文书", "reports")
    office.show("18一次检查", "record", rec=street.checked)
    office.show("19任务", "tasks")
    office.show("15报送与接收", "exchange")
    office.show("16按查询码查", "ask")
    office.show("17设置", "settings")
    office.close()


class _Stage:
    """The real window over one desk; work is done in the foreground, so that each picture is of a settled page."""

    def __init__(self, desk: Desk, out: Path, who: str) -> None:
        from baitao_desktop.ui.app import Program
        from baitao_desktop.ui.worker import InlineWorker

        self._out, self._who = out, who
        self.program = Program(desk.places, worker=InlineWorker())
        self.program.window.resize(*SIZE)
        self.program.sit(desk)
        self.program.window.show()

    def show(self, name: str, page: str, **args: object) -> None:
        self.program.window.show_page(page, **args)
        self.picture(name)

    def picture(self, name: str) -> None:
        from PySide6.QtWidgets import QApplication

        for _ in range(4):
            QApplication.processEvents()
        self.program.window.grab().save(str(self._out / f"窗口_{name}_{self._who}.png"))

    def register_first(self, street: demo.Street) -> None:
        """The first narrative, typed into the form; the reporter's words into the block that seals itself."""
        from PySide6.QtWidgets import QLineEdit, QRadioButton

        from baitao_desktop.ui.pages.forming import make_form_page
        from baitao_desktop.ui.pages.registered import RegisteredPage
        from baitao_desktop.ui.reporterblock import ReporterBlock

        seat, window = self.program.seat, self.program.window
        row = demo.rows("tips.csv")[0]
        if seat is None:
            raise UserFacingError("U03", "窗口没有准备好，演示没有开始。请关掉其他窗口后再试。")
        page = make_form_page(seat, window, "xiansuo")
        window.open_page(page)
        page.put(demo.answers_of(row))
        self.picture("02登记线索")
        block: ReporterBlock | None = page.findChild(ReporterBlock)
        reporter = demo.reporter_of(row)
        for editor in block.watched() if block is not None else ():
            if isinstance(editor, QRadioButton) and editor.text().startswith(str(reporter["xuanze"])):
                editor.click()
        said = {"姓名": str(reporter["xingming"]), "电话": str(reporter["dianhua"])}
        for editor in block.watched() if block is not None else ():
            if isinstance(editor, QLineEdit):
                words = next((text for label, text in said.items() if label in editor.accessibleName()), "")
                _type(editor, words)
        page.scroller.verticalScrollBar().setValue(page.scroller.verticalScrollBar().maximum())
        page.submit()
        self.picture("03已登记")
        here = window.page()
        if not isinstance(here, RegisteredPage):
            raise UserFacingError("U04", "演示没有走通：第一条线索没有登记成。请把这句话告诉维护的人。")
        street.tips.append((here.tip, row))
        street.codes[here.tip] = here.code

    def close(self) -> None:
        self.program.window.clear()
        self.program.window.close()


def _type(editor: object, words: str) -> None:
    """As a Chinese input method commits it."""
    from PySide6.QtGui import QInputMethodEvent
    from PySide6.QtWidgets import QApplication, QWidget

    if words and isinstance(editor, QWidget):
        event = QInputMethodEvent()
        event.setCommitString(words)
        QApplication.sendEvent(editor, event)


def _list(out: Path, say: Callable[[str], object] = sys.stdout.write) -> None:
    say(f"演示已走完：两个村登记、密封、报送，专项办合并、办理、打印。文件在“{out}”：\n")
    for path in sorted(out.iterdir()):
        if path.is_file():
            say(f"  {path.name}　{path.stat().st_size // 1024 + 1} KB\n")
