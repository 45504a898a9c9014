"""Killing a harvest: nothing is lost, nothing is doubled, nothing tells the base from one that was never disturbed."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from crawler.harvest import harvest
from evidence.archive import read_captures, read_payload
from evidence.base import Base
from evidence.errors import IntegrandError
from evidence.salvage import salvage
from pipeline.local_site import Answer, LocalSite
from tests.crawler.made_site import ORIGIN, PDF, captures, made_source, page, sitemap, told, write_site

HARVESTER = """
import json, sys
from crawler.catalogue import Source
from crawler.harvest import harvest
from evidence.salvage import salvage
from evidence.base import Base

base = Base(sys.argv[1])
with base.lock():
    for line in salvage(base):
        print(line)
    harvest(base, "r1", [Source.model_validate_json(sys.argv[2])])
"""


def start(base: Base, source_json: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", HARVESTER, str(base.root), source_json], cwd=Path(__file__).parents[2], stdout=subprocess.DEVNULL)


def wide_site(folder: Path) -> Path:
    """Forty pages that link to one another and to files with equal claims, so that timing could show."""
    files: dict[str, str | bytes] = {"robots.txt": "", "sitemap.xml": sitemap(ORIGIN, *(f"/p{n}.html" for n in range(20)))}
    for n in range(40):
        links = [(f"/files/{k}.pdf", f"Report {k} on {n}") for k in (n % 10, (n * 7) % 10)]
        files[f"p{n}.html"] = page(f"Page {n}", (f"/p{(n * 3) % 40}.html", f"to {(n * 3) % 40}"), (f"/p{20 + n % 20}.html", f"next of {n}"), *links)
    for k in range(10):
        files[f"files/{k}.pdf"] = PDF + bytes(str(k), "ascii") * 5000
    return write_site(folder, files)


@pytest.fixture
def site(tmp_path: Path):
    with LocalSite(wide_site(tmp_path / "site"), ORIGIN) as served:
        served.overrides["/p3.html"] = Answer(301, headers=(("Location", "/p33.html"),))
        served.overrides["/p4.html"] = 410
        yield served


def slow_down(site: LocalSite, delay_s: float) -> None:
    answer = LocalSite.answer

    def slow(path: str) -> Answer:
        time.sleep(delay_s)
        return answer(site, path)

    site.answer = slow  # type: ignore[method-assign]


def sole_child(process: subprocess.Popen[bytes]) -> psutil.Process | None:
    try:
        return next(iter(psutil.Process(process.pid).children()), None)
    except psutil.NoSuchProcess:
        return None


@pytest.mark.slow
def test_ten_kills_leave_the_base_of_an_undisturbed_run(tmp_path: Path, site: LocalSite) -> None:
    source = made_source(politeness={"delay_s": 0.0, "concurrency": 2, "retries": 1, "backoff_s": 0.05}).at(site.origin)
    calm = Base(tmp_path / "calm").create()
    harvest(calm, "r1", [source])

    base = Base(tmp_path / "killed").create()
    slow_down(site, 0.01)
    kills, before = 0, len(site.requests)
    while kills < 10:
        process = start(base, source.model_dump_json())
        asked = len(site.requests)
        while process.poll() is None and len(site.requests) < asked + 4 + kills % 3:
            time.sleep(0.002)
        if process.poll() is not None:
            break
        process.send_signal(signal.SIGKILL)
        process.wait()
        kills += 1
    assert kills >= 5, "the harvest was over before it could be killed often enough"
    process = start(base, source.model_dump_json())
    assert process.wait() == 0

    assert told(base, "r1") == told(calm, "r1")
    # What was under way when the kill came may be asked for again, no more.
    repeated = sum(count - 1 for count in Counter(request.path for request in site.requests[before:]).values())
    assert repeated <= kills * 2
    for one in read_captures(base):
        if one.outcome == "fetched":
            read_payload(base, one)
    assert not list(base.archive.glob("*/*.part"))
    assert_valid(base)


def assert_valid(base: Base) -> None:
    """Every archive file is read by warcio's own reader and passes its digest check."""
    paths = sorted(base.archive.glob("*/*.warc.gz"))
    assert paths
    for path in paths:
        with open(path, "rb") as file:
            assert sum(1 for _ in ArchiveIterator(file, check_digests="raise")) > 1
    checker = Checker(type("Command", (), {"inputs": [str(path) for path in paths], "verbose": False})())
    checker.process_all()
    assert checker.exit_value == 0


