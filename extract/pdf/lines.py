"""Words to segments: stretches of words on one baseline with no gap wider than a word space allows.

A printed line of a one-column page is one segment; where columns or table cells stand side by side, a line is several.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter

from extract.pdf.characters import HYPHENS, Word
from extract.pdf.spelling import LIGATURES

GAP_EM = 1.05
"""A wider gap than this (in em) parts segments. Justified lines stretch spaces to about 0.9 em; column gutters start at 1.2."""
KERNED_EM = 0.08
"""A capital that stands nearer than this to small letters is theirs, though the file has a space between ("T he"); spaces have 0.2 em."""
_INITIALS = frozenset("BCDEFGHJKLMNPQRSTUVWXYZ")
"""Capitals that are no word by themselves."""
STRETCHED_EM = 4.0
"""Words of one text object belong together even where justification stretches a narrow column's spaces to this many em."""
LABEL_GAP_EM = 4.5
"""A list label stands at most this far from its item (tab stops of word processors: 18 or 36 points)."""
SMALL = 0.82
"""A piece set at most this fraction of its neighbour's size, off its baseline, is a superscript or subscript."""
OVER, FAR = 0.35, 0.9
"""How far such a piece may reach over its neighbour's edge, and stand away from it, in em: as far as justified lines stretch a space."""
BULLETS = "•‣▪▫●○◦■□▸►▶◆◇➢➤✓✔\uf0b7\uf0a7\uf0d8\uf0fc\uf076\uf0a8\uf0b0\uf06e\uf0e8\uf02d\uf071\u2219·∙⁃"
BULLET = "•"
LABEL = re.compile(
    rf"^(?:[{BULLETS}]|[-–—*o](?=$)|\(?(?:\d{{1,3}}|[a-zA-Z]|[ivxIVX]{{1,5}})[.)\]]|\d{{1,2}}(?:\.\d{{1,2}}){{1,3}}[.)]?|\[\d{{1,3}}\]|\|)$"
)
_SPECIAL = re.compile(rf"[{HYPHENS}\u00ad\ufb00-\ufb06]| [,;]|^[o{BULLETS}](?= )|1 [\d.,%/]")
_MARK = re.compile(r"^[\d,;–\-*†‡§¶#]+$")
_SUPERSCRIPT = str.maketrans("0123456789+-–=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")
_SUBSCRIPT = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_BY_PLACE, _BY_LEFT = attrgetter("base", "x0"), attrgetter("x0")
_UNIT = re.compile(r"(?:\d|[²)]|\b(?:[kcm]?m|R|r|χ|I|η|km|x|e|10))$")


@dataclass(slots=True)
class Segment:
    """A line, or the part of it in one column; ``text`` has single spaces.

    ``font`` names most letters' font; ``first_bold`` is the weight of the first word; ``label`` is its list label, if any.
    """

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
    italic: bool = False
    first_bold: bool = False
    label: str = ""
    text_x0: float = 0.0
    artifact: bool = False
    colour: int = 0
    underlined: bool = False
    some_bold: bool = False
    """Whether any of its words is bold."""
    marginal: bool = False
    """Only a label or a page number, such as stands beside a text, in a column of its own."""


def segments(words: Sequence[Word]) -> list[Segment]:
    """Segments of words that read to the right, from top to bottom; overprinted copies are dropped."""
    found: list[Segment] = []
    for row in _rows(words):
        found.extend(_split(row))
    return found


def mark_small(words: Sequence[Word]) -> None:
    """Give superscripts and subscripts the baseline of the word they belong to (in the order of the page's content)."""
    sizes = {word.size for word in words}
    if not sizes or min(sizes) > SMALL * max(sizes):
        return
    anchor, seen, last = words[0], -1, len(words) - 1
    # Sizes change where a run ends; what follows a raised word is looked at too, as it may go on.
    ends = [
        at for at, (run, following) in enumerate(pairwise([word.run for word in words]))
        if run is not following and (run.size <= SMALL * following.size or following.size <= SMALL * run.size)
    ]
    for end in ends:
        for at in (end, end + 1):
            while at > seen:
                seen = at
                anchor = _marked(words, at, anchor)
                at += words[at].raised and at < last
    largest = SMALL * max(sizes)
    loose = [word for word in words if word.size <= largest and not word.raised and len(word.text) < 9 and _MARK.match(word.text)]
    if not loose or len(loose) > 120:
        return
    # The first word that a mark belongs to is looked for among those that end near it.
    reach = max(sizes)
    places = sorted([(other.x1, at) for at, other in enumerate(words)])
    for word in loose:
        left = word.x0
        near = places[bisect_left(places, (left - FAR * reach, 0)) : bisect_left(places, (left + OVER * reach, 0))]
        for at in sorted([at for _, at in near if abs(words[at].base - word.base) < reach]):
            if _belongs(word, words[at], left - words[at].x1):
                _raise(word, words[at])
                break


