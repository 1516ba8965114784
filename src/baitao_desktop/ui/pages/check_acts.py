"""The small forms of the acts of inspections and findings."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from baitao_desktop.actions import findings, inspections
from baitao_desktop.actions.desk import Desk
from baitao_desktop.actions.records import View
from baitao_desktop.domain import findings as law
from baitao_desktop.ui.fields.base import Asks, Choice, Field
from baitao_desktop.ui.fields.choices import PickField, RowField
from baitao_desktop.ui.fields.photos import PhotoDoor, PhotoField
from baitao_desktop.ui.fields.text import LongTextField, TextField
from baitao_desktop.ui.pages.act_sheet import ActSheet, day_field, text_field
from baitao_desktop.ui.window import MainWindow

Values = Sequence[Any]


def close_check_sheet(window: MainWindow, desk: Desk, view: View) -> ActSheet:
    waiting = "、".join(desk.campaign.unit_name(u) for u in view.state.waiting)
    reason = LongTextField(Asks("不再等的理由", "各单位都已提交的，空着"))
    fields: list[Field] = [reason] if waiting else [TextField(Asks("说明", "可以不填"))]
    text = f"还没有提交的：{waiting}。没有提交的项目按“未检查”算。" if waiting else "各单位都已提交。"

    def run(values: Values) -> Any:
        return inspections.close(desk, view.record.id, reason=str(values[0] or ""))

    return ActSheet(
        window, "办结联合检查", "办结", fields, run, said="已办结", text=text, needed=[reason] if waiting else []
    )


def divide_sheet(window: MainWindow, desk: Desk, view: View) -> ActSheet:
    unit = PickField(Asks("分给"), [Choice(u, desk.campaign.unit_name(u)) for u in view.state.waiting])
    numbers = TextField(Asks("项目编号", "写编号，用空格或顿号隔开，如 8 9 17"))

    def run(values: Values) -> Any:
        wanted = [n for n in re.split(r"[\s,，、;；]+", str(values[1] or "")) if n]
        return inspections.divide(desk, view.record.id, unit=str(values[0] or ""), numbers=wanted)

    fields: list[Field] = [unit, numbers]
    return ActSheet(window, "调整分工", "分给它", fields, run, said="已调整分工", needed=fields)


def rectify_sheet(window: MainWindow, desk: Desk, view: View, photos: PhotoDoor) -> ActSheet:
    done = LongTextField(Asks("整改情况", "改了什么、怎么改的"))
    shots = PhotoField(Asks("整改后的照片", "同一个角度再拍一张，前后好对照"), photos, most=9)

    def run(values: Values) -> Any:
        kept = values[1] if isinstance(values[1], list) else []
        return findings.rectify(desk, view.record.id, text=str(values[0]), photos=kept)

    return ActSheet(window, "记下整改", "记下整改", [done, shots], run, said="已记下整改", needed=[done])


def recheck_sheet(window: MainWindow, desk: Desk, view: View) -> ActSheet:
    when = day_field("复查时间", "", desk)
    when.set_value(desk.today.isoformat())
    by = text_field("复查人", desk.who.name)
    result = RowField(Asks("复查结果"), [Choice(k, v) for k, v in law.RESULTS.items()])
    said = LongTextField(Asks("复查情况", "可以不填"))
    due = day_field("新的整改期限", "不合格的才填", desk)

    def run(values: Values) -> Any:
        at, who, outcome, text, until = (str(v or "") for v in values)
        return findings.recheck(
            desk, view.record.id, result=outcome, rechecked_at=at, rechecked_by=who, text=text, due=until
        )

    fields: list[Field] = [when, by, result, said, due]
    return ActSheet(window, "复查", "记下复查", fields, run, said="已记下复查", needed=[when, by, result])


def clear_sheet(window: MainWindow, desk: Desk, view: View) -> ActSheet:
    approver = text_field("批准人", "", "谁同意销号；纸上批的，写批示人")

    def run(values: Values) -> Any:
        return findings.clear(desk, view.record.id, approver=str(values[0]))

    text = "复查合格才能销号；销号以后，场所的颜色跟着变。"
    return ActSheet(window, "销号", "销号", [approver], run, said="已销号", text=text, needed=[approver])


def due_sheet(window: MainWindow, desk: Desk, view: View) -> ActSheet:
    due = day_field("整改期限", "", desk)
    reason = text_field("理由", "")

    def run(values: Values) -> Any:
        return findings.set_due(desk, view.record.id, due=str(values[0] or ""), reason=str(values[1] or ""))

    return ActSheet(window, "定整改期限", "定下", [due, reason], run, said="已定整改期限", needed=[due, reason])


def open_rectify(window: MainWindow, desk: Desk, view: View, photos: PhotoDoor) -> ActSheet:
    sheet = rectify_sheet(window, desk, view, photos)
    sheet.open()
    sheet.fields[0].editors[0].setFocus()
    return sheet


def reopen_sheet(window: MainWindow, desk: Desk, view: View) -> ActSheet:
    reason = text_field("理由", "", "为什么要重新列出，如“复查的不是这一处”")

    def run(values: Values) -> Any:
        return findings.reopen(desk, view.record.id, reason=str(values[0] or ""))

    text = "复查和销号都留在办理经过里；问题回到“待整改”。"
    return ActSheet(window, "重新列出", "重新列出", [reason], run, said="已重新列出", text=text, needed=[reason])


SHEETS: Mapping[str, Callable[[MainWindow, Desk, View], ActSheet]] = {
    "divide": divide_sheet, "recheck": recheck_sheet, "clear": clear_sheet, "set_due": due_sheet,
    "reopen": reopen_sheet,
}  # fmt: skip
