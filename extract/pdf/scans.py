"""Pages whose text is a picture: telling them from the others, rendering them within bounds, recognised words to page words."""

from __future__ import annotations

import ctypes
from collections import Counter
from dataclasses import dataclass
from statistics import median

import pypdfium2.raw as pdfium
from PIL import Image

from extract.pdf import ocr
from extract.pdf.characters import Font, Frame, PageText, Run, Word
from extract.pdf.drawing import Box, Drawing
from extract.pdf.spelling import frequency

FEW_LETTERS = 30
"""A page with fewer letters than this and something drawn on it is taken for a picture of a page."""
HEADING_LETTERS = 400
MIN_IMAGE_SHARE = 0.3
MAX_IMAGE_PIXELS = 120_000_000
"""Images of more pixels are not decoded: 120 million at three bytes are 360 MB."""
OUTLINES = 150
"""As many filled shapes on a page without text are letters drawn as outlines."""
SCAN_FONT = Font("(recognised)", False, False)
FIGURE_FONT = Font("(recognised in a figure)", False, False)
MIN_FIGURE_WORDS = 5
"""A figure's recognised text is kept where at least so many of its words are English ones, and most of them."""

MIN_SEEN = 0.3
"""Share of the printed words in a picture's place that recognition finds again where they are printed on it, not hidden below."""


@dataclass(slots=True)
class Picture:
    """Why a page needs recognition: ``whole`` page, or only the ``areas`` of its images; ``body``: they hold its main text."""

    whole: bool
    areas: list[Box]
    body: bool = False


def picture_of(text: PageText, drawn: Drawing, frame: Frame) -> Picture | None:
    """Whether (part of) the page's text must be recognised from its picture."""
    if not drawn.images and drawn.curves + len(drawn.shades) <= OUTLINES:
        return None
    letters = sum(len(word.text) for word in text.upright) + sum(len(w.text) for side in text.turned.values() for w in side)
    page = frame.width * frame.height
    areas = [_clipped(box, frame) for box in drawn.images]
    if letters < FEW_LETTERS:
        return Picture(True, []) if _covered(areas, frame) > 0.1 or drawn.curves + len(drawn.shades) > OUTLINES else None
    if letters > HEADING_LETTERS or not page:
        return None
    bare = _apart([box for box in areas if _share(box, page) > 0.12 and not _written_on(box, text)])
    if sum(_share(box, page) for box in bare) >= MIN_IMAGE_SHARE:
        inner = sum(len(w.text) for w in text.upright if 0.12 * frame.height < w.base < 0.88 * frame.height)
        return Picture(False, bare, inner < FEW_LETTERS)
    return None


def _apart(boxes: list[Box]) -> list[Box]:
    """Without pictures that lie in another (an image and its frame, or its mask)."""
    found: list[Box] = []
    for box in sorted(boxes, key=lambda box: -_share(box, 1.0)):
        if not any(
            _share((max(box[0], x0), max(box[1], y0), min(box[2], x1), min(box[3], y1)), 1.0) > 0.9 * _share(box, 1.0)
            and box[0] < x1 and box[2] > x0 and box[1] < y1 and box[3] > y0
            for x0, y0, x1, y1 in found
        ):
            found.append(box)
    return found


def _clipped(box: Box, frame: Frame) -> Box:
    return max(0.0, box[0]), max(0.0, box[1]), min(frame.width, box[2]), min(frame.height, box[3])


def _share(box: Box, page: float) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1]) / page


def _covered(areas: list[Box], frame: Frame) -> float:
    """Share of the page under images, on a grid of 20 by 20 points of measurement."""
    if not areas:
        return 0.0
    hits = 0
    for row in range(20):
        y = (row + 0.5) / 20 * frame.height
        for column in range(20):
            x = (column + 0.5) / 20 * frame.width
            hits += any(x0 <= x <= x1 and y0 <= y <= y1 for x0, y0, x1, y1 in areas[:200])
    return hits / 400


