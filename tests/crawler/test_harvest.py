"""A harvest of a small made site, whole: what is captured, as what, and how it was come to."""

from __future__ import annotations

import gzip
import itertools
from datetime import date
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawler.expectations import require_unbroken
from crawler.harvest import harvest
from evidence.archive import read_captures, read_payload
from evidence.base import Base
from evidence.errors import SourceBroken, UsageError
from pipeline.local_site import Answer, LocalSite
from tests.crawler.made_site import FILES, ORIGIN, PDF, captures, made_source, page, sitemap, told, warc_records, write_site


@pytest.fixture
def base(tmp_path: Path) -> Base:
    return Base(tmp_path / "base").create()


@pytest.fixture
def site(tmp_path: Path):
    with LocalSite(write_site(tmp_path / "site"), ORIGIN) as served:
        served.overrides["/old.html"] = Answer(301, headers=(("Location", "/new.html"),))
        yield served


def test_every_page_and_file_is_captured_once_with_its_outcome(base: Base, site: LocalSite) -> None:
    (count,) = harvest(base, "r1", [made_source().at(site.origin)])
    outcomes = {path: (one.role, one.outcome) for path, one in captures(base, "r1").items()}
    assert outcomes == {
        "/robots.txt": ("robots", "fetched"), "/sitemap.xml": ("sitemap", "fetched"),
        "/a.html": ("page", "fetched"), "/b.html": ("page", "fetched"), "/gone.html": ("page", "missing"),
        "/private/c.html": ("page", "refused"), "/deep.html": ("page", "fetched"),
        "/old.html": ("page", "redirected"), "/new.html": ("page", "fetched"),
        "/files/one.pdf": ("document", "fetched"), "/files/two.pdf": ("document", "fetched"),
        "/files/three.pdf": ("document", "fetched"), "/files/lonely%20report.pdf": ("document", "fetched"),
    }
    asked = [request.path for request in site.requests]
    assert len(asked) == len(set(asked)), "an address was asked for twice"
    assert "/private/c.html" not in asked, "robots.txt was not obeyed"
    assert (count.fetched, count.missing, count.refused, count.redirected, count.failed) == (8, 1, 1, 1, 0)
    assert (count.requested, count.new_documents) == (len(asked), 8)


def test_a_file_is_credited_to_the_landing_page_that_names_fewest_files(base: Base, site: LocalSite) -> None:
    harvest(base, "r1", [made_source().at(site.origin)])
    found = captures(base, "r1")
    ways = {path: (one.via, one.link_text, one.depth) for path, one in found.items() if one.role == "document"}
    at = site.origin
    assert ways == {
        # a.html names two files, b.html one.
        "/files/one.pdf": (f"{at}/b.html", "Read report one (PDF)", 1),
        # deep.html names one file, without words.
        "/files/two.pdf": (f"{at}/deep.html", None, 2),
        "/files/three.pdf": (f"{at}/new.html", "Report three", 2),
        "/files/lonely%20report.pdf": (f"{at}/sitemap.xml", None, 0),
    }
    assert found["/new.html"].via == f"{at}/b.html", "the target of a redirect is led to by the page that linked there"
    assert found["/old.html"].reason == f"{at}/new.html"
    assert found["/private/c.html"].reason == "denied by robots.txt"


