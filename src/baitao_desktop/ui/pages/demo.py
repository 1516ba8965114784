"""先看演示: a store of a village in a temporary folder, with the invented tips and visits of the demonstration."""

from __future__ import annotations

import secrets
from pathlib import Path

from baitao_desktop import seal
from baitao_desktop.actions import demo, records, setup, tips
from baitao_desktop.actions.desk import Clock, Desk, real_clock
from baitao_desktop.domain.ops import Json, RecordId
from baitao_desktop.paths import Places
from baitao_desktop.ui.worker import Tell

VILLAGE, PERSON = demo.VILLAGES[0], "张某某"


def make_demo(folder: Path, tell: Tell, *, clock: Clock = real_clock) -> Desk:
    """Found the store in `folder` (empty), fill it, sit down. Its password is random: it goes with the window."""
    places = Places(folder, folder / "config", folder / "cache")
    tell("建立演示资料", 0, 0)
    desk = setup.found(
        places, unit=VILLAGE, person=PERSON, post="党组织书记", password=seal.password(secrets.token_hex(8)), mode="demo",
        clock=clock,
    ).desk  # fmt: skip
    try:
        fill(desk, tell)
    except BaseException:
        desk.store.close()
        raise
    return desk


def fill(desk: Desk, tell: Tell) -> None:
    """The invented tips and visits of the village, the first tip handled to its end, the second accepted."""
    here = [row for row in demo.rows("tips.csv") if row["unit"] == VILLAGE]
    visits = [row for row in demo.rows("visits.csv") if row["unit"] == VILLAGE]
    for n, row in enumerate(here, 1):
        tell("登记线索", n, len(here) + len(visits))
        tip = tips.register(desk, demo.answers_of(row), hand_up=n > 3).value.tip
        if n <= 2:
            _work(desk, tip, int(row["loss"]) * 100, whole=n == 1)
    for n, row in enumerate(visits, len(here) + 1):
        tell("登记走访", n, len(here) + len(visits))
        seen = row["seen"].split()
        visit: dict[str, Json] = {
            "zoufang_riqi": row["day"], "suozai_cunshe": VILLAGE, "changsuo_mingcheng": row["place"], "jianwen": list(seen),
        }  # fmt: skip
        if seen != ["wu"]:
            visit |= {"qingkuang": row["text"], "dangchang_cuoshi": list(row["measures"].split())}
        records.submit(desk, "zoufang", visit)


def _work(desk: Desk, tip: RecordId, loss: int, *, whole: bool) -> None:
    tips.accept(desk, tip, person=desk.who.name, due_close="2022-05-23")
    if whole:
        seen = "到现场看了，也问了老人和邻居，情况属实。"
        tips.verify(desk, tip, verified_at=desk.at(), verified_by=desk.who.name, seen=seen, result="true")
        reply = "钱已经退回，请您查收；以后付钱前先和家人商量。"
        tips.close(desk, tip, conclusion="劝退并退款。", reply=reply, loss_fen=loss, returned_fen=loss)
