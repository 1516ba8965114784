"""Lists beside a form, rows from a catalogue, words in two languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.forms import compile_form, fill, load
from baitao_desktop.forms.describing import Describer
from baitao_desktop.forms.external import read_list, read_lists
from forms_kit import NOW, by_hand, form_of, paper, table

# --- files ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", "\ufeffname,label\nDZZ203,“麦子坪”村\n\nDZZ001\n".encode()),
        ("a.csv", "name;label\r\nDZZ203;“麦子坪”村\r\nDZZ001;\r\n".encode("gb18030")),
        ("a.csv", "name\tlabel\nDZZ203\t“麦子坪”村\nDZZ001\t\n".encode()),
        ("a.xml", "<root><item><name>DZZ203</name><label>“麦子坪”村</label></item>"
                  "<item><name>DZZ001</name><label/></item></root>".encode()),
    ],
)  # fmt: skip
def test_a_list_is_read_whatever_wrote_it(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    assert read_list(tmp_path / name) == (
        {"name": "DZZ203", "label": "“麦子坪”村"},
        {"name": "DZZ001", "label": ""},
    )


def test_places_on_a_map_become_odk_places(tmp_path: Path) -> None:
    (tmp_path / "a.geojson").write_text(
        '{"type": "FeatureCollection", "features": ['
        '{"type": "Feature", "id": 7, "geometry": {"type": "Point", "coordinates": [107.5, 29.7]},'
        ' "properties": {"name": "甲点", "n": 3, "ok": true, "x": null}},'
        '{"geometry": {"type": "LineString", "coordinates": [[1, 2], [3, 4]]}, "properties": {}},'
        '{"geometry": {"type": "Polygon", "coordinates": [[[1, 2], [3, 4], [1, 2]]]}},'
        '{"geometry": {"type": "Point", "coordinates": ["x"]}}]}',
        encoding="utf-8",
    )
    rows = read_list(tmp_path / "a.geojson")
    assert rows[0] == {"geometry": "29.7 107.5 0 0", "id": "7", "name": "甲点", "n": "3", "ok": "true", "x": ""}
    assert [row["geometry"] for row in rows[1:]] == ["2 1 0 0; 4 3 0 0", "2 1 0 0; 4 3 0 0; 2 1 0 0", ""]


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("a.csv", b'name,label\none,"One\ntwo,Two\n', "a.csv”第3行有引号没有配对"),
        ("a.csv", b"PK\x00\x00", "不是文本"),
        ("a.geojson", b"[" * 100_000, "不是完整的地图清单"),
        ("a.geojson", b'{"features": [1]}', "不是完整的地图清单"),
        ("a.xml", b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "外部引用或实体定义"),
        ("a.xml", b"<root><item>", "不是完整的"),
        ("a.csv", ("name," + ",".join(f"c{i}" for i in range(400)) + "\n" + "1," * 400).encode(), "300列"),
    ],
)  # fmt: skip
def test_a_damaged_list_is_told(tmp_path: Path, name: str, data: bytes, told: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UserFacingError, match=told):
        read_list(tmp_path / name)
    with pytest.raises(UserFacingError, match="读不到清单"):
        read_list(tmp_path / "mei.csv")


def test_a_form_finds_the_lists_beside_it(shared_data: Path) -> None:
    folder = shared_data / "xlsforms"
    source = next(folder.glob("*parse__external-select-xml-dummy-nodes.xml"))
    form = load(source.read_bytes())
    assert paper(form, lists={}).choices("first") == ()  # what only holds a place is no choice
    rows = [{"name": "a", "label": "A", "first": ""}, {"name": "aa", "label": "AA", "first": "a"}]
    page = paper(form, lists={"external-data.xml": rows})
    assert page.choices("first") == (("a", "A"),)
    page.answer("first", "a")
    assert page.choices("second") == (("aa", "AA"),)
    source = next(folder.glob("*parse__external-select-csv.xml"))
    form = load(source.read_bytes())
    lists = read_lists(form, folder / "media")
    assert lists["external-data.csv"][3] == {"label": "AA", "name": "aa", "first": "a"}
    assert fill(form, {}, now=NOW, lists=lists).choices("first")[0] == ("a", "A")


def test_thousands_of_lines_are_found_by_their_name() -> None:
    """One look at an index instead of a walk: the list's nodes are touched once, however many papers ask."""
    form = by_hand(
        "<a/><b/>",
        "<bind nodeset='/data/b' calculate=\"instance('x')/root/item[name = /data/a]/label\"/>",
        "<input ref='/data/a'/>",
    )
    page = paper(form, lists={"x": [{"name": f"n{i}", "label": f"第{i}"} for i in range(20_000)]})
    page.answer("a", "n19999")
    assert page.value("b") == "第19999"
    (root,) = page.instance("x").kids["root"]
    assert root.index is not None
    assert list(root.index) == [("item", "name")]


