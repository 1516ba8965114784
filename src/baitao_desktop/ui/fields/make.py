"""Which field draws which question."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from baitao_desktop.forms import Filling, Question
from baitao_desktop.forms.definition import CHOOSING
from baitao_desktop.ui.fields import ranges, reading, text, typed
from baitao_desktop.ui.fields.base import Asks, Choice, Field, Note, Unknown
from baitao_desktop.ui.fields.checklist_words import CheckDoor
from baitao_desktop.ui.fields.choices import AckField, ManyField, PickField, RowField
from baitao_desktop.ui.fields.clocks import MonthField, TimeField, YearField
from baitao_desktop.ui.fields.days import Clock, DayField, MomentField, TickField
from baitao_desktop.ui.fields.drawing import DrawField
from baitao_desktop.ui.fields.files import FileDoor, FileField
from baitao_desktop.ui.fields.grid import FULL, TableHead
from baitao_desktop.ui.fields.groups import Card, Fold, Group, Panel
from baitao_desktop.ui.fields.longlist import ManyListField, RankField
from baitao_desktop.ui.fields.photos import PhotoDoor, PhotoField
from baitao_desktop.ui.fields.shown import ShownField

_LIMIT = re.compile(r"string-length\(\s*\.\s*\)\s*(<=?)\s*(\d+)")
_COLUMNS = re.compile(r"(?:columns|compact|quickcompact)-(\d+)")
FEW = 5
"""A choice without an appearance shows all its entries up to this many, a list beyond."""
TICKS = 24
"""Of several choices so many are shown as boxes, a list beyond."""
FOLDED = 8
"""So many are shown as boxes even where the form would rather fold them up: a list of the same height says less."""
LISTED = frozenset({"minimal", "autocomplete", "autocomplete_chars", "search", "pinyin"})
DRAWN = ("signature", "annotate", "draw")
MEDIA = "本表带的图片或声音，本程序不显示"
CALENDARS = frozenset({"ethiopian", "coptic", "islamic", "bikram-sambat", "myanmar", "persian", "buddhist"})
OTHER = {"Other": "其他", "Specify other.": "请说明其他"}
"""Words pyxform puts into a form for `or_other`, whatever its language."""


def _open(_path: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Needs:
    """What fields ask of their page: the time, how photos and files are kept, a clause in words, what checklists ask."""

    now: Clock
    photos: PhotoDoor | None
    basis: Callable[[str], str]
    files: FileDoor | None = None
    checks: CheckDoor = field(default_factory=CheckDoor)
    closed: Callable[[str], bool] = _open


def clause_words(clause: str) -> str:
    """A clause id as people write it: 5.1.2-1 → 依据：方案五（一）2; anything else as it stands."""
    figures = "〇一二三四五六七八九十"
    found = re.fullmatch(r"(\d+)\.(\d+)(?:\.(\d+))?(?:-.+)?", clause)
    if not found or int(found[1]) > 10 or int(found[2]) > 10:
        return f"依据：{clause}" if clause else ""
    return f"依据：方案{figures[int(found[1])]}（{figures[int(found[2])]}）{found[3] or ''}"


def choices_of(filling: Filling, path: str) -> list[Choice]:
    """The choices there are now; one without words shows its name."""
    return [
        Choice(name, OTHER.get(label, label) if name == "other" else label or name)
        for name, label in filling.choices(path)
    ]


def label_of(filling: Filling, path: str, question: Question) -> str:
    """The words of a question; its name where its author gave none, so that every control can be called something."""
    label = filling.label(path) or question.label
    if question.name.endswith("_other"):
        label = OTHER.get(label, label)
    if not label and question.looks("label"):
        return ""  # 表头自己不用名称
    return label or question.name


def hint_of(filling: Filling, path: str, question: Question) -> str:
    """The hint of a question, and under it what this program does otherwise than a telephone."""
    return "\n".join(line for line in (filling.hint(path), *_asides(question)) if line)


def _asides(question: Question) -> Sequence[str]:
    kind, words = question.type, frozenset(question.appearance.split())
    lines = [MEDIA] if question.media else []
    if kind in ("barcode", "geopoint", "geotrace", "geoshape") or "bearing" in words:
        lines.append(typed.NO_DEVICE)
    if kind in CHOOSING and words & {"image-map", "map"}:
        lines.append("图上点选本程序没有，请按文字选")
    if kind == "image" and words & {"new", "new-front", "selfie"}:
        lines.append("本程序不拍照，请选已有的照片")
    if words & CALENDARS:
        lines.append("按公历填写")
    if "url" in words and kind == "text":
        lines.append("只记下网址，本程序不上网")
    if "printer:" in question.appearance or question.appearance.startswith("ex:"):
        lines.append("表里指定的手机程序本机没有，请直接填写")
    return lines


def asks_of(filling: Filling, path: str, question: Question, needs: Needs) -> Asks:
    limit = 0
    if question.constraint is not None and (found := _LIMIT.search(question.constraint.source)):
        limit = int(found[2]) - (found[1] == "<")
    basis = needs.basis(question.bt["basis"]) if question.bt.get("basis") else ""
    return Asks(label_of(filling, path, question), hint_of(filling, path, question), basis, limit)


def drawn(question: Question) -> bool:
    """Whether a page shows the question at all: sealed ones it does not, nor what is computed without a label."""
    if question.bt.get("seal") or question.type == "hidden":
        return False
    return question.type != "calculate" or bool(question.label)


def make_group(question: Question, label: str, hint: str, *, top: bool) -> Group:
    if question.looks("bt-panel"):
        return Panel(label, hint)
    if question.looks("bt-fold"):
        return Fold(label, hint)
    return Card(label, hint) if top else Group(label, hint)


def make_field(filling: Filling, path: str, question: Question, needs: Needs) -> Field:
    """The widget for a question that asks something (no group, no repeat)."""
    asks = asks_of(filling, path, question, needs)
    kind = question.type
    match kind:
        case "note":
            return Note(asks)
        case "calculate":
            return ShownField(asks, question)
        case "select_one" | "select_multiple":
            return _choosing(filling, path, question, asks)
        case "rank":
            return RankField(asks, choices_of(filling, path))
        case "date" | "dateTime" | "time":
            return _timed(question, asks, needs)
        case "acknowledge":
            return AckField(asks)
        case "image":
            return _pictured(question, asks, needs)
        case "audio" | "video" | "file":
            return FileField(asks, needs.files, kind=kind, accept=question.parameters.get("accept", ""))
        case "integer" | "range" | "decimal":
            return _counted(question, asks)
        case "geopoint" | "geotrace" | "geoshape":
            return typed.GeoField(asks, kind=kind)
        case "text" | "barcode":
            return _worded(question, asks)
    return Unknown(asks)


def _worded(question: Question, asks: Asks) -> Field:
    words = frozenset(question.appearance.split())
    if "multiline" in words or question.parameters.get("rows", "").isdecimal():
        return text.LongTextField(asks)
    if "masked" in words:
        return typed.MaskedField(asks)
    if "bt-phone" in words:
        return text.phone_field(asks)
    if "bt-uscc" in words:
        return text.uscc_field(asks)
    if "numbers" in words:
        return typed.numbers_field(asks, thousands="thousands-sep" in words)
    if "url" in words:
        return typed.url_field(asks)
    return text.TextField(asks)


def _counted(question: Question, asks: Asks) -> Field:
    whole = question.type == "integer" or (question.type == "range" and question.data != "decimal")
    thousands = question.looks("thousands-sep")
    if question.looks("bt-money"):
        return text.MoneyField(asks)
    scale = ranges.scale_of(question.parameters, whole=whole) if question.type == "range" else None
    if scale is not None:
        if question.looks("picker"):
            return ranges.PickRangeField(asks, scale)
        if question.looks("rating") and scale.steps < 10:
            return ranges.RatingField(asks, scale)
        upright, ticks = question.looks("vertical"), not question.looks("no-ticks")
        return ranges.RangeField(asks, scale, upright=upright, ticks=ticks)
    if question.looks("bearing"):
        return text.NumberField(asks, read=reading.read_decimal, unit="度")
    return text.integer_field(asks, thousands=thousands) if whole else text.decimal_field(asks, thousands=thousands)


def _timed(question: Question, asks: Asks, needs: Needs) -> Field:
    if question.looks("bt-tick"):
        return TickField(asks, needs.now)
    if question.type == "time":
        return TimeField(asks, needs.now)
    calendar = not question.looks("no-calendar")
    if question.type == "dateTime":
        return MomentField(asks, needs.now, calendar=calendar)
    if question.looks("month-year"):
        return MonthField(asks, needs.now)
    if question.looks("year"):
        return YearField(asks, needs.now)
    return DayField(asks, needs.now, calendar=calendar)


def _pictured(question: Question, asks: Asks, needs: Needs) -> Field:
    kind = next((kind for kind in DRAWN if question.looks(kind)), None)
    if kind is not None:
        return DrawField(asks, needs.photos, kind=kind)
    return PhotoField(asks, needs.photos, most=9 if question.looks("bt-photos") else 1)


def _choosing(filling: Filling, path: str, question: Question, asks: Asks) -> Field:
    choices: Sequence[Choice] = choices_of(filling, path)
    words = frozenset(question.appearance.split())
    if "label" in words:
        return TableHead(asks, choices)
    listed = bool(words & LISTED) or (question.itemset is not None and bool(question.itemset.file))
    columns = _columns(question.appearance, words, len(choices))
    bare = "list-nolabel" in words
    if question.type == "select_multiple":
        filed = question.itemset is not None and bool(question.itemset.file)
        if filed or len(choices) > TICKS or (listed and len(choices) > FOLDED):
            return ManyListField(asks, choices)
        return ManyField(asks, choices, 2 if columns is None else columns, bare=bare)
    if listed or (columns is None and not bare and len(choices) > FEW):
        return PickField(asks, choices)
    quick = any(word.startswith("quick") for word in words)
    return RowField(asks, choices, columns or 0, bare=bare, quick=quick)


def _columns(appearance: str, words: frozenset[str], choices: int) -> int | None:
    """Even columns an appearance asks for: 0 = one after another, None = it says nothing."""
    if found := _COLUMNS.search(appearance):
        return int(found[1])
    if words & {"columns", "compact", "quickcompact"}:
        return FULL
    if words & {"likert", "list"}:
        return max(1, choices)
    if words & {"columns-pack", "horizontal", "horizontal-compact", "list-nolabel"}:
        return 0
    return None
