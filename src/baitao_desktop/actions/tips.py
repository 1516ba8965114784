"""What people do with a tip: one function per act. The rules are `domain.tips`; here they meet the cabinet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from baitao_desktop.actions.desk import Desk, Done, fresh_record_id, note_in
from baitao_desktop.actions.fitting import device_mark, open_answers, require_fit
from baitao_desktop.domain import people, tips
from baitao_desktop.domain.cards import OFFICE
from baitao_desktop.domain.errors import Refused, UserFacingError
from baitao_desktop.domain.ops import Json, NewOp, OpKind, OpRef, RecordId
from baitao_desktop.domain.query import Query
from baitao_desktop.domain.records import Record
from baitao_desktop.domain.reporters import NO_NAME, block_of
from baitao_desktop.domain.tips import TipState

if TYPE_CHECKING:
    from baitao_desktop.seal import Sealed
    from baitao_desktop.storage.writer import Writer


@dataclass(frozen=True, slots=True)
class Registered:
    """A tip's number and the reporter's query code, which is shown and printed once and kept nowhere."""

    tip: RecordId
    no: str
    query_code: str


def seal_reporter(desk: Desk, block: Mapping[str, Json] | Sealed[Mapping[str, Json]]) -> Json:
    """The reporter's block sealed to the office's 回访 key: an answer of constant size, whatever was chosen.

    A closed block (no office card yet, or nothing asked) is sealed as 丙 to nobody, so that all tips look alike.
    """
    from baitao_desktop import seal

    plain = block_of(block.reveal() if isinstance(block, seal.Sealed) else block)
    card = desk.office_card
    if card is None or not card.callback_recipient:
        if plain["xuanze"] != NO_NAME:
            raise UserFacingError(
                "A31", "还没有收到专项办的单位卡，举报人信息暂时不能密封。请先到“报送”页收卡，或选“不留姓名”。"
            )
        _, nobody = seal.new_identity()
        return seal.seal_block({"xuanze": NO_NAME}, nobody, epoch=1)
    return seal.seal_block(plain, card.callback_recipient, epoch=card.callback_epoch)


def can_seal(desk: Desk) -> bool:
    """Whether the reporter's block is open on this laptop."""
    return desk.office_card is not None and bool(desk.office_card.callback_recipient)


def register(
    desk: Desk, answers: Mapping[str, Json], *, sealed: Json = None, hand_up: bool | None = None, draft: str = ""
) -> Done[Registered]:
    """登记: draws the number and a query code, seals what must be sealed; a village hands it up at once by default.

    `sealed` is what `seal_reporter` gave; without it a 丙 block is made. Incomplete when required answers are missing.
    """
    from baitao_desktop import seal

    people.require("register", desk.who, desk.card, own=True, first=True)
    require_fit(desk, desk.forms[tips.FORM], answers)
    code = seal.query_code()
    whole = {
        **{k: v for k, v in answers.items() if v is not None},
        tips.IDENTITY: sealed if sealed is not None else seal_reporter(desk, {"xuanze": NO_NAME}),
        tips.QUERY_HASH: seal.query_code_hash(code, bytes.fromhex(desk.campaign.query_salt)),
    }
    rec = fresh_record_id(desk)
    up = not desk.is_office if hand_up is None else hand_up
    with desk.store.writing(desk.who.id, desk.now()) as writer:
        no = draw_number(desk, writer)
        version = desk.forms[tips.FORM].version
        said = tips.register(no=no, who=desk.who, unit=desk.unit.code, at=desk.at(), version=version)
        ops = [
            NewOp(rec, tips.FORM, desk.scope, OpKind.CREATE, "", whole),
            NewOp(rec, tips.FORM, desk.scope, OpKind.STEP, "register", said),
        ]
        ops += office_no_step(desk, writer, rec)
        changed = writer.put(ops)
        if up:
            record = writer.get(rec)
            state = tips.fold(record.steps)
            writer.put(tips.hand_up(record, state, desk.who, desk.card, to=OFFICE, at=desk.at()))
        last = writer.get(rec).step_heads[-1]
    if draft:
        desk.store.draft_drop(draft)
    # 登记本身不能撤销（作废是另一件事），能收回的是随手的上报
    return Done(Registered(rec, no, code), changed, (), (lambda: revoke(desk, rec, last)) if up else None)


