"""Chinese search: bigrams made here, looked up in FTS5, rechecked on the text (storage §5).

What counts as found: a word of the query occurs in the text. Runs of letters and digits are found from their
beginning; long numbers also by their last four digits (尾号).
"""

from __future__ import annotations

import hashlib
import itertools
import re
import unicodedata
from operator import add

_RUN = re.compile(r"[0-9a-z]+|[^\W_0-9a-z]+")
_LONG_NUMBER = 7


def normal(text: str) -> str:
    """One spelling for full and half width, upper and lower case; both the text and the query go through it."""
    return unicodedata.normalize("NFKC", text).casefold().replace("\0", " ")


def text_hash(text: str) -> int:
    """48 bits: whether a record must be indexed again (reindexing all cost 2.2 s, the changed ones 0.8 s: kernel §1)."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=6).digest(), "big")


def tokens(text: str) -> str:
    """The distinct index words of a normal text, blank-separated."""
    words: dict[str, None] = {}
    for run in _RUN.findall(text):
        if run[0].isascii():
            words[run] = None
            if len(run) >= _LONG_NUMBER and run.isdigit():
                words[run[-4:]] = None
        else:
            # 一趟里每两个字一词，末一字单独成词：单字查询用前缀就都找得到
            words.update(dict.fromkeys(map(add, run, run[1:])))
            words[run[-1]] = None
    return " ".join(words)


def ask(query: str) -> tuple[str, tuple[str, ...]]:
    """The MATCH expression of a query and the words that must be rechecked by instr; both empty = asks nothing.

    One or two characters are one index word and exact; longer ones are an AND of bigrams, which also finds texts
    where these stand apart, hence the recheck.
    """
    terms: dict[str, None] = {}
    recheck: list[str] = []
    for word in normal(query).split():
        runs = _RUN.findall(word)
        if runs != [word] or (len(word) > 2 and not word[0].isascii()):
            recheck.append(word)
        for run in runs:
            if run[0].isascii() or len(run) == 1:
                terms[f'"{run}"*'] = None
            else:
                terms.update(dict.fromkeys(f'"{a}{b}"' for a, b in itertools.pairwise(run)))
    return " AND ".join(terms), tuple(recheck)