def test_the_second_run_asks_conditionally_and_stores_no_body(base: Base, site: LocalSite) -> None:
    source = made_source().at(site.origin)
    harvest(base, "r1", [source])
    first, before = captures(base, "r1"), len(site.requests)
    size = sum(path.stat().st_size for path in base.archive.glob("*/*"))
    (count,) = harvest(base, "r2", [source])
    second, asked = captures(base, "r2"), site.requests[before:]
    assert {request.status for request in asked if request.path not in ("/gone.html", "/old.html")} == {304}
    assert (count.fetched, count.unchanged, count.new_documents, count.changed_documents) == (0, 8, 0, 0)
    assert set(second) == set(first)
    for path, one in second.items():
        old = first[path]
        assert (one.via, one.link_text, one.depth, one.role, one.digest, one.etag) == (
            old.via, old.link_text, old.depth, old.role, old.digest, old.etag), path
        if one.outcome == "unchanged":
            assert read_payload(base, one) == read_payload(base, old)
    assert sum(path.stat().st_size for path in base.archive.glob("*/*")) - size < 20_000
    revisits = [record.rec_headers.get_header("WARC-Profile") for record in warc_records(base.archive.glob("*/r2-*.warc.gz"), "revisit")]
    assert set(revisits) == {"http://netpreserve.org/warc/1.1/revisit/server-not-modified"} and len(revisits) == 10


def test_a_third_run_still_sends_the_validators_of_the_first(base: Base, site: LocalSite) -> None:
    source = made_source().at(site.origin)
    for run in ("r1", "r2"):
        harvest(base, run, [source])
    (count,) = harvest(base, "r3", [source])
    assert (count.fetched, count.unchanged) == (0, 8)


def test_what_is_no_longer_named_is_asked_for_again_and_its_end_noticed(base: Base, site: LocalSite) -> None:
    source = made_source().at(site.origin)
    harvest(base, "r1", [source])
    site.overrides["/sitemap.xml"] = sitemap(site.origin, "/b.html")
    site.overrides["/a.html"] = 410
    site.overrides["/deep.html"] = 404
    site.overrides["/files/two.pdf"] = PDF + b"two, second edition"
    (count,) = harvest(base, "r2", [source])
    found = captures(base, "r2")
    assert {path: found[path].outcome for path in ("/a.html", "/deep.html", "/files/two.pdf", "/files/lonely%20report.pdf")} == {
        "/a.html": "withdrawn", "/deep.html": "missing", "/files/two.pdf": "fetched", "/files/lonely%20report.pdf": "unchanged"}
    assert found["/files/two.pdf"].via == f"{site.origin}/deep.html", "the way to an address that nothing names any more is kept"
    assert found["/deep.html"].depth == 1
    assert (count.withdrawn, count.changed_documents, count.new_documents) == (1, 1, 0)
    assert "/gone.html" not in found, "what never was there and is no longer named is not asked for"
    harvest(base, "r3", [source])
    assert "/a.html" not in captures(base, "r3"), "what was withdrawn for good is asked for again though nothing names it"
    assert captures(base, "r3")["/deep.html"].outcome == "missing"


def test_known_pages_do_not_deepen_the_crawl_run_by_run(base: Base, site: LocalSite) -> None:
    source = made_source().at(site.origin)
    for run in ("r1", "r2", "r3"):
        harvest(base, run, [source])
        assert "/deeper.html" not in captures(base, run)


def test_a_changed_menu_is_a_fetched_page_of_another_digest(base: Base, site: LocalSite) -> None:
    source = made_source().at(site.origin)
    harvest(base, "r1", [source])
    site.overrides["/b.html"] = page("B", ("/", "Menu"), ("/files/one.pdf", "Read report one (PDF)"))
    (count,) = harvest(base, "r2", [source])
    first, second = captures(base, "r1"), captures(base, "r2")
    assert second["/b.html"].outcome == "fetched" and second["/b.html"].digest != first["/b.html"].digest
    assert count.changed_documents == 1


def test_an_equal_body_without_validators_is_archived_as_a_revisit(base: Base, tmp_path: Path) -> None:
    with LocalSite(write_site(tmp_path / "plain", {"robots.txt": ""}), ORIGIN) as site:
        # An entity tag that is another each time: the server then never says 304.
        source = made_source(discovery={"pages": ["/x.html"]}).at(site.origin)
        text = page("X")
        site.overrides["/x.html"] = Answer(200, text.encode(), headers=(("ETag", '"first"'),))
        harvest(base, "r1", [source])
        site.overrides["/x.html"] = Answer(200, text.encode(), headers=(("ETag", '"second"'),))
        (count,) = harvest(base, "r2", [source])
    first, second = captures(base, "r1")["/x.html"], captures(base, "r2")["/x.html"]
    assert second.digest == first.digest and read_payload(base, second) == text.encode()
    assert count.changed_documents == 0


