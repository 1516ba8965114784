"""表样: forms an office wrote itself, as records with the table as attachment; every version stays usable.

A form travels like any record: the office's are public (`*`), a unit's own stay in its scope (kernel §4).
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from baitao_desktop.actions.desk import Desk, Done, note_in, require
from baitao_desktop.domain import findings, inspections, plain, tasks, venues
from baitao_desktop.domain.cards import PUBLIC
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.kinds import LAWS
from baitao_desktop.domain.ops import NewOp, OpKind, RecordId, derived_id
from baitao_desktop.domain.query import Query
from baitao_desktop.forms import Form, load

if TYPE_CHECKING:
    from baitao_desktop.forms.telling import AuthorProblem
    from baitao_desktop.storage.store import Store

FORM = "biaoyang"
RESERVED = frozenset({"xiansuo", "renyuan", "baosong", findings.FORM, tasks.FORM, venues.FORM, FORM})
"""Forms whose questions rules of this program read: an own table may not take their place."""
Versions = Mapping[tuple[str, str], Form]


@dataclass(frozen=True, slots=True)
class FormPreview:
    """A table before it is taken: what it would be, what its author must put right first, what changes."""

    path: Path
    form: Form | None
    problems: tuple[AuthorProblem, ...]
    changes: tuple[str, ...]

    @property
    def sentence(self) -> str:
        if self.form is None:
            return f"“{self.path.name}”还有{len(self.problems)}处要改，改好再收。"
        kept = sum(1 for q in self.form.walk() if q.type not in ("group", "note"))
        return f"《{self.form.title}》版本{self.form.version}，{kept}题，可以收。"


def look_at_form(desk: Desk, path: Path) -> FormPreview:
    """Check a table (.xlsx, .md) as its author wants to be told; nothing is kept. Never raises for what stands in it."""
    from baitao_desktop.forms import compile_form
    from baitao_desktop.forms.authoring import author_problems

    problems = author_problems(path)
    if problems:
        return FormPreview(path, None, problems, ())
    form = load(compile_form(path))
    if lacking := _lacking(form):
        return FormPreview(path, None, lacking, ())
    before = desk.forms.get(form.id)
    return FormPreview(path, form, (), differences(before, form) if before else ())


def _lacking(form: Form) -> tuple[AuthorProblem, ...]:
    """What a table that says it is a checklist must have, so that its findings can be made."""
    from baitao_desktop.forms.telling import AuthorProblem

    if form.kind != inspections.KIND:
        return ()
    missing = [name for name in inspections.NEEDED if name not in form.by_path]
    found = [
        AuthorProblem("survey", 0, "name", f"检查表少了题目“{name.rpartition('/')[2]}”", "请照程序自带的检查表补上")
        for name in missing
    ]
    rows = form.by_path.get(inspections.ROWS)
    if rows is not None and (rows.seeds is None or not rows.looks("bt-checklist")):
        text = "检查项目没有写明从哪张清单来"
        found.append(AuthorProblem("survey", 0, "bind::bt:rows", text, "请照程序自带的检查表写 bt:rows 和 appearance"))
    return tuple(found)


def differences(old: Form, new: Form) -> tuple[str, ...]:
    """What a new version changes, in words: questions gone, added, asked differently."""
    was = {q.path: q for q in old.walk() if q.type != "group"}
    now = {q.path: q for q in new.walk() if q.type != "group"}
    gone = [f"去掉了“{was[p].label or p}”" for p in was if p not in now]
    come = [f"增加了“{now[p].label or p}”" for p in now if p not in was]
    other = [
        f"“{was[p].label or p}”改成了“{now[p].label or p}”"
        for p in now
        if p in was and (was[p].label, was[p].type) != (now[p].label, now[p].type)
    ]
    return (*gone, *come, *other)


def take_in_form(desk: Desk, path: Path) -> Done[RecordId]:
    """收表: from now on people fill in this table; older records keep theirs. UserFacingError A62 a reserved form,
    A63 the version is not new, A64 the author has things to put right."""
    from baitao_desktop.forms import compile_form

    require(desk, "record")
    preview = look_at_form(desk, path)
    form = preview.form
    if form is None:
        raise UserFacingError("A64", f"{preview.sentence}第一处：{preview.problems[0].line}")
    if form.id in RESERVED or form.kind not in ("plain", *(law.kind for law in LAWS)) or form.kind == "tip":
        raise UserFacingError("A62", f"“{form.id}”是程序自己用的表号，不能用自编的表代替。请换一个表号。")
    if (form.id, form.version) in desk.versions:
        raise UserFacingError(
            "A63", f"《{form.title}》的版本{form.version}已经有了。改过内容请在 settings 里换一个版本号。"
        )
    sha = desk.store.blob_put(io.BytesIO(compile_form(path)), "application/xml")
    original = desk.store.blob_put(io.BytesIO(path.read_bytes()), "application/octet-stream")
    scope = PUBLIC if desk.is_office else desk.scope
    rec = derived_id("form", scope, form.id, form.version)
    answers = {
        "biaohao": form.id, "biaoming": form.title, "banben": form.version,
        "yuanjian": {"blob": original, "name": f"原表{path.suffix.lower()}"}, "biaoshi": {"blob": sha, "name": "表.xml"},
    }  # fmt: skip
    said = plain.register(no=form.id, unit=desk.unit.code, person=desk.who.name, at=desk.at())
    with desk.store.writing(desk.who.id, desk.now()) as writer:
        changed = writer.put(
            [
                NewOp(rec, FORM, scope, OpKind.CREATE, "", answers),
                NewOp(rec, FORM, scope, OpKind.STEP, "register", said),
            ]
        )
        note_in(desk, writer, "form_taken", rec, form=form.id, version=form.version)
    return Done(rec, changed)


def forms_kept(store: Store) -> tuple[Form, ...]:
    """The own forms in the cabinet, oldest first; one whose table is not here yet (待补) or unreadable is passed over."""
    with store.reading() as reader:
        lines = reader.lines(reader.ids(Query(form=FORM, sort="arrival", descending=False)))
    found: list[tuple[int, Form]] = []
    for line in lines:
        table = line.answers.get("biaoshi")
        sha = table.get("blob") if isinstance(table, dict) else None
        if line.head.status == "void" or not isinstance(sha, str) or not store.blob_has(sha):
            continue
        try:
            with store.blob_open(sha) as source:
                form = load(source.read())
        except UserFacingError:
            continue
        if form.id not in RESERVED and form.kind != "tip":
            found.append((line.lam, form))
    return tuple(form for _, form in sorted(found, key=lambda pair: (pair[0], pair[1].version)))


def join_forms(shipped: Mapping[str, Form], own: Iterable[Form]) -> tuple[dict[str, Form], dict[tuple[str, str], Form]]:
    """Forms in force by id (the newest own one over the shipped), and every version by (id, version)."""
    force, versions = dict(shipped), {(f.id, f.version): f for f in shipped.values()}
    for form in own:
        force[form.id] = form
        versions[form.id, form.version] = form
    return force, versions


def in_language(desk: Desk, form: Form, language: str) -> Form:
    """The same form in another of its languages (`form.languages`), answers and rows unchanged; the form itself when its
    table is not here any more."""
    with desk.store.reading() as reader:
        lines = reader.lines(reader.ids(Query(form=FORM)))
    for line in lines:
        if (line.answers.get("biaohao"), line.answers.get("banben")) != (form.id, form.version):
            continue
        table = line.answers.get("biaoshi")
        sha = table.get("blob") if isinstance(table, dict) else None
        if isinstance(sha, str) and desk.store.blob_has(sha):
            with desk.store.blob_open(sha) as source:
                return load(source.read(), language=language)
    return form
