"""How alike two documents are: their titles, and their texts by MinHash signature.

Texts are compared by the 128 minima that the extractor kept. The share of equal positions estimates the Jaccard similarity of
the sets of shingles (Broder 1997), the minima themselves estimate each set's size (Cohen 1997: the mean of k minima of n hashes
scaled to [0, 1] is 1 / (n + 1)), and both together how much of the smaller text is contained in the larger.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

_WORD = re.compile(r"\d+(?:\.\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)?")
_STOP = frozenset((
    "a", "an", "and", "are", "as", "at", "by", "for", "from", "in", "into", "is", "it", "its", "of", "on", "or", "our", "the",
    "this", "to", "with"
))
_PARTS = frozenset((
    "part", "section", "volume", "vol", "chapter", "appendix", "annex", "annexe", "supplement", "module", "phase", "issue",
    "edition", "week", "month", "quarter"
))
_WHOLE = 2.0**32


@dataclass(frozen=True)
class TitleWords:
    """A title as it is compared: its telling words, its numbers, and whether it names a part ("appendix", "part 2")."""

    words: frozenset[str]
    numbers: frozenset[str]
    parts: frozenset[str]


_SITE = re.compile(r"\s+(?:\||»|::)\s+")
"""What web pages put between their title and the site's name."""


def title_words(title: str | None) -> TitleWords:
    """A title's words; of a web page's title with the site's name in it, the longest part."""
    title = max(_SITE.split(title or ""), key=len)
    found = [word.replace("’", "'") for word in _WORD.findall(unicodedata.normalize("NFKC", title or "").casefold())]
    words = frozenset(word for word in found if word not in _STOP)
    return TitleWords(words, frozenset(word for word in words if word[0].isdigit()), words & _PARTS)


def titles_conflict(a: TitleWords, b: TitleWords) -> bool:
    """True where they cannot be one publication: other numbers (years, section numbers), or one names a part and the other another."""
    if a.numbers and b.numbers and not (a.numbers <= b.numbers or b.numbers <= a.numbers):
        return True
    return a.parts != b.parts


def title_overlap(a: TitleWords, b: TitleWords) -> float:
    """Shared words over all words of both (Jaccard), 0 where either has none."""
    union = len(a.words | b.words)
    return len(a.words & b.words) / union if union else 0.0


def same_title(a: TitleWords, b: TitleWords) -> bool:
    """The same words, or the shorter within the longer (a subtitle or a site's name more), or nearly all shared."""
    if not a.words or not b.words or titles_conflict(a, b):
        return False
    if a.words == b.words:
        return True
    small, large = sorted((a.words, b.words), key=len)
    within = len(small) >= 3 and small <= large and len(small) / len(large) >= 0.5
    return within or (len(small) >= 4 and title_overlap(a, b) >= 0.8)


@dataclass(frozen=True)
class TextSketch:
    """A text's signature (``uint32 [128]``, or empty) and what follows from it."""

    minima: NDArray[np.uint32]

    @cached_property
    def size(self) -> float:
        """About how many different shingles (close to the number of words) the text has; standard error 9 %."""
        if not len(self.minima):
            return 0.0
        return max(len(self.minima) / max(float(np.sum(self.minima / _WHOLE)), 1e-12) - 1.0, 1.0)

    def jaccard(self, other: TextSketch) -> float:
        if not len(self.minima) or len(self.minima) != len(other.minima):
            return 0.0
        return float(np.mean(self.minima == other.minima))

    def containment(self, other: TextSketch) -> float:
        """About how much of the smaller of the two lies in the larger: J (|A| + |B|) / ((1 + J) min(|A|, |B|))."""
        jaccard = self.jaccard(other)
        small = min(self.size, other.size)
        return min(jaccard * (self.size + other.size) / ((1.0 + jaccard) * small), 1.0) if small else 0.0


def sketch(signature: Sequence[int] | NDArray[np.uint32]) -> TextSketch:
    return TextSketch(np.asarray(signature, dtype=np.uint32))


BANDS, ROWS = 32, 4
"""32 bands of 4 rows: two texts share a bucket with probability 1 - (1 - J^4)^32, that is 0.87 at J = 0.5 and 1.00 at 0.8
(Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, 3.4)."""


def shared_buckets(texts: Sequence[TextSketch]) -> list[list[bytes]]:
    """For each text the keys, one a band, of the buckets into which another of these texts falls too: those of one text name no candidates.

    Empty for a text without signature.
    """
    signed = [at for at, text in enumerate(texts) if len(text.minima) >= BANDS * ROWS]
    shared: list[list[bytes]] = [[] for _ in texts]
    if not signed:
        return shared
    minima = np.stack([texts[at].minima[: BANDS * ROWS] for at in signed])
    for band in range(BANDS):
        rows = np.ascontiguousarray(minima[:, band * ROWS : (band + 1) * ROWS])
        # A band's four minima as one number: equal bands have equal ones, and the few others that do are told apart by their bytes.
        mixed = (rows.astype(np.uint64) * _MIX).sum(axis=1, dtype=np.uint64)
        order = np.argsort(mixed, kind="stable")
        equal = mixed[order][1:] == mixed[order][:-1]
        for row in np.sort(order[np.r_[False, equal] | np.r_[equal, False]]).tolist():
            shared[signed[row]].append(bytes([band]) + rows[row].tobytes())
    return shared


_MIX = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93], dtype=np.uint64)
"""Odd numbers of 64 bits."""
