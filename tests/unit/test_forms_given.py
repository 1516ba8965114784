"""The forms that come with the program: 线索登记 and 走访登记."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from baitao_desktop.forms import (
    Describer,
    Form,
    Json,
    check,
    compile_form,
    copy_for,
    label_of,
    ledger_columns,
    load,
    seals,
    text_of,
    title_of,
)
from baitao_desktop.forms.authoring import author_errors
from forms_kit import LISTS, NOW, ROOT, paper

FORBIDDEN = ["稳控", "重点人员", "维权人员", "上访人员", "缠访", "闹访", "苗头人员", "管控对象", "盯防", "拆弹"]
SOURCES = sorted((ROOT / "forms").glob("*.md"))


@pytest.fixture(scope="module")
def tip() -> Form:
    return load(compile_form(ROOT / "forms" / "xiansuo.md"))


@pytest.fixture(scope="module")
def visit() -> Form:
    return load(compile_form(ROOT / "forms" / "zoufang.md"))


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_every_form_that_ships_is_sound(source: Path) -> None:
    assert author_errors(source) == ()
    text = source.read_text(encoding="utf-8")
    assert not [word for word in FORBIDDEN if word in text]


def test_the_tip_form_asks_six_things(tip: Form) -> None:
    assert (tip.id, tip.version, tip.title, tip.kind) == ("xiansuo", "2022040801", "线索登记", "tip")
    page = paper(tip)
    required = [path for path in page.paths() if page.required(path)]
    assert required == ["zhengzai_zhuanqian", "jieshou_shijian", "qudao", "suozai_cunshe", "beifanying_duixiang",
                        "zhaiyao"]  # fmt: skip
    told = check(tip, page.answers(), whole=True, now=NOW, lists=LISTS)
    assert [problem.text for problem in told][:2] == ["请先问清钱是不是正在转", "请填写接收时间"]
    assert told[0].label == "钱正在转或刚转走吗？"


def test_the_panel_opens_only_while_money_moves(tip: Form) -> None:
    page = paper(tip)
    assert not page.relevant("zhisun")
    changed = page.answer("zhengzai_zhuanqian", "shi")
    assert {"zhisun", "zhisun_baojing", "zhisun_zhifu", "zhisun_liucun"} <= set(changed)
    assert page.relevant("zhisun_baojing")
    assert page.hint("zhisun").startswith("①请拨打110或96110")  # pyxform has no hint of a group; compiling saves it
    page.answer("zhisun_baojing", "2022-04-08T09:30:00+08:00")
    page.answer("zhengzai_zhuanqian", "fou")
    assert "zhisun_baojing" in page.answers()
    assert "zhisun_baojing" not in page.answers(final=True)


def test_money_may_not_come_back_that_was_not_lost(tip: Form) -> None:
    page = paper(tip)
    page.answer("yituihui_fen", 200)
    assert page.problem("yituihui_fen") is None
    assert "yituihui_fen" in page.answer("sunshi_fen", 100)
    assert page.problem("yituihui_fen") == "退回金额不能大于损失"
    page.answer("sunshi_fen", 398000)
    assert page.problem("yituihui_fen") is None


def test_the_clock_of_an_open_paper_moves_on(tip: Form) -> None:
    page = paper(tip)
    page.answer("jieshou_shijian", "2022-04-08T09:40:00+08:00")
    assert page.problem("jieshou_shijian") == "接收时间不得晚于现在"
    page.set_now(NOW.replace(hour=10))
    assert page.problem("jieshou_shijian") is None


def test_defaults_and_choices_of_the_tip(tip: Form) -> None:
    page = paper(tip)
    assert page.answers() == {"laiyuan": "zishou", "jinji": "yiban"}
    assert ("fuwu", "提供“养老服务”") in page.choices("mingyi")
    assert page.choices("suozai_cunshe")[0] == ("DZZ203", "麦子坪村")


ANSWERS = {
    "zhengzai_zhuanqian": "fou",
    "jieshou_shijian": "2022-04-08T09:00:00+08:00",
    "qudao": "mopai",
    "suozai_cunshe": "DZZ203",
    "beifanying_duixiang": "某“养老”会所",
    "zhaiyao": "预存2万元成为贵宾会员",
    "mingyi": ["fuwu", "chanpin"],
    "sunshi_fen": 2000000,
    "xiangxi": "只在本单位",
}


def test_what_lists_and_papers_say_of_a_tip(tip: Form) -> None:
    assert check(tip, ANSWERS, whole=True, now=NOW, lists=LISTS) == ()
    assert title_of(tip, ANSWERS, LISTS) == "麦子坪村 某“养老”会所"
    assert text_of(tip, ANSWERS, LISTS).split("\n") == [
        "麦子坪村",
        "某“养老”会所",
        "预存2万元成为贵宾会员",
        "只在本单位",
    ]
    assert label_of(tip, "mingyi", ANSWERS["mingyi"], LISTS) == "提供“养老服务”、销售“养老产品”"
    assert label_of(tip, "sunshi_fen", 2000000, LISTS) == "20000.00"
    assert label_of(tip, "jieshou_shijian", ANSWERS["jieshou_shijian"], LISTS) == "2022年4月8日 09:00"
    assert label_of(tip, "qudao", "mei_you_le", LISTS) == "mei_you_le"
    columns = ledger_columns(tip)
    assert [column.path for column in columns][:4] == ["jieshou_shijian", "qudao", "suozai_cunshe", "zhaiyao"]
    assert (columns[0].heading, columns[0].width) == ("接收时间", 16)
    assert "xiangxi" not in copy_for(tip, ANSWERS)
    assert copy_for(tip, ANSWERS)["zhaiyao"] == ANSWERS["zhaiyao"]
    assert seals(tip) == {}
    describer = Describer(tip, LISTS)
    assert describer.title({}) == "线索登记"
    assert describer.title(ANSWERS) == title_of(tip, ANSWERS, LISTS)


def test_the_visit_form(visit: Form) -> None:
    assert visit.kind == "plain"
    page = paper(visit)
    assert page.value("zoufang_riqi") == "2022-04-08"
    page.answer("jianwen", ["wu"])
    assert not page.relevant("qingkuang")
    changed = page.answer("jianwen", ["lipin", "tuixiao"])
    assert {"qingkuang", "chuli", "zhuan_xiansuo"} <= set(changed)
    assert page.value("jianwen") == ["tuixiao", "lipin"]
    photo: Json = {"blob": "ab" * 32, "name": "门口.jpg"}
    for shots in (photo, [photo, photo], "ab" * 32):
        page.answer("zhaopian", shots)
        assert (page.value("zhaopian"), page.problem("zhaopian")) == (shots, None)
    assert label_of(visit, "zhaopian", [photo, photo], LISTS) == "照片2张"
    page.answer("zhaopian", {"name": "没存"})
    assert page.problem("zhaopian") == "附件没有存好，请重新添加"
    page.answer("suozai_cunshe", "DZZ203")
    page.answer("changsuo_mingcheng", "某保健品店")
    assert title_of(visit, page.answers(), LISTS) == "2022年4月8日 某保健品店"


def test_opening_a_form_loads_the_standard_library_only() -> None:
    code = (
        "import sys, json; import baitao_desktop.forms\n"
        "from baitao_desktop.forms import authoring, display\n"
        "print(json.dumps(sorted(m for m in sys.modules if '.' not in m)))"
    )
    loaded = json.loads(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout)
    assert not {"pyxform", "openpyxl", "lxml", "elementpath", "socket", "ssl", "sqlalchemy", "PySide6"} & set(loaded)
