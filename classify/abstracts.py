"""An abstract as a document, so that designs can be told from abstracts alone."""

from __future__ import annotations

import hashlib

from evidence.records import Document, Page, Passage, Section


def abstract_document(title: str, abstract: str) -> Document:
    """A document of one page: the title, the heading "Abstract" and the abstract."""
    heading = "Abstract"
    text = f"{title}\n\n{heading}\n\n{abstract}"
    at = len(title) + 2
    body = at + len(heading) + 2
    payload = text.encode("utf-8")
    return Document(
        id=hashlib.sha256(payload).hexdigest(), extractor_version="abstract", media_type="text/plain", size_bytes=len(payload), status="ok",
        title=title, language="en", pages=(Page(1, text),), sections=(Section(heading, 1, 1, at, len(text)),),
        passages=(Passage(1, at, at + len(heading), "heading", 0), Passage(1, body, len(text), "body", 0)),
    )
