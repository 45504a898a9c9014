"""What a build knows before it reads a text: which documents there are, which works they make, who judged them, what happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from evidence.archive import read_captures
from evidence.base import Base
from evidence.records import GONE_OUTCOMES, Decision, Document, Tagging
from evidence.segments import read_segments, read_some
from warehouse.decisions import read_decisions, settled
from warehouse.history import History, read_history, resolved
from warehouse.items import Item, item
from warehouse.metadata import Value, document_values
from warehouse.works import Work, group

LIGHT = (
    "id",
    "extractor_version",
    "media_type",
    "size_bytes",
    "status",
    "content_digest",
    "title",
    "title_source",
    "subtitle",
    "authors",
    "published",
    "publisher",
    "doi",
    "isbn",
    "issn",
    "report_number",
    "language",
    "summary",
    "provenance",
    "links",
    "signature",
)
"""The columns by which documents are grouped: all but their text."""
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

    @cached_property
    def work_of(self) -> dict[str, str]:
        return {copy.document: work.id for work in self.works for copy in work.copies}

    @cached_property
    def judged(self) -> dict[str, str]:
        """The document whose tags stand for a work, by the work's id; a person may have tagged what the classifier could not."""
        decided = {one.target for one in self.decisions if one.facet and one.label}
        found: dict[str, str] = {}
        for work in self.works:
            members = [copy.document for copy in work.copies]
            tagged = next((document for document in members if self.tagged.get(document)), None)
            judged = tagged or next((document for document in members if document in decided), None)
            if judged is not None:
                found[work.id] = judged
        return found

    @cached_property
    def decided_on(self) -> dict[str, str]:
        """The document that each decision applies to, by the decision's id.

        A decision is one on a work, whichever of its documents the person named: it goes to the document that is judged now, also
        when a newer version has taken the place of the one that was looked at.
        """
        work_of = self.work_of
        return {
            one.id: self.judged.get(work_of[one.target], one.target) for one in self.decisions if one.target in work_of
        }


def plan(base: Base, extractor_version: str, classifier_version: str) -> Plan:
    """Reads all but the texts, and groups."""
    light: dict[str, Document] = {}
    for document in read_segments(base.documents(extractor_version), Document, LIGHT):
        light.setdefault(document.id, document)
    history = resolved(read_history(read_captures(base), {id: document.content_digest for id, document in light.items()}))
    decisions = settled(read_decisions(base), history.stands_for)
    items = {id: item(document, history) for id, document in light.items() if id not in history.stands_for}

    def texts(ids: set[str]) -> Iterator[tuple[str, str]]:
        for document in read_some(base.documents(extractor_version), Document, "id", ids, WITH_TEXT):
            yield document.id, document.text

    groups = group(list(items.values()), history, decisions, texts)
    redacted = {one.target for one in decisions if one.action == "redact"}
    if redacted:
        gone = {copy.document for work in groups if work.id in redacted for copy in work.copies} | redacted
        items = {id: one for id, one in items.items() if id not in gone}
        _forget(history, gone)
        groups = group(list(items.values()), history, decisions, texts)
    works = [work for work in groups if _says_anything(work, items, decisions)]
    values = {id: document_values(light[id]) for id in items}
    tagged = {
        tagging.document: tagging.status == "tagged"
        for tagging in read_segments(base.tags(classifier_version), Tagging, ("document", "extractor_version", "version", "status"))
        if tagging.extractor_version == extractor_version
    }
    return Plan(works, items, values, history, tagged, decisions)


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
