"""What ODK means where plain XPath says otherwise (forms.md §2.5, point by point), and how changes travel."""

from __future__ import annotations

from pathlib import Path

import pytest

from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.forms import check, fill
from forms_kit import NOW, by_hand, form_of, paper


def test_a_date_is_a_day_number_where_a_number_is_wanted(tmp_path: Path) -> None:
    form = form_of(
        tmp_path,
        """type | name | label | constraint | constraint_message | calculation
        date | riqi | 日期 | . <= today() | 晚了 |
        dateTime | shijian | 时间 | . <= now() | 晚了 |
        calculate | tian | | | | today() - ${riqi}
        calculate | hou | | | | date(${riqi} + 30)
        calculate | tong | | | | ${riqi} = '2022-04-08'""",
    )
    page = paper(form)
    page.answer("riqi", "2022-04-08")
    assert page.problem("riqi") is None
    assert (page.value("tian"), page.value("hou"), page.value("tong")) == ("0", "2022-05-08", "true")
    page.answer("riqi", "2022-04-09")
    assert page.problem("riqi") == "晚了"
    page.answer("shijian", "2022-04-08T09:30:00+08:00")
    assert page.problem("shijian") is None
    page.answer("shijian", "2022-04-08T09:31:00+08:00")
    assert page.problem("shijian") == "晚了"
    page.answer("shijian", "2022-04-08T01:29:00Z")  # the same moment told elsewhere
    assert page.problem("shijian") is None


def test_what_is_hidden_reads_as_empty_keeps_its_value_and_is_dropped_at_the_end(tmp_path: Path) -> None:
    form = form_of(
        tmp_path,
        """type | name | label | relevant | required | constraint | constraint_message | calculation
        text | a | 甲 | | | | |
        begin_group | zu | 组 | ${a} = '1' | | | |
        integer | b | 乙 | | yes | . > 5 | 太小 |
        end_group | | | | | | |
        calculate | c | | | | | | coalesce(${b}, '没有')
        calculate | n | | | | | | count(${b})""",
    )
    page = paper(form)
    assert page.value("c") == "没有"
    page.answer("a", "1")
    page.answer("b", 3)
    assert (page.value("c"), page.value("n"), page.problem("b"), page.required("b")) == ("3", "1", "太小", True)
    changed = page.answer("a", "2")
    assert {"zu", "b", "c", "n"} <= set(changed)
    assert (page.value("c"), page.value("n")) == ("没有", "0")
    assert (page.relevant("b"), page.problem("b"), page.required("b"), page.value("b")) == (False, None, False, 3)
    assert page.answers()["b"] == 3
    assert "b" not in page.answers(final=True)
    assert check(form, page.answers(), whole=True, now=NOW, lists={}) == ()
    page.answer("a", "1")
    assert page.value("c") == "3"


def test_missing_and_empty_are_the_same_and_if_is_lazy(tmp_path: Path) -> None:
    form = form_of(
        tmp_path,
        """type | name | label | calculation
        integer | a | 甲 |
        calculate | b | | if(${a} = '', '空', date(${a}))
        calculate | c | | if(${a}, '有', '无')
        calculate | d | | number(${a}) + 1""",
    )
    page = paper(form)
    assert (page.value("b"), page.value("c")) == ("空", "无")
    assert page.value("d") in (None, "NaN")
    page.answer("a", 0)
    assert (page.value("b"), page.value("c"), page.value("d")) == ("1970-01-01", "有", "1")


def test_once_keeps_its_first_value(tmp_path: Path) -> None:
    form = form_of(
        tmp_path,
        """type | name | label | calculation
        text | a | 甲 |
        calculate | b | | once(${a})
        calculate | u | | once(uuid())""",
    )
    page = paper(form)
    page.answer("a", "先")
    kept = page.value("u")
    page.answer("a", "后")
    assert (page.value("b"), page.value("u")) == ("先", kept)
    again = fill(form, page.answers(), now=NOW, lists={})
    assert again.value("u") == kept


REPEATS = """type | name | label | calculation | relevant | appearance
begin_repeat | xm | 项目 | | | bt-checklist
text | jg | 结果 | | |
calculate | di | | position(..) | |
text | wt | 问题 | | ${jg} = 'n' |
integer | je | 金额 | | |
end_repeat | | | | |
calculate | shu | | count(${xm}) | |
calculate | huai | | count(${xm}[jg = 'n']) | |
calculate | he | | sum(${je}) | |
calculate | er | | indexed-repeat(${jg}, ${xm}, 2) | |"""


