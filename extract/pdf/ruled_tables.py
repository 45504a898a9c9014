"""Ruled tables: lines and shaded cells to a grid, words to its cells.

Horizontal and vertical lines that touch form a component; the distinct positions of its lines are the grid; a missing piece of
line between two cells of the grid merges them (the method of pdfplumber and Camelot's lattice, on PDFium's objects).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from extract.pdf.characters import Word
from extract.pdf.drawing import Box, Drawing
from extract.pdf.lines import Segment, segments

SNAP = 3.0
"""Points within which lines count as one: double rules and the corners that word processors leave open."""
MAX_LINES = 1500
MIN_CELL = 5.0
APART_EM = 1.3
"""White space between lines of one cell that parts entries; double-spaced lines leave 1.0."""
MOST_LINES = 3
"""Lines of an entry beside rows; what is longer is a text of its own."""


FEWEST_TICKS = 4
MOST_EMPTY = 0.45
"""Share of filled cells below which rows must begin with one: charts and diagrams had 0.14 to 0.38, tables of real reports 0.6 and more, torn
pieces of tables included, forms 0.31."""


@dataclass(slots=True)
class Grid:
    """``cells[row][column]`` holds the printed lines of each cell; a merged cell's text stands in its top left place."""

    box: Box
    cells: list[list[list[Segment]]]
    words: set[int]


@dataclass(slots=True)
class Panel:
    """A ruled box of one row: texts side by side, no table. ``columns`` are the x of its upright lines, edges included."""

    box: Box
    columns: list[float]


@dataclass(slots=True)
class _Rule:
    at: float
    start: float
    end: float


def grids(drawing: Drawing, words: Sequence[Word], shaded: bool) -> tuple[list[Grid], list[Panel]]:
    """Ruled tables with the ids of the words they take, and the boxes of a single row.

    ``shaded``: the edges of shaded cells count as lines too, for tables that have no other.
    """
    if max(len(drawing.across), len(drawing.down), len(drawing.shades)) > MAX_LINES:
        return [], []
    across, down = _shaded(drawing) if shaded else _drawn(drawing)
    if not across or not down:
        return [], []
    found: list[Grid] = []
    panels: list[Panel] = []
    for rows, columns in _components(_merged(across), _merged(down)):
        grid, panel = _grid(rows, columns, words)
        if grid is not None:
            found.append(grid)
        elif panel is not None:
            panels.append(panel)
    return found, panels


_Lines = tuple[list[tuple[float, float, float]], list[tuple[float, float, float]]]


def _drawn(drawing: Drawing) -> _Lines:
    return (
        [((y0 + y1) / 2, x0, x1) for x0, y0, x1, y1 in drawing.across], [((x0 + x1) / 2, y0, y1) for x0, y0, x1, y1 in drawing.down]
    )


def _shaded(drawing: Drawing) -> _Lines:
    """Edges of shaded cells, for tables that have no other; drawn lines count too (a shaded head over ruled rows)."""
    across, down = _drawn(drawing)
    if not drawing.shades:
        return [], []
    for x0, y0, x1, y1 in drawing.shades:
        across += [(y0, x0, x1), (y1, x0, x1)]
        down += [(x0, y0, y1), (x1, y0, y1)]
    return across, down


def _merged(lines: list[tuple[float, float, float]]) -> list[_Rule]:
    """Collinear pieces joined; positions within ``SNAP`` of one another become one."""
    lines.sort()
    groups: list[list[tuple[float, float, float]]] = []
    for line in lines:
        if groups and line[0] - groups[-1][0][0] <= SNAP:
            groups[-1].append(line)
        else:
            groups.append([line])
    rules: list[_Rule] = []
    for group in groups:
        at = sum(line[0] for line in group) / len(group)
        group.sort(key=lambda line: line[1])
        current = _Rule(at, group[0][1], group[0][2])
        for _, start, end in group[1:]:
            if start <= current.end + SNAP:
                current.end = max(current.end, end)
            else:
                rules.append(current)
                current = _Rule(at, start, end)
        rules.append(current)
    return [rule for rule in rules if rule.end - rule.start >= MIN_CELL]


