from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from pytestqt.qtbot import QtBot

from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.ui.worker import InlineWorker, Tell, Worker


@dataclass(frozen=True)
class Brought:
    changed: frozenset[str]
    undo: object = None


@pytest.fixture
def worker(qtbot: QtBot) -> Iterator[Worker]:
    made = Worker()
    yield made
    made.close()


def never(_: object) -> None:
    raise AssertionError("不该被调用")


def test_results_come_back_on_the_main_thread(qtbot: QtBot, worker: Worker) -> None:
    seen: list[object] = []
    worker.start(
        lambda _tell: threading.current_thread().name,
        done=lambda name: seen.extend([name, threading.current_thread() is threading.main_thread()]),
        failed=never,
    )
    qtbot.waitUntil(lambda: len(seen) == 2)
    assert str(seen[0]).startswith("writing")
    assert seen[1] is True


def test_work_of_the_writing_lane_keeps_its_order_and_reading_goes_beside(qtbot: QtBot, worker: Worker) -> None:
    gate = threading.Event()
    order: list[str] = []
    worker.start(lambda _t: gate.wait(), done=lambda _: order.append("first"), failed=never)
    worker.start(lambda _t: None, done=lambda _: order.append("second"), failed=never)
    worker.start(lambda _t: None, done=lambda _: order.append("read"), failed=never, reading=True)
    qtbot.waitUntil(lambda: order == ["read"])
    gate.set()
    qtbot.waitUntil(lambda: order == ["read", "first", "second"])


def test_cancel_stops_at_the_next_tell(qtbot: QtBot, worker: Worker) -> None:
    began, go, ended = threading.Event(), threading.Event(), []

    def long(tell: Tell) -> None:
        tell("收入", 1, 2)
        began.set()
        go.wait()
        tell("收入", 2, 2)
        raise AssertionError("没有停下来")

    job = worker.start(long, done=never, failed=never, stopped=lambda: ended.append(True))
    qtbot.waitUntil(began.is_set)
    job.cancel()
    go.set()
    qtbot.waitUntil(lambda: ended == [True])
    assert not worker.busy()


def test_two_families_of_errors(qtbot: QtBot, worker: Worker, caplog: pytest.LogCaptureFixture) -> None:
    said: list[UserFacingError] = []

    def refused(_tell: Tell) -> None:
        raise UserFacingError("S03", "数据正在另一个窗口里打开。")

    def broken(_tell: Tell) -> None:
        raise ValueError("boom")

    worker.start(refused, done=never, failed=said.append)
    worker.start(broken, done=never, failed=said.append)
    qtbot.waitUntil(lambda: len(said) == 2)
    assert said[0].code == "S03"
    assert "填写的内容还在" in said[1].text
    assert "boom" not in said[1].text
    number = said[1].text.split("错误编号 ")[1][:6]
    assert any(number in r.getMessage() and r.exc_info for r in caplog.records)


@pytest.mark.parametrize("inline", [True, False])
def test_what_changed_is_broadcast_after_done(qtbot: QtBot, worker: Worker, inline: bool) -> None:
    used = InlineWorker() if inline else worker
    order: list[object] = []
    used.changed.connect(order.append)
    used.acted.connect(lambda _: order.append("undo"))
    used.start(lambda _t: Brought(frozenset({"r1"}), undo=1), done=lambda _: order.append("done"), failed=never)
    qtbot.waitUntil(lambda: len(order) == 3)
    assert order == ["done", frozenset({"r1"}), "undo"]


def test_progress_is_told(qtbot: QtBot, worker: Worker) -> None:
    heard: list[tuple[str, int, int]] = []

    def do(tell: Tell) -> None:
        for i in range(1, 1001):
            tell("检查记录", i, 1000)

    worker.start(do, done=lambda _: None, failed=never, progress=lambda *told: heard.append(told))
    qtbot.waitUntil(lambda: not worker.busy())
    assert heard[0] == ("检查记录", 1, 1000)
    assert len(heard) < 100
