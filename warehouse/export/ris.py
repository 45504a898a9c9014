"""RIS, the reference format that reference managers and screening tools read: one tag a line, UTF-8, CRLF."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from warehouse.export.reference import ARTICLE, WEB_PAGE, address, author_name, full_title, keywords, kind, notes

_TYPES = {ARTICLE: "JOUR", WEB_PAGE: "ELEC"}


def write_ris(works: Iterable[dict[str, Any]], facets: object, file: BinaryIO) -> None:
    for work in works:
        for tag, value in _lines(work):
            text = " ".join(str(value).split())
            if text:
                file.write(f"{tag}  - {text}\r\n".encode())
        file.write(b"ER  - \r\n\r\n")


def _lines(work: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    yield "TY", _TYPES.get(kind(work), "RPRT")
    yield "ID", work["id"]
    yield "TI", full_title(work)
    for author in work["authors"] or ():
        yield "AU", author_name(author)
    yield "PB", work["publisher"] or ""
    yield "PY", work["year"] if work["year"] is not None else ""
    yield "DA", _date(work["published"])
    yield "UR", address(work)
    if work["media_type"] == "application/pdf":
        yield "L1", work["url"] or ""
    yield "DO", work["doi"] or ""
    yield "SN", work["isbn"] or work["issn"] or ""
    yield "M1", work["report_number"] or ""
    yield "LA", work["language"] or ""
    yield "AB", work["summary"] or ""
    for word in keywords(work):
        yield "KW", word
    for note in notes(work):
        yield "N1", note


def _date(published: str | None) -> str:
    """YYYY/MM/DD/ with nothing where a part is not known."""
    parts = (published or "").split("-")
    return "/".join([*parts, *[""] * (3 - len(parts))]) + "/" if published else ""
