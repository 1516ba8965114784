"""Originals in the cabinet: kept while named, never wanted, never counted as missing; late attachments."""

from __future__ import annotations

import io
from pathlib import Path

from baitao_desktop.domain.ops import NewOp, OpKind
from storage_kit import FORM, HERE, NOW, RECS, WHO, all_ops, cabinet, new_tip, put, reopened


def test_an_original_is_kept_while_a_record_or_a_draft_names_it(tmp_path: Path) -> None:
    store = cabinet(tmp_path / "1")
    shown, original, drafted, idle = (store.blob_put(io.BytesIO(bytes([n])), "image/jpeg") for n in range(4))
    put(store, new_tip(RECS[0], zp=[{"blob": shown, "original": original}]))
    store.draft_save("d", WHO, FORM, "1", "", f'{{"zp":{{"blob":"{shown}","original":"{drafted}"}}}}', 1)
    assert store.sweep_blobs() == 1 and not store.blob_has(idle)
    store.draft_drop("d")
    assert store.sweep_blobs() == 1 and not store.blob_has(drafted)
    # 更正掉的旧值还在经过里，原图也留着
    put(store, NewOp(RECS[0], FORM, HERE, OpKind.SET, "zp", None))
    assert store.sweep_blobs() == 0 and store.blob_has(original)
    with store.reading() as r:
        assert r.originals() == {original} and r.named_blobs() == {shown}
        assert r.naming([original]) == r.naming([shown, original]) == [r.rid(RECS[0])]
        assert r.naming([idle]) == r.naming([]) == []
    assert not store.verify(full=True)
    store.close()
    again = reopened(tmp_path / "1")
    again.rebuild()
    assert again.sweep_blobs() == 0 and not again.verify(full=True)
    copy = again.backup(tmp_path / "备份")
    again.close()
    copied = reopened(copy)
    assert copied.blob_has(original)
    copied.close()


def test_an_erased_original_goes_with_its_photo(tmp_path: Path) -> None:
    store = cabinet(tmp_path / "1")
    shown, original = (store.blob_put(io.BytesIO(data), "image/jpeg") for data in (b"1", b"2"))
    put(store, new_tip(RECS[0]), NewOp(RECS[0], FORM, HERE, OpKind.SET, "b", {"blob": shown, "original": original}))
    put(store, NewOp(RECS[0], FORM, HERE, OpKind.SET, "b", None))
    put(store, NewOp(RECS[0], FORM, HERE, OpKind.ERASE, "", {"ops": [[store.device, 2, {}]]}))
    assert store.sweep_blobs() == 2
    with store.reading() as r:
        assert not r.originals()
    store.close()


def test_only_what_neither_lies_here_nor_comes_along_is_missing(tmp_path: Path) -> None:
    store = cabinet(tmp_path / "1")
    here, coming, late = ("ab" * 32, "cd" * 32, "ef" * 32)
    put(store, new_tip(RECS[0], zp=[{"blob": sha, "original": "12" * 32} for sha in (here, coming, late)]))
    other = cabinet(tmp_path / "2")
    with other.writing(WHO, NOW) as w:
        assert w.take_in(all_ops(store), keep=False, coming={here, coming, "99" * 32}).missing == 1
    with other.writing(WHO, NOW) as w:
        w.take_in(all_ops(store))
    assert other.wanted() == {here, coming, late}
    assert "3 张照片" in other.verify(full=False)[0]
    store.close()
    other.close()
