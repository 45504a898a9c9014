"""Printed lines to paragraphs, for text whose line breaks are those of a page: hard wraps, page numbers, repeated headers.

Used by the readers of plain text and Markdown, which often are conversions of PDFs.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from dataclasses import dataclass

BULLET = re.compile(r"^\s*(?:[•●▪■◦‣⁃∙·○►➢➤✓✔❖♦\uf000-\uf0ff]|[-–—*+](?=\s)|o(?=\s{2,}|\t))\s*")
GLYPH = re.compile(r"^[•●▪■◦‣⁃∙○►➢➤✓✔❖♦\uf000-\uf0ff]\s*")
"""The private characters are where symbol fonts (Symbol, Wingdings) put their bullets."""
NUMBERED = re.compile(r"^\s*(?:\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)])\s+(?=\S)")
SENTENCE_END = re.compile(r"[.!?:;][\"'”’)\]»]*\d{0,3}$")
_FUNCTION_WORDS = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "been",
        "but",
        "by",
        "can",
        "could",
        "for",
        "from",
        "had",
        "has",
        "have",
        "his",
        "her",
        "how",
        "if",
        "in",
        "including",
        "into",
        "is",
        "its",
        "may",
        "more",
        "most",
        "no",
        "nor",
        "not",
        "of",
        "on",
        "or",
        "our",
        "over",
        "per",
        "should",
        "such",
        "than",
        "that",
        "the",
        "their",
        "these",
        "they",
        "this",
        "those",
        "through",
        "to",
        "under",
        "up",
        "via",
        "was",
        "we",
        "were",
        "when",
        "where",
        "which",
        "while",
        "who",
        "whose",
        "will",
        "with",
        "within",
        "without",
        "would",
        "your",
    ]
)
_NUMBER_LINE = re.compile(r"^(?:page\s+)?[-–|\s]*(\d{1,4})(?:\s+of\s+\d{1,4})?[-–|\s]*$", re.I)
_DIGITS = re.compile(r"\d+")
LONGEST_WORD = 100
"""Characters in which the last word of a line is sought."""


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """A line as printed, cleaned; an empty ``text`` is a blank line. ``heading`` is the level that markup gives it, 0 for none.

    ``item`` says that it begins a list item (its bullet removed); ``verbatim`` that it must not be joined to others (a table row).
    """

    text: str
    heading: int = 0
    bold: bool = False
    item: bool = False
    verbatim: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str
    heading: int = 0
    bold: bool = False
    item: bool = False
    verbatim: bool = False
    printed: int = 1
    """How many printed lines it was joined from."""


def wrap_width(lines: list[PrintedLine]) -> int:
    """The width at which lines were wrapped: the 90th percentile of the longer lines' lengths; 0 where text is not hard-wrapped."""
    lengths = sorted(len(line.text) for line in lines if len(line.text) > 25 and not line.verbatim)
    if len(lengths) < 8:
        return 0
    width = lengths[int(0.9 * (len(lengths) - 1))]
    return width if width <= 150 else 0


def drop_running_lines(lines: list[PrintedLine]) -> tuple[list[PrintedLine], tuple[str, ...]]:
    """Takes out page numbers and headers that come back page after page; returns the rest and the distinct headers.

    A page number is a line of digits that continues a run of at least three numbers, each one more than the last. A header is a
    short line that, its digits aside, occurs at least four times, either with a number that grows or next to a page number; where it
    has three words or more, it is one without its number too.
    """
    numbers = _page_numbers(lines)
    shapes: dict[str, list[int]] = {}
    for index, line in enumerate(lines):
        if 3 <= len(line.text) <= 110 and not line.item and not line.verbatim:
            shapes.setdefault(_DIGITS.sub("#", line.text.casefold()), []).append(index)
    dropped = set(numbers)
    headers: dict[str, None] = {}
    for shape, where in shapes.items():
        if len(where) < 4 or not any(char.isalpha() for char in shape):
            continue
        growing = _grows([lines[index].text for index in where]) if "#" in shape else False
        beside = sum(_touches(lines, index, numbers) for index in where) >= 0.6 * len(where)
        if growing or beside:
            dropped.update(where)
            headers[lines[where[0]].text] = None
    stems = {stem for text in headers if len((stem := _stem(text)).split()) >= 3}
    dropped.update(index for where in shapes.values() for index in where if _stem(lines[index].text) in stems)
    return [line for index, line in enumerate(lines) if index not in dropped], tuple(headers)


def _stem(text: str) -> str:
    """A line without the page number at either end."""
    return re.sub(r"^\d{1,4}\s+|\s+\d{1,4}$", "", text.casefold())


def _page_numbers(lines: list[PrintedLine]) -> set[int]:
    seen = [(index, int(match.group(1))) for index, line in enumerate(lines) if (match := _NUMBER_LINE.match(line.text))]
    chains: dict[int, list[list[int]]] = {}
    for index, number in seen:
        candidates = chains.get(number - 1)
        chain = [*candidates.pop(), index] if candidates else [index]
        chains.setdefault(number, []).append(chain)
    return {index for group in chains.values() for chain in group if len(chain) >= 3 for index in chain}


