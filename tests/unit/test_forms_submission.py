"""ODK submissions, written by hand from the OpenRosa specification: repeats, groups, many choices, places, media."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.forms import Form, Json, check, fill
from baitao_desktop.forms.submission import form_of as id_of
from baitao_desktop.forms.submission import read_submission, with_media, write_submission
from forms_kit import NOW, by_hand, form_of

SURVEY = """type | name | label | relevant | bind::bt:seal | bind::bt:rows | bind::bt:item | constraint | constraint_message
start | start | | | | | | |
text | changsuo | 场所 | | | | | |
begin_group | jb | 基本情况 | | | | | |
date | riqi | 日期 | | | | | . <= today() | 晚了
dateTime | shi | 时间 | | | | | |
time | zhong | 钟点 | | | | | |
integer | renshu | 人数 | | | | | |
decimal | je | 金额 | | | | | |
select_one hy | hy | 行业 | | | | | |
select_multiple hy | hys | 各行业 | | | | | |
rank hy | px | 排序 | | | | | |
end_group | | | | | | | |
geopoint | dian | 位置 | | | | | |
geotrace | xian | 路线 | | | | | |
acknowledge | ok | 已告知 | | | | | |
text | jubaoren | 举报人 | | identity | | | |
image | zhaopian | 照片 | | | | | |
begin_repeat | ren | 人 | | | | | |
text | cheng | 称呼 | | | | | |
begin_repeat | hua | 电话 | | | | | |
text | hao | 号码 | | | | | |
end_repeat | | | | | | | |
audio | yin | 录音 | | | | | |
end_repeat | | | | | | | |
begin_repeat | xm | 项目 | | | instance('jcx')/root/item | | |
hidden | bm | | | | | name | |
text | jg | 结果 | | | | | |
end_repeat | | | | | | | |
note | zhu | 完 | | | | | |"""
CHOICES = """list_name | name | label
hy | yl | 养老
hy | bj | 保健
jcx | YL-01 | 甲
jcx | YL-02 | 乙"""
SETTINGS = "form_id | form_title | version\nyuan_jiancha | 远方检查 | 20220401"


@pytest.fixture(scope="module")
def form(tmp_path_factory: pytest.TempPathFactory) -> Form:
    return form_of(tmp_path_factory.mktemp("f"), SURVEY, CHOICES, SETTINGS)


# as a telephone sends it: own namespaces, meta first or last, empty elements for what was passed over
SAMPLE = """<?xml version='1.0' ?>
<data id="yuan_jiancha" version="20220401" xmlns:h="http://www.w3.org/1999/xhtml"
 xmlns:jr="http://openrosa.org/javarosa" xmlns:orx="http://openrosa.org/xforms">
 <start>2022-04-08T09:00:00.000+08:00</start>
 <changsuo>“夕阳”会所 &amp; 分店</changsuo>
 <jb>
  <riqi>2022-04-08</riqi><shi>2022-04-08T09:30:00.000+08:00</shi><zhong>09:30:00.000+08:00</zhong>
  <renshu>12</renshu><je>3.50</je><hy>yl</hy><hys>yl bj</hys><px>bj yl</px>
 </jb>
 <dian>29.7000 107.5000 210.0 4.8</dian><xian>29.7 107.5 0 0; 29.8 107.6 0 0;</xian><ok>OK</ok>
 <jubaoren>张某某</jubaoren>
 <zhaopian>1649380000000.jpg</zhaopian>
 <ren><cheng>甲</cheng><hua><hao>138 0000 0001</hao></hua><hua><hao>138 0000 0002</hao></hua><yin>a.m4a</yin></ren>
 <ren><cheng>乙</cheng><yin/></ren>
 <xm><bm>YL-02</bm><jg>n</jg></xm><xm><bm>YL-01</bm><jg>y</jg></xm>
 <orx:meta><orx:instanceID>uuid:7d1c7e0e-0000-4000-8000-000000000001</orx:instanceID>
 <orx:instanceName>夕阳会所</orx:instanceName></orx:meta>
