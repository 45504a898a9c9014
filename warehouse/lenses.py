"""Published typologies as lenses: our labels seen through the terms of others, in queries and in counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from warehouse.loading import joined


@dataclass(frozen=True)
class Lens:
    """``terms`` maps each term's id to its name and the labels of ``facet`` that it stands for.

    Links that hold under a condition only are left out: a label alone does not tell whether the condition holds.
    """

    id: str
    name: str
    facet: str
    terms: dict[str, tuple[str, tuple[str, ...]]]


def lenses(connection: duckdb.DuckDBPyConnection) -> dict[str, Lens]:
    """The typologies that the snapshot knows, by id."""
    found: dict[str, Lens] = {}
    for id, name, facet, term, term_name, labels in connection.execute(
        """
        SELECT typology, typology_name, facet, term, term_name, list(label ORDER BY label)
        FROM crosswalk WHERE term IS NOT NULL AND condition IS NULL GROUP BY ALL ORDER BY ALL"""
    ).fetchall():
        found.setdefault(id, Lens(id, name, facet, {})).terms[term] = (term_name, tuple(labels))
    return found


def terms_of(known: Mapping[str, Lens]) -> dict[str, list[str]]:
    """The ids of each lens' terms, as fields of a query have their labels."""
    return {id: list(lens.terms) for id, lens in known.items()}


def counted(cursor: Any, lens: Lens, ids: Sequence[str]) -> dict[str, int]:
    """How many of the works ``ids`` each term stands for, by its name, the most first; those outside of the typology are last."""
    rows = cursor.execute(
        """
        WITH hit AS (SELECT w.id FROM works w WHERE w.id IN (SELECT unnest(string_split($ids, ','))))
        SELECT coalesce(x.term_name, 'outside this typology') AS term, count(DISTINCT hit.id) AS works
        FROM hit JOIN v_work_tags t ON t.work = hit.id AND t.facet = $facet
        LEFT JOIN crosswalk x ON x.typology = $lens AND x.label = t.label AND x.term IS NOT NULL AND x.condition IS NULL
        GROUP BY ALL ORDER BY max(x.term_name IS NULL), works DESC, term""",
        {"ids": joined(ids), "facet": lens.facet, "lens": lens.id},
    ).fetchall()
    return dict(rows)