def draw_number(desk: Desk, writer: Writer) -> str:
    """BT-XS-<unit>-<first three of the device id, base 32>-<yyyy>-<nnnn> (kernel §4): two laptops never collide."""
    year = desk.today.year
    n = writer.next_number(f"tip-{desk.store.device}-{year}")
    return f"{desk.campaign.number_prefix}-{desk.unit.code}-{device_mark(desk.store.device)}-{year}-{n:04d}"


def office_no_step(desk: Desk, writer: Writer, rec: RecordId) -> list[NewOp]:
    """The 总台账号 step of a tip registered on the device that draws these numbers; nothing elsewhere."""
    if not desk.card.numbers_office_tips:
        return []
    said = {"office_no": _next_office_no(desk, writer), "at": desk.at()}
    return [NewOp(rec, tips.FORM, desk.scope, OpKind.STEP, "office_no", said)]


def _next_office_no(desk: Desk, writer: Writer) -> str:
    return f"{desk.today.year}-{writer.next_number('office_no'):04d}"


def hand_up(desk: Desk, tip: RecordId) -> Done[None]:
    """上报街道: state 已上报待受理; it travels with the next bundle."""
    return _act(desk, tip, lambda r, s: tips.hand_up(r, s, desk.who, desk.card, to=OFFICE, at=desk.at()))


def accept(
    desk: Desk, tip: RecordId, *, person: str, unit: str = "", due_verify: str = "", due_close: str = ""
) -> Done[None]:
    """受理 by this unit (or, from the office, for `unit`, by code or name), with exactly one responsible person."""
    wanted = desk.campaign.find_unit(unit) if unit else desk.unit
    if wanted is None or wanted.kind in ("elsewhere", "unknown", "leader"):
        raise Refused("A24", f"没有“{unit}”这个承办单位。请从名单里选。")
    if not desk.is_office and wanted.code not in desk.card.codes:
        raise Refused("A02", "只能由本单位自己受理；要交给别的单位，请上报街道由专项办办理。", "五（一）2")
    return _act(
        desk, tip,
        lambda r, s: tips.accept(
            r, s, desk.who, desk.card, unit=wanted.code, person=person, due_verify=due_verify, due_close=due_close,
            at=desk.at(),
        ),
    )  # fmt: skip


def verify(desk: Desk, tip: RecordId, *, verified_at: str, verified_by: str, seen: str, result: str) -> Done[None]:
    """核实: result is one of domain.tips.RESULTS."""
    return _act(
        desk,
        tip,
        lambda r, s: tips.verify(
            r,
            s,
            desk.who,
            desk.card,
            verified_at=verified_at,
            verified_by=verified_by,
            seen=seen,
            result=result,
            at=desk.at(),
        ),
    )


def correct(desk: Desk, tip: RecordId, *, changes: Mapping[str, Json], reason: str) -> Done[None]:
    """更正 before 办结; the new whole must still be a valid paper."""

    def rule(record: Record, state: TipState) -> list[NewOp]:
        ops = tips.correct(record, state, desk.who, desk.card, changes=changes, reason=reason, at=desk.at())
        require_fit(desk, desk.forms[tips.FORM], {**open_answers(record), **changes})
        return ops

    # 撤销只拿掉步骤，改过的值不会跟着回去；改错了就再更正一次
    return _act(desk, tip, rule, undoable=False)


def close(
    desk: Desk, tip: RecordId, *, conclusion: str, reply: str, loss_fen: int | None, returned_fen: int | None
) -> Done[None]:
    """办结: internal conclusion, text for the reporter, and the two sums."""
    return _act(
        desk,
        tip,
        lambda r, s: tips.close(
            r,
            s,
            desk.who,
            desk.card,
            conclusion=conclusion,
            reply=reply,
            loss_fen=loss_fen,
            returned_fen=returned_fen,
            at=desk.at(),
        ),
    )


def void(desk: Desk, tip: RecordId, *, reason: str) -> Done[None]:
    """作废: stays in the ledger, its number is not used again."""
    return _act(desk, tip, lambda r, s: tips.void(r, s, desk.who, desk.card, reason=reason, at=desk.at()))


def feedback(
    desk: Desk, tip: RecordId, *, feedback_at: str, how: str, text: str = "", reaction: str = "", outcome: str = "done"
) -> Done[None]:
    """回复举报人: when, how, which text was given, how it was taken."""
    return _act(
        desk,
        tip,
        lambda r, s: tips.feedback(
            r, s, desk.who, desk.card, feedback_at=feedback_at, how=how, text=text or s.reply, reaction=reaction,
            outcome=outcome, at=desk.at(),
        ),
    )  # fmt: skip


