"""Opening a PDF and closing it again: what cannot be opened is refused with its reason, in one line."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pypdfium2.raw as pdfium
from pypdfium2 import PdfDocument, PdfiumError

from evidence.errors import Refused
from extract.pdf.characters import address, fast
from extract.pdf.reading import OutlineItem

DOCINFO_KEYS = ("Title", "Author", "Subject", "Keywords", "Creator", "Producer", "CreationDate", "ModDate")
MAX_OUTLINE_ITEMS = 5000
MAX_ANNOTATIONS = 1000
"""Annotations of a page that are looked at; links are annotations, too."""
_annotation = fast("FPDFPage_GetAnnot", ctypes.c_void_p)
_subtype = fast("FPDFAnnot_GetSubtype", ctypes.c_int)
_close_annotation = fast("FPDFPage_CloseAnnot", None)
_WRITTEN = (pdfium.FPDF_ANNOT_FREETEXT, pdfium.FPDF_ANNOT_WIDGET)
REASONS = {
    pdfium.FPDF_ERR_PASSWORD: "the PDF is encrypted and needs a password",
    pdfium.FPDF_ERR_SECURITY: "the PDF uses an unsupported security scheme",
    pdfium.FPDF_ERR_FORMAT: "not a PDF, or broken beyond repair",
}


@dataclass(frozen=True, slots=True)
class OpenFile:
    """An open document: ``handle`` is PDFium's, valid inside the ``with`` block only."""

    document: PdfDocument
    page_count: int

    @property
    def handle(self) -> object:
        return self.document.raw


@contextmanager
def opened(payload: bytes) -> Iterator[OpenFile]:
    """Open ``payload``; raises Refused where it is empty, encrypted, broken or has no pages."""
    if not payload:
        raise Refused("the file is empty")
    try:
        document = PdfDocument(payload)
    except PdfiumError as error:
        raise Refused(REASONS.get(getattr(error, "err_code", None) or -1, "not a PDF, or broken beyond repair")) from None
    try:
        count = len(document)
        if count < 1:
            raise Refused("the PDF has no pages")
        yield OpenFile(document, count)
    finally:
        document.close()


@contextmanager
def loaded(file: OpenFile, index: int) -> Iterator[object | None]:
    """A page, ready to be read; None where it cannot be loaded.

    What people wrote onto it (notes in the page's space, filled form fields) is no part of a page's content for PDFium until it is
    drawn into it.
    """
    page = pdfium.FPDF_LoadPage(file.handle, index)
    if page and _written_on(page) and pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY) == pdfium.FLATTEN_SUCCESS:
        pdfium.FPDF_ClosePage(page)
        page = pdfium.FPDF_LoadPage(file.handle, index)
    try:
        yield page or None
    finally:
        if page:
            pdfium.FPDF_ClosePage(page)


def _written_on(page: object) -> bool:
    count = pdfium.FPDFPage_GetAnnotCount(page)
    if count < 1:
        return False
    handle = address(ctypes.cast(page, ctypes.c_void_p).value)  # type: ignore[arg-type]
    for index in range(min(MAX_ANNOTATIONS, count)):
        annotation = _annotation(handle, index)
        if not annotation:
            continue
        here = address(annotation)
        kind = _subtype(here)
        _close_annotation(here)
        if kind in _WRITTEN:
            return True
    return False


def docinfo(file: OpenFile) -> dict[str, str]:
    """The information dictionary's filled entries, keyed as in the PDF ("Title", "Author", ...)."""
    found = {}
    for key in DOCINFO_KEYS:
        size = pdfium.FPDF_GetMetaText(file.handle, key.encode(), None, 0)
        if not 2 < size < 100_000:
            continue
        buffer = ctypes.create_string_buffer(size)
        pdfium.FPDF_GetMetaText(file.handle, key.encode(), buffer, size)
        value = " ".join(buffer.raw[: size - 2].decode("utf-16-le", "replace").replace("\0", " ").split())
        if value:
            found[key] = value
    return found


def outline(file: OpenFile) -> tuple[OutlineItem, ...]:
    """The bookmarks in order; a tree that loops or never ends is cut at ``MAX_OUTLINE_ITEMS``."""
    items: list[OutlineItem] = []
    try:
        for bookmark in file.document.get_toc(max_depth=8):
            title = " ".join(bookmark.get_title().split())
            destination = bookmark.get_dest()
            index = destination.get_index() if destination else None
            if title:
                items.append(OutlineItem(title, bookmark.level + 1, 0 if index is None else index + 1))
            if len(items) >= MAX_OUTLINE_ITEMS:
                break
    except (PdfiumError, RecursionError, ValueError):
        return tuple(items)
    return tuple(items)
