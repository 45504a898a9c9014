"""Search: words from the full-text index, meaning from the vectors, facts and filters from DuckDB.

The two rankings are merged by reciprocal rank fusion (Cormack, Clarke, Büttcher 2009): a work's score is the sum of 1 / (60 + rank)
over the rankings that hold it. A query with operators, phrases, truncation or fields is answered exactly: meaning only orders its
hits. A question in three or more plain words also finds works that say it in other words.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import tantivy
from numpy.typing import NDArray

from evidence.errors import IntegrandError
from evidence.records import JUDGEMENTS, STRENGTHS
from evidence.taxonomy.vocabulary import unknown
from language.thesaurus import load_thesaurus
from warehouse import vectors
from warehouse.filters import Filters, allowed_works, checked_labels, known_labels
from warehouse.known_values import is_kind, unknown_value
from warehouse.lenses import counted, lenses, terms_of
from warehouse.loading import joined
from warehouse.query_compiler import Compiler, asked_of_text, relaxed, text_of
from warehouse.query_language import Node, Valued, Word, is_plain, leaves, parse, shown
from warehouse.quoting import quoted
from warehouse.show import find_work
from warehouse.similar_works import telling_words
from warehouse.snapshot import Snapshot
from warehouse.spelling import suggested
from warehouse.synonyms import Widening, widened
from warehouse.text_index import indexed_works, open_index

FUSION_K = 60
MEANING_FLOOR = 0.45
"""Cosine below which a vector says nothing. On a real programme site (816 texts, all-MiniLM-L6-v2) the best texts for questions
that it cannot answer had 0.21-0.37, those for questions that it can 0.50-0.82."""
MOST_BY_MEANING = 50
WORDS_FOR_MEANING = 3
MOST_LIKE = 50
"""Works that words alone find like another."""


@dataclass(frozen=True)
class SearchAnswer:
    """The answer of a search; ``as_json`` is the contract's document. ``relaxed``: no work holds all words, so any counted."""

    query: str
    parsed: str
    run: str
    total: int
    seconds: float
    facets: dict[str, dict[str, int]]
    works: list[dict[str, Any]]
    ids: list[str]
    """All hits, best first; ``works`` are the first of them in full."""
    expanded: dict[str, list[str]] = field(default_factory=dict)
    """What truncated words stood for, and the other terms that were looked for beside words and phrases of the thesaurus."""
    relaxed: bool = False
    notes: list[str] = field(default_factory=list)
    """In words, what was not done that a reader may expect."""
    suggestion: str | None = None
    """The query with its words that no work holds replaced by near ones that some do."""

    def as_json(self) -> dict[str, Any]:
        return {
            "query": self.query,
            "parsed": self.parsed,
            "expanded": self.expanded,
            "relaxed": self.relaxed,
            "suggestion": self.suggestion,
            "notes": self.notes,
            "run": self.run,
            "total": self.total,
            "seconds": round(self.seconds, 4),
            "facets": self.facets,
            "works": self.works,
        }


