"""One command for every machine: run the program, test it, measure it, renew the locked packages.

Standard library only. `python3 packaging/dev.py run | test | bench [NAME] | lock`. What a fresh machine lacks is set up
first by setup_machine.py; where that is not possible, the exact line to copy is printed and the exit status is 1.
This file must stay readable by Python 3.6 (no `match`, no walrus, no `X | Y` before the check below), so that an old
interpreter says a sentence instead of a SyntaxError.
"""

import io
import os
import subprocess
import sys
import time
from pathlib import Path

TOO_OLD = (
    "本程序要 Python 3.11 或更新的版本，现在用的是 %d.%d（%s）。"
    "请换一个 Python 再运行，例如：python3.11 packaging/dev.py run；"
    "Debian 12 和 13 自带的 python3 就可以，Windows 请到 Python 官网下载 3.13 安装。"
)
if sys.version_info < (3, 11):
    # 下面的注解在旧版本上一求值就出错，所以在任何 def 之前说
    sys.exit(TOO_OLD % (sys.version_info[0], sys.version_info[1], sys.executable))

ROOT = Path(__file__).resolve().parent.parent
LOCKS = (
    # （文件, 约束在哪个文件的版本上, 组；空组 = 程序本身）。次序要紧：后面的以前面的为约束，各清单的版本才一致
    ("program", "", ""),
    ("check", "program", "check"),
    ("build", "check", "build"),
    ("rivals", "", "rivals"),
    ("lock", "", "lock"),
)
HELP = """用法：python3 packaging/dev.py 命令
  run [参数…]    准备好这台机器，然后打开工作台；没有屏幕时做一遍演示，文件留在 build/demo
  test [参数…]   准备好这台机器，然后做全部检查（ruff、mypy、pytest）；参数交给 pytest
  bench [名字]   跑基准，逐行打印「名字 项目 数值 单位」
  lock [参数…]   按 pyproject.toml 更新 packaging/requirements 里的清单；加 --upgrade 换成最新版本"""


def say(sentence: str) -> None:
    """A sentence to the person, on stderr, so that stdout holds only what the tools print."""
    print(sentence, file=sys.stderr, flush=True)


def has_screen() -> bool:
    """False on a Linux without X11 and Wayland; True elsewhere (Windows and macOS always draw)."""
    return sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def child_environment(offscreen: bool) -> dict[str, str]:
    """The environment of everything started here (setup.md §5: 5, 7, 11)."""
    env = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME")}
    if sys.platform == "linux":
        locale = env.get("LC_ALL") or env.get("LC_CTYPE") or env.get("LANG") or "C"
        if locale in ("C", "POSIX"):
            env["LC_ALL"] = "C.UTF-8"  # Qt 在 C 下会警告，警告在测试里就是失败
        if offscreen or not env.get("XDG_RUNTIME_DIR"):  # 设了而文件夹不在，Qt 也会警告
            place = ROOT / "build" / "runtime"
            try:
                place.mkdir(parents=True, exist_ok=True)
                place.chmod(0o700)  # Qt 只认本人可进的
                env["XDG_RUNTIME_DIR"] = str(place)
            except OSError:
                pass  # 文件夹只读：Qt 多说一句警告，程序照样开
    if offscreen:
        env["QT_QPA_PLATFORM"] = "offscreen"
    return env


def call(command: list[str], env: dict[str, str], folder: Path = ROOT) -> int:
    """Run in `folder`; the exit status. Ctrl+C reaches the child too: wait for its end, then stop as well."""
    sys.stdout.flush()
    child = subprocess.Popen(command, cwd=str(folder), env=env)
    try:
        return child.wait()
    except KeyboardInterrupt:
        child.wait()
        raise


def run(rest: list[str]) -> int:
    """Set up, then the desktop; without a screen the demonstration."""
    from setup_machine import prepare

    screen = has_screen()
    python = prepare(ROOT, "program", screen)
    env = child_environment(offscreen=not screen)
    if not screen and not rest:
        say("这台机器没有屏幕，改为做一遍演示：两个村和专项办填报、交接、合并、打印，文件留在 build/demo。")
        rest = ["demo", "--out", str(Path("build", "demo"))]
        return call([str(python), "-m", "baitao_desktop", *rest], env)
    # 参数里的文件名是对着使用者所在的文件夹说的
    return call([str(python), "-m", "baitao_desktop", *rest], env, Path.cwd())


