"""CSL-JSON, which citation processors read: one array, an item a work."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, BinaryIO

from warehouse.export.reference import ARTICLE, WEB_PAGE, address, date_parts, full_title, keywords, kind, notes, person

_TYPES = {ARTICLE: "article-journal", WEB_PAGE: "webpage"}


def write_csl(works: Iterable[dict[str, Any]], facets: object, file: BinaryIO) -> None:
    opening = b"["
    for work in works:
        file.write(opening + b"\n" + json.dumps(item(work), ensure_ascii=False).encode())
        opening = b","
    file.write((opening if opening == b"[" else b"") + b"\n]\n")


def item(work: dict[str, Any]) -> dict[str, Any]:
    """One item; what is not known is left out."""
    date = date_parts(work["published"])
    found = {
        "id": work["id"],
        "type": _TYPES.get(kind(work), "report"),
        "title": full_title(work),
        "author": [_name(name) for name in work["authors"] or ()],
        "issued": {"date-parts": [date]} if date else None,
        "publisher": work["publisher"],
        "number": work["report_number"],
        "DOI": work["doi"],
        "ISBN": work["isbn"],
        "ISSN": work["issn"],
        "URL": address(work),
        "language": work["language"],
        "abstract": work["summary"],
        "keyword": ", ".join(keywords(work)),
        "note": " ".join(notes(work)),
    }
    return {name: value for name, value in found.items() if value}


def _name(name: str) -> dict[str, str]:
    found = person(name)
    return {"family": found[0], "given": found[1]} if found else {"literal": " ".join(name.split())}
