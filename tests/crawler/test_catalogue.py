"""Source definitions: those shipped are whole, and a faulty one is explained."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from crawler.addresses import matches
from crawler.catalogue import (
    SOURCES,
    Discovery,
    Documents,
    Expect,
    Follow,
    Limits,
    Listing,
    Politeness,
    Selectors,
    Source,
    chosen_sources,
    load_sources,
    read_source,
)
from evidence.errors import UsageError
from tests.crawler.made_site import made_source

GOOD = """
name = "Example"
publisher = "Example"
origin = "https://www.example.org"
allow = ["/reports/", "https://assets.example.org/*.pdf$"]
deny = ["/reports/drafts/"]
[discovery]
sitemaps = ["/sitemap.xml", "https://www.example.org/other.xml"]
[[discovery.listings]]
url = "https://www.example.org/reports"
links = "h3 a"
[documents]
patterns = ["/download/"]
[follow]
pages = ["https://www.example.org/reports/*/summary$"]
"""


def write(folder: Path, text: str, name: str = "example.toml") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("slug", sorted(path.stem for path in SOURCES.glob("*.toml")))
def test_every_shipped_source_is_polite_expects_something_and_covers_its_discovery(slug: str) -> None:
    source = load_sources()[slug]
    assert source.origin.startswith("https://")
    assert source.politeness.delay_s >= 1 and source.politeness.robots == "obey"
    assert source.expect.pages_min > 0, "a source that expects nothing can break without a word"
    for place in (*source.discovery.sitemaps, *source.discovery.feeds, *(one.url for one in source.discovery.listings)):
        assert source.absolute(place).startswith(source.origin)
    assert any(pattern == "/" or source.covers(source.absolute(pattern.replace("*", "x").rstrip("$"))) for pattern in source.allow)
    assert not any(matches(pattern, source.origin + "/", source.origin) and pattern != "/" for pattern in source.allow)


def test_there_are_real_think_tanks_and_public_bodies() -> None:
    named = {"connected-health-cities", "nuffield-trust", "kings-fund", "health-foundation", "nhs-confederation", "gov-uk", "scie"}
    assert named <= set(load_sources())


@pytest.mark.parametrize(("change", "expected"), [
    (("[discovery]", "[discover]"), "discover: not a key of a source"),
    (('name = "Example"\n', ""), "name: missing"),
    (('sitemaps = ["/sitemap.xml", "https://www.example.org/other.xml"]', "sitemaps = 7"), "discovery.sitemaps: Input should be"),
    (('allow = ["/reports/"', 'allow = ["reports/"'), "allow.0: .*found 'reports/'"),
    (('"https://www.example.org"', '"https://www.example.org/x"'), "origin: expected an origin"),
    (('"https://www.example.org"\nallow', '"www.example.org"\nallow'), "origin: expected an origin"),
    (("[discovery]", "[politeness]\ndelay_s = 0.0\n[discovery]"), "delay_s: expected at least 0.5"),
    (("[discovery]", '[selectors]\ntitle = "h1["\n[discovery]'), "selectors.title: expected a CSS selector"),
    (("[discovery]", '[selectors]\ntitle = "h1::text"\n[discovery]'), "selectors.title: expected a CSS selector"),
    (("/sitemap.xml", "/sitemap.xml\", \"https://[/x"), "discovery: .*not an address"),
    (("[discovery]", '[politeness]\nrobots = "ignore"\n[discovery]'), "politeness.robots: .*'obey'.*found 'ignore'"),
    (("[discovery]", "[expect]\nfailed_share_max = 7\n[discovery]"), "expect.failed_share_max: .*less than or equal to 1.*found 7"),
    (('links = "h3 a"', ""), "discovery.listings.0.links: missing"),
    (('name = "Example"', 'name = Example'), "not TOML"),
    (('name = "Example"', 'slug = "x"'), "slug: not a key"),
    (('name = "Example"', 'name = "Example"\nverified = "yesterday"'), "verified: .*found 'yesterday'"),
])
def test_a_fault_is_told_with_file_key_and_expectation(tmp_path: Path, change: tuple[str, str], expected: str) -> None:
    assert change[0] in GOOD
    path = write(tmp_path, GOOD.replace(*change))
    with pytest.raises(UsageError, match=expected) as caught:
        read_source(path)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


def test_a_source_that_discovers_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="discovery: give at least one of sitemaps"):
        read_source(write(tmp_path, 'name = "E"\npublisher = "E"\norigin = "https://e.org"\n[discovery]\n'))


def test_at_moves_every_mention_of_the_origin_and_keeps_other_hosts(tmp_path: Path) -> None:
    source = read_source(write(tmp_path, GOOD))
    moved = source.at("http://127.0.0.1:8000/")
    assert moved.origin == "http://127.0.0.1:8000"
    assert moved.absolute(moved.discovery.sitemaps[1]) == "http://127.0.0.1:8000/other.xml"
    assert moved.absolute(moved.discovery.listings[0].url) == "http://127.0.0.1:8000/reports"
    assert moved.covers("http://127.0.0.1:8000/reports/a") and not moved.covers("https://www.example.org/reports/a")
    assert moved.covers("https://assets.example.org/a.pdf")
    assert moved.follows("http://127.0.0.1:8000/reports/a/summary")
    assert moved.politeness.delay_s == 0 and source.politeness.delay_s > 0
    assert source.at("https://mirror.example.org").politeness == source.politeness, "another site is owed the same delay"
    with pytest.raises(UsageError, match="not an origin"):
        source.at("127.0.0.1:8000")


def test_deny_outranks_allow_and_twins_of_the_origin_are_the_origin(tmp_path: Path) -> None:
    source = read_source(write(tmp_path, GOOD))
    assert source.covers("https://www.example.org/reports/a") and not source.covers("https://www.example.org/reports/drafts/a")
    assert source.canonical("http://example.org/reports/a#top") == "https://www.example.org/reports/a"
    assert source.names_document("https://www.example.org/x.PDF") and source.names_document("https://www.example.org/download/7")
    assert not source.names_document("https://www.example.org/x.html")


def test_own_definitions_join_the_catalogue_and_win(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    write(tmp_path, GOOD.replace('"Example"', '"Mine"'), "scie.toml")
    sources = load_sources(tmp_path)
    assert sources["example"].slug == "example" and sources["scie"].name == "Mine" and "kings-fund" in sources
    assert load_sources(tmp_path / "example.toml")["example"] == sources["example"]
    with pytest.raises(UsageError, match="no such file or folder"):
        load_sources(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="slug"):
        read_source(write(tmp_path, GOOD, "Not A Slug.toml"))


def test_an_unknown_source_is_answered_with_the_nearest_names() -> None:
    known = {"kings-fund": made_source(slug="kings-fund"), "scie": made_source(slug="scie")}
    with pytest.raises(UsageError, match="kingsfund: no such source; did you mean kings-fund"):
        chosen_sources(known, ["kingsfund"])
    with pytest.raises(UsageError, match="known are kings-fund, scie"):
        chosen_sources(known, ["zzz"])
    assert [one.slug for one in chosen_sources(known, ["scie", "kings-fund", "scie"])] == ["scie", "kings-fund"]
    assert [one.slug for one in chosen_sources(known)] == ["kings-fund", "scie"]


def test_a_source_survives_the_way_to_the_crawling_process(tmp_path: Path) -> None:
    source = read_source(write(tmp_path, GOOD))
    assert Source.model_validate(source.model_dump(mode="json")) == source


def test_every_key_of_a_definition_is_told_in_the_documentation() -> None:
    told = (Path(__file__).parents[2] / "docs" / "sources.md").read_text("utf-8")
    prose = re.sub(r"```.*?```", "", told, flags=re.DOTALL)
    named = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`([^`]+)`", prose))))
    keys = {key for model in (Source, Listing, Discovery, Follow, Documents, Selectors, Politeness, Limits, Expect) for key in model.model_fields}
    assert keys - {"slug"} <= named
