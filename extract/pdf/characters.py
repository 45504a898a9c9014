"""Words of a page with their boxes, fonts and directions, taken from PDFium with few calls.

PDFium answers one question a call, and a call from Python costs 0.5-1.7 microseconds; with 1,700 characters on a usual page, asking
for every character's box alone costs more than PDFium's own reading of the page. So text is fetched once a page, boxes only for the
first and last character of each word, and fonts once a text object. The functions below are those of ``pypdfium2.raw``, called
without converting arguments and without releasing the interpreter lock (a third of the time a call).
"""

from __future__ import annotations

import ctypes
import math
import re
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from unicodedata import normalize

import pypdfium2.raw as pdfium

_POINTER, _INT = ctypes.c_void_p, ctypes.c_int
address: Callable[[Any], Any] = _POINTER.from_param
"""An address as C takes it (None is NULL): made once where it is used often. A call with four ``c_void_p`` takes twice the time."""


def fast(name: str, result: Any) -> Callable[..., Any]:
    """One of PDFium's functions, called without any conversion: addresses come from ``address``, numbers as ``int`` (C's
    ``int``; floats never). Without argument types a call takes 60 % of the time."""
    entry = ctypes.cast(getattr(pdfium, name), ctypes.c_void_p).value
    return ctypes.PYFUNCTYPE(result)(entry or 0)


_char_box = fast("FPDFText_GetCharBox", _INT)
_char_origin = fast("FPDFText_GetCharOrigin", _INT)
_char_object = fast("FPDFText_GetTextObject", _POINTER)
_char_count = fast("FPDFText_CountChars", _INT)
_text = fast("FPDFText_GetText", _INT)
_char_unicode = fast("FPDFText_GetUnicode", ctypes.c_uint)
_char_size = fast("FPDFText_GetFontSize", ctypes.c_double)
_char_matrix = fast("FPDFText_GetMatrix", _INT)
_char_weight = fast("FPDFText_GetFontWeight", _INT)
_char_colour = fast("FPDFText_GetFillColor", _INT)
_object_font = fast("FPDFTextObj_GetFont", _POINTER)
_object_mode = fast("FPDFTextObj_GetTextRenderMode", _INT)
_mark_count = fast("FPDFPageObj_CountMarks", _INT)
_mark = fast("FPDFPageObj_GetMark", _POINTER)
_mark_name = fast("FPDFPageObjMark_GetName", _INT)
_font_name = fast("FPDFFont_GetBaseFontName", ctypes.c_size_t)
_font_flags = fast("FPDFFont_GetFlags", _INT)

INVISIBLE = 3
HEAVIEST = 1000
"""The greatest weight a font can have (OpenType, usWeightClass)."""
STRAIGHT = 0.97
"""Cosine of the most that a line may lean (14 degrees) and count as one that reads straight on."""
ASCENT, DESCENT = 0.78, 0.22
"""How far letters reach above and below their baseline, in em: the boxes of lines are made of these, the same for every font."""
OUTER = 0.2
"""Share of the page's height at its top and bottom in which running matter is looked for."""
MAX_CHARACTERS = 200_000
"""A page with more characters than this is cut there: the densest real pages (timetables, indexes) hold about 20,000."""
_WORD = re.compile(r"[^\s\x00\x02\ufffe]+|[\x02\ufffe]")
_BOLD_NAME = re.compile(r"bold|black|heavy|semibold|demi(?!s)|[-,]bd\b", re.I)
_ITALIC_NAME = re.compile(r"italic|oblique|[-,]it\b", re.I)
HYPHENS = "\x02\ufffe"
"""What PDFium puts in place of a hyphen at the end of a line."""


@dataclass(slots=True)
class Font:
    """``untold``: its weight makes no sense, as is so with letters drawn one by one (Type 3), and neither does its name."""

    name: str
    bold: bool
    italic: bool
    untold: bool = False


@dataclass(slots=True)
class Run:
    """A text object: one font, one size (points as shown), one direction; ``base`` is where its first baseline starts.
    ``colour`` is 0xRRGGBB.

    ``artifact``: the file itself marks it as no part of the content (a running header or footer, ISO 32000-1 14.8.2.2).
    """

    font: Font
    size: float
    direction: tuple[float, float]
    base: tuple[float, float]
    invisible: bool
    artifact: bool = False
    colour: int = 0


