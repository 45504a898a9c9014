"""Where in a passage a query's words stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from warehouse.query_compiler import Text, pattern_words, stems_in_place
from warehouse.query_language import Phrase, Synonym, Word
from warehouse.text_index import EXACT, STEMMED, analyzer

_WORD = re.compile(r"[^\W_]+")


@lru_cache(maxsize=50_000)
def _forms(word: str) -> tuple[str, str]:
    """A word as the index holds it: (exact, stem); "" for a stop word's stem."""
    exact, stem = analyzer(EXACT).analyze(word), analyzer(STEMMED).analyze(word)
    return exact[0] if exact else "", stem[0] if stem else ""


def highlights(text: str, leaves: Sequence[Text]) -> list[list[int]]:
    """[start, end] of every match in ``text``, in order and without overlaps (code points)."""
    matches = list(_WORD.finditer(text))
    forms = [_forms(match[0]) for match in matches]
    found: list[tuple[int, int]] = []
    for leaf in leaves:
        for first, last in _matches(forms, leaf):
            found.append((matches[first].start(), matches[last].end()))
    return _merged(found)


def _matches(forms: Sequence[tuple[str, str]], leaf: Text) -> list[tuple[int, int]]:
    """(first, last) word of each match of one leaf."""
    if isinstance(leaf, Word | Synonym):
        stems = dict(stems_in_place(leaf.text))
        wanted = [re.compile(re.escape(stems[at]) if at in stems else ".*") for at in range(max(stems, default=-1) + 1)]
        words, slop = [stem for _, stem in forms], 0
    elif isinstance(leaf, Phrase):
        words, slop = [exact for exact, _ in forms], leaf.slop
        wanted = [re.compile(one) for word in leaf.text.split() for one in _phrase_words(word, forms if leaf.any_form else ())]
    else:
        words, slop = [exact for exact, _ in forms], 0
        wanted = [re.compile(one) for one in pattern_words(leaf.text)]
    if not wanted:
        return []
    found = []
    for first, word in enumerate(words):
        if wanted[0].fullmatch(word):
            last = _rest(words, first, wanted[1:], slop)
            if last is not None:
                found.append((first, last))
    return found


def _phrase_words(word: str, forms: Sequence[tuple[str, str]]) -> list[str]:
    """The regular expressions of a phrase's word; of one without a wild card all its forms among ``forms``, those of a text."""
    if "*" in word:
        return pattern_words(word)
    tokens = analyzer(EXACT).analyze(word)
    same = [{token, *(exact for exact, stem in forms if stem and stem == _forms(token)[1])} for token in tokens]
    return ["|".join(map(re.escape, sorted(some))) for some in same]


def _rest(words: Sequence[str], at: int, wanted: Sequence[re.Pattern[str]], slop: int) -> int | None:
    """The place of the last of ``wanted`` behind ``at``, with at most ``slop`` other words in all between them."""
    for one in wanted:
        for skipped in range(slop + 1):
            if at + 1 + skipped < len(words) and one.fullmatch(words[at + 1 + skipped]):
                at, slop = at + 1 + skipped, slop - skipped
                break
        else:
            return None
    return at


def _merged(spans: list[tuple[int, int]]) -> list[list[int]]:
    merged: list[list[int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    return merged
