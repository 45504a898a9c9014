"""Tables without a full grid: rows from baselines, columns from the white space that runs down through them.

Such tables are looked for where stripes or horizontal rules of one width are stacked, and where several lines in a row fall
into the same three or more columns.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from extract.pdf.characters import Word
from extract.pdf.drawing import Box, Drawing
from extract.pdf.lines import Segment, segment
from extract.pdf.ruled_tables import Grid

CELL_GAP_EM = 0.95
MIN_ROWS = 3
HEAD_LEADING_EM = 1.4
MAX_CELL = 60
"""Letters of an average cell: what runs longer is text in columns, not a table."""
_NUMERIC = re.compile(r"^[<>≤≥~±£$€(\-–−+]*\d[\d,.\s%–—\-−±()/:*<>=£$€]*[a-z%*†]?\)?$|^(?:ref\.?|n/?a|-|–|—|yes|no|ns)$", re.I)


def framed(drawing: Drawing, words: Sequence[Word]) -> list[Grid]:
    """Tables between stacked stripes or rules of the same width."""
    found: list[Grid] = []
    free = list(words)
    for box in _frames(drawing):
        inside = [
            word for word in free
            if box[0] - 2 <= (word.x0 + word.x1) / 2 <= box[2] + 2 and box[1] - 1 <= word.base - 0.3 * word.size <= box[3] + 1
        ]
        grid = aligned(inside, box)
        if grid is not None:
            found.append(grid)
            free = [word for word in free if id(word) not in grid.words]
    return found


def _frames(drawing: Drawing) -> list[Box]:
    stacks: dict[tuple[int, int], list[tuple[float, float, bool]]] = {}
    for boxes, shade in ((drawing.across, False), (_stripes(drawing.shades), True)):
        for x0, y0, x1, y1 in boxes:
            if x1 - x0 > 60:
                stacks.setdefault((round(x0 / 5), round(x1 / 5)), []).append((y0, y1, shade))
    frames = []
    for (left, right), parts in stacks.items():
        parts.sort()
        if len({round(part[0]) for part in parts}) < (2 if any(part[2] for part in parts) else 3):
            continue
        frames.append((5.0 * left, parts[0][0], 5.0 * right, max(part[1] for part in parts)))
    return sorted(frames, key=lambda box: (box[3] - box[1]) * (box[2] - box[0]))


def _stripes(shades: Sequence[Box]) -> list[Box]:
    """Shaded cells that stand side by side, as one stripe."""
    found: list[Box] = []
    for x0, y0, x1, y1 in sorted(shades, key=lambda box: (round(box[1]), box[0])):
        if found:
            left, top, right, bottom = found[-1]
            if abs(top - y0) < 2 and abs(bottom - y1) < 2 and left - 3 <= x0 <= right + 3:
                found[-1] = (left, top, max(right, x1), bottom)
                continue
        found.append((x0, y0, x1, y1))
    return found


def aligned(words: Sequence[Word], box: Box | None = None) -> Grid | None:
    """The table that these words make, or None where they are running text."""
    rows = _rows(words)
    if len(rows) < MIN_ROWS:
        return None
    columns = _columns(rows)
    if len(columns) < 2:
        return None
    merged = _whole_head(_merged(rows, columns))
    if not _is_table(merged, box is not None):
        return None
    items = [item for row in rows for item in row]
    edges = (min(i.x0 for i in items), min(i.y0 for i in items), max(i.x1 for i in items), max(i.y1 for i in items))
    return Grid(edges, merged, {id(word) for word in words})


def _rows(words: Sequence[Word]) -> list[list[Segment]]:
    """Printed lines, each cut into cells at gaps."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda word: (word.base, word.x0)):
        if rows and word.base - rows[-1][0].base <= max(1.2, 0.2 * word.size):
            rows[-1].append(word)
        else:
            rows.append([word])
    return [_cells(row) for row in rows]


def _cells(row: list[Word]) -> list[Segment]:
    row.sort(key=lambda word: word.x0)
    cells: list[list[Word]] = []
    for word in row:
        if cells and word.x0 - cells[-1][-1].x1 <= CELL_GAP_EM * min(word.size, cells[-1][-1].size):
            cells[-1].append(word)
        else:
            cells.append([word])
    return [segment(cell) for cell in cells]


