"""Words to segments: stretches of words on one baseline with no gap wider than a word space allows.

A printed line of a one-column page is one segment; where columns or table cells stand side by side, a line is several.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from extract.pdf.characters import HYPHENS, Word

GAP_EM = 1.05
"""A wider gap than this (in em) parts segments. Justified lines stretch spaces to about 0.9 em; column gutters start at 1.2."""
SPACE_EM = 0.12
RAISED = 0.82
"""A piece set at most this fraction of its neighbour's size, off its baseline, is a superscript or subscript."""


@dataclass(slots=True)
class Segment:
    """A line, or the part of it in one column; ``text`` has single spaces; ``hyphen``: PDFium saw a line-end hyphen."""

    words: list[Word]
    x0: float
    y0: float
    x1: float
    y1: float
    base: float
    size: float
    bold: bool
    text: str = ""
    font: str = ""
    hyphen: bool = False


def segments(words: Sequence[Word]) -> list[Segment]:
    """Segments of words that read to the right, in no particular order; overprinted copies are dropped."""
    rows = _rows(words)
    found: list[Segment] = []
    for row in rows:
        found.extend(_split(row))
    return found


def _rows(words: Sequence[Word]) -> list[list[Word]]:
    """Words that share a baseline (small raised or lowered ones join the line they stand in), top to bottom."""
    ordered = sorted(words, key=lambda word: (word.base, word.x0))
    rows: list[list[Word]] = []
    base = -1e9
    for word in ordered:
        tolerance = max(0.9, 0.17 * word.size)
        if word.base - base <= tolerance:
            rows[-1].append(word)
        else:
            rows.append([word])
            base = word.base
    return rows


def _split(row: list[Word]) -> list[Segment]:
    row.sort(key=lambda word: word.x0)
    found: list[Segment] = []
    current: list[Word] = []
    edge = 0.0
    for word in row:
        if current:
            previous = current[-1]
            em = max(previous.size, word.size)
            if word.x0 - edge > GAP_EM * em:
                found.append(segment(current))
                current = []
            elif word.text == previous.text and word.x0 - previous.x0 < 0.25 * em and abs(word.x1 - previous.x1) < 0.25 * em:
                continue
        current.append(word)
        edge = max(edge, word.x1) if len(current) > 1 else word.x1
    if current:
        found.append(segment(current))
    return found


def segment(words: list[Word]) -> Segment:
    """One segment of words that stand side by side; size and weight are those of most of its letters."""
    weights: dict[float, int] = {}
    bold = total = 0
    for word in words:
        letters = len(word.text)
        weights[word.size] = weights.get(word.size, 0) + letters
        total += letters
        if word.bold:
            bold += letters
    size = max(weights, key=lambda key: (weights[key], key))
    hyphen = len(words) > 1 and words[-1].text in HYPHENS
    return Segment(
        words, words[0].x0, min(word.y0 for word in words), max(word.x1 for word in words), max(word.y1 for word in words),
        words[0].base, size, 2 * bold > total, joined(words), words[0].font.name, hyphen,
    )


def joined(words: Sequence[Word]) -> str:
    """The words' text with spaces where they were, or where a gap shows that one was lost."""
    parts: list[str] = []
    previous: Word | None = None
    for word in words:
        if previous is not None:
            gap = word.x0 - previous.x1
            if word.text in HYPHENS:
                parts.append("-")
                previous = word
                continue
            if not word.glued or gap > SPACE_EM * 2 * max(word.size, previous.size):
                parts.append(" ")
        parts.append("-" if word.text in HYPHENS else word.text)
        previous = word
    return "".join(parts)
