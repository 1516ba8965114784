"""What the author of a table is told; and pyxform's complaints in those words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any

from baitao_desktop.domain.errors import UserFacingError


@dataclass(frozen=True, slots=True)
class AuthorProblem:
    """One thing to put right in a table, and the way out.

    `row` as the spreadsheet program numbers it (heading = 1), 0 where it is the whole sheet; `column` is the heading,
    empty where it is the whole row. `line` is all of it in one line.
    """

    sheet: str
    row: int
    column: str
    text: str
    remedy: str

    @property
    def line(self) -> str:
        spots = [self.sheet, f"第{self.row}行" if self.row else "", f"{self.column} 列" if self.column else ""]
        where = " ".join(spot for spot in spots if spot)
        return f"{where}：{self.text}；{self.remedy}" if where else f"{self.text}；{self.remedy}"


class UnfitTable(UserFacingError):
    """A table that cannot become a form; `problems` says what its author has to put right."""

    def __init__(self, code: str, name: str, problems: tuple[AuthorProblem, ...]) -> None:
        super().__init__(code, f"表“{name}”做不成表单：{'。'.join(problem.line for problem in problems)}")
        self.problems = problems


_ROW = re.compile(r"\[row : (\d+)\]\s*")
_CELL = re.compile(r"On the '(\w+)' sheet, (?:the '([^']+)' value|the entity declaration|one or more column names)")
_TEMPLATE = "请照模板填写"
_ENTITY = "本程序不用 entities 表，请删去它和 save_to 列"
_RANGE = "请改正 range 题的 parameters"
# pyxform's own catalogue: what is wrong, what to do; words in braces are its own
_CATALOGUE: Mapping[str, tuple[str, str]] = {
    "ENTITY_001": ("填了 save_to，却没有 entities 表", _ENTITY),
    "ENTITY_002": ("save_to 的“{saveto}”与第{other_row}行重复", "请删去或改掉其中一个"),
    "ENTITY_003": ("组和重复组不能填 save_to", "请删去这一格"),
    "ENTITY_004": ("save_to 的清单“{dataset}”不在 entities 表里", _ENTITY),
    "ENTITY_005": ("实体清单“{dataset}”没有 label", "请补上 label，" + _ENTITY),
    "ENTITY_006": ("实体清单“{dataset}”没有 update_if", "请补上，或删去 entity_id"),
    "ENTITY_007": ("实体清单“{dataset}”没有 entity_id", "请补上，或把 update_if 改成 create_if"),
    "ENTITY_008": ("有几个实体清单时，save_to 要写明是哪一个", "请写成“清单名#列名”"),
    "ENTITY_009": ("实体“{scope}”与第{other_row}行的实体放不下在同一处", _ENTITY),
    "ENTITY_011": ("实体清单“{dataset}”引用的题不在同一组里", "请用计算题把值抄到同一组"),
    "ENTITY_012": ("实体清单“{dataset}”引用的题“{question}”不在同一组里", "请用计算题把值抄到同一组"),
    "ENTITY_013": ("save_to 里有不止一个 #", "请只留一个"),
    "HEADER_001": ("第一行不是表头", "请照模板补上表头"),
    "HEADER_002": ("表头“{other}”和“{header}”说的是同一件事", "请删去一列"),
    "HEADER_003": ("缺少列 {missing}", "请照模板补上表头"),
    "HEADER_004": ("表头“{column}”是空的或带空格", "请改正表头"),
    "HEADER_005": ("没有 {columns} 这样的列", "请核对表头"),
    "INTERNAL_001": ("trigger 列读不懂", "请改成 ${题名}"),
    "INTERNAL_002": ("引用读不懂", "请核对这张表里的 ${题名}"),
    "LABEL_001": ("选项没有显示的文字", "请填写 label 列"),
    "NAMES_001": ("题名“{value}”在同一组里重复", "请改成不同的名字"),
    "NAMES_002": ("题名“{value}”与另一题只有大小写不同", "请改成不同的名字"),
    "NAMES_003": ("重复组不能叫“{value}”（与整张表同名）", "请改名"),
    "NAMES_004": ("重复组的名字“{value}”已经用过", "请改成不同的名字"),
    "NAMES_005": ("题名不能叫 meta", "请改名"),
    "NAMES_006": ("选项没有填 name", "请补上"),
    "NAMES_007": ("同一个选项表里 name 重复", "请改成不同的 name"),
    "NAMES_008": ("名字里有不能用的符号", "请改用字母开头的字母、数字和下划线"),
    "NAMES_009": ("名字“{name}”里有不能用的符号", "请改用字母开头的字母、数字和下划线"),
    "NAMES_010": ("名字不能以两个下划线开头", "请改名"),
    "NAMES_011": ("名字里不能有点号", "请改名"),
    "NAMES_012": ("名字不能叫 name 或 label", "请改名"),
    "NAMES_013": ("没有工作表“{sheet}”，却有 {candidates}，可能写错了名字", "请把工作表改名为 {sheet}"),
    "NAMES_014": ("list_name 重复", "请改成不同的名字"),
    "NAMES_015": ("没有填 list_name", "请补上"),
    "PYREF_001": ("引用题目的写法不对", "请写成 ${题名}"),
    "PYREF_002": ("几个引用之间没有逗号", "请用逗号隔开"),
    "PYREF_003": ("引用了没有的题 ${q}", "请核对题名，或先添加这道题"),
    "PYREF_004": ("引用的题名 ${q} 不止一道", "请给其中一道改名"),
    "RANGE_001": ("{name} 不是数", _RANGE),
    "RANGE_002": ("{name} 不能是 0", _RANGE),
    "RANGE_003": ("{name} 比 start 到 end 的距离还大", _RANGE),
    "RANGE_004": ("{name} 不是 step 的倍数", _RANGE),
    "RANGE_005": ("{name} 不在 start 和 end 之间", _RANGE),
    "RANGE_006": ("tick_labelset 不是 choices 里的选项表", _RANGE),
    "RANGE_007": ("appearance 为 no-ticks 时 tick_labelset 只能有两项", _RANGE),
    "RANGE_008": ("这种外观不能用 tick_interval、placeholder、tick_labelset", _RANGE),
    "RANGE_009": ("tick_labelset 的选项 name 不全是数", _RANGE),
    "RANGE_010": ("tick_labelset 的选项不在 start 和 end 之间", _RANGE),
    "RANGE_011": ("tick_labelset 的选项不是 {name} 的倍数", _RANGE),
    "RANGE_012": ("appearance 为 no-ticks 时 tick_labelset 只能是 start 和 end", _RANGE),
    "SURVEY_001": ("“{name}”多了一个 end_{type}", "请删去，或补上对应的 begin_{type}"),
    "SURVEY_002": ("“{name}”的 begin_{type} 没有对应的 end_{type}", "请补上"),
    "SURVEY_003": ("incremental 只能填 true", "请改正或删去"),
    "SURVEY_004": ("parameters 的写法不对", "请写成“名=值 名=值”，如 rows=3"),
    "SURVEY_005": ("这种题型的 parameters 没有 {rejected}", "可用的是 {accepted}"),
    "SURVEY_006": ("reference-geometry 不是选项表、清单或重复组的名字", "请改正"),
    "SURVEY_007": ("capture-accuracy 不是数", "请改正"),
    "SURVEY_008": ("warning-accuracy 不是数", "请改正"),
    "SURVEY_009": ("allow-mock-accuracy 只能填 true 或 false", "请改正"),
}
# what it says without a code; \1 … stand for the groups
_SAYINGS: tuple[tuple[str, str, str], ...] = (
    (r"Could not find the name '([^']*)'", r"引用了没有的题 ${\1}", "请核对题名，或先添加这道题"),
    (r"There is no survey element named '([^']*)'", r"引用了没有的题 ${\1}", "请核对题名，或先添加这道题"),
    (r"There are multiple survey elements named '([^']*)'", r"引用的题名 ${\1} 不止一道", "请给其中一道改名"),
    (r"invalid date on the (\S+) sheet, under the (.+?) column", "这一格的日期读不出来", "请把这一格改成文本再填"),
    (r"List name not in external choices sheet:? *(\S*)", r"选项表 \1 不在 external_choices 里", "请核对名字"),
    (r"List name not in columns sheet:? *(\S*)", r"选项表 \1 不在 columns 里", "请核对名字"),
    (r"List name not in choices sheet:? *(\S*)", r"选项表 \1 不在 choices 里", "请核对名字或补上选项"),
    (r"external_choices sheet", "没有 external_choices 工作表或其中缺列", "请补上 list_name、name 两列"),
    (r"no choices sheet|a choices sheet", "没有 choices 工作表或其中缺列", "请补上 list_name、name、label 三列"),
    (r"Unknown question type '([^']*)'", r"没有“\1”这种题型", _TEMPLATE),
    (r"Question with no type", "没有填 type", "请填写题型"),
    (r"Question or group with no name", "没有填 name", "请填写题名"),
    (r"Missing calculation", "计算题没有填 calculation", "请填写公式"),
    (r"Duplicate column header: *(\S+)", r"表头 \1 出现了两次", "请删去一列"),
    (r"named '([^']*)' has no label or hint", r"“\1”没有题目文字", "请填写 label 列"),
    (r"This section has not been included", "不支持 include 题型", "请把那些题直接写进来"),
    (r"Repeat loop without list name", "begin loop 没有写选项表", "请改用 begin_repeat"),
    (r"Unmatched ['‘]?end", "多了一个 end_group 或 end_repeat", "请删去，或补上对应的 begin"),
    (r"Unmatched ['‘]?begin|begin statement", "begin_group 或 begin_repeat 没有对应的 end", "请补上"),
    (r"(?:Parameter )?(\S+) must have an integer value", r"parameters 的 \1 要填整数", "请改正"),
    (r"must be greater *than or equal to", "parameters 里的数太小", "请改正"),
    (r"(\S+) must be set to true or false", r"parameters 的 \1 只能填 true 或 false", "请改正"),
    (r"value must be a number or a reference", "seed 要填数字或 ${题名}", "请改正"),
    (r"Parameters must include (\S+)=true to use", r"用 seed 时 parameters 要有 \1=true", "请补上"),
    (r"must be set to on-form-edit|Audits must always|location information", "audit 题的填法不对", "请删去这一行"),
    (r"Invalid value for quality", "parameters 的 quality 填得不对", "请改正或删去"),
    (r"must be a number", "parameters 里要填数字", "请改正"),
    (r"Choice names with spaces.*\[([^\]]*)\] in \[([^\]]*)\]", r"多选题选项表 \2 的选项“\1”有空格", "请改用下划线"),
    (r"Choice filter not supported with or_other", "or_other 不能与 choice_filter 同用", "请把“其他”写进选项表"),
    (r"choices for this", "这道题没有选项", "请在 choices 里补上"),
    (r"should end with one of", "清单文件名要以 .csv、.xml 或 .geojson 结尾", "请改正"),
    (r"'calculation' column must be empty", "background-geopoint 不能填 calculation", "请删去"),
    (r"'trigger' column must not be empty", "background-geopoint 要填 trigger", "请补上"),
    (r"Cannot omit instanceID", "加密的表不能省去 instanceID", "请删去 omit_instanceID"),
    (r"empty id_string", "没有填 form_id", "请在 settings 里补上"),
    (r"Media type: (\S+) not supported", r"不支持 media::\1", "请用 image、audio 或 video"),
    (r"To use big-image", "有 big-image 却没有 image", "请补上 media::image"),
    (r"cascading_select", "不支持 cascading_select", "请改用 choice_filter"),
    (r"Error reading \.(\w+) file", r"不是完整的 .\1 文件", "请用WPS另存为 .xlsx 再试"),
    (r"similar names were found: ([^.]*)", r"工作表的名字可能写错了（\1）", "应为 survey、choices、settings"),
    (r"The survey sheet is either empty|not appear to be a valid XLSForm", "没有题目", "请检查 survey 工作表"),
    (r"required column headers were not found: ([^.]*)", r"缺少列 \1", "请照模板补上表头"),
    (r"namespaces|namespace", "settings 的 namespaces 写错了", _TEMPLATE),
    (r"RecursionError|maximum recursion", "组套得太深", "请减少层数"),
)


# where a complaint that names no column must lie
_WHERE = {"没有填 name": "name", "没有填 type": "type", "没有填 calculation": "calculation", "这种题型": "type",
          "include": "type", "没有题目文字": "label", "parameters": "parameters"}  # fmt: skip


def told(trouble: Exception) -> tuple[AuthorProblem, ...]:
    """pyxform's complaint as problems; what is not known here keeps its own words."""
    said = str(trouble).strip() or type(trouble).__name__
    if isinstance(trouble, RecursionError):
        said = "RecursionError"
    pieces = [piece.strip() for piece in re.split(r"\n(?=\[row : )", said)]
    return tuple(_told(piece) for piece in pieces[:50])


