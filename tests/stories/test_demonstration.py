"""The demonstration runs to its end in the real window, and no reporter of it is in any file it leaves."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from baitao_desktop.actions import demo
from canary_kit import readings


@pytest.mark.usefixtures("qapp")
def test_the_demonstration_leaves_its_files_and_no_reporter(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from baitao_desktop.ui import demo as shown

    assert QApplication.instance() is not None
    assert shown.run(tmp_path / "演示") == 0
    made = sorted((tmp_path / "演示").iterdir())
    kinds = [path.suffix for path in made]
    assert (
        kinds.count(".pdf") == 10
        and kinds.count(".xlsx") == 1
        and kinds.count(".btx") == 3
        and kinds.count(".png") == 17
    )
    said = capsys.readouterr().out
    assert all(path.name in said for path in made)
    canaries = demo.canaries()
    assert len(canaries) == 14
    for path in made:
        for text in readings(path):
            found = [word for word in canaries if word in text]
            assert not found, path.name
    assert not any(word in said for word in canaries)


def test_the_canaries_would_be_found(tmp_path: Path) -> None:
    """The search finds what it must: in plain bytes, in a packed sheet, in the text of a page."""
    from baitao_desktop.reports.ledger import ledger_pdf
    from baitao_desktop.reports.papers import Column, LedgerPaper
    from baitao_desktop.reports.sheets import ledger_xlsx

    paper = LedgerPaper("台账", "某村", "统计截止", [Column("内容", 100)], [["来人叫测甲某"]])
    for name, data in (
        ("a.txt", "测甲某".encode("gb18030")),
        ("a.xlsx", ledger_xlsx(paper)),
        ("a.pdf", ledger_pdf(paper)),
    ):
        path = tmp_path / name
        path.write_bytes(data)
        assert any("测甲某" in text for text in readings(path)), name
