"""Places along a line that keep their distances: as close as they may be, and in the middle of the room that is left to them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise


def solve(widths: Mapping[int, int], least: Mapping[tuple[int, int], int]) -> dict[int, int]:
    """Middles of columns, by their numbers. ``least``: from middle to middle of two of them, the lower number first.

    The leftmost and the rightmost solution within the same width both keep every distance, and so does what lies half-way.
    """
    columns = sorted(widths)
    ordered = dict.fromkeys(pairwise(columns), 8)
    pairs = ordered | {pair: max(length, ordered.get(pair, 0)) for pair, length in least.items()}
    left: dict[int, int] = {}
    for column in columns:
        before = [left[start] + length for (start, end), length in pairs.items() if end == column]
        left[column] = max([-(-widths[column] // 2), *before])
    total = max(left[column] + -(-widths[column] // 2) for column in columns)
    right: dict[int, int] = {}
    for column in reversed(columns):
        after = [right[end] - length for (start, end), length in pairs.items() if start == column]
        right[column] = min([total - -(-widths[column] // 2), *after])
    return {column: (left[column] + right[column]) // 2 for column in columns}
