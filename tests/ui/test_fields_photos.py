"""Photos on a page: picked, dragged, pasted; in order, with captions; late, used before, refused; kept in the background."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from baitao_desktop.actions import photos, records
from baitao_desktop.actions.desk import Desk
from baitao_desktop.actions.records import View
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import Json
from baitao_desktop.ui.fields.base import Asks
from baitao_desktop.ui.fields.photos import BUSY, Kept, PhotoDoor, PhotoField
from baitao_desktop.ui.pages import paper, record_photos
from baitao_desktop.ui.pages.forming import open_form
from baitao_desktop.ui.pages.photo_doors import PHOTO_KINDS
from baitao_desktop.ui.pages.record import RecordPage
from photos_kit import as_file, camera_jpeg, halves
from ui.pages_kit import Answers, click, found, said, seated


class Shelf:
    """Keeps photos in memory; says what it is told to say of them."""

    def __init__(self) -> None:
        self.kept: list[Path | bytes] = []
        self.used: dict[str, str] = {}
        self.late: set[str] = set()
        self.held: list[Callable[[], None]] = []

    def keep(self, source: Path | bytes) -> Json:
        if isinstance(source, Path) and "坏" in source.name:
            raise UserFacingError("A61", f"“{source.name}”不是照片，没有加入。")
        if source not in self.kept:
            self.kept.append(source)
        n = self.kept.index(source)
        return {"blob": f"{n:064d}", "name": "照片.jpg", **({"taken": "2022-05-17T08:30+08:00"} if n == 0 else {})}

    def thumb(self, answer: Json) -> bytes:
        return b"" if name_of(answer) in self.late else as_file(halves((80, 60)), "JPEG")

    def door(self, *picked: Path, run: Any = None) -> PhotoDoor:
        return PhotoDoor(
            self.keep, self.thumb, lambda _: list(picked), used=lambda a: self.used.get(name_of(a), ""), run=run
        )

    def later(
        self, work: Callable[[], Kept], done: Callable[[Kept], None], failed: Callable[[UserFacingError], None]
    ) -> None:
        """Holds the work until the test lets it go."""

        def go() -> None:
            try:
                kept = work()
            except UserFacingError as error:
                failed(error)
            else:
                done(kept)

        self.held.append(go)


def name_of(answer: Json) -> str:
    assert isinstance(answer, dict)
    return str(answer["blob"])[-1]


def names(field: PhotoField) -> str:
    value = field.value()
    return "".join(name_of(one) for one in (value if isinstance(value, list) else [value] if value else []))


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def shown(qtbot: QtBot, door: PhotoDoor | None, *, most: int = 9, wide: int = 760) -> PhotoField:
    field = PhotoField(Asks("照片"), door, most=most)
    qtbot.addWidget(field)
    field.resize(wide, 500)
    field.show()
    qtbot.waitExposed(field)
    return field


def files(folder: Path, *called: str) -> list[Path]:
    return [folder / name for name in called]


def dropped(field: PhotoField, *paths: Path) -> bool:
    """Drop files on the field as a file manager does; whether it would take them."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    copy, left, bare = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(5, 5), copy, data, left, bare)
    enter.ignore()
    QApplication.sendEvent(field, enter)
    if enter.isAccepted():
        QApplication.sendEvent(field, QDropEvent(QPointF(5, 5), copy, data, left, bare))
    return enter.isAccepted()


def copied(picture: QImage | None = None, *paths: Path, text: str = "") -> None:
    data = QMimeData()
    if picture is not None:
        data.setImageData(picture)
    if paths:
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    if text:
        data.setText(text)
    QApplication.clipboard().setMimeData(data)


