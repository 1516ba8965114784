"""The questions of a form, in the order of its body, each with what its bind says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from xml.etree.ElementTree import Element

from .choosing import choices_of, seeds_of
from .closures import Expression
from .definition import Question, Text
from .drafting import BT, JR, ODK, ORX, Draft, absolute, itext_name, message, text_of_element
from .markup import local
from .nodes import Place

_CONTROLS = frozenset({"input", "select", "select1", "rank", "range", "trigger", "upload", "secret"})
_DATA = {
    "int": "integer",
    "integer": "integer",
    "decimal": "decimal",
    "double": "decimal",
    "float": "decimal",
    "date": "date",
    "time": "time",
    "dateTime": "dateTime",
    "barcode": "barcode",
    "geopoint": "geopoint",
    "geotrace": "geotrace",
    "geoshape": "geoshape",
}


@dataclass
class _Found:
    """A control, group or repeat of the body with what is inside it."""

    element: Element | None
    place: Place | None
    words: Element | None  # where label and hint stand
    kind: str  # control, group, repeat, silent
    inside: list[_Found] = field(default_factory=list)
    appearance: str = ""


def questions_of(draft: Draft, body: Element) -> tuple[Question, ...]:
    """The tree of questions: the body's order, and what has no control (calculations) after its neighbour."""
    found = _children(draft, body, draft.root)
    seen = {id(one.place) for top in found for one in _walk(top) if one.place is not None}
    lists: dict[int, list[_Found]] = {id(draft.root): found}
    for top in found:
        for one in _walk(top):
            if one.place is not None and one.kind in ("group", "repeat"):
                lists[id(one.place)] = one.inside
    _insert_silent(draft.root, seen, lists)
    numbers = iter(range(1, 1_000_000))
    return tuple(_question(draft, one, numbers) for one in found)


def _is_meta(place: Place | None) -> bool:
    """ODK's own block about the paper (`meta/instanceID` …): no question."""
    while place is not None:
        if place.name == "meta":
            return True
        place = place.parent
    return False


def _walk(one: _Found) -> list[_Found]:
    return [one, *(deeper for inner in one.inside for deeper in _walk(inner))]


def _insert_silent(root: Place, seen: set[int], lists: Mapping[int, list[_Found]]) -> None:
    """What has no control comes after the sibling before it; without one, first in its group.

    Where the page has no such group, it comes after what the page shows of it, or last.
    """
    after: dict[int, list[_Found]] = {}
    first: dict[int, list[_Found]] = {}
    last: dict[int, list[_Found]] = {}
    here = {key: {id(one.place) for one in target} for key, target in lists.items()}
    for parent in root.walk():
        around = parent
        while id(around) not in lists and around.parent is not None:
            around = around.parent
        key = id(around)
        before = 0
        for place in parent.children.values():
            if id(place) in here[key]:
                before = id(place)
            elif id(place) not in seen and not place.children and not _is_meta(place):
                silent = _Found(None, place, None, "silent")
                if before:
                    after.setdefault(before, []).append(silent)
                else:
                    (first if around is parent else last).setdefault(key, []).append(silent)
    for key, target in lists.items():
        kept = [*target]
        target[:] = first.get(key, [])
        for one in kept:
            target.append(one)
            target.extend(after.get(id(one.place), ()))
        target.extend(last.get(key, ()))


def _children(draft: Draft, parent: Element, context: Place) -> list[_Found]:
    found: list[_Found] = []
    for element in parent:
        name = local(element)
        reference = element.get("ref") or element.get("nodeset")
        if reference is None and element.get("bind"):
            reference = next(
                (path for path, bind in draft.binds.items() if bind.get("id") == element.get("bind")), None
            )
        place = draft.places.get(absolute(reference, draft.root, context)) if reference else None
        if name == "group":
            found.extend(_group(draft, element, place, context))
        elif name == "repeat" and place is not None:
            found.append(_Found(element, place, None, "repeat", _children(draft, element, place)))
        elif name in _CONTROLS:
            if place is None:
                draft.ignored.append(f"{name} {reference}")
                continue
            found.append(_Found(element, place, element, "control", appearance=element.get("appearance") or ""))
    return found


def _group(draft: Draft, element: Element, place: Place | None, context: Place) -> list[_Found]:
    """A group; one that only wraps a repeat lends the repeat its words."""
    inside = _children(draft, element, place or context)
    appearance = element.get("appearance") or ""
    if len(inside) == 1 and inside[0].kind == "repeat" and (place is None or inside[0].place is place):
        inside[0].words = inside[0].words if inside[0].words is not None else element
        repeat = inside[0].element if inside[0].element is not None else element
        inside[0].appearance = " ".join(filter(None, (appearance, repeat.get("appearance"))))
        return inside
    return [_Found(element, place, element, "group", inside, appearance)]


