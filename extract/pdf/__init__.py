"""PDF bytes to pages of blocks in reading order."""

from extract.pdf.reader import read_pdf
from extract.pdf.reading import Block, BlockLine, OutlineItem, PdfPage, PdfReading

__all__ = ["Block", "BlockLine", "OutlineItem", "PdfPage", "PdfReading", "read_pdf"]
