"""By which links a web page tells its place among the pages of one publication: next and previous page, contents, its chapters' menu.

Nearly every page has such links for its site's sake: a blog's next post, a section's menu, the pages of a list. So a link is kept only
where something says that it leads to a part of the same text: the words of links ("Chapter 2"), what a menu calls itself ("In this
report"), numbers, or the way of "next" and "previous" along a menu. Whether pages then are one work is decided where all of them are
known (``warehouse.parts``).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from evidence.records import BY_ORDER, PAGE_QUERY, PartLink
from extract.clean_text import clean

MOST_PARTS = 150
"""A menu of more entries is a site's, or a dictionary's."""
FEWEST_PARTS = 2
_LONGEST_WORDS = 150
"""Characters of a link's words: a heading, not a teaser."""
_TEASERS = 3
"""Headings that are links: from so many on a page announces other pages, and its page numbers are those of a list."""

_NUMBER = re.compile(
    r"(?:chapter|part|section|annexe?|appendix|volume|paper)\s+"
    r"(?:(?P<named>\d{1,2})|[ivx]{1,5}|[a-h]|one|two|three|four|five|six|seven|eight|nine|ten)\b"
    r"|(?P<plain>\d{1,2})(?:[.:)]|\s+[-–—]|\s)\s*\S|[ivx]{1,5}[.:)]\s", re.IGNORECASE)
_NAMED = re.compile(
    r"(?:executive )?summary|(?:key )?(?:findings|messages|points)|foreword|preface|introduction|background|overview|method(?:s|ology)?|approach|"
    r"results|discussion|conclusions?(?: and .*)?|recommendations?|next steps|references|bibliography|glossary|acknowledge?ments|"
    r"(?:appendix|annexe?)\b.*|appendices|annexe?s|notes|endnotes|(?:table of )?contents|about this (?:report|guide|publication|review).*",
    re.IGNORECASE)
_OF_A_TEXT = (
    r"(?:report|publication|guide|guidance|document|paper|review|briefing|manual|book|handbook|toolkit|evaluation|consultation|article|essay)")
_LABEL = re.compile(
    rf"\b(?:table of contents|chapters|in this {_OF_A_TEXT}|(?:pages|parts|sections|chapters) (?:in|of) (?:this|the) {_OF_A_TEXT}|"
    rf"{_OF_A_TEXT} (?:contents|chapters|sections|parts|navigation|pages)|read the (?:full |whole )?{_OF_A_TEXT})\b|^contents:?$", re.IGNORECASE)
_NEXT = re.compile(r"(?:[»›→>]\s*)?(?:go (?:on )?to |continue (?:reading )?(?:to|with) |read )?(?:the )?next\b|^continue to\b", re.IGNORECASE)
_PREVIOUS = re.compile(r"(?:[«‹←<]\s*)?(?:go )?(?:back to )?(?:the )?prev(?:ious)?\b", re.IGNORECASE)
_OTHER_TEXT = re.compile(
    r"\b(?:posts?|stor(?:y|ies)|news|blogs?|events?|newer|older|entr(?:y|ies)|projects?|case stud(?:y|ies)|products?|episodes?|issues?|"
    r"newsletters?|results|items?|publications?|reports?|articles?|months?|weeks?|years?|days?|slides?)\b", re.IGNORECASE)
_OTHER_CLASS = re.compile(
    r"\bposts?[-_]+(?:nav|pag|link)|post-?navigation|adjacent|related|carousel|slider|comment|entry-nav|\bpager-(?:news|blog)", re.IGNORECASE)
_CONTENTS = re.compile(
    rf"(?:(?:back|return|go) to (?:the )?)?(?:table of )?contents(?: page)?|"
    rf"(?:back|return) to (?:the |this )?(?:main |full )?{_OF_A_TEXT}(?: home(?: ?page)?)?|{_OF_A_TEXT} home(?: ?page)?", re.IGNORECASE)


