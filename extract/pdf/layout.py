"""One page from words to ordered paragraphs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from evidence.records import Table
from extract.pdf.aligned_tables import framed, loose
from extract.pdf.blocks import clean
from extract.pdf.characters import Frame, PageText, Word, turned_back
from extract.pdf.drawing import Box, Drawing
from extract.pdf.headed_tables import headed
from extract.pdf.kinds import CAPTION
from extract.pdf.lines import Segment, mark_small, segments
from extract.pdf.paragraphs import Paragraph, paragraphs
from extract.pdf.reading_order import Region, regions
from extract.pdf.ruled_tables import Grid, Panel, grids
from extract.pdf.scans import SCAN_FONT
from extract.pdf.spelling import Vocabulary

MAX_PICTURES = 60
MAX_UNDERLINES = 120


@dataclass(slots=True)
class PageLayout:
    """What is kept of a page between the two passes over a document."""

    number: int
    frame: Frame
    segments: list[Segment]
    grids: list[Grid] = field(default_factory=list)
    panels: list[Panel] = field(default_factory=list)
    images: list[Box] = field(default_factory=list)
    curves: int = 0
    ocr: bool = False
    problem: str | None = None
    side: int = 0
    turned: dict[int, list[Segment]] = field(default_factory=dict)


def lay_out(number: int, text: PageText, drawn: Drawing, frame: Frame) -> PageLayout:
    """First pass: words to tables and segments."""
    words = text.upright
    side = 0
    for direction, turned in text.turned.items():
        if sum(len(word.text) for word in turned) > 2 * sum(len(word.text) for word in words):
            words, side = turned, direction
    if not any(word.font is SCAN_FONT for word in words[:1]):
        mark_small(words)
    tables: list[Grid] = []
    panels: list[Panel] = []
    free = words
    if not side:
        tables, panels = grids(drawn, words, shaded=False)
        free = _without(words, tables)
        stacked = framed(drawn, free)
        free = _without(free, stacked)
        tinted, _ = grids(drawn, free, shaded=True)
        free = _without(free, tinted)
        tables += stacked + tinted
    found = segments(free)
    for finder in (loose, headed):
        for grid in finder(found):
            tables.append(grid)
            found = [item for item in found if id(item.words[0]) not in grid.words]
    _underline(found, drawn)
    asides = {direction: segments(others) for direction, others in text.turned.items() if direction != side}
    if side and text.upright:
        asides[0] = segments(text.upright)
    return PageLayout(number, frame, found, tables, panels, drawn.images, drawn.curves, side=side, turned=asides)


def _underline(found: Sequence[Segment], drawn: Drawing) -> None:
    """Mark lines that are underlined from end to end."""
    rules = [box for box in drawn.across if box[2] - box[0] > 15]
    if not 0 < len(rules) <= MAX_UNDERLINES:
        return
    for item in found:
        for x0, y0, x1, _ in rules:
            if abs(x0 - item.x0) < 3 and abs(x1 - item.x1) < 4 and -0.5 < y0 - item.base < 0.35 * item.size:
                item.underlined = True


def _without(words: list[Word], tables: Sequence[Grid]) -> list[Word]:
    if not tables:
        return words
    taken = set[int]().union(*(grid.words for grid in tables))
    return [word for word in words if id(word) not in taken]


def ordered(page: PageLayout, running: set[int], vocabulary: Vocabulary) -> tuple[list[Paragraph], list[Table]]:
    """Second pass: the page's paragraphs in reading order, tables in their places, and the tables as records."""
    units = [item for item in page.segments if id(item) not in running]
    holders: dict[int, Paragraph] = {}
    for grid in page.grids:
        holder = _holder(grid)
        paragraph = _table_paragraph(grid, vocabulary)
        if paragraph.rows:
            holders[id(holder)] = paragraph
            units.append(holder)
    pictures = _pictures(page, units)
    units.extend(pictures)
    unseen = {id(picture) for picture in pictures}
    units, panels = _panels(page, units)
    found: list[Paragraph] = []
    column = 0
    for outer in regions(units):
        for region in _opened(outer, panels) if panels else [outer]:
            column += 1
            for paragraph in paragraphs(region):
                first = paragraph.segments[0]
                if id(first) in unseen:
                    continue
                if id(first) in holders:
                    paragraph = holders[id(first)]
                paragraph.column = column
                found.append(paragraph)
    found.extend(_turned(page, running))
    if page.side:
        for paragraph in found:
            if not paragraph.turned:
                _show(paragraph, page.side, page.frame)
    return found, _records(page.number, found)


