"""The rows of one document: pure functions from records to plain rows of the tables in schema.sql."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from evidence.records import Appraisal, Decision, Document, Span, Tagging
from warehouse.decisions import MACHINE, apply_to_tags
from warehouse.subdivisions import lies_in

Rows = list[dict[str, Any]]
_WORDS = re.compile(r"\w+")
NOT_TEXT = ("boilerplate",)


def document_rows(document: Document, work: str | None) -> dict[str, Rows]:
    """What a document says, as rows by table: a pure function, so that a document can be loaded again on its own.

    ``work`` is None for a document that could not be read and is in none.
    """
    text = document.text
    passages = _passages(document, text)
    return {
        "documents": [_document(document, work, passages, text)],
        "pages": _pages(document),
        "sections": _sections(document),
        "passages": passages,
        "refs": _references(document),
    }


def tagging_rows(tagging: Tagging) -> dict[str, Rows]:
    """What the classifier says of a document, as rows by table; ``judged_tags`` adds what people say."""
    graded = _appraisal(tagging, tagging.appraisal) if tagging.appraisal is not None else ([], [])
    seen = {"document": tagging.document, "version": tagging.version, "status": tagging.status, "reason": tagging.reason}
    return {
        "taggings": [seen],
        "tags": _tags(tagging),
        "findings": _findings(tagging),
        "places": _places(tagging),
        "appraisals": graded[0],
        "appraisal_answers": graded[1],
    }


def judged_tags(document: Document, tags: Rows, decisions: Sequence[Decision]) -> Rows:
    """A document's tag rows after people's decisions on it, oldest first; ``document`` with its pages, where quotes are found."""
    rows = apply_to_tags(tags, decisions, document.text, document.page_starts())
    return [row | {"document": document.id, "number": number} for number, row in enumerate(rows)]


def _document(document: Document, work: str | None, passages: Rows, text: str) -> dict[str, Any]:
    words = (
        sum(len(_WORDS.findall(row["text"])) for row in passages if row["kind"] not in NOT_TEXT) if passages else len(_WORDS.findall(text))
    )
    return {
        "id": document.id,
        "work": work,
        "extractor_version": document.extractor_version,
        "media_type": document.media_type,
        "size_bytes": document.size_bytes,
        "status": document.status,
        "reason": document.reason,
        "content_digest": document.content_digest or None,
        "title": document.title,
        "title_source": document.title_source,
        "subtitle": document.subtitle,
        "authors": list(document.authors),
        "published": document.published,
        "publisher": document.publisher,
        "doi": document.doi,
        "isbn": document.isbn,
        "issn": document.issn,
        "report_number": document.report_number,
        "language": document.language,
        "summary": document.summary,
        "page_count": len(document.pages),
        "word_count": words,
        "ocr_pages": sum(page.ocr for page in document.pages),
    }


def _pages(document: Document) -> Rows:
    return [
        {"document": document.id, "number": page.number, "span_start": start, "span_end": start + len(page.text), "ocr": page.ocr}
        for page, start in zip(document.pages, document.page_starts(), strict=True)
    ]


def _sections(document: Document) -> Rows:
    return [
        {
            "document": document.id,
            "number": number,
            "heading": one.heading,
            "level": one.level,
            "page": one.page,
            "span_start": one.start,
            "span_end": one.end,
        }
        for number, one in enumerate(document.sections)
    ]


def _passages(document: Document, text: str) -> Rows:
    return [
        {
            "document": document.id,
            "number": number,
            "page": one.page,
            "span_start": one.start,
            "span_end": one.end,
            "kind": one.kind,
            "section": one.section if one.section >= 0 else None,
            "text": text[one.start : one.end],
        }
        for number, one in enumerate(document.passages)
    ]


def _references(document: Document) -> Rows:
    rows = []
    for number, one in enumerate(document.references):
        placed = one.end > one.start
        year = one.year if one.year is not None and 0 < one.year < 10_000 else None
        rows.append(
            {
                "document": document.id,
                "number": number,
                "raw": one.raw,
                "authors": list(one.authors),
                "year": year,
                "title": one.title,
                "doi": one.doi,
                "url": one.url,
                "page": one.page if placed else None,
                "span_start": one.start if placed else None,
                "span_end": one.end if placed else None,
            }
        )
    return rows


def span_columns(span: Span | None) -> dict[str, Any]:
    if span is None:
        return dict.fromkeys(("page", "span_start", "span_end", "quote"))
    return {"page": span.page, "span_start": span.start, "span_end": span.end, "quote": span.quote}


def _tags(tagging: Tagging) -> Rows:
    return [
        {
            "document": tagging.document,
            "number": number,
            "facet": tag.facet,
            "label": tag.label,
            "score": tag.score,
            "unsure": tag.unsure,
            "method": tag.method,
            "version": tagging.version,
            **span_columns(tag.span),
            "alternatives": [{"label": one.label, "score": one.score} for one in tag.alternatives],
            "said_by": MACHINE,
            "stands": True,
            "decision": None,
        }
        for number, tag in enumerate(tagging.tags)
    ]


def _findings(tagging: Tagging) -> Rows:
    return [
        {
            "document": tagging.document,
            "number": number,
            "intervention": one.intervention,
            "integration_types": list(one.integration_types),
            "outcome": one.outcome,
            "change": one.change,
            "direction": one.direction,
            "own": one.own,
            "hedged": one.hedged,
            "population": one.population,
            "place": one.place,
            "effect_size": one.size,
            "score": one.score,
            "unsure": one.unsure,
            "version": tagging.version,
            **span_columns(one.span),
        }
        for number, one in enumerate(tagging.findings)
    ]


def _places(tagging: Tagging) -> Rows:
    return [
        {
            "document": tagging.document,
            "number": number,
            "name": one.name,
            "code": one.code,
            "country": one.country,
            "lies_in": lies_in(one.code, one.country),
            "score": one.score,
            "unsure": one.unsure,
            "version": tagging.version,
            **span_columns(one.span),
        }
        for number, one in enumerate(tagging.places)
    ]


def _appraisal(tagging: Tagging, one: Appraisal) -> tuple[Rows, Rows]:
    graded = [
        {
            "document": tagging.document,
            "strength": one.strength,
            "steps": list(one.steps),
            "sample_size": one.sample_size,
            "comparator": one.comparator,
            "version": tagging.version,
        }
    ]
    answers = [
        {"document": tagging.document, "question": answer.question, "answer": answer.answer, **span_columns(answer.span)}
        for answer in one.aacods
    ]
    return graded, answers