def _marked(words: Sequence[Word], at: int, anchor: Word) -> Word:
    """Raises a word where it belongs to the one before it, or the one behind; gives the last word before it that stands on the line."""
    word, previous = words[at], words[at - 1] if at else words[0]
    if not previous.raised:
        anchor = previous
    if word.size <= SMALL * anchor.size and _belongs(word, anchor, word.x0 - previous.x1):
        _raise(word, anchor)
    elif at + 1 < len(words):
        following = words[at + 1]
        if word.size <= SMALL * following.size and _belongs(word, following, following.x0 - word.x1):
            _raise(word, following)
    return anchor


def _belongs(word: Word, anchor: Word, gap: float) -> bool:
    if word.size > SMALL * anchor.size or not -OVER * anchor.size < gap < FAR * anchor.size:
        return False
    if not (word.glued or len(word.text) <= 3 or _MARK.match(word.text)) or not any(map(str.isalnum, anchor.text)):
        return False
    return 0.05 * anchor.size < abs(anchor.base - word.base) < 0.75 * anchor.size


def _raise(word: Word, anchor: Word) -> None:
    word.raised = True
    word.lowered = word.base > anchor.base
    word.base = anchor.base


def _rows(words: Sequence[Word]) -> list[list[Word]]:
    """Words that share a baseline, top to bottom."""
    rows: list[list[Word]] = []
    base = -1e9
    for word in sorted(words, key=_BY_PLACE):
        step = word.base - base
        if step <= 0.9 or step <= 0.17 * word.size:
            rows[-1].append(word)
        else:
            rows.append([word])
            base = word.base
    return rows


def _split(row: list[Word]) -> list[Segment]:
    row.sort(key=_BY_LEFT)
    found: list[Segment] = []
    current: list[Word] = [row[0]]
    previous, edge = row[0], row[0].x1
    for word in row[1:]:
        em = previous.size if (previous.size < word.size) != (word.raised or previous.raised) else word.size
        gap = word.x0 - edge
        if gap > GAP_EM * em and not _goes_on(current, word, gap, em):
            found.append(segment(current))
            current, edge = [], word.x1
        elif word.text == previous.text and word.x0 - previous.x0 < 0.25 * em and abs(word.x1 - previous.x1) < 0.25 * em:
            continue
        elif word.x1 > edge:
            if gap < KERNED_EM * em and len(previous.text) == 1 and previous.text in _INITIALS and word.text[:1].islower():
                word.glued = True
            edge = word.x1
        current.append(word)
        previous = word
    found.append(segment(current))
    return found


def _marginal(text: str) -> bool:
    return len(text) <= 8 and (not any(map(str.isalpha, text)) or bool(LABEL.match(text)))


def contents_line(item: Segment) -> bool:
    """A line of a table of contents: its page number stands apart at its end, or behind leading dots."""
    if len(item.words) < 2 or not item.words[-1].text.isdigit():
        return False
    before, last = item.words[-2], item.words[-1]
    return last.x0 - before.x1 > 1.5 * last.size or (len(before.text) > 3 and set(before.text) <= {".", "…"})


def _goes_on(current: list[Word], word: Word, gap: float, em: float) -> bool:
    """A wide gap that parts nothing: stretched by justification inside one text object, or between a label and its item."""
    if current[-1].run is word.run:
        return gap < STRETCHED_EM * em
    if gap > LABEL_GAP_EM * em:
        return False
    if (word.text == "|" or current[-1].text == "|") and gap < 2 * GAP_EM * em:
        return True
    if _labels(current):
        return True
    return len(current) == 1 and current[0].text.isdigit() and len(current[0].text) < 4 and (
        word.text[:1].isalpha() or word.text == "|"
    ) and (
        abs(current[0].size - word.size) < 0.5
    )


