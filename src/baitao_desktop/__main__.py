"""`python -m baitao_desktop`: without a verb the window, with one the same acts without Qt."""

from __future__ import annotations

import sys


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 0 done, 1 a trouble told in a sentence, 2 the command was not understood."""
    if arguments is None and not sys.warnoptions:
        import warnings

        # 程序包给程序员看的英文提醒（如 openpyxl 遇到数据验证）不给经手人看
        warnings.simplefilter("ignore")
    words = _place_last(sys.argv[1:] if arguments is None else arguments)
    if words == ["--at"]:
        print("命令没有看懂：--at 后面要写一个文件夹。", file=sys.stderr)  # noqa: T201
        return 2
    if words and (words[0] != "--at" or len(words) != 2):
        from baitao_desktop import cli

        return cli.run(words)
    return _window(words[1] if words else "")


def _place_last(words: list[str]) -> list[str]:
    """`--at DIR verb …` and `--at=DIR verb …` as `verb --at DIR …`."""
    if words and words[0].startswith("--at="):
        words = ["--at", words[0].removeprefix("--at="), *words[1:]]
    if words[:1] == ["--at"] and len(words) > 2:
        return [words[2], "--at", words[1], *words[3:]]
    return words


def _window(at: str) -> int:
    from pathlib import Path

    from baitao_desktop import paths

    try:
        from baitao_desktop.ui import app
    except ImportError:
        said = (
            "窗口打不开：缺少图形程序包或系统图形库。请运行 baitao-desktop doctor 看缺什么；没有屏幕也可以用命令办理。"
        )
        print(f"{said}（U05）", file=sys.stderr)  # noqa: T201
        return 1
    return app.run(paths.places(Path(at) if at else None))


if __name__ == "__main__":
    sys.exit(main())
