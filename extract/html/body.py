"""The text of a page: trafilatura's tree of the article to blocks; the whole page where it finds no article."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from lxml import etree
from lxml.html import HtmlElement
from trafilatura import bare_extraction

from evidence.records import Table
from extract.blocks import Block
from extract.boilerplate import is_boilerplate
from extract.clean_text import clean
from extract.text_blocks import CAPTION, REFERENCE_HEADING

_SKIPPED = frozenset(
    ("script", "style", "noscript", "template", "svg", "nav", "form", "button", "iframe", "select", "footer", "aside")
)
_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_PARTS = frozenset(
    (
        "p",
        "div",
        "section",
        "article",
        "main",
        "li",
        "ul",
        "ol",
        "dl",
        "dt",
        "dd",
        "table",
        "blockquote",
        "pre",
        "figure",
        "figcaption",
        "header",
        "footer",
        "address",
        "details",
        "summary",
        "body",
        "hr",
        "br",
        "list",
        "item",
        "head",
        "quote",
        "row",
        "cell",
        "caption",
        *_HEADINGS,
    )
)
_FEWEST_LETTERS = 100
"""Less than this is a caption or a notice, not an article: the whole page is read instead."""


def body_blocks(tree: HtmlElement, url: str | None) -> tuple[list[Block], list[Table]]:
    """The article's blocks and tables; comments are left out."""
    article = bare_extraction(deepcopy(tree), url=url, include_comments=False, include_tables=True, with_metadata=False)
    body: Any = getattr(article, "body", None)
    walk = _Walk()
    if body is not None:
        walk.container(body)
    if _letters(walk.finished()) >= _FEWEST_LETTERS:
        return walk.finished(), walk.tables
    whole = _Walk()
    for element in tree.xpath("//main") or tree.xpath("//article") or tree.xpath("//body") or [tree]:
        whole.container(element)
    longer = _letters(whole.finished()) > _letters(walk.finished())
    return (whole.finished(), whole.tables) if longer else (walk.finished(), walk.tables)


def _letters(blocks: list[Block]) -> int:
    return sum(len(block.text) for block in blocks if block.kind != "boilerplate")


def selected_blocks(elements: list[HtmlElement]) -> tuple[list[Block], list[Table]]:
    """The blocks of the elements that a source's own selector names."""
    walk = _Walk()
    for element in elements:
        walk.container(element)
    return walk.finished(), walk.tables


def _heads(text: str, following: Block) -> bool:
    """Whether a short bare line leads to text: pages often set headings in bold type rather than in heading elements."""
    words = text.split()
    return (
        len(words) <= 6
        and text[0].isupper()
        and text[-1].isalnum()
        and any(word.isalpha() and word.islower() for word in words[1:]) + (len(words) <= 3) > 0
        and following.kind in ("body", "list")
        and len(following.text.split()) >= 12
        and not is_boilerplate(text)
        and not any(char.isdigit() for char in text)
    )


class _Walk:
    """Walks a tree of HTML or of trafilatura's own elements, which differ only in names."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.tables: list[Table] = []

    def finished(self) -> list[Block]:
        """Blocks with their last kinds: furniture and reference lists can be told only in context."""
        finished: list[Block] = []
        in_references = False
        for at, block in enumerate(self.blocks):
            following = self.blocks[at + 1] if at + 1 < len(self.blocks) else None
            kind = block.kind
            if kind == "body" and following is not None and _heads(block.text, following):
                block, kind = Block("heading", block.text, 3), "heading"
            if kind == "heading":
                in_references = REFERENCE_HEADING.match(block.text) is not None
            elif kind in ("body", "list", "caption") and is_boilerplate(block.text):
                kind = "boilerplate"
            elif in_references and kind in ("body", "list"):
                kind = "reference"
            elif kind == "body" and CAPTION.match(block.text) and len(block.text.split()) <= 60:
                kind = "caption"
            finished.append(block if kind == block.kind else Block(kind, block.text))
        return finished

    def add(self, kind: str, text: str, level: int = 0) -> None:
        text = clean(text) if kind != "table" else text
        if text and any(char.isalnum() for char in text):
            self.blocks.append(Block(kind, text, level))

    def container(self, element: Any, kind: str = "body") -> None:
        """Emits loose text between parts as paragraphs of ``kind``, and every part as what it is."""
        loose: list[str] = [element.text or ""]
        for child in element:
            tag = child.tag if isinstance(child.tag, str) else ""
            if tag in ("br", "lb") or not tag:
                loose.append(" ")
            elif tag in _SKIPPED or (tag == "head" and element.tag == "html"):
                pass  # ("head" is the head of a page in HTML, a heading in trafilatura's tree)
            elif tag not in _PARTS and not self._holds_parts(child):
                loose.append("".join(_inline(child)))
            else:
                self.add(kind, "".join(loose))
                loose = []
                self.part(child, tag, kind)
            loose.append(child.tail or "")
        self.add(kind, "".join(loose))

    def part(self, element: Any, tag: str, kind: str) -> None:
        if tag in _HEADINGS or tag == "head":
            level = _HEADINGS.get(tag) or _HEADINGS.get(element.get("rend") or "h2", 2)
            self.add("heading", "".join(_inline(element)), level)
        elif tag in ("li", "item", "dt", "dd"):
            self.container(element, "list")
        elif tag in ("figcaption", "caption"):
            self.add("caption", "".join(_inline(element)))
        elif tag == "table":
            self.table(element)
        else:
            self.container(element, kind)

    def table(self, element: Any) -> None:
        caption = next((clean("".join(_inline(one))) for one in element.iter("caption")), None)
        rows = []
        for row in element.iter("tr", "row"):
            cells = tuple(clean("".join(_inline(cell))) for cell in row if cell.tag in ("td", "th", "cell"))
            if any(cells):
                rows.append(cells)
        if len(rows) <= 1 or max(map(len, rows)) <= 1:
            # A table of one cell or one column lays a page out; it is no table.
            for cell in element.iter("td", "th", "cell"):
                self.container(cell)
            return
        if caption:
            self.add("caption", caption)
        self.tables.append(Table(1, tuple(rows), caption))
        self.add("table", "\n".join("\t".join(row) for row in rows))

    def _holds_parts(self, element: Any) -> bool:
        return any(
            isinstance(one.tag, str) and one.tag in _PARTS and one.tag not in ("br", "lb") for one in element.iterdescendants()
        )


def _inline(element: Any) -> Iterator[str]:
    """The text of an element, a space wherever a line or part ends inside it."""
    for event, one in etree.iterwalk(element, events=("start", "end", "comment", "pi")):
        if event == "start":
            if one is not element and one.tag in _PARTS:
                yield " "
            if one.tag not in ("script", "style", "noscript"):
                yield one.text or ""
        elif event == "end":
            if one is not element:
                if one.tag in _PARTS:
                    yield " "
                yield one.tail or ""
        else:
            yield one.tail or ""
