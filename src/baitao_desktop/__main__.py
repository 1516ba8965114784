"""`python -m baitao_desktop`: without a verb the window, with one the same acts without Qt."""

from __future__ import annotations

import sys


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 0 done, 1 a trouble told in a sentence, 2 the command was not understood."""
    words = sys.argv[1:] if arguments is None else arguments
    if words[:1] == ["--at"] and len(words) > 2:
        words = [words[2], "--at", words[1], *words[3:]]
    if words and (words[0] != "--at" or len(words) != 2):
        from baitao_desktop import cli

        return cli.run(words)
    from pathlib import Path

    from baitao_desktop import paths
    from baitao_desktop.ui import app

    return app.run(paths.places(Path(words[1]) if len(words) == 2 else None))


if __name__ == "__main__":
    sys.exit(main())