def test_a_gzip_encoded_body_is_archived_as_it_came_and_read_back_unpacked(base: Base, site: LocalSite) -> None:
    text = page("Packed", ("/files/two.pdf", "Report two"))
    packed = gzip.compress(text.encode())
    site.overrides["/a.html"] = Answer(200, packed, headers=(("Content-Encoding", "gzip"),))
    harvest(base, "r1", [made_source().at(site.origin)])
    capture = captures(base, "r1")["/a.html"]
    assert read_payload(base, capture) == text.encode() and capture.size_bytes == len(text.encode())
    with open(base.root / str(capture.archive_path), "rb") as file:
        file.seek(capture.archive_offset or 0)
        record = next(iter(ArchiveIterator(file)))
        assert record.raw_stream.read() == packed, "the archive must hold the bytes of the wire"
        assert record.http_headers.get_header("Content-Encoding") == "gzip"
    assert captures(base, "r1")["/files/two.pdf"].outcome == "fetched", "links of a packed page are lost"


def test_a_body_that_cannot_be_unpacked_is_a_failure_of_that_address_only(base: Base, site: LocalSite) -> None:
    site.overrides["/a.html"] = Answer(200, b"not gzip at all", headers=(("Content-Encoding", "gzip"),))
    harvest(base, "r1", [made_source().at(site.origin)])
    found = captures(base, "r1")
    assert found["/a.html"].outcome == "failed" and "gzip" in str(found["/a.html"].reason)
    assert found["/b.html"].outcome == "fetched"


def test_request_headers_are_archived_and_name_us_with_a_contact(base: Base, site: LocalSite) -> None:
    harvest(base, "r1", [made_source().at(site.origin)], contact="library@example.org")
    assert all("integrand/" in request.user_agent and "library@example.org" in request.user_agent for request in site.requests)
    asked = warc_records(base.archive.glob("made/*.warc.gz"), "request")
    assert len(asked) == len(site.requests)
    for record in asked:
        assert "library@example.org" in record.http_headers.get_header("User-Agent")
        assert record.http_headers.get_header("Host") == site.origin.removeprefix("http://")


def test_a_server_error_is_asked_again_and_recorded_once(base: Base, site: LocalSite) -> None:
    site.overrides["/a.html"] = 503
    (count,) = harvest(base, "r1", [made_source().at(site.origin)])
    capture = captures(base, "r1")["/a.html"]
    assert (capture.outcome, capture.status, capture.digest) == ("failed", 503, None)
    assert sum(request.path == "/a.html" for request in site.requests) == 2
    assert count.failed == 1


def test_retry_after_is_kept_for_the_whole_host(base: Base, site: LocalSite) -> None:
    site.overrides["/a.html"] = Answer(429, headers=(("Retry-After", "1"),))
    harvest(base, "r1", [made_source(politeness={"delay_s": 0.0, "concurrency": 1, "retries": 1}).at(site.origin)])
    asked = [(request.path, request.received_s) for request in site.requests]
    first = next(when for path, when in asked if path == "/a.html")
    later = [when - first for path, when in asked if when > first]
    assert min(later) >= 0.95


def test_a_silent_server_is_a_failure_after_its_time(base: Base, site: LocalSite) -> None:
    site.overrides["/a.html"] = Answer(200, b"late", delay_s=2.0)
    politeness = {"delay_s": 0.0, "concurrency": 4, "retries": 0, "timeout_s": 0.4}
    harvest(base, "r1", [made_source(politeness=politeness).at(site.origin)])
    capture = captures(base, "r1")["/a.html"]
    assert (capture.outcome, capture.reason) == ("failed", "no answer within 0.4 s")


