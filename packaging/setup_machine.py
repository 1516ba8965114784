"""What a fresh machine lacks: system libraries by apt (as root), an environment with hash-locked packages by pip.

Used by dev.py only, standard library only. An environment is never mended: if its stamp does not fit the lock file and
the interpreter, it is deleted and made anew, because pip leaves packages that left the lock, and an upgraded Python
leaves a dead site-packages (setup.md §5.4).
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from pathlib import Path

FOLDERS = {"program": ".venv", "check": ".venv", "rivals": ".venv-rivals", "lock": ".venv-lock"}

# soname → Debian 包。旧名字在 12、13、testing 上都认（apt 自己换成 t64），t64 的名字 12 没有：不要写（setup.md §2）
OFFSCREEN = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libxkbcommon.so.0": "libxkbcommon0",
}
SCREEN = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
# 打印机和 Wayland：缺了窗口照样开，所以不拿它们挡人，只在反正要装的时候一并装上
COMFORT = ("libcups2", "libwayland-client0", "libwayland-cursor0", "libwayland-egl1")
RIVALS = {"libpango-1.0.so.0": "libpango-1.0-0", "libpangoft2-1.0.so.0": "libpangoft2-1.0-0"}

# 留着这些，pip 会返回 0 而环境是空的，或者直接失败（setup.md §5.5）；软件源和证书的设置必须照旧有效
STRAY = ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_DRY_RUN", "PIP_USER", "PIP_CONSTRAINT", "PIP_REQUIREMENT")


class SetupError(Exception):
    """Set-up cannot go on; the text is a Chinese sentence with what to do next."""


def prepare(root: Path, kind: str, screen: bool) -> Path:
    """The interpreter of an environment that holds `kind` (a name in FOLDERS), set up if need be.

    With `screen` the libraries for a window are looked for as well. Raises SetupError where a person has to act.
    When everything stands already this costs a few milliseconds and starts no process.
    """
    wanted = {**OFFSCREEN, **(SCREEN if screen else {}), **(RIVALS if kind == "rivals" else {})}
    missing = [] if kind == "lock" else missing_libraries(wanted)
    folder = root / FOLDERS[kind]
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    stands = environment_fits(root, kind)
    if stands and not missing:
        return python
    with only_one(root):
        packages = [wanted[name] for name in missing]
        if not stands and not module_present("pip"):
            packages.append("python3-pip")
        if not stands and not module_present("venv"):
            packages.append("python3-venv")
        if packages:
            add_packages(packages + (list(COMFORT) if screen and missing else []), missing)
        if not environment_fits(root, kind):
            make_environment(root, kind, python)
    return python


def missing_libraries(wanted: dict[str, str]) -> list[str]:
    """Those sonames of `wanted` that the loader does not find. Windows and macOS bring their own: always none."""
    missing: list[str] = []
    if sys.platform == "linux":
        for name in wanted:
            try:
                ctypes.CDLL(name)
            except OSError:
                missing.append(name)
    return missing


def base_python() -> str:
    """The interpreter itself, also when dev.py was started by that of the environment, which is about to be deleted."""
    if sys.prefix == sys.base_prefix:
        return sys.executable
    name = "python.exe" if sys.platform == "win32" else "bin/python%d.%d" % sys.version_info[:2]
    return str(Path(sys.base_prefix, name))


def module_present(name: str) -> bool:
    """Whether the base interpreter can import `name`."""
    return subprocess.run([base_python(), "-c", "import " + name], capture_output=True, check=False).returncode == 0


def add_packages(packages: Sequence[str], sonames: Sequence[str]) -> None:
    """Install Debian packages as root; elsewhere raise SetupError with the line to copy."""
    quoted = " ".join("'%s()(64bit)'" % name for name in sonames)
    if not shutil.which("apt-get"):
        if "python3-pip" in packages or "python3-venv" in packages:
            raise SetupError(
                "这个 Python 没有 pip 或 venv。请先运行下面这一行：\n%s -m ensurepip --upgrade" % base_python()
            )
        for tool in ("dnf", "zypper"):  # rpm 系统按库文件名就能装
            if shutil.which(tool):
                raise SetupError(
                    "缺少系统库。请复制并运行下面这一行，再来一次：\nsudo %s install -y %s" % (tool, quoted)
                )
        raise SetupError("缺少这些系统库，请用本机的软件管理器装上，再来一次：\n%s" % " ".join(sonames))
    install = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    line = "sudo apt-get update; sudo %s" % " ".join(install)
    if getattr(os, "geteuid", lambda: 1)() != 0:
        raise SetupError("缺少系统库，而现在不是管理员。请复制并运行下面这一行，再来一次：\n%s" % line)
    report("正在安装 %d 个系统软件包……" % len(packages))
    env = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    # 有一个软件源过期或连不上，update 就报错，而要的包可能都在：只有 install 说了算（setup.md §5.6）
    subprocess.run(["apt-get", "-qq", "update"], stdin=subprocess.DEVNULL, env=env, check=False)
    install[1:1] = ["-q", "-o", "DPkg::Lock::Timeout=120", "-o", "Dpkg::Use-Pty=0"]
    done = subprocess.run(install, stdin=subprocess.DEVNULL, stdout=sys.stderr, env=env, check=False)
    if done.returncode or missing_libraries(dict.fromkeys(sonames, "")):
        raise SetupError("系统软件包没有装上，原因见上；多半是网络不通。网络好了再来一次，或自己运行：\n%s" % line)


def stamp(root: Path, kind: str) -> str:
    """What an environment of `kind` must be made from: the lock file, byte for byte, and this very interpreter."""
    lock = (root / "packaging" / "requirements" / (kind + ".txt")).read_bytes()
    return kind + " " + hashlib.sha256(lock + sys.version.encode()).hexdigest()


def environment_fits(root: Path, kind: str) -> bool:
    """Whether the environment of `kind` was finished from today's lock. `check` contains `program` and serves it too."""
    try:
        found = (root / FOLDERS[kind] / "stamp").read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return False
    return found == stamp(root, kind) or (kind == "program" and found == stamp(root, "check"))


