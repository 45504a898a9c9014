"""Running headers, footers and page numbers: what stands in the same place on page after page.

Three signs, any of which is enough for a line in the outer fifth of a page: the file marks it as an artifact; the same
words (digits aside) stand at the same height on several pages; it is a page number that counts with the pages.
Comparing neighbours' margins this way is the method of Lin (2003), "Header and footer extraction by page association".
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from extract.pdf.characters import OUTER
from extract.pdf.lines import Segment

PLACE = 4.0
"""Points by which a running line may move between pages."""
MIN_REPEATS = 3
_CAPTION = re.compile(r"^(?:table|figure|fig\.?|box|chart|appendix|annex|chapter|part|section)\s*#")
_DIGITS = re.compile(r"\d+")
_LETTER_SPACED = re.compile(r"\b\w \w \w\b")
_SPACED = re.compile(r"(?<=\b\w) (?=\w\b)")
_PAGE_NUMBER = re.compile(
    r"^(?:page\s*)?[|\-–—\[(]*\s*(\d{1,4}|[ivxl]{1,6})\s*[|\-–—\])]*(?:\s*(?:of|/)\s*\d{1,4})?(?:\s*[|\-–]?\s*page)?$", re.I
)
_SAYS_PAGE = re.compile(r"\bpage\s*[|:]?\s*\d+|\d+\s*[|]?\s*page\b|^\d+\s*(?:of|/)\s*\d+$", re.I)


@dataclass(slots=True)
class Sheet:
    """A page's height and segments; ``turned`` read in another direction than the rest."""

    height: float
    segments: list[Segment]
    turned: list[Segment]


def running_matter(sheets: Sequence[Sheet], body: tuple[float, str]) -> list[set[int]]:
    """For each page the ids of the segments that are running matter; ``body`` is the size and font of most text."""
    found: list[set[int]] = [set() for _ in sheets]
    margins = [_margin(sheet) for sheet in sheets]
    texts: dict[str, list[tuple[int, Segment, float]]] = defaultdict(list)
    numbers: dict[int, list[tuple[int, Segment]]] = defaultdict(list)
    for index, items in enumerate(margins):
        for item, place in items:
            key = _key(item.text)
            if key and not _CAPTION.match(key):
                texts[key].append((index, item, place))
            number = _PAGE_NUMBER.match(_plain(item.text))
            if number:
                value = _roman(number.group(1)) if number.group(1).isalpha() else int(number.group(1))
                numbers[value - index].append((index, item))
            if item.artifact:
                found[index].add(id(item))
    need = MIN_REPEATS if len(sheets) > 4 else 2
    for key, repeats in texts.items():
        if any(letter.isalpha() for letter in key):
            for same in _counting(repeats) if "#" in key else [repeats]:
                _repeated(same, need, found)
    for counted in numbers.values():
        if len({index for index, _ in counted}) >= need:
            for index, item in counted:
                if _outermost(item, sheets[index], found[index]):
                    found[index].add(id(item))
    for index, items in enumerate(margins):
        for item, _ in items:
            plain = _plain(item.text)
            says = _SAYS_PAGE.search(plain)
            if says and len(item.text) < 60 and (len(says.group()) == len(plain) or _outermost(item, sheets[index], found[index])):
                found[index].add(id(item))
    _slots(sheets, margins, found, body)
    sides: dict[str, list[tuple[int, Segment]]] = defaultdict(list)
    for index, sheet in enumerate(sheets):
        for item in sheet.turned:
            sides[_key(item.text)].append((index, item))
            if item.artifact:
                found[index].add(id(item))
    for turned in sides.values():
        if len({index for index, _ in turned}) >= MIN_REPEATS:
            for index, item in turned:
                found[index].add(id(item))
    return found


def _roman(text: str) -> int:
    values = [{"i": 1, "v": 5, "x": 10, "l": 50}[letter] for letter in text.lower()]
    return sum(-value if value < max(values[place:]) else value for place, value in enumerate(values))


def _margin(sheet: Sheet) -> list[tuple[Segment, float]]:
    """Segments in the outer fifths, with their distance from the nearer edge (negative from the bottom)."""
    limit = OUTER * sheet.height
    found = []
    for item in sheet.segments:
        if item.base < limit:
            found.append((item, item.base))
        elif item.base > sheet.height - limit:
            found.append((item, item.base - sheet.height))
    return found


@lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    """The text with letter-spaced words closed up ("P a g e")."""
    return _SPACED.sub("", text).strip() if _LETTER_SPACED.search(text) else text.strip()


def _key(text: str) -> str:
    return _DIGITS.sub("#", _plain(text)).casefold()


def _counting(repeats: list[tuple[int, Segment, float]]) -> list[list[tuple[int, Segment, float]]]:
    """Lines that differ in their numbers only: those that are equal, and those with a number that counts with the pages."""
    equal: dict[str, list[tuple[int, Segment, float]]] = defaultdict(list)
    steps: dict[tuple[int, int], list[tuple[int, Segment, float]]] = defaultdict(list)
    for entry in repeats:
        equal[entry[1].text].append(entry)
        for place, digits in enumerate(_DIGITS.findall(_plain(entry[1].text))):
            steps[place, int(digits[:9]) - entry[0]].append(entry)
    return [*equal.values(), *steps.values()]


def _repeated(repeats: list[tuple[int, Segment, float]], need: int, found: list[set[int]]) -> None:
    """Mark those of the same words that stand at one height on ``need`` pages."""
    if len({index for index, _, _ in repeats}) < need:
        return
    repeats.sort(key=lambda entry: entry[2])
    for index, item, place in repeats:
        near = {other for other, _, there in repeats if abs(there - place) <= PLACE}
        if len(near) >= need:
            found[index].add(id(item))


def _outermost(item: Segment, sheet: Sheet, running: set[int]) -> bool:
    """Nothing but running matter stands between the line and the page's edge."""
    others = [other for other in sheet.segments if id(other) not in running and other is not item]
    if item.base < sheet.height / 2:
        return all(other.base > item.base - 0.5 * item.size for other in others)
    return all(other.base < item.base + 0.5 * item.size for other in others)


def _slots(sheets: Sequence[Sheet], margins: list[list[tuple[Segment, float]]], found: list[set[int]], body: tuple[float, str]) -> None:
    """Running lines whose words change (chapter titles): outermost, in a place and style that running matter has elsewhere."""
    slots: dict[tuple[int, float, str], set[int]] = defaultdict(set)
    for index, items in enumerate(margins):
        for item, place in items:
            if id(item) in found[index]:
                slots[round(place / PLACE), round(item.size, 1), item.font].add(index)
    need = max(MIN_REPEATS, 0.25 * len(sheets))
    for index, items in enumerate(margins):
        for item, place in items:
            style = (round(item.size, 1), item.font)
            if id(item) in found[index] or len(item.text) > 120 or style == body:
                continue
            at = round(place / PLACE)
            same = max(len(slots.get((at + step, *style), ())) for step in (-1, 0, 1))
            if same >= need and _outermost(item, sheets[index], found[index]):
                found[index].add(id(item))
