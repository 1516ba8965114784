"""keyslots.json: the cabinet's one key, wrapped once for each person and once for the recovery code."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.storage import place as places

if TYPE_CHECKING:
    from baitao_desktop import seal
    from baitao_desktop.domain.ops import PersonId

KeySlots = list[dict[str, Any]]


class Slot(NamedTuple):
    """Who may open the cabinet; readable without a key. `kind` is "password" or "recovery"."""

    id: str
    kind: str
    label: str
    person: PersonId


def load(place: Path) -> KeySlots:
    """The slots as they stand in the file. UserFacingError S02 when it is not there or damaged, S05 when newer."""
    path = place / places.SLOTS
    try:
        said = json.loads(path.read_bytes())
        number, found = said["format"], said["slots"]
        good = isinstance(number, int) and isinstance(found, list)
    except FileNotFoundError as error:
        raise UserFacingError(
            "S02", f"“{place}”里没有资料，或少了钥匙文件 {path.name}。请检查文件夹，或从备份恢复。"
        ) from error
    except PermissionError as error:
        raise places.read_only(place) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(path) from error
    if not good:
        raise _damaged(path)
    if number > 1:
        raise UserFacingError("S05", "这份资料来自更新的版本。请先升级本程序再打开。")
    if not all(isinstance(s, dict) and isinstance(s.get("wrap"), dict) and "kind" in s for s in found):
        raise _damaged(path)
    slots: KeySlots = found
    return slots


def _damaged(path: Path) -> UserFacingError:
    return UserFacingError("S02", f"钥匙文件 {path.name} 已损坏，打不开资料。请把备份里的同名文件拷回来再试。")


def save(place: Path, slots: KeySlots) -> None:
    from baitao_desktop.files import write_whole

    text = json.dumps({"format": 1, "slots": slots}, ensure_ascii=False, indent=1)
    write_whole(place / places.SLOTS, text.encode(), private=True)


def listed(place: Path) -> list[Slot]:
    """The login list: slots without their wrapped keys."""
    return [
        Slot(str(s.get("id", "")), str(s["kind"]), str(s.get("label", "")), cast("PersonId", str(s.get("person", ""))))
        for s in load(place)
    ]


def make(key: bytes, secret: seal.Secret, *, label: str, person: PersonId) -> dict[str, Any]:
    from baitao_desktop import seal

    wrap = seal.wrap_key(key, secret)
    return {"id": os.urandom(8).hex(), "kind": secret.kind, "label": label, "person": person, "wrap": wrap}


def fitting(slots: KeySlots, secret: seal.Secret, only: str = "") -> tuple[int, bytes] | None:
    """Place and key of the first slot that `secret` opens; `only` names the one slot to try (each costs ≈ 150 ms)."""
    from baitao_desktop import seal

    for i, slot in enumerate(slots):
        if slot["kind"] == secret.kind and only in ("", slot.get("id")):
            key = seal.unwrap_key(slot["wrap"], secret)
            if key is not None:
                return i, key
    return None


def wrong(secret: seal.Secret) -> UserFacingError:
    if secret.kind == "recovery":
        return UserFacingError("S01", "恢复码不对。请对照印出的恢复码逐组再输一遍。")
    return UserFacingError("S01", "口令不对。请看大小写和输入法是否打开，再输一遍；忘了口令可用印出的恢复码打开。")


class KeyRing:
    """Who may open an open cabinet."""

    place: Path
    _key: bytes

    def add_password(self, person: PersonId, label: str, new_secret: seal.Secret) -> None:
        """One more person may open the cabinet; a person's older slot is replaced."""
        made = make(self._key, new_secret, label=label, person=person)
        kept = [
            s
            for s in load(self.place)
            if s["kind"] != "password" or (s.get("person"), s.get("label")) != (person, label)
        ]
        save(self.place, [*kept, made])

    def change_password(self, old: seal.Secret, new: seal.Secret) -> None:
        """The slot that `old` opens is opened by `new` from now on. UserFacingError S01 when `old` opens none."""
        found = load(self.place)
        fit = fitting(found, old)
        if fit is None:
            raise wrong(old)
        i = fit[0]
        made = make(
            self._key, new, label=found[i].get("label", ""), person=found[i].get("person", cast("PersonId", ""))
        )
        save(self.place, [*found[:i], made, *found[i + 1 :]])

    def drop_slot(self, slot: str) -> None:
        """A person may no longer open the cabinet. The last password stays: UserFacingError S11."""
        kept = [s for s in load(self.place) if s.get("id") != slot]
        if not any(s["kind"] == "password" for s in kept):
            raise UserFacingError("S11", "这是最后一个口令，删了就只能用恢复码打开。请先给别人设好口令再删。")
        save(self.place, kept)

    def new_recovery_code(self) -> str:
        """A new recovery code, shown once; the old one opens nothing any more."""
        from baitao_desktop import seal

        code = seal.new_recovery_code()
        spare = make(self._key, seal.recovery(code), label="恢复码", person=cast("PersonId", ""))
        kept = [s for s in load(self.place) if s["kind"] != "recovery"]
        save(self.place, [*kept, spare])
        return code
