"""Puts the compiled forms into the wheel, so that a clerk's machine opens a form without compiling it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileForms(BuildHookInterface):  # type: ignore[misc]  # hatchling 不在检查环境里
    """forms/NAME.md → `_data/forms/compiled/NAME.xml` of the wheel. A form with an error stops the build."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile and name the results to hatchling; an editable install and an sdist keep to the sources."""
        if self.target_name != "wheel" or version == "editable":
            return
        root = Path(self.root)
        sys.path.insert(0, str(root / "src"))
        from baitao_desktop.forms.compiling import compile_form

        target = root / "build" / "forms"
        target.mkdir(parents=True, exist_ok=True)
        for source in sorted((root / "forms").glob("*.md")):
            compiled = target / (source.stem + ".xml")
            compiled.write_bytes(compile_form(source))
            build_data["force_include"][str(compiled)] = "baitao_desktop/_data/forms/compiled/" + compiled.name
