"""What every act that files a record needs: its form, its scope, its number, and whether the answers fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from baitao_desktop.actions.desk import Desk
from baitao_desktop.domain import tips
from baitao_desktop.domain.cards import PUBLIC
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import Json, Scope
from baitao_desktop.domain.records import Record
from baitao_desktop.forms import Form, check
from baitao_desktop.forms.definition import FILES

if TYPE_CHECKING:
    from baitao_desktop.storage.writer import Writer


class Incomplete(UserFacingError):
    """Answers are missing or wrong; `problems` stand beside their fields."""

    def __init__(self, problems: tuple[object, ...], text: str) -> None:
        super().__init__("A30", text)
        self.problems = problems


HIDDEN = (tips.IDENTITY, tips.QUERY_HASH)
"""Fields that are no questions of the form: no page, paper or export shows them, no correction touches them."""


def open_answers(record: Record) -> dict[str, Json]:
    """The answers without the hidden fields."""
    return {k: v for k, v in record.answers.items() if k not in HIDDEN}


def require_fit(desk: Desk, form: Form, answers: Mapping[str, Json]) -> None:
    """Incomplete unless these answers are a whole paper of this form: no unknown field, nothing missing or wrong."""
    for fld, value in answers.items():
        try:
            question = form.question(fld)
        except KeyError:
            raise UserFacingError("A39", f"“{form.title}”里没有“{fld[:20]}”这一项，没有保存。请核对题名。") from None
        if isinstance(value, dict) and question.type not in FILES:
            raise UserFacingError("A39", f"“{question.label}”的写法不对，没有保存。请填写文字、数字或从选项中选。")
    problems = check(form, answers, whole=True, now=desk.now(), lists=desk.lists)
    if not problems:
        return
    missing = [p.label for p in problems if answers.get(p.path) in (None, "", [])]
    wrong = [f"{p.label}：{p.text}" for p in problems if p.label not in missing]
    said = [*wrong[:3], *([f"还没有填写：{'、'.join(missing[:6])}"] if missing else [])]
    raise Incomplete(problems, "；".join(said) + "。")


def form_of(desk: Desk, form_id: str, record: Record | None = None) -> Form:
    """The form of an id; of a `record` the very version it was filled in on, where that is here. UserFacingError A37."""
    version = record.steps[0].data.get("version") if record is not None and record.steps else None
    form = desk.versions.get((form_id, str(version))) or desk.forms.get(form_id)
    if form is None:
        raise UserFacingError("A37", "这条记录用的表在这台电脑上还没有。请先收入专项办的数据包或升级程序。")
    return form


def scope_for(desk: Desk, form: Form) -> Scope:
    """Where a new record of this form lives: with the unit, or with everybody when the form says so and the office writes
    (its venues are public, kernel §3)."""
    return PUBLIC if desk.is_office and form.settings.get("scope") == "public" else desk.scope


def draw_number(desk: Desk, writer: Writer, series: str, unit: str = "") -> str:
    """The next number of a kind of record: <unit>-<mark of this laptop>-<yyyy>-<nnnn>; two laptops never collide."""
    n = writer.next_number(f"{series}-{desk.store.device}-{desk.today.year}")
    return f"{unit or desk.unit.code}-{device_mark(desk.store.device)}-{desk.today.year}-{n:04d}"


def device_mark(device: str) -> str:
    """First three characters of a device id in base 32 (no I, L, O, U)."""
    digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    top = int(device[:4], 16) >> 1
    return digits[top >> 10 & 31] + digits[top >> 5 & 31] + digits[top & 31]
