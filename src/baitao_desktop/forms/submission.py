"""OpenRosa submissions, as ODK Collect and its kin write them: taken in as answers, and written again.

A submission is the filled instance of one form with a `meta` block; media lie beside it under the names it holds.
It is read as plain data: nothing in it is worked out anew, for a record is never recomputed after submission.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, SubElement, tostring

from baitao_desktop.domain.errors import UserFacingError

from .answers import from_node_text, to_node_text, wrong_type
from .checking import Problem
from .definition import CHOOSING, FILES, MANY, SILENT, Form, Json, Question
from .markup import local, read_markup
from .nodes import Place
from .working import MOST_ROWS

_ORX = "http://openrosa.org/xforms"
_WHAT = "提交的数据"
# rows of a submission have no keys: they get the same ones however often it is taken in
_NAMESPACE = uuid.UUID("b6a0b1de-5c4f-5a6e-9a3c-0d0f5f6e2022")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Submission:
    """What a submission says.

    `answers` as a record holds them; a file stands as `{"name": …}` until its blob is known (see `with_media`).
    `media`: file name → the keys that wait for it. `sealed`: the keys among the answers that must be sealed before
    anything is stored. `replaces`: the instanceID this is a correction of. `problems`: what a person has to look at.
    """

    form_id: str
    version: str
    instance_id: str
    instance_name: str
    replaces: str
    answers: Mapping[str, Json]
    media: Mapping[str, tuple[str, ...]]
    sealed: tuple[str, ...]
    problems: tuple[Problem, ...]


@dataclass
class _Taking:
    form: Form
    instance_id: str
    by_node: Mapping[str, Question]
    answers: dict[str, Json] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def form_of(xml: bytes) -> tuple[str, str]:
    """The id and version of the form a submission was filled in on; raises UserFacingError F01, F15."""
    root = _root(xml)
    return root.get("id") or "", root.get("version") or ""


def read_submission(form: Form, xml: bytes) -> Submission:
    """The answers of one submission of this form.

    Raises UserFacingError: F01 no sound XML, F15 no submission, encrypted, or of another form. Another version, what
    the form does not ask, wrong kinds and choices that do not exist become problems; their values are kept.
    """
    root = _root(xml)
    form_id, version = root.get("id") or "", root.get("version") or ""
    if form_id != form.id:
        raise UserFacingError("F15", f"{_WHAT}属于表“{form_id}”，不是“{form.title}”；请选对表再收。")
    meta = next((element for element in root if local(element) == "meta"), None)
    instance_id = _in_meta(meta, "instanceID") or root.get("instanceID") or ""
    taking = _Taking(form, instance_id, {q.node: q for q in form.by_path.values() if q.node})
    if not instance_id:
        taking.problems.append(Problem("", "编号", f"{_WHAT}里没有 instanceID，重复收入时认不出来；请核对"))
    if version != form.version:
        told = f"{_WHAT}是{version or '没有写明'}版，本机的表是{form.version}版；请核对有没有改动过的题"
        taking.problems.append(Problem("", "版本", told))
    _take(taking, root, form.root, "")
    return Submission(
        form_id,
        version,
        instance_id,
        _in_meta(meta, "instanceName"),
        _in_meta(meta, "deprecatedID"),
        taking.answers,
        _media(taking),
        tuple(path for path in taking.answers if _sealed(form, path)),
        tuple(taking.problems),
    )


def with_media(answers: Mapping[str, Json], blobs: Mapping[str, str]) -> dict[str, Json]:
    """The answers with the files that have been stored: file name → hex SHA-256. What is missing stays as it is."""
    found: dict[str, Json] = {}
    for path, value in answers.items():
        name = value.get("name") if isinstance(value, dict) and "blob" not in value else None
        found[path] = {"blob": blobs[name], "name": name} if isinstance(name, str) and name in blobs else value
    return found


def write_submission(form: Form, answers: Mapping[str, Json], *, instance_id: str, instance_name: str = "") -> bytes:
    """A submission holding these answers; of several files of one question the first, as ODK knows only one."""
    root = Element(form.root.name, {"id": form.id, **({"version": form.version} if form.version else {})})
    rows: dict[str, dict[str, None]] = {}
    for path in answers:
        end = -1
        while (end := path.find("]", end + 1)) >= 0:
            row = path[: end + 1]
            if answers.get(row, True) is not None:
                rows.setdefault(row[: row.rindex("[")], {})[row] = None
    _write(form.root, root, "", answers, rows)
    meta = SubElement(root, f"{{{_ORX}}}meta")
    SubElement(meta, f"{{{_ORX}}}instanceID").text = _clean(instance_id)
    if instance_name:
        SubElement(meta, f"{{{_ORX}}}instanceName").text = _clean(instance_name)
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _root(xml: bytes) -> Element:
    root = read_markup(xml, _WHAT)
    if root.get("encrypted") == "yes" or any(local(element) == "base64EncryptedKey" for element in root):
        raise UserFacingError("F15", f"{_WHAT}是加密的，本机没有它的钥匙；请让交的人导出不加密的数据再收。")
    if not root.get("id") or local(root) in ("html", "OpenRosaResponse"):
        raise UserFacingError("F15", "这个文件不是填好的表（没有写明是哪张表）；请选用提交文件夹里的 .xml。")
    return root


def _in_meta(meta: Element | None, name: str) -> str:
    found = (element for element in meta if local(element) == name) if meta is not None else iter(())
    return next(("".join(element.itertext()).strip() for element in found), "")


def _take(taking: _Taking, element: Element, place: Place, level: str) -> None:
    """What an element of the submission holds, by the form's own tree; `level`: the row it stands in."""
    for child in element:
        name = local(child)
        inner = place.children.get(name)
        if name == "meta" and (inner is None or not inner.is_repeat):
            continue
        if inner is None:
            _unknown(taking, child, f"{level}{name}")
        elif inner.is_repeat:
            row = _row(taking, child, inner, f"{level}{inner.short}")
            if row:
                taking.answers[row] = True
                _take(taking, child, inner, f"{row}/")
        elif inner.children:
            _take(taking, child, inner, level)
        else:
            _answer(taking, child, inner, f"{level}{inner.short}")