def part_links(tree: HtmlElement, url: str | None) -> tuple[PartLink, ...]:
    """The links of a page to other parts of its publication, in page order, the menu with the page itself in its place.

    Empty where no address is known, as links could not be followed then.
    """
    if not url:
        return ()
    base = _base(tree, url)
    here = _bare(url)
    steps = _steps(tree, base, here)
    menu = _menu(tree, base, here, steps)
    pages = _page_numbers(tree, base, here)
    return tuple(_once((*steps, *_contents(tree, base, here), *menu, *pages)))


def _base(tree: HtmlElement, url: str) -> str:
    declared = next(iter(tree.xpath("//base/@href")), None)
    return _absolute(url, declared) or url if declared else url


def _absolute(base: str, href: str) -> str:
    try:
        address = urljoin(base, href.strip()).split("#")[0]
        return address if urlsplit(address).scheme in ("http", "https", "file") else ""
    except ValueError:
        return ""


def _bare(url: str) -> str:
    return url.split("#")[0]


def _once(links: Sequence[PartLink]) -> Iterator[PartLink]:
    seen: set[tuple[str, str]] = set()
    for link in links:
        if (link.relation, link.url) not in seen:
            seen.add((link.relation, link.url))
            yield link


def _same_site(a: str, b: str) -> bool:
    one, other = urlsplit(a), urlsplit(b)
    return (one.scheme, one.netloc) == (other.scheme, other.netloc)


def _target(element: HtmlElement, base: str, here: str) -> str:
    """The page of the same site that a link leads to, "" for files, places on this page and other sites."""
    href = (element.get("href") or "").strip()
    if not href or href.startswith(("#", "mailto:", "javascript:", "tel:", "data:")):
        return ""
    address = _absolute(base, href)
    if not address or not _same_site(address, here) or _FILE.search(urlsplit(address).path):
        return ""
    return address


_FILE = re.compile(r"\.(?:pdf|docx?|pptx?|xlsx?|odt|ods|csv|epub|zip|jpe?g|png|gif|svg|mp[34])$", re.IGNORECASE)


def _words(element: HtmlElement) -> str:
    return clean(" ".join(element.itertext()) or element.get("title") or element.get("aria-label") or "")[: 2 * _LONGEST_WORDS]


def _of_another_text(element: HtmlElement) -> bool:
    """Whether the link stands in a part of the page that its code calls the way to other posts, or related ones."""
    about: HtmlElement | None = element
    for _ in range(4):
        if about is None:
            return False
        if _OTHER_CLASS.search(f"{about.get('class') or ''} {about.get('id') or ''} {about.get('aria-label') or ''}"):
            return True
        about = about.getparent()
    return False


def _steps(tree: HtmlElement, base: str, here: str) -> list[PartLink]:
    """Links to the next and the previous page: by ``rel``, or by their words; not those to another post, story or event."""
    found: list[PartLink] = []
    for element in tree.xpath("//a[@href] | //link[@href][@rel]"):
        words = _words(element)
        rel = (element.get("rel") or "").lower().split()
        told = [text for text in (words, element.get("aria-label") or "", element.get("title") or "") if text]
        for relation, name, pattern in (("next", "next", _NEXT), ("previous", "prev", _PREVIOUS)):
            says = name in rel or (relation in rel) or any(pattern.match(text) for text in told)
            target = _target(element, base, here) if says else ""
            if not target or target == here:
                continue
            if any(_OTHER_TEXT.search(pattern.sub("", text, count=1)[:20]) for text in told) or _of_another_text(element):
                continue
            found.append(PartLink(target, words[:_LONGEST_WORDS], relation, "by its words" if name not in rel else "by rel"))
    return found


