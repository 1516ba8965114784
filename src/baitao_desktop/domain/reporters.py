"""The reporter's block before it is sealed (USERS 1, first_course §2): what it may hold, and what a choice leaves out."""

from __future__ import annotations

from collections.abc import Mapping

from baitao_desktop.domain.errors import Refused
from baitao_desktop.domain.ops import Json

UNIT_MAY_KNOW, OFFICE_ONLY, NO_NAME = "甲", "乙", "丙"
CHOICES = (UNIT_MAY_KNOW, OFFICE_ONLY, NO_NAME)
LIMITS = {"xingming": 20, "dianhua": 30, "zhuzhi": 60, "fangbian_shijian": 10, "yuanyi_huifang": 4, "beizhu": 100}
_LABELS = {
    "xingming": "姓名", "dianhua": "电话", "zhuzhi": "住址", "fangbian_shijian": "方便联系的时间", "yuanyi_huifang": "愿意回访",
    "beizhu": "备注",
}  # fmt: skip


def block_of(said: object) -> dict[str, Json]:
    """The block as it is sealed. 丙 leaves everything out; without a choice it is 乙 when anything was said, else 丙.

    Refused (no value in the text) for an unknown choice or field, a value that is no text, or one that is too long.
    """
    if not isinstance(said, Mapping):
        raise Refused("A33", "举报人信息的写法不对，没有登记。请按甲、乙、丙和姓名、电话等各项分开写。", "五（一）1")
    fields = {str(k): v for k, v in said.items() if k != "xuanze" and v not in (None, "")}
    choice = said.get("xuanze") or (OFFICE_ONLY if fields else NO_NAME)
    if choice not in CHOICES:
        raise Refused("A33", "举报人的选择只能是甲、乙或丙，没有登记。请重新选。", "五（一）1")
    if choice == NO_NAME:
        return {"xuanze": NO_NAME}
    for name, value in fields.items():
        if name not in LIMITS:
            raise Refused(
                "A33",
                "举报人信息里有不认识的项，没有登记。可填姓名、电话、住址、方便时间、愿意回访、备注。",
                "五（一）1",
            )
        if not isinstance(value, str):
            raise Refused("A33", f"举报人的{_LABELS[name]}要写成文字，没有登记。请改正。", "五（一）1")
        if len(value) > LIMITS[name]:
            raise Refused("A33", f"举报人的{_LABELS[name]}超过{LIMITS[name]}字，没有登记。请写短一些。", "五（一）1")
    return {"xuanze": choice, **fields}
