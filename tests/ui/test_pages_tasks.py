"""本月要做的事、任务清单和一览：the pages of tasks, clicked through as people do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton

from baitao_desktop.actions import records, tasks
from baitao_desktop.actions.desk import Desk
from baitao_desktop.domain.tasks import Instance
from baitao_desktop.ui.app import Program
from baitao_desktop.ui.formpage import FormPage
from baitao_desktop.ui.pages.exchange import ExchangePage
from baitao_desktop.ui.pages.home import HomePage
from baitao_desktop.ui.pages.preview import PreviewPage
from baitao_desktop.ui.pages.record import RecordPage
from baitao_desktop.ui.pages.tasks import TasksPage
from baitao_desktop.ui.pages.tasks_wall import WallPage

from . import tour
from .hands import press
from .pages_kit import Answers, click, found, said, seated, sheet

Make = Callable[..., Desk]
SIZES = [(1366, 728), (911, 485)]
PUBLICITY: dict[str, Any] = {
    "huodong_riqi": "2022-05-18", "suozai_cunshe": "DZZ203", "didian": "二组院坝", "zaiti": ["guangbo"],
    "xingshi": "xianxia", "neirong": "讲了以房养老的套路",
}  # fmt: skip


@pytest.fixture
def make(tmp_path: Path, form_cache: Path) -> Iterator[Make]:
    yield lambda unit="DZZ203": found(tmp_path / unit, form_cache, unit)


def stands(desk: Desk, task: str, unit: str = "DZZ203") -> Instance:
    return next(i for i in tasks.checklist(desk, unit) if i.task.id == task)


def home(program: Program) -> HomePage:
    program.window.go_room("home")
    page = program.window.page()
    assert isinstance(page, HomePage)
    QApplication.processEvents()
    return page


def links(page: HomePage) -> list[str]:
    return [b.accessibleName() for b in page.month.findChildren(QPushButton) if b.isVisible()]


def all_tasks(program: Program) -> TasksPage:
    page = program.window.show_page("tasks")
    assert isinstance(page, TasksPage)
    QApplication.processEvents()
    return page


# ---- 首页


def test_this_month_stands_on_the_village_home_page(make: Make) -> None:
    with seated(make()) as program:
        page = home(program)
        names = links(page)
        assert len(names) <= tasks.MOST + 1
        assert "走访登记：到店里、户里看一看，发现问题就记下来" in names
        assert names[-1].startswith("全部任务（还有")
        assert not tour.look_over(program.window, "tasks-home-1366x728")


@pytest.mark.parametrize(
    ("name", "kind"),
    [("走访登记", FormPage), ("登记宣传", FormPage), ("去报送", ExchangePage), ("全部任务", TasksPage)],
)
def test_each_line_opens_what_does_it(make: Make, name: str, kind: type) -> None:
    with seated(make()) as program:
        page = home(program)
        shown = [b for b in page.month.findChildren(QPushButton) if b.isVisible() and b.text().startswith(name)]
        shown[-1].click()
        QApplication.processEvents()
        assert isinstance(program.window.page(), kind)


def test_the_point_to_point_line_begins_a_point_to_point_paper(make: Make) -> None:
    with seated(make()) as program:
        page = home(program)
        line = next(b for b in page.month.findChildren(QPushButton) if "点对点" in b.accessibleName())
        line.click()
        form = program.window.page()
        assert isinstance(form, FormPage)
        assert form.filling.value("xingshi") == "diandui"


def test_a_line_done_by_hand_stays_with_its_tick(make: Make) -> None:
    desk = make()
    with seated(desk) as program:
        page = home(program)
        line = next(
            b for b in page.month.findChildren(QPushButton) if b.accessibleName().startswith("记为完成：举报电话")
        )
        line.click()
        small = sheet(program)
        small.act()
        assert "还没有写明留痕" in said(small)
        small.fields[0].set_value("门口信箱5月6日开箱，没有信")
        small.act()
        QApplication.processEvents()
        assert stands(desk, "5.1.1-1").state == "hand"
        assert "已完成（手工）" in said(page.month)
        assert page.month.links  # 做完的排到最后，其余照旧


def test_the_office_has_no_such_card(make: Make) -> None:
    with seated(make("ZXB")) as program:
        assert not home(program).month.isVisible()


# ---- 清单


@pytest.mark.parametrize("size", SIZES)
def test_the_list_in_all_its_states(make: Make, size: tuple[int, int]) -> None:
    desk = make()
    where = f"{size[0]}x{size[1]}"
    records.submit(desk, "xuanchuan", PUBLICITY)
    tasks.tick(desk, stands(desk, "4-1"), evidence="会议纪要" * 40)
    with seated(desk, size) as program:
        page = all_tasks(program)
        faults = tour.look_over(program.window, f"tasks-list-{where}")
        page.choose_state("")
        for task in ("5.1.3-1", "4-1", "6.1-1"):
            page.rows[task].turn()
        assert page.rows["4-1"].is_open
        faults += tour.look_over(program.window, f"tasks-list-open-{where}")
        page.phases.choose("wrap_up")
        assert {r.instance.task.phases for r in page.rows.values() if "wrap_up" not in r.instance.task.phases} == set()
        page.choose_state("done")
        assert "还没有做完的" in said(page)
        faults += tour.look_over(program.window, f"tasks-list-none-{where}")
    assert not faults


def test_filters_and_counts(make: Make) -> None:
    desk = make()
    records.submit(desk, "xuanchuan", PUBLICITY)
    with seated(desk) as program:
        page = all_tasks(program)
        assert "5.1.3-1" not in page.rows
        assert page.state_chips["done"].text() == "已做完 2"
        page.state_chips["done"].click()
        assert set(page.rows) == {"5.1.3-1", "5.1.3-3"}
        page.month.choose("2022-04")
        page.refresh()
        assert not page.rows


def test_a_task_shows_and_opens_the_record_that_proves_it(make: Make) -> None:
    desk = make()
    rec = records.submit(desk, "xuanchuan", PUBLICITY).value
    with seated(desk) as program:
        page = all_tasks(program)
        page.choose_state("")
        row = page.rows["5.1.3-1"]
        assert not row.is_open
        row.more.click()
        assert "要充分利用好广播、标语、微信、QQ等资源，" in said(row)
        click(row, "宣传活动　2022年5月18日 二组院坝")
        shown = program.window.page()
        assert isinstance(shown, RecordPage)
        assert shown.rec == rec
        records.void(desk, rec, reason="登记重复")
        program.window.back()
        page.rows["5.1.3-1"].turn() if not page.rows["5.1.3-1"].is_open else None
        assert "有1条记录已作废或删除，不再算数" in said(page.rows["5.1.3-1"])
        assert stands(desk, "5.1.3-1").state == "open"


def test_ticking_and_taking_back_on_the_list(make: Make) -> None:
    desk = make()
    with seated(desk) as program:
        page = all_tasks(program)
        page.choose_state("")
        click(page.rows["4-1"], "记为完成")
        small = sheet(program)
        small.fields[0].set_value("4月28日院坝会，见会议记录")
        small.act()
        QApplication.processEvents()
        row = page.rows["4-1"]
        assert row.instance.state == "hand"
        row.turn()
        assert "4月28日院坝会" in said(row)
        click(row, "撤回")
        small = sheet(program)
        small.fields[0].set_value("记到别的村去了")
        small.act()
        QApplication.processEvents()
        row = page.rows["4-1"]
        assert row.instance.state == "due"
        assert row.is_open  # 展开着的，刷新后还展开
        assert "撤回过（记到别的村去了）" in said(row)


def test_a_provable_task_may_be_ticked_by_hand_under_its_fold(make: Make) -> None:
    desk = make()
    with seated(desk) as program:
        page = all_tasks(program)
        row = page.rows["5.3.1-0"]
        row.turn()
        click(row, "没有记录，也已做完：记为完成")
        small = sheet(program)
        small.fields[0].set_value("纸质走访表12份，在村委会")
        small.act()
        assert stands(desk, "5.3.1-0").state == "hand"


def test_the_list_is_printed(make: Make, tmp_path: Path) -> None:
    desk = make()
    with seated(desk) as program:
        page = all_tasks(program)
        click(page, "打印任务清单")
        shown = program.window.page()
        assert isinstance(shown, PreviewPage)
        chooser = program.window.chooser
        assert isinstance(chooser, Answers)
        chooser.where = tmp_path
        shown.save()
        assert [p.name for p in tmp_path.glob("*.pdf")] == ["任务清单_麦子坪村_20220518.pdf"]


# ---- 一览


@pytest.mark.parametrize("size", SIZES)
def test_the_wall_of_all_units(make: Make, size: tuple[int, int]) -> None:
    desk = make("ZXB")
    tasks.tick(desk, stands(desk, "6.1-1"), evidence="会议记录")
    with seated(desk, size) as program:
        program.window.go_room("tasks")
        page = program.window.page()
        assert isinstance(page, WallPage)
        model = page.model
        assert (model.rowCount(), model.columnCount()) == (38, 73)
        row = next(r for r in range(model.rowCount()) if model.unit(r) == "DZZ203")
        column = next(c for c, task in enumerate(model.tasks) if task.id == "6.1-1")
        cell = model.index(row, column)
        told = str(model.data(cell, Qt.ItemDataRole.ToolTipRole))
        assert told.startswith("麦子坪村：已完成（手工）\n六（一）")
        assert model.data(cell, Qt.ItemDataRole.AccessibleTextRole) == told
        assert str(model.headerData(row, Qt.Orientation.Vertical)).startswith("麦子坪村　1/")
        last = model.index(model.rowCount() - 1, column)
        assert model.data(last) == "1"
        assert "30个单位承担，1个已做完" in str(model.data(last, Qt.ItemDataRole.ToolTipRole))
        assert not tour.look_over(program.window, f"tasks-wall-{size[0]}x{size[1]}")
        page.phases.choose("wrap_up")
        assert 0 < model.columnCount() < 73


def test_a_cell_opens_that_units_task_and_the_office_may_tick_for_it(make: Make) -> None:
    desk = make("ZXB")
    with seated(desk) as program:
        program.window.go_room("tasks")
        page = program.window.page()
        assert isinstance(page, WallPage)
        row = next(r for r in range(page.model.rowCount()) if page.model.unit(r) == "DZZ203")
        column = next(c for c, task in enumerate(page.model.tasks) if task.id == "4-1")
        page.table.setFocus()
        page.table.setCurrentIndex(page.model.index(row, column))
        press(Qt.Key.Key_Return)
        shown = program.window.page()
        assert isinstance(shown, TasksPage)
        assert shown.unit_code == "DZZ203"
        assert shown.rows["4-1"].is_open
        click(shown.rows["4-1"], "记为完成")
        small = sheet(program)
        small.fields[0].set_value("电话核实")
        small.act()
        QApplication.processEvents()
        assert "手工记为完成（专项办代录）" in said(shown.rows["4-1"])
        program.window.back()
        assert page.model.instance(page.model.index(row, column)).state == "hand"  # type: ignore[union-attr]


def test_a_groups_list_shows_what_it_leads(make: Make) -> None:
    desk = make("ZXB")
    with seated(desk) as program:
        shown = program.window.show_page("unit_tasks", unit="ZHZ")
        assert isinstance(shown, TasksPage)
        assert set(shown.rows) == {"3.2-0", "6.2-1", "6.3-3"}
        assert "本组牵头、由各单位做的" in said(shown)
        assert "0/24个单位" in said(shown)
        assert not tour.look_over(program.window, "tasks-group-1366x728")


@pytest.mark.parametrize("button", ["预览（A3）", "预览（A4）"])
def test_the_wall_is_previewed_and_saved(make: Make, tmp_path: Path, button: str) -> None:
    desk = make("ZXB")
    with seated(desk) as program:
        program.window.go_room("tasks")
        page = program.window.page()
        assert page is not None
        click(page, button)
        shown = program.window.page()
        assert isinstance(shown, PreviewPage)
        assert len(shown.pages) == 1
        chooser = program.window.chooser
        assert isinstance(chooser, Answers)
        chooser.where = tmp_path
        shown.save()
        assert [p.name for p in tmp_path.glob("*.pdf")] == ["任务完成情况一览_20220518.pdf"]


def test_a_checklist_task_begins_that_checklist(make: Make) -> None:
    desk = make("SSB")
    with seated(desk) as program:
        page = all_tasks(program)
        click(page.rows["5.3.1-2"], "开始检查")
        form = program.window.page()
        assert isinstance(form, FormPage)
        assert form.filling.form.id == "jiancha_yl"