def _labels(words: list[Word]) -> bool:
    """Whether these words are only a list label ("•", "3.", "(a)", "2.1 |") that waits for its item."""
    if len(words) > 2:
        return False
    return all(LABEL.match(word.text) or word.raised for word in words) or (
        len(words) == 2 and words[1].text == "|" and words[0].text.replace(".", "").isdigit()
    )


def segment(words: list[Word]) -> Segment:
    """One segment of words that stand side by side; size and weight are those of most of its letters."""
    first = words[0]
    run = first.run
    y0, y1, x1, size, bold, italic = first.y0, first.y1, first.x1, first.size, first.bold, first.font.italic
    some_bold = bold
    plain = same = True
    for word in words:
        if word.x1 > x1:
            x1 = word.x1
        if word.run is not run:
            same = False
        if word.glued or word.raised:
            plain = False
    if not same:
        sizes: dict[float, int] = {}
        strong = total = slanted = 0
        for word in words:
            letters = len(word.text)
            sizes[word.size] = sizes.get(word.size, 0) + letters
            total += letters
            font = word.run.font
            if font.bold:
                strong += letters
            if font.italic:
                slanted += letters
            if word.y0 < y0:
                y0 = word.y0
            if word.y1 > y1:
                y1 = word.y1
        if len(sizes) > 1:
            size = max(sizes, key=lambda key: (sizes[key], key))
        bold, italic, some_bold = 2 * strong > total, 2 * slanted > total, strong > 0
    text = " ".join([word.text for word in words])
    if not plain or (_may_be_special(text) and _SPECIAL.search(text)):
        text = joined(words)
    label = first.text if len(words) > 1 and LABEL.match(first.text) else ""
    text_word = words[1] if label else first
    return Segment(
        words, first.x0, y0, x1, y1, first.base, size, bold, text, text_word.font.name,
        italic, text_word.bold, label, text_word.x0, first.artifact, text_word.run.colour,
        some_bold=some_bold, marginal=_marginal(text),
    )


def _may_be_special(text: str) -> bool:
    """Quickly, whether ``_SPECIAL`` may match: most lines are plain letters (a fifth of the time of the search)."""
    return not text.isascii() or not text.isprintable() or "1 " in text or " ," in text or " ;" in text or text.startswith("o ")


def joined(words: Sequence[Word]) -> str:
    """The words' text with spaces where they were, or where a gap shows that one was lost; bullets as "•"."""
    parts: list[str] = []
    previous: Word | None = None
    dropped = False
    for word in words:
        text = word.text
        if text in HYPHENS:
            parts.append("-")
            previous = word
            continue
        if word.raised:
            mark = _small_text(word, parts)
            if mark is None:
                dropped = True
                continue
            text = mark
        if previous is not None and not (word.raised and word.x0 - previous.x1 < 0.35 * previous.size and parts):
            apart = _apart(previous, word)
            if apart and not previous.text.endswith("\u00ad") and text[0] not in (".,;:)" if dropped else ",;"):
                parts.append(" ")
        elif previous is None and len(words) > 1 and (
            text in BULLETS or (text == "o" and words[1].x0 - word.x1 > 0.6 * word.size)
        ):
            text = BULLET
        parts.append(text)
        previous, dropped = word, False
    return "".join(parts).translate(LIGATURES)


def _apart(previous: Word, word: Word) -> bool:
    """Whether a space stands between two words, or pieces of one: figures stand on one width, so a 1 has room on both sides."""
    em = word.size if word.size > previous.size else previous.size
    gap = (word.x0 - previous.x1) / (em if em > 1.0 else 1.0)
    if previous.text[-1] == "1" and (word.text[0].isdigit() or word.text[0] in ".,%/"):
        return gap > (0.36 if word.glued else 0.32)
    return not word.glued or gap > 0.24


def _small_text(word: Word, before: list[str]) -> str | None:
    """How a raised or lowered piece is written; None for the marker of a note inside a line, which is no word of the text."""
    text = word.text
    if word.lowered:
        return text.translate(_SUBSCRIPT) if text.isdigit() else text
    if not before or not _MARK.match(text):
        return text
    if _UNIT.search(before[-1]):
        return text.translate(_SUPERSCRIPT)
    return None
