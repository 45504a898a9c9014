"""A document as an accessible Word file: real headings, a marked table header, language and title set."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime, time

from docx import Document
from docx.document import Document as WordDocument
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from pipeline.demo_site import markup
from pipeline.demo_site.catalogue import DemoDocument
from pipeline.demo_site.paper import INVENTED, long_date


def word_file(document: DemoDocument) -> bytes:
    """The document as .docx; the same bytes each time."""
    word = Document()
    _describe(word, document)
    word.add_heading(document.title, level=0)
    if document.subtitle:
        word.add_paragraph(document.subtitle, style="Subtitle")
    word.add_paragraph(", ".join(document.authors))
    word.add_paragraph(f"{document.publisher}, {long_date(document.published)}")
    for block in markup.blocks_of(document.body):
        _add(word, block)
    word.sections[0].footer.paragraphs[0].text = f"{document.publisher} | {document.title}"
    buffer = io.BytesIO()
    word.save(buffer)
    return _without_clock(buffer.getvalue(), document)


def _describe(word: WordDocument, document: DemoDocument) -> None:
    moment = datetime.combine(document.published, time(9), UTC)
    properties = word.core_properties
    properties.title, properties.author = document.title, "; ".join(document.authors)
    properties.created = properties.modified = moment
    properties.language, properties.last_modified_by, properties.revision = "en-GB", document.authors[0], 1
    properties.comments = INVENTED


def _add(word: WordDocument, block: markup.Block) -> None:
    if isinstance(block, markup.Heading):
        word.add_heading(markup.plain(block.content), level=block.level - 1)
    elif isinstance(block, markup.Paragraph):
        _write(word.add_paragraph(style="Quote" if block.quoted else None), block.content)
    elif isinstance(block, markup.ListBlock):
        for item in block.items:
            _write(word.add_paragraph(style="List Number" if block.ordered else "List Bullet"), item)
    else:
        _add_table(word, block)


def _write(paragraph: Paragraph, content: markup.Inline) -> None:
    for run in content:
        written = paragraph.add_run(run.text)
        written.bold, written.italic = run.bold or None, run.italic or None


def _add_table(word: WordDocument, block: markup.TableBlock) -> None:
    table = word.add_table(rows=0, cols=len(block.rows[0]), style="Table Grid")
    for row in block.rows:
        for cell, content in zip(table.add_row().cells, row, strict=True):
            _write(cell.paragraphs[0], content)
    # Screen readers announce a column's name only where the first row is marked as header.
    header = table.rows[0]._tr.get_or_add_trPr()
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    header.append(mark)
    word.add_paragraph()


def _without_clock(docx: bytes, document: DemoDocument) -> bytes:
    """The same package with every member dated to the day of publication, where zipfile wrote the time of day."""
    day = document.published
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            member = zipfile.ZipInfo(name, (day.year, day.month, day.day, 9, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(member, old.read(name))
    return buffer.getvalue()
