"""Paragraphs of running text to blocks: what is a heading, a list item, a caption, a note, a reference, furniture."""

from __future__ import annotations

import re
from dataclasses import replace

from extract.blocks import Block
from extract.boilerplate import is_boilerplate, is_contents_line
from extract.printed_lines import SENTENCE_END, Paragraph, is_dangling

CAPTION = re.compile(
    r"^(?:figure|fig\.|table|box|chart|exhibit|plate|map|diagram|"
    r"infographic)\s+(?:[A-Z]?\d{1,3}(?:[.\-]\d{1,3})*[a-z]?|[A-Z])\s*(?:[:.–—|-]|\s+[A-Z]|$)",
    re.I,
)
FOOTNOTE = re.compile(r"^(?:\[\d{1,3}\]|[*†‡§]\s?|\d{1,3}\s+(?=(?:See|Ibid|For|The|This|https?:|www\.)\b))")
REFERENCE_HEADING = re.compile(
    r"^(?:(?:[A-Z]|\d{1,2})(?:\.\d+)*[.:]?\s+)?(?:references?(?: list| cited)?|bibliography|(?:works|literature|sources) cited|cited literature|"
    r"reference list|endnotes?|end notes|notes and references|references and (?:notes|further reading|"
    r"bibliography)|list of references|selected bibliography)\s*:?$",
    re.I,
)
_AFTER_REFERENCES = re.compile(
    r"^(?:appendi(?:x|ces)|annex|acknowledg|about the|glossary|author|competing|conflict|contact|supplement|"
    r"publisher|tables?\b|figures?\b|additional)",
    re.I,
)
_NUMBERED_HEADING = re.compile(r"^((?:\d{1,2}|[A-Z])(?:\.\d{1,2}){0,4})[.)]?\s+(?=[^\W\d_])")
_LONE_NUMBER = re.compile(r"^\d{1,2}(?:\.\d{1,2}){1,4}\.?$")
_SMALL = re.compile(r"^(?:a|an|and|as|at|but|by|for|from|in|into|of|on|or|the|to|vs|with|within|–|—|-|&)$", re.I)
_CONTENTS_HEADING = re.compile(r"^(?:table of )?contents(?: page)?:?$", re.I)


def to_blocks(paragraphs: list[Paragraph]) -> list[Block]:
    """Gives each paragraph its kind. Markup's own headings are believed; in plain text a heading must look like one."""
    paragraphs = _numbers_joined(_tables_joined(paragraphs))
    marked = sum(1 for paragraph in paragraphs if paragraph.heading)
    blocks: list[Block] = []
    in_references = False
    in_contents = False
    for index, paragraph in enumerate(paragraphs):
        following = paragraphs[index + 1] if index + 1 < len(paragraphs) else None
        previous = paragraphs[index - 1] if index else None
        block = _block(paragraph, previous, following, marked)
        if block.kind == "heading":
            in_references = REFERENCE_HEADING.match(block.text) is not None or (in_references and not _ends_references(block))
            in_contents = _CONTENTS_HEADING.match(block.text) is not None
        elif in_references and block.kind in ("body", "list", "footnote"):
            block = Block("reference", block.text)
        elif in_contents and re.search(r"\s\d{1,3}$", block.text) and len(block.text) < 120:
            block = Block("boilerplate", block.text)
        blocks.append(block)
    return blocks


def _tables_joined(paragraphs: list[Paragraph]) -> list[Paragraph]:
    joined: list[Paragraph] = []
    for paragraph in paragraphs:
        if paragraph.verbatim and joined and joined[-1].verbatim:
            joined[-1] = replace(joined[-1], text=f"{joined[-1].text}\n{paragraph.text}", printed=joined[-1].printed + 1)
        else:
            joined.append(paragraph)
    return joined


