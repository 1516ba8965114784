"""An office writes a form in WPS: taken in, filled in, handed out, changed; older records keep their version."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from baitao_desktop import seal
from baitao_desktop.actions import bundles, drafts, own_forms, papers, records
from baitao_desktop.actions import desk as desks
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.query import Query
from conftest import PASSWORD, MakeDesk, fixed_clock, joined


def table(path: Path, version: str = "1", *, extra: tuple[str, ...] = (), label: str = "服务点名称") -> Path:
    """A small form as an office would write it; `extra` is one more survey row."""
    book = Workbook()
    survey = book.active
    survey.title = "survey"
    survey.append(["type", "name", "label", "required", "bind::bt:ledger", "bind::bt:search"])
    survey.append(["text", "mingcheng", label, "yes", "1", "1"])
    survey.append(["select_one shifou", "guapai", "是否挂牌", "", "2", ""])
    survey.append(["integer", "renshu", "服务老人数", "", "3", ""])
    if extra:
        survey.append(list(extra))
    choices = book.create_sheet("choices")
    for row in (["list_name", "name", "label"], ["shifou", "shi", "是"], ["shifou", "fou", "否"]):
        choices.append(row)
    settings = book.create_sheet("settings")
    settings.append(["form_id", "form_title", "version"])
    settings.append(["fuwudian", "便民服务点登记", version])
    book.save(path)
    return path


def test_an_offices_own_form_needs_no_code(make_desk: MakeDesk, tmp_path: Path) -> None:
    village, office = joined(make_desk("麦子坪村"), make_desk("专项办"), tmp_path / "U盘")
    path = table(tmp_path / "服务点.xlsx")
    assert "3题" in own_forms.look_at_form(office, path).sentence
    own_forms.take_in_form(office, path)
    office = desks.reload(office)
    took = bundles.take_in(village, bundles.hand_over(office, tmp_path / "U盘", to="DZZ203").value.path).value
    assert took.forms_came
    village = desks.reload(village)
    rec = records.submit(village, "fuwudian", {"mingcheng": "村口服务点", "guapai": "shi", "renshu": 12}).value
    assert records.look(village, rec).title.startswith("村口服务点")
    bundles.take_in(office, bundles.hand_over(village, tmp_path / "U盘").value.path)
    with office.store.reading() as reader:
        (line,) = reader.lines(reader.ids(Query(form="fuwudian", text="服务点")))
    assert line.answers["renshu"] == 12
    assert papers.record_pdf(office, rec).startswith(b"%PDF")
    assert papers.save_ledger(office, "fuwudian", Query(form="fuwudian"), tmp_path, xlsx=True).value.exists()


def test_older_records_and_drafts_keep_their_version(make_desk: MakeDesk, tmp_path: Path) -> None:
    desk = make_desk("专项办")
    own_forms.take_in_form(desk, table(tmp_path / "一.xlsx"))
    desk = desks.reload(desk)
    old = records.submit(desk, "fuwudian", {"mingcheng": "甲点"}).value
    drafts.save_draft(desk, "d", "fuwudian", {"mingcheng": "乙点"})
    changed = table(tmp_path / "二.xlsx", "2", extra=("text", "fuzeren", "负责单位", "yes", "4", ""), label="名称")
    assert own_forms.look_at_form(desk, changed).changes == ("增加了“负责单位”", "“服务点名称”改成了“名称”")
    own_forms.take_in_form(desk, changed)
    desk = desks.reload(desk)
    assert desk.forms["fuwudian"].version == "2"
    assert records.look(desk, old).form.version == "1"
    with pytest.raises(UserFacingError, match="负责单位"):
        records.submit(desk, "fuwudian", {"mingcheng": "丙点"})
    (draft,) = drafts.drafts(desk)
    assert draft.version == "1"
    done = records.submit(desk, "fuwudian", draft.answers, draft="d", version=draft.version).value
    assert records.look(desk, done).form.version == "1"
    desks.leave(desk)
    again = desks.open_desk(desk.places, seal.password(PASSWORD), clock=fixed_clock())
    try:
        assert again.forms["fuwudian"].version == "2" and records.look(again, old).form.version == "1"
        with again.store.reading() as reader:
            assert reader.count(Query(form="fuwudian", text="甲点")) == 1
    finally:
        desks.leave(again)


def test_a_table_that_is_wrong_or_takes_our_place_is_refused(make_desk: MakeDesk, tmp_path: Path) -> None:
    desk = make_desk("麦子坪村")
    wrong = table(tmp_path / "错.xlsx", extra=("select_one meiyou", "x", "选一个", "", "", ""))
    preview = own_forms.look_at_form(desk, wrong)
    assert preview.form is None and preview.problems[0].row == 5 and "改好再收" in preview.sentence
    with pytest.raises(UserFacingError, match="第一处"):
        own_forms.take_in_form(desk, wrong)
    good = table(tmp_path / "好.xlsx")
    own_forms.take_in_form(desk, good)
    with pytest.raises(UserFacingError, match="已经有了"):
        own_forms.take_in_form(desks.reload(desk), good)
    ours = tmp_path / "线索.md"
    source = Path(__file__).resolve().parents[2] / "forms" / "xiansuo.md"
    ours.write_text(source.read_text(encoding="utf-8").replace("2022040801", "2030010101"), encoding="utf-8")
    with pytest.raises(UserFacingError, match="程序自己用"):
        own_forms.take_in_form(desk, ours)


def test_a_form_of_two_languages_is_read_in_either(make_desk: MakeDesk, tmp_path: Path) -> None:
    desk = make_desk("麦子坪村")
    source = tmp_path / "两种文字.md"
    source.write_text(
        "| survey | | | | |\n| | type | name | label::中文(zh) | label::English(en) |\n"
        "| | text | mingcheng | 名称 | Name |\n| settings | | |\n| | form_id | form_title | version |\n"
        "| | liangzhong | 两种文字 | 1 |\n",
        encoding="utf-8",
    )
    own_forms.take_in_form(desk, source)
    form = desks.reload(desk).forms["liangzhong"]
    assert len(form.languages) == 2 and form.question("mingcheng").label == "名称"
    other = next(language for language in form.languages if "English" in language)
    assert own_forms.in_language(desk, form, other).question("mingcheng").label == "Name"
