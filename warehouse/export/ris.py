"""RIS, the reference format that reference managers and screening tools read: one tag a line, UTF-8, CRLF."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

_BODY_WORDS = frozenset((
    "agency", "alliance", "assembly", "association", "authority", "board", "centre", "center", "charity", "city", "college",
    "collaborative", "commission", "committee", "company", "confederation", "consortium", "council", "county", "department",
    "directorate", "england", "executive", "federation", "forum", "foundation", "fund", "government", "group", "health",
    "hospital", "house", "institute", "institution", "international", "limited", "ltd", "ministry", "national", "network",
    "nhs", "office", "organisation", "organization", "parliament", "partnership", "plc", "programme", "royal", "school",
    "scotland", "service", "services", "society", "team", "think", "trust", "union", "unit", "university", "wales"
))
_PARTICLES = frozenset((
    "van", "von", "der", "den", "de", "da", "di", "du", "la", "le", "del", "ten", "ter", "bin", "al", "st"
))
_TITLES = re.compile(r"^(?:(?:dr|prof|professor|mr|mrs|ms|miss|sir|dame|lord|baroness)\.?\s+)+", re.IGNORECASE)
_LETTERS = re.compile(r"(?:,?\s+(?:phd|md|mbbs|frcp|frcgp|mrcp|rn|cbe|obe|mbe|msc|ma|ba))+\.?$", re.IGNORECASE)


def write_ris(works: Iterable[dict[str, Any]], facets: dict[str, list[str]], file: BinaryIO) -> None:
    for work in works:
        for tag, value in _lines(work):
            text = " ".join(str(value).split())
            if text:
                file.write(f"{tag}  - {text}\r\n".encode())
        file.write(b"ER  - \r\n\r\n")


def _lines(work: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    yield "TY", _kind(work)
    yield "ID", work["id"]
    yield "TI", full_title(work)
    for author in work["authors"] or ():
        yield "AU", author_name(author)
    yield "PB", work["publisher"] or ""
    yield "PY", work["year"] if work["year"] is not None else ""
    yield "DA", _date(work["published"])
    yield "UR", work["landing_url"] or work["url"] or ""
    if work["media_type"] == "application/pdf":
        yield "L1", work["url"] or ""
    yield "DO", work["doi"] or ""
    yield "SN", work["isbn"] or work["issn"] or ""
    yield "M1", work["report_number"] or ""
    yield "LA", work["language"] or ""
    yield "AB", work["summary"] or ""
    seen = set()
    for tag in work["evidence"]:
        keyword = f"{tag['facet'].replace('_', ' ')}: {tag['label'].replace('_', ' ')}"
        if keyword not in seen:
            seen.add(keyword)
            yield "KW", keyword
    for place in work["places"] or ():
        yield "KW", f"place: {place}"
    if work["evidence_strength"]:
        yield "N1", f"Evidence strength: {work['evidence_strength']}. " + "; ".join(work["strength_steps"] or ())
    yield "N1", f"Run: {work['run']}"


def full_title(work: dict[str, Any]) -> str:
    """Title and subtitle; the subtitle once, where the title as it was read ends with it already."""
    title, subtitle = (" ".join((work[name] or "").split()) for name in ("title", "subtitle"))
    if subtitle and _plain(title).endswith(_plain(subtitle)):
        return title
    return ": ".join(part for part in (title, subtitle) if part) or "[no title]"


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _kind(work: dict[str, Any]) -> str:
    """RPRT unless it is an article of a journal (an ISSN and a DOI) or a page of the web."""
    if work["issn"] and work["doi"]:
        return "JOUR"
    return "ELEC" if work["media_type"] == "text/html" else "RPRT"


def _date(published: str | None) -> str:
    """YYYY/MM/DD/ with nothing where a part is not known."""
    parts = (published or "").split("-")
    return "/".join([*parts, *[""] * (3 - len(parts))]) + "/" if published else ""


def author_name(name: str) -> str:
    """ "Surname, Given" for a person, the name as it is for a body."""
    name = " ".join(name.split())
    if "," in name or is_body(name):
        return name
    words = _LETTERS.sub("", _TITLES.sub("", name)).split()
    if len(words) < 2:
        return name
    at = len(words) - 1
    while at > 1 and words[at - 1].lower().strip(".") in _PARTICLES:
        at -= 1
    return f"{' '.join(words[at:])}, {' '.join(words[:at])}"


def is_body(name: str) -> bool:
    """A body's name has a word that people's have not, or is an acronym, or is long."""
    words = [re.sub(r"['’]s?$", "", word.strip(".,()").lower()) for word in name.split()]
    return len(words) == 1 or len(words) > 5 or any(word in _BODY_WORDS or word in ("and", "for", "of", "the", "&") for word in words)
