"""What every work is tagged with, where it is and came from, in memory: facets are counted over all hits of every search.

Counted in SQL the facets of 20,000 hits took 60 ms; as arrays they take one.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import numpy as np
from numpy.typing import NDArray

from warehouse.loading import literal

Numbers = NDArray[np.int64]
_VALUES = """
WITH numbers AS (SELECT unnest(string_split({ids}, ',')) AS id, generate_subscripts(string_split({ids}, ','), 1) - 1 AS number),
given AS (
    SELECT work AS id, facet, label, bool_and(unsure) AS unsure FROM v_work_tags GROUP BY ALL
  UNION ALL SELECT id, 'source', source, NULL FROM works WHERE source IS NOT NULL
  UNION ALL SELECT id, 'year', "year"::VARCHAR, NULL FROM works WHERE "year" IS NOT NULL
  UNION ALL SELECT DISTINCT w.id, 'place', p."name", NULL
    FROM works w JOIN judged_documents j ON j.work = w.id JOIN places p ON p.document = j.document
)"""
_NAMES = f"{_VALUES} SELECT DISTINCT facet, label FROM given JOIN numbers USING (id) ORDER BY facet, label"
_CODES = f"""{_VALUES}
SELECT number, dense_rank() OVER (ORDER BY facet, label) - 1 AS value, CASE WHEN unsure IS NULL THEN 2 WHEN unsure THEN 1 ELSE 0 END AS guess
FROM given JOIN numbers USING (id) ORDER BY number, value"""
SURE, GUESS = 0, 1
"""Of the tags; a source, a year or a place is neither."""


class FacetCounts:
    """``ids`` are the works' ids by their number in the text index, "" where a number is not used."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, ids: Sequence[str]) -> None:
        given = literal(ids)
        self._names: list[tuple[str, str]] = [(facet, label) for facet, label in connection.execute(_NAMES.format(ids=given)).fetchall()]
        found = connection.execute(_CODES.format(ids=given)).fetchnumpy()
        self._works: Numbers = np.asarray(found["number"], dtype=np.int64)
        self._values: Numbers = np.asarray(found["value"], dtype=np.int64)
        self._guesses: Numbers = np.asarray(found["guess"], dtype=np.int64)

    def counted(self, hits: Numbers) -> dict[str, dict[str, int]]:
        """Hits by label of each facet, by source, year and place, the most frequent first."""
        if not len(self._works) or not len(hits):
            return {}
        mask = np.zeros(max(int(self._works[-1]), int(hits.max())) + 1, dtype=np.bool_)
        mask[hits] = True
        counts = np.bincount(self._values[mask[self._works]], minlength=len(self._names))
        told: dict[str, dict[str, int]] = {}
        named = ((facet, -int(counts[at]), label) for at, (facet, label) in enumerate(self._names) if counts[at])
        for facet, count, label in sorted(named):
            told.setdefault(facet, {})[label] = -count
        return told

    def labels(self, number: int) -> list[tuple[str, str, bool]]:
        """(facet, label, whether it is a guess) of the tags that stand for a work, by facet and label."""
        first, last = np.searchsorted(self._works, [number, number + 1]).tolist()
        return [(*self._names[self._values[at]], self._guesses[at] == GUESS) for at in range(first, last) if self._guesses[at] in (SURE, GUESS)]
