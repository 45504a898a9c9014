"""What every reader hands over: blocks in reading order, before offsets exist.

A reader (PDF, HTML, text, …) turns a payload into a ``Reading``; ``extract.assembly`` turns that into a ``Document``.
Keeping offsets out of the readers is what makes them exact: they are counted once, in one place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from evidence.records import Link, PartLink, Provenance, Reference, Table


class BoxedLine(Protocol):
    """A printed line of a block: its offsets in the block's text and its box in points. Readers hand over their own records of lines:
    a copy of each would take 2 % of the time of reading a PDF."""

    start: int
    end: int
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, paragraph, list item, caption, … as cleaned text.

    ``kind`` is one of ``evidence.records.PASSAGE_KINDS``; ``level`` counts headings from 1 (0 elsewhere); ``lines`` are offsets
    in ``text`` with boxes in points; ``size`` is the font size in points, 0 where unknown.
    """

    kind: str
    text: str
    level: int = 0
    lines: Sequence[BoxedLine] = ()
    size: float = 0.0
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page of blocks; ``width`` and ``height`` in points, 0 where the format has no pages."""

    number: int
    blocks: tuple[Block, ...]
    width: float = 0.0
    height: float = 0.0
    ocr: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """A payload as a reader understood it.

    ``seen`` holds metadata values the format itself declares (JSON-LD, docinfo, front matter, …), in the reader's order of
    trust; values to be found in the text are looked for later. ``references`` is filled only by formats that mark them.
    ``running`` holds running headers and footers that were taken out of the pages: they often name title or publisher.
    ``page_kind`` and ``part_links`` are those of ``Document``.
    """

    media_type: str
    leaves: tuple[Leaf, ...]
    seen: tuple[Provenance, ...] = ()
    tables: tuple[Table, ...] = ()
    references: tuple[Reference, ...] = ()
    links: tuple[Link, ...] = ()
    running: tuple[str, ...] = ()
    summary: str | None = None
    status: str = "ok"
    reason: str | None = None
    page_kind: str | None = None
    part_links: tuple[PartLink, ...] = ()
