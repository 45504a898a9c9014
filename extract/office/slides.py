"""PPTX: a page a slide; titles as headings, notes as notes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE_TYPE, PP_PLACEHOLDER

from evidence.errors import Refused
from evidence.records import Provenance, Table
from extract.blocks import Block, Leaf, Reading
from extract.boilerplate import is_boilerplate
from extract.clean_text import clean
from extract.containers import check_xml, open_archive
from extract.media_type import PPTX

_TITLES = (PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE)
_FURNITURE = (PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER, PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.HEADER)
_DEEPEST = 12
_POINTS = 12700


def read_pptx(payload: bytes) -> Reading:
    """Reads a presentation. Raises Refused where it is broken or holds no text."""
    with open_archive(payload) as archive:
        check_xml(archive)
    try:
        presentation = Presentation(io.BytesIO(payload))
        width, height = (presentation.slide_width or 0) / _POINTS, (presentation.slide_height or 0) / _POINTS
        leaves: list[Leaf] = []
        tables: list[Table] = []
        for number, slide in enumerate(presentation.slides, start=1):
            blocks = list(_slide(slide.shapes, number, tables, 0))
            if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
                blocks.extend(
                    Block("footnote", text)
                    for line in slide.notes_slide.notes_text_frame.text.splitlines()
                    if (text := clean(line))
                )
            leaves.append(Leaf(number, tuple(blocks), width, height))
        seen = tuple(_core(presentation.core_properties))
    except Refused:
        raise
    except Exception as error:  # python-pptx raises KeyError, ValueError, AttributeError and lxml errors on broken files
        raise Refused(f"broken PowerPoint file ({' '.join(str(error).split())[:120] or type(error).__name__})") from error
    if not any(leaf.blocks for leaf in leaves):
        raise Refused("the presentation holds no text")
    return Reading(PPTX, tuple(leaves), seen=seen, tables=tuple(tables))


def _slide(shapes: Any, number: int, tables: list[Table], depth: int) -> Iterator[Block]:
    # Shapes are kept in drawing order; readers see them from the top left.
    placed = sorted(shapes, key=lambda shape: (_kind(shape) not in _TITLES, round((shape.top or 0) / 300_000), shape.left or 0))
    for shape in placed:
        if shape.shape_type == MSO_SHAPE_TYPE.GROUP and depth < _DEEPEST:
            yield from _slide(shape.shapes, number, tables, depth + 1)
        elif getattr(shape, "has_table", False) and shape.has_table:
            rows = tuple(row for row in (tuple(clean(cell.text) for cell in line.cells) for line in shape.table.rows) if any(row))
            if rows:
                tables.append(Table(number, rows))
                yield Block("table", "\n".join("\t".join(row) for row in rows))
        elif shape.has_text_frame:
            yield from _frame(shape, number)


def _kind(shape: Any) -> Any:
    return shape.placeholder_format.type if shape.is_placeholder else None


def _frame(shape: Any, number: int) -> Iterator[Block]:
    kind = _kind(shape)
    if kind in _TITLES:
        if text := clean(shape.text_frame.text):
            yield Block("heading", text, 1 if number == 1 else 2, size=36.0)
        return
    paragraphs = [
        (paragraph, text)
        for paragraph in shape.text_frame.paragraphs
        if (text := clean("".join(run.text for run in paragraph.runs) or paragraph.text))
    ]
    for paragraph, text in paragraphs:
        if kind in _FURNITURE or is_boilerplate(text):
            yield Block("boilerplate", text)
        elif kind in (PP_PLACEHOLDER.OBJECT, PP_PLACEHOLDER.BODY) and (len(paragraphs) > 1 or paragraph.level):
            yield Block("list", text)
        else:
            yield Block("body", text, size=20.0 if kind == PP_PLACEHOLDER.SUBTITLE else 0.0)


def _core(core: Any) -> Iterator[Provenance]:
    if title := clean(core.title or ""):
        yield Provenance("title", title, "core_properties")
    for name in (core.author or "").split(";"):
        if clean(name):
            yield Provenance("authors", clean(name), "core_properties")
    if core.created is not None:
        yield Provenance("published", core.created.date().isoformat(), "core_properties")
