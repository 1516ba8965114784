"""What people do with a finding: 定整改期限, 整改, 复查, 销号."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from baitao_desktop.actions.desk import Desk, Done, require
from baitao_desktop.domain import findings
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.findings import FindingState
from baitao_desktop.domain.ops import Json, NewOp, RecordId
from baitao_desktop.domain.records import Record


def rectify(desk: Desk, rec: RecordId, *, text: str, photos: Sequence[Json] = ()) -> Done[None]:
    """整改: what was done, with pictures of afterwards."""
    return _act(
        desk, rec, lambda r, s: findings.rectify(r, s, text=text, photos=photos, by=desk.who.name, at=desk.at())
    )


def recheck(
    desk: Desk, rec: RecordId, *, result: str, rechecked_at: str, rechecked_by: str, text: str = "", due: str = ""
) -> Done[None]:
    """复查: `result` is passed or failed; when it failed, `due` is the new date."""
    return _act(
        desk, rec,
        lambda r, s: findings.recheck(
            r, s, result=result, rechecked_at=rechecked_at, rechecked_by=rechecked_by, text=text, due=due, by=desk.who.name,
            at=desk.at(),
        ),
    )  # fmt: skip


def clear(desk: Desk, rec: RecordId, *, approver: str) -> Done[None]:
    """销号, after a recheck that passed."""
    return _act(desk, rec, lambda r, s: findings.clear(r, s, approver=approver, by=desk.who.name, at=desk.at()))


def reopen(desk: Desk, rec: RecordId, *, reason: str) -> Done[None]:
    """重新列出: takes back a 复查合格 or 销号 that was a mistake."""
    return _act(desk, rec, lambda r, s: findings.reopen(r, s, reason=reason, by=desk.who.name, at=desk.at()))


def set_due(desk: Desk, rec: RecordId, *, due: str, reason: str) -> Done[None]:
    """定整改期限, or another one."""
    return _act(desk, rec, lambda r, s: findings.set_due(r, s, due=due, reason=reason, by=desk.who.name, at=desk.at()))


def _act(desk: Desk, rec: RecordId, rule: Callable[[Record, FindingState], list[NewOp]]) -> Done[None]:
    require(desk, "record")
    with desk.store.writing(desk.who.id, desk.now()) as writer:
        if not writer.has(rec):
            raise UserFacingError("A34", "找不到这条记录，可能已在别处删除。请刷新后再看。")
        record = writer.get(rec)
        if not desk.is_office and set(desk.card.codes).isdisjoint(record.scope.split("+")):
            raise UserFacingError("A38", "这个问题是别的单位查出的，不能在这里办。请由原单位办理。")
        return Done(None, writer.put(rule(record, findings.fold(record.steps))))
