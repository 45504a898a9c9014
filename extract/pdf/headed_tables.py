"""Tables with nothing drawn and no figures in them: a row of bold heads, and below it rows that start where the heads start.

Text in columns under headings looks alike, but its lines follow one another without a break; the rows of such a table are parted
by white space that runs through all columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from extract.pdf.characters import Word
from extract.pdf.lines import Segment, segment
from extract.pdf.ruled_tables import Grid

MIN_ROWS = 3
MAX_HEAD = 40
MAX_CELL = 70
"""Letters of a head, and of an average cell."""
ROW_GAP = 1.25
"""A step between baselines of more than this many usual ones begins a row."""
LEADING_EM = 1.45
MAX_STEP_EM = 4.0
STARTS_PT = 3.0
_ROW = list[Segment]


def headed(items: Sequence[Segment]) -> list[Grid]:
    """Tables under rows of bold heads."""
    if sum([item.bold for item in items]) < 2:
        return []
    rows = _rows(items)
    found: list[Grid] = []
    index = 0
    while index < len(rows):
        grid, end = _table(rows, index) if _is_head(rows, index) else (None, index)
        if grid is not None:
            found.append(grid)
        index = end if grid is not None else index + 1
    return found


def _rows(items: Sequence[Segment]) -> list[_ROW]:
    rows: list[_ROW] = []
    for item in sorted(items, key=lambda item: (item.base, item.x0)):
        if rows and item.base - rows[-1][0].base <= max(1.2, 0.2 * item.size):
            rows[-1].append(item)
        else:
            rows.append([item])
    return [sorted(row, key=lambda item: item.x0) for row in rows]


def _is_head(rows: list[_ROW], index: int) -> bool:
    row = rows[index]
    if len(row) < 2 or index + MIN_ROWS >= len(rows):
        return False
    return all(item.bold and len(item.text) <= MAX_HEAD and any(map(str.isalpha, item.text)) for item in row) and not any(
        item.bold for item in rows[index + 1]
    )


def _table(rows: list[_ROW], head: int) -> tuple[Grid | None, int]:
    """The table below a head, and the index of the first row behind it."""
    starts = [item.x0 for item in rows[head]]
    lines: list[list[list[Word]]] = []
    bases: list[float] = []
    end = head + 1
    for row in rows[head + 1 :]:
        above = rows[end - 1][0]
        cells = _cells(row, starts)
        if cells is None or row[0].base - above.base > MAX_STEP_EM * row[0].size or all(item.bold for item in row):
            break
        lines.append(cells)
        bases.append(row[0].base)
        end += 1
    table = _grouped(lines, bases, rows[head][0].size)
    if not _is_table(table, starts):
        return None, end
    whole = [[[item] for item in rows[head]], *[[_lines(cell) for cell in cells] for cells in table]]
    words = [word for row in rows[head:end] for item in row for word in item.words]
    box = (min(w.x0 for w in words), min(w.y0 for w in words), max(w.x1 for w in words), max(w.y1 for w in words))
    return Grid(box, whole, {id(word) for word in words}), end


def _cells(row: _ROW, starts: list[float]) -> list[list[Word]] | None:
    """The words of a line by column; None where one lies across the start of a column, or before the first."""
    cells: list[list[Word]] = [[] for _ in starts]
    for item in row:
        for word in item.words:
            column = sum(word.x0 >= start - STARTS_PT for start in starts) - 1
            if column < 0 or (column + 1 < len(starts) and word.x1 > starts[column + 1]):
                return None
            cells[column].append(word)
    return cells


def _grouped(lines: list[list[list[Word]]], bases: list[float], size: float) -> list[list[list[Word]]]:
    steps = [below - above for above, below in pairwise(bases)]
    leading = min([step for step in steps if step > 0.9 * size] + [LEADING_EM * size])
    table: list[list[list[Word]]] = []
    for index, cells in enumerate(lines):
        if index and steps[index - 1] <= ROW_GAP * leading:
            for column, cell in enumerate(cells):
                table[-1][column].extend(cell)
        else:
            table.append([list(cell) for cell in cells])
    return table


def _is_table(table: list[list[list[Word]]], starts: list[float]) -> bool:
    """Several rows, most of them filled, short, and starting where the heads do."""
    if len(table) < MIN_ROWS or sum(sum(map(bool, cells)) >= 2 for cells in table) < 0.7 * len(table):
        return False
    filled = [(column, cell) for cells in table for column, cell in enumerate(cells) if cell]
    aligned = sum(abs(min(word.x0 for word in cell) - starts[column]) <= 2 * STARTS_PT for column, cell in filled)
    letters = sum(len(word.text) + 1 for _, cell in filled for word in cell)
    return aligned >= 0.8 * len(filled) and letters <= MAX_CELL * len(filled)


def _lines(cell: list[Word]) -> list[Segment]:
    """A cell's words as its printed lines."""
    lines: list[list[Word]] = []
    for word in sorted(cell, key=lambda word: (word.base, word.x0)):
        if lines and word.base - lines[-1][0].base <= max(1.2, 0.2 * word.size):
            lines[-1].append(word)
        else:
            lines.append([word])
    return [segment(sorted(line, key=lambda word: word.x0)) for line in lines]
