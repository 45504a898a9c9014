"""Paragraphs to blocks: the final text of each, with the offsets of its printed lines."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from extract.pdf.lines import Segment
from extract.pdf.paragraphs import Paragraph
from extract.pdf.reading import Block, BlockLine
from extract.pdf.spelling import Vocabulary

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff\ufeff\u200b\u2060]+")
_SPACES = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f\u205f\u3000]+")
_LEADERS = re.compile(r"(?:[ \t]?[.…_]){5,}[ \t]*")
_UNCLEAN = re.compile(r"[^ -~\u00a1-\u024f\u2010-\u2027\u2030-\u203a]| [ ._]|[.…_]{2}")
_URL = re.compile(r"(?:https?://|www\.|doi\.org/|10\.\d{4,}/)")
_URL_REST = re.compile(r"^[a-z0-9_%&=?/.#~-]*[/_%&=?#~0-9-][\w%&=?/.#~-]*(?:[\s.,;)]|$)")


def clean(text: str) -> str:
    """No control characters, plain single spaces, composed accents, leading dots as one ellipsis; idempotent."""
    # written out: a loop over what is unclean would take five times as long, and most lines are nothing but plain letters
    if (
        text.isascii() and text.isprintable() and "  " not in text and " ." not in text and " _" not in text
        and ".." not in text and "._" not in text and "_." not in text and "__" not in text
    ) or not _UNCLEAN.search(text):
        return (text if text.isascii() else unicodedata.normalize("NFC", text)).strip()
    text = unicodedata.normalize("NFC", _CONTROL.sub("", text))
    return _SPACES.sub(" ", _LEADERS.sub(" … ", text)).strip()


def block(paragraph: Paragraph, vocabulary: Vocabulary) -> Block:
    """The paragraph's text; ``lines`` slice it, one entry a printed line."""
    if paragraph.kind == "table":
        return _table_block(paragraph)
    text, lines = "", list[BlockLine]()
    for item in paragraph.segments:
        piece = clean(item.text.replace("\u00ad", "-" if item.text.endswith("\u00ad") else ""))
        if not piece:
            continue
        if text:
            text, lines = _glued(text, piece, lines, vocabulary)
        start = len(text)
        text += piece
        lines.append(_line(start, len(text), item))
    return Block(paragraph.kind, text, tuple(lines), paragraph.level, paragraph.continues)


@lru_cache(maxsize=4096)
def _tenth(points: float) -> float:
    """Rounded to a tenth of a point; edges and sizes are the same on line after line, and rounding takes five times as long as looking up."""
    return round(points, 1)


def _line(start: int, end: int, item: Segment) -> BlockLine:
    return BlockLine(
        start, end, _tenth(item.x0), _quick_tenth(item.y0), _tenth(item.x1), _quick_tenth(item.y1), _tenth(item.size), item.bold
    )


def _quick_tenth(points: float) -> float:
    """What ``round`` gives, in a third of its time: near half of a tenth, where the two may differ, it is asked."""
    tenths = 10 * points + 0.5
    whole = int(tenths)
    return whole / 10 if points > 0 and 1e-6 < tenths - whole < 1 - 1e-6 else round(points, 1)


def _glued(text: str, piece: str, lines: list[BlockLine], vocabulary: Vocabulary) -> tuple[str, list[BlockLine]]:
    """The text so far made ready for the next line: a hyphen dropped or kept, a cut web address closed, else a space."""
    if text.endswith("-") and len(text) > 1 and not text[-2].isspace():
        whole = vocabulary.joined(text, piece)
        if whole is not None:
            last = lines[-1]
            lines[-1] = BlockLine(
                last.start, max(last.start, len(whole)), last.x0, last.y0, last.x1, last.y1, last.size, last.bold
            )
            return whole, lines
        return (text if piece[:1].isalnum() else text + " "), lines
    if text.endswith(("–", "—")) and not text[-2:-1].isspace():
        return (text if piece[:1].isalnum() else text + " "), lines
    if _URL.search(text, text.rfind(" ") + 1) and _URL_REST.match(piece) and not text.endswith((".", ",", ")")):
        return text, lines
    return text + " ", lines


def _table_block(paragraph: Paragraph) -> Block:
    """A line a row, cells parted by tabs; a printed line's offsets are those of its row."""
    rows = ["\t".join(cell for cell in row).rstrip("\t") for row in paragraph.rows]
    text, lines = "", list[BlockLine]()
    boxes: Sequence[Segment] = paragraph.segments
    for index, row in enumerate(rows):
        start = len(text) + (1 if index else 0)
        text = row if not index else f"{text}\n{row}"
        if index < len(boxes):
            lines.append(_line(start, len(text), boxes[index]))
    return Block("table", text, tuple(lines))
