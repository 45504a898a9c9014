"""RIS and BibTeX: a record of metadata an entry, without the text of the work."""

from __future__ import annotations

import hashlib
import itertools
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
_RIS_START = re.compile(r"^\s*TY {1,2}- ?", re.M)
_RIS_END = re.compile(r"^\s*ER {1,2}-.*$", re.M)
_RIS_KEY = re.compile(r"^\s*(?:ID|AN|DO) {1,2}- *(\S.*)$", re.M)
_BIBTEX_START = re.compile(r"^[ \t]*@(\w+)\s*[{(]\s*([^,\n{}]{0,200})", re.M)
_BIBTEX_ENTRY = re.compile(r"^[ \t]*@(?!(?:string|comment|preamble)\b)\w+\s*[{(]", re.M | re.I)


def split_entries(payload: bytes, kind: str) -> list[tuple[str, str]]:
    """The entries of a RIS or BibTeX file as (identifier, text), each a file of one entry. Raises Refused where there is none.

    The identifier is the entry's own (cite key, ``ID``, accession number, DOI), or the text's digest. BibTeX abbreviations
    (``@string``) go along with the entries that use them.
    """
    text = decode(payload)
    if len(text) > _MOST_CHARS:
        raise Refused(f"a reference file of {len(text):,} characters ({_MOST_CHARS:,} at most)")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    entries = list(_ris_texts(text) if kind == RIS else _bibtex_texts(text))
    if not entries:
        raise Refused("the reference file holds no entry")
    return [(key or hashlib.sha256(entry.encode()).hexdigest()[:16], entry) for key, entry in entries]


def _ris_texts(text: str) -> Iterator[tuple[str, str]]:
    starts = [match.start() for match in _RIS_START.finditer(text)]
    for start, end in itertools.pairwise([*starts, len(text)]):
        entry = text[start:end]
        closed = _RIS_END.search(entry)
        entry = entry[: closed.end()] if closed else entry.rstrip() + "\nER  - "
        key = _RIS_KEY.search(entry)
        yield (key.group(1).strip() if key else ""), entry.strip() + "\n"


def _bibtex_texts(text: str) -> Iterator[tuple[str, str]]:
    starts = list(_BIBTEX_START.finditer(text))
    entries: list[tuple[str, str, str]] = []
    for match, end in zip(starts, [*(match.start() for match in starts[1:]), len(text)], strict=True):
        entries.append((match.group(1).lower(), match.group(2).strip(), text[match.start() : end].strip() + "\n"))
    shared = [(name.split("=")[0].strip().lower(), entry) for kind, name, entry in entries if kind == "string"]
    for kind, key, entry in entries:
        if kind not in ("string", "comment", "preamble"):
            words = set(re.findall(r"[\w.:-]+", entry.lower())) if shared else set()
            yield key, "".join(definition for name, definition in shared if name in words) + entry


def read_entry(payload: bytes, kind: str) -> Reading:
    """The one entry of a RIS or BibTeX file. Raises Refused where it is broken, has no title, or is not the only one."""
    text = decode(payload)
    if (count := len((_RIS_START if kind == RIS else _BIBTEX_ENTRY).findall(text))) > 1:
        raise Refused(f"the reference file holds {count:,} records, not a text: read them one by one")
    fields = next(_ris(text) if kind == RIS else _bibtex(text), None)
    if fields is None:
        raise Refused("the entry has no title")
    values = dict(reversed(fields))
    blocks = [Block("heading", values["title"], 1)]
    if abstract := values.get("summary"):
        blocks.append(Block("body", abstract))
    keywords = [value for field, value in fields if field == "keyword"]
    if keywords:
        blocks.append(Block("list", "; ".join(keywords)))
    seen = tuple(Provenance(field, value, "record") for field, value in fields if field not in ("summary", "keyword", "url"))
    return Reading(kind, (Leaf(1, tuple(blocks)),), seen=seen, summary=values.get("summary"))


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
