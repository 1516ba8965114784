"""`act`: what each step takes, said by name or in Chinese, and carried out."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from baitao_desktop.cli import asking, values
from baitao_desktop.domain import findings as finding_law
from baitao_desktop.domain import inspections as checks
from baitao_desktop.domain import tips as law
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import Json, RecordId
from baitao_desktop.domain.query import Query
from baitao_desktop.domain.values import yuan
from baitao_desktop.ui.fields import reading

if TYPE_CHECKING:
    from baitao_desktop.actions.desk import Desk
    from baitao_desktop.forms import Form

VERBS = {
    "上报": "hand_up", "受理": "accept", "核实": "verify", "更正": "correct", "办结": "close", "作废": "void", "回复": "feedback",
    "撤销": "revoke", "整改": "rectify", "复查": "recheck", "销号": "clear", "定期限": "set_due",
    "重新列出": "reopen",
}  # fmt: skip
_NAMES = {
    "person": "责任人", "unit": "承办单位", "due_verify": "核实期限", "due_close": "办结期限", "verified_at": "核实时间",
    "verified_by": "核实人", "seen": "核实情况", "result": "核实结果", "conclusion": "内部结论", "reply": "给举报人的回复",
    "loss": "损失", "returned": "已退回", "reason": "理由", "feedback_at": "回复时间", "how": "回复方式", "text": "回复内容",
    "reaction": "对方的反应", "outcome": "回复结果", "rechecked_at": "复查时间", "rechecked_by": "复查人", "approver": "批准人",
    "due": "整改期限",
}  # fmt: skip
_ALSO = {
    "更正理由": "reason", "作废理由": "reason", "反应": "reaction", "单位": "unit", "损失金额": "loss", "已退回金额": "returned",
    "结论": "conclusion", "feedback_how": "how",
}  # fmt: skip
_OWN = {"rectify": {"text": "整改情况"}, "recheck": {"text": "复查情况", "result": "复查结果"}}
"""Steps that call something by another name."""
_FEN = {"loss_fen": "loss", "returned_fen": "returned"}
_OUTCOMES = {code: words for code, words in law.FEEDBACK.items() if code != "pending"}
HELP = f"""每一步 --set 要填的内容（写中文名或括号里的名字都行）：
  上报  不用填
  受理  责任人（person）必填；承办单位（unit）、核实期限（due_verify）、办结期限（due_close）可不填
  核实  核实时间（verified_at）、核实人（verified_by）、核实情况（seen）、核实结果（result：{"、".join(law.RESULTS.values())}）都要填
  更正  题目=新内容，可以写几项；还要写 更正理由（reason）
  办结  内部结论（conclusion）、给举报人的回复（reply）、损失（loss）、已退回（returned）都要填
  作废  作废理由（reason）必填
  回复  回复时间（feedback_at）、回复方式（how）必填；回复结果（outcome：{"、".join(_OUTCOMES.values())}）、
        回复内容（text）、对方的反应（reaction）可不填
  撤销  不用填；只能撤销自己刚办的一步
金额按元写，如 3980、3980.50、2万（只有 loss_fen、returned_fen 按分写）；时间写 2022-05-18 或 2022-05-18 09:30；
选项写文字或代码都行，多选用顿号隔开；单位写名称。
检查记录有更正、作废，联合检查还有办结（没有交齐时写 理由（reason））。查出的问题：
  整改    整改情况（text）必填
  复查    复查结果（result：合格、不合格，继续整改）、复查时间（rechecked_at）、复查人（rechecked_by）必填；不合格的可写整改期限（due）
  销号    批准人（approver）必填，复查合格才行
  定期限  整改期限（due）、理由（reason）都要填
