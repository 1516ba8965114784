"""Replay is the only merge law: it must not matter in which order, how often or in what parts operations come."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import given, settings
from hypothesis import strategies as st

from baitao_desktop.domain.ops import Json, Op, OpKind, OpRef, RecordId, value_digest
from baitao_desktop.domain.records import load_json, replay
from storage_kit import RECS, Laptop, histories


def _together(crew: list[Laptop], rec: RecordId) -> list[Op]:
    held = {op.ref: op for laptop in crew for op in laptop.of(rec)}
    return list(held.values())


@settings(max_examples=150, deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_order_grouping_and_repetition_do_not_matter(crew: list[Laptop], chance: Json) -> None:
    for rec in RECS:
        ops = _together(crew, rec)
        if not ops:
            continue
        expected = replay(ops)
        shuffled = ops + chance.choices(ops, k=len(ops) // 2)
        chance.shuffle(shuffled)
        assert replay(shuffled) == expected
        assert replay(iter(sorted(ops, reverse=True, key=lambda op: (op.lam, op.dev)))) == expected


@settings(max_examples=150, deadline=None)
@given(histories(erase=False))
def test_heads_are_the_writes_nobody_overwrote(crew: list[Laptop]) -> None:
    for rec in RECS:
        ops = sorted(_together(crew, rec), key=lambda op: (op.lam, op.dev))
        if not ops:
            continue
        writes: dict[str, list[tuple[Op, Json]]] = defaultdict(list)
        overwritten: dict[str, set[OpRef]] = defaultdict(set)
        for op in ops:
            if op.kind == OpKind.CREATE:
                for fld, value in load_json(str(op.val)).items():
                    writes[fld].append((op, value))
            elif op.kind in (OpKind.SET, OpKind.RETIRE):
                if op.kind == OpKind.SET:
                    writes[op.fld].append((op, load_json(str(op.val))))
                if op.pred:
                    overwritten[op.fld].add(op.pred)
        record = replay(ops)
        for fld, written in writes.items():
            live = [(op, value) for op, value in written if op.ref not in overwritten[fld]]
            assert record.heads.get(fld) == (live[-1][0].ref if live else None)
            versions = {c.fld: c.versions for c in record.conflicts}.get(fld, ())
            if len({str(value) for _, value in live}) > 1:
                assert [v.op for v in versions] == [op.ref for op, _ in live]
            else:
                assert not versions
                assert record.twins.get(fld, ()) == tuple(op.ref for op, _ in live[:-1])


@settings(max_examples=100, deadline=None)
@given(histories())
def test_an_erased_value_replays_the_same_before_and_after_it_is_emptied(crew: list[Laptop]) -> None:
    for rec in RECS:
        ops = _together(crew, rec)
        named = {
            OpRef(item[0], item[1])
            for op in ops
            if op.kind == OpKind.ERASE
            for item in load_json(str(op.val))["ops"]
        }  # fmt: skip
        if ops:
            emptied = [
                op._replace(val=value_digest(op), salt=b"")
                if op.ref in named and op.kind not in (OpKind.ERASE, OpKind.DELETE)
                else op
                for op in ops
            ]
            assert replay(emptied) == replay(ops)


@settings(max_examples=60, deadline=None)
@given(
    histories(),
    st.sampled_from(["{", "null", "[1]", '{"d":3,"also":[[1]]}', '"x"', '{"ops":[[1,2]]}', '{"ops":[[[],{},{}]]}']),
)
def test_replay_never_raises_whatever_a_stranger_wrote(crew: list[Laptop], rubbish: str) -> None:
    for rec in RECS:
        ops = _together(crew, rec)
        for i in range(len(ops)):
            spoiled = [*ops[:i], ops[i]._replace(val=rubbish), *ops[i + 1 :]]
            assert replay(spoiled).id == rec


def test_two_creates_of_one_record_merge() -> None:
    one, two = Laptop("1" * 32), Laptop("2" * 32)  # type: ignore[arg-type]
    one.write(RECS[0], OpKind.CREATE, "", {"biaoti": "甲", "lure": "A"}, None)
    two.write(RECS[0], OpKind.CREATE, "", {"biaoti": "乙", "lure": "A", "no": "2"}, None)
    record = replay([*one.held.values(), *two.held.values()])
    assert record.answers == {"biaoti": "乙", "lure": "A", "no": "2"}
    assert [c.fld for c in record.conflicts] == ["biaoti"]
    assert record.twins == {"lure": (OpRef(one.device, 1),)}
