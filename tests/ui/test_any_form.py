"""The page and the engine never disagree, and no form of the corpus stops the page."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from baitao_desktop.domain.ops import Json
from baitao_desktop.forms import Form, compiled, fill, load
from baitao_desktop.ui.fields.choices import RowField
from baitao_desktop.ui.fields.text import TextField
from baitao_desktop.ui.formpage import FormPage
from baitao_desktop.ui.window import MainWindow

from .conftest import NOW, UNITS

CORPUS = Path(__file__).resolve().parents[2] / "../shared/data/xlsforms"
CHANGES: dict[str, list[Json]] = {
    "zhengzai_zhuanqian": ["shi", "fou", None],
    "zhisun_zhifu": ["2022-04-26T09:10+08:00", None],
    "jieshou_shijian": ["2022-04-26T09:00+08:00", "2023-01-01T00:00+08:00", None],
    "qudao": ["laifang", "没有这个", None],
    "zhaiyao": ["短", "长" * 501, None],
    "sunshi_fen": [0, 100, 98_000_000, None],
    "yituihui_fen": [0, 200, None],
    "mingyi": [["fuwu", "qita"], None],
    "fasheng_riqi": ["2022-04-01", "2022-05-01", None],
}
CHANGE = st.sampled_from([(path, value) for path, values in CHANGES.items() for value in values])


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(CHANGE, min_size=1, max_size=12))
def test_a_page_filled_step_by_step_equals_one_opened_with_the_answers(
    qtbot: QtBot, tip_form: Form, changes: list[tuple[str, Json]]
) -> None:
    page = FormPage(tip_form, UNITS, {}, now=lambda: NOW, submit=lambda _: None, new=False)
    qtbot.addWidget(page)
    page.show()
    for path, value in changes:
        page.put({path: value})
    fresh = fill(tip_form, page.answers(), now=NOW, lists=UNITS, new=False)
    for path, field in page.fields.items():
        assert field.isVisibleTo(field.parentWidget()) == fresh.relevant(path), path  # type: ignore[arg-type]
        assert page.filling.value(path) == fresh.value(path), path
        if field.answers:
            assert field._required == fresh.required(path), path
        if field.value() is not None and fresh.relevant(path) and path in dict(changes):
            assert field.problem() in ("", fresh.problem(path) or field.trouble()), path
    page.submit()
    for path, field in page.fields.items():
        if field.answers and fresh.relevant(path) and fresh.value(path) is not None:
            assert field.problem() == (field.trouble() or fresh.problem(path) or ""), path


def test_rows_that_the_form_counts_come_and_go(qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "biao.md"
    file.write_text(
        "| survey | | | | |\n| | type | name | label | repeat_count |\n| | integer | ji | 几人 | |\n"
        "| | begin_repeat | ren | 人员 | ${ji} |\n| | text | cheng | 称呼 | |\n| | end_repeat | | | |\n"
        "| settings | | | |\n| | form_id | form_title | version |\n| | biao | 登记表 | 1 |\n",
        encoding="utf-8",
    )
    form = load(compiled(file, tmp_path))
    page = FormPage(form, {}, {}, now=lambda: NOW, submit=lambda _: None)
    qtbot.addWidget(page)
    page.show()
    page.put({"ji": 3})
    assert sum(path.endswith("/cheng") for path in page.fields) == 3
    page.put({"ji": 1})
    assert sum(path.endswith("/cheng") for path in page.fields) == len(page.filling.rows("ren"))


@pytest.mark.skipif(not CORPUS.is_dir(), reason="表单语料不在旁边")
def test_no_form_of_the_corpus_stops_the_page(window: MainWindow, tmp_path: Path) -> None:
    drawn = 0
    for source in sorted(CORPUS.glob("*.xml")):
        try:
            form = load(source.read_bytes())
        except Exception:
            # 语料里有13张本来就坏的；打不开的由表单引擎的测试管
            continue
        page = FormPage(form, {}, {}, now=lambda: NOW, submit=lambda _: None)
        window.open_page(page)
        for field in [f for f in page.fields.values() if f.answers][:20]:
            if isinstance(field, RowField):
                field._choose(0)
            elif isinstance(field, TextField):
                field.line.setText("12")
                field.edited()
        page.submit()
        drawn += 1
        window.back()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()
    assert drawn >= 110
