"""The law of tips: total, deterministic, and without any way to refuse."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from baitao_desktop.domain import plain, tips
from baitao_desktop.domain.ops import DeviceId, OpRef, PersonId
from baitao_desktop.domain.records import Step

DEVICES = [DeviceId(c * 32) for c in "abc"]
ACTS = [*tips.ACTS, "mirrored", "signed_for", "随便什么"]
junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
refs = st.builds(OpRef, st.sampled_from(DEVICES), st.integers(1, 9))
datas = st.dictionaries(
    st.sampled_from(
        ["no", "first_unit", "unit", "person", "of", "from", "act", "data", "result", "outcome", "closed_at", "to"]
    ),
    junk | refs.map(list),
    max_size=6,
)
steps = st.lists(
    st.builds(
        Step,
        refs,
        st.lists(refs, max_size=2).map(tuple),
        st.sampled_from(ACTS),
        st.just(PersonId("p")),
        st.integers(0, 9),
        datas,
    ),
    max_size=14,
)


@given(steps)
def test_fold_never_raises_and_always_gives_the_same(some: list[Step]) -> None:
    assert tips.fold(some) == tips.fold(list(some))
    plain.fold(some)


@given(steps)
def test_first_unit_never_changes_once_it_stands(some: list[Step]) -> None:
    first = ""
    for n in range(1, len(some) + 1):
        state = tips.fold(some[:n])
        if first and not any(s.act == "revoke" for s in some[:n]):
            assert state.first_unit == first
        first = first or state.first_unit


@given(steps)
def test_every_act_is_either_applied_or_flagged(some: list[Step]) -> None:
    flagged = {ref for ref, _ in tips.fold(some).flags}
    revoked = tips.revoked(some)
    unknown = [s for s in some if s.act not in tips.ACTS and s.act != "mirrored" and s.id not in revoked]
    assert all(s.id in flagged for s in unknown)


def test_there_is_no_way_to_refuse_a_tip() -> None:
    words = " ".join([*tips.STATUS, *tips.STATUS.values(), *tips.ACTS, *tips.ACTS.values()])
    assert not any(bad in words for bad in ("reject", "refuse", "decline_tip", "拒", "不予受理", "驳回"))


def step(n: int, act: str, data: dict[str, object]) -> Step:
    return Step(OpRef(DEVICES[0], n), (), act, PersonId("p"), 0, data)


def test_a_mirrored_act_counts_once() -> None:
    base = [step(1, "register", {"no": "N", "first_unit": "DZZ203"}), step(2, "hand_up", {"to": "ZXB"})]
    inner = {"from": [DEVICES[1], 7], "act": "accept", "data": {"unit": "SCJG", "person": "王某某"}}
    once = tips.fold([*base, step(3, "mirrored", inner)])
    twice = tips.fold([*base, step(3, "mirrored", inner), step(4, "mirrored", inner)])
    assert once == twice
    assert (once.handling, once.unit) == ("accepted", "SCJG")
