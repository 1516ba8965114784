"""argparse in Chinese: headings, and a sentence for every way a command can be misunderstood."""

from __future__ import annotations

import argparse
import re
import sys
from typing import Any, NoReturn

# argparse 的原话 → 中文；各版 Python 的引号不同，所以都放宽
_SAID: tuple[tuple[str, str], ...] = (
    (r"the following arguments are required: (.*)", r"还缺：\1"),
    (r"(?:argument )?(.*?): invalid choice: '?(.*?)'? \(choose from .*\)", r"没有“\2”这个\1"),
    (r"(?:argument )?(.*?): expected one argument", r"\1 后面要写一项内容"),
    (r"(?:argument )?(.*?): expected at least one argument", r"\1 后面至少要写一项内容"),
    (r"(?:argument )?(.*?): ignored explicit argument .*", r"\1 后面不能写内容"),
    (r"(?:argument )?(.*?): not allowed with argument (.*)", r"\1 和 \2 只能写一个"),
    (r"one of the arguments (.*) is required", r"这几项要写一项：\1"),
    (r"unrecognized arguments: (.*)", r"不认识“\1”"),
    (r"argument (.*?): ([^A-Za-z].*)", r"\1：\2"),
)


class Formatter(argparse.RawDescriptionHelpFormatter):
    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, "用法：" if prefix is None else prefix)


class Parser(argparse.ArgumentParser):
    """argparse with Chinese headings and a Chinese sentence for a command that is not understood."""

    def __init__(self, **given: Any) -> None:
        # 缩写会在以后加选项时变了意思
        super().__init__(**{**given, "add_help": False, "allow_abbrev": False, "formatter_class": Formatter})
        self._positionals.title, self._optionals.title = "参数", "选项"
        self.add_argument("-h", "--help", action="help", help="显示这段说明")

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(2, f"命令没有看懂：{in_chinese(message)}。请加 --help 看写法。\n")


def in_chinese(message: str) -> str:
    """What argparse found wrong; words of its own that are not known here are left out rather than shown."""
    for said, chinese in _SAID:
        found = re.fullmatch(said, message, re.DOTALL)
        if found:
            return found.expand(chinese).replace(", ", "、").rstrip("。")
    return "写法不对"


def whole_number(text: str) -> int:
    """A number from 1 on, as an argparse type."""
    import unicodedata

    plain = unicodedata.normalize("NFKC", text).strip()
    if not re.fullmatch(r"[0-9]{1,6}", plain) or int(plain) < 1:
        raise argparse.ArgumentTypeError(f"“{text}”不是1以上的整数")
    return int(plain)