def _told(said: str) -> AuthorProblem:
    row, cell = _ROW.search(said), _CELL.search(said)
    rest = _ROW.sub("", said)
    date = re.search(r"on the (\S+) sheet, under the (.+?) column on row number (\d+)", said)
    if date:  # counted by pyxform from 0, below the heading
        return AuthorProblem(date[1], int(date[3]) + 2, date[2], "这一格的日期读不出来", "请把这一格改成文本再填")
    sheet = cell[1] if cell else "survey" if row else ""
    column = (cell[2] or "") if cell else ""
    number = int(row[1]) if row else 0
    text, remedy = _from_catalogue(said) or _from_sayings(rest)
    if twice := re.search(r"Duplicate column header: *(.+)", said):
        number, column = 1, twice[1].strip()
    column = column or next((name for words, name in _WHERE.items() if words in text), "")
    return AuthorProblem(sheet, number, column, text, remedy)


def _from_catalogue(said: str) -> tuple[str, str] | None:
    for code, template in _templates():
        found = re.fullmatch(template, said, re.DOTALL)
        if found is not None and code in _CATALOGUE:
            words = {name: (value or "").replace("'", "") for name, value in found.groupdict().items()}
            text, remedy = _CATALOGUE[code]
            return _filled(text, words), _filled(remedy, words)
    return None


