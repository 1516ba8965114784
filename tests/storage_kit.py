"""Cabinets for tests, opened without paying for Argon2 each time, and histories of several laptops."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from baitao_desktop import seal
from baitao_desktop.domain.ops import (
    FIRST,
    DeviceId,
    Json,
    NewOp,
    Op,
    OpKind,
    OpRef,
    PersonId,
    RecordId,
    Scope,
    canonical,
    chain,
    derived_id,
)
from baitao_desktop.domain.query import Query
from baitao_desktop.domain.records import Head, Record, replay
from baitao_desktop.storage import place as places
from baitao_desktop.storage.store import Store, create

NOW = datetime(2022, 6, 1, 9, 0, tzinfo=UTC)
WHO = PersonId("")
SECRET = seal.password("ceshi-2022")
FORM = "xiansuo"
HERE = Scope("DZZ203")
LAW = "test/1"


def run_child(script: str) -> subprocess.CompletedProcess[str]:
    """Run a script that may take this kit, in a process that may be starved or killed."""
    tests = Path(__file__).resolve().parent
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(tests)},
        check=False, timeout=120,
    )  # fmt: skip


def project(record: Record) -> Head:
    """A plain law: the status is the last act, everything written can be found."""
    said = {k: str(v) for k, v in record.answers.items()}
    return Head(
        no=said.get("no", ""),
        title=said.get("biaoti", ""),
        status=record.steps[-1].act if record.steps else "new",
        tracks=("", "", str(len(record.steps))),
        unit=record.scope,
        person=said.get("person", ""),
        due=said.get("due", ""),
        received=said.get("received", ""),
        facets=tuple(("lure", v) for k, v in said.items() if k == "lure"),
        links=tuple(("same", RecordId(v)) for k, v in said.items() if k == "same"),
        text=" ".join(v for k, v in sorted(said.items())),
        state={"acts": [s.act for s in record.steps]},
    )


@cache
def _template() -> tuple[Path, Any]:
    base = tempfile.mkdtemp(prefix="cabinet_")
    atexit.register(shutil.rmtree, base, ignore_errors=True)
    folder = Path(base) / "template"
    store, _ = create(
        folder, secret=SECRET, person=WHO, label="张某某", project=project, law=LAW, config=folder / "config"
    )
    key = store._key
    store.close()
    return folder, key


def cabinet(place: Path, *, law: str = LAW) -> Store:
    """A new empty cabinet with a device of its own (opened as the copy that it is)."""
    folder, key = _template()
    shutil.copytree(folder, place)
    return reopened(place, key=key, law=law)


def reopened(place: Path, *, key: Any = None, law: str = LAW, config: Path | None = None) -> Store:
    lock = places.Lock(place)
    try:
        store = Store(
            place, key or _template()[1], lock, slot={"kind": "password"}, project=project, law=law,
            config=config or place / "config",
        )  # fmt: skip
    except BaseException:
        lock.release()
        raise
    store.catch_up()
    return store


@contextmanager
def cabinets(n: int) -> Iterator[list[Store]]:
    with tempfile.TemporaryDirectory(prefix="cabinets_") as folder:
        stores = [cabinet(Path(folder) / str(i)) for i in range(n)]
        try:
            yield stores
        finally:
            for store in stores:
                store.close()


def put(store: Store, *ops: NewOp) -> None:
    with store.writing(WHO, NOW) as w:
        w.put(ops)


def new_tip(rec: RecordId, *, scope: Scope = HERE, **answers: Json) -> NewOp:
    return NewOp(rec, FORM, scope, OpKind.CREATE, "", answers)


def all_ops(store: Store) -> list[Op]:
    with store.reading() as r:
        return list(r.since({}, lambda _: True))


def hand(giver: Store, taker: Store) -> None:
    """Everything `taker` lacks goes over."""
    with taker.reading() as r:
        base = r.vector()
    with giver.reading() as r:
        ops = list(r.since(base, lambda _: True))
    with taker.writing(WHO, NOW) as w:
        w.take_in(ops)


def picture(store: Store, words: tuple[str, ...] = ()) -> Json:
    """All that the list tables say, without the rids of this cabinet."""
    with store.reading() as r:
        ids = [*r.ids(Query(sort="arrival")), *r.ids(Query(sort="arrival", deleted=True))]
        id_of = {line.rid: line.id for line in r.lines(ids)}
        rows = {line.id: line._replace(rid=0) for line in r.lines(ids)}
        return {
            "rows": rows,
            "conflicts": sorted(r.conflicts()),
            "flags": sorted(r.flags()),
            "blobs": {rec: r.blobs(rec) for rec in rows},
            "found": {w: sorted(id_of[rid] for rid in r.ids(Query(text=w))) for w in words},
            "lures": r.facet_counts("lure", Query()),
            "links": {rec: sorted(id_of[rid] for rid in r.ids(Query(linked_to=rec))) for rec in rows},
            "vector": r.vector(),
            "records": {rec: r.get(rec) for rec in rows},
        }


# ---- histories of several laptops, without a store ---------------------------------------------------------------

RECS = tuple(derived_id("test", str(n)) for n in range(2))
FIELDS = ("biaoti", "lure", "xm[YL-01]/jg", "xm[YL-01]")
VALUES = ("甲", "乙", "乙丙丁", 7, None, ["a", "b"])
ACTS = ("accept", "close", "没听说过")


@dataclass
class Laptop:
    device: DeviceId
    held: dict[OpRef, Op] = field(default_factory=dict)
    lam: int = 0
    seq: int = 0
    hash: bytes = FIRST

    def of(self, rec: RecordId) -> list[Op]:
        return [op for op in self.held.values() if op.rec == rec]

    def write(self, rec: RecordId, kind: int, fld: str, val: Json, pred: OpRef | None) -> None:
        self.lam, self.seq = self.lam + 1, self.seq + 1
        op = Op(
            rec, FORM, HERE, self.lam, self.device, self.seq, self.lam, WHO, int(kind), fld, canonical(val), pred,
            self.seq.to_bytes(8, "big"), b"",
        )  # fmt: skip
        op = op._replace(hash=chain(self.hash, op))
        self.hash = op.hash
        self.held[op.ref] = op

    def hear(self, other: Laptop) -> None:
        self.held.update(other.held)
        self.lam = max(self.lam, other.lam)


def _act(laptop: Laptop, rec: RecordId, what: str, fld: str, val: Json) -> None:
    held = laptop.of(rec)
    record = replay(held) if held else None
    if record is None or what == "create":
        laptop.write(rec, OpKind.CREATE, "", {"biaoti": val, "lure": "A"}, None)
    elif what == "set":
        laptop.write(rec, OpKind.SET, fld, val, record.heads.get(fld))
    elif what == "step":
        heads = record.step_heads
        said = {"d": {"v": val}, "also": [list(ref) for ref in heads[1:]]}
        laptop.write(rec, OpKind.STEP, str(val) if isinstance(val, str) else ACTS[0], said, heads[0] if heads else None)
    elif what == "delete":
        laptop.write(rec, OpKind.DELETE, "", val is not None, None)
    elif what == "settle":
        for conflict in record.conflicts:
            laptop.write(rec, OpKind.SET, conflict.fld, val, record.heads[conflict.fld])
            for version in conflict.versions[:-1]:
                laptop.write(rec, OpKind.RETIRE, conflict.fld, None, version.op)
    elif what == "erase":
        target = min(held, key=lambda op: (op.lam, op.dev))
        laptop.write(rec, OpKind.ERASE, "", {"ops": [[target.dev, target.seq, {"lure": "B"}]]}, None)


@st.composite
def histories(draw: st.DrawFn, *, laptops: int = 3, length: int = 25, erase: bool = True) -> list[Laptop]:
    """Laptops that wrote, now and then heard of each other, and at the end hold different parts."""
    crew = [Laptop(DeviceId(derived_id("laptop", str(n)))) for n in range(laptops)]
    whats = ["create", "set", "set", "set", "step", "step", "hear", "hear", "delete", "settle", *(["erase"] * erase)]
    turns = st.tuples(
        st.integers(0, laptops - 1), st.sampled_from(whats), st.sampled_from(RECS), st.sampled_from(FIELDS),
        st.sampled_from(VALUES), st.integers(0, laptops - 1),
    )  # fmt: skip
    for who, what, rec, fld, val, other in draw(st.lists(turns, min_size=1, max_size=length)):
        if what == "hear":
            crew[who].hear(crew[other])
        else:
            _act(crew[who], rec, what, fld, val)
    return crew


def by_stream(ops: list[Op]) -> list[Op]:
    return sorted(ops, key=lambda op: (op.scope, op.dev, op.seq))
