"""Which of the values seen for a field is the right one: an order of trust, with all competing values kept."""

from __future__ import annotations

import re
from dataclasses import dataclass

from evidence.records import Provenance
from extract.assembly import Layout
from extract.blocks import Reading
from extract.clean_text import clean


@dataclass(frozen=True, slots=True)
class Metadata:
    title: str | None = None
    title_source: str | None = None
    subtitle: str | None = None
    authors: tuple[str, ...] = ()
    published: str | None = None
    publisher: str | None = None
    doi: str | None = None
    isbn: str | None = None
    issn: str | None = None
    report_number: str | None = None
    language: str | None = None
    provenance: tuple[Provenance, ...] = ()


def choose(reading: Reading, layout: Layout, name: str, link_text: str | None) -> Metadata:
    """Title, authors, dates and identifiers with where each came from."""
    seen = [value for value in reading.seen if value.source != "docinfo" or not re.match(r"(?i)microsoft|powerpoint|untitled", value.value)]
    first = [item.block for item in layout.placed[:40] if item.page <= 2 and item.block.kind in ("heading", "body")]
    if first:
        sized = max(first, key=lambda block: (block.size, block.kind == "heading"))
        seen.append(Provenance("title", sized.text[:300], "first_page"))
    if name:
        seen.append(Provenance("title", clean(re.sub(r"[_+-]+|\.\w{2,5}$", " ", name.rsplit("/", 1)[-1])), "file_name"))
    by_field: dict[str, list[Provenance]] = {}
    for value in seen:
        by_field.setdefault(value.field, []).append(value)
    title = next(iter(by_field.get("title", [])), None)
    published = next((match.group(0) for value in by_field.get("published", []) if (match := re.search(r"\d{4}(-\d\d){0,2}", value.value))), None)

    def first_of(field: str) -> str | None:
        return next((value.value for value in by_field.get(field, [])), None)

    return Metadata(
        title.value if title else None, title.source if title else None, first_of("subtitle"), tuple(dict.fromkeys(v.value for v in by_field.get("authors", []))),
        published, first_of("publisher"), first_of("doi"), first_of("isbn"), first_of("issn"), first_of("report_number"), first_of("language"), tuple(seen),
    )