class Searcher:
    """Answers queries over one snapshot; open one and keep it. Safe to use from several threads."""

    def __init__(self, snapshot: Snapshot, encode: vectors.Encode | None = None) -> None:
        """``encode`` turns the query into a vector; None searches by words alone.

        So does one whose object's ``version`` is not that of the encoder that made the snapshot's vectors: two models' vectors
        cannot be compared. Every answer says so then.
        """
        self._notes: list[str] = []
        if encode is not None and (note := _other_encoder(snapshot, encode)):
            encode = None
            self._notes.append(note)
        self.snapshot, self._encode, self._run = snapshot, encode, str(snapshot.manifest["run"])
        self._connection = snapshot.connect()
        try:
            self._works = open_index(snapshot.text / "works").searcher()
            self._passages = open_index(snapshot.text / "passages").searcher()
        except ValueError as error:
            raise IntegrandError(f"{snapshot.text}: cannot be opened ({error}); publish again with `integrand publish`") from error
        self._ids = indexed_works(snapshot.text)
        self._number = {id: number for number, id in enumerate(self._ids) if id}
        # Works of equal score come in the order of their ids; numbers only say when they came into the index.
        self._rank = np.argsort(np.argsort(np.array(self._ids), kind="stable")) if self._ids else np.zeros(0, dtype=np.int64)
        self._newest = [self._number[row[0]] for row in self._connection.execute(_NEWEST).fetchall()]
        self._labels = known_labels(self._connection)
        self.lenses = lenses(self._connection)
        """The published typologies through which works may be sought and counted."""
        self._matrix: vectors.Floats | None = None
        if encode is not None and snapshot.vectors.exists():
            self._matrix = vectors.load(snapshot)
            rows = self._connection.execute("SELECT work FROM vectors ORDER BY number").fetchall()
            self._vector_works = np.array([self._number[row[0]] for row in rows], dtype=np.int64)

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Searcher:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def search(
        self, query: str = "", filters: Filters | None = None, limit: int = 20, offset: int = 0, *, expand: bool = True, lens: str | None = None,
    ) -> SearchAnswer:
        """The works that answer ``query`` and pass ``filters``, best first, ``limit`` of them from ``offset`` in full.

        With ``lens``, a published typology, the facets also count hits by its terms. With ``expand`` words and phrases of the thesaurus
        also find the other terms for the same thing, ranked lower.

        Raises ``UsageError`` that points at the character for a query that cannot be read, and for unknown labels.
        """
        started = time.monotonic()
        filters = filters or Filters()
        if lens is not None and lens not in self.lenses:
            raise unknown("typology", lens, self.lenses)
        fields = self._labels | terms_of(self.lenses)
        node = parse(query, fields)
        compiler = Compiler(fields, list(STRENGTHS), self._works, self.lenses)
        allowed = self._allowed(filters)
        wide = widened(node, query, load_thesaurus()) if expand else Widening(node)
        ranked, scores = self._by_words(compiler, wide.node, allowed)
        loosened = False
        if not ranked and node is not None and is_plain(node) and not isinstance(node, Word):
            node, loosened = relaxed(node), True
            wide = widened(node, query, load_thesaurus()) if expand else Widening(node)
            ranked, scores = self._by_words(compiler, wide.node, allowed)
        hits, fused, rows = self._fused(node, ranked, scores, allowed, open_ended=loosened or is_plain(node))
        answer = self._answer(query, shown(node), compiler, wide.node, filters, hits, fused, rows, (limit, offset), started, lens)
        return replace(
            answer,
            expanded={**wide.expanded, **compiler.expanded},
            relaxed=loosened,
            notes=[*self._notes, *wide.notes, *self._unknown(node, filters)],
            suggestion=suggested(query, node, self._works),
        )

    def like(self, id: str, filters: Filters | None = None, limit: int = 20, *, lens: str | None = None) -> SearchAnswer:
        """The works most like one, best first: by the words that tell it from others, and by what its texts mean.

        ``id`` is any that leads to a work. Raises ``UsageError`` for one that does not, and as ``search``.
        """
        started = time.monotonic()
        filters = filters or Filters()
        if lens is not None and lens not in self.lenses:
            raise unknown("typology", lens, self.lenses)
        work = find_work(self._connection.cursor(), id)
        node = telling_words(self._connection.cursor(), self._works, work)
        compiler = Compiler(self._labels, list(STRENGTHS), self._works)
        allowed = self._allowed(filters)
        allowed = np.ones(len(self._ids), dtype=np.bool_) if allowed is None else allowed
        allowed[self._number[work]] = False
        ranked, scores = self._by_words(compiler, node, allowed) if node is not None else ([], {})
        # Nearly everything shares some word with a work: more than these say nothing.
        ranked = ranked[:MOST_LIKE]
        meant = None
        if self._matrix is not None and len(own := self._matrix[self._vector_works == self._number[work]]):
            meant = vectors.normalised(own.mean(axis=0, keepdims=True), 1)[0]
        hits, fused, rows = self._merged(ranked, scores, allowed, meant, extend=True)
        answer = self._answer(f"like {work}", shown(node), compiler, node, filters, hits, fused, rows, (limit, 0), started, lens)
        return replace(answer, notes=list(self._notes))

    def _answer(
        self, query: str, parsed: str, compiler: Compiler, node: Node | None, filters: Filters, hits: list[int], fused: dict[int, float],
        rows: dict[int, int], part: tuple[int, int], started: float, lens: str | None,
    ) -> SearchAnswer:
        """The answer with ``part`` (how many, from which) of the hits in full."""
        limit, offset = part
        page = hits[max(offset, 0) : max(offset, 0) + max(limit, 0)]
        ids = [self._ids[number] for number in hits]
        works = described(self._connection.cursor(), [self._ids[number] for number in page])
        labels = [f"{facet}:{label}" for facet, some in checked_labels(filters, self._labels).items() for label in some]
        passages = quoted(self._connection.cursor(), self._passages, compiler, node, {number: self._ids[number] for number in page}, rows, labels)
        for work, number in zip(works, page, strict=True):
            work["score"] = round(fused.get(number, 0.0), 6)
            work["passages"] = passages[number]
        facets = self._facets(ids) | ({lens: counted(self._connection.cursor(), self.lenses[lens], ids)} if lens else {})
        return SearchAnswer(query, parsed, self._run, len(hits), time.monotonic() - started, facets, works, ids)

    def _unknown(self, node: Node | None, filters: Filters) -> list[str]:
        """In words, the values asked for that no work has: a slip would else be an empty answer."""
        asked = [(leaf.field, leaf.value) for leaf, positive in leaves(node) if positive and isinstance(leaf, Valued) and is_kind(leaf.field)]
        asked += [("place", place) for place in filters.place]
        found = (unknown_value(self._connection.cursor(), kind, value) for kind, value in asked)
        return [told for told in found if told is not None]

    def _allowed(self, filters: Filters) -> NDArray[np.bool_] | None:
        found = allowed_works(filters, self._connection.cursor())
        if found is None:
            return None
        mask = np.zeros(len(self._ids), dtype=np.bool_)
        mask[[self._number[id] for id in found]] = True
        return mask

    def _by_words(self, compiler: Compiler, node: Node | None, allowed: NDArray[np.bool_] | None) -> tuple[list[int], dict[int, float]]:
        """Work numbers by BM25, best first; without words all works, the newest first."""
        if node is None or not asked_of_text(node):
            found = self._found(compiler.works_query(node)) if node is not None else dict.fromkeys(self._number.values(), 0.0)
            ordered = [number for number in self._newest if number in found]
            return [number for number in ordered if allowed is None or allowed[number]], found
        found = self._found(compiler.works_query(node))
        ordered = sorted(found, key=lambda number: (-found[number], self._rank[number]))
        return [number for number in ordered if allowed is None or allowed[number]], found

    def _found(self, query: tantivy.Query) -> dict[int, float]:
        if not self._ids:
            return {}
        hits = self._works.search(query, limit=len(self._ids), count=False).hits
        numbers = self._works.fast_field_values("number", [address for _, address in hits])
        return {int(number): float(score) for number, (score, _) in zip(numbers, hits, strict=True) if number is not None}

    def _fused(
        self, node: Node | None, ranked: list[int], scores: dict[int, float], allowed: NDArray[np.bool_] | None, open_ended: bool
    ) -> tuple[list[int], dict[int, float], dict[int, int]]:
        """Hits best first, their scores, and the vector row nearest to the query by hit."""
        asked = text_of(node)
        if self._matrix is None or self._encode is None or not asked:
            return ranked, {number: 1.0 / (FUSION_K + rank) for rank, number in enumerate(ranked, start=1)}, {}
        meant = vectors.normalised(self._encode([asked]), 1)[0]
        return self._merged(ranked, scores, allowed, meant, extend=open_ended and len(asked.split()) >= WORDS_FOR_MEANING)

    def _merged(
        self, ranked: list[int], scores: dict[int, float], allowed: NDArray[np.bool_] | None, meant: vectors.Floats | None, extend: bool
    ) -> tuple[list[int], dict[int, float], dict[int, int]]:
        """The ranking by words merged with that by nearness to ``meant``; with ``extend`` this one may bring works of its own."""
        rankings, row_of = [ranked], np.zeros(0, dtype=np.int64)
        if meant is not None and self._matrix is not None:
            best, row_of = vectors.work_similarities(self._matrix, self._vector_works, meant, len(self._ids))
            words, by_meaning = set(ranked), list[int]()
            for number in np.lexsort((self._rank, -best)).tolist():
                if best[number] < MEANING_FLOOR or (not extend and len(by_meaning) >= len(words)):
                    break
                if number in words or (extend and len(by_meaning) < MOST_BY_MEANING and (allowed is None or allowed[number])):
                    by_meaning.append(number)
            rankings.append(by_meaning)
        fused: dict[int, float] = {}
        for ranking in rankings:
            for rank, number in enumerate(ranking, start=1):
                fused[number] = fused.get(number, 0.0) + 1.0 / (FUSION_K + rank)
        hits = sorted(fused, key=lambda number: (-fused[number], -scores.get(number, 0.0), self._rank[number]))
        return hits, fused, {number: int(row_of[number]) for number in rankings[-1]} if len(rankings) > 1 else {}

    def _facets(self, ids: list[str]) -> dict[str, dict[str, int]]:
        """Hits by label of each facet, by source, year and place, the most frequent first."""
        counts: dict[str, dict[str, int]] = {}
        for facet, label, count in self._connection.cursor().execute(_FACETS, {"ids": joined(ids)}).fetchall():
            counts.setdefault(facet, {})[label] = count
        return counts


