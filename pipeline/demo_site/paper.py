"""Documents as PDF: reports in one column, papers in two, slides. The same document always gives the same bytes."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path
from typing import Any

import reportlab
from reportlab.lib.colors import Color, HexColor, black, white
from reportlab.lib.enums import TA_JUSTIFY, TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import cm, mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    FrameBreak,
    ListFlowable,
    ListItem,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)
from reportlab.platypus.tableofcontents import TableOfContents

from pipeline.demo_site import markup
from pipeline.demo_site.catalogue import DemoDocument

FONTS_FOLDER = Path(reportlab.__file__).parent / "fonts"
SLIDE = (33.87 * cm, 19.05 * cm)  # 16:9, as presentation programs print it
INVENTED = "invented for a demonstration"
"""Said in every file's properties, so that nobody takes one for a real report about a real place."""
_INVARIANT_DATE = b"D:20000101000000+00'00'"
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class House:
    """A publisher's look: so that the documents do not all come from one mould."""

    body: str
    bold: str
    heading: str
    colour: Color


_DEFAULT_HOUSE = House("Helvetica", "Helvetica-Bold", "Helvetica-Bold", HexColor(0x35424A))
_HOUSES = {
    "Alderbrook Institute for Care Research": House("Times-Roman", "Times-Bold", "Helvetica-Bold", HexColor(0x1F4E5F)),
    "Tern Valley University, Centre for Community Health": House("Times-Roman", "Times-Bold", "Times-Bold", HexColor(0x6B1F2A)),
    "Marsh Lane Policy Unit": House("Vera", "VeraBd", "VeraBd", HexColor(0x3D5A2A)),
}


def report_pdf(document: DemoDocument) -> bytes:
    """The document laid out as its ``layout`` says (all but ``scan``)."""
    for name, file in (("Vera", "Vera"), ("VeraBd", "VeraBd"), ("VeraIt", "VeraIt"), ("VeraBI", "VeraBI")):
        pdfmetrics.registerFont(TTFont(name, str(FONTS_FOLDER / f"{file}.ttf")))
    pdfmetrics.registerFontFamily("Vera", normal="Vera", bold="VeraBd", italic="VeraIt", boldItalic="VeraBI")
    build = {"one_column": _one_column, "two_column": _two_column, "slides": _slides}[document.layout]
    return dated(build(document, _HOUSES.get(document.publisher, _DEFAULT_HOUSE)), document.published)


def dated(pdf: bytes, day: date) -> bytes:
    """Puts the document's own day in place of the fixed one that ReportLab writes when told to be invariant."""
    return pdf.replace(_INVARIANT_DATE, f"D:{day:%Y%m%d}090000+00'00'".encode())


def month_and_year(day: date) -> str:
    """``November 2022``, whatever the machine's locale."""
    return f"{_MONTHS[day.month - 1]} {day.year}"


def long_date(day: date) -> str:
    """``14 November 2022``, whatever the machine's locale."""
    return f"{day.day} {month_and_year(day)}"


def citation(document: DemoDocument) -> str:
    """How the document asks to be cited."""
    people = " and ".join(filter(None, (", ".join(document.authors[:-1]), document.authors[-1])))
    return f"{people} ({document.published.year}) {document.title}. {document.publisher}."


# --- one column ---------------------------------------------------------------------------------------------------------


