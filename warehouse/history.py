"""What the captures say over all runs: the state of every address, one row per address and answer, and what changed when.

A text is what counts: where a page comes back with another payload but the same text (a new menu, a counter), the address holds
the document it held before, and nothing has changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from evidence.records import BODIED_OUTCOMES, GONE_OUTCOMES, READ_ROLES, Capture

NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class Answer:
    """One answer of one address: the same payload, or the same outcome without one, however often it came."""

    capture: Capture
    document: str | None
    first_seen: datetime
    last_seen: datetime
    last_run: str
    checks: int = 1


@dataclass(slots=True)
class Address:
    """One URL over all runs. ``document`` is the newest text that was read there, ``documents`` all, oldest first."""

    url: str
    source: str
    role: str
    state: str = ""
    document: str | None = None
    documents: list[str] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)
    last_outcome: str = ""
    last_checked: datetime = NEVER
    last_run: str = ""
    missing_since: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """Something that happened at an address that holds a document: new, changed, missing, withdrawn or returned."""

    run: str
    changed_at: datetime
    url: str
    change: str
    document: str
    previous_document: str | None = None


@dataclass(frozen=True, slots=True)
class Sighting:
    """Where a document was first met: by these a work's first document is found."""

    run: str
    role: str
    url: str
    source: str
    via: str | None
    link_text: str | None


class History:
    """Takes captures in the order in which they were made (``add``) and knows the sum of them.

    ``contents`` maps document ids to their content digests ("" for what could not be read). A payload that is in no document
    (not extracted, or refused before) is an answer without a document.
    """

    def __init__(self, contents: Mapping[str, str]) -> None:
        self._contents = contents
        self.addresses: dict[str, Address] = {}
        self.changes: list[Change] = []
        self.sightings: dict[str, list[Sighting]] = {}
        self.stands_for: dict[str, str] = {}
        """Payloads that only repeat the text of an earlier document at the same address, to that document."""

    def add(self, capture: Capture) -> None:
        address = self.addresses.get(capture.url)
        if address is None:
            address = self.addresses[capture.url] = Address(capture.url, capture.source, capture.role)
        if capture.role in READ_ROLES:
            address.role = capture.role
        document = self._document(address, capture)
        self._answer(address, capture, document)
        self._move(address, capture, document)
        address.last_outcome, address.last_checked, address.last_run = capture.outcome, capture.fetched_at, capture.run

    def _document(self, address: Address, capture: Capture) -> str | None:
        """The document that the capture brought, or the earlier one at this address with the same text."""
        digest = capture.digest
        if (
            capture.outcome not in BODIED_OUTCOMES
            or capture.role not in READ_ROLES
            or digest is None
            or digest not in self._contents
        ):
            return None
        if digest in address.documents:
            return digest
        content = self._contents[digest]
        for earlier in reversed(address.documents):
            if content and self._contents[earlier] == content:
                self.stands_for.setdefault(digest, earlier)
                return earlier
        address.documents.append(digest)
        self.sightings.setdefault(digest, []).append(
            Sighting(capture.run, capture.role, capture.url, capture.source, capture.via, capture.link_text)
        )
        return digest

    def _answer(self, address: Address, capture: Capture, document: str | None) -> None:
        brought = capture.outcome in BODIED_OUTCOMES and capture.digest
        key = capture.digest if brought and capture.digest else capture.outcome
        known = address.answers.get(key)
        if known is None:
            address.answers[key] = Answer(capture, document, capture.fetched_at, capture.fetched_at, capture.run)
            return
        known.first_seen = min(known.first_seen, capture.fetched_at)
        known.last_seen, known.last_run = max(known.last_seen, capture.fetched_at), capture.run
        known.checks += 1
        known.document = known.document or document

    def _move(self, address: Address, capture: Capture, document: str | None) -> None:
        """The address's next state; notes a change where it holds a document."""
        before, held = address.state, address.document
        if capture.outcome in BODIED_OUTCOMES:
            address.missing_since = None
            changed = document is not None and held is not None and document != held
            address.state = "changed" if changed else "present"
            if document is not None:
                address.document = document
                if held is None:
                    self._note(address, capture, "new", document, None)
                elif changed:
                    self._note(address, capture, "changed", document, held)
                elif before in GONE_OUTCOMES:
                    self._note(address, capture, "returned", document, None)
        elif capture.outcome in GONE_OUTCOMES:
            again = address.missing_since is not None and address.missing_since != capture.run
            address.state = "withdrawn" if capture.outcome == "withdrawn" or again or before == "withdrawn" else "missing"
            address.missing_since = address.missing_since or capture.run
            if held is not None and address.state != before:
                self._note(address, capture, address.state, held, None)
        elif not before or before not in ("present", "changed", *GONE_OUTCOMES):
            address.state = capture.outcome

    def _note(self, address: Address, capture: Capture, change: str, document: str, previous: str | None) -> None:
        self.changes.append(Change(capture.run, capture.fetched_at, address.url, change, document, previous))

    def first_sighting(self, document: str) -> Sighting | None:
        """By run, a document before a page, then address: independent of the order in which a run fetched."""
        return min(self.sightings.get(document, ()), key=lambda one: (one.run, READ_ROLES.index(one.role), one.url), default=None)


