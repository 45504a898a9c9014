"""What a page is to its site: a text of its own, a list of links to others, or furniture such as a privacy statement."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from lxml.html import HtmlElement

from evidence.records import LISTING, SITE_PAGE
from extract.blocks import Block
from extract.clean_text import clean

TITLES = Path(__file__).with_name("site_pages.toml")
FEWEST_ENTRIES = 5
"""Links that stand alone in their lines; a page with fewer is no list (a menu of few words: from three on)."""
FEWEST_ENTRIES_OF_NOTHING_ELSE = 2
"""Entries of a page on which nothing else is said."""
FEWEST_ENTRIES_OF_A_MENU = 3
"""Entries of a page that introduces them in a sentence or two."""
MOST_PROSE_WORDS_OF_A_MENU = 40
MOST_PROSE_WORDS = 60
"""Words of sentences that belong to no entry: introductions to lists are shorter, the shortest articles hardly."""
TEASER_WORDS = 100
"""What follows an entry, up to so many words, is its date, publisher and teaser (on indexes of sites: 10 to 90 words)."""
MENU_WORDS = 60
_BESIDE_ENTRY = 5
"""Words that may stand beside a link in its line: a date, a file size."""
_SENTENCE_WORDS = 8
_LETTERS_A_WORD = 6
"""For texts without spaces (Japanese, Thai)."""
_SKIPPED = frozenset(("script", "style", "noscript", "template", "svg", "form", "button", "iframe", "select", "footer", "aside", "head"))
_PARTS = frozenset((
    "p", "div", "section", "article", "main", "li", "ul", "ol", "dl", "dt", "dd", "table", "tr", "td", "th", "blockquote", "pre", "figure",
    "figcaption", "header", "address", "details", "summary", "body", "hr", "br", "h1", "h2", "h3", "h4", "h5", "h6",
))
_ELSEWHERE = re.compile(r"^(?!#|mailto:|tel:|javascript:|data:|[^?#]*\.(?:pdf|docx?|pptx?|xlsx?|odt|epub)(?:[?#]|$))\S", re.I)
"""Links to other pages. A page that leads to files is the landing page of what they hold."""


class SitePagesError(ValueError):
    """The file of titles breaks its schema; the message names file, key and what was expected."""


@dataclass(slots=True)
class _Line:
    """One line of a page; its words apart by whether they lead elsewhere."""

    text: list[str] = field(default_factory=list)
    linked: int = 0
    plain: int = 0
    menu: bool = False

    @property
    def entry(self) -> bool:
        return self.linked > 0 and self.plain <= _BESIDE_ENTRY

    def add(self, text: str | None, linked: bool) -> None:
        if text and (count := len(text.split())):
            self.text.append(text)
            self.linked += count * linked
            self.plain += count * (not linked)


@lru_cache(maxsize=1)
def _titles(path: Path = TITLES) -> re.Pattern[str]:
    patterns = tomllib.loads(path.read_text(encoding="utf-8")).get("titles")
    if not isinstance(patterns, list) or not all(isinstance(one, str) for one in patterns):
        raise SitePagesError(f"{path.name}: titles: expected a list of regular expressions")
    try:
        return re.compile("|".join(f"(?:{one})" for one in patterns), re.IGNORECASE)
    except re.error as error:
        raise SitePagesError(f"{path.name}: titles: expected regular expressions ({error})") from error


def page_kind(tree: HtmlElement, title: str | None, article: bool, blocks: Sequence[Block]) -> str | None:
    """``listing``, ``site_page``, or None for a page with a text of its own.

    ``title`` is the first that the page declares, ``article`` whether it calls itself one, ``blocks`` are what was taken for its
    text. Link density is measured by line, after
    Kohlschütter et al. (2010), "Boilerplate detection using shallow text features", but what counts is the prose that is left: the
    words of sentences that are no link and no teaser of one. News pages surround a short text with ten times as many links.
    """
    if title and _titles().fullmatch(clean(title).strip(" .:!?")):
        return SITE_PAGE
    if article:
        return None
    lines = _lines(tree)
    entries = sum(line.entry for line in lines)
    total, linked = sum(line.linked + line.plain for line in lines), sum(line.linked for line in lines)
    menu = entries >= FEWEST_ENTRIES_OF_A_MENU and total < MENU_WORDS and 2 * linked >= total
    if menu or entries < FEWEST_ENTRIES_OF_NOTHING_ELSE:
        return LISTING if menu else None
    most = MOST_PROSE_WORDS if entries >= FEWEST_ENTRIES else MOST_PROSE_WORDS_OF_A_MENU if entries >= FEWEST_ENTRIES_OF_A_MENU else 1
    return LISTING if _prose_words(lines, blocks) < most else None


def _prose_words(lines: list[_Line], blocks: Sequence[Block]) -> int:
    """Words of sentences that are no entry and no teaser of one, counted in the page's lines and in its text; the fewer of the two.

    Lines hold notices that the text leaves out; a text that was found by force runs all lines together.
    """
    belongs: set[str] = set()
    in_lines, room = 0, 0
    for line in lines:
        # What follows an entry may be its date and publisher first, then its teaser; what follows a menu is the page's own.
        room = TEASER_WORDS * (not line.menu) if line.entry else room - line.linked - line.plain
        if line.entry or room >= 0:
            belongs.add(_letters("".join(line.text)))
        else:
            in_lines += _prose("".join(line.text))
    kinds = ("body", "list", "table", "caption")
    return min(in_lines, sum(_prose(block.text) for block in blocks if block.kind in kinds and _letters(block.text) not in belongs))


def _prose(text: str) -> int:
    """A line's words where it is long enough for a sentence."""
    count = max(len(text.split()), len(text) // _LETTERS_A_WORD)
    return count if count >= _SENTENCE_WORDS else 0


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def _lines(tree: HtmlElement) -> list[_Line]:
    """The lines of the page's main part, with the menus in it: a section's front page has its pages there; those of the site do not count."""
    lines = [_Line()]
    outermost = "(//main | //*[@role='main'])[not(ancestor::main or ancestor::*[@role='main'])]"
    main = tree.xpath(outermost) or tree.xpath("//body/article | //body/div/article")[:1]
    for element in main or tree.xpath("//body") or [tree]:
        _walk(element, False, lines, bool(main))
    return [line for line in lines if line.text]


def _walk(element: Any, linked: bool, lines: list[_Line], menus: bool, inside: bool = False) -> None:
    tag = element.tag if isinstance(element.tag, str) else ""
    menu = tag == "nav" or element.get("role") == "navigation" if tag else False
    if not tag or tag in _SKIPPED or (menu and not menus):
        return
    part, inside = tag in _PARTS or menu, inside or menu
    linked = linked or (tag == "a" and _ELSEWHERE.match(element.get("href") or "") is not None)
    if part:
        lines.append(_Line(menu=inside))
    lines[-1].add(element.text, linked)
    for child in element:
        _walk(child, linked, lines, menus, inside)
        lines[-1].add(child.tail, linked)
    if part:
        lines.append(_Line(menu=inside and not menu))
