"""Process start to first usable paint (the login page of a laptop that has a store), against a bare QMainWindow with a table in the same environment.

Bar: ≤ 1.5× (DESIGN §7). Each figure is the median of alternating runs of whole processes, off-screen.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 9
BARE = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow, QTableWidget, QTableWidgetItem
app = QApplication(sys.argv)
window = QMainWindow()
table = QTableWidget(30, 6)
for r in range(30):
    for c in range(6):
        table.setItem(r, c, QTableWidgetItem("x"))
window.setCentralWidget(table)
window.resize(1100, 700)
window.show()
app.processEvents()
window.grab()
import time
print(time.time())
"""
OURS = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from baitao_desktop import paths
from baitao_desktop.ui import app

def painted(program):
    QApplication.processEvents()
    program.window.grab()
    import time
    print(time.time())
    QTimer.singleShot(0, QApplication.quit)

app.run(paths.places(Path(sys.argv[1])), ready=painted)
"""


def seconds(code: str, *words: str) -> float:
    """From before the process exists to the moment its first picture is painted."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    began = time.time()
    done = subprocess.run(
        [sys.executable, "-c", code, *words], check=True, env=environment, capture_output=True, text=True
    )
    return float(done.stdout) - began


def main() -> None:
    from baitao_desktop import paths, seal
    from baitao_desktop.actions import desk, setup

    with tempfile.TemporaryDirectory() as folder:
        places = paths.places(Path(folder))
        desk.leave(setup.found(places, unit="麦子坪村", person="测某某", password=seal.password("mima123")).desk)
        seconds(BARE), seconds(OURS, folder)
        pairs = [(seconds(BARE), seconds(OURS, folder)) for _ in range(RUNS)]
    bare, ours = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(b / a for a, b in pairs)
    print(f"start_bare {bare:.3f} s")
    print(f"start_ours {ours:.3f} s")
    print(f"start_ratio {ratio:.2f} x")


if __name__ == "__main__":
    main()
