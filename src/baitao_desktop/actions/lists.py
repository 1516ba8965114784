"""从表格收线索: tips out of a .csv or .xlsx, seen before they are taken, all or nothing, each left-out row with its reason."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from baitao_desktop.actions.desk import Desk, Done, Progress, fresh_record_id, note_in
from baitao_desktop.actions.tips import draw_number, office_no_step, seal_reporter
from baitao_desktop.domain import people, tips
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import Json, NewOp, OpKind, RecordId
from baitao_desktop.domain.reporters import NO_NAME
from baitao_desktop.domain.values import CST, half_width, iso_minute
from baitao_desktop.forms import check

if TYPE_CHECKING:
    from baitao_desktop.exchange.lists import Row, Table

FIELDS = {
    "zhaiyao": "反映了什么",
    "beifanying_duixiang": "反映的是谁",
    "suozai_cunshe": "村（社区）",
    "jieshou_shijian": "接收时间",
    "qudao": "怎么得知的",
    "duixiang_dianhua": "对方电话",
    "sunshi_fen": "损失（元）",
    "xiangxi": "备注，并入详细情况",
}
"""What a column may be taken as."""
_GUESSES = {
    "zhaiyao": ("content", "内容", "摘要", "线索摘要", "反映", "情况", "详细"),
    "beifanying_duixiang": ("被反映对象", "对象", "单位名称", "企业名称", "名称"),
    "suozai_cunshe": ("村", "社区", "村社", "地点"),
    "jieshou_shijian": ("接收时间", "受理日期", "时间", "日期"),
    "qudao": ("渠道", "来源"),
    "duixiang_dianhua": ("对方电话", "被反映人电话", "涉诈电话", "诈骗电话"),
    "sunshi_fen": ("损失", "金额", "涉案金额"),
    "xiangxi": ("label", "备注", "类别", "类型"),
}
_PERSONAL = re.compile("举报|反映人|来电人|来访人|报案人|受害|老人姓名|^姓名$|身份证|家属|住址|家庭地址|联系人")
"""Headings of columns about the person who came: they are never taken in, an identity is sealed one by one."""
_SUMMARY, _SUBJECT = 500, 60
_MOST_FEN = 10**8 * 100
_SAMPLE = 20


@dataclass(frozen=True, slots=True)
class ListPreview:
    """A list before anything is taken: its columns, what they would be taken as, first rows, rows left out and why."""

    path: Path
    columns: tuple[str, ...]
    mapping: Mapping[int, str]
    sample: tuple[tuple[str, ...], ...]
    rows: int
    encoding: str
    left_out: tuple[tuple[int, str], ...]
    doubts: tuple[tuple[int, str], ...] = ()
    personal: tuple[str, ...] = ()
    """Headings of columns that look like a reporter's or victim's identity: not taken, whoever asks."""

    @property
    def warning(self) -> str:
        if not self.personal:
            return ""
        return f"“{'”“'.join(self.personal)}”像是举报人或受害人的信息，这几列不收。身份要逐件登记时密封；请把这份表格妥善保管或删除。"


@dataclass(frozen=True, slots=True)
class ListTaken:
    """What a list brought. `left_out` rows are (row number as WPS shows it, reason)."""

    taken: int
    left_out: tuple[tuple[int, str], ...]
    batch: str
    doubts: tuple[tuple[int, str], ...] = ()

    @property
    def sentence(self) -> str:
        rest = f"，{len(self.left_out)}行没有收（见清单）" if self.left_out else ""
        rest += f"，{len(self.doubts)}行收了但请核对（见清单）" if self.doubts else ""
        return f"收入线索{self.taken}件{rest}。"


def look_at_list(desk: Desk, path: Path, *, sheet: str | None = None) -> ListPreview:
    """Open a list and guess its columns; nothing is kept. UserFacingError X20… for a file that cannot be read."""
    from baitao_desktop.exchange import lists

    del desk
    table = lists.read(path, sheet=sheet)
    mapping = guess_columns(table.header)
    return ListPreview(
        path, table.header, mapping, tuple(r.cells for r in table.rows[:_SAMPLE]), len(table.rows),
        {"utf-8": "UTF-8", "gbk": "GBK", "gb18030": "GB18030"}.get(table.encoding.lower(), table.encoding or "Excel"),
        tuple((out.number, out.reason) for out in table.left_out),
        tuple((out.number, out.reason) for out in table.doubts),
        tuple(title for title in table.header if _PERSONAL.search(title)),
    )  # fmt: skip


def guess_columns(header: Sequence[str]) -> dict[int, str]:
    """Column number → field, each field once, by the words of the header."""
    out: dict[int, str] = {}
    for field, words in _GUESSES.items():
        for n, title in enumerate(header):
            plain = title.strip().lower()
            if (
                n not in out
                and not _PERSONAL.search(title)
                and any(plain == w or (len(w) > 1 and w in plain) for w in words)
            ):
                out[n] = field
                break
    return out


def take_in_list(
    desk: Desk, path: Path, mapping: Mapping[int, str], *, sheet: str | None = None, progress: Progress | None = None
) -> Done[ListTaken]:
    """One transaction: every good row becomes a tip with a number, every other is listed with its reason.

    Doubled rows are left out against each other and against tips taken from lists before.
    """
    from baitao_desktop.exchange import lists

    people.require("register", desk.who, desk.card, own=True, first=True)
    if "zhaiyao" not in mapping.values():
        raise UserFacingError("A50", "还没有指明哪一列是“反映了什么”。请在表头上选一列。")
    table = lists.read(path, sheet=sheet)
    personal = [table.header[n] for n in mapping if n < len(table.header) and _PERSONAL.search(table.header[n])]
    if personal:
        raise UserFacingError(
            "A55", f"“{personal[0]}”像是举报人或受害人的信息，不能收进线索。请在表头上把这一列改成“不收”。"
        )
    left: list[tuple[int, str]] = [(out.number, out.reason) for out in table.left_out]
    doubts: list[tuple[int, str]] = [(out.number, out.reason) for out in table.doubts]
    good = _good_rows(desk, table, mapping, left=left, doubts=doubts)
    if not good:
        why = left[0][1] if left else "没有内容"
        raise UserFacingError("A51", f"“{path.name}”里没有一行可以收（{why}）。请核对列和内容。")
    batch = secrets.token_hex(8)
    with desk.store.writing(desk.who.id, desk.now()) as writer:
        ops: list[NewOp] = []
        for n, answers in enumerate(good, 1):
            rec = fresh_record_id(desk)
            no = draw_number(desk, writer)
            said = {**tips.register(no=no, who=desk.who, unit=desk.unit.code, at=desk.at()), "batch": batch}
            ops += [
                NewOp(rec, tips.FORM, desk.scope, OpKind.CREATE, "", answers),
                NewOp(rec, tips.FORM, desk.scope, OpKind.STEP, "register", said),
                *office_no_step(desk, writer, rec),
            ]
            if progress and n % 50 == 0:
                progress("正在登记", n, len(good))
        changed: frozenset[RecordId] = writer.put(ops)
        note_in(desk, writer, "list_taken", "", rows=len(good), left_out=len(left), batch=batch)
    return Done(ListTaken(len(good), tuple(sorted(left)), batch, tuple(sorted(doubts))), changed)


def _good_rows(
    desk: Desk,
    table: Table,
    mapping: Mapping[int, str],
    *,
    left: list[tuple[int, str]],
    doubts: list[tuple[int, str]],
) -> list[dict[str, Json]]:
    from baitao_desktop.domain.query import Query

    seen: dict[str, int] = {}
    with desk.store.reading() as reader:
        for line in reader.lines(reader.ids(Query(form=tips.FORM))):
            seen[_key(line.answers)] = 0
    good: list[dict[str, Json]] = []
    for row in table.rows:
        try:
            answers, doubt = _answers(desk, row, mapping)
        except _Unreadable as trouble:
            left.append((row.number, str(trouble)))
            continue
        if not answers.get("zhaiyao"):
            left.append((row.number, "内容是空的"))
            continue
        key = _key(answers)
        if key in seen:
            left.append((row.number, f"和第{seen[key]}行重复" if seen[key] else "已经登记过"))
            continue
        seen[key] = row.number
        problems = check(desk.forms[tips.FORM], answers, whole=True, now=desk.now(), lists=desk.lists)
        if problems:
            left.append((row.number, f"{problems[0].label}：{problems[0].text}"))
            continue
        doubts += [(row.number, doubt)] if doubt else []
        good.append({**answers, tips.IDENTITY: seal_reporter(desk, {"xuanze": NO_NAME}), tips.QUERY_HASH: _no_code()})
    return good


class _Unreadable(Exception):
    """A cell that says something nobody can be sure of: the row is left out, never guessed."""


def _no_code() -> str:
    """Looks like a query code's hash and is nobody's: a list brings no reporter who could ask."""
    from baitao_desktop.seal import CODE_ALG

    return f"{CODE_ALG}:{secrets.token_hex(16)}"


def _key(answers: Mapping[str, Json]) -> str:
    text = str(answers.get("zhaiyao", "")) + str(answers.get("xiangxi", ""))
    return "".join(text.split()) + "|" + str(answers.get("beifanying_duixiang", ""))


def _answers(desk: Desk, row: Row, mapping: Mapping[int, str]) -> tuple[dict[str, Json], str]:
    """The tip of a row, and a doubt to tell; what does not fit a short field goes whole into 详细情况."""
    cells = {field: row.cells[n].strip() for n, field in mapping.items() if n < len(row.cells)}
    whole, subject, place = (cells.get(k, "") for k in ("zhaiyao", "beifanying_duixiang", "suozai_cunshe"))
    unit = desk.campaign.find_unit(place) if place else None
    rest = [whole[_SUMMARY:]] if len(whole) > _SUMMARY else []
    rest += [f"备注：{cells['xiangxi']}"] if cells.get("xiangxi") else []
    rest += [f"对方全称：{subject}"] if len(subject) > _SUBJECT else []
    rest += [f"原表写的地点：{place}"] if place and unit is None else []
    doubt = f"村（社区）“{place[:20]}”不在名单里，记为不详，原话写进了详细情况" if place and unit is None else ""
    out: dict[str, Json] = {
        "zhengzai_zhuanqian": "buqingchu",
        "jieshou_shijian": _moment(cells.get("jieshou_shijian", "")) or desk.at(),
        "qudao": _channel(desk, cells.get("qudao", "")),
        "suozai_cunshe": unit.code if unit else "BX",
        "beifanying_duixiang": subject[:_SUBJECT] or "不详",
        "zhaiyao": whole[:_SUMMARY],
        "xiangxi": "\n".join(rest),
        "duixiang_dianhua": cells.get("duixiang_dianhua", ""),
        "sunshi_fen": _fen(cells.get("sunshi_fen", "")),
    }
    return {k: v for k, v in out.items() if v not in ("", None)}, doubt


def _channel(desk: Desk, said: str) -> str:
    for choice in desk.forms[tips.FORM].question("qudao").choices:
        if said and (said in choice.label or choice.label in said):
            return choice.name
    return "mopai"


def _fen(said: str) -> int | None:
    from baitao_desktop.forms.display import fen_of

    if not said:
        return None
    fen = fen_of(said)
    if fen is None:
        raise _Unreadable(f"金额“{said[:20]}”读不懂")
    if fen > _MOST_FEN:
        raise _Unreadable(f"金额“{said[:20]}”大得不合理，可能是电话或账号填错了列")
    return fen


def _moment(said: str) -> str:
    """ISO text of a date as offices write it, also the day number a spreadsheet keeps; _Unreadable for anything else."""
    text = half_width(said).strip().replace("T", " ")
    if not text:
        return ""
    if re.fullmatch(r"[3-6]\d{4}(\.\d+)?", text):
        return iso_minute(datetime(1899, 12, 30, tzinfo=CST) + timedelta(days=float(text)))
    plain = re.sub(r"[/.年]|月(?=\d)", "-", text).replace("月", "").replace("日", " ").strip()
    for pattern in ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%Y%m%d"):
        try:
            return iso_minute(datetime.strptime(plain, pattern).replace(tzinfo=CST))
        except ValueError:
            continue
    raise _Unreadable(f"时间“{said[:20]}”读不懂")


def left_out_text(taken: ListTaken) -> str:
    """The rows left out, and those to look at again, to save or print."""
    lines = [f"第{n}行没有收：{why}" for n, why in taken.left_out]
    return "\n".join([*lines, *(f"第{n}行请核对：{why}" for n, why in taken.doubts)])
