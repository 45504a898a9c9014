"""A new snapshot made from the last one: only what is new, gone or decided again is read, so that the cost grows with the change.

A document's rows follow from the document alone and never change, so they are taken over; so are those of a tagging, unless a person
has decided on it. What follows from all documents together (works, copies, changes) is made anew, as it is small. Which works' texts
have to be indexed and embedded again is then read from the difference of the tables. The rows are those of a full build.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from warehouse.loading import registered
from warehouse.planning import Plan
from warehouse.snapshot import Snapshot

MOST_REPLACED = 0.2
"""Share of all documents that may have come or gone since the last full build: deleted rows and index entries cost every reader."""
DOCUMENT_TABLES = ("documents", "pages", "sections", "passages", "refs")
TAGGING_TABLES = ("taggings", "tags", "findings", "places", "appraisals", "appraisal_answers")
MADE_ANEW = (
    "works", "judged_documents", "aliases", "work_values", "copies", "captures", "addresses", "changes", "sources", "runs",
    "run_sources", "decisions",
)
INDEXED_ROLES = "('main', 'landing_page', 'part')"


@dataclass(frozen=True)
class Increment:
    """Documents by id: ``arriving`` have no rows yet, ``leaving`` have some that must go, ``judged`` may have other tags than before.

    ``anchored`` tells of decisions, by id, on documents whose decisions are as before whether their quotes were found.
    """

    arriving: frozenset[str]
    leaving: frozenset[str]
    judged: frozenset[str]
    anchored: Mapping[str, bool]

    @property
    def size(self) -> int:
        return len(self.arriving | self.leaving)


def take_over(start: Snapshot, database: Path) -> None:
    """Copies the database of ``start``; every byte of it stands in a file of its own then."""
    shutil.copyfile(start.database, database)


def increment(connection: duckdb.DuckDBPyConnection, planned: Plan) -> Increment:
    """What a copied database lacks and holds too much."""
    held = _column(connection, "SELECT id FROM documents")
    tagged = set(connection.execute("SELECT document, version FROM taggings").fetchall())
    same, anchored = _decided_as_before(connection, planned)
    decided = _column(connection, "SELECT DISTINCT document FROM tags WHERE said_by = 'person' OR decision IS NOT NULL")
    decided |= {id for one in planned.decisions if one.facet for id in planned.decided_on.get(one.id, ())}
    present = planned.items.keys()
    arriving = present - held
    judged = (arriving | (decided - same) | {id for id, version in planned.outlines.versions.items() if (id, version) not in tagged}) & present
    kept = {id: found for document in same - judged for id, found in anchored.get(document, {}).items()}
    return Increment(frozenset(arriving), frozenset(held - present), frozenset(judged), kept)


def _decided_as_before(connection: duckdb.DuckDBPyConnection, planned: Plan) -> tuple[set[str], dict[str, dict[str, bool]]]:
    """The documents to which the same decisions apply as in the snapshot, and whether the quotes of these were found, by document and
    decision. A decision that applies or applied to several documents (the parts of a work) counts as new: the snapshot names only the first,
    and the quote may have stood in any.
    """
    before: dict[str, list[tuple[object, ...]]] = {}
    anchored: dict[str, dict[str, bool]] = {}
    for document, found, *told in connection.execute("""
        SELECT document, anchored, id, "action", facet, label, new_label, quote, version FROM decisions
        WHERE document IS NOT NULL AND facet IS NOT NULL ORDER BY decided_at, id""").fetchall():
        before.setdefault(document, []).append(tuple(told))
        anchored.setdefault(document, {})[told[0]] = found
    now: dict[str, list[tuple[object, ...]]] = {}
    shared = _column(connection, """
        SELECT document FROM judged_documents WHERE work IN (SELECT work FROM judged_documents GROUP BY work HAVING count(*) > 1)""")
    for one in planned.decisions:
        meant = planned.decided_on.get(one.id, ()) if one.facet else ()
        shared |= set(meant) if len(meant) > 1 else set()
        for document in meant:
            now.setdefault(document, []).append((one.id, one.action, one.facet, one.label, one.new_label, one.quote, one.version))
    shown = connection.execute("SELECT DISTINCT document, decision FROM tags WHERE decision IS NOT NULL").fetchall()
    shared |= {document for document, decision in shown if decision not in {told[0] for told in now.get(document, ())}}
    return {document for document, some in now.items() if document not in shared and before.get(document) == some}, anchored


def _column(connection: duckdb.DuckDBPyConnection, sql: str) -> set[str]:
    return {row[0] for row in connection.execute(sql).fetchall()}


def make_room(connection: duckdb.DuckDBPyConnection, found: Increment) -> None:
    """Removes the rows that will be loaded again or never, and keeps what works were like for ``changed_works``."""
    connection.execute("CREATE TEMP TABLE old_works AS FROM works")
    connection.execute(f"CREATE TEMP TABLE old_texts AS SELECT DISTINCT work, document, role, part FROM copies WHERE role IN {INDEXED_ROLES}")
    _delete(connection, DOCUMENT_TABLES, found.leaving)
    _delete(connection, TAGGING_TABLES, found.leaving | found.judged)
    for table in MADE_ANEW:
        connection.execute(f"TRUNCATE {table}")


def _delete(connection: duckdb.DuckDBPyConnection, tables: Iterable[str], ids: Iterable[str]) -> None:
    with registered(connection, ids) as some:
        for table in tables:
            connection.execute(f"DELETE FROM {table} WHERE {'id' if table == 'documents' else 'document'} IN (FROM {some})")


def settle_works(connection: duckdb.DuckDBPyConnection, planned: Plan) -> None:
    """Writes into ``documents`` which work each belongs to now."""
    ids = sorted(planned.items)
    connection.register("now", pa.table({"id": pa.array(ids, pa.string()), "work": pa.array([planned.work_of.get(id) for id in ids], pa.string())}))
    connection.execute("UPDATE documents SET work = now.work FROM now WHERE now.id = documents.id AND now.work IS DISTINCT FROM documents.work")
    connection.unregister("now")


def changed_works(connection: duckdb.DuckDBPyConnection, found: Increment) -> tuple[list[str], list[str]]:
    """(works whose text, tags or facts differ from before, works that are no more), by id.

    A work is as before where its row is, the documents that speak for it are, and none of these has other tags than before.
    """
    with registered(connection, found.arriving | found.judged) as touched:
        changed = _column(connection, f"""
            SELECT id FROM (FROM works EXCEPT FROM old_works)
            UNION SELECT work FROM (SELECT DISTINCT work, document, role, part FROM copies WHERE role IN {INDEXED_ROLES} EXCEPT FROM old_texts)
            UNION SELECT work FROM (FROM old_texts EXCEPT SELECT DISTINCT work, document, role, part FROM copies WHERE role IN {INDEXED_ROLES})
            UNION SELECT j.work FROM judged_documents j JOIN {touched} t ON t.id = j.document""")
    now = _column(connection, "SELECT id FROM works")
    return sorted(changed & now), sorted(_column(connection, "SELECT id FROM old_works") - now)
