"""The commands and their options, and what becomes of an error."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from baitao_desktop import __version__, paths
from baitao_desktop.cli import acting, trouble, verbs
from baitao_desktop.cli.wording import Parser, whole_number

_REGISTER = """JSON 文件的写法：
  {"form": "xiansuo",
   "answers": {"zhengzai_zhuanqian": "fou", "jieshou_shijian": "2022-05-18T09:00+08:00", "qudao": "mopai",
               "suozai_cunshe": "麦子坪村", "beifanying_duixiang": "某某会所", "zhaiyao": "让老人预存2万元"},
   "reporter": {"xuanze": "甲", "xingming": "张某某", "dianhua": "138 0000 0001", "yuanyi_huifang": "是"}}
form 写表的代码或名称；answers 的项写题名或题目，选项写代码或文字；金额写成文字按元（"2万"），写成数字按分（2000000）。
reporter 可以不写；xuanze 写甲、乙或丙（不留姓名）。登记后举报人信息已密封，请把这个文件删除。"""


def run(words: list[str]) -> int:
    """Carry out one command. 0 done, 1 told on stderr what was not done, 2 not understood. Never raises."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    said = argparse.Namespace(at=None)
    try:
        try:
            said = parser().parse_args(words)
            status = int(said.do(said) or 0)
        except SystemExit as stop:
            status = stop.code if isinstance(stop.code, int) else 0
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        _let_go_of_output()
        return 1
    except KeyboardInterrupt:
        return _tell("已取消。")
    except Exception as error:
        _let_go_of_output_if_full()
        return _tell(str(trouble.as_told(error, paths.places(getattr(said, "at", None)))))
    return status


def _tell(sentence: str) -> int:
    with contextlib.suppress(OSError, ValueError):
        print(sentence, file=sys.stderr)
    return 1


def _let_go_of_output_if_full() -> None:
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        _let_go_of_output()


