"""A second opinion on labels that the machine is unsure of: what is asked, and which answers are taken.

Who answers is none of this module's business: ``adjudicated`` takes a callable. An answer counts only where it quotes a literal span of the
document, since a tag without a span that a person can open is worth nothing. Nothing is asked of labels that are sure; grades of
strength follow from the design by rules and are graded anew where the design changes; findings follow design and integration types. A document
that is called off topic is left so: what it would carry if it were not has never been read. Relevance is asked first, so that nothing is asked
of labels that an off-topic document does not carry.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from classify.appraisal import Appraiser
from classify.findings import follow
from classify.prose import Prose
from evidence.records import PAGE_BREAK, Alternative, Document, Span, Tag, Tagging
from evidence.taxonomy import Facet, Taxonomy

METHOD = "adjudicated"
AROUND, OPENING = 900, 1500
"""Characters shown before and after a label's quotation, and of the document's beginning."""
FEWEST = 12
"""Characters of a quotation that says anything."""


@dataclass(frozen=True, slots=True)
class Question:
    """``options`` are the labels to choose from, each with its definition, the machine's best guess first; ``one`` says that exactly one holds,
    else the question is whether the first does. ``text`` is what is shown of the document."""

    title: str
    facet: str
    asks: str
    options: tuple[tuple[str, str], ...]
    one: bool
    text: str


@dataclass(frozen=True, slots=True)
class Opinion:
    """An answer: the label that holds, or None where the one asked about does not, and the words of the document on which that rests."""

    label: str | None
    quote: str
    model: str


Ask = Callable[[Question], Opinion | None]
"""Answers a question; None where the answer cannot be read (the reason has been told). Raises :class:`NobodyAnswers`."""
Told = Callable[[str], None]


class NobodyAnswers(Exception):
    """Whoever is asked is not there: the question has not been answered badly, it has not been asked."""


def adjudicated(tagging: Tagging, document: Document, taxonomy: Taxonomy, ask: Ask, tell: Told, version: str) -> Tagging:
    """The tagging with answers in place of unsure labels, under ``version``; ``tell`` is given a line for each answer that is refused.

    Raises ``NobodyAnswers`` where a question could not be put: a document is asked about as a whole or not at all.
    """
    taken: dict[int, Tag | None] = {}
    off_topic = False
    for at, tag in sorted(enumerate(tagging.tags), key=lambda pair: pair[1].facet != "relevance"):
        if off_topic and not taxonomy.facet(tag.facet).off_topic:
            continue
        taken[at] = settled = _settled(tag, document, taxonomy, ask, tell) if _is_asked(tag) else tag
        off_topic = off_topic or (settled is not None and settled.label == "off_topic")
    tags = tuple(tag for _, tag in sorted(taken.items()) if tag is not None)
    result = _graded(replace(tagging, tags=tags, version=version), tagging, document, taxonomy)
    return replace(result, findings=(), places=()) if off_topic else _with_findings(result, tagging, document)


def _with_findings(result: Tagging, before: Tagging, document: Document) -> Tagging:
    """With findings that no longer name integration types which the answers took away, and that are whose the design says."""
    def named(of: Tagging, facet: str) -> frozenset[str]:
        return frozenset(tag.label for tag in of.tags if tag.facet == facet)

    gone = named(before, "integration_type") - named(result, "integration_type")
    designs = named(result, "study_design")
    if not before.findings or (not gone and designs == named(before, "study_design")):
        return result
    return replace(result, findings=follow(before.findings, Prose(document), gone, next(iter(designs), "")))


def _is_asked(tag: Tag) -> bool:
    return tag.unsure and tag.facet != "evidence_strength" and tag.label != "off_topic"


def _settled(tag: Tag, document: Document, taxonomy: Taxonomy, ask: Ask, tell: Told) -> Tag | None:
    """The tag as answered, as it was where no answer counts, None where the label does not hold."""
    facet = taxonomy.facet(tag.facet)
    one = facet.cardinality == "exactly_one"
    opinion = ask(question(tag, facet, document))
    if opinion is None:
        return tag
    span = literal_span(document, opinion.quote)
    name = document.title or document.id[:12]
    if span is None:
        tell(f"{name}: the answer on {tag.facet} {tag.label} quotes nothing that the document says, and is refused")
        return tag
    if opinion.label is None and not one:
        return None
    if opinion.label not in ({label for label, _ in _options(tag, facet)} if one else {tag.label}):
        tell(f"{name}: the answer on {tag.facet} {tag.label} chooses no label that was offered, and is refused")
        return tag
    method = f"{METHOD} {opinion.model}"
    if opinion.label == tag.label:
        return replace(tag, unsure=False, method=method, span=span)
    others = tuple(other for other in tag.alternatives if other.label != opinion.label)
    chosen = next((other.score for other in tag.alternatives if other.label == opinion.label), round(1.0 - tag.score, 4))
    # The label that holds is the likeliest, whatever the machine gave it: whoever ranks by scores must not rank against the answer.
    high, low = max(chosen, tag.score), min(chosen, tag.score)
    kept_span = None if opinion.label == "off_topic" else span
    return Tag(tag.facet, str(opinion.label), high, False, method, kept_span, (Alternative(tag.label, low), *others))


def _options(tag: Tag, facet: Facet) -> tuple[tuple[str, str], ...]:
    if facet.cardinality != "exactly_one":
        labels: tuple[str, ...] = (tag.label,)
    elif tag.alternatives:
        labels = (tag.label, *(other.label for other in tag.alternatives))
    else:
        labels = (tag.label, *(label for label in facet.label_ids if label != tag.label))
    return tuple((label, facet.label(label).definition) for label in labels)


def question(tag: Tag, facet: Facet, document: Document) -> Question:
    """What is asked of a tag: its facet's question, the labels it may be, the document's beginning and what stands around the tag's quotation."""
    text = document.text
    shown = text[:OPENING]
    if tag.span is not None:
        around = text[max(OPENING, tag.span.start - AROUND) : max(OPENING, tag.span.end + AROUND)]
        shown = f"{shown}\n[…]\n{around}" if around else shown
    return Question(document.title or "", facet.id, facet.definition, _options(tag, facet), facet.cardinality == "exactly_one", shown)


def literal_span(document: Document, quote: str) -> Span | None:
    """Where the document says exactly this, on one page; None where it does not, or where the quotation is too short to say anything."""
    words = quote.strip()
    at = document.text.find(words) if len(words) >= FEWEST and PAGE_BREAK not in words else -1
    if at < 0:
        return None
    return Span(sum(start <= at for start in document.page_starts()), at, at + len(words), words)


def _graded(result: Tagging, before: Tagging, document: Document, taxonomy: Taxonomy) -> Tagging:
    """With the strength graded anew where the design is another than before."""
    design = next((tag for tag in result.tags if tag.facet == "study_design"), None)
    if design is None or any(tag.facet == "study_design" and tag.label == design.label for tag in before.tags):
        return result
    grade = Appraiser(taxonomy.strength).grade(Prose(document), design.label)
    tags = tuple(
        replace(tag, label=grade.appraisal.strength, method="rules", span=grade.span or design.span) if tag.facet == "evidence_strength" else tag
        for tag in result.tags
    )
    return replace(result, tags=tags, appraisal=grade.appraisal)
