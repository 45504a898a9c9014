"""Makes small evidence bases for tests: sites of pages and files, fetched in runs, read and tagged by made-up stages."""

from __future__ import annotations

import hashlib
import json
import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from evidence.archive import Archive, Exchange
from evidence.base import Base
from evidence.records import (
    AacodsAnswer,
    Appraisal,
    Capture,
    Decision,
    Document,
    Finding,
    Link,
    Page,
    Passage,
    Place,
    Provenance,
    Reference,
    Section,
    Span,
    Tag,
    Tagging,
)
from evidence.segments import SegmentWriter, as_plain
from evidence.taxonomy import Crosswalk, CrosswalkLink, CrosswalkTerm, Facet, Label, StrengthRules, Taxonomy
from extract.fingerprint import content_digest, signature
from warehouse.build import Publication, publish
from warehouse.consequences import Regrade

EXTRACTOR, CLASSIFIER = "x1", "c1"
FIRST_DAY = datetime(2024, 1, 1, 2, 0, tzinfo=UTC)
_FIRST = ("ba", "co", "di", "fu", "ga", "he", "ki", "lo", "mu", "ne", "pi", "ra", "so", "tu", "va", "we", "xi", "yo", "bre", "cli", "dro", "gru")
_WORDS = [first + second for first in _FIRST for second in _FIRST]


def prose(seed: str, sentences: int = 40) -> str:
    """Sentences that nobody wrote, always the same for a seed; two seeds share next to no five words in a row."""
    dice = random.Random(seed)
    return " ".join(f"{' '.join(dice.choices(_WORDS, k=14)).capitalize()}." for _ in range(sentences))


_PAYLOADS: dict[str, bytes] = {}
"""What each made document was read from, by its id."""


def payload_of(text: str, wrapping: str = "") -> bytes:
    return f"{wrapping}\n{text}".encode()


