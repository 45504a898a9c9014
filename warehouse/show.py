"""One work in full: metadata and where it came from, tags with their quotes, findings, appraisal, copies, decisions, captures."""

from __future__ import annotations

import difflib
from datetime import datetime
from typing import Any

import duckdb

from evidence.errors import UsageError
from evidence.records import JUDGEMENTS
from warehouse.decisions import SINGLE_FACETS
from warehouse.snapshot import Snapshot

SHORTEST_ID = 6


def find_work(connection: duckdb.DuckDBPyConnection, id: str) -> str:
    """The work that an id leads to: a work's or a copy's, whole or its beginning.

    Raises ``UsageError`` for an id that leads nowhere, is too short or leads to several works.
    """
    wanted = id.strip().lower()
    if len(wanted) < SHORTEST_ID:
        raise UsageError(f"{id!r} is too short for an id; give at least {SHORTEST_ID} of its characters")
    found = connection.execute(
        """
        SELECT DISTINCT work FROM (SELECT id, id AS work FROM works UNION ALL SELECT alias, work FROM aliases)
        WHERE starts_with(id, ?) ORDER BY 1 LIMIT 6
    """,
        [wanted],
    ).fetchall()
    if len(found) == 1:
        return str(found[0][0])
    if found:
        raise UsageError(
            f"{id!r} is the beginning of several works' ids: {', '.join(row[0][: len(wanted) + 4] for row in found[:5])}; give more of it"
        )
    unread = connection.execute("SELECT id, reason FROM documents WHERE work IS NULL AND starts_with(id, ?) LIMIT 1", [wanted]).fetchone()
    if unread:
        raise UsageError(f"document {unread[0][:12]} is in no work: it could not be read ({unread[1]})")
    known = [row[0][: len(wanted)] for row in connection.execute("SELECT id FROM works").fetchall()]
    near = difflib.get_close_matches(wanted, known, n=1, cutoff=0.8)
    raise UsageError(
        f"no work has the id {id!r}" + (f"; did you mean {near[0]!r}?" if near else "; `integrand search` lists works with their ids")
    )


def show(snapshot: Snapshot, id: str) -> dict[str, Any]:
    """Everything the snapshot knows of a work, as the JSON of ``integrand show``. Raises ``UsageError`` as ``find_work`` does."""
    with snapshot.connect() as connection:
        work = find_work(connection, id)
        row = _rows(connection, "SELECT * FROM v_works WHERE id = ?", work)[0]
        shown, judged = row["shown_document"], row["judged_document"]
        document = _rows(connection, "SELECT * FROM documents WHERE id = ?", shown)[0]
        copies = _copies(connection, work)
        return {
            **_identity(row, document),
            **_judgement(connection, work, judged),
            "parts": _parts(connection, work),
            "copies": copies,
            "versions": [copy for copy in copies if copy["role"] in ("main", "version")],
            "decisions": _rows(
                connection,
                "SELECT * FROM decisions WHERE document IN (FROM documents SELECT id WHERE work = ?) ORDER BY decided_at, id",
                work,
            ),
            "captures": _rows(
                connection,
                """
                SELECT url, outcome, answer, document, status, reason, media_type, size_bytes, first_seen, last_seen,
                       first_run, last_run, checks,     archive_path, archive_offset, via, link_text
                FROM captures WHERE url IN (SELECT url FROM copies WHERE work = ?) ORDER BY first_seen, url, answer""",
                work,
            ),
            "changes": _rows(
                connection,
                "SELECT run, changed_at, change, url, document, previous_document FROM v_changes WHERE work = ? ORDER BY changed_at, url",
                work,
            ),
            "provenance": _rows(
                connection,
                'SELECT field, "value", value_source AS source, document, chosen FROM work_values WHERE work = ? '
                "ORDER BY field, chosen DESC, value_source, document",
                work,
            ),
            "aliases": [one["alias"] for one in _rows(connection, "SELECT alias FROM aliases WHERE work = ? ORDER BY alias", work)],
            "references": _rows(
                connection, 'SELECT raw, authors, "year", title, doi, url, page FROM refs r JOIN '
                "(SELECT document, max(part) AS part FROM copies WHERE work = ? AND (shown OR part IS NOT NULL) GROUP BY ALL) k "
                "ON k.document = r.document ORDER BY k.part, number", work
            ),
            "run": snapshot.manifest["run"],
        }


