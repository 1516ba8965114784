"""The demonstration: two villages and the office fill in, seal, hand over, merge and print. Invented people only."""

from __future__ import annotations

import csv
import io
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from baitao_desktop import paths, seal
from baitao_desktop.actions import (
    briefings,
    bundles,
    cards,
    inspection_summary,
    inspections,
    papers,
    photos,
    records,
    setup,
    task_papers,
    tips,
)  # fmt: skip
from baitao_desktop.actions import desk as desks
from baitao_desktop.actions.beginning import first_answers
from baitao_desktop.actions.desk import Desk
from baitao_desktop.domain import findings
from baitao_desktop.domain import inspections as checks
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import Json, RecordId
from baitao_desktop.domain.query import Query
from baitao_desktop.domain.reporters import NO_NAME
from baitao_desktop.domain.values import iso_minute, phone_of
from baitao_desktop.forms import fill

VILLAGES = ("DZZ203", "DZZ003")
Row = Mapping[str, str]


@dataclass
class Street:
    """The three desks of the demonstration, and what was made on the way."""

    office: Desk
    villages: dict[str, Desk]
    tips: list[tuple[RecordId, Row]] = field(default_factory=list)
    codes: dict[RecordId, str] = field(default_factory=dict)
    files: list[Path] = field(default_factory=list)
    checked: RecordId = field(default=RecordId(""))


def rows(name: str) -> list[Row]:
    """A table of resources/demo."""
    with (paths.resources() / "demo" / name).open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def open_street(root: Path) -> Street:
    """Three new stores below `root`, in demonstration mode, their cards swapped."""
    password = seal.password(secrets.token_urlsafe(12))
    cache = root / "cache"

    def found(unit: str, person: str, passphrase: seal.Secret | None = None) -> Desk:
        places = paths.Places(root / unit, root / unit / "config", cache)
        return setup.found(
            places, unit=unit, person=person, password=password, mode="demo", callback_passphrase=passphrase
        ).desk

    office = found("ZXB", "张某某", seal.password(secrets.token_urlsafe(12)))
    villages = {unit: found(unit, "李某某") for unit in VILLAGES}
    stick = root / "U盘"
    stick.mkdir()
    for unit, desk in villages.items():
        answer = cards.register_card(office, cards.write_card(desk, stick).value).value
        if answer is None:
            raise UserFacingError("A70", "演示没有走通：专项办没有写出回卡。请重新运行一次演示。")
        cards.register_card(desk, answer)
        villages[unit] = desks.reload(desk)
    return Street(desks.reload(office), villages)


def close_street(street: Street) -> None:
    for desk in (street.office, *street.villages.values()):
        desks.leave(desk)


def answers_of(row: Row) -> dict[str, Json]:
    """A tip's answers from a row of tips.csv."""
    said: dict[str, Json] = {
        "zhengzai_zhuanqian": row["urgent"],
        "jieshou_shijian": f"{row['received']}+08:00",
        "qudao": row["channel"],
        "suozai_cunshe": row["unit"],
        "beifanying_duixiang": row["subject"],
        "zhaiyao": row["summary"],
        "mingyi": row["pretext"].split(),
        "shouduan": row["means"],
        "shehan_renshu": int(row["elders"]),
        "sunshi_fen": int(row["loss"]) * 100,
    }
    if row["urgent"] == "shi":
        said |= dict.fromkeys(("zhisun_baojing", "zhisun_zhifu", "zhisun_liucun"), f"{row['received']}+08:00")
    return said


def reporter_of(row: Row) -> dict[str, Json]:
    """The reporter's block of a row; invented, and the canary of every test."""
    if row["choice"] == NO_NAME:
        return {"xuanze": NO_NAME}
    return {"xuanze": row["choice"], "xingming": row["name"], "dianhua": phone_of(row["phone"]), "yuanyi_huifang": "是"}


def register_tips(street: Street, *, leave_out: int = 0) -> None:
    """All narratives but the first `leave_out`, each in its village, handed up at once."""
    for row in rows("tips.csv")[leave_out:]:
        desk = street.villages[row["unit"]]
        done = tips.register(desk, answers_of(row), sealed=tips.seal_reporter(desk, reporter_of(row))).value
        street.tips.append((done.tip, row))
        street.codes[done.tip] = done.query_code


def register_visits(street: Street) -> None:
    """The visits, each with a drawn picture for a photo."""
    for n, row in enumerate(rows("visits.csv")):
        desk = street.villages[row["unit"]]
        seen, measures = row["seen"].split(), row["measures"].split()
        answers: dict[str, Json] = {
            "zoufang_riqi": row["day"], "suozai_cunshe": row["unit"], "changsuo_mingcheng": row["place"], "jianwen": seen,
            "zhaopian": photos.keep_photo(desk, _picture(n)),
        }  # fmt: skip
        if seen != ["wu"]:
            answers |= {"qingkuang": row["text"], "dangchang_cuoshi": measures}
        records.submit(desk, "zoufang", answers)


CHECKED: tuple[tuple[str, dict[str, str]], ...] = (
    (
        "夕阳康养会所",
        {"FJ-A2": "每季送米送油，劝老人预交2万元办“贵宾会员”。", "FJ-A4": "会员费一次收三年，没有正规票据。"},
    ),
    ("某某健康驿站", {}),
)
"""Places of the demonstration and what was found there, by item."""


