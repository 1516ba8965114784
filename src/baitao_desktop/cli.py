"""The acts from the command line, without Qt. Every sentence is Chinese; every verb has --help."""

from __future__ import annotations

import argparse
import contextlib
import getpass
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

from baitao_desktop import __version__, paths
from baitao_desktop.actions import desk as desks
from baitao_desktop.actions.desk import Desk
from baitao_desktop.domain.errors import UserFacingError
from baitao_desktop.domain.ops import RecordId
from baitao_desktop.domain.query import Query
from baitao_desktop.domain.tips import FORM as TIP_FORM


class _Formatter(argparse.RawDescriptionHelpFormatter):
    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, "用法：" if prefix is None else prefix)


class _Parser(argparse.ArgumentParser):
    """argparse with Chinese headings and a Chinese sentence for a command that is not understood."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**{**given, "add_help": False, "formatter_class": _Formatter})
        self._positionals.title, self._optionals.title = "参数", "选项"
        self.add_argument("-h", "--help", action="help", help="显示这段说明")

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(2, f"命令没有看懂（{message}）。请加 --help 看写法。\n")


def run(words: list[str]) -> int:
    """Carry out one command. 0 done, 1 a UserFacingError was told on stderr, 2 not understood."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        said = _parser().parse_args(words)
    except SystemExit as stop:
        return int(stop.code or 0)
    try:
        return int(said.do(said) or 0)
    except UserFacingError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("已取消。", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="baitao-desktop", description="白涛养老反诈工作台。不带命令时打开窗口。")
    parser.add_argument("--version", action="version", version=__version__, help="显示版本")
    verbs = parser.add_subparsers(title="命令", metavar="命令", required=True, parser_class=_Parser)
    _add_setup(verbs)
    _add_exchange(verbs)
    _add_work(verbs)
    return parser


def _verb(
    verbs: Any, name: str, words: str, do: Callable[[argparse.Namespace], int | None], *, login: bool = True
) -> Any:
    parser = verbs.add_parser(name, help=words, description=words)
    parser.set_defaults(do=do)
    parser.add_argument("--at", type=Path, metavar="文件夹", help="资料所在的文件夹（默认：本机用户的资料文件夹）")
    if login:
        parser.add_argument("--password-file", type=Path, metavar="文件", help="口令所在的文件（默认：提示输入）")
    return parser


def _add_setup(verbs: Any) -> None:
    new = _verb(verbs, "new", "新建一个单位的资料", _new)
    new.add_argument("--unit", required=True, metavar="单位", help="村（社区）或单位的名称，专项办写“专项办”")
    new.add_argument("--person", required=True, metavar="姓名", help="经手人姓名")
    new.add_argument("--post", default="", metavar="职务", help="经手人职务")
    new.add_argument("--practice", action="store_true", help="练习库（日期停在专项行动期间，可随时清空）")
    new.add_argument("--passphrase-file", type=Path, metavar="文件", help="专项办：回访口令所在的文件")
    _verb(verbs, "doctor", "检查这台电脑能不能用", _doctor, login=False)
    check = _verb(verbs, "check-form", "检查自己编的表（.xlsx 或 .md）", _check_form, login=False)
    check.add_argument("files", nargs="+", type=Path, metavar="表", help="表文件，可以写几个")
    backup = _verb(verbs, "backup", "备份到一个文件夹", _backup)
    backup.add_argument("--to", type=Path, required=True, metavar="文件夹", help="放备份的文件夹")
    restore = _verb(verbs, "restore", "把备份恢复到空文件夹", _restore, login=False)
    restore.add_argument("backup", type=Path, metavar="备份", help="备份文件夹")
    verify = _verb(verbs, "verify", "检查资料是否完好、有没有被改动", _verify)
    verify.add_argument("--quick", action="store_true", help="只做快速检查")
    demo = verbs.add_parser(
        "demo", help="演示：两个村和专项办走一遍", description="演示：两个村和专项办走一遍，文件留在指定文件夹"
    )
    demo.add_argument("--out", type=Path, required=True, metavar="文件夹", help="放演示文件的文件夹")
    demo.set_defaults(do=_demo)