def _written_on(box: Box, text: PageText) -> bool:
    """A picture with the page's text on it is a background."""
    x0, y0, x1, y1 = box
    inside = sum(len(word.text) for word in text.upright if x0 < (word.x0 + word.x1) / 2 < x1 and y0 < word.base < y1)
    return inside > 60


def too_large(page: object) -> bool:
    """Whether an image on the page has more pixels than may be decoded."""
    width, height = ctypes.c_uint(), ctypes.c_uint()
    for index in range(min(2000, pdfium.FPDFPage_CountObjects(page))):
        item = pdfium.FPDFPage_GetObject(page, index)
        if pdfium.FPDFPageObj_GetType(item) != pdfium.FPDF_PAGEOBJ_IMAGE:
            continue
        known = pdfium.FPDFImageObj_GetImagePixelSize(item, ctypes.byref(width), ctypes.byref(height))
        if known and width.value * height.value > MAX_IMAGE_PIXELS:
            return True
    return False


def rendered(page: object, frame: Frame) -> tuple[Image.Image, float]:
    """The page as a grey picture and its pixels a point; at most ``ocr.MAX_PIXELS`` pixels."""
    scale = ocr.scale_for(frame.width, frame.height)
    width, height = max(1, int(frame.width * scale)), max(1, int(frame.height * scale))
    bitmap = pdfium.FPDFBitmap_CreateEx(width, height, pdfium.FPDFBitmap_Gray, None, 0)
    if not bitmap:
        raise MemoryError
    try:
        pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, 0xFFFFFFFF)
        pdfium.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, pdfium.FPDF_ANNOT | pdfium.FPDF_GRAYSCALE)
        stride = pdfium.FPDFBitmap_GetStride(bitmap)
        raw = ctypes.string_at(pdfium.FPDFBitmap_GetBuffer(bitmap), stride * height)
    finally:
        pdfium.FPDFBitmap_Destroy(bitmap)
    return Image.frombuffer("L", (width, height), raw, "raw", "L", stride, 1).copy(), scale


def recognise(page: object, frame: Frame, wanted: Picture, text: PageText, read: ocr.Engine) -> bool:
    """Add the words seen on the page's picture to ``text``; whether any were found."""
    picture, scale = rendered(page, frame)
    if wanted.whole:
        text.upright.clear()
        text.turned.clear()
        areas = [(0.0, 0.0, frame.width, frame.height)]
    else:
        areas = wanted.areas
    found, printed = False, list(text.upright)
    for area in areas:
        x0, y0 = area[0] * scale, area[1] * scale
        part = picture.crop((int(x0), int(y0), int(area[2] * scale), int(area[3] * scale)))
        if min(part.size) < 20:
            continue
        seen, turn = ocr.recognised(part, read, wanted.whole)
        if not wanted.whole:
            seen = _credible(seen, wanted.body)
        words = _page_words(seen, scale, SCAN_FONT if wanted.whole or wanted.body else FIGURE_FONT)
        if turn:
            text.turned.setdefault({1: 3, 2: 2, 3: 1}[turn], []).extend(words)
        else:
            for word in words:
                word.x0, word.x1 = word.x0 + area[0], word.x1 + area[0]
                word.y0, word.y1, word.base = word.y0 + area[1], word.y1 + area[1], word.base + area[1]
            if not wanted.whole:
                hidden = _hidden(words, printed, area)
                printed = [word for word in printed if id(word) not in hidden]
                text.upright[:] = [word for word in text.upright if id(word) not in hidden]
                words = [word for word in words if not any(_overlaps(word, other) for other in printed)]
            text.upright.extend(words)
        found = found or bool(words)
    return found