def test_the_crawling_process_dies_with_its_parent(tmp_path: Path, site: LocalSite) -> None:
    base = Base(tmp_path / "base").create()
    slow_down(site, 0.05)
    process = start(base, made_source().at(site.origin).model_dump_json())
    while len(site.requests) < 3:
        time.sleep(0.005)
    worker = sole_child(process)
    assert worker is not None
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert psutil.wait_procs([worker], timeout=2)[1] == [], "a writer outlives the run that it belongs to"
    time.sleep(0.2)
    asked = len(site.requests)
    time.sleep(0.5)
    assert len(site.requests) == asked


def test_a_killed_crawling_process_is_reported_and_can_be_gone_on_with(tmp_path: Path, site: LocalSite) -> None:
    base = Base(tmp_path / "base").create()
    source = made_source().at(site.origin)

    def kill_worker(capture: object) -> None:
        for child in psutil.Process().children():
            # What the worker wrote before its end is still read after it; the dead process has no command line then.
            with contextlib.suppress(psutil.Error):
                if "crawler.worker" in child.cmdline():
                    os.kill(child.pid, signal.SIGKILL)

    with pytest.raises(IntegrandError, match="run the same command again"):
        harvest(base, "r1", [source], progress=kill_worker)
    lines = salvage(base)
    assert lines and "captures kept" in lines[0]
    harvest(base, "r1", [source])
    calm = Base(tmp_path / "calm").create()
    harvest(calm, "r1", [source])
    assert told(base, "r1") == told(calm, "r1")


def test_an_error_of_the_caller_leaves_no_writer(tmp_path: Path, site: LocalSite) -> None:
    base = Base(tmp_path / "base").create()

    def fail(capture: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        harvest(base, "r1", [made_source().at(site.origin)], progress=fail)
    assert not [child for child in psutil.Process().children() if child.status() != psutil.STATUS_ZOMBIE and "crawler.worker" in child.cmdline()]


def test_a_resumed_run_counts_what_an_undisturbed_one_counts(tmp_path: Path, site: LocalSite) -> None:
    base = Base(tmp_path / "base").create()
    source = made_source().at(site.origin)
    (calm,) = harvest(base, "r1", [source])
    asked = len(site.requests)
    (again,) = harvest(base, "r1", [source])
    assert len(site.requests) == asked, "what a run has captured is asked for again"
    assert (again.requested, again.fetched, again.new_documents, again.size_bytes) == (
        calm.requested, calm.fetched, calm.new_documents, calm.size_bytes)
    assert len(captures(base, "r1")) == calm.requested


def test_pages_whose_archive_is_gone_are_fetched_anew_with_a_warning_each(tmp_path: Path, site: LocalSite) -> None:
    base = Base(tmp_path / "base").create()
    source = made_source().at(site.origin)
    harvest(base, "r1", [source])
    for path in base.archive.glob("*/*.warc.gz"):
        path.unlink()
    (count,) = harvest(base, "r2", [source])
    pages = [capture for capture in captures(base, "r2").values() if capture.role == "page" and capture.outcome in ("fetched", "unchanged")]
    assert pages and all(capture.outcome == "fetched" for capture in pages), "a page was left behind its 304 without a body"
    assert sum("fetched anew" in warning for warning in count.warnings) >= len(pages)
