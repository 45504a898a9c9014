"""Links of an HTML page: to files, to other pages, and on a listing to its entries and its next page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from parsel import Selector
from scrapy.http import HtmlResponse
from scrapy.utils.response import get_base_url

from crawler.addresses import canonical
from crawler.catalogue import Listing, Source

MAX_TEXT = 300
"""Longer link texts are whole teasers; what names the document stands at their beginning."""

_EMBEDDED = (
    ("meta[name=citation_pdf_url]", "content"), ("link[rel=alternate][type='application/pdf']", "href"),
    ("iframe", "src"), ("embed", "src"), ("object", "data"),
)
"""Where a page names its file other than by a link: the tag of Highwire Press that repositories use, and embedded viewers."""


@dataclass(frozen=True, slots=True)
class FoundLink:
    url: str
    text: str | None = None


@dataclass(frozen=True, slots=True)
class PageLinks:
    """The links of a page that concern its source, each address once, with the first text that says something."""

    documents: tuple[FoundLink, ...] = ()
    pages: tuple[FoundLink, ...] = ()


@dataclass(frozen=True, slots=True)
class ListingLinks:
    entries: tuple[FoundLink, ...] = ()
    next_url: str | None = None


class HtmlPage:
    """A page as parsed, with its address and the encoding that its headers or itself declare.

    A declared encoding that is none for text is passed over for UTF-8, and a declared base address that is none for the page's own.
    """

    def __init__(self, url: str, body: bytes, content_type: str | None = None) -> None:
        headers = {"Content-Type": content_type} if content_type else {}
        self.response = HtmlResponse(url, body=body, headers=headers)
        try:
            _ = self.response.text
        except (LookupError, ValueError):
            # Python's codecs know names such as rot13 and undefined, which decode no page.
            self.response = HtmlResponse(url, body=body.decode("utf-8", "replace").encode(), encoding="utf-8")
        try:
            declared = canonical(get_base_url(self.response))
        except ValueError:
            declared = None
        self.base = declared or url
        # Not the response's own selector, which trips over a base address that is none.
        self.root = Selector(self.response.text, type="html")

    def links(self, source: Source) -> PageLinks:
        """The files and pages that the source's definition lets us follow from here."""
        own = self.response.url
        files = [*self._in_scope(source, source.documents.links), *self._embedded(source)]
        documents = _once(one for one in files if one.url != own and source.names_document(one.url) and source.covers(one.url))
        if not source.follow.pages:
            return PageLinks(documents)
        pages = _once(one for one in self._in_scope(source, source.follow.links)
                      if one.url != own and not source.names_document(one.url) and source.follows(one.url))
        return PageLinks(documents, pages)

    def listed(self, source: Source, listing: Listing) -> ListingLinks:
        """The entries of a listing and the page that goes on with it; links to the listing's own pages are no entries."""
        own = urlsplit(self.response.url).path
        entries = _once(one for one in self._in_scope(source, listing.links) if source.covers(one.url) and urlsplit(one.url).path != own)
        following = next(iter(self._in_scope(source, listing.next)), None) if listing.next else None
        return ListingLinks(entries, following.url if following and following.url != self.response.url else None)

    def _in_scope(self, source: Source, scope: str) -> Iterator[FoundLink]:
        """Links that the selector picks, or that lie inside what it picks."""
        for element in self.root.css(scope):
            anchors = [element] if element.attrib.get("href") else element.css("a[href], area[href]")
            for anchor in anchors:
                url = source.canonical(anchor.attrib["href"], self.base)
                if url is not None:
                    yield FoundLink(url, _text_of(anchor))

    def _embedded(self, source: Source) -> Iterator[FoundLink]:
        for selector, attribute in _EMBEDDED:
            for element in self.root.css(selector):
                url = source.canonical(element.attrib.get(attribute, ""), self.base)
                if url is not None:
                    yield FoundLink(url)


def _text_of(anchor: Selector) -> str | None:
    """The words of a link; where it has none, those that a screen reader would say."""
    written = "".join(anchor.xpath(".//text()[not(ancestor::script or ancestor::style or ancestor::svg)]").getall())
    spoken = (anchor.attrib.get("aria-label"), anchor.attrib.get("title"), anchor.css("img::attr(alt)").get())
    for text in (written, *spoken):
        words = " ".join((text or "").split())
        if words:
            return words[:MAX_TEXT]
    return None


def _once(links: Iterator[FoundLink]) -> tuple[FoundLink, ...]:
    found: dict[str, FoundLink] = {}
    for link in links:
        if link.url not in found or (found[link.url].text is None and link.text is not None):
            found[link.url] = link
    return tuple(found.values())
