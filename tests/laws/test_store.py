"""The cabinet's laws: put = take in = rebuild, a dry run leaves no trace, the chain and the streams hold."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from baitao_desktop.domain.errors import Cancelled
from baitao_desktop.domain.ops import FIRST, Json, NewOp, Op, OpKind, OpRef, RecordId, Scope, chain
from baitao_desktop.domain.query import Query
from baitao_desktop.domain.records import replay
from baitao_desktop.storage import search, writer
from baitao_desktop.storage.intake import Broken, TakenIn
from baitao_desktop.storage.store import Store
from storage_kit import (
    FIELDS,
    FORM,
    HERE,
    NOW,
    RECS,
    VALUES,
    WHO,
    Laptop,
    all_ops,
    by_stream,
    cabinet,
    cabinets,
    hand,
    histories,
    new_tip,
    picture,
    put,
)

SLOW = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
WORDS = ("甲", "乙丙", "乙丙丁", "7")


@st.composite
def acts(draw: st.DrawFn) -> list[tuple[int, list[NewOp]]]:
    """What two clerks put, one transaction after another; -1 = they hand over to each other."""
    turns: list[tuple[int, list[NewOp]]] = [(0, [new_tip(RECS[0], biaoti="甲", lure="A")])]
    kinds = st.sampled_from([OpKind.CREATE, OpKind.SET, OpKind.SET, OpKind.STEP, OpKind.DELETE, OpKind.NOTE])
    for who in draw(st.lists(st.integers(-1, 1), max_size=8)):
        ops = []
        for kind in draw(st.lists(kinds, min_size=1, max_size=3)):
            rec, fld, val = draw(st.sampled_from(RECS)), draw(st.sampled_from(FIELDS)), draw(st.sampled_from(VALUES))
            scope, name = HERE, ""
            if kind == OpKind.CREATE:
                val = {"biaoti": val, "same": RECS[0]}
            elif kind == OpKind.SET:
                name = fld
            elif kind == OpKind.STEP:
                name, val = "accept", {"v": val, "photo": {"blob": "ab" * 32}}
            elif kind == OpKind.DELETE:
                val = val is not None
            elif kind == OpKind.NOTE:
                name, scope = "read", Scope("ZXB")
            ops.append(NewOp(rec, FORM, scope, kind, name, val))
        turns.append((who, ops))
    return turns


@SLOW
@given(acts())
def test_put_equals_take_in_equals_rebuild(turns: list[tuple[int, list[NewOp]]]) -> None:
    with cabinets(3) as (one, two, third):
        for who, ops in turns:
            if who < 0:
                hand(one, two)
                hand(two, one)
            else:
                put((one, two)[who], *ops)
        hand(one, two)
        hand(two, one)
        hand(one, third)
        seen = picture(one, WORDS)
        assert picture(two, WORDS) == seen
        assert picture(third, WORDS) == seen
        for store in (one, third):
            store.rebuild()
            assert picture(store, WORDS) == seen
            store.rebuild(FORM)
            assert picture(store, WORDS) == seen
            # 这里的照片只有名字，没有人存过
            assert all("照片" in finding for finding in store.verify(full=True))
        for rec, record in seen["records"].items():
            with one.reading() as r:
                history = r.ops(rec)
            assert replay([op for op in history if op.kind != OpKind.NOTE]) == record


@SLOW
@given(histories(erase=False), st.randoms(use_true_random=False))
def test_bundles_in_any_order_of_streams_and_any_grouping(crew: list[Laptop], chance: Json) -> None:
    with cabinets(2) as (one, two):
        held = {op.ref: op for laptop in crew for op in laptop.held.values()}
        ops = by_stream(list(held.values()))
        streams = [[op for op in ops if op.dev == laptop.device] for laptop in crew]
        with one.writing(WHO, NOW) as w:
            w.take_in(ops)
        chance.shuffle(streams)
        for stream in streams:
            cut = chance.randint(0, len(stream))
            for part in (stream[:cut], stream[: cut // 2], stream):
                with two.writing(WHO, NOW) as w:
                    w.take_in(part)
        assert picture(one, WORDS) == picture(two, WORDS)


@settings(max_examples=10, deadline=None)
@given(histories())
def test_a_bundle_too_large_for_memory_gives_the_same(crew: list[Laptop]) -> None:
    ops = by_stream(list({op.ref: op for laptop in crew for op in laptop.held.values()}.values()))
    with cabinets(2) as (one, two), pytest.MonkeyPatch.context() as small:
        with one.writing(WHO, NOW) as w:
            fast = w.take_in(ops)
        small.setattr(writer, "CHUNK", 3)
        small.setattr(writer, "_TELL", 2)
        with two.writing(WHO, NOW) as w:
            assert w.take_in(ops) == fast
        assert picture(one, WORDS) == picture(two, WORDS)
        assert not two.verify(full=True)


def test_whoever_stops_a_take_in_leaves_nothing(tmp_path: Path, bundle: list[Op]) -> None:
    store = cabinet(tmp_path / "1")
    before = _digest(store)

    def stop(what: str, _done: int, _of: int) -> None:
        if what == "正在归档":
            raise Cancelled

    with store.writing(WHO, NOW) as w:
        with pytest.raises(Cancelled):
            w.take_in(bundle, progress=stop)
        assert not w.has(RECS[0])
    assert _digest(store) == before
    store.close()


def test_a_take_in_after_an_act_of_the_same_transaction(tmp_path: Path) -> None:
    one, two = cabinet(tmp_path / "1"), cabinet(tmp_path / "2")
    put(one, new_tip(RECS[0], biaoti="甲"))
    hand(one, two)
    put(two, NewOp(RECS[0], FORM, HERE, OpKind.SET, "biaoti", "乙"))
    theirs = all_ops(two)
    with one.writing(WHO, NOW) as w:
        w.put([NewOp(RECS[0], FORM, HERE, OpKind.STEP, "accept", {})])
        assert w.take_in(theirs, keep=False).changed == 1
        assert w.take_in(theirs).changed == 1
        w.put([NewOp(RECS[0], FORM, HERE, OpKind.STEP, "close", {})])
        assert w.get(RECS[0]).answers == {"biaoti": "乙"}
    assert not one.verify(full=True)
    with one.reading() as r:
        lams = [op.lam for op in r.ops(RECS[0])]
    assert lams == sorted(lams)
    hand(one, two)
    assert picture(one) == picture(two)
    one.close()
    two.close()


def test_no_error_text_holds_what_was_written(tmp_path: Path) -> None:
    store = cabinet(tmp_path / "1")
    with pytest.raises(Exception) as caught, store._transaction() as db:
        db.exec_driver_sql("INSERT INTO op VALUES (?)", ("测甲某的住址",))
    assert "测甲某" not in str(caught.value)
    store.close()


def test_a_dry_run_counts_and_leaves_every_byte(tmp_path: Path) -> None:
    one, two = cabinet(tmp_path / "1"), cabinet(tmp_path / "2")
    put(two, new_tip(RECS[0], biaoti="保健品讲座"))
    hand(two, one)
    put(two, new_tip(RECS[1], biaoti="以房养老"), NewOp(RECS[0], FORM, HERE, OpKind.SET, "biaoti", "改过"))
    put(two, *(NewOp(RECS[0], FORM, HERE, OpKind.STEP, "accept", {"n": n}) for n in range(40)))
    before = _digest(one)
    with one.writing(WHO, NOW) as w:
        dry = w.take_in(all_ops(two), keep=False)
        assert w.take_in(all_ops(two), keep=False) == dry
    assert (dry.new, dry.changed, dry.unchanged, dry.steps) == (1, 1, 0, 40)
    assert _digest(one) == before
    with one.writing(WHO, NOW) as w:
        assert w.take_in(all_ops(two)) == dry
    with one.writing(WHO, NOW) as w:
        again = w.take_in(all_ops(two))
    assert again == TakenIn(unchanged=2)
    one.close()
    two.close()


def _digest(store: Store) -> str:
    with store._engine.connect() as db:
        db.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return hashlib.sha256((store.place / "desk.db").read_bytes()).hexdigest()


def test_a_failed_act_leaves_nothing(tmp_path: Path) -> None:
    store = cabinet(tmp_path / "1")
    put(store, new_tip(RECS[0], biaoti="甲"))
    seen = picture(store)
    with pytest.raises(RuntimeError), store.writing(WHO, NOW) as w:
        w.put([NewOp(RECS[0], FORM, HERE, OpKind.SET, "biaoti", "乙")])
        raise RuntimeError
    assert picture(store) == seen
    for wrong in (
        new_tip(RECS[0], scope=Scope("DZZ204")),
        NewOp(RECS[0], "zoufang", HERE, OpKind.SET, "a", 1),
        NewOp(RECS[0], FORM, HERE, OpKind.SET, "a", float("nan")),
    ):
        with pytest.raises(ValueError), store.writing(WHO, NOW) as w:
            w.put([wrong])
        assert picture(store) == seen
    store.close()


@pytest.fixture
def bundle() -> list[Op]:
    laptop = Laptop(RECS[0])  # type: ignore[arg-type]
    laptop.write(RECS[0], OpKind.CREATE, "", {"biaoti": "甲"}, None)
    for n in range(4):
        laptop.write(RECS[0], OpKind.SET, "biaoti", n, OpRef(laptop.device, n + 1))
    return list(laptop.held.values())


def _rechained(ops: list[Op], last: bytes = FIRST) -> list[Op]:
    done: list[Op] = []
    for op in ops:
        last = chain(last, op)
        done.append(op._replace(hash=last))
    return done


@pytest.mark.parametrize(
    ("reason", "seq", "spoil"),
    [
        ("gap", 3, lambda ops: ops[:1] + ops[2:]),
        ("gap", 5, lambda ops: [*ops[:3], ops[4]]),
        ("hash", 3, lambda ops: [*ops[:2], ops[2]._replace(val="99"), *ops[3:]]),
        ("hash", 2, lambda ops: [ops[0], ops[1]._replace(actor=RECS[1]), *ops[2:]]),
        ("lam", 3, lambda ops: _rechained([*ops[:2], ops[2]._replace(lam=1), *ops[3:]])),
        ("scope", 1, lambda ops: _rechained([*ops, ops[4]._replace(scope=Scope("X"), seq=1, lam=9)], FIRST)[:5]
            + _rechained([ops[4]._replace(scope=Scope("X"), seq=1, lam=9)])),
        ("form", 5, lambda ops: _rechained([*ops[:4], ops[4]._replace(form="zoufang")])),
        ("fork", 2, lambda ops: _rechained([ops[0], ops[1]._replace(val="99")])),
    ],
)  # fmt: skip
def test_a_broken_bundle_is_named_and_none_of_it_enters(
    tmp_path: Path, bundle: list[Op], reason: str, seq: int, spoil: Json
) -> None:
    store = cabinet(tmp_path / "1")
    if reason == "fork":
        with store.writing(WHO, NOW) as w:
            w.take_in(bundle)
    before = _digest(store)
    with pytest.raises(Broken) as caught, store.writing(WHO, NOW) as w:
        w.take_in(spoil(bundle))
    assert (caught.value.reason, caught.value.seq) == (reason, seq)
    assert _digest(store) == before
    with store.writing(WHO, NOW) as w:
        w.take_in(bundle)
    assert not store.verify(full=True)
    store.close()


def test_two_operations_in_one_place_are_refused(tmp_path: Path) -> None:
    store = cabinet(tmp_path / "1")
    laptop = Laptop(RECS[0])  # type: ignore[arg-type]
    laptop.write(RECS[0], OpKind.CREATE, "", {"biaoti": "甲"}, None)
    create = next(iter(laptop.held.values()))
    note = create._replace(kind=int(OpKind.NOTE), scope=Scope("ZXB"), fld="read", val="null")
    with pytest.raises(Broken, match="clash"), store.writing(WHO, NOW) as w:
        w.take_in([create, *_rechained([note])])
    store.close()


def test_an_erased_value_is_nowhere_and_the_chain_holds(tmp_path: Path) -> None:
    secret = "测甲某住在塘湾七号"
    one, two = cabinet(tmp_path / "1"), cabinet(tmp_path / "2")
    put(
        one,
        new_tip(RECS[0], biaoti="甲", zhuzhi=secret),
        NewOp(RECS[0], FORM, HERE, OpKind.SET, "zhuzhi", secret + "二"),
    )
    hand(one, two)
    refs = [[op.dev, op.seq, {"biaoti": "甲"} if op.kind == OpKind.CREATE else {}] for op in all_ops(one)]
    put(one, NewOp(RECS[0], FORM, HERE, OpKind.ERASE, "", {"ops": refs}))
    card = {
        "body": [
            "baitao-card/1", one.device, "ZXB", "专项办", ["ZXB"], True, "age1x", "00", "", 0, False, [], "formal"
        ],
        "office_signature": "",
        "signed_by": "",
    }  # fmt: skip
    with two.writing(WHO, NOW) as w:
        w.put_card(one.device, card)
    hand(one, two)
    assert picture(one) == picture(two)
    for store in (one, two):
        with store.reading() as r:
            assert r.get(RECS[0]).answers == {"biaoti": "甲"}
            assert not r.count(Query(text="塘湾"))
            assert all(isinstance(op.val, bytes) for op in r.ops(RECS[0])[:2])
        assert not store.verify(full=True)
        with store._engine.connect() as db:
            plain = "\n".join(
                str(row)
                for (table,) in db.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").all()
                if table != "fts"
                for row in db.exec_driver_sql(f"SELECT * FROM {table}").all()
            )
            db.exec_driver_sql("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, fts, 'row')")
            terms = {row[0] for row in db.exec_driver_sql("SELECT term FROM temp.vocabulary").all()}
        assert "塘湾" not in plain
        assert "甲" in terms
        assert "塘湾" not in terms
        store.close()
    third = cabinet(tmp_path / "3")
    one = cabinet_again(tmp_path / "1")
    with one.reading() as r:
        ops = list(r.since({}, lambda _: True))
    with third.writing(WHO, NOW) as w:
        w.take_in(ops)
    with third.reading() as r:
        assert r.get(RECS[0]).answers == {"biaoti": "甲"}
    one.close()
    third.close()


def cabinet_again(place: Path) -> Store:
    from storage_kit import reopened

    return reopened(place)


def test_an_erased_attachment_is_no_longer_wanted_and_is_swept(tmp_path: Path) -> None:
    store = cabinet(tmp_path / "1")
    kept, gone = (store.blob_put(io.BytesIO(data), "image/jpeg") for data in (b"1", b"2"))
    put(store, new_tip(RECS[0], a={"blob": kept}), NewOp(RECS[0], FORM, HERE, OpKind.SET, "b", {"blob": gone}))
    put(store, NewOp(RECS[0], FORM, HERE, OpKind.SET, "b", None))
    assert store.sweep_blobs() == 0
    put(store, NewOp(RECS[0], FORM, HERE, OpKind.ERASE, "", {"ops": [[store.device, 2, {}]]}))
    with store.reading() as r:
        assert r.blobs(RECS[0]) == [kept]
    assert store.sweep_blobs() == 1
    assert not store.blob_has(gone)
    assert not store.verify(full=True)
    store.close()


def test_only_the_office_erases(tmp_path: Path, bundle: list[Op]) -> None:
    store = cabinet(tmp_path / "1")
    dev = bundle[0].dev
    card = {
        "body": ["baitao-card/1", dev, "DZZ203", "某村", ["DZZ203"], False, "age1x", "00", "", 0, False, []],
        "office_signature": "",
        "signed_by": "",
    }
    erase = bundle[4]._replace(kind=int(OpKind.ERASE), fld="", val='{"ops":[]}', pred=None)
    with store.writing(WHO, NOW) as w:
        w.put_card(dev, card)
    with pytest.raises(Broken, match="erase"), store.writing(WHO, NOW) as w:
        w.take_in(_rechained([*bundle[:4], erase]))
    store.close()


def test_a_field_both_filled_alike_is_no_conflict_when_one_changes_it(tmp_path: Path) -> None:
    one, two = cabinet(tmp_path / "1"), cabinet(tmp_path / "2")
    put(one, new_tip(RECS[0], biaoti="甲", lure="A"))
    put(two, new_tip(RECS[0], biaoti="甲", lure="B"))
    hand(one, two)
    put(two, NewOp(RECS[0], FORM, HERE, OpKind.SET, "biaoti", "乙"))
    with two.reading() as r:
        record = r.get(RECS[0])
        assert record.answers["biaoti"] == "乙"
        assert [c.fld for c in record.conflicts] == ["lure"]
        assert [(rec, fld) for rec, fld, _ in r.conflicts()] == [(RECS[0], "lure")]
        other = record.conflicts[0].versions[0].op
        assert r.count(Query(conflicted=True)) == 1
    put(
        two,
        NewOp(RECS[0], FORM, HERE, OpKind.SET, "lure", "C"),
        NewOp(RECS[0], FORM, HERE, OpKind.RETIRE, "lure", list(other)),
    )
    hand(two, one)
    with one.reading() as r:
        assert not r.get(RECS[0]).conflicts
        assert not r.conflicts()
        assert r.get(RECS[0]).answers["lure"] == "C"
    one.close()
    two.close()


def test_steps_of_two_laptops_are_both_followed(tmp_path: Path) -> None:
    one, two = cabinet(tmp_path / "1"), cabinet(tmp_path / "2")
    put(one, new_tip(RECS[0], biaoti="甲"))
    hand(one, two)
    put(one, NewOp(RECS[0], FORM, HERE, OpKind.STEP, "accept", {}))
    put(two, NewOp(RECS[0], FORM, HERE, OpKind.STEP, "sign", {}))
    hand(one, two)
    put(two, NewOp(RECS[0], FORM, HERE, OpKind.STEP, "close", {}))
    with two.reading() as r:
        record = r.get(RECS[0])
    *both, last = record.steps
    assert set(last.after) == {s.id for s in both}
    assert record.step_heads == (last.id,)
    one.close()
    two.close()


def test_a_note_before_its_record_waits_for_it(tmp_path: Path) -> None:
    one, two = cabinet(tmp_path / "1"), cabinet(tmp_path / "2")
    put(one, new_tip(RECS[0], biaoti="甲"))
    put(one, NewOp(RECS[0], "yidu", Scope("ZXB"), OpKind.NOTE, "read", {"why": "核实"}))
    with one.reading() as r:
        notes = list(r.since({}, lambda scope: scope == "ZXB"))
        assert [op.fld for op in r.notes()] == ["read"]
    with two.writing(WHO, NOW) as w:
        assert w.take_in(notes).new == 0
    with two.reading() as r:
        assert not r.has(RECS[0])
        assert not r.ids(Query())
        with pytest.raises(KeyError):
            r.get(RECS[0])
    two.rebuild()
    with two.writing(WHO, NOW) as w:
        assert w.take_in(all_ops(one)).new == 1
    assert picture(one) == picture(two)
    assert not two.verify(full=True)
    one.close()
    two.close()


TEXT = st.text(alphabet="甲乙丙丁1234ab，。 \U0002b820Ａ１", max_size=24)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(TEXT, min_size=1, max_size=12),
    st.lists(st.text(alphabet="甲乙丙丁12ab，", min_size=1, max_size=4), max_size=6),
)
def test_search_finds_what_a_full_scan_finds(texts: list[str], words: list[str]) -> None:
    with cabinets(1) as (store,):
        recs = [RecordId(f"{n:032x}") for n in range(len(texts))]
        put(store, *(new_tip(rec, miaoshu=text) for rec, text in zip(recs, texts, strict=True)))
        put(store, *(NewOp(rec, FORM, HERE, OpKind.SET, "miaoshu", texts[0]) for rec in recs[::3]))
        with store.reading() as r:
            shown = {rec: str(r.get(rec).answers.get("miaoshu", "")) for rec in recs}
            for word in [*words, "甲乙", "乙丙丁", "\U0002b820"]:
                found = {line.id for line in r.lines(r.ids(Query(text=word)))}
                assert found == {rec for rec, text in shown.items() if _scan(text, word)}, word


def _scan(text: str, query: str) -> bool:
    """The full scan: every word occurs, and its runs of letters or digits begin where the text's runs begin."""
    text = search.normal(text)
    found = search.tokens(text).split()
    return all(
        word in text
        and all(any(t.startswith(run) for t in found) for run in search._RUN.findall(word) if run.isascii())
        for word in search.normal(query).split()
    )
