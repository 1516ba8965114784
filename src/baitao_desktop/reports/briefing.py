"""工作简报: one page under a red masthead (first_course §6)."""

from __future__ import annotations

from collections.abc import Sequence

from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.reports.breaking import Breaker, balanced
from baitao_desktop.reports.canvas import A4, BLACK, MM, RED, Canvas
from baitao_desktop.reports.fonts import load
from baitao_desktop.reports.grid import LEADING, Row, Setter, draw
from baitao_desktop.reports.papers import Briefing

LEFT, WIDTH = 28 * MM, 156 * MM
MIDDLE = LEFT + WIDTH / 2
FLOOR = 297 * MM - 24 * MM
# 先按公文的字号和行距排；一页放不下就一步步缩（字号、行距占公文行距的比例）；小到小四还放不下就请人删
STEPS = ((16.0, 1.0), (15.0, 0.94), (14.0, 0.87), (14.0, 0.8), (13.0, 0.72), (12.0, 0.65))
FOOT_SIZE = 14.0


def briefing_pdf(briefing: Briefing) -> bytes:
    """The briefing as PDF, one A4 page. Raises UserFacingError P10 when the text does not fit even in 小四号."""
    canvas = Canvas(briefing.name, A4, briefing.watermark)
    top = _masthead(canvas, briefing)
    feet = _feet(briefing)
    floor = FLOOR - 26.0 * len(feet)
    for size, share in STEPS:
        leading = LEADING * share
        rows = _body(briefing, size)
        if top + len(rows) * leading <= floor:
            break
    else:
        raise UserFacingError("P10", "简报的内容超过了一页。请删减正文后再生成。")
    for at, row in enumerate(rows):
        draw(canvas, row, LEFT, top + at * leading, leading)
    _foot(canvas, feet, floor)
    return canvas.data()


def _masthead(canvas: Canvas, briefing: Briefing) -> float:
    """Draw the head; return where the text begins."""
    canvas.ink(RED)
    y = 27 * MM
    canvas.text_centred(MIDDLE, y + 22, briefing.campaign, "biaosong", _fitting(briefing.campaign, 26.0))
    name = " ".join(briefing.name) if len(briefing.name) <= 6 else briefing.name
    canvas.text_centred(MIDDLE, y + 84, name, "biaosong", _fitting(name, 50.0))
    canvas.ink(BLACK)
    canvas.text_centred(MIDDLE, y + 114, briefing.issue, "fang", 16)
    line = y + 142
    canvas.text(LEFT + 8, line, briefing.issuer, "fang", FOOT_SIZE)
    canvas.text_right(LEFT + WIDTH - 8, line, briefing.date, "fang", FOOT_SIZE)
    canvas.ink(RED)
    canvas.line(LEFT, line + 8, LEFT + WIDTH, line + 8, width=1.6)
    canvas.ink(BLACK)
    y = line + 50
    for part in balanced(briefing.title, "biaosong", 22, WIDTH):
        canvas.text_centred(MIDDLE, y, part, "biaosong", 22)
        y += 30
    return y - 12


def _fitting(text: str, size: float) -> float:
    """The largest size not above `size` at which the text fits the width."""
    return min(size, size * WIDTH / max(load("biaosong").width(text, size), 1.0))


def _body(briefing: Briefing, size: float) -> list[Row]:
    setter = Setter(width=WIDTH, size=size, pitch=WIDTH / round(WIDTH / size))
    return [row for paragraph in briefing.paragraphs for row in setter.paragraph(paragraph)]


def _feet(briefing: Briefing) -> Sequence[str]:
    parts = [
        f"报：{briefing.report_to}" if briefing.report_to else "",
        f"送：{briefing.send_to}" if briefing.send_to else "",
    ]
    text = "　".join(filter(None, parts))
    lines = Breaker("fang", FOOT_SIZE, WIDTH - 16).lines(text) if text else []
    return [*lines, *([f"（共印{briefing.copies}份）"] if briefing.copies else [])]


def _foot(canvas: Canvas, feet: Sequence[str], floor: float) -> None:
    if not feet:
        return
    canvas.line(LEFT, floor + 8, LEFT + WIDTH, floor + 8, width=0.9)
    for at, text in enumerate(feet, 1):
        if text.startswith("（共印"):
            canvas.text_right(LEFT + WIDTH - 8, floor + 2 + 25 * at, text, "fang", FOOT_SIZE)
        else:
            canvas.text(LEFT + 8, floor + 2 + 25 * at, text, "fang", FOOT_SIZE)
    canvas.line(LEFT, floor + 12 + 25 * len(feet), LEFT + WIDTH, floor + 12 + 25 * len(feet), width=0.9)
