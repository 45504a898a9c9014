"""Finds the files that a page offers as the parts of one publication: "Part 1", "Annex A", "Executive summary" (``warehouse.parts``)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evidence.records import LISTING, SITE_PAGE
from warehouse.items import Item
from warehouse.landing_pages import offer_words, offers
from warehouse.likeness import same_title, title_words
from warehouse.parts import FEWEST_PARTS, Parts, alike

_WHOLE = re.compile(r"\b(?:full|whole|complete|main|final) (?:report|document|publication|paper|text|evaluation|review|version)\b", re.IGNORECASE)
_SUMMARY = re.compile(
    r"\bexecutive summary\b|\bsummary (?:report|of (?:the )?(?:report|findings))\b|^summary$|\bkey (?:findings|messages)$", re.IGNORECASE)
_PART = re.compile(
    r"\b(?P<kind>chapter|part|volume|vol\.?|book(?=\s*\w{1,5}\s*(?:$|[:.,;)|–—-]))|section|annexe?|appendix|supplement)\s*"
    r"(?P<number>\d{1,2}|[ivx]{1,5}|(?-i:[A-H])|(?<=[xet]\s)[a-h]|one|two|three|four|five|six|seven|eight|nine|ten)\b(?!\.\d)"
    r"|\b(?P<back>(?:technical |statistical |methodological )?(?:annexe?s?|appendi(?:x|ces)|supplement)|references)\b", re.IGNORECASE)
_BACK = re.compile(r"annex|appendi|supplement|references", re.IGNORECASE)
_NUMERALS = {word: at for at, word in enumerate(("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), start=1)}
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10, "xi": 11, "xii": 12}


@dataclass(frozen=True)
class _Piece:
    """A file as its page offers it: where among the others it belongs, and what its words say beyond that."""

    file: Item
    place: tuple[int, int]
    kind: str
    rest: str


def file_parts(items: Sequence[Item]) -> Iterator[Parts]:
    """The files of one publication that a page offers as its parts; the page itself is their landing page, and no part."""
    pages, offered = offers(items)
    for url in sorted(offered):
        page = pages[url]
        if page.words.parts or page.page_kind in (LISTING, SITE_PAGE):
            continue
        said = dict(zip(page.links, page.link_words, strict=False))
        own = {file.id: next((said[one.url] for one in file.sightings if one.url in said), "") for file, _ in offered[url]}
        pieces = [piece for file, words in offered[url] if (piece := _piece(file, words or own[file.id])) is not None]
        pieces = _of_one(page, pieces)
        if len({piece.file.id for piece in pieces}) >= FEWEST_PARTS and any(piece.kind != "whole" for piece in pieces):
            ordered = sorted(pieces, key=lambda piece: (piece.place, piece.file.order))
            parts, whole = (
                tuple(dict.fromkeys(piece.file.id for piece in ordered if (piece.kind == "whole") is held)) for held in (False, True)
            )
            reason = f"offered by one page, “{page.title or url}”, as parts of one publication"
            yield Parts(parts, reason, page=page.id, whole=whole)


def _piece(file: Item, words: str) -> _Piece | None:
    """None for a file of which nothing says that it is a part of something."""
    for text in (words, file.title or ""):
        plain = " ".join(offer_words(text))
        part = _PART.search(text)
        if part is not None:
            number = _number(part["number"]) if part["number"] else 0
            back = _BACK.search(part[0]) is not None
            kind = "back" if back else part["kind"].lower().rstrip(".")
            return _Piece(file, (3 if back else 2, number), kind, " ".join(offer_words(_PART.sub(" ", text, count=1))))
        if _SUMMARY.search(text):
            return _Piece(file, (1, 0), "summary", " ".join(offer_words(_SUMMARY.sub(" ", text, count=1))))
        if _WHOLE.search(text):
            return _Piece(file, (0, 0), "whole", plain)
    return None


def _number(text: str) -> int:
    text = text.lower()
    if text.isdigit():
        return int(text)
    return _NUMERALS.get(text) or _ROMAN.get(text) or ord(text[0]) - ord("a") + 1


def _of_one(page: Item, pieces: Sequence[_Piece]) -> list[_Piece]:
    """Those pieces that belong to the page's own publication: called so, or only by their part, or numbered through from the first."""
    kept: list[_Piece] = []
    for piece in pieces:
        rest = title_words(piece.rest)
        if not rest.words or same_title(page.words, rest) or rest.words <= page.words.words:
            kept.append(piece)
    for kind in sorted({piece.kind for piece in pieces} - {"whole", "summary"}):
        same = [piece for piece in pieces if piece.kind == kind]
        numbers = sorted(piece.place[1] for piece in same)
        if numbers == list(range(1, len(numbers) + 1)) and (len(numbers) >= FEWEST_PARTS or any(one.kind != kind for one in kept)):
            kept += [piece for piece in same if piece not in kept]
    places = [piece.place for piece in kept if piece.place[0] in (2, 3)]
    if len(set(places)) < len(places) or not all(alike(one.file, other.file) for one in kept for other in kept):
        return []  # two publications' parts on one page
    return kept
