"""The records: the only things that travel between packages.

Every record is a frozen dataclass of named fields. Times are UTC, digests are SHA-256 in lower-case hex, sizes are bytes,
durations are seconds. Offsets count code points in a document's text, which is the texts of its pages joined by form feeds
(``PAGE_BREAK``); ``text[start:end] == quote`` holds for every span. Sequences are tuples, so that records can be compared
and hashed, and so that a Parquet row can be derived from the type alone (``evidence.segments``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

PAGE_BREAK = "\f"


@dataclass(frozen=True, slots=True)
class Capture:
    """One fetch of one URL (or one local file), successful or not.

    ``outcome`` is one of ``OUTCOMES``. ``digest`` is that of the payload as it came (content decoding such as gzip
    transfer undone by nobody but the reader); for ``unchanged`` it repeats the digest of the payload that the server
    says is still good. ``archive_path`` is relative to the base; ``archive_offset`` is the byte offset of the response
    record in it. ``via`` is the URL of the page that led here, ``link_text`` the words of that link.
    """

    source: str
    url: str
    run: str
    fetched_at: datetime
    outcome: str
    status: int | None = None
    reason: str | None = None
    media_type: str | None = None
    digest: str | None = None
    size_bytes: int = 0
    etag: str | None = None
    last_modified: str | None = None
    archive_path: str | None = None
    archive_offset: int | None = None
    via: str | None = None
    link_text: str | None = None
    depth: int = 0
    role: str = "page"


OUTCOMES = ("fetched", "unchanged", "missing", "withdrawn", "refused", "failed", "redirected")
"""fetched: a body came. unchanged: the server said 304. missing: 404. withdrawn: 410. refused: we did not ask, or did not
keep what came (robots.txt, too large, unwanted media type). failed: no usable answer (5xx, time-out, name not found).
redirected: the answer named another URL, which has a capture of its own."""

ROLES = ("page", "document", "listing", "sitemap", "feed", "robots")
"""What a capture is for. Only ``page`` (an HTML page that may be a document) and ``document`` (a file) are extracted."""

BODIED_OUTCOMES = ("fetched", "unchanged")
"""Outcomes with a payload."""
READ_ROLES = ("document", "page")
"""Roles that are read as documents, in the order of preference for being a work's first document."""
GONE_OUTCOMES = ("missing", "withdrawn")
"""Outcomes that say that what was there is gone; states of an address and of a work, too."""

JUDGEMENTS = ("relevance", "study_design", "evidence_strength")
"""Facets of which a tagged document has exactly one label."""
STRENGTHS = ("none", "anecdotal", "limited", "moderate", "strong")
"""The labels of ``evidence_strength``, weakest first (the codebook's section 11)."""


