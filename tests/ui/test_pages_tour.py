"""Every page in its empty, ordinary, long and error state, as village and as office; pictures in build/tour/."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

WALKS = [
    ("1366x728", "1", "village"),
    ("911x472", "1.5", "village"),
    ("1366x728", "1", "office"),
    ("911x472", "1.5", "office"),
]


@pytest.mark.parametrize(("size", "scale", "who"), WALKS)
def test_every_page_in_all_states(size: str, scale: str, who: str, tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("tour_pages.py")), str(tmp_path), size, scale, "100", who],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": scale, "XDG_RUNTIME_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    assert not run.stdout.strip(), run.stdout