def test_unwanted_types_and_sizes_are_refused_with_the_reason(base: Base, site: LocalSite) -> None:
    site.overrides["/a.html"] = Answer(200, b"GIF89a", "image/gif")
    site.overrides["/b.html"] = Answer(200, b"x" * 400_000, "video/mp4")
    site.overrides["/files/one.pdf"] = PDF + b"x" * 60_000
    source = made_source(limits={"document_bytes": 50_000, "page_bytes": 40_000})
    harvest(base, "r1", [source.at(site.origin)])
    found = captures(base, "r1")
    reasons = {path: (found[path].outcome, found[path].reason) for path in ("/a.html", "/b.html", "/files/one.pdf")}
    assert reasons["/a.html"] == ("refused", "media type image/gif is not harvested")
    assert reasons["/b.html"][0] == "refused"
    assert reasons["/files/one.pdf"] == ("refused", "larger than 50000 bytes")
    assert all(found[path].archive_path is None for path in reasons)


def test_a_file_without_suffix_is_known_by_its_type_and_a_page_in_a_files_place_is_a_page(base: Base, site: LocalSite) -> None:
    site.overrides["/sitemap.xml"] = sitemap(site.origin, "/download/7", "/download/8", "/files/one.pdf")
    site.overrides["/download/7"] = Answer(200, PDF, "application/pdf")
    site.overrides["/download/8"] = Answer(200, PDF + b"8", "application/octet-stream")
    site.overrides["/files/one.pdf"] = Answer(200, page("Please log in").encode(), "text/html")
    harvest(base, "r1", [made_source().at(site.origin)])
    found = captures(base, "r1")
    assert {path: (found[path].role, found[path].media_type) for path in ("/download/7", "/download/8", "/files/one.pdf")} == {
        "/download/7": ("document", "application/pdf"), "/download/8": ("document", "application/pdf"), "/files/one.pdf": ("page", "text/html")}


def test_redirects_outside_the_source_are_not_followed(base: Base, site: LocalSite, tmp_path: Path) -> None:
    with LocalSite(write_site(tmp_path / "other", {"x.html": page("X")})) as other:
        site.overrides["/a.html"] = Answer(302, headers=(("Location", f"{other.origin}/x.html"),))
        site.overrides["/b.html"] = Answer(302, headers=(("Location", "/b.html"),))
        harvest(base, "r1", [made_source().at(site.origin)])
        assert other.requests == []
    found = captures(base, "r1")
    assert found["/a.html"].outcome == "refused" and "outside the source" in str(found["/a.html"].reason)
    assert found["/b.html"].outcome == "failed" and "itself" in str(found["/b.html"].reason)


def test_an_allowed_second_host_has_its_own_robots_txt_obeyed(base: Base, site: LocalSite, tmp_path: Path) -> None:
    files = {"robots.txt": "User-agent: *\nDisallow: /no/\n", "yes/r.pdf": PDF, "no/r.pdf": PDF}
    with LocalSite(write_site(tmp_path / "assets", files)) as assets:
        site.overrides["/a.html"] = page("A", (f"{assets.origin}/yes/r.pdf", "Yes"), (f"{assets.origin}/no/r.pdf", "No"))
        harvest(base, "r1", [made_source(allow=["/", f"{assets.origin}/"]).at(site.origin)])
        assert [request.path for request in assets.requests] == ["/robots.txt", "/yes/r.pdf"]


@pytest.mark.parametrize("answer", [503, Answer(200, b"", delay_s=1.5)])
def test_a_robots_txt_that_cannot_be_read_forbids_everything_and_breaks_the_source(base: Base, site: LocalSite, answer: int | Answer) -> None:
    site.overrides["/robots.txt"] = answer
    politeness = {"delay_s": 0.0, "retries": 0, "timeout_s": 0.4}
    (count,) = harvest(base, "r1", [made_source(politeness=politeness).at(site.origin)])
    assert {request.path for request in site.requests} <= {"/robots.txt"}
    assert "robots.txt could not be read" in count.broken[0]
    with pytest.raises(SourceBroken, match=r"made: .*robots"):
        require_unbroken([count])


