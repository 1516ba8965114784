"""The wall of 50 units × 73 tasks from 100 000 records: from asking to every cell's state.

Bar (issue 4): ≤ 5× one GROUP BY scan of the same rows, on the same keyed store in the same run. Two floors are printed:
the records grouped by form, unit and month, and the bare scan of the index rows that the wall counts. `--small` takes
a tenth.
"""

from __future__ import annotations

import argparse
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from baitao_desktop import seal
from baitao_desktop.actions import desk as desks
from baitao_desktop.actions import setup, tasks
from baitao_desktop.actions.desk import Desk
from baitao_desktop.domain.campaign import Unit
from baitao_desktop.domain.ops import Json, NewOp, OpKind, Scope, derived_id
from baitao_desktop.domain.values import CST
from baitao_desktop.paths import Places
from baitao_desktop.storage.reader import Reader

UNITS, TIMES, CHUNK = 50, 15, 2000
START = datetime(2022, 4, 1, 8, 0, tzinfo=CST)
BY_RECORD = "SELECT form, unit, substr(received, 1, 7), count(*) FROM head GROUP BY 1, 2, 3"
BY_FACET = "SELECT key, val, count(*) FROM facet WHERE key >= 'task:' AND key < 'task;' GROUP BY key, val"


def clock() -> datetime:
    return datetime(2022, 10, 15, 8, 0, tzinfo=CST)


def office(at: Path) -> Desk:
    """An office whose campaign has fifty who do tasks."""
    desk = setup.found(
        Places(at / "data", at / "config", at / "cache"), unit="ZXB", person="张某某", password=seal.password("ceshi-2022"),
        mode="formal", callback_passphrase=seal.password("huifang-2022"), clock=clock,
    ).desk  # fmt: skip
    more = UNITS - len(tasks.doers(desk))
    added = {f"DZZ3{n:02d}": Unit(f"DZZ3{n:02d}", f"测试{n}村", f"测试{n}村", "village") for n in range(more)}
    units = {**desk.campaign.units, **added}
    return replace(desk, rules=replace(desk.rules, campaign=replace(desk.campaign, units=units)))


def record(chance: random.Random, n: int, unit: str) -> list[NewOp]:
    """One invented record of a village's half-year: publicity, a visit, a tip with its acts, or a sheet."""
    at = (START + timedelta(minutes=2 * n)).isoformat(timespec="minutes")
    rec, scope = derived_id("wall", str(n)), Scope(unit)
    step: dict[str, Json] = {"no": f"{unit}-{n:06d}", "unit": unit, "person": "张某某", "at": at}
    acts: list[tuple[str, dict[str, Json]]] = [("register", step)]
    kind = n % 10
    answers: dict[str, Json]
    if kind < 4:
        form = "xuanchuan"
        answers = {
            "zaiti": [chance.choice(("guangbo", "biaoyu", "weixin"))], "liliang": ["wanggeyuan"] if n % 3 else [],
            "xingshi": chance.choice(("xianxia", "xianshang", "diandui")), "liujin": ["jiating"] if n % 2 else [],
        }  # fmt: skip
    elif kind < 7:
        form, answers = "zoufang", {"changsuo_mingcheng": "某组农户", "jianwen": ["wu"]}
    elif kind < 9:
        form, answers = "xiansuo", {"jieshou_shijian": at, "qudao": "mopai", "zhaiyao": "让老人预存2万元"}
        acts = [("register", {"no": f"BT-{n}", "first_unit": unit, "first_person": "张某某", "registered_at": at})]
        if n % 3:
            acts.append(("accept", {"unit": unit, "person": "张某某", "accepted_at": at}))
    else:
        form = "jiancha_fj"
        rows = {
            f"xm[FJ-{letter}1]/{key}": said
            for letter in "ABCD"
            for key, said in (("fenjie", letter), ("hegedaan", "no"), ("jieguo", "no"))
        }
        answers = {"jiancha_riqi": at[:10], "changsuo_mingcheng": "某公司", **rows}
        acts = [("start", {**step, "units": [unit]}), ("submit", {"unit": unit, "by": "张某某", "at": at})]
    made = [NewOp(rec, form, scope, OpKind.CREATE, "", answers)]
    return made + [NewOp(rec, form, scope, OpKind.STEP, act, said) for act, said in acts]


def fill(desk: Desk, count: int) -> None:
    chance, units = random.Random(11), tasks.doers(desk)

    def some(start: int) -> Iterator[NewOp]:
        for n in range(start, min(start + CHUNK, count)):
            yield from record(chance, n, units[chance.randrange(len(units))])

    for start in range(0, count, CHUNK):
        with desk.store.writing(desk.who.id, clock()) as writer:
            writer.put(some(start))
    desk.store.tidy()


def median(work: Callable[[], object]) -> float:
    """Milliseconds of the middle one of many runs, the first left out."""
    spent = []
    for _ in range(TIMES + 1):
        began = time.perf_counter()
        work()
        spent.append((time.perf_counter() - began) * 1000)
    return statistics.median(spent[1:])


def scan(reader: Reader, sql: str) -> int:
    return len(reader._db.exec_driver_sql(sql).all())


def main() -> None:
    said = argparse.ArgumentParser()
    said.add_argument("--small", action="store_true")
    count = 10_000 if said.parse_args().small else 100_000
    at = Path(tempfile.mkdtemp(prefix="bench_wall_"))
    try:
        desk = office(at)
        fill(desk, count)
        whole = tasks.wall(desk)
        with desk.store.reading() as reader:
            rows = scan(reader, "SELECT 1 FROM facet WHERE key >= 'task:' AND key < 'task;'")
            by_record, by_facet = median(lambda: scan(reader, BY_RECORD)), median(lambda: scan(reader, BY_FACET))
        ours = median(lambda: tasks.wall(desk))
        desks.leave(desk)
    finally:
        shutil.rmtree(at)
    done = sum(cell.state == "record" for cell in whole.cells.values())
    print(f"wall_size {len(whole.units)}x{len(whole.tasks)} cells")
    print(f"wall_records {count} rows")
    print(f"wall_index_rows {rows} rows")
    print(f"wall_ticked_cells {done} cells")
    print(f"wall {ours:.1f} ms")
    print(f"wall_floor_group_by_records {by_record:.1f} ms")
    print(f"wall_floor_group_by_index {by_facet:.1f} ms")
    print(f"wall_ratio {ours / by_record:.2f} x")
    print(f"wall_ratio_index {ours / by_facet:.2f} x")


if __name__ == "__main__":
    sys.exit(main())
