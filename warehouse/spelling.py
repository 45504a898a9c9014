"""Words of a query that no work holds, and the nearest that some do."""

from __future__ import annotations

from collections.abc import Iterator

import tantivy

from warehouse.query_language import Node, Phrase, Word, leaves
from warehouse.text_index import EXACT, STEMMED, TEXT_FIELDS, analyzer

SHORTEST_WORD = 4
"""Letters; of shorter ones nearly all are near to one another."""
LONG_WORD = 8
"""From so many letters on two slips are looked for, as in full-text engines (Lucene's "fuzziness: auto" takes one from 3 and two from 6)."""
WORDS_LOOKED_THROUGH = 50_000
FIELDS_LOOKED_THROUGH = ("body_exact", "title_exact")


def suggested(query: str, node: Node | None, works: tantivy.Searcher) -> str | None:
    """The query with each word that no work holds replaced by the nearest that some do; None where there is nothing to replace, or
    nothing near.

    Two words are as near as the slips between them are few: a letter too many, too few, another, or two in the wrong order
    (Damerau 1964). Of words equally near that of most works is taken.
    """
    told, end = list[str](), 0
    for at, word in sorted(_strange(query, node, works)):
        near = _nearest(word, works)
        if near is not None and at >= end:
            told += [query[end:at], near]
            end = at + len(word)
    return "".join(told) + query[end:] if told else None


def _strange(query: str, node: Node | None, works: tantivy.Searcher) -> Iterator[tuple[int, str]]:
    """(place from 0, word) of those that were asked for in a text field and that no work holds."""
    folded, places = _folded(query)
    for leaf, positive in leaves(node):
        if not positive or not isinstance(leaf, Word | Phrase) or leaf.field not in (None, *TEXT_FIELDS):
            continue
        start = places.index(leaf.at - 1) if 0 < leaf.at <= len(query) else len(folded)
        for word in analyzer(EXACT).analyze(leaf.text):
            at = folded.find(word, start)
            if at < 0 or len(word) < SHORTEST_WORD or not word.isalpha():
                continue  # written with accents, or not as it is indexed
            start = at + len(word)
            if not _is_held(word, works, exactly=isinstance(leaf, Phrase)):
                yield places[at], query[places[at] : places[at + len(word)]]


def _folded(query: str) -> tuple[str, list[int]]:
    """The query without case, and the place in the query of each of its characters and of its end: one may become several ("ß")."""
    parts = [one.casefold() for one in query]
    return "".join(parts), [at for at, part in enumerate(parts) for _ in part] + [len(query)]


def _is_held(word: str, works: tantivy.Searcher, exactly: bool) -> bool:
    if exactly:
        return any(works.doc_freq(f"{name}_exact", word) for name in TEXT_FIELDS)
    stems = analyzer(STEMMED).analyze(word)
    return not stems or any(works.doc_freq(name, stems[0]) for name in TEXT_FIELDS)


def _nearest(word: str, works: tantivy.Searcher) -> str | None:
    word = word.casefold()
    most = 2 if len(word) >= LONG_WORD else 1
    for beginning in (word[:2], word[:1], word[1::-1]):
        counts: dict[str, int] = {}
        for name in FIELDS_LOOKED_THROUGH:
            for one, count in works.terms_with_prefix(name, beginning, limit=WORDS_LOOKED_THROUGH):
                if abs(len(one) - len(word)) <= most and one.isalpha():
                    counts[one] = max(counts.get(one, 0), count)
        near = [(slips, -count, one) for one, count in counts.items() if 0 < (slips := _slips(word, one, most)) <= most]
        if near:
            return min(near)[2]
    return None


def _slips(one: str, other: str, most: int) -> int:
    """Optimal string alignment distance; ``most + 1`` as soon as it is more than ``most``."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        older, before = before, row
        row = [i]
        for j, theirs in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != theirs))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == theirs:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]
