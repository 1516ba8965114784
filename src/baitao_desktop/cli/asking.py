"""What is asked of the person: secrets and yes or no, from a file or at a terminal; and words out of a file."""

from __future__ import annotations

import argparse
import sys
import unicodedata
from pathlib import Path

from baitao_desktop import files, seal
from baitao_desktop.domain.errors import UserFacingError

_MAX_SECRET = 4096
_MAX_TEXT = 20 * 1024**2


def at_terminal() -> bool:
    """Whether somebody can answer a question here."""
    try:
        return sys.stdin is not None and sys.stdin.isatty()
    except ValueError:  # closed
        return False


def login_secret(said: argparse.Namespace) -> seal.Secret:
    """The password, or the recovery code where that was asked for."""
    if said.recovery_file is not None:
        return seal.recovery(_line_of(said.recovery_file, "恢复码"))
    if said.recovery:
        return seal.recovery(_hidden("恢复码", "--recovery-file"))
    return password(said.password_file, "口令", "--password-file")


def password(path: Path | None, what: str, option: str, *, twice: bool = False) -> seal.Secret:
    """A password out of a file, else typed; a new one is typed twice. UserFacingError U31–U33 when there is none."""
    if path is not None:
        return seal.password(_line_of(path, what))
    typed = seal.password(_hidden(what, option))
    if twice and seal.password(_hidden(f"再输一遍{what}", option)) != typed:
        raise UserFacingError("U33", f"两次输入的{what}不一样，没有新建。请重新来一次。")
    return typed


def _hidden(what: str, option: str) -> str:
    import getpass
    import warnings

    if not at_terminal():
        raise UserFacingError("U31", f"这里没有键盘可以输入{what}。请把{what}写在文件里，加 {option} 文件。")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", getpass.GetPassWarning)
            typed = getpass.getpass(f"{what}：")
    except EOFError as error:
        raise UserFacingError("U31", f"没有输入{what}，什么也没有做。") from error
    if not typed:
        raise UserFacingError("U31", f"没有输入{what}，什么也没有做。")
    return typed


def _line_of(path: Path, what: str) -> str:
    text = text_of(path, most=_MAX_SECRET).strip("\r\n")
    if not text.strip():
        raise UserFacingError("U32", f"“{path.name}”里没有{what}。请把{what}写在第一行。")
    if "\n" in text or "\r" in text:
        raise UserFacingError("U32", f"“{path.name}”不止一行。{what}文件里请只写{what}。")
    return text


def text_of(path: Path, *, most: int = _MAX_TEXT) -> str:
    """The words of a file as Windows, WPS or anything else saved them: UTF-8 or UTF-16 with a mark, UTF-8, GB 18030.

    UserFacingError U32 when it is no text or too long, S90–S93 when it cannot be read.
    """
    try:
        with path.open("rb") as source:
            data = source.read(most + 1)
    except OSError as error:
        raise files.explain(path, error) from error
    if len(data) > most:
        raise UserFacingError("U32", f"“{path.name}”太大，不是要的文件。请核对是不是写错了文件名。")
    coding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    for one in (coding, "gb18030"):
        try:
            text = data.decode(one)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise UserFacingError("U32", f"“{path.name}”不是文字文件。请用记事本另存为UTF-8再试。")


def garbled(said: object) -> bool:
    """Whether JSON holds what no person wrote: half characters, control signs, numbers beyond fifteen digits."""
    if isinstance(said, str):
        return any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\t\r\n" for sign in said)
    if isinstance(said, int | float):
        return not -(10**15) < said < 10**15  # NaN too
    if isinstance(said, dict):
        return any(garbled(key) or garbled(value) for key, value in said.items())
    return isinstance(said, list) and any(map(garbled, said))


def agreed(question: str) -> bool:
    """Ask until the answer is 是 or 否; at the end of the input, 否."""
    for _ in range(5):
        try:
            answer = input(f"{question}（是/否）：").strip().lower()
        except EOFError:
            return False
        if answer in ("是", "是的", "一致", "y", "yes", "shi"):
            return True
        if answer in ("否", "不是", "不", "不一致", "n", "no", "fou"):
            return False
        print("请写“是”或“否”。")
    return False


def digits_of(text: str) -> str:
    """The digits of what was typed, full-width ones too, without blanks and dashes."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text) if sign.isascii() and sign.isdigit())
