"""Inspections from the door to 销号, joint ones, a visit that becomes a tip, a village's month."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import pytest
from pytest_bdd import given, parsers, scenarios, then, when

from baitao_desktop.actions import bundles, findings, home, inspections, papers, records, reporting, tasks, venues
from baitao_desktop.actions import tips as tip_acts
from baitao_desktop.actions.desk import Desk
from baitao_desktop.domain import findings as finding_law
from baitao_desktop.domain import inspections as law
from baitao_desktop.domain.catalogue import COLOURS
from baitao_desktop.domain.ops import Json, RecordId
from baitao_desktop.domain.query import Line, Query
from baitao_desktop.domain.values import CST
from canary_kit import text_of
from conftest import MakeDesk, checklist_answers, fixed_clock, joined, tip_answers

scenarios("检查.feature")
SB = "jiancha_sb"


@dataclass
class Office:
    """The laptops of a story, by unit, and the record it is about."""

    make: Callable[..., Desk]
    root: Path
    desks: dict[str, Desk] = field(default_factory=dict)
    rec: RecordId = field(default=RecordId(""))
    number: int = 0

    def lines(self, unit: str, form: str) -> list[Line]:
        with self.desks[unit].store.reading() as reader:
            return reader.lines(reader.ids(Query(form=form, sort="no", descending=False)))

    def finding(self, unit: str) -> RecordId:
        return self.lines(unit, finding_law.FORM)[0].id

    def answers(self, unit: str) -> dict[str, Json]:
        with self.desks[unit].store.reading() as reader:
            return dict(reader.get(self.rec).answers)

    def carry(self, sender: str, receiver: str) -> None:
        self.number += 1
        stick = self.root / f"U盘{self.number}"
        stick.mkdir()
        source = self.desks[sender]
        to = self.desks[receiver].unit.code if source.is_office else ""
        bundles.take_in(self.desks[receiver], bundles.hand_over(source, stick, to=to).value.path)


@pytest.fixture
def street(make_desk: MakeDesk, tmp_path: Path) -> Office:
    return Office(make_desk, tmp_path)


@given(parsers.parse('"{unit}"的电脑，今天是"{day}"'))
def one_laptop(street: Office, unit: str, day: str) -> None:
    street.desks[unit] = street.make(unit, clock=fixed_clock(f"{day}T09:30"))


@given(parsers.parse('"{first}"、"{second}"和"{office}"三台电脑换过单位卡'))
def three_laptops(street: Office, first: str, second: str, office: str) -> None:
    desk = street.make(office)
    for unit in (first, second):
        street.desks[unit], desk = joined(street.make(unit), desk, street.root / unit)
    street.desks[office] = desk


@given(parsers.parse('"{unit}"和"{office}"两台电脑换过单位卡'))
def two_laptops(street: Office, unit: str, office: str) -> None:
    street.desks[unit], street.desks[office] = joined(street.make(unit), street.make(office), street.root / unit)


# ---- 养老院


@when(parsers.parse('"{unit}"检查"{place}"，第{n}项有问题"{fact}"，限"{due}"整改，其余已查未发现问题'))
def check_home(street: Office, *, unit: str, place: str, n: str, fact: str, due: str) -> None:
    desk = street.desks[unit]
    more = {"changsuo_mingcheng": place, f"xm[YL-{int(n):02d}]/zhenggai_qixian": due}
    answers = checklist_answers(desk, "jiancha_yl", problems={n: fact}, **more)
    street.rec = inspections.file(desk, "jiancha_yl", answers).value


@then(parsers.parse('"{unit}"的问题台账有{n:d}条，状态是"{status}"'))
def ledger_of_findings(street: Office, unit: str, n: int, status: str) -> None:
    found = street.lines(unit, finding_law.FORM)
    assert [finding_law.STATUS[line.head.status] for line in found] == [status] * n


@then(parsers.parse('场所"{place}"是"{colour}"色'))
@then(parsers.parse('没有销号以前，场所"{place}"还是"{colour}"色'))
def colour_of_place(street: Office, place: str, colour: str) -> None:
    (unit,) = street.desks
    (venue,) = [v for v in venues.known_venues(street.desks[unit]) if v.name == place]
    assert COLOURS[venues.colours(street.desks[unit]).get(venue.id, "green")] == colour


@then(parsers.parse('打印的检查记录表上有"{law_}"和"{fact}"'))
def printed(street: Office, law_: str, fact: str) -> None:
    (desk,) = street.desks.values()
    path = papers.save_record(desk, street.rec, street.root).value
    said = "".join(text_of(path).split())
    assert law_ in said
    assert fact in said


@when(parsers.parse('到了"{day}"'))
def later(street: Office, day: str) -> None:
    for unit, desk in street.desks.items():
        moment = datetime.fromisoformat(f"{day}T09:30").replace(tzinfo=CST)
        street.desks[unit] = replace(desk, now=lambda moment=moment: moment)  # type: ignore[misc]


@then(parsers.parse('"{unit}"的首页说整改"{words}"'))
@then(parsers.parse('"{unit}"的首页说"{words}"'))
def home_says(street: Office, unit: str, words: str) -> None:
    assert any(words in todo.text for todo in home.todos(street.desks[unit]))


@when(parsers.parse('"{unit}"记下整改"{text}"'))
def rectified(street: Office, unit: str, text: str) -> None:
    findings.rectify(street.desks[unit], street.finding(unit), text=text)


@when(parsers.re(r'"(?P<unit>[^"]+)"复查"(?P<result>[^"]+)"，新期限"(?P<due>[^"]*)"'))
def rechecked(street: Office, unit: str, result: str, due: str) -> None:
    desk = street.desks[unit]
    day = desk.today.isoformat()
    findings.recheck(desk, street.finding(unit), result=result, rechecked_at=day, rechecked_by="张某某", due=due)


@when(parsers.parse('"{unit}"销号，批准人"{name}"'))
def cleared(street: Office, unit: str, name: str) -> None:
    findings.clear(street.desks[unit], street.finding(unit), approver=name)


# ---- 联合检查


@when(parsers.parse('"{lead}"发起对"{place}"的联合检查，参加的有"{other}"，第{n}项分给它'))
def start_joint(street: Office, lead: str, place: str, other: str, n: str) -> None:
    desk = street.desks[lead]
    answers = checklist_answers(desk, SB, rest=False, changsuo_mingcheng=place)
    street.rec = inspections.start_joint(desk, SB, answers, [other]).value
    inspections.divide(desk, street.rec, unit=other, numbers=[n])


@when(parsers.parse('数据包从"{first}"经"{office}"到"{last}"'))
def pass_on(street: Office, first: str, office: str, last: str) -> None:
    street.carry(first, office)
    street.carry(office, last)


@when(parsers.parse('"{unit}"填自己的部分，第{n}项有问题"{fact}"'))
def fill_part(street: Office, unit: str, n: str, fact: str) -> None:
    desk = street.desks[unit]
    answers = street.answers(unit)
    state = law.fold(records.look(desk, street.rec).record.steps)
    mine = [r for r in law.rows_of(answers) if law.may_answer(state, r, desk.unit.code)]
    answers |= law.problem_answers(mine, [f"SB-{int(n):02d}"]) | {f"xm[SB-{int(n):02d}]/wenti": fact}
    answers |= {
        k: v for k, v in law.rest_in_order(law.rows_of(answers)).items() if any(f"[{r.code}]" in k for r in mine)
    }
    inspections.submit_rows(desk, street.rec, answers)


@then(parsers.parse('"{unit}"看到检查"{status}"'))
def status_seen(street: Office, unit: str, status: str) -> None:
    assert records.look(street.desks[unit], street.rec).status_label == status


@when(parsers.parse('"{unit}"办结检查'))
def close(street: Office, unit: str) -> None:
    inspections.close(street.desks[unit], street.rec)


@then(parsers.parse('"{a}"、"{b}"、"{c}"的问题台账都是"{first}"和"{second}"'))
def same_findings(street: Office, *, a: str, b: str, c: str, first: str, second: str) -> None:
    street.carry(b, c)
    for unit in (a, b, c):
        assert [line.answers["xiang"] for line in street.lines(unit, finding_law.FORM)] == [first, second]
    assert len({tuple(line.id for line in street.lines(unit, finding_law.FORM)) for unit in (a, b, c)}) == 1


@then(parsers.parse('三家看到的检查都是"{status}"，没有两边不一样的'))
def all_closed(street: Office, status: str) -> None:
    for unit in street.desks:
        view = records.look(street.desks[unit], street.rec)
        assert (view.status_label, view.differences) == (status, ())


@when(parsers.parse('"{office}"替"{unit}"代录，第{n}项没有问题'))
def by_proxy(street: Office, office: str, unit: str, n: str) -> None:
    desk = street.desks[office]
    code = desk.campaign.find_unit(unit)
    assert code is not None
    answers = street.answers(office)
    answers |= {k: v for k, v in law.rest_in_order(law.rows_of(answers)).items() if f"SB-{int(n):02d}" in k}
    inspections.submit_rows(desk, street.rec, answers, unit=code.code)
    handed = law.fold(records.look(desk, street.rec).record.steps).handed_in
    assert handed is not None
    assert handed[code.code].proxy


@then(parsers.parse('"{office}"看到两边填得不一样，选了"有问题"的那个，问题还在'))
def settled(street: Office, office: str) -> None:
    desk = street.desks[office]
    view = records.look(desk, street.rec)
    (difference,) = [d for d in view.differences if d.fld == "xm[SB-21]/jieguo"]
    assert {choice.value for choice in difference.choices} == {"yes", "no"}
    records.settle(desk, street.rec, difference.fld, "no")
    view = records.look(desk, street.rec)
    assert not [d for d in view.differences if d.fld == difference.fld]
    (finding,) = street.lines(office, finding_law.FORM)
    assert (finding.answers["xiang"], finding.head.status) == ("SB-21", "open")


# ---- 走访转线索


@pytest.fixture
def window(street: Office, request: pytest.FixtureRequest) -> Iterator[object]:
    request.getfixturevalue("qapp")
    from ui.pages_kit import seated

    with ExitStack() as stack:
        (desk,) = street.desks.values()
        yield stack.enter_context(seated(desk))
        street.make = lambda *_a, **_k: None  # type: ignore[assignment]


@when(parsers.parse('在窗口里登记走访"{place}"，看到"{seen}"，说明"{text}"，转为线索'))
def visit(window: object, place: str, seen: str, text: str) -> None:
    from baitao_desktop.ui.app import Program
    from baitao_desktop.ui.formpage import FormPage
    from ui.pages_kit import click

    assert isinstance(window, Program)
    window.window.go_room("inspections")
    click(window.window, "走访登记")
    page = window.window.page()
    assert isinstance(page, FormPage)
    page.put({"changsuo_mingcheng": place, "jianwen": [seen], "qingkuang": text, "zhuan_xiansuo": "shi"})
    page.submit()


@then(parsers.parse('线索表已带好"{place}"和"{text}"'))
def prefilled(window: object, place: str, text: str) -> None:
    from baitao_desktop.ui.app import Program
    from baitao_desktop.ui.formpage import FormPage

    assert isinstance(window, Program)
    page = window.window.page()
    assert isinstance(page, FormPage)
    assert page.form.id == "xiansuo"
    assert (page.answers()["beifanying_duixiang"], page.answers()["zhaiyao"]) == (place, text)


@when("补上其余的，提交线索")
def hand_in_tip(window: object) -> None:
    from baitao_desktop.ui.app import Program
    from baitao_desktop.ui.formpage import FormPage

    assert isinstance(window, Program)
    page = window.window.page()
    assert isinstance(page, FormPage)
    page.put({"zhengzai_zhuanqian": "fou"})
    page.submit()
    assert page.status.text() == "已提交", page.status.text()


@then(parsers.parse('"{unit}"有{visits:d}条走访和{tips:d}条线索'))
def both_there(street: Office, unit: str, visits: int, tips: int) -> None:
    assert (len(street.lines(unit, "zoufang")), len(street.lines(unit, "xiansuo"))) == (visits, tips)


# ---- 一个村的一个月


@when(parsers.parse('"{unit}"这个月走访{visits:d}次、宣传{shows:d}次、排查{checks:d}次，登记线索{tips:d}条'))
def a_month(street: Office, *, unit: str, visits: int, shows: int, checks: int, tips: int) -> None:
    desk = street.desks[unit]
    for n in range(visits):
        seen = {"zoufang_riqi": f"2022-05-{2 + n:02d}", "changsuo_mingcheng": f"{n + 1}组小卖部", "jianwen": ["wu"]}
        records.submit(desk, "zoufang", {"suozai_cunshe": desk.unit.code, **seen})
    for form in ("xianxia", "xianshang", "diandui")[:shows]:
        said: dict[str, Json] = {
            "huodong_riqi": "2022-05-10", "suozai_cunshe": desk.unit.code, "didian": "二组院坝", "zaiti": ["weixin"],
            "liliang": ["wanggeyuan"], "xingshi": form, "liujin": ["jiating"], "neirong": "讲了保健品套路",
        }  # fmt: skip
        records.submit(desk, "xuanchuan", said)
    for _ in range(checks):
        inspections.file(desk, "jiancha_fj", checklist_answers(desk, "jiancha_fj"))
    for _ in range(tips):
        tip_acts.register(desk, tip_answers())  # type: ignore[arg-type]


@then(parsers.parse('"{unit}"的报送页说"{words}"'))
def report_line(street: Office, unit: str, words: str) -> None:
    assert reporting.month_line(street.desks[unit]) == words


@then(parsers.parse('"{unit}"本月要做的事不超过7行，宣传的都已打勾'))
def this_month(street: Office, unit: str) -> None:
    todo = tasks.month_todo(street.desks[unit])
    assert 0 < len(todo.lines) <= 7
    done = {t.instance.task.id for t in todo.lines if t.instance.done}
    assert {t.instance.task.id for t in todo.lines if t.instance.task.id.startswith("5.1.3")} <= done


@when(parsers.parse('"{unit}"把数据包交到"{office}"'))
def to_office(street: Office, unit: str, office: str) -> None:
    street.carry(unit, office)


@then(parsers.parse('"{office}"的任务墙上，"{unit}"的{ids}都打了勾'))
def on_the_wall(street: Office, office: str, unit: str, ids: str) -> None:
    desk = street.desks[office]
    code = desk.campaign.find_unit(unit)
    assert code is not None
    cells = tasks.wall(desk).cells
    stands = {cell.task.id: cell.state for cell in cells.values() if cell.unit == code.code}
    assert {stands[task] for task in ids.split("、")} == {"record"}


@then(parsers.parse('"{office}"的检查汇总里，"{unit}"有{n:d}次检查'))
def summed_up(street: Office, office: str, unit: str, n: int) -> None:
    found = [line for line in street.lines(office, "jiancha_fj") if line.head.unit == street.desks[unit].unit.code]
    assert len(found) == n
