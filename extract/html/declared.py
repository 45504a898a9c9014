"""What a page declares of itself: JSON-LD, meta tags (Highwire citation_*, Dublin Core, Open Graph, article:), title, h1, dates."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

from htmldate import find_date
from lxml.html import HtmlElement

from evidence.records import Provenance
from extract.clean_text import clean

_META = (
    # In order of trust: made for citation first, made for sharing last.
    ("title", ("citation_title", "dc.title", "dcterms.title", "eprints.title", "og:title", "twitter:title")),
    (
        "authors",
        (
            "citation_author",
            "dc.creator",
            "dcterms.creator",
            "eprints.creators_name",
            "article:author",
            "author",
            "parsely-author",
            "sailthru.author",
            "byl",
        ),
    ),
    (
        "published",
        (
            "citation_publication_date",
            "citation_online_date",
            "citation_date",
            "dc.date.issued",
            "dcterms.issued",
            "eprints.date",
            "article:published_time",
            "govuk:first-published-at",
            "datepublished",
            "publication_date",
            "publish-date",
            "parsely-pub-date",
            "dc.date",
            "dcterms.date",
            "dcterms.created",
            "date",
        ),
    ),
    (
        "publisher",
        (
            "citation_publisher",
            "citation_journal_title",
            "dc.publisher",
            "dcterms.publisher",
            "eprints.publisher",
            "citation_technical_report_institution",
            "og:site_name",
            "application-name",
        ),
    ),
    ("doi", ("citation_doi", "dc.identifier.doi", "prism.doi", "dc.identifier", "dcterms.identifier")),
    ("isbn", ("citation_isbn", "books:isbn", "og:isbn", "book:isbn")),
    ("issn", ("citation_issn", "prism.issn")),
    ("report_number", ("citation_technical_report_number",)),
    ("language", ("citation_language", "dc.language", "dcterms.language", "og:locale")),
)
_DESCRIPTIONS = (
    "citation_abstract",
    "dc.description.abstract",
    "dcterms.abstract",
    "dc.description",
    "dcterms.description",
    "description",
    "og:description",
    "twitter:description",
)
_WORKS = frozenset(
    (
        "Article",
        "NewsArticle",
        "ScholarlyArticle",
        "BlogPosting",
        "Report",
        "WebPage",
        "TechArticle",
        "Book",
        "CreativeWork",
        "DigitalDocument",
        "MedicalWebPage",
        "MedicalScholarlyArticle",
        "PublicationIssue",
        "Thesis",
        "Dataset",
        "AnalysisNewsArticle",
        "ReportageNewsArticle",
        "OpinionNewsArticle",
        "PresentationDigitalDocument",
        "TextDigitalDocument",
        "Legislation",
        "GovernmentPublication",
    )
)
_LATEST = "2099-12-31"
_SITE_SEPARATOR = re.compile(r"\s+[|·•»«–—-]\s+|\s*\|\s*|\s+::\s+")


def declared_values(tree: HtmlElement, payload: bytes, url: str | None) -> tuple[list[Provenance], str | None]:
    """Every declared value, most trusted first, and the page's description of itself."""
    seen: list[Provenance] = []
    metas = _metas(tree)
    works = list(_json_ld_works(tree))
    for work in works:
        seen.extend(_of_work(work))
    for field, names in _META:
        for name in names:
            for value in metas.get(name, []):
                if field != "doi" or "10." in value:
                    seen.append(Provenance(field, value, "meta_tag"))
    site = next((value for value in metas.get("og:site_name", [])), None)
    seen.extend(_headings(tree))
    seen.extend(_html_title(tree, site))
    language = (
        tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or next(iter(tree.xpath("//html/@lang")), None)
    )
    if language:
        seen.append(Provenance("language", language, "meta_tag"))
    seen.extend(_bylines(tree))
    seen.extend(_dates(tree, payload, url))
    summaries = [clean(str(work.get("abstract") or work.get("description") or "")) for work in works]
    summaries += [value for name in _DESCRIPTIONS for value in metas.get(name, [])]
    return seen, next((text for text in summaries if len(text.split()) >= 6), None)


def calls_itself_article(tree: HtmlElement) -> bool:
    """Whether the page declares that it is a text of its own, not merely a page of a site."""
    kinds = [value.lower() for value in _metas(tree).get("og:type", [])]
    return any(kind.startswith("article") for kind in kinds) or any(
        _types(work) & _WORKS - {"WebPage", "CreativeWork"} for work in _json_ld_works(tree)
    )


def _metas(tree: HtmlElement) -> dict[str, list[str]]:
    metas: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        name = (element.get("name") or element.get("property") or element.get("itemprop") or "").strip().lower()
        value = clean(element.get("content") or "")
        if name and value and value not in metas.setdefault(name, []):
            metas[name].append(value)
    return metas


