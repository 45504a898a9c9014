"""Reading a whole PDF in two passes: pages to lines and tables; then, knowing what repeats and what is usual, to blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from evidence.errors import Refused
from extract.pdf.blocks import block, clean
from extract.pdf.characters import FontShelf, Frame, PageText, frame_of, page_text
from extract.pdf.drawing import Drawing, drawing
from extract.pdf.file import OpenFile, docinfo, loaded, opened, outline
from extract.pdf.furniture import Sheet, running_matter
from extract.pdf.kinds import Styles
from extract.pdf.layout import PageLayout, lay_out, ordered
from extract.pdf.ocr import engine
from extract.pdf.reading import OutlineItem, PdfPage, PdfReading
from extract.pdf.scans import FEW_LETTERS, picture_of, recognise, too_large
from extract.pdf.sections import settle_kinds
from extract.pdf.spelling import Vocabulary

WINDOW = 400
"""Pages that are held in memory at once (about 80 kB each); running matter and styles are judged within a window."""
MAX_PAGES = 20_000


@dataclass(slots=True)
class _State:
    """What one window of pages hands to the next."""

    styles: Styles = field(default_factory=Styles)
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    in_references: bool = False
    problems: list[str] = field(default_factory=list)


def read_pdf(payload: bytes) -> PdfReading:
    """Read a PDF's bytes; raises ``evidence.errors.Refused`` where nothing can be read of it."""
    with opened(payload) as file:
        items = outline(file)
        pages: list[PdfPage] = []
        state = _State()
        last = min(file.page_count, MAX_PAGES)
        for start in range(0, last, WINDOW):
            pages.extend(_window(file, range(start, min(last, start + WINDOW)), items, state))
        if last < file.page_count:
            state.problems.append(f"pages after {last} of {file.page_count} were not read")
        if not any(page.width for page in pages):
            raise Refused("no page of the PDF can be loaded")
        return PdfReading(tuple(pages), docinfo(file), items, "partial" if state.problems else "ok", _reason(state.problems))


def _reason(problems: Sequence[str]) -> str | None:
    if not problems:
        return None
    shown = "; ".join(problems[:5])
    return shown if len(problems) <= 5 else f"{shown}; and {len(problems) - 5} more"


def _window(file: OpenFile, indices: range, items: Sequence[OutlineItem], state: _State) -> list[PdfPage]:
    shelf = FontShelf()
    layouts = [_layout(file, index, shelf) for index in indices]
    for layout in layouts:
        state.styles.count(layout.segments)
        state.vocabulary.add(item.text for item in layout.segments)
        if layout.problem:
            state.problems.append(f"page {layout.number}: {layout.problem}")
    state.styles.settle(items)
    running = running_matter(
        [_sheet(layout) for layout in layouts], (state.styles.body, state.styles.font)
    )
    parts = [ordered(layout, ids, state.vocabulary) for layout, ids in zip(layouts, running, strict=True)]
    state.in_references = settle_kinds(
        [found for found, _ in parts], [layout.frame.height for layout in layouts], state.styles, state.in_references
    )
    pages = []
    for layout, ids, (found, tables) in zip(layouts, running, parts, strict=True):
        blocks = tuple(made for made in (block(paragraph, state.vocabulary) for paragraph in found) if made.text)
        every = [*layout.segments, *(item for items in layout.turned.values() for item in items)] if ids else []
        furniture = tuple([clean(item.text) for item in every if id(item) in ids])
        frame = layout.frame
        pages.append(PdfPage(layout.number, frame.width, frame.height, layout.ocr, blocks, tuple(tables), furniture))
    return pages


def _sheet(layout: PageLayout) -> Sheet:
    height = layout.frame.width if layout.side in (1, 3) else layout.frame.height
    return Sheet(height, layout.segments, [item for items in layout.turned.values() for item in items])


def _layout(file: OpenFile, index: int, shelf: FontShelf) -> PageLayout:
    with loaded(file, index) as page:
        if page is None:
            return PageLayout(index + 1, Frame(0, 0, 0, 0, 0, 0, 0), [], problem="cannot be loaded")
        frame = frame_of(page)
        text, drawn = page_text(page, frame, shelf), drawing(page, frame)
        seen, problem = _see(page, frame, text, drawn)
        layout = lay_out(index + 1, text, drawn, frame)
        layout.ocr, layout.problem = seen, problem
        return layout


def _see(page: object, frame: Frame, text: PageText, drawn: Drawing) -> tuple[bool, str | None]:
    """Recognise the text of a page that is a picture: whether that was done, and what prevented it."""
    wanted = picture_of(text, drawn, frame)
    if wanted is None:
        return False, None
    if wanted.whole and sum(len(word.text) for word in text.invisible) > FEW_LETTERS:
        text.upright.extend(text.invisible)
        return True, None
    read = engine()
    if read is None:
        return False, "its text is a picture and no OCR engine is installed"
    if too_large(page):
        return False, "its picture is too large to be recognised"
    try:
        return recognise(page, frame, wanted, text, read), None
    except (TimeoutError, OSError) as error:
        return False, str(error)
    except MemoryError:
        return False, "its picture needs more memory than there is"
