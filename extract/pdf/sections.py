"""Decisions that need the paragraphs' neighbours: kinds, heading levels, reference lists, paragraphs cut by columns and pages."""

from __future__ import annotations

import re
from collections.abc import Sequence

from extract.pdf.kinds import REFERENCES, Styles, classify, footnotes, plain, style_of
from extract.pdf.lines import Segment
from extract.pdf.paragraphs import DATE_ALONE, Paragraph

_SENTENCE_STOP = re.compile(r"[.?!:;][\"'”’)\]]*$")
_ENTRY_LABEL = re.compile(r"^(?:\[\d{1,3}\]|\(?\d{1,3}[.)]|\d{1,3}\s)")
_AUTHOR = (
    r"(?:(?:van|von|de|der|den|del|di|la|le|el|al|ter|ten|da|dos)\s+)*[A-Z][\w’'`-]+(?:[ -][A-Z][\w’'-]+)?"
    r"(?:,?\s+(?:[A-Z]\.?[ -]?){1,4}(?=[,.;&\s(]|$)|,\s+[A-Z][a-z]+\b)"
)
_ENTRY = re.compile(rf"^(?:{_AUTHOR})")
_BODY_ENTRY = re.compile(r"^[A-Z][\w’'&.,/ -]{2,120}?[(,.\s]\s*\(?(?:19|20)\d\d[a-z]?\b")
_ENTRY_END = re.compile(r"(?:\.|\d|/|\))[\"'”’)\]]*$")


def settle_kinds(pages: Sequence[list[Paragraph]], heights: Sequence[float], styles: Styles, in_references: bool) -> bool:
    """Set kinds and levels in place, join what columns cut, split reference lists; whether the last page ends inside one."""
    for page, height in zip(pages, heights, strict=True):
        _join_columns(page)
        turned = [paragraph for paragraph in page if paragraph.turned]
        if turned:
            page[:] = [paragraph for paragraph in page if not paragraph.turned]
        footnotes(page, styles, height)
        for index, paragraph in enumerate(page):
            above = page[index - 1] if index else None
            below = page[index + 1] if index + 1 < len(page) else None
            classify(paragraph, styles, above, below)
        _join_headings(page)
        page.extend(turned)
        page.sort(key=lambda paragraph: paragraph.kind == "footnote")
    unfinished = False
    for page in pages:
        in_references = _references(page, in_references)
        unfinished = _mark_continuation(page, unfinished)
        for paragraph in page:
            if paragraph.kind == "heading":
                paragraph.level = styles.outline.get(plain(paragraph.text)) or styles.level(style_of(paragraph))
    return in_references


def _join_columns(page: list[Paragraph]) -> None:
    """A sentence that stops at the foot of one column and goes on at the head of the next is one paragraph."""
    index = 1
    while index < len(page):
        above, below = page[index - 1], page[index]
        if above.column != below.column and above.kind == below.kind == "body" and _goes_on(above, below):
            above.segments.extend(below.segments)
            above.column = below.column
            del page[index]
        else:
            index += 1


def _goes_on(above: Paragraph, below: Paragraph) -> bool:
    last, first = above.segments[-1], below.segments[0]
    if abs(last.size - first.size) > 0.6 or below.label:
        return False
    text = last.text
    if text.endswith("-") and first.text[:1].islower():
        return True
    return not _SENTENCE_STOP.search(text) and first.text[:1].islower()


def _join_headings(page: list[Paragraph]) -> None:
    """Lines of one heading that its larger line spacing parted."""
    index = 1
    while index < len(page):
        above, below = page[index - 1], page[index]
        if (
            above.kind == below.kind == "heading" and style_of(above) == style_of(below) and above.column == below.column
            and not below.segments[0].label and len(above.segments) + len(below.segments) <= 5
            and 0 < below.segments[0].base - above.segments[-1].base < 1.7 * below.segments[0].size
            and (not _SENTENCE_STOP.search(above.text)) and abs(above.segments[-1].size - below.segments[0].size) < 0.6
            and not DATE_ALONE.fullmatch(below.text)
            and not (above.label and below.segments[0].x0 < above.segments[0].x0 - below.segments[0].size)
        ):
            above.segments.extend(below.segments)
            del page[index]
        else:
            index += 1


