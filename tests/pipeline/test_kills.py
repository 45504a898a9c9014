"""What would break: a run that was killed would lose or double something. The site is the demonstration's."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from evidence.archive import read_captures
from evidence.base import Base
from pipeline.demo_site.builder import build_demo_site
from pipeline.local_site import LocalSite
from tests.bench.process_tree import ROOT, integrand
from tests.bench.real_site import compared, rows

pytestmark = pytest.mark.slow
KILLS = 4


def test_killed_runs_end_with_the_same_base_as_an_undisturbed_one(tmp_path: Path) -> None:
    site_folder = tmp_path / "site"
    site = build_demo_site(site_folder)
    definition = ROOT / "pipeline" / "demo_site" / "demo.toml"
    sources = tmp_path / "sources"
    sources.mkdir()
    (sources / "demo.toml").write_text(definition.read_text("utf-8"), "utf-8")
    env = {"INTEGRAND_SOURCES": str(sources)}
    with LocalSite(site_folder, origin_in_files=site.origin) as served:
        command = ["run", "demo", "--origin", served.origin, "--json"]
        started = time.monotonic()
        whole = integrand(*command, "--base", str(tmp_path / "whole"), env=env)
        assert whole.code == 0, whole.err
        whole_s = time.monotonic() - started
        chance = random.Random(20)
        killed = tmp_path / "killed"
        for _ in range(KILLS):
            process = subprocess.Popen(
                [sys.executable, "-m", "pipeline.cli", *command, "--base", str(killed)], cwd=ROOT, stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, **env})
            time.sleep(chance.uniform(1.0, whole_s * 0.6))
            process.kill()
            process.wait()
        last = integrand(*command, "--base", str(killed), env=env)
        assert last.code == 0, last.err
    expected = rows(tmp_path / "whole", timeless=True)
    assert len(expected["tags"]) > 200
    assert compared(expected, rows(killed, timeless=True), tuple(expected)) == []
    captured = Counter((capture.run, capture.url) for capture in read_captures(Base(killed)))
    assert [url for url, count in captured.items() if count > 1] == []
    assert integrand("verify", "--base", str(killed)).code == 0