def _add_exchange(verbs: Any) -> None:
    card = _verb(verbs, "card", "写出本机的单位卡", _card)
    card.add_argument("--to", type=Path, default=Path(), metavar="文件夹", help="放单位卡的文件夹，如U盘")
    hand = _verb(verbs, "hand-over", "交出（报送）数据包", _hand_over)
    hand.add_argument("--to", type=Path, default=Path(), metavar="文件夹", help="放数据包的文件夹，如U盘")
    hand.add_argument("--unit", default="", metavar="单位", help="专项办：交给哪个单位")
    hand.add_argument("--full", action="store_true", help="完整交出，不看对方收到过哪些")
    take = _verb(verbs, "take-in", "收入数据包或单位卡", _take_in)
    take.add_argument("files", nargs="+", type=Path, metavar="文件", help="数据包（.btx）或单位卡（.btk）")
    take.add_argument("--dry-run", action="store_true", help="只看会收入什么，不收")
    take.add_argument("--sure", action="store_true", help="删除很多记录的包也收")
    lists = _verb(verbs, "take-in-list", "从表格（.csv、.xlsx）收入线索", _take_in_list)
    lists.add_argument("file", type=Path, metavar="表格", help="表格文件")
    lists.add_argument("--dry-run", action="store_true", help="只看各列会当成什么，不收")
    out = _verb(verbs, "open-out", "把全部资料导出成普通文件", _open_out)
    out.add_argument("--to", type=Path, required=True, metavar="文件夹", help="放文件的文件夹")


def _add_work(verbs: Any) -> None:
    register = _verb(verbs, "register", "登记一条线索或一份表", _register)
    register.add_argument(
        "file", type=Path, metavar="文件", help='JSON 文件：{"form": 表, "answers": {题: 答案}, "reporter": {…}}'
    )
    register.add_argument("--receipt", type=Path, metavar="文件夹", help="同时把受理回执存到这个文件夹")
    act = _verb(verbs, "act", "办理一条线索：上报、受理、核实、更正、办结、作废、回复", _act)
    act.add_argument("verb", metavar="动作", help="上报 受理 核实 更正 办结 作废 回复（或 hand_up accept verify …）")
    act.add_argument("record", metavar="编号", help="线索编号")
    act.add_argument("--set", action="append", default=[], metavar="项=值", help="这一步要填的内容，可以写几次")
    ask = _verb(verbs, "ask", "按查询码查办理情况", _ask)
    ask.add_argument("code", metavar="查询码", help="回执上的11位查询码")
    ledger = _verb(verbs, "ledger", "出台账（PDF 和 .xlsx）", _ledger)
    ledger.add_argument("--form", default="xiansuo", metavar="表", help="哪种表的台账（默认：线索）")
    ledger.add_argument("--to", type=Path, default=Path(), metavar="文件夹", help="放台账的文件夹")
    briefing = _verb(verbs, "briefing", "出工作简报（PDF）", _briefing)
    briefing.add_argument("--to", type=Path, default=Path(), metavar="文件夹", help="放简报的文件夹")
    briefing.add_argument("--issue", type=int, default=1, metavar="期", help="第几期")
    verbs_list = _verb(verbs, "list", "列出记录", _list)
    verbs_list.add_argument("--form", default="xiansuo", metavar="表", help="哪种表（默认：线索）")
    verbs_list.add_argument("--text", default="", metavar="词", help="只列含有这些字的")


# —— 各命令 ——


def _secret(path: Path | None, ask: str) -> Any:
    from baitao_desktop import files, seal

    if path is not None:
        try:
            return seal.password(path.read_text(encoding="utf-8").strip("\r\n"))
        except OSError as error:
            raise files.explain(path, error) from error
    return seal.password(getpass.getpass(f"{ask}："))


