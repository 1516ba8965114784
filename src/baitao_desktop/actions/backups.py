"""Backup, restore, verify; and everything out in open files, without anybody else's key."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from baitao_desktop import files
from baitao_desktop.actions import records
from baitao_desktop.actions.desk import Desk, Done, Progress, note
from baitao_desktop.actions.papers import ledger_paper
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import RecordId
from baitao_desktop.domain.query import Query
from baitao_desktop.domain.tips import TipState
from baitao_desktop.paths import Places


def back_up(desk: Desk, folder: Path) -> Done[Path]:
    """An encrypted, verified copy of everything into a new folder inside `folder`."""
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


def restore(backup: Path, places: Places) -> Done[Path]:
    """Put a backup where no store is yet. Logging in mints a new device id, and cards must be exchanged again."""
    from baitao_desktop.actions.setup import has_store
    from baitao_desktop.storage import store as cabinet

    if has_store(places):
        raise UserFacingError("A26", "这个文件夹里已经有一份数据，没有动它。请选一个空文件夹来恢复。")
    cabinet.restore(backup, places.data)
    return Done(places.data)


def verify(desk: Desk, *, full: bool = True) -> Sequence[str]:
    """What is wrong with the store, in Chinese sentences; empty when all is well."""
    return tuple(desk.store.verify(full=full))


def open_out(desk: Desk, folder: Path, *, progress: Progress | None = None) -> Done[Path]:
    """All records, history and attachments of this laptop in open files: one .xlsx and one .json a form, attachments in
    a folder. Sealed identities stay sealed: their ciphertext is in the .json, nothing else of them anywhere."""
    from baitao_desktop.reports.sheets import ledger_xlsx

    place = files.free_name(folder / f"全部资料_{desk.unit.name}_{desk.today:%Y%m%d}")
    for n, form in enumerate(desk.forms.values(), 1):
        if progress:
            progress(f"导出{form.title}", n, len(desk.forms))
        query = Query(form=form.id, descending=False)
        files.write_whole(place / f"{form.title}.xlsx", ledger_xlsx(ledger_paper(desk, form.id, query, sheet=True)))
        with desk.store.reading() as reader:
            lines = reader.lines(reader.ids(query))
        dump = [_whole(desk, line.id, line.head.no) for line in lines]
        files.write_whole(place / f"{form.title}.json", json.dumps(dump, ensure_ascii=False, indent=1).encode())
    with desk.store.reading() as reader:
        shas = sorted(reader.named_blobs())
    for n, sha in enumerate(shas, 1):
        if progress:
            progress("导出附件", n, len(shas))
        if desk.store.blob_has(sha):
            with desk.store.blob_open(sha) as source:
                files.write_whole(place / "附件" / f"{sha}.jpg", source.read())
    note(desk, "opened_out", "", forms=len(desk.forms))
    return Done(place, files=(place,))


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
            if k not in records.HIDDEN
        },
        "原始值": dict(view.record.answers),
        "经过": [{"时间": h.at, "经手人": h.who, "事项": h.what, "内容": dict(h.details)} for h in view.history],
        "总台账号": state.office_no if isinstance(state, TipState) else "",
    }
