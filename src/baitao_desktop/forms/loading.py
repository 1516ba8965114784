"""From XForm XML to a `Form`: instances, binds, words, then the questions of the body (see `body`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from xml.etree.ElementTree import Element

from baitao_desktop.domain.errors import UserFacingError

from .body import questions_of
from .closures import Expression, expression
from .definition import Action, Form, Question
from .drafting import BT, JR, Draft, Trouble, absolute, text_of_element
from .functions import functions
from .markup import local, read_markup
from .nodes import Node, Place
from .planning import make_plan
from .setvalues import actions_of
from .values import XPathError


def load(xform: bytes, *, language: str | None = None) -> Form:
    """The form of one XForm; every expression compiled, order and dependencies worked out.

    `language`: which translation's words to use, else the form's default, else Chinese, else its first. Raises UserFacingError: F01 the file is no
    sound XML, F02 it is no form, F03 an expression cannot be read or questions wait for one another (all are named).
    """
    form, troubles = read_form(xform, language=language)
    if troubles:
        listed = "；".join(f"“{one.name or form.title}”的{one.part}：{one.text}" for one in troubles[:20])
        raise UserFacingError(
            "F03", f"表单“{form.title}”有{len(troubles)}处公式要改：{listed}。请交给做表的人改好再用。"
        )
    return form


def read_form(xform: bytes, *, language: str | None = None) -> tuple[Form, tuple[Trouble, ...]]:
    """`load` with the expressions that cannot be used handed back instead of raised: what its author is told."""
    head, model, body = _parts(read_markup(xform, "表单"))
    primary, secondary = _instances(model)
    root = _place(primary, None)
    titles = [e for e in head if local(e) == "title"]
    title = "".join(titles[0].itertext()).strip() if titles else ""
    draft = Draft(title or primary.get("id") or root.name, root, _settings(primary), functions())
    draft.places = {place.path: place for place in root.walk()}
    _mark_repeats(draft, body)  # before any expression: whether a path stays in one row depends on it
    _lists(draft, secondary)
    _binds(draft, model)
    _translations(draft, model, language)
    questions = questions_of(draft, body)
    form = _finished(draft, questions, primary, actions_of(draft, model, body))
    for cycle in form.plan.cycles:
        names = [path.rpartition("/")[2] for path in cycle]
        waiting = f"与{'、'.join(names[1:])}互相等待，算不出先后" if len(names) > 1 else "要等自己的结果，算不出来"
        draft.troubles.append(Trouble(names[0], "公式", waiting, cycle[0]))
    return form, tuple(draft.troubles)


def _parts(html: Element) -> tuple[Element, Element, Element]:
    head = next((e for e in html if local(e) == "head"), None)
    body = next((e for e in html if local(e) == "body"), None)
    model = next((e for e in head if local(e) == "model"), None) if head is not None else None
    if local(html) != "html" or head is None or model is None:
        raise UserFacingError("F02", "这个文件不是表单；请选用按模板做的表（.xlsx 或 .md）。")
    return head, model, body if body is not None else Element("body")


def _instances(model: Element) -> tuple[Element, list[Element]]:
    instances = [e for e in model if local(e) == "instance"]
    filled = [e for e in instances if len(e)]
    if not filled or filled[0] is not instances[0]:
        raise UserFacingError("F02", "表单里没有可填的内容；请交给做表的人检查。")
    return filled[0][0], instances[1:]


def _settings(primary: Element) -> Mapping[str, str]:
    return {key.rpartition("}")[2]: value for key, value in primary.attrib.items()}


def _place(element: Element, parent: Place | None) -> Place:
    """The definition of one element; a template stands for all its rows (forms.md §2.5, 6)."""
    place = Place(local(element), parent)
    place.attributes = {key.rpartition("}")[2]: value for key, value in element.attrib.items()}
    place.default = (element.text or "").strip() if len(element) == 0 else ""
    groups: dict[str, list[Element]] = {}
    for child in element:
        groups.setdefault(local(child), []).append(child)
    for name, same_name in groups.items():
        pattern = next((e for e in same_name if e.get(f"{JR}template") is not None), None)
        child_place = _place(pattern if pattern is not None else same_name[0], place)
        child_place.first_rows = [_held(e, child_place) for e in same_name if e.get(f"{JR}template") is None]
        child_place.is_repeat = pattern is not None
        place.children[name] = child_place
    return place


def _held(row: Element, place: Place) -> dict[str, str]:
    """What a row written in the form holds, by the path of its places."""
    found: dict[str, str] = {} if len(row) else {place.path: (row.text or "").strip()}
    for child in row:
        inner = place.children.get(local(child))
        if inner is not None:
            found.update(_held(child, inner) if len(child) else {inner.path: (child.text or "").strip()})
    return found


def _lists(draft: Draft, secondary: Iterable[Element]) -> None:
    for element in secondary:
        name = element.get("id", "")
        source = element.get("src")
        if source:
            draft.external[name] = source.rpartition("/")[2]
        wrapper = Node("", None)
        for child in () if source else element:  # what stands in a list from outside only holds its place
            _list_node(child, wrapper)
        draft.instances[name] = wrapper


def _list_node(element: Element, parent: Node) -> None:
    # names keep a prefix that stands for nothing (`fuel:diesel`, forms.md §2.5, 9): expat refuses undeclared ones
    text = (element.text or "") if len(element) == 0 else ""
    node = parent.add(local(element), text)
    if element.attrib:
        node.attributes = {key.rpartition("}")[2]: value for key, value in element.attrib.items()}
    for child in element:
        _list_node(child, node)


def _binds(draft: Draft, model: Element) -> None:
    for element in model:
        if local(element) == "bind":
            path = absolute(element.get("nodeset") or element.get("ref") or "", draft.root)
            if path in draft.places:
                draft.binds[path] = {**draft.binds.get(path, {}), **element.attrib}
            else:
                draft.ignored.append(f"bind {path}")


def _translations(draft: Draft, model: Element, language: str | None) -> None:
    itext = next((e for e in model if local(e) == "itext"), None)
    translations = [] if itext is None else [e for e in itext if local(e) == "translation"]
    draft.languages = tuple(dict.fromkeys(e.get("lang") or "" for e in translations))
    chosen = [e for e in translations if language is not None and e.get("lang") == language]
    chosen = chosen or [e for e in translations if e.get("default") is not None]
    chosen = chosen or [e for e in translations if _is_chinese(e.get("lang") or "")] or translations[:1]
    for translation in chosen:
        draft.language = translation.get("lang") or ""
        for entry in translation:
            name = entry.get("id", "")
            place = draft.places.get(name.rpartition(":")[0])
            values = [e for e in entry if local(e) == "value"]
            plain = [e for e in values if e.get("form") in (None, "long", "short")]
            if plain:
                draft.texts[name] = text_of_element(draft, plain[0], place)
            draft.media[name] = {e.get("form", ""): "".join(e.itertext()).strip() for e in values if e not in plain}


def _is_chinese(language: str) -> bool:
    return "zh" in language.lower() or "中文" in language or "Chinese" in language


def _mark_repeats(draft: Draft, body: Element) -> None:
    for element in body.iter():
        if local(element) == "repeat":
            place = draft.places.get(absolute(element.get("nodeset") or element.get("ref") or "", draft.root))
            if place is not None:
                place.is_repeat = True
    _settle_levels(draft.root, None)


def _settle_levels(place: Place, level: Place | None) -> None:
    """Short names: a question is called by its own name unless that occurs twice in one level."""
    place.level = level
    inner = place if place.is_repeat or place.parent is None else level
    for child in place.children.values():
        _settle_levels(child, inner if inner is not None and inner.is_repeat else None)
    if inner is place:
        inside = list(_of_level(place))
        names = Counter(p.name for p in inside)
        for one in inside:
            if names[one.name] > 1:
                one.short = one.path[len(place.path) + 1 :]


def _of_level(place: Place) -> Iterable[Place]:
    for child in place.children.values():
        yield child
        if not child.is_repeat:
            yield from _of_level(child)


def _finished(draft: Draft, questions: tuple[Question, ...], primary: Element, actions: tuple[Action, ...]) -> Form:
    by_path = {question.path: question for top in questions for question in top.walk()}
    tasks: list[tuple[Place, str, Expression]] = []
    views: list[tuple[Place, Expression]] = []
    for question in by_path.values():
        place = draft.places.get(question.node)
        if place is None:
            continue
        for task, worked_out in (("count", question.count), ("relevant", question.relevant)):
            if worked_out is not None:
                tasks.append((place, task, worked_out))
        if question.calculate is not None:
            tasks.append((place, "calculate", question.calculate))
        views.extend((place, one) for one in _looked_at(question))
    return Form(
        primary.get("id") or primary.tag.partition("}")[0].lstrip("{"),
        primary.get("version") or "",
        draft.title,
        primary.get(f"{BT}kind") or "plain",
        questions,
        by_path,
        draft.settings,
        draft.root,
        draft.instances,
        draft.external,
        draft.texts,
        make_plan(tasks, views),
        actions,
        _title(draft),
        tuple(draft.ignored),
        draft.languages,
        draft.language,
    )


def _title(draft: Draft) -> Expression | None:
    """The settings column instance_name; a choice named in it shows its words, not its name."""
    place = draft.places.get(f"{draft.root.path}/meta/instanceName")
    source = draft.bind(place).get("calculate", "") if place is not None else ""
    if not source.strip():
        return None
    try:
        return expression(source, root=draft.root, current=place, functions=draft.functions, shown=True)
    except XPathError as trouble:
        draft.troubles.append(Trouble("", "记录名称（instance_name）", str(trouble)))
        return None


def _looked_at(question: Question) -> Iterable[Expression]:
    """The expressions a page shows the outcome of, though no other question waits for them."""
    for one in (question.required, question.constraint, question.readonly):
        if one is not None:
            yield one
    for text in (question.label_text, question.hint_text, question.constraint_message):
        yield from (part for part in text.parts if isinstance(part, Expression))
    for items in (question.itemset, question.seeds):
        if items is not None:
            yield items.nodes
