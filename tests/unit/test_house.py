"""The plan of the house and the promises to the user, as checks."""

from __future__ import annotations

import ast
import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "baitao_desktop"
NETWORK = {
    "socket",
    "ssl",
    "http",
    "urllib.request",
    "urllib3",
    "requests",
    "asyncio",
    "smtplib",
    "ftplib",
    "PySide6.QtNetwork",
}
HEAVY = {
    "sqlalchemy", "sqlcipher3", "reportlab", "openpyxl", "pyxform", "cryptography", "pyrage", "pypdfium2", "PIL", "zstandard",
    "PySide6.QtPrintSupport", "PySide6.QtNetwork",
}  # fmt: skip
LATER = {
    "baitao_desktop.actions.desk", "baitao_desktop.forms", "baitao_desktop.seal", "baitao_desktop.storage.store",
    "baitao_desktop.ui.dialogs", "baitao_desktop.ui.fields.reading", "baitao_desktop.ui.formpage", "concurrent.futures.thread",
    "decimal", "html.entities", "logging.handlers", "tomllib", "PIL.Image", "PySide6.QtSvg", "PySide6.QtTest",
}  # fmt: skip
"""Light enough, but each costs milliseconds that nobody who looks at the first page gets anything for."""
FIRST_PAINT = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from baitao_desktop import paths
from baitao_desktop.ui import app

def painted(program):
    QApplication.processEvents()
    program.window.grab()
    print(type(program.window.page()).__name__, *sys.modules, sep="\\n", flush=True)
    QTimer.singleShot(0, QApplication.quit)

sys.exit(app.run(paths.places(Path(sys.argv[1])), ready=painted))
"""
# 方案原文之外不得出现的字眼（USERS 末节）
WORDS = "稳控|重点人员|维权人员|上访人员|缠访|闹访|苗头人员|管控对象|盯防|拆弹"


def test_the_plan_of_the_house_is_kept() -> None:
    """In a process of its own: the linter configures logging and would silence every logger made before it."""
    code = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-1000:]


def imports_of(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda p: str(p.relative_to(SOURCE)))
def test_nothing_of_ours_can_reach_a_network(path: Path) -> None:
    reached = {name for name in imports_of(path) for bad in NETWORK if name == bad or name.startswith(f"{bad}.")}
    assert not reached


@pytest.mark.parametrize("page", ["LoginPage", "FirstRunPage"])
def test_nothing_heavy_is_loaded_before_the_first_paint(page: str, tmp_path: Path) -> None:
    """In a process of its own, up to the picture of the first page of a laptop with a store, and of one without."""
    if page == "LoginPage":
        slot = {"id": "a1", "kind": "password", "label": "张某某", "person": "", "wrap": {}}
        (tmp_path / "keyslots.json").write_text(json.dumps({"format": 1, "slots": [slot]}), encoding="utf-8")
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "BAITAO_CONFIG": str(tmp_path / "config")}
    done = subprocess.run(
        [sys.executable, "-c", FIRST_PAINT, str(tmp_path)],
        capture_output=True, text=True, check=True, timeout=120, env=environment,
    )  # fmt: skip
    shown, *loaded = done.stdout.split()
    assert shown == page
    assert not {name for name in HEAVY | LATER if name in loaded}


def without_quotes(path: Path) -> str:
    """A task list without its column `quote`: the plan's own sentences (test_catalogue holds them to the plan)."""
    with path.open(encoding="utf-8", newline="") as source:
        rows = csv.DictReader(source)
        return "\n".join(value for row in rows for column, value in row.items() if column != "quote")


def test_no_label_form_or_paper_names_people_to_watch() -> None:
    wrong: list[str] = []
    for folder in (SOURCE, ROOT / "forms", ROOT / "resources"):
        for path in folder.rglob("*"):
            if path.suffix in (".py", ".md", ".csv", ".toml", ".html", ".txt") and path.is_file():
                text = without_quotes(path) if path.name == "tasks.csv" else path.read_text(encoding="utf-8")
                wrong += [f"{path.name}: {hit}" for hit in re.findall(WORDS, text)]
    assert not wrong


def test_required_questions_stay_few() -> None:
    """Tip ≤ 6, publicity ≤ 7, visit ≤ 5 (USERS 14)."""
    from baitao_desktop.forms import compile_form, load

    for name, most in (("xiansuo", 6), ("xuanchuan", 7), ("zoufang", 5)):
        form = load(compile_form(ROOT / "forms" / f"{name}.md"))
        assert sum(1 for q in form.walk() if q.required is not None) <= most


def test_no_machine_path_stands_in_the_tree() -> None:
    folders = ("src", "forms", "resources", "packaging", "tests")
    listed = [p for f in folders for p in (ROOT / f).rglob("*") if p.suffix in (".py", ".md", ".toml", ".csv")]
    listed += [p for p in ROOT.iterdir() if p.suffix in (".md", ".toml")]
    wrong = [
        p.name
        for p in listed
        if p.is_file() and re.search(r"(^|[^A-Za-z0-9_.)])/(work|root)/[A-Za-z]", p.read_text(encoding="utf-8"))
    ]
    assert not wrong