@dataclass(frozen=True, slots=True)
class Span:
    """A literal quotation: ``text[start:end] == quote`` in the document's text; ``page`` counts from 1."""

    page: int
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line: offsets in the document's text and its box in points from the page's top left corner."""

    start: int
    end: int
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class Page:
    """A page's text in reading order, without running matter. ``width`` and ``height`` in points, 0 where there is no page."""

    number: int
    text: str
    ocr: bool = False
    width: float = 0.0
    height: float = 0.0
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the text below it up to the next heading of the same or a higher level (1 is the highest)."""

    heading: str
    level: int
    page: int
    start: int
    end: int


PASSAGE_KINDS = ("heading", "body", "list", "caption", "footnote", "reference", "table", "boilerplate")


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph-sized stretch of text on one page; ``section`` is an index into ``Document.sections``, -1 for none.

    ``torn_start``: it begins inside a sentence that the page before began; ``torn_end``: its last sentence goes on on the next page.
    Neither half is a sentence to quote.
    """

    page: int
    start: int
    end: int
    kind: str
    section: int = -1
    torn_start: bool = False
    torn_end: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table, or the piece of one that stands on a page.

    ``continues``: it goes on from the table before it; its first ``repeated_rows`` rows are that one's head again, and with ``torn_row``
    the row after these is the rest of a row that the page break cut.
    """

    page: int
    rows: tuple[tuple[str, ...], ...]
    caption: str | None = None
    continues: bool = False
    repeated_rows: int = 0
    torn_row: bool = False


@dataclass(frozen=True, slots=True)
class Reference:
    """One entry of the reference list. ``start``/``end`` slice it from the text (equal where it is not in the text)."""

    raw: str
    authors: tuple[str, ...] = ()
    year: int | None = None
    title: str | None = None
    doi: str | None = None
    url: str | None = None
    page: int = 0
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Provenance:
    """A value that was seen for a metadata field and where; the first of a field is the one that was chosen.

    ``field`` is the name of a ``Document`` field (authors: one entry an author), ``source`` one of ``VALUE_SOURCES``.
    """

    field: str
    value: str
    source: str


VALUE_SOURCES = (
    "record", "json_ld", "meta_tag", "selector", "html_title", "heading", "first_page", "colophon", "docinfo", "core_properties",
    "front_matter", "landing_page", "link_text", "file_name", "running_header", "text", "date_guess",
)


@dataclass(frozen=True, slots=True)
class Link:
    """A link to a file that may be the document itself (a PDF on its landing page)."""

    url: str
    text: str


@dataclass(frozen=True, slots=True)
class PartLink:
    """A link by which a web page tells its place among the pages of one publication. ``relation`` is one of ``PART_RELATIONS``, ``evidence``
    says in words by what the page shows it."""

    url: str
    text: str
    relation: str
    evidence: str


PART_RELATIONS = ("next", "previous", "contents", "part", "page")
"""next, previous: the page after and before. contents: where the parts are listed. part: an entry of the menu of parts, in order, the
page itself among them. page: another page number of the same address."""
BY_ORDER = "listed in the order of “next” and “previous”"
"""The evidence of a menu that nothing but its order shows to be one of parts."""
PAGE_QUERY = re.compile(r"(?:^|&)(?:page|p|pg|seite|part|chapter|section)=(\d{1,3})(?:&|$)", re.IGNORECASE)
"""Which page of a text cut into numbered ones an address asks for, in its query ("page=2&id=7": 2)."""

LISTING, SITE_PAGE = PAGE_KINDS = ("listing", "site_page")
"""Web pages that are mainly links to other pages (an index of publications, a menu), and those that a site carries for its own
sake (privacy, cookies, contact, search results, errors)."""


@dataclass(frozen=True, slots=True)
class Document:
    """What one payload says, as read by one version of the extractor.

    ``id`` is the payload's SHA-256; ``content_digest`` that of the normalised text, by which change is judged.
    ``status`` is ``ok``, ``partial`` (some pages could not be read; ``reason`` says which and why) or ``refused``
    (nothing could be read; all else is empty). ``published`` is YYYY, YYYY-MM or YYYY-MM-DD. ``language`` is ISO 639-1.
    ``signature`` is the MinHash of the text's shingles, by which near-duplicates are found. ``page_kind`` is one of ``PAGE_KINDS``
    for a web page that carries no text of its own, else None: such a page is kept, but says nothing that could be tagged.
    """

    id: str
    extractor_version: str
    media_type: str
    size_bytes: int
    status: str
    reason: str | None = None
    content_digest: str = ""
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
    summary: str | None = None
    provenance: tuple[Provenance, ...] = ()
    pages: tuple[Page, ...] = ()
    sections: tuple[Section, ...] = ()
    passages: tuple[Passage, ...] = ()
    tables: tuple[Table, ...] = ()
    references: tuple[Reference, ...] = ()
    links: tuple[Link, ...] = ()
    signature: tuple[int, ...] = ()
    page_kind: str | None = None
    part_links: tuple[PartLink, ...] = ()

    @property
    def text(self) -> str:
        """The whole text: pages joined by form feeds."""
        return PAGE_BREAK.join(page.text for page in self.pages)

    def page_starts(self) -> tuple[int, ...]:
        """Offset of each page's first character in ``text``, in page order."""
        starts, at = [], 0
        for page in self.pages:
            starts.append(at)
            at += len(page.text) + 1
        return tuple(starts)


