"""Sitemaps and feeds, well-formed and as found."""

from __future__ import annotations

import gzip
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery import day, named_in_feed, named_in_sitemap
from evidence.errors import Refused

URLSET = b"""<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">
<url><loc> http://x.org/a </loc><lastmod>2024-03-01T10:00:00+00:00</lastmod><xhtml:link rel="alternate" href="http://x.org/fr/a"/></url>
<url><loc>http://x.org/b?x=1&amp;y=2</loc></url><url><priority>1</priority></url></urlset>"""


def test_a_sitemap_gives_addresses_and_days() -> None:
    named = named_in_sitemap(URLSET)
    assert [(one.address, one.modified) for one in named.entries] == [("http://x.org/a", date(2024, 3, 1)), ("http://x.org/b?x=1&y=2", None)]
    assert named.damage is None and named.sitemaps == ()
    assert named_in_sitemap(gzip.compress(URLSET)) == named
    assert named_in_sitemap(b"\xef\xbb\xbf\n " + URLSET) == named, "blanks before the declaration lose the sitemap"


def test_an_index_gives_sitemaps() -> None:
    rows = b"<sitemap><loc>http://x.org/1.xml</loc></sitemap><sitemap><loc>http://x.org/2.xml.gz</loc></sitemap>"
    named = named_in_sitemap(b"<sitemapindex>" + rows + b"</sitemapindex>")
    assert named.sitemaps == ("http://x.org/1.xml", "http://x.org/2.xml.gz") and named.entries == ()


def test_a_list_of_lines_is_a_sitemap() -> None:
    assert [one.address for one in named_in_sitemap(b"http://x.org/a\r\nhttps://x.org/b\n\n").entries] == ["http://x.org/a", "https://x.org/b"]


def test_a_torn_sitemap_gives_what_can_be_read_and_says_so() -> None:
    torn = named_in_sitemap(URLSET[: URLSET.index(b"</url><url><priority>")])
    assert torn.entries[0].address == "http://x.org/a" and torn.damage is not None
    bare = named_in_sitemap(URLSET.replace(b"&amp;", b"&"))
    assert bare.entries[0].address == "http://x.org/a" and bare.damage is not None


@pytest.mark.parametrize("payload", [b"", b"   ", b"<html><body>Not found</body></html>", b"sorry", b"\x1f\x8b\x08torn", b"<"])
def test_what_is_no_sitemap_is_refused(payload: bytes) -> None:
    with pytest.raises(Refused, match="not a sitemap"):
        named_in_sitemap(payload)


def test_entities_of_a_sitemap_are_not_expanded() -> None:
    bomb = b'<!DOCTYPE u [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY x SYSTEM "file:///etc/hostname">]>' \
           b"<urlset><url><loc>http://x.org/&b;&x;</loc></url><url><loc>http://x.org/ok</loc></url></urlset>"
    assert "aaaaaaaaaa" not in str(named_in_sitemap(bomb)) and "http://x.org/ok" in str(named_in_sitemap(bomb))


def test_rss_gives_pages_words_days_and_enclosures() -> None:
    named = named_in_feed(b"""<?xml version="1.0" encoding="iso-8859-1"?>
      <rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><link>http://x.org/</link><atom:link rel="next" href="?page=2"/>
      <item><title>\xc9valuation &amp; <![CDATA[<b>care</b>]]></title><link> http://x.org/a </link><pubDate>Fri, 01 Mar 2024 10:00:00 +0000</pubDate>
      <enclosure url="http://x.org/a.pdf" type="application/pdf"/></item>
      <item><guid>http://x.org/b</guid></item><item><guid isPermaLink="false">7</guid></item></channel></rss>""")
    assert [(one.address, one.text, one.modified, one.file) for one in named.entries] == [
        ("http://x.org/a", "Évaluation & care", date(2024, 3, 1), False), ("http://x.org/a.pdf", "Évaluation & care", date(2024, 3, 1), True),
        ("http://x.org/b", None, None, False)]
    assert named.next_address == "?page=2"


def test_atom_gives_pages_words_days_and_the_next_page() -> None:
    named = named_in_feed(b"""<feed xmlns="http://www.w3.org/2005/Atom"><link rel="self" href="/f"/><link rel="next" href="/f?page=2"/>
      <entry><title type="html">A &lt;i&gt;b&lt;/i&gt;</title><link rel="alternate" href="/a"/><link rel="enclosure" href="/a.pdf"/>
      <updated>2024-03-01T09:00:00Z</updated></entry>
      <entry><title>C</title><link href="/c"/><published>2023-01-02</published></entry></feed>""")
    assert [(one.address, one.text, one.modified, one.file) for one in named.entries] == [
        ("/a", "A b", date(2024, 3, 1), False), ("/a.pdf", "A b", date(2024, 3, 1), True), ("/c", "C", date(2023, 1, 2), False)]
    assert named.next_address == "/f?page=2"


def test_rdf_gives_pages() -> None:
    named = named_in_feed(b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
      xmlns:dc="http://purl.org/dc/elements/1.1/">
      <channel/><item><title>A</title><link>http://x.org/a</link><dc:date>2024-03-01</dc:date></item></rdf:RDF>""")
    assert [(one.address, one.modified) for one in named.entries] == [("http://x.org/a", date(2024, 3, 1))]


@pytest.mark.parametrize("payload", [b"", b"sorry", b"<html><body/></html>", b"<"])
def test_what_is_no_feed_is_refused(payload: bytes) -> None:
    with pytest.raises(Refused, match="not a feed"):
        named_in_feed(payload)


@given(st.binary(max_size=200), st.sampled_from([b"", b"<urlset>", b"<feed>", b"<rss><channel><item>", b"<?xml version='1.0'?>", b"\x1f\x8b\x08"]))
def test_any_bytes_are_read_or_refused(payload: bytes, start: bytes) -> None:
    for read in (named_in_sitemap, named_in_feed):
        try:
            read(start + payload)
        except Refused:
            continue


@pytest.mark.parametrize(("text", "expected"), [
    ("2024-03-01", date(2024, 3, 1)), ("2024-03-01T23:59:59.123+01:00", date(2024, 3, 1)), ("2024-03", date(2024, 3, 1)), ("2024", date(2024, 1, 1)),
    ("Fri, 1 Mar 2024 10:00:00 GMT", date(2024, 3, 1)), ("soon", None), ("", None), (None, None), ("2024-13-45", date(2024, 1, 1))])
def test_days(text: str | None, expected: date | None) -> None:
    assert day(text) == expected
