"""Files of office programs: Word, PowerPoint, OpenDocument."""

from extract.office.word import read_docx

__all__ = ["read_docx"]
