"""The words of title pages and imprints (``words.toml``), compiled."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

WORDS = Path(__file__).with_name("words.toml")
_PATTERNS = (
    "document_kinds",
    "series",
    "section_names",
    "junk_titles",
    "junk_authors",
    "author_headings",
    "publisher_cues",
    "author_cues",
)
_LISTS = ("names_like_words", "ordinary_words", "publishing_bodies", "organisation_words", "organisation_places", "person_titles", "post_nominals")


class WordListError(ValueError):
    """The word file breaks its schema; the message names file, key and what was expected."""


@dataclass(frozen=True, slots=True)
class Words:
    """``document_kinds`` to ``author_headings`` match whole lines; the cues are searched at the beginning of a stretch."""

    document_kinds: re.Pattern[str]
    series: re.Pattern[str]
    section_names: re.Pattern[str]
    junk_titles: re.Pattern[str]
    junk_authors: re.Pattern[str]
    author_headings: re.Pattern[str]
    publisher_cues: re.Pattern[str]
    author_cues: re.Pattern[str]
    names_like_words: frozenset[str]
    ordinary_words: frozenset[str]
    publishing_bodies: frozenset[str]
    organisation_words: frozenset[str]
    organisation_places: frozenset[str]
    person_titles: frozenset[str]
    post_nominals: frozenset[str]


@lru_cache(maxsize=1)
def words(path: Path = WORDS) -> Words:
    """The lists of ``path``, checked. Raises WordListError."""
    loaded = tomllib.loads(path.read_text(encoding="utf-8"))
    unknown = set(loaded) - {*_PATTERNS, *_LISTS}
    if unknown:
        raise WordListError(f"{path.name}: {', '.join(sorted(unknown))}: unknown key")
    for key in (*_PATTERNS, *_LISTS):
        value = loaded.get(key)
        if not isinstance(value, list) or not value or not all(isinstance(item, str) and item for item in value):
            raise WordListError(f"{path.name}: {key}: expected a list of strings")
    compiled: dict[str, Any] = {}
    for key in _PATTERNS:
        try:
            compiled[key] = re.compile("|".join(f"(?:{pattern})" for pattern in loaded[key]), re.IGNORECASE)
        except re.error as error:
            raise WordListError(f"{path.name}: {key}: expected regular expressions ({error})") from error
    compiled.update({key: frozenset(loaded[key]) for key in _LISTS})
    return Words(**compiled)
