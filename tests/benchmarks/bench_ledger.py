"""Opening the tip ledger of 100 000 tips and jumping in it, in the real page; the rival holds all rows in a list.

Bars (DESIGN §7): open ≤ 60 ms, jump ≤ 20 ms, memory ≤ +40 MB. Each side runs in a process of its own on the same keyed
store, off-screen, window 1366×728. `--small` takes a tenth of the tips.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
from big_store import Author, sentence

from baitao_desktop import seal
from baitao_desktop.actions import desk as desks
from baitao_desktop.actions import setup
from baitao_desktop.actions.desk import Desk
from baitao_desktop.domain.ops import DeviceId, Json, Op, OpKind, PersonId, Scope, derived_id
from baitao_desktop.domain.values import CST
from baitao_desktop.paths import Places

PASSWORD = "ceshi-2022"
UNIT = "DZZ203"
JUMPS = 60
START = datetime(2022, 4, 1, 8, 0, tzinfo=CST)


def clock() -> datetime:
    return datetime(2022, 9, 1, 8, 0, tzinfo=CST)


def places(at: Path) -> Places:
    return Places(at / "data", at / "config", at / "cache")


def answers(chance: random.Random, n: int) -> dict[str, Json]:
    return {
        "zhengzai_zhuanqian": "fou",
        "jieshou_shijian": (START + timedelta(minutes=2 * n)).isoformat(timespec="minutes"),
        "qudao": chance.choice(("laifang", "dianhua", "mopai", "xinxiang")),
        "suozai_cunshe": UNIT,
        "beifanying_duixiang": sentence(chance, 8),
        "zhaiyao": sentence(chance, 120),
        "mingyi": [chance.choice(("chanpin", "fuwu", "xiangmu"))],
        "shehan_renshu": chance.randint(1, 30),
        "sunshi_fen": chance.randint(0, 500) * 10000,
    }


def tips(count: int) -> Iterator[Op]:
    """Registered tips, and for most of them a 受理: all invented."""
    chance = random.Random(7)
    author = Author(DeviceId(derived_id("device", "ledger")), chance)
    scope = Scope(UNIT)
    for n in range(count):
        rec = derived_id("ledger-tip", str(n))
        at = (START + timedelta(minutes=2 * n)).isoformat(timespec="minutes")
        yield author.write(rec, scope, OpKind.CREATE, "", answers(chance, n))
        said = {
            "no": f"BT-XS-{UNIT}-A37-2022-{n:06d}",
            "first_unit": UNIT,
            "first_person": "张某某",
            "registered_at": at,
        }
        step = author.write(rec, scope, OpKind.STEP, "register", {"d": said})
        yield step
        if n % 3:
            taken = {"unit": UNIT, "person": "李某某", "due_close": "2022-10-08", "accepted_at": at}
            yield author.write(rec, scope, OpKind.STEP, "accept", {"d": taken}, step.ref)


def build(at: Path, count: int) -> None:
    desk = setup.found(
        places(at), unit=UNIT, person="张某某", password=seal.password(PASSWORD), mode="practice", clock=clock
    ).desk
    with desk.store.writing(PersonId(""), clock()) as writer:
        writer.take_in(tips(count))
    desk.store.tidy()
    desks.leave(desk)


def memory() -> float:
    """Peak resident memory so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def resident() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return memory()


def jumps(table: object, rows: int) -> list[float]:
    """Milliseconds of a jump with its repaint, to places all over the ledger."""
    from PySide6.QtWidgets import QAbstractItemView, QApplication, QTableView

    assert isinstance(table, QTableView)
    chance, found = random.Random(1), []
    for _ in range(JUMPS):
        row = chance.randrange(rows)
        began = time.perf_counter()
        table.scrollTo(table.model().index(row, 0), QAbstractItemView.ScrollHint.PositionAtTop)
        table.viewport().repaint()
        QApplication.processEvents()
        found.append((time.perf_counter() - began) * 1000)
    return found


def opened(at: Path) -> Desk:
    return desks.open_desk(places(at), seal.password(PASSWORD), clock=clock)


