"""Forms of one generator: 60, 400 and 1 500 questions, repeats of 60 and 200 rows, against elementpath.

Load: our loader with all expressions compiled and ordered, against elementpath compiling the same expressions (it has
no loader). One answer: everything it touches worked out again, against elementpath told beforehand what that is.
Bars (issue 3): growth of one answer in a repeat from 60 to 200 rows ≤ 3.5×.
"""

from __future__ import annotations

import statistics
import time
import tracemalloc
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from functools import partial
from xml.etree import ElementTree

from bench_answer import measured
from elementpath import XPath1Parser, XPathContext, get_node_tree

from baitao_desktop import forms

NOW = datetime(2022, 4, 8, 9, 0, tzinfo=timezone(timedelta(hours=8)))
HEAD = """<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
xmlns:jr="http://openrosa.org/javarosa"><h:head><h:title>t</h:title><model><instance><data id="t">"""
SECTION = 50  # questions to a section, ten blocks of five; each section has its totals, the form totals of those
Rules = dict[str, list[tuple[str, str]]]


def blocks_of(questions: int) -> int:
    return questions // 5


def rules_of(questions: int) -> Rules:
    """For every element: its (what, expression) in a form of so many questions."""
    rules: Rules = {}
    sections: dict[int, list[str]] = {}
    for i in range(blocks_of(questions)):
        at = f"/data/s{i * 5 // SECTION}/b{i}"
        sections.setdefault(i * 5 // SECTION, []).append(at)
        rules[f"{at}/jg"] = [("type", "string")]
        rules[f"{at}/wt"] = [("relevant", f"{at}/jg = 'n'"), ("constraint", "string-length(.) <= 300")]
        rules[f"{at}/je"] = [("relevant", f"{at}/jg = 'n' and {at}/wt != ''")]
        rules[f"{at}/hz"] = [("calculate", f"concat({at}/jg, '-', {at}/wt, '-', {at}/je)")]
        rules[f"{at}/cs"] = [("relevant", f"string-length({at}/hz) > 3 or {at}/jg = 'n'")]
    for number, blocks in sections.items():
        rules[f"/data/s{number}/wts"] = [("calculate", " + ".join(f"number({at}/jg = 'n')" for at in blocks))]
    rules["/data/wts"] = [("calculate", " + ".join(f"number(/data/s{number}/wts)" for number in sections))]
    rules["/data/zj"] = [("calculate", "concat('问题', /data/wts, '项')")]
    rules["/data/yj"] = [("relevant", "/data/wts > 0"), ("required", "/data/wts > 1")]
    return rules


def tree_of(rules: Rules) -> dict[str, ElementTree.Element]:
    """Path → element of an empty instance."""
    elements = {"/data": ElementTree.Element("data", {"id": "t"})}
    for path in rules:
        names = path.split("/")
        for depth in range(3, len(names) + 1):
            at = "/".join(names[:depth])
            if at not in elements:
                elements[at] = ElementTree.SubElement(elements["/".join(names[: depth - 1])], names[depth - 1])
    return elements


def xform(rules: Rules) -> bytes:
    inside = ElementTree.tostring(tree_of(rules)["/data"], encoding="unicode")
    binds, controls = [], []
    for path, asked in rules.items():
        bind = ElementTree.Element("bind", {"nodeset": path, **dict(asked)})
        binds.append(ElementTree.tostring(bind, encoding="unicode"))
        if not any(what == "calculate" for what, _ in asked):
            controls.append(f'<input ref="{path}"><label>{path[-3:]}</label></input>')
    whole = HEAD.replace('<data id="t">', inside)
    return f"{whole}</instance>{''.join(binds)}</model></h:head><h:body>{''.join(controls)}</h:body></h:html>".encode()


def ours(questions: int) -> Callable[[int, str], object]:
    """Answer block i with a text; gives what changed."""
    page = forms.fill(forms.load(xform(rules_of(questions))), {}, now=NOW, lists={})
    keys = [path for path in page.paths() if path.endswith("jg")]
    return lambda i, text: page.answer(keys[i], text)


def rival(questions: int) -> Callable[[int, str], object]:
    """The same with elementpath: compiled before, one node tree, told what depends on block i."""
    rules = rules_of(questions)
    elements = tree_of(rules)
    tree = get_node_tree(elements["/data"])
    parser = XPath1Parser()
    compiled = {
        (path, what): parser.parse(text)
        for path, asked in rules.items()
        for what, text in asked
        if what in ("relevant", "calculate")
    }
    blocks = [path[:-3] for path in rules if path.endswith("/jg")]

    def answer(i: int, text: str) -> object:
        at = blocks[i]
        elements[f"{at}/jg"].text = text
        section = at.rpartition("/")[0]
        touched = [
            f"{at}/wt",
            f"{at}/je",
            f"{at}/hz",
            f"{at}/cs",
            f"{section}/wts",
            "/data/wts",
            "/data/zj",
            "/data/yj",
        ]
        for path in touched:
            what = "calculate" if (path, "calculate") in compiled else "relevant"
            value = compiled[path, what].evaluate(XPathContext(tree))
            if what == "calculate":
                elements[path].text = str(value)
        return None

    return answer


ROW_RULES = {  # of one row of the checklist: (what, expression); `../` stays in the row
    "wt": ("relevant", "../jg = 'n'"),
    "cd": ("relevant", "../jg = 'n' and ../wt != ''"),
    "fen": ("calculate", "number(../jg = 'n') * 5"),
    "hz": ("calculate", "concat(../jg, '-', ../wt, '-', ../cd)"),
    "di": ("calculate", "position(..)"),
}
TOTALS = {"wts": "count(/data/xm[jg = 'n'])", "zf": "sum(/data/xm/fen)", "yx": "count(/data/xm[jg != ''])"}


def checklist(rows: int) -> bytes:
    inside = "<jg/>" + "".join(f"<{name}/>" for name in ROW_RULES)
    filled = "".join(f"<xm><jg/>{''.join(f'<{name}/>' for name in ROW_RULES)}</xm>" for _ in range(rows))
    binds = "".join(f'<bind nodeset="/data/xm/{name}" {what}="{text}"/>' for name, (what, text) in ROW_RULES.items())
    binds += "".join(f'<bind nodeset="/data/{name}" calculate="{text}"/>' for name, text in TOTALS.items())
    asked = "".join(f'<input ref="/data/xm/{name}"><label>{name}</label></input>' for name in ("jg", "wt", "cd"))
    totals = "".join(f"<{name}/>" for name in TOTALS)
    return (
        f'{HEAD}<xm jr:template="">{inside}</xm>{filled}{totals}</data></instance>{binds}</model></h:head>'
        f'<h:body><repeat nodeset="/data/xm">{asked}</repeat></h:body></h:html>'
    ).encode()


def our_rows(rows: int) -> Callable[[int, str], object]:
    page = forms.fill(forms.load(checklist(rows)), {}, now=NOW, lists={})
    keys = page.rows("xm")
    assert len(keys) == rows
    return lambda i, text: page.answer(f"xm[{keys[i]}]/jg", text)


def their_rows(rows: int) -> Callable[[int, str], object]:
    root = ElementTree.Element("data")
    items = []
    for _ in range(rows):
        item = ElementTree.SubElement(root, "xm")
        items.append({name: ElementTree.SubElement(item, name) for name in ("jg", *ROW_RULES)})
    totals = {name: ElementTree.SubElement(root, name) for name in TOTALS}
    tree = get_node_tree(root)
    parser = XPath1Parser()
    inside = [(name, what, parser.parse(text)) for name, (what, text) in ROW_RULES.items() if name != "di"]
    outside = [(name, parser.parse(text)) for name, text in TOTALS.items()]

    def answer(i: int, text: str) -> object:
        items[i]["jg"].text = text
        for name, what, compiled in inside:
            value = compiled.evaluate(XPathContext(tree, item=items[i][name]))
            if what == "calculate":
                items[i][name].text = str(value)
        for name, compiled in outside:
            totals[name].text = str(compiled.evaluate(XPathContext(tree)))
        return None

    return answer


def best(work: Callable[[], object], times: int) -> float:
    """Milliseconds, the best of a few."""
    spent = []
    for _ in range(times):
        begin = time.perf_counter()
        work()
        spent.append((time.perf_counter() - begin) * 1000)
    return min(spent)


def compiled_by_elementpath(source: bytes) -> int:
    """The XML read and every expression compiled; no order, no dependencies, no questions: it knows none."""
    parser = XPath1Parser()
    compiled = [
        parser.parse(element.attrib[what])
        for element in ElementTree.fromstring(source).iter("{http://www.w3.org/2002/xforms}bind")
        for what in ("relevant", "calculate", "constraint", "required")
        if what in element.attrib
    ]
    return len(compiled)


def held(work: Callable[[], object]) -> float:
    """Megabytes that stay after the work."""
    tracemalloc.start()
    kept = work()
    size = tracemalloc.get_traced_memory()[0] / 1e6
    tracemalloc.stop()
    assert kept is not None
    return size


def flat(questions: int) -> None:
    name = f"forms_{questions}"
    source = xform(rules_of(questions))
    load = best(lambda: forms.load(source), 5)
    theirs = best(lambda: compiled_by_elementpath(source), 3)
    print(f"{name} load {load:.1f} ms")
    print(f"{name} load_against_elementpath {theirs / load:.1f} x")
    blocks = min(blocks_of(questions), 80)
    own, other = ours(questions), rival(questions)
    for i in range(blocks):
        own(i, "y")
        other(i, "y")
    mine, their = measured(own, blocks, 6), measured(other, blocks, 2)
    print(f"{name} one_answer {mine:.3f} ms")
    print(f"{name} one_answer_against_elementpath {their / mine:.1f} x")
    form = forms.load(source)
    print(f"{name} memory_form {held(lambda: forms.load(source)):.1f} MB")
    print(f"{name} memory_paper {held(lambda: forms.fill(form, {}, now=NOW, lists={})):.1f} MB")


def repeats() -> None:
    took = {}
    for rows in (60, 200):
        own, other = our_rows(rows), their_rows(rows)
        for i in range(rows):
            own(i, "y")
            other(i, "y")
        took[rows] = statistics.median(measured(own, rows, 4) for _ in range(3))
        theirs = measured(other, rows, 2)
        print(f"forms_rows_{rows} one_answer {took[rows]:.3f} ms")
        print(f"forms_rows_{rows} one_answer_against_elementpath {theirs / took[rows]:.1f} x")
        source = checklist(rows)
        filled = partial(forms.fill, forms.load(source), {}, now=NOW, lists={})
        print(f"forms_rows_{rows} fill {best(filled, 3):.1f} ms")
        print(f"forms_rows_{rows} memory_paper {held(filled):.2f} MB")
    print(f"forms_rows growth_60_to_200 {took[200] / took[60]:.2f} x")


def main() -> None:
    for questions in (60, 400, 1500):
        flat(questions)
    repeats()


if __name__ == "__main__":
    main()