走访登记等其他记录只有更正、作废两步。
例：act 核实 编号 --set 核实时间=2022-05-18 --set 核实人=王某某 --set 核实情况=已到现场 --set 核实结果=属实"""


def verb_of(said: str) -> str:
    """The act of a word, Chinese or not. UserFacingError A53 lists them."""
    by_label = {label: act for act, label in law.ACTS.items() if act in VERBS.values()}
    verb = VERBS.get(said) or by_label.get(said) or said
    if verb not in VERBS.values():
        raise UserFacingError("A53", f"没有“{said}”这个动作。可用：{'、'.join(VERBS)}。")
    return verb


def pairs_of(said: Sequence[str]) -> dict[str, str]:
    """`项=值` as written. UserFacingError A54 when one is not, or an item is given twice."""
    given: dict[str, str] = {}
    for pair in said:
        # 中文输入法打出的是全角等号
        cut = min((at for at in (pair.find("="), pair.find("＝")) if at >= 0), default=-1)
        key, value = pair[:cut].strip(), pair[cut + 1 :].strip()
        if cut < 0 or not key:
            raise UserFacingError("A54", f"“{pair}”写法不对，应写成 项=值。")
        if asking.garbled(pair):
            raise UserFacingError("A54", "--set 的内容里有乱码。请重新写一遍。")
        if key in given:
            raise UserFacingError("A54", f"“{key}”写了两次。请只留一个。")
        given[key] = value
    return given


def act(desk: Desk, verb: str, number: str, pairs: Mapping[str, str]) -> str:
    """Carry out one step; what was done and how sums and choices were understood, as a sentence."""
    from baitao_desktop.actions import tips

    rec, form = find(desk, number)
    taken = _acts(form)
    if verb not in taken:
        words = "、".join(word for word, act in VERBS.items() if act in taken)
        said = next(word for word, act in VERBS.items() if act == verb)
        raise UserFacingError("A53", f"“{form.title}”没有{said}这一步。可用：{words or '没有，由程序自己写'}。")
    if verb == "correct":
        return _correct(desk, rec, form, pairs)
    if verb == "revoke":
        _take(desk, "revoke", pairs, {})
        tips.revoke(desk, rec, tips.last_step(desk, rec))
        return "已撤销。"
    do = taken[verb]
    keywords = {k: p for k, p in inspect.signature(do).parameters.items() if p.kind is p.KEYWORD_ONLY}
    wanted = {k: p.default is p.empty for k, p in keywords.items() if k != "photos"}
    given = _take(
        desk, verb, pairs, wanted, results=finding_law.RESULTS if form.kind == finding_law.KIND else law.RESULTS
    )
    do(desk, rec, **given)
    sums = [f"{_NAMES[_FEN[k]]}{yuan(v)}元" for k, v in given.items() if k in _FEN and isinstance(v, int)]
    return "已办。" + ("、".join(sums) + "。" if sums else "")


def _acts(form: Form) -> dict[str, Callable[..., Any]]:
    """What may be done to a record of this form from the command line, by verb."""
    from baitao_desktop.actions import findings, inspections, records, tips

    by_kind: dict[str, tuple[Any, tuple[str, ...]]] = {
        law.KIND: (tips, ("hand_up", "accept", "verify", "correct", "close", "void", "feedback", "revoke")),
        checks.KIND: (inspections, ("correct", "close", "void")),
        finding_law.KIND: (findings, ("rectify", "recheck", "clear", "set_due", "reopen")),
    }
    room, verbs = by_kind.get(form.kind, (records, ("correct", "void")))
    return {} if form.id in records.BY_PROGRAM and form.kind not in by_kind else {v: getattr(room, v) for v in verbs}


def find(desk: Desk, said: str) -> tuple[RecordId, Form]:
    """The record of a number, 总台账号 or record id, and its form. UserFacingError A34 when it is not here."""
    said = said.strip()
    with desk.store.reading() as reader:
        # 十万条线索全读一遍要几秒；编号在检索里，先检索
        for query in [Query(form=f, text=said) for f in desk.forms] + [Query(form=f) for f in desk.forms]:
            for line in reader.lines(reader.ids(query)) if said else ():
                if said in (line.head.no, line.id, line.head.tracks[1]):
                    return line.id, desk.forms[query.form]
    raise UserFacingError("A34", f"找不到编号“{said}”。请核对编号。")


def _correct(desk: Desk, rec: RecordId, form: Form, pairs: Mapping[str, str]) -> str:
    from baitao_desktop.actions import records, tips

    changes: dict[str, Json] = {}
    reason = ""
    for key, text in pairs.items():
        if key in ("reason", "理由", "更正理由"):
            reason = text
            continue
        if key in (law.IDENTITY, law.QUERY_HASH):
            raise UserFacingError("A07", "举报人信息不能更正，只能重新密封。请在窗口里“重新填写”。")
        question = values.question_named(form, key)
        changes[key if "[" in key else question.path] = values.typed(desk, form, question, text)
    if not changes:
        raise UserFacingError("A54", "没有写要更正哪一项。请加 --set 题目=新内容。")
    if not reason:
        raise UserFacingError("A54", "还没有写更正理由。请加 --set 更正理由=……。")
    do = tips.correct if form.kind == law.KIND else records.correct
    do(desk, rec, changes=changes, reason=reason)
    now = [f"{form.question(k).label}改为{values.in_words(desk, form, k, v)}" for k, v in changes.items()]
    return f"已更正：{'；'.join(now)}。"


def _take(
    desk: Desk,
    verb: str,
    pairs: Mapping[str, str],
    takes: Mapping[str, bool],
    *,
    results: Mapping[str, str] = law.RESULTS,
) -> dict[str, Any]:
    """The step's own parameters out of what was written. UserFacingError A54 says in Chinese what it takes."""
    labels = {_FEN.get(name, name): name for name in takes}
    names = {**_NAMES, **_OWN.get(verb, {})}
    by_words = {names.get(short, short): short for short in labels} | {w: s for w, s in _ALSO.items() if s in labels}
    given: dict[str, Any] = {}
    for key, text in pairs.items():
        short = by_words.get(key, key)
        name = labels.get(short, key if key in takes else "")
        if not name:
            raise UserFacingError("A54", f"“{_word(verb)}”没有“{key}”这一项。{_wanted(labels, takes, names)}")
        if name in given:
            raise UserFacingError("A54", f"“{names.get(_FEN.get(name, name), name)}”写了两次。请只留一个。")
        given[name] = _value(desk, name, text, fen=key in _FEN, results=results)
    missing = [names.get(short, short) for short, name in labels.items() if takes[name] and name not in given]
    if missing:
        raise UserFacingError("A54", f"还没有写{'、'.join(missing)}。{_wanted(labels, takes, names)}")
    return given