def _grows(texts: list[str]) -> bool:
    columns = [tuple(int(number) for number in _DIGITS.findall(text)[:3]) for text in texts]
    for position in range(min(map(len, columns))):
        values = [column[position] for column in columns]
        steps = [later - earlier for earlier, later in itertools.pairwise(values)]
        if len(set(values)) >= 4 and sum(0 < step <= 4 for step in steps) >= 0.8 * len(steps):
            return True
    return False


def _touches(lines: list[PrintedLine], index: int, numbers: set[int]) -> bool:
    for step in (-1, 1):
        at = index + step
        while 0 <= at < len(lines) and not lines[at].text:
            at += step
        if at in numbers:
            return True
    return False


def join_paragraphs(lines: list[PrintedLine]) -> list[Paragraph]:
    """Joins wrapped lines, so that no sentence is broken; blank lines inside a sentence (a converter's) are bridged."""
    width = wrap_width(lines)
    vocabulary = Counter(word for line in lines for word in re.findall(r"[^\W\d_]+(?:[-‑][^\W\d_]+)*", line.text.casefold()))
    paragraphs: list[Paragraph] = []
    held: list[PrintedLine] = []
    blank = False
    for line in lines:
        if not line.text:
            blank = bool(held)
            continue
        if held and not (_continues(held, line, blank, width) and (paragraphs or not blank or not _may_be_title(held, width))):
            paragraphs.append(_joined(held, vocabulary))
            held = []
        held.append(line)
        blank = False
    if held:
        paragraphs.append(_joined(held, vocabulary))
    return paragraphs


def is_dangling(text: str) -> bool:
    """Whether a line ends where no sentence or heading can: in a function word, a comma, a hyphen."""
    return text.rsplit(" ", 1)[-1].casefold().strip("(“‘'\"") in _FUNCTION_WORDS or text.endswith((",", "-", "‐", "‑"))


def _continues(held: list[PrintedLine], line: PrintedLine, blank: bool, width: int) -> bool:
    last, first = held[-1], held[0]
    if line.item or line.verbatim or last.verbatim or (line.heading and not first.heading):
        return False
    ends = SENTENCE_END.search(last.text) is not None
    opens_low = line.text[0].islower() or line.text[0] in ",;)"
    dangling = is_dangling(last.text)
    if first.heading or line.heading:
        return first.heading == line.heading and not ends and (opens_low or dangling) and len(held) < 4
    if first.bold != line.bold and not opens_low and not dangling:
        return False
    full = 0 < 0.72 * width <= len(last.text)
    if blank:
        long_enough = len(last.text.split()) >= 4 or len(held) > 1
        return not ends and ((opens_low and long_enough) or (dangling and (full or long_enough or opens_low)))
    if width == 0:
        return not ends and opens_low
    if ends and not last.text.endswith((":", ";")):
        return full and (len(held) > 1 or not first.bold)
    return opens_low or dangling or (full and not last.text.endswith(":"))


def _may_be_title(held: list[PrintedLine], width: int) -> bool:
    # What stands alone before an empty line at the very top is a title, even if what follows opens in lower case.
    return (
        len(held) <= 2
        and (width == 0 or len(held[-1].text) < 0.9 * width)
        and held[-1].text.rsplit(" ", 1)[-1].lower() not in _FUNCTION_WORDS
    )


def _joined(held: list[PrintedLine], vocabulary: Counter[str]) -> Paragraph:
    text = held[0].text
    for line in held[1:]:
        text = _join_line(text, line.text, vocabulary)
    first = held[0]
    return Paragraph(text, first.heading, all(line.bold for line in held), first.item, first.verbatim, len(held))


def _join_line(text: str, following: str, vocabulary: Counter[str]) -> str:
    # Only its last word is looked at: a paragraph of many lines would be searched once a line.
    last = text[-LONGEST_WORD:]
    match = re.search(r"([^\W\d_]{2,})[-‐‑]$", last)
    if not match or not following[:1].islower():
        return f"{text} {following}" if not re.search(r"[^\W\d_\s][-‐‑]$", last) else text + following
    rest = re.match(r"[^\W\d_]+", following)
    head, tail = match.group(1).casefold(), rest.group(0).casefold() if rest else ""
    # The document itself says whether the hyphen belongs to the word; where it does not say, both halves being words of
    # their own speaks for a compound.
    whole, compound = vocabulary[head + tail], vocabulary[f"{head}-{tail}"] + vocabulary[f"{head}‑{tail}"]
    keep = compound > whole or (whole == 0 and len(head) > 2 and vocabulary[head] > 0 and vocabulary[tail] > 1)
    return text + following if keep else text[: len(text) - len(last) + match.end(1)] + following
