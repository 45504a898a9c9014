"""A document as the classifier reads it: sentences with where they stand and in what voice they speak.

Boilerplate, menus and reference lists are left out; the rest keeps its offsets. ``plain`` is a sentence with typographic quotes,
dashes and white space made plain one character for one, so that offsets in it are offsets in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from classify.wording import Wording
from evidence.records import Document, Passage, Span
from language.sentences import sentence_spans

_PLAIN = str.maketrans(
    {"‘": "'", "’": "'", "‛": "'", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-", "‐": "-", "‑": "-", "‒": "-", "−": "-"}
    | dict.fromkeys("\n\r\t\f\v\u00a0\u2009\u2002\u2003\u202f\u200a", " ")
)

ZONES = ("title", "lead", "background", "methods", "results", "discussion", "plan", "other")
"""Where a sentence stands: ``lead`` is abstract, summary or opening; ``plan`` a section on what is still to be done."""

_SECTIONS: tuple[tuple[str, Wording], ...] = tuple(
    (zone, Wording(pattern, re.IGNORECASE))
    for zone, pattern in (
        ("skipped", r"^\W*[\d.]*\W*(?:references?|bibliography|works cited|literature cited|further reading|end ?notes|acknowledge?ments?|"
                    r"competing interests?|conflicts? of interests?|authors?'? contributions?|author information|cookies?(?: policy)?|"
                    r"pre-publication history|contents|table of contents|list of (?:figures|tables|abbreviations)|abbreviations|"
                    r"related (?:posts|content|articles)|share this|follow us|funding|ethics approval.*|consent for publication|"
                    r"availability of data.*)\W*$"),
        ("lead", r"\babstract\b|executive summary|^\W*[\d.]*\W*(?:summary|key (?:messages|points|findings)|at a glance|overview)\W*$"),
        ("methods", r"\bmethod|\bmaterials and|study design|data (?:sources?|collection|analysis|extraction)|statistical analys|"
                    r"search strategy|eligib|inclusion criteria|participants|sampl(?:e|ing)|setting\b|outcome measures|analysis plan|"
                    r"approach to|ethical"),
        ("results", r"\bresults?\b|\bfindings\b|\boutcomes?\b|what we (?:found|heard|learn)|achievements|impact\b"),
        ("discussion", r"discussion|conclusion|implications|limitations|strengths|lessons|reflections|concluding"),
        ("plan", r"next steps|future (?:work|plans|research)|\bplans?\b|recommendations|looking (?:ahead|forward)|way forward"),
        ("background", r"background|introduction|context|literature|previous|related work|rationale|policy context"),
    )
)

_CITED = Wording(
    r"\([^()]*?[A-Z][\w'&. -]+,? (?:and others|et al\.?|& [A-Z]\w+)?,? ?\(?(?:19|20)\d\d[a-z]?[^()]*\)|\bet al\b|"
    r"\[ ?\d{1,3}(?: ?[,;-] ?\d{1,3})* ?\]|"
    r"[a-z][.,]\d{1,3}(?:[,-]\d{1,3})*(?:\s|$)|\b[A-Z][a-z]+ (?:and (?:others|colleagues|[A-Z][a-z]+) )?\((?:19|20)\d\d\)"
)
_OTHERS = Wording(
    r"\b(?:previous|earlier|recent|prior|other|several|many|numerous|existing|published|international|these|those|most|some|past)"
    r"(?: \w+){0,2} (?:stud(?:y|ies)|trials?|reviews?|research|evaluations?|literature|reports?|authors|evidence)\b|\bliterature\b|"
    r"\belsewhere\b|\banother (?:study|trial|evaluation|review)\b|"
    r"\b(?:research|evidence) (?:has |have )?(?:show|suggest|indicat|demonstrat)",
    re.IGNORECASE,
)
_OWN = Wording(
    r"\b(?:we|our|us|this (?:study|trial|report|paper|review|evaluation|survey|analysis|article|project|programme|research)|"
    r"the present (?:study|paper)|in this (?:study|paper|report|article)|my)\b",
    re.IGNORECASE,
)
_REFERENCE_LIKE = Wording(
    r"^\W*(?:\[?\d{1,3}[\].)]?\s+)?[A-Z][\w'’-]+,? (?:[A-Z]\.?[ -]?){1,3}[,.;&].{10,}(?:\(?(?:19|20)\d\d[a-z]?\)?)[.;:,) ]|"
    r"\bdoi: ?10\.|https?://doi\.org|\b(?:19|20)\d\d;\s?\d+(?:\(\d+\))?:\s?[eE]?\d+|\bAccessed (?:on )?\d|\[(?:Online|Accessed|Internet)\]"
)
_CHROME = Wording(
    r"\b(?:we use cookies|accept (?:all )?cookies|cookie (?:settings|preferences|policy)|privacy (?:policy|notice)|"
    r"skip to (?:main )?content|all rights reserved|terms (?:and conditions|of use)|sign up (?:to|for) our|"
    r"subscribe to|share on (?:twitter|facebook|linkedin)|"
    r"leave a (?:reply|comment)|log in|back to top|toggle navigation|posted in|filed under|click here to|this entry was posted)\b|"
    r"creative commons|open access article|©|\(c\) (?:19|20)\d\d|permissions? to reproduce",
    re.IGNORECASE,
)
_VERB = Wording(
    r"\b(?:is|are|was|were|be|been|has|have|had|will|would|can|could|may|might|should|must|do|does|did|\w{3,}ed|\w{3,}ing|make|need|"
    r"work|help|"
    r"provide|show|found|led|says?|fell|rose|grew|went|saw|made|gave|took|ran|kept|came|brought|became|began|held|met|set)\b",
    re.IGNORECASE,
)
_OPEN_END = re.compile(r"[\w,;'’&)(-]$")
MERGED_LENGTH = 700
"""Characters. A sentence that a badly converted page has torn into several paragraphs is put together again up to this length."""
ENTRY_LENGTH = 700
"""Characters. A longer passage is more than an entry of a list of references, whatever stands in it."""
ABSTRACT_PART = 1800
"""Characters. A section inside an abstract or summary is part of it up to this length; a longer one is a chapter under a wrong heading."""
LEAD_LENGTH = 2200
"""Characters at the beginning that count as lead where there is no abstract or summary."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """``text[start:end]`` of the document on one page. ``number`` counts from 0; ``passage`` numbers its passage."""

    number: int
    passage: int
    page: int
    start: int
    end: int
    kind: str
    zone: str
    plain: str
    cited: bool
    own: bool

    @property
    def is_prose(self) -> bool:
        """Whether it says something: at least six words, one of them a verb."""
        return self.kind != "heading" and self.plain.count(" ") >= 5 and _VERB.found(self.plain)


class Prose:
    """A document's sentences and what is counted over all of them. Pure: the same document gives the same prose."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.text = document.text
        self.sentences: tuple[Sentence, ...] = tuple(_sentences(document, self.text))

    @cached_property
    def words(self) -> int:
        """Words in all sentences; at least 1, so that it can divide."""
        return max(1, sum(sentence.plain.count(" ") + 1 for sentence in self.sentences))

    @cached_property
    def title(self) -> str:
        return (self.document.title or "").translate(_PLAIN)

    @cached_property
    def lead(self) -> tuple[Sentence, ...]:
        """Abstract or summary where there is one, else the opening: what the document says it is."""
        return tuple(sentence for sentence in self.sentences if sentence.zone == "lead")

    def span(self, sentence: Sentence) -> Span:
        return Span(sentence.page, sentence.start, sentence.end, self.text[sentence.start : sentence.end])

    def zones(self, *zones: str) -> Iterator[Sentence]:
        return (sentence for sentence in self.sentences if sentence.zone in zones)


