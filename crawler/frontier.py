"""The frontier: what is to be asked next, in rounds.

A round is asked to its end before the next begins: sitemaps, feeds and listings first, then pages by the number of links
that lead to them, then pages known from earlier runs that nothing names any more, then files. How we came to an address
(``via``, ``link_text``) is decided only when its round begins, as the best of all leads that earlier rounds gave, by an
order that knows no time. So the captures of a run do not depend on which answer came first, nor on whether the run was
killed and resumed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from evidence.records import Capture

FROM_PAGE, FROM_LISTING, FROM_FEED, FROM_SITEMAP, FROM_EARLIER = range(5)
"""Kinds of leads, best first: a page that links to a file says most about it."""

DISCOVERY = ("sitemap", "feed", "listing")


@dataclass(frozen=True, slots=True)
class Lead:
    """An address to be asked for and how we came to it.

    ``crowd`` is the number of files that the linking page names: of two pages that link to a file, the one that names
    fewer is its landing page. ``steps`` counts the pages of a listing or feed, the levels of a sitemap index. ``listing``
    is the index of the definition's listing.
    """

    url: str
    role: str
    kind: int = FROM_PAGE
    depth: int = 0
    via: str | None = None
    link_text: str | None = None
    crowd: int = 0
    modified: date | None = None
    steps: int = 0
    listing: int = 0

    @property
    def order(self) -> tuple[int, int, int, str, str, int, str]:
        """Of two leads to one address the smaller is the better one."""
        depth = 0 if self.role == "document" else self.depth
        return depth, self.kind, self.crowd, self.via or "", self.link_text or "", self.steps, self.role


@dataclass
class Frontier:
    """``offer`` leads as they are found, take ``next_round`` until it is empty. ``limit`` bounds pages and files each, ``most`` all."""

    limit: int | None = None
    since: date | None = None
    most: int | None = None
    known: tuple[Capture, ...] = ()
    left_out: int = 0
    _asked: set[str] = field(default_factory=set)
    _waiting: dict[str, Lead] = field(default_factory=dict)
    _passed_over: set[str] = field(default_factory=set)
    _counts: dict[str, int] = field(default_factory=lambda: {"page": 0, "document": 0})

    def offer(self, lead: Lead) -> None:
        """Puts an address in the queue, or betters how we came to it. What is dated before ``since`` is passed over."""
        if lead.url in self._asked:
            return
        if self.since is not None and lead.modified is not None and lead.modified < self.since:
            self._passed_over.add(lead.url)
            return
        standing = self._waiting.get(lead.url)
        if standing is None or lead.order < standing.order:
            self._waiting[lead.url] = lead

    def next_round(self) -> list[Lead]:
        """The leads of the next round, newest and then in the order of addresses; empty when all is done."""
        while True:
            batch = [lead for lead in self._waiting.values() if lead.role in DISCOVERY] or self._pages()
            if not batch and self.known:
                self._offer_known()
                continue
            batch = batch or list(self._waiting.values())
            if not batch:
                return []
            taken = list(self._within_limits(sorted(batch, key=lambda lead: (-_day(lead.modified), lead.url))))
            for lead in batch:
                del self._waiting[lead.url]
                self._asked.add(lead.url)
            if taken:
                return taken

    def _pages(self) -> list[Lead]:
        pages = [lead for lead in self._waiting.values() if lead.role == "page"]
        nearest = min((lead.depth for lead in pages), default=0)
        return [lead for lead in pages if lead.depth == nearest]

    def _offer_known(self) -> None:
        for capture in self.known:
            if capture.url not in self._passed_over:
                self.offer(Lead(capture.url, capture.role, FROM_EARLIER, capture.depth, capture.via, capture.link_text))
        self.known = ()

    def _within_limits(self, leads: Iterable[Lead]) -> Iterator[Lead]:
        for lead in leads:
            if lead.role in self._counts:
                if self.limit is not None and self._counts[lead.role] >= self.limit:
                    continue
                if self.most is not None and sum(self._counts.values()) >= self.most:
                    self.left_out += 1
                    continue
                self._counts[lead.role] += 1
            yield lead


def _day(when: date | None) -> int:
    return when.toordinal() if when else 0