def _let_go_of_output() -> None:
    """The reader (head, less) has gone: what is still in the buffer must not be tried again at exit."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def parser() -> argparse.ArgumentParser:
    """All commands."""
    made = Parser(prog="baitao-desktop", description="白涛养老反诈工作台。不带命令时打开窗口。")
    made.add_argument("--version", action="version", version=__version__, help="显示版本")
    commands = made.add_subparsers(title="命令", metavar="命令", required=True, parser_class=Parser)
    _add_setup(commands)
    _add_exchange(commands)
    _add_work(commands)
    return made


def _verb(
    commands: Any,
    name: str,
    words: str,
    do: Callable[[argparse.Namespace], int | None],
    *,
    login: bool = True,
    more: str = "",
) -> Any:
    made = commands.add_parser(name, help=words, description=words, epilog=more)
    made.set_defaults(do=do)
    made.add_argument("--at", type=Path, metavar="文件夹", help="资料所在的文件夹（默认：本机用户的资料文件夹）")
    if login:
        secret = made.add_mutually_exclusive_group()
        secret.add_argument("--password-file", type=Path, metavar="文件", help="口令所在的文件（默认：提示输入）")
        secret.add_argument("--recovery-file", type=Path, metavar="文件", help="忘了口令：恢复码所在的文件")
        secret.add_argument("--recovery", action="store_true", help="忘了口令：提示输入恢复码")
    return made


def _add_setup(commands: Any) -> None:
    new = _verb(commands, "new", "新建一个单位的资料", verbs.new, login=False)
    new.add_argument("--password-file", type=Path, metavar="文件", help="新口令所在的文件（默认：提示输入两遍）")
    new.add_argument("--unit", required=True, metavar="单位", help="村（社区）或单位的名称，专项办写“专项办”")
    new.add_argument("--person", required=True, metavar="姓名", help="经手人姓名")
    new.add_argument("--post", default="", metavar="职务", help="经手人职务")
    new.add_argument("--practice", action="store_true", help="练习库（日期停在专项行动期间，可随时清空）")
    new.add_argument("--passphrase-file", type=Path, metavar="文件", help="专项办：回访口令所在的文件")
    _verb(commands, "doctor", "检查这台电脑能不能用", verbs.doctor, login=False)
    check = _verb(commands, "check-form", "检查自己编的表（.xlsx 或 .md）", verbs.check_form, login=False)
    check.add_argument("files", nargs="+", type=Path, metavar="表", help="表文件，可以写几个")
    backup = _verb(commands, "backup", "备份到一个文件夹", verbs.backup)
    backup.add_argument("--to", type=Path, required=True, metavar="文件夹", help="放备份的文件夹")
    restore = _verb(commands, "restore", "把备份恢复到空文件夹", verbs.restore, login=False)
    restore.add_argument("backup", type=Path, metavar="备份", help="备份文件夹")
    verify = _verb(commands, "verify", "检查资料是否完好、有没有被改动", verbs.verify)
    verify.add_argument("--quick", action="store_true", help="只做快速检查")
    demo = commands.add_parser(
        "demo", help="演示：两个村和专项办走一遍", description="演示：两个村和专项办走一遍，文件留在指定文件夹"
    )
    demo.add_argument("--out", type=Path, required=True, metavar="文件夹", help="放演示文件的文件夹")
    demo.set_defaults(do=verbs.demo)


def _add_exchange(commands: Any) -> None:
    card = _verb(commands, "card", "写出本机的单位卡，显示本机的八位核对数字", verbs.card)
    card.add_argument("--to", type=Path, default=Path(), metavar="文件夹", help="放单位卡的文件夹，如U盘")
    hand = _verb(commands, "hand-over", "交出（报送）数据包", verbs.hand_over)
    hand.add_argument("--to", type=Path, default=Path(), metavar="文件夹", help="放数据包的文件夹，如U盘")
    hand.add_argument("--unit", default="", metavar="单位", help="专项办：交给哪个单位")
    hand.add_argument("--full", action="store_true", help="完整交出，不看对方收到过哪些")
    take = _verb(
        commands, "take-in", "收入数据包或单位卡", verbs.take_in,
        more="是数据包还是单位卡由程序看内容认，文件名不要紧。收卡先显示八位数字，打电话核对一致才登记。\n"
        "几个文件里有收不进的，其余照收，最后退出码为1。",
    )  # fmt: skip
    take.add_argument("files", nargs="+", type=Path, metavar="文件", help="数据包（.btx）或单位卡（.btk），可以写几个")
    take.add_argument(
        "--digits", action="append", default=[], metavar="八位数字", help="对方在电话里念的数字，一致才登记；不写就提问"
    )
    take.add_argument("--dry-run", action="store_true", help="只看会收入什么，不收")
    take.add_argument("--sure", action="store_true", help="删除很多记录的包也收")
    lists = _verb(commands, "take-in-list", "从表格（.csv、.xlsx）收入线索", verbs.take_in_list)
    lists.add_argument("file", type=Path, metavar="表格", help="表格文件")
    lists.add_argument("--dry-run", action="store_true", help="只看各列会当成什么，不收")
    out = _verb(commands, "open-out", "把全部资料导出成普通文件", verbs.open_out)
    out.add_argument("--to", type=Path, required=True, metavar="文件夹", help="放文件的文件夹")


def _add_work(commands: Any) -> None:
    register = _verb(commands, "register", "登记一条线索或一份表", verbs.register, more=_REGISTER)
    register.add_argument("file", type=Path, metavar="文件", help="写好内容的 JSON 文件，写法见下")
    register.add_argument("--receipt", type=Path, metavar="文件夹", help="同时把受理回执存到这个文件夹")
    acts = "、".join(acting.VERBS)
    act = _verb(commands, "act", f"办理一条线索：{acts}；其他记录：更正、作废", verbs.act, more=acting.HELP)
    act.add_argument("verb", metavar="动作", help=acts)
    act.add_argument("record", metavar="编号", help="线索或记录的编号，线索也可写总台账号")
    act.add_argument("--set", action="append", default=[], metavar="项=值", help="这一步要填的内容，可以写几次")
    ask = _verb(commands, "ask", "按查询码查办理情况", verbs.ask)
    ask.add_argument("code", metavar="查询码", help="回执上的11位查询码")
    ledger = _verb(commands, "ledger", "出台账（PDF 和 .xlsx）", verbs.ledger)
    ledger.add_argument(
        "--form",
        default="xiansuo",
        metavar="表",
        help="哪种表的台账，写代码或名称；各行业检查合成一本写“检查台账”（默认：线索）",
    )
    ledger.add_argument("--to", type=Path, default=Path(), metavar="文件夹", help="放台账的文件夹")
    briefing = _verb(commands, "briefing", "出工作简报（PDF）", verbs.briefing)
    briefing.add_argument("--to", type=Path, default=Path(), metavar="文件夹", help="放简报的文件夹")
    briefing.add_argument("--issue", type=whole_number, default=1, metavar="期", help="第几期（默认：1）")
    briefing.add_argument("--month", type=verbs.month_name, metavar="月份", help="哪个月的，如 2022-05（默认：本月）")
    tasks = _verb(commands, "tasks", "列出任务做到哪一步，出任务清单和一览（PDF）", verbs.tasks)
    tasks.add_argument("--unit", default="", metavar="单位", help="哪个单位或工作组的（默认：本单位）")
    tasks.add_argument(
        "--month", type=verbs.month_name, metavar="月份", help="按月的任务看哪个月，如 2022-05（默认：本月）"
    )
    tasks.add_argument("--to", type=Path, metavar="文件夹", help="同时把任务清单存到这个文件夹")
    tasks.add_argument("--wall", action="store_true", help="出所有单位的任务完成情况一览（A3 和 A4 各一份）")
    checks = _verb(commands, "inspections", "出检查情况汇总表（PDF 和 .xlsx）", verbs.inspections)
    checks.add_argument("--to", type=Path, default=Path(), metavar="文件夹", help="放汇总表的文件夹")
    checks.add_argument("--month", type=verbs.month_name, metavar="月份", help="哪个月的，如 2022-05（默认：本月）")
    listed = _verb(commands, "list", "列出记录", verbs.listed)
    listed.add_argument("--form", default="xiansuo", metavar="表", help="哪种表，写代码或名称（默认：线索）")
    listed.add_argument("--text", default="", metavar="词", help="只列含有这些字的")
