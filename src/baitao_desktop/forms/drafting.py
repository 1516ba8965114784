"""A form while it is being read: what is known so far, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from .closures import Builder, Expression, expression
from .definition import Text
from .markup import local
from .nodes import Node, Place
from .values import XPathError

BT = "{urn:baitao:forms}"
JR = "{http://openrosa.org/javarosa}"
ORX = "{http://openrosa.org/xforms}"
ODK = "{http://www.opendatakit.org/xforms}"
_ITEXT = ("jr:itext('", "')")


@dataclass(frozen=True, slots=True)
class Trouble:
    """An expression that cannot be used: of which question (name, element), in which respect, what is wrong."""

    name: str
    part: str
    text: str
    path: str = ""


@dataclass
class Draft:
    """What is known of a form while it is being read."""

    title: str
    root: Place
    settings: Mapping[str, str]
    functions: Mapping[str, Builder]
    instances: dict[str, Node] = field(default_factory=dict)
    external: dict[str, str] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    binds: dict[str, Mapping[str, str]] = field(default_factory=dict)
    texts: dict[str, Text] = field(default_factory=dict)
    media: dict[str, Mapping[str, str]] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    languages: tuple[str, ...] = ()
    language: str = ""

    def compiled(self, source: str | None, place: Place | None, what: str) -> Expression | None:
        """An expression of the form; one that cannot be read is noted, not raised, so that all are reported."""
        if source is None or not source.strip():
            return None
        try:
            return expression(source, root=self.root, current=place, functions=self.functions)
        except XPathError as trouble:
            name, path = (place.name, place.path) if place else ("", "")
            self.troubles.append(Trouble(name, what, str(trouble), path))
            return None

    def bind(self, place: Place) -> Mapping[str, str]:
        return self.binds.get(place.path, {})


def absolute(reference: str, root: Place, context: Place | None = None) -> str:
    """The full path a `ref` or `nodeset` means; a relative one starts at the group or repeat it stands in."""
    reference = reference.strip().rstrip("/").removeprefix("current()/")
    if reference.startswith("/"):
        return reference
    at: Place | None = context or root
    names: list[str] = []
    for step in reference.split("/"):
        if step == ".." and names:
            names.pop()
        elif step == ".." and at is not None:
            at = at.parent
        elif step not in (".", ".."):
            names.append(step)
    return "/".join([at.path if at is not None else "", *names])


def text_of_element(draft: Draft, element: Element | None, place: Place | None) -> Text:
    """The words of a label, hint or translation, with what its `<output value>` works out."""
    if element is None:
        return Text()
    reference = (element.get("ref") or "").strip()
    if name := itext_name(element):
        return draft.texts.get(name, Text())
    if reference:
        worked_out = draft.compiled(reference, place, "文字")
        return Text((worked_out,)) if worked_out else Text()
    parts: list[str | Expression] = [element.text or ""]
    for child in element:
        if local(child) == "output":
            worked_out = draft.compiled(child.get("value") or child.get("ref"), place, "文字")
            if worked_out:
                parts.append(worked_out)
        else:
            parts.append("".join(child.itertext()))
        parts.append(child.tail or "")
    return Text(tuple(part for part in parts if part))


def itext_name(element: Element | None) -> str:
    """The name of the translated words an element refers to; empty when it holds its own."""
    reference = (element.get("ref") or "").strip() if element is not None else ""
    translated = reference.startswith(_ITEXT[0]) and reference.endswith(_ITEXT[1])
    return reference[len(_ITEXT[0]) : -len(_ITEXT[1])] if translated else ""


def message(draft: Draft, source: str | None) -> Text:
    if source is None:
        return Text()
    if source.startswith(_ITEXT[0]) and source.endswith(_ITEXT[1]):
        return draft.texts.get(source[len(_ITEXT[0]) : -len(_ITEXT[1])], Text())
    return Text((source,))
