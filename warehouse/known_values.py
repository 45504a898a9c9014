"""What a snapshot knows by name: labels, typologies, sources, places. So that a slip is told, and is no empty answer."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

import duckdb

from evidence.errors import UsageError
from evidence.taxonomy.vocabulary import unknown
from warehouse.country_names import place_value

_PLACES = """
SELECT name FROM (
    SELECT lower("name") AS name, 1 AS works FROM places
  UNION ALL SELECT lower(code), 0 FROM places WHERE code IS NOT NULL
  UNION ALL SELECT lower(unnest(lies_in)), 0 FROM places
) WHERE name IS NOT NULL GROUP BY name ORDER BY sum(works) DESC, name"""
_VALUES = {
    "facet": "SELECT DISTINCT facet FROM labels ORDER BY ALL",
    "label": "SELECT DISTINCT label FROM labels ORDER BY ALL",
    "typology": "SELECT DISTINCT typology FROM crosswalk ORDER BY ALL",
    "source": "SELECT source FROM sources ORDER BY ALL",
    "outcome": "SELECT label FROM labels WHERE facet = 'outcome_domain' UNION SELECT outcome FROM findings ORDER BY ALL",
    "place": _PLACES,
    "language": 'SELECT DISTINCT "language" FROM works WHERE "language" IS NOT NULL ORDER BY ALL',
    "status": "SELECT DISTINCT availability FROM works ORDER BY ALL",
}
KINDS = tuple(_VALUES)
"""Beside these there is ``label of <facet>``."""
_LABEL_OF = "label of "
_CODE = re.compile(r"[a-z]{2}(-[a-z0-9]{1,3})?")
"""The form of an ISO 3166 code."""
MOST_TOLD = 8


def is_kind(kind: str) -> bool:
    return kind in _VALUES or kind.startswith(_LABEL_OF)


def known_values(connection: duckdb.DuckDBPyConnection, kind: str) -> list[str]:
    """All that the snapshot knows of a kind; places in lower case, names and codes, those of most documents first."""
    if kind.startswith(_LABEL_OF):
        facet = kind.removeprefix(_LABEL_OF)
        rows = connection.execute("SELECT label FROM labels WHERE facet = ? ORDER BY place_in_facet", [facet]).fetchall()
    else:
        rows = connection.execute(_VALUES[kind]).fetchall()
    return [str(row[0]) for row in rows]


def checked_value(connection: duckdb.DuckDBPyConnection, kind: str, given: str) -> str:
    """The value as the snapshot spells it. Raises ``UsageError`` with the nearest for one that it does not know.

    The name of a country or nation is read as its code. A code of which there is no work is no slip: a saved search may wait for the first.
    """
    known = known_values(connection, kind)
    if kind == "place":
        return _place(known, given)
    if given in known:
        return given
    label = given.strip().lower().replace("-", "_").replace(" ", "_")
    if label not in known:
        raise unknown(kind, given, known)
    return label


def _place(known: Sequence[str], given: str) -> str:
    wanted = place_value(given)
    if wanted in known:
        return wanted
    near = difflib.get_close_matches(wanted, known, n=3, cutoff=0.75)
    if _CODE.fullmatch(wanted) and not difflib.get_close_matches(wanted, known, n=1, cutoff=0.9):
        return wanted
    if near:
        raise UsageError(f"no work is about the place {given!r}; did you mean {' or '.join(repr(one) for one in near)}?")
    names = [one for one in known if not _CODE.fullmatch(one)][:MOST_TOLD]
    raise UsageError(f"no work is about the place {given!r}; most works are about {', '.join(names) if names else 'no place at all'}")


def unknown_value(connection: duckdb.DuckDBPyConnection, kind: str, given: str) -> str | None:
    """In words, that the snapshot knows no such value, with the nearest that it knows; None where it does."""
    known = [one.casefold() for one in known_values(connection, kind)]
    if (place_value(given) if kind == "place" else given.casefold()) in known:
        return None
    near = difflib.get_close_matches(given.casefold(), known, n=3, cutoff=0.6)
    hint = f"; near to it {'is' if len(near) == 1 else 'are'} {', '.join(near)}" if near else ""
    return f"no work has the {kind} {given!r}{hint}"
