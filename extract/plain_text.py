"""Plain text, with the noise that conversions leave: hard wraps, form feeds, bullet glyphs, repeated headers, time stamps."""

from __future__ import annotations

import re

from evidence.errors import Refused
from evidence.records import Table
from extract.blocks import Leaf, Reading
from extract.cell_runs import gather_cells
from extract.clean_text import clean, decode
from extract.media_type import TEXT
from extract.printed_lines import BULLET, GLYPH, NUMBERED, PrintedLine, drop_running_lines, join_paragraphs
from extract.text_blocks import to_blocks

MOST_CHARS = 20_000_000
"""Longer than any publication; a log or a dump is refused rather than read for minutes."""
_STAMP = re.compile(r"^\[?\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?\]?(?:\s*-->\s*\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?)?\s*")


def read_plain_text(payload: bytes) -> Reading:
    """Reads text of any encoding; each form feed begins a page."""
    text = decode(payload)
    if len(text) > MOST_CHARS:
        raise Refused(f"text of {len(text):,} characters is longer than any document ({MOST_CHARS:,})")
    pages = split_pages(text)
    stamped = _is_transcript(text)
    lines_by_page = [[_line(raw, stamped) for raw in page.splitlines()] for page in pages]
    leaves, running, tables = leaves_of(lines_by_page)
    return Reading(TEXT, leaves, tables=tables, running=running)


def split_pages(text: str) -> list[str]:
    """The pages that form feeds part; a feed at the very end begins none."""
    return text.removesuffix("\n").removesuffix("\f").split("\f")


def leaves_of(lines_by_page: list[list[PrintedLine]]) -> tuple[tuple[Leaf, ...], tuple[str, ...], tuple[Table, ...]]:
    """Lines to pages of blocks, running headers, and the tables that were poured out as a line a cell.

    Running matter is judged over the whole text, since one page alone cannot show it.
    """
    marker = PrintedLine("\f", verbatim=True)
    flat: list[PrintedLine] = []
    for number, lines in enumerate(lines_by_page):
        flat.extend(([marker] if number else []) + lines)
    kept, running = drop_running_lines(flat)
    pages: list[list[PrintedLine]] = [[]]
    for line in kept:
        if line is marker:
            pages.append([])
        else:
            pages[-1].append(line)
    leaves: list[Leaf] = []
    tables: list[Table] = []
    for number, lines in enumerate(pages, start=1):
        gathered = gather_cells(join_paragraphs(lines), opens_document=number == 1)
        leaves.append(Leaf(number, tuple(to_blocks(gathered.paragraphs))))
        tables.extend(Table(number, rows) for rows in gathered.tables)
    return tuple(leaves), running, tuple(tables)


def _is_transcript(text: str) -> bool:
    lines = [line for line in text[:20_000].splitlines() if line.strip()]
    return len(lines) > 5 and sum(1 for line in lines if _STAMP.match(line)) > 0.3 * len(lines)


def _line(raw: str, stamped: bool) -> PrintedLine:
    if stamped:
        raw = _STAMP.sub("", raw.strip())
        raw = raw.removeprefix("# ")
    bullet = BULLET.match(raw) or NUMBERED.match(raw)
    if bullet and BULLET.match(raw):
        text = clean(raw[bullet.end() :])
        return PrintedLine(text, item=bool(text)) if text else PrintedLine("")
    text = clean(raw)
    if GLYPH.match(text) and len(text) > 3:
        return PrintedLine(GLYPH.sub("", text), item=True)
    return PrintedLine(text, item=bullet is not None and (raw[:1].isspace() or text[:1].islower() or text[:1] == "("))
