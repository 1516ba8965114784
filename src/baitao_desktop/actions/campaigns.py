"""Reading a campaign's data folder."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from baitao_desktop import paths
from baitao_desktop.domain.campaign import Campaign, Unit
from baitao_desktop.domain.catalogue import Catalogue
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.pinyin import initials


def load_campaign(folder: Path | None = None) -> Campaign:
    """The campaign in `folder` (default: the one shipped). UserFacingError A20 when a file of it is missing or broken."""
    folder = folder or paths.resources() / "campaigns" / "baitao_2022"
    try:
        said = tomllib.loads((folder / "campaign.toml").read_text(encoding="utf-8"))
        groups = _table(folder / "groups.csv")
        units = tuple(_unit(row) for row in _table(folder / "units.csv"))
        seats: dict[str, tuple[str, ...]] = {}
        for group in groups:
            seats[group["seat"]] = (*seats.get(group["seat"], ()), group["code"])
        return Campaign(
            code=said["code"],
            title=said["title"],
            subdistrict=said["subdistrict"],
            document=said["document"],
            since=date.fromisoformat(said["since"]),
            until=date.fromisoformat(said["until"]),
            practice_date=date.fromisoformat(said["practice_date"]),
            query_salt=said["query_salt"],
            number_prefix=said["number_prefix"],
            month_first_day=said["month"]["first_day"],
            report_by=said["month"]["report_by"],
            groups_report_by=said["month"]["groups_report_by"],
            report_telephones=tuple(said["telephones"]["report"]),
            papers={k: str(v) for k, v in said["papers"].items()},
            units={unit.code: unit for unit in units},
            seats=seats,
            groups={group["code"]: group["name"] for group in groups},
            phases=_table(folder / "phases.csv"),
            channels=_table(folder / "channels.csv"),
            posts=_table(folder / "posts.csv"),
            codes=_table(folder / "codes.csv"),
        )
    except (OSError, KeyError, ValueError, TypeError) as error:
        raise UserFacingError(
            "A20", f"专项行动数据“{folder.name}”不完整或写错了（{error}）。请从专项办重新取一份。"
        ) from error


def lists_for(campaign: Campaign, catalogue: Catalogue) -> Mapping[str, Sequence[Mapping[str, str]]]:
    """The external lists forms may name: units.csv and the checklists' items.csv, each also without `.csv`."""
    rows = [
        {"name": u.code, "label": u.name, "kind": u.kind, "py": initials(u.name)}
        for u in campaign.units.values()
        if u.kind != "leader"
    ]
    # 村（社区）排在前面：九成线索发生在村里
    rows.sort(key=lambda r: {"village": 0, "community": 0, "elsewhere": 1, "unknown": 1}.get(r["kind"], 2))
    items = [
        {
            "name": i.code, "label": i.text, "checklist": i.checklist, "section": i.section, "ok_answer": i.ok_answer,
            "evidence": i.evidence, "severity": i.severity, "basis": " ".join(i.basis), "measure": i.measure, "unit": i.unit,
            "own_duty": "yes" if i.own_duty else "", "asked_if": i.asked_if, "order": str(n),
        }
        for n, i in enumerate(catalogue.items.values(), 1)
    ]  # fmt: skip
    return {"units.csv": rows, "units": rows, "items.csv": items, "items": items}


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as source:
        return [{k: (v or "").strip() for k, v in row.items() if k} for row in csv.DictReader(source)]


def _unit(row: Mapping[str, str]) -> Unit:
    return Unit(
        row["code"], row["name"], row["full_name"], row["kind"], tuple(row["aliases"].split()), row["duty"],
        row["enforcement"] == "yes",
    )  # fmt: skip
