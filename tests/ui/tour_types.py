"""Run by test_fields_types.py in a process of its own: a page of every question type at one scale. Prints the faults."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from baitao_desktop import paths
from baitao_desktop.domain.ops import Json
from baitao_desktop.domain.values import CST
from baitao_desktop.forms import compile_form, load
from baitao_desktop.ui import look
from baitao_desktop.ui.fields.canvas import Canvas
from baitao_desktop.ui.fields.drawing import DrawField
from baitao_desktop.ui.fields.files import FileDoor
from baitao_desktop.ui.fields.photos import PhotoDoor
from baitao_desktop.ui.fields.rows import Rows
from baitao_desktop.ui.formpage import FormPage
from baitao_desktop.ui.page import Page
from baitao_desktop.ui.window import MainWindow
from baitao_desktop.ui.worker import InlineWorker
from ui import tour

NOW = datetime(2022, 4, 26, 9, 32, tzinfo=CST)
SHEETS = Path(__file__).with_name("types")
FILE: Json = {"blob": "ab" * 32, "name": "现场情况说明.pdf"}
ANSWERS: dict[str, dict[str, Json]] = {
    "wenzi": {
        "danhang": "夕阳康养会所", "duohang": "老人说是邻居介绍去的。\n先听课，后交钱。", "shuzi": "500102195203041234",
        "mima": "暗号", "zhengshu": 12, "qianwei": 398000, "xiaoshu": 36.5, "jine": 398000000,
        "wanzheng": 7, "zongxiang": -0.5, "xuanzeqi": 3, "pingfen": 4, "huansuan": 5,
    },
    "shijian": {
        "riqi": "2022-04-12", "wurili": "2022-04-12", "yue": "2022-04-01", "nian": "2022-01-01",
        "shike": "09:30:00.000+08:00", "shijian": "2022-04-12T09:30+08:00", "tiaoma": "6901234567892",
        "weizhi": "29.5312 107.4125", "luxian": "29.5312 107.4125; 29.5320 107.4130", "zhixiao": "OK",
    },
    "xuanze": {
        "jige": "b", "xiala": "b", "fenlan": "a", "sanlan": "b", "jinlan": "c", "hengpai": "a", "like": "b", "kuai": "a",
        "duoxuan": ["a", "c"], "changduo": ["x3", "x250"], "qita": "other", "qita_other": "上门推销", "paixu": ["c", "a", "b"],
        "hang1": "a", "hang2": "b", "lianxi": "测甲某",
    },
    "fujian": {"tupian": {"blob": "cd" * 32, "name": "门头.jpg"}, "wenjian": FILE},
}  # fmt: skip


def photo() -> bytes:
    """A made-up shop front."""
    image = QImage(1200, 800, QImage.Format.Format_RGB32)
    image.fill(QColor("#9fb8cf"))
    painter = QPainter(image)
    painter.fillRect(150, 300, 900, 420, QColor("#e8d9b0"))
    painter.fillRect(150, 240, 900, 90, QColor("#1b6e3c"))
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(QByteArray(buffer.data()).data())


def scribble(canvas: Canvas) -> None:
    """Draw something with the mouse, as a hand would."""
    points = [(0.2, 0.6), (0.3, 0.3), (0.35, 0.7), (0.5, 0.4), (0.6, 0.7), (0.8, 0.45)]
    places = [QPointF(x * canvas.width(), y * canvas.height()).toPoint() for x, y in points]
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, places[0])
    for place in places[1:]:
        QTest.mouseMove(canvas, place)
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, places[-1])


def main() -> None:
    size, scale, percent = sys.argv[1], sys.argv[2], int(sys.argv[3])
    app = QApplication([])
    look.dress(app, percent)
    window = MainWindow(InlineWorker())
    for key in ("home", "tips", "inspections", "publicity", "exchange", "settings"):
        window.add_page(key, lambda: Page("空页"))
        window.add_room(key, key)
    window.seat("麦子坪村 · 张某某 · 练习", office=False)
    window.resize(*(int(n) for n in size.split("x")))
    window.show()
    shown = tour.FOLDER / "shop.png"
    tour.FOLDER.mkdir(parents=True, exist_ok=True)
    shown.write_bytes(photo())
    photos = PhotoDoor(
        lambda _: {"blob": "ef" * 32, "name": "签名.png"}, lambda _: shown.read_bytes(), lambda _: [shown]
    )
    files = FileDoor(lambda _: FILE, lambda _parent, _kinds: [], lambda _: None)
    for name in sorted(p.stem for p in SHEETS.glob("*.md")):
        form = load(compile_form(SHEETS / f"{name}.md"))
        for state, answers in (("empty", {}), ("filled", ANSWERS.get(name, {}))):
            page = FormPage(
                form, {}, answers, now=lambda: NOW, submit=lambda _: None, save_draft=lambda _: None, photos=photos,
                files=files, form_in=lambda _, f=form: f, room="tips",  # type: ignore[misc]
            )  # fmt: skip
            window.open_page(page)
            if state == "filled":
                fill_in(page, shown)
            snap(window, page, f"types-{name}-{state}-{size}@{scale}-{percent}")
    window.close()


def fill_in(page: FormPage, shown: Path) -> None:
    """What no answer says: rows, strokes."""
    tour.settle()
    for field in page.fields.values():
        if isinstance(field, DrawField):
            if field.pick.isVisibleTo(page):
                field.take([shown])
                tour.settle()
            scribble(field.canvas)
    for group in list(page.groups.values()):
        if isinstance(group, Rows):
            for _ in range(2 - len(page.filling.rows("ren"))):
                group.add_button.click()
            first = page.filling.rows("ren")[0]
            page.put({f"ren[{first}]/cheng": "测甲某", f"ren[{first}]/sui": 71})
            group.add_button.click()
            third = page.filling.rows("ren")[2]
            page.put({f"ren[{third}]/cheng": "测乙某"})
            group._remove(third)


def snap(window: MainWindow, page: FormPage, name: str) -> None:
    """A picture of each screenful, looked over."""
    bar = page.scroller.verticalScrollBar()
    tour.settle()
    at = part = 0
    while True:
        bar.setValue(at)
        for fault in tour.look_over(window, f"{name}-{part}"):
            print(fault)
        if at >= bar.maximum():
            return
        at, part = at + round(page.scroller.viewport().height() * 0.9), part + 1


if __name__ == "__main__":
    assert paths.resources().is_dir()
    main()
