"""The rows of a work and of a source: pure functions of what was planned."""

from __future__ import annotations

from typing import Any

from warehouse.history import History, plain_time
from warehouse.metadata import AUTHOR_JOIN, choose
from warehouse.planning import Plan, availability, home_url
from warehouse.works import Work


def work_row(work: Work, planned: Plan) -> dict[str, Any]:
    chosen = choose(work.shown, current_copies(work), planned.values)
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
        "judged_document": planned.judged.get(work.id),
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
    }


def current_copies(work: Work) -> list[str]:
    return [copy.document for copy in work.copies if copy.role in ("main", "landing_page", "copy")]


def copy_rows(work: Work, planned: Plan) -> list[dict[str, Any]]:
    rows = []
    for copy in work.copies:
        urls = sorted({sighting.url for sighting in planned.items[copy.document].sightings}) or [""]
        home = home_url(planned, copy.document)
        for url in urls:
            main = copy.role != "main" or url == home
            rows.append(
                {
                    "document": copy.document,
                    "url": url,
                    "work": work.id,
                    "role": copy.role if main else "copy",
                    "reason": copy.reason if main else "the same bytes at another address",
                    "shown": copy.document == work.shown and url == home,
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
                first, last = plain_time(answer.first_seen), plain_time(answer.last_seen)
                row["first_capture"] = min(row["first_capture"] or first, first)
                row["last_capture"] = max(row["last_capture"] or last, last)
    return [found[source] | {"documents": len(documents[source])} for source in sorted(found)]