def _wanted(labels: Mapping[str, str], takes: Mapping[str, bool], names: Mapping[str, str]) -> str:
    if not labels:
        return "这一步不用填内容。"
    must = [f"{names.get(s, s)}（{s}）" for s, name in labels.items() if takes[name]]
    may = [f"{names.get(s, s)}（{s}）" for s, name in labels.items() if not takes[name]]
    said = [f"要填：{'、'.join(must)}"] if must else []
    said += [f"可填：{'、'.join(may)}"] if may else []
    return "；".join(said) + "。"


def _word(verb: str) -> str:
    return next(word for word, act in VERBS.items() if act == verb)


def _value(desk: Desk, name: str, text: str, *, fen: bool, results: Mapping[str, str]) -> Any:
    if name in _FEN:
        sum_of = reading.read_integer(text) if fen else reading.read_fen(text)
        if sum_of is None:
            how = "按分写成整数" if fen else "写成多少元，如 3980、3980.50 或 2万"
            raise UserFacingError("A56", f"“{_NAMES[_FEN[name]]}”要{how}。请改正后再来一次。")
        return sum_of
    if name == "result":
        return _code(text, results, name)
    if name == "outcome":
        return _code(text, _OUTCOMES, name)
    if name == "unit" and text:
        unit = desk.campaign.find_unit(text)
        if unit is None:
            raise UserFacingError("A24", f"没有“{text}”这个单位。请核对名称。")
        return unit.code
    if name in ("due_verify", "due_close", "due") and text:
        day = reading.read_day(text, desk.today)
        return _there(day.isoformat() if day else None, name, "写存在的日期，如 2022-05-25")
    if name in ("verified_at", "feedback_at", "rechecked_at") and text:
        return _there(_when(desk, text), name, "写存在的日期或时间，如 2022-05-18 09:30")
    return text


def _when(desk: Desk, text: str) -> str | None:
    day = reading.read_day(text, desk.today)
    if day is not None:
        return day.isoformat()
    moment = reading.read_moment(text, desk.now()) or reading.moment_of(text)
    return reading.moment_value(moment) if moment is not None else None


def _there(value: str | None, name: str, what: str) -> str:
    if value is None:
        raise UserFacingError("A56", f"“{_NAMES[name]}”要{what}。请改正后再来一次。")
    return value


def _code(text: str, known: Mapping[str, str], name: str) -> str:
    for code, words in known.items():
        if text in (code, words, words.partition("，")[0]):
            return code
    raise UserFacingError("A56", f"“{_NAMES[name]}”里没有“{text}”。可选：{'、'.join(known.values())}。")