def test_external_choices_need_no_file_beside_the_table(tmp_path: Path) -> None:
    source = table(tmp_path / "b.md", "type | name | label | choice_filter\n"
                   "select_one sheng | s | 省 |\nselect_one_external xian | x | 县 | sheng=${s}",
                   "list_name | name | label\nsheng | cq | 重庆\nsheng | sc | 四川")  # fmt: skip
    text = source.read_text(encoding="utf-8")
    text += ("| external_choices |\n| | list_name | name | label | sheng |\n| | xian | fl | “涪陵” | cq |\n"
             "| | xian | fl | 另一个 | sc |\n")  # fmt: skip
    source.write_text(text, encoding="utf-8")
    page = paper(load(compile_form(source)))
    assert page.choices("x") == ()
    page.answer("s", "cq")
    assert page.choices("x") == (("fl", "“涪陵”"),)


def test_a_query_of_an_old_form_reads_the_list_of_external_choices() -> None:
    form = by_hand(
        "<s/><x/>",
        "",
        "<input ref='/data/s'/><input ref='/data/x' query=\"instance('xian')/root/item[sheng = /data/s]\"/>",
    )
    rows = [{"list_name": "xian", "name": "fl", "label::中文": "涪陵", "sheng": "cq"},
            {"list_name": "zhen", "name": "bt", "label::中文": "白涛", "sheng": "cq"}]  # fmt: skip
    page = paper(form, {"s": "cq"}, lists={"itemsets.csv": rows})
    assert form.question("x").type == "select_one"
    assert page.choices("x") == (("fl", "涪陵"),)
    assert Describer(form, {"itemsets.csv": rows}).label("x", "fl") == "涪陵"


def test_search_takes_choices_from_a_list(tmp_path: Path) -> None:
    form = form_of(
        tmp_path,
        """type | name | label | appearance
        text | t | 字 |
        select_one cun | a | 村 | minimal search('villages')
        select_one cun | b | 村 | search('villages', 'contains', 'label', ${t})
        select_one cun | c | 村 | search('villages', 'startswith', 'label', ${t}, 'kind', 'c')""",
        "list_name | name | label\ncun | code | label",
    )
    rows = [{"code": "203", "label": "麦子坪村", "kind": "c"}, {"code": "001", "label": "小田溪社区", "kind": "s"},
            {"code": "002", "label": "麦田社区", "kind": "s"}]  # fmt: skip
    page = paper(form, {"t": "麦"}, lists={"villages.csv": rows})
    assert [name for name, _ in page.choices("a")] == ["203", "001", "002"]
    assert page.choices("b") == (("203", "麦子坪村"), ("002", "麦田社区"))
    assert page.choices("c") == (("203", "麦子坪村"),)
    page.answer("a", "001")
    assert page.problem("a") is None
    assert Describer(form, {"villages.csv": rows}).label("a", "001") == "小田溪社区"


# --- rows from a catalogue ------------------------------------------------------------------------------------------

CATALOGUE = """list_name | name | label | zrdw | yj
dw | ssb | 社事办 | |
dw | scjg | 市场监管所 | |
jcx | YL-01 | 是否依法登记 | ssb | 养老〔甲〕
jcx | YL-02 | “承诺收益”是否没有 | scjg |
jcx | YL-03 | 是否公示收费 | ssb | 价〔乙〕"""
CHECKLIST = """type | name | label | relevant | calculation | repeat_count | bind::bt:rows | bind::bt:item
select_multiple dw | dw | 单位 | | | | |
begin_repeat | xm | 项目 | | | count(instance('jcx')/root/item) | instance('jcx')/root/item[selected(${dw}, zrdw)] |
text | nr | 内容 | | | | | label
calculate | yj | | | once(instance('jcx')/root/item[label = ${nr}]/yj) | | | yj
text | jg | 结果 | | | | |
text | wt | 问题 | ${jg} = 'n' | | | |
end_repeat | | | | | | |
calculate | wts | | | count(${xm}[jg = 'n']) | | |"""


def test_a_checklist_gets_its_rows_from_the_catalogue(tmp_path: Path) -> None:
    page = paper(form_of(tmp_path, CHECKLIST, CATALOGUE))
    assert page.rows("xm") == ()
    assert page.fixed_rows("xm")
    assert "xm" in page.answer("dw", ["ssb"])
    assert page.called_for("xm") == ("YL-01", "YL-03")
    changed = page.seed("xm")
    assert "xm" in changed
    assert page.rows("xm") == ("YL-01", "YL-03")
    assert (page.value("xm[YL-03]/nr"), page.value("xm[YL-03]/yj")) == ("是否公示收费", "价〔乙〕")
    page.answer("xm[YL-03]/jg", "n")
    page.answer("dw", ["scjg", "ssb"])
    page.seed("xm")
    assert page.rows("xm") == ("YL-01", "YL-02", "YL-03")
    page.answer("dw", ["scjg"])
    assert page.surplus_rows("xm") == ("YL-01", "YL-03")
    page.seed("xm")
    assert page.value("wts") == "1"  # marked, not taken away
    again = fill(page.form, page.answers(), now=NOW, lists={})
    assert again.answers() == page.answers()
    page.remove_row("xm", "YL-02")
    page.seed("xm")
    assert page.rows("xm")[0] == "YL-02"
    assert "xm[YL-02]" in page.answers()