def test_rows_have_their_own_keys_and_know_only_their_own_row(tmp_path: Path) -> None:
    form = form_of(tmp_path, REPEATS)
    page = paper(form)
    assert page.rows("xm") == ()
    page.add_row("xm", "YL-01")
    page.add_row("xm", "YL-02")
    changed = page.answer("xm[YL-02]/jg", "n")
    assert "xm[YL-02]/wt" in changed
    assert "xm[YL-01]/wt" not in changed
    assert (page.relevant("xm[YL-01]/wt"), page.relevant("xm[YL-02]/wt")) == (False, True)
    page.answer("xm[YL-01]/je", 3)
    page.answer("xm[YL-02]/je", 4)
    assert [page.value(name) for name in ("shu", "huai", "he", "er")] == ["2", "1", "7", "n"]
    changed = page.remove_row("xm", "YL-01")
    assert {"shu", "he", "xm[YL-02]/di"} <= set(changed)
    assert [page.value(name) for name in ("shu", "huai", "he", "er")] == ["1", "1", "4", None]
    assert page.value("xm[YL-02]/di") == "1"
    answers = page.answers()
    assert answers["xm[YL-01]"] is None
    assert answers["xm[YL-02]"] is True
    again = fill(form, answers, now=NOW, lists={})
    assert again.rows("xm") == ("YL-02",)
    assert again.answers() == answers
    with pytest.raises(KeyError):
        page.value("xm[YL-01]/jg")
    with pytest.raises(ValueError, match="YL-02"):
        page.add_row("xm", "YL-02")


def test_a_taken_away_row_stays_away_though_others_still_speak_of_it(tmp_path: Path) -> None:
    form = form_of(tmp_path, REPEATS)
    page = fill(form, {"xm[A]/jg": "n", "xm[A]": None, "xm[B]/jg": "y"}, now=NOW, lists={})
    assert page.rows("xm") == ("B",)
    assert page.answers()["xm[A]/jg"] == "n"


def test_new_rows_get_keys_that_rise(tmp_path: Path) -> None:
    page = paper(form_of(tmp_path, REPEATS))
    keys = [page.add_row("xm") for _ in range(5)]
    assert keys == sorted(keys)
    assert len(set(keys)) == 5


def test_nested_rows(tmp_path: Path) -> None:
    form = form_of(
        tmp_path,
        """type | name | label | calculation | appearance
        begin_repeat | xm | 项目 | | bt-checklist
        text | jg | 结果 | |
        begin_repeat | zp | 照片 | | bt-photos
        image | zpwj | 照片 | |
        calculate | ming | | concat(${jg}, position(..), '/', position(../..)) |
        end_repeat | | | |
        calculate | zhang | | count(${zp}) |
        end_repeat | | | |
        calculate | quan | | count(${zpwj}) |""",
    )
    page = paper(form)
    for row in "AB":
        page.add_row("xm", row)
        page.answer(f"xm[{row}]/jg", row.lower())
    for row in "AAB":
        key = page.add_row(f"xm[{row}]/zp")
    page.answer(f"xm[B]/zp[{key}]/zpwj", "ab" * 32)
    assert page.value(f"xm[B]/zp[{key}]/ming") == "b1/2"
    assert (page.value("xm[A]/zhang"), page.value("xm[B]/zhang"), page.value("quan")) == ("2", "1", "3")
    assert page.form.question(f"xm[B]/zp[{key}]/zpwj").type == "image"
    page.remove_row("xm", "A")
    assert (page.value("quan"), page.value(f"xm[B]/zp[{key}]/ming")) == ("1", "b1/1")
    assert page.paths()[-2:] == ("xm[B]/zhang", "quan")


def test_an_absolute_path_through_ones_own_row_means_this_row() -> None:
    form = by_hand(
        "<xm jr:template=''><a/><b/></xm><alle/>",
        "<bind nodeset='/data/xm/b' calculate='/data/xm/a'/><bind nodeset='/data/alle' calculate='count(/data/xm)'/>",
        "<repeat nodeset='/data/xm'><input ref='/data/xm/a'/></repeat>",
    )
    page = paper(form)
    page.add_row("xm", "1")
    page.add_row("xm", "2")
    page.answer("xm[2]/a", "二")
    assert (page.value("xm[1]/b"), page.value("xm[2]/b"), page.value("alle")) == (None, "二", "2")


def test_a_template_is_no_row_and_hand_written_rows_are() -> None:
    with_template = by_hand(
        "<xm jr:template=''><a>样</a></xm>", "", "<repeat nodeset='/data/xm'><input ref='/data/xm/a'/></repeat>"
    )
    assert paper(with_template).rows("xm") == ()
    two = by_hand(
        "<xm><a>一</a></xm><xm><a>二</a></xm>", "", "<repeat nodeset='/data/xm'><input ref='/data/xm/a'/></repeat>"
    )
    page = paper(two)
    assert [page.value(f"xm[{key}]/a") for key in page.rows("xm")] == ["一", "二"]
    assert fill(two, {"b": 1}, now=NOW, lists={}).rows("xm") == ()


