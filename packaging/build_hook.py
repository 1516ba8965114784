"""Puts the compiled forms into the wheel, so that a clerk's machine opens a form without compiling it."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileForms(BuildHookInterface):  # type: ignore[misc]  # hatchling 不在检查环境里
    """forms/NAME.md → `_data/forms/compiled/` of the wheel, under the name by which `compiled` looks for it.

    A form with an error stops the build.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile and name the results to hatchling; an editable install and an sdist keep to the sources."""
        if self.target_name != "wheel" or version == "editable":
            return
        root = Path(self.root)
        sys.path.insert(0, str(root / "src"))
        from baitao_desktop.forms.compiling import compile_form, shipped_name

        target = root / "build" / "forms"
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        for source in sorted((root / "forms").glob("*.md")):
            one = target / shipped_name(source)  # 名字带内容的摘要，只有 compiling.py 知道怎么起
            one.write_bytes(compile_form(source))
            build_data["force_include"][str(one)] = "baitao_desktop/_data/forms/compiled/" + one.name