def test_a_frozen_wording_outlives_the_catalogue(tmp_path: Path) -> None:
    page = paper(form_of(tmp_path, CHECKLIST, CATALOGUE))
    page.answer("dw", ["ssb"])
    page.seed("xm")
    later = form_of(tmp_path, CHECKLIST, CATALOGUE.replace("养老〔甲〕", "新依据").replace("是否依法登记", "新话"))
    again = fill(later, page.answers(), now=NOW, lists={})
    assert (again.value("xm[YL-01]/nr"), again.value("xm[YL-01]/yj")) == ("是否依法登记", "养老〔甲〕")


def test_a_repeat_without_a_catalogue_is_left_alone(tmp_path: Path) -> None:
    page = paper(form_of(tmp_path, "type | name | label\nbegin_repeat | r | 组\ntext | a | 甲\nend_repeat | |"))
    (row,) = page.rows("r")
    assert page.seed("r") == ("r",)
    assert page.rows("r") == (row,)
    with pytest.raises(KeyError):
        page.seed("a")


# --- languages ------------------------------------------------------------------------------------------------------


def test_the_language_changes_and_the_answers_stay(tmp_path: Path) -> None:
    source = table(
        tmp_path / "b.md",
        "type | name | label::English(en) | label::中文(zh) | repeat_count | calculation\n"
        "select_one hy | h | Line | 行业 | |\n"
        "begin_repeat | r | Rows | 各行 | 2 |\n"
        "text | a | Text of ${h} | ${h}的文字 | |\n"
        "end_repeat | | | | |\n"
        "calculate | z | | | | once(random())",
        "list_name | name | label::English(en) | label::中文(zh)\nhy | yl | Care | 养老",
    )
    xform = compile_form(source)
    form = load(xform)
    assert (form.languages, form.language) == (("English(en)", "中文(zh)"), "中文(zh)")
    page = paper(form)
    page.answer("h", "yl")
    row = page.rows("r")[0]
    page.answer(f"r[{row}]/a", "填了")
    english = page.in_language(load(xform, language="English(en)"))
    assert english.answers() == page.answers()
    assert (english.label("h"), english.label(f"r[{row}]/a"), english.choices("h")) == (
        "Line", "Text of yl", (("yl", "Care"),),
    )  # fmt: skip
    assert page.label(f"r[{row}]/a") == "yl的文字"


def test_what_is_shuffled_stays_shuffled_in_another_language() -> None:
    items = "".join(f"<item><name>n{i}</name><label>{i}</label></item>" for i in range(30))
    form = by_hand(
        "<a/>",
        "",
        "<select1 ref='/data/a'><itemset nodeset=\"randomize(instance('l')/root/item)\"><value ref='name'/>"
        "<label ref='label'/></itemset></select1>",
        f"<instance id='l'><root>{items}</root></instance>",
    )
    page = paper(form)
    assert page.choices("a") == page.choices("a") == page.in_language(form).choices("a")
    assert sorted(page.choices("a")) != list(page.choices("a"))


def test_odk_shuffles_by_numbers_and_by_words() -> None:
    form = by_hand(
        "<a/><b/>",
        "<bind nodeset='/data/b' calculate=\"join('', randomize(instance('l')/root/item/n, /data/a))\"/>",
        "<input ref='/data/a'/>",
        "<instance id='l'><root>" + "".join(f"<item><n>{c}</n></item>" for c in "ABCDEF") + "</root></instance>",
    )
    page = paper(form)
    # what the tests of ODK's own web client expect
    for seed, order in (("42", "AFCBDE"), ("-42", "EDAFBC"), ("1", "BFEACD"), ("1.1", "BFEACD"),
                        ("11111111", "ACDBFE"), ("0", "CBEAFD"), ("NaN", "CBEAFD")):  # fmt: skip
        page.answer("a", seed)
        assert page.value("b") == order
    for seed in ("甲", "乙", "1e400"):
        page.answer("a", seed)
        assert sorted(str(page.value("b"))) == list("ABCDEF")


def test_a_trace_that_crosses_itself() -> None:
    form = by_hand("<a/><b/>", "<bind nodeset='/data/b' calculate='intersects(/data/a)'/>", "<input ref='/data/a'/>")
    page = paper(form, {"a": "0 0; 1 1; 0 1; 1 0"})
    assert page.value("b") == "true"
    page.answer("a", "0 0; 0 1; 1 1; 1 0; 0 0")
    assert page.value("b") == "false"
