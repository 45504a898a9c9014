"""Sources as data: the schema of ``crawler/sources/<slug>.toml`` and the loading of all of them.

How to write one is told in docs/sources.md; a file that breaks the schema is refused with its name, the key and what was expected.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from cssselect import HTMLTranslator, SelectorError
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from crawler.addresses import canonical, is_loopback, matches, origin_of, suffix_of, twins
from evidence.errors import IntegrandError, UsageError

SOURCES = Path(__file__).parent / "sources"

FILE_TYPES: Mapping[str, tuple[str, ...]] = {
    "pdf": ("application/pdf", "application/x-pdf"),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document",),
    "pptx": ("application/vnd.openxmlformats-officedocument.presentationml.presentation",),
    "odt": ("application/vnd.oasis.opendocument.text",),
    "epub": ("application/epub+zip",),
    "md": ("text/markdown", "text/x-markdown"),
    "txt": ("text/plain",),
    "xml": ("application/xml", "text/xml"),
}
"""The files that can be asked for, by suffix, and the media types that servers call them; the first is the one recorded."""

HTML_TYPES = ("text/html", "application/xhtml+xml")
UNTYPED = ("", "application/octet-stream", "binary/octet-stream", "application/download", "application/x-download",
           "application/force-download", "application/unknown")
"""What servers say of files that they know nothing of; the suffix and the first bytes decide then."""

Pattern = Annotated[str, Field(pattern=r"^(/|https?://[^/*]+/)", description="begins with / or with http(s)://host/")]
Place = Annotated[str, Field(pattern=r"^(/|https?://[^/]+)", description="a path at the origin or a whole address")]


def _selecting(value: str) -> str:
    """A CSS selector of elements (not of their text or attributes); an empty one stands for none."""
    try:
        if value:
            HTMLTranslator().css_to_xpath(value)
    except SelectorError as error:
        raise ValueError(f"expected a CSS selector ({error})") from error
    return value


CssSelector = Annotated[str, AfterValidator(_selecting)]
Selector = Annotated[CssSelector, Field(min_length=1)]
MIN_DELAY_S = 0.5


class _Checked(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Listing(_Checked):
    """A page that lists publications: ``links`` and ``next`` are CSS selectors of ``a`` elements (``next`` may be missing)."""

    url: Place
    links: Selector
    next: Selector | None = None


class Discovery(_Checked):
    """Where publications are named. ``sitemap_allow`` picks among the sitemaps of an index; ``max_pages`` bounds each pagination."""

    sitemaps: tuple[Place, ...] = ()
    sitemap_allow: tuple[Pattern, ...] = ()
    feeds: tuple[Place, ...] = ()
    listings: tuple[Listing, ...] = ()
    pages: tuple[Place, ...] = ()
    max_pages: int = Field(default=50, ge=1)

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        if not (self.sitemaps or self.feeds or self.listings or self.pages):
            raise ValueError("give at least one of sitemaps, feeds, listings, pages")
        return self


class Follow(_Checked):
    """Which links of a captured page are followed to other pages: those inside ``links`` (CSS) that fit ``pages``, ``max_depth`` steps."""

    pages: tuple[Pattern, ...] = ()
    links: Selector = "a"
    max_depth: int = Field(default=0, ge=0, le=20)


class Documents(_Checked):
    """Which links of a captured page are files: by suffix (``types``) or by ``patterns``, inside ``links`` (CSS)."""

    types: tuple[Literal["pdf", "docx", "pptx", "odt", "epub", "md", "txt", "xml"], ...] = ("pdf", "docx", "pptx", "odt", "epub")
    patterns: tuple[Pattern, ...] = ()
    links: Selector = "a, area"


class Selectors(_Checked):
    """CSS selectors by which the extraction finds a page's metadata and text; empty where the general way serves."""

    title: CssSelector = ""
    date: CssSelector = ""
    authors: CssSelector = ""
    summary: CssSelector = ""
    body: CssSelector = ""


class Politeness(_Checked):
    """``delay_s`` is the least time between two requests to a host; a longer Crawl-delay of robots.txt outranks it."""

    delay_s: float = Field(default=2.0, ge=0, le=120)
    concurrency: int = Field(default=1, ge=1, le=16)
    robots: Literal["obey"] = "obey"
    timeout_s: float = Field(default=60.0, gt=0, le=600)
    retries: int = Field(default=2, ge=0, le=5)
    backoff_s: float = Field(default=5.0, ge=0, le=600)


class Limits(_Checked):
    page_bytes: int = Field(default=10_000_000, gt=0)
    document_bytes: int = Field(default=100_000_000, gt=0)
    urls: int = Field(default=20_000, gt=0)
    failures_in_a_row: int = Field(default=25, gt=0)


class Expect(_Checked):
    """What a whole harvest gives: fewer, or a greater share of failures, and the source is broken; more, and it is worth a look."""

    pages_min: int = Field(default=0, ge=0)
    pages_max: int | None = Field(default=None, ge=0)
    documents_min: int = Field(default=0, ge=0)
    documents_max: int | None = Field(default=None, ge=0)
    failed_share_max: float = Field(default=0.2, ge=0, le=1)


