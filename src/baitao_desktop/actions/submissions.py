"""Submissions filled in on a telephone with ODK tools: an .xml with its media folder becomes a record here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from baitao_desktop import files
from baitao_desktop.actions import photos, records
from baitao_desktop.actions.desk import Desk, Done, note_in, require
from baitao_desktop.actions.fitting import draw_number
from baitao_desktop.domain import plain
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.kinds import law_of
from baitao_desktop.domain.ops import Json, NewOp, OpKind, RecordId, derived_id
from baitao_desktop.forms import Problem, submission

LARGEST = 20 * 2**20


@dataclass(frozen=True, slots=True)
class SubmissionTaken:
    """What a submission brought. `known` = it had been taken in before, nothing was done."""

    record: RecordId
    no: str
    known: bool
    problems: tuple[Problem, ...]
    missing: tuple[str, ...]
    """Names of media files that did not lie beside it (照片待补)."""

    @property
    def sentence(self) -> str:
        if self.known:
            return f"这份填报以前收过了（{self.no}），不用再收。"
        said = f"已收入：{self.no}"
        said += f"，{len(self.problems)}处请核对" if self.problems else ""
        return said + (f"，{len(self.missing)}个附件待补。" if self.missing else "。")


def take_in_submission(desk: Desk, path: Path) -> Done[SubmissionTaken]:
    """收入 one submission of a known form: an .xml, or a folder holding one. The same instanceID again is a no-op.

    UserFacingError A65 no submission there, A66 its form is not here or has a law of its own
    (a tip, a checklist: its acts are done in the window); F01, F15 as `forms.submission`.
    """
    require(desk, "record")
    source = _xml_in(path)
    data = _read(source)
    form_id, version = submission.form_of(data)
    form = desk.versions.get((form_id, version)) or desk.forms.get(form_id)
    if form is None or law_of(form.kind) is not plain.LAW or form.id in records.BY_PROGRAM:
        raise UserFacingError("A66", f"这份填报用的表“{form_id}”本机没有，或者不能从手机收。请先收这张表。")
    said = submission.read_submission(form, data)
    rec = derived_id("odk", said.instance_id or source.name, form.id)
    with desk.store.reading() as reader:
        if reader.has(rec):
            no = plain.fold(reader.get(rec).steps).no
            return Done(SubmissionTaken(rec, no, True, (), ()))
    answers, missing = dict(said.answers), []
    for name, keys in said.media.items():
        beside = source.parent / Path(name).name
        if not beside.is_file():
            missing.append(name)
            continue
        for key in keys:
            answers[key] = _kept(
                desk, beside, picture=form.question(key).type == "image", original=photos.keeps_originals(form)
            )
    with desk.store.writing(desk.who.id, desk.now()) as writer:
        no = draw_number(desk, writer, form.id)
        step = plain.register(no=no, unit=desk.unit.code, person=desk.who.name, at=desk.at(), version=form.version)
        changed = writer.put(
            [
                NewOp(rec, form.id, desk.scope, OpKind.CREATE, "", answers),
                NewOp(rec, form.id, desk.scope, OpKind.STEP, "register", {**step, "source": "odk"}),
            ]
        )
        note_in(desk, writer, "submission_taken", rec, form=form.id)
    return Done(SubmissionTaken(rec, no, False, said.problems, tuple(missing)), changed)


def _xml_in(path: Path) -> Path:
    if path.is_dir():
        found = sorted(p for p in path.glob("*.xml") if p.is_file())
        if len(found) != 1:
            raise UserFacingError(
                "A65", f"“{path.name}”里应当有一个填报文件（.xml），现在有{len(found)}个。请选一份填报的文件夹。"
            )
        return found[0]
    return path


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as source:
            data = source.read(LARGEST + 1)
    except OSError as error:
        raise files.explain(path, error) from error
    if len(data) > LARGEST:
        raise UserFacingError("A65", f"“{path.name}”太大，不是一份填报。请核对文件。")
    return data


def _kept(desk: Desk, path: Path, *, picture: bool, original: bool) -> Json:
    if picture:
        return photos.keep_photo(desk, path, original=original)
    try:
        with path.open("rb") as source:
            return {"blob": desk.store.blob_put(source, "application/octet-stream"), "name": path.name}
    except OSError as error:
        raise files.explain(path, error) from error
