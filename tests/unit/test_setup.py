"""The locked packages, the set-up script: what can be checked without a network and without a bare machine."""

from __future__ import annotations

import ast
import importlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("program", "check", "build", "rivals", "lock")
MACHINES = [
    {
        "python_version": python,
        "python_full_version": python + ".0",
        "sys_platform": system,
        "platform_machine": machine,
    }
    for python in ("3.11", "3.12", "3.13", "3.14")
    for system, machine in (("linux", "x86_64"), ("linux", "aarch64"), ("win32", "AMD64"))
]


def entries(lock: str) -> list[str]:
    """The entries of a lock file, each with its continuation lines joined."""
    text = (ROOT / "packaging" / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    return [e for e in text.replace("\\\n", " ").splitlines() if e.strip() and not e.startswith("#")]


def pins(lock: str) -> list[Requirement]:
    """The entries as requirements, without their hashes."""
    return [Requirement(entry.split("--hash", 1)[0]) for entry in entries(lock)]


def asked(lock: str) -> list[Requirement]:
    """What pyproject asks of this lock."""
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    texts = list(project["project"]["dependencies"]) if lock in ("program", "check") else []
    if lock != "program":
        texts += project["dependency-groups"][lock]
    return [Requirement(text) for text in texts]


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """packaging/setup_machine.py, which lies outside the package."""
    monkeypatch.syspath_prepend(str(ROOT / "packaging"))
    return importlib.import_module("setup_machine")


def a_project(place: Path) -> Path:
    """A folder with the lock files and an environment without a stamp."""
    shutil.copytree(ROOT / "packaging" / "requirements", place / "packaging" / "requirements")
    (place / ".venv").mkdir()
    return place


def holds(marker: Marker | None, machine: dict[str, str]) -> bool:
    return marker is None or marker.evaluate(dict(machine))


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_met_by_exactly_one_pin_on_every_machine(lock: str) -> None:
    for machine in MACHINES:
        for wanted in asked(lock):
            if not holds(wanted.marker, machine):
                continue
            name = canonicalize_name(wanted.name)
            met = [p for p in pins(lock) if canonicalize_name(p.name) == name and holds(p.marker, machine)]
            assert len(met) == 1, (wanted, machine, met)
            (version,) = (spec.version for spec in met[0].specifier)
            assert wanted.specifier.contains(version), (wanted, version)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_entry_is_pinned_and_hashed(lock: str) -> None:
    for entry in entries(lock):
        assert re.match(r"[\w.-]+==[^\s;]+", entry), entry
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry), entry
        assert "://" not in entry, "an address would tie the lock to one mirror"


def test_check_contains_program() -> None:
    """One environment serves both, so `dev.py run` after `dev.py test` rebuilds nothing."""
    assert {str(p) for p in pins("program")} <= {str(p) for p in pins("check")}


def test_qt_below_314_is_the_release_that_does_not_destroy_none() -> None:
    """6.12 on 3.11 takes a reference from None at every call (setup.md §5.1)."""
    for machine in MACHINES:
        (version,) = (
            str(p.specifier) for p in pins("program") if p.name == "pyside6-essentials" and holds(p.marker, machine)
        )
        if machine["python_version"] == "3.14":
            assert version == "==6.12.0"
        elif machine["platform_machine"] == "aarch64":
            assert version == "==6.8.0.2"
        else:
            assert version == "==6.8.3"


def test_dev_is_readable_by_python_36() -> None:
    """Grammar of 3.6, and nothing but imports and a constant before the check of the version."""
    tree = ast.parse((ROOT / "packaging" / "dev.py").read_text(encoding="utf-8"), feature_version=(3, 6))
    before = tree.body[: next(i for i, node in enumerate(tree.body) if isinstance(node, ast.If))]
    assert all(isinstance(node, ast.Import | ast.ImportFrom | ast.Assign | ast.Expr) for node in before)
    assert all(node.module != "__future__" for node in before if isinstance(node, ast.ImportFrom))


@pytest.mark.parametrize("version", [(3, 6, 15), (3, 9, 2), (3, 10, 12)])
def test_an_old_python_is_told_in_chinese(version: tuple[int, int, int]) -> None:
    code = f"import runpy, sys; sys.version_info = {version}; runpy.run_path('packaging/dev.py', run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code], cwd=ROOT, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 1
    assert f"本程序要 Python 3.11 或更新的版本，现在用的是 {version[0]}.{version[1]}" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"), [(["跑"], "没有「跑」这个命令"), (["bench", "没有的"], "没有叫「没有的」的基准")]
)
def test_a_wrong_word_is_answered_before_anything_is_set_up(arguments: list[str], sentence: str) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "packaging/dev.py", *arguments],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 2
    assert sentence in done.stderr


def test_an_environment_counts_only_with_the_stamp_of_todays_lock(machine: ModuleType, tmp_path: Path) -> None:
    root = a_project(tmp_path)
    assert not machine.environment_fits(root, "program")
    (root / ".venv" / "stamp").write_text(machine.stamp(root, "program"), encoding="ascii")
    assert machine.environment_fits(root, "program")
    assert not machine.environment_fits(root, "check"), "the tests' packages are not in it"
    (root / ".venv" / "stamp").write_text(machine.stamp(root, "check"), encoding="ascii")
    assert machine.environment_fits(root, "check")
    assert machine.environment_fits(root, "program"), "check contains program"
    lock = root / "packaging" / "requirements" / "check.txt"
    lock.write_bytes(lock.read_bytes() + b"\n")
    assert not machine.environment_fits(root, "program")


def test_an_environment_unlike_its_lock_is_found_out(machine: ModuleType, tmp_path: Path) -> None:
    """pip exits 0 and leaves the environment empty when its settings divert the installation (setup.md §5.5)."""
    lock = ROOT / "packaging" / "requirements" / "program.txt"
    found = machine.read_pins(lock)
    assert {(name, version) for name, version, _ in found} == {
        (p.name, next(iter(p.specifier)).version) for p in pins("program")
    }
    absent = machine.unlike_pins(found, tmp_path)
    assert "sqlalchemy" in absent
    assert "pyside6-essentials" not in absent, "its lines have markers; which one applies is pip's to say"


@pytest.mark.skipif(sys.platform != "linux", reason="只有 Linux 要装系统库")
def test_without_root_the_line_to_copy_is_printed(machine: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine.missing_libraries({"libnosuch.so.9": "libnosuch9"}) == ["libnosuch.so.9"]
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    tools = {"apt-get"}
    monkeypatch.setattr(shutil, "which", lambda name: name if name in tools else None)
    with pytest.raises(machine.SetupError, match=r"\nsudo apt-get update; sudo apt-get install -y .* libnosuch9$"):
        machine.add_packages(["libnosuch9"], ["libnosuch.so.9"])
    tools = {"dnf"}
    with pytest.raises(machine.SetupError, match=r"\nsudo dnf install -y 'libnosuch\.so\.9\(\)\(64bit\)'$"):
        machine.add_packages(["libnosuch9"], ["libnosuch.so.9"])