def read_history(captures: Iterable[Capture], contents: Mapping[str, str]) -> History:
    """The history of all captures, which come oldest run first."""
    history = History(contents)
    for capture in captures:
        history.add(capture)
    return history


def standing(captures: Iterable[Capture]) -> Iterator[tuple[object, ...]]:
    """What the captures say of each address, without times and without repetitions: the same answer again says nothing new.

    A second "missing" in another run does where something was there before (it is withdrawn then), a third does not.
    """
    last: dict[str, tuple[object, ...]] = {}
    missing_runs: dict[str, set[str]] = {}
    for capture in captures:
        outcome = "fetched" if capture.outcome == "unchanged" else capture.outcome
        if outcome == "fetched":
            missing_runs[capture.url] = set()
        elif outcome == "missing" and capture.url in missing_runs:
            missing_runs[capture.url].add(capture.run)
        times = min(2, len(missing_runs.get(capture.url, ())))
        told = (capture.source, capture.url, outcome, times, capture.status if outcome != "fetched" else None, capture.digest, capture.role,
                capture.via, capture.link_text, capture.reason)
        if last.get(capture.url) != told:
            last[capture.url] = told
            yield told


def resolved(history: History) -> History:
    """The same history with every document that only repeats another's text replaced by that one, everywhere.

    A payload may be its own document at one address and a mere repetition at another; it then stays a document.
    """
    own = {document for address in history.addresses.values() for document in address.documents}
    history.stands_for = {payload: document for payload, document in history.stands_for.items() if payload not in own}
    return history


def capture_rows(history: History) -> list[dict[str, Any]]:
    """Rows of ``captures``, by address, then by when the answer was first seen."""
    rows = []
    for url in sorted(history.addresses):
        answers = history.addresses[url].answers
        for key, answer in sorted(answers.items(), key=lambda item: (item[1].first_seen, item[0])):
            capture = answer.capture
            rows.append(
                {
                    "url": url,
                    "answer": key,
                    "source": capture.source,
                    "document": answer.document,
                    "role": capture.role,
                    "outcome": "fetched" if capture.outcome == "unchanged" else capture.outcome,
                    "status": capture.status,
                    "reason": capture.reason,
                    "media_type": capture.media_type,
                    "size_bytes": capture.size_bytes,
                    "etag": capture.etag,
                    "last_modified": capture.last_modified,
                    "archive_path": capture.archive_path,
                    "archive_offset": capture.archive_offset,
                    "via": capture.via,
                    "link_text": capture.link_text,
                    "depth": capture.depth,
                    "first_seen": plain_time(answer.first_seen),
                    "last_seen": plain_time(answer.last_seen),
                    "first_run": capture.run,
                    "last_run": answer.last_run,
                    "checks": answer.checks,
                }
            )
    return rows


def address_rows(history: History) -> list[dict[str, Any]]:
    return [
        {
            "url": one.url,
            "source": one.source,
            "state": one.state,
            "role": one.role,
            "document": one.document,
            "last_outcome": one.last_outcome,
            "last_checked": plain_time(one.last_checked),
            "last_run": one.last_run,
        }
        for _, one in sorted(history.addresses.items())
    ]


def change_rows(history: History) -> list[dict[str, Any]]:
    rows: dict[tuple[str, str, str, str], dict[str, Any]] = {}
    for one in history.changes:
        rows.setdefault(
            (one.run, one.url, one.change, one.document),
            {
                "run": one.run,
                "changed_at": plain_time(one.changed_at),
                "url": one.url,
                "change": one.change,
                "document": one.document,
                "previous_document": one.previous_document,
            },
        )
    return [rows[key] for key in sorted(rows)]


def plain_time(moment: datetime) -> datetime:
    """UTC without a zone, as the database keeps it."""
    offset = moment.utcoffset()
    return moment if offset is None else (moment.astimezone(UTC) if offset else moment).replace(tzinfo=None)
