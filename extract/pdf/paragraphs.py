"""Lines to paragraphs: where a column's line begins something new.

The signs are those a reader uses: more space than usual above, another size or weight, a list label, an indent, and a line above
that stops although the next word would still have fitted.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

from extract.pdf.lines import BULLETS, Segment, contents_line
from extract.pdf.reading_order import Region

_TERMINAL = re.compile(r"[.!?:;][\"'”’)\]]*$")
_NUMBER_LABEL = re.compile(r"^\(?(\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)\]]$|^\[\d{1,3}\]$|^\d{1,2}(?:\.\d{1,2}){1,3}[.)]?$")

DATE_ALONE = re.compile(
    r"(?:\d{1,2}(?:st|nd|rd|th)?\s+)?(?:January|February|March|April|May|June|July|August|September|October|November|December)"
    r"(?:\s+\d{1,2}(?:st|nd|rd|th)?)?,?\s+(?:19|20)\d\d"
)
LARGE = 13.0
"""Points. A date below a line of this size, or below a bold one, is that of a title page, no end of a heading."""


@dataclass(slots=True)
class Paragraph:
    """Segments that belong to one block, before its text is joined."""

    segments: list[Segment]
    kind: str = "body"
    level: int = 0
    column: int = 0
    rows: list[list[str]] = field(default_factory=list)
    label: bool = False
    continues: bool = False
    turned: bool = False

    @property
    def text(self) -> str:
        return " ".join(item.text for item in self.segments)


@dataclass(slots=True)
class Column:
    """What is usual in a region: its edges and the space from baseline to baseline by font size."""

    left: float
    right: float
    leading: dict[float, float]

    def usual(self, size: float) -> float:
        return self.leading.get(round(size, 1), 1.22 * size)


def paragraphs(region: Region) -> list[Paragraph]:
    """Cut a column into paragraphs, headings and list items."""
    column = _column(region)
    found: list[Paragraph] = []
    items = region.segments
    for index, item in enumerate(items):
        following = items[index + 1] if index + 1 < len(items) else None
        if not found or _begins(found[-1], item, following, column):
            found.append(Paragraph([], label=bool(item.label)))
        found[-1].segments.append(item)
    return found


def _column(region: Region) -> Column:
    steps: dict[float, Counter[float]] = {}
    sizes: dict[float, float] = {}
    for above, below in pairwise(region.segments):
        size, step = below.size, below.base - above.base
        if 0.8 * size < step < 2.2 * size and abs(above.size - size) < 0.3:
            near = sizes.get(size)
            if near is None:
                near = sizes[size] = round(size, 1)
                steps.setdefault(near, Counter())
            steps[near][round(2 * step) / 2] += 1
    leading = {size: _typical(counts) for size, counts in steps.items()}
    return Column(region.x0, region.x1, leading)


def _typical(counts: Counter[float]) -> float:
    """The most frequent step; of equally frequent ones the smallest (a paragraph's, not a gap's)."""
    most = max(counts.values())
    return min(step for step, count in counts.items() if count == most)


def _begins(current: Paragraph, item: Segment, following: Segment | None, column: Column) -> bool:
    above = current.segments[-1]
    if not above.words or not item.words:
        return True
    if contents_line(above):
        return True
    size = max(above.size, item.size)
    step = item.base - above.base
    if step < 0.5 * size:
        return step < -0.5 * size or item.x0 < above.x0
    if abs(above.size - item.size) > max(0.6, 0.07 * size):
        return not (_unfinished(above) and item.text[:1].islower() and abs(above.size - item.size) < 0.2 * size)
    usual = min(column.usual(item.size), 1.75 * size)
    if step > 1.24 * usual + 0.6 and step > 1.12 * size:
        return True
    if _weight_changes(current, above, item) or ((above.bold or above.size >= LARGE) and DATE_ALONE.fullmatch(item.text)):
        return True
    if item.label and _label_begins(current, item, above, column):
        return True
    if current.label:
        return _leaves_item(current, item, above, column)
    return _indent_begins(current, item, above, following, column) or _stopped(above, item, column)


def _weight_changes(current: Paragraph, above: Segment, item: Segment) -> bool:
    if not above.some_bold and not item.some_bold:
        return False
    bold_above = all(word.bold for word in above.words if any(map(str.isalpha, word.text)))
    bold_item = all(word.bold for word in item.words if any(map(str.isalpha, word.text)))
    if not any(map(str.isalpha, above.text)) or not any(map(str.isalpha, item.text)):
        return False
    if bold_above and not item.first_bold and not any(word.bold for word in item.words):
        return not (current.label and len(current.segments) == 1 and item.text[:1].islower())
    if bold_above and above.colour != item.colour and item.text[:1].isupper():
        return True  # a coloured heading over a line that begins in bold
    return bold_item and not any(word.bold for word in above.words) and not item.text[:1].islower()


def _unfinished(item: Segment) -> bool:
    return not _TERMINAL.search(item.text)


def _label_begins(current: Paragraph, item: Segment, above: Segment, column: Column) -> bool:
    """A label at the start of a line is one unless the line goes on a sentence ("... in phase" / "2. The ...")."""
    if item.label[0] in BULLETS or item.label in "*o":
        return True
    if item.label in "-–—":
        return current.label or not _unfinished(above) or abs(item.x0 - above.x0) > 0.8 * item.size
    if not _NUMBER_LABEL.match(item.label) and item.label != "|":
        return False
    first = current.segments[0]
    if current.label and abs(first.x0 - item.x0) < 0.8 * item.size:
        return True
    return not _unfinished(above) or above.x1 < column.right - 3 * item.size or abs(item.x0 - above.x0) > 0.8 * item.size


def _leaves_item(current: Paragraph, item: Segment, above: Segment, column: Column) -> bool:
    """An unlabelled line after a list item goes on with it if it hangs below the item's text or its sentence is unfinished."""
    first = current.segments[0]
    if item.x0 > first.x0 + 0.4 * item.size:
        return item.x0 > first.text_x0 + 2.5 * item.size and not _unfinished(above)
    if not _unfinished(above) or (item.x0 < first.x0 - item.size and not item.text[:1].islower()):
        return True
    return _stopped(above, item, column) and item.text[:1].isupper()


