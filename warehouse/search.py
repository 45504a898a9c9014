"""Search: words from the full-text index, meaning from the vectors, facts and filters from DuckDB.

The two rankings are merged by reciprocal rank fusion (Cormack, Clarke, Büttcher 2009): a work's score is the sum of 1 / (60 + rank)
over the rankings that hold it. A query with operators, phrases, truncation or fields is answered exactly: meaning only orders its
hits. A question in three or more plain words also finds works that say it in other words.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
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
from warehouse.facet_counts import FacetCounts
from warehouse.filters import Filters, allowed_works, checked_labels, known_labels
from warehouse.known_values import is_kind, unknown_value
from warehouse.lenses import counted, lenses, terms_of
from warehouse.loading import literal
from warehouse.query_compiler import Compiler, asked_of_text, relaxed, text_of
from warehouse.query_language import Node, Phrase, Valued, Word, is_plain, leaves, parse, shown
from warehouse.quoting import quoted
from warehouse.show import find_work
from warehouse.similar_works import telling_words
from warehouse.snapshot import Snapshot
from warehouse.spelling import suggested
from warehouse.synonyms import Widening, widened
from warehouse.text_index import indexed_works, open_index, passages_schema, works_schema

Numbers = NDArray[np.int64]
Scores = NDArray[np.float64]
Mask = NDArray[np.bool_]
"""Works are numbers here, as in the text index: by number, or one value a work."""
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
            self._works = open_index(snapshot.text / "works", works_schema()).searcher()
            self._passages = open_index(snapshot.text / "passages", passages_schema()).searcher()
        except ValueError as error:
            raise IntegrandError(f"{snapshot.text}: cannot be opened ({error}); publish again with `integrand publish`") from error
        self._ids = indexed_works(snapshot.text)
        self._number = {id: number for number, id in enumerate(self._ids) if id}
        # Works of equal score come in the order of their ids; numbers only say when they came into the index.
        self._rank = np.argsort(np.argsort(np.array(self._ids), kind="stable")) if self._ids else np.zeros(0, dtype=np.int64)
        self._newest = np.array([self._number[row[0]] for row in self._connection.execute(_NEWEST).fetchall()], dtype=np.int64)
        # Kept here, as a statement of its own would be a quarter of a search's time.
        self._cards = self._connection.execute(CARD).to_arrow_table()
        self._card_of = {id: at for at, id in enumerate(self._cards.column("id").to_pylist())}
        self._facets = FacetCounts(self._connection, self._ids)
        self._labels = known_labels(self._connection)
        self.lenses = lenses(self._connection)
        """The published typologies through which works may be sought and counted."""
        self._matrix: vectors.Floats | None = None
        if encode is not None and snapshot.vectors.exists():
            self._matrix = vectors.load(snapshot)
            runs = self._connection.execute("SELECT work, count(*) FROM vectors GROUP BY work ORDER BY min(number)").fetchall()
            self._vector_works = np.repeat(np.array([self._number[work] for work, _ in runs], dtype=np.int64), [count for _, count in runs])

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
        if not len(ranked) and node is not None and is_plain(node) and not isinstance(node, Word):
            node, loosened = relaxed(node), True
            wide = widened(node, query, load_thesaurus()) if expand else Widening(node)
            ranked, scores = self._by_words(compiler, wide.node, allowed)
        ranking = self._fused(node, ranked, scores, allowed, open_ended=loosened or is_plain(node))
        answer = self._answer(query, shown(node), compiler, wide.node, filters, ranking, (limit, offset), started, lens)
        return replace(
            answer,
            expanded={**wide.expanded, **compiler.expanded},
            relaxed=loosened,
            notes=[*self._notes, *wide.notes, *self._unknown(node, filters), *([] if answer.total else _as_written(node))],
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
        ranked, scores = self._by_words(compiler, node, allowed)
        # Nearly everything shares some word with a work: more than these say nothing.
        ranked = ranked[:MOST_LIKE] if node is not None else ranked[:0]
        meant = None
        if self._matrix is not None and len(own := self._matrix[self._vector_works == self._number[work]]):
            meant = vectors.normalised(own.mean(axis=0, keepdims=True), 1)[0]
        ranking = self._merged(ranked, scores, allowed, meant, extend=True)
        answer = self._answer(f"like {work}", shown(node), compiler, node, filters, ranking, (limit, 0), started, lens)
        return replace(answer, notes=list(self._notes))

    def _answer(
        self, query: str, parsed: str, compiler: Compiler, node: Node | None, filters: Filters, ranking: _Ranking,
        part: tuple[int, int], started: float, lens: str | None,
    ) -> SearchAnswer:  # fmt: skip
        """The answer with ``part`` (how many, from which) of the hits in full."""
        limit, offset = part
        hits = ranking.hits.tolist()
        page = hits[max(offset, 0) : max(offset, 0) + max(limit, 0)]
        ids = [self._ids[number] for number in hits]
        cursor = self._connection.cursor()
        works = [_labelled(self._card(number), self._facets.labels(number)) for number in page]
        labels = [f"{facet}:{label}" for facet, some in checked_labels(filters, self._labels).items() for label in some]
        passages = quoted(cursor, self._passages, compiler, node, {number: self._ids[number] for number in page}, ranking.nearest, labels)
        for work, number in zip(works, page, strict=True):
            work["score"] = round(float(ranking.fused[number]), 6)
            work["passages"] = passages[number]
        facets = self._facets.counted(ranking.hits) | ({lens: counted(cursor, self.lenses[lens], ids)} if lens else {})
        return SearchAnswer(query, parsed, self._run, len(hits), time.monotonic() - started, facets, works, ids)

    def _card(self, number: int) -> dict[str, Any]:
        row: dict[str, Any] = self._cards.slice(self._card_of[self._ids[number]], 1).to_pylist()[0]
        return row

    def _unknown(self, node: Node | None, filters: Filters) -> list[str]:
        """In words, the values asked for that no work has: a slip would else be an empty answer."""
        asked = [(leaf.field, leaf.value) for leaf, positive in leaves(node) if positive and isinstance(leaf, Valued) and is_kind(leaf.field)]
        asked += [("place", place) for place in filters.place]
        found = (unknown_value(self._connection.cursor(), kind, value) for kind, value in asked)
        return [told for told in found if told is not None]

    def _allowed(self, filters: Filters) -> Mask | None:
        found = allowed_works(filters, self._connection.cursor()) if filters else None
        if found is None:
            return None
        mask = np.zeros(len(self._ids), dtype=np.bool_)
        mask[[self._number[id] for id in found]] = True
        return mask

    def _by_words(self, compiler: Compiler, node: Node | None, allowed: Mask | None) -> tuple[Numbers, Scores]:
        """Work numbers by BM25, best first, and the score of every work; without words all works, the newest first."""
        scores = np.zeros(len(self._ids), dtype=np.float64)
        if node is None:
            ranked = self._newest
        else:
            found, some = self._found(compiler.works_query(node))
            scores[found] = some
            if asked_of_text(node):
                ranked = found[np.lexsort((self._rank[found], -some))]
            else:
                mask = np.zeros(len(self._ids), dtype=np.bool_)
                mask[found] = True
                ranked = self._newest[mask[self._newest]]
        return ranked if allowed is None else ranked[allowed[ranked]], scores

    def _found(self, query: tantivy.Query) -> tuple[Numbers, Scores]:
        if not self._ids:
            return np.zeros(0, dtype=np.int64), np.zeros(0)
        hits = self._works.search(query, limit=len(self._ids), count=False).hits
        numbers = self._works.fast_field_values("number", [address for _, address in hits])
        return np.array(numbers, dtype=np.int64), np.array([score for score, _ in hits], dtype=np.float64)

    def _fused(self, node: Node | None, ranked: Numbers, scores: Scores, allowed: Mask | None, open_ended: bool) -> _Ranking:
        asked = text_of(node)
        if self._matrix is None or self._encode is None or not asked:
            return self._merged(ranked, scores, allowed, None, extend=False)
        meant = vectors.normalised(self._encode([asked]), 1)[0]
        return self._merged(ranked, scores, allowed, meant, extend=open_ended and len(asked.split()) >= WORDS_FOR_MEANING)

    def _merged(self, ranked: Numbers, scores: Scores, allowed: Mask | None, meant: vectors.Floats | None, extend: bool) -> _Ranking:
        """The ranking by words merged with that by nearness to ``meant``; with ``extend`` this one may bring works of its own."""
        fused = np.zeros(len(self._ids))
        fused[ranked] = 1.0 / (FUSION_K + np.arange(1, len(ranked) + 1))
        if meant is None or self._matrix is None:
            return _Ranking(ranked, fused, lambda _: None)
        near = vectors.Nearness(self._matrix, self._vector_works, meant, len(self._ids))
        by_meaning = np.flatnonzero(near.best >= MEANING_FLOOR)
        by_meaning = by_meaning[np.lexsort((self._rank[by_meaning], -near.best[by_meaning]))]
        wanted = fused[by_meaning] > 0
        if extend:
            others = np.ones(len(by_meaning), dtype=np.bool_) if allowed is None else allowed[by_meaning]
            taken = wanted | others
            wanted |= others & (np.cumsum(taken) - taken < MOST_BY_MEANING)
        by_meaning = by_meaning[wanted]
        fused[by_meaning] += 1.0 / (FUSION_K + np.arange(1, len(by_meaning) + 1))
        hits = np.flatnonzero(fused)
        hits = hits[np.lexsort((self._rank[hits], -scores[hits], -fused[hits]))]
        meaningful = set(by_meaning.tolist())
        return _Ranking(hits, fused, lambda number: near.row(number) if number in meaningful else None)


@dataclass(frozen=True)
class _Ranking:
    """Hits best first, the fused score of every work, and the row of the vector nearest to the query (None: words alone) by number."""

    hits: Numbers
    fused: Scores
    nearest: Callable[[int], int | None]


_NEWEST = "SELECT id FROM works ORDER BY published DESC NULLS LAST, title NULLS LAST, id"


def _as_written(node: Node | None) -> list[str]:
    """A hint where phrases were asked for: of words side by side any form is found, of those in a phrase only the one written."""
    asked = any(isinstance(leaf, Phrase) and positive and not leaf.any_form for leaf, positive in leaves(node))
    return ['a phrase is matched as written; truncate its words ("care team*") or join them by NEAR/0 to find other forms'] if asked else []


def _other_encoder(snapshot: Snapshot, encode: vectors.Encode) -> str | None:
    """Why ``encode`` does not fit the snapshot's vectors, in words; None where it does, or does not say which it is."""
    ours, theirs = vectors.encoder_version(encode), str(snapshot.manifest.get("encoder", ""))
    if not ours or not theirs or ours == theirs or not snapshot.vectors.exists():
        return None
    return f"searched by words alone: the vectors were made by {theirs}, the encoder is {ours}; publish again to search by meaning"