@dataclass(slots=True)
class Word:
    """A word as shown: y counts downwards from the page's top; ``base`` is its baseline; ``raised`` marks superscripts."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    base: float
    size: float
    run: Run
    glued: bool = False
    raised: bool = False
    lowered: bool = False

    @property
    def font(self) -> Font:
        return self.run.font

    @property
    def bold(self) -> bool:
        return self.run.font.bold

    @property
    def artifact(self) -> bool:
        return self.run.artifact


Piece = tuple[str, int, int, Run, bool]
"""Text, index of its first and last character, its text object, and whether it is glued to the piece before."""
_RIGHT = (1.0, 0.0)


@dataclass(slots=True)
class Frame:
    """How a page's user space becomes points from the top left corner of the page as shown."""

    width: float
    height: float
    left: float
    bottom: float
    right: float
    top: float
    rotation: int

    def point(self, x: float, y: float) -> tuple[float, float]:
        if self.rotation == 0:
            return x - self.left, self.top - y
        if self.rotation == 1:
            return y - self.bottom, x - self.left
        if self.rotation == 2:
            return self.right - x, y - self.bottom
        return self.top - y, self.right - x

    def vector(self, x: float, y: float) -> tuple[float, float]:
        if self.rotation == 0:
            return x, -y
        if self.rotation == 1:
            return y, x
        if self.rotation == 2:
            return -x, y
        return -y, -x

    def box(self, x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
        ax, ay = self.point(x0, y0)
        bx, by = self.point(x1, y1)
        if bx < ax:
            ax, bx = bx, ax
        if by < ay:
            ay, by = by, ay
        return ax, ay, bx, by


def frame_of(page: object) -> Frame:
    """The page's frame: its crop box (or media box) and rotation; US Letter where the file gives nonsense."""
    rect = pdfium.FS_RECTF()
    pdfium.FPDF_GetPageBoundingBox(page, ctypes.byref(rect))
    left, bottom, right, top = rect.left, rect.bottom, rect.right, rect.top
    if not (all(map(math.isfinite, (left, bottom, right, top))) and right - left > 1 and top - bottom > 1):
        left, bottom, right, top = 0.0, 0.0, 612.0, 792.0
    rotation = max(0, pdfium.FPDFPage_GetRotation(page)) % 4
    width, height = right - left, top - bottom
    if rotation % 2:
        width, height = height, width
    return Frame(width, height, left, bottom, right, top, rotation)


@dataclass(slots=True)
class FontShelf:
    """The fonts of one document by PDFium's address; only valid while the document is open and the page loaded."""

    fonts: dict[int, Font] = field(default_factory=dict)
    names: dict[str, Font] = field(default_factory=dict)

    def font(self, place: int, page: Any, index: int) -> Font:
        """The font at an address of PDFium's (0 for none); ``index`` is one of its characters on the page."""
        if not place:
            return self.names.setdefault("", Font("", False, False))
        found = self.fonts.get(place)
        if found is None:
            handle = address(place)
            size = _font_name(handle, _FONT_NAME_AT, _FONT_NAME_BYTES)
            # a longer name is not written, and what the buffer holds is another font's
            name = _FONT_NAME.tobytes()[: size - 1 if 0 < size <= len(_FONT_NAME) else 0].decode("utf-8", "replace").split("+")[-1]
            found = self.names.get(name)
            if found is None:
                flags = _font_flags(handle)
                weight = _char_weight(page, index)
                bold = bool(_BOLD_NAME.search(name)) or bool(flags & (1 << 18)) or 600 <= weight <= HEAVIEST
                italic = bool(_ITALIC_NAME.search(name)) or bool(flags & (1 << 6))
                found = self.names[name] = Font(name, bold, italic, weight > HEAVIEST and not bold)
            self.fonts[place] = found
        return found


@dataclass(slots=True)
class PageText:
    """The words of a page by direction of reading (0 to the right, 1 down, 2 upside down, 3 up); ``slanted`` is all else."""

    upright: list[Word]
    turned: dict[int, list[Word]]
    slanted: list[str]
    invisible: list[Word]
    garbled: int = 0
    characters: int = 0


def page_text(page: object, frame: Frame, shelf: FontShelf) -> PageText:
    """Read the words of a loaded page, in the order of its content; those outside the crop box are left out."""
    handle = pdfium.FPDFText_LoadPage(page)
    result = PageText([], {}, [], [])
    if not handle:
        return result
    try:
        shelf.fonts.clear()
        _read(address(ctypes.cast(handle, ctypes.c_void_p).value), frame, shelf, result)
    finally:
        pdfium.FPDFText_ClosePage(handle)
    return result


def _fetch(page: Any) -> tuple[str, list[int] | None]:
    """The page's text and, where PDFium left characters out of it, each position's character index."""
    count = min(_char_count(page), MAX_CHARACTERS)
    if count <= 0:
        return "", None
    written = _text(page, 0, count, _LETTERS_AT) - 1
    text = _LETTERS[: max(0, written)].tobytes().decode("utf-16-le", "replace")
    if written == count and len(text) == count:
        return text, None
    letters, places = [], []
    high = 0
    for index in range(count):
        code = _char_unicode(page, index)
        if 0xD800 <= code < 0xDC00:
            high = code
            continue
        if 0xDC00 <= code < 0xE000:
            code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00) if high else 0
        high = 0
        if code and code < 0x110000:
            # letters of formulas ("mathematical italic Y") are read as the letters they are
            letters.append(normalize("NFKC", chr(code))[:1] if 0x1D400 <= code < 0x1D800 else chr(code))
            places.append(index)
    return "".join(letters), places