def _components(across: list[_Rule], down: list[_Rule]) -> list[tuple[list[_Rule], list[_Rule]]]:
    parents = list(range(len(across) + len(down)))

    def root(index: int) -> int:
        while parents[index] != index:
            parents[index] = parents[parents[index]]
            index = parents[index]
        return index

    uprights = [(column.at, column.start - SNAP, column.end + SNAP) for column in down]
    for i, row in enumerate(across):
        at, start, end = row.at, row.start - SNAP, row.end + SNAP
        for j, (x, top, bottom) in enumerate(uprights, len(across)):
            if start <= x <= end and top <= at <= bottom:
                parents[root(i)] = root(j)
    members: dict[int, tuple[list[_Rule], list[_Rule]]] = {}
    for index in range(len(parents)):
        rows, columns = members.setdefault(root(index), ([], []))
        if index < len(across):
            rows.append(across[index])
        else:
            columns.append(down[index - len(across)])
    return [pair for pair in members.values() if len(pair[0]) >= 2 and pair[1]]


def _positions(values: list[float]) -> list[float]:
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > MIN_CELL:
            found.append(value)
    return found


def _grid(across: list[_Rule], down: list[_Rule], words: Sequence[Word]) -> tuple[Grid | None, Panel | None]:
    ys = _positions([rule.at for rule in across] + [min(r.start for r in down), max(r.end for r in down)])
    xs = _positions([rule.at for rule in down] + [min(r.start for r in across), max(r.end for r in across)])
    if len(xs) < 3 or len(ys) < 2:
        return None, None
    box = left, top, right, bottom = (xs[0], ys[0], xs[-1], ys[-1])
    inside = [word for word in words if top <= word.base - 0.3 * word.size <= bottom and left <= (word.x0 + word.x1) / 2 <= right]
    if not inside:
        return None, None
    panel = Panel(box, xs) if len(ys) == 2 and len(xs) > 2 else None
    if len(ys) < 3 and len(xs) < 4:
        return None, panel
    owner = _owners(across, down, xs, ys)
    taken: dict[int, list[Word]] = {}
    columns = len(xs) - 1
    for word in inside:
        column = min(max(bisect_right(xs, (word.x0 + word.x1) / 2) - 1, 0), columns - 1)
        row = min(max(bisect_right(ys, word.base - 0.3 * word.size) - 1, 0), len(ys) - 2)
        taken.setdefault(owner[row * columns + column], []).append(word)
    cells = [
        [sorted(segments(taken.get(row * columns + column, [])), key=lambda item: (item.base, item.x0)) for column in range(columns)]
        for row in range(len(ys) - 1)
    ]
    _spread(cells, owner, ys)
    cells = _split_rows(_without_empty(_without_axis(cells)))
    filled = sum(bool(cell) for row in cells for cell in row)
    if len(cells) < 2 or len(cells[0]) < 2 or filled < 3:
        return None, panel
    if (filled < 0.3 * len(set(owner)) and filled < 12) or _scattered(cells, filled):
        return None, None
    return Grid(box, cells, {id(word) for row in cells for cell in row for item in cell for word in item.words}), None


def _without_axis(cells: list[list[list[Segment]]]) -> list[list[list[Segment]]]:
    """The rows without that of a chart's area above its table of data: one cell holds the ticks of the axis, the others nothing."""
    return [row for row in cells if sum(map(bool, row)) != 1 or not _is_axis(next(cell for cell in row if cell))]


def _is_axis(cell: Sequence[Segment]) -> bool:
    """Whether a cell's lines are the ticks of an axis: numbers one below the other by equal steps."""
    if len(cell) < FEWEST_TICKS:
        return False
    try:
        ticks = [float(item.text.strip(" %£$€").replace(",", "")) for item in cell]
    except ValueError:
        return False
    step = ticks[1] - ticks[0]
    return step != 0 and all(abs(below - above - step) <= 0.01 * abs(step) for above, below in pairwise(ticks))


def _scattered(cells: list[list[list[Segment]]], filled: int) -> bool:
    """Whether the labels of a chart or the boxes of a diagram lie in the grid of its lines: most cells empty, most rows without a first.

    Forms and timetables have empty cells too, but their rows begin with what they are about.
    """
    firsts = sum(bool(row[0]) for row in cells)
    return filled < MOST_EMPTY * len(cells) * len(cells[0]) and 2 * firsts < len(cells)


