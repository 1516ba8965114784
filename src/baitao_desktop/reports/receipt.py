"""受理回执: two A5 slips on one A4, one for the person, one to file (first_course §7). No name, no subject."""

from __future__ import annotations

from baitao_desktop.reports.breaking import Breaker
from baitao_desktop.reports.canvas import A4, MM, Canvas
from baitao_desktop.reports.fonts import load
from baitao_desktop.reports.papers import Receipt

LEFT, RIGHT = 24 * MM, A4[0] - 24 * MM
LABEL, BODY = 14.0, 14.0
STEP = 24.0
INDENT = 78.0


def receipt_pdf(receipt: Receipt) -> bytes:
    """The sheet as PDF, A4 upright: upper half to the person, lower half to file, a dashed line to cut along."""
    canvas = Canvas("受理回执", A4, receipt.watermark)
    half = A4[1] / 2
    _slip(canvas, receipt, 0.0, "（交本人保存）", to_file=False)
    _slip(canvas, receipt, half, "（单位留存）", to_file=True)
    canvas.line(8 * MM, half, A4[0] - 8 * MM, half, width=0.6, dash="[5 4]0")
    canvas.fill(A4[0] / 2 - 38, half - 6, 76, 12, 1)
    canvas.text_centred(A4[0] / 2, half + 3, "沿此线剪开", "song", 9)
    return canvas.data()


def _slip(canvas: Canvas, receipt: Receipt, top: float, whose: str, *, to_file: bool) -> None:
    middle = A4[0] / 2
    canvas.text_centred(middle, top + 25 * MM, "受 理 回 执", "biaosong", 22)
    canvas.text_centred(middle, top + 32 * MM, whose, "kai", 12)
    y = top + 43 * MM
    canvas.text(LEFT, y, "您反映的情况已收到。", "fang", BODY)
    y += STEP * 1.1
    y = _row(canvas, y, "登记编号", receipt.number)
    # 程序里只存查询码的摘要（first_course §7），留存的一联也就不印它
    y = _row(canvas, y, "查 询 码", "已交本人，此联不印。") if to_file else _code_row(canvas, y + 4, receipt.code) + 4
    y = _row(canvas, y, "接收单位", receipt.unit)
    y = _row(canvas, y, "接收时间", receipt.received)
    y = _row(canvas, y, "查询电话", "、".join(receipt.phones))
    answer = f"预计{receipt.answer_by}前答复。" if receipt.answer_by else "预计　　　　年　　月　　日前答复。"
    canvas.text(LEFT, y + 2, answer, "fang", BODY)
    bottom = top + 133 * MM
    if not to_file:
        canvas.text(LEFT, y + 2 + STEP, "查询时只需报查询码，不用报姓名。", "kai", 14)
    signed = "经手人签名："
    canvas.text(RIGHT - 78 * MM, bottom, signed, "fang", 13)
    after = RIGHT - 78 * MM + load("fang").width(signed, 13)
    canvas.line(after, bottom + 2.5, RIGHT, bottom + 2.5, width=0.6)


def _row(canvas: Canvas, y: float, label: str, value: str) -> float:
    """Label and value; the value wraps under itself. Returns the next baseline."""
    start = LEFT + INDENT
    canvas.text(LEFT, y, f"{label}：", "hei", LABEL)
    breaker = Breaker("fang", BODY, RIGHT - start)
    for line in breaker.lines(value):
        canvas.text(start, y, line, "fang", BODY)
        y += STEP
    return y


def _code_row(canvas: Canvas, y: float, code: str) -> float:
    """The query code large: it is read aloud on the telephone and copied by hand."""
    start = LEFT + INDENT
    canvas.text(LEFT, y, "查 询 码：", "hei", LABEL)
    canvas.text(start, y + 2, code, "hei", 20)
    after = start + load("hei").width(code, 20) + 12
    canvas.text(after, y, "（请收好）", "kai", 13)
    return y + STEP * 1.1