def test(rest: list[str]) -> int:
    """Set up, then every check. All are run; the status is that of the first that failed."""
    from setup_machine import prepare

    python = prepare(ROOT, "check", False)
    env = child_environment(offscreen=True)
    steps = [
        ("ruff check", ["check", "src", "tests", "packaging"]),
        ("ruff format", ["format", "--check", "src", "tests", "packaging"]),
        ("mypy", []),
        ("pytest", rest),
    ]
    status = 0
    failed: list[str] = []
    for name, arguments in steps:
        if name == "pytest" and failed:
            # pytest 的结束行要留在最后，所以先说前面哪几项没过
            say("注意：%s 没有通过，见上。" % "、".join(failed))
        say("== %s ==" % name)
        if name == "mypy" and sys.version_info >= (3, 14):
            say("-- mypy：跳过。类型以 3.14 以下用的 PySide6 6.8.3 为准，6.12 的说法不同")
            continue
        started = time.monotonic()
        code = call([str(python), "-m", name.split()[0], *arguments], env)
        if code:
            failed.append(name)
            status = status or code
        if name != "pytest":
            say("-- %s：%s，%.1f 秒" % (name, "没有通过" if code else "通过", time.monotonic() - started))
    return status


def bench(rest: list[str]) -> int:
    """Set up, then tests/benchmarks/bench_*.py, or only bench_NAME.py.

    Each prints `NAME figure value unit`. A file with the line `# needs: rivals` finds in $BAITAO_RIVALS the interpreter
    of the environment that holds the rivals; others are run without it.
    """
    from setup_machine import prepare

    found = {p.stem[len("bench_") :]: p for p in sorted((ROOT / "tests" / "benchmarks").glob("bench_*.py"))}
    unknown = [name for name in rest if name not in found]
    if unknown:
        say("没有叫「%s」的基准。现有：%s。" % ("、".join(unknown), "、".join(found) or "一个也没有"))
        return 2
    python = prepare(ROOT, "check", False)
    env = child_environment(offscreen=True)
    status = 0
    for name in rest or found:
        say("== %s ==" % name)
        own = dict(env)
        if "# needs: rivals" in found[name].read_text(encoding="utf-8").splitlines():
            own["BAITAO_RIVALS"] = str(prepare(ROOT, "rivals", False))
        status = call([str(python), str(found[name])], own) or status
    return status


def lock(rest: list[str]) -> int:
    """Renew packaging/requirements/*.txt from pyproject.toml; `--upgrade` among `rest` takes newer versions."""
    from setup_machine import prepare

    python = prepare(ROOT, "lock", False)
    folder = Path("packaging", "requirements")
    for name, base, group in LOCKS:
        command = [str(python), "-m", "uv", "pip", "compile", "--quiet", "--no-python-downloads"]
        command += ["--universal", "--python-version", "3.11"]
        command += ["--generate-hashes", "--only-binary", ":all:", "--no-header", "--no-annotate"]
        if base:
            command += ["-c", str(folder / (base + ".txt"))]
        if group in ("", "check"):
            command += ["pyproject.toml"]  # check 含 program：一个环境两用
        if group:
            command += ["--group", group]
        code = call([*command, "-o", str(folder / (name + ".txt")), *rest], child_environment(offscreen=True))
        if code:
            say("清单 %s.txt 没有更新成功，原因见上。" % name)
            return code
        say("%s.txt 已更新" % name)
    return 0


def main(arguments: list[str]) -> int:
    """The command line; the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # 终端编码不认汉字时也不许崩
    commands = {"run": run, "test": test, "bench": bench, "lock": lock}
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(HELP)
        return 0 if arguments else 2
    if arguments[0] not in commands:
        say("没有「%s」这个命令。\n%s" % (arguments[0], HELP))
        return 2
    from setup_machine import SetupError

    try:
        return commands[arguments[0]](arguments[1:])
    except SetupError as problem:
        say(str(problem))
        return 1
    except KeyboardInterrupt:
        say("已停下。再运行同一条命令会接着来。")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
