"""What tagging costs a page beside extraction: ``python -m tests.bench.tagging_speed`` (needs the shared inputs).

The 40 PDFs of the saved site are read once and tagged in every way of :data:`WAYS` by a worker a core, as ``integrand classify`` does; models are
loaded before the clock starts. What must hold is asked of the clock, over two workers, and of the way that is set; the others say what each
stage of the cascade costs, and the processor's time tells what is other people's work on the machine.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from multiprocessing.synchronize import Barrier
from unittest import mock

from evidence.records import Document, Tagging
from evidence.settings import settings
from extract.pdf import reader
from extract.reading import Hints, read
from pipeline.stages import new_tagger
from tests.bench.cascade import everything_read
from tests.bench.extraction_speed import pdfs

MOST_MS = 15.0
WORKERS = 2


@contextmanager
def set_to(values: Mapping[str, str]) -> Iterator[None]:
    """Settings as in an environment with these variables."""
    with mock.patch.dict(os.environ, values):
        settings.cache_clear()
        yield
    settings.cache_clear()


WAYS: Mapping[str, AbstractContextManager[None]] = {
    "as set": nullcontext(), "cues alone": set_to({"INTEGRAND_SEMANTIC": "0"}), "cascade off": everything_read(),
}
"""Settings by the name of the way; the first is what must hold. With the cascade off every excerpt and every claim is read closely."""

_documents: list[Document] = []
_tag: Callable[[Document], Tagging]


def _ready(ready: Barrier) -> None:
    """A worker with all models loaded and warm."""
    global _tag
    _tag = new_tagger(threads=1).tag
    _tag(_documents[0])
    ready.wait()


def _tagged(at: int) -> float:
    """Tags one document; seconds of the processor's time."""
    start = time.process_time()
    _tag(_documents[at])
    return time.process_time() - start


def timed(way: AbstractContextManager[None]) -> tuple[float, float]:
    """Seconds on the clock and of the processor's time for all documents, longest first."""
    order = sorted(range(len(_documents)), key=lambda at: -len(_documents[at].text))
    with way:
        context = multiprocessing.get_context("fork")
        ready = context.Barrier(WORKERS + 1)
        with context.Pool(WORKERS, _ready, (ready,)) as pool:
            ready.wait()
            start = time.perf_counter()
            spent = pool.map(_tagged, order, chunksize=1)
            return time.perf_counter() - start, sum(spent)


def main() -> int:
    with mock.patch.object(reader, "engine", lambda: None):
        _documents.extend(read(path.read_bytes(), Hints(name=path.name)) for path in pdfs())
    pages = sum(len(document.pages) for document in _documents)
    walls: dict[str, float] = {}
    for name, way in WAYS.items():
        wall, processor = (1000 * seconds / pages for seconds in timed(way))
        walls[name] = wall
        sys.stdout.write(f"{name}: {wall:.1f} ms a page on the clock, {processor:.1f} ms of processor time\n")
    holds = walls["as set"] <= MOST_MS
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    told = f"at most {MOST_MS:.0f} ms a page over {pages} pages, {WORKERS} workers; a worker's peak {peak:.0f} MiB"
    sys.stdout.write(f"{'ok ' if holds else 'BAD'}  {told}\n")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
