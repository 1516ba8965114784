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
        from baitao_desktop.forms.compiling import compiled

        target = root / "build" / "forms"
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        sources = sorted((root / "forms").glob("*.md"))
        for source in sources:
            compiled(source, target)  # 名字带内容的摘要，只有 compiling.py 知道怎么起；它把结果留在 target 里
        made = sorted(target.glob("*.xml"))
        if len(made) != len(sources):
            raise RuntimeError(f"{len(sources)} 张表只编出 {len(made)} 份，请看 {target} 是否可写")
        for one in made:
            build_data["force_include"][str(one)] = "baitao_desktop/_data/forms/compiled/" + one.name
