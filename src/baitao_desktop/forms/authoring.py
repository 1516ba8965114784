"""What the author of a table has to put right, in words that name sheet, row, column and remedy."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from baitao_desktop.domain.errors import UserFacingError

from .compiling import sheets_of, xform_of
from .definition import Form
from .drafting import Trouble
from .loading import read_form
from .oddities import oddities
from .reasoning import doubts
from .tables import Rows, heading, kind_of, lacks_words, name_of, paths_of, problems_of_rows
from .telling import AuthorProblem, UnfitTable

__all__ = ["AuthorProblem", "author_errors", "author_problems", "check_form"]

_COLUMNS = {
    "显示条件": ("relevant", "relevance", "bind::relevant", "bind:relevant"),
    "限制条件": ("constraint", "bind::constraint", "bind:constraint"),
    "计算公式": ("calculation", "calculate", "bind::calculate", "bind:calculate"),
    "必填条件": ("required", "bind::required"),
    "只读条件": ("readonly", "read_only", "bind::readonly"),
    "选项": ("choice_filter",),
    "重复次数": ("repeat_count", "bind::jr:count"),
    "行的来源": ("bind::bt:rows",),
    "默认值": ("default",),
    "外观（appearance）": ("appearance",),
    "文字": ("label", "hint"),
    "公式": ("calculation", "relevant"),
}
_SHEETS = {"survey": 1, "choices": 2, "settings": 3}
_MOST = 500


def check_form(source: Path) -> str:
    """What `baitao-desktop check-form FILE` prints: one good line, or how many things to put right and which."""
    errors = author_errors(source)
    if not errors:
        return f"“{source.name}”没有发现问题，可以使用。"
    return "\n".join((f"“{source.name}”有{len(errors)}处要改：", *errors))


def author_errors(source: Path) -> tuple[str, ...]:
    """`author_problems` as one line each."""
    return tuple(problem.line for problem in author_problems(source))


def author_problems(source: Path) -> tuple[AuthorProblem, ...]:
    """Everything to put right in a table, in the order of its rows; empty when the form is sound. Never raises."""
    try:
        table = sheets_of(source)
    except UnfitTable as trouble:
        return trouble.problems
    except UserFacingError as trouble:
        text, _, remedy = trouble.text.rstrip("。").partition("；")
        return (AuthorProblem("", 0, "", text, remedy or "请换一份再试"),)
    survey: list[dict[str, Any]] = table.survey
    found = list(problems_of_rows(survey, table.choices or (), table.settings or ()))
    found.extend(_odd(source))
    try:
        words = next((key for row in survey for key in row if key.partition(":")[0].strip().lower() == "label"), "")
        for row in survey:
            if words and lacks_words(row):
                row[words] = name_of(row)  # told already; pyxform would stop here and hide what follows
        form, troubles = read_form(xform_of(table, source.name))
    except UnfitTable as trouble:
        found.extend(_not_yet_told([_placed(one, survey) for one in trouble.problems], found))
    except UserFacingError as trouble:
        text, _, remedy = trouble.text.rstrip("。").partition("；")
        found.append(AuthorProblem("", 0, "", text, remedy or "请改正"))
    else:
        found.extend(_of_formulas(survey, troubles, form))
    return tuple(sorted(dict.fromkeys(found), key=_order))[:_MOST]


def _odd(source: Path) -> tuple[AuthorProblem, ...]:
    try:
        return oddities(source.read_bytes(), source.suffix.lower())
    except OSError:
        return ()


def _not_yet_told(more: Sequence[AuthorProblem], found: Sequence[AuthorProblem]) -> Iterator[AuthorProblem]:
    """What pyxform finds in a row where the same matter was told already is not told twice."""
    for problem in more:
        same_place = [one for one in found if _spot(one) == _spot(problem) or (not problem.row and one.row)]
        if not any(_same_matter(problem.text, one.text) for one in same_place):
            yield problem


def _placed(problem: AuthorProblem, survey: Rows) -> AuthorProblem:
    """pyxform does not always say where: then the name or type it quotes tells the row."""
    quoted = re.search(r"“([^”]+)”|(include)", problem.text)
    if problem.row or quoted is None:
        return problem
    wanted = quoted[1] or quoted[2]
    for number, row in enumerate(survey, 2):
        if wanted == name_of(row) or kind_of(row).startswith(wanted.lower()):
            return replace(problem, sheet="survey", row=number)
    return problem


def _spot(problem: AuthorProblem) -> tuple[str, int]:
    return (problem.sheet, problem.row)


def _same_matter(one: str, other: str) -> bool:
    return any(
        word in one and word in other for word in ("重复", "选项表", "没有填 type", "题名", "没有题目文字", "name")
    )


def _order(problem: AuthorProblem) -> tuple[int, int]:
    return _SHEETS.get(problem.sheet, 4), problem.row


def _of_formulas(survey: Rows, troubles: Sequence[Trouble], form: Form) -> Iterator[AuthorProblem]:
    rows = paths_of(survey, form.root.name)
    for trouble in troubles:
        row = rows.get(trouble.path, 0)
        columns = _COLUMNS.get(trouble.part, ())
        column = heading(survey[row - 2], columns) if row else ""
        text = f"“{trouble.name or trouble.part}”的{trouble.part}：{trouble.text}"
        yield AuthorProblem("survey" if row else "settings", row or 2, column, text, "请改正公式")
    for doubt in doubts(form):
        row = rows.get(doubt.question.node, 0)
        if row:
            column = heading(survey[row - 2], _COLUMNS.get(doubt.part, ()))
            text = f"“{name_of(survey[row - 2])}”的{doubt.part}：{doubt.text}"
            yield AuthorProblem("survey", row, column, text, doubt.remedy)
