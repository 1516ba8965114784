"""Which pages stand in the window of an open desk, and in which rooms."""

from __future__ import annotations

from baitao_desktop.domain import tips
from baitao_desktop.ui.page import Page
from baitao_desktop.ui.pages.seat import Seat
from baitao_desktop.ui.window import MainWindow

VISIT, PUBLICITY, VENUES = "zoufang", "xuanchuan", "changsuo"


def furnish(window: MainWindow, seat: Seat) -> None:
    """Name all pages and put the rooms on the strip. Pages are imported when first shown: nothing waits for them."""

    def home() -> Page:
        from baitao_desktop.ui.pages.home import HomePage

        return HomePage(seat)

    def tip_ledger() -> Page:
        from baitao_desktop.ui.pages.ledger import LedgerPage

        nothing = "这里是线索台账，现在还没有线索。有人来反映情况，就从“登记线索”开始。"
        return LedgerPage(seat, tips.FORM, room="tips", title="线索", new="登记线索", nothing=nothing)

    def visit_ledger() -> Page:
        from baitao_desktop.ui.pages.ledger import LedgerPage

        nothing = "这里是走访台账，现在还没有走访记录。走访回来，花一分钟登记一次。"
        return LedgerPage(seat, VISIT, room="inspections", title="走访检查", new="走访登记", nothing=nothing)

    def inspections() -> Page:
        from baitao_desktop.ui.pages.inspections import InspectionsPage

        return InspectionsPage(seat)

    def venue_ledger() -> Page:
        from baitao_desktop.ui.pages.ledger import LedgerPage

        nothing = "这里是场所底册，现在还没有场所。检查过的地方会自动记进来，也可以先登记。"
        return LedgerPage(seat, VENUES, room="venues", title="场所", new="登记场所", nothing=nothing)

    def publicity_ledger() -> Page:
        from baitao_desktop.ui.pages.ledger import LedgerPage

        nothing = "这里是宣传台账，现在还没有宣传活动。贴了标语、开了院坝会，都登记一笔。"
        return LedgerPage(seat, PUBLICITY, room="publicity", title="宣传", new="登记宣传活动", nothing=nothing)

    def unit_tasks() -> Page:
        from baitao_desktop.ui.pages.tasks import TasksPage

        return TasksPage(seat)

    def all_tasks() -> Page:
        from baitao_desktop.ui.pages.tasks_wall import WallPage

        return WallPage(seat)

    def record() -> Page:
        from baitao_desktop.ui.pages.record import RecordPage

        return RecordPage(seat)

    def registered() -> Page:
        from baitao_desktop.ui.pages.registered import RegisteredPage

        return RegisteredPage(seat)

    def ask() -> Page:
        from baitao_desktop.ui.pages.ask import AskPage

        return AskPage(seat)

    def reports() -> Page:
        from baitao_desktop.ui.pages.reports import ReportsPage

        return ReportsPage(seat)

    def lists() -> Page:
        from baitao_desktop.ui.pages.lists import ListsPage

        return ListsPage(seat)

    def forms() -> Page:
        from baitao_desktop.ui.pages.table_forms import TableFormsPage

        return TableFormsPage(seat)

    def exchange() -> Page:
        from baitao_desktop.ui.pages.exchange import ExchangePage

        return ExchangePage(seat)

    def settings() -> Page:
        from baitao_desktop.ui.pages.settings import SettingsPage

        return SettingsPage(seat)

    for name, make in (
        ("home", home),
        ("tips", tip_ledger),
        ("ask", ask),
        ("reports", reports),
        ("exchange", exchange),
    ):
        window.add_page(name, make)
    window.add_page("record", record, keep=False)
    window.add_page("registered", registered, keep=False)
    window.add_page("lists", lists, keep=False)
    window.add_page("forms", forms, keep=False)
    window.add_page("settings", settings)
    window.add_page("inspections", inspections)
    window.add_page("visits", visit_ledger)
    window.add_page("unit_tasks", unit_tasks)
    window.add_page("tasks", all_tasks if seat.desk.is_office else unit_tasks)
    window.add_page("venues", venue_ledger)
    window.add_page("publicity", publicity_ledger)
    for key, name in (
        ("home", "home"),
        ("tips", "tips"),
        ("inspections", "inspections"),
        ("venues", "venues"),
        ("publicity", "publicity"),
        ("tasks", "tasks"),
        ("reports", "reports"),
        ("exchange", "exchange"),
        ("settings", "settings"),
    ):
        window.add_room(key, name)