CARD = """
SELECT id, title, authors, published, publisher, url, landing_url, source, availability, relevance, study_design, evidence_strength, unsure,
       parts AS part_count
FROM works"""


def described(cursor: Any, ids: Sequence[str]) -> list[dict[str, Any]]:
    """The works in full as search answers give them, in the order of ``ids``; ``guesses`` are the labels, by facet, that are unsure."""
    some = f"string_split({literal(ids)}, ',')"
    rows = cursor.execute(f"{CARD} WHERE id IN (SELECT unnest({some}))")
    names = [column[0] for column in rows.description]
    cards = {row[0]: dict(zip(names, row, strict=True)) for row in rows.fetchall()}
    labels: dict[str, list[tuple[str, str, bool]]] = {}
    for work, facet, label, guess in cursor.execute(
        f"SELECT work, facet, label, bool_and(unsure) FROM v_work_tags WHERE work IN (SELECT unnest({some})) GROUP BY ALL ORDER BY ALL"
    ).fetchall():
        labels.setdefault(work, []).append((facet, label, guess))
    return [_labelled(cards[id], labels.get(id, ())) for id in ids]


def _labelled(card: dict[str, Any], labels: Iterable[tuple[str, str, bool]]) -> dict[str, Any]:
    work: dict[str, Any] = card | {"tags": {}, "guesses": {}}
    for facet, label, guess in labels:
        if facet not in JUDGEMENTS:
            work["tags"].setdefault(facet, []).append(label)
        if guess:
            work["guesses"].setdefault(facet, []).append(label)
    return work
