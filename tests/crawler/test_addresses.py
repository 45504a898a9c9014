"""Canonical addresses: one spelling each, never another resource."""

from __future__ import annotations

import string
from urllib.parse import unquote_to_bytes, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scrapy import Request

from crawler.addresses import canonical, is_loopback, matches, origin_of, path_of, suffix_of, twins

PATHS = st.text(alphabet=string.ascii_letters + string.digits + "/.%_~-()[]{}|^`'\"<>\\ +&=,;:@!$*#?éü–’\u4e2d", max_size=60)


@given(PATHS)
@example("/a%2fb/%7euser/%zz%")
@example("/../..//a/./b/..")
@example("//x")
@example("?a=[1]&utm_source=x&b")
def test_canonical_is_idempotent_and_what_scrapy_sends(path: str) -> None:
    once = canonical("http://example.org/" + path)
    assert once is not None
    assert canonical(once) == once
    assert Request(once).url == once, "the address that is asked for is not the one that is recorded"
    assert once.isascii() and "#" not in once and " " not in once


@given(st.text(alphabet=string.ascii_letters + string.digits + "%_-()'é ’+&", min_size=1, max_size=40))
def test_percent_encoding_is_respelt_but_names_the_same_bytes(segment: str) -> None:
    url = canonical("http://example.org/x" + segment + "x")
    assert url is not None
    assert unquote_to_bytes(urlsplit(url).path) == unquote_to_bytes(("/x" + segment + "x").encode())


@given(st.text(max_size=80), st.sampled_from(["http://example.org/a/b", None]))
def test_no_text_at_all_breaks_it(text: str, base: str | None) -> None:
    url = canonical(text, base)
    assert url is None or canonical(url) == url


@pytest.mark.parametrize(("given_as", "expected"), [
    ("HTTP://Example.ORG:80/A", "http://example.org/A"),
    ("https://example.org:443", "https://example.org/"),
    ("https://example.org:8443/", "https://example.org:8443/"),
    ("http://example.org/a b.pdf", "http://example.org/a%20b.pdf"),
    ("http://example.org/a%20b.pdf", "http://example.org/a%20b.pdf"),
    ("http://example.org/a+b.pdf", "http://example.org/a+b.pdf"),
    ("http://example.org/%7Euser/%c3%a9", "http://example.org/~user/%C3%A9"),
    ("http://example.org/é", "http://example.org/%C3%A9"),
    ("http://example.org/a%2Fb", "http://example.org/a%2Fb"),
    ("http://example.org/100%", "http://example.org/100%25"),
    ("http://example.org/a/../b/./c", "http://example.org/b/c"),
    ("http://example.org/a#part", "http://example.org/a"),
    ("http://example.org/a?utm_source=x&id=7&UTM_medium=y&fbclid=z", "http://example.org/a?id=7"),
    ("http://example.org/a?utm_source=x", "http://example.org/a"),
    ("http://example.org/a?b=2&a=1", "http://example.org/a?b=2&a=1"),
    ("http://example.org/a?q=a+b%20c", "http://example.org/a?q=a+b%20c"),
    ("http://example.org/a?", "http://example.org/a"),
    (" http://example.org/a\n b ", "http://example.org/a%20b"),
    ("http://bücher.example/", "http://xn--bcher-kva.example/"),
    ("http://[::1]:8000/", "http://[::1]:8000/"),
])
def test_the_spelling(given_as: str, expected: str) -> None:
    assert canonical(given_as) == expected


@pytest.mark.parametrize("none", ["mailto:a@example.org", "javascript:void(0)", "ftp://example.org/a", "http://exa mple.org/",
                                  "http://example.org:99999/", "http://[::1/", "http://a..b/", "data:text/html,x", "tel:1", "http://x/" + "a" * 3000])
def test_what_is_no_web_address_is_none(none: str) -> None:
    assert canonical(none, "http://example.org/") is None
    assert canonical("http://") is None


def test_relative_addresses_are_completed() -> None:
    assert canonical("../files/a b.pdf", "http://example.org/x/y/z.html") == "http://example.org/x/files/a%20b.pdf"
    assert canonical("//cdn.example.org/a", "https://example.org/") == "https://cdn.example.org/a"
    assert canonical("", "https://example.org/a") == "https://example.org/a"


@pytest.mark.parametrize(("pattern", "url", "fits"), [
    ("/", "https://example.org/a", True),
    ("/reports/", "https://example.org/reports/a", True),
    ("/reports/", "https://example.org/news/reports/a", False),
    ("/*.pdf$", "https://example.org/a/b.pdf", True),
    ("/*.pdf$", "https://example.org/a/b.pdf?x=1", False),
    ("/*?page=", "https://example.org/a?page=2", True),
    ("/", "https://example.org.evil.com/", False),
    ("/", "https://assets.example.org/a", False),
    ("https://assets.example.org/*.pdf$", "https://assets.example.org/x/a.pdf", True),
    ("/a b/", "https://example.org/a%20b/c", True),
    ("/reports/$", "https://example.org/reports/", True),
    ("/reports/$", "https://example.org/reports/x", False),
])
def test_patterns_read_as_in_robots_txt(pattern: str, url: str, fits: bool) -> None:
    assert matches(pattern, url, "https://example.org") is fits


def test_the_parts_of_an_address() -> None:
    assert origin_of("http://127.0.0.1:80/a?b") == "http://127.0.0.1:80" and path_of("http://x/a?b") == "/a?b" and path_of("http://x") == "/"
    assert suffix_of("http://x/a/B.PDF?c=d.docx") == ".pdf" and suffix_of("http://x.pdf/a") == ""
    assert is_loopback("http://127.0.0.1:8") and is_loopback("http://chc.localhost") and is_loopback("http://[::1]")
    assert not is_loopback("http://10.0.0.1") and not is_loopback("http://localhost.example.org")


def test_twins_are_the_other_spellings_of_one_site_alone() -> None:
    assert set(twins("https://www.example.org")) == {"https://example.org", "http://example.org", "http://www.example.org"}
    assert twins("http://127.0.0.1:8000") == ()
