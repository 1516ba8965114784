"""Two-character search in 100 000 tips against LIKE on the same text, in the same keyed file.

Bar (DESIGN §7): p95 ≤ 3 ms for the newest 50. Also printed: longer words, and all hits of a word in the page's order.
"""

from __future__ import annotations

import argparse
import itertools
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from big_store import FORM, GIVEN, WORDS, make

from baitao_desktop.domain.query import Query
from baitao_desktop.storage.reader import Reader


def spread(name: str, work: Callable[[str], object], words: list[str]) -> float:
    """Milliseconds of each word's second run; prints p50 and p95, returns p95."""
    spent = []
    for word in words:
        work(word)
        began = time.perf_counter()
        work(word)
        spent.append((time.perf_counter() - began) * 1000)
    cuts = statistics.quantiles(spent, n=20)
    print(f"{name} p50 {cuts[9]:.2f} ms")
    print(f"{name} p95 {cuts[18]:.2f} ms")
    return cuts[18]


def like(reader: Reader, word: str) -> list[int]:
    sql = "SELECT rid FROM words WHERE t LIKE ? ORDER BY rid DESC LIMIT 50"
    return [row[0] for row in reader._db.exec_driver_sql(sql, (f"%{word}%",)).all()]


def main() -> None:
    said = argparse.ArgumentParser()
    said.add_argument("--tips", type=int, default=100_000)
    given = said.parse_args()
    work = Path(tempfile.mkdtemp(prefix="bench_search_"))
    chance = random.Random(3)
    two = [w for w in WORDS if len(w) == 2] + ["测" + c for c in GIVEN] + [a + b for a, b in itertools.pairwise(GIVEN)]
    two += [chance.choice(WORDS)[-1] + chance.choice("的在和向到说给") for _ in range(30)] + ["罕见", "从无"]
    longer = [w for w in WORDS if len(w) > 2] + [chance.choice(WORDS) + "到" + chance.choice(WORDS) for _ in range(30)]
    try:
        store, _ = make(work / "store", tips=given.tips, per_tip=2)
        store.tidy()
        with store.reading() as r:
            for word in (*two[::7], *longer[::7]):
                assert list(r.ids(Query(text=word, sort="arrival", limit=50))) == like(r, word), word
            ours = spread("search_two", lambda w: r.ids(Query(form=FORM, text=w, sort="arrival", limit=50)), two)
            spread("search_longer", lambda w: r.ids(Query(form=FORM, text=w, sort="arrival", limit=50)), longer)
            spread("search_two_count", lambda w: r.count(Query(form=FORM, text=w)), two)
            spread("search_two_all_by_date", lambda w: r.ids(Query(form=FORM, text=w)), two)
            rival = spread("search_like", lambda w: like(r, w), two)
            print(f"search_like times_slower {rival / ours:.0f} x")
            spread("ledger_all_by_date", lambda _: r.ids(Query(form=FORM)), two[:20])
            spread("ledger_all_by_due", lambda _: r.ids(Query(form=FORM, sort="due")), two[:20])
            rids = r.ids(Query(form=FORM))
            at = [chance.randrange(len(rids) - 128) for _ in range(40)]
            spread("ledger_128_lines", lambda n: r.lines(rids[int(n) : int(n) + 128]), [str(n) for n in at])
            spread("ledger_facets", lambda _: r.facet_counts("lure", Query(form=FORM)), two[:20])
        store.close()
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
