"""The demonstration's documents: one Markdown file each, with what it is and what its labels should be in front.

A file opens with TOML between two lines of ``+++``; the Markdown after it is the document's text. Everything in these files
was written for this project: people, bodies and results are invented, places are real so that their codes can be resolved.
The ``expect`` table holds the labels that a careful reader gives by the codebook, with the steps to the evidence strength.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from evidence.errors import UsageError

DOCUMENTS_FOLDER = Path(__file__).parent / "documents"

KINDS = {"html": ".html", "pdf": ".pdf", "docx": ".docx", "txt": ".txt", "md": ".md"}
"""How a document is published, and the suffix of its address."""
LAYOUTS = ("one_column", "two_column", "slides", "scan")
SECTIONS = ("publications", "guidance", "statistics", "news", "meetings", "drafts")
"""The site's sections; each but ``drafts`` has a listing."""
RELEVANCE = ("relevant", "off_topic")

_FENCE = "+++\n"
_PLACE_CODE = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
_REQUIRED: dict[str, type] = {
    "id": str, "title": str, "authors": list, "date": date, "publisher": str, "kind": str, "path": str, "section": str,
    "summary": str, "expect": dict,
}  # fmt: skip
_OPTIONAL: dict[str, type] = {
    "subtitle": str, "layout": str, "landing": str, "copies": list, "web_version": str, "report_number": str, "doi": str,
    "links": list, "new_version_of": str, "only_in_sitemap": bool,
}  # fmt: skip
_EXPECT: dict[str, type] = {
    "relevance": str, "study_design": str, "evidence_strength": str, "strength_steps": list, "integration_type": list,
    "places": dict,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Expected:
    """The labels that the document should get, in the codebook's terms; ``places`` are (name as printed, ISO 3166 code)."""

    relevance: str
    study_design: str
    evidence_strength: str
    strength_steps: tuple[str, ...]
    integration_types: tuple[str, ...]
    places: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class DemoDocument:
    """One document of the demonstration and where the site publishes it.

    ``path`` is the decoded path of the document itself, ``landing`` that of a page which presents it, ``copies`` are
    further addresses of the same bytes, ``web_version`` an HTML page with (nearly) the same text. ``links`` and
    ``new_version_of`` name other documents by id. ``body`` is Markdown.
    """

    id: str
    title: str
    authors: tuple[str, ...]
    published: date
    publisher: str
    kind: str
    path: str
    section: str
    summary: str
    expect: Expected
    body: str
    subtitle: str = ""
    layout: str = "one_column"
    landing: str = ""
    copies: tuple[str, ...] = ()
    web_version: str = ""
    report_number: str = ""
    doi: str = ""
    links: tuple[str, ...] = ()
    new_version_of: str = ""
    only_in_sitemap: bool = False


def load_documents(folder: Path = DOCUMENTS_FOLDER) -> tuple[DemoDocument, ...]:
    """All documents of a folder, newest first, then by id.

    Raises:
        UsageError: a file breaks the schema; the message names file, key and what was expected.
    """
    documents = [read_document(path) for path in sorted(folder.glob("*.md"))]
    _check_together(folder, documents)
    return tuple(sorted(documents, key=lambda document: (-document.published.toordinal(), document.id)))


def read_document(path: Path) -> DemoDocument:
    """One document from its file; raises ``UsageError`` as ``load_documents`` does."""
    text = path.read_text(encoding="utf-8")
    parts = text.split(_FENCE, 2)
    if len(parts) != 3 or parts[0]:
        raise UsageError(f"{path.name}: expected TOML between two lines of +++ at the top of the file")
    try:
        front = tomllib.loads(parts[1])
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path.name}: front matter is not TOML: {error}") from error
    _check_types(path.name, "", front, _REQUIRED, _OPTIONAL)
    _check_types(path.name, "expect.", front["expect"], _EXPECT, {})
    _check_values(path.name, front)
    if front["id"] != path.stem:
        raise UsageError(f"{path.name}: id: expected the file's name without suffix, {path.stem!r}")
    expect = front.pop("expect")
    published = front.pop("date")
    fields: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in front.items()}
    return DemoDocument(**fields, published=published, expect=_expected(expect), body=parts[2].strip() + "\n")


def _expected(table: dict[str, Any]) -> Expected:
    return Expected(
        relevance=table["relevance"],
        study_design=table["study_design"],
        evidence_strength=table["evidence_strength"],
        strength_steps=tuple(table["strength_steps"]),
        integration_types=tuple(table["integration_type"]),
        places=tuple(table["places"].items()),
    )


def _check_types(file: str, prefix: str, table: dict[str, Any], required: dict[str, type], optional: dict[str, type]) -> None:
    for key in table.keys() - required.keys() - optional.keys():
        raise UsageError(f"{file}: {prefix}{key}: unknown key; expected one of {', '.join(sorted(required | optional))}")
    for key, kind in (required | optional).items():
        if key not in table:
            if key in required:
                raise UsageError(f"{file}: {prefix}{key}: missing; expected a {kind.__name__}")
        elif not isinstance(table[key], kind):
            raise UsageError(f"{file}: {prefix}{key}: expected a {kind.__name__}, got {table[key]!r}")


def _check_values(file: str, front: dict[str, Any]) -> None:
    _expect_one_of(file, "kind", front["kind"], tuple(KINDS))
    _expect_one_of(file, "layout", front.get("layout", "one_column"), LAYOUTS)
    _expect_one_of(file, "section", front["section"], SECTIONS)
    _expect_one_of(file, "expect.relevance", front["expect"]["relevance"], RELEVANCE)
    for key, suffix in (("path", KINDS[front["kind"]]), ("landing", ".html"), ("web_version", ".html")):
        value = front.get(key)
        if value is not None and not (value.startswith("/") and value.endswith(suffix)):
            raise UsageError(f"{file}: {key}: expected a path from the site's root that ends in {suffix}, got {value!r}")
    for name, code in front["expect"]["places"].items():
        if not isinstance(code, str) or not _PLACE_CODE.fullmatch(code):
            raise UsageError(f"{file}: expect.places.{name}: expected an ISO 3166 code such as GB-FIF, got {code!r}")


def _expect_one_of(file: str, key: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise UsageError(f"{file}: {key}: expected one of {', '.join(allowed)}, got {value!r}")


def _check_together(folder: Path, documents: list[DemoDocument]) -> None:
    """Addresses are used once and references between documents lead somewhere."""
    known = {document.id for document in documents}
    owner: dict[str, str] = {}
    for document in documents:
        addresses = (document.path, document.landing, document.web_version, *document.copies)
        for address in filter(None, addresses):
            if address in owner:
                raise UsageError(f"{folder}/{document.id}.md: {address} is already the address of {owner[address]}")
            owner[address] = document.id
        for other in filter(None, (*document.links, document.new_version_of)):
            if other not in known:
                raise UsageError(f"{folder}/{document.id}.md: links: no document has the id {other!r}")
