"""Links to files that may be the document itself: the PDF on its landing page."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from evidence.records import Link
from extract.clean_text import clean

_FILE = re.compile(r"\.(?:pdf|docx?|pptx?|odt|epub)$", re.I)
_SAYS_FILE = re.compile(
    r"\bpdf\b|\bdownload\b.{0,40}\b(?:report|paper|publication|briefing|document)\b|\b(?:report|paper|publication)\b.{0,20}\bdownload\b",
    re.I,
)


def file_links(tree: HtmlElement, url: str | None) -> tuple[Link, ...]:
    """Links by address ending or by their words, in page order, each address once; relative where no base is known."""
    base = next(iter(tree.xpath("//base/@href")), None)
    base_url = urljoin(url or "", base) if base else url or ""
    found: dict[str, str] = {}
    for element in tree.xpath("//meta[@name='citation_pdf_url'][@content]"):
        found[_absolute(base_url, element.get("content"))] = "citation_pdf_url"
    for element in tree.iter("a"):
        href = (element.get("href") or "").strip()
        if not href or href.startswith(("#", "mailto:", "javascript:", "tel:", "data:")):
            continue
        text = clean(element.text_content() or element.get("title") or "")[:300]
        try:
            path = urlsplit(href).path
        except ValueError:
            continue
        if _FILE.search(path) or _SAYS_FILE.search(text) or (element.get("type") or "") == "application/pdf":
            address = _absolute(base_url, href)
            if address and (address not in found or not found[address]):
                found[address] = text
    return tuple(Link(address, text) for address, text in found.items() if address)


def _absolute(base: str, href: str) -> str:
    try:
        return urljoin(base, href.strip()).split("#")[0]
    except ValueError:
        return ""
