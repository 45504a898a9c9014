"""What sitemaps (sitemaps.org 0.9, plain or gzipped, indexes, text lists) and feeds (RSS, RDF, Atom) name."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import parsedate_to_datetime

from scrapy import Selector
from scrapy.utils.gz import gunzip
from scrapy.utils.sitemap import Sitemap

from evidence.errors import Refused

MAX_UNPACKED_BYTES = 60 * 2**20
"""The protocol allows a sitemap 50 MB unpacked (sitemaps.org, "Sitemap file requirements"); a little more is borne."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An address as written, the words and the day that go with it. ``file`` marks an enclosure, the publication itself."""

    address: str
    text: str | None = None
    modified: date | None = None
    file: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """What a sitemap or feed names: ``entries``, further sitemaps, the feed's next page; ``damage`` where it is not well-formed."""

    entries: tuple[Entry, ...] = ()
    sitemaps: tuple[str, ...] = ()
    next_address: str | None = None
    damage: str | None = None


def named_in_sitemap(payload: bytes) -> Named:
    """The entries of a sitemap or index; of a damaged one those that can still be read. Raises ``Refused`` where it is none."""
    if payload[:3] == b"\x1f\x8b\x08":
        payload = _unpacked(payload)
    text = payload.lstrip(b"\xef\xbb\xbf \t\r\n")
    if re.match(rb"https?://", text):
        lines = text.decode("utf-8", "replace").split()
        return Named(tuple(Entry(line) for line in lines if re.match("https?://", line)))
    try:
        sitemap = Sitemap(text)
    except (StopIteration, SyntaxError) as error:
        # lxml.etree.XMLSyntaxError is a SyntaxError; an empty file ends the iteration.
        raise Refused("not a sitemap: no XML in it") from error
    if sitemap.type not in ("urlset", "sitemapindex"):
        raise Refused(f"not a sitemap: its root is <{sitemap.type}>")
    entries, sitemaps = [], []
    for row in sitemap:
        if sitemap.type == "sitemapindex":
            sitemaps.append(row["loc"])
        else:
            entries.append(Entry(row["loc"], modified=day(row.get("lastmod"))))
    log = sitemap.xmliter.error_log
    return Named(tuple(entries), tuple(sitemaps), damage=f"line {log[0].line}: {log[0].message}" if len(log) else None)


def _unpacked(payload: bytes) -> bytes:
    try:
        return gunzip(payload, max_size=MAX_UNPACKED_BYTES)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise Refused(f"not a sitemap: cannot be unpacked ({error})") from error


def named_in_feed(payload: bytes) -> Named:
    """The entries of a feed. Raises ``Refused`` where it is none."""
    text = payload.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not text.startswith(b"<"):
        raise Refused("not a feed: no XML in it")
    root = Selector(text=_decoded(text), type="xml")
    root.remove_namespaces()
    kind = root.xpath("name(/*)").get()
    if kind == "feed":
        return Named(tuple(entry for node in root.xpath("/feed/entry") for entry in _atom_entries(node)),
                     next_address=root.xpath("/feed/link[@rel='next']/@href").get())
    if kind in ("rss", "RDF", "rdf:RDF"):
        return Named(tuple(entry for node in root.xpath("//item") for entry in _rss_entries(node)),
                     next_address=root.xpath("/rss/channel/link[@rel='next']/@href").get())
    raise Refused(f"not a feed: its root is <{kind or '?'}>")


def _decoded(text: bytes) -> str:
    """The text without its XML declaration, which a decoded text may not carry."""
    declared = re.match(rb"<\?xml[^>]*?encoding=[\"']([\w.-]+)[\"']", text)
    try:
        plain = text.decode(declared[1].decode() if declared else "utf-8", "replace")
    except LookupError:
        plain = text.decode("utf-8", "replace")
    return re.sub(r"^<\?xml.*?\?>", "", plain, count=1, flags=re.DOTALL)


def _atom_entries(node: Selector) -> list[Entry]:
    title = _words(node.xpath("string(title)").get())
    when = day(node.xpath("updated/text()").get() or node.xpath("published/text()").get())
    pages = node.xpath("link[not(@rel) or @rel='alternate']/@href").getall()[:1]
    files = node.xpath("link[@rel='enclosure']/@href").getall()
    return [Entry(one, title, when) for one in pages] + [Entry(one, title, when, file=True) for one in files]


def _rss_entries(node: Selector) -> list[Entry]:
    title = _words(node.xpath("string(title)").get())
    when = day(node.xpath("pubDate/text()").get() or node.xpath("date/text()").get())
    identity = node.xpath("guid[not(@isPermaLink='false')]/text()").get()
    page = node.xpath("normalize-space(link)").get() or identity or ""
    files = node.xpath("enclosure/@url").getall()
    return [Entry(one, title, when) for one in [page] if one] + [Entry(one, title, when, file=True) for one in files]


def _words(text: str | None) -> str | None:
    return " ".join(re.sub(r"<[^>]*>", " ", text or "").split()) or None


def day(text: str | None) -> date | None:
    """The day of a W3C or RFC 822 date; None for what is no date."""
    text = (text or "").strip()
    for form, length in (("%Y-%m-%d", 10), ("%Y-%m", 7), ("%Y", 4)):
        try:
            return datetime.strptime(text[:length], form).date()
        except ValueError:
            continue
    try:
        return parsedate_to_datetime(text).date()
    except (ValueError, TypeError):
        return None
