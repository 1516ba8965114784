"""Papers against WeasyPrint and Typst: the same rows, the same faces, each in a process of its own (cold CPU, peak RSS).

Bars (DESIGN §7): a 2 300-row, 12-column ledger ≥ 30× faster than WeasyPrint, ≥ 2× than Typst, ≤ ¼ of Typst's memory; a three-page
document ≥ 5× faster than WeasyPrint cold, ≤ 0.1 s warm. Typst and we take turns, three rounds, the best of each; WeasyPrint runs once.
"""
# needs: rivals

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

ROWS = 2300
FONTS = Path(__file__).resolve().parents[2] / "resources" / "fonts"
COLUMNS = (
    ("序号", 8),
    ("线索编号", 38),
    ("接收时间", 20),
    ("来源/渠道", 18),
    ("线索摘要", 58),
    ("名义", 20),
    ("被反映对象", 26),
    ("责任单位/责任人", 22),
    ("办理状态", 15),
    ("办结", 14),
    ("回复", 14),
    ("备注", 14),
)
STORY = (
    "院坝里来了一辆面包车，免费送鸡蛋、量血压，说“航天蛋白粉”能治糖尿病，一位老人付了3980元。“夕阳康养会所”让老人预存2万元成为贵宾会员，"
    "说每月返600元。自称“社保中心”的人打电话，说养老保险断缴，要老人报身份证号和验证码。微信群“健康一家人”拉人头得红包，要先充500元。"
)

OURS_LEDGER = """
import json, sys
from baitao_desktop.reports.ledger import ledger_pdf
from baitao_desktop.reports.papers import Column, LedgerPaper
data = json.load(open(sys.argv[1], encoding="utf-8"))
columns = [Column(*column) for column in data["columns"]]
paper = LedgerPaper("线索管理台账", "白涛街道", "统计截止：2022年5月20日24时", columns, data["rows"])
open(sys.argv[2], "wb").write(ledger_pdf(paper))
"""
OURS_DOCUMENT = """
import json, sys, time
from baitao_desktop.reports.grid import document_pdf
from baitao_desktop.reports.papers import OfficialDocument, Paragraph
data = json.load(open(sys.argv[1], encoding="utf-8"))
paper = OfficialDocument(data["title"], [Paragraph(t, 1 if h else 0, h) for h, t in data["paragraphs"]])
open(sys.argv[2], "wb").write(document_pdf(paper))
if len(sys.argv) > 3:
    best = 9.0
    for _ in range(5):
        start = time.process_time()
        document_pdf(paper)
        best = min(best, time.process_time() - start)
    print(best)
"""
TYPST_LEDGER = """
import json, os, sys, typst
data = json.load(open(sys.argv[1], encoding="utf-8"))
folder = os.path.dirname(sys.argv[1])
widths = ",".join(f"{w}mm" for _, w in data["columns"])
source = '''
#set page(paper: "a4", flipped: true, margin: 15mm, footer: context align(center)[第#counter(page).display()页 共#counter(page).final().first()页])
#set text(font: ("Noto Serif SC", "Noto Sans SC"), size: 8pt, lang: "zh", region: "cn")
#set par(leading: 2.4pt)
#let data = json("data.json")
#table(columns: (%s), inset: (x: 2.2pt, y: 2.6pt), stroke: 0.4pt,
  table.header(..data.columns.map(c => strong(c.at(0)))),
  ..data.rows.flatten())
''' % widths
main = os.path.join(folder, "ledger.typ")
open(main, "w", encoding="utf-8").write(source)
typst.compile(main, output=sys.argv[2], font_paths=[sys.argv[3]], ignore_system_fonts=True)
"""
WEASY = """
import html, json, sys
from weasyprint import HTML
data = json.load(open(sys.argv[1], encoding="utf-8"))
faces = "".join(
    f"@font-face{{font-family:'{name}';src:url('file://{sys.argv[3]}/{file}')}}"
    for name, file in (("song", "NotoSerifSC-Regular.ttf"), ("fang", "FandolFang-Regular.ttf"), ("hei", "NotoSansSC-Regular.ttf"))
)
if "rows" in data:
    style = "@page{size:A4 landscape;margin:15mm;@bottom-center{content:'第'counter(page)'页 共'counter(pages)'页'}}"
    style += "body{font:8pt/10.4pt song,hei}table{border-collapse:collapse;table-layout:fixed;width:267mm}"
    style += "td,th{border:.4pt solid;padding:2.6pt 2.2pt;overflow-wrap:anywhere}"
    cols = "".join(f"<col style='width:{w}mm'>" for _, w in data["columns"])
    head = "".join(f"<th>{html.escape(t)}</th>" for t, _ in data["columns"])
    rows = "".join("<tr>" + "".join(f"<td>{html.escape(c)}</td>" for c in row) + "</tr>" for row in data["rows"])
    body = f"<table>{cols}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
else:
    style = "@page{size:A4;margin:37mm 26mm 35mm 28mm}body{font:16pt/29pt fang,song,hei;text-align:justify}p{margin:0;text-indent:2em}"
    body = f"<h1>{data['title']}</h1>" + "".join(f"<p><span style='font-family:hei'>{h}</span>{t}</p>" for h, t in data["paragraphs"])
HTML(string=f"<html lang='zh'><style>{faces}{style}</style><body>{body}</body></html>").write_pdf(sys.argv[2])
"""


