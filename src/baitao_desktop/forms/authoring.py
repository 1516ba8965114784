"""What the author of a table has to put right, in words that name sheet, row and remedy."""

from __future__ import annotations


def translated(trouble: Exception) -> str:
    return str(trouble)