class Source(_Checked):
    """One publisher's site and how it is harvested. ``slug`` is the file's name; ``verified`` the day somebody ran it live, or empty."""

    slug: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    name: str = Field(min_length=1)
    publisher: str = Field(min_length=1)
    origin: str
    verified: str = Field(default="", pattern=r"^(\d{4}-\d\d-\d\d)?$")
    language: str = Field(default="en", pattern=r"^[a-z]{2}$")
    notes: str = ""
    allow: tuple[Pattern, ...] = ("/",)
    deny: tuple[Pattern, ...] = ()
    discovery: Discovery
    follow: Follow = Follow()
    documents: Documents = Documents()
    selectors: Selectors = Selectors()
    politeness: Politeness = Politeness()
    limits: Limits = Limits()
    expect: Expect = Expect()

    @field_validator("origin")
    @classmethod
    def _bare_origin(cls, value: str) -> str:
        if canonical(value) != value.rstrip("/") + "/":
            raise ValueError("expected an origin in small letters without a path, as https://www.example.org")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _polite(self) -> Self:
        if self.politeness.delay_s < MIN_DELAY_S and not is_loopback(self.origin):
            raise ValueError(f"politeness.delay_s: expected at least {MIN_DELAY_S} for a site that is not on this machine")
        return self

    @model_validator(mode="after")
    def _addresses(self) -> Self:
        found = self.discovery
        for place in (*found.sitemaps, *found.feeds, *found.pages, *(listing.url for listing in found.listings)):
            if self.canonical(place, self.origin + "/") is None:
                raise ValueError(f"discovery: {place}: not an address")
        return self

    def at(self, origin: str) -> Source:
        """The same source served elsewhere: every mention of its origin becomes ``origin``; on this machine no delay is kept.

        Raises ``UsageError`` where ``origin`` is none.
        """
        if canonical(origin) != origin.rstrip("/") + "/":
            raise UsageError(f"{origin}: not an origin; expected as http://127.0.0.1:8000")
        origin = origin.rstrip("/")
        plain = _moved(self.model_dump(), self.origin, origin)
        if is_loopback(origin):
            plain["politeness"]["delay_s"] = 0.0
        return Source.model_validate(plain)

    def canonical(self, address: str, base: str | None = None) -> str | None:
        """The canonical address, in which http for https and a missing or needless ``www.`` of the origin are mended."""
        url = canonical(address, base)
        if url is not None and (found := origin_of(url)) in twins(self.origin):
            return self.origin + url[len(found) :]
        return url

    def absolute(self, place: str) -> str:
        """A path or address of the definition as a canonical address. Raises ``IntegrandError`` where it cannot be one."""
        url = self.canonical(place, self.origin + "/")
        if url is None:
            raise IntegrandError(f"{self.slug}: {place}: not an address; correct it in the source's definition")
        return url

    def covers(self, url: str) -> bool:
        """Whether an address is this source's: allowed and not denied."""
        return self._fits(self.allow, url) and not self._fits(self.deny, url)

    def follows(self, url: str) -> bool:
        """Whether links to this page are followed."""
        return self.covers(url) and self._fits(self.follow.pages, url)

    def takes_sitemap(self, url: str) -> bool:
        """Whether a sitemap that an index names is read: at the origin or an allowed host, and among ``sitemap_allow`` where given."""
        if self.discovery.sitemap_allow:
            return self._fits(self.discovery.sitemap_allow, url)
        return origin_of(url) == self.origin or self._fits(self.allow, url)

    def names_document(self, url: str) -> bool:
        """Whether an address alone says that a file is behind it."""
        return suffix_of(url)[1:] in self.documents.types or self._fits(self.documents.patterns, url)

    def _fits(self, patterns: Iterable[str], url: str) -> bool:
        return any(matches(one, url, self.origin) for one in patterns)


def _moved(value: Any, old: str, new: str) -> Any:
    if isinstance(value, dict):
        return {key: _moved(item, old, new) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [_moved(item, old, new) for item in value]
    if isinstance(value, str) and (value == old or value.startswith(old + "/")):
        return new + value[len(old) :]
    return value


def read_source(path: Path) -> Source:
    """One source from its file. Raises ``UsageError`` that names the file, the key and what was expected there."""
    try:
        plain = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: not TOML ({error})") from error
    if "slug" in plain:
        raise UsageError(f"{path}: slug: not a key; the file's name is the slug")
    try:
        return Source.model_validate({**plain, "slug": path.stem})
    except ValidationError as error:
        raise UsageError(f"{path}: {explained(error)}") from error


def explained(error: ValidationError) -> str:
    """The first fault of a validation in one line: key, what was expected, what was found."""
    first = error.errors(include_url=False)[0]
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return f"{key}: not a key of a source; see docs/sources.md"
    if first["type"] == "missing":
        return f"{key}: missing, but every source needs it"
    message = first["msg"].removeprefix("Value error, ")
    found = first["input"] if isinstance(first["input"], (str, int, float, bool)) else None
    return ": ".join(part for part in (key, message) if part) + (f", found {found!r}" if found is not None else "")


def load_sources(extra: Path | None = None) -> dict[str, Source]:
    """All sources by slug: those shipped, then those of ``extra``, a file or a folder of ``.toml`` files, which win over namesakes.

    Raises ``UsageError`` for a file that breaks the schema or a missing ``extra``.
    """
    paths = sorted(SOURCES.glob("*.toml"))
    if extra is not None:
        if not extra.exists():
            raise UsageError(f"{extra}: no such file or folder of sources")
        paths += sorted(extra.glob("*.toml")) if extra.is_dir() else [extra]
    return {source.slug: source for source in map(read_source, paths)}


def chosen_sources(known: Mapping[str, Source], slugs: Iterable[str] = ()) -> tuple[Source, ...]:
    """The named sources in the order given, each once; all where none is named. Raises ``UsageError`` with the nearest names."""
    result: dict[str, Source] = {}
    for slug in slugs:
        if slug not in known:
            near = difflib.get_close_matches(slug.lower(), known, n=3, cutoff=0.5)
            hint = f"did you mean {', '.join(near)}?" if near else f"known are {', '.join(sorted(known))}"
            raise UsageError(f"{slug}: no such source; {hint}")
        result[slug] = known[slug]
    return tuple(result.values()) or tuple(known[slug] for slug in sorted(known))
