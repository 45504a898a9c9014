"""How fast PDFs are read: our whole extraction against pdfplumber's plain text of the same pages, in the same run.

Run as ``python -m tests.bench.extraction_speed``. OCR is left out on both sides, as the comparison says; what it costs is
reported beside it. The two take turns document by document, so that a slow moment of the machine falls on both. What must hold is
asked of the processor's time, which other people's work on the machine touches least; time on the clock is told beside it.
"""

from __future__ import annotations

import io
import resource
import sys
import time
from pathlib import Path
from unittest import mock

import pdfplumber
import pypdfium2

from extract.pdf import reader
from extract.reading import Hints, read
from tests.bench.real_site import SOURCE, shared

FACTOR = 15
FALLBACK_SHARE = 0.02


def pdfs() -> list[Path]:
    return sorted((shared() / "inputs" / "sites" / SOURCE).rglob("*.pdf"))


def plumber_text(payload: bytes) -> int:
    with pdfplumber.open(io.BytesIO(payload)) as document:
        for page in document.pages:
            page.extract_text()
        return len(document.pages)


def repeated(payload: bytes, pages: int) -> bytes:
    """A document of many pages, made by repeating the pages of one."""
    source, long = pypdfium2.PdfDocument(payload), pypdfium2.PdfDocument.new()
    while len(long) < pages:
        long.import_pages(source, list(range(min(len(source), pages - len(long)))))
    out = io.BytesIO()
    long.save(out)
    return out.getvalue()


def linear() -> float:
    """Seconds a page at 1,000 pages over seconds a page at 100: 1 where time is linear in pages."""
    source = max((path.read_bytes() for path in pdfs()), key=lambda payload: len(pypdfium2.PdfDocument(payload)))
    cost = {}
    for pages in (100, 1000):
        payload = repeated(source, pages)
        started = time.perf_counter()
        read(payload, Hints(name="long.pdf"))
        cost[pages] = (time.perf_counter() - started) / pages
    return cost[1000] / cost[100]


def main() -> int:
    ours = theirs = clock_ours = clock_theirs = 0.0
    pages = 0
    with mock.patch.object(reader, "engine", lambda: None):
        read(pdfs()[0].read_bytes(), Hints(name="warm.pdf"))
        for path in pdfs():
            payload = path.read_bytes()
            started, clock = time.process_time(), time.perf_counter()
            read(payload, Hints(name=path.name))
            middle, clock_middle = time.process_time(), time.perf_counter()
            pages += plumber_text(payload)
            ours, clock_ours = ours + middle - started, clock_ours + clock_middle - clock
            theirs, clock_theirs = theirs + time.process_time() - middle, clock_theirs + time.perf_counter() - clock_middle
        growth = linear()
    started = time.perf_counter()
    for path in pdfs():
        read(path.read_bytes(), Hints(name=path.name))
    with_ocr = time.perf_counter() - started
    factor = theirs / ours
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(
        f"{pages} pages: ours {1000 * ours / pages:.2f} ms a page ({pages / ours:.0f} pages a second), "
        f"pdfplumber's text {1000 * theirs / pages:.1f} ms a page\n"
        f"{'ok ' if factor >= FACTOR else 'BAD'}  {factor:.1f} times as fast as pdfplumber (must hold: {FACTOR}); "
        f"{clock_theirs / clock_ours:.1f} times on the clock\n"
        f"{'ok ' if growth <= 1.3 else 'BAD'}  seconds a page at 1,000 pages are {growth:.2f} of those at 100\n"
        f"with OCR: {with_ocr:.1f} s for the 40 documents; peak memory {peak:.0f} MiB\n")
    return 0 if factor >= FACTOR and growth <= 1.3 else 1


if __name__ == "__main__":
    sys.exit(main())
