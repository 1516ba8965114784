"""Run by test_tour.py in a process of its own: the forms in their states at one scale. Prints the faults."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from PySide6.QtWidgets import QApplication

from baitao_desktop import paths
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import Json
from baitao_desktop.domain.values import CST
from baitao_desktop.forms import compiled, load
from baitao_desktop.ui import look
from baitao_desktop.ui.formpage import FormPage
from baitao_desktop.ui.page import Page
from baitao_desktop.ui.reporterblock import ReporterBlock
from baitao_desktop.ui.window import MainWindow
from baitao_desktop.ui.worker import InlineWorker
from ui import tour

NOW = datetime(2022, 4, 26, 9, 32, tzinfo=CST)
UNITS = {"units.csv": [{"name": "DZZ203", "label": "麦子坪村"}, {"name": "BX", "label": "不详"}]}
FULL: dict[str, Json] = {
    "zhengzai_zhuanqian": "shi", "zhisun_baojing": "2022-04-26T09:10+08:00", "jieshou_shijian": "2022-04-26T09:00+08:00",
    "qudao": "laifang", "suozai_cunshe": "DZZ203", "beifanying_duixiang": "夕阳康养会所",
    "zhaiyao": "让老人预存2万元成为贵宾会员，说每月返600元", "mingyi": ["fuwu", "xiangmu"], "duixiang_dianhua": "13800000001",
    "sunshi_fen": 2000000, "yituihui_fen": 0, "shehan_renshu": 3, "xiangxi": "老人说是邻居介绍去的。",
}  # fmt: skip
LONG = {**FULL, "beifanying_duixiang": "长名称" * 40, "zhaiyao": "很长的摘要，" * 90, "duixiang_dizhi": "某某路" * 30}


def main() -> None:
    size, scale, percent = sys.argv[1], sys.argv[2], int(sys.argv[3])
    app = QApplication([])
    look.dress(app, percent)
    cache = tour.FOLDER.parent / "compiled"
    forms = {p: load(compiled(paths.forms() / f"{p}.md", cache)) for p in ("xiansuo", "zoufang")}
    for office in (False, True):
        window = MainWindow(InlineWorker())
        for key in ("home", "tips", "inspections", "venues", "publicity", "cases", "aid", "tasks", "supervision", "reports",
                    "exchange", "settings"):  # fmt: skip
            window.add_page(key, lambda: Page("空页"))
            window.add_room(key, key)
        window.seat("街道专项办 · 张某某 · 正式" if office else "麦子坪村 · 张某某 · 练习", office=office)
        width, height = (int(n) for n in size.split("x"))
        window.resize(width, height)
        window.show()
        for faults in states(window, forms, f"{'office' if office else 'village'}-{size}@{scale}-{percent}"):
            print(*faults, sep="\n")
        window.close()


def states(window: MainWindow, forms: dict[str, object], where: str) -> list[list[str]]:
    found = []

    def page(form: str, answers: dict[str, Json], **more: object) -> FormPage:
        made = FormPage(
            forms[form], UNITS, answers, now=lambda: NOW, submit=lambda _: None, save_draft=lambda _: None,  # type: ignore[arg-type]
            submit_text="登记并上报街道", room="tips", **more,  # type: ignore[arg-type]
        )  # fmt: skip
        window.open_page(made)
        return made

    def snap(made: FormPage, name: str) -> None:
        found.append(tour.look_over(window, f"{name}-{where}"))
        made.scroller.verticalScrollBar().setValue(made.scroller.verticalScrollBar().maximum())
        found.append(tour.look_over(window, f"{name}-end-{where}"))

    snap(page("xiansuo", {}, extra=[ReporterBlock(lambda _: 1)]), "tip-empty")
    snap(
        page(
            "xiansuo", FULL, extra=[ReporterBlock(lambda _: 1, closed="还没有收到专项办的单位卡，请先到“报送”页收卡。")]
        ),
        "tip-full",
    )
    snap(page("xiansuo", LONG), "tip-long")
    wrong = page("xiansuo", {"sunshi_fen": 1, "yituihui_fen": 2})
    wrong.submit()
    window.trouble(UserFacingError("S11", "磁盘满了，这次没有存上。请腾出空间后再按暂存。"))
    snap(wrong, "tip-wrong")
    window.notices.clear()
    snap(page("zoufang", {}), "visit-empty")
    return found


if __name__ == "__main__":
    main()
