"""One laptop at work: made at unlock, dropped at lock, handed on to every act. No globals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from baitao_desktop import paths
from baitao_desktop.domain import people, tasks
from baitao_desktop.domain.campaign import Campaign, Month, Unit
from baitao_desktop.domain.cards import Card
from baitao_desktop.domain.catalogue import Catalogue
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import Json, NewOp, OpKind, PersonId, RecordId, Scope, derived_id
from baitao_desktop.domain.people import Person
from baitao_desktop.domain.records import Head, Record
from baitao_desktop.domain.values import CST, iso_minute
from baitao_desktop.paths import Places

if TYPE_CHECKING:
    from baitao_desktop.actions.projection import Lists
    from baitao_desktop.forms import Form
    from baitao_desktop.seal import DeviceKeys, Secret
    from baitao_desktop.storage.store import Store
    from baitao_desktop.storage.writer import Writer

T = TypeVar("T")
Clock = Callable[[], datetime]
Progress = Callable[[str, int, int], None]
"""Called with what is being done, how far, of how many (0 = not known); may raise Cancelled."""

MODES = {"formal": "正式", "practice": "练习", "demo": "演示"}


@dataclass(frozen=True, slots=True)
class Done(Generic[T]):
    """What an act brought: its value, the records it changed, the files it made, and how to take it back (or None)."""

    value: T
    changed: frozenset[RecordId] = frozenset()
    files: tuple[Path, ...] = ()
    undo: Callable[[], Done[None]] | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything an act needs. `now` is the campaign's set date in practice and demonstration, else the clock."""

    places: Places
    store: Store
    forms: Mapping[str, Form]
    """The form of each id that people fill in now."""
    versions: Mapping[tuple[str, str], Form]
    """Every version of every form here, by (id, version): records are shown with the one they were filled in on."""
    rules: Rules
    keys: DeviceKeys
    card: Card
    office_card: Card | None
    who: Person
    unit: Unit
    mode: str
    now: Clock

    @property
    def lists(self) -> Lists:
        return self.rules.lists

    @property
    def campaign(self) -> Campaign:
        return self.rules.campaign

    @property
    def catalogue(self) -> Catalogue:
        return self.rules.catalogue

    @property
    def is_office(self) -> bool:
        return self.card.office

    @property
    def scope(self) -> Scope:
        """Where this unit's own records live."""
        return Scope(self.unit.code)

    @property
    def title(self) -> str:
        """What the title bar always says."""
        said = f"{self.unit.name} · {self.who.name} · {MODES[self.mode]}"
        return said if self.mode == "formal" else f"{said}（日期设为{self.today.isoformat()}）"

    @property
    def today(self) -> date:
        return self.now().astimezone(CST).date()

    @property
    def month(self) -> Month:
        return self.campaign.month_of(self.today)

    def at(self) -> str:
        return iso_minute(self.now())

    @property
    def watermark(self) -> str:
        """Printed across papers that are not 正式."""
        return "" if self.mode == "formal" else MODES[self.mode]


def real_clock() -> datetime:
    """The machine's clock; the only place that asks it."""
    return datetime.now(CST)  # noqa: TID251


def clock_for(mode: str, campaign: Campaign, clock: Clock) -> Clock:
    """正式 runs on the clock; 练习 and 演示 on the campaign's set date, the time of day going on."""
    if mode == "formal":
        return clock
    began = clock()
    start = datetime.combine(campaign.practice_date, began.timetz())
    return lambda: start + (clock() - began)


def load_forms(cache: Path, sources: Sequence[Path] | None = None) -> dict[str, Form]:
    """All shipped forms by id, compiled at first use in a checkout."""
    from baitao_desktop.forms import compiled

    found = sources if sources is not None else sorted(paths.forms().glob("*.md"))
    forms = [_loaded(compiled(source, cache)) for source in found]
    return {form.id: form for form in forms}


@lru_cache(maxsize=64)
def _loaded(xform: bytes) -> Form:
    """A form never changes once it is read; eighteen of them take 0.1 s, and a process may sit down many times."""
    from baitao_desktop.forms import load

    return load(xform)


def open_desk(places: Places, secret: Secret, *, clock: Clock = real_clock, progress: Progress | None = None) -> Desk:
    """Unlock the store and sit down. UserFacingError: S01 wrong password, S02 damaged, S03 open elsewhere …

    After a copy or a restore the store has minted a new device id; then new device keys are made here and the card
    must be exchanged with the office again (`desk.card.office_signature` is empty).
    """
    from baitao_desktop.storage import store as cabinet

    known = load_rules(places.cache)
    store = cabinet.unlock(
        places.data, secret=secret, project=known.projector(known.forms), law=known.law, config=places.config,
        progress=progress,
    )  # fmt: skip
    try:
        return seat(places, store, known, clock=clock)
    except BaseException:
        store.close()
        raise


