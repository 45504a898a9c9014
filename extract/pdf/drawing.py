"""What is drawn on a page beside its text: ruling lines, boxes and images, from PDFium's page objects.

Boxes and lines come as (x0, y0, x1, y1) in points from the top left corner of the page as shown.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, field
from typing import Any

import pypdfium2.raw as pdfium

from extract.pdf.characters import Frame, address, fast, room

Box = tuple[float, float, float, float]
_POINTER, _INT = ctypes.c_void_p, ctypes.c_int
_page_object = fast("FPDFPage_GetObject", _POINTER)
_form_count = fast("FPDFFormObj_CountObjects", _INT)
_form_object = fast("FPDFFormObj_GetObject", _POINTER)
_type = fast("FPDFPageObj_GetType", _INT)
_bounds = fast("FPDFPageObj_GetBounds", _INT)
_matrix = fast("FPDFPageObj_GetMatrix", _INT)
_draw_mode = fast("FPDFPath_GetDrawMode", _INT)
_fill_colour = fast("FPDFPageObj_GetFillColor", _INT)
_stroke_colour = fast("FPDFPageObj_GetStrokeColor", _INT)
_segment_count = fast("FPDFPath_CountSegments", _INT)
_segment = fast("FPDFPath_GetPathSegment", _POINTER)
_segment_point = fast("FPDFPathSegment_GetPoint", _INT)
_segment_type = fast("FPDFPathSegment_GetType", _INT)
_BOUNDS, _BOUNDS_AT = room("f", 4)
_MODE, _MODE_AT = room("i", 2)
_COLOUR, _COLOUR_AT = room("I", 4)
_POINT, _POINT_AT = room("f", 2)
_MATRIX, (_MATRIX_AT, *_) = room("f", 6)

THIN = 2.6
"""Points. Rules of reports are 0.25 to 2.25 points thick; what is thicker is a bar or a box."""
GLYPH = 9.0
"""Points. A closed path smaller than this in both directions is a letter or an ornament."""
ROUNDED = 18
"""A rectangle with rounded corners has at most this many segments; what has more and bends is a drawing."""
MAX_OBJECTS = 6000
MAX_SEGMENTS = 400
MAX_FORM_DEPTH = 4
_UNKNOWN, _TEXT, _PATH, _IMAGE, _SHADING, _FORM = (
    pdfium.FPDF_PAGEOBJ_UNKNOWN, pdfium.FPDF_PAGEOBJ_TEXT, pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_IMAGE,
    pdfium.FPDF_PAGEOBJ_SHADING, pdfium.FPDF_PAGEOBJ_FORM,
)
_UNIT = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(slots=True)
class Drawing:
    """``across`` and ``down`` are ruling lines, ``boxes`` visible rectangles, ``shades`` those that are
    filled without an edge line, ``images`` pictures; ``curves`` counts other paths."""

    across: list[Box] = field(default_factory=list)
    down: list[Box] = field(default_factory=list)
    shades: list[Box] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    images: list[Box] = field(default_factory=list)
    curves: int = 0
    objects: int = 0


def drawing(page: object, frame: Frame) -> Drawing:
    """Collect the drawn objects of a loaded page; at most ``MAX_OBJECTS`` are looked at."""
    result = Drawing()
    handle = address(ctypes.cast(page, ctypes.c_void_p).value)  # type: ignore[arg-type]
    _walk(handle, pdfium.FPDFPage_CountObjects(page), False, _UNIT, frame, result, 0)
    return result


def _walk(
    owner: Any, count: int, form: bool, matrix: tuple[float, ...], frame: Frame, result: Drawing, depth: int,
) -> None:
    bounds = _BOUNDS
    left_at, bottom_at, right_at, top_at = _BOUNDS_AT
    count = min(count, MAX_OBJECTS - result.objects)
    result.objects += count
    object_of, type_of, pointer = _form_object if form else _page_object, _type, address
    for index in map(ctypes.c_ulong, range(count)) if form else range(count):
        # written so that text objects, most of a page's, cost two calls
        item = pointer(object_of(owner, index))
        kind = type_of(item)
        if kind in (_TEXT, _UNKNOWN):
            continue
        if kind == _FORM:
            if depth < MAX_FORM_DEPTH:
                _walk(item, _form_count(item), True, _combined(item, matrix), frame, result, depth + 1)
            continue
        if kind == _SHADING or not _bounds(item, left_at, bottom_at, right_at, top_at):
            continue
        box = _shown(bounds[0], bounds[1], bounds[2], bounds[3], matrix, frame)
        if kind == _IMAGE:
            result.images.append(box)
        elif kind == _PATH:
            _path(item, box, matrix, frame, result)


def _combined(form: Any, outer: tuple[float, ...]) -> tuple[float, ...]:
    if not _matrix(form, _MATRIX_AT):
        return outer
    a, b, c, d, e, f = _MATRIX
    oa, ob, oc, od, oe, of = outer
    return (a * oa + b * oc, a * ob + b * od, c * oa + d * oc, c * ob + d * od, e * oa + f * oc + oe, e * ob + f * od + of)


def _shown(x0: float, y0: float, x1: float, y1: float, matrix: tuple[float, ...], frame: Frame) -> Box:
    if matrix is not _UNIT:
        a, b, c, d, e, f = matrix
        x0, y0, x1, y1 = a * x0 + c * y0 + e, b * x0 + d * y0 + f, a * x1 + c * y1 + e, b * x1 + d * y1 + f
    return frame.box(x0, y0, x1, y1)


def _shown_point(x: float, y: float, matrix: tuple[float, ...], frame: Frame) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return frame.point(a * x + c * y + e, b * x + d * y + f)


def _path(item: Any, box: Box, matrix: tuple[float, ...], frame: Frame, result: Drawing) -> None:
    width, height = box[2] - box[0], box[3] - box[1]
    if width <= THIN and height <= THIN:
        return
    painted = _painted(item)
    if not painted:
        return
    if height <= THIN:
        result.across.append(box)
    elif width <= THIN:
        result.down.append(box)
    else:
        _outline(item, box, matrix, frame, result, painted)


def _painted(item: Any) -> int:
    """2 where its edge is drawn, 1 where it is only filled, 0 where it is not painted, or white (on presumably white)."""
    mode, colour = _MODE, _COLOUR
    if not _draw_mode(item, *_MODE_AT):
        return 2
    filled, stroked = mode[0] != 0, mode[1] != 0
    if stroked and not (_stroke_colour(item, *_COLOUR_AT) and (min(colour[:3]) > 250 or colour[3] == 0)):
        return 2
    if filled and not (_fill_colour(item, *_COLOUR_AT) and (min(colour[:3]) > 250 or colour[3] == 0)):
        return 1
    return 0


def _outline(item: Any, box: Box, matrix: tuple[float, ...], frame: Frame, result: Drawing, painted: int) -> None:
    """A rectangle, or the straight lines of a path that holds several."""
    count = _segment_count(item)
    if count > MAX_SEGMENTS or (box[2] - box[0] < GLYPH and box[3] - box[1] < GLYPH):
        result.curves += 1
        return
    pieces = _straight_lines(item, count, _combined(item, matrix), frame)
    if pieces is None:
        result.curves += 1
        return
    lines = [line for piece in pieces for line in piece]
    straight = [line for line in lines if line[2] - line[0] <= 1 or line[3] - line[1] <= 1]
    if len(straight) != len(lines):
        if len(straight) >= 4 and count <= ROUNDED:
            result.boxes.append(box)
        result.curves += 1
        return
    if count <= 6:
        result.boxes.append(box)
    if painted == 1:
        for piece in pieces:
            x0, y0, x1, y1 = bounds = _bounds_of(piece)
            if y1 - y0 <= THIN:
                result.across.append(bounds)
            elif x1 - x0 <= THIN:
                result.down.append(bounds)
            elif 3 <= len(piece) <= 5:
                result.shades.append(bounds)
        return
    result.across.extend(line for line in straight if line[3] - line[1] <= 1 < line[2] - line[0])
    result.down.extend(line for line in straight if line[2] - line[0] <= 1 < line[3] - line[1])


def _bounds_of(lines: list[Box]) -> Box:
    return min(b[0] for b in lines), min(b[1] for b in lines), max(b[2] for b in lines), max(b[3] for b in lines)


def _straight_lines(item: Any, count: int, matrix: tuple[float, ...], frame: Frame) -> list[list[Box]] | None:
    """The lines of each closed piece of a path, on the page (its points are in its own space); None for drawings made of curves."""
    point, (x_at, y_at) = _POINT, _POINT_AT
    pieces: list[list[Box]] = []
    start = last = (0.0, 0.0)
    for index in range(count):
        segment = address(_segment(item, index))
        if not _segment_point(segment, x_at, y_at):
            continue
        here = _shown_point(point[0], point[1], matrix, frame)
        kind = _segment_type(segment)
        if kind == pdfium.FPDF_SEGMENT_MOVETO or not pieces:
            if pieces and len(pieces[-1]) >= 2 and last != start:
                pieces[-1].append(_between(last, start))
            pieces.append([])
            start = here
        elif kind == pdfium.FPDF_SEGMENT_LINETO:
            pieces[-1].append(_between(last, here))
        elif count > ROUNDED:
            return None
        else:
            x0, y0, x1, y1 = _between(last, here)
            pieces[-1].append((x0, y0, x1 + 2.0, y1 + 2.0))
        last = here
    if pieces and len(pieces[-1]) >= 2 and last != start:
        pieces[-1].append(_between(last, start))
    return [piece for piece in pieces if piece]


def _between(one: tuple[float, float], two: tuple[float, float]) -> Box:
    (x0, y0), (x1, y1) = one, two
    if x1 < x0:
        x0, x1 = x1, x0
    if y1 < y0:
        y0, y1 = y1, y0
    return x0, y0, x1, y1
