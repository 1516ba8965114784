"""Process start to first usable paint (login page of a laptop that has a store; first page of one that has none), against a bare QMainWindow with a table in the same environment.

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

RUNS = 11
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


def seconds(code: str, compiled: Path, *words: str) -> float:
    """From before the process exists to the moment its first picture is painted. Everything is read from bytecode, as
    in an installed program, also where a checkout must not be written to."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPYCACHEPREFIX": str(compiled)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    began = time.time()
    done = subprocess.run(
        [sys.executable, "-c", code, *words], check=True, env=environment, capture_output=True, text=True
    )
    return float(done.stdout) - began


def report(name: str, compiled: Path, folder: Path) -> None:
    """Alternating runs of the bare window and ours on `folder`."""
    seconds(BARE, compiled), seconds(OURS, compiled, str(folder))
    pairs = [(seconds(BARE, compiled), seconds(OURS, compiled, str(folder))) for _ in range(RUNS)]
    bare, ours = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"{name}_bare {bare:.3f} s")
    print(f"{name}_ours {ours:.3f} s")
    print(f"{name}_ratio {statistics.median(b / a for a, b in pairs):.2f} x")


def main() -> None:
    from baitao_desktop import paths, seal
    from baitao_desktop.actions import desk, setup

    with tempfile.TemporaryDirectory() as whole:
        folder, compiled = Path(whole) / "store", Path(whole) / "compiled"
        os.environ["BAITAO_CONFIG"] = str(Path(whole) / "config")
        places = paths.places(folder)
        desk.leave(setup.found(places, unit="麦子坪村", person="测某某", password=seal.password("mima123")).desk)
        report("start", compiled, folder)
        report("start_first_run", compiled, Path(whole) / "nothing_yet")


if __name__ == "__main__":
    main()