def file_checks(street: Street) -> None:
    """Each village looks into one place by the checklist on illegal fund-raising and notes one activity."""
    for desk, (place, found) in zip(street.villages.values(), CHECKED, strict=True):
        inspections.file(desk, "jiancha_fj", _checked(desk, place, found))
        said: dict[str, Json] = {
            "huodong_riqi": desk.today.isoformat(), "suozai_cunshe": desk.unit.code, "didian": "二组院坝", "zaiti": ["yuanbahui", "weixin"],
            "liliang": ["wanggeyuan", "zhiyuanzhe"], "xingshi": "xianxia", "liujin": ["shequ", "jiating"], "hushu": 36, "fenshu": 120,
            "renshu": 48, "neirong": "讲会员卡、免费体检的套路，发放提示，教老人先问子女、拨96110。",
        }  # fmt: skip
        records.submit(desk, "xuanchuan", said)


def _checked(desk: Desk, place: str, found: Mapping[str, str]) -> dict[str, Json]:
    form = desk.forms["jiancha_fj"]
    page = fill(form, first_answers(desk, form), now=desk.now(), lists=desk.lists, new=False)
    page.seed(checks.ROWS)
    page.answer(checks.VENUE_NAME, place)
    names = [path for path in page.paths() if path.endswith("/xingming")]
    for path, name in zip(names, ("李某某", "赵某某"), strict=True):
        page.answer(path, name)
    rows = checks.rows_of(page.answers())
    said = checks.problem_answers(rows, found) | {f"{checks.ROWS}[{code}]/wenti": fact for code, fact in found.items()}
    for path, value in said.items():
        page.answer(path, value)
    for path, value in checks.rest_in_order(checks.rows_of(page.answers())).items():
        page.answer(path, value)
    return {k: v for k, v in page.answers(final=True).items() if v is not None}


def send_to_office(street: Street, out: Path) -> None:
    """Both villages hand over into `out`, the office looks and takes in."""
    for desk in street.villages.values():
        path = bundles.hand_over(desk, out).value.path
        bundles.look_into(street.office, path)
        bundles.take_in(street.office, path)
        street.files.append(path)


def work_off(street: Street) -> None:
    """The office's acts on each tip, as far as its row says."""
    office = street.office
    for tip, row in street.tips:
        goal = row["work"]
        if not goal:
            continue
        tips.accept(office, tip, person="王某某", due_verify="2022-05-25", due_close="2022-06-10")
        if goal == "accept":
            continue
        seen = "到现场查看，问了在场的人，情况与反映的一致。"
        tips.verify(office, tip, verified_at="2022-05-18", verified_by="王某某", seen=seen, result="true")
        if goal == "close":
            loss = int(row["loss"]) * 100
            reply = (
                "已经查实并责成退款，钱已退到账上，请您查收。"
                if loss
                else "电话是冒充的，没有造成损失，以后不要报验证码。"
            )
            tips.close(
                office, tip, conclusion="查实，已劝退并督促退款。", reply=reply, loss_fen=loss, returned_fen=loss
            )
            tips.feedback(office, tip, feedback_at=iso_minute(office.now()), how="电话", reaction="满意")


def print_papers(street: Street, out: Path) -> None:
    """Ledger as PDF and .xlsx, briefing, one receipt, one tip, one visit, one checklist, findings, figures, the wall."""
    office, tip = street.office, street.tips[0][0]
    village = street.villages[street.tips[0][1]["unit"]]
    tip_query = Query(form="xiansuo", descending=False)
    made = [
        papers.save_ledger(office, "xiansuo", tip_query, out),
        papers.save_ledger(office, "xiansuo", tip_query, out, xlsx=True),
        papers.save_ledger(office, "zoufang", Query(form="zoufang", descending=False), out),
        briefings.save_briefing(office, briefings.draft_briefing(office), out),
        papers.save_receipt(village, tip, street.codes[tip], out),
        papers.save_record(office, tip, out),
    ]
    made += [
        papers.save_ledger(office, findings.FORM, Query(form=findings.FORM, descending=False), out),
        inspection_summary.save_summary(office, out),
        task_papers.save_wall(office, out),
    ]
    with office.store.reading() as reader:
        visits = [line.id for line in reader.lines(reader.ids(Query(form="zoufang")))]
        checked = [line.id for line in reader.lines(reader.ids(Query(form="jiancha_fj", descending=False)))]
    made += [papers.save_record(office, visits[0], out), papers.save_record(office, checked[0], out)]
    street.checked = checked[0]
    street.files += [done.value for done in made]


def send_back(street: Street, out: Path) -> None:
    """The office's bundle for the first village, taken in there."""
    unit = VILLAGES[0]
    path = bundles.hand_over(street.office, out, to=unit).value.path
    bundles.take_in(street.villages[unit], path)
    street.files.append(path)


def _picture(n: int) -> bytes:
    """A drawn stand-in for a photo: sky, ground, a house."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (1200, 900), (168 + 8 * n, 202, 228))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 560, 1200, 900), fill=(124, 158, 96))
    draw.rectangle((380 + 40 * n, 330, 820 + 40 * n, 640), fill=(214, 198, 170))
    draw.polygon([(340 + 40 * n, 330), (600 + 40 * n, 170), (860 + 40 * n, 330)], fill=(150, 74, 58))
    draw.rectangle((560 + 40 * n, 470, 650 + 40 * n, 640), fill=(96, 72, 54))
    exif = picture.getexif()
    exif[306] = f"2022:05:{7 + n:02d} 09:{10 + n}:00"
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif)
    return out.getvalue()


def canaries() -> tuple[str, ...]:
    """Names and numbers of the invented reporters: no output may hold one."""
    found = [word for row in rows("tips.csv") for word in (row["name"], row["phone"]) if word]
    return tuple(dict.fromkeys(found))
