"""pyxform's complaints in Chinese."""

from __future__ import annotations

import re

_ROW = re.compile(r"\[row : (\d+)\]\s*")
_SHEET = re.compile(r"On the '(\w+)' sheet, the '([^']+)' value (?:'([^']*)' )?is (?:invalid|problematic)\.\s*")
# what pyxform says, what a person is told; \1 … stand for the groups
_WORDS: tuple[tuple[str, str], ...] = (
    (r"Could not find the name '([^']*)'", r"引用了没有的题 ${\1}；请核对题名，或先添加这道题"),
    (r"There is no survey element named '([^']*)'", r"引用了没有的题 ${\1}；请核对题名，或先添加这道题"),
    (r"The name '([^']*)' appears more than once", r"引用的题名 ${\1} 不止一道；请给其中一道改名"),
    (r"must be unique within their nearest parent", "题名重复；请改成不同的名字"),
    (r"case-insensitive match to another name", "题名只有大小写不同；请改成不同的名字"),
    (r"Repeat names must not be the same as the survey root", "重复组不能叫这个名字；请改名"),
    (r"Repeat names must unique", "重复组的名字与别的题相同；请改名"),
    (r"The name 'meta' is reserved", "题名不能叫 meta；请改名"),
    (r"Choices must have a name", "选项没有填 name；请补上"),
    (r"Choices should have a label", "选项没有填 label；请补上要显示的文字"),
    (r"Choice names must be unique", "同一个选项表里 name 重复；请改成不同的名字"),
    (r"Names must begin with a letter", "名字只能用字母、数字和下划线，且以字母开头；请改名"),
    (r"must start with '\$\{'", "引用题目要写成 ${题名}；请改正"),
    (r"List name not in (?:external )?choices sheet:? *(\S+)?", r"选项表 \1 不在 choices 里；请核对名字或补上选项"),
    (r"no choices sheet|Choices sheet", "没有 choices 工作表或其中缺列；请补上 list_name、name、label 三列"),
    (r"Unknown question type '([^']*)'", r"没有“\1”这种题型；请照模板填写 type"),
    (r"Question with no type", "没有填 type；请填写题型"),
    (r"Question or group with no name", "没有填 name；请填写题名"),
    (r"Missing calculation", "计算题没有填 calculation；请填写公式"),
    (r"Duplicate column header: *(\S+)", r"表头 \1 出现了两次；请删去一列"),
    (r"named '([^']*)' has no label or hint", r"“\1”没有题目文字；请填写 label 列"),
    (r"This section has not been included", "不支持 include 题型；请把那些题直接写进来"),
    (r"Unmatched ['‘]?end", "多了一个 end_group 或 end_repeat；请删去，或补上对应的 begin"),
    (r"Unmatched ['‘]?begin|begin statement", "begin_group 或 begin_repeat 没有对应的 end；请补上"),
    (r"must be a number", "parameters 里要填数字；请改正"),
    (r"must have an integer value", "parameters 里要填整数；请改正"),
    (r"Choice names with spaces", "多选题的选项 name 不能有空格；请改名"),
    (r"required column headers were not found: ([^.]*)", r"缺少列 \1；请照模板补上表头"),
    (r"different names for the same column", "有两列说的是同一件事；请删去一列"),
    (r"Column headers must not be empty", "表头有空格或空列；请改正"),
    (r"Invalid headers|missing header row", "第一行不是表头；请照模板补上表头"),
    (r"similar names were found: ([^.]*)", r"工作表的名字可能写错了（\1）；应为 survey、choices、settings"),
    (r"The survey sheet is either empty|does not appear to be a valid XLSForm", "没有题目；请检查 survey 工作表"),
    (r"namespaces", "settings 的 namespaces 写错了；请照模板填写"),
)


def translated(trouble: Exception) -> str:
    """One complaint as `工作表 第N行（列）：什么不对；怎么改`; what is not known here keeps pyxform's own words."""
    said = str(trouble).strip()
    row = _ROW.search(said)
    rest = _ROW.sub("", said)
    sheet = _SHEET.search(rest)
    where = sheet[1] if sheet else "survey" if row else ""
    if row:
        where += f" 第{row[1]}行"
    if sheet:
        where += f"（{sheet[2]}{'：' + sheet[3] if sheet[3] else ''}）"
    for pattern, words in _WORDS:
        found = re.search(pattern, rest)
        if found:
            return f"{where}：{_expanded(found, words)}" if where else _expanded(found, words)
    plain = " ".join(rest.split())[:200] or type(trouble).__name__
    return f"{where}：这一行有误（{plain}）；请对照模板检查" if where else f"表格有误（{plain}）；请对照模板检查"


def _expanded(found: re.Match[str], words: str) -> str:
    for number, text in enumerate(found.groups(), 1):
        words = words.replace(f"\\{number}", text or "")
    return words
