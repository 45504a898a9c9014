"""The harvest of one source: rounds of questions, their captures, and the leads that the answers give."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from crawler.addresses import origin_of
from crawler.catalogue import Source
from crawler.discovery import Entry, Named, named_in_feed, named_in_sitemap
from crawler.fetching import Answer, Fetching
from crawler.frontier import FROM_FEED, FROM_LISTING, FROM_PAGE, FROM_SITEMAP, Frontier, Lead
from crawler.ledger import Ledger
from crawler.links import HtmlPage
from crawler.robots import Robots, robots_from
from evidence.archive import ArchiveWriter, decoded, read_answer, require_record
from evidence.base import Base
from evidence.errors import IntegrandError, Refused, in_one_line
from evidence.records import BODIED_OUTCOMES, READ_ROLES, Capture

MAX_SITEMAP_LEVELS = 3
MAX_HOPS = 5
"""Redirects of a robots.txt that are followed (RFC 9309 section 2.3.1.2)."""

MAX_REDIRECTS = 10
"""Redirects of anything else; a circle ends earlier, since no address is asked for twice."""


@dataclass(frozen=True, slots=True)
class Body:
    """A payload without content encoding, and the Content-Type that came with it."""

    payload: bytes
    content_type: str | None = None


@dataclass(slots=True)
class Findings:
    """What is wrong with a source as a whole: ``broken`` fails it, ``warnings`` are worth a look."""

    broken: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


class Crawl:
    """Harvests one source of one run; ``found`` tells of each new capture."""

    def __init__(self, base: Base, run: str, source: Source, ledger: Ledger, writer: ArchiveWriter, fetching: Fetching, *,
                 limit: int | None = None, since: date | None = None,
                 found: Callable[[Capture], None] = lambda capture: None,
                 keep_delay: Callable[[str, float], None] = lambda url, delay_s: None) -> None:
        self.base, self.run, self.source, self.ledger, self.writer, self.fetching = base, run, source, ledger, writer, fetching
        self.found, self.keep_delay = found, keep_delay
        self.findings = Findings()
        self.frontier = Frontier(limit=limit, since=since, most=source.limits.urls, known=tuple(ledger.to_recheck()))
        self._robots: dict[str, Robots] = {}
        self._failures_in_a_row = 0
        self._discovered = 0

    async def go(self) -> None:
        """The whole harvest; ``ledger.now`` then holds all of the run's captures."""
        robots = await self._robots_of(self.source.origin)
        if robots.unreadable is not None:
            self.findings.broken.append(f"{robots.unreadable}: nothing was asked")
            return
        self._offer_discovery()
        while batch := self.frontier.next_round():
            for origin in sorted({origin_of(lead.url) for lead in batch}):
                await self._robots_of(origin)
            await self._ask_all(batch)
            if self._given_up:
                self.findings.broken.append(f"{self._failures_in_a_row} requests in a row failed: the harvest was stopped")
                return
        if not self._discovered:
            self.findings.broken.append("no sitemap, feed, listing or start page of the definition could be read")
        if self.frontier.left_out:
            self.findings.warnings.append(
                f"{self.frontier.left_out} addresses were not asked for: limits.urls is {self.source.limits.urls}")

    @property
    def _given_up(self) -> bool:
        return self._failures_in_a_row >= self.source.limits.failures_in_a_row

    async def _ask_all(self, batch: list[Lead]) -> None:
        """Asks for a round with as many questions at a time as the source allows."""
        waiting = iter(batch)

        async def work() -> None:
            for lead in waiting:
                if self._given_up:
                    return
                await self._visit(lead)

        # The first error ends the others: an archive that cannot be written must not be written on.
        async with asyncio.TaskGroup() as group:
            for _ in range(min(len(batch), self.source.politeness.concurrency)):
                group.create_task(work())

    async def _visit(self, lead: Lead) -> None:
        """One address: the capture that this run already has of it, or a new one, and the leads in it."""
        capture = self.ledger.now.get(lead.url)
        body: Body | None = None
        if capture is None:
            capture, body = await self._capture(lead)
        if capture.outcome == "redirected":
            self._offer_target(lead, capture)
        elif capture.outcome in BODIED_OUTCOMES:
            if capture.role != "document":
                self._read_safely(lead, capture, body)
        elif lead.role not in READ_ROLES:
            self.findings.warnings.append(f"{lead.role} {lead.url}: {capture.outcome}" + (f", {capture.reason}" if capture.reason else ""))

    def _read_safely(self, lead: Lead, capture: Capture, body: Body | None) -> None:
        """Offers what a body names. A page that breaks its reader costs what it names and is warned of; a place of discovery breaks the source."""
        try:
            self._read(lead, capture, body or self._archived(capture))
        except Exception as error:
            reason = str(error) if isinstance(error, IntegrandError) else f"{type(error).__name__}: {error}"
            told = f"{lead.role} {lead.url}: what it leads to could not be read ({in_one_line(reason)})"
            (self.findings.warnings if lead.role in READ_ROLES else self.findings.broken).append(told)

    def _known(self, lead: Lead) -> tuple[Capture | None, Body | None]:
        """The last good capture of an address, where its body can still be had (a 304 is of no use without it), and a page's body."""
        known = self.ledger.good.get(lead.url)
        if known is None:
            return None, None
        try:
            if known.role == "document":
                # A file is large and leads nowhere: whether a record begins where it should is all that is asked of it every night.
                require_record(self.base, known)
                return known, None
            return known, self._archived(known)
        except (IntegrandError, OSError) as error:
            self.findings.warnings.append(f"{lead.role} {lead.url}: fetched anew, since its archived body cannot be read ({error})")
            return None, None

    def _body_of(self, capture: Capture) -> Body | None:
        """The archived body; None where there is none or it is damaged."""
        try:
            return self._archived(capture) if capture.outcome in BODIED_OUTCOMES else None
        except (IntegrandError, OSError):
            return None

    def _archived(self, capture: Capture) -> Body:
        headers, payload = read_answer(self.base, capture)
        return Body(payload, {name.lower(): value for name, value in headers}.get("content-type"))

    async def _capture(self, lead: Lead) -> tuple[Capture, Body | None]:
        """Asks and archives; returns the capture and the body where one came."""
        known, held = self._known(lead)
        # The rules cannot forbid that they are read.
        refusal = None if lead.role == "robots" else (await self._robots_of(origin_of(lead.url))).refusal(lead.url)
        if refusal is not None:
            answer = Answer("refused", datetime.now(UTC), lead.role, reason=refusal)
        else:
            answer = await self.fetching.ask(lead.url, lead.role, known)
            self._failures_in_a_row = self._failures_in_a_row + 1 if answer.outcome == "failed" else 0
        answer, body = self._settled(lead, answer)
        if answer.outcome == "unchanged":
            body = held
        capture = Capture(
            source=self.source.slug, url=lead.url, run=self.run, fetched_at=answer.asked_at, outcome=answer.outcome, status=answer.status,
            reason=answer.reason, media_type=answer.media_type, etag=answer.etag, last_modified=answer.last_modified,
            via=lead.via, link_text=lead.link_text, depth=lead.depth, role=answer.role)
        if answer.exchange is None:
            capture = self.writer.add_outcome(capture)
        else:
            capture = self.writer.add_exchange(capture, answer.exchange, known if answer.outcome in BODIED_OUTCOMES else None)
        self.ledger.now[lead.url] = capture
        self.found(capture)
        return capture, body

    def _settled(self, lead: Lead, answer: Answer) -> tuple[Answer, Body | None]:
        """The answer as it is recorded: redirects with their target, and a body that cannot be unpacked as a failure."""
        if answer.outcome == "redirected":
            target = self.source.canonical(answer.location or "", lead.url)
            if target == lead.url:
                return replace(answer, outcome="failed", reason=f"redirects to itself ({answer.location})", exchange=None), None
            if target is None or not self._may_go_to(lead, target):
                return replace(answer, outcome="refused", reason=f"redirects outside the source: {answer.location}", exchange=None), None
            return replace(answer, reason=target), None
        if answer.outcome != "fetched" or answer.exchange is None:
            return answer, None
        headers = {name.lower(): value for name, value in answer.exchange.response_headers}
        try:
            body = Body(decoded(answer.exchange.payload, headers.get("content-encoding")), headers.get("content-type"))
        except IntegrandError as error:
            return replace(answer, outcome="failed", reason=str(error), exchange=None), None
        if answer.role == "page" and len(body.payload) > self.source.limits.page_bytes:
            # What came packed may be small on the way and large to read.
            reason = f"larger than {self.source.limits.page_bytes} bytes when unpacked"
            return replace(answer, outcome="refused", reason=reason, exchange=None), None
        return answer, body

    def _may_go_to(self, lead: Lead, target: str) -> bool:
        if lead.role in READ_ROLES:
            return self.source.covers(target)
        return origin_of(target) == self.source.origin or self.source.covers(target) or lead.role == "robots"

    def _offer_target(self, lead: Lead, capture: Capture) -> None:
        """Puts a redirect's target (the capture's reason) in the place of the address that was asked for."""
        if capture.reason is None or lead.steps >= MAX_REDIRECTS:
            return
        role = "document" if lead.role == "page" and self.source.names_document(capture.reason) else lead.role
        self.frontier.offer(replace(lead, url=capture.reason, role=role, steps=lead.steps + 1))

    async def _robots_of(self, origin: str) -> Robots:
        """The rules of a host, asked for once a run, before anything else of it."""
        if origin not in self._robots:
            self._robots[origin] = await self._ask_robots(f"{origin}/robots.txt")
            self.keep_delay(origin, self._robots[origin].crawl_delay_s)
        return self._robots[origin]

    async def _ask_robots(self, url: str) -> Robots:
        for hop in range(MAX_HOPS + 1):
            kept = self.ledger.now.get(url)
            capture, body = (kept, self._body_of(kept)) if kept is not None else await self._capture(Lead(url, "robots"))
            if capture.outcome in BODIED_OUTCOMES and body is None:
                # Its archived body is damaged: the rules must be known before anything else is asked.
                capture, body = await self._capture(Lead(url, "robots"))
            if body is not None:
                return robots_from(body.payload)
            if capture.outcome != "redirected" or capture.reason is None or hop == MAX_HOPS:
                break
            url = capture.reason
        # RFC 9309 section 2.3.1: what the server says is not there allows all, what it fails to say allows nothing.
        if capture.status is not None and (300 <= capture.status < 500 and capture.status != 429):
            return Robots()
        return Robots(unreadable=f"{url} could not be read ({capture.reason or capture.outcome})")

    def _offer_discovery(self) -> None:
        """The places that the definition names; sitemaps that only robots.txt names are not read, since the definition chooses."""
        names = self.source.discovery
        for place in names.sitemaps:
            self.frontier.offer(Lead(self.source.absolute(place), "sitemap", FROM_SITEMAP))
        for place in names.feeds:
            self.frontier.offer(Lead(self.source.absolute(place), "feed", FROM_FEED))
        for index, listing in enumerate(names.listings):
            self.frontier.offer(Lead(self.source.absolute(listing.url), "listing", FROM_LISTING, listing=index))
        for place in names.pages:
            self.frontier.offer(Lead(self.source.absolute(place), "page"))

    def _read(self, lead: Lead, capture: Capture, body: Body) -> None:
        """Offers what a body names."""
        if lead.role in ("sitemap", "feed"):
            try:
                named = named_in_sitemap(body.payload) if lead.role == "sitemap" else named_in_feed(body.payload)
            except Refused as error:
                self.findings.warnings.append(f"{lead.role} {lead.url}: {error}")
                return
            self._offer_named(lead, named)
            self._discovered += 1
        elif lead.role == "listing":
            self._offer_listed(lead, HtmlPage(lead.url, body.payload, body.content_type))
            self._discovered += 1
        elif capture.role == "page":
            # Only start pages are led to by nothing.
            self._discovered += lead.kind == FROM_PAGE and lead.via is None
            self._offer_linked(lead, HtmlPage(lead.url, body.payload, body.content_type))

    def _offer_named(self, lead: Lead, named: Named) -> None:
        if named.damage is not None:
            self.findings.warnings.append(f"{lead.role} {lead.url}: damaged ({named.damage}); {len(named.entries)} entries were read")
        for address in named.sitemaps:
            url = self.source.canonical(address, lead.url)
            if url is not None and lead.steps < MAX_SITEMAP_LEVELS and self.source.takes_sitemap(url):
                self.frontier.offer(Lead(url, "sitemap", FROM_SITEMAP, via=lead.url, steps=lead.steps + 1))
        if named.next_address is not None and lead.steps + 1 < self.source.discovery.max_pages:
            url = self.source.canonical(named.next_address, lead.url)
            if url is not None and self._may_go_to(lead, url):
                self.frontier.offer(replace(lead, url=url, via=lead.url, steps=lead.steps + 1))
        kind = FROM_SITEMAP if lead.role == "sitemap" else FROM_FEED
        for entry in named.entries:
            self._offer_entry(lead, entry, kind)

    def _offer_entry(self, lead: Lead, entry: Entry, kind: int) -> None:
        url = self.source.canonical(entry.address, lead.url)
        if url is None or not self.source.covers(url):
            return
        role = "document" if entry.file or self.source.names_document(url) else "page"
        self.frontier.offer(Lead(url, role, kind, via=lead.url, link_text=entry.text, modified=entry.modified))

    def _offer_listed(self, lead: Lead, page: HtmlPage) -> None:
        listed = page.listed(self.source, self.source.discovery.listings[lead.listing])
        for link in listed.entries:
            role = "document" if self.source.names_document(link.url) else "page"
            self.frontier.offer(Lead(link.url, role, FROM_LISTING, via=lead.url, link_text=link.text))
        if listed.next_url is not None and lead.steps + 1 < self.source.discovery.max_pages and self._may_go_to(lead, listed.next_url):
            self.frontier.offer(replace(lead, url=listed.next_url, via=lead.url, steps=lead.steps + 1))

    def _offer_linked(self, lead: Lead, page: HtmlPage) -> None:
        links = page.links(self.source)
        for link in links.documents:
            self.frontier.offer(Lead(link.url, "document", FROM_PAGE, lead.depth + 1, lead.url, link.text, crowd=len(links.documents)))
        if lead.depth < self.source.follow.max_depth:
            for link in links.pages:
                self.frontier.offer(Lead(link.url, "page", FROM_PAGE, lead.depth + 1, lead.url, link.text))