def main() -> None:
    """Print NAME figure value unit."""
    rivals = os.environ.get("BAITAO_RIVALS", "")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "data.json").write_text(json.dumps(ledger(), ensure_ascii=False), encoding="utf-8")
        (folder / "document.json").write_text(json.dumps(document(), ensure_ascii=False), encoding="utf-8")
        ledgers(folder, rivals)
        documents(folder, rivals)


def ledger() -> dict[str, object]:
    """Rows as a half-year of a street would have them; the same every time."""
    dice = random.Random(20220408)

    def piece(least: int, most: int) -> str:
        length = dice.randint(least, most)
        start = dice.randrange(len(STORY) - length)
        return STORY[start : start + length]

    rows = [
        [
            str(number),
            f"BT-XS-DZZ203-A7K-2022-{number:04d}",
            "2022-05-03 14:05",
            "自收/举报电话",
            piece(30, 90),
            "销售“养老产品”",
            piece(6, 20),
            "市场监管所/张某某",
            "已核实待办结",
            "2022-05-19",
            piece(2, 12),
            piece(0, 10),
        ]
        for number in range(1, ROWS + 1)
    ]
    return {"columns": COLUMNS, "rows": rows}


def document() -> dict[str, object]:
    """28 paragraphs, about 1 300 characters, three pages."""
    heads = ("一、办理情况。", "二、挽损情况。", "三、下月要做的事。")
    body = [(heads[at // 9 % 3] if at % 9 == 0 else "", STORY[at * 3 : at * 3 + 45] + "。") for at in range(28)]
    return {"title": "关于打击整治养老诈骗专项行动线索受理和办结情况的报告", "paragraphs": body}


def run(python: str, code: str, *arguments: str) -> tuple[float, float, str]:
    """CPU seconds, peak RSS in MB and output of a child; NaN when it failed (a rival's system library is missing)."""
    child = subprocess.Popen([python, "-c", code, *arguments], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    text = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        return float("nan"), float("nan"), ""
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, text


def ledgers(folder: Path, rivals: str) -> None:
    """The ledger."""
    data, out, fonts = str(folder / "data.json"), str(folder / "out.pdf"), str(FONTS)
    ours, typst = [], []
    for _ in range(3):
        ours.append(run(sys.executable, OURS_LEDGER, data, out))
        if rivals:
            typst.append(run(rivals, TYPST_LEDGER, data, str(folder / "typst.pdf"), fonts))
    cpu, memory = min(r[0] for r in ours), max(r[1] for r in ours)
    report("ledger_pdf", "cpu", cpu, "s")
    report("ledger_pdf", "memory", memory, "MB")
    if not rivals:
        return
    report("ledger_pdf", "typst_cpu", min(r[0] for r in typst), "s")
    report("ledger_pdf", "typst_over_ours", min(r[0] for r in typst) / cpu, "x")
    report("ledger_pdf", "memory_of_typst", memory / min(r[1] for r in typst), "x")
    weasy = run(rivals, WEASY, data, str(folder / "weasy.pdf"), fonts)
    report("ledger_pdf", "weasyprint_cpu", weasy[0], "s")
    report("ledger_pdf", "weasyprint_over_ours", weasy[0] / cpu, "x")


def documents(folder: Path, rivals: str) -> None:
    """The three-page document."""
    data, out, fonts = str(folder / "document.json"), str(folder / "out.pdf"), str(FONTS)
    ours, weasy = [], []
    for _ in range(3):
        ours.append(run(sys.executable, OURS_DOCUMENT, data, out))
        if rivals:
            weasy.append(run(rivals, WEASY, data, str(folder / "weasy.pdf"), fonts))
    cpu = min(r[0] for r in ours)
    warm = float(run(sys.executable, OURS_DOCUMENT, data, out, "warm")[2] or "nan")
    report("document_pdf", "cpu_cold", cpu, "s")
    report("document_pdf", "cpu_warm", warm, "s")
    if rivals:
        report("document_pdf", "weasyprint_over_ours", min(r[0] for r in weasy) / cpu, "x")


def report(name: str, figure: str, value: float, unit: str) -> None:
    """One line."""
    print(f"{name} {figure} {value:.3f} {unit}", flush=True)


if __name__ == "__main__":
    main()
