"""The paper of any form, blank or filled: its groups, its repeats as tables, choices with boxes to tick."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from baitao_desktop.actions.fitting import HIDDEN
from baitao_desktop.actions.photos import whole_photo
from baitao_desktop.domain.inspections import natural
from baitao_desktop.domain.ops import Json
from baitao_desktop.domain.values import minute_text
from baitao_desktop.forms import Describer, Form, Question
from baitao_desktop.forms.definition import without_rows

if TYPE_CHECKING:
    from baitao_desktop.actions.desk import Desk
    from baitao_desktop.reports.papers import Answer, Choice, Column, Group, Photo, Table

UNPRINTED = frozenset({"note", "image", "audio", "video", "file", "hidden", "calculate"})
_BLANK_ROWS = 5
_ROOM = "\n".join("　" * 5)
"""Five empty lines to write in."""
_MOST_BOXES = 14
_ROW_MM = 174.0


def groups_of(
    desk: Desk,
    form: Form,
    answers: Mapping[str, Json],
    *,
    blank: bool = False,
    questions: Sequence[Question] | None = None,
) -> list[Group]:
    """The paper's parts in order. Filled: what was answered, in words. Blank: everything that is asked, with boxes and
    room to write; what is asked only sometimes says so. `questions`: those parts only, of the highest level."""
    from baitao_desktop.reports.papers import Group

    sheet = _Sheet(desk, form, answers, blank=blank)
    out: list[Group] = []
    loose: list[Question] = []
    for question in form.questions if questions is None else questions:
        if question.type in ("group", "repeat"):
            out += [Group("", said)] if (said := sheet.answers(loose)) else []
            loose = []
            out += sheet.part(question)
        else:
            loose.append(question)
    return [*out, *([Group("", said)] if (said := sheet.answers(loose)) else [])]


def photos_of(desk: Desk, form: Form, answers: Mapping[str, Json]) -> list[Photo]:
    """The pictures of a record, rows in their order, each with its caption and the time it was taken; one that has not
    come yet is 照片待补. Drawn signatures have a place of their own."""
    from baitao_desktop.reports.papers import Photo

    out: list[Photo] = []
    for fld, value in sorted(answers.items(), key=lambda pair: natural(pair[0])):
        question = form.by_path.get(without_rows(fld))
        if question is None or question.type != "image" or question.bt.get("print") == "sign":
            continue
        repeat, _, row = fld.partition("]")[0].partition("[")
        # 目录里的项有编号，自己加的行只有一串记号
        code = f"{row}　" if row and form.by_path[repeat].seeds is not None else ""
        for n, shot in enumerate(value if isinstance(value, list) else [value], 1):
            if isinstance(shot, dict) and isinstance(shot.get("blob"), str):
                said = str(shot.get("caption") or f"{question.label}{n}")
                taken = f"　{minute_text(str(shot['taken']))}" if shot.get("taken") else ""
                out.append(Photo(whole_photo(desk, shot), f"{code}{said}{taken}"))
    return out


def boxes_of(words: Describer, q: Question, value: Json) -> tuple[Choice, ...]:
    """The choices of a question with what was chosen ticked; none where there are too many to print."""
    from baitao_desktop.reports.papers import Choice

    if q.type not in ("select_one", "select_multiple"):
        return ()
    known = words.words(q)
    chosen = value if isinstance(value, list) else [value]
    return tuple(Choice(label, name in chosen) for name, label in known.items()) if len(known) <= _MOST_BOXES else ()


class _Sheet:
    """One paper being laid out."""

    def __init__(self, desk: Desk, form: Form, answers: Mapping[str, Json], *, blank: bool) -> None:
        self._words = Describer(form, desk.lists)
        self._form, self._answers, self._blank = form, answers, blank

    def part(self, question: Question, above: str = "") -> list[Group]:
        """A group or a repeat, with what lies in it."""
        from baitao_desktop.reports.papers import Group

        title = "　".join(t for t in (above, question.label) if t)
        if question.type == "repeat":
            table = self._table(question)
            return [Group(title, table=table)] if table is not None else []
        plain = [q for q in question.questions if q.type not in ("group", "repeat")]
        said = self.answers(plain)
        inner = [g for q in question.questions if q.type in ("group", "repeat") for g in self.part(q)]
        return [*([Group(title, said)] if said or (inner and title) else []), *inner]

    def answers(self, questions: Iterable[Question]) -> list[Answer]:
        return [a for q in questions if (a := self._answer(q)) is not None]

    def _answer(self, q: Question) -> Answer | None:
        from baitao_desktop.reports.papers import Answer

        if q.type in UNPRINTED or not q.label or q.path in HIDDEN or q.bt.get("print") == "no":
            return None
        if self._blank:
            boxes = boxes_of(self._words, q, None)
            label = f"{q.label}{'（必填）' if q.required is not None else ''}{'（有才填）' if q.relevant is not None else ''}"
            wide = q.looks("multiline") or len(boxes) > 3 or len(label) > 12
            return Answer(label, _ROOM if q.looks("multiline") else "", boxes, wide=wide)
        value = self._answers.get(q.path)
        if value in (None, "", []) and q.bt.get("print") != "head":
            return None
        text = self._text(q, q.path, value)
        return Answer(q.label, text, wide=q.looks("multiline") or q.type == "select_multiple" or len(text) > 20)

    def _text(self, q: Question, path: str, value: Json) -> str:
        return self._words.label(path, value) + ("元" if q.looks("bt-money") and value is not None else "")

    def _table(self, repeat: Question) -> Table | None:
        from baitao_desktop.reports.papers import Table

        asked = [q for q in repeat.walk() if q.type not in (*UNPRINTED, "group", "repeat") and q.label]
        keys = self._rows(repeat)
        if not asked or (not keys and not self._blank):
            return None
        columns = _columns(asked)
        if self._blank:
            return Table(columns, [["" for _ in asked] for _ in range(_BLANK_ROWS)])
        rows = []
        for key in keys:
            paths = [q.path.replace(f"{repeat.path}/", f"{repeat.path}[{key}]/", 1) for q in asked]
            rows.append([self._text(q, p, self._answers.get(p)) for q, p in zip(asked, paths, strict=True)])
        return Table(columns, rows)

    def _rows(self, repeat: Question) -> list[str]:
        head = f"{repeat.path}["
        return [
            k[len(head) : -1] for k, v in self._answers.items() if k.startswith(head) and k.endswith("]") and v is True
        ]


def _columns(asked: Sequence[Question]) -> list[Column]:
    from baitao_desktop.reports.papers import Column

    widths = [float(w) if (w := q.bt.get("width", "")).isdigit() else 12.0 for q in asked]
    return [Column(q.label, _ROW_MM * width / sum(widths)) for q, width in zip(asked, widths, strict=True)]
