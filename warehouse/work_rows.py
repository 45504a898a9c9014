"""The rows of a work and of a source: pure functions of what was planned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warehouse.history import History, plain_time
from warehouse.metadata import AUTHOR_JOIN, Value, choose
from warehouse.planning import Plan, availability, home_url
from warehouse.works import Work


def work_row(work: Work, planned: Plan, chosen: Mapping[str, Value]) -> dict[str, Any]:
    """``chosen`` is the work's metadata (``chosen_values``); counts and labels are filled in from the other tables."""
    fields: dict[str, Any] = {
        name: chosen[name].value if name in chosen else None
        for name in ("title", "subtitle", "published", "publisher", "doi", "isbn", "issn", "report_number", "language", "summary")
    }
    shown = planned.items[work.shown]
    landing = next((copy.document for copy in work.copies if copy.role == "landing_page"), None)
    year = (fields["published"] or "")[:4]
    return fields | {
        "id": work.id,
        "shown_document": work.shown,
        "judged_document": next(iter(planned.judged.get(work.id, ())), None),
        "authors": chosen["authors"].value.split(AUTHOR_JOIN) if "authors" in chosen else [],
        "year": int(year) if year.isdigit() else None,
        "media_type": shown.media_type,
        "url": home_url(planned, work.shown) or None,
        "landing_url": (home_url(planned, landing) or None) if landing else None,
        "source": shown.first.source if shown.first else None,
        "availability": availability(work, planned),
        "relevance": None,
        "study_design": None,
        "evidence_strength": None,
        "unsure": False,
        "page_count": None,
        "word_count": None,
        "parts": len(work.parts),
    }


def chosen_values(work: Work, planned: Plan) -> dict[str, Value]:
    """The work's metadata. Of a publication in pieces, pieces add what the shown one lacks, but no title of their own."""
    chosen = choose(work.shown, current_copies(work), planned.values)
    for field, value in choose(work.shown, work.parts, planned.values).items() if work.parts else ():
        if field not in _OF_A_PIECE:
            chosen.setdefault(field, value)
    if work.title is not None:
        named = (value for value in planned.values.get(work.shown, ()) if (value.field, value.value) == ("title", work.title))
        chosen["title"] = next(named, chosen.get("title") or Value("title", work.title, work.title_source or "text", work.shown, False))
    return chosen


_OF_A_PIECE = ("title", "subtitle", "summary", "report_number")
"""What a piece says of itself alone."""


def judged_rows(planned: Plan) -> list[dict[str, Any]]:
    """A row a document whose tags stand for a work."""
    parts = {document: number for work in planned.works for document, number in part_numbers(work).items()}
    return [
        {"work": work, "document": document, "main": at == 0, "part": parts.get(document)}
        for work, documents in sorted(planned.judged.items())
        for at, document in enumerate(documents)
    ]


def part_numbers(work: Work) -> dict[str, int]:
    """The pieces of a work, numbered from 1 in their order."""
    return {document: number for number, document in enumerate(work.parts, start=1)}


def current_copies(work: Work) -> list[str]:
    return [copy.document for copy in work.copies if copy.role in ("main", "landing_page", "copy")]


def copy_rows(work: Work, planned: Plan) -> list[dict[str, Any]]:
    rows = []
    parts = part_numbers(work)
    for copy in work.copies:
        urls = sorted({sighting.url for sighting in planned.items[copy.document].sightings}) or [""]
        home = home_url(planned, copy.document)
        for url in urls:
            main = copy.role not in ("main", "part") or url == home
            rows.append(
                {
                    "document": copy.document,
                    "url": url,
                    "work": work.id,
                    "role": copy.role if main else "copy",
                    "reason": copy.reason if main else "the same bytes at another address",
                    "shown": copy.document == work.shown and url == home,
                    "part": parts.get(copy.document) if url == home else None,
                }
            )
    return rows


def source_rows(history: History) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    documents: dict[str, set[str]] = {}
    for address in history.addresses.values():
        for source in {address.source, *(answer.capture.source for answer in address.answers.values())}:
            row = found.setdefault(source, {"source": source, "addresses": 0, "documents": 0, "first_capture": None, "last_capture": None})
            row["addresses"] += 1
            documents.setdefault(source, set()).update(address.documents)
            for answer in address.answers.values():
                row["first_capture"] = min(row["first_capture"] or answer.first_seen, answer.first_seen)
                row["last_capture"] = max(row["last_capture"] or answer.last_seen, answer.last_seen)
    for row in found.values():
        for name in ("first_capture", "last_capture"):
            row[name] = plain_time(row[name]) if row[name] is not None else None
    return [found[source] | {"documents": len(documents[source])} for source in sorted(found)]
