"""DOCX: paragraphs, headings by style, lists, tables, footnotes, core properties."""

from __future__ import annotations

import io
import re
from typing import Any

import docx
from docx.document import Document as DocxDocument
from docx.table import Table as DocxTable
from docx.text.paragraph import Paragraph as DocxParagraph

from evidence.errors import Refused
from evidence.records import Provenance, Table
from extract.blocks import Block, Leaf, Reading
from extract.boilerplate import is_boilerplate, is_contents_line
from extract.clean_text import clean
from extract.containers import check_xml, open_archive
from extract.media_type import DOCX
from extract.text_blocks import CAPTION, REFERENCE_HEADING

_HEADING_STYLE = re.compile(r"^(?:heading|überschrift|titre|título)\s*(\d)", re.I)
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def read_docx(payload: bytes) -> Reading:
    """Reads a Word file as one page (Word's pages exist only once it is printed). Raises Refused."""
    with open_archive(payload) as archive:
        check_xml(archive)
    try:
        document = docx.Document(io.BytesIO(payload))
        blocks, tables = _body(document)
        blocks.extend(_footnotes(document))
        running = _running(document)
    except Refused:
        raise
    except Exception as error:  # python-docx raises KeyError, ValueError, AttributeError and lxml errors on broken files
        raise Refused(f"broken Word file ({' '.join(str(error).split())[:120] or type(error).__name__})") from error
    if not blocks:
        raise Refused("the Word file holds no text")
    return Reading(DOCX, (Leaf(1, tuple(blocks)),), seen=_core(document), tables=tuple(tables), running=running)


def _body(document: DocxDocument) -> tuple[list[Block], list[Table]]:
    blocks: list[Block] = []
    tables: list[Table] = []
    in_references = False
    for item in document.iter_inner_content():
        if isinstance(item, DocxTable):
            rows = tuple(tuple(clean(cell.text) for cell in _distinct(row.cells)) for row in item.rows)
            rows = tuple(row for row in rows if any(row))
            if len(rows) > 1 and max(map(len, rows)) > 1:
                caption = blocks[-1].text if blocks and blocks[-1].kind == "caption" else None
                tables.append(Table(1, rows, caption))
                blocks.append(Block("table", "\n".join("\t".join(row) for row in rows)))
            else:
                blocks.extend(Block("body", text) for row in rows for text in row if text)
            continue
        block = _paragraph(item)
        if block is None:
            continue
        if block.kind == "heading":
            in_references = REFERENCE_HEADING.match(block.text) is not None
        elif in_references and block.kind in ("body", "list"):
            block = Block("reference", block.text)
        blocks.append(block)
    return blocks, tables


def _distinct(cells: tuple[Any, ...]) -> list[Any]:
    # A merged cell is listed once a column it spans.
    kept: list[Any] = []
    for cell in cells:
        if not kept or cell._tc is not kept[-1]._tc:
            kept.append(cell)
    return kept


def _paragraph(paragraph: DocxParagraph) -> Block | None:
    text = clean(_text(paragraph))
    if not text:
        return None
    style = (paragraph.style.name if paragraph.style is not None and paragraph.style.name else "").strip()
    sizes = [run.font.size.pt for run in paragraph.runs if run.text.strip() and run.font.size is not None]
    bold = bool(paragraph.runs) and all(run.bold for run in paragraph.runs if run.text.strip())
    size = max(sizes, default=0.0)
    lowered = style.lower()
    if lowered.startswith("toc") or is_contents_line(text) or is_boilerplate(text):
        return Block("boilerplate", text, size=size)
    heading = _HEADING_STYLE.match(style)
    if heading or lowered in ("title", "subtitle"):
        level = int(heading.group(1)) if heading else 1 if lowered == "title" else 2
        return Block("heading", text, min(6, max(1, level)), size=size or (28.0 if lowered == "title" else 0.0), bold=bold)
    if lowered == "caption" or (CAPTION.match(text) and len(text.split()) <= 60):
        return Block("caption", text, size=size)
    properties = paragraph._p.pPr
    if lowered.startswith("list") or (properties is not None and properties.numPr is not None):
        return Block("list", text, size=size)
    if bold and len(text.split()) <= 14 and not text.endswith((".", ";", ",")):
        return Block("heading", text, 3, size=size, bold=True)
    return Block("body", text, size=size, bold=bold)


def _text(paragraph: DocxParagraph) -> str:
    # Inserted text of tracked changes and content controls is text; deleted text (w:delText) is not.
    parts = []
    for node in paragraph._p.iter():
        if node.tag == f"{_W}t":
            parts.append(node.text or "")
        elif node.tag in (f"{_W}tab", f"{_W}br", f"{_W}cr"):
            parts.append(" ")
        elif node.tag == f"{_W}noBreakHyphen":
            parts.append("-")
    return "".join(parts)


def _footnotes(document: DocxDocument) -> list[Block]:
    from lxml import etree

    notes: list[Block] = []
    for part in document.part.package.iter_parts():
        if str(part.partname) in ("/word/footnotes.xml", "/word/endnotes.xml"):
            root = etree.fromstring(part.blob, etree.XMLParser(resolve_entities=False, no_network=True))
            for note in root:
                text = clean("".join(node.text or "" for node in note.iter(f"{_W}t")))
                if text:
                    notes.append(Block("footnote", text))
    return notes


def _running(document: DocxDocument) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for section in document.sections:
        for part in (section.header, section.footer, section.first_page_header, section.first_page_footer):
            for paragraph in part.paragraphs:
                if text := clean(paragraph.text):
                    found[text] = None
    return tuple(found)


def _core(document: DocxDocument) -> tuple[Provenance, ...]:
    core = document.core_properties
    seen = [Provenance("title", clean(core.title or ""), "core_properties")]
    seen.extend(Provenance("authors", clean(name), "core_properties") for name in (core.author or "").split(";"))
    created = core.created
    if created is not None:
        seen.append(Provenance("published", created.date().isoformat(), "core_properties"))
    if core.language:
        seen.append(Provenance("language", core.language, "core_properties"))
    return tuple(value for value in seen if value.value)
