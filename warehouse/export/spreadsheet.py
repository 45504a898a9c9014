"""CSV with a row a work, for spreadsheets and statistics programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any, BinaryIO

from evidence.records import JUDGEMENTS

JOIN = "; "
_PLAIN = (
    "id",
    "title",
    "subtitle",
    "authors",
    "published",
    "year",
    "publisher",
    "doi",
    "isbn",
    "issn",
    "report_number",
    "language",
    "media_type",
    "url",
    "landing_url",
    "source",
    "availability",
    "page_count",
    "word_count",
    "relevance",
    "study_design",
    "evidence_strength",
    "unsure",
    "strength_steps",
    "sample_size",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_csv(works: Iterable[dict[str, Any]], facets: dict[str, list[str]], file: BinaryIO) -> None:
    """Numbers and true/false stand bare, dates as ISO 8601, lists joined by "; ", nothing for what is not known.

    A text that a spreadsheet would run as a formula gets an apostrophe in front: titles come from other people's pages.
    """
    several = [facet for facet in facets if facet not in JUDGEMENTS]
    columns = [*_PLAIN, *several, "places", "place_codes", "findings", "copies", "first_seen", "last_seen", "summary"]
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    for work in works:
        labels: dict[str, list[str]] = {}
        for tag in work["evidence"]:
            if tag["label"] not in labels.setdefault(tag["facet"], []):
                labels[tag["facet"]].append(tag["label"])
        row = (
            work
            | {facet: labels.get(facet, []) for facet in several}
            | {"findings": len(work["findings"]), "place_codes": sorted({place["code"] for place in work["places_found"] if place["code"]})}
        )
        writer.writerow([cell(row[column]) for column in columns])
    text.flush()
    text.detach()


def cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    text = (
        JOIN.join(str(one) for one in value)
        if isinstance(value, list)
        else value.isoformat()
        if hasattr(value, "isoformat")
        else str(value)
    )
    return f"'{text}" if text.startswith(_FORMULA) else text
