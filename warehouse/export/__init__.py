"""Export of works as references and coded data: a format is one function, named in ``EXPORTERS``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import duckdb

from evidence.output import output_target, whole_file
from evidence.taxonomy.vocabulary import unknown
from warehouse.export.bibtex import write_bibtex
from warehouse.export.csl import write_csl
from warehouse.export.eppi import write_eppi
from warehouse.export.evidence_table import write_evidence_table
from warehouse.export.json_lines import write_json_lines
from warehouse.export.parquet import write_parquet
from warehouse.export.ris import write_ris
from warehouse.export.spreadsheet import write_csv, write_tags
from warehouse.export.workbook import write_workbook
from warehouse.filters import Filters
from warehouse.loading import joined
from warehouse.search import Searcher
from warehouse.snapshot import Snapshot
from warehouse.vectors import Encode

WORKS_AT_ONCE = 500


@dataclass(frozen=True)
class Exporter:
    """``write`` takes the works one by one (as ``coded_works`` gives them), the facets with their labels (label, name, definition,
    facet_name), and an open file."""

    name: str
    suffix: str
    description: str
    write: Callable[[Iterable[dict[str, Any]], Mapping[str, Sequence[Mapping[str, str]]], BinaryIO], None]
    only_relevant: bool = False
    """Whether works that are off topic, or were not judged, are left out unless they are asked for."""


EXPORTERS: dict[str, Exporter] = {
    one.name: one
    for one in (
        Exporter("ris", ".ris", "references for reference managers and screening tools", write_ris),
        Exporter("bibtex", ".bib", "references for LaTeX and reference managers", write_bibtex),
        Exporter("csl-json", ".json", "references for citation processors", write_csl),
        Exporter("eppi-json", ".json", "references with their codes and coded text for EPPI-Reviewer and EPPI-Mapper", write_eppi),
        Exporter("evidence-table", ".md", "the table of included studies, in Markdown, each claim with its page", write_evidence_table, True),
        Exporter("xlsx", ".xlsx", "a workbook: works, evidence (with columns for decisions), findings, places, copies", write_workbook),
        Exporter("parquet", ".parquet", "a row a work with lists and the quoted evidence nested", write_parquet),
        Exporter("csv", ".csv", 'a row a work, the labels of a facet joined by "; "', write_csv),
        Exporter("tags-csv", ".csv", "a row a tag with its quote, and columns to fill in for `integrand decisions import`", write_tags),
        Exporter("jsonl", ".jsonl", "a JSON document a line: a work with its tags, quotes, findings and places", write_json_lines),
    )
}


def export(
    snapshot: Snapshot, format: str, out: Path, query: str = "", filters: Filters | None = None, encode: Encode | None = None,
    *, everything: bool = False,
) -> int:
    """Writes the works that a search finds, in its order, to ``out``, whole or not at all; returns how many.

    A format that is for relevant works only leaves out the others unless ``everything`` is asked for.

    ``encode`` is the search's: without it works that say the query in other words are not found, as ``Searcher`` explains.

    Raises ``UsageError`` for an unknown format, a query that cannot be read or a file that may not be written.
    """
    if format not in EXPORTERS:
        raise unknown("export format", format, EXPORTERS)
    output_target(out)  # a search takes a while; better to know before
    with Searcher(snapshot, encode) as searcher:
        ids = searcher.search(query, filters, limit=0).ids
    with snapshot.connect() as connection, whole_file(out) as file:
        if EXPORTERS[format].only_relevant and not everything:
            relevant = {id for (id,) in connection.execute("SELECT id FROM works WHERE relevance = 'relevant'").fetchall()}
            ids = [id for id in ids if id in relevant]
        EXPORTERS[format].write(coded_works(connection, ids, snapshot.manifest["run"]), code_lists(connection), file)
    return len(ids)


def code_lists(connection: duckdb.DuckDBPyConnection) -> dict[str, list[dict[str, str]]]:
    """The snapshot's labels by facet, in the taxonomy's order: rows of ``labels``."""
    found: dict[str, list[dict[str, str]]] = {}
    for facet, label, name, definition, facet_name in connection.execute(
        'SELECT facet, label, "name", definition, facet_name FROM labels ORDER BY facet, place_in_facet'
    ).fetchall():
        found.setdefault(facet, []).append({"label": label, "name": name, "definition": definition, "facet_name": facet_name})
    return found


def coded_works(connection: duckdb.DuckDBPyConnection, ids: list[str], run: str) -> Iterator[dict[str, Any]]:
    """Each work with all that is coded of it: columns of ``v_works``, ``evidence`` (tags that stand, with their quotes),
    ``findings``, ``places_found`` and ``copies_found`` (lists of rows), and the snapshot's ``run``."""
    for start in range(0, len(ids), WORKS_AT_ONCE):
        some = ids[start : start + WORKS_AT_ONCE]
        works = {
            row["id"]: row | {"evidence": [], "findings": [], "places_found": [], "copies_found": [], "run": run}
            for row in _rows(connection, "SELECT * EXCLUDE (findings) FROM v_works WHERE id IN (SELECT unnest(string_split(?, ',')))", some)
        }
        for key, sql in _DETAILS.items():
            for row in _rows(connection, sql, some):
                works[row.pop("work")][key].append(row)
        yield from (works[id] for id in some)


_DETAILS = {
    "evidence": """SELECT work, facet, label, score, unsure, said_by, "method", version, document, page, span_start, span_end, quote, url
                   FROM v_evidence WHERE work IN (SELECT unnest(string_split(?, ','))) ORDER BY work, facet, label, span_start""",
    "findings": """SELECT w.id AS work, f.* FROM findings f JOIN judged_documents j ON j.document = f.document JOIN works w ON w.id = j.work
                   WHERE w.id IN (SELECT unnest(string_split(?, ','))) ORDER BY w.id, NOT j.main, j.part, f.number""",
    "places_found": """SELECT w.id AS work, p.* FROM places p JOIN judged_documents j ON j.document = p.document JOIN works w ON w.id = j.work
                       WHERE w.id IN (SELECT unnest(string_split(?, ','))) ORDER BY w.id, NOT j.main, j.part, p.number""",
    "copies_found": """SELECT c.work, c.document, c.url, c.role, c.part, c.reason, c.shown, d.media_type
                       FROM copies c JOIN documents d ON d.id = c.document
                       WHERE c.work IN (SELECT unnest(string_split(?, ','))) AND c.url <> '' ORDER BY c.work, c.shown DESC, c.role, c.url""",
}


def _rows(connection: duckdb.DuckDBPyConnection, sql: str, ids: list[str]) -> list[dict[str, Any]]:
    result = connection.execute(sql, [joined(ids)])
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