def make_document(
    paragraphs: list[str],
    *,
    title: str | None = None,
    wrapping: str = "",
    pages: int = 1,
    html: bool = False,
    extractor: str = EXTRACTOR,
    **fields: Any,
) -> Document:
    """A document of these paragraphs, spread over ``pages``; ``wrapping`` changes the payload (the id) and not the text."""
    per_page = max(-(-len(paragraphs) // pages), 1)
    texts = ["\n".join(paragraphs[at : at + per_page]) for at in range(0, len(paragraphs), per_page)]
    passages, sections, at = [], [], 0
    for number, text in enumerate(texts, start=1):
        for line in text.split("\n"):
            passages.append(Passage(number, at, at + len(line), "body", 0))
            at += len(line) + 1
    whole = "\f".join(texts)
    if passages:
        sections.append(Section(title or "Opening", 1, 1, 0, len(whole)))
    payload = payload_of(whole + (title or ""), wrapping)
    values = {"title_source": "first_page" if title else None, **fields}
    digest = hashlib.sha256(payload).hexdigest()
    _PAYLOADS[digest] = payload
    return Document(
        id=digest,
        extractor_version=extractor,
        media_type="text/html" if html else "application/pdf",
        size_bytes=len(payload),
        status=values.pop("status", "ok"),
        content_digest=content_digest(texts) if whole else "",
        title=title,
        pages=tuple(Page(number, text) for number, text in enumerate(texts, start=1)),
        sections=tuple(sections),
        passages=tuple(passages),
        signature=signature(texts),
        **values,
    )


def span(document: Document, quote: str) -> Span:
    at = document.text.index(quote)
    page = sum(start <= at for start in document.page_starts())
    return Span(page, at, at + len(quote), quote)


def make_tagging(
    document: Document,
    *,
    design: str = "case_study",
    strength: str = "anecdotal",
    labels: dict[str, list[str]] | None = None,
    quotes: dict[str, str] | None = None,
    places: list[tuple[str, str | None]] | None = None,
    relevance: str = "relevant",
    unsure: bool = False,
    findings: list[dict[str, Any]] | None = None,
    country: str = "GB",
) -> Tagging:
    """A tagging whose spans are the first passage, or the sentences in ``quotes`` by label."""
    first = document.passages[0]
    opening = document.text[first.start : first.end]

    def shown(label: str) -> Span:
        return span(document, (quotes or {}).get(label, opening))

    tags = [
        Tag("relevance", relevance, 0.9, False, "cues", shown(relevance)),
        Tag("study_design", design, 0.8, unsure, "cues", shown(design)),
        Tag("evidence_strength", strength, 0.7, False, "rules", shown(strength)),
    ]
    tags += [Tag(facet, label, 0.75, False, "cues", shown(label)) for facet, some in (labels or {}).items() for label in some]
    made = tuple(Finding(span=shown(one.get("outcome", "")), **one) for one in findings or ())
    appraisal = Appraisal(
        strength, (f"starts at {strength}: {design}",), (AacodsAnswer("authority", "yes", shown(design)), AacodsAnswer("date", "unclear"))
    )
    return Tagging(
        document.id,
        document.extractor_version,
        CLASSIFIER,
        tags=tuple(tags),
        findings=made,
        appraisal=appraisal,
        places=tuple(Place(name, code, country, 0.9, False, span(document, name)) for name, code in places or ()),
    )


@dataclass
class MadeBase:
    """A base under construction: ``run`` fetches, ``publish`` publishes."""

    root: Path
    base: Base = field(init=False)
    runs: int = 0
    documents: dict[str, Document] = field(default_factory=dict)
    known: dict[str, Capture] = field(default_factory=dict)
    taxonomy: Taxonomy = field(default_factory=lambda: made_taxonomy())

    def __post_init__(self) -> None:
        self.base = Base(self.root).create()

    def run(
        self,
        fetched: list[tuple[str, Document | int]],
        *,
        taggings: list[Tagging] = (),
        via: dict[str, tuple[str, str]] | None = None,
        source: str = "made",
        run: str | None = None,
    ) -> str:
        """One run: each URL brings a document or an HTTP status (304, 404, 410). ``via`` gives a URL's (page, link text)."""
        self.runs += 1
        name = run or f"run{self.runs:02d}"
        moment = FIRST_DAY + timedelta(days=self.runs)
        new: list[Document] = []
        with Archive(self.base, name) as archive:
            writer = archive.writer(source)
            for number, (url, brought) in enumerate(fetched):
                page, words = (via or {}).get(url, (None, None))
                capture = Capture(source, url, name, moment + timedelta(seconds=number), "fetched", status=200, via=page, link_text=words)
                known = self.known.get(url)
                if isinstance(brought, int):
                    outcome = {304: "unchanged", 404: "missing", 410: "withdrawn"}.get(brought, "failed")
                    role = known.role if known else "page"
                    capture = replace(capture, outcome=outcome, status=brought, role=role)
                    if brought == 304:
                        writer.add_exchange(capture, Exchange("GET", [], 304, "Not Modified", [], b""), known)
                    else:
                        writer.add_outcome(capture)
                    continue
                html = brought.media_type == "text/html"
                capture = replace(capture, role="page" if html else "document", media_type=brought.media_type)
                self.known[url] = writer.add_exchange(capture, Exchange("GET", [], 200, "OK", [], _PAYLOADS[brought.id]))
                assert self.known[url].digest == brought.id
                if brought.id not in self.documents:
                    self.documents[brought.id] = brought
                    new.append(brought)
        with SegmentWriter(self.base.documents(EXTRACTOR), name, Document) as documents:
            for document in new:
                documents.add(document)
        with SegmentWriter(self.base.tags(CLASSIFIER), name, Tagging) as tags:
            for tagging in taggings:
                tags.add(tagging)
        return name

    def publish(self, run: str | None = None, encode: Any = None, full: bool = False, regrade: Regrade | None = None) -> Publication:
        return publish(
            self.base,
            extractor_version=EXTRACTOR,
            classifier_version=CLASSIFIER,
            taxonomy=self.taxonomy,
            run=run or f"run{self.runs:02d}",
            encode=encode,
            encoder="made" if encode else "",
            full=full,
            regrade=regrade,
        )

    def decide(self, *decisions: Decision) -> None:
        with open(self.base.decisions / "ann.jsonl", "a", encoding="utf-8") as file:
            for one in decisions:
                file.write(json.dumps(as_plain(one) | {"decided_at": one.decided_at.isoformat()}) + "\n")

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        from warehouse.snapshot import require_snapshot

        with require_snapshot(self.base).connect() as connection:
            return connection.execute(sql).fetchall()


FACETS = {
    "relevance": ("relevant", "off_topic"),
    "study_design": ("systematic_review", "randomised_trial", "quasi_experiment", "observational", "case_study", "policy", "opinion"),
    "evidence_strength": ("strong", "moderate", "limited", "anecdotal", "none"),
    "integration_type": ("systemic", "organisational", "service", "clinical", "financial"),
    "theme": ("prevention", "workforce", "hospital_discharge"),
    "population": ("older_people", "carers"),
    "outcome_domain": ("emergency_admissions", "patient_experience"),
    "perspective": ("service_user_carer",),
    "enabler": ("leadership", "aligned_finance"),
    "barrier": ("leadership", "aligned_finance"),
    "key_prompt": ("goal_problem", "goal_users"),
}


def made_taxonomy(version: str = "made") -> Taxonomy:
    """A small vocabulary with one crosswalk, apart from the project's own, so that its growth breaks no test here."""
    facets = {
        facet: Facet(
            facet,
            facet.replace("_", " "),
            "made",
            "made",
            "0",
            "any",
            "document",
            facet not in ("integration_type", "perspective", "enabler", "barrier", "key_prompt"),
            tuple(Label(facet, label, label.replace("_", " "), f"The made label {label}.", "made") for label in labels),
        )
        for facet, labels in FACETS.items()
    }
    links = tuple(CrosswalkLink(label, None if label == "financial" else "joined") for label in FACETS["integration_type"])
    crosswalk = Crosswalk("made_typology", "Made typology", "made", "made", "integration_type", (CrosswalkTerm("joined", "Joined", "made"),), links)
    return Taxonomy(version, facets, {crosswalk.id: crosswalk}, StrengthRules((), (), (), (), ()))


def letters(texts: list[str]) -> np.ndarray:
    """An encoder of 64 numbers: hashed words, so that texts that share words are near one another."""
    matrix = np.zeros((len(texts), 64), dtype=np.float32)
    for row, text in enumerate(texts):
        for word in text.lower().split():
            matrix[row, int(hashlib.sha256(word.strip(".,").encode()).hexdigest(), 16) % 64] += 1
    return matrix / np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-9)


__all__ = ["CLASSIFIER", "EXTRACTOR", "Link", "MadeBase", "Provenance", "Reference", "letters", "make_document", "make_tagging", "prose", "span"]
