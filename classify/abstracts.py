"""An abstract as a document, so that designs can be told from abstracts alone; and which abstracts are about joined-up care."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

from evidence.records import Document, Page, Passage, Section

ABOUT = Path(__file__).parent / "lessons" / "abstracts.jsonl"
"""DOI and relevance (codebook, section 15) of abstracts that we have read: all relevant and doubtful ones of a collection, and each fourth other."""


@cache
def relevant_abstracts() -> dict[str, bool]:
    """Whether an abstract is relevant, by DOI, of those that have been read."""
    rows = (json.loads(line) for line in ABOUT.read_text(encoding="utf-8").splitlines())
    return {row["doi"]: row["relevance"] == "relevant" for row in rows}


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
