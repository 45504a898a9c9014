"""Web pages: their text by trafilatura, what they declare of themselves, their links to files."""

from extract.html.page import read_html

__all__ = ["read_html"]
