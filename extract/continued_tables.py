"""Tables that go on over a page break: which table continues the one before it, and the whole table that a reader sees.

Each page keeps its own piece of the table, as its text and the boxes on its picture do; the pieces are linked, and joined on demand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, zip_longest

from evidence.records import Table
from extract.assembly import Layout, Placed

_ASIDE = frozenset(("footnote", "boilerplate"))
_CONTINUED = re.compile(r"(?:^|[(,;:–—-]\s*|\s)(?:continued|cont(?:[’']?d|\.))\W*$|\((?:continued|cont(?:[’']?d|\.))\)", re.IGNORECASE)
_CONTINUED_ALONE = re.compile(
    r"^\W*(?:continued|cont(?:[’']?d|\.))|^(?:table|box|chart|exhibit|annexe?|appendix|figure)\s+[\w.]{1,6}\b|[(–—-]\s*(?:continued|cont(?:[’']?d|\.))\W*$",
    re.IGNORECASE)
LEFT_EDGE = 14.0
"""Points by which the left edges of two pieces may differ: margins of facing pages, an indented first cell."""
MOST_HEAD_ROWS = 4


@dataclass(frozen=True, slots=True)
class WholeTable:
    """A table over one or several pages; ``rows`` without repeated heads, a row that a page break cut made whole."""

    pages: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str | None


def linked(tables: Sequence[Table], layout: Layout) -> tuple[Table, ...]:
    """The tables, those that continue the one before them marked.

    A piece continues another where it is the first thing on its page and the other the last on the page before, both have as many
    columns and begin at the same edge, and nothing gives it a name of its own. The same first row again is its head repeated.
    """
    if not any(table.page == before.page + 1 for before, table in pairwise(tables)):
        return tuple(tables)
    on_page: dict[int, list[Placed]] = {}
    for item in layout.placed:
        if item.block.kind not in _ASIDE:
            on_page.setdefault(item.page, []).append(item)
    found: list[Table] = []
    for at, table in enumerate(tables):
        before = tables[at - 1] if at else None
        if before is not None and table.page == before.page + 1 and _goes_on(before, table, on_page):
            heads = _repeated(found, table)
            table = replace(table, continues=True, repeated_rows=heads, torn_row=_torn(table.rows[heads:]))
        found.append(table)
    return tuple(found)


def _goes_on(before: Table, table: Table, on_page: dict[int, list[Placed]]) -> bool:
    above, below = on_page.get(before.page, []), on_page.get(table.page, [])
    if not above or above[-1].block.kind != "table" or _columns(before) != _columns(table):
        return False
    while below and below[0].block.kind != "table" and _says_continued(below[0]):
        below = below[1:]
    if not below or below[0].block.kind != "table":
        return False
    named = table.caption is not None and not _CONTINUED.search(table.caption) and table.caption != before.caption
    if named and (before.caption is not None or len(below) < 2 or below[1].block.kind != "caption"):
        return False  # (a caption below the last piece is the whole table's)
    left, right = (min((line.x0 for line in item.block.lines), default=0.0) for item in (above[-1], below[0]))
    # The first cells of a piece may all be empty: what they belong to stands on the page before.
    return abs(left - right) <= LEFT_EDGE or not all(row[0] for row in table.rows)


def _says_continued(item: Placed) -> bool:
    """Whether a line above a piece only tells that it goes on. Of plain text no sentence does that, though it may end in the word."""
    text = item.block.text
    if _CONTINUED.search(text) is None or len(text.split()) > 30:
        return False
    return item.block.kind in ("caption", "heading") or _CONTINUED_ALONE.search(text) is not None


def _columns(table: Table) -> int:
    return max(map(len, table.rows), default=0)


def _repeated(found: Sequence[Table], table: Table) -> int:
    """How many of a piece's first rows are those of the whole table again."""
    first = len(found) - 1
    while found[first].continues:
        first -= 1
    count = 0
    for own, head in zip(table.rows[:MOST_HEAD_ROWS], found[first].rows[:MOST_HEAD_ROWS], strict=False):
        if [_letters(cell) for cell in own] != [_letters(cell) for cell in head]:
            break
        count += 1
    return count if count < len(table.rows) else 0


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def _torn(rows: Sequence[tuple[str, ...]]) -> bool:
    """Whether the first row is the rest of the one that the page break cut: a few cells go on, without the first or in mid-sentence, or
    most do in mid-sentence where this table's cells else begin with a capital or a number."""
    if not rows:
        return False
    filled = [cell for cell in rows[0] if cell.strip()]
    if not filled:
        return False
    within = _begin_small(filled)
    if 2 * len(filled) <= len(rows[0]):
        return not rows[0][0].strip() or within == 1
    return within > 0.5 and _begin_small([cell for row in rows[1:] for cell in row if cell.strip()]) < 0.25


def _begin_small(cells: Sequence[str]) -> float:
    """The share of cells that begin with a small letter."""
    return sum(cell.lstrip()[:1].islower() for cell in cells) / len(cells) if cells else 0.0


def whole_tables(tables: Sequence[Table]) -> tuple[WholeTable, ...]:
    """The tables as a reader sees them: the pieces of one joined, in order."""
    found: list[WholeTable] = []
    for table in tables:
        if not table.continues or not found:
            found.append(WholeTable((table.page,), table.rows, table.caption))
            continue
        last, rows = found[-1], table.rows[table.repeated_rows :]
        above = last.rows
        if table.torn_row and rows and above:
            above = (*above[:-1], tuple(_glued(one, other) for one, other in zip_longest(above[-1], rows[0], fillvalue="")))
            rows = rows[1:]
        found[-1] = WholeTable((*last.pages, table.page), (*above, *rows), last.caption or table.caption)
    return tuple(found)


def _glued(above: str, below: str) -> str:
    if not above or not below:
        return above or below
    closed = re.search(r"(?:https?://|www\.)\S*[-/_.]$", above) is not None
    return f"{above}{below}" if closed else f"{above} {below}"
