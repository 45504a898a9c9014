"""EPUB: a ZIP of web pages in the order of its spine."""

from __future__ import annotations

import posixpath
from typing import Any
from urllib.parse import unquote

from lxml import etree
from trafilatura.utils import load_html

from evidence.errors import Refused
from evidence.records import Provenance, Table
from extract.blocks import Leaf, Reading
from extract.clean_text import clean
from extract.containers import member_bytes, open_archive
from extract.html.body import selected_blocks
from extract.media_type import EPUB

_FIELDS = {
    "title": "title",
    "creator": "authors",
    "publisher": "publisher",
    "date": "published",
    "language": "language",
    "identifier": "isbn",
}
_MOST_BYTES = 60_000_000


def read_epub(payload: bytes) -> Reading:
    """Reads a book, a page a chapter file. Raises Refused where it is broken, protected or holds no text."""
    with open_archive(payload) as archive:
        names = set(archive.namelist())
        if (
            "META-INF/encryption.xml" in names
            and b"EncryptedData" in member_bytes(archive, "META-INF/encryption.xml", _MOST_BYTES)
            and "META-INF/rights.xml" in names
        ):
            raise Refused("the EPUB is protected (DRM)")
        container = _parse(member_bytes(archive, "META-INF/container.xml", _MOST_BYTES))
        package_name = next((one.get("full-path") for one in container.iter("{*}rootfile") if one.get("full-path")), None)
        if package_name is None:
            raise Refused("the EPUB names no package file")
        package = _parse(member_bytes(archive, package_name, _MOST_BYTES))
        base = posixpath.dirname(package_name)
        items = {
            one.get("id"): (one.get("href") or "", one.get("media-type") or "", one.get("properties") or "")
            for one in package.iter("{*}item")
        }
        leaves: list[Leaf] = []
        tables: list[Table] = []
        for reference in package.iter("{*}itemref"):
            href, media_type, properties = items.get(reference.get("idref"), ("", "", ""))
            if "html" not in media_type or "nav" in properties.split():
                continue
            name = posixpath.normpath(posixpath.join(base, unquote(href.split("#")[0])))
            if name not in names:
                continue
            tree = load_html(member_bytes(archive, name, _MOST_BYTES))
            if tree is None:
                continue
            blocks, found = selected_blocks([tree])
            if blocks:
                leaves.append(Leaf(len(leaves) + 1, tuple(blocks)))
                tables.extend(Table(len(leaves), table.rows, table.caption) for table in found)
    if not leaves:
        raise Refused("the EPUB holds no text")
    return Reading(EPUB, tuple(leaves), seen=tuple(_metadata(package)), tables=tuple(tables))


def _parse(data: bytes) -> Any:
    if b"<!ENTITY" in data[:4096]:
        raise Refused("the EPUB's XML declares entities, which none needs")
    try:
        return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Refused(f"broken EPUB XML ({' '.join(str(error).split())[:120]})") from error


def _metadata(package: Any) -> list[Provenance]:
    found = []
    for element in package.iter("{http://purl.org/dc/elements/1.1/}*"):
        field = _FIELDS.get(element.tag.rsplit("}", 1)[-1])
        text = clean("".join(element.itertext()))
        if field and text:
            found.append(Provenance(field, text, "record"))
    return found