def _indent_begins(current: Paragraph, item: Segment, above: Segment, following: Segment | None, column: Column) -> bool:
    em = 0.8 * item.size
    first = current.segments[0]
    if item.x0 > above.x0 + em:
        if len(current.segments) > 1:
            return abs(current.segments[-2].x0 - above.x0) < em and not _centred(item, above)
        if following is not None and abs(following.x0 - item.x0) < em and following.size == item.size:
            return above.x1 < column.right - 6 * item.size and not _unfinished(above)
        return not _unfinished(above) and not _centred(item, above)
    if item.x0 < above.x0 - em:
        if len(current.segments) == 1:
            return not (above.x0 <= column.left + 4 * item.size) and not _centred(item, above)
        return abs(item.x0 - first.x0) < em and first.x0 < above.x0 - em
    return False


def _centred(one: Segment, two: Segment) -> bool:
    return abs((one.x0 + one.x1) - (two.x0 + two.x1)) < one.size


def _stopped(above: Segment, item: Segment, column: Column) -> bool:
    """The line above stopped early: the first word of this line would have fitted behind it."""
    first = item.words[0]
    room = column.right - above.x1
    need = first.x1 - first.x0 + 0.35 * item.size
    if room < need + 0.4 * item.size or (_centred(above, item) and abs(above.x0 - item.x0) > item.size):
        return False
    starts = item.text[:1].isupper() or item.text[:1].isdigit() or item.text[:1] in "“‘\"'(["
    if not _unfinished(above):
        return starts and room > need + 1.5 * item.size
    return starts and room > max(8 * item.size, 0.35 * (column.right - column.left)) and item.text[:1].isupper()