@contextlib.contextmanager
def _open(said: argparse.Namespace) -> Iterator[Desk]:
    desk = desks.open_desk(paths.places(said.at), _secret(said.password_file, "口令"))
    try:
        yield desk
    finally:
        desks.leave(desk)


def _new(said: argparse.Namespace) -> None:
    from baitao_desktop.actions import setup

    passphrase = _secret(said.passphrase_file, "回访口令") if said.passphrase_file else None
    founded = setup.found(
        paths.places(said.at), unit=said.unit, person=said.person, post=said.post, password=_secret(said.password_file, "新口令"),
        mode="practice" if said.practice else "formal", callback_passphrase=passphrase,
    )  # fmt: skip
    print(f"已新建：{founded.desk.title}")
    print(f"恢复码（只显示这一次，请抄下来放在别处）：{founded.recovery_code}")
    desks.leave(founded.desk)


def _doctor(said: argparse.Namespace) -> int:
    from baitao_desktop.actions import doctor

    lines = doctor.examine(paths.places(said.at))
    for good, text in lines:
        print(("正常  " if good else "有问题  ") + text)
    return 0 if all(good for good, _ in lines) else 1


def _check_form(said: argparse.Namespace) -> int:
    from baitao_desktop.forms.authoring import author_errors

    wrong = 0
    for path in said.files:
        found = author_errors(path)
        print(f"{path.name}: ok" if not found else "\n".join(f"{path.name}: {line}" for line in found))
        wrong += bool(found)
    return 1 if wrong else 0


def _backup(said: argparse.Namespace) -> None:
    from baitao_desktop.actions import backups

    with _open(said) as desk:
        print(f"已备份并核对：{backups.back_up(desk, said.to).value}")


def _restore(said: argparse.Namespace) -> None:
    from baitao_desktop.actions import backups

    backups.restore(said.backup, paths.places(said.at))
    print("已恢复。登录后本机是一台新电脑，请重新和专项办交换单位卡。")


def _verify(said: argparse.Namespace) -> int:
    from baitao_desktop.actions import backups

    with _open(said) as desk:
        found = backups.verify(desk, full=not said.quick)
    print("\n".join(found) if found else "资料完好，没有发现改动。")
    return 1 if found else 0


def _demo(said: argparse.Namespace) -> int:
    from baitao_desktop.ui import demo

    return demo.run(said.out)


def _card(said: argparse.Namespace) -> None:
    from baitao_desktop.actions import cards

    with _open(said) as desk:
        print(f"已写出单位卡：{cards.write_card(desk, said.to).value}")
        print(f"本机八位核对数字：{cards.own_digits(desk)}")


def _hand_over(said: argparse.Namespace) -> None:
    from baitao_desktop.actions import bundles

    with _open(said) as desk:
        unit = desk.campaign.find_unit(said.unit) if said.unit else None
        if said.unit and unit is None:
            raise UserFacingError("A24", f"没有“{said.unit}”这个单位。请核对名称。")
        done = bundles.hand_over(desk, said.to, to=unit.code if unit else "", full=said.full).value
    print(done.sentence)
    print(done.path)


def _take_in(said: argparse.Namespace) -> None:
    from baitao_desktop.actions import bundles, cards

    with _open(said) as desk:
        for path in said.files:
            if path.suffix == ".btk":
                print(cards.look_at_card(desk, path).sentence)
                answer = cards.register_card(desk, path).value if not said.dry_run else None
                desk = desks.reload(desk)
                print(f"已登记，回卡在：{answer}" if answer else "已收卡。" if not said.dry_run else "（没有登记）")
            elif said.dry_run:
                print(bundles.look_into(desk, path).sentence)
            else:
                print(bundles.take_in(desk, path, sure=said.sure).value.sentence)


def _take_in_list(said: argparse.Namespace) -> None:
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


def _open_out(said: argparse.Namespace) -> None:
    from baitao_desktop.actions import backups

    with _open(said) as desk:
        print(f"已导出：{backups.open_out(desk, said.to).value}")


