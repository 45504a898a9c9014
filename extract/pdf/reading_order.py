"""The order in which a reader takes the segments of a page: recursive cuts along white space.

A page is cut into horizontal bands that no segment crosses; neighbouring bands that share a vertical gutter belong to one set of
columns, which is read column by column; a band that fills the gutter (a heading or paragraph across the page) ends the set.
This is the X-Y cut of Nagy and Seth (1984) with bands grouped before cutting, so that columns whose lines happen to
align are not read across.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from extract.pdf.lines import Segment, segment

MIN_GUTTER_EM = 0.9
NARROW_GUTTER_EM = 0.55
MIN_COLUMN_EM = 4.0
BESIDE = 0.4
"""Share of one side's lines that must have a line of the other side beside them for the two to be columns."""
LEADING_EM = 1.4
"""Lines of one paragraph stand at most this many em apart."""
LINE_EM = 20.0
"""A line of text that goes on below is at least this long; what is shorter is a label of a chart."""
MAX_DEPTH = 12


@dataclass(slots=True)
class Region:
    """Segments that are read one below the other; ``column`` numbers the columns of a page in reading order."""

    segments: list[Segment]
    x0: float
    x1: float


def regions(items: Sequence[Segment], depth: int = 0) -> list[Region]:
    """Columns in reading order, each with its segments from top to bottom."""
    if not items:
        return []
    if depth >= MAX_DEPTH:
        return [_region(items)]
    if _one_baseline(items):
        return [_region(items)]
    groups = _column_groups(_bands(items))
    if len(groups) == 1:
        gutter = groups[0][1]
        if gutter is None:
            return [_region(items)]
        middle = (gutter[0] + gutter[1]) / 2
        left = [item for item in items if (item.x0 + item.x1) / 2 < middle]
        right = [item for item in items if (item.x0 + item.x1) / 2 >= middle]
        return regions(left, depth + 1) + regions(right, depth + 1)
    found: list[Region] = []
    for members, gutter in groups:
        parts = [_region(members)] if gutter is None else regions(members, depth + 1)
        for part in parts:
            found.append(part)
    return found


def _one_baseline(items: Sequence[Segment]) -> bool:
    bases = [item.base for item in items if item.words]
    return bool(bases) and len(bases) == len(items) and max(bases) - min(bases) < 0.2 * items[0].size


def _region(items: Sequence[Segment]) -> Region:
    """One column: pieces on the same baseline (a tab between them) become one line."""
    ordered = sorted(items, key=lambda item: (item.base, item.x0))
    lines: list[Segment] = []
    row: list[Segment] = []
    for item in ordered:
        if row and item.words and row[0].words and item.base - row[0].base <= max(0.9, 0.17 * item.size):
            row.append(item)
            continue
        if row:
            lines.append(_one_line(row))
        row = [item]
    if row:
        lines.append(_one_line(row))
    return Region(lines, min(item.x0 for item in ordered), max(item.x1 for item in ordered))


def _one_line(row: list[Segment]) -> Segment:
    if len(row) == 1:
        return row[0]
    row.sort(key=lambda item: item.x0)
    return segment([word for item in row for word in item.words])


def _bands(items: Sequence[Segment]) -> list[list[Segment]]:
    ordered = sorted(items, key=lambda item: item.y0)
    bands: list[list[Segment]] = []
    bottom = -1e9
    for item in ordered:
        inset = 0.22 * item.size
        if item.y0 + inset >= bottom:
            bands.append([])
        bands[-1].append(item)
        bottom = max(bottom, item.y1 - inset) if len(bands[-1]) > 1 else item.y1 - inset
    return bands


def _column_groups(bands: list[list[Segment]]) -> list[tuple[list[Segment], tuple[float, float] | None]]:
    """Runs of bands that share a gutter with text on both sides of it, and that gutter; runs without one between them."""
    everything = [item for band in bands for item in band]
    edges = (min(item.x0 for item in everything), max(item.x1 for item in everything))
    need = NARROW_GUTTER_EM * min(item.size for item in everything)
    free = [_free(band, edges) for band in bands]
    groups: list[tuple[list[Segment], tuple[float, float] | None]] = []
    start, parted, common = 0, False, list[tuple[float, float]]()
    beside = -1
    for index in range(len(bands)):
        if len(bands[index]) > 1:
            beside = index
        if parted:
            common = _common(common, free[index], need)
            if _two_sided(bands[start : index + 1], common):
                continue
            end = index - _heads_next(bands[start:index], bands[index])
            groups.append(_closed([item for band in bands[start:end] for item in band]))
            start, parted = end, False
        if beside < start:
            continue  # nothing stands beside anything yet
        first, common = _suffix(bands, free, start, index, need)
        if first is not None:
            while start < first < index and _ends_line_above(bands[first - 1], bands[first], common):
                first += 1
            if first > start:
                groups.append(([item for band in bands[start:first] for item in band], None))
            start, parted = first, True
    if start < len(bands):
        groups.append(_closed([item for band in bands[start:] for item in band]))
    return _joined([group for group in groups if group[0]])


