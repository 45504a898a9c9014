"""Which of a list of known works the base holds, and which of those a search finds: the test of a search strategy.

A strategy is tried against works that are known to belong to the review (Sampson and others 2009, the PRESS guideline; PRISMA-S item 14).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import duckdb

from warehouse.items import normal_doi, normal_isbn
from warehouse.likeness import TitleWords, same_title, title_words
from warehouse.snapshot import Snapshot

YEARS_APART = 1
"""A report of December is cited by the next year, and the other way round."""
FEWEST_TITLE_WORDS = 2
"""Telling words: by fewer ("Annual report") two publications are easily taken for one."""


@dataclass(frozen=True, slots=True)
class KnownWork:
    """A publication that is known to belong; any of its fields may be missing. ``name`` is how the list tells of it."""

    name: str
    doi: str | None = None
    isbn: str | None = None
    url: str | None = None
    title: str | None = None
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Recalled:
    """A known work, the work of the base that it is (``by``: doi, isbn, url or title) or None, and whether the search found that."""

    known: KnownWork
    work: str | None
    by: str | None
    found: bool


@dataclass(frozen=True)
class Recall:
    """``rows`` as in the list; ``searched`` is False where no search was tried, and then nothing is told of what was found."""

    rows: tuple[Recalled, ...]
    searched: bool

    @property
    def held(self) -> int:
        return sum(row.work is not None for row in self.rows)

    @property
    def found(self) -> int:
        return sum(row.found for row in self.rows)

    @staticmethod
    def share(hits: int, of: int) -> tuple[float, float, float] | None:
        """hits / of with its 95 % interval (Wilson 1927); None of none."""
        if not of:
            return None
        part, z = hits / of, 1.959964
        middle, width = part + z * z / (2 * of), z * math.sqrt(part * (1 - part) / of + z * z / (4 * of * of))
        return part, max((middle - width) / (1 + z * z / of), 0.0), min((middle + width) / (1 + z * z / of), 1.0)


def recall(snapshot: Snapshot, known: Sequence[KnownWork], hits: Collection[str] | None = None) -> Recall:
    """``hits`` are the ids of the works that a search found; None asks only what the base holds."""
    with snapshot.connect() as connection:
        index = _Index(connection)
    rows = []
    for one in known:
        work, by = index.find(one) or (None, None)
        rows.append(Recalled(one, work, by, hits is not None and work in hits))
    return Recall(tuple(rows), hits is not None)


class _Index:
    """The base's works by what identifies them; all copies count, as a list may cite any of them."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._by: dict[tuple[str, str], str] = {}
        rows = connection.execute("SELECT work, doi, isbn FROM documents WHERE work IS NOT NULL UNION ALL SELECT id, doi, isbn FROM works").fetchall()
        for work, doi, isbn in rows:
            for kind, value in (("doi", normal_doi(doi)), ("isbn", normal_isbn(isbn))):
                if value:
                    self._by.setdefault((kind, value), work)
        for work, url in connection.execute("SELECT work, url FROM copies WHERE url <> '' ORDER BY NOT shown, url").fetchall():
            self._by.setdefault(("url", plain_url(url)), work)
        self._titles: list[tuple[TitleWords, int | None, str]] = []
        self._with_word: dict[str, list[int]] = defaultdict(list)
        for work, title, year in connection.execute("""
            SELECT DISTINCT v.work, v."value", w."year" FROM work_values v JOIN works w ON w.id = v.work WHERE v.field = 'title'
            UNION SELECT id, title, "year" FROM works WHERE title IS NOT NULL
            UNION SELECT id, concat_ws(': ', title, subtitle), "year" FROM works WHERE title IS NOT NULL ORDER BY ALL""").fetchall():
            words = title_words(title)
            if len(words.words) >= FEWEST_TITLE_WORDS:
                for word in words.words:
                    self._with_word[word].append(len(self._titles))
                self._titles.append((words, year, work))

    def find(self, one: KnownWork) -> tuple[str, str] | None:
        """(work, by what it was told); identifiers before the title."""
        keys = (("doi", normal_doi(one.doi)), ("isbn", normal_isbn(one.isbn)), ("url", plain_url(one.url) if one.url else None))
        for kind, value in keys:
            if value and (kind, value) in self._by:
                return self._by[kind, value], kind
        words = title_words(one.title)
        if len(words.words) < FEWEST_TITLE_WORDS:
            return None
        near = [(words.words != theirs.words, work) for theirs, year, work in self._candidates(words)
                if same_title(words, theirs) and (not one.year or not year or abs(one.year - year) <= YEARS_APART)]
        return (min(near)[1], "title") if near else None

    def _candidates(self, words: TitleWords) -> Iterator[tuple[TitleWords, int | None, str]]:
        """Titles that share a word."""
        for at in sorted({at for word in words.words for at in self._with_word.get(word, ())}):
            yield self._titles[at]


def plain_url(url: str) -> str:
    """An address without what makes no difference: scheme, www., fragment, last slash, case of the host."""
    rest = url.strip().partition("://")[2] or url.strip()
    host, slash, path = rest.partition("#")[0].partition("/")
    return (host.lower().removeprefix("www.") + slash + path).rstrip("/")