def page(at: Path) -> None:
    """Our page: from asking for it to its first picture, then jumps."""
    from PySide6.QtWidgets import QApplication

    from baitao_desktop.ui import look
    from baitao_desktop.ui.app import Program
    from baitao_desktop.ui.pages.ledger import LedgerPage
    from baitao_desktop.ui.worker import InlineWorker

    app = QApplication([])
    look.dress(app)
    desk = opened(at)
    program = Program(places(at), clock=clock, worker=InlineWorker())
    program.window.resize(1366, 728)
    program.window.show()
    program.sit(desk)
    app.processEvents()
    # 第一次：连同页面本身的代码和控件；以后每次进这个房间只付第二个数
    times = []
    before = resident()
    for _ in range(6):
        program.window.go_room("home")
        app.processEvents()
        began = time.perf_counter()
        program.window.go_room("tips")
        shown = program.window.page()
        assert isinstance(shown, LedgerPage)
        app.processEvents()
        shown.table.viewport().repaint()
        times.append((time.perf_counter() - began) * 1000)
    assert isinstance(shown, LedgerPage)
    moved = jumps(shown.table, shown.model.rowCount())
    report(times[0], statistics.median(times[1:]), moved, resident() - before, shown.model.rowCount())
    program.end()


def rival(at: Path) -> None:
    """All rows read into a list, the same columns in the same table widget."""
    from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt
    from PySide6.QtWidgets import QApplication

    from baitao_desktop.actions import ledgers
    from baitao_desktop.domain.query import Query
    from baitao_desktop.ui import look
    from baitao_desktop.ui.pages import ledger_parts

    class Rows(QAbstractTableModel):
        def __init__(self) -> None:
            super().__init__()
            self.rows: list[tuple[str, ...]] = []
            self.heads: tuple[ledgers.ScreenColumn, ...] = ()

        def columns(self) -> tuple[ledgers.ScreenColumn, ...]:
            return self.heads

        def rowCount(self, _parent: object = QModelIndex()) -> int:
            return len(self.rows)

        def columnCount(self, _parent: object = QModelIndex()) -> int:
            return len(self.rows[0]) if self.rows else 0

        def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
            return self.rows[index.row()][index.column()] if role == Qt.ItemDataRole.DisplayRole else None

    app = QApplication([])
    look.dress(app)
    desk = opened(at)
    before = resident()
    times = []
    model = Rows()
    for _ in range(2):
        began = time.perf_counter()
        with ledgers.open_ledger(desk, "xiansuo") as ledger:
            lines = ledger.lines(ledger.ids(Query(form="xiansuo")))
            model.rows, model.heads = [ledger.cells(line) for line in lines], ledger.columns
        table = ledger_parts.make_table(model, "台账")  # type: ignore[arg-type]
        table.resize(1180, 520)
        table.show()
        app.processEvents()
        table.viewport().repaint()
        times.append((time.perf_counter() - began) * 1000)
    report(times[0], times[-1], jumps(table, model.rowCount()), resident() - before, model.rowCount())
    desks.leave(desk)


def report(first: float, again: float, moved: list[float], grown: float, rows: int) -> None:
    print(first, again, statistics.median(moved), sorted(moved)[int(len(moved) * 0.95)], grown, rows)


def measured(kind: str, at: Path) -> list[float]:
    done = subprocess.run(
        [sys.executable, __file__, "--side", kind, "--at", str(at)], check=True, stdout=subprocess.PIPE, text=True
    )
    return [float(word) for word in done.stdout.split()]


def main() -> None:
    said = argparse.ArgumentParser()
    said.add_argument("--small", action="store_true")
    said.add_argument("--side", choices=("page", "rival"))
    said.add_argument("--at", type=Path)
    given = said.parse_args()
    if given.side:
        {"page": page, "rival": rival}[given.side](given.at)
        sys.stdout.flush()
        # 解释器收尾时拆 Qt 的控件，对手那一张表偶尔拆不完，一直等着
        os._exit(0)
    at = Path(tempfile.mkdtemp(prefix="bench_ledger_"))
    try:
        build(at, 10_000 if given.small else 100_000)
        ours, theirs = measured("page", at), measured("rival", at)
    finally:
        shutil.rmtree(at)
    for name, mine, other, unit in zip(
        ("first_open", "open", "jump", "jump_p95", "memory"), ours, theirs, ("ms", "ms", "ms", "ms", "MB"), strict=False
    ):
        print(f"ledger_{name} {mine:.1f} {unit}")
        print(f"ledger_{name}_rival {other:.1f} {unit}")
    print(f"ledger_rows {int(ours[5])} rows")
    print(f"ledger_open_ratio {ours[1] / theirs[1]:.3f} x")


if __name__ == "__main__":
    main()
