"""Functions of points on the map, and the shuffle of `randomize`, as ODK computes them."""

from __future__ import annotations

import math
from collections.abc import MutableSequence
from itertools import pairwise
from typing import Any

from .values import XPathError, to_text

_EARTH = 6_378_100.0  # metres, the radius JavaRosa uses
_MOST_CORNERS = 500


def _points(value: Any) -> list[tuple[float, float]]:
    """The `lat lon [altitude accuracy]` points of a trace, or of the nodes holding one each."""
    text = ";".join(node.text for node in value) if isinstance(value, list) else to_text(value)
    found = []
    for piece in text.split(";"):
        parts = piece.split()
        if not parts:
            continue
        try:
            point = float(parts[0]), float(parts[1])
        except (ValueError, IndexError):
            return []  # what a person typed must never stop a form
        if not all(map(math.isfinite, point)):
            return []
        found.append(point)
    return found


def _between(one: tuple[float, float], two: tuple[float, float]) -> float:
    lat1, lat2 = math.radians(one[0]), math.radians(two[0])
    half = math.sin((lat2 - lat1) / 2) ** 2
    half += math.cos(lat1) * math.cos(lat2) * math.sin(math.radians(two[1] - one[1]) / 2) ** 2
    return 2 * _EARTH * math.asin(min(1.0, math.sqrt(half)))


def distance(*values: Any) -> float:
    """Metres along a trace, or through the points given one by one."""
    points = [point for value in values for point in _points(value)]
    return math.fsum(_between(one, two) for one, two in pairwise(points))


def area(value: Any) -> float:
    """Square metres inside a closed trace."""
    points = _points(value)
    if len(points) < 3:
        return 0.0
    total = 0.0
    for one, two in zip(points, [*points[1:], points[0]], strict=True):
        turn = math.radians(two[1] - one[1])
        total += turn * (2 + math.sin(math.radians(one[0])) + math.sin(math.radians(two[0])))
    return abs(total * _EARTH * _EARTH / 2)


def geofence(point: str, shape: str) -> bool:
    """Whether a point lies in a closed shape; no point lies in none. Raises XPathError when the shape is none."""
    points, corners = _points(point), _points(shape)
    if len(corners) < 3:
        raise XPathError("geofence() 的第二个参数不是范围")
    if len(points) != 1:
        return False
    (y, x) = points[0]
    inside = False
    for (y1, x1), (y2, x2) in zip(corners, [*corners[1:], corners[0]], strict=True):
        if (x1 > x) != (x2 > x) and y < (y2 - y1) * (x - x1) / (x2 - x1) + y1:
            inside = not inside
    return inside


def intersects(value: Any) -> bool:
    """Whether a trace or shape crosses itself."""
    points = _points(value)[:_MOST_CORNERS]
    lines = [pair for pair in pairwise(points) if pair[0] != pair[1]]
    closed = len(points) > 2 and points[0] == points[-1]
    for i, one in enumerate(lines):
        for j in range(i + 2, len(lines)):
            meets = closed and i == 0 and j == len(lines) - 1
            if not meets and _cross(one, lines[j]):
                return True
    return False


def _cross(one: tuple[tuple[float, float], ...], two: tuple[tuple[float, float], ...]) -> bool:
    def side(a: tuple[float, float], b: tuple[float, float], p: tuple[float, float]) -> float:
        return (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])

    (a, b), (c, d) = one, two
    return side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0


def park_miller_shuffle(items: MutableSequence[Any], seed: int) -> None:
    """Fisher–Yates, built from the front, with the Park–Miller generator: the order ODK gives for the same seed."""
    state = abs(seed) % 2147483647 * (1 if seed > 0 else -1)  # the remainder has the sign of the seed
    if state <= 0:
        state += 2147483646
    for i in range(len(items)):
        state = state * 16807 % 2147483647
        j = int((state - 1) / 2147483646 * (i + 1))
        items[i], items[j] = items[j], items[i]
