"""What a paragraph is: heading (with its level), list item, caption, footnote, reference entry or body."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from extract.pdf.lines import BULLETS, Segment, contents_line
from extract.pdf.paragraphs import DATE_ALONE, Paragraph
from extract.pdf.reading import OutlineItem
from extract.pdf.scans import FIGURE_FONT, SCAN_FONT

MAX_HEADING = 220
QUOTED_WORDS = 8
CAPTION = re.compile(
    r"^(?:supplementary\s+)?(?:figure|fig\.?|table|box|chart|exhibit|map|plate|diagram|graph|image|panel|appendix table)\s*"
    r"(?:[A-Z]?\d{1,3}(?:\.\d{1,2})*[a-z]?|[IVX]{1,4})\b\s*(?P<after>[.:–—|-]?)\s*(?P<rest>.*)$",
    re.I | re.S,
)
_SENTENCE_VERB = re.compile(
    r"^(?:(?:below|above|also|then|further)\s+)?(?:is|are|was|were|shows?|showed|summari[sz]es?|describes?|illustrates?|"
    r"presents?|provides?|gives?|lists?|details?|outlines?|contains?|displays?|depicts?|demonstrates?|reports?|compares?|"
    r"highlights?|includes?|sets|has|can|and|in|of|on|for|to|which|that|below|above)\b"
)
REFERENCES = re.compile(
    r"^(?:(?:\d{1,2}|[a-z]|[ivx]+)?[.)]?\s*\|?\s*)(?:references?(?: list)?|bibliography|works cited|literature cited|reference list|"
    r"references and notes|cited references|list of references|references cited)\s*:?$",
    re.I,
)
_NOTE_START = re.compile(r"^(?:\d{1,3}|[*†‡§¶]|[ivx]{1,4}|[a-z])[\s.)]*\s")
_NOTE_NUMBER = re.compile(r"^(\d{1,3})\s*(?=[A-Z‘’“\"'(]|https?:|www\.)")
_GOES_ON = re.compile(r"(?:,|\b(?:on|of|in|to|from|and|the|by|pp?\.?|vol\.?|no\.?))$", re.I)
"""How a line ends behind which a number is no note's ("published on" / "3 April")."""
_NUMBERED = re.compile(r"^(\d{1,2}(?:\.\d{1,2}){0,4})\.?\s*\|?\s+\S")
_SENTENCE_END = re.compile(r"[.;,]$")


@dataclass(slots=True)
class Styles:
    """What a document's sizes mean: the body's size, and the styles of its headings from the highest level down."""

    body: float = 0.0
    font: str = ""
    colour: int = 0
    letters: Counter[float] = field(default_factory=Counter)
    fonts: Counter[str] = field(default_factory=Counter)
    colours: Counter[int] = field(default_factory=Counter)
    bold_share: float = 0.0
    bold_letters: int = 0
    headings: Counter[tuple[float, bool, bool]] = field(default_factory=Counter)
    outline: dict[str, int] = field(default_factory=dict)

    def count(self, items: Iterable[Segment]) -> None:
        """Add the segments of a page."""
        counted: dict[tuple[float, str, int, bool], int] = {}
        for item in items:
            style = (item.size, item.font, item.colour, item.bold)
            counted[style] = counted.get(style, 0) + len(item.text)
        for (size, font, colour, bold), letters in counted.items():
            self.letters[round(2 * size) / 2] += letters
            self.fonts[font] += letters
            self.colours[colour] += letters
            if bold:
                self.bold_letters += letters

    def settle(self, outline: Sequence[OutlineItem]) -> None:
        """Fix the body's size: that of most letters."""
        if self.letters:
            self.body = max(self.letters, key=lambda size: (self.letters[size], -size))
        if self.fonts:
            self.font = max(self.fonts, key=lambda name: (self.fonts[name], name))
            self.colour = max(self.colours, key=lambda colour: (self.colours[colour], -colour))
        total = sum(self.letters.values())
        self.bold_share = self.bold_letters / total if total else 0.0
        for entry in outline:
            self.outline.setdefault(plain(entry.title), min(6, entry.level))

    def level(self, style: tuple[float, bool, bool]) -> int:
        """1 to 6: the style's place among the document's heading styles, larger before smaller, bold before plain."""
        ranked = sorted(self.headings, key=lambda key: (-key[0], not key[2], not key[1]))
        return min(6, ranked.index(style) + 1) if style in ranked else 6


def plain(text: str) -> str:
    """A heading's words alone, for comparing with bookmarks."""
    return " ".join(re.findall(r"[^\W\d_]+", text.casefold()))


def style_of(paragraph: Paragraph) -> tuple[float, bool, bool]:
    """Size (to half a point), bold, capitals."""
    first = paragraph.segments[0]
    text = paragraph.text
    return round(2 * first.size) / 2, all(item.bold for item in paragraph.segments), text.isupper()


