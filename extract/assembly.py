"""Blocks to pages, passages and sections: the one place where offsets are counted."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace

from evidence.records import PAGE_BREAK, Line, Page, Passage, Section
from extract.blocks import Block, Leaf

LONG_PASSAGE = 2400
"""Characters. A longer paragraph (a transcript, a badly converted page) is cut at sentence ends into passages of about half this,
so that a passage stays something a person can read and an encoder can hold."""

_SENTENCE_END = re.compile(r"[.!?][\"'”’)\]]?\s+(?=[\"'“‘(\[]?[A-Z0-9])")


@dataclass(frozen=True, slots=True)
class Placed:
    """A block where it lies in the document's text: ``text[start:end] == block.text``."""

    block: Block
    page: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Layout:
    pages: tuple[Page, ...]
    placed: tuple[Placed, ...]
    passages: tuple[Passage, ...]
    sections: tuple[Section, ...]

    @property
    def text(self) -> str:
        return PAGE_BREAK.join(page.text for page in self.pages)


def lay_out(leaves: tuple[Leaf, ...]) -> Layout:
    """Joins blocks to page texts (list items by a line break, all else by an empty line) and counts every offset."""
    pages: list[Page] = []
    placed: list[Placed] = []
    at = 0
    for leaf in leaves:
        parts: list[str] = []
        lines: list[Line] = []
        previous: Block | None = None
        page_start = at
        for block in leaf.blocks:
            if not block.text:
                continue
            if previous is not None:
                gap = "\n" if previous.kind == block.kind == "list" else "\n\n"
                parts.append(gap)
                at += len(gap)
            parts.append(block.text)
            placed.append(Placed(block, leaf.number, at, at + len(block.text)))
            lines.extend([Line(at + line.start, at + line.end, line.x0, line.y0, line.x1, line.y1) for line in block.lines])
            at += len(block.text)
            previous = block
        text = "".join(parts)
        pages.append(Page(leaf.number, text, leaf.ocr, leaf.width, leaf.height, tuple(lines)))
        at = page_start + len(text) + len(PAGE_BREAK)
    sections = _sections(placed)
    return Layout(tuple(pages), tuple(placed), _passages(placed), sections)


def _sections(placed: list[Placed]) -> tuple[Section, ...]:
    headings = [item for item in placed if item.block.kind == "heading"]
    if not headings:
        return ()
    text_end = placed[-1].end
    sections: list[Section] = []
    open_until: list[tuple[int, int]] = []
    ends = [text_end] * len(headings)
    for index, item in enumerate(headings):
        level = max(1, item.block.level)
        while open_until and open_until[-1][0] >= level:
            ends[open_until.pop()[1]] = item.start
        open_until.append((level, index))
    for item, end in zip(headings, ends, strict=True):
        heading = " ".join(item.block.text.split())
        sections.append(Section(heading, max(1, item.block.level), item.page, item.start, max(item.end, end)))
    return tuple(sections)


def _passages(placed: list[Placed]) -> tuple[Passage, ...]:
    """A passage lies on one page, as spans do: a paragraph that goes on over a page break is two passages.

    The sentence at the break (a quarter of all breaks cut one) is thus in no passage as a whole. Both halves are marked, so that
    whoever quotes sentences can leave them out.
    """
    passages: list[Passage] = []
    section = -1
    for item in placed:
        if item.block.kind == "heading":
            section += 1
        for start, end in _pieces(item.block):
            passages.append(Passage(item.page, item.start + start, item.start + end, item.block.kind, section))
    _mark_torn(passages, {item.start: item.block.text for item in placed})
    return tuple(passages)


_OPEN_END = re.compile(r"[^\s.?!:;)\]\"'”’…][\"'”’]?\s*$")
_ASIDE = frozenset(("footnote", "caption", "table", "boilerplate"))


def _mark_torn(passages: list[Passage], texts: dict[int, str]) -> None:
    """Marks the last prose of a page that no full stop ends and the first of the next where it goes on in lower case."""
    before: int | None = None
    for index, passage in enumerate(passages):
        if passage.kind in _ASIDE:
            continue
        above = passages[before] if before is not None else None
        if (
            above is not None and passage.page == above.page + 1 and above.kind in ("body", "list") and passage.kind == "body"
            and passage.start in texts and texts[passage.start][:1].islower() and _OPEN_END.search(_end_of(above, texts))
        ):
            passages[before or 0] = replace(above, torn_end=True)
            passages[index] = replace(passage, torn_start=True)
        before = index


def _end_of(passage: Passage, texts: dict[int, str]) -> str:
    """The last letters of a passage, which ends with its block or lies inside it."""
    start = max(begun for begun in texts if begun <= passage.start)
    return texts[start][passage.start - start : passage.end - start][-4:]


def _pieces(block: Block) -> list[tuple[int, int]]:
    if len(block.text) <= LONG_PASSAGE or block.kind in ("heading", "table"):
        # A table's first or last cell may be empty: the tab stays in the page's text, a quotation begins with a word.
        return [(len(block.text) - len(block.text.lstrip()), len(block.text.rstrip()))] if block.text.strip() else []
    cuts = [0]
    for match in _SENTENCE_END.finditer(block.text):
        if match.end() - cuts[-1] >= LONG_PASSAGE // 2 and len(block.text) - match.end() > 200:
            cuts.append(match.end())
    # Text without sentence ends (speech, lists of names) is cut at the next space instead.
    bounded = [0]
    for cut in [*cuts[1:], len(block.text)]:
        while cut - bounded[-1] > LONG_PASSAGE:
            space = block.text.find(" ", bounded[-1] + LONG_PASSAGE // 2, bounded[-1] + LONG_PASSAGE)
            bounded.append(space + 1 if space >= 0 else bounded[-1] + LONG_PASSAGE)
        bounded.append(cut)
    pieces = []
    for start, end in itertools.pairwise(bounded):
        stop = start + len(block.text[start:end].rstrip())
        if stop > start:
            pieces.append((start, stop))
    return pieces
