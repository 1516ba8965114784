"""The main job through the command line, from two villages to the office and back."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pytest_bdd import given, parsers, scenarios, then, when

from baitao_desktop import cli
from canary_kit import readings, text_of
from conftest import PASSPHRASE, PASSWORD, tip_answers

scenarios("一条线索.feature")


@dataclass
class Street:
    """Three laptops and a stick, driven by commands only."""

    root: Path
    capsys: pytest.CaptureFixture[str]
    codes: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)

    def say(self, unit: str, verb: str, *words: str) -> str:
        self.capsys.readouterr()
        status = cli.run([verb, "--at", str(self.root / unit), "--password-file", str(self.root / "口令.txt"), *words])
        out, err = self.capsys.readouterr()
        assert status == 0, err
        return out

    def stick(self, *parts: str) -> Path:
        folder = self.root.joinpath("U盘", *parts)
        folder.mkdir(parents=True, exist_ok=True)
        return folder


@pytest.fixture
def street(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Street:
    (tmp_path / "口令.txt").write_text(PASSWORD, encoding="utf-8")
    (tmp_path / "回访.txt").write_text(PASSPHRASE, encoding="utf-8")
    return Street(tmp_path, capsys)


@given('命令行上有"麦子坪村"、"小田溪社区"和"专项办"三台电脑')
def three_laptops(street: Street) -> None:
    for unit in ("麦子坪村", "小田溪社区"):
        assert "恢复码" in street.say(unit, "new", "--unit", unit, "--person", "测经办", "--practice")
    words = ("--unit", "专项办", "--person", "测专办", "--practice", "--passphrase-file", str(street.root / "回访.txt"))
    street.say("专项办", "new", *words)


@given("两个村都和专项办交换了单位卡")
def cards_swapped(street: Street) -> None:
    for unit in ("麦子坪村", "小田溪社区"):
        folder = street.stick(unit)
        digits = own_digits(street.say(unit, "card", "--to", str(folder)))
        (card,) = folder.glob("*.btk")
        assert "核对八位数字" in street.say("专项办", "take-in", str(card), "--digits", digits)
        (answer,) = folder.glob("ZXB_to_*.btk")
        office = own_digits(street.say("专项办", "card", "--to", str(street.stick("专项办"))))
        street.say(unit, "take-in", str(answer), "--digits", office)


def own_digits(said: str) -> str:
    """What the other side reads out on the telephone."""
    (line,) = [line for line in said.splitlines() if "八位核对数字" in line]
    return line.split("：")[1]


def register(street: Street, unit: str, subject: str, reporter: dict[str, str]) -> None:
    paper = street.root / "登记.json"
    answers = tip_answers(beifanying_duixiang=subject, jieshou_shijian="2022-05-17T09:00+08:00")
    paper.write_text(
        json.dumps({"form": "xiansuo", "answers": answers, "reporter": reporter}, ensure_ascii=False), encoding="utf-8"
    )
    said = street.say(unit, "register", str(paper), "--receipt", str(street.stick("回执")))
    paper.unlink()
    lines = dict(line.split("：", 1) for line in said.splitlines() if "：" in line)
    street.numbers[subject] = lines["已登记"]
    street.codes[subject] = lines["查询码"][:11]


@when(parsers.parse('"{unit}"登记线索"{subject}"，举报人选甲，叫"{name}"，电话"{phone}"'))
def register_named(street: Street, unit: str, subject: str, name: str, phone: str) -> None:
    register(street, unit, subject, {"xuanze": "甲", "xingming": name, "dianhua": phone, "yuanyi_huifang": "是"})


@when(parsers.parse('"{unit}"登记线索"{subject}"，举报人选丙'))
def register_unnamed(street: Street, unit: str, subject: str) -> None:
    register(street, unit, subject, {"xuanze": "丙"})


@when("两个村把数据包交到U盘")
def hand_over(street: Street) -> None:
    for unit in ("麦子坪村", "小田溪社区"):
        assert "可以拔U盘了" in street.say(unit, "hand-over", "--to", str(street.stick()))


@when('"专项办"收入两个数据包，又收一遍')
def take_in_twice(street: Street) -> None:
    bundles = sorted(str(p) for p in street.stick().glob("*.btx"))
    assert len(bundles) == 2
    first = street.say("专项办", "take-in", *bundles)
    assert first.count("已收入") == 2
    assert street.say("专项办", "take-in", *bundles).count("不用再收") == 2


@when(parsers.parse('"专项办"受理、核实、办结线索"{subject}"'))
def close(street: Street, subject: str) -> None:
    no = street.numbers[subject]
    street.say("专项办", "act", "受理", no, "--set", "person=王某某", "--set", "due_close=2022-06-10")
    words = ("verified_at=2022-05-18", "verified_by=王某某", "seen=已到现场查看", "核实结果=属实")
    street.say("专项办", "act", "核实", no, *(w for pair in words for w in ("--set", pair)))
    words = ("conclusion=已责成退款", "reply=钱已退回", "损失=2万", "returned_fen=2000000")
    street.say("专项办", "act", "办结", no, *(w for pair in words for w in ("--set", pair)))


@then(parsers.parse('"{unit}"的台账有{n:d}条线索'))
def ledger_rows(street: Street, unit: str, n: int) -> None:
    assert len(street.say(unit, "list").splitlines()) == n


@then('"专项办"出了台账和简报')
def papers(street: Street) -> None:
    folder = street.stick("文书")
    street.say("专项办", "ledger", "--to", str(folder))
    street.say("专项办", "briefing", "--to", str(folder))
    assert {p.suffix for p in folder.iterdir()} == {".pdf", ".xlsx"}
    text = "".join(text_of(p) for p in folder.glob("*.pdf"))
    assert "夕阳康养会所" in text and "受理养老诈骗线索2件" in text.replace("\n", "")


@then(parsers.parse('U盘、台账、简报和各台电脑的文件里都找不到"{name}"和"{phone}"'))
def no_canary(street: Street, name: str, phone: str) -> None:
    looked = 0
    for path in street.root.rglob("*"):
        if path.is_file():
            looked += 1
            for blob in readings(path):
                assert name not in blob and phone not in blob, path.name
    assert looked > 20


@then(parsers.parse('凭查询码能问到"{words}"'))
def asked(street: Street, words: str) -> None:
    assert words in street.say("专项办", "ask", street.codes["夕阳康养会所"])


@when(parsers.parse('"专项办"把数据包交回"{unit}"'))
def hand_back(street: Street, unit: str) -> None:
    folder = street.stick("交回")
    street.say("专项办", "hand-over", "--to", str(folder), "--unit", unit)
    (bundle,) = folder.glob("*.btx")
    street.say(unit, "take-in", str(bundle))


@then(parsers.parse('"{unit}"看到线索"{subject}"已办结'))
def closed_at_home(street: Street, unit: str, subject: str) -> None:
    (line,) = [row for row in street.say(unit, "list").splitlines() if subject in row]
    assert "已办结" in line
