"""Where the choices of a question come from: written out, a list, `search()`, or the catalogue of a repeat's rows."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree.ElementTree import Element

from .closures import Expression
from .definition import Choice, Itemset, label_in
from .drafting import Draft, text_of_element
from .markup import local
from .nodes import Place

_EXTERNAL_CHOICES = "itemsets.csv"  # what ODK calls the file that the sheet external_choices becomes


def choices_of(draft: Draft, element: Element, place: Place) -> tuple[tuple[Choice, ...], Itemset | None]:
    """All choices known beforehand, and the list they are taken from while the paper is filled in."""
    fixed = tuple(_written_out(draft, element, place))
    if "search(" in (appearance := element.get("appearance") or ""):
        return _searched(draft, appearance, fixed, place)
    if query := element.get("query"):
        nodes = draft.compiled(query, place, "选项")
        name = _list_name(query)
        return (), Itemset(nodes, "name", "label", name, _EXTERNAL_CHOICES) if nodes is not None else None
    itemset = next((e for e in element if local(e) == "itemset"), None)
    if itemset is None:
        return fixed, None
    source = itemset.get("nodeset") or ""
    nodes = draft.compiled(source, place, "选项")
    if nodes is None:
        return (), None
    value = next((e.get("ref") for e in itemset if local(e) == "value"), None) or "name"
    label_ref = next((e.get("ref") for e in itemset if local(e) == "label"), None) or "label"
    name = _list_name(source)
    wanted = Itemset(nodes, value, label_ref, name, draft.external.get(name, ""))
    return _all_choices(draft, wanted), wanted


def seeds_of(draft: Draft, bt: Mapping[str, str], place: Place | None) -> Itemset | None:
    """`bt:rows` of a repeat: the items of a catalogue that are its rows; `bt:key` their column of codes, else name."""
    source = bt.get("rows", "")
    nodes: Expression | None = draft.compiled(source, place, "行的来源")
    if nodes is None:
        return None
    name = _list_name(source)
    return Itemset(nodes, bt.get("key") or "name", "label", name, draft.external.get(name, ""))


def _list_name(source: str) -> str:
    rest = source.replace('"', "'").partition("instance('")[2]
    return rest.partition("'")[0]


def _written_out(draft: Draft, element: Element, place: Place) -> list[Choice]:
    fixed = []
    for item in (e for e in element if local(e) == "item"):
        value = next(("".join(e.itertext()) for e in item if local(e) == "value"), "").strip()
        label = text_of_element(draft, next((e for e in item if local(e) == "label"), None), place)
        fixed.append(Choice(value, label.plain or value))
    return fixed


def _all_choices(draft: Draft, itemset: Itemset) -> tuple[Choice, ...]:
    """Every choice of an internal list, for printing a blank form and for telling names that do not exist."""
    wrapper = draft.instances.get(itemset.list_name)
    if wrapper is None or itemset.file:
        return ()
    found = []
    for root in wrapper.kids.get("root", ()):
        for item in root.kids.get("item", ()):
            columns = {name: nodes[0].text for name, nodes in item.kids.items()}
            found.append(Choice(columns.get(itemset.value, ""), label_in(draft.texts, itemset, columns), columns))
    return tuple(found)


def _searched(
    draft: Draft, appearance: str, fixed: tuple[Choice, ...], place: Place
) -> tuple[tuple[Choice, ...], Itemset | None]:
    """`search('units', …)`: the one choice written out names the columns of name and label, numbers stay as they are."""
    source = _call_in(appearance)
    nodes = draft.compiled(source, place, "外观（appearance）")
    columns = next((choice for choice in fixed if not choice.name.lstrip("-").isdecimal()), None)
    if nodes is None or columns is None:
        return fixed, None
    name = source.partition("(")[2].strip().lstrip("'\"").partition(source.partition("(")[2].strip()[0])[0]
    return (), Itemset(nodes, columns.name, columns.label, name, f"{name}.csv")


def _call_in(appearance: str) -> str:
    """`search(…)` up to the bracket that closes it."""
    start = appearance.index("search(")
    depth = 0
    for at in range(start, len(appearance)):
        depth += (appearance[at] == "(") - (appearance[at] == ")")
        if appearance[at] == ")" and depth == 0:
            return appearance[start : at + 1]
    return appearance[start:]
