"""One answer on a page, from the changed box to the last repaint, as a ratio to repainting the same window unchanged.

The form is the one of bench_answer: blocks of five questions, each answer shows or hides others and moves totals that
look at every block. Measured in a real window without a screen, 1366×728: what the engine works out, what the page
draws anew, layout and paint. Prints `redraw figure value unit`.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
sys.path.insert(0, str(Path(__file__).resolve().parent))

from bench_answer import xform
from PySide6.QtWidgets import QApplication

from baitao_desktop import forms
from baitao_desktop.ui import look
from baitao_desktop.ui.fields.text import TextField
from baitao_desktop.ui.formpage import FormPage
from baitao_desktop.ui.page import Page
from baitao_desktop.ui.window import MainWindow
from baitao_desktop.ui.worker import InlineWorker

NOW = datetime(2022, 4, 8, 9, 0, tzinfo=timezone(timedelta(hours=8)))
ROUNDS = 60


def settle() -> None:
    for _ in range(3):
        QApplication.processEvents()


def measured(act: Callable[[int], None]) -> float:
    """Median milliseconds of one act."""
    spent = []
    for i in range(ROUNDS):
        begin = time.perf_counter()
        act(i)
        spent.append((time.perf_counter() - begin) * 1000)
    return statistics.median(spent)


def run(window: MainWindow, questions: int) -> None:
    form = forms.load(xform(questions))
    begin = time.perf_counter()
    page = FormPage(form, {}, {}, now=lambda: NOW, submit=lambda _: None, save_draft=lambda _: None)
    window.open_page(page)
    settle()
    print(f"redraw open_{questions} {(time.perf_counter() - begin) * 1000:.0f} ms")
    boxes = [f for p, f in page.fields.items() if isinstance(f, TextField) and p.endswith("jg")]

    def repaint(_: int) -> None:
        window.repaint()
        settle()

    def answer(i: int) -> None:
        box = boxes[i % len(boxes)]
        box.line.setText("n" if box.line.text() != "n" else "y")
        box.edited()
        settle()

    def quiet(i: int) -> None:
        """An answer further down the page, where nothing on the screen moves but totals."""
        box = boxes[len(boxes) // 2 + i % (len(boxes) // 2)]
        box.line.setText(f"z{i}")
        box.edited()
        settle()

    for act in (repaint, answer, quiet):
        act(0)
    empty = measured(repaint)
    for name, act in (("one_answer", answer), ("answer_that_shows_nothing_new", quiet)):
        spent = measured(act)
        print(f"redraw {name}_{questions} {spent:.2f} ms")
        print(f"redraw {name}_to_empty_repaint_{questions} {spent / empty:.2f} x")
    print(f"redraw empty_repaint_{questions} {empty:.2f} ms")
    window.back()


def main() -> None:
    app = QApplication([])
    look.dress(app, 100)
    window = MainWindow(InlineWorker())
    window.add_page("home", lambda: Page("空页"))
    window.add_room("home", "home")
    window.seat("麦子坪村 · 张某某 · 练习", office=False)
    window.resize(1366, 728)
    window.show()
    window.show_page("home")
    settle()
    for questions in (60, 400):
        run(window, questions)
    window.close()


if __name__ == "__main__":
    main()
