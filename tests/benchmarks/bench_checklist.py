"""One item of a 60-row checklist, from the key to the last repaint, as a ratio to repainting the same window unchanged.

The form is written as an office would write it: a Markdown table of its own with sixty items in a choice list. Measured
in a real window without a screen, 1366×728: what the engine works out, what the table draws anew, going on to the next
row, scrolling, layout and paint. Bar (issue 4): ≤ 3 × one empty repaint. Prints `checklist figure value unit`.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from baitao_desktop import forms
from baitao_desktop.ui import look
from baitao_desktop.ui.fields.checklist import Checklist
from baitao_desktop.ui.formpage import FormPage
from baitao_desktop.ui.page import Page
from baitao_desktop.ui.window import MainWindow
from baitao_desktop.ui.worker import InlineWorker

NOW = datetime(2022, 4, 8, 9, 0, tzinfo=timezone(timedelta(hours=8)))
ITEMS = 60
FAILED = "${buhege} = '1'"
SURVEY = f"""| survey | | | | | | | | | | | |
| | type | name | label | required | required_message | relevant | calculation | appearance | bind::bt:rows | bind::bt:key | bind::bt:item |
| | date | jiancha_riqi | 检查日期 | yes | 请填写 | | | | | | |
| | text | changsuo_mingcheng | 被检查单位 | yes | 请填写 | | | | | | |
| | begin_repeat | xm | 检查项目 | | | | | bt-checklist | instance('jcx')/root/item | name | |
| | text | neirong | 检查内容 | | | | | | | | label |
| | hidden | hegedaan | | | | | | | | | duide |
| | hidden | yanzhong | | | | | | | | | qingzhong |
| | select_one jieguo | jieguo | 结果 | | | | | horizontal | | | |
| | calculate | buhege | | | | | if(selected('yes no', string(${{jieguo}})) and string(${{jieguo}}) != ${{hegedaan}}, '1', '') | | | | |
| | text | wenti | 问题事实 | yes | 请写明事实 | {FAILED} | | multiline | | | |
| | select_one chengdu | chengdu | 程度 | | | {FAILED} | | horizontal | | | |
| | select_one shifou | dangchang | 当场已改正 | | | {FAILED} | | horizontal | | | |
| | date | zhenggai_qixian | 整改期限 | | | {FAILED} and string(${{dangchang}}) != 'shi' | | | | | |
| | image | zhaopian | 问题照片 | | | {FAILED} | | bt-photos | | | |
| | end_repeat | | | | | | | | | | |
| | calculate | wenti_shu | 问题数 | | | | count(${{xm}}[buhege = '1']) | | | | |
| | select_one jcx | zhu | 本次主要检查 | | | | | minimal | | | |
| choices | | | | | |
| | list_name | name | label | duide | qingzhong |
"""
CHOICES = (
    "jieguo yes 是", "jieguo no 否", "jieguo not_applicable 不适用", "jieguo unchecked 未检查", "chengdu general 一般",
    "chengdu serious 较重", "chengdu grave 严重", "chengdu major 重大风险", "shifou shi 是", "shifou fou 否",
)  # fmt: skip
SETTINGS = """| settings | | | | | |
| | form_id | form_title | version | namespaces | attribute::bt:kind |
| | sanchan | 三产场所检查表 | 1 | bt="urn:baitao:forms" | inspection |
"""


def table(items: int) -> str:
    """A checklist as an office writes it in Markdown, items of both polarities."""
    lines = ["| | {} | {} | {} | | |".format(*choice.split()) for choice in CHOICES]
    for n in range(1, items + 1):
        ok = "yes" if n % 3 else "no"
        wording = f"第{n}项：店内是否公示收费项目和标准，收费与公示是否一致，票据是否写明服务内容和金额？"
        lines.append(f"| | jcx | SC-{n:02} | {wording} | {ok} | serious |")
    return SURVEY + "\n".join(lines) + "\n" + SETTINGS


def settle() -> None:
    for _ in range(3):
        QApplication.processEvents()


def spent(act: Callable[[], object]) -> float:
    """Milliseconds of one act to its last repaint."""
    begin = time.perf_counter()
    act()
    settle()
    return (time.perf_counter() - begin) * 1000


def run(window: MainWindow, folder: Path) -> None:
    source = folder / "sanchan.md"
    source.write_text(table(ITEMS), encoding="utf-8")
    form = forms.load(forms.compile_form(source))

    def opened() -> Checklist:
        page = FormPage(form, {}, {}, now=lambda: NOW, submit=lambda _: None, save_draft=lambda _: None)
        window.open_page(page)
        settle()
        return next(group for group in page.groups.values() if isinstance(group, Checklist))

    begin = time.perf_counter()
    checklist = opened()
    print(f"checklist open_{ITEMS} {(time.perf_counter() - begin) * 1000:.0f} ms")
    rows = list(checklist.rows.values())
    walks = (
        ("walk", lambda i: Qt.Key.Key_2 if i % 8 == 5 else Qt.Key.Key_1),
        ("change_to_not_applicable", lambda _: Qt.Key.Key_3),
        ("change_back", lambda i: Qt.Key.Key_2 if i % 8 == 5 else Qt.Key.Key_1),
    )
    prepared = []
    for name, key in walks:
        answers: dict[Qt.Key, list[tuple[float, float]]] = {}
        for i, row in enumerate(rows):
            row.setFocus()
            # 人写问题事实的工夫，下一项的细目已经备好；备它用的时间另算
            prepared.append(spent(checklist.prepare))
            taken = spent(lambda row=row, i=i, key=key: QTest.keyClick(row, key(i)))  # type: ignore[misc]
            answers.setdefault(key(i), []).append((taken, spent(window.repaint)))
        tell(name, answers)
    print(f"checklist prepare_details {max(prepared):.1f} ms")
    window.back()
    checklist = opened()
    checklist.ask_rest()
    assert checklist.sheet is not None
    print(f"checklist rest_in_order_{ITEMS} {spent(checklist.sheet.act):.0f} ms")  # type: ignore[attr-defined]


def tell(name: str, answers: dict[Qt.Key, list[tuple[float, float]]]) -> None:
    """Medians by key, and the whole walk: an answer, an empty repaint of the same table right after it, the ratio."""
    words = {Qt.Key.Key_1: "in_order", Qt.Key.Key_2: "problem", Qt.Key.Key_3: "not_applicable"}
    for key, pairs in answers.items():
        taken, empty = (statistics.median(times) for times in zip(*pairs, strict=True))
        print(f"checklist {name}_{words[key]} {taken:.2f} ms")
        print(f"checklist {name}_{words[key]}_to_empty_repaint {taken / empty:.2f} x")
    everything = [pair for pairs in answers.values() for pair in pairs]
    whole, empty = (sum(times) for times in zip(*everything, strict=True))
    print(f"checklist {name}_empty_repaint {empty / len(everything):.2f} ms")
    print(f"checklist {name}_all_to_empty_repaint {whole / empty:.2f} x")


def main() -> None:
    app = QApplication([])
    look.dress(app, 100)
    window = MainWindow(InlineWorker())
    window.add_page("home", lambda: Page("空页"))
    window.add_room("home", "home")
    window.seat("麦子坪村 · 张某某 · 练习", office=False)
    window.resize(1366, 728)
    window.show()
    window.show_page("home")
    settle()
    with tempfile.TemporaryDirectory() as folder:
        run(window, Path(folder))
    window.close()


if __name__ == "__main__":
    main()