def make_environment(root: Path, kind: str, python: Path) -> None:
    """Delete the old environment, make a new one, install the locked packages, check them, stamp it."""
    folder = root / FOLDERS[kind]
    lock = root / "packaging" / "requirements" / (kind + ".txt")
    pins = read_pins(lock)
    size = {"program": "约 150 MB", "check": "约 190 MB", "rivals": "约 210 MB"}.get(kind, "约 20 MB")
    report("正在下载并安装 %d 个 Python 程序包（%s，只此一次）……" % (len(pins), size))
    try:
        if folder.exists():
            shutil.rmtree(folder)
        # Debian 的 python3 有 venv 而没有 ensurepip，所以环境里不放 pip，用外面的 pip 往里装（setup.md §5.2）
        subprocess.run([base_python(), "-m", "venv", "--without-pip", str(folder)], env=clean_environment(), check=True)
    except (OSError, subprocess.CalledProcessError) as problem:
        raise SetupError(
            "不能在 %s 里建立运行环境（%s）。请看看这个文件夹是否可写、磁盘是否已满、程序是否还开着，再来一次。"
            % (root, problem)
        ) from problem
    command = [base_python(), "-m", "pip", "--python", str(python), "install", "--no-user", "--require-hashes"]
    command += ["--only-binary", ":all:", "--no-deps", "--disable-pip-version-check", "-r", str(lock)]
    if not sys.stderr.isatty():
        command.append("--quiet")  # 没有人在看；有人看时要见到进度，95 MB 的一个文件在慢网上要几分钟
    if subprocess.run(command, env=clean_environment(), stdout=sys.stderr, check=False).returncode:
        raise SetupError(
            "Python 程序包没有装上，原因见上。多半是网络不通或中断：网络好了再运行同一条命令。"
            "单位有自己的软件源时，先设好 PIP_INDEX_URL。若上面写着 DO NOT MATCH THE HASHES，"
            "说明下载到的文件与清单不符，请换一个软件源，不要绕过。"
        )
    site = Path(sysconfig.get_paths("venv", {"base": str(folder), "platbase": str(folder)})["purelib"])
    wrong = unlike_pins(pins, site)
    if wrong:
        raise SetupError(
            "pip 说装好了，环境里却缺 %s。多半是 pip 的设置（pip config list 里的 target、prefix）把它们装到了别处，"
            "请去掉这些设置，再来一次。" % "、".join(wrong)
        )
    # 相对路径：不管文件夹叫什么，内容都是 ASCII，搬家以后也还对（setup.md §5.3）
    (site / "baitao_desktop.pth").write_text(os.path.relpath(root / "src", site) + "\n", encoding="ascii")
    (folder / "stamp").write_text(stamp(root, kind), encoding="ascii")


def clean_environment() -> dict[str, str]:
    """The environment for venv and pip: mirrors and certificates stay, what would divert the installation goes."""
    return {k: v for k, v in os.environ.items() if k not in (*STRAY, "PYTHONPATH", "PYTHONHOME")}


def read_pins(lock: Path) -> list[tuple[str, str, bool]]:
    """(normalized name, version, whether it is for every platform) of each line of a lock file."""
    pins = []
    for line in lock.read_text(encoding="utf-8").splitlines():
        found = re.match(r"([A-Za-z0-9][\w.-]*)==([^\s;\\]+)\s*(;?)", line)
        if found:
            pins.append((re.sub(r"[-_.]+", "-", found[1]).lower(), found[2], not found[3]))
    return pins


def unlike_pins(pins: Sequence[tuple[str, str, bool]], site: Path) -> list[str]:
    """Names the lock wants everywhere and `site` lacks, and names there in a version the lock does not know."""
    found = {
        re.sub(r"[-_.]+", "-", one.metadata["Name"]).lower(): one.version
        for one in importlib.metadata.distributions(path=[str(site)])
    }
    known = {(name, version) for name, version, _ in pins}
    absent = {name for name, _, everywhere in pins if everywhere and name not in found}
    return sorted(absent | {name for name, version in found.items() if (name, version) not in known})


@contextlib.contextmanager
def only_one(root: Path) -> Iterator[None]:
    """Hold the set-up of this folder; a second dev.py waits. The system lets go when the holder dies."""
    place = root / "build" / "setup.lock"
    try:
        place.parent.mkdir(exist_ok=True)
        handle = place.open("a+")
    except OSError as problem:
        raise SetupError(
            "不能写 %s（%s）。请把整个文件夹放到自己可写的地方，再来一次。" % (place, problem)
        ) from problem
    with handle:
        while not try_lock(handle.fileno()):
            report("另一个窗口正在准备这台机器，等它做完……")
            wait_lock(handle.fileno())
        yield


def try_lock(number: int) -> bool:
    """Take the lock on an open file if nobody holds it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def wait_lock(number: int) -> None:
    """Return when the lock is ours or worth another try."""
    if sys.platform == "win32":
        import time

        time.sleep(1)  # msvcrt 的等待只试十次就报错
    else:
        import fcntl

        fcntl.flock(number, fcntl.LOCK_EX)


def report(sentence: str) -> None:
    """Tell the person what is going on."""
    print(sentence, file=sys.stderr, flush=True)