def _one_column(document: DemoDocument, house: House) -> bytes:
    width, height = A4
    styles = _Styles(house, size=10.5, justified=False)
    body = Frame(2.5 * cm, 2.3 * cm, width - 5 * cm, height - 5 * cm, id="body", leftPadding=0, rightPadding=0)

    def cover(canvas: Canvas, _: BaseDocTemplate) -> None:
        canvas.setFillColor(house.colour)
        canvas.rect(0, height - 3 * cm, width, 3 * cm, stroke=0, fill=1)
        canvas.setFillColor(white)
        canvas.setFont(house.heading, 13)
        canvas.drawString(2.5 * cm, height - 1.8 * cm, document.publisher)

    def inner(canvas: Canvas, doc: BaseDocTemplate) -> None:
        left, right = 2.5 * cm, width - 2.5 * cm
        series = document.report_number or month_and_year(document.published)
        _running(canvas, house, (left, right), height - 1.4 * cm, (document.publisher, _short(document.title)))
        _running(canvas, house, (left, right), 1.3 * cm, (series, f"Page {doc.page}"))

    template = _Template(document, A4)
    template.addPageTemplates([PageTemplate("cover", [body], onPage=cover), PageTemplate("inner", [body], onPage=inner)])
    story: list[Flowable] = [Spacer(1, 4 * cm), Paragraph(escape(document.title), styles.title)]
    if document.subtitle:
        story.append(Paragraph(escape(document.subtitle), styles.subtitle))
    story += [Spacer(1, 1 * cm), *(Paragraph(escape(author), styles.author) for author in document.authors), Spacer(1, 1 * cm)]
    story.append(Paragraph(month_and_year(document.published), styles.author))
    if document.report_number:
        story.append(Paragraph(escape(document.report_number), styles.author))
    story += [NextPageTemplate("inner"), PageBreak(), *_colophon(document, styles), *_contents(styles), PageBreak()]
    return template.bytes_of([*story, *_flowables(document.body, styles, body_width=width - 5 * cm)], styles)


def _colophon(document: DemoDocument, styles: _Styles) -> Iterator[Flowable]:
    yield Paragraph("About this report", styles.front)
    yield Paragraph(f"Suggested citation: {escape(citation(document))}", styles.small)
    if document.doi:
        yield Paragraph(f"doi:{document.doi}", styles.small)
    rights = "This report may be reproduced if its source is named."
    yield Paragraph(f"Published {long_date(document.published)}. {rights}", styles.small)
    yield Spacer(1, 8 * mm)


def _contents(styles: _Styles) -> Iterator[Flowable]:
    contents = TableOfContents(dotsMinLevel=0)
    contents.levelStyles = [styles.contents]
    yield Paragraph("Contents", styles.front)
    yield contents


# --- two columns --------------------------------------------------------------------------------------------------------


def _two_column(document: DemoDocument, house: House) -> bytes:
    width, height = A4
    side, gutter, top, bottom = 1.9 * cm, 0.8 * cm, 2.2 * cm, 2.1 * cm
    column = (width - 2 * side - gutter) / 2
    styles = _Styles(house, size=9, justified=True)
    opening: list[Flowable] = [
        Paragraph(escape(document.title), styles.title),
        Paragraph(escape(", ".join(document.authors)), styles.author),
        Paragraph(f"{escape(document.publisher)}. Published {long_date(document.published)}.", styles.small),
        Paragraph(f"doi:{document.doi}" if document.doi else escape(document.report_number), styles.small),
    ]
    full = width - 2 * side
    opening_height = sum(flowable.wrap(full, height)[1] + flowable.getSpaceAfter() for flowable in opening) + 6 * mm
    columns_top = height - top - opening_height
    lefts = (side, side + column + gutter)
    first = [_frame(side, columns_top, full, opening_height), *(_frame(x, bottom, column, columns_top - bottom) for x in lefts)]
    later = [_frame(x, bottom, column, height - top - bottom) for x in lefts]
    names = document.authors[0].split()[-1] + (" et al." if len(document.authors) > 2 else "")

    def running(canvas: Canvas, doc: BaseDocTemplate) -> None:
        left, right = (names, _short(document.title)) if doc.page % 2 == 0 else (_short(document.title), names)
        if doc.page > 1:
            _running(canvas, house, (side, width - side), height - 1.3 * cm, (left, right))
        imprint = f"{document.publisher} | {month_and_year(document.published)}"
        _running(canvas, house, (side, width - side), 1.2 * cm, (imprint, str(doc.page)))

    template = _Template(document, A4)
    template.addPageTemplates([PageTemplate("first", first, onPage=running), PageTemplate("later", later, onPage=running)])
    story = [*opening, FrameBreak(), NextPageTemplate("later"), *_flowables(document.body, styles, body_width=column)]
    return template.bytes_of(story, styles)


def _frame(x: float, y: float, width: float, height: float) -> Frame:
    return Frame(x, y, width, height, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)


# --- slides -------------------------------------------------------------------------------------------------------------