def _unknown(taking: _Taking, element: Element, path: str) -> None:
    text = "".join(element.itertext()).strip()
    if text:
        taking.problems.append(Problem(path, path, "本机的表里没有这道题，内容没有收入；请核对表的版本"))


def _row(taking: _Taking, element: Element, place: Place, series: str) -> str:
    """The key of a row: its item's code where the catalogue gives one, else the same made-up one each time."""
    question = taking.by_node.get(place.path)
    here = sum(
        1 for path in taking.answers if path.startswith(f"{series}[") and path.find("]", len(series)) == len(path) - 1
    )
    if here >= MOST_ROWS:
        if here == MOST_ROWS and not any(p.path == series for p in taking.problems):
            taking.problems.append(Problem(series, place.name, f"超过{MOST_ROWS}行，后面的没有收入；请核对"))
        return ""
    code = ""
    if question is not None and question.seeds is not None:
        column = question.seeds.value
        coded = next((q for q in question.walk() if q.bt.get("item") == column), None)
        codes = [e for e in element.iter() if coded is not None and local(e) == coded.name]
        code = (codes[0].text or "").strip() if codes else ""
    free = code and not any(sign in "[]/" for sign in code) and f"{series}[{code}]" not in taking.answers
    return f"{series}[{code if free else uuid.uuid5(_NAMESPACE, f'{taking.instance_id}/{series}/{here}')}]"


def _answer(taking: _Taking, element: Element, place: Place, path: str) -> None:
    question = taking.by_node.get(place.path)
    text = "".join(element.itertext())
    if question is None or question.type in SILENT or not text.strip():
        return
    if path in taking.answers:
        taking.problems.append(
            Problem(path, question.label or question.name, "同一道题出现了两次，只收了第一个；请核对")
        )
        return
    value = _value(question, text)
    taking.answers[path] = value
    trouble = None if question.type in FILES or _sealed(taking.form, path) else wrong_type(question, value)
    if trouble is None and question.type in CHOOSING and question.choices:
        names = {choice.name for choice in question.choices}
        chosen = value if isinstance(value, list) else [value]
        trouble = None if all(one in names for one in chosen) else "所选内容不在选项里，请核对"
    if trouble is not None:
        taking.problems.append(Problem(path, question.label or question.name, trouble))


def _value(question: Question, text: str) -> Json:
    if question.type in FILES:
        return {"name": text.strip().replace("\\", "/").rpartition("/")[2]}
    if question.type in MANY:
        return list[Json](text.split())
    if question.type == "date" or question.data == "date":
        text = text.strip().partition("T")[0]
    if question.data != "string" or question.type in CHOOSING:
        text = text.strip()
    return from_node_text(question, text)


def _sealed(form: Form, path: str) -> bool:
    return not path.endswith("]") and "seal" in form.question(path).bt


def _media(taking: _Taking) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for path, value in taking.answers.items():
        if isinstance(value, dict) and isinstance(name := value.get("name"), str) and name:
            found[name] = (*found.get(name, ()), path)
    return found


def _write(
    place: Place, element: Element, level: str, answers: Mapping[str, Json], rows: Mapping[str, Mapping[str, None]]
) -> None:
    for child in place.children.values():
        if child.name == "meta" and not child.is_repeat:
            continue
        if child.is_repeat:
            for row in rows.get(f"{level}{child.short}", ()):
                _write(child, SubElement(element, child.name), f"{row}/", answers, rows)
        elif child.children:
            _write(child, SubElement(element, child.name), level, answers, rows)
        else:
            SubElement(element, child.name).text = _clean(_text(answers.get(f"{level}{child.short}")))


def _text(value: Json) -> str:
    files = list(_files(value))
    return files[0] if files else to_node_text(value)


def _files(value: Json) -> Iterator[str]:
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            yield str(one.get("name") or one.get("blob") or "")


def _clean(text: str) -> str:
    """Signs that no XML may hold are left out."""
    return _NOT_XML.sub("", text)