</data>"""


def test_a_submission_becomes_answers(form: Form) -> None:
    taken = read_submission(form, SAMPLE.encode())
    assert taken.problems == ()
    assert (taken.form_id, taken.version, taken.instance_name) == ("yuan_jiancha", "20220401", "夕阳会所")
    assert taken.instance_id == "uuid:7d1c7e0e-0000-4000-8000-000000000001"
    answers = dict(taken.answers)
    plain: dict[str, Json] = {
        "changsuo": "“夕阳”会所 & 分店", "riqi": "2022-04-08", "shi": "2022-04-08T09:30:00.000+08:00",
        "zhong": "09:30:00.000+08:00", "renshu": 12, "je": 3.5, "hy": "yl", "hys": ["yl", "bj"], "px": ["bj", "yl"],
        "dian": "29.7000 107.5000 210.0 4.8", "ok": "OK", "zhaopian": {"name": "1649380000000.jpg"},
        "xm[YL-02]": True, "xm[YL-02]/bm": "YL-02", "xm[YL-02]/jg": "n", "xm[YL-01]/jg": "y",
    }  # fmt: skip
    assert {path: answers.get(path) for path in plain} == plain
    page = fill(form, answers, now=NOW, lists={}, new=False)
    people = page.rows("ren")
    assert [page.value(f"ren[{row}]/cheng") for row in people] == ["甲", "乙"]
    numbers = page.rows(f"ren[{people[0]}]/hua")
    assert [page.value(f"ren[{people[0]}]/hua[{row}]/hao") for row in numbers] == ["138 0000 0001", "138 0000 0002"]
    assert page.rows("xm") == ("YL-02", "YL-01")
    assert taken.sealed == ("jubaoren",)
    assert taken.media == {"1649380000000.jpg": ("zhaopian",), "a.m4a": (f"ren[{people[0]}]/yin",)}
    assert check(form, with_media(answers, dict.fromkeys(taken.media, "ab" * 32)), whole=True, now=NOW, lists={}) == ()
    waiting = check(form, with_media(answers, {"a.m4a": "ab" * 32}), whole=False, now=NOW, lists={})
    assert [one.path for one in waiting] == ["zhaopian"]


def test_taken_in_twice_it_is_the_same(form: Form) -> None:
    assert read_submission(form, SAMPLE.encode()) == read_submission(form, SAMPLE.encode())


def test_what_does_not_fit_is_told_and_kept(form: Form) -> None:
    odd = (SAMPLE.replace("20220401", "20220301").replace("<renshu>12", "<renshu>十二").replace("<hy>yl", "<hy>zz")
           .replace("<changsuo>", "<xin>新题</xin><changsuo>又一个</changsuo><changsuo>")
           .replace("<riqi>2022-04-08", "<riqi>2022-04-08T00:00:00.000+08:00")
           .replace("uuid:7d1c7e0e-0000-4000-8000-000000000001", ""))  # fmt: skip
    taken = read_submission(form, odd.encode())
    told = {problem.path: problem.text for problem in taken.problems}
    assert told["renshu"] == "请填写整数"
    assert told["hy"].startswith("所选内容不在选项里")
    assert told["xin"].startswith("本机的表里没有这道题")
    assert told["changsuo"].startswith("同一道题出现了两次")
    texts = " ".join(problem.text for problem in taken.problems)
    assert "20220301版" in texts
    assert "instanceID" in texts
    assert (taken.answers["renshu"], taken.answers["hy"], taken.answers["riqi"]) == ("十二", "zz", "2022-04-08")
    for problem in taken.problems:
        assert "十二" not in problem.text  # no values in what may be logged


@pytest.mark.parametrize(
    ("xml", "code", "told"),
    [
        (SAMPLE.replace('id="yuan_jiancha"', 'id="bie_de"'), "F15", "属于表“bie_de”"),
        ('<data id="yuan_jiancha" encrypted="yes"><base64EncryptedKey>x</base64EncryptedKey></data>', "F15", "加密"),
        ("<data><a/></data>", "F15", "不是填好的表"),
        (SAMPLE[:300], "F01", "不是完整的"),
        ('<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><data id="yuan_jiancha"><changsuo>&x;</changsuo></data>',
         "F01", "外部引用或实体定义"),
        ('<data id="yuan_jiancha">' + "<a>" * 500 + "</a>" * 500 + "</data>", "F01", "层次太深"),
    ],
)  # fmt: skip
def test_what_is_no_submission_is_refused(form: Form, xml: str, code: str, told: str) -> None:
    with pytest.raises(UserFacingError, match=told) as trouble:
        read_submission(form, xml.encode())
    assert trouble.value.code == code


def test_it_says_which_form_it_is_of() -> None:
    assert id_of(SAMPLE.encode()) == ("yuan_jiancha", "20220401")


def test_thousands_of_rows_end(form: Form) -> None:
    many = SAMPLE.replace("<xm><bm>YL-02", "<xm><jg>y</jg></xm>" * 1200 + "<xm><bm>YL-02")
    taken = read_submission(form, many.encode())
    assert sum(path.startswith("xm[") and path.endswith("]") for path in taken.answers) == 1000
    assert any("超过1000行" in problem.text for problem in taken.problems)


def test_a_hidden_path_is_no_way_out_of_the_media_folder(form: Form) -> None:
    odd = SAMPLE.replace("1649380000000.jpg", "../../etc/passwd").replace("a.m4a", "C:\\x\\b.m4a")
    assert set(read_submission(form, odd.encode()).media) == {"passwd", "b.m4a"}


def test_written_and_read_it_is_the_same(form: Form) -> None:
    taken = read_submission(form, SAMPLE.encode())
    again = read_submission(form, write_submission(form, taken.answers, instance_id=taken.instance_id))
    assert again.answers == taken.answers
    assert again.media == taken.media


PLAIN = by_hand(
    "<a/><g><n/><m/></g><r jr:template=''><b/><r2 jr:template=''><c/></r2></r>",
    "<bind nodeset='/data/g/n' type='int'/>",
    "<input ref='/data/a'/><group ref='/data/g'><input ref='/data/g/n'/><select ref='/data/g/m'>"
    "<item><value>x</value></item><item><value>y</value></item></select></group>"
    "<repeat nodeset='/data/r'><input ref='/data/r/b'/><repeat nodeset='/data/r/r2'><input ref='/data/r/r2/c'/></repeat>"
    "</repeat>",
)
SIGNS = st.characters(min_codepoint=32, exclude_categories=["Cs", "Cn", "Cc"])
WORDS = st.text(SIGNS, max_size=12).filter(lambda text: text.strip() == text)
ROWS = st.lists(st.tuples(WORDS, st.lists(WORDS, max_size=2)), max_size=3)


@given(WORDS, st.none() | st.integers(-(10**9), 10**9), st.lists(st.sampled_from("xy"), unique=True), ROWS)
def test_any_answers_survive_the_way_through_xml(
    text: str, number: int | None, many: list[str], rows: list[tuple[str, list[str]]]
) -> None:
    answers: dict[str, Json] = {"a": text, "n": number, "m": list[Json](many)}
    for i, (word, inner) in enumerate(rows):
        answers.update({f"r[k{i}]": True, f"r[k{i}]/b": word})
        for j, deep in enumerate(inner):
            answers.update({f"r[k{i}]/r2[d{j}]": True, f"r[k{i}]/r2[d{j}]/c": deep})
    taken = read_submission(PLAIN, write_submission(PLAIN, answers, instance_id="uuid:1"))
    given_values = [value for value in answers.values() if value not in (None, "", [])]
    assert sorted(map(str, taken.answers.values())) == sorted(map(str, given_values))


def test_signs_that_xml_cannot_hold_are_left_out() -> None:
    taken = read_submission(PLAIN, write_submission(PLAIN, {"a": "甲\x00\x0b乙\ud800"}, instance_id="uuid:1"))
    assert taken.answers == {"a": "甲乙"}


def test_a_real_form_goes_both_ways(shared_data: Path) -> None:
    from baitao_desktop.forms import load

    source = next((shared_data / "xlsforms").glob("*fixtures__repeats__01-basic-repeat.xml"))
    form = load(source.read_bytes())
    page = fill(form, {}, now=NOW, lists={})
    for series in ("orx-repeat", *[q.path for q in form.walk() if q.type == "repeat"]):
        if series in form.by_path:
            page.add_row(series)
    answers = page.answers()
    again = read_submission(form, write_submission(form, answers, instance_id="uuid:2"))
    assert len(again.answers) == len(answers)