def _json_ld_works(tree: HtmlElement) -> Iterator[dict[str, Any]]:
    for script in tree.xpath("//script[@type='application/ld+json']"):
        try:
            loaded = json.loads(re.sub(r"[\x00-\x1f]", " ", script.text_content().strip().removesuffix(";")))
        except (json.JSONDecodeError, RecursionError):
            continue
        found = [item for item in _flat(loaded, 0) if _types(item) & _WORKS]
        # A page is described both as WebPage and as the work on it: the work knows better.
        yield from sorted(found, key=lambda item: bool(_types(item) & {"WebPage"}))


def _flat(loaded: Any, depth: int) -> Iterator[dict[str, Any]]:
    if depth > 4:
        return
    if isinstance(loaded, list):
        for item in loaded:
            yield from _flat(item, depth + 1)
    elif isinstance(loaded, dict):
        yield loaded
        for key in ("@graph", "mainEntity", "mainEntityOfPage"):
            yield from _flat(loaded.get(key), depth + 1)


def _types(item: dict[str, Any]) -> set[str]:
    kinds = item.get("@type")
    return {str(kind).rsplit("/", 1)[-1] for kind in (kinds if isinstance(kinds, list) else [kinds])}


def _of_work(work: dict[str, Any]) -> Iterator[Provenance]:
    for field, keys in (
        ("title", ("headline", "name")),
        ("published", ("datePublished", "dateCreated")),
        ("isbn", ("isbn",)),
        ("issn", ("issn",)),
        ("language", ("inLanguage",)),
        ("report_number", ("reportNumber",)),
        ("subtitle", ("alternativeHeadline",)),
    ):
        for key in keys:
            for value in _strings(work.get(key)):
                yield Provenance(field, value, "json_ld")
    for value in _strings(work.get("author") or work.get("creator")):
        yield Provenance("authors", value, "json_ld")
    writers = work.get("author")
    for writer in writers if isinstance(writers, list) else [writers]:
        # A body that wrote a page published it too; "publisher" then names the site that carries it.
        if isinstance(writer, dict) and any(kind.endswith("Organization") for kind in _types(writer)):
            for value in _strings(writer):
                yield Provenance("publisher", value, "json_ld")
    for value in _strings(work.get("publisher") or work.get("sourceOrganization")):
        yield Provenance("publisher", value, "json_ld")
    for value in [*_strings(work.get("doi")), *_strings(work.get("sameAs")), *_strings(work.get("identifier"))]:
        if re.search(r"\b10\.\d{4,9}/\S", value):
            yield Provenance("doi", value, "json_ld")


def _strings(value: Any) -> list[str]:
    if isinstance(value, list):
        return [text for item in value for text in _strings(item)]
    if isinstance(value, dict):
        return _strings(value.get("name") or value.get("value") or value.get("@value"))
    if not isinstance(value, (str, int)):
        return []
    # what a script holds is not unescaped by the parser, though it is often written escaped
    text = clean(re.sub(r"<[^<>]{1,100}>", "", html.unescape(str(value))))
    return [text] if text else []


def _headings(tree: HtmlElement) -> Iterator[Provenance]:
    headings = tree.xpath("//main//h1 | //article//h1") or tree.xpath("//h1")
    for element in headings[:3]:
        if text := clean(element.text_content()):
            yield Provenance("title", text, "heading")


def _html_title(tree: HtmlElement, site: str | None) -> Iterator[Provenance]:
    for element in tree.xpath("//head/title")[:1] or tree.xpath("//title")[:1]:
        text = clean(element.text_content())
        parts = [part for part in _SITE_SEPARATOR.split(text) if part]
        if len(parts) > 1:
            # "Title | Section | Site": the site's name stands last, or first where the page says that it is the name.
            named = [part for part in parts if part != site]
            cut = text[: text.rfind(parts[-1])].rstrip(" |·•»«–—-:") if parts[-1] == site or len(parts[-1].split()) <= 5 else text
            yield Provenance("title", cut if parts[0] != site else named[0] if named else text, "html_title")
            if parts[-1] != site and 1 <= len(parts[-1].split()) <= 6:
                yield Provenance("publisher", parts[-1], "html_title")
        elif text:
            yield Provenance("title", text, "html_title")


def _bylines(tree: HtmlElement) -> Iterator[Provenance]:
    for element in tree.xpath("//*[@rel='author'] | //*[@itemprop='author']")[:10]:
        inner = element.xpath(".//*[@itemprop='name']")
        text = clean((inner[0] if inner else element).text_content())
        if 1 < len(text.split()) <= 6:
            yield Provenance("authors", text, "text")


def _dates(tree: HtmlElement, payload: bytes, url: str | None) -> Iterator[Provenance]:
    for element in tree.xpath("//*[@itemprop='datePublished'] | //time[@pubdate] | //time[contains(@class,'publish')]")[:3]:
        value = clean(element.get("datetime") or element.get("content") or element.text_content())
        if value:
            yield Provenance("published", value, "text")
    try:
        guess = find_date(
            payload.decode("utf-8", "replace")[:2_000_000], original_date=True, extensive_search=False, url=url, max_date=_LATEST
        )
    except (ValueError, TypeError, RecursionError, AttributeError):
        guess = None
    if guess:
        yield Provenance("published", guess, "date_guess")
