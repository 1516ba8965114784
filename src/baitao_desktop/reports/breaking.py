"""Where a Chinese line may end: 避头尾 both ways, numbers, Latin words and codes whole.

ReportLab's own splitter left 572 forbidden starts and 161 forbidden ends in one ledger (documents §2.3); this one leaves none
unless a line holds nothing else (a row of thirty exclamation marks).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate, pairwise

from baitao_desktop.reports.fonts import Style, load

# 不得在行首
NO_START = frozenset("，。、；：？！”’）》〉】〕」』〗］｝…—·～％‰℃°／,.;:?!)]}%-/–々〃ー")
# 不得在行尾
NO_END = frozenset("“‘（《〈【〔「『〖［｛￥＄№([{¥$")
# 数字和代号宽过整栏时，先在这些记号后断
SEAMS = frozenset("-/_.@:,&?=+")
SQUEEZE = 1.25  # 字面最多压到八成，再窄就难认了
_SLACK = 0.01  # 点；浮点余量，远小于看得见的


# 不留痕迹的字（控制符、零宽空格、异体选择符……）夹在中间会挡住避头尾
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]"
)


def visible(text: str) -> str:
    """The text without characters that leave no mark; a tab becomes a space."""
    return _UNSEEN.sub("", text).replace("\t", " ")


def _runs_on(char: str) -> bool:
    """Is the character part of a Latin word, a number or a code (full-width ones too)?"""
    return "!" <= char <= "~" or "\u00c0" <= char <= "\u024f" or "０" <= char <= "９" or "Ａ" <= char <= "ｚ"


def may_break(before: str, after: str) -> bool:
    """May a line end between two neighbouring characters?"""
    if after in NO_START or before in NO_END:
        return False
    return not (_runs_on(before) and _runs_on(after))


def cut(text: str, start: int, fit: int) -> int:
    """End of the line that begins at `start` when `text[start:fit]` still fits: `start` < end.

    Spaces at the seam belong to the line that ends (they may hang past `fit`); the caller drops them.
    """
    fit = max(fit, start + 1)
    while fit < len(text) and text[fit] == " ":
        fit += 1
    if fit >= len(text):
        return len(text)
    for end in range(fit, start, -1):
        if _ends_well(text, start, end):
            return end
    for end in range(fit, start + 1, -1):
        if text[end - 1] in SEAMS and text[end] not in NO_START:
            return end
    for end in range(fit, start, -1):
        if text[end] not in NO_START and text[end - 1] not in NO_END:
            return end
    return fit


def _ends_well(text: str, start: int, end: int) -> bool:
    before, after = text[end - 1], text[end]
    if before != " ":
        return after != " " and may_break(before, after)
    mark = text[start:end].rstrip(" ")[-1:]
    return after != " " and after not in NO_START and mark not in NO_END


class Breaker:
    """Breaks text for one column: a style at `size` points within `width` points; remembers what it broke.

    `squeeze` above 1 (at most `SQUEEZE`) keeps a number or code whole that is so much wider than the column: such lines
    stand in `tight` with the horizontal scale that whoever draws them must set.
    """

    def __init__(self, style: Style, size: float, width: float, *, squeeze: float = 1.0) -> None:
        self._widths = load(style).widths
        self._squeeze = squeeze
        self._ems = (width + _SLACK) / size
        self._known: dict[str, list[str]] = {}
        self.tight: dict[str, float] = {}

    def lines(self, text: str) -> list[str]:
        """Lines of `text`, at least one; a newline always ends one. None is wider than the column but the `tight` ones."""
        known = self._known.get(text)
        if known is None:
            known = []
            for paragraph in text.splitlines() or [""]:
                known.extend(self._break(visible(paragraph)))
            self._known[text] = known
        return known

    def _break(self, text: str) -> list[str]:
        text = text.rstrip(" ")
        ends = list(accumulate(map(self._widths.__getitem__, text)))
        if not ends or ends[-1] <= self._ems:
            return [text]
        lines = []
        start, used = 0, 0.0
        while start < len(text):
            end = cut(text, start, bisect_right(ends, used + self._ems, lo=start))
            if self._squeeze > 1 and end < len(text) and not _ends_well(text, start, end):
                end = self._whole_run(text, start, end, used, ends)
            lines.append(text[start:end].rstrip(" "))
            while end < len(text) and text[end] == " ":
                end += 1
            start, used = end, ends[end - 1]
        return lines

    def _whole_run(self, text: str, start: int, end: int, used: float, ends: list[float]) -> int:
        """The end of the unbreakable run at `start` if it can be squeezed into the line, else `end`."""
        limit = bisect_right(ends, used + self._ems * self._squeeze, lo=start)
        for wider in range(end + 1, limit + 1):
            if wider == len(text) or _ends_well(text, start, wider):
                line = text[start:wider].rstrip(" ")
                width = sum(map(self._widths.__getitem__, line))
                if width > self._ems:
                    self.tight[line] = self._ems / width
                return wider
        return end


def balanced(text: str, style: Style, size: float, width: float) -> list[str]:
    """Lines of about one length, as a title or a column's head wants them: as few as fit, none left with one character."""
    breaker = Breaker(style, size, width)
    lines = breaker.lines(text)
    narrow = width
    while len(lines) > 1 and narrow > 2 * size:
        narrow -= size / 2
        tried = Breaker(style, size, narrow).lines(text)
        if len(tried) > len(lines) or any(_cuts_a_run(a, b) for a, b in pairwise(tried)):
            break
        lines = tried
    return lines


def _cuts_a_run(before: str, after: str) -> bool:
    return bool(before and after) and _runs_on(before[-1]) and _runs_on(after[0])
