"""CSV with a row a work, for spreadsheets and statistics programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
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
TAG_COLUMNS = (
    "work", "title", "facet", "label", "score", "unsure", "said_by", "method", "version", "document", "page", "span_start", "span_end", "quote",
    "url",
)  # fmt: skip
DECISION_COLUMNS = ("decision", "new_label", "reason")
"""What a person fills in."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def columns(facets: Iterable[str]) -> list[str]:
    """The columns of a table with a row a work: a facet of several labels is one."""
    several = [facet for facet in facets if facet not in JUDGEMENTS]
    return [*_PLAIN, *several, "guesses", "places", "place_codes", "findings", "copies", "first_seen", "last_seen", "summary"]


def flat_row(work: dict[str, Any], facets: Iterable[str]) -> dict[str, Any]:
    """The values of ``columns``: text, number, true/false, time, or a list of texts. ``guesses`` are the "facet: label" that are unsure."""
    labels: dict[str, dict[str, bool]] = {}
    for tag in work["evidence"]:
        given = labels.setdefault(tag["facet"], {})
        given[tag["label"]] = given.get(tag["label"], True) and bool(tag["unsure"])
    row = (
        work
        | {facet: list(labels.get(facet, ())) for facet in facets if facet not in JUDGEMENTS}
        | {"guesses": [f"{facet}: {label}" for facet, given in labels.items() for label, guess in given.items() if guess]}
        | {"findings": len(work["findings"]), "place_codes": sorted({place["code"] for place in work["places_found"] if place["code"]})}
    )
    return {name: row[name] for name in columns(facets)}


def write_csv(works: Iterable[dict[str, Any]], facets: Mapping[str, object], file: BinaryIO) -> None:
    """Numbers and true/false stand bare, dates as ISO 8601, lists joined by "; ", nothing for what is not known.

    A text that a spreadsheet would run as a formula gets an apostrophe in front: titles come from other people's pages.
    """
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns(facets))
    for work in works:
        writer.writerow([cell(value) for value in flat_row(work, facets).values()])
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


def write_tags(works: Iterable[dict[str, Any]], facets: object, file: BinaryIO) -> None:
    """CSV with a row a tag that stands, and empty columns for what a person decides of it (``warehouse.decision_sheets`` reads them)."""
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([*TAG_COLUMNS, *DECISION_COLUMNS])
    for work in works:
        for tag in work["evidence"]:
            row = {"work": work["id"], "title": work["title"]} | tag
            writer.writerow([*(cell(row[name]) for name in TAG_COLUMNS), *("" for _ in DECISION_COLUMNS)])
    text.flush()
    text.detach()