def test_counted_rows_come_and_hide(tmp_path: Path) -> None:
    form = form_of(
        tmp_path,
        """type | name | label | repeat_count
        integer | shu | 几个 |
        begin_repeat | ren | 人 | ${shu}
        text | ming | 称呼 |
        end_repeat | | |""",
    )
    page = paper(form)
    page.answer("shu", 3)
    rows = page.rows("ren")
    assert len(rows) == 3
    assert page.fixed_rows("ren")
    page.answer(f"ren[{rows[2]}]/ming", "丙")
    page.answer("shu", 1)
    assert page.rows("ren") == rows[:1]
    assert not any(path.startswith(f"ren[{rows[2]}]") for path in page.answers(final=True))
    page.answer("shu", 3)
    assert page.rows("ren") == rows
    assert page.value(f"ren[{rows[2]}]/ming") == "丙"
    page.answer("shu", 10**9)
    assert len(page.rows("ren")) == 1000


def test_a_count_that_looks_at_its_own_rows_does_not_run_away() -> None:
    form = by_hand(
        "<xm jr:template=''><a/></xm><n/>",
        "<bind nodeset='/data/n' calculate='count(/data/xm) + 1'/>",
        "<repeat nodeset='/data/xm' jr:count='/data/n'><input ref='/data/xm/a'/></repeat>",
    )
    page = paper(form)
    assert len(page.rows("xm")) == 1
    page.answer(f"xm[{page.rows('xm')[0]}]/a", "1")
    assert len(page.rows("xm")) <= 2


def test_required_waits_and_a_constraint_never_sees_an_empty_answer(tmp_path: Path) -> None:
    form = form_of(
        tmp_path,
        """type | name | label | required | constraint | constraint_message
        text | a | 甲 | yes | string-length(.) >= 4 | 至少4字
        text | b | 乙 | ${a} != '' | |""",
    )
    page = paper(form)
    assert (page.problem("a"), page.required("a"), page.required("b")) == (None, True, False)
    assert check(form, {}, whole=False, now=NOW, lists={}) == ()
    assert [(p.path, p.text) for p in check(form, {}, whole=True, now=NOW, lists={})] == [("a", "请填写“甲”")]
    changed = page.answer("a", "短")
    assert "b" in changed
    assert (page.problem("a"), page.required("b")) == ("至少4字", True)
    assert [p.path for p in check(form, page.answers(), whole=False, now=NOW, lists={})] == ["a"]


def test_calculations_come_in_order_and_cycles_are_named(tmp_path: Path) -> None:
    form = form_of(
        tmp_path,
        """type | name | label | calculation
        calculate | c | | ${b} + 1
        calculate | b | | ${a} + 1
        integer | a | 甲 |""",
    )
    page = paper(form)
    assert page.answer("a", 1) == ("a", "b", "c")
    assert page.value("c") == "3"
    with pytest.raises(UserFacingError, match=r"x.*y.*互相等待") as told:
        form_of(
            tmp_path,
            """type | name | label | calculation
            calculate | x | | ${y} + 1
            calculate | y | | ${x} + 1
            text | z | 丙 |""",
        )
    assert told.value.code == "F03"


def test_names_are_compared_without_their_namespace_and_may_hold_a_colon() -> None:
    form = by_hand(
        "<a xmlns='urn:other'/><b/>",
        "<bind nodeset='/data/b' calculate=\"/data/a\"/>",
        "<input ref='/data/a'/>",
    )
    page = paper(form)
    page.answer("a", "甲")
    assert page.value("b") == "甲"
    from baitao_desktop.forms.closures import expression
    from baitao_desktop.forms.functions import functions

    tree = expression(
        "instance('x') / root / item/fuel:diesel", root=form.root, current=form.root, functions=functions()
    )
    assert tree.text(paper(form, lists={"x": [{"fuel:diesel": "柴油"}]}), page.root) == "柴油"


CHOICES = """list_name | name | label | zrdw
hy | yl | “养老” | ssb
hy | bj | 保健 | scjg
hy | wx | 文旅 | ssb
dw | ssb | 社事办 |
dw | scjg | 市场监管所 |"""