def plain(text: str) -> str:
    """``text`` with plain quotes, dashes and spaces, character for character."""
    return text.translate(_PLAIN)


MENU_BARS = 3
"""Bars between words from which a line is a menu: four entries and more."""


def is_chrome(text: str) -> bool:
    """Whether the text belongs to the page rather than to the document: cookie notices, menus, licences."""
    return len(text) < 400 and (_CHROME.found(text) or text.count(" | ") >= MENU_BARS)


def is_reference(text: str) -> bool:
    """Whether the text reads like an entry of a reference list."""
    return len(text) < 900 and _REFERENCE_LIKE.found(text)


def reference_share(document: Document) -> float:
    """The share of a document's text, headings aside, that stands in entries of lists of references."""
    total, found, text = 0, 0, document.text
    for passage in document.passages:
        if passage.kind != "heading":
            size = passage.end - passage.start
            total += size
            found += size * (size <= ENTRY_LENGTH and _REFERENCE_LIKE.found(plain(text[passage.start : passage.end])))
    return found / total if total else 0.0


def zone_of(heading: str) -> str | None:
    """The zone that a section heading opens, ``skipped`` for reference lists and the like, None where it says nothing."""
    if len(heading) > 90:
        return None
    return next((zone for zone, pattern in _SECTIONS if pattern.found(plain(heading))), None)


