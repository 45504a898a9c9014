"""One question to one address, asked politely: the request, its repetitions, and what the answer means.

Scrapy's downloader does the asking (its slots keep delay and concurrency, AutoThrottle widens the delay for slow sites);
its middlewares for compression, redirects, retries and robots.txt are off, since each of them would hide an exchange that
belongs in the archive.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from importlib import metadata
from typing import Any
from urllib.parse import unquote, urlsplit

from scrapy import Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
from scrapy.http import Response

from crawler.addresses import is_loopback, origin_of, suffix_of
from crawler.catalogue import FILE_TYPES, HTML_TYPES, UNTYPED, Source
from crawler.robots import AGENT
from evidence.archive import Exchange
from evidence.records import READ_ROLES, Capture

RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})
"""Answers that may be better in a while; 520 to 524 are what Cloudflare says for an origin that does not answer."""

REDIRECTS = frozenset({301, 302, 303, 307, 308})
MAX_WAIT_S = 300.0
"""A site that asks to come back later than this gets its wish: the next run comes back."""

CUT_BYTES = 256 * 1024
"""Bodies up to this size are taken whole even when their type is unwanted."""

_SUPPORT_BYTES = 60 * 2**20
_SIGNATURES = ((b"%PDF-", "pdf"), (b"PK\x03\x04", "docx"))

Download = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a question. ``exchange`` is None where nothing is to be archived; ``role`` and ``media_type`` as the answer shows."""

    outcome: str
    asked_at: datetime
    role: str
    status: int | None = None
    reason: str | None = None
    media_type: str | None = None
    location: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    exchange: Exchange | None = None


def agent_name(contact: str) -> str:
    """The User-Agent: who we are, which version, and whom to write to."""
    try:
        version = metadata.version(AGENT)
    except metadata.PackageNotFoundError:
        version = "0"
    return f"{AGENT}/{version} (evidence harvesting; {f'contact: {contact}' if contact else 'no contact given'})"


def scrapy_settings(source: Source, contact: str) -> dict[str, Any]:
    """Scrapy's settings for one source."""
    manners = source.politeness
    return {
        "USER_AGENT": agent_name(contact),
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "text/html,application/xhtml+xml,application/pdf,application/xml;q=0.9,*/*;q=0.8",
            "Accept-Language": source.language if source.language == "en" else f"{source.language},en;q=0.5",
            # Not br: what comes lies in the archive as it came, and warcio, by which others read it, stumbles over brotli.
            "Accept-Encoding": "gzip, deflate",
        },
        "DOWNLOAD_DELAY": manners.delay_s,
        "DOWNLOAD_DELAY_JITTER": 0,
        "CONCURRENT_REQUESTS": 16,
        "CONCURRENT_REQUESTS_PER_DOMAIN": manners.concurrency,
        "AUTOTHROTTLE_ENABLED": manners.delay_s > 0,
        "AUTOTHROTTLE_START_DELAY": manners.delay_s,
        "AUTOTHROTTLE_MAX_DELAY": max(60.0, manners.delay_s),
        "AUTOTHROTTLE_TARGET_CONCURRENCY": float(manners.concurrency),
        "DOWNLOAD_TIMEOUT": manners.timeout_s,
        "DOWNLOAD_WARNSIZE": 0,
        "COMPRESSION_ENABLED": False, "REDIRECT_ENABLED": False, "METAREFRESH_ENABLED": False, "RETRY_ENABLED": False,
        "COOKIES_ENABLED": False, "ROBOTSTXT_OBEY": False, "TELNETCONSOLE_ENABLED": False, "MEMUSAGE_ENABLED": False,
        "LOG_ENABLED": False, "LOGSTATS_INTERVAL": 0, "DNS_TIMEOUT": 20, "REACTOR_THREADPOOL_MAXSIZE": 4,
    }