def _suffix(
    bands: list[list[Segment]], free: list[list[tuple[float, float]]], start: int, index: int, need: float,
) -> tuple[int | None, list[tuple[float, float]]]:
    """The earliest band since ``start`` from which on all bands up to ``index`` leave a gutter free between text on both sides."""
    common, first, shared = free[index], None, list[tuple[float, float]]()
    left, right = min(item.x0 for item in bands[index]), max(item.x1 for item in bands[index])
    for place in range(index, start - 1, -1):
        common = _common(common, free[place], need) if place < index else common
        if not common:
            break
        left = min(left, min(item.x0 for item in bands[place]))
        right = max(right, max(item.x1 for item in bands[place]))
        if any(left < a and b < right for a, b in common) and _two_sided(bands[place : index + 1], common):
            widest = max(b - a for a, b in common)
            if first is not None and len(bands[place]) == 1 and widest < 0.6 * max(b - a for a, b in shared):
                break
            first, shared = place, common
    return first, shared


def _ends_line_above(above: list[Segment], band: list[Segment], gutters: list[tuple[float, float]]) -> bool:
    """Whether a band is the last line of a text that lies across the gutter, set like it below its beginning or its middle: short enough to
    miss the gutter, it belongs to none of the columns."""
    if len(above) != 1 or len(band) != 1 or not above[0].words or not band[0].words:
        return False
    one, two = above[0], band[0]
    if one.x1 - one.x0 < LINE_EM * one.size or not any(one.x0 < a and b < one.x1 for a, b in gutters):
        return False
    if one.font != two.font or one.bold != two.bold or abs(one.size - two.size) > 0.3 or two.base - one.base > LEADING_EM * two.size:
        return False
    centred = abs(one.x0 + one.x1 - two.x0 - two.x1) < two.size
    return two.x1 - two.x0 < one.x1 - one.x0 and (centred or abs(one.x0 - two.x0) < 0.3 * two.size)


def _two_sided(bands: list[list[Segment]], common: list[tuple[float, float]]) -> bool:
    """Whether text stands side by side on both sides of one of the intervals (not: one below the other, or by turns).

    Labels and page numbers beside their lines are no column.
    """
    several = [band for band in bands if len(band) > 1]
    for a, b in common:
        a, b = a + 0.5, b - 0.5
        left_beside = right_beside = 0
        for band in several:
            before = behind = 0
            for item in band:
                if item.x1 <= a:
                    before += 1
                elif item.x0 >= b:
                    behind += 1
            if before and behind:
                left_beside, right_beside = left_beside + before, right_beside + behind
        if not left_beside:
            continue
        left = sum([item.x1 <= a for band in bands for item in band])
        right = sum([item.x0 >= b and item.x1 > a for band in bands for item in band])
        if left_beside >= BESIDE * left or right_beside >= BESIDE * right:
            texts = [item for band in bands for item in band if not item.marginal]
            if any(item.x1 <= a for item in texts) and any(item.x0 >= b for item in texts):
                return True
    return False


def _heads_next(members: list[list[Segment]], band: list[Segment]) -> int:
    """1 where the last line of a set of columns is a heading of the full-width text that follows, else 0."""
    last = members[-1]
    if len(members) < 2 or len(last) != 1 or not band[0].words or not last[0].words:
        return 0
    heading, line = last[0], band[0]
    marked = heading.size > 1.08 * line.size or (heading.bold and not line.bold)
    return int(marked and line.base - heading.base < 3.0 * heading.size)


def _free(band: Sequence[Segment], edges: tuple[float, float]) -> list[tuple[float, float]]:
    """The x-intervals that a band leaves free; at the edges only where a column would find room."""
    found = []
    room = MIN_COLUMN_EM * band[0].size
    reach = edges[0]
    for item in sorted(band, key=lambda item: item.x0):
        if item.x0 > reach and (reach > edges[0] or item.x0 - reach > room):
            found.append((reach, item.x0))
        reach = max(reach, item.x1)
    if edges[1] - reach > room:
        found.append((reach, edges[1]))
    return found


def _common(one: list[tuple[float, float]], two: list[tuple[float, float]], need: float) -> list[tuple[float, float]]:
    found = []
    for a0, a1 in one:
        for b0, b1 in two:
            start, end = max(a0, b0), min(a1, b1)
            if end - start > need:
                found.append((start, end))
    return found


def _closed(members: list[Segment]) -> tuple[list[Segment], tuple[float, float] | None]:
    """A set of columns with its gutter; a single line is none, whatever gaps it has (a caption's label, a form's two entries)."""
    if _one_baseline(members):
        return members, None
    gutter = _gutter(members)
    return members, gutter if gutter and _two_sided(_bands(members), [gutter]) else None


def _joined(
    groups: list[tuple[list[Segment], tuple[float, float] | None]],
) -> list[tuple[list[Segment], tuple[float, float] | None]]:
    merged: list[tuple[list[Segment], tuple[float, float] | None]] = []
    for members, gutter in groups:
        if merged and merged[-1][1] is None and gutter is None:
            merged[-1] = (merged[-1][0] + members, None)
        else:
            merged.append((members, gutter))
    return merged


def _gutter(items: Sequence[Segment]) -> tuple[float, float] | None:
    """The widest x-interval that no segment touches, with segments on both sides; None where there is none.

    Between columns of several lines a gutter may be narrower than beside a single line.
    """
    ordered = sorted(items, key=lambda item: (item.x0, item.x1))
    reach = ordered[0].x1
    best: tuple[float, float] | None = None
    em = min(item.size for item in items)
    total = len(ordered)
    for index, item in enumerate(ordered):
        width = item.x0 - reach
        need = NARROW_GUTTER_EM if index >= 4 and total - index >= 4 else MIN_GUTTER_EM
        if width > need * em and (best is None or width > best[1] - best[0]):
            best = (reach, item.x0)
        reach = max(reach, item.x1)
    return best
