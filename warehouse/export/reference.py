"""A work as a reference: its full title, its authors as people or bodies, its kind, its date, its keywords. All formats take them from here."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

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


def full_title(work: dict[str, Any]) -> str:
    """Title and subtitle; the subtitle once, where the title as it was read ends with it already."""
    title, subtitle = (" ".join((work[name] or "").split()) for name in ("title", "subtitle"))
    if subtitle and _plain(title).endswith(_plain(subtitle)):
        return title
    return ": ".join(part for part in (title, subtitle) if part) or "[no title]"


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


REPORT, ARTICLE, WEB_PAGE = "report", "article", "web page"


def kind(work: dict[str, Any]) -> str:
    """A report unless it is an article of a journal (an ISSN and a DOI) or a page of the web."""
    if work["issn"] and work["doi"]:
        return ARTICLE
    return WEB_PAGE if work["media_type"] == "text/html" else REPORT


def address(work: dict[str, Any]) -> str:
    """Where a reader begins: the page that offers the work before the file itself."""
    return work["landing_url"] or work["url"] or ""


def date_parts(published: str | None) -> list[int]:
    """[year], [year, month] or [year, month, day]; nothing where no date is known."""
    return [int(part) for part in (published or "").split("-") if part.isdigit()]


def keywords(work: dict[str, Any]) -> list[str]:
    """ "facet: label" for each label once, then the places; a guess is marked as one."""
    guesses: dict[str, bool] = {}
    for tag in work["evidence"]:
        word = f"{tag['facet'].replace('_', ' ')}: {tag['label'].replace('_', ' ')}"
        guesses[word] = guesses.get(word, True) and bool(tag["unsure"])
    return [*(f"{word} (guess)" if guess else word for word, guess in guesses.items()), *(f"place: {place}" for place in work["places"] or ())]


def notes(work: dict[str, Any]) -> list[str]:
    """How the strength came about, and the run that the work's data come from."""
    strength = work["evidence_strength"]
    steps = "; ".join(work["strength_steps"] or ())
    return [*([f"Evidence strength: {strength}. {steps}".strip()] if strength else []), f"Run: {work['run']}"]


def citation_key(work: dict[str, Any]) -> str:
    """A key in plain letters that lasts as long as the work's id: first author or publisher, year, beginning of the id."""
    names = work["authors"] or [work["publisher"] or "anonymous"]
    first = author_name(names[0]).partition(",")[0]
    letters = unicodedata.normalize("NFKD", first).encode("ascii", "ignore").decode()
    return f"{re.sub('[^A-Za-z]', '', letters).lower()[:20] or 'work'}{work['year'] or ''}-{work['id'][:8]}"


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


def person(name: str) -> tuple[str, str] | None:
    """(family name, given names) of a person; None for a body or a single name."""
    family, comma, given = author_name(name).partition(", ")
    return (family, given) if comma and not is_body(name) else None
