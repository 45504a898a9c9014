"""When two quotations of one document are of the same words."""

from __future__ import annotations

import re

RUN = 5
"""Words in a row that two quotations of the same passage share."""


def words_of(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def overlaps(one: str, other: str) -> bool:
    """Whether two quotations share :data:`RUN` words in a row (or the whole of a shorter one)."""
    first, second = words_of(one), words_of(other)
    size = min(RUN, len(first), len(second))
    if not size:
        return False
    grams = {tuple(first[at : at + size]) for at in range(len(first) - size + 1)}
    return any(tuple(second[at : at + size]) in grams for at in range(len(second) - size + 1))
