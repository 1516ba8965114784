"""A submission of the visit form, written by hand from the OpenRosa specification, and papers blank and filled."""

from __future__ import annotations

import io
from pathlib import Path

import pdfplumber
import pytest
from PIL import Image
from test_actions_own_forms import table

from baitao_desktop.actions import desk as desks
from baitao_desktop.actions import own_forms, papers, records, submissions
from baitao_desktop.domain.errors import UserFacingError
from conftest import MakeDesk

SAMPLE = """<?xml version='1.0' encoding='UTF-8'?>
<zoufang id="zoufang" version="2022041501" xmlns:orx="http://openrosa.org/xforms">
  <jiben>
    <zoufang_riqi>2022-05-17</zoufang_riqi>
    <suozai_cunshe>DZZ203</suozai_cunshe>
    <changsuo_mingcheng>某组农户</changsuo_mingcheng>
    <jianwen>tuixiao lipin</jianwen>
    <qingkuang>有人上门推销神药、送鸡蛋。</qingkuang>
  </jiben>
  <chuli><dangchang_cuoshi>gaozhi</dangchang_cuoshi></chuli>
  <zhaopian>1652770000000.jpg</zhaopian>
  <orx:meta><orx:instanceID>uuid:6a1f9d7e-0000-4000-8000-000000000001</orx:instanceID></orx:meta>
</zoufang>
"""


def sample(folder: Path, *, photo: bool = True) -> Path:
    folder.mkdir()
    (folder / "填报.xml").write_text(SAMPLE, encoding="utf-8")
    if photo:
        Image.new("RGB", (40, 30), (10, 90, 40)).save(folder / "1652770000000.jpg")
    return folder


def test_a_submission_from_a_telephone_becomes_a_visit_once(make_desk: MakeDesk, tmp_path: Path) -> None:
    desk = make_desk("麦子坪村")
    folder = sample(tmp_path / "填报")
    taken = submissions.take_in_submission(desk, folder).value
    view = records.look(desk, taken.record)
    assert view.record.answers["jianwen"] == ["tuixiao", "lipin"]
    with Image.open(io.BytesIO(desk.store.blob_open(view.record.answers["zhaopian"]["blob"]).read())) as picture:
        assert picture.size == (40, 30)
    assert not taken.missing and view.no == taken.no
    again = submissions.take_in_submission(desk, folder / "填报.xml").value
    assert again.known and again.record == taken.record


def test_a_late_photo_and_a_strange_form_are_told(make_desk: MakeDesk, tmp_path: Path) -> None:
    desk = make_desk("麦子坪村")
    taken = submissions.take_in_submission(desk, sample(tmp_path / "缺照片", photo=False)).value
    assert taken.missing == ("1652770000000.jpg",) and "待补" in taken.sentence
    strange = tmp_path / "别的.xml"
    strange.write_text(SAMPLE.replace('id="zoufang"', 'id="meiyou"'), encoding="utf-8")
    with pytest.raises(UserFacingError, match="本机没有"):
        submissions.take_in_submission(desk, strange)
    with pytest.raises(UserFacingError, match="有0个"):
        submissions.take_in_submission(desk, tmp_path / "麦子坪村0")


def test_every_form_prints_blank_and_filled(make_desk: MakeDesk, tmp_path: Path) -> None:
    desk = make_desk("专项办")
    own_forms.take_in_form(desk, table(tmp_path / "一.xlsx"))
    desk = desks.reload(desk)
    for form in desk.forms.values():
        with pdfplumber.open(io.BytesIO(papers.blank_pdf(desk, form.id))) as pdf:
            text = "".join(page.extract_text() for page in pdf.pages).replace("\n", "")
        # 检查表的纸有自己的排法：问题写在问题一栏里，只在某种情况下才问的不单列
        own = form.kind == "inspection"
        texts = [q for q in form.walk() if q.type == "text" and q.required is not None]
        asked = [q.label for q in texts if not (own and q.relevant is not None)]
        assert all(label[:4] in text for label in asked), form.id
    rec = records.submit(desk, "fuwudian", {"mingcheng": "甲服务点", "guapai": "shi", "renshu": 3}).value
    with pdfplumber.open(io.BytesIO(papers.record_pdf(desk, rec))) as pdf:
        text = pdf.pages[0].extract_text()
    assert "甲服务点" in text and "是否挂牌" in text
