"""Which works a publication brought or moved: what its changes say that the publication before it did not know.

Compared are two snapshots and not the changes of one run: what several runs fetched may be read and published by a later one.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from evidence.errors import IntegrandError
from evidence.records import GONE_OUTCOMES
from warehouse.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Movements:
    """Ids of works, in order; a work is in one of the lists at most."""

    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()


def movements(snapshot: Snapshot, previous: Snapshot | None) -> Movements:
    """What ``snapshot`` says beyond ``previous``, the snapshot that was current before it (None: there was none to be read).

    A work is new where the other knew none of its documents, missing or withdrawn where its last address has gone since, and
    changed where anything else happened to it.
    """
    known, documents = _known(previous)
    happened: dict[str, set[str]] = {}
    held: dict[str, bool] = {}
    availability: dict[str, str] = {}
    with snapshot.connect() as connection:
        for document, work in connection.execute("SELECT id, work FROM documents WHERE work IS NOT NULL").fetchall():
            held[work] = held.get(work, False) or document in documents
        for work, stands, *change in connection.execute(_CHANGES).fetchall():
            if tuple(change) not in known:
                availability[work] = stands
                happened.setdefault(work, set()).add(change[2])
    found: dict[str, list[str]] = {"new": [], "changed": [], "missing": [], "withdrawn": []}
    for work in sorted(happened):
        if not held[work]:
            found["new"].append(work)
        elif happened[work] & set(GONE_OUTCOMES) and availability[work] in GONE_OUTCOMES:
            found[availability[work]].append(work)
        elif happened[work] - set(GONE_OUTCOMES):
            found["changed"].append(work)
    return Movements(**{kind: tuple(works) for kind, works in found.items()})


_CHANGES = """
SELECT d.work, w.availability, h.run, h.url, h.change, h.document
FROM changes h JOIN documents d ON d.id = h.document JOIN works w ON w.id = d.work"""


def _known(previous: Snapshot | None) -> tuple[set[tuple[str, ...]], set[str]]:
    """The changes and the documents of a snapshot; nothing where it cannot be read (it is about to be replaced for that)."""
    if previous is None:
        return set(), set()
    try:
        with previous.connect() as connection:
            changes = set(connection.execute("SELECT run, url, change, document FROM changes").fetchall())
            return changes, {row[0] for row in connection.execute("SELECT id FROM documents").fetchall()}
    except (IntegrandError, duckdb.Error):
        return set(), set()