def test_a_missing_robots_txt_forbids_nothing(base: Base, site: LocalSite) -> None:
    site.overrides["/robots.txt"] = 404
    harvest(base, "r1", [made_source().at(site.origin)])
    assert captures(base, "r1")["/private/c.html"].outcome == "fetched"


def test_crawl_delay_is_kept(base: Base, site: LocalSite) -> None:
    site.overrides["/robots.txt"] = "User-agent: *\nCrawl-delay: 0.5\n"
    site.overrides["/sitemap.xml"] = sitemap(site.origin, "/b.html", "/new.html")
    harvest(base, "r1", [made_source().at(site.origin)])
    times = [request.received_s for request in site.requests]
    # When a request is received depends on the machine's load as well; over all of them that evens out.
    assert (times[-1] - times[1]) / (len(times) - 2) >= 0.4


def test_the_definitions_delay_is_kept_between_requests(base: Base, site: LocalSite) -> None:
    site.overrides["/sitemap.xml"] = sitemap(site.origin, "/new.html")
    source = made_source().at(site.origin)
    slow = source.model_copy(update={"politeness": source.politeness.model_copy(update={"delay_s": 0.3})})
    harvest(base, "r1", [slow])
    times = [request.received_s for request in site.requests]
    assert len(times) == 4 and min(later - earlier for earlier, later in itertools.pairwise(times)) >= 0.25


def test_limit_bounds_pages_and_files_each_and_judges_no_minimum(base: Base, site: LocalSite) -> None:
    (count,) = harvest(base, "r1", [made_source(expect={"pages_min": 99}).at(site.origin)], limit=2)
    roles = [one.role for one in captures(base, "r1").values()]
    assert (roles.count("page"), roles.count("document")) == (2, 2)
    assert count.broken == ()


def test_since_passes_over_what_the_sitemap_dates_earlier(base: Base, site: LocalSite) -> None:
    rows = "".join(f"<url><loc>{site.origin}{path}</loc>{day}</url>" for path, day in (
        ("/a.html", "<lastmod>2020-01-01</lastmod>"), ("/b.html", "<lastmod>2024-05-06T10:00:00Z</lastmod>"), ("/new.html", "")))
    site.overrides["/sitemap.xml"] = f"<urlset>{rows}</urlset>"
    harvest(base, "r1", [made_source().at(site.origin)], since=date(2023, 1, 1))
    found = captures(base, "r1")
    assert "/a.html" not in found and found["/b.html"].outcome == found["/new.html"].outcome == "fetched"


def test_broken_expectations_are_named_and_maxima_only_warn(base: Base, site: LocalSite) -> None:
    site.overrides["/a.html"] = 500
    expect = {"pages_min": 9, "documents_min": 9, "documents_max": 1, "failed_share_max": 0.05}
    (count,) = harvest(base, "r1", [made_source(expect=expect).at(site.origin)])
    assert count.broken[0] == "2 pages, expected at least 9"
    assert count.broken[1] == "3 documents, expected at least 9"
    assert "1 of 8 requests failed (12%), expected at most 5%" in count.broken[2]
    assert count.warnings == ("3 documents, expected at most 1",)


def test_a_site_that_stops_answering_is_given_up(base: Base, site: LocalSite) -> None:
    paths = [f"/p{number}.html" for number in range(30)]
    site.overrides["/sitemap.xml"] = sitemap(site.origin, *paths)
    site.overrides.update(dict.fromkeys(paths, 500))
    (count,) = harvest(base, "r1", [made_source(limits={"failures_in_a_row": 5}).at(site.origin)])
    assert any("in a row failed" in line for line in count.broken)
    assert len(site.requests) < 30


