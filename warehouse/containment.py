"""Finds the pages whose text stands in a document: an excerpt or summary on the web, and the report it was taken from.

A page of 200 words in a report of 10,000 has a Jaccard similarity of 0.02, too little for a signature to prove anything. So the
signatures only name candidates (and so do equal titles); whether the words are there is then read in the texts themselves.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from warehouse.items import Item
from warehouse.likeness import same_title, title_overlap

Texts = Callable[[set[str]], Iterable[tuple[str, str]]]
"""Reads the texts of some documents: (id, text), in any order."""
Pair = tuple[str, str]

SHINGLE_WORDS = 5
MOST_HOLDERS = 25
"""A minimum that more documents share is a template's, and names no candidates."""
SHARED_MINIMA = 3
"""Of 128: fewer happen by chance between documents of one publisher."""
CONTAINED_WITH_TITLE = 0.5
CONTAINED_ALONE = 0.85
SMALLEST_PAGE = 60
"""Shingles below which a page without the document's title may be any quotation."""
PAGES_AT_ONCE = 2_000
MOST_PAGES_ALONE = 2
"""A document that holds more pages of other titles was published in sections; these are parts and no copies."""


def contained_pages(items: Sequence[Item], texts: Texts) -> Iterator[tuple[str, str, str]]:
    """(page, document, reason in words) for each page whose text stands in a document that is no page.

    On a real programme site of 69 pages and 40 reports the pages that offer a report under another title had 0.90-1.00 of their
    words in it, those under its title 0.59-1.00; other pages of the same project had 0.15-0.69.
    """
    known = {one.id: one for one in items}
    pairs = _candidates(items)
    shares = _shares(pairs, texts)
    alone: dict[str, list[Pair]] = defaultdict(list)
    for pair in sorted(pairs):
        page, document = known[pair[0]], known[pair[1]]
        share = shares.get(pair, 0.0)
        titled = same_title(page.words, document.words) or title_overlap(page.words, document.words) >= 0.5
        if titled and not _numbers_conflict(page, document) and share >= CONTAINED_WITH_TITLE:
            yield *pair, f"the page has the document's title, and {round(100 * share)} % of its text stands in it"
        elif share >= CONTAINED_ALONE and page.text.size >= SMALLEST_PAGE and not _numbers_conflict(page, document):
            alone[pair[1]].append(pair)
    for pair in _only_holders([pair for held in alone.values() if len(held) <= MOST_PAGES_ALONE for pair in held]):
        yield *pair, f"{round(100 * shares[pair])} % of the page's text stands in the document"


def _numbers_conflict(page: Item, document: Item) -> bool:
    a, b = page.words.numbers, document.words.numbers
    return bool(a and b and not (a <= b or b <= a))


def _only_holders(pairs: Sequence[Pair]) -> list[Pair]:
    """Pairs whose page stands in one document only: an extract that several carry belongs to none of them."""
    holders = Counter(page for page, _ in pairs)
    return [pair for pair in pairs if holders[pair[0]] == 1]


def _candidates(items: Sequence[Item]) -> set[Pair]:
    """(page, document) pairs with the same title or a few minima in common."""
    pages = [one for one in items if one.is_page and len(one.text.minima)]
    files = [one for one in items if not one.is_page and len(one.text.minima)]
    if not pages or not files:
        return set()
    found: set[Pair] = set()
    titles: dict[frozenset[str], list[Item]] = defaultdict(list)
    for file in files:
        if len(titles[file.words.words]) < MOST_HOLDERS and len(file.words.words) >= 2:
            titles[file.words.words].append(file)
    for page in pages:
        found.update((page.id, file.id) for file in titles.get(page.words.words, ()))
    for at, owner, shared in _shared_minima(pages, files):
        if shared >= (1 if title_overlap(pages[at].words, files[owner].words) >= 0.5 else SHARED_MINIMA):
            found.add((pages[at].id, files[owner].id))
    sizes = {one.id: one.text.size for one in items}
    return {pair for pair in found if sizes[pair[0]] <= sizes[pair[1]] * 1.2}


def _shared_minima(pages: Sequence[Item], files: Sequence[Item]) -> Iterator[tuple[int, int, int]]:
    """(page, file, how many minima both have at the same place), by their numbers, without the minima of templates."""
    held, theirs = _keys(files)
    some = [_keys(pages[start : start + PAGES_AT_ONCE]) for start in range(0, len(pages), PAGES_AT_ONCE)]
    # Few minima are on both sides: only these are put in order with their owners.
    common = _common(held, np.concatenate([keys for keys, _ in some]))
    keys, owners = _ordered(*_among(common, held, theirs))
    for start, (asked, askers) in zip(range(0, len(pages), PAGES_AT_ONCE), some, strict=True):
        mine, asking = _ordered(*_among(common, asked, askers))
        first, last = np.searchsorted(keys, mine, "left"), np.searchsorted(keys, mine, "right")
        telling = (last > first) & (last - first <= MOST_HOLDERS)
        counts: Counter[tuple[int, int]] = Counter()
        for page, begin, end in zip(asking[telling].tolist(), first[telling].tolist(), last[telling].tolist(), strict=True):
            counts.update((page, owner) for owner in owners[begin:end].tolist())
        for (page, owner), shared in counts.items():
            yield start + page, owner, shared


def _keys(items: Sequence[Item]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Every minimum with its place in the signature as one number, and whose it is."""
    width = max(len(one.text.minima) for one in items)
    places = np.arange(width, dtype=np.uint64) << np.uint64(32)
    keys = np.concatenate([one.text.minima.astype(np.uint64) + places[: len(one.text.minima)] for one in items])
    owners = np.repeat(np.arange(len(items), dtype=np.int64), [len(one.text.minima) for one in items])
    return keys, owners


def _common(one: NDArray[np.uint64], other: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The numbers that stand in both, in order."""
    held, asked = np.sort(one), np.sort(other)
    at = np.minimum(np.searchsorted(held, asked), len(held) - 1)
    found: NDArray[np.uint64] = np.unique(asked[held[at] == asked])
    return found


def _among(common: NDArray[np.uint64], keys: NDArray[np.uint64], owners: NDArray[np.int64]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Those of ``keys`` that are in ``common``, with their owners."""
    if not len(common):
        return keys[:0], owners[:0]
    known = common[np.minimum(np.searchsorted(common, keys), len(common) - 1)] == keys
    return keys[known], owners[known]


def _ordered(keys: NDArray[np.uint64], owners: NDArray[np.int64]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    order = np.argsort(keys, kind="stable")
    return keys[order], owners[order]


def _shares(pairs: set[Pair], texts: Texts) -> dict[Pair, float]:
    """Which share of the page's shingles is in the document; pages are held, documents stream."""
    if not pairs:
        return {}
    pages = {id: shingles(text) for id, text in texts({page for page, _ in pairs})}
    wanted: dict[str, list[str]] = defaultdict(list)
    for page, document in pairs:
        wanted[document].append(page)
    shares: dict[Pair, float] = {}
    for document, text in texts(set(wanted)):
        held = shingles(text)
        for page in wanted[document]:
            if pages.get(page):
                shares[page, document] = len(pages[page] & held) / len(pages[page])
    return shares


def shingles(text: str) -> set[int]:
    """The text's runs of five words as hashes; case and punctuation do not count."""
    words = re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold())
    return {hash(run) for run in zip(*(words[at:] for at in range(SHINGLE_WORDS)), strict=False)}
