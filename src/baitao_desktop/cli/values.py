"""From what people type to what an answer holds: by the question's type, choices by their words as well as by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import Json
from baitao_desktop.domain.values import yuan
from baitao_desktop.ui.fields import reading

if TYPE_CHECKING:
    from baitao_desktop.actions.desk import Desk
    from baitao_desktop.forms import Form, Question

_MANY = ("select_multiple", "rank")
_CHOOSING = ("select_one", *_MANY)


def form_named(desk: Desk, said: str) -> Form:
    """The form of an id or a title. UserFacingError A37 lists those there are."""
    for form in desk.forms.values():
        if said.strip() in (form.id, form.title):
            return form
    known = "、".join(f"{form.id}（{form.title}）" for form in desk.forms.values())
    raise UserFacingError("A37", f"没有“{said}”这种表。可用：{known}。")


def unit_or_group(desk: Desk, said: str) -> str:
    """The code of a unit or group by code, name or alias. UserFacingError A24 when there is none."""
    group = next((code for code, name in desk.campaign.groups.items() if said.strip() in (code, name)), "")
    unit = desk.campaign.find_unit(said)
    if not group and unit is None:
        raise UserFacingError("A24", f"没有“{said}”这个单位或工作组。请核对名称。")
    return group or (unit.code if unit is not None else "")


def question_named(form: Form, said: str) -> Question:
    """The question of a key, or of the words it is asked with. UserFacingError A55 when there is none, or several."""
    said = said.strip()
    try:
        return form.question(said)
    except KeyError:
        pass
    asked = [q for q in form.walk() if q.type not in ("note", "group", "repeat") and said and said in (q.name, q.label)]
    if len(asked) == 1:
        return asked[0]
    near = [q for q in form.walk() if said and said in q.label]
    hint = f"是不是“{near[0].label}”（{near[0].path}）？" if near else "请按表上的题目或题名写。"
    raise UserFacingError("A55", f"“{form.title}”里{'不止一道' if asked else '没有'}“{said}”这道题。{hint}")


def typed(desk: Desk, form: Form, question: Question, text: str) -> Json:
    """The answer meant by `text`; None for nothing. UserFacingError A56 names the question and what it wants."""
    text = text.strip()
    if not text:
        return None
    kind = question.data if question.type == "range" else question.type
    if question.looks("bt-money"):
        return _need(reading.read_fen(text), question, "写成多少元，如 3980、3980.50 或 2万")
    if kind in ("integer", "int"):
        return _need(reading.read_integer(text), question, "写整数")
    if kind == "decimal":
        return _need(reading.read_decimal(text), question, "写数字")
    if kind in _CHOOSING:
        return _chosen(desk, form, question, text)
    if kind == "date":
        day = reading.read_day(text, desk.today)
        return _need(day.isoformat() if day else None, question, "写存在的日期，如 2022-05-18")
    if kind == "dateTime":
        moment = reading.read_moment(text, desk.now()) or reading.moment_of(text)
        return _need(reading.moment_value(moment) if moment else None, question, "写存在的时间，如 2022-05-18 09:30")
    if kind in ("image", "audio", "video", "file"):
        raise UserFacingError("A56", f"“{_asked(question)}”要选文件，不能在这里写。请在窗口里添加。")
    return text


def read_answers(desk: Desk, form: Form, said: Mapping[str, Json]) -> dict[str, Json]:
    """Answers out of a file: what is no text stays as it is, a text is read as if it had been typed; keys may be the
    words of the questions. What the form does not know stays, for the form's own check to tell."""
    found: dict[str, Json] = {}
    for key, value in said.items():
        try:
            question = question_named(form, key)
        except UserFacingError:
            found[key] = value
            continue
        path = key if "[" in key else question.path
        if isinstance(value, str):
            found[path] = typed(desk, form, question, value)
        elif isinstance(value, list) and question.type in _MANY and all(isinstance(one, str) for one in value):
            found[path] = [_one(question, _options(desk, form, question), str(one)) for one in value]
        else:
            found[path] = value
    return found


def in_words(desk: Desk, form: Form, path: str, value: Json) -> str:
    """An answer as it is echoed: what was understood."""
    from baitao_desktop.forms import label_of

    if isinstance(value, int) and form.question(path).looks("bt-money"):
        return f"{yuan(value)}元"
    return label_of(form, path, value, desk.lists) or "（空）"


def _asked(question: Question) -> str:
    return question.label or question.name


def _need(value: Json, question: Question, what: str) -> Json:
    if value is None:
        raise UserFacingError("A56", f"“{_asked(question)}”要{what}。请改正后再来一次。")
    return value


def _options(desk: Desk, form: Form, question: Question) -> tuple[tuple[str, str], ...]:
    """(name, words) of everything one may choose, whatever else is answered; a later check judges the filter."""
    if question.choices:
        return tuple((choice.name, choice.label) for choice in question.choices)
    from baitao_desktop.forms import fill

    filling = fill(form, {}, now=desk.now(), lists=desk.lists, new=False)
    return filling.choices(question.path) if question.path in filling.paths() else ()


def _chosen(desk: Desk, form: Form, question: Question, text: str) -> Json:
    options = _options(desk, form, question)
    if question.type not in _MANY:
        return _one(question, options, text, desk)
    words = {text, *(name for name, _ in options), *(label for _, label in options)}
    # 选项的文字里可能有顿号，先看整句
    parts = [text] if text in words - {text} else text.translate(dict.fromkeys(map(ord, "、，,;； 　"), "|")).split("|")
    return [_one(question, options, part) for part in parts if part]


def _one(question: Question, options: tuple[tuple[str, str], ...], said: str, desk: Desk | None = None) -> str:
    plain = _bare(said)
    for name, label in options:
        if said == name or plain == _bare(label):
            return name
    unit = desk.campaign.find_unit(said) if desk is not None else None
    if unit is not None and unit.code in dict(options):
        return unit.code
    if not options:
        return said
    known = "、".join(label for _, label in options[:12]) + ("……" if len(options) > 12 else "")
    raise UserFacingError("A56", f"“{_asked(question)}”里没有“{said}”。可选：{known}。")


def _bare(text: str) -> str:
    """Words without blanks and quotation marks: nobody types 提供“养老服务” with the right quotes."""
    return "".join(sign for sign in text if sign not in " 　“”\"'‘’")
