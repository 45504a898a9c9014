"""A document as somebody scanned it: pictures of typed pages, slightly turned and noisy, without a text layer."""

from __future__ import annotations

import io
import random
import textwrap

from PIL import Image, ImageChops, ImageDraw, ImageFont
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from pipeline.demo_site import markup
from pipeline.demo_site.catalogue import DemoDocument
from pipeline.demo_site.paper import FONTS_FOLDER, INVENTED, dated

DOTS_PER_INCH = 150
"""As office scanners are set; Tesseract wants 150 at the least to read 11 point type."""
_SIZE = (round(A4[0] / 72 * DOTS_PER_INCH), round(A4[1] / 72 * DOTS_PER_INCH))
_MARGIN = 150
_FONT_SIZE = 25
_LEADING = 36
_COLUMNS = 74
_PAPER, _INK = 244, 30


def scanned_pdf(document: DemoDocument) -> bytes:
    """An image-only PDF; noise and angles come from the document's id, so that the bytes are the same each time."""
    chance = random.Random(document.id)
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1)
    canvas.setCreator("Office scanner")
    canvas.setKeywords(INVENTED)
    for lines in _pages(document):
        canvas.drawImage(ImageReader(io.BytesIO(_picture(lines, chance))), 0, 0, *A4)
        canvas.showPage()
    canvas.save()
    return dated(buffer.getvalue(), document.published)


def _pages(document: DemoDocument) -> list[list[tuple[str, bool]]]:
    """The typed lines (text, bold) of each page."""
    lines = [(line, True) for line in textwrap.wrap(document.title, _COLUMNS - 10)]
    lines.append(("", False))
    for block in markup.blocks_of(document.body):
        if isinstance(block, markup.Heading):
            lines.append((markup.plain(block.content), True))
        elif isinstance(block, markup.Paragraph):
            lines += [(line, False) for line in textwrap.wrap(markup.plain(block.content), _COLUMNS)]
        elif isinstance(block, markup.ListBlock):
            for number, item in enumerate(block.items, 1):
                mark = f"{number}." if block.ordered else "-"
                typed = textwrap.wrap(f"{mark} {markup.plain(item)}", _COLUMNS, subsequent_indent="   ")
                lines += [(line, False) for line in typed]
        else:
            lines += [("   ".join(markup.plain(cell) for cell in row), False) for row in block.rows]
        lines.append(("", False))
    a_page = (_SIZE[1] - 2 * _MARGIN) // _LEADING
    return [lines[at : at + a_page] for at in range(0, len(lines), a_page)]


def _picture(lines: list[tuple[str, bool]], chance: random.Random) -> bytes:
    page = Image.new("L", _SIZE, _PAPER)
    draw = ImageDraw.Draw(page)
    files = {False: FONTS_FOLDER / "Vera.ttf", True: FONTS_FOLDER / "VeraBd.ttf"}
    fonts = {bold: ImageFont.truetype(str(file), _FONT_SIZE) for bold, file in files.items()}
    for n, (text, bold) in enumerate(lines):
        draw.text((_MARGIN, _MARGIN + n * _LEADING), text, fill=_INK, font=fonts[bold])
    page = page.rotate(chance.uniform(-0.7, 0.7), resample=Image.Resampling.BICUBIC, fillcolor=_PAPER)
    noise = Image.frombytes("L", _SIZE, chance.randbytes(_SIZE[0] * _SIZE[1])).point([value // 14 for value in range(256)])
    speckled = ImageChops.subtract(page, noise)
    picture = io.BytesIO()
    speckled.save(picture, format="JPEG", quality=55)
    return picture.getvalue()
