"""Runs: the stages in order over a locked base, with a report of what was done.

A killed run is resumed under its own name (``Base.open_run``). Every run begins by finishing what a killed one left in
the archive, and ends by publishing; a base in which nothing is new is not published again.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TypeVar

from crawler.catalogue import Source, chosen_sources, load_sources
from crawler.harvest import harvest
from evidence.base import Base
from evidence.errors import UsageError
from evidence.records import RunReport, SourceCount, StageCount
from evidence.salvage import salvage
from evidence.segments import discard_torn
from evidence.settings import settings
from evidence.taxonomy import load_taxonomy
from extract.reading import EXTRACTOR_VERSION
from language.encoder import Encoder, Vectors
from pipeline import stages
from pipeline.local_files import capture_files
from pipeline.progress import Steps, say
from warehouse.build import Publication, publish

T = TypeVar("T")


class TimedEncoder(Encoder):
    """The encoder with a count of what it did: embedding is by far the slowest part of a publication, so it is reported apart."""

    texts = 0
    wall_s = 0.0

    def encode(self, texts: Sequence[str]) -> Vectors:
        started = time.perf_counter()
        vectors = super().encode(texts)
        self.texts += len(texts)
        self.wall_s += time.perf_counter() - started
        return vectors


class Run:
    """One run over one base; made by ``run_over``, which holds the lock and keeps the report."""

    def __init__(self, base: Base, report: RunReport, sources: dict[str, Source], chosen: Sequence[Source], quiet: bool) -> None:
        self.base, self.report, self.sources, self.chosen, self.quiet = base, report, sources, chosen, quiet

    def harvest(self, limit: int | None = None, since: date | None = None) -> None:
        with Steps("harvest", self.quiet) as steps:
            counts = harvest(
                self.base, self.report.run, self.chosen, limit=limit, since=since, contact=settings().contact,
                progress=lambda capture: steps(capture.url, capture.outcome in ("refused", "failed")))
        self._add_sources(counts)

    def ingest(self, paths: Sequence[Path]) -> None:
        count, refusals = capture_files(self.base, self.report.run, paths)
        self._add_sources((count,))
        self._add_stage(StageCount("ingest", done=count.fetched + count.unchanged, refused=count.refused, refusals=tuple(refusals)))

    def extract(self) -> None:
        with Steps("extract", self.quiet) as steps:
            self._add_stage(stages.extract(self.base, self.report.run, self.sources, steps))

    def classify(self) -> None:
        with Steps("classify", self.quiet) as steps:
            self._add_stage(stages.classify(self.base, self.report.run, steps))

    def publish(self, full: bool = False) -> Publication:
        """Publishes a snapshot where anything is new (``full``: in any case, from the files alone), and notes in the report which works it
        changed."""
        encoder = TimedEncoder() if settings().semantic else None
        publication = publish(
            self.base, extractor_version=EXTRACTOR_VERSION, classifier_version=stages.classifier_version(), taxonomy=load_taxonomy(),
            run=self.report.run, encode=encoder.encode if encoder else None,
            full=full, keep=settings().snapshots_kept, regrade=stages.graded)
        for line in publication.warnings:
            say(f"warning: {line}")
        # A run that was killed after it had published meets its own snapshot: what that one changed is still this run's doing.
        new = _joined(self.report.new_works, publication.new_works)
        self.report = replace(
            self.report, snapshot=publication.snapshot, new_works=new,
            changed_works=tuple(work for work in _joined(self.report.changed_works, publication.changed_works) if work not in new),
            missing_works=_joined(self.report.missing_works, publication.missing_works),
            withdrawn_works=_joined(self.report.withdrawn_works, publication.withdrawn_works),
            warnings=_joined(self.report.warnings, publication.warnings),
            totals={"works": publication.works, "documents": publication.documents, "passages": publication.passages,
                    "vectors": publication.vectors, "published": int(publication.published or self.report.totals.get("published", 0))})
        embed_s = encoder.wall_s if encoder else 0.0
        if encoder and encoder.texts:
            self._add_stage(StageCount("embed", done=encoder.texts, wall_s=embed_s))
        self._add_stage(StageCount("publish", done=publication.documents, wall_s=publication.wall_s - embed_s))
        return publication

    def finish(self) -> RunReport:
        return self.base.close_run(self.report)

    @property
    def broken(self) -> list[str]:
        """The expectations that sources broke, in words."""
        return [f"{count.source}: {what}" for count in self.report.sources for what in count.broken]

    def _add_sources(self, counts: Sequence[SourceCount]) -> None:
        # A resumed harvest counts all of the run's captures itself, but knows neither the time nor the warnings of its first part.
        earlier = {count.source: count for count in self.report.sources}
        for count in counts:
            before = earlier.get(count.source)
            earlier[count.source] = count if before is None else replace(
                count, wall_s=before.wall_s + count.wall_s, warnings=_joined(before.warnings, count.warnings))
        self.report = replace(self.report, sources=tuple(earlier.values()))
        self.base.save_run(self.report)

    def _add_stage(self, count: StageCount) -> None:
        kept = [stage for stage in self.report.stages if stage.stage != count.stage]
        earlier = next((stage for stage in self.report.stages if stage.stage == count.stage), None)
        if earlier is not None and count.stage != "publish":
            # A resumed run reports the refusals that it met before it was killed, too.
            refusals = _joined(earlier.refusals, count.refusals)
            count = replace(count, done=earlier.done + count.done, refused=len(refusals), wall_s=earlier.wall_s + count.wall_s, refusals=refusals)
        self.report = replace(self.report, stages=(*kept, count))
        self.base.save_run(self.report)


def _joined(earlier: tuple[T, ...], later: tuple[T, ...]) -> tuple[T, ...]:
    """Both, each entry once, in order."""
    return tuple(dict.fromkeys((*earlier, *later)))


@contextmanager
def run_over(root: Path, command: str, quiet: bool = False, chosen: Sequence[Source] = ()) -> Iterator[Run]:
    """A run that holds the base until the block ends; a block that fails leaves the run open, to be resumed.

    ``chosen`` are the sources to harvest, which may lie elsewhere than the catalogue says.
    """
    base = Base(root).create()
    sources = load_sources(settings().sources) | {source.slug: source for source in chosen}
    with base.lock():
        torn = discard_torn([base.captures, *base.all_documents.glob("*"), *base.all_tags.glob("*")])
        saved = salvage(base)
        report = base.open_run(command)
        report = replace(report, salvaged=(*report.salvaged, *saved, *(f"{name}: torn, made again" for name in torn)))
        for line in saved:
            say(f"salvaged {line}")
        yield Run(base, report, sources, chosen, quiet)


def choose_sources(names: Sequence[str], origin: str | None) -> list[Source]:
    """The sources of these names, all of the catalogue where none is named; ``origin`` moves the one named to another address.

    Raises ``UsageError`` for a name that is not in the catalogue and for an origin without exactly one name.
    """
    if origin is not None and len(names) != 1:
        raise UsageError("--origin: goes with exactly one source; name it")
    chosen = chosen_sources(load_sources(settings().sources), names)
    return [source.at(origin) for source in chosen] if origin is not None else list(chosen)
