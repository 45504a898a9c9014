"""What an answer means: types, sizes, waiting."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from scrapy import Request
from scrapy.exceptions import CannotResolveHostError, DownloadCancelledError, DownloadConnectionRefusedError, ResponseDataLossError
from scrapy.http import Response

from crawler.catalogue import FILE_TYPES
from crawler.fetching import Fetching, agent_name, kind_of, may_be_wanted, media_type_of, retry_after_s, scrapy_settings
from crawler.robots import robots_from
from tests.crawler.made_site import made_source

NOW = datetime(2024, 3, 1, 10, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(("url", "media_type", "disposition", "body", "expected"), [
    ("http://x/a", "text/html", None, b"", ("page", "text/html")),
    ("http://x/a.pdf", "text/html", None, b"", ("page", "text/html")),
    ("http://x/a", "application/pdf", None, b"", ("document", "application/pdf")),
    ("http://x/a", "application/x-pdf", None, b"", ("document", "application/pdf")),
    ("http://x/a.docx", "application/octet-stream", None, b"PK", ("document", FILE_TYPES["docx"][0])),
    ("http://x/get?id=1", "application/octet-stream", 'attachment; filename="A report.PDF"', b"", ("document", "application/pdf")),
    ("http://x/get?id=1", None, "attachment; filename*=UTF-8''a%20b.pdf", b"", ("document", "application/pdf")),
    ("http://x/get?id=1", "application/octet-stream", None, b"\n%PDF-1.7", ("document", "application/pdf")),
    ("http://x/get?id=1", "application/octet-stream", None, b"MZ", (None, "application/octet-stream")),
    ("http://x/a.png", "image/png", None, b"", (None, "image/png")),
    ("http://x/a.txt", "text/plain", None, b"", (None, "text/plain")),
])
def test_what_came_is_told_by_type_then_name_then_first_bytes(
        url: str, media_type: str | None, disposition: str | None, body: bytes, expected: tuple[str | None, str | None]) -> None:
    assert kind_of(made_source(), url, media_type, disposition, body) == expected


def test_a_source_may_ask_for_text_files() -> None:
    assert kind_of(made_source(documents={"types": ["txt"]}), "http://x/a", "text/plain", None, b"") == ("document", "text/plain")


def test_only_large_bodies_of_unwanted_types_are_cut() -> None:
    source = made_source()
    video, page = {"Content-Type": b"video/mp4"}, {"Content-Type": b"text/html; charset=utf-8"}
    assert not may_be_wanted(source, "http://x/a", "page", video, 10**9)
    assert may_be_wanted(source, "http://x/a", "page", video, 1000)
    assert may_be_wanted(source, "http://x/a", "page", page, 10**9) and may_be_wanted(source, "http://x/a", "sitemap", video, 10**9)


@pytest.mark.parametrize(("value", "expected"), [
    ("120", 120.0), ("Fri, 01 Mar 2024 10:02:00 GMT", 120.0), ("Fri, 01 Mar 2024 09:00:00 GMT", 0.0), ("soon", 0.0),
    (None, 0.0), ("-5", 0.0), ("1.5", 0.0), ("Fri, 01 Mar 2024 10:02:00 +99999999999", 0.0), ("1 2 3 4 5 6 7", 0.0)])
def test_retry_after_in_seconds_or_as_a_date(value: str | None, expected: float) -> None:
    assert retry_after_s(value, NOW) == expected


def test_media_types_lose_parameters() -> None:
    assert media_type_of("Text/HTML; charset=UTF-8") == "text/html" and media_type_of(None) is None and media_type_of("; x") is None


def ask(download: Any, **politeness: Any) -> tuple[Any, int]:
    """The answer of one question through ``download``, and how often it was put."""
    asked: list[Request] = []

    async def counted(request: Request) -> Response:
        asked.append(request)
        return await download(request)

    source = made_source(politeness={"delay_s": 0.0, "retries": 2, "backoff_s": 0.01, **politeness})
    answer = asyncio.run(Fetching(source, counted).ask("http://made.localhost/a", "page", None))
    return answer, len(asked)


@pytest.mark.parametrize(("error", "reason"), [
    (CannotResolveHostError("x"), "the host's name is not known"), (DownloadConnectionRefusedError("x"), "the host refused the connection"),
    (ResponseDataLossError(), "the answer was torn off"), (ValueError("odd\nheader"), "ValueError: odd header")])
def test_what_breaks_on_the_way_is_a_failure_in_words_after_the_retries(error: Exception, reason: str) -> None:
    async def download(request: Request) -> Response:
        raise error

    answer, times = ask(download)
    assert (answer.outcome, answer.reason, answer.exchange, times) == ("failed", reason, None, 3)


def test_too_large_is_refused_and_not_asked_again() -> None:
    async def download(request: Request) -> Response:
        raise DownloadCancelledError("large")

    answer, times = ask(download)
    assert (answer.outcome, times) == ("refused", 1) and "larger than" in answer.reason


@pytest.mark.parametrize(("status", "outcome", "times"), [(404, "missing", 1), (410, "withdrawn", 1), (403, "failed", 1), (500, "failed", 3),
                                                          (999, "failed", 1), (304, "failed", 1), (204, "failed", 1), (301, "failed", 1)])
def test_statuses(status: int, outcome: str, times: int) -> None:
    async def download(request: Request) -> Response:
        return Response(request.url, status=status, request=request)

    answer, asked = ask(download)
    assert (answer.outcome, answer.status, asked) == (outcome, status, times)


def test_an_answer_after_a_failure_stands() -> None:
    statuses = iter([503, 200])

    async def download(request: Request) -> Response:
        return Response(request.url, status=next(statuses), headers={"Content-Type": "text/html"}, request=request)

    answer, times = ask(download)
    assert (answer.outcome, times) == ("fetched", 2)


def test_a_site_that_asks_for_a_long_wait_is_left_alone() -> None:
    async def download(request: Request) -> Response:
        return Response(request.url, status=503, headers={"Retry-After": "86400"}, request=request)

    answer, times = ask(download)
    assert (answer.outcome, times) == ("failed", 1)


def test_header_bytes_that_would_break_the_archive_are_blanked() -> None:
    async def download(request: Request) -> Response:
        return Response(request.url, status=200, headers={"Content-Type": "text/html", "X-Odd": b"a\r\nWARC/1.1\xe9"}, request=request)

    answer, _ = ask(download)
    assert dict(answer.exchange.response_headers)["X-Odd"] == "a WARC/1.1é"


def test_who_we_are_is_said_honestly() -> None:
    assert agent_name("a@b.org").startswith("integrand/") and "a@b.org" in agent_name("a@b.org") and "no contact" in agent_name("")
    settings = scrapy_settings(made_source(), "")
    assert not settings["RETRY_ENABLED"] and not settings["COMPRESSION_ENABLED"] and not settings["REDIRECT_ENABLED"]


def test_robots_rules_for_us_outrank_those_for_all() -> None:
    robots = robots_from(b"\xef\xbb\xbfUser-agent: integrand\nDisallow: /a\nAllow: /a/b\nCrawl-delay: 7\n\nUser-agent: *\nDisallow: /\n")
    assert robots.refusal("http://x/a/c") == "denied by robots.txt"
    assert robots.refusal("http://x/a/b") is None and robots.refusal("http://x/z") is None
    assert robots.crawl_delay_s == 7
    assert robots_from(b"User-agent: *\nCrawl-delay: 9999\n").crawl_delay_s == 60
    assert robots_from(b"\x00\xff<html>nonsense").refusal("http://x/a") is None
