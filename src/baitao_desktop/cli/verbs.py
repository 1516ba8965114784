"""One function per command: opens the desk, calls the act, says what came of it."""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from baitao_desktop import paths
from baitao_desktop.actions import desk as desks
from baitao_desktop.actions.desk import Desk
from baitao_desktop.cli import asking, trouble
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.query import Query
from baitao_desktop.domain.tips import FORM as TIP_FORM


@contextlib.contextmanager
def _open(said: argparse.Namespace) -> Iterator[Desk]:
    from baitao_desktop.actions import setup

    places = paths.places(said.at)
    if not setup.has_store(places):
        raise UserFacingError("U34", f"“{places.data}”里还没有资料。请先用 new 新建，或用 --at 写明资料所在的文件夹。")
    secret = asking.login_secret(said)
    try:
        desk = desks.open_desk(places, secret)
    except UserFacingError as error:
        if error.code == "S01" and secret.kind == "password":
            raise UserFacingError("S01", f"{error.text}命令里加 --recovery，或 --recovery-file 文件。") from error
        raise
    try:
        for sentence in desk.store.warnings:
            print(sentence, file=sys.stderr)
        yield desk
    finally:
        desks.leave(desk)


def new(said: argparse.Namespace) -> None:
    from baitao_desktop.actions import setup

    secret = asking.password(said.password_file, "新口令", "--password-file", twice=True)
    phrase = asking.password(said.passphrase_file, "回访口令", "--passphrase-file") if said.passphrase_file else None
    founded = setup.found(
        paths.places(said.at), unit=said.unit, person=said.person, post=said.post, password=secret,
        mode="practice" if said.practice else "formal", callback_passphrase=phrase,
    )  # fmt: skip
    try:
        print(f"已新建：{founded.desk.title}")
        print(f"恢复码（只显示这一次，请抄下来放在别处）：{founded.recovery_code}")
    finally:
        desks.leave(founded.desk)


def doctor(said: argparse.Namespace) -> int:
    from baitao_desktop.actions import doctor as examiner

    lines = examiner.examine(paths.places(said.at))
    for good, text in lines:
        print(("正常  " if good else "有问题  ") + text)
    return 0 if all(good for good, _ in lines) else 1


def check_form(said: argparse.Namespace) -> int:
    from baitao_desktop.cli import tables
    from baitao_desktop.forms.authoring import author_errors

    wrong = 0
    for path in said.files:
        try:
            odd = tables.no_table(path)
            found = (odd,) if odd else tuple(tables.plainly(path.name, line) for line in author_errors(path))
        except Exception as error:  # one bad file must not hide what is told of the others
            found = (trouble.as_told(error, paths.places(said.at)).text,)
        print(f"{path.name}: ok" if not found else "\n".join(f"{path.name}: {line}" for line in found))
        wrong += bool(found)
    return 1 if wrong else 0


def backup(said: argparse.Namespace) -> None:
    from baitao_desktop.actions import backups

    with _open(said) as desk:
        print(f"已备份并核对：{backups.back_up(desk, said.to).value}")


def restore(said: argparse.Namespace) -> None:
    from baitao_desktop.actions import backups

    backups.restore(said.backup, paths.places(said.at))
    print("已恢复。登录后本机是一台新电脑，请重新和专项办交换单位卡。")


def verify(said: argparse.Namespace) -> int:
    from baitao_desktop.actions import backups

    with _open(said) as desk:
        found = backups.verify(desk, full=not said.quick)
    print("\n".join(found) if found else "资料完好，没有发现改动。")
    return 1 if found else 0


def demo(said: argparse.Namespace) -> int:
    from baitao_desktop.ui import demo as player

    return player.run(said.out)


def card(said: argparse.Namespace) -> None:
    from baitao_desktop.actions import cards

    with _open(said) as desk:
        print(f"已写出单位卡：{cards.write_card(desk, said.to).value}")
        print(f"本机八位核对数字：{cards.own_digits(desk)}")


def hand_over(said: argparse.Namespace) -> None:
    from baitao_desktop.actions import bundles

    with _open(said) as desk:
        unit = desk.campaign.find_unit(said.unit) if said.unit else None
        if said.unit and unit is None:
            raise UserFacingError("A24", f"没有“{said.unit}”这个单位。请核对名称。")
        done = bundles.hand_over(desk, said.to, to=unit.code if unit else "", full=said.full).value
    print(done.sentence)
    print(done.path)


