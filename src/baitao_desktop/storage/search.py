"""Chinese search: bigrams made here, looked up in FTS5, rechecked on the text (storage §5).

What counts as found: a word of the query occurs in the text. Runs of letters and digits are found from their
beginning; long numbers also by their last four digits (尾号).

The text that instr rechecks is kept in the table `words`. Replaying the candidates instead took 5–9 ms for the newest
50 and 0.13 ms for each further one, instr 1.5 ms and 0.005 ms; the table costs a thirtieth of a take-in.
"""

from __future__ import annotations

import hashlib
import itertools
import re
import sys
import unicodedata
from array import array

_RUN = re.compile(r"[0-9a-z]+|[^\W_0-9a-z]+")
_ASCII = re.compile(r"[0-9a-z]+")
_NOT_HAN = re.compile(r"[\W_0-9a-z]+")
_LONG_NUMBER = 7
_WIDE = tuple((wide, unicodedata.normalize("NFKC", wide)) for wide in "，：；！？（）　")
_UTF32 = "utf-32-le" if sys.byteorder == "little" else "utf-32-be"


def normal(text: str) -> str:
    """One spelling for full and half width, upper and lower case; both the text and the query go through it."""
    for wide, narrow in _WIDE:
        text = text.replace(wide, narrow)
    # 全角标点先换掉，其余中文多半已是 NFKC，查一遍比转一遍快十倍（50 → 4 µs／530 字）
    if not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
    return text.casefold().replace("\0", " ")


def text_hash(text: str) -> int:
    """48 bits: whether a record must be indexed again (reindexing all cost 2.2 s, the changed ones 0.8 s: kernel §1)."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=6).digest(), "big")


def tokens(text: str) -> str:
    """The index words of a normal text, blank-separated (some of them more than once).

    Every two neighbours make a word, laid out with strided copies instead of a loop (100 → 23 µs for 530 characters;
    FTS5 drops what comes twice more cheaply than a set of Python strings: 16 → 23 µs). Beside a gap a character
    stands alone, so a query of one character finds it by prefix.
    """
    words = _ASCII.findall(text)
    words += [word[-4:] for word in words if len(word) >= _LONG_NUMBER and word.isdigit()]
    apart = _NOT_HAN.sub(" ", text)
    chars = array("I", apart.encode(_UTF32))
    pairs = array("I", bytes(12 * max(0, len(chars) - 1)))
    pairs[0::3], pairs[1::3], pairs[2::3] = chars[:-1], chars[1:], array("I", [32]) * (len(pairs) // 3)
    return pairs.tobytes().decode(_UTF32) + apart[-1:] + " " + " ".join(words)


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