def _slides(document: DemoDocument, house: House) -> bytes:
    width, height = SLIDE
    styles = _Styles(house, size=22, justified=False)
    body = Frame(2 * cm, 1.8 * cm, width - 4 * cm, height - 3.4 * cm, leftPadding=0, rightPadding=0)

    def opening(canvas: Canvas, _: BaseDocTemplate) -> None:
        canvas.setFillColor(house.colour)
        canvas.rect(0, 0, width, 1.2 * cm, stroke=0, fill=1)

    def slide(canvas: Canvas, doc: BaseDocTemplate) -> None:
        foot = f"{document.publisher}  |  {_short(document.title)}"
        _running(canvas, house, (2 * cm, width - 2 * cm), 0.8 * cm, (foot, str(doc.page)), size=10)

    template = _Template(document, SLIDE)
    template.addPageTemplates([PageTemplate("opening", [body], onPage=opening), PageTemplate("slide", [body], onPage=slide)])
    story: list[Flowable] = [Spacer(1, 3 * cm), Paragraph(escape(document.title), styles.title)]
    if document.subtitle:
        story.append(Paragraph(escape(document.subtitle), styles.subtitle))
    story += [Paragraph(escape(", ".join(document.authors)), styles.author), Paragraph(long_date(document.published), styles.author)]
    story.append(NextPageTemplate("slide"))
    for part in re.split(r"(?m)^(?=## )", document.body):
        if part.strip():
            story += [PageBreak(), *_flowables(part, styles, body_width=width - 4 * cm)]
    return template.bytes_of(story, styles)


# --- what the layouts share ---------------------------------------------------------------------------------------------


class _Styles:
    """The paragraph styles of one layout in one house; ``size`` is that of the body in points."""

    def __init__(self, house: House, size: float, justified: bool) -> None:
        self.house, self.size = house, size
        body_alignment = TA_JUSTIFY if justified else TA_LEFT
        self.body = self._style("body", None, 1, 1.35, spaceAfter=size * 0.6, fontName=house.body, alignment=body_alignment)
        self.quote = self._style("quote", self.body, 1, 1.35, leftIndent=size * 1.5, rightIndent=size * 1.5)
        self.caption = self._style("caption", self.body, 0.9, 1.15, spaceBefore=size * 0.4, keepWithNext=1)
        left = self._style("left", self.body, 1, 1.35, alignment=TA_LEFT)
        self.reference = self._style("reference", left, 0.9, 1.15, leftIndent=size, firstLineIndent=-size)
        self.small = self._style("small", left, 0.85, 1.15)
        self.cell = self._style("cell", left, 0.84, 1.05, spaceAfter=0)
        self.head_cell = self._style("head", self.cell, 0.84, 1.05, fontName=house.bold)
        self.author = self._style("author", left, 1.1, 1.5, spaceAfter=size * 0.3)
        self.contents = self._style("contents", left, 1, 1.6, spaceAfter=0)
        display = {"fontName": house.heading, "textColor": house.colour}
        self.title = self._style("title", left, 2.1, 2.5, spaceAfter=size, **display)
        self.subtitle = self._style("subtitle", left, 1.35, 1.7, spaceAfter=size, **display)
        apart = display | {"spaceBefore": size * 0.9, "spaceAfter": size * 0.45, "keepWithNext": 1}
        self.front = self._style("front", left, 1.45, 1.75, **apart)
        self.headings = {2: self._style("heading2", left, 1.45, 1.75, **apart), 3: self._style("heading3", left, 1.15, 1.4, **apart)}

    def _style(self, name: str, parent: ParagraphStyle | None, scale: float, leading: float, **more: Any) -> ParagraphStyle:
        """A style whose size and leading are multiples of the body's size."""
        return ParagraphStyle(name, parent=parent, fontSize=self.size * scale, leading=self.size * leading, **more)


class _Template(BaseDocTemplate):
    """Collects the bytes, fills the table of contents and the outline."""

    def __init__(self, document: DemoDocument, pagesize: tuple[float, float]) -> None:
        self._buffer = io.BytesIO()
        super().__init__(
            self._buffer, pagesize=pagesize, invariant=1, title=document.title, author="; ".join(document.authors),
            subject=document.report_number or None, creator=document.publisher, keywords=[INVENTED], lang="en-GB",
        )  # fmt: skip

    def bytes_of(self, story: Sequence[Flowable], styles: _Styles) -> bytes:
        """Lays the story out; twice, since page numbers in the contents are known only after the first time."""
        self._top_heading = styles.headings[2].name
        self.multiBuild(list(story))
        return self._buffer.getvalue()

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802 - the name of ReportLab's hook
        if isinstance(flowable, Paragraph) and flowable.style.name == self._top_heading:
            text = flowable.getPlainText()
            key = f"page-{self.page}-{text}"
            self.canv.bookmarkPage(key)
            self.canv.addOutlineEntry(text, key, 0, closed=True)
            self.notify("TOCEntry", (0, text, self.page))