def _numbers_joined(paragraphs: list[Paragraph]) -> list[Paragraph]:
    """A section's number that stands on a line of its own goes to its heading."""
    joined: list[Paragraph] = []
    for paragraph in paragraphs:
        number = joined[-1] if joined else None
        if (
            number is not None
            and _LONE_NUMBER.match(number.text)
            and not (paragraph.item or paragraph.verbatim)
            and len(paragraph.text) <= 120
            and paragraph.text[0].isupper()
            and not SENTENCE_END.search(paragraph.text)
        ):
            joined[-1] = replace(paragraph, text=f"{number.text} {paragraph.text}", heading=paragraph.heading or number.heading)
        else:
            joined.append(paragraph)
    return joined


def _ends_references(block: Block) -> bool:
    return block.level <= 2 or _AFTER_REFERENCES.match(block.text) is not None


def _block(paragraph: Paragraph, previous: Paragraph | None, following: Paragraph | None, marked: int) -> Block:
    text, first = paragraph.text, previous is None
    if is_contents_line(text) or is_boilerplate(text):
        return Block("boilerplate", text)
    if paragraph.verbatim:
        return Block("table", text)
    if CAPTION.match(text) and len(text.split()) <= 60:
        return Block("caption", text)
    if paragraph.heading and len(text) <= 200:
        return Block("heading", text, paragraph.heading, bold=paragraph.bold)
    if paragraph.item:
        return Block("list", text)
    if _looks_like_heading(paragraph, following, first) and not _is_wrapped(paragraph, previous, following):
        return Block("heading", text, _level(text, paragraph.bold, first, marked), bold=paragraph.bold)
    if FOOTNOTE.match(text) and len(text.split()) <= 120:
        return Block("footnote", text, bold=paragraph.bold)
    return Block("body", text, bold=paragraph.bold)


def _level(text: str, bold: bool, first: bool, marked: int) -> int:
    numbered = _NUMBERED_HEADING.match(text)
    if numbered and numbered.group(1)[0].isdigit():
        return min(6, 1 + numbered.group(1).count(".") + (1 if marked else 0))
    if first:
        return 1
    return 2 if text.isupper() else 3 if marked or not bold else 2


def _is_wrapped(paragraph: Paragraph, previous: Paragraph | None, following: Paragraph | None) -> bool:
    """Whether what looks like a heading is a piece of a sentence: what stands before breaks off, or what follows goes on."""
    text = paragraph.text
    if paragraph.bold or _NUMBERED_HEADING.match(text) or REFERENCE_HEADING.match(text):
        return False
    if (
        previous is not None
        and not (previous.heading or previous.bold or previous.verbatim or previous.item)
        and len(previous.text.split()) >= 8
        and not CAPTION.match(previous.text)
    ):
        if is_dangling(previous.text):
            return True
        if previous.text[-1] not in ".!?:;”’\"')" and not _is_titled(text):
            return True
    goes_on = following is not None and not following.item and following.text[0].islower() and len(following.text.split()) >= 4
    return goes_on and len(text.split()) >= 5 and not _is_titled(text)


def _is_titled(text: str) -> bool:
    return all(word[:1].isupper() or not word[:1].isalpha() or _SMALL.match(word) for word in text.split())


def _looks_like_heading(paragraph: Paragraph, following: Paragraph | None, first: bool) -> bool:
    text = paragraph.text
    words = text.split()
    if (
        not 1 <= len(words) <= 16
        or len(text) > 120
        or len(text) < 4
        or paragraph.printed > 3
        or not any(char.isalpha() for char in text)
    ):
        return False
    if SENTENCE_END.search(text) and not text.endswith("?") and not (text.endswith(":") and paragraph.bold):
        return False
    if not (text[0].isupper() or text[0].isdigit() or text[0] in "‘“'\"(") or re.search(
        r"https?://|www\.|@\w|\d{4,}\s*$|[,;]$", text
    ):
        return paragraph.bold and first
    if paragraph.bold or (_NUMBERED_HEADING.match(text) and following is not None and len(words) >= 2):
        return True
    if following is None:
        return False
    # A heading leads to text: a paragraph of sentences, or a list.
    leads = following.item or len(following.text) > max(80, len(text)) or following.text.endswith(":")
    titled = _is_titled(text)
    if REFERENCE_HEADING.match(text):
        return True
    if first and paragraph.printed == 1 and (titled or leads):
        return True
    return leads and (titled or first or text.isupper() or len(words) <= 10)
