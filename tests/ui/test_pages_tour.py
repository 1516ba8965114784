"""Every page in its empty, ordinary, long and error state, as village and as office; pictures in build/tour/."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

Walk = tuple[str, str, str]
WALKS: list[Walk] = [
    ("1366x728", "1", "village"),
    ("911x472", "1.5", "village"),
    ("1366x728", "1", "office"),
    ("911x472", "1.5", "office"),
]


@pytest.fixture(scope="module")
def walks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[Walk, subprocess.Popen[str]]]:
    """All four at once, each in a process of its own: two cores walk twice as fast as one."""
    running = {}
    for walk in WALKS:
        size, scale, who = walk
        folder = tmp_path_factory.mktemp("tour")
        running[walk] = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("tour_pages.py")), str(folder), size, scale, "100", who],
            env={
                **os.environ,
                "QT_QPA_PLATFORM": "offscreen",
                "QT_SCALE_FACTOR": scale,
                "XDG_RUNTIME_DIR": str(folder),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
    yield running
    for process in running.values():
        process.kill()
        process.communicate()


@pytest.mark.parametrize("walk", WALKS, ids="-".join)
def test_every_page_in_all_states(walk: Walk, walks: dict[Walk, subprocess.Popen[str]]) -> None:
    out, trouble = walks[walk].communicate(timeout=600)
    assert walks[walk].returncode == 0, trouble[-2000:]
    assert not out.strip(), out
