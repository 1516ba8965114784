"""The acts from the command line, without Qt. Every sentence is Chinese; every verb has --help."""

from baitao_desktop.cli.running import run

__all__ = ["run"]
