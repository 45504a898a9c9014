"""Journal articles as JATS or NLM XML: front matter, sections, tables, notes, references."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from evidence.errors import Refused
from evidence.records import Provenance, Table
from extract.blocks import Block, Leaf, Reading
from extract.clean_text import clean
from extract.marked_references import marked_references
from extract.media_type import JATS

_MOST_BYTES = 60_000_000
_DATE_ORDER = ("epub", "epreprint", "electronic", "pub", "ppub", "print", "collection", "")
_APART = frozenset(
    (
        "p",
        "sec",
        "title",
        "list",
        "list-item",
        "table-wrap",
        "fig",
        "caption",
        "disp-quote",
        "boxed-text",
        "def-list",
        "def-item",
        "def",
        "term",
        "table",
        "tr",
        "td",
        "th",
        "break",
        "label",
        "abstract",
        "kwd",
        "aff",
        "fn",
        "disp-formula",
    )
)
_DROPPED = frozenset(
    ("xref-group", "object-id", "inline-graphic", "graphic", "media", "alternatives", "mml:math", "tex-math", "math")
)


def read_jats(payload: bytes) -> Reading:
    """Reads one article. Entities and the network stay closed. Raises Refused where it is broken or holds no article."""
    if len(payload) > _MOST_BYTES:
        raise Refused(f"XML of {len(payload):,} bytes is longer than any article ({_MOST_BYTES:,})")
    if b"<!ENTITY" in payload[:100_000]:
        raise Refused("the XML declares entities, which no published article needs")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(payload, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Refused(f"broken XML ({' '.join(str(error).split())[:120]})") from error
    for element in root.iter():
        if isinstance(element.tag, str) and "}" in element.tag:
            element.tag = element.tag.rsplit("}", 1)[-1]
    article = root if root.tag == "article" else root.find(".//article")
    if article is None:
        raise Refused("the XML holds no journal article")
    walk = _Walk()
    meta = article.find("./front/article-meta")
    for abstract in [] if meta is None else [*meta.findall("abstract"), *meta.findall("trans-abstract")]:
        walk.abstract(abstract)
    body = article.find("body")
    if body is not None:
        walk.section_content(body, 1)
    back = article.find("back")
    if back is not None:
        walk.back(back)
    if not walk.blocks:
        raise Refused("the article holds no text")
    title = _text(article.find("./front/article-meta/title-group/article-title"))
    blocks = ([Block("heading", title, 1)] if title else []) + walk.blocks
    return Reading(
        JATS,
        (Leaf(1, tuple(blocks)),),
        seen=tuple(_metadata(article)),
        tables=tuple(walk.tables),
        references=tuple(entry for reference in article.iterfind("./back//ref-list/ref") for entry in marked_references(reference)),
        summary=walk.summary,
    )


class _Walk:
    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.tables: list[Table] = []
        self.summary: str | None = None

    def add(self, kind: str, text: str, level: int = 0) -> None:
        if text:
            self.blocks.append(Block(kind, text, level))

    def abstract(self, element: Any) -> None:
        kind = element.get("abstract-type") or ""
        if kind in ("graphical", "teaser", "toc", "key-points-image"):
            return
        start = len(self.blocks) + 1
        self.add("heading", _text(element.find("title")) or "Abstract", 2)
        self.section_content(element, 3)
        if self.summary is None and kind in ("", "executive-summary"):
            self.summary = " ".join(block.text for block in self.blocks[start:] if block.kind in ("body", "list"))[:4000] or None

    def section_content(self, element: Any, level: int) -> None:
        """The children of a section; ``level`` is that of the headings of sections below it."""
        if element.text and element.text.strip():
            self.add("body", clean(element.text))
        for child in element:
            self.part(child, child.tag if isinstance(child.tag, str) else "", level)

    def part(self, child: Any, tag: str, level: int) -> None:
        if tag == "sec":
            heading = clean(f"{_text(child.find('label'))} {_text(child.find('title'))}")
            self.add("heading", heading, min(6, level + 1))
            self.section_content(child, min(5, level + 1))
        elif tag in ("title", "label", "object-id", "sec-meta", "ref-list", "kwd-group", ""):
            pass
        elif tag in ("list", "def-list"):
            for item in child.iterchildren("list-item", "def-item"):
                self.add("list", _text(item))
        elif tag in ("fig", "fig-group", "supplementary-material", "media"):
            for caption in [child] if tag != "fig-group" else child.findall("fig"):
                self.add("caption", clean(f"{_text(caption.find('label'))} {_text(caption.find('caption'))}"))
        elif tag in ("table-wrap", "table-wrap-group"):
            for wrap in [child] if tag == "table-wrap" else child.findall("table-wrap"):
                self.table(wrap)
        elif tag in (
            "boxed-text",
            "disp-quote",
            "disp-formula-group",
            "statement",
            "app",
            "app-group",
            "ack",
            "notes",
            "glossary",
            "bio",
            "speech",
            "verse-group",
        ):
            if title := _text(child.find("title")):
                self.add("heading", title, min(6, level + 1))
            self.section_content(child, min(5, level + 1))
        elif tag == "p":
            self.paragraph(child, level)
        else:
            self.add("body", _text(child))

    def paragraph(self, element: Any, level: int) -> None:
        """A paragraph may hold lists, tables and figures; they are taken out of it and follow it."""
        inner = [child for child in element if child.tag in ("list", "def-list", "table-wrap", "fig", "boxed-text", "disp-quote")]
        self.add("body", _text(element, frozenset(child.tag for child in inner)))
        for child in inner:
            self.part(child, child.tag, level)

    def table(self, wrap: Any) -> None:
        caption = clean(f"{_text(wrap.find('label'))} {_text(wrap.find('caption'))}") or None
        self.add("caption", caption or "")
        for table in wrap.iter("table"):
            rows = tuple(
                row
                for row in (tuple(_text(cell) for cell in line.iterchildren("td", "th")) for line in table.iter("tr"))
                if any(row)
            )
            if rows:
                self.tables.append(Table(1, rows, caption))
                self.add("table", "\n".join("\t".join(row) for row in rows))
        for note in wrap.iterfind("table-wrap-foot"):
            self.add("footnote", _text(note))

    def back(self, back: Any) -> None:
        for child in back:
            tag = child.tag if isinstance(child.tag, str) else ""
            if tag == "ref-list":
                continue
            if tag == "fn-group":
                for note in child.iter("fn"):
                    self.add("footnote", _text(note))
            elif tag == "ack":
                self.add("heading", _text(child.find("title")) or "Acknowledgements", 2)
                self.section_content(child, 2)
            else:
                self.part(child, tag, 1)
        for references in back.iter("ref-list"):
            self.add("heading", _text(references.find("title")) or "References", 2)
            for reference in references.iterchildren("ref"):
                for entry in marked_references(reference):
                    self.add("reference", entry.raw)


def _text(element: Any, without: frozenset[str] = frozenset()) -> str:
    return "" if element is None else clean("".join(_strings(element, without)))


def _strings(element: Any, without: frozenset[str]) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        tag = child.tag if isinstance(child.tag, str) else ""
        if tag and tag not in _DROPPED and tag not in without:
            if tag in _APART:
                yield " "
            if (
                tag == "sup"
                and re.fullmatch(r"[\d\W]+", "".join(child.itertext()))
                and not (element.text or "").rstrip()[-1:].isdigit()
            ):
                yield f"{''.join(child.itertext())}"
            else:
                yield from _strings(child, without)
            if tag in _APART:
                yield " "
        yield child.tail or ""


def _metadata(article: Any) -> Iterator[Provenance]:
    meta, journal = article.find("./front/article-meta"), article.find("./front/journal-meta")
    if meta is None:
        return
    title, subtitle = _text(meta.find("title-group/article-title")), _text(meta.find("title-group/subtitle"))
    if title:
        yield Provenance(
            "title", f"{title}: {subtitle}" if subtitle and subtitle.casefold() not in title.casefold() else title, "record"
        )
    if subtitle:
        yield Provenance("subtitle", subtitle, "record")
    for contributor in meta.iterfind(".//contrib-group/contrib"):
        if contributor.get("contrib-type", "author") == "author":
            name = (
                _person(contributor.find("name"))
                or _text(contributor.find(".//name"))
                or _text(contributor.find("collab"))
                or _text(contributor.find("string-name"))
            )
            if name:
                yield Provenance("authors", name, "record")
    if date := _published(meta):
        yield Provenance("published", date, "record")
    if journal is not None:
        for path in ("publisher/publisher-name",):
            if publisher := _text(journal.find(path)):
                yield Provenance("publisher", publisher, "record")
        if name := _text(journal.find(".//journal-title")):
            yield Provenance("publisher", name, "running_header")
        for issn in journal.findall("issn"):
            yield Provenance("issn", _text(issn), "record")
    for identifier in meta.findall("article-id"):
        if identifier.get("pub-id-type") == "doi":
            yield Provenance("doi", _text(identifier), "record")
    if language := article.get("lang") or article.get("{http://www.w3.org/XML/1998/namespace}lang"):
        yield Provenance("language", language, "record")


def _person(name: Any) -> str:
    return (
        ""
        if name is None
        else clean(f"{_text(name.find('given-names'))} {_text(name.find('surname'))} {_text(name.find('suffix'))}")
    )


def _published(meta: Any) -> str | None:
    """The earliest kind of publication: online before print; a day before a bare year of the same kind."""
    dates = []
    for element in meta.findall("pub-date"):
        kind = element.get("pub-type") or element.get("publication-format") or element.get("date-type") or ""
        if kind == "pmc-release":
            continue
        parts = [int(text) for name in ("year", "month", "day") if (text := _text(element.find(name))).isdigit()]
        if parts and 1500 < parts[0] < 2100 and all(1 <= part <= 31 for part in parts[1:]):
            iso = "-".join([f"{parts[0]:04d}", *(f"{part:02d}" for part in parts[1:])])
            dates.append((_DATE_ORDER.index(kind) if kind in _DATE_ORDER else len(_DATE_ORDER), iso))
    return min(dates)[1] if dates else None