def take_in(said: argparse.Namespace) -> int:
    """Every file by itself: one that cannot be taken does not keep the others out; 1 when there was one."""
    left = 0
    with _open(said) as desk:
        for path in said.files:
            try:
                desk = _take_card(desk, path, said) if _is_card(path) else _take_bundle(desk, path, said)
            except BrokenPipeError:
                raise
            except Exception as error:
                told = str(trouble.as_told(error, desk.places))
                print(told if path.name in told else f"“{path.name}”：{told}", file=sys.stderr)
                left += 1
    if left and len(said.files) > 1:
        print(f"{len(said.files)}个文件里有{left}个没有收入，原因见上面。", file=sys.stderr)
    return 1 if left else 0


def _is_card(path: Path) -> bool:
    """By its content, never by its name (USERS 3): a card is JSON, a bundle is age and never starts so."""
    from baitao_desktop import files

    try:
        with path.open("rb") as source:
            start = source.read(64)
    except OSError as error:
        raise files.explain(path, error) from error
    return start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"


def _take_bundle(desk: Desk, path: Path, said: argparse.Namespace) -> Desk:
    from baitao_desktop.actions import bundles

    if said.dry_run:
        print(bundles.look_into(desk, path).sentence)
        return desk
    print(bundles.take_in(desk, path, sure=said.sure).value.sentence)
    return desk


def _take_card(desk: Desk, path: Path, said: argparse.Namespace) -> Desk:
    """Nothing is trusted before a person compared the digits (first_course §3)."""
    from baitao_desktop.actions import cards

    seen = cards.look_at_card(desk, path)
    print(seen.sentence, flush=True)
    if said.dry_run:
        print("（没有登记）")
        return desk
    if said.digits:
        if asking.digits_of(seen.digits) not in {asking.digits_of(one) for one in said.digits}:
            raise UserFacingError(
                "U35", f"“{path.name}”的八位数字和 --digits 写的不一致，没有登记。请打电话向对方核实是不是拿错了卡。"
            )
    elif not asking.at_terminal():
        raise UserFacingError(
            "U35", f"“{path.name}”没有登记：这里不能提问。请打电话核对八位数字，一致就加 --digits 和对方念的数字再收。"
        )
    elif not asking.agreed("号码一致吗？"):
        raise UserFacingError("U35", f"“{path.name}”没有登记。号码不一致时请向对方核实是不是拿错了卡。")
    answer = cards.register_card(desk, path).value
    print(f"已登记，回卡在：{answer}" if answer else "已收卡。")
    return desks.reload(desk)


def take_in_list(said: argparse.Namespace) -> None:
    from baitao_desktop.actions import lists

    with _open(said) as desk:
        preview = lists.look_at_list(desk, said.file)
        print(f"“{said.file.name}”（{preview.encoding}）共{preview.rows}行。")
        for n, title in enumerate(preview.columns):
            print(f"  {title} → {lists.FIELDS.get(preview.mapping.get(n, ''), '（不收）')}")
        if said.dry_run:
            return
        taken = lists.take_in_list(desk, said.file, preview.mapping).value
    print(taken.sentence)
    if taken.left_out:
        print(lists.left_out_text(taken))


def open_out(said: argparse.Namespace) -> None:
    from baitao_desktop.actions import backups

    with _open(said) as desk:
        print(f"已导出：{backups.open_out(desk, said.to).value}")


def register(said: argparse.Namespace) -> None:
    from baitao_desktop.actions import papers, records, tips
    from baitao_desktop.cli import values

    paper = _paper(said.file)
    with _open(said) as desk:
        form = values.form_named(desk, str(paper.get("form") or TIP_FORM))
        answers = values.read_answers(desk, form, paper["answers"])
        if form.id != TIP_FORM:
            rec = records.submit(desk, form.id, answers).value
            print(f"已登记：{records.look(desk, rec, logged=False).no}")
            return
        sealed = tips.seal_reporter(desk, paper["reporter"]) if paper.get("reporter") else None
        done = tips.register(desk, answers, sealed=sealed).value
        print(f"已登记：{done.no}\n查询码：{done.query_code}（只显示这一次）", flush=True)
        if sealed:
            print("举报人信息已密封；请把文件里的明文删除。")
        if said.receipt:
            print(f"受理回执：{papers.save_receipt(desk, done.tip, done.query_code, said.receipt).value}")


