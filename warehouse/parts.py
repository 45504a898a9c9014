"""Finds publications that came in several pieces: the pages of a report on the web, the files of one ("Part 1", "Part 2", "Annex").

Pieces stay documents of their own, whose quotes stand in their own captures; here they are only found, ordered and named. What a page
links to proves little, since blogs and menus link too: so the pages must tell of each other ("next" there, "previous" here; one menu
on both), lie in one place of the site, show by words that these are parts of a text, and not carry dates or authors of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from warehouse.items import Item

FEWEST_PARTS = 2
MOST_PARTS = 150
MOST_DAYS_APART = 7
"""Between the days that two pages state: chapters come out together, posts of a series a week or more apart."""


@dataclass(frozen=True)
class Parts:
    """One publication in pieces: its documents in order (the page that lists them first, where there is one), why they are one, in words,
    what the whole is called, where no document's own title says it, the ``page`` that offers them without being a piece, and the files
    that hold the ``whole`` text: of the same work, but none of its pieces."""

    documents: tuple[str, ...]
    reason: str
    title: str | None = None
    title_source: str | None = None
    page: str | None = None
    whole: tuple[str, ...] = ()

    def joins(self) -> Iterator[tuple[str, str, str]]:
        """(the first document, another, reason): so that a person who parts one from the others leaves these together."""
        for document in (*self.documents[1:], *self.whole):
            yield self.documents[0], document, self.reason


def alike(a: Item, b: Item) -> bool:
    """Nothing says that they are publications of their own: days of issue apart, quite other authors, other identifiers."""
    for name in ("doi", "isbn"):
        one, other = getattr(a, name), getattr(b, name)
        if one and other and one != other:
            return False
    if a.authors and b.authors and not set(a.authors) & set(b.authors):
        return False
    days = [_day(item.published) for item in (a, b)]
    if days[0] is not None and days[1] is not None:
        return abs((days[0] - days[1]).days) <= MOST_DAYS_APART
    years = [(item.published or "")[:4] for item in (a, b)]
    return not (all(years) and years[0] != years[1])


def _day(published: str | None) -> date | None:
    try:
        return date.fromisoformat(published) if published and len(published) == 10 else None
    except ValueError:
        return None
