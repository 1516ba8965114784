"""Handing over, out of the cabinet onto a stick: one year of one village – 250 records of 7 operations, 50 photos – and
one busy month of it – 30 visits, 12 inspections with their findings, 60 photos.

250 is generous: the whole subdistrict's briefing counts 41 tips in two months for 17 villages (first_course §6); the
rest is for weekly visits and activities.

The rival is tar + zstd + age of the same bytes in plain files, synced once: no cabinet to read from, no digests, no
manifest, no signature, nothing read back. Bar (DESIGN §7): ratio ≤ 1.5. Best of several rounds, taken in turns.
"""

from __future__ import annotations

import io
import os
import random
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import zstandard

from baitao_desktop import seal
from baitao_desktop.actions.desk import load_rules
from baitao_desktop.domain.inspections import rest_in_order, rows_of
from baitao_desktop.domain.ops import Json, NewOp, OpKind, PersonId, RecordId, Scope, derived_id, to_line
from baitao_desktop.exchange import bundle
from baitao_desktop.exchange.manifest import Manifest
from baitao_desktop.forms import fill as fill_paper
from baitao_desktop.storage.store import Store
from exchange_kit import unit
from storage_kit import cabinet

RECORDS, EDITS, PHOTOS, PHOTO_BYTES = 250, 4, 50, 380_000
ROUNDS = 15
HERE = Scope("DZZ203")
WORDS = "院坝里来了一辆面包车免费送鸡蛋量血压说蛋白粉能治糖尿病老人付了三千九百八十元预存两万成为贵宾会员每月返利"


def fill(store: Store) -> list[str]:
    """A village's year; the digests of its photos (random bytes, as a JPEG is to a compressor)."""
    chance = random.Random(2022)

    def text(length: int) -> str:
        return "".join(chance.choices(WORDS, k=length))

    shas = [store.blob_put(io.BytesIO(chance.randbytes(PHOTO_BYTES)), "image/jpeg") for _ in range(PHOTOS)]
    ops = []
    for n in range(RECORDS):
        rec = derived_id("bench", str(n))
        answers = {f"wenti_{i:02d}": text(12) for i in range(20)} | {"zhaiyao": text(200), "beizhu": text(60)}
        ops.append(NewOp(rec, "xiansuo", HERE, OpKind.CREATE, "", answers))
        ops += [NewOp(rec, "xiansuo", HERE, OpKind.SET, f"wenti_{i:02d}", text(12)) for i in range(EDITS)]
        ops += [NewOp(rec, "xiansuo", HERE, OpKind.STEP, act, {"b": text(30)}) for act in ("hand_up", "accept")]
    with store.writing(PersonId(""), _now()) as writer:
        writer.put(ops)
    return shas


def fill_month(store: Store) -> list[str]:
    """A village's month: real checklists with three problems each, as they are handed in."""
    chance = random.Random(2023)
    known = load_rules(Path(tempfile.mkdtemp(prefix="bench_forms_")))
    shas = [store.blob_put(io.BytesIO(chance.randbytes(PHOTO_BYTES)), "image/jpeg") for _ in range(60)]
    ops = []
    for n in range(30):
        said = {
            "zoufang_riqi": "2022-05-10",
            "suozai_cunshe": "DZZ203",
            "changsuo_mingcheng": f"{n}组小卖部",
            "jianwen": ["wu"],
        }
        ops += _filed(derived_id("visit", str(n)), "zoufang", said)
    forms = [form for form in known.forms.values() if form.kind == "inspection"]
    for n in range(12):
        form = forms[n % len(forms)]
        page = fill_paper(form, {}, now=_now(), lists=known.lists, new=True)
        page.seed("xm")
        page.answer("changsuo_mingcheng", f"夕阳康养会所{n}")
        for path, value in rest_in_order(rows_of(page.answers())).items():
            page.answer(path, value)
        bad = chance.sample([r for r in rows_of(page.answers()) if r.in_order], 3)
        for row in bad:
            page.answer(f"xm[{row.code}]/jieguo", "no" if row.ok_answer == "yes" else "yes")
            page.answer(f"xm[{row.code}]/wenti", "".join(chance.choices(WORDS, k=40)))
        rec = derived_id("check", str(n))
        ops += _filed(rec, form.id, {k: v for k, v in page.answers().items() if v is not None})
        for row in bad:
            told = {
                "jiancha": rec,
                "xiang": row.code,
                "neirong": row.text,
                "shishi": "".join(chance.choices(WORDS, k=40)),
            }
            ops += _filed(derived_id("finding", rec, row.code), "wenti", told)
    with store.writing(PersonId(""), _now()) as writer:
        writer.put(ops)
    return shas