@dataclass(frozen=True, slots=True)
class Rules:
    """What the program brings along and the cabinet is filed by: forms, campaign, catalogue, lists."""

    forms: Mapping[str, Form]
    campaign: Campaign
    catalogue: Catalogue
    lists: Lists

    @property
    def law(self) -> str:
        """Changes when the list rows must be made anew."""
        from baitao_desktop.actions.projection import law_version

        return law_version(self.forms, tasks.mark_of(self.catalogue.tasks.values(), self.campaign))

    def projector(self, forms: Mapping[str, Form]) -> Callable[[Record], Head]:
        """Record → list row, with these forms in force."""
        from baitao_desktop.actions.projection import projector

        return projector(forms, self.lists, tasks.prover(self.catalogue.tasks.values(), self.campaign, forms))


def load_rules(cache: Path) -> Rules:
    """The rules shipped with the program."""
    from baitao_desktop.actions.campaigns import lists_for, load_campaign
    from baitao_desktop.actions.catalogue import load_catalogue

    campaign, catalogue = load_campaign(), load_catalogue()
    return Rules(load_forms(cache), campaign, catalogue, lists_for(campaign, catalogue))


def seat(places: Places, store: Store, known: Rules, *, clock: Clock) -> Desk:
    """The desk of an open store: who logged in, which unit, which card."""
    from baitao_desktop.actions import identity
    from baitao_desktop.actions.originals import clear_leftovers

    campaign = known.campaign

    with store.reading() as reader:
        mode = reader.meta("mode") or "formal"
        unit_code = reader.meta("unit") or ""
        unit = campaign.units.get(unit_code)
        if unit is None:
            raise UserFacingError(
                "A21", f"这份数据属于“{unit_code or '未设定单位'}”，本次专项行动里没有这个单位。请联系专项办。"
            )
        who = person_of(reader, store.person)
    now = clock_for(mode, campaign, clock)
    keys, card = identity.keys_and_card(store, campaign, unit, now)
    force, versions = learn_forms(store, known)
    desk = Desk(places, store, force, versions, known, keys, card, None, who, unit, mode, now)
    desk = replace(desk, office_card=identity.office_card(desk))
    note(desk, "login")
    clear_leftovers(desk)
    return desk


def learn_forms(store: Store, known: Rules) -> tuple[dict[str, Form], dict[tuple[str, str], Form]]:
    """Forms in force and all versions, the cabinet's own among them; their ledgers are filed anew when they changed."""
    from baitao_desktop.actions.own_forms import forms_kept, join_forms

    own = forms_kept(store)
    force, versions = join_forms(known.forms, own)
    mark = " ".join(f"{f.id}={f.version}" for f in own)
    store.relearn(known.projector(force), known.law)
    with store.reading() as reader:
        before = reader.meta("own_forms") or ""
    if mark != before:
        for form in dict.fromkeys(f.id for f in own):
            store.rebuild(form)
        with store.writing(PersonId(""), real_clock()) as writer:
            writer.set_meta("own_forms", mark)
    return force, versions


def reload(desk: Desk) -> Desk:
    """The desk after its card, the office's card, own forms or campaign data changed."""
    from baitao_desktop.actions import identity

    keys, card = identity.keys_and_card(desk.store, desk.campaign, desk.unit, desk.now)
    force, versions = learn_forms(desk.store, desk.rules)
    fresh = replace(desk, keys=keys, card=card, forms=force, versions=versions)
    return replace(fresh, office_card=identity.office_card(fresh))


def leave(desk: Desk) -> None:
    """Lock: close the store; the desk must not be used afterwards."""
    desk.store.close()


def person_of(reader: object, person: PersonId) -> Person:
    """The person record behind a key slot; a nameless one without roles when the record is not there."""
    record = reader.get(RecordId(person)) if reader.has(RecordId(person)) else None  # type: ignore[attr-defined]
    if record is None:
        return Person(person, "（未登记的经手人）", "")
    a = record.answers
    roles = a.get("juese")
    return Person(
        person, str(a.get("xingming", "")), str(a.get("danwei", "")), str(a.get("zhiwu", "")),
        tuple(str(r) for r in roles) if isinstance(roles, list) else (),
    )  # fmt: skip


def require(desk: Desk, right: str) -> None:
    """Refused unless the person at this desk has the right record, person or work (domain.people)."""
    people.require(right, desk.who, desk.card, own=True, first=True)


def fresh_record_id(desk: Desk) -> RecordId:
    import secrets

    from baitao_desktop.domain.ops import fresh_id

    return fresh_id(int(desk.now().timestamp() * 1000), secrets.token_bytes(10))


def note(desk: Desk, what: str, about: RecordId | str = "", **more: Json) -> None:
    """A read, print, export or login in the hash chain: in the reader's own unit's stream, never the record's scope."""
    with desk.store.writing(desk.who.id, desk.now()) as writer:
        note_in(desk, writer, what, about, **more)


def note_in(desk: Desk, writer: Writer, what: str, about: RecordId | str = "", **more: Json) -> None:
    """`note` inside an act's own transaction. `more` never holds an identity."""
    log = derived_id("audit", desk.store.device, desk.today.isoformat()[:7])
    scope = Scope("ZXB") if desk.is_office else desk.scope
    said = {"what": what, "at": desk.at(), **({"rec": about} if about else {}), **more}
    writer.put([NewOp(log, "audit", scope, OpKind.NOTE, "", said)])
