"""The command line: every answer is a Chinese sentence, whatever is typed, read or broken."""

from __future__ import annotations

import builtins
import codecs
import getpass
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from baitao_desktop import __main__, cli, files, paths
from baitao_desktop.actions import ledgers
from baitao_desktop.cli import asking, values
from baitao_desktop.cli.running import parser
from baitao_desktop.domain.errors import UserFacingError
from conftest import PASSPHRASE, PASSWORD, MakeDesk, tip_answers

# 句子里可以出现的英文：选项、文件名、代码、括号里的项名
_KEPT = re.compile(
    r"--?[a-z-]+|\([^)]*\)|（[^）]*）|“[^”]*”|\.[a-z]+|JSON|UTF-8|WPS|PDF|baitao-desktop|act|new|list|take-in"
)


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second place of the device id stays in the test's folder."""
    monkeypatch.setenv("BAITAO_CONFIG", str(tmp_path / "settings"))


class Line:
    """A command line in a folder: what is said on both streams and the exit status."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.root, self.capsys = root, capsys
        self.password = root / "口令.txt"
        self.password.write_text(PASSWORD, encoding="utf-8")

    def run(self, *words: str) -> tuple[int, str, str]:
        self.capsys.readouterr()
        status = cli.run(list(words))
        out, err = self.capsys.readouterr()
        assert "Traceback" not in out + err
        return status, out, err

    def at(self, unit: str, verb: str, *words: str, status: int = 0) -> str:
        found, out, err = self.run(verb, "--at", str(self.root / unit), "--password-file", str(self.password), *words)
        assert found == status, out + err
        return out if status == 0 else err

    def new(self, unit: str, *words: str) -> str:
        said = self.at(unit, "new", "--unit", unit, "--person", "测经办", "--practice", *words)
        return said.split("：")[-1].strip()

    def register(self, unit: str, paper: object, *, status: int = 0) -> str:
        path = self.root / "登记.json"
        path.write_bytes(paper if isinstance(paper, bytes) else json.dumps(paper, ensure_ascii=False).encode())
        return self.at(unit, "register", str(path), status=status)

    def digits(self, unit: str) -> str:
        said = self.at(unit, "card", "--to", str(self.root / "卡" / unit))
        return said.strip().split("：")[-1]


@pytest.fixture
def line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Line:
    return Line(tmp_path, capsys)


def number_in(said: str) -> str:
    return said.split("\n", maxsplit=1)[0].removeprefix("已登记：")


VILLAGE = "麦子坪村"
ANSWERS = tip_answers(jieshou_shijian="2022-05-17T09:00+08:00")


# —— 看不懂的命令 ——


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "还缺：命令"),
        (["没有的"], "没有“没有的”这个命令"),
        (["act"], "还缺：动作、编号"),
        (["backup"], "还缺：--to"),
        (["backup", "--to"], "--to 后面要写一项内容"),
        (["take-in"], "还缺：文件"),
        (["list", "--pass", "x"], "不认识“--pass x”"),
        (["verify", "--quick=1"], "--quick 后面不能写内容"),
        (["briefing", "--issue", "-3"], "--issue：“-3”不是1以上的整数"),
        (["briefing", "--issue", "一"], "--issue：“一”不是1以上的整数"),
        (["briefing", "--month", "2022-13"], "--month：“2022-13”不是月份"),
        (["list", "--password-file", "a", "--recovery-file", "b"], "--recovery-file 和 --password-file 只能写一个"),
    ],
)
def test_a_command_not_understood_is_told_in_chinese(line: Line, words: list[str], said: str) -> None:
    status, _, err = line.run(*words)
    assert status == 2
    assert said in err
    sentence = err[err.index("命令没有看懂") :]
    assert not re.search(r"[A-Za-z]{3,}", _KEPT.sub("", sentence)), sentence


def verbs() -> list[str]:
    (commands,) = (a for a in parser()._actions if a.dest == "==SUPPRESS==" and a.choices)
    return list(commands.choices or ())


@pytest.mark.parametrize("verb", verbs())
def test_every_verb_explains_itself_in_chinese(line: Line, verb: str) -> None:
    status, out, _ = line.run(verb, "--help")
    assert status == 0
    assert out.startswith("用法：")
    for english in ("usage", "options:", "positional", "show this", "default:"):
        assert english not in out


def test_the_help_of_act_lists_what_each_step_takes(line: Line) -> None:
    _, out, _ = line.run("act", "--help")
    for word in ("撤销", "核实结果", "部分属实", "举报人要求不回复", "更正理由", "已退回", "责任人"):
        assert word in out


@pytest.mark.parametrize("words", [["--at"], ["--at", "x", "没有的"], ["--at=x", "没有的"]])
def test_the_folder_may_stand_first(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert __main__.main(words) == 2
    assert "命令没有看懂" in capsys.readouterr().err


# —— 口令 ——


@pytest.mark.parametrize(
    "data", [codecs.BOM_UTF8 + PASSWORD.encode(), PASSWORD.encode("utf-16"), PASSWORD.encode() + b"\r\n"]
)
def test_a_password_file_may_carry_any_mark(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "口令.txt"
    path.write_bytes(data)
    assert asking.password(path, "口令", "--password-file").text == PASSWORD


@pytest.mark.parametrize("data", [b"", b"\n", b"a\nb", b"\0\xff\xfe\x81", b"x" * 5000])
def test_what_is_no_password_file_is_told(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "口令.txt"
    path.write_bytes(data)
    with pytest.raises(UserFacingError, match="U32"):
        asking.password(path, "口令", "--password-file")


def test_a_folder_or_nothing_as_password_file(line: Line) -> None:
    line.new(VILLAGE)
    for wrong, said in ((line.root, "这是文件夹，不是文件"), (line.root / "没有", "找不到“没有”")):
        status, _, err = line.run("list", "--at", str(line.root / VILLAGE), "--password-file", str(wrong))
        assert status == 1 and said in err


def test_a_new_password_is_typed_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    typed = iter(["mima123", "mima124", "mima123", "mima123"])
    monkeypatch.setattr(asking, "at_terminal", lambda: True)
    monkeypatch.setattr(getpass, "getpass", lambda _prompt: next(typed))
    with pytest.raises(UserFacingError, match="U33"):
        asking.password(None, "新口令", "--password-file", twice=True)
    assert asking.password(None, "新口令", "--password-file", twice=True).text == "mima123"


def test_the_recovery_code_opens_what_the_password_opens(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    code = line.new(VILLAGE)
    path = line.root / "恢复码.txt"
    path.write_text(code.lower(), encoding="utf-8-sig")
    at = str(line.root / VILLAGE)
    assert line.run("list", "--at", at, "--recovery-file", str(path))[0] == 0
    monkeypatch.setattr(asking, "at_terminal", lambda: True)
    monkeypatch.setattr(getpass, "getpass", lambda _prompt: code)
    assert line.run("list", "--at", at, "--recovery")[0] == 0
    path.write_text("不是口令", encoding="utf-8")
    assert "--recovery-file" in line.run("list", "--at", at, "--password-file", str(path))[2]
    path.write_text("12", encoding="utf-8")
    status, _, err = line.run("list", "--at", at, "--recovery-file", str(path))
    assert status == 1 and "恢复码" in err


def test_without_a_store_or_a_keyboard_nothing_is_asked(line: Line) -> None:
    status, _, err = line.run("list", "--at", str(line.root / "空"))
    assert status == 1 and "还没有资料" in err


def test_input_from_nowhere_and_a_reader_that_goes(line: Line) -> None:
    """In processes of their own, as a shell starts them."""
    line.new(VILLAGE)
    for _ in range(3):
        line.register(VILLAGE, {"answers": ANSWERS})
    words = [sys.executable, "-X", "utf8", "-m", "baitao_desktop", "list", "--at", str(line.root / VILLAGE)]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("这里没有键盘可以输入口令") and done.stderr.count("\n") == 1
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "wb") as gone:  # noqa: PTH123
        broken = subprocess.run(
            [*words, "--password-file", str(line.password)], stdout=gone, stderr=subprocess.PIPE, check=False
        )
    assert broken.returncode == 1
    assert broken.stderr == b""


# —— 程序自己的错 ——


def test_without_qt_the_window_says_so_in_one_sentence() -> None:
    code = "import sys; sys.modules['PySide6'] = None; from baitao_desktop.__main__ import main; sys.exit(main([]))"
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code], capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("窗口打不开") and done.stderr.count("\n") == 1


def test_a_bug_is_one_sentence_and_the_log_holds_no_value(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    line.new(VILLAGE)

    def broken(*_: object) -> None:
        raise RuntimeError("张某某 13800000001")

    monkeypatch.setattr(ledgers, "open_ledger", broken)
    err = line.at(VILLAGE, "list", status=1)
    assert "（U00）" in err and "13800000001" not in err
    log = paths.places(line.root / VILLAGE).cache / "log" / "baitao.log"
    assert str(log) in err
    text = log.read_text(encoding="utf-8")
    assert "RuntimeError" in text and "verbs.py" in text and "13800000001" not in text


def test_every_trouble_of_the_system_has_chinese_words() -> None:
    import errno

    for number in errno.errorcode:
        told = files.explain(Path("表"), OSError(number, os.strerror(number))).text
        assert os.strerror(number) not in told
        assert not re.search(r"[A-Za-z]{3,}", told.replace("exFAT", "").replace("NTFS", "")), told


# —— 登记和列表 ——


@pytest.mark.parametrize("mark", ["utf-8-sig", "utf-16", "utf-8"])
def test_a_registration_saved_by_a_notepad_is_read(line: Line, mark: str) -> None:
    line.new(VILLAGE)
    paper = {
        "form": "线索登记",
        "answers": {**ANSWERS, "qudao": "摸排走访发现", "suozai_cunshe": VILLAGE, "损失": "2万"},
    }
    said = line.register(VILLAGE, json.dumps(paper, ensure_ascii=False).encode(mark))
    assert "查询码" in said
    assert VILLAGE in line.at(VILLAGE, "list", "--form", "线索登记")


@pytest.mark.parametrize(
    ("paper", "code"),
    [
        (b"{x", "A52"),
        (b"[" * 200000, "A52"),
        (b"[]", "A52"),
        ({}, "A52"),
        ({"answers": []}, "A52"),
        ({"form": ["x"], "answers": {}}, "A52"),
        ({"answers": ANSWERS, "reporter": "甲"}, "A52"),
        ({"answers": ANSWERS, "reporter": ["甲"]}, "A52"),
        ({"answers": ANSWERS, "reporter": {"xingming": 5}}, "A52"),
        (b'{"answers": {"zhaiyao": "\\ud800"}}', "A52"),
        (b'{"answers": {"zhaiyao": "\\u0000"}}', "A52"),
        (b'{"answers": {"sunshi_fen": NaN}}', "A52"),
        ({"answers": {"sunshi_fen": 10**30}}, "A52"),
        ({"answers": ANSWERS, "form": "nosuch"}, "A37"),
        ({"answers": {**ANSWERS, "qudao": "托梦"}}, "A56"),
        ({"answers": {"zhaiyao": 5}}, "A30"),
    ],
)
def test_a_registration_of_the_wrong_shape_is_told(line: Line, paper: object, code: str) -> None:
    line.new(VILLAGE)
    assert f"（{code}）" in line.register(VILLAGE, paper, status=1)


def test_an_unknown_form_is_answered_with_those_there_are(line: Line) -> None:
    line.new(VILLAGE)
    for verb in ("list", "ledger"):
        err = line.at(VILLAGE, verb, "--form", "nosuch", status=1)
        assert "没有“nosuch”这种表" in err and "xiansuo（线索登记）" in err


# —— 办理 ——


def test_a_correction_is_read_by_the_type_of_its_question(line: Line) -> None:
    line.new(VILLAGE)
    no = number_in(line.register(VILLAGE, {"answers": ANSWERS}))
    words = ["shehan_renshu=3", "mingyi=chanpin、投资养老项目", "损失=3980.50", "yituihui_fen=0", "更正理由=补记"]
    said = line.at(VILLAGE, "act", "更正", no, *(w for pair in words for w in ("--set", pair)))
    assert "涉及老年人数改为3" in said and "损失改为3,980.50元" in said
    assert "投资“养老项目”" in said and "销售“养老产品”" in said
    for wrong, told in (
        ("shehan_renshu=很多", "“涉及老年人数”要写整数"),
        ("损失=很多", "“损失”要写成多少元"),
        ("mingyi=没有的", "“打着什么名义”里没有“没有的”"),
        ("fasheng_riqi=2022-02-30", "“发生日期”要写存在的日期"),
        ("没有的=1", "没有“没有的”这道题"),
    ):
        assert told in line.at(VILLAGE, "act", "更正", no, "--set", wrong, "--set", "reason=改", status=1)


def test_a_step_says_what_it_takes_and_reads_labels(line: Line) -> None:
    line.new("专项办", "--passphrase-file", str(line.password))
    no = number_in(line.register("专项办", {"answers": ANSWERS}))

    def act(verb: str, *pairs: str, status: int = 0) -> str:
        return line.at("专项办", "act", verb, no, *(w for pair in pairs for w in ("--set", pair)), status=status)

    assert "“受理”没有“who”这一项。要填：责任人（person）" in act("受理", "who=x", status=1)
    assert "还没有写责任人" in act("受理", status=1)
    assert "没有“火星”这个单位" in act("受理", "责任人=王某某", "承办单位=火星", status=1)
    assert "写法不对" in act("受理", "责任人", status=1)
    act("受理", "责任人＝王某某", f"承办单位={VILLAGE}", "办结期限=2022-06-10")
    assert VILLAGE in line.at("专项办", "list")
    assert "核实结果”里没有“对”" in act("核实", "核实结果=对", status=1)
    act("核实", "核实时间=2022-05-18", "核实人=王某某", "seen=已到现场", "result=属实")
    assert act("撤销") == "已撤销。\n"
    act("核实", "核实时间=2022-05-18 09:00", "核实人=王某某", "seen=已到现场", "result=partly")
    assert "损失20,000.00元、已退回20,000.00元" in act(
        "办结", "结论=已退", "reply=钱已退", "损失=2万", "returned_fen=2000000"
    )
    act("回复", "回复时间=今天", "回复方式=电话", "outcome=举报人要求不回复")
    assert "没有“飞”这个动作" in line.at("专项办", "act", "飞", no, status=1)


def test_a_plain_record_is_corrected_and_voided(line: Line) -> None:
    line.new(VILLAGE)
    answers = {
        "zoufang_riqi": "2022-05-17",
        "村（社区）": VILLAGE,
        "changsuo_mingcheng": "二组农户",
        "jianwen": "未见异常",
    }
    no = number_in(line.register(VILLAGE, {"form": "走访登记", "answers": answers}))
    assert "二组农户" in line.at(VILLAGE, "list", "--form", "走访登记").replace("\n", "")
    assert "没有受理这一步。可用：更正、作废。" in line.at(VILLAGE, "act", "受理", no.strip(), status=1)
    assert "改为三组农户" in line.at(
        VILLAGE, "act", "更正", no, "--set", "走访的场所或人家=三组农户", "--set", "理由=写错"
    )
    assert "已办" in line.at(VILLAGE, "act", "作废", no, "--set", "作废理由=重复")


def test_sums_and_choices_as_people_write_them(make_desk: MakeDesk) -> None:
    desk = make_desk(VILLAGE)
    form = desk.forms["xiansuo"]

    def read(path: str, text: str) -> object:
        return values.typed(desk, form, values.question_named(form, path), text)

    assert [read("损失", t) for t in ("3980", "3980.50", "2万", "３９８０元", "3,980")] == [
        398000, 398050, 2000000, 398000, 398000,
    ]  # fmt: skip
    assert read("mingyi", "提供“养老服务”") == ["fuwu"]
    assert read("mingyi", "fuwu，其他") == ["fuwu", "qita"]
    assert read("suozai_cunshe", VILLAGE) == read("发生在哪个村（社区）", "DZZ203") == "DZZ203"
    assert read("jieshou_shijian", "2022-05-18 9:05") == "2022-05-18T09:05+08:00"
    assert read("jieshou_shijian", "2022-05-18T09:05:00.000+08:00") == "2022-05-18T09:05+08:00"
    assert read("xiangxi", " ") is None


def test_the_briefing_of_a_month_and_issue(line: Line) -> None:
    line.new(VILLAGE)
    out = line.at(VILLAGE, "briefing", "--month", "2022年4月", "--issue", "２", "--to", str(line.root / "文书"))
    assert "第2期" in out


def test_tasks_are_listed_and_put_on_paper(line: Line) -> None:
    line.new(VILLAGE)
    out = line.at(VILLAGE, "tasks", "--month", "2022-05", "--to", str(line.root / "文书"))
    assert "待办\t五（一）2\t月度汇总表报综合组；综合组汇总报党工委、办事处\t每月（5月20日前）" in out
    assert "建议日已过\t四（一）\t群众发动" in out
    assert len(out.splitlines()) == 45
    assert [p.name for p in (line.root / "文书").iterdir()] == [f"任务清单_{VILLAGE}_20220518.pdf"]
    assert "A88" in line.at(VILLAGE, "tasks", "--unit", "市场监管所", status=1)
    assert "A87" in line.at(VILLAGE, "tasks", "--wall", status=1)
    assert "A24" in line.at(VILLAGE, "tasks", "--unit", "没有的组", status=1)


def test_the_office_lists_a_group_and_the_wall(line: Line) -> None:
    (line.root / "回访.txt").write_text(PASSPHRASE, encoding="utf-8")
    line.new("专项办", "--passphrase-file", str(line.root / "回访.txt"))
    assert len(line.at("专项办", "tasks", "--unit", "整治组").splitlines()) == 3
    line.at("专项办", "tasks", "--wall", "--to", str(line.root / "文书"))
    assert len(list((line.root / "文书").glob("任务完成情况一览_20220518*.pdf"))) == 2


# —— 收入 ——


@pytest.fixture
def pair(line: Line) -> Line:
    """A village and the office before cards were swapped; the village's card lies at 卡/."""
    line.new(VILLAGE)
    (line.root / "回访.txt").write_text(PASSPHRASE, encoding="utf-8")
    line.new("专项办", "--passphrase-file", str(line.root / "回访.txt"))
    return line


