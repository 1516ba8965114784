"""从表格收线索: tips out of a .csv or .xlsx, seen before they are taken, all or nothing, each left-out row with its reason."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from baitao_desktop.actions.desk import Desk, Done, Progress, fresh_record_id, note_in
from baitao_desktop.actions.tips import NO_NAME, draw_number, office_no_step, seal_reporter
from baitao_desktop.domain import people, tips
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import Json, NewOp, OpKind, RecordId
from baitao_desktop.domain.values import CST, iso_minute
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
    "duixiang_dianhua": ("电话", "联系电话"),
    "sunshi_fen": ("损失", "金额", "涉案金额"),
    "xiangxi": ("label", "备注", "类别", "类型"),
}
_SUMMARY = 500
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


@dataclass(frozen=True, slots=True)
class ListTaken:
    """What a list brought. `left_out` rows are (row number as WPS shows it, reason)."""

    taken: int
    left_out: tuple[tuple[int, str], ...]
    batch: str

    @property
    def sentence(self) -> str:
        rest = f"，{len(self.left_out)}行没有收（见清单）" if self.left_out else ""
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
    )  # fmt: skip


def guess_columns(header: Sequence[str]) -> dict[int, str]:
    """Column number → field, each field once, by the words of the header."""
    out: dict[int, str] = {}
    for field, words in _GUESSES.items():
        for n, title in enumerate(header):
            plain = title.strip().lower()
            if n not in out and any(plain == w or (len(w) > 1 and w in plain) for w in words):
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
    left: list[tuple[int, str]] = [(out.number, out.reason) for out in table.left_out]
    good = _good_rows(desk, table, mapping, left)
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
    return Done(ListTaken(len(good), tuple(sorted(left)), batch), changed)


def _good_rows(
    desk: Desk, table: Table, mapping: Mapping[int, str], left: list[tuple[int, str]]
) -> list[dict[str, Json]]:
    from baitao_desktop import seal
    from baitao_desktop.domain.query import Query

    seen: dict[str, int] = {}
    with desk.store.reading() as reader:
        for line in reader.lines(reader.ids(Query(form=tips.FORM))):
            seen[_key(line.answers)] = 0
    good: list[dict[str, Json]] = []
    salt = bytes.fromhex(desk.campaign.query_salt)
    # 名单里没有举报人：查询码发不出去，散列用一个不存在的码，一批共用一次计算
    digest = seal.query_code_hash(secrets.token_hex(8), salt)
    for row in table.rows:
        answers = _answers(desk, row, mapping)
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
            left.append((row.number, problems[0].text))
            continue
        good.append(
            {
                **answers,
                tips.IDENTITY: seal_reporter(desk, {"xuanze": NO_NAME}),
                tips.QUERY_HASH: f"{digest}.{row.number}",
            }
        )
    return good


def _key(answers: Mapping[str, Json]) -> str:
    text = str(answers.get("zhaiyao", "")) + str(answers.get("xiangxi", ""))
    return "".join(text.split()) + "|" + str(answers.get("beifanying_duixiang", ""))


def _answers(desk: Desk, row: Row, mapping: Mapping[int, str]) -> dict[str, Json]:
    cells = {field: row.cells[n].strip() for n, field in mapping.items() if n < len(row.cells)}
    whole = cells.get("zhaiyao", "")
    rest = [whole[_SUMMARY:]] if len(whole) > _SUMMARY else []
    rest += [f"备注：{cells['xiangxi']}"] if cells.get("xiangxi") else []
    unit = desk.campaign.find_unit(cells.get("suozai_cunshe", "")) if cells.get("suozai_cunshe") else None
    out: dict[str, Json] = {
        "zhengzai_zhuanqian": "buqingchu",
        "jieshou_shijian": _moment(cells.get("jieshou_shijian", "")) or desk.at(),
        "qudao": _channel(desk, cells.get("qudao", "")),
        "suozai_cunshe": unit.code if unit else "BX",
        "beifanying_duixiang": cells.get("beifanying_duixiang", "")[:60] or "不详",
        "zhaiyao": whole[:_SUMMARY],
        "xiangxi": "\n".join(rest),
        "duixiang_dianhua": cells.get("duixiang_dianhua", ""),
        "sunshi_fen": _fen(cells.get("sunshi_fen", "")),
    }
    return {k: v for k, v in out.items() if v not in ("", None)}


def _channel(desk: Desk, said: str) -> str:
    for choice in desk.forms[tips.FORM].question("qudao").choices:
        if said and (said in choice.label or choice.label in said):
            return choice.name
    return "mopai"


def _fen(said: str) -> int | None:
    from baitao_desktop.forms.display import fen_of

    return fen_of(said) if said else None


def _moment(said: str) -> str:
    for pattern in ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日"):
        try:
            return iso_minute(datetime.strptime(said, pattern).replace(tzinfo=CST))
        except ValueError:
            continue
    return ""


def left_out_text(taken: ListTaken) -> str:
    """The list of rows left out, to save or print."""
    return "\n".join(f"第{n}行：{why}" for n, why in taken.left_out)
