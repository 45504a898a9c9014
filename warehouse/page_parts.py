"""Finds the pages of the web that are the parts of one publication, by what they tell of each other (``warehouse.parts``)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from evidence.records import BY_ORDER, LISTING, PAGE_QUERY, SITE_PAGE, PartLink
from warehouse.history import History
from warehouse.items import Item
from warehouse.likeness import same_title, title_words
from warehouse.parts import FEWEST_PARTS, MOST_PARTS, Parts, alike

FEWEST_STEM_WORDS = 2
"""Telling words of a piece of title that names a publication."""
FEWEST_COMMON_WORDS = 3
"""Where a title that two pages share stands first and is all that shows them to be of one publication: "Long read: …" is none."""

_PART_WORDS = (
    r"(?:chapter|part|section|annexe?|appendix|appendices|volume|vol\.?|paper|book)\s*(?:\d{1,2}|[ivx]{1,5}|[a-h]|one|two|three|four|five|six|seven|"
    r"eight|nine|ten)?\b")
_STEP = re.compile(
    rf"(?:[«‹←<>›»→|:\-–—\s]*(?:next|previous|prev|continue to|back to)\b)?[\s:|–—-]*(?:(?:{_PART_WORDS})|page\b|"
    r"(?:executive )?summary\b|foreword\b|introduction\b|methods?\b|methodology\b|findings\b|conclusions?\b|recommendations?\b|references\b|"
    r"glossary\b)",
    re.IGNORECASE)
_TITLE_SEPARATOR = re.compile(r"\s+[|·•»«–—-]\s+|\s*\|\s*|\s+::\s+|:\s+")
_PAGE_OF = re.compile(r"[\s,(:–—|-]*\bpage\s+\d+(?:\s+of\s+\d+)?\)?\s*", re.IGNORECASE)


def _key(url: str) -> str:
    """One spelling for the addresses of one page: without scheme, index file and last slash."""
    parts = urlsplit(url)
    path = re.sub(r"/(?:index|default)\.(?:html?|php|aspx?)$", "", parts.path).rstrip("/")
    return f"{parts.netloc.removeprefix('www.')}{path}" + (f"?{parts.query}" if parts.query else "")


class _Site:
    """The pages of a base by address, as they are now, with what each tells of its neighbours."""

    def __init__(self, items: Sequence[Item], history: History) -> None:
        self.page: dict[str, Item] = {}
        self.keys: dict[str, list[str]] = defaultdict(list)
        for one in items:
            if one.is_page and one.status != "refused" and one.page_kind != SITE_PAGE:
                for sighting in one.sightings:
                    key = _key(sighting.url)
                    if history.addresses[sighting.url].document == one.id and key not in self.page:
                        self.page[key] = one
                        self.keys[one.id].append(key)

    @cached_property
    def titled(self) -> dict[str, set[str]]:
        """Each piece of a title, to the pages that carry it: what many pages of a site carry is the site's name."""
        found: dict[str, set[str]] = defaultdict(set)
        for key, one in self.page.items():
            for segment in _segments(one):
                found[segment].add(key)
        return found

    def links(self, key: str, relation: str) -> list[tuple[str, PartLink]]:
        """The known pages that a page's links of this relation lead to, with the links."""
        return [(to, link) for link in self.page[key].part_links if link.relation == relation and (to := _key(link.url)) in self.page]


def page_parts(items: Sequence[Item], history: History) -> Iterator[Parts]:
    site = _Site(items, history)
    linking = sorted(key for key, one in site.page.items() if one.part_links)
    yield from _with_contents(site, _menus(site, linking))
    yield from _with_contents(site, _listed(site, linking))
    yield from _with_contents(site, _chains(site, linking))


@dataclass(frozen=True)
class _Found:
    """Pages in order and why they are one publication; ``top`` is the page that lists them."""

    keys: tuple[str, ...]
    reason: str
    top: str | None = None


def _menus(site: _Site, linking: Sequence[str]) -> Iterator[_Found]:
    """Pages that carry the same menu of parts: each names the other."""
    menu = {key: [to for to, _ in site.links(key, "part")] for key in linking}
    neighbours = {
        key: {to for to in some if to != key and key in menu.get(to, ()) and alike(site.page[key], site.page[to]) and _is_menu(site, key, to)}
        for key, some in menu.items()
    }
    for group in _components(neighbours):
        longest = max(group, key=lambda key: (len([to for to in menu[key] if to in group]), key in menu[key], key))
        ordered = [to for to in menu[longest] if to in group]
        ordered = [key for key in group if key not in ordered] + ordered
        evidence = next(link.evidence for _, link in site.links(longest, "part"))
        yield _Found(tuple(ordered), f"each of these pages has the others in its menu, {evidence}")


