"""The whole line on a real programme site: what a run costs, what a second run does, what changes are noticed, what kills lose.

Run as ``python -m tests.bench.real_site`` (needs the shared inputs); prints a table and ends with 1 where something that must
hold does not.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from evidence.archive import read_captures
from evidence.base import Base
from pipeline.local_site import LocalSite
from tests.bench.process_tree import ROOT, Cost, integrand

SOURCE = "connected-health-cities"
ORIGIN_IN_FILES = "http://chc.localhost"
PAGES, PDFS = 69, 40
MEMORY_BYTES = 2 * 2**30


def shared() -> Path:
    return Path(os.environ.get("INTEGRAND_SHARED", ROOT.parent / "shared"))


@contextmanager
def real_site() -> Iterator[tuple[LocalSite, Path]]:
    """The site served from a copy that a test may change."""
    with tempfile.TemporaryDirectory(prefix="integrand-site-") as folder:
        copy = Path(folder) / "site"
        shutil.copytree(shared() / "inputs" / "sites" / SOURCE, copy)
        for path in copy.rglob("*"):
            path.chmod(0o755 if path.is_dir() else 0o644)
        with LocalSite(copy, origin_in_files=ORIGIN_IN_FILES) as site:
            yield site, copy


def run(base: Path, site: LocalSite) -> Cost:
    return integrand("run", SOURCE, "--origin", site.origin, "--base", str(base), "--json")


def rows(base: Path, timeless: bool = False) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of the published snapshot, ordered.

    ``timeless`` leaves out what must differ between two bases that hold the same: run names, times, how often an address was
    asked, where in the archive an answer lies, and the tables of runs.
    """
    snapshot = base / "warehouse" / (base / "warehouse" / "current").read_text().strip()
    with duckdb.connect(str(snapshot / "warehouse.duckdb"), read_only=True) as database:
        names = [name for (name,) in database.execute(
            "select table_name from duckdb_tables() where not internal order by 1").fetchall()]
        columns = {name: [column for (column,) in database.execute(
            "select column_name from duckdb_columns() where table_name = ? order by column_index", [name]).fetchall()] for name in names}
        return {
            name: database.execute(f"select {', '.join(chr(34) + column + chr(34) for column in some)} from {name} order by all").fetchall()
            for name, all_columns in columns.items() if not (timeless and name in RUN_TABLES)
            if (some := [column for column in all_columns if not (timeless and TIMELY.search(column))])}


def compared(left: dict[str, list[Any]], right: dict[str, list[Any]], tables: tuple[str, ...]) -> list[str]:
    return [name for name in tables if left[name] != right[name]]


def change_site(site: LocalSite, folder: Path) -> None:
    """The text of one page, the menu of all, a 410 and a 404."""
    pages = sorted(folder.rglob("*.html"))
    for page in pages:
        text = page.read_text("utf-8")
        page.write_text(re.sub(r'(<ul [^>]*role="navigation">)', r'\1<li><a href="/about.html">A new menu entry</a></li>', text), "utf-8")
    changed = folder / "impact.html"
    head, main, body = changed.read_text("utf-8").partition("<main")
    body = body.replace("</p>", " A whole new sentence says that two further wards have joined the scheme since spring.</p>", 1)
    changed.write_text(head + main + body, "utf-8")
    site.overrides["/privacy.html"] = 410
    site.overrides["/about.html"] = 404