def test_a_card_is_taken_only_after_its_digits_were_compared(pair: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    digits = pair.digits(VILLAGE)
    (card,) = (pair.root / "卡" / VILLAGE).glob("*.btk")
    odd = card.rename(card.parent / "CARD(1).btx")
    assert "不能提问" in pair.at("专项办", "take-in", str(odd), status=1)
    assert "不一致" in pair.at("专项办", "take-in", str(odd), "--digits", "00000000", status=1)
    with monkeypatch.context() as terminal:
        terminal.setattr(asking, "at_terminal", lambda: True)
        said = iter(["嗯", "否", "是"])
        terminal.setattr(builtins, "input", lambda _prompt: next(said))
        assert "没有登记" in pair.at("专项办", "take-in", str(odd), status=1)
        assert not list(odd.parent.glob("ZXB_to_*"))
        assert "（没有登记）" in pair.at("专项办", "take-in", str(odd), "--dry-run")
        assert digits in pair.at("专项办", "take-in", str(odd))
    (answer,) = odd.parent.glob("ZXB_to_*.btk")
    spaced = "－".join(pair.digits("专项办").split())
    assert "已收卡" in pair.at(VILLAGE, "take-in", str(answer.rename(answer.with_suffix(".BTK"))), "--digits", spaced)


def test_one_bad_file_does_not_keep_the_others_out(pair: Line) -> None:
    digits = pair.digits(VILLAGE)
    (card,) = (pair.root / "卡" / VILLAGE).glob("*.btk")
    junk = pair.root / "坏.btx"
    junk.write_bytes(b"\0" * 100)
    fake = pair.root / "假.btk"
    fake.write_text("{}", encoding="utf-8")
    gone = pair.root / "没有.btx"
    words = (str(junk), str(fake), str(gone), str(pair.root), str(card), "--digits", digits)
    err = pair.at("专项办", "take-in", *words, status=1)
    for name in ("坏.btx", "假.btk", "没有.btx", pair.root.name):
        assert name in err
    assert "5个文件里有4个没有收入" in err
    assert list(card.parent.glob("ZXB_to_*.btk"))


# —— 检查自己编的表 ——


@pytest.mark.parametrize("suffix", [".md", ".csv", ".xlsx", ".xls"])
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" \n",
        "你好，这是一段话".encode(),
        b"\x00\xff\x81" * 99,
        b"PK\x05\x06" + bytes(18),
        b"survey",
        b"| survey |\n",
    ],
)
def test_a_file_that_is_no_form_is_told_in_chinese(line: Line, suffix: str, data: bytes) -> None:
    path = line.root / f"表{suffix}"
    path.write_bytes(data)
    status, out, _ = line.run("check-form", str(path))
    assert status == 1
    assert not re.search(r"Argument|definition|Error", out), out
    assert out.count("\n") == 1