class Fetching:
    """Asks for the addresses of one source through ``download``, a coroutine function from request to response."""

    def __init__(self, source: Source, download: Download) -> None:
        self.source, self._download = source, download
        self._pauses: dict[str, float] = {}

    async def ask(self, url: str, role: str, known: Capture | None) -> Answer:
        """The answer for ``url``, after as many repetitions as the source allows. ``known`` makes the question conditional."""
        manners = self.source.politeness
        attempt = 0
        while True:
            await self._wait_for_host(url)
            answer, wait_s = await self._attempt(url, role, known)
            if wait_s is None:
                return answer
            if attempt >= manners.retries or wait_s > MAX_WAIT_S:
                return answer
            # Doubled each time (RFC 9110 leaves it to us); what the site itself asks for outranks it.
            pause_s = wait_s or manners.backoff_s * 2**attempt
            if wait_s:
                self._pauses[origin_of(url)] = asyncio.get_running_loop().time() + wait_s
            else:
                await asyncio.sleep(pause_s)
            attempt += 1

    async def _wait_for_host(self, url: str) -> None:
        """Keeps a Retry-After for every question to that host, not for the one that met it."""
        while (pause_s := self._pauses.get(origin_of(url), 0.0) - asyncio.get_running_loop().time()) > 0:
            await asyncio.sleep(pause_s)

    async def _attempt(self, url: str, role: str, known: Capture | None) -> tuple[Answer, float | None]:
        """One try: the answer, and None where it stands, else the seconds that the site asks us to wait (0 where it says nothing)."""
        asked_at = datetime.now(UTC)
        request = self._request(url, role, known)
        try:
            response = await self._download(request)
        except DownloadCancelledError:
            return Answer("refused", asked_at, role, reason=f"larger than {self._most_bytes(role)} bytes"), None
        except Exception as error:
            # Whatever a site's answer breaks in the client is that address's failure, recorded as such, never the run's.
            return Answer("failed", asked_at, role, reason=self._explained(error)), 0.0
        answer = self._judged(request, response, role, known, asked_at)
        if answer.outcome == "failed" and answer.status in RETRIED:
            return answer, retry_after_s(_header(response, "Retry-After"), asked_at)
        return answer, None

    def _request(self, url: str, role: str, known: Capture | None) -> Request:
        headers = {}
        if known is not None and known.etag:
            headers["If-None-Match"] = known.etag
        if known is not None and known.last_modified:
            headers["If-Modified-Since"] = known.last_modified
        meta: dict[str, Any] = {"download_maxsize": self._most_bytes(role), "role": role}
        if is_loopback(url):
            # A proxy of the environment is for the world outside.
            meta["proxy"] = None
        return Request(url, headers=headers, meta=meta)

    def _most_bytes(self, role: str) -> int:
        if role in READ_ROLES:
            # An address without a suffix may turn out to be a file, so both have the file's limit until the type is known.
            return self.source.limits.document_bytes
        return self.source.limits.page_bytes if role == "listing" else _SUPPORT_BYTES

    def _explained(self, error: Exception) -> str:
        if isinstance(error, DownloadTimeoutError):
            return f"no answer within {self.source.politeness.timeout_s:g} s"
        if isinstance(error, CannotResolveHostError):
            return "the host's name is not known"
        if isinstance(error, DownloadConnectionRefusedError):
            return "the host refused the connection"
        if isinstance(error, ResponseDataLossError):
            return "the answer was torn off"
        return " ".join(f"{type(error).__name__}: {error}".split())[:300]

    def _judged(self, request: Request, response: Response, role: str, known: Capture | None, asked_at: datetime) -> Answer:
        """What a response means, by its status and, for a body that came, its media type and size."""
        status, location = response.status, _header(response, "Location")
        outcome, reason = _by_status(status, known is not None, location)
        media_type = media_type_of(_header(response, "Content-Type"))
        stopped = "download_stopped" in response.flags
        if outcome == "unchanged" and known is not None:
            role, media_type = known.role, known.media_type or media_type
        elif outcome == "fetched" and role in READ_ROLES:
            found, media_type = kind_of(self.source, response.url, media_type, _header(response, "Content-Disposition"), response.body)
            if found is None or stopped:
                outcome, reason = "refused", f"media type {media_type or 'not given'} is not harvested"
            elif found == "page" and len(response.body) > self.source.limits.page_bytes:
                outcome, reason = "refused", f"larger than {self.source.limits.page_bytes} bytes"
            role = found or role
        keeps = not stopped and outcome != "refused"
        return Answer(
            outcome, asked_at, role, status, reason, media_type, location=location if status in REDIRECTS else None,
            etag=_header(response, "ETag") or (known.etag if known and outcome == "unchanged" else None),
            last_modified=_header(response, "Last-Modified") or (known.last_modified if known and outcome == "unchanged" else None),
            exchange=_exchange(request, response) if keeps else None)


