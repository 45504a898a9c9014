"""Files of office programs: Word, PowerPoint, OpenDocument."""

from extract.office.open_document import read_odt
from extract.office.slides import read_pptx
from extract.office.word import read_docx

__all__ = ["read_docx", "read_odt", "read_pptx"]