def test_an_unreadable_sitemap_breaks_the_source(base: Base, site: LocalSite) -> None:
    site.overrides["/sitemap.xml"] = "The sitemap is being rebuilt"
    (count,) = harvest(base, "r1", [made_source().at(site.origin)])
    assert "no sitemap" in count.broken[0] and "not a sitemap" in count.warnings[0]


def test_a_start_page_that_is_gone_breaks_the_source(base: Base, site: LocalSite) -> None:
    source = made_source(discovery={"pages": ["/a.html"]}).at(site.origin)
    (count,) = harvest(base, "r1", [source])
    assert count.broken == () and count.fetched > 1
    site.overrides["/a.html"] = 404
    (count,) = harvest(base, "r2", [source])
    assert "no sitemap, feed, listing or start page" in count.broken[0]


def test_a_gzipped_index_leads_to_sitemaps_and_these_to_pages(base: Base, site: LocalSite) -> None:
    rows = "".join(f"<sitemap><loc>{place}</loc></sitemap>" for place in (f"{site.origin}/deep.xml.gz", "http://elsewhere.localhost/x.xml"))
    index = f"<sitemapindex>{rows}</sitemapindex>"
    site.overrides["/sitemap.xml"] = index
    site.overrides["/deep.xml.gz"] = Answer(200, gzip.compress(sitemap(site.origin, "/b.html").encode()), "application/gzip")
    harvest(base, "r1", [made_source().at(site.origin)])
    found = captures(base, "r1")
    assert found["/deep.xml.gz"].role == "sitemap" and found["/b.html"].via == f"{site.origin}/deep.xml.gz"


def test_feeds_and_paged_listings_lead_to_entries_with_their_words(base: Base, site: LocalSite) -> None:
    site.overrides["/feed"] = Answer(200, f"""<rss><channel><item><title>B &amp; more</title><link>{site.origin}/b.html</link>
        <pubDate>Mon, 06 May 2024 10:00:00 GMT</pubDate></item></channel></rss>""".encode(), "application/rss+xml")
    listed = page("List", ("/a.html", "A in the list")).replace("</main>", '<a rel="next" href="/list?page=2">Next</a></main>')
    site.overrides["/list"] = Answer(200, listed.encode(), "text/html")
    source = made_source(discovery={"feeds": ["/feed"], "listings": [{"url": "/list", "links": "main", "next": "a[rel=next]"}], "max_pages": 2},
                         follow={"max_depth": 0})
    harvest(base, "r1", [source.at(site.origin)])
    found = captures(base, "r1")
    assert (found["/b.html"].via, found["/b.html"].link_text) == (f"{site.origin}/feed", "B & more")
    assert (found["/a.html"].via, found["/a.html"].link_text) == (f"{site.origin}/list", "A in the list")
    assert found["/list?page=2"].role == "listing", "the listing's next page was not asked for"
    assert len([path for path in found if path.startswith("/list")]) == 2, "max_pages was not kept"


def test_links_are_read_in_the_encoding_that_the_header_declares_also_from_the_archive(base: Base, site: LocalSite) -> None:
    text = "<html><body><a href='/files/two.pdf'>Évaluation</a></body></html>".encode("iso-8859-1")
    site.overrides["/a.html"] = Answer(200, text, "text/html; charset=iso-8859-1")
    site.overrides["/deep.html"] = 404
    source = made_source().at(site.origin)
    for run in ("r1", "r2"):
        harvest(base, run, [source])
        assert captures(base, run)["/files/two.pdf"].link_text == "Évaluation"


@pytest.mark.parametrize(("head", "content_type"), [
    ('<base href="http://[">', "text/html"), ("", "text/html; charset=undefined"), ("", "text/html; charset=rot13"), ("", "text/html; charset=hex"),
    ('<meta charset="base64">', "text/html"), ('<meta charset="idna">', "text/html")])
