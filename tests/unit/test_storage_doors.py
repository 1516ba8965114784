"""What the doors of the cabinet promise: queries, ledgers, neighbours, drafts, attachments."""

from __future__ import annotations

import io
import os
import threading
from array import array
from collections.abc import Iterator
from pathlib import Path

import pytest

from baitao_desktop.domain.ops import DeviceId, NewOp, OpKind, PersonId, RecordId, Scope, derived_id
from baitao_desktop.domain.query import Query
from baitao_desktop.storage import place as places
from baitao_desktop.storage.reader import Bundle, Peer, Quarantined
from baitao_desktop.storage.store import Store
from storage_kit import FORM, HERE, NOW, RECS, WHO, all_ops, cabinet, new_tip, put

TIPS: tuple[dict[str, str], ...] = (
    {"no": "1", "biaoti": "保健品会销讲座", "received": "2022-05-31T10:00", "due": "2022-06-10", "lure": "A"},
    {"no": "2", "biaoti": "以房养老理财", "received": "2022-06-01", "due": "", "lure": "B", "person": "张某某"},
    {"no": "3", "biaoti": "免费体检送鸡蛋", "received": "2022-06-02", "due": "2022-06-05", "lure": "A"},
    {"no": "4", "biaoti": "会上销售保健，品种多", "received": "2022-06-02", "due": "2022-06-07", "same": RECS[0]},
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    made = cabinet(tmp_path_factory.mktemp("doors") / "1")
    put(made, *(new_tip(derived_id("tip", t["no"]), scope=Scope(f"DZZ20{i % 2}"), **t) for i, t in enumerate(TIPS)))
    put(made, NewOp(derived_id("tip", "2"), FORM, Scope("DZZ201"), OpKind.STEP, "accept", {"due": "2022-06-20"}))
    put(made, new_tip(derived_id("tip", "gone"), no="9", biaoti="作废的"))
    put(made, NewOp(derived_id("tip", "gone"), FORM, HERE, OpKind.DELETE, "", True))
    yield made
    made.close()


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        (Query(), "4321"),
        (Query(descending=False), "1234"),
        (Query(form=FORM, limit=2), "43"),
        (Query(form="zoufang"), ""),
        (Query(sort="no"), "4321"),
        (Query(sort="due", descending=False), "2341"),
        (Query(sort="arrival", limit=1), "4"),
        (Query(status=("accept",)), "2"),
        (Query(status=("accept", "new"), sort="no", descending=False), "1234"),
        (Query(unit="DZZ200"), "31"),
        (Query(person="张某某"), "2"),
        (Query(facets=(("lure", "A"),)), "31"),
        (Query(facets=(("lure", "A"), ("lure", "B"))), "321"),
        (Query(facets=(("lure", "A"), ("lure2", "B"))), ""),
        (Query(since="2022-06-01", until="2022-06-01"), "2"),
        (Query(until="2022-05-31"), "1"),
        (Query(since="2022-06-02"), "43"),
        (Query(due_until="2022-06-07"), "43"),
        (Query(linked_to=RECS[0]), "4"),
        (Query(text="保健品"), "1"),
        (Query(text="保健 会"), "41"),
        (Query(text="保"), "41"),
        (Query(text="座"), "1"),
        (Query(text="保健品", unit="DZZ201"), ""),
        (Query(text="，"), "4"),
        (Query(text="保健", sort="arrival", limit=1), "4"),
        (Query(text="  "), "4321"),
        (Query(text='"OR" *'), ""),
        (Query(deleted=True), "9"),
        (Query(flagged=True), ""),
        (Query(conflicted=True), ""),
    ],
)
def test_queries(store: Store, query: Query, numbers: str) -> None:
    with store.reading() as r:
        rids = r.ids(query)
        assert isinstance(rids, array)
        assert "".join(line.head.no for line in r.lines(rids)) == numbers
        assert "".join(str(record.answers["no"]) for record in r.records(query)) == numbers
        if not query.limit:
            assert r.count(query) == len(numbers)


def test_an_order_that_does_not_exist_is_a_bug(store: Store) -> None:
    with store.reading() as r, pytest.raises(ValueError, match="sort"):
        r.ids(Query(sort="no; DROP TABLE op"))


def test_facets_are_counted_within_the_query(store: Store) -> None:
    with store.reading() as r:
        assert r.facet_counts("lure", Query()) == {"A": 2, "B": 1}
        assert r.facet_counts("lure", Query(unit="DZZ200")) == {"A": 2}
        assert r.facet_counts("lure", Query(text="体检")) == {"A": 1}