def test_picked_dragged_and_pasted_photos_stand_in_order(qtbot: QtBot, shelf: Shelf, tmp_path: Path) -> None:
    a, b, c, d = files(tmp_path, "1.jpg", "2.HEIC", "3.png", "4.jpg")
    field = shown(qtbot, shelf.door(a))
    told: list[Json] = []
    field.changed.connect(lambda f: told.append(f.value()))
    QTest.mouseClick(field.button, Qt.MouseButton.LeftButton)
    assert dropped(field, b, c)
    copied(None, d)
    QTest.mouseClick(field.paste, Qt.MouseButton.LeftButton)
    picture = QImage(20, 10, QImage.Format.Format_RGB32)
    picture.fill(0x7F9F7F)
    copied(picture)
    field.button.setFocus()
    QTest.keyClick(field.button, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert shelf.kept[:4] == [a, b, c, d]
    assert isinstance(shelf.kept[4], bytes) and shelf.kept[4].startswith(b"\x89PNG")
    assert names(field) == "01234" and told[-1] == field.value()
    assert [bool(card.findChildren(QLabel)[0].pixmap()) for card in field.cards] == [True] * 5
    assert "5月17日 08:30 拍" in said(field.cards[0]) and "拍" not in said(field.cards[1])


def test_with_nothing_copied_the_way_is_told(qtbot: QtBot, shelf: Shelf) -> None:
    field = shown(qtbot, shelf.door())
    copied(text="只有字")
    QTest.mouseClick(field.paste, Qt.MouseButton.LeftButton)
    assert "没有复制过照片" in said(field) and field.value() is None


def test_a_picture_is_pasted_into_a_caption_too_but_words_are_words(qtbot: QtBot, shelf: Shelf, tmp_path: Path) -> None:
    field = shown(qtbot, shelf.door())
    field.take(files(tmp_path, "1.jpg"))
    picture = QImage(20, 10, QImage.Format.Format_RGB32)
    picture.fill(0x7F9F7F)
    copied(picture)
    QTest.keyClick(field.cards[0].caption, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert names(field) == "01" and field.cards[0].caption.text() == ""
    copied(text="店门口")
    QTest.keyClick(field.cards[0].caption, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert field.cards[0].caption.text() == "店门口" and names(field) == "01"


def test_captions_are_kept_with_the_photo_and_move_with_it(qtbot: QtBot, shelf: Shelf, tmp_path: Path) -> None:
    field = shown(qtbot, shelf.door())
    field.take(files(tmp_path, "1.jpg", "2.jpg", "3.jpg"))
    told: list[Json] = []
    field.changed.connect(lambda f: told.append(f.value()))
    QTest.keyClicks(field.cards[0].caption, "A-1 ")
    assert told[-1] == field.value() and field.value()[0]["caption"] == "A-1"  # type: ignore[index,call-overload]
    QTest.keyClick(field.cards[0].caption, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert names(field) == "102" and field.cards[1].caption.text() == "A-1"
    assert field.focusWidget() is field.cards[1].caption
    QTest.mouseClick(field.cards[1].arrows[1], Qt.MouseButton.LeftButton)
    assert names(field) == "120"
    before = field.value()
    QTest.keyClick(field.cards[2].caption, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert field.value() == before and not field.cards[2].arrows[1].isEnabled()
    QTest.mouseClick(field.cards[0].remove, Qt.MouseButton.LeftButton)
    assert names(field) == "20" and field.focusWidget() is field.button
    field.take(files(tmp_path, "2.jpg"))
    QTest.keyClick(field.cards[2].caption, Qt.Key.Key_Delete, Qt.KeyboardModifier.AltModifier)
    assert names(field) == "20"
    QTest.keyClick(field.cards[1].caption, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(field.cards[1].caption, Qt.Key.Key_Delete)
    assert "caption" not in field.value()[1]  # type: ignore[index,operator]


def test_enter_goes_from_caption_to_caption_and_on(qtbot: QtBot, shelf: Shelf, tmp_path: Path) -> None:
    field = shown(qtbot, shelf.door())
    field.take(files(tmp_path, "1.jpg", "2.jpg"))
    stepped: list[object] = []
    field.stepped.connect(stepped.append)
    field.cards[0].caption.setFocus()
    QTest.keyClick(field.cards[0].caption, Qt.Key.Key_Return)
    assert field.focusWidget() is field.cards[1].caption and not stepped
    QTest.keyClick(field.cards[1].caption, Qt.Key.Key_Return)
    assert stepped == [field]
    QTest.keyClick(field.cards[0].caption, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert field.focusWidget() is field.button


def test_what_cannot_be_kept_is_told_by_name_and_the_others_stay(qtbot: QtBot, shelf: Shelf, tmp_path: Path) -> None:
    field = shown(qtbot, shelf.door())
    field.take(files(tmp_path, "1.jpg", "坏1.jpg", "2.jpg", "坏2.jpg", "坏3.jpg", "坏4.jpg", "1.jpg"))
    words = said(field)
    assert names(field) == "01"
    assert "坏1.jpg" in words and "坏3.jpg" in words and "另有2张也没有加入" in words
    assert dropped(field, tmp_path / "说明坏.docx")
    assert "说明坏.docx" in said(field) and "坏1" not in said(field)
    field.take(files(tmp_path, "2.jpg"))
    assert "已经加过" in said(field)


def test_nine_are_enough_and_one_is_replaced(qtbot: QtBot, shelf: Shelf, tmp_path: Path) -> None:
    field = shown(qtbot, shelf.door())
    field.take(files(tmp_path, *(f"{n}.jpg" for n in range(11))))
    assert len(field.cards) == 9 and "最多9张" in said(field)
    assert not field.button.isEnabled()
    single = shown(qtbot, Shelf().door(), most=1)
    single.take(files(tmp_path, "1.jpg"))
    single.take(files(tmp_path, "2.jpg", "3.jpg"))
    assert names(single) == "1" and "最多1张" in said(single)
    assert single.button.text() == "换一张照片" and not single.cards[0].arrows[0].isVisible()


def test_used_before_and_late_are_said_on_the_card(qtbot: QtBot, shelf: Shelf, tmp_path: Path) -> None:
    shelf.used["1"] = "6月3日已用过（编号BT-XC-DZZ203-ABC-2022-0001）"
    field = shown(qtbot, shelf.door())
    field.take(files(tmp_path, "1.jpg", "2.jpg"))
    assert "已用过" not in said(field.cards[0]) and "6月3日已用过（编号BT" in said(field.cards[1])
    assert names(field) == "01"
    shelf.late.add("7")
    late = shown(qtbot, shelf.door())
    late.set_value([{"blob": f"{7:064d}", "name": "照片.jpg", "caption": "门头"}])
    assert "照片待补" in said(late) and late.cards[0].caption.text() == "门头"
    assert names(late) == "7"


def test_while_photos_are_kept_the_page_is_not_handed_in(qtbot: QtBot, shelf: Shelf, tmp_path: Path) -> None:
    field = shown(qtbot, shelf.door(run=shelf.later))
    field.take(files(tmp_path, "1.jpg", "坏.jpg"))
    field.take(files(tmp_path, "2.jpg"))
    assert field.trouble() == BUSY and "还有3张" in said(field) and field.value() is None
    for go in shelf.held:
        go()
    assert field.trouble() == "" and names(field) == "01"
    assert "坏.jpg" in said(field) and "正在加入" not in said(field)


def test_photos_that_come_after_their_page_is_gone_do_no_harm(qtbot: QtBot, shelf: Shelf, tmp_path: Path) -> None:
    field = PhotoField(Asks("照片"), shelf.door(run=shelf.later), most=9)
    field.take(files(tmp_path, "1.jpg", "坏.jpg"))
    import shiboken6

    shiboken6.delete(field)
    for go in shelf.held:
        go()


def test_read_only_shows_and_takes_nothing(qtbot: QtBot, shelf: Shelf, tmp_path: Path) -> None:
    field = shown(qtbot, shelf.door())
    field.take(files(tmp_path, "1.jpg", "2.jpg"))
    field.set_read_only(read_only=True)
    assert not dropped(field, tmp_path / "3.jpg")
    copied(None, tmp_path / "3.jpg")
    QTest.keyClick(field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert names(field) == "01" and not field.button.isEnabled()
    assert not any(card.remove.isVisible() or card.caption.isVisible() for card in field.cards)
    field.set_read_only(read_only=False)
    QApplication.processEvents()
    assert field.button.isEnabled() and field.cards[0].caption.isVisible()
    without = shown(qtbot, None)
    without.set_read_only(read_only=False)
    assert not without.button.isEnabled() and "保存后在记录里添加" in said(without)


def test_a_form_keeps_photos_draft_and_all(tmp_path: Path, form_cache: Path) -> None:
    shot, bad = tmp_path / "IMG_1.jpg", tmp_path / "坏.jpg"
    shot.write_bytes(camera_jpeg((800, 600)))
    bad.write_bytes(b"not a picture")
    assert "*.heic" in PHOTO_KINDS
    with seated(found(tmp_path / "d", form_cache)) as program:
        for _ in range(2):
            open_form(program.seat, program.window, "xuanchuan")  # type: ignore[arg-type]
            page: Any = program.window.page()
            field = page.fields["zhaopian"]
            field.take([bad, shot])
            assert "不是照片" in said(field) and len(field.cards) == 1
            QTest.keyClicks(field.cards[0].caption, "1")
            page.put({"didian": "二组院坝", "zaiti": ["guangbo"], "neirong": "讲了三个套路"})
            page.submit()
        record = program.window.page()
        assert isinstance(record, RecordPage) and record.view is not None
        (kept,) = record.view.record.answers["zhaopian"]  # type: ignore[misc]
        assert kept["caption"] == "1" and kept["taken"] == "2022-05-17T08:30+08:00" and "original" not in kept
        open_form(program.seat, program.window, "xuanchuan")  # type: ignore[arg-type]
        again: Any = program.window.page()
        again.fields["zhaopian"].take([shot])
        assert "5月18日已用过（编号" in said(again.fields["zhaopian"])
        # 更正自己那一条，不算用过
        record.press("correct")
        correcting: Any = program.window.page()
        first = records.look(program.seat.desk, record.rec)  # type: ignore[union-attr]
        assert first.no and len(correcting.fields["zhaopian"].cards) == 1


def test_a_record_shows_photos_saves_originals_and_copies(tmp_path: Path, form_cache: Path) -> None:
    shot = tmp_path / "IMG_1.jpg"
    shot.write_bytes(camera_jpeg((800, 600)))
    with seated(found(tmp_path / "d", form_cache)) as program:
        seat, window = program.seat, program.window
        assert seat is not None
        kept = photos.keep_photo(seat.desk, shot, original=True)
        assert isinstance(kept, dict)
        elsewhere = {"blob": "ab" * 32, "name": "照片.jpg", "original": "cd" * 32}
        view = published(seat.desk, {**kept, "caption": "门头"}, elsewhere)
        sheet = paper.draw(seat.desk, view, lambda one: record_photos.save_original(window, seat.desk, one))
        sheet.show()
        words = said(sheet)
        assert "门头" in words and "5月17日 08:30 拍\n原图在本机" in words
        assert "照片待补" in words and "原图在检查单位的电脑上" in words
        assert isinstance(window.chooser, Answers)
        window.chooser.where = tmp_path / "存出"
        click(sheet, "存出原图")
        (saved,) = (tmp_path / "存出").iterdir()
        assert saved.read_bytes() == shot.read_bytes() and saved.name in said(window)
        record_photos.copy_photos(window, seat.desk, view)
        urls = QApplication.clipboard().mimeData().urls()
        assert len(urls) == 1 and QImage(urls[0].toLocalFile()).height() > 600
        record_photos.copy_photos(window, seat.desk, published(seat.desk, elsewhere))
        assert "照片还没有收到" in said(window)
        sheet.deleteLater()


def published(desk: Desk, *shots: Json) -> View:
    answers: dict[str, Json] = {
        "huodong_riqi": "2022-05-17", "suozai_cunshe": "DZZ203", "didian": "二组院坝", "zaiti": ["guangbo"],
        "xingshi": "xianxia", "neirong": "讲了三个套路", "zhaopian": list(shots),
    }  # fmt: skip
    return records.look(desk, records.submit(desk, "xuanchuan", answers).value)
