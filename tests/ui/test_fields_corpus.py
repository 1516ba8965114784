"""Drawn = every question of every form has a labelled control that takes and gives back a value, or says why not."""

from __future__ import annotations

import csv
import re
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import Json
from baitao_desktop.forms import Filling, Form, Question, compile_form, load
from baitao_desktop.forms.definition import CONTAINERS, without_rows
from baitao_desktop.ui.fields import make
from baitao_desktop.ui.fields.base import Field, Note
from baitao_desktop.ui.fields.files import FileDoor
from baitao_desktop.ui.fields.photos import PhotoDoor
from baitao_desktop.ui.fields.ranges import scale_of
from baitao_desktop.ui.fields.rows import Rows
from baitao_desktop.ui.formpage import FormPage

from .conftest import NOW

CORPUS = Path(__file__).resolve().parents[2] / "../shared/data/xlsforms"
FILE: Json = {"blob": "ab" * 32, "name": "附件.dat"}
PHOTOS = PhotoDoor(lambda _: FILE, lambda _: b"", lambda _: [])
FILES = FileDoor(lambda _: FILE, lambda _parent, _kinds: [])
MOST_ANSWERED = 60
"""So many questions of a large form are answered through the page; the others are only given a value and asked."""


def sound_forms() -> Iterator[tuple[str, Form]]:
    """Every form that opens, without its conditions and counts, so that each question comes into view."""
    with (CORPUS / "manifest.tsv").open(encoding="utf-8") as rows:
        listed = [row["file"] for row in csv.DictReader(rows, delimiter="\t") if row["opens"] == "ok"]
    for name in listed:
        source = CORPUS / name
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # openpyxl 会说它丢下了什么
                xform = source.read_bytes() if source.suffix in (".xml", ".xhtml") else compile_form(source)
            yield name, load(re.sub(rb"""\s(relevant|jr:count)\s*=\s*("[^"]*"|'[^']*')""", b"", xform))
        except UserFacingError:
            # 打不开的由表单引擎的测试管
            continue


def sample(question: Question, filling: Filling, path: str) -> Json:
    """A value that fits the question; None where its list is empty."""
    names = [name for name, _ in filling.choices(path)]
    match question.type:
        case "integer":
            return 12
        case "decimal":
            return 2.5
        case "range":
            scale = scale_of(question.parameters, whole=question.data != "decimal")
            return 3 if scale is None else scale.at(1)
        case "date":
            return "2022-01-01"
        case "time":
            return "09:30:15.000+08:00"
        case "dateTime":
            return "2022-04-12T09:30:15.000+08:00"
        case "geopoint":
            return "29.7 107.5 0 0"
        case "geotrace":
            return "29.7 107.5 0 0; 29.8 107.6 0 0"
        case "geoshape":
            return "29.7 107.5 0 0; 29.8 107.6 0 0; 29.8 107.5 0 0; 29.7 107.5 0 0"
        case "select_one":
            return names[-1] if names else None
        case "select_multiple":
            return list(dict.fromkeys(names[:2])) or None
        case "rank":
            return list(reversed(names)) or None
        case "acknowledge":
            return "OK"
        case "image" | "audio" | "video" | "file":
            return FILE
    return "12"


def controls(field: Field) -> list[QWidget]:
    return [e for e in field.editors if not e.isHidden()]


def faults_of(page: FormPage, path: str, field: Field, *, answer: bool) -> Iterator[str]:
    """What is wrong with how one question is drawn."""
    question, filling = page.form.question(path), page.filling
    if isinstance(field, Note):
        if not any(label.text() for label in field.findChildren(QLabel)):
            yield "没有文字"
        return
    if field.why_not:
        return
    if not field.asks.label:
        yield "没有名称"
    value = sample(question, filling, path)
    if question.type in ("select_one", "select_multiple", "rank") and value is None:
        return  # 清单在别的文件里，这里没有
    shown = controls(field)
    if not shown:
        yield "没有可操作的控件"
    for editor in shown:
        if not editor.accessibleName():
            yield f"{type(editor).__name__}没有名称"
    field.set_value(value)
    if field.value() != value or field.trouble():
        yield f"放进{value!r}，拿回{field.value()!r}，说{field.trouble()!r}"
    if not answer or filling.readonly(path):
        return
    field.edited()
    if path in page.fields and filling.value(path) != value:
        yield f"记下的是{filling.value(path)!r}，不是{value!r}"


def undrawn(page: FormPage) -> Iterator[str]:
    """Questions without a field, in any row, that are neither sealed nor worked out without a label."""
    known = {without_rows(path) for path in page.fields}
    for question in page.form.walk():
        if question.type not in CONTAINERS and question.path not in known and make.drawn(question):
            yield question.path
    for path in page.filling.paths():
        question = page.form.question(path)
        if question.type not in CONTAINERS and path not in page.fields and make.drawn(question):
            yield path


def add_rows(page: FormPage) -> None:
    """A row in every repeat that has none, also in those inside."""
    known: set[str] = set()
    while new := [path for path in page.groups if path not in known]:
        known.update(new)
        for path in new:
            group = page.groups[path]
            if isinstance(group, Rows) and not page.filling.rows(path):
                group.add_button.click()


@pytest.mark.skipif(not CORPUS.is_dir(), reason="表单语料不在旁边")
def test_every_question_of_every_form_is_drawn(qtbot: QtBot, capsys: pytest.CaptureFixture[str]) -> None:
    forms, told, drawn, faults = 0, 0, Counter[str](), list[str]()
    for name, form in sound_forms():
        forms += 1
        page = FormPage(form, {}, {}, now=lambda: NOW, submit=lambda _: None, photos=PHOTOS, files=FILES)
        add_rows(page)
        faults += [f"{name}：{path}没有画" for path in undrawn(page)]
        for i, (path, field) in enumerate(list(page.fields.items())):
            if page.fields.get(path) is not field:
                continue
            drawn[form.question(path).type] += 1
            told += bool(field.why_not)
            faults += [f"{name}：{path}：{said}" for said in faults_of(page, path, field, answer=i < MOST_ANSWERED)]
        page.close()
        page.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    with capsys.disabled():
        print("\nforms_drawn", forms, "questions_drawn", drawn.total(), "say_why_not", told)
    assert faults == []
    assert forms >= 176
    assert drawn.total() >= 1200