def _contents(tree: HtmlElement, base: str, here: str) -> Iterator[PartLink]:
    for element in tree.xpath("//a[@href] | //link[@href][@rel]"):
        rel = (element.get("rel") or "").lower().split()
        words = _words(element)
        if not ({"contents", "toc", "up", "first", "start"} & set(rel) or _CONTENTS.fullmatch(words.strip(" «‹←<:.»›→>"))):
            continue
        target = _target(element, base, here)
        if target and target != here:
            yield PartLink(target, words[:_LONGEST_WORDS], "contents", "by rel" if rel and not words else "by its words")


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line of a menu; ``url`` is the page's own where the entry is no link."""

    url: str
    words: str


def _menu(tree: HtmlElement, base: str, here: str, steps: Sequence[PartLink]) -> list[PartLink]:
    """The entries of the list that shows itself best as the contents of a publication of several pages; empty for none."""
    best: tuple[int, int] = (0, 0)
    chosen: list[PartLink] = []
    for menu in tree.xpath("//ul | //ol | //nav | //*[@role='navigation'] | //table | //dl"):
        if _of_the_site(menu) or _of_another_text(menu):
            continue
        entries = _entries(menu, base, here)
        others = {entry.url for entry in entries} - {here}
        if not (FEWEST_PARTS <= len(others) + any(entry.url == here for entry in entries) <= MOST_PARTS) or not others:
            continue
        if not _one_place({entry.url for entry in entries}, here):
            continue
        rank, why = _evidence(menu, entries, here, steps)
        if rank and (rank, len(entries)) > best:
            best = (rank, len(entries))
            chosen = [PartLink(entry.url, entry.words, "part", why) for entry in entries]
    return chosen


def _of_the_site(menu: HtmlElement) -> bool:
    """Whether a list stands in the head or foot of the whole page."""
    above = menu.getparent()
    while above is not None:
        if above.tag in ("main", "article"):
            return False
        if above.tag in ("header", "footer") or above.get("role") in ("banner", "contentinfo"):
            return True
        above = above.getparent()
    return False


def _entries(menu: HtmlElement, base: str, here: str) -> list[_Entry]:
    """The menu's entries in order, each address once; one without a link that is marked as current is the page itself."""
    entries: list[_Entry] = []
    seen: set[str] = set()
    for element in menu.iter("a", "li", "span", "strong", "em", "div"):
        if element.tag == "a":
            url, words = _target(element, base, here), _words(element)
        else:
            marked = element.get("aria-current") or re.search(r"\b(?:current|active|selected)\b", element.get("class") or "")
            linkless = element.tag == "li" and not element.xpath(".//a") and bool(clean(" ".join(element.itertext())))
            if not (marked or linkless) or element.xpath(".//a[@href]"):
                continue
            url, words = here, _words(element)
        if url and words and len(words) <= _LONGEST_WORDS and url not in seen:
            seen.add(url)
            entries.append(_Entry(url, words))
        elif url and len(words) > _LONGEST_WORDS:
            return []
    return entries


def _one_place(urls: set[str], here: str) -> bool:
    """Whether all pages lie in one folder, or are one address with other queries, and this page is there or stands for the folder.

    The publication's own page may be among its chapters: ``/report`` beside ``/report/chapter-2``.
    """
    paths = {urlsplit(url).path.rstrip("/") for url in urls}
    own = urlsplit(here).path.rstrip("/")
    if paths == {own}:
        return True
    folders = {path.rpartition("/")[0] for path in paths}
    if len(folders) > 1:
        top = min(paths, key=len)
        folders = {path.rpartition("/")[0] for path in paths - {top}}
        if folders != {top}:
            return False
    folder = next(iter(folders))
    return folder in (own, own.rpartition("/")[0], re.sub(r"\.html?$|/(?:index|default)\.html?$", "", own))