_NEWEST = "SELECT id FROM works ORDER BY published DESC NULLS LAST, title NULLS LAST, id"

_FACETS = """
WITH hit AS (SELECT w.id, w.source, w."year" FROM works w WHERE w.id IN (SELECT unnest(string_split($ids, ','))))
SELECT facet, label, count(*) AS works FROM (
    SELECT DISTINCT t.facet, t.label, hit.id FROM hit JOIN v_work_tags t ON t.work = hit.id
  UNION ALL SELECT 'source', source, id FROM hit WHERE source IS NOT NULL
  UNION ALL SELECT 'year', "year"::VARCHAR, id FROM hit WHERE "year" IS NOT NULL
  UNION ALL SELECT DISTINCT 'place', p."name", hit.id FROM hit JOIN judged_documents j ON j.work = hit.id JOIN places p ON p.document = j.document
) GROUP BY ALL ORDER BY facet, works DESC, label"""


def _other_encoder(snapshot: Snapshot, encode: vectors.Encode) -> str | None:
    """Why ``encode`` does not fit the snapshot's vectors, in words; None where it does, or does not say which it is."""
    ours, theirs = vectors.encoder_version(encode), str(snapshot.manifest.get("encoder", ""))
    if not ours or not theirs or ours == theirs or not snapshot.vectors.exists():
        return None
    return f"searched by words alone: the vectors were made by {theirs}, the encoder is {ours}; publish again to search by meaning"


def described(cursor: Any, ids: Sequence[str]) -> list[dict[str, Any]]:
    """The works in full as search answers give them, in the order of ``ids``; ``guesses`` are the labels, by facet, that are unsure."""
    rows = cursor.execute(
        """
        SELECT id, title, authors, published, publisher, url, landing_url, source, availability, relevance,
               study_design, evidence_strength, unsure, parts
        FROM works WHERE id IN (SELECT unnest(string_split(?, ',')))""",
        [joined(ids)],
    )
    names = [column[0] for column in rows.description]
    found = {row[0]: dict(zip(names, row, strict=True)) | {"tags": {}, "guesses": {}} for row in rows.fetchall()}
    for work, facet, label, guess in cursor.execute(
        """
            SELECT work, facet, label, bool_and(unsure) FROM v_work_tags
            WHERE work IN (SELECT unnest(string_split(?, ','))) GROUP BY ALL ORDER BY ALL""",
        [joined(ids)],
    ).fetchall():
        if facet not in JUDGEMENTS:
            found[work]["tags"].setdefault(facet, []).append(label)
        if guess:
            found[work]["guesses"].setdefault(facet, []).append(label)
    return [found[id] for id in ids]