def _is_menu(site: _Site, a: str, b: str) -> bool:
    """A list that only has the order of "next" and "previous" may be that of a blog's posts, unless all carry one title."""
    return all(link.evidence != BY_ORDER for _, link in site.links(a, "part")) or _common_title(site, a, b) is not None


def _listed(site: _Site, linking: Sequence[str]) -> Iterator[_Found]:
    """A page that lists its parts, which have no menu themselves but lead back to it or carry its title in theirs."""
    for top in linking:
        listed = [to for to, _ in site.links(top, "part") if to != top]
        links = [link for to, link in site.links(top, "part") if to != top]
        if len(set(listed)) < FEWEST_PARTS or not links:
            continue
        named = sum(_STEP.match(link.text) is not None for link in links) * 2 >= len(links)
        mine = [
            to for to in dict.fromkeys(listed)
            if alike(site.page[top], site.page[to]) and (
                any(back == top for back, _ in site.links(to, "contents")) or _carries_title(site, site.page[top], site.page[to])
                or (named and to.startswith(top + "/")))
        ]
        if len(mine) >= FEWEST_PARTS and 2 * len(mine) >= len(set(listed)) and site.page[top].page_kind != SITE_PAGE:
            yield _Found(tuple(mine), f"{links[0].evidence} of “{site.page[top].title or top}”", top)


def _chains(site: _Site, linking: Sequence[str]) -> Iterator[_Found]:
    """Pages that lead to each other by "next" and "previous", or by page numbers of one address."""
    follows: dict[str, set[str]] = defaultdict(set)
    order: dict[str, str] = {}
    for key in linking:
        for to, link in site.links(key, "next"):
            backs = [back for end, back in site.links(to, "previous") if end == key]
            if backs and to != key and alike(site.page[key], site.page[to]) and _one_place(key, to) and (
                all(_STEP.match(words.text) for words in (link, *backs)) or _common_title(site, key, to)
            ):
                follows[key].add(to)
                follows[to].add(key)
                order[key] = to
    numbered = _numbered(site, linking)
    for group in _components({key: set(some) for key, some in follows.items()}):
        starts = [key for key in sorted(group) if key not in order.values()]
        ordered: list[str] = []
        at: str | None = starts[0] if starts else min(group)
        while at is not None and at not in ordered:
            ordered.append(at)
            at = order.get(at)
        yield _Found(tuple(ordered + sorted(group - set(ordered))), "each page names the other as its next or previous part")
    yield from numbered


def _numbered(site: _Site, linking: Sequence[str]) -> Iterator[_Found]:
    """The pages of one address told apart by a number (``?page=2``), of one title, none of them a list."""
    groups: dict[str, set[str]] = defaultdict(set)
    for key in linking:
        for to, _ in site.links(key, "page"):
            groups[key.split("?")[0]] |= {key, to}
    for path, group in sorted(groups.items()):
        pages = [site.page[key] for key in group]
        told = [title_words(_PAGE_OF.sub(" ", one.title or "")) for one in pages]
        one_title = all(words == told[0] for words in told) and told[0].words
        if len(group) >= FEWEST_PARTS and one_title and all(one.page_kind is None for one in pages) and all(alike(pages[0], one) for one in pages):
            yield _Found(tuple(sorted(group, key=_page_number)), f"the numbered pages of one address, {path}, under one title")


def _page_number(key: str) -> tuple[int, str]:
    found = PAGE_QUERY.search(key.partition("?")[2])
    return (int(found[1]) if found else 1), key


def _with_contents(site: _Site, found: Iterable[_Found]) -> Iterator[Parts]:
    """Adds the page that lists the parts, names the whole, and turns addresses into documents."""
    for one in found:
        keys = list(one.keys)
        top = one.top or _top(site, keys)
        if top is not None and alike(site.page[top], site.page[keys[0]]):
            keys = [top, *(key for key in keys if key != top)]
        documents = list(dict.fromkeys(site.page[key].id for key in keys))
        if not FEWEST_PARTS <= len(documents) <= MOST_PARTS:
            continue
        pages = [site.page[key] for key in keys]
        if 2 * sum(page.page_kind == LISTING for page in pages[top is not None :]) > len(pages):
            continue  # a site's rooms, not the chapters of a text
        own = pages[0] if top is not None else None
        title, source = (None, None) if own is not None and own.title else _whole_title(site, keys)
        yield Parts(tuple(documents), one.reason, title, source)