def _is_title(heading: str, document: Document) -> bool:
    """Whether a heading is the document's title: "A plan for …" or "Impact of …" on the cover says nothing of where its sentences stand."""
    return bool(document.title) and " ".join(heading.casefold().split()) == " ".join((document.title or "").casefold().split())


def _zones(document: Document) -> list[str | None]:
    """The zone of every section; one that says nothing inherits that of the section around it, an abstract keeps its parts."""
    zones: list[str | None] = []
    around: list[tuple[int, str | None]] = []
    for section in document.sections:
        while around and around[-1][0] >= section.level:
            around.pop()
        own, outer = None if _is_title(section.heading, document) else zone_of(section.heading), around[-1][1] if around else None
        in_abstract = outer == "lead" and section.end - section.start <= ABSTRACT_PART
        zone = "lead" if in_abstract and own != "skipped" else own or outer
        around.append((section.level, zone))
        zones.append(zone)
    return zones


def _sentences(document: Document, text: str) -> Iterator[Sentence]:
    zones = _zones(document)
    has_lead = "lead" in zones
    opening = 0
    pieces = _joined(_pieces(document, text, zones), text)
    for number, (passage, kind, zone, page, start, end) in enumerate(pieces):
        sentence = plain(text[start:end])
        if not zone:
            zone = "lead" if not has_lead and opening < LEAD_LENGTH else "other"
        opening += end - start if kind != "heading" else 0
        own = _OWN.found(sentence)
        cited = _CITED.found(sentence) or (not own and _OTHERS.found(sentence))
        yield Sentence(number, passage, page, start, end, kind, zone, sentence, cited, own)


Piece = tuple[int, str, str | None, int, int, int]


def _pieces(document: Document, text: str, zones: list[str | None]) -> Iterator[Piece]:
    for at, passage in enumerate(document.passages or _whole_pages(document)):
        if passage.kind in ("reference", "boilerplate"):
            continue
        zone = zones[passage.section] if 0 <= passage.section < len(zones) else None
        if zone == "skipped":
            continue
        body = text[passage.start : passage.end]
        if passage.kind != "heading" and (is_chrome(body) or is_reference(body)):
            continue
        spans = list(sentence_spans(body))
        # halves of a sentence that a page break cuts: no whole sentence to quote
        for start, end in spans[int(passage.torn_start) : len(spans) - int(passage.torn_end)]:
            yield at, passage.kind, zone, passage.page, passage.start + start, passage.start + end


def _whole_pages(document: Document) -> Iterable[Passage]:
    """Passages for a document whose reader gave none."""
    return tuple(
        Passage(page.number, start, start + len(page.text), "body")
        for page, start in zip(document.pages, document.page_starts(), strict=True)
    )


def _joined(pieces: Iterable[Piece], text: str) -> Iterator[Piece]:
    """Puts sentences together that were torn into several passages: no full stop before, a small letter after."""
    held: Piece | None = None
    for piece in pieces:
        if held is not None and _continues(held, piece, text):
            held = (*held[:5], piece[5])
            continue
        if held is not None:
            yield held
        held = piece
    if held is not None:
        yield held


def _continues(held: Piece, piece: Piece, text: str) -> bool:
    kinds = {held[1], piece[1]}
    if not kinds <= {"body", "list"} or held[3] != piece[3] or held[0] == piece[0]:
        return False
    between = text[held[5] : piece[4]]
    return (
        text[piece[4]].islower()
        and not between.strip()
        and piece[5] - held[4] <= MERGED_LENGTH
        and bool(_OPEN_END.search(text[max(0, held[5] - 1) : held[5]]))
    )
