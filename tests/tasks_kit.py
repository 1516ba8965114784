"""What tests of tasks share: a village's papers, and how a task stands."""

from __future__ import annotations

from typing import Any

from baitao_desktop.actions import tasks as acts
from baitao_desktop.actions.desk import Desk
from baitao_desktop.domain.tasks import Instance

VILLAGE = "DZZ203"
PUBLICITY: dict[str, Any] = {
    "huodong_riqi": "2022-05-18", "suozai_cunshe": VILLAGE, "didian": "二组院坝", "zaiti": ["guangbo"],
    "liliang": ["wanggeyuan"], "xingshi": "xianxia", "liujin": ["jiating"], "neirong": "讲了以房养老的套路",
}  # fmt: skip
VISIT: dict[str, Any] = {
    "zoufang_riqi": "2022-05-18", "suozai_cunshe": VILLAGE, "changsuo_mingcheng": "某组农户", "jianwen": ["wu"],
}  # fmt: skip


def stands(desk: Desk, task: str, unit: str = "", month: str = "") -> Instance:
    named = desk.campaign.month_named(month) if month else desk.month
    return next(i for i in acts.checklist(desk, unit or desk.unit.code, named) if i.task.id == task)


def same_when_rebuilt(desk: Desk) -> None:
    with desk.store.reading() as reader:
        before = acts.read_ticks(reader)
    for form in desk.forms:
        desk.store.rebuild(form)
    with desk.store.reading() as reader:
        assert acts.read_ticks(reader) == before
