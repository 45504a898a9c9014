"""RIS and BibTeX: a record of metadata an entry, without the text of the work."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any

import rispy
from bibtexparser.entrypoint import parse_string

from evidence.errors import Refused
from evidence.records import Provenance
from extract.blocks import Block, Leaf, Reading
from extract.clean_text import clean, decode
from extract.media_type import RIS

_MOST_CHARS = 50_000_000


def read_entries(payload: bytes, kind: str) -> Iterator[tuple[bytes, Reading]]:
    """Each entry with bytes that stand for it (its digest is the record's id, so an entry keeps its id in another export)."""
    text = decode(payload)
    if len(text) > _MOST_CHARS:
        raise Refused(f"a reference file of {len(text):,} characters ({_MOST_CHARS:,} at most)")
    entries = list(_ris(text) if kind == RIS else _bibtex(text))
    if not entries:
        raise Refused("the reference file holds no entry with a title")
    for fields in entries:
        yield _reading(fields, kind)


def _reading(fields: list[tuple[str, str]], kind: str) -> tuple[bytes, Reading]:
    canonical = "\n".join(f"{field}\t{value}" for field, value in fields).encode()
    values = dict(reversed(fields))
    blocks = [Block("heading", values["title"], 1)]
    if abstract := values.get("summary"):
        blocks.append(Block("body", abstract))
    keywords = [value for field, value in fields if field == "keyword"]
    if keywords:
        blocks.append(Block("list", "; ".join(keywords)))
    seen = tuple(Provenance(field, value, "record") for field, value in fields if field not in ("summary", "keyword", "url"))
    return hashlib.sha256(canonical).digest() + canonical, Reading(
        kind, (Leaf(1, tuple(blocks)),), seen=seen, summary=values.get("summary")
    )


def _ris(text: str) -> Iterator[list[tuple[str, str]]]:
    try:
        entries = rispy.loads(text.lstrip("\ufeff"), skip_unknown_tags=True)
    except Exception as error:  # rispy raises OSError, ValueError and its own on broken files
        raise Refused(f"broken RIS file ({' '.join(str(error).split())[:120]})") from error
    for entry in entries:
        yield from _kept(
            [
                *_values(entry, "title", "title", "primary_title", "translated_title", "short_title"),
                *(("authors", _given_first(name)) for key in ("authors", "first_authors") for name in entry.get(key) or []),
                *_values(entry, "published", "date", "publication_year", "year"),
                *_values(entry, "publisher", "publisher", "institution", "secondary_title", "journal_name", "alternate_title3"),
                *_values(entry, "doi", "doi"),
                *_values(entry, "isbn", "issn", "isbn"),
                *_values(entry, "issn", "issn"),
                *_values(entry, "report_number", "report_number", "number"),
                *_values(entry, "language", "language"),
                *_values(entry, "summary", "abstract", "notes_abstract"),
                *(("keyword", clean(str(word))) for word in entry.get("keywords") or []),
            ]
        )


def _bibtex(text: str) -> Iterator[list[tuple[str, str]]]:
    try:
        entries = parse_string(text).entries
    except Exception as error:  # the parser raises many kinds of its own on broken files
        raise Refused(f"broken BibTeX file ({' '.join(str(error).split())[:120]})") from error
    for entry in entries:
        plain = {key.lower(): _unbraced(str(field.value)) for key, field in entry.fields_dict.items()}
        date = "-".join(
            part for part in (plain.get("year"), plain.get("month") if (plain.get("month") or "").isdigit() else None) if part
        )
        yield from _kept(
            [
                *_values(plain, "title", "title"),
                *_values(plain, "subtitle", "subtitle"),
                *(("authors", _given_first(name)) for name in re.split(r"\s+and\s+", plain.get("author", "")) if name.strip()),
                *_values(plain, "published", "date"),
                *([("published", date)] if date else []),
                *_values(
                    plain,
                    "publisher",
                    "publisher",
                    "institution",
                    "school",
                    "organization",
                    "journal",
                    "journaltitle",
                    "booktitle",
                ),
                *_values(plain, "doi", "doi"),
                *_values(plain, "isbn", "isbn"),
                *_values(plain, "issn", "issn"),
                *_values(plain, "report_number", "number"),
                *_values(plain, "language", "language"),
                *_values(plain, "summary", "abstract"),
                *(("keyword", clean(word)) for word in re.split(r"[,;]", plain.get("keywords", "")) if word.strip()),
            ]
        )


def _values(entry: dict[str, Any], field: str, *keys: str) -> Iterator[tuple[str, str]]:
    for key in keys:
        value = entry.get(key)
        for one in value if isinstance(value, list) else [value]:
            if one and clean(str(one)):
                yield field, clean(str(one).rstrip("/"))
                return


def _kept(fields: list[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    if any(field == "title" for field, _ in fields):
        yield fields


def _given_first(name: str) -> str:
    parts = [part.strip() for part in clean(name).split(",")]
    return f"{parts[1]} {parts[0]}" if len(parts) >= 2 and parts[1] else parts[0]


def _unbraced(value: str) -> str:
    return clean(
        re.sub(r"\\[&%$#_]", lambda match: match.group(0)[1], value.strip('{}"'))
        .replace("{", "")
        .replace("}", "")
        .replace("--", "–")
    )
