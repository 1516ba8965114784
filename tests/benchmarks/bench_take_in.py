"""Taking in 10 000 records / 75 000 operations into 100 000 / 1 000 000, from NDJSON to the search index.

The floor is INSERT..SELECT of the resulting log and list rows into a copy of the same keyed cabinet, same settings,
one commit. Bar (DESIGN §7): ratio ≤ 3.0. `--small` takes a tenth of everything.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import pstats
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from big_store import LAW, NOW, PASSWORD, make, project

from baitao_desktop import seal
from baitao_desktop.domain.ops import Op, PersonId, from_columns, to_line
from baitao_desktop.storage.store import Store, unlock
from baitao_desktop.storage.tables import connector

LOG = ("device", "scope", "rec", "op", "vec")
LISTS = ("head", "body", "conflict")


def lines(path: Path) -> Iterator[Op]:
    """Operations of an NDJSON file, a thousand lines parsed at a time (0.57 → 0.27 s, kernel §1)."""
    with path.open(encoding="utf-8") as source:
        while some := source.readlines(1 << 20):
            yield from map(from_columns, json.loads(f"[{','.join(some)}]"))


def opened(place: Path) -> Store:
    return unlock(place, secret=seal.password(PASSWORD), project=project, law=LAW, config=place / "config")


def fresh_copy(base: Path, at: Path) -> Store:
    if at.exists():
        shutil.rmtree(at)
    shutil.copytree(base, at)
    return opened(at)


def take(base: Path, at: Path, bundle: Path, profile: cProfile.Profile | None = None) -> tuple[float, float]:
    store = fresh_copy(base, at)
    began, cpu = time.perf_counter(), time.process_time()
    if profile:
        profile.enable()
    with store.writing(PersonId(""), NOW) as w:
        taken = w.take_in(lines(bundle))
    if profile:
        profile.disable()
    spent, cpu = time.perf_counter() - began, time.process_time() - cpu
    print(
        f"# {taken.ops} ops, new {taken.new}, changed {taken.changed}, steps {taken.steps}, conflicts {taken.conflicts}"
    )
    print(f"# take-in {spent:.2f} s, CPU {cpu:.2f} s")
    store.close()
    return spent, cpu


def what_came(base: Path, after: Path, kept: Path, key: bytes) -> None:
    """A keyed file with the rows that the take-in added or changed."""
    raw = connector(after / "desk.db", key)()
    raw.execute("ATTACH ? AS kept", (str(kept),))
    raw.execute("ATTACH ? AS before", (str(base / "desk.db"),))
    raw.execute("PRAGMA temp_store=MEMORY")
    for table in (*LOG, *LISTS, "words", "facet"):
        raw.execute(f"CREATE TABLE kept.{table} AS SELECT * FROM main.{table} EXCEPT SELECT * FROM before.{table}")
    raw.close()


def floor(base: Path, at: Path, kept: Path, key: bytes) -> tuple[float, float]:
    if at.exists():
        shutil.rmtree(at)
    shutil.copytree(base, at)
    raw = connector(at / "desk.db", key)()
    raw.execute("ATTACH ? AS kept", (str(kept),))
    began, cpu = time.perf_counter(), time.process_time()
    raw.execute("BEGIN IMMEDIATE")
    for table in (*LOG, *LISTS):
        raw.execute(f"INSERT OR REPLACE INTO main.{table} SELECT * FROM kept.{table}")
    raw.execute("COMMIT")
    spent, cpu = time.perf_counter() - began, time.process_time() - cpu
    print(f"# floor {spent:.2f} s, CPU {cpu:.2f} s")
    raw.close()
    return spent, cpu


def main() -> None:
    said = argparse.ArgumentParser()
    said.add_argument("--small", action="store_true")
    said.add_argument("--rounds", type=int, default=3)
    said.add_argument("--profile", action="store_true")
    given = said.parse_args()
    n = 10 if given.small else 1
    work = Path(tempfile.mkdtemp(prefix="bench_take_in_"))
    base, at, bundle, kept = work / "base", work / "at", work / "ops.ndjson", work / "kept.db"
    try:
        store, world = make(base, tips=100_000 // n)
        store.tidy()
        key = store._key
        with bundle.open("w", encoding="utf-8") as out:
            for op in world.bundle(5000 // n, 5000 // n, 20_000 // n, 50_000 // n, 635 // n):
                out.write(to_line(op) + "\n")
        store.close()
        print(
            f"# desk.db {(base / 'desk.db').stat().st_size / 1e6:.0f} MB, bundle {bundle.stat().st_size / 1e6:.1f} MB"
        )
        profile = cProfile.Profile() if given.profile else None
        take(base, at, bundle, profile)
        if profile:
            pstats.Stats(profile).sort_stats("tottime").print_stats(30)
            return
        what_came(base, at, kept, key)
        ours, floors = [], []
        for _ in range(given.rounds):
            floors.append(floor(base, at, kept, key))
            ours.append(take(base, at, bundle))
        best, ground = min(ours), min(floors)
        print(f"take_in ratio {best[0] / ground[0]:.2f} x")
        print(f"take_in cpu_ratio {min(o[1] for o in ours) / min(f[1] for f in floors):.2f} x")
        print(f"take_in seconds {best[0]:.2f} s")
        print(f"take_in floor_seconds {ground[0]:.2f} s")
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