def _read(page: Any, frame: Frame, shelf: FontShelf, result: PageText) -> None:
    """Words in one pass, written out: a function called for each, or lists handed from step to step, would take a tenth longer.

    Words that read to the right take their height from their text object; for all others every edge of their letters is needed.
    """
    text, places = _fetch(page)
    result.characters = len(text)
    runs: dict[int, Run] = {}
    object_of, box, object_run, edges = _char_object, _char_box, runs.get, _BOX
    left, widest = frame.left, 2 * (frame.width + 1)
    known, run = None, Run(shelf.font(0, page, 0), 0.0, _RIGHT, (0.0, 0.0), False)
    straight = shown = False
    size = base = y0 = y1 = 0.0
    add = result.upright.append
    for match in _WORD.finditer(text):
        start, end = first, last = match.span()
        last -= 1
        if places is not None:
            first, last = places[start], places[last]
        two = object_of(page, last)
        if two is None or two != known:
            # characters of one object are neighbours: a word that ends in the last word's object lies wholly in it
            one = two if first == last else object_of(page, first)
            if one is not None and two is not None and one != two:
                _place_pieces(text, start, end, places, page, runs, frame, shelf, result)
                known = None
                continue
            known = two
            run = object_run(one or two or 0) or _run(page, first, one or two or 0, runs, frame, shelf)
            # what is the same for all words of a text object
            size, base = run.size, run.base[1]
            straight = frame.rotation == 0 and run.direction[0] > STRAIGHT and size >= 1
            shown = -1 <= base - 0.3 * size <= frame.height + 1
            y0, y1 = base - ASCENT * size, base + DESCENT * size
            add = (result.invisible if run.invisible else result.upright).append
        box(page, first, _L1_AT, _R1_AT, _B1_AT, _T1_AT)
        x0, x1 = edges[0], edges[1]
        if first == last:
            x2 = x1
            if not straight or x0 > x2:
                edges[4:8] = edges[0:4]
        else:
            box(page, last, _L2_AT, _R2_AT, _B2_AT, _T2_AT)
            x2 = edges[5]
        if straight and x0 <= x2:
            if x1 < x2:
                x1 = x2
            if shown and -2 <= x0 + x1 - 2 * left <= widest:
                add(Word(match[0], x0 - left, y0, x1 - left, y1, base, size, run))
        else:
            _place_askew(match[0], edges.tolist(), run, False, frame, result)
            known = None


