"""The real site of a finished programme, served locally: the shipped definition harvests it whole, and only once."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from crawler.catalogue import load_sources
from crawler.expectations import require_unbroken
from crawler.harvest import harvest
from evidence.archive import read_payload
from evidence.base import Base
from pipeline.local_site import LocalSite
from tests.crawler.made_site import captures
from tests.crawler.test_resume import assert_valid

SHARED = Path(os.environ.get("INTEGRAND_SHARED") or Path(__file__).parents[2].parent / "shared")
SITE = SHARED / "inputs" / "sites" / "connected-health-cities"

pytestmark = pytest.mark.skipif(not SITE.is_dir(), reason=f"{SITE} is absent")


@pytest.fixture(scope="module")
def site():
    with LocalSite(SITE, "http://chc.localhost") as served:
        yield served


@pytest.fixture(scope="module")
def base(site: LocalSite, tmp_path_factory: pytest.TempPathFactory) -> Base:
    made = Base(tmp_path_factory.mktemp("chc") / "base").create()
    source = load_sources()["connected-health-cities"].at(site.origin)
    require_unbroken(harvest(made, "r1", [source]))
    return made


def test_all_pages_and_files_are_captured_and_dead_links_are_missing(base: Base, site: LocalSite) -> None:
    found = captures(base, "r1")
    assert Counter((one.role, one.outcome) for one in found.values() if one.outcome != "missing") == {
        ("page", "fetched"): 69, ("document", "fetched"): 40, ("robots", "fetched"): 1, ("sitemap", "fetched"): 1}
    assert sum(one.outcome == "missing" for one in found.values()) == 70
    asked = Counter(request.path for request in site.requests)
    assert max(asked.values()) == 1, "an address was asked for twice in a run"


def test_the_archive_is_valid_and_gives_every_payload_back(base: Base) -> None:
    assert_valid(base)
    for one in captures(base, "r1").values():
        if one.outcome == "fetched":
            assert len(read_payload(base, one)) == one.size_bytes


def test_the_next_run_brings_no_body(base: Base, site: LocalSite) -> None:
    before = len(site.requests)
    (count,) = harvest(base, "r2", [load_sources()["connected-health-cities"].at(site.origin)])
    assert (count.fetched, count.unchanged, count.missing, count.broken) == (0, 109, 70, ())
    assert Counter(request.status for request in site.requests[before:]) == {304: 111, 404: 70}