def _running(
    canvas: Canvas, house: House, margins: tuple[float, float], y: float, texts: tuple[str, str], size: float = 8
) -> None:
    """A running header or footer: one text at each margin."""
    canvas.setFillColor(black)
    canvas.setFont(house.body, size)
    canvas.drawString(margins[0], y, texts[0])
    canvas.drawRightString(margins[1], y, texts[1])


def _short(title: str) -> str:
    """A title cut for a running header, before its colon or at a word."""
    title = title.split(":")[0]
    return title if len(title) <= 60 else title[:57].rsplit(" ", 1)[0] + " ..."


def _flowables(markdown: str, styles: _Styles, body_width: float) -> Iterator[Flowable]:
    in_references = False
    for block in markup.blocks_of(markdown):
        if isinstance(block, markup.Heading):
            in_references = markup.plain(block.content) == "References"
            yield Paragraph(_inline(block.content), styles.headings[min(3, block.level)])
        elif isinstance(block, markup.Paragraph):
            yield Paragraph(_inline(block.content), _paragraph_style(block, styles, in_references))
        elif isinstance(block, markup.ListBlock):
            yield _list(block, styles, styles.reference if in_references else styles.body)
        else:
            yield CondPageBreak(4 * cm)
            yield _table(block, styles, body_width)
            yield Spacer(1, styles.size)


def _paragraph_style(block: markup.Paragraph, styles: _Styles, in_references: bool) -> ParagraphStyle:
    if in_references:
        return styles.reference
    if block.quoted:
        return styles.quote
    caption = len(block.content) == 1 and block.content[0].bold and block.content[0].text.startswith(("Table ", "Figure "))
    return styles.caption if caption else styles.body


def _list(block: markup.ListBlock, styles: _Styles, style: ParagraphStyle) -> ListFlowable:
    item_style = ParagraphStyle("item", parent=style, leftIndent=0, firstLineIndent=0, spaceAfter=styles.size * 0.25)
    items: list[Any] = [ListItem(Paragraph(_inline(item), item_style)) for item in block.items]
    numbered: dict[str, Any] = {"bulletType": "1", "start": 1, "bulletFormat": "%s."}
    numbers = numbered if block.ordered else {"bulletType": "bullet", "start": "•"}
    numbers |= {"bulletFontName": styles.house.body, "bulletFontSize": style.fontSize}
    return ListFlowable(items, leftIndent=styles.size * 1.8, spaceAfter=styles.size * 0.5, **numbers)


def _table(block: markup.TableBlock, styles: _Styles, body_width: float) -> Table:
    rows = [
        [Paragraph(_inline(cell), styles.head_cell if n == 0 else styles.cell) for cell in row]
        for n, row in enumerate(block.rows)
    ]  # fmt: skip
    # Columns are as wide as their longest cell asks for; the square root keeps a long one from starving the others.
    longest = [max(6, *(len(markup.plain(row[n])) for row in block.rows)) ** 0.5 for n in range(len(block.rows[0]))]
    widths = [body_width * share / sum(longest) for share in longest]
    rules: list[Any] = [
        ("GRID", (0, 0), (-1, -1), 0.5, styles.house.colour),
        ("BACKGROUND", (0, 0), (-1, 0), HexColor(0xE8EDEF)),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 3),
        ("RIGHTPADDING", (0, 0), (-1, -1), 3),
    ]
    return Table(rows, colWidths=widths, repeatRows=1, style=TableStyle(rules), hAlign="LEFT")


def _inline(content: markup.Inline) -> str:
    """A run of Markdown in ReportLab's paragraph markup."""
    pieces = []
    for run in content:
        text = escape(run.text, quote=False)
        text = f"<b>{text}</b>" if run.bold else text
        text = f"<i>{text}</i>" if run.italic else text
        pieces.append(f'<link href="{escape(run.href)}">{text}</link>' if run.href else text)
    return "".join(pieces)