def _filed(rec: RecordId, form: str, answers: dict[str, Json]) -> list[NewOp]:
    said = {"no": f"DZZ203-{rec[:6]}", "unit": "DZZ203", "person": "张某某", "at": "2022-05-18T09:00+08:00"}
    return [NewOp(rec, form, HERE, OpKind.CREATE, "", answers), NewOp(rec, form, HERE, OpKind.STEP, "register", said)]


def _now():  # type: ignore[no-untyped-def]
    from storage_kit import NOW

    return NOW


def ours(store: Store, shas: list[str], folder: Path, sender, office) -> Path:  # type: ignore[no-untyped-def]
    with ExitStack() as stack:
        reader = stack.enter_context(store.reading())
        draft = Manifest(
            bundle="0" * 32, sender=store.device, unit="DZZ203", number=1, vector=reader.vector(), base={}, lam=1,
            made_at_ms=1_650_000_000_000, app="0", cards=(sender.card,),
            heads=reader.heads(),
        )  # fmt: skip
        blobs = ((sha, stack.enter_context(store.blob_open(sha))) for sha in shas)
        return bundle.write(folder, draft, reader.since({}, lambda _: True), blobs, keys=sender.keys, to=[office.card])


def rival(sources: list[Path], folder: Path, office) -> Path:  # type: ignore[no-untyped-def]
    """tar | zstd | age of plain files, as a person with the three tools would do it."""
    path, packed = folder / "rival.tar.zst.age", io.BytesIO()
    narrow = zstandard.ZstdCompressor(level=3).stream_writer(packed, closefd=False)
    with narrow, tarfile.open(fileobj=narrow, mode="w|", bufsize=1024 * 1024) as box:
        for source in sources:
            box.add(source, source.name)
    packed.seek(0)
    with path.open("wb") as out:
        seal.encrypt_file(packed, out, [office.card.age_recipient])
        out.flush()
        os.fsync(out.fileno())
    return path


def timed(act: Callable[[], Path]) -> tuple[float, float]:
    began, cpu = time.perf_counter(), time.process_time()
    path = act()
    spent, cpu = time.perf_counter() - began, time.process_time() - cpu
    path.unlink()
    return spent, cpu


def measure(name: str, make: Callable[[Store], list[str]]) -> None:
    with tempfile.TemporaryDirectory(prefix="bench_") as place:
        folder = Path(place)
        store = cabinet(folder / "cabinet")
        office = unit(9, "ZXB", is_office=True)
        sender = unit(1, "DZZ203", office=office)
        shas = make(store)
        with store.reading() as reader:
            text = "".join(to_line(op) + "\n" for op in reader.since({}, lambda _: True))
        sources = [folder / "ops.ndjson", folder / "sealed.slot"]
        sources[0].write_text(text, encoding="utf-8")
        sources[1].write_bytes(os.urandom(1024 * 1024))
        for sha in shas:
            sources.append(folder / sha)
            with store.blob_open(sha) as source:
                sources[-1].write_bytes(source.read())
        mine, theirs = [], []
        for _ in range(ROUNDS):
            mine.append(timed(lambda: ours(store, shas, folder, sender, office)))
            theirs.append(timed(lambda: rival(sources, folder, office)))
        raw = sum(source.stat().st_size for source in sources)
        size = ours(store, shas, folder, sender, office).stat().st_size
        store.close()
    print(f"{name} bytes {raw / 1e6:.1f} MB")
    print(f"{name} bundle {size / 1e6:.1f} MB")
    for what, i in (("", 0), ("cpu_", 1)):
        my, their = min(m[i] for m in mine), min(t[i] for t in theirs)
        print(f"{name} {what}ours {my * 1000:.0f} ms")
        print(f"{name} {what}tar_zstd_age {their * 1000:.0f} ms")
        print(f"{name} {what}ratio {my / their:.2f} x")


def main() -> None:
    measure("hand_over", fill)
    measure("hand_over_month", fill_month)


if __name__ == "__main__":
    main()
