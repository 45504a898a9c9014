"""What a publication costs: the first, one after a few documents were added or changed, and a full one of the same files.

Run as ``python -m tests.bench.publish [--documents 20000] [--passages 50] [--changed 100] [--folder DIR]``. The base is generated: 20,000
documents of 50 passages are a million passages. Ends with 1 where the publication of what changed takes more than a tenth of the
time of the full one, or more than 4 GB.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np

from evidence.base import Base
from evidence.records import Appraisal, Capture, Document, Finding, Page, Passage, Place, Reference, Section, Span, Tag, Tagging
from evidence.segments import SegmentWriter
from tests.warehouse.factory import CLASSIFIER, EXTRACTOR, FIRST_DAY, made_taxonomy
from warehouse.build import Publication, publish
from warehouse.snapshot import require_snapshot

MOST_SHARE = 0.1
MOST_BYTES = 4 * 2**30
WORDS_OF_A_PASSAGE = 60
PASSAGES_OF_A_PAGE = 8
_SYLLABLES = [a + b for a in "bcdfghklmnprstvw" for b in "aeiou"]
_DICE = np.random.default_rng(7)
_VOCABULARY = np.array(["".join(random.Random(number).choices(_SYLLABLES, k=3)) for number in range(20_000)])
_WEIGHTS = 1.0 / np.arange(1, len(_VOCABULARY) + 1)
_WEIGHTS /= _WEIGHTS.sum()


def made_document(number: int, passages: int, version: int = 0) -> Document:
    """A document of so many passages; every third is a page of the web."""
    words = _DICE.choice(_VOCABULARY, size=passages * WORDS_OF_A_PASSAGE, p=_WEIGHTS)
    paragraphs = [" ".join(words[at : at + WORDS_OF_A_PASSAGE]).capitalize() + "." for at in range(0, len(words), WORDS_OF_A_PASSAGE)]
    pages = ["\n".join(paragraphs[at : at + PASSAGES_OF_A_PAGE]) for at in range(0, len(paragraphs), PASSAGES_OF_A_PAGE)]
    found, at = [], 0
    for page, text in enumerate(pages, start=1):
        for line in text.split("\n"):
            found.append(Passage(page, at, at + len(line), "body", len(found) // 5))
            at += len(line) + 1
    sections = tuple(Section(f"Part {n + 1}", 1, found[n * 5].page, found[n * 5].start, found[n * 5].end) for n in range((len(found) + 4) // 5))
    id = hashlib.sha256(f"{number}.{version}".encode()).hexdigest()
    return Document(
        id=id, extractor_version=EXTRACTOR, media_type="text/html" if number % 3 == 0 else "application/pdf", size_bytes=at, status="ok",
        content_digest=hashlib.sha256(id.encode()).hexdigest(), title=f"{paragraphs[0][:50]} {number}", title_source="first_page",
        authors=("Ann Example", "Ben Sample"), published=f"{2000 + number % 25}", publisher="Made Trust", language="en", summary=paragraphs[1],
        pages=tuple(Page(page, text) for page, text in enumerate(pages, start=1)), sections=sections, passages=tuple(found),
        references=tuple(Reference(f"Author {n} ({n + 1990}) {paragraphs[2][:60]}", ("Author",), n + 1990, paragraphs[2][:60]) for n in range(10)),
        signature=tuple(_DICE.integers(0, 2**32, size=128).tolist()))


def made_tagging(document: Document) -> Tagging:
    text = document.text

    def span(at: int) -> Span:
        one = document.passages[at % len(document.passages)]
        return Span(one.page, one.start, one.end, text[one.start : one.end])

    tags = [Tag("relevance", "relevant", 0.9, False, "cues", span(0)), Tag("study_design", "case_study", 0.8, False, "cues", span(1)),
            Tag("evidence_strength", "anecdotal", 0.7, False, "rules", span(1))]
    tags += [Tag("integration_type", label, 0.6, False, "cues", span(at)) for at, label in enumerate(("service", "clinical"))]
    tags += [Tag("theme", "workforce", 0.6, True, "cues", span(3))]
    finding = Finding("teams", ("service",), "emergency_admissions", "decrease", "improved", True, False, span(4))
    places = (Place("Torbay", "GB-TOB", "GB", 0.9, False, span(5)),)
    return Tagging(document.id, EXTRACTOR, CLASSIFIER, tags=tuple(tags), findings=(finding,), places=places,
                   appraisal=Appraisal("anecdotal", ("starts at anecdotal",)))


def add_run(
    base: Base, run: str, day: int, documents: Iterable[tuple[int, Document]], extractor: str = EXTRACTOR, classifier: str = CLASSIFIER,
) -> None:
    """Captures, documents and taggings of one run, without an archive: a publication does not open it."""
    with (
        SegmentWriter(base.captures, run, Capture, 2_000) as captures,
        SegmentWriter(base.documents(extractor), run, Document, 50) as read,
        SegmentWriter(base.tags(classifier), run, Tagging, 50) as tagged,
    ):
        for number, document in documents:
            role = "page" if document.media_type == "text/html" else "document"
            moment = FIRST_DAY + timedelta(days=day, seconds=number)
            captures.add(Capture("made", f"http://made.test/{number}", run, moment, "fetched", 200, digest=document.id, role=role,
                                 media_type=document.media_type, size_bytes=document.size_bytes, archive_path="none", archive_offset=0))
            read.add(replace(document, extractor_version=extractor))
            tagged.add(replace(made_tagging(document), extractor_version=extractor, version=classifier))


def encoded(texts: list[str]) -> np.ndarray:
    """Vectors that cost next to nothing: what is measured is the publication."""
    return np.stack([np.random.default_rng(len(text)).standard_normal(384, dtype=np.float32) for text in texts])


def publication(base: Base, run: str, full: bool) -> Publication:
    return publish(base, extractor_version=EXTRACTOR, classifier_version=CLASSIFIER, taxonomy=made_taxonomy(), run=run, encode=encoded,
                   encoder="made", full=full)


def _measured(folder: str, run: str, full: bool, told: multiprocessing.Queue[tuple[float, int, str]]) -> None:
    started = time.perf_counter()
    done = publication(Base(folder), run, full)
    told.put((time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, done.reason))


def measured(base: Base, run: str, full: bool) -> tuple[float, int, str]:
    """Seconds, peak bytes and what was done, of a publication in a process of its own."""
    context = multiprocessing.get_context("spawn")
    told: multiprocessing.Queue[tuple[float, int, str]] = context.Queue()
    process = context.Process(target=_measured, args=(str(base.root), run, full, told))
    process.start()
    process.join()
    if process.exitcode:
        raise SystemExit(f"the publication ended with {process.exitcode}")
    seconds, size, reason = told.get(timeout=10)
    sys.stdout.write(f"{run}: {seconds:.1f} s, peak {size / 2**30:.2f} GB: {reason}\n")
    sys.stdout.flush()
    return seconds, size, reason


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("documents", 20_000), ("passages", 50), ("changed", 100)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--folder", type=Path, default=None, help="where to make the base (a base that is there already is used)")
    given = parser.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="publish-"))
    base = Base(folder)
    if not base.exists:
        base.create()
        add_run(base, "r1", 1, ((number, made_document(number, given.passages)) for number in range(given.documents)))
    first = measured(base, f"first-{time.time_ns()}", True)
    half = given.changed // 2
    tick = time.time_ns() % 10**9
    changed = [*range(half), *range(10**6 + tick, 10**6 + tick + given.changed - half)]
    add_run(base, f"r2-{tick}", 2, ((number, made_document(number, given.passages, tick)) for number in changed))
    some = measured(base, f"some-{tick}", False)
    whole = measured(base, f"full-{tick}", True)
    share = some[0] / whole[0]
    counts = require_snapshot(base).manifest["counts"]
    sys.stdout.write(f"{counts}; {given.changed} documents changed: {share:.3f} of the time of a full publication\n")
    return 0 if share <= MOST_SHARE and max(first[1], some[1], whole[1]) <= MOST_BYTES else 1


if __name__ == "__main__":
    sys.exit(main())