def _question(draft: Draft, one: _Found, numbers: Iterator[int]) -> Question:
    place = one.place
    bind: Mapping[str, str] = draft.bind(place) if place is not None else {}
    bt = {key[len(BT) :]: value for key, value in bind.items() if key.startswith(BT)}
    label = text_of_element(draft, _word(one, "label"), place)
    hint = text_of_element(draft, _word(one, "hint"), place)
    # pyxform drops the hint of a group and the label of a calculation; compiling puts them here
    label = label if label.parts else Text((bt["label"],)) if "label" in bt else label
    hint = hint if hint.parts else Text((bt["hint"],)) if "hint" in bt else hint
    path = f"({next(numbers)})" if place is None else place_path(place)
    element = one.element
    seeds = seeds_of(draft, bt, place) if one.kind == "repeat" else None
    count = element.get(f"{JR}count") if element is not None and one.kind == "repeat" and seeds is None else None
    question = Question(
        path=path,
        name=place.name if place is not None else path,
        type=_type(one, bind),
        data=bind.get("type", "string").rpartition(":")[2],
        node=place.path if place is not None else "",
        short=place.short if place is not None else path,
        label=label.plain,
        hint=hint.plain,
        label_text=label,
        hint_text=hint,
        required=_condition(draft, bind.get("required"), place, "必填条件"),
        required_message=message(draft, bind.get(f"{JR}requiredMsg")).plain,
        relevant=_condition(draft, bind.get("relevant"), place, "显示条件", plain="true()"),
        constraint=_condition(draft, bind.get("constraint"), place, "限制条件", plain="true()"),
        constraint_message=message(draft, bind.get(f"{JR}constraintMsg")),
        readonly=_condition(draft, bind.get("readonly"), place, "只读条件"),
        calculate=draft.compiled(bind.get("calculate"), place, "计算公式"),
        count=draft.compiled(count, place, "重复次数"),
        appearance=one.appearance,
        default=place.default if place is not None else "",
        parameters=_parameters(one, bind),
        bt=bt,
        seeds=seeds,
        media=draft.media.get(itext_name(_word(one, "label")), {}),
        questions=tuple(_question(draft, inner, numbers) for inner in one.inside),
    )
    if one.kind != "control" or element is None or place is None:
        return question
    choices, itemset = choices_of(draft, element, place)
    return replace(question, choices=choices, itemset=itemset)


def place_path(place: Place) -> str:
    """`xm/zp/zpwj`: the short names of the levels a place stands in."""
    return f"{place_path(place.level)}/{place.short}" if place.level is not None else place.short


def _word(one: _Found, name: str) -> Element | None:
    if one.words is None:
        return None
    return next((e for e in one.words if local(e) == name), None)


def _condition(
    draft: Draft, source: str | None, place: Place | None, what: str, plain: str = "false()"
) -> Expression | None:
    """A condition; one that says the usual thing is the same as none."""
    if source is None or source.replace(" ", "") == plain:
        return None
    return draft.compiled(source, place, what)


def _type(one: _Found, bind: Mapping[str, str]) -> str:
    if one.kind in ("group", "repeat"):
        return one.kind
    data = bind.get("type", "string").rpartition(":")[2]
    if one.element is None:
        return "calculate" if bind.get("calculate") else "hidden"
    control = local(one.element)
    if control in ("select1", "select") or one.element.get("query"):
        if control == "input":
            return "select_one"  # select_one_external
        return "select_one" if control == "select1" else "select_multiple"
    if control in ("rank", "range"):
        return control
    if control == "trigger":
        return "acknowledge"
    if control == "upload":
        kind = (one.element.get("mediatype") or "").partition("/")[0]
        return kind if kind in ("image", "audio", "video") else "file"
    fixed = bind.get("readonly", "").replace(" ", "") == "true()"
    if fixed and data == "string" and not bind.get("calculate") and not (one.place and one.place.default):
        return "note"
    return _DATA.get(data, "text")


def _parameters(one: _Found, bind: Mapping[str, str]) -> Mapping[str, str]:
    """start, end, step of a range; rows of a text; max-pixels of an image."""
    found: dict[str, str] = {}
    if one.element is not None:
        for key in ("start", "end", "step", "rows", "autoplay", "accept"):
            if value := one.element.get(key):
                found[key] = value
        if local(one.element) == "repeat" and (fixed := one.element.get(f"{JR}noAddRemove")):
            found["fixed"] = fixed
    for key, value in bind.items():
        if key.startswith((ORX, ODK)):
            found[key.rpartition("}")[2]] = value
    if f"{JR}preload" in bind:
        found["preload"] = f"{bind[f'{JR}preload']}:{bind.get(f'{JR}preloadParams', '')}"
    return found
