"""What the reader of PDFs hands on: pages of blocks in reading order, with what was set aside.

All boxes are in points from the top left corner of the page as it is shown (its rotation applied, its crop box cut).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from evidence.records import Table


@dataclass(slots=True)
class BlockLine:
    """One printed line of a block: ``block.text[start:end]`` is what it contributes, joined hyphens left out."""

    start: int
    end: int
    x0: float
    y0: float
    x1: float
    y1: float
    size: float
    bold: bool


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading, list item, caption, note, table or reference entry; ``kind`` is one of ``PASSAGE_KINDS``.

    ``level`` is 1 (highest) to 6 for headings and 0 for all else. A table's text has a line a row, cells parted by tabs.
    ``continues`` says that the block begins inside a sentence that an earlier block (or page) began.
    """

    kind: str
    text: str
    lines: tuple[BlockLine, ...] = ()
    level: int = 0
    continues: bool = False


@dataclass(frozen=True, slots=True)
class PdfPage:
    """One page; ``furniture`` holds running headers, footers and page numbers, which are in no block."""

    number: int
    width: float
    height: float
    ocr: bool = False
    blocks: tuple[Block, ...] = ()
    tables: tuple[Table, ...] = ()
    furniture: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The blocks' texts, a line break between them."""
        return "\n".join(block.text for block in self.blocks)


@dataclass(frozen=True, slots=True)
class OutlineItem:
    """A bookmark: ``level`` counts from 1, ``page`` from 1 (0 where it leads nowhere)."""

    title: str
    level: int
    page: int


@dataclass(frozen=True, slots=True)
class PdfReading:
    """All that was read of one file. ``status`` is ``ok`` or ``partial``; ``reason`` says which pages are missing and why."""

    pages: tuple[PdfPage, ...]
    docinfo: dict[str, str] = field(default_factory=dict)
    outline: tuple[OutlineItem, ...] = ()
    status: str = "ok"
    reason: str | None = None
