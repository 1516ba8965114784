"""ODK's own validator accepts the tables we accept (only with BAITAO_LONG=1; needs a Java run time)."""

from __future__ import annotations

import os
import shutil
import subprocess
import warnings
from pathlib import Path

import pytest

from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.forms import compile_form, load
from forms_kit import ROOT, table

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not os.environ.get("BAITAO_LONG"), reason="只在 BAITAO_LONG=1 时跑"),
    pytest.mark.skipif(shutil.which("java") is None, reason="没有 Java 运行环境，跳过 ODK Validate"),
]
CHECKLIST = """type | name | label | relevant | calculation | repeat_count | bind::bt:rows | bind::bt:item | bind::bt:seal
select_multiple dw | dw | 单位 | | | | | |
begin_repeat | xm | 项目 | | | count(instance('jcx')/root/item[selected(${dw}, zrdw)]) | instance('jcx')/root/item[selected(${dw}, zrdw)] | |
calculate | nr | | | once(string(instance('jcx')/root/item[selected(${dw}, zrdw)][position() = position(current()/..)]/label)) | | | label |
text | jg | 结果 | | | | | |
end_repeat | | | | | | | |
text | shei | 举报人 | | | | | | identity"""
CHOICES = "list_name | name | label | zrdw\ndw | ssb | 社事办 |\njcx | YL-01 | 甲“项” | ssb\njcx | YL-02 | 乙项 | ssb"


def as_workbook(source: Path, target: Path) -> Path:
    """The same table in .xlsx, as an office has it."""
    from openpyxl import Workbook
    from pyxform import xls2json_backends as backends

    read = backends.get_xlsform(source.read_text(encoding="utf-8"), file_type=".md")
    book = Workbook()
    del book["Sheet"]
    for name in ("survey", "choices", "settings"):
        rows = getattr(read, name) or []
        columns = list(dict.fromkeys(key for row in rows for key in row))
        sheet = book.create_sheet(name)
        sheet.append(columns)
        for row in rows:
            sheet.append([row.get(column) for column in columns])
    book.save(target)
    return target


def validated(folder: Path, xform: bytes) -> str:
    """What ODK Validate finds wrong; empty when it accepts the form."""
    import pyxform

    jar = Path(pyxform.__file__).parent / "validators" / "odk_validate" / "bin" / "ODK_Validate.jar"
    if not jar.is_file():
        pytest.skip("pyxform 没有带 ODK Validate，跳过")
    (folder / "form.xml").write_bytes(xform)
    done = subprocess.run(
        ["java", "-Djava.awt.headless=true", "-jar", str(jar), str(folder / "form.xml")],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    return "" if done.returncode == 0 else done.stderr[-1500:]


@pytest.mark.parametrize("source", sorted((ROOT / "forms").glob("*.md")), ids=lambda path: path.stem)
def test_our_forms_in_xlsx_are_accepted(tmp_path: Path, source: Path) -> None:
    xform = compile_form(as_workbook(source, tmp_path / f"{source.stem}.xlsx"))
    load(xform)
    assert validated(tmp_path, xform) == ""


def test_a_checklist_with_a_catalogue_is_accepted(tmp_path: Path) -> None:
    source = table(tmp_path / "jc.md", CHECKLIST, CHOICES, "form_id | version\njc | 1")
    assert validated(tmp_path, compile_form(as_workbook(source, tmp_path / "jc.xlsx"))) == ""


def test_we_accept_what_odk_accepts(tmp_path: Path, shared_data: Path) -> None:
    """Every spreadsheet of the corpus: what one accepts, the other does."""
    only_we: list[str] = []
    only_odk: list[str] = []
    both = 0
    for source in sorted((shared_data / "xlsforms").iterdir()):
        if source.suffix not in (".xlsx", ".xls", ".md", ".csv"):
            continue
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                xform = compile_form(source)
        except UserFacingError:
            continue
        trouble = validated(tmp_path, xform)
        try:
            load(xform)
        except UserFacingError:
            if not trouble:
                only_odk.append(source.name)
            continue
        if trouble:
            only_we.append(f"{source.name}: {trouble[-300:]}")
        else:
            both += 1
    print(f"\nODK Validate: both {both}, only ours {len(only_we)}, only ODK's {len(only_odk)}\n" + "\n".join(only_we))
    assert only_odk == []
    assert only_we == []
    assert both >= 59
