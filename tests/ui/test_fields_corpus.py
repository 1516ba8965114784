"""Drawn = every question of every form has a labelled control that takes and gives back a value, or says why not."""

from __future__ import annotations

import csv
import random
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
from baitao_desktop.forms import Filling, Form, Question, compile_form, fill, load
from baitao_desktop.forms.definition import CHOOSING, CONTAINERS, without_rows
from baitao_desktop.ui.fields import make
from baitao_desktop.ui.fields.base import Field, Note
from baitao_desktop.ui.fields.files import FileDoor
from baitao_desktop.ui.fields.photos import PhotoDoor
from baitao_desktop.ui.fields.ranges import scale_of
from baitao_desktop.ui.fields.rows import Rows
from baitao_desktop.ui.formpage import FormPage

from .conftest import NOW

CORPUS = Path(__file__).resolve().parents[2] / "../shared/data/xlsforms"
CONDITIONS = re.compile(rb"""\s(relevant|jr:count)\s*=\s*("[^"]*"|'[^']*')""")
STATEFUL = ("once(", "random", "uuid(", "setvalue", "position(", "now(")
FILE: Json = {"blob": "ab" * 32, "name": "附件.dat"}
PHOTOS = PhotoDoor(lambda _: FILE, lambda _: b"", lambda _: [])
FILES = FileDoor(lambda _: FILE, lambda _parent, _kinds: [])
MOST_ANSWERED = 60
"""So many questions of a large form are answered through the page; the others are only given a value and asked."""


def sound_forms(*, bare: bool = True) -> Iterator[tuple[str, Form]]:
    """Every form that opens; `bare`: without its conditions and counts, so that each question comes into view."""
    with (CORPUS / "manifest.tsv").open(encoding="utf-8") as rows:
        listed = [row["file"] for row in csv.DictReader(rows, delimiter="\t") if row["opens"] == "ok"]
    for name in listed:
        source = CORPUS / name
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # openpyxl 会说它丢下了什么
                xform = source.read_bytes() if source.suffix in (".xml", ".xhtml") else compile_form(source)
            yield name, load(CONDITIONS.sub(b"", xform) if bare else xform)
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


def any_answer(question: Question, filling: Filling, path: str, dice: random.Random) -> Json:
    """An answer that fits, now this one, now that."""
    names = [name for name, _ in filling.choices(path)] if question.type in CHOOSING else []
    match question.type:
        case "select_one":
            return dice.choice(names) if names else None
        case "select_multiple":
            return [name for name in dict.fromkeys(names) if dice.random() < 0.4] or None
        case "integer":
            return dice.choice([0, 1, 2, 5, 18, 60, 150])
        case "date":
            return dice.choice(["2022-04-08", "1950-01-31", "2030-12-31"])
        case "text":
            return dice.choice(["a", "yes", "no", "12", "其他", None])
    return sample(question, filling, path)


def differs(page: FormPage, fresh: Filling) -> Iterator[str]:
    """Where what the page shows is not what the same answers give at once."""
    for path, field in page.fields.items():
        question = page.form.question(path)
        if field.isHidden() == fresh.relevant(path):
            yield f"{path} 显示"
        if not field.answers or not fresh.relevant(path):
            continue
        if field._required != fresh.required(path):
            yield f"{path} 必填"
        if field.asks.label != make.label_of(fresh, path, question) or field.asks.hint != make.hint_of(
            fresh, path, question
        ):
            yield f"{path} 文字"
        wanted = fresh.value(path)
        if question.type == "select_one" and wanted is not None:
            wanted = str(wanted)  # 表可以说选项名是数
        if not field.trouble() and not fresh.readonly(path) and field.value() != wanted:
            yield f"{path} 值{field.value()!r}，应为{fresh.value(path)!r}"
        shown = getattr(field, "_choices", None)
        if question.type in CHOOSING and shown is not None and shown != make.choices_of(fresh, path):
            yield f"{path} 选项"


@pytest.mark.skipif(not CORPUS.is_dir(), reason="表单语料不在旁边")
def test_a_page_filled_bit_by_bit_shows_what_its_answers_give_at_once(qtbot: QtBot) -> None:
    dice, faults, compared = random.Random(20220408), list[str](), 0
    for name, form in sound_forms(bare=False):
        if len(form.by_path) > 150 or form.actions:
            continue
        rules = [q.calculate.source for q in form.walk() if q.calculate is not None]
        rules += [q.relevant.source for q in form.walk() if q.relevant is not None]
        if any(word in rule for rule in rules for word in STATEFUL):
            continue
        page = FormPage(form, {}, {}, now=lambda: NOW, submit=lambda _: None, photos=PHOTOS, files=FILES)
        for _ in range(15):
            free = [p for p, f in page.fields.items() if f.answers and not f.isHidden() and not f.why_not]
            free = [p for p in free if not page.filling.readonly(p)]
            if not free:
                break
            path = dice.choice(free)
            field = page.fields[path]
            field.set_value(any_answer(form.question(path), page.filling, path, dice))
            field.edited()
        fresh = fill(form, page.answers(), now=NOW, lists={}, new=False)
        if fresh.paths() == page.filling.paths():
            compared += 1
            faults += [f"{name}：{said}" for said in differs(page, fresh)]
        page.close()
        page.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert faults == []
    assert compared >= 100
