"""The reporter's block filled in after cards were swapped, from the record page of any tip."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QLineEdit, QRadioButton

from baitao_desktop import seal
from baitao_desktop.actions import identity, records
from baitao_desktop.domain import tips as law
from baitao_desktop.ui.pages.record import RecordPage
from baitao_desktop.ui.pages.reseal import ResealPage
from conftest import PASSPHRASE, MakeDesk, joined

from .hands import write
from .pages_kit import click, said, seated, tip


def test_a_name_told_later_is_sealed_from_the_record_page(make_desk: MakeDesk, tmp_path: Path) -> None:
    village, office = make_desk("麦子坪村"), make_desk("专项办")
    made = tip(village)
    village, office = joined(village, office, tmp_path / "u")
    with seated(village) as program:
        page = program.window.show_page("record", rec=made.tip)
        assert isinstance(page, RecordPage)
        before = said(page)
        click(page, "重新填写举报人信息")
        here = program.window.page()
        assert isinstance(here, ResealPage)
        for editor in here.block.watched():
            if isinstance(editor, QRadioButton) and editor.text().startswith("甲"):
                editor.click()
        for editor in here.block.watched():
            if isinstance(editor, QLineEdit) and "姓名" in editor.accessibleName():
                write("测甲某", editor)
        here.save()
        assert isinstance(program.window.page(), RecordPage)
        assert said(program.window.page()) == before
        record = records.look(village, made.tip).record
        private = identity.open_callback_key(office.places.data / identity.CALLBACK_FILE, seal.password(PASSPHRASE))
        assert private is not None
        opened = seal.open_block(record.answers[law.IDENTITY], private)
        assert opened is not None and opened["xingming"] == "测甲某" and opened["xuanze"] == "甲"
