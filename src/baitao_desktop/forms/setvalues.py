"""What a form sets by itself: `setvalue` actions (also dynamic defaults) and preloads."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from .closures import Expression
from .definition import Action
from .drafting import JR, Draft, absolute
from .markup import local

_EVENTS = {
    "odk-instance-first-load": "instance-first-load",
    "odk-new-repeat": "new-repeat",
    "xforms-value-changed": "value-changed",
    "xforms-ready": "instance-first-load",
    "jr-insert": "new-repeat",
}
# only what this program can know; the rest of ODK's preloads ask the telephone
_PRELOADS = {("date", "today"): "today()", ("timestamp", "start"): "now()"}


def actions_of(draft: Draft, model: Element, body: Element) -> tuple[Action, ...]:
    """All actions in the order of the form; unknown events and targets are left out and noted."""
    found = list(_preloads(draft))
    for element, source in [*((e, None) for e in model), *_nested(body, None)]:
        if local(element) != "setvalue":
            continue
        target = _target(draft, element)
        events = frozenset(_EVENTS[name] for name in (element.get("event") or "").split() if name in _EVENTS)
        if target is None or not events:
            draft.ignored.append(f"setvalue {element.get('ref') or ''} {element.get('event') or ''}".strip())
            continue
        place = draft.places[target]
        value: Expression | str | None = "".join(element.itertext()).strip()
        if element.get("value"):
            value = draft.compiled(element.get("value"), place, "默认值")
        source_path = absolute(source, draft.root) if source else ""
        if value is not None:
            found.append(Action(events, place, value, draft.places.get(source_path)))
    return tuple(found)


def _nested(element: Element, source: str | None) -> Iterator[tuple[Element, str | None]]:
    for child in element:
        yield child, source
        yield from _nested(child, child.get("ref") or child.get("nodeset") or source)


def _target(draft: Draft, element: Element) -> str | None:
    reference = element.get("ref")
    if reference is None and element.get("bind"):
        wanted = element.get("bind")
        return next((path for path, bind in draft.binds.items() if bind.get("id") == wanted), None)
    path = absolute(reference or "", draft.root)
    return path if path in draft.places else None


def _preloads(draft: Draft) -> Iterator[Action]:
    for path, bind in draft.binds.items():
        source = _PRELOADS.get((bind.get(f"{JR}preload", ""), bind.get(f"{JR}preloadParams", "")))
        value = draft.compiled(source, draft.places[path], "默认值")
        if value is not None:
            yield Action(frozenset({"instance-first-load"}), draft.places[path], value)
