"""The site's HTML: documents that are pages, pages that present a file, listings; with the matter that surrounds real pages."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import quote

from pipeline.demo_site import markup
from pipeline.demo_site.catalogue import DemoDocument
from pipeline.demo_site.paper import citation, long_date
from pipeline.local_site import media_type

SITE_NAME = "Crossfield Evidence Exchange"
SITE_ORIGIN = "https://crossfield.example"
"""By what the site's files call the site; a name that is reserved for examples (RFC 2606), never to be asked for."""

SECTION_TITLES = {
    "publications": "Publications",
    "guidance": "Guidance",
    "statistics": "Statistics",
    "news": "News and blog",
    "meetings": "Meetings",
    "drafts": "Drafts",
}
_SHELL = Template((Path(__file__).parent / "templates" / "page.html").read_text(encoding="utf-8"))
_MEDIA_NAMES = {"pdf": "PDF", "docx": "Word document", "txt": "plain text", "md": "Markdown"}


def link_to(path: str) -> str:
    """A path as it stands in a link."""
    return quote(path)


def document_page(document: DemoDocument, related: Sequence[DemoDocument]) -> str:
    """A document that is itself a page."""
    head = _meta(document, document.path)
    if document.section == "publications":
        head += _json_ld(_described(document, document.path))
    content = f"<article>{_opening(document)}{markup.html_of(document.body)}</article>{_share()}{_related(related)}"
    return shell(document.title, document.path, content, head, document.section)


def web_version(document: DemoDocument) -> str:
    """The full text of a report as a page: nearly the same words as the file."""
    note = (
        f'<p class="note">This is the web version of the report. <a href="{link_to(document.path)}">Download the report '
        f"({_MEDIA_NAMES[document.kind]})</a></p>"
    )
    content = f"<article>{_opening(document)}{note}{markup.html_of(document.body)}</article>"
    return shell(document.title, document.web_version, content, _meta(document, document.web_version), document.section)


def landing_page(
    document: DemoDocument, size_bytes: int, related: Sequence[DemoDocument], earlier: DemoDocument | None
) -> str:
    """The page that presents a file: summary, authors, date, download; described for machines by JSON-LD.

    ``size_bytes`` is the file's; ``earlier`` is the version that the document replaces.
    """
    rows = {
        "Authors": ", ".join(document.authors),
        "Published": long_date(document.published),
        "Publisher": document.publisher,
        "Report number": document.report_number,
        "DOI": document.doi,
    }
    described = _described(document, document.landing)
    described["encoding"] = {
        "@type": "MediaObject",
        "contentUrl": SITE_ORIGIN + link_to(document.path),
        "encodingFormat": media_type(document.path),
        "contentSize": str(size_bytes),
    }
    facts = "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in rows.items() if value)
    size = f"{_MEDIA_NAMES[document.kind]}, {max(1, size_bytes // 1024)} KB"
    download = f'<a class="download" href="{link_to(document.path)}">Download the report ({size})</a>'
    full_text = f'<p><a href="{link_to(document.web_version)}">Read the full text online</a></p>' if document.web_version else ""
    replaced = f'<p><a href="{link_to(earlier.path)}">Earlier version, {long_date(earlier.published)}</a></p>' if earlier else ""
    subtitle = f'<p class="subtitle">{escape(document.subtitle)}</p>' if document.subtitle else ""
    content = (
        f"<article><h1>{escape(document.title)}</h1>{subtitle}<dl>{facts}</dl><h2>Summary</h2><p>{escape(document.summary)}</p>"
        f"<p>{download}</p>{full_text}{replaced}<p><strong>How to cite:</strong> {escape(citation(document))}</p></article>"
        f"{_share()}{_related(related)}"
    )
    head = _meta(document, document.landing) + _json_ld(described)
    return shell(document.title, document.landing, content, head, document.section)


def listing_page(section: str, documents: Sequence[DemoDocument], number: int, count: int) -> str:
    """One page of a section's listing; ``number`` counts from 1 to ``count``."""
    heading = SECTION_TITLES[section]
    links = {n: f' <a href="{listing_path(section, n)}">{n}</a>' for n in range(1, count + 1)}
    pager = "".join((links | {number: f' <span aria-current="page">{number}</span>'}).values())
    items = "".join(_item(document) for document in documents)
    body = f'<h1>{heading}</h1><ul class="items">{items}</ul>'
    if count > 1:
        body += f'<nav class="pager" aria-label="Pages">Pages:{pager}</nav>'
    return shell(heading, listing_path(section, number), body, "", "")


def home_page(newest: Sequence[DemoDocument]) -> str:
    items = "".join(_item(document) for document in newest)
    listed = {name: title for name, title in SECTION_TITLES.items() if name != "drafts"}
    sections = "".join(f'<li><a href="/{name}/">{title}</a></li>' for name, title in listed.items())
    content = (
        "<h1>Evidence for people who join things up</h1><p>The Exchange collects what its members publish about health, "
        f"care and the services around them.</p><h2>Browse</h2><ul>{sections}</ul><h2>New on the Exchange</h2>"
        f'<ul class="items">{items}</ul>'
    )
    return shell("Home", "/", content, "", "")


