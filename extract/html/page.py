"""A web page to a Reading."""

from __future__ import annotations

import logging
import re

from lxml import etree
from lxml.html import HtmlElement
from trafilatura.utils import load_html

from evidence.errors import Refused
from evidence.records import Provenance
from extract.blocks import Block, Leaf, Reading
from extract.clean_text import clean
from extract.html.body import body_blocks, selected_blocks
from extract.html.declared import calls_itself_article, declared_values
from extract.html.links import file_links
from extract.html.page_kind import page_kind
from extract.html.parts import part_links
from extract.media_type import HTML

# trafilatura and htmldate log every page they find odd; the reasons that matter are in the record.
for _name in ("trafilatura", "htmldate", "readability", "courlan"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)

MOST_BYTES = 20_000_000
_DEEPEST = 250
_FEWEST_LETTERS = 100


def read_html(payload: bytes, url: str | None, selectors: tuple[tuple[str, str], ...] = ()) -> Reading:
    """Reads a page. ``selectors`` are (field, CSS selector) pairs of its source: ``body``, ``remove`` or a metadata field.

    Raises Refused where there is no text, and UsageError (through ``selected``) for a selector that is no CSS.
    """
    if len(payload) > MOST_BYTES:
        raise Refused(f"a web page of {len(payload):,} bytes is longer than any article ({MOST_BYTES:,})")
    tree = load_html(payload)
    if tree is None:
        # A fragment without html and body elements, as templates that were never filled in leave them.
        tree = load_html(b"<html><body>" + payload + b"</body></html>")
    if tree is None:
        raise Refused("no HTML element could be read")
    if _depth(tree) > _DEEPEST:
        raise Refused(f"HTML nested deeper than {_DEEPEST} elements")
    by_field: dict[str, list[str]] = {}
    for field, selector in selectors:
        by_field.setdefault(field, []).append(selector)
    selected = _selected(tree, by_field)
    seen, summary = declared_values(tree, payload, url)
    links, parts = file_links(tree, url), part_links(tree, url)
    for selector in by_field.get("remove", []):
        for element in _select(tree, selector):
            element.drop_tree()
    chosen = [element for selector in by_field.get("body", []) for element in _select(tree, selector)]
    blocks, tables = selected_blocks(chosen) if chosen else body_blocks(tree, url)
    if not blocks:
        raise Refused("the page holds no text")
    titles = [value.value for value in (*selected, *seen) if value.field == "title"]
    blocks = _article_alone(blocks, {_letters(title) for title in titles})
    return Reading(
        HTML, (Leaf(1, tuple(blocks)),), seen=(*selected, *seen), tables=tuple(tables), links=links, summary=summary,
        page_kind=page_kind(tree, titles[0] if titles else None, calls_itself_article(tree), blocks), part_links=parts,
    )


def _article_alone(blocks: list[Block], titles: set[str]) -> list[Block]:
    """The article without furniture and without its own title on top, which is metadata; all where nothing else would be left."""
    kept = [
        block
        for at, block in enumerate(blocks)
        if block.kind != "boilerplate" and not (at < 4 and block.kind == "heading" and _letters(block.text) in titles)
    ]
    return kept if sum(len(block.text) for block in kept) >= _FEWEST_LETTERS else blocks


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def _depth(tree: HtmlElement) -> int:
    deepest = depth = 0
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
        if deepest > _DEEPEST:
            break
        del element
    return deepest


def _select(tree: HtmlElement, selector: str) -> list[HtmlElement]:
    try:
        return list(tree.cssselect(selector))
    except Exception as error:
        raise Refused(f"selector {selector!r} is not CSS ({' '.join(str(error).split())})") from error


def _selected(tree: HtmlElement, by_field: dict[str, list[str]]) -> list[Provenance]:
    values = []
    for field, found in by_field.items():
        if field in ("body", "remove"):
            continue
        for selector in found:
            for element in _select(tree, selector):
                text = clean(element.get("content") or element.get("datetime") or element.text_content())
                if text:
                    values.append(Provenance(field, text, "selector"))
    return values
