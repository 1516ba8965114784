"""The small forms of acts: only what the act needs, defaults filled in; a trouble is said in the form, which stays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtWidgets import QDialog

from baitao_desktop.actions import records, tips
from baitao_desktop.actions.desk import Desk
from baitao_desktop.actions.records import View
from baitao_desktop.domain import inspections as checks
from baitao_desktop.domain import tips as law
from baitao_desktop.domain.ops import Json
from baitao_desktop.domain.values import chinese_date
from baitao_desktop.ui.fields.base import Asks, Choice, Field
from baitao_desktop.ui.fields.choices import PickField, RowField
from baitao_desktop.ui.fields.text import LongTextField, MoneyField, TextField
from baitao_desktop.ui.pages import check_acts
from baitao_desktop.ui.pages.act_sheet import ActSheet, day_field, moment_field, text_field
from baitao_desktop.ui.window import MainWindow

Values = Sequence[Any]
WORDS = {
    "hand_up": "上报街道", "accept": "受理", "verify": "核实", "correct": "更正", "close": "办结", "void": "作废",
    "feedback": "回复举报人", "fill": "填写本单位的部分", "divide": "调整分工", "rectify": "记下整改", "recheck": "复查",
    "clear": "销号", "set_due": "定整改期限",
    "reopen": "重新列出",
}  # fmt: skip
SAID = {
    "hand_up": "已上报街道，随下一次报送交出", "accept": "已受理", "verify": "已记下核实情况", "close": "已办结",
    "void": "已作废，编号保留", "feedback": "已记下回复",
}  # fmt: skip
HOW = ("电话", "当面", "短信、微信", "书面")


def open_act(window: MainWindow, desk: Desk, view: View, act: str) -> QDialog | None:
    """Open the small form of an act; 上报街道 needs none and is done at once (it can be taken back)."""
    rec = view.record.id
    if act in check_acts.SHEETS:
        return _opened(check_acts.SHEETS[act](window, desk, view))
    if act == "close" and view.form.kind == checks.KIND:
        return _opened(check_acts.close_check_sheet(window, desk, view))
    if act == "hand_up":
        window.act(lambda _tell: tips.hand_up(desk, rec), said=SAID[act])
        return None
    makers: dict[str, Callable[[MainWindow, Desk, View], ActSheet]] = {
        "accept": accept_sheet, "verify": verify_sheet, "close": close_sheet, "void": void_sheet,
        "feedback": feedback_sheet,
    }  # fmt: skip
    return _opened(makers[act](window, desk, view))


def _opened(sheet: ActSheet) -> ActSheet:
    sheet.open()
    first = next((f for f in sheet.fields if f.value() is None), sheet.fields[0]).first_editor()
    if first is not None:
        first.setFocus()
    return sheet


def accept_sheet(window: MainWindow, desk: Desk, view: View) -> ActSheet:
    person = text_field("责任人", desk.who.name, "只写一个人，由他负责到底")
    due_verify = day_field("核实期限", f"今天是{chinese_date(desk.today)}；没有规定期限就空着", desk)
    due_close = day_field("办结期限", "没有规定期限就空着", desk)
    fields: list[Field] = [person, due_verify, due_close]
    unit: PickField | None = None
    if desk.is_office:
        units = [u for u in desk.campaign.units.values() if u.kind in ("office", "unit", "village", "community")]
        unit = PickField(Asks("承办单位"), [Choice(u.code, u.name) for u in units])
        unit.set_value(desk.unit.code)
        fields.insert(0, unit)

    def run(values: Values) -> Any:
        name, verify, close = values[-3:]
        return tips.accept(
            desk, view.record.id, unit=str(values[0]) if unit is not None else "", person=str(name),
            due_verify=str(verify or ""), due_close=str(close or ""),
        )  # fmt: skip

    needed: list[Field] = [person, *([unit] if unit is not None else [])]
    return ActSheet(window, "受理线索", "受理", fields, run, said=SAID["accept"], needed=needed)


def verify_sheet(window: MainWindow, desk: Desk, view: View) -> ActSheet:
    when = moment_field("核实时间", desk)
    by = text_field("核实人", desk.who.name)
    seen = LongTextField(Asks("核实情况", "去了哪里、问了谁、看到什么"))
    result = RowField(Asks("核实结果"), [Choice(k, v) for k, v in law.RESULTS.items()])

    def run(values: Values) -> Any:
        at, who, what, outcome = (str(v) for v in values)
        return tips.verify(desk, view.record.id, verified_at=at, verified_by=who, seen=what, result=outcome)

    fields: list[Field] = [when, by, seen, result]
    return ActSheet(window, "核实情况", "记下核实", fields, run, said=SAID["verify"], needed=fields)


def close_sheet(window: MainWindow, desk: Desk, view: View) -> ActSheet:
    conclusion = LongTextField(Asks("内部结论", "写给本单位和专项办看，不给举报人"))
    reply = LongTextField(Asks("给举报人的回复", "用他听得懂的话，不写内部情况"))
    loss = MoneyField(Asks("损失", "没有就填0"))
    returned = MoneyField(Asks("已退回", "没有就填0"))
    loss.set_value(_whole(view.record.answers.get(law.LOSS)))
    returned.set_value(_whole(view.record.answers.get(law.RETURNED)))

    def run(values: Values) -> Any:
        inner, outer, lost, back = values
        return tips.close(
            desk, view.record.id, conclusion=str(inner), reply=str(outer), loss_fen=lost, returned_fen=back
        )

    fields: list[Field] = [conclusion, reply, loss, returned]
    return ActSheet(window, "办结线索", "办结", fields, run, said=SAID["close"], needed=fields)


def void_sheet(window: MainWindow, desk: Desk, view: View) -> ActSheet:
    reason = LongTextField(Asks("作废理由"))
    act = tips.void if view.form.kind == law.KIND else records.void

    def run(values: Values) -> Any:
        return act(desk, view.record.id, reason=str(values[0]))

    text = f"{view.no} 作废后仍留在台账里，编号不再用。"
    return ActSheet(window, "作废", "作废", [reason], run, said=SAID["void"], text=text, needed=[reason])


def feedback_sheet(window: MainWindow, desk: Desk, view: View) -> ActSheet:
    when = moment_field("回复时间", desk)
    how = RowField(Asks("回复方式"), [Choice(h, h) for h in HOW])
    how.set_value(HOW[0])
    outcome = RowField(Asks("回复结果"), [Choice(k, v) for k, v in law.FEEDBACK.items() if k != "pending"])
    outcome.set_value("done")
    text = LongTextField(Asks("回复内容"))
    text.set_value(view.state.reply)
    reaction = TextField(Asks("对方的反应", "满意、还有疑问等，可以不填"))

    def run(values: Values) -> Any:
        at, way, came, said, reacted = (str(v or "") for v in values)
        return tips.feedback(desk, view.record.id, feedback_at=at, how=way, text=said, reaction=reacted, outcome=came)

    fields: list[Field] = [when, how, outcome, text, reaction]
    needed: list[Field] = [when, how, outcome]
    return ActSheet(window, "回复举报人", "记下回复", fields, run, said=SAID["feedback"], needed=needed)


def _whole(value: Json) -> Json:
    return value if isinstance(value, int) else None