def _identity(row: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    kept = (
        "id",
        "title",
        "subtitle",
        "authors",
        "published",
        "publisher",
        "doi",
        "isbn",
        "issn",
        "report_number",
        "language",
        "summary",
        "media_type",
        "url",
        "landing_url",
        "source",
        "availability",
        "unsure",
        "page_count",
        "word_count",
        "first_seen",
        "last_seen",
    )
    return {name: _plain(row[name]) for name in kept} | {
        "sha256": document["id"],
        "document": row["judged_document"] or document["id"],
        "status": document["status"],
        "reason": document["reason"],
        "title_source": document["title_source"],
    }


def _judgement(connection: duckdb.DuckDBPyConnection, work: str, judged: str | None) -> dict[str, Any]:
    """What ``integrand tag`` gives, from the judged documents; empty where none was judged."""
    tags = _rows(connection, _TAGS, work)
    given: dict[str, Any] = dict.fromkeys(JUDGEMENTS)
    for tag in tags:
        if tag["facet"] in JUDGEMENTS and tag["stands"] and given[tag["facet"]] is None:
            given[tag["facet"]] = _tag(tag)
    appraisal = next(iter(_rows(connection, "SELECT * FROM appraisals WHERE document = ?", judged)), None)
    if appraisal and given["evidence_strength"]:
        answers = _rows(connection, "SELECT * FROM appraisal_answers WHERE document = ? ORDER BY rowid", judged)
        given["evidence_strength"] |= {
            "steps": appraisal["steps"],
            "sample_size": appraisal["sample_size"],
            "comparator": appraisal["comparator"],
            "appraised_as": appraisal["strength"],
            "aacods": {one["question"]: {"answer": one["answer"], "quote": one["quote"], "span": _span(one)} for one in answers},
        }
    findings = _rows(connection, _OF_PARTS.format("findings"), work)
    places = _rows(connection, _OF_PARTS.format("places"), work)
    tagging = next(iter(_rows(connection, "SELECT * FROM taggings WHERE document = ?", judged)), None)
    return given | {
        "tags": [_tag(tag) | {"facet": tag["facet"]} for tag in tags if tag["stands"] and tag["facet"] not in JUDGEMENTS],
        "rejected": [_tag(tag) | {"facet": tag["facet"]} for tag in tags if not tag["stands"]],
        "findings": [_finding(one) for one in findings],
        "places": [
            {"name": one["name"], "code": one["code"], "country": one["country"], "unsure": one["unsure"], "span": _span(one)}
            for one in places
        ],
        "version": tagging["version"] if tagging else None,
    }


_TAGS = f"""
SELECT t.* FROM tags t JOIN judged_documents j ON j.document = t.document
WHERE j.work = ? AND (j.main OR t.facet NOT IN ({", ".join(f"'{facet}'" for facet in SINGLE_FACETS)}))
ORDER BY t.stands DESC, t.facet, j.part, t.number"""
_OF_PARTS = "SELECT t.* FROM {} t JOIN judged_documents j ON j.document = t.document WHERE j.work = ? ORDER BY j.part, t.number"


def _parts(connection: duckdb.DuckDBPyConnection, work: str) -> list[dict[str, Any]]:
    """The pieces of a publication that came in several, in their order."""
    return _rows(
        connection,
        """
        SELECT c.part, c.document, d.title, c.url, c.reason, d.page_count, d.word_count
        FROM copies c JOIN documents d ON d.id = c.document WHERE c.work = ? AND c.part IS NOT NULL ORDER BY c.part""",
        work,
    )


def _tag(tag: dict[str, Any]) -> dict[str, Any]:
    return {
        "label": tag["label"],
        "score": tag["score"],
        "unsure": tag["unsure"],
        "method": tag["method"],
        "said_by": tag["said_by"],
        "decision": tag["decision"],
        "version": tag["version"],
        "span": _span(tag),
        "alternatives": tag["alternatives"] or [],
    }


def _finding(one: dict[str, Any]) -> dict[str, Any]:
    kept = (
        "intervention",
        "integration_types",
        "outcome",
        "change",
        "direction",
        "own",
        "hedged",
        "population",
        "place",
        "score",
        "unsure",
    )
    return {name: one[name] for name in kept} | {"size": one["effect_size"], "span": _span(one)}


def _span(row: dict[str, Any]) -> dict[str, Any] | None:
    if row["span_start"] is None:
        return None
    return {"document": row["document"], "page": row["page"], "start": row["span_start"], "end": row["span_end"], "quote": row["quote"]}


def _copies(connection: duckdb.DuckDBPyConnection, work: str) -> list[dict[str, Any]]:
    return _rows(
        connection,
        """
        SELECT c.document, c.url, c.role, c.part, c.reason, c.shown, a.state, d.media_type, d.title, d.published, d.status,
               d.page_count, d.word_count
        FROM copies c JOIN documents d ON d.id = c.document LEFT JOIN addresses a ON a.url = c.url
        WHERE c.work = ? ORDER BY c.shown DESC, c.role <> 'main', c.part NULLS LAST, c.role, c.document, c.url""",
        work,
    )


def _rows(connection: duckdb.DuckDBPyConnection, sql: str, value: str | None) -> list[dict[str, Any]]:
    result = connection.execute(sql, [value])
    names = [column[0] for column in result.description or ()]
    return [{name: _plain(cell) for name, cell in zip(names, row, strict=True)} for row in result.fetchall()]


def _plain(value: Any) -> Any:
    """As JSON holds it: times as ISO 8601 in UTC."""
    return value.isoformat() + "Z" if isinstance(value, datetime) else value