def test_a_line_is_the_head_without_a_replay(store: Store) -> None:
    with store.reading() as r:
        rid = r.rid(derived_id("tip", "4"))
        assert rid is not None
        (line,) = r.lines([rid, 10_000])
        assert line.head.links == (("same", RECS[0]),)
        assert line.head.tracks == ("", "", "0")
        assert line.head.state == {"acts": []}
        assert line.answers["no"] == "4"
        assert (line.scope, line.conflicts, line.deleted, line.head.text) == ("DZZ201", 0, False, "")


def test_a_view_stays_as_it_was_while_something_is_written(tmp_path: Path) -> None:
    store = cabinet(tmp_path / "1")
    put(store, new_tip(RECS[0], biaoti="甲"))
    with store.reading() as before:
        assert before.count(Query()) == 1
        with store.writing(WHO, NOW) as w:
            w.put([new_tip(RECS[1], biaoti="乙")])
            assert w.count(Query()) == 2
            store.draft_save("d", WHO, FORM, "1", "", "{}", 1)
            assert store.draft_get("d") is not None
            assert before.count(Query()) == 1
        assert before.count(Query()) == 1
    with store.reading() as after:
        assert after.count(Query()) == 2
    store.close()


def test_writers_take_turns(tmp_path: Path) -> None:
    store = cabinet(tmp_path / "1")

    def write(name: str) -> None:
        for n in range(10):
            put(store, new_tip(derived_id(name, str(n)), biaoti=name))

    threads = [threading.Thread(target=write, args=(name,)) for name in "甲乙丙"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.reading() as r:
        assert r.count(Query()) == 30
        assert list(r.vector().values()) == [30]
    assert not store.verify(full=True)
    store.close()


def test_streams_go_out_in_order_and_above_the_base(store: Store) -> None:
    ops = all_ops(store)
    with store.reading() as r:
        vector = r.vector()
        assert sum(vector.values()) == len(ops)
        for key, last in vector.items():
            mine = [op for op in ops if (op.dev, op.scope) == key]
            assert [op.seq for op in mine] == list(range(1, last + 1))
            assert all(r.hash_at(op.dev, op.scope, op.seq) == op.hash for op in mine)
            rest = list(r.since({**vector, key: 1}, lambda _: True))
            assert rest == mine[1:]
        only = list(r.since({}, lambda scope: scope == "DZZ200"))
        assert {op.scope for op in only} == {"DZZ200"}
        assert r.hash_at(store.device, Scope("DZZ200"), 999) is None
        assert r.hash_at(DeviceId("0" * 32), Scope("没有"), 1) is None


def test_what_is_kept_of_the_others(tmp_path: Path) -> None:
    store = cabinet(tmp_path / "1")
    one, two = DeviceId("1" * 32), DeviceId("2" * 32)
    with store.writing(WHO, NOW) as w:
        assert [w.next_number("a"), w.next_number("a"), w.next_number("b")] == [1, 2, 1]
        w.set_meta("unit", "DZZ203")
        w.set_meta("device", "不是本机的")
        w.put_card(one, {"v": 1})
        w.put_card(one, {"v": 2})
        w.set_ack(one, {(two, HERE): 5, (one, HERE): 3})
        w.set_ack(one, {(two, HERE): 6})
        w.heard(one, "DZZ203", 7, 1000)
        w.heard(two, "DZZ204", 1, 900)
        w.heard(two, "DZZ204", 2, 950)
        w.retire(two)
        w.log_bundle("b1", sha256="ff", way="in", peer=one, number=7, at_ms=1000, report={"new": 3})
        w.put_quarantine("b2", reason="gap", stream=(one, HERE), seq=9, file="b2.btx", at_ms=1001)
        w.put_quarantine("b3", reason="sign", stream=None, seq=0, file="b3.btx", at_ms=1002)
        w.drop_quarantine("b3")
    device = store.device
    store.close()
    from storage_kit import reopened

    store = reopened(tmp_path / "1")
    assert store.device == device
    with store.reading() as r:
        assert (r.meta("unit"), r.meta("nothing")) == ("DZZ203", None)
        assert r.cards() == {one: {"v": 2}}
        assert r.acks() == {one: {(two, HERE): 6}, two: {}}
        assert r.peers() == [Peer(one, "DZZ203", 7, 1000, False), Peer(two, "DZZ204", 2, 950, True)]
        assert r.bundles() == [Bundle("b1", "ff", "in", one, 7, 1000, {"new": 3})]
        assert r.quarantine() == [Quarantined("b2", "gap", one, HERE, 9, "b2.btx", 1001)]
    with store.writing(WHO, NOW) as w:
        assert w.next_number("a") == 3
    store.close()


def test_drafts_belong_to_a_person(tmp_path: Path) -> None:
    store = cabinet(tmp_path / "1")
    zhang, li = PersonId("a" * 32), PersonId("b" * 32)
    store.draft_save("1", zhang, FORM, "1", "", "甲", 1)
    store.draft_save("2", zhang, FORM, "1", RECS[0], "乙", 2)
    store.draft_save("1", zhang, FORM, "1", "", "甲二", 3)
    store.draft_save("3", li, FORM, "1", "", "丙", 4)
    assert [(d.id, d.raw) for d in store.drafts(zhang)] == [("1", "甲二"), ("2", "乙")]
    store.draft_drop("1")
    assert store.draft_get("1") is None
    store.pref_put(zhang, "size", "14")
    assert (store.pref_get(zhang, "size"), store.pref_get(li, "size")) == ("14", None)
    store.close()


def test_attachments_are_kept_once_and_missed_until_they_come(tmp_path: Path) -> None:
    store = cabinet(tmp_path / "1")
    data = os.urandom(700_000)
    sha = store.blob_put(io.BytesIO(data), "image/jpeg")
    assert store.blob_put(io.BytesIO(data), "image/jpeg") == sha
    empty = store.blob_put(io.BytesIO(b""), "text/plain")
    with store.blob_open(sha) as stream:
        assert stream.read() == data
        stream.seek(300_000)
        assert stream.read(10) == data[300_000:300_010]
        assert stream.seek(-5, io.SEEK_END) == len(data) - 5
        assert stream.read() == data[-5:]
    assert store.blob_open(empty).read() == b""
    assert (store.blob_size(sha), store.blob_mime(sha)) == (700_000, "image/jpeg")
    with pytest.raises(KeyError):
        store.blob_open("00" * 32)

    missing = "ab" * 32
    put(store, new_tip(RECS[0], zp={"blob": sha, "name": "1.jpg"}))
    put(store, NewOp(RECS[0], FORM, HERE, OpKind.STEP, "verify", {"files": [{"blob": missing}]}))
    assert store.wanted() == {missing}
    with store.reading() as r:
        assert r.blobs(RECS[0]) == sorted([sha, missing])
    store.draft_save("d", WHO, FORM, "1", "", f'{{"zp":"{empty}"}}', 1)
    assert store.sweep_blobs() == 0
    store.draft_drop("d")
    assert store.sweep_blobs() == 1
    assert store.blob_has(sha)
    assert not store.blob_has(empty)
    other = cabinet(tmp_path / "2")
    with other.writing(WHO, NOW) as w:
        assert w.take_in(all_ops(store), keep=False).missing == 2
    other.blob_put(io.BytesIO(data), "image/jpeg")
    with other.writing(WHO, NOW) as w:
        assert w.take_in(all_ops(store)).missing == 1
    assert other.wanted() == {missing}
    store.close()
    other.close()


def test_a_record_edited_after_its_deletion_comes_back_with_a_flag(tmp_path: Path) -> None:
    store = cabinet(tmp_path / "1")
    put(store, new_tip(RECS[0], biaoti="甲"), NewOp(RECS[0], FORM, HERE, OpKind.DELETE, "", True))
    with store.reading() as r:
        assert (r.count(Query()), r.count(Query(deleted=True))) == (0, 1)
    put(store, NewOp(RECS[0], FORM, HERE, OpKind.SET, "biaoti", "乙"))
    with store.reading() as r:
        assert (r.count(Query()), r.count(Query(flagged=True))) == (1, 1)
        ((rec, ref, code),) = r.flags()
        assert (rec, ref.dev, code) == (RECS[0], store.device, "edited_after_delete")
        assert r.flags("zoufang") == []
    store.close()


def test_names_of_strangers_cannot_break_the_lists(tmp_path: Path) -> None:
    """Half a surrogate pair, a NUL, NaN: what is shown of them can be stored and found."""
    from storage_kit import Laptop

    laptop = Laptop(DeviceId(RecordId("c" * 32)))
    laptop.write(RECS[0], OpKind.CREATE, "", {}, None)
    texts = ['{"biaoti":"\\ud800甲","no":NaN,"lure":"\\u0000乙"}', '{"biaoti":' + "[" * 3000 + "]" * 3000 + "}", "{"]
    for n, text in enumerate(texts):
        store = cabinet(tmp_path / str(n))
        op = next(iter(laptop.held.values()))
        from baitao_desktop.domain.ops import FIRST, chain

        op = op._replace(val=text)
        op = op._replace(hash=chain(FIRST, op))
        with store.writing(WHO, NOW) as w:
            w.take_in([op])
        with store.reading() as r:
            assert r.count(Query()) == 1
            assert r.ops(RECS[0])[0].val == text
        assert not store.verify(full=True)
        store.close()


def test_closing_twice_is_harmless_and_lets_the_next_in(tmp_path: Path) -> None:
    store = cabinet(tmp_path / "1")
    store.close()
    store.close()
    places.Lock(tmp_path / "1").release()