def _evidence(menu: HtmlElement, entries: list[_Entry], here: str, steps: Sequence[PartLink]) -> tuple[int, str]:
    """How surely a menu is that of one publication (0: it is not), and why in words."""
    numbered = _numbered(entries)
    named = sum(_NAMED.fullmatch(_unnumbered(entry.words)) is not None for entry in entries)
    label = _label(menu)
    along = _along(entries, here, steps)
    if any(_OTHER_TEXT.search(entry.words) and not _NUMBER.match(entry.words) for entry in entries if len(entry.words.split()) <= 2):
        return 0, ""  # "News", "Publications", "Events": a site's menu
    if label:
        return 4, f"listed under “{label}”"
    if numbered >= 2 and 2 * numbered >= len(entries) - named:
        return 3, "listed as numbered parts"
    if along:
        return 2, BY_ORDER
    return (1, "listed as parts of a report") if named >= 3 and 2 * named >= len(entries) else (0, "")


def _numbered(entries: Sequence[_Entry]) -> int:
    """How many entries carry a number, 0 where the numbers do not count up: "10 places to see", "27 odd facts" are no chapters."""
    found = [match for entry in entries if (match := _NUMBER.match(entry.words))]
    counted = [int(match["named"] or match["plain"]) for match in found if match["named"] or match["plain"]]
    rising = all(later - earlier in (0, 1) for earlier, later in itertools.pairwise(counted))
    return len(found) if rising and (not counted or counted[0] <= 2) else 0


def _unnumbered(words: str) -> str:
    return re.sub(r"^\s*(?:\d{1,2}|[ivx]{1,5})[.:)\s]\s*", "", words, flags=re.IGNORECASE).strip(" .:")


def _label(menu: HtmlElement) -> str | None:
    """What a list is called: by its own attributes, its first heading, or a heading or short line right before it."""
    told = [menu.get("aria-label") or "", menu.get("title") or ""]
    told += [" ".join(one.itertext()) for one in menu.xpath(".//h2 | .//h3 | .//h4 | .//caption")[:1]]
    for id in (menu.get("aria-labelledby") or "").split():
        told += [" ".join(one.itertext()) for one in menu.getroottree().xpath("//*[@id=$id]", id=id)[:1]]
    before: HtmlElement | None = menu
    for _ in range(3):
        if before is None:
            break
        previous = before.getprevious()
        if previous is not None:
            if isinstance(previous.tag, str):
                told.append(" ".join(previous.itertext()))
            break
        before = before.getparent()
        if before is not None and isinstance(before.tag, str):
            told.append(before.get("aria-label") or "")
    for text in map(clean, told):
        if text and len(text.split()) <= 8 and _LABEL.search(text):
            return text
    return None


def _along(entries: list[_Entry], here: str, steps: Sequence[PartLink]) -> bool:
    """Whether "next" leads to the entry after this page's and "previous" to the one before."""
    urls = [entry.url for entry in entries]
    if here not in urls or len(urls) < 3:
        return False
    at = urls.index(here)
    after = {link.url for link in steps if link.relation == "next"}
    ahead = {link.url for link in steps if link.relation == "previous"}
    fits_after = at + 1 == len(urls) or urls[at + 1] in after
    fits_ahead = at == 0 or urls[at - 1] in ahead
    return fits_after and fits_ahead and bool(after | ahead)


def _page_numbers(tree: HtmlElement, base: str, here: str) -> Iterator[PartLink]:
    """Links to other numbers of the same address (``?page=2``), unless the page announces others: then they are a list's pages."""
    if len(tree.xpath("//main//h2[.//a[@href]] | //main//h3[.//a[@href]] | //body//article//h2[.//a[@href]] | //body//h2/a[@href]")) >= _TEASERS:
        return
    own = urlsplit(here)
    for element in tree.xpath("//a[@href]"):
        target = _target(element, base, here)
        there = urlsplit(target) if target else None
        if there is None or there.path != own.path or target == here:
            continue
        number, mine = PAGE_QUERY.search(there.query), PAGE_QUERY.search(own.query)
        rest = {PAGE_QUERY.sub("&", query).strip("&") for query in (there.query, own.query)}
        if len(rest) == 1 and (number or mine) and (number is not None or not there.query.strip("&")):
            yield PartLink(target, _words(element)[:_LONGEST_WORDS], "page", f"page {number[1] if number else 1} of the same address")