def last_step(desk: Desk, tip: RecordId) -> OpRef:
    """The step 撤销 would take back; Refused when nothing has been done yet."""
    with desk.store.reading() as reader:
        heads = reader.get(tip).step_heads if reader.has(tip) else ()
    if not heads:
        raise Refused("A34", "找不到这条线索，或者还没有办过什么。请刷新后再看。")
    return heads[-1]


def reseal(desk: Desk, tip: RecordId, sealed: Json) -> Done[None]:
    """重新填写举报人信息: a block sealed anew (`seal_reporter`) over the old one, by the first unit or the office, before
    办结. No step and no line of the history tells it."""

    def rule(record: Record, state: TipState) -> list[NewOp]:
        if not tips.may("correct", state, desk.who, desk.card):
            raise Refused("A02", "这条线索现在不能重新填写举报人信息。请由首接单位在办结前填写。", "五（一）1")
        return [NewOp(record.id, record.form, record.scope, OpKind.SET, tips.IDENTITY, sealed)]

    return _act(desk, tip, rule, undoable=False)


def revoke(desk: Desk, tip: RecordId, step: OpRef) -> Done[None]:
    """撤销 of one's own last act, while nobody has acted after it."""
    return _act(desk, tip, lambda r, s: tips.revoke(r, s, desk.who, desk.card, of=step, at=desk.at()), undoable=False)


def ask_by_code(desk: Desk, code: str) -> Done[str]:
    """按查询码查: status text only — handling unit, telephone, expected date. The asking is logged, the code is not."""
    from baitao_desktop import seal

    if not seal.query_code_ok(code):
        raise UserFacingError("A32", "查询码不对：应为11位、以12开头，可能抄错了一位。请对着回执再念一遍。")
    digest = seal.query_code_hash(code, bytes.fromhex(desk.campaign.query_salt))
    with desk.store.writing(desk.who.id, desk.now()) as writer:
        ids = writer.ids(Query(form=tips.FORM, facets=(("query", digest),)))
        line = writer.lines(ids[:1])[0] if len(ids) else None
        if line is None:
            raise UserFacingError(
                "A48", "这台电脑上没有这个查询码的线索。可能还没有随数据包送到，请记下来电，晚些再查。"
            )
        state = tips.state_of(line.head.state)
        first = state.first_unit in desk.card.codes
        people.require("query", desk.who, desk.card, own=first, first=first)
        note_in(desk, writer, "asked_by_code", line.id)
    said = tips.status_text(
        state, unit_name=desk.campaign.unit_name(state.unit or state.first_unit),
        telephones=desk.campaign.report_telephones, expected=state.due_close,
    )  # fmt: skip
    return Done(said)


def number_tips(desk: Desk) -> Done[int]:
    """总台账号 for every tip that has none, in the order they came; only on the office device its card names."""
    if not desk.card.numbers_office_tips:
        return Done(0)
    ops: list[NewOp] = []
    with desk.store.writing(desk.who.id, desk.now()) as writer:
        waiting = writer.ids(Query(form=tips.FORM, sort="arrival", descending=False))
        for line in writer.lines(waiting):
            if line.head.no and not line.head.tracks[1]:
                record = writer.get(line.id)
                no = _next_office_no(desk, writer)
                ops += tips.number_by_office(record, tips.fold(record.steps), office_no=no, at=desk.at())
        changed = writer.put(ops) if ops else frozenset()
    return Done(len(ops), changed)


def _act(
    desk: Desk, tip: RecordId, rule: Callable[[Record, TipState], list[NewOp]], *, undoable: bool = True
) -> Done[None]:
    with desk.store.writing(desk.who.id, desk.now()) as writer:
        if not writer.has(tip):
            raise Refused("A34", "找不到这条线索，可能已在别处删除。请刷新后再看。")
        record = writer.get(tip)
        changed = writer.put(rule(record, tips.fold(record.steps)))
        after = writer.get(tip)
    last = after.step_heads[-1] if after.step_heads else None
    undo = (lambda: revoke(desk, tip, last)) if undoable and last is not None else None
    return Done(None, changed, (), undo)