def _by_status(status: int, conditional: bool, location: str | None) -> tuple[str, str | None]:
    """The outcome that a status stands for, and the reason where that is not plain."""
    if status == 200:
        return "fetched", None
    if status == 304 and conditional:
        return "unchanged", None
    if status == 404:
        return "missing", None
    if status == 410:
        return "withdrawn", None
    if status in REDIRECTS and location:
        return "redirected", None
    try:
        phrase = f" {HTTPStatus(status).phrase}"
    except ValueError:
        phrase = ""
    return "failed", f"answered {status}{phrase}"


def media_type_of(content_type: str | None) -> str | None:
    """The media type without parameters, in small letters."""
    return (content_type or "").split(";")[0].split(",")[0].strip().lower() or None


def kind_of(source: Source, url: str, media_type: str | None, disposition: str | None, body: bytes) -> tuple[str | None, str | None]:
    """Whether what came is a ``page``, a ``document`` or (None) neither, and the media type to record."""
    named = media_type or ""
    if named in HTML_TYPES:
        return "page", named
    for kind in source.documents.types:
        if named in FILE_TYPES[kind]:
            return "document", FILE_TYPES[kind][0]
    if named in UNTYPED:
        kinds = [_suffix_named(disposition), suffix_of(url)[1:], *(kind for start, kind in _SIGNATURES if body[:1024].find(start) >= 0)]
        for guess in kinds:
            if guess in source.documents.types:
                return "document", FILE_TYPES[guess][0]
    return None, media_type


def _suffix_named(disposition: str | None) -> str:
    named = re.search(r"filename\*?\s*=\s*(?:[\w-]*'[\w-]*')?\"?([^\";]+)", disposition or "", re.IGNORECASE)
    return suffix_of("http://file/" + unquote(named[1]).replace("/", "_"))[1:] if named else ""


def may_be_wanted(source: Source, url: str, role: str, headers: Mapping[str, Any], body_length: int | object) -> bool:
    """Whether the headers leave it open that the body is wanted; where not, the download is cut short (``headers_received``).

    Small bodies, as those of most errors, are let come: cutting costs the connection, and the next question with it.
    """
    if role not in READ_ROLES or (isinstance(body_length, int) and body_length <= CUT_BYTES):
        return True
    media_type = media_type_of(_text(headers.get("Content-Type")))
    return (media_type or "") in UNTYPED or kind_of(source, url, media_type, None, b"")[0] is not None


def retry_after_s(value: str | None, now: datetime) -> float:
    """The seconds of a Retry-After, as a number or a date (RFC 9110 section 10.2.3); 0 where there is none that can be read."""
    if not value:
        return 0.0
    if value.strip().isdecimal():
        return float(value)
    try:
        when = parsedate_to_datetime(value)
        return max(0.0, ((when if when.tzinfo else when.replace(tzinfo=UTC)) - now).total_seconds())
    except (ValueError, TypeError, IndexError, OverflowError):
        # What the parser of dates raises for dates that are none, or lie beyond what a datetime can hold.
        return 0.0


def _exchange(request: Request, response: Response) -> Exchange:
    """The exchange as it went over the wire; the Host header is added by the connection and so put in here."""
    sent = response.request or request
    asked = [("Host", urlsplit(request.url).netloc), *_pairs(sent.headers)]
    try:
        phrase = HTTPStatus(response.status).phrase
    except ValueError:
        phrase = ""
    return Exchange("GET", asked, response.status, phrase, _pairs(response.headers), response.body, response.protocol or "HTTP/1.1")


def _pairs(headers: Any) -> list[tuple[str, str]]:
    # Header values are bytes of no declared encoding (RFC 9110 section 5.5); control characters would break the archive's records.
    return [(name.decode("latin-1"), re.sub(r"[\x00-\x1f\x7f]+", " ", value.decode("latin-1")).strip())
            for name, values in headers.items() for value in values]


def _header(response: Response, name: str) -> str | None:
    return _text(response.headers.get(name))


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, bytes):
        return str(value)
    try:
        return value.decode("utf-8").strip() or None
    except UnicodeDecodeError:
        return value.decode("latin-1").strip() or None