@dataclass(frozen=True, slots=True)
class Alternative:
    label: str
    score: float


@dataclass(frozen=True, slots=True)
class Tag:
    """A label of a facet given to a document, with the sentence that shows it.

    ``score`` is a calibrated probability; ``unsure`` marks a best guess that a person should look at; ``method`` names the
    stage that decided ("cues", "combined", "rules", "adjudicated" with a model's name, …). Only ``off_topic`` and ``none`` may lack a span.
    """

    facet: str
    label: str
    score: float
    unsure: bool
    method: str
    span: Span | None = None
    alternatives: tuple[Alternative, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A locality in which the document says something happens; ``name`` as printed, ``code`` ISO 3166 or None."""

    name: str
    code: str | None
    country: str | None
    score: float
    unsure: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Finding:
    """A sentence-level claim of effect; the vocabularies are codebook section 13."""

    intervention: str
    integration_types: tuple[str, ...]
    outcome: str
    change: str
    direction: str
    own: bool
    hedged: bool
    span: Span
    population: str | None = None
    place: str | None = None
    size: str | None = None
    score: float = 0.0
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class AacodsAnswer:
    """One question of the AACODS checklist: ``answer`` is yes, no or unclear."""

    question: str
    answer: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Appraisal:
    """How the evidence strength came about: each step in words, and the grey-literature checklist beside it."""

    strength: str
    steps: tuple[str, ...]
    aacods: tuple[AacodsAnswer, ...] = ()
    sample_size: int | None = None
    comparator: str | None = None


@dataclass(frozen=True, slots=True)
class Tagging:
    """All that one version of the classifier says of one document as read by one version of the extractor.

    Exactly one tag each of ``relevance``, ``study_design`` and ``evidence_strength`` where ``status`` is ``tagged``.
    ``status`` is ``untagged`` with a ``reason`` for documents that the classifier cannot judge (no text, not English).
    """

    document: str
    extractor_version: str
    version: str
    status: str = "tagged"
    reason: str | None = None
    tags: tuple[Tag, ...] = ()
    findings: tuple[Finding, ...] = ()
    places: tuple[Place, ...] = ()
    appraisal: Appraisal | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided. ``action`` is accept, reject, change, add, merge, split or redact; ``target`` a document or work id."""

    id: str
    reviewer: str
    decided_at: datetime
    action: str
    target: str
    facet: str | None = None
    label: str | None = None
    new_label: str | None = None
    quote: str | None = None
    other: str | None = None
    reason: str | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True)
class SourceCount:
    """What a run did at one source; ``broken`` holds the expectations that failed, ``warnings`` what is worth a look, in words."""

    source: str
    requested: int = 0
    fetched: int = 0
    unchanged: int = 0
    redirected: int = 0
    missing: int = 0
    withdrawn: int = 0
    refused: int = 0
    failed: int = 0
    new_documents: int = 0
    changed_documents: int = 0
    size_bytes: int = 0
    wall_s: float = 0.0
    broken: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StageCount:
    """What a run did in one stage; ``refusals`` are (what, reason) pairs."""

    stage: str
    done: int = 0
    skipped: int = 0
    refused: int = 0
    wall_s: float = 0.0
    refusals: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run did, counted. ``finished_at`` is None while it runs or after it was killed."""

    run: str
    command: str
    started_at: datetime
    finished_at: datetime | None = None
    sources: tuple[SourceCount, ...] = ()
    stages: tuple[StageCount, ...] = ()
    new_works: tuple[str, ...] = ()
    changed_works: tuple[str, ...] = ()
    missing_works: tuple[str, ...] = ()
    withdrawn_works: tuple[str, ...] = ()
    salvaged: tuple[str, ...] = ()
    snapshot: str | None = None
    totals: dict[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