def _top(site: _Site, keys: Sequence[str]) -> str | None:
    """The page to which most parts lead back as their contents, or that has the address of their folder and links to them."""
    votes: dict[str, int] = defaultdict(int)
    for key in keys:
        for to in {to for to, _ in site.links(key, "contents")}:
            votes[to] += 1
    best = max(sorted(votes), key=lambda key: votes[key], default=None)
    if best is not None and 2 * votes[best] >= len(keys) - 1 and len([key for key in keys if _one_place(best, key)]) == len(keys):
        return best
    folders = {key.rpartition("/")[0] for key in keys if "?" not in key}
    for folder in sorted(folders):
        within = [key for key in keys if key.rpartition("/")[0] == folder]
        if folder in site.page and len(within) >= len(keys) - 1:
            named = {to for to, _ in site.links(folder, "part")}
            if folder in keys or len(named & set(keys)) * 2 >= len(keys):
                return folder
    return None


def _one_place(a: str, b: str) -> bool:
    """Whether two pages lie in one folder, or one stands for the other's folder."""
    one, other = a.split("?")[0], b.split("?")[0]
    if one == other:
        return True
    ahead, behind = one.rpartition("/")[0], other.rpartition("/")[0]
    return bool(ahead and behind) and (ahead == behind or ahead in (other, _stem(other)) or behind in (one, _stem(one)))


def _stem(path: str) -> str:
    return re.sub(r"\.(?:html?|php|aspx?)$", "", path)


def _segments(one: Item) -> dict[str, str]:
    """The pieces of a page's titles as they are compared, each to how it is written: "Chapter 2 | Sharing a ward | Site" has three."""
    found: dict[str, str] = {}
    for title, _ in one.titles:
        for piece in (*_TITLE_SEPARATOR.split(title), title):
            words = title_words(piece).words
            if len(words) >= FEWEST_STEM_WORDS:
                found.setdefault(" ".join(sorted(words)), " ".join(piece.split()))
    return found


def _common_title(site: _Site, a: str, b: str) -> str | None:
    """A piece of title that both pages carry and that is not the name of the site: no page of another folder has it."""
    one, other = _segments(site.page[a]), _segments(site.page[b])
    last = {" ".join(sorted(title_words(_TITLE_SEPARATOR.split(title)[-1]).words)) for title, _ in site.page[a].titles}
    for segment in sorted(one.keys() & other.keys(), key=lambda text: (-len(text), text)):
        telling = segment in last or len(segment.split()) >= FEWEST_COMMON_WORDS
        if telling and all(_one_place(a, key) or _one_place(b, key) for key in site.titled[segment]):
            return one[segment]
    return None


def _carries_title(site: _Site, top: Item, part: Item) -> bool:
    """Whether a part's title has the whole's title in it as a piece, and is more than that."""
    whole = title_words(top.title)
    if len(whole.words) < FEWEST_STEM_WORDS:
        return False
    return any(same_title(title_words(piece), whole) for title, _ in part.titles for piece in _TITLE_SEPARATOR.split(title))


def _whole_title(site: _Site, keys: Sequence[str]) -> tuple[str | None, str | None]:
    """The longest piece of title that all pages carry, other pages of the site not; with where it stood."""
    counts: dict[str, int] = defaultdict(int)
    for key in keys:
        for segment in _segments(site.page[key]):
            counts[segment] += 1
    inside = set(keys)
    shared = [
        text for text, count in counts.items()
        if count == len(keys) and (site.titled[text] <= inside or all(_one_place(keys[0], key) for key in site.titled[text]))
    ]
    if not shared:
        return None, None
    best = max(shared, key=lambda text: (len(text), text))
    first = site.page[keys[0]]
    written = _segments(first)[best]
    source = next((source for title, source in first.titles if written in " ".join(title.split())), "html_title")
    return written, source


def _components(neighbours: Mapping[str, set[str]]) -> list[set[str]]:
    """Connected sets of at least two, in the order of their first members."""
    seen: set[str] = set()
    found = []
    for start in sorted(neighbours):
        if start in seen:
            continue
        group, waiting = set[str](), [start]
        while waiting:
            at = waiting.pop()
            if at not in group:
                group.add(at)
                waiting.extend(neighbours.get(at, set()) - group)
        seen |= group
        if FEWEST_PARTS <= len(group) <= MOST_PARTS:
            found.append(group)
    return found
