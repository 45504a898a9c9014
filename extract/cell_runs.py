"""Tables and charts that a converter has poured out as one short line a cell: gathered again, so that no cell is read as a sentence.

Where labels are followed by the same number of figures again and again, the columns are clear and a ``Table`` comes of it; else the
run is only kept together as one block of lines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import accumulate

from extract.printed_lines import SENTENCE_END, Paragraph
from extract.text_blocks import CAPTION

FEWEST = 6
"""Cells. Fewer short lines in a row are as likely a title page, an address or a list as a table."""
LONGEST = 70
"""Characters. In the tables of annual reports that were looked at, nine cells in ten are shorter than 45."""
_MOST_BETWEEN = 2
_MOST_HEADS = 8
_TITLE_PAGE = 12
"""Paragraphs at a document's start in which no run begins: title, bodies, date and version stand there, a line each."""
_FIGURE = re.compile(
    r"[\s\d.,:;%£$€()\[\]<>≤≥=~±+*/†‡–—‑-]"
    r"|(?<![^\W\d_])(?:n/?a|nil|sd|ci|or|vs|to|k|m|bn|p|mn|yes|no|x|✓|st|nd|rd|th)(?![^\W\d_])",
    re.I,
)
_FRAGMENT = re.compile(r"^(?:[^\W\d_]{1,3}|[\W_]{1,4})$|^[^\W_A-Z]|^[,;.)]")
_FIGURE_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Gathered:
    """Paragraphs in which each run of cells is one verbatim paragraph, and the rows of those whose columns are clear."""

    paragraphs: list[Paragraph]
    tables: list[tuple[tuple[str, ...], ...]]


def is_figure(text: str) -> bool:
    """Whether a cell holds a figure: numbers with their units and signs, an empty mark, yes or no."""
    left = _FIGURE.sub("", text)
    return len(left) <= 2 and (any(char.isdigit() for char in text) or len(text) <= 4)


def gather_cells(paragraphs: list[Paragraph], opens_document: bool = False) -> Gathered:
    """Joins runs of short lines of which a good part are figures or torn words. Lists, captions and marked headings end a run."""
    at = _TITLE_PAGE if opens_document else 0
    gathered = paragraphs[:at]
    tables: list[tuple[tuple[str, ...], ...]] = []
    lines = _Lines(paragraphs)
    while at < len(paragraphs):
        start, end = lines.run(at)
        if end - start < FEWEST or not lines.is_tabular(start, end):
            gathered.append(paragraphs[at])
            at += 1
            continue
        gathered.extend(paragraphs[at:start])
        cells = [cell.text for cell in paragraphs[start:end]]
        rows, text = _rows(cells)
        if rows:
            tables.append(rows)
        gathered.append(Paragraph(text, verbatim=True, printed=len(cells)))
        at = end
    return Gathered(gathered, tables)


class _Lines:
    """What each line of a document is, told once: a run that is no table is tried again from each of its lines."""

    def __init__(self, paragraphs: list[Paragraph]) -> None:
        self.paragraphs = paragraphs
        texts = [one.text for one in paragraphs]
        self.figures = [is_figure(text) for text in texts]
        self.torn = [_FRAGMENT.match(text) is not None and not figure for text, figure in zip(texts, self.figures, strict=True)]
        prose = [SENTENCE_END.search(text) is not None and len(text.split()) > 3 for text in texts]
        self.counts = [[0, *accumulate(kind)] for kind in (self.figures, self.torn, prose)]
        self.next_figure = [len(texts)] * (len(texts) + 1)
        for at in reversed(range(len(texts))):
            self.next_figure[at] = at if self.figures[at] else self.next_figure[at + 1]
        self._first = self._end = self._tail = 0

    def run(self, at: int) -> tuple[int, int]:
        """The run of cells from ``at`` (start and end; empty where none begins there), without what stands before the column heads, and
        without the words at the end that rather head what follows."""
        if not _is_cell(self.paragraphs[at]):
            return at, at
        if not self._first <= at < self._end:
            self._first, self._end = at, _run_end(self.paragraphs, at)
            self._tail = self._trimmed()
        start = max(at, min(self.next_figure[at], self._end) - _MOST_HEADS)
        return start, max(start, self._tail)

    def is_tabular(self, start: int, end: int) -> bool:
        figures, torn, prose = (sums[end] - sums[start] for sums in self.counts)
        size = end - start
        return figures + torn >= _FIGURE_SHARE * size and figures >= 0.1 * size and prose <= 0.1 * size

    def _trimmed(self) -> int:
        end = self._end
        while end > self._first and not self.figures[end - 1] and not _FRAGMENT.match(self.paragraphs[end - 1].text):
            end -= 1
            if self.paragraphs[end].bold or len(self.paragraphs[end].text.split()) > 2:
                break
        return end


def _is_cell(paragraph: Paragraph) -> bool:
    text = paragraph.text
    if paragraph.heading or paragraph.verbatim or len(text) > LONGEST or paragraph.printed > 3 or CAPTION.match(text):
        return False
    if paragraph.item:
        return is_figure(text)  # an empty cell's dash before a figure looks like a bullet
    return not (SENTENCE_END.search(text) and len(text.split()) >= 4 and not is_figure(text))


def _run_end(paragraphs: list[Paragraph], start: int) -> int:
    """The end of the run of cells from ``start``; a longer line or two inside it (a long label) do not end it."""
    end = at = start
    between = 0
    while at < len(paragraphs) and between <= _MOST_BETWEEN:
        if _is_cell(paragraphs[at]):
            end, between = at + 1, 0
        elif end == start or _ends_run(paragraphs[at]):
            break
        else:
            between += 1
        at += 1
    return end


def _ends_run(paragraph: Paragraph) -> bool:
    text = paragraph.text
    return bool(
        paragraph.heading or paragraph.item or len(text) > 2 * LONGEST or SENTENCE_END.search(text) or CAPTION.match(text)
    )


def _rows(cells: list[str]) -> tuple[tuple[tuple[str, ...], ...], str]:
    """Rows where the columns are clear (else none), and the run's text: a line a row, cells parted by tabs."""
    groups: list[list[str]] = []
    for text in cells:
        if is_figure(text) and groups and not (len(groups[-1]) == 1 and is_figure(groups[-1][0])):
            groups[-1].append(text)
        else:
            groups.append([text])
    widths = [len(group) for group in groups if len(group) > 1]
    width = max(set(widths), key=widths.count) if widths else 0
    regular = widths.count(width)
    irregular = sum(1 for found in widths if found != width) + sum(is_figure(group[0]) for group in groups)
    if regular < 3 or irregular > 0.2 * regular:
        return (), "\n".join(cells)
    first = next(index for index, group in enumerate(groups) if len(group) == width)
    head = [group[0] for group in groups[:first] if len(group) == 1]
    rows: list[tuple[str, ...]] = []
    if len(head) == first and width - 1 <= len(head) <= width:
        rows.append(tuple([""] * (width - len(head)) + head))
        groups = groups[first:]
    rows.extend(tuple((group + [""] * width)[:width]) if len(group) <= width else tuple(group) for group in groups)
    return tuple(rows), "\n".join("\t".join(row).strip("\t") for row in rows)
