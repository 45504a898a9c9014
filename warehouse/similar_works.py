"""What tells a work from the others in its own words: the start of "more like this"."""

from __future__ import annotations

import math
from collections import Counter

import duckdb
import tantivy

from warehouse.query_language import Node, Or, Word
from warehouse.text_index import EXACT, SEARCHED_KINDS, STEMMED, analyzer

MOST_WORDS = 20
MOST_CHARACTERS = 200_000
"""Of a work's text: a book's later chapters change little of which words tell it from others."""
SHORTEST_WORD = 3
TITLE_COUNTS = 5
"""So often a word of the title counts: titles are short and say what a work is about."""
MOST_WORKS = 0.5
"""A word that more than this share of all works holds tells nothing."""


def telling_words(connection: duckdb.DuckDBPyConnection, works: tantivy.Searcher, work: str) -> Node | None:
    """A query for any of the words by which a work (all its parts) differs most from the others: frequent in it, rare elsewhere (tf-idf, Spärck Jones
    1972, with the logarithm of the count, as long works repeat themselves). None where it has no words, or no other work has any of them.

    A word must stand in another work too: one that is the work's own alone finds nothing.
    """
    title = (connection.execute("SELECT concat_ws(' ', title, subtitle) FROM works WHERE id = ?", [work]).fetchone() or ("",))[0]
    kinds = ", ".join(f"'{kind}'" for kind in SEARCHED_KINDS)
    rows = connection.execute(f"""
        SELECT p.text FROM passages p
        JOIN (SELECT document, max(part) AS part FROM copies WHERE work = ? AND (shown OR part IS NOT NULL) GROUP BY ALL) c ON c.document = p.document
        WHERE p.kind IN ({kinds}) ORDER BY c.part, p.number""", [work]).fetchall()
    counts: Counter[str] = Counter()
    written: dict[str, Counter[str]] = {}
    for text, weight in ((title or "", TITLE_COUNTS), (" ".join(row[0] for row in rows)[:MOST_CHARACTERS], 1)):
        for word in analyzer(EXACT).analyze(text):
            stems = analyzer(STEMMED).analyze(word)
            if stems and len(word) >= SHORTEST_WORD and word.isalpha():
                counts[stems[0]] += weight
                written.setdefault(stems[0], Counter())[word] += 1
    total, worths = works.num_docs, list[tuple[float, str]]()
    for stem, count in counts.items():
        held = works.doc_freq("body", stem)
        if 1 < held <= MOST_WORKS * total or (held > 1 and total < 4):
            worths.append((-(1 + math.log(count)) * math.log(1 + total / held), stem))
    words = tuple(Word(min(written[stem], key=lambda word: (-written[stem][word], word)), 1) for _, stem in sorted(worths)[:MOST_WORDS])
    return None if not words else words[0] if len(words) == 1 else Or(words)