def _paper(path: Path) -> Mapping[str, Any]:
    """The JSON of a registration in its right shape. UserFacingError A52; the text never quotes what is inside."""

    def wrong(what: str) -> UserFacingError:
        return UserFacingError("A52", f"“{path.name}”不能登记：{what}。请按 register --help 里的写法写。")

    try:
        paper = json.loads(asking.text_of(path))
        if asking.garbled(paper):
            raise wrong("里面有乱码，或大得不合理的数")
    except json.JSONDecodeError as error:
        raise wrong(f"不是完整的 JSON，第{error.lineno}行写错了") from None
    except (ValueError, RecursionError):
        raise wrong("不是 JSON") from None
    if not isinstance(paper, dict):
        raise wrong("最外面要是一对花括号")
    if not isinstance(paper.get("answers"), dict):
        raise wrong("没有 answers，或 answers 不是一对花括号")
    if not isinstance(paper.get("form") or "", str):
        raise wrong("form 要写表的名字")
    reporter = paper.get("reporter")
    if reporter is not None and not (isinstance(reporter, dict) and all(isinstance(v, str) for v in reporter.values())):
        raise wrong("reporter 要写成 {项: 文字}，如 xuanze、xingming、dianhua")
    return paper


def act(said: argparse.Namespace) -> None:
    from baitao_desktop.cli import acting

    verb, pairs = acting.verb_of(said.verb), acting.pairs_of(said.set)
    with _open(said) as desk:
        print(acting.act(desk, verb, said.record, pairs))


def ask(said: argparse.Namespace) -> None:
    from baitao_desktop.actions import tips

    with _open(said) as desk:
        print(tips.ask_by_code(desk, said.code).value)


def ledger(said: argparse.Namespace) -> None:
    from baitao_desktop.actions import papers
    from baitao_desktop.actions.inspection_ledgers import INSPECTIONS, TITLES
    from baitao_desktop.cli import values

    with _open(said) as desk:
        every = said.form.strip() in (INSPECTIONS, TITLES[INSPECTIONS])
        form_id = INSPECTIONS if every else values.form_named(desk, said.form).id
        query = Query(form=form_id, descending=False)
        for xlsx in (False, True):
            print(papers.save_ledger(desk, form_id, query, said.to, xlsx=xlsx).value)


def briefing(said: argparse.Namespace) -> None:
    from baitao_desktop.actions import briefings

    with _open(said) as desk:
        month = desk.campaign.month_named(said.month) if said.month else None
        draft = briefings.draft_briefing(desk, month, issue=said.issue)
        print(briefings.save_briefing(desk, draft, said.to).value)


def tasks(said: argparse.Namespace) -> None:
    """The list of a unit, one task a line; with a folder its paper, and the wall of all units where that was asked for."""
    from baitao_desktop.actions import task_papers
    from baitao_desktop.actions import tasks as acts
    from baitao_desktop.cli import values

    with _open(said) as desk:
        month = desk.campaign.month_named(said.month) if said.month else acts.months_so_far(desk)[0]
        if said.wall:
            for small in (False, True):
                print(task_papers.save_wall(desk, said.to or Path(), month, small=small).value)
            return
        unit = values.unit_or_group(desk, said.unit) if said.unit else desk.unit.code
        if unit not in acts.own_lists(desk):
            raise UserFacingError(
                "A88", f"{desk.campaign.unit_name(unit)}的任务这台电脑上看不全。请到它自己的电脑或专项办看。"
            )
        for one in acts.checklist(desk, unit, month):
            words = (task_papers.state_text(one), one.task.clause, one.task.action, task_papers.limit_text(one))
            print("\t".join(words))
        if said.to:
            print(task_papers.save_list(desk, unit, said.to, month).value)


def inspections(said: argparse.Namespace) -> None:
    from baitao_desktop.actions import inspection_summary

    with _open(said) as desk:
        month = desk.campaign.month_named(said.month) if said.month else None
        for xlsx in (False, True):
            print(inspection_summary.save_summary(desk, said.to, month, xlsx=xlsx).value)


def month_name(text: str) -> str:
    """“2022-05” out of 2022-5, 202205, 2022年5月, as an argparse type."""
    import unicodedata

    found = re.fullmatch(r"(20\d\d)[-./年]?(0?[1-9]|1[0-2])月?", unicodedata.normalize("NFKC", text).strip())
    if not found:
        raise argparse.ArgumentTypeError(f"“{text}”不是月份，应写成 2022-05")
    return f"{found[1]}-{int(found[2]):02d}"


def listed(said: argparse.Namespace) -> None:
    from baitao_desktop.actions import ledgers
    from baitao_desktop.cli import values

    with _open(said) as desk:
        form = values.form_named(desk, said.form)
        with ledgers.open_ledger(desk, form.id) as page:
            for line in page.lines(page.ids(Query(form=form.id, text=said.text))):
                # 一条记录一行，内容里的换行不能把它折成两行
                print("\t".join(" ".join(cell.split()) for cell in page.cells(line)))
