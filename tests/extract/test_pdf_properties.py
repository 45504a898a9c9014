"""Properties of the PDF reader's parts, and its behaviour on broken, endless and long files."""

from __future__ import annotations

import io
import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from evidence.errors import Refused
from extract.pdf.blocks import clean
from extract.pdf.characters import Font, Run, Word
from extract.pdf.lines import segments
from extract.pdf.reader import MAX_PAGES, read_pdf
from extract.pdf.reading_order import regions
from extract.pdf.spelling import Vocabulary

SHARED = Path(os.environ.get("INTEGRAND_SHARED", Path(__file__).resolve().parents[2].parent / "shared"))
FONT = Font("Test", False, False)


@given(st.text())
def test_cleaning_is_idempotent_and_leaves_no_control_characters(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert not any(ord(letter) < 32 and letter not in "\n" for letter in once)


places = st.tuples(st.integers(0, 500), st.integers(0, 700), st.integers(5, 80), st.sampled_from([8.0, 10.0, 14.0]))


@given(st.lists(places, max_size=60))
def test_reading_order_neither_loses_nor_doubles_a_word(items: list[tuple[int, int, int, float]]) -> None:
    words = []
    for number, (x, y, width, size) in enumerate(items):
        run = Run(FONT, size, (1.0, 0.0), (x, y), False)
        words.append(Word(f"w{number}", x, y - 0.78 * size, x + width, y + 0.22 * size, y, size, run))
    found = [word.text for region in regions(segments(words)) for item in region.segments for word in item.words]
    assert sorted(found) == sorted(word.text for word in words)


@pytest.mark.parametrize(("above", "below", "joined"), [
    ("admis-", "sions", True), ("inter-", "vention", True), ("sub-", "group", True), ("long-", "term", False),
    ("follow-", "up", False), ("decision-", "making", False), ("NHS-", "funded", False), ("2014-", "2015", False),
])
def test_hyphens_at_line_ends(above: str, below: str, joined: bool) -> None:
    assert (Vocabulary().joined(above, below) is not None) is joined


def test_the_documents_own_words_outrank_the_list() -> None:
    vocabulary = Vocabulary()
    vocabulary.add(["A well-being score", "of well-being"])
    assert vocabulary.joined("well-", "being") is None
    vocabulary = Vocabulary()
    vocabulary.add(["The telecarers met", "telecarers"])
    assert vocabulary.joined("tele-", "carers") == "tele"


def long_file(pages: int) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=1)
    for number in range(pages):
        for line in range(30):
            canvas.drawString(60, 760 - 14 * line, f"Line {line} of page {number} tells how the teams worked together that week.")
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


@pytest.mark.slow
def test_time_grows_in_proportion_to_pages() -> None:
    short, long = long_file(100), long_file(1000)
    read_pdf(short)
    started = time.process_time()
    read_pdf(short)
    middle = time.process_time()
    assert len(read_pdf(long).pages) == 1000
    assert time.process_time() - middle < 20 * (middle - started)


def endless(pages: int) -> bytes:
    """A file that says it has very many pages, all the same empty one."""
    kids = b" ".join([b"3 0 R"] * pages)
    parts = [
        b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n", b"2 0 obj<</Type/Pages/Count %d/Kids[%b]>>endobj\n" % (pages, kids),
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\n",
    ]
    return b"%PDF-1.4\n" + b"".join(parts) + b"trailer<</Root 1 0 R>>\n%%EOF"


@pytest.mark.slow
def test_a_file_of_endless_pages_is_read_up_to_the_bound_and_says_so() -> None:
    started = time.monotonic()
    reading = read_pdf(endless(100_000))
    assert len(reading.pages) == MAX_PAGES and reading.status == "partial" and "100000" in str(reading.reason)
    assert time.monotonic() - started < 60


@pytest.mark.slow
@pytest.mark.skipif(not (SHARED / "bench" / "hostile_pdfs").is_dir(), reason="the shared hostile PDFs are not here")
def test_hostile_files_are_read_or_refused_with_a_reason() -> None:
    for path in sorted((SHARED / "bench" / "hostile_pdfs").glob("*.pdf")):
        started = time.monotonic()
        try:
            reading = read_pdf(path.read_bytes())
            assert reading.status == "ok" or reading.reason
        except Refused as refusal:
            assert str(refusal) and "\n" not in str(refusal)
        assert time.monotonic() - started < 30, path.name