def classify(paragraph: Paragraph, styles: Styles, above: Paragraph | None, below: Paragraph | None) -> None:
    """Set ``kind`` (heading levels come later, when all styles are known)."""
    if paragraph.kind != "body" or not paragraph.segments:
        return
    text = paragraph.text
    first = paragraph.segments[0]
    if _is_caption(text, paragraph, styles):
        paragraph.kind = "caption"
    elif _is_heading(paragraph, text, styles, below):
        paragraph.kind = "heading"
        styles.headings[style_of(paragraph)] += 1
    elif paragraph.label and first.label and _is_list_label(first.label):
        paragraph.kind = "list"


def _is_list_label(label: str) -> bool:
    return label[0] in BULLETS or label in "-–—*o" or not re.match(r"^\d{3}", label)


def _is_caption(text: str, paragraph: Paragraph, styles: Styles) -> bool:
    match = CAPTION.match(text)
    if match is None or len(text) > 700:
        return False
    if match.group("after") in tuple(":.–—|-") and match.group("after"):
        return True
    rest = match.group("rest")
    first = paragraph.segments[0]
    if not rest:
        return True
    return not _SENTENCE_VERB.match(rest) and (rest[:1].isupper() or first.bold or first.italic) and len(text) < 500


def _is_heading(paragraph: Paragraph, text: str, styles: Styles, below: Paragraph | None) -> bool:
    if len(text) > MAX_HEADING or len(paragraph.segments) > 4 or not any(map(str.isalpha, text)) or _is_quotation(text):
        return False
    first = paragraph.segments[0]
    if (first.label and first.label[0] in BULLETS) or contents_line(paragraph.segments[-1]):
        return False
    letters = sum(map(str.isalpha, text))
    if letters < 2 or letters < 0.5 * len(text.replace(" ", "")):
        return False
    if styles.outline and plain(text) in styles.outline and len(plain(text)) > 3:
        return True
    if first.font == FIGURE_FONT.name:
        return False
    if first.font == SCAN_FONT.name:
        return first.size >= 1.25 * styles.body and letters > 3 and not _SENTENCE_END.search(text)
    large = first.size >= 1.13 * styles.body and first.size >= styles.body + 1
    if large:
        return not (_SENTENCE_END.search(text) and len(text) > 80) and not text[:1].islower()
    if _SENTENCE_END.search(text) or text[:1].islower() or len(text) > 140:
        return False
    if first.size < 0.93 * styles.body:
        return False
    bold = all(item.bold for item in paragraph.segments) and styles.bold_share < 0.5
    if bold:
        return below is not None
    if len(paragraph.segments) <= 2 and len(text) < 110 and below is not None and below.kind == "body" and _set_apart(first, styles):
        return True
    if text.isupper() and letters > 3:
        return below is not None and not below.text.isupper()
    return bool(_NUMBERED.match(text)) and len(text) < 90 and first.font != styles.font and below is not None


def _is_quotation(text: str) -> bool:
    """What somebody said, however it is set: marks of quotation at both ends of a sentence. A few words in such marks may be a heading."""
    return text[:1] in "“‘\"" and text[-1:] in "”’\"" and len(text.split()) >= QUOTED_WORDS


def _set_apart(first: Segment, styles: Styles) -> bool:
    """A line of its own in italics or in a colour that the body does not have, or in another font of which no more is told."""
    italic = all(word.font.italic for word in first.words) and first.font != styles.font
    coloured = all(word.run.colour != styles.colour for word in first.words) and styles.colours[first.colour] < 0.1 * sum(
        styles.colours.values()
    )
    untold = all(word.font.untold and word.font.name != styles.font for word in first.words)
    return italic or coloured or untold or first.underlined


def footnotes(found: list[Paragraph], styles: Styles, height: float) -> None:
    """Small print below the text of its column that opens with a marker."""
    last = len(found)
    while last > 0:
        candidate = found[last - 1]
        small = bool(candidate.segments) and candidate.segments[0].size <= 0.93 * styles.body
        if not small or candidate.kind not in ("body", "list") or candidate.segments[0].base < 0.4 * height:
            break
        last -= 1
    started = False
    for paragraph in found[last:]:
        opening = paragraph.segments[0]
        started = started or opening.words[0].raised or bool(_NOTE_START.match(paragraph.text) and not DATE_ALONE.fullmatch(paragraph.text))
        if started:
            paragraph.kind = "footnote"
    found[last:] = _parted(found[last:])


def _parted(notes: list[Paragraph]) -> list[Paragraph]:
    """Notes that stand one below the other, cut where the next number begins: their short lines and small type tell little else."""
    if len(notes) > 1 and not all(note.kind == "footnote" and note.column == notes[0].column for note in notes):
        return notes
    lines = [item for note in notes for item in note.segments]
    if not lines or notes[0].kind != "footnote":
        return notes
    left, number, cuts = min(item.x0 for item in lines), -1, list[int]()
    for at, item in enumerate(lines):
        opening = _NOTE_NUMBER.match(item.text)
        if opening is None or item.x0 > left + item.size or (at and _GOES_ON.search(lines[at - 1].text)):
            continue
        if not cuts or int(opening[1]) == number + 1:
            number = int(opening[1])
            cuts.append(at)
    if len(cuts) < 2 or cuts[0]:
        return notes
    return [
        Paragraph(lines[start:end], "footnote", column=notes[0].column, continues=not start and notes[0].continues)
        for start, end in pairwise([*cuts, len(lines)])
    ]
