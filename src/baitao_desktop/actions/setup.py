"""新建: a store for one unit on this laptop; persons who may log in; passwords."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from baitao_desktop.actions import desk as desks
from baitao_desktop.actions import login
from baitao_desktop.actions.desk import Clock, Desk, Done, real_clock
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import NewOp, OpKind, PersonId, RecordId, Scope
from baitao_desktop.paths import Places

if TYPE_CHECKING:
    from baitao_desktop.seal import Secret

MIN_PASSWORD = 6
has_store, login_names = login.has_store, login.login_names


@dataclass(frozen=True, slots=True)
class Founded:
    """A new desk and the recovery code, to be printed once and kept away from the laptop."""

    desk: Desk
    recovery_code: str


def found(
    places: Places,
    *,
    unit: str,
    person: str,
    password: Secret,
    post: str = "",
    mode: str = "formal",
    callback_passphrase: Secret | None = None,
    clock: Clock = real_clock,
) -> Founded:
    """Make the store of `unit` (code or name) with its first person. The office also makes the 回访 key when given its
    passphrase. UserFacingError when a store is there already or the password is too short."""
    import secrets

    from baitao_desktop.actions import identity
    from baitao_desktop.domain.ops import fresh_id
    from baitao_desktop.storage import store as cabinet

    known = desks.load_rules(places.cache)
    campaign = known.campaign
    found_unit = campaign.find_unit(unit)
    if found_unit is None or found_unit.kind not in ("office", "unit", "village", "community"):
        raise UserFacingError("A24", f"没有“{unit}”这个单位。请从名单里选一个村（社区）或单位。")
    if not person.strip():
        raise UserFacingError("A25", "还没有填写姓名。请填写经手人的姓名。")
    check_password(password)
    if has_store(places):
        raise UserFacingError("A26", "这个文件夹里已经有一份数据，没有改动它。请直接登录，或换一个文件夹。")
    who = PersonId(fresh_id(int(clock().timestamp() * 1000), secrets.token_bytes(10)))
    store, code = cabinet.create(
        places.data, secret=password, person=who, label=person.strip(), project=known.projector(known.forms),
        law=known.law, config=places.config,
    )  # fmt: skip
    try:
        now = desks.clock_for(mode, campaign, clock)
        kind = "village" if found_unit.is_village else found_unit.kind
        roles = ["general", "lead", "callback"] if kind == "office" else [kind]
        with store.writing(who, now()) as writer:
            writer.set_meta("mode", mode)
            writer.set_meta("unit", found_unit.code)
            writer.put(_person_ops(RecordId(who), found_unit.code, name=person, post=post, roles=roles))
        desk = desks.seat(places, store, known, clock=clock)
        if desk.is_office and callback_passphrase is not None:
            identity.make_callback_key(desk, callback_passphrase)
            desk = desks.reload(desk)
        return Founded(desk, code)
    except BaseException:
        store.close()
        raise


def add_person(desk: Desk, *, name: str, post: str, roles: tuple[str, ...], password: Secret) -> Done[RecordId]:
    """Another person on this laptop: a person record in the unit's scope and a key slot of their own."""
    desks.require(desk, "person")
    check_password(password)
    if not name.strip():
        raise UserFacingError("A25", "还没有填写姓名。请填写经手人的姓名。")
    rec = desks.fresh_record_id(desk)
    with desk.store.writing(desk.who.id, desk.now()) as writer:
        writer.put(_person_ops(rec, desk.unit.code, name=name, post=post, roles=list(roles)))
    desk.store.add_password(PersonId(rec), name.strip(), password)
    return Done(rec, frozenset({rec}))


def change_password(desk: Desk, old: Secret, new: Secret) -> Done[None]:
    """S01 when the old password does not fit; only this person's slot is wrapped anew."""
    check_password(new)
    desk.store.change_password(old, new)
    desks.note(desk, "password_changed")
    return Done(None)


def set_new_password(desk: Desk, person: PersonId, label: str, new: Secret) -> Done[None]:
    """A new password for one person, after the store was opened with the recovery code; the old one stops working."""
    check_password(new)
    desk.store.add_password(person, label, new)
    desks.note(desk, "password_renewed")
    return Done(None)


def new_recovery_code(desk: Desk) -> Done[str]:
    """A new printed code; the old one stops working."""
    code = desk.store.new_recovery_code()
    desks.note(desk, "recovery_code_renewed")
    return Done(code)


def empty_practice(desk: Desk) -> Done[None]:
    """清空练习: the practice store of this laptop is closed and deleted. Refused for anything that is 正式."""
    if desk.mode == "formal":
        raise UserFacingError("A28", "这是正式资料，不能清空。只有练习库可以随时清空。")
    import shutil

    from baitao_desktop.actions.identity import CALLBACK_FILE

    places = desk.places
    desks.leave(desk)
    for name in (
        "desk.db",
        "desk.db-wal",
        "desk.db-shm",
        "side.db",
        "side.db-wal",
        "side.db-shm",
        "keyslots.json",
        CALLBACK_FILE,
    ):
        (places.data / name).unlink(missing_ok=True)
    for left in (*places.data.glob("side.db.broken-*"), *places.data.glob("恢复前*"), *places.data.glob("restored*")):
        shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)
    return Done(None)


def check_password(password: Secret) -> None:
    if len(password.text) < MIN_PASSWORD:
        raise UserFacingError("A27", f"口令太短，至少{MIN_PASSWORD}位。请换一个记得住、别人猜不到的。")


def _person_ops(rec: RecordId, unit: str, *, name: str, post: str, roles: list[str]) -> list[NewOp]:
    from baitao_desktop.domain import plain

    answers = {"xingming": name.strip(), "danwei": unit, "zhiwu": post.strip(), "juese": roles}
    data = plain.register(no="", unit=unit, person=name.strip(), at="")
    return [
        NewOp(rec, "renyuan", Scope(unit), OpKind.CREATE, "", {k: v for k, v in answers.items() if v}),
        NewOp(rec, "renyuan", Scope(unit), OpKind.STEP, "register", {k: v for k, v in data.items() if v}),
    ]