def test_a_page_that_declares_nonsense_keeps_its_links_and_ends_no_harvest(base: Base, site: LocalSite, head: str, content_type: str) -> None:
    text = f"<html><head>{head}</head><body><a href='/files/two.pdf'>Report two</a></body></html>"
    site.overrides["/a.html"] = Answer(200, text.encode(), content_type)
    site.overrides["/deep.html"] = 404
    (count,) = harvest(base, "r1", [made_source().at(site.origin)])
    found = captures(base, "r1")
    assert found["/files/two.pdf"].outcome == "fetched" and found["/b.html"].outcome == "fetched" and not count.broken


def test_a_page_that_is_too_large_once_unpacked_is_refused(base: Base, site: LocalSite) -> None:
    site.overrides["/a.html"] = Answer(200, gzip.compress(b"<p>long</p>" * 100_000), headers=(("Content-Encoding", "gzip"),))
    harvest(base, "r1", [made_source(limits={"page_bytes": 100_000}).at(site.origin)])
    found = captures(base, "r1")
    assert found["/a.html"].outcome == "refused" and "unpacked" in str(found["/a.html"].reason)
    assert found["/b.html"].outcome == "fetched"


def test_a_page_whose_archived_body_is_damaged_is_fetched_anew(base: Base, site: LocalSite) -> None:
    source = made_source().at(site.origin)
    harvest(base, "r1", [source])
    first = captures(base, "r1")["/a.html"]
    with open(base.root / str(first.archive_path), "r+b") as file:
        file.seek(first.archive_offset or 0)
        file.write(b"\0" * 64)
    (count,) = harvest(base, "r2", [source])
    again = captures(base, "r2")["/a.html"]
    assert again.outcome == "fetched" and read_payload(base, again), "the page stays lost behind its 304"
    assert any("fetched anew" in warning and "/a.html" in warning for warning in count.warnings)


def test_two_sources_side_by_side_keep_their_captures_apart(base: Base, site: LocalSite, tmp_path: Path) -> None:
    with LocalSite(write_site(tmp_path / "second"), ORIGIN) as second:
        sources = [made_source().at(site.origin), made_source(slug="other").at(second.origin), made_source(slug="third").at(site.origin)]
        counts = harvest(base, "r1", sources)
    assert [count.source for count in counts] == ["made", "other", "third"]
    found = {count.source: {one.url for one in read_captures(base) if one.source == count.source} for count in counts}
    assert all(url.startswith(second.origin) for url in found["other"]) and len(found["other"]) == 11
    assert found["made"] == found["third"] and len(found["made"]) == 13


def test_progress_is_told_of_every_new_capture(base: Base, site: LocalSite) -> None:
    heard = []
    harvest(base, "r1", [made_source().at(site.origin)], progress=heard.append)
    assert sorted(heard, key=lambda one: one.url) == sorted(captures(base, "r1").values(), key=lambda one: one.url)
    again: list[object] = []
    harvest(base, "r1", [made_source().at(site.origin)], progress=again.append)
    assert again == [], "a finished harvest that is resumed asks for nothing"


def test_timing_does_not_change_what_is_told(tmp_path: Path, site: LocalSite) -> None:
    results = []
    for name, delays in (("x", {"/a.html": 0.3}), ("y", {"/b.html": 0.3, "/deep.html": 0.2})):
        base = Base(tmp_path / name).create()
        for path, delay in delays.items():
            site.overrides[path] = Answer(200, str(FILES[path[1:]]).replace(ORIGIN, site.origin).encode(), "text/html", delay_s=delay)
        harvest(base, "r1", [made_source().at(site.origin)])
        results.append(told(base, "r1"))
    assert results[0] == results[1]


def test_one_source_twice_is_wrong_usage(base: Base) -> None:
    with pytest.raises(UsageError, match="twice"):
        harvest(base, "r1", [made_source(), made_source()])
