"""九张检查表、依据、七十三项任务、三十种套路：the data against the plan, and the rules that read it."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from baitao_desktop import paths
from baitao_desktop.actions.campaigns import load_campaign
from baitao_desktop.actions.catalogue import load_catalogue
from baitao_desktop.domain import catalogue as law
from baitao_desktop.domain.campaign import Campaign
from baitao_desktop.domain.catalogue import Catalogue, Proof
from baitao_desktop.domain.errors import UserFacingError

SHARED = Path(__file__).resolve().parents[2] / "../shared"
COUNTS = {"YL": 25, "WX": 18, "YD": 13, "FW": 15, "GG": 14, "WL": 23, "YJ": 18, "SB": 24, "FJ": 25}
MAY = date(2022, 5, 18)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    return load_campaign()


@pytest.fixture(scope="module")
def plan() -> str:
    path = SHARED / "reference" / "plan.txt"
    if not path.is_file():
        pytest.skip("检出目录旁没有方案原文 plan.txt")
    return squeezed(path.read_text(encoding="utf-8"))


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


# ---- the data


def test_nine_checklists_and_their_items(catalogue: Catalogue) -> None:
    assert {code: one.count for code, one in catalogue.checklists.items()} == COUNTS
    assert {code: len(catalogue.items_of(code)) for code in COUNTS} == COUNTS
    assert len(catalogue.items) == 175
    assert len(catalogue.tasks) == 73
    assert len(catalogue.lures) == 30


def test_every_item_is_complete(catalogue: Catalogue, campaign: Campaign) -> None:
    groups = {code for codes in campaign.seats.values() for code in codes}
    for item in catalogue.items.values():
        assert item.code.startswith(f"{item.checklist}-")
        assert item.text.endswith(("？", "）")), item.code
        assert item.evidence
        assert item.basis, item.code
        assert item.measure or item.ok_answer == "-", item.code
        assert item.unit in campaign.units or item.unit in groups
        if item.asked_if:
            code, _, answer = item.asked_if.partition("=")
            assert catalogue.items[code].ok_answer == "-"
            assert answer in ("yes", "no")
    assert [i.code for i in catalogue.items.values() if i.ok_answer == "-"] == ["YJ-01"]
    assert [i.code for i in catalogue.items.values() if i.own_duty] == ["WX-18", "GG-13", "FJ-E5"]
    assert {one.head for one in catalogue.checklists.values()} == set(law.HEADS)
    assert catalogue.items["SB-21"].text == (
        "理疗床垫、磁疗仪等属医疗器械的是否有注册（备案），不属医疗器械的是否未宣称治疗作用？"
    )


def test_every_reference_has_its_row(catalogue: Catalogue) -> None:
    refs = {ref for item in catalogue.items.values() for ref in item.basis}
    assert law.unresolved(catalogue.basis, refs) == ()
    assert len({(b.abbr, b.effective_from) for b in catalogue.basis}) == len(catalogue.basis)
    # 检、通知不被引用；其余每一行都有检查项用到
    assert {b.abbr for b in catalogue.basis} - {law.split_ref(ref)[0] for ref in refs} == {"检", "通知"}


def test_what_the_day_leaves_without_a_basis(catalogue: Catalogue) -> None:
    def without(day: date) -> set[str]:
        return {
            item.code
            for item in catalogue.items.values()
            if law.basis_on(catalogue.basis, item.basis, day) == (law.UNVERIFIED,)
        }

    never = {"FW-11", "FW-15", "WL-A10", "YJ-18", "SB-06"}
    price = {"FW-10", "YJ-16", "SB-15", "WL-A03"}
    clinics = {"YJ-03", "YJ-04", "YJ-05", "YJ-08", "YJ-17"}  # 《医疗机构管理条例》旧条号到2022-04-30
    assert without(date(2022, 4, 30)) == never | price | {"WX-02"}
    assert without(MAY) == never | price | clinics | {"WX-02"}
    assert without(date(2022, 7, 1)) == never | clinics | {"WX-02"}
    assert without(date(2022, 12, 1)) == never | clinics


def test_every_quotation_is_the_plans(catalogue: Catalogue, plan: str) -> None:
    wrong = [task.id for task in catalogue.tasks.values() if squeezed(task.quote) not in plan]
    wrong += [one.code for one in catalogue.checklists.values() if squeezed(one.quote) not in plan]
    wrong += [lure.id for lure in catalogue.lures.values() if lure.inducement_label not in plan]
    assert wrong == []
    assert "党工委办、事处" in catalogue.tasks["5.1.2-8"].quote  # 方案自己的笔误照录


def test_every_sentence_of_the_plan_has_its_task(catalogue: Catalogue, plan: str) -> None:
    """What the tasks leave over of 三–六 is headings, names and brackets; of 五（三）1–2 nothing but their headings."""
    left = plan[plan.index("三、组织领导（一）") : plan.rindex("重庆市涪陵区白涛街道党政办公室")]
    for task in sorted(catalogue.tasks.values(), key=lambda t: -len(t.quote)):
        left = left.replace(squeezed(task.quote), "‖")
    left = re.sub(r"（责任工作组：[^）]*）(织)?", "", left)
    left = re.sub(r"（20\d\d年[^）]*）", "", left)
    members = re.search(r"主任：.*各党组织书记", left)
    assert members is not None
    left = left.replace(members[0], "")
    rest = [piece for piece in re.split(r"[‖。，；]", left) if piece]
    heading = re.compile(
        r"([一二三四五六]、[^（）]{4,12})?((\d\.|（[一二三四]）)[^，。]{0,12})?(街道专项办组成人员如下：)?(：1\.)?"
    )
    assert [piece for piece in rest if not heading.fullmatch(piece)] == []


def test_the_clauses_the_checklists_answer(catalogue: Catalogue) -> None:
    """五（三）1: eight lines, each with its task; 五（三）2: the four pretexts."""
    for number, code in enumerate(("YL", "WX", "YD", "FW", "GG", "WL", "YJ", "SB"), start=2):
        task = catalogue.tasks[f"5.3.1-{number}"]
        assert squeezed(catalogue.checklists[code].quote) in squeezed(task.quote)
        proof = law.proof_of(task)
        assert proof is not None
        assert proof.forms == (f"jiancha_{code.lower()}",)
        assert catalogue.checklists[code].lead in task.units
    assert squeezed(catalogue.checklists["FJ"].quote) in squeezed(catalogue.tasks["5.3.2-0"].quote)
    for letter in "ABCD":
        quote = catalogue.tasks[f"5.3.2-{letter}"].quote
        ways = {one.inducement_label for one in catalogue.lures.values() if one.id.startswith(letter)}
        assert all(way in quote for way in ways)


def test_tasks_are_complete(catalogue: Catalogue, campaign: Campaign) -> None:
    groups = {code for codes in campaign.seats.values() for code in codes}
    phases = {row["code"] for row in campaign.phases}
    for task in catalogue.tasks.values():
        assert task.action
        assert task.trace
        assert set(task.groups) <= groups | {"ZXB"}
        assert set(task.phases) <= phases
        assert law.units_of(task, campaign.units.values())
        known = {*campaign.units, *groups, "@units", "@branches"}
        assert set(task.units) <= known
        assert task.due is None or (campaign.covers(task.due) and task.due_basis)
        assert not (task.cadence == "monthly" and task.due)
    assert [t.id for t in catalogue.tasks.values() if t.binding] == ["5.1.2-8"]
    village = [
        t
        for t in catalogue.tasks.values()
        if t.cadence == "monthly" and "DZZ203" in law.units_of(t, campaign.units.values())
    ]
    assert 0 < len(village) <= 7  # 村里“本月要做的事”不超过七行


def test_tasks_that_a_record_proves(catalogue: Catalogue) -> None:
    proved = {t.id for t in catalogue.tasks.values() if t.proof != law.HAND}
    named = {"5.1.1-2", "5.1.2-1", "5.1.2-2", "5.3.1-0", "5.3.2-0"}
    named |= {f"5.1.3-{n}" for n in range(1, 6)} | {f"5.3.1-{n}" for n in range(2, 10)} | {f"5.3.2-{x}" for x in "ABCD"}
    assert proved == named | {"5.1.2-6", "5.1.2-8"}


def test_lures_are_every_pair(catalogue: Catalogue) -> None:
    by_pretext = {
        p: sum(1 for one in catalogue.lures.values() if one.pretext == p) for p in ("svc", "proj", "prod", "house")
    }
    assert by_pretext == {"svc": 9, "proj": 16, "prod": 3, "house": 2}
    reached = {code for one in catalogue.lures.values() for code in one.items}
    assert reached == {i.code for i in catalogue.items_of("FJ") if i.code[3] in "ABCD"}
    assert all(one.rule == "both" and len(one.forms) == 2 for one in catalogue.lures.values() if one.pretext == "house")


# ---- the rules


def test_fails_by_polarity(catalogue: Catalogue) -> None:
    good, bad, branch, own = (catalogue.items[c] for c in ("YL-01", "YL-02", "YJ-01", "FJ-E5"))
    assert [law.fails(good, a) for a in law.ANSWERS] == [False, True, False, False]
    assert [law.fails(bad, a) for a in law.ANSWERS] == [True, False, False, False]
    assert not any(law.fails(branch, a) for a in (*law.ANSWERS, ""))
    assert law.fails(own, "no")
    assert not law.makes_finding(own, "no")
    assert law.fails(catalogue.items["FJ-B6"], "yes")


def test_branching(catalogue: Catalogue) -> None:
    asked = {i.code for i in catalogue.items_of("YJ") if law.is_asked(i, {"YJ-01": "no"})}
    assert asked == {"YJ-01", "YJ-09", "YJ-13", "YJ-14", "YJ-17", "YJ-18"}
    asked = {i.code for i in catalogue.items_of("YJ") if law.is_asked(i, {"YJ-01": "yes"})}
    assert asked == {i.code for i in catalogue.items_of("YJ")} - {"YJ-18"}
    assert all(law.is_asked(i, {}) for i in catalogue.items_of("YJ"))


def test_severity_and_colour() -> None:
    assert law.worst([]) == ""
    assert law.worst(["serious", "grave", "general"]) == "grave"
    assert law.colour_of([]) == "green"
    assert law.colour_of(["general", "serious", "serious"]) == "yellow"
    assert law.colour_of(["serious"] * 3) == "orange"
    assert law.colour_of(["grave"]) == "orange"
    assert law.colour_of(["major", "general"]) == "red"


def test_basis_is_printed_as_in_force(catalogue: Catalogue) -> None:
    def said(*refs: str, day: date = MAY) -> tuple[str, ...]:
        return law.basis_on(catalogue.basis, refs, day)

    assert said("老43", "无照2", "无照6") == (
        "《老年人权益保障法》第四十三条",
        "《无证无照经营查处办法》第二条、第六条",
    )
    assert said("刑224之一") == ("《刑法》第二百二十四条之一",)
    assert said("GB4", "养46", "养?") == (
        "GB 38600-2019《养老机构服务安全基本规范》第4章",
        "《养老机构管理办法》第四十六条",
    )
    assert said("案") == ("《白涛街道打击整治养老诈骗专项行动实施方案》（涪区白街委发〔2022〕36号）",)
    assert said("商11", "集解2")[0].startswith("《最高人民法院")  # 凭记忆的条号不印
    assert said("商11") == said("?") == said() == (law.UNVERIFIED,)
    assert said("医旧24", day=date(2022, 4, 30)) == ("《医疗机构管理条例》第二十四条",)
    assert said("医旧24", day=date(2022, 5, 1)) == (law.UNVERIFIED,)
    later = replace(
        next(b for b in catalogue.basis if b.abbr == "医旧"), effective_from=date(2022, 5, 1), effective_to=None
    )
    assert law.basis_on((*catalogue.basis, later), ("医旧105",), MAY) == ("《医疗机构管理条例》第一百零五条",)


def test_a_reference_nobody_can_read() -> None:
    assert law.split_ref("食条34") == ("食条", "34", True)
    assert law.split_ref("养?") == ("养", "", False)
    for wrong in ("", "12", "老 43", "老43条"):
        with pytest.raises(ValueError, match="看不懂"):
            law.split_ref(wrong)
    assert law.unresolved((), ("老43", "?")) == ("老43",)


def test_units_of_a_task(catalogue: Catalogue, campaign: Campaign) -> None:
    units = campaign.units.values()
    report = law.units_of(catalogue.tasks["5.1.2-8"], units)
    assert {"SCJG", "DZZ203"} <= set(report)
    assert not {"SSZX", "PAB", "XCB", "ZXB", "DGW", "JDW"} & set(report)  # 五（一）2的参加单位里没有
    everyone = law.units_of(catalogue.tasks["5.3.2-0"], units)
    assert set(everyone) == {u.code for u in campaign.reporting_units()}
    assert law.units_of(catalogue.tasks["6.2-1"], units) == ("ZHZ", "DJZ", "XJZ", "ZZZ")
    assert law.units_of(catalogue.tasks["3.2-0"], units) == ("ZHZ", "DJZ", "XJZ", "ZZZ")


def test_proofs(catalogue: Catalogue) -> None:
    sweep = law.proof_of(catalogue.tasks["5.3.1-0"])
    assert sweep is not None
    assert sweep.admits("jiancha_sb", (), ("submit",))
    assert sweep.admits("zoufang", (), ("register",))
    assert not sweep.admits("zoufang", (), ())
    assert not sweep.admits("xiansuo", (), ("register",))
    online = Proof(("xuanchuan",), (("xingshi", ("xianshang", "xianxia")),), (), 1)
    assert law.proof_of(catalogue.tasks["5.1.3-3"]) == replace(online, steps=("register",))
    assert online.admits("xuanchuan", (("xingshi", "diandui"), ("xingshi", "xianxia")), ())
    assert not online.admits("xuanchuan", (("xingshi", "diandui"),), ())
    anything = Proof(("xuanchuan",), (("zaiti", ("*",)),), (), 1)
    assert anything.admits("xuanchuan", (("zaiti", "guangbo"),), ())
    assert not anything.admits("xuanchuan", (("zaiti", ""),), ())
    assert law.proof_of(catalogue.tasks["4-3"]) is None


# ---- a broken folder is told plainly


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("items.csv", "老43 无照2", "老43 无此法2", "无此法2"),
        ("items.csv", "YL-02,", "YL-01,", "编码出现两次"),
        ("items.csv", ",grave,", ",terrible,", "terrible"),
        ("checklists.csv", ",25,", ",26,", "YL"),
        ("tasks.csv", "xiansuo[feedback] >= 1", "xiansuo[feedback] > 1", "5.1.1-2"),
        ("tasks.csv", "id,clause", "id,tiaokuan", "clause"),
        ("legal_basis.csv", "2018-12-29,", "2018-13-29,", "第4行"),
        ("lures.csv", "FJ-A1 ", "FJ-A9 ", "FJ-A9"),
    ],
)
def test_a_broken_folder_is_told(tmp_path: Path, name: str, old: str, new: str, told: str) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(paths.resources() / "campaigns" / "baitao_2022", folder)
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(UserFacingError) as error:
        load_catalogue(folder)
    assert error.value.code == "A29"
    assert name in error.value.text
    assert told in error.value.text


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserFacingError, match=r"legal_basis\.csv"):
        load_catalogue(tmp_path)