def kill_test(site: LocalSite, reference: dict[str, list[Any]], kills: int, whole_s: float, seed: int = 7) -> list[str]:
    """Kills a run at random moments, each time in a new base and then again until it ends; says which tables differ."""
    chance = random.Random(seed)
    differing = []
    with tempfile.TemporaryDirectory(prefix="integrand-kill-") as folder:
        base = Path(folder) / "base"
        for number in range(kills):
            process = subprocess.Popen(
                [sys.executable, "-m", "pipeline.cli", "run", SOURCE, "--origin", site.origin, "--base", str(base), "--json"],
                cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(chance.uniform(0.5, max(1.0, whole_s * 0.9 / (1 + number * 0.3))))
            process.kill()
            process.wait()
        cost = run(base, site)
        if cost.code != 0:
            return [f"exit {cost.code}: {cost.err[-300:]}"]
        differing = compared(reference, rows(base, timeless=True), tuple(reference))
        doubled = [url for url, count in Counter((c.run, c.url) for c in read_captures(Base(base))).items() if count > 1]
        differing += [f"captured twice: {url}" for _, url in doubled]
        checked = integrand("verify", "--base", str(base))
        differing += [] if checked.code == 0 else [f"verify: {checked.out} {checked.err}"]
    return differing


RUN_TABLES = ("runs", "run_sources")
TIMELY = re.compile(r"^run$|_run$|_seen$|_at$|_capture$|^checks$|^archive_|^last_")
"""Tables and columns that name runs, times, checks and places in the archive; all others must be equal after kills."""


def main() -> int:
    failed: list[str] = []

    def hold(what: str, good: bool, figure: object) -> None:
        sys.stdout.write(f"{'ok ' if good else 'BAD'}  {what}: {figure}\n")
        sys.stdout.flush()
        if not good:
            failed.append(what)

    with real_site() as (site, folder), tempfile.TemporaryDirectory(prefix="integrand-bench-") as work:
        base = Path(work) / "base"
        first = run(base, site)
        hold("first run ends with 0", first.code == 0, f"{first.code} {first.err[-300:] if first.code else ''} {first.wall_s:.0f} s")
        report = json.loads(first.out)
        captures = [c for c in read_captures(Base(base)) if c.outcome == "fetched" and c.role in ("page", "document")]
        kinds = Counter(c.media_type for c in captures)
        hold("HTML pages captured", kinds["text/html"] == PAGES, kinds["text/html"])
        hold("PDFs captured", kinds["application/pdf"] == PDFS, kinds["application/pdf"])
        hold("dead links reported", report["sources"][0]["missing"] >= 70, report["sources"][0]["missing"])
        hold("memory of the process tree under 2 GB", first.peak_bytes < MEMORY_BYTES, f"{first.peak_bytes / 2**20:.0f} MiB")
        for stage in report["stages"]:
            rate = stage["done"] / max(stage["wall_s"], 1e-9)
            if stage["stage"] == "embed":
                sys.stdout.write(f"     embedding: {rate:.1f} texts a second ({stage['done']} texts)\n")
                continue
            hold(f"stage {stage['stage']} at least 2 documents a second", rate >= 2, f"{rate:.1f} a second ({stage['wall_s']:.1f} s)")
        before = rows(base)
        hold("documents in the warehouse", len(before["documents"]) == PAGES + PDFS, len(before["documents"]))
        checked = integrand("verify", "--base", str(base))
        hold("verify", checked.code == 0, checked.out.strip().splitlines()[-1:] if checked.out else checked.err)

        site.requests.clear()
        second = run(base, site)
        bodies = [one for one in site.requests if one.status == 200 and one.path != "/robots.txt"]
        hold("second run fetches no unchanged body", not bodies, f"{len(bodies)} bodies, {len(site.requests)} requests, {second.wall_s:.0f} s")
        differing = compared(before, rows(base), tuple(name for name in before if name != "runs"))
        hold("second run adds no row", second.code == 0 and not differing, differing or "none")

        change_site(site, folder)
        third = json.loads(run(base, site).out)
        hold("one changed, one withdrawn, one missing",
             [len(third[key]) for key in ("new_works", "changed_works", "withdrawn_works", "missing_works")] == [0, 1, 1, 1],
             {key: len(third[key]) for key in ("new_works", "changed_works", "withdrawn_works", "missing_works")})
        fourth = run(base, site)
        gone = duckdb_value(base, "select count(*) from works where availability = 'withdrawn'")
        hold("two withdrawn after another run", fourth.code == 0 and gone == 2, gone)

    with real_site() as (site, _), tempfile.TemporaryDirectory(prefix="integrand-bench-") as work:
        base = Path(work) / "base"
        whole = run(base, site)
        differing = kill_test(site, rows(base, timeless=True), kills=10, whole_s=whole.wall_s)
        hold("ten kills leave the same base", not differing, differing or "equal")
    sys.stdout.write(f"{len(failed)} of the things that must hold do not\n")
    return 1 if failed else 0


def duckdb_value(base: Path, query: str) -> Any:
    snapshot = base / "warehouse" / (base / "warehouse" / "current").read_text().strip()
    with duckdb.connect(str(snapshot / "warehouse.duckdb"), read_only=True) as database:
        row = database.execute(query).fetchone()
        return row[0] if row else None


if __name__ == "__main__":
    sys.exit(main())
