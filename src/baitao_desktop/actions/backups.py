"""Backup, restore, verify; and everything out in open files, without anybody else's key."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from baitao_desktop import files
from baitao_desktop.actions import records
from baitao_desktop.actions.desk import Desk, Done, Progress, note, require
from baitao_desktop.actions.fitting import HIDDEN
from baitao_desktop.actions.papers import ledger_paper
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import RecordId, to_line
from baitao_desktop.domain.query import Query
from baitao_desktop.domain.records import load_json
from baitao_desktop.domain.tips import TipState
from baitao_desktop.paths import Places


def back_up(desk: Desk, folder: Path) -> Done[Path]:
    """An encrypted, verified copy of everything into a new folder inside `folder`."""
    require(desk, "work")
    place = files.free_name(folder / f"baitao_{desk.unit.code}_{desk.now():%Y%m%d_%H%M}")
    made = desk.store.backup(place)
    with desk.store.writing(desk.who.id, desk.now()) as writer:
        writer.set_meta("last_backup", desk.at())
    note(desk, "backed_up")
    return Done(made, files=(made,))


def last_backup(desk: Desk) -> str:
    """When the last backup was made (ISO), empty when never."""
    with desk.store.reading() as reader:
        return reader.meta("last_backup") or ""


def restore(backup: Path, places: Places, *, replace: bool = False) -> Done[Path | None]:
    """Put a backup where no store is yet; with `replace` in place of a damaged one, whose files are kept aside (the
    value says where). Logging in mints a new device id, and cards must be exchanged again."""
    from baitao_desktop.actions.setup import has_store
    from baitao_desktop.storage import store as cabinet

    if has_store(places) and not replace:
        raise UserFacingError(
            "A26", "这个文件夹里已经有一份数据，没有动它。资料坏了要恢复，请选“用备份替换”；否则请选一个空文件夹。"
        )
    return Done(cabinet.restore(backup, places.data))


def verify(desk: Desk, *, full: bool = True) -> Sequence[str]:
    """What is wrong with the store, in Chinese sentences; empty when all is well."""
    return tuple(desk.store.verify(full=full))


def open_out(desk: Desk, folder: Path, *, progress: Progress | None = None) -> Done[Path]:
    """All records, history and attachments of this laptop in open files: one .xlsx and one .json a form, attachments in
    a folder. Sealed identities stay sealed: their ciphertext is in the .json, nothing else of them anywhere."""
    require(desk, "work")
    place = files.free_name(folder / f"全部资料_{desk.unit.name}_{desk.today:%Y%m%d}")
    part = files.free_name(place.with_name(f"{place.name}（没有导完）"))
    try:
        _write_out(desk, part, progress or (lambda _what, _at, _of: None))
        part.rename(place)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    note(desk, "opened_out", "", forms=len(desk.forms))
    return Done(place, files=(place,))


def _write_out(desk: Desk, place: Path, progress: Progress) -> None:
    from baitao_desktop.reports.sheets import ledger_xlsx

    with desk.store.reading() as reader:
        lines = reader.lines(reader.ids(Query(sort="arrival", descending=False)))
        notes = reader.notes(limit=10**9)
        shas, originals = sorted(reader.named_blobs()), sorted(reader.originals())
        strange = {line.form for line in lines} - set(desk.forms)
        raw = [to_line(op) for line in lines if line.form in strange for op in reader.ops(line.id)]
    for n, form in enumerate(desk.forms.values(), 1):
        progress(f"导出{form.title}", n, len(desk.forms))
        query = Query(form=form.id, descending=False)
        files.write_whole(place / f"{form.title}.xlsx", ledger_xlsx(ledger_paper(desk, form.id, query, sheet=True)))
        dump = [_whole(desk, line.id, line.head.no) for line in lines if line.form == form.id]
        files.write_whole(place / f"{form.title}.json", json.dumps(dump, ensure_ascii=False, indent=1).encode())
    said = [{"时间_ms": op.wall_ms, "经手人": op.actor, "内容": load_json(str(op.val))} for op in notes]
    files.write_whole(place / "查看打印导出登录记录.json", json.dumps(said, ensure_ascii=False, indent=1).encode())
    if raw:
        # 这台电脑上还没有的表：原样留下，一行一条
        files.write_whole(place / "没有表样的记录.ndjson", ("\n".join(raw) + "\n").encode())
    for n, sha in enumerate(shas, 1):
        progress("导出附件", n, len(shas))
        if desk.store.blob_has(sha):
            with desk.store.blob_open(sha) as source:
                files.write_whole(place / "附件" / f"{sha}.jpg", source.read())
    for n, sha in enumerate(originals, 1):
        progress("导出原图", n, len(originals))
        if desk.store.blob_has(sha):
            ending = desk.store.blob_mime(sha).partition("/")[2]
            with desk.store.blob_open(sha) as source:
                files.write_whole(place / "原图" / f"{sha}.{ending}", source.read())


def _whole(desk: Desk, rec: RecordId, no: str) -> dict[str, object]:
    view = records.look(desk, rec, logged=False)
    state = view.state
    return {
        "编号": no,
        "记录": rec,
        "状态": view.status_label,
        "答案": {
            records.label_of(view.form, k): records.answer_text(desk, view.form, k, v)
            for k, v in view.record.answers.items()
            if k not in HIDDEN
        },
        "原始值": dict(view.record.answers),
        "经过": [{"时间": h.at, "经手人": h.who, "事项": h.what, "内容": dict(h.details)} for h in view.history],
        "总台账号": state.office_no if isinstance(state, TipState) else "",
    }