def _spread(cells: list[list[list[Segment]]], owner: list[int], ys: list[float]) -> None:
    """Short entries of a cell merged over several rows, each to the row on whose first line it stands: a ruling line may be missing."""
    columns = len(cells[0])
    for row, line in enumerate(cells):
        for column, cell in enumerate(line):
            last = row
            while last + 1 < len(cells) and owner[(last + 1) * columns + column] == row * columns + column:
                last += 1
            if last == row or len(cell) < 2:
                continue
            cuts = [0, *(at for at in range(1, len(cell)) if cell[at].y0 - cell[at - 1].y1 > APART_EM * cell[at].size), len(cell)]
            if max(end - start for start, end in pairwise(cuts)) > MOST_LINES:
                continue
            for start, end in reversed(list(pairwise(cuts))[1:]):
                first = cell[start]
                place = min(max(bisect_right(ys, first.base - 0.3 * first.size) - 1, row), last)
                beside = [other[0].base for at, other in enumerate(cells[place]) if other and at != column]
                if place > row and any(abs(base - first.base) < SNAP for base in beside):
                    cells[place][column] = cell[start:end]
                    del cell[start:end]


def _owners(across: list[_Rule], down: list[_Rule], xs: list[float], ys: list[float]) -> list[int]:
    """For each place of the grid the place that owns it: its own index, or that of the merged cell's top left place."""
    columns, rows = len(xs) - 1, len(ys) - 1
    owner = list(range(rows * columns))

    def root(index: int) -> int:
        while owner[index] != index:
            index = owner[index]
        return index

    beside = [[rule for rule in down if abs(rule.at - x) <= MIN_CELL] for x in xs]
    between = [[rule for rule in across if abs(rule.at - y) <= MIN_CELL] for y in ys]

    def covered(rules: list[_Rule], middle: float) -> bool:
        return any(rule.start - 1 <= middle <= rule.end + 1 for rule in rules)

    for row in range(rows):
        middle_y = (ys[row] + ys[row + 1]) / 2
        for column in range(columns):
            here = row * columns + column
            middle_x = (xs[column] + xs[column + 1]) / 2
            if column and not covered(beside[column], middle_y):
                one, two = sorted((root(here - 1), root(here)))
                owner[two] = one
            if row and not covered(between[row], middle_x):
                one, two = sorted((root(here - columns), root(here)))
                owner[two] = one
    return [root(index) for index in range(rows * columns)]


def _without_empty(cells: list[list[list[Segment]]]) -> list[list[list[Segment]]]:
    """Rows and columns that hold nothing at all are spacing, not content."""
    kept = [row for row in cells if any(row)]
    if not kept:
        return []
    columns = [index for index in range(len(kept[0])) if any(row[index] for row in kept)]
    return [[row[index] for index in columns] for row in kept]


def _split_rows(cells: list[list[list[Segment]]]) -> list[list[list[Segment]]]:
    """Cut a row whose cells hold several entries one below the other with white space right across, first column included."""
    found: list[list[list[Segment]]] = []
    for row in cells:
        parts = _parts(row)
        whole = len(parts) > 1 and all(
            part[0] and sum(map(bool, part)) >= max(2, sum(map(bool, row)) - 1) and not part[0][0].text[:1].islower() for part in parts
        )
        found.extend(parts if whole else [row])
    return found


def _parts(row: list[list[Segment]]) -> list[list[list[Segment]]]:
    lines = sorted((item for cell in row for item in cell), key=lambda item: item.y0)
    cuts: list[float] = []
    bottom = lines[0].y1 if lines else 0.0
    for line in lines[1:]:
        if line.y0 - bottom > 0.35 * line.size:
            cuts.append((line.y0 + bottom) / 2)
        bottom = max(bottom, line.y1)
    if not cuts:
        return [row]
    return [
        [[item for item in cell if bisect_right(cuts, item.y0) == place] for cell in row] for place in range(len(cuts) + 1)
    ]
