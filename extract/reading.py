"""Bytes to Document: the one door of the package.

``read`` is a pure function: the same bytes and hints give the same record on every machine, without network or threads.
"""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from evidence.errors import Refused
from evidence.records import Document
from extract import media_type as media
from extract.assembly import lay_out
from extract.bibliography import read_entry
from extract.blocks import Reading
from extract.continued_tables import linked
from extract.epub import read_epub
from extract.fingerprint import fingerprints
from extract.html import read_html
from extract.jats import read_jats
from extract.languages import detect
from extract.markdown import read_markdown
from extract.metadata import choose
from extract.office import read_docx, read_odt, read_pptx
from extract.plain_text import read_plain_text
from extract.portable import read_portable
from extract.references import located, references_of
from extract.summary import summarise
from extract.version import extractor_version

EXTRACTOR_VERSION = extractor_version()
"""Of the code that is running. Documents are kept under it, and offsets belong to a document and its version."""


@dataclass(frozen=True, slots=True)
class Hints:
    """What is known of a payload besides its bytes.

    ``name`` is a file name or URL; ``media_type`` what the server said; ``link_text`` the words of the link that led here and
    ``landing_url`` the page it stood on; ``selectors`` are (field, CSS selector) pairs of the source, for web pages.
    """

    name: str = ""
    media_type: str | None = None
    link_text: str | None = None
    landing_url: str | None = None
    selectors: tuple[tuple[str, str], ...] = ()


def read(payload: bytes, hints: Hints) -> Document:
    """The document that ``payload`` holds. Raises ``evidence.errors.Refused`` with a one-line reason.

    A RIS or BibTeX payload must hold one entry; files that hold several documents are taken apart by ``extract.members``.
    """
    if not payload or payload.isspace():
        raise Refused("the file is empty")
    kind = media.sniff(payload, hints.name, hints.media_type)
    with _uncollected():
        return to_document(payload, _reader(kind, hints)(payload), hints)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Pause the cyclic garbage collector: a page makes thousands of small records, none in a cycle (13 % of the time).

    They are then taken for old: else the next collection would look through all of them, which are alive (1.7 %).
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            if not gc.get_freeze_count():
                gc.freeze()
                gc.unfreeze()
            gc.enable()


def _reader(kind: str, hints: Hints) -> Callable[[bytes], Reading]:
    url = hints.name if "://" in hints.name else hints.landing_url
    readers: dict[str, Callable[[bytes], Reading]] = {
        media.PDF: read_portable,
        media.HTML: lambda payload: read_html(payload, url, hints.selectors),
        media.TEXT: read_plain_text,
        media.MARKDOWN: read_markdown,
        media.DOCX: read_docx,
        media.PPTX: read_pptx,
        media.ODT: read_odt,
        media.EPUB: read_epub,
        media.JATS: read_jats,
        media.RIS: lambda payload: read_entry(payload, media.RIS),
        media.BIBTEX: lambda payload: read_entry(payload, media.BIBTEX),
    }
    if kind not in readers:
        raise Refused(_UNSUPPORTED.get(kind) or f"{kind} is not a format that can be read")
    return readers[kind]


_UNSUPPORTED = {
    media.ZIP: "a ZIP archive holds several documents: unpack it, or read its members",
    "application/x-ole-storage": "an old or encrypted office file (.doc, .xls, .ppt, or password-protected): save it as DOCX or PDF",
    "application/octet-stream": "unknown binary data",
    "application/xml": "XML that is no journal article (JATS)",
    "application/json": "JSON is not a document",
}


def to_document(payload: bytes, reading: Reading, hints: Hints) -> Document:
    """Counts offsets, chooses metadata, fingerprints: everything that does not depend on the format."""
    layout = lay_out(reading.leaves)
    told = [item.block.text for item in layout.placed if item.block.kind != "boilerplate"]
    if not any(char.isalnum() for text in told or [item.block.text for item in layout.placed] for char in text):
        raise Refused(reading.reason or "no text could be read from it")
    text = " ".join(told)
    content_digest, signature = fingerprints(told)
    metadata = choose(reading, layout, hints.name, hints.link_text)
    return Document(
        id=hashlib.sha256(payload).hexdigest(),
        extractor_version=EXTRACTOR_VERSION,
        media_type=reading.media_type,
        size_bytes=len(payload),
        status=reading.status,
        reason=reading.reason,
        content_digest=content_digest,
        title=metadata.title,
        title_source=metadata.title_source,
        subtitle=metadata.subtitle,
        authors=metadata.authors,
        published=metadata.published,
        publisher=metadata.publisher,
        doi=metadata.doi,
        isbn=metadata.isbn,
        issn=metadata.issn,
        report_number=metadata.report_number,
        language=detect(text, metadata.language),
        summary=summarise(reading, layout),
        provenance=metadata.provenance,
        pages=layout.pages,
        sections=layout.sections,
        passages=layout.passages,
        tables=linked(reading.tables, layout),
        references=located(reading.references, layout) if reading.references else references_of(layout),
        links=reading.links,
        signature=signature,
        page_kind=reading.page_kind,
        part_links=reading.part_links,
    )
