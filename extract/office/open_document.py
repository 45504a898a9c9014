"""ODT: OpenDocument text, read from its XML with entities closed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree

from evidence.errors import Refused
from evidence.records import Provenance, Table
from extract.blocks import Block, Leaf, Reading
from extract.boilerplate import is_boilerplate, is_contents_line
from extract.clean_text import clean
from extract.containers import check_xml, member_bytes, open_archive
from extract.media_type import ODT
from extract.text_blocks import CAPTION, REFERENCE_HEADING

_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_META = {
    "{http://purl.org/dc/elements/1.1/}title": "title",
    "{urn:oasis:names:tc:opendocument:xmlns:meta:1.0}initial-creator": "authors",
    "{http://purl.org/dc/elements/1.1/}creator": "authors",
    "{urn:oasis:names:tc:opendocument:xmlns:meta:1.0}creation-date": "published",
    "{http://purl.org/dc/elements/1.1/}language": "language",
}
_MOST_BYTES = 60_000_000


def read_odt(payload: bytes) -> Reading:
    """Reads an OpenDocument text as one page. Raises Refused where it is broken, encrypted or holds no text."""
    with open_archive(payload) as archive:
        check_xml(archive)
        names = set(archive.namelist())
        if "content.xml" not in names:
            raise Refused("the OpenDocument file has no content")
        if "META-INF/manifest.xml" in names and b"encryption-data" in member_bytes(archive, "META-INF/manifest.xml", _MOST_BYTES):
            raise Refused("encrypted OpenDocument file")
        content = _parse(member_bytes(archive, "content.xml", _MOST_BYTES))
        meta = _parse(member_bytes(archive, "meta.xml", _MOST_BYTES)) if "meta.xml" in names else None
    body = content.find(f".//{_OFFICE}text")
    if body is None:
        raise Refused("the OpenDocument file is no text document")
    tables: list[Table] = []
    blocks = list(_with_references(_blocks(body, tables, False)))
    if not blocks:
        raise Refused("the OpenDocument file holds no text")
    seen = (
        []
        if meta is None
        else [
            Provenance(_META[one.tag], clean(one.text or ""), "core_properties")
            for one in meta.iter(*_META)
            if clean(one.text or "")
        ]
    )
    return Reading(ODT, (Leaf(1, tuple(blocks)),), seen=tuple(seen), tables=tuple(tables))


def _parse(data: bytes) -> Any:
    try:
        return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Refused(f"broken OpenDocument XML ({' '.join(str(error).split())[:120]})") from error


def _blocks(element: Any, tables: list[Table], listed: bool) -> Iterator[Block]:
    for child in element:
        if child.tag == f"{_TEXT}h":
            if text := _text(child):
                level = child.get(f"{_TEXT}outline-level", "1")
                yield Block("heading", text, min(6, max(1, int(level) if level.isdigit() else 1)))
        elif child.tag == f"{_TEXT}p":
            if text := _text(child):
                style = (child.get(f"{_TEXT}style-name") or "").lower()
                yield _paragraph(text, style, listed)
            for note in child.iter(f"{_TEXT}note-body"):
                if text := _text(note):
                    yield Block("footnote", text)
        elif child.tag == f"{_TABLE}table":
            rows = tuple(
                row
                for row in (
                    tuple(_text(cell) for cell in line.iter(f"{_TABLE}table-cell")) for line in child.iter(f"{_TABLE}table-row")
                )
                if any(row)
            )
            if len(rows) > 1 and max(map(len, rows)) > 1:
                tables.append(Table(1, rows))
                yield Block("table", "\n".join("\t".join(row) for row in rows))
            else:
                yield from (Block("body", text) for row in rows for text in row if text)
        elif child.tag == f"{_TEXT}list":
            yield from _blocks(child, tables, True)
        elif child.tag in (f"{_TEXT}table-of-content", f"{_TEXT}alphabetical-index", f"{_TEXT}tracked-changes"):
            yield from (
                Block("boilerplate", text)
                for line in child.iter(f"{_TEXT}p")
                if child.tag != f"{_TEXT}tracked-changes" and (text := _text(line))
            )
        elif child.tag in (f"{_TEXT}list-item", f"{_TEXT}list-header", f"{_TEXT}section", f"{_TEXT}numbered-paragraph"):
            yield from _blocks(child, tables, listed or child.tag == f"{_TEXT}list-item")


def _paragraph(text: str, style: str, listed: bool) -> Block:
    if is_contents_line(text) or is_boilerplate(text):
        return Block("boilerplate", text)
    if style == "title":
        return Block("heading", text, 1, size=28.0)
    if style == "subtitle":
        return Block("heading", text, 2, size=18.0)
    if CAPTION.match(text) and len(text.split()) <= 60:
        return Block("caption", text)
    return Block("list" if listed else "body", text)


def _with_references(blocks: Iterator[Block]) -> Iterator[Block]:
    listed = False
    for block in blocks:
        if block.kind == "heading":
            listed = REFERENCE_HEADING.match(block.text) is not None
        yield Block("reference", block.text) if listed and block.kind in ("body", "list") else block


def _text(element: Any) -> str:
    parts: list[str] = []

    def walk(node: Any) -> None:
        if node.tag in (f"{_TEXT}note", f"{_OFFICE}annotation") and node is not element:
            return
        if node.tag == f"{_TEXT}s" or node.tag in (f"{_TEXT}tab", f"{_TEXT}line-break"):
            parts.append(" ")
        parts.append(node.text or "")
        for child in node:
            if isinstance(child.tag, str):
                walk(child)
                if child.tag == f"{_TEXT}p":
                    parts.append(" ")
            parts.append(child.tail or "")

    walk(element)
    return clean("".join(parts))