def listing_path(section: str, number: int) -> str:
    return f"/{section}/" if number == 1 else f"/{section}/page-{number}.html"


def shell(title: str, path: str, content: str, head: str, section: str) -> str:
    """A whole page: the content within menu, cookie notice and footer; a section without a listing leaves no crumb."""
    listed = section and section != "drafts"
    crumbs = f'&rsaquo; <a href="/{section}/">{SECTION_TITLES[section]}</a>' if listed else ""
    return _SHELL.substitute(title=escape(title), address=SITE_ORIGIN + link_to(path), head=head, crumbs=crumbs, content=content)


def atom_feed(documents: Sequence[DemoDocument], updated: date) -> str:
    """The newest documents as an Atom feed (RFC 4287)."""
    entries = "".join(
        f'<entry><title>{escape(document.title)}</title><id>{address}</id><link href="{address}"/>'
        f"<updated>{document.published}T09:00:00Z</updated><summary>{escape(document.summary)}</summary>"
        f"{''.join(f'<author><name>{escape(author)}</name></author>' for author in document.authors)}</entry>\n"
        for document in documents
        for address in [SITE_ORIGIN + link_to(document.landing or document.path)]
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        f"<title>{SITE_NAME}: new publications</title><id>{SITE_ORIGIN}/feed.xml</id>"
        f'<link rel="self" href="{SITE_ORIGIN}/feed.xml"/><updated>{updated}T09:00:00Z</updated>'
        f"<author><name>{SITE_NAME}</name></author>\n{entries}</feed>\n"
    )


def sitemap(dates: Mapping[str, date]) -> str:
    """All paths with the day of their last change, in the sitemap protocol 0.9."""
    urls = "".join(f"<url><loc>{SITE_ORIGIN}{link_to(path)}</loc><lastmod>{day}</lastmod></url>\n" for path, day in dates.items())
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{urls}</urlset>\n'


def _opening(document: DemoDocument) -> str:
    subtitle = f'<p class="subtitle">{escape(document.subtitle)}</p>' if document.subtitle else ""
    when = f'<time datetime="{document.published}">{long_date(document.published)}</time>'
    byline = f'<p class="byline">{escape(", ".join(document.authors))} &middot; {when}</p>'
    return f"<h1>{escape(document.title)}</h1>{subtitle}{byline}"


def _item(document: DemoDocument) -> str:
    shown = document.landing or document.path
    kind = "" if document.landing or document.kind == "html" else f" ({_MEDIA_NAMES[document.kind]})"
    return (
        f'<li><a href="{link_to(shown)}">{escape(document.title)}{kind}</a><br>'
        f"<small>{long_date(document.published)} &middot; {escape(document.publisher)}</small>"
        f"<p>{escape(document.summary)}</p></li>"
    )


def _related(documents: Sequence[DemoDocument]) -> str:
    if not documents:
        return ""
    items = "".join(f'<li><a href="{link_to(d.landing or d.path)}">{escape(d.title)}</a></li>' for d in documents)
    return f'<aside class="related" aria-label="Related"><h2>You may also be interested in</h2><ul>{items}</ul></aside>'


def _share() -> str:
    ways = " &middot; ".join(f'<a href="#">{way}</a>' for way in ("by e-mail", "copy the link", "print"))
    return f'<div class="share">Share this page: {ways}</div>'


def _meta(document: DemoDocument, path: str) -> str:
    pairs = [("description", document.summary), *(("author", author) for author in document.authors)]
    properties = {
        "og:title": document.title,
        "og:site_name": SITE_NAME,
        "og:url": SITE_ORIGIN + link_to(path),
        "article:published_time": f"{document.published}T09:00:00+00:00",
    }
    lines = [f'<meta name="{name}" content="{escape(value)}">' for name, value in pairs]
    lines += [f'<meta property="{name}" content="{escape(value)}">' for name, value in properties.items()]
    return "\n".join(lines) + "\n"


def _described(document: DemoDocument, path: str) -> dict[str, Any]:
    """The document in schema.org's terms."""
    described: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Report",
        "name": document.title,
        "abstract": document.summary,
        "author": [{"@type": "Person", "name": author} for author in document.authors],
        "datePublished": str(document.published),
        "publisher": {"@type": "Organization", "name": document.publisher},
        "inLanguage": "en-GB",
        "url": SITE_ORIGIN + link_to(path),
    }
    if document.doi:
        described["identifier"] = {"@type": "PropertyValue", "propertyID": "doi", "value": document.doi}
    if document.report_number:
        described["reportNumber"] = document.report_number
    return described


def _json_ld(described: Mapping[str, Any]) -> str:
    # "</" would end the script element.
    text = json.dumps(described, ensure_ascii=False).replace("</", "<\\/")
    return f'<script type="application/ld+json">{text}</script>\n'
