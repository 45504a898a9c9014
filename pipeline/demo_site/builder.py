"""Writes the demonstration's site as static files, the same bytes and times at every build."""

from __future__ import annotations

import os
import textwrap
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

from pipeline.demo_site import markup, pages
from pipeline.demo_site.catalogue import DemoDocument, Expected, load_documents
from pipeline.demo_site.pages import SITE_ORIGIN
from pipeline.demo_site.paper import long_date, report_pdf
from pipeline.demo_site.scan import scanned_pdf
from pipeline.demo_site.word import word_file

DEAD_PATH = "/reports/2012/early-adopter-areas.pdf"
"""Named in the sitemap and gone, as on any site of some age: a crawler should count it and go on."""
_DEAD_DAY = date(2012, 5, 3)
_STATIC_DAY = date(2018, 1, 8)
_A_PAGE = 10
_FEED_LENGTH = 12
_HERE = Path(__file__).parent

ROLES = ("home", "standing", "listing", "landing", "document", "copy", "web_version", "feed", "sitemap", "robots", "asset")


@dataclass(frozen=True, slots=True)
class SitePage:
    """One file of the site: its decoded path, what it is for (one of ``ROLES``), its day, and whose it is (a document's id)."""

    path: str
    role: str
    day: date
    document: str = ""


@dataclass(frozen=True, slots=True)
class DemoSite:
    """The site as built. Serve ``folder`` with ``LocalSite(folder, origin_in_files=site.origin)``."""

    folder: Path
    documents: tuple[DemoDocument, ...]
    pages: tuple[SitePage, ...]
    origin: str = SITE_ORIGIN
    dead_path: str = DEAD_PATH

    def document_at(self, path: str) -> DemoDocument | None:
        """The document whose text is at a path (itself, a copy or its web version; not its landing page)."""
        owners = {page.path: page.document for page in self.pages if page.role in ("document", "copy", "web_version")}
        return next((document for document in self.documents if document.id == owners.get(path)), None)

    def expected(self, path: str) -> Expected | None:
        """The labels that what is at a path should get; None for what is no document."""
        document = self.document_at(path)
        return document.expect if document else None

    def disallowed(self) -> tuple[SitePage, ...]:
        """What robots.txt asks to leave alone."""
        return tuple(page for page in self.pages if page.path.startswith("/drafts/"))


def build_demo_site(target: Path) -> DemoSite:
    """Writes the site below ``target`` (made where absent; files of the same name are replaced).

    Raises:
        UsageError: a document's source breaks the schema.
    """
    return _Build(target, load_documents()).run()


class _Build:
    """One build: writes files and remembers what it wrote."""

    def __init__(self, target: Path, documents: tuple[DemoDocument, ...]) -> None:
        self._target = target
        self._documents = documents
        self._by_id = {document.id: document for document in documents}
        self._public = [document for document in documents if document.section != "drafts" and not document.only_in_sitemap]
        self._newest = documents[0].published
        self._pages: list[SitePage] = []

    def run(self) -> DemoSite:
        for document in self._documents:
            self._document(document)
        for section in pages.SECTION_TITLES:
            if section != "drafts":
                self._listing(section)
        self._write("/index.html", pages.home_page(self._public[:5]).encode(), "home", self._newest)
        for source in sorted((_HERE / "templates").glob("standing-*.html")):
            self._standing(source)
        for asset in sorted((_HERE / "static").iterdir()):
            self._write(f"/static/{asset.name}", asset.read_bytes(), "asset", _STATIC_DAY)
        self._write("/feed.xml", pages.atom_feed(self._public[:_FEED_LENGTH], self._newest).encode(), "feed", self._newest)
        self._write("/sitemap.xml", pages.sitemap(self._addresses()).encode(), "sitemap", self._newest)
        robots = f"User-agent: *\nDisallow: /drafts/\n\nSitemap: {SITE_ORIGIN}/sitemap.xml\n"
        self._write("/robots.txt", robots.encode(), "robots", _STATIC_DAY)
        return DemoSite(self._target, self._documents, tuple(self._pages))

    def _document(self, document: DemoDocument) -> None:
        related = [self._by_id[other] for other in document.links]
        body = self._rendered(document, related)
        self._write(document.path, body, "document", document.published, document.id)
        for copy in document.copies:
            self._write(copy, body, "copy", document.published, document.id)
        if document.landing:
            page = pages.landing_page(document, len(body), related, self._by_id.get(document.new_version_of))
            self._write(document.landing, page.encode(), "landing", document.published, document.id)
        if document.web_version:
            page = pages.web_version(document)
            self._write(document.web_version, page.encode(), "web_version", document.published, document.id)

    def _rendered(self, document: DemoDocument, related: list[DemoDocument]) -> bytes:
        if document.kind == "html":
            return pages.document_page(document, related).encode()
        if document.kind == "pdf":
            return scanned_pdf(document) if document.layout == "scan" else report_pdf(document)
        if document.kind == "docx":
            return word_file(document)
        return (plain_text(document) if document.kind == "txt" else markdown_text(document)).encode()

    def _listing(self, section: str) -> None:
        documents = [document for document in self._public if document.section == section]
        count = max(1, -(-len(documents) // _A_PAGE))
        for number in range(1, count + 1):
            shown = documents[(number - 1) * _A_PAGE : number * _A_PAGE]
            path = pages.listing_path(section, number)
            page = pages.listing_page(section, shown, number, count)
            self._write(path + "index.html" if path.endswith("/") else path, page.encode(), "listing", documents[0].published)

    def _standing(self, source: Path) -> None:
        """About us and its like: the file's first line is the title, the rest the content."""
        title, content = source.read_text(encoding="utf-8").split("\n", 1)
        path = f"/{source.stem.removeprefix('standing-')}.html"
        self._write(path, pages.shell(title, path, content, "", "").encode(), "standing", _STATIC_DAY)

    def _addresses(self) -> dict[str, date]:
        """What the sitemap names: all pages and documents but the drafts, and one that is gone."""
        named = {
            page.path.removesuffix("index.html"): page.day
            for page in self._pages
            if page.role not in ("asset", "feed") and not page.path.startswith("/drafts/")
        }
        return named | {DEAD_PATH: _DEAD_DAY}

    def _write(self, path: str, body: bytes, role: str, day: date, document: str = "") -> None:
        file = self._target / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)
        moment = datetime.combine(day, time(9), UTC).timestamp()
        os.utime(file, (moment, moment))
        self._pages.append(SitePage(path, role, day, document))


def plain_text(document: DemoDocument) -> str:
    """The document as typed text, 76 columns wide."""
    parts = [document.title.upper(), f"{', '.join(document.authors)}\n{document.publisher}\n{long_date(document.published)}"]
    for block in markup.blocks_of(document.body):
        if isinstance(block, markup.Heading):
            heading = markup.plain(block.content)
            parts.append(f"{heading}\n{'-' * len(heading)}")
        elif isinstance(block, markup.Paragraph):
            parts.append(textwrap.fill(markup.plain(block.content), 76))
        elif isinstance(block, markup.ListBlock):
            items = (textwrap.fill(f"* {markup.plain(item)}", 76, subsequent_indent="  ") for item in block.items)
            parts.append("\n".join(items))
        else:
            parts.append("\n".join("  ".join(markup.plain(cell) for cell in row) for row in block.rows))
    return "\n\n".join(parts) + "\n"


def markdown_text(document: DemoDocument) -> str:
    """The document as a Markdown file of its own."""
    byline = f"*{', '.join(document.authors)}, {document.publisher}, {long_date(document.published)}*"
    return f"# {document.title}\n\n{byline}\n\n{document.body}"
