"""Finds the pages that offer a document: a report's landing page and the report's PDF are one work.

A page that merely lists documents is none of their landing pages. So a link alone joins nothing: the titles must agree, or the
page must offer this one file in words that say so ("Download the full report").
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from warehouse.items import Item
from warehouse.likeness import TitleWords, same_title, title_overlap, title_words

_OFFER = frozenset((
    "download", "view", "read", "open", "get", "full", "complete", "final", "main", "report", "paper", "document",
    "publication", "pdf", "docx", "doc", "pptx", "odt", "epub", "file", "here", "now", "as", "version", "mb", "kb", "new",
    "window", "tab", "opens", "text", "briefing", "click", "link", "see", "whole", "free", "copy", "accessible", "print",
    "attachment"
))
MAX_OFFERED = 12
"""A page that leads to more files than this is a list, whatever its title."""


def landing_joins(items: Sequence[Item]) -> Iterator[tuple[str, str, str]]:
    """(page, document, reason in words) for each document and the page that offers it."""
    pages, offered = offers(items)
    for url in sorted(offered):
        page, files = pages[url], offered[url]
        if len({file.id for file, _ in files}) > MAX_OFFERED:
            continue
        for file, words in files:
            reason = _reason(page, file, words, alone=len({one.id for one, _ in files}) == 1)
            if reason:
                yield page.id, file.id, reason


def offers(items: Sequence[Item]) -> tuple[dict[str, Item], dict[str, list[tuple[Item, str]]]]:
    """The pages by address, and the files that each leads to with the link's words."""
    pages = {sighting.url: one for one in items if one.is_page for sighting in one.sightings}
    return pages, _offered(items, pages)


def _offered(items: Sequence[Item], pages: dict[str, Item]) -> dict[str, list[tuple[Item, str]]]:
    """The files that each page leads to, with the link's words: by the crawler's way there, or by the page's own links."""
    found: dict[str, list[tuple[Item, str]]] = defaultdict(list)
    files = {sighting.url: one for one in items if not one.is_page for sighting in one.sightings}
    for one in items:
        if one.is_page:
            continue
        for sighting in one.sightings:
            if sighting.via in pages:
                found[sighting.via].append((one, sighting.link_text or ""))
    for url, page in pages.items():
        led_to = {file.id for file, _ in found[url]} if url in found else set()
        for link in page.links:
            if link in files and files[link].id not in led_to:
                led_to.add(files[link].id)
                found[url].append((files[link], ""))
    return found


def _reason(page: Item, file: Item, words: str, alone: bool) -> str | None:
    """Why the page is this file's landing page, in words; None where it is not shown to be."""
    quoted = f" as “{words.strip()}”" if words.strip() else ""
    if same_title(page.words, file.words):
        return f"the page has the document's title and links to it{quoted}"
    linked = _title_in(words)
    if linked.words and same_title(page.words, linked):
        return f"the page links to it{quoted}, which is the page's own title"
    offers = not linked.words and (bool(words.strip()) or any(sighting.url in page.links for sighting in file.sightings))
    if alone and offers and _may_be_one(page, file):
        return f"the page offers this one file{quoted}"
    return None


def _title_in(words: str) -> TitleWords:
    """What a link's words say beyond offering a file: "Download: Care in Torbay (PDF, 2 MB)" says "Care in Torbay"."""
    return title_words(" ".join(offer_words(words)))


def offer_words(words: str) -> list[str]:
    """The words of a link without those that only offer a file, its kind and its size."""
    plain = re.sub(r"\(?\b\d+(?:\.\d+)?\s*(?:kb|mb|pages?|pp)\b\)?", " ", words, flags=re.IGNORECASE)
    return [word for word in re.findall(r"[\w.'’-]+", plain) if word.casefold().strip(".") not in _OFFER]


def _may_be_one(page: Item, file: Item) -> bool:
    """Nothing speaks against it: the file has no title of its own, or the titles or texts overlap."""
    return not file.words.words or title_overlap(page.words, file.words) >= 0.25 or page.text.containment(file.text) >= 0.3