def _templates() -> Iterator[tuple[str, str]]:
    """The sentences of pyxform's catalogue as patterns."""
    from pyxform.errors import ErrorCode

    for one in ErrorCode:
        detail: Any = one.value
        seen: set[str] = set()
        pattern = ""
        for fixed, name, _, _ in Formatter().parse(detail.msg):
            pattern += re.escape(fixed)
            if name:
                pattern += f"(?P={name})" if name in seen else f"(?P<{name}>.*?)"
                seen.add(name)
        yield one.name, pattern


def _filled(words: str, values: Mapping[str, str]) -> str:
    return re.sub(r"(\$?)\{(\w+)\}", lambda m: _value(m, values), words)


def _value(found: re.Match[str], values: Mapping[str, str]) -> str:
    value = values.get(found[2])
    if value is None:
        return found[0]
    return f"${{{value}}}" if found[1] else value


def _from_sayings(rest: str) -> tuple[str, str]:
    for pattern, words, remedy in _SAYINGS:
        found = re.search(pattern, rest, re.DOTALL)
        if found:
            for number, text in enumerate(found.groups(), 1):
                words = words.replace(f"\\{number}", text or "")
            return words, remedy
    plain = " ".join(rest.split())[:200]
    return f"有一处不合做表的规矩（{plain}）", "请对照模板检查"
