"""Joining what line ends cut: a word list and the document's own words decide whether a hyphen stays.

The list is wordfreq's English one (Speer 2022, from several corpora; words with a Zipf frequency of 1 and more).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

import wordfreq

MIN_KNOWN = 1.2e-8
"""Frequency of a word seen about 12 times in a thousand million words: rarer entries of the list are mostly misspellings."""
COMPOUND = 150.0
"""A rare whole whose halves are both more than this many times as frequent ("longterm", "followup") is a compound; "lifelong" (116),
"hardworking" (147) and "outpatient" (28) are words."""
KEPT = frozenset({"self", "non", "cross", "ex", "quasi", "half", "well", "all"})
"""First parts that British spelling keeps apart unless the whole is a common word ("nonsense", "selfish", "allow")."""
PARTICLES = frozenset({"in", "up", "out", "off", "on", "to", "by", "of", "down", "over", "through", "based", "led", "the"})
"""Second parts that make compounds ("walk-in", "follow-up", "place-based"), not word endings, unless the whole is a common word."""
_PARTS = re.compile(r"([^\W\d_]+(?:['’][^\W\d_]+)?)-$")
_NEXT = re.compile(r"^([^\W\d_]+)")
_WORDS = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_LETTER_BEFORE, _LETTER_BEHIND = re.compile(r"[^\W\d_]-?\Z"), re.compile(r"-?[^\W\d_]")
SEARCHES = 200
"""Words looked for one by one. Counting all words of a page takes 0.25 ms, looking for 16 in a thousand pages before it took 18."""
LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})


@lru_cache(maxsize=1)
def _list() -> dict[str, float]:
    # the same as wordfreq's own dictionary, once a process, in two thirds of its time
    buckets = [(wordfreq.cB_to_freq(-centibels), words) for centibels, words in enumerate(wordfreq.get_frequency_list("en", wordlist="large"))]
    return {word: share for share, words in buckets for word in words}


def frequency(word: str) -> float:
    """How often an English word is used, as a share of all words; 0 where it is unknown."""
    found: float = _list().get(word.lower(), 0.0)
    return found


def _count(text: str, word: str) -> int:
    """Occurrences of ``word`` with no letter, and no hyphen and letter, on either side."""
    found, at = 0, text.find(word)
    while at >= 0:
        end = at + len(word)
        if not (_LETTER_BEFORE.search(text, max(0, at - 2), at) or _LETTER_BEHIND.match(text, end)):
            found += 1
        at = text.find(word, end)
    return found


class Vocabulary:
    """The words of one document, counted: whole ones, and compounds that are hyphenated inside a line."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._texts: list[str] = []
        self._uncounted: list[str] = []
        self._words: Counter[str] = Counter()
        self._asked = 0

    def add(self, texts: Iterable[str]) -> None:
        """Note some lines; the last word of a line that ends in a hyphen is left out."""
        self._lines.extend(texts)

    def count(self, word: str) -> int:
        """How often a lower-case word, or compound, occurs as a whole. Looked for when asked, as few of a document's words ever are; where more
        than :data:`SEARCHES` are, all are counted, since looking through a long text for each of many words would take time by its square."""
        if self._lines:
            whole = "\n".join([text[:-1].rpartition(" ")[0] if text.endswith("-") else text for text in self._lines])
            self._texts.append(whole.lower())
            self._uncounted.append(self._texts[-1])
            self._lines.clear()
        self._asked += 1
        if self._asked > SEARCHES and _WORDS.fullmatch(word):
            while self._uncounted:
                self._words.update(_WORDS.findall(self._uncounted.pop()))
            return self._words[word]
        return sum(_count(text, word) for text in self._texts)

    def joined(self, above: str, below: str) -> str | None:
        """The line ``above``, which ends in a hyphen, without it where the two halves are one word; None to keep it."""
        left, right = _PARTS.search(above, above.rfind(" ") + 1), _NEXT.match(below)
        if left is None or right is None:
            return None
        first, second = left.group(1).lower(), right.group(1).lower()
        if not right.group(1)[0].islower() and not left.group(1).isupper():
            return None
        if above[: left.start()].endswith("-"):
            return None
        whole, compound = first + second, f"{first}-{second}"
        seen, seen_compound = self.count(whole), self.count(compound)
        if seen != seen_compound:
            return above[:-1] if seen > seen_compound else None
        known = frequency(whole)
        halves = min(frequency(first), frequency(second))
        if first in KEPT and known < 1e-6:
            return None
        if known >= MIN_KNOWN:
            if second in PARTICLES and known < 4e-6:
                return None
            if known < 1.5e-7 and len(first) <= 5 and halves > 1e-6:
                return None
            return None if known < 4e-6 and halves > COMPOUND * known and len(first) > 2 else above[:-1]
        if halves >= 1e-6:
            return None
        return above[:-1]