def _mark_continuation(page: list[Paragraph], unfinished: bool) -> bool:
    """Mark a page's first body paragraph that goes on the last page's; whether this page's last one is unfinished."""
    bodies = [paragraph for paragraph in page if paragraph.kind in ("body", "list", "reference")]
    if not bodies:
        return unfinished and not page
    first = bodies[0]
    if unfinished and page[0] is first and first.kind != "list" and first.text[:1].islower():
        first.continues = True
    return not _SENTENCE_STOP.search(bodies[-1].text)


def _references(page: list[Paragraph], inside: bool) -> bool:
    """Turn the paragraphs of a reference list into entries, one a paragraph."""
    index = 0
    while index < len(page):
        paragraph = page[index]
        if paragraph.kind in ("heading", "body", "caption") and len(paragraph.segments) == 1 and REFERENCES.match(paragraph.text.strip()):
            paragraph.kind, inside = "heading", True
        elif paragraph.kind == "heading" and inside and not _looks_like_entry(paragraph) and not TORN_ADDRESS.search(paragraph.text):
            inside = False
        elif inside and paragraph.kind in ("body", "list", "heading", "footnote"):
            above = page[index - 1] if index else None
            if above is not None and above.kind == "reference" and len(paragraph.text) < 300 and _ENTRY_REST.match(paragraph.text):
                above.segments.extend(paragraph.segments)
                del page[index]
                continue
            entries = split_entries(paragraph.segments)
            page[index : index + 1] = [
                Paragraph(lines, "reference", column=paragraph.column, label=paragraph.label) for lines in entries
            ]
            index += len(entries) - 1
        index += 1
    return inside


TORN_ADDRESS = re.compile(r"https?:|www\.|doi\.org|10\.\d{4}|^(?=\S*[/._=?%-]\S)(?!\d{1,2}(?:\.\d{1,2})*\.?$)[\w./?=&%#~:+-]{10,}\.?$", re.I)
"""A web address, or a piece of one that a line's end tore off: set in a colour or underlined it looks like a heading."""


_ENTRY_REST = re.compile(
    r"(?!(?:van|von|de|der|den|di|la|le|el|al)\b)[a-z]|\(?(?i:available|accessed|retrieved|https?:|www\.|doi\b|pp?\.\s?\d)"
    r"|(?:\d{1,2}\s)?(?i:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?\s\d{4}\W|[\d\s,;:()–-]{1,20}\.?$"
)
"""How the rest of an entry begins that a wide space or a line's end parted from it."""


def _looks_like_entry(paragraph: Paragraph) -> bool:
    return bool(_ENTRY.match(paragraph.text)) and bool(re.search(r"\b(?:19|20)\d\d\b", paragraph.text))


def split_entries(lines: list[Segment]) -> list[list[Segment]]:
    """Cut a run of lines where a new entry begins: at its label, at the left edge of hanging lines, or at an author."""
    left = min(line.x0 for line in lines)
    hanging = sum(line.x0 > left + 6 for line in lines)
    labelled = sum(bool(_ENTRY_LABEL.match(line.text)) and line.x0 < left + 6 for line in lines) >= max(2, len(lines) // 12)
    entries: list[list[Segment]] = []
    for line in lines:
        if not entries or _starts_entry(entries[-1][-1], line, left, hanging, labelled):
            entries.append([])
        entries[-1].append(line)
    return entries


def _starts_entry(above: Segment, line: Segment, left: float, hanging: int, labelled: bool) -> bool:
    if labelled:
        return bool(_ENTRY_LABEL.match(line.text)) and line.x0 < left + 6
    if hanging:
        return line.x0 <= left + 6
    if not _ENTRY_END.search(above.text) or _ENTRY_REST.match(line.text):
        return False
    return bool(_ENTRY.match(line.text) or _BODY_ENTRY.match(line.text))
