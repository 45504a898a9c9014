"""What grouping needs to know of a document, and its identifiers in one spelling."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evidence.records import READ_ROLES, Document, PartLink
from warehouse.history import History, Sighting
from warehouse.likeness import TextSketch, TitleWords, sketch, title_words


@dataclass(frozen=True)
class Item:
    """A document without its text; ``sightings`` say where it was found."""

    id: str
    status: str
    media_type: str
    content_digest: str
    title: str | None
    published: str | None
    doi: str | None
    isbn: str | None
    links: tuple[str, ...]
    text: TextSketch
    words: TitleWords
    sightings: tuple[Sighting, ...]
    first: Sighting | None
    link_words: tuple[str, ...] = ()
    """The words of each of ``links``."""
    titles: tuple[tuple[str, str], ...] = ()
    """(title, where it stood): every title that the document gives, its own choice first."""
    authors: tuple[str, ...] = ()
    page_kind: str | None = None
    part_links: tuple[PartLink, ...] = ()

    @property
    def is_page(self) -> bool:
        """A page of the web: it may offer a document, and is not shown where the document is."""
        return "html" in self.media_type

    @property
    def order(self) -> tuple[str, int, str, str]:
        """By which a work's first document is found; a document that was never fetched comes last."""
        run, role = (self.first.run, READ_ROLES.index(self.first.role)) if self.first else ("~", len(READ_ROLES))
        return run, role, self.published or "~", self.id


def item(document: Document, history: History, signature: Sequence[int] | NDArray[np.uint32] | None = None) -> Item:
    """``signature`` is given for a document that was read without its own (``warehouse.outlines``)."""
    return Item(
        document.id,
        document.status,
        document.media_type,
        document.content_digest,
        document.title,
        document.published,
        normal_doi(document.doi),
        normal_isbn(document.isbn),
        tuple(link.url for link in document.links),
        sketch(document.signature if signature is None else signature),
        title_words(document.title),
        tuple(history.sightings.get(document.id, ())),
        history.first_sighting(document.id),
        tuple(link.text for link in document.links),
        tuple(dict.fromkeys(_titles(document))),
        document.authors,
        document.page_kind,
        document.part_links,
    )


def _titles(document: Document) -> Iterator[tuple[str, str]]:
    if document.title:
        yield document.title, document.title_source or "text"
    for entry in document.provenance:
        if entry.field == "title" and entry.value:
            yield entry.value, entry.source


def normal_doi(doi: str | None) -> str | None:
    found = re.search(r"10\.\d{4,9}/\S+", (doi or "").strip().lower())
    return found[0].rstrip(".,;)") if found else None


def normal_isbn(isbn: str | None) -> str | None:
    """As ISBN-13 digits; None for what is none."""
    digits = re.sub(r"[^0-9Xx]", "", isbn or "").upper()
    if len(digits) == 13 and digits.isdigit():
        return digits
    if len(digits) != 10 or not digits[:9].isdigit():
        return None
    body = "978" + digits[:9]
    return body + str(-sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(body)) % 10)