def _columns(rows: list[list[Segment]]) -> list[tuple[float, float]]:
    """x-intervals of the columns, from the rows with most cells."""
    counts = sorted((len(row) for row in rows), reverse=True)
    most = counts[min(len(counts) - 1, max(1, len(counts) // 8))]
    if most < 2:
        return []
    spans = sorted((item.x0, item.x1) for row in rows if len(row) >= max(2, most - (most > 3)) for item in row)
    columns: list[tuple[float, float]] = []
    for x0, x1 in spans:
        if columns and x0 < columns[-1][1]:
            columns[-1] = (columns[-1][0], max(columns[-1][1], x1))
        else:
            columns.append((x0, x1))
    return columns


def _place(item: Segment, columns: list[tuple[float, float]]) -> int:
    """The column that a cell covers most of; of a cell across several the first."""
    overlaps = [min(item.x1, x1) - max(item.x0, x0) for x0, x1 in columns]
    covered = [index for index, overlap in enumerate(overlaps) if overlap > 0]
    if len(covered) > 1 and item.x1 - item.x0 > columns[covered[0]][1] - columns[covered[0]][0] + 10:
        return covered[0]
    return max(range(len(columns)), key=lambda index: overlaps[index])


def _merged(rows: list[list[Segment]], columns: list[tuple[float, float]]) -> list[list[list[Segment]]]:
    """Lines to table rows: lines closer than the table's usual step, and lines without a first cell, belong to a row already begun."""
    steps = [below[0].base - above[0].base for above, below in pairwise(rows)]
    usual = median(steps)
    close = 0.82 * usual if usual > 1.3 * rows[0][0].size else 0.0
    table: list[list[list[Segment]]] = []
    for index, row in enumerate(rows):
        cells: list[list[Segment]] = [[] for _ in columns]
        for item in row:
            cells[_place(item, columns)].append(item)
        step = steps[index - 1] if index else 0.0
        numbers = any(_NUMERIC.match(item.text) for cell in cells for item in cell)
        hangs = bool(table) and not cells[0] and bool(table[-1][0]) and not numbers and step <= 1.35 * usual
        goes_on = bool(table) and (step <= close or hangs)
        if goes_on:
            for column, cell in enumerate(cells):
                table[-1][column].extend(cell)
        else:
            table.append(cells)
    return table


def _whole_head(table: list[list[list[Segment]]]) -> list[list[list[Segment]]]:
    """The table with a head of two lines as one row: bold lines at a paragraph's distance, each cell of the upper over one of the lower."""
    if len(table) <= MIN_ROWS:
        return table
    upper, lower, below = table[:3]
    heads = [item for row in (upper, lower) for cell in row for item in cell]
    if not all(item.bold for item in heads) or all(item.bold for cell in below for item in cell):
        return table
    over = [(cell, lower[column]) for column, cell in enumerate(upper) if cell]
    if len(over) >= sum(map(bool, lower)) or not all(len(one) == len(two) == 1 and _stands_over(one[0], two[0]) for one, two in over):
        return table
    return [[[*one, *two] for one, two in zip(upper, lower, strict=True)], *table[2:]]


def _stands_over(one: Segment, two: Segment) -> bool:
    near = 0.3 * two.size
    placed = abs(one.x0 - two.x0) < near or abs(one.x1 - two.x1) < near or abs(one.x0 + one.x1 - two.x0 - two.x1) < 2 * near
    return placed and abs(one.size - two.size) < 0.3 and two.base - one.base < HEAD_LEADING_EM * two.size


def _is_table(table: list[list[list[Segment]]], ruled: bool) -> bool:
    """Short or numeric cells in most rows; columns of prose are none."""
    if len(table) < MIN_ROWS:
        return False
    filled = [" ".join(item.text for item in cell) for row in table for cell in row if cell]
    several = sum(sum(map(bool, row)) >= 2 for row in table)
    if several < 0.55 * len(table) or len(filled) < 6:
        return False
    numeric = sum(bool(_NUMERIC.match(text)) for text in filled) / len(filled)
    length = sum(map(len, filled)) / len(filled)
    if ruled:
        return numeric > 0.2 or (length <= MAX_CELL and len(table[0]) > 2)
    return (numeric > 0.35 and length <= 25) or (len(table[0]) >= 3 and numeric > 0.2 and length <= 30)


def loose(items: Sequence[Segment]) -> list[Grid]:
    """Tables with nothing drawn: runs of lines that fall into the same columns."""
    rows: list[list[Segment]] = []
    for item in sorted(items, key=lambda item: (item.base, item.x0)):
        if rows and item.base - rows[-1][0].base <= max(1.2, 0.2 * item.size):
            rows[-1].append(item)
        else:
            rows.append([item])
    found: list[Grid] = []
    run: list[list[Segment]] = []
    for row in [*rows, []]:
        step = row[0].base - run[-1][0].base if row and run else 0.0
        if row and len(row) >= 3 and (not run or step < 3.2 * row[0].size):
            run.append(row)
            continue
        if len(run) >= MIN_ROWS:
            grid = aligned([word for line in run for item in line for word in item.words])
            if grid is not None:
                found.append(grid)
        run = [row] if len(row) >= 3 else []
    return found
