"""PDF: what ``extract.pdf`` read, put as a Reading; docinfo that no person wrote is left out later, by ``extract.metadata``."""

from __future__ import annotations

import re
from collections import Counter
from statistics import median

from evidence.records import Provenance, Table
from extract.blocks import Block, Leaf, Reading
from extract.boilerplate import is_boilerplate, is_contents_line
from extract.chart_labels import labels_aside
from extract.clean_text import clean
from extract.media_type import PDF
from extract.pdf import Block as PdfBlock
from extract.pdf import read_pdf

_DOCINFO = {"Title": "title", "Author": "authors", "CreationDate": "published", "Subject": "subtitle"}


def read_portable(payload: bytes) -> Reading:
    """Reads a PDF. Raises Refused where nothing can be read of it."""
    pdf = read_pdf(payload)
    leaves = tuple(
        Leaf(page.number, labels_aside([_block(block) for block in page.blocks if block.text.strip()]), page.width, page.height, page.ocr)
        for page in pdf.pages
    )
    tables: list[Table] = [table for page in pdf.pages for table in page.tables]
    furniture = Counter(_without_page_number(clean(text)) for page in pdf.pages for text in page.furniture)
    running = tuple(text for text, _ in furniture.most_common(12) if any(char.isalpha() for char in text))
    seen = tuple(
        Provenance(field, value, "docinfo")
        for key, field in _DOCINFO.items()
        if (value := clean(pdf.docinfo.get(key) or pdf.docinfo.get(key.lower()) or ""))
    )
    return Reading(PDF, leaves, seen=seen, tables=tuple(tables), running=running, status=pdf.status, reason=pdf.reason)


def _without_page_number(text: str) -> str:
    return (
        re.sub(
            r"(?i)^\W*(?:page\s?\W?\s?)?\d{1,3}\s*(?:of\s\d+)?\W+(?=\D)(?!\w*\s?(?:19|20)\d\d)|\W+(?:page\s?\W?\s?)?\d{1,3}(?:\s?of\s?\d+)?\W*$",
            "",
            text,
        )
        if not re.match(r"(?i)\d{1,2}(?:st|nd|rd|th)?\s+[a-z]{3,9}\b", text)
        else text
    )


def _block(block: PdfBlock) -> Block:
    kind = block.kind
    if kind in ("body", "list") and len(block.text) <= 700 and (is_contents_line(block.text) or is_boilerplate(" ".join(block.text.split()))):
        kind = "boilerplate"
    lines = block.lines
    sizes = [line.size for line in lines]
    size = 0.0 if not sizes else sizes[0] if sizes.count(sizes[0]) == len(sizes) else round(median(sizes), 1)
    return Block(kind, block.text, block.level, lines, size, bool(lines) and all(line.bold for line in lines))
