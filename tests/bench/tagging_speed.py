"""What tagging costs a page beside extraction: ``python -m tests.bench.tagging_speed`` (needs the shared inputs).

The 40 PDFs of the saved site are read once and tagged in every way of :data:`WAYS`, one thread, models loaded before the clock starts. What must
hold is asked of the processor's time, and of the way that is set; the others say what each stage of the cascade costs.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from unittest import mock

from evidence.settings import settings
from extract.pdf import reader
from extract.reading import Hints, read
from pipeline.stages import new_tagger
from tests.bench.extraction_speed import pdfs

MOST_MS = 15.0
WAYS: Mapping[str, Mapping[str, str]] = {"as set": {}, "cues alone": {"INTEGRAND_SEMANTIC": "0"}}
"""Settings by the name of the way; the first is what must hold."""


@contextmanager
def set_to(values: Mapping[str, str]) -> Iterator[None]:
    """Settings as in an environment with these variables."""
    with mock.patch.dict(os.environ, values):
        settings.cache_clear()
        yield
    settings.cache_clear()


def main() -> int:
    with mock.patch.object(reader, "engine", lambda: None):
        documents = [read(path.read_bytes(), Hints(name=path.name)) for path in pdfs()]
    pages = sum(len(document.pages) for document in documents)
    spent: dict[str, float] = {}
    for name, values in WAYS.items():
        with set_to(values):
            tagger = new_tagger(threads=1)
            tagger.tag(documents[0])
            at = time.process_time()
            for document in documents:
                tagger.tag(document)
            spent[name] = 1000 * (time.process_time() - at) / pages
            sys.stdout.write(f"{name}: {spent[name]:.1f} ms a page\n")
    holds = next(iter(spent.values())) <= MOST_MS
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"{'ok ' if holds else 'BAD'}  at most {MOST_MS:.0f} ms a page over {pages} pages; peak memory {peak:.0f} MiB\n")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