def _credible(seen: list[ocr.SeenWord], body: bool) -> list[ocr.SeenWord]:
    """A figure's words without what is read into its lines and arrows; nothing where hardly any of it is English.

    A picture that is the page's body (a table, say) may hold few words; then the engine must be sure of most.
    """
    letters = [word.text.strip(".,;:()'\"").lower() for word in seen]
    long = [text for text in letters if len(text) > 2 and text.isalpha()]
    known = sum(frequency(text) > 1e-6 for text in long)
    if known < MIN_FIGURE_WORDS or known < 0.6 * len(long):
        certain = sum(word.confidence > 75 for word in seen)
        if not body or len(seen) < 4 * MIN_FIGURE_WORDS or certain < 0.6 * len(seen):
            return []
    lines = {word.line for word, text in zip(seen, letters, strict=True) if len(text) > 2 or (text.isdigit() and len(text) > 1)}
    sure = ocr.sure_lines(seen, ocr.GOOD_CONFIDENCE) if body else set[int]()
    return [
        word for word, text in zip(seen, letters, strict=True)
        if (word.line in sure or (word.line in lines and word.confidence > 55)) and any(map(str.isalnum, text))
    ]


def _hidden(words: list[Word], printed: list[Word], area: Box) -> set[int]:
    """The ids of printed words that a picture in ``area`` covers: in their places something else is seen.

    Templates leave footers and slide titles below a picture that fills the page; what is printed on a picture is seen as well.
    """
    covered = [(other, [word for word in words if _overlaps(word, other)]) for other in printed]
    covered = [(other, above) for other, above in covered if above]
    seen = sum(any(_letters(word.text) in _letters(other.text) or _letters(other.text) in _letters(word.text) for word in above)
               for other, above in covered)
    if seen >= MIN_SEEN * len(covered):
        return set()
    x0, y0, x1, y1 = area
    return {id(other) for other in printed if x0 <= (other.x0 + other.x1) / 2 <= x1 and y0 <= other.base - 0.3 * other.size <= y1}


def _letters(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _overlaps(word: Word, other: Word) -> bool:
    return word.x0 < other.x1 and word.x1 > other.x0 and word.y0 < other.base - 0.2 * other.size and word.y1 > other.y0


def _page_words(seen: list[ocr.SeenWord], scale: float, font: Font) -> list[Word]:
    """Words in points. A line's height varies with its letters, so sizes near the page's usual one are set to it."""
    lines: dict[int, list[ocr.SeenWord]] = {}
    for word in seen:
        lines.setdefault(word.line, []).append(word)
    heights = {line: _line_size(words) / scale for line, words in lines.items()}
    weights: Counter[float] = Counter()
    for line, words in lines.items():
        weights[round(heights[line])] += sum(len(word.text) for word in words)
    usual = float(weights.most_common(1)[0][0]) if weights else 0.0
    near = [heights[line] for line in lines if abs(heights[line] - usual) < 0.25 * usual]
    usual = median(near) if near else usual
    found = []
    for line, words in lines.items():
        size = heights[line]
        if abs(size - usual) < 0.28 * usual:
            size = usual
        base = (words[0].y1 - _descent(words) * (words[0].y1 - words[0].y0)) / scale
        if not any(map(str.isalnum, "".join(word.text for word in words))):
            continue
        run = Run(font, size, (1.0, 0.0), (0.0, base), False)
        for word in words:
            found.append(Word(
                word.text, word.x0 / scale, base - 0.78 * size, word.x1 / scale, base + 0.22 * size, base, size, run
            ))
    return found


def _line_size(words: list[ocr.SeenWord]) -> float:
    """The font size that a line's height shows: letters reach 0.72 em up and 0.21 em down, small ones 0.5 em up."""
    text = "".join(word.text for word in words)
    up = 0.72 if any(letter.isupper() or letter.isdigit() or letter in "bdfhklt" for letter in text) else 0.5
    down = 0.21 if any(letter in "gjpqy,;()[]/Q" for letter in text) else 0.0
    return (words[0].y1 - words[0].y0) / (up + down)


def _descent(words: list[ocr.SeenWord]) -> float:
    """Share of the line's height below its baseline."""
    text = "".join(word.text for word in words)
    if not any(letter in "gjpqy,;()[]/Q" for letter in text):
        return 0.0
    up = 0.72 if any(letter.isupper() or letter.isdigit() or letter in "bdfhklt" for letter in text) else 0.5
    return 0.21 / (up + 0.21)
