"""A cabinet of invented tips, as large as asked: `make(place, tips=100_000)`. Also what a plain tip and its fold are.

Everything in it is made from a small set of words and a seed; nothing is real.
Run as a program it makes one: `python tests/benchmarks/big_store.py FOLDER [TIPS]` (password: ceshi-2022).
"""

from __future__ import annotations

import random
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from baitao_desktop import seal
from baitao_desktop.actions.campaigns import load_campaign
from baitao_desktop.actions.catalogue import load_catalogue
from baitao_desktop.domain.ops import (
    FIRST,
    DeviceId,
    Json,
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
from baitao_desktop.domain.records import Head, Record
from baitao_desktop.domain.tasks import prover
from baitao_desktop.storage.store import Store, create

FORM = "xiansuo"
PASSWORD = "ceshi-2022"
LAW = "benchmark/1"
NOW = datetime(2022, 9, 1, 8, 0, tzinfo=UTC)
WORDS = (
    "保健品", "会销", "讲座", "老人", "养老院", "预付卡", "以房养老", "理财", "投资", "高息", "返利", "免费", "体检", "鸡蛋",
    "旅游", "收藏", "古玩", "代办", "社保", "退休金", "冒充", "公检法", "转账", "银行", "村委会", "广场", "小区", "超市",
    "门面", "电话", "微信群", "子女", "亲戚", "推销员", "主任", "经理", "专家", "医生", "床垫", "净水器", "按摩仪", "羊奶粉",
    "灵芝", "中奖", "抽奖", "合同", "收据", "现金", "退款", "报警", "派出所", "市场监管", "民政", "社区", "院坝", "茶馆",
    "赶场", "周末", "上午", "下午",
)  # fmt: skip
GIVEN = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"
LURES = ("A01", "A02", "A03", "B01", "B02", "C01", "C02", "D01", "D02", "E01")
ACTS = ("accept", "dispatch", "sign", "verify", "transfer", "report", "close", "reply")
TRACKS = {"accept": 0, "dispatch": 0, "sign": 1, "verify": 1, "transfer": 2, "report": 2, "close": 3, "reply": 3}
EDITED = ("miaoshu", "jine", "didian", "beizhu", "dianhua", "renshu")
PROVEN = prover(load_catalogue().tasks.values(), load_campaign(), {FORM})
"""The ticks that the program itself puts into the list row of a tip."""
UNITS = tuple(f"DZZ2{n:02d}" for n in range(17))


def fold(record: Record) -> tuple[str, str, str, str]:
    """Four tracks, each at the last act that reached it."""
    tracks = ["", "", "", ""]
    for step in record.steps:
        track = TRACKS.get(step.act)
        if track is not None:
            tracks[track] = step.act
    return tracks[0], tracks[1], tracks[2], tracks[3]


def project(record: Record) -> Head:
    said = record.answers
    first, *others = fold(record)
    head = Head(
        no=str(said.get("bianhao", "")),
        title=str(said.get("biaoti", "")),
        status=first or "new",
        tracks=(others[0], others[1], others[2]),
        unit=record.scope,
        person=str(said.get("jingshouren", "")),
        due=str(said.get("qixian", "")),
        received=str(said.get("jieshou", "")),
        facets=(("lure", str(said.get("shouduan", ""))), ("channel", str(said.get("qudao", "")))),
        text="\n".join(
            str(said[k]) for k in ("biaoti", "miaoshu", "didian", "beizhu", "dianhua", "duixiang") if k in said
        ),
        state={"tracks": others, "steps": len(record.steps)},
    )
    return replace(head, facets=(*head.facets, *PROVEN(record, head)))


def sentence(chance: random.Random, length: int) -> str:
    out = ""
    while len(out) < length:
        out += chance.choice(WORDS) + chance.choice("的在和向，。、到说给")
    return out[:length]


def answers(chance: random.Random, n: int) -> dict[str, Json]:
    """23 answers, about 730 characters."""
    day = f"2022-{chance.randint(4, 9):02d}-{chance.randint(1, 28):02d}"
    name = "测" + chance.choice(GIVEN) + chance.choice(GIVEN)
    return {
        "bianhao": f"BT{n:07d}",
        "biaoti": sentence(chance, 18),
        "jieshou": day,
        "qixian": f"2022-10-{chance.randint(1, 28):02d}",
        "qudao": str(chance.randint(1, 8)),
        "shouduan": chance.choice(LURES),
        "duixiang": name,
        "dianhua": f"138{chance.randint(0, 99999999):08d}",
        "didian": sentence(chance, 24),
        "miaoshu": sentence(chance, 420),
        "jine": chance.randint(0, 500) * 100,
        "renshu": chance.randint(1, 30),
        "beizhu": sentence(chance, 60),
        "jingshouren": f"P{chance.randint(1, 40)}",
        "cunzhen": chance.choice(UNITS),
        **{f"xuanze_{i}": chance.choice(("shi", "fou", "buqing")) for i in range(8)},
    }


class Author:
    """One device writing operations of its own streams."""

    def __init__(self, device: DeviceId, chance: random.Random) -> None:
        self.device, self.lam, self._chance = device, 0, chance
        self._streams: dict[Scope, tuple[int, bytes]] = {}

    def write(self, rec: RecordId, scope: Scope, kind: OpKind, fld: str, val: Json, pred: OpRef | None = None) -> Op:  # noqa: PLR0917
        seq, last = self._streams.get(scope, (0, FIRST))
        self.lam += 1
        op = Op(
            rec, FORM, scope, self.lam, self.device, seq + 1, 1651363200000 + self.lam * 1000, PersonId(""), int(kind),
            fld, canonical(val), pred, self._chance.randbytes(16), b"",
        )  # fmt: skip
        op = op._replace(hash=chain(last, op))
        self._streams[scope] = (op.seq, op.hash)
        return op


class World:
    """Two laptops in each of 17 villages, and the tips they have written so far."""

    def __init__(self, seed: int = 1) -> None:
        self.chance = random.Random(seed)
        self.authors = {u: [self._author(u, n) for n in (1, 2)] for u in UNITS}
        self.heads: list[dict[str, OpRef]] = []
        self.older: list[dict[str, OpRef]] = []
        self.last_step: list[OpRef | None] = []

    def _author(self, unit: str, n: int) -> Author:
        return Author(DeviceId(derived_id("device", unit, str(n))), self.chance)

    def rec(self, n: int) -> RecordId:
        return derived_id("tip", str(n))

    def _writer(self, n: int, *, other: bool = False) -> tuple[Author, Scope]:
        unit = UNITS[n % len(UNITS)]
        return self.authors[unit][int(other)], Scope(unit)

    def tip(self) -> Op:
        n = len(self.heads)
        author, scope = self._writer(n)
        said = answers(self.chance, n)
        op = author.write(self.rec(n), scope, OpKind.CREATE, "", said)
        self.heads.append(dict.fromkeys(said, op.ref))
        self.older.append({})
        self.last_step.append(None)
        return op

    def step(self, n: int, act: str, *, other: bool = False) -> Op:
        author, scope = self._writer(n, other=other)
        data = {"d": {"due": "2022-10-08", "person": f"P{n % 40}", "text": sentence(self.chance, 12)}}
        op = author.write(self.rec(n), scope, OpKind.STEP, act, data, self.last_step[n])
        self.last_step[n] = op.ref
        return op

    def edit(self, n: int, fld: str, *, other: bool = False, blind: bool = False) -> Op:
        """`blind`: the author had not seen the last edit of the field, so the two stand side by side."""
        author, scope = self._writer(n, other=other)
        author.lam = max(a.lam for a in self.authors[scope])
        heads, older = self.heads[n], self.older[n]
        pred = older.get(fld, heads[fld]) if blind else heads[fld]
        value = sentence(self.chance, 40) if fld != "jine" else self.chance.randint(0, 500) * 100
        op = author.write(self.rec(n), scope, OpKind.SET, fld, value, pred)
        older[fld], heads[fld] = heads[fld], op.ref
        return op

    def base(self, tips: int, per_tip: int = 10) -> Iterator[Op]:
        """`tips` tips with `per_tip` operations each: the creation, then steps and edits in turn."""
        for start in range(0, tips, 500):
            some = range(start, min(start + 500, tips))
            for _ in some:
                yield self.tip()
            for turn in range(per_tip - 1):
                for n in some:
                    yield self.step(n, ACTS[turn // 2]) if turn % 2 else self.edit(n, EDITED[turn // 2])

    def bundle(self, new: int, old: int, steps: int, edits: int, conflicts: int) -> list[Op]:
        """What comes in: new tips, old tips gone on, and some edits made without seeing the other laptop's."""
        ops: list[Op] = []
        known = len(self.heads)
        chosen = self.chance.sample(range(known), old)
        ops.extend(self.tip() for _ in range(new))
        chosen += list(range(known, known + new))
        blind = set(self.chance.sample(range(old), conflicts))
        ops.extend(self.edit(chosen[i], "miaoshu", other=True, blind=True) for i in blind)
        fields = [*(f"xuanze_{i}" for i in range(8)), *EDITED]
        for i in range(edits - conflicts):
            ops.append(self.edit(chosen[i % len(chosen)], self.chance.choice(fields), other=True))  # noqa: PERF401
        for i in range(steps):
            ops.append(self.step(chosen[i % len(chosen)], ACTS[4 + i // len(chosen) % 4], other=True))  # noqa: PERF401
        return sorted(ops, key=lambda op: (op.scope, op.dev, op.seq))


def make(place: Path, *, tips: int = 100_000, per_tip: int = 10, seed: int = 1) -> tuple[Store, World]:
    """A new cabinet at `place` (must not exist) with that many tips; the open store and the world that wrote them."""
    store, _ = create(
        place, secret=seal.password(PASSWORD), person=PersonId(""), label="张某某", project=project, law=LAW,
        config=place / "config",
    )  # fmt: skip
    world = World(seed)
    with store.writing(PersonId(""), NOW) as w:
        w.take_in(world.base(tips, per_tip))
    return store, world


if __name__ == "__main__":
    at = Path(sys.argv[1])
    if at.exists():
        shutil.rmtree(at)
    made, _ = make(at, tips=int(sys.argv[2]) if len(sys.argv) > 2 else 100_000)
    made.close()
    print(f"做好了：{at}，口令 {PASSWORD}")
