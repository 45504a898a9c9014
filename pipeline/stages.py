"""The stages over a base: each does what is new to it and appends segments; none changes what is there.

A stage reads what the stage before it left (captures, documents) and skips what its own version has done already, so it
can be killed at any moment and run again. The caller holds the base's lock.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classify.appraisal import Appraiser
from classify.models import load_models
from classify.prose import Prose
from classify.tagging import Tagger
from classify.tagging import classifier_version as version_of
from crawler.catalogue import Source
from evidence.archive import read_captures, read_payload, sha256
from evidence.base import Base
from evidence.errors import IntegrandError, Refused
from evidence.records import BODIED_OUTCOMES, READ_ROLES, Appraisal, Capture, Document, Span, StageCount, Tagging
from evidence.segments import SegmentWriter, read_columns, read_segment, read_segment_columns, read_some, segment_paths
from evidence.settings import settings
from evidence.taxonomy import load_taxonomy
from extract.reading import EXTRACTOR_VERSION, Hints, read
from language.encoder import QuantisedEncoder
from pipeline.adjudicator import Adjudicator, adjudicator, second_opinion, version_with_adjudicator
from pipeline.local_files import LOCAL, LocalItem, items_in, name_of
from pipeline.local_pool import LocalPool, Outcome

SEGMENT_DOCUMENTS = 50
Progress = Callable[[str, bool], None]
"""Told of each item as it is done: its name, and whether it was refused."""


@dataclass(frozen=True, slots=True)
class ReadJob:
    """One payload to read: where its bytes lie and what is known of it from outside. ``captures`` are of the same bytes, the first to be
    tried first; ``hints`` are those of the first."""

    root: Path
    captures: tuple[Capture, ...]
    hints: Hints

    @property
    def capture(self) -> Capture:
        return self.captures[0]


@dataclass(frozen=True, slots=True)
class LostPayload:
    """A payload of which no archived copy can be read any more: no fault of the document, which may be captured again."""

    reason: str


def graded(document: Document, design: str) -> tuple[Appraisal, Span | None]:
    """The document's evidence by the rules, given its design, and the sentence that weighs most."""
    grade = Appraiser(load_taxonomy().strength).grade(Prose(document), design)
    return grade.appraisal, grade.span


def hints_for(capture: Capture, sources: dict[str, Source]) -> Hints:
    """What the capture and its source's definition tell the reader beforehand."""
    source = sources.get(capture.source)
    return Hints(
        name=capture.url, media_type=capture.media_type, link_text=capture.link_text, landing_url=capture.via,
        selectors=tuple((name, text) for name, text in source.selectors.model_dump().items() if text) if source is not None else ())


def payloads_to_read(base: Base) -> list[tuple[Capture, ...]]:
    """The captures of each payload that this extractor has not read; of several URLs always the same one is first."""
    done = {row["id"] for row in read_columns(base.documents(EXTRACTOR_VERSION), ["id"])}
    found: dict[str, list[Capture]] = {}
    for capture in read_captures(base):
        if capture.outcome not in BODIED_OUTCOMES or capture.role not in READ_ROLES or not capture.digest or capture.digest in done:
            continue
        found.setdefault(capture.digest, []).append(capture)
    ordered = (tuple(sorted(same, key=lambda one: (one.run, one.role, one.url))) for same in found.values())
    return sorted(ordered, key=lambda same: (same[0].source, same[0].url, same[0].digest or ""))


def read_job(job: ReadJob) -> Document | LostPayload:
    """Reads one payload from the archive, from the first copy that is whole; runs in a worker. Raises ``Refused`` with the reason."""
    places = {(one.archive_path, one.archive_offset): one for one in reversed(job.captures)}
    reason = ""
    for capture in reversed(places.values()):
        try:
            payload = read_payload(Base(job.root), capture)
        except IntegrandError as error:
            reason = reason or str(error)
            continue
        return read(payload, job.hints)
    return LostPayload(reason)


def extract(base: Base, run: str, sources: dict[str, Source], progress: Progress | None = None) -> StageCount:
    """Reads every payload that is new to this extractor. A payload that cannot be read becomes a refused document."""
    started = time.perf_counter()
    captures = payloads_to_read(base)
    jobs = (ReadJob(base.root, same, hints_for(same[0], sources)) for same in captures)
    done, refusals = 0, []
    if captures:
        with reading_pool() as pool, SegmentWriter(base.documents(EXTRACTOR_VERSION), run, Document, SEGMENT_DOCUMENTS) as writer:
            for outcome in pool.map(read_job, jobs):
                capture = outcome.item.capture
                document = outcome.value
                if isinstance(document, LostPayload):
                    # Nothing is kept of it: a copy that is captured later must be read.
                    refusals.append((capture.url, document.reason))
                    if progress:
                        progress(capture.url, True)
                    continue
                if document is None:
                    document = refused_document(capture.digest or "", capture.media_type, capture.size_bytes, outcome.reason or "")
                    refusals.append((capture.url, outcome.reason or ""))
                else:
                    done += 1
                writer.add(document)
                if progress:
                    progress(capture.url, outcome.reason is not None)
    return StageCount("extract", done=done, refused=len(refusals), wall_s=time.perf_counter() - started, refusals=tuple(refusals))


