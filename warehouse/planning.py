"""What a build knows before it reads a text: which documents there are, which works they make, who judged them, what happened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from evidence.archive import read_captures
from evidence.base import Base
from evidence.records import GONE_OUTCOMES, JUDGEMENTS, STRENGTHS, Capture, Decision, Document, Tagging
from evidence.segments import read_some
from warehouse.decisions import SINGLE_FACETS, read_decisions, settled
from warehouse.history import History, read_history, resolved
from warehouse.items import Item, item
from warehouse.metadata import Value, document_values
from warehouse.outlines import Kept, Outlines, read_outlines
from warehouse.works import Work, group

WITH_TEXT = ("id", "extractor_version", "media_type", "size_bytes", "status", "pages")


@dataclass(frozen=True)
class Plan:
    """What is known before a text is read: the works, their metadata's values, who judged, the history.

    ``items`` are all documents, also those that could not be read and are in no work.
    """

    works: list[Work]
    items: dict[str, Item]
    values: dict[str, list[Value]]
    history: History
    tagged: dict[str, bool]
    decisions: list[Decision]
    outlines: Outlines
    taken_down: frozenset[str] = frozenset()
    """The documents of works that a person had removed, and the payloads that only repeated their texts."""
    standing: dict[str, tuple[int, int]] = field(default_factory=dict)
    """(0 for relevant, less for stronger evidence) of each tagged document that is a piece of a work."""

    @cached_property
    def work_of(self) -> dict[str, str]:
        return {copy.document: work.id for work in self.works for copy in work.copies}

    @cached_property
    def judged(self) -> dict[str, tuple[str, ...]]:
        """The documents whose tags stand for a work, by the work's id; a person may have tagged what the classifier could not.

        One for a work in one piece. Of a work in several all that could be judged, first the one whose relevance, design and strength are
        the work's: a relevant part before another, then the part with the strongest evidence (a report's study is told in one of its
        chapters, the others introduce and conclude), then the first.
        """
        decided = {one.target for one in self.decisions if one.facet and one.label}
        found: dict[str, tuple[str, ...]] = {}
        for work in self.works:
            members = [copy.document for copy in work.copies]
            judged = [document for document in members if self.tagged.get(document)] or [document for document in members if document in decided]
            pieces = [document for document in work.parts if document in judged]
            if judged and judged[0] in pieces:
                first = min(pieces, key=lambda document: (self.standing.get(document, _NOT_GRADED), work.parts.index(document)))
                found[work.id] = (first, *(document for document in pieces if document != first))
            elif judged:
                found[work.id] = (judged[0],)
        return found

    @cached_property
    def decided_on(self) -> dict[str, tuple[str, ...]]:
        """The documents that each decision applies to, by the decision's id.

        A decision is one on a work, whichever of its documents the person named: it goes to the document that is judged now, also
        when a newer version has taken the place of the one that was looked at. Of a work in several pieces a label is taken away
        in all of them, and given in the one that was named: it comes first. What is said of relevance is said of every piece.
        """
        work_of = self.work_of
        return {one.id: self._meant(one, self.judged.get(work_of[one.target], ())) for one in self.decisions if one.target in work_of}

    def _meant(self, decision: Decision, judged: tuple[str, ...]) -> tuple[str, ...]:
        if decision.facet == "relevance" and judged:
            return judged
        if len(judged) < 2 or decision.facet in SINGLE_FACETS:
            return judged[:1] or (decision.target,)
        named = decision.target if decision.target in judged else judged[0]
        if decision.action in ("reject", "change"):
            return named, *(document for document in judged if document != named)
        return (named,)

    def on(self, decision: Decision, document: str) -> Decision:
        """What a decision says of one of the documents that it applies to: a changed label is given once, and taken away from the other
        pieces, but for relevance."""
        if decision.action == "change" and decision.facet != "relevance" and document != self.decided_on[decision.id][0]:
            return replace(decision, action="reject", new_label=None)
        return decision


_NOT_GRADED = (1, 0)
"""Where a part without relevance and strength stands among the others: behind the relevant ones."""


def plan(
    base: Base, extractor_version: str, classifier_version: str, kept: Mapping[str, Kept] | None = None, digests: Mapping[str, str] | None = None,
    captures: Iterable[Capture] | None = None,
) -> Plan:
    """Reads all but the texts, and groups.

    ``kept`` are outlines of an earlier snapshot and ``digests`` the segments' SHA-256 by path within the base (``warehouse.outlines``); without
    them every segment is read. ``captures`` are all of the base, where they were read already.
    """
    outlines = read_outlines(base, extractor_version, classifier_version, kept or {}, digests or {})
    light = outlines.documents
    contents = {id: document.content_digest for id, document in light.items()}
    history = resolved(read_history(read_captures(base) if captures is None else captures, contents))
    decisions = settled(read_decisions(base), history.stands_for)
    items = {id: item(document, history, outlines.signatures[id]) for id, document in light.items() if id not in history.stands_for}

    def texts(ids: set[str]) -> Iterator[tuple[str, str]]:
        folder = base.documents(extractor_version)
        for document in read_some(folder, Document, "id", ids, WITH_TEXT, outlines.document_paths(ids)):
            yield document.id, document.text

    groups = group(list(items.values()), history, decisions, texts)
    redacted = {one.target for one in decisions if one.action == "redact"}
    gone: set[str] = set()
    if redacted:
        gone = {copy.document for work in groups if work.id in redacted for copy in work.copies} | redacted
        gone |= {payload for payload, document in history.stands_for.items() if document in gone}
        items = {id: one for id, one in items.items() if id not in gone}
        _forget(history, gone)
        groups = group(list(items.values()), history, decisions, texts)
    works = [work for work in groups if _says_anything(work, items, decisions)]
    values = {id: document_values(light[id]) for id in items}
    for work in works:
        if work.title and work.title_source:
            values[work.shown].append(Value("title", work.title, work.title_source, work.shown, False))
    standing = _standing(base, extractor_version, classifier_version, works, outlines)
    return Plan(works, items, values, history, outlines.tagged, decisions, outlines, frozenset(gone), standing)


def _standing(
    base: Base, extractor_version: str, classifier_version: str, works: Sequence[Work], outlines: Outlines
) -> dict[str, tuple[int, int]]:
    """How the pieces of works compare in what the classifier said of them; only their taggings are read."""
    pieces = {document for work in works for document in work.parts}
    found: dict[str, tuple[int, int]] = {}
    for tagging in read_some(base.tags(classifier_version), Tagging, "document", pieces, None, outlines.tagging_paths(pieces)):
        if tagging.extractor_version == extractor_version and tagging.document not in found:
            labels = {tag.facet: tag.label for tag in tagging.tags if tag.facet in JUDGEMENTS}
            strength = labels.get("evidence_strength", "")
            rank = STRENGTHS.index(strength) if strength in STRENGTHS else 0
            found[tagging.document] = (int(labels.get("relevance") != "relevant"), -rank)
    return found


def _says_anything(work: Work, items: Mapping[str, Item], decisions: Sequence[Decision]) -> bool:
    """False where no copy could be read and no person tagged one: there is nothing to find, cite or count then but an address."""
    members = {copy.document for copy in work.copies}
    tagged = any(one.target in members and one.facet and one.label for one in decisions)
    return tagged or any(items[id].status != "refused" for id in members)


def _forget(history: History, gone: set[str]) -> None:
    """Takes redacted documents out of the history; that something was there stays."""
    for address in history.addresses.values():
        address.documents = [document for document in address.documents if document not in gone]
        address.document = address.documents[-1] if address.documents else None
        for answer in address.answers.values():
            answer.document = None if answer.document in gone else answer.document
    history.changes = [one for one in history.changes if one.document not in gone and one.previous_document not in gone]
    history.stands_for = {payload: document for payload, document in history.stands_for.items() if document not in gone}


def home_url(planned: Plan, document: str) -> str:
    """Where a document is best opened: an address that still holds it before one that does not, the first seen, then the shortest."""
    addresses = planned.history.addresses
    if len(planned.items[document].sightings) == 1:
        return planned.items[document].sightings[0].url
    found = sorted(
        planned.items[document].sightings,
        key=lambda one: (
            addresses[one.url].document != document,
            addresses[one.url].state in GONE_OUTCOMES,
            one.run,
            len(one.url),
            one.url,
        ),
    )
    return found[0].url if found else ""


def availability(work: Work, planned: Plan) -> str:
    """A work is present while any of its addresses is; missing until the last that is gone is known to be withdrawn."""
    states = {planned.history.addresses[sighting.url].state for copy in work.copies for sighting in planned.items[copy.document].sightings}
    if not states:
        return "unknown"
    if states <= {"withdrawn"}:
        return "withdrawn"
    return "missing" if states <= {"missing", "withdrawn"} else "present"