def _panels(page: PageLayout, units: list[Segment]) -> tuple[list[Segment], dict[int, list[Region]]]:
    """The units with a holder in place of what each panel holds, and by the holder the panel's texts, one column after the other."""
    held: dict[int, list[Region]] = {}
    for panel in page.panels:
        x0, y0, x1, y1 = panel.box
        inside = [item for item in units if x0 <= (item.x0 + item.x1) / 2 <= x1 and y0 <= item.y0 and item.y1 <= y1 + 2]
        columns = [
            [item for item in inside if left <= (item.x0 + item.x1) / 2 < right and left - 2 <= item.x0 and item.x1 <= right + 2]
            for left, right in pairwise(panel.columns)
        ]
        if sum(map(bool, columns)) < 2 or sum(map(len, columns)) < len(inside):
            continue
        holder = Segment([], x0, y0, x1, y1, y0 + 10.0, 10.0, False)
        held[id(holder)] = [region for column in columns for region in regions(column)]
        taken = {id(item) for item in inside}
        units = [*(item for item in units if id(item) not in taken), holder]
    return units, held


def _opened(outer: Region, panels: dict[int, list[Region]]) -> list[Region]:
    """A region cut where panels stand in it, with their texts in their places."""
    found: list[Region] = []
    part: list[Segment] = []
    for item in outer.segments:
        if id(item) in panels:
            found += [*([Region(part, outer.x0, outer.x1)] if part else []), *panels[id(item)]]
            part = []
        else:
            part.append(item)
    return [*found, Region(part, outer.x0, outer.x1)] if part else found


def _turned(page: PageLayout, running: set[int]) -> list[Paragraph]:
    """Text that reads in another direction than the page's, after all else."""
    found: list[Paragraph] = []
    for direction, items in sorted(page.turned.items()):
        for region in regions([item for item in items if id(item) not in running]):
            for paragraph in paragraphs(region):
                paragraph.column, paragraph.turned = -1 - direction, True
                _show(paragraph, direction, page.frame)
                found.append(paragraph)
    return found


def _show(paragraph: Paragraph, direction: int, frame: Frame) -> None:
    """Boxes of a turned frame to the page as shown."""
    for item in paragraph.segments:
        item.x0, item.y0, item.x1, item.y1 = turned_back((item.x0, item.y0, item.x1, item.y1), direction, frame)


def _holder(grid: Grid) -> Segment:
    x0, y0, x1, y1 = grid.box
    return Segment([], x0, y0, x1, y1, y0 + 10.0, 10.0, False)


def _pictures(page: PageLayout, units: Sequence[Segment]) -> list[Segment]:
    """Pictures that text stands beside, as units of the reading order; backgrounds and pictures with text on them are none."""
    area = page.frame.width * page.frame.height
    found = []
    for x0, y0, x1, y1 in page.images[:MAX_PICTURES]:
        if not 0.012 * area < (x1 - x0) * (y1 - y0) < 0.5 * area:
            continue
        if any(x0 < (item.x0 + item.x1) / 2 < x1 and y0 < item.base < y1 for item in units):
            continue
        if any(item.x0 < x1 - 4 and item.x1 > x0 + 4 and y0 < item.base < y1 for item in units):
            continue
        found.append(Segment([], x0, y0, x1, y1, y0 + 10.0, 10.0, False))
    return found


def _table_paragraph(grid: Grid, vocabulary: Vocabulary) -> Paragraph:
    rows = [[cell_text(cell, vocabulary) for cell in row] for row in grid.cells]
    rows = [row for row in rows if any(row)]
    boxes = [_row_box(row) for row in grid.cells if any(row)]
    return Paragraph(boxes, "table", rows=rows)


def _row_box(row: list[list[Segment]]) -> Segment:
    items = [item for cell in row for item in cell]
    first = items[0]
    return Segment(
        [], min(i.x0 for i in items), min(i.y0 for i in items), max(i.x1 for i in items), max(i.y1 for i in items), first.base,
        first.size, first.bold,
    )


def cell_text(lines: Sequence[Segment], vocabulary: Vocabulary) -> str:
    """A cell's lines as one string, line-end hyphens joined."""
    text = ""
    for item in lines:
        piece = clean(item.text)
        if text.endswith("-") and len(text) > 1 and text[-2].isalnum():
            whole = vocabulary.joined(text, piece)
            text = whole + piece if whole is not None else text + piece
        else:
            text = f"{text} {piece}" if text else piece
    return text


def _records(number: int, found: list[Paragraph]) -> list[Table]:
    tables = []
    for index, paragraph in enumerate(found):
        if paragraph.kind != "table":
            continue
        caption = None
        for other in (found[index - 1 : index] + found[index + 1 : index + 2]):
            text = clean(other.text)
            if other.kind != "table" and CAPTION.match(text) and len(text) < 400:
                caption = text
                break
        tables.append(Table(number, tuple(tuple(row) for row in paragraph.rows), caption))
    return tables