def _register(said: argparse.Namespace) -> None:
    from baitao_desktop import files
    from baitao_desktop.actions import papers, records, tips

    try:
        paper = json.loads(said.file.read_text(encoding="utf-8"))
        form, answers = str(paper.get("form", "xiansuo")), dict(paper["answers"])
    except OSError as error:
        raise files.explain(said.file, error) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserFacingError("A52", f"“{said.file.name}”不是登记文件。请按 --help 里的写法写成 JSON。") from error
    with _open(said) as desk:
        if form != TIP_FORM:
            rec = records.submit(desk, form, answers).value
            print(f"已登记：{records.look(desk, rec, logged=False).no}")
            return
        sealed = tips.seal_reporter(desk, paper["reporter"]) if paper.get("reporter") else None
        done = tips.register(desk, answers, sealed=sealed).value
        print(f"已登记：{done.no}\n查询码：{done.query_code}（只显示这一次）")
        if said.receipt:
            print(f"受理回执：{papers.save_receipt(desk, done.tip, done.query_code, said.receipt).value}")
        if sealed:
            print("举报人信息已密封；请把文件里的明文删除。")


_VERBS = {
    "上报": "hand_up", "受理": "accept", "核实": "verify", "更正": "correct", "办结": "close", "作废": "void", "回复": "feedback",
}  # fmt: skip


def _act(said: argparse.Namespace) -> None:
    from baitao_desktop.actions import tips

    verb = _VERBS.get(said.verb, said.verb)
    if verb not in _VERBS.values():
        raise UserFacingError("A53", f"没有“{said.verb}”这个动作。可用：{'、'.join(_VERBS)}。")
    given: dict[str, Any] = {}
    for pair in said.set:
        key, sign, value = pair.partition("=")
        if not sign:
            raise UserFacingError("A54", f"“{pair}”写法不对，应写成 项=值。")
        given[key] = int(value) if key.endswith("_fen") and value.lstrip("-").isdigit() else value
    with _open(said) as desk:
        rec = _find(desk, said.record)
        if verb == "correct":
            reason = str(given.pop("reason", ""))
            tips.correct(desk, rec, changes=given, reason=reason)
        else:
            try:
                getattr(tips, verb)(desk, rec, **given)
            except TypeError as error:
                raise UserFacingError(
                    "A54", f"这一步要填的内容不全或写错了（{error}）。请看手册里这一步的各项。"
                ) from error
    print("已办。")


def _find(desk: Desk, said: str) -> RecordId:
    with desk.store.reading() as reader:
        for line in reader.lines(reader.ids(Query(form="xiansuo"))):
            if said in (line.head.no, line.id, line.head.tracks[1]):
                return line.id
    raise UserFacingError("A34", f"找不到编号“{said}”。请核对编号。")


def _ask(said: argparse.Namespace) -> None:
    from baitao_desktop.actions import tips

    with _open(said) as desk:
        print(tips.ask_by_code(desk, said.code).value)


def _ledger(said: argparse.Namespace) -> None:
    from baitao_desktop.actions import papers

    with _open(said) as desk:
        if said.form not in desk.forms:
            raise UserFacingError("A37", f"没有“{said.form}”这种表。可用：{'、'.join(desk.forms)}。")
        query = Query(form=said.form, descending=False)
        for xlsx in (False, True):
            print(papers.save_ledger(desk, said.form, query, said.to, xlsx=xlsx).value)


def _briefing(said: argparse.Namespace) -> None:
    from baitao_desktop.actions import briefings

    with _open(said) as desk:
        print(briefings.save_briefing(desk, briefings.draft_briefing(desk, issue=said.issue), said.to).value)


def _list(said: argparse.Namespace) -> None:
    from baitao_desktop.actions import ledgers

    with _open(said) as desk, ledgers.open_ledger(desk, said.form) as ledger:
        for line in ledger.lines(ledger.ids(Query(form=said.form, text=said.text))):
            print("\t".join(ledger.cells(line)))
