"""Small forms for the tests of the form engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path

from baitao_desktop.forms import Filling, Form, Json, compile_form, fill, load

ROOT = Path(__file__).resolve().parents[1]
NOW = datetime(2022, 4, 8, 9, 30, tzinfo=timezone(timedelta(hours=8)))
LISTS = {
    "units.csv": [
        {"name": "DZZ203", "label": "麦子坪村"},
        {"name": "DZZ001", "label": "小田溪社区"},
        {"name": "buxiang", "label": "不详"},
    ]
}
HEAD = (
    '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" '
    'xmlns:jr="http://openrosa.org/javarosa" xmlns:bt="urn:baitao:forms"><h:head><h:title>试表</h:title><model>'
)


def table(path: Path, survey: str, choices: str = "", settings: str = "") -> Path:
    """A table in Markdown: each line the cells of a row, the first line the headings."""
    text = ""
    for sheet, rows in (("survey", survey), ("choices", choices), ("settings", settings)):
        lines = [line.strip() for line in rows.strip().splitlines() if line.strip()]
        if lines:
            text += f"| {sheet} |\n" + "".join(f"| | {line} |\n" for line in lines)
    path.write_text(text, encoding="utf-8")
    return path


def form_of(folder: Path, survey: str, choices: str = "", settings: str = "") -> Form:
    return load(compile_form(table(folder / "shibiao.md", survey, choices, settings)))


def by_hand(inside: str, binds: str, body: str, more: str = "") -> Form:
    """A hand-written form: what is in <data>, the binds, the body, further instances."""
    return load(
        f"{HEAD}<instance><data id='t' version='1'>{inside}</data></instance>{more}{binds}</model></h:head>"
        f"<h:body>{body}</h:body></h:html>".encode()
    )


def paper(
    form: Form,
    answers: Mapping[str, Json] | None = None,
    lists: Mapping[str, Sequence[Mapping[str, str]]] | None = None,
    now: datetime = NOW,
) -> Filling:
    return fill(form, answers or {}, now=now, lists=LISTS if lists is None else lists)
