"""The process that crawls: ``python -m crawler.worker``, started by ``crawler.harvest`` and by nobody else.

A reactor runs once in a process, and a harvest may be one of many in its parent, so each has a process of its own. It reads
one JSON line (the errand) from stdin, writes archive and captures itself, and tells of each capture, and at last of the
counts, in JSON lines on stdout. It holds no lock: its parent does, and so it must not outlive it. The kernel kills it with
its parent (Linux), and it ends itself when stdin closes (everywhere).
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import date
from importlib import import_module
from io import FileIO
from typing import Any
from urllib.parse import urlsplit

from scrapy import Spider
from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.exceptions import StopDownload
from scrapy.extensions.throttle import AutoThrottle
from scrapy.signals import headers_received
from scrapy.utils.reactor import install_reactor

from crawler.catalogue import Source
from crawler.crawl import Crawl
from crawler.expectations import counted
from crawler.fetching import Fetching, may_be_wanted, scrapy_settings
from crawler.ledger import Ledger, read_ledgers
from evidence.archive import Archive, sole_writer
from evidence.base import Base
from evidence.errors import IntegrandError, in_one_line
from evidence.processes import die_with_parent
from evidence.records import Capture, SourceCount
from evidence.segments import as_plain

SOURCES_AT_A_TIME = 8


class HarvestSpider(Spider):
    """Lends Scrapy's engine to an errand, a coroutine function of the crawler."""

    name = "harvest"

    def __init__(self, errand: Callable[[Crawler], Awaitable[None]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.errand = errand
        self.failure: BaseException | None = None

    async def start(self) -> AsyncIterator[Any]:
        try:
            await self.errand(self.crawler)
        except BaseException as error:
            # The engine would log it and go on; who started the errand raises it again.
            self.failure = error
        for request in self.start_urls:
            # There are none; without a yield this would be no generator, as Scrapy expects.
            yield request


class Errand:
    """One harvest: the sources, where to, and whom to tell."""

    def __init__(self, plain: dict[str, Any], tell: Callable[[dict[str, Any]], None]) -> None:
        self.base, self.run, self.tell = Base(plain["base"]), str(plain["run"]), tell
        self.sources = [Source.model_validate(one) for one in plain["sources"]]
        self.limit: int | None = plain["limit"]
        self.since = date.fromisoformat(plain["since"]) if plain["since"] else None
        self.contact = str(plain["contact"])

    async def go(self) -> list[SourceCount]:
        """Harvests all sources, those of one host one after another, the others side by side."""
        ledgers = read_ledgers(self.base, self.run, [source.slug for source in self.sources])
        counts: dict[str, SourceCount] = {}
        gate = asyncio.Semaphore(SOURCES_AT_A_TIME)

        with sole_writer(self.base), Archive(self.base, self.run) as archive:
            async def go_through(neighbours: Sequence[Source]) -> None:
                for source in neighbours:
                    async with gate:
                        counts[source.slug] = await self._harvest(source, ledgers.pop(source.slug), archive)

            async with asyncio.TaskGroup() as group:
                for neighbours in _by_host(self.sources):
                    group.create_task(go_through(neighbours))
        return [counts[source.slug] for source in self.sources]

    async def _harvest(self, source: Source, ledger: Ledger, archive: Archive) -> SourceCount:
        started = time.monotonic()
        crawls: list[Crawl] = []

        async def errand(crawler: Crawler) -> None:
            assert crawler.engine is not None
            crawler.signals.connect(stopper, headers_received)
            crawl = Crawl(self.base, self.run, source, ledger, archive.writer(source.slug), Fetching(source, crawler.engine.download_async),
                          limit=self.limit, since=self.since, found=self._found,
                          keep_delay=lambda origin, delay_s: _keep_delay(crawler, origin, max(delay_s, source.politeness.delay_s)))
            crawls.append(crawl)
            await crawl.go()

        def stopper(headers: Any, body_length: int, request: Any, spider: Any) -> None:
            if not may_be_wanted(source, request.url, request.meta["role"], headers, body_length):
                raise StopDownload(fail=False)

        crawler = Crawler(HarvestSpider, scrapy_settings(source, self.contact))
        await AsyncCrawlerRunner().crawl(crawler, errand=errand)
        failure = getattr(crawler.spider, "failure", None)
        if failure is not None:
            error = innermost(failure)
            if not crawls or isinstance(error, (IntegrandError, OSError)) or not isinstance(error, Exception):
                # An archive that cannot be written concerns every source.
                raise failure
            crawls[0].findings.broken.append(f"the harvest ended early ({type(error).__name__}: {in_one_line(error)})")
        archive.writer(source.slug).close()
        whole = self.limit is None and self.since is None
        return counted(source, ledger, crawls[0].findings, time.monotonic() - started, whole)

    def _found(self, capture: Capture) -> None:
        plain = as_plain(capture)
        plain["fetched_at"] = capture.fetched_at.isoformat()
        self.tell({"capture": plain})


def _by_host(sources: Sequence[Source]) -> list[list[Source]]:
    neighbours: dict[str, list[Source]] = {}
    for source in sources:
        neighbours.setdefault(source.origin, []).append(source)
    return list(neighbours.values())


def _keep_delay(crawler: Crawler, origin: str, delay_s: float) -> None:
    """Makes ``delay_s`` the least delay of a host, against AutoThrottle too."""
    assert crawler.engine is not None
    downloader = crawler.engine.downloader
    host = urlsplit(origin).hostname or ""
    downloader.per_slot_settings[host] = {"delay": delay_s}
    if host in downloader.slots:
        downloader.slots[host].delay = max(delay_s, downloader.slots[host].delay)
    throttle = crawler.get_extension(AutoThrottle)
    if throttle is not None:
        throttle.mindelay = max(throttle.mindelay, delay_s)


def end_with_parent(parent: int, line: FileIO) -> None:
    """Ends this process when its parent does, however that happens."""
    die_with_parent(parent)
    if os.getppid() != parent:
        os._exit(1)

    def watch() -> None:
        while os.read(line.fileno(), 1):
            pass
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def innermost(error: BaseException) -> BaseException:
    """The first single error of a group of errors."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def main() -> int:
    """Runs one errand; the exit code is 0 when it was done, else the error was told on stdout."""
    told = os.fdopen(os.dup(1), "wb")
    # Whatever else prints must not garble what is told.
    os.dup2(2, 1)
    # A Ctrl-C goes to the whole group of processes; the parent answers it and ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    line = os.fdopen(0, "rb", buffering=0)
    plain = json.loads(line.readline())
    end_with_parent(plain["parent"], line)

    def tell(message: dict[str, Any]) -> None:
        told.write(json.dumps(message, ensure_ascii=False).encode() + b"\n")
        told.flush()

    install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
    reactor: Any = import_module("twisted.internet.reactor")
    task = asyncio.get_event_loop().create_task(Errand(plain, tell).go())
    task.add_done_callback(lambda _: reactor.stop())
    reactor.run(installSignalHandlers=False)
    try:
        tell({"counts": [as_plain(count) for count in task.result()]})
    except BaseException as caught:
        error = innermost(caught)
        if not isinstance(error, IntegrandError):
            # Of a group of errors the last line would be its border, and the last line is what the parent tells.
            traceback.print_exception(error)
            return 1
        tell({"error": str(error), "exit_code": error.exit_code})
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
