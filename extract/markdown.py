"""Markdown, as written by people and as left by converters: front matter, headings, lists, tables, escapes, emphasis."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from typing import Any

import yaml

from evidence.errors import Refused
from evidence.records import Provenance, Table
from extract.blocks import Reading
from extract.clean_text import clean, decode
from extract.media_type import MARKDOWN
from extract.plain_text import MOST_CHARS, leaves_of, split_pages
from extract.printed_lines import BULLET, GLYPH, PrintedLine

_FRONT_MATTER = re.compile(r"\A(---|\+\+\+)\s*\n(.{0,20000}?)\n\1\s*\n", re.S)
_FIELDS = {
    "title": "title",
    "subtitle": "subtitle",
    "author": "authors",
    "authors": "authors",
    "date": "published",
    "published": "published",
    "publisher": "publisher",
    "organisation": "publisher",
    "organization": "publisher",
    "doi": "doi",
    "isbn": "isbn",
    "issn": "issn",
    "lang": "language",
    "language": "language",
    "description": "summary",
    "summary": "summary",
    "abstract": "summary",
}
_HEADING = re.compile(r"^\s{0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_BOLD_LINE = re.compile(r"^\s*(?:#{1,6}\s+)?(?:\*\*|__)(?=\S).{1,300}?(?:\*\*|__)[\s*]*$")
_ROW = re.compile(r"^\s*\|.*\|\s*$")
_RULE_ROW = re.compile(r"^[\s|:\-–—]+$")
_THEMATIC = re.compile(r"^\s*(?:(?:\*\s*){3,}|(?:-\s*){3,}|(?:_\s*){3,}|={3,})$")
_IMAGE = re.compile(r"!\[([^\[\]\n]{0,300})\]\([^()\n]{0,600}\)")
_LINK = re.compile(r"\[([^\[\]\n]{1,500})\]\(<?[^()\s\n]{0,600}(?:\s+\"[^\"\n]{0,300}\")?\)")
_TAG = re.compile(r"</?[a-zA-Z][^<>\n]{0,300}>|<!--.{0,2000}?-->")
_CITE_MARK = re.compile(r"\[cite_start\]|\s?\[cite:[\s\d,]{1,200}\]")
_STARS = re.compile(r"\*{2,}")
_EMPHASIS = re.compile(r"(?<![\w*])([*_])(?=[^\s*_])([^*_\n]{1,500}?)(?<=\S)\1(?![\w*])")
_LOOSE_EMPHASIS = re.compile(r"(?<!\\)(?<![\w*])\*\s?(?=[^\s*])([^*\n]{1,500}?)\s?\*(?![\w*])")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|<>~&$%\"'^])")
_MARK = "\ue000"


def read_markdown(payload: bytes) -> Reading:
    """Reads Markdown. Tables are kept both as rows and as text, a line a row with cells parted by tabs."""
    text = decode(payload)
    if len(text) > MOST_CHARS:
        raise Refused(f"text of {len(text):,} characters is longer than any document ({MOST_CHARS:,})")
    seen: tuple[Provenance, ...] = ()
    front = _FRONT_MATTER.match(text)
    summary = None
    if front and (fields := _front_matter(front.group(1), front.group(2))):
        text = text[front.end() :]
        seen = tuple(Provenance(field, value, "front_matter") for field, value in fields if field != "summary")
        summary = next((value for field, value in fields if field == "summary"), None)
    tables: list[Table] = []
    pages = []
    for number, page in enumerate(split_pages(text), start=1):
        lines = _lines(page)
        tables.extend(_tables(page, number))
        pages.append(lines)
    leaves, running, poured = leaves_of(pages)
    return Reading(MARKDOWN, leaves, seen=seen, tables=(*tables, *poured), running=running, summary=summary)


def _front_matter(fence: str, text: str) -> list[tuple[str, str]]:
    try:
        loaded: Any = (
            tomllib.loads(text) if fence == "+++" else yaml.safe_load(text) if text.count("&") + text.count("*") < 50 else None
        )
    except (tomllib.TOMLDecodeError, yaml.YAMLError, ValueError, RecursionError):
        return []
    if not isinstance(loaded, dict):
        return []
    values = []
    for key, value in loaded.items():
        field = _FIELDS.get(str(key).lower())
        for given in value if isinstance(value, list) else [value]:
            one: Any = given.get("name") if isinstance(given, dict) else given
            if field and isinstance(one, str | int | float | date):
                values.append((field, clean(one.isoformat() if isinstance(one, date) else str(one))))
    return [(field, value) for field, value in values if value]


def _lines(page: str) -> list[PrintedLine]:
    lines: list[PrintedLine] = []
    fenced = False
    for raw in _CITE_MARK.sub("", page).splitlines():
        if raw.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
            lines.append(PrintedLine(""))
        elif fenced:
            lines.append(PrintedLine(clean(raw), verbatim=True))
        elif _THEMATIC.match(raw):
            lines.append(PrintedLine(""))
        elif _ROW.match(raw) and raw.count("|") >= 2:
            lines.append(PrintedLine("" if _RULE_ROW.match(raw) else "\t".join(_cells(raw)), verbatim=True))
        else:
            lines.append(_line(raw))
    return lines


def _line(raw: str) -> PrintedLine:
    heading = _HEADING.match(raw)
    bold = _BOLD_LINE.match(raw) is not None and "****" not in raw.strip()[2:-2]
    if heading:
        return PrintedLine(plain(heading.group(2)), heading=len(heading.group(1)), bold=bold)
    quote = re.sub(r"^\s{0,3}(?:>\s?)+", "", raw)
    bullet = BULLET.match(quote)
    ordered = re.match(r"^\s*(?:\d{1,2}|[a-z])\\?[.)]\s+", quote)
    if bullet and not quote.lstrip().startswith("**"):
        text = plain(quote[bullet.end() :])
        return PrintedLine(text, item=bool(text))
    text = plain(quote)
    if GLYPH.match(text) and len(text) > 3:
        return PrintedLine(GLYPH.sub("", text), item=True)
    return PrintedLine(
        text, bold=bold, item=ordered is not None and not bold and bool(text) and (quote[:1].isspace() or len(text) > 60)
    )


def plain(text: str) -> str:
    """Inline markup taken away, the words kept: links to their text, images to nothing, emphasis and escapes undone."""
    text = _IMAGE.sub("", text)
    for _ in range(2):
        text = _LINK.sub(r"\1", text)
    text = _TAG.sub("", text)
    # Escaped stars are hidden from the emphasis rules and shown again at the end.
    text = text.replace("\\*", _MARK).replace("`", "")
    text = _STARS.sub("", text)
    text = _EMPHASIS.sub(r"\2", text)
    text = _LOOSE_EMPHASIS.sub(r" \1 ", text)
    return clean(_ESCAPE.sub(r"\1", text).replace(_MARK, "*"))


def _cells(raw: str) -> list[str]:
    return [plain(cell).replace("\t", " ") for cell in re.split(r"(?<!\\)\|", raw.strip().strip("|"))]


def _tables(page: str, number: int) -> list[Table]:
    found: list[Table] = []
    rows: list[tuple[str, ...]] = []
    for raw in [*_CITE_MARK.sub("", page).splitlines(), ""]:
        if _ROW.match(raw) and raw.count("|") >= 2:
            if not _RULE_ROW.match(raw):
                rows.append(tuple(_cells(raw)))
        else:
            if len(rows) >= 2:
                found.append(Table(number, tuple(rows)))
            rows = []
    return found
