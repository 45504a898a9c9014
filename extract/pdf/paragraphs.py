"""Segments to paragraphs."""

from __future__ import annotations

from dataclasses import dataclass

from extract.pdf.lines import Segment
from extract.pdf.reading import Block, BlockLine
from extract.pdf.reading_order import Region


@dataclass(slots=True)
class Paragraph:
    """Segments that belong to one block, before its text is joined."""

    segments: list[Segment]
    kind: str = "body"
    level: int = 0


def paragraphs(region: Region) -> list[Paragraph]:
    """Cut a column where the space between lines, the size or the weight changes."""
    found: list[Paragraph] = []
    previous: Segment | None = None
    for item in region.segments:
        if previous is None or _parted(previous, item):
            found.append(Paragraph([]))
        found[-1].segments.append(item)
        previous = item
    return found


def _parted(above: Segment, below: Segment) -> bool:
    if abs(above.size - below.size) > 0.6 or above.bold != below.bold:
        return True
    return below.base - above.base > 1.45 * max(above.size, below.size)


def block(paragraph: Paragraph) -> Block:
    """The paragraph's text and its lines' offsets."""
    text, lines = "", []
    for item in paragraph.segments:
        if text:
            if text.endswith("-") and item.text[:1].islower():
                text = text[:-1]
                last = lines[-1]
                lines[-1] = BlockLine(last.start, len(text), last.x0, last.y0, last.x1, last.y1, last.size, last.bold)
            else:
                text += " "
        start = len(text)
        text += item.text
        lines.append(BlockLine(start, len(text), item.x0, item.y0, item.x1, item.y1, item.size, item.bold))
    return Block(paragraph.kind, text, tuple(lines), paragraph.level)