def test_choices_filter_by_answers_and_give_their_words(tmp_path: Path) -> None:
    form = form_of(
        tmp_path,
        """type | name | label | choice_filter | calculation
        select_multiple dw | dw | 单位 | |
        select_one hy | hy | 行业 | selected(${dw}, zrdw) |
        calculate | m | | | jr:choice-name(${hy}, '${hy}')
        calculate | z | | | instance('hy') / root / item[name = ${hy}]/zrdw
        note | t | 选了${m}，由${z}负责。 | |""",
        CHOICES,
    )
    page = paper(form)
    assert page.choices("hy") == ()
    changed = page.answer("dw", ["ssb"])
    assert "hy" in changed
    assert page.choices("hy") == (("yl", "“养老”"), ("wx", "文旅"))
    changed = page.answer("hy", "yl")
    assert "t" in changed
    assert page.label("t") == "选了“养老”，由ssb负责。"
    assert form.question("t").label == "选了____，由____负责。"
    page.answer("dw", ["scjg", "ssb"])
    assert page.value("dw") == ["ssb", "scjg"]
    page.answer("dw", ["scjg"])
    assert page.problem("hy") == "所选内容不在现在的选项里，请重新选择"


def test_lists_from_outside_and_pulldata(tmp_path: Path) -> None:
    form = form_of(
        tmp_path,
        """type | name | label | calculation
        select_one_from_file units.csv | cun | 村 |
        calculate | m | | jr:choice-name(${cun}, '${cun}')
        calculate | p | | pulldata('units', 'label', 'name', ${cun})""",
    )
    page = paper(form)
    page.answer("cun", "DZZ203")
    assert (page.value("m"), page.value("p")) == ("麦子坪村", "麦子坪村")
    nothing = paper(form, {"cun": "DZZ203"}, lists={})
    assert (nothing.choices("cun"), nothing.problem("cun"), nothing.value("p")) == ((), None, None)


def test_defaults_are_for_new_papers_only(tmp_path: Path) -> None:
    form = form_of(
        tmp_path,
        """type | name | label | default | appearance
        text | a | 甲 | 默认 |
        date | b | 乙 | today() |
        begin_repeat | xm | 项 | | bt-checklist
        date | c | 丙 | today() |
        end_repeat | | | |""",
    )
    page = paper(form)
    assert page.answers() == {"a": "默认", "b": "2022-04-08"}
    page.answer("a", None)
    page.add_row("xm", "1")
    assert page.value("xm[1]/c") == "2022-04-08"
    again = fill(form, page.answers(), now=NOW, lists={})
    assert again.value("a") is None
    assert fill(form, {"a": "先有"}, now=NOW, lists={}, new=True).answers() == {"a": "先有", "b": "2022-04-08"}


def test_a_changed_answer_may_set_another() -> None:
    form = by_hand(
        "<a/><b/>",
        "",
        "<input ref='/data/a'><setvalue event='xforms-value-changed' ref='/data/b' value=\"concat(/data/a, '！')\"/>"
        "</input><input ref='/data/b'/>",
    )
    page = paper(form)
    assert page.answer("a", "甲") == ("a", "b")
    page.answer("b", "改")
    assert page.value("b") == "改"


def test_a_calculation_may_look_at_its_own_old_value() -> None:
    form = by_hand(
        "<a/><b/>", "<bind nodeset='/data/b' calculate='coalesce(/data/b, /data/a)'/>", "<input ref='/data/a'/>"
    )
    page = paper(form)
    page.answer("a", "甲")
    page.answer("a", "乙")
    assert page.value("b") == "甲"


def test_same_names_in_two_groups_keep_the_group_in_their_key(tmp_path: Path) -> None:
    form = form_of(
        tmp_path,
        """type | name | label
        begin_group | g1 | 组一
        text | ming | 名
        end_group | |
        begin_group | g2 | 组二
        text | ming | 名
        text | qita | 其他
        end_group | |""",
    )
    assert [q.path for q in form.walk()] == ["g1", "g1/ming", "g2", "g2/ming", "qita"]
    page = paper(form)
    page.answer("g2/ming", "二")
    assert page.answers() == {"g2/ming": "二"}


def test_answers_of_another_version_are_kept(tmp_path: Path) -> None:
    form = form_of(tmp_path, "type | name | label\ntext | a | 甲")
    old = {"a": "1", "jiu": "旧版的", "xm[1]": True, "xm[1]/b": 2}
    assert fill(form, old, now=NOW, lists={}).answers() == old


def test_garbage_never_stops_a_paper(tmp_path: Path) -> None:
    form = form_of(
        tmp_path,
        """type | name | label | calculation
        text | a | 甲 |
        calculate | b | | date(${a})
        calculate | c | | base64-decode(${a})
        calculate | d | | distance(${a})
        calculate | e | | format-date(${a}, '%Y-%m-%d')
        calculate | f | | substr(${a}, number(${a}))
        calculate | g | | regex(${a}, ${a})""",
    )
    page = paper(form)
    for text in ("不是日期", "(((", "9" * 400, "1 div 0", "-", "\U0001f600", "0000-99-99", "9999-12-31"):
        page.answer("a", text)
        assert page.value("a") == text
    page.answer("a", ["表", 1])
    assert page.problem("a") == "请填写文字"
