"""Reading a whole PDF: pages to words, words to blocks, running matter set aside."""

from __future__ import annotations

from collections import Counter

import pypdfium2.raw as pdfium

from extract.pdf.characters import FontShelf, frame_of, page_text
from extract.pdf.file import OpenFile, docinfo, opened, outline
from extract.pdf.lines import segments
from extract.pdf.paragraphs import Paragraph, block, paragraphs
from extract.pdf.reading import PdfPage, PdfReading
from extract.pdf.reading_order import regions


def read_pdf(payload: bytes) -> PdfReading:
    """Read a PDF's bytes; raises ``evidence.errors.Refused`` where nothing can be read of it."""
    with opened(payload) as file:
        pages = tuple(_page(file, index, FontShelf()) for index in range(file.page_count))
        return PdfReading(pages, docinfo(file), outline(file))


def _page(file: OpenFile, index: int, shelf: FontShelf) -> PdfPage:
    page = pdfium.FPDF_LoadPage(file.handle, index)
    if not page:
        return PdfPage(index + 1, 0.0, 0.0)
    try:
        frame = frame_of(page)
        text = page_text(page, frame, shelf)
    finally:
        pdfium.FPDF_ClosePage(page)
    found: list[Paragraph] = []
    for region in regions(segments(text.upright)):
        found.extend(paragraphs(region))
    sizes: Counter[float] = Counter()
    for paragraph in found:
        for item in paragraph.segments:
            sizes[round(item.size, 1)] += len(item.text)
    usual = sizes.most_common(1)[0][0] if sizes else 0.0
    for paragraph in found:
        first = paragraph.segments[0]
        if first.size > 1.15 * usual and len(paragraph.segments) < 4:
            paragraph.kind, paragraph.level = "heading", 1 if first.size > 1.5 * usual else 2
    return PdfPage(index + 1, frame.width, frame.height, False, tuple(block(paragraph) for paragraph in found))