def _place_pieces(
    text: str, start: int, end: int, places: list[int] | None, page: Any, runs: dict[int, Run], frame: Frame, shelf: FontShelf,
    result: PageText,
) -> None:
    """The pieces of a word that is set in several text objects."""
    left, widest = frame.left, 2 * (frame.width + 1)
    for piece, first, last, run, glued in _pieces(text, start, end, places, page, runs, frame, shelf):
        _char_box(page, first, _L1_AT, _R1_AT, _B1_AT, _T1_AT)
        _char_box(page, last, _L2_AT, _R2_AT, _B2_AT, _T2_AT)
        x0, x1, x2, size, base = _BOX[0], _BOX[1], _BOX[5], run.size, run.base[1]
        if not (frame.rotation == 0 and run.direction[0] > STRAIGHT and size >= 1 and x0 <= x2):
            _place_askew(piece, _BOX.tolist(), run, glued, frame, result)
            continue
        x1 = max(x1, x2)
        if -1 <= base - 0.3 * size <= frame.height + 1 and -2 <= x0 + x1 - 2 * left <= widest:
            word = Word(piece, x0 - left, base - ASCENT * size, x1 - left, base + DESCENT * size, base, size, run, glued)
            (result.invisible if run.invisible else result.upright).append(word)


def _pieces(
    text: str, start: int, end: int, places: list[int] | None, page: Any, runs: dict[int, Run], frame: Frame, shelf: FontShelf,
) -> list[Piece]:
    """A word that is set in several text objects, cut between them; all but the first piece are glued to the one before."""
    indices = range(start, end) if places is None else places[start:end]
    owners = [_char_object(page, index) for index in indices]
    cuts = [0, *(n for n in range(1, len(owners)) if owners[n] is not None and owners[n] != owners[n - 1]), len(owners)]
    found = []
    for left, right in pairwise(cuts):
        owner = owners[left] or 0
        run = runs.get(owner) or _run(page, indices[left], owner, runs, frame, shelf)
        found.append((text[start + left : start + right], indices[left], indices[right - 1], run, left > 0))
    return found


def room(code: str, count: int, addressed: int | None = None) -> tuple[array[Any], list[Any]]:
    """A buffer of ``count`` numbers that PDFium writes answers to, and the address of each, or of the first few.

    ``code`` is array's: f, d, i, I, B, H, L. Taking numbers out of an array costs an eighth of taking them out of a ctypes buffer. It must
    never be resized, and is made once: calls never overlap, since PDFium is not thread-safe.
    """
    buffer = array(code, [0] * count)
    at = buffer.buffer_info()[0]
    return buffer, [address(at + buffer.itemsize * index) for index in range(count if addressed is None else addressed)]


_BOX, (_L1_AT, _R1_AT, _B1_AT, _T1_AT, _L2_AT, _R2_AT, _B2_AT, _T2_AT) = room("d", 8)
"""Left, right, bottom and top of a word's first letter, then of its last."""
_LETTERS, (_LETTERS_AT, *_) = room("H", MAX_CHARACTERS + 1, 1)
_MATRIX, (_MATRIX_AT, *_) = room("f", 6)
_ORIGIN, (_X_AT, _Y_AT) = room("d", 2)
_COLOUR, (_RED_AT, _GREEN_AT, _BLUE_AT, _ALPHA_AT) = room("I", 4)
_NAME, (_NAME_AT, *_) = room("H", 16)
_WRITTEN, (_WRITTEN_AT,) = room("L", 1)
_FONT_NAME, (_FONT_NAME_AT, *_) = room("B", 256)
_FONT_NAME_BYTES = ctypes.c_size_t(256)
_NAME_BYTES, _FIRST_MARKS = ctypes.c_ulong(32), [ctypes.c_ulong(index) for index in range(4)]
_ARTIFACT = "Artifact\0".encode("utf-16-le")