def reading_pool() -> LocalPool:
    limits = settings()
    return LocalPool(limits.workers, limits.document_timeout_s, limits.document_memory_bytes)


def refused_document(digest: str, media_type: str | None, size_bytes: int, reason: str) -> Document:
    """The record of a payload that could not be read; a later version of the extractor tries again."""
    return Document(
        id=digest, extractor_version=EXTRACTOR_VERSION, media_type=media_type or "application/octet-stream", size_bytes=size_bytes,
        status="refused", reason=reason)


_tagger: Tagger | None = None


def load_tagger() -> None:
    """Loads taxonomy and models into this process, once."""
    global _tagger
    if _tagger is None:
        # A worker a core: threads of one that wait for those of another cost both their time.
        _tagger = new_tagger(threads=1)


def new_tagger(threads: int = 0) -> Tagger:
    """A tagger whose encoder uses so many threads, 0 for all cores."""
    return Tagger(load_taxonomy(), QuantisedEncoder(threads=threads) if settings().semantic else None)


def refused_in(base: Base, run: str) -> list[tuple[str, str]]:
    """Every local document that the run captured and that could not be read, whenever it was tried, with the reason."""
    reasons = {row["id"]: row["reason"] for row in read_columns(base.documents(EXTRACTOR_VERSION), ["id", "status", "reason"])
               if row["status"] == "refused"}
    refused = []
    for capture in read_captures(base):
        if capture.run == run and capture.source == LOCAL:
            reason = capture.reason if capture.outcome == "refused" else reasons.get(capture.digest)
            if reason is not None:
                refused.append((name_of(capture.url), reason))
    return refused


def tag_document(document: Document) -> Tagging:
    """Tags one document; runs in a worker that ``load_tagger`` has prepared."""
    load_tagger()
    assert _tagger is not None
    return _tagger.tag(document)


def classifier_version() -> str:
    """The version under which tags are kept; it changes with code, taxonomy and models."""
    return version_with_adjudicator(version_of(load_taxonomy(), settings().semantic))


def classify(base: Base, run: str, progress: Progress | None = None) -> StageCount:
    """Tags every document that is new to this classifier."""
    started = time.perf_counter()
    version = classifier_version()
    rooms = base.tags(version)
    done_before = {(row["document"], row["extractor_version"]) for row in read_columns(rooms, ["document", "extractor_version"])}
    waiting = [row["id"] for row in read_columns(base.documents(EXTRACTOR_VERSION), ["id", "status"])
               if row["status"] != "refused" and (row["id"], EXTRACTOR_VERSION) not in done_before]
    refusals, asked = [], adjudicator()
    done = again = ask_again(base, run, asked) if asked is not None else 0
    if waiting:
        wanted = set(waiting)
        with tagging_pool() as pool, SegmentWriter(rooms, run, Tagging, SEGMENT_DOCUMENTS) as writer:
            for outcome in pool.map(tag_document, _documents(base, wanted)):
                tagging = outcome.value
                if tagging is None:
                    tagging = Tagging(outcome.item.id, EXTRACTOR_VERSION, version, status="untagged", reason=outcome.reason)
                    refusals.append((outcome.item.title or outcome.item.id, outcome.reason or ""))
                else:
                    # Here and not in the worker, whose documents have a time limit.
                    tagging = second_opinion(tagging, outcome.item, load_taxonomy(), asked)
                    done += 1
                writer.add(tagging)
                if progress:
                    progress(outcome.item.title or outcome.item.id[:12], outcome.reason is not None)
    return StageCount("classify", done=done, skipped=len(done_before) - again, refused=len(refusals), wall_s=time.perf_counter() - started,
                      refusals=tuple(refusals))


