"""Reading a campaign's checklists, items, law, tasks and lures."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TypeVar

from baitao_desktop import paths
from baitao_desktop.domain.catalogue import (
    CADENCES,
    HEADS,
    LEVELS,
    SEVERITIES,
    Basis,
    Catalogue,
    Checklist,
    Item,
    Lure,
    Task,
    proof_of,
    unresolved,
)
from baitao_desktop.domain.errors import UserFacingError

Row = Mapping[str, str]
R = TypeVar("R")


def load_catalogue(folder: Path | None = None) -> Catalogue:
    """The catalogue of the campaign in `folder` (default: the one shipped).

    UserFacingError A29, naming the file and the row, when a file is missing or broken, a code stands twice, a
    reference has no row in legal_basis.csv or a count does not fit.
    """
    folder = folder or paths.resources() / "campaigns" / "baitao_2022"
    basis = _read(folder / "legal_basis.csv", _basis)
    items = _by_code(folder / "items.csv", _read(folder / "items.csv", _item), lambda i: i.code)
    checklists = _by_code(folder / "checklists.csv", _read(folder / "checklists.csv", _checklist), lambda c: c.code)
    for item in items.values():
        wrong = unresolved(basis, item.basis)
        if wrong or item.checklist not in checklists:
            raise _broken("items.csv", item.code, f"“{' '.join(wrong) or item.checklist}”没有出处")
    for checklist in checklists.values():
        count = sum(1 for item in items.values() if item.checklist == checklist.code)
        if count != checklist.count:
            raise _broken("checklists.csv", checklist.code, f"写明{checklist.count}项，items.csv里有{count}项")
    tasks = _by_code(folder / "tasks.csv", _read(folder / "tasks.csv", _task), lambda t: t.id)
    lures = _by_code(folder / "lures.csv", _read(folder / "lures.csv", _lure), lambda lure: lure.id)
    for lure in lures.values():
        if missing := [code for code in lure.items if code not in items]:
            raise _broken("lures.csv", lure.id, f"没有检查项{'、'.join(missing)}")
    return Catalogue(checklists, items, basis, tasks, lures)


def _read(path: Path, made: Callable[[Row], R]) -> tuple[R, ...]:
    found: list[R] = []
    where = "第1行"
    try:
        with path.open(encoding="utf-8-sig", newline="") as source:
            reader = csv.DictReader(source)
            for row in reader:
                where = f"第{reader.line_num}行"
                found.append(made({k: (v or "").strip() for k, v in row.items() if k}))
    except KeyError as error:
        raise _broken(path.name, where, f"缺少“{error.args[0]}”一列") from error
    except (OSError, ValueError, csv.Error) as error:
        raise _broken(
            path.name, where, "读不懂或读不到" if isinstance(error, (OSError, UnicodeError)) else str(error)
        ) from error
    return tuple(found)


def _by_code(path: Path, rows: Sequence[R], code: Callable[[R], str]) -> dict[str, R]:
    found: dict[str, R] = {}
    for row in rows:
        if code(row) in found:
            raise _broken(path.name, code(row), "编码出现两次")
        found[code(row)] = row
    return found


def _checklist(row: Row) -> Checklist:
    return Checklist(
        row["code"], row["name"], row["line"], row["short"], row["lead"], _one_of(row["head"], HEADS), int(row["items"]),
        row["clause"], row["quote"],
    )  # fmt: skip


def _item(row: Row) -> Item:
    return Item(
        row["code"], row["checklist"], row["section"], row["text"], _one_of(row["ok_answer"], ("yes", "no", "-")),
        row["evidence"], _one_of(row["severity"], tuple(SEVERITIES)), tuple(row["basis"].split()), row["measure"],
        row["unit"], row["asked_if"], row["own_duty"] == "yes", row["note"],
    )  # fmt: skip


def _basis(row: Row) -> Basis:
    return Basis(
        row["abbr"], row["title"], row["doc_no"], _one_of(row["article"], ("article", "chapter", "")),
        _day(row["effective_from"]), _day(row["effective_to"]), _one_of(row["verify_level"], LEVELS), row["note"],
    )  # fmt: skip


def _task(row: Row) -> Task:
    task = Task(
        row["id"], row["clause"], row["quote"], row["action"], tuple(row["groups"].split()),
        tuple(row["units"].split()), tuple(row["phases"].split()), _one_of(row["cadence"], CADENCES), _day(row["due"]),
        row["due_basis"], row["proof"], row["timing"], row["trace"], row.get("plain", ""),
    )  # fmt: skip
    proof_of(task)  # a proof nobody can read would never tick, and nobody would be told
    return task


def _lure(row: Row) -> Lure:
    return Lure(
        row["id"], row["pretext_code"], row["pretext"], row["inducement"], row["inducement_name"],
        row["inducement_label"], tuple(row["forms"].split()), tuple(row["form_names"].split()), row["form_labels"],
        tuple(row["attributes"].split()), tuple(row["items"].split()), row["rule"], row["note"],
    )  # fmt: skip


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _one_of(text: str, allowed: Sequence[str]) -> str:
    if text not in allowed:
        raise ValueError(f"“{text}”不在 {'、'.join(a or '空' for a in allowed)} 之内")
    return text


def _broken(file: str, where: str, why: str) -> UserFacingError:
    return UserFacingError("A29", f"专项行动数据“{file}”的“{where}”写错了（{why}）。请从专项办重新取一份。")
