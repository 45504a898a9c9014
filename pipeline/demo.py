"""The demonstration: the documents shipped with the project, served on this machine and harvested like any site."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from crawler.catalogue import Source, read_source
from evidence.base import Base, write_text_durably
from evidence.errors import IntegrandError, UsageError
from evidence.records import RunReport
from pipeline.demo_site.builder import build_demo_site
from pipeline.local_site import LocalSite
from pipeline.runs import run_over
from warehouse.search import Searcher
from warehouse.snapshot import require_snapshot

DEFINITION = Path(__file__).parent / "demo_site" / "demo.toml"
FIRST_PORT = 8700
PORTS = 100
MOST_WORKS = 1000


def demo_source() -> Source:
    """The demonstration's site as a source; its origin is a placeholder until the site is served."""
    return read_source(DEFINITION)


def run_demo(root: Path, as_json: bool) -> None:
    """Builds the site, serves it and runs every stage over it; prints what was found and where to look."""
    base = Base(root).create()
    with tempfile.TemporaryDirectory(prefix="integrand-demo-") as folder:
        build_demo_site(Path(folder))
        with _serve(Path(folder), base) as site:
            source = demo_source().at(site.origin)
            with run_over(root, "demo", as_json, (source,)) as run:
                run.harvest()
                run.extract()
                run.classify()
                run.publish()
                report = run.finish()
    if run.broken:
        raise IntegrandError("the demonstration broke its own expectations: " + "; ".join(run.broken))
    with Searcher(require_snapshot(base)) as searcher:
        works = searcher.search("", limit=MOST_WORKS).works
    if as_json:
        typer.echo(json.dumps({"run": report.run, "works": len(works), "new_works": len(report.new_works),
                               "published": bool(report.totals.get("published"))}))
    else:
        _print(works, report, root)


def _serve(folder: Path, base: Base) -> LocalSite:
    """The site on the port that this base knows it by: another port would be another site, and everything would be fetched anew."""
    note = base.root / "demo.json"
    if note.exists():
        port = int(json.loads(note.read_text("utf-8"))["port"])
        try:
            return LocalSite(folder, origin_in_files=demo_source().origin, port=port)
        except UsageError as error:
            raise IntegrandError(f"port {port}, on which this base knows the demonstration, is in use; free it or take another --base") from error
    for port in range(FIRST_PORT, FIRST_PORT + PORTS):
        try:
            site = LocalSite(folder, origin_in_files=demo_source().origin, port=port)
        except UsageError:
            continue
        write_text_durably(note, json.dumps({"port": port}) + "\n")
        return site
    raise IntegrandError(f"no port from {FIRST_PORT} to {FIRST_PORT + PORTS - 1} is free for the demonstration's site")


def _marked(work: dict[str, Any], facet: str, label: str | None) -> str:
    return f"{label or ''}{' ?' if label in work['guesses'].get(facet, ()) else ''}"


def _print(works: list[dict[str, Any]], report: RunReport, root: Path) -> None:
    console = Console(width=None if sys.stdout.isatty() else 160)
    table = Table("work", "relevance", "integration types", "study design", "evidence strength", title="What was found", title_justify="left")
    judged = [work for work in works if work["relevance"]]
    for work in judged:
        types = ", ".join(_marked(work, "integration_type", label) for label in work["tags"].get("integration_type", ()))
        table.add_row((work["title"] or "(untitled)")[:70], _marked(work, "relevance", work["relevance"]), types,
                      _marked(work, "study_design", work["study_design"]), _marked(work, "evidence_strength", work["evidence_strength"]))
    console.print(table, markup=False)
    console.print("? marks a guess that a person should look at", highlight=False)
    if len(works) > len(judged):
        untagged = len(works) - len(judged)
        console.print(f"{untagged} more are kept and not tagged, since they are lists of reports or pages of the site itself", highlight=False)
    fetched = sum(count.fetched for count in report.sources)
    unchanged = sum(count.unchanged for count in report.sources)
    done = {stage.stage: stage.done for stage in report.stages}
    console.print(
        f"{fetched} fetched, {unchanged} unchanged on the site, {done.get('extract', 0)} documents read, {done.get('classify', 0)} tagged, "
        f"{len(works)} works in the base at {root}", highlight=False)
    if not report.totals.get("published"):
        console.print("Nothing is new since the last run: no document was fetched, read, tagged or published twice.", highlight=False)
    program = Path(sys.argv[0]).name if Path(sys.argv[0]).name == "integrand" else "integrand"
    program = f"{Path(sys.prefix).name}/bin/{program}" if Path.cwd() == Path(sys.prefix).parent else program
    where = "" if root == Path("base") else f" --base {root}"
    first = next((work["id"][:12] for work in works if work["relevance"] == "relevant"), "ID")
    console.print("Try next:", highlight=False)
    for command in ('search "care coordination" --strength limited+', f"show {first}", "query strongest_evidence"):
        console.print(f"  {program} {command}{where}", highlight=False, markup=False)