def ask_again(base: Base, run: str, who: Adjudicator) -> int:
    """Asks about the documents about which nobody answered before; returns of how many there is an answer now.

    Their taggings lie among the answered ones under the machine's own version. A segment that holds some is written anew and then removed;
    where the program is killed in between, the older rows count and are asked about again. Every run asks in another order, so that no
    document waits for ever behind some on which the endpoint fails.
    """
    version, answered = classifier_version(), 0
    owed: dict[Path, set[str]] = {}
    for path in segment_paths(base.tags(version)):
        rows = read_segment_columns(path, ["document", "extractor_version", "version"])
        if documents := {row["document"] for row in rows if row["version"] != version and row["extractor_version"] == EXTRACTOR_VERSION}:
            owed[path] = documents
    lies_in = _segments_of(base, set().union(*owed.values()))
    for path in sorted(owed, key=lambda path: _turn(run, path.name)):
        if who.silent:
            break
        taggings = list(read_segment(path, Tagging))
        waiting = {one.document: one for one in taggings if one.version != version and one.extractor_version == EXTRACTOR_VERSION}
        answers = _answers(waiting, lies_in, run, who)
        if answers:
            with SegmentWriter(path.parent, run, Tagging, len(taggings)) as writer:
                for tagging in taggings:
                    writer.add(answers.get(tagging.document, tagging) if tagging is waiting.get(tagging.document) else tagging)
            path.unlink()
        answered += len(answers)
    return answered


def _answers(waiting: dict[str, Tagging], lies_in: dict[str, Path], run: str, who: Adjudicator) -> dict[str, Tagging]:
    """By document, the taggings that have been answered; no text is read once the endpoint is silent."""
    found: dict[str, Tagging] = {}
    for path in sorted({lies_in[one] for one in waiting if one in lies_in}, key=lambda path: _turn(run, path.name)):
        if who.silent:
            break
        documents = {one.id: one for one in read_segment(path, Document) if lies_in.get(one.id) == path and one.id in waiting}
        for name in sorted(documents, key=lambda name: _turn(run, name)):
            asked = second_opinion(waiting[name], documents[name], load_taxonomy(), who)
            if asked.version != waiting[name].version:
                found[name] = asked
    return found


def _segments_of(base: Base, wanted: set[str]) -> dict[str, Path]:
    """In which segment each of these documents lies, the first where there are several."""
    found: dict[str, Path] = {}
    for path in segment_paths(base.documents(EXTRACTOR_VERSION)) if wanted else ():
        for row in read_segment_columns(path, ["id"]):
            if row["id"] in wanted:
                found.setdefault(row["id"], path)
    return found


def _turn(run: str, name: str) -> str:
    """Sorts names in an order of the run's own, always the same for the same run."""
    return sha256(f"{run} {name}".encode())


def _documents(base: Base, wanted: set[str]) -> Iterator[Document]:
    """Each once; a nightly run does not read the whole base to tag what is new."""
    for document in read_some(base.documents(EXTRACTOR_VERSION), Document, "id", wanted):
        if document.id in wanted:
            wanted.discard(document.id)
            yield document


def tagging_pool() -> LocalPool:
    """Workers that tag. Raises ``IntegrandError`` where the encoder or a model cannot be had, which is no fault of a document: inside a worker it
    would be kept as each document's own, and no later run would try them again."""
    limits = settings()
    if limits.semantic:
        QuantisedEncoder(threads=1).load()
    load_models(closely=limits.semantic)
    return LocalPool(limits.workers, limits.document_timeout_s, limits.document_memory_bytes, load_tagger)


@dataclass(frozen=True, slots=True)
class Answer:
    """What was made of one local document without a base; ``document`` is None where it was refused, for ``reason``.

    The path of a member of an archive is ``X.zip!member``, that of a record of a reference file ``X.ris!number``.
    """

    path: Path
    document: Document | None
    tagging: Tagging | None
    reason: str | None
    digest: str | None
    wall_s: float


def read_paths(paths: Iterable[Path]) -> Iterator[Answer]:
    """Reads local documents, in order."""
    with reading_pool() as pool:
        for outcome in pool.map(read_item, items_in(paths)):
            yield Answer(outcome.item.path, outcome.value, None, outcome.reason, _digest(outcome), outcome.wall_s)


def tag_paths(paths: Iterable[Path]) -> Iterator[Answer]:
    """Reads and tags local documents, in order."""
    asked = adjudicator()
    with tagging_pool() as pool:
        for outcome in pool.map(read_and_tag, items_in(paths)):
            document, tagging = outcome.value or (None, None)
            if document is not None and tagging is not None:
                tagging = second_opinion(tagging, document, load_taxonomy(), asked)
            yield Answer(outcome.item.path, document, tagging, outcome.reason, _digest(outcome), outcome.wall_s)


def _digest(outcome: Outcome[LocalItem, Any]) -> str | None:
    """The SHA-256 of a refused item's bytes, None where there are none to be had."""
    if outcome.value is not None:
        return None
    try:
        return sha256(outcome.item.read_bytes())
    except Refused:
        return None


def read_and_tag(item: LocalItem) -> tuple[Document, Tagging]:
    """Reads and tags one local document; runs in a worker that ``load_tagger`` has prepared."""
    document = read_item(item)
    return document, tag_document(document)


def read_item(item: LocalItem) -> Document:
    """Reads one local document; runs in a worker."""
    return read(item.read_bytes(), Hints(name=item.name, media_type=item.media_type))
