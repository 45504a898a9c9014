"""Records as the JSON that programs read: the shapes of `read --json` and `tag --json` are a contract."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from evidence.records import JUDGEMENTS, Document, Finding, Place, Span, Tag, Tagging
from extract.continued_tables import whole_tables


def identity(path: Path, document: Document) -> dict[str, Any]:
    """The fields that say which document it is."""
    return {
        "path": printable(path), "media_type": document.media_type, "sha256": document.id, "status": document.status,
        "reason": document.reason,
        "title": document.title, "title_source": document.title_source, "authors": list(document.authors), "published": document.published,
        "publisher": document.publisher, "doi": document.doi, "isbn": document.isbn, "language": document.language,
    }


def printable(path: Path) -> str:
    """A path as text that every output can take: bytes of a name that are not UTF-8 become U+FFFD."""
    return path.as_posix().encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def refused_reading(path: Path, reason: str | None, digest: str | None, seconds: float) -> dict[str, Any]:
    """The line of `read --json` for a file that could not be read: the same keys, all empty but these."""
    empty = Document(id=digest or "", extractor_version="", media_type="", size_bytes=0, status="refused", reason=reason)
    return reading(path, empty, seconds, lines=False) | {"media_type": None, "sha256": digest}


def refused_tagging(path: Path, reason: str | None, digest: str | None, seconds: float) -> dict[str, Any]:
    """The line of `tag --json` for a file that could not be read."""
    empty = Document(id=digest or "", extractor_version="", media_type="", size_bytes=0, status="refused", reason=reason)
    nothing = Tagging(digest or "", "", "", status="untagged", reason=reason)
    return identity(path, empty) | {"media_type": None, "sha256": digest} | tagging(nothing) | {"version": None, "seconds": round(seconds, 3)}


def reading(path: Path, document: Document, seconds: float, lines: bool, whole: bool = False) -> dict[str, Any]:
    """One line of `read --json`; ``lines`` adds each page's lines with their boxes in points, ``whole`` joins tables over pages."""
    pages = []
    for page in document.pages:
        answer: dict[str, Any] = {"number": page.number, "text": page.text, "ocr": page.ocr}
        if lines:
            answer |= {"width": page.width, "height": page.height,
                       "lines": [[line.start, line.end, line.x0, line.y0, line.x1, line.y1] for line in page.lines]}
        pages.append(answer)
    return identity(path, document) | {
        "subtitle": document.subtitle, "issn": document.issn, "report_number": document.report_number, "summary": document.summary,
        "provenance": [{"field": one.field, "value": one.value, "source": one.source} for one in document.provenance],
        "pages": pages,
        "sections": [{"heading": one.heading, "level": one.level, "page": one.page, "start": one.start, "end": one.end}
                     for one in document.sections],
        "tables": _whole(document) if whole else [
            {"page": one.page, "rows": [list(row) for row in one.rows], "caption": one.caption, "continues": one.continues,
             "repeated_rows": one.repeated_rows, "torn_row": one.torn_row} for one in document.tables],
        "references": [{"raw": one.raw, "authors": list(one.authors), "year": one.year, "title": one.title, "doi": one.doi, "url": one.url}
                       for one in document.references],
        "seconds": round(seconds, 3),
    }


def _whole(document: Document) -> list[dict[str, Any]]:
    """The tables as a reader sees them, each once, with the pages that it stands on."""
    return [{"page": one.pages[0], "pages": list(one.pages), "rows": [list(row) for row in one.rows], "caption": one.caption}
            for one in whole_tables(document.tables)]


def span(one: Span | None) -> dict[str, Any] | None:
    return None if one is None else {"page": one.page, "start": one.start, "end": one.end, "quote": one.quote}


def _single(tag: Tag) -> dict[str, Any]:
    return {"label": tag.label, "score": tag.score, "unsure": tag.unsure, "span": span(tag.span)}


def _tag(tag: Tag) -> dict[str, Any]:
    return _single(tag) | {"facet": tag.facet, "method": tag.method}


def _finding(one: Finding) -> dict[str, Any]:
    return {
        "intervention": one.intervention, "integration_types": list(one.integration_types), "outcome": one.outcome, "change": one.change,
        "direction": one.direction, "own": one.own, "hedged": one.hedged, "population": one.population, "place": one.place, "size": one.size,
        "unsure": one.unsure, "span": span(one.span),
    }


def _place(one: Place) -> dict[str, Any]:
    return {"name": one.name, "code": one.code, "country": one.country, "unsure": one.unsure, "span": span(one.span)}


def tagging(result: Tagging) -> dict[str, Any]:
    """What the classifier says, as `tag --json` and `show --json` give it."""
    one = {tag.facet: _single(tag) for tag in result.tags if tag.facet in JUDGEMENTS}
    design, strength = one.get("study_design"), one.get("evidence_strength")
    if design is not None:
        design["alternatives"] = [{"label": other.label, "score": other.score}
                                  for tag in result.tags if tag.facet == "study_design" for other in tag.alternatives]
    if strength is not None and result.appraisal is not None:
        strength["steps"] = list(result.appraisal.steps)
        strength["aacods"] = {
            answer.question: {"answer": answer.answer, "quote": answer.span.quote if answer.span else None}
            for answer in result.appraisal.aacods}
    return {
        "tagging_status": result.status, "tagging_reason": result.reason,
        "relevance": one.get("relevance"), "study_design": design, "evidence_strength": strength,
        "tags": [_tag(tag) for tag in result.tags if tag.facet not in JUDGEMENTS],
        "findings": [_finding(finding) for finding in result.findings],
        "places": [_place(place) for place in result.places],
        "version": result.version,
    }
