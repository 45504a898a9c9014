"""Markdown as a sequence of blocks, for the formats that are not HTML (PDF, Word, plain text, a drawn page)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one style."""

    text: str
    bold: bool = False
    italic: bool = False
    href: str = ""


Inline = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    level: int
    content: Inline


@dataclass(frozen=True, slots=True)
class Paragraph:
    content: Inline
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class ListBlock:
    items: tuple[Inline, ...]
    ordered: bool


@dataclass(frozen=True, slots=True)
class TableBlock:
    """``rows[0]`` is the header."""

    rows: tuple[tuple[Inline, ...], ...]


Block = Heading | Paragraph | ListBlock | TableBlock


def blocks_of(markdown: str) -> tuple[Block, ...]:
    """The document's blocks in order; nesting other than lists of paragraphs and quotations is not used by our documents."""
    tree = SyntaxTreeNode(_parser().parse(markdown))
    return tuple(block for node in tree.children for block in _blocks(node))


def html_of(markdown: str) -> str:
    """The same Markdown as HTML, with the columns of a table's header marked as such."""
    rendered = cast(str, _parser().render(markdown))
    return rendered.replace("<th>", '<th scope="col">')


def plain(content: Inline) -> str:
    return "".join(run.text for run in content)


def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table")


def _blocks(node: SyntaxTreeNode, quoted: bool = False) -> Iterator[Block]:
    if node.type == "heading":
        yield Heading(int(node.tag[1]), _inline(node))
    elif node.type == "paragraph":
        yield Paragraph(_inline(node), quoted)
    elif node.type in ("bullet_list", "ordered_list"):
        items = tuple(_inline(item.children[0]) for item in node.children)
        yield ListBlock(items, ordered=node.type == "ordered_list")
    elif node.type == "blockquote":
        for child in node.children:
            yield from _blocks(child, quoted=True)
    elif node.type == "table":
        lines = [row for part in node.children for row in part.children]
        yield TableBlock(tuple(tuple(_inline(cell) for cell in row.children) for row in lines))
    else:
        raise ValueError(f"the demonstration's layouts have no place for Markdown of type {node.type!r}")


def _inline(node: SyntaxTreeNode) -> Inline:
    inline = node.children[0] if node.children else None
    if inline is None or inline.token is None:
        return ()
    return tuple(_runs(inline.token.children or []))


def _runs(tokens: list[Token]) -> Iterator[Run]:
    bold = italic = False
    href = ""
    for token in tokens:
        if token.type in ("strong_open", "strong_close"):
            bold = token.nesting == 1
        elif token.type in ("em_open", "em_close"):
            italic = token.nesting == 1
        elif token.type in ("link_open", "link_close"):
            href = str(token.attrs.get("href", "")) if token.nesting == 1 else ""
        elif token.type == "softbreak":
            yield Run(" ", bold, italic, href)
        elif token.content:
            yield Run(token.content, bold, italic, href)
