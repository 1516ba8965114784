"""A form in more than one language, and the menu to change it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QHBoxLayout, QWidget

from baitao_desktop.forms import Form
from baitao_desktop.forms.markup import local, read_markup
from baitao_desktop.ui.fields.base import label_of
from baitao_desktop.ui.keys import StillCombo


@dataclass(frozen=True, slots=True)
class Languages:
    """The languages of a form, the one it is shown in first, and how to have the form in another."""

    names: Sequence[str]
    now: str
    form_in: Callable[[str], Form]


def languages_of(xform: bytes) -> tuple[str, ...]:
    """The languages of a form's translations, its default first; empty when it has none."""
    found = [e for e in read_markup(xform, "表单").iter() if local(e) == "translation" and e.get("lang")]
    found.sort(key=lambda e: e.get("default") is None)
    return tuple(dict.fromkeys(e.get("lang", "") for e in found))


class LanguageMenu(QWidget):
    """One line over the form; `chosen(name)` is called when the person takes another language."""

    def __init__(self, languages: Languages, chosen: Callable[[str], None]) -> None:
        super().__init__()
        self.combo = StillCombo()
        for name in languages.names:
            self.combo.addItem("默认语言" if name == "default" else name, name)
        self.combo.setCurrentIndex(max(0, list(languages.names).index(languages.now)))
        self.combo.setAccessibleName("表单语言")
        self.combo.activated.connect(lambda at: chosen(str(self.combo.itemData(at))))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(label_of("表单语言", "hint", wrap=False))
        row.addWidget(self.combo)
        row.addStretch(1)