def _run(page: Any, index: int, text_object: int, runs: dict[int, Run], frame: Frame, shelf: FontShelf) -> Run:
    scale, direction, upright = 1.0, _RIGHT, frame.rotation == 0
    if _char_matrix(page, index, _MATRIX_AT):
        a, b, c, d, _, _ = _MATRIX
        scale = abs(d) if c == 0 else math.hypot(c, d)
        if b != 0 or a < 0 or not upright:
            length = abs(a) if b == 0 else math.hypot(a, b)
            if length > 1e-9:
                direction = frame.vector(a / length, b / length)
    # not the matrix's place: letters that are written downwards stand beside it
    _char_origin(page, index, _X_AT, _Y_AT)
    x, y = _ORIGIN
    base = (x - frame.left, frame.top - y) if upright else frame.point(x, y)
    painted = 0
    if _char_colour(page, index, _RED_AT, _GREEN_AT, _BLUE_AT, _ALPHA_AT):
        red, green, blue, _ = _COLOUR
        painted = red << 16 | green << 8 | blue
    size = abs(_char_size(page, index)) * scale
    if not text_object:
        return Run(shelf.font(0, page, index), size, direction, base, False, False, painted)
    handle = address(text_object)
    place = _object_font(handle) or 0
    font = shelf.fonts.get(place) or shelf.font(place, page, index)
    margin = OUTER * frame.height
    marked = not margin <= base[1] <= frame.height - margin and _marked_artifact(handle)
    run = runs[text_object] = Run(font, size, direction, base, _object_mode(handle) == INVISIBLE, marked, painted)
    return run


def _marked_artifact(text_object: Any) -> bool:
    count = _mark_count(text_object)
    if count < 1:
        return False
    for index in _FIRST_MARKS[:count]:
        mark = _mark(text_object, index)
        known = mark and _mark_name(address(mark), _NAME_AT, _NAME_BYTES, _WRITTEN_AT)
        if known and _WRITTEN[0] == len(_ARTIFACT) and _NAME.tobytes()[: len(_ARTIFACT)] == _ARTIFACT:
            return True
    return False


def _place_askew(text: str, box: list[float], run: Run, glued: bool, frame: Frame, result: PageText) -> None:
    """A word on a turned page, or one that does not read to the right, or whose size is not told."""
    l1, r1, b1, t1, l2, r2, b2, t2 = box
    x0, y0, x1, y1 = frame.box(min(l1, l2), min(b1, b2), max(r1, r2), max(t1, t2))
    if not (-2 <= x0 + x1 <= 2 * frame.width + 2 and -2 <= y0 + y1 <= 2 * frame.height + 2):
        return
    if run.size < 1:
        run.size = max(1.0, y1 - y0)
    dx, dy = run.direction
    if abs(dy) > STRAIGHT or dx < -STRAIGHT:
        side = 1 if dy > STRAIGHT else 3 if dy < -STRAIGHT else 2
        result.turned.setdefault(side, []).append(_turned(text, (x0, y0, x1, y1), run, side, frame, glued))
    elif dx <= STRAIGHT:
        result.slanted.append(text)
    else:
        size, base = run.size, run.base[1]
        word = Word(text, x0, base - ASCENT * size, x1, base + DESCENT * size, base, size, run, glued)
        (result.invisible if run.invisible else result.upright).append(word)


def _turned(text: str, box: tuple[float, float, float, float], run: Run, side: int, frame: Frame, glued: bool) -> Word:
    x0, y0, x1, y1 = box
    if side == 1:
        u0, u1, base = y0, y1, frame.width - run.base[0]
    elif side == 2:
        u0, u1, base = frame.width - x1, frame.width - x0, frame.height - run.base[1]
    else:
        u0, u1, base = frame.height - y1, frame.height - y0, run.base[0]
    return Word(text, u0, base - ASCENT * run.size, u1, base + DESCENT * run.size, base, run.size, run, glued)


def turned_back(box: tuple[float, float, float, float], side: int, frame: Frame) -> tuple[float, float, float, float]:
    """A box of a turned frame (see ``PageText.turned``) in the page as shown."""
    u0, v0, u1, v1 = box
    if side == 1:
        return frame.width - v1, u0, frame.width - v0, u1
    if side == 2:
        return frame.width - u1, frame.height - v1, frame.width - u0, frame.height - v0
    if side == 3:
        return v0, frame.height - u1, v1, frame.height - u0
    return box
